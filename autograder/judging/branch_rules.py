"""What the branches of a Transformer layer say, and what is dropped of that in training.

A judge lets one branch say 1 everywhere and the others 0, so that whatever dropout does can be read off the output.
"""

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from autograder.judging import expect
from autograder.judging.answer import Answer
from autograder.judging.layer_rules import FEED_FORWARD, kernel_and_bias, normalised, put_maps, shares

CROSS_ATTENTION = "cross_attention"  # the one that reads the memory: give it one that is 1 everywhere


def says(network: Answer, number: float, d_model: int, d_ff: int) -> None:
    """Let a feed-forward network say this number everywhere, whatever it reads, by hidden numbers that are all 1."""
    kernels = {"first_kernel": np.zeros((d_model, d_ff)), "second_kernel": number * np.eye(d_ff, d_model)}
    put_maps(network, d_model, d_ff, **kernels, first_bias=np.ones(d_ff), second_bias=np.zeros(d_model))


def attention_says(attention: Answer, number: float, copies: bool = False) -> None:
    """Let an attention sublayer say this number everywhere: all its values are 1, and attention weights sum to 1.

    Values are 1 by their bias, or with `copies` as copies of a memory that is 1 everywhere. So whoever drops attention
    weights, or numbers of the memory, says something else.
    """
    value, output = attention.attribute("value_dense"), attention.attribute("output_dense")
    kernel, bias = kernel_and_bias(value, "value_dense", compared=False)
    same = np.eye(bias.size).reshape(kernel.shape)
    value.set_weights([same, np.zeros_like(bias)] if copies else [np.zeros_like(kernel), np.ones_like(bias)])
    kernel, bias = kernel_and_bias(output, "output_dense", compared=False)
    output.set_weights([number * np.eye(bias.size).reshape(kernel.shape), np.zeros_like(bias)])


def speaks(layer: Answer, branches: Sequence[str], said: Mapping[str, float], d_model: int, d_ff: int) -> None:
    """Let these branches of a layer say these numbers everywhere, and those that are not named 0."""
    for name in branches:
        number = said.get(name, 0.0)
        if name == FEED_FORWARD:
            says(layer.attribute(name), number, d_model, d_ff)
        else:
            attention_says(layer.attribute(name), number, copies=name == CROSS_ATTENTION)


def drops_on_each_branch(
    make: Callable[..., Answer], branches: Sequence[str], d_ff: int, rate: float, x: np.ndarray, *memory: np.ndarray
) -> Answer:
    """In training each branch loses this share of its numbers, once, before it is added to x; nothing else does.

    `make` makes a layer with this dropout, and takes `norm_first`. Returns the one in pre-norm. That in post-norm is
    made when the other one is right, since most of what can be wrong shows in both, and naming asks many.
    """
    begin = [np.zeros_like(x[:1, :3]), *(np.zeros_like(one[:1]) for one in memory)]
    pre = make(norm_first=True)
    pre(*begin)
    said = {name: 2.0**number for number, name in enumerate(branches)}
    found = _said_in_training(pre, branches, said, d_ff, x, *memory) - x
    _drops_of_each(found, said, rate)
    _drops_after_each(pre, branches, d_ff, rate, *(one[:, :1].repeat(2, axis=1) for one in (x, *memory)))
    post = make()
    post(*begin)
    zeros = np.zeros_like(x)
    for name in branches:
        found = _said_in_training(post, branches, {name: 1.0}, d_ff, zeros, *memory)
        rule = f"In post-norm too, numbers of the branch of `{name}` are dropped before the sum is normalised."
        below = float((found < -1e-3).mean())
        expect.true(
            abs(below - rate) < 0.08, rule, f"{below:.0%} are below the others", f"about {rate:.0%} are dropped"
        )
        by_itself(found < -1e-3)
    expected, few = x[:2, :5], [one[:2] for one in memory]
    speaks(post, branches, {}, x.shape[-1], d_ff)
    found = post(expected, *few, training=True)
    for _ in branches:
        expected = normalised(expected)
    rule = "Where all branches say 0, dropout has nothing to drop: it must not act on x, on a sum or after a norm."
    expect.close(found, expected, rule, atol=1e-4)
    return pre


def by_itself(dropped: np.ndarray) -> None:
    """Which numbers `(B, T, D)` were dropped is not the same for all tokens of a sentence, nor for all sentences."""
    rule = "Dropout draws for each number by itself, as `keras.layers.Dropout` does."
    for axis, what in ((1, "the same features in all tokens of a sentence"), (0, "the same numbers in all sentences")):
        same = (dropped == dropped.take([0], axis)).all()
        expect.true(not same, rule, f"{what} were dropped", "single numbers")


def _drops_after_each(
    pre: Answer, branches: Sequence[str], d_ff: int, rate: float, x: np.ndarray, *memory: np.ndarray
) -> None:
    """Numbers are dropped from what a branch gives, not on its way: here each in turn gives what it reads.

    Where all tokens are equal, an attention with maps that change nothing gives that token. So does a network whose
    hidden numbers are those that it reads and 10, which is taken off again.
    """
    width = x.shape[-1]
    for name in branches:
        speaks(pre, branches, {name: 1.0}, width, d_ff)
        if name == FEED_FORWARD:
            kernels = {"first_kernel": np.eye(width, d_ff), "second_kernel": np.eye(d_ff, width)}
            biases = {"first_bias": np.full(d_ff, 10.0), "second_bias": np.full(width, -10.0)}
            put_maps(pre.attribute(name), width, d_ff, **kernels, **biases)
        else:
            attention_says(pre.attribute(name), 1.0, copies=True)
        given, added = (pre(x, *memory, training=training) - x for training in (False, True))
        off = np.minimum(np.abs(added), np.abs(added - given / (1 - rate))) > 1e-3
        rule = (
            f"`{name}` gives here what it reads. In training each number of that is divided by {1 - rate:g} or "
            "dropped, then added to x: nothing is dropped of what a branch reads, nor within it."
        )
        got, expected = (f"{numbers[off][0]:.3f}" if off.any() else "" for numbers in (added, given / (1 - rate)))
        expect.true(not off.any(), rule, f"{got} is added somewhere", f"0 or {expected}")


def _drops_of_each(found: np.ndarray, said: Mapping[str, float], rate: float) -> None:
    """What is added to x is the sum of what the branches say, each dropped by itself and the rest of it scaled."""
    names = ", ".join(f"{number:g} of `{name}`" for name, number in said.items())
    rule = f"The branches say {names}. In training each loses {rate:.0%} of that, once, before it is added to x."
    for count in range(1, len(said) + 1):
        for kept in itertools.combinations(said, count):
            sums = np.array(list(_sums(said, rate, kept)))
            if np.abs(found[..., None] - sums).min(-1).max() < 1e-3:
                of_these = " and ".join(f"`{name}`" for name in kept)
                expect.true(False, rule, f"nothing of {of_these} is dropped", f"{rate:.0%} of each are dropped")
    shares(found, _sums(said, rate), rule)


def _sums(said: Mapping[str, float], rate: float, kept: Collection[str] = ()) -> dict[float, float]:
    """What branches can add to x in training, with its chance; those of `kept` are never dropped."""
    sums = {0.0: 1.0}
    for name, number in said.items():
        chances = {number: 1.0} if name in kept else {0.0: rate, number / (1 - rate): 1 - rate}
        sums = {known + new: chance * share for known, chance in sums.items() for new, share in chances.items()}
    return sums


def keeps_all_outside_training(
    pre: Answer, branches: Sequence[str], d_ff: int, x: np.ndarray, *memory: np.ndarray
) -> None:
    """A pre-norm layer whose branches all say 1 adds just that to x where training is False, or is not spoken of."""
    speaks(pre, branches, dict.fromkeys(branches, 1.0), x.shape[-1], d_ff)
    for options in ({}, {"training": False}):
        rule = "All branches say 1. Dropout is for training: elsewhere it does nothing, so x grows by 1 for each."
        expect.close(pre(x, *memory, **options), x + len(branches), rule, atol=1e-4)


def _said_in_training(
    layer: Answer,
    branches: Sequence[str],
    said: Mapping[str, float],
    d_ff: int,
    x: np.ndarray,
    *memory: np.ndarray,
) -> np.ndarray:
    """What a layer makes of x in training while its branches say these numbers everywhere."""
    speaks(layer, branches, said, x.shape[-1], d_ff)
    found = layer(x, *memory, training=True)
    with expect.beforehand():
        expect.shape(found, x.shape, "(B, T, D) gives (B, T, D).")
    return found
