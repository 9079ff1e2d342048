"""What a check leaves in its cell where nbgrader runs the notebook, as *Validate* does: points, or an error.

nbgrader reads a number below a check cell as its points, an error or a line on stderr as none, and anything else as
full marks. Its *Validate* shows what stands in the error, so that is where a learner reads what is wrong.
"""

import contextlib
import io
import logging
import os
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from autograder.learner.display import Note, Report
from autograder.learner.telling import reasons
from autograder.seam.errors import describe

_WIDTH = 82  # nbgrader cuts off what is longer, in a terminal


class DoesNotHold(BaseException):
    """A check that failed, in a few lines and without a traceback: it is no error of anybody's code.

    IPython goes on after an `Exception` while it shows something, and would tell this twice.
    """

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class Points:
    """A report whose text is its points, as a number; in *Validate* it cannot be shown unless everything holds."""

    def __init__(self, shown: Report | Note, points: float, failure: str | None):
        self._shown, self._points, self._failure = shown, points, failure

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shown, name)

    def __repr__(self) -> str:
        return f"{self._points:g}"

    def _repr_html_(self) -> str:
        return self._shown._repr_html_()

    def _ipython_display_(self) -> None:
        if self._failure and os.environ.get("NBGRADER_EXECUTION") == "validate":
            raise DoesNotHold("\n".join(_wrapped(self._failure)))
        raise NotImplementedError  # IPython's word for: show it as you show any other object


def points(shown: Report | Note, exercise: str) -> Points:
    """A report, or the note that stands in its place, as nbgrader reads it."""
    if isinstance(shown, Note):
        return Points(shown, 0, f"{exercise}: {shown.headline}\n{_stopped_before()}")
    verdict = shown.verdict
    if verdict.first_failure is None:
        return Points(shown, verdict.score, None)
    return Points(shown, verdict.score, "\n".join([shown.headline, *reasons(verdict)]))


def _stopped_before() -> str:
    """What the last cell that stopped with an error said: mostly why there is no answer."""
    error = getattr(sys, "last_value", None)
    if not isinstance(error, Exception):
        return ""
    told = describe(error)
    where = f", {told.line}" if told.line else ""
    return f"A cell above this check stopped with {told.message}{where}"


@contextlib.contextmanager
def nothing_on_stderr() -> Iterator[None]:
    """Keep warnings and logs of a right answer out of the check's cell, where they would cost its points."""
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(disabled)


def _wrapped(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in textwrap.wrap(line, _WIDTH)]
