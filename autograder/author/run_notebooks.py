"""Running a unit's notebooks from top to bottom, as a learner's Run All does, and what each must show then."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode

from autograder.units import Unit

KINDS = ("lesson", "solution", "untouched copy")
_SECONDS = 600  # of one cell, on a busy machine
_PICTURES = 2


class NotAsItMustBe(Exception):
    """A notebook that stops, alarms or does not show what it must; the message says which and what."""


def notebook_of(unit: Unit, kind: str) -> Path:
    """The file of one of `KINDS`."""
    return dict(zip(KINDS, (unit.lesson, unit.solution, unit.learners_copy), strict=True))[kind]


def run_notebook(unit: Unit, kind: str) -> dict[str, float]:
    """Run a notebook of a unit; returns its seconds and the pictures it drew. Raises `NotAsItMustBe`."""
    path, began = notebook_of(unit, kind), time.monotonic()
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=_SECONDS, resources={"metadata": {"path": str(path.parent)}})
    try:
        client.execute(env=_as_a_learners())
    except (CellExecutionError, CellTimeoutError) as error:
        raise NotAsItMustBe(f"{path.name} ({kind}) stops: {error}") from None
    if missing := list(_missing(unit, kind, notebook)):
        raise NotAsItMustBe(f"{path.name} ({kind}): {' '.join(missing)}")
    pictures = sum("image/png" in data for data in _shown(notebook))
    return {"seconds": round(time.monotonic() - began, 1), "pictures": pictures}


def _as_a_learners() -> dict[str, str]:
    """The environment of a learner, whose machine has not been told to keep TensorFlow quiet."""
    return {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}


def _missing(unit: Unit, kind: str, notebook: NotebookNode) -> Iterator[str]:
    """A sentence for whatever the notebook does not show, or should not."""
    shown = _shown(notebook)
    if kind != "untouched copy" and (alarm := _stderr(notebook)):
        yield f"It alarms: {alarm[:300]!r}."
    if kind == "lesson":
        if (drawn := sum("image/png" in data for data in shown)) < _PICTURES:
            yield f"It draws {drawn} pictures; a lesson has {_PICTURES} at least."
        return
    points = 20 if kind == "solution" else 0
    texts = [data["text/plain"] for data in shown if "text/plain" in data]
    if not texts or f"{unit.stem}: {points} of 20 points" not in texts[-1]:
        yield f"It does not end with {points} of 20 points but with {texts[-1:]}."
    if kind == "untouched copy":
        for name in unit.points():
            if not any(f"{name}: not attempted yet" in text for text in texts):
                yield f"It does not say that {name} is not attempted yet."


def _shown(notebook: NotebookNode) -> list[NotebookNode]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.data for output in outputs if "data" in output]


def _stderr(notebook: NotebookNode) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stderr")
