"""Flow drawings: every step is written, in one layout; residual connections and what crosses have both their ends."""

from course.toolkit.flow import ADD, FORK, Step, flow

import pytest
from matplotlib.text import Annotation

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


READER = [Step("y", X), Step("asks", X, beside="mask", reads="A layer"), Step("asks again", X, reads="A layer")]


def lines_of(figure):
    return [line.get_xydata().tolist() for line in figure.axes[0].lines]


def test_what_a_column_gives_is_led_from_its_top_into_each_step_that_reads_it():
    given = [*LAYER[:-1], Step("memory", "(B, S, D)")]
    figure = flow({"A layer": given, "Another": READER})
    places = {text.get_text(): text.get_position() for text in texts(figure)}
    residual, *crossing = lines_of(figure)
    assert len(crossing) == 2
    for line, name in zip(crossing, ("asks", "asks again"), strict=True):
        (left, top), (lane, _), (_, enters) = line
        assert left < max(x for x, _ in residual) < lane < places[name][0]  # past the residual connection
        assert top == places["memory"][1]
        assert enters == pytest.approx(places[name][1], abs=0.2)
    assert places["(B, S, D)"][1] > places["memory"][1]  # the shape is written on it, once
    assert [text.get_text() for text in texts(figure)].count("(B, S, D)") == 1


def test_a_mask_and_what_crosses_enter_a_step_apart():
    figure = flow({"A layer": LAYER, "Another": READER})
    enters = {name: [] for name in ("asks", "asks again")}
    heights = {text.get_text(): text.get_position()[1] for text in texts(figure)}
    for arrow in figure.axes[0].texts:
        if isinstance(arrow, Annotation) and arrow.xy[1] == arrow.xyann[1] and arrow.xy[0] > 3:  # it leads to the right
            name = min(enters, key=lambda one: abs(heights[one] - arrow.xy[1]))
            enters[name].append(arrow.xy[1])
    assert len(set(enters["asks"])) == 2
    assert enters["asks again"] == [heights["asks again"]]


@pytest.mark.parametrize("columns", [{"Another": READER}, {"A layer": LAYER, "between": LAYER, "Another": READER}])
def test_only_the_column_to_its_left_can_be_read(columns):
    with pytest.raises(ValueError, match="Another: asks reads 'A layer', which is not the column to its left"):
        flow(columns)


def test_columns_stand_further_apart_where_something_crosses():
    def distance(figure):
        first, second = (text.get_position()[0] for text in texts(figure) if text.get_text() in ("x", "y"))
        return second - first

    plain = [Step("y", X), Step("asks", X)]
    assert distance(flow({"A layer": LAYER, "b": READER})) > distance(flow({"A layer": LAYER, "b": plain}))
