"""The commands: `python -m autograder --help` lists them."""

import contextlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before keras is imported anywhere
if hasattr(sys.stdout, "reconfigure"):
    sys.stdout.reconfigure(errors="replace")  # not every terminal has a ✓

try:
    from enum import StrEnum

    import typer
    from rich.console import Console
except ImportError as missing:
    from autograder.learner.doctor import examine_without
    from autograder.learner.installed import run_in_the_courses_python

    run_in_the_courses_python()
    raise SystemExit(examine_without(missing)) from None

from autograder.grading.platforms import Identifier, Platform
from autograder.units import ROOT, Unit, UnknownName, all_units, find_unit, is_handout

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The grader of the course."
)
console = Console()
_CORES = os.cpu_count() or 1
_GRADING = ROOT / ".grading"
_REOPEN = (
    "If it is open in JupyterLab: File > Reload Notebook from Disk, then Kernel > Restart Kernel, because the kernel "
    "still holds the answers of before."
)
_DEMO = ["00_start", "04_attention", "05_masking"]  # minutes; all units together take long


class Backend(StrEnum):
    """The backends of Keras that the suites are proved on."""

    tensorflow = "tensorflow"
    jax = "jax"
    torch = "torch"


class Device(StrEnum):
    """The devices that tolerances are known for."""

    cpu = "cpu"
    gpu = "gpu"


Units = Annotated[list[str] | None, typer.Argument(help="Units by stem, number or topic; all if none is named.")]
NamedUnits = Annotated[list[str], typer.Argument(help="Units by stem, number or topic.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Workers = Annotated[int, typer.Option(min=1, help="Notebooks to mark at the same time.")]
Unconfined = Annotated[bool, typer.Option("--unconfined", help="Run notebooks even where nothing confines them.")]
Grading = Annotated[Path, typer.Option(help="The folder of the class: gradebook, verdicts, feedback.")]


def _of_the_whole_project(command: Callable) -> Callable:
    """Register a command that a learners' edition of the course cannot carry out, where this is none."""
    return command if is_handout() else app.command()(command)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open JupyterLab on your desk: `lab`, `lab 04_attention`, `lab --port 9000 --no-browser`."""
    from autograder.learner.lab import PortInUse, open_lab

    named = bool(context.args) and not context.args[0].startswith("-")
    unit = _unit(context.args[0]) if named else None
    try:
        status = open_lab(unit, context.args[named:], _say)
    except PortInUse as error:
        _fail(str(error))
    raise typer.Exit(status)


@app.command()
def update(unit: Annotated[str, typer.Argument(help="The unit whose exercises have changed.")]) -> None:
    """Move your answers and your own cells into the exercises of today. The old notebook is kept beside."""
    from autograder.learner.desk import Desk, NotOnTheDesk

    found = _unit(unit)
    try:
        moved, kept = Desk().update(found)
    except NotOnTheDesk as error:
        _fail(str(error))
    _say(
        f"{found.stem}: moved {len(moved.answers)} answers and {moved.added} cells of your own into the new exercises."
    )
    if moved.homeless:
        _say(f"No exercise of today asks for {', '.join(moved.homeless)}: your cells stand at the end of the notebook.")
    _say(f"Your old notebook is {_shown(kept)}.")
    _say(_REOPEN)


@app.command()
def reset(
    unit: Annotated[str, typer.Argument(help="The unit to start afresh.")],
    exercise: Annotated[str | None, typer.Argument(help="One exercise of it, or all if none is named.")] = None,
) -> None:
    """Start a unit, or one exercise of it, afresh. What you wrote is kept beside."""
    from autograder.learner.desk import Desk, NotOnTheDesk

    found = _unit(unit)
    try:
        kept = Desk().reset(found, exercise)
    except (NotOnTheDesk, UnknownName) as error:
        _fail(str(error))
    _say(f"{exercise or found.stem} is as it was handed out. What you had written is kept in {_shown(kept)}.")
    _say(_REOPEN)


@_of_the_whole_project
def build(
    units: Units = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace notebooks that were written in; copies are kept.")
    ] = False,
) -> None:
    """Make the lessons' notebooks, nbgrader's sources and the learners' copies from the percent sources."""
    from autograder.author.build import Edited, build

    try:
        changed = build(_units(units), force)
    except (Edited, ValueError) as error:
        _fail(str(error))
    for path in changed:
        console.print(f"wrote {path.relative_to(ROOT)}")
    console.print(f"{len(changed)} files written." if changed else "Everything is up to date.")


@app.command()
def mark(
    notebook: Annotated[Path, typer.Argument(help="A notebook, such as work/04_attention/04_attention.ipynb.")],
    unit: Annotated[str | None, typer.Option(help="Its unit, where the file's name does not say.")] = None,
    unconfined: Unconfined = False,
    as_json: Json = False,
) -> None:
    """Mark one notebook through the whole pipeline, and show its verdict."""
    from autograder.grading import intake
    from autograder.grading.at_home import mark_at_home
    from autograder.grading.marker import Marker
    from autograder.grading.terminal import print_verdict
    from autograder.sandbox.confinement import NotConfined
    from autograder.seam.fault import OurFault

    found = _unit(unit or notebook.stem)
    if not notebook.exists() and not notebook.is_symlink():
        notebook = _on_the_desk(found, notebook)
    try:
        with Marker(unconfined=unconfined) as marker:
            taken, folder = intake.take(notebook, found).notebook, notebook.absolute().parent
            marked, told = mark_at_home(marker, taken, found, folder)
    except NotConfined as error:
        _fail(str(error))
    except OurFault as fault:
        _say(f"Not marked, and not the notebook's fault: {fault}")
        raise typer.Exit(1) from None
    if as_json:
        print(json.dumps(marked.verdict.as_dict()))
    else:
        print_verdict(console, marked.verdict, told)


@app.command()
def submit(
    unit: Annotated[str, typer.Argument(help="A unit by stem, number or topic, or a notebook.")],
    learner: Annotated[str | None, typer.Option(help="Your name in the class; your login if not given.")] = None,
    to: Annotated[Path | None, typer.Option(help="The folder of the file to hand in.")] = None,
) -> None:
    """Mark your notebook, say what is missing, and make the one file to hand in."""
    from autograder.learner.hand_in import NotHandedIn, hand_in

    try:
        hand_in(unit, learner, to, _say)
    except (NotHandedIn, UnknownName, OSError) as error:
        _fail(str(error))


@_of_the_whole_project
def grade(
    units: NamedUnits,
    submitted: Annotated[
        Path | None, typer.Option(help="Where LEARNER/UNIT/ folders or UNIT+LEARNER.ipynb files are.")
    ] = None,
    grading: Grading = _GRADING,
    workers: Workers = _CORES,
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
    found = [_unit(name) for name in units]
    folder = submitted or grading / "submitted"
    if not folder.is_dir():
        _fail(f"There is no folder {folder}. Put submissions there as LEARNER/{found[0].stem}/{found[0].stem}.ipynb.")

    from autograder.grading.pool import Unfit, get_ready

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
        _fail(str(error))
    if not todo:
        _fail(f"{folder} holds no submission for {', '.join(unit.stem for unit in found)}.")
    for line in [*passed_over(folder), *unfit(todo)]:
        Console(stderr=True).print(line, markup=False, highlight=False, soft_wrap=True)
    try:
        graded = grade_with_progress(Console(stderr=as_json), todo, grading, workers, unconfined, again)
    except Interrupted as interrupted:
        with contextlib.suppress(OSError):  # the terminal may be gone
            print_interrupted(Console(stderr=True), interrupted)
        raise typer.Exit(128 + interrupted.signal) from None
    except (Refused, NothingCanBeGraded, Unfit) as refused:
        _fail(str(refused))
    except NoGradebook as error:
        _fail(f"The gradebook of {grading} could not be made ready; nbgrader says above why: {error}")
    if as_json:
        print_json(graded)
    else:
        print_class(console, graded, grading, rows)
        for one in graded:
            for line in lines(one.learner, one.regraded) if one.regraded else ():
                _say(line)
    raise typer.Exit(1 if unfit(todo) or any(one.failed for one in graded) else 0)


def _refuse_stale(units: list[Unit]) -> None:
    """Stop where the notebooks of these units are not those of their suites and sources: points would be wrong."""
    from autograder.author.build import why_stale

    try:
        if told := why_stale(units):
            _fail(told)
    except ValueError as error:
        _fail(str(error))


def _of_these(todo: list, learners: list[str] | None) -> list:
    """The submissions of these learners, or all if none is named; raises `UnknownName`."""
    there = dict.fromkeys(job.learner for job in todo)
    for name in learners or ():
        if name not in there:
            raise UnknownName("submission of", name, there)
    return [job for job in todo if not learners or job.learner in learners]


@_of_the_whole_project
def report(
    unit: Annotated[str, typer.Argument(help="A unit by stem, number or topic.")],
    grading: Grading = _GRADING,
    to: Annotated[Path | None, typer.Option(help="The page to write; a table is written beside it.")] = None,
) -> None:
    """Write a page about a class: what it has understood, what to explain to whom, and who is stuck."""
    from autograder.grading.class_report import write_report

    standings = _standings(unit, grading)
    page = to or grading / "reports" / f"{standings.unit.stem}.html"
    if page.suffix.lower() not in (".html", ".htm"):
        _fail(f"The report is a page: give --to a name that ends in .html; received {page}.")
    try:
        table = write_report(standings, page)
    except OSError as error:
        _fail(f"{page} could not be written: {error}")
    _say(f"Report: {page}")
    _say(f"Table:  {table}")


@_of_the_whole_project
def export(
    unit: Annotated[str, typer.Argument(help="A unit by stem, number or topic.")],
    platform: Annotated[Platform, typer.Option("--for", help="The learning platform that takes the file.")],
    grading: Grading = _GRADING,
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
        _fail(str(error))
    except OSError as error:
        _fail(f"{path} could not be written: {error}")
    for line in exported.told():
        _say(line)


def _standings(unit: str, grading: Path):
    """A class in a unit, for what is made of it; fails where nobody has handed anything in."""
    found = _unit(unit)
    from autograder.grading.standings import class_standings

    standings = class_standings(found, grading)
    if not standings.handed_in:
        _fail(f"{grading} holds no graded submission of {found.stem}: python -m autograder grade {found.stem}")
    return standings


@_of_the_whole_project
def verify(
    units: Units = None,
    workers: Workers = _CORES,
    publish: Annotated[bool, typer.Option(help="Write the scores into autograder/mistakes/README.md.")] = False,
    backend: Annotated[Backend, typer.Option(help="What Keras computes with.")] = Backend.tensorflow,
    device: Annotated[Device, typer.Option(help="Where it computes.")] = Device.cpu,
) -> None:
    """Prove the suites: every solution, untouched copy, mistake and correct variant, through the whole pipeline."""
    if importlib.util.find_spec(backend.value) is None:
        _fail(f"{backend.value} is not installed. Install it: pip install --editable '.[{backend.value}]'")
    if publish and (backend, device) != (Backend.tensorflow, Device.cpu):
        _fail("The published scores are those of TensorFlow on a CPU: leave --publish out.")
    os.environ["KERAS_BACKEND"] = backend.value  # before keras is imported, here and in the processes that mark
    from autograder.author.verify import publish_scores, verify_with_progress

    verified = verify_with_progress(console, _units(units), workers, device.value)
    if publish:
        publish_scores(verified)
    raise typer.Exit(0 if verified.holds else 1)


@_of_the_whole_project
def demo(units: NamedUnits = _DEMO, grading: Grading = _GRADING, workers: Workers = _CORES) -> None:
    """Grade a sample class through nbgrader: learners of every kind, and one for each known mistake."""
    from autograder.author.build import Edited
    from autograder.author.demo import NotTheDemo, run_demo

    try:
        run_demo(console, _units(units), grading, workers)
    except (NotTheDemo, Edited) as error:
        _fail(str(error))


@_of_the_whole_project
def bench(
    unit: Annotated[str, typer.Option(help="The unit that is graded.")] = "05_masking",
    learners: Annotated[int, typer.Option(min=0, help="Size of the class that is compared; 0 leaves this out.")] = 200,
    stock: Annotated[int, typer.Option(min=1, help="How many of them stock nbgrader grades as well.")] = 8,
    stages: Annotated[int, typer.Option(min=0, help="Submissions studied stage by stage; 0 leaves this out.")] = 40,
    sizes: Annotated[str, typer.Option(help="Sizes of further classes.")] = "50,200,500,2000",
    workers: Workers = _CORES,
    page: Annotated[Path, typer.Option(help="The file that keeps the results.")] = ROOT / "BENCHMARKS.md",
) -> None:
    """Measure: against stock nbgrader, where the time goes, and what larger classes cost."""
    from autograder.bench.command import Bench

    numbers = [text.strip() for text in sizes.split(",") if text.strip()]
    if not all(text.isdecimal() and int(text) > 1 for text in numbers):
        _fail(f"--sizes takes numbers above 1 with commas between them; received {sizes!r}.")
    Bench(console, _unit(unit), page, workers).run(learners, min(stock, learners), stages, list(map(int, numbers)))


@_of_the_whole_project
def handout(
    folder: Annotated[Path, typer.Argument(help="A folder that is new or empty, or a handout made before.")],
    force: Annotated[bool, typer.Option("--force", help="Keep edited files beside the new ones.")] = False,
) -> None:
    """Make the learners' edition of the course, without solutions, or bring one up to date."""
    from autograder.author.handout import NoHandout, make

    try:
        made = make(folder, force)
    except NoHandout as error:
        _fail(str(error))
    for verb, places in (("removed", made.removed), ("kept the edited", made.kept)):
        for place in places:
            console.print(f"{verb} {place}", highlight=False, markup=False, soft_wrap=True)
    state = f"{len(made.written)} files written." if made.written else "Everything is up to date."
    console.print(f"{folder}: {state}", highlight=False, markup=False, soft_wrap=True)


@app.command()
def doctor() -> None:
    """Say in plain words what works on this machine, and how to mend what does not."""
    from autograder.learner.doctor import examine

    raise typer.Exit(examine(_say))


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _units(names: list[str] | None) -> list[Unit]:
    return [_unit(name) for name in names] if names else all_units()


def _unit(name: str) -> Unit:
    try:
        return find_unit(name)
    except UnknownName as error:
        _fail(str(error))


def _on_the_desk(unit: Unit, named: Path) -> Path:
    """The learner's notebook of a unit that was named instead of a file."""
    from autograder.learner.desk import Desk

    notebook = Desk().notebook(unit)
    if named.suffix or not notebook.exists():
        _fail(f"There is no file {named}. A learner's notebook is, for example, {_shown(notebook)}.")
    return notebook


def _say(line: str) -> None:
    """Print a line as it is: no markup, no colours in it, not broken."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _fail(message: str) -> None:
    Console(stderr=True).print(message, style="bold red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    app()
