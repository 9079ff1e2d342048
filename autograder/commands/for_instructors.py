"""What instructors do: hand out the course, grade a class, and see what it has understood."""

import contextlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.commands.app import (
    CLASS,
    CORES,
    Grading,
    Json,
    NamedUnits,
    Unconfined,
    Workers,
    app,
    console,
    fail,
    say,
    unit_named,
    units_named,
)
from autograder.grading.platforms import Identifier, Platform
from autograder.units import Unit, UnknownName

_PANEL = "For instructors"

_DEMO = ["00_start", "04_attention", "05_masking"]  # minutes; all units together take long


@app.command(rich_help_panel=_PANEL)
def grade(
    units: NamedUnits,
    submitted: Annotated[
        Path | None, typer.Option(help="Where LEARNER/UNIT/ folders or UNIT+LEARNER.ipynb files are.")
    ] = None,
    grading: Grading = CLASS,
    workers: Workers = CORES,
    unconfined: Unconfined = False,
    again: Annotated[bool, typer.Option("--again", help="Grade anew what is graded, and say what changes.")] = False,
    learner: Annotated[
        list[str] | None, typer.Option(help="Only this learner's submissions; may be given several times.")
    ] = None,
    as_json: Json = False,
    rows: Annotated[
        bool, typer.Option("--rows", "--all", help="Print a row for each learner, however many there are.")
    ] = False,
) -> None:
    """Grade a class: verdicts, executed notebooks, gradebook and feedback. Stopped, it goes on where it was."""
    found = [unit_named(name) for name in units]
    folder = submitted or grading / "submitted"
    if not folder.is_dir():
        fail(f"There is no folder {folder}. Put submissions there as LEARNER/{found[0].stem}/{found[0].stem}.ipynb.")

    from autograder.grading.pool import Unfit
    from autograder.grading.pool_start import get_ready

    get_ready()  # seconds of imports, while this process has its own

    _refuse_stale(found)
    from autograder.grading.class_table import print_class
    from autograder.grading.dispatch import NoGradebook, NothingCanBeGraded
    from autograder.grading.interrupts import Interrupted
    from autograder.grading.jobs import HandedInTwice, jobs, passed_over, unfit
    from autograder.grading.regraded import lines
    from autograder.grading.tasks import Refused
    from autograder.grading.terminal import grade_with_progress, print_interrupted, print_json

    try:
        todo = _of_these(jobs(found, folder), learner)
    except (HandedInTwice, UnknownName) as error:
        fail(str(error))
    if not todo:
        fail(f"{folder} holds no submission for {', '.join(unit.stem for unit in found)}.")
    for line in [*passed_over(folder), *unfit(todo)]:
        Console(stderr=True).print(line, markup=False, highlight=False, soft_wrap=True)
    try:
        graded = grade_with_progress(Console(stderr=as_json), todo, grading, workers, unconfined, again)
    except Interrupted as interrupted:
        with contextlib.suppress(OSError):  # the terminal may be gone
            print_interrupted(Console(stderr=True), interrupted)
        raise typer.Exit(128 + interrupted.signal) from None
    except (Refused, NothingCanBeGraded, Unfit) as refused:
        fail(str(refused))
    except NoGradebook as error:
        fail(f"The gradebook of {grading} could not be made ready; nbgrader says above why: {error}")
    if as_json:
        print_json(graded)
    else:
        print_class(console, graded, grading, rows)
        for one in graded:
            for line in lines(one.learner, one.regraded) if one.regraded else ():
                say(line)
    raise typer.Exit(1 if unfit(todo) or any(one.failed for one in graded) else 0)


def _refuse_stale(units: list[Unit]) -> None:
    """Stop where the notebooks of these units are not those of their suites and sources: points would be wrong."""
    from autograder.author.build import why_stale

    try:
        if told := why_stale(units):
            fail(told)
    except ValueError as error:
        fail(str(error))


def _of_these(todo: list, learners: list[str] | None) -> list:
    """The submissions of these learners, or all if none is named; raises `UnknownName`."""
    there = dict.fromkeys(job.learner for job in todo)
    for name in learners or ():
        if name not in there:
            raise UnknownName("submission of", name, there)
    return [job for job in todo if not learners or job.learner in learners]


@app.command(rich_help_panel=_PANEL)
def report(
    unit: Annotated[str, typer.Argument(help="A unit by stem, number or topic.")],
    grading: Grading = CLASS,
    to: Annotated[Path | None, typer.Option(help="The page to write; a table is written beside it.")] = None,
) -> None:
    """Write a page about a class: what it has understood, what to explain to whom, and who is stuck."""
    from autograder.grading.class_report import write_report

    standings = _standings(unit, grading)
    page = to or grading / "reports" / f"{standings.unit.stem}.html"
    if page.suffix.lower() not in (".html", ".htm"):
        fail(f"The report is a page: give --to a name that ends in .html; received {page}.")
    try:
        table = write_report(standings, page)
    except OSError as error:
        fail(f"{page} could not be written: {error}")
    say(f"Report: {page}")
    say(f"Table:  {table}")


@app.command(rich_help_panel=_PANEL)
def export(
    unit: Annotated[str, typer.Argument(help="A unit by stem, number or topic.")],
    platform: Annotated[Platform, typer.Option("--for", help="The learning platform that takes the file.")],
    grading: Grading = CLASS,
    to: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
    identifier: Annotated[
        Identifier, typer.Option(help="What the platform knows learners by: login, number, email or its own id.")
    ] = Identifier.login,
    item: Annotated[
        str, typer.Option(help="The assignment's name on the platform; the unit's stem if not given.")
    ] = "",
) -> None:
    """Write the gradebook's points of a unit as a file that Canvas or Moodle takes."""
    from autograder.grading.export import NotExported, export

    standings = _standings(unit, grading)
    name = standings.unit.stem if platform == Platform.csv else f"{standings.unit.stem}-{platform}"
    path = to or grading / "exports" / f"{name}.csv"
    try:
        exported = export(standings, platform, path, identifier, item)
    except NotExported as error:
        fail(str(error))
    except OSError as error:
        fail(f"{path} could not be written: {error}")
    for line in exported.told():
        say(line)


def _standings(unit: str, grading: Path):
    """A class in a unit, for what is made of it; fails where nobody has handed anything in."""
    found = unit_named(unit)
    from autograder.grading.standings import class_standings

    standings = class_standings(found, grading)
    if not standings.handed_in:
        fail(f"{grading} holds no graded submission of {found.stem}: python -m autograder grade {found.stem}")
    return standings


@app.command(rich_help_panel=_PANEL)
def handout(
    folder: Annotated[Path, typer.Argument(help="A folder that is new or empty, or a handout made before.")],
    force: Annotated[bool, typer.Option("--force", help="Keep edited files beside the new ones.")] = False,
) -> None:
    """Make the learners' edition of the course, without solutions, or bring one up to date."""
    from autograder.author.handout import NoHandout, make

    try:
        made = make(folder, force)
    except NoHandout as error:
        fail(str(error))
    for verb, places in (("removed", made.removed), ("kept the edited", made.kept)):
        for place in places:
            console.print(f"{verb} {place}", highlight=False, markup=False, soft_wrap=True)
    state = f"{len(made.written)} files written." if made.written else "Everything is up to date."
    console.print(f"{folder}: {state}", highlight=False, markup=False, soft_wrap=True)


@app.command(rich_help_panel=_PANEL)
def demo(units: NamedUnits = _DEMO, grading: Grading = CLASS, workers: Workers = CORES) -> None:
    """Grade a sample class through nbgrader: learners of every kind, one for each known mistake, one who is done."""
    from autograder.author.build import Edited
    from autograder.author.demo import NotTheDemo, run_demo

    try:
        run_demo(console, units_named(units), grading, workers)
    except (NotTheDemo, Edited) as error:
        fail(str(error))
