"""Submissions for nbgrader's own autograding: it is shown folders of ours, and reads nothing in those of learners.

nbgrader follows links, copies whatever lies beside a notebook, and passes over one that lies beside its folder.
"""

import re
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.grading.jobs import HandedInTwice, Job, jobs
from autograder.grading.letters import letters_in
from autograder.grading.names import unfit_names, why_unfit
from autograder.units import Unit


class Staging:
    """The submissions of a unit that a converter is to grade, each in a folder with its letters and an empty notebook.

    The folders are gone when this is.
    """

    def __init__(self, converter: Autograde, unit: Unit):
        self._folder = tempfile.TemporaryDirectory(prefix="submitted-")
        self._jobs: dict[Path, Job] = {}
        todo = list(_jobs(converter, unit))
        for line in unfit_names(job.learner for job in todo):
            converter.log.error("Not graded, as nbgrader cannot hold this name: %s. Rename the folder.", line)
        converter.coursedir = _like(converter.coursedir, self._folder.name)
        converter.assignments = {
            str(place): [str(self._stage(place, job))]
            for job in todo
            if not why_unfit(job.learner)
            for place in [Path(converter.coursedir.format_path(self._folder.name, job.learner, unit.stem))]
        }

    def job_of(self, filename: str) -> Job:
        """The submission that a staged notebook stands for."""
        return self._jobs[Path(filename).parent]

    def _stage(self, place: Path, job: Job) -> Path:
        place.mkdir(parents=True)
        for name, text in letters_in(job.place).items():
            (place / name).write_text(text)
        self._jobs[place] = job
        notebook = place / f"{job.unit.stem}.ipynb"
        notebook.touch()
        return notebook


def _jobs(converter: Autograde, unit: Unit) -> Iterator[Job]:
    """The submissions that a converter has found, or would have found in their places."""
    course = converter.coursedir
    if course.directory_structure != CourseDirectory.directory_structure.default_value:
        pattern = course.format_path(course.submitted_directory, "(?P<learner>.*)", unit.stem, escape=True)
        found = [(re.match(pattern, place), Path(place)) for place in converter.assignments]
        yield from (Job(match["learner"], unit, place) for match, place in found if match)
        return
    try:
        todo = jobs([unit], Path(course.format_path(course.submitted_directory, ".", ".")))
    except HandedInTwice as twice:
        converter.log.error(str(twice))
        raise NbGraderException(str(twice)) from None
    yield from (job for job in todo if fnmatchcase(job.learner, course.student_id))


def _like(course: CourseDirectory, submitted: str) -> CourseDirectory:
    """A copy of a course's settings with another folder of submissions: the settings may be somebody else's too."""
    copy = CourseDirectory(parent=course.parent, config=course.config)
    for name in course.trait_names(config=True):
        setattr(copy, name, getattr(course, name))
    copy.submitted_directory = submitted
    return copy
