"""What notebooks hold for later units: their code cells, and the references made of a solution."""

import ast
import functools
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.judging.slicing import needed, statements
from autograder.seam.references import Reference
from autograder.units import Unit, all_units


@dataclass(frozen=True)
class Cell:
    """A code cell: its text, and the exercise that it answers or checks, if it does."""

    source: str
    answers: str = ""
    checks: str = ""


def references_before(unit: Unit) -> list[Reference]:
    """The references that a notebook of this unit may build on."""
    return [reference_of(earlier) for earlier in all_units() if earlier.stem < unit.stem]


def reference_of(unit: Unit) -> Reference:
    """The references of a unit, without code where the solutions are not there."""
    names = tuple(unit.points())
    if not unit.solution.exists():
        return Reference(unit.stem, names, "")
    return Reference(unit.stem, names, _reference_source(unit.solution, unit.solution.stat().st_mtime_ns, names))


@functools.lru_cache(maxsize=64)
def _reference_source(solution: Path, _changed: int, names: tuple[str, ...]) -> str:
    """The code that makes the answers of a solution notebook, and nothing else that stands there."""
    chosen = needed([statements(cell.source) for cell in code_cells(solution, names)], names)
    return "\n".join(ast.unparse(statement.node) for cell in chosen for statement in cell)


def code_cells(notebook: Path, names: Collection[str]) -> Iterator[Cell]:
    """The code cells of a notebook file that has exercises of these names.

    Raises `OSError`, `ValueError`, `KeyError` or `TypeError` if it is none.
    """
    for cell in json.loads(notebook.read_text("utf-8-sig"))["cells"]:
        if cell["cell_type"] == "code":
            grade_id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id") or cell.get("id", "")
            answers, checks = (name if name in names else "" for name in (grade_id, grade_id.removesuffix("-check")))
            yield Cell("".join(cell["source"]), answers, "" if answers else checks)
