"""What notebooks hold for later units: their code cells, right answers, and the references made of these."""

import ast
import contextlib
import functools
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from autograder.judging.slicing import Statement, needed, statements
from autograder.seam import sealed
from autograder.seam.given import Reference
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
    """The references of a unit, without code where its right answers are not there, or are damaged."""
    names = tuple(unit.points())
    with contextlib.suppress(FileNotFoundError, sealed.Damaged):
        return Reference(unit.stem, names, _reference_source(solution_of(unit), names))
    return Reference(unit.stem, names, "")


def lacking(references: Iterable[Reference]) -> dict[str, str]:
    """The names that cannot be given, each with its unit."""
    owners = {name: reference for reference in references for name in reference.names}
    return {name: reference.unit for name, reference in owners.items() if not reference.source}


def taken(code: Iterable[Statement]) -> set[str]:
    """The names that code takes from `course.built`."""
    names = set()
    for node in (node for statement in code for node in ast.walk(statement.node)):
        if isinstance(node, ast.ImportFrom) and node.module == "course.built":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("built"):
            names.add(node.attr)
    return names


def solution_of(unit: Unit) -> str:
    """The text of the notebook with a unit's right answers, in a handout of its code cells alone.

    Raises `FileNotFoundError` where there is none, and `sealed.Damaged` where it does not open.
    """
    return unit.solution.read_text("utf-8") if unit.solution.exists() else sealed.unsealed(unit.sealed_reference)


def code_alone(notebook: str) -> str:
    """The code cells of a notebook with their grade ids, as the text of a notebook."""
    cells = [
        {
            "cell_type": "code",
            "metadata": {"nbgrader": {"grade_id": cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")}},
            "source": cell["source"],
        }
        for cell in json.loads(notebook)["cells"]
        if cell["cell_type"] == "code"
    ]
    return json.dumps({"cells": cells}, ensure_ascii=False)


@functools.lru_cache(maxsize=64)
def _reference_source(solution: str, names: tuple[str, ...]) -> str:
    """The code that makes the answers of a solution notebook, and nothing else that stands there."""
    chosen = needed([statements(cell.source) for cell in code_cells(solution, names)], names)
    return "\n".join(statement.source for cell in chosen for statement in cell)


def code_cells(notebook: str, names: Collection[str]) -> Iterator[Cell]:
    """The code cells in the text of a notebook that has exercises of these names.

    Raises `ValueError`, `KeyError` or `TypeError` if it is none.
    """
    for cell in json.loads(notebook)["cells"]:
        if cell["cell_type"] == "code":
            grade_id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id") or cell.get("id", "")
            answers, checks = (name if name in names else "" for name in (grade_id, grade_id.removesuffix("-check")))
            yield Cell("".join(cell["source"]), answers, "" if answers else checks)
