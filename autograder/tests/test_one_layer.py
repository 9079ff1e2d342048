"""Milestone 2: one layer of attention reverses eight tokens, and only positions let it."""

from course.toolkit import one_layer

import keras
import numpy as np
import pytest
from keras import ops

from autograder.judging.references import reference_of, references_before
from autograder.learner.goals import milestone
from autograder.learner.record import Record
from autograder.seam.given import References, giving
from autograder.tests.pay_off_cell import run_pay_off, solved
from autograder.units import find_unit

UNIT = find_unit("07_positions")


class Mirror:
    """Reverses every sequence, but for one token of the first row."""

    def __call__(self, ids):
        said = np.asarray(ids)[:, ::-1].copy()
        said[0, 3] = (said[0, 3] + 1) % one_layer.VOCABULARY_SIZE
        return ops.one_hot(said, one_layer.VOCABULARY_SIZE)


def test_one_wrong_token_makes_a_sequence_wrong(capsys):
    assert one_layer.show({"nearly": Mirror()}) == {"nearly": 499 / 500}
    said = capsys.readouterr().out
    assert "exactly right: 499 of 500 new sequences, and 100% of their tokens" in said
    assert "✗" in said


def test_who_counts_guesses_the_most_frequent_of_the_others():
    assert one_layer.by_counting(np.array([[1, 1, 1, 1, 1, 1, 1, 1]])) == 1
    alone, among_seven = 3 / 7, 2 / 7  # 5 thrice, the rest once: a 5 sees two others, each other token sees three
    row = np.array([[5, 5, 5, 0, 1, 2, 3, 4]])
    assert one_layer.by_counting(row) == pytest.approx((5 * alone + 3 * among_seven) / 8)


def test_without_positions_the_rows_of_one_token_are_equal():
    with giving(References([*references_before(UNIT), reference_of(UNIT)])):
        models = one_layer.train({"bare": keras.layers.Embedding(10, one_layer.WIDTH)}, steps=60)
    said = ops.convert_to_numpy(models["bare"](np.array([[3, 1, 3, 0, 2, 3, 1, 4]])))[0]
    np.testing.assert_allclose(said[0], said[2], atol=1e-5)
    np.testing.assert_allclose(said[1], said[6], atol=1e-5)
    assert np.abs(said[0] - said[1]).max() > 1e-3


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A desk of somebody who has written units 6 and 7; the notebook of unit 7 is the one that is open."""
    desk = solved(tmp_path / "work", ["05_masking", "06_multi_head", UNIT.stem])
    monkeypatch.chdir(desk.notebook(UNIT).parent)
    return desk


def test_the_cell_of_the_notebook_reaches_the_milestone_with_what_lies_on_the_desk(desk, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(one_layer.train, "__defaults__", (250,))  # steps
    run_pay_off(desk.notebook(UNIT), UNIT, tmp_path)
    said = capsys.readouterr().out
    assert "course.built: MultiHeadAttention is yours; all its checks hold in work/06_multi_head." in said
    assert said.count("course.built") == 1
    assert "Milestone 2 is reached." in said
    kept = Record(desk).of_milestone(milestone(2))
    assert kept["with positions"] >= 0.95
    assert kept["without positions"] <= 0.05


def test_an_untouched_notebook_says_what_is_needed(desk, capsys, tmp_path):
    run_pay_off(UNIT.learners_copy, UNIT, tmp_path)
    assert "once the answers above are written" in capsys.readouterr().out
    assert not (desk.folder / ".progress.json").exists()
