"""Marking a notebook where its learner works: what it builds on is their own, as far as it passes.

In a learners' edition of the course nobody else's notebooks are marked, and there are no solutions. So an earlier
answer is the learner's own if all its checks hold, else the sealed reference. It is judged as any notebook is, in a
worker. Where the solutions are, whose notebook it is cannot be known, and answers are always the references.
"""

from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder.grading import intake
from autograder.grading.executable_cells import cells_of, needed_cells
from autograder.grading.marker import Marker
from autograder.grading.verdict_store import Marked
from autograder.judging.references import reference_of, references_before, taken
from autograder.judging.slicing import statements_if_any
from autograder.judging.verdicts import ExerciseVerdict
from autograder.learner.stepping_stones import desks_around
from autograder.sandbox import Cell
from autograder.seam.given import Reference
from autograder.units import Unit, all_units, is_handout


def mark_at_home(marker: Marker, notebook: NotebookNode, unit: Unit, folder: Path) -> tuple[Marked, list[str]]:
    """Mark a notebook that intake has taken from `folder`; also says which earlier answers it was built on.

    What builds on an answer that cannot be had is left unmarked.
    """
    earlier = _Earlier(marker, folder)
    given = earlier.given(unit, cells_of(notebook)) if is_handout() else references_before(unit)
    return marker.mark(notebook, unit, references=given), earlier.told


class _Earlier:
    """The earlier answers of a learner, each judged when something builds on it."""

    def __init__(self, marker: Marker, folder: Path):
        self._marker, self._desks = marker, desks_around(folder)
        self._own: dict[str, Reference | None] = {}
        self.told: list[str] = []

    def given(self, unit: Unit, cells: Sequence[Cell]) -> list[Reference]:
        """What these cells of a unit may build on: the references, and before them what is the learner's own."""
        wanted = taken(statement for cell in cells for statement in statements_if_any(cell.source))
        for earlier in all_units():
            names = [name for name in earlier.points() if name in wanted and name not in self._own]
            if names and earlier.stem < unit.stem:
                self._judge(earlier, names)
        own = [reference for reference in self._own.values() if reference and reference.unit < unit.stem]
        return [*references_before(unit), *own]

    def _judge(self, unit: Unit, names: Sequence[str]) -> None:
        """Find out which of these answers the learner has right, on the first desk that has each."""
        self._own |= dict.fromkeys(names)
        why = dict.fromkeys(names, f"there is no notebook of yours in {self._desks[0].folder.name}/{unit.stem}")
        for desk in self._desks:
            left = [name for name in names if not self._own[name]]
            if left and desk.notebook(unit).is_file():
                self._judge_on(desk.notebook(unit), unit, left, why)
        otherwise = "is the reference" if reference_of(unit).source else "cannot be had"
        self.told += [f"{name} {'is yours' if self._own[name] else otherwise}; {why[name]}." for name in names]

    def _judge_on(self, path: Path, unit: Unit, names: Sequence[str], why: dict[str, str]) -> None:
        cells = cells_of(intake.take(path, unit).notebook)
        decide = needed_cells(cells, names)
        marked = self._marker.mark_cells(decide, unit, names, self.given(unit, decide))
        for exercise in marked.verdict.exercises:
            why[exercise.name] = f"{_state(exercise)} in {path.parent.parent.name}/{unit.stem}"
            if exercise.score == exercise.max_score:
                decided = needed_cells(_until_checked(cells, exercise.name), [exercise.name])
                source = "\n".join(cell.source for cell in decided)
                self._own[exercise.name] = Reference(unit.stem, (exercise.name,), source)


def _until_checked(cells: Sequence[Cell], name: str) -> Sequence[Cell]:
    """The cells before the place that binds an answer."""
    return cells[: [cell.binds for cell in cells].index(name)]


def _state(exercise: ExerciseVerdict) -> str:
    held = sum(test.outcome == "passed" for test in exercise.tests)
    if exercise.unmarked:
        return "what yours builds on is missing"
    if not exercise.attempted:
        return "yours is not written yet"
    whole = exercise.score == exercise.max_score
    return "all its checks hold" if whole else f"{held} of {len(exercise.tests)} checks hold for yours"
