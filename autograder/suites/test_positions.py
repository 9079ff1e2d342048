"""Unit 07: order matters.

Oracles are float64 NumPy loops that read like the definitions, and the properties that positions are chosen for: every
row equally long, products that depend on the distance alone, turns that add up. Sizes differ on every axis.

Many tests take two pairs, whose speeds, 1 and 0.01, come out alike however they are computed: so a mistake that makes
angles of thousands is still recognised.
"""

import math

import numpy as np

from autograder.judging import exercise, expect, supporting, worth
from autograder.seam import LearnerError

# An angle near p is rounded to about p · 10⁻⁷ in float32, and its sine is no better than the angle.
ANGLE_ROUNDING = 6e-7


def angle_of(position, pair, width):
    """How far pair i has turned at a position: position / 10000^(2i / width)."""
    return position / 10000.0 ** (2 * pair / width)


def table_by_loops(length, depth):
    """Row p: for each pair the sine of its angle, then the cosine."""
    table = np.zeros((length, depth))
    for p, pair in np.ndindex(length, depth // 2):
        table[p, 2 * pair] = math.sin(angle_of(p, pair, depth))
        table[p, 2 * pair + 1] = math.cos(angle_of(p, pair, depth))
    return table


def bias_by_loops(query_length, key_length, table):
    """For each head, query and key the row of the table that stands for s − t, at most R away from the middle."""
    reach = (len(table) - 1) // 2
    bias = np.zeros((table.shape[1], query_length, key_length))
    for h, t, s in np.ndindex(bias.shape):
        bias[h, t, s] = table[max(-reach, min(reach, s - t)) + reach, h]
    return bias


def turned_by_loops(x, positions):
    """Each pair (a, b) of neighbours becomes (a cos − b sin, a sin + b cos)."""
    turned = np.zeros(x.shape)
    for b, h, t, pair in np.ndindex(*x.shape[:3], x.shape[3] // 2):
        angle = angle_of(float(positions[t]), pair, x.shape[3])
        first, second = x[b, h, t, 2 * pair], x[b, h, t, 2 * pair + 1]
        turned[b, h, t, 2 * pair] = first * math.cos(angle) - second * math.sin(angle)
        turned[b, h, t, 2 * pair + 1] = first * math.sin(angle) + second * math.cos(angle)
    return turned


def first_where(wrong):
    """The first place of a boolean array that is True."""
    return tuple(int(index) for index in np.argwhere(wrong)[0])


def products(rows, columns):
    """All dot products of two stacks of vectors, in float64."""
    return np.einsum("...td,...sd->...ts", rows.astype(np.float64), columns.astype(np.float64))


def in_own_words(rule, answer, *args):
    """Make a call that must be refused. A library's complaint about shapes names all sizes too, and refuses nothing."""
    try:
        answer(*args)
    except LearnerError as error:
        by_chance = any(words in error.message for words in ("cannot reshape array", "for broadcasting: "))
        expect.true(not by_chance, rule, error.message, "a ValueError that you raise yourself, before anything else")
        raise


@exercise("sinusoidal_positions", points=5, minutes=20, difficulty=3, importance=5)
class TestSinusoidalPositions:
    @supporting
    def test_there_is_a_row_for_each_position(self, learner):
        for length, depth in ((5, 4), (3, 2), (1, 6)):
            expect.shape(learner(length, depth), (length, depth), "The table has the shape (length, depth).")

    @supporting
    def test_the_table_holds_float32(self, learner):
        table = learner(5, 4)
        with expect.beforehand():
            expect.shape(table, (5, 4), "The table has the shape (length, depth).")
        rule = "Make the table in float32, as all arrays of the course."
        expect.true(table.dtype == np.float32, rule, f"dtype {table.dtype}", "dtype float32")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        expected = [[0, 1, 0, 1], [0.841, 0.540, 0.010, 1.000], [0.909, -0.416, 0.020, 1.000]]
        rule = "Pair 0 turns by 1 per word, pair 1 by 0.01: sine, cosine, sine, cosine."
        expect.close(learner(3, 4), expected, rule, atol=6e-4)  # the task text gives three decimals

    @worth(3)
    def test_sines_and_cosines_alternate_at_the_right_speeds(self, learner, rng):
        for length, depth in ((7, 10), (int(rng.integers(8, 14)), 16)):
            rule = "Column 2i is the sine of p / 10000^(2i/D), column 2i + 1 the cosine of the same angle."
            expected = table_by_loops(length, depth)
            expect.close(learner(length, depth), expected, rule, atol=length * ANGLE_ROUNDING)

    @supporting
    def test_each_sine_and_its_cosine_have_length_1(self, learner, rng):
        length, depth = int(rng.integers(9, 20)), 4
        table = learner(length, depth)
        with expect.beforehand():
            expect.shape(table, (length, depth), "The table has the shape (length, depth).")
        squares = (table.reshape(length, depth // 2, 2).astype(np.float64) ** 2).sum(-1)
        wrong = ~np.isclose(squares, 1, rtol=0, atol=1e-4)
        p, pair = first_where(wrong) if wrong.any() else (0, 0)
        rule = "Columns 2i and 2i + 1 are the sine and cosine of one angle: their squares sum to 1."
        expect.true(not wrong.any(), rule, f"sin² + cos² = {squares[p, pair]:.4g} for pair {pair} of row {p}", "1")

    @supporting
    def test_all_rows_have_the_same_length(self, learner, rng):
        length, depth = int(rng.integers(9, 20)), 4
        table = learner(length, depth)
        with expect.beforehand():
            expect.shape(table, (length, depth), "The table has the shape (length, depth).")
        norms, wanted = np.linalg.norm(table.astype(np.float64), axis=-1), math.sqrt(depth / 2)
        wrong = ~np.isclose(norms, wanted, rtol=0, atol=1e-4)
        p = first_where(wrong)[0] if wrong.any() else 0
        rule = "D/2 pairs of length 1: every row has length √(D/2)."
        expect.true(not wrong.any(), rule, f"length {norms[p]:.4g} of row {p}", f"length {wanted:.4g}")

    def test_dot_products_depend_on_the_distance_only(self, learner, rng):
        length, depth, shift = 24, 4, int(rng.integers(3, 9))
        table = learner(length, depth)
        with expect.beforehand():
            expect.shape(table, (length, depth), "The table has the shape (length, depth).")
        found = products(table, table)
        rule = "Two positions and the same two moved on by a few words must have the same dot product."
        expect.close(found[shift:, shift:], found[:-shift, :-shift], rule, atol=depth * length * ANGLE_ROUNDING)
        steps = np.arange(length)[:, None] / 10000.0 ** (np.arange(0, depth, 2) / depth)
        rule = "The dot product of rows p and 0 is the sum of cos(p / 10000^(2i/D)) over the pairs."
        expect.close(found[0], np.cos(steps).sum(-1), rule, atol=depth * length * ANGLE_ROUNDING)

    @supporting
    def test_a_longer_table_begins_with_the_shorter_one(self, learner):
        short, long = learner(6, 4), learner(17, 4)
        with expect.beforehand():
            expect.shape(short, (6, 4), "The table has the shape (length, depth).")
            expect.shape(long, (17, 4), "The table has the shape (length, depth).")
        expect.close(long[:6], short, "A position's row does not depend on how many rows follow.")

    def test_far_positions_are_still_exact(self, learner, rng):
        length = int(rng.integers(2500, 3000))
        rule = "Row p needs its exact angle, in float32, however far p is."
        expect.close(learner(length, 4), table_by_loops(length, 4), rule, atol=length * ANGLE_ROUNDING)

    def test_a_single_pair_works_too(self, learner):
        expect.close(learner(5, 2), table_by_loops(5, 2), "With depth 2 there is one pair, and it turns by 1 per word.")

    @supporting
    def test_an_odd_depth_is_refused(self, learner):
        for depth in (15, 37):
            rule = f"An odd depth must raise a ValueError that names it, here {depth}."
            with expect.raises("ValueError", rule, mentions=[str(depth)]):
                in_own_words(rule, learner, 6, depth)

    def test_it_works_in_a_compiled_graph(self, learner):
        expected = table_by_loops(9, 4)
        with expect.beforehand():
            expect.close(learner(9, 4), expected, "The table is right.", atol=9 * ANGLE_ROUNDING)
        rule = "In a compiled graph the table must be the same as outside of it."
        expect.close(learner.compiled(9, 4), expected, rule, atol=9 * ANGLE_ROUNDING)


VOCABULARY, WIDTH, LONGEST = 11, 12, 9
WORDS_SHAPE = "Ids (B, T) become vectors (B, T, D)."


FIRST_MEND = "(First mend `sinusoidal_positions`, if its own check does not hold.)"


def built(learner, *sizes, **options):
    """The learner's layer, with the words' matrix made."""
    return with_words(learner(*(sizes or (VOCABULARY, WIDTH, LONGEST)), **options))


def with_words(layer, policy=None):
    """Make the matrix of the words, so that it can be set before anything random comes out.

    A layer that makes its embedding in `build` or `call` is called once.
    """
    try:
        layer.attribute("token_embedding").method("build", (2, 3))
    except LearnerError:
        layer.under_policy(policy, np.zeros((2, 3), np.int64))
    return layer


def give_words(layer, table):
    """Let these be the rows of the token embedding."""
    layer.attribute("token_embedding").set_weights([table])
    return layer


def places_alone(layer, ids, sizes=(VOCABULARY, WIDTH)):
    """What the layer gives when every word is a vector of zeros: the positions alone."""
    places = give_words(layer, np.zeros(sizes, np.float32))(ids)
    expect.shape(places, (*ids.shape, sizes[1]), WORDS_SHAPE)
    return places


def some_words(rng, sizes=(VOCABULARY, WIDTH)):
    return rng.normal(size=sizes).astype(np.float32)


@exercise("PositionalEmbedding", points=6, minutes=25, difficulty=4, importance=5)
class TestPositionalEmbedding:
    @supporting
    def test_each_id_becomes_a_vector(self, learner, rng):
        layer = give_words(built(learner), some_words(rng))
        for batch, length in ((2, 5), (3, 7), (1, 1)):
            ids = rng.integers(0, VOCABULARY, size=(batch, length))
            expect.shape(layer(ids), (batch, length, WIDTH), WORDS_SHAPE)

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        table = np.zeros((7, 4), np.float32)
        table[5] = [0.5, -1.0, 0.0, 2.0]
        found = give_words(built(learner, 7, 4, 8), table)(np.array([[3, 5]]))
        expected = [[[0, 1, 0, 1], [1.841, -1.460, 0.010, 5.000]]]
        rule = f"Id 5 at position 1 is 2 · [0.5, −1, 0, 2] + [0.841, 0.540, 0.010, 1.000]. {FIRST_MEND}"
        expect.close(found, expected, rule, atol=6e-4)  # the task text gives three decimals

    @supporting
    def test_no_mask_is_passed_on_behind_the_call(self, learner):
        found = built(learner).attribute("token_embedding.mask_zero")
        rule = "`mask_zero` of the embedding stays False: in this course a mask is an argument."
        expect.true(found is False, rule, expect.summary(found), "False")

    @worth(3)
    def test_each_word_counts_times_the_root_of_d(self, learner, rng):
        ids, words = rng.integers(0, VOCABULARY, size=(2, 5)), some_words(rng)
        layer = built(learner)
        places = places_alone(layer, ids)
        found = give_words(layer, words)(ids)
        expect.shape(found, (2, 5, WIDTH), WORDS_SHAPE)
        rule = "Without the positions, what is left must be the word's vector times √D."
        expect.close(found - places, words[ids] * math.sqrt(WIDTH), rule, atol=1e-5)  # a difference of rounded numbers

    @worth(2)
    def test_the_places_are_those_of_the_sinusoidal_table(self, learner, rng):
        layer = built(learner)
        for length in (4, 7):
            ids = rng.integers(0, VOCABULARY, size=(2, length))
            expected = np.broadcast_to(table_by_loops(length, WIDTH), (2, length, WIDTH))
            rule = f"With words of zeros, row t of the sinusoidal table must be left at position t. {FIRST_MEND}"
            expect.close(places_alone(layer, ids), expected, rule, atol=length * ANGLE_ROUNDING)

    def test_a_place_is_the_same_whatever_word_stands_there(self, learner, rng):
        ids = rng.integers(4, VOCABULARY, size=(3, 6))
        ids[1, 4:] = 0
        places = places_alone(built(learner), ids)
        rule = "A position's vector depends on the place alone: not on the id, nor on the sentence of the batch."
        expect.close(places, np.broadcast_to(places[:1], places.shape), rule)
        rule = "Two places need two vectors."
        different = np.abs(places[0, 1:] - places[0, :-1]).max(-1).min() > 0.1
        expect.true(different, rule, "two neighbours that are equal, or nearly so", "another vector at each position")

    @supporting
    def test_a_short_sentence_is_the_beginning_of_a_long_one(self, learner, rng):
        ids = rng.integers(0, VOCABULARY, size=(2, 7))
        layer = give_words(built(learner), some_words(rng))
        long, short = layer(ids), layer(ids[:, :4])
        with expect.beforehand():
            expect.shape(long, (2, 7, WIDTH), WORDS_SHAPE)
        expect.close(short, long[:, :4], "Positions count from the left: what follows a word must not move it.")

    @supporting
    def test_a_batch_of_exactly_max_length_is_accepted(self, learner, rng):
        ids = rng.integers(0, VOCABULARY, size=(2, LONGEST))
        found = give_words(built(learner), some_words(rng))(ids)
        expect.shape(found, (2, LONGEST, WIDTH), "A batch may have exactly max_length words.")

    @supporting
    def test_there_may_be_more_sentences_than_max_length(self, learner, rng):
        ids = rng.integers(0, VOCABULARY, size=(LONGEST + 4, 3))
        found = give_words(built(learner), some_words(rng))(ids)
        rule = "max_length bounds the words of a sentence, T, not the sentences of a batch, B."
        expect.shape(found, (LONGEST + 4, 3, WIDTH), rule)

    @supporting
    def test_a_longer_batch_is_refused(self, learner, rng):
        layer = built(learner, VOCABULARY, WIDTH, 17)
        for length in (43, 18):
            rule = f"Raise a ValueError that names both numbers, here {length} words and max_length 17."
            with expect.raises("ValueError", rule, mentions=[str(length), "17"]):
                in_own_words(rule, layer, rng.integers(0, VOCABULARY, size=(2, length)))

    @supporting
    def test_one_matrix_is_trained_and_no_other(self, learner, rng):
        layer = built(learner)
        layer.attribute("token_embedding")
        ids = rng.integers(0, VOCABULARY, size=(2, 5))
        found = layer.weight_gradients(ids, cotangent=rng.normal(size=(2, 5, WIDTH)))
        rule = "The layer trains one matrix of shape (vocabulary_size, d_model): positions are not trained."
        shapes = [gradient.shape for gradient in found]
        expect.true(shapes == [(VOCABULARY, WIDTH)], rule, str(shapes), str([(VOCABULARY, WIDTH)]))

    @worth(2)
    def test_gradients_reach_the_words_that_occur(self, learner, rng):
        ids, pull = rng.integers(0, VOCABULARY, size=(2, 5)), rng.normal(size=(2, 5, WIDTH))
        expected = np.zeros((VOCABULARY, WIDTH))
        np.add.at(expected, ids, pull * math.sqrt(WIDTH))
        found = built(learner).weight_gradients(ids, cotangent=pull)
        of_words = [gradient for gradient in found if gradient.shape == expected.shape]
        rule = "A gradient must reach the row of each word that occurs, times √D."
        expect.true(bool(of_words), rule, "no trained matrix of shape (vocabulary_size, d_model)", "one")
        expect.close(of_words[0], expected, rule)

    @supporting
    def test_it_works_in_a_compiled_graph_of_unknown_length(self, learner, rng):
        layer = give_words(built(learner), some_words(rng))
        ids = rng.integers(0, VOCABULARY, size=(2, 5))
        expected = layer(ids)
        rule = "A graph made for any B and T must give the same: take T from `ops.shape(ids)`."
        expect.close(layer.compiled(ids, unknown_axes=2), expected, rule)

    @supporting
    def test_it_works_in_half_precision(self, learner, rng):
        ids, words = rng.integers(0, VOCABULARY, size=(2, 5)), some_words(rng)
        expected = give_words(built(learner), words)(ids)
        with expect.beforehand():
            expect.shape(expected, (2, 5, WIDTH), WORDS_SHAPE)
        layer = with_words(learner.under_policy("mixed_float16", VOCABULARY, WIDTH, LONGEST), "mixed_float16")
        found = give_words(layer, words).under_policy("mixed_float16", ids)
        rule = "In mixed precision words are float16: give the positions the dtype of the words before you add."
        expect.close(found, expected, rule, dtype="float16", atol=0.05)  # float16 near 10 has steps of 0.008
        rule = "The result has the dtype of the words, which is float16 in mixed precision."
        expect.true(found.dtype == np.float16, rule, f"dtype {found.dtype}", "dtype float16")

    @supporting
    def test_it_can_be_made_again_from_its_config(self, learner, rng):
        layer = learner(7, 10, 17, name="entrance", trainable=False)
        kept = layer.attribute("trainable")
        rule = "`__init__` hands what every layer takes, such as `trainable=False`, to `super().__init__(**kwargs)`."
        expect.true(kept is False, rule, f"a layer with trainable={kept}", "trainable=False, as it was made with")
        give_words(with_words(layer), some_words(rng, (7, 10)))
        config, sizes = layer.method("get_config"), {"vocabulary_size": 7, "d_model": 10, "max_length": 17}
        rule = "`get_config` must return a dictionary. (`update` changes one, and returns None.)"
        expect.true(isinstance(config, dict), rule, expect.summary(config), "a dictionary")
        rule = "`get_config` returns the three arguments as they came, each under its own name."
        expect.equal({name: config[name] for name in sizes if name in config}, sizes, rule)
        twin = with_words(layer.rebuilt())
        give_words(twin, layer.attribute("token_embedding").weights()[0])
        ids = rng.integers(0, 7, size=(2, 17))
        expect.close(
            twin(ids), layer(ids), "A layer made from `get_config()` must give the same with the same weights."
        )
        kept = twin.attribute("trainable")
        rule = "`get_config` keeps what `super().get_config()` gives: the name, the dtype, `trainable`."
        expect.true(kept is False, rule, f"a layer with trainable={kept}", "trainable=False, as it was made with")

    @supporting
    def test_saved_and_loaded_it_is_the_same_bit_for_bit(self, learner, rng):
        layer = give_words(built(learner), some_words(rng))
        ids = rng.integers(0, VOCABULARY, size=(2, 5))
        before = layer(ids)
        with expect.beforehand():
            expect.shape(before, (2, 5, WIDTH), WORDS_SHAPE)
        rule = "A saved model must come back the same: weights belong to layers made in `__init__`."
        expect.equal(layer.reloaded(ids)(ids), before, rule)


@exercise("relative_position_bias", points=4, minutes=15, difficulty=2, importance=3)
class TestRelativePositionBias:
    @supporting
    def test_each_head_query_and_key_gets_a_number(self, learner, rng):
        for t, s, reach, heads in ((6, 8, 2, 3), (4, 3, 4, 2)):
            table = rng.normal(size=(2 * reach + 1, heads))
            expect.shape(learner(t, s, table), (heads, t, s), "The bias has the shape (H, T, S).")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        found = learner(2, 4, np.array([[10.0], [20.0], [30.0]]))
        rule = "Rows stand for the distances −1, 0 and 1; the distance is s − t."
        expect.close(found, [[[20, 30, 30, 30], [10, 20, 30, 30]]], rule)

    @worth(2)
    def test_the_row_is_chosen_by_key_minus_query(self, learner, rng):
        for t, s, reach, heads in ((6, 8, 2, 3), (7, 4, 3, 5), (5, 5, 4, 2)):
            table = rng.normal(size=(2 * reach + 1, heads))
            rule = "bias[h, t, s] is table[clip(s − t, −R, R) + R, h]."
            expect.close(learner(t, s, table), bias_by_loops(t, s, table), rule)

    @supporting
    def test_only_the_distance_matters(self, learner, rng):
        found = learner(6, 8, rng.normal(size=(11, 3)))
        with expect.beforehand():
            expect.shape(found, (3, 6, 8), "The bias has the shape (H, T, S).")
        rule = "Query and key, both one word further, are equally far apart: the same bias."
        expect.close(found[:, 1:, 1:], found[:, :-1, :-1], rule)

    def test_looking_back_is_not_looking_ahead(self, learner):
        table = np.array([[-2.0, 5.0], [-1.0, 5.0], [0.0, 5.0], [1.0, 5.0], [2.0, 5.0]])
        found = learner(3, 3, table)
        rule = "Early rows of the table are for keys behind the query, late ones for keys ahead of it."
        with expect.beforehand():
            expect.shape(found, (2, 3, 3), "The bias has the shape (H, T, S).")
        expect.close(found[0], [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]], rule)

    def test_whoever_is_further_off_than_r_counts_as_r(self, learner, rng):
        table = rng.normal(size=(3, 2))
        rule = "Distances beyond ±R are clipped to ±R: they share the first and the last row."
        expect.close(learner(7, 9, table), bias_by_loops(7, 9, table), rule)

    def test_a_table_may_reach_further_than_the_sentence(self, learner, rng):
        table = rng.normal(size=(17, 3))
        rule = "Distance 0 stands in the middle row of the table, R, however short the sentence is."
        expect.close(learner(2, 4, table), bias_by_loops(2, 4, table), rule)

    def test_a_table_of_one_row_serves_every_distance(self, learner, rng):
        table = rng.normal(size=(1, 4))
        expect.close(learner(3, 5, table), bias_by_loops(3, 5, table), "With R = 0 every distance counts as 0.")

    @worth(2)
    def test_gradients_reach_the_rows_that_were_used(self, learner, rng):
        table, pull = rng.normal(size=(7, 2)), rng.normal(size=(2, 3, 5))
        expected = np.zeros(table.shape)
        for h, t, s in np.ndindex(pull.shape):
            expected[max(-3, min(3, s - t)) + 3, h] += pull[h, t, s]
        with expect.beforehand():
            expect.close(learner(3, 5, table), bias_by_loops(3, 5, table), "The bias is right.")
        found = learner.gradient(3, 5, table, cotangent=pull, wrt=(2,))[0]
        rule = "The table is learned: each row gets the gradients of all places where it was used."
        expect.close(found, expected, rule)

    @supporting
    def test_the_table_stays_as_it_was(self, learner, rng):
        table = rng.normal(size=(5, 3))
        with expect.beforehand():
            expect.close(learner(4, 6, table), bias_by_loops(4, 6, table), "The bias is right.")
        after = learner.effect_on(4, 6, table)
        expect.close(after[2], table, "The table belongs to the caller: compute new arrays.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        table = rng.normal(size=(5, 3))
        with expect.beforehand():
            expect.close(learner(4, 6, table), bias_by_loops(4, 6, table), "The bias is right.")
        rule = "In a compiled graph the bias must be the same as outside of it."
        expect.close(learner.compiled(4, 6, table, constant=(2,)), bias_by_loops(4, 6, table), rule)


SHAPE_STAYS = "Every vector is turned, and none is added: the shape stays (B, H, T, K)."


def some_positions(rng, count, highest=40):
    """Distinct positions in no order, none of them 0."""
    return rng.permutation(np.arange(1, highest))[:count]


@exercise("rotate_positions", points=5, minutes=20, difficulty=4, importance=4)
class TestRotatePositions:
    @supporting
    def test_the_shape_stays_as_it_is(self, learner, rng):
        for shape in ((3, 5, 6, 4), (4, 3, 5, 2)):
            found = learner(rng.normal(size=shape), some_positions(rng, shape[2]))
            expect.shape(found, shape, SHAPE_STAYS)

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        found = learner(np.array([[[[1.0, 0.0, 3.0, 4.0]]]]), np.array([1]))
        rule = "At position 1, pair (1, 0) turns by 1, pair (3, 4) by 0.01."
        expect.close(found, [[[[0.540, 0.841, 2.960, 4.030]]]], rule, atol=6e-4)  # the text gives three decimals

    @worth(2)
    def test_each_pair_of_neighbours_turns_by_its_own_angle(self, learner, rng):
        for shape in ((2, 3, 5, 12), (3, 2, 4, 10)):
            x, positions = rng.normal(size=shape), some_positions(rng, shape[2])
            rule = "Pair (a, b) becomes (a cos α − b sin α, a sin α + b cos α), with α = position / 10000^(2i/K)."
            expect.close(learner(x, positions), turned_by_loops(x, positions), rule, atol=1e-4)  # angles of up to 40

    @supporting
    def test_position_0_changes_nothing(self, learner, rng):
        x = rng.normal(size=(2, 3, 5, 12))
        expect.close(learner(x, np.zeros(5, int)), x, "At position 0 every angle is 0: nothing turns.")

    @supporting
    def test_no_vector_changes_its_length(self, learner, rng):
        x, positions = rng.normal(size=(3, 5, 6, 4)), some_positions(rng, 6)
        found = learner(x, positions)
        with expect.beforehand():
            expect.shape(found, x.shape, SHAPE_STAYS)
        lengths = np.linalg.norm(found.astype(np.float64), axis=-1)
        expect.close(lengths, np.linalg.norm(x, axis=-1), "A turn keeps the length of a vector.")

    @worth(2)
    def test_scores_depend_on_the_distance_only(self, learner, rng):
        query, key = rng.normal(size=(2, 3, 5, 12)), rng.normal(size=(2, 3, 7, 12))
        at, of, shift = some_positions(rng, 5), some_positions(rng, 7), int(rng.integers(5, 30))
        here = [learner(query, at), learner(key, of)]
        there = [learner(query, at + shift), learner(key, of + shift)]
        for found, x in zip(here + there, (query, key, query, key), strict=True):
            with expect.beforehand():
                expect.shape(found, x.shape, SHAPE_STAYS)
        rule = "Move query and key on by as many words: their dot product must stay."
        expect.close(products(*there), products(*here), rule, atol=1e-3)  # 12 products of up to 10, angles of up to 70
        aligned, other = np.broadcast_to(query[..., :1, :], query.shape), some_positions(rng, 5)
        scores = products(learner(aligned, other), learner(aligned, other))
        differ = np.abs(scores[:, :, 0] - scores[:, :, :1, 0]).max() > 0.05
        expect.true(differ, "The distance must make a difference.", "one score at all distances", "different scores")

    def test_two_turns_add_up(self, learner, rng):
        x, first, second = rng.normal(size=(2, 3, 5, 12)), some_positions(rng, 5), some_positions(rng, 5)
        once = learner(x, first)
        with expect.beforehand():
            expect.shape(once, x.shape, SHAPE_STAYS)
        rule = "Turning by position 3 and then by 4 is turning by position 7."
        expect.close(learner(once, second), turned_by_loops(x, first + second), rule, atol=1e-4)  # angles of up to 80

    def test_far_positions_are_still_exact(self, learner, rng):
        x, positions = rng.normal(size=(1, 2, 5, 4)), 2000 + some_positions(rng, 5, 3000)
        rule = "An angle is position · speed, in float32, however far the position is."
        expected = turned_by_loops(x, positions)
        expect.close(learner(x, positions), expected, rule, atol=4 * 5000 * ANGLE_ROUNDING)

    @supporting
    def test_the_result_has_the_dtype_of_x(self, learner, rng):
        x, positions = rng.normal(size=(3, 5, 6, 4)).astype(np.float16), some_positions(rng, 6)
        found = learner(x, positions)
        with expect.beforehand():
            expect.shape(found, x.shape, SHAPE_STAYS)
        rule = "Float16 in, float16 out: give cosine and sine the dtype of x."
        expect.true(found.dtype == np.float16, rule, f"dtype {found.dtype}", "dtype float16")

    def test_half_precision_does_not_blur_far_positions(self, learner, rng):
        x, positions = rng.normal(size=(2, 3, 5, 8)).astype(np.float16), 2049 + 2 * some_positions(rng, 5)
        rule = "Also for float16, angles are computed in float32: float16 has no number 2049."
        expect.close(learner(x, positions), turned_by_loops(x, positions), rule, dtype="float16", atol=0.02)

    def test_gradients_are_turned_back(self, learner, rng):
        x, positions, pull = rng.normal(size=(3, 5, 6, 4)), some_positions(rng, 6), rng.normal(size=(3, 5, 6, 4))
        with expect.beforehand():
            expect.close(learner(x, positions), turned_by_loops(x, positions), "Each pair is turned.", atol=1e-4)
        found = learner.gradient(x, positions, cotangent=pull)[0]
        rule = "A gradient must reach x; a turn sends it back by the opposite turn."
        expect.close(found, turned_by_loops(pull, -positions), rule, atol=1e-4)

    @supporting
    def test_the_inputs_stay_as_they_were(self, learner, rng):
        x, positions = rng.normal(size=(3, 5, 6, 4)), some_positions(rng, 6)
        with expect.beforehand():
            expect.close(learner(x, positions), turned_by_loops(x, positions), "Each pair is turned.", atol=1e-4)
        after = learner.effect_on(x, positions)
        expect.close(after[0], x, "x belongs to the caller: compute a new tensor.")
        expect.equal(after[1], positions.astype(np.int32), "The positions belong to the caller: compute new ones.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        x, positions = rng.normal(size=(3, 5, 6, 4)), some_positions(rng, 6)
        with expect.beforehand():
            expect.close(learner(x, positions), turned_by_loops(x, positions), "Each pair is turned.", atol=1e-4)
        rule = "In a compiled graph the result must be the same as outside of it."
        expect.close(learner.compiled(x, positions), turned_by_loops(x, positions), rule, atol=1e-4)
