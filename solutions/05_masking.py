# %% [markdown]
# # Exercises 5: who may look at whom
#
# Here you write the two masks that every Transformer needs, and an attention that obeys them to the last digit. Plan
# about an hour. Read [lesson 5](../../course/05_masking.ipynb) first.
#
# A mask is made of booleans: `True` means *may look*. Axes: B batch, T queries, S keys, D width, E the value's own
# width.
#
# Besides results, the checks let each answer run in a compiled graph in which B is not known yet; exercises 4 and 5 are
# asked for gradients, too. With `keras.ops`, and without NumPy or numbers in place of sizes, both come by themselves.

# %%
from course.toolkit import figures

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="padding_mask-task"
# ## 1. Hide the padding
#
# A batch is a rectangle, sentences are not. If attention looks at the filling, a sentence's meaning changes with the
# length of its neighbours.
#
# **Write** `padding_mask(ids)`: ids `(B, S)` → booleans `(B, 1, S)`.
#
# - `True` where the id is a word, `False` where it is `[PAD]`, id 0. `[UNK]`, `[START]` and `[END]` count as words.
# - The axis of size 1 stands for the queries: all T of them obey the same row.
# - Use operators and `ops`, not NumPy: when Keras compiles, B is not known yet.
#
# | ids | mask |
# |---|---|
# | `[[2, 7, 8, 9],` | `[[[True, True, True, True]],` |
# | ` [2, 5, 0, 0]]` | ` [[True, True, False, False]]]` |
#
# Two sentences, S = 4: the mask has the shape `(2, 1, 4)`.


# %% grade_id="padding_mask"
def padding_mask(ids):
    """Allow looking at every word of a sentence, and not at `[PAD]`, id 0.

    ids: (B, S), integers. Returns (B, 1, S), booleans.
    """
    ### BEGIN SOLUTION
    return ops.expand_dims(ops.not_equal(ids, 0), axis=1)  # (B, 1, S)
    ### END SOLUTION


# %% grade_id="padding_mask-check"
check("padding_mask")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Which question, asked of a single id, has the answer True for a word and False for padding?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Compare all ids with 0 at once. That gives a boolean for each id, (B, S). Then put a new axis between the two.
# </details>
#
# <details><summary>Help: my shape is (B, S) or (B, S, 1)</summary>
#
# `ops.expand_dims` takes `axis`, the place that the new axis will have. Axes are counted from 0, and B is axis 0.
# </details>
#
# <details><summary>Why it works</summary>
#
# Broadcasting repeats an axis of size 1. The mask fits scores of shape (B, T, S) for any T, and stores each row once.
# </details>

# %%
ids = np.array([[2, 7, 8, 9], [2, 5, 0, 0]], "int32")
figures.once_written(
    lambda: figures.matrix(
        ops.reshape(padding_mask(ids), ids.shape),
        rows=["[START] los gatos duermen", "[START] hola"],
        title="Who may be looked at",
        row_label="sentence",
        column_label="key",
    )
)

# %% [markdown]
# ### Stretch (0 points)
#
# RoBERTa, a well-known model, has `[PAD]` = 1. Give your function a second parameter `pad=0`. Why does the check still
# pass?

# %% [markdown] grade_id="causal_mask-task"
# ## 2. Hide the future
#
# A decoder learns to guess the next word. If it can look at that word, it copies it, and learns nothing. One column too
# many is enough.
#
# **Write** `causal_mask(length)`: a number T → booleans `(1, T, T)`.
#
# - Row t is a query, column s a key: `True` where s ≤ t. So each word sees itself and what came before.
# - The first axis has the size 1: the mask is the same for every sentence of a batch.
#
# For T = 3:
#
# | | s = 0 | s = 1 | s = 2 |
# |---|---|---|---|
# | t = 0 | True | False | False |
# | t = 1 | True | True | False |
# | t = 2 | True | True | True |


# %% grade_id="causal_mask"
def causal_mask(length):
    """Allow each word to look at itself and at the words before it.

    length: T, an integer. Returns (1, T, T), booleans: rows are queries, columns keys.
    """
    ### BEGIN SOLUTION
    position = ops.arange(length)
    allowed = position[None, :] <= position[:, None]  # (T, T): key s ≤ query t
    return ops.expand_dims(allowed, axis=0)  # (1, T, T)
    ### END SOLUTION


# %% grade_id="causal_mask-check"
check("causal_mask")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Number the positions: 0, 1, 2 … Write them once as a column (who looks) and once as a row (who is looked at).
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Let positions be 0 to T − 1. Compare each position as a key with each position as a query: a row against a column
# gives a square. Add the batch axis in front. (Another way: cut a square of True down to its lower triangle.)
# </details>
#
# <details><summary>Help: my triangle points the wrong way</summary>
#
# Look at row 0, the first word. It may see only itself, so its row has a single True, on the left. If it is full, your
# rows and columns are swapped. If it is empty, you wrote < for ≤.
# </details>
#
# <details><summary>Why it works</summary>
#
# At position t the decoder guesses word t + 1. Its input ends with word t, so looking at word t is fair: the answer
# stands one column further right.
# </details>

# %%
words = ["[START]", "los", "gatos", "duermen"]
figures.once_written(
    lambda: figures.matrix(
        ops.reshape(causal_mask(4), (4, 4)),
        rows=words,
        columns=words,
        title="Look back, not ahead",
        row_label="query t",
        column_label="key s",
    )
)

# %% [markdown]
# ### Stretch (0 points)
#
# Models for long texts let a word see only the last few. Write `window_mask(length, reach)`: True where t − reach < s ≤
# t. Draw it for T = 8 and a reach of 3.

# %%

# %% [markdown] grade_id="combine_masks-task"
# ## 3. Obey every rule at once
#
# A decoder must look neither at padding nor at the future. And sometimes there is no rule at all: then the mask is
# `None`, and no time is spent on it.
#
# **Write** `combine_masks(*masks)`: any number of masks → one mask, or `None`.
#
# - A look is allowed when *all* masks allow it. Axes of size 1 stretch: `(B, 1, S)` and `(1, T, T)` give `(B, T, S)`,
#   where S = T.
# - A mask that is `None` is skipped. When none is left, return `None`.
#
# “hola `[PAD]`” after `[START]`: padding `[[[True, True, False]]]` and the causal mask of T = 3 give
#
# | | s = 0 | s = 1 | s = 2 |
# |---|---|---|---|
# | t = 0 | True | False | False |
# | t = 1 | True | True | False |
# | t = 2 | True | True | False |


# %% grade_id="combine_masks"
def combine_masks(*masks):
    """Allow what every mask allows.

    masks: booleans that broadcast to (B, T, S), or None for “no rule”. Returns their logical AND; None without a mask.
    """
    ### BEGIN SOLUTION
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else ops.logical_and(combined, mask)
    return combined
    ### END SOLUTION


# %% grade_id="combine_masks-check"
check("combine_masks")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# `*masks` collects what you are given in a tuple, which may be empty. Which function of `ops` is the logical AND of two
# masks? A loop applies it to any number of them.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Begin with no result, None. Go through the masks and skip each None. The first real mask becomes the result. With
# every further one, the result becomes the AND of both. Return it.
# </details>
#
# <details><summary>Help: “the truth value of an array is ambiguous”</summary>
#
# `if mask:` asks a whole tensor for one yes or no. You want to know whether there is a mask: `if mask is not None:`.
# </details>
#
# <details><summary>Why it works</summary>
#
# AND stretches axes of size 1 by itself, so nobody has to repeat the padding for T queries. And `None` costs nothing:
# attention without a mask skips the work.
# </details>


# %%
def both_rules():
    both = combine_masks(padding_mask(ids), causal_mask(4))
    panels = {"[START] los gatos duermen": both[0], "[START] hola [PAD] [PAD]": both[1]}
    return figures.matrices(panels, row_label="query", column_label="key")


figures.once_written(both_rules)

# %% [markdown]
# ### Stretch (0 points)
#
# Some models put padding on the *left*. Combine such a padding mask with a causal one. Which rows may look nowhere?
# `ops.any` along the last axis tells. The next exercise is about them.

# %%

# %% [markdown] grade_id="masked_softmax-task"
# ## 4. A softmax that obeys
#
# This is the line where masks go wrong in public code: a little attention leaks, or one empty row turns a whole model
# into `NaN`. Yours will do neither.
#
# **Write** `masked_softmax(scores, mask=None)`: scores `(B, T, S)` → weights of the same shape. In unit 6 the scores of
# H heads come at once, `(B, H, T, S)`: take these too. In both the keys stand last.
#
# - In each row the allowed scores share 1 as softmax does. A hidden score gets exactly 0 and changes nothing, even if
#   it is the largest.
# - A row that may look nowhere gets zeros. Gradients are finite in every row.
#
# The mask broadcasts to the scores; `None` allows everything. All scores, hidden ones too, lie between −10,000 and
# 10,000: one row may be near the one end, the next near the other.
#
# | scores | mask | weights |
# |---|---|---|
# | `[2, 1, 0]` | `[True, True, True]` | `[0.665, 0.245, 0.090]` |
# | `[2, 1, 0]` | `[True, True, False]` | `[0.731, 0.269, 0]` |
# | `[2, 1, 0]` | `[False, False, False]` | `[0, 0, 0]` |
#
# By hand: $e^2 = 7.389$, $e^1 = 2.718$, and 7.389 / 10.107 = 0.731.


# %% grade_id="masked_softmax"
def masked_softmax(scores, mask=None):
    """Softmax over the allowed scores of each row; hidden ones get 0, and so do all in a row without allowed ones.

    scores: (B, T, S), or (B, H, T, S). mask: booleans that broadcast to the scores, True = may look, or None.
    Returns weights of the shape of the scores.
    """
    ### BEGIN SOLUTION
    if mask is None:
        return ops.softmax(scores, axis=-1)
    lowest = ops.min(scores, axis=-1, keepdims=True)  # (B, T, 1)
    peak = ops.max(ops.where(mask, scores, lowest), axis=-1, keepdims=True)  # the largest allowed score
    safe = ops.where(mask, scores - peak, 0.0)  # nothing wild enters exp
    shares = ops.where(mask, ops.exp(safe), 0.0)  # (B, T, S), hidden: exactly 0
    total = ops.sum(shares, axis=-1, keepdims=True)  # (B, T, 1)
    return shares / ops.where(total > 0, total, 1.0)
    ### END SOLUTION


# %% grade_id="masked_softmax-check"
check("masked_softmax")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# The case without a mask is one line: finish it first. Then read section 7 of the lesson again: harmless inputs, hide,
# guard.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Find the largest *allowed* score of each row, the peak: fill the hidden ones with −10⁹ first, as 0 would beat −5.
# Subtract the peak from the scores, and put 0 where they are hidden. Take exp, and set the hidden shares to 0, as
# e⁰ = 1. Sum each row. Where the sum is 0, divide by 1.
#
# A shorter way exists: choose between two values twice, once before softmax and once after it.
# </details>
#
# <details><summary>Help: NaN, in the weights or only in the gradients</summary>
#
# In the weights: a row of nothing but −∞, which is 0 / 0. Only in the gradients: you made a NaN or ∞ and replaced it
# afterwards. On the way back 0 · NaN is NaN again, so the bad number must never arise.
# </details>
#
# <details><summary>Help: only a check with large scores fails</summary>
#
# “A hidden score changes nothing even if it is the largest”: allowed scores are near −10,000 there, hidden ones near
# 10,000. What you put in place of a hidden score must lie far below all others. The peak that you subtract must be an
# *allowed* score.
#
# “Large allowed scores are shared out right”: one row is near 10,000 there, the next near −10,000. Each row needs its
# own peak, also without a mask.
# </details>
#
# <details><summary>Why it works</summary>
#
# Subtracting the peak changes no weight, as softmax knows only differences. It makes the largest share $e^0 = 1$, so
# nothing overflows, and a row with an allowed score sums to at least 1. The guard acts on empty rows alone.
# </details>

# %%
some_scores = np.array([[[2.0, 1.0, 0.0], [2.0, 1.0, 0.0], [2.0, 1.0, 0.0]]], "float32")
some_mask = np.array([[[True, True, True], [True, True, False], [False, False, False]]])
figures.once_written(
    lambda: figures.matrices(
        {"Scores": some_scores[0], "Mask": some_mask[0], "Your weights": masked_softmax(some_scores, some_mask)[0]},
        rows=["all", "two", "none"],
        row_label="may look at",
    )
)

# %% [markdown]
# ### Stretch (0 points)
#
# Give your function scores in `float16`, with a row that may look nowhere. The largest number of `float16` is 65,504:
# what becomes of −10⁹ there? Are your weights still right, and their gradients? Why?

# %%
half = ops.zeros((1, 1, 3), dtype="float16")
nowhere = ops.zeros((1, 1, 3), dtype="bool")
# masked_softmax(half, nowhere)

# %% [markdown] grade_id="masked_attention-task"
# ## 5. Attention with a mask
#
# All of this unit in one function. Unit 6 runs it in several heads at once, and unit 10 translates with it.
#
# **Write** `masked_attention(query, key, value, mask=None)` → `(output, weights)`.
#
# | query | key | value | mask | output | weights |
# |---|---|---|---|---|---|
# | `(B, T, D)` | `(B, S, D)` | `(B, S, E)` | broadcasts to `(B, T, S)` | `(B, T, E)` | `(B, T, S)` |
#
# - Scores are query · key / √D. Your `masked_softmax` turns them into weights, and these average the values.
# - A hidden key gets a weight of exactly 0, and the others of its row sum to 1.
# - A query that may look nowhere gets zero weights, and so the output 0. Gradients are finite there as well.
#
# With D = 4, query `[2, 0, 0, 0]` and keys `[2, 0, 0, 0]`, `[1, 0, 0, 0]`, `[0, 0, 0, 0]` the scores are 2, 1, 0.
# Values 10, 20, 99 and the mask `[True, True, False]` give 0.731 · 10 + 0.269 · 20 = 12.69.


# %% grade_id="masked_attention"
def masked_attention(query, key, value, mask=None):
    """Scaled dot-product attention in which each query looks only where the mask allows.

    query: (B, T, D), key: (B, S, D), value: (B, S, E). mask: booleans that broadcast to (B, T, S), or None.
    Returns output (B, T, E) and weights (B, T, S).
    """
    ### BEGIN SOLUTION
    width = query.shape[-1]
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / width**0.5  # (B, T, S)
    weights = masked_softmax(scores, mask)
    return ops.matmul(weights, value), weights  # (B, T, E), (B, T, S)
    ### END SOLUTION


# %% grade_id="masked_attention-check"
check("masked_attention")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# It is unit 4's attention with one line changed. This notebook does not have it: write it again, or copy it. Which of
# its three steps does a mask touch?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Multiply the queries with the turned keys and divide by the root of D. Let your masked softmax make weights of the
# scores and the mask. Multiply the weights with the values. Return that product and the weights.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# Print the shapes of scores and mask. The mask's last axis must be S, the keys. Hand it over as it came: (B, 1, S),
# (1, T, S) and (T, S) all stretch by themselves, and nothing has to be turned over.
# </details>
#
# <details><summary>Why it works</summary>
#
# A weight of exactly 0 removes a word: neither its value nor its key can reach the output, and no gradient reaches it.
# That is what “may not look” means.
# </details>

# %%
query, key = np.random.default_rng(42).normal(size=(2, 2, 4, 8)).astype("float32")  # stand-ins for words


def before_and_after():
    mask = combine_masks(padding_mask(ids), causal_mask(4))
    _, free = masked_attention(query, key, key)
    _, bound = masked_attention(query, key, key, mask)
    names = ["[START]", "hola", "[PAD]", "[PAD]"]
    panels = {"Without a mask": free[1], "With both masks": bound[1]}
    return figures.matrices(panels, names, names, row_label="query", column_label="key")


figures.once_written(before_and_after)

# %% [markdown]
# ### Stretch (0 points)
#
# Let the queries come from one sentence and the keys from another, both of length 4. Pass the padding mask of the
# *wrong* one. No error appears. Write two lines that notice: change what stands at a padded key, and compare.

# %%

# %%
progress()

# %% [markdown]
# **What you have learned**
# - A mask says in booleans who may look at whom; it belongs to the keys and acts before the shares are made.
# - A row that may look nowhere gets zeros, and no bad number ever arises on the way there or back.
#
# **Next:** unit 6 lets several heads look at once, each with your mask.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 05_masking`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
