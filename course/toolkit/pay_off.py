"""The last cell of an exercise notebook: what the answers are good for, tried at home, left out in grading.

It trains for a while. A grader has no use for that, and would do it again for every notebook of a class; nor has
nbgrader's *Validate*, where a learner waits for what the checks say.
"""

from course.toolkit import figures

import functools
import os
from collections.abc import Callable
from typing import Any

from autograder.seam import given


def pay_off(run: Callable[..., Any], needs: Callable[[], Any] | None = None) -> Any:
    """Run it once the answers are written, or say what is still needed for it. Returns what it draws.

    `needs`, if there is one, is called first, and `run` is given what comes of it, such as a text that must be
    downloaded. No answer is at fault where that cannot be had: an `OSError` or a `ValueError` is told in its own words.
    """
    if given.giver() or "NBGRADER_EXECUTION" in os.environ:
        print("This cell trains for a while. It is left out where a notebook is graded or validated.")
        return None
    if needs is None:
        return figures.once_written(run)
    try:
        needed = needs()
    except (OSError, ValueError) as error:
        print(error)
        return None
    return figures.once_written(functools.partial(run, needed))
