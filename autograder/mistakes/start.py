"""Unit 00: known answers."""

import numpy as np
from keras import ops

from autograder.judging import correct, mistake


@mistake("weighted_average", "You took the plain mean: the weights are never used. Let each word count by its weight.")
def ignores_the_weights(values, weights):
    return ops.mean(values, axis=1)


@mistake("weighted_average", "The weights are used as they came. Divide them by their sum before you multiply.")
def forgets_to_normalise(values, weights):
    return ops.sum(ops.expand_dims(weights, axis=-1) * values, axis=1)


@mistake("weighted_average", "You divided by the number of words. Divide by the sum of the weights instead.")
def divides_by_the_number_of_words(values, weights):
    return ops.mean(ops.expand_dims(weights, axis=-1) * values, axis=1)


@mistake("weighted_average", "The shares sum to one already: add up, do not average.")
def averages_the_shares(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    return ops.mean(ops.expand_dims(shares, axis=-1) * values, axis=1)


@mistake("weighted_average", "That is softmax. These weights are positive already: divide them by their sum.")
def uses_softmax(values, weights):
    shares = ops.softmax(weights, axis=-1)
    return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)


@mistake("weighted_average", "You divided by one sum for the whole batch. Give each sentence a sum of its own.")
def one_sum_for_the_whole_batch(values, weights):
    shares = weights / ops.sum(weights)
    return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)


@mistake("weighted_average", "You added the weights down the batch, axis 0. Add them over the words of each sentence.")
def sums_the_weights_down_the_batch(values, weights):
    shares = weights / ops.sum(weights, axis=0, keepdims=True)
    return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)


@mistake(
    "weighted_average",
    "The sum of the weights has shape (B,) and does not line up with (B, S). Keep the axis you sum over, as size 1.",
)
def sum_loses_its_axis(values, weights):
    shares = weights / ops.sum(weights, axis=-1)
    return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)


@mistake(
    "weighted_average",
    "The sum of the weights has shape (B,) and does not line up with (B, D). Keep the axis you sum over, as size 1.",
)
def sum_loses_its_axis_at_the_end(values, weights):
    total = ops.sum(ops.expand_dims(weights, axis=-1) * values, axis=1)
    return total / ops.sum(weights, axis=-1)


@mistake(
    "weighted_average",
    "You multiplied (B, S) with (B, S, D), which do not line up from the right. Give the weights one more axis, last.",
)
def weights_without_a_last_axis(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    return ops.sum(shares * values, axis=1)


@mistake("weighted_average", "You added up the numbers inside each word, axis D. Add up over the words, axis S.")
def adds_over_the_width(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=-1)


@mistake("weighted_average", "You added over sentences. With a batch in front, words are axis 1.")
def adds_over_sentences(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=0)


@mistake(
    "weighted_average",
    "You added over sentences, and divided by one sum for all of them. With a batch in front, words are axis 1.",
)
def copies_the_lesson_without_a_batch(values, weights):
    shares = weights / ops.sum(weights)
    return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=0)


@mistake("weighted_average", "You added everything up to one number. Add up over the words only, axis 1.")
def adds_over_all_axes(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    return ops.sum(ops.expand_dims(shares, axis=-1) * values)


@mistake("weighted_average", "You multiplied, and the words stay apart: (B, S, D). Add them up over S.")
def forgets_to_add_up_the_words(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    return ops.expand_dims(shares, axis=-1) * values


@mistake(
    "weighted_average",
    "The weights of every sentence met the words of every sentence: (B, B, D). Make the weights (B, 1, S) first.",
)
def mixes_sentences_in_a_product(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    return ops.matmul(shares, values)


@mistake("weighted_average", "An axis of size 1 is left over: (B, 1, D). Remove it, for example with `ops.squeeze`.")
def leaves_an_axis_of_one(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    return ops.matmul(ops.expand_dims(shares, axis=1), values)


@mistake("weighted_average", "Your function returns nothing. End it with `return` and your result.")
def average_without_return(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    average = ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)
    ops.shape(average)


@mistake("weighted_average", "A tensor has no method `sum`. Use `ops.sum`.", backends=("tensorflow",))
def sums_by_a_method(values, weights):
    shares = weights / weights.sum(axis=-1, keepdims=True)
    return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)


@mistake(
    "weighted_average",
    "A tensor has no `.T`. Nothing needs turning here: give the weights a last axis of size 1.",
    backends=("tensorflow",),
)
def turns_the_weights_by_an_attribute(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    return ops.sum((shares.T * values.T).T, axis=1)


@mistake("weighted_average", "NumPy does not work where Keras compiles a function. Use the same functions from `ops`.")
def average_in_numpy(values, weights):
    shares = weights / np.sum(weights, axis=-1, keepdims=True)
    return np.sum(np.expand_dims(shares, axis=-1) * values, axis=1)


@mistake(
    "weighted_average",
    "Your loop counts the sentences, but Keras compiles before it knows B. Work on the whole batch at once.",
    backends=("tensorflow",),
)
def average_in_a_loop_over_sentences(values, weights):
    rows = []
    for b in range(values.shape[0]):
        shares = weights[b] / ops.sum(weights[b])
        rows.append(ops.sum(ops.expand_dims(shares, axis=-1) * values[b], axis=0))
    return ops.stack(rows)


@correct("weighted_average")
def divides_at_the_end(values, weights):
    total = ops.sum(weights[:, :, None] * values, axis=1)
    return total / ops.sum(weights, axis=1)[:, None]


@correct("weighted_average")
def average_by_einsum(values, weights):
    return ops.einsum("bs,bsd->bd", weights / ops.sum(weights, axis=-1, keepdims=True), values)


@correct("weighted_average")
def average_by_matmul(values, weights):
    weights = weights / ops.sum(weights, -1, keepdims=True)
    return ops.squeeze(ops.expand_dims(weights, 1) @ values, axis=1)


@correct("weighted_average")
def average_word_by_word(values, weights):
    total, norm = 0.0, 0.0
    for s in range(values.shape[1]):
        total = total + weights[:, s : s + 1] * values[:, s]
        norm = norm + weights[:, s : s + 1]
    return total / norm


# Keras 3.15.1 on PyTorch divides by the sum over the last axis of the weights, whatever `axis` says.
@correct("weighted_average", backends=("tensorflow", "jax"))
def average_by_a_library_function(values, weights):
    repeated = ops.broadcast_to(ops.expand_dims(weights, -1), ops.shape(values))
    return ops.average(values, axis=1, weights=repeated)


@mistake("pairwise_dot", "The rows of a meet the columns of b. Swap the last two axes of b first.")
def forgets_the_transpose(a, b):
    return ops.matmul(a, b)


@mistake("pairwise_dot", "You turned a; turn b instead.")
def turns_a_instead_of_b(a, b):
    return ops.matmul(ops.transpose(a, (0, 2, 1)), b)


@mistake("pairwise_dot", "A tensor has no `.T`. Swap its last two axes with `ops.transpose`.", backends=("tensorflow",))
def turns_by_an_attribute(a, b):
    return ops.matmul(a, b.T)


@mistake("pairwise_dot", "A tensor has no method `transpose`. Use `ops.transpose`.", backends=("tensorflow", "torch"))
def turns_by_a_method(a, b):
    return ops.matmul(a, b.transpose(0, 2, 1))


@mistake("pairwise_dot", "`*` pairs number with number. Use `@`, or `ops.matmul`: there, rows meet columns.")
def multiplies_number_by_number(a, b):
    return a * ops.transpose(b, (0, 2, 1))


@mistake("pairwise_dot", "You turned all three axes of b around, the batch too. Leave axis 0 in its place.")
def transposes_the_batch_too(a, b):
    return ops.matmul(a, ops.transpose(b))


@mistake("pairwise_dot", "`reshape` refills the numbers in reading order. Swap two axes with `ops.transpose`.")
def reshapes_instead_of_transposing(a, b):
    turned = ops.reshape(b, (-1, b.shape[2], b.shape[1]))
    return ops.matmul(a, turned)


@mistake("pairwise_dot", "Rows and columns have changed places: (B, S, T). Let rows follow a, and columns follow b.")
def turns_the_table_around(a, b):
    return ops.matmul(b, ops.transpose(a, (0, 2, 1)))


@mistake("pairwise_dot", "You paired row 0 with row 0, row 1 with row 1. Compare every row of a with every row of b.")
def pairs_rows_one_to_one(a, b):
    return ops.sum(a * b, axis=-1)


@mistake("pairwise_dot", "You multiplied, and the products stay apart: (B, T, S, D). Add them up over D.")
def forgets_to_add_up(a, b):
    return ops.expand_dims(a, axis=2) * ops.expand_dims(b, axis=1)


@mistake("pairwise_dot", "You added up over the rows of a. Add up over the last axis, D.")
def adds_up_over_the_rows(a, b):
    return ops.sum(ops.expand_dims(a, axis=2) * ops.expand_dims(b, axis=1), axis=1)


@mistake("pairwise_dot", "You divided by D, the number of products: that is their mean. Leave their sum as it is.")
def averages_the_products(a, b):
    return ops.mean(ops.expand_dims(a, axis=2) * ops.expand_dims(b, axis=1), axis=-1)


@mistake("pairwise_dot", "You divided by the lengths of the rows: that is the cosine. Leave the dot products alone.")
def gives_the_cosine(a, b):
    a = a / ops.norm(a, axis=-1, keepdims=True)
    b = b / ops.norm(b, axis=-1, keepdims=True)
    return ops.matmul(a, ops.transpose(b, (0, 2, 1)))


@mistake("pairwise_dot", "You divided by √D. That belongs to lesson 4; here the dot products stay as they are.")
def divides_by_the_root_of_the_width(a, b):
    return ops.matmul(a, ops.transpose(b, (0, 2, 1))) / a.shape[-1] ** 0.5


@mistake("pairwise_dot", "Every sentence meets every other: (B, T, B, S). Compare within one sentence only.")
def compares_across_sentences(a, b):
    return ops.tensordot(a, b, axes=[[2], [2]])


@mistake("pairwise_dot", "Your einsum gives the batch two letters, so it sums over sentences. Use one letter for both.")
def adds_up_over_sentences(a, b):
    return ops.einsum("btd,csd->bts", a, b)


@mistake("pairwise_dot", "Your function returns nothing. End it with `return` and your result.")
def dots_without_return(a, b):
    dots = ops.matmul(a, ops.transpose(b, (0, 2, 1)))
    ops.shape(dots)


@mistake(
    "pairwise_dot",
    "NumPy does not work where Keras compiles a function. Use the same functions from `ops`.",
    backends=("tensorflow", "jax"),
)
def dots_in_numpy(a, b):
    return np.matmul(a, np.transpose(b, (0, 2, 1)))


@mistake(
    "pairwise_dot",
    "Your loop counts the sentences, but Keras compiles before it knows B. Work on the whole batch at once.",
    backends=("tensorflow",),
)
def dots_in_a_loop_over_sentences(a, b):
    return ops.stack([ops.matmul(a[i], ops.transpose(b[i])) for i in range(a.shape[0])])


@correct("pairwise_dot")
def dots_by_einsum(a, b):
    return ops.einsum("btd,bsd->bts", a, b)


@correct("pairwise_dot")
def dots_by_broadcasting(a, b):
    return ops.sum(a[:, :, None, :] * b[:, None, :, :], axis=-1)


@correct("pairwise_dot")
def dots_by_swapping_axes(a, b):
    return a @ ops.swapaxes(b, -1, -2)


@correct("pairwise_dot")
def dots_row_by_row(a, b):
    rows = [ops.sum(a[:, t : t + 1, :] * b, axis=2) for t in range(a.shape[1])]
    return ops.stack(rows, axis=1)


@correct("pairwise_dot")
def dots_turned_at_the_end(a, b):
    return ops.transpose(ops.matmul(b, ops.transpose(a, (0, 2, 1))), (0, 2, 1))
