"""A pool of processes that work through tasks of a class: few at a time, none lost, whatever happens to a process."""

import pickle
from collections import deque
from collections.abc import Callable, Mapping
from multiprocessing import connection
from typing import Any

from autograder.grading.budgets import Budget, told_of
from autograder.grading.pool_member import Member, Task

_AHEAD = 2  # tasks taken in for each process: one at work, one that waits for the first that is free
_TRIES = 2  # for each task
_STARTS = 3  # processes in a row that may end before they are ready
_LARGEST = 256 << 20  # bytes of what a process may send
_ENDED = "The process that graded it ended, twice."


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
        self._processes: list[Member] = []
        self._waiting: deque[Task] = deque()
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
    def _busy(self) -> list[Member]:
        return [process for process in self._processes if process.task]

    def hand_out(self, key: Any, function: Callable, *args: Any) -> None:
        """Let one of the processes run a task."""
        self._waiting.append(Task(key, function, args))
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
            self._processes.append(Member(self._start_with, self._budgets))
        for process in self._processes:
            if self._waiting and process.is_ready and not process.task:
                process.begin(self._waiting.popleft())

    def _heard(self, process: Member) -> list[tuple[Any, Any]]:
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

    def _over(self, process: Member, over: str) -> list[tuple[Any, Any]]:
        """A process has exceeded the budget of its step."""
        final = self._exceeded(process.step, process.digest, over)
        return self._lost(process, EndedItsProcess(over, process.step, final))

    def _lost(self, process: Member, why: EndedItsProcess | None = None) -> list[tuple[Any, Any]]:
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
