# Each command sets up what it needs: a virtual environment in .venv with requirements.txt in it.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: help lab demo build test prove backends bench bench-translation lint clean

help:            ## Show these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 20

lab: .venv/ready            ## Open JupyterLab on your desk; ARGS="--port 9000 --no-browser" goes to Jupyter
	$(BIN)/python -m autograder lab $(ARGS)

demo: .venv/ready           ## Grade a sample class and show where the results are
	$(BIN)/python -m autograder demo

build: .venv/ready          ## Make the notebooks from their sources
	$(BIN)/python -m autograder build

test: .venv/ready chromium  ## Run all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder

prove: .venv/ready          ## Prove what has changed since it was proved, and publish the scores
	$(BIN)/python -m autograder prove

backends: .venv/ready       ## Prove the suites on JAX and PyTorch as well
	$(BIN)/python -m pip install --quiet --editable '.[jax,torch]'
	$(BIN)/python -m autograder prove --backend jax
	$(BIN)/python -m autograder prove --backend torch

bench: .venv/ready          ## Measure speed and memory, and stock nbgrader's speed
	$(BIN)/python -m autograder bench

bench-translation: .venv/ready  ## Train the course's translator and its peers, 8 minutes each; ARGS="--write" keeps it
	$(BIN)/python -m autograder.bench.translation $(ARGS)

lint: .venv/ready           ## Mend the code's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:           ## Remove the environment (a class in .grading stays)
	rm -rf .venv

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.txt --editable .
	touch .venv/ready

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium >/dev/null; }
