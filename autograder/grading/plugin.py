"""What nbgrader loads by configuration: an exporter that takes submissions in, and a preprocessor that judges."""

import atexit
import functools
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from autograder.grading import intake
from autograder.grading.marker import Marker, write_into
from autograder.units import UnknownName, find_unit


class SubmissionExporter(NotebookExporter):
    """Reads a submitted notebook through intake: whatever the file holds, a clean notebook comes out."""

    def from_filename(self, filename: str, resources: dict | None = None, **options: Any):
        submitted = getattr(self.parent, "_sanitizing", False)
        unit = _unit_of(resources)
        if not submitted or unit is None:
            return super().from_filename(filename, resources=resources, **options)
        submission = intake.take_from(Path(filename).parent, unit)
        if submission.problem:
            self.log.warning("%s: %s", filename, submission.problem)
        return self.from_notebook_node(submission.notebook, resources=resources, **options)


def adopt_lone_notebook(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before a submission is read: a single notebook under another name is the unit's.

    nbgrader passes over files whose name it does not know; what it finds under the right name is then read by
    `SubmissionExporter` from the folder.
    """
    expected = [str(Path(path).with_name(f"{assignment}.ipynb")) for path in notebooks[:1]]
    if _unit_of({"nbgrader": {"assignment": assignment}}) and not set(expected) & set(notebooks):
        notebooks[:] = expected


class Judge(NbGraderPreprocessor):
    """Takes the place of nbgrader's `Execute`: runs the cells in a worker and judges the answers outside it."""

    unconfined = Bool(False, help="Run notebooks even where nothing confines them.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        unit = _unit_of(resources)
        if unit is None:
            raise ValueError(f"the assignment {resources['nbgrader']['assignment']!r} is no unit of this course")
        marker = marker_for(_store(resources["nbgrader"]["db_url"]), self.unconfined)
        write_into(nb, marker.mark(nb, unit))
        return nb, resources


@functools.cache
def marker_for(store: Path | None, unconfined: bool = False, device: str = "cpu") -> Marker:
    """The marker of this process for a store of verdicts; its template ends with the process."""
    marker = Marker(store, device=device, unconfined=unconfined)
    atexit.register(marker.close)
    return marker


def _store(db_url: str) -> Path | None:
    """Verdicts are kept beside the gradebook's file; beside a server's gradebook there is no folder."""
    if not db_url.startswith("sqlite:///"):
        return None
    return Path(db_url.removeprefix("sqlite:///")).parent / "verdicts"


def _unit_of(resources: dict | None):
    name = (resources or {}).get("nbgrader", {}).get("assignment")
    try:
        return find_unit(name) if name else None
    except UnknownName:
        return None
