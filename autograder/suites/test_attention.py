"""Unit 04: attention as a soft look-up.

Oracles are float64 NumPy loops that read like the definitions. The course's sizes: B=2, T=5, S=7, D=12.
"""

import math

import numpy as np

from autograder.judging import exercise, expect, supporting, worth

# Near 10,000 neighbouring float32 numbers lie 0.001 apart. An answer that subtracts the logarithm of the sum
# is right, and rounds that logarithm by up to half of it.
LARGE = 1e-3


def softmax_by_loops(scores):
    """`exp(score) / sum of exp over its row`, one row at a time."""
    weights = np.zeros(scores.shape)
    for row in np.ndindex(scores.shape[:-1]):
        largest = max(scores[row])
        powers = [math.exp(score - largest) for score in scores[row]]
        weights[row] = [power / sum(powers) for power in powers]
    return weights


def scores_by_loops(query, key):
    """`query_t · key_s / √D` for each pair, one at a time."""
    batch, length, width = query.shape
    scores = np.zeros((batch, length, key.shape[1]))
    for b, t, s in np.ndindex(scores.shape):
        scores[b, t, s] = np.dot(query[b, t], key[b, s]) / math.sqrt(width)
    return scores


def averages_by_loops(weights, value):
    """Each query's average of the values, `Σ weight_ts · value_s`."""
    batch, length, _ = weights.shape
    output = np.zeros((batch, length, value.shape[-1]))
    for b, t in np.ndindex(batch, length):
        output[b, t] = sum(weight * row for weight, row in zip(weights[b, t], value[b], strict=True))
    return output


def attention_by_loops(query, key, value):
    """The output of attention: scores, then weights, then averages."""
    return averages_by_loops(softmax_by_loops(scores_by_loops(query, key)), value)


def self_attention_by_loops(x, w_query, w_key, w_value):
    """The output of self-attention: the three projections of `x` attend."""
    return attention_by_loops(x @ w_query, x @ w_key, x @ w_value)


def slopes(function, arrays, index, cotangent):
    """How `sum(function(*arrays) * cotangent)` grows with each number of `arrays[index]`, by central differences."""
    arrays = [np.array(array, dtype=np.float64) for array in arrays]
    moved, step = arrays[index], 1e-5
    found = np.zeros(moved.shape)
    for place in np.ndindex(moved.shape):
        centre, sums = moved[place], []
        for moved[place] in (centre + step, centre - step):
            sums.append(np.sum(function(*arrays) * cotangent))
        moved[place] = centre
        found[place] = (sums[0] - sums[1]) / (2 * step)
    return found


@exercise("softmax", points=4, minutes=10, difficulty=2, importance=4)
class TestSoftmax:
    @supporting
    def test_there_is_one_weight_for_each_score(self, learner, rng):
        for size in [(2, 5, 7), (7,), (2, 3, 4, 6)]:
            expect.shape(learner(rng.normal(size=size)), size, "The weights have the shape of `scores`.")

    @supporting
    def test_scores_of_zero_and_ln_3_give_a_quarter_and_three_quarters(self, learner):
        scores = np.array([[0.0, math.log(3)], [math.log(3), 0.0], [0.0, 0.0]])
        wanted = np.array([[0.25, 0.75], [0.75, 0.25], [0.5, 0.5]])
        expect.close(learner(scores), wanted, "exp(0) = 1 and exp(ln 3) = 3, so their shares of 4 are 0.25 and 0.75.")

    @supporting
    def test_each_row_of_weights_sums_to_one(self, learner, rng):
        weights = learner(rng.normal(size=(2, 5, 7)))
        with expect.beforehand():
            expect.shape(weights, (2, 5, 7), "The weights have the shape of `scores`.")
        expect.sums_to_one(weights, "The weights along the last axis sum to 1.")

    @worth(2)
    def test_each_weight_is_its_share_of_the_exponentials_of_its_row(self, learner, rng):
        for size in [(2, 5, 7), (7, 3), (2, 3, 4, 6)]:
            scores = rng.normal(scale=2, size=size)
            expect.close(learner(scores), softmax_by_loops(scores), "Each weight is exp(score) / sum of its row's exp.")

    def test_scores_near_ten_thousand_give_ordinary_weights(self, learner, rng):
        rule = "Only differences within a row count: adding the same number to all its scores changes no weight."
        for offset in (10_000, -10_000):
            scores = (rng.normal(size=(2, 5, 7)) + offset).astype(np.float32)
            expect.close(learner(scores), softmax_by_loops(scores.astype(np.float64)), rule, rtol=LARGE)

    def test_large_and_small_scores_in_one_batch_keep_their_differences(self, learner, rng):
        rows = np.array([[1e4, 5e3, -1e4, 0.0], [-5e3, -5e3, -1e4, -1e4], [0.0, 1.0, 2.0, 3.0]])
        scores = rng.permuted(np.stack([rows, rows[::-1]]), axis=-1)
        rule = "Each row is compared with its own largest score, and 10,000 stays larger than 5,000."
        expect.close(learner(scores), softmax_by_loops(scores), rule, rtol=LARGE)

    def test_the_gradient_is_the_slope_of_the_weights(self, learner, rng):
        scores, cotangent = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 3, 4))
        with expect.beforehand():
            expect.shape(learner(scores), (2, 3, 4), "The weights have the shape of `scores`.")
        (found,) = learner.gradient(scores, cotangent=cotangent)
        wanted = slopes(softmax_by_loops, [scores], 0, cotangent)
        expect.close(found, wanted, "The gradient passes through every step, the sum of the row as well.")

    @supporting
    def test_the_gradient_stays_finite_for_scores_of_ten_thousand(self, learner, rng):
        rows = rng.normal(size=(3, 4)) + np.array([[1e4], [-1e4], [0.0]])
        (found,) = learner.gradient(rows * [1, 1, 1, -1], cotangent=rng.normal(size=(3, 4)))
        expect.finite(found, "Gradients are finite numbers, for large scores as well.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        scores = rng.normal(size=(2, 5, 7))
        rule = "The weights stay right in a compiled graph, where the batch size is not known yet."
        expect.close(learner.compiled(scores), softmax_by_loops(scores), rule)


@exercise("attention_scores", points=4, minutes=10, difficulty=2, importance=5)
class TestAttentionScores:
    @supporting
    def test_there_is_one_score_for_each_query_and_key(self, learner, rng):
        for batch, queries, keys, width in [(2, 5, 7, 12), (3, 4, 2, 6)]:
            query, key = rng.normal(size=(batch, queries, width)), rng.normal(size=(batch, keys, width))
            expect.shape(
                learner(query, key), (batch, queries, keys), "Scores are (B, T, S): a row per query, a column per key."
            )

    @supporting
    def test_two_queries_and_three_keys_of_width_four(self, learner):
        query = np.array([[[1.0, 1.0, 0.0, 0.0], [0.0, 2.0, 2.0, 0.0]]])
        key = np.array([[[2.0, 0.0, 0.0, 0.0], [2.0, 4.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]])
        wanted = np.array([[[1.0, 3.0, 1.0], [0.0, 4.0, 2.0]]])
        expect.close(learner(query, key), wanted, "The dot products are 2 6 2 and 0 8 4; √4 = 2 divides them.")

    @worth(2)
    def test_each_score_is_a_dot_product_divided_by_the_root_of_the_width(self, learner, rng):
        # Equal numbers of queries and keys come too: there, other slips give numbers in the place of errors.
        for batch, queries, keys, width in [(3, 4, 4, 6), (2, 5, 7, 12)]:
            query, key = rng.normal(size=(batch, queries, width)), rng.normal(size=(batch, keys, width))
            expect.close(learner(query, key), scores_by_loops(query, key), "Each score is query · key / √D.")

    @supporting
    def test_the_spread_of_the_scores_is_about_one_at_every_width(self, learner, rng):
        for width in (16, 256):
            scores = learner(rng.normal(size=(2, 40, width)), rng.normal(size=(2, 50, width)))
            with expect.beforehand():
                expect.shape(scores, (2, 40, 50), "Scores are (B, T, S): a row per query, a column per key.")
            spread = float(np.std(scores))
            rule = f"Random vectors of width {width} give scores with a standard deviation of about 1."
            expect.true(0.8 < spread < 1.25, rule, f"{spread:.3g}", "about 1")

    def test_a_query_twice_as_long_gets_scores_twice_as_large(self, learner, rng):
        query, key = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12))
        factor = rng.uniform(2, 4, size=(2, 5, 1))
        once, scaled = learner(query, key), learner(query * factor, key)
        with expect.beforehand():
            expect.shape(once, (2, 5, 7), "Scores are (B, T, S): a row per query, a column per key.")
            expect.varied(once, "Scores differ from each other.")
        expect.close(scaled, once * factor, "Stretching one query stretches its own row of scores, and no other row.")

    def test_the_gradients_for_query_and_key_are_the_slopes_of_the_scores(self, learner, rng):
        query, key, cotangent = rng.normal(size=(2, 4, 6)), rng.normal(size=(2, 3, 6)), rng.normal(size=(2, 4, 3))
        with expect.beforehand():
            expect.shape(learner(query, key), (2, 4, 3), "Scores are (B, T, S): a row per query, a column per key.")
        for index, found in enumerate(learner.gradient(query, key, cotangent=cotangent, wrt=(0, 1))):
            wanted = slopes(scores_by_loops, [query, key], index, cotangent)
            expect.close(found, wanted, f"The gradient for `{('query', 'key')[index]}` is the slope of the scores.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        query, key = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12))
        rule = "The scores stay right in a compiled graph, where the batch size is not known yet."
        expect.close(learner.compiled(query, key), scores_by_loops(query, key), rule)


PAIR = "output, weights"


def three(rng, batch=2, queries=5, keys=7, width=12, value_width=3):
    """A query, a key and a value."""
    return (
        rng.normal(size=(batch, queries, width)),
        rng.normal(size=(batch, keys, width)),
        rng.normal(size=(batch, keys, value_width)),
    )


@exercise("scaled_dot_product_attention", points=5, minutes=10, difficulty=2, importance=5)
class TestScaledDotProductAttention:
    @supporting
    def test_output_comes_first_and_weights_second(self, learner, rng):
        for queries, keys, width, value_width in [(5, 7, 12, 3), (4, 2, 6, 9)]:
            query, key, value = three(rng, 2, queries, keys, width, value_width)
            output, weights = expect.pair(learner(query, key, value), PAIR)
            expect.shape(
                output, (2, queries, value_width), "The output is (B, T, E): a row per query, E columns like `value`."
            )
            expect.shape(weights, (2, queries, keys), "The weights are (B, T, S): a row per query, a column per key.")

    @supporting
    def test_a_query_that_prefers_the_second_key_takes_three_quarters_of_its_value(self, learner):
        query = np.array([[[2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]])
        key = np.array([[[0.0, 1.0, 0.0, 0.0], [math.log(3), 0.0, 0.0, 0.0]]])
        value = np.array([[[4.0, 0.0, 4.0], [0.0, 8.0, 4.0]]])
        output, weights = expect.pair(learner(query, key, value), PAIR)
        expect.close(weights, [[[0.25, 0.75], [0.5, 0.5]]], "Scores of 0 and ln 3 give the weights 0.25 and 0.75.")
        expect.close(
            output, [[[1.0, 6.0, 4.0], [2.0, 4.0, 4.0]]], "Row 0 of the output is 0.25 · [4, 0, 4] + 0.75 · [0, 8, 4]."
        )

    @supporting
    def test_each_query_spends_exactly_one_unit_of_attention(self, learner, rng):
        _, weights = expect.pair(learner(*three(rng)), PAIR)
        with expect.beforehand():
            expect.shape(weights, (2, 5, 7), "The weights are (B, T, S): a row per query, a column per key.")
        expect.sums_to_one(weights, "The weights of each query sum to 1 over the keys.")

    @worth(2)
    def test_the_weights_are_the_softmax_of_the_scaled_scores(self, learner, rng):
        for sizes in [(3, 4, 4, 6, 9), (2, 5, 7, 12, 3)]:
            query, key, value = three(rng, *sizes)
            _, weights = expect.pair(learner(query, key, value), PAIR)
            wanted = softmax_by_loops(scores_by_loops(query, key))
            expect.close(weights, wanted, "The weights are the softmax over the keys of query · key / √D.")

    def test_the_output_is_the_average_of_the_values_by_those_weights(self, learner, rng):
        query, key, value = three(rng)
        output, weights = expect.pair(learner(query, key, value), PAIR)
        with expect.beforehand():
            expect.shape(weights, (2, 5, 7), "The weights are (B, T, S): a row per query, a column per key.")
            expect.varied(weights, "Weights differ from each other.")
        wanted = averages_by_loops(weights, value)
        expect.close(output, wanted, "Each output row is the sum of weight · value over the keys.")

    def test_keys_that_are_all_alike_share_the_attention_equally(self, learner, rng):
        query, key, value = three(rng)
        output, weights = expect.pair(learner(query, np.repeat(key[:, :1], 7, axis=1), value), PAIR)
        expect.close(weights, np.full((2, 5, 7), 1 / 7), "Seven equal keys get a weight of 1/7 each.")
        wanted = np.repeat(value.mean(axis=1, keepdims=True), 5, axis=1)
        expect.close(output, wanted, "With equal weights the output is the mean of the values.")

    def test_a_query_with_one_very_strong_match_copies_its_value(self, learner, rng):
        match = rng.permutation(7)[:5]
        key = 200 * np.eye(7, 8)  # powers and small whole numbers: exact in every float type
        value = rng.normal(size=(1, 7, 3))
        output, weights = expect.pair(learner(key[match][None], key[None], value), PAIR)
        expect.close(weights, np.eye(7)[match][None], "A score of 14,000 against scores of 0 takes a weight of 1.")
        expect.close(output, value[:, match], "A query that puts all its weight on one key copies the value there.")

    def test_the_gradients_for_query_key_and_value_are_the_slopes_of_the_output(self, learner, rng):
        arrays, cotangent = three(rng, 2, 2, 3, 6, 5), rng.normal(size=(2, 2, 5))
        output, _ = expect.pair(learner(*arrays), PAIR)
        with expect.beforehand():
            expect.shape(output, (2, 2, 5), "The output is (B, T, E): a row per query, E columns like `value`.")
        for index, found in enumerate(learner.gradient(*arrays, cotangent=cotangent, wrt=(0, 1, 2))):
            wanted = slopes(attention_by_loops, arrays, index, cotangent)
            rule = f"The gradient for `{('query', 'key', 'value')[index]}` is the slope of the output."
            expect.close(found, wanted, rule, atol=1e-5)  # of terms that cancel, the rounding stays

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        query, key, value = three(rng)
        output, weights = expect.pair(learner.compiled(query, key, value), PAIR)
        rule = "in a compiled graph, where the batch size is not known yet."
        expect.close(output, attention_by_loops(query, key, value), f"The output stays right {rule}")
        wanted = softmax_by_loops(scores_by_loops(query, key))
        expect.close(weights, wanted, f"The weights stay right {rule}")


def words_and_matrices(rng, batch=2, length=5, width=12, inner=3, value_width=4):
    """Words `(B, T, D)` and the matrices of self-attention; projections with a spread of about 1."""
    x = rng.normal(size=(batch, length, width))
    return x, *(rng.normal(size=(width, to)) / math.sqrt(width) for to in (inner, inner, value_width))


@exercise("self_attention", points=7, minutes=15, difficulty=3, importance=5)
class TestSelfAttention:
    @supporting
    def test_output_comes_first_and_weights_second(self, learner, rng):
        for length, width, inner, value_width in [(5, 12, 3, 4), (7, 6, 8, 10)]:
            sizes = (2, length, width, inner, value_width)
            output, weights = expect.pair(learner(*words_and_matrices(rng, *sizes)), PAIR)
            expect.shape(
                output, (2, length, value_width), "The output is (B, T, E): a row per word, E columns like `w_value`."
            )
            expect.shape(weights, (2, length, length), "The weights are (B, T, T): every word looks at every word.")

    @supporting
    def test_red_looks_at_house_and_house_looks_at_both(self, learner):
        x = np.array([[[1.0, 0.0], [0.0, 1.0]]])
        w_query, w_key = np.array([[math.log(3)], [0.0]]), np.array([[0.0], [1.0]])
        w_value = np.array([[4.0, 0.0, 4.0], [0.0, 8.0, 4.0]])
        output, weights = expect.pair(learner(x, w_query, w_key, w_value), PAIR)
        expect.close(weights, [[[0.25, 0.75], [0.5, 0.5]]], "Scores of 0 and ln 3 give red the weights 0.25 and 0.75.")
        expect.close(
            output, [[[1.0, 6.0, 4.0], [2.0, 4.0, 4.0]]], "Row 0 of the output is 0.25 · [4, 0, 4] + 0.75 · [0, 8, 4]."
        )

    @worth(2)
    def test_the_weights_come_from_projected_queries_and_keys_of_width_k(self, learner, rng):
        for sizes in [(2, 5, 12, 3, 4), (3, 7, 6, 8, 10)]:
            x, w_query, w_key, w_value = words_and_matrices(rng, *sizes)
            _, weights = expect.pair(learner(x, w_query, w_key, w_value), PAIR)
            wanted = softmax_by_loops(scores_by_loops(x @ w_query, x @ w_key))
            expect.close(
                weights,
                wanted,
                "The weights come from queries and keys, projections of x that are K wide: the scale is √K.",
            )
            expect.sums_to_one(weights, "The weights of each word sum to 1 over the words.")

    def test_the_output_averages_the_projected_values(self, learner, rng):
        x, w_query, w_key, w_value = words_and_matrices(rng)
        output, weights = expect.pair(learner(x, w_query, w_key, w_value), PAIR)
        with expect.beforehand():
            expect.shape(weights, (2, 5, 5), "The weights are (B, T, T): every word looks at every word.")
            expect.varied(weights, "Weights differ from each other.")
        wanted = averages_by_loops(weights, x @ w_value)
        expect.close(output, wanted, "Each output row is the sum of weight · (x @ w_value) over the words.")

    def test_an_adjective_can_look_at_a_noun_that_does_not_look_back(self, learner, rng):
        adjective, noun = rng.permutation(5)[:2]
        x, direction = np.eye(5, 6)[None], 2 + rng.uniform(size=3)
        w_query, w_key, w_value = np.zeros((6, 3)), np.zeros((6, 3)), rng.normal(size=(6, 4))
        w_query[adjective], w_key[noun] = direction, direction
        _, weights = expect.pair(learner(x, w_query, w_key, w_value), PAIR)
        wanted = softmax_by_loops(scores_by_loops(x @ w_query, x @ w_key))
        rule = (
            f"Word {adjective} asks for what word {noun} offers: its row of weights prefers it, the others stay even."
        )
        expect.close(weights, wanted, rule)

    @supporting
    def test_reordering_the_words_reorders_the_result_and_changes_nothing_else(self, learner, rng):
        x, *matrices = words_and_matrices(rng)
        order = np.roll(np.arange(5), rng.integers(1, 5))
        output, weights = expect.pair(learner(x, *matrices), PAIR)
        with expect.beforehand():
            expect.shape(output, (2, 5, 4), "The output is (B, T, E): a row per word, E columns like `w_value`.")
            expect.shape(weights, (2, 5, 5), "The weights are (B, T, T): every word looks at every word.")
        moved_output, moved_weights = expect.pair(learner(x[:, order], *matrices), PAIR)
        expect.close(moved_output, output[:, order], "Each word takes its output along when the words are reordered.")
        rule = "Each word takes its row and its column of weights along when the words are reordered."
        expect.close(moved_weights, weights[:, order][:, :, order], rule)

    def test_very_strong_scores_copy_one_value_and_stay_finite(self, learner, rng):
        x, w_value = np.eye(5, 6)[None], rng.normal(size=(6, 4))
        w_query = 200 * np.eye(6, 8)
        w_key = w_query[[4, 0, 1, 2, 3, 5]]  # word t looks for word t + 1, and the last for the first
        output, weights = expect.pair(learner(x, w_query, w_key, w_value), PAIR)
        wanted = softmax_by_loops(scores_by_loops(x @ w_query, x @ w_key))
        expect.close(weights, wanted, "A score of 14,000 against scores of 0 takes a weight of 1.")
        expect.close(output, averages_by_loops(wanted, x @ w_value), "With a weight of 1 the output copies a value.")

    def test_the_gradients_for_words_and_matrices_are_the_slopes_of_the_output(self, learner, rng):
        arrays, cotangent = words_and_matrices(rng, 2, 3, 4, 2, 5), rng.normal(size=(2, 3, 5))
        output, _ = expect.pair(learner(*arrays), PAIR)
        with expect.beforehand():
            expect.shape(output, (2, 3, 5), "The output is (B, T, E): a row per word, E columns like `w_value`.")
        names = ("x", "w_query", "w_key", "w_value")
        for index, found in enumerate(learner.gradient(*arrays, cotangent=cotangent, wrt=(0, 1, 2, 3))):
            wanted = slopes(self_attention_by_loops, arrays, index, cotangent)
            rule = f"The gradient for `{names[index]}` is the slope of the output."
            expect.close(found, wanted, rule, atol=1e-5)  # of terms that cancel, the rounding stays

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        x, w_query, w_key, w_value = words_and_matrices(rng)
        result = learner.compiled(x, w_query, w_key, w_value, constant=(1, 2, 3))
        output, weights = expect.pair(result, PAIR)
        rule = "in a compiled graph, where the batch size is not known yet."
        expect.close(output, self_attention_by_loops(x, w_query, w_key, w_value), f"The output stays right {rule}")
        wanted = softmax_by_loops(scores_by_loops(x @ w_query, x @ w_key))
        expect.close(weights, wanted, f"The weights stay right {rule}")
