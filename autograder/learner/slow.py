"""A word under a cell whose check takes long: what goes on, and how to stop it."""

import contextlib
import contextvars
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from functools import partial

from autograder.learner.display import Note

PATIENCE = 20.0  # seconds; most checks take one or two


@contextlib.contextmanager
def said_when_slow(what: str, after: float | None = None) -> Iterator[None]:
    """Say so when the block takes more seconds than `PATIENCE`, or `after`; the note in a notebook goes when it ends.

    Begin it before anything redirects stderr: in a terminal the line goes where stderr goes now.
    """
    say, unsay = _under_the_cell(what) if _in_a_notebook() else _on_stderr(what)
    timer = threading.Timer(PATIENCE if after is None else after, partial(contextvars.copy_context().run, say))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        unsay()


def _in_a_notebook() -> bool:
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def _under_the_cell(what: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """What shows the note under the cell that runs, and what takes it away again if it was shown."""
    from IPython.display import HTML, display, update_display

    name, shown = uuid.uuid4().hex, threading.Event()
    how = "To stop: the ■ button above, or Kernel > Interrupt. Is the machine busy, or is there a loop that never ends?"

    def say() -> None:
        display(Note(f"Still checking `{what}` …", how), display_id=name)
        shown.set()

    def unsay() -> None:
        if shown.is_set():
            update_display(HTML(""), display_id=name)

    return say, unsay


def _on_stderr(what: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """The same as one line on what is now stderr, which stays."""
    screen = os.dup(2)

    def say() -> None:
        line = f"Still checking `{what}` … To stop: Ctrl+C. Is the machine busy, or is there a loop that never ends?\n"
        os.write(screen, line.encode())

    return say, lambda: os.close(screen)
