"""Machine-made mutants of a right answer: every small change that a tool's operators make of it.

Known mistakes are those that somebody has thought of. What an existing tool makes, nobody has chosen: so the share that
a suite catches is a score that cannot be arranged. All mutants are kept; no exercise has more than about 150.
"""

import ast
import itertools
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from autograder.author.equivalent_mutants import Change
from autograder.author.mutation_operators import Position, operators


class Mutant(NamedTuple):
    """A changed answer: which operator has put what in place of what stood where, and the whole cell."""

    operator: str
    position: Position
    replacement: str
    source: str
    change: Change


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
