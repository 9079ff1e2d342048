"""One training repeated with one thing changed: every trial begins with the same parameters, on the same batches."""

from course.toolkit.bar import Bar
from course.toolkit.quiet import silent

from collections.abc import Callable, Mapping

import keras
import numpy as np
from keras import ops


class Trials:
    """Trainings of one compiled model, whose parameters and optimizer are as they were before each of them.

    inputs: what the model is called with, a dictionary of arrays `(N, …)`; N is a multiple of batch_size. The graph is
    made once, in the first trial, since tracing it takes longer than a hundred steps of a small model.
    """

    def __init__(self, model: keras.Model, inputs: Mapping[str, np.ndarray], batch_size: int):
        self._model, self._inputs, self._batch_size = model, inputs, batch_size
        model({name: numbers[:1] for name, numbers in inputs.items()})  # makes the parameters
        model.optimizer.build(model.trainable_variables)
        self._begin = [ops.convert_to_numpy(variable).copy() for variable in self._variables()]

    def run(
        self,
        name: str,
        labels: np.ndarray,
        rate: Callable[[int], float],
        steps: int,
        inputs: Mapping[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Train for a number of steps under a progress bar; returns the loss of each batch before its update.

        rate gives the learning rate of a step, counted from 1. Batches are taken in their order, and again from the
        first when all have been used. Other inputs than the usual ones may be given.
        """
        for variable, before in zip(self._variables(), self._begin, strict=True):
            variable.assign(before)
        inputs = self._inputs if inputs is None else inputs
        chosen = np.arange(steps * self._batch_size) % len(labels)
        follow = _Follow(rate)
        with silent():
            self._model.fit(
                {key: numbers[chosen] for key, numbers in inputs.items()},
                labels[chosen],
                batch_size=self._batch_size,
                shuffle=False,
                verbose=0,
                callbacks=[follow, Bar(name)],
            )
        return np.array(follow.losses)

    def _variables(self) -> list[keras.Variable]:
        return [*self._model.variables, *self._model.optimizer.variables]


class _Follow(keras.callbacks.Callback):
    """Sets the learning rate before each step, and keeps the loss of each batch."""

    def __init__(self, rate: Callable[[int], float]):
        super().__init__()
        self._rate, self._sum, self.losses = rate, 0.0, []

    def on_train_batch_begin(self, batch: int, logs=None) -> None:
        self.model.optimizer.learning_rate = self._rate(batch + 1)

    def on_train_batch_end(self, batch: int, logs=None) -> None:
        so_far = logs["loss"] * (batch + 1)  # Keras tells the mean of all batches so far
        self.losses.append(so_far - self._sum)
        self._sum = so_far
