"""Marking once more: what was decided the last time, and which rules decide otherwise now."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autograder.grading.verdict_store import kept_under
from autograder.judging.verdicts import ExerciseVerdict, Verdict
from autograder.learner.atomic import write_whole
from autograder.units import Unit

_NO_RULE = "not among the rules"


class HandedIn(Protocol):
    """A submission: whose it is, and of which unit."""

    learner: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Change:
    """A rule that decides otherwise than the last time: its outcomes, and the points that this makes."""

    exercise: str
    rule: str
    before: str
    after: str
    points: float


@dataclass(frozen=True, slots=True)
class Regraded:
    """What marking a submission once more has changed. `before` is None where no earlier verdict is kept."""

    before: float | None
    after: float
    changes: tuple[Change, ...] = ()


def remember(store: Path, job: HandedIn, digest: str) -> None:
    """Write down which verdict of a store is the last of a learner's for a unit."""
    place = _place(store, job)
    if _read(place) != digest:
        write_whole(place, digest)


def last_verdict(store: Path, job: HandedIn) -> Verdict | None:
    """The last verdict on a learner's submission of a unit, whatever the suite and the notebook were then."""
    digest = _read(_place(store, job))
    kept = kept_under(store, digest) if digest else None
    return kept.verdict if kept else None


def regraded(before: Verdict | None, after: Verdict) -> Regraded:
    """Compare a verdict with the one of before, rule by rule."""
    if before is None:
        return Regraded(None, after.score)
    exercises = {exercise.name: exercise for exercise in before.exercises}
    changes = [
        change
        for exercise in after.exercises
        for change in _changes(exercises.get(exercise.name, ExerciseVerdict(exercise.name, 0.0)), exercise)
    ]
    return Regraded(before.score, after.score, tuple(changes))


def lines(learner: str, told: Regraded) -> list[str]:
    """What an instructor reads of a submission that was marked once more, where its points have changed."""
    if told.before is None:
        return [f"{learner}: {told.after:g} points; no earlier verdict is kept to compare it with."]
    if told.before == told.after:
        return []
    found = [f"{learner}: {told.before:g} → {told.after:g} points ({told.after - told.before:+g})"]
    found += [
        f"  {change.points:+g} {change.exercise}: {change.rule} ({change.before} → {change.after})"
        for change in told.changes
    ]
    return found if told.changes else [*found, "  The rules decide as before; their points have changed."]


def _changes(before: ExerciseVerdict, after: ExerciseVerdict) -> list[Change]:
    then, now = _rules(before), _rules(after)
    found = []
    for rule in dict.fromkeys([*then, *now]):
        (old, lost), (new, won) = then.get(rule, (_NO_RULE, 0.0)), now.get(rule, (_NO_RULE, 0.0))
        if old != new and round(won - lost, 2):
            found.append(Change(after.name, rule, old, new, round(won - lost, 2)))
    return found


def _rules(exercise: ExerciseVerdict) -> dict[str, tuple[str, float]]:
    """The outcome of each rule of an exercise, with the points that it gave."""
    share = exercise.max_score / (sum(test.parts for test in exercise.tests) or 1.0)
    return {
        test.name: (test.outcome, share * test.parts if test.outcome == "passed" else 0.0) for test in exercise.tests
    }


def _place(store: Path, job: HandedIn) -> Path:
    return store / "last" / job.unit.stem / job.learner


def _read(place: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return place.read_text("utf-8")
    return ""
