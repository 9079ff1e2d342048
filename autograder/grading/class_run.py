"""A whole class: marking in parallel, and what nbgrader keeps of it, each submission from end to end."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.grading.dispatch import Run, RunWithNbgrader
from autograder.grading.files import sweep
from autograder.grading.interrupts import Interrupted, noted_interrupts
from autograder.grading.jobs import Graded, Job
from autograder.grading.lock import turn_in
from autograder.grading.nbgrader_settings import course_config, is_ours
from autograder.grading.pool_start import watch_folder
from autograder.grading.tasks import Places

_LEFT_BY_THE_DEAD = 3600.0  # seconds after which a half-written verdict has no writer any more


def grade(
    todo: Sequence[Job],
    grading: Path,
    workers: int,
    tick: Callable[[str], None] = lambda step: None,
    wait: Callable[[int], None] = lambda other: None,
    unconfined: bool = False,
    again: bool = False,
) -> list[Graded]:
    """Grade these submissions: verdicts, executed notebooks, gradebook and feedback in `grading`.

    `tick` is called with `"mark"` for every submission that is marked, and with `"enter"` when it is in the gradebook
    and has its feedback; `wait` with a process id while another run works in the folder. A submission that cannot
    be graded costs its owner, never the class: it is in the result with its `problem`. What an earlier run has
    finished is not done again, unless it is to be marked `again`. Where something of ours fails, a submission has no
    points in the result and is left as it was.

    Raises `Interrupted` when Ctrl-C is pressed, the terminal closed, or the process asked to end; `Refused` where
    learners' code cannot be confined, unless `unconfined`; `NothingCanBeGraded` where the first submissions fail by no
    fault of theirs, and `Unfit` where no process can be made ready.
    """
    grading.mkdir(parents=True, exist_ok=True)
    grading = grading.resolve()
    with noted_interrupts() as interrupted, tempfile.TemporaryDirectory(prefix="grading-") as scratch:
        watch_folder(scratch)

        def look(other: int) -> None:
            if interrupted():
                raise Interrupted(0, 0, len(todo), interrupted())
            wait(other)

        with turn_in(grading, Path(scratch), look):
            sweep(grading / "verdicts", _LEFT_BY_THE_DEAD)
            config = course_config(grading)
            plain = all(is_ours(config, unit.stem) for unit in {job.unit for job in todo})
            unconfined = unconfined or bool(config.get("Judge", {}).get("unconfined", False))
            places = Places(grading, Path(scratch), None if plain else Path(scratch, "staged"), unconfined, again)
            run = (Run if plain else RunWithNbgrader)(todo, places, config, min(workers, max(1, len(todo))))
            return run(tick, interrupted)
