"""Whether two answers gave the same, and failed the same rule in the same way.

The tolerance is the test's own. What a value is dressed in - a list, a tuple or an array, whole numbers or floats - is
compared only where the dress is what is wrong.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.judging.expect import NotAsked, Unmet, Values
from autograder.judging.outline import MOST_KEPT
from autograder.judging.tolerance import Slack, tolerance
from autograder.seam import Handle, LearnerError
from autograder.seam.weight import weight

_RAISED_BY_LEARNER = re.compile(r": (raise|assert)\b")  # in the line of the learner's own that stopped
_COUNTED = re.compile(r"_\d+\b")  # Keras counts layers of one kind: dense, dense_1, dense_2
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_TOLD_APART = 0.1  # an answer lies at most so far from the mistake, measured by how far it lies from what is right
_OF_THE_LARGEST = 0.1  # of the tolerance of the largest number: so much of it rounds the small ones beside it
_IN_PRINT = 0.05  # numbers in a message are rounded


@dataclass(frozen=True)
class Comparison:
    """Compares results of two answers in one test.

    Where a test has passed (`in_own_words`) an error was asked for, and everybody words it in their own way.
    """

    slack: Slack
    in_own_words: bool = False

    def holds(self, mine: Any, theirs: Any) -> bool:
        """Whether two results are the same, up to rounding and dress."""
        if isinstance(mine, LearnerError) or isinstance(theirs, LearnerError):
            return (
                isinstance(mine, LearnerError) and isinstance(theirs, LearnerError) and self._same_error(mine, theirs)
            )
        if isinstance(mine, Handle) or isinstance(theirs, Handle):
            return type(mine) is type(theirs)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            return mine.keys() == theirs.keys() and all(self.holds(mine[key], theirs[key]) for key in mine)
        one, other = numbers_in(mine), numbers_in(theirs)
        if one is not None and other is not None:
            return self._same_numbers(one, other) or (self.slack.any_order and self._same_items(mine, theirs))
        if isinstance(mine, (list, tuple)) and isinstance(theirs, (list, tuple)):
            if len(mine) == len(theirs) and all(map(self.holds, mine, theirs)):
                return True
            return self.slack.any_order and self._same_items(mine, theirs)
        if isinstance(mine, str) and isinstance(theirs, str):
            return _COUNTED.sub("", mine) == _COUNTED.sub("", theirs)  # such as a layer's name in its configuration
        return type(mine) is type(theirs) and mine == theirs

    def _same_items(self, mine: Any, theirs: Any) -> bool:
        return (
            isinstance(mine, (list, tuple))
            and isinstance(theirs, (list, tuple))
            and sorted(map(repr, mine)) == sorted(map(repr, theirs))
        )

    def _same_error(self, mine: LearnerError, theirs: LearnerError) -> bool:
        if (mine.outcome, mine.types) != (theirs.outcome, theirs.types):
            return False
        if self.in_own_words or _RAISED_BY_LEARNER.search(theirs.line):
            return True
        return _COUNTED.sub("", mine.message) == _COUNTED.sub("", theirs.message)

    def _same_numbers(self, mine: np.ndarray, theirs: np.ndarray) -> bool:
        if mine.shape != theirs.shape:
            return False
        if "f" not in (mine.dtype.kind, theirs.dtype.kind):
            return bool((mine == theirs).all())
        rtol, atol = self.slack.rtol, self.slack.atol
        for dtype in (mine.dtype, theirs.dtype):
            if dtype.kind == "f" and dtype.itemsize < 4:
                rtol, atol = max(rtol, tolerance(dtype)[0]), max(atol, tolerance(dtype)[1])
        return _near(mine.astype(np.float64), theirs.astype(np.float64), rtol, atol)


@dataclass(frozen=True)
class Failure:
    """How a test failed: the rule that did not hold, and what came back and was wanted there."""

    rule: str
    got: str = ""
    values: Values | None = None

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        """What an error says that ended a test."""
        if isinstance(error, NotAsked) and error.error is not None:
            error = error.error
        if isinstance(error, LearnerError):
            return cls("an error")  # which one, the two transcripts say
        if isinstance(error, Unmet):
            values = error.values
            kept = values is not None and weight((values.actual, values.wanted)) <= MOST_KEPT
            return cls(error.sentence, error.got, values if kept else None)
        return cls(type(error).__name__, str(error))

    def is_that_of(self, other: "Failure", slack: Slack) -> bool:
        """Whether the other fails the same rule, and gives there what this one gives."""
        if self.rule != other.rule:
            return False
        if self.values is None or other.values is None:
            return self.values is other.values and _same_print(self.got, other.got)
        return _same_wrong(self.values, other.values, slack)


def _same_wrong(mine: Values, theirs: Values, slack: Slack) -> bool:
    """Whether two wrong values are one, and not merely both near to what is right."""
    same = Comparison(slack)
    if not same.holds(mine.actual, theirs.actual):
        return False
    if same.holds(theirs.actual, theirs.wanted) and not _is_numbers(theirs):
        return _dress(mine.actual) == _dress(theirs.actual)
    one, other, wanted = numbers_in(mine.actual), numbers_in(theirs.actual), numbers_in(theirs.wanted)
    if one is None or other is None or wanted is None or not one.shape == other.shape == wanted.shape:
        return True
    return _told_apart(*(array.astype(np.float64) for array in (one, other, wanted)), theirs)


def _told_apart(one: np.ndarray, other: np.ndarray, wanted: np.ndarray, limits: Values) -> bool:
    """Whether two arrays are closer to each other by far than to what is wanted, where the second is wrong."""
    with np.errstate(invalid="ignore", over="ignore"):
        wrong = ~np.isclose(other, wanted, rtol=limits.rtol, atol=limits.atol)
        wrong &= np.isfinite(one) & np.isfinite(other) & np.isfinite(wanted)
        return bool(np.abs(one - other)[wrong].sum() <= _TOLD_APART * np.abs(other - wanted)[wrong].sum())


def _near(one: np.ndarray, other: np.ndarray, rtol: float, atol: float) -> bool:
    """Whether two arrays differ by rounding alone: of each number, and of the largest that met others in a sum."""
    finite = np.isfinite(one) & np.isfinite(other)
    if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
        return False
    sizes = np.maximum(np.abs(one[finite]), np.abs(other[finite]))
    rounding = atol + rtol * sizes + _OF_THE_LARGEST * rtol * sizes.max(initial=0.0)
    return bool((np.abs(one[finite] - other[finite]) <= rounding).all())


def numbers_in(value: Any) -> np.ndarray | None:
    """The numbers of an array, a number, or a list or tuple of such, as an array; None where it is something else."""
    if isinstance(value, (np.ndarray, bool, int, float)):
        return np.asarray(value)
    if not isinstance(value, (list, tuple)) or not value:
        return None
    parts = [numbers_in(item) for item in value]
    if any(part is None or part.shape != parts[0].shape for part in parts if parts[0] is not None) or parts[0] is None:
        return None
    return np.stack(parts)


def _is_numbers(values: Values) -> bool:
    """Whether floats were compared, whose dress no such rule asks for."""
    return isinstance(values.wanted, np.ndarray)


def _dress(value: Any) -> Any:
    """What a value is dressed in: its types, down to the items."""
    if isinstance(value, np.ndarray):
        return ("array", value.dtype.name)
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, *map(_dress, value))
    return type(value).__name__


def _same_print(mine: str, theirs: str) -> bool:
    """Whether two texts say the same, and their numbers are alike; whole numbers, as in a shape, are equal."""
    if _NUMBER.sub("#", mine) != _NUMBER.sub("#", theirs):
        return False
    pairs = zip(_NUMBER.findall(mine), _NUMBER.findall(theirs), strict=True)
    return all(one == other or _alike(one, other) for one, other in pairs)


def _alike(one: str, other: str) -> bool:
    if one.lstrip("-").isdigit() and other.lstrip("-").isdigit():
        return False
    return abs(float(one) - float(other)) <= _IN_PRINT * max(abs(float(one)), abs(float(other)))
