"""The last cell of an exercise notebook: what the answers are good for, tried at home, left out in grading.

It trains for a while. A grader has no use for that, and would do it again for every notebook of a class.
"""

from course.toolkit import figures

from collections.abc import Callable

from autograder.seam import given


def pay_off(run: Callable[[], None]) -> None:
    """Run it once the answers are written, or say what is still needed for it."""
    if given.giver():
        print("This cell trains for a while. It is left out where notebooks are graded.")
    else:
        figures.once_written(run)
