"""216 sentences like "the red cat sleeps", as three translators write them in Spanish, for lesson 12.

One puts the verb last, one puts it first, and one is in a hurry and leaves the subject out, which Spanish allows. Their
shares are known, so one knows which probability an honest model gives to each sentence.
"""

from course.toolkit.two_orders import END, ENGLISH, SPANISH, START, TARGET_LENGTH, TRANSLATIONS

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

SHARES = {"verb last": 5 / 12, "verb first": 4 / 12, "verb only": 3 / 12}
_EPOCHS, _BATCH = 30, 54


def ways_of(english: str) -> dict[str, str]:
    """The three Spanish sentences of an English one, in the order of `SHARES`."""
    last, first = TRANSLATIONS[english]
    return dict(zip(SHARES, (last, first, first.split()[0]), strict=True))


def way_of(english: str, spanish: str) -> str:
    """Which of the three translators would have written this; `wrong` if none of them."""
    return next((way for way, text in ways_of(english).items() if text == spanish), "wrong")


def source_ids(sentences: Sequence[str]) -> np.ndarray:
    """Ids of English sentences of the same length, `(N, S)` int32."""
    return np.array([[ENGLISH.index(token) for token in sentence.split()] for sentence in sentences], "int32")


def rows_of(sentences: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Source ids `(N, S)`, what the decoder reads and has to say by teacher forcing, and weights for it, `(N, T)` each.

    Each English sentence comes in three rows. A token weighs as much as the share of its translator, and padding 0.
    """
    source, target, shares = source_ids(sentences), [], []
    for english in sentences:
        for way, spanish in ways_of(english).items():
            ids = [START, *(SPANISH.index(token) for token in spanish.split()), END]
            target.append(ids + [0] * (TARGET_LENGTH + 1 - len(ids)))
            shares.append(SHARES[way])
    target = np.array(target, "int32")
    read, wanted = target[:, :-1], target[:, 1:]
    weights = np.where(wanted != 0, np.array(shares)[:, None], 0).astype("float32")
    return np.repeat(source, len(SHARES), axis=0), read, wanted, weights


def train(translator: keras.Model, sentences: Sequence[str]) -> float:
    """Teach a Transformer what the three translators make of these sentences; returns the loss of the last epoch.

    The learning rate falls to 0, and no batch has other shares than the whole, so that the model ends near them.
    """
    source, read, wanted, weights = rows_of(sentences)
    steps = _EPOCHS * -(-len(source) // _BATCH)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.005, steps))
    translator.compile(optimizer, loss, jit_compile=False)
    inputs = {"source": source, "target": read}
    size = {"batch_size": _BATCH, "epochs": _EPOCHS, "shuffle": False}  # all ways of a sentence stay in one batch
    return float(translator.fit(inputs, wanted, sample_weight=weights, verbose=0, **size).history["loss"][-1])


def next_tokens(model: Callable[[dict[str, np.ndarray]], Any], english: str) -> Callable:
    """What a model says after prefixes of a translation: a function of W tuples of tokens, all of one length.

    It returns, for each of them, the probability of every next token that has more than one in a million. Each prefix
    is asked about once, and kept. `model({"source": (W, S), "target": (W, t)})` gives logits `(W, t, V)`.
    """
    source, known = source_ids([english]), {}

    def after(prefixes: Sequence[tuple[str, ...]]) -> list[dict[str, float]]:
        if new := [prefix for prefix in prefixes if prefix not in known]:
            ids = np.array([[START, *map(SPANISH.index, prefix)] for prefix in new], "int32")
            logits = model({"source": np.repeat(source, len(new), axis=0), "target": ids})[:, -1]  # (W, V)
            for prefix, row in zip(new, ops.convert_to_numpy(ops.softmax(logits)), strict=True):
                known[prefix] = {token: float(p) for token, p in zip(SPANISH, row, strict=True) if p > 1e-6}
        return [known[prefix] for prefix in prefixes]

    return after
