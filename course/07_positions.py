# %% [markdown]
# # 7. Positions: order matters
#
# After this lesson you can tell a model where each word stands, in five ways, and say what each of them costs.
#
# Below, every row is a position, written in 64 numbers. No two rows are alike, and yet neighbours resemble each other.

# %%
from course.toolkit import figures, position_figures

import numpy as np
from keras import layers, ops

position_figures.waves(60, 64)

# %% [markdown]
# **You will be able to**
# - *show* that attention is blind to order, and *mend* it;
# - *compute* sinusoidal positions by hand, and *recognise* their three conventions;
# - *explain* why their dot products see the distance only;
# - *add* a relative bias to scores, and *turn* queries and keys.
#
# Time: 45 minutes, seconds of computing. Needs: units 2, 4 and 5. Axes: B batch, T positions, S keys, D width.

# %% [markdown]
# ## 1. Who bites whom?
#
# *Perro muerde hombre*: dog bites man. *Hombre muerde perro* is news. Attention takes weighted sums over all words,
# and a sum has no order.
#
# **Predict:** three words in two orders. By how much does each word's output change?


# %%
def attend(x):  # the simplest self-attention: queries, keys and values are the words themselves
    scores = ops.matmul(x, ops.transpose(x)) / x.shape[-1] ** 0.5  # (T, D) @ (D, T) -> (T, T)
    return ops.convert_to_numpy(ops.matmul(ops.softmax(scores), x))  # (T, D)


rng, names = np.random.default_rng(3), ["perro", "muerde", "hombre"]
words = rng.normal(size=(3, 8)).astype("float32")  # (T, D)
back = [2, 1, 0]  # hombre muerde perro
change = np.abs(attend(words[back])[back] - attend(words)).max(-1)  # back in the old order, to compare
print({name: round(float(size), 3) for name, size in zip(names, change, strict=True)})

# %% [markdown]
# By nothing: the **permutation equivariance** of unit 4. Shuffle the words, and the outputs are shuffled alike. A
# recurrent network reads word after word and knows the order for free. Attention needs it *in* the numbers.

# %%
places = np.linspace(0, 1, 24, dtype="float32").reshape(3, 8)  # any three different vectors would do
change = np.abs(attend(words[back] + places)[back] - attend(words + places)).max(-1)
print({name: round(float(size), 3) for name, size in zip(names, change, strict=True)})

# %% [markdown]
# Each place got a vector of its own, added to the word that stands there. Now the biter is not the bitten: the
# equivariance is broken. Even *muerde*, which did not move, sees the others elsewhere. Now to choose good vectors.
#
# ## 2. Why not simply write the number?
#
# Position 0 is 0, position 500 is 500. Words have numbers near 1, so word 500 would be drowned by its place.
#
# Divide by the length? In a sentence of 4 words the second has 1/3, in one of 101 words 1/100: one step, two sizes.

# %% [markdown]
# **One-hot:** place p gets a column of its own. By hand, for four places:
#
# | place | vector |
# |---|---|
# | 1 | [0, 1, 0, 0] |
# | 2 | [0, 0, 1, 0] |
#
# Their dot product is 0 · 0 + 1 · 0 + 0 · 1 + 0 · 0 = 0, and so it is for *any* two places. Neighbours are as strange
# to each other as the ends of a book. And every new place needs a new column.

# %% [markdown]
# **Learned:** a second `Embedding`, with a row for each place, trained like the words. BERT and GPT-2 do this.
#
# **Predict:** before training, which places are alike? And what does a table with six rows say about place 6?

# %%
learned = layers.Embedding(6, 64, embeddings_initializer="random_normal")
rows = ops.convert_to_numpy(learned(np.arange(6)))  # (T, D)
rows = rows / np.linalg.norm(rows, axis=-1, keepdims=True)  # compare directions only
panels = {"one-hot": np.eye(6), "learned, untrained": rows @ rows.T}
panels["waves of section 3"] = position_figures.likeness_of_waves(6, 64)
figures.matrices(panels, row_label="position", column_label="position", decimals=2)

# %% [markdown]
# **What to notice.** One-hot knows no neighbours, ever. A learned table knows none *yet*: each row waits for training
# sentences that reach it. Place 6 has no row at all. And it costs weights: 512 places of width 768 are
# 512 · 768 = 393,216.
#
# On the right, likeness falls off with distance, and alike from every place, without any training. How?

# %% [markdown]
# ## 3. A row of clocks
#
# How do you write many different times with few hands? With clocks of different speeds. The second hand tells
# neighbours apart, the hour hand tells morning from evening.
#
# A hand at angle a is a pair of numbers: (sin a, cos a). Pair i of position p has the angle
#
# $$\text{angle}(p, i) = p \,/\, 10000^{2i/D}$$

# %% [markdown]
# By hand, for D = 4. Pair 0: $10000^{0} = 1$, so the angle is p. Pair 1: $10000^{2/4} = 100$, so it is p / 100.
#
# | p | sin p | cos p | sin p/100 | cos p/100 |
# |---|---|---|---|---|
# | 0 | 0 | 1 | 0 | 1 |
# | 1 | 0.841 | 0.540 | 0.010 | 1.000 |
# | 2 | 0.909 | −0.416 | 0.020 | 1.000 |
#
# **Predict:** with D = 8 there are four clocks. Which hands will you see move between position 0 and 5?


# %%
def hand(p, i, depth):  # where clock i stands at position p
    angle = p / 10000 ** (2 * i / depth)
    return np.array([np.sin(angle), np.cos(angle)])


turns = [f"one turn in\n{2 * np.pi * 10000 ** (2 * i / 8):,.0f} words" for i in range(4)]
position_figures.clocks(lambda p, i: hand(p, i, 8), 6, turns, "Position p, told by four clocks")

# %% [markdown]
# **What to notice.** Pair 0 jumps by 1 radian, 57°, at every word. Pair 1 creeps, pairs 2 and 3 seem to stand. In a
# long text they move too: in the first picture each *column* is the path of one hand's sine or cosine.
#
# Every pair has length 1, since sin² + cos² = 1. So every row has the same length: √(D/2).

# %% [markdown]
# ## 4. What do the waves know about distance?
#
# Take the dot product of two positions, pair by pair. School gives
#
# $$\sin a \sin b + \cos a \cos b = \cos(a - b)$$
#
# Only the *difference* of the angles is left. For D = 4 and positions 3 and 1 the angles differ by 2 and by 0.02:
# cos 2 + cos 0.02 = −0.416 + 1.000 = 0.584.
#
# **Predict:** and positions 1003 and 1001?


# %%
def likeness(p, q, depth):  # the dot product of two positions, pair by pair
    return sum(hand(p, i, depth) @ hand(q, i, depth) for i in range(depth // 2))


print("3 and 1:      ", round(likeness(3, 1, 4), 3))
print("1003 and 1001:", round(likeness(1003, 1001, 4), 3))

# %% [markdown]
# The same. PE(p) · PE(q) depends on p − q alone. Let us start at three places and walk away from each.

# %%
steps = np.arange(-40, 41)
curves = {f"from position {p}": (steps, [likeness(p, p + step, 64) for step in steps]) for p in (40, 80, 120)}
print("largest gap between them:", np.ptp([heights for _, heights in curves.values()], axis=0).max().round(4))
figures.lines(curves, "Three walks, one curve", "distance walked", "dot product")

# %% [markdown]
# **What to notice.** The three curves lie on one another. The peak, 32, is the squared length of a row, D/2. Near
# places are alike, far ones less so, with ripples from the fast clocks.
#
# The curve is the same left and right: “two before” and “two after” look alike. Is that a flaw?

# %% [markdown]
# Not with $W_Q$ and $W_K$ in between. A step of k words turns pair i by a fixed angle, *wherever* it starts:
#
# $$\sin(a+\delta) = \sin a \cos\delta + \cos a \sin\delta, \qquad
# \cos(a+\delta) = \cos a \cos\delta - \sin a \sin\delta$$
#
# So one fixed matrix means “three further”. If $W_Q$ learns it, each query looks for the word three places ahead.


# %%
def three_on(pair, i):  # the matrix has such a block of 2 x 2 for each pair
    delta = 3 / 10000 ** (2 * i / 64)
    return np.array([[np.cos(delta), np.sin(delta)], [-np.sin(delta), np.cos(delta)]]) @ pair


for p in (0, 1, 2, 100):  # a query, turned by three, against all keys
    scores = [sum(three_on(hand(p, i, 64), i) @ hand(q, i, 64) for i in range(32)) for q in range(120)]
    print(f"query {p} looks at {np.argmax(scores)}", end="   ")

# %% [markdown]
# ## 5. One formula, three conventions
#
# Public code disagrees about the columns. For D = 4, row 1 (the angles are 1 and 0.01, or 1 and 0.0001):
#
# | convention | row 1 | speeds |
# |---|---|---|
# | **interleaved** (the paper, this course) | sin, cos, sin, cos | $10000^{-2i/D}$ |
# | concatenated halves (many tutorials) | sin, sin, cos, cos | $10000^{-2i/D}$ |
# | concatenated, spaced by D/2 − 1 (tensor2tensor) | sin, sin, cos, cos | $10000^{-i/(D/2-1)}$ |

# %%
sin, cos = np.sin, np.cos
rows = {"interleaved": [sin(1), cos(1), sin(0.01), cos(0.01)], "halves": [sin(1), sin(0.01), cos(1), cos(0.01)]}
rows["halves, D/2 - 1"] = [sin(1), sin(0.0001), cos(1), cos(0.0001)]
for name, row in rows.items():
    print(f"{name:16}", np.round(row, 4).tolist())

# %% [markdown]
# **What to notice.** Each serves: the next `Dense` does not care about the order of its inputs. But weights trained
# with one and loaded into another see nonsense, and nothing warns you. Our check names the convention that it meets.

# %% [markdown]
# ## 6. How loud may a place be?
#
# Words and places are added, so their lengths must fit. A row of the table has length √(D/2). Keras starts an
# `Embedding` with numbers between −0.05 and 0.05.
#
# **Predict:** at D = 64, how long is a fresh word vector? Shorter than its place, √32 = 5.66, or longer?

# %%
for width in (64, 512):
    word = ops.convert_to_numpy(layers.Embedding(1000, width)(np.arange(1000)))  # (V, D)
    length = np.linalg.norm(word, axis=-1).mean()
    print(f"D={width}: place {(width / 2) ** 0.5:5.2f}, word {length:.2f}, word · √D {length * width**0.5:5.2f}")

# %% [markdown]
# A whisper beside its place. So the paper multiplies words by √D *before* it adds the places; at 512 they nearly meet.
#
# $$\text{input}_t = \sqrt{D}\;\text{embedding}[\text{id}_t] + \text{PE}(t)$$
#
# The places are not trained. They cost no weights, and rows exist for any length.
#
# ## 7. Distances instead of places
#
# “The word before me” is a *distance*. Why hide it in two places, and hope that attention subtracts them? A **relative
# bias** writes it directly into the scores: one learned number per distance s − t, and per head.
#
# Far distances share one number: they are clipped to ±R. For R = 2 there are 2R + 1 = 5 of them.

# %%
likes = {-2: 0.0, -1: 2.0, 0: 0.0, 1: -1.0, 2: 0.0}  # bias by distance: this head likes the word before
distance = [[s - t for s in range(6)] for t in range(4)]  # key position − query position
clipped = [[max(-2, min(2, step)) for step in row] for row in distance]
bias = np.array([[likes[step] for step in row] for row in clipped])  # (T, S)
figures.matrices({"s − t": distance, "clipped to ±2": clipped, "bias": bias}, None, None, "query t", "key s", 0)

# %% [markdown]
# Say all scores of a row are 0. Query 1 then has shares $e^{2} = 7.389$ for key 0, 1 for itself, $e^{-1} = 0.368$ for
# key 2, and 1 for each of the keys 3, 4, 5. Their sum is 11.757.
#
# **Predict:** what is its weight for the word before it? And query 0, which has no such word?

# %%
weights = ops.softmax(bias)  # scores 0, plus the bias
figures.matrix(weights, title="Looking at the word before", row_label="query t", column_label="key s")

# %% [markdown]
# 7.389 / 11.757 = 0.63. Query 0 spreads its attention.
#
# **What to notice.** Diagonals are constant: push the sentence to the right, and nothing changes. T and S may differ.
# Distances beyond R need no training of their own. T5 adds such a bias, in steps that widen with distance.

# %% [markdown]
# ## 8. Turn, do not add
#
# Most of today's large models use **rotary** positions. Each pair of a query or key is a hand as well, and its position
# *turns* it. One pair at speed 1: query (1, 0) at position 2, key (1, 0) at position 3.
#
# - query: (cos 2, sin 2) = (−0.416, 0.909)
# - key: (cos 3, sin 3) = (−0.990, 0.141)
# - dot product: 0.412 + 0.128 = 0.540 = cos 1

# %% [markdown]
# The general turn by α, against the clock (in section 3 (sin, cos) goes with it, and the other sine has the minus):
#
# $$(a, b) \;\to\; (a \cos\alpha - b \sin\alpha,\; a \sin\alpha + b \cos\alpha)$$
#
# **Predict:** query and key both move on by 10 words. What happens to the arrows, and to their dot product?


# %%
def turn(pair, angle):
    a, b = pair
    return np.array([a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)])


query, key = np.array([1.0, 0.0]), np.array([0.8, 0.6])
for start in (0, 10, 1000):
    q, k = turn(query, start), turn(key, start + 1)
    print(f"query at {start:4}: {q.round(2)}, key one further: {k.round(2)}, dot product {q @ k:.4f}")
both = {"query at 0 to 5": np.stack([turn(query, p) for p in range(6)])}
both["key, half as long"] = np.stack([turn(key, p) / 2 for p in range(6)])
position_figures.arrows(both, "A pair turns by 1 per word")

# %% [markdown]
# **What to notice.** Arrows turn, and their lengths stay. Turn both by the same angle, and the angle between them
# stays: the score feels the distance only. Position 0 turns nothing. Turning by 3 and then by 4 is turning by 7.
#
# Values are not turned. What a word says is not mixed with where it stands.

# %% [markdown]
# A head of width K has K/2 such pairs, at the speeds of section 3. In this course, as in the paper, neighbours make a
# pair. Hugging Face's Llama pairs column i with i + K/2: again two conventions, each harmless until they are mixed.
#
# One caution: float16 has no number 2049. Angles are computed in float32, whatever x is.

# %% [markdown]
# ## 9. Which one?
#
# | positions | act on | weights | beyond the training length |
# |---|---|---|---|
# | one-hot | words | none | no column |
# | learned | words | length · D | no row |
# | sinusoidal | words | none | rows exist, untried |
# | relative bias | scores | (2R + 1) · heads | clipped, so defined |
# | rotary | queries, keys | none | angles exist, untried |
#
# *Defined* does not mean *good*: Press et al. measured how models fail on longer texts than they were trained on.

# %% [markdown]
# ## Check yourself
#
# A model has sinusoidal positions added to its words. You permute the words of a sentence, and every output stays the
# same, only permuted. What is wrong?
#
# - **A** the cosine stands before the sine
# - **B** all positions were cut from the table with `positions[:1]`
# - **C** the words were not multiplied by √D
# - **D** positions count from 1
#
# <details><summary>Answer</summary>
#
# **B.** Row 0 alone was broadcast to all words. A vector that is the same at every place tells no places apart.
#
# **A** is another order of columns: places still differ. **C** makes the places too loud, which is the opposite of
# missing. **D** moves every row by one: distances, and all that differs, stay.
# </details>

# %% [markdown]
# ## In this lesson
# - Attention alone cannot see order; a vector per place, a bias per distance or a turn per position shows it.
# - Sinusoidal rows are clocks of falling speed: equally long, their products depend on p − q only.
# - Words are multiplied by √D before places are added; queries and keys may be turned instead.
#
# **Now you:** [the exercises of unit 7](../exercises/07_positions/07_positions.ipynb)

# %% [markdown]
# ## Further reading
# - Vaswani et al., [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), 3.5: the waves, in half a page.
# - Shaw et al., [*Self-Attention with Relative Position Representations*](https://arxiv.org/abs/1803.02155): clipping.
# - Su et al., [*RoFormer*](https://arxiv.org/abs/2104.09864): rotary positions, derived from what a score should feel.
# - Press et al., [*Train Short, Test Long*](https://arxiv.org/abs/2108.12409): who survives longer texts; ALiBi.
