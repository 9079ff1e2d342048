"""What nbgrader loads by configuration: an exporter that takes submissions in, and a preprocessor that judges."""

import atexit
import functools
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from autograder.grading.executed_notebook import write_into
from autograder.grading.letters import whose_word
from autograder.grading.marker import Marker
from autograder.grading.staging import Staging
from autograder.units import Unit, UnknownName, find_unit


class SubmissionExporter(NotebookExporter):
    """Reads a submitted notebook through intake: whatever the file holds, a clean notebook comes out.

    nbgrader makes the exporter before it looks at any submission: then they are staged.
    """

    def __init__(self, **options: Any):
        super().__init__(**options)
        unit = _unit_named(self.parent.coursedir.assignment_id) if isinstance(self.parent, Autograde) else None
        self._staging = Staging(self.parent, unit) if unit else None

    def from_filename(self, filename: str, resources: dict | None = None, **options: Any):
        if not self._staging or not self.parent._sanitizing:
            return super().from_filename(filename, resources=resources, **options)
        job = self._staging.job_of(filename)
        submission = job.take()
        for said in filter(None, (submission.problem, whose_word(job.place))):
            self.log.warning("%s: %s", job.place, said)
        return self.from_notebook_node(submission.notebook, resources=resources, **options)


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


def _unit_of(resources: dict | None) -> Unit | None:
    return _unit_named((resources or {}).get("nbgrader", {}).get("assignment") or "")


def _unit_named(name: str) -> Unit | None:
    try:
        return find_unit(name) if name else None
    except UnknownName:
        return None
