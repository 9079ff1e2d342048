"""What the processes of a class's run do: mark a submission, write its executed notebook, write its feedback."""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.grading import gradebook, intake
from autograder.grading.budgets import BUDGETS, PAGE, READ, WRITE, Budget, Exceeded, OverBudget, is_final, told_of
from autograder.grading.compile_before import compile_before
from autograder.grading.entry import Entry, Executed, Outcome, outcome_of
from autograder.grading.executed_notebook import write_into
from autograder.grading.folders import state_of
from autograder.grading.gradebook import register
from autograder.grading.jobs import Job
from autograder.grading.letters import letters_in, whose_word
from autograder.grading.marker import Marker, NoReferences
from autograder.grading.names import is_fit_name
from autograder.grading.nbgrader_settings import course_config
from autograder.grading.pool_process import announce
from autograder.grading.publish import Place, Publisher, executed, stamped_entry, write_executed
from autograder.grading.regraded import Regraded, last_verdict, regraded, remember
from autograder.grading.released import TooMuchReleased
from autograder.grading.verdict_store import Marked
from autograder.sandbox.confinement import NotConfined
from autograder.seam.fault import OurFault
from autograder.seam.plain import clean_text
from autograder.units import Unit


@dataclass(frozen=True)
class Places:
    """The folders a run writes to, and how it grades.

    `staged` is for clean copies, where nbgrader's own passes are to read them; `again` passes over what was
    marked before.
    """

    grading: Path
    scratch: Path
    staged: Path | None = None
    unconfined: bool = False
    again: bool = False
    budgets: Mapping[str, Budget] = field(default_factory=lambda: dict(BUDGETS))

    @property
    def verdicts(self) -> Path:
        return self.grading / "verdicts"

    @property
    def exceeded(self) -> Exceeded:
        """What has exceeded its budget before."""
        return Exceeded(self.verdicts / "over-budget", self.budgets)

    @property
    def templates(self) -> Path:
        """The socket at which the processes of the run get the templates of their workers."""
        return self.scratch / "templates"


@dataclass(frozen=True, slots=True)
class Marking:
    """What marking a submission came to.

    `executed` is for the gradebook, or None where it cannot hold the learner's name, or nbgrader itself is to fill
    it. `stamped` is the digest of the entry that an earlier run finished the same work with, if one did; `task` is
    for the record of this one. `word` is what is to be told of its time of arrival where there is a due date.
    `regraded` says what has changed, where it was marked once more.
    """

    outcome: Outcome
    digest: str
    executed: Executed | None = None
    task: str = ""
    stamped: str | None = None
    word: str | None = None
    regraded: Regraded | None = None


class Refused(Exception):
    """Nothing can be graded on this machine; the message says why."""


class _Process:
    """What one process of the pool keeps from task to task."""

    def __init__(self, places: Places):
        self.places = places
        self.marker = Marker(
            places.verdicts,
            unconfined=places.unconfined,
            templates=places.templates,
            again=places.again,
            announce=self.announce,
        )
        self.publisher = Publisher(places.grading, course_config(places.grading))

    def announce(self, step: str, digest: str = "") -> bool:
        """Say which step comes; whether it may be taken, or has exceeded its budget for this work before.

        Raises `OverBudget` where nothing can take its place, unless it is to be tried `again`.
        """
        exceeded = self.places.exceeded
        over = exceeded.what(step, digest) if digest else ""
        if over and not is_final(step, digest):
            return False
        if over and not self.places.again:
            raise OverBudget(told_of(step, over))
        if over:
            exceeded.forget(step, digest)
        announce(step, digest)
        return True


_process: _Process | None = None


def prepare(places: Places) -> None:
    """Make this process ready: its marker, its folders, and the suite's arithmetic on one core."""
    global _process
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
    tempfile.tempdir = str(places.scratch)  # whatever a dying process leaves goes with the run
    _process = _Process(places)


def make_ready(units: Sequence[Unit]) -> None:
    """Make the gradebook, and enter the units into it: seconds of nbgrader's, while others mark already."""
    from autograder.grading.ledger import make_gradebook

    grading = _process.places.grading
    make_gradebook(course_config(grading), _process.places.scratch)
    for unit in units:
        register(unit, grading)


def mark(job: Job) -> Marking:
    """Mark one submission, and write its executed notebook unless an earlier run did.

    Whatever is raised here is not the learner's fault; the message says what it is. It is `OverBudget` where an
    earlier run has found that out.
    """
    with _faults_told():
        if not os.path.lexists(job.place):
            raise OurFault(f"{job.place.name} of {job.learner} is not there any more.")
        _process.announce(READ)
        _process.announce(READ, state_of(job.place))
        submission, places = job.take(), _process.places
        before = last_verdict(places.verdicts, job) if places.again else None
        _process.announce("compile")
        compile_before(job.unit, _process.marker.backend)
        marked = _process.marker.mark(submission.notebook, job.unit)
        marking = write(job, submission, marked, _process.publisher, places)
        remember(places.verdicts, job, marked.digest)
        return replace(marking, regraded=regraded(before, marked.verdict) if places.again else None)


def execute(notebook: NotebookNode, unit: Unit) -> NotebookNode:
    """The executed notebook of one from intake; marks it, unless that was done before. Raises as `mark` does."""
    with _faults_told():
        marked = _process.marker.mark(notebook, unit)
        _process.announce(WRITE, marked.digest)
        write_into(notebook, marked)
        return notebook


def page(notebook: NotebookNode, resources: dict[str, Any]) -> str:
    """The feedback page of an executed notebook that has its grades."""
    work = json.dumps([notebook, resources["nbgrader"]], sort_keys=True, default=str)
    plainly = not _process.announce(PAGE, hashlib.sha256(work.encode("utf-8", "surrogatepass")).hexdigest())
    return _process.publisher.page(notebook, resources, plainly)


@contextlib.contextmanager
def _faults_told() -> Iterator[None]:
    """Raise what can be sent to another process, with what is to be told."""
    try:
        yield
    except (NotConfined, NoReferences, TooMuchReleased) as error:
        raise Refused(str(error)) from None
    except OverBudget:
        raise
    except OurFault as fault:
        raise RuntimeError(clean_text(str(fault), 300)) from None
    except Exception as error:  # of any class: only some survive the way to another process
        raise RuntimeError(clean_text(f"{type(error).__name__}: {error}", 300)) from None


def publish(job: Job, entry: Entry, task: str) -> None:
    """Write the feedback of a submission that is in the gradebook."""
    plainly = not _process.announce(PAGE, task)
    _process.publisher.publish(place_of(job, _process.places), entry, task, plainly)


def write(job: Job, submission: intake.Submission, marked: Marked, publisher: Publisher, places: Places) -> Marking:
    """Write what marking comes to where the next step will read it."""
    outcome = outcome_of(marked.verdict)
    if not is_fit_name(job.learner):
        return Marking(outcome, marked.digest)
    place, letters = place_of(job, places), letters_in(job.place)
    task = publisher.task(submission.notebook, marked, letters)
    _process.announce(WRITE, task)
    stamped = stamped_entry(place, task)
    if places.staged:
        gradebook.stage(submission, job.learner, places.staged / job.unit.stem, letters)
        return Marking(outcome, marked.digest, None, task, stamped, whose_word(job.place))
    publisher.execute(submission.notebook, marked)
    if stamped is None:
        write_executed(submission.notebook, place, letters)
    facts = executed(place, submission.notebook, letters.get("timestamp.txt"))
    return Marking(outcome, marked.digest, facts, task, stamped, whose_word(job.place))


def place_of(job: Job, places: Places) -> Place:
    """Where the files of a submission are."""
    return Place(places.grading, job.learner, job.unit.stem)
