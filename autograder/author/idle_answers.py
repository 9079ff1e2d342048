"""Answers without work: they ignore what they are given, and may earn next to nothing.

They are made from the right answer, so that shapes, containers and sublayers are right and all that is missing is
the computation. `python -m autograder verify` submits them for every exercise.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from autograder.judging.judge import judge
from autograder.judging.references import reference_of, references_before
from autograder.judging.tolerance import use_device
from autograder.seam import Workbench
from autograder.seam.given import References, giving
from autograder.seam.settings import usual_settings
from autograder.units import Unit

MOST = 1 / 20  # of an exercise's points
_SEED = 20170612
_ARGUMENTS = 4  # so many of them are returned in place of a result


class Idle(NamedTuple):
    """What an answer without work returns, in words, and how it makes that of a right result and what it is given."""

    name: str
    instead: Callable[[Any, tuple], Any]


class Earned(NamedTuple):
    """The most that an answer without work earns of an exercise's points, what it gives, and the rules that it wins."""

    points: float
    of: float
    idle: str
    rules: list[str]


def most_earned(unit: Unit, exercise: str, device: str = "cpu") -> Earned:
    """Judge every answer without work, in this process, and return the one that earns most."""
    from course.toolkit.quiet import silent

    use_device(device)
    with silent(), usual_settings(), giving(References(references_before(unit))):
        right = References([*references_before(unit), reference_of(unit)])(exercise)
        found = [_earned(unit, exercise, idle, _answer(right, idle)) for idle in _idle_answers()]
    return max(found, key=lambda earned: earned.points)


def _earned(unit: Unit, exercise: str, idle: Idle, answer: Any) -> Earned:
    (verdict,) = judge(unit.suite, Workbench({exercise: answer}), _SEED, only=[exercise])
    rules = [test.name for test in verdict.tests if verdict.earns(test)]
    return Earned(verdict.score, verdict.max_score, idle.name, rules)


def _idle_answers() -> Iterator[Idle]:
    for name, number in (("zeros", 0), ("ones", 1)):
        yield Idle(name, lambda right, given, number=number: _like(right, lambda array: _full(array, number)))
    yield Idle("equal shares of 1", lambda right, given: _like(right, _shares))
    yield Idle("random numbers", lambda right, given: _like(right, _random))
    for place in range(_ARGUMENTS):
        yield Idle(f"its argument {place}", lambda right, given, place=place: given[place] if place < len(given) else 0)
    yield Idle("all its arguments", lambda right, given: given)
    yield Idle("its argument 0 twice", lambda right, given: given[:1] * 2)
    yield Idle("its argument 0 and nothing", lambda right, given: (*given[:1], []))
    yield Idle("nothing and its argument 0", lambda right, given: ([], *given[:1]))
    yield Idle("the parts of its argument 0", _parts)
    yield Idle("its first right result again and again", _Remembering())
    for nothing in (None, [], "", 0):
        yield Idle(repr(nothing), lambda right, given, nothing=nothing: nothing)


class _Remembering:
    """Gives for every call what was right for the first that it has seen."""

    def __init__(self):
        self._first: Any = None

    def __call__(self, right: Any, given: tuple) -> Any:
        import keras

        if self._first is None:
            try:
                self._first = _like(right, keras.ops.convert_to_numpy)
            except Exception:  # of each backend's own kind: there are no numbers yet, as a graph is being made
                return right
        return _like(self._first, lambda array: array)


def _answer(right: Any, idle: Idle) -> Any:
    """The right function with something else for its result, or the right layer, or what is called as one, with such a
    `call`.
    """
    if not inspect.isclass(right):

        def answer(*given: Any, **options: Any) -> Any:
            return idle.instead(right(*given, **options), given)

        return answer

    class Answer(right):
        pass

    method = "call" if hasattr(right, "call") else "__call__"

    def call(self: Any, *given: Any, **options: Any) -> Any:
        return idle.instead(getattr(super(Answer, self), method)(*given, **options), given)

    setattr(Answer, method, call)
    Answer.__name__ = Answer.__qualname__ = right.__name__
    return Answer


def _like(result: Any, of_array: Callable[[Any], Any]) -> Any:
    """The same lists, tuples and dictionaries, with other numbers and empty text, and nothing for a layer."""
    import keras
    import numpy as np

    if isinstance(result, (list, tuple)):
        return type(result)(_like(item, of_array) for item in result)
    if isinstance(result, dict):
        return {key: _like(item, of_array) for key, item in result.items()}
    if isinstance(result, np.ndarray) or keras.ops.is_tensor(result):
        return of_array(result)
    if isinstance(result, str):
        return ""
    if isinstance(result, keras.layers.Layer):
        return None  # a model that was made is the work itself
    return type(result)(0) if isinstance(result, (int, float)) else result


def _parts(right: Any, given: tuple) -> Any:
    """What Python makes a list of: the letters of a text, the items of a list."""
    return list(given[0]) if given and isinstance(given[0], (str, list, tuple, dict)) else 0


def _full(array: Any, number: float) -> Any:
    from keras import ops

    return ops.cast(ops.full_like(array, number), array.dtype)


def _shares(array: Any) -> Any:
    """Where the last axis is cut into equal shares, each row sums to 1."""
    from keras import ops

    if not len(array.shape):
        return _full(array, 1)
    ones = ops.ones_like(array)
    shares = ops.cast(ones, "float32") / ops.cast(ops.sum(ops.cast(ones, "int32"), axis=-1, keepdims=True), "float32")
    return ops.cast(shares, array.dtype)


def _random(array: Any) -> Any:
    import keras

    return keras.ops.cast(keras.random.uniform(keras.ops.shape(array), 0.0, 3.0), array.dtype)
