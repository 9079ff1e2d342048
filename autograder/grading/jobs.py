"""The submissions of a class: what there is to grade, and what became of each."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading import intake
from autograder.grading.entry import Outcome
from autograder.grading.names import handed_in_by, unfit_names
from autograder.grading.regraded import Regraded
from autograder.grading.verdict_store import kept_under
from autograder.judging.verdicts import OURS, Verdict
from autograder.units import Unit, all_units

_BESIDE = "It was taken from {beside}, which lies beside the folder {unit} instead of in it."
_BOTH = "There is also {beside} beside the folder {unit}: what is in the folder counts."


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
    """One submission to mark: the learner's folder for the unit, or the one file that they handed in.

    `note` is what its report says of where it lay.
    """

    learner: str
    unit: Unit
    place: Path
    note: str | None = None

    def take(self) -> intake.Submission:
        """Read the submission; never raises for what it holds or is."""
        return intake.with_note(intake.take_from(self.place, self.unit), self.note)


class HandedInTwice(ValueError):
    """Files that are all the same learner's for the same unit: which of them counts, only a person can say."""


def jobs(units: Sequence[Unit], submitted: Path) -> list[Job]:
    """The submissions for these units in a folder: LEARNER/UNIT/ as nbgrader has them, or files UNIT+LEARNER.ipynb.

    A notebook that lies beside its folder, as LEARNER/UNIT.ipynb, is taken where there is no such folder, and told in
    any case. Raises `HandedInTwice` where the folder holds two for the same learner and unit.
    """
    submitted = submitted.resolve()
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


def passed_over(submitted: Path) -> list[str]:
    """A line for each notebook in a folder of submissions that does not say whose it is, or of which unit."""
    names = [path.name for path in submitted.iterdir() if intake.is_notebook(path.name) and path.name[0] != "."]
    unknown = sorted(name for name in names if not any(handed_in_by(Path(name), unit) for unit in all_units()))
    return [f"Not graded, as its name does not say whose it is: {ascii(name)}" for name in unknown]


def unfit(todo: Sequence[Job]) -> list[str]:
    """A line for each learner whose submission is marked, but whose name nbgrader's gradebook cannot hold."""
    told = unfit_names(job.learner for job in todo)
    return [f"Not entered, as nbgrader cannot hold this name: {line}. Rename the folder or the file." for line in told]


def _jobs(unit: Unit, submitted: Path) -> Iterator[Job]:
    for entry in sorted(submitted.iterdir(), key=lambda path: path.name):
        if entry.name.startswith("."):
            continue
        place, learner = entry / unit.stem, handed_in_by(entry, unit)
        beside = _beside(entry, unit)
        if learner:
            yield Job(learner, unit, entry)
        elif place.is_symlink() or place.exists():
            yield Job(entry.name, unit, place, _BOTH.format(beside=beside.name, unit=unit.stem) if beside else None)
        elif beside:
            yield Job(entry.name, unit, beside, _BESIDE.format(beside=beside.name, unit=unit.stem))


def _beside(learner: Path, unit: Unit) -> Path | None:
    """A notebook of the unit's name that lies in a learner's folder, not in the unit's folder there."""
    try:
        names = [name for name in os.listdir(learner) if name.lower() == f"{unit.stem}.ipynb"]
    except OSError:
        return None
    return learner / min(names) if names else None
