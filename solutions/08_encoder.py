# %% [markdown]
# # Exercises 8: the encoder
#
# Here you write the half of a Transformer that reads. Layer normalisation and the feed-forward network are short; the
# encoder layer puts them around your attention of unit 6, and the encoder is a stack of such layers. Plan an hour and a
# half, since the layer is worth its time: units 9 to 13 are built on it. Read
# [lesson 8](../../course/08_encoder.ipynb) first.
#
# Axes: B batch, T tokens, H heads, D width of a token, F width of the feed-forward network, L layers.

# %%
from course.toolkit import figures, occurrences
from course.toolkit.pay_off import pay_off

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="layer_norm-task"
# ## 1. Normalise each token
#
# A deep model adds to its hidden states again and again, so their size would grow from layer to layer. Layer
# normalisation brings every token back to mean 0 and variance 1, and two trained vectors then choose the size anew.
#
# **Write** `layer_norm(x, gain, bias, epsilon=1e-6)`: `(…, D)`, `(D,)`, `(D,)` → `(…, D)`.
#
# $$\text{result} = \text{gain} \cdot \frac{x - \text{mean}}{\sqrt{\text{variance} + \epsilon}} + \text{bias}$$
#
# - Mean and variance are taken over the last axis, for each token by itself. However many axes come before it, they
#   stay as they are.
# - The variance is the mean of the squared deviations, so the sum is divided by D, not by D − 1.
# - Epsilon stands inside the root. Without it, a token whose numbers are all alike would give 0 / 0.
# - Gradients must reach x, gain and bias, through the mean and the variance too.
#
# By hand, for x = `[2, 4, 4, 6]` with a gain of 1 and a bias of 0: the mean is 4, and the deviations are
# `[−2, 0, 0, 2]`. Their squares are 4, 0, 0, 4, so the variance is 2, and the result is `[−1.414, 0, 0, 1.414]`.


# %% grade_id="layer_norm"
def layer_norm(x, gain, bias, epsilon=1e-6):
    """Bring each token to mean 0 and variance 1, then scale and shift its numbers (Ba et al. 2016, section 3).

    x: (…, D). gain and bias: (D,). epsilon is added to the variance, under the root. Returns (…, D).
    """
    ### BEGIN SOLUTION
    mean = ops.mean(x, axis=-1, keepdims=True)  # (…, 1)
    variance = ops.mean(ops.square(x - mean), axis=-1, keepdims=True)  # (…, 1)
    return gain * (x - mean) / ops.sqrt(variance + epsilon) + bias  # (…, D)
    ### END SOLUTION


# %% grade_id="layer_norm-check"
check("layer_norm")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With the mean of each token, as in the example above. `keepdims=True` keeps the last axis with size 1, so that the
# mean can be subtracted from all D numbers of its token.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Take the mean over the last axis, and keep that axis. Subtract it from x, square what is left, and take the mean
# again: the variance. Divide the deviations by the root of variance plus epsilon. Multiply by the gain, add the bias.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# A mean without `keepdims=True` is (B, T), and broadcasting would line its T up with D. With it, the mean is (B, T, 1).
# </details>
#
# <details><summary>Help: my numbers are a little too small</summary>
#
# Then the variance is too large. Do you divide by D − 1? Is epsilon outside the root, or added to the standard
# deviation? With the small epsilon of 1e-6 one sees neither, which is why the check also asks with a large one.
# </details>
#
# <details><summary>Why it works</summary>
#
# Whatever constant is added to all numbers of a token, and whatever factor they share, the norm takes it away again.
# A layer that comes after it therefore always meets numbers of the size that it was trained on.
# </details>


# %%
def your_tokens():
    x = np.array([[2, 4, 4, 6], [20, 40, 40, 60], [102, 104, 104, 106]], "float32")  # one token, changed twice
    normed = layer_norm(x, np.ones(4, "float32"), np.zeros(4, "float32"))
    return figures.matrices({"x": x, "After your layer_norm": normed}, ["a token", "ten times it", "it plus 100"])


figures.once_written(your_tokens)

# %% [markdown]
# ### Stretch (0 points)
#
# Llama and its relatives leave out the mean and the bias, and divide by the root of the mean square alone: *RMSNorm*.
# Write it. Which of the three rows above would it still bring to the same result?

# %%

# %% [markdown] grade_id="FeedForward-task"
# ## 2. A small network for each token
#
# Attention brings together what several tokens say, but it only averages. Each token then needs a place where it can
# *compute* with what has arrived: a network of two layers, the same for all tokens.
#
# **Write** `FeedForward(d_model, d_ff, dropout=0.0)`, called as `layer(x, training=None)`: `(B, T, D)` → `(B, T, D)`.
#
# 1. An affine map from D to F, that is a matrix and a bias. Then ReLU, $\max(0, z)$.
# 2. An affine map from F back to D, without any function after it.
#
# - Each token goes through by itself. How you make the two maps is free.
# - In training, `dropout` sets that share of the numbers to 0 and divides the others by 1 − dropout, as
#   `keras.layers.Dropout` does. It stands in one place: between the two maps, or after the second. `self.dropout` is
#   the number, for `get_config`; call the layer otherwise.
# - Parameters: kernels (D, F) and (F, D), biases (F,) and (D,), and no others. B and T may be unknown in a graph. Under
#   mixed precision the layer computes in float16.
# - `get_config` returns what `super().get_config()` gives and the three arguments, so that a saved layer comes back.
#
# By hand, with D = 1 and F = 2: the first map makes `[z, −z]`, and the second adds both up. For 3 the hidden numbers
# are `[3, 0]`, and for −3 they are `[0, 3]`. Both give 3, so this network is the absolute value.


# %% grade_id="FeedForward"
class FeedForward(keras.layers.Layer):
    """Two affine maps with a ReLU between them, for each token by itself (Vaswani et al. 2017, equation 2).

    d_model: D, the width of a token. d_ff: F, the width between the maps. dropout: the share of numbers that training
    sets to 0. Call with (B, T, D); returns (B, T, D).
    """

    def __init__(self, d_model, d_ff, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        ### BEGIN SOLUTION
        self.d_model = d_model
        self.d_ff = d_ff
        self.dropout = dropout
        self.hidden_dense = keras.layers.Dense(d_ff, activation="relu", dtype=self.dtype_policy)
        self.hidden_dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)
        self.output_dense = keras.layers.Dense(d_model, dtype=self.dtype_policy)
        ### END SOLUTION

    def call(self, x, training=None):
        ### BEGIN SOLUTION
        hidden = self.hidden_dense(x)  # (B, T, F)
        hidden = self.hidden_dropout(hidden, training=training)
        return self.output_dense(hidden)  # (B, T, D)
        ### END SOLUTION

    def get_config(self):
        ### BEGIN SOLUTION
        return {**super().get_config(), "d_model": self.d_model, "d_ff": self.d_ff, "dropout": self.dropout}
        ### END SOLUTION


# %% grade_id="FeedForward-check"
check("FeedForward")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Make two `keras.layers.Dense` in `__init__`, one as wide as F and one as wide as D, and call them one after the other.
# A Dense works on the last axis, so every token goes through by itself without your doing anything.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# `__init__`: keep the three arguments. Make a Dense of width F with ReLU, a Dropout, and a Dense of width D.
# call: the first Dense, the dropout with `training=training`, the second Dense.
# get_config: a dictionary of `super().get_config()` and the three arguments, each under its own name.
# </details>
#
# <details><summary>Help: negative numbers never come out</summary>
#
# There is a ReLU after the second map. It belongs between the two: a hidden state may be negative.
# </details>
#
# <details><summary>Help: my layer has no parameters, or too many</summary>
#
# Make the two maps once, in `__init__`. A Dense that is made in `call` is a new one at every call, so nothing that it
# learned would be kept.
# </details>
#
# <details><summary>Why it works</summary>
#
# Two affine maps without ReLU are one affine map. ReLU bends: every hidden number is a straight line with one kink, and
# with F kinks the second map can draw any curve roughly, and more exactly the larger F is.
# </details>


# %%
def absolute_value():
    layer = FeedForward(d_model=1, d_ff=2)
    numbers = np.linspace(-3, 3, 13, dtype="float32")
    layer(numbers[None, :, None])  # makes the parameters
    wanted = {(1, 2): np.array([[1, -1]]), (2, 1): np.ones((2, 1))}
    layer.set_weights([wanted.get(tuple(weight.shape), np.zeros(weight.shape)) for weight in layer.weights])
    found = ops.convert_to_numpy(layer(numbers[None, :, None]))[0, :, 0]
    return figures.lines({"your FeedForward": (numbers, found)}, "Two hidden numbers make |z|", "z", "output")


figures.once_written(absolute_value)

# %% [markdown]
# ### Stretch (0 points)
#
# Newer models use a *gated* network: one map of x times the sigmoid of another, then the map back (SwiGLU). With three
# matrices in place of two, what must F be so that it has as many parameters as yours has?

# %%

# %% [markdown]
# The layer below is built around the attention of unit 6. This line brings your own along, if all its checks hold
# there, else the reference, and says which. Whoever grades this notebook always takes the reference.

# %%
from course.built import MultiHeadAttention

# %% [markdown] grade_id="EncoderLayer-task"
# ## 3. The encoder layer
#
# Attention and the feed-forward network become two *branches*. A residual connection leads around each, so that a
# branch only adds to what is there, and a norm keeps the sum in size.
#
# **Write** `EncoderLayer(d_model, num_heads, d_ff, dropout=0.1, norm_first=False)`, called as
# `layer(x, mask=None, training=None)`: `(B, T, D)` → `(B, T, D)`.
#
# | `norm_first` | first | then |
# |---|---|---|
# | False, *post-norm* | x = norm(x + attention(x)) | x = norm(x + network(x)) |
# | True, *pre-norm* | x = x + attention(norm(x)) | x = x + network(norm(x)) |
#
# - Sublayers: `attention` (your `MultiHeadAttention`, query = key = value), `feed_forward` (your `FeedForward`, made
#   with dropout 0), and `attention_norm`, `feed_forward_norm`: two `keras.layers.LayerNormalization` with epsilon 1e-6.
# - The mask, `(B, 1, T)`, `(1, T, T)` or `(B, T, T)` with True = may attend, goes to the attention. A token that may
#   attend to nothing gets only the bias of `output_dense` from it.

# %% [markdown]
# - In training, dropout acts on each branch before it is added to x, and nowhere else. Otherwise there is none. One
#   `Dropout` for both branches will do, since it draws anew at each call.
# - Where num_heads does not divide d_model, a `ValueError` names both numbers, as in unit 6.
# - `get_config` returns what `super().get_config()` gives and all five arguments. B and T may be unknown in a graph,
#   every parameter can be trained, a saved layer comes back bit for bit, and mixed precision computes in float16.
#
# By hand, if both branches gave `[1, 0, 0, 1]` for x = `[1, 4, 4, 5]`: the first sum is `[2, 4, 4, 6]`. Post-norm goes
# on with `[−1.414, 0, 0, 1.414]`, pre-norm with the sum as it is, so its output is `[3, 4, 4, 7]`.
#
# `compute_mask` is written for you, as in unit 6: masks are arguments here, and none travels with the output.


# %% grade_id="EncoderLayer"
class EncoderLayer(keras.layers.Layer):
    """Self-attention and a feed-forward network, each with a residual connection and a norm (Vaswani et al. 2017, 3.1).

    d_model: D. num_heads: H, a divisor of D. d_ff: F. dropout: on each branch. norm_first: norms before the branches
    instead of after the sums. Call with x (B, T, D) and a mask (B, 1, T), (1, T, T) or (B, T, T), True = may attend;
    returns (B, T, D). Raises ValueError if H does not divide D.
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
        self.attention = MultiHeadAttention(d_model, num_heads, dtype=policy)
        self.attention_norm = keras.layers.LayerNormalization(epsilon=1e-6, dtype=policy)
        self.attention_dropout = keras.layers.Dropout(dropout, dtype=policy)
        self.feed_forward = FeedForward(d_model, d_ff, dtype=policy)
        self.feed_forward_norm = keras.layers.LayerNormalization(epsilon=1e-6, dtype=policy)
        self.feed_forward_dropout = keras.layers.Dropout(dropout, dtype=policy)
        ### END SOLUTION

    def call(self, x, mask=None, training=None):
        ### BEGIN SOLUTION
        if self.norm_first:
            normed = self.attention_norm(x)
            attended = self.attention(normed, normed, normed, mask=mask)
            x = x + self.attention_dropout(attended, training=training)
            network = self.feed_forward(self.feed_forward_norm(x))
            return x + self.feed_forward_dropout(network, training=training)
        attended = self.attention(x, x, x, mask=mask)
        x = self.attention_norm(x + self.attention_dropout(attended, training=training))
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


# %% grade_id="EncoderLayer-check"
check("EncoderLayer")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With post-norm alone, and without dropout: make the four sublayers in `__init__`, and write the two lines of the
# table. The check tells you what holds already. Dropout comes next, then the branch for `norm_first`.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# call, post-norm: attend with x as query, key and value, under the mask. Drop out from that, add it to x, normalise.
# Send the result through the network, drop out from that, add it, normalise with the *other* norm.
# call, pre-norm: normalise x and keep x itself. Attend with the normed x three times, drop out, add to x. The same with
# the network. Nothing is normalised after the second sum.
# </details>
#
# <details><summary>Help: only pre-norm is wrong</summary>
#
# Three slips are common. The norm is taken for the query only, while keys and values stay as they were. The *normed* x
# is added where x itself should be. Or a last norm is applied here, though it belongs to the end of the whole stack.
# </details>
#
# <details><summary>Help: my output is a little off</summary>
#
# Keras' LayerNormalization has an epsilon of 1e-3 unless you say 1e-6. Is one norm used twice? Each place has its own.
# </details>
#
# <details><summary>Help: dropout in training is not as asked</summary>
#
# `FeedForward` has a dropout of its own, which must stay 0 here, or the branch of the network loses numbers twice. And
# a Dropout after the sum would set numbers of x to 0 as well: it acts on the branch, before the sum.
# </details>
#
# <details><summary>Why it works</summary>
#
# A residual connection lets the gradient pass by a branch untouched, so that the first of many layers still learns. A
# branch needs only learn what to *change*, and one that has nothing to say yet may say nearly 0.
# </details>


# %%
def who_is_heard():
    layer = EncoderLayer(d_model=8, num_heads=2, d_ff=16)
    x = np.random.default_rng(8).normal(size=(1, 4, 8)).astype("float32")
    mask = np.array([[[True, True, True, False]]])  # the last token is padding
    before, moved = layer(x, mask=mask)[0], np.zeros((4, 4))
    for changed in range(4):
        other = x + np.eye(4, dtype="float32")[changed][None, :, None] * np.arange(8, dtype="float32")
        moved[:, changed] = ops.mean(ops.abs(layer(other, mask=mask)[0] - before), axis=-1)
    tokens = [*(f"token {t}" for t in range(3)), "padding"]
    return figures.matrix(moved, tokens, tokens, "How far outputs (rows) move when one input (column) changes")


figures.once_written(who_is_heard)

# %% [markdown]
# The padding's column is 0 for all real tokens. Its own row moves: it still attends, but nobody listens to it.

# %% [markdown]
# ### Stretch (0 points)
#
# GPT-J and PaLM compute both branches from the same norm, at the same time: x + attention(norm(x)) + network(norm(x)).
# Write that layer. What is saved, and what can the network no longer read?

# %%

# %% [markdown] grade_id="Encoder-task"
# ## 4. The encoder
#
# One layer lets each token collect from the others once. In a stack, the second layer's tokens have already heard the
# first's, so that they can ask for more: which noun, of which sentence, was meant.
#
# **Write** `Encoder(num_layers, d_model, num_heads, d_ff, dropout=0.1, norm_first=False)`, called as
# `layer(x, mask=None, training=None)`: `(B, T, D)` → `(B, T, D)`.
#
# - `layers`: a list of L = num_layers *different* layers of exercise 3, each with initial parameters of its own, in the
#   order in which x goes through them. All get all the arguments.
# - The same mask goes to every layer. Hand it on by name, `mask=mask`, because Keras fills an argument of that name
#   itself: a `None` that comes by position would arrive twice, which is an error.
# - With `norm_first`, `last_norm`, a `LayerNormalization` with epsilon 1e-6, is applied at the end. Without it, there
#   is no further norm, and `last_norm` need not exist. All dropout is that of the layers.
# - Where num_heads does not divide d_model, a `ValueError` names both numbers.
# - `get_config`, graphs, saving and training: as in exercise 3, with six arguments.
#
# For L = 2 without `norm_first` the output is `layers[1](layers[0](x, mask=mask), mask=mask)`.


# %% grade_id="Encoder"
class Encoder(keras.layers.Layer):
    """A stack of encoder layers, each with parameters of its own (Vaswani et al. 2017, section 3.1).

    num_layers: L. The other arguments are those of `EncoderLayer`; with `norm_first` a last norm follows the stack.
    Call with x (B, T, D) and a mask (B, 1, T), (1, T, T) or (B, T, T), True = may attend; returns (B, T, D).
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
            EncoderLayer(d_model, num_heads, d_ff, dropout=dropout, norm_first=norm_first, dtype=policy)
            for _ in range(num_layers)
        ]
        if norm_first:
            self.last_norm = keras.layers.LayerNormalization(epsilon=1e-6, dtype=policy)
        ### END SOLUTION

    def call(self, x, mask=None, training=None):
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer(x, mask=mask, training=training)
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


# %% grade_id="Encoder-check"
check("Encoder")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With a list of layers in `__init__` and a loop over it in `call`. Mend exercise 3 first: your stack is as good as your
# layer.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# `__init__`: keep the six arguments. Make an EncoderLayer anew in each turn of a list comprehension, L times. If
# norm_first, make the last norm. call: let x go through all layers, each with the same mask; then the last norm, if
# there is one.
# </details>
#
# <details><summary>Help: my layers are all the same</summary>
#
# `[EncoderLayer(…)] * num_layers` is a list that holds *one* layer L times, so all levels share its parameters. A list
# comprehension makes a new one in each turn: `[EncoderLayer(…) for _ in range(num_layers)]`.
# </details>
#
# <details><summary>Help: padding leaks although there is a mask</summary>
#
# Is the mask passed to every layer? After the first, padded tokens hold numbers as all others do, and the second layer
# would attend to them.
# </details>
#
# <details><summary>Why it works</summary>
#
# Every layer maps (B, T, D) to (B, T, D), so that layers can be stacked as often as one likes. Post-norm layers end in
# a norm, so nothing is left to do. Pre-norm layers end in a sum that has grown with each layer: the last norm is there
# because whoever reads the memory wants tokens of a known size.
# </details>

# %% [markdown]
# ## What your encoder can do
#
# The task: tell of each token how often it occurs in its sequence, once, twice, three times, or more often. Attention
# must find the other places where the token stands, and the network must make a number of what was found. So it takes
# both branches, and everything that you have written.
#
# Your encoder, one layer with a single head, is trained twice: as it is, and with a network that gives 0. **The number
# to reach:** 85 % with the network, on sequences that it has never seen. This takes about half a minute.

# %%
from course.built import PositionalEmbedding


# %%
def how_often():
    def accuracy(with_network):
        keras.utils.set_random_seed(1)  # the same initial parameters at every run
        encoder = Encoder(num_layers=1, d_model=32, num_heads=1, d_ff=128, dropout=0.0, norm_first=True)
        embedding = PositionalEmbedding(occurrences.VOCABULARY_SIZE, 32, occurrences.LENGTH)
        return occurrences.accuracy(embedding, encoder, with_network)

    print(f"always the most frequent answer:  {occurrences.chance():.1%}")
    print(f"without the feed-forward network: {accuracy(False):.1%}")
    print(f"your encoder:                     {accuracy(True):.1%}, to reach: 85 %")


pay_off(how_often)

# %%
progress()

# %% [markdown]
# **What you have learned**
# - A layer norm brings each token to mean 0 and variance 1; a feed-forward network lets each compute by itself.
# - Residual connections carry x and its gradient around both branches, in post-norm and in pre-norm order.
# - An encoder is a stack of different layers, all of which obey the same mask.
#
# **Next:** unit 9 builds the half that writes. It reads what your encoder returns, the *memory*.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 08_encoder`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
