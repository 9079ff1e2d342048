# %% [markdown]
# # 3. Recurrence: the road that led to attention
#
# After this lesson you can say why translators that read word by word lost their way in long sentences, and write the
# small function that led them back.
#
# Left, neural translation until 2014; right, what came then. You will train both, and compare.

# %%
from course.toolkit import diagrams, figures, seq2seq

from functools import partial

import numpy as np
from keras import layers, ops

diagrams.two_translators(["the", "red", "house", "."], ["[START]", "la", "casa", "roja"], looks_at=1)

# %% [markdown]
# **You will be able to**
# - *run* a recurrent cell along a batch, padding included;
# - *measure* how far a memory reaches, and *explain* what a gate changes;
# - *compute* additive attention, by hand and in code;
# - *judge* from a fair comparison what attention is good for.
#
# Time: 45 minutes; the computer trains for up to two of them, with a progress bar. Needs: units 1 and 2. Axes: B batch,
# S source words, U units of a state, A width of a comparison.

# %% [markdown]
# ## 1. How can one matrix read a sentence of any length?
#
# By reading one word at a time. A small vector, the **state**, holds what was read. Each step makes a new state of the
# old one and the next word:
#
# $$\text{state}' = \tanh(x\,W + \text{state}\,U + b)$$
#
# By hand, with one number each, W = 1, U = 0.5, b = 0 and the words 1, 0, 0: the states are tanh(1) = 0.762,
# tanh(0.5 · 0.762) = 0.363 and tanh(0.5 · 0.363) = 0.180. (In code we leave out b, which is 0.)


# %%
def rnn(x, state, w, u):
    return np.tanh(x @ w + state @ u)


state = np.zeros(1)
for x in (np.ones(1), np.zeros(1), np.zeros(1)):
    state = rnn(x, state, w=np.array([[1.0]]), u=np.array([[0.5]]))
    print(state.round(3))

# %% [markdown]
# The same W and U serve every step. That is what *recurrent* means.
#
# Unit 2 could describe a sentence by the average of its word vectors. **Predict:** for which of these two does *dog
# bites man* differ from *man bites dog*: the average, the last state, or both?

# %%
rng = np.random.default_rng(0)
vectors = {word: rng.normal(size=4) for word in ("dog", "bites", "man")}
w, u = rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
for sentence in ("dog bites man", "man bites dog"):
    words, state = [vectors[word] for word in sentence.split()], np.zeros(3)
    for x in words:
        state = rnn(x, state, w, u)
    print(f"{sentence}: average {np.mean(words, axis=0).round(2)}, last state {state.round(2)}")

# %% [markdown]
# The average is the same, the state is not. A recurrent state depends on the order in which the words came.
#
# ## 2. What may padding do to the state?
#
# Short sentences end early, and zeros follow. The cell computes on. **Predict:** a sentence ends after two words. What
# is left of its state after eight zeros?

# %%
curves = {"padding keeps the state": [0.0], "padding is read": [0.0]}
for x in [1.0, 0.5] + [0.0] * 8:
    for name, states in curves.items():
        is_word = x != 0 or name == "padding is read"
        states.append(np.tanh(x + 0.5 * states[-1]) if is_word else states[-1])
curves = {name: (range(11), states) for name, states in curves.items()}
figures.lines(curves, title="Two words, eight pads", x_label="place", y_label="state")

# %% [markdown]
# Almost nothing. So a mask decides, for each sentence of the batch alone: a real word takes the new state, padding
# keeps the old one.
#
# > **Our rule.** Padding leaves the state as it is. So the last place of *every* row holds its sentence's memory.

# %% [markdown]
# ## 3. How far back does a memory reach?
#
# Training asks: had word 3 been a little different, how would the last state differ? That ratio is a **gradient**. No
# difference, no gradient, nothing to learn from word 3.
#
# With one number and small states, each step multiplies the difference by U. U = 0.9 leaves $0.9^{10} = 0.35$ after 10
# words, and $0.9^{50} = 0.005$ after 50. Where tanh is flat, a difference dies sooner.

# %% [markdown]
# Let us measure: move one word by very little, and see how far the last state moves. We use 16 units and 40 random
# words. U is a rotation, as in a fresh `SimpleRNNCell`, and shrinks nothing by itself. Our gated cells get one too.

# %%
units, tiny = 16, 1e-4
W = {name: rng.normal(size=(units, units)) / units**0.5 for name in "hzrifco"}
U = {name: np.linalg.qr(rng.normal(size=(units, units)))[0] for name in W}
words, direction = rng.normal(size=(40, units)), rng.normal(size=units)
direction /= np.linalg.norm(direction)


def gradient(step, start, place):  # how far the last state moves, for each bit that the word is moved
    ends = []
    for sentence in (words, words + tiny * direction * (np.arange(40) == place)[:, None]):
        state = start
        for x in sentence:
            state = step(x, state)
        ends.append(state)
    return np.linalg.norm(ends[1] - ends[0]) / tiny


# %% [markdown]
# **Predict:** of a move of the last word, a good half arrives in the last state. And of a move of the first word, 39
# steps earlier: a tenth, a thousandth, a millionth, less?

# %%
plain = partial(rnn, w=W["h"], u=U["h"])
places = list(range(0, 40, 3))
back = [39 - place for place in places]
reach = {"plain": (back, [gradient(plain, np.zeros(units), place) for place in places])}
print(f"last word {reach['plain'][1][-1]:.2f}, first word {reach['plain'][1][0]:.1e}")

# %% [markdown]
# This is the **vanishing gradient**: what comes back from word 0 drowns in what comes back from word 39.
#
# ## 4. What does a gate change?
#
# A **gate** is a number between 0 and 1, made by a sigmoid σ from the word and the state, for each unit. The GRU's
# *update gate* z mixes:
#
# $$\text{state}' = z \cdot \text{state} + (1 - z) \cdot \text{candidate}$$

# %% [markdown]
# By hand: state 2, candidate 1, z = 0.9 gives 0.9 · 2 + 0.1 · 1 = 1.9. At z = 1 the state is *copied*: nothing is
# squeezed, and a difference passes unharmed.
#
# A second gate, *reset*, says how much of the state the candidate may see. The LSTM, older, has three gates, and two
# states: a memory c that only gates touch, and h, what it shows of it.


# %%
def gate(name, x, h, bias=0.0):
    return 1 / (1 + np.exp(-(x @ W[name] + h @ U[name] + bias)))  # a sigmoid


def gru(x, h, bias=0.0):
    candidate = np.tanh(x @ W["h"] + gate("r", x, h) * (h @ U["h"]))
    z = gate("z", x, h, bias)
    return z * h + (1 - z) * candidate


def lstm(x, state, bias=1.0):  # the forget gate of a fresh Keras cell has this bias
    h, c = state
    c = gate("f", x, h, bias) * c + gate("i", x, h) * np.tanh(x @ W["c"] + h @ U["c"])
    return np.stack([gate("o", x, h) * np.tanh(c), c])  # stacked only for our measuring: a step returns the pair


# %%
cells = {"GRU, z ≈ 0.5": gru, "LSTM, f ≈ 0.73": lstm, "GRU, z ≈ 0.98": partial(gru, bias=4.0)}
for name, step in cells.items():
    start = np.zeros((2, units) if step is lstm else units)
    reach[name] = (back, [gradient(step, start, place) for place in places])
figures.lines(reach, "How far a memory reaches", "words between", "gradient of the last state", log_y=True)

# %% [markdown]
# **What to notice.** Having gates is not enough. A fresh GRU has z near σ(0) = 0.5, keeps about half of its state at
# each step, and forgets like the plain cell. A fresh LSTM keeps more, with f near σ(1) = 0.73. With σ(4) = 0.98 the
# first word stays within reach, and every word enters softly, on the left. Such a bias can be *learned*: how long to
# remember is up to training.

# %% [markdown]
# ## 5. A translator out of two cells
#
# One cell, the **encoder**, reads the source. Its last state is all that the other cell, the **decoder**, gets to know.
# The decoder writes word by word, each time reading the word before it (unit 1's teacher forcing).
#
# Our texts are short sentences of the corpus, one to four of them joined: up to 24 words. No English test sentence was
# trained on; a few Spanish ones were, as two sources can share one translation.

# %%
data = seq2seq.easy_sentences()
texts = seq2seq.by_length(data.test, each=60)  # by their number of English words
print(len(data.train), "sentences to train on,", len(data.test), "for testing,", len(data.spanish), "Spanish words")
for most in (6, 24):
    print(*(" ".join(side) for side in texts[most][0]), sep="\n    ")

# %% [markdown]
# The state has 64 numbers. **Predict:** as texts grow from 6 words to 24, the share of faultless translations falls.
# How far? (For a trained model; it has seen texts of every length.)
#
# ## 6. What if the decoder could look back?
#
# The encoder had a state after *every* word. We threw away all but one. Attention keeps them, and lets the decoder
# choose at each step.

# %% [markdown]
# The decoder's state is the **query**. Each encoder state is a **key**, and gets a score. Softmax turns scores into
# weights that sum to 1. The weighted sum of the keys is the **context**.
#
# By hand: scores 0 and ln 3 = 1.099. $e^0 = 1$ and $e^{1.099} = 3$, so the weights are 1/4 and 3/4. Keys 8 and 4 give
# the context 0.25 · 8 + 0.75 · 4 = 5.

# %% [markdown]
# Where does a score come from? From a tiny network: it *adds* what the query asks to what a key offers.
#
# $$\text{score}_s = v \cdot \tanh(\text{query}\,W_q + \text{key}_s\,W_k)$$
#
# **Predict:** what would become of the choice without tanh?

# %%
keys, w_key, v = rng.normal(size=(5, 3)), rng.normal(size=(3, 6)), rng.normal(size=6)
rows = {}
for number, query in enumerate(rng.normal(size=(2, 6)), start=1):  # two queries, already times their matrix
    rows[f"query {number} with tanh"] = ops.softmax(np.tanh(query + keys @ w_key) @ v)
    rows[f"query {number} without"] = ops.softmax((query + keys @ w_key) @ v)
names = sorted(rows, key=lambda name: name[8:])
figures.matrix(ops.stack([rows[name] for name in names]), rows=names, title="Weights", column_label="key")

# %% [markdown]
# Without tanh both queries make the same choice. The query then adds the same to every score, and softmax does not
# feel that. tanh lets query and key meet.
#
# Here are the two decoders' only difference: one layer. Each returns a context for the step, and its weights.


# %%
class LastState(layers.Layer):
    def call(self, query, keys, mask):
        return keys[:, -1], None  # padding kept it: the memory of the whole text


class Attention(layers.Layer):
    def __init__(self, width=32):
        super().__init__()
        self.w_query, self.w_key, self.v = (layers.Dense(size, use_bias=False) for size in (width, width, 1))

    def call(self, query, keys, mask):
        compared = ops.tanh(self.w_query(query)[:, None] + self.w_key(keys))  # (B, S, A)
        scores = ops.where(mask, self.v(compared)[:, :, 0], -1e9)  # (B, S), padding far below all
        weights = ops.softmax(scores, axis=-1)
        return ops.sum(weights[:, :, None] * keys, axis=1), weights  # (B, U), (B, S); no row here is all padding


# %% [markdown]
# ## 7. A fair comparison
#
# Cells, sizes, texts and their order, number of steps: all equal. One layer varies, with its few weights. The bar shows
# how long it takes. The rest of the model is in `course/toolkit/seq2seq.py`; `encode` and `write` are worth reading.

# %%
translators = {"one vector": seq2seq.train(LastState, data, "one vector")}

# %%
translators["attention"] = seq2seq.train(Attention, data, "attention")
print(*(f"{name}: {translator.count_params():,} weights" for name, translator in translators.items()), sep="\n")

# %%
curves = {}
for name, translator in translators.items():
    shares = [100 * seq2seq.exact(translator, data, some) for some in texts.values()]
    curves[name] = (list(texts), shares)
title = "The picture that changed translation"
figures.lines(curves, title=title, x_label="English words, at most", y_label="% of new texts without a fault")

# %% [markdown]
# **What to notice.** One vector will do for a short sentence, and is helpless beyond (from 10 words on, a text holds
# several). Attention falls too, but slowly: more words, more chances of a fault. Too strict? Count words in place:

# %%
for name, translator in translators.items():
    shares = [f"{seq2seq.words_right(translator, data, texts[most]):4.0%}" for most in (6, 12, 18, 24)]
    print(f"{name:10} 6, 12, 18, 24 words:", *shares)
english, spanish = texts[15][0]
print(" ".join(english), "\nright      ", " ".join(spanish))
for name, translator in translators.items():
    print(f"{name:10} ", " ".join(seq2seq.answers(translator, data, texts[15])[0]))

# %% [markdown]
# The gap stays. (One word too many shifts all that follow; both are counted alike.) Read the one vector's answer: good
# Spanish, and another text. It has learned the language, and lost what was said.
#
# Would more units and longer training help it? Somewhat: its curve moves to the right, and falls all the same. Try
# `seq2seq.train(LastState, data, "wide", units=192, steps=2500)` over a break.

# %% [markdown]
# ## 8. Where does it look?
#
# The weights can be read. Rows are the words it writes, columns the words it looks at while writing them.
# **Predict:** for a noun with an adjective, what shape will you see?

# %%
attentive, some = translators["attention"], filter(seq2seq.has_adjective_before_noun, texts[12])
english, answer = next(text for text in some if "?" in text[0] and seq2seq.exact(attentive, data, [text]))
_, weights = attentive.translate(data.ids([(english, answer)])[0])  # (1, 25, 24)
figures.matrix(weights[0, : len(answer), : len(english)], rows=answer, columns=english, title="Attention")

# %% [markdown]
# A stair, by and large, and nobody told it which word belongs to which. It jumps where Spanish has another order, and
# where one English word does not decide: ¿ looks at the question mark, at the far end. (A key is the state *after* a
# word, so it knows the words before; some looks fall a word off.)

# %% [markdown]
# ## 9. What is left to wish for?
#
# Our translator looks back in one step, but still *reads* one word after the other: 24 words take 24 steps, on any
# machine. Unit 4 asks what remains if attention reads as well, and recurrence goes.

# %% [markdown]
# ## Check yourself
#
# A GRU with attention translates well when texts come one by one, and worse in batches with longer neighbours. Its
# attention hides padding. What may be wrong?
#
# - **A** the gates are closed
# - **B** the first decoder state is read off at the last place, but padding was read as words
# - **C** the gradient vanishes
# - **D** the scores lack a tanh
#
# <details><summary>Answer</summary>
#
# **B.** The longer the neighbours, the more zeros were read, and the less is left of the state.
#
# **A** and **C** concern long texts, alone or in a batch. **D** would make the choice blind to the query, with and
# without neighbours alike.
# </details>

# %% [markdown]
# ## In this lesson
# - A recurrent cell repeats one step; padding leaves its state alone.
# - Plain cells lose gradients over distance; gates can learn to keep them.
# - One vector cannot hold a long text. Attention keeps all states, scores them, and sums them by weight.
#
# **Now you:** [the exercises of unit 3](../exercises/03_recurrence/03_recurrence.ipynb)

# %% [markdown]
# ## Further reading
# - Bahdanau, Cho and Bengio, [*Neural Machine Translation by Jointly Learning to Align and
#   Translate*](https://arxiv.org/abs/1409.0473): figure 2 is our picture, figure 3 our stair.
# - Cho et al., [*On the Properties of Neural Machine Translation*](https://arxiv.org/abs/1409.1259): one vector, and
#   how it fails as sentences grow.
# - Hochreiter and Schmidhuber, [*Long Short-Term Memory*](https://doi.org/10.1162/neco.1997.9.8.1735): the first gates.
