"""One notebook: run its cells in a worker, judge the answers, and write the verdict into the notebook."""

import contextlib
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict

from autograder.grading.budgets import OUTPUTS, PLAIN, Announce, always
from autograder.grading.files import digest_of_files
from autograder.grading.intake import answers_in, checked_by, is_answered, is_by_hand
from autograder.grading.released import files_beside
from autograder.grading.sanitize import as_text, inert_outputs
from autograder.judging.judge import judge
from autograder.judging.known import known_answers
from autograder.judging.references import lacking, references_before, taken
from autograder.judging.slicing import needed, statements_if_any
from autograder.judging.tolerance import use_device
from autograder.judging.verdicts import SUBMISSION, ExerciseVerdict, TestVerdict, Verdict
from autograder.learner.atomic import write_whole
from autograder.sandbox import Cell, CellResult, Limits, RemoteWorkbench
from autograder.sandbox.evidence import CleanRoom
from autograder.sandbox.launch import Launcher
from autograder.seam.fault import OurFault
from autograder.seam.given import Reference, References, giving
from autograder.units import ROOT, Unit

PROBLEM = "problem"  # id of the note that an executed notebook begins with where something was wrong with it
_JUDGED_BETWEEN_CLEARINGS = 20  # notebooks: a program that is let go is compiled again when it is needed


@dataclass
class Marked:
    """A verdict, the outputs that each code cell left, and the digest that both are kept under."""

    verdict: Verdict
    outputs: list[list[dict[str, Any]]]
    digest: str = ""


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
        self._backend = self._launcher.backend
        self._clean = CleanRoom(lambda cells: RemoteWorkbench(cells, self._limits, self._launcher, unconfined))
        self._judged = 0

    def __enter__(self) -> "Marker":
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
        kept = None if self._again else self._kept(digest)
        if kept is None:
            kept = self._mark(task, digest)
            self._keep(digest, kept)
        kept.digest = digest
        return kept

    def _mark(self, task: _Task, digest: str) -> Marked:
        """Mark it; where something of ours fails, once more, with the same inputs, in a fresh worker."""
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
        verdict = Verdict(unit.stem, [], seed=seed, device=self._device, backend=self._backend)
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
        parts += [self._device, self._backend, repr(self._limits), _version(task.unit), version("keras")]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def _kept(self, digest: str) -> Marked | None:
        return kept_under(self._store, digest) if self._store else None

    def _keep(self, digest: str, marked: Marked) -> None:
        """Store a verdict in one step: a reader finds the whole of it or nothing."""
        if self._store is None:
            return
        text = json.dumps({"verdict": _as_stored(marked.verdict), "outputs": marked.outputs})
        write_whole(self._store / f"{digest}.json", text)


def kept_under(store: Path, digest: str) -> Marked | None:
    """What a store keeps under a digest, or None."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads((store / f"{digest}.json").read_text("utf-8"))
        return Marked(_from_stored(kept["verdict"]), kept["outputs"], digest)
    return None


def cells_of(notebook: NotebookNode) -> list[Cell]:
    """The code cells of an intaken notebook, in order, as they are run.

    A check cell is not run; it binds its exercise to what the name means there. Where the answer cell above
    it was left untouched, or is missing, the learner may have answered further down: then the end binds.
    """
    cells, late = [], []
    open_answers = {name for name, cell in answers_in(notebook).items() if not is_answered(cell)}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            name = checked_by(cell)
            if name in open_answers:
                late.append(Cell("", name))
            cells.append(Cell("" if name else cell.source, None if name in open_answers else name))
    return cells + late


def needed_cells(cells: Sequence[Cell], names: Sequence[str]) -> list[Cell]:
    """The same cells with only the code that these answers stand on."""
    chosen = needed([statements_if_any(cell.source) for cell in cells], names)
    sources = ["\n".join(statement.source for statement in found) for found in chosen]
    return [Cell(source, cell.binds) for source, cell in zip(sources, cells, strict=True)]


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


def write_into(notebook: NotebookNode, marked: Marked) -> None:
    """Put outputs and reports into a notebook: each check cell shows its report and is worth its score.

    The score goes by nbgrader's partial-credit protocol: an `execute_result` whose plain text is a number. What a
    feedback page tells besides is in the metadata: the problem in the notebook's, and in a check cell's whether there
    was an attempt, and why it falls short. A report on the class finds the verdict by the digest in the notebook's.
    """
    from autograder.learner.display import Report
    from autograder.learner.telling import reasons

    notebook.metadata["verdict_digest"] = marked.digest
    if marked.verdict.problem:
        notebook.metadata["problem"] = marked.verdict.problem
        note = {
            "cell_type": "markdown",
            "id": PROBLEM,
            "metadata": {},
            "source": f"**Note:** {as_text(marked.verdict.problem)}",
        }
        notebook.cells.insert(0, from_dict(note))
    for cell in filter(is_by_hand, notebook.cells):
        cell.metadata["verdict"] = {"state": "graded by hand"}
    reports = {exercise.name: exercise for exercise in marked.verdict.exercises}
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = iter(marked.outputs)
    for number, cell in enumerate(code_cells, start=1):
        cell.outputs = [from_dict(output) for output in next(outputs, [])]
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
        if name := checked_by(cell):
            exercise = reports[name]
            data = {"text/plain": f"{exercise.score:g}", "text/html": Report(exercise, pictures=False)._repr_html_()}
            fields = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": number}
            cell.outputs = [from_dict(fields)]
            cell.metadata["verdict"] = {"state": _state(exercise), "reasons": reasons(exercise)}


def _state(exercise: ExerciseVerdict) -> str:
    """Whether there was an attempt, or why there was none."""
    if exercise.attempted:
        return "attempted"
    return "missing" if exercise.tests and exercise.tests[0].outcome == "missing" else "not attempted"


def _version(unit: Unit) -> str:
    """A digest of all that decides verdicts besides the submission: suite, known answers, judge and worker."""
    folders = [ROOT / "autograder" / name for name in ("judging", "sandbox", "seam")]
    files = [unit.suite, ROOT / "autograder" / "mistakes" / f"{unit.topic}.py", ROOT / "course" / "built.py"]
    files += [unit.solution, unit.sealed_reference]  # which known answers are edits of
    files += [path for folder in folders for path in sorted(folder.glob("*.py"))]
    return digest_of_files(tuple(files))


def _as_stored(verdict: Verdict) -> dict[str, Any]:
    fields = asdict(verdict)
    for exercise in fields["exercises"]:
        for test in exercise["tests"]:
            test["arrays"] = None
    return fields


def _from_stored(fields: dict[str, Any]) -> Verdict:
    exercises = [
        ExerciseVerdict(**{**exercise, "tests": [TestVerdict(**test) for test in exercise["tests"]]})
        for exercise in fields["exercises"]
    ]
    return Verdict(**{**fields, "exercises": exercises})
