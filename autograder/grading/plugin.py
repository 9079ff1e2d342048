"""What nbgrader loads by configuration: exporters that take submissions in and write pages, and what judges between.

Whatever is done with a learner's notebook is done in a process beside nbgrader's, which keeps to budgets.
"""

from collections.abc import Callable
from typing import Any

from nbconvert.exporters import NotebookExporter, TemplateExporter
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from autograder.grading import tasks
from autograder.grading.feedback import FeedbackExporter
from autograder.grading.staging import Staging, is_found_by_us_alone
from autograder.grading.supervised import Apart
from autograder.units import Unit, UnknownName, find_unit


class CleanCopyExporter(Apart, NotebookExporter):
    """Reads clean copies of submissions, as our own intake writes them."""


class SubmissionExporter(CleanCopyExporter):
    """Lets nbgrader see clean copies alone: whatever was handed in, a clean notebook lies where it looks.

    nbgrader makes the exporter before it looks at any submission: then they are marked and staged.
    """

    def __init__(self, **options: Any):
        super().__init__(**options)
        unit = _unit_named(self.parent.coursedir.assignment_id) if isinstance(self.parent, Autograde) else None
        self._staging = Staging(self.parent, unit, self) if unit else None


class Judge(NbGraderPreprocessor):
    """Takes the place of nbgrader's `Execute`: cells were run in a worker, and answers judged outside it."""

    unconfined = Bool(False, help="Run notebooks even where nothing confines them.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        name = resources["nbgrader"]["assignment"]
        unit = _unit_named(name)
        if unit is None:
            raise ValueError(f"the assignment {name!r} is no unit of this course")
        return self.parent.apart(tasks.execute, nb, unit), resources


class PageExporter(Apart, FeedbackExporter):
    """Writes the feedback pages of nbgrader's own pass."""

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **options: Any) -> tuple[str, dict]:
        nb, resources = super(TemplateExporter, self).from_notebook_node(nb, resources, **options)  # with its grades
        return self.apart(tasks.page, nb, dict(resources)), resources


def _find_notebooks(converter: Autograde, as_nbgrader: Callable[[Autograde], None] = Autograde.init_notebooks) -> None:
    """Find what is to be graded, as nbgrader does; it gives up before it asks our exporter, which finds more."""
    unit = _unit_named(converter.coursedir.assignment_id)
    if unit and issubclass(converter.exporter_class, SubmissionExporter) and is_found_by_us_alone(converter, unit):
        converter.assignments, converter.notebooks = {}, []
    else:
        as_nbgrader(converter)


Autograde.init_notebooks = _find_notebooks


def _unit_named(name: str) -> Unit | None:
    try:
        return find_unit(name) if name else None
    except UnknownName:
        return None
