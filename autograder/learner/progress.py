"""`progress`: where a learner stands, in the unit of a notebook and in the whole course."""

from pathlib import Path

from autograder.learner.check import answers_here, judged, on_a_desk
from autograder.units import Unit, UnknownName, all_units, find_unit


def progress(unit: str | None = None):
    """Show the points of a unit, exercise by exercise, and of the whole course; what is next; and the minutes left.

    The unit is that of this notebook, or the one that is named. Exercises whose cells have been run are checked now;
    all others show what their last check found.
    """
    from autograder.learner.desk import desk_around
    from autograder.learner.display import Note, Progress
    from autograder.learner.overview import Overview, Standing
    from autograder.learner.record import Record

    try:
        found = find_unit(unit) if unit else _unit_here()
    except UnknownName as error:
        return Note(str(error))
    here = Path.cwd()
    desk = desk_around(here)
    if found is None:
        return Standing(None, Overview(desk, here))
    try:
        verdicts = judged(found, answers_here())
    except KeyboardInterrupt:
        return Note(f"Checking {found.stem} was stopped.", "Was the machine busy, or is there a loop that never ends?")
    record = Record(desk)
    if on_a_desk(found):
        record.keep(found, [verdict for verdict in verdicts if not verdict.missing])
    before = {name: one.score for name, one in record.of(found).items() if one.attempted}
    return Standing(Progress(found.stem, verdicts, before), Overview(desk, here))


def _unit_here() -> Unit | None:
    """The unit in whose folder the notebook lies, else the one most of whose exercises it defines.

    A later unit's notebook has earlier answers from `course.built`, so that its names alone do not tell.
    """
    folder, units = Path.cwd().name, all_units()
    if (here := next((unit for unit in units if unit.stem == folder), None)) is not None:
        return here
    answers = answers_here()
    counted = [(sum(name in answers for name in unit.points()), unit) for unit in units]
    most, unit = max(counted, key=lambda pair: pair[0], default=(0, None))
    return unit if most else None
