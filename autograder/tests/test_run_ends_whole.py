"""However a run is stopped: a few seconds later there is no process of it, no folder, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from autograder.author import demo
from autograder.grading.class_run import grade
from autograder.grading.jobs import jobs
from autograder.tests.classroom import hand_in, with_cell
from autograder.units import ROOT, Unit

UNIT = Unit("00_start")
FINISHED, ENDLESS = 0, 8
WITHOUT_END = "learner-2"
SECONDS = 240  # more than any step takes on a loaded machine
SOON = 5.0 if os.environ.get("CI") is None else 10.0


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    """A class of five, one of whom never comes to an end."""
    folder = tmp_path_factory.mktemp("class") / "submitted"
    for number in range(5):
        learner = f"learner-{number}"
        text = demo.KINDS[ENDLESS if learner == WITHOUT_END else FINISHED](UNIT)
        hand_in(folder / learner, UNIT, with_cell(text, f"mine = {number}"))
    return folder


@pytest.fixture
def start(submitted, tmp_path):
    """Starts `grade`, with a folder for temporary files that is its own and by which its processes are known."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "autograder", "grade", UNIT.stem, "--workers", "2", "--json"]

    def begun():
        return subprocess.Popen(
            [*command, "--submitted", str(submitted), "--grading", str(tmp_path / "class")],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return begun


def until(condition, run):
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        assert run.poll() is None, run.stderr.read()[-2000:]
        time.sleep(0.02)
    return found


def family(run):
    """All processes of a run: what the command has started, and what those have, workers in their namespaces too."""
    return psutil.Process(run.pid).children(recursive=True)


def lives(process):
    """Whether it does: one that waits for its parent to take note of its end does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def verdicts(folder):
    return {path.name for path in folder.glob("verdicts/*.json")}


@pytest.fixture(scope="module")
def ends(drawn):
    """Two ways to end a run, others for each commit: a signal, and whether all its processes get it."""
    ways = [(signal.SIGTERM, False), (signal.SIGHUP, True), (signal.SIGKILL, False), (signal.SIGKILL, True)]
    return drawn.sample(ways, 2)


@pytest.mark.parametrize("way", range(2))
def test_a_signal_leaves_no_process_and_no_folder_and_loses_nothing(start, tmp_path, ends, way):
    how, to_all = ends[way]
    folder = tmp_path / "class"
    run = start()
    until(lambda: len(verdicts(folder)) >= 2, run)
    there, kept = family(run), verdicts(folder)
    assert len(there) >= 6
    (os.killpg if to_all else os.kill)(run.pid, how)
    soon = time.monotonic() + SOON
    while (alive := list(filter(lives, there))) and time.monotonic() < soon:
        time.sleep(0.05)
    assert not alive
    written, errors = run.communicate(timeout=SECONDS)
    assert written == ""
    if how == signal.SIGKILL:
        assert run.returncode == -how
    else:
        assert run.returncode == 128 + how
        assert "The same command goes on from here." in errors
        assert "Traceback" not in errors
    while (left := list((tmp_path / "temporary").iterdir())) and time.monotonic() < soon:
        time.sleep(0.05)
    assert not left
    assert kept <= verdicts(folder)
    assert not [group for group in groups() if group.name.split("-")[1] in {str(one.pid) for one in there}]


def groups():
    from autograder.sandbox.cgroup import parents

    return [group for parent in parents() for group in parent.glob("autograder-*-*")]


def test_a_run_after_one_that_was_killed_goes_on_from_there(start, submitted, tmp_path):
    run = start()
    until(lambda: len(verdicts(tmp_path / "class")) >= 2, run)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "class").glob("verdicts/*.json")}
    os.kill(run.pid, signal.SIGKILL)
    graded = grade([job for job in jobs([UNIT], submitted) if job.learner != WITHOUT_END], tmp_path / "class", 2)
    run.communicate()
    assert [(one.outcome.score, one.outcome.fault) for one in graded] == [(20, None)] * 4
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert not list((tmp_path / "temporary").iterdir())


def test_a_long_name_of_the_folder_for_temporary_files_stops_no_run(tmp_path):
    hand_in(tmp_path / "submitted" / "learner-01", UNIT, demo.KINDS[FINISHED](UNIT))
    deep = tmp_path / ("deep-" * 24)
    deep.mkdir()
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", UNIT.stem, "--grading", str(tmp_path), "--json"],
        env={**os.environ, "TMPDIR": str(deep), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert [one["score"] for one in json.loads(run.stdout)] == [20]
    assert not list(deep.iterdir())
