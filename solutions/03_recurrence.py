# %% [markdown]
# # Exercises 3: reading word by word
#
# Here you write the three cells that read a sentence word by word, the loop that drives them, and the first attention.
# Plan about 70 minutes. Read [lesson 3](../../course/03_recurrence.ipynb) first.
#
# Use `keras.ops`: the check compiles your functions and takes their gradients. NumPy allows neither. In a compiled
# graph B is not known; the other sizes are.
#
# Axes: B batch, S words of a sentence, D width of a word, U units (width of a state), A width of the comparison.

# %%
from course.toolkit import figures

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="rnn_step-task"
# ## 1. One step of memory
#
# A sentence can have any length, a weight matrix cannot. So one small step is repeated: old memory and a word go in,
# new memory comes out.
#
# **Write** `rnn_step(x, state, w_input, w_state, bias)` → the new state `(B, U)`.
#
# | x | state | w_input | w_state | bias |
# |---|---|---|---|---|
# | `(B, D)` | `(B, U)` | `(D, U)` | `(U, U)` | `(U,)` |
#
# $$\text{state}' = \tanh(x\,W + \text{state}\,U + b)$$
#
# - Word and state each meet their own matrix. The sum of all three goes through tanh.
# - It equals `keras.layers.SimpleRNNCell` with the same weights, and so do its gradients.
#
# With B = D = U = 1: x = 1, state = 0.5, w_input = 2, w_state = −1, bias = 1 give tanh(2 − 0.5 + 1) = tanh(2.5) =
# 0.987.


# %% grade_id="rnn_step"
def rnn_step(x, state, w_input, w_state, bias):
    """Read one word into the memory, as `keras.layers.SimpleRNNCell` does.

    x: (B, D). state: (B, U). w_input: (D, U). w_state: (U, U). bias: (U,). Returns the new state, (B, U).
    """
    ### BEGIN SOLUTION
    return ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias)  # (B, U)
    ### END SOLUTION


# %% grade_id="rnn_step-check"
check("rnn_step")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Take the word alone: which product of `x` and `w_input` has the shape (B, U)?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Multiply the word with its matrix. Multiply the state with its own. Add both and the bias. Apply tanh to the sum.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# In `ops.matmul(a, b)` the last axis of `a` meets the first of `b`: (B, D) with (D, U). Nothing has to be turned over.
# The bias, (U,), stretches over the batch by itself.
# </details>
#
# <details><summary>Why it works</summary>
#
# tanh keeps every number of the memory between −1 and 1, however long the sentence is. What it costs, the lesson's
# section 3 shows.
# </details>


# %%
def fading_memory():
    curves, word = {}, np.array([[3.0]], "float32")
    for weight in (0.5, 0.9, 1.2):
        state, seen = np.zeros((1, 1), "float32"), []
        for place in range(10):
            one, matrix = np.ones((1, 1), "float32"), np.full((1, 1), weight, "float32")
            state = rnn_step(word if place == 0 else 0 * word, state, one, matrix, np.zeros(1, "float32"))
            seen.append(float(ops.reshape(state, ())))
        curves[f"w_state = {weight}"] = (range(10), seen)
    return figures.lines(curves, title="One word, then silence", x_label="step", y_label="your state")


figures.once_written(fading_memory)

# %% [markdown]
# ### Stretch (0 points)
#
# Read the picture: above 1, the memory stays. Why is `w_state` = 1.2 still no good memory? Begin with the words 0.1 and
# −3 in place of 3, and compare what is left of each after ten steps.

# %%

# %% [markdown] grade_id="gru_step-task"
# ## 2. Gates: learn to keep
#
# A plain step rewrites the whole memory at every word. A gated one decides, unit by unit, what to keep.
#
# **Write** `gru_step(x, state, w_input, w_state, bias)` → the new state `(B, U)`.
#
# | x | state | w_input | w_state | bias |
# |---|---|---|---|---|
# | `(B, D)` | `(B, U)` | `(D, 3U)` | `(U, 3U)` | `(2, 3U)` |
#
# - The 3U columns are three blocks of U, in the order update z, reset r, candidate h. Row 0 of the bias goes with the
#   word, row 1 with the state. Indices below name the block.
# - It equals `keras.layers.GRUCell` with the same weights (`reset_after=True`, its default), and so do its gradients.
#
# $$z = \sigma(x W_z + b_{0z} + s\,U_z + b_{1z}) \qquad r = \sigma(x W_r + b_{0r} + s\,U_r + b_{1r})$$
#
# $$\tilde h = \tanh\big(x W_h + b_{0h} + r \cdot (s\,U_h + b_{1h})\big)$$
#
# $$s' = z \cdot s + (1 - z) \cdot \tilde h$$
#
# With B = D = U = 1: x = 1, s = 2, w_input `[0, 0, 1]`, w_state `[0, 0, 1]`, bias `[[0, 0, 0.5], [0, 0, -1]]`. Then
# z = r = σ(0) = 0.5, the candidate is tanh(1 + 0.5 + 0.5 · (2 − 1)) = 0.964, the new state 0.5 · 2 + 0.5 · 0.964 =
# 1.482.


# %% grade_id="gru_step"
def gru_step(x, state, w_input, w_state, bias):
    """Read one word through an update and a reset gate, as `keras.layers.GRUCell` does (Cho et al., 2014).

    x: (B, D). state: (B, U). w_input: (D, 3U), w_state: (U, 3U): blocks z, r, h. bias: (2, 3U), rows: word, state.
    Returns the new state, (B, U).
    """
    ### BEGIN SOLUTION
    from_word = ops.matmul(x, w_input) + bias[0]  # (B, 3U)
    from_state = ops.matmul(state, w_state) + bias[1]  # (B, 3U)
    word_z, word_r, word_h = ops.split(from_word, 3, axis=-1)
    state_z, state_r, state_h = ops.split(from_state, 3, axis=-1)
    update = ops.sigmoid(word_z + state_z)
    reset = ops.sigmoid(word_r + state_r)
    candidate = ops.tanh(word_h + reset * state_h)
    return update * state + (1.0 - update) * candidate  # (B, U)
    ### END SOLUTION


# %% grade_id="gru_step-check"
check("gru_step")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Do all three products at once: `ops.matmul(x, w_input) + bias[0]` is (B, 3U). How do you cut it into three?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Word times its matrix, plus bias row 0; state times its matrix, plus bias row 1. Cut both into three blocks. Update
# and reset: sigmoid of the sum of the two blocks. Candidate: tanh of the word's block plus reset times the state's
# block. Mix the old state and the candidate by the update gate.
# </details>
#
# <details><summary>Help: the shapes are right, the numbers are not</summary>
#
# Look at which checks hold. Three usual causes: the blocks in another order; z and 1 − z swapped; the reset gate put on
# the state *before* its matrix. Here it multiplies the finished block, with its bias.
# </details>
#
# <details><summary>Help: ops.split</summary>
#
# `ops.split(a, 3, axis=-1)` makes three equal parts. A list such as `[u, 2 * u]` would name the places to cut at.
# </details>
#
# <details><summary>Why it works</summary>
#
# Where z is near 1, the state is copied: nothing is squeezed, nothing multiplied. On the way back the gradient is
# copied as well. The network learns when to do so.
# </details>


# %%
def keep_or_forget():
    curves = {}
    for bias_z in (0.0, 2.0, 4.0):
        bias = np.array([[bias_z, 0.0, 0.0], [0.0, 0.0, 0.0]], "float32")
        state, seen, zeros = np.ones((1, 1), "float32"), [1.0], np.zeros((1, 3), "float32")
        for _ in range(10):
            state = gru_step(np.zeros((1, 1), "float32"), state, zeros, zeros, bias)
            seen.append(float(ops.reshape(state, ())))
        curves[f"z = {1 / (1 + np.exp(-bias_z)):.2f}"] = (range(11), seen)
    return figures.lines(curves, title="The update gate keeps", x_label="step", y_label="your state")


figures.once_written(keep_or_forget)

# %% [markdown]
# ### Stretch (0 points)
#
# In the first paper about this cell the reset gate multiplies the state before the matrix: `reset_after=False`. Write
# it. Why could the version you wrote be quicker? Count the matrix products that must wait for another.

# %%

# %% [markdown] grade_id="lstm_step-task"
# ## 3. A memory and what is said of it
#
# The older gated cell keeps two things: a memory c, which never meets a matrix, and h, the part of it that is shown.
#
# **Write** `lstm_step(x, state, w_input, w_state, bias)` → the new `(h, c)`, both `(B, U)`.
#
# | x | state | w_input | w_state | bias |
# |---|---|---|---|---|
# | `(B, D)` | a pair `(h, c)`, each `(B, U)` | `(D, 4U)` | `(U, 4U)` | `(4U,)` |
#
# - The 4U columns are four blocks of U: input i, forget f, candidate c, output o.
# - It equals `keras.layers.LSTMCell` with the same weights, and so do its gradients.
#
# With $a = x W + h U + b$ cut into its blocks:
#
# $$c' = \sigma(a_f) \cdot c + \sigma(a_i) \cdot \tanh(a_c) \qquad h' = \sigma(a_o) \cdot \tanh(c')$$
#
# With B = D = U = 1: x = 1, h = 2, c = 4, w_input `[0, 0, 1, 0]`, w_state `[0, 0, 0.5, 0]`, bias 0. All gates are 0.5;
# the candidate is tanh(1 + 1) = 0.964. c′ = 0.5 · 4 + 0.5 · 0.964 = 2.482, h′ = 0.5 · tanh(2.482) = 0.493.


# %% grade_id="lstm_step"
def lstm_step(x, state, w_input, w_state, bias):
    """Read one word into a gated memory, as `keras.layers.LSTMCell` does (Hochreiter and Schmidhuber, 1997).

    x: (B, D). state: a pair (h, c), each (B, U). w_input: (D, 4U), w_state: (U, 4U), bias: (4U,): blocks i, f, c, o.
    Returns the new pair (h, c), each (B, U).
    """
    ### BEGIN SOLUTION
    shown, memory = state
    blocks = ops.matmul(x, w_input) + ops.matmul(shown, w_state) + bias  # (B, 4U)
    to_input, to_forget, to_memory, to_output = ops.split(blocks, 4, axis=-1)
    kept = ops.sigmoid(to_forget) * memory
    memory = kept + ops.sigmoid(to_input) * ops.tanh(to_memory)
    return ops.sigmoid(to_output) * ops.tanh(memory), memory  # (B, U), (B, U)
    ### END SOLUTION


# %% grade_id="lstm_step-check"
check("lstm_step")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Unpack the pair: `h, c = state`. Only h meets a matrix; c never does.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Word times matrix, plus h times matrix, plus bias. Cut into four. Sigmoid on the blocks i, f and o, tanh on the
# block c. New memory: forget gate times old memory, plus input gate times candidate. New h: output gate times tanh of
# the *new* memory. Return both, h first.
# </details>
#
# <details><summary>Help: only h is wrong</summary>
#
# c′ is right, so i, f and c are. Left are: the block of the output gate, which is the last; the tanh around c′; and
# whether you took the old c or the new one.
# </details>
#
# <details><summary>Why it works</summary>
#
# From c to c′ there is one multiplication, by a number between 0 and 1, and one sum. With the forget gate near 1, a
# gradient travels many steps almost unharmed.
# </details>


# %%
def memory_and_shown():
    bias = np.array([-20.0, 3.0, 0.0, 1.0], "float32")  # nothing in, little forgotten
    zeros, state = np.zeros((1, 4), "float32"), (np.zeros((1, 1), "float32"), np.full((1, 1), 2.0, "float32"))
    shown, memory = [], []
    for _ in range(12):
        state = lstm_step(np.zeros((1, 1), "float32"), state, zeros, zeros, bias)
        shown.append(float(ops.reshape(state[0], ())))
        memory.append(float(ops.reshape(state[1], ())))
    curves = {"c, the memory": (range(12), memory), "h, what is shown": (range(12), shown)}
    return figures.lines(curves, title="Your LSTM, left alone", x_label="step", y_label="value")


figures.once_written(memory_and_shown)

# %% [markdown]
# ### Stretch (0 points)
#
# A fresh `keras.layers.LSTMCell` has a bias of 1 at the forget gate, and 0 elsewhere. Set 0, 1 and 3 there: what share
# of a memory is left after 20 empty steps? Why not begin with 0?

# %%

# %% [markdown] grade_id="run_recurrent-task"
# ## 4. Read the whole sentence
#
# A cell reads one word. Now you drive it along a whole batch. Short sentences end early: their memory must not go on
# changing while the long ones are still being read.
#
# **Write** `run_recurrent(step, inputs, initial_state, mask)` → the state after each word, `(B, S, U)`.
#
# | step | inputs | initial_state | mask |
# |---|---|---|---|
# | `step(x, state)` → new state; x is `(B, D)` | `(B, S, D)` | `(B, U)`, or a pair `(h, c)` | `(B, S)`, booleans |
#
# - Words are read from left to right. Where the mask is `False`, the word is padding: that sentence keeps its old
#   state, and this one is returned for the place.
# - If the state is a pair, a tuple, padding keeps both parts, and the h's are returned.
# - `step` may be any Python function. So use a Python `for` loop: S is known in a graph, too. Gradients reach the
#   inputs and the initial state.
#
# Let the step add: `step(x, state)` = state + x. One sentence, D = U = 1, initial state 10:
#
# | inputs | 1 | 2 | 4 |
# |---|---|---|---|
# | mask | True | True | False |
# | returned | 11 | 13 | 13 |


# %% grade_id="run_recurrent"
def run_recurrent(step, inputs, initial_state, mask):
    """Read sentences word by word; padding leaves the state as it is.

    step: a function of x (B, D) and a state that returns the next state. inputs: (B, S, D).
    initial_state: (B, U), or a tuple (h, c) of two such. mask: (B, S), booleans, True = a real word.
    Returns the states after each word, (B, S, U); of pairs, the h's.
    """
    ### BEGIN SOLUTION
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real = mask[:, s, None]  # (B, 1)
        new = step(inputs[:, s], state)
        if isinstance(state, tuple):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)  # (B, U)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)  # (B, S, U)
    ### END SOLUTION


# %% grade_id="run_recurrent-check"
check("run_recurrent")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Forget the mask and the pairs at first. Which slice of `inputs` is word number s of *every* sentence? Which axis of
# the result counts the words?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Begin with the initial state and an empty list. For each word: take that column of the inputs and of the mask; ask the
# step for a new state; for each sentence choose the new state where the word is real, else the old one. Put the
# chosen state on the list. Stack the list along axis 1.
#
# For a pair, choose for h and for c in the same way, and put h on the list.
# </details>
#
# <details><summary>Help: ops.where says that my shapes do not match</summary>
#
# A column of the mask is (B,), a state is (B, U). Give the column an axis of size 1 at its end: `mask[:, s, None]`.
# </details>
#
# <details><summary>Help: is it a pair?</summary>
#
# `isinstance(initial_state, tuple)` tells. A tensor is none.
# </details>
#
# <details><summary>Why it works</summary>
#
# The last place of every row now holds the state after its last *real* word, however long its neighbours are. So
# `states[:, -1]` is the memory of the sentence.
# </details>


# %%
def two_sentences():
    words = np.random.default_rng(3).normal(size=(2, 6, 3)).astype("float32")
    weights = np.random.default_rng(4).normal(size=(3, 4)), np.random.default_rng(5).normal(size=(4, 4)) / 2
    weights = [weight.astype("float32") for weight in weights]
    mask = np.array([[True] * 6, [True] * 3 + [False] * 3])

    def step(x, state):
        return rnn_step(x, state, *weights, np.zeros(4, "float32"))

    states = run_recurrent(step, words, np.zeros((2, 4), "float32"), mask)
    panels = {"six words": states[0], "three words": states[1]}
    return figures.matrices(panels, row_label="word", column_label="unit of the state")


figures.once_written(two_sentences)

# %% [markdown]
# ### Stretch (0 points)
#
# Read a sentence from right to left as well: turn `inputs` and `mask` over along axis 1, run, and turn the states back.
# Joined along the last axis, both directions give every word a state that knows the whole sentence. With padding on
# the *left* of the turned sentence, does your loop still do the right thing?

# %%

# %% [markdown] grade_id="additive_attention-task"
# ## 5. The first attention
#
# One state cannot hold a long sentence. So keep the states of *all* words, and let the decoder look back at those that
# it needs now. This function began the road to the Transformer.
#
# **Write** `additive_attention(query, keys, w_query, w_key, v, mask=None)` → `(context, weights)`.
#
# | query | keys | w_query, w_key | v | mask | context | weights |
# |---|---|---|---|---|---|---|
# | `(B, U)` | `(B, S, U)` | `(U, A)` | `(A,)` | `(B, S)` | `(B, U)` | `(B, S)` |
#
# $$\text{score}_s = v \cdot \tanh(\text{query}\,W_q + \text{key}_s\,W_k) \qquad
# \text{weights} = \text{softmax}(\text{scores}) \qquad \text{context} = \sum_s \text{weight}_s\,\text{key}_s$$
#
# - Where the mask is `False`, the weight is exactly 0, and the others share 1. `None` allows every word.
# - A sentence without any real word gets weights and context 0, never `NaN`, and finite gradients. Everywhere else
#   gradients reach the query, the keys, both matrices and v.
# - Scores may lie anywhere from −2000 to 2000, at padding too: the weights stay finite, and are their softmax.
#
# With U = A = 1 and all weights 1: query 1, keys −1, 1, 5, mask `[True, True, False]`. Scores tanh(0) = 0 and tanh(2) =
# 0.964; weights 0.276, 0.724, 0; context −0.276 + 0.724 = 0.448.


# %% grade_id="additive_attention"
def additive_attention(query, keys, w_query, w_key, v, mask=None):
    """Look at all words with one query, and average them by how well they fit (Bahdanau et al., 2015, appendix A.1.2).

    query: (B, U). keys: (B, S, U). w_query, w_key: (U, A). v: (A,).
    mask: (B, S), booleans, True = a real word; or None.
    Returns the context, (B, U), and the weights, (B, S).
    """
    ### BEGIN SOLUTION
    compared = ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key))  # (B, S, A)
    scores = ops.sum(compared * v, axis=-1)  # (B, S)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)  # an empty row: zeros
    return ops.sum(weights[:, :, None] * keys, axis=1), weights  # (B, U), (B, S)
    ### END SOLUTION


# %% grade_id="additive_attention-check"
check("additive_attention")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# `ops.matmul(query, w_query)` is (B, A), `ops.matmul(keys, w_key)` is (B, S, A). Every word of a sentence meets the
# same query: where does the query need an axis of size 1?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Project query and keys, and add them, the query once per word. Take tanh. Multiply with v and sum over A: a score for
# each word. Hide padding: a very low score before softmax. Softmax over the words. Set hidden weights to 0, for rows
# where all are hidden. Multiply each key by its weight, and sum over the words.
# </details>
#
# <details><summary>Help: NaN, in the weights or only in the gradients</summary>
#
# A row of nothing but −∞ makes softmax compute 0 / 0. Use −10⁹ in its place. Replacing the `NaN` afterwards mends the
# weights. If you *added* −∞ to the scores, the gradients stay `NaN` all the same.
# </details>
#
# <details><summary>Help: my context has the wrong shape</summary>
#
# Weights are (B, S), keys (B, S, U). Give the weights an axis of size 1 at the end, and sum over axis 1, the words.
# </details>
#
# <details><summary>Why it works</summary>
#
# The decoder's state asks, the keys answer, and tanh lets both mix before v judges. What is far away in the sentence is
# one step away here: no chain of states lies between.
# </details>


# %%
def who_is_looked_at():
    rng = np.random.default_rng(0)
    keys, query = rng.normal(size=(1, 5, 6)).astype("float32"), rng.normal(size=(1, 6)).astype("float32")
    w_query, w_key = rng.normal(size=(2, 6, 8)).astype("float32")
    masks = {"no mask": None, "two are padding": np.array([[True] * 3 + [False] * 2]), "nobody": np.zeros((1, 5), bool)}
    rows = [
        additive_attention(query, keys, w_query, w_key, np.ones(8, "float32"), mask)[1][0] for mask in masks.values()
    ]
    return figures.matrix(ops.stack(rows), rows=list(masks), title="Your weights", column_label="word")


figures.once_written(who_is_looked_at)

# %% [markdown]
# ### Stretch (0 points)
#
# Leave the tanh out. Then the score is (query W_q) · v + (key W_k) · v. Which words does the query choose now? Try two
# queries, and compare their weights. What did tanh do?

# %%

# %%
progress()

# %% [markdown]
# **What you have learned**
# - A recurrent cell is one step, repeated; gates let it keep what a plain one overwrites.
# - Padding leaves a state as it is, so the last place always holds the memory of the sentence.
# - Attention looks at all states, weighs them, and adds them up.
#
# **Next:** unit 4 takes the recurrence away, and keeps the attention.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 03_recurrence`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
