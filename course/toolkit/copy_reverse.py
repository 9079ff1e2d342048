"""A task for a whole Transformer: copy a sequence, or reverse it, as its first token asks."""

from course.toolkit import reversal
from course.toolkit.live_plot import LivePlot
from course.toolkit.quiet import silent

from collections.abc import Callable

import keras
import numpy as np

COPY, REVERSE = 4, 5  # the first token of a source
VOCABULARY_SIZE = 16  # ten tokens beside the four special ones and the two tasks
SHORTEST, LONGEST = 4, 8
_PAD, _START, _END = 0, 2, 3
_BATCH = 64


def sequences(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sources `(count, LONGEST + 1)`, a task and 4 to 8 tokens, and what to write, `(count, LONGEST + 2)`.

    That is `[START]`, the tokens as they are or backwards, `[END]`. Both are padded with 0.
    """
    draw = np.random.default_rng(seed)
    source = np.full((count, LONGEST + 1), _PAD, "int32")
    target = np.full((count, LONGEST + 2), _PAD, "int32")
    for row in range(count):
        task, length = draw.choice([COPY, REVERSE]), draw.integers(SHORTEST, LONGEST + 1)
        tokens = draw.integers(REVERSE + 1, VOCABULARY_SIZE, size=length)
        source[row, : length + 1] = [task, *tokens]
        target[row, : length + 2] = [_START, *(tokens if task == COPY else tokens[::-1]), _END]
    return source, target


def unseen(count: int, seed: int, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same, of sources that are not among those seen."""
    known = set(map(bytes, seen))
    source, target = sequences(2 * count, seed)
    new = [row for row in range(len(source)) if bytes(source[row]) not in known][:count]
    return source[new], target[new]


def learn(
    model: keras.Model,
    loss: Callable,
    accuracy: Callable,
    rate: float | keras.optimizers.schedules.LearningRateSchedule,
    steps: int = 1200,
    seed: int = 1,
) -> LivePlot:
    """Train a Transformer on the task by teacher forcing, each sequence once; returns what was plotted.

    Who interrupts it, with ■ or Ctrl and C, keeps what the model has learned by then.
    """
    source, target = sequences(steps * _BATCH, seed)
    model.compile(keras.optimizers.Adam(rate, 0.9, 0.98, 1e-9), loss, metrics=[accuracy], jit_compile=False)
    inputs, plot = {"source": source, "target": target[:, :-1]}, LivePlot("Training")
    try:
        with silent():
            model.fit(inputs, target[:, 1:], batch_size=_BATCH, verbose=0, callbacks=[plot])
    except KeyboardInterrupt:
        plot.interrupted()
    return plot


def exact(model: keras.Model, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Which sequences a model writes without help, from `[START]` to `[END]`, token by token as wanted: `(B,)`.

    It reads the source and what it has written itself. What it says after the end does not count.
    """
    said = reversal.written(model, source, LONGEST + 1)
    wanted = target[:, 1:]
    return ((said == wanted) | (wanted == _PAD)).all(-1)
