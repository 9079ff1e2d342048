"""What nbgrader's exchange puts beside a submission: when it arrived, and a secret that the feedback goes back with."""

import contextlib
import re
from datetime import datetime
from pathlib import Path

from nbgrader import utils

_SECRET = re.compile(r"[\w-]{1,200}")


def letters_in(folder: Path) -> dict[str, str]:
    """What nbgrader's exchange put beside a submission and needs back with the feedback: its time and its secret.

    A learner may have put something else there: only a time and a word are taken, from small regular files.
    """
    found = {}
    stamp = _small_text(folder / "timestamp.txt")
    arrived = _time(stamp) if stamp else None
    if arrived:
        found["timestamp.txt"] = arrived
    secret = _small_text(folder / "submission_secret.txt")
    if secret and _SECRET.fullmatch(secret):
        found["submission_secret.txt"] = secret
    return found


def arrived(folder: Path) -> datetime | None:
    """When the submission arrived (UTC) whose files are in a folder, where that is known."""
    told = letters_in(folder).get("timestamp.txt")
    return utils.parse_utc(told) if told else None


def _small_text(path: Path) -> str | None:
    with contextlib.suppress(OSError, ValueError):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= 200:
            return path.read_text("utf-8").strip()
    return None


def _time(text: str) -> str | None:
    from dateutil.parser import ParserError

    with contextlib.suppress(ValueError, OverflowError, ParserError):
        return f"{utils.parse_utc(text).isoformat(sep=' ')} UTC"
    return None
