"""As many different sentence pairs as wanted, the same for the same seed."""

from course.toolkit.corpus.drawing import Drawer
from course.toolkit.corpus.english import english
from course.toolkit.corpus.patterns import sentence
from course.toolkit.corpus.spanish import spanish

Pair = tuple[str, str]

MOST = 100_000  # of all that the grammar can say; drawing new ones stays quick up to here


def generate(size: int = 20_000, seed: int = 0, alternatives: bool = False) -> list[Pair]:
    """Make `size` different pairs `(English, Spanish)`, such as `("She sees me.", "Me ve.")`.

    The same seed gives the same pairs in the same order, and a larger size continues a smaller one. Each English
    sentence occurs once; with `alternatives` it is followed by its second right translation where there is one,
    as in collections made by people. Raises `ValueError` for a size that is negative or above 100,000.
    """
    if not 0 <= size <= MOST:
        raise ValueError(f"size must lie between 0 and {MOST:,}; received {size:,}.")
    draw, pairs, seen = Drawer(seed), [], set()
    while len(pairs) < size:
        drawn = sentence(draw)
        source = english(drawn)
        if source in seen:
            continue
        seen.add(source)
        translations = [spanish(drawn)]
        if alternatives:
            translations = list(dict.fromkeys([*translations, spanish(drawn, subject_first=True)]))
        pairs += [(source, translation) for translation in translations]
    return pairs[:size]
