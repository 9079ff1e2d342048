"""The learner's answer as a test sees it, wherever the learner's code lives."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from autograder.judging.outline import MOST_KEPT, outlined, outlined_inside
from autograder.seam import Handle, LearnerError
from autograder.seam.plain import clean_text
from autograder.seam.weight import weight

_COURSE_DTYPES = {"float64": np.float32, "int64": np.int32}


class Performer(Protocol):
    """Whoever performs operations on the learner's objects: a `Workbench` here, or one in another process."""

    def perform(self, operation: str, target: str | Handle, *args: Any, **options: Any) -> Any: ...


class Entry(NamedTuple):
    """One thing a test asked of an answer, as it crossed, and the plain result or the `LearnerError` that it got."""

    target: str | Handle
    operation: str
    args: tuple
    options: dict[str, Any]
    result: Any


class Transcript(list[Entry]):
    """What one test asked, in order. Of large values outlines are kept: then `is_whole` is false."""

    is_whole = True

    def keep(self, target: str | Handle, operation: str, args: tuple, options: dict[str, Any], result: Any) -> None:
        """Add an entry."""
        self.is_whole = self.is_whole and max(weight(args), weight(result)) <= MOST_KEPT
        self.append(Entry(target, operation, outlined_inside(args), options, outlined(result)))


class Answer:
    """The learner's function, class or object: call it, differentiate it, take it apart.

    Arguments and results are plain data: numbers, text, lists, tuples, dicts and NumPy arrays.
    Floats cross as float32 and integers as int32. What is not plain data stays with the learner's code
    and comes back as another `Answer`. A function passed as an argument is called back here.
    """

    def __init__(self, performer: Performer, target: str | Handle, transcript: Transcript):
        self._performer = performer
        self._target = target
        self._transcript = transcript

    def __repr__(self) -> str:
        return named(self._target)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, eagerly."""
        return self._ask("call", args, kwargs)

    def by_chance(self, *args: Any, **kwargs: Any) -> Any:
        """Call it where chance decides what it gives: naming does not compare that, as nobody else gives the same."""
        return self._ask("call", args, kwargs, noted={"by_chance": True})

    def elsewhere(self, *args: Any, **kwargs: Any) -> Any:
        """Call it as another process would, in which `hash` gives other numbers for text."""
        return self._ask("elsewhere", args, kwargs)

    def under_policy(self, policy: str, *args: Any, **kwargs: Any) -> Any:
        """Call it, eagerly, while Keras' default dtype policy is this one, such as `mixed_float16`."""
        return self._ask("call", args, kwargs, policy=policy)

    def compiled(self, *args: Any, unknown_axes: int = 1, constant: tuple[int, ...] = (), **kwargs: Any) -> Any:
        """Call it inside a compiled graph, with the first axis of the positional arrays unknown, or the first few.

        Those numbered in `constant`, such as weights, keep their sizes, as arrays passed by keyword do.
        """
        return self._ask("compiled", args, kwargs, unknown_axes=unknown_axes, constant=constant)

    def effect_on(self, *args: Any, **kwargs: Any) -> tuple:
        """Call it with what can be changed, NumPy arrays or PyTorch's tensors, and return that as it is afterwards."""
        return self._ask("effect", args, kwargs)

    def gradient(
        self, *args: Any, cotangent: np.ndarray, wrt: tuple[int | tuple[int, ...], ...] = (0,), **kwargs: Any
    ) -> list:
        """Gradients of `sum(first output * cotangent)` for the positional arguments numbered in `wrt`.

        Of an argument that is a pair, `(1, 0)` is the first item, and `(1, 1)` the second, if it is argument 1.
        """
        return self._ask("gradient", args, kwargs, wrt=wrt, cotangent=cotangent)

    def weight_gradients(self, *args: Any, cotangent: np.ndarray, compared: bool = True, **kwargs: Any) -> list:
        """Gradients of `sum(first output * cotangent)` for each trainable weight of a layer, in the layer's order.

        Where that order is free, let naming not compare them (`compared=False`).
        """
        return self._ask("weight_gradients", args, kwargs, cotangent=cotangent, noted={"by_chance": not compared})

    def weights(self, compared: bool = True) -> list:
        """A layer's weights, as `get_weights` orders them.

        Whose parts are made in another order draws other ones: where only their shapes matter, or whether they differ,
        let naming not compare them (`compared=False`).
        """
        return self._ask("weights", noted={"by_chance": not compared})

    def set_weights(self, arrays: list) -> None:
        """Give a layer weights, as `set_weights` takes them."""
        self._ask("set_weights", arrays)

    def attribute(self, path: str) -> Any:
        """An attribute; dots reach further in: `attribute("query_dense.units")`."""
        return self._ask("attribute", path)

    def method(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method by its name."""
        return self._ask("method", name, args, kwargs)

    def rebuilt(self) -> "Answer":
        """A new layer made by `from_config(get_config())`."""
        return self._ask("rebuilt")

    def reloaded(self, *args: Any, **kwargs: Any) -> "Answer":
        """The layer as it comes back from a saved `.keras` file; the arguments show how it is called."""
        return self._ask("reloaded", args, kwargs)

    def from_keras(self, path: str) -> "Answer":
        """A function or class of Keras itself, such as `"ops.subtract"`, where the learner's code lives.

        Given as an argument it is called there. So it can be traced in a compiled graph and differentiated, which a
        function of the test cannot: that one sees numbers.
        """
        return self._ask("from_keras", path)

    def _ask(self, operation: str, *args: Any, noted: Mapping[str, bool] | None = None, **options: Any) -> Any:
        """Perform one operation, and keep it in the transcript together with what is `noted` for the judge alone."""
        broken: list[Exception] = []
        args, options = _unwrapped(args, broken), _unwrapped(options, broken)
        try:
            result = self._performer.perform(operation, self._target, *args, **options)
        except LearnerError as error:
            self._transcript.keep(self._target, operation, args, {**options, **(noted or {})}, error)
            if not broken:
                raise
        if broken:  # an expectation inside a function that the test gave; the learner's code may have swallowed it
            raise broken[0]
        self._transcript.keep(self._target, operation, args, {**options, **(noted or {})}, result)
        return self._wrapped(result)

    def _wrapped(self, result: Any) -> Any:
        if isinstance(result, Handle):
            return Answer(self._performer, result, self._transcript)
        if isinstance(result, (list, tuple)):
            return type(result)(self._wrapped(item) for item in result)
        return result


def named(target: str | Handle) -> str:
    """How a sentence speaks of an answer."""
    return target if isinstance(target, str) else f"the {clean_text(target.type_name, 100)}"


def _unwrapped(value: Any, broken: list[Exception]) -> Any:
    """What crosses to the learner: handles for answers, arrays in the course's dtypes, functions that are watched."""
    if isinstance(value, np.ndarray):
        return value.astype(_COURSE_DTYPES.get(value.dtype.name, value.dtype))
    if isinstance(value, Answer):
        return value._target
    if isinstance(value, (list, tuple)):
        return type(value)(_unwrapped(item, broken) for item in value)
    if isinstance(value, dict):
        return {key: _unwrapped(item, broken) for key, item in value.items()}
    return _watched(value, broken) if callable(value) else value


def _watched(function: Callable, broken: list[Exception]) -> Callable:
    """The function, which also keeps what it raises."""

    @functools.wraps(function)
    def watched(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            broken.append(error)
            raise

    return watched
