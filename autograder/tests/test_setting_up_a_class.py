"""A class set up and graded with nothing but what README.md says to instructors: its commands, as they stand."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from autograder.author import demo
from autograder.tests.instructors_page import commands_in_sentences, configuration_of_a_hub, fences, section
from autograder.tests.project import copy_of_the_project, surroundings
from autograder.units import Unit

UNIT = Unit("00_start")
FINISHED, HALF = 0, 1
IN_TIME, LATE, BY_ZIP, BY_MAIL, IN_MOODLE = "learner-01", "learner-02", "learner-03", "learner-04", "Zoë O. Müller-Ray"
HANDED_IN = {IN_TIME: FINISHED, LATE: FINISHED, BY_ZIP: HALF, BY_MAIL: HALF, IN_MOODLE: FINISHED}
DUE = re.compile(r'(?<=--duedate=)"[^"]+"')


class TheClass:
    """An instructor's project, an edition of its own for each learner, and a home folder for all."""

    def __init__(self, folder: Path):
        self.folder, self.home, self.exchange = folder, folder / "home", folder / "exchange"
        self.project = copy_of_the_project(folder / "project")
        for place in ("Downloads", "handed_in"):
            (self.home / place).mkdir(parents=True)
        self.roster, self.said = "", {}
        self.before = {"nbgrader db student import": self.write_the_roster}
        self.by_learners = {
            "nbgrader fetch_assignment": self.fetch,
            "nbgrader submit": self.submit_through_the_exchange,
            "nbgrader fetch_feedback": self.fetch,
            "python -m autograder submit": self.make_files,
        }

    def follow_the_page(self) -> None:
        """Do what each fence says, in order; then what sentences say."""
        for fence in fences():
            if fence.kind == "python":
                self.configure(fence.text)
            elif fence.kind == "csv":
                self.roster = fence.text
            else:
                for command in filter(str.strip, fence.text.splitlines()):
                    self.obey(command)
        for command in commands_in_sentences():
            self.obey(command)

    def obey(self, command: str) -> None:
        """Run one command of the page: an instructor's in the project, a learner's in their own edition."""
        for start, prepare in self.before.items():
            if command.startswith(start):
                prepare()
        learners = next((do for start, do in self.by_learners.items() if command.startswith(start)), None)
        self.said[command] = learners(command) if learners else self.run(command, self.project)

    def configure(self, text: str) -> None:
        with (self.project / "nbgrader_config.py").open("a") as file:
            file.write(self.here(text))
        if "DOWNLOADS" in text:
            self.collect_what_moodle_gives()

    def write_the_roster(self) -> None:
        (self.project / ".grading" / "roster.csv").write_text(self.roster, "utf-8")

    def fetch(self, command: str) -> str:
        return " ".join(self.run(command, self.edition(learner), of(learner)) for learner in (IN_TIME, LATE))

    def submit_through_the_exchange(self, command: str) -> str:
        """One learner hands in before the due date, then the instructor moves that, and another is late."""
        for learner in (IN_TIME, LATE):
            self.write(learner)
        in_time = self.run(command, self.edition(IN_TIME), of(IN_TIME))
        (due,) = [line for line in self.said if line.startswith("nbgrader db assignment add")]
        self.run(DUE.sub(f'"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"', due), self.project)
        return in_time + self.run(command, self.edition(LATE), of(LATE))

    def make_files(self, command: str) -> str:
        """Two learners make the file to hand in: one uploads it, and the platform puts a prefix before it."""
        said = []
        for learner in (BY_ZIP, BY_MAIL):
            self.write(learner)
            said.append(self.run(command, self.edition(learner), f"--learner={learner}"))
        uploaded, mailed = (self.made_by(learner) for learner in (BY_ZIP, BY_MAIL))
        self.fill_the_zip({f"noetheremmy_12_34_{uploaded.name}": uploaded.read_text("utf-8")})
        shutil.copy(mailed, self.home / "handed_in")
        return " ".join(said)

    def collect_what_moodle_gives(self) -> None:
        """Another zip, collected with the commands for the first one, and with --force as the page says."""
        name = f"{IN_MOODLE}_1234567_assignsubmission_file_/{UNIT.stem}.ipynb"
        self.fill_the_zip({name: demo.KINDS[HANDED_IN[IN_MOODLE]](UNIT)})
        self.run(next(line for line in self.said if line.startswith("mv ")), self.project)
        self.run(next(line for line in self.said if line.startswith("nbgrader zip_collect")), self.project, "--force")

    def fill_the_zip(self, files: dict[str, str]) -> None:
        with zipfile.ZipFile(self.home / "Downloads" / "submissions.zip", "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)

    def edition(self, learner: str) -> Path:
        """The learners' edition as this one has unpacked it."""
        folder = self.folder / learner
        if not folder.exists():
            shutil.copytree(self.folder / "transformers", folder)
        return folder

    def write(self, learner: str) -> None:
        notebook = self.edition(learner) / "work" / UNIT.stem / f"{UNIT.stem}.ipynb"
        notebook.parent.mkdir(parents=True, exist_ok=True)
        notebook.write_text(demo.KINDS[HANDED_IN[learner]](UNIT), "utf-8")

    def made_by(self, learner: str) -> Path:
        return self.edition(learner) / "work" / f"{UNIT.stem}+{learner}.ipynb"

    def here(self, text: str) -> str:
        """What the page says, for this unit, this machine and today."""
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d Europe/Berlin", f"{tomorrow:%Y-%m-%d %H:%M} UTC", text)
        return text.replace("05_masking", UNIT.stem).replace("/srv/exchange", str(self.exchange))

    def run(self, command: str, place: Path, *more: str) -> str:
        line = " ".join([self.here(command).partition(" #")[0], *map(shlex.quote, more)])
        there = surroundings(place, HOME=str(self.home), JUPYTER_DATA_DIR=str(place / ".jupyter"))
        done = subprocess.run(["bash", "-c", line], cwd=place, env=there, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return " ".join((done.stdout + done.stderr).split())


def of(learner: str) -> str:
    """nbgrader takes the login for a learner's id; here one login stands for several."""
    return f"--CourseDirectory.student_id={learner}"


@pytest.fixture(scope="module")
def the_class(tmp_path_factory):
    taught = TheClass(tmp_path_factory.mktemp("class"))
    taught.follow_the_page()
    return taught


def test_all_who_handed_in_have_their_points_and_who_was_late_has_less(the_class):
    with Gradebook(f"sqlite:///{the_class.project / '.grading' / 'gradebook.db'}") as book:
        found = {one.student.id: one for one in book.assignment_submissions(UNIT.stem)}
        scores = {learner: one.score - one.late_submission_penalty for learner, one in found.items()}
        assert found[LATE].late_submission_penalty == 2
        assert book.find_student(IN_TIME).email == "emmy@example.org"
    most = sum(UNIT.points().values())
    half = scores[BY_ZIP]
    assert 0 < half < most
    assert scores == {IN_TIME: most, LATE: most - 2, BY_ZIP: half, BY_MAIL: half, IN_MOODLE: most}


def test_feedback_comes_back_to_those_who_handed_in_through_the_exchange(the_class):
    for learner, told in ((IN_TIME, "20 of 20"), (LATE, "18 of 20")):
        (page,) = the_class.edition(learner).glob(f"work/{UNIT.stem}/feedback/*/{UNIT.stem}.html")
        assert told in page.read_text("utf-8")
    (said,) = [said for command, said in the_class.said.items() if command.startswith("nbgrader release_feedback")]
    told = said.partition("Not handed in through the exchange")[2]
    assert [learner in told for learner in HANDED_IN] == [False, False, True, True, True]
    assert (the_class.project / ".grading" / "feedback" / IN_MOODLE / UNIT.stem / f"{UNIT.stem}.html").exists()


def test_the_report_and_the_files_for_platforms_have_the_learners_of_the_roster(the_class):
    assert (the_class.project / ".grading" / "reports" / f"{UNIT.stem}.html").exists()
    exports = the_class.project / ".grading" / "exports"
    with (exports / f"{UNIT.stem}-moodle.csv").open(encoding="utf-8") as file:
        rows = {row["Email address"]: float(row[UNIT.stem]) for row in csv.DictReader(file)}
    assert rows == {"emmy@example.org": 20, "ada@example.org": 18}
    with (exports / f"{UNIT.stem}-canvas.csv").open(encoding="utf-8") as file:
        rows = {row["Student"]: row["ID"] for row in csv.DictReader(file) if row["ID"]}
    assert rows == {"Noether, Emmy": "12345", "Lovelace, Ada": "12346"}


def test_each_command_of_the_page_was_run(the_class):
    lines = [line for fence in fences() if not fence.kind for line in fence.text.splitlines() if line.strip()]
    assert len(lines) > 15
    assert section().count("```") == 2 * len(fences())
    assert set(the_class.said) == {*lines, *commands_in_sentences()}
    assert {fence.kind for fence in fences()} == {"", "python", "csv"}


def test_the_hubs_configuration_gives_each_user_the_course_and_keeps_their_work(the_class, tmp_path):
    """Without a hub: the script with which it starts a user's server, and in the server's place what it was given."""
    configuration = configuration_of_a_hub()
    server = tmp_path / "server"
    server.write_text('#!/bin/sh\necho "$PWD $PYTHONPATH $*"\n')
    server.chmod(0o755)
    places = {"/opt/transformers": str(the_class.folder / "transformers"), "/opt/hub/bin/python": str(server)}
    for place, here in places.items():
        configuration = configuration.replace(place, here)
    config = Config()
    exec(configuration, {"get_config": lambda: config})
    course = tmp_path / "transformers"
    for _ in range(2):
        start = subprocess.run(
            [*config.Spawner.cmd, "--debug"], env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True
        )
        assert start.stdout == f"{course} {course} -m autograder lab --debug\n", start.stderr
        assert (course / "README.md").read_bytes() == (the_class.folder / "transformers" / "README.md").read_bytes()
        (course / "README.md").write_text("an older edition")
        (course / "work").mkdir(exist_ok=True)
        with (course / "work" / "mine.txt").open("a") as file:
            file.write("mine ")
    assert (course / "work" / "mine.txt").read_text() == "mine mine "
