"""Unit 11: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

import keras
from keras import ops

from autograder.judging import correct, mistake, right

loss = right("masked_loss")
SHARES = 'ops.log_softmax(ops.cast(logits, "float32"), axis=-1)'
RIGHT = "ops.squeeze(ops.take_along_axis(log_shares, labels[:, :, None], axis=-1), axis=-1)"
LOSSES = "-(1 - smoothing) * right - smoothing * ops.mean(log_shares, axis=-1)"
REAL = 'ops.cast(ops.not_equal(labels, 0), "float32")'
MEAN = "ops.sum(losses * real) / ops.maximum(ops.sum(real), 1.0)"
PADDING_COUNTS = "You average over padding as well. Multiply its losses by 0, and divide by the number of real tokens."
ALL_TOKENS = (
    "You divide by all B · T tokens, padding too, as `ops.mean` does, and Keras with a `sample_weight`. Divide by the "
    "number of real tokens."
)
PROBABILITIES = (
    "You take logits for probabilities. Softmax comes first: `ops.log_softmax`, or `from_logits=True` in a loss of "
    "Keras."
)
LARGE = (
    "At large logits e to a logit is ∞, or a share is 0 and its logarithm −∞. `ops.log_softmax` computes ln p without "
    "either."
)
loss.edit(MEAN, "ops.mean(losses)", PADDING_COUNTS)
loss.edit(MEAN, "ops.mean(losses * real)", ALL_TOKENS)
loss.edit(
    MEAN,
    "ops.mean(ops.sum(losses * real, axis=-1) / ops.maximum(ops.sum(real, axis=-1), 1.0))",
    "You take a mean for each sentence, and then the mean of these: a short sentence counts as much as a long one. Add "
    "up over the whole batch, and divide once.",
)
loss.edit(
    {"ops.maximum(ops.sum(real), 1.0)": 'ops.cast(ops.shape(labels)[0], "float32")'},
    "You divide by B, the number of sentences. Divide by the number of real tokens, however long sentences are.",
)
loss.edit(
    {"ops.maximum(ops.sum(real), 1.0)": 'ops.cast(ops.shape(labels)[1], "float32")'},
    "You divide by T, the length of a row. Divide by the number of real tokens.",
)
loss.edit(
    {"/ ops.maximum(ops.sum(real), 1.0)": ""},
    "This is the sum over all real tokens. Divide it by how many they are.",
)
loss.edit(
    "ops.maximum(ops.sum(real), 1.0)",
    "ops.sum(real)",
    "A batch of padding has no real token, and you divide 0 by 0. `ops.maximum(count, 1.0)` keeps the count from 0.",
)
loss.edit(
    "ops.maximum(ops.sum(real), 1.0)",
    "(ops.sum(real) + 1.0)",
    "You add 1 to the number of real tokens, so that losses are too small. `ops.maximum(count, 1.0)` changes 0 alone.",
)
OTHERS = "(ops.sum(log_shares, axis=-1) - right)"
loss.edit(
    {LOSSES: f"-(1 - smoothing) * right - smoothing * {OTHERS} / (log_shares.shape[-1] - 1)"},
    "You spread ε over the V − 1 wrong tokens, as fairseq does. Here it goes to all V, the right one as well: Keras' "
    "convention.",
)
loss.edit(
    {
        LOSSES: "-(1 - smoothing) * right - smoothing * (ops.sum(log_shares, axis=-1) - right - log_shares[:, :, 0]) / "
        "(log_shares.shape[-1] - 2)"
    },
    "You leave out padding and the right token, and spread ε over the other V − 2, as the Annotated Transformer does. "
    "Here it goes to all V: Keras' convention.",
)
loss.edit(
    {LOSSES: "-(1 - smoothing) * right - smoothing * ops.mean(log_shares[:, :, 1:], axis=-1)"},
    "You spread ε over all tokens but padding. In Keras' convention id 0 gets its ε / V as well.",
)
loss.edit(LOSSES, "-right", "Your loss takes no notice of `smoothing`.")
loss.edit(
    LOSSES,
    "-(1 - smoothing) * right - smoothing * ops.sum(log_shares, axis=-1)",
    "You give ε to each of the V tokens. All of them together get ε, so that each has ε / V.",
)
loss.edit(
    LOSSES,
    "-right - smoothing * ops.mean(log_shares, axis=-1)",
    "You add smoothing on top, so that what would be right sums to 1 + ε. The label keeps only 1 − ε.",
)
loss.edit(
    LOSSES,
    "-(1 - smoothing) * right",
    "You take ε from the right token and give it to nobody. All V tokens get ε / V.",
)
loss.edit(
    LOSSES,
    "-smoothing * right - (1 - smoothing) * ops.mean(log_shares, axis=-1)",
    "ε and 1 − ε have changed places: the label keeps 1 − ε, and ε is spread.",
)
loss.edit(
    {
        LOSSES: f"{LOSSES}\n"
        "shares = smoothing / log_shares.shape[-1]\n"
        "top = 1 - smoothing + shares\n"
        "rest = (log_shares.shape[-1] - 1) * shares\n"
        "losses = losses + top * ops.log(top) + rest * ops.log(ops.maximum(shares, 1e-30))"
    },
    "This is the Kullback–Leibler divergence: you take the labels' own entropy away, as PyTorch's `KLDivLoss` "
    "does. Cross-entropy keeps it.",
)
loss.edit(
    {SHARES: 'ops.log_softmax(ops.softmax(ops.cast(logits, "float32"), axis=-1), axis=-1)'},
    "You take softmax twice. Logits go into `ops.log_softmax` as they are.",
)
loss.edit(
    {SHARES: 'ops.log(ops.cast(logits, "float32"))'},
    {SHARES: 'ops.log(ops.maximum(ops.cast(logits, "float32"), 1e-7))'},
    PROBABILITIES,
)
loss.edit(
    {SHARES: 'ops.log(ops.softmax(ops.cast(logits, "float32"), axis=-1))'},
    LARGE,
)
loss.edit(
    {SHARES: 'ops.log(ops.softmax(ops.cast(logits, "float32"), axis=-1) + 1e-9)'},
    {SHARES: 'ops.log(ops.softmax(ops.cast(logits, "float32"), axis=-1) + 1e-7)'},
    {SHARES: 'ops.log(ops.clip(ops.softmax(ops.cast(logits, "float32"), axis=-1), 1e-7, 1.0))'},
    "You keep shares away from 0, so that a token that is wrong by 10,000 costs 16 or 20 only, and has no gradient. "
    "Use `ops.log_softmax`, which needs no smallest share.",
)
loss.edit(
    {SHARES: 'ops.cast(logits, "float32") - ops.log(ops.sum(ops.exp(ops.cast(logits, "float32")), axis=-1, '
        "keepdims=True))"},
    LARGE,
)  # fmt: skip
loss.edit(
    {SHARES: 'ops.log_softmax(ops.cast(logits, "float32"), axis=1)'},
    {SHARES: 'ops.log_softmax(ops.cast(logits, "float32"), axis=0)'},
    "Your softmax goes along another axis. It makes shares of the V tokens, along the last axis.",
)
loss.edit("ops.not_equal", "ops.equal", "Your mask is inverted: real tokens are those whose label is *not* 0.")
loss.edit(
    REAL,
    'ops.cast(ops.not_equal(ops.argmax(logits, axis=-1), 0), "float32")',
    "Your mask is made of what the model says. Padding is where the *label* is 0.",
)
loss.edit(
    {REAL: 'ops.cast(ops.greater(labels, 3), "float32")'},
    {REAL: 'ops.cast(ops.greater(labels, 1), "float32")'},
    "You leave out other special tokens as well. Only id 0 is padding, and `[END]` must be learned.",
)
loss.edit(
    {
        'ops.cast(labels, "int32")': 'ops.cast(labels[:, 1:], "int32")',
        SHARES: SHARES.replace("logits", "logits[:, :-1]"),
    },
    "You shift labels against logits once more. They come shifted: label t belongs to logits t.",
)
loss.edit(
    {
        'ops.cast(labels, "int32")': 'ops.cast(labels[:, :-1], "int32")',
        SHARES: SHARES.replace("logits", "logits[:, 1:]"),
    },
    "You compare the label at t with the logits at t + 1. Label t belongs to logits t.",
)
loss.edit(
    {SHARES: 'ops.log_softmax(ops.cast(logits, "float32") * ops.cast(ops.not_equal(labels, 0), "float32")[:, :, None], '
        "axis=-1)", MEAN: "ops.mean(losses)"},
    "You make the logits of padding 0. Then each costs ln V and still counts: mask the losses instead.",
)  # fmt: skip
loss.edit({LOSSES: f"-({LOSSES})"}, "Your loss has the wrong sign: training would make right tokens rare.")
loss.edit(
    {MEAN: f"{MEAN} / ops.log(2.0)"}, "This is in bits. The course, Keras and ln V are in nats: no division by ln 2."
)
loss.edit({MEAN: f"ops.exp({MEAN})"}, "This is the perplexity, e to the loss. Return the mean itself.")
loss.edit(
    {SHARES: "ops.log_softmax(logits, axis=-1)"},
    "Under mixed precision logits are float16, whose sums are too coarse. Cast them to float32 first.",
)
loss.edit(
    {MEAN: f"float({MEAN})"},
    "A Python float has no gradient and there is none in a graph. Return the tensor.",
)
loss.edit(
    {MEAN: "ops.sum(losses * real, axis=-1) / ops.maximum(ops.sum(real, axis=-1), 1.0)"},
    "You return one mean for each sentence. Here one number is wanted: the sum over the whole batch, divided by "
    "all real tokens.",
)
loss.edit({MEAN: "losses * real"}, "You return a loss for each token. Add up, and divide by how many tokens are real.")
loss.also(  # Keras gives labels as floats, and JAX looks nothing up by floats
    {'labels = ops.cast(labels, "int32")': ""}, name="lets_keras_cast", backends=("tensorflow", "torch")
)
loss.also({"ops.maximum(ops.sum(real), 1.0)": "(ops.sum(real) + 1e-9)"}, name="adds_next_to_nothing")
loss.also({RIGHT: "ops.sum(log_shares * ops.one_hot(labels, logits.shape[-1]), axis=-1)"}, name="by_one_hot")


@correct("masked_loss")
def asks_keras(labels, logits, smoothing=0.0):
    shown = ops.one_hot(ops.cast(labels, "int32"), ops.shape(logits)[-1])
    each = keras.losses.categorical_crossentropy(
        shown, ops.cast(logits, "float32"), from_logits=True, label_smoothing=smoothing
    )
    mask = ops.cast(labels, "int32") > 0
    return ops.divide_no_nan(ops.sum(ops.where(mask, each, 0.0)), ops.sum(ops.cast(mask, "float32")))


@correct("masked_loss")
def subtracts_logits(labels, logits, smoothing=0.0):
    logits = ops.cast(logits, "float32")
    size = logits.shape[-1]
    wanted = ops.one_hot(ops.cast(labels, "int32"), size) * (1.0 - smoothing) + smoothing / size
    total = ops.logsumexp(logits, axis=-1)
    each = ops.sum(wanted * (total[..., None] - logits), axis=-1)
    weight = ops.cast(ops.cast(labels, "int32") != 0, each.dtype)
    return ops.sum(weight * each) / ops.clip(ops.sum(weight), 1.0, 1e9)


@mistake("masked_loss", PROBABILITIES)
def from_logits_forgotten(labels, logits, smoothing=0.0):
    shown = ops.one_hot(ops.cast(labels, "int32"), ops.shape(logits)[-1])
    each = keras.losses.categorical_crossentropy(shown, ops.cast(logits, "float32"), label_smoothing=smoothing)
    mask = ops.cast(ops.cast(labels, "int32") > 0, "float32")
    return ops.sum(mask * each) / ops.maximum(ops.sum(mask), 1.0)


@mistake("masked_loss", ALL_TOKENS)
def weighs_samples(labels, logits, smoothing=0.0):
    shown = ops.one_hot(ops.cast(labels, "int32"), ops.shape(logits)[-1])
    of_keras = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    return of_keras(shown, ops.cast(logits, "float32"), sample_weight=ops.cast(labels, "int32") != 0)


accuracy = right("masked_accuracy")
HITS = 'ops.sum(ops.cast(ops.logical_and(is_right, real), "float32"))'
SHARE = f"{HITS} / ops.maximum(count, 1.0)"
SAID = 'ops.cast(ops.argmax(logits, axis=-1), "int32")'
accuracy.edit(
    SHARE,
    'ops.mean(ops.cast(is_right, "float32"))',
    "You count padding as well. Only tokens whose label is not 0 belong in the sum and in the count.",
)
accuracy.edit(
    SHARE,
    'ops.mean(ops.cast(ops.logical_and(is_right, real), "float32"))',
    "You divide by all B · T tokens, padding too. Divide by the number of real ones.",
)
accuracy.edit(
    {HITS: 'ops.sum(ops.cast(is_right, "float32"))'},
    "Padding that the model gets right is in your sum. Only real tokens belong there.",
)
accuracy.edit(
    SHARE,
    'ops.mean(ops.sum(ops.cast(ops.logical_and(is_right, real), "float32"), axis=-1) / '
    'ops.maximum(ops.sum(ops.cast(real, "float32"), axis=-1), 1.0))',
    "You take a share for each sentence, and then the mean of these. Count over the whole batch, and divide once.",
)
accuracy.edit(
    SHARE,
    'ops.mean(ops.cast(ops.all(ops.logical_or(is_right, ops.logical_not(real)), axis=-1), "float32"))',
    "This is the share of whole sentences that are right. Count single tokens.",
)
accuracy.edit(
    {SHARE: SHARE.replace(" / ", " // ")},
    "`//` rounds down, so that a share is 0 or 1. Divide by `/`.",
)
accuracy.edit(SHARE, HITS, "You count the right tokens. Divide by how many are real.")
accuracy.edit(
    "ops.maximum(count, 1.0)",
    "count",
    "A batch of padding has no real token, and you divide 0 by 0. `ops.maximum(count, 1.0)` keeps the count from 0.",
)
accuracy.edit(
    "ops.maximum(count, 1.0)",
    "(count + 1.0)",
    "You add 1 to the number of real tokens: the share is too small. `ops.maximum(count, 1.0)` changes 0 alone.",
)
accuracy.edit(
    "ops.maximum(count, 1.0)",
    'ops.cast(ops.shape(labels)[0], "float32")',
    "You divide by B, the number of sentences. Divide by the number of real tokens.",
)
accuracy.edit("ops.not_equal", "ops.equal", "Your mask is inverted: real tokens are those whose label is *not* 0.")
accuracy.edit(
    "ops.not_equal(labels, 0)",
    f"ops.not_equal({SAID}, 0)",
    "Your mask is made of what the model says, so that it may skip a token by saying padding. Padding is where the "
    "*label* is 0.",
)
accuracy.edit(
    "ops.not_equal(labels, 0)",
    f"ops.logical_and(ops.not_equal(labels, 0), ops.not_equal({SAID}, 0))",
    "You skip real tokens at which the model says padding. They count, whatever the model says there.",
)
accuracy.edit(
    {"ops.not_equal(labels, 0)": "ops.greater(labels, 3)"},
    {"ops.not_equal(labels, 0)": "ops.greater(labels, 1)"},
    "You leave out other special tokens as well. Only id 0 is padding.",
)
accuracy.edit(
    {SAID: '1 + ops.cast(ops.argmax(logits[:, :, 1:], axis=-1), "int32")'},
    "You do not let the model say id 0. Where its largest logit is that of padding, it is wrong.",
)
accuracy.edit({"argmax": "argmin"}, "You take the smallest logit. The model says the token with the largest.")
accuracy.edit({SHARE: f"100 * {SHARE}"}, "This is in percent. A share goes from 0 to 1.")
accuracy.edit({SHARE: f"1 - {SHARE}"}, "This is the share of wrong tokens.")
accuracy.edit(
    {"ops.equal(ops.cast(ops.argmax": "ops.equal(ops.cast(1 + ops.argmax"},
    "Your ids are off by one: `ops.argmax` counts from 0, as labels do.",
)
accuracy.edit(
    {SHARE: f"float({SHARE})"},
    "A Python float is not what Keras can compute with in a graph. Return the tensor.",
)
accuracy.edit(
    {"argmax(logits, axis=-1)": "argmax(logits, axis=1)"},
    "You look for the largest logit along T. The last axis, V, is the one.",
)
accuracy.also({HITS: 'ops.sum(ops.where(real, ops.cast(is_right, "float32"), 0.0))'}, name="where_real")
accuracy.also({'labels = ops.cast(labels, "int32")': ""}, name="lets_keras_cast")
accuracy.also({SHARE: f"ops.divide_no_nan({HITS}, count)"})


@correct("masked_accuracy")
def compares_floats(labels, logits):
    labels = ops.cast(labels, "float32")
    real = ops.cast(labels > 0.5, "float32")
    right_ones = ops.cast(ops.cast(ops.argmax(ops.softmax(logits), -1), "float32") == labels, "float32")
    return ops.einsum("bt,bt->", right_ones, real) / ops.maximum(1.0, ops.sum(real))


@correct("masked_accuracy")
def asks_keras_for_matches(labels, logits):
    each = ops.cast(keras.metrics.sparse_categorical_accuracy(labels, logits), "float32")
    mask = ops.cast(labels, "int32") != 0
    return ops.sum(each * ops.cast(mask, "float32")) / ops.maximum(ops.cast(ops.count_nonzero(mask), "float32"), 1.0)


schedule = right("WarmupSchedule")
STEP = 'ops.maximum(ops.cast(step, "float32"), 1.0)'
RATE = "self.d_model**-0.5 * ops.minimum(step**-0.5, step * self.warmup_steps**-1.5)"
CONFIG = '{"d_model": self.d_model, "warmup_steps": self.warmup_steps}'
schedule.edit(
    {STEP: 'ops.cast(step, "float32") + 1'}, "You add 1 to the step. The formula takes the step as it is given."
)
schedule.edit(
    "ops.minimum", "ops.maximum", "You take the larger one, which falls first and then rises for ever: minimum."
)
schedule.edit({"self.d_model**-0.5 * ": ""}, "The factor D to the −0.5 is missing.")
schedule.edit(
    {"self.d_model**-0.5": "self.d_model**0.5"}, "You multiply by √D. D to the −0.5 is 1 / √D: wide models go slower."
)
schedule.edit({"self.d_model**-0.5": "self.d_model**-1.0"}, "You divide by D. The formula divides by its square root.")
schedule.edit({"step**-0.5": "step**-1.0"}, "After warm-up your rate falls as 1 / s. The paper's falls as 1 / √s.")
schedule.edit(
    {"self.warmup_steps**-1.5": "self.warmup_steps**-0.5"},
    {"self.warmup_steps**-1.5": "self.warmup_steps**-1.0"},
    "Another power of warmup_steps is wanted. With −1.5 both branches meet at s = warmup_steps.",
)
schedule.edit(
    {"ops.minimum(step**-0.5, step * self.warmup_steps**-1.5)": "step * self.warmup_steps**-1.5"},
    {"step**-0.5": "step**0.5"},
    "Your rate rises for ever. After warm-up the other branch, 1 / √s, is the smaller one.",
)
schedule.edit(
    {"ops.minimum(step**-0.5, step * self.warmup_steps**-1.5)": "step**-0.5"},
    {"self.warmup_steps**-1.5": "self.warmup_steps**1.5"},
    "Your rate only falls. Up to warmup_steps the other branch, s · warmup to the −1.5, is the smaller one.",
)
schedule.edit(
    {"step**-0.5, ": "self.warmup_steps**-0.5, "},
    "After warm-up your rate stays at its peak. It falls as 1 / √s from there.",
)
schedule.edit(
    {"step**-0.5, step * self.warmup_steps**-1.5)": "1.0, step / self.warmup_steps) * step**-0.5"},
    "You multiply the root by s / warmup. That rises as √s: the line is s · warmup to the −1.5.",
)
schedule.edit(
    {STEP: "ops.maximum(step, 1)"},
    'An optimizer\'s step is an integer tensor, and your powers need floats: `ops.cast(step, "float32")` first.',
    backends=("tensorflow",),
)
schedule.edit(
    {"ops.minimum(": "min("},
    "Python's `min` must know which number is smaller, and in a graph nobody does: use `ops.minimum`.",
    backends=("tensorflow", "jax"),
)
schedule.edit(
    {STEP: "max(float(step), 1.0)"},
    "In a graph a step has no value yet, so it cannot become a Python number. Use `ops.cast` and `ops.maximum`.",
    backends=("tensorflow", "jax"),
)
schedule.edit(
    {"self.d_model = d_model": 'self.d_model = ops.cast(d_model, "float32")'},
    "You keep a tensor, and `get_config` returns it. A configuration holds plain numbers: keep arguments as they came.",
)
schedule.edit(
    {"self.warmup_steps = warmup_steps": 'self.warmup_steps = ops.cast(warmup_steps, "float32")'},
    "You keep warmup_steps as a tensor, and `get_config` returns it. A configuration holds plain numbers.",
)
schedule.edit(
    {"self.warmup_steps = warmup_steps": "self.warmup_steps = 4000"},
    "Your schedule always has 4,000 steps of warm-up: keep the argument.",
)
schedule.edit(
    {"self.d_model = d_model": "self.d_model = 512"}, "Your schedule is always for D = 512: keep the argument."
)
schedule.edit(
    {f"return {CONFIG}": "return {}"},
    {', "warmup_steps": self.warmup_steps': ""},
    {'"d_model": self.d_model, ': ""},
    "`get_config` must return both arguments, `d_model` and `warmup_steps`: otherwise no schedule comes back from it.",
)
schedule.edit(
    {'"warmup_steps":': '"warmup":'},
    "A configuration has the names of the arguments, `d_model` and `warmup_steps`: `from_config` hands them on.",
)
schedule.edit(
    {f"return {CONFIG}": 'raise NotImplementedError("Learning rate schedule must override get_config")'},
    "There is no `get_config`. It returns both arguments under their names.",
)
schedule.edit(
    {f"return {CONFIG}": f"return {{**super().get_config(), **{CONFIG}}}"},
    "A schedule of Keras has no `get_config` to build on: return both arguments alone.",
)
schedule.edit(
    {STEP: 'ops.cast(step, "float32")', "ops.minimum(step**-0.5,": "ops.minimum(step * step**-1.5,"},
    {STEP: 'ops.cast(step, "float32")', "ops.minimum(step**-0.5,": "ops.minimum(ops.sqrt(step) / step,"},
    "At step 0 you compute 0 · ∞ or 0 / 0, which is no number. Take the step as at least 1.",
)
schedule.also({STEP: 'ops.cast(step, "float32")'}, name="gives_0_at_0")
schedule.also(
    {RATE: "ops.minimum(1.0, step / self.warmup_steps) * "
     "ops.rsqrt(self.d_model * ops.maximum(step, float(self.warmup_steps)))"},
    name="rises_to_the_root",
)  # fmt: skip
schedule.also({RATE: "ops.where(step < self.warmup_steps, step * self.warmup_steps**-1.5, ops.rsqrt(step)) "
    "/ self.d_model**0.5"})  # fmt: skip


@correct("WarmupSchedule")
class KnowsItsPeak(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, d_model, warmup_steps=4000):
        self.config = {"d_model": d_model, "warmup_steps": warmup_steps}
        self.peak = (d_model * warmup_steps) ** -0.5

    def __call__(self, step):
        part = ops.cast(step, "float32") / self.config["warmup_steps"]
        return self.peak * ops.minimum(part, ops.rsqrt(ops.maximum(part, 1e-9)))

    def get_config(self):
        return dict(self.config)


@mistake("WarmupSchedule", "Your schedule counts its own calls. The step is the one that it is given.")
class CountsItself(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, d_model, warmup_steps=4000):
        super().__init__()
        self.d_model, self.warmup_steps, self.calls = d_model, warmup_steps, 0

    def __call__(self, step):
        self.calls += 1
        return ops.cast(self.d_model**-0.5 * min(self.calls**-0.5, self.calls * self.warmup_steps**-1.5), "float32")

    def get_config(self):
        return {"d_model": self.d_model, "warmup_steps": self.warmup_steps}


overfit = right("overfit_one_batch")
TRAIN = "told = [model.train_on_batch(inputs, labels, return_dict=True) for _ in range(steps)]"
LOSS = 'return [float(one["loss"]) for one in told]'
COMPILE = "model.compile(keras.optimizers.Adam(0.01), masked_loss)"
UNLESS = f"if not model.compiled:\n    {COMPILE}"
FIT = 'return model.fit(inputs, labels, {}epochs=steps, verbose=0).history["loss"]'
overfit.edit(
    {"if not model.compiled:": "if True:"},
    "You compile a model that is compiled already, and its own optimizer is gone. Ask `model.compiled` first.",
)
overfit.edit(
    {UNLESS: ""}, "A model that was never compiled has no optimizer. Unless `model.compiled`, compile it yourself."
)
overfit.edit(
    {TRAIN: FIT.format(""), LOSS: ""},
    "`fit` cuts the rows into batches of 32: an epoch is more than one update. Give it `batch_size=len(labels)`.",
)
overfit.edit(
    {TRAIN: FIT.format("batch_size=len(labels), ").replace("epochs=steps, ", ""), LOSS: ""},
    "Your model makes one update, whatever `steps` is. Give `fit` the number of epochs, or call it in a loop.",
)
overfit.edit(
    {TRAIN: "told = []\nfor _ in range(steps):\n    model.train_on_batch(inputs, labels)\n"
        "    told.append(model.test_on_batch(inputs, labels, return_dict=True))"},
    "Your floats are the losses after each update. The first is to be the loss of the untouched model.",
)  # fmt: skip
overfit.edit(
    {"train_on_batch": "test_on_batch"},
    {TRAIN: "told = [model.evaluate(inputs, labels, batch_size=len(labels), verbose=0, return_dict=True)] * steps"},
    "You measure the loss and train nothing: `train_on_batch` and `fit` make updates, `test_on_batch` and `evaluate` "
    "make none.",
)
overfit.edit(
    {"range(steps)": "range(steps + 1)"}, "There is one step too many: `steps` updates and `steps` floats are wanted."
)
overfit.edit(
    {"range(steps)": "range(steps - 1)"}, "There is one step too few: `steps` updates and `steps` floats are wanted."
)
overfit.edit(
    {TRAIN: f"model.train_on_batch(inputs, labels)\n{TRAIN}"},
    "Your model has had an update before the first float. That is to be the loss of the untouched model.",
)
overfit.edit(
    {TRAIN: f"{TRAIN}\nmodel.train_on_batch(inputs, labels)"},
    "You make one update after the last float. The model is to have had `steps` updates in all.",
)
overfit.edit(
    {TRAIN: TRAIN.replace("range(steps)", "range(steps - 1)")
        + "\ntold.append(model.test_on_batch(inputs, labels, return_dict=True))"},
    "The last update is missing: your last float is measured, and nothing is learned from it.",
)  # fmt: skip
overfit.edit(
    {", return_dict=True": "", 'one["loss"]': "one"},
    "A model with metrics returns a list from `train_on_batch`, whose first item is the loss. `return_dict=True` gives "
    "names.",
)
overfit.edit(
    {'float(one["loss"])': 'ops.convert_to_tensor(one["loss"])'},
    "Your losses are tensors. `float(…)` makes a Python float of each.",
)
overfit.edit(
    {LOSS: 'return [one["loss"] for one in told][-1]'}, "You return the last loss alone: all of them are wanted."
)
overfit.edit(
    {LOSS: "return told"}, "You return what Keras told for each step, a dictionary. Take its loss, as a float."
)
overfit.edit(
    {LOSS: 'return [sum(one["loss"] for one in told[:n]) / n for n in range(1, len(told) + 1)]'},
    "Your floats are means over all steps so far. Each is to be the loss of its own step.",
)
overfit.edit(
    {UNLESS: f"model = keras.models.clone_model(model)\n{UNLESS}"},
    {UNLESS: f"kept = model.get_weights()\n{UNLESS}", TRAIN: f"{TRAIN}\nmodel.set_weights(kept)"},
    "The model that you were given is untrained when you return: you trained a copy, or put its parameters back.",
)
overfit.edit(
    {"masked_loss)": "keras.losses.SparseCategoricalCrossentropy(from_logits=True))"},
    "In your loss padding counts. Compile with `masked_loss`, which skips it.",
)
overfit.edit(
    {"keras.optimizers.Adam(0.01)": '"adam"'},
    "By heart takes long at this rate: `Adam(0.01)` is wanted, and by its name Keras gives Adam a rate of 0.001.",
)
overfit.also({TRAIN: FIT.format("batch_size=len(labels), "), LOSS: ""}, name="fits")
overfit.also(
    {TRAIN: "told = []\nfor step in range(steps):\n    told.append({'loss': "
        "model.fit(inputs, labels, batch_size=4096, verbose=0).history['loss'][0]})"},
    name="fits_step_by_step",
)  # fmt: skip
overfit.also(
    {", return_dict=True": "", 'float(one["loss"])': "float(one[0] if isinstance(one, list) else one)"},
    name="takes_the_first",
)
overfit.also({"masked_loss)": "keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0))"})

overfit.also(
    {
        TRAIN: "losses = []\n"
        "while len(losses) < steps:\n"
        "    losses.append(float(model.test_on_batch(inputs, labels, return_dict=True)['loss']))\n"
        "    model.train_on_batch(inputs, labels)",
        LOSS: "return losses",
        COMPILE: "model.compile(keras.optimizers.Adam(learning_rate=0.01), loss=masked_loss)",
    },
    name="measures_first",
)
overfit.also(
    {
        TRAIN: "told = []\n"
        "listener = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: told.append(float(logs['loss'])))\n"
        "model.fit(inputs, labels, batch_size=len(labels), epochs=steps, shuffle=False, verbose=0, "
        "callbacks=[listener])",
        LOSS: "return tuple(told)",
        "masked_loss)": "lambda labels, logits: masked_loss(labels, logits, smoothing=0.0))",
    },
    name="listens",
)
