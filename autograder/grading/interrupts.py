"""Ctrl-C and other wishes that a run may end: noted where they can be obeyed in order, and kept from its processes."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

_STOPS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


class Interrupted(Exception):
    """Somebody pressed Ctrl-C, closed the terminal, or asked the process to end: `signal` says which.

    `marked` verdicts are kept; `entered` submissions of `total` are done.
    """

    def __init__(self, marked: int, entered: int, total: int, signal: int = signal.SIGINT):
        super().__init__(f"{marked} of {total} submissions are marked and kept")
        self.marked, self.entered, self.total, self.signal = marked, entered, total, signal


@contextlib.contextmanager
def noted_interrupts() -> Iterator[Callable[[], int]]:
    """Note a signal to stop instead of obeying wherever the program happens to be.

    Gives a function that returns the number of the first that came, or 0. What was ignored before, as a hang-up is
    under `nohup`, goes on being ignored.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # elsewhere signals cannot be handled
        yield lambda: 0
        return
    before = {number: signal.getsignal(number) for number in _STOPS}
    noted = [number for number in _STOPS if before[number] is not signal.SIG_IGN]
    for number in noted:
        signal.signal(number, lambda which, _: came.append(which))
    try:
        yield lambda: came[0] if came else 0
    finally:
        for number in noted:
            signal.signal(number, before[number])


@contextlib.contextmanager
def withheld_interrupts() -> Iterator[None]:
    """Start processes that no such signal reaches before they `ignore_interrupts`. Here it is late, not lost."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_interrupts() -> None:
    """Let this process, and what it starts, ignore them: a whole group is sent them, one process acts on them."""
    for number in _STOPS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
