"""Which names of learners are graded: all that nbgrader can hold, and no other is passed off as entered."""

import re

import pytest
from nbgrader.api import Gradebook

from autograder.grading.names import is_fit_name, why_unfit
from autograder.tests.classroom import hand_in
from autograder.tests.project import command
from autograder.units import ROOT, Unit

UNIT = Unit("00_start")


@pytest.mark.parametrize(
    "name", ["a+b@uni.de", "o'neil", "Ana María Núñez", "李雷", "x" * 128, "a,b", "(a)", "s-1_2.3", "a]b", "=1", "~a"]
)
def test_names_as_universities_have_them_are_fit(name):
    assert is_fit_name(name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a*", "has * in it"),
        ("a?[b", "has ? [ in it"),
        ("a/b", "has / in it"),
        ("50%#", "has # % in it"),
        ('"><script>', 'has " < > in it'),
        (".hidden", "begins with a dot"),
        ("a ", "ends with a space"),
        ("", "begins"),
        ("a\nb", "cannot be printed"),
        ("x" * 129, "129 characters"),
        ("李" * 100, "100 characters"),
    ],
)
def test_a_name_that_nbgrader_cannot_hold_is_told_with_its_reason(name, why):
    assert re.search(re.escape(why), why_unfit(name))


def test_such_names_are_told_first_and_cost_nobody_else_anything(tmp_path):
    text = UNIT.learners_copy.read_text("utf-8")
    for name in ("o'neil", "what?"):
        hand_in(tmp_path / "submitted" / name, UNIT, text)
    (tmp_path / "submitted" / f"{UNIT.stem}+a+b@uni.de.ipynb").write_text(text, "utf-8")
    (tmp_path / "submitted" / "homework.ipynb").write_text(text, "utf-8")
    said = command(
        ROOT, "grade", UNIT.stem, "--submitted", tmp_path / "submitted", "--grading", tmp_path, "--json", fails=True
    )
    assert "cannot hold this name: 'what?': it has ? in it" in said
    assert "whose it is: 'homework.ipynb'" in said
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        assert {one.student.id for one in book.assignment_submissions(UNIT.stem)} == {"o'neil", "a+b@uni.de"}
    for name in ("o'neil", "a+b@uni.de"):
        assert (tmp_path / "feedback" / name / UNIT.stem / f"{UNIT.stem}.html").exists()
