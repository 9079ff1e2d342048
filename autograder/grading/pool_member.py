"""One process of a pool, as the pool has it: what it works on, and what that has cost so far."""

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psutil

from autograder.grading.budgets import OTHERWISE, Budget
from autograder.grading.interrupts import withheld_interrupts
from autograder.grading.pool_process import serve
from autograder.grading.pool_start import context, guardian
from autograder.sandbox.processes import Meter

_BETWEEN_LOOKS = 0.2  # seconds
_LONGEST_LOOK = 1.0  # seconds: what passes beyond, this process was stopped itself


@dataclass(eq=False)
class Task:
    """What a process is to run, known to the pool by its key, and how often it was tried."""

    key: Any
    function: Callable
    args: tuple
    tries: int = 0


class Member:
    """One process of a pool, what it works on, and what that has cost so far."""

    def __init__(self, start_with: tuple, budgets: Mapping[str, Budget]):
        self._budgets = budgets
        self.task: Task | None = None
        self.is_ready = False
        self.step = self.digest = ""
        start = context()
        self.connection, theirs = start.Pipe()
        with theirs, withheld_interrupts():
            self._process = start.Process(target=serve, args=(theirs, *start_with), daemon=True)
            self._process.start()
        guardian().watch_process(self._process.pid)
        self._meter = Meter(self._process.pid)

    def begin(self, task: Task) -> None:
        """Let it work on a task."""
        self.task = task
        self.enter("", "")
        with contextlib.suppress(OSError):  # it has ended: that is found out when it is listened to
            self.connection.send((task.function, task.args))

    def enter(self, step: str, digest: str) -> None:
        """It has come to a step: what it has used until now is not counted for it."""
        self.step, self.digest, self._seconds = step, digest, 0.0
        self._looked = time.monotonic()
        self._cpu_before, self._memory_before = self._meter.cpu_seconds(), self._meter.memory()

    def over_budget(self) -> str:
        """What its step has exceeded, in words, or nothing. Takes a look a few times a second at most."""
        now = time.monotonic()
        if now - self._looked < _BETWEEN_LOOKS:
            return ""
        self._seconds += min(now - self._looked, _LONGEST_LOOK)
        self._looked = now
        cpu, memory = self._meter.cpu_seconds() - self._cpu_before, self._meter.memory() - self._memory_before
        return self._budgets.get(self.step, OTHERWISE).exceeded(cpu, self._seconds, memory)

    def end(self) -> None:
        """Kill it, and what it had started."""
        _kill_family(self._process.pid)
        self._process.join()
        self.connection.close()
        self._meter.close()


def _kill_family(pid: int) -> None:
    """Kill a process, then what it and its children had started."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                one.kill()
