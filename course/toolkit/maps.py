"""Maps of words: points in the plane with their names beside them, on the course's own light ground."""

from course.toolkit.figures import INK, MARKERS, QUIET, SERIES, STYLE, shown_once

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_SIZE = (8.4, 5.6)  # inches
_LETTERS = 9  # points
_LETTER_WIDTH, _LINE_HEIGHT, _BESIDE, _MARKER = 0.62 * _LETTERS, 1.25 * _LETTERS, 6.0, 3.0  # points
_COLOURS = (*SERIES, "#8a6d00", "#00797a", "#a0336b", "#4a4f57")
_MARKERS = (*MARKERS, "v", "P", "X", "*")


def word_map(places: np.ndarray, groups: Mapping[str, Sequence[str]], title: str = "") -> Figure:
    """Draw words as points. `groups` maps a name to its words; row i of `places` (N, 2) belongs to the i-th of them.

    Each group has its own marker and colour, up to eight. Names that would overlap move apart, and a line leads back.
    """
    places = np.asarray(places, float)
    words = [word for group in groups.values() for word in group]
    if places.shape != (len(words), 2):
        raise ValueError(f"each word needs a place (x, y); received {len(words)} words and places {places.shape}")
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=_SIZE, layout="constrained")
        axes.set(title=title, aspect="equal", xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.margins(0.1)
        start = 0
        for index, (name, group) in enumerate(groups.items()):
            x, y = places[start : start + len(group)].T
            style = index % len(_COLOURS)
            axes.scatter(x, y, s=22, color=_COLOURS[style], marker=_MARKERS[style], label=name)
            start += len(group)
        axes.legend(frameon=False, labelcolor=INK, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        _name_points(axes, places, words)
    return shown_once(figure)


def _name_points(axes: Axes, places: np.ndarray, words: Sequence[str]) -> None:
    axes.figure.draw_without_rendering()  # only then is it known where a point will be
    points = axes.transData.transform(places) * 72.0 / axes.figure.dpi
    for place, word, shift in zip(places, words, _apart(points, words), strict=True):
        axes.annotate(
            word,
            place,
            shift,
            textcoords="offset points",
            fontsize=_LETTERS,
            va="center",
            arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2},
        )


def _apart(points: np.ndarray, words: Sequence[str]) -> np.ndarray:
    """Where each name begins, as seen from its point, so that none hides another or a point: (N, 2), in points."""
    x, y = points.T
    left, right = x + _BESIDE, x + _BESIDE + [_LETTER_WIDTH * len(word) for word in words]
    beside = (left[:, None] < right) & (left < right[:, None])
    np.fill_diagonal(beside, False)
    over_point = (left[:, None] < x + _MARKER) & (right[:, None] > x - _MARKER)  # name i over point j
    height = y.copy()
    for _ in range(400):
        order = np.argsort(np.argsort(height, kind="stable"))  # names of equal height part too
        push = _push(height[:, None] - height, order[:, None] - order, _LINE_HEIGHT, beside)
        push += _push(height[:, None] - y, height[:, None] - y, _LINE_HEIGHT / 2 + _MARKER, over_point)
        if not push.any():
            break
        height += 0.3 * push
    return np.stack([np.full(len(words), _BESIDE), height - y], axis=1)


def _push(gap: np.ndarray, direction: np.ndarray, wanted: float, where: np.ndarray) -> np.ndarray:
    """How far each name lacks its distance from the others, up or down, summed over these."""
    return np.where(where, np.maximum(wanted - np.abs(gap), 0.0) * np.where(direction < 0, -1.0, 1.0), 0.0).sum(axis=1)
