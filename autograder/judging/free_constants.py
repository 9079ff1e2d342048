"""Known mistakes with a number of the learner's own choice in them: an epsilon, a limit, a stand-in for −∞.

`@free_constant(1e-3, 1e-12, 1.0)` on a known mistake, or `free(1e-3, 1e-12, 1.0, …)` around an edit, says that its
literal 1e-3 may be any number between the other two. Which number the learner took is found from what their answer
gives in one test. That the mistake with this number explains the failures is then asked like any other's.
"""

import inspect
import math
import types
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograder.judging.known import Known, WrittenWhole
from autograder.judging.replay import Trial
from autograder.judging.sameness import numbers_in

_GRID = 13
_STEPS = 12
_NEARER = 0.7  # two steps must leave less than this part of the distance


class FreeConstant(NamedTuple):
    """A literal in the code of a known mistake, and the least and the largest that a learner may have written."""

    literal: float
    least: float
    largest: float


def free_constant(literal: float, least: float, largest: float) -> Callable[[Any], Any]:
    """Mark a number in a known mistake's code as free, between two numbers of its own sign.

    Raises `ValueError` if the number does not stand in the code, or the bounds are not of its sign.
    """
    constant = FreeConstant(literal, least, largest)

    def mark(answer: Any) -> Any:
        if not min(least * literal, largest * literal) > 0:
            raise ValueError(f"{answer.__name__}: the bounds of {literal:g} must have its sign.")
        if with_constant(answer, constant, literal) is None:
            raise ValueError(f"{answer.__name__}: there is no {literal:g} in its code.")
        answer.free_constant = constant
        return answer

    return mark


def with_constant(answer: Any, constant: FreeConstant, number: float) -> Any | None:
    """The same answer with another number in the place of its free one; None where that does not occur."""
    if inspect.isfunction(answer):
        code = _replaced(answer.__code__, constant.literal, number)
        if code is None:
            return None
        made = types.FunctionType(code, answer.__globals__, answer.__name__, answer.__defaults__, answer.__closure__)
        made.__kwdefaults__ = answer.__kwdefaults__
        return made
    methods = {
        name: with_constant(one, constant, number) for name, one in vars(answer).items() if inspect.isfunction(one)
    }
    methods = {name: method for name, method in methods.items() if method is not None}
    return type(answer.__name__, (answer,), methods) if methods else None


def _replaced(code: types.CodeType, literal: float, number: float) -> types.CodeType | None:
    found = []

    def other(constant: Any) -> Any:
        if isinstance(constant, types.CodeType):
            inner = _replaced(constant, literal, number)
            found.append(inner is not None)
            return inner or constant
        if type(constant) in (int, float) and constant == literal:
            found.append(True)
            return number
        return constant

    constants = tuple(map(other, code.co_consts))
    return code.replace(co_consts=constants) if any(found) else None


def fitted(known: Known, trial: Trial, allow: Callable[[], None]) -> Known | None:
    """The mistake with the number that brings it nearest to what failed in a test; None where nothing can be fitted.

    `allow` raises an exception as soon as there is no time left.
    """
    constant = getattr(known.answer, "free_constant", None)
    failure = trial.failure
    aim = None if constant is None or failure is None or failure.values is None else numbers_in(failure.values.actual)
    if aim is None:
        return None
    sign = math.copysign(1.0, constant.literal)
    low, high = sorted(math.log(abs(bound)) for bound in (constant.least, constant.largest))

    def with_number(logarithm: float) -> Known:
        answer = with_constant(known.answer, constant, sign * math.exp(logarithm))
        return WrittenWhole(known.exercise, known.sentence, known.backends, answer)

    def off(logarithm: float) -> np.ndarray | None:
        allow()
        other = trial.failure_of(with_number(logarithm))
        given = other.values and numbers_in(other.values.actual) if other and other.rule == failure.rule else None
        return _apart(given, aim)

    best = _nearest(off, low, high)
    return None if best is None else with_number(best)


def _apart(given: np.ndarray | None, aim: np.ndarray) -> np.ndarray | None:
    """How far apart results are, number by number; None where they cannot be compared."""
    if given is None or given.shape != aim.shape:
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        apart = given.astype(np.float64).ravel() - aim.ravel()
    return apart if np.isfinite(apart).all() else None


def _nearest(off: Callable[[float], np.ndarray | None], low: float, high: float) -> float | None:
    """Where results come nearest: on a grid first, then by secants from its best place, between its neighbours.

    None where nothing can be compared. A mistake that is none comes no nearer, and is left after few steps.
    """
    places = [float(place) for place in np.linspace(low, high, _GRID)]
    found = {place: apart for place in places if (apart := off(place)) is not None}
    if not found:
        return None

    def distance(place: float) -> float:
        return float(np.abs(found[place]).sum())

    here = min(found, key=distance)
    index = places.index(here)
    around = places[max(index - 1, 0) : index + 2]
    last = min((place for place in around if place != here and place in found), key=distance, default=here)
    walked = [math.inf, math.inf, distance(here)]
    for _ in range(_STEPS):
        bend = found[here] - found[last]
        if not bend.any() or walked[-1] > _NEARER * walked[-3]:
            break
        step = (here - last) * float(bend @ found[here]) / float(bend @ bend)
        place = min(max(here - step, around[0]), around[-1])
        apart = None if place in found else off(place)
        if apart is None:
            break
        found[place] = apart
        last, here = here, place
        walked.append(distance(here))
    return min(found, key=distance)
