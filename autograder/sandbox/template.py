"""The template: a process that has imported keras and IPython, and forks a worker whenever one is asked for.

It lives in a jail, where one can be had, and gives each worker the first place in a namespace of its own. It
never runs a TensorFlow operation and keeps to one thread, and it makes sure of both before each fork: a fork after
an operation, or beside another thread, can hang for ever. A fork takes milliseconds; importing keras takes seconds.
"""

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
import tempfile

from autograder.sandbox import kernel
from autograder.sandbox.confinement import Confinement

READY, FORKED, REFUSED = b"R", b"F", b"-"
_PRELOADED = (
    "keras",
    "numpy",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "course.toolkit.figures",
    "stack_data",  # what IPython and matplotlib would import at the first error and the first picture
    "pygments.formatters.terminal256",
    "PIL.PngImagePlugin",
    "autograder.sandbox.worker",
    "autograder.seam.backends",
)


def main(control: socket.socket, device: str, *without: str) -> None:
    """Serve requests until the other end closes: each is a scratch folder's path and a connected socket."""
    confinement = Confinement(device, without)
    confinement.enter()
    for module in _PRELOADED:
        importlib.import_module(module)
    confinement.prepare()
    gc.collect()
    gc.freeze()  # shared pages stay shared: a child's collector need not touch what the template made
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended workers leave no zombies
    control.sendall(READY)
    while True:
        path, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not path:
            return
        forked = not unclean() and _fork(confinement, control, path.decode(), descriptors[0])
        os.close(descriptors[0])
        control.sendall(FORKED if forked else REFUSED)


def _fork(confinement: Confinement, control: socket.socket, scratch: str, descriptor: int) -> bool:
    """Fork a worker; in a jail, as the first process of a namespace that ends with it."""
    if not confinement.jailed:
        if not os.fork():
            _become_worker(confinement, control, scratch, descriptor)
        return True
    here = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        kernel.unshare(kernel.NEW_PIDS)
        if not os.fork():
            _become_worker(confinement, control, scratch, descriptor)
        kernel.enter_namespace(here, kernel.NEW_PIDS)  # or the next worker would join this one's
    except OSError:
        return False
    finally:
        os.close(here)
    return True


def unclean() -> str:
    """Why this process must not fork, or `""`: it has more than one thread, or TensorFlow has started."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        return f"{threads} threads"
    context = sys.modules.get("tensorflow.python.eager.context")
    started = context is not None and context._context is not None and context._context._initialized
    return "TensorFlow has run an operation" if started else ""


def _become_worker(confinement: Confinement, control: socket.socket, scratch: str, descriptor: int) -> None:
    from autograder.sandbox.worker import serve

    status = 1
    try:
        control.close()
        os.closerange(3, descriptor)
        os.closerange(descriptor + 1, 1 << 16)
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        tempfile.tempdir = None  # it was found for the template
        if not confinement.jailed:
            os.chdir(scratch)
            for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"):
                os.environ[name] = scratch
        with contextlib.suppress(Exception):
            serve(socket.socket(fileno=descriptor), confinement)
            status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), *sys.argv[2:])
