"""Which statements of a notebook some of its names stand on.

An earlier answer is made again for a later unit. Running its whole notebook would train, draw and print once more; so
only those statements are run that bind what the answer uses, in the notebook's order.
"""

import ast
import contextlib
import symtable
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """A statement at the top of a cell, with the names that it binds or changes and those that it uses."""

    node: ast.stmt
    binds: frozenset[str]
    uses: frozenset[str]

    @property
    def source(self) -> str:
        return ast.unparse(self.node)


def statements(source: str) -> list[Statement]:
    """The statements of a cell, which may hold IPython's magics; raises `SyntaxError` where it is no Python."""
    return [Statement(node, *_names(node)) for node in _parsed(source).body]


def statements_if_any(source: str) -> list[Statement]:
    """The statements of a cell; none where it is no Python."""
    try:
        return statements(source)
    except SyntaxError:
        return []


def needed(cells: Sequence[Sequence[Statement]], names: Iterable[str]) -> list[list[Statement]]:
    """Of each cell, the statements that `names` stand on: what binds them, what binds the names used there, and so on.

    A name that is bound more than once needs all of these statements, as each may use what the one before has made.
    """
    wanted, chosen, grows = set(names), set(), True
    everything = [statement for cell in cells for statement in cell]
    while grows:
        grows = False
        for number, statement in enumerate(everything):
            if number not in chosen and ("*" in statement.binds or statement.binds & wanted):
                chosen.add(number)
                wanted |= statement.uses
                grows = True
    numbers = iter(range(len(everything)))
    return [[statement for statement in cell if next(numbers) in chosen] for cell in cells]


def _parsed(source: str) -> ast.Module:
    with contextlib.suppress(SyntaxError):
        return ast.parse(source)
    from IPython.core.inputtransformer2 import TransformerManager

    return ast.parse(TransformerManager().transform_cell(source))


def _names(node: ast.stmt) -> tuple[frozenset[str], frozenset[str]]:
    """What a statement binds or changes, `*` standing for anything, and the names that it or a function in it uses."""
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        return frozenset("*"), frozenset()
    top, *inner = _tables(symtable.symtable(ast.unparse(node), "cell", "exec"))
    binds = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    uses = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    for table in inner:
        ours = [symbol for symbol in table.get_symbols() if symbol.is_global()]
        binds |= {symbol.get_name() for symbol in ours if symbol.is_assigned()}
        uses |= {symbol.get_name() for symbol in ours}
    return frozenset(binds | set(_changed(node))), frozenset(uses)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _changed(node: ast.stmt, kinds: Collection[type] = (ast.Attribute, ast.Subscript)) -> Iterator[str]:
    """The names whose objects a statement changes: `name[…] = …`, `name.part = …`."""
    for target in ast.walk(node):
        if type(target) in kinds and isinstance(target.ctx, (ast.Store, ast.Del)):
            while type(target) in kinds:
                target = target.value
            if isinstance(target, ast.Name):
                yield target.id
