"""Unit 04: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, mistake


@mistake("softmax", "You divided by sums over another axis. The weights along the last axis must sum to 1: axis -1.")
def sums_over_axis_one(scores):
    powers = ops.exp(scores - ops.max(scores, axis=1, keepdims=True))
    return powers / ops.sum(powers, axis=1, keepdims=True)


@mistake("softmax", "You call the last axis 2, which fits three axes only. Its name for any number of axes is -1.")
def counts_the_axes_from_the_left(scores):
    powers = ops.exp(scores - ops.max(scores, axis=2, keepdims=True))
    return powers / ops.sum(powers, axis=2, keepdims=True)


@mistake("softmax", "You divided by one sum over all scores. Each row needs a sum of its own: name the axis.")
def sums_over_everything(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers)


@mistake("softmax", "A sum or maximum has lost its axis, so it lines up with the wrong one. Keep it, with size 1.")
def loses_the_axis(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1)


@mistake("softmax", "You took shares of the scores themselves. Take shares of their exponentials.")
def forgets_the_exponential(scores):
    return scores / ops.sum(scores, axis=-1, keepdims=True)


@mistake("softmax", "These are the exponentials, not yet their shares. Divide by the sum of each row.")
def forgets_to_normalise(scores):
    return ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))


@mistake("softmax", "exp gives infinity above 88, and 0 far below. Shift each row first: only differences count.")
def overflows(scores):
    powers = ops.exp(scores)
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "You replaced NaN by 0, so those rows attend to nothing. Keep exp from overflowing instead.")
def hides_nan(scores):
    powers = ops.exp(scores)
    return ops.nan_to_num(powers / ops.sum(powers, axis=-1, keepdims=True))


@mistake("softmax", "You cut the scores off at a limit, so two large ones look equal. Shift each row instead.")
def clips_the_scores(scores):
    powers = ops.exp(ops.clip(scores, -80.0, 80.0))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "You subtracted the mean of each row: the largest can still overflow. Subtract the maximum.")
def subtracts_the_mean(scores):
    powers = ops.exp(scores - ops.mean(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "You subtracted one maximum from all rows; a row far below it becomes 0 / 0. Use each row's own.")
def subtracts_one_maximum(scores):
    powers = ops.exp(scores - ops.max(scores))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


@mistake("softmax", "You stopped the gradient at the sum of the row. The sum depends on every score: let it pass.")
def stops_the_gradient_at_the_sum(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.stop_gradient(ops.sum(powers, axis=-1, keepdims=True))


@mistake("softmax", "You computed with NumPy, which has no gradients and no graphs. Use `ops` for every step.")
def computes_softmax_with_numpy(scores):
    scores = np.array(scores)
    powers = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
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


@mistake("attention_scores", "You divided by D itself. Divide by its square root, √D.")
def divides_by_depth(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1]


@mistake("attention_scores", "The scores are not scaled. Divide them by √D, the root of the depth.")
def forgets_the_scale(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1)))


@mistake("attention_scores", "You multiplied by √D. Divide by it.")
def multiplies_by_the_root(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) * query.shape[-1] ** 0.5


@mistake("attention_scores", "You divided by the root of S, the number of keys. Divide by the root of D, their depth.")
def divides_by_the_root_of_the_number_of_keys(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / key.shape[1] ** 0.5


@mistake("attention_scores", "You divided by 8, the root of the paper's 64. Read the depth from the shape.")
def divides_by_eight(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / 8.0


@mistake("attention_scores", "Your rows belong to the keys: (B, S, T). Give each query a row: (B, T, S).")
def gives_each_key_a_row(query, key):
    return ops.matmul(key, ops.transpose(query, (0, 2, 1))) / query.shape[-1] ** 0.5


@mistake("attention_scores", "You reshaped the keys, which tears each key apart. Swap their last two axes instead.")
def reshapes_instead_of_transposing(query, key):
    turned = ops.reshape(key, (-1, key.shape[2], key.shape[1]))
    return ops.matmul(query, turned) / query.shape[-1] ** 0.5


@mistake("attention_scores", "You paired query t with key t only. Let every query meet every key: a matrix product.")
def multiplies_number_by_number(query, key):
    return ops.sum(query * key, axis=-1) / query.shape[-1] ** 0.5


@mistake("attention_scores", "The inner sizes do not meet. Swap the keys' last two axes, and keep the batch first.")
def forgets_to_transpose(query, key):
    return ops.matmul(query, key) / query.shape[-1] ** 0.5


@mistake("attention_scores", "You scored each sentence against the keys of all sentences. Keep the sentences apart.")
def mixes_the_sentences(query, key):
    return ops.tensordot(query, key, axes=[[2], [2]]) / query.shape[-1] ** 0.5


@mistake("attention_scores", "You divided by the vectors' lengths, as a cosine does. Divide by √D only.")
def takes_the_cosine(query, key):
    query = query / ops.norm(query, axis=-1, keepdims=True)
    key = key / ops.norm(key, axis=-1, keepdims=True)
    return ops.matmul(query, ops.transpose(key, (0, 2, 1)))


@mistake("attention_scores", "These are weights already. Return the scores: the softmax is a later step.")
def applies_the_softmax_already(query, key):
    return ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)


@mistake("attention_scores", "Your Python loop needs the batch size, which a graph lacks. Use one product for all.")
def loops_over_the_batch(query, key):
    scores = [ops.matmul(query[b], ops.transpose(key[b])) for b in range(query.shape[0])]
    return ops.stack(scores) / query.shape[-1] ** 0.5


@mistake("attention_scores", "You computed with NumPy, which has no gradients and no graphs. Use `ops` for every step.")
def scores_with_numpy(query, key):
    query, key = np.array(query), np.array(key)
    return query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])


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


@mistake("scaled_dot_product_attention", "You returned the weights first. The output comes first, then the weights.")
def returns_the_pair_in_the_wrong_order(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return weights, ops.matmul(weights, value)


@mistake("scaled_dot_product_attention", "You returned the output alone. Return the weights too, after a comma.")
def returns_the_output_alone(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value)


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


@mistake("scaled_dot_product_attention", "The scores reach the softmax unscaled. Divide them by √D before it.")
def does_not_scale(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))))
    return ops.matmul(weights, value), weights


@mistake("scaled_dot_product_attention", "You scaled by the depth of the values. √D is the root of the queries' depth.")
def scales_by_the_depth_of_the_values(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / value.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("scaled_dot_product_attention", "You scaled the weights, after the softmax. Scale the scores, before it.")
def scales_after_the_softmax(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1)))) / query.shape[-1] ** 0.5
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


@mistake("scaled_dot_product_attention", "You turned the weights into a NumPy array. Return the tensor as it is.")
def returns_the_weights_as_numpy(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), ops.convert_to_numpy(weights)


@mistake("scaled_dot_product_attention", "You stopped the gradient at the weights. Query and key learn through them.")
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


@mistake("self_attention", "You swapped two projections: queries come from w_query and keys from w_key.")
def swaps_query_and_key(x, w_query, w_key, w_value):
    query, key, value = x @ w_key, x @ w_query, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "You scaled by √D, the width of x. The vectors you multiply are K wide: scale by √K.")
def scales_by_the_width_of_the_words(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / x.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "You divided by K itself. Divide by its square root, √K.")
def divides_by_width(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1])
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


@mistake("self_attention", "Your softmax overflows for large scores. Use a stable one, as in exercise 1.")
def overflows_for_strong_scores(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    powers = ops.exp(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    weights = powers / ops.sum(powers, axis=-1, keepdims=True)
    return ops.matmul(weights, value), weights


@mistake("self_attention", "Your matrices became NumPy arrays, so no gradient reaches them. Use them as they are.")
def makes_the_matrices_constants(x, w_query, w_key, w_value):
    w_query, w_key, w_value = np.array(w_query), np.array(w_key), np.array(w_value)
    query, key, value = ops.matmul(x, w_query), ops.matmul(x, w_key), ops.matmul(x, w_value)
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
