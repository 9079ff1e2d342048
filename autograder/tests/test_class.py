"""A whole class through nbgrader: hostile and honest submissions, the same scores by every road."""

import json
import multiprocessing
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.author import demo
from autograder.grading import gradebook, intake
from autograder.grading.class_run import grade
from autograder.grading.gradebook import register
from autograder.grading.jobs import Job, jobs
from autograder.grading.nbgrader_settings import prepare_nbgrader
from autograder.tests.classroom import configure, hand_in, nbgrader
from autograder.units import Unit

UNIT = Unit("05_masking")
FINISHED, HALF, UNTOUCHED, SYNTAX, DELETED, DOUBLED, TRUNCATED, EDITOR, LOOP, DEATH, NOISY = range(11)
LAST = list(UNIT.points())[-1]


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """One of each kind of learner, and submissions that are stranger still; graded once."""
    folder = tmp_path_factory.mktemp("classroom")
    submitted = folder / "submitted"
    for number, kind in enumerate(demo.KINDS):
        hand_in(submitted / f"learner-{number:02}", UNIT, kind(UNIT))
    finished = demo.KINDS[FINISHED](UNIT)
    hand_in(submitted / "odd\nname; rm -rf", UNIT, finished)
    hand_in(submitted / "o'neil", UNIT, finished, "My copy (1).ipynb")
    hand_in(
        submitted / "half-characters",
        UNIT,
        demo._edited(UNIT, lambda _: f"def {LAST}(*_):\n    raise ValueError('\\ud800')"),
    )
    hand_in(submitted / "scribbled-names", UNIT, finished, os.fsdecode(b"caf\xe9.ipynb"))
    hand_in(submitted / os.fsdecode(b"caf\xe9"), UNIT, finished)
    (submitted / "linked").symlink_to(submitted / "learner-00")
    hand_in(submitted / "linked-unit", UNIT, finished)
    shutil.rmtree(submitted / "linked-unit" / UNIT.stem)
    (submitted / "linked-unit" / UNIT.stem).symlink_to(submitted / "learner-00" / UNIT.stem)
    hand_in(submitted / "a+b@uni.de", UNIT, finished)
    os.mkfifo(submitted / "a+b@uni.de" / UNIT.stem / "pipe.txt")
    (submitted / "empty" / UNIT.stem).mkdir(parents=True)
    (submitted / "scribbled-names" / UNIT.stem / "b.ipynb").touch()
    steps = []
    graded = grade(jobs([UNIT], submitted), folder, workers=2, tick=steps.append)
    return folder, {one.learner: one.verdict for one in graded}, steps


def outcomes(verdict, exercise=LAST):
    return {test.outcome for one in verdict.exercises if one.name == exercise for test in one.tests}


def scores_in(gradebook: Path):
    with Gradebook(f"sqlite:///{gradebook}") as book:
        return {submission.student.id: submission.score for submission in book.assignment_submissions(UNIT.stem)}


def test_every_submission_has_a_verdict(classroom):
    folder, verdicts, steps = classroom
    assert set(verdicts) == {path.name for path in (folder / "submitted").iterdir()}
    assert steps.count("mark") == steps.count("enter") == len(verdicts)
    json.dumps([verdict.as_dict() for verdict in verdicts.values()])


@pytest.mark.parametrize("kind", [FINISHED, DOUBLED, EDITOR, NOISY])
def test_right_work_gets_full_marks_however_it_arrives(classroom, kind):
    assert classroom[1][f"learner-{kind:02}"].score == 20


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (SYNTAX, "error"),
        (DELETED, "missing"),
        (LOOP, "timeout"),
        (DEATH, "crashed"),
    ],
)
def test_trouble_costs_the_exercise_it_is_in(classroom, kind, outcome):
    verdict = classroom[1][f"learner-{kind:02}"]
    assert outcomes(verdict) == {outcome}
    assert verdict.score == 20 - UNIT.points()[LAST]


def test_untouched_work_is_not_attempted(classroom):
    verdict = classroom[1][f"learner-{UNTOUCHED:02}"]
    assert verdict.score == 0
    assert set.union(*(outcomes(verdict, name) for name in UNIT.points())) == {"not_attempted"}


@pytest.mark.parametrize(
    ("learner", "problem", "score"),
    [
        (f"learner-{TRUNCATED:02}", "not a whole notebook", 0),
        (f"learner-{DELETED:02}", f"missing: {LAST}", 20 - UNIT.points()[LAST]),
        (f"learner-{DOUBLED:02}", "more than once", 20),
        ("odd\nname; rm -rf", "rename it", 20),
        ("linked", "a link", 0),
        ("linked-unit", "a link", 0),
        (os.fsdecode(b"caf\xe9"), "rename it", 20),
        ("scribbled-names", r"found: b.ipynb, caf\udce9.ipynb", 0),
        ("empty", "found: no notebook", 0),
    ],
)
def test_a_problem_is_told_and_the_rest_is_graded(classroom, learner, problem, score):
    verdict = classroom[1][learner]
    assert problem in verdict.problem
    assert verdict.score == score


def test_a_submission_that_ends_its_judge_is_not_graded_alone(tmp_path):
    for name in ("a", "b", "c"):
        hand_in(tmp_path / "submitted" / name, UNIT, demo.KINDS[FINISHED](UNIT))
    todo = jobs([UNIT], tmp_path / "submitted")
    todo[1] = Job("b", _Deadly(UNIT.stem), todo[1].place)
    graded = grade(todo, tmp_path, workers=2)
    assert [one.learner for one in graded] == ["a", "b", "c"]
    assert [one.verdict.score for one in graded] == [20, None, 20]
    assert "The process that graded it ended, twice" in graded[1].verdict.problem
    assert scores_in(tmp_path / "gradebook.db") == {"a": 20, "c": 20}
    assert not (tmp_path / "feedback" / "b").exists()


class _Deadly(Unit):
    """A unit whose grading ends the process, as running out of memory would."""

    @property
    def learners_copy(self):
        if multiprocessing.parent_process() is not None:
            os._exit(9)
        return super().learners_copy


def test_a_lone_notebook_under_another_name_is_graded(classroom):
    assert classroom[1]["o'neil"].score == 20


def test_the_gradebook_holds_the_same_scores(classroom):
    folder, verdicts, _ = classroom
    entered = scores_in(folder / "gradebook.db")
    assert entered == {name: verdict.score for name, verdict in verdicts.items() if name.isprintable()}


def test_every_learner_gets_an_executed_notebook_and_a_feedback_page(classroom):
    folder, verdicts, _ = classroom
    for name in filter(str.isprintable, verdicts):
        executed = nbformat.read(folder / "autograded" / name / UNIT.stem / f"{UNIT.stem}.ipynb", as_version=4)
        checks = [cell for cell in executed.cells if cell.metadata.get("nbgrader", {}).get("grade")]
        total = sum(float(cell.outputs[0].data["text/plain"]) for cell in checks)
        assert total == pytest.approx(verdicts[name].score, abs=0.011)
        page = (folder / "feedback" / name / UNIT.stem / f"{UNIT.stem}.html").read_text("utf-8")
        assert LAST in page
        assert verdicts[name].problem is None or verdicts[name].problem[:30] in page
    assert not (folder / "autograded" / "a+b@uni.de" / UNIT.stem / "pipe.txt").exists()


def test_the_feedback_names_what_is_wrong(classroom):
    folder, _, _ = classroom
    page = (folder / "feedback" / f"learner-{SYNTAX:02}" / UNIT.stem / f"{UNIT.stem}.html").read_text("utf-8")
    assert "did not run" in page
    assert "SyntaxError" in page


def test_grading_again_takes_every_verdict_from_the_store(classroom):
    folder, verdicts, _ = classroom
    kept = {path.name: path.stat().st_mtime_ns for path in (folder / "verdicts").iterdir()}
    again = grade(jobs([UNIT], folder / "submitted"), folder, workers=1)
    assert {one.learner: one.verdict.as_dict() for one in again} == {
        name: verdict.as_dict() for name, verdict in verdicts.items()
    }
    assert kept == {path.name: path.stat().st_mtime_ns for path in (folder / "verdicts").iterdir()}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder of an instructor's own, with nbgrader configured by our settings, and a small class."""
    folder = tmp_path_factory.mktemp("course")
    more = f"c.CourseDirectory.release_directory = {str(folder / 'release')!r}\n"
    configure(folder, f"{more}c.ExportApp.to = {str(folder / 'grades.csv')!r}\n")
    for number in (FINISHED, HALF, UNTOUCHED, DOUBLED, TRUNCATED, NOISY):
        hand_in(folder / "submitted" / f"learner-{number:02}", UNIT, demo.KINDS[number](UNIT))
    hand_in(folder / "submitted" / "o'neil", UNIT, demo.KINDS[FINISHED](UNIT), "My copy (1).ipynb")
    hand_in(folder / "submitted" / "a+b@uni.de", UNIT, demo.KINDS[FINISHED](UNIT))
    (folder / "submitted" / "linked").symlink_to(folder / "submitted" / f"learner-{NOISY:02}")
    learner = folder / "submitted" / f"learner-{FINISHED:02}"
    (learner / UNIT.stem / f"{UNIT.stem}.ipynb").rename(learner / f"{UNIT.stem}.IPYNB")
    (learner / UNIT.stem).rmdir()
    hand_in(folder / "submitted" / "what?", UNIT, demo.KINDS[FINISHED](UNIT))
    return folder


def test_nbgraders_own_commands_give_the_same_scores(classroom, course, drawn):
    nbgrader(course, "generate_assignment", UNIT.stem)
    released = course / "release" / UNIT.stem / f"{UNIT.stem}.ipynb"
    assert json.loads(released.read_text("utf-8")) == json.loads(UNIT.learners_copy.read_text("utf-8"))
    said = nbgrader(course, "autograde", UNIT.stem)
    assert "cannot hold this name: 'what?': it has ? in it" in said
    nbgrader(course, "generate_feedback", UNIT.stem)
    nbgrader(course, "export")
    expected = {name: verdict.score for name, verdict in classroom[1].items()}
    for name, score in scores_in(course / "gradebook.db").items():
        assert score == expected[name], name
    lines = (course / "grades.csv").read_text().splitlines()
    assert len(lines) == 1 + 9
    learners = {path.name for path in (course / "submitted").iterdir()} - {"what?"}
    assert {path.parent.parent.name for path in (course / "feedback").glob("*/*/*.html")} == learners
    learner = drawn.choice(["o'neil", "a+b@uni.de", f"learner-{FINISHED:02}"])  # the last lies beside its folder
    said = nbgrader(course, "autograde", UNIT.stem, "--force", "--student", learner)
    assert "Converting notebook" in said
    assert scores_in(course / "gradebook.db")[learner] == 20


def test_a_late_submission_is_graded_with_its_time(tmp_path):
    prepare_nbgrader()
    hand_in(tmp_path / "submitted" / "learner-01", UNIT, demo.KINDS[UNTOUCHED](UNIT))
    hand_in(tmp_path / "submitted" / "learner-02", UNIT, demo.KINDS[UNTOUCHED](UNIT))
    stamp = "2026-03-01 12:00:00.000000 UTC"
    (tmp_path / "submitted" / "learner-01" / UNIT.stem / "timestamp.txt").write_text(stamp)
    (tmp_path / "submitted" / "learner-02" / UNIT.stem / "timestamp.txt").write_text("not a time")
    register(UNIT, tmp_path)
    graded = grade(jobs([UNIT], tmp_path / "submitted"), tmp_path, workers=1)
    assert [one.verdict.score for one in graded] == [0, 0]
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        first, second = (book.find_submission(UNIT.stem, one.learner).timestamp for one in graded)
    assert str(first).startswith("2026-03-01 12:00:00")
    assert second is None


def test_a_copy_that_was_left_half_written_is_written_again(tmp_path):
    """A marking process may end between the copy and its verdict; whoever marks it next must not stumble."""
    submission = intake.nothing(UNIT, "There is no notebook.")
    place = tmp_path / "learner-01" / UNIT.stem
    place.mkdir(parents=True)
    (place / f"{UNIT.stem}.ipynb").write_text("{")
    gradebook.stage(submission, "learner-01", tmp_path, {})
    assert nbformat.read(place / f"{UNIT.stem}.ipynb", as_version=4).metadata["problem"] == "There is no notebook."
