"""Unit 04: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, free, mistake, of, only_on, right

# JAX tells only the two sizes that do not meet, and different slips may have the same two.
WHERE_ERRORS_TELL_SHAPES = ("tensorflow", "torch")


@correct("softmax")
def softmax_in_two_lines(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


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


SHIFTED = "scores - ops.max(scores, axis=-1, keepdims=True)"
TAKES_A_PIECE = (
    "What you add below the line takes a piece of every weight. Add nothing: a sum with e⁰ in it is never 0."
)
SUM = "ops.sum(powers, axis=-1, keepdims=True)"


right("softmax", "softmax_in_two_lines").edits(
    {
        "You divided by sums over another axis. The weights along the last axis must sum to 1: axis -1.": [
            ("axis=-1", "axis=1", 2),
            ("axis=-1", "axis=0", 2),
            {"powers, axis=-1": "powers, axis=0"},
            ("axis=-1", "axis=-2", 2),
            of("uses_the_function_of_keras", {"keras.activations.softmax(scores)": "ops.softmax(scores, axis=-2)"}),
        ],
        "You divided by sums over two axes. The weights along the last axis alone must sum to 1: axis -1.": {
            "powers, axis=-1": "powers, axis=(-2, -1)"
        },
        "You call the last axis 2, which fits three axes only. Its name for any number of axes is -1.": {
            "scores, axis=-1": "scores, axis=2",
            "powers, axis=-1": "powers, axis=2",
        },
        "You divided by one sum over all scores. Each row needs a sum of its own: name the axis.": [
            {"powers, axis=-1, keepdims=True": "powers"},
            {"scores, axis=-1, keepdims=True": "scores", "powers, axis=-1, keepdims=True": "powers"},
            {SHIFTED: "scores", "powers, axis=-1, keepdims=True": "powers"},
        ],
        "A sum or maximum has lost its axis, so it lines up with the wrong one. Keep it, with size 1.": [
            {"powers, axis=-1, keepdims=True": "powers, axis=-1"},
            {"scores, axis=-1, keepdims=True": "scores, axis=-1"},
        ],
        "Python's `max` and `if` cannot choose between rows of numbers. Use `ops.max` and `ops.sum` with axis=-1.": {
            "ops.max(scores, axis=-1, keepdims=True)": "max(scores)",
            SUM: "sum(powers)",
        },
        "Your loop runs over the first axis. Its items are rows only where there are two axes: work with axis=-1.": of(
            "uses_the_function_of_keras",
            only_on(
                ("tensorflow", "jax"),
                {"keras.activations.softmax(scores)": "ops.stack([ops.softmax(row) for row in scores])"},
            ),
        ),
        "A tensor has no `.max()`. Use `ops.max`.": only_on(
            WHERE_ERRORS_TELL_SHAPES, {"ops.max(scores,": "scores.max("}
        ),
        "A tensor has no `.sum()`. Use `ops.sum`.": only_on(("tensorflow",), {"ops.sum(powers,": "powers.sum("}),
        TAKES_A_PIECE: free(1e-3, 1e-5, 10.0, {SUM: "(ops.sum(powers, axis=-1, keepdims=True) + 1e-3)"}),
        "You took shares of the scores themselves. Take shares of their exponentials.": of(
            "uses_the_function_of_keras",
            {"keras.activations.softmax(scores)": "scores / ops.sum(scores, axis=-1, keepdims=True)"},
        ),
        "These are the exponentials, not yet their shares. Divide by the sum of each row.": [
            of("subtracts_the_logarithm_of_the_sum", {"ops.logsumexp": "ops.max"}),
            of("uses_the_function_of_keras", {"keras.activations.softmax": "ops.exp"}),
        ],
        (
            "exp gives infinity above 88 (in float32), and 0 far below. First shift each row, so that its largest "
            "score is 0."
        ): [
            {SHIFTED: "scores"},
            {SHIFTED: "scores", SUM: f"({SUM} + 1e-9)"},
        ],
        "You divided by the mean of the row's exponentials. Divide by their sum.": {"ops.sum": "ops.mean"},
        "The sign is turned: the largest score gets the smallest weight. Raise e to score minus maximum.": [
            {SHIFTED: "ops.max(scores, axis=-1, keepdims=True) - scores"},
            of("uses_the_function_of_keras", {"keras.activations.softmax(scores)": "ops.softmax(-scores)"}),
        ],
        "These are the logarithms of the weights. Raise e to them.": of(
            "uses_the_function_of_keras",
            {"keras.activations.softmax(scores)": "scores - ops.logsumexp(scores, axis=-1, keepdims=True)"},
        ),
        "You took the logarithm of a sum that is infinite or 0. `ops.logsumexp` shifts before it sums.": of(
            "subtracts_the_logarithm_of_the_sum",
            {"logsumexp(scores, axis=-1, keepdims=True)": "log(ops.sum(ops.exp(scores), axis=-1, keepdims=True))"},
        ),
        "You shifted above the line only. Use the same shifted exponentials in the sum.": {
            "powers,": "ops.exp(scores),"
        },
        "You shifted below the line only. Use the same shifted exponentials above it.": {
            "powers /": "ops.exp(scores) /"
        },
        "You divided by the row's largest score, which changes the weights. Subtract it instead.": {"- ops": "/ ops"},
        "You subtracted a fixed number: rows far below it become 0 / 0. Subtract each row's own maximum.": {
            "ops.max(scores, axis=-1, keepdims=True)": "10_000"
        },
        "Rows of very large or very low scores get only zeros as weights. Shift each row before exp.": {
            SHIFTED: "scores",
            f"powers / {SUM}": f"ops.nan_to_num(powers / {SUM})",
        },
        "You cut the scores off at a limit, so two large ones look equal. Shift each row instead.": [
            {SHIFTED: "ops.clip(scores, -80.0, 80.0)"},
            {SHIFTED: "ops.clip(scores, -88.0, 88.0)"},
        ],
        "You subtracted something else than each row's largest score: exp can overflow, or leave only zeros.": [
            {"ops.max": "ops.mean"},
            {"ops.max": "ops.min"},
            {"ops.max(scores, axis=-1, keepdims=True)": "scores[..., :1]"},
            {"scores,": "ops.abs(scores),"},
            {"ops.max(scores, axis=-1, keepdims=True)": "ops.maximum(ops.max(scores, axis=-1, keepdims=True), 0)"},
        ],
        (
            "You took the maximum along another axis, so the scores of a row are shifted unequally. Take it along "
            "axis -1."
        ): [
            {"scores, axis=-1": "scores, axis=0"},
            {"scores, axis=-": "scores, axis="},
            {"scores, axis=-1": "scores, axis=-2"},
        ],
        "You subtracted one number from all rows; a row far below it becomes 0 / 0. Use each row's own maximum.": {
            "scores, axis=-1, keepdims=True": "scores"
        },
        "You stopped the gradient at the sum of the row. The sum depends on every score: let it pass.": {
            SUM: "ops.stop_gradient(ops.sum(powers, axis=-1, keepdims=True))"
        },
        "NumPy or a `stop_gradient` cuts the gradient on its way. Use `ops` for every step.": [
            of(
                "uses_the_function_of_keras",
                {"keras.activations.softmax(scores)": "ops.stop_gradient(ops.softmax(scores))"},
            ),
            {"powers = ops": "scores = np.array(scores); powers = np", "- ops": "- np", "/ ops": "/ np"},
            {"ops.exp": "np.exp", SHIFTED: "scores", "ops.sum": "np.sum"},
        ],
    }
)


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
    "softmax", "You replaced the NaN afterwards, when the weights are lost. Shift each row before exp: none appears."
)
def puts_ones_for_nan(scores):
    powers = ops.exp(scores)
    weights = powers / ops.sum(powers, axis=-1, keepdims=True)
    return ops.where(ops.isnan(weights), 1.0, weights)


@mistake(
    "softmax", "Your weights are right, but an exp overflows on the way and spoils the gradient. Let none exceed 1."
)
def compares_every_pair(scores):
    differences = ops.expand_dims(scores, -2) - ops.expand_dims(scores, -1)
    return 1 / ops.sum(ops.exp(differences), axis=-1)


@correct("attention_scores")
def scores_in_one_line(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5


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


right("attention_scores", "scores_in_one_line").edits(
    {
        "You divided by D in all. Divide by its square root, √D, and only once.": {"** 0.5": ""},
        "You divided by D / 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.": (
            "return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5",
            "root = query.shape[-1] ** 1 / 2; return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / root",
        ),
        "You divided by D, and then by 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.": {"0.5": "1 / 2"},
        "You add a number to √D, which makes every score too small. Divide by √D itself: D is never 0.": free(
            1e-2, 1e-4, 1.0, {"query.shape[-1] ** 0.5": "(query.shape[-1] ** 0.5 + 1e-2)"}
        ),
        "The scores are not scaled. Divide them by √D, the root of the width.": {"/ query.shape[-1] ** 0.5": ""},
        "You multiplied by √D. Divide by it.": {"/ query.shape": "* query.shape"},
        "You divided by the root of S, the number of keys. Divide by the root of D, their width.": {
            "query.shape[-1]": "key.shape[1]"
        },
        "You divided by the root of T, the number of queries. Divide by the root of D, their width.": {
            "query.shape[-1] ** 0.5": "np.sqrt(query.shape[1])"
        },
        "You divided by the root of B, the number of sentences. Divide by the root of D, the width.": {
            "query.shape[-1]": "len(query)"
        },
        "You rounded √D to a whole number. Divide by √D as it is: `** 0.5`.": {
            "query.shape[-1] ** 0.5": "int(np.sqrt(query.shape[-1]))"
        },
        "`//` rounds down to whole numbers. Divide with `/`.": {"/ query.shape": "// query.shape"},
        "You divided by 2, whatever the width. Read D from a shape and divide by its root.": {
            "query.shape[-1] ** 0.5": "np.sqrt(4)"
        },
        "You divided by √8, whatever the width. Read D from a shape and divide by its root.": {
            "query.shape[-1] ** 0.5": "np.sqrt(8)"
        },
        "You divided by 8, whatever the width. Read D from a shape and divide by its root.": {
            "query.shape[-1] ** 0.5": "8.0"
        },
        "Your rows belong to the keys: (B, S, T). Give each query a row: (B, T, S).": {
            "query, ops.transpose(key": "key, ops.transpose(query"
        },
        "You reshaped the keys, which tears each key apart. Swap their last two axes instead.": {
            "transpose(key, (0, 2, 1))": "reshape(key, (-1, key.shape[2], key.shape[1]))"
        },
        "You paired query t with key t only. Let every query meet every key: a matrix product.": {
            "ops.matmul(query, ops.transpose(key, (0, 2, 1)))": "ops.sum(query * key, axis=-1)"
        },
        "The inner sizes do not meet. Swap the keys' last two axes, and keep the batch first.": {
            "ops.transpose(key, (0, 2, 1))": "key"
        },
        "`ops.transpose` wants a place for each of the three axes: (0, 2, 1) keeps the batch first.": {
            "(0, 2, 1)": "(1, 0)"
        },
        "Your transpose moves the batch as well, as it does without named axes. Keep the batch first.": {
            "key, (0, 2, 1)": "key"
        },
        "A tensor has no `.T`. Swap its last two axes with `ops.transpose`.": only_on(
            ("tensorflow",), {"ops.transpose(key, (0, 2, 1))": "key.T"}
        ),
        "A tensor has no `.transpose`. Use `ops.transpose`.": only_on(
            WHERE_ERRORS_TELL_SHAPES, {"ops.transpose(key, (0, 2, 1))": "key.transpose(0, 2, 1)"}
        ),
        "You scored each sentence against the keys of all sentences. Keep the sentences apart.": [
            {"ops.matmul(query, ops.transpose(key, (0, 2, 1)))": "ops.tensordot(query, key, axes=[[2], [2]])"},
            {"ops.matmul(query, ops.transpose(key, (0, 2, 1)))": 'ops.einsum("btd,csd->bts", query, key)'},
        ],
        "These are weights already. Return the scores: the softmax is a later step.": (
            "ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5",
            "ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)",
        ),
        "Your Python loop needs the batch size, which a graph lacks. Use one product for all.": only_on(
            ("tensorflow",),
            (
                "ops.matmul(query, ops.transpose(key, (0, 2, 1)))",
                "ops.stack([ops.matmul(query[b], ops.transpose(key[b])) for b in range(query.shape[0])])",
            ),
        ),
        "NumPy or a `stop_gradient` cuts the gradient on its way. Use `ops` for every step.": [
            {
                "return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5": """
            query, key = np.array(query), np.array(key)
            return query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
            """
            },
            (
                "ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5",
                "ops.stop_gradient(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)",
            ),
        ],
    }
)


@mistake("attention_scores", "You reshaped the scores, which tears each row apart. Swap their last two axes instead.")
def reshapes_the_scores(query, key):
    scores = ops.matmul(key, ops.transpose(query, (0, 2, 1))) / query.shape[-1] ** 0.5
    return ops.reshape(scores, (-1, query.shape[1], key.shape[1]))


@mistake("attention_scores", "You divided by the vectors' lengths, as a cosine does. Divide by √D only.")
def takes_the_cosine(query, key):
    query = query / ops.norm(query, axis=-1, keepdims=True)
    key = key / ops.norm(key, axis=-1, keepdims=True)
    return ops.matmul(query, ops.transpose(key, (0, 2, 1)))


@correct("scaled_dot_product_attention")
def attends_without_the_functions_before(query, key, value):
    weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)
    return ops.matmul(weights, value), weights


@correct("scaled_dot_product_attention")
def divides_after_averaging(query, key, value):
    scores = query @ ops.swapaxes(key, 1, 2) * query.shape[-1] ** -0.5
    powers = ops.exp(scores - ops.max(scores, axis=2, keepdims=True))
    total = ops.sum(powers, axis=2, keepdims=True)
    return (powers @ value) / total, powers / total


@correct("scaled_dot_product_attention")
def sums_the_weighted_values(query, key, value):
    products = ops.expand_dims(query, 2) * ops.expand_dims(key, 1)
    weights = keras.activations.softmax(ops.sum(products, axis=3) / key.shape[2] ** 0.5)
    return ops.sum(ops.expand_dims(weights, 3) * ops.expand_dims(value, 1), axis=2), weights


POWERS = "powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))"
ADDED_TO_THE_SUM = {
    "weights = ops.softmax(": "scores = (",
    "** 0.5)": f"** 0.5); {POWERS}; weights = powers / (ops.sum(powers, axis=-1, keepdims=True) + 1e-3)",
}
TAKES_A_PIECE = (
    "What you add below the line takes a piece of every weight. Add nothing: a sum with e⁰ in it is never 0."
)

right("scaled_dot_product_attention", "attends_without_the_functions_before").edits(
    {
        TAKES_A_PIECE: free(1e-3, 1e-5, 10.0, ADDED_TO_THE_SUM),
        "You add a number to √D, which makes every score too small. Divide by √D itself: D is never 0.": free(
            1e-2, 1e-4, 1.0, {"query.shape[-1] ** 0.5": "(query.shape[-1] ** 0.5 + 1e-2)"}
        ),
        "Your weights sum to 1 over the queries. Each query shares its 1 among the keys.": {"0.5": "0.5, axis=1"},
        "You averaged with raw scores. Turn them into weights with the softmax first.": of(
            "",
            (
                "softmax(attention_scores(query, key))",
                "ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5",
            ),
        ),
        "The output is right, but beside it stand the scores. Return the weights.": {
            "ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)": """
            ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
            """,
            "weights,": "ops.softmax(weights),",
        },
        "The weights are right, but you averaged with the scores. Average with the weights.": {
            "ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)": """
            ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
            """,
            ", weights": ", ops.softmax(weights)",
        },
        "Your scores went through the softmax twice. Once is enough.": (
            "ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5",
            "ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)",
        ),
        "You returned the weights first. The output comes first, then the weights.": {
            "ops.matmul(weights, value), weights": "weights, ops.matmul(weights, value)"
        },
        "You returned the output alone. Return the weights too, after a comma.": {", weights": ""},
        "Your weights are right; do not turn them for the product.": {"weights,": "ops.transpose(weights, (0, 2, 1)),"},
        "The output is right, but you turned the weights beside it. Return them as they are.": {
            ", weights": ", ops.transpose(weights, (0, 2, 1))"
        },
        "Your weights have a row per key. Give each query a row: it comes first.": {
            "query, ops.transpose(key": "key, ops.transpose(query"
        },
        "A product's inner sizes do not meet. Turn the keys, batch first, and nothing else.": {
            "ops.transpose(key, (0, 2, 1))": "key"
        },
        "The weights stand on the left of the values: (B, T, S) meets (B, S, E).": {"weights, value": "value, weights"},
        "The values need no turning: the weights (B, T, S) meet (B, S, E) as it is.": {
            "weights, value": "weights, ops.transpose(value, (0, 2, 1))"
        },
        "`*` multiplies number by number. The average is a matrix product: `ops.matmul`.": {
            "ops.matmul(weights, value)": "weights * value"
        },
        "You scored the queries against the values. The keys decide the weights; the values are averaged.": {
            "(key,": "(value,",
            "weights, value": "weights, key",
        },
        "You reshaped the output to the shape of `query`. It is E wide, not D: it needs no reshape.": {
            "ops.matmul(weights, value)": "ops.reshape(ops.matmul(weights, value), query.shape)"
        },
        "Your transpose moves the batch as well, as it does without named axes. Keep the batch first.": {
            "key, (0, 2, 1)": "key"
        },
        "A tensor has no `.T`. Turn the keys, and only the keys, with `ops.transpose`.": only_on(
            ("tensorflow",), {"ops.transpose(key, (0, 2, 1))": "key.T"}
        ),
        "The scores reach the softmax unscaled. Divide them by √D before it.": {"/ query.shape[-1] ** 0.5": ""},
        "The scores are divided by D in all. Divide by √D once: `attention_scores` does it already.": {"** 0.5": ""},
        "The scores are divided by D / 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.": of(
            "",
            (
                "softmax(attention_scores(query, key))",
                "ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / (query.shape[-1] ** 1 / 2))",
            ),
        ),
        "The scores are divided by D, and then by 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.": {
            "0.5": "1 / 2"
        },
        "The scores are divided by 2, whatever the width. Read D from a shape.": {
            "query.shape[-1] ** 0.5": "np.sqrt(4)"
        },
        "The scores are divided by the root of S, the number of keys. Divide by the root of D, their width.": {
            "query.shape[-1]": "key.shape[1]"
        },
        "You scaled by √E, the root of the values' width. Scale by √D, the root of the queries' width.": {
            "query.shape": "value.shape"
        },
        "You scaled the weights, after the softmax. Scale the scores, before it.": {
            "/ query.shape[-1] ** 0.5)": ") / query.shape[-1] ** 0.5"
        },
        "You divided the output by S as well. The weights sum to 1 already: the sum is the average.": {
            "(weights, value)": "(weights, value) / value.shape[1]"
        },
        "You averaged the values of all sentences. Keep the sentences apart, as `ops.matmul` does.": [
            only_on(("tensorflow", "jax"), {"ops.matmul(weights, value)": "ops.dot(weights, value)"}),
            {"ops.matmul(weights, value)": 'ops.einsum("bts,cse->bte", weights, value)'},
        ],
        "You hid the keys that come later. Here every query may look at every key.": {
            "weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)": """
            scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
            weights = ops.softmax(ops.where(ops.tril(ops.ones_like(scores)) > 0, scores, -1e9))
            """
        },
        "You averaged the keys. The keys only decide the weights; average the values.": {"value),": "key),"},
        "Your softmax overflows for large scores. Use a stable one, as in exercise 1.": {
            "weights = ops.softmax": "powers = ops.exp",
            "return": "weights = powers / ops.sum(powers, axis=-1, keepdims=True); return",
        },
        # whose errors do not tell the product from the return
        "Your weights meet NumPy, which has no gradients and no graphs. Use `ops` up to the return.": [
            only_on(("jax",), {", weights": ", ops.convert_to_numpy(weights)"}),
            only_on(("jax",), {"ops.matmul(weights, value)": "np.matmul(weights, value)"}),
        ],
        "You turned the weights into a NumPy array. Return the tensor as it is.": only_on(
            ("tensorflow",), {", weights": ", ops.convert_to_numpy(weights)"}
        ),
        "You multiplied with NumPy, which has no gradients and no graphs. Use `ops.matmul`.": only_on(
            WHERE_ERRORS_TELL_SHAPES, {"ops.matmul(weights, value)": "np.matmul(weights, value)"}
        ),
        "No gradient reaches query and key: NumPy or a `stop_gradient` cuts it at the weights. Use `ops`.": (
            "softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)",
            "stop_gradient(ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5))",
        ),
    }
)
right("scaled_dot_product_attention", "attends_without_the_functions_before").also(
    {
        "ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)": """
            ops.softmax(ops.einsum("btd,bsd->bts", query, key) / ops.sqrt(query.shape[-1]), axis=-1)
            """,
        "ops.matmul(weights, value), weights": '[ops.einsum("bts,bse->bte", weights, value), weights]',
    }
)
right("scaled_dot_product_attention", "attends_without_the_functions_before").also(
    {
        "ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)": """
            query / ops.sqrt(ops.cast(ops.shape(query)[-1], query.dtype))
            """,
        "ops.matmul(weights, value), weights": """
            keras.layers.Attention()([weights, value, key], return_attention_scores=True)
            """,
    }
)


@correct("self_attention")
def attends_to_itself_without_the_functions_before(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
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


right("self_attention", "attends_to_itself_without_the_functions_before").edits(
    {
        TAKES_A_PIECE: free(1e-3, 1e-5, 10.0, ADDED_TO_THE_SUM),
        "You add a number to √K, which makes every score too small. Divide by √K itself: K is never 0.": free(
            1e-2, 1e-4, 1.0, {"query.shape[-1] ** 0.5": "(query.shape[-1] ** 0.5 + 1e-2)"}
        ),
        "You used w_query for the keys as well, so scores are symmetric. Keys have w_key.": {"@ w_key": "@ w_query"},
        "You used w_key for the queries as well, so scores are symmetric. Queries have w_query.": {
            "x @ w_query": "x @ w_key"
        },
        (
            "Queries and keys have changed places, in the projections or in the product. Row t belongs to the query "
            "of word t."
        ): [{"x @ w_query": "x @ w_key", "x @ w_key": "x @ w_query"}, {"query, key": "key, query"}],
        "Value and key have changed places: scores compare queries with keys, and the values are averaged.": {
            "w_key, x @ w_value": "w_value, x @ w_key"
        },
        "You scaled by √E, the width of the values. The vectors you multiply are K wide: scale by √K.": {
            "query.shape": "value.shape"
        },
        "You scaled by √D, the width of x. The vectors you multiply are K wide: scale by √K.": {"query.": "x."},
        "The scores are divided by K in all. Divide by √K, once: exercise 3 does it already.": {"** 0.5": ""},
        "The scores are divided by K, and then by 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.": {
            "0.5": "1 / 2"
        },
        "The scores are divided by 2, whatever the width. Read K from a shape and divide by its root.": {
            "query.shape[-1] ** 0.5": "np.sqrt(4)"
        },
        "The scores are divided by the root of T, the number of words. Divide by the root of K.": {
            "query.shape[-1]": "x.shape[1]"
        },
        "The scores are not scaled. Divide them by √K, the root of the width of queries and keys.": {
            "/ query.shape[-1] ** 0.5": ""
        },
        "A product's inner sizes do not meet. x goes left of each matrix; only keys are turned.": (
            "x @ w_query, x @ w_key, x @ w_value",
            "ops.matmul(w_query, x), ops.matmul(w_key, x), ops.matmul(w_value, x)",
        ),
        "Your transpose moves the batch as well, as it does without named axes. Keep the batch first.": {
            "key, (0, 2, 1)": "key"
        },
        "A tensor has no `.T`. The matrices need no turning; turn the keys with `ops.transpose`.": only_on(
            ("tensorflow",), {"ops.transpose(key, (0, 2, 1))": "key.T"}
        ),
        "`*` multiplies number by number. Project with a matrix product: `ops.matmul` or `@`.": {
            "@ w_query, x @ w_key, x @": "* w_query, x * w_key, x *"
        },
        "The matrices need no turning: x (B, T, D) meets (D, K) as it is.": [
            only_on(
                WHERE_ERRORS_TELL_SHAPES,
                (
                    "w_query, x @ w_key, x @ w_value",
                    "ops.transpose(w_query), x @ ops.transpose(w_key), x @ ops.transpose(w_value)",
                ),
            ),
            only_on(
                WHERE_ERRORS_TELL_SHAPES,
                (
                    "x @ w_query, x @ w_key, x @ w_value",
                    "(ops.matmul(x, ops.transpose(matrix)) for matrix in (w_query, w_key, w_value))",
                ),
            ),
        ],
        "You projected a projection. Queries, keys and values are all made of the x that came in.": [
            only_on(
                WHERE_ERRORS_TELL_SHAPES,
                {", key, value": "", "w_query, x": "w_query; key = query", "@ w_key,": "@ w_key; value ="},
            ),
            only_on(
                WHERE_ERRORS_TELL_SHAPES,
                {
                    "query, key, value = x @ w_query, x @ w_key, x @ w_value": """
            query = ops.matmul(x, w_query)
            key = ops.matmul(query, w_key)
            value = ops.matmul(x, w_value)
            """
                },
            ),
            only_on(WHERE_ERRORS_TELL_SHAPES, {", value =": "=", "w_key, x": "w_key; value = key"}),
            only_on(
                WHERE_ERRORS_TELL_SHAPES,
                (
                    ", value = x @ w_query, x @ w_key, x @ w_value",
                    "= x @ w_query, x @ w_key; value = ops.matmul(key, w_value)",
                ),
            ),
            only_on(WHERE_ERRORS_TELL_SHAPES, {"weights, value": "ops.matmul(weights, value), w_value"}),
        ],
        "Queries and keys differ in width. Project x for both: with w_query, and with w_key.": [
            only_on(WHERE_ERRORS_TELL_SHAPES, {"x @ w_query": "x"}),
            only_on(WHERE_ERRORS_TELL_SHAPES, {"@ w_key": ""}),
        ],
        "You left the projections out. Queries, keys and values are x times w_query, w_key and w_value.": {
            "query, key, value = x @ w_query, x @ w_key, x @ w_value": "query = key = value = x"
        },
        "You averaged x itself. Project it with w_value first.": {
            ", value = x @ w_query, x @ w_key, x @ w_value": "= x @ w_query, x @ w_key",
            "weights, value": "weights, x",
        },
        "You averaged the keys. The values are a third projection of x, with w_value.": {
            ", value = x @ w_query, x @ w_key, x @ w_value": "= x @ w_query, x @ w_key",
            "weights, value": "weights, key",
        },
        "You scored the words without projecting them. Queries and keys come first: w_query, w_key.": {
            "query, key, value = x @ w_query, x @ w_key, x @ w_value": "",
            "query, ops.transpose(key": "x, ops.transpose(x",
            "query.shape": "x.shape",
            "value)": "x @ w_value)",
        },
        "Each column of your weights sums to 1. Each word shares its 1 along its own row.": {"0.5": "0.5, axis=1"},
        "Your weights are right; do not turn them for the product.": {"weights,": "ops.transpose(weights, (0, 2, 1)),"},
        "The output is right, but you turned the weights beside it. Return them as they are.": {
            ", weights": ", ops.transpose(weights, (0, 2, 1))"
        },
        "You returned the weights first. The output comes first, then the weights.": {
            "ops.matmul(weights, value), weights": "weights, ops.matmul(weights, value)"
        },
        "The output is right, but beside it stand the scores. Return the weights.": {
            "ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)": """
            ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
            """,
            "weights,": "ops.softmax(weights),",
        },
        "You averaged with raw scores. Turn them into weights with the softmax first.": (
            "ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)",
            "ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5",
        ),
        "You returned the output alone. Return the weights too, after a comma.": {", weights": ""},
        "You hid the words that come later. Here every word may look at every word.": {
            "weights = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5)": """
            scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1] ** 0.5
            weights = ops.softmax(ops.where(ops.tril(ops.ones_like(scores)) > 0, scores, -1e9))
            """
        },
        "You hid each word from itself. Here every word may look at every word, itself too.": {
            "query.shape[-1] ** 0.5": "query.shape[-1] ** 0.5 - 1000000000.0 * ops.eye(x.shape[1])"
        },
        "Your softmax overflows for large scores. Use a stable one, as in exercise 1.": {
            "weights = ops.softmax": "powers = ops.exp",
            "return": "weights = powers / ops.sum(powers, axis=-1, keepdims=True); return",
        },
        "Your matrices became NumPy arrays, so no gradient reaches them. Use them as they are.": {
            "query, key, value = x @ w_query, x @ w_key, x @ w_value": """
            w_query, w_key, w_value = np.array(w_query), np.array(w_key), np.array(w_value)
            query, key, value = ops.matmul(x, w_query), ops.matmul(x, w_key), ops.matmul(x, w_value)
            """
        },
        # On PyTorch it fails as `makes_the_matrices_constants` does, whose sentence holds for it as well.
        "You multiplied with NumPy, which has no gradients and no graphs. Use `ops.matmul`.": only_on(
            ("tensorflow", "jax"),
            (
                "x @ w_query, x @ w_key, x @ w_value",
                "np.matmul(x, w_query), np.matmul(x, w_key), np.matmul(x, w_value)",
            ),
        ),
        "The scores are divided by K / 2. `** 1/2` is `(** 1) / 2` in Python: write `** 0.5`.": {
            "query.shape[-1] ** 0.5": "(query.shape[-1] ** 1 / 2)"
        },
    }
)


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
