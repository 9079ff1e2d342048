"""Flow drawings: every step is written, in one layout, and a residual connection has both its ends."""

from course.toolkit.flow import ADD, FORK, Step, flow

import pytest

X = "(B, T, D)"
LAYER = [
    Step("x", X),
    FORK,
    Step("attention", X, beside="mask\n(B, 1, T)", new=True),
    ADD,
    Step("norm", X),
    Step("output"),
]


def texts(figure):
    return [text for text in figure.axes[0].texts if text.get_text()]


def test_all_that_a_step_says_is_written_from_below_to_above():
    written = texts(flow({"A layer": LAYER}))
    heights = {text.get_text(): text.get_position()[1] for text in written}
    order = ["x", "attention", "+", "norm", "output", "A layer"]
    assert sorted(order, key=heights.get) == order
    assert heights["mask\n(B, 1, T)"] == heights["attention"]
    assert [text.get_text() for text in written].count(X) == 3


def test_what_is_new_is_told_by_more_than_its_colour():
    weights = {text.get_text(): text.get_weight() for text in texts(flow({"": LAYER}))}
    assert (weights["attention"], weights["norm"]) == ("bold", "normal")


def test_layers_stand_side_by_side_with_their_inputs_on_one_line():
    places = [
        text.get_position() for text in texts(flow({"a": LAYER, "b": LAYER[:2] + LAYER[3:]})) if text.get_text() == "x"
    ]
    assert places[0][1] == places[1][1]
    assert places[0][0] < places[1][0]


@pytest.mark.parametrize("steps", [[Step("x"), ADD], [Step("x"), FORK, Step("y")]])
def test_a_residual_connection_without_an_end_is_told(steps):
    with pytest.raises(ValueError, match="A layer: an? (ADD|FORK) needs"):
        flow({"A layer": steps})
