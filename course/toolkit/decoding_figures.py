"""The pictures of unit 12: a beam search as a tree, and what is left of a distribution before a token is drawn."""

from course.toolkit import figures

from collections.abc import Collection, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Prefix = tuple[str, ...]  # the tokens that have been written
Level = tuple[Mapping[Prefix, float], Collection[Prefix]]  # all candidates with their Σ log p, and those that are kept

_COLUMN, _ROW = 1.75, 0.42  # inches from a token to the next one, and from a line to the next


def tree(levels: Sequence[Level], start: str = "[START]") -> Figure:
    """Draw a beam search from left to right, one column for each step.

    On each branch stands the probability of its token, and under each token the Σ log p of all that leads to it. What
    is kept is bold, in a box and on a solid line; what is dropped is grey, on a dashed line, and ends in ×. A finished
    hypothesis, which comes again unchanged among later candidates, is drawn where it was finished. Raises `ValueError`
    where a candidate continues nothing that was kept.
    """
    totals, kept = _all_of(levels)
    heights = _heights(totals)
    lines = max(heights.values()) + 1
    with plt.rc_context(figures.STYLE):
        size = (_COLUMN * (len(levels) + 0.75), _ROW * lines + 0.5)
        figure, axes = plt.subplots(figsize=size, layout="constrained")
        for prefix in totals:
            if prefix:
                _branch(axes, prefix, totals, heights, prefix in kept)
            _token(axes, prefix, start, totals[prefix], heights[prefix], prefix in kept)
        axes.set(xlim=(-0.4, len(levels) + 0.35), ylim=(lines - 0.4, -0.6))
        axes.axis("off")
    return figures.shown_once(figure)


def distributions(panels: Mapping[str, Sequence[float]], tokens: Sequence[str]) -> Figure:
    """Draw probabilities of the same tokens side by side, `(V,)` each; a token that cannot be drawn is marked ×."""
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    with plt.rc_context(figures.STYLE):
        size = (3.1 * columns, rows * (0.3 * len(tokens) + 0.5))
        figure, grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False, sharey=True)
        for axes, (title, probabilities) in zip(grid.flat, panels.items(), strict=False):
            axes.barh(tokens, probabilities, color=figures.SERIES[0], height=0.7)
            for row, p in enumerate(probabilities):
                axes.text(p + 0.02, row, f"{p:.2f}" if p > 0 else "×", va="center", fontsize=9)
            axes.set(title=title, xlim=(0, 1.2), xticks=[])
            axes.spines["bottom"].set_visible(False)
            axes.tick_params(left=False)
        for axes in grid.flat[len(panels) :]:
            axes.axis("off")
        grid[0, 0].invert_yaxis()  # they share it: the first token stands above
    return figures.shown_once(figure)


def _all_of(levels: Sequence[Level]) -> tuple[dict[Prefix, float], set[Prefix]]:
    """The Σ log p of every prefix, and those that were kept at each step at which they were candidates."""
    totals, kept = {(): 0.0}, {()}
    for candidates, survivors in levels:
        for prefix, total in candidates.items():
            if prefix not in kept and prefix[:-1] not in kept:
                raise ValueError(f"{' '.join(prefix)!r} continues nothing that was kept.")
            totals[prefix] = total
        kept = (kept - set(candidates)) | set(survivors)
    return totals, kept


def _heights(totals: Mapping[Prefix, float]) -> dict[Prefix, float]:
    """The line of each prefix: ends have lines of their own, the likeliest first, and others stand between theirs."""
    heights: dict[Prefix, float] = {}

    def place(prefix: Prefix, free: int) -> int:
        after = [one for one in totals if one and one[:-1] == prefix]
        for one in sorted(after, key=totals.get, reverse=True):
            free = place(one, free)
        heights[prefix] = np.mean([heights[after[0]], heights[after[-1]]]) if after else free
        return free if after else free + 1

    place((), 0)
    return heights


def _branch(axes: Axes, prefix: Prefix, totals: Mapping, heights: Mapping, kept: bool) -> None:
    before = prefix[:-1]
    start, end = (len(before), heights[before]), (len(prefix), heights[prefix])
    colour, style = (figures.INK, "solid") if kept else (figures.QUIET, "dashed")
    axes.plot(*zip(start, end, strict=True), color=colour, linestyle=style, linewidth=1.8 if kept else 1.0, zorder=1)
    p = np.exp(totals[prefix] - totals[before])
    middle = [0.45 * one + 0.55 * other for one, other in zip(start, end, strict=True)]
    look = {"facecolor": figures.GROUND, "edgecolor": "none", "pad": 0.8}
    axes.text(*middle, f"{p:.2f}", ha="center", va="center", fontsize=8, bbox=look)


def _token(axes: Axes, prefix: Prefix, start: str, total: float, height: float, kept: bool) -> None:
    token = prefix[-1] if prefix else start
    text = f"{token}{'' if kept else ' ×'}\n{total:.2f}".replace("-", "−") if prefix else token
    weight, colour = ("bold", figures.INK) if kept else ("normal", figures.QUIET)
    box = {"boxstyle": "round,pad=0.25", "facecolor": figures.GROUND, "edgecolor": colour if kept else "none"}
    where = {"ha": "center", "va": "center", "linespacing": 0.95}
    axes.text(len(prefix), height, text, fontsize=8, weight=weight, color=colour, bbox=box, **where)
