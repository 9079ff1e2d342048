"""The milestones of the course: what a learner's answers of several units do together, and the numbers to reach.

They give no points. The last cells of a unit's exercises measure them, through `course.toolkit.milestones`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.units import Unit, all_units


@dataclass(frozen=True)
class Goal:
    """A number that a milestone is measured by, and what it must be: `at_least`, `at_most`, or whatever it is.

    A share, from 0 to 1, is told in percent.
    """

    name: str
    at_least: float | None = None
    at_most: float | None = None
    is_share: bool = True

    def holds(self, number: float) -> bool:
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)

    def lead(self, number: float) -> float:
        """How far a number lies on the right side of what is wanted, or with a minus sign on the wrong one."""
        if self.at_least is not None:
            return number - self.at_least
        return self.at_most - number if self.at_most is not None else 0.0

    def words(self, number: float) -> str:
        """A number as it is told, with one decimal. It is never rounded over what is wanted."""
        tenths, down = number * (1000 if self.is_share else 10), self.at_most is None
        rounded = (math.floor(tenths + 1e-6) if down else math.ceil(tenths - 1e-6)) / 10
        return f"{rounded:.1f} %" if self.is_share else f"{rounded:.1f}"

    @property
    def wanted(self) -> str:
        """What is wanted, in words; nothing where the number may be anything."""
        limit = self.at_least if self.at_most is None else self.at_most
        if limit is None:
            return ""
        words = f"{100 * limit:g} %" if self.is_share else f"{limit:g}"
        return f"to reach: {words}" if self.at_most is None else f"to stay below: {words}"


@dataclass(frozen=True)
class Milestone:
    """What is to be shown at the end of a unit, in one sentence, and the numbers that tell whether it works."""

    number: int
    stem: str
    what: str
    goals: Sequence[Goal]

    @property
    def unit(self) -> Unit:
        return Unit(self.stem)

    def taken(self, measured: object) -> dict[str, float] | None:
        """The numbers of all goals in their order, or None where one is missing or is no number."""
        if not isinstance(measured, Mapping) or not all(_is_number(measured.get(goal.name)) for goal in self.goals):
            return None
        return {goal.name: float(measured[goal.name]) for goal in self.goals}

    def reached(self, measured: Mapping[str, float]) -> bool:
        return all(goal.holds(measured[goal.name]) for goal in self.goals)

    def better(self, one: Mapping[str, float], other: Mapping[str, float]) -> bool:
        """Whether one result is better than another: more goals hold, then the sum of all leads is larger."""

        def rank(measured: Mapping[str, float]) -> tuple[int, float]:
            pairs = [(goal, measured[goal.name]) for goal in self.goals]
            return sum(goal.holds(number) for goal, number in pairs), sum(goal.lead(number) for goal, number in pairs)

        return rank(one) > rank(other)

    def numbers(self, measured: Mapping[str, float]) -> str:
        """All numbers in one line; with those that fail, what is wanted."""
        return ", ".join(
            f"{goal.name} {goal.words(number)}" + ("" if goal.holds(number) else f" ({goal.wanted})")
            for goal in self.goals
            for number in [measured[goal.name]]
        )

    def told(self, measured: Mapping[str, float]) -> list[str]:
        """Lines of text: each number, what is wanted and whether it holds; then whether the milestone is reached."""
        width = max(len(goal.name) for goal in self.goals)
        lines = [f"Milestone {self.number}: {self.what}"]
        for goal in self.goals:
            number = measured[goal.name]
            sign = ("✓" if goal.holds(number) else "✗") if goal.wanted else "·"
            lines.append(f"  {sign} {goal.name:<{width}}  {goal.words(number):>7}   {goal.wanted}".rstrip())
        missing = [goal.name for goal in self.goals if not goal.holds(measured[goal.name])]
        state = f"is not reached yet: it lacks {_listed(missing)}" if missing else "is reached"
        return [*lines, f"Milestone {self.number} {state}."]


MILESTONES = (
    Milestone(1, "04_attention", "your attention finds who translates whom", [Goal("words found", at_least=0.9)]),
    Milestone(
        2,
        "07_positions",
        "one layer of yours reverses eight tokens",
        [Goal("with positions", at_least=0.95), Goal("without positions", at_most=0.05)],
    ),
    Milestone(
        3,
        "11_training",
        "your whole Transformer copies and reverses",
        [Goal("copied", at_least=0.99), Goal("reversed", at_least=0.99)],
    ),
    Milestone(
        4,
        "13_translation",
        "your Transformer translates",
        [Goal("unseen", at_least=0.95), Goal("new combinations", at_least=0.8), Goal("BLEU", is_share=False)],
    ),
)


def here() -> list[Milestone]:
    """The milestones of units that are here, in order."""
    units = all_units()
    return [milestone for milestone in MILESTONES if milestone.unit in units]


def milestone(number: int) -> Milestone:
    """The milestone of this number; raises `ValueError` if there is none."""
    found = {one.number: one for one in MILESTONES}
    if number not in found:
        raise ValueError(f"There is no milestone {number!r}. There are: {', '.join(map(str, found))}.")
    return found[number]


def _is_number(value: object) -> bool:
    try:
        return not isinstance(value, (bool, str)) and math.isfinite(value)
    except TypeError:
        return False


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"“{name}”" for name in names)
