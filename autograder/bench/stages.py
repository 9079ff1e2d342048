"""Where a submission's time goes: one class graded in this one process, with a clock around each step.

A class's run is given a pool that has no processes: it does each task here, one submission after the other. The
steps are watched from outside, by replacing the functions at which one ends and the next begins; nothing in the
grader knows of it.
"""

import contextlib
import itertools
import json
import statistics
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from autograder.bench.clock import Clock
from autograder.seam import LearnerError
from autograder.units import Unit

WARM_UP = 3  # submissions that start the template and fill caches; they are not counted
STAGES = {  # in the order of a table; the first two are what any grader has to spend
    "cells": "the learner's code: cells, with TensorFlow's start in them",
    "calls": "the learner's code: what the tests call",
    "tests": "the suite's own arithmetic",
    "naming": "which known mistake it is",
    "pytest": "pytest around the tests",
    "start": "a worker forked and confined, and its end",
    "wire": "messages between judge and worker",
    "intake": "intake",
    "store": "the verdict's store",
    "executed": "executed notebook",
    "gradebook": "gradebook",
    "feedback": "feedback page",
    "other": "everything else",
}
NECESSARY = ("cells", "calls", "tests")
NOT_COUNTED = "not counted"  # what only the measuring costs
_PROBE, _PROBES = "probe", 9


class _Waits:
    """The time that the judge waits for workers, by what they were asked."""

    def __init__(self, clock: Clock):
        self._clock, self._stage, self._probing = clock, "start", False
        self._asked: Counter[str] = Counter()

    def patches(self) -> Iterator[Any]:
        """What tells how long each request takes."""
        from autograder.sandbox import wire
        from autograder.sandbox.remote import RemoteWorkbench

        exchange, leave, select = RemoteWorkbench._exchange, RemoteWorkbench.__exit__, wire.select.select

        def exchanged(workbench: RemoteWorkbench, request: dict[str, Any], *args: Any) -> Any:
            if self._probing:
                return exchange(workbench, request, *args)
            self._stage, pid = _stage_of(request), workbench._worker.pid
            self._asked[self._stage] += 1
            with self._clock.span(NOT_COUNTED):
                before = cpu_of(pid)
            try:
                with self._clock.span("wire"):
                    return exchange(workbench, request, *args)
            finally:
                with self._clock.span(NOT_COUNTED):
                    self._clock.add(self._stage, 0.0, max(0.0, cpu_of(pid) - before))

        def selected(*args: Any) -> Any:
            with self._clock.span(self._stage):
                return select(*args)

        def left(workbench: RemoteWorkbench, *args: Any) -> None:
            with self._clock.span(NOT_COUNTED):
                self._move_the_way(self._seconds_there_and_back(workbench))
            leave(workbench, *args)

        yield patch.object(RemoteWorkbench, "_exchange", exchanged)
        yield patch.object(RemoteWorkbench, "__exit__", left)
        yield patch.object(wire, "select", SimpleNamespace(select=selected))
        yield self._clock.watch(RemoteWorkbench, "_end", "start")

    def _move_the_way(self, seconds: float) -> None:
        """What a request costs that asks for nothing belongs to the wire, not to the learner's code."""
        for stage in ("cells", "calls"):
            spent = min(seconds * self._asked[stage], self._clock.wall.get(stage, 0.0))
            self._clock.add(stage, -spent, 0.0)
            self._clock.add("wire", spent, 0.0)
        self._asked.clear()

    def _seconds_there_and_back(self, workbench: Any) -> float:
        """How long the judge waits for a request in which no code of the learner's runs."""
        self._probing, self._stage, waited = True, _PROBE, [0.0]
        for _ in range(_PROBES if workbench._worker else 0):
            with contextlib.suppress(LearnerError):  # there is no such answer
                workbench.perform("attribute", "nothing", "nothing")
            waited.append(self._clock.wall[_PROBE])
        self._probing = False
        self._clock.wall.pop(_PROBE, None)
        self._clock.cpu.pop(_PROBE, None)
        return statistics.median(b - a for a, b in itertools.pairwise(waited)) if waited[1:] else 0.0


def _stage_of(request: dict[str, Any]) -> str:
    """The stage that a request to a worker belongs to: the first one starts it, and a check cell runs nothing."""
    if request.get("kind") == "cell":
        return "cells" if request["source"] else "wire"
    return "calls" if request.get("kind") == "perform" else "start"


def cpu_of(pid: int) -> float:
    """Seconds that the threads of a process have had a CPU, to the nanosecond; 0 where it has ended."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        threads = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
    return 0.0


def _watched(clock: Clock) -> Iterator[Any]:
    """All patches."""
    from autograder.grading import dispatch, intake, marker, publish, tasks
    from autograder.grading.ledger import Ledger
    from autograder.judging import judge as judging
    from autograder.judging import suite
    from autograder.sandbox.launch import Launcher

    class TimedPlugin(suite._Plugin):
        @pytest.hookimpl(wrapper=True)
        def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Any:
            with clock.span("tests"):
                return (yield)

    yield from _Waits(clock).patches()
    yield patch.object(suite, "_Plugin", TimedPlugin)
    yield clock.watch(judging, "name_mistakes", "naming")
    yield clock.watch(marker, "judge", "pytest")
    yield clock.watch(Launcher, "__call__", "start")
    yield clock.watch(intake, "take_from", "intake")
    yield clock.watch(marker.Marker, "_digest", "store")
    for name in ("keep", "kept_under"):
        yield clock.watch(marker, name, "store")
    yield clock.watch(marker, "inert_outputs", "executed")
    yield clock.watch(publish.Publisher, "execute", "executed")
    for name in ("write_executed", "executed"):
        yield clock.watch(tasks, name, "executed")
    yield clock.watch(Ledger, "enter", "gradebook")
    yield clock.watch(tasks, "publish", "feedback")
    yield patch.object(dispatch, "Pool", _PoolOfNone)


class _PoolOfNone:
    """Stands in for the pool of a class's run: does a task when its result is asked for."""

    def __init__(self, _workers: int, prepare: Callable[..., None], args: tuple, *_budgets: Any):
        self._prepare, self._args = prepare, args
        self._tasks: deque[tuple[Any, Callable, tuple]] = deque()

    def __enter__(self) -> "_PoolOfNone":
        self._prepare(*self._args)
        return self

    def __exit__(self, *_: Any) -> None:
        self._tasks.clear()

    @property
    def room(self) -> int:
        return int(self.idle)

    @property
    def idle(self) -> bool:
        return not self._tasks

    def hand_out(self, key: Any, function: Callable, *args: Any) -> None:
        self._tasks.append((key, function, args))

    def finished(self, _seconds: float) -> list[tuple[Any, Any]]:
        key, function, args = self._tasks.popleft()
        try:
            return [(key, function(*args))]
        except Exception as error:
            return [(key, error)]


def main(stem: str, submitted: str, grading: str) -> None:
    """Grade a class, and print the spans of each submission that counts, in seconds, as one JSON line."""
    import autograder.grading.preloaded  # noqa: F401 - as the processes of a run have it
    from autograder.grading.class_run import grade
    from autograder.grading.jobs import jobs

    told, sys.stdout = sys.stdout, sys.stderr
    clock, done = Clock(), 0

    def tick(step: str) -> None:
        nonlocal done
        if step != "enter":
            return
        clock.settle()
        done += 1
        if done > WARM_UP:
            print(json.dumps({"wall": clock.wall, "cpu": clock.cpu}), file=told, flush=True)
        clock.wall, clock.cpu = {}, {}

    with contextlib.ExitStack() as stack:
        for one in _watched(clock):
            stack.enter_context(one)
        grade(jobs([Unit(stem)], Path(submitted)), Path(grading), 1, tick)


if __name__ == "__main__":
    main(*sys.argv[1:])
