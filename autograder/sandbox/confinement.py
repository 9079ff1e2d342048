"""How a worker is confined: by all that this machine offers, and what that is called.

A process goes into a jail before it imports keras (`enter`), and each worker gives up the rest of its rights
before a learner's code runs (`confine`). What cannot be had is left out and missing in the level, a text such as
`namespaces+landlock+seccomp+rlimits+cgroup` that stands in every verdict.
"""

import sys
from collections.abc import Collection
from pathlib import Path

from autograder.sandbox import jail, kernel, landlock, seccomp
from autograder.sandbox.limits import Limits

KINDS = ("namespaces", "landlock", "seccomp")  # that can be left out
_SHARED_FACTS = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu")


def is_enough(level: str) -> bool:
    """Whether code of strangers may run at this level: it cannot read files that are not for it, nor use a network."""
    kinds = set(level.split("+"))
    return "namespaces" in kinds or {"landlock", "seccomp"} <= kinds


class NotConfined(RuntimeError):
    """Nothing of a learner's may run here, unless the instructor says so; the message says what to do."""

    def __init__(self, level: str, why_not: str):
        offers = f"{level} ({why_not})" if why_not else level
        super().__init__(
            f"This machine cannot confine learners' code: it offers {offers}. "
            "Grade on Linux 5.13 or newer that allows user namespaces, or Landlock and seccomp; "
            "or, if you trust every notebook, use --unconfined."
        )


class Confinement:
    """The confinement of one process and of the workers that are forked from it.

    `without` names kinds that are not to be used, as on a machine that does not offer them.
    """

    def __init__(self, device: str = "cpu", without: Collection[str] = ()):
        self._device = device
        self._without = without if sys.platform == "linux" else KINDS
        self._jailed = False
        self._filter = None
        self.why_not = ""

    @property
    def jailed(self) -> bool:
        """Whether this process is in namespaces of its own."""
        return self._jailed

    def enter(self, lifeline: int) -> None:
        """Go into a jail, where one can be had. To be called before anything else; returns in a child process.

        The jail ends with whoever holds the other end of the socket `lifeline`.
        """
        if "namespaces" in self._without:
            self.why_not = "namespaces are not to be used"
            return
        try:
            jail.enter(self._device, lifeline)
            self._jailed = True
        except OSError as error:
            self.why_not = str(error)

    def prepare(self) -> None:
        """Do once what all workers need: the filter of system calls takes a moment to put together."""
        if "seccomp" not in self._without:
            self._filter = seccomp.make_filter(is_init=self._jailed)

    def confine(self, limits: Limits, scratch: str) -> str:
        """Give up every right of this process that a learner's code does not need; returns the level reached."""
        reached = []
        if not self._jailed and sys.platform == "linux":
            kernel.drop_capabilities()
        if self._jailed:
            jail.enter_worker(limits.scratch_bytes)
            scratch = jail.SCRATCH
            reached.append("namespaces")
        limits.apply(own_users=self._jailed)
        devices = jail.devices(self._device)
        if sys.platform == "linux":
            kernel.die_with_parent()
            kernel.no_new_privileges()
        readable = [Path("/")] if self._jailed else [*jail.readable(), *map(Path, _SHARED_FACTS)]
        if "landlock" not in self._without and landlock.restrict(readable, [scratch, *devices]):
            reached.append("landlock")
        if self._filter is not None:
            self._filter.load()
            reached.append("seccomp")
        return "+".join([*reached, "rlimits"])
