"""How much memory a value takes that has crossed the seam."""

from typing import Any

import numpy as np

_ITEM = 32  # bytes, roughly, of what is no array and no text


def weight(value: Any) -> int:
    """The bytes that a value of plain data takes, roughly."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, str):
        return len(value)
    if isinstance(value, (list, tuple)):
        return _ITEM + sum(map(weight, value))
    if isinstance(value, dict):
        return _ITEM + sum(weight(key) + weight(item) for key, item in value.items())
    return _ITEM
