"""Where a learner stands in the whole course, as `progress()` and the welcome page show it."""

import os
from dataclasses import dataclass
from html import escape
from pathlib import Path

from autograder.learner import goals, looks
from autograder.learner.desk import Desk
from autograder.learner.display import Bar, Progress, bars_as_text
from autograder.learner.record import Reached, Record
from autograder.units import ROOT, Exercise, Unit, all_units


@dataclass(frozen=True)
class Line:
    """One unit: what was reached in each of its exercises."""

    unit: Unit
    reached: dict[str, Reached]

    @property
    def bar(self) -> Bar:
        won, most = (sum(getattr(one, side) for one in self.reached.values()) for side in ("score", "max_score"))
        return Bar(f"{int(self.unit.stem[:2])}  {self.unit.title}", won, most)

    def open(self) -> list[Exercise]:
        """The exercises that are not done."""
        exercises = self.unit.exercises()
        return [exercises[name] for name, one in self.reached.items() if not one.done]


@dataclass(frozen=True)
class Stage:
    """One milestone: the best that was measured of it, if it was."""

    milestone: goals.Milestone
    measured: dict[str, float] | None

    @property
    def reached(self) -> bool:
        return self.measured is not None and self.milestone.reached(self.measured)

    @property
    def sign(self) -> str:
        return "✓" if self.reached else "–"

    @property
    def name(self) -> str:
        return f"{self.milestone.number}  {self.milestone.what}"

    @property
    def words(self) -> str:
        """What was measured, or nothing."""
        return "" if self.measured is None else self.milestone.numbers(self.measured)

    @property
    def place(self) -> str:
        return f"unit {int(self.milestone.stem[:2])}"


class Overview:
    """All units of the course on a desk, with points, milestones, what is next, and the minutes that are left.

    `here` is the folder of the notebook that shows it: links lead from there.
    """

    def __init__(self, desk: Desk, here: Path):
        record = Record(desk)
        self._desk, self._here = desk, here
        self.stages = [Stage(milestone, record.of_milestone(milestone)) for milestone in goals.here()]
        self.lines = [Line(unit, record.of(unit)) for unit in all_units()]

    @property
    def total(self) -> str:
        won, most = (sum(getattr(line.bar, side) for line in self.lines) for side in ("won", "most"))
        return f"{round(won, 2):g} of {most:g} points"

    def next(self) -> tuple[Unit, Exercise] | None:
        """The first exercise that is not done."""
        return next(((line.unit, exercise) for line in self.lines for exercise in line.open()), None)

    def minutes_left(self) -> int:
        """How long the exercises that are not done may take, by the course's own estimate."""
        return sum(exercise.minutes for line in self.lines for exercise in line.open())

    def what_next(self) -> str:
        """One sentence about what to do now."""
        if not (found := self.next()):
            return "Every exercise holds. You have written all of it."
        unit, exercise = found
        left = f"About {_duration(self.minutes_left())} of exercises are left."
        return f"Next: `{exercise.name}` in unit {int(unit.stem[:2])}, up to {exercise.minutes} minutes. {left}"

    def __repr__(self) -> str:
        lines = bars_as_text([line.bar for line in self.lines])
        milestones = [f"  {one.sign} {one.name}: {one.words or f'open, {one.place}'}" for one in self.stages]
        headed = ["  Milestones:", *milestones] if milestones else []
        return "\n".join([f"The whole course: {self.total}", *lines, *headed, f"  {self.what_next()}"])

    def _repr_html_(self) -> str:
        rows = [(self._name(line), line.bar.share, line.bar.words) for line in self.lines]
        next_one = looks.quiet(self.what_next())
        if found := self.next():
            unit, exercise = found
            link = self._link(self._desk.notebook(unit), exercise.name)
            next_one = next_one.replace(f">{exercise.name}<", f">{link}<", 1)
        headline = looks.headline("The whole course", f": {self.total}")
        return looks.box(headline, looks.bars(rows), self._milestones(), next_one)

    def _milestones(self) -> str:
        if not self.stages:
            return ""
        words = [escape(one.words or "open").replace(" %", "&nbsp;%") for one in self.stages]
        return looks.listed("Milestones", list(zip(map(self._stage, self.stages), words, strict=True)))

    def _stage(self, stage: Stage) -> str:
        """A milestone, with a link to the exercises at whose end it is measured."""
        link = self._link(self._desk.notebook(stage.milestone.unit), stage.place.replace(" ", "\N{NO-BREAK SPACE}"))
        return f"{looks.sign(stage.sign)}{escape(stage.name)} · {link}"

    def _name(self, line: Line) -> str:
        sign = looks.sign("✓" if line.bar.share >= 1 else "–")
        lesson = self._link(line.unit.lesson, line.bar.name)
        return f"{sign}{lesson} · {self._link(self._desk.notebook(line.unit), 'exercises')}"

    def _link(self, target: Path, text: str) -> str:
        """A link from where this is shown, if the target is where the server of that page can be expected to reach."""
        if not target.exists() or not (self._here.is_relative_to(ROOT) or target.parent.parent == self._here.parent):
            return escape(text)
        place = os.path.relpath(target, self._here).replace(os.sep, "/")
        return f'<a href="{escape(place)}" style="color:inherit;text-decoration:underline">{escape(text)}</a>'


def _duration(minutes: int) -> str:
    """Minutes as people say them: 50 minutes, 3 hours, 2½ hours."""
    if minutes < 100:
        return f"{minutes} minutes"
    halves = round(minutes / 30)
    return f"{halves // 2}{'½' * (halves % 2)} hours"


class Standing:
    """What `progress()` shows: one unit exercise by exercise, if one is at hand, and the whole course."""

    def __init__(self, unit: Progress | None, overview: Overview):
        self._parts = [part for part in (unit, overview) if part is not None]

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self._parts))

    def _repr_html_(self) -> str:
        return "".join(part._repr_html_() for part in self._parts)
