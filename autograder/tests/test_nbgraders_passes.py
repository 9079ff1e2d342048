"""nbgrader's own commands keep to our budgets, refuse stale notebooks, and enter nothing where we fail."""

import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.author import demo
from autograder.grading.gradebook import register
from autograder.tests.classroom import configure, hand_in
from autograder.tests.project import copy_of_the_project, surroundings
from autograder.units import Unit

UNIT = Unit("00_start")
FINISHED, UNTOUCHED = 0, 2


def edit(path, *changes):
    text = path.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose judge never comes to an end with right answers, nor its highlighter with any code."""
    project = copy_of_the_project(tmp_path_factory.mktemp("project") / "course")
    room = project / "autograder"
    edit(
        room / "grading" / "budgets.py",
        ("JUDGE: Budget(300,", "JUDGE: Budget(5,"),
        ("PAGE: Budget(10,", "PAGE: Budget(2,"),
    )
    first = "    average = np.zeros((values.shape[0], values.shape[2]))\n"
    edit(room / "suites" / UNIT.suite.name, (first, f"    while True:\n        pass\n{first}"))
    told = "def _highlighted(source: str) -> str:\n"
    edit(room / "grading" / "feedback.py", (told, f"{told}    while True:\n        pass\n"))
    return project


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class of two: one has begun nothing, the other is right, and has points from an earlier pass."""
    folder = tmp_path_factory.mktemp("class")
    for name, kind in (("learner-0", UNTOUCHED), ("learner-1", FINISHED)):
        hand_in(folder / "submitted" / name, UNIT, demo.KINDS[kind](UNIT))
    configure(folder)
    register(UNIT, folder)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        book.update_or_create_student("learner-1")
        book.update_or_create_submission(UNIT.stem, "learner-1")
        book.find_grade(f"{next(iter(UNIT.points()))}-check", UNIT.stem, UNIT.stem, "learner-1").auto_score = 7.0
        book.db.commit()
    earlier(folder).parent.mkdir(parents=True)
    earlier(folder).write_text("{}")
    return folder


def earlier(course):
    """The executed notebook of an earlier pass."""
    return course / "autograded" / "learner-1" / UNIT.stem / f"{UNIT.stem}.ipynb"


def nbgrader(project, course, *arguments):
    """Run one of nbgrader's commands; returns its exit status, and what it logged in one line."""
    run = subprocess.run(
        [Path(sys.executable).parent / "nbgrader", *arguments],
        cwd=course,
        env=surroundings(project),
        capture_output=True,
        text=True,
        timeout=600,
    )
    return run.returncode, " ".join(run.stderr.split())


def points(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {one.student.id: one.score for one in book.assignment_submissions(UNIT.stem)}


def test_a_stale_notebook_stops_it_before_anything_is_entered(project, course):
    suite = project / "autograder" / "suites" / UNIT.suite.name
    edit(suite, ('@exercise("weighted_average", points=10,', '@exercise("weighted_average", points=11,'))
    status, said = nbgrader(project, course, "autograde", UNIT.stem, "--force")
    edit(suite, ("points=11,", "points=10,"))
    assert status == 1
    assert f"exercises/{UNIT.stem}/{UNIT.stem}.ipynb: not as the suites and sources would make them now" in said
    assert f"python -m autograder build {UNIT.stem}" in said
    assert points(course) == {"learner-1": 7}
    assert earlier(course).read_text() == "{}"


def test_a_judge_over_its_budget_leaves_what_was_there_and_the_others_are_graded(project, course):
    noted = []
    for _ in range(2):
        status, said = nbgrader(project, course, "autograde", UNIT.stem, "--force")
        assert status == 1
        assert "Not graded, our fault: Judging it took more than 5 seconds of computing. It is not tried again" in said
        assert points(course) == {"learner-0": 0, "learner-1": 7}
        assert earlier(course).read_text() == "{}"
        noted.append({path: path.stat().st_mtime_ns for path in course.glob("verdicts/over-budget/*")})
    assert len(noted[0]) == 1
    assert noted[0] == noted[1]  # it was not tried again


def test_a_page_over_its_budget_is_a_plain_one(project, course):
    status, said = nbgrader(project, course, "generate_feedback", UNIT.stem, "--student", "learner-0")
    assert status == 0, said
    page = (course / "feedback" / "learner-0" / UNIT.stem / f"{UNIT.stem}.html").read_text("utf-8")
    assert "more time or memory to show than it may" in page
    assert "0 of 20 points" in page
