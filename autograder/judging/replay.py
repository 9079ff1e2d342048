"""A test that has run, and what it says of another answer that is asked the same."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.judging.answer import Answer, Performer, Transcript
from autograder.judging.known import Known
from autograder.judging.sameness import Comparison, Failure
from autograder.judging.tolerance import Slack
from autograder.judging.verdicts import TestVerdict
from autograder.seam import Handle, LearnerError, Workbench
from autograder.seam.plain import to_tensors

SAME, OTHER, PASSES = "same", "other", "passes"  # what another answer does in a test: the same, something else, right
_SLOW = {"compiled": 100, "reloaded": 300, "gradient": 20, "weight_gradients": 20}  # calls that take as long, roughly
_NOT_SWAPPED = ("compiled", "gradient", "weight_gradients", "effect", "elsewhere", "reloaded")


class Differs(Exception):
    """Another answer gave something else than the learner's did, or went on where that one stopped."""

    def __init__(self, entries: int):
        super().__init__(entries)
        self.entries = entries


@dataclass
class Trial:
    """A test that has run: its verdict, what it asked and got, how it failed, and how it can be asked of others.

    `ask` runs the test's own code on another answer, with the same inputs; `slack` is what the test leaves open.
    """

    verdict: TestVerdict
    transcript: Transcript
    ask: Callable[[Answer], None]
    failure: Failure | None = None
    slack: Slack = Slack()
    _beginnings: dict[int, tuple] = field(default_factory=dict)
    _as_tensors: dict[int, tuple | None] = field(default_factory=dict)

    @property
    def speaks_for_itself(self) -> bool:
        """Whether it failed by what no known answer does: a cell that did not run, or a misspelled name."""
        last = self.transcript[-1].result if self.transcript else None
        return isinstance(last, LearnerError) and (not last.types or last.types[0] == "NameError")

    @property
    def ends_in_an_error(self) -> bool:
        """Whether the answer's own code stopped it."""
        return bool(self.transcript) and isinstance(self.transcript[-1].result, LearnerError)

    @property
    def is_traced(self) -> bool:
        """Whether what it asked last is computed with tensors that have no numbers yet, or keep a record."""
        return self.transcript[-1].operation in ("compiled", "gradient", "weight_gradients")

    @property
    def cost(self) -> int:
        """How long it takes to run again, roughly, in calls."""
        return sum(_SLOW.get(entry.operation, 1) for entry in self.transcript)

    @property
    def takes_long(self) -> bool:
        """Whether it makes graphs, gradients or files."""
        return self.cost >= min(_SLOW.values())

    def outcome_of(self, known: Known) -> tuple[str, int]:
        """What a known answer does in this test, and how many entries it was asked for that."""
        followed = Followed(known, self)
        try:
            self.ask(Answer(followed, known.exercise, Transcript()))
        except Differs as differs:
            return OTHER, differs.entries
        except Exception as error:
            return (SAME if self._failed_so(error, followed) else OTHER), followed.entries
        return (PASSES if followed.at_the_end else OTHER), followed.entries

    def failure_of(self, known: Known) -> Failure | None:
        """How a known answer fails this test, asked for itself; None where it passes."""
        try:
            self.ask(Answer(Workbench({known.exercise: known.answer}), known.exercise, Transcript()))
        except Exception as error:
            return Failure.of(error)
        return None

    def outcome_when_swapped(self, performer: Performer, first: int, second: int) -> str:
        """What the learner's answer does with two arguments exchanged: `SAME` where no call has that many."""
        swapped = Swapped(performer, first, second)
        try:
            self.ask(Answer(swapped, self.transcript[0].target, Transcript()))
        except CannotSwap:
            return SAME
        except Exception:
            return OTHER if swapped.exchanged else SAME
        return PASSES if swapped.exchanged else SAME

    def _failed_so(self, error: Exception, followed: "Followed") -> bool:
        failure = Failure.of(error)
        return self.failure is not None and followed.at_the_end and failure.is_that_of(self.failure, self.slack)

    def tensors(self, index: int) -> tuple | None:
        """The arguments of a call, with tensors made of its arrays once for all known answers; None with handles."""
        from autograder.seam.backends import tensors_are_fixed

        if index not in self._as_tensors:
            args = self.transcript[index].args
            shared = tensors_are_fixed() and self.transcript[index].operation == "call" and not _is_bound(args)
            self._as_tensors[index] = to_tensors(args, lambda item: item) if shared else None
        return self._as_tensors[index]

    def beginning(self, count: int) -> tuple:
        """What the first `count` entries asked and got, in a form that can be compared with another test's."""
        if count not in self._beginnings:
            self._beginnings[count] = _comparable(tuple(self.transcript[:count]), {})
        return self._beginnings[count]


class Followed:
    """Performs on a known answer what a test asks, as long as it gives what the learner's answer gave there."""

    def __init__(self, known: Known, trial: Trial):
        self._known, self._trial = known, trial
        self._workbench = Workbench({known.exercise: known.answer})
        self._same = Comparison(trial.slack, in_own_words=trial.verdict.outcome == "passed")
        self.entries = 0

    @property
    def at_the_end(self) -> bool:
        """Whether all was asked that the learner's answer was asked."""
        return self.entries == len(self._trial.transcript)

    def perform(self, operation: str, target: str | Handle, *args: Any, **options: Any) -> Any:
        """Perform one operation; raises `Differs` where that gives something else."""
        index, self.entries = self.entries, self.entries + 1
        if index >= len(self._trial.transcript) or self._trial.transcript[index].operation != operation:
            raise Differs(self.entries)
        result, error = None, None
        try:
            result = self._workbench.perform(operation, target, *(self._trial.tensors(index) or args), **options)
        except LearnerError as raised:
            error = replace(raised, message=_renamed(raised.message, self._known))
        entry = self._trial.transcript[index]
        left_to_chance = entry.options.get("by_chance") and not (error or isinstance(entry.result, LearnerError))
        if not left_to_chance and not self._same.holds(error or result, entry.result):
            raise Differs(self.entries)
        if error:
            raise error
        return result


class CannotSwap(Exception):
    """A test goes on to what is not asked with two arguments exchanged."""


class Swapped:
    """The learner's own answer, with two of its positional arguments exchanged in each call; sizes stay in place."""

    def __init__(self, performer: Performer, first: int, second: int):
        self._performer, self._places = performer, (first, second)
        self.exchanged = 0

    def perform(self, operation: str, target: str | Handle, *args: Any, **options: Any) -> Any:
        first, second = self._places
        given = list(args[0]) if operation == "call" else []
        if len(given) > second and not all(isinstance(given[place], (int, float)) for place in self._places):
            given[first], given[second] = given[second], given[first]
            args, self.exchanged = (tuple(given), *args[1:]), self.exchanged + 1
        elif operation in _NOT_SWAPPED or any(isinstance(one, np.ndarray) for one in given):
            raise CannotSwap
        return self._performer.perform(operation, target, *args, **options)


def _renamed(message: str, known: Known) -> str:
    """What an error says of a known answer by its own name, with the exercise's; a layer has it in Keras' form too."""
    message = message.replace(known.answer.__name__, known.exercise)
    return message.replace(_in_snake_case(known.answer.__name__), _in_snake_case(known.exercise))


def _in_snake_case(name: str) -> str:
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def _is_bound(value: Any) -> bool:
    """Whether a value holds what belongs to one answer or one run: a handle or a function."""
    if isinstance(value, (list, tuple)):
        return any(map(_is_bound, value))
    if isinstance(value, dict):
        return any(map(_is_bound, value.values()))
    return isinstance(value, Handle) or callable(value)


def _comparable(value: Any, numbers: dict[Handle, int]) -> Any:
    """A value in which handles are numbered as they appear and arrays are told by their content."""
    if isinstance(value, Handle):
        return f"handle {numbers.setdefault(value, len(numbers))}"
    if isinstance(value, np.ndarray):
        return (value.shape, value.dtype.str, value.tobytes())
    if isinstance(value, (list, tuple)):
        return tuple(_comparable(item, numbers) for item in value)
    if isinstance(value, dict):
        return tuple((key, _comparable(item, numbers)) for key, item in value.items())
    return repr(value)
