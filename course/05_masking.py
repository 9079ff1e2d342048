# %% [markdown]
# # 5. Masking: who may look at whom
#
# After this lesson you can write down in booleans who may look at whom, and make attention obey exactly.
#
# Here is one short sentence. Rows look, columns are looked at, ✓ means *may look*.

# %%
from course.toolkit import figures

import keras
import numpy as np
from keras import layers, ops

words = ["[START]", "hola", "[PAD]", "[PAD]"]
real, past = np.tile([True, True, False, False], (4, 1)), np.tri(4, dtype=bool)
panels = {"not at padding": real, "not at the future": past, "both rules": real & past}
figures.matrices(panels, words, words, row_label="query", column_label="key")

# %% [markdown]
# **You will be able to**
# - *build* padding and causal masks, and *combine* them;
# - *apply* a mask where it works, also to a row that may look nowhere;
# - *choose* the right mask for cross-attention: queries from one sentence, keys from the other;
# - *recognise* how Keras can lose a mask.
#
# Time: 45 minutes, seconds of computing. Needs: unit 4. Axes: B batch, T queries, S keys, D width.

# %% [markdown]
# > **Unit 4 in two sentences.** Every query scores every key: $QK^\top/\sqrt{D}$. A softmax over the keys turns each
# > row of scores into weights that sum to one, and these weights average the values.

# %% [markdown]
# ## 1. What does padding do to attention?
#
# A batch is a rectangle; sentences are not. Short ones are filled up with `[PAD]`, id 0. Say one query scores “cats” 2
# and “sleep” 1; their values are 10 and 20. $e^2 = 7.389$ and $e^1 = 2.718$ sum to 10.107.
# Weights: 7.389/10.107 = 0.731 and 2.718/10.107 = 0.269. Output: 0.731 · 10 + 0.269 · 20 = 12.69.
#
# **Predict:** we append padding, all zeros. Does the output change?

# %%
outputs, counts = [], [0, 2, 4, 8, 16]
for count in counts:
    scores = np.array([2.0, 1.0] + [0.0] * count, "float32")  # a key of zeros scores 0
    values = np.array([10.0, 20.0] + [0.0] * count, "float32")
    outputs.append(float(ops.sum(ops.softmax(scores) * values)))
print([round(output, 2) for output in outputs])
curves = {"as it should be": (counts, [outputs[0]] * 5), "padding looked at": (counts, outputs)}
figures.lines(curves, title="One sentence, five answers", x_label="padding words appended", y_label="output")

# %% [markdown]
# A score of 0 is not “no attention”: $e^0 = 1$. Two pads raise the sum to 12.107, and the output becomes
# (7.389 · 10 + 2.718 · 20) / 12.107 = 10.59.
#
# **What to notice.** The sentence stayed the same. Its neighbours in the batch were longer, and so its answer changed.

# %% [markdown]
# ## 2. The padding mask: read it off the ids
#
# One boolean per key is enough: `True` where the id is not 0. Every query of a sentence obeys that same row. So we put
# an axis of size 1 where the queries belong: (B, S) becomes (B, 1, S). Broadcasting repeats it T times.

# %%
ids = np.array([[2, 7, 8, 9], [2, 5, 0, 0]], "int32")  # two sentences: B = 2, S = 4
padding = (ids != 0)[:, None, :]  # (B, 1, S)
print(padding.shape, padding.astype(int).tolist())

# %% [markdown]
# ## 3. The future: looking right is cheating
#
# A decoder learns to predict the next word. All words go in at once, and every position guesses its successor.
#
# | position | 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | input | `[START]` | los | gatos | duermen |
# | label | los | gatos | duermen | `[END]` |
#
# Position 1 must guess *gatos*. But *gatos* stands in the input, at position 2.

# %% [markdown]
# A model that may look there copies the answer: loss near zero, nothing learned. When it translates, that word does not
# exist yet. So query $t$ may look at key $s$ only if $s \le t$.
#
# **Predict:** why $\le$ and not $<$? And what breaks with $s \le t + 1$?

# %%
t = np.arange(4)[:, None]  # a column: who looks
s = np.arange(4)[None, :]  # a row: who is looked at
target = ["[START]", "los", "gatos", "duermen"]
panels = {"s < t: too strict": s < t, "s ≤ t: right": s <= t, "s ≤ t + 1: cheats": s <= t + 1}
figures.matrices(panels, target, target, row_label="query t", column_label="key s")

# %% [markdown]
# - **Left:** `[START]` may look nowhere, and no word can see itself.
# - **Middle:** each word sees itself and its past. The diagonal is safe: the label of $t$ is input $t + 1$.
# - **Right:** each word sees its own label, the next word.
#
# A causal mask is the same for every sentence, so its shape is (1, T, T).

# %% [markdown]
# ## 4. Two rules at once
#
# A look is allowed when *every* rule allows it: logical AND, `&`. Here S = T, and axes of size 1 stretch to fit:
# (B, 1, S) & (1, T, T) → (B, T, S).

# %%
causal = (s <= t)[None]  # (1, T, T)
both = padding & causal  # (B, T, S)
print(padding.shape, "&", causal.shape, "->", both.shape)
panels = {"[START] los gatos duermen": both[0], "[START] hola [PAD] [PAD]": both[1]}
figures.matrices(panels, row_label="query", column_label="key")

# %% [markdown]
# On the right, rows 2 and 3 are padding that looks at words. Harmless: nobody looks back, and the loss skips them.
#
# ## 5. Where does the mask act?
#
# On the scores, or on the finished weights? Take scores 2, 1, 0 and hide the last word.
# **Predict:** we set its *weight* to zero. What do the other two sum to?

# %%
scores, values = np.array([2.0, 1.0, 0.0], "float32"), np.array([10.0, 20.0, 0.0], "float32")
allowed = np.array([True, True, False])
after = ops.where(allowed, ops.softmax(scores), 0.0)
before = ops.softmax(ops.where(allowed, scores, -np.inf))
for name, weights in {"after softmax": after, "before softmax": before}.items():
    weights = ops.convert_to_numpy(weights)
    print(f"{name:14}", weights.round(3), f"sum {weights.sum():.3f}, output {(weights * values).sum():.2f}")

# %% [markdown]
# After: (7.389 + 2.718) / 11.107 = 0.910, not one. The hidden word's $e^0 = 1$ stayed in the denominator. So it still
# changes the output. If it is a *future* word, the future leaks. Before: its share is $e^{-\infty} = 0$, and we get the
# 12.69 of section 1 back.

# %% [markdown]
# ## 6. Why −∞, and not −20 or −10,000?
#
# $e^{-20}$ is about 0.000000002, which looks like zero. But softmax feels only *differences*: −20 is tiny beside 2, and
# huge beside −25. **Predict:** the real words score −25 and −26, and the hidden one is set to −20. Who gets the
# attention?

# %%
low_scores = np.array([-25.0, -26.0, 0.0], "float32")
for fill in (-20.0, -np.inf):
    weights = ops.softmax(ops.where(allowed, low_scores, fill))
    print(f"fill {fill:5}:", ops.convert_to_numpy(weights).round(4))
query, key = np.full(64, 40.0, "float32"), np.full(64, -40.0, "float32")
print("a large score:", float(ops.sum(query * key) / np.sqrt(64.0)))
print("-1e9 in float16:", float(ops.cast(-1e9, "float16")))

# %% [markdown]
# The hidden word takes $1 / (1 + e^{-5} + e^{-6}) = 0.9909$. −10,000 only moves the cliff. With 64 components of 40
# against −40, the score is −64 · 1600 / 8 = −12,800: the fill wins again. And float16 ends at ±65,504, so there −10⁹
# *is* −∞. Now −∞ has a trap of its own.

# %% [markdown]
# ## 7. A row that may look nowhere
#
# Such an *empty row* happens: an empty sentence, padding on the left, two masks that leave nothing over.
# **Predict:** all three keys are hidden. What does softmax return with −∞, and what with −10⁹?

# %%
row, nowhere = np.array([[2.0, 1.0, 0.5]], "float32"), np.zeros((1, 3), bool)
for fill in (-np.inf, -1e9):
    print(fill, ops.convert_to_numpy(ops.softmax(ops.where(nowhere, row, fill))).round(3))

# %% [markdown]
# With −∞ every share is 0, and so is their sum: 0/0 is `NaN`, *not a number*. One `NaN` in the loss ruins every weight.
# With −10⁹ all scores are equal: each hidden word gets 1/3, as if there were no mask.
#
# > **Our rule.** An empty row gets all-zero weights, and finite gradients.

# %% [markdown]
# The way there: never *create* a bad number. Choose harmless inputs first, hide second, divide by a guarded sum third.
# For the peak −10⁹ will do: it lies below all our scores, and is finite. Follow two equal rows; the second is empty.

# %%
two_masks = np.array([[True, True, False], [False, False, False]])
two_rows = np.array([[2.0, 1.0, 0.5], [2.0, 1.0, 0.5]], "float32")
peak = ops.max(ops.where(two_masks, two_rows, -1e9), axis=-1, keepdims=True)  # allowed only; a fill of 0 would beat −5
safe = ops.where(two_masks, two_rows - peak, 0.0)  # nothing wild enters exp
shares = ops.where(two_masks, ops.exp(safe), 0.0)  # hidden words: exactly 0
total = ops.sum(shares, axis=-1, keepdims=True)
guarded = ops.where(total > 0, total, 1.0)  # never divide by 0
for name, step in {"safe": safe, "shares": shares, "guarded": guarded, "weights": shares / guarded}.items():
    print(f"{name:8}", *ops.convert_to_numpy(step).round(3))

# %% [markdown]
# Row one by hand: peak 2; 2 − 2 = 0 and 1 − 2 = −1; $e^0 = 1$ and $e^{-1} = 0.368$; weights 1/1.368 = 0.731 and 0.269.
#
# Why not add −∞ to the scores, and replace the `NaN` at the end? **Predict:** a `Dense` layer makes the scores and
# trains for one step, both ways. When does its kernel, the weight matrix, stay finite?


# %%
def kernel_is_finite(weigh):
    features, dense = keras.Input((3,), batch_size=2), layers.Dense(3)
    model = keras.Model(features, weigh(dense(features)))
    model.compile("sgd", "mse", run_eagerly=True)
    model.train_on_batch(np.ones((2, 3)), np.zeros((2, 3)))
    return bool(np.isfinite(dense.get_weights()[0]).all())


# %%
def add_then_patch(scores):
    weights = ops.softmax(scores + np.where(two_masks, 0.0, -np.inf).astype("float32"))
    return ops.where(two_masks, weights, 0.0)


def safe_hide_guard(scores):  # the three steps, here without the peak
    shares = ops.where(two_masks, ops.exp(ops.where(two_masks, scores, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


for weigh in (add_then_patch, safe_hide_guard):
    print(f"{weigh.__name__:15}", ops.convert_to_numpy(weigh(two_rows)).round(3).tolist()[1], kernel_is_finite(weigh))

# %% [markdown]
# Both give zeros; one destroys the model. On the way back, the outer `where` sends a gradient of 0 into the `NaN`, and
# 0 · `NaN` is `NaN`. Putting −∞ in by `where`, as in section 5, would have stopped it; adding does not.
# Our inner `where` matters too: a hidden score of 100 gives $e^{100} = \infty$ in float32, and 0 · ∞ is `NaN`.

# %% [markdown]
# ## 8. Polarity: what does `True` mean?
#
# | where | `True` means |
# |---|---|
# | this course; Keras `attention_mask` | may attend |
# | PyTorch `scaled_dot_product_attention` | may attend |
# | PyTorch `MultiheadAttention`, `key_padding_mask` | **ignore** |
#
# The wrong polarity raises no error. A decoder then reads only the future, and its training loss looks wonderful.

# %% [markdown]
# ## 9. Whose padding?
#
# Weights are spread over *keys*. So the padding mask, (B, 1, S), comes from the sentence that supplies the keys.
#
# | attention | queries | keys | padding mask from | causal? |
# |---|---|---|---|---|
# | encoder self | source | source | source | no |
# | decoder self | target | target | target | yes |
# | decoder cross | target | source | **source** | no |
#
# With T ≠ S the wrong mask raises an error, unless T = 1, which stretches. With T = S it fits, and nothing warns you.

# %% [markdown]
# ## 10. The trap: masks that travel by themselves
#
# Keras can carry a padding mask for you. `Embedding(mask_zero=True)` hangs it on its output, as an attribute named
# `_keras_mask`. Layers may use it and pass it on. **Predict:** which five of these keep it? (A Transformer begins
# with `x * √D`.)

# %%
embedding = layers.Embedding(10, 8, mask_zero=True)
journeys = {
    "Dense": layers.Dense(8),
    "Dropout": layers.Dropout(0.1),
    "LayerNormalization": layers.LayerNormalization(),
    "Rescaling": layers.Rescaling(8**0.5),
    "Add: x and Dense(x)": lambda x: layers.Add()([x, layers.Dense(8)(x)]),
    "x * 8 ** 0.5": lambda x: x * 8**0.5,
    "ops.add(x, 1.0)": lambda x: ops.add(x, 1.0),
    "Add: x and 2 * x": lambda x: layers.Add()([x, 2 * x]),
}
for name, step in journeys.items():
    print(f"{name:20}", "keeps" if hasattr(step(embedding(ids)), "_keras_mask") else "DROPS")

# %% [markdown]
# The first five pass it on. Arithmetic and `ops` make a new tensor without it. `Add` needs it on *both* inputs. No
# warning appears.
#
# Now `MultiHeadAttention`, Keras' ready attention layer (unit 6 opens it). It does read the masks of its inputs.
# **Predict:** after the call, who carries a mask: the output, the input, or both?

# %%
x, attention = embedding(ids), layers.MultiHeadAttention(num_heads=2, key_dim=4)
print("Keras", keras.__version__, "\ninput before", getattr(x, "_keras_mask", None) is not None)
attended = attention(x, x)
print("input after ", getattr(x, "_keras_mask", None) is not None)
print("output      ", getattr(attended, "_keras_mask", None) is not None)

# %% [markdown]
# The call erased the mask from *your* tensor; it has done so since Keras 3.8. So the sum of `x` and `attention(x)`,
# made in every Transformer layer, has none. Does it matter? We change the vector of `[PAD]` and measure
# how far *real* words move. They must not move at all.


# %%
def movement(num_layers, explicit):
    keras.utils.set_random_seed(0)
    source, embedding = keras.Input((None,), dtype="int32"), layers.Embedding(10, 8, mask_zero=not explicit)
    x, mask = embedding(source), ops.expand_dims(source != 0, 1) if explicit else None  # (B, 1, S)
    for _ in range(num_layers):
        x = layers.Add()([x, layers.MultiHeadAttention(2, 4)(x, x, attention_mask=mask)])
    model, outputs, rows = keras.Model(source, x), [], embedding.get_weights()[0]
    for content in (0.0, 1.0):
        rows[0] = content
        embedding.set_weights([rows])
        outputs.append(ops.convert_to_numpy(model(ids)))
    return float(np.abs(outputs[0] - outputs[1])[ids != 0].max())


# %%
for count in (1, 2, 3):
    print(f"layers: {count}, implicit {movement(count, False):.3f}, explicit {movement(count, True):.3f}")

# %% [markdown]
# With one layer both ways work. From the second on, the implicit mask is gone and padding speaks. A decoder suffers
# too: its first cross-attention strips the encoder's output, and the second attends to padding.
#
# > **In this course masks are arguments.** Build them from ids once, hand them to every layer. What stands in the code
# > cannot get lost.

# %% [markdown]
# ## Check yourself
#
# In a cross-attention with T = S = 6, translations of short sentences depend on their batch neighbours. Which bug?
#
# - **A** the causal mask uses $s < t$
# - **B** cross-attention gets the target's padding mask
# - **C** hidden scores are set to −∞
# - **D** the mask has shape (B, 1, S), not (B, T, S)
#
# <details><summary>Answer</summary>
#
# **B.** The target's mask fits because T = S, but it hides the wrong columns. Where the source is shorter than the
# target, its padding stays visible. How much there is depends on the longest sentence of the batch.
#
# **A** empties row 0 and hides each word from itself. It harms every sentence alike, whoever its neighbours are.
# **C** is exact on every row that is not empty. On an empty row it gives `NaN`, and then no translation at all.
# **D** is no bug: the axis of size 1 stretches over all T queries.
# </details>

# %% [markdown]
# ## In this lesson
# - `True` = may attend; padding (B, 1, S) and causal (1, T, T) combine by AND to (B, T, S).
# - The mask acts on scores, before softmax; an empty row gets zeros, without ever creating a `NaN`.
# - It belongs to the keys and is passed by hand: implicit masks vanish in arithmetic and in attention.
#
# **Now you:** [the exercises of unit 5](../exercises/05_masking/05_masking.ipynb)

# %% [markdown]
# ## Further reading
# - [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), section 3.2.3: our three attentions, and the −∞.
# - Keras guide, [*Understanding masking & padding*](https://keras.io/guides/understanding_masking_and_padding/): how
#   implicit masks are meant to travel. Compare it with what you measured.
# - Keras [pull request 20594](https://github.com/keras-team/keras/pull/20594): masks unset during `call`, and a repair.
