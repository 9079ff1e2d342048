"""Unit 09: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

from course.built import FeedForward, MultiHeadAttention

import keras
from keras import ops

from autograder.judging import correct, right

layer = right("DecoderLayer")
SAID = {"self_attention": "written", "cross_attention": "read", "feed_forward": "network"}  # what each branch gives
DROPPED = {name: f"self.{name}_dropout({said}, training=training)" for name, said in SAID.items()}
BECOMES = {"self_attention": "x =", "cross_attention": "x =", "feed_forward": "return"}
POST = {name: f"{BECOMES[name]} self.{name}_norm(x + {DROPPED[name]})" for name in SAID}
PRE = {name: f"{BECOMES[name]} x + {DROPPED[name]}" for name in SAID}
WRITTEN = "self.self_attention(x, x, x, mask=self_mask)"
WRITTEN_NORMED = "self.self_attention(normed, normed, normed, mask=self_mask)"
READ = "self.cross_attention(x, memory, memory, mask=memory_mask)"
ASKING = "self.cross_attention_norm(x)"
READ_NORMED = f"self.cross_attention({ASKING}, memory, memory, mask=memory_mask)"
NETWORK_NORMED = "self.feed_forward(self.feed_forward_norm(x))"
NORM = "keras.layers.LayerNormalization(epsilon=1e-6, dtype=policy)"
NORMS = {name: f"self.{name}_norm = {NORM}" for name in SAID}
OWN = {name: f"self.{name} = MultiHeadAttention(d_model, num_heads, dtype=policy)" for name in list(SAID)[:2]}
BY_KERAS = {
    OWN["self_attention"]: """if d_model % num_heads:
    raise ValueError(f"d_model={d_model}, num_heads={num_heads}")
self.self_attention = keras.layers.MultiHeadAttention(num_heads, d_model // num_heads)""",
    OWN["cross_attention"]: "self.cross_attention = keras.layers.MultiHeadAttention(num_heads, d_model // num_heads)",
}
ASKED_OF_KERAS = {
    WRITTEN: "self.self_attention(x, x, attention_mask=self_mask)",
    WRITTEN_NORMED: "self.self_attention(normed, normed, attention_mask=self_mask)",
    READ: "self.cross_attention(x, memory, attention_mask=memory_mask)",
    READ_NORMED: f"self.cross_attention({ASKING}, memory, attention_mask=memory_mask)",
}
WITH_SCORES = {ours: theirs[:-1] + ", return_attention_scores=True)[0]" for ours, theirs in ASKED_OF_KERAS.items()}
CAUSAL = "places = ops.arange(ops.shape(x)[1])\ncausal = (places[:, None] >= places)[None]\nself_mask = "
OWN_MASK = "You make a causal mask of your own. What a token may not see is said by `self_mask` alone."
ALWAYS_ON = "Your dropout is always on. Hand on `training` as it comes."
NOT_IN_TRAINING = "In training your `self_mask` is ignored. It hides later tokens there, too."
NO_DROPOUT = "Nothing is dropped in training. Give each branch a Dropout, called with `training=training`."


def reads(post: str, pre: str, sentence: str) -> None:
    """The mistake of a cross-attention that is given something else, in both orders."""
    post, pre = f"self.cross_attention({post}, mask=memory_mask)", f"self.cross_attention({pre}, mask=memory_mask)"
    layer.edit({READ: post, READ_NORMED: pre}, sentence)


reads(
    "memory, x, x",
    f"memory, {ASKING}, {ASKING}",
    "Query and memory have changed places in your cross-attention. Who writes asks: the query comes from x, key and "
    "value are the memory.",
)
reads(
    "x, memory, x",
    f"{ASKING}, memory, {ASKING}",
    "Your cross-attention takes its keys from the memory and its values from x. Both are the memory.",
)
reads(
    "x, x, memory",
    f"{ASKING}, {ASKING}, memory",
    "Your cross-attention takes its values from the memory and its keys from x. Both are the memory.",
)
reads(
    "x, x, x",
    f"{ASKING}, {ASKING}, {ASKING}",
    "Your cross-attention reads x and ignores the memory. Its key and value are the memory.",
)
reads(
    "x, ops.stop_gradient(memory), ops.stop_gradient(memory)",
    f"{ASKING}, ops.stop_gradient(memory), ops.stop_gradient(memory)",
    "No gradient reaches the memory, so that an encoder would learn nothing. Leave out `stop_gradient`.",
)
reads(
    "x, memory[:1], memory[:1]",
    f"{ASKING}, memory[:1], memory[:1]",
    "All sentences read the memory of the first one. Each of the batch has its own: hand on the memory as it is.",
)
layer.edit(
    {WRITTEN: "self.self_attention(x, memory, memory, mask=self_mask)"},
    {WRITTEN_NORMED: "self.self_attention(normed, memory, memory, mask=self_mask)"},
    {
        WRITTEN: "self.self_attention(x, memory, memory, mask=self_mask)",
        WRITTEN_NORMED: "self.self_attention(normed, memory, memory, mask=self_mask)",
    },
    "Your self-attention reads the memory. It reads what has been written: query, key and value come from x.",
)

layer.edit(
    "mask=self_mask",
    "mask=None",
    "`self_mask` never reaches your self-attention, so that tokens see later ones: call it with `mask=self_mask`.",
    times=2,
)
layer.edit("mask=self_mask", "mask=None if training else self_mask", NOT_IN_TRAINING, times=2)
layer.edit(
    "mask=memory_mask",
    "mask=None",
    "`memory_mask` never reaches your cross-attention, so that padding is read: call it with `mask=memory_mask`.",
    times=2,
)
layer.edit(
    {WRITTEN: "self.self_attention(x, x, x)"},
    {WRITTEN_NORMED: "self.self_attention(normed, normed, normed)"},
    "In one of the two orders `self_mask` does not reach the self-attention: pass it in both.",
)
layer.edit(
    {READ: "self.cross_attention(x, memory, memory)"},
    {READ_NORMED: f"self.cross_attention({ASKING}, memory, memory)"},
    "In one of the two orders `memory_mask` does not reach the cross-attention: pass it in both.",
)
layer.edit(
    "mask=memory_mask",
    "mask=self_mask",
    "Your cross-attention gets the mask of the target. It reads the memory, so it obeys `memory_mask`.",
    times=2,
)
layer.edit(
    "mask=self_mask",
    "mask=memory_mask",
    "Your self-attention gets the mask of the memory. It reads x, so it obeys `self_mask`.",
    times=2,
)
layer.edit(
    {"mask=self_mask": "mask=memory_mask", "mask=memory_mask": "mask=self_mask"},
    "The two masks have changed places: `self_mask` is for the self-attention, `memory_mask` for the cross-attention.",
    times=2,
)
layer.edit(
    "mask=self_mask",
    "mask=None if self_mask is None else ops.logical_not(self_mask)",
    "Your `self_mask` is upside down: True means that a token may be attended to.",
    times=2,
)
layer.edit(
    "mask=memory_mask",
    "mask=None if memory_mask is None else ops.logical_not(memory_mask)",
    "Your `memory_mask` is upside down: True means that a token may be attended to.",
    times=2,
)
layer.edit(
    {"if self.norm_first:": f"{CAUSAL}causal if self_mask is None else causal & self_mask\nif self.norm_first:"},
    {"if self.norm_first:": f"{CAUSAL}causal if self_mask is None else self_mask\nif self.norm_first:"},
    OWN_MASK,
)

for name, said in SAID.items():
    bare_post, bare_pre = f"{BECOMES[name]} self.{name}_norm({DROPPED[name]})", f"{BECOMES[name]} {DROPPED[name]}"
    layer.edit(
        {POST[name]: bare_post, PRE[name]: bare_pre},
        f"The residual connection around `{name}` is missing: add x to what the branch gives.",
    )
    layer.edit(
        {POST[name]: PRE[name]},
        f"In post-norm the sum of x and `{name}` is not normalised. All three sums go through their norm.",
    )
    layer.edit(
        {POST[name]: f"{BECOMES[name]} x + self.{name}_norm({DROPPED[name]})"},
        f"In post-norm you normalise what `{name}` gives, alone. Normalise the sum: norm(x + {name}(…)).",
    )
    layer.edit(
        DROPPED[name],
        said,
        f"Nothing is dropped from the branch of `{name}` in training. Drop out from it before it is added to x.",
        times=2,
    )
layer.edit(
    {PRE["self_attention"]: PRE["self_attention"].replace("x + ", "normed + ")},
    {f"read = {READ_NORMED}": f"x = {ASKING}\nread = {READ}"},
    {f"network = {NETWORK_NORMED}": "x = self.feed_forward_norm(x)\nnetwork = self.feed_forward(x)"},
    "In pre-norm you add a normed x. The residual connection carries x itself, past all three branches.",
)
layer.edit(
    {POST["cross_attention"]: "x = self.cross_attention_norm(x)", PRE["cross_attention"]: ""},
    "What your cross-attention finds is never added to x, so that the memory changes nothing.",
)
layer.edit(
    {
        f"written = {WRITTEN}": f"read = {READ}",
        POST["self_attention"]: POST["cross_attention"],
        f"read = {READ}": f"written = {WRITTEN}",
        POST["cross_attention"]: POST["self_attention"],
        "normed = self.self_attention_norm(x)": f"read = {READ_NORMED}",
        f"written = {WRITTEN_NORMED}": PRE["cross_attention"],
        PRE["self_attention"]: "normed = self.self_attention_norm(x)",
        f"read = {READ_NORMED}": f"written = {WRITTEN_NORMED}",
        PRE["cross_attention"]: PRE["self_attention"],
    },
    "Your cross-attention comes first. A token hears what has been written before it asks the memory: self-attention "
    "first.",
)
layer.edit("if self.norm_first:", "if False:", "Your layer is post-norm whatever it is asked. Look at `norm_first`.")
layer.edit("if self.norm_first:", "if True:", "Your layer is pre-norm whatever it is asked. Look at `norm_first`.")
layer.edit(
    {"if self.norm_first:": "if not self.norm_first:"},
    "The two orders have changed places: `norm_first=True` is pre-norm, a norm before each branch.",
)
layer.edit("norm_first=False", "norm_first=True", "Your default is pre-norm. `norm_first` is False unless asked for.")
layer.edit(
    {NORMS["cross_attention"]: "self.cross_attention_norm = self.self_attention_norm"},
    {
        NORMS["cross_attention"]: "self.cross_attention_norm = self.self_attention_norm",
        NORMS["feed_forward"]: "self.feed_forward_norm = self.self_attention_norm",
    },
    "One norm serves in several places. Each of the three has a LayerNormalization of its own.",
)
layer.edit(
    {OWN["cross_attention"]: "self.cross_attention = self.self_attention"},
    "One attention serves for both. Make two, so that each has parameters of its own.",
)
layer.edit("epsilon=1e-6, ", "", "Your norms have Keras' epsilon, 1e-3. The task asks for `epsilon=1e-6`.", times=3)
layer.edit(
    {NORMS["cross_attention"]: NORMS["cross_attention"].replace("1e-6", "1e-3")},
    "One of your norms has another epsilon. All three have `epsilon=1e-6`.",
)
layer.edit(
    "keras.layers.LayerNormalization(epsilon=1e-6",
    "keras.layers.BatchNormalization(epsilon=1e-6",
    "These are batch norms, by which the sentences of a batch change each other. Use LayerNormalization.",
    times=3,
)
layer.edit(
    READ_NORMED,
    f"self.cross_attention({ASKING}, *2 * [self.cross_attention_norm(memory)], mask=memory_mask)",
    "In pre-norm you normalise the memory, too. Only the query is normalised here: the memory is taken as it is.",
)
layer.edit(
    READ_NORMED,
    READ,
    "In pre-norm the query of your cross-attention is x as it is. Normalise it with `cross_attention_norm`.",
)
layer.edit(
    READ_NORMED,
    READ_NORMED.replace(ASKING, "normed"),
    "In pre-norm your cross-attention does not hear what the self-attention found: it reads the norm of the new x.",
)
layer.edit(
    WRITTEN_NORMED,
    "self.self_attention(normed, x, x, mask=self_mask)",
    "In pre-norm only the queries of your self-attention are normalised. Its keys and values come from the normed x.",
)
layer.edit(NETWORK_NORMED, "self.feed_forward(x)", "In pre-norm your network reads x as it is. It reads the normed x.")
layer.edit(
    {PRE["feed_forward"]: POST["feed_forward"]},
    "In pre-norm you normalise the last sum, too. That norm belongs to the end of the whole stack.",
)
layer.edit(
    {f"read = {READ}": "", f"written = {WRITTEN}": f"written, read = {WRITTEN}, {READ}"},
    "In post-norm your cross-attention asks with x from before the self-attention. It asks with the normed sum.",
)
layer.edit(
    {
        PRE["cross_attention"]: f"network = {NETWORK_NORMED}\n{PRE['cross_attention']}",
        f"network = {NETWORK_NORMED}": "",
    },
    "In pre-norm your network does not see what the cross-attention found: it reads the norm of the new x.",
)
layer.edit(
    {
        "normed = self.self_attention_norm(x)": f"normed = {ASKING}",
        f"{ASKING}, memory": "self.self_attention_norm(x), memory",
    },
    {
        POST["self_attention"]: POST["self_attention"].replace("self_attention_norm", "cross_attention_norm"),
        POST["cross_attention"]: POST["cross_attention"].replace("cross_attention_norm", "self_attention_norm"),
    },
    "Two norms have changed places: each branch has the norm that bears its name.",
)

layer.edit(
    "FeedForward(d_model, d_ff, dtype=policy)",
    "FeedForward(d_model, d_ff, dropout, dtype=policy)",
    "The network drops numbers twice: make your FeedForward with dropout 0, since this layer drops on the branch.",
)
layer.edit(
    {PRE["self_attention"]: "x = self.self_attention_dropout(x + written, training=training)"},
    "Dropout acts on a sum, so that numbers of x are lost. It belongs on the branch, before x is added.",
)
layer.edit("training=training", "training=True", ALWAYS_ON, times=6)
layer.edit("training=training", "training=False", NO_DROPOUT, times=6)
layer.edit("keras.layers.Dropout(dropout", "keras.layers.Dropout(0.1", "Your dropout is fixed. Use `dropout`.", times=3)
for argument in ("d_model", "num_heads", "d_ff", "dropout", "norm_first"):
    layer.edit(f'"{argument}": self.{argument},', "", f"`get_config` lacks {argument}. It needs all five arguments.")
layer.edit("**super().get_config(),", "", "`get_config` lacks what `super().get_config()` gives, such as the name.")
layer.edit(
    {
        OWN["self_attention"]: "self.self_attention = keras.layers.MultiHeadAttention(num_heads, d_model)",
        OWN["cross_attention"]: "self.cross_attention = keras.layers.MultiHeadAttention(num_heads, d_model)",
        **WITH_SCORES,
    },
    "In Keras' attention `key_dim` is the width of one head, d_model // num_heads. Yours has heads as wide as tokens.",
)
layer.edit(
    {**BY_KERAS, **ASKED_OF_KERAS},
    "Keras' attention reads everything where a token may attend nowhere. Use your own, or ask Keras' for its weights, "
    "too: `return_attention_scores=True`.",
)
layer.also({**BY_KERAS, **WITH_SCORES}, name="attends_with_keras")
layer.also(
    {f"self.{name}_dropout({said}": f"self.self_attention_dropout({said}" for name, said in list(SAID.items())[1:]},
    times=2,
    name="shares_one_dropout",
)


@correct("DecoderLayer")
class ThreeBranches(keras.layers.Layer):
    """One rule for all three branches, and masks that are never missing."""

    def __init__(self, d_model, num_heads, d_ff, dropout=0.1, norm_first=False, **kwargs):
        super().__init__(**kwargs)
        sizes = {"d_model": d_model, "num_heads": num_heads, "d_ff": d_ff}
        self.config = sizes | {"dropout": dropout, "norm_first": norm_first}
        self.self_attention, self.cross_attention = (MultiHeadAttention(d_model, num_heads) for _ in range(2))
        self.feed_forward = FeedForward(d_model, d_ff)
        self.self_attention_norm, self.cross_attention_norm, self.feed_forward_norm = (
            keras.layers.LayerNormalization(epsilon=1e-6) for _ in range(3)
        )
        self.drop = keras.layers.Dropout(dropout)

    def call(self, x, memory, self_mask=None, memory_mask=None, training=None):
        def around(x, norm, branch):
            if self.config["norm_first"]:
                return x + self.drop(branch(norm(x)), training=training)
            return norm(self.drop(branch(x), training=training) + x)

        everything = ops.ones((1, 1, 1), dtype="bool")
        self_mask = everything if self_mask is None else self_mask
        memory_mask = everything if memory_mask is None else ops.cast(memory_mask, "bool")
        x = around(x, self.self_attention_norm, lambda y: self.self_attention(y, y, y, mask=self_mask))
        x = around(x, self.cross_attention_norm, lambda y: self.cross_attention(y, memory, memory, mask=memory_mask))
        return around(x, self.feed_forward_norm, self.feed_forward)

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def get_config(self):
        return super().get_config() | self.config


@correct("DecoderLayer")
class MadeWhenBuilt(keras.layers.Layer):
    """Sublayers are made in `build`, sums by a layer of Keras."""

    def __init__(self, d_model, num_heads, d_ff, dropout=0.1, norm_first=False, **kwargs):
        super().__init__(**kwargs)
        if d_model % num_heads:
            raise ValueError(f"{num_heads} heads do not divide a width of {d_model}")
        self.sizes, self.rate, self.pre = (d_model, num_heads, d_ff), dropout, norm_first

    def build(self, *shapes, **more_shapes):
        d_model, num_heads, d_ff = self.sizes
        for name in ("self_attention", "cross_attention", "feed_forward"):
            is_network = name == "feed_forward"
            setattr(self, name, FeedForward(d_model, d_ff) if is_network else MultiHeadAttention(d_model, num_heads))
            setattr(self, f"{name}_norm", keras.layers.LayerNormalization(-1, 1e-6))
        self.add, self.drop = keras.layers.Add(), keras.layers.Dropout(self.rate)

    def call(self, x, memory, self_mask=None, memory_mask=None, training=None):
        before = lambda norm, x: norm(x) if self.pre else x  # noqa: E731
        after = lambda norm, x: x if self.pre else norm(x)  # noqa: E731
        query = before(self.self_attention_norm, x)
        told = self.self_attention(query, query, query, mask=self_mask)
        x = after(self.self_attention_norm, self.add([x, self.drop(told, training=training)]))
        query = before(self.cross_attention_norm, x)
        told = self.cross_attention(query, key=memory, value=memory, mask=memory_mask)
        x = after(self.cross_attention_norm, self.add([x, self.drop(told, training=training)]))
        told = self.feed_forward(before(self.feed_forward_norm, x))
        return after(self.feed_forward_norm, self.add([x, self.drop(told, training=training)]))

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def get_config(self):
        names = ("d_model", "num_heads", "d_ff", "dropout", "norm_first")
        return {**super().get_config(), **dict(zip(names, (*self.sizes, self.rate, self.pre), strict=True))}


stack = right("Decoder")
LOOP = "x = layer(x, memory, self_mask=self_mask, memory_mask=memory_mask, training=training)"
EACH = "for layer in self.layers:"
NEW_ONES = """[
    DecoderLayer(d_model, num_heads, d_ff, dropout=dropout, norm_first=norm_first, dtype=policy)
    for _ in range(num_layers)
]"""
END = "return self.last_norm(x) if self.norm_first else x"

stack.edit(
    NEW_ONES,
    "[DecoderLayer(d_model, num_heads, d_ff, dropout, norm_first, dtype=policy)] * num_layers",
    "`[layer] * L` is one layer, L times, so all levels share its parameters. Make a new one in each turn.",
)
stack.edit(
    "in self.layers:",
    "in self.layers[:-1]:",
    "The last of your layers is never called. Let x go through all of them.",
)
stack.edit("training=training", "training=False", "Nothing is dropped in training: hand on `training` as it comes.")
for mask, harm in {"self_mask": "later tokens are seen", "memory_mask": "padding of the source is read"}.items():
    only_here = f"{mask} if layer is self.layers[{{}}] else None"
    stack.edit(
        {LOOP: f"{LOOP}\n{mask} = None"},
        f"Only the first layer gets your `{mask}`, so that {harm} by the others. Give it to every layer.",
    )
    stack.edit(
        {f"{mask}={mask}": f"{mask}={only_here.format(-1)}"},
        f"Only the last layer gets your `{mask}`. Give it to every layer.",
    )
    stack.edit(f"{mask}={mask}, ", "", f"Your layers never get `{mask}`: call each with `{mask}={mask}`.")
stack.edit(
    {LOOP: f"{LOOP}\nself_mask = memory_mask = None"},
    "Only the first layer gets your masks, so that the others see everything. Give them to every layer.",
)
stack.edit(
    {"self_mask=self_mask": "self_mask=memory_mask", "memory_mask=memory_mask": "memory_mask=self_mask"},
    "The two masks have changed places: hand on `self_mask=self_mask` and `memory_mask=memory_mask`.",
)
stack.edit(
    "memory_mask=memory_mask",
    "memory_mask=self_mask",
    "Your layers get the target's mask for the memory, too. Hand on `memory_mask=memory_mask`.",
)
stack.edit(
    {EACH: f"{CAUSAL}causal if self_mask is None else causal & self_mask\n{EACH}"},
    {EACH: f"{CAUSAL}causal if self_mask is None else self_mask\n{EACH}"},
    OWN_MASK,
)
stack.edit(
    {LOOP: f"{LOOP}\nmemory = x"},
    "From the second layer on, yours read what the layer before returns in place of the memory. All read the memory.",
)
stack.edit("layer(x, memory,", "layer(x, x,", "Your layers read x in place of the memory: `layer(x, memory, …)`.")
stack.edit("layer(x, memory,", "layer(memory, x,", "x and memory have changed places: call each layer with x first.")
stack.edit(
    {EACH: f"if self.norm_first:\n    memory = self.last_norm(memory)\n{EACH}"},
    "You normalise the memory. It comes from its encoder as it should be read: `last_norm` is for x, at the end.",
)
stack.edit(
    "layer(x, memory,",
    "layer(x, ops.stop_gradient(memory),",
    "No gradient reaches the memory, so that an encoder would learn nothing. Leave out `stop_gradient`.",
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
stack.edit("epsilon=1e-6, ", "", "Your last norm has Keras' epsilon, 1e-3. The task asks for `epsilon=1e-6`.")
stack.edit("norm_first=norm_first, ", "", "Your layers are not told `norm_first`: hand it on to each.")
stack.edit("norm_first=norm_first, ", "norm_first=True, ", "Your layers are always pre-norm. Hand on `norm_first`.")
stack.edit("dropout=dropout, ", "", "Your layers are not told `dropout`: hand it on to each.")
stack.edit("range(num_layers)", "range(num_layers - 1)", "One layer is missing: `range(num_layers)` gives L turns.")
stack.edit(
    "in self.layers:", "in reversed(self.layers):", "x goes through your layers backwards: `layers[0]` is first."
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
stack.edit("training=training", "training=True", ALWAYS_ON)
stack.edit("self_mask=self_mask", "self_mask=None if training else self_mask", NOT_IN_TRAINING)
stack.edit(
    "DecoderLayer(d_model, num_heads, d_ff, dropout",
    "DecoderLayer(d_model, num_heads, d_model, dropout",
    "The networks of your layers are D wide. Hand on d_ff, their third argument.",
)
stack.edit(
    f"{EACH}\n            {LOOP}",
    LOOP.replace("layer(", "self.layers[0]("),
    "Only the first layer is called. Let x go through all of them.",
)
stack.edit(
    LOOP,
    "x = layer(x, memory, self_mask, memory_mask, training)",
    "Hand on masks by name, `memory_mask=memory_mask`: Keras fills an argument of that name itself, so that a None "
    "given by position arrives twice.",
)
for argument in ("num_layers", "d_ff", "dropout", "norm_first"):
    stack.edit(f'"{argument}": self.{argument},', "", f"`get_config` lacks {argument}. It needs all six arguments.")
stack.also({NEW_ONES: "tuple(" + NEW_ONES[1:-1] + ")"}, name="keeps_a_tuple")
stack.also(
    {
        NEW_ONES: "[]",
        "if norm_first:": """for number in range(num_layers):
    self.layers.append(DecoderLayer(d_model, num_heads, d_ff, dropout, norm_first, name=f"layer_{number}"))
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
stack.also(
    {
        EACH: f"given = dict(self_mask=self_mask, memory_mask=memory_mask, training=training)\n{EACH}",
        LOOP: "x = layer(x, memory=memory, **given)",
    },
    name="hands_on_everything_by_name",
)
