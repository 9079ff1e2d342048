# %% [markdown]
# # Exercises 14: the bug clinic
#
# Ten Transformers train well and write something. Each has a bug that somebody really made. Here you write five tests
# that find them, and that leave right models in peace, however they are built. Plan about two hours. Read
# [lesson 14](../../course/14_debugging.ipynb) first, where you meet the patients, A to J, by their symptoms.
#
# Axes: B sentences in the batch, S source tokens, T target tokens, V tokens in the vocabulary.

# %%
from course.toolkit import figures
from course.toolkit.clinic import chart
from course.toolkit.clinic.patients import Patient, words

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown]
# **What a test gets.** Your tests never see a model, only functions of it, so it does not matter how it is written:
#
# - `model(source, target)`: integers `(B, S)` and `(B, T)`, as arrays, tensors or lists, to logits `(B, T, V)`. Id 0
#   is padding, 2 `[START]`, 3 `[END]`, and 4 to 11 are words, so V = 12. There may be up to 16 rows of up to 16 tokens.
#   The logits at position t say which token comes after `target[:, t]`. There is no dropout in it.
# - What comes back is a tensor. `ops.convert_to_numpy` makes an array of it, with which NumPy can do everything.
# - `words(3, 5)` gives you 3 rows of 5 words, drawn by chance, and always the same.

# %% [markdown]
# The models are not trained. A bug shows all the same, because a rule such as “padding changes nothing” holds for any
# parameters.
#
# **What a test says.** It returns True if the model passes, and False if it does not. Whoever prefers pytest's way may
# write `assert` instead, and return nothing.
#
# **What counts.** Each test is tried on wrong models, and on the same models without the bug. Exposing a bug earns
# points, and accusing a right model costs some, so that a test that always says the same gets nothing. A test may call
# `model` 100 times.

# %% [markdown]
# **Rounding.** Sums of float32 depend on their order. Two logits that should be equal may differ by 0.00002 of the
# largest logit of the call, and a bug makes them differ by more than 0.001 of it. Some models have logits of several
# hundred, others of a few hundredths.

# %%
healthy = Patient()
source = np.array([[4, 6, 5, 0], [7, 8, 0, 0]])
target = np.array([[2, 5, 6, 4], [2, 8, 7, 0]])
logits = ops.convert_to_numpy(healthy.model(source, target))
print("logits:", logits.shape, "the largest:", np.abs(logits).max().round(2))

# %% [markdown] grade_id="test_padding-task"
# ## 1. Padding changes nothing
#
# Patients D and G write most sentences right in a batch, and most of them wrong when each comes alone. What a sentence
# has in a batch, and not alone, is padding. They have learned to use it.
#
# **Write** `test_padding(model)` → True if the logits stay the same however many `[PAD]` stand behind the words of the
# source, False if they do not.
#
# - Padding belongs *behind* the words. In front of them it would move them to other positions, where a right model may
#   say something else.
# - Add several, because one `[PAD]` among many words has little effect.
# - Padding in the target is no question here. Logits at padded target positions may be anything, in right models too.

# %% [markdown]
# By hand, let the largest logit of the call be −4, so that its size is 4. Then:
#
# | a logit before | after | difference | of the largest | what it is |
# |---|---|---|---|---|
# | 2.00000 | 2.00004 | 0.00004 | 0.00001 | rounding |
# | 2.00000 | 2.02000 | 0.02000 | 0.00500 | a bug |
#
# So compare with a limit between 0.00002 and 0.001 *of the largest logit*, whichever it is.


# %% grade_id="test_padding"
def test_padding(model):
    """Whether padding behind the source changes nothing.

    model: a function of source (B, S) and target (B, T) that returns logits (B, T, V). Returns True or False.
    """
    ### BEGIN SOLUTION
    source, target = words(3, 5), words(3, 6)
    before = ops.convert_to_numpy(model(source, target))
    after = ops.convert_to_numpy(model(np.pad(source, ((0, 0), (0, 9))), target))
    return bool(np.abs(after - before).max() <= 1e-4 * np.abs(before).max())
    ### END SOLUTION


# %% grade_id="test_padding-check"
check("test_padding")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Try it by hand with `healthy.model` and `Patient("D").model`: a source without padding, and the same with six zeros
# behind it. Print the largest difference of the logits, and the largest logit.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Draw a source and a target of words. Logits of both. Append columns of 0 to the source, and ask for the logits again.
# Return whether the largest difference is at most 0.0001 of the largest logit, both without their sign.
# </details>
#
# <details><summary>Help: it accuses right models</summary>
#
# Do you compare with `==`, or with a fixed small number? Rounding grows with the logits. `np.allclose` has a limit for
# each number by itself, which is too strict for a small logit beside a large one.
# </details>
#
# <details><summary>Help: it lets wrong ones pass</summary>
#
# Does the likeliest token decide? It often stays, though all logits have changed. Is the limit too large for small
# logits? Is there padding at all?
# </details>
#
# <details><summary>Why it works</summary>
#
# This is a *metamorphic* test: nobody knows the right logits, but everybody knows that two calls must agree. It needs
# no trained model and no data.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# A model with relative positions may well stand `[PAD]` in front of the words. What would you have to know about a
# model before you may ask that of it?

# %%

# %% [markdown] grade_id="test_future-task"
# ## 2. The future changes nothing
#
# Patient B has the best loss of all after a few steps, and writes nothing but `[END]`. Patient I does not get two words
# right. While they train, the whole target lies before them. When they write, there is nothing behind the last token.
#
# **Write** `test_future(model)` → True if no logits depend on later target tokens, False if some do.
#
# - The logits at position t may depend on the target up to t, *with* the token at t, and on the whole source.
# - Nothing is said about how they get to know: a look-ahead mask is one way, and not the only one.
# - Change the future by a lot: best are other words, and many of them.

# %% [markdown]
# By hand, let T be 5, and change the tokens at positions 3 and 4:
#
# | position t | 0 | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | target before | 2 | 5 | 8 | 6 | 4 |
# | target after | 2 | 5 | 8 | 9 | 11 |
# | may its logits change? | no | no | no | yes, it reads 9 | yes |


# %% grade_id="test_future"
def test_future(model):
    """Whether logits do not depend on later target tokens.

    model: a function of source (B, S) and target (B, T) that returns logits (B, T, V). Returns True or False.
    """
    ### BEGIN SOLUTION
    source, target = words(3, 5), words(3, 9)
    other = target.copy()
    other[:, 5:] = words(3, 4)
    before, after = (ops.convert_to_numpy(model(source, one))[:, :5] for one in (target, other))
    return bool(np.abs(after - before).max() <= 1e-4 * np.abs(before).max())
    ### END SOLUTION


# %% grade_id="test_future-check"
check("test_future")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Draw a target of 9 words, copy it, and write other words into the copy from position 5 on. Which positions must be
# the same in both calls?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Logits of both targets, with the same source. Keep the positions before the first changed one. Return whether the
# largest difference there is at most 0.0001 of the largest logit.
# </details>
#
# <details><summary>Help: it accuses right models</summary>
#
# The first position whose logits may change is that of the first changed token, since it reads this token. And the
# source has no future: an encoder reads all of it.
# </details>
#
# <details><summary>Help: it lets one of them pass</summary>
#
# Patient I leaks only through the mean and variance of its normalisation, so look at the numbers, not at the likeliest
# token. Did you change a copy? `other = target` gives the same array a second name.
# </details>
#
# <details><summary>Why it works</summary>
#
# Whatever way information takes, through a mask, a norm or a convolution, it ends in logits that change. A test of the
# mask would have looked at one way only.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# Which tokens does a position depend on? Change one target token at a time, and draw the differences of all positions
# as a matrix (T, T) for `Patient("B").model`. Lesson 9 did it by gradients. Which way needs fewer calls?

# %%

# %% [markdown] grade_id="test_batch_mates-task"
# ## 3. Batch-mates change nothing
#
# Patients E and J are better in a batch than alone as well, and padding is not all that a batch has. There are other
# sentences in it, and nobody's answer may depend on who happens to sit beside them.
#
# **Write** `test_batch_mates(model)` → True if the logits of a row do not depend on the other rows, nor on its place
# among them, False if they do.
#
# - Compare real target tokens only. Logits at padded target positions may be anything, and depend on anything.
# - Whether a row that is alone has padding behind it must not matter, so you may keep it or cut it off.

# %% [markdown]
# A batch-mate can get in by several doors, and not every batch opens each of them:
#
# | batch | what it cannot find |
# |---|---|
# | all rows alike | attention among rows: every mean of equal things is the same |
# | the same rows in another order | attention among rows: it is the same set, in whichever order |
# | rows of one length | masks of another row: they are all alike |


# %% grade_id="test_batch_mates"
def test_batch_mates(model):
    """Whether a row's logits do not depend on the other rows of the batch.

    model: a function of source (B, S) and target (B, T) that returns logits (B, T, V). Returns True or False.
    """
    ### BEGIN SOLUTION
    source = target = words(6, 6) * np.tri(6, dtype=int)  # 1 word in the first row, 6 in the last
    together = ops.convert_to_numpy(model(source, target))  # (B, T, V)
    limit = 1e-4 * np.abs(together).max()
    for row in range(len(source)):
        alone = ops.convert_to_numpy(model(source[row : row + 1], target[row : row + 1]))[0]
        real = target[row] != 0
        if np.abs(alone[real] - together[row][real]).max() > limit:
            return False
    return True
    ### END SOLUTION


# %% grade_id="test_batch_mates-check"
check("test_batch_mates")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With four rows of different words and of one length. Ask for all together, then for each alone: `source[row : row +
# 1]` keeps the batch axis. Then let the rows have different lengths.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Draw words, and put 0 behind the first 1, 2, 3 … of the rows, for which `np.tri` is handy. Logits of the whole batch.
# For each row: logits of it alone; where its target is not 0, the largest difference must be at most 0.0001 of the
# largest logit.
# </details>
#
# <details><summary>Help: it accuses right models</summary>
#
# Leave out positions at which the target is 0. If you change the order of the rows, their results come in the new order
# too.
# </details>
#
# <details><summary>Help: it lets one of them pass</summary>
#
# Look at the table above. Does your batch have different sentences, of different lengths?
# </details>
#
# <details><summary>Why it works</summary>
#
# Alone there are no mates, so whatever they do is missing there. This is also why nobody sees such a bug while the
# evaluation uses batches as in training.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# Batch normalisation makes rows depend on each other *in training*, on purpose. Would your test accuse a model that has
# it? When?

# %%

# %% [markdown] grade_id="test_loss-task"
# ## 4. The loss is the loss
#
# Patient F has the lowest loss of all from the start, and writes `[START]` for ever. Patient A looks healthy, only that
# its loss is better than its sentences are, and the more so the more padding a batch has.
#
# **Write** `test_loss(model, loss)` → True if the loss is what it should be, False if it is not.
#
# - `loss(source, target)` takes whole targets `(B, T + 1)`, from `[START]` to `[END]`, with padding behind. The model
#   reads all but the last column, `model(source, target[:, :-1])`.
# - It should be the mean of −ln p of the *next* token, over all real next tokens of the whole batch: teacher forcing,
#   no smoothing, no dropout. Natural logarithms, and float32.
# - Logits may be some hundreds. Two losses that should be equal may differ by 0.00002 of the loss.

# %% [markdown]
# By hand: the first target is `[2, 5, 3, 0]`, the second `[2, 5, 6, 3]`. Read are `[2, 5, 3]` and `[2, 5, 6]`, and the
# next tokens are `[5, 3, 0]` and `[5, 6, 3]`, of which five are real. Let p be, for these:
#
# | | p of the next token | −ln p |
# |---|---|---|
# | first row | 1/2, 1/4, (padding) | 0.693, 1.386 |
# | second row | 1/2, 1/2, 1/4 | 0.693, 0.693, 1.386 |
#
# The loss is 4.852 / 5 = 0.970. A mean of the two row means would be 0.982, and one over all six positions 0.809 and
# what the padding costs.


# %% grade_id="test_loss"
def test_loss(model, loss):
    """Whether a loss is the mean of −ln p of the next token over all real next tokens.

    model: a function of source (B, S) and target (B, T) that returns logits (B, T, V). loss: a function of source and
    whole targets (B, T + 1) that returns a number. Returns True or False.
    """
    ### BEGIN SOLUTION
    source, target = words(6, 5), words(6, 6) * np.tri(6, dtype=int)  # 1 real token in the first row, 6 in the last
    log_p = ops.convert_to_numpy(ops.log_softmax(model(source, target[:, :-1])))  # (B, T, V)
    following = target[:, 1:]
    costs = -np.take_along_axis(log_p, following[:, :, None], axis=2)[:, :, 0]
    expected = costs[following != 0].mean()
    return bool(abs(float(loss(source, target)) - expected) <= 1e-4 * expected)
    ### END SOLUTION


# %% grade_id="test_loss-check"
check("test_loss")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Compute the loss yourself, of what `model` says, as you did in unit 11. Then compare.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Targets of different lengths with 0 behind. Logits of all columns but the last, log-softmax, and from it the number of
# each next token. Where that is not 0, take the mean, and turn its sign. Return whether `loss` differs from it by at
# most 0.0001 of it.
# </details>
#
# <details><summary>Help: my loss is infinite</summary>
#
# `np.log` of a softmax is −∞ where p is too small for a float. `ops.log_softmax` never makes p.
# </details>
#
# <details><summary>Help: it lets one of them pass</summary>
#
# Without padding in the target, nobody can see whether it is counted. A loss of about ln V is what an untrained model
# has with any labels, so that says nothing of their order.
# </details>
#
# <details><summary>Why it works</summary>
#
# A second way to compute the same, written by somebody else, is the oldest test there is. It is good where the rule is
# short, and the code that it checks is long.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# Can you expose both bugs without computing any loss, by two calls of `loss` that must agree, or must not?

# %%

# %% [markdown] grade_id="test_parameters-task"
# ## 5. Everything learns
#
# Patients C and H have no symptom: they learn and write about as well as the healthy model. One has a single layer
# where it should have several. The other has layers which nobody trains, and the rest of the model works around them.
#
# **Write** `test_parameters(train, parameters)` → True if everything is trained, and nothing stands in for two, False
# otherwise.
#
# - `train(source, target)` does one step of training on a batch of whole targets, and returns the loss before it. It
#   may be called 20 times.
# - `parameters()` returns a dictionary with an array for each parameter, by a name such as
#   `"encoder.0.attention.query.kernel"`, with all layers that the model has. One that is shared on purpose, such as the
#   matrix of a tied projection, stands in it once.

# %% [markdown]
# After a few steps on a batch of sentences, this is true of a right model:
#
# | | before training | after it |
# |---|---|---|
# | each array | | has changed in one number at least, by however little |
# | two arrays | may be equal: biases are 0, gains are 1 | are never equal |
#
# Not every single number changes, since the rows of tokens that have not been seen stay as they were. Give it sources
# of several words: where there is only one token to attend to, nobody can learn whom to attend to.


# %% grade_id="test_parameters"
def test_parameters(train, parameters):
    """Whether each parameter is trained, and no two are one.

    train: a function of source (B, S) and whole targets (B, T + 1) that does one step and returns the loss before it.
    parameters: a function that returns a dictionary of arrays. Returns True or False.
    """
    ### BEGIN SOLUTION
    source, target = words(3, 5), words(3, 7)
    before = {name: ops.convert_to_numpy(array) for name, array in parameters().items()}
    for _ in range(3):
        train(source, target)
    after = {name: ops.convert_to_numpy(array) for name, array in parameters().items()}
    all_trained = all((after[name] != before[name]).any() for name in before)
    return all_trained and len({array.tobytes() for array in after.values()}) == len(after)
    ### END SOLUTION


# %% grade_id="test_parameters-check"
check("test_parameters")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Look at `Patient("H")`: print the names of the arrays that are the same before and after a step of training.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Keep the parameters. Train a few steps on one batch. Take the parameters again. False if an array has not changed in
# any number. False if two arrays of one shape are equal in all of them. True otherwise.
# </details>
#
# <details><summary>Help: it accuses right models</summary>
#
# Compare exactly, without a limit: with plain gradient descent some parameters move very little. Compare two arrays
# with each other *after* training only.
# </details>
#
# <details><summary>Help: it lets one of them pass</summary>
#
# The loss of both falls nicely. Look at *all* arrays, not at any one of them, and at each for both questions.
# </details>
#
# <details><summary>Why it works</summary>
#
# An array that is one object under two names gets the same value whatever happens. Two that are different get different
# gradients, even if they had begun alike.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# Two layers that are different objects and begin with equal numbers, as copies of one layer do, pass your test. Is that
# a bug? PyTorch's own `TransformerEncoder` does it (pytorch issue 86274). How would you expose it?

# %% [markdown]
# ## The ward round
#
# Your five tests on all ten patients and two healthy models: ✓ where a test says that something is wrong. Each patient
# should have a ✓, and no healthy model. Two patients in a row is what the references find; a test may find more.


# %%
def ward_round():
    of_model = {"test_padding": test_padding, "test_future": test_future, "test_batch_mates": test_batch_mates}
    return chart.ward_round({**of_model, "test_loss": test_loss, "test_parameters": test_parameters})


figures.once_written(ward_round)

# %%
progress()

# %% [markdown]
# **What you have learned**
# - Nobody knows the right logits, but two calls that must agree, or must not, say whether a model is right.
# - Change one thing, a lot, and look at the numbers, not at the likeliest token.
# - A test that accuses right models is as bad as one that lets wrong ones pass: try it on both.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 14_debugging`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
