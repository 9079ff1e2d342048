"""The template: a process that has imported keras and IPython, and forks a worker whenever one is asked for.

It lives in a jail, where one can be had, and gives each worker the first place in a namespace of its own. It
never runs a TensorFlow operation and keeps to one thread, and it makes sure of both before each fork: a fork after
an operation, or beside another thread, can hang for ever. A fork takes milliseconds; importing keras takes seconds.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import string
import struct
import sys
import tempfile
from collections.abc import Sequence

from autograder.sandbox import kernel
from autograder.sandbox.confinement import Confinement

STATUS = struct.Struct("=i")  # of a process that has ended, as `waitpid` gives it
READY, FORKED, REFUSED, SHARE = b"R", b"F", b"-", b"+"
MOST_DESCRIPTORS = 8
_CONNECTION = 3  # the number of a worker's only open file besides input, output and errors
_PRELOADED = (
    "course.toolkit",  # keras, in the least time
    "numpy.random",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "course.toolkit.figures",
    "course.built",
    "stack_data",  # what IPython and matplotlib would import at the first error and the first picture
    "pygments.formatters.terminal256",
    "PIL.PngImagePlugin",
    "autograder.sandbox.worker",
    "autograder.seam.backends",
    "autograder.seam.graphs",
)


def main(control: socket.socket, device: str, *without: str) -> None:
    """Become a template, and serve requests until the other end closes."""
    confinement = Confinement(device, without)
    confinement.enter(control.fileno())
    for module in _PRELOADED:
        importlib.import_module(module)
    template = _Template(confinement, _ready_shell())
    gc.collect()
    gc.freeze()  # shared pages stay shared: a child's collector need not touch what the template made
    importlib.import_module("autograder.sandbox.worker").hush()
    template.serve(control)


def _ready_shell() -> "Shell":  # noqa: F821 - it is imported in the jail
    """A shell that nothing has run in. Pictures are drawn, too, so that no worker has to find fonts and letters."""
    from course.toolkit import figures, grid

    import numpy as np
    from IPython.core.pylabtools import print_figure

    from autograder.sandbox.shell import Shell

    grid.grids({"": np.zeros((1, 1))}, None, None, "", "", decimals=2)
    print_figure(figures.lines({string.printable.strip().replace("$", ""): ([1, 2], [1, 2])}), bbox_inches="tight")
    return Shell()


class _Template:
    """What all workers are forked from: the confinement that each completes, and a shell that nothing has run in."""

    def __init__(self, confinement: Confinement, shell: "Shell"):  # noqa: F821
        self._confinement, self._shell = confinement, shell
        self._control: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._children = Children()
        confinement.prepare()

    def serve(self, control: socket.socket) -> None:
        """Serve requests until the other end closes.

        One is a scratch folder's path, with a connected socket, a pipe that is told how the worker ends, and the doors
        of a control group: fork a worker. The other is `SHARE`, with a listening socket: from now on, whoever connects
        there gets a template of their own.
        """
        self._control = control
        control.sendall(READY)
        while True:
            sources = [one for one in (self._control, self._listener, self._children.bell) if one is not None]
            ready, _, _ = select.select(sources, [], [])
            if self._children.bell in ready:
                self._children.tell()
                continue
            if self._listener in ready:
                self._fork_template()
                continue
            request, descriptors, _, _ = socket.recv_fds(self._control, 4096, MOST_DESCRIPTORS)
            if not request:
                return
            if request == SHARE:
                self._listener = socket.socket(fileno=descriptors[0])
                continue
            forked = not unclean() and self.fork(request.decode(), *descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            self._control.sendall(FORKED if forked else REFUSED)

    def _fork_template(self) -> None:
        """Fork a template for whoever has connected; this one goes on."""
        connected, _ = self._listener.accept()
        if not unclean() and not os.fork():
            self._listener.close()
            self._control.close()
            self._listener, self._control = None, connected
            self._children.forget()
            self._children = Children()
            connected.sendall(READY)
        else:
            connected.close()

    def fork(self, scratch: str, connection: int, farewell: int, *doors: int) -> bool:
        """Fork a worker; in a jail, as the first process of a namespace that ends with it."""
        if not self._confinement.jailed:
            with contextlib.suppress(OSError):
                self._fork_worker(scratch, connection, farewell, doors)
                return True
            return False
        here = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        try:
            kernel.unshare(kernel.NEW_PIDS)
            self._fork_worker(scratch, connection, farewell, doors)
            kernel.enter_namespace(here, kernel.NEW_PIDS)  # or the next worker would join this one's
        except OSError:
            return False
        finally:
            os.close(here)
        return True

    def _fork_worker(self, scratch: str, connection: int, farewell: int, doors: Sequence[int]) -> None:
        pid = os.fork()
        if not pid:
            self._become_worker(scratch, connection, doors)
        self._children.add(pid, os.dup(farewell))

    def _become_worker(self, scratch: str, connection: int, doors: Sequence[int]) -> None:
        from autograder.sandbox.worker import serve

        status = 1
        try:
            self._control.close()
            with contextlib.suppress(OSError):  # the judge makes sure
                for door in doors:
                    os.write(door, b"0")
            os.dup2(connection, _CONNECTION)
            os.closerange(_CONNECTION + 1, 1 << 16)
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            tempfile.tempdir = None  # it was found for the template
            if not self._confinement.jailed:
                os.chdir(scratch)
                for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"):
                    os.environ[name] = scratch
            with contextlib.suppress(Exception):
                serve(socket.socket(fileno=_CONNECTION), self._confinement, self._shell)
                status = 0
        finally:
            os._exit(status)


class Children:
    """The processes that this one has forked: whoever asked for one is told how it ended.

    `bell` can be read as soon as one of them has ended.
    """

    def __init__(self):
        self._farewells: dict[int, int] = {}
        self.bell, self._rope = os.pipe()
        for end in (self.bell, self._rope):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._rope, warn_on_full_buffer=False)

    def add(self, pid: int, farewell: int) -> None:
        """Write the status of a child into this pipe when it ends; its end without one says that this process ended."""
        self._farewells[pid] = farewell

    def tell(self) -> None:
        """Take leave of those that have ended."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.bell, 4096)
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                farewell = self._farewells.pop(ended[0], None)
                if farewell is not None:
                    with contextlib.suppress(OSError):  # nobody wants to know any more
                        os.write(farewell, STATUS.pack(ended[1]))
                    os.close(farewell)

    def forget(self) -> None:
        """They are another process' children: this one was forked from it."""
        for descriptor in (self.bell, self._rope, *self._farewells.values()):
            os.close(descriptor)


def unclean() -> str:
    """Why this process must not fork, or `""`: it has more than one thread, or TensorFlow has started."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        return f"{threads} threads"
    context = sys.modules.get("tensorflow.python.eager.context")
    started = context is not None and context._context is not None and context._context._initialized
    return "TensorFlow has run an operation" if started else ""


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), *sys.argv[2:])
