# %% [markdown]
# # 9. The decoder: writing one token at a time
#
# After this lesson you know how a Transformer writes a translation while it reads the source, and you can tell a
# decoder that has learned to write from one that has learned to cheat.
#
# This is the layer, in both orders. It is your encoder layer with one more branch, in bold: an attention that reads the
# *memory*, which is what the encoder has made of the source.

# %%
from course.built import Encoder, FeedForward, MultiHeadAttention, PositionalEmbedding
from course.toolkit import figures, one_sentence, two_orders
from course.toolkit.causality import gradient_sizes
from course.toolkit.flow import ADD, FORK, Step, flow

import keras
import numpy as np
from keras import layers, ops

# %%
X = "(B, T, D)"
own, network, norm = Step("self-attention", X, beside="self_mask"), Step("feed-forward", X), Step("layer norm", X)
cross = Step("cross-attention", X, beside="memory,\nits mask", new=True)
x_in, x_out = Step("x", X), Step("output")
post = [x_in, FORK, own, ADD, norm, FORK, cross, ADD, norm, FORK, network, ADD, norm, x_out]
pre = [x_in, FORK, norm, own, ADD, FORK, norm, cross, ADD, FORK, norm, network, ADD, x_out]
flow({"post-norm": post, "pre-norm": pre})

# %% [markdown]
# **You will be able to**
# - *explain* why a decoder writes token by token, and why it can still learn all tokens at once;
# - *name* the three attentions of a translator, with their shapes and masks;
# - *follow* a sentence through the three branches of a decoder layer;
# - *prove* that no token sees a later one, and *recognise* a decoder that cheats;
# - *count* what a decoder layer costs.
#
# Time: 60 minutes, under a minute of computing. Needs: units 5 to 8. Axes: B batch, T target tokens, S source tokens, D
# width of a token, H heads, F width of the feed-forward network.

# %% [markdown]
# ## 1. Why not say the whole sentence at once?
#
# In Spanish the verb may also come first: *the red cat sleeps* is *el gato rojo duerme*, or *duerme el gato rojo*. Now
# imagine a model that fills all four positions at the same moment, each with a token that is likely there:
#
# | position | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|
# | one half | el | gato | rojo | duerme |
# | other half | duerme | el | gato | rojo |
#
# **Predict:** no position knows what the others have chosen. How often do they make one of the two sentences?

# %%
sentences = [one_sentence.TARGET, ["duerme", "el", "gato", "rojo"]]
choices = np.ndindex(2, 2, 2, 2)  # each position chooses one of two by itself
drawn = [[sentences[choice][position] for position, choice in enumerate(chosen)] for chosen in choices]
right = [words for words in drawn if words in sentences]
print(f"{len(right)} of {len(drawn)} are right. Others:", "; ".join(" ".join(words) for words in drawn[1:4]))

# %% [markdown]
# By hand, each of the two sentences has the probability ½ · ½ · ½ · ½, so together they have 1/8. The model knew every
# token, and yet most of what it says is wrong, because no position knew the others' choice. Therefore a *decoder*
# writes from left to right, and reads what it has written before it chooses the next token:
#
# $$p(\text{target} \mid \text{source}) = \prod_t \; p(\text{token } t \mid \text{tokens before } t,\; \text{source})$$
#
# After *duerme*, the token *el* is certain, and so on to the end. So each sentence gets ½ · 1 · 1 · 1.

# %% [markdown]
# That sounds slow, and when a translator is *used*, it is: T tokens need T calls. In *training*, however, the whole
# translation is known, so we may pretend that the decoder has just written it. This is the *teacher forcing* of unit 1:
#
# | position | 0 | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | is read | `[START]` | el | gato | rojo | duerme |
# | is wanted | el | gato | rojo | duerme | `[END]` |
#
# One call asks all five questions, provided that no position reads anything to its right.

# %% [markdown]
# ## 2. What a decoder reads
#
# A decoder reads two things. One is the *memory*, (B, S, D), made here by your own encoder: compare it with the last
# picture of lesson 8, and you find the same numbers. The other is what has been written so far, after `[START]`. It has
# an embedding of its own, since its tokens are Spanish.

# %%
D, H, F, L = one_sentence.D, one_sentence.H, one_sentence.F, one_sentence.LAYERS
source, target_ids = one_sentence.SOURCE, one_sentence.TARGET_IDS[:, :-1]  # (B, T): all but the last are read
target = [one_sentence.TARGET_VOCABULARY[number] for number in target_ids[0]]
S, T = len(source), len(target)
source_embedding = PositionalEmbedding(len(one_sentence.SOURCE_VOCABULARY), D, one_sentence.MAX_LENGTH)
memory = one_sentence.encoded(source_embedding, Encoder(L, D, H, F, dropout=0.0))  # (B, S, D)
target_embedding = PositionalEmbedding(len(one_sentence.TARGET_VOCABULARY), D, one_sentence.MAX_LENGTH)
target_embedding(target_ids)  # makes its parameters
one_sentence.fill(target_embedding, "target embedding")
x = target_embedding(target_ids)  # (B, T, D)
panels = {"memory": memory[0], "x: what has been written": x[0]}
figures.matrices(panels, dict(zip(panels, (source, target), strict=True)))

# %% [markdown]
# ## 3. Three attentions
#
# Encoder and decoder together ask three kinds of questions, so they have three kinds of attention:
#
# | attention | queries | keys, values | scores | mask |
# |---|---|---|---|---|
# | encoder self | source | source | (S, S) | the source's padding |
# | decoder self | target | target | (T, T) | causal, and the target's padding |
# | *cross* | target | memory | (T, S) | the source's padding |
#
# **Predict:** we append one `[PAD]` to both sentences, so that S = 5 and T = 6. Which of the three masks blanks a
# column, and which one a triangle?

# %%
from course.built import causal_mask, combine_masks, padding_mask

PAD = np.zeros((1, 1), "int32")
source_padding = padding_mask(np.concatenate([one_sentence.SOURCE_IDS, PAD], axis=1))  # (B, 1, S)
target_padding = padding_mask(np.concatenate([target_ids, PAD], axis=1))  # (B, 1, T)
both = combine_masks(target_padding, causal_mask(T + 1))  # (B, T, T)
read, written = [*source, "[PAD]"], [*target, "[PAD]"]
rows = {"encoder self": read, "decoder self": written, "cross": written}
columns = {"encoder self": read, "decoder self": written, "cross": read}
panels = {}
for name, mask in zip(rows, (source_padding, both, source_padding), strict=True):
    panels[name] = np.broadcast_to(ops.convert_to_numpy(mask)[0], (len(rows[name]), len(columns[name])))
figures.matrices(panels, rows, columns, row_label="query", column_label="key")

# %% [markdown]
# **What to notice.** A mask hides *keys*. Hence padding always blanks columns, and they belong to the sentence that
# gives the keys, which in the cross-attention is the source, although the target asks. No causal mask is needed there,
# because the source was complete before the first Spanish token was written: *el* may read *sleeps*. And its picture is
# no square, since S and T differ in nearly every batch.

# %% [markdown]
# ## 4. Cross-attention: the target asks, the source answers
#
# By hand, with T = 1 and S = 2: the query scores 1.10 at the first source token and 0 at the second. Since $e^{1.10}$
# is 3 and $e^0$ is 1, the attention weights are 3/4 and 1/4. If the values are `[4, 0]` and `[0, 4]`, then the context
# vector is `[3, 1]`. There is one, because one query was asked, however long the source may be.
#
# It is the attention of unit 6, called with two different sentences. With m for the memory:
#
# $$\text{cross}(x, m) = \text{attention}(\text{query} = x,\; \text{key} = m,\; \text{value} = m)$$
#
# **Predict:** which shapes do its output and its attention weights have for our sentence?

# %%
cross_attention = MultiHeadAttention(D, H)
cross_attention(x, memory, memory)  # makes its parameters
one_sentence.fill(cross_attention, "decoder, layer 0, cross_attention")
context, weights = cross_attention(x, memory, memory, return_weights=True)
print("output", tuple(context.shape), "weights", tuple(weights.shape))
panels = {f"head {head}": weights[0, head] for head in range(H)}
figures.matrices(panels, target, source, row_label="query", column_label="key")

# %% [markdown]
# **What to notice.** Each row sums to 1 over the *source*. Nobody has trained these numbers, so they mean nothing yet.
# In unit 13 you look at your own model in this way, and hope that *gato* is written while *cat* has a large weight.
#
# If query and memory changed places, there would be S = 4 outputs, which cannot be added to the T = 5 rows of x. With
# S = T no error would appear, so always test with two different lengths.

# %% [markdown]
# ## 5. Which mask where, and who else fills it in
#
# The layer takes two masks, `self_mask` and `memory_mask`. Unit 5 warned you of masks that travel along with a tensor.
# Here they bite: where one argument is called `memory` and another `memory_mask`, Keras fills the second one itself, if
# it is `None`, with the mask that the first one carries.
#
# **Predict:** what does the layer receive in each of these four calls?


# %%
class Listener(layers.Layer):
    def call(self, x, memory, self_mask=None, memory_mask=None):
        print("memory_mask:", None if memory_mask is None else tuple(memory_mask.shape))
        return x


carrying = layers.Embedding(8, D, mask_zero=True)(np.array([[4, 5, 6, 7, 0]], "int32"))  # (B, S, D), and its mask
Listener()(x, carrying)
Listener()(x, carrying, memory_mask=source_padding)
Listener()(x, memory, self_mask=None, memory_mask=None)
try:
    Listener()(x, memory, None, None)
except TypeError as error:
    print(str(error).splitlines()[0])

# %% [markdown]
# In the first call a mask arrives that nobody has passed, and its shape is (B, S). Against scores of (B, T, S) it is
# lined up from the right, so B is taken for T, and with B = T each *token* would get the padding of another *sentence*.
#
# In the last call `None` arrives twice, once by position and once from Keras. With a real mask in its place the call
# would have worked. Therefore **masks go by keyword**, to every layer and at every call.

# %% [markdown]
# ## 6. The layer
#
# There are three branches, each with a residual connection and a norm, as in lesson 8:
#
# | | first | then | last |
# |---|---|---|---|
# | post-norm | x = norm(x + self(x)) | x = norm(x + cross(x, m)) | x = norm(x + network(x)) |
# | pre-norm | x = x + self(norm(x)) | x = x + cross(norm(x), m) | x = x + network(norm(x)) |
#
# Pre-norm normalises only x before it asks, and not the memory, because the encoder's last norm has done that already.

# %% [markdown]
# The order of the branches has a reason, too. At first a token finds out what stands before it, so that its hidden
# state can become a question: *I have an article and a noun, so what comes now?* The cross-attention puts this question
# to the memory, and the network computes with the answer.


# %%
def parts(d_model, num_heads, d_ff):
    attentions = [MultiHeadAttention(d_model, num_heads) for _ in range(2)]
    norms = [layers.LayerNormalization(epsilon=1e-6) for _ in range(3)]
    return *attentions, FeedForward(d_model, d_ff), *norms


def steps(x, memory, self_attention, cross_attention, network, *norms, self_mask=None, memory_mask=None):
    after_self = norms[0](x + self_attention(x, x, x, mask=self_mask))
    after_cross = norms[1](after_self + cross_attention(after_self, memory, memory, mask=memory_mask))
    after_network = norms[2](after_cross + network(after_cross))
    return {"after self-attention": after_self, "after cross-attention": after_cross, "after network": after_network}


def post_norm(x, memory, *parts, **masks):
    return steps(x, memory, *parts, **masks)["after network"]


# %% [markdown]
# Now our sentence goes through the first layer, under a causal mask and without padding. **Predict:** we change what
# the memory says at *cat*. After which of the three steps do the rows of the target move?


# %%
def filled(number):
    layer = parts(D, H, F)
    post_norm(x, memory, *layer)  # makes the parameters
    for part, name in zip(layer, ("self_attention", "cross_attention", "feed_forward"), strict=False):
        one_sentence.fill(part, f"decoder, layer {number}, {name}")
    return layer


first, causal = filled(0), causal_mask(T)  # (1, T, T)
other = ops.convert_to_numpy(memory).copy()
other[0, source.index("cat")] += [1, 0, -1, 2]
found, changed = (steps(x, one, *first, self_mask=causal) for one in (memory, other))
for name in found:
    print(f"{name}: rows move by up to {float(ops.max(ops.abs(changed[name] - found[name]))):.2f}")
figures.matrices({name: step[0] for name, step in found.items()}, target)

# %% [markdown]
# **What to notice.** The first step brings *gato* its past, `[START]` and *el*, the second the source. The network only
# computes. For *el* it adds nearly nothing, because ReLU sets all hidden numbers to 0 but one, which is small. All
# rows have mean 0, since each step ends with a norm.
#
# ## 7. Does any token see a later one?
#
# A causal mask is a promise that can be tested from outside: push one input, and look at which outputs move.
#
# **Predict:** rows are outputs, columns are the input that is pushed. Which cells are 0 without a mask, and which with
# the causal one?


# %%
def moved(self_mask):
    before, columns = post_norm(x, memory, *first, self_mask=self_mask), []
    for pushed in range(T):
        push = np.zeros((1, T, D), "float32")
        push[0, pushed] = [1, 0, -1, 2]  # not one number for all, since a norm would take that away
        after = post_norm(x + push, memory, *first, self_mask=self_mask)
        columns.append(ops.convert_to_numpy(ops.mean(ops.abs(after - before), axis=-1))[0])  # (T,)
    return np.stack(columns, axis=-1)  # (T, T)


figures.matrices({"no mask": moved(None), "causal": moved(causal)}, target, target, "output", "pushed input")

# %% [markdown]
# Under the mask *rojo* moves itself and *duerme*, but nothing before it. If later tokens change nothing, they might as
# well be missing. **Predict:** we give the decoder the first t tokens only, as if it had written no more. How far are
# its outputs from those of the one call with all tokens?

# %%
whole = post_norm(x, memory, *first, self_mask=causal)  # (B, T, D): T questions in one call
for t in range(1, T + 1):
    begun = post_norm(x[:, :t], memory, *first, self_mask=causal_mask(t))  # (B, t, D)
    print(f"{t} tokens: outputs differ by less than 1e-5:", bool(ops.max(ops.abs(begun - whole[:, :t])) < 1e-5))

# %% [markdown]
# So one call in training asks exactly the questions that T calls ask in writing, which was our condition in section 1.
#
# A push tries one direction only, and a leak may not answer to it. A *gradient* asks for all directions at once: how
# fast would this output change with that input? `gradient_sizes` measures it for each pair as lesson 8 did, by one step
# of gradient descent with a learning rate of 1, which here moves x.

# %%
panels = {}
for name, mask in {"no mask": None, "causal": causal}.items():
    sizes = gradient_sizes(lambda x, mask=mask: post_norm(x, memory, *first, self_mask=mask), x)  # (T, T)
    panels[name] = sizes > 0
figures.matrices(panels, target, target, "output", "input with a gradient")

# %% [markdown]
# Here ✓ means that the gradient is not exactly 0, so the picture shows the mask itself. Keep both tests, since a push
# also finds what passes through a comparison, such as a mask that is made from ids, where the gradient is always 0.

# %% [markdown]
# ## 8. The decoder that cheats
#
# What if the causal mask is forgotten? Position t has to say token t + 1, and this very token stands in the input, one
# position to its right. Such a decoder need not translate, because it can copy.
#
# There are 216 sentences like ours, each with two translations. Two decoders learn from 180, and 36 are for the end.
# In every target one choice is free, namely whether the verb comes first. **Predict:** a guess costs ln 2 = 0.69, and
# all other tokens follow from it. Which loss per token can no honest decoder get below?

# %%
learned, kept = two_orders.split(36, first=" ".join(source))  # English sentences
print(kept[0], "->", " / ".join(two_orders.TRANSLATIONS[kept[0]]), f"| ln 2 / {T} = {two_orders.BEST_LOSS:.3f}")


# %%
def translator(width=32):
    keras.utils.set_random_seed(9)
    read, written = keras.Input((S,), dtype="int32"), keras.Input((T,), dtype="int32")
    self_mask = keras.Input((T, T), dtype="bool")  # an input, so that both models differ in nothing else
    memory = Encoder(1, width, 4, 64, dropout=0.0)(PositionalEmbedding(len(two_orders.ENGLISH), width, S)(read))
    x = PositionalEmbedding(len(two_orders.SPANISH), width, T)(written)
    hidden = post_norm(x, memory, *parts(width, 4, 64), self_mask=self_mask)
    scores = layers.Dense(len(two_orders.SPANISH))(hidden)  # (B, T, V): one for each token that may come next
    model = keras.Model([read, written, self_mask], scores)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.002), loss, jit_compile=False)
    return model


# %%
models, epochs = {"causal": translator(), "cheating": translator()}, range(1, 31)
read, written, wanted = two_orders.ids_of(learned)
curves = {"best possible": (epochs, [two_orders.BEST_LOSS] * len(epochs))}
for name, model in models.items():
    inputs = [read, written, two_orders.self_mask(written, name == "causal")]
    told = model.fit(inputs, wanted, batch_size=30, epochs=len(epochs), verbose=0)
    curves[name] = (epochs, told.history["loss"])
figures.lines(curves, "Loss in training, by teacher forcing", "epoch", "loss per token", log_y=True)

# %% [markdown]
# By its loss, the cheating decoder is wonderful. It is far *below* what an honest one can reach, since it knows
# which of two orders will come. A loss that is too good is the first sign of a leak.
#
# Now both write by themselves, which is called *free-running*: each reads `[START]`, and then what it has said so far.
# **Predict:** in how many of 36 new sentences is every token right, in either order?

# %%
read, written, wanted = two_orders.ids_of(kept)
for name, model in models.items():
    mask = two_orders.self_mask(written, name == "causal")
    new = model.evaluate([read, written, mask], wanted, verbose=0)
    said = two_orders.free_running(model, read[::2], name == "causal")  # each sentence comes twice
    right = sum(text in two_orders.TRANSLATIONS[english] for text, english in zip(said, kept, strict=True))
    print(f"{name:9}: loss {curves[name][1][-1]:.3f} in training, {new:.3f} for new sentences")
    print(f"  free-running, {right} of {len(kept)} right: {kept[0]} -> {said[0]!r}, {kept[1]} -> {said[1]!r}")

# %% [markdown]
# **What to notice.** The loss of *new* sentences does not give the cheater away, because by teacher forcing the answer
# lies before it there, too. But when it writes, the token to its right is not there yet, so it has nothing to copy, and
# it had little reason to learn how one finds the next token in the source.
#
# So run section 7 on a decoder before you train it, and let it write afterwards.

# %% [markdown]
# ## 9. The stack
#
# A decoder is L such layers with parameters of their own. All get both masks, and all read the *same* memory, which is
# the encoder's last output. In the second layer a token can ask anew, and it knows the first answer by then.
#
# Here is what two layers make of our sentence. Lesson 10 begins with exactly these numbers.

# %%
second = filled(1)
hidden = post_norm(post_norm(x, memory, *first, self_mask=causal), memory, *second, self_mask=causal)
figures.matrix(hidden[0], target, title="the decoder's output")

# %% [markdown]
# ## 10. What does it cost?
#
# | | parameters | products for T target and S source tokens |
# |---|---|---|
# | self-attention | 4D² + 4D | 4TD² + 2T²D |
# | cross-attention | 4D² + 4D | 2TD² + 2SD² + 2TSD |
# | network | 2DF + F + D | 2TDF |
# | three norms | 6D | – |
#
# With F = 4D that makes about 16D² parameters, half of them in the attentions. An encoder layer has 12D².
#
# The 2SD² are the keys and values of the memory. It does not change while the decoder writes, so they are the same at
# every step. **Predict:** at D = 512 and S = 20, one more token is written. Which share of the cross-attention's
# products goes into keys and values that were there already?

# %%
large = parts(512, 8, 2048)
post_norm(np.zeros((1, 3, 512), "float32"), np.zeros((1, 2, 512), "float32"), *large)
counted = [part.count_params() for part in large]
formula = [2 * (4 * 512**2 + 4 * 512), 2 * 512 * 2048 + 2048 + 512, 6 * 512]
print("attentions, network, norms:", [sum(counted[:2]), counted[2], sum(counted[3:])], "by formula:", formula)
for length in (5, 20, 80):
    query, again = 2 * 512**2 + 2 * length * 512, 2 * length * 512**2  # for T = 1
    print(f"S = {length:2}: {again:.1e} products for keys and values, {again / (query + again):.0%} of all")

# %% [markdown]
# So unit 12 will keep them, and those of the self-attention as well, where the past does not change either.
#
# ## Check yourself
#
# A translator has a loss of 0.01, for new sentences as well. When it runs freely, it writes nonsense. Which bug?
#
# - **A** `memory_mask` is missing
# - **B** `self_mask` holds the padding only
# - **C** in the cross-attention the memory asks, and the target answers
# - **D** dropout is also on when it writes
#
# <details><summary>Answer</summary>
#
# **B.** Without the causal rule each position copies the token to its right, and when the model writes, none is there.
#
# With **A** the source's padding is read, so short sentences in long batches get worse, but the source still matters.
# **C** gives one output per source token, and the sum with x fails where S ≠ T. **D** would give other answers at each
# call, and explains no low loss.
# </details>

# %% [markdown]
# ## In this lesson
# - A decoder chooses each token by those before it and the source; teacher forcing asks all its questions in one call.
# - Self-attention reads what is written, under a causal mask, and cross-attention the memory, under its padding.
# - A low loss proves nothing about a decoder: test its causality, and let it write.
#
# **Now you:** [the exercises of unit 9](../exercises/09_decoder/09_decoder.ipynb)

# %% [markdown]
# ## Further reading
# - [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), section 3.2.3: the three attentions in half a page.
# - Sutskever et al., [*Sequence to Sequence Learning*](https://arxiv.org/abs/1409.3215): the product of section 1, with
#   a recurrent decoder that has no cross-attention.
# - Gu et al., [*Non-Autoregressive Neural Machine Translation*](https://arxiv.org/abs/1711.02281): all at once.
# - Bengio et al., [*Scheduled Sampling*](https://arxiv.org/abs/1506.03099): training in which a decoder meets its own
#   mistakes.
