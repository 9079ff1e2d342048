"""The operators that make mutants: cosmic-ray's, and two of the same form that it lacks."""

from collections.abc import Iterable
from typing import Any

from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.operators.provider import OperatorProvider
from parso.python.tree import Keyword, Newline, PythonNode

_BY_CHANCE = ("VariableReplacer", "VariableInserter")  # what they put there is drawn at random
_COMPOUND = ("if_stmt", "for_stmt", "while_stmt", "with_stmt", "try_stmt")

Position = tuple[tuple[int, int], tuple[int, int]]  # (line from 1, column from 0) of the start and of the end


class DeleteStatement(Operator):
    """Replaces a statement by `pass`; a docstring stays."""

    def mutation_positions(self, node: Any) -> list[Position]:
        return [(statement.start_pos, statement.end_pos) for statement in self._statements(node)]

    def mutate(self, node: Any, index: int) -> Any:
        statement = list(self._statements(node))[index]
        nothing = Keyword("pass", statement.start_pos, statement.get_first_leaf().prefix)
        if statement is node:  # a compound one, which holds its line's end
            return PythonNode("simple_stmt", [nothing, Newline("\n", statement.end_pos)])
        node.children[node.children.index(statement)] = nothing
        return node

    @staticmethod
    def _statements(node: Any) -> list[Any]:
        if node.type in _COMPOUND:
            return [node]
        parts = node.children[:-1:2] if node.type == "simple_stmt" else []  # between them semicolons, then a newline
        return [part for part in parts if part.type not in ("string", "strings")]

    @classmethod
    def examples(cls) -> Iterable[Example]:
        return (
            Example("a = 1\nb = 2\n", "pass\nb = 2\n"),
            Example("a = 1; b = 2\n", "a = 1; pass\n", 1),
            Example("def f():\n    'Text.'\n    return 1\n", "def f():\n    'Text.'\n    pass\n"),
            Example("for x in y:\n    z()\nw()\n", "pass\nw()\n"),
        )


class DeleteKeywordArgument(Operator):
    """Leaves a keyword argument, or a dictionary of them, out of a call."""

    def mutation_positions(self, node: Any) -> list[Position]:
        return [(node.children[first].start_pos, node.children[last].end_pos) for first, last in self._deleted(node)]

    def mutate(self, node: Any, index: int) -> Any:
        first, last = self._deleted(node)[index]
        del node.children[first : last + 1]
        return node

    @staticmethod
    def _deleted(node: Any) -> list[tuple[int, int]]:
        """The first and the last child that go with each argument: the comma before it, or else the one after it."""
        children = node.children if node.type in ("arglist", "trailer") else []
        words = [child.children[:2] if child.type == "argument" else [] for child in children]
        places = [place for place, first_two in enumerate(words) if "=" in first_two or "**" in first_two]
        if node.type == "trailer":
            return [(place, place) for place in places]
        return [(place - 1, place) if place else (place, place + 1) for place in places]

    @classmethod
    def examples(cls) -> Iterable[Example]:
        return (
            Example("f(a, b=1)", "f(a)"),
            Example("f(b=1)", "f()"),
            Example("f(b=1, c=2)", "f( c=2)"),
            Example("f(b=1, c=2)", "f(b=1)", 1),
            Example("f(a, **more)", "f(a)"),
        )


def operators() -> dict[str, Operator]:
    """Every operator by its name, in a fixed order."""
    provider = OperatorProvider()
    theirs = {name: provider[name]() for name in provider if name not in _BY_CHANCE}
    return {**theirs, **{own.__name__: own() for own in (DeleteStatement, DeleteKeywordArgument)}}
