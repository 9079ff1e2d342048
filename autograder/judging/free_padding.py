"""Ids whose padding at the end is free: a suite sees them, and naming compares them, without it."""

from typing import Any

import numpy as np

from autograder.judging.answer import Answer, Performer
from autograder.seam import Handle

PAD = 0


def without_padding(answer: Answer) -> Answer:
    """The same answer; of the ids that it returns, integers (B, n), columns of nothing but padding at the end are cut.

    So two answers that differ in nothing else give the same, and a known mistake is named whatever the learner's pads.
    """
    return Answer(_Cutting(answer._performer), answer._target, answer._transcript)


def cut(found: Any) -> Any:
    """Integers (B, n) without the columns at the end that hold nothing but padding; anything else as it is."""
    if not isinstance(found, np.ndarray) or found.ndim != 2 or found.dtype.kind not in "iu":
        return found
    real = np.flatnonzero((found != PAD).any(0))
    return found[:, : real[-1] + 1 if len(real) else 0]


class _Cutting:
    """A performer whose calls give ids without free padding."""

    def __init__(self, performer: Performer):
        self._performer = performer

    def perform(self, operation: str, target: str | Handle, *args: Any, **options: Any) -> Any:
        """Perform one operation, and cut what it gives."""
        return cut(self._performer.perform(operation, target, *args, **options))
