"""Training a translator: every batch in each epoch, told and sampled, stopped and gone on with, averaged at the end."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit.translator_training import Training

import numpy as np
import pytest


class Counting:
    """Stands for a compiled model with one parameter: how many batches it has seen. Notes which."""

    def __init__(self, stops_at=None):
        self.seen, self.weights, self.stops_at = [], [np.zeros(1)], stops_at

    def train_on_batch(self, inputs, labels, return_dict):
        if len(self.seen) == self.stops_at:
            self.stops_at = None
            raise KeyboardInterrupt
        self.seen.append(int(labels[0, 0]))
        self.weights = [self.weights[0] + 1]
        return {"loss": 1 / len(self.seen), "masked_accuracy": 0.5}

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def batches(count):
    return [({"source": np.zeros((1, 1))}, np.full((1, 1), number)) for number in range(count)]


def test_each_epoch_has_every_batch_once_in_another_order():
    model = Counting()
    Training(model, batches(20), epochs=3).run()
    epochs = [model.seen[first : first + 20] for first in (0, 20, 40)]
    assert all(sorted(epoch) == list(range(20)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2] != list(range(20))


def test_after_each_epoch_it_tells_its_means_and_a_sample(capsys):
    told = iter(["la gato", "el gato"])
    training = Training(Counting(), batches(2), epochs=2, sample=lambda: next(told))
    training.run()
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("epoch")]
    assert lines == [
        "epoch  1 of 2: loss 0.750, accuracy 50.0%  la gato",
        "epoch  2 of 2: loss 0.292, accuracy 50.0%  el gato",
    ]
    assert training.losses == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])


def test_who_stops_it_can_go_on_where_it_stopped(capsys):
    stopped, whole = Counting(stops_at=7), Counting()
    training = Training(stopped, batches(5), epochs=2, seed=4)
    training.run()
    assert "Stopped after 7 of 10 batches" in capsys.readouterr().out
    training.run()
    Training(whole, batches(5), epochs=2, seed=4).run()
    assert stopped.seen == whole.seen
    assert training.done == training.steps == 10


def test_at_its_end_the_parameters_are_means_of_the_last_ones():
    model = Counting()
    training = Training(model, batches(50), epochs=10)
    training.run()
    assert model.weights[0] == pytest.approx(np.mean(range(310, 501, 10)))
    training.run()  # nothing is left to do
    assert model.weights[0] == pytest.approx(np.mean(range(310, 501, 10)))


def test_a_short_training_is_averaged_over_what_it_has():
    model = Counting()
    Training(model, batches(15), epochs=1).run()
    assert model.weights[0] == pytest.approx(np.mean([5, 15]))
