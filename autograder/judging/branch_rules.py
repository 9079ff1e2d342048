"""What the branches of a Transformer layer say, and what is dropped of that in training.

A judge lets one branch say 1 everywhere and the others 0, so that whatever dropout does can be read off the output.
"""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from autograder.judging import expect
from autograder.judging.answer import Answer
from autograder.judging.layer_rules import kernel_and_bias, normalised, put_maps, shares

FEED_FORWARD = "feed_forward"  # the branch that is no attention
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
    kernel, bias = kernel_and_bias(value, "value_dense")
    same = np.eye(bias.size).reshape(kernel.shape)
    value.set_weights([same, np.zeros_like(bias)] if copies else [np.zeros_like(kernel), np.ones_like(bias)])
    kernel, bias = kernel_and_bias(output, "output_dense")
    output.set_weights([number * np.eye(bias.size).reshape(kernel.shape), np.zeros_like(bias)])


def speaks(layer: Answer, branches: Sequence[str], speakers: Collection[str], d_model: int, d_ff: int) -> None:
    """Let these branches of a layer say 1 everywhere, and the others 0."""
    for name in branches:
        number = float(name in speakers)
        if name == FEED_FORWARD:
            says(layer.attribute(name), number, d_model, d_ff)
        else:
            attention_says(layer.attribute(name), number, copies=name == CROSS_ATTENTION)


def drops_on_each_branch(
    pre: Answer, post: Answer, branches: Sequence[str], d_ff: int, rate: float, x: np.ndarray, *memory: np.ndarray
) -> None:
    """In training each branch loses this share of its numbers, once, before it is added to x; nothing else does.

    `pre` and `post` are new layers with this dropout, in pre-norm and in post-norm.
    """
    lost = {0.0: rate, 1 / (1 - rate): 1 - rate}
    for name, found in _said_in_training(pre, branches, d_ff, x, *memory):
        rule = f"The branch of `{name}` says 1 everywhere. In training it loses {rate:.0%} of that, once, before "
        shares(found - x, lost, rule + "it is added to x.")
    for name, found in _said_in_training(post, branches, d_ff, np.zeros_like(x), *memory):
        rule = f"In post-norm too, numbers of the branch of `{name}` are dropped before the sum is normalised."
        below = float((found < -1e-3).mean())
        expect.true(
            abs(below - rate) < 0.08, rule, f"{below:.0%} are below the others", f"about {rate:.0%} are dropped"
        )
    expected, few = x[:2, :5], [one[:2] for one in memory]
    speaks(post, branches, (), x.shape[-1], d_ff)
    found = post(expected, *few, training=True)
    for _ in branches:
        expected = normalised(expected)
    rule = "Where all branches say 0, dropout has nothing to drop: it must not act on x, on a sum or after a norm."
    expect.close(found, expected, rule, atol=1e-4)


def keeps_all_outside_training(
    pre: Answer, branches: Sequence[str], d_ff: int, x: np.ndarray, *memory: np.ndarray
) -> None:
    """A pre-norm layer whose branches all say 1 adds just that to x where training is False, or is not spoken of."""
    speaks(pre, branches, branches, x.shape[-1], d_ff)
    for options in ({}, {"training": False}):
        rule = "All branches say 1. Dropout is for training: elsewhere it does nothing, so x grows by 1 for each."
        expect.close(pre(x, *memory, **options), x + len(branches), rule, atol=1e-4)


def _said_in_training(
    layer: Answer, branches: Sequence[str], d_ff: int, x: np.ndarray, *memory: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Each branch, and what the layer makes of x in training while that branch alone says 1."""
    layer(np.zeros_like(x[:1, :3]), *(np.zeros_like(one[:1]) for one in memory))
    for name in branches:
        speaks(layer, branches, (name,), x.shape[-1], d_ff)
        found = layer(x, *memory, training=True)
        with expect.beforehand():
            expect.shape(found, x.shape, "(B, T, D) gives (B, T, D).")
        yield name, found
