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
    if threading.current_thread() is not threading.main_thread():  # elsewhere signals cannot be handled
        yield came.is_set
        return
    before = signal.signal(signal.SIGINT, lambda *_: came.set())
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def withheld_interrupts() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach before they `ignore_interrupts`. Here it is late, not lost."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_interrupts() -> None:
    """Let this process, and what it starts, ignore Ctrl-C: a terminal sends it to all, one of them acts on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
