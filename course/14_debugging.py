# %% [markdown]
# # 14. Debugging: the bug clinic
#
# After this lesson you can find out what is wrong with a Transformer that trains, writes and gives no error, without
# reading a line of its code.
#
# A model can be asked something at each place on its way from ids to text. These are the questions of this lesson.

# %%
from course.toolkit import figures
from course.toolkit.clinic import symptoms
from course.toolkit.clinic.bugs import BUGS
from course.toolkit.clinic.kinds import Kind
from course.toolkit.clinic.small_transformer import SmallTransformer
from course.toolkit.flow import Step, flow

import numpy as np

# %%
way = [Step("ids", "(B, S), (B, T)"), Step("model", "logits, (B, T, V)", "padding? future?\nbatch-mates?", new=True)]
way += [Step("loss", "one number", "which labels?\nwhich first value?", new=True)]
way += [Step("parameters", "arrays", "all of them?\nno two the same?", new=True)]
flow({"what to ask": [*way, Step("text", beside="alone, too?\nfree-running, too?", new=True)]})

# %% [markdown]
# **You will be able to**
# - *read* the symptoms of a model: its loss, what it writes, what it attends to;
# - *turn* a symptom into a question with two calls that must agree;
# - *tell* rounding from a bug;
# - *say* which test sees which bug, and which cannot see it;
# - *name* right models that a careless test would accuse.
#
# Time: 60 minutes, of which your machine trains for about 40 seconds. Needs: units 5 to 11. Axes: B batch, S source
# tokens, T target tokens, V tokens in the vocabulary.

# %% [markdown]
# ## 1. Nothing has failed
#
# Most bugs of a Transformer raise no error. A mask that is the wrong way round has the right shape, and so have labels
# that are not shifted. Training finds some way to make the loss small all the same, because that is all it is asked to
# do. So the loss falls, and the model is wrong.
#
# In our ward lie ten patients, A to J, and a healthy model. All write a sequence of 2 to 5 words backwards, as in
# lesson 11. They have two layers each, the same first parameters, and the same batches.

# %%
ward = symptoms.trained()  # letter to patient
source, target = symptoms.sentences(100, seed=2)  # (N, S), (N, T + 1): none of them was seen
print("source", source[0], "\ntarget", target[0], "\n0 is [PAD], 2 is [START], 3 is [END]")

# %% [markdown]
# **Predict:** here are the losses of four of them. Which would you send home as healthy, and which is the worst?

# %%
steps = range(10, 300, 20)
curves = {name: (steps, ward[name].curve.reshape(-1, 20).mean(-1)) for name in ("healthy", "B", "F", "J")}
figures.lines(curves, "Loss of each batch", "step", "loss per token")

# %% [markdown]
# **What to notice.** B and F are far better than the healthy one, and both are useless, as we shall see. J looks slow,
# as a model with a smaller learning rate would. The curves of the other seven lie not far from the healthy one. So a
# loss is a symptom. It is no diagnosis, and a loss that is *too good* deserves as much suspicion as a bad one.

# %% [markdown]
# ## 2. The first loss, and one batch
#
# Two tests from lesson 11 cost nearly nothing. The first loss should lie near ln V, here ln 12 = 2.48, or somewhat
# above, since a model that has learned nothing can only guess among V tokens. And a healthy model learns one batch by
# heart. **Predict:** how many of the ten patients do these two tests find?

# %%
names = ["healthy", *BUGS]
for name in names:
    first, last = ward[name].curve[0], symptoms.by_heart(name)[-1]
    print(f"{name:8} first loss {first:.2f}, one batch after 80 steps {last:.3f}")

# %% [markdown]
# **What to notice.** F begins below ln V, which nobody can who has to guess. It must have been told the answer. A and I
# begin high, but not so high that you would stop there. And all of them learn the batch by heart, because 43,000
# parameters find a way around any bug.
#
# So these tests come first because they are cheap. They find what is *disconnected*: a gradient that does not arrive, a
# rate of 0, labels of another batch. Our ten bugs are of another kind.

# %% [markdown]
# ## 3. Let it write
#
# During training the decoder reads the right tokens, which is called *teacher forcing*. When it writes, it reads its
# own, which is *free-running*. As long as all of its tokens have been right, it reads the same both times. So if it
# gets a whole sentence right by teacher forcing, it also writes it without a mistake, which means that the share of
# such sentences must be the same both ways.
#
# **Predict:** for which patients is it not the same?

# %%
print(f"{'':8} forced  free  what it writes for", source[0])
for name in names:
    forced, free = (measure(source, target) for measure in (ward[name].forced, ward[name].right))
    print(f"{name:8} {forced:6.0%} {free:5.0%}  {ward[name].written(source[:1])[0]}")

# %% [markdown]
# **What to notice.** B and I know each next token as long as somebody else writes the sentence, and nothing when they
# write themselves. What they had before, and miss now, is the text *behind* the position. F repeats what it reads, for
# ever, so for it even the forced tokens are wrong.
#
# For the others both shares are equal. J gets half of its sentences right. The other six get about as many as the
# healthy model, and some of them even a few more, which is luck.

# %% [markdown]
# ## 4. Take it out of the batch
#
# All sentences were written in one batch of 100, padded to one length. Now each of them is alone, without padding, as
# when a user types it. Nothing about the sentence has changed. **Predict:** for whom does that make a difference?

# %%
for name in names:
    batch, alone = (measure(source, target) for measure in (ward[name].right, ward[name].right_alone))
    print(f"{name:8} in a batch {batch:4.0%}, alone {alone:4.0%}", "  <--" if batch - alone > 0.1 else "")

# %% [markdown]
# **What to notice.** D, E, G and J need the batch. Each has learned to use something that a batch has: its padding, or
# the other sentences. Whoever evaluates in batches, as nearly everybody does, never sees this. Their users do.
#
# It also shows in what they attend to. This is the last cross-attention for our sentence, in a batch and alone.

# %%
row, words = source[:1], int((source[0] != 0).sum())
panels, columns = {}, {}
for name in ("healthy", "G"):
    for where, length in (("padded", 5), ("alone", words)):
        panels[f"{name}, {where}"] = ward[name].inside.attention(row[:, :length], target[:1, :-1])[0]
        columns[f"{name}, {where}"] = [str(word) if word else "[PAD]" for word in row[0, :length]]
tokens = [f"after {token}" for token in target[0, :-1]]
figures.matrices(panels, dict.fromkeys(panels, tokens), columns)

# %% [markdown]
# A picture is a hint, no proof: with four heads and two layers there are many pictures. But a weight on `[PAD]` that
# is not 0 has no excuse.
#
# <details><summary>Going deeper: why a bug helps</summary>
#
# Patient D uses padding as a counter. How many `[PAD]` there are tells it where the end is, which is worth knowing for
# somebody who writes backwards. What helps in training is learned, whether you meant it or not.
# </details>

# %% [markdown]
# ## 5. Two calls that must agree
#
# Nobody knows which logits are right. But we know that some calls must give *the same*, whatever the parameters are. A
# test that compares such calls is called *metamorphic*. It needs no data and no training.
#
# The first question that section 4 raises is whether padding changes anything. We put 1, 4 or 8 `[PAD]` behind the
# source and look at how far the logits move, as a part of the largest one. **Predict:** how far for the healthy model,
# and how far for D, E and G?


# %%
def apart(one, other):
    return np.abs(one - other).max() / np.abs(one).max()


full = (source != 0).all(-1)  # sentences of 5 words, which have no padding yet
few, said = source[full][:8], target[full][:8, :-1]
for name in ("healthy", "D", "E", "G"):
    model = ward[name].inside.model
    moved = [apart(model(few, said), model(np.pad(few, ((0, 0), (0, more))), said)) for more in (1, 4, 8)]
    print(f"{name:8}", *(f"{one:.7f}" for one in moved))

# %% [markdown]
# **What to notice.** D and G are moved by padding, and more padding shows more. E is not moved, so that its need of a
# batch must have another reason. A good test does just that: it splits the patients in two groups.
#
# Even for the healthy model the difference is not always exactly 0. A number of float32 has about seven digits, and a
# sum over a longer row is added up in another order.

# %% [markdown]
# ## 6. Rounding or bug?
#
# The limit must lie above rounding and below a bug. A fixed number cannot do that, since logits may be large or small.
# By hand: 0.001 is a hundred-thousandth of logits of 100, which is rounding, and a tenth of logits of 0.01, which is a
# bug. So divide by the largest logit, as `apart` does, and take a limit such as 0.0001.
#
# **Predict:** a model whose attention adds only little has the same bug as D. Does it still change the likeliest token?

# %%
for reach in (1.0, 0.3, 0.06):
    faint = BUGS["D"](Kind(reach=reach), 14)  # not trained; reach scales what attention adds
    one, other = (faint.model(np.pad(few, ((0, 0), (0, more))), said) for more in (0, 8))
    changed = (one.argmax(-1) != other.argmax(-1)).mean()
    print(f"reach {reach:4}: logits moved by {apart(one, other):.4f}, likeliest tokens changed: {changed:.0%}")

# %% [markdown]
# **What to notice.** All three have the same bug. In the last one every likeliest token stays, although the logits move
# by some fifty times our limit. So compare numbers, not decisions, because a test that waits for a wrong word finds
# large bugs only.
#
# ## 7. The future
#
# Section 3 raised another question: do logits depend on later tokens? We change *one* target token at a time, and look
# at which positions move. **Predict:** what does this matrix look like for a healthy model, and what for B and I?

# %%
one_source, one_target = few[:1], said[:1]  # (1, S), (1, T)
panels = {}
for name in ("healthy", "B", "I"):
    model = ward[name].inside.model
    before, moved = model(one_source, one_target), []
    for place in range(one_target.shape[1]):
        other = one_target.copy()
        other[0, place] = 15 - other[0, place] if other[0, place] > 3 else 9  # another word
        moved.append(np.abs(model(one_source, other) - before).max(-1)[0] / np.abs(before).max())
    panels[name] = np.transpose(moved)
figures.matrices(panels, row_label="position", column_label="changed token")

# %% [markdown]
# **What to notice.** In the healthy model nothing stands above the diagonal, where a position would know a later token.
# The diagonal itself is not 0, and must not be: a position reads its own token.
#
# B is turned over: beside its own token, a position knows *only* what comes later. In I every position knows something
# of all tokens. Its masks are in order, but its normalisation takes a mean over the whole target, so that a test of
# masks would have found nothing.

# %% [markdown]
# ## 8. The neighbours
#
# E and J are left of those that need a batch. Their question is: do the logits of a sentence depend on the *other*
# sentences? By hand, the mean of 3, 3 and 3 is 3, and so is that of 3 alone. So a sentence that attends to equal
# neighbours is not moved by them, which means that a test can only find what its batch allows it to find.
#
# **Predict:** here are four batches, each compared with its sentences alone or in another order. Which of them finds E,
# and which finds J?


# %%
def moved_by_mates(model, rows, read):
    alone = np.concatenate([model(rows[b : b + 1], read[b : b + 1]) for b in range(len(rows))])
    return apart(model(rows, read), alone)


def moved_by_order(model, rows, read):
    return apart(model(rows, read), model(rows[::-1], read[::-1])[::-1])


short = np.where(np.arange(5) < [[2], [5], [3], [4]] * 2, few, 0)  # other lengths
for name in ("healthy", "E", "J"):
    model = ward[name].inside.model
    alike, one_length = moved_by_mates(model, few[[0] * 8], said[[0] * 8]), moved_by_mates(model, few, said)
    order, lengths = moved_by_order(model, few, said), moved_by_mates(model, short, said)
    print(f"{name:8} alike {alike:.5f}, one length {one_length:.5f}, order {order:.5f}, lengths {lengths:.5f}")

# %% [markdown]
# **What to notice.** E takes the batch for the sequence, and is found as soon as the neighbours are different words.
# The order alone does not find it, because a set has no order. J uses the padding mask of another row, so that rows of
# one length hide it. Only a batch of *different words and different lengths* finds both.
#
# That is how a test is made good: think of what would have to be true for a bug to hide from it.

# %% [markdown]
# ## 9. The loss, once more by hand
#
# A and F show no symptom that any question so far explains, but their loss is suspicious. So we ask the loss itself,
# and compute it from the logits a second time: the mean of −ln p of the next token, over all real ones.

# %%
for name in ("healthy", "A", "F"):
    logits = ward[name].inside.model(source, target[:, :-1])  # (N, T, V)
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    cost = -np.take_along_axis(log_p, target[:, 1:, None], axis=2)[..., 0]  # (N, T)
    real = target[:, 1:] != 0
    print(f"{name:8} says {ward[name].inside.loss(source, target):.3f}, should be {cost[real].mean():.3f}", end="")
    print(f", over padding too {cost.mean():.3f}")

# %% [markdown]
# **What to notice.** A takes its mean over padding too, which it predicts well by now, and so its loss looks better
# than it is. F is asked for something else altogether: its labels are what it reads.
#
# A second computation is the right tool here, since the rule is one line. For a whole model it would be a second model.

# %% [markdown]
# ## 10. Does everything learn?
#
# C and H have no symptom at all. C even writes better than the healthy model, by luck, and H a little worse. They have
# less to learn with than they should, which shows in larger models and on harder tasks. So we ask what training has
# done: which arrays have not moved, and which two are the same? **Predict:** which names will come out?

# %%
for name in ("healthy", "C", "H"):
    new = BUGS.get(name, SmallTransformer)(symptoms.BUILD, 3)
    before, _ = new.parameters(), [new.train(source[:32], target[:32]) for _ in range(3)]
    after = new.parameters()
    still = [key for key in after if (after[key] == before[key]).all()]
    first = {array.tobytes(): key for key, array in reversed(after.items())}
    twins = [key for key, array in after.items() if key not in still and first[array.tobytes()] != key]
    print(f"{name:8} {len(after)} arrays, {len(still)} not moved: {still[:1]}, {len(twins)} equal others: {twins[:1]}")

# %% [markdown]
# **What to notice.** In H the encoder's layers stay as they were drawn. The optimizer was never told of them, and the
# decoder has learned to live with random layers, surprisingly well. In C the second encoder layer *is* the first.
#
# One warning: before training, all biases are 0 and all gains 1, in every model. Compare arrays after a step.

# %% [markdown]
# ## 11. The chart
#
# Now all questions to all patients, on *new* models that have not been trained. **Predict:** will the bugs still show?

# %%
letters, chart = ["healthy", *BUGS], {}
for name in letters:
    new = BUGS.get(name, SmallTransformer)(Kind(), 14)
    pads, other = np.pad(few, ((0, 0), (0, 8))), np.where(np.arange(6) < 3, said, 9)
    padding = apart(new.model(few, said), new.model(pads, said))
    future = apart(new.model(few, said)[:, :3], new.model(few, other)[:, :3])
    chart[name] = [padding, future, moved_by_mates(new.model, short, said)]
figures.matrix(np.transpose(list(chart.values())), ["padding", "future", "batch-mates"], letters, "Moved by …")

# %% [markdown]
# **What to notice.** They do, since a bug is in the code and not in the parameters. So such tests can run before the
# first step of training, in a second, each time somebody has changed a line. Six patients have their diagnosis now. A,
# C, F and H are moved by nothing, because these three questions are about what a model reads. Theirs are about the loss
# and the parameters, in sections 9 and 10.

# %% [markdown]
# ## 12. Not guilty
#
# A test that accuses right models gets switched off, and then it finds nothing. These are right, and unusual:
#
# | a right model that | is accused by a test that |
# |---|---|
# | adds positions to its embeddings | puts padding in *front* of the words |
# | reads its own token | compares the position that was changed |
# | reads the whole source | changes the *source* behind position t |
# | leaves garbage at padded target positions | compares those, too |
# | has logits of some hundreds, or runs on a GPU | compares by `==`, or by a fixed number |
# | has parameters with tiny gradients | asks whether they moved by more than 10⁻⁶ |

# %% [markdown]
# ## 13. The files
#
# All ten bugs were made by somebody, found by somebody, and told in public. The first five:
#
# | | what was wrong | thread |
# |---|---|---|
# | A | the id to ignore was set and never used | [DALLE-pytorch 57][A] |
# | B | a look-ahead mask for a layer that wants it the other way round | [tensorflow/text 894][B] |
# | C | one layer, called twelve times | [espnet 1278][C] |
# | D | the padding mask never reached the encoder | [keras-hub 2220][D] |
# | E | the sequence was wanted first, and the batch was given first | [OmDet 19][E] |
#
# [A]: https://github.com/lucidrains/DALLE-pytorch/issues/57
# [B]: https://github.com/tensorflow/text/pull/894
# [C]: https://github.com/espnet/espnet/issues/1278
# [D]: https://github.com/keras-team/keras-hub/issues/2220
# [E]: https://github.com/om-ai-lab/OmDet/issues/19

# %% [markdown]
# | | what was wrong | thread |
# |---|---|---|
# | F | labels that the model was thought to shift | [transformers 3711][F] |
# | G | the decoder did not know the padding of the source | [keras-io 1046][G] |
# | H | layers in a plain list | [pytorch 59925][H] |
# | I | a norm over the sequence | [attention-is-all-you-need-pytorch 17][I] |
# | J | masks repeated in the wrong order | [CLIP4Clip 22][J] |
#
# [F]: https://github.com/huggingface/transformers/issues/3711
# [G]: https://github.com/keras-team/keras-io/pull/1046
# [H]: https://github.com/pytorch/pytorch/issues/59925
# [I]: https://github.com/jadore801120/attention-is-all-you-need-pytorch/pull/17
# [J]: https://github.com/ArrowLuo/CLIP4Clip/issues/22
#
# In our ward each is one method of a few lines. `course/toolkit/clinic/bugs.py` holds them all, for later.

# %% [markdown]
# ## Check yourself
#
# A translator is good on the test set, in batches of 64. Users say that short sentences come out badly, long ones well.
# The users' sentences come one at a time. Which test do you write first?
#
# - **A** overfit one batch
# - **B** perturb the future
# - **C** the same sentence alone and in a batch
# - **D** the loss against a second computation
#
# <details><summary>Answer</summary>
#
# **C.** Short sentences had much padding and many longer mates in training, and have neither now. Long ones miss less.
#
# **A** says that everything is connected, which good translations show already. **B** would explain bad sentences of
# all lengths, in batches too. **D** finds a wrong loss, but the test set was judged by what the model writes.
# </details>

# %% [markdown]
# ## In this lesson
# - Symptoms come first: first loss, one batch, free-running against forced, alone against in a batch.
# - Then a question: two calls that must agree, compared by numbers, with a limit that grows with the logits.
# - Think of what a bug needs to hide from your test, and of the right models that it would accuse.
#
# **Now you:** [the exercises of unit 14](../exercises/14_debugging/14_debugging.ipynb)

# %% [markdown]
# ## Further reading
# - Karpathy, [*A Recipe for Training Neural Networks*](https://karpathy.github.io/2019/04/25/recipe/): where to look
#   first.
# - Ribeiro et al., [*Beyond Accuracy: CheckList*](https://arxiv.org/abs/2005.04118): tests of what must not change, for
#   models of language.
# - Chen et al., [*Metamorphic Testing: A Review*](https://doi.org/10.1145/3143561): where the idea comes from.
