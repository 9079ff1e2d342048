"""Mutants that somebody has looked at and found to compute the same as the right answer, each with the reason.

They stand in `autograder/mistakes/equivalent_mutants.toml`, by exercise: the lines before and after the change, as
`ast.unparse` writes them, without indentation. They count neither as caught nor as missed. Equivalent is what gives the
same, as far as float32 can tell, for everything that the task allows, or what the task leaves open.
"""

import functools
import tomllib
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograder.units import ROOT

REVIEWED = ROOT / "autograder" / "mistakes" / "equivalent_mutants.toml"


class Change(NamedTuple):
    """What a mutant changes: lines before and after, several joined by newlines."""

    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Stale(Exception):
    """An entry that no mutant corresponds to any more, or one that a suite has caught; the message names all."""


def reviewed(exercise: str) -> dict[Change, str]:
    """The changes that are on record for an exercise, each with the reason why it changes nothing."""
    return {
        Change(entry["before"], after): entry["reason"]
        for entry in _entries(REVIEWED.stat().st_mtime_ns).get(exercise, [])
        for after in ([entry["after"]] if isinstance(entry["after"], str) else entry["after"])
    }


def reviewed_exercises() -> set[str]:
    """The names of all exercises that have changes on record."""
    return set(_entries(REVIEWED.stat().st_mtime_ns))


def equivalent(exercise: str, changes: Sequence[Change], survived: Sequence[bool]) -> dict[int, str]:
    """The numbers of those mutants, given by their changes, that are equivalent, each with the reason.

    Raises `Stale`. Where a change is that of several mutants, such as one of two like lines, all of them must be it.
    """
    found, wrong = {}, []
    for change, reason in reviewed(exercise).items():
        numbers = [number for number, other in enumerate(changes) if other == change]
        found |= dict.fromkeys(numbers, reason)
        if not numbers:
            wrong.append(f"{exercise}: no mutant is: {change}")
        elif not all(survived[number] for number in numbers):
            wrong.append(f"{exercise}: not equivalent, the suite catches it: {change}")
    if wrong:
        raise Stale("\n".join(wrong))
    return found


@functools.lru_cache(maxsize=1)
def _entries(_changed: int) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(REVIEWED.read_text("utf-8"))
