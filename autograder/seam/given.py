"""The machine behind `course.built`: reference answers of earlier units, and whoever gives them for a while."""

import contextlib
import difflib
from collections.abc import Callable, Iterator, Sequence
from types import CodeType
from typing import Any, NamedTuple


class Reference(NamedTuple):
    """The reference answers of a unit: its stem, the names of its exercises, and the code that makes them, if any."""

    unit: str
    names: Sequence[str]
    source: str


class NotHere(ImportError):
    """An earlier answer that could be had elsewhere: here the reference is missing, and the learner's own is too."""


class References:
    """Gives reference answers by name, those of one source made when the first of them is asked for.

    Where a name stands in more than one, the last counts. No traceback shows their lines: they are answers.
    """

    def __init__(self, references: Sequence[Reference]):
        self._owners = {name: reference for reference in references for name in reference.names}
        self._made: dict[str, dict[str, Any]] = {}

    def __call__(self, name: str) -> Any:
        if name not in self._owners:
            near = difflib.get_close_matches(name, self._owners) or list(self._owners)
            raise ImportError(f"`{name}` is no exercise of an earlier unit. There are: {', '.join(near) or 'none'}.")
        unit, _, source = self._owners[name]
        if not source:
            raise NotHere(f"There is no reference of `{name}`: the answers of {unit} are missing here.")
        if source not in self._made:
            made = new_namespace()
            with giving(self):  # it may stand on units before it
                run(compile(source, f"<reference of {unit}>", "exec"), made)
            self._made[source] = made
        return self._made[source][name]

    def __dir__(self) -> list[str]:
        return list(self._owners)


_giver: Callable[[str], Any] | None = None  # None at home: there the learner's own answers are looked for first


def giver() -> Callable[[str], Any] | None:
    """Whoever gives what is imported from `course.built` now; None at home."""
    return _giver


@contextlib.contextmanager
def giving(giver: Callable[[str], Any]) -> Iterator[None]:
    """Let this one give whatever is imported from `course.built`, and nobody else, for a while."""
    global _giver
    before, _giver = _giver, giver
    try:
        yield
    finally:
        _giver = before


def new_namespace() -> dict[str, Any]:
    """The names of code that is run here: its classes belong to `course.built`, from where they are had."""
    return {"__name__": "course.built"}


def run(code: CodeType, namespace: dict[str, Any]) -> None:
    """Run code that makes answers."""
    exec(code, namespace)
