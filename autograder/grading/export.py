"""Points for a learning platform: a file in the form that Canvas or Moodle takes, or a plain table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from autograder.grading.class_scores import Person
from autograder.grading.class_summary import mistakes
from autograder.grading.names import printable
from autograder.grading.platforms import CANVAS_COLUMNS, COLUMNS, WHAT_TO_DO, Identifier, Platform
from autograder.grading.spreadsheet import is_formula, number, write_table
from autograder.grading.standings import ClassStandings, Standing

_NAMED = 10  # learners whose names are printed of each list


class NotExported(ValueError):
    """There is nothing to export, or not in this form; the message says why and what to do."""


@dataclass(frozen=True)
class _Line:
    """One learner of the file: who they are, and what the platform knows them by."""

    standing: Standing
    person: Person
    known_by: str


@dataclass(frozen=True)
class Exported:
    """What was written, and what its reader must know: whom it leaves out, and what is not as it seems."""

    path: Path
    written: int
    what_to_do: str
    without_entry: list[str]
    without_identifier: list[str]
    defused: list[str]
    unfinished: list[str]

    def told(self) -> Iterator[str]:
        """The lines that are printed."""
        yield f"{self.path}: {self.written} learners."
        yield from _list("Left out, because the gradebook holds no points for them", self.without_entry)
        yield from _list(
            "Left out, because the gradebook's list of students lacks what they are known by", self.without_identifier
        )
        yield from _list(
            "Written with an apostrophe, because a spreadsheet would take the name for a formula; enter these by hand",
            self.defused,
        )
        yield from _list("Not final, because something waits to be graded by hand", self.unfinished)
        yield self.what_to_do


def export(
    standings: ClassStandings, platform: Platform, path: Path, identifier: Identifier = Identifier.login, item: str = ""
) -> Exported:
    """Write the points that count, for all of whom the gradebook holds any. `item` names the assignment there.

    Raises `NotExported` where the gradebook holds nothing of the unit, or the platform has no such identifier.
    """
    item, column = item or standings.unit.stem, _column(platform, identifier)
    entered = [standing for standing in standings.handed_in if standing.held]
    if not entered:
        unit = standings.unit.stem
        raise NotExported(f"The gradebook holds no points for {unit}. Grade first: python -m autograder grade {unit}")
    lines = [_line(standing, standings, identifier) for standing in entered]
    listed = [line for line in lines if line.known_by]
    write_table(path, _TABLES[platform](standings, listed, column, item), for_excel=platform == Platform.csv)
    return Exported(
        path,
        len(listed),
        WHAT_TO_DO[platform].format(item=item, column=column),
        [one.learner for one in standings.handed_in if not one.held] + standings.absent,
        [line.standing.learner for line in lines if not line.known_by],
        [line.standing.learner for line in listed if is_formula(line.known_by)],
        [line.standing.learner for line in listed if line.standing.held.unfinished],
    )


def _column(platform: Platform, identifier: Identifier) -> str:
    columns = COLUMNS[platform]
    if identifier not in columns:
        raise NotExported(f"--identifier {identifier} is nothing that {platform} takes; it takes {', '.join(columns)}.")
    return columns[identifier]


def _line(standing: Standing, standings: ClassStandings, identifier: Identifier) -> _Line:
    person = standings.people.get(standing.learner) or Person(standing.learner)
    known_by = {
        Identifier.email: person.email or (person.id if "@" in person.id else ""),
        Identifier.id: person.platform_id,
    }
    return _Line(standing, person, known_by.get(identifier, person.id))


def _canvas(standings: ClassStandings, lines: list[_Line], column: str, item: str) -> Iterator[Sequence]:
    yield [*CANVAS_COLUMNS, item]
    yield ["    Points Possible", *[""] * (len(CANVAS_COLUMNS) - 1), standings.max_score]
    for line in lines:
        person = line.person
        name = ", ".join(filter(None, (person.last_name, person.first_name))) or person.id
        fields = {"Student": name, column: line.known_by}
        yield [*(fields.get(title, "") for title in CANVAS_COLUMNS), line.standing.held.score]


def _moodle(standings: ClassStandings, lines: list[_Line], column: str, item: str) -> Iterator[Sequence]:
    yield [column, item, f"{item} (feedback)"]
    for line in lines:
        yield [line.known_by, line.standing.held.score, _feedback(line.standing, standings.max_score)]


def _csv(standings: ClassStandings, lines: list[_Line], column: str, item: str) -> Iterator[Sequence]:
    exercises = list(standings.unit.points())
    yield [column, "last_name", "first_name", "email", "assignment", "score", "max_score", "late_penalty", *exercises]
    for line in lines:
        person, held = line.person, line.standing.held
        marked = {exercise.name: exercise.score for exercise in line.standing.exercises}
        names = [person.id, person.last_name, person.first_name, person.email]
        yield [*names, item, held.score, standings.max_score, held.penalty, *(marked.get(name) for name in exercises)]


_TABLES = {Platform.canvas: _canvas, Platform.moodle: _moodle, Platform.csv: _csv}


def _feedback(standing: Standing, most: float) -> str:
    """What a learner reads in Moodle, which shows it as HTML: points by exercise, mistakes, penalty, comments."""
    marked = [exercise for exercise in standing.exercises if not exercise.unmarked]
    parts = [f"{exercise.name}: {number(exercise.score)} of {number(exercise.max_score)}." for exercise in marked]
    parts += [mistake.sentence for mistake in mistakes([standing])]
    if standing.held.penalty:
        parts.append(f"Handed in late: −{number(standing.held.penalty)}.")
    parts += [f"Comment on {name}: {' '.join(text.split())}" for name, text in standing.held.comments]
    parts.append(f"In all {number(standing.held.score)} of {number(most)} points.")
    return escape(" ".join(parts), quote=False)


def _list(title: str, learners: list[str]) -> Iterator[str]:
    if learners:
        more = f" and {len(learners) - _NAMED} more" if len(learners) > _NAMED else ""
        yield f"{title} ({len(learners)}): {', '.join(map(printable, learners[:_NAMED]))}{more}."
