"""Unit 02: known answers."""

import numpy as np
from keras import ops

from autograder.judging import correct, mistake, of, only_on, right


@correct("one_hot")
def asks_keras(ids, size):
    return ops.one_hot(ids, size)


right("one_hot", "asks_keras").edits(
    {
        "You count from 1. Id 0 is [PAD], and its 1 stands at place 0.": of("", {"axis=": "", "(size": "(1, size + 1"}),
        "You return booleans. A vector is made of numbers: cast it to float32.": {
            "ops.one_hot(ids, size)": "ops.equal(ops.expand_dims(ids, -1), ops.arange(size))"
        },
        "You return whole numbers. Weights are float32, so vectors are too: cast it.": of(
            "", {"axis=": "", '"float32"': '"int32"'}
        ),
        "You return float64, twice as large as needed. Use float32, as Keras does.": of(
            "", only_on(("tensorflow", "torch"), {"axis=": "", '"float32"': '"float64"'})
        ),
        "You take the size from the largest id. Another batch has another one: use `size`.": {
            "ops.one_hot(ids, size)": "ops.one_hot(ids, int(ops.max(ids)) + 1)"
        },
        "The new axis stands first in your answer. Put it last, behind all axes of the ids.": {
            "ops.one_hot(ids, size)": "ops.one_hot(ids, size, axis=0)"
        },
        "Your new axis is always the second. Behind all others it is `axis=-1`, or `ids[..., None]`.": [
            {"ops.one_hot(ids, size)": "ops.one_hot(ids, size, axis=1)"},
            of("", {"ops.expand_dims(ids, axis=-1)": "ids[:, None]"}),
            {"ops.one_hot(ids, size)": 'ops.cast(ids[:, None] == ops.arange(size), "float32")'},
        ],
        "All ids stand in one long row. Keep their axes, and add one behind.": {
            "ops.one_hot(ids, size)": "ops.one_hot(ops.reshape(ids, (-1,)), size)"
        },
        # For shapes that do not meet, TensorFlow's `==` gives a single False.
        "You compare ids and places as they are. Give the ids a last axis of size 1 first.": [
            of("", {"ops.expand_dims(ids, axis=-1)": "ids"}),
            {"ops.one_hot(ids, size)": 'ops.cast(ids == ops.arange(size), "float32")'},
        ],
        "You put all words of a row into one vector. Each id gets a vector of its own.": {
            "ops.one_hot(ids, size)": "ops.max(ops.one_hot(ids, size), axis=-2)"
        },
        "Every place up to the id is 1 in your answer. One alone must be: compare with `equal`.": {
            "ops.one_hot(ids, size)": 'ops.cast(ops.less_equal(ops.arange(size), ops.expand_dims(ids, -1)), "float32")'
        },
        "Zeros and ones are swapped. The 1 stands where place and id are equal.": of(
            "", {"ops.equal": "ops.not_equal", "axis=": ""}
        ),
        "You wrote the id itself at its place. Write a 1: the size of an id means nothing.": {
            "ops.one_hot(ids, size)": 'ops.one_hot(ids, size) * ops.cast(ops.expand_dims(ids, -1), "float32")'
        },
        "Id 0 gets only zeros in your answer. [PAD] has a place as well: place 0.": {
            "ops.one_hot(ids, size)": 'ops.one_hot(ids, size) * ops.cast(ops.expand_dims(ids, -1) > 0, "float32")'
        },
        "NumPy cannot read ids that are not known yet. Use `keras.ops`, so that Keras can compile it.": only_on(
            ("tensorflow", "jax"), {"ops.one_hot(ids, size)": 'np.eye(size, dtype="float32")[np.array(ids)]'}
        ),
        "A Python loop needs to know how many ids there are. Work on all at once, by broadcasting.": only_on(
            ("tensorflow",), {"ops.one_hot(ids, size)": "ops.stack([ops.one_hot(one, size) for one in ids])"}
        ),
        "`squeeze` drops every axis of size 1, also one of the ids. Keep all of theirs.": {
            "ops.one_hot(ids, size)": "ops.squeeze(ops.one_hot(ids, size))"
        },
        "Your vectors have size + 1 places. With `size` of them, from 0 to size − 1, each id has one.": {
            "ops.one_hot(ids, size)": "ops.one_hot(ids, size + 1)"
        },
        "Your vectors have size − 1 places, so the last id has none. Make `size` of them.": of(
            "", {"axis=": "", "(size)": "(size - 1)"}
        ),
        "A tensor cannot be indexed by a tensor of ids. `ops.take(…, ids, axis=0)` takes the rows.": only_on(
            ("tensorflow",), {"ops.one_hot(ids, size)": "ops.eye(size)[ids]"}
        ),
    }
)
right("one_hot", "asks_keras").also("ops.one_hot(ids, size)", 'ops.take(ops.eye(size, dtype="float32"), ids, axis=0)')
right("one_hot", "asks_keras").also(
    "ops.one_hot(ids, size)",
    '1.0 - ops.cast(ops.minimum(ops.abs(ids[..., None] - ops.arange(size, dtype="int32")), 1), "float32")',
)
right("embed").edits(
    {
        "A tensor cannot be indexed by a tensor of ids. `ops.take(table, ids, axis=0)` takes the rows.": [
            only_on(("tensorflow",), {"ops.take(table, ids, axis=0)": "table[ids]"}),
            only_on(("tensorflow",), {"ops.take(table, ids, axis=0)": "ops.stack([table[one] for one in ids])"}),
        ],
        "You multiply with one-hot vectors: V numbers for each word. Take the rows, with `ops.take`.": [
            {"ops.take(table, ids, axis=0)": "ops.matmul(ops.one_hot(ids, table.shape[0]), table)"},
            {"ops.take(table, ids, axis=0)": "ops.matmul(ops.one_hot(ids, ops.shape(table)[0]), table)"},
            (
                "ops.take(table, ids, axis=0)",
                "ops.matmul(ops.one_hot(ids, ops.shape(table)[0]), ops.where(ops.isnan(table), 0.0, table))",
            ),
        ],
        "You put another number in the place of ∞ or NaN. Take the rows as they are, with `ops.take`.": [
            {"ops.take(table, ids, axis=0)": "ops.nan_to_num(ops.take(table, ids, axis=0))"},
            (
                "ops.take(table, ids, axis=0)",
                "ops.matmul(ops.one_hot(ids, ops.shape(table)[0]), ops.where(ops.isfinite(table), table, 0.0))",
            ),
        ],
        "Without an axis, `ops.take` reads the table as one long list. Say `axis=0`: rows.": {", axis=0": ""},
        "`axis=1` takes columns. The word's vector is a row: `axis=0`.": {"axis=0": "axis=1"},
        "The table is turned over: you take columns. Each word's vector is a row of it.": {
            "table,": "ops.transpose(table),"
        },
        "The last two axes are swapped. D comes last: (…, D).": {
            "ops.take(table, ids, axis=0)": "ops.moveaxis(ops.take(table, ids, axis=0), -1, 0)"
        },
        "You take the row before each id's. Ids count from 0, as rows do.": {", axis": "- 1, axis"},
        "You multiply by √D. A Transformer does so later; a look-up gives the row as it is.": {
            "axis=0)": "axis=0) * table.shape[-1] ** 0.5"
        },
        "You average the vectors of a sentence. Each word keeps its own: (…, D).": {
            "ops.take(table, ids, axis=0)": "ops.mean(ops.take(table, ids, axis=0), axis=-2)"
        },
        "All words stand in one long row. Keep the axes of the ids, and add D behind.": {
            ", ids,": ", ops.reshape(ids, (-1,)),"
        },
        "You look up the first sentence only. Look up all ids at once.": {", axis": "[0], axis"},
        "You set the vector of id 0 to zeros. Row 0 is a row like any other here.": {
            "take(table, ids, axis=0)": "where(ops.expand_dims(ids, -1) > 0, ops.take(table, ids, axis=0), 0.0)"
        },
        (
            "The gradient is cut, by `stop_gradient` or by NumPy, so the table never learns. Take from the table "
            "itself."
        ): [
            {"table,": "ops.stop_gradient(table),"},
            {"ops.take(table, ids, axis=0)": "ops.convert_to_tensor(np.array(table)[np.array(ids)])"},
        ],
        "A Python loop needs to know how many ids there are. `ops.take` looks all of them up at once.": only_on(
            ("tensorflow",), {"take(table, ids, axis=0)": "stack([ops.take(table, one, axis=0) for one in ids])"}
        ),
        "Your vectors went through float16, and lost digits. Leave the dtype as it is.": {
            "ops.take(table, ids, axis=0)": 'ops.cast(ops.cast(ops.take(table, ids, axis=0), "float16"), "float32")'
        },
        "You return the ids' one-hot vectors. Take the rows of the table that they name.": {
            "ops.take(table, ids, axis=0)": "ops.one_hot(ids, table.shape[0])"
        },
    }
)


@mistake("embed", "You make all vectors 1 long. A look-up gives the row as it is.")
def normalises_the_rows(ids, table):
    found = ops.take(table, ids, axis=0)
    return found / ops.norm(found, axis=-1, keepdims=True)


right("embed").also("axis=0", "axis=-2")
right("embed").also("ops.take(table, ids, axis=0)", "ops.moveaxis(ops.take(ops.transpose(table), ids, axis=1), 0, -1)")
right("embed").also(
    "ops.take(table, ids, axis=0)",
    "ops.reshape(ops.take(table, ops.reshape(ids, (-1,)), axis=0), (*ops.shape(ids), table.shape[-1]))",
)


@correct("skip_gram_pairs")
def goes_from_place_to_place(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(max(0, place - window), min(len(ids), place + window + 1)):
            if near != place:
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@correct("skip_gram_pairs")
def goes_by_distance(ids, window):
    pairs = []
    for distance in range(1, window + 1):
        for left, later in zip(ids, ids[distance:], strict=False):
            pairs += [(left, later), (later, left)]
    return np.array(pairs, "int32").reshape((len(pairs), 2))


@correct("skip_gram_pairs")
def compares_all_places_at_once(ids, window):
    place = np.arange(len(ids))
    distance = np.abs(place[:, None] - place[None, :])
    center, context = np.nonzero((distance >= 1) & (distance <= window))
    ids = np.array(ids, "int32")
    return ops.convert_to_tensor(np.stack([ids[center], ids[context]], axis=1))


NEAR = "range(max(0, place - window), min(len(ids), place + window + 1))"


right("skip_gram_pairs", "goes_from_place_to_place").edits(
    {
        "You leave out equal ids. Leave out the same *place*: a word may stand near itself.": {
            "near != place": "ids[near] != center"
        },
        "Each place is paired with itself. Skip the distance 0.": {"if near != place: pairs": "pairs"},
        "You look ahead only. Words before the centre are its company too.": {"max(0, place - window)": "place + 1"},
        "You look back only. Words after the centre are its company too.": {
            "min(len(ids), place + window + 1)": "place"
        },
        "A place below 0 is the other end: `ids[-1]` is the last word. Begin at `max(0, …)`.": [
            {"max(0, place - window)": "place - window"},
            {"max(0, place - window)": "place - window", "near != place": "near != place and near >= -len(ids)"},
        ],
        "You never look at `window`: all words are paired with all. Stop at that distance.": {NEAR: "range(len(ids))"},
        "`%` bends the sentence into a ring, and its ends meet. Stop at the first and last word.": {
            NEAR: "range(place - window, place + window + 1)",
            "ids[near]": "ids[near % len(ids)]",
        },
        (
            "A slice that begins below 0 counts from the other end, and is mostly empty. Begin at `max(0, place - "
            "window)`."
        ): {
            NEAR: """
            ids[place - window:place] + ids[place + 1:place + window + 1]
            """,
            "if near != place: pairs.append((center, ids[near]))": "pairs.append((center, near))",
        },
        "Your window runs past the last word, and Python stops. End at `min(len(ids), …)`.": {
            "min(len(ids), place + window + 1)": "place + window + 1"
        },
        "Ahead, your window is one place short: `range` stops before its end. Add 1.": {"window + 1": "window"},
        "Before the centre, your window is one place short: it begins at `place - window`.": {
            "place - window": "place - window + 1"
        },
        "Your window is one place short on both sides: a distance of `window` still counts.": [
            {
                NEAR: "range(len(ids))",
                "near != place": "0 < abs(place - near) < window",
            },
            of("goes_by_distance", {"window + 1": "window", "(len(pairs), 2)": "-1, 2"}),
        ],
        "The last word is never a context: `range` stops before its end. End at `min(len(ids), …)`.": {
            "len(ids)": "len(ids) - 1"
        },
        "Your window is one place too wide. A distance of `window` is the last that counts.": {
            "window), min": "window - 1), min",
            "window + 1": "window + 2",
        },
        "You share the window out between both sides. It reaches `window` places on *each* side.": {
            "pairs = []": "pairs, reach = [], window // 2",
            "window), min(len(ids), place + window": "reach), min(len(ids), place + reach",
        },
        "You keep only centres with a full window. Words near the ends have company too.": {
            "for place, center in enumerate(ids):": "for place in range(window, len(ids) - window):",
            "max(0, place - window), min(len(ids), place + window + 1)": "place - window, place + window + 1",
            "center,": "ids[place],",
        },
        "`ids.index` finds the first place of a word, always. Count the places: `enumerate(ids)`.": {
            "place, center in enumerate(ids):": """
            center in ids:
                place = ids.index(center)
            """
        },
        "Id 0 is left out. Here it is a word like any other.": {"!= place": "!= place and center and ids[near]"},
        "Each pair comes twice: both directions are noted down at both of its places. Do it at one.": {
            "pairs.append((center, ids[near]))": "pairs += [(center, ids[near]), (ids[near], center)]"
        },
        "An empty list becomes an array (0,). With `reshape(-1, 2)` it keeps two columns.": of(
            "", {'dtype="int32").reshape(-1, 2': '"int32"'}
        ),
        'Without a dtype NumPy makes int64, and float64 where there is no pair. Say `dtype="int32"` in both cases.': [
            of("", {'dtype="int32"': '"int64"'}),
            of("", {', dtype="int32"': ""}),
            of("", {'(pairs, dtype="int32").reshape(-1, 2)': '(pairs) if pairs else np.zeros((0, 2), "int32")'}),
            of("", {'(pairs, dtype="int32").reshape(-1, 2)': '(pairs, "int32") if pairs else np.zeros((0, 2))'}),
        ],
        "NumPy makes int64 of ids, and (0,) of an empty list. Give the dtype, and two columns.": of(
            "", {'np.array(pairs, dtype="int32").reshape(-1, 2)': "np.array(pairs)"}
        ),
        "Your ids are float32. They name rows of a table: make them int32.": of("", {'dtype="int32"': '"float32"'}),
        "Centres and contexts stand in two rows. Each pair is a row: (N, 2).": of("", {"dtype=": "", "2)": "2).T"}),
        "You return the numbers of places. Return the ids that stand there.": of(
            "",
            {"(center, ids[near])": "(place, near)", ", center": "", "enumerate(ids)": "range(len(ids))", "dtype=": ""},
        ),
        "The ends are filled up with 0, and words are paired with that. Beyond the ends is nothing.": {
            "pairs = []": "center, pairs = [0] * window + list(ids) + [0] * window, []",
            ", center": "",
            "enumerate(ids)": "range(window, window + len(ids))",
            "max(0, place - window)": "place - window",
            "min(len(ids), place + window + 1)": "place + window + 1",
            ", ids[near]": "[place], center[near]",
        },
        "The last word is never a centre: `range(len(ids) - 1)` stops before it.": {
            "for place, center in enumerate(ids):": "for place in range(len(ids) - 1):",
            "center,": "ids[place],",
        },
        "A set keeps each pair once. How often words stand together is what is learned: keep all.": of(
            "", {"pairs, dtype=": "sorted(set(pairs)),"}
        ),
        "You return a list. A model is fed with arrays: make one of it, int32, with two columns.": of(
            "", {"pairs =": "return", 'return np.array(pairs, dtype="int32").reshape(-1, 2)': ""}
        ),
    }
)


@mistake("skip_gram_pairs", "You pair words that are exactly `window` apart. Nearer ones count as well.")
def takes_one_distance_only(ids, window):
    pairs = []
    for left, later in zip(ids, ids[window:], strict=False):
        if window:
            pairs += [(left, later), (later, left)]
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "The `return` stands inside the loop, which ends with the first word. Move it to the left.")
def returns_in_the_loop(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(max(0, place - window), min(len(ids), place + window + 1)):
            if near != place:
                pairs.append((center, ids[near]))
        return np.array(pairs, "int32").reshape(-1, 2)
    return None


@mistake("skip_gram_pairs", "`pop` empties the list that you were given. Go through it, or through a copy of it.")
def eats_up_the_sentence(ids, window):
    pairs = []
    while ids:
        center = ids.pop(0)
        for other in ids[:window]:
            pairs += [(center, other), (other, center)]
    return np.array(pairs, "int32").reshape(-1, 2)


right("skip_gram_pairs", "goes_from_place_to_place").also(
    {
        "[]": 'np.zeros((0, 2), "int32")',
        ", center": "",
        "enumerate(ids)": "range(len(ids))",
        NEAR: "range(len(ids))",
        "near != place": "0 < abs(place - near) <= window",
        ".append((center, ids[near]))": '= np.concatenate([pairs, np.array([[ids[near], ids[place]]], "int32")])',
        'np.array(pairs, "int32").reshape(-1, 2)': "pairs",
    }
)


@correct("negative_sampling_loss")
def scores_noise_with_einsum(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@correct("negative_sampling_loss")
def takes_log_sigmoid(center, positive, negatives):
    true = ops.einsum("bd,bd->b", center, positive)
    false = ops.matmul(negatives, center[:, :, None])[..., 0]
    return -ops.mean(ops.log_sigmoid(true)) - ops.mean(ops.sum(ops.log_sigmoid(-false), axis=1))


@correct("negative_sampling_loss")
def asks_for_binary_crossentropy(center, positive, negatives):
    words = ops.concatenate([positive[:, None], negatives], axis=1)
    scores = ops.einsum("bd,bnd->bn", center, words)
    labels = ops.concatenate([ops.ones_like(scores[:, :1]), ops.zeros_like(scores[:, 1:])], axis=1)
    return ops.mean(ops.sum(ops.binary_crossentropy(labels, scores, from_logits=True), axis=1))


FALSE = 'ops.einsum("bd,bnd->bn", center, negatives)'
COSTS = "ops.softplus(-true) + ops.sum(ops.softplus(false), -1)"
LOSS = f"ops.mean({COSTS})"


right("negative_sampling_loss", "scores_noise_with_einsum").edits(
    {
        "You average over the noise words. Sum over N; only B is averaged.": {"ops.sum(ops.": "ops.mean(ops."},
        "You average over all 1 + N pairs. Sum over the N, and average over B alone.": {
            "positive, -1": "positive, -1, keepdims=True",
            ".softplus(-true) + ops.sum(ops.softplus(false)": ".concatenate([ops.softplus(-true), ops.softplus(false)]",
        },
        "You sum over the batch. Take its mean, or the loss grows with the batch.": {"ops.mean": "ops.sum"},
        "You return a loss for each pair. Take the mean over the batch: one number.": {LOSS: COSTS},
        "At ±10,000, e to the score is ∞, or σ is 0 and its ln −∞. `ops.softplus` takes both steps in one, safely.": [
            (
                "return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))",
                "loss = -ops.log(ops.sigmoid(true)) - ops.sum(ops.log(ops.sigmoid(-false)), -1); return ops.mean(loss)",
            ),
            {"softplus(-true)": "log(1.0 + ops.exp(-true))", "softplus(false)": "log(1.0 + ops.exp(false))"},
        ],
        "1 − σ is 0 at large scores, and ln 0 is −∞. −ln(1 − σ(x)) is `ops.softplus(x)`.": {
            "+ ops.sum(ops.softplus(false), -1)": "- ops.sum(ops.log(1.0 - ops.sigmoid(false)), -1)"
        },
        (
            "Large scores cost too little and have no gradient: by a clip, or a small number. `ops.softplus` needs "
            "neither."
        ): [
            {
                "return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))": """
            loss = -ops.log(ops.sigmoid(true) + 1e-9) - ops.sum(ops.log(ops.sigmoid(-false) + 1e-9), -1)
            return ops.mean(loss)
            """
            },
            {"return": "true, false = ops.clip(true, -30.0, 30.0), ops.clip(false, -30.0, 30.0); return"},
            {"return": "true, false = ops.clip(true, -20.0, 20.0), ops.clip(false, -20.0, 20.0); return"},
            (
                COSTS,
                "-ops.log(ops.sigmoid(true) + 1e-7) - ops.sum(ops.log(ops.sigmoid(-false) + 1e-7), -1)",
            ),
        ],
        "`ops.where` differentiates both branches, and 0 times the ∞ of the other one is NaN. Use `ops.softplus`.": {
            FALSE: """
            ops.concatenate([-true[:, None], ops.einsum("bd,bnd->bn", center, negatives)], -1)
            """,
            "return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))": """
            cost = ops.where(false < 80.0, ops.log(1.0 + ops.exp(false)), false)
            return ops.mean(ops.sum(cost, -1))
            """,
        },
        "Noise words are rewarded for high scores. They must score low: σ of *minus* the score.": {"(false": "(-false"},
        "True pairs are punished for high scores: −ln σ(x) is `softplus(-x)`.": {"-true": "true"},
        "Both signs are turned: true pairs are pushed apart, false ones together.": {"(-": "(", "(false)": "(-false)"},
        "You return ln σ without its minus. A loss falls while a model learns: turn the sign.": {
            "softplus(-true) + ops.sum(ops.softplus(": "log_sigmoid(true) + ops.sum(ops.log_sigmoid(-"
        },
        "The logarithm is missing. The loss is −ln σ of the score, not −σ.": {
            "ops.softplus(-true) + ops.sum(ops.softplus(false),": "-ops.sigmoid(true) - ops.sum(ops.sigmoid(-false),"
        },
        "Each centre meets the positives of the whole batch. It has one of its own: row by row.": {
            "ops.sum(center * positive, -1)": "ops.matmul(center, ops.transpose(positive))",
            "true) +": "true)) + ops.mean(",
        },
        "You score the noise against the positive. Its partner is the centre.": {", center": ", positive"},
        "You divide scores by √D. That belongs to attention; here the bare dot product counts.": {
            "true =": "scale = center.shape[-1] ** 0.5; true =",
            "positive, -1)": "positive, -1) / scale",
            "center, negatives)": "center, negatives) / scale",
        },
        "Your scores are cosines. The loss takes dot products: leave the lengths in.": {
            "true =": """
            center, positive, negatives = (ops.normalize(one, axis=-1) for one in (center, positive, negatives))
            true =
            """
        },
        "The true pairs are left out. Nothing would ever pull vectors together.": {
            COSTS: "ops.sum(ops.softplus(false), -1)"
        },
        "The noise is left out. Without false pairs, all vectors become equal.": {COSTS: "ops.softplus(-true)"},
        "Only the first noise word counts in your loss. Sum over all N.": {
            FALSE: "ops.sum(center * negatives[:, 0], -1)",
            "ops.sum(ops.softplus(false), -1)": "ops.softplus(false)",
        },
        "You sum the noise *vectors* into one, and score that. Score each, then sum the losses.": {
            FALSE: "ops.sum(center * ops.sum(negatives, 1), -1)",
            "ops.sum(ops.softplus(false), -1)": "ops.softplus(false)",
        },
        "You sum scores over N and take one loss of it. Take the loss of each score, then sum.": {
            FALSE: "ops.sum(center[:, None, :] * negatives, axis=1)"
        },
        "The true pair counts N times: (B, 1) is added to each of (B, N). Sum over N first, then add (B,).": {
            "positive, -1": "positive, -1, keepdims=True",
            "ops.softplus(-true) + ops.sum(": "ops.sum(ops.softplus(-true) +",
        },
        "Your dot product averages over D. It sums over it.": {
            "ops.sum(center": "ops.mean(center",
            FALSE: "ops.mean(center[:, None] * negatives, -1)",
        },
        "`axis=0` is the batch. The dot product of a centre and its positive sums over D, axis −1.": [
            {"positive, -1": "positive, 0"},
            {
                "positive, -1": "positive, 0",
                LOSS: "ops.mean(ops.softplus(-true)) + ops.mean(ops.sum(ops.softplus(false), -1))",
            },
        ],
        # PyTorch says of this what it says of a centre without a new axis.
        "`center[None]` is (1, B, D). The new axis belongs in the middle: `center[:, None]`.": only_on(
            ("tensorflow", "jax"), {'einsum("bd,bnd->bn", center, negatives)': "sum(center[None] * negatives, -1)"}
        ),
        "`matmul` gives (B, N, 1): you sum over the 1, not over N. Drop that axis: `[..., 0]`.": {
            FALSE: "ops.matmul(negatives, ops.expand_dims(center, -1))"
        },
        "(B, D) and (B, N, D) do not meet. Give the centre an axis of size 1: `center[:, None]`.": {
            FALSE: "ops.sum(center * negatives, -1)"
        },
        "That is a softmax over the 1 + N words. Here each pair is judged by its own sigmoid.": {
            "positive, -1": "positive, -1, keepdims=True",
            "center, negatives)": "center, negatives); scores = ops.concatenate([true, false], -1)",
            "softplus(-true) + ops.sum(ops.softplus(false), -1)": "logsumexp(scores, -1) - true[:, 0]",
        },
        "The gradient does not reach the noise words. They learn too: to be far from the centre.": {
            "center, negatives": "center, ops.stop_gradient(negatives)"
        },
        "The gradient does not reach the centres, whose vectors we want. Do not cut it.": {
            "true =": "center = ops.stop_gradient(center); true ="
        },
        "`float` takes the number out of the tensor, and leaves the gradient. Return the tensor.": {
            LOSS: f"float({LOSS})"
        },
        "B is not known in a compiled graph. Let `ops.mean` divide by it.": [
            only_on(
                ("tensorflow",),
                {LOSS: f"(ops.sum(ops.softplus(-true)) + ops.sum(ops.softplus(false))) / {batch}"},
            )
            for batch in ("center.shape[0]", "len(center)")
        ],
        "`*=` changes the vectors that you were given. Make new ones: `-negatives`.": {
            "true =": "negatives *= -1.0; true =",
            "(false)": "(-false)",
        },
        "Your scores went through float16, and lost digits. Stay in float32.": {
            "ops.sum(center * positive, -1": 'ops.cast(ops.cast(ops.sum(center * positive, -1), "float16"), "float32"',
            FALSE: """
            ops.cast(ops.cast(ops.einsum("bd,bnd->bn", center, negatives), "float16"), "float32")
            """,
        },
    }
)


@mistake("negative_sampling_loss", "NumPy cuts the gradients, and nothing can learn. Compute with `keras.ops`.")
def computes_with_numpy(center, positive, negatives):
    center, positive, negatives = (np.array(one) for one in (center, positive, negatives))
    true = (center * positive).sum(-1)
    false = (center[:, None] * negatives).sum(-1)
    return ops.convert_to_tensor((np.logaddexp(0, -true) + np.logaddexp(0, false).sum(-1)).mean())


@mistake(
    "negative_sampling_loss",
    "A loop over the batch needs its size, which a graph does not know. Use whole arrays.",
    backends=("tensorflow",),
)
def loops_over_the_batch(center, positive, negatives):
    losses = []
    for b in range(center.shape[0]):
        true = ops.sum(center[b] * positive[b])
        false = ops.matmul(negatives[b], center[b])
        losses.append(ops.softplus(-true) + ops.sum(ops.softplus(false)))
    return ops.mean(ops.stack(losses))


right("negative_sampling_loss").also(
    {
        "positive, axis=-1": "positive, axis=-1, keepdims=True",
        "center[:, None, :]": "ops.expand_dims(center, 1)",
        "ops.softplus(-true) + ops.sum(ops.softplus(false), axis=-1)": "ops.concatenate([-true, false], axis=-1)",
        "ops.mean(loss)": "ops.mean(ops.sum(ops.logaddexp(ops.zeros_like(loss), loss), axis=-1))",
    }
)
right("negative_sampling_loss").also(
    {
        "ops.sum(center * positive, axis=-1)": "ops.concatenate([-positive[:, None, :], negatives], axis=1)",
        "* negatives": "* true",
        "ops.softplus(-true)": "ops.relu(false)",
        "ops.sum(ops.softplus(false), axis=-1)": "ops.log1p(ops.exp(-ops.abs(false)))",
        "ops.mean(loss)": "ops.sum(loss) / ops.cast(ops.shape(center)[0], loss.dtype)",
    }
)


@correct("nearest_neighbours")
def measures_with_numpy(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return [int(row) for row in np.argsort(-cosines) if row != index][:k]


@correct("nearest_neighbours")
def computes_neighbours_with_numpy(table, index, k):
    table = np.array(table, "float64")
    lengths = np.sqrt((table**2).sum(axis=1))
    cosines = table @ table[index] / np.maximum(lengths * lengths[index], 1e-12)
    cosines[index] = -np.inf
    return np.argsort(-cosines)[: min(k, len(table) - 1)]


@correct("nearest_neighbours")
def asks_for_the_top(table, index, k):
    directions = ops.normalize(table, axis=-1)
    cosines = ops.matmul(directions, directions[index])
    size = table.shape[0]
    cosines = ops.where(ops.arange(size) == index, -2.0, cosines)
    return ops.top_k(cosines, min(k, size - 1))[1]


@correct("nearest_neighbours")
def forgets_the_length_of_the_word_rightly(table, index, k):
    lengths = ops.maximum(ops.sqrt(ops.sum(table * table, axis=1)), 1e-6)
    scores = ops.convert_to_numpy(ops.sum(table * table[index], axis=1) / lengths)
    others = [row for row in range(len(scores)) if row != index]
    return tuple(sorted(others, key=lambda row: -float(scores[row]))[:k])


COSINES = "ops.matmul(directions, directions[index])"
FIRST_K = "[int(row) for row in np.argsort(-cosines) if row != index][:k]"


# What is added to a product of lengths that is at least 0.000001, and 0 where a row is zeros.
PRODUCT_OF_LENGTHS = "table @ table[index] / (lengths[:, 0] * lengths[index] + {})"


right("nearest_neighbours").edits(
    {
        "TensorFlow's `@` takes two matrices. `ops.matmul` takes a matrix and a vector too.": only_on(
            ("tensorflow",), {COSINES: "directions @ directions[index]"}
        ),
        "You divide by the squares of the lengths: the root is missing. Short rows win.": {
            "ops.norm(table, axis=-1, keepdims=True)": "ops.sum(ops.square(table), axis=-1)",
            "directions = table": "cosines = ops.matmul(table, table[index])",
            "cosines = ops.matmul(directions, directions[index])": "",
        },
        "You made the *columns* 1 long. Each row is a word: take lengths along the last axis.": {"-1": "0"},
        "The word itself is in your list: it always has the cosine 1. Leave row `index` out.": [
            {"if row != index": ""},
            of(
                "measures_with_numpy",
                {FIRST_K: "np.argsort(-cosines)[:k].tolist()"},
            ),
            of(
                "measures_with_numpy",
                (
                    FIRST_K,
                    "np.argsort(cosines)[::-1][:k].tolist()",
                ),
            ),
        ],
        "You cut off the first row, but that is not always the word itself. Compare with `index`.": [
            {"if row != index": "", ":k": "1 : k + 1"},
            of("measures_with_numpy", {FIRST_K: "np.argsort(-cosines)[1 : k + 1].tolist()"}),
            of("measures_with_numpy", {FIRST_K: "np.argsort(cosines)[::-1][1 : k + 1].tolist()"}),
        ],
        "One row is missing: leave row `index` out first, then take k (not k − 1).": [
            {"if row != index][:k": "[:k] if row != index"},
            of("measures_with_numpy", {"if row != index][:k": "[:k] if row != index"}),
            of("measures_with_numpy", {":k": ": k - 1"}),
        ],
        (
            "Yours are the farthest: turn the order. (`argsort` sorts upwards, and `keras.losses.cosine_similarity` "
            "is −cos.)"
        ): (
            "cosines = ops.matmul(directions, directions[index]) by_cosine = ops.convert_to_numpy(ops.argsort(-cosines",
            "by_cosine = ops.convert_to_numpy(ops.argsort(ops.matmul(directions, directions[index])",
        ),
        "You take the nearest, but list them from the last to the first. The nearest comes first.": {"k]": "k][::-1]"},
        (
            "`[-k:]` takes the k highest, the word itself among them, in rising order. Turn it round, and leave "
            "`index` out."
        ): of(
            "measures_with_numpy",
            {FIRST_K: "np.argsort(cosines)[-k:].tolist()"},
        ),
        "You sort the rows by their numbers at the end. Keep them by falling cosine.": (
            "[int(row) for row in by_cosine if row != index][:k]",
            "sorted([int(row) for row in by_cosine if row != index][:k])",
        ),
        # JAX and PyTorch sort NaN last, as `puts_zeros_last` does.
        "A row of zeros gives 0 / 0, and NaN sorts anywhere. Divide it by 1 instead.": only_on(
            ("tensorflow",),
            {"lengths =": "directions = table /", "directions = table / ops.where(lengths > 0, lengths, 1.0)": ""},
        ),
        (
            "Rows of zeros stand last. Their cosine counts as 0, before negative ones. (0 / 0 is NaN, and may sort "
            "last.)"
        ): (
            COSINES,
            "ops.where(lengths[:, 0] > 0, ops.matmul(directions, directions[index]), -2.0)",
        ),
        "You leave rows of zeros out. They are rows too: their cosine counts as 0.": {
            "ops.norm(table, axis=-1, keepdims=True)": "ops.convert_to_numpy(ops.norm(table, axis=-1))",
            "ops.where(lengths > 0, lengths, 1.0)": "np.where(lengths > 0, lengths, 1.0)[:, None]",
            "row != index": "row != index and lengths[row] > 0",
        },
        "Your guard against 0 changes short rows too: they may be 0.001 long. Guard the zeros alone.": [
            {"ops.where(lengths > 0, lengths, 1.0)": "(lengths + 1.0)"},
            of("measures_with_numpy", {"np.where(lengths > 0, lengths, 1.0)": "(lengths + 1e-3)"}),
            of("measures_with_numpy", {"np.where(lengths > 0, lengths, 1.0)": "(lengths + 1e-5)"}),
            of("measures_with_numpy", {"np.where(lengths > 0, lengths, 1.0)": "np.maximum(lengths, 1e-2)"}),
            of("measures_with_numpy", {"directions @ directions[index]": PRODUCT_OF_LENGTHS.format(1e-6)}),
            of("measures_with_numpy", {"directions @ directions[index]": PRODUCT_OF_LENGTHS.format(1e-8)}),
        ],
        "You take the cosine without its sign. A row that points the other way is far, not near.": {
            COSINES: "ops.abs(ops.matmul(directions, directions[index]))"
        },
        "You set the word's own cosine to 0, so it stands before negative ones. Leave it out.": [
            {
                COSINES: """
            np.array(ops.convert_to_numpy(ops.matmul(directions, directions[index])))
            """,
                "by_cosine = ops.convert_to_numpy(ops.argsort(-cosines))": "cosines[index] = 0.0",
                "by_cosine if row != index": 'np.argsort(-cosines, kind="stable")',
            },
            of(
                "measures_with_numpy",
                (
                    f"return {FIRST_K}",
                    "cosines[index] = 0.0; return np.argsort(-cosines)[:k].tolist()",
                ),
            ),
        ],
        "A row that points the other way has the cosine −1 as well as the word itself now. Leave the word out.": [
            of(
                "measures_with_numpy",
                (
                    f"return {FIRST_K}",
                    "cosines[index] = -1.0; return np.argsort(-cosines)[:k].tolist()",
                ),
            ),
            of(
                "measures_with_numpy",
                (
                    f"return {FIRST_K}",
                    "cosines[index] = -1.0; return np.argsort(cosines)[::-1][:min(k, len(cosines) - 1)].tolist()",
                ),
            ),
        ],
        "You put the word last, but with a large k it is listed after all. Leave it out.": [
            of(
                "measures_with_numpy",
                (
                    f"return {FIRST_K}",
                    "cosines[index] = -np.inf; return np.argsort(-cosines)[:k].tolist()",
                ),
            ),
            {
                COSINES: """
            np.array(ops.convert_to_numpy(ops.matmul(directions, directions[index])))
            """,
                "by_cosine = ops.convert_to_numpy(ops.argsort(-cosines))": "cosines[index] = -2.0",
                "by_cosine if row != index": 'np.argsort(-cosines, kind="stable")',
            },
        ],
        "You leave out all rows that equal row `index`. Another word may: compare row numbers.": of(
            "measures_with_numpy", {"row != index": "(table[row] != table[index]).any()"}
        ),
        "You leave out all rows with the cosine 1. Another word may have it: compare row numbers.": of(
            "measures_with_numpy", {"row != index": "cosines[row] < 0.9999"}
        ),
        "You removed the word from the table first, and the rows after it got other numbers.": of(
            "measures_with_numpy",
            {
                "np.array(table)": "ops.convert_to_numpy(table); others = np.delete(table, index, axis=0)",
                "table, axis=1, keepdims=True) directions = table": "others, axis=-1); cosines = others @ table[index]",
                "cosines = directions @ directions[index]": "",
                ") if row != index": ', kind="stable")',
            },
        ),
        "You count rows from 1. Row numbers begin with 0.": {"(row)": "(row) + 1"},
        "You return the cosines. Return the numbers of the rows that have them.": {
            ".matmul(directions, directions[index])": ".convert_to_numpy(ops.matmul(directions, directions[index]))",
            "by_cosine = ops.convert_to_numpy(ops.argsort(-cosines))": "",
            "[int(row) for row in by_cosine if row != index]": """
            sorted((float(cosines[row]) for row in range(len(cosines)) if row != index), reverse=True)
            """,
        },
        "You return each row with its cosine. Return the row numbers alone.": of(
            "measures_with_numpy", {"int(row)": "(int(row), float(cosines[row]))"}
        ),
        "You return the vectors of the neighbours. Return the numbers of their rows.": (
            "[int(row) for row in by_cosine if row != index][:k]",
            "ops.take(table, np.array([int(row) for row in by_cosine if row != index][:k]), axis=0)",
        ),
        "You never look at `k`. Return that many rows, no more.": {"][:k]": "]"},
        "`top_k` stops with an error when the table has fewer rows. Ask for min(k + 1, V).": {
            "cosines = ops.matmul(directions, directions[index])": """
            cosines, by_cosine = ops.top_k(ops.matmul(directions, directions[index]), k + 1)
            """,
            "by_cosine = ops.convert_to_numpy(ops.argsort(-cosines))": "",
            "row !=": "int(row) !=",
        },
        "`/=` changes the table that you were given. Make a new one: `table = table / lengths`.": [
            only_on(
                ("tensorflow", "jax"),
                {
                    "directions = table / ops.where(lengths > 0, lengths, 1.0)": """
            table /= ops.convert_to_numpy(ops.where(lengths > 0, lengths, 1.0))
            """,
                    "directions, directions": "table, ops.convert_to_tensor(table)",
                },
            ),
            only_on(
                ("torch",),
                {"directions = table /": "table /=", "directions, directions": "table, ops.convert_to_tensor(table)"},
            ),
        ],
    }
)


@mistake("nearest_neighbours", "You rank by dot product, so long vectors win. Divide by the lengths of the rows.")
def ranks_by_dot_product(table, index, k):
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(table, table[index])))
    return [int(row) for row in order if row != index][:k]


@mistake(
    "nearest_neighbours",
    "You rank by distance. A long row that points the same way is far off, and yet near in cosine.",
)
def ranks_by_distance(table, index, k):
    order = ops.convert_to_numpy(ops.argsort(ops.norm(table - table[index], axis=-1)))
    return [int(row) for row in order if row != index][:k]
