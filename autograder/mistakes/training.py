"""Unit 11: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

from keras import ops

from autograder.judging import correct, right

right("masked_loss").edit(
    "axis=-1", "axis=0", "You averaged each column: axis 0 goes away. A row's mean is taken along the last axis, -1."
)
right("masked_loss").edit(
    "ops.mean", "ops.sum", "This is the sum of each row. Divide it by how many numbers a row has, S."
)
right("masked_loss").edit(
    ", axis=-1", "", "This is one mean of all numbers. Each row needs one of its own: name the axis that goes away."
)


@correct("masked_loss")
def divides_the_sum(x):
    return ops.sum(x, axis=-1) / x.shape[-1]
