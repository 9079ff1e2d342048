"""A pool of processes that work through tasks of a class: few at a time, none lost, whatever happens to a process."""

import contextlib
import functools
import multiprocessing
import os
import pickle
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import connection, forkserver, resource_tracker, util
from multiprocessing.context import BaseContext
from typing import Any
from unittest.mock import patch

import psutil

from autograder.grading.budgets import OTHERWISE, Budget, told_of
from autograder.grading.guardian import Guardian
from autograder.grading.interrupts import withheld_interrupts
from autograder.grading.pool_process import serve
from autograder.sandbox.processes import Meter

_ONE_THREAD = {  # what runs beside others computes on one core
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
_AHEAD = 2  # tasks taken in for each process: one at work, one that waits for the first that is free
_TRIES = 2  # for each task
_STARTS = 3  # processes in a row that may end before they are ready
_LARGEST = 256 << 20  # bytes of what a process may send
_ENDED = "The process that graded it ended, twice."
_LONGEST_FOLDER = 60  # characters of a path in which there is room for a socket
_BETWEEN_LOOKS = 0.2  # seconds
_LONGEST_LOOK = 1.0  # seconds: what passes beyond, this process was stopped itself


class EndedItsProcess(Exception):
    """A task after which its process was no more, each time it was tried.

    `over` says what it had exceeded, if so, and `step` in which of its steps. Where that is `final` it was tried once.
    """

    def __init__(self, over: str = "", step: str = "", final: bool = False):
        super().__init__(over, step, final)
        self.over, self.step, self.final = over, step, final

    def told(self) -> str:
        """What is told of a submission whose task this was."""
        if self.final:
            return told_of(self.step, self.over)
        return f"{_ENDED} It took {self.over}." if self.over else _ENDED


class Unfit(RuntimeError):
    """No process could be made ready; the message says why."""


@dataclass(eq=False)
class _Task:
    key: Any
    function: Callable
    args: tuple
    tries: int = 0


class Pool:
    """Runs tasks, each known by a key, in processes of its own. A context manager: leaving it ends all of them.

    `prepare(*args)` is called in every new process. A task names its steps as it goes; one that exceeds the budget of a
    step is ended with its process, and `exceeded(step, digest, what)` is called: it returns whether that is final. A
    task whose process has ended is tried once more, in a fresh one, unless it is.
    """

    def __init__(
        self,
        workers: int,
        prepare: Callable[..., None],
        args: tuple,
        budgets: Mapping[str, Budget] | None = None,
        exceeded: Callable[[str, str, str], bool] = lambda step, digest, what: False,
    ):
        self._workers, self._start_with = workers, (prepare, args)
        self._budgets, self._exceeded = budgets or {}, exceeded
        self._processes: list[_Process] = []
        self._waiting: deque[_Task] = deque()
        self._in_vain = 0

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: Any) -> None:
        """End the processes at once: what they were given to do is done, or is not wanted any more."""
        for process in self._processes:
            process.end()

    @property
    def room(self) -> int:
        """How many more tasks may be handed out now."""
        return max(0, _AHEAD * self._workers - len(self._waiting) - len(self._busy))

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._busy

    @property
    def _busy(self) -> list["_Process"]:
        return [process for process in self._processes if process.task]

    def hand_out(self, key: Any, function: Callable, *args: Any) -> None:
        """Let one of the processes run a task."""
        self._waiting.append(_Task(key, function, args))
        self._set_to_work()

    def finished(self, seconds: float) -> list[tuple[Any, Any]]:
        """The keys of tasks that are done, each with what it returned or raised; waits up to so many seconds."""
        self._set_to_work()
        found: list[tuple[Any, Any]] = []
        ready = connection.wait([process.connection for process in self._processes], seconds)
        for process in [process for process in self._processes if process.connection in ready]:
            found += self._heard(process)
        for process in self._busy:
            over = process.over_budget()
            if over:
                found += self._over(process, over)
        self._set_to_work()
        return found

    def _set_to_work(self) -> None:
        """Give waiting tasks to processes that are free, starting what is missing."""
        while self._waiting and len(self._processes) < self._workers:
            self._processes.append(_Process(self._start_with, self._budgets))
        for process in self._processes:
            if self._waiting and process.is_ready and not process.task:
                process.begin(self._waiting.popleft())

    def _heard(self, process: "_Process") -> list[tuple[Any, Any]]:
        """Take what a process has sent; returns its task if that is done."""
        try:
            kind, *told = pickle.loads(process.connection.recv_bytes(_LARGEST))
        except (EOFError, OSError):
            if process.connection.readable:
                return self._lost(process)
            return self._over(process, f"more than {_LARGEST >> 20} MiB for its result")
        if kind == "ready":
            process.is_ready, self._in_vain = True, 0
        elif kind == "unfit":
            raise Unfit(told[0])
        elif kind == "step":
            process.enter(*told)
        else:
            task, process.task = process.task, None
            return [(task.key, told[0])]
        return []

    def _over(self, process: "_Process", over: str) -> list[tuple[Any, Any]]:
        """A process has exceeded the budget of its step."""
        final = self._exceeded(process.step, process.digest, over)
        return self._lost(process, EndedItsProcess(over, process.step, final))

    def _lost(self, process: "_Process", why: EndedItsProcess | None = None) -> list[tuple[Any, Any]]:
        """A process has ended, or must: its task is tried once more, or given up."""
        why = why or EndedItsProcess()
        process.end()
        self._processes.remove(process)
        task = process.task
        if not process.is_ready:
            self._in_vain += 1
            if self._in_vain == _STARTS:
                raise Unfit("Processes that grade end before they are ready.")
        if task is None:
            return []
        task.tries += 1
        if task.tries == _TRIES or why.final:
            return [(task.key, why)]
        self._waiting.appendleft(task)
        return []


class _Process:
    """One process of a pool, what it works on, and what that has cost so far."""

    def __init__(self, start_with: tuple, budgets: Mapping[str, Budget]):
        self._budgets = budgets
        self.task: _Task | None = None
        self.is_ready = False
        self.step = self.digest = ""
        context = _context()
        self.connection, theirs = context.Pipe()
        with theirs, withheld_interrupts():
            self._process = context.Process(target=serve, args=(theirs, *start_with), daemon=True)
            self._process.start()
        _guardian().watch_process(self._process.pid)
        self._meter = Meter(self._process.pid)

    def begin(self, task: _Task) -> None:
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


def get_ready() -> None:
    """Let a process begin to import what the processes of a pool need, seconds before there is one."""
    _context()


@functools.cache
def _guardian() -> Guardian:
    """The guardian of all runs of this process."""
    from autograder.sandbox.cgroup import parents

    guardian = Guardian()
    for parent in parents():
        guardian.watch_groups(parent)
    return guardian


def watch_folder(folder: str) -> None:
    """Let this folder be removed with this process, however that ends."""
    _guardian().watch_folder(folder)


def _context() -> BaseContext:
    """How processes are started: forked from one that has imported what they need, where that can be had.

    It lives as long as this process, and is forked from by every run in it.
    """
    with withheld_interrupts():
        resource_tracker.ensure_running()  # started with the first process, it would let Ctrl-C through to that one
    if sys.platform != "linux" or os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        return multiprocessing.get_context("spawn")
    watch_folder(_folder_of_sockets())
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["autograder.grading.preloaded"])
    with withheld_interrupts(), patch.dict(os.environ, _ONE_THREAD):
        forkserver.ensure_running()
    _guardian().watch_process(forkserver._forkserver._forkserver_pid)
    return context


def _folder_of_sockets() -> str:
    """The folder that `multiprocessing` makes its sockets in: their names must be short, whatever `TMPDIR` is."""
    usual = tempfile.gettempdir()
    with patch.object(tempfile, "tempdir", usual if len(usual) <= _LONGEST_FOLDER else "/tmp"):
        return util.get_temp_dir()


def _kill_family(pid: int) -> None:
    """Kill a process, then what it and its children had started."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                one.kill()
