"""Matrices as grids of shaded cells with the number in each.

They are painted with Pillow, each text and cell at the place that is worked out here: a plotting library needs ten
times as long for the same picture, and pictures are most of what a notebook computes.
"""

import functools
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image, ImageDraw, ImageFont

GROUND = "#fbfaf6"
INK = "#23272e"

Names = Sequence[str] | Mapping[str, Sequence[str]] | None  # of all matrices, of each by its title, or numbers

_SHARPNESS = 2  # pixels for each pixel that the picture takes on a page: screens have more than they tell
_CELL_WIDTH, _CELL_HEIGHT = 62, 50  # in pixels of the page, as all that follows
_LINE, _GAP = 22, 8  # a line of text, and the room beside a text
_EDGE, _BETWEEN = 12, 22  # the room around all, and between two matrices
_NAMES, _TITLE, _NUMBERS = 14, 15, 13  # sizes of letters
_HATCH_STEP = 8


class Picture:
    """A picture that a notebook shows. `png` is its file; `width` and `height` are pixels on the page."""

    def __init__(self, image: Image.Image):
        file = io.BytesIO()
        image.save(file, "PNG", compress_level=3)  # a third of the time, and half as many bytes again
        self.png = file.getvalue()
        self.width, self.height = (size // _SHARPNESS for size in image.size)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        return self.png, {"width": self.width, "height": self.height}

    def __repr__(self) -> str:
        return f"<a picture of {self.width} by {self.height} pixels>"


@dataclass
class _Panel:
    """One matrix with what is written around it, and how much room that takes."""

    title: str
    array: np.ndarray
    rows: Sequence[str]
    columns: Sequence[str]
    names_width: float
    cell_width: float

    @property
    def grid_width(self) -> float:
        return self.cell_width * self.array.shape[1]

    @property
    def grid_height(self) -> float:
        return _CELL_HEIGHT * self.array.shape[0]

    @property
    def width(self) -> float:
        return self.names_width + max(self.grid_width, _width(self.title, _TITLE))


def grids(
    panels: Mapping[str, np.ndarray],
    rows: Names,
    columns: Names,
    row_label: str,
    column_label: str,
    decimals: int,
) -> Picture:
    """Paint several matrices side by side; see `figures.matrices`."""
    placed = [_panel(title, array, rows, columns) for title, array in panels.items()]
    label_width = _LINE if row_label else 0
    above = _EDGE + _LINE + (_LINE + _GAP if any(panels) else 0)
    below = _EDGE + (_LINE if column_label else 0)
    width = 2 * _EDGE + sum(label_width + panel.width + _BETWEEN for panel in placed) - _BETWEEN
    canvas = _Canvas(width, above + max(panel.grid_height for panel in placed) + below)
    left = _EDGE
    for panel in placed:
        left += label_width
        canvas.write_upwards(left - _LINE / 2, above + panel.grid_height / 2, row_label, _NAMES)
        _paint(canvas, panel, left + panel.names_width, above, decimals, column_label)
        left += panel.width + _BETWEEN
    return Picture(canvas.image())


def _panel(title: str, array: np.ndarray, rows: Names, columns: Names) -> _Panel:
    rows, columns = (names[title] if isinstance(names, Mapping) else names for names in (rows, columns))
    rows, columns = (
        [str(name) for name in (range(size) if names is None else names)]
        for names, size in zip((rows, columns), array.shape, strict=True)
    )
    names_width = _GAP + max((_width(name, _NAMES) for name in rows), default=0)
    cell_width = max([_CELL_WIDTH, *(_width(name, _NAMES) + _GAP for name in columns)])
    return _Panel(title, array, rows, columns, names_width, cell_width)


def _paint(canvas: "_Canvas", panel: _Panel, left: float, top: float, decimals: int, column_label: str) -> None:
    x = left + panel.cell_width * np.arange(panel.array.shape[1] + 1)
    y = top + _CELL_HEIGHT * np.arange(panel.array.shape[0] + 1)
    x_middles, y_middles = (x[:-1] + x[1:]) / 2, (y[:-1] + y[1:]) / 2
    shades = _shades(panel.array)
    for (row, column), value in np.ndenumerate(panel.array):
        box = (x[column], y[row], x[column + 1], y[row + 1])
        if np.isfinite(value):
            canvas.fill(box, int(shades[row, column]))
        else:
            canvas.hatch(box)
        canvas.write(x_middles[column], y_middles[row], _cell_text(value, decimals), _NUMBERS, "mm")
    for name, height in zip(panel.rows, y_middles, strict=False):
        canvas.write(left - _GAP, height, name, _NAMES, "rm")
    for name, place in zip(panel.columns, x_middles, strict=False):
        canvas.write(place, top - _GAP, name, _NAMES, "ms")
    middle = left + panel.grid_width / 2
    canvas.write(middle, top - _LINE - 1.5 * _GAP, panel.title, _TITLE, "ms")
    canvas.write(middle, y[-1] + _GAP / 2, column_label, _NAMES, "ma")


_STEPS = 19  # of blue for what is more than nothing, and as many of red: a file has room for 256 colours
_STRENGTHS = 6  # of ink on a shade: letters have soft edges
_GROUND, _HATCH = 2 * _STEPS + 1, 2 * _STEPS + 2  # the shades after those of cells


def _shades(array: np.ndarray) -> np.ndarray:
    """The number of each cell's shade, from the deepest red over white to the deepest blue."""
    finite = np.where(np.isfinite(array), array, 0.0).astype(float)
    largest = np.abs(finite).max(initial=0.0) or 1.0
    return np.rint(finite / largest * _STEPS).astype(int) + _STEPS


@functools.cache
def _palette() -> bytes:
    """The colours of all shades, each under every strength of ink, weak to strong."""
    depths = np.linspace(0.0, 0.5, _STEPS + 1)
    reds, blues = mpl.colormaps["RdBu"](np.linspace(0.25, 0.5, _STEPS, endpoint=False)), mpl.colormaps["Blues"](depths)
    shades = np.concatenate([reds[:, :3], blues[:, :3], [to_rgb(GROUND), to_rgb("#c9ccd1")]])
    strengths = np.linspace(0.0, 1.0, _STRENGTHS)[:, None]
    colours = (1 - strengths) * shades[:, None] + strengths * np.array(to_rgb(INK))
    return np.rint(255 * colours).astype(np.uint8).tobytes()


class _Canvas:
    """Two layers, shades and ink, to paint on in pixels of the page."""

    def __init__(self, width: float, height: float):
        size = round(width * _SHARPNESS), round(height * _SHARPNESS)
        self._shade, self._ink = Image.new("L", size, _GROUND), Image.new("L", size, 0)
        self._shades, self._texts = ImageDraw.Draw(self._shade), ImageDraw.Draw(self._ink)

    def image(self) -> Image.Image:
        """Both layers as one image with a palette."""
        strengths = (np.asarray(self._ink, np.uint16) * (_STRENGTHS - 1) + 127) // 255
        image = Image.fromarray((np.asarray(self._shade) * _STRENGTHS + strengths).astype(np.uint8), "L")
        image.putpalette(_palette())
        return image

    def fill(self, box: Sequence[float], shade: int) -> None:
        left, top, right, bottom = (round(place * _SHARPNESS) for place in box)
        self._shades.rectangle((left, top, right - 1, bottom - 1), shade)

    def hatch(self, box: Sequence[float]) -> None:
        left, top, right, bottom = (round(place * _SHARPNESS) for place in box)
        cell = Image.new("L", (right - left, bottom - top), _GROUND)
        strokes = ImageDraw.Draw(cell)
        for start in range(0, cell.width + cell.height, _HATCH_STEP * _SHARPNESS):
            strokes.line((start, 0, start - cell.height, cell.height), _HATCH, _SHARPNESS)
        self._shade.paste(cell, (left, top))

    def write(self, x: float, y: float, text: str, size: int, anchor: str) -> None:
        """Write a text with its anchor, in Pillow's letters, at a place."""
        if text:
            self._texts.text((x * _SHARPNESS, y * _SHARPNESS), text, 255, _font(size), anchor)

    def write_upwards(self, x: float, y: float, text: str, size: int) -> None:
        """Write a text that reads from below, with its middle at a place."""
        if text:
            line = Image.new("L", (round(_width(text, size) * _SHARPNESS) + 2, _LINE * _SHARPNESS), 0)
            ImageDraw.Draw(line).text((line.width / 2, line.height / 2), text, 255, _font(size), "mm")
            turned = line.transpose(Image.Transpose.ROTATE_90)
            place = x * _SHARPNESS - turned.width / 2, y * _SHARPNESS - turned.height / 2
            self._ink.paste(turned, tuple(map(round, place)))


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The letters that matplotlib brings along: they have all signs of the course."""
    path = f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans.ttf"
    return ImageFont.truetype(path, size * _SHARPNESS, layout_engine=ImageFont.Layout.BASIC)


def _width(text: str, size: int) -> float:
    return _font(size).getlength(text) / _SHARPNESS


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
