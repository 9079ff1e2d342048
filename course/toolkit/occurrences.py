"""A task for an encoder's two branches: which tokens occur exactly twice in their sequence?"""

from course.toolkit.quiet import silent

import keras
import numpy as np
from keras import layers, ops

LENGTH, VOCABULARY_SIZE = 8, 10  # six tokens beside the four special ones
_SEQUENCES, _EPOCHS = 4096, 10


class _Nothing(layers.Layer):
    """A feed-forward network that has nothing to say."""

    def call(self, x, training=None):
        return ops.zeros_like(x)


def sequences(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ids `(count, LENGTH)`, and for each token 1 if it occurs exactly twice in its row, else 0."""
    ids = np.random.default_rng(seed).integers(4, VOCABULARY_SIZE, size=(count, LENGTH)).astype("int32")
    return ids, ((ids[:, :, None] == ids[:, None, :]).sum(-1) == 2).astype("int32")


def chance() -> float:
    """The accuracy of always saying no."""
    return float(1 - sequences(1024, seed=2)[1].mean())


def accuracy(embedding: layers.Layer, encoder: layers.Layer, with_network: bool) -> float:
    """Train both on the task, and return the accuracy on sequences they have not seen.

    Without the network, every `feed_forward` of the encoder's `layers` gives 0.
    """
    keras.utils.set_random_seed(1)
    if not with_network:
        for layer in encoder.layers:
            layer.feed_forward = _Nothing()
    ids = keras.Input((LENGTH,), dtype="int32")
    model = keras.Model(ids, layers.Dense(2)(encoder(embedding(ids))))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss, metrics=["accuracy"], jit_compile=False)
    with silent():
        model.fit(*sequences(_SEQUENCES, seed=1), batch_size=64, epochs=_EPOCHS, verbose=0)
        return float(model.evaluate(*sequences(1024, seed=2), verbose=0)[1])
