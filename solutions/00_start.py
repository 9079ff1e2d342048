# %% [markdown]
# # Exercises 0: averages and dot products
# Welcome. Here you write two short functions, see how a check answers, and hand in your first notebook.
# They take about ten minutes; nothing you run here can break. Read [lesson 0](../../course/00_start.ipynb) first.
#
# Click on the cell below and press Shift and Enter: it runs, and the next one waits for you.

# %%
from course.toolkit import figures

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown]
# ## How a check talks
# Your first check is of somebody else's code. Exercise 1 asks for a weighted average, and this attempt is **wrong on
# purpose**: it takes the plain mean and never looks at the weights.
#
# Run it. The last two lines take the attempt away again and show the report.


# %%
def weighted_average(values, weights):
    return ops.sum(values, axis=1) / values.shape[1]  # (B, S, D) -> (B, D)


report = check("weighted_average")
del weighted_average
report

# %% [markdown]
# Read it from the top, with the first ✗ in view:
#
# | you see | it tells you | here |
# |---|---|---|
# | the first line | how many rules hold, and your points | 3 of 7: right shape, wrong numbers |
# | **Likely mistake** | a slip that gives exactly these results; not every slip is known | the plain mean |
# | ✗ | a rule that does not hold; the first is shown in full | the first is the example of exercise 1 |
# | the line below ✗ | the rule in other words | 3/4 of one word, 1/4 of the other |
# | **Called** | what your function was given: shapes | one sentence, two words of three numbers |
# | **Got** | what came back, where it first differs | at `[0, 0]`: (4 + 0) / 2 = 2 |
# | **Expected** | what should stand there | 3/4 · 4 + 1/4 · 0 = 3 |
#
# **Yours** and **Expected** show one such result side by side. Lines with a triangle open by a click: rules that fail
# for the same reason, and those that hold (✓). A rule with – makes sense for a right result only: it is *not asked
# yet*.
#
# `report.inputs` holds what was called. The cell above keeps the report, so you can look at the numbers yourself:
# `values, weights = report.inputs`.

# %% [markdown]
# ✗ is a hint, never a mark against you. Check as often as you like: it costs nothing.
#
# ## Where do you stand?
# `progress` lists the exercises of a unit with their points. *Not attempted yet* means that your answer is still to
# come. Run this cell whenever you want to know.

# %%
progress("00_start")

# %% [markdown]
# ## And when you are stuck?
# Below each check, the help waits folded. Open one rung at a time, then try again.
#
# <details><summary>Try it: unfold me</summary>
#
# *Where to begin* gives the first step, *Pseudocode* every step in words, and *Help: my shapes do not match* the axis
# to look at. *Why it works* is for afterwards.
# </details>

# %% [markdown] grade_id="weighted_average-task"
# ## 1. Average what matters
#
# **Why it matters.** Attention reads a sentence as a weighted average of its words. This function is its second half;
# the exercise after it is the first.
#
# **Write** `weighted_average(values, weights)`.
#
# | | shape | what it holds |
# |---|---|---|
# | `values` | (B, S, D) | a vector of D numbers for each of S words |
# | `weights` | (B, S) | a positive number for each word, from 0.000001 to 1000 |
# | result | (B, D) | one vector for each sentence |
#
# 1. Divide the weights of each sentence by their sum, so that they sum to one. They are positive already, so this is
#    plain division (softmax, in lesson 4, is something else).
# 2. Use `ops`, and operators such as `*` and `/`, on the whole batch at once. Keras first turns your function into a
#    fixed plan (it *compiles* it), before it knows B: there, NumPy and loops over the sentences do not work.
#
# **Example.** One sentence of two words, weights 3 and 1, which become 3/4 and 1/4:
#
# | `values` | `weights` | result |
# |---|---|---|
# | `[[[4, 0, 8], [0, 4, 4]]]` | `[[3, 1]]` | 3/4 · [4, 0, 8] + 1/4 · [0, 4, 4] = `[[3, 1, 7]]` |
#
# Replace the line that raises an error, run your cell, then run the check below it.


# %% grade_id="weighted_average"
def weighted_average(values, weights):
    """Average the words of each sentence, each by its share of the weights.

    values: (B, S, D), weights: (B, S), positive, of any sum, be it large or tiny. Returns (B, D).
    """
    ### BEGIN SOLUTION
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)  # (B, S)
    return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)  # (B, S, D) -> (B, D)
    ### END SOLUTION


# %% grade_id="weighted_average-check"
check("weighted_average")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Forget the batch and take the example to paper: what do you divide 3 and 1 by, and how do you get that number from
# `weights`? Then ask which axis of `weights` counts the words.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# 1. Add up the weights of each sentence, and keep that axis, with size 1.
# 2. Divide the weights by these sums: now they are shares.
# 3. Give the shares a new last axis of size 1, so that each share meets all D numbers of its word.
# 4. Multiply by the values.
# 5. Add up over the axis of the words.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# Print `.shape` after each step. Compare with these, from the right:
# sums (B, 1), shares (B, S), shares with a new axis (B, S, 1), products (B, S, D), result (B, D).
# The first line that is not like this is the one to mend.
# </details>
#
# <details><summary>Why it works (for when everything holds)</summary>
#
# Shares that are positive and sum to one can only mix: each number of the result lies between the smallest and the
# largest of its column. Were all words equal, the average would be that same word, whatever the weights.
# </details>


# %%
two_words = ops.convert_to_tensor([[[4.0, 0.0, 8.0], [0.0, 4.0, 4.0]]] * 5)  # (B, S, D)
weights_of_two = np.array([[7, 1], [3, 1], [1, 1], [1, 3], [1, 7]])  # (B, S)
rows = [f"{first} : {second}" for first, second in weights_of_two]
figures.once_written(
    lambda: figures.matrix(
        weighted_average(two_words, ops.convert_to_tensor(weights_of_two, "float32")),
        rows,
        title="From [4, 0, 8] to [0, 4, 4]",
        row_label="weights",
        column_label="D",
    )
)

# %% [markdown]
# **What to notice:** the average walks from the first word to the second as the weight does. Row `1 : 1` is the plain
# mean, the wrong attempt from above.
#
# ### Stretch (0 points)
# Predict the average for the weights 1000 and 1, and for 0.003 and 0.001. Then try them here:

# %%


# %% [markdown] grade_id="pairwise_dot-task"
# ## 2. Compare every row with every row
#
# **Why it matters.** To know which words matter to a word, attention compares it with all of them. A dot product is
# that comparison: the more two vectors agree, the larger it is.
#
# **Write** `pairwise_dot(a, b)`.
#
# | | shape | what it holds |
# |---|---|---|
# | `a` | (B, T, D) | T rows of D numbers in each sentence |
# | `b` | (B, S, D) | S rows of D numbers in each sentence |
# | result | (B, T, S) | at `[i, t, s]`: row t of `a` · row s of `b`, both in sentence i |
#
# 1. Multiply two rows number by number, and add the products up. Leave these sums as they are.
# 2. Compare rows of the same sentence only, with `ops` and operators such as `@`, on the whole batch at once.
#
# **Example.** One sentence, two rows against three:
#
# | `a` | `b` | result |
# |---|---|---|
# | `[[[1, 2], [4, 0]]]` | `[[[1, 1], [2, 4], [0, 3]]]` | `[[[3, 10, 6], [4, 8, 0]]]` |
#
# The 10 is [1, 2] · [2, 4] = 1·2 + 2·4. Check another one by hand before you write.


# %% grade_id="pairwise_dot"
def pairwise_dot(a, b):
    """Take the dot product of every row of `a` with every row of `b`, sentence by sentence.

    a: (B, T, D), b: (B, S, D). Returns (B, T, S).
    """
    ### BEGIN SOLUTION
    turned = ops.transpose(b, (0, 2, 1))  # (B, S, D) -> (B, D, S)
    return ops.matmul(a, turned)  # (B, T, S)
    ### END SOLUTION


# %% grade_id="pairwise_dot-check"
check("pairwise_dot")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# The matrix product of the lesson lets rows meet columns. You want rows to meet rows. What has to happen to `b`, and
# which of its axes must stay in its place?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# 1. Swap the last two axes of `b`, so that its rows become columns. The batch stays first.
# 2. Take the matrix product of `a` and the turned `b`. It works on each sentence of the batch by itself.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# A matrix product needs equal inner sizes: (B, T, **D**) with (B, **D**, S). If yours meets (B, S, D), the swap is
# missing. If the batch has moved to the end, name the order of all three axes in the swap.
# </details>
#
# <details><summary>Why it works (for when everything holds)</summary>
#
# The matrix product at row t, column s adds up `a[t, d]` times `turned[d, s]` over d, and `turned[d, s]` is `b[s, d]`.
# That is the dot product of two rows. One call does all B · T · S of them.
# </details>


# %%
cat_and_car = ops.convert_to_tensor([[[3.0, 0.0, 1.0], [0.0, 3.0, -1.0]]])  # (B, T, D)
four_words = ops.convert_to_tensor(
    [[[3.0, 0.0, 2.0], [3.0, 0.0, -2.0], [0.0, 3.0, -2.0], [0.0, 2.0, 2.0]]]
)  # (B, S, D)
columns = ["kitten", "horse", "truck", "toy car"]
figures.once_written(
    lambda: figures.matrix(
        pairwise_dot(cat_and_car, four_words)[0], ["cat", "car"], columns, "Who is like whom?", "T", "S", decimals=0
    )
)

# %% [markdown]
# **What to notice:** each word is three invented numbers: how much of an animal, of a machine, and how small.
# *Cat* agrees most with *kitten*. *Car* agrees more with *truck* than with *toy car*, which is small.

# %% [markdown]
# ### Stretch (0 points)
# Put your two functions together. From all the dots take `[:, 0]`, *cat* with each of `four_words`: its shape is
# (B, S). Make it positive with `ops.exp`, and use it to average `four_words`. Which word comes out, nearly?
# That is attention, for one word.

# %%


# %% [markdown]
# ## Hand in
# First, where you stand:

# %%
progress()

# %% [markdown]
# - A weighted average is shares that sum to one, times values, summed.
# - One matrix product compares all rows with all rows, once `b` is turned.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 00_start`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
#
# **Next:** [Lesson 1](../../course/01_text.ipynb) turns sentences into numbers.
