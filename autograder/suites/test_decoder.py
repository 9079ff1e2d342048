"""Unit 09: the decoder.

The learner's own sublayers are put together by the judge and compared with what the learner made of them; what a token
may depend on is asked by changing inputs and by gradients. Sizes: B=2, T=5, S=7, D=12, H=4, F=20, L=3.
"""

import functools

import numpy as np

from autograder.judging import exercise, expect, supporting, worth
from autograder.judging.branch_rules import drops_on_each_branch, keeps_all_outside_training
from autograder.judging.layer_rules import (
    KINDS,
    attended,
    filled,
    in_half_precision,
    kernel_and_bias,
    lasting,
    layer_parts,
    maps_of,
    normalised,
    padded,
    remade,
    some_mask,
    stack_parts,
    trained,
)
from autograder.judging.stack_rules import (
    drops_in_every_layer,
    drops_nowhere_else,
    in_order,
    layers_of_their_own,
    stack_of,
)

WIDTH, HEADS, HIDDEN, LAYERS = 12, 4, 20, 3
TARGET, SOURCE = 5, 7
BRANCHES = ("self_attention", "cross_attention", "feed_forward")
ATTENTION_PARAMETERS = 4 * (WIDTH * WIDTH + WIDTH)
LAYER_PARAMETERS = 2 * ATTENTION_PARAMETERS + 2 * WIDTH * HIDDEN + HIDDEN + WIDTH + 3 * 2 * WIDTH
ARRAYS = 2 * 8 + 4 + 3 * 2  # of parameters in a layer; the two biases of keys get no gradient
USUAL = {"dropout": 0.1, "norm_first": False}
RATE = 0.25  # of dropout, where what it leaves is looked at
SMALLEST = np.zeros((1, 3, WIDTH)), np.zeros((1, 2, WIDTH))  # x and memory of a first call
CAUSAL = np.tri(TARGET, dtype=bool)[None]
MASKS = {  # shapes of both masks, by `norm_first`; None where one is missing
    False: (((2, 1, 5), (2, 5, 7)), ((1, 5, 5), None)),
    True: (((2, 5, 5), (2, 1, 7)), (None, (1, 5, 7))),
}


def both_sides(rng):
    """x and memory."""
    return rng.normal(size=(2, TARGET, WIDTH)), rng.normal(size=(2, SOURCE, WIDTH))


def some_masks(rng, shapes):
    """Random masks of these shapes, by name, and what there is of them in words."""
    given = zip(("self_mask", "memory_mask"), shapes, strict=True)
    masks = {name: some_mask(rng, shape) for name, shape in given if shape}
    return masks, " and ".join(f"`{name}` {mask.shape}" for name, mask in masks.items())


def dressed(learner, *args, parts=layer_parts, **options):
    """The learner's layer with parameters for all of it, the same each time."""
    return filled(learner(*args, **options), *SMALLEST, parts=functools.partial(parts, branches=BRANCHES))


dressed_stack = functools.partial(dressed, parts=stack_parts)


def parts_of(layer):
    """Each branch with its norm, in order."""
    return [(layer.attribute(name), layer.attribute(f"{name}_norm")) for name in BRANCHES]


def composed(layer, x, memory, self_mask=None, memory_mask=None, norm_first=False):
    """The layer's own sublayers, put together as the task says."""
    (written, first), (read, second), (network, last) = parts_of(layer)
    if norm_first:
        x = x + attended(written, first(x), mask=self_mask)
        x = x + attended(read, second(x), memory, memory_mask)
        return x + network(last(x))
    x = first(x + attended(written, x, mask=self_mask))
    x = second(x + attended(read, x, memory, memory_mask))
    return last(x + network(x))


def with_bias_alone(attention, query, memory=None, mask=None):
    """What an attention gives, and the bias of its output where a token may attend to nothing."""
    _, bias = kernel_and_bias(attention.attribute("output_dense"), "output_dense")
    return np.where(mask.any(-1, keepdims=True), attended(attention, query, memory, mask), bias)


@exercise("DecoderLayer", points=12, minutes=35, difficulty=4, importance=5)
class TestDecoderLayer:
    @supporting
    @worth(2)
    def test_it_has_six_sublayers_and_their_parameters(self, learner, rng):
        layer, small = learner(WIDTH, HEADS, HIDDEN), 1e-3 * rng.normal(size=(2, TARGET, WIDTH))
        expect.shape(layer(*SMALLEST), SMALLEST[0].shape, "x (B, T, D) and memory (B, S, D) give (B, T, D).")
        for name in BRANCHES[:2]:
            count = sum(array.size for array in layer.attribute(name).weights(compared=False))
            rule = f"`{name}` has H heads of width D / H: 4 · (D · D + D) parameters."
            expect.equal(count, ATTENTION_PARAMETERS, rule)
        maps_of(layer.attribute("feed_forward"), WIDTH, HIDDEN)
        norms = {name: layer.attribute(f"{name}_norm") for name in BRANCHES}
        shapes_of = {name: [array.shape for array in norm.weights(compared=False)] for name, norm in norms.items()}
        found = {name: norm(small) for name, norm in norms.items()}
        for name, shapes in shapes_of.items():
            rule = f"`{name}_norm` is a LayerNormalization of its own, used in `call`: a gain and a bias of D numbers."
            expect.true(shapes == [(WIDTH,), (WIDTH,)], rule, f"parameters {shapes}", f"[({WIDTH},), ({WIDTH},)]")
            rule = f"`{name}_norm` is a LayerNormalization with epsilon=1e-6, over the last axis."
            expect.close(found[name], normalised(small), rule, atol=1e-4)
        count = sum(array.size for array in layer.weights(compared=False))
        expect.equal(count, LAYER_PARAMETERS, "The parameters are those of six different sublayers, and no others.")

    @worth(3)
    def test_post_norm_normalises_the_sum_of_x_and_each_branch(self, learner, rng):
        layer, (x, memory) = dressed(learner, WIDTH, HEADS, HIDDEN), both_sides(rng)
        rule = "x = norm(x + self_attention(x)), norm(x + cross_attention(x, memory)), norm(x + feed_forward(x))."
        expect.close(layer(x, memory), composed(layer, x, memory), rule, atol=1e-4)

    @worth(3)
    def test_pre_norm_normalises_what_each_branch_reads(self, learner, rng):
        layer, (x, memory) = dressed(learner, WIDTH, HEADS, HIDDEN, norm_first=True), both_sides(rng)
        rule = "Each branch reads the norm of x and is added to x: self_attention, cross_attention, feed_forward."
        expect.close(layer(x, memory), composed(layer, x, memory, norm_first=True), rule, atol=1e-4)

    @worth(3)
    def test_each_mask_goes_to_its_own_attention(self, learner, rng):
        for norm_first, kind in KINDS.items():
            layer = dressed(learner, WIDTH, HEADS, HIDDEN, dropout=0.0, norm_first=norm_first)
            x, memory = both_sides(rng)
            with expect.beforehand():
                rule = "Without masks the output is right."
                expect.close(layer(x, memory), composed(layer, x, memory, norm_first=norm_first), rule, atol=1e-4)
            for shapes in MASKS[norm_first]:
                masks, which = some_masks(rng, shapes)
                rule = f"self_mask is for the self-attention, memory_mask for the cross-attention. ({kind}, {which})"
                expected = composed(layer, x, memory, **masks, norm_first=norm_first)
                expect.close(layer(x, memory, **masks), expected, rule, atol=1e-4)
            rule = f"In training each mask goes to its attention as ever; there is no dropout here. ({kind})"
            expect.close(layer(x, memory, **masks, training=True), expected, rule, atol=1e-4)

    @worth(2)
    def test_the_future_is_hidden_by_self_mask_alone(self, learner, rng):
        hides_the_future(dressed(learner, WIDTH, HEADS, HIDDEN), rng)

    @worth(2)
    def test_every_token_depends_on_its_own_memory_but_not_on_padding(self, learner, rng):
        reads_its_own_memory(dressed(learner, WIDTH, HEADS, HIDDEN), rng)

    @worth(2)
    def test_a_token_that_may_attend_nowhere_gets_the_output_bias(self, learner, rng):
        layer, (x, memory) = dressed(learner, WIDTH, HEADS, HIDDEN), both_sides(rng)
        masks, _ = some_masks(rng, ((2, 5, 5), (2, 5, 7)))
        masks["self_mask"][0, 3] = masks["memory_mask"][0, 1] = masks["memory_mask"][1] = False
        found = layer(x, memory, **masks)
        with expect.beforehand():
            expect.shape(found, x.shape, "x (B, T, D) and memory (B, S, D) give (B, T, D).")
        expect.finite(found, "A token that may attend nowhere must stay free of NaN.")
        (written, first), (read, second), (network, last) = parts_of(layer)
        told = first(x + with_bias_alone(written, x, mask=masks["self_mask"]))
        told = second(told + with_bias_alone(read, told, memory, masks["memory_mask"]))
        nowhere = ~(masks["self_mask"].any(-1) & masks["memory_mask"].any(-1))
        rule = "Where a token may attend to nothing, that attention adds the bias of its output_dense alone."
        expect.close(found[nowhere], last(told + network(told))[nowhere], rule, atol=1e-4)

    @worth(3)
    def test_dropout_acts_on_each_branch_once_and_in_training_only(self, learner, rng):
        make = functools.partial(learner, WIDTH, HEADS, HIDDEN, dropout=RATE)
        x, memory = rng.normal(size=(8, 25, WIDTH)), np.ones((8, 3, WIDTH))
        pre = drops_on_each_branch(make, BRANCHES, HIDDEN, RATE, x, memory)
        keeps_all_outside_training(pre, BRANCHES, HIDDEN, x, memory)

    @supporting
    def test_a_width_that_the_heads_do_not_divide_is_refused(self, learner):
        with expect.raises("ValueError", "Raise a ValueError that names both numbers, here 37 and 5.", ["37", "5"]):
            learner(37, 5, HIDDEN)

    @worth(2)
    def test_every_parameter_gets_a_gradient(self, learner, rng):
        gradients(dressed(learner, WIDTH, HEADS, HIDDEN, norm_first=True), rng, ARRAYS, silent=2)

    @supporting
    def test_it_can_be_made_again_from_its_config(self, learner):
        sizes = {"d_model": 10, "num_heads": 5, "d_ff": 7, "dropout": 0.2, "norm_first": True}
        remade(learner, sizes, np.zeros((1, 3, 10)), np.zeros((1, 2, 10)), usual=USUAL)

    @worth(2)
    def test_saved_in_a_graph_and_in_half_precision_it_is_the_same(self, learner, rng):
        layer, given = dressed(learner, WIDTH, HEADS, HIDDEN, norm_first=True), masked_sides(rng)
        lasting(layer, composed(layer, *given, norm_first=True), given)
        in_half_precision(learner.under_policy("mixed_float16", WIDTH, HEADS, HIDDEN), *given[:2], **named(given))


def masked_sides(rng):
    """x, memory, and a mask for each: causal with padding, and padding."""
    return *both_sides(rng), CAUSAL & padded([3, 5], TARGET), padded([7, 4], SOURCE)


def named(given):
    """The masks among these inputs, by name."""
    return {"self_mask": given[2], "memory_mask": given[3]}


def gradients(layer, rng, count, silent):
    """All parameters are trained, and so is whoever made the memory."""
    given = masked_sides(rng)
    pull, masks = rng.normal(size=given[0].shape), named(given)
    trained(layer, *given[:2], **masks, pull=pull, count=count, silent=silent)
    (of_memory,) = layer.gradient(*given[:2], **masks, cotangent=pull, wrt=(1,))
    rule = "Each token of the memory that is not padding has a gradient: an encoder learns by it."
    expect.equal(reaches(of_memory), masks["memory_mask"][:, 0], rule)


def reaches(gradient):
    """Which tokens of each sentence a gradient reaches, `(B, length)`."""
    return np.abs(gradient).max(-1) > 1e-6


def hides_the_future(layer, rng):
    """Under a causal mask no token depends on later ones, by changing these and by gradient; without it all do."""
    (x, memory), now = both_sides(rng), 2
    earlier = np.arange(TARGET)[:, None] <= now
    before = layer(x, memory, self_mask=CAUSAL)
    with expect.beforehand():
        expect.shape(before, x.shape, "x (B, T, D) and memory (B, S, D) give (B, T, D).")
    found = layer(np.where(earlier, x, rng.normal(size=x.shape)), memory, self_mask=CAUSAL)
    rule = "Tokens 3 and 4 are others now. Under a causal self_mask the outputs of tokens 0 to 2 must not change."
    expect.unchanged(found[:, : now + 1], before[:, : now + 1], rule, atol=1e-5)
    pull = np.where(np.arange(TARGET)[:, None] == now, rng.normal(size=x.shape), 0.0)
    (of_x,) = layer.gradient(x, memory, cotangent=pull, self_mask=CAUSAL)
    rule = "Under a causal self_mask token 2 has gradients for tokens 0, 1 and 2, and none for later ones."
    expect.equal(reaches(of_x), np.broadcast_to(earlier.T, (2, TARGET)), rule)
    (of_x,) = layer.gradient(x, memory, cotangent=pull)
    rule = "Without a self_mask every token sees all others, later ones too: make no causal mask of your own."
    expect.equal(reaches(of_x), np.ones((2, TARGET), bool), rule)


def reads_its_own_memory(layer, rng):
    """Outputs depend on each real token of their own sentence's memory, and on nothing else of the memories."""
    (x, memory), mask = both_sides(rng), padded([7, 4], SOURCE)
    second = np.array([False, True])[:, None, None]
    found = layer.gradient(x, memory, cotangent=second * rng.normal(size=x.shape), wrt=(0, 1), memory_mask=mask)
    of_x, of_memory = found
    rule = "Sentence 1 has a gradient for each of the 4 real tokens of its own memory, and for nothing else of it."
    expect.equal(reaches(of_memory), second[..., 0] & mask[:, 0], rule)
    rule = "The sentences of a batch never mix: outputs of sentence 1 have no gradient for sentence 0."
    expect.equal(reaches(of_x)[0], np.zeros(TARGET, bool), rule)
    before, real = layer(x, memory, memory_mask=mask), np.swapaxes(mask, 1, 2)
    for other in (30 * rng.normal(size=memory.shape), np.zeros(memory.shape)):
        found = layer(x, np.where(real, memory, other), memory_mask=mask)
        rule = "The padding of the memory holds something else now: under memory_mask no output may change."
        expect.unchanged(found, before, rule, atol=1e-5)


def through(decoder, count, x, memory, self_mask=None, memory_mask=None, norm_first=False):
    """The decoder's own layers one after the other, each with memory and masks, and its last norm where one must be."""
    masks = {"self_mask": self_mask, "memory_mask": memory_mask}
    masks = {name: mask for name, mask in masks.items() if mask is not None}
    for layer in stack_of(decoder, count):
        x = layer(x, memory, **masks)
    return decoder.attribute("last_norm")(x) if norm_first else x


@exercise("Decoder", points=8, minutes=20, difficulty=3, importance=5)
class TestDecoder:
    @supporting
    @worth(3)
    def test_it_holds_as_many_different_layers_as_asked(self, learner):
        decoder = learner(LAYERS, WIDTH, HEADS, HIDDEN)
        expect.shape(decoder(*SMALLEST), SMALLEST[0].shape, "x (B, T, D) and memory (B, S, D) give (B, T, D).")
        layers_of_their_own(decoder, LAYERS, LAYER_PARAMETERS, 0, "a DecoderLayer")

    @worth(3)
    def test_x_goes_through_all_layers_and_each_reads_the_memory_itself(self, learner, rng):
        decoder, given = dressed_stack(learner, 2, WIDTH, HEADS, HIDDEN), both_sides(rng)
        rule = "layers[0] reads x, layers[1] what that returns, both read the same memory, and nothing follows."
        expect.close(decoder(*given), through(decoder, 2, *given), rule, atol=1e-4)
        in_order(decoder, False, 2, *given)

    @worth(3)
    def test_with_norm_first_a_last_norm_follows_pre_norm_layers(self, learner, rng):
        decoder, given = dressed_stack(learner, 2, WIDTH, HEADS, HIDDEN, norm_first=True), both_sides(rng)
        in_order(decoder, True, 2, *given)
        rule = "With norm_first the output of the last layer goes through `last_norm`."
        expect.close(decoder(*given), through(decoder, 2, *given, norm_first=True), rule, atol=1e-4)
        norm, small = decoder.attribute("last_norm"), 1e-3 * given[0]
        rule = "`last_norm` is a LayerNormalization with epsilon=1e-6."
        expect.close(norm(small), normalised(small, *kernel_and_bias(norm, "last_norm")), rule, atol=1e-4)

    @worth(3)
    def test_every_layer_gets_both_masks(self, learner, rng):
        decoder, given = dressed_stack(learner, 2, WIDTH, HEADS, HIDDEN), both_sides(rng)
        with expect.beforehand():
            expect.close(decoder(*given), through(decoder, 2, *given), "Without masks the output is right.", atol=1e-4)
        for shapes in (*MASKS[False], MASKS[True][1]):
            masks, which = some_masks(rng, shapes)
            rule = f"Every layer gets the masks as they are, not the first alone. ({which})"
            expect.close(decoder(*given, **masks), through(decoder, 2, *given, **masks), rule, atol=1e-4)

    @worth(3)
    def test_through_all_layers_the_future_is_hidden_by_self_mask_alone(self, learner, rng):
        hides_the_future(dressed_stack(learner, 2, WIDTH, HEADS, HIDDEN), rng)

    @worth(2)
    def test_every_token_depends_on_its_own_memory_but_not_on_padding(self, learner, rng):
        reads_its_own_memory(dressed_stack(learner, 2, WIDTH, HEADS, HIDDEN, norm_first=True), rng)

    @worth(2)
    def test_dropout_reaches_every_layer_and_acts_in_training_only(self, learner, rng):
        plain, given = dressed_stack(learner, 1, WIDTH, HEADS, HIDDEN, dropout=0.0), masked_sides(rng)
        expected, masks = through(plain, 1, *given), named(given)
        given = given[:2]
        with expect.beforehand():
            expect.close(plain(*given, **masks), expected, "With dropout 0 the output is right.", atol=1e-4)
        rule = "With dropout 0 nothing is dropped, in training neither: every layer gets that 0, and both masks."
        expect.close(plain(*given, **masks, training=True), expected, rule, atol=1e-4)
        decoder = dressed_stack(learner, 2, WIDTH, HEADS, HIDDEN, dropout=0.5)
        drops_in_every_layer(decoder, 2, through(decoder, 2, *given), *given)
        drops_nowhere_else(decoder, 2, BRANCHES, HIDDEN, *given)

    @supporting
    def test_a_width_that_the_heads_do_not_divide_is_refused(self, learner):
        with expect.raises("ValueError", "Raise a ValueError that names both numbers, here 37 and 5.", ["37", "5"]):
            learner(LAYERS, 37, 5, HIDDEN)

    def test_every_parameter_gets_a_gradient(self, learner, rng):
        gradients(dressed_stack(learner, 1, WIDTH, HEADS, HIDDEN, norm_first=True), rng, ARRAYS + 2, silent=2)

    @supporting
    def test_it_can_be_made_again_from_its_config(self, learner):
        sizes = {"num_layers": 1, "d_model": 10, "num_heads": 5, "d_ff": 7, "dropout": 0.2, "norm_first": True}
        remade(learner, sizes, np.zeros((1, 3, 10)), np.zeros((1, 2, 10)), usual=USUAL)

    @worth(2)
    def test_saved_in_a_graph_and_in_half_precision_it_is_the_same(self, learner, rng):
        decoder, given = dressed_stack(learner, 1, WIDTH, HEADS, HIDDEN, norm_first=True), masked_sides(rng)
        lasting(decoder, through(decoder, 1, *given, norm_first=True), given)
        in_half_precision(learner.under_policy("mixed_float16", 1, WIDTH, HEADS, HIDDEN), *given[:2], **named(given))
