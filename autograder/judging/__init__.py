"""What a suite needs: `exercise`, `worth`, `expect`, and for the lists of mistakes `mistake`, `correct`."""

from autograder.judging import expect
from autograder.judging.exercises import exercise, worth
from autograder.judging.known import correct, mistake

__all__ = ["correct", "exercise", "expect", "mistake", "worth"]
