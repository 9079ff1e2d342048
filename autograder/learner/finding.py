"""What `doctor` finds, and examinations that cannot fail: this file imports nothing that is not Python's own."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

INSTALL = "python -m pip install -r requirements.txt -e ."


class Finding(NamedTuple):
    """What was found: ✓ works, – does not, and the course can do without, ✗ must be mended; and how to mend it."""

    sign: str
    text: str
    mend: str = ""


def found_by(examination: Callable[[], Iterable[Finding]]) -> Iterable[Finding]:
    """The findings of an examination, one after the other; where it fails itself, that is one."""
    try:
        yield from examination()
    except (Exception, SystemExit) as error:  # a broken package may raise anything when it is imported
        why = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        title = (examination.__doc__ or examination.__name__).rstrip(".")
        mend = f"If that names a package, install it anew: {INSTALL}"
        yield Finding("✗", f"{title}: cannot be examined. {why}", mend)
