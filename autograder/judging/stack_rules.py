"""What every stack of Transformer layers keeps: different layers, in order, each told what was asked for."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.judging import expect
from autograder.judging.answer import Answer
from autograder.judging.branch_rules import speaks
from autograder.judging.layer_rules import KINDS


def stack_of(stack: Answer, count: int) -> Any:
    """The list of layers of a stack, as many as asked for."""
    layers = stack.attribute("layers")
    rule = f"`layers` is the list of the {count} layers, in the order in which x goes through them."
    expect.true(isinstance(layers, (list, tuple)), rule, expect.returned(layers), "a list")
    expect.true(len(layers) == count, rule, f"{len(layers)} layers", f"{count} layers")
    return layers


def layers_of_their_own(stack: Answer, count: int, each: int, last: int, kind: str) -> None:
    """`count` different layers of a `kind`, with `each` parameters that each draws for itself, and `last` more."""
    begun = [layer.weights(compared=False) for layer in stack_of(stack, count)]
    rule = f"Each of the layers is {kind} of its own, with the D, H and F that were asked for."
    expect.equal([sum(array.size for array in arrays) for arrays in begun], [each] * count, rule)
    rule = f"{count} different layers have {count} times the parameters of one, and a last norm in pre-norm only."
    expect.equal(sum(array.size for array in stack.weights(compared=False)), count * each + last, rule)
    for number, other in enumerate(begun[1:], start=1):
        drawn = [one.ndim > 1 and one.any() for one in begun[0]]  # a bias of a head is zeros in all of them
        same = any(is_drawn and (one == two).all() for is_drawn, one, two in zip(drawn, begun[0], other, strict=True))
        rule = "Each layer draws its initial parameters for itself: make it anew, and share no seed."
        expect.true(not same, rule, f"layers 0 and {number} begin with the same kernels", "different kernels")


def in_order(stack: Answer, norm_first: bool, count: int, x: np.ndarray, *memory: np.ndarray) -> None:
    """Every layer is of the order that was asked for: post-norm brings large tokens back to size."""
    spreads = [float(np.std(layer(9 * x, *memory), axis=-1).mean()) for layer in stack_of(stack, count)]
    expect.true(
        all((spread > 4) == norm_first for spread in spreads),
        f"Every layer is {KINDS[norm_first]}, as was asked: only post-norm brings large tokens to size.",
        f"layers whose outputs spread by {', '.join(f'{spread:.1f}' for spread in spreads)}",
        "all as large as their input, 9" if norm_first else "all near 1",
    )


def drops_in_every_layer(stack: Answer, count: int, expected: np.ndarray, *inputs: np.ndarray) -> None:
    """A stack with a dropout drops numbers in training, in each of its layers, and none outside training."""
    for options in ({}, {"training": False}):
        expect.close(stack(*inputs, **options), expected, "Outside training nothing is dropped.", atol=1e-4)
    layers = stack_of(stack, count)
    alive = [bool(np.abs(layer(*inputs, training=True) - layer(*inputs)).max() > 0.05) for layer in layers]
    expect.true(all(alive), "Every layer gets the dropout that was asked for.", f"dropping: {alive}", "all drop")
    moved = float(np.abs(stack(*inputs, training=True) - expected).max())
    expect.true(moved > 0.05, "In training numbers are dropped.", "the same as outside training", "another output")


def drops_nowhere_else(stack: Answer, count: int, branches: Sequence[str], d_ff: int, *inputs: np.ndarray) -> None:
    """Beside what its layers drop on their branches, a stack drops nothing in training."""
    for layer in stack_of(stack, count):
        speaks(layer, branches, {}, inputs[0].shape[-1], d_ff)
    rule = "All branches say 0, so that there is nothing to drop: no dropout stands outside the layers."
    expect.unchanged(stack(*inputs, training=True), stack(*inputs), rule, atol=1e-4)
