"""A task for a whole Transformer: copy a sequence, or reverse it, as its first token asks."""

from course.toolkit import sorting
from course.toolkit.live_plot import LivePlot
from course.toolkit.quiet import silent

from collections.abc import Callable

import keras
import numpy as np

COPY, REVERSE = 4, 5  # the first token of a source
VOCABULARY_SIZE = 16  # ten tokens beside the four special ones and the two tasks
SHORTEST, LONGEST = 4, 8
_PAD, _START, _END = 0, 2, 3
_BATCH, _STEPS = 128, 1200


def sequences(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sources `(count, LONGEST + 1)`, a task and 4 to 8 tokens, and what to write, `(count, LONGEST + 2)`.

    That is `[START]`, the tokens as they are or backwards, `[END]`. Both are padded with 0.
    """
    draw, places = np.random.default_rng(seed), np.arange(LONGEST)
    tasks, lengths = (
        draw.choice([COPY, REVERSE], size=(count, 1)),
        draw.integers(SHORTEST, LONGEST + 1, size=(count, 1)),
    )
    tokens = draw.integers(REVERSE + 1, VOCABULARY_SIZE, size=(count, LONGEST))
    backwards = np.take_along_axis(tokens, np.maximum(lengths - 1 - places, 0), axis=1)
    said = np.where(tasks == COPY, tokens, backwards)
    source = np.concatenate([tasks, np.where(places < lengths, tokens, _PAD)], axis=1)
    ended = np.where(places < lengths, said, np.where(places == lengths, _END, _PAD))
    last = np.where(lengths == LONGEST, _END, _PAD)
    target = np.concatenate([np.full((count, 1), _START), ended, last], axis=1)
    return source.astype("int32"), target.astype("int32")


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
    steps: int = _STEPS,
    seed: int = 1,
) -> LivePlot:
    """Train a Transformer on the task by teacher forcing, each sequence once; returns what was plotted.

    At the end its parameters are means over the last steps, as the paper averages its last checkpoints (section 6.1).
    Who interrupts it, with ■ or Ctrl and C, keeps what the model has learned by then.
    """
    source, target = sequences(steps * _BATCH, seed)
    adam = keras.optimizers.Adam(rate, 0.9, 0.98, 1e-9, global_clipnorm=1.0, use_ema=True, ema_momentum=0.98)
    model.compile(adam, loss, metrics=[accuracy], jit_compile=False)
    inputs, plot = {"source": source, "target": target[:, :-1]}, LivePlot("Training")
    try:
        with silent():
            model.fit(inputs, target[:, 1:], batch_size=_BATCH, verbose=0, callbacks=[plot])
    except KeyboardInterrupt:
        plot.interrupted()
    return plot


def show(model: keras.Model, seed: int = 2) -> dict[str, float]:
    """Print what a model writes for an unseen source of each kind; returns the share of right ones, of 500 in all."""
    source, target = unseen(500, seed, seen=sequences(_STEPS * _BATCH, seed=1)[0])
    right, shares = exact(model, source, target), {}
    for task, name in ((COPY, "copied"), (REVERSE, "reversed")):
        asked = source[:, 0] == task
        (first, *_) = np.flatnonzero(asked)
        said = sorting.written(model, source[first : first + 1], LONGEST + 1)[0]
        print(f"{name}: {_text(source[first, 1:])}  →  {_text(said)}  {'✓' if right[first] else '✗'}")
        shares[name] = float(right[asked].mean())
        print(f"    exactly right: {right[asked].sum()} of {asked.sum()} unseen sequences")
    return shares


def exact(model: keras.Model, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Which sequences a model writes without help, from `[START]` to `[END]`, token by token as wanted: `(B,)`.

    It reads the source and what it has written itself. What it says after the end does not count.
    """
    said = sorting.written(model, source, LONGEST + 1)
    wanted = target[:, 1:]
    return ((said == wanted) | (wanted == _PAD)).all(-1)


def _text(row: np.ndarray) -> str:
    """The tokens of a row before padding or the first `[END]`, as numbers from 0 on."""
    tokens = row.tolist()
    ends = [place for place, token in enumerate(tokens) if token in (_PAD, _END)]
    return " ".join(str(token - REVERSE - 1) for token in tokens[: min(ends, default=len(tokens))])
