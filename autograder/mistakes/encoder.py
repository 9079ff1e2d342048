"""Unit 08: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, mistake, right

norm = right("layer_norm")
norm.edit(
    "axis=-1", "axis=0", "You normalise over the batch. Mean and variance are those of one token: axis −1.", times=2
)
norm.edit("axis=-1", "axis=1", "You normalise over the tokens. Each token has a mean of its own: axis −1.", times=2)
norm.edit(
    {"axis=-1": "axis=(-2, -1)"},
    {"axis=-1, ": ""},
    "One mean serves several tokens here. Each token has a mean and a variance of its own: the last axis alone.",
    times=2,
)
norm.edit(
    "ops.sqrt(variance + epsilon)",
    "(ops.sqrt(variance) + epsilon)",
    "You add epsilon to the root. It is added to the variance, under the root.",
)
norm.edit(
    "ops.sqrt(variance + epsilon)",
    "(variance + epsilon)",
    "You divide by the variance. Divide by its root, the standard deviation.",
)
norm.edit(
    "ops.mean(ops.square(x - mean), axis=-1, keepdims=True)",
    "ops.mean(ops.square(x), axis=-1, keepdims=True) - ops.square(mean)",
    "You subtract the square of the mean from the mean of squares: both are rounded, and what is left may be below 0, "
    "and its root NaN. Take the mean of the squared deviations.",
)
norm.edit("variance + epsilon", "variance", "Epsilon is missing: add it to the variance, or equal numbers give 0 / 0.")
norm.edit(
    "variance + epsilon",
    "ops.maximum(variance, epsilon)",
    "You take the larger of variance and epsilon. Epsilon is added to the variance.",
)
norm.edit("variance + epsilon", "variance + 1e-6", "Your epsilon is fixed. Use the argument `epsilon`.")
norm.edit("epsilon=1e-6", "epsilon=1e-3", "Your default for epsilon is 1e-3, which is Keras'. The task asks for 1e-6.")
norm.edit("epsilon=1e-6", "epsilon=1e-5", "Your default for epsilon is 1e-5. The task asks for 1e-6.")
norm.edit(
    "ops.mean(ops.square(x - mean), axis=-1, keepdims=True)",
    "ops.sum(ops.square(x - mean), axis=-1, keepdims=True) / (x.shape[-1] - 1)",
    "You divide by D − 1. The variance here is the mean of the squares: divide by D.",
)
norm.edit(
    "ops.mean(ops.square(x - mean), axis=-1, keepdims=True)",
    "ops.sum(ops.square(x - mean), axis=-1, keepdims=True)",
    "You add the squared deviations up. The variance is their mean.",
)
norm.edit(
    "ops.square(x - mean)", "ops.square(x)", "Your variance is the mean square of x. Square the deviations, x − mean."
)
norm.edit(
    "ops.square(x - mean)", "ops.abs(x - mean)", "Your variance is a mean of absolute deviations. Square them instead."
)
norm.edit("gain * (x - mean)", "gain * x", "You divide x itself. Subtract the mean first: x − mean.")
norm.edit(
    {"gain * (x - mean)": "gain * ((x - mean)", "+ bias": "+ bias)"},
    "You add the bias before you multiply by the gain. First the gain, then the bias.",
)
norm.edit("gain * (x - mean)", "(x - mean)", "The gain is missing: multiply each normalised number by its own.")
norm.edit("+ bias", "", "The bias is missing: add it at the end.")
norm.edit(
    {"gain * (x": "bias * (x", "+ bias": "+ gain"}, "Gain and bias have changed places: multiply by gain, add bias."
)
norm.edit(", keepdims=True", "", "Without `keepdims=True` the mean loses its last axis, and T meets D.", times=2)
norm.edit(
    "mean = ops.mean(x, axis=-1, keepdims=True)",
    "mean = ops.stop_gradient(ops.mean(x, axis=-1, keepdims=True))",
    "No gradient passes through your mean. It depends on x as well: leave out `stop_gradient`.",
)
norm.edit(
    "variance = ops.mean(ops.square(x - mean), axis=-1, keepdims=True)",
    "variance = ops.stop_gradient(ops.mean(ops.square(x - mean), axis=-1, keepdims=True))",
    "No gradient passes through your variance. It depends on x as well: leave out `stop_gradient`.",
)


@mistake("layer_norm", "NumPy cuts the gradients and fails in a graph. Use `ops.mean` and its kin.")
def normalises_with_numpy(x, gain, bias, epsilon=1e-6):
    x = np.asarray(x)
    deviations = x - x.mean(-1, keepdims=True)
    return ops.convert_to_tensor(gain * deviations / np.sqrt(x.var(-1, keepdims=True) + epsilon) + bias)


@correct("layer_norm")
def takes_keras_variance(x, gain, bias, epsilon=1e-6):
    deviations = x - ops.expand_dims(ops.mean(x, -1), -1)
    return ops.multiply(deviations * ops.rsqrt(ops.var(x, axis=-1, keepdims=True) + epsilon), gain) + bias


@correct("layer_norm", backends=("tensorflow", "jax"))  # on PyTorch, `moments` gives mean(x²) - mean²
def asks_for_both_moments(x, gain, bias, epsilon=1e-6):
    mean, variance = ops.moments(x, axes=[-1], keepdims=True)
    scale = gain / ops.sqrt(variance + epsilon)
    return x * scale + (bias - mean * scale)


@correct("layer_norm")
def multiplies_each_token_with_itself(x, gain, bias, epsilon=1e-6):
    centred = x - ops.mean(x, axis=-1, keepdims=True)
    variance = ops.einsum("...d,...d->...", centred, centred)[..., None] / x.shape[-1]
    return centred / ops.sqrt(variance + epsilon) * gain + bias


@correct("layer_norm")
def squares_the_deviation(x, gain, bias, epsilon=1e-6):
    width = x.shape[-1]
    centred = x - ops.sum(x, axis=-1, keepdims=True) / width
    return centred / (ops.sum(centred**2, axis=-1, keepdims=True) / width + epsilon) ** 0.5 * gain + bias


network = right("FeedForward")
network.edit('activation="relu", ', "", "No ReLU stands between your two maps. Without it they are one affine map.")
network.edit('"relu"', '"gelu"', "This is GELU, which BERT uses. The task asks for ReLU, max(0, z).")
network.edit(
    {
        "self.dropout = dropout": "self.dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)",
        "self.hidden_dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)": "pass",
        "self.hidden_dropout(hidden": "self.dropout(hidden",
    },
    "Your `get_config` returns the layer Dropout. Keep the number as `self.dropout`, and call the layer otherwise.",
)
network.edit(
    "keras.layers.Dense(d_model, ",
    'keras.layers.Dense(d_model, activation="relu", ',
    "There is a ReLU after the second map, too. It belongs between the two alone: outputs may be negative.",
)
network.edit(
    {'d_ff, activation="relu"': "d_ff", "Dense(d_model, ": 'Dense(d_model, activation="relu", '},
    "The ReLU stands after the second map. It belongs between the two.",
)
network.edit(
    {"Dense(d_ff,": "Dense(d_model,", "Dense(d_model,": "Dense(d_ff,"},
    "The two widths have changed places: the first map leads from D to F, the second back to D.",
)
network.edit("Dense(d_model,", "Dense(d_ff,", "Your output is F wide. The second map leads back to D numbers.")
network.edit("Dense(d_ff,", "Dense(d_model,", "Your hidden width is D. The first map leads from D to F numbers.")
network.edit(
    {"Dense(d_ff,": "Dense(d_ff, use_bias=False,", "Dense(d_model,": "Dense(d_model, use_bias=False,"},
    {"Dense(d_model,": "Dense(d_model, use_bias=False,"},
    "A bias is missing: both maps are affine, a matrix and a bias.",
)
network.edit("training=training", "training=True", "Your dropout is always on. Hand on `training` as it comes.")
network.edit(
    {"training=training": "training=False"},
    {"hidden = self.hidden_dropout(hidden, training=training)": ""},
    "Nothing is dropped in training. Call the dropout with `training=training`.",
)
network.edit(
    "return self.output_dense(hidden)",
    "return self.hidden_dropout(self.output_dense(hidden), training=training)",
    "Dropout stands in two places. One is enough: between the maps or after the second.",
)
network.edit(
    {
        "self.hidden_dense(x)": "self.hidden_dense(self.hidden_dropout(x, training=training))",
        "hidden = self.hidden_dropout(hidden, training=training)": "",
    },
    "Dropout acts on x, before the first map. It belongs between the maps or after the second.",
)
network.edit(
    "Dropout(dropout,",
    "Dropout(1 - dropout,",
    "Your dropout drops 1 − dropout. Its argument is the share that is lost.",
)
network.edit(
    "Dropout(dropout,",
    "Dropout(dropout, noise_shape=(None, None, 1),",
    "Whole tokens are dropped. Leave `noise_shape` out, so that each number is drawn by itself.",
)
network.edit("Dropout(dropout,", "Dropout(0.1,", "Your dropout is fixed. Use the argument `dropout`.")
network.edit(
    "return self.output_dense(hidden)",
    "return x + self.output_dense(hidden)",
    "You add x. The residual connection comes in exercise 3, outside this layer.",
)
network.edit(
    ', "d_ff": self.d_ff', "", "`get_config` lacks d_ff. It needs all three arguments, each under its own name."
)
network.edit(
    ', "dropout": self.dropout',
    "",
    "`get_config` lacks dropout. It needs all three arguments, each under its own name.",
)
network.edit(
    "**super().get_config(), ", "", "`get_config` lacks what `super().get_config()` gives, such as the layer's name."
)
network.edit(
    "self.hidden_dense(x)",
    "self.hidden_dense(ops.mean(x, axis=1, keepdims=True) + 0 * x)",
    "All tokens are mixed before the first map. Each token goes through by itself.",
)
network.edit(
    "hidden = self.hidden_dense(x)",
    'hidden = keras.layers.Dense(self.d_ff, activation="relu")(x)',
    "A Dense is made anew at each call, so nothing it learns is kept. Make it in `__init__`.",
)
network.also(
    {
        "hidden = self.hidden_dropout(hidden, training=training)": "",
        "return self.output_dense(hidden)": "return self.hidden_dropout(self.output_dense(hidden), training=training)",
    },
    name="drops_after_the_second_map",
)


@correct("FeedForward")
class InSequence(keras.layers.Layer):
    def __init__(self, d_model, d_ff, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.sizes = (d_model, d_ff, dropout)
        self.net = keras.Sequential(
            [
                keras.layers.Dense(d_ff),
                keras.layers.ReLU(),
                keras.layers.Dropout(dropout),
                keras.layers.Dense(d_model),
            ]
        )

    def call(self, x, training=None):
        return self.net(x, training=training)

    def get_config(self):
        return super().get_config() | dict(zip(("d_model", "d_ff", "dropout"), self.sizes, strict=True))


@correct("FeedForward")
class ByMatrices(keras.layers.Layer):
    def __init__(self, d_model, d_ff, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.d_model, self.d_ff, self.rate = d_model, d_ff, dropout
        self.drop = keras.layers.Dropout(dropout)

    def build(self, input_shape):
        self.w2 = self.add_weight(shape=(self.d_ff, self.d_model), name="w2")
        self.b2 = self.add_weight(shape=(self.d_model,), initializer="zeros", name="b2")
        self.w1 = self.add_weight(shape=(self.d_model, self.d_ff), name="w1")
        self.b1 = self.add_weight(shape=(self.d_ff,), initializer="zeros", name="b1")

    def call(self, x, training=None):
        hidden = ops.relu(ops.matmul(x, self.w1) + self.b1)
        return self.drop(ops.matmul(hidden, self.w2) + self.b2, training=training)

    def get_config(self):
        config = super().get_config()
        config.update({"d_model": self.d_model, "d_ff": self.d_ff, "dropout": self.rate})
        return config


@correct("FeedForward")
class ByConvolutions(keras.layers.Layer):
    def __init__(self, d_model, d_ff, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.config = {"d_model": d_model, "d_ff": d_ff, "dropout": dropout}
        self.up, self.down = keras.layers.Conv1D(d_ff, 1), keras.layers.Conv1D(d_model, 1)
        self.dropout_layer = keras.layers.Dropout(dropout)

    def call(self, x, training=None):
        return self.dropout_layer(self.down(keras.activations.relu(self.up(x))), training=training)

    def get_config(self):
        return {**super().get_config(), **self.config}


layer = right("EncoderLayer")
NOT_IN_TRAINING = "In training your mask is ignored. It says there, too, who may attend to whom."
SUM = "x + self.attention_dropout(attended, training=training)"
NETWORK = "x + self.feed_forward_dropout(network, training=training)"
POST, PRE = f"x = self.attention_norm({SUM})", f"x = {SUM}"
POST_END, PRE_END = f"return self.feed_forward_norm({NETWORK})", f"return {NETWORK}"
NO_DROPOUT = "Nothing is dropped in training. Give each branch a Dropout, called with `training=training`."
KERAS_OWN = """if d_model % num_heads:
    raise ValueError(f"d_model={d_model}, num_heads={num_heads}")
self.attention = keras.layers.MultiHeadAttention(num_heads, d_model // num_heads)"""
NORM = "keras.layers.LayerNormalization(epsilon=1e-6, dtype=policy)"
ASKED, ASKED_NORMED = "self.attention(x, x, x, mask=mask)", "self.attention(normed, normed, normed, mask=mask)"

layer.edit(
    {POST: POST.replace("x + ", "")},
    {PRE: PRE.replace("x + ", "")},
    {POST: POST.replace("x + ", ""), PRE: PRE.replace("x + ", "")},
    "The residual connection around the attention is missing: add x to what the branch gives.",
)
layer.edit(
    {POST_END: POST_END.replace("x + ", "")},
    {PRE_END: PRE_END.replace("x + ", "")},
    {POST_END: POST_END.replace("x + ", ""), PRE_END: PRE_END.replace("x + ", "")},
    "The residual connection around the feed-forward network is missing: add x to what the branch gives.",
)
layer.edit(
    PRE, PRE.replace("x + ", "normed + "), "In pre-norm you add the normed x. The residual connection carries x itself."
)
layer.edit("if self.norm_first:", "if False:", "Your layer is post-norm whatever it is asked. Look at `norm_first`.")
layer.edit("if self.norm_first:", "if True:", "Your layer is pre-norm whatever it is asked. Look at `norm_first`.")
layer.edit(
    {"if self.norm_first:": "if not self.norm_first:"},
    "The two orders have changed places: `norm_first=True` is pre-norm, a norm before each branch.",
)
layer.edit("norm_first=False", "norm_first=True", "Your default is pre-norm. `norm_first` is False unless asked for.")
layer.edit(
    "self.feed_forward_norm = keras.layers.LayerNormalization(epsilon=1e-6, dtype=policy)",
    "self.feed_forward_norm = self.attention_norm",
    "One norm serves in both places. Each place has a LayerNormalization of its own.",
)
layer.edit("epsilon=1e-6, ", "", "Your norms have Keras' epsilon, 1e-3. The task asks for `epsilon=1e-6`.", times=2)
layer.edit(
    {f"self.attention_norm = {NORM}": f"self.attention_norm = {NORM.replace('-6', '-3')}"},
    {f"self.feed_forward_norm = {NORM}": f"self.feed_forward_norm = {NORM.replace('-6', '-3')}"},
    "One of your norms has another epsilon. Both have `epsilon=1e-6`.",
)
layer.edit(
    "keras.layers.LayerNormalization(epsilon=1e-6",
    "keras.layers.BatchNormalization(epsilon=1e-6",
    "These are batch norms, by which the sentences of a batch change each other. Use LayerNormalization.",
    times=2,
)
layer.edit("mask=mask", "mask=None", "The mask never reaches the attention: call it with `mask=mask`.", times=2)
layer.edit(
    {ASKED: "self.attention(x, x, x)"},
    {ASKED_NORMED: "self.attention(normed, normed, normed)"},
    "In one of the two orders the mask does not reach the attention: call it with `mask=mask` in both.",
)
layer.edit(
    "mask=mask",
    "mask=None if mask is None else ops.logical_not(mask)",
    "Your mask is upside down: True means that a token may be attended to.",
    times=2,
)
layer.edit(
    "FeedForward(d_model, d_ff, dtype=policy)",
    "FeedForward(d_model, d_ff, dropout, dtype=policy)",
    "The network drops numbers twice: make your FeedForward with dropout 0, since this layer drops on the branch.",
)
layer.edit(
    {
        "FeedForward(d_model, d_ff, dtype=policy)": "FeedForward(d_model, d_ff, dropout, dtype=policy)",
        POST_END: POST_END.replace("self.feed_forward_dropout(network, training=training)", "network"),
        PRE_END: PRE_END.replace("self.feed_forward_dropout(network, training=training)", "network"),
    },
    "You drop the network's hidden numbers instead of what its branch gives. Make your FeedForward with dropout 0, and "
    "drop out from its result.",
)
layer.edit(
    {"normed = self.attention_norm(x)": "normed = self.attention_dropout(self.attention_norm(x), training=training)"},
    {
        "self.feed_forward(self.feed_forward_norm(x))": "self.feed_forward(self.feed_forward_dropout("
        "self.feed_forward_norm(x), training=training))"
    },
    "You drop numbers of what a branch reads, too. Dropout acts on what it gives, before x is added, and nowhere else.",
)
layer.edit(
    {POST: "x = self.attention_norm(self.attention_dropout(x + attended, training=training))"},
    {PRE: "x = self.attention_dropout(x + attended, training=training)"},
    "Dropout acts on a sum, so that numbers of x are lost. It belongs on the branch, before x is added.",
)
layer.edit(
    {POST: "x = self.attention_dropout(self.attention_norm(x + attended), training=training)"},
    "Dropout acts after the norm, on the whole token. It belongs on the branch, before x is added.",
)
layer.edit(
    "self.attention_dropout(attended, training=training)",
    "attended",
    "Nothing is dropped from the attention's branch in training. Drop out from it before it is added to x.",
    times=2,
)
layer.edit(
    "self.feed_forward_dropout(network, training=training)",
    "network",
    "Nothing is dropped from the network's branch in training. Drop out from it before it is added to x.",
    times=2,
)
layer.edit(
    {
        "self.attention_dropout(attended, training=training)": "attended",
        "self.feed_forward_dropout(network, training=training)": "network",
    },
    NO_DROPOUT,
    times=2,
)
layer.edit("training=training", "training=True", "Your dropout is always on. Hand on `training` as it comes.", times=4)
layer.edit("training=training", "training=False", NO_DROPOUT, times=4)
layer.edit("keras.layers.Dropout(dropout", "keras.layers.Dropout(0.1", "Your dropout is fixed. Use `dropout`.", times=2)
layer.edit(
    ASKED,
    "self.attention(self.attention_norm(x), self.attention_norm(x), self.attention_norm(x), mask=mask)",
    "In post-norm you normalise what the attention reads as well. One norm for each branch, after the sum.",
)
layer.edit(
    PRE_END,
    f"return self.feed_forward_norm({NETWORK})",
    "In pre-norm you normalise the last sum, too. That norm belongs to the end of the whole stack.",
)
layer.edit(
    POST,
    f"x = {SUM}",
    "In post-norm the sum of x and attention is not normalised. Both sums go through their norm.",
)
layer.edit(
    POST_END, f"return {NETWORK}", "In post-norm the last sum is not normalised. Both sums go through their norm."
)
layer.edit(
    POST,
    "x = x + self.attention_dropout(self.attention_norm(attended), training=training)",
    "In post-norm you normalise the branch alone. Normalise the sum: norm(x + attention(x)).",
)
layer.edit(
    ASKED_NORMED,
    "self.attention(normed, x, x, mask=mask)",
    "In pre-norm only your queries are normalised. Keys and values are made of the normed x, too.",
)
layer.edit(
    "self.feed_forward(self.feed_forward_norm(x))",
    "self.feed_forward(x)",
    "In pre-norm your network reads x as it is. It reads the normed x.",
)
layer.edit(
    "self.feed_forward(self.feed_forward_norm(x))",
    "self.feed_forward(normed)",
    "In pre-norm your network does not see what attention found: it reads the norm of the new x.",
)
layer.edit(
    {
        "normed = self.attention_norm(x)": "normed = self.feed_forward_norm(x)",
        "self.feed_forward(self.feed_forward_norm(x))": "self.feed_forward(self.attention_norm(x))",
    },
    {
        POST: POST.replace("attention_norm", "feed_forward_norm"),
        POST_END: POST_END.replace("feed_forward_norm", "attention_norm"),
    },
    "The two norms have changed places: `attention_norm` belongs to the attention's branch.",
)
layer.edit(
    {POST: f"network = self.feed_forward(x)\n{POST}", "network = self.feed_forward(x)\n": "\n"},
    "In post-norm your network reads x from before the attention. It reads the normed sum.",
)
layer.edit(
    ', "norm_first": self.norm_first'.lstrip(", ") + ",",
    "",
    "`get_config` lacks norm_first, so that a saved pre-norm layer comes back as post-norm.",
)
layer.edit('"d_ff": self.d_ff,', "", "`get_config` lacks d_ff. It needs all five arguments.")
layer.edit("mask=mask", "mask=None if training else mask", NOT_IN_TRAINING, times=2)
layer.edit("dropout=0.1", "dropout=0.0", "By default `dropout` is 0.1 here. Leave the first lines as they are.")
layer.edit('"dropout": self.dropout,', "", "`get_config` lacks dropout. It needs all five arguments.")
layer.edit(
    {
        "MultiHeadAttention(d_model, num_heads, dtype=policy)": "keras.layers.MultiHeadAttention(num_heads, d_model)",
        ASKED: "self.attention(x, x, attention_mask=mask)",
        ASKED_NORMED: "self.attention(normed, normed, attention_mask=mask)",
    },
    "In Keras' attention `key_dim` is the width of one head, d_model // num_heads. Yours has heads as wide as tokens.",
)
layer.edit(
    {
        "self.attention = MultiHeadAttention(d_model, num_heads, dtype=policy)": KERAS_OWN,
        ASKED: "self.attention(x, x, attention_mask=mask)",
        ASKED_NORMED: "self.attention(normed, normed, attention_mask=mask)",
    },
    "Keras' attention reads everything where a token may attend nowhere. Use your own, or ask Keras' for its weights, "
    "too: `return_attention_scores=True`.",
)
layer.also(
    {
        "self.attention = MultiHeadAttention(d_model, num_heads, dtype=policy)": KERAS_OWN,
        ASKED: "self.attention(x, x, attention_mask=mask, return_attention_scores=True)[0]",
        ASKED_NORMED: "self.attention(normed, normed, attention_mask=mask, return_attention_scores=True)[0]",
    },
    name="attends_with_keras",
)
layer.also({"self.feed_forward_dropout(": "self.attention_dropout("}, times=2, name="shares_one_dropout")


layer.also(
    {
        "def call(self, x, mask=None, training=None):": """def _around(self, x, branch, norm, drop):
    if self.norm_first:
        return x + drop(branch(norm(x)))
    return norm(x + drop(branch(x)))

def call(self, x, mask=None, training=None):""",
        f"""if self.norm_first:
            normed = self.attention_norm(x)
            attended = {ASKED_NORMED}
            {PRE}
            network = self.feed_forward(self.feed_forward_norm(x))
            {PRE_END}
        attended = {ASKED}
        {POST}
        network = self.feed_forward(x)
        {POST_END}""": """x = self._around(
    x, lambda y: self.attention(y, y, y, mask=mask), self.attention_norm, self.attention_dropout
)
return self._around(x, self.feed_forward, self.feed_forward_norm, self.feed_forward_dropout)""",
    },
    name="one_rule_for_both_branches",
)


stack = right("Encoder")
LOOP = "x = layer(x, mask=mask, training=training)"
NEW_ONES = """[
    EncoderLayer(d_model, num_heads, d_ff, dropout=dropout, norm_first=norm_first, dtype=policy)
    for _ in range(num_layers)
]"""
END = "return self.last_norm(x) if self.norm_first else x"

stack.edit(
    NEW_ONES,
    "[EncoderLayer(d_model, num_heads, d_ff, dropout, norm_first, dtype=policy)] * num_layers",
    "`[layer] * L` is one layer, L times, so all levels share its parameters. Make a new one in each turn.",
)
stack.edit(
    {LOOP: f"{LOOP}\nmask = None"},
    {
        "for layer in self.layers:": "for number, layer in enumerate(self.layers):",
        LOOP: "x = layer(x, mask=mask if number == 0 else None, training=training)",
    },
    "Only the first layer gets your mask, so that padding leaks through the others. Give it to every layer.",
)
stack.edit(
    {
        "if norm_first:": "self.drop = keras.layers.Dropout(dropout)\nif norm_first:",
        "for layer in self.layers:": "x = self.drop(x, training=training)\nfor layer in self.layers:",
    },
    "You drop numbers of x before the first layer. Dropout belongs to the branches inside the layers.",
)
stack.edit("mask=mask, ", "", "The mask never reaches your layers: call each with `mask=mask`.")
stack.edit(
    {LOOP: "x = layer(x, mask=mask if layer is self.layers[-1] else None, training=training)"},
    "Only the last layer gets your mask. Give it to every layer.",
)
stack.edit(
    {END: "return x"},
    "With `norm_first` the last norm is missing: what pre-norm layers return is a sum of any size.",
)
stack.edit(
    {"if norm_first:": "if True:", END: "return self.last_norm(x)"},
    "A norm follows your stack in post-norm, too, where the last layer has normalised already. It is for `norm_first`.",
)
stack.edit(
    {"if norm_first:": "if not norm_first:", END: "return x if self.norm_first else self.last_norm(x)"},
    "Your last norm stands in the wrong order: it follows pre-norm layers, `norm_first=True`, and no others.",
)
stack.edit(
    {LOOP: f"{LOOP}\nif self.norm_first:\n    x = self.last_norm(x)", END: "return x"},
    "Your last norm follows every layer. It stands once, after the whole stack.",
)
stack.edit("norm_first=norm_first, ", "", "Your layers are not told `norm_first`: hand it on to each.")
stack.edit("norm_first=norm_first, ", "norm_first=True, ", "Your layers are always pre-norm. Hand on `norm_first`.")
stack.edit("dropout=dropout, ", "", "Your layers are not told `dropout`: hand it on to each.")
stack.edit("range(num_layers)", "range(num_layers - 1)", "One layer is missing: `range(num_layers)` gives L turns.")
stack.edit(
    "range(num_layers)", "range(6)", "The number of layers stands fixed in your code. Use the argument `num_layers`."
)
stack.edit(
    "in self.layers:", "in reversed(self.layers):", "x goes through your layers backwards: `layers[0]` is first."
)
stack.edit(
    "in self.layers:",
    "in self.layers[:-1]:",
    "The last of your layers is never called. Let x go through all of them.",
)
stack.edit(
    {LOOP: LOOP.replace("x = ", "output = "), END: END.replace("(x)", "(output)").replace("else x", "else output")},
    "Every layer reads the first x. Each reads what the one before it returns: `x = layer(x, …)`.",
)
stack.edit(
    LOOP,
    LOOP.replace("x = ", "x = x + "),
    "You add x around each layer. The residual connections are inside the layers already.",
)
stack.edit("epsilon=1e-6, ", "", "Your last norm has Keras' epsilon, 1e-3. The task asks for `epsilon=1e-6`.")
stack.edit("training=training", "training=True", "Your dropout is always on. Hand on `training` as it comes.")
stack.edit("training=training", "training=False", "Nothing is dropped in training: hand on `training` as it comes.")
stack.edit("mask=mask", "mask=None if training else mask", NOT_IN_TRAINING)
stack.edit('"num_layers": self.num_layers,', "", "`get_config` lacks num_layers. It needs all six arguments.")
stack.edit('"norm_first": self.norm_first,', "", "`get_config` lacks norm_first. It needs all six arguments.")
stack.edit(
    "EncoderLayer(d_model, num_heads, d_ff, dropout",
    "EncoderLayer(d_model, num_heads, d_model, dropout",
    "The networks of your layers are D wide. Hand on d_ff, their third argument.",
)
stack.edit(
    "for layer in self.layers:\n            " + LOOP,
    "x = self.layers[0](x, mask=mask, training=training)",
    "Only the first layer is called. Let x go through all of them.",
)
stack.edit(
    LOOP,
    "x = layer(x, mask, training)",
    "Hand on mask and training by name, `mask=mask`: Keras fills an argument of that name itself, so that a None given "
    "by position arrives twice.",
)
stack.also({LOOP: "x = layer(x, training=training, mask=mask)"}, name="hands_on_in_another_order")
stack.also({NEW_ONES: "tuple(" + NEW_ONES[1:-1] + ")"}, name="keeps_a_tuple")
stack.also(
    {
        NEW_ONES: "[]",
        "if norm_first:": """for number in range(num_layers):
    self.layers.append(EncoderLayer(d_model, num_heads, d_ff, dropout, norm_first, name=f"layer_{number}"))
if norm_first:""",
    },
    name="appends_its_layers",
)
stack.also(
    {
        "if norm_first:\n            self.last_norm = " + NORM: "self.last_norm = "
        "keras.layers.LayerNormalization(epsilon=1e-6) if norm_first else keras.layers.Identity()",
        END: "return self.last_norm(x)",
    },
    name="ends_with_an_identity",
)
