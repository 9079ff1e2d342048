"""Every notebook of the course runs from top to bottom: lessons, solutions, and untouched copies."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.units import all_units

UNITS = all_units()
by_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch):
    """A learner's machine has not been told to keep TensorFlow quiet."""
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)


def run(path):
    """Execute a notebook as JupyterLab's Run All does; any error in a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    return notebook


def texts(notebook, name):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream" and output.name == name)


def shown(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.data for output in outputs if "data" in output]


@by_unit
def test_a_lesson_runs_and_draws_and_nothing_alarms(unit):
    lesson = run(unit.lesson)
    assert sum("image/png" in data for data in shown(lesson)) >= 2
    assert texts(lesson, "stderr") == ""


@by_unit
def test_the_solutions_pass_their_own_checks(unit):
    solved = run(unit.solution)
    final = shown(solved)[-1]["text/plain"]
    assert f"{unit.stem}: 20 of 20 points" in final
    assert texts(solved, "stderr") == ""


@by_unit
def test_an_untouched_copy_runs_through_and_says_not_attempted(unit):
    untouched = run(unit.learners_copy)
    assert f"{unit.stem}: 0 of 20 points" in shown(untouched)[-1]["text/plain"]
    reports = [data["text/plain"] for data in shown(untouched) if "text/plain" in data]
    for name in unit.points():
        assert any(f"{name}: not attempted yet" in report for report in reports)


@by_unit
def test_a_lesson_keeps_to_its_form(unit):
    notebook = nbformat.read(unit.lesson, as_version=4)
    assert len(unit.lesson_source.read_text("utf-8").splitlines()) <= 350
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert notebook.cells[0].source.startswith(f"# {int(unit.stem[:2])}. ")
    for heading in ("You will be able to", "In this lesson", "Further reading", f"exercises/{unit.stem}"):
        assert heading in text, heading
    links = re.findall(r"\]\((\.\./[^)]+)\)", text)
    assert [unit.lesson.parent.joinpath(link).resolve() for link in links] == [unit.learners_copy]
    assert "<details>" in text
    longest = max(len(cell.source.splitlines()) for cell in notebook.cells if cell.cell_type == "code")
    assert longest <= 15
