"""A pool of processes that work through tasks of a class: few at a time, none lost, whatever happens to a process."""

import concurrent.futures
import contextlib
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext
from typing import Any
from unittest.mock import patch

import psutil

from autograder.grading.interrupts import ignore_interrupts, withheld_interrupts

_ONE_THREAD = {  # what runs beside others computes on one core
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
_AHEAD = 2  # tasks handed out for each process: one at work, one that waits for it


class EndedItsProcess(Exception):
    """A task after which its process was no more."""


Task = tuple[Any, Callable, tuple]  # its key, the function, the arguments


class Pool:
    """Runs tasks, each known by a key, in processes of its own. A context manager: leaving it ends all of them.

    `prepare(*args)` is called in every new process. When a process dies, every task that was handed out may be to
    blame: each is tried once more, alone. Only one that ends a process of its own is given up.
    """

    def __init__(self, workers: int, prepare: Callable[..., None], args: tuple):
        self._workers, self._prepare, self._args = workers, prepare, args
        self._at_work: dict[Future, Task] = {}
        self._suspects: deque[Task] = deque()
        self._alone = False

    def __enter__(self) -> "Pool":
        self._others = set(multiprocessing.active_children())
        self._start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._end()

    @property
    def room(self) -> int:
        """How many more tasks may be handed out now."""
        return 0 if self._suspects or self._alone else max(0, _AHEAD * self._workers - len(self._at_work))

    @property
    def idle(self) -> bool:
        return not self._at_work and not self._suspects

    def hand_out(self, key: Any, function: Callable, *args: Any) -> None:
        """Let one of the processes run a task."""
        with withheld_interrupts():  # this may start a process
            self._at_work[self._executor.submit(function, *args)] = (key, function, args)

    def finished(self, seconds: float) -> list[tuple[Any, Any]]:
        """The keys of tasks that are done, each with what it returned or raised; waits up to so many seconds."""
        if self._suspects and not self._at_work:
            self._alone = True
            key, function, args = self._suspects.popleft()
            self.hand_out(key, function, *args)
        done, _ = concurrent.futures.wait(self._at_work, seconds, concurrent.futures.FIRST_COMPLETED)
        if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
            return self._recover()
        if done:
            self._alone = False
        return [(self._at_work.pop(future)[0], future.exception() or future.result()) for future in done]

    def _recover(self) -> list[tuple[Any, Any]]:
        """Start anew after a process has died; returns what was finished, and who is to blame if that is clear."""
        concurrent.futures.wait(self._at_work)
        found = []
        for future, task in self._at_work.items():
            error = future.exception()
            if not isinstance(error, BrokenProcessPool):
                found.append((task[0], error or future.result()))
            elif self._alone:
                found.append((task[0], EndedItsProcess()))
            else:
                self._suspects.append(task)
        self._at_work.clear()
        self._alone = False
        self._end()
        self._start()
        return found

    def _start(self) -> None:
        context = _context()
        self._executor = concurrent.futures.ProcessPoolExecutor(
            self._workers, context, initializer=_begin, initargs=(self._prepare, self._args)
        )

    def _end(self) -> None:
        """End the processes at once: what they were given to do is done, or is not wanted any more."""
        for process in set(multiprocessing.active_children()) - self._others:
            _kill_family(process.pid)
        self._executor.shutdown(wait=True, cancel_futures=True)


def get_ready() -> None:
    """Let a process begin to import what the processes of a pool need, seconds before there is one."""
    _context()


def _context() -> BaseContext:
    """How processes are started: forked from one that has imported what they need, where that can be had.

    It lives as long as this process, and is forked from by every run in it.
    """
    resource_tracker.ensure_running()  # started with the first process, it would let Ctrl-C through to that one
    if sys.platform != "linux" or os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["autograder.grading.preloaded"])
    with withheld_interrupts(), patch.dict(os.environ, _ONE_THREAD):
        forkserver.ensure_running()
    return context


def _begin(prepare: Callable[..., None], args: tuple) -> None:
    ignore_interrupts()
    prepare(*args)


def _kill_family(pid: int) -> None:
    """Kill a process, then what it and its children had started."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                one.kill()
