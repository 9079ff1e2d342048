"""The pictures of the course: annotated matrices and line plots on a light ground of their own.

Every figure sets its own background and text colours, so it reads the same in a light and a dark
JupyterLab theme, and every matrix prints its numbers, so nothing is said by colour alone.
"""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

GROUND = "#fbfaf6"
INK = "#23272e"
QUIET = "#8a8f98"
SERIES = ("#1f5fa8", "#c8501e", "#3c7d3a", "#7b4f9d")  # read apart by colour-blind eyes
MARKERS = ("o", "s", "^", "D")

# Where a title stands and what needs room is said here: finding it out takes a third of the time of a picture.
_ABOVE_COLUMNS = 20  # points, for a line of column names between matrix and title

_STYLE = {
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
) -> Figure:
    """Draw one matrix as a grid of shaded cells with the number in each.

    `values` has shape `(rows, columns)`: numbers, or booleans, which are drawn as ✓ and ·.
    Cells that are NaN or infinite are hatched. Returns the figure.
    """
    return matrices({title: values}, rows, columns, row_label, column_label, decimals)


def matrices(
    panels: Mapping[str, object],
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    row_label: str = "",
    column_label: str = "",
    decimals: int = 2,
) -> Figure:
    """Draw several matrices side by side; `panels` maps each title to a `(rows, columns)` array."""
    arrays = {title: np.asarray(ops.convert_to_numpy(values)) for title, values in panels.items()}
    width = sum(0.62 * array.shape[1] + 1.3 for array in arrays.values())
    height = max(0.5 * array.shape[0] + 1.2 for array in arrays.values())
    with plt.rc_context(_STYLE):
        figure, all_axes = plt.subplots(1, len(arrays), figsize=(width, height), squeeze=False, layout="constrained")
        for axes, (title, array) in zip(all_axes[0], arrays.items(), strict=True):
            _draw_matrix(axes, array, rows, columns, decimals)
            axes.set(xlabel=column_label, ylabel=row_label)
            axes.set_title(title, y=1.0, pad=_ABOVE_COLUMNS)
    return _shown_once(figure)


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
    with plt.rc_context(_STYLE):
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
    return _shown_once(figure)


def once_written(draw: Callable[[], Figure]) -> Figure | None:
    """Draw a picture of the learner's own result, or say what is still needed for it."""
    try:
        return draw()
    except (NotImplementedError, NameError):
        print("Your picture appears here once the answers above are written: run this cell again then.")
    except Exception as error:
        print(f"This picture needs an answer that passes its check first ({type(error).__name__}).")
    return None


def _draw_matrix(axes: Axes, array: np.ndarray, rows, columns, decimals: int) -> None:
    finite = np.where(np.isfinite(array), array, np.nan).astype(float)
    span = np.nanmax(np.abs(finite)) if np.isfinite(finite).any() else 1.0
    signed = np.nanmin(finite, initial=0.0) < 0
    axes.imshow(
        finite,
        cmap="RdBu" if signed else "Blues",
        vmin=-2.0 * span if signed else 0,
        vmax=2.0 * (span or 1.0),
        aspect="auto",
    )
    for (row, column), value in np.ndenumerate(array):
        text = axes.text(column, row, _cell_text(value, decimals), ha="center", va="center", color=INK, fontsize=9)
        text.set_in_layout(False)
    axes.set_xticks(range(array.shape[1]), columns if columns is not None else range(array.shape[1]))
    axes.set_yticks(range(array.shape[0]), rows if rows is not None else range(array.shape[0]))
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    for spine in axes.spines.values():
        spine.set_visible(False)


def _cell_text(value, decimals: int) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "✓" if value else "·"
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "−∞" if value < 0 else "∞"
    if isinstance(value, (int, np.integer)):
        return str(value)
    return f"{value:.{decimals}f}".replace("-", "−")


def _shown_once(figure: Figure) -> Figure:
    """Close the figure for pyplot, so that JupyterLab draws the returned one and not a second copy."""
    plt.close(figure)
    return figure
