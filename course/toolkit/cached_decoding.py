"""Greedy translation with a cache, as unit 12 explains it: what earlier tokens need is computed once.

`greedy_decode` calls the whole model for each token, which encodes the source again and projects every earlier token to
its keys and values again. Here the source is encoded once, and each step computes one token.
"""

from collections.abc import Collection

import keras
import numpy as np
from keras import ops

PAD, START, END = 0, 2, 3


def greedy_with_cache(translator: keras.Model, source: np.ndarray, never: Collection[int] = ()) -> np.ndarray:
    """Translate ids into ids, token by token, the likeliest each time.

    translator: a `Transformer` of unit 10. source: (B, S), ids of which 0 is padding. never: ids that are not to be
    written, such as that of `[UNK]`. Returns (B, n), int32, with n up to the model's `max_length`: `[START]`, the
    translation, `[END]`, then padding. It is what `greedy_decode` of unit 12 gives, unless two logits are as good as
    equal.
    """
    config, mask = translator.get_config(), ops.not_equal(source, PAD)
    longest, refused = config["max_length"], np.zeros(config["target_vocabulary_size"], "float32")
    refused[list(never)] = -np.inf  # added to logits
    memory = translator.encoder(translator.source_embedding(source), mask=mask[:, None, :])  # (B, S, D)
    layers = [_CachedLayer(layer, memory, mask, longest) for layer in translator.decoder.layers]
    ids = np.full((len(source), longest), PAD, "int32")
    ids[:, 0] = START
    ended = np.zeros(len(source), bool)
    for place in range(longest - 1):
        written = ops.not_equal(ids, PAD)  # (B, L): what is still to come is padding, so no causal mask is needed
        x = ops.take(translator.target_embedding(ids), [place], axis=1)  # (B, 1, D)
        for layer in layers:
            x = layer(x, place, written)
        if translator.decoder.norm_first:
            x = translator.decoder.last_norm(x)
        logits = ops.cast(translator.projection(x)[:, 0], "float32") + refused  # (B, V)
        likeliest = ops.convert_to_numpy(ops.argmax(logits, axis=-1))  # (B,)
        ids[:, place + 1] = np.where(ended, PAD, likeliest)
        ended |= ids[:, place + 1] == END
        if ended.all():
            return ids[:, : place + 2]
    return ids


class _CachedLayer:
    """A decoder layer for one token at a time. L: the most tokens that the cache holds."""

    def __init__(self, layer: keras.layers.Layer, memory, memory_mask, longest: int):
        self._layer, self._memory_mask = layer, memory_mask
        self._memory = _keys_and_values(layer.cross_attention, memory)  # (B, H, S, K) each, the same for every token
        shape = (*self._memory[0].shape[:2], longest, self._memory[0].shape[3])
        self._written = ops.zeros(shape), ops.zeros(shape)  # (B, H, L, K)

    def __call__(self, x, place: int, written):
        """What the layer makes of x (B, 1, D) that stands at `place`; written: (B, L), True = may be attended to."""
        layer = self._layer

        def attend_to_written(query):
            here = (ops.arange(written.shape[1]) == place)[:, None]  # (L, 1)
            new = _keys_and_values(layer.self_attention, query)  # (B, H, 1, K)
            self._written = tuple(ops.where(here, one, kept) for one, kept in zip(new, self._written, strict=True))
            return _attend(layer.self_attention, query, *self._written, written)

        def attend_to_memory(query):
            return _attend(layer.cross_attention, query, *self._memory, self._memory_mask)

        x = self._branch(x, layer.self_attention_norm, attend_to_written)
        x = self._branch(x, layer.cross_attention_norm, attend_to_memory)
        return self._branch(x, layer.feed_forward_norm, layer.feed_forward)

    def _branch(self, x, norm, branch):
        return x + branch(norm(x)) if self._layer.norm_first else norm(x + branch(x))


def _keys_and_values(attention: keras.layers.Layer, x):
    """The keys and values of tokens x (B, S, D), (B, H, S, K) each."""
    return tuple(_heads(dense(x), attention.num_heads) for dense in (attention.key_dense, attention.value_dense))


def _attend(attention: keras.layers.Layer, x, key, value, mask):
    """Multi-head attention from x (B, 1, D) to keys and values (B, H, S, K) that are there; mask: (B, S)."""
    query = _heads(attention.query_dense(x), attention.num_heads)  # (B, H, 1, K)
    scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5  # (B, H, 1, S)
    mask = mask[:, None, None, :]
    weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)  # all hidden: 0, as in unit 5
    heads = ops.transpose(ops.matmul(weights, value), (0, 2, 1, 3))  # (B, 1, H, K)
    return attention.output_dense(ops.reshape(heads, x.shape))


def _heads(x, num_heads: int):
    """(B, S, D) as (B, H, S, K)."""
    return ops.transpose(ops.reshape(x, (*x.shape[:2], num_heads, x.shape[2] // num_heads)), (0, 2, 1, 3))
