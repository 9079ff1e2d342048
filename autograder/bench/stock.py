"""Stock nbgrader on the same notebooks: a kernel for each, in which the check cell judges and gives the points."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.author.build import solution_notebook
from autograder.bench.learners import HandedIn
from autograder.units import ROOT, Unit


class StockNbgrader:
    """nbgrader with its own preprocessors on a class of its own in `folder`, in one process that stays.

    Its start, its imports and the release of the assignment are over when this is made: none of them is measured.
    """

    def __init__(self, unit: Unit, folder: Path, sample: Iterable[HandedIn]):
        source = folder / "source" / unit.stem
        source.mkdir(parents=True)
        nbformat.write(with_stock_checks(solution_notebook(unit)), source / f"{unit.stem}.ipynb")
        for one in sample:
            HandedIn(one.learner, one.kind, with_stock_checks(one.notebook)).write(folder / "submitted", unit)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder.bench.stock", str(folder), unit.stem],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._told()

    def __enter__(self) -> "StockNbgrader":
        return self

    def __exit__(self, *_: Any) -> None:
        self._process.stdin.close()
        self._process.wait()

    def grade(self, learner: str) -> tuple[float, float]:
        """Autograde one submission and write its feedback; returns the seconds that took, and the points."""
        self._process.stdin.write(f"{learner}\n")
        self._process.stdin.flush()
        told = self._told()
        return told["seconds"], told["score"]

    def _told(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"stock nbgrader ended: exit code {self._process.wait()}")
        return json.loads(line)


def with_stock_checks(notebook: NotebookNode) -> NotebookNode:
    """The notebook as a course on stock nbgrader would have it: a check cell's last expression is its points.

    The overview at the end judges everything once more; stock is spared that.
    """
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        fields = cell.metadata.get("nbgrader", {})
        if fields.get("grade"):
            cell.source = f"{cell.source.strip()}.verdict.score"
        elif cell.cell_type == "code" and cell.source.strip() == "progress()":
            cell.source = ""
    return notebook


def _serve(folder: Path, unit: str) -> None:
    from nbgrader.api import Gradebook
    from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    from autograder.grading.nbgrader_settings import STUB, prepare_nbgrader

    prepare_nbgrader()
    told, sys.stdout = sys.stdout, sys.stderr
    config = Config({"ClearSolutions": {"code_stub": {"python": STUB}}})
    course = CourseDirectory(config=config, root=str(folder), assignment_id=unit)
    steps = [kind(coursedir=course, config=config) for kind in (GenerateAssignment, Autograde, GenerateFeedback)]
    steps[0].start()
    print(json.dumps({"ready": True}), file=told, flush=True)
    for line in sys.stdin:
        course.student_id = line.strip()
        started = time.perf_counter()
        for step in steps[1:]:
            step.start()
        seconds = time.perf_counter() - started
        with Gradebook(course.db_url) as book:
            score = book.find_submission(unit, course.student_id).score
        print(json.dumps({"seconds": seconds, "score": score}), file=told, flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), sys.argv[2])
