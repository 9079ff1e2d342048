"""Gradients of what is computed with NumPy arrays: as much of it as a small Transformer needs.

A `Node` keeps an array, and for each node that it was made of, the function that leads a gradient back to it. Thereby
a call of a small model takes a millisecond, on whatever backend Keras runs.
"""

from collections.abc import Callable, Sequence

import numpy as np

_Back = Callable[[np.ndarray], np.ndarray]


class Node:
    """An array of float32, and how it was made."""

    __slots__ = ("value", "_made_of")

    def __init__(self, value: np.ndarray, made_of: Sequence[tuple["Node", _Back]] = ()):
        self.value, self._made_of = value, made_of

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    def __add__(self, other: "Node") -> "Node":
        back = [(one, lambda gradient, one=one: _summed_to(one.shape, gradient)) for one in (self, other)]
        return Node(self.value + other.value, back)

    def __mul__(self, other: "Node") -> "Node":
        back = [
            (self, lambda gradient: _summed_to(self.shape, gradient * other.value)),
            (other, lambda gradient: _summed_to(other.shape, gradient * self.value)),
        ]
        return Node(self.value * other.value, back)

    def __matmul__(self, other: "Node") -> "Node":
        """A product of two matrices, or of as many pairs of matrices as the axes before the last two hold."""
        back = [
            (self, lambda gradient: gradient @ other.value.swapaxes(-1, -2)),
            (other, lambda gradient: self.value.swapaxes(-1, -2) @ gradient),
        ]
        return Node(self.value @ other.value, back)

    def scaled(self, factor: float | np.ndarray) -> "Node":
        """Times a constant, which may be an array that broadcasts to this shape."""
        return Node(self.value * factor, [(self, lambda gradient: gradient * factor)])

    def plus(self, constant: np.ndarray) -> "Node":
        """Plus a constant that broadcasts to this shape."""
        return Node(self.value + constant, [(self, lambda gradient: gradient)])

    def reshaped(self, *shape: int) -> "Node":
        return Node(self.value.reshape(shape), [(self, lambda gradient: gradient.reshape(self.shape))])

    def transposed(self, *axes: int) -> "Node":
        return Node(self.value.transpose(axes), [(self, lambda gradient: gradient.transpose(np.argsort(axes)))])

    def rows(self, ids: np.ndarray) -> "Node":
        """The rows of a table `(V, D)` with these numbers, `(…, D)`."""

        def back(gradient: np.ndarray) -> np.ndarray:
            whole = np.zeros_like(self.value)
            np.add.at(whole, ids, gradient)
            return whole

        return Node(self.value[ids], [(self, back)])


def masked_softmax(scores: Node, mask: np.ndarray) -> Node:
    """Shares along the last axis of those where the mask is True; all zero where that is nowhere."""
    highest = np.where(mask, scores.value, -np.inf).max(-1, keepdims=True, initial=-1e9)
    powers = np.exp(np.where(mask, scores.value - highest, -np.inf))
    shares = powers / np.maximum(powers.sum(-1, keepdims=True), np.float32(1e-30))

    def back(gradient: np.ndarray) -> np.ndarray:
        return shares * (gradient - (gradient * shares).sum(-1, keepdims=True))

    return Node(shares, [(scores, back)])


def normalised(x: Node, axis: int = -1, centred: bool = True) -> Node:
    """Mean 0 and variance 1 along an axis; not `centred`, a mean square of 1."""
    middle = x.value - x.value.mean(axis, keepdims=True) if centred else x.value
    size = np.sqrt((middle**2).mean(axis, keepdims=True) + np.float32(1e-6))
    y = middle / size

    def back(gradient: np.ndarray) -> np.ndarray:
        inner = gradient - y * (gradient * y).mean(axis, keepdims=True)
        return (inner - inner.mean(axis, keepdims=True) if centred else inner) / size

    return Node(y, [(x, back)])


def relu(x: Node) -> Node:
    return Node(np.maximum(x.value, 0), [(x, lambda gradient: gradient * (x.value > 0))])


def gelu(x: Node) -> Node:
    """The approximation by tanh (Hendrycks and Gimpel 2016, section 2)."""
    factor, cubic = np.float32(np.sqrt(2 / np.pi)), np.float32(0.044715)
    bent = np.tanh(factor * (x.value + cubic * x.value**3))

    def back(gradient: np.ndarray) -> np.ndarray:
        slope = factor * (1 + 3 * cubic * x.value**2) * (1 - bent**2)
        return gradient * (0.5 * (1 + bent) + 0.5 * x.value * slope)

    return Node(0.5 * x.value * (1 + bent), [(x, back)])


def cross_entropy(logits: Node, labels: np.ndarray, counted: np.ndarray) -> Node:
    """The mean of −ln p of the labels `(B, T)` over the positions that are counted, 0 where none is."""
    shifted = logits.value - logits.value.max(-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    right = np.eye(logits.shape[-1], dtype="float32")[labels]  # (B, T, V)
    weights = (counted / max(counted.sum(), 1)).astype("float32")[..., None]
    loss = -(log_p * right * weights).sum()
    return Node(loss, [(logits, lambda gradient: gradient * (np.exp(log_p) - right) * weights)])


def gradients(of: Node, to: Sequence[Node]) -> list[np.ndarray]:
    """The gradient of one number for each of these nodes, zeros for those that it does not depend on."""
    found: dict[int, np.ndarray] = {id(of): np.ones_like(of.value)}
    for node in reversed(_in_order(of)):
        gradient = found.get(id(node))
        for parent, back in node._made_of:
            part = back(gradient)
            found[id(parent)] = found[id(parent)] + part if id(parent) in found else part
    return [found[id(node)] if id(node) in found else np.zeros_like(node.value) for node in to]


def _in_order(last: Node) -> list[Node]:
    """All nodes that lead to this one, each after those that it was made of."""
    order, seen, waiting = [], set(), [(last, False)]
    while waiting:
        node, is_ready = waiting.pop()
        if is_ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting += [(node, True), *((parent, False) for parent, _ in node._made_of)]
    return order


def _summed_to(shape: tuple[int, ...], gradient: np.ndarray) -> np.ndarray:
    """A gradient added up over the axes along which an array of this shape was repeated."""
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(tuple(range(gradient.ndim - len(shape))))
    repeated = tuple(axis for axis, size in enumerate(shape) if size == 1 < gradient.shape[axis])
    return gradient.sum(repeated, keepdims=True) if repeated else gradient
