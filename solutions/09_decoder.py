# %% [markdown]
# # Exercises 9: the decoder
#
# Here you write the half of a Transformer that writes. Its layer has everything that your encoder layer has, and a
# second attention, with which it reads what the encoder has understood. Plan an hour. Read
# [lesson 9](../../course/09_decoder.ipynb) first.
#
# Axes: B batch, T tokens of the target, S tokens of the source, H heads, D width of a token, F width of the
# feed-forward network, L layers.

# %%
from course.toolkit import figures, sorting
from course.toolkit.pay_off import pay_off

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown]
# The layer below is built around the attention of unit 6 and the network of unit 8. This line brings your own along, if
# all their checks hold there, else the reference, and says which. Whoever grades this notebook always takes the
# reference.

# %%
from course.built import FeedForward, MultiHeadAttention

# %% [markdown] grade_id="DecoderLayer-task"
# ## 1. The decoder layer
#
# A decoder writes one token after the other. For each it needs two things: what has been written so far, and what the
# source says. So its layer has an attention for each, and the network after them.
#
# **Write** `DecoderLayer(d_model, num_heads, d_ff, dropout=0.1, norm_first=False)`, called as
# `layer(x, memory, self_mask=None, memory_mask=None, training=None)`: `(B, T, D)`, `(B, S, D)` → `(B, T, D)`.
#
# | `norm_first` | first | then | last |
# |---|---|---|---|
# | False, *post-norm* | x = norm(x + self(x)) | x = norm(x + cross(x, memory)) | x = norm(x + network(x)) |
# | True, *pre-norm* | x = x + self(norm(x)) | x = x + cross(norm(x), memory) | x = x + network(norm(x)) |
#
# - Two of your `MultiHeadAttention`: in `self_attention` query = key = value, and in `cross_attention` the query comes
#   from x, key *and* value are the memory as it is. Then `feed_forward`, your `FeedForward`, made with dropout 0.
# - Three `keras.layers.LayerNormalization` with epsilon 1e-6: `self_attention_norm`, `cross_attention_norm` and
#   `feed_forward_norm`.
# - `self_mask`, `(B, 1, T)`, `(1, T, T)` or `(B, T, T)`, goes to the self-attention. `memory_mask`, `(B, 1, S)`,
#   `(1, T, S)` or `(B, T, S)`, goes to the cross-attention. True = may attend, and each may be missing.

# %% [markdown]
# - What a token may not see is said by `self_mask` alone: without it every token sees all others, later ones as well.
#   So make no causal mask here.
# - A token that may attend to nothing in one of the attentions gets only the bias of its `output_dense` from there.
# - In training, dropout acts on each of the three branches before it is added to x, and nowhere else. Otherwise there
#   is none.
# - Where num_heads does not divide d_model, a `ValueError` names both numbers, as in unit 6.
# - `get_config` returns what `super().get_config()` gives and all five arguments. B, T and S may be unknown in a graph,
#   gradients reach x, the memory and every parameter, a saved layer comes back bit for bit, and mixed precision
#   computes in float16.
#
# The check passes masks by name, `self_mask=…, memory_mask=…`. Do the same: Keras fills an argument called
# `memory_mask` itself where it is `None`, so a `None` that comes by position would arrive twice, which is an error.
#
# By hand, for x = `[1, 4, 4, 1]`:
#
# | branch | gives | post-norm, sum → norm | pre-norm, sum |
# |---|---|---|---|
# | self-attention | `[1, 0, 0, 1]` | `[2, 4, 4, 2]` → `[−1, 1, 1, −1]` | `[2, 4, 4, 2]` |
# | cross-attention | `[2, −2, 0, 0]` | `[1, −1, 1, −1]` → the same | `[4, 2, 4, 2]` |
# | network | `[1, 1, 1, 1]` | `[2, 0, 2, 0]` → `[1, −1, 1, −1]` | `[5, 3, 5, 3]` |
#
# `compute_mask` is written for you, as in units 6 and 8.


# %% grade_id="DecoderLayer"
class DecoderLayer(keras.layers.Layer):
    """Self-attention, attention to a memory, and a feed-forward network (Vaswani et al. 2017, section 3.1).

    d_model: D. num_heads: H, a divisor of D. d_ff: F. dropout: on each branch. norm_first: norms before the branches
    instead of after the sums. Call with x (B, T, D), memory (B, S, D), self_mask (B, 1, T), (1, T, T) or (B, T, T) and
    memory_mask (B, 1, S), (1, T, S) or (B, T, S), True = may attend; returns (B, T, D). Raises ValueError if H does not
    divide D.
    """

    def __init__(self, d_model, num_heads, d_ff, dropout=0.1, norm_first=False, **kwargs):
        super().__init__(**kwargs)
        ### BEGIN SOLUTION
        self.d_model = d_model
        self.num_heads = num_heads
        self.d_ff = d_ff
        self.dropout = dropout
        self.norm_first = norm_first
        policy = self.dtype_policy
        self.self_attention = MultiHeadAttention(d_model, num_heads, dtype=policy)
        self.self_attention_norm = keras.layers.LayerNormalization(epsilon=1e-6, dtype=policy)
        self.self_attention_dropout = keras.layers.Dropout(dropout, dtype=policy)
        self.cross_attention = MultiHeadAttention(d_model, num_heads, dtype=policy)
        self.cross_attention_norm = keras.layers.LayerNormalization(epsilon=1e-6, dtype=policy)
        self.cross_attention_dropout = keras.layers.Dropout(dropout, dtype=policy)
        self.feed_forward = FeedForward(d_model, d_ff, dtype=policy)
        self.feed_forward_norm = keras.layers.LayerNormalization(epsilon=1e-6, dtype=policy)
        self.feed_forward_dropout = keras.layers.Dropout(dropout, dtype=policy)
        ### END SOLUTION

    def call(self, x, memory, self_mask=None, memory_mask=None, training=None):
        ### BEGIN SOLUTION
        if self.norm_first:
            normed = self.self_attention_norm(x)
            written = self.self_attention(normed, normed, normed, mask=self_mask)
            x = x + self.self_attention_dropout(written, training=training)
            read = self.cross_attention(self.cross_attention_norm(x), memory, memory, mask=memory_mask)
            x = x + self.cross_attention_dropout(read, training=training)
            network = self.feed_forward(self.feed_forward_norm(x))
            return x + self.feed_forward_dropout(network, training=training)
        written = self.self_attention(x, x, x, mask=self_mask)
        x = self.self_attention_norm(x + self.self_attention_dropout(written, training=training))
        read = self.cross_attention(x, memory, memory, mask=memory_mask)
        x = self.cross_attention_norm(x + self.cross_attention_dropout(read, training=training))
        network = self.feed_forward(x)
        return self.feed_forward_norm(x + self.feed_forward_dropout(network, training=training))
        ### END SOLUTION

    def compute_mask(self, inputs, previous_mask=None):
        """No mask travels with the output: masks are arguments here, as unit 5 explains."""

    def get_config(self):
        ### BEGIN SOLUTION
        return {
            **super().get_config(),
            "d_model": self.d_model,
            "num_heads": self.num_heads,
            "d_ff": self.d_ff,
            "dropout": self.dropout,
            "norm_first": self.norm_first,
        }
        ### END SOLUTION


# %% grade_id="DecoderLayer-check"
check("DecoderLayer")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With your `EncoderLayer` of unit 8, post-norm alone and without dropout. Rename its attention, and put the second one
# between the two branches: three lines that look alike. The check tells you what holds already. Dropout comes next,
# then the branch for `norm_first`.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# call, post-norm: attend with x as query, key and value, under `self_mask`. Apply dropout, add x, normalise.
# Attend with the result as query and the memory as key and value, under `memory_mask`. Drop out, add, normalise. Send
# that through the network, drop out, add, normalise.
# call, pre-norm: the same three branches. Each reads the norm of x, and is added to x itself. Nothing is normalised
# after the last sum, and the memory never is.
# </details>
#
# <details><summary>Help: shapes (…, 5, 7) and (…, 5, 5) do not fit</summary>
#
# Somewhere T meets S. The scores of the self-attention are (T, T), those of the cross-attention (T, S). Which mask goes
# where, and do key *and* value of the cross-attention come from the memory? In the check T and S differ, so that such
# an exchange cannot go by unnoticed. In a model with T = S it would.
# </details>
#
# <details><summary>Help: my output has S tokens instead of T</summary>
#
# An attention gives one output for each *query*. The writer asks: the query of the cross-attention is x.
# </details>
#
# <details><summary>Help: “got multiple values for argument”</summary>
#
# Or Keras warns that a mask is lost. Pass masks by name to every layer that you call, and keep the `compute_mask` that
# is written for you.
# </details>
#
# <details><summary>Help: only pre-norm is wrong</summary>
#
# Keys and values of the *self*-attention are made of the normed x, as its queries are. In the cross-attention only the
# query is normed. And each norm reads the x to which the branch before it has been added already.
# </details>
#
# <details><summary>Why it works</summary>
#
# The self-attention tells a token what has been written before it, so that its state can become a question: what comes
# next? The cross-attention puts this question to the memory, and the network computes with the answer. Since nothing
# but the mask says who may see whom, one layer serves two ends: in training it reads a whole target at once, later it
# writes token by token.
# </details>


# %%
def who_is_heard():
    layer, rng = DecoderLayer(d_model=8, num_heads=2, d_ff=16), np.random.default_rng(9)
    x, memory = rng.normal(size=(1, 4, 8)).astype("float32"), rng.normal(size=(1, 3, 8)).astype("float32")
    masks = {"self_mask": np.tri(4, dtype=bool)[None], "memory_mask": np.array([[[True, True, False]]])}
    before, moved = layer(x, memory, **masks)[0], np.zeros((4, 7))
    for changed in range(7):
        push = np.eye(7, dtype="float32")[changed][None, :, None] * np.arange(8, dtype="float32")
        after = layer(x + push[:, :4], memory + push[:, 4:], **masks)[0]
        moved[:, changed] = ops.mean(ops.abs(after - before), axis=-1)
    columns = [*(f"target {t}" for t in range(4)), "source 0", "source 1", "padding"]
    return figures.matrix(moved, columns[:4], columns, "How far outputs (rows) move when one input (column) changes")


figures.once_written(who_is_heard)

# %% [markdown]
# Above the diagonal there are zeros: no token hears a later one. Every token hears the source, but not its padding.

# %% [markdown]
# ### Stretch (0 points)
#
# A decoder that writes token by token reads the same memory again and again. Which products of the cross-attention come
# out the same each time, so that they could be kept? Count what would be saved for S = 20 and T = 20. Unit 12 keeps the
# keys and values of what has been written in the same way.

# %%

# %% [markdown] grade_id="Decoder-task"
# ## 2. The decoder
#
# In one layer, a token puts one question to the source. In a stack, the second layer asks anew, and knows the answer to
# the first question by then: after *which noun?* it can ask for the noun's gender.
#
# **Write** `Decoder(num_layers, d_model, num_heads, d_ff, dropout=0.1, norm_first=False)`, called as
# `layer(x, memory, self_mask=None, memory_mask=None, training=None)`: `(B, T, D)`, `(B, S, D)` → `(B, T, D)`.
#
# - `layers`: a list of L = num_layers *different* layers of exercise 1, each with initial parameters of its own, in the
#   order in which x goes through them. All get all the arguments.
# - Every layer reads the memory itself, as it was given, and gets both masks. Hand these on by name.
# - With `norm_first`, `last_norm`, a `LayerNormalization` with epsilon 1e-6, is applied at the end. Without it, there
#   is no further norm, and `last_norm` need not exist. There is no dropout but that of the layers.
# - What a token may not see is said by `self_mask` alone, here too.
# - Where num_heads does not divide d_model, a `ValueError` names both numbers.
# - `get_config`, graphs, gradients, saving and mixed precision: as in exercise 1, with six arguments.
#
# For L = 2 without `norm_first` and without masks the output is `layers[1](layers[0](x, memory), memory)`.


# %% grade_id="Decoder"
class Decoder(keras.layers.Layer):
    """A stack of decoder layers, each with parameters of its own (Vaswani et al. 2017, section 3.1).

    num_layers: L. The other arguments are those of `DecoderLayer`; with `norm_first` a last norm follows the stack.
    Call with x (B, T, D), memory (B, S, D), self_mask (B, 1, T), (1, T, T) or (B, T, T) and memory_mask (B, 1, S),
    (1, T, S) or (B, T, S), True = may attend; returns (B, T, D). Raises ValueError if H does not divide D.
    """

    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1, norm_first=False, **kwargs):
        super().__init__(**kwargs)
        ### BEGIN SOLUTION
        self.num_layers = num_layers
        self.d_model = d_model
        self.num_heads = num_heads
        self.d_ff = d_ff
        self.dropout = dropout
        self.norm_first = norm_first
        policy = self.dtype_policy
        self.layers = [
            DecoderLayer(d_model, num_heads, d_ff, dropout=dropout, norm_first=norm_first, dtype=policy)
            for _ in range(num_layers)
        ]
        if norm_first:
            self.last_norm = keras.layers.LayerNormalization(epsilon=1e-6, dtype=policy)
        ### END SOLUTION

    def call(self, x, memory, self_mask=None, memory_mask=None, training=None):
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer(x, memory, self_mask=self_mask, memory_mask=memory_mask, training=training)
        return self.last_norm(x) if self.norm_first else x
        ### END SOLUTION

    def compute_mask(self, inputs, previous_mask=None):
        """No mask travels with the output: masks are arguments here, as unit 5 explains."""

    def get_config(self):
        ### BEGIN SOLUTION
        return {
            **super().get_config(),
            "num_layers": self.num_layers,
            "d_model": self.d_model,
            "num_heads": self.num_heads,
            "d_ff": self.d_ff,
            "dropout": self.dropout,
            "norm_first": self.norm_first,
        }
        ### END SOLUTION


# %% grade_id="Decoder-check"
check("Decoder")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With your `Encoder` of unit 8: only what is handed on to the layers changes. Mend exercise 1 first, since your stack
# is as good as your layer.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# `__init__`: keep the six arguments. Make a DecoderLayer anew in each turn of a list comprehension, L times. If
# norm_first, make the last norm. call: let x go through all layers, each with the same memory and the same two masks;
# then the last norm, if there is one.
# </details>
#
# <details><summary>Help: a later token is seen although there is a mask</summary>
#
# Is `self_mask` handed to every layer? What the first layer hides, the second would see: its tokens hold what they were
# given in between. One layer without the mask is enough to let the future through.
# </details>
#
# <details><summary>Help: the memory is wrong in the second layer</summary>
#
# The memory is not passed through the layers, it stands beside them. Only x changes from layer to layer.
# </details>
#
# <details><summary>Why it works</summary>
#
# With a causal mask in every layer, the state of token t depends on tokens up to t, however deep the stack: each layer
# adds nothing to what may be seen, only to what is made of it. So one pass over a whole target trains the model on all
# its beginnings at once, T questions for the price of one.
# </details>


# %%
def with_and_without():
    decoder, rng = Decoder(num_layers=2, d_model=8, num_heads=2, d_ff=16), np.random.default_rng(9)
    x, memory = rng.normal(size=(1, 4, 8)).astype("float32"), rng.normal(size=(1, 3, 8)).astype("float32")
    panels = {}
    for title, mask in {"With a causal self_mask": np.tri(4, dtype=bool)[None], "Without": None}.items():
        before, moved = decoder(x, memory, self_mask=mask)[0], np.zeros((4, 4))
        for changed in range(4):
            push = np.eye(4, dtype="float32")[changed][None, :, None] * np.arange(8, dtype="float32")
            after = decoder(x + push, memory, self_mask=mask)[0]
            moved[:, changed] = ops.mean(ops.abs(after - before), axis=-1)
        panels[title] = moved
    tokens = [f"token {t}" for t in range(4)]
    return figures.matrices(panels, tokens, tokens, row_label="output", column_label="changed input")


figures.once_written(with_and_without)

# %% [markdown]
# ### Stretch (0 points)
#
# Take the cross-attention and its norm out of a copy of your `DecoderLayer`. What is left is a layer of GPT. How does
# it differ from your `EncoderLayer`, and what alone makes a decoder of it?

# %%

# %% [markdown]
# ## What your decoder can do
#
# The task: write the tokens of the memory in order, from the smallest id to the largest, and then `[END]`. Your decoder
# learns it twice, with a causal `self_mask` and without. Without it, each token sees the very next one, which is its
# own label, so it need not read the memory at all. Then both write alone: from `[START]` on they are given only what
# they have written themselves.
#
# **Predict:** which of the two has the lower training loss, and which one writes better?
#
# **The number to reach:** 95 % of the tokens right when it writes alone, with the mask. This takes about half a minute.

# %%
from course.built import PositionalEmbedding


# %%
def written_in_order():
    for title, causal in {"with the causal mask": True, "without it": False}.items():
        keras.utils.set_random_seed(1)  # the same initial parameters at every run
        decoder = Decoder(num_layers=1, d_model=32, num_heads=2, d_ff=64, dropout=0.0)
        embeddings = [PositionalEmbedding(sorting.VOCABULARY_SIZE, 32, sorting.LENGTH + 1) for _ in range(2)]
        writer, loss = sorting.train(*embeddings, decoder, causal)
        print(f"{title:20}: training loss {loss:.4f}, tokens right when it writes alone {sorting.alone(writer):.1%}")
    print(f"to reach, with the mask: 95 %; the commonest token at each place gives {sorting.chance():.1%}")


pay_off(written_in_order)

# %% [markdown]
# Both losses are close to 0, and only one of the two can write. That is why the check looks at gradients of the
# future, and why one lets a model write before one believes its loss.

# %%
progress()

# %% [markdown]
# **What you have learned**
# - A decoder layer has two attentions: one for what is written, under `self_mask`, one for the memory, under
#   `memory_mask`.
# - Queries come from whoever asks, keys and values from whoever is read.
# - Nothing but a causal `self_mask` keeps a decoder from reading its own labels, and the loss does not show it.
#
# **Next:** unit 10 puts your encoder and your decoder together: the whole Transformer.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 09_decoder`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
