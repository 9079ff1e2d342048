"""Unit 05: who may look at whom.

Oracles are float64 NumPy loops that read like the definitions. Sizes: B=2, T=5, S=7, D=12, value width 3.
A causal mask needs T = S, and there both are 6.
"""

import math

import numpy as np

from autograder.judging import exercise, expect, supporting, worth

# The shapes in which a mask for B=2, T=5 and S=7 may come.
MASK_SHAPES = ((2, 1, 7), (2, 5, 7), (5, 7), (1, 5, 7))

# Near 10,000 neighbouring float32 numbers lie 0.001 apart. An answer that subtracts the logarithm of the sum
# is right, and rounds that logarithm by up to half of it.
LARGE = 1e-3


def causal_by_loops(length):
    """Query t may look at key s when s is not later than t."""
    mask = np.zeros((1, length, length), bool)
    for t, s in np.ndindex(length, length):
        mask[0, t, s] = s <= t
    return mask


def weights_by_loops(scores, mask=None):
    """Each row shares one unit out among the scores it may use; a row that may use none gets zeros."""
    allowed = np.broadcast_to(True if mask is None else mask, scores.shape)
    weights = np.zeros(scores.shape)
    for row in np.ndindex(scores.shape[:-1]):
        seen = [s for s in range(scores.shape[-1]) if allowed[row][s]]
        peak = max((scores[row][s] for s in seen), default=0.0)
        total = sum(math.exp(scores[row][s] - peak) for s in seen)
        for s in seen:
            weights[row][s] = math.exp(scores[row][s] - peak) / total
    return weights


def attention_by_loops(query, key, value, mask=None):
    """Weights from `query · key / √D`, and for each query the average of the values by these weights."""
    scores = np.zeros((len(query), query.shape[1], key.shape[1]))
    for b, t, s in np.ndindex(scores.shape):
        scores[b, t, s] = sum(q * k for q, k in zip(query[b, t], key[b, s], strict=True)) / math.sqrt(query.shape[-1])
    weights = weights_by_loops(scores, mask)
    output = np.zeros((*scores.shape[:2], value.shape[-1]))
    for b, t, s in np.ndindex(scores.shape):
        output[b, t] += weights[b, t, s] * value[b, s]
    return output, weights


def some_mask(rng, shape):
    """A random mask in which each row may look somewhere, but not everywhere."""
    keys = shape[-1]
    ranks = rng.permuted(np.broadcast_to(np.arange(keys), shape), axis=-1)
    return ranks < rng.integers(1, keys, size=(*shape[:-1], 1))


def near_10000(rng, signs):
    """Scores from 9,996 to 10,000 with these signs, in steps of 1/8, which float32 holds exactly."""
    return signs * (1e4 - rng.integers(0, 32, size=signs.shape) / 8)


def sentences(rng, *lengths, longest):
    """Ids of sentences of these lengths, filled up with `[PAD]` on the right; every special word occurs."""
    ids = np.zeros((len(lengths), longest), np.int64)
    for row, length in enumerate(lengths):
        ids[row, :length] = rng.integers(4, 40, size=length)
        ids[row, :3] = rng.permutation([1, 2, 3])
    return ids


@exercise("padding_mask", points=3, minutes=5, difficulty=1, importance=5)
class TestPaddingMask:
    @supporting
    def test_there_is_one_row_for_each_sentence(self, learner, rng):
        for batch, longest in ((2, 7), (3, 5), (1, 4)):
            ids = sentences(rng, *[4] * batch, longest=longest)
            expect.shape(learner(ids), (batch, 1, longest), "A padding mask has the shape (B, 1, S).")

    @supporting
    def test_the_mask_is_made_of_booleans(self, learner, rng):
        mask = learner(sentences(rng, 4, 7, longest=7))
        expect.boolean(mask, "A mask holds booleans, True or False. A comparison gives them.")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        mask = learner(np.array([[2, 7, 8, 9], [2, 5, 0, 0]]))
        expected = np.array([[[True, True, True, True]], [[True, True, False, False]]])
        expect.equal(mask, expected, "True where the id is a word, False where it is `[PAD]`.")

    def test_every_id_but_0_may_be_looked_at(self, learner, rng):
        ids = sentences(rng, 7, 4, 5, longest=7)
        expect.equal(learner(ids), (ids != 0)[:, None, :], "Only id 0 is padding; 1, 2 and 3 count as words too.")

    def test_padding_is_found_wherever_it_stands(self, learner, rng):
        ids = sentences(rng, 6, 4, longest=6)[:, ::-1]
        ids[0, 2] = 0
        expect.equal(learner(ids), (ids != 0)[:, None, :], "The mask follows each id: padding may stand left too.")

    def test_each_sentence_has_its_own_mask(self, learner, rng):
        ids = sentences(rng, 3, 5, 7, longest=7)
        for row in range(3):
            alone = learner(ids[row : row + 1])
            rule = "A sentence alone gets the same mask as in a batch: True for its words, False for `[PAD]`."
            expect.equal(alone, (ids[row : row + 1] != 0)[:, None, :], rule)

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        ids = sentences(rng, 7, 4, longest=7)
        expect.equal(learner.compiled(ids), (ids != 0)[:, None, :], "In a compiled graph the mask must be right too.")


@exercise("causal_mask", points=3, minutes=10, difficulty=2, importance=5)
class TestCausalMask:
    @supporting
    def test_there_is_one_square_for_the_whole_batch(self, learner):
        for length in (4, 7):
            expect.shape(learner(length), (1, length, length), "A causal mask has the shape (1, T, T).")

    @supporting
    def test_the_mask_is_made_of_booleans(self, learner):
        expect.boolean(learner(5), "A mask holds booleans, True or False.")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        expected = np.array([[[True, False, False], [True, True, False], [True, True, True]]])
        expect.equal(learner(3), expected, "Row t is True in the columns 0 to t.")

    def test_each_word_may_look_at_itself(self, learner):
        mask = learner(6)
        with expect.beforehand():
            expect.shape(mask, (1, 6, 6), "A causal mask has the shape (1, T, T).")
            expect.varied(mask, "A mask allows some looks and forbids others.")
        diagonal = np.where(np.eye(6, dtype=bool), mask, True)
        expect.equal(diagonal, np.ones((1, 6, 6), bool), "A word may look at itself: the diagonal is True.")

    @worth(2)
    def test_no_word_may_look_at_a_later_one(self, learner):
        mask = learner(6)
        with expect.beforehand():
            expect.shape(mask, (1, 6, 6), "A causal mask has the shape (1, T, T).")
            expect.varied(mask, "A mask allows some looks and forbids others.")
        future = np.where(np.triu(np.ones((6, 6), bool), k=1), mask, False)
        expect.equal(future, np.zeros((1, 6, 6), bool), "Right of the diagonal lies the future: False.")

    def test_each_word_may_look_at_every_earlier_one(self, learner, rng):
        rule = "Query t may look at key s when s ≤ t."
        for length in (2, int(rng.integers(4, 9)), int(rng.integers(10, 40))):
            expect.equal(learner(length), causal_by_loops(length), rule)
        length = int(rng.integers(513, 560))  # too many for loops, and for a table that is cut
        expect.equal(learner(length), np.tri(length, dtype=bool)[None], rule)

    @supporting
    def test_a_single_word_sees_itself(self, learner):
        expect.equal(learner(1), np.ones((1, 1, 1), bool), "With one word the mask is a single True.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        length = int(rng.integers(5, 15))
        rule = "In a compiled graph the mask must be right too."
        expect.equal(learner.compiled(length), causal_by_loops(length), rule)


@exercise("combine_masks", points=3, minutes=10, difficulty=2, importance=3)
class TestCombineMasks:
    @supporting
    def test_the_masks_are_stretched_to_one_shape(self, learner, rng):
        padding, causal = some_mask(rng, (2, 1, 6)), causal_by_loops(6)
        expect.shape(learner(padding, causal), (2, 6, 6), "(B, 1, S) and (1, T, T) give (B, T, S).")

    @supporting
    def test_the_mask_is_made_of_booleans(self, learner, rng):
        combined = learner(some_mask(rng, (2, 1, 6)), causal_by_loops(6))
        expect.boolean(combined, "Masks are booleans, and so is what they combine to.")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        padding = np.array([[[True, True, False]]])
        causal = np.array([[[True, False, False], [True, True, False], [True, True, True]]])
        expected = np.array([[[True, False, False], [True, True, False], [True, True, False]]])
        expect.equal(learner(padding, causal), expected, "True where the first mask and the second are True.")

    @worth(2)
    def test_every_mask_must_allow_a_look(self, learner, rng):
        masks = [rng.random(shape) < 0.7 for shape in ((2, 1, 7), (2, 5, 7), (5, 7))]
        masks.append(np.array([True, False, True, False, True])[None, :, None])
        for count in (2, 3, 4):
            expected = np.ones((2, 5, 7), bool)
            for mask in masks[:count]:
                expected = expected & mask
            expect.equal(learner(*masks[:count]), expected, "A look is allowed when all masks allow it.")
            expect.equal(learner(*masks[:count][::-1]), expected, "The order of the masks makes no difference.")

    @supporting
    def test_one_mask_alone_stays_as_it_is(self, learner, rng):
        for shape in ((2, 1, 7), (2, 5, 7)):
            mask = some_mask(rng, shape)
            expect.equal(learner(mask), mask, "A single mask comes back unchanged.")

    def test_none_forbids_nothing(self, learner, rng):
        padding, causal = some_mask(rng, (2, 1, 6)), causal_by_loops(6)
        sentence = "None stands for “no rule”: skip it and combine the rest."
        expect.equal(learner(padding, None), padding, sentence)
        expect.equal(learner(None, causal), causal, sentence)
        expect.equal(learner(None, padding, None, causal), padding & causal, sentence)

    @supporting
    def test_without_any_mask_the_result_is_none(self, learner):
        for masks in ((), (None,), (None, None)):
            combined = learner(*masks)
            expect.true(combined is None, "When there is no mask, return None.", expect.summary(combined), "None")

    @supporting
    def test_the_given_masks_stay_as_they_were(self, learner, rng):
        first, second = some_mask(rng, (2, 5, 7)), some_mask(rng, (2, 1, 7))
        with expect.beforehand():
            expect.equal(learner(first, second), first & second, "A look is allowed when all masks allow it.")
        after = learner.effect_on(first, second)
        expect.equal(after[0], first, "The masks you are given still belong to the caller: leave them unchanged.")
        expect.equal(after[1], second, "The masks you are given still belong to the caller: leave them unchanged.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        first, second = some_mask(rng, (2, 1, 7)), some_mask(rng, (2, 5, 7))
        rule = "In a compiled graph the mask must be right too."
        expect.equal(learner.compiled(first, None, second), first & second, rule)


@exercise("masked_softmax", points=6, minutes=25, difficulty=4, importance=5)
class TestMaskedSoftmax:
    @supporting
    def test_the_weights_have_the_shape_of_the_scores(self, learner, rng):
        for shape in ((2, 5, 7), (3, 4, 6)):
            scores, mask = rng.normal(size=shape), some_mask(rng, (shape[0], 1, shape[2]))
            expect.shape(learner(scores, mask), shape, "Each score gets a weight: the shape stays (B, T, S).")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        scores, mask = np.array([[[2.0, 1.0, 0.0]] * 2]), np.array([[[True, True, True], [True, True, False]]])
        expected = [[[0.665, 0.245, 0.090], [0.731, 0.269, 0.0]]]  # the task text gives three decimals
        expect.close(learner(scores, mask), expected, "In each row the allowed scores share 1.", atol=6e-4)

    def test_without_a_mask_it_is_the_softmax(self, learner, rng):
        scores = rng.normal(size=(2, 5, 7))
        expect.close(learner(scores), weights_by_loops(scores), "When the mask is None, every score may be used.")

    def test_the_allowed_scores_share_the_whole_attention(self, learner, rng):
        scores = 2.0 * rng.normal(size=(2, 5, 7))
        for shape in MASK_SHAPES:
            mask = some_mask(rng, shape)
            weights = learner(scores, mask)
            rule = "A hidden score gets 0, and the allowed ones share 1 as softmax would."
            expect.close(weights, weights_by_loops(scores, mask), rule)
            expect.equal(np.where(mask, 0.0, weights), np.zeros((2, 5, 7)), "A hidden score gets exactly 0.")
            expect.sums_to_one(weights, "The allowed scores of a row share 1: nothing of it may be missing.")
        square, causal = rng.normal(size=(2, 6, 6)), causal_by_loops(6)
        expect.close(learner(square, causal), weights_by_loops(square, causal), "A causal mask hides what is right.")

    def test_the_keys_are_the_last_axis_with_heads_too(self, learner, rng):
        scores, rule = rng.normal(size=(2, 4, 5, 7)), "Scores of several heads are (B, H, T, S): the keys stand last."
        for shape in ((2, 1, 5, 7), (1, 4, 1, 7)):
            mask = some_mask(rng, shape)
            expect.close(learner(scores, mask), weights_by_loops(scores, mask), rule)
        expect.close(learner(scores), weights_by_loops(scores), rule)

    @worth(2)
    def test_a_hidden_score_changes_nothing_even_if_it_is_the_largest(self, learner, rng):
        mask = some_mask(rng, (2, 5, 7))
        scores = near_10000(rng, np.where(mask, -1, 1))
        weights, expected = learner(scores, mask), weights_by_loops(scores, mask)
        with expect.beforehand():
            expect.shape(weights, (2, 5, 7), "Each score gets a weight: the shape stays (B, T, S).")
        hidden = np.where(mask, 0.0, weights)
        expect.equal(hidden, np.zeros((2, 5, 7)), "A hidden score gets exactly 0, even if it is the largest.")
        rule = "The allowed scores share 1, however large the hidden ones are."
        expect.close(weights, expected, rule, rtol=LARGE)

    def test_large_allowed_scores_are_shared_out_right(self, learner, rng):
        mask, rows = some_mask(rng, (2, 5, 7)), np.array([1, -1, 1, -1, 1])[:, None]
        scores = near_10000(rng, np.broadcast_to(rows, (2, 5, 7)))
        rule = "Only the differences inside a row matter: its allowed scores share 1 near 10,000 and near −10,000."
        expect.close(learner(scores, mask), weights_by_loops(scores, mask), rule, rtol=LARGE)
        far_apart = rng.permuted(np.tile([-90.0, -60.0, -30.0, 0.0, 30.0, 60.0, 90.0], (2, 5, 1)), axis=-1)
        apart = "Allowed scores may lie far apart: shift a row by its largest allowed one, so that no exp overflows."
        both_ends = mask | (np.abs(far_apart) > 80)
        expect.close(learner(far_apart, both_ends), weights_by_loops(far_apart, both_ends), apart)
        rule = "Without a mask too, only the differences inside a row matter, near 10,000 and near −10,000."
        expect.close(learner(scores), weights_by_loops(scores), rule, rtol=LARGE)

    @worth(2)
    def test_a_row_that_may_look_nowhere_gets_zeros(self, learner, rng):
        scores, mask = rng.normal(size=(2, 5, 7)), some_mask(rng, (2, 5, 7))
        mask[0, 3] = mask[1, 0] = False
        weights, expected = learner(scores, mask), weights_by_loops(scores, mask)
        with expect.beforehand():
            expect.shape(weights, (2, 5, 7), "Each score gets a weight: the shape stays (B, T, S).")
        empty = np.where(mask.any(-1, keepdims=True), 0.0, weights)
        expect.equal(empty, np.zeros((2, 5, 7)), "A row that may look nowhere gets zeros only, and never NaN.")
        expect.close(weights, expected, "Beside an empty row, the allowed scores of the others share 1.")

    def test_gradients_reach_the_allowed_scores_alone(self, learner, rng):
        scores, mask, pull = rng.normal(size=(2, 5, 7)), some_mask(rng, (2, 5, 7)), rng.normal(size=(2, 5, 7))
        weights = weights_by_loops(scores, mask)
        expected = weights * (pull - (weights * pull).sum(-1, keepdims=True))  # the derivative of softmax
        found = learner.gradient(scores, mask, cotangent=pull)[0]
        expect.close(found, expected, "Gradients flow back through softmax to the allowed scores, and 0 to the others.")

    @supporting
    @worth(2)
    def test_gradients_stay_finite_in_rows_that_look_nowhere(self, learner, rng):
        mask = some_mask(rng, (2, 5, 7))
        scores = np.where(mask, rng.normal(size=(2, 5, 7)), 1e4)
        mask[0, 2] = mask[1, 4] = False
        found = learner.gradient(scores, mask, cotangent=rng.normal(size=(2, 5, 7)))[0]
        expect.finite(found, "Gradients must be finite: no infinity and no 0 / 0 on the way, not even where hidden.")
        expect.close(np.where(mask, 0.0, found), np.zeros((2, 5, 7)), "A hidden score gets the gradient 0.")

    @supporting
    def test_the_scores_stay_as_they_were(self, learner, rng):
        scores, mask = rng.normal(size=(2, 5, 7)), some_mask(rng, (2, 5, 7))
        with expect.beforehand():
            rule = "A hidden score gets 0, and the allowed ones share 1 as softmax would."
            expect.close(learner(scores, mask), weights_by_loops(scores, mask), rule)
        after = learner.effect_on(scores, mask)
        expect.close(after[0], scores, "The scores you are given belong to the caller: compute new ones.")
        expect.equal(after[1], mask, "The mask you are given belongs to the caller: compute a new one.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        scores, mask = rng.normal(size=(2, 5, 7)), some_mask(rng, (2, 1, 7))
        mask[1] = False
        rule = "In a compiled graph the weights must be right too, also in empty rows."
        expect.close(learner.compiled(scores, mask), weights_by_loops(scores, mask), rule)


@exercise("masked_attention", points=5, minutes=15, difficulty=2, importance=5)
class TestMaskedAttention:
    @supporting
    def test_it_returns_the_output_and_the_weights(self, learner, rng):
        query, key, value = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12)), rng.normal(size=(2, 7, 3))
        output, weights = expect.pair(learner(query, key, value, some_mask(rng, (2, 1, 7))), "output, weights")
        expect.shape(output, (2, 5, 3), "The output has the shape (B, T, E): E is the width of the values.")
        expect.shape(weights, (2, 5, 7), "The weights have the shape (B, T, S).")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        query, value = np.array([[[2.0, 0.0, 0.0, 0.0]]]), np.array([[[10.0], [20.0], [99.0]]])
        key = np.array([[[2.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]])
        result = learner(query, key, value, np.array([[[True, True, False]]]))
        output, weights = expect.pair(result, "output, weights")
        # the task text gives three and two decimals
        expect.close(weights, [[[0.731, 0.269, 0.0]]], "Scores 2 and 1 share the attention; 0 is hidden.", atol=6e-4)
        expect.close(output, [[[12.69]]], "The output is 0.731 · 10 + 0.269 · 20.", atol=6e-3)

    def test_without_a_mask_every_query_looks_everywhere(self, learner, rng):
        query, key, value = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12)), rng.normal(size=(2, 7, 3))
        output, weights = expect.pair(learner(query, key, value), "output, weights")
        expected = attention_by_loops(query, key, value)
        expect.close(weights, expected[1], "Without a mask the weights are softmax(query · key / √D).")
        expect.close(output, expected[0], "The output averages the values by the weights.")

    @worth(2)
    def test_it_averages_the_values_it_may_look_at(self, learner, rng):
        query, key, value = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12)), rng.normal(size=(2, 7, 3))
        for shape in MASK_SHAPES:
            mask = some_mask(rng, shape)
            output, weights = expect.pair(learner(query, key, value, mask), "output, weights")
            expected = attention_by_loops(query, key, value, mask)
            expect.close(weights, expected[1], "The mask acts on the scores, column s for key s, before softmax.")
            expect.equal(np.where(mask, 0.0, weights), np.zeros((2, 5, 7)), "A hidden key gets a weight of exactly 0.")
            expect.sums_to_one(weights, "The weights of each query sum to 1 over the keys that it may look at.")
            expect.close(output, expected[0], "The output averages the values by the masked weights.")

    @supporting
    def test_a_hidden_key_and_its_value_change_nothing(self, learner, rng):
        query, mask = rng.normal(size=(2, 5, 12)), some_mask(rng, (2, 1, 7))
        key, value = rng.normal(size=(2, 7, 12)), rng.normal(size=(2, 7, 3))
        padding = ~mask[:, 0, :, None]  # (B, S, 1)
        noisy_key, noisy_value = key + padding * rng.normal(size=(2, 7, 12)), value + padding * 100.0
        output, weights = expect.pair(learner(query, key, value, mask), "output, weights")
        after, weights_after = expect.pair(learner(query, noisy_key, noisy_value, mask), "output, weights")
        expect.unchanged(weights_after, weights, "What stands at a hidden key makes no difference to the weights.")
        expect.unchanged(after, output, "What stands at a hidden value makes no difference to the output.")

    @supporting
    def test_a_later_word_changes_nothing_under_a_causal_mask(self, learner, rng):
        x, value, mask = rng.normal(size=(2, 6, 12)), rng.normal(size=(2, 6, 3)), causal_by_loops(6)
        later, later_value = x.copy(), value.copy()
        later[:, 4:], later_value[:, 4:] = rng.normal(size=(2, 2, 12)), rng.normal(size=(2, 2, 3))
        output, after = (
            expect.pair(learner(x, keys, values, mask), "output, weights")[0]
            for keys, values in ((x, value), (later, later_value))
        )
        with expect.beforehand():
            expect.shape(output, (2, 6, 3), "The output has the shape (B, T, E): E is the width of the values.")
            expect.shape(after, (2, 6, 3), "The output has the shape (B, T, E): E is the width of the values.")
        expect.unchanged(after[:, :4], output[:, :4], "Words 0 to 3 must not depend on words 4 and 5.")

    def test_a_hidden_key_gets_nothing_even_with_the_largest_score(self, learner, rng):
        mask, value = some_mask(rng, (2, 1, 7)), rng.normal(size=(2, 7, 3))
        query = np.full((2, 5, 16), 50.0)
        key = np.where(mask, -50.0, 50.0)[:, 0, :, None] * np.ones(16)  # 50 · 50 · 16 / √16 = 10,000
        _, weights = expect.pair(learner(query, key, value, mask), "output, weights")
        even = mask / mask.sum(-1, keepdims=True) * np.ones((2, 5, 1))
        rule = "Allowed scores of −10,000 each share evenly, beside hidden scores of 10,000."
        expect.close(weights, even, rule, rtol=LARGE)
        rule = "A hidden key gets a weight of exactly 0, however large its score."
        expect.equal(np.where(mask, 0.0, weights), np.zeros((2, 5, 7)), rule)
        far_apart = rng.permuted(np.tile(np.linspace(-90.0, 90.0, 7)[:, None], (2, 1, 1)), axis=1)  # (B, S, D), D = 1
        mask, ones = mask | (np.abs(far_apart) > 80).transpose(0, 2, 1), np.ones((2, 5, 1))
        _, weights = expect.pair(learner(ones, far_apart, value, mask), "output, weights")
        rule = "Allowed scores of a row may lie 180 apart, and no exp may overflow."
        expect.close(weights, attention_by_loops(ones, far_apart, value, mask)[1], rule)

    @worth(2)
    def test_a_query_that_may_look_nowhere_gets_zeros(self, learner, rng):
        query, key, value = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12)), rng.normal(size=(2, 7, 3))
        mask = some_mask(rng, (2, 5, 7))
        mask[0, 1] = mask[1] = False
        output, weights = expect.pair(learner(query, key, value, mask), "output, weights")
        expected = attention_by_loops(query, key, value, mask)
        with expect.beforehand():
            expect.shape(weights, (2, 5, 7), "The weights have the shape (B, T, S).")
            expect.shape(output, (2, 5, 3), "The output has the shape (B, T, E): E is the width of the values.")
        looks = mask.any(-1, keepdims=True)
        empty, nothing = np.where(looks, 0.0, weights), np.where(looks, 0.0, output)
        expect.close(empty, np.zeros((2, 5, 7)), "A query that may look nowhere has only zero weights.")
        expect.close(nothing, np.zeros((2, 5, 3)), "A query that may look nowhere gets the output 0.")
        expect.close(weights, expected[1], "Beside such a query, the others keep their weights.")
        expect.close(output, expected[0], "Beside such a query, the others keep their averages.")

    def test_gradients_are_finite_and_reach_what_was_looked_at(self, learner, rng):
        query, key, value = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12)), rng.normal(size=(2, 7, 3))
        mask, pull = np.ones((2, 5, 7), bool), rng.normal(size=(2, 5, 3))
        mask[:, :, 5:] = mask[0, 2] = False  # keys 5 and 6 are hidden from all; one query may look nowhere
        found = learner.gradient(query, key, value, mask, cotangent=pull, wrt=(0, 1, 2))
        for gradient, name in zip(found, ("query", "key", "value"), strict=True):
            expect.finite(gradient, f"The gradient of the {name} must be finite, also where a row may look nowhere.")
            looked = gradient[:, :2] if name == "query" else gradient[:, :5]
            expect.true((np.abs(looked).max(-1) > 0).all(), f"A gradient must reach the {name}.", "zeros", "numbers")
        expect.close(found[0][0, 2], np.zeros(12), "A query that may look nowhere gets the gradient 0.")
        expect.close(found[2][:, 5:], np.zeros((2, 2, 3)), "A value that nobody may look at gets the gradient 0.")

    @supporting
    def test_the_inputs_stay_as_they_were(self, learner, rng):
        query, key, value = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12)), rng.normal(size=(2, 7, 3))
        mask = some_mask(rng, (2, 5, 7))
        expected, _ = attention_by_loops(query, key, value, mask)
        with expect.beforehand():
            output, _ = expect.pair(learner(query, key, value, mask), "output, weights")
            expect.close(output, expected, "The output averages the values by the masked weights.")
        after = learner.effect_on(query, key, value, mask)
        for array, before, name in zip(after, (query, key, value), ("query", "key", "value"), strict=False):
            expect.close(array, before, f"The {name} belongs to the caller: compute a new tensor.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        query, key, value = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12)), rng.normal(size=(2, 7, 3))
        mask = some_mask(rng, (2, 1, 7))
        output, weights = expect.pair(learner.compiled(query, key, value, mask), "output, weights")
        expected = attention_by_loops(query, key, value, mask)
        expect.close(weights, expected[1], "In a compiled graph the weights must be right too.")
        expect.close(output, expected[0], "In a compiled graph the output must be right too.")
