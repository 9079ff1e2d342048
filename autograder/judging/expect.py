"""Expectations whose failures a learner can use: what was expected, what came back, where they differ."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from autograder.judging.tolerance import note, widened
from autograder.seam import LearnerError

_MOST_ITEMS = 6  # of a list, tuple or dictionary that a summary shows

_OF_A_SUM = 2e-6  # how far the sum of float32 weights may lie from 1


class Values(NamedTuple):
    """What an expectation compared: what came back, what was wanted, and how far apart they may lie."""

    actual: Any
    wanted: Any
    rtol: float = 0.0
    atol: float = 0.0


class Unmet(AssertionError):
    """An expectation that does not hold.

    `sentence` says the rule; `got` and `expected` describe both sides in a few words; `arrays` holds
    `(got, expected)` when both are arrays of one shape, for a picture; `values` both sides where they were compared.
    """

    def __init__(
        self,
        sentence: str,
        got: str = "",
        expected: str = "",
        arrays: tuple | None = None,
        values: Values | None = None,
    ):
        super().__init__(sentence)
        self.sentence, self.got, self.expected, self.arrays, self.values = sentence, got, expected, arrays, values


class NotAsked(Unmet):
    """What a test needs beforehand does not hold, so that its own question was not asked.

    `error` is what the learner's code raised, where that is why.
    """

    def __init__(self, unmet: Unmet | None = None, error: LearnerError | None = None):
        found = (unmet.got, unmet.expected, unmet.arrays, unmet.values) if unmet else ()
        super().__init__("This is asked of a right result only, and yours is not right yet.", *found)
        self.error = error


def close(
    actual: Any, expected: Any, sentence: str, rtol: float = 0.0, atol: float = 0.0, dtype: str = "float32"
) -> None:
    """`actual` is an array of the shape of `expected` with the same values, up to rounding.

    The tolerance is that of the device and of `dtype`, the precision the answer was asked to compute in: one
    that returns less is judged by it all the same. `rtol` and `atol` may widen the tolerance, never narrow it.
    """
    expected = np.asarray(expected)
    array = _array(actual, sentence)
    shape(array, expected.shape, sentence)
    wide, wanted = array.astype(np.float64), expected.astype(np.float64)
    rtol, atol = widened(np.dtype(dtype), rtol, atol)
    with np.errstate(invalid="ignore"):
        wrong = ~np.isclose(wide, wanted, rtol=rtol, atol=atol, equal_nan=False)
    if wrong.any():
        raise _difference(array, expected, wrong, sentence, rtol, atol)


def unchanged(
    actual: Any, before: Any, sentence: str, rtol: float = 0.0, atol: float = 0.0, dtype: str = "float32"
) -> None:
    """What an answer gives stays what it gave before, though something changed that it must not depend on.

    Both are results of the answer itself, of two calls: an array, or a list or tuple of arrays such as
    `(output, weights)`. Whether they are right is the question of other tests. What cannot be compared, such as
    results of two shapes or NaN, is not the same.
    """
    if isinstance(before, (list, tuple)):
        true(isinstance(actual, (list, tuple)) and len(actual) == len(before), sentence, returned(actual))
        for one, other in zip(actual, before, strict=True):
            unchanged(one, other, sentence, rtol, atol, dtype)
        return
    close(actual, _array(before, sentence), sentence, rtol, atol, dtype)


def sums_to_one(weights: Any, sentence: str) -> None:
    """The last axis of `weights` sums to 1, as closely as a few float32 numbers do: closer than results must be."""
    sums = _array(weights, sentence).astype(np.float64).sum(-1)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(sums - 1) <= _OF_A_SUM)
    if wrong.any():
        raise _difference(sums, np.ones(sums.shape), wrong, sentence, 0.0, _OF_A_SUM)


def equal(actual: Any, expected: Any, sentence: str) -> None:
    """`actual` equals `expected` exactly: text, numbers, lists, or arrays of one shape and kind of number."""
    if isinstance(expected, np.ndarray):
        array = _array(actual, sentence)
        shape(array, expected.shape, sentence)
        if (array.dtype.kind == "b") != (expected.dtype.kind == "b"):
            raise Unmet(sentence, f"dtype {array.dtype}", f"dtype {expected.dtype}")
        if (array != expected).any():
            raise _difference(array, expected, array != expected, sentence)
        return
    found = _bare(actual)
    if isinstance(found, np.ndarray) or type(found) is not type(expected) or found != expected:
        raise Unmet(sentence, returned(actual), summary(expected), values=Values(found, expected))


def same_items(actual: Any, expected: Sequence, sentence: str) -> None:
    """`actual` is a list or tuple of the items of `expected`, each as often as there, in whatever order."""
    note(any_order=True)
    found = list(actual) if isinstance(actual, (list, tuple)) else None
    if found is None or sorted(map(repr, found)) != sorted(map(repr, expected)):
        values = Values(actual, list(expected))
        raise Unmet(sentence, returned(actual), f"{summary(list(expected))}, in any order", values=values)


def shape(actual: Any, expected: Sequence[int], sentence: str) -> None:
    """`actual` is an array of this shape."""
    found = _array(actual, sentence).shape
    if found != tuple(expected):
        raise Unmet(sentence, f"shape {found}", f"shape {tuple(expected)}")


def boolean(actual: Any, sentence: str) -> None:
    """`actual` is an array of booleans."""
    array = _array(actual, sentence)
    if array.dtype.kind != "b":
        raise Unmet(sentence, f"dtype {array.dtype}", "dtype bool")


def finite(actual: Any, sentence: str) -> None:
    """`actual` holds no NaN and no infinity."""
    array = _array(actual, sentence)
    bad = ~np.isfinite(array)
    if bad.any():
        where = tuple(int(index) for index in np.argwhere(bad)[0])
        raise Unmet(sentence, f"{array[where]}{_at(where)}", "only finite numbers")


def varied(actual: Any, sentence: str) -> None:
    """`actual` is an array that holds more than one number: what is the same everywhere fulfils many a rule."""
    array = _array(actual, sentence)
    if array.size and (array == array.flat[0]).all():
        raise Unmet(sentence, f"{_number(array.flat[0])} everywhere", "different numbers")


def true(condition: bool, sentence: str, got: str = "", expected: str = "") -> None:
    """`condition` holds."""
    if not condition:
        raise Unmet(sentence, got, expected)


def pair(result: Any, names: str) -> tuple[Any, Any]:
    """`result` is a tuple (or list) of two, such as `(output, weights)`; returns it."""
    if not isinstance(result, (list, tuple)) or len(result) != 2:
        raise Unmet(f"Return two things: `return {names}`.", returned(result), f"a tuple ({names})")
    return result[0], result[1]


@contextmanager
def raises(type_name: str, sentence: str, mentions: Sequence[str] = ()) -> Iterator[None]:
    """The learner's code raises an exception of this class, whose message holds all of `mentions`."""
    try:
        yield
    except LearnerError as error:
        if error.outcome != "error":
            raise
        if type_name not in error.types:
            values = Values(error.types, [type_name])  # everybody words errors in their own way
            raise Unmet(sentence, error.message, f"a {type_name}", values=values) from error
        missing = [text for text in mentions if text not in error.message]
        if missing:
            wanted = "a message that names " + " and ".join(missing)
            raise Unmet(sentence, error.message, wanted, values=Values(missing, [])) from error
    else:
        raise Unmet(sentence, "no error", f"a {type_name}")


@contextmanager
def beforehand() -> Iterator[None]:
    """What a test needs before its own question makes sense, such as a right result.

    Where it does not hold, the test is not asked: it raises `NotAsked`. An answer that is not there says so itself.
    """
    try:
        yield
    except Unmet as unmet:
        raise NotAsked(unmet) from unmet
    except LearnerError as error:
        if error.outcome in ("missing", "not_attempted"):
            raise
        raise NotAsked(error=error) from error


def summary(value: Any) -> str:
    """A value in a few words: numbers and short text whole, arrays by shape and dtype, the first of many items."""
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return f"{value[()]:.6g}" if value.dtype.kind == "f" else str(value[()])
        if value.size <= 6 and value.ndim == 1:
            return np.array2string(value, precision=4, separator=", ")
        return f"{_axes(value.shape)} {value.dtype}"
    if isinstance(value, tuple):
        return f"({_items(value)}{',' if len(value) == 1 else ''})"
    if isinstance(value, (list, dict)):
        text = f"[{_items(value)}]" if isinstance(value, list) else f"{{{_items(value)}}}"
    else:
        text = repr(value[:200] if isinstance(value, str) else value)
    return text if len(text) <= 120 else f"{text[:100]} … ({type(value).__name__})"


def _items(values: list | tuple | dict) -> str:
    """The first items, each in a few words: a result may hold thousands, and text of each would take minutes."""
    first = itertools.islice(values.items() if isinstance(values, dict) else values, _MOST_ITEMS)
    shown = [f"{item[0]!r:.40}: {summary(item[1])}" if isinstance(values, dict) else summary(item) for item in first]
    return ", ".join(shown + ["…"] * (len(values) > _MOST_ITEMS))


def _array(actual: Any, sentence: str) -> np.ndarray:
    if isinstance(actual, (np.ndarray, bool, int, float)):
        return np.asarray(actual)
    raise Unmet(sentence, returned(actual), "a tensor")


def returned(value: Any) -> str:
    """What came back in a few words, with a question where that is nothing."""
    return "None (is a `return` missing?)" if value is None else summary(value)


def _bare(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _axes(found: tuple[int, ...]) -> str:
    return "(" + ", ".join(str(size) for size in found) + ("," if len(found) == 1 else "") + ")"


def _difference(
    array: np.ndarray,
    expected: np.ndarray,
    wrong: np.ndarray,
    sentence: str,
    rtol: float = 0.0,
    atol: float = 0.0,
) -> Unmet:
    where = tuple(int(index) for index in np.argwhere(wrong)[0])
    place = _at(where)
    count = f"; {int(wrong.sum())} of {wrong.size} numbers differ" if wrong.size > 1 else ""
    return Unmet(
        sentence,
        f"{_number(array[where])}{place}{count}",
        f"{_number(expected[where])}{place}",
        (array, expected) if array.ndim else None,
        Values(array, expected, rtol, atol),
    )


def _at(place: tuple[int, ...]) -> str:
    return f" at {list(place)}" if place else ""


def _number(value: Any) -> str:
    return f"{value:.6g}" if np.asarray(value).dtype.kind == "f" else str(value)
