"""What `grade` prints of a class: a summary first, then a row for each learner where they are few or asked for."""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.grading.class_scores import Held, class_scores
from autograder.grading.class_summary import average, histogram
from autograder.grading.jobs import Graded
from autograder.grading.names import printable
from autograder.grading.spreadsheet import number
from autograder.units import find_unit

_PLACES = (("Gradebook", "gradebook.db"), ("Executed notebooks", "autograded"), ("Feedback pages", "feedback"))
_FEW = 30  # learners whose rows are printed without being asked for
_TOLD = 10  # notes and mistakes that are printed without being asked for
_BINS = 5
_LONGEST_BAR = 40
_SHORTEST_NAME = 12  # columns that are left to learners' names at least
_ANY_WIDTH = 10_000
_LAYOUTS = ((True, 1), (False, 1), (False, 0))  # whether columns have names or numbers, and the space around them


def print_class(console: Console, graded: Sequence[Graded], grading: Path, rows: bool = False) -> None:
    """A summary of each unit, what was unusual, what the class found hard, and where to look; `rows` prints all."""
    for stem in dict.fromkeys(one.unit for one in graded):
        book = class_scores(grading, stem)
        lines = [_Line(one, book.held.get(one.learner)) for one in graded if one.unit == stem]
        most = book.max_score or max((line.most for line in lines), default=0.0)
        for part in _UnitTable(stem, lines, most, rows).parts(console):
            console.print(part, highlight=False)
    console.print()
    for name, place in _PLACES:
        _say(console, f"{name + ':':<20} {grading / place}")
    for stem in dict.fromkeys(one.unit for one in graded):
        _say(console, f"What to explain, and to whom: python -m autograder report {stem}")
    _say(console, "In JupyterLab (`make lab`): Nbgrader > Formgrader.")


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class _Line:
    """One learner: what became of the submission in this run, and what the gradebook now holds of it."""

    graded: Graded
    held: Held | None

    @property
    def learner(self) -> str:
        return printable(self.graded.learner)

    @property
    def marked(self) -> float | None:
        """The judge's points; None where it was not graded, which is not the learner's fault."""
        return None if self.is_ours else self.graded.outcome.score

    @property
    def most(self) -> float:
        return self.graded.outcome.max_score

    @property
    def scores(self) -> Sequence[float | None]:
        return () if self.is_ours else self.graded.outcome.scores

    @property
    def score(self) -> float | None:
        """The points that count: as they stand in the gradebook, where it holds any."""
        return self.held.score if self.held and not self.is_ours else self.marked

    @property
    def is_ours(self) -> bool:
        return getattr(self.graded.outcome, "fault", None) == "ours"

    @property
    def note(self) -> str:
        outcome = self.graded.outcome
        return " ".join(filter(None, (outcome.problem, *outcome.stopped)))


class _UnitTable:
    """What is printed of one unit."""

    def __init__(self, stem: str, lines: list[_Line], most: float, rows: bool):
        self._stem, self._lines, self._most, self._all = stem, lines, most, rows
        self._points = find_unit(stem).points()
        self._scores = [line.score for line in lines if line.score is not None]

    def parts(self, console: Console) -> Iterable[RenderableType]:
        """All that is printed, one below the other."""
        yield from self._summary()
        if self._scores:
            yield self._distribution()
            yield self._exercises()
        yield from self._notes()
        yield from self._mistakes()
        if self._all or len(self._lines) <= _FEW:
            yield ""
            yield self._rows(console)
        else:
            yield Text(f"\n{len(self._lines)} learners; `--rows` prints a row for each.")

    def _summary(self) -> Iterable[RenderableType]:
        count = f"{len(self._lines)} submission{'s' * (len(self._lines) != 1)}"
        yield ""
        if not self._scores:
            yield Text(f"{self._stem}: {count}, none of them graded", "bold")
            return
        yield Text(
            f"{self._stem}: {count}, {number(average(self._scores))} of {number(self._most)} points on average", "bold"
        )
        complete = sum(score >= self._most for score in self._scores)
        empty = sum(score == 0 for score in self._scores)
        median = number(statistics.median(self._scores))
        yield Text(f"Median {median} points; {complete} with all points, {empty} with none.")

    def _distribution(self) -> RenderableType:
        bins = histogram(self._scores, self._most, _BINS)
        tallest = max(one.count for one in bins)
        table = Table(box=SIMPLE_HEAD, padding=(0, 1))
        table.add_column("points", justify="right", no_wrap=True)
        table.add_column("learners", no_wrap=True)
        for one in bins:
            length = -(-_LONGEST_BAR * one.count // tallest)  # rounded up: whoever is there is seen
            table.add_row(one.label, f"{'█' * length} {one.count}".strip())
        return table

    def _exercises(self) -> RenderableType:
        table = Table(box=SIMPLE_HEAD, padding=(0, 1))
        table.add_column("", justify="right")
        table.add_column("exercise", no_wrap=True)
        for title in ("points on\naverage", "all\npoints", "not\nbegun"):
            table.add_column(title, justify="right", no_wrap=True)
        of_all = [line.scores for line in self._lines if line.scores]
        for at, (name, most) in enumerate(self._points.items()):
            scores = [scores[at] for scores in of_all]
            mean = average([score or 0.0 for score in scores])
            complete = sum(score is not None and score >= most for score in scores)
            begun = sum(score is not None for score in scores)
            numbers = f"{number(mean)} of {number(most)}", str(complete), str(len(scores) - begun)
            table.add_row(str(at + 1), Text(name), *numbers)
        return table

    def _notes(self) -> Iterable[RenderableType]:
        ours = [line for line in self._lines if line.is_ours]
        read = [line for line in self._lines if line.graded.outcome.problem and not line.is_ours]
        stopped = [line for line in self._lines if line.note and line not in ours and line not in read]
        yield from self._told("Not graded, which is our fault; nothing was entered for them", ours, "bold red")
        yield from self._told("Problems with submissions", read, "bold yellow")
        yield from self._told("Stopped while they ran", stopped, "bold")

    def _told(self, title: str, lines: Sequence[_Line], style: str) -> Iterable[RenderableType]:
        if not lines:
            return
        yield Text(f"{title}: {len(lines)}", style)
        shown = lines if self._all else lines[:_TOLD]
        for line in shown:
            yield _indented(Text(f"{line.learner}: {line.note}"))
        if len(shown) < len(lines):
            yield _indented(Text(f"… and {len(lines) - len(shown)} more; `--rows` prints all."))

    def _mistakes(self) -> Iterable[RenderableType]:
        counted = Counter(sentence for line in self._lines for sentence in line.graded.outcome.mistakes)
        if not counted:
            return
        yield Text("The mistakes met most often", "bold")
        table = Table.grid(padding=(0, 1))
        table.add_column(justify="right", no_wrap=True)
        table.add_column()
        for sentence, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_TOLD]:
            table.add_row(f"{count} ×", Text(sentence))
        yield _indented(table)

    def _rows(self, console: Console) -> RenderableType:
        """The table of learners; its columns are numbered as the exercises above where their names do not fit."""
        options = console.options.update(width=_ANY_WIDTH)
        for named, space in _LAYOUTS:
            least = Measurement.get(console, options, self._table(named, space, _SHORTEST_NAME)).maximum
            if least <= console.width:
                break
        return self._table(named, space, _SHORTEST_NAME + max(0, console.width - least))

    def _table(self, named: bool, space: int, width: int) -> Table:
        table = Table(box=SIMPLE_HEAD, padding=(0, space))
        table.add_column("learner", no_wrap=True)
        for at, (name, points) in enumerate(self._points.items(), start=1):
            title = name.replace("_", "\n") if named else str(at)
            table.add_column(Text(f"{title}\n({number(points)})"), justify="right", no_wrap=True)
        marked = sum(self._points.values())
        table.add_column(f"score\n({number(marked)})", justify="right", style="bold", no_wrap=True)
        differs = self._gradebook_differs
        if differs:
            table.add_column(f"gradebook\n({number(self._most)})", justify="right", style="bold", no_wrap=True)
        for line in self._lines:
            scores = [_points(score) for score in line.scores] or ["–"] * len(self._points)
            held = [_points(line.held and line.held.score)] if differs else []
            table.add_row(Text(shortened(line.learner, width)), *scores, _points(line.marked), *held)
        return table

    @property
    def _gradebook_differs(self) -> bool:
        """Whether instructors, extra credit or penalties have changed anything that the judge has marked."""
        pairs = ((line.held.score, line.marked) for line in self._lines if line.held)
        return self._most != sum(self._points.values()) or any(held != marked for held, marked in pairs)


def shortened(text: str, width: int) -> str:
    """A text in so many columns of a terminal; a longer one without its middle, because names differ at the ends."""
    if cell_len(text) <= width:
        return text
    head = set_cell_size(text, width // 2).rstrip()
    tail, room = "", width - 1 - cell_len(head)
    for letter in reversed(text):
        if cell_len(letter + tail) > room:
            break
        tail = letter + tail
    return f"{head}…{tail}"


def _points(score: float | None) -> str:
    return "–" if score is None else number(score)


def _indented(part: RenderableType) -> RenderableType:
    return Padding(part, (0, 0, 0, 2))
