# %% [markdown]
# # Exercises 11: teach it
#
# Your Transformer is built and knows nothing yet. Here you write what teaches it: the loss and the accuracy of a padded
# batch, the learning rate of the paper, and the first thing to try with any new model. Plan about an hour and a
# quarter. Read [lesson 11](../../course/11_training.ipynb) first.
#
# Axes: B batch, T target tokens, V tokens in the vocabulary, D width of a token.

# %%
from course.toolkit import copy_reverse, figures
from course.toolkit.pay_off import pay_off

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="masked_loss-task"
# ## 1. The loss of a padded batch
#
# The model gives logits at padding, too, and nobody wants to know them. A loss that counts padding looks wonderful,
# because nothing is easier to predict, and it falls while the model learns nothing about words.
#
# **Write** `masked_loss(labels, logits, smoothing=0.0)`: `(B, T)`, `(B, T, V)` → one number, the mean over all real
# tokens of the batch.
#
# - A token is real if its label is not 0. Its loss is the cross-entropy −Σᵥ qᵥ · ln pᵥ. Here p is the softmax of its
#   logits, and q says what would have been right.
# - The mean is taken over the real tokens of the *whole* batch: a long sentence counts for more than a short one.
# - With `smoothing` ε, q follows Keras' convention: ε is spread evenly over all V tokens, so that the right one gets 1
#   − ε + ε / V, and every other ε / V.

# %% [markdown]
# - A batch of nothing but padding has a loss of 0, and gradients of 0.
# - Logits may be large, ±10,000: loss and gradients stay right. Gradients reach the logits of real tokens alone.
# - Compute in float32, under mixed precision too, where logits are float16; so is the result. Labels are whole numbers,
#   which may come as floats: Keras makes floats of them when you hand this function to `compile`. B and T may be
#   unknown in a graph.
#
# By hand, for V = 3, labels `[[2, 0], [1, 2]]` and logits `[[[0, 0, 0], [9, 9, 9]], [[0, ln 2, 0], [0, 0, ln 6]]]`:
# three tokens are real. The right ones have p = 1/3, 2/4 and 6/8, so their losses are 1.0986, 0.6931 and 0.2877, and
# the result is 2.0794 / 3 = 0.6931. With `smoothing=0.3` it is 0.8588.


# %% grade_id="masked_loss"
def masked_loss(labels, logits, smoothing=0.0):
    """Cross-entropy over the real tokens of a batch (smoothing: Szegedy et al. 2016, section 7).

    labels: (B, T), ids of which 0 is padding. logits: (B, T, V). smoothing: ε, spread evenly over all V tokens.
    Returns one float32: the mean over the real tokens of the whole batch, 0 if there are none.
    """
    ### BEGIN SOLUTION
    labels = ops.cast(labels, "int32")
    log_shares = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)  # (B, T, V)
    right = ops.squeeze(ops.take_along_axis(log_shares, labels[:, :, None], axis=-1), axis=-1)  # (B, T)
    losses = -(1 - smoothing) * right - smoothing * ops.mean(log_shares, axis=-1)
    real = ops.cast(ops.not_equal(labels, 0), "float32")
    return ops.sum(losses * real) / ops.maximum(ops.sum(real), 1.0)
    ### END SOLUTION


# %% grade_id="masked_loss-check"
check("masked_loss")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With one token and no smoothing: −ln of the p that softmax gives to the right one. `ops.log_softmax` computes ln p
# without ever making p, which is why large logits do no harm.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Labels as integers, logits as float32. Log-softmax over V. Take the number of the right token: that is minus the loss
# without smoothing. With smoothing, mix it with the mean over V: (1 − ε) of the one, ε of the other. Multiply by 1 for
# real tokens and 0 for padding, add up, and divide by how many are real, or by 1 if none is.
# </details>
#
# <details><summary>Help: my shapes do not match</summary>
#
# `ops.take_along_axis` wants labels with as many axes as logits: `labels[:, :, None]` is `(B, T, 1)`, and so is the
# result. `ops.squeeze` takes the last axis away. Or multiply by `ops.one_hot(labels, logits.shape[-1])` and add up over
# V.
# </details>
#
# <details><summary>Help: my loss is not a number</summary>
#
# Then you took the logarithm of a softmax, which may be 0, or divided by 0 real tokens. `ops.maximum(count, 1.0)` keeps
# the count from being 0.
# </details>
#
# <details><summary>Why it works</summary>
#
# A model that knows nothing gives every token 1 / V, whose loss is ln V. That is what a healthy model begins with. And
# where everything is smoothed, q is still a distribution: (1 − ε) · one-hot + ε · uniform.
# </details>


# %%
def what_a_token_costs():
    shares = np.linspace(0.01, 0.99, 50)
    found = {}
    for smoothing in (0.0, 0.1, 0.3):
        costs = [
            float(masked_loss(np.array([[1]]), np.log([[[(1 - share) / 2, share, (1 - share) / 2]]]), smoothing))
            for share in shares
        ]
        found[f"smoothing {smoothing}"] = (shares, costs)
    return figures.lines(found, "What a token costs (V = 3)", "probability of the right token", "loss")


figures.once_written(what_a_token_costs)

# %% [markdown]
# ### Stretch (0 points)
#
# With smoothing 0.1 and V = 8,000, which p of the right token makes the loss as small as it gets, and what is it
# then? Find it on paper first. Then look where the curve for 0.3 turns in your picture.

# %%

# %% [markdown] grade_id="masked_accuracy-task"
# ## 2. The share of right tokens
#
# A loss is what a model learns from, but a loss of 1.7 tells us little. How many of the tokens are right says more.
#
# **Write** `masked_accuracy(labels, logits)`: `(B, T)`, `(B, T, V)` → one number from 0 to 1.
#
# - A real token, whose label is not 0, is right if its largest logit is that of its label. Only padding is
#   skipped: a model that gives id 0 its largest logit at a real token is wrong there.
# - The mean is taken over the real tokens of the whole batch, and it is 0 for a batch of padding.
# - The result is float32. Labels may come as floats, logits as float16, B and T unknown in a graph.
#
# By hand, for V = 3, labels `[[2, 0], [1, 2]]` and logits `[[[5, 1, 0], [9, 0, 0]], [[0, 3, 0], [0, 0, 1]]]`: of three
# real tokens the second and third are right, so the result is 0.6667.


# %% grade_id="masked_accuracy"
def masked_accuracy(labels, logits):
    """The share of real tokens whose largest logit is that of the label.

    labels: (B, T), ids of which 0 is padding. logits: (B, T, V). Returns one float32, 0 if no token is real.
    """
    ### BEGIN SOLUTION
    labels = ops.cast(labels, "int32")
    is_right = ops.equal(ops.cast(ops.argmax(logits, axis=-1), "int32"), labels)
    real = ops.not_equal(labels, 0)
    count = ops.sum(ops.cast(real, "float32"))
    return ops.sum(ops.cast(ops.logical_and(is_right, real), "float32")) / ops.maximum(count, 1.0)
    ### END SOLUTION


# %% grade_id="masked_accuracy-check"
check("masked_accuracy")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# `ops.argmax` over the last axis gives the id that the model would say. Where does it equal the label?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Labels as integers. Right: argmax over V equals the label. Real: the label is not 0. Count what is right and real, and
# divide by how many are real, or by 1 if none is.
# </details>
#
# <details><summary>Help: a comparison says that the types differ</summary>
#
# `ops.argmax` may give another kind of integer than labels are. Bring both to `int32` with `ops.cast`.
# </details>
#
# <details><summary>Why it works</summary>
#
# Softmax keeps the order of logits, so the largest logit has the largest probability. No softmax is needed here.
# </details>


# %%
def which_are_right():
    labels = np.array([[2, 0], [1, 2]])
    logits = np.array([[[5, 1, 0], [9, 0, 0]], [[0, 3, 0], [0, 0, 1]]], "float32")
    print(f"{float(masked_accuracy(labels, logits)):.4f} of the real tokens are right")
    panels = {"said": logits.argmax(-1), "label": labels}
    return figures.matrices(panels, ["sentence 0", "sentence 1"], row_label="", decimals=0)


figures.once_written(which_are_right)

# %% [markdown]
# ### Stretch (0 points)
#
# How many *sentences* are right from the first token to the last? Write it, and compare the two for a model that gets
# nine of ten tokens right, with sentences of ten tokens.

# %%

# %% [markdown] grade_id="WarmupSchedule-task"
# ## 3. The learning rate
#
# In the first steps, Adam knows its gradients only from a handful of batches, and large steps throw a Transformer off
# before it has begun. So the rate rises from 0, and falls again when there is only detail left to learn.
#
# **Write** `WarmupSchedule(d_model, warmup_steps=4000)`, a `keras.optimizers.schedules.LearningRateSchedule`, called as
# `schedule(step)`: a whole number → the rate, one float32.
#
# $$\mathrm{rate}(s) = D^{-0.5} \cdot \min(s^{-0.5},\; s \cdot \mathrm{warmup}^{-1.5})$$
#
# - It is the step as given, without adding 1. Keras begins to count at 0, and there the formula divides by 0: give 0,
#   or the rate of step 1.
# - `step` is an int, or an integer tensor, as an optimizer has it, also in a graph.
# - `get_config` returns both arguments under their names, as plain numbers, so that they can be saved with a model. A
#   schedule comes back from `from_config(get_config())`, and a compiled model trains by it.

# %% [markdown]
# By hand, for D = 4 and 100 warm-up steps: rate(50) = 0.5 · min(0.1414, 50 / 1000) = 0.025, rate(100) = 0.5 · 0.1 =
# 0.05, which is the peak, and rate(400) = 0.5 · 0.05 = 0.025. The paper's base model, with D = 512 and 4,000 steps,
# peaks at 6.987712 · 10⁻⁴.


# %% grade_id="WarmupSchedule"
class WarmupSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises for a while and then falls as 1/√step (Vaswani et al. 2017, equation 3).

    d_model: D. warmup_steps: how many steps it rises. Call with a step, an int or an integer tensor; returns a float32.
    """

    def __init__(self, d_model, warmup_steps=4000):
        super().__init__()
        ### BEGIN SOLUTION
        self.d_model = d_model
        self.warmup_steps = warmup_steps
        ### END SOLUTION

    def __call__(self, step):
        ### BEGIN SOLUTION
        step = ops.maximum(ops.cast(step, "float32"), 1.0)
        return self.d_model**-0.5 * ops.minimum(step**-0.5, step * self.warmup_steps**-1.5)
        ### END SOLUTION

    def get_config(self):
        ### BEGIN SOLUTION
        return {"d_model": self.d_model, "warmup_steps": self.warmup_steps}
        ### END SOLUTION


# %% grade_id="WarmupSchedule-check"
check("WarmupSchedule")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Keep both arguments in `__init__`. In `__call__`, make a float32 of the step first: `ops.cast(step, "float32")`.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# `__call__`: the step as float32, at least 1. The smaller one of step to the −0.5, and step times warmup_steps to the
# −1.5. Times d_model to the −0.5. `get_config`: a dictionary of both arguments.
# </details>
#
# <details><summary>Help: it works with an int and fails in training</summary>
#
# In training the step is a tensor. `min` and `math.sqrt` of Python want numbers, `ops.minimum` and `**` take tensors,
# too. And an integer tensor to the −0.5 is an error, or 0, so cast it first.
# </details>
#
# <details><summary>Why it works</summary>
#
# Both branches meet where s to the −0.5 equals s · warmup to the −1.5, which is at s = warmup. Before, the line is the
# smaller one, afterwards the root. The factor D to the −0.5 makes steps smaller for wide models.
# </details>


# %%
def how_the_rate_goes():
    steps = np.arange(1, 20_000, 250)
    sizes = ((512, 4000), (512, 8000), (256, 4000))
    series = {
        f"D = {width}, {warm:,} steps": (steps, [float(WarmupSchedule(width, warm)(int(step))) for step in steps])
        for width, warm in sizes
    }
    return figures.lines(series, "Up, and down again", "step", "learning rate")


figures.once_written(how_the_rate_goes)

# %% [markdown]
# ### Stretch (0 points)
#
# Today rates often fall along a cosine instead: from the peak to 0 over a given number of steps. Write it as another
# schedule, and draw both. What does one have to know beforehand for the cosine, and not for the root?

# %%

# %% [markdown]
# From here on, your Transformer of unit 10 is needed, for pictures and at the end. This line brings your own along if
# it passes all its checks, else the reference, and says which.

# %%
from course.built import Transformer

# %% [markdown] grade_id="overfit_one_batch-task"
# ## 4. The first thing to try
#
# A model that cannot learn one batch by heart will not learn a language. Try that first: it takes seconds, and it finds
# masks that hide too much, rates that are far off, and parameters that nothing trains.
#
# **Write** `overfit_one_batch(model, batch, steps)`: trains the model that it is given on this one batch, `steps`
# times, and returns a list of `steps` floats, the loss of the batch before each update.
#
# - `batch` is `(inputs, labels)`, as `fit` takes them: inputs an array or a dictionary of arrays, B rows each, and
#   labels `(B, T)` with 0 for padding. B may be larger than 32. Each step is *one* update, from all rows at once.
# - A compiled model keeps its optimizer, its loss and its metrics. If the model is not compiled yet, compile it with
#   `keras.optimizers.Adam(0.01)` and your `masked_loss`. `model.compiled` says whether it is.

# %% [markdown]
# - Without dropout, the first float is the loss of the untouched model, and from then on each is the loss after one
#   more update. The last update comes after the last float: the model has had `steps` updates when you return.
# - The floats are Python's own, `float`. `steps` is 1 or more.
#
# By hand, for a model whose logits for V = 3 are its only parameters, `[0, 0, 0]`, with the label 1 and SGD of rate 1:
# the first loss is ln 3 = 1.0986. Its gradient is p − q = `[1/3, −2/3, 1/3]`, so the logits become `[−1/3, 2/3, −1/3]`,
# and the second loss is 0.5514. After two steps the result is `[1.0986, 0.5514]`, and a third would begin with 0.3290.


# %% grade_id="overfit_one_batch"
def overfit_one_batch(model, batch, steps):
    """Train a model on one batch again and again.

    model: a `keras.Model`, compiled or not; it is trained. batch: (inputs, labels), labels (B, T) with 0 for padding.
    steps: how many updates. Returns a list of `steps` floats: the loss of the batch before each update.
    """
    ### BEGIN SOLUTION
    inputs, labels = batch
    if not model.compiled:
        model.compile(keras.optimizers.Adam(0.01), masked_loss)
    told = [model.train_on_batch(inputs, labels, return_dict=True) for _ in range(steps)]
    return [float(one["loss"]) for one in told]
    ### END SOLUTION


# %% grade_id="overfit_one_batch-check"
check("overfit_one_batch")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# `model.train_on_batch(inputs, labels)` makes one update from all rows, and returns the loss that the batch had before
# it. `fit` does the same for an epoch of one batch.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Take the batch apart. Unless the model is compiled, compile it. `steps` times: train on the batch, and keep the loss
# as a float. Return the floats.
# </details>
#
# <details><summary>Help: a list or a dictionary is no float</summary>
#
# A model with metrics returns these, too. `train_on_batch(…, return_dict=True)` gives a dictionary, whose `"loss"` is
# what you want. The history of `fit` is such a dictionary of lists.
# </details>
#
# <details><summary>Help: the losses differ a little from those expected</summary>
#
# `fit` takes 32 rows at a time, unless you give it `batch_size`. Then an epoch is more than one update, and its loss is
# a mean of losses between which the model has changed.
# </details>
#
# <details><summary>Help: my own model does not get near 0</summary>
#
# Then look for what is wrong before you train for hours. A loss that stays at ln V: nothing is trained, or the rate is
# far too small. One that falls, and stops far above 0: tokens cannot see what they need, so look at the masks. One that
# jumps: the rate is too large. And with dropout, or with two rows that contradict each other, 0 cannot be reached.
# </details>
#
# <details><summary>Why it works</summary>
#
# A batch has some dozens of tokens, and a model thousands of parameters. Enough to write the answers down, if every
# part does what it should. Whether the model has *understood* anything is another question.
# </details>


# %%
def how_a_batch_is_learned():
    source, target = copy_reverse.sequences(16, seed=11)
    batch = {"source": source, "target": target[:, :-1]}, target[:, 1:]
    sizes = {"d_model": 32, "num_heads": 4, "d_ff": 64, "num_layers": 1, "max_length": 12}
    keras.utils.set_random_seed(11)
    series = {}
    print("Two models learn their batch, in 60 steps each …")
    for dropout in (0.0, 0.3):
        model = Transformer(copy_reverse.VOCABULARY_SIZE, copy_reverse.VOCABULARY_SIZE, **sizes, dropout=dropout)
        series[f"dropout {dropout}"] = (range(60), overfit_one_batch(model, batch, 60))
    print(f"ln V is {np.log(copy_reverse.VOCABULARY_SIZE):.2f}; first loss: {series['dropout 0.0'][1][0]:.2f}")
    return figures.lines(series, "One batch of 16 sequences, by heart", "step", "loss")


figures.once_written(how_a_batch_is_learned)

# %% [markdown]
# ### Stretch (0 points)
#
# Break the model on purpose, and look at the curve: labels that are not shifted (`target[:, :-1]`), a rate ten times
# as large, `MultiHeadAttention` without its mask. Which faults does this test find, and which does it not?

# %%

# %% [markdown]
# ## What your Transformer can do: it copies and reverses
#
# **Milestone 3.** The whole Transformer, all of it yours: layers, masks, loss, accuracy and rate. Each source begins
# with a token that says what to do, *copy* or *reverse*, and four to eight tokens follow. The model trains on about
# 150,000 of these, each of which it sees once. Then it writes 500 that it has *not* seen, without help: from `[START]`
# to `[END]`, it reads nothing but the source and its own tokens. One wrong token, and the sequence is wrong.
#
# **The number to reach:** 99 % of the sequences exactly right, of both kinds. This takes under a minute on two cores.
# You may stop it with ■, and it keeps what it has learned by then.

# %%
from course.toolkit import milestones


def copies_and_reverses():
    keras.utils.set_random_seed(11)  # the same initial parameters at every run
    size = copy_reverse.VOCABULARY_SIZE
    model = Transformer(size, size, d_model=32, num_heads=4, d_ff=64, num_layers=1, max_length=12, dropout=0.0)
    copy_reverse.learn(model, masked_loss, masked_accuracy, WarmupSchedule(32, warmup_steps=300))
    milestones.measured(3, copy_reverse.show(model))


pay_off(copies_and_reverses)

# %%
progress()

# %% [markdown]
# **What you have learned**
# - The loss of a padded batch is a mean over its real tokens, and so is the accuracy.
# - A rate that rises first and falls later trains a Transformer that a large first rate would throw off.
# - A model that cannot learn one batch by heart has a bug: this is the first thing to try.
#
# **Next:** unit 12 lets the model speak: greedy, with a beam, and by drawing.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 11_training`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
