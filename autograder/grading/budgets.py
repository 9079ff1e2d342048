"""What each step of our own work on a submission may cost, and which submissions have exceeded it where.

The steps handle what learners send: however it is made, it must not hold up a class. A step is watched, and ended with
its process, from the process that hands out the work. One that was exceeded is not taken again for the same work:
something plain takes its place, and the points stay. Where nothing can take its place, there are no points, by no fault
of the learner's, until somebody asks for another try.
"""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.learner.atomic import write_whole

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds of the CPU, seconds on the clock, and bytes of memory on top of what the process has at the start."""

    cpu_seconds: float
    seconds: float
    memory_bytes: int

    def exceeded(self, cpu_seconds: float, seconds: float, memory_bytes: int) -> str:
        """What of it was exceeded, in words, or nothing."""
        if memory_bytes > self.memory_bytes:
            return f"more than {self.memory_bytes / _GIB:g} GiB of memory"
        if cpu_seconds > self.cpu_seconds:
            return f"more than {self.cpu_seconds:g} seconds of computing"
        return f"more than {self.seconds:g} seconds" if seconds > self.seconds else ""


READ, JUDGE, OUTPUTS, WRITE, PAGE = "read", "judge", "outputs", "write", "page"
BUDGETS = {
    READ: Budget(60, 300, 2 * _GIB),
    JUDGE: Budget(300, 1500, 3 * _GIB),  # the clock runs while the learner's code does, which has budgets of its own
    OUTPUTS: Budget(10, 120, _GIB),
    WRITE: Budget(20, 240, _GIB),
    PAGE: Budget(10, 120, _GIB),
}
OTHERWISE = Budget(300, 1500, 3 * _GIB)
PLAIN = {  # what stands where a step was exceeded
    OUTPUTS: "What the cells of this notebook have shown took more time or memory to clean than it may, so it is left "
    "out. The points are not touched.",
    PAGE: "This notebook takes more time or memory to show than it may, so this page has the points and the reports "
    "alone. The points are not touched.",
}
_FINAL = {  # in whose place nothing can stand
    READ: "Reading it",
    JUDGE: "Judging it",
    WRITE: "Writing its executed notebook",
}


class OverBudget(Exception):
    """A step that nothing can take the place of has exceeded its budget for the same work; the message says so."""


def is_final(step: str, digest: str) -> bool:
    """Whether a step that was exceeded is remembered, and nothing can take its place: then it need not be tried again.

    Work without a digest is not known again.
    """
    return step in _FINAL and bool(digest)


def told_of(step: str, over: str) -> str:
    """What is told of a submission for which such a step has exceeded its budget, and what in words."""
    return f"{_FINAL[step]} took {over}. It is not tried again as it is, but with `grade --again`."


class Exceeded:
    """Remembers in a folder, across runs, which step was exceeded by which work, known by its digest, and how.

    What has exceeded another budget than that of now does not count.
    """

    def __init__(self, folder: Path, budgets: Mapping[str, Budget]):
        self._folder, self._budgets = folder, budgets

    def note(self, step: str, digest: str, over: str) -> bool:
        """Remember what was exceeded, in words, if the work has a digest; returns whether that is final."""
        if digest:
            write_whole(self._place(step, digest), json.dumps({"over": over, "budget": self._budget(step)}))
        return is_final(step, digest)

    def what(self, step: str, digest: str) -> str:
        """What this work has exceeded of this step's budget before, in words, or nothing."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            noted = json.loads(self._place(step, digest).read_text("utf-8"))
            return noted["over"] if noted["budget"] == self._budget(step) else ""
        return ""

    def forget(self, step: str, digest: str) -> None:
        """Let it be tried once more."""
        self._place(step, digest).unlink(missing_ok=True)

    def _budget(self, step: str) -> str:
        return repr(self._budgets.get(step, OTHERWISE))

    def _place(self, step: str, digest: str) -> Path:
        return self._folder / f"{digest}.{step}"


Announce = Callable[[str, str], bool]  # a step and the digest of the work: whether it may be taken


def always(step: str, digest: str) -> bool:
    """Where nobody watches, every step is taken."""
    return True
