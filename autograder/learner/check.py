"""`check` and `progress`: the judge inside a learner's own notebook."""

import os
from collections.abc import Callable
from typing import Any

from autograder.units import Unit, UnknownName, all_units, find_exercise, find_unit


def check(exercise: str | Callable, seed: int | None = None):
    """Check the exercise with this name on what the notebook has bound to it, and show what holds.

    `seed` draws other inputs. Returns a report that JupyterLab shows as a table and a terminal as text. Where
    nbgrader runs the notebook, the report is what nbgrader reads: the points, or in *Validate* an error.
    """
    exercise = getattr(exercise, "__name__", exercise)
    if "NBGRADER_EXECUTION" not in os.environ:
        return _checked(exercise, seed)
    from autograder.learner import under_nbgrader

    with under_nbgrader.nothing_on_stderr():
        return under_nbgrader.points(_checked(exercise, seed), str(exercise))


def _checked(exercise: str, seed: int | None):
    """The report on an exercise, or a note of why there is none."""
    from autograder.learner.display import Note, Report

    try:
        unit = find_exercise(str(exercise))
    except UnknownName as error:
        return Note(str(error))
    answers = _answers()
    if exercise not in answers:
        return Note(
            f"There is no `{exercise}` yet.",
            f"Run the cell that defines `{exercise}`, the one above this check, then run this cell again. "
            "After a restart of the kernel, run all cells above first.",
        )
    try:
        return Report(_judge(unit, answers, seed, [exercise])[0])
    except KeyboardInterrupt:
        return Note(f"The check of `{exercise}` was stopped.", "Is there a loop that never ends?")


def progress(unit: str | None = None):
    """Check every exercise of a unit and show the points of each; by default the unit of this notebook."""
    from autograder.learner.display import Note, Progress

    answers = _answers()
    try:
        found = find_unit(unit) if unit else _unit_of(answers)
    except UnknownName as error:
        return Note(str(error))
    if found is None:
        return Note("No exercise is defined yet.", "Run the cells above, or name a unit: `progress('04_attention')`.")
    return Progress(found.stem, _judge(found, answers))


def _judge(unit: Unit, answers: dict[str, Any], seed: int | None = None, only: list[str] | None = None):
    from course.toolkit.quiet import silent

    from autograder.judging.judge import CHECK_SEED, judge
    from autograder.judging.known import known_answers
    from autograder.seam import Workbench

    with silent():  # TensorFlow reports errors of the answers, known mistakes' too, past Python to the screen
        return judge(unit.suite, Workbench(answers), CHECK_SEED if seed is None else seed, known_answers(unit), only)


def _answers() -> dict[str, Any]:
    """The names that the learner's notebook has bound."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        return shell.user_ns
    import __main__

    return vars(__main__)


def _unit_of(answers: dict[str, Any]) -> Unit | None:
    """The unit most of whose exercises the notebook defines."""
    counted = [(sum(name in answers for name in unit.points()), unit) for unit in all_units()]
    most, unit = max(counted, key=lambda pair: pair[0], default=(0, None))
    return unit if most else None
