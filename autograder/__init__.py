"""The grader of the course. A notebook imports only `check` and `progress` from here."""

from autograder.learner.check import check
from autograder.learner.progress import progress

__all__ = ["check", "progress"]
