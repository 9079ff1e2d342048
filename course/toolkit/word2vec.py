"""word2vec: vectors of words, learned from the company that words keep.

Skip-gram with negative sampling, as in Mikolov et al. 2013, *Distributed Representations of Words and Phrases and
their Compositionality*, section 2.2: a word's vector is to score high with the words that stand near it, and low with
words drawn at random.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops


@dataclass(frozen=True)
class Text:
    """Sentences as ids: `words[i]` is the word with id `i`, and occurs `counts[i]` times. Frequent words come first."""

    words: list[str]
    counts: np.ndarray
    sentences: list[list[int]]

    def id_of(self, word: str) -> int:
        return self.words.index(word)


def read(sentences: Iterable[str]) -> Text:
    """Number the words of these sentences; punctuation marks are words too."""
    split = [re.findall(r"\w+|[^\w\s]", sentence.lower()) for sentence in sentences]
    counts = Counter(word for sentence in split for word in sentence)
    words = sorted(counts, key=lambda word: (-counts[word], word))
    ids = {word: place for place, word in enumerate(words)}
    rows = [[ids[word] for word in sentence] for sentence in split]
    return Text(words, np.array([counts[word] for word in words]), rows)


def pairs_within(sentences: Sequence[Sequence[int]], window: int) -> np.ndarray:
    """All pairs of a word and one that stands at most `window` places from it in its sentence: (N, 2), int32."""
    found = []
    for distance in range(1, window + 1):
        for ids in sentences:
            for left, right in zip(ids, ids[distance:], strict=False):
                found += (left, right), (right, left)
    return np.array(found, "int32").reshape(-1, 2)


def noise_words(counts: np.ndarray, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Words drawn at random, each with a chance proportional to its count to the power of 3/4."""
    share = counts**0.75
    return rng.choice(len(counts), size=shape, p=share / share.sum()).astype("int32")


def negative_sampling(center, positive, negatives):
    """−ln σ(true pair) − Σ ln σ(−false pair), the mean over the batch: (B, D), (B, D), (B, N, D) → scalar."""
    true = ops.sum(center * positive, axis=-1)  # (B,)
    false = ops.einsum("bd,bnd->bn", center, negatives)  # (B, N)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), axis=-1))


class SkipGram(keras.Model):
    """Two tables, one vector of a word as a centre and one as a neighbour; its loss is what `measure` says.

    Call: ids (B, 2 + N), a centre, its true neighbour and N noise words a row → the centres' vectors (B, D).
    """

    def __init__(self, vocabulary_size: int, dimension: int, measure: Callable):
        super().__init__()
        self.centers = layers.Embedding(vocabulary_size, dimension)
        self.neighbours = layers.Embedding(vocabulary_size, dimension)
        self.measure = measure

    def call(self, ids):
        center, others = self.centers(ids[:, 0]), self.neighbours(ids[:, 1:])  # (B, D), (B, 1 + N, D)
        self.add_loss(self.measure(center, others[:, 0], others[:, 1:]))
        return center


def train(
    text: Text,
    seed: int,
    measure: Callable = negative_sampling,
    dimension: int = 32,
    window: int = 2,
    negatives: int = 5,
    epochs: int = 3,
    batch_size: int = 1024,
    verbose: int = 1,
) -> tuple[np.ndarray, list[float]]:
    """Learn the vectors of all words, with a progress bar. Returns them, (V, D), and the mean loss of each epoch."""
    keras.utils.set_random_seed(seed)
    true = pairs_within(text.sentences, window)
    false = noise_words(text.counts, (len(true), negatives), np.random.default_rng(seed))
    model = SkipGram(len(text.words), dimension, measure)
    model.compile(keras.optimizers.Adam(0.01))
    history = model.fit(np.concatenate([true, false], axis=1), batch_size=batch_size, epochs=epochs, verbose=verbose)
    return model.centers.get_weights()[0], history.history["loss"]
