"""Two models that learners copy, written anew from their texts: keras.io's example, and KerasHub's layers.

Both are post-norm, with ReLU, learned positions, no dropout but one of 0.5 before a softmax over the vocabulary,
RMSprop, and batches of 64 padded or cut to 20 tokens, of which padding is masked.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras
from keras import layers, ops

from autograder.bench.translation.keras_contender import (
    KerasContender,
    one_of_each_shape,
    padded_batches,
    translate_padded,
)
from autograder.bench.translation.shared_text import SharedText

LENGTH, BATCH = 20, 64
WIDTH, HEADS = 256, 8


class Build(NamedTuple):
    """In what the two differ: layers on each side, the width of a head's keys, hidden numbers, the norms' epsilon."""

    layers: int
    key_width: int
    hidden: int
    epsilon: float


class Example(KerasContender):
    """A model of this kind, in its own training."""

    build: Build

    def __init__(self, text: SharedText, seed: int):
        keras.utils.set_random_seed(seed)
        batches = padded_batches(text, LENGTH, BATCH, seed)
        super().__init__(_model(self.build, *map(len, text.vocabularies)), batches, one_of_each_shape(batches))
        self._text = text

    def translate(self, sentences: Sequence[str]) -> list[str]:
        return translate_padded(self.model, self._text, sentences, LENGTH)


class KerasIo(Example):
    """keras.io's “English-to-Spanish translation with a sequence-to-sequence Transformer”.

    (keras.io/examples/nlp/neural_machine_translation_with_transformer, as of November 2024)
    """

    build = Build(layers=1, key_width=WIDTH, hidden=2048, epsilon=1e-3)


class KerasHub(Example):
    """KerasHub's TransformerEncoder and TransformerDecoder, as their documentation and their example have them.

    The example's one layer of 2048 hidden numbers became two of 512, as the course's model has them, its padding to 40
    tokens one to 20, and padding is masked.
    (keras.io/keras_hub/api/modeling_layers and keras.io/examples/nlp/neural_machine_translation_with_keras_hub)
    """

    build = Build(layers=2, key_width=WIDTH // HEADS, hidden=512, epsilon=1e-5)


def _model(build: Build, source_words: int, target_words: int) -> keras.Model:
    source = keras.Input((LENGTH,), dtype="int32", name="source")
    target = keras.Input((LENGTH,), dtype="int32", name="target")
    source_mask, target_mask = (ops.expand_dims(ops.not_equal(ids, 0), 1) for ids in (source, target))  # (B, 1, 20)
    memory = _Positions(source_words)(source)
    for _ in range(build.layers):
        memory = _Encoder(build)(memory, source_mask)
    x = _Positions(target_words)(target)
    for _ in range(build.layers):
        x = _Decoder(build)(x, memory, target_mask, source_mask)
    shares = layers.Dense(target_words, activation="softmax")(layers.Dropout(0.5)(x))
    model = keras.Model({"source": source, "target": target}, shares)
    model.compile("rmsprop", keras.losses.SparseCategoricalCrossentropy(ignore_class=0), metrics=["accuracy"])
    return model


class _Positions(layers.Layer):
    """The sum of a token's vector and a learned one of its position."""

    def __init__(self, words: int):
        super().__init__()
        self.tokens, self.positions = layers.Embedding(words, WIDTH), layers.Embedding(LENGTH, WIDTH)

    def call(self, ids):
        return self.tokens(ids) + self.positions(ops.arange(LENGTH))


class _Encoder(layers.Layer):
    """Self-attention and a feed-forward network."""

    def __init__(self, build: Build):
        super().__init__()
        self.attention, self.network = _attention(build), _network(build)
        self.norms = [layers.LayerNormalization(epsilon=build.epsilon) for _ in range(2)]

    def call(self, x, mask):
        x = self.norms[0](x + self.attention(x, x, attention_mask=mask))
        return self.norms[1](x + self.network(x))


class _Decoder(layers.Layer):
    """Causal self-attention, attention to the encoder's output, and a feed-forward network."""

    def __init__(self, build: Build):
        super().__init__()
        self.self_attention, self.cross_attention = _attention(build), _attention(build)
        self.network = _network(build)
        self.norms = [layers.LayerNormalization(epsilon=build.epsilon) for _ in range(3)]

    def call(self, x, memory, mask, memory_mask):
        x = self.norms[0](x + self.self_attention(x, x, attention_mask=mask, use_causal_mask=True))
        x = self.norms[1](x + self.cross_attention(x, memory, attention_mask=memory_mask))
        return self.norms[2](x + self.network(x))


def _attention(build: Build) -> layers.MultiHeadAttention:
    return layers.MultiHeadAttention(HEADS, key_dim=build.key_width)


def _network(build: Build) -> keras.Sequential:
    return keras.Sequential([layers.Dense(build.hidden, activation="relu"), layers.Dense(WIDTH)])
