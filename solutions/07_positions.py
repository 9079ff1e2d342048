# %% [markdown]
# # Exercises 7: order matters
#
# Here you tell attention where each word stands, in three ways: you add positions to the words, you add distances to
# the scores, and you turn queries and keys like hands of a clock. Plan an hour and a quarter. Read
# [lesson 7](../../course/07_positions.ipynb) first.
#
# Axes: B batch, H heads, T positions (queries), S keys, D width of a word, K width of a head. Positions count from 0.
#
# Your code is also run inside a compiled graph, and gradients must pass through exercises 2, 3 and 4: compute with
# `keras.ops` on tensors.

# %%
from course.toolkit import figures, position_figures

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="sinusoidal_positions-task"
# ## 1. A row of clocks
#
# Each position needs a vector of its own that any model can read, for sentences longer than any seen. The paper builds
# it from clocks: each pair of columns is one hand, and each clock is slower than the one before.
#
# **Write** `sinusoidal_positions(length, depth)`: two numbers → a tensor `(length, depth)`, float32.
#
# - Row p, pair i: the angle is $p / 10000^{2i/D}$, with D = depth and i = 0, 1, … D/2 − 1.
# - Column 2i holds its sine, column 2i + 1 its cosine: sin, cos, sin, cos …
# - An odd depth leaves half a pair: raise a `ValueError` that names the depth you received.
#
# For `sinusoidal_positions(3, 4)` pair 0 turns by $1/10000^0 = 1$ per word, pair 1 by $1/10000^{2/4} = 0.01$:
#
# | p | sin p | cos p | sin 0.01p | cos 0.01p |
# |---|---|---|---|---|
# | 0 | 0 | 1 | 0 | 1 |
# | 1 | 0.841 | 0.540 | 0.010 | 1.000 |
# | 2 | 0.909 | −0.416 | 0.020 | 1.000 |


# %% grade_id="sinusoidal_positions"
def sinusoidal_positions(length, depth):
    """A vector for each position: sines and cosines of angles that grow ever more slowly along the pairs.

    length: T, depth: D, both integers; D is even. Returns a tensor (T, D), float32, sines in the columns 0, 2, 4 … and
    cosines in 1, 3, 5 … Raises ValueError if the depth is odd. (Vaswani et al. 2017, section 3.5)
    """
    ### BEGIN SOLUTION
    if depth % 2 != 0:
        raise ValueError(f"`depth` must be even: columns come in pairs; received depth={depth}.")
    position = ops.arange(length, dtype="float32")[:, None]  # (T, 1)
    twice_i = ops.arange(0, depth, 2, dtype="float32")  # (D/2,): 0, 2, 4 …
    angle = position / ops.power(10000.0, twice_i / depth)  # (T, D/2)
    pairs = ops.stack([ops.sin(angle), ops.cos(angle)], axis=-1)  # (T, D/2, 2)
    return ops.reshape(pairs, (length, depth))  # (T, D)
    ### END SOLUTION


# %% grade_id="sinusoidal_positions-check"
check("sinusoidal_positions")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With the angles, (T, D/2): positions as a column, one speed per pair as a row. Sine and cosine come last.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Refuse an odd depth. Make the column 0 … T − 1 and the row 0, 2, 4 … D − 2, both float32. The angle is the column
# divided by 10000 to the power of row / D. Stack its sine and its cosine along a *new last* axis, (T, D/2, 2), and
# reshape that to (T, D).
# </details>
#
# <details><summary>Help: all my sines stand left and all cosines right</summary>
#
# `concatenate` puts one block after the other. `ops.stack(..., axis=-1)` makes pairs, and `ops.reshape` reads the last
# axis first: sin, cos, sin, cos.
# </details>
#
# <details><summary>Help: “does not support item assignment”</summary>
#
# A tensor cannot be filled column by column, as a NumPy array can. Compute all sines and all cosines, then join them.
# Or fill a NumPy array and return `ops.convert_to_tensor(array)`: exercise 2 cuts the table inside a graph, which only
# a tensor allows.
# </details>
#
# <details><summary>Why it works</summary>
#
# A step of k words turns each hand by a fixed angle, wherever it starts. So the dot product of two rows,
# a sum of cos(angle · distance), depends only on the distance. And sin² + cos² = 1: all rows are equally long.
# </details>

# %%
figures.once_written(
    lambda: position_figures.heat_map(
        sinusoidal_positions(60, 64), "Your table: fast clocks left, slow ones right", "position p", "column"
    )
)

# %% [markdown]
# ### Stretch (0 points)
#
# How far does the table see? Plot the dot product of row 0 with rows 0 to 200, for depths 8, 64 and 512. Then replace
# 10000 by 100. What gets better, and what worse?

# %%

# %% [markdown] grade_id="PositionalEmbedding-task"
# ## 2. Words that know their place
#
# This layer is the entrance of every Transformer that you will build: ids go in, vectors come out that say *what* and
# *where*.
#
# **Write** `PositionalEmbedding(vocabulary_size, d_model, max_length)`: ids `(B, T)` → `(B, T, D)`, with D = d_model,
# an even number.
#
# - `__init__` makes `self.token_embedding`, a `keras.layers.Embedding` with vocabulary_size rows of width D. Leave its
#   `mask_zero` off, because masks are passed as arguments here: Keras loses some that it passes on by itself (unit 5).
# - `call` takes each word's vector **times √D** and adds row t of your sinusoidal table at position t (mend exercise 1
#   first). The positions are never trained: the layer trains one matrix only.
# - The result has the dtype of the words: float16 in mixed precision.
# - T may be anything up to max_length, also unknown while a graph is made. A longer batch raises a `ValueError` that
#   names its length and max_length.
# - `get_config` returns what `super().get_config()` gives and the three arguments: a saved layer is made again from it.
#   (Keras often guesses it; here it is written out.)
#
# With D = 4, √D = 2. Say id 5 has the vector `[0.5, −1, 0, 2]` and stands at position 1:
# 2 · `[0.5, −1, 0, 2]` + `[0.841, 0.540, 0.010, 1.000]` = `[1.841, −1.460, 0.010, 5.000]`.


# %% grade_id="PositionalEmbedding"
class PositionalEmbedding(keras.layers.Layer):
    """Turns ids into vectors that say which word stands where: token embedding · √D + sinusoidal positions.

    vocabulary_size: number of ids. d_model: D, even. max_length: the longest T.
    Call with ids (B, T), integers; returns (B, T, D). Raises ValueError if T exceeds max_length.
    """

    def __init__(self, vocabulary_size, d_model, max_length, **kwargs):
        super().__init__(**kwargs)
        ### BEGIN SOLUTION
        self.vocabulary_size = vocabulary_size
        self.d_model = d_model
        self.max_length = max_length
        self.token_embedding = keras.layers.Embedding(vocabulary_size, d_model, dtype=self.dtype_policy)
        self.positions = sinusoidal_positions(max_length, d_model)  # (max_length, D)
        ### END SOLUTION

    def call(self, ids):
        ### BEGIN SOLUTION
        length = ids.shape[-1]  # None while a graph is made for any length
        if length is not None and length > self.max_length:
            raise ValueError(
                f"A sentence may have `max_length` ids at most; received length={length}, max_length={self.max_length}."
            )
        words = self.token_embedding(ids) * self.d_model**0.5  # (B, T, D)
        places = self.positions[: ops.shape(ids)[-1]]  # (T, D)
        return words + ops.cast(places, words.dtype)  # (B, T, D)
        ### END SOLUTION

    def get_config(self):
        ### BEGIN SOLUTION
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "d_model": self.d_model,
            "max_length": self.max_length,
        }
        ### END SOLUTION


# %% grade_id="PositionalEmbedding-check"
check("PositionalEmbedding")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# In `__init__`: keep the three arguments as attributes, make the embedding, and make the whole table once,
# `sinusoidal_positions(max_length, d_model)`. Then write `call` for a batch that fits, and leave the error for later.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# call: let length be `ids.shape[-1]`. If it is known (not None) and too large, raise. Look the ids up in the embedding
# and multiply by the root of D. Take the first T rows of the table, with T = `ops.shape(ids)[-1]`, which works in a
# graph too. Give them the dtype of the words, add, return.
#
# get_config: a dictionary of `super().get_config()` and your three arguments, under their own names.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# Words are (B, T, D), places (T, D): broadcasting repeats the places for every sentence by itself. If your places have
# max_length rows, cut them to T before you add.
# </details>
#
# <details><summary>Help: only the compiled graph fails</summary>
#
# While Keras makes a graph for any length, `ids.shape[-1]` is None. `ops.shape(ids)[-1]` is the length all the same.
# Ask `is not None` before you compare. And a NumPy table cannot be cut there: `ops.convert_to_tensor`.
# </details>
#
# <details><summary>Help: only half precision fails</summary>
#
# In mixed precision the embedding gives float16, your table is float32, and TensorFlow adds only equals:
# `ops.cast(places, words.dtype)`.
# </details>
#
# <details><summary>Why it works</summary>
#
# Keras starts embeddings small, within ±0.05. A row of the table has length √(D/2). Without the factor √D, the place
# would drown the word at first. Being added and not learned, the table costs no weights and serves any sentence.
# </details>


# %%
def similarity_of_places():
    layer = PositionalEmbedding(vocabulary_size=9, d_model=64, max_length=40)
    same_word = layer(np.full((1, 40), 5))[0]  # (T, D): one word, forty times
    return position_figures.heat_map(
        ops.matmul(same_word, ops.transpose(same_word)), "One word forty times: how alike are its vectors?", "p", "q"
    )


figures.once_written(similarity_of_places)

# %% [markdown]
# ### Stretch (0 points)
#
# Write `LearnedPositions`, which adds the rows of a second, trained `Embedding(max_length, d_model)`, as BERT does.
# How many weights more has it at max_length 512 and D = 768? What happens at a position that was never trained?

# %%

# %% [markdown] grade_id="relative_position_bias-task"
# ## 3. How far away are you?
#
# “The word before me” is a distance, not a place. A relative bias adds one learned number per distance and head to the
# scores, and leaves the words alone.
#
# **Write** `relative_position_bias(query_length, key_length, table)`: T, S and `(2R + 1, H)` → `(H, T, S)`.
#
# - The distance is **key position − query position**, s − t: negative looks back, positive looks ahead.
# - It is clipped to −R … R: words further off share the first row or the last.
# - The rows of the table stand for the distances −R, … 0, … R, in this order; the columns are heads.
#
# With R = 1, one head and the table `[[10], [20], [30]]`, for T = 2 and S = 4:
#
# | | s = 0 | s = 1 | s = 2 | s = 3 |
# |---|---|---|---|---|
# | t = 0 | 20 | 30 | 30 | 30 |
# | t = 1 | 10 | 20 | 30 | 30 |


# %% grade_id="relative_position_bias"
def relative_position_bias(query_length, key_length, table):
    """A number for each head, query and key, chosen by their distance: key position − query position, at most ±R.

    query_length: T, key_length: S, integers. table: (2R + 1, H), rows for −R … R. Returns (H, T, S).
    (Raffel et al. 2020, section 2.1, with clipping as in Shaw et al. 2018)
    """
    ### BEGIN SOLUTION
    reach = (table.shape[0] - 1) // 2  # R
    distance = ops.arange(key_length)[None, :] - ops.arange(query_length)[:, None]  # (T, S)
    row = ops.clip(distance, -reach, reach) + reach  # (T, S), 0 … 2R
    bias = ops.take(table, row, axis=0)  # (T, S, H)
    return ops.transpose(bias, (2, 0, 1))  # (H, T, S)
    ### END SOLUTION


# %% grade_id="relative_position_bias-check"
check("relative_position_bias")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Which R belongs to a table of 2R + 1 rows? And in which row does distance 0 stand?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# R is the whole number (rows − 1) // 2. Subtract the queries 0 … T − 1, as a column, from the keys 0 … S − 1, as a row:
# (T, S). Clip to −R … R and add R, which gives row numbers 0 … 2R. Look them up in the table, (T, S, H), and bring H to
# the front.
# </details>
#
# <details><summary>Help: my picture is mirrored</summary>
#
# Look at t = 0, the first word: all other words lie ahead of it, so from s = 1 on it needs the *late* rows of the
# table. If it has the early ones, you subtracted the wrong way round.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# A look-up replaces each number of (T, S) by a row of H numbers: (T, S, H). `ops.transpose` takes the new order of the
# axes: the last one first, then the other two.
# </details>
#
# <details><summary>Why it works</summary>
#
# Along each diagonal s − t is the same, so the bias is the same: a sentence that is pushed to the right keeps all its
# distances. Clipping keeps the table small, and gives an answer for distances never seen in training.
# </details>


# %%
def your_bias():
    table = np.array([[-2.0], [-1.0], [0.0], [1.0], [2.0]], "float32")  # (2R + 1, H) with R = 2: the distance itself
    return figures.matrix(
        relative_position_bias(5, 7, table)[0],
        title="Distance s − t, clipped at ±2",
        row_label="t",
        column_label="s",
        decimals=0,
    )


figures.once_written(your_bias)

# %% [markdown]
# ### Stretch (0 points)
#
# ALiBi (Press et al. 2022) has no table: the bias is −slope · |s − t|, one slope per head: 1/2, 1/4, 1/8 … Write it in
# two lines, and draw it for two heads.

# %%

# %% [markdown] grade_id="rotate_positions-task"
# ## 4. Turn the hands
#
# Today's large models add nothing. They *turn* each query and key by an angle that grows with its position. A dot
# product of two turned vectors sees only the difference of the angles: how far apart the words are.
#
# **Write** `rotate_positions(x, positions)`: `(B, H, T, K)` and integers `(T,)` → `(B, H, T, K)`, with K even.
#
# - Neighbours make a pair: (0, 1), (2, 3) … Pair i of word t turns by $\alpha = \text{positions}[t] / 10000^{2i/K}$.
# - $(a, b)$ becomes $(a \cos\alpha - b \sin\alpha,\ a \sin\alpha + b \cos\alpha)$, in the same two columns.
# - Use the positions you are given: they need not be 0, 1, 2 … Angles are float32; the result has the dtype of x.
#
# With K = 4, x = `[1, 0, 3, 4]` and position 1, pair 0 turns by 1 and pair 1 by 0.01:
#
# | pair | before | after |
# |---|---|---|
# | 0 | `[1, 0]` | [1 · 0.540 − 0 · 0.841, 1 · 0.841 + 0 · 0.540] = `[0.540, 0.841]` |
# | 1 | `[3, 4]` | [3 · 1.000 − 4 · 0.010, 3 · 0.010 + 4 · 1.000] = `[2.960, 4.030]` |


# %% grade_id="rotate_positions"
def rotate_positions(x, positions):
    """Turn each pair of neighbouring columns by an angle that grows with the position: rotary embedding.

    x: (B, H, T, K), queries or keys, K even. positions: (T,), integers. Returns (B, H, T, K) in the dtype of x.
    (Su et al. 2021, equation 34)
    """
    ### BEGIN SOLUTION
    width = x.shape[-1]
    speed = ops.power(10000.0, -ops.arange(0, width, 2, dtype="float32") / width)  # (K/2,)
    angle = ops.cast(positions, "float32")[:, None] * speed  # (T, K/2)
    cos, sin = ops.cast(ops.cos(angle), x.dtype), ops.cast(ops.sin(angle), x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]  # (B, H, T, K/2) each
    pairs = ops.stack([a * cos - b * sin, a * sin + b * cos], axis=-1)  # (B, H, T, K/2, 2)
    return ops.reshape(pairs, ops.shape(x))  # (B, H, T, K)
    ### END SOLUTION


# %% grade_id="rotate_positions-check"
check("rotate_positions")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With the angles, (T, K/2), as in exercise 1. Then take the two halves of the pairs: `x[..., 0::2]` is every second
# column, from column 0 on.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Positions as a float32 column, divided by 10000 to the power of (0, 2, 4 …) / K: the angles. Take cosine and sine, and
# give both the dtype of x. Let a be the even columns of x and b the odd ones. Compute the new first and the new second
# number of each pair, stack them along a new last axis, and reshape to the shape of x.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# a and b are (B, H, T, K/2), the angles (T, K/2): broadcasting repeats them for each sentence and head. At the end ask
# `ops.shape(x)` for the shape: B may be unknown in a graph.
# </details>
#
# <details><summary>Help: the length of my vectors changes</summary>
#
# A turn changes no length: cos² + sin² = 1. Compare your two signs with the formula, and make sure that the new second
# number is computed from the *old* first one.
# </details>
#
# <details><summary>Why it works</summary>
#
# Turn the query by mα and the key by nα. The angle between them, and so their dot product, changes by (n − m)α: only
# the distance is felt. Values are not turned, so no position is mixed into what a word says.
# </details>


# %%
def your_turns():
    x = np.tile(np.array([1.0, 0.0, 1.0, 0.0], "float32"), (1, 1, 8, 1))  # (B, H, T, K)
    turned = rotate_positions(x, 20 * np.arange(8))[
        0, 0
    ]  # (T, K): pair 0 turns by 20 from one to the next, pair 1 by 0.2
    return position_figures.arrows(
        {"pair 0": turned[:, :2], "pair 1, half as long": 0.5 * turned[:, 2:]}, "Arrow n: position 20 · n"
    )


figures.once_written(your_turns)

# %% [markdown]
# ### Stretch (0 points)
#
# Hugging Face's Llama turns other pairs: column i with column i + K/2. Write that version. Find an order of the columns
# of x in which both versions give the same dot products.

# %%

# %% [markdown]
# ## What your positions can do: one layer reverses eight tokens
#
# **Milestone 2.** Eight tokens go in, and the same tokens are to come out backwards. Between them stands one layer of
# self-attention, your `MultiHeadAttention` of unit 6 if all its checks hold. One model gets its tokens from your
# `PositionalEmbedding`. The other gets them from an embedding of the same size without positions. Each trains on about
# 77,000 sequences, and then reverses 500 that it has not seen. One wrong token, and the sequence is wrong.
#
# **The numbers to reach:** at least 95 % of the sequences exactly right with your positions, and at most 5 % without.
# Both trainings together take about a quarter of a minute on two cores.

# %% [markdown]
# **Predict:** without positions, what can the model still know? How many of its *tokens* will be right: one in ten,
# because there are ten different ones, or more?

# %%
from course.toolkit import milestones, one_layer
from course.toolkit.pay_off import pay_off


def reverses_with_positions():
    keras.utils.set_random_seed(7)  # the same initial parameters at every run
    yours = PositionalEmbedding(one_layer.VOCABULARY_SIZE, one_layer.WIDTH, one_layer.LENGTH)
    bare = keras.layers.Embedding(one_layer.VOCABULARY_SIZE, one_layer.WIDTH)
    models = one_layer.train({"with positions": yours, "without positions": bare})
    milestones.measured(2, one_layer.show(models))
    return one_layer.drawn(models)


pay_off(reverses_with_positions)

# %% [markdown]
# **What to notice:** with positions, the largest weights lie on one diagonal. Each place looks at its mirror image,
# whatever token stands there. Without them, the same token asks the same wherever it stands, so the rows of one token
# are equal. The model can only guess the most frequent of the other seven tokens. That is right more often than one
# time in ten, and hardly ever for a whole sequence.

# %%
progress()

# %% [markdown]
# **What you have learned**
# - A position can be added to a word, added to a score, or turned into a query and a key.
# - Sines and cosines in pairs make distance visible: dot products depend on p − q only.
#
# **Next:** unit 8 stacks attention, a small network and two norms into an encoder. Your `PositionalEmbedding` is its
# entrance.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 07_positions`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
