# %% [markdown]
# # 0. How this course works
# > At the end of this course, layers that you wrote yourself translate English into Spanish.
#
# Inside them, tables like this one decide which English words each Spanish word is made from.
# Click on the cell below and press Shift and Enter: it draws the picture.

# %%
from course.toolkit import figures

import numpy as np
from keras import ops

english = ["the", "red", "house", "is", "small"]
spanish = ["la", "casa", "roja", "es", "pequeña"]
sketch = np.array([[3, 0, 1, 0, 0], [0, 0, 4, 0, 0], [0, 3, 1, 0, 0], [0, 0, 0, 4, 0], [0, 0, 1, 0, 3]]) / 4
figures.matrix(sketch, spanish, english, "Who looks at whom: a sketch", "Spanish word written", "English word read")

# %% [markdown]
# These numbers are invented. In the last lessons, which are still being written, your own model will fill such a table.
# Every row sums to 1. Row *roja* takes 0.75 of *red* for its meaning, and 0.25 of *house*: *casa* is feminine, hence
# the *-a*.
# Each row holds the weights of a **weighted average**, the first thing you will write.

# %% [markdown]
# **You will be able to**
# - name the axes of an array and read a shape comment;
# - compute weighted averages and dot products, by hand and with `keras.ops`;
# - read a shape error and a failed check, and hand in a notebook.
#
# **Time:** 20 minutes. **Needs:** Python functions and loops. No Keras yet.

# %% [markdown]
# ## What will each unit ask of you?
# | step | where | what you do |
# |---|---|---|
# | read | the lesson in `course/` | guess each result, then run its cell |
# | write | the exercises, your own copy in `work/` | replace the line that raises an error |
# | check | below your answer | run it, mend, run it again |
# | progress | the end of that notebook | see your points |
# | submit | terminal, or *Nbgrader* in the menu | hand it in |

# %% [markdown]
# ## What do the letters mean?
# | axis | counts | axis | counts | axis | counts |
# |---|---|---|---|---|---|
# | `B` | sentences in a batch | `D` | numbers per word: width | `F` | feed-forward width |
# | `T` | target words (queries) | `H` | attention heads | `V` | words in the vocabulary |
# | `S` | source words (keys) | `K` | width of one head | `L` | layers |
#
# Where a shape changes, the line ends in a comment with the new shape: `# (B, T, S)`.
# `# (S, D) -> (D, S)` gives both, before and after. Today you need `B`, `T`, `S` and `D` only.
# Two conventions can wait as well: word **ids** until lesson 1, true-or-false **masks** until lesson 5.

# %% [markdown]
# ## How do you hold words in an array?
# Let each word be a row of three numbers: two words, so `S = 2` and `D = 3`. A **transpose** swaps rows and columns.

# %%
values = ops.convert_to_tensor([[4.0, 0.0, 4.0], [0.0, 8.0, 4.0]])  # (S, D): house, red
print(values)
print("transpose:", ops.transpose(values).shape)  # (S, D) -> (D, S)

# %% [markdown]
# `ops` is `keras.ops`; its array is a **tensor**, here TensorFlow's. A shape reads outside in: 2 rows of 3 numbers.
#
# Summing *over* an axis removes it; `keepdims=True` keeps it, with size 1. Axis `-1` is the last:
# 4 + 0 + 4 = 8, 0 + 8 + 4 = 12. Axis `0` is the first: 4 + 0, 0 + 8, 4 + 4.

# %%
print("over D:      ", ops.sum(values, axis=-1))  # (S,)
print("over D, kept:", ops.sum(values, axis=-1, keepdims=True))  # (S, 1)
print("over S:      ", ops.sum(values, axis=0))  # (D,)

# %% [markdown]
# `x @ y`, or `ops.matmul(x, y)`, is the matrix product. Each row of `x` meets each column of `y`: multiply number by
# number, then sum. $(x\,y)_{ik} = \sum_d x_{id}\; y_{dk}$. The inner sizes must agree, and disappear.
# Three columns of `mixer` copy a number; the last sums them: 4·1 + 0·1 + 4·1 = 8.

# %%
mixer = ops.convert_to_tensor([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]])  # (D, 4)
print(values @ mixer)  # (S, D) @ (D, 4) -> (S, 4)

# %% [markdown]
# ## How do you average words that matter unequally?
# Let *house* weigh 1 and *red* 3. To **normalise**, divide by their sum, 4: now 0.25 and 0.75, as in row *roja*.
#
# $$\text{average} = \sum_s \frac{w_s}{\sum_j w_j}\; \text{value}_s$$
#
# 0.25 · [4, 0, 4] + 0.75 · [0, 8, 4] = [1, 0, 1] + [0, 6, 3] = **[1, 6, 4]**.

# %%
weights = ops.convert_to_tensor([1.0, 3.0])  # (S,)
weights = weights / ops.sum(weights)
print("average:", weights[0] * values[0] + weights[1] * values[1])  # (D,)

# %% [markdown]
# For many words at once, use **broadcasting**. It lines two shapes up *from the right*: each pair of sizes must be
# equal, or one of them 1, which is then repeated. So (2,) against (2, 3) fails, because 2 meets 3.
# With an axis inserted, (2, 1) against (2, 3) fits: 1 is repeated, and 2 equals 2.

# %%
column = ops.expand_dims(weights, axis=-1)  # (S,) -> (S, 1)
shares = column * values  # (S, 1) * (S, D) -> (S, D)
print("average:", ops.sum(shares, axis=0))  # (D,)
panels = {"values": values, "weights, repeated": ops.broadcast_to(column, (2, 3)), "weights × values": shares}
figures.matrices(panels, rows=["house", "red"], column_label="D")

# %% [markdown]
# **What to notice:** in the middle, each row repeats one weight. The rows on the right add up to [1, 6, 4].
#
# ## How do you read a shape error?
# Here the inserted axis is missing, twice. The second product keeps the last two columns, [0, 4] and [8, 4].
#
# > **Predict before you run.** Which fails? What does the other give?

# %%
plain_values, plain_weights = ops.convert_to_numpy(values), ops.convert_to_numpy(weights)
try:
    print(plain_weights * plain_values)
except ValueError as error:
    print("first: ", error)
print("second:", (plain_weights * plain_values[:, 1:]).sum(axis=0))

# %% [markdown]
# The first fails; TensorFlow would say `Incompatible shapes: [2] vs. [2,3]`. To read it, find both shapes, compare them
# from the right, and name the axes: here `S` met `D`.
# The second is worse: **no error, wrong numbers**. It should give [6, 4], but the weights multiplied columns.
# So most of our checks give every axis its own size; do the same.

# %% [markdown]
# ## How alike are the rows of two arrays?
# A **dot product** multiplies two vectors number by number and sums: [1, 1] · [3, 4] = 3 + 4 = 7.
# We want every row of `a` against every row of `b`, in each sentence $i$:
#
# $$\text{scores}_{its} = \sum_d a_{itd}\; b_{isd}$$

# %%
a_rows = ops.convert_to_tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])  # (T, D)
b_rows = ops.convert_to_tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])  # (S, D)
a = ops.stack([a_rows, 10 * a_rows])  # (B, T, D)
b = ops.stack([b_rows, b_rows])  # (B, S, D)
looped = np.zeros((2, 3, 4))  # (B, T, S)
for i, t, s in np.ndindex(2, 3, 4):
    looped[i, t, s] = ops.sum(a[i, t] * b[i, s])

# %% [markdown]
# `matmul` does it at once: the first axis counts matrices, and the last two multiply. Rows must meet *columns*, so the
# last two axes of `b` change places. (`B` and `D` are both 2 here only to keep your sums short.)
#
# > **Predict before you run.** Which four numbers stand in row `a2` = [1, 1] of each sentence?

# %%
turned = ops.transpose(b, (0, 2, 1))  # (B, S, D) -> (B, D, S)
scores = a @ turned  # (B, T, D) @ (B, D, S) -> (B, T, S)
print(scores.shape, "equal to the loop:", np.allclose(scores, looped))
panels = {"sentence 0": scores[0], "sentence 1": scores[1]}
figures.matrices(panels, ["a0", "a1", "a2"], ["b0", "b1", "b2", "b3"], "T: rows of a", "S: rows of b", decimals=0)

# %% [markdown]
# **What to notice:** `a0` = [1, 0] reads the first number of each row of `b`, `a1` the second, `a2` their sum:
# 3, 7, 11, 15. Sentence 1 is ten times that; sentences never mix.
#
# ## What does a check tell you?
# Exercise notebooks begin with `from autograder import check, progress`. Running `check("weighted_average")` tests your
# function. Suppose it forgets to normalise. Then the report says this (`⋮` stands for more rules):

# %% [markdown]
# ```text
# weighted_average: 3 of 7 hold · 4 of 10 points
#   Likely mistake: The weights are used as they came. Divide them by their sum before you multiply.
#   ✗ weights of three to one count for three quarters and one quarter
#       The first word counts for 3/4, the second for 1/4: this is the example of the task.
#       Called    weighted_average((1, 2, 3) float32, (1, 2) float32)
#       Got       12 at [0, 0]; 3 of 3 numbers differ
#       Expected  3 at [0, 0]
#   ✗ other weights are shares of their sum (for the same reason)
#   ⋮
#   ✓ there is one vector for each sentence
# ```
#
# The line *Likely mistake* guesses the slip. Each ✗ is a rule that does not hold, each ✓ one that does. Below the
# first ✗ stand the rule in other words, what was called (by shapes), what came back, and what was expected. A rule that
# makes sense for a right result only says *not asked yet* until then.

# %% [markdown]
# In this test the first word, [4, 0, 8], weighs 3, and the second, [0, 4, 4], weighs 1.
# So 12 is 3·4 + 1·0: nobody divided by 4. To see the numbers yourself, keep the report: after
# `report = check("weighted_average")`, `report.inputs` holds what your function was called with.

# %% [markdown]
# A check also asks what one call does not show. Unless a task says otherwise, your function gets tensors, leaves them
# as they are, and computes with `keras.ops` alone. Then Keras can *compile* it: make a fixed plan of it, before
# it knows any number or the size of a batch. The report shows `None` for a size that is not known there.
#
# `progress()` shows the points of every exercise. One you have not touched is *not attempted*, not wrong.

# %% [markdown]
# ## How are you graded?
# - A check repeats its inputs, so that you can study a failure. Grading draws new ones: memorised answers fail.
# - Your code runs in a process of its own, apart from the tests.
# - Printing and warnings never cost a point.
#
# <details><summary>Stuck? Unfold the help ladder</summary>
#
# Each exercise folds its help like this. Try again after each rung: *Where to begin* (the first step), *Pseudocode*
# (every step), *Help: my shapes do not match* (which axis to look at). *Why it works* is for afterwards.
# </details>

# %% [markdown]
# ## How do you hand in?
# Save, open *File > New > Terminal*, and type `python -m autograder submit 00_start`. It marks your notebook from top
# to bottom, as the real grading will, says what is missing, and makes one file that you can send. Where your course has
# a server, open *Nbgrader > Assignment List* instead.
#
# Your copy in `work/` is yours: no command overwrites it. If we improve an exercise, `python -m autograder update
# 00_start` moves your answers into the new notebook and keeps the old one.
#
# May an assistant such as ChatGPT help? Let it explain and question you, but write the answers yourself, because what
# you have not written you will not recognise when it goes wrong. The file `AGENTS.md` in your folder asks assistants
# for just that.

# %% [markdown]
# ## Check yourself
# `weights` is (2, 7): two sentences of seven words. By what do you divide, so that each sentence sums to one?
# - **A** `ops.sum(weights)`
# - **B** `ops.sum(weights, axis=-1)`
# - **C** `ops.sum(weights, axis=0, keepdims=True)`
# - **D** `ops.sum(weights, axis=-1, keepdims=True)`
#
# <details><summary>Answer</summary>
#
# **D.** Its shape (2, 1) gives each sentence its own sum.
# **A** is one number for both: the two sentences *together* sum to one.
# **B** has shape (2,), and 2 against 7 is an error. With two words per sentence it would fit, and be wrong.
# **C** has shape (1, 7): it runs, and mixes sentences. Each word *position* sums to one, down the batch.
# </details>

# %% [markdown]
# ## In this lesson
# - Shapes line up from the right; name each axis, and give each its own size when you test.
# - A weighted average is weights that sum to one, times values, summed. One product compares all rows with all rows.
# - Guess, run, write, check, hand in.
#
# Your turn: [the exercises of unit 0](../exercises/00_start/00_start.ipynb), two exercises.

# %% [markdown]
# **Further reading**
# - [Broadcasting, NumPy manual](https://numpy.org/doc/stable/user/basics.broadcasting.html): the rule, with pictures.
# - [Keras ops](https://keras.io/api/ops/): every function of `keras.ops`, one line each.
# - Vaswani et al., [Attention Is All You Need](https://arxiv.org/abs/1706.03762): glance at Figure 1, your goal.
