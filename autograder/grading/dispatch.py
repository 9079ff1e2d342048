"""A class's run in the one process that writes the gradebook: tasks out, outcomes in, each submission to its end."""

import contextlib
import shutil
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from traitlets.config import Config

from autograder.grading import gradebook, tasks
from autograder.grading.budgets import OverBudget
from autograder.grading.entry import Entry, outcome_of
from autograder.grading.interrupts import Interrupted
from autograder.grading.jobs import Graded, Job
from autograder.grading.ledger import Ledger
from autograder.grading.names import is_fit_name
from autograder.grading.pool import EndedItsProcess, Pool
from autograder.grading.publish import write_stamp
from autograder.grading.tasks import Marking, Places
from autograder.judging.verdicts import OURS, SUBMISSION, ExerciseVerdict, Verdict
from autograder.sandbox.launch import Launcher
from autograder.units import Unit

_BETWEEN_LOOKS = 0.2  # seconds until Ctrl-C is noticed
FIRST = 5  # submissions: when none of these can be graded, none of the class can
_RENAME = "nbgrader's gradebook cannot hold this folder's name: rename it."
_NOT_ENTERED = "nbgrader could not enter it into the gradebook."


NOT_GRADED = "Not graded, our fault:"


class NoGradebook(RuntimeError):
    """The gradebook could not be made ready; the message says why."""


class NothingCanBeGraded(RuntimeError):
    """The first submissions have all failed by no fault of theirs; the message says how."""

    def __init__(self, reasons: Sequence[str]):
        told = " ".join(dict.fromkeys(reasons))
        super().__init__(
            f"The first {len(reasons)} submissions could not be graded, by no fault of theirs: {told} Nothing was "
            "entered into the gradebook. When it is mended, the same command goes on from here; "
            "`python -m autograder doctor` says how workers start on this machine."
        )


class Run:
    """One run over a class, with few submissions in its hands at a time, however large the class is."""

    def __init__(self, todo: Sequence[Job], places: Places, config: Config, workers: int):
        self._todo, self._places, self._config, self._workers = todo, places, config, workers
        self._graded: list[Graded | None] = [None] * len(todo)
        self._waiting = deque(range(len(todo)))
        self._marked = self._entered = 0
        self._given_up: list[str] = []
        self._ledger: Ledger | None = None
        self._early: list[tuple[int, Marking]] = []  # marked before the gradebook was ready

    def __call__(self, tick: Callable[[str], None], interrupted: Callable[[], int]) -> list[Graded]:
        """Grade all; what an earlier run has finished is not done again."""
        self._tick, self._interrupted = tick, interrupted
        with contextlib.ExitStack() as started:
            launcher = Launcher()
            started.callback(launcher.close)
            launcher.share(self._places.templates)
            places = self._places
            self._pool = pool = started.enter_context(
                Pool(self._workers, tasks.prepare, (places,), places.budgets, places.exceeded.note)
            )
            units = list(dict.fromkeys(job.unit for job in self._todo))
            pool.hand_out((self._open_gradebook, -1), tasks.make_ready, units)
            try:
                self._work()
                self._finish()
            finally:
                if self._ledger:
                    self._ledger.close()
        return self._graded

    def _work(self) -> None:
        while self._waiting or not self._pool.idle:
            self._look()
            while self._waiting and self._pool.room:
                index = self._waiting.popleft()
                self._pool.hand_out((self._take_marking, index), tasks.mark, self._todo[index])
            for (step, index), result in self._pool.finished(_BETWEEN_LOOKS):
                step(index, result)

    def _open_gradebook(self, _: int, error: Exception | None) -> None:
        """The gradebook has the units: what was marked meanwhile can be entered."""
        if error is not None:
            raise NoGradebook(str(error) or type(error).__name__)
        self._ledger = Ledger(self._config, self._look)
        for index, marking in self._early:
            self._enter(index, marking)
        self._early.clear()

    def _finish(self) -> None:
        """What is left to do when all are marked."""

    def _look(self) -> None:
        if self._interrupted():
            raise Interrupted(self._marked, self._entered, len(self._todo), self._interrupted())

    def _take_marking(self, index: int, marking: Marking | Exception) -> None:
        job = self._todo[index]
        if isinstance(marking, tasks.Refused):
            raise marking
        if isinstance(marking, Exception):
            reason = marking.told() if isinstance(marking, EndedItsProcess) else str(marking)
            self._give_up(index, reason, isinstance(marking, OverBudget))
            return
        kept = (self._places.verdicts, marking.digest)
        self._graded[index] = Graded(job.learner, job.unit.stem, marking.outcome, kept, marking.regraded)
        self._marked += 1
        self._tick("mark")
        if self._ledger:
            self._enter(index, marking)
        else:
            self._early.append((index, marking))

    def _give_up(self, index: int, reason: str, before: bool = False) -> None:
        """List a submission that could not be graded, by no fault of its learner's: what was there of it stays.

        What was found out `before` says nothing about this run.
        """
        job, verdict = self._todo[index], not_graded(self._todo[index].unit, reason)
        self._graded[index] = Graded(job.learner, job.unit.stem, outcome_of(verdict), verdict)
        if not before:
            self._given_up.append(reason)
        if not self._marked and len(self._given_up) == FIRST:
            raise NothingCanBeGraded(self._given_up)
        self._tick("mark")
        self._done()

    def _enter(self, index: int, marking: Marking) -> None:
        """Enter a marked submission into the gradebook, unless that and its feedback are there."""
        job, graded = self._todo[index], self._graded[index]
        if marking.executed is None:
            graded.add_problem(_RENAME, SUBMISSION)
            self._done()
            return
        held = self._ledger.read(job.learner, job.unit.stem) if marking.stamped else None
        if held and marking.stamped == held.digest():
            self._tell_word(index, marking, held)
            self._done()
            return
        try:
            entry = self._ledger.enter(marking.executed)
        except Interrupted:
            raise
        except Exception:
            graded.add_problem(_NOT_ENTERED, OURS)
            self._done()
            return
        self._tell_word(index, marking, entry)
        self._pool.hand_out((self._take_page, index), tasks.publish, job, entry, marking.task)

    def _tell_word(self, index: int, marking: Marking, entry: Entry) -> None:
        """Tell whose word the time of arrival is, where a penalty may depend on it."""
        if entry.due and marking.word:
            self._graded[index].add_problem(marking.word)

    def _take_page(self, index: int, error: Exception | None) -> None:
        if error is not None:
            self._graded[index].add_problem("Its feedback page could not be written.")
            self._graded[index].unfinished = True
        self._done()

    def _done(self) -> None:
        self._entered += 1
        self._tick("enter")

    def _digest(self, job: Job) -> str | None:
        """The digest of what the gradebook holds of a submission, or None."""
        entry = self._ledger.read(job.learner, job.unit.stem)
        return entry.digest() if entry else None


class RunWithNbgrader(Run):
    """A run that leaves gradebook and feedback to nbgrader's own passes, over the clean copies of all submissions."""

    def _enter(self, index: int, marking: Marking) -> None:
        job = self._todo[index]
        if not is_fit_name(job.learner):
            self._graded[index].add_problem(_RENAME, SUBMISSION)
            self._done()
        elif marking.stamped and marking.stamped == self._digest(job):
            shutil.rmtree(self._places.staged / job.unit.stem / job.learner)
            self._done()
        else:
            self._to_stamp[index] = marking

    def __init__(self, *args: Any):
        super().__init__(*args)
        self._to_stamp: dict[int, Marking] = {}

    def _finish(self) -> None:
        for unit in dict.fromkeys(self._todo[index].unit for index in self._to_stamp):
            try:
                left_out = gradebook.enter(unit, self._places.staged / unit.stem, self._places.grading, self._half)
            except KeyboardInterrupt:
                self._look()
                raise
            for index, marking in self._to_stamp.items():
                if self._todo[index].unit == unit:
                    self._stamp(index, marking, self._todo[index].learner in left_out)

    def _half(self) -> None:
        """nbgrader has done one of its two steps for one learner."""
        if self._interrupted():
            raise KeyboardInterrupt

    def _stamp(self, index: int, marking: Marking, left_out: bool) -> None:
        job = self._todo[index]
        entry: Entry | None = self._ledger.read(job.learner, job.unit.stem)
        if left_out or entry is None:
            self._graded[index].add_problem(_NOT_ENTERED, OURS)
        else:
            self._tell_word(index, marking, entry)
            write_stamp(tasks.place_of(job, self._places), entry, marking.task)
        self._done()


def not_graded(unit: Unit, reason: str) -> Verdict:
    """What stands for a verdict where something of ours has failed: no points, and why."""
    exercises = [ExerciseVerdict(name, points, [], unmarked=reason) for name, points in unit.points().items()]
    return Verdict(unit.stem, exercises, problem=f"{NOT_GRADED} {reason}", fault=OURS)
