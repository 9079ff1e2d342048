"""Unit 05: known answers."""

import numpy as np
from keras import ops

from autograder.judging import correct, free, mistake, of, only_on, right


@correct("padding_mask")
def compares_and_indexes(ids):
    return (ids != 0)[:, None, :]


@correct("padding_mask")
def casts_ids_to_booleans(ids):
    return ops.cast(ops.expand_dims(ids, axis=-2), "bool")


right("padding_mask").edits(
    {
        "Your mask is upside down. `True` means “may look”, so words are True and `[PAD]` is False.": {
            "ops.not_equal": "ops.equal"
        },
        "The axis of the queries is missing. Give the mask an axis of size 1 between B and S.": {
            "ops.expand_dims(ops.not_equal(ids, 0), axis=1)": "ops.not_equal(ids, 0)"
        },
        "The axis of size 1 stands at the end. It stands for the queries: put it between B and S.": {"1": "-1"},
        "The axis of size 1 stands in front. It stands for the queries: put it between B and S.": {"axis=1": "axis=0"},
        "Your mask holds the numbers 0 and 1. Keep the booleans that the comparison gives.": [
            of("casts_ids_to_booleans", {'(ids, axis=-2), "bool"': '(ops.not_equal(ids, 0), axis=1), "float32"'}),
            of("casts_ids_to_booleans", {'(ids, axis=-2), "bool"': '(ops.not_equal(ids, 0), axis=1), "int32"'}),
        ],
        "You return the ids themselves. Ask each of them whether it is 0: a comparison gives booleans.": {
            "ops.not_equal(ids, 0)": "ids"
        },
        "You hide all four special words. Only `[PAD]`, id 0, is hidden: the others carry meaning.": {
            "ops.not_equal(ids, 0)": "ops.greater(ids, 3)"
        },
        "You hide `[UNK]`, id 1, as well. An unknown word is still a word: hide id 0 alone.": {
            "ops.not_equal(ids, 0)": "ops.greater(ids, 1)"
        },
        "You hide id 1, which is `[UNK]`, and show the padding. `[PAD]` is id 0: hide that one.": {"ids, 0": "ids, 1"},
        "You counted words and marked that many from the left. Look at each id instead, wherever it is.": (
            "not_equal(ids, 0)",
            'arange(ops.shape(ids)[-1]) < ops.sum(ops.cast(ops.not_equal(ids, 0), "int32"), axis=-1, keepdims=True)',
        ),
        "You repeated the row for every query. One row is enough: an axis of size 1 stretches by itself.": {
            "expand_dims(ops.not_equal(ids, 0)": "repeat(ops.not_equal(ids, 0)[:, None, :], ids.shape[1]"
        },
        "In a compiled graph B is not known, and `ids.shape[0]` is None. Add the axis without naming B.": only_on(
            ("tensorflow",), {"expand_dims": "reshape", "axis=1)": "(ids.shape[0], 1, ids.shape[1]))"}
        ),
        "NumPy needs real numbers, and a compiled graph has none yet. Compare with `keras.ops`.": only_on(
            ("tensorflow", "jax"),
            {"ops.expand_dims(ops.not_equal(ids, 0), axis=1)": "np.asarray(ids)[:, None, :] != 0"},
        ),
    }
)


@mistake("padding_mask", "You added an axis for heads too. In this course the mask has three axes: (B, 1, S).")
def adds_an_axis_for_heads(ids):
    return ops.not_equal(ids, 0)[:, None, None, :]


@mistake("padding_mask", "You emptied the rows of `[PAD]` as well. Hide padding as a key only: one row per sentence.")
def hides_padding_rows_too(ids):
    real = ops.not_equal(ids, 0)
    return ops.logical_and(real[:, :, None], real[:, None, :])


right("padding_mask", "compares_and_indexes").also(
    "(ids != 0)[:, None, :]", "ops.reshape(ops.logical_not(ops.equal(ids, 0)), (-1, 1, ops.shape(ids)[1]))"
)


@correct("causal_mask")
def compares_in_one_line(length):
    t = ops.arange(length)
    return ops.expand_dims(t[None, :] <= t[:, None], axis=0)


@correct("causal_mask")
def cuts_a_triangle(length):
    return ops.tril(ops.ones((1, length, length), dtype="bool"))


@correct("causal_mask")
def adds_up_the_diagonal(length):
    return ops.cumsum(ops.eye(length), axis=0)[None, :, :] > 0


right("causal_mask", "compares_in_one_line").edits(
    {
        "Your mask is cut from a table of a fixed size, and longer sentences get too little. Build it for `length`.": [
            of("cuts_a_triangle", {"length, length": f"{size}, {size}", "))": "))[:, :length, :length]"})
            for size in (64, 128, 256, 512)
        ],
        "Your words cannot see themselves. Allow s = t as well: the diagonal is True.": {"[None, :] <=": "[None, :] <"},
        "Each word sees one word of its future. Stop at the diagonal: allow s ≤ t and no more.": {"None]": "None] + 1"},
        "Rows and columns are swapped: your words see the future. Rows are queries t, columns keys s.": of(
            "cuts_a_triangle", {"ops.tril": "ops.triu"}
        ),
        "Your mask marks what is forbidden. `True` means “may look”: mark the present and the past.": {"<=": ">"},
        "The batch axis is missing. Put an axis of size 1 in front: (1, T, T).": of("cuts_a_triangle", {"1,": ""}),
        "The axis of size 1 stands at the end. It stands for the batch: put it in front, (1, T, T).": of(
            "cuts_a_triangle",
            (
                'ops.tril(ops.ones((1, length, length), dtype="bool"))',
                'ops.expand_dims(ops.tril(ops.ones((length, length), dtype="bool")), axis=-1)',
            ),
        ),
        "The axis of size 1 stands in the middle. It stands for the batch: put it in front, (1, T, T).": of(
            "cuts_a_triangle",
            (
                'ops.tril(ops.ones((1, length, length), dtype="bool"))',
                'ops.expand_dims(ops.tril(ops.ones((length, length), dtype="bool")), axis=1)',
            ),
        ),
        "Your square has T − 1 rows and columns. The positions are 0 to T − 1: `ops.arange(length)`.": {
            "ops.arange(length)": "ops.arange(1, length)"
        },
        "Your square has T + 1 rows and columns. The positions are 0 to T − 1: `ops.arange(length)`.": {
            "ops.arange(length)": "ops.arange(length + 1)"
        },
        "You added an axis for heads too. In this course the mask has three axes: (1, T, T).": of(
            "cuts_a_triangle", {"length,": "1, length,"}
        ),
        "Your mask holds the numbers 0 and 1. Make it of booleans, with `dtype` or a comparison.": [
            of("cuts_a_triangle", {', dtype="bool"': ""}),
            of("cuts_a_triangle", {'dtype="bool"': 'dtype="int32"'}),
        ],
        "You built numbers to add to scores. Here a mask says True or False; the softmax comes later.": [
            {"t[None, :] <= t[:, None]": "ops.where(t[None, :] <= t[:, None], 0.0, -1e9)"},
            {"t[None, :] <= t[:, None]": 'ops.where(t[None, :] <= t[:, None], 0.0, -float("inf"))'},
            {"expand_dims(t[None, :] <= t[:, None], axis=0)": 'where(t[None, :] <= t[:, None], 0.0, -float("inf"))'},
        ],
        "You compared a row with a row. Make the queries a column: `t[:, None]`.": {
            "= ops.arange": ", s = ops.arange(length), ops.arange",
            "ops.expand_dims(t[None, :] <= t[:, None], axis=0)": "(s <= t)[None]",
        },
        "A tensor has no `.T`. Swap its last two axes with `ops.transpose`.": only_on(
            ("tensorflow",),
            {
                "ops.arange(length)": "ops.arange(length)[None, :]",
                "ops.expand_dims(t[None, :] <= t[:, None], axis=0)": "(t <= t.T)[None]",
            },
        ),
        "A NumPy function got a tensor of `keras.ops`, which a graph cannot allow. Stay with `keras.ops`.": of(
            "cuts_a_triangle", only_on(("tensorflow", "jax"), {"ops.tril": "np.tril"})
        ),
        "Your words see themselves alone. They may look at the words before them too: s ≤ t, not s = t.": of(
            "cuts_a_triangle",
            {'tril(ops.ones((1, length, length), dtype="bool"))': 'expand_dims(ops.eye(length, dtype="bool"), axis=0)'},
        ),
    }
)


@mistake("causal_mask", "You compared a row with a row. Make the queries a column: `t[:, None]`.")
def compares_a_row_with_a_row_alone(length):
    t, s = ops.arange(length), ops.arange(length)
    return s <= t


@mistake(
    "causal_mask",
    "A tensor cannot be changed in place. Make the whole mask at once, with a comparison.",
    backends=("tensorflow", "jax"),
)
def assigns_row_by_row(length):
    mask = ops.zeros((1, length, length), dtype="bool")
    for t in range(length):
        mask[0, t, : t + 1] = True
    return mask


right("causal_mask", "compares_in_one_line").also(
    {
        "ops.arange(length)": "ops.expand_dims(ops.arange(length), axis=1)",
        "t[None, :] <= t[:, None]": "ops.greater_equal(t, ops.transpose(t))",
    }
)
right("causal_mask", "cuts_a_triangle").also(
    'ops.tril(ops.ones((1, length, length), dtype="bool"))',
    'ops.logical_not(ops.triu(ops.ones((length, length), dtype="bool"), k=1))[None]',
)


@correct("combine_masks")
def loops_with_the_and_sign(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined


@correct("combine_masks")
def reduces_the_list(*masks):
    from functools import reduce

    given = [mask for mask in masks if mask is not None]
    return reduce(ops.logical_and, given) if given else None


@correct("combine_masks")
def forbids_what_any_mask_forbids(*masks):
    forbidden = None
    for mask in masks:
        if mask is None:
            continue
        veto = ops.logical_not(mask)
        forbidden = veto if forbidden is None else ops.logical_or(forbidden, veto)
    return None if forbidden is None else ops.logical_not(forbidden)


@correct("combine_masks")
def multiplies_and_compares(*masks):
    given = [ops.cast(mask, "int32") for mask in masks if mask is not None]
    if not given:
        return None
    product = given[0]
    for mask in given[1:]:
        product = product * mask
    return product > 0


LOOP = (
    "combined = None for mask in masks: if mask is not None: "
    "combined = mask if combined is None else ops.logical_and(combined, mask) return combined"
)
TWO = "return b if a is None else a if b is None else ops.logical_and(a, b)"


right("combine_masks").edits(
    {
        "You allow a look when any mask allows it. Every mask has a veto: all must be True.": {
            "ops.logical_and": "ops.logical_or"
        },
        "You stop after two masks. Go through all that are given, however many.": of(
            "reduces_the_list",
            {
                "from functools import reduce": "",
                "return reduce(ops.logical_and, given) if given else None": """
            if len(given) < 2:
                return given[0] if given else None
            return ops.logical_and(given[0], given[1])
            """,
            },
        ),
        "You count on exactly two masks. There may be any number of them: go through them in a loop.": [
            {LOOP: f"a, b = masks; {TWO}"},
            {LOOP: "a, b = masks; return ops.logical_and(a, b)"},
            {LOOP: "return ops.logical_and(masks[0], masks[1])"},
        ],
        "Where two masks agree on “no”, yours says “yes”. Equal is not AND: both must be True.": {
            "ops.logical_and": "ops.equal"
        },
        "A sum above 1 says that two masks allow a look. All must: combine with a logical AND.": of(
            "reduces_the_list",
            {
                "from functools import reduce given = [mask": 'given = [ops.cast(mask, "int32")',
                "reduce(ops.logical_and, given)": "sum(given) > 1",
            },
        ),
        "One None makes you give up the other masks. Skip the None and combine the rest.": [
            {"combined = None": "if not masks or None in masks: return None\ncombined = None"},
            {"combined = None": "if not masks or any(mask is None for mask in masks): return None\ncombined = None"},
        ],
        "At a None you stop looking at the masks behind it. Skip it, `continue`, and go on.": {
            "if mask is not None: combined": "if mask is None: break\ncombined"
        },
        "You read None as “nothing is allowed”. It means “no rule”: skip it.": {
            "if mask is not None: combined": "if mask is None: mask = np.zeros((1, 1, 1), bool)\ncombined"
        },
        "You stop at the first mask. Return only after the loop has seen them all.": [
            {"combined = mask if combined is None else ops.logical_and(combined, mask)": "return mask"},
            {LOOP: "return masks[0] if masks else None"},
        ],
        "You combine None as if it were a mask. Leave the Nones out before you start.": {
            "= None": "= masks[0] if masks else None",
            "in masks: if mask is not None:": "in masks[1:]:",
            "mask if combined is None else": "",
        },
        "Without any mask you return True. Return None then: it says that there is no rule.": {
            "= None": "= True",
            "mask if combined is None else": "",
        },
        "When no mask is left, there is no first one to begin with. Return None then.": [
            of(
                "multiplies_and_compares",
                {
                    'ops.cast(mask, "int32")': "mask",
                    "if not given: return None": "",
                    "product * mask": "ops.logical_and(product, mask)",
                    "product > 0": "product",
                },
            ),
            of(
                "reduces_the_list",
                {
                    "given = [mask for mask in masks if mask is not None]": "",
                    "given) if given else None": "[mask for mask in masks if mask is not None])",
                },
            ),
        ],
        "`if mask` asks whether a whole tensor is true. Ask whether it is None: `mask is not None`.": {
            "is not None": ""
        },
        "`and` and `if` ask a whole tensor for one yes or no. Combine with `&`, and ask `is None`.": of(
            "loops_with_the_and_sign", {"& mask": "and mask"}
        ),
        "`!= None`, `== None` and `None in` compare a mask number by number. Ask with `is not None` or `is None`.": [
            only_on(("tensorflow", "jax"), {"is not": "!="})
        ],
        "Your product of masks holds numbers. Combine booleans with a logical AND: they stay booleans.": of(
            "multiplies_and_compares", {'mask, "int32"': 'mask, "float32"', "product > 0": "product"}
        ),
        "Stacking needs masks of equal shape, and these differ. Let AND stretch them, two at a time.": of(
            "reduces_the_list",
            {"from functools import reduce": "", "reduce(ops.logical_and, given)": "ops.all(ops.stack(given), axis=0)"},
        ),
        "Take any number of masks: put a star before the argument, `*masks`.": [
            {"*masks": "masks"},
            {"*masks": "a, b", LOOP: TWO},
            {"*masks": "a, b", LOOP: "return ops.logical_and(a, b)"},
            {"*masks": "a, b=None", LOOP: TWO},
            {"*masks": "a=None, b=None", LOOP: TWO},
        ],
        "You begin with the first mask, but it may be None or missing. Begin with no result.": {
            "= None": "= masks[0]",
            "in masks": "in masks[1:]",
            "mask if combined is None else": "",
        },
        "`all` asks each whole tensor for one yes or no. Combine two at a time with `ops.logical_and`.": {
            LOOP: "return all(masks)"
        },
        "`ops.logical_and` takes two masks at a time. Go through the masks in a loop.": {
            LOOP: "return ops.logical_and(*masks)"
        },
        "`&=` overwrites the first mask you were given. Make a new one at each step.": {
            "combined = mask if combined is None else ops.logical_and(combined, mask)": """
            if combined is None:
                combined = mask
            else:
                combined &= mask
            """
        },
        "NumPy cannot work on the tensors of a compiled graph. Use the logical AND of `keras.ops`.": of(
            "multiplies_and_compares",
            only_on(
                ("tensorflow", "jax"),
                {'ops.cast(mask, "int32")': "np.asarray(mask)", "* mask": "& mask", "product > 0": "product"},
            ),
        ),
    }
)


@correct("masked_softmax")
def hides_before_and_after(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)


@correct("masked_softmax")
def chooses_before_and_after_with_infinity(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.softmax(ops.where(mask, scores, -float("inf")), axis=-1)
    return ops.where(mask, weights, ops.zeros_like(weights))


@correct("masked_softmax")
def divides_by_a_sum_that_is_never_zero(scores, mask=None):
    allowed = ops.ones_like(scores) if mask is None else ops.cast(mask, scores.dtype)
    hidden_low = ops.where(allowed > 0, scores, -1e30)
    peak = ops.stop_gradient(ops.max(hidden_low, axis=-1, keepdims=True))
    shares = ops.exp(hidden_low - peak) * allowed
    return shares / (ops.sum(shares, axis=-1, keepdims=True) + 1e-9)


@correct("masked_softmax")
def subtracts_the_logarithm_of_the_sum(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    low = ops.where(mask, scores, -1e9)
    return ops.where(mask, ops.exp(low - ops.logsumexp(low, axis=-1, keepdims=True)), 0.0)


right("masked_softmax", "divides_by_a_sum_that_is_never_zero").edits(
    {
        "You shift by the smallest score of a row, so that exp overflows. Shift by its largest allowed one.": {
            "-1e30) peak = ops.stop_gradient(ops.max": "1e30); peak = ops.stop_gradient(ops.min",
            "hidden_low - peak": "ops.where(allowed > 0, scores - peak, 0.0)",
        },
        "You use the mask without asking whether it is None. Without a mask, all scores are allowed.": of(
            "hides_before_and_after", {"if mask is None: return ops.softmax(scores, axis=-1)": ""}
        ),
    }
)


HIDDEN_TWICE = "ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)"


NO_MASK = "return ops.softmax(scores, axis=-1)"
ALL_ALLOWED = 'mask = ops.ones_like(scores, dtype="bool")'
EMPTY_ROWS = {"mask, ops": "ops.any(mask, axis=-1, keepdims=True), ops"}  # they alone get zeros at the end
LOWEST = "ops.min(scores, axis=-1, keepdims=True)"
GUARDED = "ops.where(total > 0, total, 1.0)"


right("masked_softmax", "hides_before_and_after").edits(
    {
        "You hide the allowed scores and use the hidden ones. `True` means “may look”.": {
            HIDDEN_TWICE: "ops.where(mask, 0.0, ops.softmax(ops.where(mask, -1e9, scores), axis=-1))"
        },
        "You push the allowed scores down. The huge negative number belongs where `mask` is False.": {
            "ops.where(mask, scores, -1e9)": "scores + ops.cast(mask, scores.dtype) * -1e9"
        },
        "You set hidden scores to 0, but e⁰ = 1 still gets a share. A hidden share must be 0.": {
            HIDDEN_TWICE: "ops.softmax(scores * ops.cast(mask, scores.dtype), axis=-1)"
        },
        "A hidden score that you set to 0 still counts in the sum, as e⁰ = 1. Its share must be 0 before you sum.": [
            {"-1e9": "0.0"},
            of("", {"ops.where(mask, ops.exp(safe), 0.0)": "ops.exp(safe)", GUARDED: "total"}),
            of(
                "",
                {
                    "ops.where(mask, ops.exp(safe), 0.0)": "ops.exp(safe)",
                    f"shares / {GUARDED}": "ops.where(mask, shares / total, 0.0)",
                },
            ),
        ],
        (
            "Allowed scores can be as low as what you put in place of hidden ones. Take −10⁹, before any maximum or "
            "softmax."
        ): [
            EMPTY_ROWS | {"-1e9": "-1e4"},
            free(-20.0, -5.0, -9e3, EMPTY_ROWS | {"-1e9": "-20.0"}),
            {"-1e9": "-1e3"},
            {"-1e9": "-1e4"},
            {"ops.where(mask, scores, -1e9)": "scores + ops.where(mask, 0.0, -1e4)"},
            of("", {NO_MASK: ALL_ALLOWED, LOWEST: "0.0"}),
        ],
        "Allowed scores can lie below what you put for hidden ones, and a sum can be 0. Use −10⁹, and guard the sum.": [
            of("", {LOWEST: "0.0", GUARDED: "total"})
        ],
        "You never use the mask. Hidden scores must get the weight 0.": {HIDDEN_TWICE: "ops.softmax(scores, axis=-1)"},
        "You hide after softmax, so the rest sums to less than 1. Hide the scores before they share.": {
            "ops.where(mask, scores, -1e9)": "scores"
        },
        "A large hidden score shrinks the allowed shares to 0. Hide it before you take softmax or a peak.": [
            of("", {"ops.exp(safe)": "ops.softmax(scores, axis=-1)"}),
            of("", {"ops.where(mask, scores, lowest)": "scores"}),
        ],
        "What you add to the sum takes a piece of every share. Add nothing: put 1 in place of a sum that is 0.": of(
            "", free(1e-3, 1e-5, 10.0, {GUARDED: "(total + 1e-3)"})
        ),
        "A layer takes no None by position. Without a mask, call `ops.softmax`; or pass it by name, `mask=mask`.": {
            f"if mask is None: {NO_MASK} return {HIDDEN_TWICE}": "return keras.layers.Softmax()(scores, mask)"
        },
        "A tensor has no `.max()`. Use `ops.max`.": only_on(
            ("tensorflow", "torch"),
            of("", {"ops.max(ops.where(mask, scores, lowest),": "ops.where(mask, scores, lowest).max("}),
        ),
        "A row that may look nowhere ends as 0 / 0, which is NaN. Guard it: such a row gets zeros.": {
            HIDDEN_TWICE: 'ops.softmax(ops.where(mask, scores, -float("inf")), axis=-1)'
        },
        "exp of a large score is ∞, and of a very low one 0. Subtract the row's largest allowed score first.": [
            {
                f"return {HIDDEN_TWICE}": """
            shares = ops.exp(scores) * ops.cast(mask, scores.dtype)
            return shares / (ops.sum(shares, axis=-1, keepdims=True) + 1e-9)
            """
            },
            of("", {NO_MASK: ALL_ALLOWED, "scores - peak": "scores"}),
        ],
        "exp of a large score is ∞, and an empty row divides 0 by 0. Use a peak, and guard the sum.": {
            "return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)": """
            shares = ops.exp(scores) * ops.cast(mask, scores.dtype)
            return shares / ops.sum(shares, axis=-1, keepdims=True)
            """
        },
        "A row that may look nowhere gets equal weights in your answer. It must get zeros.": {
            HIDDEN_TWICE: "ops.softmax(ops.where(mask, scores, -1e9), axis=-1)"
        },
        "You patch the NaN at the end, but its gradient stays NaN. Prevent it before softmax.": {
            "ops.where(mask, scores, -1e9)": 'scores + ops.where(mask, 0.0, -float("inf"))'
        },
        "A hidden score still goes into exp, and its gradient is not finite. Make it harmless first.": of(
            "", {"safe = ops.where(mask, scores - peak, 0.0)": "", "(safe)": "(scores - peak)"}
        ),
        "You subtract one peak for several rows. Each row needs its own: `axis=-1, keepdims=True`.": [
            of("", {"lowest), axis=-1, keepdims=True": "-1e9)"}),
            of("", {NO_MASK: ALL_ALLOWED, "lowest), axis=-1, keepdims=True": "-1e9)"}),
        ],
        "Without a mask too, exp of a large score is ∞. Use `ops.softmax` there, or subtract the peak of each row.": (
            "return ops.softmax(scores, axis=-1)",
            "shares = ops.exp(scores); return shares / ops.sum(shares, axis=-1, keepdims=True)",
        ),
        (
            "You clip the scores, and beyond that they count as equal. Subtract the peak of each row in place of "
            "clipping."
        ): {"return ops.where": "scores = ops.clip(scores, -50.0, 50.0); return ops.where"},
        "You share out down the columns. Each row, over the keys on the last axis, shares 1.": [
            ("axis=-1", "axis=-2", 2),
            {"), axis=-1": "), axis=-2"},
        ],
        "You share out along axis 1, the queries. Take `axis=-1`: the keys stand last, heads or not.": [
            ("axis=-1", "axis=1", 2),
            {"), axis=-": "), axis="},
        ],
        "An axis that you reduce is gone, and the rest does not fit the scores. Keep it: `keepdims=True`.": [
            of("", {"lowest), axis=-1, keepdims=True": "lowest), axis=-1"}),
            of("", {"shares, axis=-1, keepdims=True": "shares, axis=-1"}),
            {"mask, ops": "ops.any(mask, axis=-1), ops"},
        ],
        (
            "You call the axis of the keys 2. With heads it is 3: take `axis=-1`, the last, however many stand "
            "before it."
        ): [("axis=-1", "axis=2", 2), {"), axis=-1": "), axis=2"}],
        "With heads you give the mask one axis more, but it comes ready to broadcast. Use it as it is.": {
            "return ops.where": "mask = mask[:, None] if len(scores.shape) == 4 else mask; return ops.where"
        },
        (
            "You expect exactly three axes, and with heads there are four. What is done per row needs the last axis "
            "alone."
        ): {"return ops.where": "batch, queries, keys = scores.shape; return ops.where"},
        "You ask a whole mask for one yes or no. Ask whether it is None: `mask is None`.": {"mask is None": "not mask"},
        "`== None` and `!= None` compare a mask number by number. Ask with `is None` or `is not None`.": only_on(
            ("tensorflow", "jax"), {"is None": "== None"}
        ),
        "A boolean mask cannot be subtracted. Choose with `ops.where`, or turn it over with `ops.logical_not`.": [
            only_on(("tensorflow", "torch"), {"ops.where(mask, scores, -1e9)": "scores - 1e9 * (1 - mask)"}),
            only_on(("tensorflow", "torch"), {"ops.where(mask, scores, -1e9)": "scores - 1e9 * (1.0 - mask)"}),
        ],
        (
            "A number times a boolean mask becomes a boolean. Choose with `ops.where`, or make numbers of the mask "
            "first."
        ): [
            only_on(("tensorflow",), {HIDDEN_TWICE: "ops.softmax(scores * mask, axis=-1)"}),
            only_on(("tensorflow",), {HIDDEN_TWICE: "ops.softmax(scores, axis=-1) * mask"}),
            only_on(
                ("tensorflow",),
                of("", {"ops.where(mask, ops.exp(safe), 0.0)": "ops.softmax(scores) * mask", GUARDED: "total"}),
            ),
            only_on(("tensorflow",), of("", {"ops.where(mask, ops.exp(safe), 0.0)": "ops.softmax(scores) * mask"})),
        ],
        "A large hidden score, or an empty row, makes your sum 0. Hide before you share, and guard the sum.": [
            only_on(
                ("jax", "torch"),
                of("", {"ops.where(mask, ops.exp(safe), 0.0)": "ops.softmax(scores) * mask", GUARDED: "total"}),
            ),
            of("", {"ops.exp(safe)": "ops.softmax(scores, axis=-1)", GUARDED: "total"}),
        ],
        "0 · ∞ is NaN, so allowed scores become NaN as well. Choose with `ops.where` in place of a product.": [
            {HIDDEN_TWICE: 'ops.softmax(scores - float("inf") * (1.0 - ops.cast(mask, scores.dtype)), axis=-1)'},
            {"ops.where(mask, scores, -1e9)": 'scores - float("inf") * (1.0 - ops.cast(mask, scores.dtype))'},
        ],
        "You assign into a tensor, which cannot be changed. Make a new one with `ops.where`.": {
            "return ops.where": "scores[ops.logical_not(mask)] = -1e9; return ops.where",
            "ops.where(mask, scores, -1e9)": "scores",
        },
        "`+=` changes the scores that you were given. Make new ones: `ops.where` leaves the old alone.": [
            only_on(
                ("tensorflow", "jax"),
                {
                    "return ops.where": 'scores += np.where(mask, 0.0, -1e9).astype("float32"); return ops.where',
                    "ops.where(mask, scores, -1e9)": "scores",
                },
            ),
            only_on(
                ("torch",),
                {
                    "return ops.where": "scores += ops.where(mask, 0.0, -1e9); return ops.where",
                    "ops.where(mask, scores, -1e9)": "scores",
                },
            ),
        ],
        (
            "No gradient comes back to the scores: NumPy, rounding or `stop_gradient` cuts it. Compute with "
            "`keras.ops` from start to end, and with nothing that cuts."
        ): [
            {
                "if mask": """
            scores = ops.stop_gradient(scores)
            if mask
            """
            },
            (
                "ops.softmax(ops.where(mask, scores, -1e9), axis=-1)",
                "ops.stop_gradient(ops.softmax(ops.where(mask, scores, -1e9), axis=-1))",
            ),
        ],
    }
)


@mistake(
    "masked_softmax",
    "No gradient comes back to the scores: NumPy, rounding or `stop_gradient` cuts it. "
    "Compute with `keras.ops` from start to end, and with nothing that cuts.",
)
def computes_with_numpy(scores, mask=None):
    scores = np.asarray(scores)
    mask = np.ones_like(scores, bool) if mask is None else np.broadcast_to(mask, scores.shape)
    peak = np.max(np.where(mask, scores, scores.min(-1, keepdims=True)), axis=-1, keepdims=True)
    shares = np.where(mask, np.exp(np.where(mask, scores - peak, 0.0)), 0.0)
    total = shares.sum(-1, keepdims=True)
    return shares / np.where(total > 0, total, 1.0)


right("masked_softmax", "chooses_before_and_after_with_infinity").also(
    {
        "return ops.softmax(scores, axis=-1)": 'mask = ops.ones_like(scores, dtype="bool")',
        "mask, scores": """
            ops.logical_or(mask, ops.logical_not(ops.any(mask, axis=-1, keepdims=True))), scores
            """,
        "ops.where(mask, weights, ops.zeros_like(weights))": "weights * ops.cast(mask, weights.dtype)",
    }
)
right("masked_softmax", "hides_before_and_after").also(
    {
        "ops.softmax(scores, axis=-1)": "keras.activations.softmax(scores)",
        "return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)": """
            forbidden = 1.0 - ops.cast(mask, scores.dtype)
            return ops.softmax(scores - 1e9 * forbidden, axis=-1) * (1.0 - forbidden)
            """,
    }
)
right("masked_softmax", "hides_before_and_after").also(
    {
        "scores, axis=-1": "scores",
        "ops.softmax(ops.where(mask, scores, -1e9), axis=-1)": """
            ops.softmax(scores + (1 - ops.cast(mask, scores.dtype)) * -1e9)
            """,
    }
)


@correct("masked_attention")
def attends_with_two_choices(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@correct("masked_attention")
def scales_the_query_and_guards_the_sum(query, key, value, mask=None):
    scores = ops.matmul(query / query.shape[-1] ** 0.5, ops.transpose(key, (0, 2, 1)))
    allowed = ops.broadcast_to(True if mask is None else mask, ops.shape(scores))
    peak = ops.max(ops.where(allowed, scores, -1e30), axis=-1, keepdims=True)
    shares = ops.where(allowed, ops.exp(ops.where(allowed, scores - peak, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    weights = shares / ops.where(total > 0, total, 1.0)
    return ops.einsum("bts,bse->bte", weights, value), weights


@correct("masked_attention")
def returns_a_list(query, key, value, mask=None):
    width = ops.cast(ops.shape(key)[-1], key.dtype)
    scores = ops.einsum("btd,bsd->bts", query, key) * ops.rsqrt(width)
    if mask is None:
        weights = ops.softmax(scores)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9)), 0.0)
    return [weights @ value, weights]


@correct("masked_attention")
def adds_the_mask_to_the_scores(query, key, value, mask=None):
    scores = query @ ops.swapaxes(key, 1, 2) / ops.sqrt(float(query.shape[-1]))
    allowed = ops.ones_like(scores) if mask is None else ops.cast(mask, scores.dtype)
    weights = ops.softmax(scores + (allowed - 1.0) * 1e9, axis=-1) * allowed
    return ops.sum(weights[..., None] * value[:, None, :, :], axis=2), weights


right("masked_attention", "scales_the_query_and_guards_the_sum").edits(
    {
        "What you add to the sum takes a piece of every share. Add nothing: put 1 in place of a sum that is 0.": free(
            1e-3, 1e-5, 10.0, {"ops.where(total > 0, total, 1.0)": "(total + 1e-3)"}
        ),
        "You add a number to √D, which makes every score too small. Divide by √D itself: D is never 0.": free(
            1e-2, 1e-4, 1.0, {"query.shape[-1] ** 0.5": "(query.shape[-1] ** 0.5 + 1e-2)"}
        ),
        "You shift by the smallest score of a row, so that exp overflows. Shift by its largest allowed one.": {
            "ops.max(ops.where(allowed, scores, -1e30)": "ops.min(ops.where(allowed, scores, 1e30)"
        },
        "Your weights are masked, but the output is made without the mask. Use the same weights for it.": of(
            "attends_with_two_choices",
            {"if mask is None: weights": "weights = unmasked", "else": "if mask is not None", "weights,": "unmasked,"},
        ),
    }
)


right("masked_attention", "attends_with_two_choices").edits(
    {
        "You hide the keys that are allowed and use the others. `True` means “may look”.": {
            HIDDEN_TWICE: "ops.where(mask, 0.0, ops.softmax(ops.where(mask, -1e9, scores), axis=-1))"
        },
        "You set hidden scores to 0, but e⁰ = 1 still gets a share. A hidden share must be 0.": {
            HIDDEN_TWICE: "ops.softmax(ops.where(mask, scores, 0.0), axis=-1)"
        },
        "You never use the mask. Give it to the softmax, together with the scores.": {
            HIDDEN_TWICE: "ops.softmax(scores, axis=-1)"
        },
        "You hide with keys of zeros, but such a key scores 0, and e⁰ = 1. Hide its scores.": [
            {
                HIDDEN_TWICE: "ops.softmax(scores, axis=-1)",
                "scores =": f"if mask is not None: key = ops.where({keys}, key, 0.0)\nscores =",
            }
            for keys in ("ops.swapaxes(mask, -1, -2)", "mask[:, 0, :, None]")
        ],
        "You hide after softmax, so the weights no longer sum to 1. Hide the scores before it.": {
            "ops.where(mask, scores, -1e9)": "scores"
        },
        "The scores are not scaled. Divide them by √D, the root of the width of the queries.": {
            "/ query.shape[-1] ** 0.5": ""
        },
        "In all you divide by D. Divide by its root, √D, and only once.": {"query.shape[-1] ** 0.5": "query.shape[-1]"},
        "`** 1/2` is `** 1`, then half of it: powers come first. Write `** 0.5`.": [
            {", key)": ", key) / query.shape[-1] ** 1", "query.shape[-1] ** 0.5": "2"},
            {"query.shape[-1] ** 0.5": "(query.shape[-1] ** 1 / 2)"},
        ],
        "You divide by the root of E, the width of the values. Take D, the width of query and key.": {
            "query.shape": "value.shape"
        },
        "You divide by the root of S, the number of keys. Take D, the width of query and key.": {
            "query.shape[-1]": "key.shape[1]"
        },
        "You divide by the root of T, the number of queries. Take D, the width of query and key.": {"[-1]": "[1]"},
        "You divide by a fixed number, but D can be any. Read it from the query: `query.shape[-1]`.": [
            {"query.shape[-1]": "8"},
            {"query.shape[-1] ** 0.5": "2.0"},
            {"query.shape[-1] ** 0.5": "8.0"},
        ],
        "`//` rounds down to a whole number. Divide with `/`.": {"/ query.shape": "// query.shape"},
        "You divide the weights by √D. Divide the scores, before softmax.": {
            "/ query.shape[-1] ** 0.5": "",
            "return": "weights = weights / query.shape[-1] ** 0.5; return",
        },
        "Query and key do not fit as they are. Swap the last two axes of the key first.": {
            'ops.einsum("btd,bsd->bts", query, key)': "ops.matmul(query, key)"
        },
        "`ops.transpose` without axes turns all of them, B too. Swap the last two only.": {
            'ops.einsum("btd,bsd->bts", query, key)': "ops.matmul(query, ops.transpose(key))"
        },
        "`ops.reshape` does not turn the key, it cuts its numbers anew. Swap the last two axes.": (
            'scores = ops.einsum("btd,bsd->bts", query, key)',
            "key = ops.reshape(key, (-1, key.shape[2], key.shape[1])); scores = ops.matmul( query, key)",
        ),
        "Your scores are (B, S, T): the keys ask the queries. Turn the key, not the query.": {
            'ops.einsum("btd,bsd->bts", query, key)': "ops.matmul(key, ops.swapaxes(query, 1, 2))"
        },
        "A tensor has no `.T`. Swap its last two axes with `ops.transpose`.": only_on(
            ("tensorflow",), {'ops.einsum("btd,bsd->bts", query, key)': "query @ key.T"}
        ),
        "You average the keys. They make the weights; what these average is the values.": {"value)": "key)"},
        "You average over the keys once more, and so divide by S. The weights share 1 already: sum.": {
            "ops.matmul(weights, value)": "ops.mean(weights[..., None] * value[:, None], axis=2)"
        },
        "Scores can be as low as what you put in place of hidden ones. Do all checks of your `masked_softmax` hold?": [
            {"-1e9": "-1e4"},
            {"-1e9": "-1e3"},
            EMPTY_ROWS | {"-1e9": "-1e4"},
            EMPTY_ROWS | {"-1e9": "-1e3"},
        ],
        (
            "A query that may look nowhere ends as 0 / 0, which is NaN. Guard it: it must get zeros. Do all checks "
            "of your `masked_softmax` hold?"
        ): {HIDDEN_TWICE: 'ops.softmax(ops.where(mask, scores, -float("inf")), axis=-1)'},
        (
            "You replace NaN by 0 at the end, but the gradient stays NaN. Prevent it before softmax. Do all checks "
            "of your `masked_softmax` hold?"
        ): {HIDDEN_TWICE: 'ops.nan_to_num(ops.softmax(scores + ops.where(mask, 0.0, -float("inf")), axis=-1))'},
        (
            "A query that may look nowhere averages all values in your answer. It must get zeros. Do all checks of "
            "your `masked_softmax` hold?"
        ): {HIDDEN_TWICE: "ops.softmax(ops.where(mask, scores, -1e9), axis=-1)"},
        "You turned the mask over: its last axis stands for the keys. Use its axes as they are.": {
            "weights = ops.where": "mask = ops.swapaxes(mask, -1, -2); weights = ops.where"
        },
        "You gave the mask an axis for heads. There are none here: mask and scores fit as they are.": {
            "weights = ops.where": "mask = ops.expand_dims(mask, axis=1); weights = ops.where"
        },
        "You ask a whole mask for one yes or no. Ask whether it is None: `mask is None`.": {"mask is None": "not mask"},
        "You return the output alone. The weights are wanted too: they show who looked at whom.": {", weights": ""},
        "You return the weights first. The order is output, then weights.": {
            "ops.matmul(weights, value), weights": "weights, ops.matmul(weights, value)"
        },
        "You return the scores as they are before softmax. Return the weights that it makes of them.": {
            ", weights": ", scores"
        },
        "`*=` or `/=` changes the query that you were given. Make a new tensor for the scaled one.": (
            'scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5',
            'query /= query.shape[-1] ** 0.5; scores = ops.einsum("btd,bsd->bts", query, key)',
        ),
        (
            "No gradient comes back to query and key: NumPy, rounding or `stop_gradient` cuts it. Compute with "
            "`keras.ops` from start to end, and with nothing that cuts."
        ): {"return": "weights = ops.stop_gradient(weights); return"},
    }
)


@mistake(
    "masked_attention",
    "No gradient comes back to query, key or value: NumPy or `stop_gradient` cuts it. "
    "Compute with `keras.ops` from start to end, and with nothing that cuts.",
)
def attends_with_numpy(query, key, value, mask=None):
    query, key, value = np.asarray(query), np.asarray(key), np.asarray(value)
    scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1]).astype("float32")
    mask = np.ones_like(scores, bool) if mask is None else np.broadcast_to(mask, scores.shape)
    peak = np.max(np.where(mask, scores, scores.min(-1, keepdims=True)), axis=-1, keepdims=True)
    shares = np.where(mask, np.exp(np.where(mask, scores - peak, 0.0)), 0.0)
    total = shares.sum(-1, keepdims=True)
    weights = shares / np.where(total > 0, total, 1.0)
    return weights @ value, weights
