"""Submissions for nbgrader's own autograding: it is shown clean copies, and reads nothing in the folders of learners.

nbgrader follows links, copies whatever lies beside a notebook, and passes over one that lies beside its folder. And as
soon as it looks at a submission it enters it: so all are marked before, and it never sees those that cannot be.
"""

import functools
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NoReturn

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.grading import tasks
from autograder.grading.budgets import OverBudget
from autograder.grading.dispatch import FIRST, NOT_GRADED, NothingCanBeGraded
from autograder.grading.jobs import HandedInTwice, Job, jobs
from autograder.grading.letters import letters_in
from autograder.grading.names import unfit_names, why_unfit
from autograder.grading.pool import Unfit
from autograder.grading.supervised import Apart
from autograder.units import Unit, is_handout


class Staging:
    """The submissions of a unit that a converter is to grade, each in a folder with its letters and its clean copy.

    Where something of ours fails, a submission is told and left out, and the converter fails in the end. The folders
    are gone when this is.
    """

    def __init__(self, converter: Autograde, unit: Unit, exporter: Apart):
        self._converter, self._apart = converter, exporter.apart
        self._folder = tempfile.TemporaryDirectory(prefix="submitted-")
        self._refuse_stale(unit)
        todo = list(self._jobs(unit))
        for line in unfit_names(job.learner for job in todo):
            converter.log.error("Not graded, as nbgrader cannot hold this name: %s. Rename the folder.", line)
        converter.coursedir = _like(converter.coursedir, self._folder.name)
        staged = {self._place(job): job for job in todo if not why_unfit(job.learner)}
        for place, job in staged.items():
            _lay_out(place, job)
        self._left_out: list[Exception] = []
        self._marked = 0
        converter.assignments = {
            str(place): [str(_notebook_in(place, unit))] for place, job in staged.items() if self._is_fit(place, job)
        }
        converter.convert_notebooks = functools.partial(self._convert, converter.convert_notebooks)

    def _place(self, job: Job) -> Path:
        return Path(self._converter.coursedir.format_path(self._folder.name, job.learner, job.unit.stem))

    def _refuse_stale(self, unit: Unit) -> None:
        if is_handout():
            return
        from autograder.author.build import why_stale

        try:
            if told := why_stale([unit]):
                self._end(told)
        except ValueError as error:
            self._end(str(error))

    def _jobs(self, unit: Unit) -> Iterator[Job]:
        """The submissions that the converter has found, or would have found in their places."""
        course = self._converter.coursedir
        if course.directory_structure != CourseDirectory.directory_structure.default_value:
            pattern = course.format_path(course.submitted_directory, "(?P<learner>.*)", unit.stem, escape=True)
            found = [(re.match(pattern, place), Path(place)) for place in self._converter.assignments]
            yield from (Job(match["learner"], unit, place) for match, place in found if match)
            return
        try:
            yield from _handed_in(course, unit)
        except HandedInTwice as twice:
            self._end(str(twice))

    def _is_fit(self, place: Path, job: Job) -> bool:
        """Whether nbgrader may look at a submission: it is marked now, or nbgrader will pass over it anyway."""
        if not self._is_due(place, job):
            return True
        try:
            marking = self._apart(tasks.mark, job)
        except (tasks.Refused, Unfit) as refused:
            self._end(str(refused))
        except Exception as fault:
            self._leave_out(job, fault)
            return False
        self._marked += 1
        for said in filter(None, (marking.outcome.problem, marking.word)):
            self._converter.log.warning("%s: %s", job.place, said)
        clean = self._apart.places.staged / job.unit.stem / job.learner / job.unit.stem
        shutil.move(_notebook_in(clean, job.unit), _notebook_in(place, job.unit))
        return True

    def _is_due(self, place: Path, job: Job) -> bool:
        """Whether nbgrader would grade it: it does not do again what is done, unless told to or for a newer time."""
        course = self._converter.coursedir
        done = Path(course.format_path(course.autograded_directory, job.learner, job.unit.stem))
        if self._converter.force or not _notebook_in(done, job.unit).exists():
            return True
        new, old = course.get_existing_timestamp(str(place)), course.get_existing_timestamp(str(done))
        return bool(new and old and new > old)

    def _leave_out(self, job: Job, fault: Exception) -> None:
        self._converter.log.error("%s: %s %s", job.place, NOT_GRADED, fault)
        self._left_out.append(fault)
        new = [str(one) for one in self._left_out if not isinstance(one, OverBudget)]
        if not self._marked and len(new) == FIRST:
            self._end(str(NothingCanBeGraded(new)))

    def _convert(self, convert: Callable[[], None]) -> None:
        """Let nbgrader do what it does with the others, and fail where some were left out."""
        convert()
        if self._left_out:
            self._end("Not all submissions were graded; above stands which and why. What was there of them stays.")

    def _end(self, why: str) -> NoReturn:
        """End the command, as nbgrader ends it."""
        self._converter.log.error(why)
        raise NbGraderException(why) from None


def is_found_by_us_alone(converter: Autograde, unit: Unit) -> bool:
    """Whether nbgrader would end with nothing found, though there is something: all lies beside its folder."""
    course = converter.coursedir
    submitted = Path(course.format_path(course.submitted_directory, ".", "."))
    if course.directory_structure != CourseDirectory.directory_structure.default_value or not submitted.is_dir():
        return False
    if any(submitted.glob(f"{course.student_id}/{unit.stem}/*.ipynb")):
        return False
    try:
        return any(_handed_in(course, unit))
    except HandedInTwice:  # the staging says so
        return True


def _handed_in(course: CourseDirectory, unit: Unit) -> Iterator[Job]:
    """The submissions of the learners whom the command names, wherever they lie. Raises `HandedInTwice`."""
    todo = jobs([unit], Path(course.format_path(course.submitted_directory, ".", ".")))
    return (job for job in todo if fnmatchcase(job.learner, course.student_id))


def _lay_out(place: Path, job: Job) -> None:
    """Write what nbgrader looks at before it reads a notebook."""
    place.mkdir(parents=True)
    for name, text in letters_in(job.place).items():
        (place / name).write_text(text)
    _notebook_in(place, job.unit).touch()


def _notebook_in(folder: Path, unit: Unit) -> Path:
    return folder / f"{unit.stem}.ipynb"


def _like(course: CourseDirectory, submitted: str) -> CourseDirectory:
    """A copy of a course's settings with another folder of submissions: the settings may be somebody else's too."""
    copy = CourseDirectory(parent=course.parent, config=course.config)
    for name in course.trait_names(config=True):
        setattr(copy, name, getattr(course, name))
    copy.submitted_directory = submitted
    return copy
