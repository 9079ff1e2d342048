"""A graded class, read again from its folder: the report's page and table, and the files for learning platforms."""

import csv
import json

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.author import demo
from autograder.grading import class_summary
from autograder.grading.class_report import report_page
from autograder.grading.class_run import grade
from autograder.grading.export import NotExported, export
from autograder.grading.jobs import jobs
from autograder.grading.platforms import Identifier, Platform
from autograder.grading.spreadsheet import cell, number
from autograder.grading.standings import class_standings
from autograder.judging.known import known_answers, mistakes_in
from autograder.judging.verdicts import ExerciseVerdict, TestVerdict, Verdict
from autograder.tests.classroom import hand_in
from autograder.units import Unit

UNIT = Unit("00_start")
FIRST, LAST = UNIT.points()
KINDS = {"learner-01": 0, "learner-02": 1, "learner-03": 2, "learner-04": 6, "@learner-05": 0}
MISTAKEN = ("learner-06", "learner-07")
MISTAKE = next(known for known in mistakes_in(known_answers(UNIT)) if known.exercise == FIRST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A class that is graded, and then looked through: a penalty, extra credit, points and a comment by hand."""
    folder = tmp_path_factory.mktemp("class")
    for learner, kind in KINDS.items():
        hand_in(folder / "submitted" / learner, UNIT, demo.KINDS[kind](UNIT))
    for learner in MISTAKEN:
        hand_in(folder / "submitted" / learner, UNIT, demo._with_answers(UNIT, {FIRST: MISTAKE.source()}))
    grade(jobs([UNIT], folder / "submitted"), folder, 2)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        late = book.find_submission_notebook(UNIT.stem, UNIT.stem, "learner-01")
        late.late_submission_penalty = 5.3
        book.find_grade(f"{LAST}-check", UNIT.stem, UNIT.stem, "learner-02").extra_credit = 0.1 + 0.2
        by_hand = book.find_grade(f"{FIRST}-check", UNIT.stem, UNIT.stem, "learner-03")
        by_hand.manual_score, by_hand.needs_manual_grade = 2.5, False
        book.find_grade(f"{FIRST}-check", UNIT.stem, UNIT.stem, "learner-06").needs_manual_grade = True
        comment = book.find_comment(LAST, UNIT.stem, UNIT.stem, "learner-02")
        comment.manual_comment = "Well begun,\nif <b>short</b>."
        book.update_or_create_student("learner-01", first_name="=1+1", last_name="Ångström", email="one@uni.example")
        book.update_or_create_student("learner-09", email="nine@uni.example")
        book.db.commit()
    return folder


@pytest.fixture(scope="module")
def standings(folder):
    return class_standings(UNIT, folder)


def run(*arguments):
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.output


def table(path, encoding="utf-8"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def test_a_class_is_read_from_what_its_runs_have_left(standings):
    begun = {one.learner: one.begun for one in standings.handed_in}
    assert begun == {**dict.fromkeys(["learner-01", "@learner-05", *MISTAKEN], 2), "learner-02": 1} | dict.fromkeys(
        ["learner-03", "learner-04"], 0
    )
    problems = {one.learner: one.problem for one in standings.handed_in if one.problem}
    assert list(problems) == ["learner-04"]
    assert "not a whole notebook" in problems["learner-04"]
    assert standings.absent == ["learner-09"]


def test_points_are_those_of_the_gradebook(standings):
    scores = {one.learner: one.score for one in standings.graded}
    assert scores["learner-01"] == 14.7
    assert scores["learner-02"] == 10.3
    assert scores["learner-03"] == 2.5
    assert scores["@learner-05"] == 20
    assert standings.max_score == 20


def test_a_mistake_is_named_once_with_all_who_made_it(standings):
    found = {one.sentence: one for one in class_summary.mistakes(standings.handed_in)}
    assert found[MISTAKE.sentence].learners == list(MISTAKEN)
    assert found[MISTAKE.sentence].exercises == [FIRST]


def test_rules_count_those_who_have_begun(standings):
    first = class_summary.exercises(standings)[0]
    assert (first.name, first.begun, len(first.scores)) == (FIRST, 5, 7)
    assert {rule.asked + rule.not_asked for rule in first.rules.values()} == {5}
    assert first.hardest.held == 3
    assert class_summary.hardest_rules([first], 3)[0].share == pytest.approx(0.6)


def test_who_is_stuck_has_begun_and_who_has_not_is_listed_apart(standings):
    assert "learner-03" in {one.learner for one in class_summary.not_begun(standings)}
    assert not {"learner-03", "learner-01"} & {one.learner for one in class_summary.stuck(standings)}


def test_the_distribution_puts_full_marks_into_the_last_bin_and_borders_to_the_right():
    bins = class_summary.histogram([0, 3.9, 4, 20, 21], 20, 5)
    assert [one.count for one in bins] == [2, 1, 0, 0, 2]
    assert [one.label for one in bins] == ["0–4", "4–8", "8–12", "12–16", "16–20"]


def test_the_report_command_writes_a_page_and_a_table_beside_it(folder, tmp_path):
    page = tmp_path / "report of the class.html"
    code, said = run("report", UNIT.stem, "--grading", folder, "--to", page)
    assert code == 0, said
    assert str(page) in said
    text = page.read_text("utf-8")
    assert UNIT.title in text
    assert 'href="report%20of%20the%20class.csv"' in text
    assert MISTAKE.sentence.split("`")[0] in text
    rows = {row[0]: row for row in table(page.with_suffix(".csv"), "utf-8-sig")}
    assert rows["learner"][:6] == ["learner", FIRST, LAST, "marked", "gradebook", "max_score"]
    assert rows["learner-01"][1:7] == ["10", "10", "20", "14.7", "20", "5.3"]
    assert rows["learner-03"][1:5] == ["", "", "0", "2.5"]
    assert "'@learner-05" in rows


def test_a_report_goes_beside_the_class_where_no_file_is_named(folder):
    code, said = run("report", "start", "--grading", folder)
    assert code == 0, said
    assert (folder / "reports" / f"{UNIT.stem}.html").exists()


@pytest.mark.parametrize("command", [["report"], ["export", "--for", "canvas"]])
def test_a_class_without_submissions_is_told_what_to_do(command, tmp_path):
    code, said = run(*command, UNIT.stem, "--grading", tmp_path)
    assert code == 2
    assert f"python -m autograder grade {UNIT.stem}" in said
    assert not (tmp_path / "gradebook.db").exists()


def test_what_is_lost_or_broken_is_told_and_costs_nobody_else_a_line(folder, tmp_path):
    store = {}
    for learner in ("kept", "lost", "broken", "strange"):
        path = tmp_path / "autograded" / learner / UNIT.stem / f"{UNIT.stem}.ipynb"
        path.parent.mkdir(parents=True)
        store[learner] = path
    original = folder / "autograded" / "learner-01" / UNIT.stem / f"{UNIT.stem}.ipynb"
    digest = json.loads(original.read_text("utf-8"))["metadata"]["verdict_digest"]
    (tmp_path / "verdicts").mkdir()
    (tmp_path / "verdicts" / f"{digest}.json").write_bytes((folder / "verdicts" / f"{digest}.json").read_bytes())
    store["kept"].write_bytes(original.read_bytes())
    store["lost"].write_text(original.read_text("utf-8").replace(digest, "0" * 64), "utf-8")
    store["broken"].write_bytes(b"\xff{")
    store["strange"].write_text('{"metadata": ["../../etc/passwd"]}', "utf-8")
    for learner in ("waiting", "un*fit"):
        (tmp_path / "submitted" / learner / UNIT.stem).mkdir(parents=True)
    found = {one.learner: one for one in class_standings(UNIT, tmp_path).handed_in}
    assert found["kept"].score == 20
    assert found["kept"].problem is None
    assert "no longer kept" in found["lost"].problem
    assert "cannot be read" in found["broken"].problem
    assert "cannot be read" in found["strange"].problem
    assert "not graded yet" in found["waiting"].problem
    assert "it has * in it: rename it" in found["un*fit"].problem
    assert [one.learner for one in class_standings(UNIT, tmp_path).graded] == ["kept"]


def test_a_class_of_2000_is_read_whole(tmp_path):
    rules = [TestVerdict(f"rule {at}", "passed") for at in range(12)]
    (tmp_path / "verdicts").mkdir()
    for at in range(2000):
        rules[0].outcome = "failed" if at % 4 == 0 else "passed"
        rules[0].mistake = "You divided by D itself." if at % 8 == 0 else None
        verdict = Verdict(UNIT.stem, [ExerciseVerdict(FIRST, 10.0, rules), ExerciseVerdict(LAST, 10.0, rules)])
        fields = {"verdict": verdict.__dict__, "outputs": []}
        (tmp_path / "verdicts" / f"{at:064x}.json").write_text(json.dumps(fields, default=vars))
        path = tmp_path / "autograded" / f"learner-{at:04}" / UNIT.stem / f"{UNIT.stem}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"cells": [], "metadata": {"verdict_digest": f"{at:064x}"}}))
    standings = class_standings(UNIT, tmp_path)
    assert len(standings.graded) == 2000
    assert [len(one.learners) for one in class_summary.mistakes(standings.handed_in)] == [250]
    assert class_summary.exercises(standings)[0].rules["rule 0"].failed == 500
    assert "2000 learners" in report_page(standings, "table.csv")


def test_canvas_gets_the_columns_that_its_importer_demands(folder, standings, tmp_path):
    done = export(standings, Platform.canvas, tmp_path / "canvas.csv", item="Unit 0")
    assert not done.path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, possible, *rows = table(done.path)
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Unit 0"]
    assert "Points Possible" in possible[0]
    assert possible[1:] == ["", "", "", "", "20"]
    points = {row[3]: row[5] for row in rows}
    assert points == {
        **{"learner-01": "14.7", "learner-02": "10.3", "learner-03": "2.5", "learner-04": "0", "'@learner-05": "20"},
        **{one.learner: number(one.score) for one in standings.graded if one.learner in MISTAKEN},
    }
    assert {len(row) for row in rows} == {6}
    assert next(row[0] for row in rows if row[3] == "learner-01") == "Ångström, =1+1"
    said = "\n".join(done.told())
    assert "enter these by hand (1): @learner-05." in said
    assert "holds no points for them (1): learner-09." in said
    assert "graded by hand (1): learner-06." in said


def test_moodle_gets_an_identifier_a_grade_and_a_feedback(standings, tmp_path):
    done = export(standings, Platform.moodle, tmp_path / "moodle.csv", Identifier.email)
    assert not done.path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, *rows = table(done.path)
    assert header == ["Email address", UNIT.stem, f"{UNIT.stem} (feedback)"]
    assert [row[:2] for row in rows] == [["'@learner-05", "20"], ["one@uni.example", "14.7"]]
    assert "Handed in late: −5.3." in rows[1][2]
    assert "In all 14.7 of 20 points." in rows[1][2]
    assert sorted(done.without_identifier) == ["learner-02", "learner-03", "learner-04", *MISTAKEN]


def test_a_feedback_for_moodle_is_one_line_of_text_as_html(standings, tmp_path):
    done = export(standings, Platform.moodle, tmp_path / "moodle.csv")
    rows = {row[0]: row for row in table(done.path)}
    assert rows["learner-02"][1] == "10.3"
    assert f"Comment on {LAST}: Well begun, if &lt;b&gt;short&lt;/b&gt;." in rows["learner-02"][2]
    assert MISTAKE.sentence.split("`")[0] in rows["learner-06"][2]
    assert all("\n" not in value for row in rows.values() for value in row)


def test_the_plain_table_has_every_exercise_and_no_noise(folder, tmp_path):
    path = tmp_path / "points.csv"
    code, said = run("export", UNIT.stem, "--for", "csv", "--grading", folder, "--to", path)
    assert code == 0, said
    rows = {row[0]: row for row in table(path, "utf-8-sig")}
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows["learner-01"] == [
        *("learner-01", "Ångström", "'=1+1", "one@uni.example", UNIT.stem, "14.7", "20", "5.3", "10", "10")
    ]
    assert rows["learner-02"][5] == "10.3"


def test_an_identifier_that_a_platform_does_not_take_is_refused_with_those_it_takes(standings, tmp_path):
    with pytest.raises(NotExported, match=r"email.*canvas.*login, number, id"):
        export(standings, Platform.canvas, tmp_path / "canvas.csv", Identifier.email)
    assert not (tmp_path / "canvas.csv").exists()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r1", "  =1", "＝1"])
def test_text_that_a_spreadsheet_would_compute_is_defused(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "written"),
    [(4.9 * 3, "14.7"), (-2.0, "-2"), (-0.001, "0"), (123456.78, "123456.78"), (20, "20"), (None, ""), ("a=b", "a=b")],
)
def test_numbers_are_written_as_people_write_them(value, written):
    assert cell(value) == written
