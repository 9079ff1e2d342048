"""Unit 10: the whole Transformer.

Oracles are counts by loops, float64 NumPy, and the learner's own sublayers, which the judge connects itself. Sizes:
B=2, S=7, T=5, D=8, H=4, F=20, vocabularies of 11 and 9, one layer.
"""

import math

import numpy as np

from autograder.judging import exercise, expect, supporting, worth
from autograder.judging.layer_rules import filled, in_half_precision, lasting, trained


def multiplied(rows, inner, columns):
    """The multiplications of a product of (rows, inner) and (inner, columns), counted one by one."""
    count = 0
    for _ in range(rows):
        for _ in range(columns):
            for _ in range(inner):
                count += 1
    return count


def cost_by_loops(batch, heads, target_length, source_length, d_model):
    """Multiplications and scores of one attention, sentence by sentence and head by head."""
    count = scores = 0
    for _ in range(batch):
        for length in (target_length, source_length, source_length, target_length):  # queries, keys, values, output
            count += multiplied(length, d_model, d_model)
        for _ in range(heads):
            width = d_model // heads
            count += multiplied(target_length, width, source_length) + multiplied(target_length, source_length, width)
            scores += target_length * source_length
    return count, scores


def some_sizes(rng):
    """Five sizes of an attention, all different."""
    heads = int(rng.integers(2, 5))
    batch, target_length, source_length = (int(size) for size in rng.permutation([1, 5, 6, 7])[:3])
    return batch, heads, target_length, source_length, heads * int(rng.integers(4, 7))


def costs(learner, *sizes):
    """The pair that the learner gives for these sizes."""
    return expect.pair(learner(*sizes), "multiplications, score_numbers")


@exercise("attention_cost", points=3, minutes=15, difficulty=2, importance=4)
class TestAttentionCost:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        multiplications, scores = costs(learner, 1, 2, 3, 4, 4)
        expect.equal(multiplications, 320, "Four products of Dense layers take 224, and those of two heads 96.")
        expect.equal(scores, 24, "Two heads have 3 · 4 scores each.")

    @worth(3)
    def test_the_products_of_all_six_are_counted(self, learner, rng):
        for _ in range(4):
            sizes = some_sizes(rng)
            rule = "Four projections and two products in each head, counted here one multiplication at a time."
            expect.equal(costs(learner, *sizes)[0], cost_by_loops(*sizes)[0], rule)

    @worth(2)
    def test_each_head_of_each_sentence_has_its_own_scores(self, learner, rng):
        for _ in range(3):
            sizes = some_sizes(rng)
            rule = "One score for each query and key, in each head of each sentence: B · H · T · S."
            expect.equal(costs(learner, *sizes)[1], cost_by_loops(*sizes)[1], rule)

    def test_large_models_are_counted_exactly(self, learner):
        batch, heads, target_length, source_length, d_model = sizes = (1001, 9, 131_071, 65_539, 9_999_999)
        in_projections = 2 * batch * d_model * d_model * (target_length + source_length)
        products = 2 * batch * d_model * target_length * source_length
        with expect.beforehand():
            expect.equal(list(costs(learner, 1, 2, 3, 4, 4)), [320, 24], "The worked example comes out.")
        rule = "Python's whole numbers are exact at any size; floats and tensors are not."
        multiplications, scores = costs(learner, *sizes)
        expect.equal(multiplications, in_projections + products, rule)
        expect.equal(scores, batch * heads * target_length * source_length, rule)


TOKENS, WIDTH = 9, 8  # V and D


def an_embedding(learner, built=True):
    """Keras' embedding, made where the learner's code lives, with the usual matrix or, not built, with none."""
    embedding = learner.from_keras("layers.Embedding")(TOKENS, WIDTH, name="words")  # Keras would count them
    if built:
        embedding(np.zeros((1, 1), "int32"))
        embedding.set_weights([the_table()])
    return embedding


def the_table():
    """A matrix that is the same in every test, so that naming a mistake refutes most others once for all."""
    return np.random.default_rng(10).normal(size=(TOKENS, WIDTH)).astype(np.float32)


@exercise("TiedProjection", points=4, minutes=20, difficulty=3, importance=4)
class TestTiedProjection:
    @supporting
    def test_its_only_parameter_is_the_matrix_of_the_embedding(self, learner):
        layer = learner(an_embedding(learner))
        expect.shape(layer(np.zeros((2, 3, WIDTH))), (2, 3, TOKENS), "(B, T, D) gives logits (B, T, V).")
        rule = "The layer keeps the embedding, whose matrix (V, D) is its only parameter: it makes none of its own."
        found = [array.shape for array in layer.weights()]
        expect.true(found == [(TOKENS, WIDTH)], rule, f"parameters {found}", f"[({TOKENS}, {WIDTH})]")

    @worth(3)
    def test_a_logit_is_x_times_the_row_of_its_token(self, learner, rng):
        layer = learner(an_embedding(learner))
        for shape in ((2, 5, WIDTH), (3, WIDTH), (2, 1, 4, WIDTH)):
            x = rng.normal(size=shape)
            rule = "The logit of token v is x · row v of the embedding's matrix, without a bias or a scale."
            expect.close(layer(x), x @ the_table().T.astype(np.float64), rule, atol=1e-5)

    @worth(2)
    def test_the_matrix_is_shared_whenever_it_is_made_or_changed(self, learner, rng):
        x, other = rng.normal(size=(2, 5, WIDTH)), rng.normal(size=(TOKENS, WIDTH))
        for built in (False, True):
            embedding = an_embedding(learner, built)
            layer = learner(embedding)
            when = "was called before" if built else "was not called before, so that your layer must build it"
            rule = f"Your layer multiplies by the embedding's matrix. The embedding {when}."
            found = layer(x)
            expect.close(found, x @ embedding.weights()[0].T, rule, atol=1e-4)
            embedding.set_weights([other])
            rule = "The embedding has got another matrix now, and so has your layer: it keeps no copy."
            expect.close(layer(x), x @ other.T, rule, atol=1e-4)

    @worth(2)
    def test_gradients_of_both_uses_reach_the_matrix(self, learner, rng):
        ids, pull = rng.integers(0, TOKENS, size=(2, 5)), rng.normal(size=(2, 5, TOKENS))
        embedding = an_embedding(learner)
        layer, vectors = learner(embedding), the_table()[ids]
        layer(vectors)  # makes whatever it makes
        (found,) = layer.gradient(vectors, cotangent=pull)
        expect.close(found, pull @ the_table(), "The gradient for x must be that of the product.", atol=1e-4)
        given = learner.from_keras("Input")(shape=(5,), dtype="int32")
        model = learner.from_keras("Model")(given, layer(embedding(given)))
        found = model.weight_gradients(ids, cotangent=pull)
        rule = "A model that embeds ids and makes logits of them has one matrix to train."
        expect.true(len(found) == 1, rule, f"gradients for {len(found)}", "a gradient for 1")
        expected = np.einsum("btv,btd->vd", pull, vectors)  # as the projection
        np.add.at(expected, ids, pull @ the_table())  # as the embedding
        rule = "The matrix gets gradients from both uses, as embedding and as projection, and they add up."
        expect.close(found[0], expected, rule, atol=1e-4)

    @supporting
    def test_it_can_be_made_again_from_its_config(self, learner):
        layer = learner(an_embedding(learner), name="again", trainable=False)
        config = layer.method("get_config")
        rule = "`get_config` returns a dictionary."
        expect.true(isinstance(config, dict), rule, expect.returned(config), "a dictionary")
        rule = "`embedding` is in it as a dictionary too, as `keras.saving.serialize_keras_object` gives it."
        expect.true(isinstance(config.get("embedding"), dict), rule, "something else", "a dictionary")
        twin = layer.rebuilt()
        rule = "A layer made from `get_config()` must have an embedding of the same size."
        expect.shape(twin(np.zeros((1, 3, WIDTH))), (1, 3, TOKENS), rule)
        rule = "The layer was made with `trainable=False`: keep what `super().get_config()` gives."
        expect.equal({"trainable": twin.attribute("trainable")}, {"trainable": False}, rule)

    def test_saved_in_a_graph_and_in_half_precision_it_is_the_same(self, learner, rng):
        layer, x = learner(an_embedding(learner)), rng.normal(size=(2, 5, WIDTH)).astype(np.float32)
        lasting(layer, x @ the_table().T, (x,))
        half = learner.under_policy("mixed_float16", an_embedding(learner))
        in_half_precision(half, x)


SOURCE_TOKENS, HEADS, HIDDEN, LONGEST = 11, 4, 20, 13
SIZES = {
    "source_vocabulary_size": SOURCE_TOKENS,
    "target_vocabulary_size": TOKENS,
    "d_model": WIDTH,
    "num_heads": HEADS,
    "d_ff": HIDDEN,
    "num_layers": 1,
    "max_length": LONGEST,
}


def arrays(sizes, norm_first=False, tie_weights=True, shared_vocabulary=False):
    """The shape of every array that a Transformer trains, layer by layer."""
    width, hidden = sizes["d_model"], sizes["d_ff"]
    norm, attention = [(width,)] * 2, [(width, width), (width,)] * 4
    network = [(width, hidden), (hidden,), (hidden, width), (width,)]
    found = [(sizes["target_vocabulary_size"], width)]
    if not shared_vocabulary:
        found.append((sizes["source_vocabulary_size"], width))
    for _ in range(sizes["num_layers"]):
        found += attention + norm + network + norm  # of the encoder
        found += attention + norm + attention + norm + network + norm  # of the decoder
    if norm_first:
        found += norm + norm
    if not tie_weights:
        found += [(width, sizes["target_vocabulary_size"]), (sizes["target_vocabulary_size"],)]
    return found


def counted(*args, **options):
    return sum(math.prod(shape) for shape in arrays(*args, **options))


def ids(rng, tokens, lengths, length):
    """Ids `(B, length)` of sentences of these lengths, padded on the right."""
    found = rng.integers(1, tokens, size=(len(lengths), length)).astype(np.int32)
    return np.where(np.arange(length) < np.array(lengths)[:, None], found, 0).astype(np.int32)


def sentences(rng, sources=(7, 4), targets=(5, 3)):
    """Sources `(B, 7)` and targets `(B, 5)`."""
    return {"source": ids(rng, SOURCE_TOKENS, sources, 7), "target": ids(rng, TOKENS, targets, 5)}


def made(learner, **options):
    """The learner's model with parameters for all of it, the same each time.

    Its parts are called first, each by itself: a model that goes wrong in its first call then does so at once, where
    Keras would look for parts to build, layer by layer.
    """
    nothing = {"source": np.ones((1, 3), np.int32), "target": np.ones((1, 2), np.int32)}
    model = learner(**SIZES, **options)
    decoded(model, nothing)
    return filled(model, nothing, seed=10)


def asked(model, inputs, **options):
    """What the model gives, if that is logits."""
    found = model(inputs, **options)
    expect.shape(found, (*inputs["target"].shape, TOKENS), "(B, S) and (B, T) give logits (B, T, V).")
    return found


def decoded(model, inputs):
    """The hidden states behind the logits: the model's own parts, connected by the masks that the ids ask for."""
    source, target = inputs["source"], inputs["target"]
    real, length = (source != 0)[:, None, :], target.shape[1]
    earlier = np.arange(length)[None, None, :] <= np.arange(length)[None, :, None]
    memory = model.attribute("encoder")(model.attribute("source_embedding")(source), mask=real)
    written = model.attribute("target_embedding")(target)
    masks = {"self_mask": earlier & (target != 0)[:, None, :], "memory_mask": real}
    return model.attribute("decoder")(written, memory, **masks)


def composed(model, inputs):
    """The logits that the model's own parts give."""
    return model.attribute("projection")(decoded(model, inputs))


def at_real(logits, inputs):
    """The logits of real target tokens; those of padding may be anything."""
    return np.where((inputs["target"] != 0)[:, :, None], logits, 0.0)


def table_of(model, name):
    """The matrix of one of the model's two embeddings."""
    found = model.attribute(f"{name}.token_embedding").weights()
    rule = f"`{name}` is a `PositionalEmbedding`, whose `token_embedding` has one matrix."
    expect.true(len(found) == 1, rule, f"{len(found)} parameters", "1")
    return found[0].astype(np.float64)


def embedded(table, found):
    """Vector of each id times √D plus its position's sines and cosines (unit 7)."""
    width, result = table.shape[1], np.zeros((*found.shape, table.shape[1]))
    for row, place in np.ndindex(found.shape):
        for column in range(0, width, 2):
            angle = place / 10000 ** (column / width)
            result[row, place, column : column + 2] = math.sin(angle), math.cos(angle)
        result[row, place] += table[found[row, place]] * math.sqrt(width)
    return result


@exercise("Transformer", points=10, minutes=45, difficulty=4, importance=5)
class TestTransformer:
    @supporting
    def test_each_part_is_told_all_that_it_takes(self, learner):
        options = {"dropout": 0.3, "norm_first": True, "tie_weights": False}
        model = learner(**{**SIZES, "num_layers": 2}, **options)
        wanted = {"num_layers": 2, "d_model": WIDTH, "num_heads": HEADS, "d_ff": HIDDEN, "dropout": 0.3}
        for name in ("encoder", "decoder"):
            stack = {**wanted, "norm_first": True}
            config = model.attribute(name).method("get_config")
            rule = f"`{name}` is the {name.capitalize()} of unit {8 + (name == 'decoder')}, told all six arguments."
            expect.equal({one: config.get(one) for one in stack}, stack, rule)
        for name, size in (("source_embedding", SOURCE_TOKENS), ("target_embedding", TOKENS)):
            config = model.attribute(name).method("get_config")
            sizes = {"vocabulary_size": size, "d_model": WIDTH, "max_length": LONGEST}
            rule = f"`{name}` is a PositionalEmbedding of its own, told its vocabulary's size, D and max_length."
            expect.equal({one: config.get(one) for one in sizes}, sizes, rule)

    @supporting
    def test_embeddings_are_scaled_and_know_positions_and_without_layers_the_targets_reach_the_logits(
        self, learner, rng
    ):
        model, inputs = learner(**{**SIZES, "num_layers": 0}), sentences(rng)
        for name in ("source", "target"):
            found = model.attribute(f"{name}_embedding")(inputs[name])
            expected = embedded(table_of(model, f"{name}_embedding"), inputs[name])
            rule = f"`{name}_embedding` gives each token's vector times √D, plus its position: unit 7's layer."
            expect.close(found, expected, rule, atol=1e-4)
        rule = "Stacks of num_layers=0 hand on what they get, so logits are the embedded target times its table."
        wanted = expected @ table_of(model, "target_embedding").T
        expect.close(at_real(asked(model, inputs), inputs), at_real(wanted, inputs), rule, atol=1e-4)

    @worth(4)
    def test_the_parts_are_connected_by_three_masks_made_of_the_ids(self, learner, rng):
        model = made(learner)
        inputs = {"source": ids(rng, SOURCE_TOKENS, (7, 5, 7), 7), "target": ids(rng, TOKENS, (5, 5, 3), 5)}
        inputs["source"][1, 2] = inputs["target"][2, 1] = 0  # padding that real tokens follow
        inputs["source"][:, 1] = inputs["target"][:, 0] = 1  # [UNK] is a token like all others
        found, expected = asked(model, inputs), composed(model, inputs)
        expect.finite(found, "Logits at padding may be anything, but never NaN.")
        rule = "Logits are projection(decoder(target_embedding(target), encoder(source_embedding(source))))."
        expect.close(found[0], expected[0], f"Without padding: {rule}", atol=1e-4)
        rule = "Padding of the source is hidden from the encoder, and from the decoder as it reads the memory."
        expect.close(found[1], expected[1], rule, atol=1e-4)
        rule = "Padding of the target is hidden from the decoder, also where real tokens follow it."
        expect.close(found[2, [0, 2]], expected[2, [0, 2]], rule, atol=1e-4)

    @worth(3)
    def test_neither_padding_nor_batch_mates_nor_later_tokens_change_anything_and_all_others_do(self, learner, rng):
        model, inputs = made(learner, dropout=0.0), sentences(rng)
        before = asked(model, inputs)
        rule = "With dropout 0 nothing is dropped, in training neither."
        expect.unchanged(asked(model, inputs, training=True), before, rule, atol=1e-4)
        longer = {name: np.pad(inputs[name], ((0, 0), (0, 3))) for name in ("target", "source")}
        rule = "Three more columns of padding, in source and target: the logits of real tokens must not change."
        expect.unchanged(at_real(asked(model, longer)[:, :5], inputs), at_real(before, inputs), rule, atol=1e-4)
        alone = {name: one[1:] for name, one in inputs.items()}
        rule = "Alone in its batch, a sentence must get the logits that it gets beside another."
        expect.unchanged(at_real(asked(model, alone), alone), at_real(before[1:], alone), rule, atol=1e-4)
        for name, place, tokens in (("target", 1, TOKENS), ("source", 2, SOURCE_TOKENS)):
            other = {**inputs, name: inputs[name].copy()}
            other[name][:, place] = 1 + inputs[name][:, place] % (tokens - 1)
            found, first = asked(model, other), place if name == "target" else 0
            rule = f"Target token {place} is another now: the logits before it must not change."
            expect.unchanged(found[:, :first], before[:, :first], rule, atol=1e-4)
            moved = np.abs(found - before)[:, first:3].max(-1).min()
            rule = (
                f"Token {place} of the {name} is another now, so the logits {'from it on' if first else 'all'} change."
            )
            expect.true(bool(moved > 1e-4), rule, "the same somewhere", "other logits")

    @worth(3)
    def test_untied_a_dense_makes_the_logits_and_every_parameter_is_trained(self, learner, rng):
        model, inputs = made(learner, norm_first=True, tie_weights=False), sentences(rng, sources=(7, 7))
        inputs["target"] = np.array([[2, 3, 4, 5, 6], [2, 3, 4, 5, 6]], np.int32)
        found = model.attribute("projection").weights()
        rule = "Untied, `projection` is a Dense of its own: a kernel (D, V) and a bias (V,)."
        shapes = [array.shape for array in found]
        expect.true(shapes == [(WIDTH, TOKENS), (TOKENS,)], rule, f"{shapes}", f"[({WIDTH}, {TOKENS}), ({TOKENS},)]")
        rule = "Untied, logits are the hidden states times the kernel, plus the bias, as they are."
        found, wanted = asked(model, inputs), decoded(model, inputs) @ found[0] + found[1]
        expect.close(found[:, -1], wanted[:, -1], rule, atol=1e-4)  # where no mask hides anything
        pull = rng.normal(size=(2, 5, TOKENS)) * (np.arange(5) == 2)[:, None]  # of the logits after token 4 alone
        count = len(arrays(SIZES, norm_first=True, tie_weights=False))
        found = trained(model, inputs, pull=pull, count=count, silent=3)
        tables = [one for one in found if one.shape == (TOKENS, WIDTH)]
        expect.true(len(tables) == 1, "The target's embedding is trained.", f"{len(tables)} gradients", "one")
        reached = np.abs(tables[0]).max(-1) > 1e-6
        rule = "Logits after the ids 2, 3, 4 have gradients for the vectors of these, and of no later id."
        expect.equal([token for token in range(TOKENS) if reached[token]], [2, 3, 4], rule)

    @supporting
    def test_a_sentence_that_is_too_long_is_refused(self, learner):
        model, most = learner(**SIZES), {"source": LONGEST, "target": LONGEST}
        asked(model, {one: np.ones((2, length), np.int32) for one, length in most.items()})
        for name in most:
            inputs = {one: np.ones((2, length), np.int32) for one, length in {**most, name: 17}.items()}
            rule = f"A {name} of 17 tokens is longer than max_length=13: a ValueError names both numbers."
            with expect.raises("ValueError", rule, ["17", "13"]):
                model(inputs)

    @supporting
    def test_it_can_be_made_again_from_its_config(self, learner):
        sizes = {**SIZES, "num_heads": 2, "max_length": 6, "dropout": 0.2, "norm_first": True, "tie_weights": False}
        model = learner(**sizes, name="again", trainable=False)
        config, twin = model.method("get_config"), model.rebuilt()
        rule = "`get_config` returns all ten arguments as they came, each under its own name."
        expect.true(isinstance(config, dict), rule, expect.returned(config), "a dictionary")
        expect.equal({name: config.get(name) for name in sizes}, sizes, rule)
        usual = {"dropout": 0.1, "norm_first": False, "tie_weights": True}
        config = learner(**SIZES).method("get_config")
        rule = "Whoever does not say otherwise gets dropout=0.1, norm_first=False and tie_weights=True."
        expect.equal({name: config.get(name) for name in usual}, usual, rule)
        rule = "A model made from `get_config()` has the same arguments."
        expect.equal({name: twin.method("get_config").get(name) for name in sizes}, sizes, rule)
        rule = "The model was made with `trainable=False`: hand `**kwargs` on, and keep what `super()` gives."
        expect.equal({"trainable": twin.attribute("trainable")}, {"trainable": False}, rule)

    @worth(2)
    def test_saved_in_a_graph_and_in_half_precision_it_is_the_same(self, learner, rng):
        model, inputs = made(learner), sentences(rng, sources=(7, 7), targets=(5, 5))
        lasting(model, composed(model, inputs), (inputs,))
        in_half_precision(learner.under_policy("mixed_float16", **SIZES), inputs)

    @worth(3)
    def test_tied_logits_share_the_matrix_of_the_target_and_still_do_when_keras_has_trained(self, learner, rng):
        model, inputs = made(learner, dropout=0.5), sentences(rng, sources=(7, 7), targets=(5, 5))
        table, before = table_of(model, "target_embedding"), asked(model, inputs)
        rule = "Tied, a logit is the hidden state times the token's row in the target's table, without bias or scale."
        wanted = decoded(model, inputs) @ table.T
        expect.close(before[:, -1], wanted[:, -1], rule, atol=1e-4)  # where no mask hides anything
        parameters = model.weights()
        rule = "Tied, the parameters are those of embeddings, encoder and decoder: the projection adds none."
        expect.equal(sum(array.size for array in parameters), counted(SIZES), rule)
        moved = float(np.abs(asked(model, inputs, training=True) - before).max())
        expect.true(moved > 1e-3, "In training numbers are dropped.", "the same as outside training", "other logits")
        loss = learner.from_keras("losses.SparseCategoricalCrossentropy")(from_logits=True)
        model.method("compile", learner.from_keras("optimizers.SGD")(0.1), loss, run_eagerly=True)
        model.method("fit", inputs, ids(rng, TOKENS, (5, 5), 5), epochs=1, verbose=0)
        moved = sum(bool(np.abs(a - b).max() > 0) for a, b in zip(model.weights(), parameters, strict=True))
        rule = "One step of `fit` moves the parameters; only a key's bias may stay."
        expect.true(moved >= len(parameters) - 3, rule, f"{moved} of {len(parameters)} have moved", "nearly all")
        rule = "`predict` gives the logits of the trained model for a dictionary of ids, and drops nothing."
        table = table_of(model, "target_embedding")
        wanted = decoded(model, inputs) @ table.T
        found = model.method("predict", inputs, verbose=0)
        expect.shape(found, wanted.shape, rule)
        expect.close(found[:, -1], wanted[:, -1], rule, atol=1e-4)


def some_model(rng):
    """Arguments of a small Transformer, all sizes different."""
    heads = int(rng.integers(2, 4))
    sizes = rng.permutation(np.arange(5, 30))[:3]
    return {
        "source_vocabulary_size": int(sizes[0]),
        "target_vocabulary_size": int(sizes[1]),
        "d_model": 2 * heads * int(rng.integers(1, 4)),
        "num_heads": heads,
        "d_ff": int(30 + sizes[2]),
        "num_layers": int(rng.integers(2, 5)),
        "max_length": int(rng.integers(60, 90)),
    }


def count_is_right(learner, rng, rule, shared=False, **options):
    """The learner's count is that of the arrays, for three models of random sizes."""
    for _ in range(3):
        sizes = some_model(rng)
        if shared:
            sizes["source_vocabulary_size"] = sizes["target_vocabulary_size"]
            options["shared_vocabulary"] = True
        expect.equal(learner(**sizes, dropout=0.4, **options), counted(sizes, **options), rule)


@exercise("count_parameters", points=3, minutes=15, difficulty=2, importance=3)
class TestCountParameters:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        rule = "Tables 22, an encoder layer 49, a decoder layer 77."
        expect.equal(learner(5, 6, d_model=2, num_heads=1, d_ff=3, num_layers=1, max_length=4), 148, rule)

    @worth(3)
    def test_a_tied_model_has_two_tables_and_its_layers(self, learner, rng):
        rule = "Two tables, and in each of the L layers of both stacks its attentions, its network and its norms."
        count_is_right(learner, rng, rule)

    @worth(2)
    def test_an_untied_projection_has_a_kernel_and_a_bias(self, learner, rng):
        count_is_right(
            learner, rng, "Untied, a kernel (D, V) and a bias (V,) are added, V of the target.", tie_weights=False
        )

    def test_pre_norm_stacks_end_in_a_norm_each(self, learner, rng):
        rule = "With norm_first, encoder and decoder end in a norm each, however many layers they have."
        count_is_right(learner, rng, rule, norm_first=True)

    @worth(2)
    def test_a_shared_vocabulary_has_one_table(self, learner, rng):
        rule = "With a shared vocabulary one table serves source and target."
        count_is_right(learner, rng, rule, shared=True)
        rule += " Untied, the projection still has parameters of its own."
        count_is_right(learner, rng, rule, shared=True, tie_weights=False)

    def test_the_base_model_of_the_paper_has_63_million(self, learner):
        found = learner(37_000, int("37000"), 512, 8, 2048, 6, 512, shared_vocabulary=True)  # equal, and two objects
        expect.equal(found, 63_082_496, "D = 512, H = 8, F = 2048, L = 6, tied, a shared vocabulary of 37,000.")

    @supporting
    def test_two_sizes_of_one_vocabulary_are_refused(self, learner):
        for sizes in ((71, 83), (83, 71)):
            rule = "A shared vocabulary has one size: a ValueError names both that were given, here {} and {}."
            with expect.raises("ValueError", rule.format(*sizes), ["71", "83"]):
                learner(*sizes, 4, 2, 5, 1, 6, shared_vocabulary=True)
