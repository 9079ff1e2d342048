"""The pictures of unit 12: a tree tells kept from dropped without colour, and no text hides another."""

from course.toolkit.decoding_figures import distributions, tree

import itertools

import numpy as np
import pytest

A, B = ("a",), ("b",)
LEVELS = [
    ({A: np.log(0.6), B: np.log(0.3), ("c",): np.log(0.1)}, [A, B]),
    ({(*A, "x"): np.log(0.36), (*A, "y"): np.log(0.24), (*B, "[END]"): np.log(0.3)}, [(*A, "x"), (*B, "[END]")]),
    ({(*A, "x", "[END]"): np.log(0.36), (*B, "[END]"): np.log(0.3)}, [(*A, "x", "[END]"), (*B, "[END]")]),
]


def said(figure):
    return {text.get_text(): text for text in figure.axes[0].texts}


def test_each_token_and_the_probability_of_each_branch_is_written():
    written = said(tree(LEVELS))
    assert {"[START]", "a\n−0.51", "x\n−1.02", "y ×\n−1.43", "c ×\n−2.30"} <= set(written)
    assert sorted(text for text in written if text.startswith("[END]")) == ["[END]\n−1.02", "[END]\n−1.20"]
    assert {"0.60", "0.40", "1.00"} <= set(written)
    assert written["x\n−1.02"].get_position()[0] == 2  # its column is the number of its tokens


def test_what_is_dropped_is_told_by_more_than_its_colour():
    figure = tree(LEVELS)
    weights = {text: one.get_weight() for text, one in said(figure).items()}
    assert (weights["x\n−1.02"], weights["y ×\n−1.43"]) == ("bold", "normal")
    assert sorted(line.get_linestyle() for line in figure.axes[0].lines) == ["-"] * 5 + ["--"] * 2


def test_a_finished_hypothesis_that_is_dropped_later_is_drawn_as_dropped():
    candidates, _ = LEVELS[2]
    assert "[END] ×\n−1.20" in said(tree([*LEVELS[:2], (candidates, [(*A, "x", "[END]")])]))


def test_no_text_of_a_wide_tree_hides_another():
    words = [(word,) for word in ["one", "two", "three", "four", "five", "six"]]
    wide = {(*word, f"{n}"): -3.0 - n for word in words for n in range(2)}
    figure = tree([({word: -1.0 - n for n, word in enumerate(words)}, words), (wide, list(wide))])
    figure.draw_without_rendering()
    tokens = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text() not in ("0.37", "0.14")]
    for one, other in itertools.combinations(tokens, 2):
        assert min(one.y1, other.y1) - max(one.y0, other.y0) < 2 or min(one.x1, other.x1) <= max(one.x0, other.x0)


def test_a_candidate_that_continues_what_was_dropped_is_refused():
    with pytest.raises(ValueError, match="'c d' continues nothing"):
        tree([LEVELS[0], ({("c", "d"): -3.0}, [])])


def test_a_token_that_cannot_be_drawn_is_marked():
    figure = distributions({"all": [0.75, 0.25], "top 1": [1.0, 0.0]}, ["el", "gato"])
    assert [[text.get_text() for text in axes.texts] for axes in figure.axes] == [["0.75", "0.25"], ["1.00", "×"]]
    assert [axes.get_title() for axes in figure.axes] == ["all", "top 1"]
    assert figure.axes[0].yaxis_inverted()
