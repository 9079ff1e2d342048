"""What nbgrader's exchange puts beside a submission: when it arrived, and a secret that the feedback goes back with.

Both are files in a folder that its learner owns until it is collected. So collecting notes, in the folder of all
submissions as `.arrived/UNIT/LEARNER`, when that folder was changed last: the exchange's disk says so, and no learner
can write that. It cannot be the time of arrival by itself, since whoever restores a backup of the exchange changes it
for everybody. But where the two differ, or nothing is noted, the report says whose word the time is.
"""

import contextlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader import utils

from autograder.grading.folders import opened, small_text
from autograder.learner.atomic import write_whole

NOTED = ".arrived"  # folder in that of all submissions: no learner's name, and passed over by nbgrader
_SECRET = re.compile(r"[\w-]{1,200}")
_NEAR = timedelta(minutes=5)  # for copying what is submitted


def letters_in(place: Path) -> dict[str, str]:
    """What nbgrader's exchange put beside a submission and needs back with the feedback: its time and its secret.

    A learner may have put something else there: only a time and a word are taken, from small regular files.
    """
    found = {}
    with contextlib.suppress(OSError), opened(place) as folder:
        told = small_text(folder, "timestamp.txt")
        time = _time(told) if told else None
        if time:
            found["timestamp.txt"] = time
        secret = small_text(folder, "submission_secret.txt")
        if secret and _SECRET.fullmatch(secret):
            found["submission_secret.txt"] = secret
    return found


def arrived(folder: Path) -> datetime | None:
    """When the submission arrived (UTC) whose files are in a folder, where that is known."""
    told = letters_in(folder).get("timestamp.txt")
    return utils.parse_utc(told) if told else None


def whose_word(place: Path) -> str | None:
    """One sentence about the time of a submission's arrival, where only its learner's word stands for it."""
    told = arrived(place)
    if told is None:
        return None
    noted = _noted(place)
    if noted is None:
        return "When it arrived is what timestamp.txt says, which its learner can write."
    if noted - told > _NEAR:
        return f"It says that it arrived at {told:%F %R} UTC; in the exchange it was changed last at {noted:%F %R} UTC."
    return None


def note_arrival(place: Path, changed: float) -> None:
    """Note when a learner's folder was changed last in the exchange, for the submission that was collected from it."""
    text = f"{datetime.fromtimestamp(changed, UTC).replace(tzinfo=None).isoformat(sep=' ')} UTC"
    write_whole(place.parent.parent / NOTED / place.name / place.parent.name, text)


def _noted(place: Path) -> datetime | None:
    with contextlib.suppress(OSError), opened(place.parent.parent / NOTED / place.name) as folder:
        time = _time(small_text(folder, place.parent.name) or "")
        return utils.parse_utc(time) if time else None
    return None


def _time(text: str) -> str | None:
    from dateutil.parser import ParserError

    with contextlib.suppress(ValueError, OverflowError, ParserError):
        return f"{utils.parse_utc(text).isoformat(sep=' ')} UTC"
    return None
