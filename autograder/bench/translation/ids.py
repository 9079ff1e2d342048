"""Ids that all contenders know, and rows of them as one array."""

from collections.abc import Sequence

import numpy as np

PAD, UNKNOWN, START, END = range(4)


def padded(rows: Sequence[Sequence[int]], length: int) -> np.ndarray:
    """Rows of ids as (B, length), int32, cut or filled with 0 on the right."""
    ids = np.full((len(rows), length), PAD, "int32")
    for place, row in enumerate(rows):
        ids[place, : len(row[:length])] = row[:length]
    return ids
