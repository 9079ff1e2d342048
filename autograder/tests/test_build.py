"""Generated notebooks: reproducible, fresh, and with nothing in them that a learner must not see."""

import json
import re

import nbformat
import pytest

from autograder.author import build
from autograder.judging.known import correct_in, known_answers, mistakes_in
from autograder.units import ROOT, Unit, all_units

UNITS = all_units()
by_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
SOLUTION = r"### BEGIN SOLUTION(.*?)### END SOLUTION"


def normal_lines(source):
    """The lines of a source that say something, without indentation or comments."""
    lines = [line.split("#")[0].strip() for line in source.splitlines()]
    return {
        line for line in lines if len(line) > 12 and not line.startswith(("def ", "class ", '"""', "import ", "from "))
    }


def solution_lines(unit):
    """The lines between the solution marks."""
    regions = re.findall(SOLUTION, unit.solution_source.read_text("utf-8"), re.DOTALL)
    assert regions
    return set().union(*map(normal_lines, regions))


def learners_code(unit):
    cells = nbformat.reads(unit.learners_copy.read_text("utf-8"), as_version=4).cells
    return set().union(*(normal_lines(cell.source) for cell in cells if cell.cell_type == "code"))


@by_unit
def test_generated_files_are_fresh(unit):
    stale = [str(path.relative_to(ROOT)) for path in build.stale([unit])]
    assert not stale, f"{', '.join(stale)} differ from their sources. Mend them with: {build.MEND}"


@by_unit
def test_building_twice_gives_the_same_bytes(unit):
    assert build.generated(unit) == build.generated(unit)


@by_unit
def test_every_unit_has_all_its_files(unit):
    for path in (unit.lesson_source, unit.lesson, unit.solution_source, unit.solution, unit.learners_copy, unit.suite):
        assert path.exists(), path
    assert known_answers(unit) is not None


@by_unit
def test_no_output_is_ever_generated(unit):
    for path in (unit.lesson, unit.solution, unit.learners_copy):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            assert not cell.get("outputs"), path
            assert cell.get("execution_count") is None


@by_unit
def test_no_solution_reaches_the_learner(unit):
    assert not solution_lines(unit) & learners_code(unit)
    assert "SOLUTION" not in unit.learners_copy.read_text("utf-8")


@by_unit
def test_no_mistake_reaches_the_learner(unit):
    given = learners_code(unit)
    for known in [*mistakes_in(known_answers(unit)), *correct_in(known_answers(unit))]:
        whole = normal_lines(known.source())
        assert not whole or not whole <= given, f"{known.name} is in the learner's copy"


@by_unit
def test_an_exercise_folder_holds_nothing_but_its_notebook(unit):
    assert [path.name for path in unit.learners_copy.parent.iterdir() if not path.name.startswith(".")] == [
        f"{unit.stem}.ipynb"
    ]


def test_an_edited_file_is_found_and_mended(tmp_path, monkeypatch):
    unit, copy = UNITS[0], tmp_path / "edited.ipynb"
    original = unit.learners_copy.read_text("utf-8")
    copy.write_text(original.replace("NotImplementedError", "ValueError"), "utf-8")
    monkeypatch.setattr(Unit, "learners_copy", copy)
    assert build.stale([unit]) == [copy]
    with pytest.raises(build.Edited, match=r"edited\.ipynb"):
        build.build([unit])
    assert "ValueError" in copy.read_text("utf-8")
    assert build.build([unit], force=True) == [copy]
    assert copy.read_text("utf-8") == original
    assert "ValueError" in (tmp_path / "edited.edited.ipynb").read_text("utf-8")


def test_inserting_a_cell_changes_no_other_id(tmp_path):
    source = tmp_path / "lesson.py"
    source.write_text("# %% [markdown]\n# # One\n\n# %%\nx = 1\n\n# %%\nx = 1\n")
    before = [cell.id for cell in build._read(source).cells]
    source.write_text("# %% [markdown]\n# # One\n\n# %%\nnew = 2\n\n# %%\nx = 1\n\n# %%\nx = 1\n")
    after = [cell.id for cell in build._read(source).cells]
    assert len(set(before)) == 3
    assert set(before) < set(after)


def test_a_source_that_disagrees_with_its_suite_says_where(monkeypatch):
    unit = UNITS[0]
    monkeypatch.setattr(Unit, "points", lambda self: {"weighted_average": 10, "forgotten": 10})
    with pytest.raises(ValueError, match="fits no exercise|disagree about"):
        build.solution_notebook(unit)
