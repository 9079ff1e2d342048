"""Every lesson keeps to its form. That lessons, solutions and untouched copies run is proved: test_proofs.py."""

import re

import nbformat
import pytest

from autograder.units import all_units

UNITS = all_units()
by_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


@by_unit
def test_a_lesson_keeps_to_its_form(unit):
    notebook = nbformat.read(unit.lesson, as_version=4)
    assert len(unit.lesson_source.read_text("utf-8").splitlines()) <= 450
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert notebook.cells[0].source.startswith(f"# {int(unit.stem[:2])}. ")
    for heading in ("You will be able to", "In this lesson", "Further reading", f"exercises/{unit.stem}"):
        assert heading in text, heading
    links = re.findall(r"\]\((\.\./[^)]+)\)", text)
    assert [unit.lesson.parent.joinpath(link).resolve() for link in links] == [unit.learners_copy]
    assert "<details>" in text
    longest = max(len(cell.source.splitlines()) for cell in notebook.cells if cell.cell_type == "code")
    assert longest <= 15
