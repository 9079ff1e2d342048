"""Flow drawings of layers, in one layout: inputs below, output above, shapes on the arrows, the new in colour."""

from course.toolkit import figures

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_STEP, _COLUMN = 1.0, 5.2  # from one box to the next above it, and from one drawing to the next beside it
_LANE = 1.0  # further apart where an arrow crosses from one to the next
_BOX_WIDTH, _BOX_HEIGHT = 2.6, 0.5
_AROUND = 1.75  # how far right of the middle a residual connection passes
_CROSSING = 2.1  # and how far right of it what crosses into the next column
_APART = 0.13  # how far above and below the middle of a box two arrows enter it
_INCHES = 0.52


@dataclass(frozen=True)
class Step:
    """One box on the way from the inputs to the output.

    `shape` stands on the arrow that leaves it, `beside` at an arrow that enters from the left: a mask, the memory.
    `reads` is the title of the column to its left, if what that one gives at its top enters here as well.
    What this lesson adds is `new`, and drawn in colour.
    """

    name: str
    shape: str = ""
    beside: str = ""
    new: bool = False
    reads: str = ""


FORK = Step("fork")  # where a residual connection leaves the way
ADD = Step("+")  # where it is added again


def flow(columns: Mapping[str, Sequence[Step]]) -> Figure:
    """Draw layers side by side, each from its first step, the input, at the bottom to its last, the output, at the top.

    Between a `FORK` and the next `ADD` a residual connection leads around all that stands between them. Raises
    `ValueError` where the two do not alternate, and where a step reads what is not the column to its left.
    """
    tallest = max(sum(step is not FORK for step in steps) for steps in columns.values())
    crosses = any(step.reads for steps in columns.values() for step in steps)
    apart = _COLUMN + _LANE * crosses
    size = (_INCHES * (apart * (len(columns) - 1) + _COLUMN), _INCHES * (tallest * _STEP + 0.6))
    with plt.rc_context(figures.STYLE):
        figure, axes = plt.subplots(figsize=size, layout="constrained")
        for number, (title, steps) in enumerate(columns.items()):
            _column(axes, number * apart, title, steps, tallest)
        _crossings(axes, columns, apart)
        axes.set(xlim=(-2.9, apart * (len(columns) - 1) + 2.2), ylim=(-0.5, tallest * _STEP + 0.1))
        axes.axis("off")
    return figures.shown_once(figure)


def _column(axes: Axes, middle: float, title: str, steps: Sequence[Step], tallest: int) -> None:
    forks: list[float] = []
    leaves = None  # the height at which the arrow to the next step begins, and what is written at it
    height = 0.0
    for step in steps:
        if step is FORK:
            forks.append(height - 0.68 * _STEP)
            continue
        if leaves is not None:
            _arrow(axes, (middle, leaves[0]), (middle, height - _half(step)))
            axes.text(middle + 0.1, 0.4 * leaves[0] + 0.6 * (height - _half(step)), leaves[1], va="center", fontsize=8)
        if step is ADD:
            if not forks:
                raise ValueError(f"{title}: an ADD needs a FORK below it, where the residual connection leaves.")
            _around(axes, middle, forks.pop(), height)
        _draw(axes, middle, height, step)
        leaves = (height + _half(step), step.shape)
        height += _STEP
    if forks:
        raise ValueError(f"{title}: a FORK needs an ADD above it, where the residual connection ends.")
    axes.text(middle, tallest * _STEP - 0.25, title, ha="center", va="center", fontsize=10, weight="bold")


def _half(step: Step) -> float:
    return 0.22 if step is ADD else _BOX_HEIGHT / 2


def _draw(axes: Axes, middle: float, height: float, step: Step) -> None:
    """A box, or the circle of a sum, with what enters beside it."""
    colour = figures.SERIES[1] if step.new else figures.INK
    if step is ADD:
        axes.add_patch(plt.Circle((middle, height), 0.22, fill=False, color=colour))
    else:
        corner = (middle - _BOX_WIDTH / 2, height - _BOX_HEIGHT / 2)
        look = {"edgecolor": colour, "facecolor": figures.GROUND, "linewidth": 2.2 if step.new else 1.0}
        axes.add_patch(plt.Rectangle(corner, _BOX_WIDTH, _BOX_HEIGHT, **look))
    weight = "bold" if step.new else "normal"  # never by colour alone
    axes.text(middle, height, step.name, ha="center", va="center", fontsize=8.5, color=colour, weight=weight)
    if step.beside:
        enters = height + _APART * bool(step.reads)
        _arrow(axes, (middle - _BOX_WIDTH / 2 - 0.5, enters), (middle - _BOX_WIDTH / 2, enters))
        place = {"y": height - 0.04, "va": "bottom"} if step.reads else {"y": height, "va": "center"}
        axes.text(middle - _BOX_WIDTH / 2 - 0.55, s=step.beside, ha="right", fontsize=8, **place)


def _around(axes: Axes, middle: float, below: float, above: float) -> None:
    """A residual connection: out of the way at one height, and back into it at another."""
    right = middle + _AROUND
    axes.plot([middle, right, right], [below, below, above], color=figures.INK, linewidth=1.0)
    _arrow(axes, (right, above), (middle + 0.22, above))


def _crossings(axes: Axes, columns: Mapping[str, Sequence[Step]], apart: float) -> None:
    """What a column gives at its top, led down between the two into each step of the next that reads it."""
    drawn = {title: [step for step in steps if step is not FORK] for title, steps in columns.items()}
    titles = list(drawn)
    for number, (title, steps) in enumerate(drawn.items()):
        readers = {place: step for place, step in enumerate(steps) if step.reads}
        for step in readers.values():
            if number == 0 or step.reads != titles[number - 1]:
                raise ValueError(f"{title}: {step.name} reads {step.reads!r}, which is not the column to its left.")
        if readers:
            given, left = drawn[titles[number - 1]], (number - 1) * apart + _BOX_WIDTH / 2
            top, lane = (len(given) - 1) * _STEP, (number - 1) * apart + _CROSSING
            axes.text(left + 0.1, top + 0.06, given[-1].shape, va="bottom", fontsize=8)
        for place, step in readers.items():
            enters = place * _STEP - _APART * bool(step.beside)
            axes.plot([left, lane, lane], [top, top, enters], color=figures.INK, linewidth=1.0)
            _arrow(axes, (lane, enters), (number * apart - _BOX_WIDTH / 2, enters))


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    look = {"arrowstyle": "-|>", "color": figures.INK, "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=look)
