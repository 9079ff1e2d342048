"""The submissions of a class: what there is to grade, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading.entry import Outcome
from autograder.grading.marker import kept_under
from autograder.judging.verdicts import Verdict
from autograder.units import Unit


@dataclass(slots=True)
class Graded:
    """What became of one learner's submission of one unit. The whole verdict is read when it is asked for."""

    learner: str
    unit: str
    outcome: Outcome
    kept: tuple[Path, str] | Verdict

    @property
    def verdict(self) -> Verdict:
        verdict = self.kept if isinstance(self.kept, Verdict) else kept_under(*self.kept).verdict
        verdict.problem = self.outcome.problem
        return verdict

    def add_problem(self, problem: str) -> None:
        told = self.outcome.problem
        self.outcome.problem = f"{told} {problem}" if told else problem

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
