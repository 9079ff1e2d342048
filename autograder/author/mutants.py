"""Machine-made mutants of a right answer: what small changes make of it, whoever may think of them.

Known mistakes are those that somebody has thought of. Mutants are made by the operators of an existing tool, so that
the share that a suite catches can be arranged by nobody. Some compute the same as the right answer: those are kept in
`equivalent_mutants.toml`, each with the reason, and count for nothing.
"""

import ast
import functools
import itertools
import tomllib
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from autograder.author.mutation_operators import Position, operators
from autograder.units import ROOT

EQUIVALENT = ROOT / "autograder" / "mistakes" / "equivalent_mutants.toml"


class Change(NamedTuple):
    """What a mutant changes, in lines as `ast.unparse` writes them, without indentation."""

    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Mutant(NamedTuple):
    """A changed answer: which operator has put what in place of what stood where, and the whole cell."""

    operator: str
    position: Position
    replacement: str
    source: str
    change: Change


class Stale(Exception):
    """Entries among the equivalent mutants that no mutant corresponds to any more; the message names them."""


def mutants_of(source: str) -> list[Mutant]:
    """All mutants of a cell, each program once; docstrings and the texts of errors stay as they are."""
    original = _program(source)
    found: dict[str, Mutant] = {}
    for name, operator in operators().items():
        positions = [position for node in ast_nodes(get_ast(source)) for position in operator.mutation_positions(node)]
        for number, position in enumerate(positions):
            mutated = mutate_code(source, operator, number)
            program = _program(mutated)
            if program and program != original and program not in found:
                replacement = _replacement(source, mutated, position)
                found[program] = Mutant(name, position, replacement, mutated, _change(original, program))
    return list(found.values())


def equivalent_mutants(exercise: str, mutants: Sequence[Mutant]) -> dict[int, str]:
    """The numbers of those mutants of an exercise that compute the same, each with the reason.

    Raises `Stale` if an entry has no mutant or no reason, or stands for more mutants than it says by `times`.
    """
    found, wrong = {}, []
    for entry in _reviewed().get(exercise, []):
        for after in entry["after"] if isinstance(entry["after"], list) else [entry["after"]]:
            change = Change(entry["before"], after)
            numbers = [number for number, mutant in enumerate(mutants) if mutant.change == change]
            if len(numbers) != entry.get("times", 1) or not entry.get("reason"):
                wrong.append(f"{exercise}: {change} ({len(numbers)} mutants, reason: {entry.get('reason')!r})")
            found |= dict.fromkeys(numbers, entry.get("reason", ""))
    if wrong:
        raise Stale(f"{EQUIVALENT.name} holds what no mutant is:\n" + "\n".join(wrong))
    return found


def reviewed_exercises() -> list[str]:
    """The names of the exercises that have equivalent mutants on record."""
    return list(_reviewed())


def reviewed(exercise: str) -> list[tuple[str, object]]:
    """What is on record for an exercise: the lines before and after of each entry."""
    return [(entry["before"], entry["after"]) for entry in _reviewed().get(exercise, [])]


def _reviewed() -> dict[str, list[dict]]:
    return _read(EQUIVALENT.stat().st_mtime_ns)


@functools.lru_cache(maxsize=1)
def _read(_changed: int) -> dict[str, list[dict]]:
    return tomllib.loads(EQUIVALENT.read_text("utf-8"))


class _Computing(ast.NodeTransformer):
    """Takes out of a program what computes nothing: docstrings, and what errors say."""

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        if isinstance(node.exc, ast.Call):
            node.exc.args, node.exc.keywords = [], []
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        self.generic_visit(node)
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.Pass() if is_text else node


def _program(source: str) -> str:
    """What a cell computes, as text; `""` where it is no Python."""
    with warnings.catch_warnings(action="ignore"):  # such as `is` beside a number
        try:
            compile(source, "<mutant>", "exec")
        except (SyntaxError, ValueError):
            return ""
        return ast.unparse(_Computing().visit(ast.parse(source)))


def _replacement(source: str, mutated: str, position: Position) -> str:
    """What stands in a mutant in place of the text at a position."""
    start, end = (_offset(source, place) for place in position)
    return mutated[start : len(mutated) - (len(source) - end)]


def _offset(source: str, place: tuple[int, int]) -> int:
    lines = source.splitlines(keepends=True)
    return sum(map(len, lines[: place[0] - 1])) + place[1]


def _change(original: str, program: str) -> Change:
    old, new = (text.splitlines() for text in (original, program))
    head = _alike(zip(old, new, strict=False))
    tail = _alike(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    return Change(*("\n".join(map(str.strip, lines[head : len(lines) - tail])) for lines in (old, new)))


def _alike(pairs: Iterator[tuple[str, str]]) -> int:
    """How many pairs are of two equal lines, up to the first that is not."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
