"""Unit 05: known answers."""

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, mistake


@mistake("padding_mask", "Your mask is upside down. `True` means “may look”, so words are True and `[PAD]` is False.")
def marks_the_padding(ids):
    return ops.expand_dims(ops.equal(ids, 0), axis=1)


@mistake("padding_mask", "The axis of the queries is missing. Give the mask an axis of size 1 between B and S.")
def leaves_out_the_query_axis(ids):
    return ops.not_equal(ids, 0)


@mistake("padding_mask", "The axis of size 1 stands at the end. It stands for the queries: put it between B and S.")
def puts_the_new_axis_last(ids):
    return ops.expand_dims(ops.not_equal(ids, 0), axis=-1)


@mistake("padding_mask", "The axis of size 1 stands in front. It stands for the queries: put it between B and S.")
def puts_the_new_axis_first(ids):
    return ops.expand_dims(ops.not_equal(ids, 0), axis=0)


@mistake("padding_mask", "You added an axis for heads too. In this course the mask has three axes: (B, 1, S).")
def adds_an_axis_for_heads(ids):
    return ops.not_equal(ids, 0)[:, None, None, :]


@mistake("padding_mask", "Your mask holds the numbers 0 and 1. Keep the booleans that the comparison gives.")
def turns_the_mask_into_numbers(ids):
    return ops.cast(ops.expand_dims(ops.not_equal(ids, 0), axis=1), "float32")


@mistake("padding_mask", "Your mask holds the numbers 0 and 1. Keep the booleans that the comparison gives.")
def turns_the_mask_into_integers(ids):
    return ops.cast(ops.expand_dims(ops.not_equal(ids, 0), axis=1), "int32")


@mistake(
    "padding_mask", "You return the ids themselves. Ask each of them whether it is 0: a comparison gives booleans."
)
def returns_the_ids(ids):
    return ops.expand_dims(ids, axis=1)


@mistake("padding_mask", "You hide all four special words. Only `[PAD]`, id 0, is hidden: the others carry meaning.")
def hides_every_special_word(ids):
    return ops.expand_dims(ops.greater(ids, 3), axis=1)


@mistake("padding_mask", "You hide `[UNK]`, id 1, as well. An unknown word is still a word: hide id 0 alone.")
def hides_unknown_words(ids):
    return ops.expand_dims(ops.greater(ids, 1), axis=1)


@mistake("padding_mask", "You hide id 1, which is `[UNK]`, and show the padding. `[PAD]` is id 0: hide that one.")
def hides_unknown_words_alone(ids):
    return ops.expand_dims(ops.not_equal(ids, 1), axis=1)


@mistake(
    "padding_mask", "You counted words and marked that many from the left. Look at each id instead, wherever it is."
)
def counts_words_from_the_left(ids):
    count = ops.sum(ops.cast(ops.not_equal(ids, 0), "int32"), axis=-1, keepdims=True)
    return ops.expand_dims(ops.arange(ops.shape(ids)[-1]) < count, axis=1)


@mistake("padding_mask", "You emptied the rows of `[PAD]` as well. Hide padding as a key only: one row per sentence.")
def hides_padding_rows_too(ids):
    real = ops.not_equal(ids, 0)
    return ops.logical_and(real[:, :, None], real[:, None, :])


@mistake(
    "padding_mask", "You repeated the row for every query. One row is enough: an axis of size 1 stretches by itself."
)
def repeats_the_row_for_every_query(ids):
    return ops.repeat(ops.not_equal(ids, 0)[:, None, :], ids.shape[1], axis=1)


@mistake(
    "padding_mask",
    "NumPy needs real numbers, and a compiled graph has none yet. Compare with `keras.ops`.",
    backends=("tensorflow", "jax"),
)
def compares_with_numpy(ids):
    return np.asarray(ids)[:, None, :] != 0


@mistake(
    "padding_mask",
    "In a compiled graph B is not known, and `ids.shape[0]` is None. Add the axis without naming B.",
    backends=("tensorflow",),
)
def reshapes_with_the_batch_size(ids):
    return ops.reshape(ops.not_equal(ids, 0), (ids.shape[0], 1, ids.shape[1]))


@correct("padding_mask")
def compares_and_indexes(ids):
    return (ids != 0)[:, None, :]


@correct("padding_mask")
def casts_ids_to_booleans(ids):
    return ops.cast(ops.expand_dims(ids, axis=-2), "bool")


@correct("padding_mask")
def reshapes_the_comparison(ids):
    return ops.reshape(ops.logical_not(ops.equal(ids, 0)), (-1, 1, ops.shape(ids)[1]))


@mistake("causal_mask", "Your words cannot see themselves. Allow s = t as well: the diagonal is True.")
def hides_the_diagonal(length):
    t = ops.arange(length)
    return ops.expand_dims(t[None, :] < t[:, None], axis=0)


@mistake("causal_mask", "Each word sees one word of its future. Stop at the diagonal: allow s ≤ t and no more.")
def shows_the_next_word(length):
    t = ops.arange(length)
    return ops.expand_dims(t[None, :] <= t[:, None] + 1, axis=0)


@mistake("causal_mask", "Rows and columns are swapped: your words see the future. Rows are queries t, columns keys s.")
def swaps_queries_and_keys(length):
    return ops.triu(ops.ones((1, length, length), dtype="bool"))


@mistake("causal_mask", "Your mask marks what is forbidden. `True` means “may look”: mark the present and the past.")
def marks_the_future(length):
    t = ops.arange(length)
    return ops.expand_dims(t[None, :] > t[:, None], axis=0)


@mistake("causal_mask", "The batch axis is missing. Put an axis of size 1 in front: (1, T, T).")
def leaves_out_the_batch_axis(length):
    return ops.tril(ops.ones((length, length), dtype="bool"))


@mistake("causal_mask", "The axis of size 1 stands at the end. It stands for the batch: put it in front, (1, T, T).")
def puts_the_batch_axis_last(length):
    return ops.expand_dims(ops.tril(ops.ones((length, length), dtype="bool")), axis=-1)


@mistake("causal_mask", "The axis of size 1 stands in the middle. It stands for the batch: put it in front, (1, T, T).")
def puts_the_batch_axis_in_the_middle(length):
    return ops.expand_dims(ops.tril(ops.ones((length, length), dtype="bool")), axis=1)


@mistake("causal_mask", "Your square has T − 1 rows and columns. The positions are 0 to T − 1: `ops.arange(length)`.")
def counts_from_1(length):
    t = ops.arange(1, length)
    return ops.expand_dims(t[None, :] <= t[:, None], axis=0)


@mistake("causal_mask", "Your square has T + 1 rows and columns. The positions are 0 to T − 1: `ops.arange(length)`.")
def counts_up_to_the_length(length):
    t = ops.arange(length + 1)
    return ops.expand_dims(t[None, :] <= t[:, None], axis=0)


@mistake(
    "causal_mask", "Your words see themselves alone. They may look at the words before them too: s ≤ t, not s = t."
)
def shows_the_diagonal_alone(length):
    return ops.expand_dims(ops.eye(length, dtype="bool"), axis=0)


@mistake("causal_mask", "You added an axis for heads too. In this course the mask has three axes: (1, T, T).")
def adds_a_head_axis(length):
    return ops.tril(ops.ones((1, 1, length, length), dtype="bool"))


@mistake("causal_mask", "Your mask holds the numbers 0 and 1. Make it of booleans, with `dtype` or a comparison.")
def makes_a_triangle_of_numbers(length):
    return ops.tril(ops.ones((1, length, length)))


@mistake("causal_mask", "Your mask holds the numbers 0 and 1. Make it of booleans, with `dtype` or a comparison.")
def makes_a_triangle_of_integers(length):
    return ops.tril(ops.ones((1, length, length), dtype="int32"))


@mistake("causal_mask", "You built numbers to add to scores. Here a mask says True or False; the softmax comes later.")
def builds_a_mask_to_be_added(length):
    t = ops.arange(length)
    return ops.expand_dims(ops.where(t[None, :] <= t[:, None], 0.0, -1e9), axis=0)


@mistake("causal_mask", "You built numbers to add to scores. Here a mask says True or False; the softmax comes later.")
def builds_a_mask_of_infinities_to_be_added(length):
    t = ops.arange(length)
    return ops.expand_dims(ops.where(t[None, :] <= t[:, None], 0.0, -float("inf")), axis=0)


@mistake("causal_mask", "You built numbers to add to scores. Here a mask says True or False; the softmax comes later.")
def builds_a_square_of_infinities_to_be_added(length):
    t = ops.arange(length)
    return ops.where(t[None, :] <= t[:, None], 0.0, -float("inf"))


@mistake("causal_mask", "You compared a row with a row. Make the queries a column: `t[:, None]`.")
def compares_a_row_with_a_row(length):
    t, s = ops.arange(length), ops.arange(length)
    return (s <= t)[None]


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


@mistake("causal_mask", "A tensor has no `.T`. Swap its last two axes with `ops.transpose`.", backends=("tensorflow",))
def writes_dot_t_for_a_column(length):
    s = ops.arange(length)[None, :]
    return (s <= s.T)[None]


@mistake(
    "causal_mask",
    "A NumPy function got a tensor of `keras.ops`, which a graph cannot allow. Stay with `keras.ops`.",
    backends=("tensorflow", "jax"),
)
def mixes_numpy_and_ops(length):
    return np.tril(ops.ones((1, length, length), dtype="bool"))


@correct("causal_mask")
def cuts_a_triangle(length):
    return ops.tril(ops.ones((1, length, length), dtype="bool"))


@correct("causal_mask")
def compares_positions(length):
    t = ops.expand_dims(ops.arange(length), axis=1)
    return ops.expand_dims(ops.greater_equal(t, ops.transpose(t)), axis=0)


@correct("causal_mask")
def negates_the_future(length):
    return ops.logical_not(ops.triu(ops.ones((length, length), dtype="bool"), k=1))[None]


@correct("causal_mask")
def adds_up_the_diagonal(length):
    return ops.cumsum(ops.eye(length), axis=0)[None, :, :] > 0


@mistake("combine_masks", "You allow a look when any mask allows it. Every mask has a veto: all must be True.")
def lets_one_mask_be_enough(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else ops.logical_or(combined, mask)
    return combined


@mistake("combine_masks", "You stop after two masks. Go through all that are given, however many.")
def stops_after_two(*masks):
    given = [mask for mask in masks if mask is not None]
    if len(given) < 2:
        return given[0] if given else None
    return ops.logical_and(given[0], given[1])


@mistake("combine_masks", "You count on exactly two masks. There may be any number of them: go through them in a loop.")
def unpacks_two_masks(*masks):
    a, b = masks
    return ops.logical_and(a, b)


@mistake("combine_masks", "You count on exactly two masks. There may be any number of them: go through them in a loop.")
def unpacks_two_masks_or_none(*masks):
    a, b = masks
    if a is None:
        return b
    return a if b is None else ops.logical_and(a, b)


@mistake("combine_masks", "You count on exactly two masks. There may be any number of them: go through them in a loop.")
def takes_the_first_two(*masks):
    return ops.logical_and(masks[0], masks[1])


@mistake("combine_masks", "Where two masks agree on “no”, yours says “yes”. Equal is not AND: both must be True.")
def asks_whether_masks_are_equal(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else ops.equal(combined, mask)
    return combined


@mistake("combine_masks", "A sum above 1 says that two masks allow a look. All must: combine with a logical AND.")
def counts_two_votes(*masks):
    given = [ops.cast(mask, "int32") for mask in masks if mask is not None]
    return sum(given) > 1 if given else None


@mistake("combine_masks", "One None makes you give up the other masks. Skip the None and combine the rest.")
def gives_up_at_none(*masks):
    if not masks or any(mask is None for mask in masks):
        return None
    combined = masks[0]
    for mask in masks[1:]:
        combined = ops.logical_and(combined, mask)
    return combined


@mistake("combine_masks", "One None makes you give up the other masks. Skip the None and combine the rest.")
def gives_up_when_none_is_in_masks(*masks):
    if not masks or None in masks:
        return None
    combined = masks[0]
    for mask in masks[1:]:
        combined = ops.logical_and(combined, mask)
    return combined


@mistake("combine_masks", "At a None you stop looking at the masks behind it. Skip it, `continue`, and go on.")
def stops_at_none(*masks):
    combined = None
    for mask in masks:
        if mask is None:
            break
        combined = mask if combined is None else ops.logical_and(combined, mask)
    return combined


@mistake("combine_masks", "You read None as “nothing is allowed”. It means “no rule”: skip it.")
def takes_none_for_a_ban(*masks):
    combined = None
    for mask in masks:
        if mask is None:
            mask = np.zeros((1, 1, 1), bool)
        combined = mask if combined is None else ops.logical_and(combined, mask)
    return combined


@mistake("combine_masks", "You stop at the first mask. Return only after the loop has seen them all.")
def returns_inside_the_loop(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else ops.logical_and(combined, mask)
        return combined
    return None


@mistake("combine_masks", "You stop at the first mask. Return only after the loop has seen them all.")
def returns_at_the_first_real_mask(*masks):
    for mask in masks:
        if mask is not None:
            return mask
    return None


@mistake("combine_masks", "You combine None as if it were a mask. Leave the Nones out before you start.")
def does_not_expect_none(*masks):
    if not masks:
        return None
    combined = masks[0]
    for mask in masks[1:]:
        combined = ops.logical_and(combined, mask)
    return combined


@mistake("combine_masks", "Without any mask you return True. Return None then: it says that there is no rule.")
def starts_from_true(*masks):
    combined = True
    for mask in masks:
        if mask is not None:
            combined = ops.logical_and(combined, mask)
    return combined


@mistake("combine_masks", "When no mask is left, there is no first one to begin with. Return None then.")
def begins_with_a_first_mask(*masks):
    given = [mask for mask in masks if mask is not None]
    combined = given[0]
    for mask in given[1:]:
        combined = ops.logical_and(combined, mask)
    return combined


@mistake("combine_masks", "When no mask is left, there is no first one to begin with. Return None then.")
def reduces_an_empty_list(*masks):
    from functools import reduce

    return reduce(ops.logical_and, [mask for mask in masks if mask is not None])


@mistake("combine_masks", "You begin with the first mask, but it may be None or missing. Begin with no result.")
def begins_with_none_as_a_mask(*masks):
    combined = masks[0]
    for mask in masks[1:]:
        if mask is not None:
            combined = ops.logical_and(combined, mask)
    return combined


@mistake("combine_masks", "`if mask` asks whether a whole tensor is true. Ask whether it is None: `mask is not None`.")
def asks_whether_a_tensor_is_true(*masks):
    combined = None
    for mask in masks:
        if mask:
            combined = mask if combined is None else ops.logical_and(combined, mask)
    return combined


@mistake("combine_masks", "`and` and `if` ask a whole tensor for one yes or no. Combine with `&`, and ask `is None`.")
def combines_with_the_word_and(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined and mask
    return combined


@mistake(
    "combine_masks", "`all` asks each whole tensor for one yes or no. Combine two at a time with `ops.logical_and`."
)
def combines_with_the_word_all(*masks):
    return all(masks)


@mistake(
    "combine_masks",
    "`!= None`, `== None` and `None in` compare a mask number by number. Ask with `is not None` or `is None`.",
    backends=("tensorflow", "jax"),
)
def asks_whether_it_differs_from_none(*masks):
    combined = None
    for mask in masks:
        if mask != None:  # noqa: E711
            combined = mask if combined is None else ops.logical_and(combined, mask)
    return combined


@mistake(
    "combine_masks", "Your product of masks holds numbers. Combine booleans with a logical AND: they stay booleans."
)
def multiplies_numbers(*masks):
    given = [ops.cast(mask, "float32") for mask in masks if mask is not None]
    if not given:
        return None
    product = given[0]
    for mask in given[1:]:
        product = product * mask
    return product


@mistake("combine_masks", "Stacking needs masks of equal shape, and these differ. Let AND stretch them, two at a time.")
def stacks_the_masks(*masks):
    given = [mask for mask in masks if mask is not None]
    return ops.all(ops.stack(given), axis=0) if given else None


@mistake("combine_masks", "Take any number of masks: put a star before the argument, `*masks`.")
def takes_one_list(masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else ops.logical_and(combined, mask)
    return combined


@mistake("combine_masks", "Take any number of masks: put a star before the argument, `*masks`.")
def takes_two_masks(a, b):
    if a is None:
        return b
    return a if b is None else ops.logical_and(a, b)


@mistake("combine_masks", "Take any number of masks: put a star before the argument, `*masks`.")
def takes_two_masks_and_no_none(a, b):
    return ops.logical_and(a, b)


@mistake("combine_masks", "Take any number of masks: put a star before the argument, `*masks`.")
def takes_one_mask_or_two(a, b=None):
    if a is None:
        return b
    return a if b is None else ops.logical_and(a, b)


@mistake("combine_masks", "Take any number of masks: put a star before the argument, `*masks`.")
def takes_up_to_two_masks(a=None, b=None):
    if a is None:
        return b
    return a if b is None else ops.logical_and(a, b)


@mistake("combine_masks", "`ops.logical_and` takes two masks at a time. Go through the masks in a loop.")
def hands_all_masks_to_logical_and(*masks):
    return ops.logical_and(*masks)


@mistake("combine_masks", "`&=` overwrites the first mask you were given. Make a new one at each step.")
def overwrites_the_first_mask(*masks):
    combined = None
    for mask in masks:
        if mask is None:
            continue
        if combined is None:
            combined = mask
        else:
            combined &= mask
    return combined


@mistake(
    "combine_masks",
    "NumPy cannot work on the tensors of a compiled graph. Use the logical AND of `keras.ops`.",
    backends=("tensorflow", "jax"),
)
def combines_with_numpy(*masks):
    given = [np.asarray(mask) for mask in masks if mask is not None]
    if not given:
        return None
    combined = given[0]
    for mask in given[1:]:
        combined = combined & mask
    return combined


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


@mistake("masked_softmax", "You hide the allowed scores and use the hidden ones. `True` means “may look”.")
def softmax_with_the_mask_upside_down(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.softmax(ops.where(mask, -1e9, scores), axis=-1)
    return ops.where(mask, 0.0, weights)


@mistake("masked_softmax", "You push the allowed scores down. The huge negative number belongs where `mask` is False.")
def pushes_the_allowed_scores_down(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.softmax(scores + ops.cast(mask, scores.dtype) * -1e9, axis=-1)
    return ops.where(mask, weights, 0.0)


@mistake("masked_softmax", "You never use the mask. Hidden scores must get the weight 0.")
def softmax_without_the_mask(scores, mask=None):
    return ops.softmax(scores, axis=-1)


@mistake(
    "masked_softmax", "You hide after softmax, so the rest sums to less than 1. Hide the scores before they share."
)
def hides_after_softmax(scores, mask=None):
    weights = ops.softmax(scores, axis=-1)
    return weights if mask is None else ops.where(mask, weights, 0.0)


@mistake("masked_softmax", "You set hidden scores to 0, but e⁰ = 1 still gets a share. A hidden share must be 0.")
def sets_hidden_scores_to_zero(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.softmax(scores * ops.cast(mask, scores.dtype), axis=-1)


@mistake(
    "masked_softmax",
    "A hidden score that you set to 0 still counts in the sum, as e⁰ = 1. Its share must be 0 before you sum.",
)
def sets_hidden_scores_to_zero_and_hides(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, 0.0), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "A hidden score that you set to 0 still counts in the sum, as e⁰ = 1. Its share must be 0 before you sum.",
)
def counts_hidden_exps(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    peak = ops.max(ops.where(mask, scores, -1e9), axis=-1, keepdims=True)
    shares = ops.exp(ops.where(mask, scores - peak, 0.0))
    return shares / ops.sum(shares, axis=-1, keepdims=True)


@mistake(
    "masked_softmax",
    "A hidden score that you set to 0 still counts in the sum, as e⁰ = 1. Its share must be 0 before you sum.",
)
def counts_hidden_exps_and_hides(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    peak = ops.max(ops.where(mask, scores, -1e9), axis=-1, keepdims=True)
    shares = ops.exp(ops.where(mask, scores - peak, 0.0))
    return ops.where(mask, shares / ops.sum(shares, axis=-1, keepdims=True), 0.0)


@mistake(
    "masked_softmax",
    "Allowed scores can be as low as what you put in place of hidden ones. Take −10⁹, before any maximum or softmax.",
)
def hides_with_minus_20(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.softmax(ops.where(mask, scores, -20.0), axis=-1)
    return ops.where(ops.any(mask, axis=-1, keepdims=True), weights, 0.0)


@mistake(
    "masked_softmax",
    "Allowed scores can be as low as what you put in place of hidden ones. Take −10⁹, before any maximum or softmax.",
)
def hides_with_minus_10000(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.softmax(ops.where(mask, scores, -1e4), axis=-1)
    return ops.where(ops.any(mask, axis=-1, keepdims=True), weights, 0.0)


@mistake(
    "masked_softmax",
    "Allowed scores can be as low as what you put in place of hidden ones. Take −10⁹, before any maximum or softmax.",
)
def hides_with_minus_1000_and_afterwards(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e3), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "Allowed scores can be as low as what you put in place of hidden ones. Take −10⁹, before any maximum or softmax.",
)
def hides_with_minus_10000_and_afterwards(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e4), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "Allowed scores can be as low as what you put in place of hidden ones. Take −10⁹, before any maximum or softmax.",
)
def adds_minus_10000(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(scores + ops.where(mask, 0.0, -1e4), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "Allowed scores can be as low as what you put in place of hidden ones. Take −10⁹, before any maximum or softmax.",
)
def takes_the_peak_over_zeros(scores, mask=None):
    mask = ops.ones_like(scores, dtype="bool") if mask is None else mask
    peak = ops.max(ops.where(mask, scores, 0.0), axis=-1, keepdims=True)
    shares = ops.where(mask, ops.exp(ops.where(mask, scores - peak, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


@mistake(
    "masked_softmax",
    "Allowed scores can lie below what you put for hidden ones, and a sum can be 0. Use −10⁹, and guard the sum.",
)
def takes_the_peak_over_zeros_without_a_guard(scores, mask=None):
    mask = ops.ones_like(scores, dtype="bool") if mask is None else mask
    peak = ops.max(ops.where(mask, scores, 0.0), axis=-1, keepdims=True)
    shares = ops.where(mask, ops.exp(ops.where(mask, scores - peak, 0.0)), 0.0)
    return shares / ops.sum(shares, axis=-1, keepdims=True)


@mistake("masked_softmax", "A row that may look nowhere ends as 0 / 0, which is NaN. Guard it: such a row gets zeros.")
def divides_zero_by_zero(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.softmax(ops.where(mask, scores, -float("inf")), axis=-1)


@mistake(
    "masked_softmax",
    "A large hidden score, or an empty row, makes your sum 0. Hide before you share, and guard the sum.",
)
def shares_again_without_a_guard(scores, mask=None):
    weights = ops.softmax(scores, axis=-1)
    if mask is None:
        return weights
    weights = ops.where(mask, weights, 0.0)
    return weights / ops.sum(weights, axis=-1, keepdims=True)


@mistake(
    "masked_softmax",
    "exp of a large score is ∞, and of a very low one 0. Subtract the row's largest allowed score first.",
)
def divides_raw_exps_by_a_sum_that_is_never_zero(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    shares = ops.exp(scores) * ops.cast(mask, scores.dtype)
    return shares / (ops.sum(shares, axis=-1, keepdims=True) + 1e-9)


@mistake("masked_softmax", "exp of a large score is ∞, and an empty row divides 0 by 0. Use a peak, and guard the sum.")
def divides_raw_exps(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    shares = ops.exp(scores) * ops.cast(mask, scores.dtype)
    return shares / ops.sum(shares, axis=-1, keepdims=True)


@mistake("masked_softmax", "A row that may look nowhere gets equal weights in your answer. It must get zeros.")
def spreads_evenly_over_the_hidden(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.softmax(ops.where(mask, scores, -1e9), axis=-1)


@mistake("masked_softmax", "You patch the NaN at the end, but its gradient stays NaN. Prevent it before softmax.")
def patches_the_nan(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.softmax(scores + ops.where(mask, 0.0, -float("inf")), axis=-1)
    return ops.where(mask, weights, 0.0)


@mistake(
    "masked_softmax", "A hidden score still goes into exp, and its gradient is not finite. Make it harmless first."
)
def lets_hidden_scores_into_exp(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    lowest = ops.min(scores, axis=-1, keepdims=True)
    peak = ops.max(ops.where(mask, scores, lowest), axis=-1, keepdims=True)
    shares = ops.where(mask, ops.exp(scores - peak), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


@mistake(
    "masked_softmax", "A large hidden score shrinks the allowed shares to 0. Hide it before you take softmax or a peak."
)
def repairs_the_sum_afterwards(scores, mask=None):
    weights = ops.softmax(scores, axis=-1)
    if mask is None:
        return weights
    weights = ops.where(mask, weights, 0.0)
    total = ops.sum(weights, axis=-1, keepdims=True)
    return weights / ops.where(total > 0, total, 1.0)


@mistake(
    "masked_softmax", "A large hidden score shrinks the allowed shares to 0. Hide it before you take softmax or a peak."
)
def takes_the_peak_over_all_scores(scores, mask=None):
    mask = ops.ones_like(scores, dtype="bool") if mask is None else mask
    peak = ops.max(scores, axis=-1, keepdims=True)
    shares = ops.where(mask, ops.exp(scores - peak), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


@mistake(
    "masked_softmax",
    "exp of a large score is ∞, and of a very low one 0. Subtract the row's largest allowed score first.",
)
def forgets_the_peak(scores, mask=None):
    mask = ops.ones_like(scores, dtype="bool") if mask is None else mask
    shares = ops.where(mask, ops.exp(ops.where(mask, scores, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


@mistake("masked_softmax", "You subtract one peak for several rows. Each row needs its own: `axis=-1, keepdims=True`.")
def takes_one_peak_for_all_rows(scores, mask=None):
    mask = ops.ones_like(scores, dtype="bool") if mask is None else mask
    peak = ops.max(ops.where(mask, scores, -1e9))
    shares = ops.where(mask, ops.exp(ops.where(mask, scores - peak, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


@mistake("masked_softmax", "You subtract one peak for several rows. Each row needs its own: `axis=-1, keepdims=True`.")
def takes_one_peak_for_all_rows_under_a_mask(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    peak = ops.max(ops.where(mask, scores, -1e9))
    shares = ops.where(mask, ops.exp(ops.where(mask, scores - peak, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


@mistake(
    "masked_softmax",
    "Without a mask too, exp of a large score is ∞. Use `ops.softmax` there, or subtract the peak of each row.",
)
def forgets_the_peak_without_a_mask(scores, mask=None):
    if mask is None:
        shares = ops.exp(scores)
        return shares / ops.sum(shares, axis=-1, keepdims=True)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "You clip the scores, and beyond that they count as equal. Subtract the peak of each row in place of clipping.",
)
def clips_the_scores(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    scores = ops.clip(scores, -50.0, 50.0)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "What you add to the sum takes a piece of every share. Add nothing: put 1 in place of a sum that is 0.",
)
def adds_to_the_sum(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    peak = ops.max(ops.where(mask, scores, -1e9), axis=-1, keepdims=True)
    shares = ops.where(mask, ops.exp(ops.where(mask, scores - peak, 0.0)), 0.0)
    return shares / (ops.sum(shares, axis=-1, keepdims=True) + 1e-3)


@mistake("masked_softmax", "You share out down the columns. Each row, over the keys on the last axis, shares 1.")
def shares_down_the_columns(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-2)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-2), 0.0)


@mistake("masked_softmax", "You share out down the columns. Each row, over the keys on the last axis, shares 1.")
def shares_down_the_columns_under_a_mask(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-2), 0.0)


@mistake(
    "masked_softmax", "You share out along axis 1, the queries. Take `axis=-1`: the keys stand last, heads or not."
)
def shares_along_axis_1(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=1), 0.0)


@mistake(
    "masked_softmax", "You share out along axis 1, the queries. Take `axis=-1`: the keys stand last, heads or not."
)
def shares_along_axis_1_under_a_mask(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=1), 0.0)


@mistake(
    "masked_softmax", "An axis that you reduce is gone, and the rest does not fit the scores. Keep it: `keepdims=True`."
)
def drops_the_axis_of_the_peak(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    peak = ops.max(ops.where(mask, scores, -1e9), axis=-1)
    shares = ops.where(mask, ops.exp(ops.where(mask, scores - peak, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


@mistake(
    "masked_softmax", "An axis that you reduce is gone, and the rest does not fit the scores. Keep it: `keepdims=True`."
)
def drops_the_axis_of_the_sum(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    peak = ops.max(ops.where(mask, scores, -1e9), axis=-1, keepdims=True)
    shares = ops.where(mask, ops.exp(ops.where(mask, scores - peak, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1)
    return shares / ops.where(total > 0, total, 1.0)


@mistake(
    "masked_softmax", "An axis that you reduce is gone, and the rest does not fit the scores. Keep it: `keepdims=True`."
)
def drops_the_axis_of_any(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.softmax(ops.where(mask, scores, -1e9), axis=-1)
    return ops.where(ops.any(mask, axis=-1), weights, 0.0)


@mistake(
    "masked_softmax",
    "You call the axis of the keys 2. With heads it is 3: take `axis=-1`, the last, however many stand before it.",
)
def counts_the_axis_from_the_front(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=2)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=2), 0.0)


@mistake(
    "masked_softmax",
    "You call the axis of the keys 2. With heads it is 3: take `axis=-1`, the last, however many stand before it.",
)
def counts_the_axis_from_the_front_under_a_mask(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=2), 0.0)


@mistake(
    "masked_softmax",
    "With heads you give the mask one axis more, but it comes ready to broadcast. Use it as it is.",
)
def gives_the_mask_an_axis_for_heads(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    mask = mask[:, None] if len(scores.shape) == 4 else mask
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "You expect exactly three axes, and with heads there are four. What is done per row needs the last axis alone.",
)
def unpacks_three_axes(scores, mask=None):
    _, queries, keys = scores.shape
    if mask is None:
        return ops.softmax(scores, axis=-1)
    mask = ops.broadcast_to(mask, (ops.shape(scores)[0], queries, keys))
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)


@mistake(
    "masked_softmax", "You use the mask without asking whether it is None. Without a mask, all scores are allowed."
)
def does_not_expect_a_missing_mask(scores, mask=None):
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "A layer takes no None by position. Without a mask, call `ops.softmax`; or pass it by name, `mask=mask`.",
)
def hands_the_mask_to_a_layer_by_position(scores, mask=None):
    return keras.layers.Softmax()(scores, mask)


@mistake("masked_softmax", "You ask a whole mask for one yes or no. Ask whether it is None: `mask is None`.")
def asks_whether_a_mask_is_true(scores, mask=None):
    if not mask:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "`== None` and `!= None` compare a mask number by number. Ask with `is None` or `is not None`.",
    backends=("tensorflow", "jax"),
)
def asks_whether_a_mask_equals_none(scores, mask=None):
    if mask == None:  # noqa: E711
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "A boolean mask cannot be subtracted. Choose with `ops.where`, or turn it over with `ops.logical_not`.",
    backends=("tensorflow", "torch"),
)
def subtracts_booleans(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(scores - 1e9 * (1 - mask), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "A boolean mask cannot be subtracted. Choose with `ops.where`, or turn it over with `ops.logical_not`.",
    backends=("tensorflow", "torch"),
)
def subtracts_booleans_from_a_float(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(scores - 1e9 * (1.0 - mask), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "A number times a boolean mask becomes a boolean. Choose with `ops.where`, or make numbers of the mask first.",
    backends=("tensorflow",),
)
def multiplies_scores_by_booleans(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.softmax(scores * mask, axis=-1)


@mistake(
    "masked_softmax",
    "A number times a boolean mask becomes a boolean. Choose with `ops.where`, or make numbers of the mask first.",
    backends=("tensorflow",),
)
def multiplies_weights_by_booleans(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.softmax(scores, axis=-1) * mask


@mistake(
    "masked_softmax",
    "A number times a boolean mask becomes a boolean. Choose with `ops.where`, or make numbers of the mask first.",
    backends=("tensorflow",),
)
@mistake(
    "masked_softmax",
    "A large hidden score, or an empty row, makes your sum 0. Hide before you share, and guard the sum.",
    backends=("jax", "torch"),
)
def multiplies_shares_by_booleans(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    shares = ops.softmax(scores, axis=-1) * mask
    return shares / ops.sum(shares, axis=-1, keepdims=True)


@mistake(
    "masked_softmax",
    "A number times a boolean mask becomes a boolean. Choose with `ops.where`, or make numbers of the mask first.",
    backends=("tensorflow",),
)
def multiplies_shares_by_booleans_and_guards(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    shares = ops.softmax(scores, axis=-1) * mask
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


@mistake(
    "masked_softmax",
    "0 · ∞ is NaN, so allowed scores become NaN as well. Choose with `ops.where` in place of a product.",
)
def multiplies_by_infinity(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.softmax(scores - float("inf") * (1.0 - ops.cast(mask, scores.dtype)), axis=-1)


@mistake(
    "masked_softmax",
    "0 · ∞ is NaN, so allowed scores become NaN as well. Choose with `ops.where` in place of a product.",
)
def multiplies_by_infinity_and_hides(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.softmax(scores - float("inf") * (1.0 - ops.cast(mask, scores.dtype)), axis=-1)
    return ops.where(mask, weights, 0.0)


@mistake("masked_softmax", "A tensor has no `.max()`. Use `ops.max`.", backends=("tensorflow", "torch"))
def calls_dot_max(scores, mask=None):
    mask = ops.ones_like(scores, dtype="bool") if mask is None else mask
    peak = ops.where(mask, scores, -1e9).max(axis=-1, keepdims=True)
    shares = ops.where(mask, ops.exp(ops.where(mask, scores - peak, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


@mistake("masked_softmax", "You assign into a tensor, which cannot be changed. Make a new one with `ops.where`.")
def assigns_into_the_scores(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    scores[ops.logical_not(mask)] = -1e9
    return ops.where(mask, ops.softmax(scores, axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "`+=` changes the scores that you were given. Make new ones: `ops.where` leaves the old alone.",
    backends=("tensorflow", "jax"),
)
def adds_into_the_scores(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    scores += np.where(mask, 0.0, -1e9).astype("float32")
    return ops.where(mask, ops.softmax(scores, axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "`+=` changes the scores that you were given. Make new ones: `ops.where` leaves the old alone.",
    backends=("torch",),
)
def adds_into_the_tensor_of_scores(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    scores += ops.where(mask, 0.0, -1e9)
    return ops.where(mask, ops.softmax(scores, axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "No gradient comes back to the scores: NumPy, rounding or `stop_gradient` cuts it. "
    "Compute with `keras.ops` from start to end, and with nothing that cuts.",
)
def stops_the_gradient_of_the_scores(scores, mask=None):
    scores = ops.stop_gradient(scores)
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)


@mistake(
    "masked_softmax",
    "No gradient comes back to the scores: NumPy, rounding or `stop_gradient` cuts it. "
    "Compute with `keras.ops` from start to end, and with nothing that cuts.",
)
def stops_the_gradient_under_a_mask(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.stop_gradient(ops.softmax(ops.where(mask, scores, -1e9), axis=-1))
    return ops.where(mask, weights, 0.0)


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
def lets_empty_rows_look_everywhere_for_a_moment(scores, mask=None):
    if mask is None:
        mask = ops.ones_like(scores, dtype="bool")
    nowhere = ops.logical_not(ops.any(mask, axis=-1, keepdims=True))
    weights = ops.softmax(ops.where(ops.logical_or(mask, nowhere), scores, -float("inf")), axis=-1)
    return weights * ops.cast(mask, weights.dtype)


@correct("masked_softmax")
def adds_a_huge_negative_number(scores, mask=None):
    if mask is None:
        return keras.activations.softmax(scores)
    forbidden = 1.0 - ops.cast(mask, scores.dtype)
    weights = ops.softmax(scores - 1e9 * forbidden, axis=-1)
    return weights * (1.0 - forbidden)


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


@correct("masked_softmax")
def adds_a_huge_negative_number_and_hides(scores, mask=None):
    if mask is None:
        return ops.softmax(scores)
    weights = ops.softmax(scores + (1 - ops.cast(mask, scores.dtype)) * -1e9)
    return ops.where(mask, weights, 0.0)


@mistake("masked_attention", "You hide the keys that are allowed and use the others. `True` means “may look”.")
def attends_with_the_mask_upside_down(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, 0.0, ops.softmax(ops.where(mask, -1e9, scores), axis=-1))
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You never use the mask. Give it to the softmax, together with the scores.")
def attends_without_the_mask(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    weights = ops.softmax(scores, axis=-1)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You hide with keys of zeros, but such a key scores 0, and e⁰ = 1. Hide its scores.")
def sets_hidden_keys_to_zero(query, key, value, mask=None):
    if mask is not None:
        key = ops.where(ops.swapaxes(mask, -1, -2), key, 0.0)
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    weights = ops.softmax(scores, axis=-1)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You hide with keys of zeros, but such a key scores 0, and e⁰ = 1. Hide its scores.")
def sets_keys_of_the_first_row_to_zero(query, key, value, mask=None):
    if mask is not None:
        key = ops.where(mask[:, 0, :, None], key, 0.0)
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    weights = ops.softmax(scores, axis=-1)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You set hidden scores to 0, but e⁰ = 1 still gets a share. A hidden share must be 0.")
def sets_hidden_scores_to_zero_in_attention(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is not None:
        scores = ops.where(mask, scores, 0.0)
    weights = ops.softmax(scores, axis=-1)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "The scores are not scaled. Divide them by √D, the root of the width of the queries.")
def attends_without_the_scale(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key)
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "In all you divide by D. Divide by its root, √D, and only once.")
def divides_by_the_width(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1]
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "`** 1/2` is `** 1`, then half of it: powers come first. Write `** 0.5`.")
def halves_after_the_width(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 1 / 2
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "`** 1/2` is `** 1`, then half of it: powers come first. Write `** 0.5`.")
def divides_by_half_the_width(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / (query.shape[-1] ** 1 / 2)
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention", "You divide by the root of E, the width of the values. Take D, the width of query and key."
)
def divides_by_the_root_of_the_value_width(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / value.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You divide by the root of S, the number of keys. Take D, the width of query and key.")
def divides_by_the_root_of_the_number_of_keys(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / key.shape[1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You divide by the root of T, the number of queries. Take D, the width of query and key.")
def divides_by_the_root_of_the_number_of_queries(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention", "You divide by a fixed number, but D can be any. Read it from the query: `query.shape[-1]`."
)
def divides_by_the_root_of_8(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / 8**0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention", "You divide by a fixed number, but D can be any. Read it from the query: `query.shape[-1]`."
)
def divides_by_2(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / 2.0
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention", "You divide by a fixed number, but D can be any. Read it from the query: `query.shape[-1]`."
)
def divides_by_8(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / 8.0
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "`//` rounds down to a whole number. Divide with `/`.")
def divides_to_whole_numbers(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) // query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You divide the weights by √D. Divide the scores, before softmax.")
def scales_the_weights(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key)
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    weights = weights / query.shape[-1] ** 0.5
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "Query and key do not fit as they are. Swap the last two axes of the key first.")
def leaves_the_key_unturned(query, key, value, mask=None):
    scores = ops.matmul(query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "`ops.transpose` without axes turns all of them, B too. Swap the last two only.")
def turns_all_axes_of_the_key(query, key, value, mask=None):
    scores = ops.matmul(query, ops.transpose(key)) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "`ops.reshape` does not turn the key, it cuts its numbers anew. Swap the last two axes.")
def reshapes_the_key(query, key, value, mask=None):
    key = ops.reshape(key, (-1, key.shape[2], key.shape[1]))
    scores = ops.matmul(query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "Your scores are (B, S, T): the keys ask the queries. Turn the key, not the query.")
def turns_the_query(query, key, value, mask=None):
    scores = ops.matmul(key, ops.swapaxes(query, 1, 2)) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention", "A tensor has no `.T`. Swap its last two axes with `ops.transpose`.", backends=("tensorflow",)
)
def writes_dot_t_for_the_key(query, key, value, mask=None):
    scores = query @ key.T / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You hide after softmax, so the weights no longer sum to 1. Hide the scores before it.")
def hides_finished_weights(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention", "Your weights are masked, but the output is made without the mask. Use the same weights for it."
)
def averages_with_unmasked_weights(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    weights = unmasked = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(unmasked, value), weights


@mistake("masked_attention", "You average the keys. They make the weights; what these average is the values.")
def averages_the_keys(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, key), weights


@mistake(
    "masked_attention", "You average over the keys once more, and so divide by S. The weights share 1 already: sum."
)
def takes_the_mean_of_the_weighted_values(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.mean(weights[..., None] * value[:, None], axis=2), weights


@mistake(
    "masked_attention",
    "Scores can be as low as what you put in place of hidden ones. Do all checks of your `masked_softmax` hold?",
)
def attends_with_minus_10000(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.softmax(ops.where(mask, scores, -1e4), axis=-1)
        weights = ops.where(ops.any(mask, axis=-1, keepdims=True), weights, 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention",
    "Scores can be as low as what you put in place of hidden ones. Do all checks of your `masked_softmax` hold?",
)
def hides_twice_with_minus_10000(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e4), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention",
    "Scores can be as low as what you put in place of hidden ones. Do all checks of your `masked_softmax` hold?",
)
def hides_twice_with_minus_1000(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e3), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention",
    "Scores can be as low as what you put in place of hidden ones. Do all checks of your `masked_softmax` hold?",
)
def attends_with_minus_1000(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.softmax(ops.where(mask, scores, -1e3), axis=-1)
        weights = ops.where(ops.any(mask, axis=-1, keepdims=True), weights, 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention",
    "A query that may look nowhere ends as 0 / 0, which is NaN. Guard it: it must get zeros."
    " Do all checks of your `masked_softmax` hold?",
)
def attends_with_infinity(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is not None:
        scores = ops.where(mask, scores, -float("inf"))
    weights = ops.softmax(scores, axis=-1)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention",
    "You replace NaN by 0 at the end, but the gradient stays NaN. Prevent it before softmax."
    " Do all checks of your `masked_softmax` hold?",
)
def replaces_nan_at_the_end(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores + ops.where(mask, 0.0, -float("inf"))
    weights = ops.nan_to_num(ops.softmax(scores, axis=-1))
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention",
    "A query that may look nowhere averages all values in your answer. It must get zeros."
    " Do all checks of your `masked_softmax` hold?",
)
def averages_everything_when_all_is_hidden(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You turned the mask over: its last axis stands for the keys. Use its axes as they are.")
def hides_queries_in_place_of_keys(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        mask = ops.swapaxes(mask, -1, -2)
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention", "You gave the mask an axis for heads. There are none here: mask and scores fit as they are."
)
def adds_a_head_axis_to_the_mask(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        mask = ops.expand_dims(mask, axis=1)
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You ask a whole mask for one yes or no. Ask whether it is None: `mask is None`.")
def asks_whether_the_mask_is_true(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if not mask:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You return the output alone. The weights are wanted too: they show who looked at whom.")
def returns_only_the_output(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value)


@mistake("masked_attention", "You return the weights first. The order is output, then weights.")
def returns_the_weights_first(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return weights, ops.matmul(weights, value)


@mistake(
    "masked_attention", "You return the scores as they are before softmax. Return the weights that it makes of them."
)
def returns_the_scores(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), scores


@mistake(
    "masked_attention", "`*=` or `/=` changes the query that you were given. Make a new tensor for the scaled one."
)
def scales_the_query_in_place(query, key, value, mask=None):
    query /= query.shape[-1] ** 0.5
    scores = ops.einsum("btd,bsd->bts", query, key)
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention",
    "No gradient comes back to query and key: NumPy, rounding or `stop_gradient` cuts it. "
    "Compute with `keras.ops` from start to end, and with nothing that cuts.",
)
def stops_the_gradient(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)
    weights = ops.stop_gradient(weights)
    return ops.matmul(weights, value), weights


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
