"""One layer of attention that reverses eight tokens: only positions can tell it which token is to go where."""

from course.toolkit import figures
from course.toolkit.bar import Bar
from course.toolkit.quiet import silent

from collections.abc import Mapping

import keras
import numpy as np
from keras import layers, ops

LENGTH, VOCABULARY_SIZE = 8, 10
WIDTH = 64  # of a token's vector
_HEADS = 4
_STEPS, _BATCH = 600, 128
_TESTED = 500  # new sequences


class Reverser(keras.Model):
    """An embedding, one layer of self-attention and a Dense for the logits: ids (B, 8) → (B, 8, V)."""

    def __init__(self, embedding: layers.Layer, attention: layers.Layer):
        super().__init__()
        self.embedding, self.attention = embedding, attention
        self.to_logits = layers.Dense(VOCABULARY_SIZE)

    def call(self, ids):
        x = self.embedding(ids)
        return self.to_logits(self.attention(x, x, x))


def sequences(count: int, seed: int) -> np.ndarray:
    """Random tokens, `(count, LENGTH)`. The same token may come more than once."""
    return np.random.default_rng(seed).integers(VOCABULARY_SIZE, size=(count, LENGTH)).astype("int32")


def train(embeddings: Mapping[str, layers.Layer], steps: int = _STEPS) -> dict[str, Reverser]:
    """Train one layer for each embedding to reverse the same sequences, each seen once, with a progress bar by name.

    An embedding makes (B, 8, WIDTH) of ids. The layers are the learner's `MultiHeadAttention` of unit 6, if that passes
    its checks.
    """
    from course.built import MultiHeadAttention

    source, models = sequences(steps * _BATCH, seed=1), {}
    for name, embedding in embeddings.items():
        models[name] = model = Reverser(embedding, MultiHeadAttention(WIDTH, _HEADS))
        rate = keras.optimizers.schedules.CosineDecay(0.005, steps)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(rate), loss, jit_compile=False)
        with silent():
            model.fit(source, source[:, ::-1], batch_size=_BATCH, verbose=0, callbacks=[Bar(name)])
    return models


def written(model: keras.Model, source: np.ndarray) -> np.ndarray:
    """The likeliest token at each place, `(B, LENGTH)`."""
    return ops.convert_to_numpy(model(source)).argmax(-1)


def by_counting(source: np.ndarray) -> float:
    """The share of tokens right for who knows each place's token, and the seven others, but not their order.

    The best guess is then the most frequent of the seven.
    """
    others = [np.bincount(np.delete(tokens, place)) for tokens in source for place in range(LENGTH)]
    return float(np.mean([counts.max() / (LENGTH - 1) for counts in others]))


def show(models: Mapping[str, Reverser]) -> dict[str, float]:
    """Print what models make of new sequences; returns the share of sequences that each reverses without fault."""
    source, shares = sequences(_TESTED, seed=2), {}
    for name, model in models.items():
        said = written(model, source)
        right = said == source[:, ::-1]
        shares[name] = float(right.all(axis=1).mean())
        print(f"{name}: {_text(source[0])}  →  {_text(said[0])}  {'✓' if right[0].all() else '✗'}")
        whole, tokens = right.all(axis=1).sum(), right.mean()
        print(f"    exactly right: {whole} of {len(source)} new sequences, and {tokens:.0%} of their tokens")
    print(f"Guessing the most frequent of the other seven tokens: {by_counting(source):.0%} of the tokens right.")
    return shares


def drawn(models: Mapping[str, Reverser]) -> figures.Picture:
    """The weights of each model for one new sequence, the means over its heads, side by side."""
    source, panels = sequences(1, seed=2), {}
    for name, model in models.items():
        x = model.embedding(source)
        _, weights = model.attention(x, x, x, return_weights=True)  # (1, H, T, T)
        panels[name] = ops.mean(weights[0], axis=0)
    tokens = [str(token) for token in source[0]]
    return figures.matrices(panels, tokens[::-1], tokens, row_label="to write", column_label="looked at")


def _text(tokens: np.ndarray) -> str:
    return " ".join(map(str, tokens.tolist()))
