"""A task for a whole Transformer: write a sequence backwards, whatever its length."""

import keras
import numpy as np
from keras import ops

SHORTEST, LONGEST = 2, 8
VOCABULARY_SIZE = 12  # eight tokens beside the four special ones
PAD, START, END = 0, 2, 3


def sequences(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sources `(count, LONGEST)`, and what to write: `[START]`, the source reversed, `[END]`, `(count, LONGEST + 2)`.

    Lengths are drawn from SHORTEST to LONGEST, and padding on the right fills both.
    """
    rng = np.random.default_rng(seed)
    source = rng.integers(4, VOCABULARY_SIZE, size=(count, LONGEST)).astype("int32")
    source[np.arange(LONGEST) >= rng.integers(SHORTEST, LONGEST + 1, size=(count, 1))] = PAD
    target = np.full((count, LONGEST + 2), PAD, "int32")
    for row, tokens in enumerate(source):
        tokens = tokens[tokens != PAD]
        target[row, : len(tokens) + 2] = [START, *tokens[::-1], END]
    return source, target


def written(model: keras.Model, source: np.ndarray, training: bool = False) -> np.ndarray:
    """What a model says when it reads `[START]` and then its own tokens, the likeliest at each step.

    Returns `(B, LONGEST + 2)` like the targets of `sequences`: what comes after the first `[END]` is padding.
    """
    said = np.full((len(source), LONGEST + 2), PAD, "int32")
    said[:, 0] = START
    for place in range(LONGEST + 1):  # always of one length, so that one graph serves every step
        logits = model({"source": source, "target": said[:, :-1]}, training=training)
        token = ops.convert_to_numpy(logits)[:, place].argmax(-1)
        ended = (said == END).any(-1)
        said[:, place + 1] = np.where(ended, PAD, token)
    return said


def exact(model: keras.Model, training: bool = False) -> float:
    """The share of new sequences that a model writes backwards without one mistake."""
    source, target = sequences(512, seed=2)
    return float((written(model, source, training) == target).all(-1).mean())
