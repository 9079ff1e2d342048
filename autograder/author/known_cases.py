"""Submissions whose verdict is known: solutions, untouched copies, known mistakes and other right answers."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from autograder.grading.our_cells import answers_in, nbgrader_fields, untouched
from autograder.judging.known import correct_in, known_answers, mistakes_in
from autograder.judging.slicing import needed, statements
from autograder.units import Unit


@dataclass(frozen=True)
class Case:
    """One submission whose verdict is known: the solution, an untouched copy, a mistake or a correct variant."""

    unit: Unit
    kind: str
    exercise: str = ""
    name: str = ""
    sentence: str = ""
    source: str = ""


def cases(unit: Unit, only: Collection[str] | None = None) -> Iterator[Case]:
    """Every known submission of a unit, or those of some of its exercises."""
    known = known_answers(unit)
    yield Case(unit, "solution")
    yield Case(unit, "untouched")
    for one in mistakes_in(known):
        if only is None or one.exercise in only:
            yield Case(unit, "mistake", one.exercise, one.name, one.sentence, in_own_words(one.source()))
    for one in correct_in(known):
        if only is None or one.exercise in only:
            yield Case(unit, "correct", one.exercise, one.name, "", one.source())


def in_own_words(source: str) -> str:
    """The same code with other messages in its errors: no learner words them as the known answer does."""
    tree = ast.parse(source)
    texts = [
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    for text in texts:
        text.value = f"Sorry: {text.value}"
    return ast.unparse(tree) if texts else source


def submission(case: Case) -> NotebookNode:
    """The notebook that a learner would hand in: their answer in one cell, the solution's in the others."""
    notebook = untouched(case.unit)
    if case.kind != "untouched":
        solved = answers_in(nbformat.read(case.unit.solution, as_version=4))
        for name, cell in answers_in(notebook).items():
            cell.source = case.source if name == case.exercise else solved[name].source
    if case.kind == "mistake":
        notebook.cells = what_decides(notebook, case.unit)
    return notebook


def what_decides(notebook: NotebookNode, unit: Unit) -> list[NotebookNode]:
    """The tasks, answers and checks of a notebook, and what the answers stand on: no pictures, which take most time."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    stand_on = needed([statements(cell.source) for cell in code], unit.points())
    chosen = [id(cell) for cell, found in zip(code, stand_on, strict=True) if found]
    return [cell for cell in notebook.cells if id(cell) in chosen or nbgrader_fields(cell)]
