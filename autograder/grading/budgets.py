"""What each step of our own work on a submission may cost, and which submissions have exceeded it where.

The steps handle what learners send: however it is made, it must not hold up a class. A step is watched, and ended with
its process, from the process that hands out the work. One that was exceeded is never taken again for the same work:
something plain takes its place, and the points stay.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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


JUDGE, OUTPUTS, WRITE, PAGE = "judge", "outputs", "write", "page"
BUDGETS = {
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


class Exceeded:
    """Remembers in a folder, across runs, which step was exceeded by which work, known by its digest."""

    def __init__(self, folder: Path):
        self._folder = folder

    def note(self, step: str, digest: str) -> None:
        """Remember it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._place(step, digest).touch()

    def holds(self, step: str, digest: str) -> bool:
        """Whether this work has exceeded this step before."""
        return self._place(step, digest).exists()

    def _place(self, step: str, digest: str) -> Path:
        return self._folder / f"{digest}.{step}"


Announce = Callable[[str, str], bool]  # a step and the digest of the work: whether it may be taken


def always(step: str, digest: str) -> bool:
    """Where nobody watches, every step is taken."""
    return True
