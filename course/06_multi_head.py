# %% [markdown]
# # 6. Multi-head attention: many looks at once
#
# After this lesson you know every line of the layer that all Transformers are built of, and what its heads are for.
#
# Here are four words and two heads of one layer. Rows look, columns are looked at.

# %%
from course.built import masked_softmax
from course.toolkit import figures

import keras
import numpy as np
from keras import layers, ops

words = ["la", "casa", "es", "blanca"]
before, noun = ops.softmax(4 * np.eye(4, k=-1)), ops.softmax(4 * np.eye(4)[[1, 1, 1, 1]])
panels = {"Head 0: the word before": before, "Head 1: the noun": noun}
figures.matrices(panels, words, words, row_label="query", column_label="key")

# %% [markdown]
# No word stands before *la*, so there head 0 looks at all four alike.

# %% [markdown]
# **You will be able to**
# - *say* what one softmax cannot do, and why several can;
# - *cut* words into heads, and *merge* them again, without mixing words;
# - *hide* the same keys from all heads by one mask;
# - *count* the layer's weights, and *use* Keras' own layer without its traps.
#
# Time: 45 minutes, half a minute of computing. Needs: unit 5. Axes: B batch, T queries, S keys, D width, H heads,
# K = D / H width of a head.

# %% [markdown]
# > **Unit 5 in two sentences.** Scores $QK^\top/\sqrt{D}$ become weights by a softmax over the keys that a mask
# > allows, and the weights average the values. A row that may look nowhere gets zeros.
#
# The printed line `course.built: …` above is new: `masked_softmax` is your own, if yours passes its check in unit 5.

# %% [markdown]
# ## 1. What can one look not do?
#
# The house is white: *la casa es blanca*. To understand *blanca*, a model needs two words at once: *casa*, because that
# is what is white, and *es*, because that makes it a statement. One softmax has one unit of attention to spend. So it
# gives half to each.
#
# **Predict:** *casa* has the value 10, and *es* 20. What is the output? Which other values give the same?

# %%
for casa, es in ((10, 20), (20, 10), (12, 18)):
    one_look = 0.5 * casa + 0.5 * es
    two_looks = (1.0 * casa + 0.0 * es, 0.0 * casa + 1.0 * es)
    print(f"casa {casa}, es {es}:  one look {one_look},  two looks {two_looks}")

# %% [markdown]
# An average forgets who said what: all three give 15. Two looks, each with all its attention on one word, bring both
# numbers home.
#
# **What to notice.** More width does not help. A value of 512 numbers is averaged by *one* row of weights, too. What is
# missing is a second row.

# %% [markdown]
# ## 2. Several looks for the price of one
#
# So attention is done H times, each time with queries, keys and values of its own. Such a look is a *head*. To keep the
# price, each head is narrow: with D = 6 and H = 2, its vectors have K = 3 numbers.
#
# $$\text{head}_h = \text{Attention}(Q_h, K_h, V_h)$$
# $$\text{output} = [\text{head}_0, \ldots, \text{head}_{H-1}]\, W_O$$

# %% [markdown]
# Where do $Q_0$ and $Q_1$ come from? Each head could have a small Dense, from D to K. One large Dense, from D to D, is
# the same: its columns 0 to 2 are head 0's, columns 3 to 5 head 1's.

# %%
rng = np.random.default_rng(6)
x, w_query = rng.normal(size=(4, 6)), rng.normal(size=(6, 6))  # four words, D = 6
alone, together = x @ w_query[:, 3:6], (x @ w_query)[:, 3:6]
print("head 1 with its own small matrix, or cut out of the large product:", np.allclose(alone, together))

# %% [markdown]
# **What to notice.** We cut the *projected* words, not the words. Every head still reads all D numbers of each word,
# through its own K columns of the matrix.
#
# ## 3. The cut
#
# One array holds all heads: (B, T, D) becomes (B, H, T, K). B sentences with H heads then look like B · H small
# sentences, and one matrix product serves all of them.
#
# Here are three words, D = 6, to be cut into two heads. **Predict:** what does head 0 hold after one reshape to
# (B, H, T, K)?

# %%
x = np.arange(1, 19).reshape(1, 3, 6)  # (B, T, D)
wrong = ops.reshape(x, (1, 2, 3, 3))  # (B, H, T, K) in one go
right = ops.transpose(ops.reshape(x, (1, 3, 2, 3)), (0, 2, 1, 3))  # (B, T, H, K), then (B, H, T, K)
panels = {"x": x[0], "Right: head 0": right[0, 0], "Right: head 1": right[0, 1], "Wrong: head 0": wrong[0, 0]}
figures.matrices(panels, ["word 0", "word 1", "word 2"], decimals=0)

# %% [markdown]
# A reshape moves nothing. It reads the numbers in their order, 1 to 18, and cuts them anew. So what the wrong head 0
# takes for word 1 is the other half of word 0. The shape is right, and no error appears.
#
# **What to notice.** Cut first, where the columns are: (B, T, H, K). Then move: the transpose swaps T and H.

# %% [markdown]
# Does it matter? A causal mask guards *places*, and the wrong cut puts words at other places. **Predict:** eight words,
# two heads. We change word 4. Under a causal mask, which words' outputs move?


# %%
def causal_look(heads):  # (B, H, T, K), queries, keys and values at once
    scores = ops.matmul(heads, ops.swapaxes(heads, 2, 3)) / heads.shape[-1] ** 0.5
    weights = masked_softmax(scores, np.tri(8, dtype=bool)[None, None])
    return ops.reshape(ops.swapaxes(ops.matmul(weights, heads), 1, 2), (1, 8, 6))


x = rng.normal(size=(1, 8, 6)).astype("float32")
changed = x + np.eye(8, dtype="float32")[4][None, :, None]  # word 4 only
right = [causal_look(ops.swapaxes(ops.reshape(text, (1, 8, 2, 3)), 1, 2)) for text in (x, changed)]
wrong = [causal_look(ops.reshape(text, (1, 2, 8, 3))) for text in (x, changed)]
for name, (one, other) in {"right": right, "wrong": wrong}.items():
    moved = ops.any(ops.abs(one - other) > 1e-6, axis=-1)[0]
    print(f"{name} cut: the outputs of words", np.flatnonzero(moved).tolist(), "moved")

# %% [markdown]
# The wrong head 1 holds half of word 4 at place *0*. So every word saw it, also those that come before. The future
# leaks through a mask that is right, the training loss looks wonderful, and the model cannot write.
#
# ## 4. The scale: K, not D
#
# A score sums products of pairs. In unit 4 there were D of them, and their spread grew like √D. A head sums only K.
#
# **Predict:** D = 64, H = 16, so K = 4. Someone still divides by √D = 8. How spread out are the scores?

# %%
query, key = rng.normal(size=(2, 2000, 10, 4))  # (pairs, keys, K)
scores = (query * key).sum(-1)
for name, scale in {"√K": 4**0.5, "√D": 64**0.5}.items():
    largest = ops.convert_to_numpy(ops.softmax(scores / scale)).max(-1).mean()
    print(f"divided by {name}: spread {(scores / scale).std():.2f}, largest of ten weights {largest:.2f} on average")

# %% [markdown]
# With √K the spread is 1, as it should be. With √D it is √(4/64) = 0.25, and all ten weights are close to 0.10: the
# head hardly looks anywhere. It still learns, only slower. So nobody notices.
#
# ## 5. One mask for all heads
#
# Scores are (B, H, T, S). Your masks are (B, 1, S), (1, T, T) or (B, T, S). Broadcasting lines axes up from the
# *right*. **Predict:** H = 4, T = 5, S = 7. What happens to a padding mask as it is, for B = 3, 1 and 4?

# %%
for batch in (3, 1, 4):
    scores, mask = (batch, 4, 5, 7), (batch, 1, 7)
    try:
        print(scores, "with", mask, "->", np.broadcast_shapes(scores, mask))
    except ValueError:
        print(scores, "with", mask, "-> error")

# %% [markdown]
# B meets H. With three sentences that is an error. One sentence works, by luck. And with four sentences and four heads
# nothing complains: *head* 2 of every sentence obeys the mask of *sentence* 2.
#
# The mask needs an axis of size 1 where the heads are. `ops.expand_dims(mask, axis=1)` makes (B, 1, 1, S).

# %%
mask = np.array([[[True, True, True, False]], [[True, True, False, False]]])  # B = 2, and H = 2
scores = np.zeros((2, 2, 1, 4), "float32")  # (B, H, T, S)
as_it_is, with_axis = masked_softmax(scores, mask), masked_softmax(scores, ops.expand_dims(mask, axis=1))
panels = {"As it is": as_it_is[:, :, 0], "With an axis": with_axis[:, :, 0]}
panels = {name: ops.reshape(weights, (4, 4)) for name, weights in panels.items()}
rows = [f"sentence {b}, head {h}" for b in range(2) for h in range(2)]
figures.matrices(panels, rows, [f"key {s}" for s in range(4)])

# %% [markdown]
# **What to notice.** On the left, head 1 of sentence 0 misses a real word, and head 0 of sentence 1 looks at padding.
# On the right both heads of a sentence agree.
#
# ## 6. Let the heads meet
#
# To merge, undo the cut: transpose back, then reshape to (B, T, D). The columns of head 0 come first. Up to here the
# heads know nothing of each other. **Predict:** what would be lost if the layer ended here?

# %%
heads = rng.normal(size=(2, 4, 3))  # (H, T, K): two heads of four words
w_output = rng.normal(size=(6, 6))  # (D, D)
merged = np.concatenate(heads, axis=-1)  # (T, D)
one_by_one = sum(head @ w_output[3 * h : 3 * h + 3] for h, head in enumerate(heads))
print("merge and multiply = a matrix for each head, summed:", np.allclose(merged @ w_output, one_by_one))

# %% [markdown]
# Without $W_O$, each head could only write into its own K columns of the word. With it, every head writes into all D,
# and what they found adds up. This is why the layer has four matrices, and not three.

# %% [markdown]
# ## 7. What does it cost?
#
# Four Dense layers, D to D, with bias: $4(D^2 + D)$ weights. **Predict:** D = 512. How many weights with 1 head, with
# 8, with 64? And in Keras, what does `key_dim=512` do?

# %%
x = np.zeros((1, 2, 512), "float32")
for num_heads, key_dim in ((1, 512), (8, 64), (64, 8), (8, 512)):
    attention = layers.MultiHeadAttention(num_heads, key_dim)
    attention(x, x)
    print(f"{num_heads:2} heads, key_dim {key_dim:3}: {attention.count_params():,} weights")

# %% [markdown]
# Heads are free: H · K stays D. The scores cost B · H · T · S · K products, and that is B · T · S · D, too.
#
# > **Trap.** Keras' `key_dim` is K, the width of *one* head. With `key_dim=512` each of 8 heads is as wide as the whole
# > word: eight times the weights, and no error.

# %% [markdown]
# ## 8. Two more traps of Keras' layer
#
# You will compare your layer with `keras.layers.MultiHeadAttention`. Its call is `attention(query, value, key)`, with
# the *value* second. And a query that may look nowhere is treated in two ways. **Predict:** we hide all keys, and ask
# once without the weights and once with them.

# %%
keras.utils.set_random_seed(6)
attention, x = layers.MultiHeadAttention(2, 3), rng.normal(size=(1, 4, 6)).astype("float32")
nowhere = np.zeros((1, 4, 4), bool)
plain = attention(x, x, attention_mask=nowhere)
asked, weights = attention(x, x, attention_mask=nowhere, return_attention_scores=True)
print("Keras", keras.__version__)
print("without the weights:", ops.convert_to_numpy(plain[0, 0]).round(2))
print("with the weights:   ", ops.convert_to_numpy(asked[0, 0]).round(2), "weights sum to", float(ops.sum(weights)))

# %% [markdown]
# Asked for weights, Keras gives zeros, as we do. Otherwise it takes a faster way, which fills hidden scores with a huge
# negative number: all are equal, and the query averages *everything*. Yours will give zeros in both cases.
#
# ## 9. Do heads share the work?
#
# A task that needs two looks: six random numbers in a row. At each place from 2 on, give back the number before, and
# the first one. Queries and keys are places, as one-hot vectors; values are the numbers.

# %% [markdown]
# **Predict:** the numbers have variance 1. One head reads $a \cdot \text{before} + (1 - a) \cdot \text{first}$. Where
# does its mean squared error stop?


# %%
def losses(num_heads):
    keras.utils.set_random_seed(1)
    numbers = np.random.default_rng(1).normal(size=(2048, 6, 1)).astype("float32")  # (B, S, 1)
    target = np.concatenate([numbers[:, 1:5], np.tile(numbers[:, :1], (1, 4, 1))], axis=-1)  # (B, T, 2)
    places = np.tile(np.eye(6, dtype="float32"), (2048, 1, 1))  # (B, S, 6)
    inputs = [keras.Input(shape) for shape in ((4, 6), (6, 1), (6, 6))]  # query, value, key
    attention = layers.MultiHeadAttention(num_heads, 8 // num_heads, output_shape=2)
    model = keras.Model(inputs, attention(*inputs))
    model.compile(keras.optimizers.Adam(0.03), "mse", jit_compile=False)
    history = model.fit([places[:, 2:], numbers, places], target, batch_size=128, epochs=20, verbose=0)
    _, weights = attention(places[:1, 2:], numbers[:1], places[:1], return_attention_scores=True)
    return history.history["loss"], weights[0]  # weights (H, T, S)


# %%
found = {count: losses(count) for count in (1, 2, 4)}
curves = {f"H = {count}": (range(1, 21), loss) for count, (loss, _) in found.items()}
figures.lines(curves, title="Two numbers wanted", x_label="epoch", y_label="mean squared error")

# %%
heads = found[2][1]
rows, columns = [f"place {t}" for t in range(2, 6)], [f"place {s}" for s in range(6)]
figures.matrices({"Head 0 of two": heads[0], "Head 1 of two": heads[1]}, rows, columns)

# %% [markdown]
# **What to notice.** One head stops at one half, whatever it does: it brings one number home where two are wanted. It
# may read one well and miss the other, or half of each. Two heads need no more weights, and the error goes to zero.
# Four do no better: there are only two numbers to bring. Nobody told them who looks where.

# %% [markdown]
# ## Check yourself
#
# A model with 8 heads works on single sentences. On batches of 8 its answers are odd, and batches of 5 raise an error.
# Which bug?
#
# - **A** heads are cut by one reshape to (B, H, T, K)
# - **B** the mask has no axis for the heads
# - **C** scores are divided by √D
# - **D** query, key and value share one Dense
#
# <details><summary>Answer</summary>
#
# **B.** A mask (B, 1, S) meets the axis of the heads. B = 1 stretches, B = 8 fits by accident, B = 5 fails.
#
# **A** mixes words in every batch, single sentences too. **C** makes all heads look too evenly, whatever B is. **D**
# lets a word seek what it offers: poorer, but the same for any batch.
# </details>

# %% [markdown]
# ## In this lesson
# - A head is a look of its own, K = D / H columns wide; H heads cost what one costs.
# - Cut: reshape to (B, T, H, K), then transpose. A reshape alone mixes words, and no error appears.
# - The mask gets an axis for heads, the scale is √K, and the output Dense lets the heads meet.
#
# **Now you:** [the exercises of unit 6](../exercises/06_multi_head/06_multi_head.ipynb)

# %% [markdown]
# ## Further reading
# - [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), section 3.2.2: the layer on half a page.
# - Voita et al., [*Analyzing Multi-Head Self-Attention*](https://arxiv.org/abs/1905.09418): heads that look at the
#   neighbour, at syntax, at rare words.
# - Michel et al., [*Are Sixteen Heads Really Better than One?*](https://arxiv.org/abs/1905.10650): many can be removed
#   once a model is trained.
# - Shazeer, [*One Write-Head is All You Need*](https://arxiv.org/abs/1911.02150): heads that share keys and values.
