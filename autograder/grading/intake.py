"""Intake: a submission is hostile data. Only the learner's sources are taken from it, into our own copy.

What counts as theirs: the source of each answer cell, found by its grade id, and the code cells that they
added or changed, in their order. Where somebody will grade a cell by hand, the text cells that they added count too.
Points, ids, metadata, outputs, kernels and check cells are ours.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode, from_dict

from autograder.grading.folders import opened
from autograder.grading.learners_cells import LearnersCell, cells_in
from autograder.grading.notebook_file import Unreadable, document_in, shown
from autograder.grading.our_cells import MISSING, is_by_hand, nbgrader_fields, untouched
from autograder.grading.pasted_pictures import with_pictures
from autograder.units import Unit

_MISSING_TEXT = "*This answer cell was missing from the submission.*"


@dataclass
class Submission:
    """A learner's notebook as it will be run: our copy with their sources. `problem` is None or one sentence."""

    unit: Unit
    notebook: NotebookNode
    problem: str | None = None


def take(path: Path, unit: Unit) -> Submission:
    """Read the file at `path` as a submission for `unit`. Never raises for what the file holds or is.

    It may lie in any folder; it is not read where it is a link itself.
    """
    return _taken(path.parent, 0, path.name, unit)


def take_from(place: Path, unit: Unit) -> Submission:
    """Read a learner's folder for a unit, or their file, as a submission. Never raises for what it holds or is.

    The folder and the one it lies in may be no links.
    """
    if is_notebook(place.name):
        return _taken(place.parent, 1, place.name, unit)
    return _taken(place, 2, None, unit)


def is_notebook(name: str) -> bool:
    """Whether a file is a notebook, by its name."""
    return name.lower().endswith(".ipynb")


def nothing(unit: Unit, problem: str) -> Submission:
    """A submission of which nothing could be read: our copy with every answer missing."""
    submission = _merge([], unit)
    submission.problem = submission.notebook.metadata["problem"] = problem
    return submission


def with_note(submission: Submission, note: str | None) -> Submission:
    """The submission with one more sentence in its problem, if there is something to note."""
    if note:
        submission.problem = " ".join(filter(None, [note, submission.problem]))
        submission.notebook.metadata["problem"] = submission.problem
    return submission


def _taken(place: Path, theirs: int, name: str | None, unit: Unit) -> Submission:
    try:
        with opened(place, theirs) as folder:
            return _merge(cells_in(document_in(folder, name or find(folder, unit))), unit)
    except Unreadable as unreadable:
        return nothing(unit, str(unreadable))
    except OSError:
        return nothing(unit, f"The submission {shown(place.name)} is no folder of its own (a link, or a file).")


def find(folder: int, unit: Unit) -> str:
    """The name of the notebook in a learner's open folder for a unit; raises `Unreadable`.

    A single notebook under another name is taken for the unit's.
    """
    names = sorted(filter(is_notebook, os.listdir(folder)))
    expected = f"{unit.stem}.ipynb"
    alike = [name for name in names if name.lower() == expected]
    if expected in names or len(alike) == 1:
        return expected if expected in names else alike[0]
    if len(names) == 1:
        return names[0]
    found = ", ".join(map(shown, names)) or "no notebook"
    raise Unreadable(f"There is no {expected} in the submission; found: {found}.")


@dataclass
class _Ours:
    """Our copy while it is filled: where each of our cells is, and what comes after it."""

    cells: list[NotebookNode]
    added: dict[int, list[LearnersCell]] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)
    met: set[int] = field(default_factory=set)

    def place_of(self, theirs: LearnersCell, after: int) -> int | None:
        """Which of our cells this one is: by grade id, by cell id, or by the same text further down.

        Where an editor has dropped the ids, text decides, but only as far as our next locked cell that was not
        met yet: a text that happens to return later in the notebook must not carry the learner's cells along.
        """
        alike = [index for index, ours in enumerate(self.cells) if ours.cell_type == theirs.kind]
        for index, ours in enumerate(self.cells):
            fits = index in alike or is_by_hand(ours)  # an essay whose type was changed by a slip of the finger is one
            if fits and theirs.grade_id and theirs.grade_id == nbgrader_fields(ours).get("grade_id"):
                return index
        for index in alike:
            if theirs.cell_id and theirs.cell_id == self.cells[index].id and index not in self.met:
                return index
        text = theirs.source.strip()
        for index in range(after + 1, len(self.cells)) if text else ():
            if index in alike and index not in self.met and text == self.cells[index].source.strip():
                return index
            if nbgrader_fields(self.cells[index]).get("locked") and index not in self.met:
                return None
        return None


def _merge(theirs: list[LearnersCell], unit: Unit) -> Submission:
    """Our copy with the learner's sources in it."""
    notebook = untouched(unit)
    ours = _Ours(notebook.cells)
    texts_count = any(map(is_by_hand, notebook.cells))
    doubled, place = [], -1
    for cell in theirs:
        index = ours.place_of(cell, place)
        second = index in ours.met
        if second:
            fields = nbgrader_fields(ours.cells[index])
            doubled += [fields["grade_id"]] if cell.kind == "code" or fields["solution"] else []
        elif index is not None:
            place = index
            ours.met.add(index)
        _take(ours, cell, None if second else index, place, texts_count)
    missing = _mark_missing(ours)
    notebook.cells = _interleaved(ours)
    submission = Submission(unit, notebook, _problem(doubled, missing) if theirs else None)
    if submission.problem:
        notebook.metadata["problem"] = submission.problem
    return submission


def _take(ours: _Ours, theirs: LearnersCell, index: int | None, place: int, texts_count: bool) -> None:
    """Take one cell: as the answer it is, or, where it is new or changed, as an added cell after `place`.

    Text is added only where `texts_count`, and never in the place of a locked cell other than a task.
    """
    cell = ours.cells[index] if index is not None else None
    fields = nbgrader_fields(cell) if cell else {}
    if fields.get("solution"):
        ours.answered.add(index)
        if theirs.source != cell.source and cell.cell_type == "code":
            cell.source = theirs.source
        elif theirs.source != cell.source:
            _write_text(cell, theirs)
        return
    changed = cell is None or cell.source.strip() != theirs.source.strip()
    wanted = theirs.kind == "code" or (texts_count and theirs.kind == "markdown" and theirs.source.strip())
    ours_alone = fields.get("grade") or (theirs.kind != "code" and fields.get("locked") and not fields.get("task"))
    if changed and wanted and not ours_alone:
        ours.added.setdefault(place, []).append(theirs)


def _mark_missing(ours: _Ours) -> list[str]:
    missing = []
    for index, cell in enumerate(ours.cells):
        if nbgrader_fields(cell).get("solution") and index not in ours.answered:
            cell.source = MISSING if cell.cell_type == "code" else _MISSING_TEXT
            missing.append(nbgrader_fields(cell)["grade_id"])
    return missing


def _interleaved(ours: _Ours) -> list[NotebookNode]:
    cells = []
    for index in range(-1, len(ours.cells)):
        if index >= 0:
            cells.append(ours.cells[index])
        for number, theirs in enumerate(ours.added.get(index, [])):
            cells.append(_added_cell(f"added-{index + 1}-{number}", theirs))
    return cells


def _added_cell(cell_id: str, theirs: LearnersCell) -> NotebookNode:
    fields = {"cell_type": theirs.kind, "id": cell_id, "metadata": {}, "source": theirs.source}
    if theirs.kind == "markdown":
        return _write_text(from_dict(fields), theirs)
    return from_dict({**fields, "outputs": [], "execution_count": None})


def _write_text(cell: NotebookNode, theirs: LearnersCell) -> NotebookNode:
    """Write a learner's text into a cell of ours, with the pictures that it shows."""
    cell.source, pictures = with_pictures(theirs.source, theirs.attached)
    cell.pop("attachments", None)
    if pictures:
        cell["attachments"] = from_dict(pictures)
    return cell


def _problem(doubled: list[str], missing: list[str]) -> str | None:
    notes = []
    if doubled:
        names = ", ".join(dict.fromkeys(doubled))
        notes.append(f"Cells that appear more than once, the first as the answer and all run in their place: {names}.")
    if missing:
        notes.append(f"Answer cells that are missing: {', '.join(missing)}.")
    return " ".join(notes) or None
