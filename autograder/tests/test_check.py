"""`check` and `progress` as a learner meets them."""

import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograder import check, progress
from autograder.learner.display import Note
from autograder.units import UnknownName, all_units, find_exercise, find_unit

RIGHT = """
from keras import ops
def attention_scores(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
"""
WRONG = RIGHT.replace(" ** 0.5", "")
STUB = "def attention_scores(query, key):\n    raise NotImplementedError('your code here')"


@pytest.fixture
def notebook(monkeypatch):
    """A fresh namespace in which cells run as in a learner's kernel. It stands in for `__main__` while it lives."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shell = InteractiveShell.instance()
    shell.reset()
    yield shell
    shell.reset()
    InteractiveShell.clear_instance()


def test_a_right_answer_holds(notebook):
    notebook.run_cell(RIGHT)
    report = check("attention_scores")
    assert "everything holds" in repr(report)
    assert "✓" in report._repr_html_()


def test_a_wrong_answer_is_told_what_and_why(notebook):
    notebook.run_cell(WRONG)
    report = check("attention_scores")
    assert "Likely mistake" in repr(report)
    assert "square root" in repr(report)
    html = report._repr_html_()
    assert "Likely mistake" in html
    assert "data:image/png;base64," in html
    assert "Called" in html
    assert "<script" not in html


def test_an_untouched_answer_is_not_attempted(notebook):
    notebook.run_cell(STUB)
    assert "not attempted yet" in repr(check("attention_scores"))
    assert "NotImplementedError" in check("attention_scores")._repr_html_()


def test_a_check_before_the_answer_says_which_cell_to_run(notebook):
    note = check("attention_scores")
    assert isinstance(note, Note)
    assert "Run the cell that defines `attention_scores`" in repr(note)


def test_an_unknown_exercise_offers_the_nearest_names(notebook):
    assert "attention_scores" in repr(check("atention_scores"))
    assert "There is no exercise 'zzz'" in repr(check("zzz"))
    assert "There is no exercise '<b>'" in repr(check("<b>"))
    assert "<b>&#x27;" not in check("<b>")._repr_html_()


def test_an_error_names_the_learners_own_line(notebook):
    notebook.run_cell("def attention_scores(query, key):\n    scale = 3\n    return query / undefined_name")
    assert "in line 3 of the cell of `attention_scores`: return query / undefined_name" in repr(
        check("attention_scores")
    )


def test_progress_shows_points_of_the_notebooks_unit(notebook):
    notebook.run_cell(RIGHT)
    shown = repr(progress())
    assert shown.startswith("04_attention: ")
    assert "softmax" in shown
    assert "of 20 points" in shown
    assert "attention_scores" in progress()._repr_html_()


def test_progress_takes_a_unit_by_any_of_its_names(notebook):
    notebook.run_cell(RIGHT)
    assert repr(progress("04")) == repr(progress("attention"))
    assert "Did you mean" in repr(progress("04_atention"))


def test_progress_before_any_answer_shows_the_course_and_what_is_next(notebook):
    shown = repr(progress())
    assert shown.startswith("The whole course: ")
    assert "Next: `" in shown


def test_units_and_exercises_are_found_by_name():
    assert find_unit("05_masking.ipynb").topic == "masking"
    assert find_exercise("causal_mask").stem == "05_masking"
    with pytest.raises(UnknownName, match="Did you mean 05_masking"):
        find_unit("05_maskin")
    with pytest.raises(UnknownName, match="Did you mean causal_mask"):
        find_exercise("casual_mask")


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.stem)
def test_the_points_of_a_unit_sum_to_twenty(unit):
    assert sum(unit.points().values()) == 20


def test_a_check_takes_the_function_itself_as_well(notebook):
    notebook.run_cell(RIGHT)
    assert "everything holds" in repr(check(notebook.user_ns["attention_scores"]))


def test_a_stopped_check_says_so(notebook):
    notebook.run_cell("def attention_scores(query, key):\n    raise KeyboardInterrupt")
    assert "was stopped" in repr(check("attention_scores"))


def test_a_failed_check_leaves_the_learners_debugger_alone(notebook):
    notebook.run_cell(WRONG)
    before = getattr(sys, "last_value", None)
    check("attention_scores")
    assert getattr(sys, "last_value", None) is before
