"""What surrounds a submission while it is marked: things to steal, to spoil and to reach, and whether they were."""

import hashlib
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from autograder.author.known_cases import Case, submission
from autograder.grading import intake, our_cells
from autograder.grading.executed_notebook import write_into
from autograder.grading.marker import Marker
from autograder.grading.verdict_store import Marked
from autograder.tests.attacks.attack import Attack
from autograder.units import ROOT, Unit

UNIT = Unit("00_start")
FIRST, SECOND = UNIT.points()
SECRET = "the pass mark is 31337"
_SLEEPER = ["sleep", "31337"]
_PRELUDE = """
import ctypes, gc, glob, inspect, io, json, os, resource, shutil, signal, socket, struct
import subprocess, sys, tempfile, threading, time
import keras, numpy as np
from keras import ops
TMP = os.environ["TMPDIR"]  # /tmp itself is no place to write where the project lies in it

def attempt(deed):
    "Do it; say so if it gave something."
    try:
        got = deed()
    except BaseException as error:
        print("refused:", type(error).__name__)
    else:
        print("REACHED" if got else "nothing:", repr(got)[:200])

"""


@dataclass(frozen=True)
class Lean(Unit):
    """Unit 00 with a learner's copy of its own: the imports, tasks, answers and checks, no lessons and pictures."""

    copy: Path = Path()

    @property
    def learners_copy(self) -> Path:
        return self.copy


def lean_unit(folder: Path) -> Lean:
    """Write such a copy into a folder."""
    notebook = our_cells.untouched(UNIT)
    imports = next(cell for cell in notebook.cells if cell.cell_type == "code")
    notebook.cells = [imports, *(cell for cell in notebook.cells if "nbgrader" in cell.metadata)]
    nbformat.write(notebook, folder / "copy.ipynb")
    return Lean(UNIT.stem, folder / "copy.ipynb")


class Scene:
    """A class with a gradebook, a neighbour's submission, and a judge that listens on sockets, in one folder."""

    def __init__(self, folder: Path, marker: Marker, unit: Unit):
        self.folder, self._marker, self.unit = folder, marker, unit
        self.gradebook, self.neighbour = folder / "gradebook.db", folder / "submitted" / "neighbour.ipynb"
        self.neighbour.parent.mkdir()
        for path in (self.gradebook, self.neighbour):
            path.write_text(SECRET)
        self._listeners = [_listening(socket.AF_INET, ("127.0.0.1", 0))]
        self._listeners.append(_listening(socket.AF_UNIX, str(folder / "judge.sock")))
        self._listeners.append(_listening(socket.AF_UNIX, f"\0judge-{os.getpid()}"))
        self._before = self._contents()

    @property
    def prelude(self) -> str:
        """What every attack knows and may use."""
        addresses = [listener.getsockname() for listener in self._listeners]
        known = {
            "ROOT": str(ROOT),
            "JUDGE": os.getpid(),
            "GRADEBOOK": str(self.gradebook),
            "NEIGHBOUR": str(self.neighbour),
            "WITNESS": str(self.folder / "witness"),
            "LISTENERS": addresses,
        }
        return _PRELUDE + "".join(f"{name} = {value!r}\n" for name, value in known.items())

    def solved(self) -> NotebookNode:
        """A learner's copy with the solution's answers."""
        return submission(Case(self.unit, "solution"))

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()

    def submitted(self, attack: Attack) -> NotebookNode:
        """The notebook that carries an attack; the other exercise is solved."""
        notebook = self.solved()
        answer, check = (_cell(notebook, grade_id) for grade_id in (FIRST, f"{FIRST}-check"))
        answer.source = attack.answer
        cells = notebook.cells
        if attack.then:
            cells.insert(cells.index(check) + 1, added(attack.then))
        ends = "" if attack.unfinished else "\nprint('TRIED')"
        cells.insert(cells.index(answer), added(f"{attack.cell}{ends}" if attack.cell else ""))
        cells.insert(cells.index(answer) - 1, added(self.prelude))
        return notebook

    def mark(self, notebook: NotebookNode | str) -> tuple[Marked, NotebookNode]:
        """Hand a notebook in and mark it as a class is marked; returns the verdict and the executed notebook."""
        folder = self.folder / "submitted" / "attacker" / self.unit.stem
        folder.mkdir(parents=True, exist_ok=True)
        text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
        (folder / f"{self.unit.stem}.ipynb").write_text(text, "utf-8", errors="surrogatepass")
        return self.mark_folder(folder)

    def mark_folder(self, folder: Path) -> tuple[Marked, NotebookNode]:
        """Mark what lies in a submission's folder."""
        taken = intake.take_from(folder, self.unit)
        marked = self._marker.mark(taken.notebook, self.unit)
        write_into(taken.notebook, marked)
        nbformat.validate(taken.notebook)
        _same_to_nbgrader(marked, taken.notebook)
        return marked, taken.notebook

    def assert_untouched(self) -> None:
        """Nothing here was changed, nobody has called, and nothing that the attack started is still running."""
        assert self._contents() == self._before
        for listener in self._listeners:
            try:
                listener.accept()
            except BlockingIOError:
                continue
            raise AssertionError("the attack has reached a listener of the judge's")
        sleepers = [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == _SLEEPER]
        _, alive = psutil.wait_procs(sleepers, timeout=30)
        assert not alive

    def _contents(self) -> dict[str, str]:
        here = [path for path in self.folder.rglob("*") if path.is_file() and "attacker" not in path.parts]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in here}


def added(source: str) -> NotebookNode:
    """A code cell that a learner added."""
    return nbformat.v4.new_code_cell(source)


def printed(notebook: NotebookNode) -> str:
    """All that the cells of an executed notebook printed."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream")


def scores(marked: Marked) -> list[float]:
    return [exercise.score for exercise in marked.verdict.exercises]


def lost(marked: Marked) -> str:
    """A line for each rule that was not passed, and how it ended; those of the other exercise come first."""
    tests = [test for exercise in reversed(marked.verdict.exercises) for test in exercise.tests]
    told = [f"{test.name} ({test.outcome}): {test.sentence} {test.got}" for test in tests if test.outcome != "passed"]
    return "\n".join(told)


def outcomes(marked: Marked) -> frozenset[str]:
    """How the tests of the first exercise that were not passed ended, or that all were."""
    found = {test.outcome for test in marked.verdict.exercises[0].tests}
    return frozenset(found - {"passed"} or {"passed"})


def _same_to_nbgrader(marked: Marked, notebook: NotebookNode) -> None:
    """nbgrader reads the scores of the verdict out of the executed notebook, and no others."""
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    read: Sequence[tuple[float | None, float]] = [determine_grade(cell) for cell in graded]
    assert read == [(exercise.score, exercise.max_score) for exercise in marked.verdict.exercises]


def _cell(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def _listening(family: int, address: tuple | str) -> socket.socket:
    listener = socket.socket(family)
    listener.bind(address)
    listener.listen()
    listener.setblocking(False)
    return listener
