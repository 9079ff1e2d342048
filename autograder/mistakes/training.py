"""Unit 11: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

from autograder.judging import right

loss = right("masked_loss")
