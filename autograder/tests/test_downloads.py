"""Zips as Moodle and Canvas make them, through nbgrader's `zip_collect` and a grading of the class."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.author import demo
from autograder.grading.downloads import DOWNLOADS
from autograder.tests.classroom import configure
from autograder.tests.project import surroundings
from autograder.units import ROOT, Unit

UNIT = Unit("00_start")
FINISHED, HALF = (demo.KINDS[kind](UNIT) for kind in (0, 1))
IN_A_FOLDER = "{}_1234567_assignsubmission_file_/{}"
FLAT = "{}_1234567_assignsubmission_file_{}"


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def run(folder: Path, *arguments: object) -> str:
    """Run a program of this Python's in a folder; gives what it printed."""
    program = [sys.executable, "-m", *map(str, arguments)]
    done = subprocess.run(program, cwd=folder, env=surroundings(ROOT), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout if "--json" in arguments else " ".join((done.stdout + done.stderr).split())


def collect(folder: Path, kind: str, files: dict[str, str | bytes]) -> str:
    """Configure a class for one kind of zip, and collect one."""
    line = f"c.FileNameCollectorPlugin.named_regexp = DOWNLOADS[{kind!r}]\n"
    configure(folder, f"from autograder.grading.downloads import DOWNLOADS\n{line}")
    zipped(folder / "downloaded" / UNIT.stem / "archive" / "submissions.zip", files)
    return run(folder, "nbgrader", "zip_collect", UNIT.stem, "--force")


def test_notebooks_from_moodle_and_canvas_are_graded_under_the_names_that_these_know(tmp_path):
    work = zipped(
        tmp_path / "work.zip", {"work/00_start.ipynb": FINISHED, "__MACOSX/work/._00_start.ipynb": b"\0\5\26\7"}
    ).read_bytes()
    moodle = {
        IN_A_FOLDER.format("Ada Lovelace", "00_start.ipynb"): FINISHED,
        FLAT.format("Zoë Müller-Lüdenscheidt", "00_start.ipynb"): HALF,
        IN_A_FOLDER.format("Emmy_Noether", "00_start (1).ipynb"): FINISHED,
        IN_A_FOLDER.format("Grace Hopper", "homework.ipynb"): HALF,
        IN_A_FOLDER.format("Alan Turing", "work.zip"): work,
        IN_A_FOLDER.format("Kurt Gödel", "answers.pdf"): b"%PDF",
    }
    said = collect(tmp_path, "moodle", moodle)
    assert "5 files collected, " in said
    assert f"Skipped submission with no match information provided: {tmp_path}" in said
    assert "answers.pdf" in said
    canvas = {
        "lovelaceada_12345_6789012_00_start.ipynb": HALF,
        "hopper_LATE_12346_6789013_00_start-1.ipynb": FINISHED,
        "turingalan_12347_6789014_work.zip": work,
    }
    collect(tmp_path, "canvas", canvas)
    out = run(
        ROOT, "autograder", "grade", UNIT.stem, "--submitted", tmp_path / "submitted", "--grading", tmp_path, "--json"
    )
    graded = json.loads(out)
    scores = {one["learner"]: (one["score"], one["problem"]) for one in graded}
    alls, halves = (20, None), (10, None)
    assert scores == {
        "Ada Lovelace": alls,
        "Zoë Müller-Lüdenscheidt": halves,
        "Emmy_Noether": alls,
        "Grace Hopper": halves,
        "Alan Turing": alls,
        "12345": halves,
        "12346": alls,
        "12347": alls,
    }


def test_names_with_signs_in_them_are_collected_and_graded_as_they_are(tmp_path):
    names = ["Conan O'Neil", "Lovelace, Ada"]
    collect(tmp_path, "moodle", {IN_A_FOLDER.format(name, "00_start.ipynb"): FINISHED for name in names})
    assert sorted(path.name for path in (tmp_path / "submitted").iterdir()) == names
    out = run(
        ROOT, "autograder", "grade", UNIT.stem, "--submitted", tmp_path / "submitted", "--grading", tmp_path, "--json"
    )
    graded = {one["learner"]: one for one in json.loads(out)}
    assert {name: (one["score"], one["problem"]) for name, one in graded.items()} == dict.fromkeys(names, (20, None))


@pytest.mark.parametrize(
    ("kind", "path", "learner"),
    [
        ("moodle", IN_A_FOLDER.format("Ada Lovelace", "00_start.ipynb"), "Ada Lovelace"),
        ("moodle", FLAT.format("Ada Lovelace", "00_start.ipynb"), "Ada Lovelace"),
        ("moodle", FLAT.format("Ada_1_L", "00_start+somebody.ipynb"), "Ada_1_L"),
        ("moodle", IN_A_FOLDER.format("Ada", "extracted/x/Eve_1_assignsubmission_file_/00_start.ipynb"), "Ada"),
        ("moodle", IN_A_FOLDER.format("Ada", "__MACOSX/00_start.ipynb"), None),
        ("moodle", IN_A_FOLDER.format("Ada", "._00_start.ipynb"), None),
        ("moodle", IN_A_FOLDER.format("Ada", ".ipynb_checkpoints/00_start-checkpoint.ipynb"), None),
        ("moodle", "Ada_1234567_assignsubmission_onlinetext_/00_start.ipynb", None),
        ("moodle-anonymous", FLAT.format("Participant", "00_start.ipynb"), "1234567"),
        ("canvas", "lovelaceada_12345_6789012_00_start.ipynb", "12345"),
        ("canvas", "lovelaceada_LATE_12345_6789012_00_start-1.ipynb", "12345"),
        ("canvas", "lovelaceada_12345_6789012_work/eve_99_1_00_start.ipynb", "12345"),
        ("canvas", "00_start.ipynb", None),
    ],
)
def test_a_learner_is_who_the_platform_says_wherever_the_course_lies(kind, path, learner):
    for place in ("extracted", "extracted/submissions"):
        found = re.match(DOWNLOADS[kind], f"/home/course_2026_1_x/.grading/downloaded/00_start/{place}/{path}")
        assert (found and found["student_id"]) == learner
