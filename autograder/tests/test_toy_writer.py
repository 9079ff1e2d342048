"""The toy of lesson 12: probabilities that sum to 1, and three widths of a beam with three best sentences."""

from course.toolkit.toy_writer import AFTER, END, PREFIXES, TOKENS, table, toy

import pytest


def best(width):
    beam = {(): 1.0}
    while any(prefix[-1:] != (END,) for prefix in beam):
        grown = {}
        for prefix, p in beam.items():
            after = {} if prefix[-1:] == (END,) else toy([prefix])[0]
            grown |= {(*prefix, token): p * share for token, share in after.items()} or {prefix: p}
        beam = dict(sorted(grown.items(), key=lambda one: one[1], reverse=True)[:width])
    tokens = max(beam, key=beam.get)
    return " ".join(tokens[:-1]), pytest.approx(beam[tokens])


def test_probabilities_after_each_prefix_sum_to_one():
    assert table().sum(-1) == pytest.approx(1)
    assert table().shape == (len(PREFIXES), len(TOKENS))
    assert toy([("el", "gato"), ("gato",)]) == [AFTER["el gato"], {END: 1.0}]


def test_each_width_finds_a_sentence_of_its_own():
    assert best(1) == ("duerme el gato rojo", 0.135)
    assert best(2) == ("el gato rojo duerme", 0.2016)
    assert best(3) == best(100) == ("duerme", 0.225)
