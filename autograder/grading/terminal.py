"""What the commands print: a verdict, a class, and the state of this machine."""

import importlib.metadata
import json
import platform
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from autograder.grading.class_run import grade
from autograder.grading.interrupts import Interrupted
from autograder.grading.jobs import Graded, Job
from autograder.judging.verdicts import Verdict
from autograder.learner.display import Report
from autograder.units import find_unit

_PLACES = (("Gradebook", "gradebook.db"), ("Executed notebooks", "autograded"), ("Feedback pages", "feedback"))
_SECONDS_OF_RATE = 60.0  # that the speed is measured over
_PACKAGES = ("tensorflow", "keras", "jupyterlab", "nbgrader", "pytest", "numpy", "ipython")


def bar(console: Console, *more: ProgressColumn) -> Progress:
    """The progress bar of all commands: what, how far, since when, and how long still; `more` stands between."""
    columns = [TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), *more]
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, *times, console=console, speed_estimate_period=_SECONDS_OF_RATE)


def print_verdict(console: Console, verdict: Verdict, told: Sequence[str] = ()) -> None:
    """One notebook: which earlier answers it was built on, every exercise with its tests, and the points."""
    for line in told:
        _say(console, f"course.built: {line}")
    if verdict.problem:
        console.print(escape(verdict.problem), style="yellow")
    for exercise in verdict.exercises:
        unmarked = f"{exercise.name}: not marked here · {exercise.max_score:g} points that are not counted below"
        console.print(unmarked if exercise.unmarked else repr(Report(exercise)), markup=False, highlight=False)
    console.print(f"{verdict.unit}: {verdict.score:g} of {verdict.max_score:g} points", style="bold", highlight=False)


def grade_with_progress(
    console: Console, todo: Sequence[Job], grading: Path, workers: int, unconfined: bool = False, again: bool = False
) -> list[Graded]:
    """Grade with a bar: how many submissions are done from end to end, how fast, and how long it will still take."""
    with bar(console, _Rate()) as progress:
        task = progress.add_task("Starting", total=len(todo))
        marked = 0

        def tick(step: str) -> None:
            nonlocal marked
            marked += step == "mark"
            progress.update(task, description=f"Grading ({marked} marked)", advance=step == "enter")

        told = set()

        def wait(other: int) -> None:
            if other not in told:
                told.add(other)
                _say(progress.console, f"Another run (process {other}) works in {grading}; this one waits for it.")

        return grade(todo, grading, workers, tick, wait, unconfined, again)


class _Rate(ProgressColumn):
    """Submissions done in a minute."""

    def render(self, task: Task) -> Text:
        return Text(f"{60 * task.speed:.0f}/min" if task.speed else "", style="progress.data.speed")


def print_interrupted(console: Console, interrupted: Interrupted) -> None:
    """What is kept of a run that was stopped, and how to go on."""
    _say(
        console,
        f"Stopped. {interrupted.marked} of {interrupted.total} submissions are marked and kept; {interrupted.entered} "
        "of them are in the gradebook with their feedback.",
    )
    _say(console, "The same command goes on from here.")


def print_json(graded: Sequence[Graded]) -> None:
    """The list of all verdicts as JSON, one after the other: a class need not fit into memory."""
    print("[", end="")
    for number, one in enumerate(graded):
        print(",\n" if number else "", json.dumps(one.as_dict()), sep="", end="")
    print("]")


def print_class(console: Console, graded: Sequence[Graded], grading: Path) -> None:
    """A table of scores for each unit, what was unusual, what the class found hard, and where to look."""
    for unit in dict.fromkeys(one.unit for one in graded):
        of_unit = [one for one in graded if one.unit == unit]
        console.print()
        console.print(_scores(unit, of_unit))
        for one in of_unit:
            note = " ".join(filter(None, (one.outcome.problem, *one.outcome.stopped)))
            _say(console, f"  {printable(one.learner)}: {note}" if note else "")
        mistakes = Counter(sentence for one in of_unit for sentence in one.outcome.mistakes)
        _say(console, "  The mistakes met most often:" if mistakes else "")
        for sentence, count in sorted(mistakes.items(), key=lambda item: (-item[1], item[0]))[:3]:
            _say(console, f"  {count} × {sentence}")
    console.print()
    for name, place in _PLACES:
        _say(console, f"{name + ':':<20} {grading / place}")
    _say(console, "In JupyterLab (`make lab`): Nbgrader > Formgrader.")


def _say(console: Console, line: str) -> None:
    if line:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _scores(unit: str, graded: Sequence[Graded]) -> Table:
    scored = [one.outcome.score for one in graded if one.outcome.score is not None]
    average = f", {sum(scored) / len(scored):.1f} points on average" if scored else ""
    title = f"{unit}: {len(graded)} submissions{average}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("learner", no_wrap=True)
    for name, points in find_unit(unit).points().items():
        table.add_column(f"{name.replace('_', chr(10))}\n({points:g})", justify="right")
    table.add_column(f"score\n({graded[0].outcome.max_score:g})", justify="right", style="bold")
    for one in graded:
        scores = ["–" if score is None else f"{score:g}" for score in one.outcome.scores]
        total = "–" if one.outcome.score is None else f"{one.outcome.score:g}"
        table.add_row(escape(printable(one.learner)), *scores, total)
    return table


def printable(learner: str) -> str:
    """A folder's name as it can be printed: odd characters escaped."""
    return learner if learner.isprintable() else ascii(learner)[1:-1]


def print_doctor(console: Console) -> None:
    """Versions, and how a worker starts here."""
    from autograder.sandbox import Cell, RemoteWorkbench
    from autograder.sandbox.confinement import NotConfined, is_enough
    from autograder.sandbox.launch import Launcher

    console.print(f"Python {platform.python_version()} on {platform.platform()}", highlight=False)
    for package in _PACKAGES:
        console.print(f"  {package} {importlib.metadata.version(package)}", highlight=False)
    launcher = Launcher()
    try:
        with RemoteWorkbench([Cell("import keras")], launch=launcher, unconfined=True) as workbench:
            ran = workbench.run()[0]
            forked = "forked from a template" if launcher.forks else "spawned afresh"
            _say(console, f"Workers: {forked}; confinement: {workbench.confinement}; a cell ran: {ran.outcome}")
            if workbench.why_not_namespaces:
                _say(console, f"  No namespaces: {workbench.why_not_namespaces}")
            if not is_enough(workbench.confinement):
                _say(console, f"  {NotConfined(workbench.confinement, workbench.why_not_namespaces)}")
    finally:
        launcher.close()
    if sys.platform != "linux":
        console.print("Workers fork, and are confined, only on Linux.")
