"""Unit 08: the encoder.

Oracles are float64 NumPy that reads like the definitions, and the learner's own sublayers, which the judge puts
together itself: who wrote one of them wrong pays for it in its own exercise. Sizes: B=2, T=5, D=12, H=4, F=20, L=3.
"""

import functools
import math

import numpy as np

from autograder.judging import exercise, expect, supporting, worth
from autograder.judging.branch_rules import by_itself, drops_on_each_branch
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
    put_maps,
    remade,
    shares,
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
LAYER_PARAMETERS = 4 * WIDTH * WIDTH + 4 * WIDTH + 2 * WIDTH * HIDDEN + HIDDEN + WIDTH + 4 * WIDTH
BRANCHES = ("attention", "feed_forward")
USUAL = {"dropout": 0.1, "norm_first": False}
RATE = 0.25  # of dropout, where what it leaves is looked at


def norm_gradients(x, gain, epsilon, pull):
    """Of `sum(normalised(x) * pull)` for x, gain and bias, by the chain rule on paper."""
    bent, pulled = normalised(x, epsilon=epsilon), pull * gain
    spread = np.sqrt(x.astype(np.float64).var(-1, keepdims=True) + epsilon)
    through = pulled - pulled.mean(-1, keepdims=True) - bent * (pulled * bent).mean(-1, keepdims=True)
    return through / spread, (pull * bent).sum((0, 1)), pull.sum((0, 1))


@exercise("layer_norm", points=3, minutes=10, difficulty=2, importance=4)
class TestLayerNorm:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        found = learner(np.array([[[2.0, 4, 4, 6]]]), np.ones(4), np.zeros(4))
        root = math.sqrt(2)
        rule = "Mean 4 and variance 2: the deviations −2, 0, 0, 2 are divided by √2."
        expect.close(found, [[[-root, 0, 0, root]]], rule, atol=1e-5)

    @worth(2)
    def test_each_token_gets_mean_0_and_variance_1(self, learner, rng):
        for shape in ((2, 5, 12), (7, 3), (2, 4, 3, 6)):
            x = 3 * rng.normal(size=shape) + rng.normal(size=(*shape[:-1], 1))
            rule = "Mean and variance are those of each token: the last axis alone, whatever comes before it."
            found = learner(x, np.ones(shape[-1]), np.zeros(shape[-1]))
            expect.close(found, normalised(x), rule, atol=1e-5)

    @worth(2)
    def test_gain_scales_and_bias_shifts_what_is_normalised(self, learner, rng):
        x, gain, bias = rng.normal(size=(2, 5, 12)), rng.normal(size=12), rng.normal(size=12)
        rule = "The result is gain · (x − mean) / √(variance + epsilon) + bias."
        expect.close(learner(x, gain, bias), normalised(x, gain, bias), rule, atol=1e-5)

    @worth(2)
    def test_epsilon_is_added_to_the_variance_under_the_root(self, learner, rng):
        x, gain, bias = rng.normal(size=(2, 5, 12)), rng.normal(size=12), rng.normal(size=12)
        rule = "Divide by √(variance + epsilon): asked here with an epsilon of {}."
        for epsilon in (4.0, 0.5):
            found = learner(x, gain, bias, epsilon=epsilon)
            expect.close(found, normalised(x, gain, bias, epsilon), rule.format(epsilon))
        small = 1e-3 * x
        expect.close(learner(small, gain, bias), normalised(small, gain, bias), rule.format("1e-6, the default"))

    def test_a_token_of_equal_numbers_gives_the_bias(self, learner, rng):
        gain, bias = rng.normal(size=12), rng.normal(size=12)
        rule = "Where all numbers of a token are equal, the deviations are 0 and the bias is left, never NaN."
        for number in (4.0, 7.3):  # the second is no sum of powers of two, so that squares are rounded
            x = np.full((2, 3, 12), number)
            expect.close(learner(x, gain, bias), np.tile(bias, (2, 3, 1)), rule, atol=4e-3)

    @worth(2)
    def test_gradients_pass_through_mean_and_variance(self, learner, rng):
        x, gain, bias = rng.normal(size=(2, 5, 12)), rng.normal(size=12), rng.normal(size=12)
        pull = rng.normal(size=x.shape)
        found = learner.gradient(x, gain, bias, epsilon=0.1, cotangent=pull, wrt=(0, 1, 2))
        for name, mine, expected in zip(("x", "gain", "bias"), found, norm_gradients(x, gain, 0.1, pull), strict=True):
            expect.close(mine, expected, f"The gradient for {name} must be that of the formula.", atol=1e-5)

    def test_it_works_in_a_compiled_graph_of_unknown_length(self, learner, rng):
        x, gain, bias = rng.normal(size=(2, 5, 12)), rng.normal(size=12), rng.normal(size=12)
        found = learner.compiled(x, gain, bias, unknown_axes=2, constant=(1, 2))
        expect.close(found, normalised(x, gain, bias), "A graph made for any B and T must give the same.", atol=1e-5)


def some_maps():
    """Parameters that are the same in every test, so that naming a mistake refutes most others once for all."""
    usual = np.random.default_rng(8)
    kernels = {"first_kernel": usual.normal(size=(WIDTH, HIDDEN)), "second_kernel": usual.normal(size=(HIDDEN, WIDTH))}
    return {**kernels, "first_bias": usual.normal(size=HIDDEN), "second_bias": usual.normal(size=WIDTH)}


def networked(x, maps):
    """Affine, ReLU, affine, in float64; the hidden numbers too."""
    hidden = x @ maps["first_kernel"] + maps["first_bias"]
    bent = np.where(hidden > 0, hidden, 0.0)
    return bent @ maps["second_kernel"] + maps["second_bias"], bent


def built_network(learner, *args, **options):
    """The learner's feed-forward network after a first call, with the usual parameters; returns these, too."""
    layer = learner(*(args or (WIDTH, HIDDEN)), **options)
    layer(np.zeros((1, 3, WIDTH)))
    maps = some_maps()
    put_maps(layer, WIDTH, HIDDEN, **maps)
    return layer, maps


@exercise("FeedForward", points=4, minutes=15, difficulty=2, importance=5)
class TestFeedForward:
    @supporting
    def test_it_has_two_maps_with_bias(self, learner):
        layer = learner(WIDTH, HIDDEN)
        expect.shape(layer(np.zeros((1, 3, WIDTH))), (1, 3, WIDTH), "(B, T, D) gives (B, T, D).")
        maps_of(layer, WIDTH, HIDDEN)

    @worth(3)
    def test_relu_stands_between_two_affine_maps(self, learner, rng):
        layer, maps = built_network(learner)
        for length in (5, 1):
            x = rng.normal(size=(2, length, WIDTH))
            rule = "max(0, x · first kernel + first bias) · second kernel + second bias, for each token."
            expect.close(layer(x), networked(x, maps)[0], rule, atol=1e-4)

    @worth(2)
    def test_dropout_acts_once_in_training_on_each_number_by_itself(self, learner, rng):
        layer, _ = built_network(learner, WIDTH, HIDDEN, dropout=RATE)
        nothing = {"first_bias": np.zeros(HIDDEN), "second_bias": np.zeros(WIDTH)}
        first = np.repeat(np.eye(1, WIDTH), HIDDEN, axis=0).T  # every hidden number is the first of x
        put_maps(layer, WIDTH, HIDDEN, first_kernel=first, second_kernel=np.eye(HIDDEN, WIDTH), **nothing)
        found = layer(np.ones((8, 25, WIDTH)), training=True)
        with expect.beforehand():
            expect.shape(found, (8, 25, WIDTH), "(B, T, D) gives (B, T, D).")
        rule = f"All outputs are 1 here. In training, dropout={RATE} makes that share 0 and the others 1 / {1 - RATE}."
        shares(found, {0.0: RATE, 1 / (1 - RATE): 1 - RATE}, rule)
        rule = "Dropout draws for each number by itself, after the first map: not for a whole token, nor on x."
        kept = (found > 0.5).mean(-1)
        expect.true(bool(((kept > 0) & (kept < 1)).mean() > 0.8), rule, "whole tokens were dropped", "single numbers")
        by_itself(found < 0.5)
        again = layer(np.ones((8, 25, WIDTH)), training=True)
        rule = "Dropout draws anew at each call."
        expect.true(bool((again != found).any()), rule, "the same numbers were dropped twice", "others")

    def test_outside_training_nothing_is_dropped(self, learner, rng):
        plain, maps = built_network(learner)
        x = rng.normal(size=(2, 5, WIDTH))
        expected = networked(x, maps)[0]
        with expect.beforehand():
            expect.close(plain(x), expected, "Two affine maps with a ReLU between them.", atol=1e-4)
        expect.close(plain(x, training=True), expected, "With dropout 0, the default, nothing is dropped.", atol=1e-4)
        layer, _ = built_network(learner, WIDTH, HIDDEN, dropout=RATE)
        for options in ({}, {"training": False}):
            rule = "Dropout is for training: elsewhere it does nothing."
            expect.close(layer(x, **options), expected, rule, atol=1e-4)

    def test_every_parameter_gets_its_gradient(self, learner, rng):
        layer, maps = built_network(learner)
        x, pull = rng.normal(size=(2, 5, WIDTH)), rng.normal(size=(2, 5, WIDTH))
        found, places = layer.weight_gradients(x, cotangent=pull), maps_of(layer, WIDTH, HIDDEN)[0]
        bent = networked(x, maps)[1]
        pulled = np.where(bent > 0, pull @ maps["second_kernel"].T, 0.0)
        expected = {
            "first kernel": np.einsum("btd,btf->df", x, pulled),
            "first bias": pulled.sum((0, 1)),
            "second kernel": np.einsum("btf,btd->fd", bent, pull),
            "second bias": pull.sum((0, 1)),
        }
        rule = "All four parameters must be trained."
        expect.true(len(found) == 4, rule, f"gradients for {len(found)}", "gradients for 4")
        for name, gradient in expected.items():
            rule = f"The gradient of the {name} must be that of the formula."
            expect.close(np.reshape(found[places[name]], gradient.shape), gradient, rule, rtol=1e-4, atol=1e-3)

    @supporting
    def test_it_can_be_made_again_from_its_config(self, learner):
        sizes = {"d_model": 10, "d_ff": 7, "dropout": 0.2}
        remade(learner, sizes, np.zeros((1, 3, 10)), usual={"dropout": 0.0})

    def test_saved_in_a_graph_and_in_half_precision_it_is_the_same(self, learner, rng):
        layer, maps = built_network(learner)
        x = rng.normal(size=(2, 5, WIDTH))
        expected, before = networked(x, maps)[0], layer(x)
        with expect.beforehand():
            expect.close(before, expected, "Two affine maps with a ReLU between them.", atol=1e-4)
        expect.equal(layer.reloaded(x)(x), before, "A saved layer must come back the same, bit for bit.")
        rule = "A graph made for any B and T must give the same."
        expect.close(layer.compiled(x, unknown_axes=2), expected, rule, atol=1e-4)
        half = learner.under_policy("mixed_float16", WIDTH, HIDDEN)
        in_half_precision(half, x)


def dressed(learner, *args, parts=layer_parts, **options):
    """The learner's layer with parameters for all of it, the same each time."""
    parts = functools.partial(parts, branches=BRANCHES)
    return filled(learner(*args, **options), np.zeros((1, 3, WIDTH)), parts=parts)


dressed_stack = functools.partial(dressed, parts=stack_parts)


def composed(layer, x, mask=None, norm_first=False):
    """The layer's own sublayers, put together as the task says."""
    attention, norm, network, last = (
        layer.attribute(name) for name in ("attention", "attention_norm", "feed_forward", "feed_forward_norm")
    )
    if norm_first:
        x = x + attended(attention, norm(x), mask=mask)
        return x + network(last(x))
    x = norm(x + attended(attention, x, mask=mask))
    return last(x + network(x))


@exercise("EncoderLayer", points=8, minutes=40, difficulty=4, importance=5)
class TestEncoderLayer:
    @supporting
    def test_it_has_the_parameters_of_four_sublayers(self, learner):
        layer = learner(WIDTH, HEADS, HIDDEN)
        expect.shape(layer(np.zeros((1, 3, WIDTH))), (1, 3, WIDTH), "(B, T, D) gives (B, T, D).")
        attention = sum(array.size for array in layer.attribute("attention").weights(compared=False))
        rule = "`attention` has H heads of width D / H: 4 · (D · D + D) parameters."
        expect.equal(attention, 4 * (WIDTH * WIDTH + WIDTH), rule)
        maps_of(layer.attribute("feed_forward"), WIDTH, HIDDEN)
        for name in ("attention_norm", "feed_forward_norm"):
            shapes = [array.shape for array in layer.attribute(name).weights(compared=False)]
            rule = f"`{name}` is a LayerNormalization of its own, used in `call`: a gain and a bias of D numbers."
            expect.true(shapes == [(WIDTH,), (WIDTH,)], rule, f"parameters {shapes}", f"[({WIDTH},), ({WIDTH},)]")
        count = sum(array.size for array in layer.weights(compared=False))
        rule = "The parameters are those of the four sublayers, and no others."
        expect.equal(count, LAYER_PARAMETERS, rule)

    @worth(3)
    def test_post_norm_normalises_the_sum_of_x_and_each_branch(self, learner, rng):
        layer, x = dressed(learner, WIDTH, HEADS, HIDDEN), rng.normal(size=(2, 5, WIDTH))
        rule = "x = attention_norm(x + attention(x)), then feed_forward_norm(x + feed_forward(x))."
        expect.close(layer(x), composed(layer, x), rule, atol=1e-4)
        rule = "`feed_forward` ends with an affine map: what it says may be less than 0."
        expect.true(bool((layer.attribute("feed_forward")(x) < 0).any()), rule, "no number below 0", "some below 0")

    @worth(3)
    def test_pre_norm_normalises_what_each_branch_reads(self, learner, rng):
        layer = dressed(learner, WIDTH, HEADS, HIDDEN, norm_first=True)
        x = rng.normal(size=(2, 5, WIDTH))
        rule = "x = x + attention(attention_norm(x)), then x + feed_forward(feed_forward_norm(x))."
        expect.close(layer(x), composed(layer, x, norm_first=True), rule, atol=1e-4)

    @worth(2)
    def test_the_mask_decides_who_attends_to_whom_so_that_padding_changes_nothing(self, learner, rng):
        for norm_first, kind in KINDS.items():
            layer = dressed(learner, WIDTH, HEADS, HIDDEN, norm_first=norm_first)
            x = rng.normal(size=(2, 5, WIDTH))
            with expect.beforehand():
                rule = "Without a mask the output is right."
                expect.close(layer(x), composed(layer, x, norm_first=norm_first), rule, atol=1e-4)
            for shape in ((2, 1, 5), (1, 5, 5), (2, 5, 5))[norm_first:]:
                mask = some_mask(rng, shape)
                rule = f"The attention gets the mask {shape}, here in {kind}."
                expect.close(layer(x, mask=mask), composed(layer, x, mask, norm_first), rule, atol=1e-4)
        unheard(layer, x, padded([3, 5], 5), noise=rng.normal(size=x.shape))

    @worth(2)
    def test_a_token_that_may_attend_nowhere_gets_the_output_bias(self, learner, rng):
        layer = dressed(learner, WIDTH, HEADS, HIDDEN)
        x, mask = rng.normal(size=(2, 5, WIDTH)), some_mask(rng, (2, 5, 5))
        mask[0, 3] = mask[1] = False
        bias = layer.attribute("attention.output_dense").weights()[-1]
        norm, network, last = (
            layer.attribute(name) for name in ("attention_norm", "feed_forward", "feed_forward_norm")
        )
        found, alone = layer(x, mask=mask), np.tile(bias, (2, 5, 1))
        with expect.beforehand():
            expect.shape(found, x.shape, "(B, T, D) gives (B, T, D).")
        expect.finite(found, "A token that may attend nowhere must stay free of NaN.")
        told = norm(x + alone)
        expected, nowhere = last(told + network(told)), ~mask.any(-1)
        rule = "Where a token may attend to nothing, the attention adds the bias of output_dense alone."
        expect.close(found[nowhere], expected[nowhere], rule, atol=1e-4)

    @supporting
    @worth(2)
    def test_both_norms_have_an_epsilon_of_one_millionth(self, learner, rng):
        layer = dressed(learner, WIDTH, HEADS, HIDDEN)
        small = 1e-3 * rng.normal(size=(2, 5, WIDTH))
        norms = {name: layer.attribute(name) for name in ("attention_norm", "feed_forward_norm")}
        found = {name: (norm(small), kernel_and_bias(norm, name)) for name, norm in norms.items()}
        for name, (mine, gain_and_bias) in found.items():
            rule = f"`{name}` is a LayerNormalization with epsilon=1e-6, over the last axis."
            expect.close(mine, normalised(small, *gain_and_bias), rule, atol=1e-4)
        layer(small)

    @worth(3)
    def test_in_training_dropout_acts_on_each_branch_once(self, learner, rng):
        make = functools.partial(learner, WIDTH, HEADS, HIDDEN, dropout=RATE)
        drops_on_each_branch(make, BRANCHES, HIDDEN, RATE, rng.normal(size=(8, 25, WIDTH)))

    @worth(2)
    def test_outside_training_nothing_is_dropped(self, learner, rng):
        x, mask = masked_tokens(rng)
        for norm_first, kind in KINDS.items():
            plain = dressed(learner, WIDTH, HEADS, HIDDEN, dropout=0.0, norm_first=norm_first)
            expected = composed(plain, x, mask, norm_first)
            with expect.beforehand():
                expect.close(plain(x, mask=mask), expected, "With dropout 0 the output is right.", atol=1e-4)
            rule = f"With dropout 0 nothing is dropped, in training neither, and the mask is obeyed, here in {kind}."
            expect.close(plain(x, mask=mask, training=True), expected, rule, atol=1e-4)
            layer = dressed(learner, WIDTH, HEADS, HIDDEN, dropout=0.5, norm_first=norm_first)
            for options in ({}, {"training": False}):
                rule = f"Dropout is for training: elsewhere it does nothing, here in {kind}."
                expect.close(layer(x, mask=mask, **options), expected, rule, atol=1e-4)

    @supporting
    def test_a_width_that_the_heads_do_not_divide_is_refused(self, learner):
        with expect.raises("ValueError", "Raise a ValueError that names both numbers, here 37 and 5.", ["37", "5"]):
            learner(37, 5, HIDDEN)

    @worth(2)
    def test_every_parameter_gets_a_gradient(self, learner, rng):
        gradients(dressed(learner, WIDTH, HEADS, HIDDEN), rng, layers=1, count=16)

    @supporting
    def test_it_can_be_made_again_from_its_config(self, learner):
        sizes = {"d_model": 10, "num_heads": 5, "d_ff": 7, "dropout": 0.2, "norm_first": True}
        remade(learner, sizes, np.zeros((1, 3, 10)), usual=USUAL)

    @worth(2)
    def test_saved_in_a_graph_and_in_half_precision_it_is_the_same(self, learner, rng):
        layer = dressed(learner, WIDTH, HEADS, HIDDEN, norm_first=True)
        lasting(layer, composed(layer, *(given := masked_tokens(rng)), norm_first=True), given)
        in_half_precision(learner.under_policy("mixed_float16", WIDTH, HEADS, HIDDEN), given[0], mask=given[1])


def unheard(layer, x, mask, noise):
    """What stands where the mask hides a token reaches no other token."""
    real = np.broadcast_to(mask[:, 0, :, None], x.shape)
    before = layer(x, mask=mask)
    with expect.beforehand():
        expect.shape(before, x.shape, "(B, T, D) gives (B, T, D).")
    for other in (np.where(real, x, 30 * noise), np.where(real, x, 0.0)):
        found = layer(other, mask=mask)
        rule = "Hidden tokens hold something else now: the outputs of the real ones must not change."
        expect.close(np.where(real, found, 0.0), np.where(real, before, 0.0), rule, atol=1e-4)


def gradients(layer, rng, layers, count):
    """All parameters of so many layers are trained."""
    x, mask = masked_tokens(rng)
    trained(layer, x, mask=mask, pull=rng.normal(size=x.shape), count=count, silent=layers)


def masked_tokens(rng):
    return rng.normal(size=(2, 5, WIDTH)), padded([3, 5], 5)


def through(encoder, x, mask=None, norm_first=False, count=LAYERS):
    """The encoder's own layers one after the other, each with the mask, and its last norm where there must be one."""
    for layer in stack_of(encoder, count):
        x = layer(x) if mask is None else layer(x, mask=mask)
    return encoder.attribute("last_norm")(x) if norm_first else x


@exercise("Encoder", points=5, minutes=20, difficulty=3, importance=5)
class TestEncoder:
    @supporting
    @worth(3)
    def test_it_holds_as_many_different_layers_as_asked(self, learner):
        for norm_first, count in ((False, LAYERS), (True, 1)):
            encoder = learner(count, WIDTH, HEADS, HIDDEN, norm_first=norm_first)
            expect.shape(encoder(np.zeros((1, 3, WIDTH))), (1, 3, WIDTH), "(B, T, D) gives (B, T, D).")
            last = 2 * WIDTH if norm_first else 0
            layers_of_their_own(encoder, count, LAYER_PARAMETERS, last, "an EncoderLayer")

    @worth(3)
    def test_x_goes_through_all_layers_in_order(self, learner, rng):
        encoder = dressed_stack(learner, LAYERS, WIDTH, HEADS, HIDDEN)
        x = rng.normal(size=(2, 5, WIDTH))
        rule = "layers[0] reads x, each of the others what the one before it returns, and nothing follows the last."
        expect.close(encoder(x), through(encoder, x), rule, atol=1e-4)
        in_order(encoder, False, LAYERS, x)

    @worth(3)
    def test_with_norm_first_a_last_norm_follows_pre_norm_layers(self, learner, rng):
        encoder = dressed_stack(learner, 2, WIDTH, HEADS, HIDDEN, norm_first=True)
        x = rng.normal(size=(2, 5, WIDTH))
        in_order(encoder, True, 2, x)
        rule = "With norm_first the output of the last layer goes through `last_norm`."
        expect.close(encoder(x), through(encoder, x, norm_first=True, count=2), rule, atol=1e-4)
        norm, small = encoder.attribute("last_norm"), 1e-3 * x
        gain, bias = kernel_and_bias(norm, "last_norm")
        rule = "`last_norm` is a LayerNormalization with epsilon=1e-6."
        expect.close(norm(small), normalised(small, gain, bias), rule, atol=1e-4)

    @worth(3)
    def test_every_layer_obeys_the_mask_so_that_padding_changes_nothing(self, learner, rng):
        for norm_first, shape in ((False, (2, 1, 5)), (True, (2, 5, 5))):
            encoder = dressed_stack(learner, 2, WIDTH, HEADS, HIDDEN, norm_first=norm_first)
            x, mask = rng.normal(size=(2, 5, WIDTH)), some_mask(rng, shape)
            with expect.beforehand():
                expected = through(encoder, x, norm_first=norm_first, count=2)
                expect.close(encoder(x), expected, "Without a mask the output is right.", atol=1e-4)
            rule = f"The same mask {shape} goes to every layer, not to the first alone. ({KINDS[norm_first]})"
            expect.close(encoder(x, mask=mask), through(encoder, x, mask, norm_first, 2), rule, atol=1e-4)
        unheard(encoder, x, padded([3, 5], 5), noise=rng.normal(size=x.shape))

    @worth(2)
    def test_dropout_reaches_every_layer_and_acts_in_training_only(self, learner, rng):
        x, mask = masked_tokens(rng)
        plain = dressed_stack(learner, 1, WIDTH, HEADS, HIDDEN, dropout=0.0)
        expected = through(plain, x, mask, count=1)
        with expect.beforehand():
            expect.close(plain(x, mask=mask), expected, "With dropout 0 the output is right.", atol=1e-4)
        rule = "With dropout 0 nothing is dropped, in training neither: every layer gets that 0, and the mask as ever."
        expect.close(plain(x, mask=mask, training=True), expected, rule, atol=1e-4)
        encoder = dressed_stack(learner, 2, WIDTH, HEADS, HIDDEN, dropout=0.5)
        drops_in_every_layer(encoder, 2, through(encoder, x, count=2), x)
        drops_nowhere_else(encoder, 2, BRANCHES, HIDDEN, x)

    @supporting
    def test_a_width_that_the_heads_do_not_divide_is_refused(self, learner):
        with expect.raises("ValueError", "Raise a ValueError that names both numbers, here 37 and 5.", ["37", "5"]):
            learner(LAYERS, 37, 5, HIDDEN)

    def test_every_parameter_gets_a_gradient(self, learner, rng):
        encoder = dressed_stack(learner, 2, WIDTH, HEADS, HIDDEN, norm_first=True)
        gradients(encoder, rng, layers=2, count=16 * 2 + 2)

    @supporting
    def test_it_can_be_made_again_from_its_config(self, learner):
        sizes = {"num_layers": 2, "d_model": 10, "num_heads": 5, "d_ff": 7, "dropout": 0.2, "norm_first": True}
        remade(learner, sizes, np.zeros((1, 3, 10)), usual=USUAL)

    @worth(2)
    def test_saved_in_a_graph_and_in_half_precision_it_is_the_same(self, learner, rng):
        encoder, given = dressed_stack(learner, 1, WIDTH, HEADS, HIDDEN, norm_first=True), masked_tokens(rng)
        lasting(encoder, through(encoder, *given, norm_first=True, count=1), given)
        in_half_precision(learner.under_policy("mixed_float16", 1, WIDTH, HEADS, HIDDEN), given[0], mask=given[1])
