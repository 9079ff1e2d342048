"""What the gradebook holds of a class: everybody's points as they stand there, read in a few questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import case, func
from sqlalchemy.engine import make_url

from autograder.grading.nbgrader_settings import course_config


@dataclass(frozen=True, slots=True)
class Person:
    """A learner as the gradebook's list of students has them; what is not filled in there is empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    platform_id: str = ""  # nbgrader's `lms_user_id`


@dataclass(frozen=True, slots=True)
class Held:
    """What the gradebook holds of one submission: points with the instructor's own and extra credit, and the penalty.

    `unfinished` says that something in it still waits to be graded by hand.
    """

    points: float
    penalty: float
    unfinished: bool
    comments: tuple[tuple[str, str], ...] = ()

    @property
    def score(self) -> float:
        """The points that count: those left when the penalty is taken off."""
        return max(0.0, round(self.points - self.penalty, 2))


@dataclass(frozen=True)
class ClassScores:
    """The gradebook of one unit: the most points there are, who is in the class, and what is held of whom."""

    max_score: float | None = None
    people: dict[str, Person] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)


def class_scores(grading: Path, unit: str) -> ClassScores:
    """Read what the gradebook of a class holds for a unit; nothing, where there is no gradebook."""
    with _opened(grading) as book:
        if book is None:
            return ClassScores()
        people = {person.id: person for person in _people(book)}
        assignment = book.db.query(Assignment).filter(Assignment.name == unit).one_or_none()
        if assignment is None:
            return ClassScores(people=people)
        return ClassScores(float(assignment.max_score or 0), people, _held(book, unit))


@contextmanager
def _opened(grading: Path) -> Iterator[Gradebook | None]:
    course = CourseDirectory(config=course_config(grading))
    url = make_url(course.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        yield None  # to open it would make one
        return
    with Gradebook(course.db_url, course.course_id) as book:
        yield book


def _people(book: Gradebook) -> Iterator[Person]:
    columns = (Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id)
    for row in book.db.query(*columns):
        yield Person(*(text or "" for text in row))


def _held(book: Gradebook, unit: str) -> dict[str, Held]:
    """One question for points, one for penalties, one for comments: nbgrader's own properties ask for each learner."""
    learner = SubmittedAssignment.student_id
    waiting = func.sum(case((Grade.needs_manual_grade, 1), else_=0))
    points = _of_unit(book, unit, learner, func.coalesce(func.sum(Grade.score), 0.0), waiting).outerjoin(
        Grade, Grade.notebook_id == SubmittedNotebook.id
    )
    penalties = _of_unit(book, unit, learner, func.coalesce(func.sum(SubmittedNotebook.late_submission_penalty), 0.0))
    taken_off = dict(penalties.group_by(learner).all())
    comments = _comments(book, unit)
    return {
        name: Held(float(won), float(taken_off.get(name) or 0.0), bool(open_), tuple(comments.get(name, ())))
        for name, won, open_ in points.group_by(learner)
    }


def _comments(book: Gradebook, unit: str) -> dict[str, list[tuple[str, str]]]:
    """What instructors have written to each learner, with the cell that it is about."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = _of_unit(book, unit, SubmittedAssignment.student_id, BaseCell.name, Comment.manual_comment)
    rows = rows.join(Comment, Comment.notebook_id == SubmittedNotebook.id).join(
        BaseCell, Comment.cell_id == BaseCell.id
    )
    for learner, name, text in rows.filter(Comment.manual_comment.is_not(None)).order_by(BaseCell.name):
        if text.strip():
            found.setdefault(learner, []).append((name, text.strip()))
    return found


def _of_unit(book: Gradebook, unit: str, *columns):
    query = book.db.query(*columns).select_from(SubmittedAssignment)
    query = query.join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    query = query.join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    return query.join(Notebook, SubmittedNotebook.notebook_id == Notebook.id).filter(Assignment.name == unit)
