"""Whether the code of this project in a worker is still what it was before a learner's cells ran.

A learner's code shares the process, so nothing here can be certain. It finds what two lines in a cell replace; what
decides points is proved outside of the process, by `autograder.sandbox.evidence`.
"""

import importlib
import itertools
import operator
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

_OURS = ("autograder.seam", "autograder.sandbox", "course.built")
_IMPORTED_LATE = ("autograder.seam.backends", "autograder.seam.graphs", "course.built")  # by the first request
_MOST = 10


def sealed() -> Callable[[], list[str]]:
    """Remember our functions as they are now; what comes back tells the names of those that were replaced since."""
    for name in _IMPORTED_LATE:
        importlib.import_module(name)
    modules = {name: module for name, module in sys.modules.items() if _is_ours(name)}
    functions = [(name, holder, key, _seal_of(value)) for name, holder, key, value in _functions(modules)]
    find, imported, most, same = _seal_of, sys.modules, _MOST, operator.is_
    places = [(vars(holder).get, key) for _, holder, key, _ in functions]
    values = [get(key) for get, key in places]
    carriers = list(itertools.chain.from_iterable(map(_carriers, values)))
    code = operator.attrgetter("__code__")
    codes = [code(one) for one in carriers]

    def untouched() -> bool:
        """The same functions everywhere, with the same code in them: found out in a third of the time."""
        return (
            all(map(same, [get(key) for get, key in places], values))
            and all(map(same, map(code, carriers), codes))
            and all(imported.get(name) is module for name, module in modules.items())
        )

    def replaced() -> list[str]:
        if untouched():
            return []
        found = [name for name, module in modules.items() if imported.get(name) is not module]
        for name, holder, key, before in functions:
            if find(vars(holder).get(key)) != before:
                found.append(name)
        return found[:most]

    return replaced


def _is_ours(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in _OURS)


def _functions(modules: dict[str, ModuleType]) -> Iterator[tuple[str, Any, str, Any]]:
    """Every function of ours by each name that it can be called by: in modules, and as a method in classes."""
    for module_name, module in modules.items():
        for key, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and _is_ours(value.__module__ or ""):
                yield f"{module_name}.{key}", module, key, value
            elif isinstance(value, type) and value.__module__ == module_name:
                for method, inner in list(vars(value).items()):
                    if _seal_of(inner):
                        yield f"{module_name}.{key}.{method}", value, method, inner


def _seal_of(value: Any) -> tuple[CodeType | None, ...]:
    """What a function, or each that a method or property stands for, does: its code; nothing for all else.

    The same file imported anew makes other functions of the same code.
    """
    if isinstance(value, FunctionType):
        inner = getattr(value, "__wrapped__", None)
        return (value.__code__, inner.__code__ if isinstance(inner, FunctionType) else None)
    if isinstance(value, (staticmethod, classmethod)):
        return _seal_of(value.__func__)
    if isinstance(value, property):
        return tuple(code for part in (value.fget, value.fset) for code in _seal_of(part))
    return ()


def _carriers(value: Any) -> Iterator[FunctionType]:
    """The functions whose code a seal holds."""
    if isinstance(value, FunctionType):
        yield value
        yield from _carriers(getattr(value, "__wrapped__", None))
    elif isinstance(value, (staticmethod, classmethod)):
        yield from _carriers(value.__func__)
    elif isinstance(value, property):
        yield from itertools.chain(_carriers(value.fget), _carriers(value.fset))
