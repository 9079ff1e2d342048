"""What something depends on: the files that its imports lead to, deferred imports included."""

import ast
import functools
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from autograder.units import ROOT

_ROOMS = ("autograder", "course")


@functools.cache
def modules() -> dict[str, Path]:
    """Every module of the project by its dotted name, without tests."""
    found = {}
    for room in _ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "tests" not in parts and path.stem.isidentifier():
                found[".".join(parts[:-1] if path.stem == "__init__" else parts)] = path
    return found


def imported_by(tree: ast.AST, known: Collection[str]) -> Iterator[str]:
    """The modules of the project that code imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in inner if name in known)
            if node.module in known and not all(name in known for name in inner):
                yield node.module


def stand_on(names: Iterable[str], not_beyond: Collection[str] = ()) -> list[Path]:
    """The files of these modules and of all that they import, in order of their paths.

    Of a package on the way, only its own file: what it offers besides is not what was imported. Imports of the modules
    `not_beyond` are not followed.
    """
    known, reached, todo = modules(), set(), list(names)
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += () if name in not_beyond else _imports_of(known[name], known[name].stat().st_mtime_ns)
    packages = {name.rpartition(".")[0] for name in reached} & known.keys()
    return sorted(known[name] for name in reached | packages)


@functools.lru_cache(maxsize=1000)
def _imports_of(path: Path, _changed: int) -> tuple[str, ...]:
    return tuple(imported_by(ast.parse(path.read_text("utf-8")), modules().keys()))
