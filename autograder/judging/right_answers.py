"""The right answers that known answers are edits of, as they stand in a module and in its unit's solution."""

import ast
import builtins
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.judging.fragments import bare
from autograder.judging.known import Known
from autograder.judging.references import code_cells, references_before, solution_of
from autograder.judging.slicing import Statement, needed, statements, statements_if_any
from autograder.seam import sealed
from autograder.seam.given import NotHere, References, giving
from autograder.seam.settings import usual_settings
from autograder.units import Unit, UnknownName, find_unit


@dataclass(frozen=True, eq=False)
class RightAnswer:
    """A right answer in its module."""

    module: "Workshop"
    exercise: str
    variant: str

    @cached_property
    def source(self) -> str:
        """The bare text, under the exercise's name."""
        if not self.variant:
            return bare(self.module.solutions[self.exercise])
        known = self.module.globals[self.variant]
        if isinstance(known, Known):
            return known.source()
        return bare(self.module.written(self.variant).replace(self.variant, self.exercise, 1))


@dataclass(frozen=True, eq=False)
class Workshop:
    """A module of known answers: its names, and the right answers of its unit."""

    globals: dict[str, Any]
    bases: dict[tuple[str, str], RightAnswer] = field(default_factory=dict)
    lent: dict[frozenset[str], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _ = self.solutions  # a module that has nothing to edit must not load

    @property
    def file(self) -> str:
        return Path(self.globals["__file__"]).name

    @cached_property
    def unit(self) -> Unit:
        return find_unit(self.globals["__name__"].rpartition(".")[2])

    @cached_property
    def solutions(self) -> dict[str, str]:
        """The text of the solution of each exercise."""
        try:
            cells = code_cells(solution_of(self.unit), self.unit.points())
        except FileNotFoundError:
            raise NotHere(f"The answers of {self.unit.stem} are missing here.") from None
        return {cell.answers: cell.source for cell in cells if cell.answers}

    def base(self, exercise: str, variant: str) -> RightAnswer:
        if exercise not in self.solutions:
            raise UnknownName("exercise", exercise, self.solutions)
        if variant and not self._is_correct(exercise, self.globals.get(variant)):
            known = [name for name, value in self.globals.items() if self._is_correct(exercise, value)]
            raise UnknownName("correct variant", variant, known)
        return self.bases.setdefault((exercise, variant), RightAnswer(self, exercise, variant))

    def written(self, name: str) -> str:
        """The text of a function or class that stands in the module, which may be sealed."""
        node = self._written[1][name]
        return "\n".join(self._written[0][node.lineno - 1 : node.end_lineno])

    def place(self, line: int, text: str) -> str:
        """The file and line of the first line of a text, which stands in the statement that begins in this line."""
        lines = enumerate(self._written[0][line - 1 :], line)
        return f"{self.file}:{next((number for number, found in lines if text.strip().splitlines()[0] in found), line)}"

    def free_name(self, name: str) -> str:
        number = 1
        while (own := name if number == 1 else f"{name} ({number})") in self.globals:
            number += 1
        return own

    def names_for(self, source: str) -> dict[str, Any]:
        """The names that code finds in the module, and those it lacks there as the solution's notebook binds them."""
        own = {name: value for name, value in self.globals.items() if not isinstance(value, Known)}
        (statement,) = statements(source)
        missing = frozenset(statement.uses - own.keys() - vars(builtins).keys() - statement.binds)
        return {**self._from_notebook(missing), **own}

    def _from_notebook(self, names: frozenset[str]) -> dict[str, Any]:
        """What the solution's notebook binds these names to, with whatever they stand on."""
        if names not in self.lent:
            chosen = [statement.source for cell in needed(self._cells, names) for statement in cell]
            made = {"__name__": self.globals["__name__"]}
            if chosen:
                with usual_settings(), giving(References(references_before(self.unit))):
                    exec(compile("\n".join(chosen), f"<solution of {self.unit.stem}>", "exec"), made)
            self.lent[names] = made
        return self.lent[names]

    @cached_property
    def is_sealed(self) -> bool:
        return "SEALED" in self.globals

    @cached_property
    def _written(self) -> tuple[list[str], dict[str, ast.stmt]]:
        text = sealed.read(Path(self.globals["__file__"]))
        return text.splitlines(), {node.name: node for node in ast.parse(text).body if hasattr(node, "name")}

    @cached_property
    def _cells(self) -> list[list[Statement]]:
        cells = code_cells(solution_of(self.unit), self.unit.points())
        return [statements_if_any(cell.source) for cell in cells]

    @staticmethod
    def _is_correct(exercise: str, value: Any) -> bool:
        marks = [value] if isinstance(value, Known) else getattr(value, "known_correct", [])
        return any(mark.exercise == exercise and not mark.sentence for mark in marks)
