"""Starting workers: forked from a template that has imported keras, or spawned afresh where that cannot be had."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from autograder.sandbox.compiled import folder_for, for_reading
from autograder.sandbox.limits import Limits
from autograder.sandbox.template import FORKED, READY, SHARE
from autograder.sandbox.worker_process import SECONDS_TO_START, Place, Worker
from autograder.units import ROOT

_TEMPLATES = 3  # so many may die or refuse to fork before workers are spawned instead


class Launcher:
    """Starts workers for one device and backend, and owns the template they are forked from.

    The template starts with `begin` or with the first worker, and ends with `close`. Where forking cannot be had -
    another platform, a GPU, a backend that starts threads when it is imported, a template that died - each worker
    is spawned afresh: slower, with the same verdicts. The backend is the one that Keras is told to use, unless it
    is named here. `without` names kinds of confinement that are not to be used. `shared` is where another process'
    launcher lets this one have a template forked from its own: importing keras once is enough.
    """

    def __init__(
        self,
        device: str = "cpu",
        backend: str | None = None,
        fork: bool = True,
        without: Sequence[str] = (),
        shared: Path | None = None,
    ):
        self.device, self.without = device, tuple(without)
        self.backend = backend or os.environ.get("KERAS_BACKEND", "tensorflow")
        self._shared = shared
        self.forks = fork and sys.platform == "linux" and device == "cpu"
        self._templates_left = _TEMPLATES
        self._template: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._begun: socket.socket | None = None  # to a template that may not be ready yet
        self._ahead: Place | None = None

    def __call__(self, limits: Limits) -> Worker:
        """Start a worker in a scratch folder of its own, and in a control group with these limits where it can.

        A template forks the next one at once: whoever asks for another worker with the same limits has it sooner.
        """
        worker = self._forked_ahead(limits) or self._started_now(limits)
        if self.forks:
            self._fork_ahead(limits)
        return worker

    def begin(self) -> None:
        """Start the template, and do not wait for it: whoever needs a worker later has it sooner."""
        if self.forks and not self._shared and self._control is None:
            with contextlib.suppress(OSError):
                self._begun = self._begin_template()

    def share(self, place: Path) -> None:
        """Start the template, and let launchers of other processes have one forked from it, through a socket there.

        Does not wait for the template. Where nothing can be shared they start templates of their own.
        """
        if self.forks:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(place))
                listener.listen(64)
                self._control = self._begin_template()
                socket.send_fds(self._control, [SHARE], [listener.fileno()])

    def close(self) -> None:
        """End the template, and the worker that nobody has asked for."""
        if self._ahead and (worker := self._forked_ahead(self._ahead.limits)):
            worker.end()
        for control in filter(None, (self._control, self._begun)):
            control.close()
        self._control = self._begun = None
        if self._template is not None:
            self._template.kill()
            self._template.wait()
            self._template = None

    def _started_now(self, limits: Limits) -> Worker:
        place = Place(limits)
        if self.forks and self._fork(place):
            return place.taken()
        with tempfile.TemporaryFile() as errors:
            try:
                return place.taken(self._start("autograder.sandbox.worker", place.theirs, place.scratch, errors))
            except OSError as error:
                raise OSError(_last_line(errors) or str(error)) from error

    def _fork_ahead(self, limits: Limits) -> None:
        """Ask the template for the next worker, and do not wait for it."""
        place = Place(limits)
        try:
            self._request(place)
            self._ahead = place
        except OSError:
            place.give_up()

    def _forked_ahead(self, limits: Limits) -> Worker | None:
        """The worker that was forked ahead, if there is one with these limits that has not ended meanwhile."""
        place, self._ahead = self._ahead, None
        if place is None:
            return None
        if not self._granted():
            place.give_up()
            return None
        with contextlib.suppress(OSError):
            worker = place.taken()
            if place.limits == limits and not worker.has_ended():
                return worker
            worker.end()
        return None

    def _fork(self, place: Place) -> bool:
        """Let the template fork a worker; False if it cannot."""
        while self._templates_left:
            with contextlib.suppress(OSError):
                if self._control is None:
                    self._control = self._ready_template()
                self._request(place)
                if self._granted():
                    return True
            self._templates_left -= 1
            self.close()
        self.forks = False
        return False

    def _request(self, place: Place) -> None:
        doors = place.group.doors() if place.group else []
        try:
            descriptors = [*place.descriptors(), *doors]
            socket.send_fds(self._control, [str(place.scratch).encode()], descriptors)
        finally:
            for door in doors:
                os.close(door)

    def _granted(self) -> bool:
        """Whether the template has forked the worker that was requested last."""
        with contextlib.suppress(OSError):
            return self._control.recv(1) == FORKED
        return False

    def _ready_template(self) -> socket.socket:
        """A template that is ready: forked from a shared one where there is one, or started here."""
        place, self._shared = self._shared, None
        if place:
            control = socket.socket(socket.AF_UNIX)
            control.settimeout(SECONDS_TO_START)
            with contextlib.suppress(OSError):
                control.connect(str(place))
                if control.recv(1) == READY:
                    return control
            control.close()
        control, self._begun = self._begun or self._begin_template(), None
        if control.recv(1) != READY:
            raise ConnectionError("the template ended")
        return control

    def _begin_template(self) -> socket.socket:
        control, theirs = socket.socketpair()
        control.settimeout(SECONDS_TO_START)
        with theirs:
            folder = Path(tempfile.gettempdir())
            self._template = self._start("autograder.sandbox.template", theirs, folder, subprocess.DEVNULL)
        return control

    def _start(self, module: str, connection: socket.socket, folder: Path, errors: Any) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(connection.fileno()), self.device, *self.without],
            pass_fds=[connection.fileno()],
            cwd=folder,
            env=environment(folder, self.device, self.backend) | for_reading(folder_for(self.backend)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )


def _last_line(errors: BinaryIO) -> str:
    """What a process has said last before it ended."""
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - 2000))
    lines = errors.read().decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


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
    if backend == "jax":  # its many threads would each reserve addresses, and those of a process are limited
        variables["MALLOC_ARENA_MAX"] = "1"
    return variables | ({"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"} if device == "cpu" else {})
