"""Starting workers: forked from a template that has imported keras, or spawned afresh where that cannot be had."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from autograder.sandbox.template import PID
from autograder.units import ROOT

_TEMPLATES = 3  # so many may die or refuse to fork before workers are spawned instead
_SECONDS_TO_START = 120.0


class Worker:
    """A worker process, the judge's end of its socket, and its scratch folder."""

    def __init__(self, pid: int, connection: socket.socket, scratch: Path, process: subprocess.Popen | None):
        self.pid, self.connection, self._scratch, self._process = pid, connection, scratch, process

    def interrupt(self) -> None:
        """Ask the learner's code to stop, as Ctrl-C would."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)

    def end(self) -> None:
        """Kill the worker and what it started, and remove its scratch folder."""
        for pid in [*self._descendants(), self.pid]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._process:
            self._process.wait()
        self.connection.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _descendants(self) -> list[int]:
        """The processes that the learner's code started and that are still its children's children."""
        try:
            return [child.pid for child in psutil.Process(self.pid).children(recursive=True)]
        except psutil.Error:
            return []


class Launcher:
    """Starts workers for one device and backend, and owns the template they are forked from.

    The template starts with the first worker and ends with `close`. Where forking cannot be had - another
    platform, a backend with threads of its own, a template that died - each worker is spawned afresh:
    slower, with the same verdicts.
    """

    def __init__(self, device: str = "cpu", backend: str = "tensorflow", fork: bool = True):
        self.device, self.backend = device, backend
        self.forks = fork and sys.platform == "linux" and backend == "tensorflow" and device == "cpu"
        self._templates_left = _TEMPLATES
        self._template: subprocess.Popen | None = None
        self._control: socket.socket | None = None

    def __call__(self) -> Worker:
        """Start a worker in a scratch folder of its own."""
        scratch = Path(tempfile.mkdtemp(prefix="worker-"))
        ours, theirs = socket.socketpair()
        with theirs:
            pid = self._fork(scratch, theirs) if self.forks else -1
            if pid > 0:
                return Worker(pid, ours, scratch, None)
            process = self._start("autograder.sandbox.worker", theirs, scratch)
            return Worker(process.pid, ours, scratch, process)

    def close(self) -> None:
        """End the template."""
        if self._template is not None:
            self._control.close()
            self._template.kill()
            self._template.wait()
            self._template = None

    def _fork(self, scratch: Path, connection: socket.socket) -> int:
        """The process id of a worker forked from the template, or -1 if it could not fork."""
        while self._templates_left:
            try:
                if self._template is None:
                    self._start_template()
                socket.send_fds(self._control, [str(scratch).encode()], [connection.fileno()])
                pid = self._told_pid()
                if pid > 0:
                    return pid
            except OSError:
                pass
            self._templates_left -= 1
            self.close()
        self.forks = False
        return -1

    def _start_template(self) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_SECONDS_TO_START)
        with theirs:
            self._template = self._start("autograder.sandbox.template", theirs, Path(tempfile.gettempdir()))
        self._told_pid()

    def _told_pid(self) -> int:
        raw = self._control.recv(PID.size)
        if len(raw) != PID.size:
            raise ConnectionError("the template ended")
        return PID.unpack(raw)[0]

    def _start(self, module: str, connection: socket.socket, folder: Path) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(connection.fileno())],
            pass_fds=[connection.fileno()],
            cwd=folder,
            env=environment(folder, self.device, self.backend),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def environment(scratch: Path, device: str, backend: str) -> dict[str, str]:
    """The whole environment of a worker: nothing of the instructor's reaches it."""
    variables = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "MPLCONFIGDIR": str(scratch),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "LANG": "C.UTF-8",
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
    }
    return variables | ({"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"} if device == "cpu" else {})
