"""Unit 00: known answers."""

from keras import ops

from autograder.judging import correct, mistake, of, only_on, right


@correct("weighted_average")
def divides_at_the_end(values, weights):
    total = ops.sum(weights[:, :, None] * values, axis=1)
    return total / ops.sum(weights, axis=1)[:, None]


@correct("weighted_average")
def average_by_einsum(values, weights):
    return ops.einsum("bs,bsd->bd", weights / ops.sum(weights, axis=-1, keepdims=True), values)


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


right("weighted_average").edits(
    {
        "The weights are used as they came. Divide them by their sum before you multiply.": {
            "weights / ops.sum(weights, axis=-1, keepdims=True)": "weights"
        },
        "The shares sum to one already: add up, do not average.": {
            "ops.sum(ops.expand_dims": "ops.mean(ops.expand_dims"
        },
        "That is softmax. These weights are positive already: divide them by their sum.": {
            "weights / ops.sum(weights, axis=-1, keepdims=True)": "ops.softmax(weights, axis=-1)"
        },
        "You divided by one sum for the whole batch. Give each sentence a sum of its own.": {
            ", axis=-1, keepdims=True": ""
        },
        "You added the weights down the batch, axis 0. Add them over the words of each sentence.": {
            "axis=-1,": "axis=0,"
        },
        (
            "The sum of the weights has shape (B,) and does not line up with (B, S). Keep "
            "the axis you sum over, as size 1."
        ): {", keepdims=True": ""},
        (
            "The sum of the weights has shape (B,) and does not line up with (B, D). Keep "
            "the axis you sum over, as size 1."
        ): of("divides_at_the_end", {"weights[:, :, None]": "ops.expand_dims(weights, axis=-1)", "1)[:, None]": "-1)"}),
        (
            "You multiplied (B, S) with (B, S, D), which do not line up from the right. Give "
            "the weights one more axis, last."
        ): {"ops.expand_dims(shares, axis=-1)": "shares"},
        "You added up the numbers inside each word, axis D. Add up over the words, axis S.": {"axis=1": "axis=-1"},
        "You added over sentences. With a batch in front, words are axis 1.": {"axis=1": "axis=0"},
        (
            "You added over sentences, and divided by one sum for all of them. With a batch in front, words are axis 1."
        ): {", axis=-1, keepdims=True": "", "axis=1": "axis=0"},
        "You added everything up to one number. Add up over the words only, axis 1.": {", axis=1": ""},
        "You multiplied, and the words stay apart: (B, S, D). Add them up over S.": (
            "ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)",
            "ops.expand_dims(shares, axis=-1) * values",
        ),
        (
            "The weights of every sentence met the words of every sentence: (B, B, D). "
            "Make the weights (B, 1, S) first."
        ): of("average_by_einsum", {'ops.einsum("bs,bsd->bd",': "ops.matmul("}),
        "An axis of size 1 is left over: (B, 1, D). Remove it, for example with `ops.squeeze`.": (
            "ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)",
            "ops.matmul(ops.expand_dims(shares, axis=1), values)",
        ),
        "Your function returns nothing. End it with `return` and your result.": {
            "return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)": """
            average = ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)
            ops.shape(average)
            """
        },
        "A tensor has no method `sum`. Use `ops.sum`.": only_on(("tensorflow",), {"ops.sum(weights,": "weights.sum("}),
        "A tensor has no `.T`. Nothing needs turning here: give the weights a last axis of size 1.": only_on(
            ("tensorflow",), {"ops.expand_dims(shares, axis=-1) * values": "(shares.T * values.T).T"}
        ),
        "NumPy does not work where Keras compiles a function. Use the same functions from `ops`.": {
            "ops.sum(weights": "np.sum(weights",
            "ops.sum(ops.expand_dims": "np.sum(np.expand_dims",
        },
    }
)


@mistake("weighted_average", "You took the plain mean: the weights are never used. Let each word count by its weight.")
def ignores_the_weights(values, weights):
    return ops.mean(values, axis=1)


@mistake("weighted_average", "You divided by the number of words. Divide by the sum of the weights instead.")
def divides_by_the_number_of_words(values, weights):
    return ops.mean(ops.expand_dims(weights, axis=-1) * values, axis=1)


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


right("weighted_average").also(
    {
        "shares = weights / ops.sum(weights, axis=-1, keepdims=True)": """
            weights = weights / ops.sum(weights, -1, keepdims=True)
            """,
        "ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1)": """
            ops.squeeze(ops.expand_dims(weights, 1) @ values, axis=1)
            """,
    }
)


@correct("pairwise_dot")
def dots_in_one_line(a, b):
    return ops.matmul(a, ops.transpose(b, (0, 2, 1)))


@correct("pairwise_dot")
def dots_by_einsum(a, b):
    return ops.einsum("btd,bsd->bts", a, b)


@correct("pairwise_dot")
def dots_by_swapping_axes(a, b):
    return a @ ops.swapaxes(b, -1, -2)


@correct("pairwise_dot")
def dots_row_by_row(a, b):
    rows = [ops.sum(a[:, t : t + 1, :] * b, axis=2) for t in range(a.shape[1])]
    return ops.stack(rows, axis=1)


right("pairwise_dot", "dots_by_swapping_axes").edits(
    {
        "The rows of a meet the columns of b. Swap the last two axes of b first.": {
            "a @ ops.swapaxes(b, -1, -2)": "ops.matmul(a, b)"
        },
        "You turned a; turn b instead.": of(
            "dots_in_one_line", {"a, ops.transpose(b, (0, 2, 1))": "ops.transpose(a, (0, 2, 1)), b"}
        ),
        "A tensor has no `.T`. Swap its last two axes with `ops.transpose`.": only_on(
            ("tensorflow",), {"a @ ops.swapaxes(b, -1, -2)": "ops.matmul(a, b.T)"}
        ),
        "A tensor has no method `transpose`. Use `ops.transpose`.": only_on(
            ("tensorflow", "torch"), {"a @ ops.swapaxes(b, -1, -2)": "ops.matmul(a, b.transpose(0, 2, 1))"}
        ),
        "`*` pairs number with number. Use `@`, or `ops.matmul`: there, rows meet columns.": {
            "a @ ops.swapaxes(b, -1, -2)": "a * ops.transpose(b, (0, 2, 1))"
        },
        "You turned all three axes of b around, the batch too. Leave axis 0 in its place.": of(
            "dots_in_one_line", {"b, (0, 2, 1)": "b"}
        ),
        "`reshape` refills the numbers in reading order. Swap two axes with `ops.transpose`.": {
            "a @ ops.swapaxes(b, -1, -2)": "ops.matmul(a, ops.reshape(b, (-1, b.shape[2], b.shape[1])))"
        },
        "Rows and columns have changed places: (B, S, T). Let rows follow a, and columns follow b.": of(
            "dots_in_one_line", {"a, ops.transpose(b": "b, ops.transpose(a"}
        ),
        "You paired row 0 with row 0, row 1 with row 1. Compare every row of a with every row of b.": {
            "a @ ops.swapaxes(b, -1, -2)": "ops.sum(a * b, axis=-1)"
        },
        "You multiplied, and the products stay apart: (B, T, S, D). Add them up over D.": {
            "a @ ops.swapaxes(b, -1, -2)": "ops.expand_dims(a, axis=2) * ops.expand_dims(b, axis=1)"
        },
        "You added up over the rows of a. Add up over the last axis, D.": (
            "a @ ops.swapaxes(b, -1, -2)",
            "ops.sum(ops.expand_dims(a, axis=2) * ops.expand_dims(b, axis=1), axis=1)",
        ),
        "You divided by D, the number of products: that is their mean. Leave their sum as it is.": (
            "a @ ops.swapaxes(b, -1, -2)",
            "ops.mean(ops.expand_dims(a, axis=2) * ops.expand_dims(b, axis=1), axis=-1)",
        ),
        "You divided by the lengths of the rows: that is the cosine. Leave the dot products alone.": of(
            "dots_in_one_line",
            {
                "return ops.matmul": """
            a = a / ops.norm(a, axis=-1, keepdims=True)
            b = b / ops.norm(b, axis=-1, keepdims=True)
            return ops.matmul
            """
            },
        ),
        "You divided by √D. That belongs to lesson 4; here the dot products stay as they are.": of(
            "dots_in_one_line", {"b, (0, 2, 1)))": "b, (0, 2, 1))) / a.shape[-1] ** 0.5"}
        ),
        "Every sentence meets every other: (B, T, B, S). Compare within one sentence only.": {
            "a @ ops.swapaxes(b, -1, -2)": "ops.tensordot(a, b, axes=[[2], [2]])"
        },
        "Your einsum gives the batch two letters, so it sums over sentences. Use one letter for both.": {
            "a @ ops.swapaxes(b, -1, -2)": 'ops.einsum("btd,csd->bts", a, b)'
        },
        "Your function returns nothing. End it with `return` and your result.": of(
            "dots_by_einsum",
            {'return ops.einsum("btd,bsd->bts", a, b)': "ops.shape(ops.matmul(a, ops.transpose(b, (0, 2, 1))))"},
        ),
        "NumPy does not work where Keras compiles a function. Use the same functions from `ops`.": only_on(
            ("tensorflow", "jax"), {"a @ ops.swapaxes(b, -1, -2)": "np.matmul(a, np.transpose(b, (0, 2, 1)))"}
        ),
    }
)


@mistake(
    "pairwise_dot",
    "Your loop counts the sentences, but Keras compiles before it knows B. Work on the whole batch at once.",
    backends=("tensorflow",),
)
def dots_in_a_loop_over_sentences(a, b):
    return ops.stack([ops.matmul(a[i], ops.transpose(b[i])) for i in range(a.shape[0])])


right("pairwise_dot", "dots_by_swapping_axes").also(
    "a @ ops.swapaxes(b, -1, -2)", "ops.sum(a[:, :, None, :] * b[:, None, :, :], axis=-1)"
)
right("pairwise_dot", "dots_by_swapping_axes").also(
    "a @ ops.swapaxes(b, -1, -2)", "ops.transpose(ops.matmul(b, ops.transpose(a, (0, 2, 1))), (0, 2, 1))"
)
