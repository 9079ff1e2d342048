"""One notebook: run its cells in a worker, and judge the answers."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.grading.budgets import JUDGE, OUTPUTS, PLAIN, Announce, always
from autograder.grading.executable_cells import cells_of, needed_cells
from autograder.grading.files import digest_of_files
from autograder.grading.released import files_beside
from autograder.grading.sanitize import inert_outputs
from autograder.grading.verdict_store import Marked, keep, kept_under
from autograder.judging.judge import judge
from autograder.judging.known import known_answers
from autograder.judging.references import lacking, references_before, taken
from autograder.judging.slicing import needed, statements_if_any
from autograder.judging.tolerance import use_device
from autograder.judging.verdicts import SUBMISSION, ExerciseVerdict, Verdict
from autograder.sandbox import Cell, CellResult, Limits, RemoteWorkbench
from autograder.sandbox.evidence import CleanRoom
from autograder.sandbox.launch import Launcher
from autograder.seam.fault import OurFault
from autograder.seam.given import Reference, References, giving
from autograder.units import ROOT, Unit

_JUDGED_BETWEEN_CLEARINGS = 20  # notebooks: a program that is let go is compiled again when it is needed


@dataclass(frozen=True)
class _Task:
    """What is to be marked: with the marker's own settings, all that a verdict depends on."""

    unit: Unit
    cells: Sequence[Cell]
    references: Sequence[Reference]
    problem: str | None
    only: Sequence[str] | None
    unmarked: dict[str, str]
    fault: str | None
    files: Sequence[tuple[str, bytes]]


class NoReferences(RuntimeError):
    """Answers of earlier units that a notebook builds on are not in this installation; the message names them."""


class Marker:
    """Marks notebooks one after the other, in workers that share a template. Close it when done.

    `store` is a folder that keeps every verdict under the digest of all it depends on: the same work is
    not done twice. Without a store nothing is kept. `templates` is where another process shares its template. With
    `again` what is kept is passed over, and replaced. `announce` is told of steps that have a budget.
    Raises `NotConfined` where learners' code cannot be confined, unless `unconfined`, and `OurFault` where something
    has failed twice that is not the code's fault: nothing is kept then.
    """

    def __init__(
        self,
        store: Path | None = None,
        limits: Limits | None = None,
        device: str = "cpu",
        backend: str | None = None,
        unconfined: bool = False,
        templates: Path | None = None,
        again: bool = False,
        announce: Announce = always,
    ):
        self._unconfined, self._again, self._announce = unconfined, again, announce
        self._store, self._limits, self._device = store, limits or Limits(), device
        self._launcher = Launcher(device, backend, shared=templates)
        self.backend = self._launcher.backend
        self._clean = CleanRoom(lambda cells: RemoteWorkbench(cells, self._limits, self._launcher, unconfined))
        self._judged = 0

    def __enter__(self) -> "Marker":
        if self._store is None:  # whatever is marked needs a worker, and keras is imported here meanwhile
            self._launcher.begin()
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        self._clean.end()
        self._launcher.close()

    def mark(
        self,
        notebook: NotebookNode,
        unit: Unit,
        only: Sequence[str] | None = None,
        references: Sequence[Reference] | None = None,
    ) -> Marked:
        """Mark a notebook that intake has made; takes the verdict from the store when it is there.

        With `only`, all cells are run, and these exercises alone are judged. `references` are what its cells may build
        on: what builds on another answer is left unmarked. Without them it may build on all earlier units, and
        `NoReferences` is raised if an answer is not there. The files that the unit hands out beside its notebook lie
        in the folder that it runs in; `TooMuchReleased` is raised if they are too large for that.
        """
        return self.mark_cells(cells_of(notebook), unit, only, references, notebook.metadata.get("problem"))

    def mark_cells(
        self,
        cells: Sequence[Cell],
        unit: Unit,
        only: Sequence[str] | None = None,
        references: Sequence[Reference] | None = None,
        problem: str | None = None,
    ) -> Marked:
        """The same for the code cells of a notebook."""
        given = references_before(unit) if references is None else references
        unmarked = _unmarked(cells, unit, lacking(given))
        if unmarked and references is None:
            raise NoReferences(" ".join(dict.fromkeys(unmarked.values())))
        told = " ".join(filter(None, [problem, *dict.fromkeys(unmarked.values())])) or None
        fault = SUBMISSION if problem else None
        task = _Task(unit, cells, given, told, only, unmarked, fault, files_beside(unit))
        digest = self._digest(task)
        marked = kept_under(self._store, digest) if self._store and not self._again else None
        if marked is None:
            self._announce(JUDGE, digest)
            marked = self._mark(task, digest)
            if self._store:
                keep(self._store, digest, marked)
        marked.digest = digest
        return marked

    def _mark(self, task: _Task, digest: str) -> Marked:
        """Mark it; where something of ours fails, once more, with the same inputs, in a fresh worker."""
        import course.toolkit  # noqa: F401 - keras, which judging needs, in the least time

        seed = secrets.randbits(32)
        try:
            verdict, results = self._judge(task, seed)
        except OurFault as first:
            try:
                verdict, results = self._judge(task, seed)
            except OurFault as second:
                if not first.place or first.place != second.place:
                    raise
                verdict, results = self._judge(task, seed, blaming=True)
        if self._announce(OUTPUTS, digest):
            return Marked(verdict, [inert_outputs(result.outputs) for result in results])
        return Marked(verdict, [[{"output_type": "stream", "name": "stdout", "text": PLAIN[OUTPUTS]}]])

    def _judge(self, task: _Task, seed: int, blaming: bool = False) -> tuple[Verdict, list[CellResult]]:
        import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner

        from autograder.seam.backends import forget_compiled

        unit = task.unit
        verdict = Verdict(unit.stem, [], seed=seed, device=self._device, backend=self.backend)
        verdict.problem, verdict.fault = task.problem, task.fault
        use_device(self._device)
        with self._workbench(task, blaming) as workbench:
            results = workbench.run()
            with giving(References(references_before(unit))):  # to known mistakes
                verdict.exercises = _judged(task, workbench, seed)
            verdict.confinement = workbench.confinement
            verdict.problem = " ".join(filter(None, [task.problem, workbench.problem])) or None
        self._judged += 1
        if self._judged % _JUDGED_BETWEEN_CLEARINGS == 0:
            forget_compiled()
        return verdict, results

    def _workbench(self, task: _Task, blaming: bool) -> RemoteWorkbench:
        return RemoteWorkbench(
            task.cells,
            self._limits,
            self._launcher,
            self._unconfined,
            task.references,
            blaming,
            task.files,
            needed=lambda answer: needed_cells(task.cells, [answer]),
            clean=self._clean,
        )

    def _digest(self, task: _Task) -> str:
        executed = [[cell.source, cell.binds] for cell in task.cells], task.references
        files = [(name, hashlib.sha256(content).hexdigest()) for name, content in task.files]
        parts = [json.dumps([executed, files]), task.unit.stem, str(task.problem), str(task.only)]
        parts += [self._device, self.backend, repr(self._limits), _version(task.unit), version("keras")]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _judged(task: _Task, workbench: RemoteWorkbench, seed: int) -> list[ExerciseVerdict]:
    """The verdicts on the exercises that were asked for, those that cannot be judged among them."""
    points = task.unit.points()
    asked = list(task.only or points)
    todo = [name for name in asked if name not in task.unmarked]
    found = judge(task.unit.suite, workbench, seed, known_answers(task.unit), todo) if todo else []
    found += [ExerciseVerdict(name, points[name], [], task.unmarked[name]) for name in asked if name in task.unmarked]
    return sorted(found, key=lambda exercise: list(points).index(exercise.name))


def _unmarked(cells: Sequence[Cell], unit: Unit, missing: dict[str, str]) -> dict[str, str]:
    """The exercises that build on answers which are missing here, each with what is to be said of it."""
    if not missing:
        return {}
    code, found = [statements_if_any(cell.source) for cell in cells], {}
    for name in unit.points():
        on = sorted(missing.keys() & taken(statement for cell in needed(code, [name]) for statement in cell))
        if on:
            which = " and ".join(f"{earlier} of {missing[earlier]}" for earlier in on)
            found[name] = f"Not marked here: {name}, because it builds on {which}, of which no right answer is here."
    return found


def _version(unit: Unit) -> str:
    """A digest of all that decides verdicts besides the submission: suite, known answers, judge and worker."""
    folders = [ROOT / "autograder" / name for name in ("judging", "sandbox", "seam")]
    files = [unit.suite, ROOT / "autograder" / "mistakes" / f"{unit.topic}.py", ROOT / "course" / "built.py"]
    files += [unit.solution, unit.sealed_reference]  # which known answers are edits of
    files += [path for folder in folders for path in sorted(folder.glob("*.py"))]
    return digest_of_files(tuple(files))
