# %% [markdown]
# # Exercises 6: many looks at once
#
# Here you write the layer that every Transformer is built of. Two short functions cut words into heads and put them
# together again; then the layer does the rest. Plan about an hour. Read
# [lesson 6](../../course/06_multi_head.ipynb) first.
#
# Axes: B batch, T queries, S keys, H heads, D width of a word, K = D / H width of a head.

# %%
from course.toolkit import figures

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="split_heads-task"
# ## 1. Cut words into heads
#
# Each head reads a part of every word. This cut is two lines long, and the most frequent bug of home-made Transformers
# is one of them: the shape comes out right, and the words are mixed up.
#
# **Write** `split_heads(x, num_heads)`: `(B, T, D)` → `(B, H, T, K)`, with H = num_heads and K = D / H.
#
# - Head h holds the columns hK to hK + K − 1 of every word: heads are neighbouring columns, never every H-th.
# - Words stay whole: `result[b, h, t]` comes from word t of sentence b, and from no other.
# - B and T may be unknown while Keras makes a graph. H and K are known, and stay so: never leave K to −1.
#
# Two words, D = 6, H = 3, so K = 2:
#
# | `x[0]` | head 0, `result[0, 0]` | head 1, `result[0, 1]` | head 2, `result[0, 2]` |
# |---|---|---|---|
# | `[[1, 2, 3,  4,  5,  6],` | `[[1, 2],` | `[[3,  4],` | `[[ 5,  6],` |
# | ` [7, 8, 9, 10, 11, 12]]` | ` [7, 8]]` | ` [9, 10]]` | ` [11, 12]]` |


# %% grade_id="split_heads"
def split_heads(x, num_heads):
    """Cut the last axis into heads, and put the axis of the heads before that of the words.

    x: (B, T, D), num_heads: H, a divisor of D. Returns (B, H, T, K) with K = D / H; head h holds columns hK to hK+K−1.
    """
    ### BEGIN SOLUTION
    length, width = ops.shape(x)[1], x.shape[-1]
    x = ops.reshape(x, (-1, length, num_heads, width // num_heads))  # (B, T, H, K)
    return ops.transpose(x, (0, 2, 1, 3))  # (B, H, T, K)
    ### END SOLUTION


# %% grade_id="split_heads-check"
check("split_heads")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Reshape never moves a number: it only says anew where rows end. So first cut D into (H, K), where it stands: that
# gives (B, T, H, K). Then change the order of two axes.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Take T from the shape of x, and K as D divided by H, a whole number (`//`). Reshape to (B, T, H, K), with −1 for B.
# Transpose: axis 0 stays, then axis 2, then axis 1, then axis 3.
# </details>
#
# <details><summary>Help: the shape is right and the numbers are wrong</summary>
#
# You reshaped to (B, H, T, K) in one go. Numbers lie in memory word after word, so head 0 got the first *words*, not
# the first columns. `ops.reshape` cuts, `ops.transpose` moves: you need both.
# </details>
#
# <details><summary>Help: only the compiled graph fails</summary>
#
# While a graph is made, `x.shape[0]` and `x.shape[1]` are None. In a reshape −1 stands for B, and `ops.shape(x)[1]` is
# T. If −1 stands for K, the graph forgets how wide a head is, and the layer of task 3 cannot take its root.
# </details>
#
# <details><summary>Why it works</summary>
#
# With the heads beside the batch, `ops.matmul` treats them alike: B · H small attentions run side by side, and none
# knows of the others.
# </details>


# %%
def your_heads():
    x = np.arange(1, 13, dtype="float32").reshape(1, 2, 6)  # two words, D = 6
    heads = split_heads(x, 3)[0]  # (H, T, K)
    return figures.matrices(
        {"x": x[0], "Head 0": heads[0], "Head 1": heads[1], "Head 2": heads[2]}, ["word 0", "word 1"], decimals=0
    )


figures.once_written(your_heads)

# %% [markdown]
# ### Stretch (0 points)
#
# Some code gives head h every H-th column: h, h + H, h + 2H … Write that version. The model is just as good: which
# columns of the Dense layer before it would have to change places, to make both give the same?

# %%

# %% [markdown] grade_id="merge_heads-task"
# ## 2. Put the heads together again
#
# Every head has made its own small vector for each word. Side by side they are as wide as the word was.
#
# **Write** `merge_heads(x)`: `(B, H, T, K)` → `(B, T, D)`, with D = H · K.
#
# - It is the inverse of `split_heads`: the columns of head 0 come first, then those of head 1 …
# - B and T may be unknown while Keras makes a graph. D is known, and stays so: write H · K, never −1.
#
# | head 0, `x[0, 0]` | head 1, `x[0, 1]` | head 2, `x[0, 2]` | `result[0]` |
# |---|---|---|---|
# | `[[1, 2],` | `[[3,  4],` | `[[ 5,  6],` | `[[1, 2, 3,  4,  5,  6],` |
# | ` [7, 8]]` | ` [9, 10]]` | ` [11, 12]]` | ` [7, 8, 9, 10, 11, 12]]` |


# %% grade_id="merge_heads"
def merge_heads(x):
    """Put the heads of each word side by side: the inverse of `split_heads`.

    x: (B, H, T, K). Returns (B, T, D) with D = H · K; head 0 comes first.
    """
    ### BEGIN SOLUTION
    heads, length, width = x.shape[1], ops.shape(x)[2], x.shape[3]
    x = ops.transpose(x, (0, 2, 1, 3))  # (B, T, H, K)
    return ops.reshape(x, (-1, length, heads * width))  # (B, T, D)
    ### END SOLUTION


# %% grade_id="merge_heads-check"
check("merge_heads")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Undo the two steps of `split_heads`, the last one first.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Read H, T and K from the shape *before* anything moves. Transpose back: axes 0, 2, 1, 3 give (B, T, H, K). Reshape to
# (B, T, H · K), with −1 for B.
# </details>
#
# <details><summary>Help: the shape is right and the numbers are wrong</summary>
#
# Without the transpose, the first rows of the result are all made of head 0: words of one head in place of heads of
# one word. Swap the axes of heads and words first.
# </details>
#
# <details><summary>Why it works</summary>
#
# Swapping two axes twice puts them back, and a reshape is undone by the old shape. So `merge_heads(split_heads(x, H))`
# is x, to the last bit.
# </details>


# %%
def there_and_back():
    x = np.arange(1, 13, dtype="float32").reshape(1, 2, 6)
    heads = split_heads(x, 3)
    panels = {"Head 0": heads[0, 0], "Head 1": heads[0, 1], "Head 2": heads[0, 2], "Merged": merge_heads(heads)[0]}
    return figures.matrices(panels, ["word 0", "word 1"], decimals=0)


figures.once_written(there_and_back)

# %% [markdown]
# ### Stretch (0 points)
#
# Concatenating heads and multiplying by one matrix is the same as giving each head a matrix of its own, and adding up.
# Show it: compare `ops.matmul(merge_heads(x), w)` with a sum over heads that never merges.

# %%

# %% [markdown]
# The layer below builds on `masked_softmax` of unit 5. This line brings your own along, if all its checks hold there,
# else the reference, and says which. Whoever grades this notebook always takes the reference.

# %%
from course.built import masked_softmax

# %% [markdown] grade_id="MultiHeadAttention-task"
# ## 3. The layer
#
# Units 8, 9 and 10 stack this layer, twelve times and more. Given the same weights, yours computes what
# `keras.layers.MultiHeadAttention` computes, and the check compares the two. Only for a query that may look nowhere
# Keras has two answers. Yours has one: zero weights, so that the output is the bias of `output_dense`.
#
# **Write** `MultiHeadAttention(d_model, num_heads)`, called as `layer(query, key, value, mask=None,
# return_weights=False)`:
#
# | query | key, value | mask | output | weights |
# |---|---|---|---|---|
# | `(B, T, D)` | `(B, S, D)` | `(B, 1, S)`, `(1, T, S)` or `(B, T, S)` | `(B, T, D)` | `(B, H, T, S)` |
#
# 1. `query_dense`, `key_dense`, `value_dense`: a `keras.layers.Dense` of width D each, with bias. Then cut into heads.
# 2. In each head: query · key / √K, your `masked_softmax` under the same mask for all heads, average of the values.
# 3. Merge the heads. `output_dense`, a Dense of width D, makes the output. With `return_weights=True` return
#    `(output, weights)`.
#
# - In every head a hidden key gets a weight of exactly 0, and the others of its row sum to 1.
# - B, T and S may be unknown in a graph. All four layers can be trained, and a saved layer comes back bit for bit.
#
# `__init__` makes the four layers, and raises a `ValueError` that names both numbers where num_heads does not divide
# d_model. `get_config` adds both arguments to what `super().get_config()` gives. `compute_mask` is written for you:
# without it, Keras warns at `mask=…` that the mask is lost after this layer, which is what we want.

# %% [markdown]
# A case by hand: D = 2 and H = 2, so K = 1. All kernels are the identity, all biases 0. The query is `[1, 0]`, the keys
# are `[ln 3, 0]` and `[0, 0]`, the values `[10, 1]` and `[20, 2]`.
#
# | | scores | weights | output | with the mask `[True, False]` |
# |---|---|---|---|---|
# | head 0 | 1 · ln 3, 1 · 0 | 3/4, 1/4 | 0.75 · 10 + 0.25 · 20 = 12.5 | 10 |
# | head 1 | 0, 0 | 1/2, 1/2 | 0.5 · 1 + 0.5 · 2 = 1.5 | 1 |
#
# So the output is `[12.5, 1.5]`, and `[10, 1]` with the mask.


# %% grade_id="MultiHeadAttention"
class MultiHeadAttention(keras.layers.Layer):
    """Scaled dot-product attention in several heads at once (Vaswani et al. 2017, section 3.2.2).

    d_model: D, the width of the words. num_heads: H, a divisor of D. Call with query (B, T, D), key and value
    (B, S, D) and a mask (B, 1, S), (1, T, S) or (B, T, S), True = may look; returns (B, T, D), or with
    `return_weights=True` also the weights (B, H, T, S). Raises ValueError if H does not divide D.
    """

    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        ### BEGIN SOLUTION
        if d_model % num_heads != 0:
            raise ValueError(
                f"`d_model` must be divisible by `num_heads`; received d_model={d_model}, num_heads={num_heads}."
            )
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model, dtype=self.dtype_policy)
        self.key_dense = keras.layers.Dense(d_model, dtype=self.dtype_policy)
        self.value_dense = keras.layers.Dense(d_model, dtype=self.dtype_policy)
        self.output_dense = keras.layers.Dense(d_model, dtype=self.dtype_policy)
        ### END SOLUTION

    def call(self, query, key, value, mask=None, return_weights=False):
        ### BEGIN SOLUTION
        query = split_heads(self.query_dense(query), self.num_heads)  # (B, H, T, K)
        key = split_heads(self.key_dense(key), self.num_heads)  # (B, H, S, K)
        value = split_heads(self.value_dense(value), self.num_heads)  # (B, H, S, K)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5  # (B, H, T, S)
        if mask is not None:
            mask = ops.expand_dims(mask, axis=-3)  # (B, 1, T, S): the same for all heads
        weights = masked_softmax(scores, mask)
        output = self.output_dense(merge_heads(ops.matmul(weights, value)))  # (B, T, D)
        return (output, weights) if return_weights else output
        ### END SOLUTION

    def compute_mask(self, inputs, previous_mask=None):
        """No mask travels with the output: masks are arguments here, as unit 5 explains."""

    def get_config(self):
        ### BEGIN SOLUTION
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}
        ### END SOLUTION


# %% grade_id="MultiHeadAttention-check"
check("MultiHeadAttention")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With `__init__`: keep both arguments as attributes, make the four Dense layers, and leave the error for later. Then
# write `call` without a mask and return the output alone. The check tells you what is left.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# call: send query, key and value through their own Dense layers, and split each into heads. Multiply the queries with
# the keys whose last two axes are swapped; divide by the root of K. Give the mask an axis for the heads, if there is a
# mask. Make weights of scores and mask, multiply them with the values, merge, and send that through the last Dense.
#
# get_config: a dictionary of `super().get_config()` and your two arguments, under their own names.
# </details>
#
# <details><summary>Help: my mask does not fit</summary>
#
# Scores are (B, H, T, S), masks have three axes. Broadcasting lines axes up from the right, so B would meet H. Put an
# axis of size 1 where the heads are: `ops.expand_dims(mask, axis=1)` makes (B, 1, 1, S) of (B, 1, S).
# </details>
#
# <details><summary>Help: my output is a little off</summary>
#
# Then it is often the scale. A head multiplies K pairs of numbers, so divide by √K, the width of a *head*. Next
# suspects: the values are made by `key_dense`, or one Dense serves twice.
# </details>
#
# <details><summary>Help: “unsupported operand type(s) for ** or pow(): 'NoneType' and 'float'”</summary>
#
# Somewhere on its way the graph has lost K. Look at the reshape in `split_heads`: write the width of a head there, as D
# divided by H, and let −1 stand for B only.
# </details>
#
# <details><summary>Help: the saved layer does not come back</summary>
#
# Keras builds it anew from `get_config`, then fills in the weights. So the configuration needs both arguments, and
# no Dense may be made in `call`. Don't forget `**kwargs` and `super().__init__(**kwargs)`: they carry the name.
# </details>
#
# <details><summary>Why it works</summary>
#
# One softmax spends one unit of attention. H heads spend H units, each on other words for other reasons, at the price
# of one: a head is H times narrower. The last Dense lets what they found meet.
# </details>


# %%
def two_looks():
    layer = MultiHeadAttention(d_model=8, num_heads=2)
    x = np.eye(4, 8, dtype="float32")[None]  # four words as one-hot vectors: (1, 4, 8)
    layer(x, x, x)  # makes the weights
    itself, one_later = np.eye(8, 4), np.eye(8, 4, k=1)
    layer.query_dense.set_weights([9 * np.hstack([itself, itself]), np.zeros(8)])
    layer.key_dense.set_weights([np.hstack([one_later, itself]), np.zeros(8)])
    _, weights = layer(x, x, x, return_weights=True)
    panels = {"Head 0: the word before": weights[0, 0], "Head 1: the word itself": weights[0, 1]}
    words = ["la", "casa", "es", "blanca"]
    return figures.matrices(panels, words, words, row_label="query", column_label="key")


figures.once_written(two_looks)

# %% [markdown]
# ### Stretch (0 points)
#
# Large models save memory by *grouped queries*: there are fewer heads of keys and values than of queries, and several
# query heads share each. Add an argument `key_heads` to a copy of your layer. `ops.repeat` along the head axis does it.
# How many weights are saved for D = 512, H = 8 and 2 key heads?

# %%

# %%
progress()

# %% [markdown]
# **What you have learned**
# - A head is a block of columns; heads lie beside the batch, and the same mask holds for all of them.
# - Several narrow looks cost what one wide look costs, and the output Dense lets them meet.
#
# **Next:** unit 7 tells attention where each word stands. Unit 8 stacks this layer: it will come along by
# `from course.built import MultiHeadAttention`.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 06_multi_head`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
