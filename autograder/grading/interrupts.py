"""Ctrl-C: noted where it can be obeyed in order, and kept from the processes that a run has started."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator


class Interrupted(Exception):
    """Somebody pressed Ctrl-C. `marked` verdicts are kept; `entered` submissions of `total` are done."""

    def __init__(self, marked: int, entered: int, total: int):
        super().__init__(f"{marked} of {total} submissions are marked and kept")
        self.marked, self.entered, self.total = marked, entered, total


@contextlib.contextmanager
def noted_interrupts() -> Iterator[Callable[[], bool]]:
    """Note Ctrl-C instead of raising wherever the program happens to be; gives a function that says whether it came."""
    came = threading.Event()
    with _handled_by(lambda *_: came.set()):
        yield came.is_set


@contextlib.contextmanager
def ignored_interrupts() -> Iterator[None]:
    """Start processes that ignore Ctrl-C, as it reaches every process of a terminal."""
    with _handled_by(signal.SIG_IGN):
        yield


@contextlib.contextmanager
def _handled_by(handler) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # elsewhere signals cannot be handled
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
