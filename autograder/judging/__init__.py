"""What a suite needs: `exercise`, `worth`, `held_back`, `expect`; and, for lists of mistakes, `mistake`, `correct`."""

from autograder.judging import expect
from autograder.judging.exercises import exercise, held_back, worth
from autograder.judging.known import correct, mistake

__all__ = ["correct", "exercise", "expect", "held_back", "mistake", "worth"]
