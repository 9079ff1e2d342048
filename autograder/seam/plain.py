"""Plain data: the only values that cross the seam, in either direction.

None, bool, int, float, str, list, tuple, dict with str keys, and NumPy arrays of booleans and real
numbers. Tensors become arrays on the way out and arrays become tensors on the way in. Any other
object stays where it is, and a `Handle` crosses in its place.
"""

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 16
MAX_ITEMS = 200_000
MAX_BYTES = 64 << 20


class NotPlain(TypeError):
    """A value that is not plain data, or too large or too deep to be sent."""


@dataclass(frozen=True)
class Handle:
    """Stands for an object that stays with the learner's code, such as a layer."""

    number: int
    type_name: str


def to_plain(value: Any, keep: Callable[[Any], Handle]) -> Any:
    """Copy `value` into plain data; `keep` receives each object that is not, and returns its handle."""
    return _walk(value, lambda leaf: _leaf_to_plain(leaf, keep), 0, [0])


def to_tensors(value: Any, resolve: Callable[[Any], Any], as_numpy: bool = False) -> Any:
    """Copy plain data into what a learner works with: tensors of the backend in the place of arrays.

    `resolve` gives back the object behind a handle, or what stands for a judge's function. With
    `as_numpy` arrays stay NumPy arrays, which is how a change made in place can be seen.
    """

    def leaf(item: Any) -> Any:
        if isinstance(item, Handle) or callable(item):
            return resolve(item)
        if not isinstance(item, np.ndarray):
            return item
        if as_numpy:
            return item.copy()
        from keras import ops

        return ops.convert_to_tensor(item)

    return _walk(value, leaf, 0, [0])


def places_of_arrays(args: tuple, constant: tuple[int, ...] = ()) -> list[tuple[int | str, ...]]:
    """Where arrays stand among positional arguments, or in dictionaries there; those numbered `constant` are left out.

    `(1,)` is the second argument, `(0, "source")` an item of the first, which is a dictionary.
    """
    found: list[tuple[int | str, ...]] = []
    for index, value in enumerate(args):
        if index not in constant:
            items = {(index, name): item for name, item in value.items()} if isinstance(value, dict) else {}
            found += [place for place, item in (items or {(index,): value}).items() if isinstance(item, np.ndarray)]
    return found


def item_at(value: Any, place: tuple[int | str, ...]) -> Any:
    """What stands at a place in a tuple, list or dictionary."""
    return functools.reduce(operator.getitem, place, value)


def with_item(value: Any, place: tuple[int | str, ...], new: Any) -> Any:
    """The same tuple, list or dictionary, with another item at a place."""
    index, *deeper = place
    items = dict(value) if isinstance(value, dict) else list(value)
    items[index] = with_item(items[index], tuple(deeper), new) if deeper else new
    return items if isinstance(value, dict) else type(value)(items)


def _walk(value: Any, leaf: Callable[[Any], Any], depth: int, count: list[int]) -> Any:
    count[0] += 1
    if depth > MAX_DEPTH:
        raise NotPlain(f"the value is nested more than {MAX_DEPTH} levels deep")
    if count[0] > MAX_ITEMS:
        raise NotPlain(f"the value has more than {MAX_ITEMS:,} items")
    if isinstance(value, dict):
        return {_key(key): _walk(item, leaf, depth + 1, count) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [_walk(item, leaf, depth + 1, count) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return leaf(value)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise NotPlain(f"a dictionary must have text keys; received a key of type {type(key).__name__}")
    return str(key)


def _leaf_to_plain(value: Any, keep: Callable[[Any], Handle]) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (np.ndarray, np.generic)) and not isinstance(value, str):  # NumPy's text is text
        return plain_array(value)
    if isinstance(value, (bool, int, float, str)):
        base = next(kind for kind in (bool, int, float, str) if isinstance(value, kind))
        return base(value)
    if _is_tensor(value):
        from keras import ops

        return plain_array(ops.convert_to_numpy(value))
    return keep(value)


def _is_tensor(value: Any) -> bool:
    """Whether a value is a tensor or variable of the backend; never imports keras for its own sake."""
    import sys

    if "keras" not in sys.modules:
        return False
    import keras

    return (keras.ops.is_tensor(value) and not isinstance(value, keras.KerasTensor)) or isinstance(
        value, keras.Variable
    )


def plain_array(value: Any) -> np.ndarray:
    """A contiguous base-class array of booleans or real numbers; narrow float types become float32."""
    size = getattr(value, "nbytes", 0)
    if isinstance(size, int) and size > MAX_BYTES:  # told before it is copied
        raise NotPlain(f"the value takes {size >> 20} MiB; at most {MAX_BYTES >> 20} MiB may be returned")
    array = np.array(value, subok=False, order="C")
    if array.dtype.name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        return array.astype(np.float32)
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise NotPlain(f"an array must hold numbers or booleans; received dtype {array.dtype}")
    return array


def clean_text(text: Any, limit: int = 100_000) -> str:
    """Text of the learner's side without control characters, half characters or more length than is read."""
    text = text if isinstance(text, str) else str(text)
    kept = "".join(letter for letter in text[:limit] if letter in "\n\t" or letter.isprintable())
    return f"{kept} …" if len(text) > limit else kept
