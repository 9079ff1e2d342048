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
from autograder.grading.mark import Marker
from autograder.judging.verdicts import Verdict
from autograder.seam.plain import clean_text
from autograder.units import Unit

_marker: Marker | None = None  # of a process of the pool
_places: "_Places | None" = None


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

    `tick` is called with `"mark"` for every submission that is marked, and with `"enter"` when nbgrader has its
    score and again when it has its feedback. A submission that cannot be graded costs its owner, never the
    class: it is in the result with its `problem`.
    """
    grading.mkdir(parents=True, exist_ok=True)
    graded = []
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        staged = Path(folder, "staged")
        for job, verdict in _marked(todo, _Places(grading / "verdicts", staged, Path(folder)), workers):
            graded.append(Graded(job.learner, verdict))
            tick("mark")
        for unit in dict.fromkeys(job.unit for job in todo):
            if (staged / unit.stem).exists():
                left_out = gradebook.enter(unit, staged / unit.stem, grading, lambda: tick("enter"))
                for one in graded:
                    if one.verdict.unit == unit.stem and one.learner in left_out:
                        _add_problem(one.verdict, "nbgrader could not enter it into the gradebook.")
    return graded


@dataclass(frozen=True)
class _Places:
    """The folders a process of the pool writes to."""

    store: Path
    staged: Path
    scratch: Path


def _marked(todo: Sequence[Job], places: _Places, workers: int) -> Iterator[tuple[Job, Verdict]]:
    """Mark in parallel, in the order of the jobs.

    When a marking process dies, the next submission in the row is tried alone; only one that ends a process of its
    own is blamed.
    """
    waiting, alone = list(todo), False
    while waiting:
        batch = waiting[:1] if alone else waiting[:]
        with _pool(places, min(workers, len(batch))) as pool:
            for job, future in [(job, pool.submit(_mark_one, job)) for job in batch]:
                try:
                    verdict = future.result()
                except concurrent.futures.process.BrokenProcessPool:
                    if not alone:
                        alone = True
                        break
                    verdict = _ungraded(job, "It ended the process that graded it.")
                except Exception as error:
                    verdict = _ungraded(job, f"It could not be graded: {clean_text(error, 300)}")
                yield job, verdict
                waiting.pop(0)
            else:
                alone = False


def _pool(places: _Places, workers: int) -> concurrent.futures.ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(workers, context, initializer=_prepare, initargs=(places,))


def _prepare(places: _Places) -> None:
    """Make this process of the pool ready: its marker, its folders, and the suite's arithmetic on one core."""
    global _marker, _places
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
    tempfile.tempdir = str(places.scratch)  # whatever a dying process leaves goes with the run
    _marker, _places = Marker(places.store), places


def _mark_one(job: Job) -> Verdict:
    submission = intake.take_from(job.folder, job.unit)
    verdict = _marker.mark(submission.notebook, job.unit).verdict
    if gradebook.is_fit_name(job.learner):
        gradebook.stage(submission, job.learner, _places.staged / job.unit.stem, job.folder / "timestamp.txt")
    else:
        _add_problem(verdict, "nbgrader's gradebook cannot hold this folder's name: rename it.")
    return verdict


def _ungraded(job: Job, problem: str) -> Verdict:
    from autograder.judging.judge import judge
    from autograder.seam import Workbench

    return Verdict(job.unit.stem, judge(job.unit.suite, Workbench({}), 0), problem=problem)


def _add_problem(verdict: Verdict, problem: str) -> None:
    verdict.problem = f"{verdict.problem} {problem}" if verdict.problem else problem
