"""Watching a worker while the judge waits for it: time by the CPU and by the clock, and memory."""

import math
import time
from collections import Counter

from autograder.sandbox.limits import MIB, Limits
from autograder.sandbox.processes import Meter, cpu_seconds_of, own_memory
from autograder.sandbox.worker_process import Worker
from autograder.seam import LearnerError

_GRACE = 2.0  # seconds between the interrupt and the end of a worker that goes on
_BETWEEN_LOOKS = 0.1  # seconds


class WorkerLost(Exception):
    """A worker had to be ended, or has ended; `error` is what the learner is told."""

    def __init__(self, outcome: str, message: str):
        super().__init__(message)
        self.error = LearnerError(outcome, message)


def too_much_memory(limits: Limits) -> WorkerLost:
    return WorkerLost("memory", f"Your code took more than {limits.memory_bytes // MIB:,} MiB of memory.")


class Gauge:
    """What a worker has used so far, with all that it started. Close it when the worker has ended."""

    def __init__(self, worker: Worker):
        self.worker = worker
        self._meter = Meter(worker.pid)
        self._baseline: int | None = None
        self._looked = -math.inf
        self.look()
        self.close = self._meter.close

    def look(self) -> float:
        """CPU time that it and all it has started have used, as last seen: no longer ago than the time between looks.

        What is used meanwhile is seen later. `cpu_seconds` keeps it.
        """
        now = time.monotonic()
        if now - self._looked < _BETWEEN_LOOKS:
            return self.cpu_seconds
        self._looked = now
        counted = self.worker.cpu_seconds()
        if counted is None:
            counted = self._meter.cpu_seconds() + sum(map(cpu_seconds_of, self.worker.started()))
        self.cpu_seconds = counted
        return counted

    def take_baseline(self) -> None:
        """What it keeps now is keras': only what comes on top is the learner's."""
        self._baseline = self._meter.memory()

    def memory(self) -> int:
        """Bytes that it and all it has started keep on top of the baseline; 0 before there is one."""
        if self._baseline is None:
            return 0
        return self._meter.memory() - self._baseline + sum(map(own_memory, self.worker.started()))


class Watch:
    """Watches one exchange. Called at least ten times a second, it interrupts the worker at the end of its time.

    Raises `WorkerLost` when the worker has to be ended. `lost` says so already when it was interrupted.
    """

    def __init__(self, gauge: Gauge, limits: Limits, seconds: float):
        self._gauge, self._limits, self._seconds = gauge, limits, seconds
        self._cpu_before, self._started = gauge.cpu_seconds, time.monotonic()
        self._looked = self._started
        self._interrupted_at: float | None = None
        self.cpu_spent = self.wall_spent = 0.0
        self.called: Counter[str] = Counter()  # the judge's functions, by name, and how often they were called
        self.lost: WorkerLost | None = None

    def measure(self) -> None:
        """Take the time that has passed, by the CPU and by the clock."""
        self.cpu_spent = max(self.cpu_spent, self._gauge.look() - self._cpu_before)
        self.wall_spent = time.monotonic() - self._started

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._looked < _BETWEEN_LOOKS:
            return
        self._looked = now
        self.measure()
        if self._gauge.memory() > self._limits.memory_bytes:
            raise too_much_memory(self._limits)
        if self.cpu_spent < self._seconds and self.wall_spent < self._seconds * self._limits.patience:
            return
        self.lost = WorkerLost("timeout", self._too_long())
        if self._interrupted_at is None:
            self._interrupted_at = now
            self._gauge.worker.interrupt()
        elif now - self._interrupted_at > _GRACE:
            raise self.lost

    def _too_long(self) -> str:
        """What is said of code that ran too long, with the function of the judge that it called most."""
        told = f"Your code was still running after {self._seconds:g} seconds."
        for name, times in self.called.most_common(1):
            if times > 1:
                return f"{told} It had called `{name}` {times:,} times by then: is one call for the whole batch enough?"
        return f"{told} Is there a loop that never ends?"
