"""A whole class: intake, marking in parallel, then nbgrader's passes over the clean copies."""

import concurrent.futures
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading import gradebook, intake
from autograder.grading.mark import Marked, Marker
from autograder.judging.verdicts import Verdict
from autograder.units import Unit

_marker: Marker | None = None  # of a pool's process


@dataclass
class Graded:
    """What became of one learner's submission of one unit."""

    learner: str
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        return {"learner": self.learner, **self.verdict.as_dict()}


@dataclass(frozen=True)
class Job:
    """One submission to mark."""

    learner: str
    unit: Unit
    folder: Path


def jobs(units: Sequence[Unit], submitted: Path) -> list[Job]:
    """The submissions for these units in a folder of nbgrader's layout, `submitted/LEARNER/UNIT/`."""
    found = []
    for unit in units:
        for learner in sorted(submitted.iterdir(), key=lambda path: path.name):
            place = learner / unit.stem
            if not learner.name.startswith(".") and (place.is_symlink() or place.exists()):
                found.append(Job(learner.name, unit, place))
    return found


def grade(
    todo: Sequence[Job],
    grading: Path,
    workers: int,
    tick: Callable[[str], None] = lambda step: None,
) -> list[Graded]:
    """Grade these submissions: verdicts, executed notebooks, gradebook and feedback in `grading`.

    `tick` is called with `"mark"`, `"autograde"` or `"feedback"` for every step that is done. A submission that
    cannot be graded costs its owner, never the class: it is in the result with its `problem`.
    """
    grading.mkdir(parents=True, exist_ok=True)
    graded = []
    with tempfile.TemporaryDirectory() as folder:
        staged = Path(folder)
        for job, verdict, submission in _marked(todo, grading / "verdicts", workers):
            if not gradebook.is_fit_name(job.learner):
                _add_problem(verdict, "nbgrader's gradebook cannot hold this folder's name: rename it.")
            elif submission is not None:
                gradebook.stage(submission, job.learner, staged / job.unit.stem, job.folder / "timestamp.txt")
            graded.append(Graded(job.learner, verdict))
            tick("mark")
        for unit in dict.fromkeys(job.unit for job in todo):
            if (staged / unit.stem).exists():
                gradebook.enter(unit, staged / unit.stem, grading, lambda: tick("enter"))
    return graded


def _marked(todo: Sequence[Job], store: Path, workers: int) -> Iterator[tuple[Job, Verdict, intake.Submission | None]]:
    """Mark in parallel, in the order of the jobs. A marking process that dies takes one submission with it."""
    waiting = list(todo)
    while waiting:
        with _pool(store, min(workers, len(waiting))) as pool:
            futures = [pool.submit(_mark_one, job) for job in waiting]
            for future in futures:
                job = waiting[0]
                try:
                    marked, submission = future.result()
                    yield job, marked.verdict, submission
                except concurrent.futures.process.BrokenProcessPool:
                    yield job, _ungraded(job, "The process that graded this submission ended; grade it again."), None
                    waiting.pop(0)
                    break
                except Exception as error:
                    yield job, _ungraded(job, f"It could not be graded: {type(error).__name__}: {error}"), None
                waiting.pop(0)


def _pool(store: Path, workers: int) -> concurrent.futures.ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(workers, context, initializer=_prepare, initargs=(store,))


def _prepare(store: Path) -> None:
    """Make this process of the pool ready: its marker, and the suite's arithmetic on one core."""
    global _marker
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
    _marker = Marker(store)


def _mark_one(job: Job) -> tuple[Marked, intake.Submission]:
    try:
        submission = intake.take(intake.find(job.folder, job.unit), job.unit)
    except intake.Unreadable as unreadable:
        submission = intake.nothing(job.unit, str(unreadable))
    return _marker.mark(submission.notebook, job.unit), submission


def _ungraded(job: Job, problem: str) -> Verdict:
    from autograder.judging.judge import judge
    from autograder.seam import Workbench

    return Verdict(job.unit.stem, judge(job.unit.suite, Workbench({}), 0), problem=problem)


def _add_problem(verdict: Verdict, problem: str) -> None:
    verdict.problem = f"{verdict.problem} {problem}" if verdict.problem else problem
