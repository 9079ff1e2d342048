"""What a class's verdicts come to: the distribution of points, what holds, what was misunderstood, who is stuck."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from autograder.grading.spreadsheet import number
from autograder.grading.standings import ClassStandings, Standing

_FEW_POINTS = 0.5  # of the most there are: who has tried and has less is stuck


@dataclass(frozen=True, slots=True)
class Bin:
    """How many have points from `low` on and below `high`; in the last bin, `high` and more."""

    low: float
    high: float
    count: int

    @property
    def label(self) -> str:
        return f"{number(self.low)}–{number(self.high)}"


@dataclass(slots=True)
class Rule:
    """How a class stands with one rule of an exercise, among those who have begun it."""

    exercise: str
    name: str
    held: int = 0
    failed: int = 0
    not_asked: int = 0

    @property
    def asked(self) -> int:
        return self.held + self.failed

    @property
    def share(self) -> float:
        """The share of those who were asked for whom it holds."""
        return self.held / self.asked if self.asked else 0.0


@dataclass(slots=True)
class ExerciseSummary:
    """How a class stands with one exercise; the average is over all that were judged, an empty answer being 0."""

    name: str
    max_score: float
    scores: list[float] = field(default_factory=list)
    begun: int = 0
    rules: dict[str, Rule] = field(default_factory=dict)

    @property
    def average(self) -> float:
        return average(self.scores)

    @property
    def complete(self) -> int:
        """How many have all its points."""
        return sum(score >= self.max_score for score in self.scores)

    @property
    def hardest(self) -> Rule | None:
        asked = [rule for rule in self.rules.values() if rule.failed]
        return min(asked, key=lambda rule: rule.share, default=None)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A named mistake, where it was made, and by whom: one explanation serves them all."""

    sentence: str
    exercises: list[str]
    learners: list[str]


def average(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0


def histogram(scores: Iterable[float], most: float, bins: int) -> list[Bin]:
    """The distribution of points in equal bins from 0 to the most there are."""
    edges = [most * edge / bins for edge in range(bins + 1)]
    counts = [0] * bins
    for score in scores:
        counts[sum(score >= edge for edge in edges[1:-1])] += 1
    return [Bin(low, high, count) for (low, high), count in zip(pairwise(edges), counts, strict=True)]


def exercises(standings: ClassStandings) -> list[ExerciseSummary]:
    """Each exercise of a unit, with its rules, in the order of its suite."""
    found = {name: ExerciseSummary(name, points) for name, points in standings.unit.points().items()}
    for standing in standings.handed_in:
        for exercise in standing.exercises:
            if exercise.unmarked:
                continue
            summary = found.setdefault(exercise.name, ExerciseSummary(exercise.name, exercise.max_score))
            summary.scores.append(exercise.score)
            if exercise.attempted:
                summary.begun += 1
                _count_rules(summary, exercise.tests)
    return list(found.values())


def _count_rules(summary: ExerciseSummary, tests: Iterable) -> None:
    for test in tests:
        rule = summary.rules.setdefault(test.name, Rule(summary.name, test.name))
        rule.held += test.outcome == "passed"
        rule.not_asked += not test.asked
        rule.failed += test.asked and test.outcome != "passed"


def hardest_rules(summaries: Iterable[ExerciseSummary], most: int) -> list[Rule]:
    """The rules that fail for the largest share of those who were asked; of equal shares, for more learners first."""
    rules = [rule for summary in summaries for rule in summary.rules.values() if rule.failed]
    return sorted(rules, key=lambda rule: (rule.share, -rule.failed))[:most]


def mistakes(standings: Iterable[Standing]) -> list[Mistake]:
    """The named mistakes, those of most learners first."""
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for standing in standings:
        for exercise in standing.exercises:
            for test in exercise.tests:
                if test.mistake:
                    where, who = found.setdefault(test.mistake, ({}, {}))
                    where[exercise.name] = who[standing.learner] = None
    listed = [Mistake(sentence, list(where), list(who)) for sentence, (where, who) in found.items()]
    return sorted(listed, key=lambda mistake: (-len(mistake.learners), mistake.sentence))


def stuck(standings: ClassStandings) -> list[Standing]:
    """Who has begun and has few points, the fewest first."""
    limit = _FEW_POINTS * standings.max_score
    found = [standing for standing in standings.graded if standing.begun and standing.score < limit]
    return sorted(found, key=lambda standing: standing.score)


def not_begun(standings: ClassStandings) -> list[Standing]:
    """Who has handed in a notebook in which no exercise has an answer."""
    return [one for one in standings.graded if one.verdict and not one.begun and not one.problem]
