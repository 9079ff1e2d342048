"""`check`: the judge inside a learner's own notebook."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.units import Unit, UnknownName, find_exercise


def check(exercise: str | Callable, seed: int | None = None):
    """Check the exercise with this name on what the notebook has bound to it, and show what holds.

    `seed` draws other inputs. Returns a report that JupyterLab shows as a table and a terminal as text.
    """
    from autograder.learner.display import Note, Report

    exercise = getattr(exercise, "__name__", exercise)
    try:
        unit = find_exercise(str(exercise))
    except UnknownName as error:
        return Note(str(error))
    answers = answers_here()
    if exercise not in answers:
        return Note(
            f"There is no `{exercise}` yet.",
            f"Run the cell that defines `{exercise}`, the one above this check, then run this cell again. "
            "After a restart of the kernel, run all cells above first.",
        )
    try:
        verdicts = judged(unit, answers, seed, [exercise])
    except KeyboardInterrupt:
        return Note(f"The check of `{exercise}` was stopped.", "Is there a loop that never ends?")
    if on_a_desk(unit):
        _keep(unit, verdicts)
    return Report(verdicts[0])


def judged(unit: Unit, answers: dict[str, Any], seed: int | None = None, only: list[str] | None = None):
    """The verdicts on the exercises of a unit, or on some of them, as these answers stand."""
    from course.toolkit.quiet import silent

    from autograder.judging.judge import CHECK_SEED, judge
    from autograder.judging.known import known_answers
    from autograder.seam import Workbench

    with silent():  # TensorFlow reports errors of the answers, known mistakes' too, past Python to the screen
        return judge(unit.suite, Workbench(answers), CHECK_SEED if seed is None else seed, known_answers(unit), only)


def answers_here() -> dict[str, Any]:
    """The names that the learner's notebook has bound."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        return shell.user_ns
    import __main__

    return vars(__main__)


def on_a_desk(unit: Unit) -> bool:
    """Whether this notebook is a learner's own copy of a unit, of whose points a record is kept."""
    from autograder.learner.desk import is_ours

    return Path.cwd().name == unit.stem and not is_ours(Path.cwd().parent)


def _keep(unit: Unit, verdicts: list) -> None:
    from autograder.learner.desk import desk_around
    from autograder.learner.record import Record

    Record(desk_around(Path.cwd())).keep(unit, verdicts)
