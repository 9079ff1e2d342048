# %% [markdown]
# # Exercises 12: say it
#
# A trained model gives a score to each possible next token, and nothing more. Here you make sentences of that: the
# likeliest token at each step, several hypotheses at once, a draw by chance. Then you make it fast, and measure how
# good it is. Plan two hours. Read [lesson 12](../../course/12_decoding.ipynb) first.
#
# Axes: B batch, t tokens that are written, V vocabulary size, D width of a token, H heads, K width of one head.

# %%
from course.toolkit import figures, ten_sentences
from course.toolkit.pay_off import pay_off

import math
import time
import warnings
from collections import Counter

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="greedy_decode-task"
# ## 1. Take the likeliest
#
# A model that was trained by teacher forcing has never been alone. Here it reads what it has written itself, and takes
# the likeliest token each time. All later ways to decode are compared with this one.
#
# **Write** `greedy_decode(step, start_id, end_id, max_length)` → ids `(B, n)`, n at most `max_length`.
#
# - `step(ids)` takes the ids that are written so far, `(B, t)` integers, and returns the next token's logits, `(B, V)`.
#   Call it once for each new token, with all rows at once.
# - `start_id` is an int, which makes one row, or one id for each row, as a list or a tensor. It is the first of the
#   ids.
# - A row ends with its first `end_id`, which is kept. After it there is only padding, 0, while other rows go on.
# - Stop as soon as every row has ended, or has `max_length` ids, the start counted, and do not call `step` any more.
#   A row that is cut off gets no `end_id`.

# %% [markdown]
# The result is one tensor or NumPy array of integers. Columns at the end that hold nothing but padding are free, and so
# is what `step` is given for rows that have ended.
#
# By hand, let the likeliest token after 2 be 4, after 4 be 5, and after 5 be 3. Then
# `greedy_decode(step, [2, 5], end_id=3, max_length=10)` calls `step` three times:
#
# | call | `step` reads | likeliest | written |
# |---|---|---|---|
# | 1 | `[[2], [5]]` | 4 and 3 | `[[2, 4], [5, 3]]` |
# | 2 | `[[2, 4], [5, 3]]` | 5, and whatever | `[[2, 4, 5], [5, 3, 0]]` |
# | 3 | `[[2, 4, 5], [5, 3, 0]]` | 3, and whatever | `[[2, 4, 5, 3], [5, 3, 0, 0]]` |


# %% grade_id="greedy_decode"
def greedy_decode(step, start_id, end_id, max_length):
    """Write token by token, the likeliest each time, for all rows at once.

    step: a function of ids (B, t) that returns the logits of the next token, (B, V). start_id: an int, or one id for
    each row. Returns integers (B, n) with n ≤ max_length: from start_id to the first end_id, then padding, 0.
    """
    ### BEGIN SOLUTION
    ids = ops.reshape(ops.convert_to_tensor(start_id, dtype="int32"), (-1, 1))  # (B, 1)
    ended = ops.zeros_like(ids[:, 0], dtype="bool")  # (B,)
    while ids.shape[1] < max_length and not ops.all(ended):
        likeliest = ops.cast(ops.argmax(step(ids), axis=-1), "int32")  # (B,)
        likeliest = ops.where(ended, 0, likeliest)
        ids = ops.concatenate([ids, likeliest[:, None]], axis=1)  # (B, t + 1)
        ended = ops.logical_or(ended, likeliest == end_id)
    return ids
    ### END SOLUTION


# %% grade_id="greedy_decode-check"
check("greedy_decode")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With one row and no end: begin with the start as a (1, 1) tensor, and append the likeliest token in a loop until there
# are `max_length` ids. Rows that end come next.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# ids: the starts as (B, 1). ended: False for each row. While ids are shorter than `max_length` and not all have ended:
# ask `step` for logits, take the largest of each row, write 0 instead where a row has ended, append, and note which
# rows have ended now.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# argmax over the last axis of (B, V) gives (B,). To append it to (B, t) it must be (B, 1): `likeliest[:, None]`. An int
# start becomes (1, 1) with `ops.reshape(…, (-1, 1))`.
# </details>
#
# <details><summary>Help: a row goes on after its end</summary>
#
# Then `ended` says only what happened in the last step. A row has ended if it had ended before *or* ends now.
# </details>
#
# <details><summary>Why it works</summary>
#
# The model gives P(next token | all before). Each choice is the best single one, which does not make the best sentence:
# for that, the product of all of them counts.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# Whoever decodes a batch waits for its longest row. How would you take out rows that have ended, and put them back?

# %%

# %% [markdown] grade_id="beam_search-task"
# ## 2. Keep several hypotheses
#
# The likeliest first token may lead to nothing good. A beam follows several *hypotheses*, beginnings of a sentence, at
# once and decides later. Whoever reports translation scores says how wide the beam was.
#
# **Write** `beam_search(step, start_id, end_id, max_length, width, length_penalty=0.6)` → for each row its best
# hypothesis, in the form of exercise 1.
#
# 1. Every row begins with one hypothesis, its start. What counts is Σ log p, the sum of the log-probabilities of its
#    tokens. `step` returns logits, so make log-probabilities of them first.
# 2. At each step these compete in a row: its *finished* hypotheses, which end in `end_id` and stay as they are, and all
#    V continuations of each unfinished one. The `width` with the largest Σ log p are kept.
# 3. Stop when all that are kept are finished, in every row, or have `max_length` ids. Now finished and unfinished ones
#    compete by their score, where n counts the tokens after the start, `end_id` too, and α is `length_penalty`:
#
# $$\text{score} = \frac{\sum \log p}{\left((5 + n) / 6\right)^{\alpha}}$$

# %% [markdown]
# - `step` always gets B · width rows, first those of row 0, then those of row 1 … Where a row has fewer hypotheses than
#   `width`, fill up as you like. Call it at most once for each new token.
# - Rows never meet, width 1 gives what `greedy_decode` gives, and a beam that is wide enough finds the best of all
#   sentences. Which of two equal hypotheses is kept is free, and all logits are finite.
#
# By hand, with tokens 4, 5 and 3, the end, a beam of 2 and at most 3 ids. Greedy decoding takes 4, since 0.5 is most.
#
# | after | p of 4 | p of 5 | p of 3 | kept |
# |---|---|---|---|---|
# | `2` | 0.5 | 0.4 | 0.1 | `2 4` with 0.5, `2 5` with 0.4 |
# | `2 4` | 0.3 | 0.3 | 0.4 | `2 4 3` with 0.5 · 0.4 = 0.20 |
# | `2 5` | 0.05 | 0.05 | 0.9 | `2 5 3` with 0.4 · 0.9 = 0.36 |
#
# Both are finished, with n = 2. The scores are ln 0.36 / (7/6)^0.6 = −0.931 and ln 0.20 / (7/6)^0.6 = −1.467, so the
# result is `[[2, 5, 3]]`.


# %% grade_id="beam_search"
def beam_search(step, start_id, end_id, max_length, width, length_penalty=0.6):
    """Follow the `width` likeliest hypotheses of each row, and return the best (Wu et al. 2016, section 7).

    step: a function of ids (B · width, t) that returns the logits of the next token, (B · width, V). start_id: an int,
    or one id for each row. length_penalty: α in score = Σ log p / ((5 + n) / 6)^α. Returns integers (B, n) with
    n ≤ max_length: from start_id to end_id, then padding, 0.
    """
    ### BEGIN SOLUTION
    start = ops.reshape(ops.convert_to_tensor(start_id, dtype="int32"), (-1, 1))  # (B, 1)
    batch = start.shape[0]
    ids = ops.repeat(start, width, axis=0)  # (B · W, 1)
    ended = ops.zeros_like(ids[:, 0], dtype="bool")  # (B · W,)
    lengths = ops.zeros_like(ids[:, 0])  # (B · W,)
    first = ops.convert_to_tensor([[0.0] + (width - 1) * [-math.inf]])  # one hypothesis, and copies that lose
    total = ops.tile(first, (batch, 1))  # (B, W)
    while ids.shape[1] < max_length and not ops.all(ended):
        log_p = ops.log_softmax(step(ids), axis=-1)  # (B · W, V)
        size = log_p.shape[-1]
        unchanged = ops.where(ops.arange(size) == 0, 0.0, -math.inf)  # (V,): padding, and it costs nothing
        log_p = ops.where(ended[:, None], unchanged, log_p)
        sums = ops.reshape(total, (-1, 1)) + log_p
        total, places = ops.top_k(ops.reshape(sums, (batch, width * size)), width)  # (B, W)
        parents = ops.reshape(places // size + width * ops.arange(batch)[:, None], (-1,))  # (B · W,)
        tokens = ops.cast(ops.reshape(places % size, (-1,)), "int32")  # (B · W,)
        ended, lengths = ops.take(ended, parents), ops.take(lengths, parents)
        lengths = ops.where(ended, lengths, lengths + 1)
        ids = ops.concatenate([ops.take(ids, parents, axis=0), tokens[:, None]], axis=1)  # (B · W, t + 1)
        ended = ops.logical_or(ended, tokens == end_id)
    lengths = ops.reshape(lengths, (batch, width))
    score = total / ((5.0 + ops.cast(lengths, "float32")) / 6.0) ** length_penalty
    best = ops.argmax(score, axis=-1)[:, None]  # (B, 1)
    longest = int(ops.max(ops.take_along_axis(lengths, best, axis=1)))
    ids = ops.reshape(ids, (batch, width, ids.shape[1]))
    return ops.take_along_axis(ids, best[:, :, None], axis=1)[:, 0, : 1 + longest]
    ### END SOLUTION


# %% grade_id="beam_search-check"
check("beam_search")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With plain Python lists and one row: a list of (Σ log p, ids), from which each turn makes a longer list, sorts it, and
# keeps `width`. The check asks for numbers, not for speed. Several rows come next.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Repeat each start `width` times. Σ log p is 0 for the first copy and −∞ for the others, so that copies lose. In each
# turn: log-softmax of what `step` says; for finished hypotheses, 0 for padding and −∞ for all else. Add Σ log p, look
# at the width · V sums of each row, and take the `width` largest. Divide their places by V: the quotient is the
# hypothesis that is continued, the remainder the token. Reorder ids, flags and lengths, and append. At the end, take
# the best score.
# </details>
#
# <details><summary>Help: my hypotheses are all the same</summary>
#
# Copies of one hypothesis have the same continuations, so they win together. Only one of them may count at the start.
# </details>
#
# <details><summary>Help: only batches are wrong</summary>
#
# Hypothesis w of row b stands at place b · width + w of (B · width, t). Numbers from 0 to width − 1 belong to row 0.
# </details>
#
# <details><summary>Help: my scores are a little off</summary>
#
# Is n the number of tokens after the start, with `end_id`? Is everything reordered that belongs to a hypothesis?
# </details>
#
# <details><summary>Why it works</summary>
#
# A sum of log-probabilities is the logarithm of the product, and never grows. So long sentences have lower sums than
# their beginnings, and the penalty makes up for that. It is a convention, and so is α.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# Wu et al. also stop early: when the best finished hypothesis cannot be beaten any more. What must be known for that?

# %%

# %% [markdown] grade_id="sample_next-task"
# ## 3. Draw the next token
#
# A translation should be the best one. A story should not be the same each time, and the likeliest text is dull. So
# tokens are drawn by chance, but not from the long tail of tokens that nobody would say.
#
# **Write** `sample_next(logits, temperature=1.0, top_k=None, top_p=None, seed=None)`: `(B, V)` → integers `(B,)`.
#
# In this order:
#
# 1. Divide the logits by `temperature`, a number above 0. Near 0 the likeliest token is almost certain.
# 2. With `top_k`, keep the k likeliest tokens, exactly k on ties as well. A `top_k` above V keeps all.
# 3. With `top_p`, keep the smallest set of the likeliest tokens whose probabilities sum to p or more. They are the
#    probabilities after step 2, so that those kept there sum to 1. At least one token stays.
# 4. Draw one of those kept, by their probabilities, for each row by itself.

# %% [markdown]
# - The same `seed`, an int, gives the same draw; 0 is a seed like any other. `None` gives another draw at each call.
# - Which of equal tokens is kept is free, but the same for equal rows.
#
# By hand, the probabilities are 0.5, 0.25, 0.15 and 0.1, so that the logits are their logarithms.
#
# | | kept | their probabilities then |
# |---|---|---|
# | `top_k=3` | 0, 1, 2 | 0.556, 0.278, 0.167 |
# | `top_p=0.8` | 0, 1, 2, since 0.5 + 0.25 < 0.8 | 0.556, 0.278, 0.167 |
# | `top_k=3, top_p=0.8` | 0, 1, since 0.556 + 0.278 ≥ 0.8 | 0.667, 0.333 |


# %% grade_id="sample_next"
def sample_next(logits, temperature=1.0, top_k=None, top_p=None, seed=None):
    """Draw the next token of each row (top-k: Fan et al. 2018, section 5; top-p: Holtzman et al. 2020, section 3.1).

    logits: (B, V). temperature: divides them, above 0. top_k: how many tokens are kept. top_p: how much probability is
    kept, of what `top_k` has left. seed: an int, or None for another draw each time. Returns integers (B,).
    """
    ### BEGIN SOLUTION
    logits = logits / temperature
    order = ops.argsort(-logits, axis=-1)  # (B, V), the likeliest first
    ranked = ops.take_along_axis(logits, order, axis=-1)
    if top_k is not None:
        ranked = ops.where(ops.arange(ranked.shape[-1]) < top_k, ranked, -math.inf)
    if top_p is not None:
        probabilities = ops.softmax(ranked, axis=-1)
        before = ops.cumsum(probabilities, axis=-1) - probabilities  # of all that are likelier
        ranked = ops.where(before < top_p, ranked, -math.inf)
    drawn = keras.random.categorical(ranked, 1, seed=seed)  # (B, 1): a rank
    return ops.cast(ops.take_along_axis(order, drawn, axis=-1)[:, 0], "int32")
    ### END SOLUTION


# %% grade_id="sample_next-check"
check("sample_next")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Without options: `keras.random.categorical(logits, 1, seed=seed)` gives (B, 1). Then sort each row by falling logits:
# `ops.argsort(-logits, axis=-1)`, and `ops.take_along_axis` for the numbers.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Divide by the temperature. Sort, the likeliest first, and keep the order. Ranks from k on get −∞. Softmax, and for
# each rank the sum of all before it: where that has reached p, −∞. Draw a rank, and look up its token in the order.
# </details>
#
# <details><summary>Help: top-p keeps one token too few or too many</summary>
#
# The token that crosses p belongs to the set. So look at the sum of those *before* it: cumulative sum minus its own.
# </details>
#
# <details><summary>Help: ties</summary>
#
# “All logits as large as the k-th” may be more than k. Ranks are different for equal numbers, so compare ranks with k.
# </details>
#
# <details><summary>Why it works</summary>
#
# A probability of 0.001 seems little. Ten thousand tokens of that kind are most of what would be drawn, and one of them
# spoils a sentence. Both cuts remove this tail: top-k at a fixed number, top-p where the model is sure enough.
# </details>


# %%
def three_temperatures():
    chances = np.array([0.5, 0.25, 0.15, 0.07, 0.03], "float32")
    logits, ranks, drawn = np.tile(np.log(chances), (4000, 1)), np.arange(5), {}
    options = {
        "temperature 0.5": {"temperature": 0.5},
        "temperature 2": {"temperature": 2.0},
        "top_p 0.7": {"top_p": 0.7},
    }
    for name, option in {"as it is": {}, **options}.items():
        tokens = ops.convert_to_numpy(sample_next(logits, seed=1, **option))
        drawn[name] = (ranks, np.bincount(tokens, minlength=5) / 4000)
    return figures.lines(drawn, "Five tokens, drawn 4,000 times", "token", "share of the draws")


figures.once_written(three_temperatures)


# %% [markdown]
# ### Stretch (0 points)
#
# Newer models use *min-p*: keep each token that has at least p times the probability of the likeliest. Write that. When
# does it keep more than top-p?

# %%

# %% [markdown]
# The layer below needs what units 5 and 6 have made. This line brings your own functions along, if all their checks
# hold there, else the references, and says which. Whoever grades this notebook always takes the references.

# %%
from course.built import masked_softmax, merge_heads, split_heads

# %% [markdown] grade_id="CachedAttention-task"
# ## 4. Compute nothing twice
#
# With each new token, a decoder computes keys and values of *all* tokens anew, although those of earlier tokens have
# not changed. A cache keeps them. Nearly every language model that people chat with does this.
#
# **Write** `CachedAttention(d_model, num_heads)`, called as `layer(x, cache=None)`: one token of each row, `(B, 1, D)`,
# and the cache that the call before has returned → `(output, cache)`, the output `(B, 1, D)`.
#
# - Sublayers as in unit 6: `query_dense`, `key_dense`, `value_dense`, `output_dense`, a Dense of width D with bias
#   each. Heads are contiguous blocks of D, and scores are divided by √K.
# - The new token attends to all tokens before it and to itself. So token by token you get what your attention of unit
#   6 gives to the whole sequence under a causal mask.
# - Keys and values are computed once for each token, in its own call, and then kept in the cache. Without a cache, the
#   token is the first.
# - The cache holds tensors only, in a tuple, list or dictionary: Keras refuses arguments that mix tensors and numbers.
#   The layer itself keeps nothing between calls, and leaves the cache that it is given as it is.

# %% [markdown]
# - Where num_heads does not divide d_model, a `ValueError` names both numbers. `get_config` adds both arguments to what
#   `super().get_config()` gives. Every parameter can be trained, B may be unknown in a graph, and a saved layer comes
#   back bit for bit.
#
# By hand, D = H = 1, all kernels 1 and all biases 0, so that query, key and value of a token are its number. The first
# is 1 + ln 3 = 2.099, the second 1.
#
# | token | cache before | scores | attention weights | output |
# |---|---|---|---|---|
# | 2.099 | none | 2.099 · 2.099 | 1 | 2.099 |
# | 1 | key and value 2.099 | 1 · 2.099, 1 · 1 | 3/4, 1/4 | 0.75 · 2.099 + 0.25 · 1 = 1.824 |


# %% grade_id="CachedAttention"
class CachedAttention(keras.layers.Layer):
    """Causal self-attention in several heads, one token at a time, with the keys and values of earlier tokens kept.

    d_model: D. num_heads: H, a divisor of D. Call with x (B, 1, D) and the cache of the call before, None at the first
    token; returns the output (B, 1, D) and the new cache, which holds tensors only. Raises ValueError if H does not
    divide D.
    """

    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        ### BEGIN SOLUTION
        if d_model % num_heads != 0:
            raise ValueError(
                f"`d_model` must be divisible by `num_heads`; received d_model={d_model}, num_heads={num_heads}."
            )
        self.d_model = d_model
        self.num_heads = num_heads
        self.query_dense = keras.layers.Dense(d_model, dtype=self.dtype_policy)
        self.key_dense = keras.layers.Dense(d_model, dtype=self.dtype_policy)
        self.value_dense = keras.layers.Dense(d_model, dtype=self.dtype_policy)
        self.output_dense = keras.layers.Dense(d_model, dtype=self.dtype_policy)
        ### END SOLUTION

    def call(self, x, cache=None):
        ### BEGIN SOLUTION
        query = split_heads(self.query_dense(x), self.num_heads)  # (B, H, 1, K)
        key = split_heads(self.key_dense(x), self.num_heads)  # (B, H, 1, K)
        value = split_heads(self.value_dense(x), self.num_heads)  # (B, H, 1, K)
        if cache is not None:
            earlier_key, earlier_value = cache
            key = ops.concatenate([earlier_key, key], axis=2)  # (B, H, t, K)
            value = ops.concatenate([earlier_value, value], axis=2)  # (B, H, t, K)
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / query.shape[-1] ** 0.5  # (B, H, 1, t)
        output = ops.matmul(masked_softmax(scores), value)  # (B, H, 1, K)
        return self.output_dense(merge_heads(output)), (key, value)
        ### END SOLUTION

    def get_config(self):
        ### BEGIN SOLUTION
        return {**super().get_config(), "d_model": self.d_model, "num_heads": self.num_heads}
        ### END SOLUTION


# %% grade_id="CachedAttention-check"
check("CachedAttention")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With your `MultiHeadAttention` of unit 6, for one token and without a mask. It returns `(key, value)` as its cache.
# Then put the cached keys and values before the new ones.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# call: query, key and value of the new token, in heads. If there is a cache, its keys and the new one side by side,
# along the axis of tokens, and the values likewise. Scores, softmax, average, merge, output. Return both, keys and
# values.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# In heads, a key is (B, H, t, K), so the axis of tokens is 2. Scores are (B, H, 1, t): one query, t keys.
# </details>
#
# <details><summary>Help: Keras warns that a softmax over one number is always 1</summary>
#
# That is true of the first token, which can attend to itself alone: its one weight is 1, and the warning may stay.
# </details>
#
# <details><summary>Why it works</summary>
#
# A causal mask hides later tokens from earlier ones. So keys and values of what is written never change, and the new
# token needs no mask: all that there is comes before it.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# What does a cache cost? Count the bytes that 32 layers with D = 4096 keep for 8,000 tokens, in float16. What is
# saved if all heads share one key and value (*multi-query attention*)?

# %%

# %% [markdown] grade_id="corpus_bleu-task"
# ## 5. How good is a translation?
#
# Thousands of translations cannot be read after each training. BLEU counts how many runs of words they share with
# translations by people. It is the number in nearly every paper on translation, and often computed differently.
#
# **Write** `corpus_bleu(hypotheses, references)`: a list of N strings, and for each a string or a list of strings → a
# float from 0 to 100, what sacreBLEU gives with `tokenize="none"`. Calling sacreBLEU is not the exercise.
#
# 1. Words stand between spaces. For n = 1 to 4, *matches* and *total* are counts over the whole corpus: the total
#    counts all n-grams, runs of n words, of the hypotheses. An n-gram of a hypothesis matches as often as it stands
#    there, but at most as often as in that one of its references that has it most often.
# 2. precision n = matches / total. Where matches are 0, it is 1 / (2 · total) for the first such n, 1 / (4 · total) for
#    the second, then 1 / (8 · total). With no match for n = 1, or a total of 0 for any n, BLEU is 0.
# 3. c is the number of words of all hypotheses. r adds up, for each hypothesis, the length of the reference whose
#    length is nearest to its own, of two equally near ones the shorter. An empty hypothesis counts, too.

# %% [markdown]
# $$\text{BLEU} = 100 \cdot \min(1, e^{1 - r/c}) \cdot \sqrt[4]{p_1\,p_2\,p_3\,p_4}$$
#
# By hand, for “el gato rojo duerme” and the reference “el gato rojo come”:
#
# | n | matches | total | precision |
# |---|---|---|---|
# | 1 | 3: el, gato, rojo | 4 | 3/4 |
# | 2 | 2: el gato, gato rojo | 3 | 2/3 |
# | 3 | 1: el gato rojo | 2 | 1/2 |
# | 4 | 0 | 1 | 1 / (2 · 1) |
#
# The product is 1/8, its fourth root 0.5946. Both have four words, so r = c and BLEU is 59.46.


# %% grade_id="corpus_bleu"
def corpus_bleu(hypotheses, references):
    """BLEU of a whole corpus, 0 to 100 (Papineni et al. 2002, section 2; smoothed as sacreBLEU does, Post 2018).

    hypotheses: a list of strings. references: for each of them a string or a list of strings. Returns a float.
    """

    ### BEGIN SOLUTION
    def n_grams(words, n):
        return Counter(tuple(words[place : place + n]) for place in range(len(words) - n + 1))

    matches, totals, written, wanted = [0] * 4, [0] * 4, 0, 0
    for hypothesis, known in zip(hypotheses, references, strict=True):
        words = hypothesis.split()
        others = [reference.split() for reference in ([known] if isinstance(known, str) else known)]
        written += len(words)
        wanted += min((abs(len(other) - len(words)), len(other)) for other in others)[1]
        for n in range(1, 5):
            found = n_grams(words, n)
            allowed = [n_grams(other, n) for other in others]
            totals[n - 1] += sum(found.values())
            matches[n - 1] += sum(min(count, max(one[gram] for one in allowed)) for gram, count in found.items())
    if matches[0] == 0 or 0 in totals:
        return 0.0
    logarithms, smallest = 0.0, 1.0
    for match, total in zip(matches, totals, strict=True):
        if match == 0:
            smallest /= 2
        logarithms += math.log((match or smallest) / total)
    brevity = min(1.0, math.exp(1 - wanted / written))
    return 100 * brevity * math.exp(logarithms / 4)
    ### END SOLUTION


# %% grade_id="corpus_bleu-check"
check("corpus_bleu")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With one sentence and one reference, as in the table above. `collections.Counter` counts n-grams, if they are tuples.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# For each hypothesis: count its words for c, and the nearest reference for r. For n from 1 to 4, count its n-grams;
# each matches as often as it stands there, at most as often as in one of the references. After the last one:
# precisions, the mean of their logarithms, the factor for short ones.
# </details>
#
# <details><summary>Help: my number is a little off</summary>
#
# Is a mean taken over sentences? Matches and totals are added up over the corpus first. Is r the nearest length?
# </details>
#
# <details><summary>Help: a reference is read letter by letter</summary>
#
# A string is a sequence of letters for Python. Make a list of one string of it first.
# </details>
#
# <details><summary>Why it works</summary>
#
# An n-gram that is right shows words in the right order, up to four of them. Whoever says little is often right, so
# being short must cost. BLEU ignores meaning: a good translation in other words gets little.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# Translate “the red cat sleeps” badly in two ways that get the same BLEU above 0, one with the opposite meaning.

# %%

# %% [markdown]
# ## What your decoding can do
#
# A Transformer learns the ten sentences of unit 10, and your functions let it speak: `greedy_decode`, then
# `beam_search` with a beam of 4, both measured with your `corpus_bleu`. Then your `CachedAttention` writes one token
# after 63 others, and after 127, and so does an attention that computes all of them anew, for 256 rows with D = 512,
# such as 64 sentences with a beam of 4.
#
# **The numbers to reach:** a BLEU of 100 with both. With the cache, token 64 comes at least 5 times as fast, and token
# 128 at least 10 times, if your machine has nothing else to do. This takes about a minute.

# %%
from course.built import MultiHeadAttention, Transformer, causal_mask


# %%
def speaks():
    keras.utils.set_random_seed(10)  # the same initial parameters at every run
    sizes = [len(vocabulary) for vocabulary in ten_sentences.vocabularies()]
    model = Transformer(*sizes, d_model=32, num_heads=4, d_ff=64, num_layers=1, max_length=20, dropout=0.0)
    ten_sentences.learn(model)
    source, targets = ten_sentences.ids()[0], ten_sentences.vocabularies()[1]

    def step(ids):
        rows = np.repeat(source, ids.shape[0] // len(source), axis=0)  # as many as there are hypotheses
        return model({"source": rows, "target": ids})[:, -1]

    starts, known = [ten_sentences.START] * len(source), [spanish for _, spanish in ten_sentences.pairs()]
    with warnings.catch_warnings(action="ignore"):  # the first token attends to itself alone, of which Keras warns
        found = {"greedy": greedy_decode(step, starts, ten_sentences.END, 20)}
        found["beam of 4"] = beam_search(step, starts, ten_sentences.END, 20, 4)
    for name, ids in found.items():
        rows = [[targets[token] for token in row if token > 3] for row in ops.convert_to_numpy(ids)]
        print(f"{name}: BLEU {corpus_bleu([' '.join(row) for row in rows], known):.1f}, to reach: 100")


pay_off(speaks)


# %%
def fastest(run):
    times = []
    for _ in range(8):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def faster():
    with_cache, anew = CachedAttention(512, 8), MultiHeadAttention(512, 8)
    x = ops.convert_to_tensor(np.random.default_rng(12).normal(size=(256, 128, 512)).astype("float32"))
    cache = None
    for t in range(128):
        before, (_, cache) = cache, with_cache(x[:, t : t + 1], cache=cache)
        if t + 1 in (64, 128):
            known, new = x[:, : t + 1], x[:, t : t + 1]
            one = fastest(lambda new=new, before=before: with_cache(new, cache=before))
            all_of_them = fastest(lambda known=known, t=t: anew(known, known, known, mask=causal_mask(t + 1)))
            times = f"{1000 * one:.0f} ms with the cache, {1000 * all_of_them:.0f} ms without"
            print(f"token {t + 1}: {times}, {all_of_them / one:.1f} times as fast, to reach: {5 if t < 64 else 10}")


with warnings.catch_warnings(action="ignore"):
    pay_off(faster)

# %%
progress()

# %% [markdown]
# **What you have learned**
# - Greedy decoding takes the best token; a beam keeps several hypotheses and finds likelier sentences.
# - Temperature, top-k and top-p say how much chance may do.
# - A cache makes each token cost one token; BLEU counts shared n-grams of a whole corpus.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 12_decoding`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
