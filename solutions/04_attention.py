# %% [markdown]
# # Exercises 4: attention as a soft look-up
# Here you write the heart of every Transformer, in four functions that build on each other: softmax, scores,
# attention, self-attention. Plan about 45 minutes. Read [lesson 4](../../course/04_attention.ipynb) first.
#
# Axes: B batch, T queries, S keys, D width of queries and keys, E width of values.
#
# Besides results, each check asks for gradients of everything that an answer is given, and lets it run in a compiled
# graph in which B is not known yet. With `keras.ops`, and without NumPy or numbers in place of sizes, both come by
# themselves.

# %%
from course.toolkit import figures

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="softmax-task"
# ## 1. Turn scores into weights
#
# **Why it matters.** Scores may be any numbers. An average needs weights: none negative, and summing to one. The naive
# formula breaks at a score of 89, and a broken softmax fills a whole model with `NaN`.
#
# **Write** `softmax(scores)`.
#
# | | shape | what it holds |
# |---|---|---|
# | `scores` | (…, S) | any numbers; any number of axes before the last |
# | result | (…, S) | the weights: each row along the last axis sums to 1 |
#
# $$\text{weight}_s = \frac{e^{\text{score}_s}}{\sum_j e^{\text{score}_j}}$$
#
# 1. Scores between −10,000 and 10,000 give finite weights and finite gradients. A score far below the largest may give
#    a weight of exactly 0.
# 2. Every step is made of `keras.ops` and operators such as `-`. `ops.softmax` would pass; write it yourself, once.
#
# **Example.** $e^0 = 1$ and $e^{\ln 3} = 3$, together 4:
#
# | `scores` | result |
# |---|---|
# | `[0, ln 3]` | `[0.25, 0.75]` |
# | `[10000, 10000]` | `[0.5, 0.5]` |


# %% grade_id="softmax"
def softmax(scores):
    """Turn scores into weights, none of them negative, that sum to one along the last axis.

    scores: (..., S), between -10,000 and 10,000. Returns (..., S).
    """
    ### BEGIN SOLUTION
    largest = ops.max(scores, axis=-1, keepdims=True)  # (..., 1)
    shares = ops.exp(scores - largest)  # (..., S)
    return shares / ops.sum(shares, axis=-1, keepdims=True)
    ### END SOLUTION


# %% grade_id="softmax-check"
check("softmax")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Write the formula first and check: most rules hold. Then look at section 6 of the lesson. Which number may you take
# away from a whole row without changing a weight, and which choice keeps the exponential small?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# 1. Find the largest score of each row. Keep its axis, with size 1.
# 2. Subtract it from the row.
# 3. Raise e to each of these differences: the shares.
# 4. Divide each share by the sum of the shares of its row. Keep that axis too.
# </details>
#
# <details><summary>Help: I get NaN</summary>
#
# NaN comes from ∞ / ∞ or 0 / 0. Print the exponentials. `inf`: the scores were too large when they met `exp`.
# Only zeros in a row: you subtracted a number that is larger than every score of *that* row.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# An axis has to be named twice, and both times it is the last: -1. A maximum or a sum removes its axis; with
# `keepdims=True` it stays, and (B, T, 1) lines up with (B, T, S).
# </details>
#
# <details><summary>Why it works (for when everything holds)</summary>
#
# Subtracting m divides every share by $e^m$, and their sum as well: it cancels. After it the largest share is
# $e^0 = 1$, so nothing overflows and the sum is never 0. Very low scores become 0, which is right to seven digits.
# </details>

# %%
lynx = np.array([2, 1, -3], "float32")  # (S,): scores with cat, dog, horse
rows = {"× 0": 0 * lynx, "× 1": lynx, "+ 10,000": lynx + 10_000, "× 4": 4 * lynx, "× 10,000": 10_000 * lynx}
figures.once_written(
    lambda: figures.matrix(
        softmax(ops.convert_to_tensor(np.stack(list(rows.values())))),
        list(rows),
        ["cat", "dog", "horse"],
        title="Your softmax",
        row_label="[2, 1, −3]",
    )
)

# %% [markdown]
# **What to notice:** adding changes nothing. Multiplying does: towards 0 the weights even out, towards infinity the
# largest takes everything. (Two rows go up to 20,000 and 10,002, and nothing breaks.)
#
# ### Stretch (0 points)
# A vocabulary has 50,000 words. One has the score 10, all others 0. Predict the weight of that one, then try.
# What score does it take to get half of the attention?
#
# <details><summary>Answer</summary>
#
# $e^{10} / (e^{10} + 49\,999)$ = 22,026 / 72,025 = **0.306**. Half of the attention means that its share equals the
# 49,999 shares of 1: $\ln 49\,999$ = **10.82**.
# </details>

# %%


# %% [markdown] grade_id="attention_scores-task"
# ## 2. Score every query against every key
#
# **Why it matters.** This one product decides who listens to whom. The division keeps the scores at the same size,
# however wide the model: without it softmax saturates and learning stops.
#
# **Write** `attention_scores(query, key)`.
#
# | | shape | what it holds |
# |---|---|---|
# | `query` | (B, T, D) | T queries in each sentence |
# | `key` | (B, S, D) | S keys in each sentence |
# | result | (B, T, S) | at `[b, t, s]`: query t · key s, both in sentence b, divided by √D |
#
# 1. Each query has a row and each key a column. Sentences never mix.
# 2. Read D from a shape. Leave B alone: when Keras compiles your function, B is not known yet.
#
# **Example.** D = 4, so √D = 2. One sentence, two queries, three keys:
#
# | `query` | `key` | dot products | result |
# |---|---|---|---|
# | `[1, 1, 0, 0]` | `[2, 0, 0, 0]` `[2, 4, 0, 0]` `[1, 1, 1, 1]` | 2, 6, 2 | `[1, 3, 1]` |
# | `[0, 2, 2, 0]` | the same three | 0, 8, 4 | `[0, 4, 2]` |


# %% grade_id="attention_scores"
def attention_scores(query, key):
    """Score each query against each key of its sentence: their dot product, divided by √D.

    query: (B, T, D), key: (B, S, D). Returns (B, T, S).
    """
    ### BEGIN SOLUTION
    width = query.shape[-1]
    turned = ops.transpose(key, (0, 2, 1))  # (B, S, D) -> (B, D, S)
    return ops.matmul(query, turned) / width**0.5  # (B, T, S)
    ### END SOLUTION


# %% grade_id="attention_scores-check"
check("attention_scores")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# You wrote nearly all of it in unit 0, as `pairwise_dot`. This notebook does not have it: write it again, or copy it.
# What is new is one number. Which axis of which array tells you that number?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# 1. Read D, the size of the last axis of the queries.
# 2. Swap the last two axes of the keys, so that every key becomes a column.
# 3. Take the matrix product of the queries and the turned keys.
# 4. Divide all of it by the square root of D.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# Inner sizes meet: (B, T, **D**) with (B, **D**, S). If yours meet as D and S, the keys are not turned yet. If the
# batch has moved, say the order of all three axes. Reshaping is not turning: right shape, wrong numbers.
# </details>
#
# <details><summary>Why it works (for when everything holds)</summary>
#
# A dot product of D random terms has the variance D. Dividing by √D divides the variance by D: it is 1 again, for any
# D. Dividing by D itself would leave 1/D, and softmax would hear almost no difference between keys.
# </details>

# %%
query = ops.convert_to_tensor([[[2.0, 1.0], [0.0, 2.0], [-2.0, -2.0]]])  # (B, T, D): cat-like, dog-like
key = ops.convert_to_tensor([[[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]])  # (B, S, D)
asked, table = ["lynx", "wolf", "zebra"], ["cat", "dog", "horse"]
figures.once_written(
    lambda: figures.matrix(
        attention_scores(query, key)[0], asked, table, "Your scores", row_label="query", column_label="key"
    )
)

# %% [markdown]
# **What to notice:** the lynx's 2, 1 and −3 of the lesson are divided by √2 = 1.41. The order within a row stays.
#
# ### Stretch (0 points)
# Take `keras.random.normal((1, 100, D))` for queries and keys, with D = 4, 64 and 1024. Predict `ops.std` of your
# scores, and of the bare dot products. Then look.
#
# <details><summary>Answer</summary>
#
# Scores: about 1 at every width. Bare dot products: about √D, so 2, 8 and 32.
# </details>

# %%


# %% [markdown] grade_id="scaled_dot_product_attention-task"
# ## 3. Look something up, softly
#
# **Why it matters.** Equation 1 of *Attention Is All You Need*, $\text{softmax}(QK^\top / \sqrt{D})\,V$. Whatever else
# a Transformer has serves this line.
#
# **Write** `scaled_dot_product_attention(query, key, value)`.
#
# | | shape | what it holds |
# |---|---|---|
# | `query` | (B, T, D) | what is looked for |
# | `key` | (B, S, D) | what each entry is found by |
# | `value` | (B, S, E) | what each entry hands over; its width E may differ from D |
# | output, first | (B, T, E) | for each query, the average of the values by its weights |
# | weights, second | (B, T, S) | the softmax, over the keys, of the scaled scores: each row sums to 1 |
#
# 1. Return both: `return output, weights`.
# 2. Build on your own `softmax` and `attention_scores`. If one of them does not hold yet, write that step out here
#    (`ops.softmax` will do for the first): else its slip costs points here as well.
#
# **Example.** D = 4. The two keys are `[0, 1, 0, 0]` and `[ln 3, 0, 0, 0]`, their values `[4, 0, 4]` and `[0, 8, 4]`.
#
# | `query` | scores | weights | output |
# |---|---|---|---|
# | `[2, 0, 0, 0]` | 0 and 2 · ln 3 / √4 = ln 3 | `[0.25, 0.75]` | ¼ · [4, 0, 4] + ¾ · [0, 8, 4] = `[1, 6, 4]` |
# | `[0, 0, 1, 0]` | 0 and 0 | `[0.5, 0.5]` | `[2, 4, 4]` |


# %% grade_id="scaled_dot_product_attention"
def scaled_dot_product_attention(query, key, value):
    """Average the values for each query, by how well the query matches their keys.

    query: (B, T, D), key: (B, S, D), value: (B, S, E).
    Returns (output, weights): (B, T, E), (B, T, S).
    Vaswani et al., "Attention Is All You Need", 2017, equation 1.
    """
    ### BEGIN SOLUTION
    weights = softmax(attention_scores(query, key))  # (B, T, S)
    output = ops.matmul(weights, value)  # (B, T, S) @ (B, S, E) -> (B, T, E)
    return output, weights
    ### END SOLUTION


# %% grade_id="scaled_dot_product_attention-check"
check("scaled_dot_product_attention")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Score, soften, average: two of the three are written. For the third, write down the shapes of the weights and of the
# value. Which axis do they share, and what should be left?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# 1. Score the queries against the keys.
# 2. Turn each query's scores into weights over the keys.
# 3. Sum the values of each sentence, each times its weight: one matrix product.
# 4. Return the sums, then the weights.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# Weights (B, T, **S**) meet values (B, **S**, E): no axis needs turning. If your weights are (B, S, T), queries and
# keys have changed places in the scores.
# </details>
#
# <details><summary>Help: an error about None or about a tuple</summary>
#
# The check received something else than two arrays. Look at your last line: does it begin with `return`, and do two
# names with a comma follow?
# </details>
#
# <details><summary>Why it works (for when everything holds)</summary>
#
# Row t of the matrix product is the sum over s of `weights[t, s]` times `value[s]`: a weighted average, since the
# weights of row t are not negative and sum to one. So every output lies among the values, and a key whose weight is 0
# hands nothing over.
# </details>

# %%
value = ops.convert_to_tensor([[[14.0, 4.0], [12.0, 6.0], [3.0, 1.0]]])  # (B, S, 2): hours of sleep, young per litter


def draw_the_look_up():
    output, weights = scaled_dot_product_attention(query, key, value)
    panels = {"weights: cat, dog, horse": weights[0], "output: hours, young": output[0]}
    return figures.matrices(panels, asked, row_label="query")


figures.once_written(draw_the_look_up)

# %% [markdown]
# **What to notice:** each row on the left sums to one. No output is larger than the largest value of its column or
# smaller than the smallest.
#
# ### Stretch (0 points)
# Multiply `query` by 100 and look again. What has become of the soft look-up? And what happens with 0?
#
# <details><summary>Answer</summary>
#
# × 100: a hard one. Each row has a single 1, and the output copies that animal's values: cat, dog, horse.
# × 0: all scores are 0, all weights 1/3, and every output is the mean of the values, [9.67, 3.67].
# </details>

# %%


# %% [markdown] grade_id="self_attention-task"
# ## 4. Let a sentence ask itself
#
# **Why it matters.** With one matrix for queries and keys the scores are symmetric, and two words can never both prefer
# each other to themselves. With two they can. These three matrices are what a Transformer learns.
#
# **Write** `self_attention(x, w_query, w_key, w_value)`.
#
# | | shape | what it holds |
# |---|---|---|
# | `x` | (B, T, D) | a vector for each word |
# | `w_query`, `w_key` | (D, K) | turn words into queries, and into keys |
# | `w_value` | (D, E) | turns words into values |
# | output, first | (B, T, E) | for each word, an average of the values of all words |
# | weights, second | (B, T, T) | row: who looks; column: who is looked at |
#
# 1. Queries, keys and values are $x\,W_Q$, $x\,W_K$ and $x\,W_V$; then they attend as in exercise 3.
# 2. The width in which query and key meet is K, so the scale is √K. Every word may look at every word, itself too.
#
# **Example.** Two words, *red* and *house*; D = 2, K = 1:
#
# | | red | house |
# |---|---|---|
# | `x` | `[1, 0]` | `[0, 1]` |
# | `w_query = [[ln 3], [0]]` gives the query | `[ln 3]` | `[0]` |
# | `w_key = [[0], [1]]` gives the key | `[0]` | `[1]` |
# | `w_value = [[4, 0, 4], [0, 8, 4]]` gives the value | `[4, 0, 4]` | `[0, 8, 4]` |
# | scores with red, house | 0, ln 3 | 0, 0 |
# | weights on red, house | `[0.25, 0.75]` | `[0.5, 0.5]` |
# | output | `[1, 6, 4]` | `[2, 4, 4]` |
#
# If exercise 3 does not hold yet, write its steps out here, with `ops.softmax`.


# %% grade_id="self_attention"
def self_attention(x, w_query, w_key, w_value):
    """Let each word look at all words of its sentence, through three projections.

    x: (B, T, D), w_query and w_key: (D, K), w_value: (D, E).
    Returns (output, weights): (B, T, E), (B, T, T).
    """
    ### BEGIN SOLUTION
    query = ops.matmul(x, w_query)  # (B, T, D) @ (D, K) -> (B, T, K)
    key = ops.matmul(x, w_key)  # (B, T, K)
    value = ops.matmul(x, w_value)  # (B, T, E)
    return scaled_dot_product_attention(query, key, value)
    ### END SOLUTION


# %% grade_id="self_attention-check"
check("self_attention")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Exercise 3 needs three arrays. Make each from the same `x` and one matrix. Which side does `x` stand on, so that D
# meets D?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# 1. Project the words three times, once with each matrix.
# 2. Give the three results to your attention, in the order query, key, value.
# 3. Return what it returns: both parts.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# (B, T, **D**) meets (**D**, K): one matrix serves every word of every sentence, and needs neither turning nor a batch
# axis. Print the three projections: (B, T, K), (B, T, K), (B, T, E).
# </details>
#
# <details><summary>Help: the shapes are right, the weights are not</summary>
#
# Try the example. If *red* is `[0.5, 0.5]` and *house* `[0.75, 0.25]`, queries and keys have changed places. If both
# rows are right, look at the scale: the example has K = 1, where a missing √K does not show.
# </details>
#
# <details><summary>Why it works (for when everything holds)</summary>
#
# The scores are $x\,W_Q W_K^\top x^\top$, over √K. With one matrix the middle part is symmetric, and so are the scores.
# With two, “*red* looks at *house*” and “*house* looks at *red*” are separate numbers.
# </details>

# %%
words = ["gato", "negr-", "duerme"]
x = ops.convert_to_tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]])  # (B, T, D): noun, adjective, verb
w_query = ops.convert_to_tensor([[0.0, 0.0, 5.0], [5.0, 0.0, 0.0], [5.0, 0.0, 0.0]])  # (D, K): what each looks for
w_key = w_value = ops.eye(3)  # (D, K): each is found by what it is


def draw_who_looks_at_whom():
    _, two_matrices = self_attention(x, w_query, w_key, w_value)
    _, one_matrix = self_attention(x, w_query, w_query, w_value)
    panels = {"w_query and w_key": two_matrices[0], "w_query for both": one_matrix[0]}
    return figures.matrices(panels, words, words, row_label="looks", column_label="is looked at")


figures.once_written(draw_who_looks_at_whom)

# %% [markdown]
# **What to notice:** on the left *negr-* looks at *gato*, and *gato* at *duerme*. On the right, with one matrix,
# each word looks at those that look for the same as itself, so *negr-* and *duerme* cannot find their noun.
#
# ### Stretch (0 points)
# Put the words of `x` in another order. Predict the picture. Then think: what would you have to add to `x`, so that the
# order matters?
#
# <details><summary>Answer</summary>
#
# Rows and columns move with their words; no number changes. (Reorder `words` as well, for the labels.) Something in
# each word's vector would have to say where it stands: that is unit 7.
# </details>

# %%


# %% [markdown]
# ## What your attention can do: it finds who translates whom
#
# **Milestone 1.** Unit 3 had a translator that reads English with one recurrent cell and writes Spanish with another,
# and looks back with *additive* attention. Now your `scaled_dot_product_attention` takes that place. Before each
# Spanish word, the state of the decoder is the only query. The states of the encoder, one after each English word, are
# the values, and, each times a matrix, the keys. The cells run on your `gru_step` of unit 3 if all its checks hold.
#
# Each text has twelve English words, so that nothing is padded: your attention cannot leave out padding yet.

# %% [markdown]
# Nobody tells the model which word belongs to which. It only learns to write the next Spanish word. We ask what it
# looks at, in 400 texts that it has not seen, and compare with a dictionary: nouns, names and adjectives of the corpus
# have one translation each. Does the largest of the twelve weights lie on it?
#
# **The number to reach:** for 90 % of these words, the largest weight lies on the word that they translate. By chance
# it would be 8 %. This takes about half a minute on two cores.
#
# **Predict:** *my young woman* becomes *mi mujer joven*. What shape will the weights of these three rows have?

# %%
from course.toolkit import milestones, seq2seq, who_translates_whom
from course.toolkit.pay_off import pay_off


def finds_who_translates_whom():
    data = seq2seq.easy_sentences()
    translator = who_translates_whom.train(scaled_dot_product_attention, data)
    milestones.measured(1, who_translates_whom.show(translator, data))
    return who_translates_whom.drawn(translator, data)


pay_off(finds_who_translates_whom)

# %% [markdown]
# **What to notice:** the stair is broken where the languages have another order: *mujer* looks at the third word, and
# *joven* back at the second. *la* looks at *kitchen*, because the noun decides between *el* and *la*. So articles are
# not among the words that we count. What you wrote is a look-up. Which word to look up was learned, because each of
# its steps has a gradient.

# %% [markdown]
# ## Hand in
# First, where you stand:

# %%
progress()

# %% [markdown]
# - Attention is three steps: score by dot product over √D, soften by softmax, average the values.
# - In self-attention, queries, keys and values are three projections of the same words.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 04_attention`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
#
# **Next:** [Lesson 5](../../course/05_masking.ipynb) decides who may look at whom.
