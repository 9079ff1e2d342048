"""A process beside nbgrader's own passes: what these do with learners' notebooks has the budgets of a class's run."""

import contextlib
import functools
import tempfile
from collections.abc import Callable
from multiprocessing import util
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from traitlets import HasTraits

from autograder.grading import tasks
from autograder.grading.pool import EndedItsProcess, Pool
from autograder.grading.pool_start import watch_folder
from autograder.grading.tasks import Places
from autograder.seam.fault import OurFault

_BETWEEN_LOOKS = 0.2  # seconds


class Supervised:
    """Does one task at a time in a process that is watched from here, and starts with the first. Close it when done."""

    def __init__(self, grading: Path, unconfined: bool = False):
        self._opened = contextlib.ExitStack()
        scratch = self._opened.enter_context(tempfile.TemporaryDirectory(prefix="grading-"))
        watch_folder(scratch)
        self.places = places = Places(grading, Path(scratch), Path(scratch, "staged"), unconfined)
        pool = Pool(1, tasks.prepare, (places,), places.budgets, places.exceeded.note)
        self._pool = self._opened.enter_context(pool)

    def close(self) -> None:
        """End the process, and remove its folder."""
        self._opened.close()

    def __call__(self, task: Callable, *args: Any) -> Any:
        """What a task returns. Raises what it raises, and `OurFault` where its process has ended or had to be ended."""
        self._pool.hand_out(task, task, *args)
        while not (done := self._pool.finished(_BETWEEN_LOOKS)):
            pass
        ((_, result),) = done
        if isinstance(result, EndedItsProcess):
            raise OurFault(result.told())
        if isinstance(result, Exception):
            raise result
        return result


class Apart(HasTraits):
    """What an exporter is that has such a process of its own; it ends with the exporter."""

    @functools.cached_property
    def apart(self) -> Supervised:
        unconfined = bool(self.config.get("Judge", {}).get("unconfined", False))
        supervised = Supervised(_class_in(self.parent.coursedir), unconfined)
        util.Finalize(self, supervised.close, exitpriority=100)  # before multiprocessing waits for its processes
        return supervised


def _class_in(course: CourseDirectory) -> Path:
    """The folder of a class: the one of the gradebook's file, or, where that is a server's, of what is autograded."""
    if course.db_url.startswith("sqlite:///"):
        return Path(course.root, course.db_url.removeprefix("sqlite:///")).parent
    return Path(course.format_path(course.autograded_directory, ".", ".")).parent
