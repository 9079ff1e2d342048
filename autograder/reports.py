"""What the commands print: a verdict, a class, and the state of this machine."""

import importlib.metadata
import platform
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from autograder.display import Report
from autograder.grading.many import Graded, Job, grade
from autograder.judging.verdicts import Verdict

_PACKAGES = ("tensorflow", "keras", "jupyterlab", "nbgrader", "pytest", "numpy", "ipython")


def bar(console: Console) -> Progress:
    """The progress bar of all commands: what, how far, since when, and how long still."""
    columns = [TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn()]
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console)


def print_verdict(console: Console, verdict: Verdict) -> None:
    """One notebook: every exercise with its tests, and the points."""
    if verdict.problem:
        console.print(escape(verdict.problem), style="yellow")
    for exercise in verdict.exercises:
        console.print(repr(Report(exercise)), markup=False, highlight=False)
    console.print(f"{verdict.unit}: {verdict.score:g} of {verdict.max_score:g} points", style="bold", highlight=False)


def grade_with_progress(console: Console, todo: Sequence[Job], grading: Path, workers: int) -> list[Graded]:
    """Grade with a bar for marking and one for nbgrader's passes."""
    with bar(console) as progress:
        tasks = {
            "mark": progress.add_task("Marking", total=len(todo)),
            "enter": progress.add_task("Gradebook and feedback", total=2 * len(todo)),
        }
        graded = grade(todo, grading, workers, lambda step: progress.advance(tasks[step]))
        progress.update(tasks["enter"], completed=2 * len(todo))
    return graded


def print_class(console: Console, graded: Sequence[Graded], grading: Path) -> None:
    """A table of scores for each unit, what the class found hard, and where to look."""
    for unit in dict.fromkeys(one.verdict.unit for one in graded):
        of_unit = [one for one in graded if one.verdict.unit == unit]
        console.print(_scores(unit, of_unit))
        hardest = Counter(
            test.mistake
            for one in of_unit
            for exercise in one.verdict.exercises
            for test in {test.mistake: test for test in exercise.tests if test.mistake}.values()
        )
        for sentence, count in hardest.most_common(3):
            console.print(f"  {count} × {sentence}", markup=False, highlight=False)
    places = [("Gradebook", "gradebook.db"), ("Executed notebooks", "autograded"), ("Feedback pages", "feedback")]
    console.print()
    for name, place in places:
        console.print(f"{name + ':':<20} {grading / place}", highlight=False, soft_wrap=True)
    console.print("In JupyterLab (`make lab`): Nbgrader > Formgrader.", highlight=False)


def _scores(unit: str, graded: Sequence[Graded]) -> Table:
    names = [exercise.name for exercise in graded[0].verdict.exercises]
    table = Table(title=f"{unit}: {len(graded)} submissions", title_justify="left")
    table.add_column("learner")
    for name in names:
        table.add_column(name.replace("_", "\n"), justify="right")
    table.add_column("score", justify="right", style="bold")
    table.add_column("note", overflow="fold")
    for one in graded:
        scores = [f"{exercise.score:g}" if exercise.attempted else "–" for exercise in one.verdict.exercises]
        table.add_row(escape(ascii_name(one.learner)), *scores, f"{one.verdict.score:g}", escape(_note(one.verdict)))
    return table


def _note(verdict: Verdict) -> str:
    outcomes = {test.outcome for exercise in verdict.exercises for test in exercise.tests}
    ended = [name for name in ("timeout", "memory", "crashed") if name in outcomes]
    return " ".join([verdict.problem or "", *ended]).strip()


def ascii_name(learner: str) -> str:
    """A folder's name as it can be printed: odd characters escaped."""
    return learner if learner.isprintable() else ascii(learner)[1:-1]


def print_doctor(console: Console) -> None:
    """Versions, and how a worker starts here."""
    from autograder.sandbox import Cell, RemoteWorkbench
    from autograder.sandbox.launch import Launcher

    console.print(f"Python {platform.python_version()} on {platform.platform()}", highlight=False)
    for package in _PACKAGES:
        console.print(f"  {package} {importlib.metadata.version(package)}", highlight=False)
    launcher = Launcher()
    try:
        with RemoteWorkbench([Cell("import keras")], launch=launcher) as workbench:
            ran = workbench.run()[0]
            forked = "forked from a template" if launcher.forks else "spawned afresh"
            console.print(f"Workers: {forked}; confinement: {workbench.confinement}; a cell ran: {ran.outcome}")
    finally:
        launcher.close()
    if sys.platform != "linux":
        console.print("Workers fork only on Linux; here grading is slower, with the same verdicts.")
