"""What comes of a mutant: judged as an answer is, with more than one seed, up to the first rule that it breaks."""

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograder.judging.answer import Answer, Transcript
from autograder.judging.judge import CHECK_SEED
from autograder.judging.suite import inputs_of, run
from autograder.sandbox.limits import address_space
from autograder.seam import LearnerError, Workbench
from autograder.seam.given import Reference, References, giving, new_namespace
from autograder.seam.settings import usual_settings

SEEDS = (CHECK_SEED, CHECK_SEED + 1, CHECK_SEED + 2)  # what survives has passed with all of them
_TIMES = 2.0  # what an answer may use of CPU time: so many times what the right one has used, and some seconds
_MEMORY = 3 << 30  # bytes that it may ask for, on top of what the process has by then


class Job(NamedTuple):
    """The mutants of one exercise: `answers` are whole cells, the right one first.

    `before` and `after` are what the answer stands on, of the cells before its own and after it.
    """

    suite: Path
    exercise: str
    answers: tuple[str, ...]
    before: str = ""
    after: str = ""
    references: tuple[Reference, ...] = ()
    seconds: float = 2.0  # of CPU that any answer may use, and more where the right one is slow


class Outcome(NamedTuple):
    """What came of a mutant: `caught`, `timeout` or `survived`, and the first rule that it broke, if that is known."""

    status: str
    rule: str = ""


class NotRight(Exception):
    """The right answer itself does not pass, before its mutants are judged or after."""


def judged(job: Job) -> Iterator[list[str] | Outcome | bool]:
    """Judge a job in this process: the names of the rules, then an outcome for each mutant, then True.

    That says that the right answer still passes, so that no mutant has changed the process. Raises `NotRight`.
    """
    right, *mutants = job.answers
    with usual_settings(), giving(References(job.references)):
        began, rules = time.process_time(), []
        _must_pass(job.exercise, _outcome(job, right, rules))
        seconds = job.seconds + _TIMES * (time.process_time() - began)
        yield list(dict.fromkeys(rules))
        with _little_memory():
            for mutant in mutants:
                yield _in_time(job, mutant, seconds)
        _must_pass(job.exercise, _outcome(job, right, []))
        yield True


def _must_pass(exercise: str, outcome: Outcome) -> None:
    if outcome.status != "survived":
        raise NotRight(f"{exercise}: the right answer breaks a rule: {outcome.rule}")


def _in_time(job: Job, answer: str, seconds: float) -> Outcome:
    try:
        with _no_longer_than(seconds):
            return _outcome(job, answer, [])
    except _TooLong:  # between two rules
        return Outcome("timeout")


def _outcome(job: Job, answer: str, rules: list[str]) -> Outcome:
    """Judge an answer with one seed after the other; the names of the rules go into `rules`."""
    answers = _answers(job, answer)
    for seed in SEEDS:
        judging = _UpToAFailure(Workbench(answers), seed, rules)
        run(job.suite, judging, [job.exercise])
        if judging.broken:
            return Outcome("timeout" if judging.too_long else "caught", judging.broken)
    return Outcome("survived")


def _answers(job: Job, answer: str) -> dict[str, Any]:
    """The answer by its exercise's name; nothing where its cell stops with an error."""
    names = new_namespace()
    try:
        for code in (job.before, answer, job.after):
            exec(compile(code, "<mutant>", "exec"), names)
    except Exception:
        return {}
    return {name: value for name, value in names.items() if name == job.exercise}


class _UpToAFailure:
    """A judging that asks an answer for nothing more once a rule is broken: it is over sooner."""

    def __init__(self, workbench: Workbench, seed: int, rules: list[str]):
        self._workbench, self._seed, self._rules = workbench, seed, rules
        self.broken, self.too_long = "", False

    def perform(self, *asked: Any, **options: Any) -> Any:
        if self.broken:
            raise LearnerError("missing", "")
        try:
            return self._workbench.perform(*asked, **options)
        except LearnerError as error:
            self.too_long = isinstance(error.__cause__, _TooLong)
            raise

    def answer(self, exercise: str) -> Answer:
        return Answer(self, exercise, Transcript())

    def generator(self, test: str) -> np.random.Generator:
        return inputs_of(self._seed, test)

    def record(self, test: pytest.Function, error: BaseException | None) -> None:
        rule = test.name.removeprefix("test_").replace("_", " ")
        self._rules.append(rule)
        if error is not None and not self.broken:
            self.broken, self.too_long = rule, self.too_long or isinstance(error, _TooLong)


@contextmanager
def _little_memory() -> Iterator[None]:
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (address_space() + _MEMORY, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))


class _TooLong(BaseException):
    """A mutant has used more CPU time than it may."""


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Raise `_TooLong` after so many seconds of CPU time; end the process after about twice as many.

    Python can be interrupted between two of its instructions alone, and a power with a billion digits is one.
    """
    before = signal.signal(signal.SIGPROF, _stop), signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)  # again and again: a mutant may catch whatever is raised
    signal.setitimer(signal.ITIMER_VIRTUAL, 2 * seconds + 2)
    try:
        yield
    finally:
        for timer in (signal.ITIMER_PROF, signal.ITIMER_VIRTUAL):
            signal.setitimer(timer, 0)
        for number, handler in zip((signal.SIGPROF, signal.SIGVTALRM), before, strict=True):
            signal.signal(number, handler)


def _stop(number: int, frame: Any) -> None:
    raise _TooLong
