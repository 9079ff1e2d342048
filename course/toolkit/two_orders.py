"""216 sentences like "the red cat sleeps", each with two Spanish ones: the verb may stand at either end.

The first Spanish token is a free choice, and all others follow from it and from the source. So a decoder that does not
see its answers has a loss per token of `BEST_LOSS` at least.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

_NOUNS = {"cat": "gato", "dog": "perro", "horse": "caballo", "cow": "vaca", "hen": "gallina", "goat": "cabra"}
_ADJECTIVES = {"red": "rojo", "black": "negro", "white": "blanco", "small": "pequeño", "old": "viejo", "slow": "lento"}
_VERBS = {"sleeps": "duerme", "eats": "come", "runs": "corre", "sings": "canta", "drinks": "bebe", "waits": "espera"}


def _translations() -> dict[str, tuple[str, str]]:
    found = {}
    for noun, adjective, verb in itertools.product(_NOUNS, _ADJECTIVES, _VERBS):
        masculine = _NOUNS[noun].endswith("o")
        how = _ADJECTIVES[adjective] if masculine else _ADJECTIVES[adjective][:-1] + "a"
        who = f"{'el' if masculine else 'la'} {_NOUNS[noun]} {how}"
        found[f"the {adjective} {noun} {verb}"] = (f"{who} {_VERBS[verb]}", f"{_VERBS[verb]} {who}")
    return found


def _vocabulary(sentences: Sequence[str]) -> list[str]:
    return ["[PAD]", "[UNK]", "[START]", "[END]", *sorted(set(" ".join(sentences).split()))]


TRANSLATIONS = _translations()  # each English sentence, and its two Spanish ones
ENGLISH = _vocabulary(list(TRANSLATIONS))
SPANISH = _vocabulary([spanish for both in TRANSLATIONS.values() for spanish in both])
START, END = SPANISH.index("[START]"), SPANISH.index("[END]")
TARGET_LENGTH = 5  # T, with `[START]` or with `[END]`
BEST_LOSS = float(np.log(2)) / TARGET_LENGTH


def split(kept: int, first: str) -> tuple[list[str], list[str]]:
    """English sentences to learn from, and those that are kept: `first`, and others drawn, the same at each call."""
    others = [sentence for sentence in TRANSLATIONS if sentence != first]
    drawn = np.random.default_rng(9).permutation(others).tolist()
    return drawn[kept - 1 :], [first, *drawn[: kept - 1]]


def ids_of(sentences: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Source ids `(N, S)`, and what the decoder reads and has to say by teacher forcing, `(N, T)` each.

    Each English sentence comes twice, once for each of its translations.
    """
    pairs = [(english, spanish) for english in sentences for spanish in TRANSLATIONS[english]]
    source = [[ENGLISH.index(token) for token in english.split()] for english, _ in pairs]
    target = [[START, *(SPANISH.index(token) for token in spanish.split()), END] for _, spanish in pairs]
    source, target = np.array(source, "int32"), np.array(target, "int32")
    return source, target[:, :-1], target[:, 1:]


def sentence_of(ids: Sequence[int]) -> str:
    """What stands before the first `[END]`, without `[START]`."""
    tokens = [SPANISH[number] for number in ids]
    said = tokens[: tokens.index("[END]")] if "[END]" in tokens else tokens
    return " ".join(token for token in said if token != "[START]")


def self_mask(ids: np.ndarray, causal: bool) -> np.ndarray:
    """Who may attend to whom, `(N, T, T)`: never to padding, and with `causal` not to later tokens either."""
    length = ids.shape[1]
    return (ids != 0)[:, None, :] & (np.tri(length, dtype=bool) if causal else np.ones((length, length), bool))


def free_running(model: Callable[[list[np.ndarray]], Any], source: np.ndarray, causal: bool) -> list[str]:
    """What a model writes when it reads `[START]` and then its own tokens, the likeliest at each step.

    `model([source (N, S), ids (N, T), self_mask (N, T, T)])` gives a score to each token, `(N, T, V)`.
    """
    said = np.zeros((len(source), TARGET_LENGTH + 1), "int32")  # what is not yet written is padding
    said[:, 0] = START
    for place in range(TARGET_LENGTH):
        read = said[:, :TARGET_LENGTH]
        scores = ops.convert_to_numpy(model([source, read, self_mask(read, causal)]))
        said[:, place + 1] = scores[:, place].argmax(-1)
    return [sentence_of(row) for row in said]
