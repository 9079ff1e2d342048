"""A task for a decoder: write the tokens of the memory in order, first by teacher forcing, then alone."""

from course.toolkit.quiet import silent

import warnings

import keras
import numpy as np
from keras import layers, ops

LENGTH, VOCABULARY_SIZE = 6, 16  # twelve tokens beside the four special ones
_START, _END = 2, 3
_SEQUENCES, _EPOCHS, _BATCH = 4096, 4, 64


class Writer(keras.Model):
    """A decoder between embeddings and logits. Its memory is the embedded source itself, without an encoder.

    Call with `{"source": (B, S), "target": (B, T)}`; returns logits (B, T, V). With `causal` no token sees a later one.
    """

    def __init__(self, source: layers.Layer, target: layers.Layer, decoder: layers.Layer, causal: bool):
        super().__init__()
        self.source_embedding, self.target_embedding, self.decoder = source, target, decoder
        self.causal = causal
        self.to_logits = layers.Dense(VOCABULARY_SIZE)

    def call(self, inputs):
        x, memory = self.target_embedding(inputs["target"]), self.source_embedding(inputs["source"])
        mask = np.tri(x.shape[1], dtype=bool)[None] if self.causal else None  # (1, T, T)
        return self.to_logits(self.decoder(x, memory, self_mask=mask))


def sequences(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sources of different tokens, `(count, LENGTH)`, and what to write, `(count, LENGTH + 2)`.

    That is `[START]`, the tokens of the source from the smallest id to the largest, `[END]`.
    """
    tokens = np.tile(np.arange(4, VOCABULARY_SIZE, dtype="int32"), (count, 1))
    source = np.random.default_rng(seed).permuted(tokens, axis=1)[:, :LENGTH]
    return source, np.pad(np.sort(source, axis=1), ((0, 0), (1, 1)), constant_values=((0, 0), (_START, _END)))


def train(source: layers.Layer, target: layers.Layer, decoder: layers.Layer, causal: bool) -> tuple[Writer, float]:
    """Train a decoder on the task by teacher forcing; returns the writer and its loss in the last epoch."""
    keras.utils.set_random_seed(1)
    writer = Writer(source, target, decoder, causal)
    given, wanted = sequences(_SEQUENCES, seed=1)
    with silent():
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        writer.compile(keras.optimizers.Adam(0.003), loss, jit_compile=False)
        inputs = {"source": given, "target": wanted[:, :-1]}
        told = writer.fit(inputs, wanted[:, 1:], batch_size=_BATCH, epochs=_EPOCHS, verbose=0)
    return writer, float(told.history["loss"][-1])


def written(writer: keras.Model, source: np.ndarray, length: int = LENGTH) -> np.ndarray:
    """What a writer says when it is given nothing but `[START]` and its own tokens, `(B, length)`."""
    said = np.full((len(source), 1), _START, "int32")
    with warnings.catch_warnings(action="ignore"):  # the first token attends to itself alone, of which Keras warns
        for _ in range(length):
            logits = ops.convert_to_numpy(writer({"source": source, "target": said}))
            said = np.concatenate([said, logits[:, -1:].argmax(-1).astype("int32")], axis=1)
    return said[:, 1:]


def alone(writer: Writer) -> float:
    """The share of tokens right, of sources that it has not seen, when a writer writes alone."""
    source, wanted = sequences(512, seed=2)
    return float((written(writer, source) == wanted[:, 1:-1]).mean())


def chance() -> float:
    """The share of tokens right for who writes, at each place, the token that stands there most often."""
    wanted = sequences(512, seed=2)[1][:, 1:-1]
    return float(np.mean([np.bincount(tokens).max() / len(tokens) for tokens in wanted.T]))
