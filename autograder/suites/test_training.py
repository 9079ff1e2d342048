"""Unit 11: Training.

Oracles are float64 NumPy loops that read like the definition. Sizes differ: B=2, S=7, and others where a size might be
written in.
"""

import numpy as np

from autograder.judging import exercise, expect, supporting


def means_by_loops(x):
    """`1/S Σ_s x_s` for each row, one number at a time."""
    means = np.zeros(len(x))
    for b, s in np.ndindex(*x.shape):
        means[b] += x[b, s] / x.shape[1]
    return means


@exercise("masked_loss", points=20, minutes=10, difficulty=1, importance=3)
class TestMaskedLoss:
    @supporting
    def test_there_is_one_number_for_each_row(self, learner, rng):
        for batch, length in ((2, 7), (3, 5)):
            expect.shape(learner(rng.normal(size=(batch, length))), (batch,), "The result has the shape (B,).")

    def test_each_row_gives_its_mean(self, learner, rng):
        for batch, length in ((2, 7), (3, 5)):
            x = rng.normal(size=(batch, length))
            expect.close(learner(x), means_by_loops(x), "The numbers of a row are added up and divided by S.")

    def test_it_also_works_when_keras_compiles_it_for_any_batch_size(self, learner, rng):
        x = rng.normal(size=(2, 7))
        rule = "The same numbers come out when Keras compiles the function before it knows B."
        expect.close(learner.compiled(x), means_by_loops(x), rule)
