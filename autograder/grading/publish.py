"""What a class's run writes for one submission: the executed notebook, the feedback page, and the record of both."""

import contextlib
import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, from_dict
from nbgrader import utils
from nbgrader.preprocessors import LimitOutput
from traitlets.config import Config

from autograder.grading.budgets import PAGE, PLAIN
from autograder.grading.entry import Entry, Executed
from autograder.grading.executed_notebook import write_into
from autograder.grading.feedback import FeedbackExporter
from autograder.grading.files import digest_of_files, sweep
from autograder.grading.verdict_store import Marked
from autograder.learner.atomic import write_whole
from autograder.units import ROOT

_log = logging.getLogger("autograder.nbgrader")


@dataclass(frozen=True)
class Place:
    """Where the files of one learner's unit are, in a class's folder."""

    grading: Path
    learner: str
    unit: str

    @property
    def notebook(self) -> Path:
        return self.grading / "autograded" / self.learner / self.unit / f"{self.unit}.ipynb"

    @property
    def page(self) -> Path:
        return self.grading / "feedback" / self.learner / self.unit / f"{self.unit}.html"

    @property
    def stamp(self) -> Path:
        """The record that all is done. It is written last, and names what it was done for."""
        return self.page.with_name(".done.json")


class Publisher:
    """Writes executed notebooks and feedback pages, as nbgrader's passes do with the same configuration."""

    def __init__(self, grading: Path, config: Config):
        self._grading = grading
        self._limit = LimitOutput(config=config)
        self._exporter = FeedbackExporter(config=config)
        self._settings = json.dumps(config.get("LimitOutput", {}), default=str, sort_keys=True)

    def task(self, notebook: NotebookNode, marked: Marked, letters: dict[str, str]) -> str:
        """A digest of all that the files of a submission are made from, but for the gradebook."""
        ours = [*sorted(Path(__file__).parent.glob("*")), ROOT / "autograder" / "learner" / "display.py"]
        code = digest_of_files(tuple(path for path in ours if path.is_file()))
        parts = ("cell_type", "source", "metadata", "attachments")  # text is not in a verdict
        cells = [[cell.get(part) for part in parts] for cell in notebook.cells]
        parts = [marked.digest, str(marked.verdict.seed), json.dumps([cells, letters]), self._settings, code]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def execute(self, notebook: NotebookNode, marked: Marked) -> None:
        """Make an executed notebook of an intaken one."""
        write_into(notebook, marked)
        self._limit.preprocess(notebook, {})

    def publish(self, place: Place, entry: Entry, task: str, plainly: bool = False) -> None:
        """Write the feedback page of an executed notebook, then the record that its submission is done."""
        notebook = nbformat.v4.reads(place.notebook.read_text("utf-8"))
        write_whole(place.page, self.page(_with_grades(notebook, entry), _resources(place, entry), plainly))
        write_stamp(place, entry, task)

    def page(self, notebook: NotebookNode, resources: dict[str, Any], plainly: bool = False) -> str:
        """The feedback page of an executed notebook that has its grades.

        Written `plainly` it has the points and the reports, and says that the rest could not be shown.
        """
        if plainly:
            notebook.cells = [from_dict(_markdown("plain", PLAIN[PAGE])), *_reports(notebook)]
        return self._exporter.from_notebook_node(notebook, resources)[0]


def write_executed(notebook: NotebookNode, place: Place, letters: dict[str, str]) -> None:
    """Write the executed notebook, and what nbgrader keeps beside it."""
    place.stamp.unlink(missing_ok=True)
    for folder, mode in ((place.notebook.parent, 0o444), (place.page.parent, 0o644)):
        sweep(folder)
        for name, text in letters.items():
            write_whole(folder / name, text, mode)
    write_whole(place.notebook, f"{nbformat.writes(notebook, version=4)}\n", 0o444)


def executed(place: Place, notebook: NotebookNode, arrived: str | None) -> Executed:
    """What nbgrader's `SaveAutoGrades` would read out of an executed notebook."""
    scores = {
        cell.metadata.nbgrader.grade_id: utils.determine_grade(cell, _log)[0]
        for cell in notebook.cells
        if utils.is_grade(cell)
    }
    untouched = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
        for cell in notebook.cells
        if utils.is_solution(cell)
    }
    return Executed(place.learner, place.unit, arrived, scores, untouched)


def write_stamp(place: Place, entry: Entry, task: str) -> None:
    """Record that a submission is done: its files are those, and the gradebook holds this."""
    stamp = {"task": task, "entry": entry.digest(), "files": _files(place)}
    write_whole(place.stamp, json.dumps(stamp))


def stamped_entry(place: Place, task: str) -> str | None:
    """The digest of the gradebook's entry that these files were finished with; None where they are not finished."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        stamp = json.loads(place.stamp.read_text("utf-8"))
        if stamp["task"] == task and stamp["files"] == _files(place):
            return stamp["entry"]
    return None


def _files(place: Place) -> list[list[int]]:
    found = [path.stat() for path in (place.notebook, place.page)]
    return [[status.st_size, status.st_mtime_ns] for status in found]


def _with_grades(notebook: NotebookNode, entry: Entry) -> NotebookNode:
    """The notebook with what nbgrader's `GetGrades` writes into its cells."""
    for cell in notebook.cells:
        fields = cell.metadata.get("nbgrader", {})
        if fields.get("grade_id") in entry.comments:
            fields["comment"] = entry.comments[fields.grade_id]
        if fields.get("grade_id") in entry.scores:
            fields["score"], fields["points"] = entry.scores[fields.grade_id]
    return notebook


def _reports(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """What we have written into an executed notebook: its graded cells, without what is the learner's in them."""
    for cell in notebook.cells:
        fields = cell.metadata.get("nbgrader", {})
        if fields.get("solution"):
            cell.source, cell.outputs = "", []
        if fields.get("grade"):
            yield cell


def _markdown(cell_id: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}


def _resources(place: Place, entry: Entry) -> dict[str, Any]:
    penalty = entry.penalty or 0
    points = {"score": entry.score - penalty, "max_score": entry.max_score, "late_penalty": penalty}
    names = {"notebook": place.unit, "student": place.learner}
    return {"nbgrader": {**names, **points}, "metadata": {"path": str(place.notebook.parent)}}
