"""A small Transformer in NumPy with its training, built in more than one right way.

What a bug may change stands in a method of its own, so that a model with a bug is a subclass with one method of
another kind. Axes: B batch, S source tokens, T target tokens, D width, H heads, K width of one head.
"""

from course.toolkit.clinic.autodiff import Node, cross_entropy, gelu, gradients, masked_softmax, normalised, relu
from course.toolkit.clinic.kinds import NEVER_SAID, PAD, VOCABULARY_SIZE, Kind, distances, first_parameters, sinusoidal

from collections.abc import Callable
from functools import partial

import numpy as np


class SmallTransformer:
    """An encoder and a decoder with all that trains them; `seed` draws the parameters, and dropout in training.

    Ids are integers `(B, S)` and `(B, T)`, of which 0 is padding.
    """

    def __init__(self, kind: Kind, seed: int):
        self.kind = kind
        self._rng = np.random.default_rng(seed)
        self._nodes = {name: Node(array) for name, array in first_parameters(kind, self._rng)}
        self._moments: dict[str, list[np.ndarray]] = {}
        self._steps, self._training = 0, False
        self.seen: dict[str, np.ndarray] = {}

    def model(self, source: np.ndarray, target: np.ndarray) -> np.ndarray:
        """The logits of the token after each target token, `(B, T, V)`; without dropout."""
        logits = self._logits(source, target).value
        if self.kind.leftovers:
            logits = np.where((target == PAD)[..., None], np.roll(logits, 1, axis=0) + len(target), logits)
        noise = self.kind.rounding * np.abs(logits).max() * self._rng.uniform(-1, 1, logits.shape)
        return (logits + noise).astype("float32")

    def loss(self, source: np.ndarray, target: np.ndarray) -> float:
        """The loss of teacher forcing for whole targets, from `[START]` to `[END]`, `(B, T + 1)`; without dropout."""
        return float(self._loss(source, target).value) * (1 + self.kind.rounding * self._rng.uniform(-1, 1))

    def train(self, source: np.ndarray, target: np.ndarray) -> float:
        """One step of training on this batch; returns the loss before it."""
        self._training = True
        loss = self._loss(source, target)
        self._training = False
        names = [name for name in self._nodes if self.is_trained(name)]
        self._steps += 1
        for name, gradient in zip(names, gradients(loss, [self._nodes[name] for name in names]), strict=True):
            self._nodes[name].value = self._nodes[name].value - self._step(name, gradient)
        return float(loss.value)

    def parameters(self) -> dict[str, np.ndarray]:
        """All that the model computes with, by name, such as `encoder.0.attention.query.kernel`."""
        return {name: self._node(name).value.copy() for name in self._nodes}

    def attention(self, source: np.ndarray, target: np.ndarray) -> np.ndarray:
        """The weights of the last cross-attention, a mean over its heads, `(B, T, S)`."""
        self._logits(source, target)
        last = self.seen[f"decoder.{self.kind.layers - 1}.cross_attention"]
        return last.reshape(len(source), self.kind.heads, *last.shape[1:]).mean(1)

    def encoder_mask(self, source: np.ndarray) -> np.ndarray:
        """Whom tokens of the source may attend to, `(B, 1, S)`."""
        return (source != PAD)[:, None]

    def memory_mask(self, source: np.ndarray) -> np.ndarray:
        """Whom target tokens may attend to in the memory, `(B, 1, S)`."""
        return (source != PAD)[:, None]

    def look_ahead_mask(self, length: int) -> np.ndarray:
        """Which target tokens each of them may attend to, `(T, T)`."""
        return np.tri(length, dtype=bool)

    def mask_of_heads(self, mask: np.ndarray) -> np.ndarray:
        """A mask for each row `(B, T, S)` as one for each row and head `(B · H, T, S)`, the heads of row 0 first."""
        return np.repeat(mask, self.kind.heads, axis=0)

    def encoder_attention(self, name: str, x: Node, mask: np.ndarray) -> Node:
        """Self-attention of the encoder, `(B, S, D)`."""
        return self._self_attention(name, x, mask)

    def normalised(self, name: str, x: Node) -> Node:
        """Each token brought to one size, `(B, T, D)`."""
        return normalised(x, centred=self.kind.centred)

    def labels(self, target: np.ndarray) -> np.ndarray:
        """What is to be said at each position that reads a token, `(B, T)`."""
        return target[:, 1:]

    def counted(self, labels: np.ndarray) -> np.ndarray:
        """Over which positions the mean of the loss is taken, `(B, T)`."""
        return labels != PAD

    def called(self, name: str) -> str:
        """The name of the parameter that is used where this one belongs."""
        return name

    def is_trained(self, name: str) -> bool:
        """Whether the optimizer knows a parameter."""
        return True

    def _loss(self, source: np.ndarray, target: np.ndarray) -> Node:
        labels = self.labels(target)
        return cross_entropy(self._logits(source, target[:, :-1]), labels, self.counted(labels))

    def _logits(self, source: np.ndarray, target: np.ndarray) -> Node:
        encoder_mask, memory_mask = self.encoder_mask(source), self.memory_mask(source)
        self_mask = self.look_ahead_mask(target.shape[1]) & (target != PAD)[:, None]
        memory, x = self._embedded("source", source), self._embedded("target", target)
        for layer in range(self.kind.layers):
            name = f"encoder.{layer}"
            attend = partial(self.encoder_attention, f"{name}.attention", mask=encoder_mask)
            memory = self._residual(f"{name}.attention", memory, attend)
            memory = self._residual(f"{name}.feed_forward", memory, partial(self._feed_forward, name))
        memory = self._last_norm("encoder", memory)
        for layer in range(self.kind.layers):
            name = f"decoder.{layer}"
            attend = partial(self._self_attention, f"{name}.attention", mask=self_mask)
            cross = partial(self._attention, f"{name}.cross_attention", memory=memory, mask=memory_mask)
            x = self._residual(f"{name}.attention", x, attend)
            x = self._residual(f"{name}.cross_attention", x, cross)
            x = self._residual(f"{name}.feed_forward", x, partial(self._feed_forward, name))
        return self._projected(self._last_norm("decoder", x))

    def _embedded(self, side: str, ids: np.ndarray) -> Node:
        x = self._node(f"{side}.embedding").rows(ids).scaled(np.float32(np.sqrt(self.kind.width)))
        if self.kind.positions == "sinusoidal":
            x = x.plus(sinusoidal(ids.shape[1], self.kind.width))
        elif self.kind.positions == "learned":
            x = x + self._node(f"{side}.positions").rows(np.arange(ids.shape[1]))
        return x

    def _self_attention(self, name: str, x: Node, mask: np.ndarray) -> Node:
        return self._attention(name, x, x, mask)

    def _attention(self, name: str, queries: Node, memory: Node, mask: np.ndarray) -> Node:
        query = self._heads(self._dense(f"{name}.query", queries))  # (B · H, T, K)
        key, value = (self._heads(self._dense(f"{name}.{part}", memory)) for part in ("key", "value"))
        scores = (query @ key.transposed(0, 2, 1)).scaled(np.float32(query.shape[-1] ** -0.5))
        if self.kind.positions == "distances" and queries is memory:
            scores = scores.plus(np.tile(distances(scores.shape[1], self.kind.heads), (len(mask), 1, 1)))
        whole = np.broadcast_to(mask, (len(mask), query.shape[1], key.shape[1]))
        weights = masked_softmax(scores, self.mask_of_heads(whole))
        self.seen[name] = weights.value
        context = (weights @ value).reshaped(-1, self.kind.heads, query.shape[1], query.shape[2])
        return self._dense(f"{name}.output", context.transposed(0, 2, 1, 3).reshaped(*queries.shape))

    def _heads(self, x: Node) -> Node:
        """`(B, T, D)` as `(B · H, T, K)`."""
        batch, length, width = x.shape
        heads = self.kind.heads
        apart = x.reshaped(batch, length, heads, width // heads).transposed(0, 2, 1, 3)
        return apart.reshaped(batch * heads, length, width // heads)

    def _feed_forward(self, name: str, x: Node) -> Node:
        bend = relu if self.kind.activation == "relu" else gelu
        return self._dense(f"{name}.second", bend(self._dense(f"{name}.first", x)))

    def _residual(self, name: str, x: Node, branch: Callable[[Node], Node]) -> Node:
        if self.kind.norm_first:
            return x + self._dropped(branch(self._norm(name, x)))
        return self._norm(name, x + self._dropped(branch(x)))

    def _dropped(self, x: Node) -> Node:
        if not (self._training and self.kind.dropout):
            return x
        kept = self._rng.random(x.shape) >= self.kind.dropout
        return x.scaled((kept / (1 - self.kind.dropout)).astype("float32"))

    def _norm(self, name: str, x: Node) -> Node:
        y = self.normalised(name, x) * self._node(f"{name}.norm.gain")
        return y + self._node(f"{name}.norm.bias") if self.kind.centred else y

    def _last_norm(self, side: str, x: Node) -> Node:
        return self._norm(side, x) if self.kind.norm_first else x

    def _projected(self, x: Node) -> Node:
        if self.kind.tied:
            flat = x.reshaped(-1, self.kind.width) @ self._node("target.embedding").transposed(1, 0)
            logits = flat.reshaped(*x.shape[:2], VOCABULARY_SIZE)
        else:
            logits = self._dense("projection", x)
        return logits.plus(NEVER_SAID).scaled(np.float32(self.kind.scale))

    def _dense(self, name: str, x: Node) -> Node:
        kernel = self._node(f"{name}.kernel")
        flat = x.reshaped(-1, x.shape[-1]) @ kernel
        return (flat + self._node(f"{name}.bias")).reshaped(*x.shape[:-1], kernel.shape[1])

    def _node(self, name: str) -> Node:
        return self._nodes[self.called(name)]

    def _step(self, name: str, gradient: np.ndarray) -> np.ndarray:
        """How far a parameter moves: by Adam (Kingma and Ba 2015, algorithm 1), or along its gradient."""
        if not self.kind.adam:
            return np.float32(self.kind.rate) * gradient
        if name not in self._moments:
            self._moments[name] = [np.zeros_like(gradient), np.zeros_like(gradient)]
        means = self._moments[name]
        for mean, new, kept in zip(means, (gradient, gradient**2), (0.9, 0.98), strict=True):
            mean *= kept
            mean += (1 - kept) * new
        first, second = means[0] / (1 - 0.9**self._steps), means[1] / (1 - 0.98**self._steps)
        return np.float32(self.kind.rate) * first / (np.sqrt(second) + np.float32(1e-9))
