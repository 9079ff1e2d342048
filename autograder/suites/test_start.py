"""Unit 00: how this course works.

Oracles are float64 NumPy loops that read like the definitions. Inputs are small whole numbers, so that a
learner can check a failure by hand. Sizes: B=2, T=5, S=7, D=12, and others where a size might be written in.
"""

import numpy as np

from autograder.judging import exercise, expect, supporting, worth


def whole_numbers(rng, *shape, low=1):
    """Whole numbers from `low` to 9. Averages draw from 1, where no sum cancels to a rounding error."""
    return rng.integers(low, 10, size=shape).astype(np.float64)


def average_by_loops(values, weights):
    """`Σ_s w_s · value_s / Σ_s w_s` for each sentence, one word at a time."""
    average = np.zeros((values.shape[0], values.shape[2]))
    for b, s in np.ndindex(*weights.shape):
        average[b] += weights[b, s] / sum(weights[b]) * values[b, s]
    return average


def dots_by_loops(a, b):
    """`a_t · b_s` for each pair of rows in each sentence, one pair at a time."""
    dots = np.zeros((a.shape[0], a.shape[1], b.shape[1]))
    for i, t, s in np.ndindex(*dots.shape):
        dots[i, t, s] = sum(a[i, t, d] * b[i, s, d] for d in range(a.shape[2]))
    return dots


@exercise("weighted_average", points=10, minutes=5, difficulty=1, importance=5)
class TestWeightedAverage:
    @supporting
    def test_there_is_one_vector_for_each_sentence(self, learner, rng):
        for batch, length, width in ((2, 7, 12), (3, 5, 4), (1, 4, 3)):
            result = learner(whole_numbers(rng, batch, length, width), whole_numbers(rng, batch, length))
            expect.shape(result, (batch, width), "The result has the shape (B, D): the axis S of the words is gone.")

    @supporting
    def test_weights_of_three_to_one_count_for_three_quarters_and_one_quarter(self, learner):
        values, weights = np.array([[[4.0, 0.0, 8.0], [0.0, 4.0, 4.0]]]), np.array([[3.0, 1.0]])
        rule = "The first word counts for 3/4, the second for 1/4: this is the example of the task."
        expect.close(learner(values, weights), np.array([[3.0, 1.0, 7.0]]), rule)

    @worth(2)
    def test_weights_that_sum_to_one_are_used_as_they_are(self, learner, rng):
        values, weights = whole_numbers(rng, 2, 7, 12), whole_numbers(rng, 2, 7)
        weights = weights / weights.sum(-1, keepdims=True)
        rule = "Each weight multiplies its own word, and the products are added up."
        expect.close(learner(values, weights), average_by_loops(values, weights), rule)

    @worth(3)
    def test_other_weights_are_shares_of_their_sum(self, learner, rng):
        for batch, length, width, size in ((2, 7, 12, 1.0), (3, 5, 4, 100.0), (2, 4, 3, 1e-6)):
            values, weights = whole_numbers(rng, batch, length, width), size * whole_numbers(rng, batch, length)
            rule = "Each weight is divided by the sum of the weights of its own sentence, be it large or tiny."
            expect.close(learner(values, weights), average_by_loops(values, weights), rule)

    def test_equal_weights_give_the_plain_mean(self, learner, rng):
        values = whole_numbers(rng, 2, 7, 12)
        rule = "Where all weights of a sentence are equal, every word counts the same."
        expect.close(learner(values, np.array([[2.0] * 7, [5.0] * 7])), values.mean(1), rule)

    @supporting
    def test_another_sentence_in_the_batch_changes_nothing(self, learner, rng):
        values, weights = whole_numbers(rng, 2, 7, 12), whole_numbers(rng, 2, 7)
        before = learner(values, weights)
        with expect.beforehand():
            expect.shape(before, (2, 12), "The result has the shape (B, D).")
        values[1], weights[1] = whole_numbers(rng, 7, 12), 10 * weights[1]
        after = learner(values, weights)
        with expect.beforehand():
            expect.shape(after, (2, 12), "The result has the shape (B, D).")
        expect.close(after[0], before[0], "Sentence 0 is averaged on its own, whatever stands in sentence 1.")

    def test_it_also_works_when_keras_compiles_it_for_any_batch_size(self, learner, rng):
        values, weights = whole_numbers(rng, 2, 7, 12), whole_numbers(rng, 2, 7)
        rule = "The same numbers come out when Keras compiles the function before it knows B."
        expect.close(learner.compiled(values, weights), average_by_loops(values, weights), rule)


@exercise("pairwise_dot", points=10, minutes=5, difficulty=2, importance=5)
class TestPairwiseDot:
    @supporting
    def test_there_is_one_number_for_each_row_of_a_and_each_row_of_b(self, learner, rng):
        for batch, rows, columns, width in ((2, 5, 7, 12), (3, 4, 2, 6), (1, 3, 5, 2)):
            result = learner(whole_numbers(rng, batch, rows, width), whole_numbers(rng, batch, columns, width))
            expect.shape(result, (batch, rows, columns), "The result has the shape (B, T, S): a row for each row of a.")

    @supporting
    def test_two_rows_against_three_give_the_six_numbers_of_the_example(self, learner):
        a, b = np.array([[[1.0, 2.0], [4.0, 0.0]]]), np.array([[[1.0, 1.0], [2.0, 4.0], [0.0, 3.0]]])
        rule = "Number by number, then summed: [1, 2] · [2, 4] = 2 + 8 = 10. This is the example of the task."
        expect.close(learner(a, b), np.array([[[3.0, 10.0, 6.0], [4.0, 8.0, 0.0]]]), rule)

    @worth(2)
    def test_each_number_is_the_dot_product_of_two_rows(self, learner, rng):
        a, b = whole_numbers(rng, 2, 5, 12, low=-9), whole_numbers(rng, 2, 7, 12, low=-9)
        rule = "Row t and column s hold the sum over D of a_t times b_s."
        expect.close(learner(a, b), dots_by_loops(a, b), rule)

    @worth(2)
    def test_rows_meet_rows_where_all_sizes_are_equal(self, learner, rng):
        a, b = whole_numbers(rng, 4, 4, 4, low=-9), whole_numbers(rng, 4, 4, 4, low=-9)
        rule = "Rows of a meet rows of b, also where T = S = D and every product would fit."
        expect.close(learner(a, b), dots_by_loops(a, b), rule)

    @supporting
    def test_swapping_a_and_b_swaps_rows_and_columns(self, learner, rng):
        a, b = whole_numbers(rng, 2, 5, 12, low=-9), whole_numbers(rng, 2, 7, 12, low=-9)
        straight = learner(a, b)
        with expect.beforehand():
            expect.shape(straight, (2, 5, 7), "The result has the shape (B, T, S).")
        swapped = learner(b, a)
        rule = "a_t · b_s is the same number as b_s · a_t."
        expect.close(swapped, np.transpose(straight, (0, 2, 1)), rule)

    @supporting
    def test_rows_that_are_twice_as_long_give_twice_the_numbers(self, learner, rng):
        a, b = whole_numbers(rng, 2, 5, 12, low=-9), whole_numbers(rng, 2, 7, 12, low=-9)
        once = learner(a, b)
        with expect.beforehand():
            expect.shape(once, (2, 5, 7), "The result has the shape (B, T, S).")
        expect.close(learner(2 * a, b), 2 * once, "A dot product grows with the length of its rows.")

    @supporting
    def test_another_sentence_in_the_batch_changes_nothing(self, learner, rng):
        a, b = whole_numbers(rng, 2, 5, 12, low=-9), whole_numbers(rng, 2, 7, 12, low=-9)
        before = learner(a, b)
        with expect.beforehand():
            expect.shape(before, (2, 5, 7), "The result has the shape (B, T, S).")
        b[1] = whole_numbers(rng, 7, 12, low=-9)
        after = learner(a, b)
        with expect.beforehand():
            expect.shape(after, (2, 5, 7), "The result has the shape (B, T, S).")
        expect.close(after[0], before[0], "Rows meet rows of the same sentence only.")

    def test_it_also_works_when_keras_compiles_it_for_any_batch_size(self, learner, rng):
        a, b = whole_numbers(rng, 2, 5, 12, low=-9), whole_numbers(rng, 2, 7, 12, low=-9)
        rule = "The same numbers come out when Keras compiles the function before it knows B."
        expect.close(learner.compiled(a, b), dots_by_loops(a, b), rule)
