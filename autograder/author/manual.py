"""Cells that an instructor adds to an assignment, to be graded by hand: in its source, or in JupyterLab.

In the source such a cell carries its points: `# %% [markdown] grade_id="essay" points=5`, or `# %% grade_id="sketch"
points=3` for code; `task=true` makes nbgrader's task of a text. In the notebook made from it they are what nbgrader's
*Create Assignment* marks as manually graded answers, manually graded tasks, or read-only. Such a cell has an id that
is not its grade id, while every cell from the source has its grade id as its id: so a build can tell them apart.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from nbformat import NotebookNode, from_dict

from autograder.units import Unit

_GRADE_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")  # what nbgrader allows
_ROLES = ("", "-check", "-task")


def fields_of(cell: NotebookNode, grade_id: str, points: Any, task: Any, unit: Unit) -> dict[str, Any]:
    """nbgrader's metadata for a cell of the source that has points of its own; raises `ValueError`."""
    wrong = _what_is_wrong(cell, grade_id, points, task, unit)
    if wrong:
        raise ValueError(f"{unit.solution_source.name}: the cell {grade_id!r} {wrong}.")
    return {
        "cell_type": cell.cell_type,
        "grade": not task,
        "grade_id": grade_id,
        "locked": bool(task),
        "points": points,
        "schema_version": 3,
        "solution": not task,
        "task": bool(task),
    }


def _what_is_wrong(cell: NotebookNode, grade_id: str, points: Any, task: Any, unit: Unit) -> str:
    if grade_id in _ids_of_exercises(unit):
        return f"belongs to an exercise, whose points stand in {unit.suite.name}: leave points={points!r} out"
    if not _GRADE_ID.fullmatch(grade_id):
        return "needs another grade_id: up to 60 letters, digits, - and _"
    if isinstance(points, bool) or not isinstance(points, (int, float)) or points < 0:
        return f"needs points that are a number from 0 on; received points={points!r}"
    if cell.cell_type not in ("markdown", "code"):
        return f"must be text or code to be graded; it is {cell.cell_type}"
    return "is a task, and tasks are text: write [markdown]" if task and cell.cell_type != "markdown" else ""


def keep_added(notebook: NotebookNode, unit: Unit) -> NotebookNode:
    """Put the cells that an instructor has added to the notebook of solutions into a new one, each in its place.

    That is after the nearest cell before it that is still there. Raises `ValueError` for a cell whose points only a
    suite could give, or whose grade id another cell has.
    """
    is_added, place = added_to(unit), -1
    for cell in _cells_of_solution(unit):
        if is_added(cell):
            place += 1
            notebook.cells.insert(place, _kept(cell, notebook, unit))
        else:
            places = [index for index, other in enumerate(notebook.cells) if other.id == cell.get("id")]
            place = places[0] if places else place
    return notebook


def added_to(unit: Unit) -> Callable[[dict[str, Any]], bool]:
    """Tells of a cell in the unit's notebook of solutions whether an instructor has added it for nbgrader."""
    known = _ids_of_exercises(unit)

    def is_added(cell: dict[str, Any]) -> bool:
        grade_id = (cell.get("metadata", {}).get("nbgrader") or {}).get("grade_id")
        return bool(grade_id) and grade_id not in known and grade_id != cell.get("id")

    return is_added


def _cells_of_solution(unit: Unit) -> list[dict[str, Any]]:
    """The cells of the notebook of solutions; none where it is no notebook: that a build does not overwrite."""
    try:
        cells = json.loads(unit.solution.read_text("utf-8"))["cells"]
        return [cell for cell in cells if isinstance(cell.get("metadata"), dict)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _kept(cell: dict[str, Any], notebook: NotebookNode, unit: Unit) -> NotebookNode:
    nbgrader = cell["metadata"]["nbgrader"]
    if any(other.metadata.get("nbgrader", {}).get("grade_id") == nbgrader["grade_id"] for other in notebook.cells):
        raise ValueError(
            f"{unit.solution.name}: the cell {nbgrader['grade_id']!r} was added here, and another cell has that "
            f"grade_id, here or in {unit.solution_source.name}. Give one of them another."
        )
    if nbgrader.get("grade") != nbgrader.get("solution"):
        raise ValueError(
            f"{unit.solution.name}: the cell {nbgrader['grade_id']!r} is marked as one that is graded automatically, "
            f"and {unit.suite.name} has no exercise of that name. Mark it as a manually graded answer, a manually "
            "graded task or read-only, or write the exercise's suite."
        )
    source = cell.get("source", "")
    kept = {
        "cell_type": cell["cell_type"],
        "id": _free_id(str(cell.get("id") or f"added-{nbgrader['grade_id']}"), notebook),
        "metadata": {"nbgrader": nbgrader},
        "source": source if isinstance(source, str) else "".join(source),
    }
    if cell["cell_type"] == "code":
        kept |= {"outputs": [], "execution_count": None}
    elif cell.get("attachments"):
        kept["attachments"] = cell["attachments"]
    return from_dict(kept)


def _free_id(wanted: str, notebook: NotebookNode) -> str:
    taken = {cell.id for cell in notebook.cells}
    while wanted in taken:
        wanted += "-added"
    return wanted[:64]


def _ids_of_exercises(unit: Unit) -> set[str]:
    return {f"{name}{role}" for name in unit.points() for role in _ROLES}
