"""nbgrader's gradebook, written by one long-lived session: the same rows that `nbgrader autograde` writes."""

import logging
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import nbgrader.api
from nbgrader.api import Assignment, Grade, Gradebook, MissingEntry, Notebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import selectinload, undefer
from traitlets.config import Config

from autograder.grading.entry import Entry, Executed

_PATIENCE = 300.0  # seconds that somebody else may keep the gradebook locked
_TURN = 200  # milliseconds that SQLite waits by itself: nothing can be interrupted meanwhile
_POINTS = (  # what `_entry` reads; by itself SQLAlchemy asks for each number alone
    undefer(SubmittedNotebook.score),
    undefer(SubmittedNotebook.max_score),
    selectinload(SubmittedNotebook.grades).options(undefer(Grade.max_score)),
    selectinload(SubmittedNotebook.comments),
)
_Result = TypeVar("_Result")


class Ledger:
    """The gradebook that a configuration names. Close it when done.

    Every submission is entered as nbgrader's `Autograde` and its `SaveAutoGrades` and `AssignLatePenalties` do:
    what an instructor gave by hand stays, and asks to be looked at again. `look` is called while another program
    keeps the gradebook locked; raising there gives up.
    """

    def __init__(self, config: Config, look: Callable[[], None] = lambda: None):
        self._look = look
        course = CourseDirectory(config=config)
        self._book = Gradebook(course.db_url, course.course_id)
        if self._book.engine.dialect.name == "sqlite":
            self._book.close()  # its connection was opened as nbgrader opens it
            event.listen(self._book.engine, "connect", _begin_by_hand)
            event.listen(self._book.engine, "begin", _begin_as_writer)
        self._late = AssignLatePenalties(config=config)
        self._late.log = logging.getLogger("autograder.nbgrader")
        self._late.init_plugin()

    def close(self) -> None:
        self._book.close()

    def enter(self, executed: Executed) -> Entry:
        """Enter one submission, and return what the gradebook now holds of it."""
        return self._patiently(lambda: self._enter(executed))

    def read(self, learner: str, unit: str) -> Entry | None:
        """What the gradebook holds of a submission, or None."""
        try:
            return self._patiently(lambda: _entry(self._held(learner, unit)))
        except MissingEntry:
            return None

    def _enter(self, executed: Executed) -> Entry:
        book = self._book
        book.update_or_create_student(executed.learner)
        arrived = {"timestamp": executed.arrived} if executed.arrived else {}
        submission = book.update_or_create_submission(executed.unit, executed.learner, **arrived)
        notebook = next(notebook for notebook in submission.notebooks if notebook.name == executed.unit)
        for grade in notebook.grades:
            if grade.name in executed.scores:
                grade.auto_score = executed.scores[grade.name]
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        for comment in notebook.comments:
            if comment.name in executed.untouched:
                comment.auto_comment = "No response." if executed.untouched[comment.name] else None
        notebook.late_submission_penalty = None
        book.db.commit()
        notebook = self._held(executed.learner, executed.unit)
        penalty = self._penalty(executed.learner, notebook)
        if penalty is not None:
            notebook.late_submission_penalty = penalty
            book.db.commit()
        return _entry(notebook)

    def _penalty(self, learner: str, notebook: SubmittedNotebook) -> float | None:
        """What the course's late-submission plugin takes off, within nbgrader's bounds."""
        seconds = notebook.assignment.total_seconds_late
        if seconds <= 0:
            return None
        penalty = self._late.plugin_inst.late_submission_penalty(learner, notebook.score, seconds)
        return None if penalty is None else round(self._late._check_late_penalty(notebook, penalty), 2)

    def _held(self, learner: str, unit: str) -> SubmittedNotebook:
        """A submission as the gradebook holds it now, with its points and comments, in three questions."""
        found = self._book.db.query(SubmittedNotebook).options(*_POINTS).populate_existing()
        found = found.join(SubmittedNotebook.assignment).join(SubmittedNotebook.notebook)
        found = found.filter(SubmittedAssignment.student_id == learner, Notebook.name == unit)
        found = found.filter(Notebook.assignment.has(Assignment.name == unit))
        notebook = found.one_or_none()
        if notebook is None:
            raise MissingEntry(f"no notebook {unit} of {learner}")
        return notebook

    def _patiently(self, step: Callable[[], _Result]) -> _Result:
        """Take a step in one transaction, which begins when no other program writes.

        nbgrader's own commits on the way are savepoints in it: a run that is killed leaves the whole step or nothing.
        """
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with self._book.engine.begin() as connection:
                    self._book.db.remove()
                    self._book.db.configure(
                        bind=connection,
                        join_transaction_mode="create_savepoint",
                        expire_on_commit=False,  # nobody else writes meanwhile
                    )
                    return step()
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                self._look()
            finally:
                self._book.db.remove()


def make_gradebook(config: Config, scratch: Path) -> None:
    """Make the gradebook, if it is to be a file that is not there: in one step, however this process ends.

    One left half-made nbgrader would take for an old one.
    """
    course = CourseDirectory(config=config)
    url = make_url(course.db_url)
    if url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists():
        return
    new = scratch / "gradebook.db"
    with patch.object(nbgrader.api, "get_alembic_version", newest_version):
        Gradebook(f"sqlite:///{new}", course.course_id).close()
    part = Path(f"{url.database}.part")
    shutil.copyfile(new, part)
    os.replace(part, url.database)


def newest_version() -> str:
    """The version of nbgrader's tables. Its own function starts Alembic's program to ask: seconds instead of none."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()


def _begin_by_hand(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_TURN}")


def _begin_as_writer(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _entry(notebook: SubmittedNotebook) -> Entry:
    grades = sorted(notebook.grades, key=lambda grade: grade.name)
    arrived, due = notebook.assignment.timestamp, notebook.assignment.duedate
    return Entry(
        score=notebook.score,
        max_score=notebook.max_score,
        penalty=notebook.late_submission_penalty,
        arrived=str(arrived) if arrived else None,
        due=str(due) if due else None,
        auto_scores={grade.name: grade.auto_score for grade in grades},
        scores={grade.name: (grade.score, grade.max_score) for grade in grades},
        comments={comment.name: comment.comment for comment in notebook.comments},
    )
