"""Unit 06: many looks at once.

Oracles are float64 NumPy loops that read like the definitions, and `keras.layers.MultiHeadAttention` with the learner's
own weights. Sizes: B=2, T=5, S=7, D=12, H=4, K=3. Where other lengths are not the question, T and S are 6, so that
who takes one for the other pays for it once.
"""

import math

import numpy as np

from autograder.judging import exercise, expect, keras_layer, supporting, worth
from autograder.seam import LearnerError

WIDTH, HEADS = 12, 4
PROJECTIONS = ("query_dense", "key_dense", "value_dense")
SUBLAYERS = (*PROJECTIONS, "output_dense")


def heads_by_loops(x, num_heads):
    """Head h holds the columns hK to hK + K − 1 of every word."""
    batch, length, width = x.shape
    found = np.zeros((batch, num_heads, length, width // num_heads))
    for b, h, t, k in np.ndindex(found.shape):
        found[b, h, t, k] = x[b, t, h * found.shape[3] + k]
    return found


def merged_by_loops(x):
    """Column hK + k of a word is column k of its head h."""
    batch, heads, length, width = x.shape
    found = np.zeros((batch, length, heads * width))
    for b, h, t, k in np.ndindex(x.shape):
        found[b, t, h * width + k] = x[b, h, t, k]
    return found


def by_definition(weights, num_heads, query, key, value, mask=None):
    """Project, attend in each block of columns by itself, and project what lies side by side.

    A query that may look nowhere gets zero weights. Returns the output, None without `output_dense`, and the weights.
    """
    query, key, value = (projected(x, weights[name]) for x, name in zip((query, key, value), PROJECTIONS, strict=True))
    batch, length, width = query.shape
    depth = width // num_heads
    allowed = np.broadcast_to(True if mask is None else mask, (batch, length, key.shape[1]))
    shares, merged = np.zeros((batch, num_heads, length, key.shape[1])), np.zeros(query.shape)
    for b, h, t in np.ndindex(shares.shape[:3]):
        block = slice(h * depth, (h + 1) * depth)
        seen = [s for s in range(key.shape[1]) if allowed[b, t, s]]
        scores = {s: math.exp(query[b, t, block] @ key[b, s, block] / math.sqrt(depth)) for s in seen}
        for s in seen:
            shares[b, h, t, s] = scores[s] / sum(scores.values())
            merged[b, t, block] += shares[b, h, t, s] * value[b, s, block]
    output = projected(merged, weights["output_dense"]) if "output_dense" in weights else None
    return output, shares


def projected(x, weights):
    """What a Dense layer with this kernel, and this bias if it has one, makes of x."""
    kernel, *bias = weights
    return x @ kernel.astype(np.float64) + (bias[0] if bias else 0.0)


def built(learner, width=WIDTH, heads=HEADS, **options):
    """The learner's layer with its weights made, by a sentence that looks at itself."""
    layer = learner(width, heads, **options)
    words = np.zeros((1, 3, width))
    layer(words, words, words)
    return layer


def dressed(learner, names=SUBLAYERS, width=WIDTH, heads=HEADS, masked=False, **options):
    """The learner's layer with weights in these sublayers, biases too; returns it and their weights by name.

    Weights and the first looks, the second under a mask, are the same in every test, so that naming a mistake refutes
    most others once for all; what a test asks is drawn anew.
    """
    layer, usual, weights = built(learner, width, heads, **options), np.random.default_rng(6), {}
    words = usual.normal(size=(3, 2, 3, width))
    for name in PROJECTIONS:
        weights[name] = _dress(layer, name, width, usual)
    layer(*words)
    if "output_dense" in names:
        weights["output_dense"] = _dress(layer, "output_dense", width, usual)
    if masked:
        mask = np.array([[True, False, False], [False, False, False], [False, True, True]])
        layer(*words, mask=np.stack([mask, mask.T]))
    return layer, weights


def _dress(layer, name, width, usual):
    """Give one sublayer its usual weights, and return them."""
    part, shapes = dense_of(layer, name, width)
    weights = [(usual.normal(size=shape) / math.sqrt(width)).astype("float32") for shape in shapes]
    part.set_weights(weights)
    return weights


def dense_of(layer, name, width=WIDTH):
    """A sublayer and the shapes of its weights: those of a Dense of width D, with or without bias."""
    part = layer.attribute(name)
    rule = f"`{name}` must be one keras.layers.Dense of width D, for all heads."
    expect.true(hasattr(part, "weights"), rule, expect.returned(part), "a Dense layer")
    shapes, kernel = [array.shape for array in part.weights()], (width, width)
    rule = f"`{name}` has no weights, as no call has used it. Each of the four Dense layers has its place in `call`."
    expect.true(bool(shapes), rule, "no weights", f"a kernel {kernel}")
    rule = f"`{name}` reads whole words and is D wide, for all heads at once, so its kernel is (D, D)."
    expect.true(shapes in ([kernel], [kernel, (width,)]), rule, f"weights {shapes}", f"a kernel {kernel}")
    return part, shapes


def three(rng, batch=2, queries=5, keys=7, width=WIDTH):
    """A query, and keys and values from elsewhere."""
    return (rng.normal(size=(batch, length, width)) for length in (queries, keys, keys))


def some_mask(rng, shape):
    """A random mask in which each row may look somewhere, but not everywhere."""
    keys = shape[-1]
    ranks = rng.permuted(np.broadcast_to(np.arange(keys), shape), axis=-1)
    return ranks < rng.integers(1, keys, size=(*shape[:-1], 1))


def both(layer, *inputs, heads=HEADS, **options):
    """The output and the weights that a layer returns, these in their shape."""
    output, weights = expect.pair(layer(*inputs, return_weights=True, **options), "output, weights")
    (batch, queries, _), keys = inputs[0].shape, inputs[1].shape[1]
    with expect.beforehand():
        expect.shape(weights, (batch, heads, queries, keys), "The weights are (B, H, T, S).")
    return output, weights


def output_of(layer, *inputs, **options):
    """The output that a layer returns when nobody asks for weights, in its shape."""
    output = layer(*inputs, **options)
    with expect.beforehand():
        expect.shape(output, inputs[0].shape, "The output is (B, T, D).")
    return output


def traced_for_any_length(learner, sizes, *others):
    """The sizes of a result that Keras knows while it makes a graph, None for others; or the error that stops it.

    `sizes` are those of the input: also where `compiled` can leave none of them open, as its open axes are the first.
    """
    words = learner.from_keras("Input")(batch_shape=sizes)
    try:
        return learner.from_keras("ops.switch")(0, [learner.attribute("__call__")], words, *others).attribute("shape")
    except LearnerError as error:
        return error


def keras_twin(weights):
    """Keras' layer with the learner's weights: its kernels have an axis for the heads."""
    twin, words = keras_layer("MultiHeadAttention", num_heads=HEADS, key_dim=WIDTH // HEADS), np.zeros((1, 3, WIDTH))
    twin(words, words, words)
    for name in SUBLAYERS:
        part = twin.attribute(name)
        mine = [*weights[name], np.zeros(WIDTH)][:2]
        part.set_weights([mine.reshape(theirs.shape) for mine, theirs in zip(mine, part.weights(), strict=True)])
    return twin


def gradients_by_name(layer, *inputs, **options):
    """The gradient of each weight, by the sublayer that it belongs to and its place there, whatever their order."""
    everything, places = layer.weights(), {}
    for name in SUBLAYERS:
        for number, array in enumerate(layer.attribute(name).weights()):
            places[name, number] = next(at for at, other in enumerate(everything) if np.array_equal(other, array))
    found = layer.weight_gradients(*inputs, **options)
    return {which: found[place] for which, place in places.items()}


@exercise("split_heads", points=4, minutes=15, difficulty=2, importance=5)
class TestSplitHeads:
    @supporting
    def test_each_head_has_all_words_and_a_part_of_their_width(self, learner, rng):
        for batch, length, width, heads in ((2, 5, 12, 4), (3, 4, 10, 2), (1, 7, 6, 3)):
            heads_of = learner(rng.normal(size=(batch, length, width)), heads)
            expect.shape(heads_of, (batch, heads, length, width // heads), "(B, T, D) becomes (B, H, T, K), K = D / H.")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        found = learner(np.arange(1.0, 13).reshape(1, 2, 6), 3)
        expected = np.array([[[[1.0, 2], [7, 8]], [[3, 4], [9, 10]], [[5, 6], [11, 12]]]])
        expect.close(found, expected, "Head 0 gets the columns 0 and 1 of both words, head 1 the columns 2 and 3 …")

    @worth(3)
    def test_a_head_is_a_block_of_columns_of_every_word(self, learner, rng):
        for shape, heads in (((2, 5, 12), 4), ((3, 7, 10), 5)):
            x = rng.normal(size=shape)
            rule = "result[b, h, t] holds the columns hK to hK + K − 1 of word t in sentence b."
            expect.close(learner(x, heads), heads_by_loops(x, heads), rule)

    def test_as_many_words_as_heads_confuse_nothing(self, learner, rng):
        x = rng.normal(size=(2, 4, 12))
        expect.close(learner(x, 4), heads_by_loops(x, 4), "Words and heads are two axes, also where T = H.")

    @supporting
    def test_one_head_holds_everything(self, learner, rng):
        x = rng.normal(size=(2, 5, 6))
        expect.close(learner(x, 1), x[:, None], "With one head there is one block: all columns.")

    def test_a_head_may_be_one_column_wide(self, learner, rng):
        x = rng.normal(size=(2, 5, 6))
        expect.close(learner(x, 6), heads_by_loops(x, 6), "With H = D each head holds one column.")

    def test_each_sentence_is_cut_by_itself(self, learner, rng):
        x = rng.normal(size=(3, 5, 12))
        for b in range(3):
            alone = learner(x[b : b + 1], 4)
            expect.close(alone, heads_by_loops(x[b : b + 1], 4), "A sentence is cut alike with and without others.")

    def test_gradients_flow_back_to_where_the_numbers_came_from(self, learner, rng):
        x, pull = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 4, 5, 3))
        found = learner.gradient(x, 4, cotangent=pull)[0]
        expect.close(found, merged_by_loops(pull), "Each number's gradient returns to its own place in x.")

    def test_it_works_in_a_compiled_graph_of_unknown_length(self, learner, rng):
        x = rng.normal(size=(2, 5, 12))
        traced = traced_for_any_length(learner, (None, None, 12), 4)
        rule = "A graph made for any B and T must give the same: take T from `ops.shape(x)`, and −1 for B."
        expect.close(learner.compiled(x, 4, unknown_axes=2), heads_by_loops(x, 4), rule)
        if isinstance(traced, LearnerError):
            raise traced
        _, heads, _, width = traced
        rule = "In a graph too, Keras must know H and K of the result: write K as D // H, with D = `x.shape[-1]`."
        expect.true((heads, width) == (4, 3), rule, f"H = {heads}, K = {width}", "H = 4, K = 3")


@exercise("merge_heads", points=3, minutes=10, difficulty=2, importance=5)
class TestMergeHeads:
    @supporting
    def test_the_heads_of_a_word_become_one_vector(self, learner, rng):
        for batch, heads, length, width in ((2, 4, 5, 3), (3, 2, 7, 5), (1, 3, 4, 2)):
            merged = learner(rng.normal(size=(batch, heads, length, width)))
            expect.shape(merged, (batch, length, heads * width), "(B, H, T, K) becomes (B, T, D), D = H · K.")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        found = learner(np.array([[[[1.0, 2], [7, 8]], [[3, 4], [9, 10]], [[5, 6], [11, 12]]]]))
        expected = np.arange(1.0, 13).reshape(1, 2, 6)
        expect.close(found, expected, "Word 0 is 1, 2 of head 0, then 3, 4 of head 1, then 5, 6 of head 2.")

    @worth(3)
    def test_heads_stand_side_by_side_head_0_first(self, learner, rng):
        for shape in ((2, 4, 5, 3), (3, 2, 7, 5)):
            x = rng.normal(size=shape)
            rule = "Column hK + k of a word in the result is column k of its head h."
            expect.close(learner(x), merged_by_loops(x), rule)

    def test_it_undoes_the_cut(self, learner, rng):
        for shape, heads in (((2, 5, 12), 4), ((2, 4, 12), 4), ((2, 3, 6), 6)):
            x = rng.normal(size=shape)
            expect.close(learner(heads_by_loops(x, heads)), x, "Cutting into heads and merging gives x again.")

    @supporting
    def test_one_head_comes_back_as_it_is(self, learner, rng):
        x = rng.normal(size=(2, 1, 5, 3))
        expect.close(learner(x), x[:, 0], "With one head nothing is left to put together.")

    def test_gradients_flow_back_to_where_the_numbers_came_from(self, learner, rng):
        x, pull = rng.normal(size=(2, 4, 5, 3)), rng.normal(size=(2, 5, 12))
        found = learner.gradient(x, cotangent=pull)[0]
        expect.close(found, heads_by_loops(pull, 4), "Each number's gradient returns to its own head.")

    def test_it_works_in_a_compiled_graph_of_any_batch_and_length(self, learner, rng):
        x = rng.normal(size=(2, 4, 5, 3))
        traced = traced_for_any_length(learner, (None, 4, None, 3))
        rule = "A graph made for any B must give the same: write −1 for B, or take it from `ops.shape(x)`."
        expect.close(learner.compiled(x), merged_by_loops(x), rule)
        if isinstance(traced, LearnerError):
            raise traced
        rule = "In a graph too, Keras must know D of the result: write D as `x.shape[1] * x.shape[3]`, not as −1."
        expect.true(traced[2] == 12, rule, f"D = {traced[2]}", "D = 12")


@exercise("MultiHeadAttention", points=13, minutes=40, difficulty=4, importance=5)
class TestMultiHeadAttention:
    @supporting
    def test_the_output_has_the_shape_of_the_query(self, learner, rng):
        layer = built(learner)
        for queries, keys in ((5, 7), (6, 6), (7, 2)):
            rule = "Query (B, T, D) gives (B, T, D), whatever the number S of keys."
            expect.shape(layer(*three(rng, 3, queries, keys)), (3, queries, WIDTH), rule)

    @supporting
    def test_each_head_has_its_own_weights_and_they_sum_to_1(self, learner, rng):
        layer, _ = dressed(learner, PROJECTIONS)
        _, weights = expect.pair(layer(*three(rng), return_weights=True), "output, weights")
        expect.shape(weights, (2, HEADS, 5, 7), "`return_weights=True` adds the weights, of shape (B, H, T, S).")
        expect.sums_to_one(weights, "In each head every query spends exactly 1.")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        layer = built(learner, 2, 2)
        for name in SUBLAYERS:
            part, shapes = dense_of(layer, name, 2)
            part.set_weights([np.eye(2), np.zeros(2)][: len(shapes)])
        query, key = np.array([[[1.0, 0]]]), np.array([[[math.log(3), 0], [0, 0]]])
        value = np.array([[[10.0, 1], [20, 2]]])
        rule = "Head 0 makes 0.75 · 10 + 0.25 · 20, head 1 makes 0.5 · 1 + 0.5 · 2."
        expect.close(layer(query, key, value), [[[12.5, 1.5]]], rule)
        masked = layer(query, key, value, mask=np.array([[[True, False]]]))
        expect.close(masked, [[[10.0, 1.0]]], "With the second key hidden, both heads see the first value alone.")

    @worth(2)
    def test_the_weights_are_a_softmax_of_query_times_key_in_each_head(self, learner, rng):
        layer, weights = dressed(learner, PROJECTIONS)
        inputs = list(three(rng))
        _, found = both(layer, *inputs)
        rule = "In each head: softmax over the keys of query · key / √K."
        expect.close(found, by_definition(weights, HEADS, *inputs)[1], rule)

    @worth(2)
    def test_the_output_projects_what_all_heads_have_found(self, learner, rng):
        for heads in (HEADS, 1):
            layer, weights = dressed(learner, heads=heads)
            inputs = list(three(rng))
            rule = f"Average the values in each of {heads} heads, merge, and send the result through output_dense."
            expect.close(layer(*inputs), by_definition(weights, heads, *inputs)[0], rule)

    @worth(2)
    def test_it_computes_what_keras_computes_with_the_same_weights(self, learner, rng):
        layer, weights = dressed(learner, masked=True)
        twin = keras_twin(weights)
        query, key, value = three(rng)
        for mask in (None, some_mask(rng, (2, 1, 7)), some_mask(rng, (1, 5, 7)), some_mask(rng, (2, 5, 7))):
            options = {} if mask is None else {"mask": mask}
            expected = twin(query, value, key, attention_mask=mask, return_attention_scores=True)
            output, found = both(layer, query, key, value, **options)
            rule = "With the same weights and mask, {} must be those of keras.layers.MultiHeadAttention."
            expect.close(found, expected[1], rule.format("the attention weights"))
            expect.close(output, expected[0], rule.format("the outputs"))

    @worth(2)
    def test_the_same_mask_holds_in_every_head(self, learner, rng):
        layer, _ = dressed(learner, PROJECTIONS, masked=True)
        for batch, shape in ((2, (2, 1, 7)), (2, (1, 5, 7)), (2, (2, 5, 7)), (HEADS, (HEADS, 1, 7))):
            mask = some_mask(rng, shape)
            _, found = both(layer, *three(rng, batch), mask=mask)
            rule = f"A mask {shape} gets an axis of size 1 for the heads: each head hides the same keys."
            expect.close(np.where(mask[:, None], 0.0, found), np.zeros(found.shape), rule)
            expect.sums_to_one(found, "What may be looked at shares 1, in every head.")
            rule = "A hidden key gets a weight of exactly 0, in every head."
            expect.equal(np.where(mask[:, None], 0.0, found), np.zeros(found.shape), rule)

    @supporting
    def test_what_is_hidden_changes_nothing(self, learner, rng):
        layer, _ = dressed(learner, masked=True)
        query, key, value = three(rng, 2, 6, 6)
        mask = np.arange(6)[None, None] < np.array([3, 5])[:, None, None]  # two sentences with padding on the right
        expected, padding = output_of(layer, query, key, value, mask=mask), ~mask[:, 0, :, None]
        for noise in (0.0, 50.0):
            other = np.where(padding, noise * rng.normal(size=key.shape), key)
            found = layer(query, other, np.where(padding, noise, value), mask=mask)
            expect.close(found, expected, "Neither a hidden key nor its value may change the output.")

    @worth(2)
    def test_a_query_that_may_look_nowhere_gets_zero_weights(self, learner, rng):
        layer, weights = dressed(learner, masked=True)
        inputs, mask = list(three(rng, 2, 6, 6)), some_mask(rng, (2, 6, 6))
        mask[0, 3] = mask[1] = False
        output, found = both(layer, *inputs, mask=mask)
        with expect.beforehand():
            expect.shape(output, (2, 6, WIDTH), "The output is (B, T, D).")
        expect.finite(output, "A query that may look nowhere must stay free of NaN.")
        looks = np.where(mask.any(-1)[:, None], 1.0, 0.0) * np.ones((2, HEADS, 6))
        expect.close(found.sum(-1), looks, "A query that may look nowhere has zero weights, in every head.")
        bias = [*weights["output_dense"], np.zeros(WIDTH)][1]
        rule = "Zero weights average to 0: what is left is the bias of output_dense."
        expect.close(output[~mask.any(-1)], np.tile(bias, (7, 1)), rule)

    def test_each_head_looks_for_itself(self, learner, rng):
        layer, weights = dressed(learner, PROJECTIONS)
        inputs, head = list(three(rng, 2, 6, 6)), int(rng.integers(HEADS))
        _, before = both(layer, *inputs)
        kernel = weights["query_dense"][0].copy()
        kernel[:, head * 3 : head * 3 + 3] += rng.normal(size=(WIDTH, 3))
        layer.attribute("query_dense").set_weights([kernel, *weights["query_dense"][1:]])
        _, after = both(layer, *inputs)
        changed = [bool(np.abs(after[:, h] - before[:, h]).max() > 1e-3) for h in range(HEADS)]
        expected = [h == head for h in range(HEADS)]
        rule = f"Other columns {3 * head} to {3 * head + 2} of the queries change the weights of head {head} alone."
        expect.true(changed == expected, rule, f"changed: {changed}", f"{expected}")

    @worth(2)
    def test_every_weight_gets_the_gradient_that_keras_gives(self, learner, rng):
        layer, weights = dressed(learner, masked=True)
        twin = keras_twin(weights)
        query, key, value = three(rng, 2, 6, 6)
        mask, pull = some_mask(rng, (2, 6, 6)), rng.normal(size=(2, 6, WIDTH))
        mask[0, 3] = False
        output_of(layer, query, key, value, mask=mask)
        found = gradients_by_name(layer, query, key, value, mask=mask, cotangent=pull)
        asked = {"attention_mask": mask, "return_attention_scores": True}
        expected = gradients_by_name(twin, query, value, key, cotangent=pull, **asked)
        for (name, number), gradient in found.items():
            what = ("kernel", "bias")[number]
            rule = f"The gradient of the {what} of {name} must be that of keras.layers.MultiHeadAttention."
            expect.finite(gradient, f"The gradient of the {what} of {name} must be finite, with empty rows too.")
            expect.close(gradient, expected[name, number].reshape(gradient.shape), rule, atol=1e-5)

    @supporting
    @worth(2)
    def test_there_are_four_dense_layers_with_bias(self, learner):
        for heads in (HEADS, 1):
            layer = built(learner, WIDTH, heads)
            for name in SUBLAYERS:
                _, found = dense_of(layer, name)
                rule = f"{name} is a Dense of width D with bias, whatever the number of heads."
                expect.true(found == [(WIDTH, WIDTH), (WIDTH,)], rule, str(found), f"[({WIDTH}, {WIDTH}), ({WIDTH},)]")
            count, expected = sum(array.size for array in layer.weights()), 4 * (WIDTH * WIDTH + WIDTH)
            rule = "The layer has the weights of four different Dense layers, 4 · (D · D + D), and no others."
            expect.equal(count, expected, rule)

    @supporting
    def test_a_width_that_the_heads_do_not_divide_is_refused(self, learner):
        for width, heads in ((37, 5), (24, 9)):
            rule = f"Raise a ValueError that names both numbers, here {width} and {heads}."
            with expect.raises("ValueError", rule, mentions=[str(width), str(heads)]):
                learner(width, heads)

    @supporting
    def test_it_can_be_made_again_from_its_config(self, learner, rng):
        layer, weights = dressed(learner, PROJECTIONS, 10, 5, name="looks", trainable=False)
        rule = "This layer was made with `trainable=False`. `super().__init__(**kwargs)` hands that on to Keras."
        expect.equal({"trainable": layer.attribute("trainable")}, {"trainable": False}, rule)
        config, sizes = layer.method("get_config"), {"d_model": 10, "num_heads": 5}
        expect.true(
            isinstance(config, dict), "`get_config` returns a dictionary.", expect.returned(config), "a dictionary"
        )
        rule = "`get_config` returns both arguments as they came, each under its own name."
        expect.equal({name: config.get(name) for name in sizes}, sizes, rule)
        twin = layer.rebuilt()
        inputs = list(three(rng, 2, 6, 6, width=10))
        expected = both(layer, *inputs, heads=5)[1]
        twin(*inputs)
        for name in PROJECTIONS:
            twin.attribute(name).set_weights(weights[name])
        rule = "A layer made from `get_config()` must give the same with the same weights."
        expect.close(both(twin, *inputs, heads=5)[1], expected, rule)
        rule = "The layer was made with `trainable=False`: keep what `super().get_config()` gives, and this comes back."
        expect.equal({"trainable": twin.attribute("trainable")}, {"trainable": False}, rule)

    @supporting
    def test_saved_and_loaded_it_is_the_same_bit_for_bit(self, learner, rng):
        layer, _ = dressed(learner, PROJECTIONS)
        inputs, mask = list(three(rng, 2, 6, 6)), some_mask(rng, (2, 1, 6))
        before = output_of(layer, *inputs, mask)
        rule = "A saved model must come back the same: no layer with weights may be made in `call`."
        expect.equal(layer.reloaded(*inputs, mask)(*inputs, mask), before, rule)

    def test_it_works_in_a_compiled_graph_of_unknown_length(self, learner, rng):
        layer, weights = dressed(learner)
        inputs, mask = list(three(rng)), some_mask(rng, (2, 1, 7))
        rule = "A graph made for any B, T and S must give the same: no size of these may stand in the code."
        for masks in ((mask,), ()):
            found = layer.compiled(*inputs, *masks, unknown_axes=2)
            expect.close(found, by_definition(weights, HEADS, *inputs, *masks)[0], rule)

    @supporting
    def test_one_sentence_of_one_word_works_too(self, learner, rng):
        layer, _ = dressed(learner)
        query, key, value = three(rng, 3, 6, 6)
        among_others = output_of(layer, query, key, value)
        rule = "Axes of size 1 stay axes: one query of one sentence gives what it gives among others."
        expect.close(layer(query[:1, :1], key[:1], value[:1]), among_others[:1, :1], rule)
