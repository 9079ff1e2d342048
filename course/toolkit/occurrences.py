"""A task for an encoder's two branches: how often does each token occur in its sequence?"""

from course.toolkit.quiet import silent

import warnings

import keras
import numpy as np
from keras import layers, ops

LENGTH, VOCABULARY_SIZE = 6, 9  # five tokens beside the four special ones
_SEQUENCES, _EPOCHS = 4096, 22


class Silent(layers.Layer):
    """A feed-forward network that has nothing to say."""

    def call(self, x, training=None):
        return ops.zeros_like(x)


def sequences(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ids `(count, LENGTH)`, and how often each token occurs in its row: 0 for once, up to 3 for four times or more."""
    ids = np.random.default_rng(seed).integers(4, VOCABULARY_SIZE, size=(count, LENGTH)).astype("int32")
    occurrences = (ids[:, :, None] == ids[:, None, :]).sum(-1)
    return ids, np.minimum(occurrences, 4).astype("int32") - 1


def chance() -> float:
    """The accuracy of always giving the most frequent answer."""
    labels = sequences(1024, seed=2)[1]
    return float(np.bincount(labels.ravel()).max() / labels.size)


def accuracy(embedding: layers.Layer, encoder: layers.Layer, with_network: bool) -> float:
    """Train both on the task, and return the accuracy on sequences they have not seen.

    Without the network, every `feed_forward` of the encoder's `layers` gives 0.
    """
    keras.utils.set_random_seed(1)
    if not with_network:
        for layer in encoder.layers:
            layer.feed_forward = Silent()
    ids = keras.Input((LENGTH,), dtype="int32")
    with silent(), warnings.catch_warnings(action="ignore"):  # the network that was replaced learns nothing
        model = keras.Model(ids, layers.Dense(4)(encoder(embedding(ids))))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.004), loss, metrics=["accuracy"], jit_compile=False)
        model.fit(*sequences(_SEQUENCES, seed=1), batch_size=64, epochs=_EPOCHS, verbose=0)
        return float(model.evaluate(*sequences(1024, seed=2), verbose=0)[1])
