"""Unit 02: words as vectors.

Oracles are float64 NumPy loops that read like the definitions. Pairs are compared as a multiset, neighbours by their
cosines: neither the order of pairs nor that of equally near rows is laid down. That no one-hot vector is built cannot
be seen by memory without endangering a learner's machine; it is seen by what a product would let in: 0 · NaN is NaN.
"""

import math
from collections import Counter

import numpy as np

from autograder.judging import exercise, expect, supporting, worth


def one_hot_by_loops(ids, size):
    """A 1 at the place of the id, zeros elsewhere."""
    rows = np.zeros((*ids.shape, size))
    for place in np.ndindex(ids.shape):
        rows[(*place, ids[place])] = 1.0
    return rows


def rows_by_loops(ids, table):
    """For each id the row of the table with that number."""
    rows = np.zeros((*ids.shape, table.shape[1]))
    for place in np.ndindex(ids.shape):
        rows[place] = table[ids[place]]
    return rows


def pairs_by_loops(ids, window):
    """Each two places that lie 1 to `window` apart, both ways round, counted."""
    pairs = Counter()
    for center in range(len(ids)):
        for context in range(len(ids)):
            if 1 <= abs(center - context) <= window:
                pairs[ids[center], ids[context]] += 1
    return pairs


def cost(score):
    """−ln σ(score), for any score."""
    return max(-score, 0.0) + math.log1p(math.exp(-abs(score)))


def loss_by_loops(center, positive, negatives):
    """The mean over the batch of −ln σ(true) and, summed, −ln σ(−false)."""
    total = 0.0
    for c, p, noise in zip(center, positive, negatives, strict=True):
        total += cost(float(np.dot(c, p))) + sum(cost(-float(np.dot(c, n))) for n in noise)
    return total / len(center)


def loss_gradients(center, positive, negatives):
    """The derivatives of the loss for its three arguments, with σ written out."""
    batch = len(center)
    true = -_sigmoid(-(center * positive).sum(-1, keepdims=True)) / batch  # (B, 1)
    false = _sigmoid((center[:, None] * negatives).sum(-1, keepdims=True)) / batch  # (B, N, 1)
    return true * positive + (false * negatives).sum(1), true * center, false * center[:, None]


def _sigmoid(x):
    return np.exp(-np.logaddexp(0.0, -x))


def cosines_by_loops(table, index):
    """The cosine of each row with row `index`; 0 where one of both has no direction."""
    found = np.zeros(len(table))
    for row in range(len(table)):
        lengths = math.sqrt(np.dot(table[row], table[row])) * math.sqrt(np.dot(table[index], table[index]))
        found[row] = np.dot(table[row], table[index]) / lengths if lengths else 0.0
    return found


@exercise("one_hot", points=2, minutes=5, difficulty=1, importance=3)
class TestOneHot:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        expected = np.array([[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
        expect.close(learner(np.array([2, 0]), 4), expected, "This is the example of the task.")

    @supporting
    def test_a_last_axis_is_added(self, learner, rng):
        for shape, size in (((5,), 7), ((2, 5), 3), ((2, 3, 4), 6), ((1, 4), 5), ((3, 1), 6)):
            found = learner(rng.integers(0, size, size=shape), size)
            expect.shape(found, (*shape, size), "Ids (…) give (…, size): whatever axes they have, one is added behind.")

    @worth(2)
    def test_each_id_puts_its_one_where_it_says(self, learner, rng):
        for shape, size in (((6,), 9), ((3, 5), 11)):
            ids = rng.integers(0, size, size=shape)
            rule = "A 1 at the place that the id names, counted from 0, and 0 everywhere else."
            expect.close(learner(ids, size), one_hot_by_loops(ids, size), rule)

    def test_the_first_and_the_last_id_have_their_place(self, learner):
        expect.close(learner(np.arange(6), 6), np.eye(6), "All ids from 0 to size − 1 have a place of their own.")

    @supporting
    def test_the_numbers_are_float32(self, learner, rng):
        found = learner(rng.integers(0, 5, size=(2, 3)), 5)
        with expect.beforehand():
            expect.shape(found, (2, 3, 5), "Ids (…) give (…, size).")
        expect.true(found.dtype == np.float32, "Vectors are float32.", f"dtype {found.dtype}", "dtype float32")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        ids = rng.integers(0, 8, size=(3, 5))
        rule = "A compiled graph gives the same: use `keras.ops`, and no loop over ids."
        expect.close(learner.compiled(ids, 8), one_hot_by_loops(ids, 8), rule)


@exercise("embed", points=4, minutes=10, difficulty=2, importance=5)
class TestEmbed:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        found = learner(np.array([2, 0, 2]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
        expect.close(found, np.array([[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]]), "This is the example of the task.")

    @supporting
    def test_each_id_becomes_a_vector(self, learner, rng):
        for shape in ((4,), (2, 5), (2, 3, 4)):
            found = learner(rng.integers(0, 9, size=shape), rng.normal(size=(9, 6)))
            expect.shape(found, (*shape, 6), "Ids (…) and a table (V, D) give (…, D).")

    @worth(2)
    def test_an_id_gets_the_row_of_its_number(self, learner, rng):
        for shape in ((7,), (3, 5)):
            ids, table = rng.integers(0, 11, size=shape), rng.normal(size=(11, 6))
            expect.close(learner(ids, table), rows_by_loops(ids, table), "Each id gets the row with its number.")

    @supporting
    def test_every_row_can_be_looked_up(self, learner, rng):
        table = rng.normal(size=(8, 5))
        rule = "Ids count from 0, and row 0, that of [PAD], is a row like any other."
        expect.close(learner(np.arange(8), table), table, rule)

    @worth(2)
    def test_rows_that_no_id_names_take_no_part(self, learner, rng):
        ids, table = rng.integers(0, 5, size=(2, 7)), rng.normal(size=(12, 6))
        table[5:11] = rng.choice([np.nan, np.inf], size=(6, 6))  # the last row is finite: an id of −1 would take it
        ids[1, 3], table[0, 2] = 0, np.inf  # stays in the row that has it: who replaces such numbers loses it
        found = learner(ids, table)
        with expect.beforehand():
            expect.shape(found, (2, 7, 6), "Ids (…) and a table (V, D) give (…, D).")
        rule = "Each id gets the row with its number, as it is: also where it holds ∞."
        if np.isnan(found).any():
            rule = "NaN came in from rows that no id names. A product with one-hot vectors lets it in: 0 · NaN is NaN."
        expect.close(found, rows_by_loops(ids, table), rule)

    @worth(2)
    def test_gradients_return_to_the_rows_they_came_from(self, learner, rng):
        ids, table, pull = np.array([[3, 0, 3], [5, 3, 0]]), rng.normal(size=(7, 4)), rng.normal(size=(2, 3, 4))
        expected = np.zeros((7, 4))
        for place in np.ndindex(ids.shape):
            expected[ids[place]] += pull[place]
        found = learner.gradient(ids, table, cotangent=pull, wrt=(1,))[0]
        expect.close(found, expected, "A row gets the gradients of all places where it was taken, summed.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        ids, table = rng.integers(0, 9, size=(3, 5)), rng.normal(size=(9, 4))
        rule = "A compiled graph gives the same: use `keras.ops`, and no loop over ids."
        expect.close(learner.compiled(ids, table), rows_by_loops(ids, table), rule)


def pairs_in(result):
    """The pairs of a result, counted: an array (N, 2) or, for their values, a list of pairs."""
    rule = "Return the pairs as an array (N, 2): centre and context."
    if isinstance(result, np.ndarray):
        fits = result.ndim == 2 and result.shape[1] == 2 or result.size == 0
        expect.true(fits, rule, expect.summary(result), "shape (N, 2)")
        return Counter((row[0], row[1]) for row in result.tolist()) if result.size else Counter()
    expect.true(isinstance(result, (list, tuple)), rule, expect.summary(result), "an array (N, 2)")
    odd = [pair for pair in result if not (isinstance(pair, (list, tuple)) and len(pair) == 2)]
    expect.true(not odd, rule, expect.summary(odd[:1]), "pairs")
    return Counter((_whole(pair[0]), _whole(pair[1])) for pair in result)


def _whole(item):
    if isinstance(item, np.ndarray) and item.ndim == 0:
        return item.item()
    return item if isinstance(item, (int, float)) else repr(item)


def _times(count):
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count} times")


def same_pairs(result, expected, sentence):
    """These pairs and no others, each as often as it should be; in any order."""
    found = pairs_in(result)
    for pair in [*expected, *found]:
        mine, theirs = found[pair], expected[pair]
        shown = (f"the pair [{pair[0]}, {pair[1]}] {_times(count)}" for count in (mine, theirs))
        expect.true(mine == theirs, sentence, *shown)


@exercise("skip_gram_pairs", points=4, minutes=10, difficulty=2, importance=3)
class TestSkipGramPairs:
    @supporting
    def test_the_worked_examples_come_out(self, learner):
        rule = "These are the examples of the task."
        near = [(7, 8), (8, 7), (8, 9), (9, 8)]
        same_pairs(learner([7, 8, 9], 1), Counter(near), rule)
        same_pairs(learner([7, 8, 9], 2), Counter([*near, (7, 9), (9, 7)]), rule)

    @supporting
    def test_the_pairs_are_an_int32_array_of_two_columns(self, learner, rng):
        ids = rng.integers(4, 40, size=6).tolist()
        found, of_nothing = learner(ids, 2), "Ids are int32, also where there is no pair."
        expect.true(isinstance(found, np.ndarray), "Return an array.", expect.summary(found), "an array (N, 2)")
        fits = found.ndim == 2 and found.shape[1] == 2
        expect.true(fits, "Each pair is a row of two columns: (N, 2).", f"shape {found.shape}", "shape (N, 2)")
        expect.true(found.dtype == np.int32, "Ids are int32 in this course.", f"dtype {found.dtype}", "dtype int32")
        found = learner(ids[:1], 2)
        expect.true(isinstance(found, np.ndarray), of_nothing, expect.summary(found), "an array (0, 2)")
        expect.true(found.dtype == np.int32, of_nothing, f"dtype {found.dtype}", "dtype int32")

    @worth(2)
    def test_places_up_to_the_window_apart_are_paired_both_ways(self, learner, rng):
        for length, window in ((8, 3), (6, 1), (9, 4), (7, 2)):  # 3 first: half of it is 1, one less is 2
            ids = (4 + rng.permutation(30)[:length]).tolist()
            ids[length // 2] = 0  # an id like any other, whatever Keras' old `skipgrams` makes of it
            rule = "A word is paired with all that stand 1 to `window` places before or after it, and with no others."
            same_pairs(learner(ids, window), pairs_by_loops(ids, window), rule)
        ids = rng.integers(4, 40, size=300).tolist()
        same_pairs(learner(ids, 1), pairs_by_loops(ids, 1), "Long texts are paired in the same way.")

    @supporting
    def test_the_two_ends_of_a_sentence_do_not_meet(self, learner, rng):
        ids = (4 + rng.permutation(30)[:7]).tolist()
        found = pairs_in(learner(ids, 2))
        count = found[ids[0], ids[-1]] + found[ids[-1], ids[0]] + found[ids[0], ids[-2]] + found[ids[1], ids[-1]]
        rule = "A window ends where the sentence ends: it does not go on at the other end."
        expect.true(count == 0, rule, f"{count} pairs across the ends", "none")

    def test_the_same_word_at_another_place_is_paired_too(self, learner, rng):
        first, second = (4 + rng.permutation(30)[:2]).tolist()
        for ids in ([first, second, first], [first, first, second], [second] * 4):
            rule = "Places count, not ids: a word is paired with another place that holds it, too."
            same_pairs(learner(ids, 3), pairs_by_loops(ids, 3), rule)

    def test_a_pair_that_occurs_again_is_kept_again(self, learner, rng):
        first, second, third = (4 + rng.permutation(30)[:3]).tolist()
        ids = [first, second, third, third, first, second]
        rule = "Each place gives its own pairs: what stands together often must come out often."
        same_pairs(learner(ids, 1), pairs_by_loops(ids, 1), rule)

    def test_a_window_wider_than_the_sentence_pairs_all_with_all(self, learner, rng):
        ids = (4 + rng.permutation(30)[:4]).tolist()
        for window in (3, 4, 20):
            rule = "A window may reach past both ends: then each word is paired with all others."
            same_pairs(learner(ids, window), pairs_by_loops(ids, window), rule)

    @supporting
    def test_where_there_is_no_pair_two_columns_are_left(self, learner, rng):
        ids = rng.integers(4, 40, size=5).tolist()
        for sentence, window in (([], 2), (ids[:1], 2), (ids, 0)):
            rule = "No words, a single one, or a window of 0: no pairs, and the shape (0, 2)."
            found = learner(sentence, window)
            expect.true(isinstance(found, np.ndarray), rule, expect.summary(found), "an array (0, 2)")
            expect.shape(found, (0, 2), rule)

    @supporting
    def test_the_sentence_stays_as_it_was(self, learner, rng):
        ids = (4 + rng.permutation(30)[:6]).tolist()
        rule = "A word is paired with all that stand 1 to `window` places before or after it, and with no others."
        with expect.beforehand():
            same_pairs(learner(ids, 3), pairs_by_loops(ids, 3), rule)
        expect.equal(learner.effect_on(ids, 3)[0], ids, "The sentence belongs to the caller: change nothing in it.")


def some_batch(rng, batch, noise, width):
    """Vectors whose scores are not near 0, nor so large that one of them hides the others."""
    return rng.normal(size=(batch, width)), rng.normal(size=(batch, width)), rng.normal(size=(batch, noise, width))


def loud_pairs(rng):
    """One true and one false pair at a time, each with a score of 10,000 or −10,000; D=4, exact in float32.

    With B=1 and N=1 nothing is averaged: whoever sums or averages wrongly loses points elsewhere, once.
    """
    for true, false in ((-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (1.0, 1.0)):
        center = 50.0 * rng.choice([-1.0, 1.0], size=(1, 4))
        yield center, true * center, false * center[:, None]


@exercise("negative_sampling_loss", points=6, minutes=20, difficulty=3, importance=4)
class TestNegativeSamplingLoss:
    @supporting
    def test_the_loss_is_one_number(self, learner, rng):
        for batch, noise, width in ((4, 3, 6), (2, 5, 3)):
            expect.shape(learner(*some_batch(rng, batch, noise, width)), (), "A loss is one number for all.")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        loss = learner(np.array([[1.0, 2.0]]), np.array([[2.0, 0.0]]), np.array([[[1.0, -1.0], [0.0, 0.0]]]))
        rule = "0.1269 for the positive, 0.3133 and 0.6931 for the negatives: this is the example of the task."
        expect.close(loss, 1.1333, rule, atol=6e-5)  # the task text gives four decimals

    @worth(2)
    def test_true_pairs_must_score_high_and_false_ones_low(self, learner, rng):
        for batch, noise, width in ((4, 3, 6), (3, 7, 5), (5, 1, 4)):
            vectors = some_batch(rng, batch, noise, width)
            rule = "−ln σ(true score) and −ln σ(−false score), summed over the N, the mean over the B."
            expect.close(learner(*vectors), loss_by_loops(*vectors), rule)

    def test_every_noise_word_counts_in_full(self, learner, rng):
        center, positive, negatives = some_batch(rng, 3, 2, 5)
        twice = np.concatenate([negatives, negatives], axis=1)
        rule = "The loss sums over the noise words: with each of them given twice, their share doubles."
        expect.close(learner(center, positive, twice), loss_by_loops(center, positive, twice), rule)

    def test_a_batch_given_twice_has_the_same_loss(self, learner, rng):
        vectors = some_batch(rng, 3, 4, 5)
        twice = [np.concatenate([one, one]) for one in vectors]
        expect.close(learner(*twice), loss_by_loops(*vectors), "The loss is the mean over the batch, not its sum.")

    @worth(2)
    def test_large_scores_give_the_right_loss(self, learner, rng):
        for vectors in loud_pairs(rng):
            loss, rule = learner(*vectors), "A pair that is wrong by 10,000 costs 10,000, a right one nothing."
            expect.finite(loss, "At scores of ±10,000 the loss must be finite. e to the score is not, nor is ln of 0.")
            expect.close(loss, loss_by_loops(*vectors), rule)

    @worth(2)
    def test_gradients_pull_true_pairs_and_push_false_ones(self, learner, rng):
        vectors = some_batch(rng, 4, 1, 5)  # N=1: an average over the noise costs nothing here
        found = learner.gradient(*vectors, cotangent=np.array(1.0), wrt=(0, 1, 2))
        names = ("centres", "positives", "negatives")
        for name, mine, theirs in zip(names, found, loss_gradients(*vectors), strict=True):
            lost = f"No gradient reaches the {name}: they would learn nothing."
            rule = f"The {name} learn by their gradient: it must be that of the loss."
            expect.close(mine, theirs, rule if np.any(mine) else lost)

    @worth(2)
    def test_gradients_stay_finite_at_large_scores(self, learner, rng):
        for vectors in list(loud_pairs(rng))[:2]:  # both wrong, both right
            found = learner.gradient(*vectors, cotangent=np.array(1.0), wrt=(0, 1, 2))
            for mine, theirs in zip(found, loss_gradients(*vectors), strict=True):
                expect.finite(mine, "Gradients must be finite at scores of 10,000 and −10,000.")
                expect.close(mine, theirs, "A pair that is wrong by 10,000 must be pulled or pushed with full force.")

    @supporting
    def test_the_vectors_stay_as_they_were(self, learner, rng):
        vectors = [one.astype("float32") for one in some_batch(rng, 1, 1, 5)]
        with expect.beforehand():
            expect.close(learner(*vectors), loss_by_loops(*vectors), "The loss of these vectors is another one.")
        for mine, theirs in zip(learner.effect_on(*vectors), vectors, strict=True):
            expect.close(mine, theirs, "The vectors belong to the caller: compute new ones.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        vectors = some_batch(rng, 4, 3, 6)
        rule = "A compiled graph gives the same loss: use `keras.ops`, and no size that is unknown there."
        expect.close(learner.compiled(*vectors), loss_by_loops(*vectors), rule)


def rows_in(result):
    """Row numbers: a list, a tuple, or a flat array of whole numbers."""
    rule = "Return row numbers: a list of whole numbers."
    if isinstance(result, np.ndarray) and result.ndim == 1 and result.dtype.kind in "iu":
        result = result.tolist()
    expect.true(isinstance(result, (list, tuple)), rule, expect.summary(result), "a list")
    rows = [item.item() if isinstance(item, np.ndarray) and item.ndim == 0 else item for item in result]
    odd = [row for row in rows if type(row) is not int]
    expect.true(not odd, rule, expect.summary(rows), "whole numbers")
    return rows


def _counted(rows):
    return f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}: {expect.summary(rows)}"


def nearest(result, table, index, k, sentence):
    """The rows are k others, each once, and no row that is left out, or stands later, is nearer."""
    rows, count = rows_in(result), min(k, len(table) - 1)
    expect.true(len(rows) == count, sentence, _counted(rows), "1 row" if count == 1 else f"{count} rows")
    expect.true(index not in rows, sentence, f"row {index} itself among {expect.summary(rows)}", "other rows only")
    in_order(result, table, index, k, sentence)


def in_order(result, table, index, k, sentence):
    """The same, where neither row `index` among them nor one more or less is held against the learner."""
    others, wanted = [row for row in rows_in(result) if row != index], min(k, len(table) - 1)
    strange = [row for row in others if not 0 <= row < len(table)]
    expect.true(not strange, sentence, f"row {strange[:1]}", f"rows from 0 to {len(table) - 1}")
    expect.true(len(set(others)) == len(others), sentence, expect.summary(others), "each row once")
    expect.true(len(others) >= wanted - 1, sentence, f"other rows: {len(others)}", f"other rows: {wanted}")
    cosines = cosines_by_loops(table, index)
    best = np.sort(np.delete(cosines, index))[::-1]
    count = min(wanted, len(others))
    expect.close(cosines[others[:count]], best[:count], f"{sentence} (Shown are the cosines of your rows.)")


def row_at(cosine, length, direction, rng):
    """A vector of this length whose cosine with `direction`, a vector of length 1, is this."""
    aside = rng.normal(size=direction.shape)
    aside -= aside @ direction * direction
    return length * (cosine * direction + math.sqrt(1 - cosine**2) * aside / np.linalg.norm(aside))


def exact_row(rng):
    """A vector of length 2 whose direction is exact in float32: rows that share it have equal cosines, to the bit."""
    return rng.choice([-1.0, 1.0], size=4)


@exercise("nearest_neighbours", points=4, minutes=15, difficulty=3, importance=4)
class TestNearestNeighbours:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        table = np.array([[3.0, 4.0], [-4.0, -3.0], [40.0, 30.0], [0.0, 0.0], [1.5, 2.0]])
        rows = rows_in(learner(table, 0, 3))
        expect.true(rows == [4, 2, 3], "This is the example of the task.", expect.summary(rows), "[4, 2, 3]")

    @worth(2)
    def test_the_highest_cosine_comes_first(self, learner, rng):
        for rows, width, k in ((19, 6, 4), (13, 5, 7)):
            table, index = rng.normal(size=(rows, width)), int(rng.integers(0, rows))
            in_order(learner(table, index, k), table, index, k, "The rows come by falling cosine, the highest first.")

    def test_there_are_k_rows_and_the_word_itself_is_not_among_them(self, learner, rng):
        table = rng.normal(size=(11, 5))
        for index, k in ((4, 1), (7, 3)):
            nearest(learner(table, index, k), table, index, k, "k rows are wanted, and none of them is row `index`.")

    def test_the_first_and_the_last_row_can_be_asked_about(self, learner, rng):
        table = rng.normal(size=(11, 4))
        for index in (0, 10):
            in_order(learner(table, index, 3), table, index, 3, "Any row may be asked about, first and last too.")

    def test_long_vectors_are_not_preferred(self, learner, rng):
        # the third is so near the second that a constant of 1e-10, added to the product of both lengths, shows
        cosines = (1.0, 0.95, 0.9499, 0.85, 0.8, 0.1, 0.0, -0.2, -0.5, -0.8)
        rule = "A cosine leaves the lengths out: divide by those of both rows, whether 0.001 or 1000."
        for asked in (1000.0, 0.001):
            lengths = (asked, 0.001, 1000.0, 1.0, 100.0, 10.0, 0.1, 0.01, 0.001, 1000.0)
            direction = exact_row(rng) / 2
            rows = [row_at(*pair, direction, rng) for pair in zip(cosines, lengths, strict=True)]
            order = rng.permutation(10)
            table, index = np.array(rows)[order], int(np.argmin(order))
            in_order(learner(table, index, 3), table, index, 3, rule)

    def test_what_points_the_other_way_is_farthest(self, learner, rng):
        table, index = rng.normal(size=(9, 4)), int(rng.integers(0, 8))
        table[8] = -2.0 * table[index]
        in_order(learner(table, index, 8), table, index, 8, "A cosine of −1 is the lowest: that row comes last.")

    @worth(2)
    def test_the_word_itself_is_left_out_and_its_twin_is_not(self, learner, rng):
        for twin, index in ((2, 7), (9, 4), (10, 5)):
            table = rng.normal(size=(12, 4))
            if twin == 10:
                table[twin] = table[index]  # a copy; its cosine may be a little more than 1
            else:
                table[index] = exact_row(rng)
                table[twin] = 2.0 * table[index]
            rule = "Leave out row `index`, wherever it stands; a row that points the same way is its nearest neighbour."
            nearest(learner(table, index, 3), table, index, 3, rule)

    @worth(2)
    def test_a_row_of_zeros_is_neither_near_nor_far(self, learner, rng):
        table, index = rng.normal(size=(14, 4)), int(rng.integers(0, 10))
        table[11], table[13] = 0.0, 0.1 * table[12] - table[index]  # one of them far: zeros are nearer
        rule = "The cosine with a row of zeros counts as 0: it comes after the positive ones, before the negative ones."
        in_order(learner(table, index, 13), table, index, 13, rule)

    @supporting
    def test_a_row_of_zeros_can_be_asked_about(self, learner, rng):
        table = np.array([rng.normal(size=4), np.zeros(4)])  # with a single other row, no order is left to choose
        rule = "If row `index` is zeros, all cosines are 0: any k others will do."
        nearest(learner(table, 1, 1), table, 1, 1, rule)

    def test_asking_for_more_than_there_are_gives_all(self, learner, rng):
        for index, opposite, k in ((2, 0, 5), (2, 0, 6), (3, 5, 5), (3, 5, 20)):
            table = rng.normal(size=(6, 4))
            table[index] = exact_row(rng)
            table[opposite] = -2.0 * table[index]  # as far as can be, and listed all the same
            rule = "If k is V − 1 or more, all other rows are returned, and row `index` is not."
            nearest(learner(table, index, k), table, index, k, rule)

    @supporting
    def test_the_table_stays_as_it_was(self, learner, rng):
        table = rng.normal(size=(9, 4)).astype("float32")
        with expect.beforehand():
            in_order(learner(table, 5, 3), table, 5, 3, "The rows come by falling cosine, the highest first.")
        after = learner.effect_on(table, 5, 3)[0]
        expect.close(after, table, "The table belongs to the caller: change nothing in it.")
