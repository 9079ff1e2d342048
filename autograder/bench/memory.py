"""The memory of a process and all that it started, sampled while it works."""

import threading
from typing import Any

import psutil

from autograder.bench.timed_class import family


class PeakMemory:
    """Samples the memory of a family of processes until it is left; `peak` is the most there was, in bytes.

    It adds up proportional set sizes: a page that several processes share, as forked ones do, counts once in all.
    Where the kernel does not tell it, the resident set stands in, which counts such a page for each of them.
    """

    def __init__(self, pid: int, seconds: float = 0.5):
        self._pid, self._seconds = pid, seconds
        self.peak = self.processes = self.resident = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.is_set():
            sizes = [size for size in map(self._size, family(self._pid)) if size]
            if sum(sizes) > self.peak:
                self.peak, self.processes = sum(sizes), len(sizes)
            self._over.wait(self._seconds)

    def _size(self, process: psutil.Process) -> int:
        try:
            return process.memory_full_info().pss
        except psutil.AccessDenied:
            self.resident += 1
            return process.memory_info().rss if process.is_running() else 0
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            return 0
