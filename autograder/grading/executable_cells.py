"""The code cells of a notebook as a worker runs them: all, or what some answers stand on alone."""

from collections.abc import Sequence

from nbformat import NotebookNode

from autograder.grading.our_cells import answers_in, checked_by, is_answered
from autograder.judging.slicing import needed, statements_if_any
from autograder.sandbox import Cell


def cells_of(notebook: NotebookNode) -> list[Cell]:
    """The code cells of an intaken notebook, in order, as they are run.

    A check cell is not run; it binds its exercise to what the name means there. Where the answer cell above
    it was left untouched, or is missing, the learner may have answered further down: then the end binds.
    """
    cells, late = [], []
    open_answers = {name for name, cell in answers_in(notebook).items() if not is_answered(cell)}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            name = checked_by(cell)
            if name in open_answers:
                late.append(Cell("", name))
            cells.append(Cell("" if name else cell.source, None if name in open_answers else name))
    return cells + late


def needed_cells(cells: Sequence[Cell], names: Sequence[str]) -> list[Cell]:
    """The same cells with only the code that these answers stand on."""
    chosen = needed([statements_if_any(cell.source) for cell in cells], names)
    sources = ["\n".join(statement.source for statement in found) for found in chosen]
    return [Cell(source, cell.binds) for source, cell in zip(sources, cells, strict=True)]
