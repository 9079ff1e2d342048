"""Whose fault it is: what fails on our side costs nobody a point, is told, and is taken up again."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.author import demo
from autograder.author.known_cases import Case, submission
from autograder.commands.for_instructors import _of_these
from autograder.grading.class_run import grade
from autograder.grading.dispatch import NothingCanBeGraded
from autograder.grading.jobs import Job, jobs
from autograder.grading.marker import Marker
from autograder.grading.regraded import lines
from autograder.sandbox import RemoteWorkbench
from autograder.sandbox.launch import Launcher
from autograder.seam.fault import OurFault
from autograder.tests.classroom import hand_in
from autograder.tests.project import command, copy_of_the_project, surroundings
from autograder.units import ROOT, Unit, UnknownName

UNIT = Unit("00_start")
FINISHED, HALF = 0, 1
FIRST = next(iter(UNIT.points()))


def kill_workers(patch, requests):
    """Let somebody outside kill the worker just before these of all requests to it, counted from 1."""
    ask, asked = RemoteWorkbench._ask, []

    def killed(self, request, seconds):
        asked.append(request)
        if len(asked) in requests:
            os.kill(self._worker.pid, signal.SIGKILL)
        return ask(self, request, seconds)

    patch.setattr(RemoteWorkbench, "_ask", killed)
    return asked


@pytest.fixture
def marker(tmp_path, launcher):
    marker = Marker(tmp_path / "verdicts")
    marker._launcher = launcher
    return marker


def test_a_worker_killed_from_outside_costs_no_point(marker, monkeypatch):
    asked = kill_workers(monkeypatch, [12])
    marked = marker.mark(submission(Case(UNIT, "solution")), UNIT)
    assert len(asked) > 12
    assert (marked.verdict.score, marked.verdict.fault) == (20, None)
    assert {test.outcome for exercise in marked.verdict.exercises for test in exercise.tests} == {"passed"}


def test_one_killed_again_and_again_is_not_graded_and_nothing_is_kept(marker, monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        asked = kill_workers(patch, range(9, 100, 5))
        with pytest.raises(OurFault, match="killed from outside"):
            marker.mark(submission(Case(UNIT, "solution")), UNIT)
    assert len(asked) < 30
    assert not list(tmp_path.glob("verdicts/*"))
    assert marker.mark(submission(Case(UNIT, "solution")), UNIT).verdict.score == 20


@pytest.mark.parametrize("without", [[], ["namespaces"]])
def test_code_that_kills_its_own_process_is_the_learners_fault(without, launcher):
    notebook = submission(Case(UNIT, "solution"))
    answer = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == FIRST)
    answer.source += f"\n\ndef {FIRST}(*args, **kwargs):\n    import os\n    os.kill(os.getpid(), 9)\n"
    marker = Marker()
    marker._launcher = Launcher(without=without) if without else launcher
    verdict = marker.mark(notebook, UNIT).verdict
    if without:
        marker.close()
    assert {test.outcome for test in verdict.exercises[0].tests} == {"crashed"}
    assert verdict.score == 20 - verdict.exercises[0].max_score


class Unlucky(Unit):
    """A unit whose workers are killed from outside, whenever one is asked something."""

    @property
    def suite(self):
        if multiprocessing.parent_process() is not None:  # the tests read the suite too, and ask other workers
            RemoteWorkbench._ask = _killed
        return super().suite


def _killed(self, request, seconds, ask=RemoteWorkbench._ask):
    os.kill(self._worker.pid, signal.SIGKILL)
    return ask(self, request, seconds)


def a_class(folder, count=2):
    for number in range(count):
        hand_in(folder / "submitted" / f"learner-{number}", UNIT, demo.KINDS[FINISHED](UNIT))
    return jobs([UNIT], folder / "submitted")


def kept_of(folder):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        points = {one.student.id: one.score for one in book.assignment_submissions(UNIT.stem)}
    files = [path for path in folder.glob("[af]*/*/*/*") if path.is_file()]
    return points, {path: path.stat().st_mtime_ns for path in files}


def test_what_cannot_be_graded_keeps_what_it_had_and_the_others_go_on(tmp_path):
    todo = a_class(tmp_path, 3)
    grade(todo[:2], tmp_path, 1)
    before = kept_of(tmp_path)
    todo[0] = Job("learner-0", Unlucky(UNIT.stem), todo[0].place)
    first, second, third = grade([todo[1], todo[2], todo[0]], tmp_path, 1, again=True)
    assert [one.outcome.score for one in (first, second, third)] == [20, 20, None]
    told = third.as_dict()
    assert (told["score"], told["max_score"], told["fault"]) == (None, 20, "ours")
    assert told["problem"] == "Not graded, our fault: Its worker was killed from outside."
    assert [one.failed for one in (first, second, third)] == [False, False, True]
    points, files = kept_of(tmp_path)
    assert points == {**before[0], "learner-2": 20}
    mine = [path for path in before[1] if "learner-0" in path.parts]
    assert len(mine) >= 3
    assert all(files[path] == before[1][path] for path in mine)


def test_a_folder_that_is_gone_since_the_run_began_costs_no_point(tmp_path):
    todo = a_class(tmp_path)
    shutil.rmtree(todo[0].place.parent)
    gone, there = grade(todo, tmp_path, 1)
    assert (gone.outcome.score, gone.outcome.fault) == (None, "ours")
    assert "is not there any more" in gone.outcome.problem
    assert there.outcome.score == 20
    assert list(kept_of(tmp_path)[0]) == ["learner-1"]


def test_a_submission_that_cannot_be_read_is_told_apart_from_our_faults(tmp_path):
    hand_in(tmp_path / "submitted" / "learner-0", UNIT, "{")
    (one,) = grade(jobs([UNIT], tmp_path / "submitted"), tmp_path, 1)
    assert (one.outcome.score, one.outcome.fault, one.failed) == (0, "submission", False)


def test_when_the_first_submissions_all_fail_by_our_fault_the_run_stops(tmp_path):
    todo = [Job(job.learner, Unlucky(UNIT.stem), job.place) for job in a_class(tmp_path, 7)]
    marked = []
    with pytest.raises(NothingCanBeGraded, match="killed from outside"):
        grade(todo, tmp_path, 1, marked.append)
    assert len(marked) < 14
    assert kept_of(tmp_path) == ({}, {})


def test_a_broken_suite_is_our_fault(tmp_path):
    todo = [Job(job.learner, _BrokenSuite(UNIT.stem), job.place) for job in a_class(tmp_path)]
    graded = grade(todo, tmp_path, 1)
    assert [one.outcome.fault for one in graded] == ["ours", "ours"]
    assert "could not be run" in graded[0].outcome.problem


class _BrokenSuite(Unit):
    """A unit whose suite does not run."""

    @property
    def suite(self):
        return Path(__file__).with_name("broken_suite.py")

    def points(self):
        return UNIT.points()


def test_workers_that_cannot_import_keras_stop_the_run_and_say_so(tmp_path):
    """As where the packages lie in another prefix than Python's own: whoever grades finds them, no worker does."""
    a_class(tmp_path, 6)
    venv.create(tmp_path / "venv", symlinks=True)
    place = subprocess.run(
        [tmp_path / "venv" / "bin" / "python", "-c", "import site; print(site.getsitepackages()[0])"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    Path(place, "elsewhere.pth").write_text(f"{packages}\n")
    run = subprocess.run(
        [tmp_path / "venv" / "bin" / "python", "-m", "autograder", "grade", UNIT.stem, "--grading", str(tmp_path)],
        cwd=ROOT,
        env=surroundings(ROOT, JUPYTER_PATH=str(Path(sys.prefix, "share", "jupyter"))),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 2, run.stdout + run.stderr
    assert "The first 5 submissions could not be graded, by no fault of theirs" in run.stderr
    assert "No module named 'keras'" in run.stderr
    assert kept_of(tmp_path) == ({}, {})


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_of_the_project(tmp_path_factory.mktemp("project") / "course")


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_grading_anew_tells_who_gained_or_lost_points_and_by_which_rule(project, tmp_path):
    todo = a_class(tmp_path)
    first, _ = grade(todo, tmp_path, 1)
    grading = ("grade", UNIT.stem, "--grading", tmp_path, "--workers", 1)
    exercise = first.verdict.exercises[0]
    rule = exercise.tests[0].name
    suite = project / "autograder" / "suites" / UNIT.suite.name
    before = suite.read_text("utf-8")
    signature = f"def test_{rule.replace(' ', '_')}(self, learner, rng):\n"
    if signature not in before:
        signature = signature.replace(", rng", "")
    edit(suite, signature, f"{signature}        assert False, 'nobody can'\n")
    lost = command(project, *grading, "--again", "--learner", "learner-1")
    assert "learner-1: 20 → " in lost
    assert f"{exercise.name}: {rule} (passed → failed)" in lost
    assert "learner-0" not in lost
    suite.write_text(before, "utf-8")
    same, gained = ([*lines(one.learner, one.regraded)] for one in grade(todo, tmp_path, 1, again=True))
    assert "→ 20 points (+" in gained[0]
    assert f"{exercise.name}: {rule} (failed → passed)" in gained[1]
    assert not same


def test_a_learner_who_has_handed_in_nothing_is_told_with_the_nearest_names(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean learner-1"):
        _of_these(a_class(tmp_path), ["learner-11"])


def test_grade_refuses_notebooks_that_are_older_than_their_suite(project, tmp_path):
    a_class(tmp_path)
    suite = project / "autograder" / "suites" / UNIT.suite.name
    before = suite.read_text("utf-8")
    points = f'@exercise("{FIRST}", points='
    edit(suite, points, f"{points}1")
    told = command(project, "grade", UNIT.stem, "--grading", tmp_path, fails=True)
    suite.write_text(before, "utf-8")
    assert f"exercises/{UNIT.stem}/{UNIT.stem}.ipynb" in told
    assert f"python -m autograder build {UNIT.stem}" in told
    assert not (tmp_path / "gradebook.db").exists()
