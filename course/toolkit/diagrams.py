"""Drawings of how parts of a model are wired, on the same light ground as the figures."""

from course.toolkit import figures

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_BOX = {"boxstyle": "round,pad=0.35", "linewidth": 1.2}


def two_translators(source: Sequence[str], target: Sequence[str], looks_at: int) -> Figure:
    """Draw a translator with one vector, and one with attention that looks most at source word `looks_at`."""
    with plt.rc_context({"figure.facecolor": figures.GROUND, "savefig.facecolor": figures.GROUND}):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.2), layout="constrained")
        for axes, title in ((left, "All in one vector"), (right, "Attention: look again at each word")):
            _words(axes, source, target)
            axes.set_title(title, color=figures.INK, fontsize=11)
        _through_one_vector(left, source, target)
        _looks_back(right, source, target, looks_at)
    plt.close(figure)
    return figure


def _words(axes: Axes, source: Sequence[str], target: Sequence[str]) -> None:
    for words, height, colour in ((source, 0, figures.SERIES[0]), (target, 2, figures.SERIES[1])):
        for place, word in enumerate(words):
            box = {**_BOX, "edgecolor": colour, "facecolor": figures.GROUND}
            axes.text(place, height, word, ha="center", va="center", color=figures.INK, bbox=box)
        for place in range(len(words) - 1):
            _arrow(axes, (place + 0.36, height), (place + 0.64, height))
    axes.set(xlim=(-0.6, max(len(source), len(target)) - 0.4), ylim=(-0.6, 2.6))
    axes.axis("off")


def _through_one_vector(axes: Axes, source: Sequence[str], target: Sequence[str]) -> None:
    end = len(source) - 1
    box = {**_BOX, "edgecolor": figures.INK, "facecolor": figures.GROUND}
    axes.text(end / 2, 1, "one vector", ha="center", va="center", color=figures.INK, bbox=box)
    _arrow(axes, (end, 0.26), (end / 2 + 0.4, 0.82))
    _arrow(axes, (end / 2 - 0.4, 1.18), (0, 1.74))


def _looks_back(axes: Axes, source: Sequence[str], target: Sequence[str], looks_at: int) -> None:
    asking = len(target) - 1
    for place in range(len(source)):
        heavy = place == looks_at
        _arrow(axes, (place, 0.26), (asking, 1.74), 2.6 if heavy else 0.8, "solid" if heavy else "dotted")


def _arrow(axes: Axes, start, end, width: float = 1.0, style: str = "solid") -> None:
    look = {"arrowstyle": "-|>", "color": figures.INK, "linewidth": width, "linestyle": style}
    axes.annotate("", end, start, arrowprops=look)
