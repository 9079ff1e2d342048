"""Settings that hold for a whole process, as the course has them whatever a notebook has left behind."""

import builtins
import contextlib
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np


class _Setting(NamedTuple):
    """How a setting is read and written, and what the course expects it to be."""

    read: Callable[[], Any]
    write: Callable[[Any], None]
    usual: Any

    def become(self, value: Any) -> None:
        """Be this; written only where it differs."""
        if self.read() != value:
            self.write(value)


@contextlib.contextmanager
def usual_settings() -> Iterator[None]:
    """Let the settings of Keras, its backend and NumPy be those that the course starts with; afterwards as before.

    Who tries mixed precision in one cell and forgets it there must not lose points for an exercise further down,
    and what is changed in the meantime, by an answer that is asked, does not last either.
    """
    with warnings.catch_warnings(), np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):
        _no_errors_of_warnings()
        before = [(setting, setting.read()) for setting in _settings()]
        try:
            for setting, _ in before:
                setting.become(setting.usual)
            yield
        finally:
            for setting, value in reversed(before):
                setting.become(value)


@contextlib.contextmanager
def dtype_policy(name: str | None) -> Iterator[None]:
    """Let Keras' default dtype policy be this one for a while; None leaves it alone."""
    if name is None:
        yield
        return
    import keras

    before = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy(name)
        yield
    finally:
        keras.config.set_dtype_policy(before)


@contextlib.contextmanager
def other_hashes() -> Iterator[None]:
    """Let `hash` give other numbers for text for a while, as it does in every other process."""
    usual = builtins.hash

    def elsewhere(value: Any) -> int:
        return usual(("elsewhere", value)) if _holds_text(value) else usual(value)

    builtins.hash = elsewhere
    try:
        yield
    finally:
        builtins.hash = usual


def _no_errors_of_warnings() -> None:
    """A warning stays a warning, also where a cell has made errors of all; those that Python hides stay hidden."""
    if any(action == "error" for action, *_ in warnings.filters):
        warnings.simplefilter("default")
        for hidden in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", hidden)


def _settings() -> Iterator[_Setting]:
    """The settings of what is imported; imports nothing for its own sake."""
    keras, tensorflow, torch = (sys.modules.get(name) for name in ("keras", "tensorflow", "torch"))
    if keras is not None:
        yield from _of_keras(keras)
    if tensorflow is not None:
        config = tensorflow.config
        yield _Setting(config.functions_run_eagerly, config.run_functions_eagerly, False)
    if torch is not None:
        yield _Setting(torch.is_grad_enabled, torch.set_grad_enabled, True)
        yield _Setting(torch.get_default_dtype, torch.set_default_dtype, torch.float32)


def _of_keras(keras: Any) -> Iterator[_Setting]:
    config = keras.config
    yield _Setting(config.floatx, config.set_floatx, "float32")
    yield _Setting(config.epsilon, config.set_epsilon, 1e-7)
    yield _Setting(config.image_data_format, config.set_image_data_format, "channels_last")
    yield _Setting(config.is_traceback_filtering_enabled, _traceback_filtering(config), True)
    yield _Setting(config.dtype_policy, config.set_dtype_policy, keras.DTypePolicy("float32"))


def _traceback_filtering(config: Any) -> Callable[[bool], None]:
    return lambda wanted: config.enable_traceback_filtering() if wanted else config.disable_traceback_filtering()


def _holds_text(value: Any) -> bool:
    if isinstance(value, (tuple, frozenset)):
        return any(map(_holds_text, value))
    return isinstance(value, (str, bytes))
