"""What a learner's tests say of all patients, as a table."""

from course.toolkit import figures
from course.toolkit.clinic.bugs import BUGS
from course.toolkit.clinic.kinds import Kind
from course.toolkit.clinic.patients import Patient
from course.toolkit.grid import Picture

import inspect
from collections.abc import Callable, Mapping

import numpy as np

_HEALTHY = {"healthy": Kind(), "pre-norm": Kind(norm_first=True, activation="gelu", tied=False)}


def ward_round(tests: Mapping[str, Callable]) -> Picture:
    """Each test on each patient, and on two healthy models: a row for each test, ✓ where it says that one is wrong.

    A test's arguments say by their names what it is given: `model`, `loss`, `train`, `parameters`. Returns the picture.
    """
    return figures.matrix(exposed(tests), list(tests), [*BUGS, *_HEALTHY], "Whom does each test expose?")


def exposed(tests: Mapping[str, Callable]) -> np.ndarray:
    """Which patients each test exposes, `(tests, patients)`; each of them is made anew for each test."""
    made = [lambda letter=letter: Patient(letter) for letter in BUGS]
    made += [lambda kind=kind: Patient(kind=kind) for kind in _HEALTHY.values()]
    return np.array([[not _passes(test, make()) for make in made] for test in tests.values()])


def _passes(test: Callable, patient: Patient) -> bool:
    given = [getattr(patient, name) for name in inspect.signature(test).parameters]
    try:
        said = test(*given)
    except AssertionError:
        return False
    return said is None or bool(said)
