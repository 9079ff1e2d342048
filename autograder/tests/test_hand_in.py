"""Handing in without a server: from a learner's folder to a score under the right name."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.author import demo
from autograder.grading.jobs import HandedInTwice, jobs
from autograder.grading.names import HANDED_IN, handed_in_by, handed_in_name
from autograder.learner.hand_in import prepared
from autograder.tests.classroom import configure, hand_in
from autograder.units import ROOT, Unit, find_unit

UNIT = Unit("04_attention")
FINISHED, HALF, TRUNCATED = 0, 1, 6


def command(folder, *arguments, program=("-m", "autograder"), fails=False, **more):
    run = subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **more},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (run.returncode != 0) == fails, run.stdout[-2000:] + run.stderr[-2000:]
    return " ".join((run.stderr if fails else run.stdout).split())


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """Two learners who hand in from folders of their own, the second under an address; the files, and what was said."""
    files, said = tmp_path_factory.mktemp("files"), []
    for name, kind in (("learner-01", FINISHED), ("a+b@uni.de", HALF)):
        home = tmp_path_factory.mktemp("home")
        hand_in(home, UNIT, demo.KINDS[kind](UNIT))
        said.append(command(home, "submit", "attention", "--learner", name, "--to", files))
    return files, said


def test_handing_in_says_what_is_missing_and_where_the_file_is(handed_in):
    files, (finished, half) = handed_in
    assert "✓ softmax: everything holds · 4 of 4 points" in finished
    assert "04_attention: 20 of 20 points" in finished
    assert f"Hand in this file: {files / '04_attention+learner-01.ipynb'}" in finished
    assert "– self_attention: not attempted yet · 0 of 7 points" in half
    assert "login" not in half
    assert len(list(files.iterdir())) == 2


def test_the_file_is_taken_by_nbgraders_zip_collect_and_graded_under_the_right_name(handed_in, tmp_path):
    configure(tmp_path)
    archive = tmp_path / "downloaded" / UNIT.stem / "archive"
    shutil.copytree(handed_in[0], archive)
    (archive / "04_attention+a+b@uni.de.ipynb").rename(archive / "doe_123_45_04_attention+a+b@uni.de (1).ipynb")
    nbgrader = (str(Path(sys.executable).parent / "nbgrader"),)
    command(tmp_path, "zip_collect", UNIT.stem, program=nbgrader)
    command(ROOT, "grade", UNIT.stem, "--submitted", tmp_path / "submitted", "--grading", tmp_path)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        scores = {one.student.id: one.score for one in book.assignment_submissions(UNIT.stem)}
    assert scores == {"learner-01": 20, "a+b@uni.de": 8}


def test_the_file_is_graded_as_it_is(handed_in, tmp_path):
    submitted = tmp_path / "submitted"
    shutil.copytree(handed_in[0], submitted)
    hand_in(submitted / "learner-03", UNIT, demo.KINDS[TRUNCATED](UNIT))
    shown = command(ROOT, "grade", UNIT.stem, "--submitted", submitted, "--grading", tmp_path / "class")
    assert "3 submissions" in shown
    with Gradebook(f"sqlite:///{tmp_path / 'class' / 'gradebook.db'}") as book:
        scores = {one.student.id: one.score for one in book.assignment_submissions(UNIT.stem)}
    assert scores == {"learner-01": 20, "a+b@uni.de": 8, "learner-03": 0}
    assert (tmp_path / "class" / "feedback" / "a+b@uni.de" / UNIT.stem / f"{UNIT.stem}.html").exists()


def test_handing_in_again_replaces_the_file_but_never_one_that_it_did_not_make(handed_in, tmp_path):
    hand_in(tmp_path, UNIT, demo.KINDS[HALF](UNIT))
    file = tmp_path / "04_attention+learner-01.ipynb"
    shutil.copy(handed_in[0] / file.name, file)
    command(tmp_path / UNIT.stem, "submit", "04", "--learner", "learner-01")
    assert "scaled_dot_product_attention" in file.read_text("utf-8")
    assert file.read_bytes() != (handed_in[0] / file.name).read_bytes()
    edited = json.loads(file.read_text("utf-8"))
    edited["cells"].append({"cell_type": "code", "source": "mine = 1", "metadata": {}, "outputs": []})
    file.write_text(json.dumps(edited), "utf-8")
    before = file.read_bytes()
    said = command(tmp_path, "submit", "04", "--learner", "learner-01", fails=True)
    assert "this command did not make it" in said
    assert file.read_bytes() == before


def test_the_login_is_the_name_where_none_is_given(tmp_path):
    hand_in(tmp_path, UNIT, demo.KINDS[FINISHED](UNIT))
    said = command(tmp_path, "submit", tmp_path / UNIT.stem / f"{UNIT.stem}.ipynb", JUPYTERHUB_USER="learner-02")
    assert "It is named for learner-02, your login." in said
    assert (tmp_path / "04_attention+learner-02.ipynb").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["04_atention"], "Did you mean 04_attention"),
        (["04", "--learner", "a/b"], "'a/b' cannot stand in a gradebook: it has / in it"),
        (["04", "--learner", "learner-01"], "is not a whole notebook"),
        (["nowhere.ipynb"], "There is no file"),
    ],
)
def test_what_cannot_be_handed_in_is_told_and_leaves_no_file(tmp_path, arguments, says):
    hand_in(tmp_path, UNIT, demo.KINDS[TRUNCATED](UNIT))
    assert says in command(tmp_path, "submit", *arguments, fails=True)
    assert [path.name for path in tmp_path.iterdir()] == [UNIT.stem]


def test_two_files_of_one_learner_are_told_before_anything_is_graded(tmp_path):
    for name in ("04_attention+learner-01.ipynb", "04_attention+learner-01 (1).ipynb"):
        (tmp_path / name).touch()
    with pytest.raises(HandedInTwice, match="learner-01 has handed in 04_attention twice"):
        jobs([UNIT], tmp_path)
    assert jobs([Unit("05_masking")], tmp_path) == []


def test_a_files_name_tells_unit_and_learner():
    assert find_unit("04_attention+learner-01.ipynb") == UNIT
    assert handed_in_by(Path("doe_1_2_04_attention+a+b@uni.de (2).ipynb"), UNIT) == "a+b@uni.de"
    for learner in ("a+b@uni.de", "o'neil", "x_04_attention+y", "learner-01"):
        path = Path(handed_in_name(UNIT, learner))
        assert handed_in_by(path, UNIT) == learner
        assert handed_in_by(Path(f"doe_1_2_{path.stem} (3).IPYNB"), UNIT) == learner
        assert re.match(HANDED_IN, f"/home/c++/extracted/{path}").groupdict() == {
            "file_id": UNIT.stem,
            "student_id": learner,
        }
    assert handed_in_by(Path("05_masking+a.ipynb"), UNIT) is None
    assert handed_in_by(Path("04_attention.ipynb"), UNIT) is None


def test_what_was_handed_in_before_is_kept_when_it_was_another(tmp_path):
    notebook = hand_in(tmp_path, UNIT, demo.KINDS[FINISHED](UNIT))
    handing_in = prepared(str(notebook), "learner-01", None)
    assert handing_in.make(handing_in.text()) is None
    before = handing_in.file.read_text("utf-8")
    assert handing_in.make(handing_in.text()) is None  # the same again
    notebook.write_text(demo.KINDS[HALF](UNIT), "utf-8")
    kept = handing_in.make(handing_in.text())
    assert kept == tmp_path / "handed_in_before" / handing_in.file.name
    assert kept.read_text("utf-8") == before != handing_in.file.read_text("utf-8")
