"""How learning platforms call things: what they know learners by, and under which column they look for it.

Canvas reads `Student`, `ID`, `SIS User ID`, `SIS Login ID`, `Section`, then assignments, with a row *Points Possible*
below them. It looks learners up by `ID`, else by one of the SIS columns. Moodle reads any columns, and asks which is
what.
"""

from enum import StrEnum


class Platform(StrEnum):
    """Where points go: to Canvas, to Moodle, or to people, as a plain table."""

    canvas = "canvas"
    moodle = "moodle"
    csv = "csv"


class Identifier(StrEnum):
    """What a platform knows a learner by.

    Their id in the gradebook is their login or their number there; the e-mail address and the platform's own id
    (nbgrader's `lms_user_id`) come from the gradebook's list of students.
    """

    login = "login"
    number = "number"
    email = "email"
    id = "id"


CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
COLUMNS = {
    Platform.canvas: {
        Identifier.login: "SIS Login ID",
        Identifier.number: "SIS User ID",
        Identifier.id: "ID",
    },
    Platform.moodle: {
        Identifier.login: "Username",
        Identifier.number: "ID number",
        Identifier.email: "Email address",
        Identifier.id: "User ID",
    },
    Platform.csv: {Identifier.login: "learner"},
}
WHAT_TO_DO = {
    Platform.canvas: (
        "In Canvas: Grades > Import. The column {item!r} goes to the assignment of that name; where there is none, "
        "Canvas makes one."
    ),
    Platform.moodle: (
        "In Moodle: Grades > Import > CSV file, encoding UTF-8. Map {column!r} to the field of that name, {item!r} to "
        "the grade item and '{item} (feedback)' to its feedback, both or neither. Moodle takes nothing if it does not "
        "know one of the learners."
    ),
    Platform.csv: "For people and their programs; spreadsheets open it as it is.",
}
