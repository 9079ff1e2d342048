"""The gradient at each input: known slopes are found, and nothing but the input moves."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit.causality import gradient_sizes

import keras
import numpy as np
import pytest
from keras import ops

X = np.random.default_rng(9).normal(size=(1, 3, 2)).astype("float32")


def test_sizes_are_those_of_the_gradient():
    mixing = np.array([[1, 0, 0], [2, 1, 0], [0, 3, 0]], "float32")  # output t is this row's sum of inputs

    def mix(x):
        return ops.einsum("ts,bsd->btd", mixing, x)

    error = (mixing @ X[0] - np.array([1.0, 2.0])) * 2 / 2  # the slope of a mean over two squares
    wanted = np.abs(mixing) * np.linalg.norm(error, axis=-1)[:, None]
    assert gradient_sizes(mix, X) == pytest.approx(wanted, rel=1e-3, abs=1e-6)
    assert (gradient_sizes(mix, X) > 0).tolist() == (mixing > 0).tolist()


@pytest.mark.parametrize("as_function", [True, False])
def test_the_layers_parameters_stay(as_function):
    dense = keras.layers.Dense(2)
    dense(X)
    before = dense.get_weights()
    assert (gradient_sizes((lambda x: dense(x)) if as_function else dense, X) > 0).tolist() == np.eye(3).tolist()
    assert all((one == other).all() for one, other in zip(before, dense.get_weights(), strict=True))
    assert dense.trainable
