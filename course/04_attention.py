# %% [markdown]
# # 4. Attention as a soft look-up
# > After this lesson you can ask a question that matches no entry exactly, and still get a sensible answer.
#
# Three animals stand in a table. Three others are asked for. Each row shows how much every entry has to say.

# %%
from course.toolkit import figures

import numpy as np
from keras import ops

keys = np.array([[1, 0], [0, 1], [-1, -1]], "float32")  # (S, D)
queries = np.array([[2, 1], [0, 2], [-2, -2]], "float32")  # (T, D)
shown = ops.softmax(queries @ keys.T)  # (T, D) @ (D, S) -> (T, S)
figures.matrix(shown, ["lynx", "wolf", "zebra"], ["cat", "dog", "horse"], "Soft look-ups", "asked for", "in the table")

# %% [markdown]
# **You will be able to**
# - *compute* a soft look-up by hand, from scores to answer;
# - *keep* softmax finite when scores are huge, and *explain* the division by $\sqrt{D}$;
# - *trace* the shapes of batched attention and of self-attention;
# - *predict* what happens when the words change places.
#
# **Time:** 45 minutes, a few seconds of computing. **Needs:** units 0 to 3.

# %% [markdown]
# ## 1. How does a dictionary answer?
# A Python dictionary maps keys to values: here, rough hours of sleep per day. The loop shows its answer for *dog* in
# slow motion. Each key has a weight: 1 if it equals the query, else 0.
#
# > **Predict before you run.** A lynx is nearly a cat. What does the dictionary say about it?

# %%
hours = {"cat": 14.0, "dog": 12.0, "horse": 3.0}
answer = 0.0
for animal, value in hours.items():
    weight = 1.0 if animal == "dog" else 0.0
    answer += weight * value
    print(f"{animal:5}  weight {weight:.0f} · value {value:4.1f} = {weight * value:4.1f}")
print("dog, in slow motion:", answer, " dog, by dictionary:", hours["dog"])
try:
    print(hours["lynx"])
except KeyError as error:
    print("KeyError:", error)

# %% [markdown]
# A dictionary knows no *nearly*. Three words to keep:
# - the **query** is what I look for (dog);
# - a **key** is what an entry is found by (cat, dog, horse);
# - a **value** is what an entry hands over (14, 12, 3).
#
# This look-up is **hard**: the comparison says yes or no, and one key takes everything. We soften both.

# %% [markdown]
# ## 2. How alike are a query and a key?
# Describe each animal by two numbers: how cat-like, how dog-like. So D = 2. Cat is [1, 0], dog [0, 1]. A horse is
# neither: [−1, −1]. Our lynx is [2, 1]. Its **score** with each key is a dot product:
#
# $$\text{score}_s = \sum_d \text{query}_d\; \text{key}_{sd}$$

# %% [markdown]
# Cat: 2 · 1 + 1 · 0 = **2**. Dog: 2 · 0 + 1 · 1 = **1**. Horse: 2 · (−1) + 1 · (−1) = **−3**.
#
# Positive: they point roughly the same way. Zero: at right angles. Negative: roughly opposite ways.
# A longer vector also makes larger scores; remember that for section 6.

# %% [markdown]
# ## 3. From scores to weights
# Weights must not be negative, and must sum to one. Could we divide by the sum of the scores? It is 2 + 1 − 3 = 0. No.

# %% [markdown]
# So first make every score positive, and keep the order: $e^x$ does both. *Then* divide by the sum, for **softmax**:
#
# $$\text{weight}_s = \frac{e^{\text{score}_s}}{\sum_j e^{\text{score}_j}}$$
#
# | key | score | share $e^{\text{score}}$ | weight |
# |---|---|---|---|
# | cat | 2 | 7.389 | 7.389 / 10.157 = 0.727 |
# | dog | 1 | 2.718 | 2.718 / 10.157 = 0.268 |
# | horse | −3 | 0.050 | 0.050 / 10.157 = 0.005 |
#
# > **Predict before you run.** Add 10 to all three scores. What happens to the weights?

# %%
lynx = queries[0]  # (D,)
scores = keys @ lynx  # (S, D) @ (D,) -> (S,)
for row in (scores, scores + 10):
    shares = ops.exp(row)
    print("scores", row, "shares", np.round(shares, 2), "weights", np.round(shares / ops.sum(shares), 3))

# %% [markdown]
# Nothing. Since $e^{s+10} = e^{10} e^s$, every share grows by the same factor, and so does their sum: it cancels.
# Softmax feels only *differences*: cat leads dog by 1, so its weight is $e^1 = 2.718$ times as large.
#
# ## 4. The soft look-up
# The rest you know from unit 0, a weighted average of the values:
#
# $$\text{output} = \sum_s \text{weight}_s\; \text{value}_s$$

# %% [markdown]
# A value may be a vector. Take hours of sleep and young per litter: cat [14, 4], dog [12, 6], horse [3, 1].
# - Hours: 0.727 · 14 + 0.268 · 12 + 0.005 · 3 = 10.178 + 3.216 + 0.015 = **13.41**
# - Young: 0.727 · 4 + 0.268 · 6 + 0.005 · 1 = 2.908 + 1.608 + 0.005 = **4.52**

# %%
values = np.array([[14, 4], [12, 6], [3, 1]], "float32")  # (S, 2): hours, young
weights = ops.softmax(scores)  # (S,)
print("output", np.round(ops.matmul(weights, values), 2))  # (S,) @ (S, 2) -> (2,)

# %% [markdown]
# That is attention: **score, soften, average**. No entry says *lynx*, and still there is an answer, mostly cat.
#
# ## 5. Where can an answer lie?
# > **Predict before you run.** We multiply the query by 0, then by more and more. Where do the outputs start and end?

# %%
factors = [0, 0.25, 0.5, 1, 2, 4]
path = np.stack([ops.matmul(ops.softmax(keys @ (factor * lynx)), values) for factor in factors])  # (6, 2)
print("factor 0:", path[0].round(2), " factor 4:", path[-1].round(2))
corners = values[[0, 1, 2, 0]]  # cat, dog, horse, and back to cat
curves = {"values: cat, dog, horse": corners.T, "outputs": path.T}
figures.lines(curves, "Between cat [14, 4], dog [12, 6] and horse [3, 1]", "hours of sleep", "young per litter")

# %% [markdown]
# **What to notice.** With factor 0 all weights are 1/3: the plain mean, (14 + 12 + 3) / 3 = 9.67 hours.
# With a large factor the cat, at [14, 4], takes everything: the hard look-up is the limit of the soft one.
# No output leaves the triangle. Weights that are not negative and sum to one mix values; they never exceed them.

# %% [markdown]
# ## 6. What do huge scores do?
# Long vectors make them. Take 10 000, 9 999 and 0. Only differences count, so the first two weights must be
# $e/(e+1) = 0.731$ and $1/(e+1) = 0.269$, as for 1 and 0. The third is 0.
#
# > **Predict before you run.** float32 ends near $3.4 \cdot 10^{38}$, between $e^{88}$ and $e^{89}$. What comes out?

# %%
huge = np.array([1e4, 9999, 0], "float32")
for name, row in {"as they are": huge, "minus the largest": huge - huge.max()}.items():
    shares = ops.exp(row)
    print(f"{name:17} shares {np.round(shares, 3)}  weights {np.round(shares / ops.sum(shares), 3)}")

# %% [markdown]
# Here ∞/∞ is `NaN`, *not a number*. A shift changes no weight, so choose a helpful one, the row's maximum $m$:
#
# $$\text{weight}_s = \frac{e^{\text{score}_s - m}}{\sum_j e^{\text{score}_j - m}}, \qquad m = \max_j\, \text{score}_j$$
#
# The largest share is now $e^0 = 1$: no overflow, no division by 0. Every query needs the maximum of **its own** row:
# with 10 000 borrowed from a neighbour, a row of zeros would have only shares of 0.

# %% [markdown]
# ## 7. Why divide by √D?
# Real vectors have 64 numbers or more. Draw them at random: mean 0, variance 1. (*Variance*: the mean squared distance
# from the mean.) The product of two such numbers has mean 0 and variance 1 too. A score sums D products; their
# variances add up to **D**. Dividing a score by $c$ divides its variance by $c^2$.
#
# > **Predict before you run.** Which variance rises with D: undivided, over √D, or over D?

# %%
rng = np.random.default_rng(12)
widths, raw = [2, 8, 32, 128, 512], []
for width in widths:
    query, key = rng.normal(size=(2, 4000, width))
    raw.append(np.var((query * key).sum(-1)))  # over 4000 pairs
curves = {"as they are": (widths, raw), "divided by √D": (widths, np.divide(raw, widths))}
curves["divided by D"] = (widths, np.divide(raw, np.square(widths)))
figures.lines(curves, "Only √D keeps the scores the same size", "width D", "variance of a score", log=True)

# %% [markdown]
# **What to notice.** Undivided, the variance is D. Divided by D, it falls to 1/D. Divided by √D, it stays near 1.
# Hence the **scaled dot product**, with one query per row of $Q$, one key per row of $K$:
#
# $$\text{scores} = Q\,K^\top / \sqrt{D}$$
#
# > **Predict before you run.** One query, six keys, three widths. How even are the weights without the division?

# %%
one_query = {"as they are": [], "divided by √D": []}
for width in (2, 32, 512):
    query, key = rng.normal(size=width), rng.normal(size=(6, width))
    one_query["as they are"].append(ops.softmax(key @ query))
    one_query["divided by √D"].append(ops.softmax(key @ query / np.sqrt(width)))
panels = {name: np.stack(rows) for name, rows in one_query.items()}  # (3, S)
figures.matrices(panels, rows=["D = 2", "D = 32", "D = 512"], column_label="key")

# %% [markdown]
# Left: wide queries give one key everything. The softmax is **saturated**, hard again. Nudge a score: its weight $w$
# answers with the slope $w(1 - w)$ (take it on trust). Scores 2 and 0: 0.881 · 0.119 = 0.105. Scores 16 and 0:
# 0.0000001, nothing to learn.
#
# > **Predict before you run.** The median slope of the largest of six weights, over 1000 queries: which column fades?

# %%
print("   D   as they are   divided by √D")
for width in widths:
    query, key = rng.normal(size=(1000, 1, width)), rng.normal(size=(1000, 6, width))
    scores, slopes = (query * key).sum(-1), []  # (1000, S)
    for row in (scores, scores / np.sqrt(width)):
        winner = ops.convert_to_numpy(ops.max(ops.softmax(row), axis=-1))
        slopes.append(np.median(winner * (1 - winner)))
    print(f"{width:4} {slopes[0]:13.6f} {slopes[1]:15.6f}")

# %% [markdown]
# With the division, width costs nothing. Without it the slope, the gradient of training, has all but **vanished**.
# Our lynx, with D = 2: scores 2, 1, −3 become 1.414, 0.707, −2.121, and weights 0.657, 0.324, 0.019.

# %% [markdown]
# ## 8. Many questions, many sentences
# B sentences have T queries and S keys each. Queries meet keys of *their own* sentence.
# Query (B, T, D) and key (B, S, D) share D. Key and value (B, S, E) share S; the value's width E is free.
#
# > **Predict before you run.** Which shapes have weights and output? Which axis sums to one?

# %%
query = rng.normal(size=(2, 4, 8))  # (B, T, D)
key, value = rng.normal(size=(2, 3, 8)), rng.normal(size=(2, 3, 5))  # (B, S, D), (B, S, E)
scores = np.zeros((2, 4, 3))  # (B, T, S)
for i, t, s in np.ndindex(2, 4, 3):
    scores[i, t, s] = query[i, t] @ key[i, s] / np.sqrt(query.shape[-1])
weights = ops.softmax(scores, axis=-1)  # (B, T, S)
output = ops.matmul(weights, value)  # (B, T, S) @ (B, S, E) -> (B, T, E)
print("weights", weights.shape, "output", output.shape)
print("sums over keys, sentence 0:   ", np.round(ops.sum(weights, axis=-1)[0], 2))
print("sums over queries, sentence 0:", np.round(ops.sum(weights, axis=-2)[0], 2))

# %% [markdown]
# **What to notice.** Each *query* spends exactly one unit of attention. A key has no such budget: it may be popular or
# ignored. The output has one row per query, as wide as the value.
# In the exercises one matrix product replaces the loop, as in unit 0. There `ops.transpose` turns the keys: `.T` is for
# NumPy arrays with two axes only.

# %% [markdown]
# ## 9. Can a sentence ask itself?
# In **self-attention** queries, keys and values all come from the same words $x$, so S = T.
# Take *gato negr- duerme*, “black cat sleeps”, where the ending of *negr-* is still open. Each word is four numbers:
# noun, adjective, verb, and gender, +1 for masculine and −1 for feminine.

# %%
words = ["gato", "negr-", "duerme"]
x = np.array([[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]], "float32")  # (T, D)
wish = np.array([[0, 0, 1], [1, 0, 0], [1, 0, 0]], bool)
panels = {"x · xᵀ / √4": x @ x.T / np.sqrt(x.shape[-1]), "who should look at whom": wish}
figures.matrices(panels, words, words, row_label="query", column_label="key", decimals=1)

# %% [markdown]
# - Left: compared directly, each word scores highest with itself. It learns nothing new.
# - Right: our wish. The adjective looks at its noun, for the gender. The noun does not look back: it looks at its verb.
#   The verb looks at its subject, the noun.

# %% [markdown]
# Try one matrix $W$, (D, K), for both: queries and keys become K wide. Their scores are $(xW)(xW)^\top$, and a dot
# product is the same both ways: *negr-* scores *gato* as *gato* scores *negr-*.
#
# > **Predict before you run.** How many of 10 000 random $W$ put each highest score as we wish? With two, one for keys?

# %%
wanted = [2, 0, 0]  # gato -> duerme, negr- -> gato, duerme -> gato
w_one, w_other = rng.normal(size=(2, 10_000, 4, 4))  # (tries, D, K) each
for name, w_key in {"one matrix:  ": w_one, "two matrices:": w_other}.items():
    scores = (x @ w_one) @ np.swapaxes(x @ w_key, 1, 2)  # (tries, T, K) @ (tries, K, S) -> (tries, T, S)
    print(name, (scores.argmax(-1) == wanted).all(-1).sum(), "of 10000")

# %% [markdown]
# Never, and that is no bad luck. *negr-* alone could prefer *gato*: each row has its own softmax. A pair cannot: if
# *gato* and *duerme* prefer each other to themselves, their one score $s_{ij}$ beats both $s_{ii}$ and $s_{jj}$. Yet
# with one matrix $s_{ii} + s_{jj} - 2 s_{ij} = \lVert x_i W - x_j W \rVert^2 \ge 0$.
# Two matrices hit about once in 22 tries, by pure chance; training leaves less to it.

# %% [markdown]
# So each word gets two roles: $Q = x\,W_Q$ says what it **looks for**, $K = x\,W_K$ what it **offers to be found by**.
#
# By hand: keys stay as they are. Nouns look for verbs; adjectives and verbs look for nouns. Strength 8 over √4
# scores 4, against two zeros: a weight of $e^4 / (e^4 + 1 + 1) = 54.598 / 56.598 = 0.965$.

# %%
w_key = np.eye(4, dtype="float32")  # (D, K)
w_query = np.zeros((4, 4), "float32")  # (D, K): row = what I am, column = what I look for
w_query[0, 2] = w_query[1, 0] = w_query[2, 0] = 8  # noun -> verb, adjective -> noun, verb -> noun
scores = (x @ w_query) @ (x @ w_key).T / np.sqrt(w_key.shape[-1])  # (T, K) @ (K, S) -> (T, S)
weights = ops.softmax(scores)
panels = {"scores": scores, "weights": weights}
figures.matrices(panels, words, words, row_label="query", column_label="key", decimals=3)

# %% [markdown]
# **What to notice.** *negr-* gives *gato* 0.965 and gets 0.018 back. (Query and key are K wide: we divide by √K = 2.)
#
# What is handed over? Not all of *gato*, or *negr-* would turn into a noun. A third matrix, (D, E), selects,
# $V = x\,W_V$: ours keeps the gender alone.

# %% [markdown]
# > **Predict before you run.** A second sentence has *casa*, house, feminine: [1, 0, 0, −1]. What does *negr-* get?

# %%
w_value = np.array([[0], [0], [0], [1]], "float32")  # (D, E), and E = 1
house = np.array([[1, 0, 0, -1], [0, 1, 0, 0], [0, 0, 1, 0]], "float32")  # (T, D)
for noun, sentence in {"gato": x, "casa": house}.items():
    output = ops.matmul(weights, sentence @ w_value)  # (T, S) @ (S, E) -> (T, E)
    print(noun, "negr- duerme:", np.round(output, 3)[:, 0])

# %% [markdown]
# +0.965 asks for *negro*, −0.965 for *negra*. (The weights serve both sentences: no query looks for gender.)
# Nobody told *negr-* where its noun stands: it looked for *what* it is.
#
# ## 10. Does attention know the order of words?
# *Perro muerde hombre*: dog bites man. *Hombre muerde perro* is news.
#
# > **Predict before you run.** Same words, other order: whose output changes?

# %%
rng, names = np.random.default_rng(5), ["perro", "muerde", "hombre"]
x = rng.normal(size=(3, 4))  # (T, D): a random vector per word
w_query, w_key, w_value = rng.normal(size=(3, 4, 4)) / 2  # (D, K), (D, K), (D, E)
for order in ([0, 1, 2], [2, 1, 0]):
    mixed = x[order]  # the rows change places
    scores = (mixed @ w_query) @ (mixed @ w_key).T / np.sqrt(w_key.shape[-1])  # (T, S)
    output = np.round(ops.matmul(ops.softmax(scores), mixed @ w_value), 2)  # (T, E)
    print(*(f"{names[word]:7} {row}" for word, row in zip(order, output, strict=True)), "", sep="\n")

# %% [markdown]
# Nobody's: the rows move, their numbers stay. Row $t$ depends on its own query and on *sums* over the words, and sums
# have no order. This is **permutation equivariance**: permute the input, and the output is permuted alike.
# To attention alone, biter and bitten are the same. Unit 7 mends it.

# %% [markdown]
# ## Check yourself
# At D = 512 every query gets nearly the same output, the mean of the values. Each query's weights sum to one. Why?
# **A** The scores are not divided. **B** They are divided by D. **C** The softmax runs over the queries.
# **D** No maximum is subtracted.
#
# <details><summary>Answer</summary>
#
# **B.** The variance falls to 1/512: all scores are near 0, all weights near 1/S, every output near the mean.
# **A** does the opposite: nearly all goes to one key, and different queries choose different keys.
# **C** makes each *key's* weights sum to one, not each query's.
# **D** changes no weight unless something overflows or all shares vanish, and then you see `NaN`, not a mean.
# </details>

# %% [markdown]
# ## In this lesson
# - Attention is a soft look-up: score by dot product, soften by softmax, average the values.
# - Divide by √D so that softmax can learn; subtract each row's maximum so that it stays finite.
# - Separate query and key matrices let two words seek each other rather than themselves; order goes unseen.
#
# **Now you:** [the exercises of unit 4](../exercises/04_attention/04_attention.ipynb)

# %% [markdown]
# ## Further reading
# - Vaswani et al., [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), 3.2.1: its footnote argues for √D.
# - Graves et al., [*Neural Turing Machines*](https://arxiv.org/abs/1410.5401), 3.3: a memory read by a soft look-up.
# - Lee et al., [*Set Transformer*](https://arxiv.org/abs/1810.00825): where being blind to order is what one wants.
