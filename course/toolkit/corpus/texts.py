"""All that training a translator needs, by the name of a text: the course's own grammar, or sentences from Tatoeba."""

from course.toolkit.corpus.generating import generate
from course.toolkit.corpus.splitting import split
from course.toolkit.corpus.tatoeba import ARCHIVES, load_tatoeba

import os
import random
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

Pair = tuple[str, str]
Example = tuple[str, list[str]]  # a source with all its references

_GRAMMAR = "grammar"
_HELD_OUT = 0.04  # of the distinct sources: a thousand of the smaller archive
_LONGEST = 39  # tokens: with [START] one more, as many as `build_translator` takes
_SAMPLE = 8  # tokens of the sentence that is shown while a translator learns, as near as there is one

_TOKEN = re.compile(r"[^\W_]+|\S")  # a run of letters and digits, or one sign: at least as many as words are cut into
_WORD = re.compile(r"[^\W_]+")
_CHARACTER = re.compile(r"[^\W_\u2e80-\U0003ffff]+|\S")  # from U+2E80 on each character stands for itself


@dataclass(frozen=True)
class Text:
    """Sentence pairs to train a translator on, sources to test it with, and what to choose for it.

    `train` holds pairs `(source, target)` of raw text. `tests` holds by its name each test: distinct sources that are
    not in `train`, each with the list of all its references. `sample` is a source to be translated after each epoch.
    `languages` are the tags of source and target, such as "en". `vocabulary_size` is the most that the vocabulary of a
    side may have, `batch_size` counts pairs, and `sizes` are arguments of `build_translator`.
    """

    name: str
    train: list[Pair]
    tests: dict[str, list[Example]]
    sample: str
    languages: tuple[str, str]
    vocabulary_size: int
    batch_size: int
    epochs: int
    sizes: dict[str, Any] = field(default_factory=dict)


class _Direction(NamedTuple):
    """An archive of `load_tatoeba`, and whether English is the target."""

    language: str
    into_english: bool


_SIZES = {"d_model": 256, "num_heads": 8, "d_ff": 512, "num_layers": 2, "warmup_steps": 1000}
_CHOSEN = {  # so that two cores need ten to fifteen minutes; small batches, because there are few epochs
    "spa": {"vocabulary_size": 8000, "batch_size": 64, "epochs": 3},
    "cmn": {"vocabulary_size": 4000, "batch_size": 64, "epochs": 12},
}
_TAGS = {"spa": "es", "cmn": "zh"}
_DIRECTIONS = {
    "eng-spa": _Direction("spa", into_english=False),
    "spa-eng": _Direction("spa", into_english=True),
    "eng-cmn": _Direction("cmn", into_english=False),
    "cmn-eng": _Direction("cmn", into_english=True),
}
NAMES = (_GRAMMAR, *_DIRECTIONS)


def load(name: str) -> Text:
    """Give the text of this name: "grammar", "eng-spa", "spa-eng", "eng-cmn" or "cmn-eng".

    "grammar" is made here, the same on every machine: its tests are sources that are not in `train`, and sources in
    which an adjective and a noun meet that never meet there. The others are sentences that people wrote, from
    `load_tatoeba`, with the language of the source first. They are split by source, and sources that differ in capitals
    or signs alone stay together, so that none is on both sides. Chinese is written as `characters`. Every sentence fits
    a translator with `max_length=40`.

    Raises `ValueError` for another name and for an archive that cannot be used, and `ConnectionError` where one must be
    downloaded and there is no connection.
    """
    if name not in NAMES:
        raise ValueError(f"a text must be one of {', '.join(NAMES)}; received {name!r}.")
    if name == _GRAMMAR:
        return _grammar()
    direction = _DIRECTIONS[name]
    train, unseen = _parted(name, dict.fromkeys(_fitting(direction)))
    sample = min((source for source, _ in unseen), key=lambda source: abs(len(_TOKEN.findall(source)) - _SAMPLE))
    tags = "en", _TAGS[direction.language]
    languages = tags[::-1] if direction.into_english else tags
    return Text(name, train, {"unseen": unseen}, sample, languages, sizes=dict(_SIZES), **_CHOSEN[direction.language])


def characters(sentence: str) -> str:
    """Write Chinese with a space between its characters: “我有3张CD。” becomes “我 有 3 张 CD 。”.

    Chinese has no spaces, so a whole sentence would be one token. Cutting it into words takes a dictionary, which errs,
    and leaves many words too rare to learn from. All sentences of the archive are written with fewer than 3,000
    characters, so hardly any is unknown, and scores do not depend on how somebody cuts words. Letters and digits of
    other scripts stay together.
    """
    return " ".join(_CHARACTER.findall(sentence))


def _grammar() -> Text:
    parts = split(generate(40_000))
    return Text(
        _GRAMMAR,
        parts.train,
        {"unseen": _with_references(parts.test), "new combinations": _with_references(parts.novel)},
        "This city that two tall brothers saw is clean.",
        ("en", "es"),
        vocabulary_size=2000,
        batch_size=128,
        epochs=5,
    )


def _fitting(direction: _Direction) -> Iterable[Pair]:
    """The pairs of an archive in this direction, without those that are empty or too long for a translator."""
    try:
        pairs = load_tatoeba(direction.language)
    except zipfile.BadZipFile as error:  # one of the learner's own: what is downloaded is verified
        place = Path(os.environ["COURSE_DATA"], ARCHIVES[direction.language].name)
        raise ValueError(f"{place} cannot be read ({error}). Put another copy there, or unset COURSE_DATA.") from error
    for english, other in pairs:
        english, other = _cleaned(english), _cleaned(other)
        if direction.language == "cmn":
            other = characters(other)
        if all(1 <= len(_TOKEN.findall(side)) <= _LONGEST for side in (english, other)):
            yield (other, english) if direction.into_english else (english, other)


def _parted(name: str, pairs: Iterable[Pair]) -> tuple[list[Pair], list[Example]]:
    """Pairs to train on, and sources to test with, both in an order of chance that is the same every time."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(_words(pair[0]), []).append(pair)
    if len(groups) < 2:
        raise ValueError(f"{name} needs 2 source sentences at least, to train and to test; received {len(groups)}.")
    order = list(groups)
    random.Random(0).shuffle(order)
    held_out = max(1, round(_HELD_OUT * len(order)))
    unseen, train = ([pair for key in part for pair in groups[key]] for part in (order[:held_out], order[held_out:]))
    return train, _with_references(unseen)


def _with_references(pairs: Iterable[Pair]) -> list[Example]:
    """Each source once, with all its targets."""
    found: dict[str, list[str]] = {}
    for source, target in pairs:
        found.setdefault(source, []).append(target)
    return list(found.items())


def _words(sentence: str) -> str:
    """What is left of a sentence without capitals and signs; the sentence itself where nothing is."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFC", sentence.lower()))) or sentence


def _cleaned(sentence: str) -> str:
    """A sentence with single spaces, and without the invisible ones of width 0 that some people typed."""
    return " ".join(sentence.replace("\u200b", "").split())
