"""The live plot of a training: what it keeps is each batch's own, and it says how long it will take."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit.live_plot import LivePlot

import re

import numpy as np
import pytest


@pytest.fixture
def plot():
    plot = LivePlot("Training")
    plot.set_params({"epochs": 1, "steps": 4})
    return plot


def train(plot, losses, accuracies):
    """Tell a plot of batches as Keras does: by the means over all batches of the epoch so far."""
    plot.on_train_begin()
    for batch in range(len(losses)):
        means = {"loss": np.mean(losses[: batch + 1]), "masked_accuracy": np.mean(accuracies[: batch + 1])}
        plot.on_train_batch_end(batch, means)


def test_what_it_keeps_is_each_batch_s_own(plot):
    train(plot, [4.0, 2.0, 3.0], [0.0, 0.5, 0.25])
    assert plot.losses == pytest.approx([4.0, 2.0, 3.0])
    assert plot.accuracies == pytest.approx([0.0, 0.5, 0.25])


def test_it_says_how_far_it_has_come_and_how_long_it_will_take(plot, monkeypatch):
    clock = iter(np.arange(0.0, 100.0, 5.0))
    monkeypatch.setattr("time.perf_counter", lambda: float(next(clock)))
    train(plot, [4.0], [0.5])
    told = plot._text()
    assert "25%" in told
    assert "accuracy 50.0%" in told
    assert int(re.search(r"about (\d+) s left", told)[1]) in (15, 30)


def test_at_its_end_nothing_is_left(plot, capsys):
    train(plot, [4.0, 3.0, 2.0, 1.0], [0.0, 0.0, 1.0, 1.0])
    plot.on_train_end()
    told = capsys.readouterr().out
    assert "100%" in told
    assert "left" not in told


def test_who_stops_it_is_told_where(plot, capsys):
    train(plot, [4.0, 3.0], [0.0, 0.0])
    plot.interrupted()
    assert "Stopped after 2 of 4 batches. The model keeps" in capsys.readouterr().out


def test_both_curves_are_drawn(plot):
    train(plot, [4.0, 3.0, 1.0], [0.0, 0.5, 0.75])
    left, right = plot.drawn().axes
    assert left.lines[0].get_ydata() == pytest.approx([4.0, 3.0, 1.0])
    assert right.lines[0].get_ydata() == pytest.approx([0.0, 0.5, 0.75])


def test_a_long_training_is_drawn_by_means(plot):
    train(plot, list(range(1000)), [0.5] * 1000)
    x, y = plot.drawn().axes[0].lines[0].get_data()
    assert len(x) == len(y) == 100
    assert y == pytest.approx(x)  # here the loss of a batch is its number


def test_in_a_notebook_the_picture_is_drawn_anew(plot, monkeypatch):
    shown = []

    class Screen:
        def update(self, what):
            shown.append(what)

    monkeypatch.setattr("course.toolkit.live_plot.in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: Screen())
    train(plot, [4.0, 3.0], [0.0, 0.5])
    plot.on_train_end()
    assert [type(one).__name__ for one in shown] == ["Figure", "Figure"]
    assert len(shown[-1].axes[0].lines[0].get_ydata()) == 2
