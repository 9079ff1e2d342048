"""Known answers as edits of right ones: an author writes what is different, and the sentence for it.

    right("softmax").edit("axis=-1", "axis=0", "You worked along another axis. …", times=2)
    right("softmax", "by_logarithms").edit({"ops.exp": "ops.log", "ops.max": "ops.min"}, "…", backends=("tensorflow",))
    right("softmax").edits({
        "You divided by one sum over all scores. …": {"ops.sum(shares, axis=-1, keepdims=True)": "ops.sum(shares)"},
        "You subtracted something else. …": [{"ops.max": "ops.min"}, {"ops.max": "ops.mean"}],
        "You worked along another axis. …": [("axis=-1", "axis=0", 2), of("in_two_lines", {"sum(": "mean("})],
        "A tensor has no method `sum`. …": only_on(("tensorflow",), {"ops.sum(shares, ": "shares.sum("}),
    })

The right answer is the unit's solution without docstrings and comments, or a correct variant that stands above in the
file. What an edit makes is put together when it is first asked for: most checks never do.
"""

import ast
import linecache
import sys
import textwrap
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograder.judging.fragments import Misfit, bare, edited
from autograder.judging.known import Known
from autograder.judging.right_answers import RightAnswer, Workshop

_HERE = "__right_answers__"  # where a module keeps those that it edits
_WIDTH = 120  # of an edit in a name


class StaleEdit(ValueError):
    """An edit that cannot be made; the message holds the file and line where it stands, and its text."""


class TwinAnswers(ValueError):
    """Two known answers of an exercise are one program; the message names both."""


@dataclass(frozen=True, eq=False)
class Edited(Known):
    """A known answer that is a right one with some fragments replaced, each found `times` times."""

    name: str
    base: RightAnswer
    changes: Mapping[str, str]
    times: int
    line: int

    def source(self) -> str:
        return self._source

    @cached_property
    def _source(self) -> str:
        try:
            source = edited(self.base.source, self.changes, self.times)
        except Misfit as misfit:
            raise StaleEdit(f"{self._place}: {misfit} {self._whose}:\n{self.base.source}") from None
        try:
            same = ast.dump(ast.parse(source)) == ast.dump(ast.parse(self.base.source))
        except SyntaxError as error:
            raise StaleEdit(
                f"{self._place}: {self.name} makes no Python ({error.msg}) {self._whose}:\n{source}"
            ) from None
        if same:
            raise StaleEdit(f"{self._place}: {self.name} changes nothing {self._whose}.")
        return source

    @cached_property
    def answer(self) -> Any:
        """The function or class, made among the names of the module of known answers, as those written whole are."""
        file = f"<known answer {zlib.crc32(self.name.encode()):08x} of {self.base.module.file}>"  # tells nothing of it
        names = self.base.module.names_for(self._source)
        exec(compile(self._source, file, "exec"), names)
        if not self.base.module.is_sealed:
            lines = self._source.splitlines(keepends=True)
            linecache.cache[file] = (len(self._source), None, lines, file)  # for tracebacks
        return names[self.exercise]

    @property
    def _place(self) -> str:
        return self.base.module.place(self.line, next(iter(self.changes)))

    @property
    def _whose(self) -> str:
        return f"in the right answer `{self.base.variant or self.exercise}`"


@dataclass(frozen=True)
class Right:
    """A right answer that can be edited."""

    base: RightAnswer

    def edit(self, *changes: Any, times: int = 1, backends: tuple[str, ...] = (), name: str = "") -> "Right":
        """Record the mistake that replacing a fragment makes: `edit(fragment, replacement, sentence)`.

        A mistake of several fragments is a dict from each to its replacement; several mistakes of one sentence are
        several dicts: `edit({…}, {…}, sentence)`. Each fragment must occur `times` times.
        """
        *changes, sentence = changes
        for change in [tuple(changes)] if all(isinstance(change, str) for change in changes) else changes:
            self._record(change, sentence, times, backends, name)
        return self

    def edits(self, mistakes: Mapping[str, Any]) -> "Right":
        """Record a table of mistakes: each sentence with its change, or with a list of changes that it explains.

        A change is a dict from each fragment to its replacement, or `(fragment, replacement, times)`; as
        `of(variant, change)` it changes another right answer, as `only_on(backends, change)` it is a mistake there.
        """
        for sentence, changes in mistakes.items():
            for change in changes if isinstance(changes, list) else [changes]:
                base, backends = self.base, ()
                while isinstance(change, _Limited):
                    base = base if change.variant is None else base.module.base(base.exercise, change.variant)
                    backends, change = change.backends or backends, change.change
                times = change[2] if isinstance(change, tuple) and len(change) == 3 else 1
                Right(base)._record(change[:2] if isinstance(change, tuple) else change, sentence, times, backends)
        return self

    def also(self, *change: Any, times: int = 1, backends: tuple[str, ...] = (), name: str = "") -> "Right":
        """Record another right answer, by a fragment and its replacement or a dict; with a name it can be edited."""
        self._record(change if len(change) == 2 else change[0], "", times, backends, name)
        return self

    def _record(self, change: Any, sentence: str, times: int, backends: tuple[str, ...], name: str = "") -> None:
        module, line = self.base.module, sys._getframe(2).f_lineno
        change = change if isinstance(change, dict) or len(change) != 2 else dict([change])
        if not isinstance(change, dict) or not all(isinstance(text, str) for text in (*change, *change.values())):
            raise StaleEdit(f"{module.file}:{line}: a change is a fragment and its replacement, or a dict of these.")
        own = module.free_name(name or _shown(change))
        module.globals[own] = Edited(self.base.exercise, sentence, backends, own, self.base, change, times, line)


@dataclass(frozen=True)
class _Limited:
    """A change in a table, of another right answer than the table's, or on some backends only."""

    change: Any
    variant: str | None = None
    backends: tuple[str, ...] = ()


def of(variant: str, change: Any) -> Any:
    """In a table, a change of a correct variant, or of the solution if that is `""`."""
    return _Limited(change, variant=variant)


def only_on(backends: Iterable[str], change: Any) -> Any:
    """In a table, a change that is a mistake on these backends only."""
    return _Limited(change, backends=tuple(backends))


def right(exercise: str, variant: str = "") -> Right:
    """A right answer of an exercise of the caller's unit: its solution, or a correct variant by its name.

    Raises `UnknownName` where there is none, `NotHere` or `Damaged` where an installation lacks the solution.
    """
    names = sys._getframe(1).f_globals
    if _HERE not in names:
        names[_HERE] = Workshop(names)
    return Right(names[_HERE].base(exercise, variant))


def no_twins(answers: Iterable[Known]) -> None:
    """Make every known answer; raises `TwinAnswers` where two of an exercise that count together are one program."""
    seen: dict[tuple[str, str], list[Known]] = {}
    for one in answers:
        tree = ast.parse(bare(one.source()))
        before = seen.setdefault((one.exercise, ast.dump(tree)), [])
        for other in before:
            if not (one.backends and other.backends) or set(one.backends) & set(other.backends):
                raise TwinAnswers(f"Two known answers of {one.exercise} are one program: {other.name}, {one.name}.")
        before.append(one)


def _shown(change: Mapping[str, str]) -> str:
    """An edit in one line."""
    parts = [f"{' '.join(old.split())} → {' '.join(new.split()) or 'nothing'}" for old, new in change.items()]
    return textwrap.shorten("; ".join(parts), _WIDTH, placeholder=" …")
