"""One sentence for units 8 to 10, "the red cat sleeps" → "el gato rojo duerme", and round numbers for every parameter.

A layer that is filled under the same name has the same numbers in every lesson, whoever wrote it. Lesson 8 begins with
the ids and ends with the encoder's output, lesson 9 ends with the decoder's, and later lessons find both again:

    memory = encoded(PositionalEmbedding(len(SOURCE_VOCABULARY), D, MAX_LENGTH), Encoder(LAYERS, D, H, F))
    hidden = decoded(PositionalEmbedding(len(TARGET_VOCABULARY), D, MAX_LENGTH), Decoder(LAYERS, D, H, F), memory)
"""

import zlib
from typing import Any

import keras
import numpy as np

SOURCE = ["the", "red", "cat", "sleeps"]
TARGET = ["el", "gato", "rojo", "duerme"]
SPECIALS = ["[PAD]", "[UNK]", "[START]", "[END]"]
SOURCE_VOCABULARY = [*SPECIALS, *sorted(SOURCE)]
TARGET_VOCABULARY = [*SPECIALS, *sorted(TARGET)]
SOURCE_IDS = np.array([[SOURCE_VOCABULARY.index(token) for token in SOURCE]], "int32")  # (B, S) = (1, 4)
TARGET_IDS = np.array([[TARGET_VOCABULARY.index(token) for token in ["[START]", *TARGET, "[END]"]]], "int32")  # (1, 6)
D, H, F = 4, 2, 8  # width of a token, heads, width of the feed-forward network
LAYERS = 2
MAX_LENGTH = 8

_PROJECTIONS = ("query_dense", "key_dense", "value_dense", "output_dense")
_BLOCKS = ("attention", "self_attention", "cross_attention", "feed_forward")


def fill(layer: keras.layers.Layer, name: str) -> None:
    """Give each kernel and table of a layer round numbers from −0.5 to 0.5 that depend on `name` and their place alone.

    Biases become 0, and norms stay as they are. The place is told by the sublayers that the course names: `attention`,
    `feed_forward`, a stack's list `layers` and so on. Raises `ValueError` if the layer has no parameters yet.
    """
    if not layer.weights:
        raise ValueError(f"{type(layer).__name__} has no parameters yet: call it once, then fill it.")
    for part, inner in (parts := _parts(layer)).items():
        fill(inner, f"{name}, {part}")
    if not parts and not isinstance(layer, keras.layers.LayerNormalization):
        kernels = [weight for weight in layer.weights if not _is_bias(weight)]
        for number, kernel in enumerate(sorted(kernels, key=lambda one: tuple(one.shape))):  # whichever was made first
            kernel.assign(_numbers(f"{name}, {number}", kernel.shape))
        for bias in filter(_is_bias, layer.weights):
            bias.assign(np.zeros(bias.shape, "float32"))


def encoded(embedding: keras.layers.Layer, encoder: keras.layers.Layer) -> Any:
    """Fill both layers, and return the memory: what the encoder makes of the source sentence, `(1, 4, 4)`."""
    encoder(embedding(SOURCE_IDS))  # makes their parameters
    fill(embedding, "source embedding")
    fill(encoder, "encoder")
    return encoder(embedding(SOURCE_IDS))


def decoded(embedding: keras.layers.Layer, decoder: keras.layers.Layer, memory: Any) -> Any:
    """Fill both layers, and return what the decoder makes of `[START] el gato rojo duerme` and the memory, `(1, 5, 4)`.

    No token sees a later one: the decoder gets a causal `self_mask`, `(1, 5, 5)`.
    """
    ids = TARGET_IDS[:, :-1]  # what is read while it is written: the last token is only ever a label
    causal = np.tri(ids.shape[1], dtype=bool)[None]
    decoder(embedding(ids), memory, self_mask=causal)  # makes their parameters
    fill(embedding, "target embedding")
    fill(decoder, "decoder")
    return decoder(embedding(ids), memory, self_mask=causal)


def _parts(layer: keras.layers.Layer) -> dict[str, keras.layers.Layer]:
    """The sublayers that the course names; Keras' own attention has the same four projections."""
    projections = {part: getattr(layer, part, None) for part in _PROJECTIONS}
    if all(projections.values()):
        return projections
    stack = {} if isinstance(layer, keras.Model) else enumerate(getattr(layer, "layers", ()))
    blocks = {part: getattr(layer, part) for part in _BLOCKS if hasattr(layer, part)}
    return blocks | {f"layer {number}": inner for number, inner in dict(stack).items()}


def _is_bias(weight: keras.Variable) -> bool:
    return len(weight.shape) == 1 or weight.name == "bias"  # in Keras' own attention, a bias has two axes


def _numbers(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers with one decimal, drawn by their names, so that no library's random numbers are needed."""
    count = int(np.prod(shape))
    tenths = [zlib.crc32(f"{name}, {number}".encode()) % 11 - 5 for number in range(count)]
    return np.reshape(np.array(tenths, "float32") / 10, shape)
