"""Folders of submissions are hostile: a link gives nothing of anybody's, and a time is told to be a learner's word."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.author import demo
from autograder.grading import our_cells
from autograder.grading.class_run import grade
from autograder.grading.collect import CollectOwnFiles
from autograder.grading.gradebook import register
from autograder.grading.jobs import jobs, passed_over
from autograder.grading.letters import letters_in, note_arrival, whose_word
from autograder.grading.nbgrader_settings import prepare_nbgrader
from autograder.tests.classroom import hand_in
from autograder.units import Unit

UNIT = Unit("00_start")
NAME = f"{UNIT.stem}.ipynb"
SECRET, TIME = "0123456789abcdef", "2026-03-01 12:00:00.000000 UTC"


@pytest.fixture
def submitted(tmp_path):
    """A folder of submissions with one whole submission in it, and a second learner who has nothing yet."""
    path = hand_in(tmp_path / "submitted" / "learner-01", UNIT, demo.KINDS[0](UNIT))
    path.with_name("timestamp.txt").write_text(TIME)
    path.with_name("submission_secret.txt").write_text(SECRET)
    (tmp_path / "submitted" / "learner-02").mkdir()
    return tmp_path / "submitted"


def link_learner(submitted):
    (submitted / "learner-02").rmdir()
    (submitted / "learner-02").symlink_to("learner-01")


def link_unit(submitted):
    (submitted / "learner-02" / UNIT.stem).symlink_to(submitted / "learner-01" / UNIT.stem)


def link_files(submitted):
    (submitted / "learner-02" / UNIT.stem).mkdir()
    for path in (submitted / "learner-01" / UNIT.stem).iterdir():
        (submitted / "learner-02" / UNIT.stem / path.name).symlink_to(path)


def link_beside(submitted):
    (submitted / "learner-02" / NAME).symlink_to(submitted / "learner-01" / UNIT.stem / NAME)


@pytest.mark.parametrize("link", [link_learner, link_unit, link_files, link_beside])
def test_a_link_gives_nothing_of_another_learners(submitted, link):
    link(submitted)
    first, second = jobs([UNIT], submitted)
    assert letters_in(first.place) == {"timestamp.txt": "2026-03-01 12:00:00 UTC", "submission_secret.txt": SECRET}
    assert letters_in(second.place) == {}
    taken = second.take()
    assert "link" in taken.problem
    assert {cell.source for cell in our_cells.answers_in(taken.notebook).values()} == {our_cells.MISSING}


def test_the_folder_of_all_submissions_may_be_a_link_of_the_instructors(submitted, tmp_path):
    (tmp_path / "elsewhere").symlink_to(submitted)
    (job,) = jobs([UNIT], tmp_path / "elsewhere")
    assert job.take().problem is None


def test_a_submission_beside_its_folder_is_taken_and_told(submitted):
    path = submitted / "learner-02" / f"{UNIT.stem}.IPYNB"
    path.write_text(demo.KINDS[0](UNIT), "utf-8")
    taken = jobs([UNIT], submitted)[1].take()
    assert taken.problem == f"It was taken from {path.name}, which lies beside the folder {UNIT.stem} instead of in it."
    assert our_cells.MISSING not in {cell.source for cell in taken.notebook.cells}
    hand_in(submitted / "learner-02", UNIT, demo.KINDS[2](UNIT))
    assert "what is in the folder counts" in jobs([UNIT], submitted)[1].take().problem


def test_a_notebook_that_does_not_say_whose_it_is_is_named(submitted):
    for name in (NAME, "homework.IPYNB", f"{UNIT.stem}+learner-03.ipynb", "notes.txt"):
        (submitted / name).touch()
    told = passed_over(submitted)
    assert [line.rpartition(": ")[2] for line in told] == [f"'{NAME}'", "'homework.IPYNB'"]


@pytest.fixture
def exchange(tmp_path):
    """Hand in a folder to an exchange, under a time of the learner's choice; and collect from it."""
    inbound = tmp_path / "exchange" / "transformers" / "inbound"
    inbound.mkdir(parents=True)
    config = Config(
        Exchange={"root": str(tmp_path / "exchange"), "cache": str(tmp_path / "cache")},
        CourseDirectory={"root": str(tmp_path), "course_id": "transformers", "assignment_id": UNIT.stem},
    )

    def submit(learner, said):
        folder = inbound / f"{learner}+{UNIT.stem}+{said:%F %T.%f} UTC+c2VjcmV0"
        folder.mkdir()
        (folder / NAME).write_text(UNIT.learners_copy.read_text("utf-8"), "utf-8")
        (folder / "timestamp.txt").write_text(f"{said:%F %T.%f} UTC")
        return folder

    def collect():
        prepare_nbgrader()
        CollectOwnFiles(coursedir=CourseDirectory(config=config), config=config).start()
        return tmp_path / "submitted"

    return submit, collect


def test_collecting_follows_no_link_and_notes_what_the_disk_says_of_the_time(exchange, tmp_path):
    submit, collect = exchange
    now = datetime.now(UTC).replace(tzinfo=None)
    honest = submit("a+b@uni.de", now)
    (honest / "data").mkdir()
    (honest / "data" / "mine.csv").write_text("1,2")
    forged = submit("o'neil", now - timedelta(days=3))
    (tmp_path / "solution.ipynb").write_text("the solution")
    (forged / NAME).unlink()
    (forged / NAME).symlink_to(tmp_path / "solution.ipynb")
    (forged / "more").symlink_to(tmp_path)
    os.mkfifo(forged / "pipe")
    submitted = collect()
    first, second = (submitted / name / UNIT.stem for name in ("a+b@uni.de", "o'neil"))
    assert (first / "data" / "mine.csv").read_text() == "1,2"
    assert [path.name for path in second.iterdir()] == ["timestamp.txt"]
    assert whose_word(first) is None
    assert f"in the exchange it was changed last at {now:%F}" in whose_word(second)
    (first / "timestamp.txt").write_text("2020-01-01 00:00:00 UTC")
    assert "It says that it arrived at 2020-01-01" in whose_word(first)


def test_a_report_says_whose_word_the_time_is_where_something_depends_on_it(submitted, tmp_path):
    note_arrival(submitted / "learner-01" / UNIT.stem, datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())
    path = hand_in(submitted / "learner-02", UNIT, UNIT.learners_copy.read_text("utf-8"))
    path.with_name("timestamp.txt").write_text(TIME)
    register(UNIT, tmp_path)
    todo = jobs([UNIT], submitted)
    assert [one.verdict.problem for one in grade(todo, tmp_path, workers=1)] == [None, None]
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        book.update_or_create_assignment(UNIT.stem, duedate=datetime(2026, 2, 28))
    for _ in range(2):  # the second time, all is there already
        first, second = grade(todo, tmp_path, workers=1)
        assert first.verdict.problem is None
        assert second.verdict.problem == "When it arrived is what timestamp.txt says, which its learner can write."
