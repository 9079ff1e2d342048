# %% [markdown]
# # 10. The whole Transformer: from ids to logits
#
# After this lesson you can follow a sentence through a complete Transformer, from its ids to a probability for each
# Spanish token, and you know what every part of the model costs.
#
# This is all of it, with two layers on each side. You have written every box already, except for those in bold.

# %%
from course.built import Decoder, Encoder, PositionalEmbedding, causal_mask, combine_masks, padding_mask
from course.toolkit import figures, one_sentence
from course.toolkit.flow import ADD, FORK, Step, flow
from course.toolkit.measured import cost_of

import tempfile
import warnings

import keras
import numpy as np
from keras import layers, ops

# %%
begin = [Step("source ids", "(B, S)"), Step("embedding", "(B, S, D)")]
encoding = [Step(f"encoder layer {n}", "(B, S, D)", beside="padding") for n in (1, 2)]
begin_too = [Step("target ids", "(B, T)"), Step("embedding", "(B, T, D)")]
decoding = [Step(f"decoder layer {n}", "(B, T, D)", beside="causal,\npadding", reads="encoder") for n in (1, 2)]
end = [Step("projection", "(B, T, V)", new=True), Step("logits", new=True)]
flow({"encoder": [*begin, *encoding, Step("memory", "(B, S, D)")], "decoder": [*begin_too, *decoding, *end]})

# %% [markdown]
# **You will be able to**
# - *explain* what logits are, and why a model returns them instead of probabilities;
# - *tie* the projection to the embedding, and *say* why that works and what it saves;
# - *name* the masks that a model makes from ids, and who needs which;
# - *use* a model whose inputs are a dictionary: with `fit`, `predict`, `save` and `load_model`;
# - *count* the parameters of a Transformer, and what its attention costs.
#
# Time: 60 minutes, under a minute of computing. Needs: units 5 to 9. Axes: B batch, S source tokens, T target tokens, D
# width of a token, H heads, F width of the feed-forward network, V tokens in a vocabulary, L layers.

# %% [markdown]
# ## 1. Our sentence so far
#
# The source is *the red cat sleeps*. The decoder reads the translation from `[START]` to *duerme*, and at each of these
# five positions it has to say which token comes next: *el* after `[START]`, *gato* after *el*, and `[END]` after
# *duerme*.
#
# Your own layers carry both sentences to where lessons 8 and 9 ended. Compare the numbers: they are the same.

# %%
D, H, F, L = one_sentence.D, one_sentence.H, one_sentence.F, one_sentence.LAYERS
english, spanish = one_sentence.SOURCE_VOCABULARY, one_sentence.TARGET_VOCABULARY
ids = {"source": one_sentence.SOURCE_IDS, "target": one_sentence.TARGET_IDS[:, :-1]}  # (B, S), (B, T)
wanted = one_sentence.TARGET_IDS[:, 1:]  # (B, T): the next token at each position
read, written = one_sentence.SOURCE, [spanish[number] for number in ids["target"][0]]
source_embedding = PositionalEmbedding(len(english), D, one_sentence.MAX_LENGTH)
target_embedding = PositionalEmbedding(len(spanish), D, one_sentence.MAX_LENGTH)
encoder, decoder = Encoder(L, D, H, F, dropout=0.0), Decoder(L, D, H, F, dropout=0.0)
memory = one_sentence.encoded(source_embedding, encoder)  # (B, S, D)
hidden = one_sentence.decoded(target_embedding, decoder, memory)  # (B, T, D)
print({name: numbers.tolist() for name, numbers in ids.items()})
panels = {"memory, as in lesson 8": memory[0], "decoder's output, as in lesson 9": hidden[0]}
figures.matrices(panels, dict(zip(panels, (read, written), strict=True)))

# %% [markdown]
# ## 2. From a hidden state to a guess
#
# Each position now holds a *hidden state* of D numbers, but what we want is one of V tokens. So every token of the
# vocabulary gets a vector of D numbers as well, and its score is the dot product of that vector with the hidden state.
#
# By hand, with D = 2 and the hidden state h = `[2, 1]`:
#
# | token | vector | dot product | exp | probability |
# |---|---|---|---|---|
# | *el* | `[1, 0]` | 2 | 7.39 | 0.71 |
# | *gato* | `[0, 1]` | 1 | 2.72 | 0.26 |
# | *duerme* | `[−1, 1]` | −1 | 0.37 | 0.04 |

# %% [markdown]
# These scores are called *logits*. They may be any numbers, large or negative, and only a softmax over the vocabulary
# makes probabilities of them. The layer that computes them is the *projection*, since it leads from D numbers to V. If
# the V vectors are the rows of a matrix W:
#
# $$\text{logits} = h\,W^\top \qquad p = \text{softmax}(\text{logits})$$
#
# **Predict:** we add 100 to all three logits, or we double them. What happens to the probabilities?

# %%
logits = np.array([2.0, 1.0, -1.0], "float32")  # (V,)
for name, changed in {"as they are": logits, "plus 100": logits + 100, "doubled": 2 * logits}.items():
    print(f"{name:12}", ops.convert_to_numpy(ops.softmax(changed)).round(3))

# %% [markdown]
# Only differences count, because a common summand becomes a common factor, which dividing by the sum takes away. Larger
# differences make the model more certain.
#
# Why does a model return logits and not the probabilities? The likeliest token has the largest logit, so nobody needs a
# softmax to find it. And the loss, −log p, is safer when it starts from logits, because a very small p is rounded to 0
# before anybody can take its logarithm.
#
# **Predict:** the logits are 200 and 0, and the second token is right. Its loss should be 200. What does Keras find?

# %%
far, right, loss_of = np.array([[200.0, 0.0]], "float32"), np.array([1]), keras.losses.sparse_categorical_crossentropy
probabilities = ops.convert_to_numpy(ops.softmax(far))  # plain numbers, which nobody can trace back to the logits
print(f"from probabilities: {float(loss_of(right, probabilities)[0]):.1f}")
print(f"from logits:        {float(loss_of(right, far, from_logits=True)[0]):.1f}")

# %% [markdown]
# Keras does not let a probability fall below $10^{-7}$, so the first loss stops at 16, and there its slope is 0: just
# where the model is most wrong, it would learn nothing. Therefore our model ends with logits, and its loss is told so
# by `from_logits=True`. If this argument is forgotten, Keras takes logits for probabilities, and no error appears.
#
# ## 3. Whose vectors? Tying
#
# There is a table already that holds D numbers for each Spanish token: the decoder's embedding. It can serve twice.
#
# By hand: after `[START]` the hidden state of section 1 is `[−1.21, −0.76, 0.96, 1.02]`. The table's row of *gato* is
# `[−0.1, 0.5, 0.5, 0.2]`, so its logit is 0.12 − 0.38 + 0.48 + 0.20 = 0.42.


# %%
def tied(hidden):
    table = target_embedding.token_embedding.embeddings  # (V, D), read anew at each call
    return ops.matmul(hidden, ops.transpose(table))  # (B, T, D) @ (D, V) -> (B, T, V)


figures.matrix(tied(hidden)[0], written, spanish, "logits of the next token")

# %%
figures.matrix(ops.softmax(tied(hidden))[0], written, spanish, "probabilities: each row sums to 1")

# %% [markdown]
# **What to notice.** Since nobody has trained these numbers, every row is a guess, and a bad one. Only its form says
# something: at each position there is one probability for each token.
#
# Why may one matrix do both? The embedding says what a token means, as a vector. The projection asks which token's
# vector is most like the hidden state. If *gato* and *perro* have similar vectors, since they stand in similar places,
# then their logits are similar, too, which is just what one wants.

# %% [markdown]
# Tying means that there is *one* matrix. A projection which starts as a copy of the table looks the same today, but in
# training the two would part.
#
# **Predict:** the vector of *gato* becomes all zeros. Which logits change in the tied projection, which in the copy?

# %%
table, old = target_embedding.token_embedding.embeddings, tied(hidden)
copy = ops.convert_to_numpy(table).copy()  # (V, D)
table.assign(copy * (np.arange(len(spanish)) != spanish.index("gato"))[:, None])  # zeros in one row
found = {"tied": tied(hidden), "copy": ops.matmul(hidden, copy.T)}
_ = table.assign(copy)  # as it was
for name, logits in found.items():
    moved = np.any(np.abs(ops.convert_to_numpy(logits - old)) > 1e-6, axis=(0, 1))  # (V,)
    print(name, "- logits that change:", [token for token, one in zip(spanish, moved, strict=True) if one])

# %% [markdown]
# A table with two tasks must have a size that fits both. A logit is the sum of D products, and the hidden state comes
# from a norm, so its numbers are about 1. If those of the table are about 1/√D, then the logits are about 1. As an
# input, though, such a table is too small beside the positions. Hence the √D in your `PositionalEmbedding`.
#
# **Predict:** let the table's numbers be about 1 instead, so that no √D is needed. With V = 1000, a guess has the loss
# ln 1000 = 6.9. Where does the model begin, at D = 512?

# %%
rng, width, size = np.random.default_rng(10), 512, 1000
states, answers = rng.normal(size=(256, width)), rng.integers(size, size=256)  # as a norm leaves them; next tokens
for name, scale, factor in (("1/√D, input · √D", width**-0.5, width**0.5), ("1", 1, 1), ("1/√D alone", width**-0.5, 1)):
    table = scale * rng.normal(size=(size, width))  # (V, D)
    logits = (states @ table.T).astype("float32")  # (256, V)
    loss = float(ops.mean(loss_of(answers, logits, from_logits=True)))
    print(f"table {name:16}: inputs {factor * np.std(table):.2f}, logits {np.std(logits):4.1f}, first loss {loss:4.1f}")

# %% [markdown]
# **What to notice.** With a scale of 1 the model begins certain and wrong. With a small table but no √D, the inputs
# are about 0.04 beside positions of about 0.7, so that the token can hardly be heard. The factor lets one table be
# right in both places. Keras begins an embedding within ±0.05, which is small enough.
#
# **Cost.** A tied projection has no parameters of its own. A second matrix would have V · D, and a bias V more. For the
# paper's 37,000 tokens and D = 512 the matrix alone is 37,000 · 512 = 18.9 million. The T · D · V products stay.

# %% [markdown]
# <details><summary>Going deeper: one table for both languages</summary>
#
# In the paper, English and German are cut into pieces by the same merges (unit 1). This gives a *shared vocabulary*, so
# that one table serves as source embedding, target embedding and projection. It helps where languages have pieces in
# common, such as names, numbers and related words. English and Chinese have nearly none, so each side's tokens would
# only lengthen the other side's softmax. Our corpus keeps two vocabularies, and ties the Spanish one.
# </details>

# %% [markdown]
# ## 4. Which masks, and for whom?
#
# The caller hands in ids and nothing else. Padding has the id 0, so the model can see where it is, and makes all its
# masks itself.
#
# | mask | made from | shape | who needs it |
# |---|---|---|---|
# | padding of the source | source ids | (B, 1, S) | the encoder |
# | the same one | source ids | (B, 1, S) | cross-attention, since its *keys* are source tokens |
# | causal, and padding of the target | target ids | (B, T, T) | self-attention of the decoder |


# %%
def transformer(ids, project, masked=True):
    source, target = ids["source"], ids["target"]  # (B, S), (B, T)
    of_source = padding_mask(source) if masked else None  # (B, 1, S)
    of_target = combine_masks(causal_mask(ops.shape(target)[1]), padding_mask(target)) if masked else None  # (B, T, T)
    memory = encoder(source_embedding(source), mask=of_source)  # (B, S, D)
    x = target_embedding(target)  # (B, T, D)
    return project(decoder(x, memory, self_mask=of_target, memory_mask=of_source))  # (B, T, V)


bool(ops.all(ops.isclose(transformer(ids, tied), tied(hidden), atol=1e-6)))  # are these the logits of section 3?

# %% [markdown]
# From ids to logits in six lines. Now we leave the masks out. First we append two tokens of padding to the source, then
# the last target token becomes *rojo*. **Predict:** where do the logits move, with masks and without?

# %%
longer = {**ids, "source": np.pad(ids["source"], ((0, 0), (0, 2)))}  # two more ids, both 0
other_end = {**ids, "target": np.where(np.arange(5) == 4, spanish.index("rojo"), ids["target"])}
rows = {}
for name, masked in {"with masks": True, "without": False}.items():
    logits = transformer(ids, tied, masked)  # (B, T, V)
    for trial, changed in {"padded source": longer, "other last token": other_end}.items():
        moved = ops.max(ops.abs(transformer(changed, tied, masked) - logits), axis=(0, 2))  # (T,)
        rows[f"{name}, {trial}"] = ops.convert_to_numpy(moved)
figures.matrix(np.stack(list(rows.values())), list(rows), written, "How far the logits move", decimals=3)

# %% [markdown]
# With masks, padding changes nothing, and another last token moves the last position alone. Without them a translation
# depends on the longest sentence of its batch, because that decides how much padding there is. And in training each
# position could read its own answer, like the cheating decoder of lesson 9.
#
# ## 5. A dictionary for Keras
#
# Two arrays of different shapes go in, and a dictionary gives them names. `keras.Model` makes a model of our function.
# Its `fit` and `predict` cut every array into batches along the *first* axis, and each batch is a dictionary with the
# same names. So S and T may differ, but B must be the same.

# %%
inputs = {name: keras.Input(numbers.shape[1:], dtype="int32", name=name) for name, numbers in ids.items()}
keras.utils.set_random_seed(10)
projection = layers.Dense(len(spanish))  # not tied, see below
model = keras.Model(inputs, transformer(inputs, projection))
print("logits", model.predict(ids, verbose=0).shape, "and", model.count_params(), "parameters")

# %% [markdown]
# The projection is a Dense here, because `tied` is a mere function: Keras would read its table once, when it makes the
# model, and training would never reach it. In the exercise you write a layer, which reads the table at each call.
#
# The Dense shows us what would be lost without tying. **Predict:** we take one step of training. How many of the eight
# tokens get a new vector in the embedding, and how many in the Dense?

# %%
loss, both = keras.losses.SparseCategoricalCrossentropy(from_logits=True), {"Dense": projection}
both["embedding"] = target_embedding.token_embedding
before = {name: layer.get_weights()[0] for name, layer in both.items()}  # (D, V) and (V, D)
model.compile(keras.optimizers.SGD(0.1), loss, jit_compile=False)
model.fit(ids, wanted, epochs=1, verbose=0)
for name, layer in both.items():
    changed = layer.get_weights()[0] != before[name]
    moved = np.flatnonzero(changed.any(axis=changed.shape.index(D)))  # ids of tokens
    print(f"{name}: {len(moved)} of {len(spanish)},", [spanish[number] for number in moved])

# %% [markdown]
# **What to notice.** As an input, a token learns only when it occurs. As a candidate it learns at every position,
# because the loss pushes up the logit of the right token and pushes down all others. When both are one table, even the
# rarest token moves at every step.
#
# Now let the model learn its one sentence by heart. How one trains in earnest is the subject of unit 11.

# %%
model.compile(keras.optimizers.Adam(0.02), loss, jit_compile=False)
copies = {name: np.repeat(numbers, 50, axis=0) for name, numbers in ids.items()}  # (50, S), (50, T)
losses = model.fit(copies, np.repeat(wanted, 50, axis=0), batch_size=1, epochs=2, verbose=0).history["loss"]
print("mean loss of steps 1 to 50, and 51 to 100:", np.round(losses, 3))
figures.matrix(ops.softmax(model.predict(ids, verbose=0))[0], written, spanish, "probabilities after 100 steps")

# %% [markdown]
# Each row has found its token, from *el* after `[START]` to `[END]` after *duerme*. What is learned should be kept. A
# `.keras` file holds all parameters and a *configuration*, a recipe for making the model anew. A layer's is what its
# `get_config` returns, and loading hands it back to `__init__`.

# %%
with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):  # of layers without `build`
    model.save(f"{folder}/whole.keras")
    again = keras.saving.load_model(f"{folder}/whole.keras")
print("bit for bit the same:", np.array_equal(again.predict(ids, verbose=0), model.predict(ids, verbose=0)))
print("configuration of the encoder:", dict(list(encoder.get_config().items())[3:]))  # the first three are Keras' own

# %% [markdown]
# Keras has written this configuration by itself, but only for four source and five target tokens. The exercise's
# `Transformer` is a class, for all lengths, so there you write `get_config`. If it forgets an argument, the model can
# be saved, but what is loaded is another model, or none.
#
# ## 6. Where are the parameters?
#
# The base model of the paper has D = 512, F = 2048, L = 6, and V = 37,000 for both languages together, so that a single
# table serves as both embeddings and as projection. The number of heads does not matter, since heads only divide D.

# %% [markdown]
# | part | formula | parameters |
# |---|---|---|
# | table, used three times | V · D | 18,944,000 |
# | one attention | 4D² + 4D | 1,050,624 |
# | one network | 2DF + F + D | 2,099,712 |
# | one norm | 2D | 1,024 |
# | encoder layer | attention + network + 2 norms | 3,152,384 |
# | decoder layer | 2 attentions + network + 3 norms | 4,204,032 |
#
# Six encoder layers are 18,914,304, and six decoder layers 25,224,192. With the table that makes **63,082,496**. (The
# paper says 65 million, and does not say how it counted.)
#
# **Predict:** where are most of them: in the table, in the attentions, or in the networks?


# %%
def parts(D, F, L):
    attention, network = L * (4 * D**2 + 4 * D), L * (2 * D * F + F + D)
    three = ("encoder: attention", "decoder: self-attention", "decoder: cross-attention")
    two = ("encoder: networks", "decoder: networks")
    return {**dict.fromkeys(three, attention), **dict.fromkeys(two, network), "all norms": L * 5 * 2 * D}


base = {"table": 37_000 * 512, **parts(512, 2048, 6)}
ours = {"two tables": 2 * 8 * D, "Dense": 8 * D + 8, **parts(D, F, L)}
print(f"base: {sum(base.values()):,}; our model: {sum(ours.values())} by formula, {model.count_params()} by Keras")
figures.bars(base, "63 million parameters")

# %% [markdown]
# **What to notice.** The networks hold 40 %, the attentions 30 % and the table 30 %. With two vocabularies of that size
# and no tying there would be three tables and a bias, and 101 million parameters.
#
# ## 7. What attention costs
#
# Two things grow in two ways. *Multiplications*: the four maps (Dense layers) of T queries and S keys need 2(T + S)D².
# The products *query · key* and *weights · value* need T · S · D each. *Score numbers*, which must be stored, are
# H · T · S: one for each pair in each head. In a batch of B sentences, all are B times as many.

# %% [markdown]
# By hand, with T = 2, S = 3, D = 4 and H = 2: the maps need 2 · 5 · 16 = 160, and the products 2 · 24 = 48, together
# 208 multiplications. The score numbers are 2 · 2 · 3 = 12.
#
# Do seconds and memory follow them? We write the layer of unit 6 once more in NumPy, without biases and masks, because
# Python can watch what NumPy takes, while TensorFlow manages memory of its own, which Python cannot see.
# **Predict:** eight heads, D = 64, S = T. By how much do both counts, seconds and memory grow at twice the length?


# %%
def attention(x, heads, *maps):  # (T, D), four maps (D, D)
    query, key, value = (np.einsum("td,de->te", x, one).reshape(len(x), heads, -1) for one in maps[:3])  # (T, H, K)
    scores = np.einsum("thk,shk->hts", query, key / np.float32(key.shape[-1] ** 0.5))  # (H, T, T)
    np.exp(scores, out=scores)
    scores /= scores.sum(-1, keepdims=True)
    return np.einsum("td,de->te", np.einsum("hts,shk->thk", scores, value).reshape(x.shape), maps[3])  # (T, D)


def measured(length, heads, width=64):
    x, *maps = (rng.normal(scale=0.1, size=(rows, width)).astype("float32") for rows in (length, *[width] * 4))
    cost = cost_of(lambda: attention(x, heads, *maps))
    counted = 4 * length * width**2 + 2 * length**2 * width, heads * length**2
    print("T = {:4}, H = {:2}: {:.1e} multiplications, {:.1e} scores ->".format(length, heads, *counted), end="")
    print(f"{1000 * cost.seconds:6.1f} ms, {cost.megabytes:4.1f} MB")
    return *counted, cost.seconds, cost.megabytes


# %%
lengths = (128, 256, 512, 1024)
found = np.array([measured(length, 8) for length in lengths])  # (4, 4): a row for each length
names = ("multiplications", "score numbers", "seconds, measured", "memory, measured")
series = {name: (lengths, found[:, n] / found[0, n]) for n, name in enumerate(names)}
figures.lines(series, "One attention layer (128 tokens = 1)", "tokens", "times as much", log=True)

# %% [markdown]
# **What to notice.** Twice the length means four times the scores, and the memory follows, since each of them takes 4
# bytes. Multiplications come near to four times, once the T² products outweigh the maps, and so do the seconds, if
# your machine has nothing else to do.
#
# “Heads are free”, said lesson 6. **Predict:** the length stays at 1024, and H goes from 1 to 16. What grows?

# %%
for heads in (1, 4, 16):
    measured(1024, heads)

# %% [markdown]
# It is true of multiplications, because each head has K = D / H numbers, and H · K is always D. It is not true of
# scores. Sixteen heads fill sixteen matrices of T × T scores, and each score is stored, and goes through exp. In
# training the scores of *all* layers are kept for the backward pass, which is why long texts are expensive.
#
# ## 8. Look back
#
# Here is the drawing of the paper, opened as far as it goes. Beside each box stands the unit in which you wrote it, and
# after the exercises there will be no box that is not your own.

# %%
units = {"ids": 1, "embedding": 7, "self-attention": 6, "feed-forward": 8, "layer norm": 8, "projection": 10}
ids_in, embedding, own, network, norm, projected = (Step(name, beside=f"unit {n}") for name, n in units.items())
cross = Step("cross-attention", beside="unit 6", reads="encoder, L layers")
reads = [ids_in, embedding, FORK, own, ADD, norm, FORK, network, ADD, norm, Step("memory")]
writes = [*reads[:6], FORK, cross, ADD, norm, FORK, network, ADD, norm, projected, Step("logits")]
flow({"encoder, L layers": reads, "decoder, L layers": writes})

# %% [markdown]
# | unit | what you wrote | where it works now |
# |---|---|---|
# | 1 | `encode`, `pad_batch`, `teacher_forcing` | before the model: from sentences to ids |
# | 2 | `embed` | the table, at both ends |
# | 3 | `additive_attention` | replaced, but its reason stays: one vector is not enough for a sentence |
# | 4, 5 | attention, masks | inside every attention |
# | 6 | `MultiHeadAttention` | in the encoder, in the decoder, and between them |
# | 7 | `PositionalEmbedding` | meaning and order, on both sides |
# | 8, 9 | `Encoder`, `Decoder` | from source to memory, from target and memory to hidden states |
# | 10 | `TiedProjection`, `Transformer` | to logits, and all in one model |

# %% [markdown]
# ## Check yourself
#
# A tied Transformer with 1000 tokens and D = 512 begins its training with a loss of about 70. Which bug?
#
# - **A** the source's padding mask is missing
# - **B** the table begins with numbers of about 1, not 1/√D
# - **C** the model returns logits, and the loss has `from_logits=True`
# - **D** the projection is a copy of the table, not the table itself
#
# <details><summary>Answer</summary>
#
# **B.** The logits are then about √D in size, so that the model is certain of tokens that are wrong.
#
# **A** lets the model read padding, which changes its guess and not its certainty. **C** is how it should be. With
# **D** the first loss is the same as if it were tied, and the two part only later.
# </details>

# %% [markdown]
# ## In this lesson
# - A logit is a token's score, any number; softmax is left to the loss and to whoever chooses a token.
# - A tied projection asks which token's vector is most like the hidden state, with the table that is there already.
# - Parameters grow with D², L and V; what attention has to store grows with H · T · S.
#
# **Now you:** [the exercises of unit 10](../exercises/10_transformer/10_transformer.ipynb)

# %% [markdown]
# ## Further reading
# - [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), sections 3.4 and 4: tying with √D, and what
#   attention costs beside other layers.
# - Press and Wolf, [*Using the Output Embedding to Improve Language Models*](https://arxiv.org/abs/1608.05859): tying,
#   with measurements.
# - Dao et al., [*FlashAttention*](https://arxiv.org/abs/2205.14135): the same result without storing the scores.
