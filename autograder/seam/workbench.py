"""The operations a judge may ask for, done on the learner's real objects.

The same class serves both places: the learner's kernel, where `check` uses it directly, and the
worker, where the calls arrive over the wire. A judge sees only plain data and handles.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.seam.errors import LearnerError, describe
from autograder.seam.layers import build_parts, loaded, same_weights_at_first, saved
from autograder.seam.plain import Handle, item_at, places_of_arrays, to_plain, to_tensors, with_item
from autograder.seam.settings import dtype_policy, other_hashes, usual_settings

OPERATIONS = (
    "call",
    "elsewhere",
    "compiled",
    "traced",
    "effect",
    "gradient",
    "weight_gradients",
    "weights",
    "set_weights",
    "attribute",
    "method",
    "rebuilt",
    "configuration",
    "configured",
    "reloaded",
    "saved",
    "loaded",
    "from_keras",
    "forget",
)

Place = tuple[int, ...]  # of an array among the arguments: (1, 0) is the first item of the second


class Workbench:
    """Holds the learner's answers and performs the judge's operations on them.

    `answers` maps an exercise's name to the object that the learner bound to it. `excuses` may hold,
    for a name without an answer, the `LearnerError` that says why.
    """

    def __init__(self, answers: Mapping[str, Any], excuses: Mapping[str, LearnerError] | None = None):
        self._answers = answers
        self._excuses = excuses or {}
        self._kept: dict[int, Any] = {}
        self._last_handle = 0

    def perform(self, operation: str, target: str | Handle, *args: Any, **options: Any) -> Any:
        """Perform one operation; returns plain data, raises `LearnerError` for whatever goes wrong."""
        if operation not in OPERATIONS:
            raise ValueError(f"unknown operation {operation!r}; known: {', '.join(OPERATIONS)}")
        found = self._find(target)
        try:
            with usual_settings(), same_weights_at_first(found):
                result = getattr(self, f"_{operation}")(found, *args, **options)
                return to_plain(result, self._keep)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            asked = target if isinstance(target, str) else target.type_name
            raise describe(error, getattr(found, "__name__", asked)) from error

    def held(self, target: str | Handle) -> Any:
        """The learner's own object: an answer by its name, or what stands behind a handle."""
        return self._find(target)

    def received(self, value: Any, changeable: bool = False) -> Any:
        """Plain data as the learner's code receives it, in tensors; `changeable` as `effect` hands it over."""
        from autograder.seam.backends import tensors_are_fixed

        return self._tensors(value, changeable and tensors_are_fixed())

    def _find(self, target: str | Handle) -> Any:
        if isinstance(target, Handle):
            if target.number not in self._kept:
                raise LearnerError("error", f"The {target.type_name} is no longer there.")
            return self._kept[target.number]
        if target in self._answers:
            return self._answers[target]
        raise self._excuses.get(target) or LearnerError("missing", f"There is no `{target}` in the notebook.")

    def _keep(self, value: Any) -> Handle:
        self._last_handle += 1
        self._kept[self._last_handle] = value
        return Handle(self._last_handle, type(value).__name__)

    def _tensors(self, value: Any, as_numpy: bool = False) -> Any:
        return to_tensors(value, self._resolve, as_numpy)

    def _resolve(self, item: Any) -> Any:
        """The object behind a handle; a judge's function, wrapped so that only plain data reaches it."""
        if isinstance(item, Handle):
            return self._find(item)

        def called_back(*args: Any, **kwargs: Any) -> Any:
            return self._tensors(item(*to_plain(args, self._keep), **to_plain(kwargs, self._keep)))

        return called_back

    def _call(self, found: Any, args: tuple, kwargs: dict, policy: str | None = None) -> Any:
        _must_be_callable(found)
        args, kwargs = self._tensors(args), self._tensors(kwargs)
        with dtype_policy(policy):
            build_parts(found, args, kwargs)
            return found(*args, **kwargs)

    def _elsewhere(self, found: Any, args: tuple, kwargs: dict) -> Any:
        with other_hashes():
            return self._call(found, args, kwargs)

    def _compiled(
        self, found: Any, args: tuple, kwargs: dict, unknown_axes: int = 1, constant: tuple[int, ...] = ()
    ) -> Any:
        from autograder.seam.backends import compiled

        return compiled(*self._open(found, args, kwargs, constant), unknown_axes)

    def _traced(
        self, found: Any, args: tuple, kwargs: dict, unknown_axes: int = 1, constant: tuple[int, ...] = ()
    ) -> Any:
        """The graph of the same call, as data; the numbers in what it leaves open count for nothing."""
        from autograder.seam import graphs

        return graphs.as_data(graphs.traced(*self._open(found, args, kwargs, constant), unknown_axes))

    def _open(self, found: Any, args: tuple, kwargs: dict, constant: tuple[int, ...]) -> tuple[Callable, list]:
        """The call as a function of its positional arrays, also in dictionaries, but the constant ones; and these."""
        places = places_of_arrays(args, constant)
        fixed, kwargs = self._tensors(args), self._tensors(kwargs)

        def traced(*tensors: Any) -> Any:
            given = fixed
            for place, tensor in zip(places, tensors, strict=True):
                given = with_item(given, place, tensor)
            return found(*given, **kwargs)

        return traced, [item_at(fixed, place) for place in places]

    def _effect(self, found: Any, args: tuple, kwargs: dict) -> Any:
        """The arguments as they are after a call, in what can be changed: NumPy arrays, or PyTorch's own tensors.

        PyTorch has no arithmetic between the two, so with arrays a right answer would fail.
        """
        changeable = self.received(args, changeable=True)
        found(*changeable, **self.received(kwargs, changeable=True))
        return changeable

    def _gradient(
        self, found: Any, args: tuple, kwargs: dict, wrt: tuple[int | Place, ...], cotangent: np.ndarray
    ) -> Any:
        from autograder.seam.backends import gradients

        inputs, kwargs = self._tensors(args), self._tensors(kwargs)
        places = [(slot,) if isinstance(slot, int) else slot for slot in wrt]

        def loss(tensors: list) -> Any:
            moved = inputs
            for place, tensor in zip(places, tensors, strict=True):
                moved = with_item(moved, place, tensor)
            return _weighted_sum(found(*moved, **kwargs), cotangent)

        return gradients(loss, [item_at(inputs, place) for place in places])

    def _weight_gradients(self, found: Any, args: tuple, kwargs: dict, cotangent: np.ndarray) -> Any:
        from autograder.seam.backends import variable_gradients

        inputs, kwargs = self._tensors(args), self._tensors(kwargs)
        found(*inputs, **kwargs)
        return variable_gradients(
            lambda: _weighted_sum(found(*inputs, **kwargs), cotangent), list(found.trainable_variables)
        )

    def _weights(self, found: Any) -> Any:
        return [np.array(weight) for weight in found.get_weights()]

    def _set_weights(self, found: Any, arrays: list) -> None:
        found.set_weights(arrays)

    def _attribute(self, found: Any, path: str) -> Any:
        for name in path.split("."):
            found = getattr(found, name)
        return found

    def _method(self, found: Any, name: str, args: tuple, kwargs: dict) -> Any:
        return getattr(found, name)(*self._tensors(args), **self._tensors(kwargs))

    def _rebuilt(self, found: Any) -> Any:
        return type(found).from_config(found.get_config())

    def _configuration(self, found: Any) -> Any:
        return found.get_config()

    def _configured(self, found: Any, config: Any) -> Any:
        """A layer of this class, made from a configuration."""
        return found.from_config(config)

    def _reloaded(self, found: Any, args: tuple, kwargs: dict) -> Any:
        return self._loaded(type(found), self._saved(found, args, kwargs), found.name)

    def _saved(self, found: Any, args: tuple, kwargs: dict) -> np.ndarray:
        return saved(found, self._tensors(args), self._tensors(kwargs))

    def _loaded(self, found: Any, file: np.ndarray, name: str) -> Any:
        return loaded(found, file, name)

    def _from_keras(self, _found: Any, path: str) -> Any:
        import keras

        return self._attribute(keras, path)

    def _forget(self, found: Any) -> None:
        self._kept = {number: kept for number, kept in self._kept.items() if kept is not found}


def _must_be_callable(found: Any) -> None:
    if not callable(found):
        raise LearnerError("error", f"This must be a function or a class; it is {type(found).__name__}.")


def _weighted_sum(result: Any, cotangent: np.ndarray) -> Any:
    """The scalar that is differentiated: the first output times fixed numbers, summed."""
    from keras import ops

    first = result[0] if isinstance(result, (list, tuple)) else result
    numbers = ops.cast(first, "float32")  # some return float64, or float16
    return ops.sum(numbers * ops.convert_to_tensor(cotangent.astype(np.float32)))
