"""A worker process and its place: scratch folder, socket, control group, and how it has ended."""

import contextlib
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.sandbox.cgroup import make, remove_when_empty
from autograder.sandbox.limits import Limits
from autograder.sandbox.processes import descendants
from autograder.sandbox.template import STATUS
from autograder.sandbox.wire import INTRODUCTION

SECONDS_TO_START = 120.0
_NICE = 5  # below the judges', with all that it starts
_SECONDS_TO_END = 3.0  # after which a worker that has closed its connection lives on


class Worker:
    """A worker process, the judge's end of its socket, and its place.

    `process` is the one that was spawned for it alone, if it was.
    """

    def __init__(self, pid: int, place: "Place", process: subprocess.Popen | None):
        self.pid, self.connection, self._place, self._process = pid, place.connection, place, process
        self._group = place.group

    @property
    def is_counted(self) -> bool:
        """Whether the kernel counts the memory and the processes of the worker and of all it starts."""
        return self._group is not None

    def started(self) -> list[int]:
        """The processes that the learner's code has started and that still run."""
        if self._group:
            return [pid for pid in self._group.processes() if pid != self.pid]
        return descendants(self.pid)

    def cpu_seconds(self) -> float | None:
        """CPU time of the worker and of all it has started, where the kernel counts it for them together."""
        return self._group.cpu_seconds() if self._group else None

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has ended it because it took too much memory."""
        return self._group is not None and self._group.ran_out_of_memory()

    def was_killed(self) -> bool:
        """Whether a worker that does not answer any more was killed from outside, or with its template.

        Code in a jail cannot kill its own process so that it looks like this.
        """
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(_SECONDS_TO_END) == -signal.SIGKILL
            return False
        if not select.select([self._place.farewell], [], [], _SECONDS_TO_END)[0]:
            return False
        status = os.read(self._place.farewell, STATUS.size)
        return not status or os.WIFSIGNALED(ended := STATUS.unpack(status)[0]) and os.WTERMSIG(ended) == signal.SIGKILL

    def has_ended(self) -> bool:
        """Whether a worker that has been asked nothing yet is gone."""
        return bool(select.select([self.connection], [], [], 0)[0])

    def interrupt(self) -> None:
        """Ask the learner's code to stop, as Ctrl-C would."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)

    def end(self) -> None:
        """Kill the worker and what it started, and remove its scratch folder."""
        for pid in [*self.started(), self.pid]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._process:
            self._process.kill()
            self._process.wait()
        if self._group:
            self._group.kill()
        self._place.give_up()


class Place:
    """Where a worker will be: its scratch folder, the judge's end of its socket, and its control group.

    Made in the folder for temporary files, with a group for these limits where the kernel lets us make one.
    """

    def __init__(self, limits: Limits):
        self.limits = limits
        self.scratch = Path(tempfile.mkdtemp(prefix="worker-"))
        self.group = make(limits.memory_bytes, limits.processes)
        self.connection, self.theirs = socket.socketpair()
        self.farewell, self._told = os.pipe()  # how the worker has ended, where a template knows it
        if sys.platform == "linux":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)

    def taken(self, process: subprocess.Popen | None = None) -> Worker:
        """The worker that is there now; raises `OSError`, and leaves nothing, if there is none."""
        self._hand_over()
        try:
            pid = _introduced(self.connection) if sys.platform == "linux" else process.pid
        except OSError:
            if process:
                process.kill()
                process.wait()
            self.give_up()
            raise
        if self.group and not self.group.add(pid):
            self.group = remove_when_empty(self.group)
        if self.group is None or self.group.cpu_seconds() is None:  # nothing shares out the cores between workers
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, pid, _NICE)
        return Worker(pid, self, process)

    def give_up(self) -> None:
        """Remove it: nobody is there any more, or whoever is ends by itself."""
        self._hand_over()
        self.connection.close()
        if self.farewell >= 0:
            os.close(self.farewell)
            self.farewell = -1
        shutil.rmtree(self.scratch, ignore_errors=True)
        if self.group:
            remove_when_empty(self.group)

    def _hand_over(self) -> None:
        """Leave to the worker what is the worker's."""
        self.theirs.close()
        if self._told >= 0:
            os.close(self._told)
            self._told = -1

    def descriptors(self) -> list[int]:
        return [self.theirs.fileno(), self._told]


def _introduced(connection: socket.socket) -> int:
    """The process id, as it is known here, of the worker behind a fresh connection; `OSError` if there is none."""
    connection.settimeout(SECONDS_TO_START)
    ids = struct.Struct("3i")  # process, user, group
    greeting, notes, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(ids.size))
    if greeting != INTRODUCTION:
        raise ConnectionError("the worker ended before it ran anything")
    return next(ids.unpack(data)[0] for _, kind, data in notes if kind == socket.SCM_CREDENTIALS)
