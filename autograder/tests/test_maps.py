"""Maps of words: every word is named beside its own point, and no name hides another."""

from course.toolkit import maps

import itertools

import numpy as np
import pytest
from matplotlib.text import Text


def drawn(places, groups):
    """The map's names with the boxes that they fill, in pixels."""
    axes = maps.word_map(places, groups, "a map").axes[0]
    axes.figure.draw_without_rendering()
    return axes, {text.get_text(): Text.get_window_extent(text) for text in axes.texts}  # without its line


def test_each_word_is_named_and_each_group_has_a_marker_of_its_own():
    groups = {"first": ["one", "two"], "second": ["three"]}
    axes, names = drawn([[0, 0], [1, 0], [0, 1]], groups)
    assert list(names) == ["one", "two", "three"]
    assert [points.get_label() for points in axes.collections] == list(groups)
    shapes = [points.get_paths()[0].vertices.tolist() for points in axes.collections]
    assert shapes[0] != shapes[1]


def test_names_of_crowded_points_do_not_overlap():
    words = [f"word {number}" for number in range(12)]
    places = np.random.default_rng(7).normal(size=(13, 2)) * 0.02
    places[12] = 5.0
    _, names = drawn(places, {"crowd": words, "far": ["alone"]})
    for one, other in itertools.combinations(names.values(), 2):
        assert min(one.y1, other.y1) - max(one.y0, other.y0) < 2 or min(one.x1, other.x1) <= max(one.x0, other.x0)


def test_words_without_places_are_refused():
    with pytest.raises(ValueError, match="2 words and places"):
        maps.word_map(np.zeros((3, 2)), {"first": ["one", "two"]})
