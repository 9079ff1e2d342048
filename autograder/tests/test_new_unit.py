"""A new unit begins as something that works, and stands in nobody's way."""

import json
import re

import pytest

from autograder.author.new_unit import NotBegun, begin
from autograder.tests.project import command, copy_of_the_project

STEM = "97_rows"
MADE = ("course/97_rows.py", "solutions/97_rows.py", "autograder/suites/test_rows.py", "autograder/mistakes/rows.py")


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A copy of the project with a unit that one command has begun, and what it has said."""
    project = copy_of_the_project(tmp_path_factory.mktemp("project") / "course")
    return project, command(project, "new", STEM, "--exercise", "row_means")


def test_its_four_files_are_named_and_there(begun):
    project, said = begun
    assert " ".join(f"wrote {place}" for place in MADE) in said
    assert all((project / place).is_file() for place in MADE)
    assert f"build {STEM}" in said


def test_it_is_built_and_marked_and_its_mistakes_are_named(begun):
    project, _ = begun
    command(project, "build", STEM)
    solved = json.loads(command(project, "mark", f"solutions/{STEM}/{STEM}.ipynb", "--json"))
    untouched = json.loads(command(project, "mark", f"exercises/{STEM}/{STEM}.ipynb", "--json"))
    assert (solved["score"], untouched["score"], solved["problem"]) == (20, 0, None)
    told = command(project, "verify", STEM, fails=True)
    assert told.count("WRONG") == 1
    assert f"WRONG {STEM} row_means: 3 mistakes and 1 correct variants are known; there must be 6 and 3." in told


def test_the_authors_page_shows_what_it_writes(begun):
    project, _ = begun
    page = (project / "autograder" / "README.md").read_text("utf-8")
    shown = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    files = [(project / place).read_text("utf-8") for place in MADE]
    assert len(shown) == 4
    assert all(any(code in text for text in files) for code in shown)


@pytest.mark.parametrize(
    ("stem", "exercise", "says"),
    [
        ("encoder", "row_means", "two digits, _, a word"),
        ("04_more", "row_means", "04_attention is there already"),
        ("97_attention", "row_means", "04_attention is there already"),
        (STEM, "row means", "the name of the function or class"),
        (STEM, "lambda", "the name of the function or class"),
        (STEM, "softmax", "04_attention has an exercise 'softmax' already"),
    ],
)
def test_a_name_that_the_course_cannot_take_is_told(stem, exercise, says):
    with pytest.raises(NotBegun, match=says):
        begin(stem, exercise)


def test_a_file_that_is_there_is_not_written_over(begun):
    project, _ = begun
    suite = project / "autograder" / "suites" / "test_columns.py"
    suite.write_text("mine\n")
    said = command(project, "new", "98_columns", "--exercise", "column_means", fails=True)
    assert "autograder/suites/test_columns.py: there already. Nothing was written." in said
    assert suite.read_text() == "mine\n"
    assert not (project / "course" / "98_columns.py").exists()
