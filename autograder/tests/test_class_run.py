"""A class's run that is killed, stopped, run twice or beside others, and nbgrader's own road to the same gradebook."""

import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook, get_alembic_version

from autograder.author import demo
from autograder.grading.class_run import grade
from autograder.grading.entry import Executed
from autograder.grading.gradebook import register
from autograder.grading.jobs import jobs
from autograder.grading.ledger import Ledger, newest_version
from autograder.grading.nbgrader_settings import course_config, is_ours
from autograder.tests.classroom import configure, hand_in, with_cell
from autograder.units import ROOT, Unit

UNIT = Unit("00_start")
FINISHED, HALF, UNTOUCHED, TRUNCATED = 0, 1, 2, 6
LEARNERS = 6
SECONDS = 300  # more than any step takes on a loaded machine


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    """A class, each with something of their own in the notebook: as many different works."""
    folder = tmp_path_factory.mktemp("class") / "submitted"
    for number in range(LEARNERS):
        text = demo.KINDS[(FINISHED, HALF, UNTOUCHED)[number % 3]](UNIT)
        hand_in(folder / f"learner-{number}", UNIT, with_cell(text, f"mine = {number}"))
    return folder


@pytest.fixture(scope="module")
def graded_once(submitted, tmp_path_factory):
    """The folder in which that class was graded without any disturbance, and what came of it."""
    folder = tmp_path_factory.mktemp("graded") / "class"
    return folder, grade(jobs([UNIT], submitted), folder, 1)


@pytest.fixture
def graded(graded_once, tmp_path):
    """A copy of it, times of files too."""
    folder, came = graded_once
    return Path(shutil.copytree(folder, tmp_path / "copy")), came


def start(submitted, grading):
    """`grade` as from a terminal: in a process group of its own."""
    command = [sys.executable, "-m", "autograder", "grade", UNIT.stem, "--workers", "2", "--json"]
    return subprocess.Popen(
        [*command, "--submitted", str(submitted), "--grading", str(grading)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until(condition, run=None):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        assert run is None or run.poll() is None, run.stderr.read()[-2000:]
        time.sleep(0.01)


def end(run, how):
    """Send a signal to the whole group; returns what was written, when all its processes are gone."""
    family = psutil.Process(run.pid).children(recursive=True)
    os.killpg(run.pid, how)
    written = run.communicate(timeout=SECONDS)
    _, alive = psutil.wait_procs(family, timeout=SECONDS)
    assert not alive
    return written


def verdicts(grading):
    return {path.name: path.stat().st_mtime_ns for path in grading.glob("verdicts/*.json")}


def finished(grading):
    return list(grading.glob(f"feedback/*/{UNIT.stem}/.done.json"))


def completed(run):
    written, errors = run.communicate(timeout=SECONDS)
    assert run.returncode == 0, errors[-3000:]
    assert "Traceback" not in errors
    return {one["learner"]: one for one in json.loads(written)}


def scores(graded):
    return {name: [exercise["score"] for exercise in one["exercises"]] for name, one in graded.items()}


def rows(grading):
    """All that a gradebook holds of submissions, without the ids that are made up for each row."""
    found = {}
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}") as book:
        for submission in book.assignment_submissions(UNIT.stem):
            (notebook,) = submission.notebooks
            row = {"late": notebook.late_submission_penalty, "flagged": notebook.flagged, "name": notebook.name}
            row |= {"score": notebook.score, "max": notebook.max_score, "seconds": submission.total_seconds_late}
            row |= {"time": submission.timestamp, "extension": submission.extension, "written": notebook.written_score}
            row["grades"] = {one.name: _fields(one, "auto_score manual_score extra_credit") for one in notebook.grades}
            row["more"] = {one.name: _fields(one, "max_score needs_manual_grade score") for one in notebook.grades}
            row["comments"] = {one.name: _fields(one, "auto_comment manual_comment") for one in notebook.comments}
            student = submission.student
            found[student.id] = row | _fields(student, "first_name last_name email lms_user_id")
    return found


def _fields(row, names):
    return {name: getattr(row, name) for name in names.split()}


def pages(grading):
    return {path.parent.parent.name: path for path in grading.glob(f"feedback/*/{UNIT.stem}/{UNIT.stem}.html")}


def executed(grading):
    found = grading.glob(f"autograded/*/{UNIT.stem}/{UNIT.stem}.ipynb")
    return {path.parent.parent.name: json.loads(path.read_text("utf-8")) for path in found}


def test_a_run_killed_anywhere_loses_no_verdict_and_ends_like_an_undisturbed_one(submitted, graded_once, tmp_path):
    killed, (whole, undisturbed) = tmp_path / "killed", graded_once
    before = {}
    for stage in (
        lambda: verdicts(killed),
        lambda: (killed / "gradebook.db-wal").exists() and len(verdicts(killed)) > 2,
        lambda: len(finished(killed)) > LEARNERS - 2,
    ):
        run = start(submitted, killed)
        until(stage, run)
        end(run, signal.SIGKILL)
        now = verdicts(killed)
        assert before.items() <= now.items()
        before = now
    again = completed(start(submitted, killed))
    assert before.items() <= verdicts(killed).items()
    assert len(verdicts(killed)) == LEARNERS
    assert scores(again) == scores({one.learner: one.as_dict() for one in undisturbed})
    assert rows(killed) == rows(whole)
    assert len(finished(killed)) == LEARNERS
    for learner, page in pages(killed).items():
        assert f"{again[learner]['score']:g} of {again[learner]['max_score']:g} points" in page.read_text("utf-8")
        assert sum_of_checks(executed(killed)[learner]) == again[learner]["score"]


def sum_of_checks(notebook):
    checks = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    return sum(float("".join(cell["outputs"][0]["data"]["text/plain"])) for cell in checks)


def test_ctrl_c_says_what_is_kept_and_leaves_no_process(submitted, tmp_path):
    run = start(submitted, tmp_path / "class")
    until(lambda: finished(tmp_path / "class"), run)
    written, errors = end(run, signal.SIGINT)
    assert run.returncode == 130
    assert written == ""
    assert f"of {LEARNERS} submissions are marked and kept" in errors
    assert "The same command goes on from here." in errors
    assert "Traceback" not in errors
    kept = verdicts(tmp_path / "class")
    assert all(one.outcome.fault is None for one in grade(jobs([UNIT], submitted), tmp_path / "class", 1))
    assert kept.items() <= verdicts(tmp_path / "class").items()


def test_ctrl_c_while_the_processes_start_leaves_no_process(submitted, tmp_path):
    run = start(submitted, tmp_path / "class")
    until(lambda: len(psutil.Process(run.pid).children()) > 1, run)
    _, errors = end(run, signal.SIGINT)
    assert run.returncode == 130
    assert "Traceback" not in errors


def test_two_runs_in_one_folder_take_turns(submitted, tmp_path):
    first = start(submitted, tmp_path / "class")
    until(lambda: (tmp_path / "class" / ".lock").exists() and (tmp_path / "class" / ".lock").read_text(), first)
    os.killpg(first.pid, signal.SIGSTOP)  # or it might be done before the other has begun
    second = start(submitted, tmp_path / "class")
    said = b""
    while f"Another run (process {first.pid}) works in" not in said.decode():
        assert select.select([second.stderr], [], [], SECONDS)[0]
        said += os.read(second.stderr.fileno(), 4096)
        assert second.poll() is None
    os.killpg(first.pid, signal.SIGCONT)
    graded = completed(first)
    written, _ = second.communicate(timeout=SECONDS)
    assert {one["learner"]: one for one in json.loads(written)} == graded


def test_a_second_run_does_nothing_again(submitted, graded):
    folder, first = graded
    paths = [path for path in folder.glob("*/**/*") if path.is_file()]
    assert len(paths) > 4 * LEARNERS
    before = {path: path.stat().st_mtime_ns for path in paths}
    ledger = rows(folder)
    second = grade(jobs([UNIT], submitted), folder, 1)
    assert [one.as_dict() for one in second] == [one.as_dict() for one in first]
    assert {path: path.stat().st_mtime_ns for path in paths} == before
    assert rows(folder) == ledger


def learner_of(tmp_path, *kinds):
    for number, kind in enumerate(kinds):
        hand_in(tmp_path / "submitted" / f"learner-{number}", UNIT, demo.KINDS[kind](UNIT))
    return jobs([UNIT], tmp_path / "submitted")


@pytest.mark.parametrize("lost", ["autograded", "feedback", "gradebook.db"])
def test_what_was_lost_after_a_run_is_made_again(submitted, graded, lost):
    folder, (first, *_) = graded
    path = folder / lost
    path.unlink() if path.is_file() else shutil.rmtree(path)
    kept = verdicts(folder)
    (second,) = grade(jobs([UNIT], submitted)[:1], folder, 1)
    assert second.as_dict() == first.as_dict()
    assert verdicts(folder) == kept
    assert rows(folder)["learner-0"]["score"] == first.outcome.score == 20
    assert "learner-0" in pages(folder)
    assert "learner-0" in executed(folder)


def test_the_gradebook_may_be_open_elsewhere(tmp_path):
    todo = learner_of(tmp_path, HALF)
    register(UNIT, tmp_path)
    with sqlite3.connect(tmp_path / "gradebook.db") as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM student").fetchall()
        (one,) = grade(todo, tmp_path, 1)
        assert one.verdict.problem is None
    assert rows(tmp_path)["learner-0"]["score"] == one.outcome.score > 0


def test_a_locked_gradebook_is_waited_for(tmp_path):
    register(UNIT, tmp_path)
    looked = threading.Event()
    ledger = Ledger(course_config(tmp_path), looked.set)
    other = sqlite3.connect(tmp_path / "gradebook.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")

    def release():
        looked.wait(SECONDS)
        other.execute("ROLLBACK")

    thread = threading.Thread(target=release)
    thread.start()
    entry = ledger.enter(Executed("learner", UNIT.stem, None, {f"{name}-check": 1.0 for name in UNIT.points()}, {}))
    thread.join()
    ledger.close()
    assert looked.is_set()
    assert entry.score == len(UNIT.points())


PLUGIN = """
from nbgrader.plugins import BasePlugin

class TenthOfAPointAnHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 36000
"""
LATE = "c.AssignLatePenalties.plugin_class = 'late_plugin.TenthOfAPointAnHour'\n"


def nbgrader(folder, *arguments):
    run = subprocess.run(
        [Path(sys.executable).parent / "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert run.returncode == 0, run.stderr[-3000:]


def due(grading):
    """Let the unit have been due before some of the submissions arrived."""
    register(UNIT, grading)
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}") as book:
        book.update_or_create_assignment(UNIT.stem, duedate="2026-03-01 10:00:00 UTC")


def by_hand(grading):
    """What an instructor does in formgrader: other points, extra ones, and a comment."""
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}") as book:
        first, *_ = UNIT.points()
        grade = book.find_grade(f"{first}-check", UNIT.stem, UNIT.stem, "learner-1")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 1.5, 0.5, False
        comment = book.find_comment(first, UNIT.stem, UNIT.stem, "learner-1")
        comment.manual_comment = "Nearly <b>so</b>: `a < b`."
        book.db.commit()


@pytest.fixture
def two_courses(tmp_path, monkeypatch):
    """The same class twice, and the same verdicts: one for our command, one for nbgrader's."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        for number, kind in enumerate((FINISHED, HALF, UNTOUCHED, TRUNCATED)):
            path = hand_in(folder / "submitted" / f"learner-{number}", UNIT, demo.KINDS[kind](UNIT))
            if number:
                path.with_name("timestamp.txt").write_text(f"2026-03-01 1{number}:00:00.000000 UTC")
                path.with_name("submission_secret.txt").write_text("0123abcd")
        (folder / "late_plugin.py").write_text(PLUGIN)
        configure(folder, LATE)
        due(folder)
    monkeypatch.syspath_prepend(str(ours))
    return ours, theirs


def by_nbgrader(theirs, ours):
    """nbgrader's two commands, over the verdicts that our command has found."""
    shutil.copytree(ours / "verdicts", theirs / "verdicts", dirs_exist_ok=True)
    nbgrader(theirs, "autograde", UNIT.stem, "--force")
    nbgrader(theirs, "generate_feedback", UNIT.stem, "--force")


def test_gradebook_notebooks_and_pages_are_those_of_nbgraders_own_commands(two_courses):
    ours, theirs = two_courses
    todo = jobs([UNIT], ours / "submitted")
    assert is_ours(course_config(ours), UNIT.stem)
    grade(todo, ours, 1)
    by_nbgrader(theirs, ours)
    assert rows(ours) == rows(theirs)
    assert [row["late"] for row in rows(ours).values()] == [None, 0.1, 0.0, 0.0]
    assert executed(ours) == executed(theirs)
    same_pages_and_letters(ours, theirs)
    for folder in (ours, theirs):
        by_hand(folder)
    grade(todo, ours, 1)  # nothing to grade again, but the page must show what the instructor gave
    nbgrader(theirs, "generate_feedback", UNIT.stem, "--force")
    same_pages_and_letters(ours, theirs)
    page = pages(ours)["learner-1"].read_text("utf-8")
    assert "Nearly <b>so</b>: <code>a &lt; b</code>." in page
    for folder in (ours, theirs):
        again = with_cell((folder / "submitted" / "learner-1" / UNIT.stem / f"{UNIT.stem}.ipynb").read_text(), "1 + 1")
        (folder / "submitted" / "learner-1" / UNIT.stem / f"{UNIT.stem}.ipynb").write_text(again)
    grade(todo, ours, 1)
    by_nbgrader(theirs, ours)
    assert rows(ours)["learner-1"] == rows(theirs)["learner-1"]
    first, *_ = UNIT.points()
    assert rows(ours)["learner-1"]["grades"][f"{first}-check"]["manual_score"] == 1.5
    assert rows(ours)["learner-1"]["more"][f"{first}-check"]["needs_manual_grade"]
    same_pages_and_letters(ours, theirs)


def same_pages_and_letters(ours, theirs):
    mine, other = pages(ours), pages(theirs)
    assert mine.keys() == other.keys()
    for learner, page in mine.items():
        assert page.read_text("utf-8") == other[learner].read_text("utf-8"), learner
        for step in ("autograded", "feedback"):
            folders = [folder / step / learner / UNIT.stem for folder in (ours, theirs)]
            listed = [{path.name: path.read_text() for path in folder.glob("[a-z]*.txt")} for folder in folders]
            assert listed[0].keys() == listed[1].keys()


MORE_STEPS = """
c.Autograde.autograde_preprocessors.insert(1, 'signing_step.Sign')
"""
STEP = """
from nbgrader.preprocessors import NbGraderPreprocessor

class Sign(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        nb.metadata['signed'] = resources['nbgrader']['student']
        return nb, resources
"""


def test_a_course_with_steps_of_its_own_gets_nbgraders_own_passes(tmp_path, monkeypatch):
    todo = learner_of(tmp_path, FINISHED, HALF)
    (tmp_path / "signing_step.py").write_text(STEP)
    configure(tmp_path, MORE_STEPS)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert not is_ours(course_config(tmp_path), UNIT.stem)
    steps = []
    graded = grade(todo, tmp_path, 1, steps.append)
    assert steps.count("enter") == 2
    assert {name: notebook["metadata"]["signed"] for name, notebook in executed(tmp_path).items()} == {
        "learner-0": "learner-0",
        "learner-1": "learner-1",
    }
    held = {name: row["score"] for name, row in rows(tmp_path).items()}
    assert held == {one.learner: one.outcome.score for one in graded}
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("feedback/*/*/*")}
    grade(todo, tmp_path, 1)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("feedback/*/*/*")} == before


def test_a_new_gradebook_has_the_version_that_nbgrader_gives_it(monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert newest_version() == get_alembic_version()
