"""Where a learner stands in the whole course, as `progress()` and the welcome page show it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from autograder.learner.desk import Desk
from autograder.learner.display import bar, box
from autograder.learner.record import Reached, Record
from autograder.units import ROOT, Exercise, Unit, all_units

_WIDTH = 20  # characters of a bar in a terminal


@dataclass(frozen=True)
class Line:
    """One unit: what was reached in each of its exercises."""

    unit: Unit
    reached: dict[str, Reached]

    @property
    def score(self) -> float:
        return round(sum(one.score for one in self.reached.values()), 2)

    @property
    def max_score(self) -> float:
        return sum(one.max_score for one in self.reached.values())

    def open(self) -> list[Exercise]:
        """The exercises that are not done."""
        exercises = self.unit.exercises()
        return [exercises[name] for name, one in self.reached.items() if not one.done]


class Overview:
    """All units of the course on a desk, with points, what is next, and the minutes that are left.

    `here` is the folder of the notebook that shows it: links lead from there.
    """

    def __init__(self, desk: Desk, here: Path):
        record = Record(desk)
        self._desk, self._here = desk, here
        self.lines = [Line(unit, record.of(unit)) for unit in all_units()]

    def next(self) -> tuple[Unit, Exercise] | None:
        """The first exercise that is not done."""
        return next(((line.unit, exercise) for line in self.lines for exercise in line.open()), None)

    def minutes_left(self) -> int:
        """How long the exercises that are not done may take, by the course's own estimate."""
        return sum(exercise.minutes for line in self.lines for exercise in line.open())

    def summary(self) -> str:
        score, most = (sum(getattr(line, side) for line in self.lines) for side in ("score", "max_score"))
        return f"The whole course: {round(score, 2):g} of {most:g} points"

    def what_next(self) -> str:
        """One sentence about what to do now."""
        if not (found := self.next()):
            return "Every exercise holds. You have written all of it."
        unit, exercise = found
        left = f"About {_duration(self.minutes_left())} of exercises are left."
        return f"Next: `{exercise.name}` in unit {int(unit.stem[:2])}, up to {exercise.minutes} minutes. {left}"

    def __repr__(self) -> str:
        return "\n".join([self.summary(), *self._rows(), self.what_next()])

    def _rows(self) -> Iterator[str]:
        width = max((len(line.unit.title) for line in self.lines), default=0)
        for line in self.lines:
            full = round(_WIDTH * line.score / line.max_score) if line.max_score else 0
            drawn = "█" * full + "░" * (_WIDTH - full)
            points = f"{line.score:g} of {line.max_score:g}"
            yield f"  {int(line.unit.stem[:2])}  {line.unit.title:<{width}}  {drawn}  {points}"

    def _repr_html_(self) -> str:
        return box(self.html())

    def html(self) -> str:
        """The table of all units, with links to lessons and exercises."""
        rows = "".join(self._html_row(line) for line in self.lines)
        return (
            f"<b>{escape(self.summary())}</b>"
            f'<table style="border-collapse:collapse;margin:6px 0;background:none">{rows}</table>{self._html_next()}'
        )

    def _html_row(self, line: Line) -> str:
        cells = [
            f"{int(line.unit.stem[:2])}",
            self._link(line.unit.lesson, line.unit.title),
            self._link(self._desk.notebook(line.unit), "exercises"),
            bar(line.score, line.max_score),
            f"{line.score:g} of {line.max_score:g}",
        ]
        style = "padding:3px 14px 3px 0;text-align:left;white-space:nowrap;background:none;color:inherit"
        return '<tr style="background:none">' + "".join(f'<td style="{style}">{cell}</td>' for cell in cells) + "</tr>"

    def _html_next(self) -> str:
        text = escape(self.what_next())
        if not (found := self.next()):
            return text
        unit, exercise = found
        name = f"`{exercise.name}`"
        return text.replace(name, self._link(self._desk.notebook(unit), f"<code>{exercise.name}</code>", safe=True), 1)

    def _link(self, target: Path, text: str, safe: bool = False) -> str:
        """A link from where the page is shown, if the target is where that page's server can be expected to reach."""
        shown = text if safe else escape(text)
        if not target.exists() or not (self._here.is_relative_to(ROOT) or target.parent.parent == self._here.parent):
            return shown
        return f'<a href="{escape(os.path.relpath(target, self._here).replace(os.sep, "/"))}">{shown}</a>'


def _duration(minutes: int) -> str:
    """Minutes as people say them: 50 minutes, 3 hours, 2½ hours."""
    if minutes < 100:
        return f"{minutes} minutes"
    halves = round(minutes / 30)
    return f"{halves // 2}{'½' * (halves % 2)} hours"


class Standing:
    """What `progress()` shows: one unit exercise by exercise, if one is at hand, and the whole course."""

    def __init__(self, unit: object | None, overview: Overview):
        self.unit, self.overview = unit, overview

    def __repr__(self) -> str:
        return "\n\n".join(repr(part) for part in self._parts())

    def _repr_html_(self) -> str:
        return "".join(part._repr_html_() for part in self._parts())

    def _parts(self) -> Sequence[object]:
        return [part for part in (self.unit, self.overview) if part is not None]
