"""The worker that runs a learner's code, and the judge's end of the wire to it."""

from autograder.sandbox.cells import Cell, CellResult
from autograder.sandbox.limits import Limits
from autograder.sandbox.remote import RemoteWorkbench

__all__ = ["Cell", "CellResult", "Limits", "RemoteWorkbench"]
