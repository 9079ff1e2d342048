"""One process of a pool: it runs what it is given, one task after the other, and says which step it has come to."""

import resource
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection

from autograder.grading.interrupts import ignore_interrupts

_MOST_DATA = 8 << 30  # bytes on top of what is there at the start: the kernel's bound, where looks come too late
_parent: Connection | None = None


def serve(parent: Connection, prepare: Callable[..., None], args: tuple) -> None:
    """Run tasks until the other end of the connection closes."""
    global _parent
    _parent = parent
    ignore_interrupts()
    if sys.platform == "linux":
        from autograder.sandbox import kernel

        kernel.die_with_parent()
        _bound_memory()
    try:
        prepare(*args)
    except Exception as error:
        parent.send(("unfit", f"{type(error).__name__}: {error}"))
        return
    parent.send(("ready",))
    while True:
        try:
            function, arguments = parent.recv()
        except EOFError:
            return
        _answer(parent, function, arguments)


def announce(step: str, digest: str = "") -> None:
    """Say which step of a task comes now, so that its own budget is counted for it."""
    if _parent is not None:
        _parent.send(("step", step, digest))


def _answer(parent: Connection, function: Callable, arguments: tuple) -> None:
    try:
        result = function(*arguments)
    except Exception as error:
        result = error
    try:
        parent.send(("done", result))
    except Exception as error:  # it cannot be sent
        parent.send(("done", RuntimeError(f"{type(error).__name__}: {error}")))


def _bound_memory() -> None:
    """A limit that allocations run into at once; it ends no process of a learner's, which has limits of its own."""
    with open("/proc/self/statm") as file:
        data = int(file.read().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (data + _MOST_DATA, data + _MOST_DATA))
