"""Models of the clinic as a test receives them: functions that tell nothing of what is inside."""

from course.toolkit.clinic.bugs import BUGS
from course.toolkit.clinic.kinds import FIRST_WORD, LONGEST, VOCABULARY_SIZE, Kind
from course.toolkit.clinic.small_transformer import SmallTransformer

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from keras import ops

MOST_ROWS = 16


@dataclass
class Patient:
    """One model, by its letter; "" is a healthy one.

    `model(source, target)`: ids `(B, S)` and `(B, T)` to logits `(B, T, V)`. `loss(source, target)`: whole targets
    `(B, T + 1)` to a number. `train(source, target)`: one step, and the loss before it. `parameters()`: arrays by name.
    Results are tensors, as they are when a test is graded.
    """

    letter: str = ""
    kind: Kind = field(default_factory=Kind)
    seed: int = 14

    def __post_init__(self):
        inside = BUGS.get(self.letter, SmallTransformer)(self.kind, self.seed)
        self.model = _in_tensors(inside.model)
        self.loss, self.train = _reading(inside.loss), _reading(inside.train)
        self.parameters = lambda: {name: ops.convert_to_tensor(one) for name, one in inside.parameters().items()}


def words(rows: int, length: int) -> np.ndarray:
    """Ids of words `(rows, length)`, as they are drawn by chance: for the same two numbers always the same."""
    return np.random.default_rng([rows, length]).integers(FIRST_WORD, VOCABULARY_SIZE, size=(rows, length))


def readable(source: object, target: object) -> tuple[np.ndarray, np.ndarray]:
    """Source and target as arrays of ids; raises a ValueError that says why a model cannot read them."""
    both = [np.asarray(ops.convert_to_numpy(ids) if ops.is_tensor(ids) else ids) for ids in (source, target)]
    for name, ids in zip(("source", "target"), both, strict=True):
        if ids.ndim != 2 or ids.dtype.kind not in "iu" or not ids.size:
            raise ValueError(f"{name} must hold integers (B, length); received shape {ids.shape}, dtype {ids.dtype}.")
        if ids.shape[1] > LONGEST or len(ids) > MOST_ROWS:
            raise ValueError(f"{name} may have {MOST_ROWS} rows of {LONGEST} ids; received shape {ids.shape}.")
        if ids.min() < 0 or ids.max() >= VOCABULARY_SIZE:
            raise ValueError(f"ids are from 0 to {VOCABULARY_SIZE - 1}; {name} has {ids.min()} to {ids.max()}.")
    if len(both[0]) != len(both[1]):
        raise ValueError(f"source and target must have as many rows; received {len(both[0])} and {len(both[1])}.")
    return both[0], both[1]


def _reading(function: Callable) -> Callable:
    return lambda source, target: function(*readable(source, target))


def _in_tensors(function: Callable) -> Callable:
    return lambda source, target: ops.convert_to_tensor(function(*readable(source, target)))
