"""A pay-off runs where answers are written, and is left out where they are graded."""

from course.toolkit.pay_off import pay_off

from autograder.seam.given import References, giving


def test_at_home_it_runs(capsys):
    pay_off(lambda: print("99 %"))
    assert capsys.readouterr().out == "99 %\n"


def test_while_graded_it_is_left_out_and_says_so(capsys):
    with giving(References([])):
        pay_off(lambda: print("99 %"))
    assert "left out" in capsys.readouterr().out


def test_what_is_not_written_yet_is_told(capsys):
    def run():
        raise NotImplementedError

    pay_off(run)
    assert "once the answers above are written" in capsys.readouterr().out
