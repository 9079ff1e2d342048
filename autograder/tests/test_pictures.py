"""The pictures: what is darker or longer is larger, and no number is left out."""

from course.toolkit import figures

import io

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from PIL import Image


def pixels(picture):
    """The picture as `(height, width, 3)` bytes."""
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB")).astype(int)


def cells(picture, rows, columns):
    """A pixel of each cell's ground, `(rows, columns, 3)`: cells are the only large areas that are not ground."""
    shown = pixels(picture)
    apart = np.abs(shown - shown[0, 0]).max(-1) > 0
    y, x = np.flatnonzero(apart.mean(1) > 0.5), np.flatnonzero(apart.mean(0) > 0.5)
    tall, wide = len(y) // rows, len(x) // columns
    return shown[y[0] + 6 :: tall, x[0] + 6 :: wide][:rows, :columns]


def test_a_larger_number_has_a_darker_blue():
    values = np.random.default_rng(7).permutation(np.linspace(0.05, 1.0, 12)).reshape(3, 4)
    brightness = cells(figures.matrix(values), 3, 4).sum(-1)
    assert (np.diff(brightness.ravel()[np.argsort(values.ravel())]) <= 0).all()
    assert len(np.unique(brightness)) == 12


def test_less_than_nothing_is_red_and_more_is_blue():
    red, blue = cells(figures.matrix([[-1.0, 1.0]]), 1, 2)[0]
    assert red[0] > red[2]
    assert blue[2] > blue[0]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_hatched(value):
    shown = pixels(figures.matrix([[value, 1.0, 0.5]]))
    ground, hatched = shown[0, 0], shown[-30:-26].reshape(-1, 3)
    greys = hatched[np.ptp(hatched, axis=-1) < 12]
    assert len(np.unique(greys, axis=0)) > len(np.unique(ground[None], axis=0))
    plain = pixels(figures.matrix([[0.7, 1.0, 0.5]]))[-30:-26].reshape(-1, 3)
    assert len(np.unique(plain[np.ptp(plain, axis=-1) < 12], axis=0)) < len(np.unique(greys, axis=0))


@pytest.mark.parametrize("name", ["x", "a very long name of a word"])
def test_names_find_room(name):
    shown = pixels(figures.matrix(np.ones((2, 3)), [name, "y"], [name, "b", "c"]))
    edges = np.concatenate([shown[0], shown[-1], shown[:, 0], shown[:, -1]])
    assert (edges == shown[0, 0]).all()


def test_each_matrix_can_have_names_of_its_own():
    panels = {"one": np.ones((2, 3)), "two": np.ones((3, 2))}
    rows, columns = {"one": ["a", "b"], "two": ["c", "d", "e"]}, {"one": ["f", "g", "h"], "two": ["i", "j"]}
    named = pixels(figures.matrices(panels, rows, columns))
    swapped = pixels(figures.matrices(panels, {**rows, "one": ["b", "a"]}, columns))
    left, right = np.array_split(np.arange(named.shape[1]), 2)
    assert (named[:, left] != swapped[:, left]).any()
    assert (named[:, right] == swapped[:, right]).all()


def test_a_notebook_shows_it_at_half_its_pixels():
    picture = figures.matrices({"one": np.eye(3), "two": np.eye(2, dtype=bool)}, row_label="query", column_label="key")
    data, metadata = DisplayFormatter().format(picture)
    image = Image.open(io.BytesIO(data["image/png"]))
    assert image.size == (2 * metadata["image/png"]["width"], 2 * metadata["image/png"]["height"])


@pytest.mark.parametrize(("one", "other"), [(0.25, 0.26), (True, False), (3, 8), (np.inf, -np.inf)])
def test_a_cell_shows_its_number(one, other):
    pictures = [pixels(figures.matrix(np.array([[value, value]]))) for value in (one, other)]
    assert pictures[0].shape == pictures[1].shape
    assert (pictures[0] != pictures[1]).any()


def test_bars_tell_their_amounts_and_their_parts_of_the_whole():
    axes = figures.bars({"a table": 3000, "the rest": 1000, "norms": 4}, "a title", "parameters").axes[0]
    assert [text.get_text() for text in axes.texts] == ["3,000 (75%)", "1,000 (25%)", "4 (below 1%)"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a table", "the rest", "norms"]
    assert axes.yaxis.get_inverted()  # the first one stands at the top
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == [3000, 1000, 4]
