"""A unit's report on a class: one page that runs nothing and fetches nothing, and a table beside it."""

import statistics
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.grading import class_summary as summary
from autograder.grading.names import printable
from autograder.grading.spreadsheet import number, write_table
from autograder.grading.standings import ClassStandings, Standing
from autograder.learner.atomic import write_whole

_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_BINS = 10
_MOST_SHOWN = 8  # mistakes and rules that stand in the open
_MOST_STUCK = 12  # learners, likewise


def write_report(standings: ClassStandings, page: Path) -> Path:
    """Write the page, and the table beside it under the same name; returns the table's path."""
    table = page.with_suffix(".csv")
    write_whole(page, report_page(standings, table.name))
    write_table(table, _table(standings), for_excel=True)
    return table


def report_page(standings: ClassStandings, table: str) -> str:
    """The page as text; `table` is the name of the file that it links to."""
    environment = Environment(
        autoescape=True, loader=FileSystemLoader(_HERE), undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters |= _FILTERS
    style = (_HERE / "class_report.css").read_text("utf-8")
    facts = {"policy": _POLICY, "style": style, "day": f"{date.today():%d %B %Y}".lstrip("0"), "table": table}
    return environment.get_template("class_report.html.j2").render(facts | _points(standings) | _found(standings))


def _points(standings: ClassStandings) -> dict[str, Any]:
    """What the page says of points."""
    scores, most = standings.scores, standings.max_score
    bins = summary.histogram(scores, most, _BINS)
    return {
        "unit": standings.unit,
        "standings": standings,
        "average": summary.average(scores),
        "median": statistics.median(scores) if scores else 0.0,
        "complete": sum(score >= most for score in scores),
        "empty": sum(score == 0 for score in scores),
        "bins": bins,
        "tallest": max((one.count for one in bins), default=0) or 1,
        "columns": _columns(standings),
        "rows": [[printable(one.learner), *map(_shown, _row(one, standings))] for one in standings.handed_in],
    }


def _found(standings: ClassStandings) -> dict[str, Any]:
    """What the page says of exercises, mistakes and learners."""
    exercises = summary.exercises(standings)
    return {
        "exercises": exercises,
        "most_shown": _MOST_SHOWN,
        "hardest": summary.hardest_rules(exercises, _MOST_SHOWN),
        "mistakes": summary.mistakes(standings.handed_in),
        "most_stuck": _MOST_STUCK,
        "stuck": summary.stuck(standings),
        "lists": [
            ("Handed in, and nothing begun", [one.learner for one in summary.not_begun(standings)]),
            ("In the gradebook's list of students, and nothing handed in", standings.absent),
            (
                "To be graded by hand still",
                [one.learner for one in standings.graded if one.held and one.held.unfinished],
            ),
        ],
        "problems": [one for one in standings.handed_in if one.problem],
    }


def _columns(standings: ClassStandings) -> list[str]:
    points = standings.unit.points()
    marked = sum(points.values())
    named = [f"{name.replace('_', ' ')} ({number(most)})" for name, most in points.items()]
    return ["learner", *named, f"marked ({number(marked)})", f"gradebook ({number(standings.max_score)})"]


def _row(standing: Standing, standings: ClassStandings) -> Iterator[float | None]:
    """A learner's points by exercise, None where nothing is begun; those that were marked; and those that count."""
    verdicts = {exercise.name: exercise for exercise in standing.exercises}
    for name in standings.unit.points():
        exercise = verdicts.get(name)
        yield exercise.score if exercise and exercise.attempted else None
    yield standing.verdict.score if standing.verdict else None
    yield standing.held.score if standing.held else None


def _table(standings: ClassStandings) -> Iterator[list[str | float | None]]:
    names = list(standings.unit.points())
    more = ["late penalty", "mistakes", "problem"]
    yield ["learner", *names, "marked", "gradebook", "max_score", *more]
    for one in standings.handed_in:
        penalty = one.held.penalty if one.held else None
        told = [" ".join(_sentences(one)), printable(one.problem or "")]
        yield [printable(one.learner), *_row(one, standings), standings.max_score, penalty, *told]


def _sentences(standing: Standing) -> list[str]:
    return [mistake.sentence for mistake in summary.mistakes([standing])]


def _shown(points: float | None) -> str:
    return "–" if points is None else number(points)


def _learners(count: int) -> str:
    return f"{count} learner{'s' * (count != 1)}"


def _code(text: str) -> Markup:
    """Escape, and show what stands between backticks as code."""
    pieces = (escape(piece) for piece in text.split("`"))
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if at % 2 else piece for at, piece in enumerate(pieces)
    )


_FILTERS = {
    "code": _code,
    "learners": _learners,
    "number": number,
    "points": lambda score: f"{number(score)} point{'s' * (score != 1)}",
    "percent": lambda share: f"{100 * share:.0f} %",
    "printable": printable,
    "sentences": _sentences,
}
