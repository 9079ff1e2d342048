"""The digest of all that a proof depends on: whoever changes any of it has to prove anew."""

import ast
import functools
import hashlib
import importlib.metadata
import sys
from collections.abc import Collection, Iterable
from pathlib import Path

import nbformat

from autograder.author.dependencies import imported_by, modules, stand_on
from autograder.author.equivalent_mutants import reviewed
from autograder.judging.known import correct_in, known_answers, mistakes_in
from autograder.judging.references import code_cells, references_before, solution_of, taken
from autograder.judging.slicing import needed, statements_if_any
from autograder.units import ROOT, Unit

_JUDGED_BY = (  # how a known answer gets its verdict
    "autograder.author.verify",
    "autograder.grading.marker",
    "autograder.judging.judge",
    "autograder.sandbox.launch",
    "autograder.sandbox.worker",
)
_BESIDE_THE_VERDICT = ("autograder", "autograder.grading.marker")  # what notebooks import, executed notebooks, storing
_IDLE = "autograder.author.idle_answers"  # which `verify` asks as well: what they earn is a proof of its own
_MUTANTS_JUDGED_BY = (
    "autograder.author.mutants",
    "autograder.author.mutant_judges",
    "autograder.judging.exercises",  # what suites take from `autograder.judging`, which offers known answers as well
    "autograder.judging.oracle",
)
_BESIDE_MUTANTS = ("autograder", "autograder.judging", "autograder.judging.judge")  # of this one the seed is taken
_RUN_BY = ("nbclient", "ipykernel", "ipython", "matplotlib", "ipywidgets")  # notebooks, and what they draw


def of_known_answers(unit: Unit, exercise: str, backend: str) -> str:
    """What the verdicts of an exercise's known answers depend on."""
    suite = ast.parse(unit.suite.read_text("utf-8"))
    known = known_answers(unit)
    recorded = [one for one in (*mistakes_in(known), *correct_in(known)) if one.exercise == exercise]
    answers = [(one.name, one.sentence, one.source()) for one in recorded]
    engine = stand_on([*_JUDGED_BY, *imported_by(suite, modules())], (*_BESIDE_THE_VERDICT, _IDLE))
    engine.remove(modules()[_IDLE])
    solution = solution_of(unit)
    return _digest(
        _versions(backend),
        _code(engine),
        ast.dump(_of_one_exercise(suite, exercise)),
        answers,
        cells := _cells_that_count(solution, tuple(unit.points())),
        _stepping_stones(unit, [*cells, unit.suite.read_text("utf-8"), *(source for _, _, source in answers)]),
    )


def of_idle_answers(unit: Unit, exercise: str, backend: str) -> str:
    """What the most that is earned without work depends on."""
    return _digest(_versions(backend), *_judged(unit, exercise, [_IDLE], _BESIDE_THE_VERDICT))


def of_mutants(unit: Unit, exercise: str) -> str:
    """What comes of the mutants of an exercise's right answer, on TensorFlow, and which of them are equivalent."""
    return _digest(
        _versions("tensorflow", "cosmic-ray"),
        *_judged(unit, exercise, _MUTANTS_JUDGED_BY, _BESIDE_MUTANTS),
        sorted(reviewed(exercise)),
    )


def of_notebook(unit: Unit, notebook: Path) -> str:
    """What a notebook shows when it is run, on TensorFlow."""
    cells = [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    trees = [statement.node for source in cells for statement in statements_if_any(source)]
    imported = {name for tree in trees for name in imported_by(tree, modules())}
    checks = [unit.suite, ROOT / "autograder" / "mistakes" / f"{unit.topic}.py"] if "autograder" in imported else []
    code, toolkit = [*stand_on(imported), *checks], ROOT / "course" / "toolkit"
    data = sorted(path for path in toolkit.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc"))
    return _digest(
        _versions("tensorflow", *_RUN_BY),
        cells,
        _code(code),
        [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in data],
        _stepping_stones(unit, [*cells, *(path.read_text("utf-8") for path in code)]),
    )


def _judged(unit: Unit, exercise: str, judges: Iterable[str], not_beyond: Collection[str]) -> tuple[object, ...]:
    """What decides how the right answer of an exercise, and what is made of it, is judged."""
    suite, solution = ast.parse(unit.suite.read_text("utf-8")), solution_of(unit)
    return (
        _code(stand_on([*judges, *imported_by(suite, modules())], not_beyond)),
        ast.dump(_of_one_exercise(suite, exercise)),
        cells := _cells_that_count(solution, tuple(unit.points())),
        _stepping_stones(unit, [*cells, unit.suite.read_text("utf-8")]),
    )


def _of_one_exercise(suite: ast.Module, exercise: str) -> ast.Module:
    """A suite without the tests of all other exercises."""

    def is_anothers(node: ast.stmt) -> bool:
        marks = [mark for mark in getattr(node, "decorator_list", []) if isinstance(mark, ast.Call) and mark.args]
        named = [ast.unparse(mark.args[0]) for mark in marks if ast.unparse(mark.func) == "exercise"]
        return bool(named) and repr(exercise) not in named

    return ast.Module([node for node in suite.body if not is_anothers(node)], suite.type_ignores)


@functools.lru_cache(maxsize=64)
def _cells_that_count(solution: str, names: tuple[str, ...]) -> list[str]:
    """The code of a solution that decides what its answers do: all cells down to the last check, and of those below it,
    such as a training, the statements that bind a name which an answer stands on.
    """
    cells = list(code_cells(solution, names))
    last = max((number for number, cell in enumerate(cells) if cell.checks), default=len(cells))
    below = needed([statements_if_any(cell.source) for cell in cells], names)[last + 1 :]
    return [*(cell.source for cell in cells[: last + 1]), *(one.source for cell in below for one in cell)]


def _stepping_stones(unit: Unit, sources: Iterable[str]) -> list[str]:
    """Of the right answers of earlier units, the code that some sources build on, and what that builds on."""
    names: frozenset[str] = frozenset().union(*map(_taken_in, sources))
    stones = []
    for reference in reversed(references_before(unit)):
        of_it, on = _stones(reference.source, names.intersection(reference.names))
        names |= on
        stones += of_it
    return stones


@functools.lru_cache(maxsize=10_000)
def _taken_in(source: str) -> frozenset[str]:
    """The names that a source takes from `course.built`."""
    return frozenset(taken(statements_if_any(source)))


@functools.lru_cache(maxsize=1000)
def _stones(reference: str, names: frozenset[str]) -> tuple[list[str], frozenset[str]]:
    """The statements of a unit's right answers that make these names, and what they take from units before."""
    (needed_here,) = needed([statements_if_any(reference)], names)
    return [statement.source for statement in needed_here], frozenset(taken(needed_here))


def _versions(*packages: str) -> list[str]:
    """Python's version, and those of keras, NumPy and these packages."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return [python, *(f"{name} {importlib.metadata.version(name)}" for name in ("keras", "numpy", *packages))]


def _code(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Each file's place and the digest of its code."""
    return [(path.relative_to(ROOT).as_posix(), _code_of(path, path.stat().st_mtime_ns)) for path in paths]


@functools.lru_cache(maxsize=1000)
def _code_of(path: Path, _changed: int) -> str:
    """The digest of a file's code: comments and the form of the code may change."""
    return _digest(ast.dump(ast.parse(path.read_text("utf-8"))))


def _digest(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:32]
