"""What all contenders share: real English–Spanish pairs, split by source, their vocabularies, and their ids."""

from course.toolkit import corpus

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograder.bench.translation.ids import END, PAD, START, UNKNOWN

VOCABULARY = 8000  # ids of each language: 99.4 % of the English words that are trained on, 96.6 % of the Spanish ones
_HELD_OUT = 0.02  # of the distinct sources

Ids = list[int]


class SharedText(NamedTuple):
    """Text for training, what is held out, and the vocabularies, made of the training's text alone.

    `train` holds pairs of raw text, and `rows` the same as ids: words of the source, and of the target with `[START]`
    and `[END]`. `sources` are held out; each has its `references`, all that are known, standardised.
    """

    train: list[tuple[str, str]]
    rows: list[tuple[Ids, Ids]]
    sources: list[str]
    references: list[list[str]]
    vocabularies: tuple[list[str], list[str]]
    standardize: Callable[[str], str]

    def source_ids(self, sentence: str) -> Ids:
        """The ids of raw text in the language of the sources."""
        return _encoder(self.vocabularies[0])(self.standardize(sentence))

    def words(self, ids: Sequence[int]) -> str:
        """The target's words, up to `[END]`."""
        ids = [int(one) for one in ids]
        ids = ids[: ids.index(END)] if END in ids else ids
        return " ".join(self.vocabularies[1][one] for one in ids if one not in (PAD, START))


def shared_text(answer: Callable[[str], Any], sentences: int) -> SharedText:
    """Load and part the text. answer: gives the course's answers by name. sentences: how many sources are held out.

    No source that is held out is trained on, not even one that differs in capitals only.
    """
    standardize = answer("standardize")
    parts = corpus.split(corpus.load_tatoeba("spa"), validation=0, test=_HELD_OUT, novel=0)
    standard = [(standardize(source), standardize(target)) for source, target in parts.train]
    vocabularies = tuple(answer("build_vocabulary")([pair[side] for pair in standard], VOCABULARY) for side in (0, 1))
    source_ids, target_ids = map(_encoder, vocabularies)
    rows = [(source_ids(source), [START, *target_ids(target), END]) for source, target in standard]
    seen, held_out = {source for source, _ in standard}, {}
    for source, target in parts.test:
        if standardize(source) not in seen:
            held_out.setdefault(source, Counter())[standardize(target)] += 1
    sources = list(held_out)[:sentences]
    return SharedText(parts.train, rows, sources, [list(held_out[one]) for one in sources], vocabularies, standardize)


def _encoder(vocabulary: Sequence[str]) -> Callable[[str], Ids]:
    ids = {word: place for place, word in enumerate(vocabulary)}
    return lambda text: [ids.get(word, UNKNOWN) for word in text.split()]
