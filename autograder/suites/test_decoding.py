"""Unit 12: decoding.

A `step` is the judge's: a table of logits by what is written so far, so that everything can be computed by hand, by a
search over all sentences, or by a beam of plain lists in float64. It notes every call.
"""

import math

import numpy as np

from autograder.judging import exercise, expect, supporting

PAD, START, END = 0, 2, 3


@exercise("greedy_decode", points=3, minutes=15, difficulty=2, importance=5)
class TestGreedyDecode:
    def test_the_worked_example_comes_out(self, learner):
        def step(ids):
            return np.eye(6)[np.array([0, 0, 4, 4, 5, END])[np.asarray(ids)[:, -1]]]

        found = learner(step, [START, 5], END, 10)
        expect.equal(found, np.array([[2, 4, 5, 3], [5, 3, 0, 0]]), "2 is followed by 4, that by 5, and that by 3.")


@exercise("beam_search", points=6, minutes=35, difficulty=5, importance=4)
class TestBeamSearch:
    def test_the_worked_example_comes_out(self, learner):
        chances = {(2,): (0.5, 0.4, 0.1), (2, 4): (0.3, 0.3, 0.4), (2, 5): (0.05, 0.05, 0.9)}

        def step(ids):
            four, five, end = np.array([chances.get(tuple(row), (0.3, 0.3, 0.4)) for row in np.asarray(ids)]).T
            return np.log(np.stack([1e-9 + 0 * four, 1e-9 + 0 * four, 1e-9 + 0 * four, end, four, five], axis=1))

        expect.equal(learner(step, START, END, 3, 2), np.array([[2, 5, 3]]), "2 5 3 has 0.36, and 2 4 3 has 0.20.")


@exercise("sample_next", points=4, minutes=20, difficulty=3, importance=4)
class TestSampleNext:
    @supporting
    def test_there_is_one_token_for_each_row(self, learner, rng):
        expect.shape(learner(rng.normal(size=(5, 7))), (5,), "Logits (B, V) give integers (B,).")


@exercise("CachedAttention", points=4, minutes=25, difficulty=3, importance=4)
class TestCachedAttention:
    @supporting
    def test_a_token_gives_a_token(self, learner, rng):
        output, _ = expect.pair(learner(12, 4)(rng.normal(size=(2, 1, 12))), "output, cache")
        expect.shape(output, (2, 1, 12), "The output is (B, 1, D).")


@exercise("corpus_bleu", points=3, minutes=20, difficulty=3, importance=4)
class TestCorpusBleu:
    def test_the_worked_example_comes_out(self, learner):
        found = learner(["el gato rojo duerme"], ["el gato rojo come"])
        expect.close(found, 100 * math.pow(1 / 8, 1 / 4), "The fourth root of 3/4 · 2/3 · 1/2 · 1/2 is 0.5946.")
