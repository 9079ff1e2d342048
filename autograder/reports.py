"""What the commands print: a verdict, a class, and the state of this machine."""

import importlib.metadata
import platform
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from autograder.display import Report
from autograder.grading.many import Graded, Job, grade
from autograder.judging.verdicts import Verdict

_PLACES = (("Gradebook", "gradebook.db"), ("Executed notebooks", "autograded"), ("Feedback pages", "feedback"))
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
    """A table of scores for each unit, what was unusual, what the class found hard, and where to look."""
    for unit in dict.fromkeys(one.verdict.unit for one in graded):
        of_unit = [one for one in graded if one.verdict.unit == unit]
        console.print()
        console.print(_scores(unit, of_unit))
        for one in of_unit:
            _say(console, f"  {printable(one.learner)}: {_note(one.verdict)}" if _note(one.verdict) else "")
        _say(console, "  The mistakes met most often:")
        for sentence, count in sorted(_mistakes(of_unit).items(), key=lambda item: (-item[1], item[0]))[:3]:
            _say(console, f"  {count} × {sentence}")
    console.print()
    for name, place in _PLACES:
        _say(console, f"{name + ':':<20} {grading / place}")
    _say(console, "In JupyterLab (`make lab`): Nbgrader > Formgrader.")


def _say(console: Console, line: str) -> None:
    if line:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _scores(unit: str, graded: Sequence[Graded]) -> Table:
    scored = [one.verdict.score for one in graded]
    title = f"{unit}: {len(graded)} submissions, {sum(scored) / len(scored):.1f} points on average"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("learner", no_wrap=True)
    for exercise in graded[0].verdict.exercises:
        table.add_column(f"{exercise.name.replace('_', chr(10))}\n({exercise.max_score:g})", justify="right")
    table.add_column(f"score\n({graded[0].verdict.max_score:g})", justify="right", style="bold")
    for one in graded:
        scores = [f"{exercise.score:g}" if exercise.attempted else "–" for exercise in one.verdict.exercises]
        table.add_row(escape(printable(one.learner)), *scores, f"{one.verdict.score:g}")
    return table


def _mistakes(graded: Sequence[Graded]) -> Counter[str]:
    """How many learners made each known mistake."""
    return Counter(
        sentence
        for one in graded
        for sentence in {test.mistake for exercise in one.verdict.exercises for test in exercise.tests if test.mistake}
    )


def _note(verdict: Verdict) -> str:
    """What was unusual about a submission: its problem, and exercises that had to be stopped."""
    ended = {"timeout": "took too long", "memory": "took too much memory", "crashed": "ended its own process"}
    notes = [verdict.problem] if verdict.problem else []
    for exercise in verdict.exercises:
        for outcome, words in ended.items():
            if any(test.outcome == outcome for test in exercise.tests):
                notes.append(f"{exercise.name} {words}.")
    return " ".join(notes)


def printable(learner: str) -> str:
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
