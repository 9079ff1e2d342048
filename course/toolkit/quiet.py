"""Importing keras without the banner that TensorFlow writes past Python into the notebook or terminal."""

import contextlib
import gc
import os
from collections.abc import Iterator


def import_keras() -> None:
    """Import keras, for its side effect, with nothing on the screen, now or when it looks for a GPU."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with silent(), _uncollected():
        import keras  # noqa: F401


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Send what is written to file descriptor 2 nowhere for a while."""
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Let no garbage be looked for: an import leaves next to none, and looking takes a fifth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
