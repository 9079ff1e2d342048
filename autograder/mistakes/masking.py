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


@mistake("padding_mask", "You added an axis for heads too. In this course the mask has three axes: (B, 1, S).")
def adds_an_axis_for_heads(ids):
    return ops.not_equal(ids, 0)[:, None, None, :]


@mistake("padding_mask", "Your mask holds the numbers 0 and 1. Keep the booleans that the comparison gives.")
def turns_the_mask_into_numbers(ids):
    return ops.cast(ops.expand_dims(ops.not_equal(ids, 0), axis=1), "float32")


@mistake("padding_mask", "You hide all four special words. Only `[PAD]`, id 0, is hidden: the others carry meaning.")
def hides_every_special_word(ids):
    return ops.expand_dims(ops.greater(ids, 3), axis=1)


@mistake("padding_mask", "You hide `[UNK]`, id 1, as well. An unknown word is still a word: hide id 0 alone.")
def hides_unknown_words(ids):
    return ops.expand_dims(ops.greater(ids, 1), axis=1)


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


@mistake("padding_mask", "NumPy needs real numbers, and a compiled graph has none yet. Compare with `keras.ops`.")
def compares_with_numpy(ids):
    return np.asarray(ids)[:, None, :] != 0


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


@mistake("causal_mask", "You added an axis for heads too. In this course the mask has three axes: (1, T, T).")
def adds_a_head_axis(length):
    return ops.tril(ops.ones((1, 1, length, length), dtype="bool"))


@mistake("causal_mask", "Your mask holds the numbers 0 and 1. Make it of booleans, with `dtype` or a comparison.")
def makes_a_triangle_of_numbers(length):
    return ops.tril(ops.ones((1, length, length)))


@mistake("causal_mask", "You built numbers to add to scores. Here a mask says True or False; the softmax comes later.")
def builds_a_mask_to_be_added(length):
    t = ops.arange(length)
    return ops.expand_dims(ops.where(t[None, :] <= t[:, None], 0.0, -1e9), axis=0)


@mistake(
    "causal_mask", "A NumPy function got a tensor of `keras.ops`, which a graph cannot allow. Stay with `keras.ops`."
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


@mistake("combine_masks", "One None makes you give up the other masks. Skip the None and combine the rest.")
def gives_up_at_none(*masks):
    if not masks or any(mask is None for mask in masks):
        return None
    combined = masks[0]
    for mask in masks[1:]:
        combined = ops.logical_and(combined, mask)
    return combined


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


@mistake("combine_masks", "`if mask` asks whether a whole tensor is true. Ask whether it is None: `mask is not None`.")
def asks_whether_a_tensor_is_true(*masks):
    combined = None
    for mask in masks:
        if mask:
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


@mistake("combine_masks", "Your function takes one list. Put a star before the parameter: masks come one by one.")
def takes_one_list(masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else ops.logical_and(combined, mask)
    return combined


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


@mistake("combine_masks", "NumPy cannot work on the tensors of a compiled graph. Use the logical AND of `keras.ops`.")
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


@mistake("masked_softmax", "You hide with −20, and real scores can be lower. Take a number no score can reach.")
def hides_with_minus_20(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.softmax(ops.where(mask, scores, -20.0), axis=-1)
    return ops.where(ops.any(mask, axis=-1, keepdims=True), weights, 0.0)


@mistake("masked_softmax", "You hide with −10 000, and real scores can be as low. Take a number no score can reach.")
def hides_with_minus_10000(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    weights = ops.softmax(ops.where(mask, scores, -1e4), axis=-1)
    return ops.where(ops.any(mask, axis=-1, keepdims=True), weights, 0.0)


@mistake("masked_softmax", "With −∞ in a whole row, softmax divides 0 by 0. Rows that may look nowhere need a guard.")
def divides_zero_by_zero(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    return ops.softmax(ops.where(mask, scores, -float("inf")), axis=-1)


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
    "masked_softmax", "You repair the sum afterwards, but a large hidden score has left only zeros. Hide it first."
)
def repairs_the_sum_afterwards(scores, mask=None):
    weights = ops.softmax(scores, axis=-1)
    if mask is None:
        return weights
    weights = ops.where(mask, weights, 0.0)
    total = ops.sum(weights, axis=-1, keepdims=True)
    return weights / ops.where(total > 0, total, 1.0)


@mistake("masked_softmax", "exp of a large score overflows. Subtract the largest allowed score of the row before.")
def forgets_the_peak(scores, mask=None):
    mask = ops.ones_like(scores, dtype="bool") if mask is None else mask
    shares = ops.where(mask, ops.exp(ops.where(mask, scores, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    return shares / ops.where(total > 0, total, 1.0)


@mistake("masked_softmax", "You share out down the columns. Each row, over the keys on the last axis, shares 1.")
def shares_down_the_columns(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-2)
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-2), 0.0)


@mistake(
    "masked_softmax", "You use the mask without asking whether it is None. Without a mask, all scores are allowed."
)
def does_not_expect_a_missing_mask(scores, mask=None):
    return ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9), axis=-1), 0.0)


@mistake("masked_softmax", "You assign into a tensor, which cannot be changed. Make a new one with `ops.where`.")
def assigns_into_the_scores(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    scores[ops.logical_not(mask)] = -1e9
    return ops.where(mask, ops.softmax(scores, axis=-1), 0.0)


@mistake(
    "masked_softmax", "`+=` changes the scores that you were given. Make new ones: `ops.where` leaves the old alone."
)
def adds_into_the_scores(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    scores += np.where(mask, 0.0, -1e9).astype("float32")
    return ops.where(mask, ops.softmax(scores, axis=-1), 0.0)


@mistake("masked_softmax", "NumPy cuts the gradients and fails in a graph. Compute with `keras.ops` from start to end.")
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


@mistake("masked_attention", "The scores are not scaled. Divide them by √D, the root of the width of the queries.")
def attends_without_the_scale(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key)
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


@mistake("masked_attention", "You hide with −10 000, and scores can be as low. Hide with your `masked_softmax`.")
def attends_with_minus_10000(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = ops.softmax(ops.where(mask, scores, -1e4), axis=-1)
        weights = ops.where(ops.any(mask, axis=-1, keepdims=True), weights, 0.0)
    return ops.matmul(weights, value), weights


@mistake(
    "masked_attention", "A query that may look nowhere gets NaN: −∞ in a whole row makes 0 / 0. It must get zeros."
)
def attends_with_infinity(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is not None:
        scores = ops.where(mask, scores, -float("inf"))
    weights = ops.softmax(scores, axis=-1)
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "You replace NaN by 0 at the end, but the gradient stays NaN. Prevent it before softmax.")
def replaces_nan_at_the_end(query, key, value, mask=None):
    scores = ops.einsum("btd,bsd->bts", query, key) / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores + ops.where(mask, 0.0, -float("inf"))
    weights = ops.nan_to_num(ops.softmax(scores, axis=-1))
    return ops.matmul(weights, value), weights


@mistake("masked_attention", "A query that may look nowhere averages all values in your answer. It must get zeros.")
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
    "masked_attention", "The gradient is cut on its way to query and key. Let the weights stay part of the computation."
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
    "masked_attention", "NumPy cuts the gradients and fails in a graph. Compute with `keras.ops` from start to end."
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
    depth = ops.cast(ops.shape(key)[-1], key.dtype)
    scores = ops.einsum("btd,bsd->bts", query, key) * ops.rsqrt(depth)
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
