"""What suites need (`exercise`, `worth`, `held_back`, `expect`, `keras_layer`), and lists of mistakes."""

from autograder.judging import expect
from autograder.judging.exercises import exercise, held_back, worth
from autograder.judging.known import correct, mistake
from autograder.judging.oracle import keras_layer

__all__ = ["correct", "exercise", "expect", "held_back", "keras_layer", "mistake", "worth"]
