"""What passes between the processes that mark and the one that writes the gradebook, for one submission."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from autograder.judging.verdicts import Verdict

_ENDED = {"timeout": "took too long", "memory": "took too much memory", "crashed": "ended its own process"}


@dataclass(slots=True)
class Outcome:
    """What a class's table needs of a verdict: points, mistakes and what was unusual.

    `scores` has one number for each exercise of the unit, in order, or None where it was not attempted. `fault` is that
    of the verdict: there is no `score` where it is ours.
    """

    score: float | None
    max_score: float
    scores: Sequence[float | None]
    mistakes: Sequence[str]
    stopped: Sequence[str]
    problem: str | None
    fault: str | None = None


def outcome_of(verdict: Verdict) -> Outcome:
    """The outcome that a verdict comes to."""
    tests = [(exercise, test) for exercise in verdict.exercises for test in exercise.tests]
    stopped = [f"{exercise.name} {_ENDED[test.outcome]}." for exercise, test in tests if test.outcome in _ENDED]
    return Outcome(
        verdict.score,
        verdict.max_score,
        tuple(exercise.score if exercise.attempted else None for exercise in verdict.exercises),
        tuple(dict.fromkeys(test.mistake for _, test in tests if test.mistake)),
        tuple(dict.fromkeys(stopped)),
        verdict.problem,
        verdict.fault,
    )


@dataclass(frozen=True, slots=True)
class Executed:
    """What the gradebook takes from an executed notebook: points by check cell, and whether each answer was begun."""

    learner: str
    unit: str
    arrived: str | None
    scores: dict[str, float | None]
    untouched: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the gradebook holds of a submission, by grade id: all that a feedback page shows, and what it rests on.

    `scores` are pairs of points and the most there are; instructors' points, where they gave some, are in them.
    """

    score: float
    max_score: float
    penalty: float | None
    arrived: str | None
    due: str | None = None
    auto_scores: dict[str, float | None] = field(default_factory=dict)
    scores: dict[str, tuple[float, float]] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)

    def digest(self) -> str:
        """Changes when anything in the gradebook does that the page shows."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
