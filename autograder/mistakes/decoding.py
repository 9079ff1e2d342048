"""Unit 12: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

import math
from collections import Counter

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, mistake, right

LOOP = "while ids.shape[1] < max_length and not ops.all(ended):"
ONE_BY_ONE = "ops.concatenate([step(ids[row : row + 1]) for row in range(ids.shape[0])], axis=0)"
SLOW = (
    "You call `step` once for each row. A call for one row takes nearly as long as one for all, so that is where the "
    "time goes: hand over all rows at once."
)
# naming sees ids without free padding, so what is known must not have any
CUT = "return ids[:, : 1 + int(ops.max(ops.where(ids != 0, ops.arange(ids.shape[1]), 0)))]"
right("greedy_decode").edits(
    {
        "A row goes on after its end. Where a row has ended, what is written is 0.": {
            "likeliest = ops.where(ended, 0, likeliest)": ""
        },
        "After its end a row is filled with `end_id`. Only the first one is kept, and padding is 0.": {
            "ops.where(ended, 0, likeliest)": "ops.where(ended, end_id, likeliest)"
        },
        "You stop when one row has ended. The others go on: stop when all have ended.": {"ops.all": "ops.any"},
        "Your rows get longer than `max_length`, which counts the start as well.": [
            {"ids.shape[1] < max_length": "ids.shape[1] <= max_length"},
            {"ids.shape[1] < max_length": "ids.shape[1] < max_length + 2"},
        ],
        "Your rows stay shorter than `max_length`: one id more may be written.": {
            "ids.shape[1] < max_length": "ids.shape[1] < max_length - 1"
        },
        "You go on calling `step` although every row has ended. Stop then.": {
            LOOP: "while ids.shape[1] < max_length:",
            "return ids": CUT,
        },
        SLOW: {"step(ids)": ONE_BY_ONE},
        "`step` gets the newest token only. It needs all that is written so far, (B, t).": {
            "step(ids)": "step(ids[:, -1:])"
        },
        "`step` gets the start only, each time. It needs all that is written so far, (B, t).": {
            "step(ids)": "step(ids[:, :1])"
        },
        "Your result lacks the start. It is the first of the ids.": {"return ids": "return ids[:, 1:]"},
        "Your result lacks `end_id`. A row keeps its first one.": {
            "return ids": f"ids = ops.where(ids == end_id, 0, ids)\n{CUT}"
        },
        "A row that has ended is taken up again. What has ended once stays so: combine old and new with “or”.": {
            "ops.logical_or(ended, likeliest == end_id)": "likeliest == end_id"
        },
        "You write an `end_id` at the end of a row that is cut off. It gets none.": {
            "return ids": "return ops.concatenate([ids[:, :-1], ops.where(ended, ids[:, -1], end_id)[:, None]], axis=1)"
        },
        "The end has the number 3 in your code, whatever is asked. Compare with `end_id`.": {
            "likeliest == end_id": "likeliest == 3"
        },
        "Your rows begin with 2, whatever is asked. They begin with `start_id`.": {
            "return ids": "return ops.concatenate([0 * ids[:, :1] + 2, ids[:, 1:]], axis=1)"
        },
    }
)


@correct("greedy_decode")
def greedy_in_numpy(step, start_id, end_id, max_length):
    starts = np.atleast_1d(ops.convert_to_numpy(start_id))
    ids = np.zeros((len(starts), max_length), "int32")
    ids[:, 0] = starts
    ended = np.zeros(len(starts), bool)
    for t in range(1, max_length):
        if ended.all():
            break
        chosen = ops.convert_to_numpy(step(ids[:, :t])).argmax(-1)
        ids[:, t] = np.where(ended, 0, chosen)
        ended |= chosen == end_id
    return ids


@correct("greedy_decode")
def greedy_in_lists(step, start_id, end_id, max_length):
    starts = [start_id] if isinstance(start_id, int) else [int(one) for one in start_id]
    rows, going = [[start] for start in starts], set(range(len(starts)))
    while going and len(rows[0]) < max_length:
        logits = ops.convert_to_numpy(step(ops.convert_to_tensor(rows, dtype="int32")))
        for number, row in enumerate(rows):
            row.append(int(logits[number].argmax()) if number in going else 0)
            if row[-1] == end_id:
                going.discard(number)
    return np.array(rows)


@correct("greedy_decode")
def greedy_by_recursion(step, start_id, end_id, max_length):
    def longer(ids):
        over = ops.any(ids[:, 1:] == end_id, axis=1)
        if ids.shape[1] >= max_length or bool(ops.all(over)):
            return ids
        chosen = ops.cast(ops.argmax(ops.softmax(step(ids)), axis=1), ids.dtype) * ops.cast(~over, ids.dtype)
        return longer(ops.concatenate([ids, chosen[:, None]], axis=1))

    return longer(ops.reshape(ops.convert_to_tensor(start_id, dtype="int64"), (-1, 1)))


GREEDY = (
    "This is a greedy search: your beam holds one hypothesis, or copies of it. Begin with one, and keep the `width` "
    "best of its continuations."
)
SCORED = 'score = total / ((5.0 + ops.cast(lengths, "float32")) / 6.0) ** length_penalty'
FINISHED = "ops.reshape(ended, (batch, width))"
KEPT = "total, places = ops.top_k(ops.reshape(sums, (batch, width * size)), width)"
BY_SCORE = """grown = ops.cast(ops.where(ended, lengths, lengths + 1), "float32")[:, None]
rated = sums / ((5.0 + grown) / 6.0) ** length_penalty
places = ops.top_k(ops.reshape(rated, (batch, width * size)), width)[1]
total = ops.take_along_axis(ops.reshape(sums, (batch, width * size)), places, axis=1)"""
right("beam_search").edits(
    {
        "You add up logits. Make log-probabilities of them first, or hypotheses cannot be compared.": {
            "ops.log_softmax(step(ids), axis=-1)": "step(ids)"
        },
        "You add up probabilities. Add up their logarithms.": {"ops.log_softmax": "ops.softmax"},
        "Your result has the largest Σ log p: nothing is divided, n counts padding, or a finished hypothesis fills the "
        "beam with copies of itself. Divide by ((5 + n) / 6)^α, let n stop at `end_id`, and keep hypotheses once.": [
            {"ops.where(ops.arange(size) == 0, 0.0, -math.inf)": "ops.zeros(size)"},
            {SCORED: "score = total"},
            {
                "lengths = ops.where(ended, lengths, lengths + 1)": "lengths = lengths + 1",
                "return ops.take_along_axis(ids, best[:, :, None], axis=1)[:, 0, : 1 + longest]": "ids = "
                f"ops.take_along_axis(ids, best[:, :, None], axis=1)[:, 0]\n{CUT}",
            },
        ],
        "You divide by n. The score divides by ((5 + n) / 6)^α.": {
            SCORED: 'score = total / ops.maximum(ops.cast(lengths, "float32"), 1.0)'
        },
        "You divide by n^α. The score divides by ((5 + n) / 6)^α.": {
            SCORED: 'score = total / ops.maximum(ops.cast(lengths, "float32"), 1.0) ** length_penalty'
        },
        "You count the start in n. It counts the tokens after the start.": {SCORED: SCORED.replace("5.0", "6.0")},
        "You do not count `end_id` in n. It is one of the tokens after the start.": {
            SCORED: f'score = total / ((5.0 + ops.cast(lengths, "float32") - ops.cast({FINISHED}, "float32")) / 6.0) '
            "** length_penalty"
        },
        "`length_penalty` changes nothing in what you return. It is the exponent of the whole (5 + n) / 6: mind the "
        "brackets.": [
            {"** length_penalty": "** 0.6"},
            {"** length_penalty": "** 1.0"},
            {SCORED: SCORED.replace(" / 6.0)", " / 6.0").replace("** length_penalty", "** length_penalty)")},
        ],
        "Unfinished hypotheses never win. At `max_length` they compete with the finished ones.": {
            SCORED: f"{SCORED}\nscore = ops.where({FINISHED}, score, -1e9 + score)"
        },
        "You keep the best by their score at each step. There Σ log p decides, and the score only at the end.": {
            KEPT: BY_SCORE
        },
        GREEDY: {"(width - 1) * [-math.inf]": "(width - 1) * [0.0]"},
        "Your finished hypotheses are continued. They stay as they are, with their Σ log p.": {
            "log_p = ops.where(ended[:, None], unchanged, log_p)": ""
        },
        "Your finished hypotheses are dropped at the next step. They stay, and compete.": {
            "ops.where(ended[:, None], unchanged, log_p)": "ops.where(ended[:, None], -math.inf, log_p)"
        },
        "Your finished hypotheses pay for padding at each step. Σ log p stays as it is after `end_id`.": {
            "ops.where(ended[:, None], unchanged, log_p)": "ops.where(ended[:, None], unchanged + log_p[:, :1], log_p)"
        },
        "You stop when the likeliest hypothesis of each row is finished. Another may still score better: stop when "
        "all are finished.": {"not ops.all(ended)": f"not ops.all({FINISHED}[:, 0])"},
        "Every row continues the hypotheses of row 0. Add b · width to the number of a hypothesis in row b.": {
            "places // size + width * ops.arange(batch)[:, None]": "places // size"
        },
        "The new tokens are appended to other hypotheses than those they continue. Reorder the ids first.": {
            "ops.take(ids, parents, axis=0)": "ids"
        },
        "The rows of your beams are interleaved. First come all `width` rows of row 0, then those of row 1.": {
            "ids = ops.repeat(start, width, axis=0)": "ids = ops.tile(start, (width, 1))"
        },
        "You stop at the first finished hypothesis. A better one may still come: stop when all are finished.": {
            "not ops.all(ended)": "not ops.any(ended)"
        },
        "You go on calling `step` although all hypotheses are finished. Stop then.": {
            LOOP: "while ids.shape[1] < max_length:"
        },
        "Your hypotheses get longer than `max_length`, which counts the start as well.": {
            "ids.shape[1] < max_length": "ids.shape[1] <= max_length"
        },
        SLOW: {"step(ids)": ONE_BY_ONE},
        "`step` gets the newest tokens only. It needs all that is written so far.": {"step(ids)": "step(ids[:, -1:])"},
        "Your result lacks the start. It is the first of the ids.": {
            "[:, 0, : 1 + longest]": "[:, 0, 1 : 1 + longest]"
        },
        "Your result lacks the last token of the longest row. n counts the tokens after the start.": {
            "1 + longest": "longest"
        },
    }
)


@mistake("beam_search", GREEDY)
def keeps_one(step, start_id, end_id, max_length, width, length_penalty=0.6):
    ids = ops.reshape(ops.convert_to_tensor(start_id, dtype="int32"), (-1, 1))
    ended = ops.zeros_like(ids[:, 0], dtype="bool")
    while ids.shape[1] < max_length and not ops.all(ended):
        likeliest = ops.where(ended, 0, ops.cast(ops.argmax(step(ids), axis=-1), "int32"))
        ids = ops.concatenate([ids, likeliest[:, None]], axis=1)
        ended = ops.logical_or(ended, likeliest == end_id)
    return ids


@correct("beam_search")
def beams_of_lists(step, start_id, end_id, max_length, width, length_penalty=0.6):
    starts = [start_id] if isinstance(start_id, int) else [int(one) for one in start_id]
    beams, t = [[(0.0, [start], False)] for start in starts], 1
    while t < max_length and not all(done for beam in beams for _, _, done in beam):
        full = [[*beam, *(width - len(beam)) * [beam[0]]] for beam in beams]
        rows = [ids + [0] * (t - len(ids)) for beam in full for _, ids, _ in beam]
        chances = ops.convert_to_numpy(ops.log_softmax(step(ops.convert_to_tensor(rows, dtype="int32")), axis=-1))
        for b, beam in enumerate(beams):
            found = []
            for place, (total, ids, done) in enumerate(beam):
                if done:
                    found.append((total, ids, True))
                else:
                    row = chances[b * width + place]
                    found += [(total + float(p), [*ids, v], v == end_id) for v, p in enumerate(row)]
            beams[b] = sorted(found, key=lambda one: -one[0])[:width]
        t += 1
    best = [max(beam, key=lambda one: one[0] / ((4 + len(one[1])) / 6) ** length_penalty)[1] for beam in beams]
    longest = max(map(len, best))
    return np.array([row + [0] * (longest - len(row)) for row in best], "int32")


right("beam_search", "beams_of_lists").edit(
    {
        "beams[b] = sorted(found, key=lambda one: -one[0])[:width]": "over = [one for one in beam if one[2]]\n"
        "beams[b] = over + sorted(found, key=lambda one: -one[0])[: width - len(over)]",
        "found.append((total, ids, True))": "pass",
    },
    "Your finished hypotheses keep their places for ever. They compete at each step, and the `width` likeliest stay.",
)


@correct("beam_search")
def the_last_of_equal_ones_and_zeros_to_fill_up(step, start_id, end_id, max_length, width, length_penalty=0.6):
    beams, t = [[(0.0, (int(start),))] for start in np.atleast_1d(start_id)], 1

    def over(one):
        return len(one[1]) > 1 and one[1][-1] == end_id

    while t < max_length and not all(over(one) for beam in beams for one in beam):
        rows = [[*ids, *(t - len(ids)) * [0]] for beam in beams for _, ids in beam + (width - len(beam)) * [(0.0, ())]]
        log_p = ops.convert_to_numpy(ops.log_softmax(step(np.array(rows, "int32"))))
        log_p = log_p.astype("float64").reshape(len(beams), width, -1)
        for b, beam in enumerate(beams):
            found = [one for one in beam if over(one)]
            for (total, ids), row in zip(beam, log_p[b], strict=False):
                if not over((total, ids)):
                    found += [(total + p, (*ids, token)) for token, p in enumerate(row)]
            beams[b] = sorted(found)[: -width - 1 : -1]
        t += 1
    best = [max(beam, key=lambda one: one[0] / ((4 + len(one[1])) / 6) ** length_penalty)[1] for beam in beams]
    return np.array([[*ids, *(max(map(len, best)) - len(ids)) * [0]] for ids in best])


@correct("beam_search")
def beams_in_arrays(step, start_id, end_id, max_length, width, length_penalty=0.6):
    starts = np.atleast_1d(ops.convert_to_numpy(start_id)).astype("int32")
    batch = len(starts)
    ids = np.zeros((batch, width, max_length), "int32")
    ids[:, :, 0] = starts[:, None]
    total = np.full((batch, width), -1e9)
    total[:, 0] = 0.0
    length, done = np.zeros((batch, width), int), np.zeros((batch, width), bool)
    for t in range(1, max_length):
        if done.all():
            break
        logits = ops.convert_to_numpy(step(ids[:, :, :t].reshape(batch * width, t))).astype("float64")
        size = logits.shape[-1]
        shifted = logits - logits.max(-1, keepdims=True)
        new = (shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))).reshape(batch, width, size)
        new[done] = -1e9
        new[done, 0] = 0.0
        flat = (total[:, :, None] + new).reshape(batch, width * size)
        places = np.argsort(-flat, axis=1)[:, :width]
        parent, token = places // size, places % size
        total = np.take_along_axis(flat, places, 1)
        ids = np.take_along_axis(ids, parent[:, :, None], 1)
        done, length = np.take_along_axis(done, parent, 1), np.take_along_axis(length, parent, 1) + 1
        length -= done
        ids[:, :, t] = np.where(done, 0, token)
        done |= token == end_id
    best = np.argmax(total / ((5 + length) / 6) ** length_penalty, axis=1)
    return ids[np.arange(batch), best]


right("beam_search").also(
    {
        SCORED: 'score = ops.exp(ops.log(-total) - length_penalty * (ops.log(5.0 + ops.cast(lengths, "float32"))))',
        "ops.argmax(score, axis=-1)": "ops.argmin(score, axis=-1)",
        "[0.0] +": "[-1e-6] +",
    }
)

TOP_K = "ranked = ops.where(ops.arange(ranked.shape[-1]) < top_k, ranked, -math.inf)"
DRAWN = "drawn = keras.random.categorical(ranked, 1, seed=seed)"
TOP_P = """if top_p is not None:
    probabilities = ops.softmax(ranked, axis=-1)
    before = ops.cumsum(probabilities, axis=-1) - probabilities
    ranked = ops.where(before < top_p, ranked, -math.inf)"""
NUCLEUS_FIRST = f"{TOP_P}\nif top_k is not None:\n    {TOP_K}"
right("sample_next").edits(
    {
        "You multiply by the temperature. Divide the logits by it.": {"logits / temperature": "logits * temperature"},
        "The temperature changes nothing. Divide the logits by it.": {"logits = logits / temperature": ""},
        "The temperature comes too late. Divide the logits by it first, before `top_p` is measured.": {
            "logits = logits / temperature": "",
            "categorical(ranked": "categorical(ranked / temperature",
        },
        "`top_p` must be measured after `top_k`, by the probabilities that are left, which sum to 1.": [
            {f"if top_k is not None:\n    {TOP_K}\n{TOP_P}": NUCLEUS_FIRST},
            {
                "if top_k is not None": "all_of_them = ops.softmax(ranked, axis=-1)\nif top_k is not None",
                "probabilities = ops.softmax(ranked, axis=-1)": "probabilities = all_of_them",
            },
        ],
        "On ties you keep more than k: a threshold lets all equal ones through. Keep the first k in order.": {
            TOP_K: "least = ranked[:, min(top_k, ranked.shape[-1]) - 1, None]\n"
            "ranked = ops.where(ranked >= least, ranked, -math.inf)"
        },
        "You keep one token more than `top_k`. Ranks begin with 0.": {"< top_k": "<= top_k"},
        "You keep one token less than `top_k`. Ranks begin with 0.": {"< top_k": "< top_k - 1"},
        "`top_k` changes nothing.": {TOP_K: "pass"},
        "`top_p` changes nothing.": {"ops.where(before < top_p, ranked, -math.inf)": "ranked"},
        "`top_p` is compared with sums of logits. Sum up probabilities: take softmax of what `top_k` has left.": {
            "probabilities = ops.softmax(ranked, axis=-1)": "probabilities = ranked"
        },
        "You sum up over the batch. Sum up each row's probabilities: the last axis.": {
            "ops.cumsum(probabilities, axis=-1)": "ops.cumsum(probabilities, axis=0)"
        },
        "`top_p` is ignored where `top_k` is given. Both count: `top_k` first, then `top_p` for what is left.": {
            "if top_p is not None:": "elif top_p is not None:"
        },
        "What is kept in row 0 decides for every row. Each row has its own order, and its own sums.": [
            {"ops.argsort(-logits, axis=-1)": "ops.repeat(ops.argsort(-logits[:1], axis=-1), logits.shape[0], axis=0)"},
            {"ops.where(before < top_p": "ops.where(before[:1] < top_p"},
        ],
        "You leave out the token that reaches p. It belongs to the set: keep each token whose likelier ones have less "
        "than p.": [
            {"before < top_p": "(before + probabilities <= top_p) | (ops.arange(ranked.shape[-1]) == 0)"},
            {"before < top_p": "before + probabilities <= top_p"},
        ],
        "You keep the tokens with a probability of 1 − p or more each. `top_p` is the probability of the set.": {
            "before < top_p": "(probabilities >= 1 - top_p) | (ops.arange(ranked.shape[-1]) == 0)"
        },
        "You return the rank of a token among the likeliest. Look up its number in the vocabulary.": {
            "ops.take_along_axis(order, drawn, axis=-1)[:, 0]": "drawn[:, 0]"
        },
        "You take the likeliest token. Draw one, by the probabilities.": {
            DRAWN: "drawn = ops.argmax(ranked, axis=-1)[:, None]"
        },
        "Without a seed you draw the same each time. Hand on `None` as it is.": {
            "seed=seed": "seed=42 if seed is None else seed"
        },
        "You set the seed of the whole process, so that later draws without a seed repeat as well. Give `seed` to the "
        "draw alone.": {
            DRAWN: "if seed is not None:\n    keras.utils.set_random_seed(seed)\n"
            "drawn = keras.random.categorical(ranked, 1)"
        },
        "You sort the least likely first. The likeliest come first.": {"ops.argsort(-logits": "ops.argsort(logits"},
        "Your result is (B, 1). Return one integer for each row, (B,).": {"axis=-1)[:, 0]": "axis=-1)"},
        "All rows get one draw. Each row is drawn by itself.": {
            DRAWN: f"{DRAWN.replace('(ranked', '(ranked[:1]')}\ndrawn = ops.repeat(drawn, ranked.shape[0], axis=0)"
        },
        "Every row is drawn with the chances of row 0. Each row has its own.": {
            DRAWN: "drawn = ops.transpose(keras.random.categorical(ranked[:1], ranked.shape[0], seed=seed))"
        },
        "What is not kept gets a logit of 0 and can still be drawn. Give it −∞.": [
            (TOP_K, TOP_K.replace("-math.inf", "0.0")),
            {"ops.where(before < top_p, ranked, -math.inf)": "ops.where(before < top_p, ranked, 0.0)"},
        ],
        "`keras.random.categorical` takes logits. You give it probabilities, so that all tokens are almost alike.": {
            "categorical(ranked": "categorical(ops.softmax(ranked, axis=-1)"
        },
    }
)


@correct("sample_next")
def by_gumbel_noise(logits, temperature=1.0, top_k=None, top_p=None, seed=None):
    logits = ops.log_softmax(logits / temperature, axis=-1)
    ranks = ops.argsort(ops.argsort(-logits, axis=-1), axis=-1)
    if top_k:
        logits = ops.where(ranks >= top_k, -1e9, logits)
    if top_p:
        chances = ops.softmax(logits, axis=-1)
        falling = ops.take_along_axis(chances, ops.argsort(ranks, axis=-1), axis=-1)
        enough = ops.sum(ops.cast(ops.cumsum(falling, axis=-1) < top_p, "int32"), axis=-1, keepdims=True)
        logits = ops.where(ops.cast(ranks, "int32") > enough, -1e9, logits)
    noise = keras.random.uniform(ops.shape(logits), minval=1e-7, maxval=1.0, seed=seed)
    return ops.argmax(logits - ops.log(-ops.log(noise)), axis=-1)


@correct("sample_next")
def in_numpy(logits, temperature=1.0, top_k=None, top_p=None, seed=None):
    random, drawn = np.random.default_rng(seed), []
    for row in ops.convert_to_numpy(logits).astype("float64") / temperature:
        order = np.argsort(-row, kind="stable")[:top_k]
        chances = np.exp(row[order] - row[order[0]])
        chances /= chances.sum()
        if top_p is not None:
            count = int(np.searchsorted(np.cumsum(chances), top_p)) + 1
            order, chances = order[:count], chances[:count] / chances[:count].sum()
        drawn.append(random.choice(order, p=chances))
    return np.array(drawn)


SEEDED = {"random, drawn = np.random.default_rng(seed), []": "drawn = []"}
IN_A_ROW = 'order = np.argsort(-row, kind="stable")[:top_k]'
IN_ORDER = """full = np.zeros(len(row))
full[order] = chances
drawn.append(random.choice(len(row), p=full))"""
right("sample_next", "in_numpy").edits(
    {
        "Every row begins with the same `seed`, so that all get one draw. Make the generator once, before the loop.": [
            {**SEEDED, IN_A_ROW: f"random = np.random.default_rng(seed)\n{IN_A_ROW}"},
            {
                **SEEDED,
                IN_A_ROW: f"random = np.random.default_rng(seed)\n{IN_A_ROW}",
                "drawn.append(random.choice(order, p=chances))": IN_ORDER,
            },
        ]
    }
)


@correct("sample_next")
def with_top_k_of_keras(logits, temperature=1.0, top_k=None, top_p=None, seed=None):
    size = logits.shape[-1]
    values, places = ops.top_k(logits / temperature, size if top_k is None else min(top_k, size))
    if top_p is not None:
        sums = ops.cumsum(ops.softmax(values), axis=-1)
        reached = ops.concatenate([ops.zeros_like(sums[:, :1]), sums[:, :-1]], axis=-1) >= top_p
        values = ops.where(reached, -1e30, values)
    choice = keras.random.categorical(values, 1, seed=seed)
    return ops.squeeze(ops.take_along_axis(places, ops.cast(choice, places.dtype), axis=1), axis=1)


layer = right("CachedAttention")
GROW = """if cache is not None:
    earlier_key, earlier_value = cache
    key = ops.concatenate([earlier_key, key], axis=2)
    value = ops.concatenate([earlier_value, value], axis=2)"""
REFUSED = """if d_model % num_heads != 0:
    raise ValueError(
        f"`d_model` must be divisible by `num_heads`; received d_model={d_model}, num_heads={num_heads}."
    )"""
layer.edits(
    {
        "Your scores are not divided. Divide them by √K, the root of the width of a head.": {
            "/ query.shape[-1] ** 0.5": ""
        },
        "You divide by the root of D. A head is K wide, so divide by √K.": {"query.shape[-1] **": "self.d_model **"},
        "You divide by K. Divide by its square root.": {"query.shape[-1] ** 0.5": "query.shape[-1]"},
        "The cache is not read, so that each token sees itself alone. Put its keys and values before the new ones.": {
            GROW: ""
        },
        "Your cache is not what you have put together: hand back all keys and values, the new ones too.": [
            {GROW: f"kept = (key, value)\n{GROW}", ", (key, value)": ", kept"},
            {GROW: f"kept = cache or (key, value)\n{GROW}", ", (key, value)": ", kept"},
        ],
        "Your values are made by `key_dense`. They have a Dense of their own.": {
            "self.value_dense(x)": "self.key_dense(x)"
        },
        "Your keys are made by `query_dense`. They have a Dense of their own.": {
            "self.key_dense(x)": "self.query_dense(x)"
        },
        "You keep the earlier keys and forget the earlier values, or the other way round. Both are kept.": [
            {"ops.concatenate([earlier_value, value], axis=2)": "ops.repeat(value, key.shape[2], axis=2)"},
            {"ops.concatenate([earlier_key, key], axis=2)": "ops.repeat(key, earlier_key.shape[2] + 1, axis=2)"},
        ],
        "The new token does not attend to itself. It attends to all tokens up to itself.": {
            "masked_softmax(scores)": "masked_softmax(scores, None if cache is None else "
            "ops.arange(key.shape[2]) < key.shape[2] - 1)"
        },
        "All of D is one head in your layer. Split queries, keys and values into `num_heads` heads.": {
            "split_heads(self.query_dense(x), self.num_heads)": "split_heads(self.query_dense(x), 1)",
            "split_heads(self.key_dense(x), self.num_heads)": "split_heads(self.key_dense(x), 1)",
            "split_heads(self.value_dense(x), self.num_heads)": "split_heads(self.value_dense(x), 1)",
        },
        "What the heads have found does not go through `output_dense`.": {
            "self.output_dense(merge_heads(output))": "merge_heads(output)"
        },
        "Your softmax is over another axis than the keys. Each query spends 1 over all keys: the last axis.": [
            {"masked_softmax(scores)": "ops.softmax(scores, axis=1)"},
            {"masked_softmax(scores)": "ops.softmax(scores, axis=-2)"},
        ],
        "Keys and values change places between two calls. Hand them back in the order in which you read them.": {
            ", (key, value)": ", (value, key)"
        },
        "Your cache holds a number beside the tensors. Keras refuses that: read the length from a tensor's shape.": {
            ", (key, value)": ", (key, value, key.shape[2])",
            "earlier_key, earlier_value = cache": "earlier_key, earlier_value, _ = cache",
        },
        "The layer keeps keys and values itself, so that two sentences mix. Hand them back in the cache.": {
            "if cache is not None:\n    earlier_key, earlier_value = cache": "if cache is not None:\n"
            "    earlier_key, earlier_value = self.kept",
            "scores =": "self.kept = (key, value)\nscores =",
        },
        "Your cache holds the tokens, and their keys and values are computed anew each time. Keep keys and values.": {
            "query = split_heads": "x, token = (x if cache is None else ops.concatenate([cache[0], x], axis=1)), x\n"
            "query = split_heads",
            "self.query_dense(x)": "self.query_dense(token)",
            GROW: "",
            ", (key, value)": ", (x,)",
        },
        "Keys and values get no gradient. Leave out `stop_gradient`.": {
            "scores =": "key, value = ops.stop_gradient(key), ops.stop_gradient(value)\nscores ="
        },
        "One Dense serves twice. Make four, so that each has parameters of its own.": {
            "self.value_dense = keras.layers.Dense(d_model, dtype=self.dtype_policy)": "self.value_dense = "
            "self.key_dense"
        },
        "A width that the heads do not divide goes through. Raise a ValueError that names both numbers.": {REFUSED: ""},
        "Your configuration lacks an argument. It holds `d_model` and `num_heads`.": [
            {', "num_heads": self.num_heads': ""},
            {'"d_model": self.d_model, ': ""},
        ],
        "Your configuration lacks what Keras' own holds: begin with `**super().get_config()`.": {
            "**super().get_config(), ": ""
        },
        "You return the output alone. Return `(output, cache)`.": {", (key, value)": ""},
        "Output and cache have changed places. Return `(output, cache)`.": {
            "return self.output_dense(merge_heads(output)), (key, value)": "return (key, value), "
            "self.output_dense(merge_heads(output))"
        },
        "Your dense layers have no bias. The four have one, as in unit 6.": (
            "keras.layers.Dense(d_model, ",
            "keras.layers.Dense(d_model, use_bias=False, ",
            4,
        ),
    }
)
layer.also(
    {
        "earlier_key, earlier_value = cache": 'earlier_key, earlier_value = cache["k"], cache["v"]',
        ", (key, value)": ', {"k": key, "v": value}',
    }
)
layer.also({"[earlier_key, key]": "[key, earlier_key]", "[earlier_value, value]": "[value, earlier_value]"})
layer.also({"masked_softmax(scores)": "ops.softmax(scores)"})


@correct("CachedAttention")
class KeepsOneTensor(keras.layers.Layer):
    """Keys and values beside each other in one tensor, (2, B, t, D), and heads by einsum."""

    def __init__(self, d_model, num_heads, **kwargs):
        if d_model % num_heads:
            raise ValueError(f"{d_model} is no multiple of {num_heads}")
        super().__init__(**kwargs)
        self.d_model, self.num_heads = d_model, num_heads
        for name in ("query", "key", "value", "output"):
            setattr(self, f"{name}_dense", keras.layers.Dense(d_model))

    def call(self, x, cache=None):
        new = ops.stack([self.key_dense(x), self.value_dense(x)])
        cache = new if cache is None else ops.concatenate([cache, new], axis=2)
        heads, size = self.num_heads, self.d_model // self.num_heads
        keys, values = (ops.reshape(part, (-1, part.shape[1], heads, size)) for part in (cache[0], cache[1]))
        query = ops.reshape(self.query_dense(x)[:, 0], (-1, heads, size))
        scores = ops.einsum("bhk,bthk->bht", query, keys) * size**-0.5
        weights = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
        weights = weights / ops.sum(weights, axis=-1, keepdims=True)
        found = ops.einsum("bht,bthk->bhk", weights, values)
        return self.output_dense(ops.reshape(found, (-1, 1, self.d_model))), cache

    def get_config(self):
        return super().get_config() | {"d_model": self.d_model, "num_heads": self.num_heads}


WANTED = "wanted += min((abs(len(other) - len(words)), len(other)) for other in others)[1]"
MATCHED = "sum(min(count, max(one[gram] for one in allowed)) for gram, count in found.items())"
SMOOTHED = "math.log((match or smallest) / total)"
right("corpus_bleu").edits(
    {
        "Matches are not limited: a word that is said again and again matches each time. At most as often as in one "
        "reference.": {MATCHED: "sum(count for gram, count in found.items() if any(one[gram] for one in allowed))"},
        "You add up the counts of all references. That one counts which has the n-gram most often.": {
            "max(one[gram] for one in allowed)": "sum(one[gram] for one in allowed)"
        },
        "Only the first reference can be matched. An n-gram may match in any of them.": {
            "max(one[gram] for one in allowed)": "allowed[0][gram]"
        },
        "Short translations cost nothing. Multiply by min(1, e^(1 − r/c)).": [
            {"brevity = min(1.0, math.exp(1 - wanted / written))": "brevity = 1.0"},
            {"wanted / written": "written / wanted"},
        ],
        "Long translations get a reward: the factor is at most 1.": {
            "min(1.0, math.exp(1 - wanted / written))": "math.exp(1 - wanted / written)"
        },
        "Your r takes the shortest reference of each. The one counts whose length is nearest.": {
            WANTED: "wanted += min(len(other) for other in others)"
        },
        "Your r takes the longest reference of each. The one counts whose length is nearest.": {
            WANTED: "wanted += max(len(other) for other in others)"
        },
        "Your r takes the first reference of each. The one counts whose length is nearest.": {
            WANTED: "wanted += len(others[0])"
        },
        "Your r takes the mean length of the references. The one counts whose length is nearest.": {
            WANTED: "wanted += sum(len(other) for other in others) / len(others)"
        },
        "Of two lengths that are equally near, you take the longer one, or the first. The shorter one counts.": {
            WANTED: "wanted += min((abs(len(other) - len(words)), -len(other), len(other)) for other in others)[2]"
        },
        "Without smoothing, one n without a match makes BLEU 0. The first such n counts as half a match.": {
            "if matches[0] == 0 or 0 in totals": "if 0 in matches or 0 in totals"
        },
        "Each n without a match counts the same in your code. It is halved each time: a half, a quarter, an eighth.": {
            "smallest /= 2": "smallest = 0.5"
        },
        "The first n without a match counts as 1 in your code. It counts as a half.": {
            "if match == 0:\n    smallest /= 2\nlogarithms += math.log((match or smallest) / total)": "logarithms += "
            "math.log((match or smallest) / total)\nif match == 0:\n    smallest /= 2"
        },
        "You add 1 to matches and totals. Only what has no match is smoothed, by 1 / (2^k · total).": {
            SMOOTHED: "math.log((match + 1) / (total + 1))"
        },
        "Your BLEU is between 0 and 1. It goes to 100.": {"return 100 * brevity": "return brevity"},
        "You round. Return the number as it is.": {
            "100 * brevity * math.exp(logarithms / 4)": "round(100 * brevity * math.exp(logarithms / 4), 2)"
        },
        "You take punctuation off. Words stand between spaces, and a comma belongs to its word.": {
            "hypothesis.split()": 'hypothesis.replace(",", "").replace(".", "").split()',
            "reference.split()": 'reference.replace(",", "").replace(".", "").split()',
        },
        "You make words of punctuation. Words stand between spaces, and a comma belongs to its word.": {
            "hypothesis.split()": 'hypothesis.replace(",", " ,").replace(".", " .").split()',
            "reference.split()": 'reference.replace(",", " ,").replace(".", " .").split()',
        },
        "Your precisions get an arithmetic mean. BLEU takes the fourth root of their product.": {
            SMOOTHED: "(match or smallest) / total",
            "math.exp(logarithms / 4)": "logarithms / 4",
        },
        "You take the product of the precisions without its fourth root.": {"logarithms / 4": "logarithms"},
        "You count n-grams up to 3. They go up to 4.": {
            "range(1, 5)": "range(1, 4)",
            "[0] * 4, [0] * 4": "[0] * 3, [0] * 3",
            "logarithms / 4": "logarithms / 3",
        },
        "You put words into small letters. Capital letters make another word here.": {
            "hypothesis.split()": "hypothesis.lower().split()",
            "reference.split()": "reference.lower().split()",
        },
        "A reference that is a string is taken for a list of letters. Make a list of it first.": {
            "[known] if isinstance(known, str) else known": "known"
        },
        "Empty hypotheses are skipped. The length of their reference counts, too.": {
            "words = hypothesis.split()": "words = hypothesis.split()\nif not words:\n    continue"
        },
        "You divide by the n-grams of the reference. A precision divides by those of the hypothesis.": {
            "totals[n - 1] += sum(found.values())": "totals[n - 1] += sum(allowed[0].values())"
        },
        "You count each kind of n-gram once. One that occurs twice counts twice.": {
            "return Counter(tuple(words[place : place + n]) for place in range(len(words) - n + 1))": "return Counter("
            "{tuple(words[place : place + n]) for place in range(len(words) - n + 1)})"
        },
    }
)


@mistake(
    "corpus_bleu",
    "You take the mean of the BLEU of each sentence. Add up matches and totals over the corpus, and divide once.",
)
def mean_of_sentences(hypotheses, references):
    found = []
    for hypothesis, known in zip(hypotheses, references, strict=True):
        words, others = hypothesis.split(), [one.split() for one in ([known] if isinstance(known, str) else known)]
        product, smallest = 1.0, 1.0
        for n in range(1, 5):
            mine = Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
            theirs = [Counter(tuple(other[i : i + n]) for i in range(len(other) - n + 1)) for other in others]
            match = sum(min(count, max(one[gram] for one in theirs)) for gram, count in mine.items())
            smallest = smallest if match else smallest / 2
            product *= 0.0 if not mine or (n == 1 and not match) else (match or smallest) / sum(mine.values())
        nearest = min((abs(len(other) - len(words)), len(other)) for other in others)[1]
        found.append(100 * min(1.0, math.exp(1 - nearest / len(words))) * product**0.25 if words else 0.0)
    return sum(found) / len(found)


@correct("corpus_bleu")
def by_lists(hypotheses, references):
    pairs = [
        (h.split(), [one.split() for one in ([r] if isinstance(r, str) else r)])
        for h, r in zip(hypotheses, references, strict=True)
    ]
    c = sum(len(words) for words, _ in pairs)
    r = sum(
        sorted((len(other) for other in others), key=lambda n: (abs(n - len(words)), n))[0] for words, others in pairs
    )
    bleu, k = 1.0, 0
    for n in (1, 2, 3, 4):
        total = match = 0
        for words, others in pairs:
            grams = [words[i : i + n] for i in range(len(words) - n + 1)]
            pools = [[other[i : i + n] for i in range(len(other) - n + 1)] for other in others]
            total += len(grams)
            for gram in {tuple(one) for one in grams}:
                match += min(grams.count(list(gram)), max(pool.count(list(gram)) for pool in pools))
        if total == 0 or (n == 1 and match == 0):
            return 0
        if match == 0:
            k += 1
        bleu *= (match if match else 2**-k) / total
    return 100 * bleu**0.25 * (1 if c >= r else math.e ** (1 - r / c))


@correct("corpus_bleu")
def with_numpy(hypotheses, references):
    counts, lengths = np.zeros((2, 4)), np.zeros(2)
    for hypothesis, known in zip(hypotheses, references, strict=True):
        words, known = hypothesis.split(" ") if hypothesis else [], [known] if isinstance(known, str) else known
        others = [reference.split() for reference in known]
        sizes = np.sort([len(other) for other in others])
        lengths += len(words), sizes[np.abs(sizes - len(words)).argmin()]
        for n in range(4):
            tokens = Counter(zip(*(words[i:] for i in range(n + 1)), strict=False))
            best = Counter()
            for other in others:
                best |= Counter(zip(*(other[i:] for i in range(n + 1)), strict=False))
            counts[:, n] += (tokens & best).total(), tokens.total()
    matches, totals = counts
    if not matches.any() or not totals.all():
        return 0.0
    matches = np.where(matches == 0, 0.5 ** np.cumsum(matches == 0), matches)
    return float(100 * np.exp(np.log(matches / totals).mean() + min(0.0, 1 - lengths[1] / lengths[0])))


right("corpus_bleu").also(
    {SMOOTHED: "math.log2((match or smallest) / total)", "math.exp(logarithms / 4)": "2 ** (logarithms / 4)"}
)
