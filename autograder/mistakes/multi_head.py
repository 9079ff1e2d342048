"""Unit 06: known answers.

A class here is pasted alone into a learner's notebook: what it uses beside itself must have the same name there.
"""

from course.built import masked_softmax

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, free, mistake, of, only_on, right


def split_heads(x, num_heads):
    x = ops.reshape(x, (-1, ops.shape(x)[1], num_heads, x.shape[-1] // num_heads))
    return ops.transpose(x, (0, 2, 1, 3))


def merge_heads(x):
    merged = ops.transpose(x, (0, 2, 1, 3))
    return ops.reshape(merged, (-1, ops.shape(x)[2], x.shape[1] * x.shape[3]))


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


CUT_AND_SWAPPED = (
    "x = ops.reshape(x, (-1, length, num_heads, width // num_heads)) return ops.transpose(x, (0, 2, 1, 3))"
)


right("split_heads").edits(
    {
        "You reshape to (B, H, T, K) in one go, which mixes words. Cut D to (B, T, H, K) first, then transpose.": {
            CUT_AND_SWAPPED: "return ops.reshape(x, (-1, num_heads, length, width // num_heads))"
        },
        (
            "You reshape to (B, H, T, K) at once, which mixes words, then swap the axes back. Cut D where it stands "
            "first: (B, T, H, K)."
        ): (
            CUT_AND_SWAPPED,
            "return ops.transpose(ops.reshape(x, (-1, num_heads, length, width // num_heads)), (0, 2, 1, 3))",
        ),
        (
            "Your columns move before they are cut, so a reshape reads them word by word. Cut D into (H, K) first, "
            "then swap."
        ): (
            CUT_AND_SWAPPED,
            "return ops.reshape(ops.transpose(x, (0, 2, 1)), (-1, num_heads, length, width // num_heads))",
        ),
        "Your result has three axes: heads and sentences share the first. Keep four, (B, H, T, K).": {
            CUT_AND_SWAPPED: """
            x = ops.transpose(ops.reshape(x, (-1, length, num_heads, width // num_heads)), (0, 2, 1, 3))
            return ops.reshape(x, (-1, length, width // num_heads))
            """
        },
        "Your heads take every H-th column. A head is a block of neighbours: cut D into (H, K), not (K, H).": {
            "num_heads, width //": "width // num_heads,",
            "(0, 2, 1, 3)": "(0, 3, 1, 2)",
        },
        "H and K have changed places: you made K heads of width H. Cut D into (H, K).": {
            "num_heads, width //": "width // num_heads,"
        },
        "You stop at (B, T, H, K). Swap the axes of words and heads: `ops.transpose(x, (0, 2, 1, 3))`.": {
            CUT_AND_SWAPPED: "return ops.reshape(x, (-1, length, num_heads, width // num_heads))"
        },
        "`ops.transpose` without axes turns all of them, B too. Name the order: (0, 2, 1, 3).": {
            CUT_AND_SWAPPED: "return ops.transpose(ops.reshape(x, (-1, length, num_heads, width // num_heads)))"
        },
        "You made (B, H, K, T): the words are last. Swap the last two axes.": {"(0, 2, 1, 3)": "(0, 2, 3, 1)"},
        "In a graph `x.shape[0]` is None. Write −1 for B, or take it from `ops.shape(x)`.": only_on(
            ("tensorflow",),
            (
                "length, width = ops.shape(x)[1], x.shape[-1] x = ops.reshape(x, (-1, length",
                "batch, length, width = x.shape; x = ops.reshape(x, (batch, ops.shape(x)[1]",
            ),
        ),
        "In a graph `x.shape[0]` is None. Take B from `ops.shape(x)`, and leave −1 to T.": only_on(
            ("tensorflow",),
            {
                "length, width = ops.shape(x)[1], x.shape[-1]": "",
                "-1, length, num_heads, width": "x.shape[0], -1, num_heads, x.shape[2]",
            },
        ),
        "In a graph `x.shape[0]` and `x.shape[1]` are None. Write −1 for B, and take T from `ops.shape(x)`.": only_on(
            ("tensorflow",),
            {"length, width = ops.shape(x)[1], x.shape[-1]": "batch, length, width = x.shape", "-1,": "batch,"},
        ),
        "In a graph for any length `x.shape[1]` is None. `ops.shape(x)[1]` is T all the same.": only_on(
            ("tensorflow",),
            {
                "length, width = ops.shape(x)[1], x.shape[-1]": "",
                "length, num_heads, width": "x.shape[1], num_heads, x.shape[2]",
            },
        ),
        "In a graph nobody knows K of your heads. Write it as D // H with D = `x.shape[-1]`, not as −1.": of(
            "swaps_axes_by_name",
            only_on(
                ("tensorflow",),
                (
                    "ops.swapaxes(ops.reshape(x, [batch, length, num_heads, width // num_heads]), 1, 2)",
                    "ops.transpose(ops.reshape(x, (batch, length, num_heads, -1)), (0, 2, 1, 3))",
                ),
            ),
        ),
        "`/` makes a number with a decimal point, even 3.0, and sizes are whole. Divide with `//`.": {
            "width //": "width /"
        },
        "You reshape to heads of width D, but all H heads share D columns: K is D divided by H.": {
            "length, width": "batch, length, width",
            "[1], x.shape[-1]": "",
            "(-1, length, num_heads, width // num_heads)": "(batch, length, num_heads, width)",
        },
        "Each of your heads holds all D columns. They share them out: K = D / H columns each.": of(
            "stacks_pieces", {"stack(ops.split(x, num_heads, axis=-1)": "repeat(ops.expand_dims(x, axis=1), num_heads"}
        ),
        "`ops.split` gives a list of tensors. Make one of them: `ops.stack(…, axis=1)` adds the axis of the heads.": of(
            "stacks_pieces", {"ops.stack(ops.split(x, num_heads, axis=-1), axis=1)": "ops.split(x, num_heads, axis=-1)"}
        ),
        "Your heads come before the batch. The order is (B, H, T, K).": of("stacks_pieces", {"axis=1": "axis=0"}),
        "The number of heads stands fixed in your code. Use the argument `num_heads`.": {
            "num_heads, width // num_heads": "4, width // 4"
        },
    }
)


@mistake("split_heads", "The number of heads stands fixed in your code. Use the argument `num_heads`.")
def always_cuts_into_two(x, num_heads):
    width = x.shape[-1] // 2
    return ops.stack([x[:, :, :width], x[:, :, width:]], axis=1)


@mistake("split_heads", "NumPy cuts the gradients and fails in a graph. Use `ops.reshape` and `ops.transpose`.")
def cuts_with_numpy(x, num_heads):
    x = np.asarray(x)
    x = x.reshape(x.shape[0], x.shape[1], num_heads, x.shape[2] // num_heads)
    return ops.convert_to_tensor(x.transpose(0, 2, 1, 3))


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


right("merge_heads").edits(
    {
        "You reshape without the transpose, so words of one head stand side by side. Swap heads and words first.": {
            "x = ops.transpose(x, (0, 2, 1, 3))": ""
        },
        "Your heads are shuffled like cards: column 0 of each, then column 1. Head 0 comes whole: use (0, 2, 1, 3).": {
            "x = ops.transpose(x, (0, 2, 1, 3))": "",
            "x, (-1": "ops.transpose(x, (0, 2, 3, 1)), (-1",
        },
        "`ops.transpose` without axes turns all of them, B too. Name the order: (0, 2, 1, 3).": {
            "x = ops.transpose(x, (0, 2, 1, 3)) return ops.reshape(x": "return ops.reshape(ops.transpose(x)"
        },
        "You swap words and columns. Heads and words must change places, axes 1 and 2.": {
            "x = ops.transpose(x, (0, 2, 1, 3)) return ops.reshape(x": "return ops.reshape(ops.swapaxes(x, 2, 3)"
        },
        "You swap heads and columns. Heads and words must change places: the order is (0, 2, 1, 3).": {
            "x = ops.transpose(x, (0, 2, 1, 3))": "",
            "x, (-1": "ops.transpose(x, (0, 3, 2, 1)), (-1",
        },
        "You join the heads along the words, which makes a longer sentence. Join them along the last axis.": of(
            "joins_head_by_head", {"-1": "1"}
        ),
        "Your result has two axes: −1 has swallowed B and T. Name T as well: (−1, T, H · K).": {
            "length, width": "width",
            "ops.shape(x)[2],": "",
            "x = ops.transpose(x, (0, 2, 1, 3))": "",
            "x, (-1, length": "ops.transpose(x, (0, 2, 1, 3)), (-1",
        },
        "In a graph `x.shape[0]` is None. Write −1 for B, or take it from `ops.shape(x)`.": of(
            "takes_all_sizes_from_ops_shape",
            only_on(
                ("tensorflow",), {"ops.shape(x)": "x.shape", "ops.swapaxes(x, 1, 2)": "ops.transpose(x, (0, 2, 1, 3))"}
            ),
        ),
        "In a graph for any length T is None in `.shape`. `ops.shape(x)[2]` is T all the same.": only_on(
            ("tensorflow",),
            {
                "heads, length, width = x.shape[1], ops.shape(x)[2], x.shape[3]": "",
                "(-1, length, heads * width)": "(-1, x.shape[1], x.shape[2] * x.shape[3])",
            },
        ),
        "In a graph nobody knows D of your result. Write it as `x.shape[1] * x.shape[3]`, not as −1.": of(
            "takes_all_sizes_from_ops_shape",
            only_on(
                ("tensorflow",), {"ops.swapaxes(x, 1, 2)": "ops.transpose(x, (0, 2, 1, 3))", "heads * width": "-1"}
            ),
        ),
        "Two heads stand fixed in your code. There are as many as axis 1 of x is long.": of(
            "joins_head_by_head", {"[x[:, h] for h in range(x.shape[1])]": "[x[:, 0], x[:, 1]]"}
        ),
        "NumPy cuts the gradients and fails in a graph. Use `ops.transpose` and `ops.reshape`.": of(
            "takes_all_sizes_from_ops_shape",
            {
                "batch, heads, length, width = ops.shape(x)": """
            x = np.asarray(x)
            batch, heads, length, width = x.shape
            """,
                "ops.reshape(ops.swapaxes(x, 1, 2),": "ops.convert_to_tensor(x.transpose(0, 2, 1, 3).reshape",
            },
        ),
    }
)


@mistake("merge_heads", "You stop at (B, T, H, K). Reshape the last two axes to one of D = H · K columns.")
def stops_before_the_reshape(x):
    return ops.transpose(x, (0, 2, 1, 3))


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
    "merge_heads",
    "In a graph `x.shape[0]` is None. Take B from `ops.shape(x)`, and leave −1 to T.",
    backends=("tensorflow",),
)
def reads_the_batch_of_heads_and_leaves_the_length(x):
    return ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (x.shape[0], -1, x.shape[1] * x.shape[3]))


@mistake(
    "merge_heads",
    "One sentence alone loses its axis B: `ops.squeeze` without an axis drops all of size 1. Name the axis.",
)
def squeezes_every_axis(x):
    return ops.squeeze(ops.concatenate(ops.split(x, x.shape[1], axis=1), axis=-1))


@mistake("merge_heads", "Only head 0 is left. Put all heads side by side: D = H · K columns.")
def keeps_the_first_head(x):
    return x[:, 0]


@correct("MultiHeadAttention")
class AsPlainAsCanBe(keras.layers.Layer):
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


MASK_FOR_HEADS = "if mask is not None: mask = ops.expand_dims(mask, axis=1)"
QUERY = "split_heads(self.query_dense(query), self.num_heads)"
KEY = "split_heads(self.key_dense(key), self.num_heads)"
VALUE = "split_heads(self.value_dense(value), self.num_heads)"
MERGED = "merge_heads(ops.matmul(weights, value))"
DENSE = "self.{}_dense = keras.layers.Dense(d_model{})"
AT_ONCE = {
    f"query = {QUERY}": """
    width = self.d_model // self.num_heads
    length, seen = ops.shape(query)[1], ops.shape(key)[1]
    query = ops.reshape(self.query_dense(query), (-1, self.num_heads, length, width))
    """,
    KEY: "ops.reshape(self.key_dense(key), (-1, self.num_heads, seen, width))",
    VALUE: "ops.reshape(self.value_dense(value), (-1, self.num_heads, seen, width))",
}
ALL_THREE = f"query = {QUERY} key = {KEY} value = {VALUE}"
CUT_HERE = """
width, {} = self.d_model // self.num_heads, {}
query, key, value = self.query_dense(query), self.key_dense(key), self.value_dense(value)
query, key, value = (
    ops.transpose(ops.reshape(x, ({}, self.num_heads, width)), (0, 2, 1, 3)) for x in (query, key, value)
)
"""


right("MultiHeadAttention", "AsPlainAsCanBe").edits(
    {
        "Your error does not name both numbers. Put d_model and num_heads into its text.": {
            'f"num_heads={num_heads} does not divide d_model={d_model}"': '"num_heads must divide d_model"'
        },
        "You divide by √D. A head multiplies K pairs of numbers: divide by √K, with K = D / H.": {
            "query.shape[-1]": "self.d_model"
        },
        "The scores are not scaled. Divide them by √K, the root of the width of a head.": {
            "/ query.shape[-1] ** 0.5": ""
        },
        "You divide by K itself. Divide by its root, √K.": {"query.shape[-1] ** 0.5": "query.shape[-1]"},
        "You divide by √H, the number of heads. Divide by √K, the width of a head.": {
            "query.shape[-1]": "self.num_heads"
        },
        "Your `call` takes value before key, as Keras' own layer does. The order here: query, key, value.": {
            "key, value": "value, key"
        },
        "You divide the weights by √K, after the softmax. Divide the scores, before it.": {
            "/ query.shape[-1] ** 0.5": "",
            "mask)": "mask) / query.shape[-1] ** 0.5",
        },
        "You scale `query` before its Dense, whose bias stays as large. Divide the scores by √K.": {
            "(query)": "(query / (self.d_model // self.num_heads) ** 0.5)",
            "/ query.shape[-1] ** 0.5": "",
        },
        "`ops.transpose` without axes turns all four. Swap only the last two of the keys: (0, 1, 3, 2).": {
            "key, (0, 1, 3, 2)": "key"
        },
        "`key_dense` makes your values. They have a Dense of their own, `value_dense`.": {
            "self.value_dense(value)": "self.key_dense(value)"
        },
        "Your values are made of `key`. Send `value` through `value_dense`.": [
            {"(value)": "(key)"},
            {"key =": "words = key; key =", "(value)": "(words)"},
        ],
        "You average the keys. They make the weights; what these average is the values.": {
            "weights, value": "weights, key"
        },
        "Your keys are made of `query`. Send `key` through `key_dense`.": [
            {"(key)": "(query)"},
            {"query =": "words = query; query =", "(key)": "(words)"},
        ],
        "Everything is made of `query`: `key` and `value` are never read. Each has its own Dense.": {
            "query =": "words = query; query =",
            "(key)": "(words)",
            "(value)": "(words)",
        },
        "`query_dense` reads your keys and `key_dense` your query. Let each read what it is named after.": {
            "self.query_dense(query)": "self.key_dense(query)",
            "self.key_dense(key)": "self.query_dense(key)",
        },
        "One Dense serves query, key and value. Make three: what a word seeks is not what it offers.": {
            DENSE.format("query", ""): "",
            DENSE.format("key", ""): "",
            "self.value_dense =": "self.query_dense = self.key_dense = self.value_dense =",
        },
        "One Dense serves queries and keys. Make two: what a word seeks is not what it offers.": {
            DENSE.format("query", ""): "",
            "self.key_dense =": "self.query_dense = self.key_dense =",
        },
        "One Dense serves keys and values. Make two: how a word is found is not what it says.": {
            DENSE.format("key", ""): "",
            "self.value_dense =": "self.key_dense = self.value_dense =",
        },
        "You return the merged heads. Send them through `output_dense`, where the heads meet.": {
            f"self.output_dense({MERGED})": MERGED
        },
        "There is no `output_dense`. Make a fourth Dense, and send the merged heads through it.": {
            DENSE.format("output", ""): "",
            f"self.output_dense({MERGED})": MERGED,
        },
        "Your Dense layers are made in `call`, new at every call, and never learn. Make them in `__init__`.": {
            """
            self.query_dense = keras.layers.Dense(d_model)
            self.key_dense = keras.layers.Dense(d_model)
            self.value_dense = keras.layers.Dense(d_model)
            self.output_dense = keras.layers.Dense(d_model)
            """: "",
            "query =": """
            self.query_dense = keras.layers.Dense(self.d_model)
            self.key_dense = keras.layers.Dense(self.d_model)
            self.value_dense = keras.layers.Dense(self.d_model)
            self.output_dense = keras.layers.Dense(self.d_model)
            query =
            """,
        },
        "Your Dense layers have no bias. Leave `use_bias` as it is.": ("(d_model)", "(d_model, use_bias=False)", 4),
        "Your projections have the width K, enough for one head. Each is D wide, for all heads at once.": {
            DENSE.format(name, ""): DENSE.format(name, " // num_heads") for name in ("query", "key", "value")
        },
        "Your Dense layers have an activation. They are plain Dense layers, without one.": [
            {DENSE.format(name, ""): DENSE.format(name, ', activation="relu"') for name in ("query", "key", "value")},
            ("(d_model)", '(d_model, activation="relu")', 4),
        ],
        "You add the query to the output. That sum belongs to the layer around this one, in unit 8.": {
            "query =": "words = query\nquery =",
            "self.output_dense(": "words + self.output_dense(",
        },
        "The mask is never used. Give it an axis for the heads, and hand it to `masked_softmax`.": {
            MASK_FOR_HEADS: "",
            "scores, mask": "scores",
        },
        # whose errors do not tell (B, T, S) from (1, B, T, S)
        "In your mask B stands where the scores have H. It needs an axis of size 1 for the heads, as axis 1.": [
            only_on(("torch",), {MASK_FOR_HEADS: ""}),
            only_on(("torch",), {"axis=1": "axis=0"}),
        ],
        "Scores have four axes, your mask three, so B meets H. Give the mask an axis of size 1 for the heads.": only_on(
            ("tensorflow", "jax"), {MASK_FOR_HEADS: ""}
        ),
        "The new axis of your mask is at the wrong place: heads are axis 1 of (B, H, T, S).": [
            {"axis=1": "axis=2"},
            {"axis=1": "axis=-1"},
        ],
        "The new axis of your mask is in front, so B meets H. Heads are axis 1 of (B, H, T, S).": only_on(
            ("tensorflow", "jax"), {"axis=1": "axis=0"}
        ),
        "You repeat the mask along axis 0, which is B. It needs a new axis of size 1 for the heads, as axis 1.": {
            "ops.expand_dims(mask, axis=1)": "ops.repeat(mask, self.num_heads, axis=0)"
        },
        "There may be no mask: it is None then, and has no axes. Ask `if mask is not None` first.": {
            MASK_FOR_HEADS: "mask = ops.expand_dims(mask, axis=1)"
        },
        "You ask a whole mask for one yes or no. Ask whether it is None: `if mask is not None`.": {"is not None": ""},
        "Your mask is upside down: True means *may look*.": {
            "ops.expand_dims(mask, axis=1)": "ops.logical_not(ops.expand_dims(mask, axis=1))"
        },
        "You multiply scores by the mask, and a score of 0 still gets weight. Hand the mask to `masked_softmax`.": {
            "mask = ops.expand_dims(mask, axis=1)": """
            scores = scores * ops.cast(ops.expand_dims(mask, axis=1), scores.dtype)
            """,
            "masked_softmax(scores, mask)": "ops.softmax(scores, axis=-1)",
        },
        "A query that may look nowhere averages all values in your answer. `masked_softmax` gives it zeros.": {
            "mask = ops.expand_dims(mask, axis=1)": "scores = ops.where(ops.expand_dims(mask, axis=1), scores, -1e9)",
            "masked_softmax(scores, mask)": "ops.softmax(scores, axis=-1)",
        },
        "A query that may look nowhere ends as 0 / 0, which is NaN. `masked_softmax` gives it zeros.": {
            "mask = ops.expand_dims(mask, axis=1)": """
            scores = ops.where(ops.expand_dims(mask, axis=1), scores, -float("inf"))
            """,
            "masked_softmax(scores, mask)": "ops.softmax(scores, axis=-1)",
        },
        "You replace NaN by 0, but the gradient stays NaN. Let `masked_softmax` prevent it.": {
            "mask = ops.expand_dims(mask, axis=1)": """
            scores = scores + ops.where(ops.expand_dims(mask, axis=1), 0.0, -float("inf"))
            """,
            "masked_softmax(scores, mask)": "ops.nan_to_num(ops.softmax(scores, axis=-1))",
        },
        "You hide after softmax, so the weights no longer sum to 1. Hand the mask to `masked_softmax`.": {
            f"{MASK_FOR_HEADS} weights = masked_softmax(scores, mask)": """
            weights = ops.softmax(scores, axis=-1)
            if mask is not None:
                weights = ops.where(ops.expand_dims(mask, axis=1), weights, 0.0)
            """
        },
        "Your softmax runs over the queries. Each query shares its attention among the keys, the last axis.": {
            "ops.expand_dims(mask, axis=1)": """
            ops.swapaxes(ops.broadcast_to(ops.expand_dims(mask, axis=1), ops.shape(scores)), -1, -2)
            """,
            "masked_softmax(scores, mask)": "ops.swapaxes(masked_softmax(ops.swapaxes(scores, -1, -2), mask), -1, -2)",
        },
        "Your softmax runs over the heads. In each head a query shares its attention among the keys.": {
            f"{MASK_FOR_HEADS} weights = masked_softmax(scores, mask)": """
            weights = ops.softmax(scores, axis=1)
            if mask is not None:
                weights = ops.where(ops.expand_dims(mask, axis=1), weights, 0.0)
            """
        },
        "You cut with one reshape to (B, H, T, K), which mixes words. Use your `split_heads` and `merge_heads`.": {
            **AT_ONCE,
            MERGED: "ops.reshape(ops.matmul(weights, value), (-1, length, self.d_model))",
        },
        "Your cut is one reshape to (B, H, T, K), which mixes words. Reshape to (B, T, H, K), then swap T and H.": [
            AT_ONCE
        ],
        "Your heads take every H-th column. A head is a block of neighbours: use your `split_heads`.": {
            "query = split_heads(self.query_dense(query), self.num_heads)": """
            width = self.d_model // self.num_heads
            length, seen = ops.shape(query)[1], ops.shape(key)[1]
            query = ops.reshape(self.query_dense(query), (-1, length, width, self.num_heads))
            """,
            KEY: "ops.reshape(self.key_dense(key), (-1, seen, width, self.num_heads))",
            "value = split_heads(self.value_dense(value), self.num_heads)": """
            value = ops.reshape(self.value_dense(value), (-1, seen, width, self.num_heads))
            query, key, value = (ops.transpose(x, (0, 3, 1, 2)) for x in (query, key, value))
            """,
            MERGED: "ops.reshape(ops.transpose(ops.matmul(weights, value), (0, 2, 3, 1)), (-1, length, self.d_model))",
        },
        "You merge with a reshape alone, which mixes words and heads. Use your `merge_heads`.": {
            "query =": "length = ops.shape(query)[1]\nquery =",
            MERGED: "ops.reshape(ops.matmul(weights, value), (-1, length, self.d_model))",
        },
        "You do not cut into heads: one softmax over all D columns. Use `split_heads` and `merge_heads`.": {
            "(query), self.num_heads": "(query), 1",
            "(key), self.num_heads": "(key), 1",
            "(value), self.num_heads": "(value), 1",
        },
        "In a graph `query.shape[0]` is None. Write −1 for B, or take it from `ops.shape`.": only_on(
            ("tensorflow",), {ALL_THREE: CUT_HERE.format("batch", "query.shape[0]", "batch, ops.shape(x)[1]")}
        ),
        "You cut the keys by the number of queries. There are S keys: take each length from its own tensor.": {
            ALL_THREE: CUT_HERE.format("length", "ops.shape(query)[1]", "-1, length")
        },
        "You cut the words before the Dense layers, which then see a part of each. Project first, then split.": {
            QUERY: "self.query_dense(split_heads(query, self.num_heads))",
            KEY: "self.key_dense(split_heads(key, self.num_heads))",
            VALUE: "self.value_dense(split_heads(value, self.num_heads))",
        },
        (
            "In a graph the width of your heads is unknown: −1 stands for it. Write K = D / H, and −1 for B if you "
            "like."
        ): only_on(
            ("tensorflow",),
            {
                """
            query = split_heads(self.query_dense(query), self.num_heads)
            key = split_heads(self.key_dense(key), self.num_heads)
            value = split_heads(self.value_dense(value), self.num_heads)
            """: """
            def cut(x):
                batch, length, _ = ops.shape(x)
                return ops.swapaxes(ops.reshape(x, (batch, length, self.num_heads, -1)), 1, 2)
            query, key, value = cut(self.query_dense(query)), cut(self.key_dense(key)), cut(self.value_dense(value))
            """,
                "ops.transpose(key, (0, 1, 3, 2))": "ops.swapaxes(key, 2, 3)",
            },
        ),
        (
            "In a graph sizes in `.shape` are None, and you make a mask of them. `masked_softmax` needs none: give "
            "it None."
        ): only_on(
            ("tensorflow",),
            {
                MASK_FOR_HEADS: """
            if mask is None:
                mask = ops.ones((query.shape[0], query.shape[2], key.shape[2]), dtype="bool")
            mask = ops.expand_dims(mask, axis=1)
            """
            },
        ),
        "You return the weights unasked. Without `return_weights=True` only the output is wanted.": {
            "(output, weights) if return_weights else output": "output, weights"
        },
        "You ignore `return_weights`. When it is True, return `(output, weights)`.": {
            "output =": "return",
            "return (output, weights) if return_weights else output": "",
        },
        "You return the weights first. The order is output, then weights.": {"(output, weights)": "(weights, output)"},
        "You average the weights over the heads. Return them all, (B, H, T, S): that is what heads are for.": {
            ", weights": ", ops.mean(weights, axis=1)"
        },
        "You return the scores. The weights are wanted: what softmax has made of them.": {", weights": ", scores"},
        "A `num_heads` that does not divide d_model is not refused. Raise a `ValueError` in `__init__`.": (
            'if d_model % num_heads != 0: raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")',
            "",
        ),
        "`assert` raises an AssertionError, and can be switched off. Raise a `ValueError` that names both numbers.": (
            'if d_model % num_heads != 0: raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")',
            'assert d_model % num_heads == 0, f"received d_model={d_model}, num_heads={num_heads}"',
        ),
        "`get_config` returns what Keras has anyway. Add your two arguments, d_model and num_heads.": {
            '{**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}': "super().get_config()"
        },
        (
            "`get_config` leaves out what `super().get_config()` gives: name, dtype, trainable. Add your arguments "
            "to it."
        ): {"**super().get_config(),": ""},
        "`num_heads` is missing in `get_config`. Return both arguments, under their own names.": {
            ', "num_heads": self.num_heads': ""
        },
        "`get_config` returns nothing. `return` the dictionary, with your two arguments in it.": (
            'return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}',
            'super().get_config().update({"d_model": self.d_model, "num_heads": self.num_heads})',
        ),
        "`__init__` takes `**kwargs` and drops them, name and trainable too. Write `super().__init__(**kwargs)`.": {
            "(**kwargs)": "()"
        },
        "`__init__` takes no `**kwargs`, so Keras cannot give the layer its name. Pass them to `super().__init__`.": {
            ", **kwargs": "",
            "(**kwargs)": "()",
        },
        (
            "The gradient is cut on its way to query and key, by NumPy or `stop_gradient`. Compute with `keras.ops` "
            "alone."
        ): {"mask)": "mask)\nweights = ops.stop_gradient(weights)"},
        # what is said of any tensor without a gradient, before these two are found
        (
            "No gradient arrives at all: your result does not depend on this input by way of `ops` alone. NumPy, "
            "rounding, `stop_gradient` or a ready-made layer with weights of its own cuts it off."
        ): [
            only_on(
                ("tensorflow",),
                {"ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))": "np.matmul(query, np.swapaxes(key, -1, -2))"},
            ),
            {
                "scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5": """
            query, key, value = np.asarray(query), np.asarray(key), np.asarray(value)
            scores = np.matmul(query, np.swapaxes(key, 2, 3)) / query.shape[-1] ** 0.5
            """,
                "scores,": "ops.convert_to_tensor(scores),",
            },
        ],
        "You add a number to √K, which makes every score too small. Divide by √K itself: K is never 0.": free(
            1e-2, 1e-4, 1.0, {"query.shape[-1] ** 0.5": "(query.shape[-1] ** 0.5 + 1e-2)"}
        ),
    }
)


right("MultiHeadAttention", "AsPlainAsCanBe").also(
    {
        """
            self.query_dense = keras.layers.Dense(d_model)
            self.key_dense = keras.layers.Dense(d_model)
            self.value_dense = keras.layers.Dense(d_model)
            self.output_dense = keras.layers.Dense(d_model)
            """: "",
        """
            def get_config(self):
                return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}
            """: """
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
            """,
    }
)
right("MultiHeadAttention", "AsPlainAsCanBe").also(
    """
    def get_config(self):
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}
    """,
    """
    def compute_mask(self, inputs, previous_mask=None):
        return None
    """,
)
