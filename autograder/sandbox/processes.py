"""What is known of another process: the time and memory it has used, and what it has started."""

import contextlib
import os
import sys

import psutil

_TICKS = os.sysconf("SC_CLK_TCK") if sys.platform == "linux" else 0


class Meter:
    """Reads what one process has used, many times: where the kernel keeps it in a file, that file stays open.

    A process that has ended has used nothing. Close it when done.
    """

    def __init__(self, pid: int):
        self._pid = pid
        self._file = None
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                self._file = open(f"/proc/{pid}/stat", "rb", buffering=0)  # noqa: SIM115 - open for as long as it lives

    def close(self) -> None:
        if self._file:
            self._file.close()

    def cpu_seconds(self) -> float:
        """CPU time of the process, and of its children that have ended."""
        if self._file:
            with contextlib.suppress(OSError, IndexError, ValueError):  # it has ended, or this is closed
                after_name = os.pread(self._file.fileno(), 4096, 0).rpartition(b")")[2].split()
                return sum(int(ticks) for ticks in after_name[11:15]) / _TICKS
            return 0.0
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self._pid).cpu_times()
            return times.user + times.system + times.children_user + times.children_system
        return 0.0

    def memory(self) -> int:
        """Bytes of memory that the process keeps."""
        with contextlib.suppress(psutil.Error):
            return psutil.Process(self._pid).memory_info().rss
        return 0


def cpu_seconds_of(pid: int) -> float:
    """CPU time of one process, and of its children that have ended."""
    meter = Meter(pid)
    try:
        return meter.cpu_seconds()
    finally:
        meter.close()


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have, as far as they live.

    Finding them takes a look at every process of the machine.
    """
    with contextlib.suppress(psutil.Error):
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    return []


def own_memory(pid: int) -> int:
    """Bytes that a process shares with no other, or all of its memory where that may not be known."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        try:
            return process.memory_full_info().uss
        except psutil.AccessDenied:
            return process.memory_info().rss
    return 0
