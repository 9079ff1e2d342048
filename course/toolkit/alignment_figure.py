"""The picture of an alignment: where a decoder looked in the source as it wrote each token."""

from course.toolkit import figures
from course.toolkit.grid import Picture

import functools
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.font_manager import get_font


def alignment_figure(source_tokens: Sequence[str], target_tokens: Sequence[str], weights) -> Picture:
    """Draw attention weights `(T, S)` with the S tokens of the source and the T tokens that were written.

    Tokens with characters that the course's letters lack, such as Chinese ones, have their numbers in the picture; the
    tokens are printed above it, where every browser has letters for them.
    """
    rows, columns = _names("it wrote", target_tokens), _names("it looked at", source_tokens)
    return figures.matrix(weights, rows, columns, "Where it looked", "it wrote", "it looked at")


def _names(title: str, tokens: Sequence[str]) -> Sequence[str]:
    """The tokens, or numbers for them, which are then printed with their tokens."""
    if all(ord(sign) in _drawable() for sign in "".join(tokens)):
        return tokens
    print(f"{title}:", *(f"{number} {token}" for number, token in enumerate(tokens, 1)), sep="   ")
    return [str(number) for number in range(1, len(tokens) + 1)]


@functools.cache
def _drawable() -> frozenset[int]:
    """The code points of the letters that pictures of matrices are written in."""
    return frozenset(get_font(f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans.ttf").get_charmap())
