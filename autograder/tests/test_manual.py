"""Cells that an instructor adds and grades by hand: kept by a build, and counted by both ways of grading alike."""

import base64
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from PIL import Image

from autograder.grading.sanitize import inert_markdown
from autograder.tests.classroom import configure
from autograder.tests.project import command, copy_of_the_project, surroundings

UNIT = "00_start"
IN_THE_SOURCE = """
# %% [markdown] grade_id="essay" points=5
# A model answer that no learner sees.

# %% grade_id="sketch" points=3
print("a model sketch")
"""
ESSAY = "Attention is an *average* of `List<int>`. <img src=x onerror='alert(1)'> [x](javascript:alert(2))"
PASTED = "![drawn](attachment:image.png)"
SHOWN = ("Attention is an", "average", "List")


def in_base64(content):
    return base64.b64encode(content).decode()


def drawn():
    file = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(file, "PNG")
    return in_base64(file.getvalue())


PICTURE = drawn()


def as_create_assignment_does(cell_id, grade_id, text, **more):
    """A cell as nbgrader's *Create Assignment* leaves it in a notebook."""
    nbgrader = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3, **more}
    metadata = {"nbgrader": {**nbgrader, "grade_id": grade_id}}
    return {"cell_type": "markdown", "id": cell_id, "metadata": metadata, "source": [text]}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose unit has cells of an instructor's: two in the source, two added in JupyterLab; built."""
    project = copy_of_the_project(tmp_path_factory.mktemp("manual") / "project")
    source = project / "solutions" / f"{UNIT}.py"
    source.write_text(source.read_text("utf-8") + IN_THE_SOURCE, "utf-8")
    command(project, "build", UNIT)
    path = project / "solutions" / UNIT / f"{UNIT}.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    task = as_create_assignment_does("0a1b2c3d", "reflection", "Reflect.", task=True, points=4)
    rule = as_create_assignment_does("4e5f6a7b", "cell-0123456789abcdef", "Write in full sentences.")
    notebook["cells"][1:1] = [rule, task]
    path.write_text(json.dumps(notebook), "utf-8")
    return project


def notebook_in(project, folder):
    return json.loads((project / folder / UNIT / f"{UNIT}.ipynb").read_text("utf-8"))


def grade_ids(notebook):
    return [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]


@pytest.fixture(scope="module")
def built(project):
    command(project, "build", UNIT)
    return project


def test_a_build_keeps_what_was_added_and_hands_it_out(built):
    for folder in ("solutions", "exercises"):
        ids = grade_ids(notebook_in(built, folder))
        assert ids[1:3] == ["cell-0123456789abcdef", "reflection"]
        assert ids[-2:] == ["essay", "sketch"]
    handed_out = {cell["id"]: "".join(cell["source"]) for cell in notebook_in(built, "exercises")["cells"]}
    assert handed_out["essay"] == "YOUR ANSWER HERE"
    assert "NotImplementedError" in handed_out["sketch"]
    assert "model" not in json.dumps(notebook_in(built, "exercises")["cells"][-2:])


def test_a_changed_source_moves_no_cell_that_was_added_and_other_edits_still_stop_a_build(built, tmp_path):
    project = Path(shutil.copytree(built, tmp_path / "project"))
    source = project / "solutions" / f"{UNIT}.py"
    source.write_text(source.read_text("utf-8").replace('"essay" points=5', '"essay" points=6'), "utf-8")
    command(project, "build", UNIT)
    assert grade_ids(notebook_in(project, "exercises"))[1:3] == ["cell-0123456789abcdef", "reflection"]
    assert notebook_in(project, "exercises")["cells"][-2]["metadata"]["nbgrader"]["points"] == 6
    path, notebook = project / "solutions" / UNIT / f"{UNIT}.ipynb", notebook_in(project, "solutions")
    notebook["cells"][3]["source"] = "mine"
    path.write_text(json.dumps(notebook), "utf-8")
    assert "Somebody has written in" in command(project, "build", UNIT, fails=True)
    assert notebook_in(project, "solutions")["cells"][3]["source"] == "mine"


def test_points_that_nobody_could_give_are_refused_by_name(built, tmp_path):
    project = Path(shutil.copytree(built, tmp_path / "project"))
    path, notebook = project / "solutions" / UNIT / f"{UNIT}.ipynb", notebook_in(project, "solutions")
    notebook["cells"][1]["metadata"]["nbgrader"] |= {"grade": True, "points": 2}
    path.write_text(json.dumps(notebook), "utf-8")
    said = command(project, "build", UNIT, fails=True)
    assert "'cell-0123456789abcdef' is marked as one that is graded automatically" in said


@pytest.fixture(scope="module")
def classes(built, tmp_path_factory):
    """The same class graded by our command and by nbgrader's own, each in a folder of its own."""
    folder = tmp_path_factory.mktemp("classes")
    for name, essay in (("learner-01", ESSAY), ("learner-02", None), ("learner-03", "")):
        notebook = notebook_in(built, "exercises")
        cells = {cell["id"]: cell for cell in notebook["cells"]}
        if essay:
            cells["essay"]["source"] = f"{essay} {PASTED}"
            cells["essay"]["attachments"] = {"image.png": {"image/png": PICTURE}}
            cells["sketch"]["source"] = "print(6 * 7)"
            place = notebook["cells"].index(cells["0a1b2c3d"]) + 1
            note = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "I reflected."}
            notebook["cells"].insert(place, note)
        elif essay == "":
            notebook["cells"].remove(cells["essay"])
        for road in ("ours", "nbgraders"):
            place = folder / road / "submitted" / name / UNIT
            place.mkdir(parents=True)
            (place / f"{UNIT}.ipynb").write_text(json.dumps(notebook), "utf-8")
    configure(folder / "nbgraders")
    run_nbgrader(built, folder, "generate_assignment")
    grade(built, folder)
    return folder


def grade(project, folder):
    """Grade both classes, the second by nbgrader's own commands."""
    ours = folder / "ours"
    command(project, "grade", UNIT, "--submitted", ours / "submitted", "--grading", ours)
    run_nbgrader(project, folder, "autograde", "generate_feedback")


def run_nbgrader(project, folder, *steps):
    for step in steps:
        run = subprocess.run(
            [Path(sys.executable).parent / "nbgrader", step, UNIT, "--force"],
            cwd=folder / "nbgraders",
            env=surroundings(project),
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert run.returncode == 0, run.stderr[-3000:]


def entries(folder):
    """All that a gradebook holds of each submission."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return {
            submission.student.id: {
                "score": (submission.score, submission.max_score, submission.needs_manual_grade),
                "grades": {
                    grade.name: (grade.auto_score, grade.manual_score, grade.max_score, grade.needs_manual_grade)
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                },
                "comments": {
                    comment.name: (comment.auto_comment, comment.manual_comment)
                    for notebook in submission.notebooks
                    for comment in notebook.comments
                },
            }
            for submission in book.assignment_submissions(UNIT)
        }


def test_both_ways_of_grading_enter_the_same(classes):
    ours, nbgraders = entries(classes / "ours"), entries(classes / "nbgraders")
    assert ours == nbgraders
    first, second, third = (ours[f"learner-0{number}"] for number in (1, 2, 3))
    assert first["score"] == (0, 32, True)
    assert first["grades"]["essay"] == (None, None, 5, True)
    assert second["grades"]["essay"] == (0, None, 5, False)
    assert second["comments"]["sketch"] == ("No response.", None)
    assert third["grades"]["essay"] == (None, None, 5, True)


@pytest.mark.parametrize("road", ["ours", "nbgraders"])
def test_what_was_written_is_executed_shown_and_runs_nothing(classes, road):
    place = classes / road
    executed = nbformat.read(place / "autograded" / "learner-01" / UNIT / f"{UNIT}.ipynb", as_version=4)
    cells = {cell.id: cell for cell in executed.cells}
    assert all(part in cells["essay"].source for part in SHOWN)
    assert cells["essay"].source == f"{inert_markdown(ESSAY)} ![drawn](attachment:picture-1.png)"
    assert cells["essay"].attachments == {"picture-1.png": {"image/png": PICTURE}}
    assert cells["sketch"].outputs[0].text == "42\n"
    assert "I reflected." in [cell.source for cell in executed.cells]
    page = (place / "feedback" / "learner-01" / UNIT / f"{UNIT}.html").read_text("utf-8")
    assert all(part in page for part in (*SHOWN, "I reflected.", "42\n", "0 of 5"))
    assert "<img src=x" not in page
    assert f'<img src="data:image/png;base64,{PICTURE}" alt="drawn">' in page
    third = (place / "feedback" / "learner-03" / UNIT / f"{UNIT}.html").read_text("utf-8")
    assert "missing: essay" in third  # whose cell was deleted


def test_a_score_given_by_hand_survives_and_counts(built, classes):
    for road in ("ours", "nbgraders"):
        with Gradebook(f"sqlite:///{classes / road / 'gradebook.db'}") as book:
            for name, points in (("essay", 4.5), ("reflection", 3)):
                given = book.find_grade(name, UNIT, UNIT, "learner-01")
                given.manual_score, given.needs_manual_grade = points, False
            book.find_comment("essay", UNIT, UNIT, "learner-01").manual_comment = "Well said."
            book.db.commit()
    grade(built, classes)
    ours = entries(classes / "ours")
    assert ours == entries(classes / "nbgraders")
    assert ours["learner-01"]["score"][:2] == (7.5, 32)
    assert ours["learner-01"]["grades"]["essay"] == (None, 4.5, 5, True)
    for road in ("ours", "nbgraders"):
        page = (classes / road / "feedback" / "learner-01" / UNIT / f"{UNIT}.html").read_text("utf-8")
        assert "4.5 of 5" in page
        assert "Well said." in page


def test_another_essay_alone_is_shown_the_next_time(built, classes):
    path = classes / "ours" / "submitted" / "learner-01" / UNIT / f"{UNIT}.ipynb"
    path.write_text(path.read_text("utf-8").replace("Attention is an", "On second thoughts it is an"), "utf-8")
    command(built, "grade", UNIT, "--submitted", classes / "ours" / "submitted", "--grading", classes / "ours")
    page = (classes / "ours" / "feedback" / "learner-01" / UNIT / f"{UNIT}.html").read_text("utf-8")
    assert "On second thoughts" in page
