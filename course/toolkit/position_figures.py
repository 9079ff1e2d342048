"""The pictures of unit 7: large tables as heat maps, pairs of numbers as hands of clocks."""

from course.toolkit.figures import INK, MARKERS, QUIET, SERIES, STYLE

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle


def heat_map(values, title: str = "", row_label: str = "", column_label: str = "") -> Figure:
    """Draw a matrix that is too large for numbers: dark is low, light is high, and a scale says how much."""
    array = np.asarray(ops.convert_to_numpy(values), float)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(7.2, 4.2), layout="constrained")
        image = axes.imshow(array, cmap="cividis", aspect="auto", interpolation="nearest")
        figure.colorbar(image, ax=axes, pad=0.02)
        axes.set(title=title, xlabel=column_label, ylabel=row_label)
    plt.close(figure)  # JupyterLab draws the returned figure, not a second copy
    return figure


def waves(length: int, width: int) -> Figure:
    """Draw the vectors of sinusoidal positions, a row for each position."""
    column = np.arange(width)
    angles = np.arange(length)[:, None] * 10000.0 ** -((column - column % 2) / width)
    waves = np.sin(angles + column % 2 * np.pi / 2)  # a cosine is a sine a quarter of a turn ahead
    return heat_map(waves, f"The first {length} positions, as a Transformer reads them", "position", "column")


def likeness_of_waves(length: int, width: int) -> np.ndarray:
    """The cosine between the vectors of any two sinusoidal positions, `(length, length)`."""
    distances = np.arange(length)[:, None] - np.arange(length)
    return np.mean([np.cos(distances * 10000.0 ** (-2 * pair / width)) for pair in range(width // 2)], axis=0)


def clocks(hand: Callable[[int, int], Sequence[float]], rows: int, column_titles: Sequence[str], title="") -> Figure:
    """Draw clocks whose hands start at 12 and turn clockwise: a row for each position, a column for each title.

    `hand(p, i)` gives the sine and the cosine of clock i at position p.
    """
    columns = len(column_titles)
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(
            rows, columns, figsize=(1.5 * columns + 0.6, 0.95 * rows + 0.7), squeeze=False, layout="constrained"
        )
        for (row, column), axes in np.ndenumerate(grid):
            _face(axes, *hand(row, column))
            if row == 0:
                axes.set_title(column_titles[column], fontsize=9)
            if column == 0:
                axes.set_ylabel(row, rotation=0, labelpad=14, va="center")
        figure.suptitle(title, fontsize=11, color=INK)
        figure.supylabel("position", fontsize=10, color=INK)
    plt.close(figure)
    return figure


def arrows(named: Mapping[str, object], title: str = "") -> Figure:
    """Draw groups of vectors in the plane from a common origin; each arrow is numbered in its group.

    `named` maps a name to an array `(arrows, 2)`. All arrows of a group have its colour and marker.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(4.6, 4.6), layout="constrained")
        reach = 0.0
        for index, (name, vectors) in enumerate(named.items()):
            array = np.asarray(ops.convert_to_numpy(vectors), float)
            color, marker = SERIES[index % len(SERIES)], MARKERS[index % len(MARKERS)]
            reach = max(reach, np.hypot(*array.T).max())
            axes.plot(*array.T, color=color, marker=marker, linestyle="none", label=name)
            for number, (x, y) in enumerate(array):
                axes.plot([0, x], [0, y], color=color, linewidth=1.4)
                away = 1 + 0.12 * reach / max(np.hypot(x, y), 1e-9)  # beyond the tip, whatever the length
                axes.text(away * x, away * y, number, ha="center", va="center", fontsize=9)
        axes.add_patch(Circle((0, 0), reach, fill=False, color=QUIET, linestyle=":"))
        limit = 1.25 * (reach or 1.0)
        axes.set(title=title, xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
        axes.set(xlabel="first number of the pair", ylabel="second number of the pair")
        figure.legend(frameon=False, labelcolor=INK, loc="outside lower center", ncols=len(named), fontsize=9)
    plt.close(figure)
    return figure


def _face(axes: Axes, sine: float, cosine: float) -> None:
    """One clock: the sine points right and the cosine up, so position 0 stands at 12."""
    axes.add_patch(Circle((0, 0), 1, fill=False, color=QUIET))
    axes.plot([0, sine], [0, cosine], color=SERIES[0], linewidth=2)
    axes.plot([sine], [cosine], color=SERIES[0], marker="o", markersize=4)
    axes.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), aspect="equal", xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
