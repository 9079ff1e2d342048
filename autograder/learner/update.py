"""Moving what a learner wrote from an old notebook into the exercises of today."""

import re
from dataclasses import dataclass, field
from typing import Any

from autograder.learner.generated import id_of, text_of
from autograder.seam.errors import STUB_MESSAGE

_GENERATED_ID = re.compile(r"([0-9a-f]{12})(-\d+)?")
_HOMELESS = "## From your old notebook\nThese cells have no place in the exercises of today. They are kept here."

Cell = dict[str, Any]


@dataclass
class Moved:
    """A new notebook with what the learner wrote, the answers that were moved, and what found no place."""

    notebook: dict[str, Any]
    answers: list[str] = field(default_factory=list)
    added: int = 0
    homeless: list[str] = field(default_factory=list)


def moved_into(fresh: dict[str, Any], mine: dict[str, Any]) -> Moved:
    """Put the answers and the cells of `mine` into the notebook `fresh`.

    Answers go by their grade id. A cell of the learner's own follows the nearest cell before it that is still there.
    A cell that was handed out and is unchanged is recognised by its id, which is made from its text, and left behind.
    """
    moved = Moved(fresh)
    cells: list[Cell] = fresh["cells"]
    place = -1
    for cell in [cell for cell in mine["cells"] if isinstance(cell, dict)]:
        at = _place_of(cell, cells)
        name, role = _grade_id(cell), cell.get("metadata", {}).get("nbgrader") or {}
        if at is not None:
            place = at
            if role.get("solution") and _is_written(cell, cells[at]):
                _take(cell, cells[at])
                moved.answers.append(name)
            elif not name and text_of(cell) != text_of(cells[at]):  # a handed-out cell that the learner wrote in
                _take(cell, cells[at])
                moved.added += 1
        elif role.get("solution"):
            if STUB_MESSAGE not in text_of(cell):
                moved.homeless.append(name)
                _append(cells, cell)
        elif not name and _is_the_learners(cell, cells):
            place += 1
            cells.insert(place, _own(cell, cells))
            moved.added += 1
    return moved


def put_back(mine: dict[str, Any], fresh: dict[str, Any], exercise: str) -> bool:
    """Give one answer cell of `mine` the text that was handed out; says whether there is such a cell."""
    stub = next(text_of(cell) for cell in fresh["cells"] if _grade_id(cell) == exercise)
    cells = [cell for cell in mine["cells"] if isinstance(cell, dict) and _grade_id(cell) == exercise]
    for cell in cells:
        cell["source"], cell["outputs"], cell["execution_count"] = stub, [], None
    return bool(cells)


def _grade_id(cell: Cell) -> str:
    nbgrader = cell.get("metadata", {}).get("nbgrader")
    return (nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None) or ""


def _place_of(cell: Cell, cells: list[Cell]) -> int | None:
    """Which cell of the new notebook this one is: by grade id, by id, or by its text."""
    grade_id, cell_id, text = _grade_id(cell), cell.get("id"), text_of(cell).strip()
    for index, other in enumerate(cells):
        if (grade_id and grade_id == _grade_id(other)) or (not grade_id and cell_id and cell_id == other.get("id")):
            return index
    for index, other in enumerate(cells):
        if not grade_id and text and text == text_of(other).strip() and cell["cell_type"] == other["cell_type"]:
            return index
    return None


def _is_written(cell: Cell, fresh: Cell) -> bool:
    """Whether an answer cell holds something of the learner's, be it beside a line that still raises."""
    return text_of(cell).strip() not in ("", text_of(fresh).strip()) and not _is_old_stub(cell)


def _is_old_stub(cell: Cell) -> bool:
    """Whether an answer cell is as it was once handed out: nbgrader has noted what that was."""
    noted = cell["metadata"]["nbgrader"].get("checksum")
    if noted is None or STUB_MESSAGE not in text_of(cell):
        return False
    from nbformat import from_dict
    from nbgrader.utils import compute_checksum

    return compute_checksum(from_dict({**cell, "source": text_of(cell)})) == noted


def _is_the_learners(cell: Cell, cells: list[Cell]) -> bool:
    """Whether the learner wrote a cell: it says something, and is none that was handed out as it stands."""
    text = text_of(cell)
    handed_out = _GENERATED_ID.fullmatch(str(cell.get("id", "")))
    return bool(text.strip()) and not (handed_out and handed_out.group(1) == id_of(text))


def _take(cell: Cell, into: Cell) -> None:
    into["source"] = cell.get("source", "")
    if into["cell_type"] == "code":
        into["outputs"], into["execution_count"] = cell.get("outputs", []), None


def _own(cell: Cell, cells: list[Cell]) -> Cell:
    """A cell of the learner's, under an id that no other cell has."""
    taken = {other.get("id") for other in cells}
    fresh_id = str(cell.get("id") or "own")
    while fresh_id in taken:
        fresh_id += "-own"
    return {**cell, "id": fresh_id[:64]}


def _append(cells: list[Cell], cell: Cell) -> None:
    """Put an answer whose exercise is gone at the end, as a cell of the learner's own."""
    if not any(text_of(other) == _HOMELESS for other in cells):
        cells.append({"cell_type": "markdown", "id": "from-your-old-notebook", "metadata": {}, "source": _HOMELESS})
    metadata = {name: value for name, value in cell["metadata"].items() if name != "nbgrader"}
    cells.append(_own({**cell, "metadata": metadata}, cells))
