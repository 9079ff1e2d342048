"""A training with a clock: so many seconds of updates, with the real target tokens counted."""

import itertools
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

Batch = tuple[dict[str, np.ndarray], np.ndarray]  # {"source": (B, S), "target": (B, T)} and labels (B, T), 0 is padding


class Contender(Protocol):
    """A translator and how it is trained. `batches` are those of one epoch, `parameters` how many it has."""

    batches: Sequence[Batch]
    parameters: int

    def warm_up(self) -> None:
        """Make whatever graphs its batches need, and leave parameters and optimizer as they were."""

    def update(self, batch: Batch) -> None:
        """Train on one batch."""

    def after(self, share: float) -> None:
        """Called after each update with the share of the time that is gone, from 0 to 1, or a little more at last."""

    def translate(self, sentences: Sequence[str]) -> list[str]:
        """Translate raw text greedily, in batches."""


class Trained(NamedTuple):
    """What a training came to: its seconds, updates, and tokens, which are labels without padding."""

    seconds: float
    updates: int
    tokens: int


def train(contender: Contender, seconds: float, seed: int, tick: Callable[[float], None] = lambda _: None) -> Trained:
    """Train for so many seconds, each epoch with its batches in another order; the last update may end a little later.

    The graphs of all shapes are made before the clock starts. tick: is told how many seconds have gone.
    """
    contender.warm_up()
    real = [int(np.count_nonzero(labels)) for _, labels in contender.batches]
    updates = tokens = 0
    began, gone = time.perf_counter(), 0.0
    for place in _places(len(contender.batches), seed):
        if gone >= seconds:
            break
        contender.update(contender.batches[place])
        gone = time.perf_counter() - began
        updates, tokens = updates + 1, tokens + real[place]
        contender.after(gone / seconds)
        tick(gone)
    return Trained(gone, updates, tokens)


def _places(count: int, seed: int):
    for epoch in itertools.count():
        yield from np.random.default_rng([seed, epoch]).permutation(count)
