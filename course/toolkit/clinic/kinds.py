"""The ways in which a small Transformer may be built, the parameters that it begins with, and its positions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

PAD, START, END = 0, 2, 3
FIRST_WORD, VOCABULARY_SIZE = 4, 12
LONGEST = 16  # tokens of a source or target
NEVER_SAID = np.where(np.arange(VOCABULARY_SIZE) == PAD, -3, 0).astype("float32")  # added to logits


@dataclass(frozen=True)
class Kind:
    """How a model is built. Each of these ways is a right one.

    positions: "sinusoidal", "learned", or "distances", scores that fall with the distance (Press et al. 2022).
    centred: layer normalisation; otherwise by the root mean square (Zhang and Sennrich 2019). scale: of the logits.
    leftovers: at padded target positions the logits are whatever another row has there. reach: how large attention is
    at first, beside what it is added to. spread: how far biases and gains lie from 0 and 1 at first. rounding: by which
    part of the largest logit two calls may differ, as on a GPU that adds in another order each time.
    """

    width: int = 16
    heads: int = 4
    hidden: int = 24
    layers: int = 2
    norm_first: bool = False
    centred: bool = True
    positions: str = "sinusoidal"
    activation: str = "relu"
    tied: bool = True
    scale: float = 1.0
    dropout: float = 0.0
    adam: bool = True
    rate: float = 0.003
    leftovers: bool = False
    reach: float = 1.0
    spread: float = 0.0
    rounding: float = 0.0


def first_parameters(kind: Kind, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """The names and first values of all parameters."""
    for name, array in _usual_parameters(kind, rng):
        is_scattered = kind.spread and array.ndim == 1  # a bias or a gain
        yield name, array + _drawn(rng, kind.spread, len(array)) if is_scattered else array


def _usual_parameters(kind: Kind, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    width, sides = kind.width, {"encoder": ("attention",), "decoder": ("attention", "cross_attention")}
    for side in ("source", "target"):
        yield f"{side}.embedding", _drawn(rng, width**-0.5, VOCABULARY_SIZE, width)
        if kind.positions == "learned":
            yield f"{side}.positions", _drawn(rng, 0.5, LONGEST, width)
    for side, attentions in sides.items():
        for layer in range(kind.layers):
            name = f"{side}.{layer}"
            for attention in attentions:
                for part in ("query", "key", "value", "output"):
                    reach = kind.reach if part == "output" else 1.0
                    yield from _dense_parameters(rng, f"{name}.{attention}.{part}", width, width, reach)
                yield from _norm_parameters(kind, f"{name}.{attention}")
            yield from _dense_parameters(rng, f"{name}.first", width, kind.hidden)
            yield from _dense_parameters(rng, f"{name}.second", kind.hidden, width)
            yield from _norm_parameters(kind, f"{name}.feed_forward")
        if kind.norm_first:
            yield from _norm_parameters(kind, side)
    if not kind.tied:
        yield from _dense_parameters(rng, "projection", width, VOCABULARY_SIZE)


def _dense_parameters(
    rng: np.random.Generator, name: str, size: int, units: int, scale: float = 1.0
) -> Iterator[tuple[str, np.ndarray]]:
    yield f"{name}.kernel", _drawn(rng, scale * size**-0.5, size, units)
    yield f"{name}.bias", np.zeros(units, "float32")


def _norm_parameters(kind: Kind, name: str) -> Iterator[tuple[str, np.ndarray]]:
    yield f"{name}.norm.gain", np.ones(kind.width, "float32")
    if kind.centred:
        yield f"{name}.norm.bias", np.zeros(kind.width, "float32")


def _drawn(rng: np.random.Generator, size: float, *shape: int) -> np.ndarray:
    return (size * rng.normal(size=shape)).astype("float32")


def sinusoidal(length: int, width: int) -> np.ndarray:
    """Sines and cosines in turn, `(T, D)` (Vaswani et al. 2017, section 3.5)."""
    angles = np.arange(length)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], -1).reshape(length, width).astype("float32")


def distances(length: int, heads: int) -> np.ndarray:
    """What is taken off each score, by distance and head, `(H, T, T)` (Press et al. 2022, section 3)."""
    apart = np.abs(np.arange(length)[:, None] - np.arange(length))
    return -(2.0 ** -np.arange(1, heads + 1)[:, None, None] * apart).astype("float32")
