# %% [markdown]
# # Exercises 2: words as vectors
#
# Here you write word2vec: the two ways to turn an id into numbers, what a model learns its vectors from, the loss it
# learns with, and the look at what came out. Five short functions, plan about an hour. Read
# [lesson 2](../../course/02_embeddings.ipynb) first.
#
# Axes: B batch, T words of a sentence, V vocabulary size, D width of a vector, N noise words.

# %%
from course.toolkit import corpus, figures, word2vec

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="one_hot-task"
# ## 1. One place for each word
#
# An id is a name, but a model calculates with it: to it, word 6 is three times word 2. One-hot vectors take the size
# away: all vectors are equally long, and equally far from each other.
#
# **Write** `one_hot(ids, size)`: ids `(…)` → `(…, size)`.
#
# - The new last axis holds a 1 at the place that the id names, counted from 0, and 0 everywhere else. The numbers are
#   float32.
# - `ids` is a tensor of integers from 0 to size − 1, with any number of axes, such as (T) or (B, T).
# - Use `keras.ops`: Keras compiles that, and cannot compile NumPy. In a compiled graph B is not known.
#
# With size 4:
#
# | ids | result |
# |---|---|
# | `[2, 0]` | `[[0, 0, 1, 0], [1, 0, 0, 0]]` |


# %% grade_id="one_hot"
def one_hot(ids, size):
    """Write each id as a row with a single 1, at the place that the id names.

    ids: (...), integers from 0 to size − 1. size: V, an integer. Returns (..., V), float32.
    """
    ### BEGIN SOLUTION
    is_it = ops.equal(ops.expand_dims(ids, axis=-1), ops.arange(size))  # (..., 1) against (V,) -> (..., V)
    return ops.cast(is_it, "float32")
    ### END SOLUTION


# %% grade_id="one_hot-check"
check("one_hot")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Write down the numbers 0 to 3. Which question, asked of each of them, has the answer *yes* for 2 alone?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Give the ids a new last axis of size 1. Compare it with the row of numbers from 0 to size − 1: broadcasting makes
# (…, size) booleans. Turn them into float32. (`keras.ops` has the whole thing ready too; it will do.)
# </details>
#
# <details><summary>Help: “could not broadcast”, “incompatible shapes”, or the shape is ()</summary>
#
# (B, T) does not meet (size,): the last axes, T and size, are lined up. With an axis of size 1 behind T, they are not.
# Where shapes do not meet, TensorFlow's `==` gives one single False; `ops.equal` says so.
# </details>
#
# <details><summary>Why it works</summary>
#
# A comparison with *all* places has exactly one *yes*, because each number stands in the row once. No loop is needed,
# whatever the axes of the ids.
# </details>

# %%
words = ["[PAD]", "the", "dog", "cat", "sees", "."]
sentence = np.array([1, 2, 4, 1, 3, 5], "int32")  # the dog sees the cat .
figures.once_written(
    lambda: figures.matrix(
        one_hot(sentence, len(words)),
        rows=[words[one] for one in sentence],
        columns=words,
        title="Your one-hot vectors",
        decimals=0,
    )
)

# %% [markdown]
# ### Stretch (0 points)
#
# A row may hold the *counts* of all words of a sentence: a *bag of words*. Which single `ops` call makes it of your
# one-hot vectors? And what is lost?

# %%

# %% [markdown] grade_id="embed-task"
# ## 2. A short vector for each word
#
# This is the first layer of every Transformer. It is a product with one-hot vectors, on paper. Computed so, it would
# need 50,000 numbers for each word, to pick one row.
#
# **Write** `embed(ids, table)`: two tensors, ids `(…)` and table `(V, D)` → `(…, D)`. Use `keras.ops`, so that Keras
# can compile it: in a graph neither B nor V is known.
#
# - The result equals `one_hot(ids, V) @ table`: for each id, the row of the table with that number.
# - But no one-hot vector is built. Rows that no id names take no part: were they full of `NaN`, it would not matter. A
#   row that is named comes out as it is, were it ∞.
# - Gradients flow back to the rows that were taken. A row that was taken twice gets both.
#
# | ids | table | result |
# |---|---|---|
# | `[2, 0, 2]` | `[[1, 2], [3, 4], [5, 6]]` | `[[5, 6], [1, 2], [5, 6]]` |


# %% grade_id="embed"
def embed(ids, table):
    """Look up the row of each id.

    ids: (...), integers from 0 to V − 1. table: (V, D). Returns (..., D): `one_hot(ids, V) @ table`, without the
    one-hot vectors.
    """
    ### BEGIN SOLUTION
    return ops.take(table, ids, axis=0)  # (..., D)
    ### END SOLUTION


# %% grade_id="embed-check"
check("embed")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With Python lists it would be `[table[one] for one in ids]`. A tensor of TensorFlow cannot be indexed by another:
# search `keras.ops` for the function that *takes* several rows at once.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Take the rows of the table whose numbers are the ids. Rows lie along axis 0.
# </details>
#
# <details><summary>Help: I get single numbers, not rows</summary>
#
# Without an axis, `ops.take` reads the table as one long list of V · D numbers. Say `axis=0`.
# </details>
#
# <details><summary>Why it works</summary>
#
# Multiplying with a one-hot row adds up V rows, V − 1 of them times 0. Copying the one that is left gives the same, and
# the gradient too: what went out from a row comes back to it.
# </details>

# %%
table = np.array([[0, 0], [0.1, 0.3], [2, 1], [1.8, 1.2], [-1, 2], [0.2, -0.4]], "float32")  # (V, D), made up
names = [words[one] for one in sentence]
figures.once_written(
    lambda: figures.matrices({"The table, as you took it": embed(sentence, table)}, names, ["first", "second"])
)

# %% [markdown]
# ### Stretch (0 points)
#
# `keras.layers.Embedding` is your function with a table that learns. Make one with 6 words and width 2. Call it once,
# give it the table above with `set_weights`, and compare its output with yours.

# %%

# %% [markdown] grade_id="skip_gram_pairs-task"
# ## 3. Who stands near whom?
#
# Nobody has written down what words mean. But every text says which words stand together, millions of times: that is
# what word2vec learns from.
#
# **Write** `skip_gram_pairs(ids, window)`: a sentence, a list of T ints → `(N, 2)`, int32.
#
# - A pair (centre, context) for each two *places* that lie 1 to `window` apart, both ways round. The order of the pairs
#   is yours to choose.
# - Places count, not ids: two places may hold the same word, and then that word is paired with itself. Equal pairs are
#   kept, each one.
# - Nothing reaches across the ends. Where there is no pair, the shape is `(0, 2)`.
# - Id 0 is a word like any other. Leave the list as it is.
#
# | ids | window | pairs, in any order |
# |---|---|---|
# | `[7, 8, 9]` | 1 | `[[7, 8], [8, 7], [8, 9], [9, 8]]` |
# | `[7, 8, 9]` | 2 | the same, and `[7, 9]`, `[9, 7]` |
# | `[7, 8, 7]` | 2 | `[[7, 8], [8, 7], [8, 7], [7, 8], [7, 7], [7, 7]]` |
# | `[7]` | 2 | none |


# %% grade_id="skip_gram_pairs"
def skip_gram_pairs(ids, window):
    """Pair each word of a sentence with those that stand at most `window` places before or after it.

    ids: a list of T ints. window: the largest distance, 0 or more.
    Returns (N, 2), int32: centre and context, in any order of the rows. (Mikolov et al. 2013, skip-gram)
    """
    ### BEGIN SOLUTION
    pairs = [
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]
    return np.array(pairs, dtype="int32").reshape(-1, 2)  # (N, 2), also for N = 0
    ### END SOLUTION


# %% grade_id="skip_gram_pairs-check"
check("skip_gram_pairs")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Forget ids for a moment. For T = 5 and a window of 2, which *places* is place 0 paired with? And place 3?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Go through the places of the sentence. For each, go through the places from `window` before it to `window` after it,
# but not below 0 and not past the last one. Skip the place itself. Note down both ids. At the end, make an int32 array
# with two columns.
# </details>
#
# <details><summary>Help: pairs with words from the other end, or none at the beginning</summary>
#
# `ids[-1]` is no error in Python: it is the last word. And a slice such as `ids[-1:1]` begins there, so it is empty.
# Let the places begin at `max(0, …)`.
# </details>
#
# <details><summary>Help: everything holds but a sentence without pairs</summary>
#
# `np.array([])` has the shape (0,), and is float64. `reshape(-1, 2)` gives any list of pairs two columns, an empty one
# too; `dtype="int32"` makes it int32.
# </details>
#
# <details><summary>Why it works</summary>
#
# Each pair is a small guess: given this word, which is near? Words with the same company face the same guesses, and end
# up with the same vector.
# </details>


# %%
def who_stands_near_whom():
    counts = np.zeros((len(words), len(words)), int)
    np.add.at(counts, tuple(np.array(skip_gram_pairs(sentence.tolist(), 2)).T), 1)
    return figures.matrix(
        counts[1:, 1:], words[1:], words[1:], "the dog sees the cat .", row_label="centre", column_label="context"
    )


figures.once_written(who_stands_near_whom)

# %% [markdown]
# ### Stretch (0 points)
#
# The original word2vec draws a new window for each centre, from 1 to `window`. Which words are then paired more often?
# Write it, with `np.random.default_rng(0)`.

# %%

# %% [markdown] grade_id="negative_sampling_loss-task"
# ## 4. True pairs and false ones
#
# If only true pairs counted, all vectors would become equal: every score high. So each true pair gets N false ones
# beside it, words drawn at random, and the loss asks the vectors to tell them apart.
#
# **Write** `negative_sampling_loss(center, positive, negatives)`: `(B, D)`, `(B, D)`, `(B, N, D)` → one number, a
# tensor of the shape ().
#
# $$\frac{1}{B}\sum_b \Big( -\ln \sigma(c_b \cdot p_b) - \sum_n \ln \sigma(-\,c_b \cdot n_{b,n}) \Big), \qquad
# \sigma(x) = \frac{1}{1 + e^{-x}}$$
#
# - The score of a pair is the dot product of its vectors. Sum over the N noise words, take the mean over the batch.
# - Scores may lie anywhere from −10,000 to 10,000: the loss and its gradients stay finite, and right.
# - Gradients flow, and Keras can compile it: use `keras.ops`. In a compiled graph B is not known.
#
# With B = 1, N = 2, D = 2, centre `[1, 2]`:
#
# | | vector | score | its share of the loss |
# |---|---|---|---|
# | positive | `[2, 0]` | 2 | $-\ln \sigma(2)$ = 0.1269 |
# | negatives | `[1, -1]` and `[0, 0]` | −1 and 0 | $-\ln \sigma(1)$ = 0.3133 and $-\ln \sigma(0)$ = 0.6931 |
#
# Together: 1.1333.


# %% grade_id="negative_sampling_loss"
def negative_sampling_loss(center, positive, negatives):
    """How badly the scores tell a true pair from N false ones: summed over these, the mean over the batch.

    center: (B, D), positive: (B, D), negatives: (B, N, D). Returns a scalar.
    (Mikolov et al. 2013, "Distributed Representations of Words and Phrases", equation 4, with the sign turned)
    """
    ### BEGIN SOLUTION
    true = ops.sum(center * positive, axis=-1)  # (B,)
    false = ops.sum(center[:, None, :] * negatives, axis=-1)  # (B, N)
    loss = ops.softplus(-true) + ops.sum(ops.softplus(false), axis=-1)  # (B,); −ln σ(x) = softplus(−x)
    return ops.mean(loss)
    ### END SOLUTION


# %% grade_id="negative_sampling_loss-check"
check("negative_sampling_loss")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Only the true pairs first: B centres and B positives give B scores. Multiply, and sum over D, not over B.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Let *true* be the dot product of each centre with its positive, (B,). Let *false* be that of each centre with each of
# its negatives, (B, N). Take −ln σ of *true*, and −ln σ of *minus false*. Sum the second over N. Add both, and take the
# mean over B.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# The centre is (B, D), the negatives (B, N, D). Give the centre an axis of size 1 in the middle, and it meets each of
# the N.
# </details>
#
# <details><summary>Help: ∞ or NaN for large scores</summary>
#
# $\sigma(-1000)$ is so small that float32 makes it 0, and ln 0 is −∞. Do not take σ first and the logarithm after it:
# $-\ln \sigma(x) = \ln(1 + e^{-x})$, and `ops.softplus(-x)` computes that safely, as `ops.log_sigmoid` does.
# </details>
#
# <details><summary>Why it works</summary>
#
# The derivative of $-\ln \sigma(x)$ is $\sigma(x) - 1$: a true pair with a low score pulls with force 1, and one with a
# high score hardly at all. A false pair pushes with $\sigma(x)$. Only what is not learned yet moves vectors.
# </details>

# %%
scores = np.linspace(-6, 6, 13).astype("float32")


def two_curves():
    one, far = np.ones((1, 1), "float32"), np.full((1, 1, 1), -50, "float32")  # a noise word that costs nothing
    true = [float(negative_sampling_loss(one, one * score, far)) for score in scores]
    false = [float(negative_sampling_loss(one, -far[0], far + 50 + score)) for score in scores]
    curves = {"true pair": (scores, true), "false pair": (scores, false)}
    return figures.lines(curves, title="What a score costs", x_label="score", y_label="your loss")


figures.once_written(two_curves)

# %% [markdown]
# ### Stretch (0 points)
#
# At the start all vectors are nearly 0. Predict the loss for N = 5, by hand; then give your function zeros.
#
# <details><summary>Answer</summary>
#
# Six scores of 0, each $\ln 2$: $6 \cdot 0.693 = 4.159$.
# </details>

# %%

# %% [markdown] grade_id="nearest_neighbours-task"
# ## 5. Who is near in meaning?
#
# The quickest look into any model, today's as well: take a vector, ask which others point the same way. Nonsense here
# means nonsense further on.
#
# **Write** `nearest_neighbours(table, index, k)`: a table `(V, D)` → the numbers of k rows, a list or a flat array of
# integers.
#
# - `table` is a tensor. Nobody compiles this function: after `ops.convert_to_numpy(table)`, NumPy is welcome.
# - The cosine of two rows is their dot product, divided by both lengths. The highest comes first. Row `index` itself is
#   not in the list; another row that points the same way is.
# - A row of zeros has no direction: its cosine with any other counts as 0. No `NaN`, also if row `index` is zeros.
# - Equal cosines: in any order. If k is larger than V − 1, return all others.
#
# Lengths lie between 0.001 and 1000, or are 0. Leave the table as it is. With this one and `index` 0, k = 3
# gives `[4, 2, 3]`:
#
# | row | vector | cosine with row 0 | |
# |---|---|---|---|
# | 0 | `[3, 4]` | | the row that is asked about |
# | 1 | `[-4, -3]` | −24 / (5 · 5) = −0.96 | fourth |
# | 2 | `[40, 30]` | 240 / (5 · 50) = 0.96 | second |
# | 3 | `[0, 0]` | counts as 0 | third |
# | 4 | `[1.5, 2]` | 12.5 / (5 · 2.5) = 1 | first |


# %% grade_id="nearest_neighbours"
def nearest_neighbours(table, index, k):
    """List the k rows whose direction is most like that of row `index`, the most similar first.

    table: (V, D). index: the row that is asked about, an int. k: how many to list, an int.
    Returns at most k row numbers, without `index`: a list of int, or an array of integers.
    """
    ### BEGIN SOLUTION
    lengths = ops.norm(table, axis=-1, keepdims=True)  # (V, 1)
    directions = table / ops.where(lengths > 0, lengths, 1.0)  # a row of zeros stays one
    cosines = ops.matmul(directions, directions[index])  # (V,)
    by_cosine = ops.convert_to_numpy(ops.argsort(-cosines))
    return [int(row) for row in by_cosine if row != index][:k]
    ### END SOLUTION


# %% grade_id="nearest_neighbours-check"
check("nearest_neighbours")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Make every row 1 long first. Then the cosine of two rows is nothing but their dot product.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Compute the length of each row. Where it is 0, take 1 instead. Divide each row by its length. Multiply all of them
# with row `index`: V cosines. Sort the row numbers by falling cosine. Strike out `index`, wherever it stands. Return
# the first k.
# </details>
#
# <details><summary>Help: the word itself is in my list, or another one is missing</summary>
#
# The word is not always the first of the sorted rows: a row that points the same way has the cosine 1 too, and may
# stand before it. Compare row numbers with `index`; do not cut off the first.
# </details>
#
# <details><summary>Help: NaN, or a list that begins with nonsense</summary>
#
# 0 / 0 is NaN, and NaN sorts anywhere. `ops.where(length > 0, length, 1.0)` divides a row of zeros by 1.
# </details>
#
# <details><summary>Why it works</summary>
#
# A long vector has large dot products with everybody, whatever it means. The cosine leaves length out: what counts is
# the direction, and that is where the company of a word shows.
# </details>

# %%
text = word2vec.read(english for english, _ in corpus.generate(2_000, seed=1))


def neighbours_by_counting():
    counts = np.zeros((len(text.words), len(text.words)), "float32")  # (V, V): who stood near whom, how often
    for ids in text.sentences:
        np.add.at(counts, tuple(np.array(skip_gram_pairs(ids, 2)).T), 1)
    for word in ("king", "garden", "red", "sing", "eat"):
        rows = nearest_neighbours(np.log1p(counts), text.id_of(word), 4)
        print(f"{word:8}", *(text.words[row] for row in rows))


figures.once_written(neighbours_by_counting)

# %% [markdown]
# These vectors were not trained, only counted: one number for each word of the vocabulary, most of them 0. The trained
# ones of the lesson have 32, and are better.
#
# ### Stretch (0 points)
#
# Train with *your* loss: remove the `#`, wait half a minute, and ask your own function for the neighbours of `dog`.

# %%
# more = word2vec.read(english for english, _ in corpus.generate(20_000, seed=0))
# vectors, losses = word2vec.train(more, seed=0, measure=negative_sampling_loss)
# [more.words[row] for row in nearest_neighbours(vectors, more.id_of("dog"), 5)]

# %%
progress()

# %% [markdown]
# **What you have learned**
# - A one-hot vector says which word it is; a dense one says what it is like.
# - Looking up a row and multiplying with a one-hot vector are the same, at a price that is not.
# - Meaning comes from company: true pairs pull, random ones push, and the cosine shows who is near.
#
# **Next:** unit 3 reads vectors one after the other, with a memory.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 02_embeddings`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
