"""`check` and `progress`: the judge inside a learner's own notebook."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograder.units import Unit, UnknownName, all_units, find_exercise, find_unit

if TYPE_CHECKING:
    from autograder.judging.judge import Judged
    from autograder.judging.verdicts import ExerciseVerdict
    from autograder.seam import Workbench


def check(exercise: str | Callable, seed: int | None = None):
    """Check the exercise with this name on what the notebook has bound to it, and show what holds.

    `seed` draws other inputs. Returns a report that JupyterLab shows as a table and a terminal as text; its `inputs`
    are what the first failing rule called the answer with.
    """
    from autograder.learner.display import Note, Report
    from autograder.learner.inputs import Studied
    from autograder.seam import Workbench

    exercise = getattr(exercise, "__name__", exercise)
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
        workbench = Workbench(answers)
        (judged,) = _study(unit, workbench, seed, [exercise])
    except KeyboardInterrupt:
        return Note(f"The check of `{exercise}` was stopped.", "Is there a loop that never ends?")
    return Report(judged.verdict, studied=judged.asked and Studied(judged.asked, workbench))


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


def _judge(unit: Unit, answers: dict[str, Any]) -> "list[ExerciseVerdict]":
    from autograder.seam import Workbench

    return [judged.verdict for judged in _study(unit, Workbench(answers))]


def _study(
    unit: Unit, workbench: "Workbench", seed: int | None = None, only: list[str] | None = None
) -> "list[Judged]":
    from course.toolkit.quiet import silent

    from autograder.judging.judge import CHECK_SEED, study
    from autograder.judging.known import known_answers
    from autograder.learner.slow import said_when_slow

    seed = CHECK_SEED if seed is None else seed
    # TensorFlow reports errors of the answers, known mistakes' too, past Python to the screen
    with said_when_slow(only[0] if only else unit.stem), silent():
        return study(unit.suite, workbench, seed, known_answers(unit), only)


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
