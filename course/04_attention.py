# %% [markdown]
# # 4. Attention as a soft look-up
# > After this lesson you can ask a question that matches no entry exactly, and still get a sensible answer.
#
# Three animals stand in a table. Three others are asked for. Each row shows how much every entry has to say.

# %%
import numpy as np
from keras import ops

from course.toolkit import figures

animals = ["cat", "dog", "horse"]
keys = np.array([[1, 0], [0, 1], [-1, -1]], "float32")  # (S, D)
queries = np.array([[2, 1], [0, 2], [-2, -2]], "float32")  # (T, D)
shown = ops.softmax(queries @ keys.T)  # (T, D) @ (D, S) -> (T, S)
figures.matrix(shown, ["lynx", "wolf", "zebra"], animals, row_label="asked for", column_label="in the table")

# %% [markdown]
# **You will be able to**
# - *compute* a soft look-up by hand, from scores to answer;
# - *keep* softmax finite when scores are huge;
# - *explain* the division by $\sqrt{D}$;
# - *trace* the shapes of batched attention and of self-attention;
# - *predict* what happens when the words change places.
#
# **Time:** 45 minutes, a few seconds of computing. **Needs:** units 0 to 3.

# %% [markdown]
# ## 1. How does a dictionary answer?
# A Python dictionary maps keys to values. Here: hours of sleep per day, roughly.

# %%
hours = {"cat": 14.0, "dog": 12.0, "horse": 3.0}
print("dog:", hours["dog"])
try:
    print("lynx:", hours["lynx"])
except KeyError as error:
    print("KeyError:", error)

# %% [markdown]
# A lynx is nearly a cat, but a dictionary knows no *nearly*. Watch its answer for *dog* in slow motion.
# Each key gets a weight, 1 if it equals the query and 0 if not; the weights multiply the values:

# %%
answer = 0.0
for animal, value in hours.items():
    weight = 1.0 if animal == "dog" else 0.0
    answer += weight * value
    print(f"{animal:5}  weight {weight:.0f} · value {value:4.1f} = {weight * value:4.1f}")
print("answer:", answer)

# %% [markdown]
# Python takes a shorter way to the same answer. Three words to keep:
#
# | word | meaning | here |
# |---|---|---|
# | **query** | what I look for | dog |
# | **key** | what an entry is found by | cat, dog, horse |
# | **value** | what an entry hands over | 14, 12, 3 |
#
# This look-up is **hard**: the comparison says yes or no, and one key takes everything. We soften both.

# %% [markdown]
# ## 2. How alike are a query and a key?
# Let each animal be two numbers: how cat-like it is, how dog-like it is. So D = 2.
# Cat is [1, 0], dog [0, 1]; a horse is neither, [−1, −1]. Our lynx is [2, 1].
# Its **score** with each key is a dot product:
#
# $$\text{score}_s = \sum_d \text{query}_d\; \text{key}_{sd}$$

# %% [markdown]
# | key | query · key | score |
# |---|---|---|
# | cat [1, 0] | 2 · 1 + 1 · 0 | 2 |
# | dog [0, 1] | 2 · 0 + 1 · 1 | 1 |
# | horse [−1, −1] | 2 · (−1) + 1 · (−1) | −3 |

# %%
lynx = queries[0]  # (D,)
scores = keys @ lynx  # (S, D) @ (D,) -> (S,)
print(scores)

# %% [markdown]
# Positive: they point the same way. Zero: at right angles. Negative: opposite ways.
# A longer vector also gives larger scores: remember that for section 6.
#
# ## 3. From scores to weights
# Weights must not be negative, and must sum to one. Could we divide by the sum of the scores?
# 2 + 1 − 3 = 0. No: division by zero.

# %% [markdown]
# So first make every score positive, and keep the order: $e^x$ does both. *Then* divide by the sum. That is **softmax**:
#
# $$\text{weight}_s = \frac{e^{\text{score}_s}}{\sum_j e^{\text{score}_j}}$$
#
# | key | score | $e^{\text{score}}$ | weight |
# |---|---|---|---|
# | cat | 2 | 7.389 | 7.389 / 10.157 = 0.727 |
# | dog | 1 | 2.718 | 2.718 / 10.157 = 0.268 |
# | horse | −3 | 0.050 | 0.050 / 10.157 = 0.005 |

# %% [markdown]
# > **Predict before you run.** Add 10 to all three scores. What happens to the weights?

# %%
for row in (scores, scores + 10):
    shares = ops.exp(row)
    print("shares", np.round(shares, 2), "weights", np.round(shares / ops.sum(shares), 3))

# %% [markdown]
# Nothing. Since $e^{s+10} = e^{10} e^s$, each share grows by the same factor, above and below the line, and it cancels.
# Softmax feels only *differences*: cat leads dog by 1, so its weight is $e^1 = 2.718$ times as large.
#
# ## 4. The soft look-up
# The rest you know from unit 0: a weighted average of the values.
#
# $$\text{output} = \sum_s \text{weight}_s\; \text{value}_s$$

# %% [markdown]
# A value may be a vector. Take hours of sleep and young per litter: cat [14, 4], dog [12, 6], horse [3, 1].
# - Hours: 0.727 · 14 + 0.268 · 12 + 0.005 · 3 = 10.178 + 3.216 + 0.015 = **13.41**
# - Young: 0.727 · 4 + 0.268 · 6 + 0.005 · 1 = 2.908 + 1.608 + 0.005 = **4.52**

# %%
values = np.array([[14, 4], [12, 6], [3, 1]], "float32")  # (S, 2): hours, young
weights = ops.softmax(scores)  # (S,)
print("weights", np.round(weights, 3))
print("output ", np.round(ops.matmul(weights, values), 2))  # (S,) @ (S, 2) -> (2,)

# %% [markdown]
# That is attention: **score, soften, average**. No entry says *lynx*, and still there is an answer, mostly cat.
#
# ## 5. Where can an answer lie?
# > **Predict before you run.** We multiply the query by 0, then by more and more. Where does the output start,
# > and where does it end?

# %%
factors = [0, 0.25, 0.5, 1, 2, 4]
path = np.stack([ops.matmul(ops.softmax(keys @ (factor * lynx)), values) for factor in factors])  # (6, 2)
for factor, output in zip(factors, path, strict=True):
    print(f"query × {factor:4}: output", output.round(2))
corners = values[[0, 1, 2, 0]]  # cat, dog, horse, and back to cat
curves = {"values: cat, dog, horse": corners.T, "outputs": path.T}
figures.lines(curves, "Each output lies inside the values", "hours of sleep", "young per litter")

# %% [markdown]
# **What to notice.** With factor 0 all weights are 1/3: the plain mean, (14 + 12 + 3) / 3 = 9.67.
# With a large factor the cat takes everything, at [14, 4]: the hard look-up is the limit of the soft one.
#
# No output leaves the triangle. Positive weights that sum to one can mix values, never exceed them.

# %% [markdown]
# ## 6. What do huge scores do?
# Long vectors score high, and scores of 10 000 do occur. Shift them to see what should come out:
# 10 000, 9 999 and 0 have the differences of 1, 0 and −9 999. So the weights are $e/(e+1) = 0.731$, 0.269 and 0.
#
# > **Predict before you run.** float32 ends near $3.4 \cdot 10^{38}$, about $e^{88}$. What is printed first?

# %%
huge = np.array([1e4, 9999, 0], "float32")
peak = ops.max(huge)
for name, row in {"as they are": huge, "minus the largest": huge - peak}.items():
    shares = ops.exp(row)
    print(f"{name:17} shares {np.round(shares, 3)}  weights {np.round(shares / ops.sum(shares), 3)}")

# %% [markdown]
# Here ∞/∞ is `NaN`, *not a number*. A shift changes no weight, as section 3 showed, so we may choose one that helps:
#
# $$\text{weight}_s = \frac{e^{\text{score}_s - m}}{\sum_j e^{\text{score}_j - m}}, \qquad m = \max_j\, \text{score}_j$$
#
# The largest exponent becomes 0 and $e^0 = 1$: nothing overflows, and the sum is at least 1.

# %% [markdown]
# > **Predict before you run.** Two queries, two keys, one shared maximum of 10 000. Is row two safe?

# %%
two_rows = np.array([[1e4, 9999], [-1e4, -9999]], "float32")  # (T, S)
for name, peaks in {"shared": [1e4, 1e4], "own": [1e4, -9999]}.items():
    for row, peak in zip(two_rows, peaks, strict=True):
        shares = ops.exp(row - peak)
        print(f"{name:6} maximum: shares {np.round(shares, 3)}  weights {np.round(shares / ops.sum(shares), 3)}")

# %% [markdown]
# With the shared one, row two becomes −20 000 and −19 999. Both shares underflow to 0, and 0/0 is `NaN` again.
# Each query needs the maximum of **its own** row.
#
# ## 7. Why divide by √D?
# Our animals are two numbers each. Real models use 64 or more. What happens to the scores?

# %% [markdown]
# Draw all components at random, with mean 0 and variance 1. A product of two has mean 0 and variance 1 too.
# A score sums D independent products, and then variances add: its variance is **D**.
# Its typical size is $\sqrt{D}$: 8 for D = 64. Dividing a number by $c$ divides its variance by $c^2$.
#
# > **Predict before you run.** Three lines: scores as they are, divided by $\sqrt{D}$, divided by $D$.

# %%
rng = np.random.default_rng(4)
depths = [2, 8, 32, 128, 512]
raw = []
for depth in depths:
    query, key = rng.normal(size=(2, 4000, depth))
    raw.append(np.var((query * key).sum(-1)))  # over 4000 pairs
print([round(float(variance), 1) for variance in raw])
curves = {"as they are": (depths, raw)}
curves["divided by √D"] = (depths, np.divide(raw, depths))
curves["divided by D"] = (depths, np.divide(raw, np.square(depths)))
figures.lines(curves, "Only √D keeps the scores the same size", "depth D", "variance of a score", log=True)

# %% [markdown]
# **What to notice.** Undivided, the variance is D. Divided by $D$ it falls to 1/D. Divided by $\sqrt{D}$ it stays near 1,
# whatever the depth. Hence the **scaled dot product**:
#
# $$\text{scores} = \frac{Q\,K^\top}{\sqrt{D}}$$
#
# $Q$ holds one query per row, $K$ one key per row.

# %% [markdown]
# Does the size matter? Take one query and six keys, at three depths.
#
# > **Predict before you run.** How evenly is the attention spread at D = 512, without the division?

# %%
one_query = {"as they are": [], "divided by √D": []}
for depth in (2, 32, 512):
    query, key = rng.normal(size=depth), rng.normal(size=(6, depth))
    one_query["as they are"].append(ops.softmax(key @ query))
    one_query["divided by √D"].append(ops.softmax(key @ query / np.sqrt(depth)))
panels = {name: np.stack(rows) for name, rows in one_query.items()}  # (3, S)
figures.matrices(panels, rows=["D = 2", "D = 32", "D = 512"], column_label="key")

# %% [markdown]
# On the left, deep queries give everything to one key: the softmax is **saturated**, hard again.
# Why is that bad? Training nudges a score and watches its weight. How much the weight $w$ answers is the slope
#
# $$\frac{\partial w}{\partial \text{score}} = w\,(1 - w).$$

# %% [markdown]
# By hand, with scores 2 and 0: $w = e^2/(e^2+1) = 0.881$, slope 0.881 · 0.119 = 0.105.
# Eight times as large, 16 and 0: $w$ = 0.9999999, slope 0.0000001. A nudge changes nothing, so nothing is learned.
#
# > **Predict before you run.** Below is the typical slope at the winning key, among six. Which column fades?

# %%
print("   D   as they are   divided by √D")
for depth in depths:
    query, key = rng.normal(size=(1000, 1, depth)), rng.normal(size=(1000, 6, depth))
    scores = (query * key).sum(-1)  # (1000, S)
    slopes = []
    for row in (scores, scores / np.sqrt(depth)):
        winner = ops.convert_to_numpy(ops.softmax(row)).max(-1)
        slopes.append(np.median(winner * (1 - winner)))
    print(f"{depth:4} {slopes[0]:13.6f} {slopes[1]:15.6f}")

# %% [markdown]
# With the division, a network twice as deep in D learns as readily. Without it, the signal has all but **vanished**.
#
# ## 8. Many questions, many sentences
# A batch has B sentences, T queries and S keys in each. Each query meets the keys of *its own* sentence:
#
# | array | shape | must agree with |
# |---|---|---|
# | query | (B, T, D) | D of the key |
# | key | (B, S, D) | S of the value |
# | value | (B, S, $D_v$) | $D_v$ is free |

# %% [markdown]
# > **Predict before you run.** Which shapes have scores, weights and output? Along which axis do the weights sum to one?

# %%
query = rng.normal(size=(2, 4, 8))  # (B, T, D)
key, value = rng.normal(size=(2, 3, 8)), rng.normal(size=(2, 3, 5))  # (B, S, D), (B, S, Dv)
scores = np.zeros((2, 4, 3))  # (B, T, S)
for i, t, s in np.ndindex(2, 4, 3):
    scores[i, t, s] = query[i, t] @ key[i, s] / np.sqrt(8)
weights = ops.softmax(scores, axis=-1)  # (B, T, S)
output = ops.matmul(weights, value)  # (B, T, S) @ (B, S, Dv) -> (B, T, Dv)
print("weights", weights.shape, "output", output.shape)
print("sums over keys, sentence 0:   ", np.round(ops.sum(weights, axis=-1)[0], 2))
print("sums over queries, sentence 0:", np.round(ops.sum(weights, axis=-2)[0], 2))

# %% [markdown]
# **What to notice.** S disappears: the keys are summed away. Each *query* spends exactly one unit of attention.
# A key has no such budget: it may be popular or ignored. The output has one row per query, as deep as the value.
#
# Can you replace the loop by one matrix product, as in unit 0? The exercises ask for it.

# %% [markdown]
# ## 9. Can a sentence ask itself?
# In **self-attention** queries, keys and values all come from the same words $x$, so S = T.
# Take *gato negr‑ duerme*, “black cat sleeps”; the ending of *negr‑* is still open. Four numbers per word: noun,
# adjective, verb, gender (+1 masculine, −1 feminine).

# %%
words = ["gato", "negr-", "duerme"]
x = np.array([[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]], "float32")  # (T, D)
wish = np.array([[0, 0, 1], [1, 0, 0], [1, 0, 0]], bool)
panels = {"x · xᵀ / √4": x @ x.T / 2, "who should look at whom": wish}
figures.matrices(panels, words, words, row_label="query", column_label="key", decimals=1)

# %% [markdown]
# Left: compared directly, each word scores highest with itself. It learns nothing new.
#
# Right, our wish. The adjective looks at its noun, for the gender; the noun does not look back. It looks at its verb,
# and the verb at its subject, the noun.

# %% [markdown]
# Try one matrix $W$ first, as lens for both sides: $\text{scores} = (xW)(xW)^\top = x\,W\,W^\top x^\top$.
#
# Swap the words, and the dot product stays: the score of *negr‑* for *gato* **is** the score of *gato* for *negr‑*.
# “I look at you, you not at me” cannot be said.

# %% [markdown]
# > **Predict before you run.** We draw 10 000 random matrices. How often does each word score highest where we wish?
# > Then the same with two matrices, one for queries, one for keys.

# %%
wanted = [2, 0, 0]  # gato -> duerme, negr- -> gato, duerme -> gato
w_one, w_other = rng.normal(size=(2, 10_000, 4, 4))  # 10 000 tries each: (tries, D, K)
for name, w_key in {"one matrix:  ": w_one, "two matrices:": w_other}.items():
    scores = (x @ w_one) @ np.swapaxes(x @ w_key, 1, 2)  # (tries, T, K) @ (tries, K, S) -> (tries, T, S)
    hits = (scores.argmax(-1) == wanted).all(-1)
    print(name, hits.sum(), "of 10000")

# %% [markdown]
# Never, and this is no bad luck. For *gato* and *duerme* to prefer each other, their score $s_{ij}$ must beat both
# $s_{ii}$ and $s_{jj}$. Yet with one matrix $s_{ii} + s_{jj} - 2 s_{ij} = \lVert x_i W - x_j W \rVert^2 \ge 0$.
#
# Two matrices hit by chance in about one of 27 tries (3 · 3 · 3 choices). Training will not leave it to chance.

# %% [markdown]
# So each word gets two roles: $Q = x\,W_Q$ says what it **looks for**, $K = x\,W_K$ what it **offers to be found by**.
# By hand: keys stay as they are. A noun looks for verbs; adjectives and verbs look for nouns. Strength 8, over √4, makes
# a score of 4:
#
# $$\frac{e^4}{e^4 + 1 + 1} = \frac{54.598}{56.598} = 0.965$$

# %%
w_key = np.eye(4, dtype="float32")  # (D, K)
w_query = np.zeros((4, 4), "float32")  # (D, K): row = what I am, column = what I look for
w_query[0, 2] = w_query[1, 0] = w_query[2, 0] = 8  # noun -> verb, adjective -> noun, verb -> noun
scores = (x @ w_query) @ (x @ w_key).T / np.sqrt(4)  # (T, K) @ (K, S) -> (T, S)
weights = ops.softmax(scores)
panels = {"scores": scores, "weights": weights}
figures.matrices(panels, words, words, row_label="query", column_label="key", decimals=3)

# %% [markdown]
# **What to notice.** *negr‑* gives *gato* 0.965 and gets 0.018 back. The wish has come true. (The divisor is the root of
# the width in which query and key meet, here K = 4.)
#
# What should be handed over? Not all of *gato*: *negr‑* must not turn into a noun. A third matrix selects: $V = x\,W_V$.

# %% [markdown]
# Ours keeps the gender alone: width 4 in, width 1 out. A second sentence has *casa*, house, feminine: [1, 0, 0, −1].
#
# > **Predict before you run.** What will *negr‑* receive in each sentence?

# %%
w_value = np.array([[0], [0], [0], [1]], "float32")  # (D, 1)
house = x.copy()
house[0] = [1, 0, 0, -1]
for noun, sentence in {"gato": x, "casa": house}.items():
    value = sentence @ w_value  # (S, D) @ (D, 1) -> (S, 1)
    output = ops.matmul(weights, value)  # (T, S) @ (S, 1) -> (T, 1)
    print(noun, "negr- duerme:", np.round(output, 3)[:, 0])

# %% [markdown]
# +0.965 asks for *negro*, −0.965 for *negra*. (The same weights serve both: no query looks for gender.)
# Nobody told *negr‑* where its noun stands; it found it by *what it is*. In a model, training finds all three matrices.
#
# ## 10. Does attention know the order of words?
# *Perro muerde hombre*, dog bites man. *Hombre muerde perro* is news.
#
# > **Predict before you run.** Same words, other order: whose output changes?

# %%
names = ["perro", "muerde", "hombre"]
x = rng.normal(size=(3, 4))  # (T, D): a random vector per word
w_query, w_key, w_value = rng.normal(size=(3, 4, 4))  # (D, K) each
for order in ([0, 1, 2], [2, 1, 0]):
    mixed = x[order]  # the rows change places
    scores = (mixed @ w_query) @ (mixed @ w_key).T / np.sqrt(4)
    output = ops.matmul(ops.softmax(scores), mixed @ w_value)  # (T, K)
    for name, row in zip([names[t] for t in order], np.round(output, 2), strict=True):
        print(f"{name:7}", row)
    print()

# %% [markdown]
# Nobody's: the rows move, their numbers stay. Row $t$ depends on its own query and on a *sum* over the words, and a sum
# has no order. The name is **permutation equivariance**: permute the input, and the output is permuted alike.
#
# To attention alone, biter and bitten are the same. Unit 7 mends it with positions.

# %% [markdown]
# ## Check yourself
# With D = 512, your attention answers every query with nearly the same row, the mean of the values. The weights of each
# query sum to one. What is wrong?
# - **A** the scores are not divided at all
# - **B** the scores are divided by D
# - **C** the softmax runs over the queries
# - **D** the largest score of each row is not subtracted
#
# <details><summary>Answer</summary>
#
# **B.** The variance falls to 1/512, so all scores are near 0, all weights near 1/S, and every output near the mean.
# **A** does the opposite: one key takes nearly everything, another one for each query.
# **C** makes each *key's* weights sum to one, not each query's.
# **D** changes no weight as long as nothing overflows; when it does, you see `NaN`, not a mean.
# </details>

# %% [markdown]
# ## In this lesson
# - Attention is a soft look-up: score by dot product, soften by softmax, average the values.
# - Divide by √D so that the softmax can learn; subtract each row's maximum so that it stays finite.
# - Separate query, key and value matrices let one word look at another that does not look back; order goes unseen.
#
# **Now you:** `exercises/04_attention/04_attention.ipynb`, four exercises.

# %% [markdown]
# ## Further reading
# - Vaswani et al., [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), section 3.2.1: the formula; its
#   footnote 4 holds the argument for √D.
# - Graves et al., [*Neural Turing Machines*](https://arxiv.org/abs/1410.5401), section 3.3: a memory read by a soft look-up.
# - Lee et al., [*Set Transformer*](https://arxiv.org/abs/1810.00825): where being blind to order is what one wants.
