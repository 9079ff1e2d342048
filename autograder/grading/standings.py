"""How each learner of a class stands in a unit, put together from what earlier runs have left in its folder."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.class_scores import ClassScores, Held, Person, class_scores
from autograder.grading.jobs import HandedInTwice, jobs
from autograder.grading.names import why_unfit
from autograder.grading.verdict_store import kept_under
from autograder.judging.verdicts import ExerciseVerdict, Verdict
from autograder.units import Unit

_NO_VERDICT = "The verdict on this submission is no longer kept. Run `python -m autograder grade {}` again."
_UNREADABLE = "The executed notebook cannot be read. Run `python -m autograder grade {}` again."
_NOT_GRADED = "Handed in and not graded yet."
_RENAME = "nbgrader cannot hold this folder's name, because {}: rename it."


@dataclass(frozen=True, slots=True)
class Standing:
    """One learner: the judge's verdict and the gradebook's entry, as far as there are any, and what is to be told."""

    learner: str
    verdict: Verdict | None = None
    held: Held | None = None
    problem: str | None = None

    @property
    def score(self) -> float | None:
        """The points that count: the gradebook's, else the judge's, else none."""
        if self.held:
            return self.held.score
        return self.verdict.score if self.verdict else None

    @property
    def exercises(self) -> list[ExerciseVerdict]:
        return self.verdict.exercises if self.verdict else []

    @property
    def begun(self) -> int:
        """How many exercises have an answer."""
        return sum(exercise.attempted for exercise in self.exercises)


@dataclass(frozen=True)
class ClassStandings:
    """A class in a unit: who has handed in, the gradebook's list of students, and the most points there are."""

    unit: Unit
    handed_in: list[Standing]
    people: dict[str, Person]
    max_score: float

    @property
    def absent(self) -> list[str]:
        """Who is in the gradebook's list, and has handed in nothing."""
        return sorted(self.people.keys() - {standing.learner for standing in self.handed_in})

    @property
    def graded(self) -> list[Standing]:
        return [standing for standing in self.handed_in if standing.score is not None]

    @property
    def scores(self) -> list[float]:
        return [standing.score for standing in self.graded]


def class_standings(unit: Unit, grading: Path) -> ClassStandings:
    """Read the class in `grading`: executed notebooks name the verdicts, and the gradebook has the points."""
    book = class_scores(grading, unit.stem)
    found = {standing.learner: standing for standing in _graded(unit, grading, book)}
    for learner, held in book.held.items():
        found.setdefault(learner, Standing(learner, None, held, _NO_VERDICT.format(unit.stem)))
    for learner in _handed_in(unit, grading / "submitted"):
        found.setdefault(
            learner, Standing(learner, problem=_RENAME.format(why) if (why := why_unfit(learner)) else _NOT_GRADED)
        )
    handed_in = [found[name] for name in sorted(found)]
    return ClassStandings(unit, handed_in, book.people, _most(unit, book, handed_in))


def _most(unit: Unit, book: ClassScores, standings: list[Standing]) -> float:
    if book.max_score:
        return book.max_score
    verdicts = (standing.verdict.max_score for standing in standings if standing.verdict)
    return max(verdicts, default=sum(unit.points().values()))


def _graded(unit: Unit, grading: Path, book: ClassScores) -> Iterator[Standing]:
    """Everybody who has an executed notebook. Equal works share a verdict, which is read once."""
    verdicts: dict[str, Verdict | None] = {}
    for notebook in sorted(grading.glob(f"autograded/*/{unit.stem}/{unit.stem}.ipynb")):
        learner = notebook.parent.parent.name
        held = book.held.get(learner)
        try:
            metadata = json.loads(notebook.read_text("utf-8"))["metadata"]
            digest, problem = metadata.get("verdict_digest"), metadata.get("problem")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            yield Standing(learner, None, held, _UNREADABLE.format(unit.stem))
            continue
        if digest and digest not in verdicts:
            verdicts[digest] = _verdict(grading / "verdicts", digest)
        verdict = verdicts.get(digest)
        lost = None if verdict else _NO_VERDICT.format(unit.stem)
        yield Standing(learner, verdict, held, problem or lost)


def _verdict(store: Path, digest: str) -> Verdict | None:
    """A verdict without what only the learner needs: a large class fits into memory."""
    kept = kept_under(store, digest) if digest.isalnum() else None
    if kept is None:
        return None
    for exercise in kept.verdict.exercises:
        for test in exercise.tests:
            test.call = test.got = test.expected = test.line = test.sentence = ""
    return kept.verdict


def _handed_in(unit: Unit, submitted: Path) -> list[str]:
    with contextlib.suppress(OSError, HandedInTwice):
        return [job.learner for job in jobs([unit], submitted)]
    return []
