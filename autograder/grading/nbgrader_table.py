"""What `nbgrader export` writes: nbgrader's own columns, numbers as people write them, texts that stay in theirs."""

from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import ExportPlugin

from autograder.grading.spreadsheet import write_table

_COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


class TableOfGrades(ExportPlugin):
    """The table of nbgrader's `CsvExportPlugin`, without the noise of binary fractions: 14.7, not 14.700000000000001.

    A comma in a name begins no column, and no text begins a formula.
    """

    def export(self, gradebook: Gradebook) -> None:
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        write_table(path, [_COLUMNS, *self._rows(gradebook)])

    def _rows(self, gradebook: Gradebook) -> Iterator[tuple[str | float | None, ...]]:
        for assignment in gradebook.assignments:
            for student in gradebook.students:
                wanted = not self.assignment or assignment.name in map(str, self.assignment)
                if wanted and (not self.student or student.id in map(str, self.student)):
                    yield _row(gradebook, assignment, student)


def _row(gradebook: Gradebook, assignment: Assignment, student: Student) -> tuple[str | float | None, ...]:
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
        arrived, points, penalty = submission.timestamp, submission.score, submission.late_submission_penalty
    except MissingEntry:
        arrived, points, penalty = None, 0.0, 0.0
    times = [str(time) if time else None for time in (assignment.duedate, arrived)]
    person = (student.id, student.last_name, student.first_name, student.email)
    return (assignment.name, *times, *person, points, penalty, max(0.0, points - penalty), assignment.max_score)
