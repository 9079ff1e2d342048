"""Unit 07: known answers."""

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, mistake, of, only_on, right


def sinusoidal_positions(length, depth):
    """What the answers below build on: in a notebook, the learner's own."""
    angle = ops.arange(length, dtype="float32")[:, None] / 10000 ** (ops.arange(0, depth, 2, dtype="float32") / depth)
    return ops.reshape(ops.stack([ops.sin(angle), ops.cos(angle)], axis=-1), (length, depth))


@correct("sinusoidal_positions")
def stacks_sines_and_cosines(length, depth):
    if depth % 2:
        raise ValueError(f"depth must be even; received depth={depth}")
    angle = ops.arange(length, dtype="float32")[:, None] / 10000 ** (ops.arange(0, depth, 2, dtype="float32") / depth)
    return ops.reshape(ops.stack([ops.sin(angle), ops.cos(angle)], axis=-1), (length, depth))


@correct("sinusoidal_positions")
def picks_sine_or_cosine_by_column(length, depth):
    if depth % 2 == 1:
        raise ValueError(f"an odd depth, {depth}, has half a pair")
    column = ops.arange(depth)
    speed = ops.exp(-np.log(10000.0) / depth * ops.cast(column - column % 2, "float32"))
    angle = ops.expand_dims(ops.arange(length, dtype="float32"), 1) * speed
    return ops.where(column % 2 == 0, ops.sin(angle), ops.cos(angle))


@correct("sinusoidal_positions")
def shifts_the_sine_for_a_cosine(length, depth):
    half, rest = divmod(depth, 2)
    if rest:
        raise ValueError(f"depth={depth} is odd")
    speed = ops.repeat(10000.0 ** (-ops.arange(half, dtype="float32") / half), 2)
    quarter = ops.tile(ops.convert_to_tensor([0.0, np.pi / 2], dtype="float32"), [half])
    return ops.sin(ops.outer(ops.arange(length, dtype="float32"), speed) + quarter)


@correct("sinusoidal_positions")
def fills_a_numpy_table(length, depth):
    if depth % 2 != 0:
        raise ValueError(f"Depth has to be even, but it is {depth}.")
    table = np.zeros((length, depth), "float32")
    angle = np.arange(length)[:, None] / 10000 ** (np.arange(0, depth, 2) / depth)
    table[:, 0::2] = np.sin(angle)
    table[:, 1::2] = np.cos(angle)
    return ops.convert_to_tensor(table)


@correct("sinusoidal_positions")
def interleaves_by_an_order_of_columns(length, depth):
    if depth % 2 != 0:
        raise ValueError(f"Depth has to be even, but it is {depth}.")
    twice_i = ops.arange(0, depth, 2, dtype="float32")
    angle = ops.arange(length, dtype="float32")[:, None] / ops.power(10000.0, twice_i / depth)
    halves = ops.concatenate([ops.sin(angle), ops.cos(angle)], axis=-1)
    order = [pair + half for pair in range(depth // 2) for half in (0, depth // 2)]
    return ops.take(halves, ops.convert_to_tensor(order), axis=1)


ODD = 'if depth % 2: raise ValueError(f"depth must be even; received depth={depth}")'
POWERS = '10000 ** (ops.arange(0, depth, 2, dtype="float32") / depth)'
PAIRED = "ops.reshape(ops.stack([ops.sin(angle), ops.cos(angle)], axis=-1), (length, depth))"
HALVES = "ops.concatenate([ops.sin(angle), ops.cos(angle)], axis=-1)"
ALTERNATING = "ops.where(ops.arange(depth) % 2 == 0, ops.sin(angle), ops.cos(angle))"
ODD_TO_NUMPY = 'if depth % 2 != 0: raise ValueError(f"Depth has to be even, but it is {depth}.")'


right("sinusoidal_positions", "stacks_sines_and_cosines").edits(
    {
        (
            "You wrote all sines, then all cosines: the “concatenated halves” of other code. "
            "Here they alternate: stack them."
        ): {PAIRED: HALVES},
        (
            "These are tensor2tensor's halves, with speeds spaced by D/2 − 1. Here sin and "
            "cos alternate, with 10000^(2i/D)."
        ): [
            {
                POWERS: f'ops.power(10000.0, ops.arange(depth // 2, dtype="float32") / {last})',
                PAIRED: HALVES,
            }
            for last in ("(depth / 2 - 1)", "max(depth // 2 - 1, 1)")
        ],
        "Your speeds are spaced by D/2 − 1, so the last clock is too slow. Pair i has the speed 1 / 10000^(2i/D).": {
            POWERS: 'ops.power(10000.0, ops.arange(depth // 2, dtype="float32") / max(depth // 2 - 1, 1))'
        },
        "Sine and cosine have changed places: the sine of each pair comes first.": {
            "ops.sin": "ops.cos",
            "ops.cos": "ops.sin",
        },
        "Your exponent is i/D, so clocks slow down half as fast. It is 2i/D: 0, 2/D, 4/D …": {"0, depth,": "depth //"},
        "Your exponent is 4i/D: doubled twice, or divided by D/2. It is 2i/D.": {
            "10000 ** (ops.arange": "ops.power(10000.0, 2 * ops.arange"
        },
        (
            "Each column has a speed of its own. Sine and cosine of a pair share one "
            "angle: i counts pairs, not columns."
        ): [
            {"10000 ** (ops.arange(0, depth, 2": "ops.power(10000.0, ops.arange(depth", PAIRED: ALTERNATING},
            {"10000 ** (ops.arange(0, depth, 2": "ops.power(10000.0, 2 * ops.arange(depth", PAIRED: ALTERNATING},
        ],
        "Your clocks get faster instead of slower. Divide by the power of 10000.": [
            {"[:, None] /": "[:, None] *"},
            of("fills_a_numpy_table", {"[:, None] /": "[:, None] *"}),
        ],
        "Your base is 1000, and the slow clocks run too fast. The paper takes 10000.": {
            "10000 ** (ops.arange": "1000 ** (ops.arange"
        },
        "You took exp(−2i/D), whose base is e. The base is 10000: multiply by its logarithm.": {
            "None] / 10000 ** (": "None] * ops.exp(-"
        },
        (
            "`10000 ** 2 * i / depth` is (10000 ** 2) · i / depth: the power binds first. Write `10000 ** (2 * i / "
            "depth)`."
        ): {"10000 ** (ops.arange(0, depth, 2,": "10000**2 * (ops.arange(depth // 2,"},
        "You count positions from 1. The first word stands at 0: its row is 0, 1, 0, 1 …": {
            "length, dtype": "1, length + 1, dtype"
        },
        "Only row 0 is filled, all others are zeros. Does your `return` stand inside the loop?": of(
            "fills_a_numpy_table",
            {
                "table[:, 0": "table[0, 0",
                "sin(angle": "sin(angle[0]",
                "table[:, 1": "table[0, 1",
                "cos(angle": "cos(angle[0]",
            },
        ),
        "There are only sines. Column 2i + 1 is the cosine of the angle whose sine is in 2i.": {
            PAIRED: "ops.repeat(ops.sin(angle), 2, axis=-1)"
        },
        "All your clocks have one speed: every exponent is 0, or missing. (`//` makes it 0 too: use `/`.)": {
            POWERS: 'ops.cast(10000 ** (ops.arange(0, depth, 2) // depth), "float32")'
        },
        "You divide by 512, the width in the paper. Divide by the depth that you are given.": {"/ depth": "/ 512"},
        "You converted degrees. Sine and cosine take radians: leave the angle as it is.": {
            "return": "angle = angle * (np.pi / 180); return"
        },
        "Rows and columns have changed places. A row is a position: (length, depth).": {
            PAIRED: f"ops.transpose({PAIRED})"
        },
        "You added a batch axis. The table has two axes only: (length, depth).": {", (length": ", (1, length"},
        "You stacked along the wrong axis, and reshape mixed the rows. Sine and cosine go side by side: `axis=-1`.": {
            "-1": "0"
        },
        "An odd depth gets a table all the same. Raise a ValueError that names the depth.": [
            {ODD: "", "depth))": "-1))[:, :depth]"},
            of("fills_a_numpy_table", {ODD_TO_NUMPY: "", "(0, depth": "(0, depth - 1", "0::2": "0 : depth - 1 : 2"}),
        ],
        "You return the error, as if it were a table. Errors are raised: `raise ValueError(…)`.": {
            "raise ValueError": "return ValueError"
        },
        (
            "You refuse an even depth, and let an odd one pass. `depth % 2` is 1, which "
            "counts as true, for an odd depth."
        ): {"depth % 2": "depth % 2 == 0"},
        "Your ValueError does not say which depth came. Put it into the message.": {
            'ValueError(f"depth must be even; received depth={depth}")': 'ValueError("depth must be even")'
        },
        (
            "An odd depth breaks somewhere inside, without a clear word. Ask `depth % 2` first, and raise a ValueError."
        ): [
            {ODD: ""},
            of("fills_a_numpy_table", {ODD_TO_NUMPY: "", "ops.convert_to_tensor(table)": "table"}),
        ],
        "`assert` raises an AssertionError, and may be skipped. Write `raise ValueError(…)`.": {
            ODD: 'assert depth % 2 == 0, f"depth must be even; received depth={depth}"'
        },
        "Your table holds float64, NumPy's habit. Cast it to float32 at the end.": of(
            "fills_a_numpy_table", {'"float32"': '"float64"', "ops.convert_to_tensor(table)": "table"}
        ),
        "Half precision cannot hold these angles: it has no number 2049. Use float32.": {
            'length, dtype="float32"': 'length, dtype="float16"',
            POWERS: 'ops.power(ops.cast(10000.0, "float16"), ops.arange(0, depth, 2, dtype="float16") / depth)',
            PAIRED: f'ops.cast({PAIRED}, "float32")',
        },
        "A tensor cannot be filled by columns. Compute sines and cosines, then stack them.": only_on(
            ("tensorflow", "jax"),
            {
                "return ops.reshape(ops.stack([ops.sin(angle), ops.cos(angle)], axis=-1), (length, depth))": """
            table = ops.zeros((length, depth))
            table[:, 0::2] = ops.sin(angle)
            table[:, 1::2] = ops.cos(angle)
            return table
            """
            },
        ),
        (
            "Positions are whole numbers, speeds are not, and TensorFlow won't divide one "
            "by the other. Make both float32."
        ): [
            only_on(
                ("tensorflow",),
                {'length, dtype="float32"': "length", "10000 ** (ops.arange": "ops.power(10000.0, ops.arange"},
            ),
            only_on(("tensorflow",), {'length, dtype="float32"': "length", '2, dtype="float32"': "2"}),
        ],
        (
            "Whole numbers divided give float64 in TensorFlow, which won't meet float32. Make "
            "`ops.arange` float32: `dtype=`."
        ): only_on(("tensorflow",), {'2, dtype="float32"': "2"}),
        "The slow clocks stand left. Pair 0 is the fastest of all: its speed is 1.": {
            POWERS: 'ops.flip(ops.power(10000.0, ops.arange(0, depth, 2, dtype="float32") / depth))'
        },
        (
            "NumPy's sine got a tensor of `keras.ops`, which a compiled graph cannot "
            "allow. Take `ops.sin` and `ops.cos`."
        ): only_on(
            ("tensorflow", "jax"),
            {PAIRED: "np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(length, depth)"},
        ),
    }
)


@correct("PositionalEmbedding")
class AsPlainAsCanBe(keras.layers.Layer):
    def __init__(self, vocabulary_size, d_model, max_length, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size, self.d_model, self.max_length = vocabulary_size, d_model, max_length
        self.token_embedding = keras.layers.Embedding(vocabulary_size, d_model)
        self.positions = sinusoidal_positions(max_length, d_model)

    def call(self, ids):
        if ids.shape[-1] is not None and ids.shape[-1] > self.max_length:
            raise ValueError(f"received length={ids.shape[-1]}, max_length={self.max_length}")
        words = self.token_embedding(ids) * self.d_model**0.5
        return words + ops.cast(self.positions[: ops.shape(ids)[-1]], words.dtype)

    def get_config(self):
        sizes = {"vocabulary_size": self.vocabulary_size, "d_model": self.d_model, "max_length": self.max_length}
        return {**super().get_config(), **sizes}


@correct("PositionalEmbedding")
class KeepsTheTableAsAWeight(keras.layers.Layer):
    def __init__(self, vocabulary_size, d_model, max_length, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size, self.d_model, self.max_length = vocabulary_size, d_model, max_length
        self.token_embedding = keras.layers.Embedding(vocabulary_size, d_model)

    def build(self, shape):
        self.table = self.add_weight(
            shape=(self.max_length, self.d_model),
            initializer=lambda shape, dtype: ops.cast(sinusoidal_positions(*shape), dtype),
            trainable=False,
            name="table",
        )
        self.token_embedding.build(shape)

    def call(self, ids):
        if ids.shape[-1] is not None and ids.shape[-1] > self.max_length:
            raise ValueError(f"received length={ids.shape[-1]}, max_length={self.max_length}")
        words = self.token_embedding(ids) * self.d_model**0.5
        return words + ops.cast(self.table[: ops.shape(ids)[1]], words.dtype)

    def get_config(self):
        sizes = {"vocabulary_size": self.vocabulary_size, "d_model": self.d_model, "max_length": self.max_length}
        return {**super().get_config(), **sizes}


@correct("PositionalEmbedding")
class LooksUpItsPlaces(keras.layers.Layer):
    def __init__(self, vocabulary_size, d_model, max_length, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size, self.d_model, self.max_length = vocabulary_size, d_model, max_length
        self.token_embedding = keras.layers.Embedding(vocabulary_size, d_model, name="words")
        self.places = ops.convert_to_numpy(sinusoidal_positions(max_length, d_model))

    def call(self, ids):
        batch, length = ids.shape
        if length is not None and not length <= self.max_length:
            raise ValueError(f"At most {self.max_length} ids fit; received {length}.")
        words = ops.multiply(self.token_embedding(ids), self.d_model**0.5)
        places = ops.take(ops.convert_to_tensor(self.places), ops.arange(ops.shape(ids)[1]), axis=0)
        return ops.add(words, ops.cast(ops.expand_dims(places, 0), self.compute_dtype))

    def get_config(self):
        config = super().get_config()
        config.update(vocabulary_size=self.vocabulary_size, d_model=self.d_model, max_length=self.max_length)
        return config


@correct("PositionalEmbedding")
class LeavesTheConfigToKeras(keras.layers.Layer):
    def __init__(self, vocabulary_size, d_model, max_length, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size, self.d_model, self.max_length = vocabulary_size, d_model, max_length
        self.token_embedding = keras.layers.Embedding(vocabulary_size, d_model)

    def call(self, ids):
        if ids.shape[-1] is not None and ids.shape[-1] > self.max_length:
            raise ValueError(f"received length={ids.shape[-1]}, max_length={self.max_length}")
        words = self.token_embedding(ids) * self.d_model**0.5
        return words + ops.cast(sinusoidal_positions(ops.shape(ids)[-1], self.d_model), words.dtype)


@correct("PositionalEmbedding")
class FreezesAnEmbeddingOfPlaces(keras.layers.Layer):
    def __init__(self, vocabulary_size, d_model, max_length, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size, self.d_model, self.max_length = vocabulary_size, d_model, max_length
        self.token_embedding = keras.layers.Embedding(vocabulary_size, d_model)
        self.place_embedding = keras.layers.Embedding(max_length, d_model, trainable=False)
        self.place_embedding.build((None,))
        self.place_embedding.set_weights([sinusoidal_positions(max_length, d_model)])

    def call(self, ids):
        if ids.shape[-1] is not None and ids.shape[-1] > self.max_length:
            raise ValueError(f"received length={ids.shape[-1]}, max_length={self.max_length}")
        words = self.token_embedding(ids) * self.d_model**0.5
        return words + self.place_embedding(ops.arange(ops.shape(ids)[-1]))

    def get_config(self):
        sizes = {"vocabulary_size": self.vocabulary_size, "d_model": self.d_model, "max_length": self.max_length}
        return {**super().get_config(), **sizes}


TOO_LONG = (
    "if ids.shape[-1] is not None and ids.shape[-1] > self.max_length: "
    'raise ValueError(f"received length={ids.shape[-1]}, max_length={self.max_length}")'
)
FIRST_ROWS = "self.positions[: ops.shape(ids)[-1]]"
PLACES = f"ops.cast({FIRST_ROWS}, words.dtype)"
TABLE = "self.positions = sinusoidal_positions(max_length, d_model)"
ANOTHER_TABLE = """
angle = np.arange(max_length)[:, None] / 10000 ** (np.arange({}) / d_model)
self.positions = ops.convert_to_tensor({}.reshape(max_length, d_model), dtype="float32")
"""


right("PositionalEmbedding", "AsPlainAsCanBe").edits(
    {
        "`mask_zero=True` passes a mask on behind the call, where some layers lose it. Leave it off.": {
            "(vocabulary_size, d_model)": "(vocabulary_size, d_model, mask_zero=True)"
        },
        "Your ValueError does not say what came. Put the length of the batch and max_length into its message.": {
            'f"received length={ids.shape[-1]}, max_length={self.max_length}"': '"the sentence is too long"'
        },
        (
            "Your table is a NumPy array, which a length of the graph cannot cut. Make it a "
            "tensor: `ops.convert_to_tensor`."
        ): only_on(
            ("tensorflow",),
            {"sinusoidal_positions(max_length, d_model)": "np.asarray(sinusoidal_positions(max_length, d_model))"},
        ),
        "`ids.shape[-1]` is None while a graph is made for any length. Take T from `ops.shape(ids)[-1]`.": only_on(
            ("tensorflow",), {"ops.shape(ids)": "ids.shape"}
        ),
        "While a graph is made the length may be None, which cannot be compared. Ask `is not None` first.": only_on(
            ("tensorflow",), {"is not None and ids.shape[-1]": ""}
        ),
        "`if` cannot ask a tensor while a graph is made. Ask `ids.shape[-1]`, which is a number or None.": only_on(
            ("tensorflow",),
            {
                TOO_LONG: """
            length = ops.shape(ids)[-1]
            if length > self.max_length:
                raise ValueError(f"received length={length}, max_length={self.max_length}")
            """
            },
        ),
        "Your words are not multiplied by √D. Without the factor the positions drown them: `* self.d_model**0.5`.": {
            "* self.d_model**0.5": ""
        },
        "You multiply by D itself. The factor is its square root, √D: `self.d_model**0.5`.": {
            "self.d_model**0.5": "self.d_model"
        },
        "You divide by √D. Attention does that to its scores; here words are made larger: multiply.": {
            "(ids) *": "(ids) /"
        },
        "You multiply words *and* positions by √D. Multiply the words first, and add the positions after that.": {
            "* self.d_model**0.5": "",
            f"words + {PLACES}": f"(words + {PLACES}) * self.d_model**0.5",
        },
        "Your factor is the root of another number than D, the width of the words: `self.d_model**0.5`.": [
            {"self.d_model**0.5": "self.vocabulary_size**0.5"},
            {"self.d_model**0.5": "self.max_length**0.5"},
        ],
        "Row 0 is added to every word, so no place differs from another. Cut the table to T rows: `positions[:T]`.": {
            "ops.shape(ids)[-1]": "1"
        },
        "No positions are added: every place looks alike. Add the first T rows of the sinusoidal table.": {
            f"words + {PLACES}": "words"
        },
        "Your positions are learned, by a second Embedding. Add the fixed rows of your sinusoidal table instead.": {
            "self.positions = sinusoidal_positions": "self.position_embedding = keras.layers.Embedding",
            PLACES: "self.position_embedding(ops.arange(ops.shape(ids)[-1]))",
        },
        (
            "Your table of positions is a weight that is trained. Keep it as a plain tensor, or pass `trainable=False`."
        ): {
            "self.positions = sinusoidal_positions(max_length, d_model)": """
            self.positions = self.add_weight(shape=(max_length, d_model), initializer="zeros")
            self.positions.assign(sinusoidal_positions(max_length, d_model))
            """
        },
        "You multiply words by positions: where a sine is 0, the word is gone. Add them.": {"words +": "words *"},
        "Your places are those of a `sinusoidal_positions` that is not right yet: mend exercise 1 first.": [
            {TABLE: ANOTHER_TABLE.format("0, d_model, 2", "np.concatenate([np.sin(angle), np.cos(angle)], axis=-1)")},
            {TABLE: ANOTHER_TABLE.format("0, d_model, 2", "np.stack([np.cos(angle), np.sin(angle)], axis=-1)")},
            {TABLE: ANOTHER_TABLE.format("d_model // 2", "np.stack([np.sin(angle), np.cos(angle)], axis=-1)")},
        ],
        "You put words and positions side by side, and the width doubles. Add them: the shape is (B, T, D).": {
            f"words + {PLACES}": f"ops.concatenate([words, ops.broadcast_to({PLACES}, ops.shape(words))], axis=-1)"
        },
        (
            "You look up positions by the *id*: the same word has the same place "
            "everywhere. Row t belongs to position t."
        ): [
            {
                "(max_length": "(max(max_length, vocabulary_size)",
                FIRST_ROWS: "ops.take(self.positions, ids, axis=0)",
            },
            {FIRST_ROWS: "ops.take(self.positions, ids, axis=0)"},
            only_on(("jax", "torch"), {": ops.shape(ids)[-1]": "ids"}),
        ],
        (
            "Your positions count sentences, not words: they run along the batch. Cut the "
            "table to T, the last axis of ids."
        ): [
            {PLACES: "ops.expand_dims(ops.cast(self.positions[:ops.shape(ids)[0]], words.dtype), 1)"},
            {"(ids)[-1]": "(ids)[0]"},
        ],
        (
            "Your places have the shape (T, 1, D), so T meets the sentences. Leave them (T, "
            "D): broadcasting repeats them."
        ): {PLACES: f"ops.expand_dims({PLACES}, 1)"},
        "You count positions from the end of the sentence. The first word has row 0, however long the sentence is.": {
            PLACES: f"ops.flip({PLACES}, axis=0)"
        },
        "You take the last rows of the table, not the first. Position 0 is row 0: `positions[:T]`.": {
            ": ops.shape(ids)[-1]": "self.max_length - ops.shape(ids)[-1]:"
        },
        (
            "Your positions start at 1, and the first word stands at 0. Look at "
            "`positions[:T]`, and at your exercise 1."
        ): {"(max_length": "(max_length + 1", ": ops.shape(ids)[-1]": "1:ops.shape(ids)[-1] + 1"},
        (
            "All max_length rows are added. Cut the table to T, `positions[:T]`; if it has "
            "a batch axis, mend exercise 1."
        ): [
            (
                "sinusoidal_positions(max_length, d_model)",
                "ops.expand_dims(sinusoidal_positions(max_length, d_model), 0)",
            ),
            {"[: ops.shape(ids)[-1]]": ""},
        ],
        "Padding gets no position in your layer. Every place gets its row; masks deal with padding, in attention.": {
            "ops.cast(": "ops.cast(ops.not_equal(ids, 0), words.dtype)[:, :, None] * ops.cast("
        },
        "You compare the number of sentences, B, with max_length. The length of a sentence is `ids.shape[-1]`.": {
            TOO_LONG: """
            if ids.shape[0] is not None and ids.shape[0] > self.max_length:
                raise ValueError(f"received length={ids.shape[0]}, max_length={self.max_length}")
            """
        },
        "A batch that is one word too long still gets in: any T above max_length must be refused.": {
            "> self.max_length": "> self.max_length + 1"
        },
        (
            "A batch longer than max_length breaks somewhere inside. Compare T with max_length "
            "first, and raise a ValueError."
        ): {TOO_LONG: ""},
        (
            "A batch longer than max_length gets positions all the same. Compare T with "
            "max_length, and raise a ValueError."
        ): {
            TABLE: "",
            TOO_LONG: "",
            FIRST_ROWS: "sinusoidal_positions(ops.shape(ids)[-1], self.d_model)",
        },
        "A batch longer than max_length is cut, and words vanish without a sound. Raise a ValueError.": {
            TOO_LONG: "ids = ids[:, :self.max_length]"
        },
        "You refuse a batch of exactly max_length. Only more than max_length is too long: `>`, not `>=`.": {
            "ids.shape[-1] >": "ids.shape[-1] >="
        },
        "`assert` raises an AssertionError, and Python may skip it. Write `raise ValueError(…)`.": {
            TOO_LONG: """
            length = ids.shape[-1]
            assert length is None or length <= self.max_length, f"received {length}, max_length={self.max_length}"
            """
        },
        (
            "In half precision words are float16. Give your places that dtype, not float32: "
            "`ops.cast(places, words.dtype)`."
        ): [
            {PLACES: FIRST_ROWS},
            {f"words + {PLACES}": f'ops.cast(words, "float32") + {FIRST_ROWS}'},
        ],
        "The embedding goes by another name. Keep it as `self.token_embedding`: later units look for it there.": (
            "self.token_embedding",
            "self.embedding",
            2,
        ),
        "Each call makes a new Embedding, so nothing is ever learned. Make it once, in `__init__`.": [
            {
                "keras.layers.Embedding(vocabulary_size, d_model)": "None",
                "words =": """
            self.token_embedding = keras.layers.Embedding(self.vocabulary_size, self.d_model)
            words =
            """,
            },
            {
                "self.token_embedding = keras.layers.Embedding(vocabulary_size, d_model)": "",
                "self.token_embedding(ids)": "keras.layers.Embedding(self.vocabulary_size, self.d_model)(ids)",
            },
        ],
        (
            "No gradient reaches the embedding: `stop_gradient` or `trainable=False` cuts "
            "it off. Words are to be learned."
        ): [
            {"self.token_embedding(ids)": "ops.stop_gradient(self.token_embedding(ids))"},
            {"(vocabulary_size, d_model)": "(vocabulary_size, d_model, trainable=False)"},
        ],
        "The arguments of the Embedding are swapped: first the number of ids, vocabulary_size, then the width.": {
            "(vocabulary_size, d_model)": "(d_model, vocabulary_size)"
        },
        "Your embedding has a row too many: vocabulary_size counts all ids, the one of [PAD] included.": {
            "(vocabulary_size": "(vocabulary_size + 1"
        },
        "`get_config` leaves out max_length, so a saved layer cannot be made again. Return all three arguments.": {
            ', "max_length": self.max_length': ""
        },
        (
            "`get_config` returns your arguments only, and the layer's name and dtype are "
            "lost. Add `**super().get_config()`."
        ): {"**super().get_config(), **sizes": "**sizes"},
        "`get_config` returns Keras' part alone. Add vocabulary_size, d_model and max_length to it.": {
            "**super().get_config(), **sizes": "**super().get_config()"
        },
        "`update` changes the dictionary and returns None. Update first, then return the dictionary.": {
            "{**super().get_config(), **sizes}": "super().get_config().update(sizes)"
        },
        "One of your three keys is not the name of its argument: vocabulary_size, d_model, max_length.": {
            '"vocabulary_size"': '"vocab_size"'
        },
        (
            "`get_config` returns a wrong number for max_length. Each argument goes back "
            "under its own name, as it came."
        ): {": self.max_length": ": self.d_model"},
        (
            "`__init__` must take `**kwargs` and hand them to `super().__init__(**kwargs)`: "
            "the name and dtype come that way."
        ): {", **kwargs": "", "(**kwargs)": "()"},
        (
            "`__init__` takes `**kwargs` and drops them. Hand them on, name, dtype and "
            "all: `super().__init__(**kwargs)`."
        ): {"(**kwargs)": "()"},
        (
            "`super().__init__(**kwargs)` is missing or comes too late. It stands first: "
            "then Keras can keep your layers."
        ): {"super().__init__(**kwargs)": ""},
    }
)


right("PositionalEmbedding", "KeepsTheTableAsAWeight").also(
    {
        "self.token_embedding = keras.layers.Embedding(vocabulary_size, d_model)": """
            self.row = ops.convert_to_tensor(sinusoidal_positions(max_length, d_model))
            """,
        """
            self.table = self.add_weight(
                shape=(self.max_length, self.d_model),
                initializer=lambda shape, dtype: ops.cast(sinusoidal_positions(*shape), dtype),
                trainable=False,
                name="table",
            )
            """: (
            "self.token_embedding = keras.layers.Embedding(self.vocabulary_size, self.d_model, dtype=self.dtype_policy)"
        ),
        "(shape)": """
            (shape)
            self.built = True
            """,
        "ops.cast(self.table[: ops.shape(ids)[1]], words.dtype)": """
            ops.cast(self.row, words.dtype)[None, :ops.shape(words)[1]]
            """,
    }
)


@correct("relative_position_bias")
def shifts_before_it_clips(query_length, key_length, table):
    rows, heads = table.shape
    row = ops.arange(key_length)[None, :] - ops.arange(query_length)[:, None] + rows // 2
    row = ops.minimum(ops.maximum(row, 0), rows - 1)
    return ops.stack([ops.take(table[:, head], row, axis=0) for head in range(heads)])


@correct("relative_position_bias")
def multiplies_with_one_hot_rows(query_length, key_length, table):
    reach = (table.shape[0] - 1) // 2
    distance = ops.clip(ops.arange(key_length)[None, :] - ops.arange(query_length)[:, None], -reach, reach)
    chosen = ops.cast(distance[:, :, None] + reach == ops.arange(table.shape[0]), table.dtype)  # (T, S, 2R + 1)
    return ops.sum(chosen[None] * ops.transpose(table)[:, None, None, :], axis=-1)


@correct("relative_position_bias")
def collects_rows_in_a_loop(query_length, key_length, table):
    reach = (table.shape[0] - 1) // 2
    rows = []
    for t in range(query_length):
        rows.append(ops.stack([table[max(-reach, min(reach, s - t)) + reach] for s in range(key_length)]))
    return ops.moveaxis(ops.stack(rows), -1, 0)


CLIPPED = "ops.clip(distance, -reach, reach) + reach"


right("relative_position_bias").edits(
    {
        "Your distance is query − key, so back and ahead are swapped. It is key position − query position.": {
            "(key_length)": "(query_length)",
            "None, :": ":, None",
            "(query_length)": "(key_length)",
            ":, None": "None, :",
        },
        "Far distances run past the ends of the table. Clip them to −R … R before you look them up.": {
            CLIPPED: "distance + reach"
        },
        "You clip at 0 too: every key ahead of the query counts as the query itself. Clip to −R … R, then add R.": {
            "-reach, reach": "-reach, 0"
        },
        "You look up the distance itself, and −1 means the last row. Add R: distance −R stands in row 0.": {
            CLIPPED: "ops.clip(distance, -reach, reach)"
        },
        "You clip at 0 too: every key behind the query counts as the query itself. Clip to −R … R, then add R.": {
            "-reach": "0"
        },
        "The head axis stands last. A look-up puts it there; bring it to the front with `ops.transpose`.": {
            "ops.transpose(bias, (2, 0, 1))": "bias"
        },
        (
            "Your shape is (H, S, T). Queries are the column, `[:, None]`, keys the row; "
            "and (2, 0, 1) keeps T before S."
        ): {"bias, (2, 0, 1)": "bias"},
        "A reshape to (H, T, S) mixes heads and keys: it only counts numbers. `ops.transpose` moves axes.": {
            "ops.transpose": "ops.reshape",
            "(2, 0, 1)": "(table.shape[1], query_length, key_length)",
        },
        "You added a batch axis. The bias is the same for every sentence: (H, T, S).": {
            "(2, 0, 1))": "(2, 0, 1))[None]"
        },
        (
            "Your R is too large by one: a table of 2R + 1 rows has R = (rows − 1) // 2, "
            "and its middle row is distance 0."
        ): [
            {"table.shape[0] - 1": "table.shape[0] + 1", CLIPPED: f"ops.clip({CLIPPED}, 0, table.shape[0] - 1)"},
            {"table.shape[0] - 1": "table.shape[0] + 1"},
        ],
        "You took rows − 1 for R: that is 2R. R is half of it: `(table.shape[0] - 1) // 2`.": {
            "(table.shape[0] - 1) // 2": "table.shape[0] - 1"
        },
        "You read R off the heads, `table.shape[1]`. The distances are the rows: `(table.shape[0] - 1) // 2`.": {
            "table.shape[0]": "table.shape[1]"
        },
        "R must be a whole number, and `/` gives a float. Write `(table.shape[0] - 1) // 2`.": only_on(
            ("tensorflow", "jax"), {"(table.shape[0] - 1) // 2": "(table.shape[0] - 1) / 2"}
        ),
        "The last row of your table is never used: row numbers run from 0 to 2R, and 2R is included.": {
            CLIPPED: "ops.clip(distance + reach, 0, 2 * reach - 1)"
        },
        "You clip at R − 1, and the outermost rows of the table are never used. R itself is still a distance.": {
            "-reach, reach": "-max(reach - 1, 0), max(reach - 1, 0)"
        },
        (
            "The middle of your table follows the length of the sentence. It is R, from the "
            "rows: `(table.shape[0] - 1) // 2`."
        ): {
            "(table.shape[0] - 1) // 2": "query_length - 1",
            CLIPPED: f"ops.clip({CLIPPED}, 0, table.shape[0] - 1)",
        },
        "You wrote R = 1, which fits the example only. Read R off the table: `(table.shape[0] - 1) // 2`.": {
            "(table.shape[0] - 1) // 2": "1"
        },
        (
            "Words further off than R get 0. They share the first or the last row of the "
            "table: clip the distance instead."
        ): {"bias, (2": "ops.where(ops.abs(distance)[:, :, None] <= reach, bias, 0.0), (2"},
        "Far distances start again at the other end of the table. Clip them, do not take the remainder.": {
            CLIPPED: "ops.mod(distance + reach, table.shape[0])"
        },
        "You took the amount of the distance: back and ahead get the same. Keep the sign: s − t, then + R.": {
            CLIPPED: "ops.minimum(ops.abs(distance), reach) + reach"
        },
        "You lined up the last query with the last key. Both count from 0 here: distance 0 is where s = t.": {
            "(query_length)": "(key_length - query_length, key_length)"
        },
        "You count T for the keys too. They are as many as `key_length`, S, and S need not be T.": {
            "(key_length)": "(query_length)"
        },
        "Your queries count from 1. Both count from 0: distance 0 is where s = t.": {
            "(query_length)": "(1, query_length + 1)"
        },
        "Your shape is (S, H, T). `ops.transpose` is told which old axis comes first, second, third: (2, 0, 1).": {
            "(2, 0, 1)": "(1, 2, 0)"
        },
        "You look up one column of the table, so the axis of the heads is gone. Look up whole rows: `axis=0`.": {
            "table, row": "table[:, 0], row",
            "ops.transpose(bias, (2, 0, 1))": "bias",
        },
        "All heads get the numbers of the first. Each head has its own column of the table: look up whole rows.": {
            "table, row": "table[:, 0], row",
            "ops.transpose(bias, (2, 0, 1))": "ops.repeat(bias[None], table.shape[1], axis=0)",
        },
        (
            "No gradient reaches the table: `stop_gradient` and NumPy cut it off, and it is "
            "never learned. Use `ops.take`."
        ): {"table, row": "ops.stop_gradient(table), row"},
        (
            "Square brackets cannot look up a whole matrix of rows in a tensor. `ops.take(table, rows, axis=0)` can."
        ): only_on(("tensorflow",), {"ops.take(table, row, axis=0)": "table[row]"}),
        "You looked along the heads. `ops.take` needs `axis=0`: distances are the rows of the table.": {
            "row, axis=0": "row, axis=1",
            "ops.transpose(bias, (2, 0, 1))": "bias",
        },
        (
            "Without `axis=0`, `ops.take` reads the table as one long row of numbers. Name "
            "the axis: distances are the rows."
        ): [
            {", axis=0": "", "ops.transpose(bias, (2, 0, 1))": "bias"},
            {", axis=0": ""},
        ],
    }
)


@mistake(
    "relative_position_bias",
    "No gradient reaches the table: `stop_gradient` and NumPy cut it off, and it is never learned. Use `ops.take`.",
)
def looks_up_with_numpy(query_length, key_length, table):
    table = np.asarray(table)
    reach = (table.shape[0] - 1) // 2
    distance = np.arange(key_length)[None, :] - np.arange(query_length)[:, None]
    return np.transpose(table[np.clip(distance, -reach, reach) + reach], (2, 0, 1))


right("relative_position_bias").also(
    {
        "table.shape[0] - 1": "table.shape[0]",
        "ops.arange(key_length)": "np.arange(key_length)",
        "ops.arange(query_length)": "np.arange(query_length)",
        "ops.clip(distance, -reach, reach)": 'np.clip(distance, -reach, reach).astype("int32")',
        "bias = ops.take(table, row, axis=0)": "",
        "ops.transpose(bias, (2, 0, 1))": "ops.take(ops.transpose(table), row, axis=1)",
    }
)


@correct("rotate_positions")
def turns_with_one_product_and_a_swap(x, positions):
    width = x.shape[-1]
    speed = ops.exp(-np.log(10000.0) * ops.arange(0, width, 2, dtype="float32") / width)
    angle = ops.repeat(ops.expand_dims(ops.cast(positions, "float32"), -1) * speed, 2, axis=-1)  # (T, K)
    cos, sin = ops.cast(ops.cos(angle), x.dtype), ops.cast(ops.sin(angle), x.dtype)
    swapped = ops.reshape(ops.stack([-x[..., 1::2], x[..., 0::2]], axis=-1), ops.shape(x))
    return x * cos + swapped * sin


@correct("rotate_positions")
def reshapes_into_pairs_first(x, positions):
    heads, length, width = x.shape[1:]
    pairs = ops.reshape(x, (-1, heads, length, width // 2, 2))
    angle = ops.cast(positions, "float32")[:, None] / 10000 ** (ops.arange(0, width, 2, dtype="float32") / width)
    cos, sin = ops.cast(ops.cos(angle), x.dtype), ops.cast(ops.sin(angle), x.dtype)
    first = pairs[..., 0] * cos - pairs[..., 1] * sin
    second = pairs[..., 0] * sin + pairs[..., 1] * cos
    return ops.reshape(ops.stack((first, second), axis=-1), (-1, heads, length, width))


@correct("rotate_positions")
def computes_wide_and_casts_back(x, positions):
    width, dtype = x.shape[-1], x.dtype
    speed = np.power(10000.0, -np.arange(0, width, 2) / width).astype("float32")
    angle = ops.cast(positions, "float32")[None, None, :, None] * speed
    x = ops.cast(x, "float32")
    a, b = x[..., ::2], x[..., 1::2]
    turned = [a * ops.cos(angle) - b * ops.sin(angle), b * ops.cos(angle) + a * ops.sin(angle)]
    order = [column for pair in range(width // 2) for column in (pair, pair + width // 2)]
    return ops.cast(ops.take(ops.concatenate(turned, axis=-1), np.array(order), axis=-1), dtype)


@correct("rotate_positions")
def loops_over_the_pairs(x, positions):
    width, columns = x.shape[-1], []
    for first in range(0, width, 2):
        angle = ops.cast(positions, "float32") / 10000.0 ** (first / width)  # (T,)
        cos, sin = ops.cast(ops.cos(angle), x.dtype), ops.cast(ops.sin(angle), x.dtype)
        a, b = x[..., first], x[..., first + 1]  # (B, H, T)
        columns += [a * cos - b * sin, a * sin + b * cos]
    return ops.stack(columns, axis=-1)


PAIRS = "pairs = ops.stack([a * cos - b * sin, a * sin + b * cos], axis=-1) return ops.reshape(pairs, ops.shape(x))"


right("rotate_positions").edits(
    {
        (
            "You paired columns i and i + K/2, as Hugging Face's Llama does. Here "
            "neighbours make a pair: (0, 1), (2, 3) …"
        ): {
            "0::2": ": width // 2",
            "1::2": "width // 2 :",
            PAIRS: "return ops.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)",
        },
        (
            "You turned the right pairs and wrote them as two halves. Each pair goes back to "
            "its own columns: stack, reshape."
        ): {PAIRS: "return ops.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)"},
        "You paired columns i and i + K/2, and wrote them side by side. Pairs are neighbours: a is `x[..., 0::2]`.": {
            "0::2": ":width // 2",
            "1::2": "width // 2:",
        },
        (
            "a and b have changed places: a is the first of each pair, `x[..., 0::2]`, "
            "and b the second, `x[..., 1::2]`."
        ): {"0::2": "1::2", "1::2": "0::2"},
        "Your pairs still have an axis of their own: (B, H, T, K/2, 2). Reshape to the shape of x.": {
            "ops.reshape(pairs, ops.shape(x))": "pairs"
        },
        "You turn backwards. The minus sign belongs to the new first number: a cos α − b sin α, a sin α + b cos α.": {
            "cos - b": "cos + b",
            "a * sin + b * cos": "b * cos - a * sin",
        },
        "Both your signs are plus, so vectors change their length. The new first number is a cos α − b sin α.": {
            "cos - b": "cos + b"
        },
        (
            "You mirror each pair instead of turning it: position 0 already changes x. The new "
            "second number is a sin + b cos."
        ): {"cos - b": "cos + b", "sin + b": "sin - b"},
        "Both your signs are minus, and position 0 already changes x. The new second number is a sin α + b cos α.": {
            "sin + b": "sin - b"
        },
        "The new second number is computed from the new first one. Take the old a and b for both.": {
            "pairs =": "a = a * cos - b * sin; pairs =",
            "[a * cos - b * sin,": "[a,",
        },
        "You count 0, 1, 2 … yourself. Use the positions that you are given: a sentence may start anywhere.": {
            'ops.cast(positions, "float32")': 'ops.arange(x.shape[2], dtype="float32")'
        },
        (
            "You subtract the first position. Use all as you are given them: two stretches of a text must fit together."
        ): {"positions,": "positions - positions[0],"},
        "Your positions run from 1: each is one more than you were given. Position 0 must not turn at all.": {
            'ops.cast(positions, "float32")': '(ops.cast(positions, "float32") + 1)'
        },
        "All pairs turn at one speed. Pair i turns by position / 10000^(2i/K), each slower than the one before.": {
            "[:, None] * speed": "[:, None]"
        },
        "You turn by the head, not by the word: the positions run along axis 1. They belong to axis 2, T.": {
            "* speed": "* speed; angle = angle[: x.shape[1], None, :]"
        },
        "A tensor cannot be changed column by column. Compute both numbers of all pairs, then stack and reshape.": [
            only_on(
                ("tensorflow", "jax"),
                {
                    PAIRS: """
            turned = ops.zeros_like(x)
            turned[..., 0::2], turned[..., 1::2] = a * cos - b * sin, a * sin + b * cos
            return turned
            """
                },
            )
        ],
        (
            "You only shrink each number by a cosine. A turn mixes the two numbers of a pair: the sine terms are "
            "missing."
        ): {PAIRS: "return x * ops.repeat(cos, 2, axis=-1)"},
        "You added sines and cosines to x. Rotary positions add nothing: each pair is turned.": {
            PAIRS: "return x + ops.reshape(ops.stack([sin, cos], axis=-1), x.shape[-2:])"
        },
        "Your exponent is i/K, so pairs slow down half as fast. It is 2i/K: 0, 2/K, 4/K …": {"0, width,": "width //"},
        "Your exponent is 4i/K: doubled twice, or divided by K/2. It is 2i/K.": {"/ width": "/ (width // 2)"},
        "Your pairs get faster instead of slower. Divide the position by the power of 10000.": {
            "-ops.arange": "ops.arange"
        },
        (
            "Your angles lie as two halves beside pairs of neighbours. Repeat each angle "
            "twice in place: f0, f0, f1, f1 …"
        ): of(
            "turns_with_one_product_and_a_swap",
            {
                "ops.repeat(ops.expand_dims": "ops.tile(ops.expand_dims",
                "speed, 2, axis=-1": "speed, (1, 2)",
            },
        ),
        "Float16 came in and float32 goes out. Cast cosine and sine, or the result, to the dtype of x.": {
            "width = x.shape[-1]": 'width, x = x.shape[-1], ops.cast(x, "float32")'
        },
        (
            "x may be float16, your cosine is float32; TensorFlow multiplies only equals. "
            "Cast cosine and sine to x's dtype."
        ): only_on(
            ("tensorflow",),
            {
                "ops.cast(ops.cos(angle), x.dtype)": "ops.cos(angle)",
                "ops.cast(ops.sin(angle), x.dtype)": "ops.sin(angle)",
            },
        ),
        (
            "You compute angles in the dtype of x, and float16 has no number 2049. Angles are "
            "float32; cast cosine and sine."
        ): [
            {'positions, "float32")[:, None] * speed': "positions, x.dtype)[:, None] * ops.cast(speed, x.dtype)"},
            {
                "10000.0, -ops": "10000.0, ops",
                'positions, "float32")[:, None] * speed': "positions, x.dtype)[:, None] / ops.cast(speed, x.dtype)",
            },
        ],
        (
            "Your positions are whole numbers, and TensorFlow makes NumPy's powers whole "
            "beside them. Cast to float32 first."
        ): only_on(
            ("tensorflow",),
            {
                """
            speed = ops.power(10000.0, -ops.arange(0, width, 2, dtype="float32") / width)
            angle = ops.cast(positions, "float32")[:, None] * speed
            """: 'angle = ops.cast(positions[:, None] / 10000.0 ** (np.arange(0, width, 2) / width), "float32")'
            },
        ),
        (
            "Positions are whole numbers, and TensorFlow won't multiply them by a fraction. Cast them to float32 first."
        ): only_on(("tensorflow",), {'ops.cast(positions, "float32")': "positions"}),
        "In a compiled graph B is not known, and `x.shape[0]` is None. Reshape to `ops.shape(x)`.": only_on(
            ("tensorflow",),
            {
                "width = x.shape[-1]": "batch, heads, length, width = x.shape",
                "ops.shape(x)": "(batch, heads, length, width)",
            },
        ),
        (
            "Your angles have the shape (T, 1, K/2), so T meets the heads. Leave them (T, "
            "K/2): broadcasting repeats them."
        ): {":, None": ":, None, None"},
        (
            "No gradient reaches x: `stop_gradient` and NumPy cut it off. Use `keras.ops` all "
            "the way, which graphs need too."
        ): [
            {"x[..., 0::2]": "ops.stop_gradient(x[..., 0::2])", "x[..., 1::2]": "ops.stop_gradient(x[..., 1::2])"},
            {"width = x.shape[-1]": "width, x = x.shape[-1], np.array(x)"},
        ],
    }
)
