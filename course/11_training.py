# %% [markdown]
# # 11. Training: from guessing to knowing
#
# After this lesson you can train a Transformer of your own, and tell from a few numbers whether it learns, or only
# seems to.
#
# This is one step of training, from the bottom to the top. The model is yours, and the parts in bold are new.

# %%
from course.built import Transformer
from course.toolkit import figures, mirror, one_sentence
from course.toolkit.flow import Step, flow
from course.toolkit.trials import Trials

import time
import timeit
from collections import Counter
from functools import partial

import keras
import numpy as np
from keras import ops

# %%
begin = [Step("both ids", "(B, S), (B, T)"), Step("Transformer", "logits, (B, T, V)")]
lost = [Step("loss per token", "(B, T)", beside="labels", new=True), Step("mean", "one number", new=True)]
end = [Step("gradients", "one per parameter"), Step("Adam", beside="rate of\nthis step", new=True)]
flow({"one step of training": [*begin, *lost, *end, Step("new parameters")]})

# %% [markdown]
# **You will be able to**
# - *compute* the loss of a token by hand, and *say* which loss an untrained model must have;
# - *tell apart* three means over a batch, and three kinds of label smoothing;
# - *test* a model on one batch before you train it on many;
# - *choose* a learning rate with a warm-up, and *explain* what it is for;
# - *recognise* five training bugs by their numbers.
#
# Time: 60 minutes, of which your machine trains for about one and a half, with a progress bar. Needs: units 8 to 10.
# Axes: B batch, S source tokens, T target tokens, D width of a token, V tokens in the vocabulary.

# %% [markdown]
# ## 1. What is a loss here?
#
# At each position the model gives a probability to every token of the vocabulary, and one of them is the right one. The
# *loss* of this position is −ln p of the right token, whose full name is *cross-entropy*. It is 0 where the model is
# certain and right, and it grows without limit as p approaches 0.
#
# By hand, with the logits 2, 1 and −1 of lesson 10:
#
# | if this is right | p | loss |
# |---|---|---|
# | *el* | 0.71 | 0.35 |
# | *gato* | 0.26 | 1.35 |
# | *duerme* | 0.04 | 3.35 |

# %% [markdown]
# The losses differ by 1 and by 2, just as the logits do. That is no accident. Since softmax divides $e^z$ by the sum of
# all of them, the logarithm gives back the logit itself:
#
# $$\text{loss} = -\ln p_{\text{right}} = \ln \textstyle\sum_v e^{z_v} - z_{\text{right}}$$
#
# Here the sum is 7.39 + 2.72 + 0.37 = 10.48, and ln 10.48 is 2.35. So the loss is 2.35 minus the logit of the right
# token, which is 0.35 for *el*.

# %%
logits = np.array([2.0, 1.0, -1.0], "float32")  # (V,)
by_hand = np.log(np.exp(logits).sum()) - logits
by_keras = keras.losses.sparse_categorical_crossentropy(np.arange(3), np.tile(logits, (3, 1)), from_logits=True)
print("by hand ", by_hand.round(2), "\nby Keras", ops.convert_to_numpy(by_keras).round(2))

# %% [markdown]
# ## 2. Where must it begin?
#
# An untrained model knows nothing, so at best it gives the same probability 1/V to each of V tokens. Its loss is then
# −ln(1/V), which is ln V. For the 8 tokens of our sentence this is 2.08.
#
# **Predict:** we ask your Transformer with the round numbers of lessons 8 to 10. Is its mean loss lower or higher than
# 2.08?

# %%
spanish, one = one_sentence.TARGET_VOCABULARY, one_sentence
ids = {"source": one.SOURCE_IDS, "target": one.TARGET_IDS[:, :-1]}  # (B, S), (B, T)
wanted = one.TARGET_IDS[:, 1:]  # (B, T): the labels, one position further
model = Transformer(len(one.SOURCE_VOCABULARY), len(spanish), one.D, one.H, one.F, one.LAYERS, one.MAX_LENGTH)
model(ids)  # makes its parameters
one.decoded(model.target_embedding, model.decoder, one.encoded(model.source_embedding, model.encoder))
logits = ops.convert_to_numpy(model(ids))  # (B, T, V)
p = ops.convert_to_numpy(ops.softmax(logits))
losses = -np.log(np.take_along_axis(p, wanted[..., None], axis=-1))  # (B, T, 1)
print(f"mean loss {losses.mean():.2f}, ln 8 = {np.log(8):.2f}")
written = [spanish[number] for number in ids["target"][0]]
columns = {"logits, as in lesson 10": spanish, "loss": [""]}
figures.matrices({"logits, as in lesson 10": logits[0], "loss": losses[0]}, written, columns)

# %% [markdown]
# **What to notice.** After `[START]`, *el* would be right, and its logit is −0.32, so this loss is the highest. The
# mean lies somewhat above ln V, because whoever has preferences without knowledge pays for them on average.
#
# **Predict:** what is the first loss of models as Keras makes them, with 8, 100 and 1000 tokens? Does width help?

# %%
for size, width in ((8, 32), (100, 32), (1000, 32), (1000, 128)):
    keras.utils.set_random_seed(11)
    new, tokens = Transformer(size, size, width, 4, 64, 1, 16), np.random.default_rng(11).integers(1, size, (32, 11))
    told = new({"source": tokens, "target": tokens[:, :-1]})  # (B, T, V)
    found = keras.losses.sparse_categorical_crossentropy(tokens[:, 1:], told, from_logits=True)
    print(f"V = {size:4}, D = {width:3}: first loss {float(ops.mean(found)):.2f}, ln V = {np.log(size):.2f}")

# %% [markdown]
# Width hardly matters, only V does. So you know the first loss of a model before you run it, and this is the cheapest
# test there is:
#
# | the first loss is | likely cause |
# |---|---|
# | about ln V | nothing is wrong so far |
# | far above | logits are too large, such as with the table of scale 1 in lesson 10 |
# | far below | padding is in the mean with losses of 0 (section 3), or V is not what you think |
# | ln V, and it stays near it | softmax was taken twice, or no gradient arrives |

# %% [markdown]
# ## 3. A mean over what?
#
# A batch has many losses, and training needs one number. Take two sentences, of which the second is short. Its three
# padded positions have a loss of 0, since any model soon learns to say `[PAD]` after `[PAD]`.
#
# | | | | | | | mean |
# |---|---|---|---|---|---|---|
# | long sentence | 1 | 1 | 1 | 1 | 1 | 1 |
# | short sentence | 4 | 5 | 0 | 0 | 0 | 4.5 for its two tokens |
#
# **Predict:** what is the loss of this batch? There are three answers, and each has been used.

# %%
table = np.array([[1, 1, 1, 1, 1], [4, 5, 0, 0, 0]], "float32")  # (B, T), losses
real = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]], "float32")  # (B, T), 1 where there is a token
more = [np.pad(numbers, ((0, 0), (0, 5))) for numbers in (table, real)]  # the same, with five more columns of padding
for name, (losses, mask) in {"as it is": (table, real), "more padding": more}.items():
    of_sentences = (losses * mask).sum(-1) / mask.sum(-1)  # (B,)
    means = (losses * mask).sum() / mask.sum(), of_sentences.mean(), losses.mean()
    print("{:12} real tokens {:.2f}, per-sentence means {:.2f}, padding as well {:.2f}".format(name, *means))

# %% [markdown]
# By hand: (5 + 9) / 7 = 2, then (1 + 4.5) / 2 = 2.75, and (5 + 9 + 0) / 10 = 1.4.
#
# The first is what we want, because each *token* counts alike. In the second, a token of the short sentence counts 2.5
# times as much as one of the long sentence. The third looks the better, the more padding there is, and each gradient
# becomes smaller with it.
#
# Keras averages as well. **Predict:** we hand it `real` as `sample_weight`. Which of the three means do they give?

# %%
zeros = np.zeros((2, 5, 1), "float32")  # so that the absolute error is the number in our table
for reduction in ("sum", "sum_over_batch_size", "mean_with_sample_weight"):
    error = keras.losses.MeanAbsoluteError(reduction=reduction)
    print(f"{reduction:24}", float(error(zeros, table[..., None], sample_weight=real)))

# %% [markdown]
# **What to notice.** The usual setting, `sum_over_batch_size`, multiplies by the weights and then divides by *all* ten
# positions. So a weight of 0 takes padding out of the sum, but not out of the count. Only `mean_with_sample_weight`
# divides by the sum of the weights. The option `ignore_class=0` of Keras' cross-entropy, which we use below, divides by
# the number of real tokens as well.

# %% [markdown]
# ## 4. Label smoothing: how certain should it be?
#
# The loss reaches 0 only for a probability of 1, for which a logit would have to be infinitely far above the others. So
# a model that is right already goes on to push its logits apart. *Label smoothing* ends this race, because it wants a
# little less: the right token should get 1 − ε, and others share ε, which is usually 0.1.
#
# But who are the others? Three conventions are in use, and for ε = 0.1 and V = 8 they give different labels.

# %%
epsilon, V = 0.1, len(spanish)
right, padding = np.eye(V)[wanted[0]], np.eye(V)[0]  # (T, V), (V,)
smoothed = {
    "Keras: all V tokens": (1 - epsilon) * right + epsilon / V,
    "fairseq: V − 1 wrong ones": (1 - epsilon) * right + epsilon / (V - 1) * (1 - right),
    "OpenNMT: no [PAD]": (1 - epsilon) * right + epsilon / (V - 2) * (1 - right - padding),
}
figures.matrix(np.stack([kind[0] for kind in smoothed.values()]), list(smoothed), spanish, "labels for el", decimals=4)

# %% [markdown]
# The first is also that of PyTorch and of the paper that invented it, the second that of Tensor2Tensor. The third gives
# padding nothing, since it is never right. Each row sums to 1.
#
# The loss is now a mean of −ln p over all tokens, weighted by these labels. **Predict:** what is the lowest loss that a
# perfect model can reach? Is it the same for all three?

# %%
for name, labels in {"not smoothed": right, **smoothed}.items():
    ours = -(labels * np.log(p[0])).sum(-1).mean()
    lowest = abs((labels * np.log(np.maximum(labels, 1e-9))).sum(-1).mean())  # the model says just what is wanted
    print(f"{name:25} our sentence {ours:.4f}, lowest possible {lowest:.4f}")
check = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=epsilon)
print(f"Keras with label_smoothing=0.1: {float(check(right[None], logits)):.4f}")

# %% [markdown]
# **What to notice.** A smoothed loss cannot reach 0, and how far it gets depends on the convention. Therefore never
# compare such losses between two libraries, and measure how good a model is without smoothing.
#
# ## 5. One batch first
#
# From here on we train, and the task is short enough for a minute: write a sequence of 2 to 8 tokens backwards. It
# needs all your masks and attentions, because each token has to be found in the source. Its vocabulary has 12 tokens.
# While a model learns, a bar shows the mean loss of the steps so far.

# %%
source, target = mirror.sequences(4096, seed=1)  # (N, S), (N, T + 1)
inputs, labels = {"source": source, "target": target[:, :-1]}, target[:, 1:]  # what is read, what is wanted
print("source", source[1], "\nread  ", target[1, :-1], "\nwanted", target[1, 1:], "\n2 is [START], 3 is [END]")
keras.utils.set_random_seed(11)
model = Transformer(mirror.VOCABULARY_SIZE, mirror.VOCABULARY_SIZE, 32, 4, 64, 1, 10, dropout=0.0)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=mirror.PAD)
model.compile(keras.optimizers.Adam(beta_2=0.98, epsilon=1e-9), loss, jit_compile=False)
trials = Trials(model, inputs, batch_size=64)  # each trial begins with the same parameters

# %% [markdown]
# Before a long training comes a short one, on *one* batch, again and again. Our model has some fifty times as many
# parameters as the batch has labels, so it must be able to learn them by heart.
#
# To see what it looks like when something is broken, we train a second time, with a bug: the source arrives as a row of
# equal tokens. The decoder still reads its own past. **Predict:** will the loss of this second model stay at ln 12, go
# to 0, or stop somewhere between them?

# %%
small, same = (lambda step: 0.003), {**inputs, "source": np.ones_like(source)}
curves = {
    "as it should be": trials.run("one batch", labels[:64], small, 300),
    "source is lost": trials.run("source lost", labels[:64], small, 300, same),
}
seen = Counter(tuple(row[:end]) for row in target[:64] for end in range(1, 11) if row[end - 1])
floor = sum(n * np.log(seen[past[:-1]] / n) for past, n in seen.items() if len(past) > 1) / np.sum(labels[:64] != 0)
print("first losses:", [round(float(curve[0]), 2) for curve in curves.values()], f"ln 12 = {np.log(12):.2f}")
print("last losses: ", [round(float(curve[-1]), 3) for curve in curves.values()], f"without source: {floor:.3f}")
every = range(0, 300, 12)
shown = {name: (every, curve[::12]) for name, curve in curves.items()} | {"floor": (every, [floor] * len(every))}
figures.lines(shown, "One batch of 64, again and again", "step", "loss per token", log_y=True)

# %% [markdown]
# **What to notice.** Both begin near ln 12. One goes on towards 0, the other ends near a *floor* which can be computed:
# after `[START]` all rows look alike to a model without source, so it learns only how often each token comes first. A
# floor means that something the model needs does not reach it.
#
# A loss near 0 proves that inputs, labels, loss and gradients are connected, and that the model is large enough. It
# does not prove that the labels are the *right* ones, as section 8 will show.

# %% [markdown]
# ## 6. How large a step? The warm-up
#
# The optimizer *Adam* keeps two running means for each parameter, m of its gradients and v of their squares, both
# corrected for their start at 0, and moves it by −rate · m / √v. After one gradient g, m / √v is g / √g², so 1 or −1.
#
# **Predict:** three parameters have the gradients 1000, −1 and 0.001, and the rate is 0.01. How far does each move?

# %%
parameters = keras.Variable([0.0, 0.0, 0.0])
adam = keras.optimizers.Adam(0.01, epsilon=1e-9)
adam.apply([ops.convert_to_tensor([1000.0, -1.0, 0.001])], [parameters])
print(ops.convert_to_numpy(parameters).round(5))

# %% [markdown]
# All move equally far. At first Adam cannot know which gradients are reliable, so every parameter takes a full step, in
# a direction that a single batch has chosen. And lesson 8 has shown what comes with post-norm: what the first layer
# read shrinks on its way to the end, so that early gradients say little.
#
# Hence the first steps should be small. The paper lets the rate grow in a straight line for w steps, the *warm-up*, and
# then fall as $1/\sqrt{s}$:
#
# $$\text{rate}(s) = D^{-1/2} \cdot \min(s^{-1/2},\; s \cdot w^{-3/2})$$

# %% [markdown]
# By hand, at s = w both sides of the minimum are $w^{-1/2}$, so there the rate is highest, with $1/\sqrt{D w}$. For the
# paper's D = 512 and w = 4000 this is 1/√2,048,000 = 0.00069877.
#
# **Predict:** what is the rate in step 1, in step 2000 and in step 16,000, as a part of that?


# %%
def rate(step, d_model, warmup_steps):
    return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)


for step in (1, 2000, 4000, 16_000):
    now, peak = rate(step, 512, 4000), rate(4000, 512, 4000)
    print(f"step {step:6}: {now:.6e}, {now / peak:.5f} of the peak")
at = range(1, 20_001, 500)
kinds = {"D = 512, w = 4000": (512, 4000), "D = 512, w = 8000": (512, 8000), "D = 2048, w = 4000": (2048, 4000)}
series = {name: (at, [rate(step, *kind) for step in at]) for name, kind in kinds.items()}
figures.lines(series, "Twice the warm-up: later and lower; four times the width: half", "step", "learning rate")

# %% [markdown]
# ## 7. With and without
#
# Our model is small and we have little time, so we take w = 100 and a quarter of that rate: 0.0044 at its peak.
#
# **Predict:** three trials differ in their rate only. One has no warm-up but begins with the falling part at once, one
# has it but ten times the rate, and one has it as it should be. What will their losses be?


# %%
curves, learned, STEPS = {}, {}, 384


def trial(name, rate, labels=labels):
    losses = trials.run(name, labels, rate, STEPS)
    curves[name], learned[name] = losses.reshape(-1, 16).mean(-1), model.get_weights()  # means of 16 steps


def usual(step):
    return rate(step, 32, 100) / 4


# %%
trial("no warm-up", lambda step: 32**-0.5 * step**-0.5 / 4)
trial("rate × 10", lambda step: 10 * usual(step))
trial("warm-up", usual)
middle = range(8, STEPS, 16)
figures.lines({name: (middle, curve) for name, curve in curves.items()}, "Only the rate differs", "step", "loss")

# %% [markdown]
# **What to notice.** Without warm-up the first steps push the parameters to a place from which the model comes back
# only slowly, although from step 100 on the rates are the same. Ten times the rate begins well, thanks to the warm-up,
# but does not settle. A small model can do without a warm-up if its rate is small, as in section 5, where it was 0.003.
# The deeper a post-norm model is, the less this is true.

# %% [markdown]
# ## 8. Five ways to go wrong
#
# You have seen two bugs of the rate. The next two are bugs of the labels. In the first, padding counts like any token:
# we give it the label 1, `[UNK]`, which our loss does not ignore. In the second, somebody forgot to
# shift, so that each position is to say the token which it *reads*. The last model has dropout, left on as it writes.
#
# **Predict:** which of the five has the best loss in training, and which of them can write?

# %%
trial("over padding", usual, np.where(labels == mirror.PAD, 1, labels))
trial("unshifted", usual, inputs["target"])
keras.utils.set_random_seed(11)
dropping = Transformer(mirror.VOCABULARY_SIZE, mirror.VOCABULARY_SIZE, 32, 4, 64, 1, 10, dropout=0.1)
dropping.compile(keras.optimizers.Adam(beta_2=0.98, epsilon=1e-9), loss, jit_compile=False)
curves["dropout"] = Trials(dropping, inputs, 64).run("dropout", labels, usual, STEPS).reshape(-1, 16).mean(-1)

# %%
new_source, new_target = mirror.sequences(512, seed=2)
asked, answers = {"source": new_source, "target": new_target[:, :-1]}, new_target[:, 1:]


def report(name, model, training=False):
    new = float(loss(answers, model(asked, training=training)))
    right = mirror.exact(model, training)
    print(f"{name:16} training {np.mean(curves[name][-4:]):5.3f}, new sequences {new:6.3f}, written right {right:4.0%}")


for name, parameters in learned.items():
    model.set_weights(parameters)
    report(name, model)
report("dropout", dropping)
report("dropout", dropping, training=True)  # left on

# %% [markdown]
# **What to notice.** The unshifted model has by far the best loss in training, and it is useless: it has learned to
# repeat what it reads, so after `[START]` it says `[START]` for ever. Only writing, or shifted labels, shows it.
#
# Over padding, the loss in training looks better than it is for real tokens, because a third of its positions are
# padding, which is easy. With dropout left on, the same model writes something else at each call, and more of it wrong.

# %% [markdown]
# ## 9. Teacher forcing against free running
#
# While it trains, the decoder reads right tokens only. When it writes, it reads its own, and after the first wrong one
# it stands in a place it has never seen. Even if each token were right with the same probability q, t tokens in a row
# would be right with $q^t$. By hand: 0.9 to the power of 8 is 0.43.
#
# **Predict:** we stop a training early. How do the two ways to read differ, token by token?

# %%
_ = trials.run("stop early", labels, usual, 144)
said = mirror.written(model, new_source)[:, 1:]  # (B, T), free-running
forced = ops.convert_to_numpy(model(asked)).argmax(-1)  # (B, T), each position by itself
long = (new_source != mirror.PAD).all(-1)  # the longest sequences
for name, tokens in {"source": new_source, "wanted": answers, "forced": forced, "free": said}.items():
    print(f"{name:7}", tokens[np.flatnonzero(long & (said != answers).any(-1))[0]])
places, hit, free = range(1, 10), forced[long] == answers[long], said[long] == answers[long]
series = {
    "this token, teacher forcing": (places, hit.mean(0)),
    "this token, free-running": (places, free.mean(0)),
    "all tokens up to this one": (places, np.cumprod(free, axis=1).mean(0)),
}
figures.lines(series, f"{long.sum()} sequences of 8 tokens and [END]", "position t", "share that is right")

# %% [markdown]
# **What to notice.** As long as all tokens were right, both ways read the same. Therefore the lowest curve belongs to
# both. The gap between the other two is what a model's own errors cost: each stays in what it reads, and makes the next
# one likelier, while a teacher would have put it right. So most tokens can be right, and most sentences wrong. Judge a
# model by what it writes.

# %% [markdown]
# ## 10. What does a step cost?
#
# A product of (T, D) and (D, E) takes TDE multiplications in the forward pass. The backward pass has two more of the
# same size: one gives the gradient of the input, and the other that of the parameters. So a step costs about three
# times its forward part, and then Adam goes once through all parameters.
#
# **Predict:** do the seconds of your machine say the same?

# %%
some, seconds = {name: numbers[:1920] for name, numbers in inputs.items()}, {}  # 30 batches
for name, call in {"forward": model.evaluate, "whole step": model.fit}.items():
    once = partial(call, some, labels[:1920], batch_size=64, verbose=0)
    once()  # makes the graph
    seconds[name] = min(timeit.repeat(once, timer=time.process_time, number=1, repeat=2)) / 30
    print(f"{name:10} {1000 * seconds[name]:5.1f} ms of computing")
print(f"{seconds['whole step'] / seconds['forward']:.1f} times; {model.count_params()} parameters,", end=" ")
print(f"{sum(np.size(one) for one in model.optimizer.variables)} numbers of Adam")

# %% [markdown]
# **Cost.** A step takes about three times the products of a call. A model as small as ours spends much time on starting
# its many operations, so the seconds need not show a 3. Adam keeps two numbers for each parameter.

# %% [markdown]
# ## Check yourself
#
# V is 1000, the first loss 6.9. A small rate learns one batch; the full rate, on all data, stops at 5.5. Which bug?
#
# - **A** labels are not shifted
# - **B** there is no warm-up
# - **C** the mean is taken over padding
# - **D** labels are smoothed
#
# <details><summary>Answer</summary>
#
# **B.** Large first steps have thrown the model far off. Our small one came back slowly, and a large one may not.
#
# With **A** the loss would be wonderful. **C** changes its size and never stops it. **D** lifts its floor to about 1.
# </details>

# %% [markdown]
# ## In this lesson
# - A loss is −ln p of the right token, begins at ln V, and is a mean over the real tokens of the whole batch.
# - Learn one batch by heart first; then train with a rate that grows in a warm-up and falls later.
# - The loss of teacher forcing can be wonderful while the output is useless: let the model write.
#
# **Now you:** [the exercises of unit 11](../exercises/11_training/11_training.ipynb)

# %% [markdown]
# ## Further reading
# - [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), section 5: all settings of a famous training.
# - Szegedy et al., [*Rethinking the Inception Architecture*](https://arxiv.org/abs/1512.00567), section 7: smoothing.
# - Xiong et al., [*On Layer Normalization*](https://arxiv.org/abs/2002.04745): why post-norm needs a warm-up.
# - Karpathy, [*A Recipe for Training Neural Networks*](https://karpathy.github.io/2019/04/25/recipe/): one batch first.
