"""What the suites of Transformer layers share: oracles for their parts, and the rules that every layer keeps.

A suite says the sizes; B and T, and in a decoder S, are always different. Layers are handles (`Answer`): they are
called, asked for their parts and weights, saved and made again where the learner's code lives.
"""

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.judging import expect
from autograder.judging.answer import Answer
from autograder.seam import LearnerError

FEED_FORWARD = "feed_forward"  # the branch that is no attention
_MAPS = ("query_dense", "key_dense", "value_dense", "output_dense")  # of an attention
KINDS = {False: "post-norm", True: "pre-norm"}  # by `norm_first`

Parts = Callable[[Answer], dict[str, Answer]]  # the sublayers that hold a layer's parameters, by their names


def normalised(x: Any, gain: Any = 1.0, bias: Any = 0.0, epsilon: float = 1e-6) -> np.ndarray:
    """Each row of the last axis: less its mean, divided by the root of its variance and epsilon, scaled and shifted."""
    x, found = np.asarray(x, np.float64), np.zeros(np.shape(x))
    for row in np.ndindex(x.shape[:-1]):
        mean = sum(x[row]) / len(x[row])
        variance = sum((number - mean) ** 2 for number in x[row]) / len(x[row])
        found[row] = gain * (x[row] - mean) / math.sqrt(variance + epsilon) + bias
    return found


def some_mask(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """A random mask in which each row may attend somewhere, but not everywhere."""
    keys = shape[-1]
    ranks = rng.permuted(np.broadcast_to(np.arange(keys), shape), axis=-1)
    return ranks < rng.integers(1, keys, size=(*shape[:-1], 1))


def padded(lengths: Sequence[int], length: int) -> np.ndarray:
    """A padding mask `(B, 1, length)` for sentences of these lengths."""
    return np.arange(length)[None, None] < np.array(lengths)[:, None, None]


def filled(layer: Answer, *inputs: Any, seed: int = 8, parts: Parts | None = None) -> Answer:
    """A layer after a first call with these inputs, with parameters drawn for all of it, the same each time.

    They are the same in every test, so that naming a mistake refutes most others once for all. Each of the `parts` gets
    those of its name, in whatever order the layer has made them; a layer without such parts gets them in its own order.
    """
    layer(*inputs)
    found = {}
    with contextlib.suppress(LearnerError, TypeError, AttributeError):  # or it has no such parts: others ask for them
        found = parts(layer) if parts else {}
    for name, part in (found or {"": layer}).items():
        usual = np.random.default_rng([seed, *name.encode()])
        shapes = [array.shape for array in part.weights(compared=False)]
        arrays = [usual.normal(size=shape) / math.sqrt(shape[0]) for shape in shapes]
        part.set_weights([array if array.ndim > 1 else 1 + array for array in arrays])
    return layer


def attention_parts(attention: Answer, name: str = "") -> dict[str, Answer]:
    """The four maps of the course's attention, or an attention of Keras as a whole."""
    try:
        return {f"{name}.{part}": attention.attribute(part) for part in _MAPS}
    except LearnerError:
        return {name: attention}


def layer_parts(layer: Answer, branches: Sequence[str], name: str = "") -> dict[str, Answer]:
    """The parts of a Transformer layer: those of each branch, and its norm."""
    found = {}
    for branch in branches:
        part, place = layer.attribute(branch), f"{name}.{branch}"
        found |= {place: part} if branch == FEED_FORWARD else attention_parts(part, place)
        found[f"{place}_norm"] = layer.attribute(f"{branch}_norm")
    return found


def stack_parts(stack: Answer, branches: Sequence[str]) -> dict[str, Answer]:
    """The parts of all layers of a stack, and its last norm if there is one."""
    found = {}
    for number, layer in enumerate(stack.attribute("layers")):
        found |= layer_parts(layer, branches, f".{number}")
    with contextlib.suppress(LearnerError):
        last = stack.attribute("last_norm")
        found |= {".last_norm": last} if isinstance(last, Answer) else {}
    return found


def attended(part: Answer, query: Any, memory: Any = None, mask: np.ndarray | None = None) -> Any:
    """What an attention sublayer makes of `query` and `memory`, or of `query` itself.

    It is the course's own, or Keras', which calls its mask otherwise and must be asked for the weights.
    """
    memory = query if memory is None else memory
    if mask is None:
        return part(query, memory, memory)
    try:
        return part(query, memory, memory, mask=mask)
    except LearnerError as error:
        if "TypeError" not in error.types:
            raise
    both = part(query, memory, memory, attention_mask=mask, return_attention_scores=True)
    return expect.pair(both, "output, weights")[0]


def kernel_and_bias(part: Answer, name: str, compared: bool = True) -> list:
    """The two parameters of a sublayer that has been called; naming compares them where they are not just drawn."""
    arrays = part.weights(compared=compared)
    rule = f"`{name}` has two parameters, and is used in `call`."
    expect.true(len(arrays) == 2, rule, f"{len(arrays)} parameters", "two parameters")
    return arrays


def maps_of(layer: Answer, d_model: int, d_ff: int) -> tuple[dict[str, int], list[tuple[int, ...]]]:
    """Where a feed-forward network's four parameters stand among its weights, told by their sizes, and their shapes."""
    shapes = [array.shape for array in layer.weights(compared=False)]
    bare = [tuple(size for size in shape if size > 1) for shape in shapes]
    wanted = {"first kernel": (d_model, d_ff), "first bias": (d_ff,), "second kernel": (d_ff, d_model)}
    wanted["second bias"] = (d_model,)
    rule = "Two affine maps have four parameters, made once: (D, F) and (F,), then (F, D) and (D,)."
    expect.true(sorted(bare) == sorted(wanted.values()), rule, f"{shapes}", f"{list(wanted.values())}")
    return {name: bare.index(shape) for name, shape in wanted.items()}, shapes


def put_maps(layer: Answer, d_model: int, d_ff: int, **arrays: Any) -> None:
    """Give a feed-forward network its four parameters: `first_kernel`, `first_bias`, `second_kernel`, `second_bias`."""
    places, shapes = maps_of(layer, d_model, d_ff)
    given = [np.zeros(0)] * 4
    for name, array in arrays.items():
        place = places[name.replace("_", " ")]
        given[place] = np.asarray(array, np.float32).reshape(shapes[place])
    layer.set_weights(given)


def shares(found: Any, expected: Mapping[float, float], rule: str) -> None:
    """These numbers and no others occur among those found, each about as often as `expected` says."""
    found, numbers = np.asarray(found).ravel(), np.array(list(expected))
    nearest = np.abs(found[:, None] - numbers).argmin(-1)
    off = np.abs(found - numbers[nearest]) > 1e-3
    names = ", ".join(f"{number:.4g}" for number in numbers)
    expect.true(not off.any(), rule, f"{found[off.argmax()]:.4g} is among them", f"only {names}")
    got = np.bincount(nearest, minlength=len(numbers)) / found.size
    text = "; ".join(f"{share:.0%} are {number:.4g}" for number, share in zip(expected, got, strict=True))
    wanted = "; ".join(f"about {share:.0%} are {number:.4g}" for number, share in expected.items())
    expect.true(bool(np.abs(got - list(expected.values())).max() < 0.08), rule, text, wanted)


def in_half_precision(layer: Answer, *inputs: Any, **options: Any) -> None:
    """A layer that was made under mixed precision computes in float16."""
    found = layer.under_policy("mixed_float16", *inputs, **options)
    expect.finite(found, "Under mixed precision the result must be finite.")
    expect.true(found.dtype == np.float16, "Under mixed precision the result is float16.", f"{found.dtype}", "float16")


def remade(learner: Answer, sizes: dict[str, Any], *inputs: Any, usual: Mapping[str, Any] | None = None) -> None:
    """The configuration holds the arguments and Keras' own; a layer made from it has as many parameters.

    `usual` are those of the `sizes` that need not be given, each with what it is then, if there are any.
    """
    layer = learner(**sizes, name="again", trainable=False)
    layer(*inputs)
    config = layer.method("get_config")
    rule = "`get_config` returns a dictionary."
    expect.true(isinstance(config, dict), rule, expect.returned(config), "a dictionary")
    rule = "`get_config` returns all arguments as they came, each under its own name."
    expect.equal({name: config.get(name) for name in sizes}, sizes, rule)
    if usual:
        config = learner(**{name: size for name, size in sizes.items() if name not in usual}).method("get_config")
        told = " and ".join(f"{name}={value}" for name, value in usual.items())
        found = {name: config.get(name) for name in usual}
        expect.equal(found, dict(usual), f"Whoever does not say otherwise gets {told}.")
    twin = layer.rebuilt()
    twin(*inputs)
    shapes = [[array.shape for array in one.weights(compared=False)] for one in (layer, twin)]
    rule = "A layer made from `get_config()` must have parameters of the same shapes."
    expect.true(shapes[0] == shapes[1], rule, f"{len(shapes[1])} parameters", f"{len(shapes[0])} parameters")
    rule = "The layer was made with `trainable=False`: hand `**kwargs` on, and keep what `super().get_config()` gives."
    expect.equal({"trainable": twin.attribute("trainable")}, {"trainable": False}, rule)


def trained(layer: Answer, *inputs: Any, pull: np.ndarray, count: int, silent: int, **options: Any) -> list[np.ndarray]:
    """All `count` parameters are trained, and every gradient is a number; returns the gradients.

    `silent` of them are 0 in every right answer: an attention's weights do not depend on the bias of its keys.
    """
    found = layer.weight_gradients(*inputs, **options, cotangent=pull, compared=False)
    rule = "Every parameter must be trained, so none may be made in `call` or kept from Keras."
    expect.true(len(found) == count, rule, f"gradients for {len(found)}", f"gradients for {count}")
    for gradient in found:
        expect.finite(gradient, "Every gradient must be finite.")
    still = sum(bool(np.abs(gradient).max() < 1e-4) for gradient in found)
    rule = "Every parameter but a key's bias must get a gradient: each sublayer has its place in `call`."
    expect.true(still <= silent, rule, f"{still} gradients are 0", f"{silent} is 0")
    return found


def lasting(layer: Answer, expected: Any, given: Sequence[Any]) -> None:
    """It comes back from a file bit for bit, and a graph of unknown sizes gives the same."""
    before = layer(*given)
    with expect.beforehand():
        expect.close(before, expected, "The output is right.", atol=1e-4)
    rule = "What is saved must come back the same: `get_config` tells all arguments, and `call` makes no sublayer."
    expect.equal(layer.reloaded(*given)(*given), before, rule)
    rule = "A graph made for any B and T must give the same: no size of these may stand in the code."
    expect.close(layer.compiled(*given, unknown_axes=2), expected, rule, atol=1e-4)
