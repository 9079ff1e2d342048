"""Which inputs an output depends on, by its gradient, for lesson 9."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops


def gradient_sizes(layer: Callable[[Any], Any], x: Any) -> np.ndarray:
    """How large each output's gradient is at each input, `(T, T)`, a row for each output.

    `layer` leads from `x`, `(1, T, D)`, to outputs of that shape. One step of gradient descent with a learning rate of
    1 moves each number of `x` by its gradient, whichever library Keras computes with. The layer's own parameters stay.
    """
    x = ops.convert_to_numpy(x)
    asked = _Asked(layer, x)
    asked.compile(keras.optimizers.SGD(1.0), "mse", run_eagerly=True)
    wanted = np.arange(1.0, x.shape[2] + 1)[None]  # not the same for all numbers: a norm's output has a fixed sum
    rows = []
    for output in np.eye(x.shape[1], dtype="float32"):
        asked.x.assign(x)
        asked.train_on_batch(output[None], wanted)
        rows.append(np.linalg.norm(ops.convert_to_numpy(asked.x.value)[0] - x[0], axis=-1))
    return np.stack(rows)


class _Asked(keras.Model):
    """One output of a layer, whose input is all that can be trained. Call with 1 at that output, else 0, `(1, T)`."""

    def __init__(self, layer: Callable[[Any], Any], x: np.ndarray):
        super().__init__()
        self._lead_through = lambda x: layer(x)  # in a function Keras does not find the layer's own parameters
        self.x = self.add_weight(shape=x.shape, initializer="zeros", name="x")

    def call(self, chosen):
        return ops.einsum("bt,btd->bd", chosen, self._lead_through(ops.convert_to_tensor(self.x)))
