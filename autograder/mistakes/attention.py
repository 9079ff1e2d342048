"""Unit 04: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, mistake

# JAX tells only the two sizes that do not meet, and different slips may have the same two.
WHERE_ERRORS_TELL_SHAPES = ("tensorflow", "torch")


@mistake("softmax", "You divided by sums over another axis. The weights along the last axis must sum to 1: axis -1.")
def sums_over_axis_one(scores):
    powers = ops.exp(scores - ops.max(scores, axis=1, keepdims=True))
    return powers / ops.sum(powers, axis=1, keepdims=True)


@mistake("softmax", "You divided by sums over another axis. The weights along the last axis must sum to 1: axis -1.")
def works_along_axis_zero(scores):
    powers = ops.exp(scores - ops.max(scores, axis=0, keepdims=True))
    return powers / ops.sum(powers, axis=0, keepdims=True)


@mistake("softmax", "You divided by sums over another axis. The weights along the last axis must sum to 1: axis -1.")
def sums_over_axis_zero(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=0, keepdims=True)


@mistake("softmax", "You divided by sums over another axis. The weights along the last axis must sum to 1: axis -1.")
def works_along_the_last_axis_but_one(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-2, keepdims=True))
    return powers / ops.sum(powers, axis=-2, keepdims=True)


@mistake("softmax", "You divided by sums over another axis. The weights along the last axis must sum to 1: axis -1.")
def calls_the_softmax_along_the_last_axis_but_one(scores):
    return ops.softmax(scores, axis=-2)


@mistake("softmax", "You divided by sums over two axes. The weights along the last axis alone must sum to 1: axis -1.")
def sums_over_two_axes(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=(-2, -1), keepdims=True)


@mistake("softmax", "You call the last axis 2, which fits three axes only. Its name for any number of axes is -1.")
def counts_the_axes_from_the_left(scores):
    powers = ops.exp(scores - ops.max(scores, axis=2, keepdims=True))
    return powers / ops.sum(powers, axis=2, keepdims=True)


@mistake("softmax", "You divided by one sum over all scores. Each row needs a sum of its own: name the axis.")
def sums_over_everything(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers)


@mistake("softmax", "You divided by one sum over all scores. Each row needs a sum of its own: name the axis.")
def names_no_axis(scores):
    powers = ops.exp(scores - ops.max(scores))
    return powers / ops.sum(powers)


@mistake("softmax", "You divided by one sum over all scores. Each row needs a sum of its own: name the axis.")
def sums_over_everything_unshifted(scores):
    powers = ops.exp(scores)
    return powers / ops.sum(powers)


@mistake("softmax", "A sum or maximum has lost its axis, so it lines up with the wrong one. Keep it, with size 1.")
def loses_the_axis(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1)


@mistake("softmax", "A sum or maximum has lost its axis, so it lines up with the wrong one. Keep it, with size 1.")
def loses_the_axis_of_the_maximum(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax",
    "Python's `max` and `if` cannot choose between rows of numbers. Use `ops.max` and `ops.sum` with axis=-1.",
)
def uses_the_maximum_of_python(scores):
    powers = ops.exp(scores - max(scores))
    return powers / sum(powers)


@mistake(
    "softmax",
    "Your loop runs over the first axis. Its items are rows only where there are two axes: work with axis=-1.",
)
def loops_over_the_first_axis(scores):
    weights = []
    for row in scores:
        powers = ops.exp(row - ops.max(row))
        weights.append(powers / ops.sum(powers))
    return ops.stack(weights)


@mistake(
    "softmax",
    "Your loop runs over the first axis. Its items are rows only where there are two axes: work with axis=-1.",
    backends=("tensorflow", "jax"),
)
def softens_along_the_first_axis_in_a_loop(scores):
    return ops.stack([ops.softmax(row) for row in scores])


@mistake("softmax", "A tensor has no `.max()`. Use `ops.max`.", backends=("tensorflow", "torch"))
def calls_the_maximum_as_a_method(scores):
    powers = ops.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "A tensor has no `.sum()`. Use `ops.sum`.", backends=("tensorflow",))
def calls_the_sum_as_a_method(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake("softmax", "You took shares of the scores themselves. Take shares of their exponentials.")
def forgets_the_exponential(scores):
    return scores / ops.sum(scores, axis=-1, keepdims=True)


@mistake("softmax", "These are the exponentials, not yet their shares. Divide by the sum of each row.")
def forgets_to_normalise(scores):
    return ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))


@mistake("softmax", "These are the exponentials, not yet their shares. Divide by the sum of each row.")
def returns_the_bare_exponentials(scores):
    return ops.exp(scores)


@mistake(
    "softmax",
    "exp gives infinity above 88 (in float32), and 0 far below. First shift each row, so that its largest score is 0.",
)
def overflows(scores):
    powers = ops.exp(scores)
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax",
    "exp gives infinity above 88 (in float32), and 0 far below. First shift each row, so that its largest score is 0.",
)
def overflows_over_a_little_more(scores):
    powers = ops.exp(scores)
    return powers / (ops.sum(powers, axis=-1, keepdims=True) + 1e-9)


@mistake("softmax", "You divided by the mean of the row's exponentials. Divide by their sum.")
def divides_by_the_mean(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.mean(powers, axis=-1, keepdims=True)


@mistake("softmax", "The sign is turned: the largest score gets the smallest weight. Raise e to score minus maximum.")
def turns_the_difference(scores):
    powers = ops.exp(ops.max(scores, axis=-1, keepdims=True) - scores)
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "The sign is turned: the largest score gets the smallest weight. Raise e to score minus maximum.")
def turns_the_scores(scores):
    return ops.softmax(-scores)


@mistake("softmax", "These are the logarithms of the weights. Raise e to them.")
def returns_the_logarithms(scores):
    return scores - ops.logsumexp(scores, axis=-1, keepdims=True)


@mistake("softmax", "You took the logarithm of a sum that is infinite or 0. `ops.logsumexp` shifts before it sums.")
def takes_the_logarithm_of_an_overflow(scores):
    return ops.exp(scores - ops.log(ops.sum(ops.exp(scores), axis=-1, keepdims=True)))


@mistake("softmax", "You shifted above the line only. Use the same shifted exponentials in the sum.")
def shifts_above_the_line_only(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.sum(ops.exp(scores), axis=-1, keepdims=True)


@mistake("softmax", "You shifted below the line only. Use the same shifted exponentials above it.")
def shifts_below_the_line_only(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return ops.exp(scores) / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "You divided by the row's largest score, which changes the weights. Subtract it instead.")
def divides_by_the_maximum(scores):
    powers = ops.exp(scores / ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "You subtracted a fixed number: rows far below it become 0 / 0. Subtract each row's own maximum.")
def subtracts_ten_thousand(scores):
    powers = ops.exp(scores - 10_000)
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "Rows of very large or very low scores get only zeros as weights. Shift each row before exp.")
def hides_nan(scores):
    powers = ops.exp(scores)
    return ops.nan_to_num(powers / ops.sum(powers, axis=-1, keepdims=True))


@mistake(
    "softmax", "You replaced the NaN afterwards, when the weights are lost. Shift each row before exp: none appears."
)
def puts_ones_for_nan(scores):
    powers = ops.exp(scores)
    weights = powers / ops.sum(powers, axis=-1, keepdims=True)
    return ops.where(ops.isnan(weights), 1.0, weights)


@mistake("softmax", "You cut the scores off at a limit, so two large ones look equal. Shift each row instead.")
def clips_the_scores(scores):
    powers = ops.exp(ops.clip(scores, -80.0, 80.0))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "You cut the scores off at a limit, so two large ones look equal. Shift each row instead.")
def clips_the_scores_where_exp_ends(scores):
    powers = ops.exp(ops.clip(scores, -88.0, 88.0))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax",
    "You subtracted something else than each row's largest score: exp can overflow, or leave only zeros.",
)
def subtracts_the_mean(scores):
    powers = ops.exp(scores - ops.mean(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax",
    "You subtracted something else than each row's largest score: exp can overflow, or leave only zeros.",
)
def subtracts_the_smallest(scores):
    powers = ops.exp(scores - ops.min(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax",
    "You subtracted something else than each row's largest score: exp can overflow, or leave only zeros.",
)
def subtracts_the_first_score(scores):
    powers = ops.exp(scores - scores[..., :1])
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax",
    "You subtracted something else than each row's largest score: exp can overflow, or leave only zeros.",
)
def subtracts_the_largest_absolute_value(scores):
    powers = ops.exp(scores - ops.max(ops.abs(scores), axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax",
    "You subtracted something else than each row's largest score: exp can overflow, or leave only zeros.",
)
def subtracts_the_maximum_if_positive(scores):
    powers = ops.exp(scores - ops.maximum(ops.max(scores, axis=-1, keepdims=True), 0))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax",
    "You took the maximum along another axis, so the scores of a row are shifted unequally. Take it along axis -1.",
)
def subtracts_the_maximum_along_the_first_axis(scores):
    powers = ops.exp(scores - ops.max(scores, axis=0, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax",
    "You took the maximum along another axis, so the scores of a row are shifted unequally. Take it along axis -1.",
)
def subtracts_the_maximum_along_the_second_axis(scores):
    powers = ops.exp(scores - ops.max(scores, axis=1, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax",
    "You took the maximum along another axis, so the scores of a row are shifted unequally. Take it along axis -1.",
)
def subtracts_the_maximum_along_the_last_axis_but_one(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-2, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake(
    "softmax", "Your weights are right, but an exp overflows on the way and spoils the gradient. Let none exceed 1."
)
def compares_every_pair(scores):
    differences = ops.expand_dims(scores, -2) - ops.expand_dims(scores, -1)
    return 1 / ops.sum(ops.exp(differences), axis=-1)


@mistake(
    "softmax", "You subtracted one number from all rows; a row far below it becomes 0 / 0. Use each row's own maximum."
)
def subtracts_one_maximum(scores):
    powers = ops.exp(scores - ops.max(scores))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "You stopped the gradient at the sum of the row. The sum depends on every score: let it pass.")
def stops_the_gradient_at_the_sum(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.stop_gradient(ops.sum(powers, axis=-1, keepdims=True))


@mistake("softmax", "NumPy or a `stop_gradient` cuts the gradient on its way. Use `ops` for every step.")
def stops_the_gradient_at_the_weights_themselves(scores):
    return ops.stop_gradient(ops.softmax(scores))


@mistake("softmax", "NumPy or a `stop_gradient` cuts the gradient on its way. Use `ops` for every step.")
def computes_softmax_with_numpy(scores):
    scores = np.array(scores)
    powers = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "NumPy or a `stop_gradient` cuts the gradient on its way. Use `ops` for every step.")
def computes_the_bare_formula_with_numpy(scores):
    powers = np.exp(scores)
    return powers / np.sum(powers, axis=-1, keepdims=True)


@correct("softmax")
def subtracts_the_logarithm_of_the_sum(scores):
    return ops.exp(scores - ops.logsumexp(scores, axis=-1, keepdims=True))


@correct("softmax")
def treats_the_maximum_as_a_constant(scores):
    largest = ops.stop_gradient(ops.amax(scores, axis=-1))
    powers = ops.exp(ops.subtract(scores, ops.expand_dims(largest, -1)))
    return ops.divide(powers, ops.expand_dims(ops.sum(powers, axis=-1), -1))


@correct("softmax")
def multiplies_by_the_reciprocal(scores):
    shifted = scores - ops.max(scores, axis=scores.ndim - 1, keepdims=True)
    return ops.exp(shifted) * ops.reciprocal(ops.einsum("...s->...", ops.exp(shifted))[..., None])


@correct("softmax")
def uses_the_function_of_keras(scores):
    return keras.activations.softmax(scores)


@mistake("attention_scores", "You divided by D in all. Divide by its square root, √D, and only once.")
def divides_by_width_itself(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1]


@mistake("attention_scores", "You divided by D / 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.")
def divides_by_half_the_width(query, key):
    scale = query.shape[-1] ** 1 / 2
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / scale


@mistake("attention_scores", "You divided by D, and then by 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.")
def divides_by_width_and_by_two(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 1 / 2


@mistake("attention_scores", "The scores are not scaled. Divide them by √D, the root of the width.")
def forgets_the_scale(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1)))


@mistake("attention_scores", "You multiplied by √D. Divide by it.")
def multiplies_by_the_root(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) * query.shape[-1] ** 0.5


@mistake("attention_scores", "You divided by the root of S, the number of keys. Divide by the root of D, their width.")
def divides_by_the_root_of_the_number_of_keys(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / key.shape[1] ** 0.5


@mistake(
    "attention_scores", "You divided by the root of T, the number of queries. Divide by the root of D, their width."
)
def divides_by_the_root_of_the_number_of_queries(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / np.sqrt(query.shape[1])


@mistake(
    "attention_scores", "You divided by the root of B, the number of sentences. Divide by the root of D, the width."
)
def divides_by_the_root_of_the_batch(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / len(query) ** 0.5


@mistake("attention_scores", "You rounded √D to a whole number. Divide by √D as it is: `** 0.5`.")
def divides_by_a_rounded_root(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / int(np.sqrt(query.shape[-1]))


@mistake("attention_scores", "`//` rounds down to whole numbers. Divide with `/`.")
def divides_to_whole_numbers(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) // query.shape[-1] ** 0.5


@mistake("attention_scores", "You divided by 2, whatever the width. Read D from a shape and divide by its root.")
def divides_by_two(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / np.sqrt(4)


@mistake("attention_scores", "You divided by √8, whatever the width. Read D from a shape and divide by its root.")
def divides_by_the_root_of_eight(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / np.sqrt(8)


@mistake("attention_scores", "You divided by 8, whatever the width. Read D from a shape and divide by its root.")
def divides_by_eight(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / 8.0


@mistake("attention_scores", "Your rows belong to the keys: (B, S, T). Give each query a row: (B, T, S).")
def gives_each_key_a_row(query, key):
    return ops.matmul(key, ops.transpose(query, (0, 2, 1))) / query.shape[-1] ** 0.5


@mistake("attention_scores", "You reshaped the keys, which tears each key apart. Swap their last two axes instead.")
def reshapes_instead_of_transposing(query, key):
    turned = ops.reshape(key, (-1, key.shape[2], key.shape[1]))
    return ops.matmul(query, turned) / query.shape[-1] ** 0.5


@mistake("attention_scores", "You reshaped the scores, which tears each row apart. Swap their last two axes instead.")
def reshapes_the_scores(query, key):
    scores = ops.matmul(key, ops.transpose(query, (0, 2, 1))) / query.shape[-1] ** 0.5
    return ops.reshape(scores, (-1, query.shape[1], key.shape[1]))


@mistake("attention_scores", "You paired query t with key t only. Let every query meet every key: a matrix product.")
def multiplies_number_by_number(query, key):
    return ops.sum(query * key, axis=-1) / query.shape[-1] ** 0.5


@mistake("attention_scores", "The inner sizes do not meet. Swap the keys' last two axes, and keep the batch first.")
def forgets_to_transpose(query, key):
    return ops.matmul(query, key) / query.shape[-1] ** 0.5


@mistake(
    "attention_scores", "`ops.transpose` wants a place for each of the three axes: (0, 2, 1) keeps the batch first."
)
def names_two_axes_of_three(query, key):
    return ops.matmul(query, ops.transpose(key, (1, 0))) / query.shape[-1] ** 0.5


@mistake(
    "attention_scores", "Your transpose moves the batch as well, as it does without named axes. Keep the batch first."
)
def transposes_the_batch_as_well(query, key):
    return ops.matmul(query, ops.transpose(key)) / query.shape[-1] ** 0.5


@mistake(
    "attention_scores", "A tensor has no `.T`. Swap its last two axes with `ops.transpose`.", backends=("tensorflow",)
)
def turns_the_keys_by_an_attribute(query, key):
    return ops.matmul(query, key.T) / query.shape[-1] ** 0.5


@mistake("attention_scores", "A tensor has no `.transpose`. Use `ops.transpose`.", backends=("tensorflow", "torch"))
def turns_the_keys_by_a_method(query, key):
    return ops.matmul(query, key.transpose(0, 2, 1)) / query.shape[-1] ** 0.5


@mistake("attention_scores", "You scored each sentence against the keys of all sentences. Keep the sentences apart.")
def mixes_the_sentences(query, key):
    return ops.tensordot(query, key, axes=[[2], [2]]) / query.shape[-1] ** 0.5


@mistake("attention_scores", "You scored each sentence against the keys of all sentences. Keep the sentences apart.")
def adds_up_the_sentences(query, key):
    return ops.einsum("btd,csd->bts", query, key) / query.shape[-1] ** 0.5


@mistake("attention_scores", "You divided by the vectors' lengths, as a cosine does. Divide by √D only.")
def takes_the_cosine(query, key):
    query = query / ops.norm(query, axis=-1, keepdims=True)
    key = key / ops.norm(key, axis=-1, keepdims=True)
    return ops.matmul(query, ops.transpose(key, (0, 2, 1)))


@mistake("attention_scores", "These are weights already. Return the scores: the softmax is a later step.")
def applies_the_softmax_already(query, key):
    return ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)


@mistake(
    "attention_scores",
    "Your Python loop needs the batch size, which a graph lacks. Use one product for all.",
    backends=("tensorflow",),
)
def loops_over_the_batch(query, key):
    scores = [ops.matmul(query[b], ops.transpose(key[b])) for b in range(query.shape[0])]
    return ops.stack(scores) / query.shape[-1] ** 0.5


@mistake("attention_scores", "NumPy or a `stop_gradient` cuts the gradient on its way. Use `ops` for every step.")
def scores_with_numpy(query, key):
    query, key = np.array(query), np.array(key)
    return query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])


@mistake("attention_scores", "NumPy or a `stop_gradient` cuts the gradient on its way. Use `ops` for every step.")
def stops_the_gradient_at_the_scores(query, key):
    return ops.stop_gradient(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)


@correct("attention_scores")
def scales_the_query_first(query, key):
    depth = ops.cast(ops.shape(query)[-1], query.dtype)
    return ops.einsum("btd,bsd->bts", query / ops.sqrt(depth), key)


@correct("attention_scores")
def multiplies_every_pair_and_sums(query, key):
    products = ops.expand_dims(query, 2) * ops.expand_dims(key, 1)
    return ops.sum(products, axis=-1) / np.sqrt(query.shape[-1])


@correct("attention_scores")
def scales_both_by_the_fourth_root(query, key):
    root = key.shape[-1] ** 0.25
    return (query / root) @ ops.swapaxes(key / root, 1, 2)


@correct("attention_scores")
def transposes_the_result(query, key):
    turned = ops.matmul(key, ops.swapaxes(query, -1, -2))
    return ops.transpose(turned, axes=[0, 2, 1]) * ops.rsqrt(float(query.shape[-1]))


@mistake(
    "scaled_dot_product_attention", "Your weights sum to 1 over the queries. Each query shares its 1 among the keys."
)
def shares_among_the_queries(query, key, value):
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    weights = ops.softmax(scores, axis=1)
    return ops.matmul(weights, value), weights


@mistake("scaled_dot_product_attention", "You averaged with raw scores. Turn them into weights with the softmax first.")
def forgets_the_softmax(query, key, value):
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    return ops.matmul(scores, value), scores


@mistake("scaled_dot_product_attention", "The output is right, but beside it stand the scores. Return the weights.")
def returns_the_scores_as_weights(query, key, value):
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    return ops.matmul(ops.softmax(scores), value), scores


@mistake(
    "scaled_dot_product_attention",
    "The weights are right, but you averaged with the scores. Average with the weights.",
)
def averages_with_the_scores(query, key, value):
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    return ops.matmul(scores, value), ops.softmax(scores)


@mistake("scaled_dot_product_attention", "Your scores went through the softmax twice. Once is enough.")
def softens_twice(query, key, value):
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    weights = ops.softmax(ops.softmax(scores))
    return ops.matmul(weights, value), weights


@mistake("scaled_dot_product_attention", "You returned the weights first. The output comes first, then the weights.")
def returns_the_pair_in_the_wrong_order(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return weights, ops.matmul(weights, value)


@mistake("scaled_dot_product_attention", "You returned the output alone. Return the weights too, after a comma.")
def returns_the_output_alone(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value)


@mistake("scaled_dot_product_attention", "Your weights are right; do not turn them for the product.")
def turns_the_weights_for_the_product(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(ops.transpose(weights, (0, 2, 1)), value), weights


@mistake(
    "scaled_dot_product_attention",
    "The output is right, but you turned the weights beside it. Return them as they are.",
)
def turns_the_weights_it_returns(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), ops.transpose(weights, (0, 2, 1))


@mistake("scaled_dot_product_attention", "Your weights have a row per key. Give each query a row: it comes first.")
def gives_each_key_a_row_of_weights(query, key, value):
    weights = ops.softmax(ops.matmul(key, ops.transpose(query, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "A product's inner sizes do not meet. Turn the keys, batch first, and nothing else.",
)
def forgets_to_turn_the_keys(query, key, value):
    weights = ops.softmax(ops.matmul(query, key) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("scaled_dot_product_attention", "The weights stand on the left of the values: (B, T, S) meets (B, S, E).")
def puts_the_weights_on_the_right(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(value, weights), weights


@mistake("scaled_dot_product_attention", "The values need no turning: the weights (B, T, S) meet (B, S, E) as it is.")
def turns_the_values(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, ops.transpose(value, (0, 2, 1))), weights


@mistake(
    "scaled_dot_product_attention",
    "`*` multiplies number by number. The average is a matrix product: `ops.matmul`.",
)
def multiplies_weights_and_values(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return weights * value, weights


@mistake(
    "scaled_dot_product_attention",
    "You scored the queries against the values. The keys decide the weights; the values are averaged.",
)
def scores_the_values(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(value, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, key), weights


@mistake(
    "scaled_dot_product_attention",
    "You reshaped the output to the shape of `query`. It is E wide, not D: it needs no reshape.",
)
def reshapes_the_output(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.reshape(ops.matmul(weights, value), query.shape), weights


@mistake(
    "scaled_dot_product_attention",
    "Your transpose moves the batch as well, as it does without named axes. Keep the batch first.",
)
def turns_the_batch_as_well(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key)) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "A tensor has no `.T`. Turn the keys, and only the keys, with `ops.transpose`.",
    backends=("tensorflow",),
)
def attends_by_an_attribute(query, key, value):
    weights = ops.softmax(ops.matmul(query, key.T) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("scaled_dot_product_attention", "The scores reach the softmax unscaled. Divide them by √D before it.")
def does_not_scale(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))))
    return ops.matmul(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "The scores are divided by D in all. Divide by √D once: `attention_scores` does it already.",
)
def scales_twice(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1])
    return ops.matmul(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "The scores are divided by D / 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.",
)
def scales_by_half_the_width(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / (query.shape[-1] ** 1 / 2))
    return ops.matmul(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "The scores are divided by D, and then by 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.",
)
def scales_by_width_and_by_two(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 1 / 2)
    return ops.matmul(weights, value), weights


@mistake("scaled_dot_product_attention", "The scores are divided by 2, whatever the width. Read D from a shape.")
def scales_by_two(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / np.sqrt(4))
    return ops.matmul(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "The scores are divided by the root of S, the number of keys. Divide by the root of D, their width.",
)
def scales_by_the_root_of_the_number_of_keys(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / key.shape[1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "You scaled by √E, the root of the values' width. Scale by √D, the root of the queries' width.",
)
def scales_by_the_width_of_the_values(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / value.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("scaled_dot_product_attention", "You scaled the weights, after the softmax. Scale the scores, before it.")
def scales_after_the_softmax(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1)))) / query.shape[-1] ** 0.5
    return ops.matmul(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "You divided the output by S as well. The weights sum to 1 already: the sum is the average.",
)
def takes_the_mean_over_the_keys(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value) / value.shape[1], weights


@mistake(
    "scaled_dot_product_attention",
    "You averaged the values of all sentences. Keep the sentences apart, as `ops.matmul` does.",
    backends=("tensorflow", "jax"),
)
def averages_over_all_sentences(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.dot(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "You averaged the values of all sentences. Keep the sentences apart, as `ops.matmul` does.",
)
def adds_up_the_values_of_all_sentences(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.einsum("bts,cse->bte", weights, value), weights


@mistake("scaled_dot_product_attention", "You hid the keys that come later. Here every query may look at every key.")
def hides_the_later_keys(query, key, value):
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    weights = ops.softmax(ops.where(ops.tril(ops.ones_like(scores)) > 0, scores, -1e9))
    return ops.matmul(weights, value), weights


@mistake("scaled_dot_product_attention", "You averaged the keys. The keys only decide the weights; average the values.")
def averages_the_keys(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, key), weights


@mistake("scaled_dot_product_attention", "Your softmax overflows for large scores. Use a stable one, as in exercise 1.")
def attends_with_an_overflowing_softmax(query, key, value):
    powers = ops.exp(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    weights = powers / ops.sum(powers, axis=-1, keepdims=True)
    return ops.matmul(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "You turned the weights into a NumPy array. Return the tensor as it is.",
    backends=("tensorflow",),
)
@mistake(
    "scaled_dot_product_attention",
    "Your weights meet NumPy, which has no gradients and no graphs. Use `ops` up to the return.",
    backends=("jax",),  # whose errors do not tell the product from the return
)
def returns_the_weights_as_numpy(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), ops.convert_to_numpy(weights)


@mistake(
    "scaled_dot_product_attention",
    "You multiplied with NumPy, which has no gradients and no graphs. Use `ops.matmul`.",
    backends=("tensorflow", "torch"),
)
@mistake(
    "scaled_dot_product_attention",
    "Your weights meet NumPy, which has no gradients and no graphs. Use `ops` up to the return.",
    backends=("jax",),  # whose errors do not tell the product from the return
)
def averages_with_numpy(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return np.matmul(weights, value), weights


@mistake(
    "scaled_dot_product_attention",
    "No gradient reaches query and key: NumPy or a `stop_gradient` cuts it at the weights. Use `ops`.",
)
def stops_the_gradient_at_the_weights(query, key, value):
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    weights = ops.stop_gradient(ops.softmax(scores))
    return ops.matmul(weights, value), weights


@correct("scaled_dot_product_attention")
def attends_with_einsum(query, key, value):
    scores = ops.einsum("btd,bsd->bts", query, key) / ops.sqrt(query.shape[-1])
    weights = ops.softmax(scores, axis=-1)
    return [ops.einsum("bts,bse->bte", weights, value), weights]


@correct("scaled_dot_product_attention")
def divides_after_averaging(query, key, value):
    scores = query @ ops.swapaxes(key, 1, 2) * query.shape[-1] ** -0.5
    powers = ops.exp(scores - ops.max(scores, axis=2, keepdims=True))
    total = ops.sum(powers, axis=2, keepdims=True)
    return (powers @ value) / total, powers / total


@correct("scaled_dot_product_attention")
def uses_the_layer_of_keras(query, key, value):
    scaled = query / ops.sqrt(ops.cast(ops.shape(query)[-1], query.dtype))
    return keras.layers.Attention()([scaled, value, key], return_attention_scores=True)


@correct("scaled_dot_product_attention")
def sums_the_weighted_values(query, key, value):
    products = ops.expand_dims(query, 2) * ops.expand_dims(key, 1)
    weights = keras.activations.softmax(ops.sum(products, axis=3) / key.shape[2] ** 0.5)
    return ops.sum(ops.expand_dims(weights, 3) * ops.expand_dims(value, 1), axis=2), weights


@mistake("self_attention", "You used w_query for the keys as well, so scores are symmetric. Keys have w_key.")
def ties_the_matrices(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_query, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "You used w_key for the queries as well, so scores are symmetric. Queries have w_query.")
def ties_the_matrices_to_the_keys(x, w_query, w_key, w_value):
    query, key, value = x @ w_key, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "Queries and keys have changed places, in the projections or in the product. Row t belongs to the query of word t.",
)
def swaps_query_and_key(x, w_query, w_key, w_value):
    query, key, value = x @ w_key, x @ w_query, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "Queries and keys have changed places, in the projections or in the product. Row t belongs to the query of word t.",
)
def turns_the_product_round(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(key, ops.transpose(query, (0, 2, 1))) / key.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "Value and key have changed places: scores compare queries with keys, and the values are averaged.",
)
def swaps_key_and_value(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_value, x @ w_key
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "You scaled by √E, the width of the values. The vectors you multiply are K wide: scale by √K.",
)
def scales_by_the_width_of_the_projected_values(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / value.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "You scaled by √D, the width of x. The vectors you multiply are K wide: scale by √K.")
def scales_by_the_width_of_the_words(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / x.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "The scores are divided by K in all. Divide by √K, once: exercise 3 does it already.")
def divides_by_width(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1])
    return ops.matmul(weights, value), weights


@mistake("self_attention", "The scores are divided by K / 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.")
def divides_by_half_of_k(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / (query.shape[-1] ** 1 / 2))
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention", "The scores are divided by K, and then by 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`."
)
def divides_by_k_and_by_two(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 1 / 2)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention", "The scores are divided by 2, whatever the width. Read K from a shape and divide by its root."
)
def divides_by_the_root_of_four(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / np.sqrt(4))
    return ops.matmul(weights, value), weights


@mistake("self_attention", "The scores are divided by the root of T, the number of words. Divide by the root of K.")
def divides_by_the_root_of_the_number_of_words(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / x.shape[1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "The scores are not scaled. Divide them by √K, the root of the width of queries and keys.")
def attends_without_scale(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))))
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "A product's inner sizes do not meet. x goes left of each matrix; only keys are turned.",
)
def puts_the_words_on_the_right(x, w_query, w_key, w_value):
    query, key, value = ops.matmul(w_query, x), ops.matmul(w_key, x), ops.matmul(w_value, x)
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention", "Your transpose moves the batch as well, as it does without named axes. Keep the batch first."
)
def turns_all_axes_of_the_keys(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key)) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "A tensor has no `.T`. The matrices need no turning; turn the keys with `ops.transpose`.",
    backends=("tensorflow",),
)
def turns_the_projection_by_an_attribute(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, key.T) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "`*` multiplies number by number. Project with a matrix product: `ops.matmul` or `@`.")
def projects_number_by_number(x, w_query, w_key, w_value):
    query, key, value = x * w_query, x * w_key, x * w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "The matrices need no turning: x (B, T, D) meets (D, K) as it is.",
    backends=WHERE_ERRORS_TELL_SHAPES,
)
def turns_the_matrices(x, w_query, w_key, w_value):
    query, key, value = x @ ops.transpose(w_query), x @ ops.transpose(w_key), x @ ops.transpose(w_value)
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "The matrices need no turning: x (B, T, D) meets (D, K) as it is.",
    backends=WHERE_ERRORS_TELL_SHAPES,
)
def turns_the_matrices_for_matmul(x, w_query, w_key, w_value):
    query, key, value = (ops.matmul(x, ops.transpose(matrix)) for matrix in (w_query, w_key, w_value))
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "You projected a projection. Queries, keys and values are all made of the x that came in.",
    backends=WHERE_ERRORS_TELL_SHAPES,
)
def overwrites_the_words(x, w_query, w_key, w_value):
    query = x @ w_query
    key = query @ w_key
    value = x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "You projected a projection. Queries, keys and values are all made of the x that came in.",
    backends=WHERE_ERRORS_TELL_SHAPES,
)
def overwrites_the_words_by_matmul(x, w_query, w_key, w_value):
    query = ops.matmul(x, w_query)
    key = ops.matmul(query, w_key)
    value = ops.matmul(x, w_value)
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "You projected a projection. Queries, keys and values are all made of the x that came in.",
    backends=WHERE_ERRORS_TELL_SHAPES,
)
def projects_the_keys_to_values(x, w_query, w_key, w_value):
    query, key = x @ w_query, x @ w_key
    value = key @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "You projected a projection. Queries, keys and values are all made of the x that came in.",
    backends=WHERE_ERRORS_TELL_SHAPES,
)
def projects_the_keys_to_values_by_matmul(x, w_query, w_key, w_value):
    query, key = x @ w_query, x @ w_key
    value = ops.matmul(key, w_value)
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "You projected a projection. Queries, keys and values are all made of the x that came in.",
    backends=WHERE_ERRORS_TELL_SHAPES,
)
def projects_the_output_again(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(ops.matmul(weights, value), w_value), weights


@mistake(
    "self_attention",
    "Queries and keys differ in width. Project x for both: with w_query, and with w_key.",
    backends=WHERE_ERRORS_TELL_SHAPES,
)
def asks_with_the_words_themselves(x, w_query, w_key, w_value):
    query, key, value = x, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "Queries and keys differ in width. Project x for both: with w_query, and with w_key.",
    backends=WHERE_ERRORS_TELL_SHAPES,
)
def offers_the_words_themselves(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "You left the projections out. Queries, keys and values are x times w_query, w_key and w_value.",
)
def projects_nothing(x, w_query, w_key, w_value):
    query = key = value = x
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "You averaged x itself. Project it with w_value first.")
def does_not_project_the_values(x, w_query, w_key, w_value):
    query, key = x @ w_query, x @ w_key
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, x), weights


@mistake("self_attention", "You averaged the keys. The values are a third projection of x, with w_value.")
def takes_the_keys_for_values(x, w_query, w_key, w_value):
    query, key = x @ w_query, x @ w_key
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, key), weights


@mistake("self_attention", "You scored the words without projecting them. Queries and keys come first: w_query, w_key.")
def scores_the_words_themselves(x, w_query, w_key, w_value):
    weights = ops.softmax(ops.matmul(x, ops.transpose(x, (0, 2, 1))) / x.shape[-1] ** 0.5)
    return ops.matmul(weights, x @ w_value), weights


@mistake("self_attention", "Each column of your weights sums to 1. Each word shares its 1 along its own row.")
def shares_along_the_columns(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5, axis=1)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "Your weights are right; do not turn them for the product.")
def turns_the_weights_before_averaging(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(ops.transpose(weights, (0, 2, 1)), value), weights


@mistake("self_attention", "The output is right, but you turned the weights beside it. Return them as they are.")
def turns_the_weights_at_the_end(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), ops.transpose(weights, (0, 2, 1))


@mistake("self_attention", "You returned the weights first. The output comes first, then the weights.")
def returns_the_weights_first(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return weights, ops.matmul(weights, value)


@mistake("self_attention", "The output is right, but beside it stand the scores. Return the weights.")
def returns_the_scores_beside_the_output(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    return ops.matmul(ops.softmax(scores), value), scores


@mistake("self_attention", "You averaged with raw scores. Turn them into weights with the softmax first.")
def averages_with_raw_scores(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    return ops.matmul(scores, value), scores


@mistake("self_attention", "You returned the output alone. Return the weights too, after a comma.")
def keeps_the_weights_back(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value)


@mistake("self_attention", "You hid the words that come later. Here every word may look at every word.")
def hides_the_later_words(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    weights = ops.softmax(ops.where(ops.tril(ops.ones_like(scores)) > 0, scores, -1e9))
    return ops.matmul(weights, value), weights


@mistake("self_attention", "You hid each word from itself. Here every word may look at every word, itself too.")
def hides_each_word_from_itself(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
    weights = ops.softmax(scores - 1e9 * ops.eye(x.shape[1]))
    return ops.matmul(weights, value), weights


@mistake("self_attention", "Your softmax overflows for large scores. Use a stable one, as in exercise 1.")
def overflows_for_strong_scores(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    powers = ops.exp(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    weights = powers / ops.sum(powers, axis=-1, keepdims=True)
    return ops.matmul(weights, value), weights


@mistake(
    "self_attention",
    "Your Python loop needs the batch size, which a graph lacks. Use one product for all.",
    backends=("tensorflow",),
)
def loops_over_the_batch_of_words(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = [ops.softmax(query[b] @ ops.transpose(key[b]) / query.shape[-1] ** 0.5) for b in range(x.shape[0])]
    weights = ops.stack(weights)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "Your matrices became NumPy arrays, so no gradient reaches them. Use them as they are.")
def makes_the_matrices_constants(x, w_query, w_key, w_value):
    w_query, w_key, w_value = np.array(w_query), np.array(w_key), np.array(w_value)
    query, key, value = ops.matmul(x, w_query), ops.matmul(x, w_key), ops.matmul(x, w_value)
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


# On PyTorch it fails as `makes_the_matrices_constants` does, whose sentence holds for it as well.
@mistake(
    "self_attention",
    "You multiplied with NumPy, which has no gradients and no graphs. Use `ops.matmul`.",
    backends=("tensorflow", "jax"),
)
def projects_with_numpy(x, w_query, w_key, w_value):
    query, key, value = np.matmul(x, w_query), np.matmul(x, w_key), np.matmul(x, w_value)
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@correct("self_attention")
def projects_once_with_all_three(x, w_query, w_key, w_value):
    width = w_query.shape[-1]
    projected = ops.matmul(x, ops.concatenate([w_query, w_key, w_value], axis=-1))
    query, key, value = ops.split(projected, [width, 2 * width], axis=-1)
    weights = ops.softmax(query @ ops.swapaxes(key, -1, -2) / width**0.5, axis=-1)
    return weights @ value, weights


@correct("self_attention")
def multiplies_query_and_key_matrices_first(x, w_query, w_key, w_value):
    form = ops.matmul(w_query, ops.transpose(w_key)) / ops.sqrt(float(w_key.shape[1]))
    scores = ops.einsum("btd,de,bse->bts", x, form, x)
    weights = keras.activations.softmax(scores)
    return ops.matmul(ops.matmul(weights, x), w_value), weights


@correct("self_attention")
def writes_the_softmax_out(x, w_query, w_key, w_value):
    query = ops.einsum("btd,dk->btk", x, w_query)
    key = ops.einsum("bsd,dk->bsk", x, w_key)
    value = ops.tensordot(x, w_value, axes=[[2], [0]])
    scores = ops.einsum("btk,bsk->bts", query, key) * ops.rsqrt(ops.cast(ops.shape(key)[-1], key.dtype))
    weights = ops.exp(scores - ops.logsumexp(scores, axis=-1, keepdims=True))
    return [ops.einsum("bts,bsv->btv", weights, value), weights]


@correct("self_attention")
def attends_with_the_layer_of_keras(x, w_query, w_key, w_value):
    query, key, value = ops.dot(x, w_query), ops.dot(x, w_key), ops.dot(x, w_value)
    return keras.layers.Attention()([query / key.shape[-1] ** 0.5, value, key], return_attention_scores=True)


@correct("self_attention")
def names_the_matrices_otherwise(words, wq, wk, wv):
    weights = ops.softmax(ops.einsum("btk,bsk->bts", words @ wq, words @ wk) / wk.shape[1] ** 0.5)
    return weights @ (words @ wv), weights
