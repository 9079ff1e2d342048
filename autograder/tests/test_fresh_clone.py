"""nbgrader's own commands in a project that was just fetched, and a class whose assignment has a file beside it."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.author import demo
from autograder.tests.classroom import hand_in, with_cell
from autograder.tests.project import command, copy_of_the_project, surroundings
from autograder.units import Unit

UNIT = Unit("00_start")
READS = "print('read', open('data.csv').read())"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_of_the_project(tmp_path_factory.mktemp("fresh") / "project")


def nbgrader(project, *arguments):
    run = subprocess.run(
        [Path(sys.executable).parent / "nbgrader", *map(str, arguments)],
        cwd=project,
        env=surroundings(project),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return run.stdout + run.stderr


def test_every_command_works_where_there_is_no_class_yet(project):
    assert "There are 0 assignments" in nbgrader(project, "db", "assignment", "list")
    handed_out = project / "exercises" / UNIT.stem
    before = (handed_out / f"{UNIT.stem}.ipynb").read_bytes()
    (project / "solutions" / UNIT.stem / "data.csv").write_text("1,2")
    nbgrader(project, "generate_assignment", UNIT.stem, "--force")
    assert (handed_out / f"{UNIT.stem}.ipynb").read_bytes() == before
    assert (handed_out / "data.csv").read_text() == "1,2"
    finished = hand_in(project / ".grading" / "submitted" / "learner-01", UNIT, with_cell(demo.KINDS[0](UNIT), READS))
    finished.with_name("data.csv").write_text("the learner's own")
    nbgrader(project, "autograde", UNIT.stem)
    nbgrader(project, "generate_feedback", UNIT.stem)
    nbgrader(project, "export", "--to", project / "grades.csv")
    assert ",20,0,20,20" in (project / "grades.csv").read_text()
    assert_the_instructors_file_was_read(project / ".grading")


def test_our_command_reads_the_same_file(project, tmp_path):
    submitted = project / ".grading" / "submitted"
    said = command(project, "grade", UNIT.stem, "--submitted", submitted, "--grading", tmp_path, "--json")
    assert '"score": 20.0' in said
    assert_the_instructors_file_was_read(tmp_path)


def assert_the_instructors_file_was_read(grading):
    executed = grading / "autograded" / "learner-01" / UNIT.stem
    assert "read 1,2" in (executed / f"{UNIT.stem}.ipynb").read_text("utf-8")
    assert (executed / "data.csv").read_text() == "1,2"
    assert "read 1,2" in (grading / "feedback" / "learner-01" / UNIT.stem / f"{UNIT.stem}.html").read_text("utf-8")
