"""Which known mistake explains a failure: the one that gives, on the same inputs, what the learner gave."""

import contextlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.judging.answer import Answer, Transcript
from autograder.judging.known import Known
from autograder.judging.verdicts import TestVerdict
from autograder.seam import Handle, LearnerError, Workbench


@dataclass
class Trial:
    """A test that has run: its verdict, what it asked and got, and how to run it again on another answer."""

    verdict: TestVerdict
    transcript: Transcript
    rerun: Callable[[Answer], Any]

    @property
    def compiles(self) -> bool:
        return any(entry.operation == "compiled" for entry in self.transcript)

    def reproduced_by(self, known: Known) -> bool:
        """Whether `known`, put in the learner's place, gives the learner's results from the first call to the last."""
        transcript = Transcript()
        answer = Answer(Workbench({known.exercise: known.answer}), known.exercise, transcript)
        with contextlib.suppress(Exception), warnings.catch_warnings(action="ignore"):
            self.rerun(answer)  # it is expected to fail; what it returned until then matters
        return len(transcript) == len(self.transcript) and all(
            _same(_renamed(mine.result, known), theirs.result)
            for mine, theirs in zip(transcript, self.transcript, strict=True)
        )


def name_mistakes(trials: Sequence[Trial], mistakes: Sequence[Known]) -> None:
    """Write into each failed verdict the sentence of the mistake that explains it, if one does.

    A false sentence is worse than none. So a mistake is named only if it gives what the learner gave in
    at least half of the tests that failed and in every test that passed; among several, the one that
    explains most failures, then the one listed first. Tests that compile are slow to run again: they take over
    what explains the eager ones.
    """
    failed = [trial for trial in trials if trial.verdict.outcome in ("failed", "error") and trial.transcript]
    studied = [trial for trial in failed if not trial.compiles] or failed
    passed = [trial for trial in trials if trial.verdict.outcome == "passed" and not trial.compiles]
    explained = {known: [trial for trial in studied if trial.reproduced_by(known)] for known in mistakes}
    likely = sorted((known for known in mistakes if explained[known]), key=lambda known: -len(explained[known]))
    for known in likely:
        if 2 * len(explained[known]) < len(studied):
            return
        if all(trial.reproduced_by(known) for trial in passed):
            for trial in explained[known] + [trial for trial in failed if trial.compiles]:
                trial.verdict.mistake = known.sentence
            return


def _renamed(result: Any, known: Known) -> Any:
    """An error that speaks of the known answer by its own name, as it would under the exercise's."""
    if isinstance(result, LearnerError):
        return replace(result, message=result.message.replace(known.name, known.exercise))
    return result


def _same(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, LearnerError) and isinstance(theirs, LearnerError):
        return (mine.outcome, mine.types, mine.message) == (theirs.outcome, theirs.types, theirs.message)
    if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
        if mine.shape != theirs.shape or mine.dtype.kind != theirs.dtype.kind:
            return False
        return bool(np.allclose(mine, theirs, rtol=1e-4, atol=1e-5, equal_nan=True))
    if isinstance(mine, Handle) and isinstance(theirs, Handle):
        return True
    if isinstance(mine, (list, tuple)) and type(mine) is type(theirs) and len(mine) == len(theirs):
        return all(_same(a, b) for a, b in zip(mine, theirs, strict=True))
    if isinstance(mine, dict) and isinstance(theirs, dict) and mine.keys() == theirs.keys():
        return all(_same(mine[key], theirs[key]) for key in mine)
    return type(mine) is type(theirs) and mine == theirs
