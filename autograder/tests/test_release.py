"""nbgrader's `generate_assignment` and `release_assignment` neither lose nor hand out what a person has written."""

import json

import pytest

from autograder.author.build import generated
from autograder.tests.classroom import configure, nbgrader
from autograder.units import Unit

UNIT = Unit("00_start")
NAME = f"{UNIT.stem}.ipynb"


@pytest.fixture
def course(tmp_path):
    """A course of an instructor's own, with an exchange, and a folder for the class that is not there yet."""
    configure(
        tmp_path,
        f"c.CourseDirectory.release_directory = {str(tmp_path / 'release')!r}\n"
        f"c.CourseDirectory.db_url = 'sqlite:///{tmp_path / 'class' / 'gradebook.db'}'\n"
        f"c.Exchange.root = {str(tmp_path / 'exchange')!r}\n",
    )
    return tmp_path


def write_in(path):
    """Answer an exercise in a learner's copy, and put notes beside it; returns the notebook's text."""
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"][-1]["source"] = "the answer is 42"
    path.write_text(json.dumps(notebook), "utf-8")
    path.with_name("notes.txt").write_text("my notes")
    return path.read_text("utf-8")


def test_generating_makes_what_build_makes_and_the_folder_of_the_class(course):
    nbgrader(course, "generate_assignment", UNIT.stem)
    made = (course / "release" / UNIT.stem / NAME).read_text("utf-8")
    assert made == generated(UNIT)[UNIT.learners_copy]
    assert (course / "class" / "gradebook.db").exists()


def test_generating_anew_keeps_what_a_person_wrote_beside_the_assignment(course):
    nbgrader(course, "generate_assignment", UNIT.stem)
    path = course / "release" / UNIT.stem / NAME
    nbgrader(course, "generate_assignment", UNIT.stem, "--force")
    assert [one.name for one in path.parent.parent.iterdir()] == [UNIT.stem]  # nobody had written there
    for copy in (f"{UNIT.stem}.edited", f"{UNIT.stem}.edited-2"):
        written = write_in(path)
        nbgrader(course, "generate_assignment", UNIT.stem)
        assert path.read_text("utf-8") == written
        said = nbgrader(course, "generate_assignment", UNIT.stem, "--force")
        kept = path.parent.with_name(copy)
        assert str(kept) in said
        assert (kept / NAME).read_text("utf-8") == written
        assert (kept / "notes.txt").read_text() == "my notes"
        assert path.read_text("utf-8") == generated(UNIT)[UNIT.learners_copy]


def test_what_is_released_is_what_was_generated_whatever_lies_there(course):
    nbgrader(course, "generate_assignment", UNIT.stem)
    path = course / "release" / UNIT.stem / NAME
    written = write_in(path)
    said = nbgrader(course, "release_assignment", UNIT.stem)
    released = course / "exchange" / "transformers" / "outbound" / UNIT.stem
    assert [one.name for one in released.iterdir()] == [NAME]
    assert (released / NAME).read_text("utf-8") == generated(UNIT)[UNIT.learners_copy]
    assert f"{path.parent} is not what {UNIT.solution_source} makes" in said
    assert path.read_text("utf-8") == written


def test_even_a_finished_notebook_in_place_of_the_copy_is_not_released(course):
    nbgrader(course, "generate_assignment", UNIT.stem)
    (course / "release" / UNIT.stem / NAME).write_text(UNIT.solution.read_text("utf-8"), "utf-8")
    nbgrader(course, "release_assignment", UNIT.stem)
    released = course / "exchange" / "transformers" / "outbound" / UNIT.stem / NAME
    assert released.read_text("utf-8") == generated(UNIT)[UNIT.learners_copy]


def test_what_an_instructors_configuration_adds_is_released_too(course):
    header = {"cells": [{"cell_type": "markdown", "id": "rules", "metadata": {}, "source": "Hand in by Friday."}]}
    (course / "header.ipynb").write_text(json.dumps({**header, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"c.IncludeHeaderFooter.header = {str(course / 'header.ipynb')!r}\n")
    nbgrader(course, "generate_assignment", UNIT.stem)
    said = nbgrader(course, "release_assignment", UNIT.stem)
    released = course / "exchange" / "transformers" / "outbound" / UNIT.stem / NAME
    assert json.loads(released.read_text("utf-8"))["cells"][0]["source"] == ["Hand in by Friday."]
    assert "is not what" not in said
