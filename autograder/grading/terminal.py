"""What the commands print: a verdict, and how far a run over a class is."""

import json
from collections.abc import Sequence
from pathlib import Path

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
from rich.text import Text

from autograder.grading.class_run import grade
from autograder.grading.interrupts import Interrupted
from autograder.grading.jobs import Graded, Job
from autograder.judging.verdicts import Verdict
from autograder.learner.display import Report

_SECONDS_OF_RATE = 60.0  # that the speed is measured over


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
        console.print(repr(Report(exercise)), markup=False, highlight=False)
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


def _say(console: Console, line: str) -> None:
    if line:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
