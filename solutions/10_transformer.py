# %% [markdown]
# # Exercises 10: the whole Transformer
#
# Here all your layers become one model, which you can save, train with `fit` and ask with `predict`. The model itself
# is the long task. Around it stand three short ones: what attention costs, an output layer that shares the embedding's
# matrix, and how many parameters all of that has. Plan about an hour and a half. Read [lesson
# 10](../../course/10_transformer.ipynb) first.
#
# Axes: B batch, S source tokens, T target tokens, H heads, D width of a token, F width of the feed-forward network, V
# tokens in a vocabulary, L layers.

# %%
from course.toolkit import figures, ten_sentences
from course.toolkit.pay_off import pay_off

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="attention_cost-task"
# ## 1. What one attention layer costs
#
# Before you train a model, you want to know whether it fits: into the hours you have, and into memory. For attention,
# both follow from five numbers.
#
# **Write** `attention_cost(batch, heads, target_length, source_length, d_model)`: five whole numbers →
# `(multiplications, score_numbers)`, for the multi-head attention of unit 6, without running anything.
#
# - *multiplications*: one for each pair of numbers that some matrix product multiplies. There are six products: three
#   Dense layers make queries `(B, T, D)`, keys and values `(B, S, D)`; queries meet keys; weights meet values; and the
#   last Dense makes the output `(B, T, D)`.
# - *score_numbers*: how many scores all heads have together, `(B, H, T, S)`.
# - Biases, the division by √K, softmax and masks are not counted, and additions neither. Heads divide D.
# - Both results are whole numbers of Python, right for large models too: `int`, exact.

# %% [markdown]
# A product of `(m, k)` and `(k, n)` takes m · k · n multiplications. By hand, for B = 1, H = 2, T = 3, S = 4 and D =
# 4, so that a head is K = 2 wide:
#
# | product | shapes | multiplications |
# |---|---|---|
# | queries, output | `(3, 4) · (4, 4)`, twice | 2 · 48 |
# | keys, values | `(4, 4) · (4, 4)`, twice | 2 · 64 |
# | queries · keys | `(3, 2) · (2, 4)`, in 2 heads | 2 · 24 |
# | weights · values | `(3, 4) · (4, 2)`, in 2 heads | 2 · 24 |
#
# That is 320 in all, and there are 2 · 3 · 4 = 24 scores: the result is `(320, 24)`.


# %% grade_id="attention_cost"
def attention_cost(batch, heads, target_length, source_length, d_model):
    """Count what one multi-head attention multiplies, and its scores (Vaswani et al. 2017, table 1, with projections).

    batch: B, heads: H, target_length: T, source_length: S, d_model: D, integers; H divides D.
    Returns (multiplications, score_numbers), two ints: those of the six matrix products, and B · H · T · S.
    """
    ### BEGIN SOLUTION
    projections = 2 * batch * (target_length + source_length) * d_model**2  # queries and output; keys and values
    products = 2 * batch * target_length * source_length * d_model  # H heads of width K = D / H: together D
    return projections + products, batch * heads * target_length * source_length
    ### END SOLUTION


# %% grade_id="attention_cost-check"
check("attention_cost")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With one product. To make the queries, a matrix `(T, D)` meets a kernel `(D, D)`, for each of the B sentences. How
# many multiplications are that? The output is made in the same way.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Queries and output: B · T · D · D each. Keys and values: B · S · D · D each. Queries · keys: B · H · T · S · K, with
# K = D / H. Weights · values: as many. Add all six. The scores are B · H · T · S.
# </details>
#
# <details><summary>Help: my number is not whole</summary>
#
# `/` gives a float in Python, which is no longer exact for large models. You may do without dividing: H · K is D.
# </details>
#
# <details><summary>Why it works</summary>
#
# H heads of width D / H multiply together as much as one head of width D, so that heads are free as far as products
# go. Their scores are not: each head has T · S of its own. And where T = S, twice the length means twice the
# projections, but four times the products and scores.
# </details>


# %%
def how_cost_grows():
    lengths = [64, 128, 256, 512, 1024, 2048, 4096]
    costs = [attention_cost(1, 8, length, length, 512) for length in lengths]
    series = {"multiplications": [cost[0] for cost in costs], "scores, 8 heads": [cost[1] for cost in costs]}
    title = "Twice as long: first twice the work, then four times (D = 512)"
    return figures.lines({name: (lengths, numbers) for name, numbers in series.items()}, title, "T = S", log=True)


figures.once_written(how_cost_grows)

# %% [markdown]
# ### Stretch (0 points)
#
# At which length T = S do the two products cost as much as the four projections? Find it on paper first, as a multiple
# of D, then with your function. Shazeer (2019) lets all heads share one pair of keys and values. What does that save?

# %%

# %% [markdown] grade_id="TiedProjection-task"
# ## 2. One matrix, used twice
#
# The embedding gives each token a vector. At the other end, the model must say which token comes next, and it can use
# the same vectors: a token is likely where its vector points in the direction of the hidden state.
#
# **Write** `TiedProjection(embedding)`, called as `layer(x)`: `(B, T, D)` → logits `(B, T, V)`.
#
# - `embedding` is a `keras.layers.Embedding`. The logit of token v is x · row v of its matrix, `embedding.embeddings`,
#   `(V, D)`. There is no bias and no scale.
# - The matrix *is* that of the embedding, read anew at each call: whatever changes the one changes the other, and the
#   gradients of both uses add up. The layer has no parameter but this matrix.
# - The embedding may not have been called yet, so that it has no matrix. Then `embedding.build()` makes it.

# %% [markdown]
# - The layer takes any axes before D. They may be unknown in a graph. Under mixed precision it computes in float16, as
#   long as you leave the matrix as Keras hands it to you.
# - A layer that was given a layer must also say so in its configuration, which holds text and numbers only. Therefore
#   `get_config` adds `"embedding": keras.saving.serialize_keras_object(self.embedding)` to what `super().get_config()`
#   gives. `from_config` is written for you and does the reverse. A saved layer comes back bit for bit.
#
# By hand, for D = 2 and the three rows `[1, 0]`, `[0, 2]` and `[1, 1]`: x = `[3, 1]` gives the logits `[3 · 1 + 1 · 0,
# 3 · 0 + 1 · 2, 3 · 1 + 1 · 1]` = `[3, 2, 4]`, so the third token is the likeliest.


# %% grade_id="TiedProjection"
class TiedProjection(keras.layers.Layer):
    """Logits by the matrix of an embedding (Press and Wolf 2017; Vaswani et al. 2017, section 3.4).

    embedding: a `keras.layers.Embedding` of V tokens and width D, called before or not. Call with (…, D); returns
    logits (…, V). The embedding's matrix is the only parameter.
    """

    def __init__(self, embedding, **kwargs):
        super().__init__(**kwargs)
        ### BEGIN SOLUTION
        self.embedding = embedding
        ### END SOLUTION

    def build(self, input_shape):
        ### BEGIN SOLUTION
        if not self.embedding.built:
            self.embedding.build()
        ### END SOLUTION

    def call(self, x):
        ### BEGIN SOLUTION
        return ops.matmul(x, ops.transpose(self.embedding.embeddings))  # (…, D) · (D, V)
        ### END SOLUTION

    def get_config(self):
        ### BEGIN SOLUTION
        return {**super().get_config(), "embedding": keras.saving.serialize_keras_object(self.embedding)}
        ### END SOLUTION

    @classmethod
    def from_config(cls, config):
        """A new layer made from what `get_config` gave, with a new embedding of the same kind."""
        return cls(**{**config, "embedding": keras.saving.deserialize_keras_object(config["embedding"])})


# %% grade_id="TiedProjection-check"
check("TiedProjection")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Keep the embedding in `__init__`. Its matrix is `self.embedding.embeddings`, `(V, D)`. Which shape must it have so
# that `ops.matmul` can multiply x, `(B, T, D)`, by it?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# `__init__`: keep the embedding. build: unless the embedding is built, build it. call: multiply x by the embedding's
# matrix with its two axes exchanged. get_config: a dictionary of `super().get_config()` and the embedding, serialised.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# The matrix has a row for each token, `(V, D)`. The product needs D first: `ops.transpose` makes `(D, V)` of it.
# </details>
#
# <details><summary>Help: my logits do not change with the embedding</summary>
#
# Then you have copied the matrix, in `__init__` or in `build`, and the copy is what you multiply by. Keep the
# embedding itself, and take its matrix in `call`.
# </details>
#
# <details><summary>Help: `embedding` in my configuration is no dictionary</summary>
#
# Then it is the layer itself. A configuration becomes text in a file, so it holds what describes the layer:
# `keras.saving.serialize_keras_object(self.embedding)`, from which `from_config` makes a new one.
# </details>
#
# <details><summary>Why it works</summary>
#
# Tokens that are used alike get vectors that are alike, from both sides at once. And a vocabulary is large: with V =
# 37,000 and D = 512, a second matrix would cost 19 million parameters, a third of the whole base model.
# </details>


# %%
def who_is_likely():
    embedding = keras.layers.Embedding(3, 2)
    layer = TiedProjection(embedding)
    layer(np.zeros((1, 1, 2), "float32"))  # makes the matrix
    embedding.set_weights([np.array([[1, 0], [0, 2], [1, 1]], "float32")])
    x = np.array([[[3, 1], [0, 1], [-1, 1]]], "float32")
    panels = {"x": x[0], "logits": layer(x)[0]}
    return figures.matrices(panels, ["x[0]", "x[1]", "x[2]"], row_label="token of x", decimals=0)


figures.once_written(who_is_likely)

# %% [markdown]
# ### Stretch (0 points)
#
# Keras starts an embedding within ±0.05, which is small. How large are the first logits of a normalised x of width
# 512, and how near is softmax of them to 1 / V for each token? What would become of that with vectors of variance 1?

# %%

# %% [markdown]
# The model is made of your layers and masks of units 5 to 9. This line brings your own along, each of which passes all
# its checks, else the reference, and says which. Whoever grades this notebook always takes the reference.

# %%
from course.built import Decoder, Encoder, PositionalEmbedding, causal_mask, combine_masks, padding_mask

# %% [markdown] grade_id="Transformer-task"
# ## 3. The Transformer
#
# Every part is there. What is left is to connect them, and that is where whole models go wrong without a word: a mask
# that belongs to the other sentence, or one that is never handed on.
#
# **Write** `Transformer(source_vocabulary_size, target_vocabulary_size, d_model, num_heads, d_ff, num_layers,
# max_length, dropout=0.1, norm_first=False, tie_weights=True)`, a `keras.Model`, called as `model({"source": ids,
# "target": ids})`, in either order: integers `(B, S)` and `(B, T)` → logits `(B, T, V)`, V of the target.
#
# | sublayer | what it is |
# |---|---|
# | `source_embedding`, `target_embedding` | a `PositionalEmbedding` each, of its own vocabulary |
# | `encoder`, `decoder` | an `Encoder` and a `Decoder` of num_layers layers, told everything they take |
# | `projection` | your `TiedProjection` with the target's `token_embedding` |
#
# With `tie_weights=False`, `projection` is a `keras.layers.Dense` of width V, with bias and without activation. With
# `num_layers=0` both stacks hand on what they get (through their last norm, with `norm_first`), so that the embedded
# target meets `projection` directly.

# %% [markdown]
# - It makes its masks from the ids. Id 0 is padding, wherever it stands, and nobody may attend to it: the encoder
#   to padding of the source, the decoder to padding of the target and of the memory. No target token may attend to a
#   later one. So padding at the end, or another sentence in the batch, changes nothing for real tokens.
# - `training` reaches encoder and decoder. Dropout after the embeddings is up to you, as long as it is there in
#   training only, at the rate `dropout`. Logits at padded target positions may be anything finite.
# - A source or target longer than max_length raises a `ValueError` that names both numbers: unit 7's layer does that.
# - B, S and T may be unknown in a graph. All parameters are trained. `compile`, `fit` and `predict` work. Under mixed
#   precision the logits are float16.
# - `get_config`: what `super().get_config()` gives and all ten arguments. A model comes back from `save` bit for bit.

# %% [markdown]
# For a source `[[4, 6, 5, 0]]` and a target `[[2, 7, 5]]` (`[START]` and two tokens) the masks are, with ✓ for True:
#
# | whose | row for row | shape |
# |---|---|---|
# | encoder, `mask` | ✓ ✓ ✓ · | (B, 1, S) = (1, 1, 4) |
# | decoder, `self_mask` | ✓ · ·, then ✓ ✓ ·, then ✓ ✓ ✓ | (B, T, T) = (1, 3, 3) |
# | decoder, `memory_mask` | ✓ ✓ ✓ · | (B, 1, S) = (1, 1, 4) |
#
# If the target's vocabulary has V = 9 tokens, the result is (1, 3, 9): after `[START]`, after 7 and after 5, a logit
# for each token that may come next.


# %% grade_id="Transformer"
class Transformer(keras.Model):
    """An encoder and a decoder between embeddings and logits (Vaswani et al. 2017, figure 1).

    source_vocabulary_size, target_vocabulary_size: V of each language. d_model: D, even. num_heads: H, a divisor of D.
    d_ff: F. num_layers: L, of encoder and decoder each. max_length: the longest S and T. dropout, norm_first: as in the
    layers. tie_weights: whether the logits are made with the target's embedding. Call with {"source": (B, S), "target":
    (B, T)}, ids of which 0 is padding; returns logits (B, T, V). Raises ValueError if S or T exceeds max_length.
    """

    def __init__(
        self,
        source_vocabulary_size,
        target_vocabulary_size,
        d_model,
        num_heads,
        d_ff,
        num_layers,
        max_length,
        dropout=0.1,
        norm_first=False,
        tie_weights=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        ### BEGIN SOLUTION
        self.source_vocabulary_size = source_vocabulary_size
        self.target_vocabulary_size = target_vocabulary_size
        self.d_model = d_model
        self.num_heads = num_heads
        self.d_ff = d_ff
        self.num_layers = num_layers
        self.max_length = max_length
        self.dropout = dropout
        self.norm_first = norm_first
        self.tie_weights = tie_weights
        sizes, options = (num_layers, d_model, num_heads, d_ff), {"dropout": dropout, "norm_first": norm_first}
        self.source_embedding = PositionalEmbedding(source_vocabulary_size, d_model, max_length)
        self.target_embedding = PositionalEmbedding(target_vocabulary_size, d_model, max_length)
        self.encoder = Encoder(*sizes, **options)
        self.decoder = Decoder(*sizes, **options)
        if tie_weights:
            self.projection = TiedProjection(self.target_embedding.token_embedding)
        else:
            self.projection = keras.layers.Dense(target_vocabulary_size)
        ### END SOLUTION

    def call(self, inputs, training=None):
        ### BEGIN SOLUTION
        source, target = inputs["source"], inputs["target"]
        source_mask = padding_mask(source)  # (B, 1, S)
        target_mask = combine_masks(padding_mask(target), causal_mask(ops.shape(target)[1]))  # (B, T, T)
        memory = self.encoder(self.source_embedding(source), mask=source_mask, training=training)  # (B, S, D)
        hidden = self.decoder(
            self.target_embedding(target), memory, self_mask=target_mask, memory_mask=source_mask, training=training
        )  # (B, T, D)
        return self.projection(hidden)  # (B, T, V)
        ### END SOLUTION

    def get_config(self):
        ### BEGIN SOLUTION
        return {
            **super().get_config(),
            "source_vocabulary_size": self.source_vocabulary_size,
            "target_vocabulary_size": self.target_vocabulary_size,
            "d_model": self.d_model,
            "num_heads": self.num_heads,
            "d_ff": self.d_ff,
            "num_layers": self.num_layers,
            "max_length": self.max_length,
            "dropout": self.dropout,
            "norm_first": self.norm_first,
            "tie_weights": self.tie_weights,
        }
        ### END SOLUTION


# %% grade_id="Transformer-check"
check("Transformer")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Make the five sublayers in `__init__`, under the names of the table. In `call`, take both ids out of the dictionary
# and connect the parts without any mask. The check then tells you what each mask is for.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# call: the source mask is the padding mask of the source. The target mask combines the padding mask of the target with
# a causal mask of length T. memory = encoder of the embedded source, under the source mask. hidden = decoder of the
# embedded target and the memory, with the target mask as `self_mask` and the *source* mask as `memory_mask`. The
# projection makes logits of hidden. Hand `training` on to both stacks.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# `memory_mask` says which *source* tokens may be attended to, so its last axis is S. If S meets T in the message, a
# mask is that of the other sentence.
# </details>
#
# <details><summary>Help: only the compiled graph fails</summary>
#
# `target.shape[1]` is None while Keras makes a graph for any length. `ops.shape(target)[1]` is T all the same.
# </details>
#
# <details><summary>Help: my model cannot be saved, or comes back different</summary>
#
# All layers are made in `__init__`, none in `call`. `get_config` needs all ten arguments under their own names, also
# those that only hand something on, such as `norm_first`.
# </details>
#
# <details><summary>Why it works</summary>
#
# The encoder reads the source once. The decoder sees all positions of the target at once, and yet each guesses its
# next token from those before it alone, thanks to the causal mask. So one call trains T guesses in parallel, which no
# recurrent model of unit 3 could do.
# </details>


# %%
def who_reaches_whom():
    model, changed = Transformer(9, 11, d_model=8, num_heads=2, d_ff=16, num_layers=1, max_length=8), np.arange(1, 8)
    source, target = np.tile([4, 6, 5, 0], (8, 1)), np.tile([2, 7, 5], (8, 1))  # row 0 stays as it is
    for ids, rows in ((source, changed[:4]), (target, changed[4:])):
        ids[rows, rows - rows[0]] = 8 * (ids[0] > 0)  # each other row has another id in one place; padding stays
    logits = ops.convert_to_numpy(model({"source": source, "target": target}))  # (8, 3, 11)
    moved = 100 * np.abs(logits - logits[0]).mean(-1).T  # (3, 8): one row for each t
    panels = {"One id of the source is another": moved[:, 1:5], "One id of the target is another": moved[:, 5:]}
    return figures.matrices(panels, [f"t = {t}" for t in range(3)], row_label="logits", column_label="which id")


figures.once_written(who_reaches_whom)

# %% [markdown]
# Each number is how far the logits of a row move, in hundredths, when the id of a column becomes another. Every real
# source token reaches every row. In the target, nothing reaches the rows above it.

# %% [markdown]
# ### Stretch (0 points)
#
# GPT has only the decoder: no source, no memory, no cross-attention. Build such a model from your `Encoder` and a
# causal mask, and say why that is the same. How many parameters of a layer are saved?

# %%

# %% [markdown] grade_id="count_parameters-task"
# ## 4. How many parameters?
#
# “63 million parameters” is how models are compared, and what a training must hold in memory three or four times over.
# Whoever can count them knows where they are, and need not build the model to find out.
#
# **Write** `count_parameters(source_vocabulary_size, target_vocabulary_size, d_model, num_heads, d_ff, num_layers,
# max_length, dropout=0.1, norm_first=False, tie_weights=True, shared_vocabulary=False)`: the Transformer's arguments,
# and one more → an `int`.
#
# - The result is the number of all trained numbers in your `Transformer`, by formula. Some arguments change nothing.
# - With `shared_vocabulary=True` both languages use one matrix of embeddings. Then both sizes must be equal, else a
#   `ValueError` names both.
# - Count what each layer holds: every Dense has a bias, a norm has a gain and a bias, positions are not trained, and
#   with `norm_first` each of the two stacks ends in a norm, with 0 layers too. An untied projection has a bias, a tied
#   one holds nothing.

# %% [markdown]
# By hand, for vocabularies of 5 and 6, D = 2, one head, F = 3 and one layer:
#
# | part | numbers |
# |---|---|
# | two tables | 5 · 2 + 6 · 2 = 22 |
# | an attention | 4 · (2 · 2 + 2) = 24 |
# | a feed-forward network | (2 · 3 + 3) + (3 · 2 + 2) = 17 |
# | a norm | 2 + 2 = 4 |
# | encoder layer: attention, network, two norms | 24 + 17 + 8 = 49 |
# | decoder layer: two attentions, network, three norms | 48 + 17 + 12 = 77 |
#
# Tied, that is 22 + 49 + 77 = 148. The base model of the paper, with D = 512, H = 8, F = 2048, L = 6 and a shared
# vocabulary of 37,000, has 63,082,496.


# %% grade_id="count_parameters"
def count_parameters(
    source_vocabulary_size,
    target_vocabulary_size,
    d_model,
    num_heads,
    d_ff,
    num_layers,
    max_length,
    dropout=0.1,
    norm_first=False,
    tie_weights=True,
    shared_vocabulary=False,
):
    """Count the parameters of a Transformer by formula (Vaswani et al. 2017, table 3, gives 65 million for the base).

    The arguments are those of `Transformer`. shared_vocabulary: one table for both languages. Returns an int. Raises
    ValueError if the vocabulary is shared and the two sizes differ.
    """
    ### BEGIN SOLUTION
    if shared_vocabulary and source_vocabulary_size != target_vocabulary_size:
        raise ValueError(
            "A shared vocabulary has one size; received "
            f"source_vocabulary_size={source_vocabulary_size}, target_vocabulary_size={target_vocabulary_size}."
        )
    rows = target_vocabulary_size if shared_vocabulary else source_vocabulary_size + target_vocabulary_size
    projection = 0 if tie_weights else d_model * target_vocabulary_size + target_vocabulary_size
    attention = 4 * (d_model * d_model + d_model)
    network = d_model * d_ff + d_ff + d_ff * d_model + d_model
    norm = 2 * d_model
    encoder_layer = attention + network + 2 * norm
    decoder_layer = 2 * attention + network + 3 * norm
    last_norms = 2 * norm if norm_first else 0
    return rows * d_model + num_layers * (encoder_layer + decoder_layer) + last_norms + projection
    ### END SOLUTION


# %% grade_id="count_parameters-check"
check("count_parameters")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With the table above: write one line for each of its parts, and put D, F and L in place of the numbers.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# If the vocabulary is shared and the sizes differ, raise. Rows: one size if shared, else both. An attention has four
# Dense layers from D to D, the network one from D to F and one from F to D. Add up an encoder layer and a decoder
# layer, times L. Add rows · D, a norm for each stack if norm_first, and a Dense from D to V of the target if untied.
# </details>
#
# <details><summary>Help: I am off by a multiple of D</summary>
#
# Then it is norms or biases. A norm has 2 D numbers. An encoder layer has two norms, a decoder layer three.
# </details>
#
# <details><summary>Why it works</summary>
#
# H is not in the formula, because heads cut D into pieces and add nothing. Nor is max_length: sinusoidal positions are
# computed. So a Transformer's size does not depend on how long its sentences are, only its cost does.
# </details>


# %%
def where_parameters_are():
    sizes = {"num_heads": 2, "d_ff": 24, "num_layers": 1, "max_length": 10}
    model = Transformer(7, 11, d_model=6, **sizes)
    model({name: np.ones((1, 3), "int32") for name in ("source", "target")})  # makes the parameters
    print("small, by formula:", count_parameters(7, 11, d_model=6, **sizes), "- built:", model.count_params())
    widths = [64, 128, 256, 512, 1024, 2048]
    in_layers = [count_parameters(0, 0, width, 8, 4 * width, 6, 512) for width in widths]
    in_all = [count_parameters(37_000, 37_000, width, 8, 4 * width, 6, 512, shared_vocabulary=True) for width in widths]
    in_tables = [every - layers for every, layers in zip(in_all, in_layers, strict=True)]
    series = {"in twelve layers": (widths, in_layers), "in the shared table": (widths, in_tables)}
    return figures.lines(series, "Where the parameters are (V = 37,000, F = 4 D)", "D", log=True)


figures.once_written(where_parameters_are)

# %% [markdown]
# ### Stretch (0 points)
#
# The paper's table says 65 million where the formula says 63. Which sizes of the shared vocabulary would give 65
# million, rounded to millions, and what could be counted that is not in your model?

# %%

# %% [markdown]
# ## What your Transformer can do
#
# Ten sentence pairs of the corpus are few enough to be learned by heart, and a model that cannot has a bug. So this
# is the first thing to try with any new model. Your Transformer trains on the ten, and then translates them *without
# help*: it reads only the English sentence, begins with `[START]`, and each token that it writes is what it reads
# next.
#
# **The number to reach:** all 10, token by token. This takes about half a minute.


# %%
def by_heart():
    sources, targets = ten_sentences.vocabularies()
    keras.utils.set_random_seed(10)  # the same initial parameters at every run
    model = Transformer(
        len(sources), len(targets), d_model=32, num_heads=4, d_ff=64, num_layers=1, max_length=20, dropout=0.0
    )
    ten_sentences.learn(model)
    right = 0
    for (english, spanish), said in zip(ten_sentences.pairs(), ten_sentences.translate(model), strict=True):
        right += said == spanish
        print(f"{'✓' if said == spanish else '✗'}  {english}  →  {said}")
    print(f"exactly right: {right} of 10, to reach: 10")


pay_off(by_heart)

# %%
progress()

# %% [markdown]
# **What you have learned**
# - A Transformer is embeddings, an encoder, a decoder and a projection, connected by three masks made from ids.
# - Its size depends on widths, layers and vocabularies, its cost on the lengths of sentences too.
# - One matrix can serve as the target's embedding and as the projection.
#
# **Next:** unit 11 trains this model in earnest, and says what to do when it does not learn.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 10_transformer`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
