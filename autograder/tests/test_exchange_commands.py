"""nbgrader's exchange from a learner's terminal: in the project, and in a folder that is far from it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.tests.classroom import configure
from autograder.tests.project import copy_of_the_project
from autograder.units import ROOT, Unit

MASKING, HEADS = Unit("05_masking"), Unit("06_multi_head")
BUILT = "from course.built import masked_softmax"


def run(folder, *arguments, project=ROOT, **more):
    """Run a program of this Python's in a folder; gives all that it says."""
    program, *rest = map(str, arguments)
    done = subprocess.run(
        [Path(sys.executable).parent / program, *rest],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(project), **more},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return " ".join((done.stdout + done.stderr).split())


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """An instructor's folder, and an exchange with two units in it, of which the second builds on the first."""
    folder = tmp_path_factory.mktemp("instructor")
    places = f"c.CourseDirectory.release_directory = {str(folder / 'release')!r}\n"
    configure(folder, f"{places}c.Exchange.root = {str(folder / 'exchange')!r}\n")
    for unit in (MASKING, HEADS):
        run(folder, "nbgrader", "generate_assignment", unit.stem)
        run(folder, "nbgrader", "release_assignment", unit.stem)
    return folder


def test_fetched_units_find_each_other_far_from_the_project(course, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "nbgrader_config.py").write_text(f"get_config().Exchange.root = {str(course / 'exchange')!r}\n")
    there = {"JUPYTER_CONFIG_DIR": str(config), "JUPYTER_DATA_DIR": str(tmp_path / "data")}
    learner = tmp_path / "learner"
    learner.mkdir()
    for unit in (MASKING, HEADS):
        run(learner, "nbgrader", "fetch_assignment", "--course", "transformers", unit.stem, **there)
    said = run(learner / HEADS.stem, "python", "-c", BUILT)
    assert "masked_softmax is the reference; yours is not written yet in learner/05_masking" in said
    shutil.copy(MASKING.solution, learner / MASKING.stem)
    said = run(learner / HEADS.stem, "python", "-c", BUILT)
    assert "masked_softmax is yours; all its checks hold in learner/05_masking" in said


def test_in_the_project_what_is_fetched_lies_on_the_desk_and_is_submitted_from_there(course, tmp_path):
    project = copy_of_the_project(tmp_path / "project")
    exchange = f"--Exchange.root={course / 'exchange'}"
    there = {"project": project, "JUPYTER_DATA_DIR": str(tmp_path / "data")}
    assert f"transformers {MASKING.stem}" in run(project, "nbgrader", "list", exchange, **there)
    run(project, "nbgrader", "fetch_assignment", MASKING.stem, exchange, **there)
    notebook = project / "work" / MASKING.stem / f"{MASKING.stem}.ipynb"
    assert "masked_softmax: not attempted yet" in run(project, "nbgrader", "validate", notebook, **there)
    shutil.copy(MASKING.solution, notebook)
    assert "Success! Your notebook passes all the tests." in run(project, "nbgrader", "validate", notebook, **there)
    run(project, "nbgrader", "submit", MASKING.stem, exchange, **there)
    run(course, "nbgrader", "collect", MASKING.stem)
    run(course, "nbgrader", "autograde", MASKING.stem)
    run(course, "nbgrader", "generate_feedback", MASKING.stem)
    run(course, "nbgrader", "release_feedback", MASKING.stem)
    run(project, "nbgrader", "fetch_feedback", MASKING.stem, exchange, **there)
    (page,) = notebook.parent.glob(f"feedback/*/{MASKING.stem}.html")
    assert "20 of 20" in page.read_text("utf-8")
