"""The submissions of a class: what there is to grade, and what became of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading.entry import Outcome
from autograder.grading.marker import kept_under
from autograder.grading.names import handed_in_by
from autograder.grading.regraded import Regraded
from autograder.judging.verdicts import OURS, Verdict
from autograder.units import Unit


@dataclass(slots=True)
class Graded:
    """What became of one learner's submission of one unit. The whole verdict is read when it is asked for."""

    learner: str
    unit: str
    outcome: Outcome
    kept: tuple[Path, str] | Verdict
    regraded: Regraded | None = None
    unfinished: bool = False  # it has its points, and something beside them could not be written

    @property
    def verdict(self) -> Verdict:
        verdict = self.kept if isinstance(self.kept, Verdict) else kept_under(*self.kept).verdict
        verdict.problem, verdict.fault = self.outcome.problem, self.outcome.fault
        return verdict

    @property
    def failed(self) -> bool:
        """Whether the next run must take it up again, because this one could not do all that was to be done."""
        return self.unfinished or self.outcome.fault == OURS

    def add_problem(self, problem: str, fault: str | None = None) -> None:
        told = self.outcome.problem
        self.outcome.problem = f"{told} {problem}" if told else problem
        self.outcome.fault = fault or self.outcome.fault
        if fault == OURS:
            self.outcome.score = None

    def as_dict(self) -> dict[str, Any]:
        return {"learner": self.learner, **self.verdict.as_dict()}


@dataclass(frozen=True)
class Job:
    """One submission to mark: the learner's folder for the unit, or the one file that they handed in."""

    learner: str
    unit: Unit
    place: Path


class HandedInTwice(ValueError):
    """Files that are all the same learner's for the same unit: which of them counts, only a person can say."""


def jobs(units: Sequence[Unit], submitted: Path) -> list[Job]:
    """The submissions for these units in a folder: LEARNER/UNIT/ as nbgrader has them, or files UNIT+LEARNER.ipynb.

    Raises `HandedInTwice` where it holds two for the same learner and unit.
    """
    found: dict[tuple[str, str], Job] = {}
    for unit in units:
        for job in sorted(_jobs(unit, submitted), key=lambda job: job.learner):
            other = found.setdefault((unit.stem, job.learner), job)
            if other is not job:
                raise HandedInTwice(
                    f"{job.learner} has handed in {unit.stem} twice: {other.place.relative_to(submitted)} and "
                    f"{job.place.relative_to(submitted)}. Move the one that does not count out of {submitted}."
                )
    return list(found.values())


def _jobs(unit: Unit, submitted: Path) -> Iterator[Job]:
    for entry in sorted(submitted.iterdir(), key=lambda path: path.name):
        if entry.name.startswith("."):
            continue
        place, learner = entry / unit.stem, handed_in_by(entry, unit)
        if learner:
            yield Job(learner, unit, entry)
        elif place.is_symlink() or place.exists():
            yield Job(entry.name, unit, place)
