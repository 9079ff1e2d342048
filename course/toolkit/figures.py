"""The pictures of the course: annotated matrices, line plots and bars on a light ground of their own.

Every figure sets its own background and text colours, so it reads the same in a light and a dark
JupyterLab theme, and every matrix prints its numbers, so nothing is said by colour alone.
"""

from course.toolkit.grid import GROUND, INK, Names, Picture, grids

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

QUIET = "#8a8f98"
SERIES = ("#1f5fa8", "#c8501e", "#3c7d3a", "#7b4f9d")  # read apart by colour-blind eyes
MARKERS = ("o", "s", "^", "D")

_Drawn = TypeVar("_Drawn")

STYLE = {
    "figure.facecolor": GROUND,
    "savefig.facecolor": GROUND,
    "axes.facecolor": GROUND,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 10,
}


def matrix(
    values,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    title: str = "",
    row_label: str = "",
    column_label: str = "",
    decimals: int = 2,
) -> Picture:
    """Draw one matrix as a grid of shaded cells with the number in each.

    `values` has shape `(rows, columns)`: numbers, or booleans, which are drawn as ✓ and ·.
    Cells that are NaN or infinite are hatched.
    """
    return matrices({title: values}, rows, columns, row_label, column_label, decimals)


def matrices(
    panels: Mapping[str, object],
    rows: Names = None,
    columns: Names = None,
    row_label: str = "",
    column_label: str = "",
    decimals: int = 2,
) -> Picture:
    """Draw several matrices side by side; `panels` maps each title to a `(rows, columns)` array.

    `rows` and `columns` are names for all of them, or map each title to the names of that one.
    """
    arrays = {title: np.asarray(ops.convert_to_numpy(values)) for title, values in panels.items()}
    return grids(arrays, rows, columns, row_label, column_label, decimals)


def lines(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    log: bool = False,
    log_y: bool = False,
) -> Figure:
    """Draw named curves; `series` maps a name to `(x values, y values)`. Each has its own marker.

    `log` doubles at each step of both axes; `log_y` makes the upright axis alone grow by tens.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
        for index, (name, (x, y)) in enumerate(series.items()):
            style = index % len(SERIES)
            axes.plot(x, y, color=SERIES[style], marker=MARKERS[style], markersize=5, label=name)
        axes.set(title=title, xlabel=x_label, ylabel=y_label)
        if log:
            axes.set_xscale("log", base=2)
            axes.set_yscale("log", base=2)
        elif all(float(one).is_integer() for x, _ in series.values() for one in x):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if log_y:
            axes.set_yscale("log")
        axes.legend(frameon=False, labelcolor=INK)
    return shown_once(figure)


def bars(amounts: Mapping[str, float], title: str = "", x_label: str = "") -> Figure:
    """Draw named amounts as bars from left to right; each tells its amount and its part of them all."""
    whole = sum(amounts.values())
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 0.9 + 0.38 * len(amounts)), layout="constrained")
        drawn = axes.barh(list(amounts), list(amounts.values()), color=SERIES[0], height=0.62)
        parts = [f"{amount / whole:.0%}" if 200 * amount >= whole else "below 1%" for amount in amounts.values()]
        told = [f"{amount:,.0f} ({part})" for amount, part in zip(amounts.values(), parts, strict=True)]
        axes.bar_label(drawn, told, padding=4, color=INK, fontsize=9)
        axes.set(title=title, xlabel=x_label, xlim=(0, 1.45 * max(amounts.values())), xticks=[])
        axes.spines["bottom"].set_visible(False)
        axes.invert_yaxis()
    return shown_once(figure)


def once_written(draw: Callable[[], _Drawn]) -> _Drawn | None:
    """Draw a picture of the learner's own result, or say what is still needed for it."""
    try:
        return draw()
    except NotImplementedError:
        print("Your picture appears here once the answers above are written: run this cell again then.")
    except NameError as error:
        print(f"Your picture needs `{error.name}`: run the cells above that have not been run, then this one again.")
    except Exception as error:
        print(f"This picture needs an answer that passes its check first ({type(error).__name__}).")
    return None


def shown_once(figure: Figure) -> Figure:
    """Close the figure for pyplot, so that JupyterLab draws the returned one and not a second copy."""
    plt.close(figure)
    return figure
