"""The cells of our own copy of a notebook: which are answers, which check them, and which a person grades."""

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from autograder.units import Unit

MISSING = "# This answer cell was missing from the submission."


def nbgrader_fields(cell: NotebookNode) -> dict[str, Any]:
    """What nbgrader has written about a cell of ours, or nothing."""
    return cell.metadata.get("nbgrader", {})


def answers_in(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The answer cells of the exercises in a notebook of ours by their grade id, in order; none graded by hand."""
    answers = [cell for cell in notebook.cells if nbgrader_fields(cell).get("solution") and not is_by_hand(cell)]
    return {cell.metadata.nbgrader.grade_id: cell for cell in answers}


def checked_by(cell: NotebookNode) -> str | None:
    """The exercise whose check a cell of ours is, or None."""
    fields = nbgrader_fields(cell)
    return fields["grade_id"].removesuffix("-check") if fields.get("grade") and not fields.get("solution") else None


def is_by_hand(cell: NotebookNode) -> bool:
    """Whether a person gives the points of a cell of ours: a manually graded answer, or a task."""
    fields = nbgrader_fields(cell)
    return bool(fields.get("task") or (fields.get("grade") and fields.get("solution")))


def is_answered(cell: NotebookNode) -> bool:
    """Whether an answer cell holds something else than the stub it was handed out with."""
    return cell.source != MISSING and nbgrader_fields(cell).get("checksum") != compute_checksum(cell)


def untouched(unit: Unit) -> NotebookNode:
    """A fresh learner's copy."""
    return nbformat.reads(unit.learners_copy.read_text("utf-8"), as_version=4)
