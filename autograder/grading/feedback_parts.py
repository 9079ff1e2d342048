"""What stands where on a feedback page: a row for each exercise, and the cells of the notebook, open or folded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from nbformat import NotebookNode

from autograder.grading.executed_notebook import PROBLEM
from autograder.grading.our_cells import checked_by, is_by_hand, nbgrader_fields

_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_NO_RESPONSE = "No response."  # nbgrader's own comment on an untouched answer, of which the page tells already
_OPEN = ("answer", "check")


@dataclass
class Group:
    """Cells that stand together; those that are not open are folded below their title."""

    kind: str
    cells: list[NotebookNode]

    @property
    def open(self) -> bool:
        return self.kind in _OPEN

    @property
    def title(self) -> str:
        if self.kind == "task":
            return f"The task: {_heading(self.cells[0])}".removesuffix(": ")
        count = f"{len(self.cells)} cell{'s' * (len(self.cells) > 1)}"
        return f"Added by you · {count}" if self.kind == "added" else f"More of the notebook · {count}"


@dataclass
class Part:
    """An exercise with its cells; or, without a name, what stands between two exercises.

    `state` is "attempted", or why there was no attempt; `reasons` are why an attempt falls short.
    """

    name: str = ""
    score: float = 0.0
    points: float = 0.0
    state: str = "attempted"
    reasons: list[str] = field(default_factory=list)
    commented: list[str] = field(default_factory=list)
    cells: list[NotebookNode] = field(default_factory=list)

    @property
    def sign(self) -> str:
        if self.score >= self.points:
            return "✓"
        return "✗" if self.state == "attempted" or self.score else "–"

    @property
    def word(self) -> str:
        return {"✓": "right", "✗": "not all right"}.get(self.sign, self.state)

    @property
    def groups(self) -> list[Group]:
        by_kind = groupby(self.cells, key=lambda cell: (_kind(cell), _kind(cell) in _OPEN and cell.id))
        return [Group(kind, list(cells)) for (kind, _), cells in by_kind]


def title_of(notebook: NotebookNode, otherwise: str) -> str:
    """The first heading of a notebook of ours."""
    first = next((cell for cell in notebook.cells if cell.cell_type == "markdown" and cell.get("id") != PROBLEM), None)
    return (first and _heading(first)) or otherwise


def parts_of(notebook: NotebookNode) -> list[Part]:
    """A notebook in parts: each exercise from its task to its check, and what stands between them."""
    parts = [Part()]
    ends = _ends(notebook.cells)
    for index, cell in enumerate(notebook.cells):
        if cell.get("id") == PROBLEM:
            continue
        name = _exercise(cell)
        if name and name != parts[-1].name:
            parts.append(Part(name))
        elif not name and index > ends.get(parts[-1].name, -1) and parts[-1].name:
            parts.append(Part())
        parts[-1].cells.append(cell)
        _take_grades(parts[-1], cell)
    return [part for part in parts if part.cells]


def _take_grades(part: Part, cell: NotebookNode) -> None:
    fields = nbgrader_fields(cell)
    if fields.get("grade") or fields.get("task"):
        part.score += fields.get("score") or 0.0
        part.points += fields.get("points") or 0.0
        verdict = cell.metadata.get("verdict", {})
        part.state, part.reasons = verdict.get("state", "attempted"), verdict.get("reasons", [])
    if fields.get("comment") == _NO_RESPONSE:
        del fields["comment"]
    if fields.get("comment"):
        part.commented.append(fields.grade_id)


def _ends(cells: Sequence[NotebookNode]) -> dict[str, int]:
    """The place of each exercise's last cell."""
    return {name: index for index, name in enumerate(map(_exercise, cells)) if name}


def _exercise(cell: NotebookNode) -> str:
    """The exercise, or the cell graded by hand, that a cell belongs to; none where it is only locked."""
    name = nbgrader_fields(cell).get("grade_id", "")
    if name.endswith("-task") or nbgrader_fields(cell).get("solution") or is_by_hand(cell) or checked_by(cell):
        return name.removesuffix("-check").removesuffix("-task")
    return ""


def _kind(cell: NotebookNode) -> str:
    fields = nbgrader_fields(cell)
    if fields.get("solution"):
        return "answer"
    if fields.get("grade"):
        return "check"
    if _exercise(cell):
        return "task"
    return "added" if str(cell.get("id", "")).startswith("added-") else "more"


def _heading(cell: NotebookNode) -> str:
    found = _HEADING.search(cell.source) if cell.cell_type == "markdown" else None
    return found[1].replace("`", "") if found else ""
