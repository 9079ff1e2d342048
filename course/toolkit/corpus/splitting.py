"""Parting sentence pairs for training and testing, so that a test measures what was learned and not what was seen."""

from course.toolkit.corpus import lexicon

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Pair = tuple[str, str]

_WORD = re.compile(r"\w+")
_NOUN_OF = {
    form: noun.english
    for noun in [*lexicon.NOUNS, lexicon.LIVE_FISH, *(noun for noun, _ in lexicon.TWOFOLD)]
    for form in (noun.english, noun.english_plural)
}
_MOST_OF_ONE_WORD = 3  # combinations held out; it must stay known from others
_ADJECTIVES = frozenset(one.english for one in lexicon.ADJECTIVES)


class Split(NamedTuple):
    """Pairs for training, for choosing settings, for the final test, and with word combinations never trained on."""

    train: list[Pair]
    validation: list[Pair]
    test: list[Pair]
    novel: list[Pair]


def split(
    pairs: Sequence[Pair], validation: float = 0.05, test: float = 0.1, novel: float = 0.05, seed: int = 0
) -> Split:
    """Part `pairs` by their sources: all translations of one sentence go to the same side.

    `validation`, `test` and `novel` are shares of the distinct sources, met approximately. In every `novel`
    sentence an adjective and a noun meet, such as *red* and *house*, that meet in no other slice, while every word
    of it, in both languages, occurs in `train`; the few that hold a word which does not are left out of all.
    The same arguments give the same split on every machine. Raises `ValueError` for shares that leave nothing to
    train on.
    """
    shares = (validation, test, novel)
    if min(shares) < 0 or sum(shares) >= 1:
        raise ValueError(f"the shares must be 0 or more and sum to less than 1; received {shares}.")
    chance, by_source = random.Random(seed), _by_source(pairs)
    apart = _novel_sources(list(by_source), novel * len(by_source), chance)
    rest = [source for source in by_source if source not in apart]
    chance.shuffle(rest)
    ends = [round(validation * len(by_source)), round((validation + test) * len(by_source))]
    train = _pairs(rest[ends[1] :], by_source)
    known = _words_of(train)
    understood = [source for source in apart if _words_of(by_source[source]) <= known]
    held_out = (rest[: ends[0]], rest[ends[0] : ends[1]], understood)
    return Split(train, *(_pairs(sources, by_source) for sources in held_out))


def _by_source(pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = {}
    for source, target in pairs:
        found.setdefault(source, []).append((source, target))
    return found


def _pairs(sources: Iterable[str], by_source: Mapping[str, list[Pair]]) -> list[Pair]:
    return [pair for source in sources for pair in by_source[source]]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _novel_sources(sources: Sequence[str], wanted: float, chance: random.Random) -> dict[str, None]:
    """Choose combinations of adjective and noun, each word in a few, until about `wanted` sources have one of them."""
    having: dict[tuple[str, str], list[str]] = {}
    for source in sources:
        for combination in combinations(source):
            having.setdefault(combination, []).append(source)
    order = list(having)
    chance.shuffle(order)
    used: Counter[str] = Counter()
    chosen: dict[str, None] = {}
    for combination in order:
        new = [source for source in having[combination] if source not in chosen]
        is_free = all(used[word] < _MOST_OF_ONE_WORD for word in combination)
        if is_free and new and len(chosen) + len(new) <= wanted:
            used.update(combination)
            chosen.update(dict.fromkeys(new))
    return chosen


def combinations(source: str) -> list[tuple[str, str]]:
    """Each adjective of an English sentence with each of its nouns, in the singular."""
    words = list(dict.fromkeys(_words(source)))
    nouns = dict.fromkeys(_NOUN_OF[word] for word in words if word in _NOUN_OF)
    return [(word, noun) for word in words if word in _ADJECTIVES for noun in nouns]


def _words_of(pairs: Iterable[Pair]) -> set[tuple[int, str]]:
    """The words of sources, 0, and of translations, 1."""
    return {(side, word) for pair in pairs for side, text in enumerate(pair) for word in _words(text)}
