"""`check`: the judge inside a learner's own notebook."""

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.units import Unit, UnknownName, find_exercise

if TYPE_CHECKING:
    from autograder.judging.judge import Judged
    from autograder.judging.verdicts import ExerciseVerdict
    from autograder.seam import Workbench


def check(exercise: str | Callable, seed: int | None = None):
    """Check the exercise with this name on what the notebook has bound to it, and show what holds.

    `seed` draws other inputs. Returns a report that JupyterLab shows as a table and a terminal as text; its `inputs`
    are what the first failing rule called the answer with. Where nbgrader runs the notebook, the report is what
    nbgrader reads: the points, or in *Validate* an error.
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
    from autograder.learner.inputs import Studied
    from autograder.seam import Workbench

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
        workbench = Workbench(answers)
        (found,) = _study(unit, workbench, seed, [exercise])
    except KeyboardInterrupt:
        return Note(
            f"The check of `{exercise}` was stopped.", "Was the machine busy, or is there a loop that never ends?"
        )
    if on_a_desk(unit):
        _keep(unit, [found.verdict])
    return Report(found.verdict, studied=found.asked and Studied(found.asked, workbench))


def judged(unit: Unit, answers: dict[str, Any]) -> "list[ExerciseVerdict]":
    """The verdicts on all exercises of a unit, as these answers stand."""
    from autograder.seam import Workbench

    return [found.verdict for found in _study(unit, Workbench(answers))]


def _study(
    unit: Unit, workbench: "Workbench", seed: int | None = None, only: list[str] | None = None
) -> "list[Judged]":
    from course.toolkit.quiet import silent

    from autograder.judging.judge import CHECK_SEED, study
    from autograder.judging.known import known_answers
    from autograder.learner.slow import said_when_slow

    seed = CHECK_SEED if seed is None else seed
    # TensorFlow reports errors of the answers, known mistakes' too, past Python to the screen, and Keras warns of what
    # is tried on purpose
    with said_when_slow(only[0] if only else unit.stem), silent(), warnings.catch_warnings():
        warnings.resetwarnings()  # of IPython's too: where one kind is an error, an answer's warnings are shown
        warnings.simplefilter("ignore")
        return study(unit.suite, workbench, seed, known_answers(unit), only)


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
