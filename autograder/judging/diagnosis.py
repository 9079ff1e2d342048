"""Which known mistake explains a failure: the one that gives, on the same inputs, what the learner gave."""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.judging.answer import Transcript
from autograder.judging.error_causes import likely_cause
from autograder.judging.known import Known
from autograder.judging.verdicts import TestVerdict
from autograder.seam import Handle, LearnerError, Workbench
from autograder.seam.plain import to_tensors

_RAISED_BY_LEARNER = re.compile(r": (raise|assert)\b")  # in the line of the learner's own that stopped
_NUMBERED = re.compile(r"_\d+\b")  # Keras counts layers of one kind: dense, dense_1, dense_2


@dataclass
class Trial:
    """A test that has run: its verdict, and what it asked and got."""

    verdict: TestVerdict
    transcript: Transcript
    _beginnings: dict[int, tuple] = field(default_factory=dict)
    _as_tensors: dict[int, tuple] = field(default_factory=dict)

    @property
    def speaks_for_itself(self) -> bool:
        """Whether it failed by what no known answer does: a cell that did not run, or a misspelled name."""
        last = self.transcript[-1].result if self.transcript else None
        return isinstance(last, LearnerError) and (not last.types or last.types[0] == "NameError")

    @property
    def is_about_dtype(self) -> bool:
        """Whether it failed by a dtype: float16 and float64 are different mistakes then, and else the same numbers."""
        return self.verdict.got.startswith("dtype ")

    @property
    def is_traced(self) -> bool:
        """Whether what it asked last is computed with tensors that have no numbers yet, or keep a record."""
        return self.transcript[-1].operation in ("compiled", "gradient", "weight_gradients")

    @property
    def is_slow(self) -> bool:
        """Whether it compiles a graph or writes a file, which takes longer than all else in a check."""
        return any(entry.operation in ("compiled", "reloaded") for entry in self.transcript)

    @property
    def cost(self) -> int:
        """How long it takes to run again, roughly: a gradient as long as many calls."""
        return sum(20 if "gradient" in entry.operation else 1 for entry in self.transcript)

    def reproduced_by(self, known: Known) -> bool:
        """Whether `known`, asked the same from the first call to the last, gives what the learner gave."""
        return self.refuted_at(known) is None

    def refuted_at(self, known: Known) -> int | None:
        """How many entries `known` was asked up to the first in which it gives something else; None without one.

        What a test asks next depends on what it was given so far: up to the first difference it would ask the same.
        """
        workbench = Workbench({known.exercise: known.answer})
        its_handles: dict[Handle, Handle] = {}
        same = _Comparison(its_handles, self.is_about_dtype, in_own_words=self.verdict.outcome == "passed")
        for number, (target, operation, args, options, theirs) in enumerate(self.transcript, start=1):
            args = self._arguments(number - 1) if operation == "call" else args
            target, args, options = _replaced((target, args, options), its_handles)
            try:
                mine = workbench.perform(operation, target, *args, **options)
            except LearnerError as error:
                mine = error
            if not same.holds(_renamed(mine, known), theirs):
                return number
        return None

    def _arguments(self, index: int) -> tuple:
        """The arguments of a call, with tensors made of its arrays once for all known answers."""
        from autograder.seam.backends import tensors_are_fixed

        if not tensors_are_fixed():
            return self.transcript[index].args
        if index not in self._as_tensors:
            self._as_tensors[index] = to_tensors(self.transcript[index].args, lambda item: item)
        return self._as_tensors[index]

    def beginning(self, count: int) -> tuple:
        """What the first `count` entries asked and got, in a form that can be compared with another test's."""
        if count not in self._beginnings:
            self._beginnings[count] = _comparable(tuple(self.transcript[:count]), {})
        return self._beginnings[count]


def name_mistakes(trials: Sequence[Trial], mistakes: Sequence[Known]) -> None:
    """Write into each failed verdict the sentence of the mistake that explains it, if one does.

    A false sentence is worse than none. So a mistake is named only if it gives what the learner gave in
    at least half of the tests that failed and in every test that passed; among several, the one that
    explains most failures, then the one listed first. Tests that compile or save are slow to run again: they take
    over what explains the others. An error that none explains may be one that any tensor gives.
    """
    failed = [trial for trial in trials if trial.verdict.outcome in ("failed", "error") and trial.transcript]
    failed = [trial for trial in failed if not trial.speaks_for_itself and trial.transcript.is_whole]
    studied = sorted([trial for trial in failed if not trial.is_slow] or failed, key=lambda trial: trial.cost)
    passed = [trial for trial in trials if trial.verdict.outcome == "passed" and not trial.is_slow]
    passed = [trial for trial in passed if trial.transcript.is_whole]
    passed.sort(key=lambda trial: trial.cost)  # most known answers are refuted by the first
    with warnings.catch_warnings(action="ignore"):  # of the known answers
        found, explained = _best(mistakes, studied, passed)
    if found:
        for trial in explained + [trial for trial in failed if trial.is_slow]:
            trial.verdict.mistake = found.sentence
    only_in_graphs = all(trial.is_traced for trial in failed)
    for trial in failed:
        result = trial.transcript[-1].result
        if trial.verdict.mistake is None and isinstance(result, LearnerError):
            trial.verdict.mistake = likely_cause(result, only_in_graphs)


def _best(
    mistakes: Sequence[Known], failed: Sequence[Trial], passed: Sequence[Trial]
) -> tuple[Known | None, list[Trial]]:
    """The mistake that explains most, and the failed tests that it explains; (None, []) if none does.

    Most answers are one known mistake, which explains all: the first test to fail finds it among the others.
    """
    if not failed:
        return None, []
    begun: list[int | None] = []
    for known in mistakes:
        begun.append(failed[0].refuted_at(known))
        if begun[-1] is None and all(trial.reproduced_by(known) for trial in (*failed[1:], *passed)):
            return known, list(failed)
    found: list[tuple[Known, list[Trial]]] = []
    for known, count in zip(mistakes, begun, strict=True):
        explained = _explained_by(known, failed, count)
        if 0 < len(explained) < len(failed):
            found.append((known, explained))
    for known, explained in sorted(found, key=lambda pair: -len(pair[1])):
        if all(trial.reproduced_by(known) for trial in passed):
            return known, explained
    return None, []


def _explained_by(known: Known, failed: Sequence[Trial], count: int | None) -> list[Trial]:
    """The failed tests that a mistake reproduces; none as soon as they can no longer be half of all.

    `count` is what `refuted_at` has given for the first of them.
    """
    explained: list[Trial] = []
    refuted: set[tuple[int, tuple]] = set()  # beginnings of tests: many make the same layer first, which takes long
    for number, trial in enumerate(failed, start=1):
        if number > 1:
            seen_before = any(trial.beginning(length) == asked for length, asked in refuted)
            count = 0 if seen_before else trial.refuted_at(known)
        if count is None:
            explained.append(trial)
        elif count:
            refuted.add((count, trial.beginning(count)))
        if 2 * (number - len(explained)) > len(failed):
            return []
    return explained


def _replaced(value: Any, handles: dict[Handle, Handle]) -> Any:
    """What a learner's answer was asked, with the known answer's own handles in it."""
    if isinstance(value, Handle):
        return handles.get(value, value)
    if isinstance(value, (list, tuple)):
        return type(value)(_replaced(item, handles) for item in value)
    if isinstance(value, dict):
        return {key: _replaced(item, handles) for key, item in value.items()}
    return value


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


def _renamed(result: Any, known: Known) -> Any:
    """An error that speaks of the known answer by its own name, as it would under the exercise's."""
    if isinstance(result, LearnerError):
        return replace(result, message=result.message.replace(known.answer.__name__, known.exercise))
    return result


@dataclass(frozen=True)
class _Comparison:
    """Compares what a known answer gave with what the learner's gave; pairs the handles in them.

    `to_the_dtype` tells float16 and float64 apart. Where a test has passed (`in_own_words`) an error was asked for, and
    everybody words it in their own way.
    """

    handles: dict[Handle, Handle]
    to_the_dtype: bool
    in_own_words: bool

    def holds(self, mine: Any, theirs: Any) -> bool:
        """Whether two results are the same, up to rounding."""
        if isinstance(mine, LearnerError) and isinstance(theirs, LearnerError):
            return self._same_error(mine, theirs)
        if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
            return self._same_array(mine, theirs)
        if isinstance(mine, Handle) and isinstance(theirs, Handle):
            self.handles[theirs] = mine
            return True
        if isinstance(mine, (list, tuple)) and type(mine) is type(theirs):
            return len(mine) == len(theirs) and all(map(self.holds, mine, theirs))
        if isinstance(mine, dict) and isinstance(theirs, dict):
            return mine.keys() == theirs.keys() and all(self.holds(mine[key], theirs[key]) for key in mine)
        return type(mine) is type(theirs) and mine == theirs

    def _same_error(self, mine: LearnerError, theirs: LearnerError) -> bool:
        if (mine.outcome, mine.types) != (theirs.outcome, theirs.types):
            return False
        if self.in_own_words or _RAISED_BY_LEARNER.search(theirs.line):
            return True
        return _NUMBERED.sub("", mine.message) == _NUMBERED.sub("", theirs.message)

    def _same_array(self, mine: np.ndarray, theirs: np.ndarray) -> bool:
        if mine.shape != theirs.shape or mine.dtype.kind != theirs.dtype.kind:
            return False
        if self.to_the_dtype and mine.dtype != theirs.dtype:
            return False
        is_half = mine.dtype.kind == "f" and min(mine.dtype.itemsize, theirs.dtype.itemsize) < 4
        rtol, atol = (1e-2, 1e-3) if is_half else (1e-4, 1e-5)
        return bool(np.allclose(mine, theirs, rtol=rtol, atol=atol, equal_nan=True))
