"""Names: which a learner may have, and how a file is named that one has handed in."""

import re
from collections.abc import Iterable
from pathlib import Path

from autograder.units import Unit

_LONGEST = 128  # characters, in the gradebook's table; a folder's name has at most 255 bytes
_CANNOT = '/\\*?[%#"<>'  # nbgrader's paths, the globs that it makes of names, and the formgrader's addresses and pages
HANDED_IN = (  # learning platforms put a name and numbers before it, browsers a count behind it
    r"(?:.*[/\\])?(?:[^+/\\]*_)?(?P<file_id>\d\d_[a-z0-9_]+)\+(?P<student_id>[^/\\]+?)(?: ?\(\d+\))?(?i:\.ipynb)$"
)


def is_fit_name(learner: str) -> bool:
    """Whether a folder's name can stand as a learner's id in nbgrader's gradebook: `why_unfit` says what it allows."""
    return why_unfit(learner) is None


def why_unfit(learner: str) -> str | None:
    """Why nbgrader cannot hold a name as a learner's id, or None if it can.

    nbgrader finds submissions by a glob that passes over names with a dot in front, takes an id for a glob again when
    one submission is graded, strips spaces around it, matches it with an expression that ends at a line's end, and
    writes it as it is into addresses of its formgrader.
    """
    if not learner.isprintable():
        return "it has characters that cannot be printed"
    if found := sorted(set(_CANNOT) & set(learner)):
        return f"it has {' '.join(found)} in it"
    if learner.startswith(".") or learner != learner.strip() or not learner:
        return "it begins with a dot, or begins or ends with a space"
    if len(learner) > _LONGEST or len(learner.encode()) > 255 - len("99_a_unit+.ipynb"):
        return f"it has {len(learner)} characters; at most {_LONGEST} can be held"
    return None


def unfit_names(learners: Iterable[str]) -> list[str]:
    """A line for each name that nbgrader cannot hold."""
    reasons = {learner: why_unfit(learner) for learner in dict.fromkeys(learners)}
    return [f"{ascii(learner)}: {why}" for learner, why in reasons.items() if why]


def handed_in_name(unit: Unit, learner: str) -> str:
    """How the file is named that a learner hands in: what follows the first + behind the unit is the learner's name."""
    return f"{unit.stem}+{learner}.ipynb"


def handed_in_by(path: Path, unit: Unit) -> str | None:
    """The learner whose notebook for this unit a file is, by its name, or None."""
    match = re.match(HANDED_IN, path.name)
    return match["student_id"] if match and match["file_id"] == unit.stem else None


def printable(learner: str) -> str:
    """A folder's name as it can be printed: odd characters escaped."""
    return learner if learner.isprintable() else ascii(learner)[1:-1]
