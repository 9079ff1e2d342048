"""What lesson 11 trains: sequences to be written backwards, and trials that differ in one thing only."""

from course.toolkit import mirror
from course.toolkit.trials import Trials

import keras
import numpy as np
import pytest


def small_trials():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Dense(1, use_bias=False)])
    inputs = {"x": np.arange(8, dtype="float32")[:, None] / 8}
    ids = keras.Input((1,), name="x")
    model = keras.Model({"x": ids}, model(ids))
    model.compile(keras.optimizers.SGD(1.0), "mean_squared_error", jit_compile=False)
    return model, Trials(model, inputs, batch_size=2)


def test_each_trial_begins_where_the_first_one_began(capsys):
    model, trials = small_trials()
    labels = np.ones((8, 1), "float32")
    first = trials.run("first", labels, lambda step: 0.5, 6)
    again = trials.run("again", labels, lambda step: 0.5, 6)
    assert len(first) == 6
    assert np.allclose(first, again)
    assert "first" in capsys.readouterr().out


def test_the_losses_are_those_of_each_batch_before_its_update():
    model, trials = small_trials()
    start = float(keras.ops.convert_to_numpy(model.variables[0]).item())
    losses = trials.run("still", np.ones((8, 1), "float32"), lambda step: 0.0, 5)
    x = np.arange(8).reshape(4, 2) / 8
    expected = ((x * start - 1) ** 2).mean(-1)
    assert np.allclose(losses, [*expected, expected[0]], rtol=1e-4)  # after the last batch the first comes again


def test_the_rate_of_each_step_is_asked_from_one_on():
    model, trials = small_trials()
    asked = []
    trials.run("asks", np.ones((8, 1), "float32"), lambda step: asked.append(step) or 0.0, 3)
    assert asked == [1, 2, 3]


def test_a_target_is_its_source_backwards_and_padding_follows():
    source, target = mirror.sequences(200, seed=3)
    lengths = (source != mirror.PAD).sum(-1)
    assert {mirror.SHORTEST, mirror.LONGEST} <= set(lengths.tolist())
    for row, length in enumerate(lengths):
        wanted = [mirror.START, *source[row, :length][::-1], mirror.END]
        assert target[row].tolist() == wanted + [mirror.PAD] * (mirror.LONGEST - length)


@pytest.mark.parametrize("faultless", [True, False])
def test_a_writer_counts_only_if_every_token_is_right(faultless):
    class Knows:
        """Says what is wanted, or another token than the last one of each."""

        def __call__(self, inputs, training=False):
            source = np.asarray(inputs["source"])
            target = np.full((len(source), mirror.LONGEST + 1), mirror.END)
            for row, tokens in enumerate(source):
                tokens = tokens[tokens != mirror.PAD][::-1]
                target[row, : len(tokens)] = tokens
                target[row, len(tokens) - 1] += not faultless
            return keras.ops.one_hot(target, 20)

    assert mirror.exact(Knows()) == float(faultless)
