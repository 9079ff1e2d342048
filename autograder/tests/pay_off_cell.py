"""The cell of a notebook that measures a milestone, run in its folder on what its answers are there."""

import runpy
from pathlib import Path

import nbformat

from autograder.author.known_cases import Case, submission
from autograder.judging.slicing import needed, statements
from autograder.learner.desk import Desk
from autograder.units import Unit, find_unit


def solved(folder: Path, stems: list[str]) -> Desk:
    """A desk of somebody who has written the exercises of these units."""
    desk = Desk(folder)
    for unit in map(find_unit, stems):
        desk.notebook(unit).parent.mkdir(parents=True)
        desk.notebook(unit).write_text(nbformat.writes(submission(Case(unit, "solution"))), "utf-8")
    return desk


def run_pay_off(notebook: Path, unit: Unit, folder: Path) -> dict[str, object]:
    """Run what the answers stand on, the answers, and the cell; returns the names that are bound then.

    What is run lies in `folder`, since a graph is made of functions whose source can be read.
    """
    code = [cell.source for cell in nbformat.read(notebook, 4).cells if cell.cell_type == "code"]
    (pay_off,) = (source for source in code if "milestones.measured" in source)
    chosen = needed([statements(source) for source in code], [*unit.points(), "keras"])
    script = folder / "run.py"
    script.write_text("\n".join([*(one.source for cell in chosen for one in cell), pay_off]), "utf-8")
    return runpy.run_path(str(script))
