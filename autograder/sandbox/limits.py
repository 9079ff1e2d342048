"""What a submission may use. One place, so that a learner, a report and a test speak of the same numbers."""

import contextlib
import resource
from dataclasses import dataclass

from autograder.seam.plain import MAX_BYTES

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Budgets of one submission.

    Times are seconds of the worker's own CPU time; `patience` times as many seconds may pass on the clock
    before a worker that waits or sleeps is stopped as well, so that a loaded machine costs nobody points.
    """

    cell_seconds: float = 20.0
    call_seconds: float = 10.0
    submission_seconds: float = 120.0
    patience: float = 3.0
    memory_bytes: int = 3072 * MIB  # on top of what it has when it starts
    file_bytes: int = 64 * MIB
    open_files: int = 256
    output_bytes: int = 1 * MIB  # of one cell
    all_output_bytes: int = 16 * MIB  # of the whole notebook
    message_bytes: int = MAX_BYTES + MIB
    scratch_bytes: int = 64 * MIB  # of its folder for temporary files, where that can be limited
    processes: int = 256  # with their threads, where they can be counted for this submission alone
    restarts: int = 6

    def apply(self, own_users: bool) -> None:
        """Hold this process and what it starts to the limits; `own_users` says that nobody else has its user."""
        bounds = {
            resource.RLIMIT_AS: address_space() + self.memory_bytes,
            resource.RLIMIT_CPU: int(self.submission_seconds) + 5,
            resource.RLIMIT_FSIZE: self.file_bytes,
            resource.RLIMIT_NOFILE: self.open_files,
            resource.RLIMIT_CORE: 0,
        }
        if own_users:
            bounds[resource.RLIMIT_NPROC] = self.processes
        for kind, bound in bounds.items():
            with contextlib.suppress(ValueError, OSError):  # a lower hard limit is already in force
                resource.setrlimit(kind, (bound, bound))


def address_space() -> int:
    """Bytes of address space this process has now."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 2048 * MIB
