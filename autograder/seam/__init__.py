"""The narrow seam between a learner's code and the judge: what may be asked, and what may come back."""

from autograder.seam.errors import LearnerError
from autograder.seam.plain import Handle, NotPlain
from autograder.seam.workbench import Workbench

__all__ = ["Handle", "LearnerError", "NotPlain", "Workbench"]
