"""What learners do: open the course, keep their desk, mark and hand in."""

import json
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.app import Json, Unconfined, app, console, fail, say, shown, unit_named
from autograder.units import Unit, UnknownName

_PANEL = "For learners"

_REOPEN = (
    "If it is open in JupyterLab: File > Reload Notebook from Disk, then Kernel > Restart Kernel, because the kernel "
    "still holds the answers of before."
)


@app.command(rich_help_panel=_PANEL, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open JupyterLab on your desk: `lab`, `lab 04_attention`, `lab --port 9000 --no-browser`."""
    from autograder.learner.lab import PortInUse, open_lab

    named = bool(context.args) and not context.args[0].startswith("-")
    unit = unit_named(context.args[0]) if named else None
    try:
        status = open_lab(unit, context.args[named:], say)
    except PortInUse as error:
        fail(str(error))
    raise typer.Exit(status)


@app.command(rich_help_panel=_PANEL)
def update(unit: Annotated[str, typer.Argument(help="The unit whose exercises have changed.")]) -> None:
    """Move your answers and your own cells into the exercises of today. The old notebook is kept beside."""
    from autograder.learner.desk import Desk, NotOnTheDesk, UpToDate

    found = unit_named(unit)
    try:
        moved, kept = Desk().update(found)
    except UpToDate as reason:
        say(str(reason))
        return
    except NotOnTheDesk as error:
        fail(str(error))
    say(f"{found.stem}: moved {len(moved.answers)} answers and {moved.added} cells of your own into the new exercises.")
    if moved.homeless:
        say(f"No exercise of today asks for {', '.join(moved.homeless)}: your cells stand at the end of the notebook.")
    say(f"Your old notebook is {shown(kept)}.")
    say(_REOPEN)


@app.command(rich_help_panel=_PANEL)
def reset(
    unit: Annotated[str, typer.Argument(help="The unit to start afresh.")],
    exercise: Annotated[str | None, typer.Argument(help="One exercise of it, or all if none is named.")] = None,
) -> None:
    """Start a unit, or one exercise of it, afresh. What you wrote is kept beside."""
    from autograder.learner.desk import Desk, NotOnTheDesk

    found = unit_named(unit)
    try:
        kept = Desk().reset(found, exercise)
    except (NotOnTheDesk, UnknownName) as error:
        fail(str(error))
    say(f"{exercise or found.stem} is as it was handed out. What you had written is kept in {shown(kept)}.")
    say(_REOPEN)


@app.command(rich_help_panel=_PANEL)
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

    found = unit_named(unit or notebook.stem)
    if not notebook.exists() and not notebook.is_symlink():
        notebook = _on_the_desk(found, notebook)
    try:
        with Marker(unconfined=unconfined) as marker:
            taken, folder = intake.take(notebook, found).notebook, notebook.absolute().parent
            marked, told = mark_at_home(marker, taken, found, folder)
    except NotConfined as error:
        fail(str(error))
    except OurFault as fault:
        say(f"Not marked, and not the notebook's fault: {fault}")
        raise typer.Exit(1) from None
    if as_json:
        print(json.dumps(marked.verdict.as_dict()))
    else:
        print_verdict(console, marked.verdict, told)


@app.command(rich_help_panel=_PANEL)
def submit(
    unit: Annotated[str, typer.Argument(help="A unit by stem, number or topic, or a notebook.")],
    learner: Annotated[str | None, typer.Option(help="Your name in the class; your login if not given.")] = None,
    to: Annotated[Path | None, typer.Option(help="The folder of the file to hand in.")] = None,
) -> None:
    """Mark your notebook, say what is missing, and make the one file to hand in."""
    from autograder.learner.hand_in import NotHandedIn, hand_in

    try:
        hand_in(unit, learner, to, say)
    except (NotHandedIn, UnknownName, OSError) as error:
        fail(str(error))


@app.command(rich_help_panel=_PANEL)
def translate(
    text: Annotated[
        str | None, typer.Argument(help="What it was trained on: grammar, eng-spa, …; the last one.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Where to serve the page.")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page at once.")] = True,
) -> None:
    """Show the translator that you trained in unit 13 to a friend, on a page of this machine."""
    say("Loading your translator. TensorFlow takes some seconds, and checks of your earlier answers up to a minute.")
    from autograder.learner.own_translator import NoTranslator, own_translator
    from autograder.learner.translator_server import PortInUse, TranslatorServer, listening, opened_in_a_browser
    from autograder.seam.given import NotHere

    try:
        sockets = listening(port)
        server = TranslatorServer(own_translator(say, text), sockets)
    except (NoTranslator, PortInUse, NotHere) as error:
        fail(str(error))
    say(f"It is ready: {server.address}")
    say("To end it, press Ctrl and C here.")
    if browser:
        opened_in_a_browser(server.address)
    server.serve()
    say("It has ended.")


@app.command(rich_help_panel=_PANEL)
def doctor() -> None:
    """Say in plain words what works on this machine, and how to mend what does not."""
    from autograder.learner.doctor import examine

    raise typer.Exit(examine(say))


def _on_the_desk(unit: Unit, named: Path) -> Path:
    """The learner's notebook of a unit that was named instead of a file."""
    from autograder.learner.desk import Desk

    notebook = Desk().notebook(unit)
    if named.suffix or not notebook.exists():
        fail(f"There is no file {named}. A learner's notebook is, for example, {shown(notebook)}.")
    return notebook
