"""The cells of a learner's notebook, reduced to what is used of them, whatever the file holds."""

from dataclasses import dataclass
from typing import Any

from autograder.grading.notebook_file import Unreadable

MAX_CELLS = 2000


@dataclass
class LearnersCell:
    """One cell as the learner sent it, reduced to what is used."""

    kind: str
    source: str
    grade_id: str
    cell_id: str
    attached: Any = None  # to a text


def cells_in(document: dict[str, Any]) -> list[LearnersCell]:
    """The cells of a notebook of any format version; whatever is malformed is passed over."""
    cells = document.get("cells")
    if cells is None and isinstance(document.get("worksheets"), list):  # notebooks before format 4
        sheets = [sheet for sheet in document["worksheets"] if isinstance(sheet, dict)]
        lists = [sheet.get("cells") for sheet in sheets]
        cells = [cell for sheet_cells in lists if isinstance(sheet_cells, list) for cell in sheet_cells]
    if not isinstance(cells, list):
        raise Unreadable("The file is no notebook: it has no list of cells.")
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"The notebook has {len(cells):,} cells; at most {MAX_CELLS:,} are read.")
    return [_reduced(cell) for cell in cells if isinstance(cell, dict)]


def _reduced(cell: dict[str, Any]) -> LearnersCell:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    texts = (cell.get("cell_type"), source, grade_id, cell.get("id"))
    kind, source, grade_id, cell_id = (text if isinstance(text, str) else "" for text in texts)
    clean = source.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return LearnersCell(kind, clean, grade_id, cell_id, cell.get("attachments"))
