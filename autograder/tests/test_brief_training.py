"""How probable a brief training under its threshold is: by a beta distribution with the spread that was seen."""

import math

import pytest

from autograder.bench.brief_training import chance_below


def test_shares_as_if_all_were_equally_likely_are_below_a_threshold_as_often_as_it_says():
    apart = math.sqrt(1 / 24)  # the variance of numbers drawn evenly between 0 and 1 is 1/12
    for threshold in (0.1, 0.3, 0.8):
        assert chance_below(threshold, [0.5 - apart, 0.5 + apart]) == pytest.approx(threshold, abs=1e-3)


def test_the_wider_they_are_spread_the_likelier_is_a_share_below():
    assert 0 < chance_below(0.5, [0.99, 0.97, 0.98]) < chance_below(0.5, [0.99, 0.85, 0.92]) < 0.01


def test_where_all_are_1_one_sentence_is_taken_to_be_wrong():
    found = [1.0, 1.0, 1.0]
    assert 0 <= chance_below(0.5, found) < 1e-6
    assert found == [1.0, 1.0, 1.0]
