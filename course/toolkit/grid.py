"""Matrices as grids of shaded cells with the number in each.

Everything is placed by hand, in inches: finding places out by matplotlib's axes, ticks and layout engine takes most
of the time of a picture, and pictures most of the time of a notebook.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle

GROUND = "#fbfaf6"
INK = "#23272e"

_CELL_WIDTH, _CELL_HEIGHT = 0.62, 0.5
_LINE, _GAP = 0.22, 0.08  # a line of text, and the room beside a text
_EDGE, _BETWEEN = 0.06, 0.2  # the room around all, and between two matrices
_NAMES = FontProperties(size=10)
_TITLE = FontProperties(size=11)
_NUMBERS = FontProperties(size=9)
_HATCHED = {"fill": False, "hatch": "////", "edgecolor": "#c9ccd1", "linewidth": 0}


@dataclass
class _Panel:
    """One matrix with what is written around it, and how much room that takes."""

    title: str
    array: np.ndarray
    rows: Sequence[str]
    columns: Sequence[str]
    names_width: float
    cell_width: float
    title_width: float

    @property
    def grid_width(self) -> float:
        return self.cell_width * self.array.shape[1]

    @property
    def width(self) -> float:
        return self.names_width + max(self.grid_width, self.title_width)


def grids(
    panels: Mapping[str, np.ndarray],
    rows: Sequence[str] | None,
    columns: Sequence[str] | None,
    row_label: str,
    column_label: str,
    decimals: int,
) -> Figure:
    """Draw several matrices side by side; see `figures.matrices`."""
    figure = Figure(facecolor=GROUND)
    ruler = _Ruler(figure)
    placed = [_panel(ruler, title, array, rows, columns) for title, array in panels.items()]
    label_width = _LINE if row_label else 0.0
    above = _EDGE + _LINE + (_LINE + _GAP if any(panels) else 0.0)
    below = _EDGE + (_LINE + _GAP if column_label else 0.0)
    width = 2 * _EDGE + sum(label_width + panel.width + _BETWEEN for panel in placed) - _BETWEEN
    height = above + max(_CELL_HEIGHT * len(panel.array) for panel in placed) + below
    figure.set_size_inches(width, height)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    left = _EDGE
    for panel in placed:
        left += label_width
        middle = above + _CELL_HEIGHT * len(panel.array) / 2
        _write(axes, left - _LINE / 2, middle, row_label, _NAMES, rotation=90)
        _draw_panel(axes, panel, left + panel.names_width, above, decimals, column_label)
        left += panel.width + _BETWEEN
    for text in axes.texts:
        text.set_in_layout(False)  # it has its room already
    return figure


def _panel(ruler: "_Ruler", title: str, array: np.ndarray, rows, columns) -> _Panel:
    rows, columns = (
        [str(name) for name in (range(size) if names is None else names)]
        for names, size in zip((rows, columns), array.shape, strict=True)
    )
    names_width = _GAP + max((ruler.width(name, _NAMES) for name in rows), default=0.0)
    cell_width = max([_CELL_WIDTH, *(ruler.width(name, _NAMES) + _GAP for name in columns)])
    return _Panel(title, array, rows, columns, names_width, cell_width, ruler.width(title, _TITLE))


def _draw_panel(axes: Axes, panel: _Panel, left: float, top: float, decimals: int, column_label: str) -> None:
    x = left + panel.cell_width * np.arange(panel.array.shape[1] + 1)
    y = top + _CELL_HEIGHT * np.arange(panel.array.shape[0] + 1)
    corners = np.stack(np.meshgrid(x, y), axis=-1)
    axes.add_collection(QuadMesh(corners, facecolors=_shades(panel.array), antialiased=False), autolim=False)
    x_middles, y_middles = (x[:-1] + x[1:]) / 2, (y[:-1] + y[1:]) / 2
    for (row, column), value in np.ndenumerate(panel.array):
        if not np.isfinite(value):
            axes.add_patch(Rectangle(corners[row, column], panel.cell_width, _CELL_HEIGHT, **_HATCHED))
        _write(axes, x_middles[column], y_middles[row], _cell_text(value, decimals), _NUMBERS)
    for name, height in zip(panel.rows, y_middles, strict=False):
        _write(axes, left - _GAP, height, name, _NAMES, ha="right")
    for name, place in zip(panel.columns, x_middles, strict=False):
        _write(axes, place, top - _GAP, name, _NAMES, va="baseline")
    middle = left + panel.grid_width / 2
    _write(axes, middle, top - _LINE - 1.5 * _GAP, panel.title, _TITLE, va="baseline")
    _write(axes, middle, y[-1] + _GAP, column_label, _NAMES, va="top")


def _write(axes: Axes, x: float, y: float, text: str, font: FontProperties, **options) -> None:
    if text:
        axes.text(x, y, text, **{"ha": "center", "va": "center", "color": INK, "fontproperties": font, **options})


def _shades(array: np.ndarray) -> np.ndarray:
    """A colour for each cell, `(cells, 4)`: blue for more, red for less than nothing, none where there is no number."""
    finite = np.where(np.isfinite(array), array, np.nan).astype(float).ravel()
    span = (np.nanmax(np.abs(finite)) if np.isfinite(finite).any() else 0.0) or 1.0
    signed = np.nanmin(finite, initial=0.0) < 0
    scaled = finite / (2 * span)
    colours = mpl.colormaps["RdBu" if signed else "Blues"](scaled / 2 + 0.5 if signed else scaled)
    colours[~np.isfinite(finite)] = 0.0
    return colours


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


class _Ruler:
    """Measures texts, in inches."""

    def __init__(self, figure: Figure):
        self._renderer, self._dpi = FigureCanvasAgg(figure).get_renderer(), figure.dpi

    def width(self, text: str, font: FontProperties) -> float:
        if not text:
            return 0.0
        return self._renderer.get_text_width_height_descent(text, font, ismath=False)[0] / self._dpi
