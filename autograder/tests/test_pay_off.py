"""A pay-off runs where answers are written, and is left out where they are graded or validated."""

from course.toolkit.pay_off import pay_off

import pytest

from autograder.seam.given import References, giving


def test_at_home_it_runs(capsys):
    pay_off(lambda: print("99 %"))
    assert capsys.readouterr().out == "99 %\n"


def test_while_graded_it_is_left_out_and_says_so(capsys):
    with giving(References([])):
        pay_off(lambda: print("99 %"))
    assert "left out" in capsys.readouterr().out


@pytest.mark.parametrize("execution", ["validate", "autograde"])
def test_where_nbgrader_runs_the_notebook_it_is_left_out_too(capsys, monkeypatch, execution):
    monkeypatch.setenv("NBGRADER_EXECUTION", execution)
    pay_off(lambda: print("99 %"))
    assert "left out" in capsys.readouterr().out


def test_what_is_not_written_yet_is_told(capsys):
    def run():
        raise NotImplementedError

    pay_off(run)
    assert "once the answers above are written" in capsys.readouterr().out


def test_what_it_draws_is_given_back_to_be_shown():
    assert pay_off(lambda: "a picture") == "a picture"
    assert pay_off(lambda text: f"a picture of {text}", lambda: "this") == "a picture of this"


@pytest.mark.parametrize("error", [ConnectionError("Try again when you are online."), ValueError("one of: a, b")])
def test_what_it_needs_and_cannot_have_is_told_in_its_own_words(capsys, error):
    def needs():
        raise error

    pay_off(lambda text: print("never"), needs)
    assert capsys.readouterr().out == f"{error}\n"


def test_while_graded_nothing_is_fetched_either(capsys):
    with giving(References([])):
        pay_off(print, lambda: print("fetched"))
    assert "fetched" not in capsys.readouterr().out
