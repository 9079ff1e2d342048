"""Unit 06: known answers.

A class here is pasted alone into a learner's notebook: what it uses beside itself must have the same name there.
"""

from course.built import masked_softmax

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, mistake


def split_heads(x, num_heads):
    x = ops.reshape(x, (-1, ops.shape(x)[1], num_heads, x.shape[-1] // num_heads))
    return ops.transpose(x, (0, 2, 1, 3))


def merge_heads(x):
    merged = ops.transpose(x, (0, 2, 1, 3))
    return ops.reshape(merged, (-1, ops.shape(x)[2], x.shape[1] * x.shape[3]))


@mistake(
    "split_heads",
    "You reshape to (B, H, T, K) in one go, which mixes words. Cut D to (B, T, H, K) first, then transpose.",
)
def reshapes_in_one_go(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    return ops.reshape(x, (-1, num_heads, length, width // num_heads))


@mistake(
    "split_heads",
    "You reshape to (B, H, T, K) at once, which mixes words, then swap the axes back. Cut D where it stands first: "
    "(B, T, H, K).",
)
def reshapes_in_one_go_and_swaps(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    return ops.transpose(ops.reshape(x, (-1, num_heads, length, width // num_heads)), (0, 2, 1, 3))


@mistake(
    "split_heads",
    "Your columns move before they are cut, so a reshape reads them word by word. Cut D into (H, K) first, then swap.",
)
def swaps_before_the_cut(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    return ops.reshape(ops.transpose(x, (0, 2, 1)), (-1, num_heads, length, width // num_heads))


@mistake("split_heads", "Your result has three axes: heads and sentences share the first. Keep four, (B, H, T, K).")
def lays_the_heads_into_the_batch(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    x = ops.transpose(ops.reshape(x, (-1, length, num_heads, width // num_heads)), (0, 2, 1, 3))
    return ops.reshape(x, (-1, length, width // num_heads))


@mistake(
    "split_heads", "Your heads take every H-th column. A head is a block of neighbours: cut D into (H, K), not (K, H)."
)
def takes_every_hth_column(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    x = ops.reshape(x, (-1, length, width // num_heads, num_heads))
    return ops.transpose(x, (0, 3, 1, 2))


@mistake("split_heads", "H and K have changed places: you made K heads of width H. Cut D into (H, K).")
def cuts_into_k_heads_of_width_h(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    x = ops.reshape(x, (-1, length, width // num_heads, num_heads))
    return ops.transpose(x, (0, 2, 1, 3))


@mistake("split_heads", "You stop at (B, T, H, K). Swap the axes of words and heads: `ops.transpose(x, (0, 2, 1, 3))`.")
def leaves_out_the_transpose(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    return ops.reshape(x, (-1, length, num_heads, width // num_heads))


@mistake("split_heads", "`ops.transpose` without axes turns all of them, B too. Name the order: (0, 2, 1, 3).")
def turns_all_axes(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    return ops.transpose(ops.reshape(x, (-1, length, num_heads, width // num_heads)))


@mistake("split_heads", "You made (B, H, K, T): the words are last. Swap the last two axes.")
def puts_the_words_last(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    x = ops.reshape(x, (-1, length, num_heads, width // num_heads))
    return ops.transpose(x, (0, 2, 3, 1))


@mistake(
    "split_heads",
    "In a graph `x.shape[0]` is None. Write −1 for B, or take it from `ops.shape(x)`.",
    backends=("tensorflow",),
)
def reads_the_batch_size_from_the_shape(x, num_heads):
    batch, length, width = x.shape
    x = ops.reshape(x, (batch, ops.shape(x)[1], num_heads, width // num_heads))
    return ops.transpose(x, (0, 2, 1, 3))


@mistake(
    "split_heads",
    "In a graph `x.shape[0]` is None. Take B from `ops.shape(x)`, and leave −1 to T.",
    backends=("tensorflow",),
)
def reads_the_batch_size_and_leaves_the_length(x, num_heads):
    x = ops.reshape(x, (x.shape[0], -1, num_heads, x.shape[2] // num_heads))
    return ops.transpose(x, (0, 2, 1, 3))


@mistake(
    "split_heads",
    "In a graph `x.shape[0]` and `x.shape[1]` are None. Write −1 for B, and take T from `ops.shape(x)`.",
    backends=("tensorflow",),
)
def reads_every_size_from_the_shape(x, num_heads):
    batch, length, width = x.shape
    x = ops.reshape(x, (batch, length, num_heads, width // num_heads))
    return ops.transpose(x, (0, 2, 1, 3))


@mistake(
    "split_heads",
    "In a graph for any length `x.shape[1]` is None. `ops.shape(x)[1]` is T all the same.",
    backends=("tensorflow",),
)
def reads_the_length_from_the_shape(x, num_heads):
    x = ops.reshape(x, (-1, x.shape[1], num_heads, x.shape[2] // num_heads))
    return ops.transpose(x, (0, 2, 1, 3))


@mistake(
    "split_heads",
    "In a graph nobody knows K of your heads. Write it as D // H with D = `x.shape[-1]`, not as −1.",
    backends=("tensorflow",),
)
def leaves_the_width_to_reshape(x, num_heads):
    batch, length, _ = ops.shape(x)
    return ops.transpose(ops.reshape(x, (batch, length, num_heads, -1)), (0, 2, 1, 3))


@mistake("split_heads", "`/` makes a number with a decimal point, even 3.0, and sizes are whole. Divide with `//`.")
def divides_with_a_rest(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    x = ops.reshape(x, (-1, length, num_heads, width / num_heads))
    return ops.transpose(x, (0, 2, 1, 3))


@mistake("split_heads", "You reshape to heads of width D, but all H heads share D columns: K is D divided by H.")
def keeps_the_whole_width(x, num_heads):
    batch, length, width = ops.shape(x)
    x = ops.reshape(x, (batch, length, num_heads, width))
    return ops.transpose(x, (0, 2, 1, 3))


@mistake("split_heads", "Each of your heads holds all D columns. They share them out: K = D / H columns each.")
def gives_each_head_a_whole_copy(x, num_heads):
    return ops.repeat(ops.expand_dims(x, axis=1), num_heads, axis=1)


@mistake(
    "split_heads",
    "`ops.split` gives a list of tensors. Make one of them: `ops.stack(…, axis=1)` adds the axis of the heads.",
)
def returns_a_list_of_heads(x, num_heads):
    return ops.split(x, num_heads, axis=-1)


@mistake("split_heads", "Your heads come before the batch. The order is (B, H, T, K).")
def stacks_the_heads_in_front(x, num_heads):
    return ops.stack(ops.split(x, num_heads, axis=-1), axis=0)


@mistake("split_heads", "The number of heads stands fixed in your code. Use the argument `num_heads`.")
def always_cuts_into_four(x, num_heads):
    length, width = ops.shape(x)[1], x.shape[-1]
    x = ops.reshape(x, (-1, length, 4, width // 4))
    return ops.transpose(x, (0, 2, 1, 3))


@mistake("split_heads", "The number of heads stands fixed in your code. Use the argument `num_heads`.")
def always_cuts_into_two(x, num_heads):
    width = x.shape[-1] // 2
    return ops.stack([x[:, :, :width], x[:, :, width:]], axis=1)


@mistake("split_heads", "NumPy cuts the gradients and fails in a graph. Use `ops.reshape` and `ops.transpose`.")
def cuts_with_numpy(x, num_heads):
    x = np.asarray(x)
    x = x.reshape(x.shape[0], x.shape[1], num_heads, x.shape[2] // num_heads)
    return ops.convert_to_tensor(x.transpose(0, 2, 1, 3))


@correct("split_heads")
def stacks_pieces(x, num_heads):
    return ops.stack(ops.split(x, num_heads, axis=-1), axis=1)


@correct("split_heads")
def cuts_slice_by_slice(x, num_heads):
    width = x.shape[-1] // num_heads
    heads = [ops.expand_dims(x[:, :, h * width : (h + 1) * width], axis=1) for h in range(num_heads)]
    return ops.concatenate(heads, axis=1)


@correct("split_heads")
def swaps_axes_by_name(x, num_heads):
    batch, length, width = ops.shape(x)
    return ops.swapaxes(ops.reshape(x, [batch, length, num_heads, width // num_heads]), 1, 2)


@correct("split_heads")
def arranges_with_einsum(x, num_heads):
    x = ops.reshape(x, (-1, ops.shape(x)[1], num_heads, int(x.shape[-1] / num_heads)))
    return ops.einsum("bthk->bhtk", x)


@mistake(
    "merge_heads",
    "You reshape without the transpose, so words of one head stand side by side. Swap heads and words first.",
)
def reshapes_without_transpose(x):
    heads, length, width = x.shape[1], ops.shape(x)[2], x.shape[3]
    return ops.reshape(x, (-1, length, heads * width))


@mistake(
    "merge_heads",
    "Your heads are shuffled like cards: column 0 of each, then column 1. Head 0 comes whole: use (0, 2, 1, 3).",
)
def interleaves_the_heads(x):
    heads, length, width = x.shape[1], ops.shape(x)[2], x.shape[3]
    return ops.reshape(ops.transpose(x, (0, 2, 3, 1)), (-1, length, heads * width))


@mistake("merge_heads", "You stop at (B, T, H, K). Reshape the last two axes to one of D = H · K columns.")
def stops_before_the_reshape(x):
    return ops.transpose(x, (0, 2, 1, 3))


@mistake("merge_heads", "`ops.transpose` without axes turns all of them, B too. Name the order: (0, 2, 1, 3).")
def turns_all_axes_of_the_heads(x):
    heads, length, width = x.shape[1], ops.shape(x)[2], x.shape[3]
    return ops.reshape(ops.transpose(x), (-1, length, heads * width))


@mistake("merge_heads", "You swap words and columns. Heads and words must change places, axes 1 and 2.")
def swaps_words_and_columns(x):
    heads, length, width = x.shape[1], ops.shape(x)[2], x.shape[3]
    return ops.reshape(ops.swapaxes(x, 2, 3), (-1, length, heads * width))


@mistake("merge_heads", "You swap heads and columns. Heads and words must change places: the order is (0, 2, 1, 3).")
def swaps_heads_and_columns(x):
    heads, length, width = x.shape[1], ops.shape(x)[2], x.shape[3]
    return ops.reshape(ops.transpose(x, (0, 3, 2, 1)), (-1, length, heads * width))


@mistake("merge_heads", "You read H and T after the transpose, when they have changed places. Read the sizes before.")
def reads_the_sizes_after_the_transpose(x):
    x = ops.transpose(x, (0, 2, 1, 3))
    heads, length, width = x.shape[1], x.shape[2], x.shape[3]
    return ops.reshape(x, (-1, length, heads * width))


@mistake("merge_heads", "You add the heads up, and (B, T, K) is left. Put them side by side: D = H · K columns.")
def adds_the_heads_up(x):
    return ops.sum(x, axis=1)


@mistake("merge_heads", "You average the heads, and (B, T, K) is left. Put them side by side: D = H · K columns.")
def averages_the_heads(x):
    return ops.mean(x, axis=1)


@mistake(
    "merge_heads", "You join the heads along the words, which makes a longer sentence. Join them along the last axis."
)
def joins_the_heads_below_each_other(x):
    return ops.concatenate([x[:, h] for h in range(x.shape[1])], axis=1)


@mistake("merge_heads", "Your result has two axes: −1 has swallowed B and T. Name T as well: (−1, T, H · K).")
def melts_sentences_and_words(x):
    heads, width = x.shape[1], x.shape[3]
    return ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (-1, heads * width))


@mistake(
    "merge_heads",
    "In a graph `x.shape[0]` is None. Write −1 for B, or take it from `ops.shape(x)`.",
    backends=("tensorflow",),
)
def reads_the_batch_of_heads_from_the_shape(x):
    batch, heads, length, width = x.shape
    return ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (batch, length, heads * width))


@mistake(
    "merge_heads",
    "In a graph `x.shape[0]` is None. Take B from `ops.shape(x)`, and leave −1 to T.",
    backends=("tensorflow",),
)
def reads_the_batch_of_heads_and_leaves_the_length(x):
    return ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (x.shape[0], -1, x.shape[1] * x.shape[3]))


@mistake(
    "merge_heads",
    "In a graph for any length T is None in `.shape`. `ops.shape(x)[2]` is T all the same.",
    backends=("tensorflow",),
)
def reads_the_length_of_heads_from_the_shape(x):
    x = ops.transpose(x, (0, 2, 1, 3))
    return ops.reshape(x, (-1, x.shape[1], x.shape[2] * x.shape[3]))


@mistake(
    "merge_heads",
    "In a graph nobody knows D of your result. Write it as `x.shape[1] * x.shape[3]`, not as −1.",
    backends=("tensorflow",),
)
def leaves_the_merged_width_to_reshape(x):
    batch, heads, length, width = ops.shape(x)
    return ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (batch, length, -1))


@mistake(
    "merge_heads",
    "One sentence alone loses its axis B: `ops.squeeze` without an axis drops all of size 1. Name the axis.",
)
def squeezes_every_axis(x):
    return ops.squeeze(ops.concatenate(ops.split(x, x.shape[1], axis=1), axis=-1))


@mistake("merge_heads", "Only head 0 is left. Put all heads side by side: D = H · K columns.")
def keeps_the_first_head(x):
    return x[:, 0]


@mistake("merge_heads", "Two heads stand fixed in your code. There are as many as axis 1 of x is long.")
def joins_two_heads(x):
    return ops.concatenate([x[:, 0], x[:, 1]], axis=-1)


@mistake("merge_heads", "NumPy cuts the gradients and fails in a graph. Use `ops.transpose` and `ops.reshape`.")
def merges_with_numpy(x):
    x = np.asarray(x)
    batch, heads, length, width = x.shape
    return ops.convert_to_tensor(x.transpose(0, 2, 1, 3).reshape(batch, length, heads * width))


@correct("merge_heads")
def joins_head_by_head(x):
    return ops.concatenate([x[:, h] for h in range(x.shape[1])], axis=-1)


@correct("merge_heads")
def takes_all_sizes_from_ops_shape(x):
    batch, heads, length, width = ops.shape(x)
    return ops.reshape(ops.swapaxes(x, 1, 2), (batch, length, heads * width))


@correct("merge_heads")
def joins_pieces_of_a_split(x):
    pieces = ops.split(x, x.shape[1], axis=1)
    return ops.concatenate([ops.squeeze(piece, axis=1) for piece in pieces], axis=2)


@correct("merge_heads")
def lets_the_width_follow(x):
    batch, _, length, _ = ops.shape(x)
    return ops.reshape(ops.einsum("bhtk->bthk", x), [batch, length, x.shape[1] * x.shape[3]])


@mistake("MultiHeadAttention", "Your error does not name both numbers. Put d_model and num_heads into its text.")
class RefusesWithoutNumbers(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You divide by √D. A head multiplies K pairs of numbers: divide by √K, with K = D / H.")
class ScalesByTheRootOfD(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / self.d_model**0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "The scores are not scaled. Divide them by √K, the root of the width of a head.")
class LeavesOutTheScale(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You divide by K itself. Divide by its root, √K.")
class DividesByK(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1]
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You divide by √H, the number of heads. Divide by √K, the width of a head.")
class DividesByTheRootOfH(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / self.num_heads**0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "Your `call` takes value before key, as Keras' own layer does. The order here: query, key, value.",
)
class TakesValueBeforeKey(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, value, key, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You divide the weights by √K, after the softmax. Divide the scores, before it.")
class ScalesTheWeights(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask) / query.shape[-1] ** 0.5
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "You scale `query` before its Dense, whose bias stays as large. Divide the scores by √K."
)
class ScalesTheQueryBeforeItsDense(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query / (self.d_model // self.num_heads) ** 0.5), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "`ops.transpose` without axes turns all four. Swap only the last two of the keys: (0, 1, 3, 2).",
)
class TurnsAllAxesOfTheKeys(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key)) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "`key_dense` makes your values. They have a Dense of their own, `value_dense`.")
class MakesTheValuesWithTheKeysDense(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.key_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "Your values are made of `key`. Send `value` through `value_dense`.")
class MakesTheValuesOfTheKeys(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(key), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "Your values are made of `key`. Send `value` through `value_dense`.")
class MakesTheValuesOfTheKeyInput(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        queries = split_heads(self.query_dense(query), self.num_heads)
        keys = split_heads(self.key_dense(key), self.num_heads)
        values = split_heads(self.value_dense(key), self.num_heads)
        scores = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2))) / queries.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, values)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You average the keys. They make the weights; what these average is the values.")
class AveragesTheKeysInEachHead(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, key)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "Your keys are made of `query`. Send `key` through `key_dense`.")
class MakesTheKeysOfTheQuery(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(query), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "Your keys are made of `query`. Send `key` through `key_dense`.")
class MakesTheKeysOfTheQueryInput(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        queries = split_heads(self.query_dense(query), self.num_heads)
        keys = split_heads(self.key_dense(query), self.num_heads)
        values = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2))) / queries.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, values)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "Everything is made of `query`: `key` and `value` are never read. Each has its own Dense."
)
class MakesAllOfTheQuery(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        key = split_heads(self.key_dense(query), self.num_heads)
        value = split_heads(self.value_dense(query), self.num_heads)
        query = split_heads(self.query_dense(query), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "`query_dense` reads your keys and `key_dense` your query. Let each read what it is named after.",
)
class ExchangesQueryAndKey(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.key_dense(query), self.num_heads)
        key = split_heads(self.query_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "One Dense serves query, key and value. Make three: what a word seeks is not what it offers."
)
class SharesOneDense(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = self.key_dense = self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "One Dense serves queries and keys. Make two: what a word seeks is not what it offers.")
class SharesADenseOfQueriesAndKeys(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "One Dense serves keys and values. Make two: how a word is found is not what it says.")
class SharesADenseOfKeysAndValues(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You return the merged heads. Send them through `output_dense`, where the heads meet.")
class LeavesOutTheOutputDense(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = merge_heads(ops.matmul(weights, value))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "There is no `output_dense`. Make a fourth Dense, and send the merged heads through it.")
class HasNoOutputDense(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = merge_heads(ops.matmul(weights, value))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "Your Dense layers are made in `call`, new at every call, and never learn. Make them in `__init__`.",
)
class MakesItsDensesInCall(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads

    def call(self, query, key, value, mask=None, return_weights=False):
        self.query_dense = keras.layers.Dense(self.d_model)
        self.key_dense = keras.layers.Dense(self.d_model)
        self.value_dense = keras.layers.Dense(self.d_model)
        self.output_dense = keras.layers.Dense(self.d_model)
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "Your Dense layers have no bias. Leave `use_bias` as it is.")
class LeavesOutTheBiases(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model, use_bias=False)
        self.key_dense = keras.layers.Dense(d_model, use_bias=False)
        self.value_dense = keras.layers.Dense(d_model, use_bias=False)
        self.output_dense = keras.layers.Dense(d_model, use_bias=False)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "Your projections have the width K, enough for one head. Each is D wide, for all heads at once.",
)
class MakesDensesOfTheWidthOfAHead(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model // num_heads)
        self.key_dense = keras.layers.Dense(d_model // num_heads)
        self.value_dense = keras.layers.Dense(d_model // num_heads)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "Your Dense layers have an activation. They are plain Dense layers, without one.")
class AddsAnActivation(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model, activation="relu")
        self.key_dense = keras.layers.Dense(d_model, activation="relu")
        self.value_dense = keras.layers.Dense(d_model, activation="relu")
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "Your Dense layers have an activation. They are plain Dense layers, without one.")
class AddsAnActivationToAllFour(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model, activation="relu")
        self.key_dense = keras.layers.Dense(d_model, activation="relu")
        self.value_dense = keras.layers.Dense(d_model, activation="relu")
        self.output_dense = keras.layers.Dense(d_model, activation="relu")

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "You add the query to the output. That sum belongs to the layer around this one, in unit 8."
)
class AddsTheQuery(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        words = query
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = words + self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "The mask is never used. Give it an axis for the heads, and hand it to `masked_softmax`."
)
class IgnoresTheMask(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        weights = masked_softmax(scores)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "Scores have four axes, your mask three, so B meets H. Give the mask an axis of size 1 for the heads.",
    backends=("tensorflow", "jax"),
)
@mistake(
    "MultiHeadAttention",
    "In your mask B stands where the scores have H. It needs an axis of size 1 for the heads, as axis 1.",
    backends=("torch",),  # whose errors do not tell (B, T, S) from (1, B, T, S)
)
class GivesTheMaskNoAxisForHeads(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "The new axis of your mask is at the wrong place: heads are axis 1 of (B, H, T, S).")
class PutsTheAxisOfTheHeadsAtTheWrongPlace(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=2)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "The new axis of your mask is at the wrong place: heads are axis 1 of (B, H, T, S).")
class PutsTheAxisOfTheHeadsLast(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=-1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "The new axis of your mask is in front, so B meets H. Heads are axis 1 of (B, H, T, S).",
    backends=("tensorflow", "jax"),
)
@mistake(
    "MultiHeadAttention",
    "In your mask B stands where the scores have H. It needs an axis of size 1 for the heads, as axis 1.",
    backends=("torch",),  # whose errors do not tell (B, T, S) from (1, B, T, S)
)
class PutsTheAxisOfTheHeadsInFront(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=0)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "You repeat the mask along axis 0, which is B. It needs a new axis of size 1 for the heads, as axis 1.",
)
class RepeatsTheMaskInFront(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.repeat(mask, self.num_heads, axis=0)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "There may be no mask: it is None then, and has no axes. Ask `if mask is not None` first."
)
class ExpandsTheMaskWithoutAsking(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You ask a whole mask for one yes or no. Ask whether it is None: `if mask is not None`.")
class AsksWhetherTheMaskIsTrue(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "Your mask is upside down: True means *may look*.")
class HidesWhatMayBeSeen(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.logical_not(ops.expand_dims(mask, axis=1))
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "You multiply scores by the mask, and a score of 0 still gets weight. Hand the mask to `masked_softmax`.",
)
class MultipliesTheScoresByTheMask(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            scores = scores * ops.cast(ops.expand_dims(mask, axis=1), scores.dtype)
        weights = ops.softmax(scores, axis=-1)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "A query that may look nowhere averages all values in your answer. `masked_softmax` gives it zeros.",
)
class LooksEvenlyWhenAllIsHidden(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            scores = ops.where(ops.expand_dims(mask, axis=1), scores, -1e9)
        weights = ops.softmax(scores, axis=-1)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "A query that may look nowhere ends as 0 / 0, which is NaN. `masked_softmax` gives it zeros."
)
class GivesNaNWhenAllIsHidden(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            scores = ops.where(ops.expand_dims(mask, axis=1), scores, -float("inf"))
        weights = ops.softmax(scores, axis=-1)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You replace NaN by 0, but the gradient stays NaN. Let `masked_softmax` prevent it.")
class ReplacesNaNInTheWeights(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            scores = scores + ops.where(ops.expand_dims(mask, axis=1), 0.0, -float("inf"))
        weights = ops.nan_to_num(ops.softmax(scores, axis=-1))
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "You hide after softmax, so the weights no longer sum to 1. Hand the mask to `masked_softmax`.",
)
class HidesAfterTheSoftmax(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        weights = ops.softmax(scores, axis=-1)
        if mask is not None:
            weights = ops.where(ops.expand_dims(mask, axis=1), weights, 0.0)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "Your softmax runs over the queries. Each query shares its attention among the keys, the last axis.",
)
class SharesAmongTheQueries(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.swapaxes(ops.broadcast_to(ops.expand_dims(mask, axis=1), ops.shape(scores)), -1, -2)
        weights = ops.swapaxes(masked_softmax(ops.swapaxes(scores, -1, -2), mask), -1, -2)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "Your softmax runs over the heads. In each head a query shares its attention among the keys."
)
class SharesAmongTheHeads(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        weights = ops.softmax(scores, axis=1)
        if mask is not None:
            weights = ops.where(ops.expand_dims(mask, axis=1), weights, 0.0)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "You cut with one reshape to (B, H, T, K), which mixes words. Use your `split_heads` and `merge_heads`.",
)
class ReshapesWithoutTranspose(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        width = self.d_model // self.num_heads
        length, seen = ops.shape(query)[1], ops.shape(key)[1]
        query = ops.reshape(self.query_dense(query), (-1, self.num_heads, length, width))
        key = ops.reshape(self.key_dense(key), (-1, self.num_heads, seen, width))
        value = ops.reshape(self.value_dense(value), (-1, self.num_heads, seen, width))
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(ops.reshape(ops.matmul(weights, value), (-1, length, self.d_model)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "Your cut is one reshape to (B, H, T, K), which mixes words. Reshape to (B, T, H, K), then swap T and H.",
)
class SplitsWithoutTranspose(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        width = self.d_model // self.num_heads
        length, seen = ops.shape(query)[1], ops.shape(key)[1]
        query = ops.reshape(self.query_dense(query), (-1, self.num_heads, length, width))
        key = ops.reshape(self.key_dense(key), (-1, self.num_heads, seen, width))
        value = ops.reshape(self.value_dense(value), (-1, self.num_heads, seen, width))
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "Your heads take every H-th column. A head is a block of neighbours: use your `split_heads`."
)
class InterleavesTheHeads(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        width = self.d_model // self.num_heads
        length, seen = ops.shape(query)[1], ops.shape(key)[1]
        query = ops.reshape(self.query_dense(query), (-1, length, width, self.num_heads))
        key = ops.reshape(self.key_dense(key), (-1, seen, width, self.num_heads))
        value = ops.reshape(self.value_dense(value), (-1, seen, width, self.num_heads))
        query, key, value = (ops.transpose(x, (0, 3, 1, 2)) for x in (query, key, value))
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(
            ops.reshape(ops.transpose(ops.matmul(weights, value), (0, 2, 3, 1)), (-1, length, self.d_model))
        )
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You merge with a reshape alone, which mixes words and heads. Use your `merge_heads`.")
class MergesWithoutTranspose(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        length = ops.shape(query)[1]
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(ops.reshape(ops.matmul(weights, value), (-1, length, self.d_model)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "You do not cut into heads: one softmax over all D columns. Use `split_heads` and `merge_heads`.",
)
class TakesOneHeadForAll(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), 1)
        key = split_heads(self.key_dense(key), 1)
        value = split_heads(self.value_dense(value), 1)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "You cut the words before the Dense layers, which then see a part of each. Project first, then split.",
)
class SplitsBeforeTheDense(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = self.query_dense(split_heads(query, self.num_heads))
        key = self.key_dense(split_heads(key, self.num_heads))
        value = self.value_dense(split_heads(value, self.num_heads))
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "You cut the keys by the number of queries. There are S keys: take each length from its own tensor.",
)
class TakesTheLengthOfTheQueryForAll(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        length, width = ops.shape(query)[1], self.d_model // self.num_heads
        query, key, value = self.query_dense(query), self.key_dense(key), self.value_dense(value)
        query, key, value = (
            ops.transpose(ops.reshape(x, (-1, length, self.num_heads, width)), (0, 2, 1, 3))
            for x in (query, key, value)
        )
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "In a graph `query.shape[0]` is None. Write −1 for B, or take it from `ops.shape`.",
    backends=("tensorflow",),
)
class ReadsTheBatchSizeFromTheShape(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        batch, width = query.shape[0], self.d_model // self.num_heads
        query, key, value = self.query_dense(query), self.key_dense(key), self.value_dense(value)
        query, key, value = (
            ops.transpose(ops.reshape(x, (batch, ops.shape(x)[1], self.num_heads, width)), (0, 2, 1, 3))
            for x in (query, key, value)
        )
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "In a graph the width of your heads is unknown: −1 stands for it. Write K = D / H, and −1 for B if you like.",
    backends=("tensorflow",),
)
class LeavesTheWidthOfAHeadToReshape(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        def cut(x):
            batch, length, _ = ops.shape(x)
            return ops.swapaxes(ops.reshape(x, (batch, length, self.num_heads, -1)), 1, 2)

        query, key, value = cut(self.query_dense(query)), cut(self.key_dense(key)), cut(self.value_dense(value))
        scores = ops.matmul(query, ops.swapaxes(key, 2, 3)) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "In a graph sizes in `.shape` are None, and you make a mask of them. `masked_softmax` needs none: give it None.",
    backends=("tensorflow",),
)
class MakesAMaskOfTheSizesInShape(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is None:
            mask = ops.ones((query.shape[0], query.shape[2], key.shape[2]), dtype="bool")
        mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "You return the weights unasked. Without `return_weights=True` only the output is wanted."
)
class AlwaysReturnsTheWeights(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return output, weights

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You ignore `return_weights`. When it is True, return `(output, weights)`.")
class NeverReturnsTheWeights(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        return self.output_dense(merge_heads(ops.matmul(weights, value)))

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You return the weights first. The order is output, then weights.")
class ReturnsTheWeightsFirst(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (weights, output) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "You average the weights over the heads. Return them all, (B, H, T, S): that is what heads are for.",
)
class AveragesTheWeightsOverTheHeads(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, ops.mean(weights, axis=1)) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "You return the scores. The weights are wanted: what softmax has made of them.")
class ReturnsTheScores(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, scores) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "A `num_heads` that does not divide d_model is not refused. Raise a `ValueError` in `__init__`.",
)
class AcceptsAnyNumberOfHeads(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "`assert` raises an AssertionError, and can be switched off. Raise a `ValueError` that names both numbers.",
)
class AssertsTheNumberOfHeads(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        assert d_model % num_heads == 0, f"received d_model={d_model}, num_heads={num_heads}"
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "`get_config` returns what Keras has anyway. Add your two arguments, d_model and num_heads."
)
class AddsNothingToTheConfig(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return super().get_config()


@mistake(
    "MultiHeadAttention",
    "`get_config` leaves out what `super().get_config()` gives: name, dtype, trainable. Add your arguments to it.",
)
class ForgetsTheConfigOfKeras(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {"d_model": self.d_model, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "`num_heads` is missing in `get_config`. Return both arguments, under their own names.")
class ForgetsTheNumberOfHeads(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model}


@mistake("MultiHeadAttention", "`get_config` gives K where `d_model` belongs. Return the arguments as they came.")
class StoresTheWidthOfAHead(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model // self.num_heads, "num_heads": self.num_heads}


@mistake("MultiHeadAttention", "`get_config` returns nothing. `return` the dictionary, with your two arguments in it.")
class ForgetsToReturnTheConfig(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        config = super().get_config()
        config.update({"d_model": self.d_model, "num_heads": self.num_heads})


@mistake(
    "MultiHeadAttention",
    "`__init__` takes `**kwargs` and drops them, name and trainable too. Write `super().__init__(**kwargs)`.",
)
class DropsTheOtherArguments(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "`__init__` takes no `**kwargs`, so Keras cannot give the layer its name. Pass them to `super().__init__`.",
)
class TakesNoOtherArguments(keras.layers.Layer):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "The gradient is cut on its way to query and key, by NumPy or `stop_gradient`. Compute with `keras.ops` alone.",
)
class StopsTheGradientOfTheWeights(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        weights = ops.stop_gradient(weights)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention",
    "The gradient is cut on its way to query and key, by NumPy or `stop_gradient`. Compute with `keras.ops` alone.",
    backends=("tensorflow",),
)
class ScoresWithNumPy(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = np.matmul(query, np.swapaxes(key, -1, -2)) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@mistake(
    "MultiHeadAttention", "NumPy cuts the gradients and fails in a graph. Compute with `keras.ops` from start to end."
)
class AttendsWithNumPy(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        query, key, value = np.asarray(query), np.asarray(key), np.asarray(value)
        scores = np.matmul(query, np.swapaxes(key, 2, 3)) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(ops.convert_to_tensor(scores), mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@correct("MultiHeadAttention")
class ComputesWithEinsum(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        heads, width = self.num_heads, self.d_model // self.num_heads
        query, key, value = (
            ops.reshape(dense(x), (-1, ops.shape(x)[1], heads, width))
            for dense, x in ((self.query_dense, query), (self.key_dense, key), (self.value_dense, value))
        )
        scores = ops.einsum("bthk,bshk->bhts", query, key) * width**-0.5
        if mask is None:
            weights = ops.softmax(scores)
        else:
            allowed = ops.expand_dims(mask, axis=-3)
            weights = ops.where(allowed, ops.softmax(ops.where(allowed, scores, -1e9)), 0.0)
        averaged = ops.einsum("bhts,bshk->bthk", weights, value)
        output = self.output_dense(ops.reshape(averaged, (-1, ops.shape(query)[1], self.d_model)))
        return (output, weights) if return_weights else output

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@correct("MultiHeadAttention")
class GoesFromHeadToHead(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query, key, value = self.query_dense(query), self.key_dense(key), self.value_dense(value)
        width, looks, outputs = self.d_model // self.num_heads, [], []
        for head in range(self.num_heads):
            columns = slice(head * width, (head + 1) * width)
            scores = ops.matmul(query[..., columns], ops.swapaxes(key[..., columns], 1, 2)) / np.sqrt(width).item()
            looks.append(masked_softmax(scores, mask))
            outputs.append(ops.matmul(looks[-1], value[..., columns]))
        weights = ops.stack(looks, axis=1)
        output = self.output_dense(ops.concatenate(outputs, axis=-1))
        if return_weights:
            return [output, weights]
        return output

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@correct("MultiHeadAttention")
class LaysTheHeadsIntoTheBatch(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        folded = []
        for dense, x in ((self.query_dense, query), (self.key_dense, key), (self.value_dense, value)):
            x = split_heads(dense(x), self.num_heads)
            folded.append(ops.reshape(x, (-1, ops.shape(x)[2], x.shape[3])))
        query, key, value = folded
        scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
        looks, seen = ops.shape(scores)[1], ops.shape(scores)[2]
        if mask is not None:
            batch = ops.shape(scores)[0] // self.num_heads
            mask = ops.repeat(ops.broadcast_to(mask, (batch, looks, seen)), self.num_heads, axis=0)
        weights = masked_softmax(scores, mask)
        averaged = ops.reshape(ops.matmul(weights, value), (-1, self.num_heads, looks, value.shape[-1]))
        output = self.output_dense(merge_heads(averaged))
        weights = ops.reshape(weights, (-1, self.num_heads, looks, seen))
        return (output, weights) if return_weights else output

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@correct("MultiHeadAttention")
class MakesItsDensesInBuild(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def build(self, query_shape, key_shape, value_shape):
        self.output_dense = keras.layers.Dense(self.d_model)
        self.value_dense = keras.layers.Dense(self.d_model)
        self.key_dense = keras.layers.Dense(self.d_model)
        self.query_dense = keras.layers.Dense(self.d_model)
        self.output_dense.build((*query_shape[:-1], self.d_model))
        self.value_dense.build(value_shape)
        self.key_dense.build(key_shape)
        self.query_dense.build(query_shape)

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}


@correct("MultiHeadAttention")
class LeavesTheConfigToKeras(keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model)
        self.key_dense = keras.layers.Dense(d_model)
        self.value_dense = keras.layers.Dense(d_model)
        self.output_dense = keras.layers.Dense(d_model)

    def call(self, query, key, value, mask=None, return_weights=False):
        query = split_heads(self.query_dense(query), self.num_heads)
        key = split_heads(self.key_dense(key), self.num_heads)
        value = split_heads(self.value_dense(value), self.num_heads)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = ops.expand_dims(mask, axis=1)
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))
        return (output, weights) if return_weights else output

    def compute_mask(self, inputs, previous_mask=None):
        return None
