"""Unit 04: known answers."""

from keras import ops

from autograder.judging import correct, mistake


@mistake("attention_scores", "You divided by D itself. Divide by its square root, √D.")
def divides_by_depth(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / query.shape[-1]


@mistake("attention_scores", "The scores are not scaled. Divide them by √D, the root of the depth.")
def forgets_the_scale(query, key):
    return ops.matmul(query, ops.transpose(key, (0, 2, 1)))


@correct("attention_scores")
def scales_the_query_first(query, key):
    depth = ops.cast(ops.shape(query)[-1], query.dtype)
    return ops.einsum("btd,bsd->bts", query / ops.sqrt(depth), key)
