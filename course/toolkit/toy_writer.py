"""A model so small that all it knows can be read: what may come next when it translates "the red cat sleeps".

It is made so that greedy decoding, a beam of two and a beam of three find three different sentences.
"""

from collections.abc import Sequence

import numpy as np

END = "[END]"
TOKENS = ["duerme", "el", "gato", "rojo", END]
AFTER = {  # each prefix, and how likely each next token is; after all others the sentence ends
    "": {"duerme": 0.5, "el": 0.4, "gato": 0.1},
    "duerme": {"el": 0.5, END: 0.45, "gato": 0.05},
    "el": {"gato": 0.9, "rojo": 0.1},
    "duerme el": {"gato": 0.9, "rojo": 0.1},
    "el gato": {"rojo": 0.8, "duerme": 0.2},
    "duerme el gato": {"rojo": 0.6, END: 0.4},
    "el gato rojo": {"duerme": 0.7, END: 0.3},
}
PREFIXES = [prefix or "[START]" for prefix in AFTER]


def toy(prefixes: Sequence[tuple[str, ...]]) -> list[dict[str, float]]:
    """The probability of each token that may come next, for each of some prefixes: tuples of tokens."""
    return [AFTER.get(" ".join(prefix), {END: 1.0}) for prefix in prefixes]


def table() -> np.ndarray:
    """The same as a matrix: a row for each of `PREFIXES`, a column for each of `TOKENS`."""
    return np.array([[found.get(token, 0.0) for token in TOKENS] for found in AFTER.values()])
