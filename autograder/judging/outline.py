"""What is kept of a value that is too large to be kept: its shape and dtype, for a report to name."""

from typing import Any

import numpy as np

from autograder.seam.weight import weight

MOST_KEPT = 4 << 20  # bytes of one value: a test's values are small, and all of its answers are held until the last
_SHOWN = 6


class Outline:
    """Stands for a value of which only this is kept."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text


def outlined(value: Any) -> Any:
    """The value itself, or its outline where it is too large."""
    return value if weight(value) <= MOST_KEPT else Outline(_described(value))


def outlined_inside(arguments: tuple) -> tuple:
    """The arguments of a call with outlines for those that are too large."""
    if weight(arguments) <= MOST_KEPT:
        return arguments
    return tuple(
        tuple(map(outlined, value))
        if isinstance(value, tuple)
        else {name: outlined(item) for name, item in value.items()}
        if isinstance(value, dict)
        else outlined(value)
        for value in arguments
    )


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"shape {value.shape}, {value.dtype}"
    if isinstance(value, str):
        return f"a text of {len(value):,} characters"
    if isinstance(value, (list, tuple)):
        inside = ", ".join(map(_described, value[:_SHOWN]))
        return f"a {type(value).__name__} of {len(value):,}: {inside}{', …' if len(value) > _SHOWN else ''}"
    if isinstance(value, dict):
        return f"a dict of {len(value):,}"
    return type(value).__name__
