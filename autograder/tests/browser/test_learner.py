"""A learner's first hour, from `lab` on: everything is reached by clicking, in the light and in the dark theme."""

import json
import sys

import pytest
from playwright.sync_api import expect as seen

from autograder.tests.browser.browsing import (
    IN_FRONT,
    TOKEN,
    await_kernel,
    cell,
    free_port,
    run_cell,
    serving,
    validate,
    write_and_run,
)
from autograder.tests.project import copy_of_the_project, surroundings
from autograder.units import all_units

ALL = 20 * len(all_units())

WRONG = "def weighted_average(values, weights):\n    return ops.sum(ops.expand_dims(weights, axis=-1) * values, axis=1)"
RIGHT = WRONG.replace("(weights, axis=-1)", "(weights / ops.sum(weights, axis=-1, keepdims=True), axis=-1)")
DOT = "def pairwise_dot(a, b):\n    return ops.matmul(a, ops.transpose(b, (0, 2, 1)))"
ANSWER, CHECK = "values: (B, S, D), weights: (B, S), positive", 'check("weighted_average")'


@pytest.fixture
def project(tmp_path):
    """The project as somebody has it who has just fetched it, in a folder with a space in its name."""
    return copy_of_the_project(tmp_path / "my course")


@pytest.fixture
def lab(drawn, project, tmp_path):
    """JupyterLab as `python -m autograder lab` opens it, light or dark, on a desk that is not there yet."""
    theme = drawn.choice(["JupyterLab Light", "JupyterLab Dark"])
    settings = tmp_path / "home" / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))
    port = free_port()
    command = [sys.executable, "-m", "autograder", "lab", "--no-browser", "--ip=127.0.0.1", "--port", str(port)]
    with serving(command, project, tmp_path / "home", port, **surroundings(project)) as address:
        yield address


def follow(page, text, name):
    """Click on a link in the notebook that is open, and wait until the one it leads to is ready."""
    page.locator(f"{IN_FRONT} a", has_text=text).last.click()
    seen(page.locator(f"{IN_FRONT} .jp-NotebookPanel-toolbar")).to_be_visible()
    seen(page.locator(".lm-TabBar-tab.lm-mod-current .lm-TabBar-tabLabel", has_text=name).first).to_be_visible()


def test_a_learner_goes_from_the_welcome_page_to_a_right_answer(lab, page, project):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{lab}/?token={TOKEN}")
    seen(page.get_by_text(f"The whole course: 0 of {ALL} points")).to_be_visible()
    follow(page, "How this course works", "00_start.ipynb")
    seen(page.get_by_role("heading", name="0. How this course works")).to_be_attached()
    follow(page, "the exercises of unit 0", "00_start.ipynb")
    seen(page.get_by_role("heading", name="Exercises 0: averages and dot products")).to_be_visible()
    await_kernel(page)
    seen(cell(page, ANSWER).locator(".cm-content")).to_contain_class("cm-lineWrapping")
    seen(run_cell(page, "from autograder import check")).to_contain_text("Ready: Keras")
    write_and_run(page, ANSWER, WRONG)
    report = page.locator(f"{IN_FRONT} .jp-CodeCell").filter(has_text=CHECK).last.locator(".jp-OutputArea")
    seen(report).to_contain_text("The weights are used as they came.")
    said = validate(page)
    assert "weighted_average: 3 of 7 hold" in said
    assert "pairwise_dot: not attempted yet" in said
    assert "float" not in said
    write_and_run(page, "expand_dims(weights, axis=-1)", RIGHT)
    seen(report).to_contain_text("everything holds")
    write_and_run(page, "a: (B, T, D), b: (B, S, D)", DOT)
    seen(cell(page, 'check("pairwise_dot")').locator(".jp-OutputArea")).to_contain_text("everything holds")
    seen(run_cell(page, "progress()")).to_contain_text(f"The whole course: 20 of {ALL} points")
    assert "Success" in validate(page)
    page.goto(f"{lab}/lab/tree/course/welcome.ipynb")
    seen(page.get_by_label("welcome.ipynb").get_by_text(f"The whole course: 20 of {ALL} points")).to_be_visible()
    assert complaints == []
    written = (project / "work" / "00_start" / "00_start.ipynb").read_text("utf-8")
    assert "keepdims=True), axis=-1)" in written
