"""What suites need (`exercise`, `worth`, `supporting`, `held_back`, `expect`, `keras_layer`), and lists of mistakes."""

from autograder.judging import expect
from autograder.judging.edits import of, only_on, right
from autograder.judging.exercises import exercise, held_back, supporting, worth
from autograder.judging.known import correct, mistake
from autograder.judging.oracle import keras_layer

__all__ = [
    "correct",
    "exercise",
    "expect",
    "held_back",
    "keras_layer",
    "mistake",
    "of",
    "only_on",
    "right",
    "supporting",
    "worth",
]
