"""Unit 10: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, right

cost = right("attention_cost")
DENSE = "2 * batch * (target_length + source_length) * d_model**2"
PRODUCTS = "2 * batch * target_length * source_length * d_model"
SCORES = "batch * heads * target_length * source_length"
cost.edit(
    {DENSE: "4 * batch * target_length * d_model**2"},
    {DENSE: "4 * batch * source_length * d_model**2"},
    "All four projections have one length in your sum. Queries and output have T rows, keys and values S.",
)
cost.edit(
    {DENSE: "batch * (target_length + 2 * source_length) * d_model**2"},
    "The Dense that makes the output is missing. It multiplies as much as the one that makes queries.",
)
cost.edit(
    {DENSE: "batch * (target_length + source_length) * d_model**2"},
    "Two of the four projections are missing. Queries and output have T rows, keys and values S: four products.",
)
cost.edit(
    {DENSE: "batch * (3 * target_length + source_length) * d_model**2"},
    "Only one of your projections has S rows. Keys and values are both made of the source.",
)
cost.edit(DENSE, "0", "You count the products of scores and values alone. The four Dense layers multiply as well.")
cost.edit(
    {DENSE: "2 * batch * (target_length + source_length) * d_model"},
    "A projection takes D multiplications for each of the D numbers that it makes: D² for each token, not D.",
)
cost.edit(
    {DENSE: "2 * batch * (target_length + source_length) * d_model * (d_model // heads)"},
    "Your projections are too small. Each Dense makes D numbers of D, for all heads: D² products for each token.",
)
cost.edit(
    {DENSE: f"{DENSE} * heads"},
    "You count each Dense once for every head. One Dense of width D makes the vectors of all heads.",
)
cost.edit(
    {PRODUCTS: f"{PRODUCTS} * heads"},
    {PRODUCTS: f"{PRODUCTS} * heads", DENSE: f"{DENSE} * heads"},
    "In your products each head is D wide. A head is K = D / H wide, so that all heads together multiply D numbers.",
)
cost.edit(
    {PRODUCTS: f"{PRODUCTS} // heads"},
    "You count the products of one head. There are H of them, and together they are D wide.",
)
cost.edit(
    {PRODUCTS: PRODUCTS[4:]},
    "One product for each head is missing. Queries meet keys, and then weights meet values: two, of the same size.",
)
cost.edit(
    {PRODUCTS: PRODUCTS.replace("source_length", "target_length")},
    {PRODUCTS: PRODUCTS.replace("target_length", "source_length")},
    "Your products have one length twice. T queries meet S keys.",
)
cost.edit(
    "projections + products",
    "2 * (projections + products)",
    "This is twice as many. Additions are not counted here: one for each multiplication makes FLOPs.",
)
cost.edit(
    "projections + products",
    "projections + products + 2 * batch * (target_length + source_length) * d_model",
    "You count the biases. They are added, and nothing is multiplied there.",
)
cost.edit(
    {"projections + products": f"projections + products + {SCORES}"},
    "You count the division of the scores by √K. Only the six matrix products count here.",
)
cost.edit(
    {DENSE: DENSE.replace(" batch *", ""), PRODUCTS: PRODUCTS.replace(" batch *", "")},
    "This is what one sentence costs. A batch has B of them.",
)
cost.edit(
    {f", {SCORES}": ", batch * target_length * source_length"},
    "These are the scores of one head. Each of the H heads has scores of its own.",
)
cost.edit(
    {f", {SCORES}": ", heads * target_length * source_length"},
    "These are the scores of one sentence. A batch has B of them.",
)
cost.edit(
    {f", {SCORES}": f", {SCORES} * d_model"},
    {f", {SCORES}": f", {SCORES} * (d_model // heads)"},
    "A score is one number, whatever the width of its query and key: B · H · T · S in all.",
)
cost.edit(
    {f", {SCORES}": ", batch * heads * target_length * target_length"},
    {f", {SCORES}": ", batch * heads * source_length * source_length"},
    "Your scores have one length twice. Each of T queries has a score for each of S keys.",
)
cost.edit(
    f"return projections + products, {SCORES}",
    f"return {SCORES}, projections + products",
    "Your two results have changed places: the multiplications come first, then the scores.",
)
cost.edit(
    {PRODUCTS: "2 * batch * heads * target_length * source_length * (d_model / heads)"},
    {"projections + products": "float(projections + products)"},
    "Your multiplications are a float, as `/` gives it, and not exact for large models. H · (D / H) is D: no division "
    "is needed.",
)
cost.also(
    {
        f"projections = {DENSE}": "width = d_model // heads\n"
        "projections = batch * heads * width * d_model * 2 * (source_length + target_length)",
        f"products = {PRODUCTS}": "products = batch * heads * (target_length * width * source_length) * 2",
    },
    name="counts_by_heads",
)


@correct("attention_cost")
def adds_products_of_shapes(batch, heads, target_length, source_length, d_model):
    def product(rows, inner, columns, times=1):
        return batch * times * rows * inner * columns

    width = d_model // heads
    total = sum(product(length, d_model, d_model) for length in 2 * [target_length, source_length])
    total += product(target_length, width, source_length, heads) + product(target_length, source_length, width, heads)
    return [total, batch * heads * target_length * source_length]


@correct("attention_cost")
def factors_out(batch, heads, target_length, source_length, d_model):
    t, s, d = target_length, source_length, d_model
    return 2 * batch * d * (d * t + d * s + t * s), batch * heads * t * s


tied = right("TiedProjection")
PRODUCT = "ops.matmul(x, ops.transpose(self.embedding.embeddings))"
BUILD = "if not self.embedding.built:\n    self.embedding.build()"
CONFIG = '"embedding": keras.saving.serialize_keras_object(self.embedding)'
tied.edit(
    {PRODUCT: f"{PRODUCT} / x.shape[-1] ** 0.5"},
    {PRODUCT: f"{PRODUCT} * x.shape[-1] ** -0.5"},
    {PRODUCT: f"{PRODUCT} * x.shape[-1] ** 0.5"},
    "You scale the logits by √D. Here there is no scale: the product is the logits.",
)
tied.edit(
    {PRODUCT: "ops.matmul(x, self.embedding.embeddings)"},
    "The matrix is (V, D), and x has D numbers: exchange the two axes of the matrix with `ops.transpose`.",
)
tied.edit(
    {PRODUCT: "ops.matmul(x, ops.reshape(self.embedding.embeddings, (x.shape[-1], -1)))"},
    "Reshape only cuts the numbers anew, so that rows are torn apart. `ops.transpose` exchanges the axes.",
)
tied.edit(
    {PRODUCT: "self.embedding(x)"},
    "You look x up as if it were ids. Logits are a product of x with the embedding's matrix, `embedding.embeddings`.",
)
tied.edit(
    {PRODUCT: f"ops.softmax({PRODUCT})"},
    {PRODUCT: f"ops.log_softmax({PRODUCT})"},
    "You return probabilities. Logits are what comes before softmax: the loss of unit 11 takes softmax itself.",
)
tied.edit(
    {PRODUCT: PRODUCT.replace("self.embedding.embeddings", "ops.stop_gradient(self.embedding.embeddings)")},
    {PRODUCT: PRODUCT.replace("self.embedding.embeddings", "self.embedding.get_weights()[0]")},
    {PRODUCT: PRODUCT.replace("self.embedding.embeddings", "ops.convert_to_numpy(self.embedding.embeddings)")},
    "Both uses train the matrix, and `stop_gradient` or NumPy cuts the gradients of this one. Take "
    "`self.embedding.embeddings` as it is.",
)
tied.edit(
    {
        BUILD: BUILD + "\nself.matrix = ops.transpose(ops.copy(self.embedding.embeddings))",
        PRODUCT: "ops.matmul(x, self.matrix)",
    },
    {
        BUILD: BUILD + "\nself.matrix = ops.convert_to_tensor(self.embedding.get_weights()[0].T)",
        PRODUCT: "ops.matmul(x, self.matrix)",
    },
    "Your layer keeps a copy of the matrix, which stays as it was. Take the embedding's own in `call`.",
)
tied.edit(
    {
        BUILD: "self.matrix = self.add_weight(shape=(self.embedding.output_dim, self.embedding.input_dim))",
        PRODUCT: "ops.matmul(x, self.matrix)",
    },
    {
        BUILD: "self.dense = keras.layers.Dense(self.embedding.input_dim, use_bias=False)\n"
        "self.dense.build(input_shape)",
        PRODUCT: "self.dense(x)",
    },
    "Your layer has a matrix of its own, so nothing is tied. Multiply by the embedding's, `self.embedding.embeddings`.",
)
tied.edit(
    {
        BUILD: f'{BUILD}\nself.bias = self.add_weight(shape=(self.embedding.input_dim,), initializer="zeros")',
        PRODUCT: f"{PRODUCT} + self.bias",
    },
    "Your layer has a bias. The embedding's matrix is to be its only parameter.",
)
tied.edit(
    {BUILD: "pass"},
    "An embedding that was never called has no matrix. Unless it is built, call `self.embedding.build()` in `build`.",
)
tied.edit(
    {"self.embedding.embeddings": 'ops.cast(self.embedding.embeddings, "float32")'},
    {"ops.matmul(x,": 'ops.matmul(ops.cast(x, "float32"),'},
    "You compute in float32 under mixed precision, too. Leave x and the matrix as Keras hands them to you.",
)
tied.edit(
    {CONFIG: '"embedding": self.embedding'},
    "Your configuration holds the layer itself. It is to hold text and numbers only: serialise the layer.",
)
tied.edit(
    {f", {CONFIG}": ""},
    "`get_config` lacks the embedding. Add it, serialised, to what `super().get_config()` gives.",
)
tied.edit(
    {CONFIG: '"embedding": self.embedding.get_config()'},
    "An embedding's own `get_config` does not say what class it is. `keras.saving.serialize_keras_object` does.",
)
tied.edit(
    {"**super().get_config(), ": ""},
    "`get_config` lacks what `super().get_config()` gives, such as the layer's name.",
)
tied.edit(
    {"return {**super()": "return {**super()", PRODUCT: PRODUCT.replace("(x,", "(ops.normalize(x),")},
    "You bring x to length 1. The product is taken with x as it is.",
)
tied.also({PRODUCT: 'ops.einsum("...d,vd->...v", x, self.embedding.embeddings)'}, name="by_einsum")
tied.also({BUILD: "self.embedding.build()"})  # which does nothing where it is built already
tied.also({PRODUCT: "x @ ops.swapaxes(self.embedding.embeddings, 0, 1)"})
tied.also(
    {BUILD: "pass", "self.embedding = embedding": "self.embedding = embedding\nif not embedding.built:\n"
        "    embedding.build()"},
    name="builds_at_once",
)  # fmt: skip


@correct("TiedProjection")
class KeepsTheVariable(keras.layers.Layer):
    def __init__(self, embedding, **kwargs):
        super().__init__(**kwargs)
        embedding.built or embedding.build(None)
        self.table, self.lookup = embedding.embeddings, embedding

    def call(self, hidden):
        return ops.dot(hidden, ops.transpose(self.table))

    def get_config(self):
        return super().get_config() | {"embedding": keras.saving.serialize_keras_object(self.lookup)}

    @classmethod
    def from_config(cls, config):
        config["embedding"] = keras.layers.deserialize(config["embedding"])
        return cls(**config)


model = right("Transformer")
SOURCE_MASK = "source_mask = padding_mask(source)"
CAUSAL_MASK = "causal_mask(ops.shape(target)[1])"
TARGET_MASK = f"combine_masks(padding_mask(target), {CAUSAL_MASK})"
MEMORY = "self.encoder(self.source_embedding(source), mask=source_mask, training=training)"
READ = "self.target_embedding(target), memory, self_mask=target_mask, memory_mask=source_mask, training=training"
TIED = "TiedProjection(self.target_embedding.token_embedding)"
UNTIED = "keras.layers.Dense(target_vocabulary_size)"
TIE = f"""if tie_weights:
            self.projection = {TIED}
        else:
            self.projection = {UNTIED}"""
SOURCES = "PositionalEmbedding(source_vocabulary_size, d_model, max_length)"
TARGETS = SOURCES.replace("source", "target")
STOPPED = "Nothing is dropped in training. Hand `training` on to encoder and decoder as it comes."

model.edit(
    {
        "mask=source_mask, training": "training",
        "self_mask=target_mask, memory_mask=source_mask": f"self_mask={CAUSAL_MASK}",
    },
    "Only the causal mask is there. Padding must be hidden too: of the source in both stacks, of the target in one.",
)
model.edit(
    "memory_mask=source_mask",
    "memory_mask=None",
    "The decoder reads the memory of padding. Give it the source's padding mask as `memory_mask`.",
)
model.edit(
    {"memory_mask=source_mask": "memory_mask=target_mask"},
    "You give the decoder the target's mask for the memory, where it reads the source: T is not S, and all is past.",
)
model.edit(
    "mask=source_mask, training", "training", "Your encoder attends to padding: give it the source's padding mask."
)
model.edit(
    TARGET_MASK,
    "padding_mask(target)",
    "The causal mask is missing: your decoder sees the tokens that it is to guess. Combine both masks of the target.",
)
model.edit(
    TARGET_MASK,
    CAUSAL_MASK,
    "Padding of the target is not hidden. Combine its padding mask with the causal mask.",
)
model.edit(
    "self_mask=target_mask",
    "self_mask=None",
    "Your decoder gets no mask for the target, so it sees the tokens that it is to guess. Give it `self_mask`.",
)
model.edit(
    {
        "mask=source_mask, training": "training",
        "self_mask=target_mask, memory_mask=source_mask, training": "training",
    },
    "Your masks reach neither encoder nor decoder. Hand them on by name: `mask`, `self_mask`, `memory_mask`.",
)
model.edit(
    SOURCE_MASK,
    "source_mask = ops.equal(ops.expand_dims(source, 1), 0)",
    "The source's mask is upside down: True means that a token may be attended to, and 0 is padding.",
)
model.edit(
    {TARGET_MASK: TARGET_MASK.replace(CAUSAL_MASK, f"ops.swapaxes({CAUSAL_MASK}, 1, 2)")},
    "Your causal mask is turned around: each token sees the later ones only. Rows are queries, columns are keys.",
)
model.edit(
    {
        TARGET_MASK: TARGET_MASK.replace(
            CAUSAL_MASK, f'ops.not_equal({CAUSAL_MASK}, ops.eye(ops.shape(target)[1], dtype="bool"))'
        )
    },
    "Your causal mask hides each token from itself too: the first may attend to nothing. Keep the diagonal.",
)
model.edit(
    {"mask=source_mask, training": "mask=combine_masks(source_mask, causal_mask(ops.shape(source)[1])), training"},
    "Your encoder looks at the past alone. Each token of the source may attend to all others that are no padding.",
)
model.edit(
    {"self_mask=target_mask, memory_mask=source_mask": "self_mask=source_mask, memory_mask=target_mask"},
    "Your decoder's two masks have changed places: `self_mask` is the target's, `memory_mask` is the source's.",
)
model.edit(
    {TARGET_MASK: TARGET_MASK.replace("ops.shape(target)[1]", "target.shape[1]")},
    "`target.shape[1]` is None in a graph that is made for any length. `ops.shape(target)[1]` is T all the same.",
    backends=("tensorflow",),
)
model.edit(
    {TARGET_MASK: TARGET_MASK.replace("ops.shape(target)[1]", "ops.shape(source)[1]")},
    "Your causal mask has the source's length. It is the target's own: T rows and T columns.",
)
model.edit(
    'inputs["source"], inputs["target"]',
    'inputs["target"], inputs["source"]',
    'Source and target have changed places: `inputs["source"]` goes to the encoder, `inputs["target"]` to the decoder.',
)
model.edit(
    "self.target_embedding(target), memory, self_mask=target_mask, memory_mask=source_mask",
    "memory, self.target_embedding(target), self_mask=source_mask, memory_mask=padding_mask(target)",
    "Your decoder gets the memory first. It writes the target, so the embedded target comes first, then the memory.",
)
model.edit(
    f"memory = {MEMORY}",
    "memory = self.source_embedding(source)",
    "Your decoder reads the embedded source: the encoder is never called. The memory is what the encoder returns.",
)
model.edit(
    f"self.target_embedding = {TARGETS}",
    "self.target_embedding = self.source_embedding",
    "One embedding serves both languages. Each has a vocabulary, and so an embedding, of its own.",
)
model.edit(
    {SOURCES: SOURCES.replace("source", "target"), TARGETS: TARGETS.replace("target", "source")},
    "The two vocabularies have changed places: each embedding is told the size of its own.",
)
model.edit(
    {f"self.source_embedding = {SOURCES}": "self.source_embedding = keras.layers.Embedding("
     "source_vocabulary_size, d_model)"},
    "Your source has a plain Embedding: no scale, no positions. Use your PositionalEmbedding of unit 7.",
)  # fmt: skip
model.edit(
    {"self.source_embedding(source)": "self.source_embedding(source) * self.d_model**0.5"},
    {"self.target_embedding(target)": "self.target_embedding(target) * self.d_model**0.5"},
    "You scale by √D once more, positions and all. A PositionalEmbedding has scaled its vectors already.",
)
model.edit(
    {TIE: f"self.projection = {UNTIED}"},
    "Your projection is never tied. With `tie_weights` it is a TiedProjection with the target's `token_embedding`.",
)
model.edit(
    {TIE: f"self.projection = {TIED}"},
    "Your projection is always tied. Without `tie_weights` it is a Dense of width V.",
)
model.edit("if tie_weights", "if not tie_weights", "Tied and untied have changed places. Look at `tie_weights` again.")
model.edit(
    TIED,
    "TiedProjection(self.source_embedding.token_embedding)",
    "Your projection is tied to the source's table. Logits stand for target tokens: take the target's.",
)
model.edit(
    {TIED: "keras.layers.Dense(target_vocabulary_size, use_bias=False)"},
    "Your projection has a table of its own, so nothing is tied. Give it the `token_embedding` of target_embedding.",
)
model.edit(UNTIED, f"{UNTIED[:-1]}, use_bias=False)", "The untied projection lacks its bias.")
model.edit(
    {UNTIED: f'{UNTIED[:-1]}, activation="softmax")'},
    {"return self.projection(hidden)": "return ops.softmax(self.projection(hidden))"},
    "You return probabilities. Logits are what comes before softmax: the loss of unit 11 takes softmax itself.",
)
model.edit(
    {"return self.projection(hidden)": "return self.projection(hidden) / self.d_model**0.5"},
    "You scale the logits by √D, as T5 does. Here the product is the logits.",
)
model.edit(
    {READ: READ.replace("(target)", "(target[:, :-1])"), TARGET_MASK: TARGET_MASK.replace("target", "target[:, :-1]")},
    "You cut the last target token off. Whoever calls the model has shifted the target already: T ids give T logits.",
)
model.edit(
    {"self.encoder = Encoder(*sizes, **options)": "self.encoder = Encoder(*sizes, dropout=dropout)",
     "self.decoder = Decoder(*sizes, **options)": "self.decoder = Decoder(*sizes, dropout=dropout)"},
    {"self.decoder = Decoder(*sizes, **options)": "self.decoder = Decoder(*sizes, dropout=dropout)"},
    "A stack is not told `norm_first`. Hand it on to both, encoder and decoder.",
)  # fmt: skip
model.edit(
    {'"dropout": dropout,': '"dropout": 0.1,'},
    {'"dropout": dropout,': ""},
    "Encoder and decoder do not get the dropout that was asked for. Hand the argument `dropout` on to both.",
)
model.edit(
    {"sizes, options = (num_layers, d_model, num_heads, d_ff)": "sizes, options = (num_layers, d_model, num_heads, "
     "4 * d_model)"},
    "The width of your networks is not what was asked: hand on d_ff.",
)  # fmt: skip
model.edit(
    {"sizes, options = (num_layers": "sizes, options = (3"},
    "The number of layers stands fixed in your code. Hand on num_layers.",
)
model.edit(
    {"sizes, options = (num_layers, d_model, num_heads": "sizes, options = (num_layers, d_model, 8"},
    "The number of heads stands fixed in your code. Hand on num_heads.",
)
model.edit(
    "d_model, max_length)",
    "d_model, 512)",
    "max_length stands fixed in your code, so that longer sentences are not refused. Hand on the argument.",
    times=2,
)
model.edit("training=training", "training=True", "Your dropout is always on. Hand on `training` as it comes.", times=2)
model.edit("training=training", "training=False", STOPPED, times=2)
for name in ("norm_first", "tie_weights", "dropout"):
    model.edit(f'"{name}": self.{name},', "", f"`get_config` lacks {name}. It needs all ten arguments, by their names.")
model.edit("**super().get_config(),", "", "`get_config` lacks what `super().get_config()` gives, such as the name.")
model.edit("super().__init__(**kwargs)", "super().__init__()", "Hand `**kwargs` on: `super().__init__(**kwargs)`.")
model.edit(
    "return self.projection(hidden)",
    "return keras.layers.Dense(self.target_vocabulary_size)(hidden)",
    "A Dense is made anew at each call, so nothing it learns is kept. `self.projection` was made in `__init__`.",
)
model.edit(
    'inputs["source"], inputs["target"]',
    "inputs",
    'A dictionary that is unpacked gives its keys. Take the ids out by name: `inputs["source"]`, `inputs["target"]`.',
)
model.also(
    {"def call(self, inputs, training=None)": "def call(self, inputs)", "mask=source_mask, training=training": "mask="
     "source_mask", "memory_mask=source_mask, training=training": "memory_mask=source_mask"},
    name="leaves_training_to_keras",
)  # fmt: skip
model.also(
    {SOURCE_MASK: "source_mask = ops.not_equal(source, 0)[:, None, :]",
     TARGET_MASK: "(target != 0)[:, None, :] & causal_mask(ops.shape(target)[1])"},
    name="combines_by_and",
)  # fmt: skip
model.also(
    {"self.source_embedding(source)": "self.embedding_dropout(self.source_embedding(source), training=training)",
     "self.target_embedding(target)": "self.embedding_dropout(self.target_embedding(target), training=training)",
     "self.max_length = max_length": "self.max_length = max_length\n"
     "self.embedding_dropout = keras.layers.Dropout(dropout)"},
    name="drops_from_embeddings",
)  # fmt: skip


model.also(
    {"def call(self, inputs, training=None):": """def encode(self, source, training):
    return self.encoder(self.source_embedding(source), training=training, mask=padding_mask(source))

def decode(self, target, memory, source, training):
    mask = combine_masks(causal_mask(ops.shape(target)[-1]), None, padding_mask(target))
    x = self.target_embedding(target)
    return self.decoder(x, memory, memory_mask=padding_mask(source), self_mask=mask, training=training)

def call(self, inputs, training=False):""",
     SOURCE_MASK: "",
     f"target_mask = {TARGET_MASK}": "",
     f"memory = {MEMORY}": "memory = self.encode(source, training)",
     f"hidden = self.decoder({READ})": "hidden = self.decode(target, memory, source, training)"},
    name="in_two_steps",
)  # fmt: skip
model.also(
    {TIE: f"self.projection = {TIED} if tie_weights else {UNTIED}",
     "self.num_layers = num_layers": "self.given = {name: value for name, value in locals().items() "
     'if name not in ("self", "kwargs", "__class__")}\nself.num_layers = num_layers',
     "return {\n            **super().get_config(),": "return super().get_config() | dict(self.given)\n_ = {"},
    name="keeps_its_arguments_together",
)  # fmt: skip


count = right("count_parameters")
ROWS = "target_vocabulary_size if shared_vocabulary else source_vocabulary_size + target_vocabulary_size"
BIASED = "d_model * target_vocabulary_size + target_vocabulary_size"
ATTENTION, NETWORK = "4 * (d_model * d_model + d_model)", "d_model * d_ff + d_ff + d_ff * d_model + d_model"
REFUSED = "if shared_vocabulary and source_vocabulary_size != target_vocabulary_size:"
count.edit(
    ATTENTION, "4 * d_model * d_model", "The biases of attention are missing: its four Dense layers have one of D each."
)
count.edit(
    ATTENTION,
    "3 * (d_model * d_model + d_model)",
    "An attention has four Dense layers: for queries, keys, values, and the output.",
)
count.edit(
    {ATTENTION: f"num_heads * {ATTENTION}"},
    "Your attention grows with the heads. Heads cut D into pieces: one Dense of width D serves all of them.",
)
count.edit(
    {NETWORK: "2 * d_model * d_ff"},
    {NETWORK: "2 * (d_model * d_ff + d_ff)"},
    {NETWORK: "2 * (d_model * d_ff + d_model)"},
    "The biases of the network are not counted right: its first Dense has one of F, its second one of D.",
)
count.edit(NETWORK, "d_model * d_ff + d_ff", "Half of the network is missing: a second Dense leads from F back to D.")
count.edit("norm = 2 * d_model", "norm = d_model", "A norm has two vectors, gain and bias: 2 · D numbers.")
count.edit(
    {"network + 2 * norm": "network + norm"},
    {"network + 3 * norm": "network + norm"},
    "Norms are missing. Each branch has one: an encoder layer has two, a decoder layer three.",
)
count.edit(
    {"network + 2 * norm": "network", "network + 3 * norm": "network"},
    "The norms of the layers are missing: two in an encoder layer, three in a decoder layer.",
)
count.edit(
    {"2 * attention + network + 3 * norm": "attention + network + 3 * norm"},
    {"2 * attention + network + 3 * norm": "attention + network + 2 * norm"},
    "A decoder layer has two attentions: to the target itself, and to the memory.",
)
count.edit(
    "(encoder_layer + decoder_layer)",
    "encoder_layer",
    "The decoder is missing. Both stacks have num_layers layers.",
)
count.edit(
    "num_layers * (encoder_layer + decoder_layer)",
    "(encoder_layer + decoder_layer)",
    "You count one layer of each stack. There are num_layers in each.",
)
count.edit(
    {"2 * norm if norm_first else 0": "0"}, "With norm_first each of the two stacks ends in a norm, which is missing."
)
count.edit(
    {"2 * norm if norm_first else 0": "norm if norm_first else 0"},
    "With norm_first *both* stacks end in a norm: encoder and decoder.",
)
count.edit(
    {"2 * norm if norm_first else 0": "2 * norm"},
    {"2 * norm if norm_first else 0": "0 if norm_first else 2 * norm"},
    "The last norms are there with norm_first alone: post-norm layers end in a norm already.",
)
count.edit(
    {"2 * norm if norm_first else 0": "2 * num_layers * norm if norm_first else 0"},
    "The last norm stands once at the end of a stack, not after each of its layers.",
)
count.edit(
    {ROWS: "source_vocabulary_size + target_vocabulary_size"},
    "A shared vocabulary has one table for both languages: count its rows once.",
)
count.edit(
    {ROWS: "target_vocabulary_size"},
    {ROWS: "source_vocabulary_size"},
    "Unless the vocabulary is shared, each language has a table of its own: count the rows of both.",
)
count.edit(
    {"0 if tie_weights else": "0 * target_vocabulary_size if tie_weights else 0 *"},
    "Untied, the projection has parameters of its own, which are missing: a kernel (D, V) and a bias (V,).",
)
count.edit(
    {"0 if tie_weights else ": ""},
    "A tied projection uses the target's table and has nothing of its own. You count its kernel and bias.",
)
count.edit(
    {"0 if tie_weights else": "target_vocabulary_size if tie_weights else"},
    "A tied projection has no bias: it holds nothing of its own.",
)
count.edit(
    BIASED, "d_model * target_vocabulary_size", "The untied projection is a Dense with bias: V numbers more, (V,)."
)
count.edit(
    BIASED,
    BIASED.replace("target", "source"),
    "Your projection has the source's size. Logits stand for target tokens: V is the target's.",
)
count.edit(
    {BIASED: "d_model * target_vocabulary_size + d_model"},
    "The bias of the projection has a number for each token, V, not for each of the D dimensions.",
)
count.edit(
    {"rows * d_model": "(rows + max_length) * d_model"},
    {"rows * d_model": "(rows + 2 * max_length) * d_model"},
    "You count a table of positions. Sinusoidal positions are computed and not trained.",
)
count.edit(
    {"rows * d_model": "0"},
    {"rows * d_model + num_layers": "rows + num_layers"},
    "The tables of embeddings are not counted right: each row holds D numbers.",
)
count.edit(
    {REFUSED: "if False:"},
    "A shared vocabulary of two sizes is let through: raise a ValueError that names both.",
)
count.edit(
    {REFUSED: "if source_vocabulary_size != target_vocabulary_size:"},
    "You refuse two sizes that differ although nothing is shared. Look at `shared_vocabulary` as well.",
)
count.edit(
    'f"source_vocabulary_size={source_vocabulary_size}, target_vocabulary_size={target_vocabulary_size}."',
    '"two sizes"',
    "Your error does not say which sizes came. Name both numbers in its message.",
)
count.edit(
    {"raise ValueError(": "raise TypeError("},
    {"raise ValueError(": "raise Exception("},
    "Raise a `ValueError`: the kind of error is what other code asks for.",
)
count.also({NETWORK: "(d_model + 1) * d_ff + (d_ff + 1) * d_model", ATTENTION: "4 * d_model * (1 + d_model)"})


@correct("count_parameters")
def adds_dense_layers(source_vocabulary_size, target_vocabulary_size, d_model, num_heads, d_ff, num_layers, max_length,
                      dropout=0.1, norm_first=False, tie_weights=True, shared_vocabulary=False):  # fmt: skip
    def dense(inputs, outputs):
        return inputs * outputs + outputs

    sizes = {source_vocabulary_size, target_vocabulary_size} if shared_vocabulary else None
    if sizes and len(sizes) > 1:
        raise ValueError(f"one vocabulary cannot have {source_vocabulary_size} and {target_vocabulary_size} tokens")
    total = target_vocabulary_size * d_model
    if not shared_vocabulary:
        total += source_vocabulary_size * d_model
    for _ in range(num_layers):
        total += 3 * 4 * dense(d_model, d_model)  # three attentions in a pair of layers
        total += 2 * (dense(d_model, d_ff) + dense(d_ff, d_model)) + 5 * 2 * d_model
    total += 4 * d_model * norm_first
    return total + (0 if tie_weights else dense(d_model, target_vocabulary_size))


@correct("count_parameters")
def asks_numpy(source_vocabulary_size, target_vocabulary_size, d_model, num_heads, d_ff, num_layers, max_length,
               dropout=0.1, norm_first=False, tie_weights=True, shared_vocabulary=False):  # fmt: skip
    if shared_vocabulary:
        if source_vocabulary_size != target_vocabulary_size:
            raise ValueError(f"{source_vocabulary_size} is not {target_vocabulary_size}")
        source_vocabulary_size = 0
    d, f, v = d_model, d_ff, target_vocabulary_size
    shapes = num_layers * (12 * [(d, d), (d,)] + 2 * [(d, f), (f,), (f, d), (d,)] + 10 * [(d,)])
    shapes += [(source_vocabulary_size, d), (v, d)] + (4 * [(d,)] if norm_first else [])
    shapes += [] if tie_weights else [(d, v), (v,)]
    return int(sum(np.prod(shape) for shape in shapes))
