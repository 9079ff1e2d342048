"""The house: no circle of imports, deferred ones included, and nothing at the top but what belongs there."""

import ast

from autograder.author.dependencies import imported_by, modules
from autograder.units import ROOT

TOP = {"__init__.py", "__main__.py", "units.py"}


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """The groups of modules that import each other, in a round or directly (Tarjan's strongly connected components)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = set(stack[stack.index(node) :])
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(group)

    for node in graph:
        if node not in index:
            visit(node)
    return found


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [{"b", "c"}]


def test_no_module_imports_itself_in_a_round():
    known = modules()
    assert len(known) > 80
    graph = {name: set(imported_by(ast.parse(path.read_text("utf-8")), known)) - {name} for name, path in known.items()}
    assert circles(graph) == []


def test_only_the_doors_stand_at_the_top():
    assert {path.name for path in (ROOT / "autograder").glob("*.py")} == TOP


def test_no_two_files_have_one_name():
    names = [path.name for path in modules().values() if path.name not in ("__init__.py", "__main__.py")]
    assert {name for name in names if names.count(name) > 1} == set()
