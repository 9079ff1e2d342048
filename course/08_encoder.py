# %% [markdown]
# # 8. The encoder: attention, a network, and a way around both
#
# After this lesson you know why an encoder layer has exactly the parts that it has, and you can follow one sentence
# through all of them with numbers.
#
# This is the layer, drawn twice: the arrows that lead around a branch are *residual connections*, and what is new in
# this lesson is in bold.

# %%
from course.built import MultiHeadAttention, PositionalEmbedding
from course.toolkit import figures, one_sentence
from course.toolkit.flow import ADD, FORK, Step, flow

import keras
import numpy as np
from keras import layers, ops

X = "(B, T, D)"
attention, network = Step("attention", X, beside="mask"), Step("feed-forward", X, new=True)
norm, x_in, x_out = Step("layer norm", X, new=True), Step("x", X), Step("output")
post = [x_in, FORK, attention, ADD, norm, FORK, network, ADD, norm, x_out]
pre = [x_in, FORK, norm, attention, ADD, FORK, norm, network, ADD, x_out]
flow({"post-norm": post, "pre-norm": pre})

# %% [markdown]
# **You will be able to**
# - *say* what attention alone cannot compute, and what a feed-forward network adds;
# - *explain* why a residual connection lets deep models learn, and *measure* it;
# - *normalise* a token by hand, and *tell* post-norm from pre-norm;
# - *stack* layers, each with parameters of its own and all under one mask;
# - *count* what a layer costs.
#
# Time: 60 minutes, about a minute of computing. Needs: units 5 to 7. Axes: B batch, T tokens, D width of a token, H
# heads, F width of the feed-forward network, L layers.

# %% [markdown]
# ## 1. The sentence
#
# One sentence will go with you through this lesson and the next two, until it is translated: *the red cat sleeps*, in
# Spanish *el gato rojo duerme*. Its numbers are small, so that you can recompute each of them: D = 4, H = 2, F = 8.
#
# The vocabulary has eight *tokens*, the four special ones first. Your `PositionalEmbedding` of unit 7 turns the ids
# into vectors. Its table holds round numbers that we have chosen, since a trained one would be no easier to follow.

# %%
tokens, D, H, F = one_sentence.SOURCE, one_sentence.D, one_sentence.H, one_sentence.F
ids = one_sentence.SOURCE_IDS  # (1, T)
embedding = PositionalEmbedding(len(one_sentence.SOURCE_VOCABULARY), D, one_sentence.MAX_LENGTH)
embedding(ids)  # makes its parameters
one_sentence.fill(embedding, "source embedding")
x = embedding(ids)  # (1, T, D)
print(dict(zip(tokens, ids[0].tolist(), strict=True)), "-> x", tuple(x.shape))
figures.matrix(x[0], tokens, title="x: what each token says, and where it stands")

# %% [markdown]
# ## 2. What can attention not do?
#
# Attention moves information *between* tokens. But think of a token that attends to itself alone: its attention weight
# is 1, so its output is its value, sent through one more matrix. That is an affine map, which means a straight line in
# every number. Several tokens give an average of such lines, and an average bends nothing either. Only the weights
# bend, and they decide whom to read, not what to make of it.
#
# A *feed-forward network* lets each token compute by itself:
#
# $$\text{network}(x) = \max(0,\; x W_1 + b_1)\, W_2 + b_2$$

# %% [markdown]
# $W_1$ leads from D numbers to F *hidden* ones, and $W_2$ leads back. The function in the middle, ReLU, replaces what
# is negative by 0, and this kink is all that bends.

# %% [markdown]
# By hand, with D = 1 and F = 2: let $W_1$ make the hidden numbers $z$ and $-z$, and let $W_2$ add both. For 3 they are
# 3 and 0, for −3 they are 0 and 3. So this network computes the absolute value of z, which no straight line can.
#
# **Predict:** tokens carry one random number each, and the square of it is wanted. The variance of the squares is 0.09.
# How far does the squared error fall with attention alone, and how far with a network after it?

# %%
rng = np.random.default_rng(8)
numbers = rng.uniform(-1, 1, size=(2048, 6, 1)).astype("float32")  # (B, T, 1): six tokens, one number each


def losses(with_network):
    keras.utils.set_random_seed(1)
    inputs = keras.Input((6, 1))
    hidden = layers.Dense(16)(inputs)
    hidden = MultiHeadAttention(16, 4)(hidden, hidden, hidden)
    if with_network:
        hidden = layers.Dense(16)(layers.Dense(32, activation="relu")(hidden))
    model = keras.Model(inputs, layers.Dense(1)(hidden))
    model.compile(keras.optimizers.Adam(0.005), "mse", jit_compile=False)
    return model.fit(numbers, numbers**2, batch_size=64, epochs=12, verbose=0).history["loss"]


# %%
found = {"attention alone": losses(False), "attention, then a network": losses(True)}
print(f"variance of the squares: {np.var(numbers**2):.3f};", {name: round(loss[-1], 4) for name, loss in found.items()})
curves = {name: (range(1, 13), loss) for name, loss in found.items()}
figures.lines(curves, "The square of each token's number", "epoch", "mean squared error", log_y=True)

# %% [markdown]
# **What to notice.** Attention alone does bend a little, because its weights depend on the numbers, but it stays far
# behind. With the network the error falls much lower. The network never looks at a second token, and it does not need
# to: attention *collects*, and the network *computes* with what was collected. An encoder layer alternates the two.
#
# Here is our sentence's network. All four tokens go through the same parameters, each by itself.

# %%
network = keras.Sequential([layers.Dense(F, activation="relu"), layers.Dense(D)])
network(x)
one_sentence.fill(network, "encoder, layer 0, feed_forward")
hidden = network.layers[0](x)  # (1, T, F)
print("hidden numbers of “cat”:", ops.convert_to_numpy(hidden[0, 2]).round(2))
print(f"{float(ops.mean(ops.equal(hidden, 0))):.0%} of all hidden numbers are 0")
figures.matrices({"hidden": hidden[0], "network(x)": network(x)[0]}, tokens)

# %% [markdown]
# ## 3. The way around: a residual connection
#
# A layer with random parameters destroys what it reads. Stack sixteen of them, and the last one sees noise. Therefore a
# branch does not replace x. It only *adds* to it:
#
# $$x \leftarrow x + \text{branch}(x)$$
#
# This is a *residual connection*: the branch learns what is missing, the residue. A branch that gives nearly 0 changes
# nearly nothing, so a deep stack can begin as if it were shallow.

# %% [markdown]
# The same holds on the way back. With respect to x, the sum has the slope 1 + branch′. Without the connection it is
# branch′ alone, and slopes of many layers *multiply*.
#
# **Predict:** let every branch have the slope 0.1. What is left of a gradient after 16 layers, without residual
# connections and with them?

# %%
print(f"without: 0.1 ** 16 = {0.1**16:.0e}")
print(f"with:    1.1 ** 16 = {1.1**16:.1f}")

# %% [markdown]
# A gradient of $10^{-16}$ is no gradient, since float32 loses it in its rounding. With the connections it arrives, and
# is even a little too large. So what we need next is something that keeps sizes in check.
#
# ## 4. Layer normalisation
#
# Sums tend to grow, so that after many residual connections the *hidden states* would be large. A *layer norm* brings
# each token back to mean 0 and variance 1.
#
# $$\text{norm}(x) = \text{gain} \cdot \frac{x - \text{mean}}{\sqrt{\text{variance} + \epsilon}} + \text{bias}$$

# %% [markdown]
# By hand, for a token `[2, 4, 4, 6]`: the mean is 4, so the deviations are −2, 0, 0 and 2. Their squares are 4, 0, 0
# and 4, and the mean of these is the variance, 2. Divided by √2, the deviations become −1.414, 0, 0 and 1.414.
#
# The small $\epsilon$ keeps a token of equal numbers from dividing by 0. Gain and bias are D parameters each. They
# begin as 1 and 0, and let the model choose another size where it needs one.
#
# **Predict:** what does the norm make of `[20, 40, 40, 60]`, and of `[102, 104, 104, 106]`?

# %%
norm = layers.LayerNormalization(epsilon=1e-6)
token = np.array([[2, 4, 4, 6], [20, 40, 40, 60], [102, 104, 104, 106]], "float32")
figures.matrices({"before": token, "after": norm(token)}, ["by hand", "ten times it", "it plus 100"])

# %% [markdown]
# All three are the same, because a common factor and a common summand are what the norm takes away.
#
# Why per *token*? Batch normalisation, which image models use, takes the mean of each column over the whole batch. Then
# a sentence's numbers depend on which other sentences came along, and on how much padding they brought. **Predict:** we
# normalise our sentence in two batches, with two different companions. Which norm gives it the same numbers twice?

# %%
by_batch = layers.BatchNormalization()
for name, one_norm in {"layer norm": norm, "batch norm": by_batch}.items():
    outputs = []
    for companion in (ops.zeros_like(x), 3 * x):  # padding, or a sentence of large numbers
        outputs.append(one_norm(ops.concatenate([x, companion]), training=True)[0])
    print(f"{name}: our sentence moves by up to {float(ops.max(ops.abs(outputs[0] - outputs[1]))):.2f}")

# %% [markdown]
# ## 5. The layer, in both orders
#
# Two branches, each with a residual connection and a norm. The paper of 2017 normalises *after* each sum, which is
# called *post-norm*. Most models since GPT-2 normalise what a branch *reads*, and leave the sums alone: *pre-norm*.
#
# | | first | then |
# |---|---|---|
# | post-norm | x = norm(x + attention(x)) | x = norm(x + network(x)) |
# | pre-norm | x = x + attention(norm(x)) | x = x + network(norm(x)) |


# %%
def post_norm(x, attention, network, norm_1, norm_2, mask=None):
    x = norm_1(x + attention(x, x, x, mask=mask))
    return norm_2(x + network(x))


def pre_norm(x, attention, network, norm_1, norm_2, mask=None):
    normed = norm_1(x)
    x = x + attention(normed, normed, normed, mask=mask)
    return x + network(norm_2(x))


def parts(d_model, num_heads, d_ff):
    norms = [layers.LayerNormalization(epsilon=1e-6) for _ in range(2)]
    network = keras.Sequential([layers.Dense(d_ff, activation="relu"), layers.Dense(d_model)])
    return MultiHeadAttention(d_model, num_heads), network, *norms


# %% [markdown]
# Now our sentence goes through the first layer of its encoder. **Predict:** which of the two outputs has tokens of
# mean 0 and variance 1?

# %%
first = parts(D, H, F)
post_norm(x, *first)  # makes the parameters
for part, name in zip(first[:2], ("attention", "feed_forward"), strict=True):
    one_sentence.fill(part, f"encoder, layer 0, {name}")
panels = {"x": x[0], "post-norm": post_norm(x, *first)[0], "pre-norm": pre_norm(x, *first)[0]}
for name, panel in panels.items():
    print(f"{name:9}: means {np.mean(panel, axis=-1).round(2)}, variances {np.var(panel, axis=-1).round(2)}")
figures.matrices(panels, tokens)

# %% [markdown]
# **What to notice.** Post-norm tokens all have the same size. Pre-norm leaves a path from input to output on which
# nothing stands but sums. Nothing keeps these in size, so they may grow from layer to layer, and the end of a pre-norm
# stack needs one last norm.

# %% [markdown]
# ## 6. What depth does to a gradient
#
# We stack 1 to 16 layers and measure the gradient where it has come farthest, in the *first* layer. For this we need no
# special tool: one step of gradient descent with a learning rate of 1 moves each parameter by exactly its gradient.
#
# The task is so easy that each token could solve it alone: which of my first eight numbers is the largest?


# %%
def bare(x, attention, network, norm_1, norm_2):
    return network(attention(x, x, x))


def no_residual(x, attention, network, norm_1, norm_2):
    return norm_2(network(norm_1(attention(x, x, x))))


# %%
def model_of(layer, depth):
    keras.utils.set_random_seed(8)
    inputs, stack = keras.Input((8, 32)), [parts(32, 4, 64) for _ in range(depth)]
    outputs = inputs
    for one in stack:
        outputs = layer(outputs, *one)
    last_norm = layers.LayerNormalization() if layer is pre_norm else layers.Identity()
    return keras.Model(inputs, layers.Dense(8)(last_norm(outputs))), stack[0][0]


# %%
vectors = np.random.default_rng(8).normal(size=(2048, 8, 32)).astype("float32")  # (B, T, D)
largest = vectors[..., :8].argmax(-1)  # (B, T)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def gradient_size(model, attention):
    before = attention.get_weights()
    model.compile(keras.optimizers.SGD(1.0), loss, run_eagerly=True)
    model.train_on_batch(vectors[:16], largest[:16])
    moved = [np.square(a - b).sum() for a, b in zip(attention.get_weights(), before, strict=True)]
    return float(np.sqrt(sum(moved)))


# %% [markdown]
# **Predict:** which of the four stacks loses its gradient with depth: pre-norm, post-norm, norms without residual
# connections, or a bare stack that has neither?

# %%
kinds = {"pre-norm": pre_norm, "post-norm": post_norm, "no residual": no_residual, "bare": bare}
depths = (1, 4, 16)
sizes = {name: [gradient_size(*model_of(layer, depth)) for depth in depths] for name, layer in kinds.items()}
for name, found in sizes.items():
    print(f"{name:12}", *(f"{size:9.1e}" for size in found))
series = {name: (depths, found) for name, found in sizes.items()}
figures.lines(series, "The first layer's gradient at the start", "layers", "size", log_y=True)

# %% [markdown]
# In the bare stack each layer takes its share of the gradient, and after sixteen nearly nothing is left. Norms keep its
# *size*, even without residual connections, since they divide small numbers by their small deviation. But size is not
# everything: a gradient can be large and say nothing, if what reaches the end has lost what the first layer read.
#
# So let us train. **Predict:** six layers, eight classes, so guessing has the loss ln 8 = 2.08. Which stacks learn?

# %%
for name in ("pre-norm", "post-norm", "no residual"):
    model, attention = model_of(kinds[name], 6)
    apart = float(ops.mean(ops.std(model(vectors[:64]), axis=1)))  # from token to token, before any training
    model.compile(keras.optimizers.Adam(0.002), loss, jit_compile=False)
    found = model.fit(vectors, largest, batch_size=64, epochs=2, verbose=0).history["loss"][-1]
    print(f"{name:11}: tokens differ by {apart:.2f} at first; trained, the loss is {found:.2f}", end="")
    print(f" and the first layer's gradient {gradient_size(model, attention):.0e}")

# %% [markdown]
# **What to notice.** Without residual connections nothing is learned, because each layer mixes the tokens anew until
# all are nearly alike, and in training the gradient falls, too. In post-norm, x is normalised anew after each sum, so
# that what the first layer read shrinks on its way. It learns, but slowly at first, which is why post-norm models need
# a *warm-up*, small steps in the beginning. Unit 11 brings it. In pre-norm no norm stands on the way around, and the
# model learns at once.

# %% [markdown]
# Trained with care, post-norm is often as good or better, so both orders are still in use.
#
# <details><summary>Going deeper: why do norms keep the size of a gradient?</summary>
#
# A norm divides x by its standard deviation, and therefore it divides the gradient on its way back by the same number.
# If a branch has made x ten times smaller, the norm makes x ten times larger again, and the gradient with it.
#
# After a sum the deviation is larger than 1, so a post-norm layer divides. The residual connection has just added a
# second path for the gradient, and at the start the two nearly cancel: this is why the line of post-norm is flat.
# </details>

# %% [markdown]
# ## 7. Dropout: where, and when
#
# *Dropout* sets a random share of numbers to 0 in training, and divides the others by what is left, so that the mean
# stays. It keeps a model from leaning on single numbers. In our layer it acts on each branch, *before* the sum.

# %% [markdown]
# So x itself always passes whole, and a dropped number means only that the branch has nothing to add.
#
# **Predict:** a branch says 1 everywhere, and dropout is 0.25. Which numbers come out in training? And outside?

# %%
dropout, branch = layers.Dropout(0.25, seed=1), np.ones((1, 4, 4), "float32")
panels = {"in training": dropout(branch, training=True)[0], "and again": dropout(branch, training=True)[0]}
many = ops.mean(dropout(np.ones((4000, 4), "float32"), training=True))
print(f"mean of many in training: {float(many):.2f}")
figures.matrices({**panels, "outside training": dropout(branch, training=False)[0]}, tokens)

# %% [markdown]
# The numbers are 0 or 1 / 0.75 = 1.33 in training, anew at each call. Outside training nothing happens. Keras hands
# `training` on to the layers inside by itself; we still write it out, because then the code says what happens.
#
# ## 8. The stack
#
# An *encoder* is L such layers, one after the other. Each has parameters of its *own*. Python makes it easy to go
# wrong, since `[layer] * 6` is a list that holds one layer six times.

# %%
stacks = {"[layer] * 2": [layers.Dense(D)] * 2, "a new one in each turn": [layers.Dense(D) for _ in range(2)]}
for name, stack in stacks.items():
    inputs = outputs = keras.Input((4, D))
    for layer in stack:
        outputs = layer(outputs)
    print(f"{name}: {keras.Model(inputs, outputs).count_params()} parameters")

# %% [markdown]
# All layers need the *mask*, too, because a padded token holds numbers like any other. **Predict:** we add one token of
# padding to our sentence, and change what it holds. How far do the real tokens move if every layer has
# the mask, if the first alone has it, and if none has?

# %%
second = parts(D, H, F)
post_norm(x, *second)
for part, name in zip(second[:2], ("attention", "feed_forward"), strict=True):
    one_sentence.fill(part, f"encoder, layer 1, {name}")
mask = np.array([[[True, True, True, True, False]]])  # (B, 1, T): the fifth token is padding
padded = [ops.concatenate([x, ops.full((1, 1, D), number)], axis=1) for number in (0.0, 5.0)]  # (1, 5, D) each
for name, masks in {"both": (mask, mask), "the first alone": (mask, None), "none": (None, None)}.items():
    one, other = (post_norm(post_norm(text, *first, masks[0]), *second, masks[1])[0, :4] for text in padded)
    print(f"mask for {name}: real tokens move by up to {float(ops.max(ops.abs(one - other))):.4f}")

# %% [markdown]
# With the mask in the first layer only, padding leaks through the second, and no error appears. The model would then
# answer differently for the same sentence, depending on how long the others of its batch are.
#
# Here is what two layers make of our sentence: the *memory*. Lesson 9 begins with exactly these numbers.

# %%
memory = post_norm(post_norm(x, *first), *second)  # (1, T, D)
figures.matrix(memory[0], tokens, title="memory: the sentence as the decoder will read it")

# %% [markdown]
# ## 9. What does it cost?
#
# | | parameters | products for T tokens |
# |---|---|---|
# | attention | 4D² + 4D | T · 4D² + 2 · T² · D |
# | network | 2DF + F + D | T · 2DF |
# | two norms | 4D | – |
#
# Usually F = 4D, so the network holds two thirds of all parameters. **Predict:** at D = 512 and F = 2048, how long must
# a sentence be before the T² products are more than all others?

# %%
attention, network, norm_1, norm_2 = parts(512, 8, 2048)
post_norm(np.zeros((1, 2, 512), "float32"), attention, network, norm_1, norm_2)
counted = [part.count_params() for part in (attention, network)] + [norm_1.count_params() + norm_2.count_params()]
formula = [4 * 512**2 + 4 * 512, 2 * 512 * 2048 + 2048 + 512, 4 * 512]
print("attention, network, norms:", counted, "by formula:", formula, "together:", f"{sum(counted):,}")
for length in (64, 512, 3072, 8192):
    maps, pairs = length * (4 * 512**2 + 2 * 512 * 2048), 2 * length**2 * 512
    print(f"T = {length:4}: maps {maps:.1e} products, pairs {pairs:.1e}, pairs are {pairs / (maps + pairs):.0%}")

# %% [markdown]
# ## Check yourself
#
# A model with six encoder layers gives good answers for single sentences. In batches of sentences of different length
# its answers get worse, the shorter a sentence is beside its longest companion. Which bug?
#
# - **A** all six layers are one object
# - **B** only the first layer gets the mask
# - **C** dropout is also on outside training
# - **D** the norms stand after the sums and not before
#
# <details><summary>Answer</summary>
#
# **B.** A single sentence has no padding, so nothing can leak. The more padding a sentence gets, the more of it the
# layers from the second on attend to.
#
# **A** makes a weaker model, but it is just as weak for single sentences. With **C** the same sentence would give other
# answers at each call, alone or not. **D** is no bug: it is the order of the paper.
# </details>

# %% [markdown]
# ## In this lesson
# - Attention collects from other tokens, and the feed-forward network computes with what each token has.
# - A residual connection carries x and its gradient around a branch; a layer norm keeps each token in size.
# - An encoder is a stack of different layers under one mask, in post-norm or in pre-norm order.
#
# **Now you:** [the exercises of unit 8](../exercises/08_encoder/08_encoder.ipynb)

# %% [markdown]
# ## Further reading
# - [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), sections 3.1 and 3.3: the layer as you know it now.
# - He et al., [*Deep Residual Learning*](https://arxiv.org/abs/1512.03385): where the way around comes from, and deep
#   networks that get worse without it.
# - Ba et al., [*Layer Normalization*](https://arxiv.org/abs/1607.06450): the norm per token, for recurrent networks.
# - Xiong et al., [*On Layer Normalization in the Transformer Architecture*](https://arxiv.org/abs/2002.04745): why the
#   order decides whether one needs a warm-up.
