"""Verdicts: what was decided about a test, an exercise and a submission, as plain data."""

from dataclasses import dataclass, field
from typing import Any

OUTCOMES = ("passed", "failed", "error", "timeout", "memory", "crashed", "missing", "not_attempted")
SUBMISSION, OURS = "submission", "ours"  # whose fault it is that something was not graded


@dataclass
class TestVerdict:
    """One test: its name as a sentence, its outcome, and what the learner reads.

    `parts` is the test's share of the exercise's points. `sentence`, `call`, `got`, `expected` and `line` make
    the message; `arrays` are drawn by `check` and kept nowhere. Where `asked` is false, the rule makes sense for a
    right result only, and this one is not right: it earns nothing, and accuses of nothing. Where `supporting`, it
    holds for many wrong results too: it earns beside another rule that holds, and nothing by itself.
    """

    __test__ = False  # not a test class, whatever its name says to pytest

    name: str
    outcome: str
    parts: float = 1.0
    sentence: str = ""
    call: str = ""
    got: str = ""
    expected: str = ""
    line: str = ""
    arrays: tuple | None = None
    mistake: str | None = None
    asked: bool = True
    supporting: bool = False

    @property
    def message(self) -> str:
        """At most four lines: the rule, the call, what came back and what was expected."""
        lines = [self.sentence, self.line, self.call and f"Called: {self.call}"]
        if self.outcome in ("missing", "not_attempted"):
            lines = lines[:2]
        if self.outcome == "failed":
            lines = [
                self.sentence,
                self.call and f"Called: {self.call}",
                self.got and f"Got: {self.got}",
                self.expected and f"Expected: {self.expected}",
            ]
        return "\n".join(line for line in lines if line)

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "outcome": self.outcome, "message": self.message, "mistake": self.mistake}


@dataclass
class ExerciseVerdict:
    """One exercise: its points, and its tests. `unmarked` says why it was not judged here, if it was not."""

    name: str
    max_score: float
    tests: list[TestVerdict] = field(default_factory=list)
    unmarked: str = ""

    @property
    def score(self) -> float | None:
        """The points of the tests that have won them, rounded to hundredths; None where it was not judged."""
        if self.unmarked:
            return None
        parts = sum(test.parts for test in self.tests)
        won = sum(test.parts for test in self.tests if self.earns(test))
        return round(self.max_score * won / parts, 2) if parts else 0.0

    def earns(self, test: TestVerdict) -> bool:
        """Whether a test has won its points: it holds, and does not stand alone with others that only support."""
        if test.outcome != "passed":
            return False
        return not test.supporting or any(one.outcome == "passed" and not one.supporting for one in self.tests)

    @property
    def missing(self) -> bool:
        """Whether there was no answer to judge, as where its cell has not been run."""
        return bool(self.tests) and all(test.outcome == "missing" for test in self.tests)

    @property
    def attempted(self) -> bool:
        return any(test.outcome not in ("not_attempted", "missing") for test in self.tests)

    @property
    def first_failure(self) -> TestVerdict | None:
        """The failure to study first: of a test that was asked, else of one that could not be; None if all passed."""
        failed = [test for test in self.tests if test.outcome != "passed"]
        return next((test for test in failed if test.asked), failed[0] if failed else None)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "score": self.score,
            "max_score": self.max_score,
            "tests": [test.as_dict() for test in self.tests],
        }


@dataclass
class Verdict:
    """One submission of a unit. An exercise that was not judged counts in neither of its sums.

    `confinement` is the level its code ran under, `seed` gives the same inputs again, and `problem` is None
    or one sentence about what is to be said of it. `fault` says whose the problem is, where it is not the learner's
    code: of the `submission`, which could not be read in whole or in part, or `ours`: then there are no points.
    """

    unit: str
    exercises: list[ExerciseVerdict]
    confinement: str = "none"
    seed: int = 0
    device: str = "cpu"
    backend: str = "tensorflow"
    problem: str | None = None
    fault: str | None = None

    @property
    def score(self) -> float | None:
        if self.fault == OURS:
            return None
        return round(sum(exercise.score for exercise in self.exercises if not exercise.unmarked), 2)

    @property
    def max_score(self) -> float:
        counted = [exercise for exercise in self.exercises if self.fault == OURS or not exercise.unmarked]
        return float(sum(exercise.max_score for exercise in counted))

    def as_dict(self) -> dict[str, Any]:
        return {
            "unit": self.unit,
            "score": self.score,
            "max_score": self.max_score,
            "confinement": self.confinement,
            "device": self.device,
            "backend": self.backend,
            "seed": self.seed,
            "problem": self.problem,
            "fault": self.fault,
            "exercises": [exercise.as_dict() for exercise in self.exercises],
        }
