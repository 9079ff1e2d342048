"""Names: which a learner may have, and how a file is named that one has handed in."""

import re
from pathlib import Path

from autograder.units import Unit

_LEARNER = re.compile(r"[\w@.-][\w@. -]{0,100}")  # what nbgrader's paths, globs and links can carry
HANDED_IN = (  # learning platforms put a name and numbers before it, browsers a count behind it
    r"(?:.*[/\\_])?(?P<file_id>\d\d_[a-z0-9_]+)\+(?P<student_id>[^+/\\]+?)(?: ?\(\d+\))?\.ipynb$"
)


def is_fit_name(learner: str) -> bool:
    """Whether a folder's name can stand as a learner's id in nbgrader's gradebook."""
    return bool(_LEARNER.fullmatch(learner)) and learner.strip(". ") != ""


def handed_in_name(unit: Unit, learner: str) -> str:
    """How the file is named that a learner hands in: no learner's name that nbgrader can carry has a + in it."""
    return f"{unit.stem}+{learner}.ipynb"


def handed_in_by(path: Path, unit: Unit) -> str | None:
    """The learner whose notebook for this unit a file is, by its name, or None."""
    match = re.match(HANDED_IN, path.name)
    return match["student_id"] if match and match["file_id"] == unit.stem else None


def printable(learner: str) -> str:
    """A folder's name as it can be printed: odd characters escaped."""
    return learner if learner.isprintable() else ascii(learner)[1:-1]
