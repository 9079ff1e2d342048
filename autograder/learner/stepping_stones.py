"""What `course.built` gives: the references of earlier units, and at home a learner's own answers where they pass."""

import ast
import contextlib
import functools
import io
import linecache
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.judging.references import Cell, code_cells, reference_of
from autograder.judging.slicing import Statement, needed, statements
from autograder.learner.desk import Desk, desk_around
from autograder.learner.slow import said_when_slow
from autograder.seam import given
from autograder.seam.errors import STUB_MESSAGE, describe
from autograder.units import Unit, UnknownName, all_units, find_exercise

_PATIENCE = 3.0  # seconds until a cell says that it waits for the checks of an earlier unit


@dataclass
class Made:
    """The answers that a notebook has made, and for names whose cell stopped with an error what that said."""

    answers: dict[str, Any] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)


class AtHome:
    """Gives a learner their own answer to an earlier exercise if all its checks hold, else the reference; says which.

    A kernel that runs in the folder of a unit, as JupyterLab's do, is given what comes before that unit. `before` names
    another unit, and keeps quiet.
    """

    def __init__(self, before: Unit | None = None):
        here, units = Path.cwd(), {unit.stem: unit for unit in all_units()}
        self._desks = desks_around(here)
        self._before, self._quiet = before or units.get(here.name), before is not None

    def __call__(self, name: str) -> Any:
        try:
            unit = find_exercise(name)
        except UnknownName as unknown:
            raise ImportError(str(unknown)) from None
        if self._before and unit.stem >= self._before.stem:
            here = self._before.stem
            raise ImportError(f"`{name}` is an exercise of {unit.stem}; in {here} only earlier units can be had.")
        with contextlib.nullcontext() if self._quiet else said_when_slow(name, after=_PATIENCE):
            answer, why = _best(self._desks, unit, name)
        which = "the reference" if answer is None else "yours"
        if answer is None:
            answer = _reference(unit, name, why)
        if not self._quiet:
            print(f"course.built: {name} is {which}; {why}.")
        return answer

    def __dir__(self) -> list[str]:
        units = [unit for unit in all_units() if not self._before or unit.stem < self._before.stem]
        return [name for unit in units for name in unit.points()]


def desks_around(folder: Path) -> list[Desk]:
    """Where a learner's earlier notebooks are looked for: beside this one's folder, then on this project's desk."""
    return list(dict.fromkeys([desk_around(folder), Desk()]))


def _reference(unit: Unit, name: str, why: str) -> Any:
    """A reference at home; raises `NotHere` with what to do where there is none."""
    if not reference_of(unit).source:
        raise given.NotHere(
            f"`{name}` is needed here: {why}, and there is no reference of {unit.stem} to take instead. Work on "
            f"`{name}` in {unit.stem} until `check` says that everything holds, save that notebook, and run this cell "
            "again."
        )
    return _references(tuple(map(reference_of, all_units())))(name)


@functools.lru_cache(maxsize=1)
def _references(all_of_them: tuple[given.Reference, ...]) -> given.References:
    return given.References(all_of_them)


def _best(desks: list[Desk], unit: Unit, name: str) -> tuple[Any, str]:
    """A learner's answer if all its checks hold on one of these desks, or None; and what is to be said of it."""
    told = []
    for desk in desks:
        answer, why = _own(desk.notebook(unit), unit, name)
        if answer is not None:
            return answer, why
        told += [why] if why else []
    return None, told[0] if told else f"there is no notebook of yours in {desks[0].folder.name}/{unit.stem}"


def _own(notebook: Path, unit: Unit, name: str) -> tuple[Any, str]:
    """The answer in one notebook if all its checks hold, or None; and what is to be said, if there is a notebook."""
    place = f"{notebook.parent.parent.name}/{unit.stem}"
    try:
        cells = tuple(code_cells(notebook.read_text("utf-8-sig"), unit.points()))
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError, KeyError, TypeError) as error:
        return None, f"your notebook in {place} could not be read: {type(error).__name__}"
    answer, why = _judged(unit, cells, name)
    return answer, f"{why} in {place}"


@functools.lru_cache(maxsize=512)
def _judged(unit: Unit, cells: tuple[Cell, ...], name: str) -> tuple[Any, str]:
    """The answer that these cells give to an exercise if it passes, or None; and why. Done once in a kernel."""
    from course.toolkit.quiet import silent

    from autograder.judging.judge import CHECK_SEED, judge
    from autograder.seam import Workbench

    made = _made(unit, cells)
    if name not in made.answers:
        return None, made.troubles.get(name) or "there is none"
    with silent(), _hushed(), given.giving(AtHome(before=unit)):
        (verdict,) = judge(unit.suite, Workbench({name: made.answers[name]}), CHECK_SEED, only=[name])
    held = sum(test.outcome == "passed" for test in verdict.tests)
    if held == len(verdict.tests):
        return made.answers[name], "all its checks hold"
    if not verdict.attempted:
        return None, "yours is not written yet"
    return None, f"{held} of {len(verdict.tests)} checks hold for yours"


@functools.lru_cache(maxsize=64)
def _made(unit: Unit, cells: tuple[Cell, ...]) -> Made:
    """Run what the answers of a notebook stand on, as a grading would: a cell that stops does not stop the others.

    An answer is what its name is bound to at its check, or at the end where the answer cell still holds the stub.
    """
    made, namespace = Made(), given.new_namespace()
    names = list(unit.points())
    open_answers = {cell.answers for cell in cells if STUB_MESSAGE in cell.source}
    chosen = needed([_statements(cell, made) for cell in cells], names)
    with _hushed(), given.giving(AtHome(before=unit)):
        for number, (cell, todo) in enumerate(zip(cells, chosen, strict=True), start=1):
            _run(todo, f"<code cell {number} of {unit.stem}>", cell, namespace, made)
            if cell.checks in namespace and cell.checks not in open_answers:
                made.answers[cell.checks] = namespace[cell.checks]
    for name in names:
        if name in namespace:
            made.answers.setdefault(name, namespace[name])
    return made


def _run(todo: list[Statement], file: str, cell: Cell, namespace: dict[str, Any], made: Made) -> None:
    """Run some statements of a cell, up to the first that fails."""
    linecache.cache[file] = (len(cell.source), None, cell.source.splitlines(keepends=True), file)  # for tracebacks
    try:
        given.run(compile(ast.Module([statement.node for statement in todo], []), file, "exec"), namespace)
    except Exception as error:
        for name in {name for statement in todo for name in statement.binds}:
            made.troubles[name] = f"its cell stops with {describe(error).message}"


def _statements(cell: Cell, made: Made) -> list[Statement]:
    """The statements of a learner's cell; none where it is no Python."""
    try:
        return statements(cell.source)
    except SyntaxError as error:
        made.troubles[cell.answers] = f"its cell is no Python: {error.msg}"
        return []


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Print nothing for a while."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
