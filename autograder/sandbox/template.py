"""The template: a process that has imported keras and IPython, and forks a worker whenever one is asked for.

It never runs a TensorFlow operation and keeps to one thread, and it makes sure of both before each fork:
a fork after an operation, or beside another thread, can hang for ever. A fork takes milliseconds; importing
keras takes seconds.
"""

import contextlib
import gc
import importlib
import os
import signal
import socket
import struct
import sys

PID = struct.Struct("!i")
_PRELOADED = (
    "keras",
    "numpy",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "course.toolkit.figures",
    "autograder.sandbox.worker",
    "autograder.seam.backends",
)


def main(control: socket.socket) -> None:
    """Serve requests until the other end closes: each is a scratch folder's path and a connected socket."""
    for module in _PRELOADED:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # shared pages stay shared: a child's collector need not touch what the template made
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended workers leave no zombies
    control.sendall(PID.pack(0))
    while True:
        path, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not path:
            return
        why_not = unclean()
        pid = -1 if why_not else os.fork()
        if pid == 0:
            _become_worker(control, path.decode(), descriptors[0])
        os.close(descriptors[0])
        control.sendall(PID.pack(pid))


def unclean() -> str:
    """Why this process must not fork, or `""`: it has more than one thread, or TensorFlow has started."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        return f"{threads} threads"
    context = sys.modules.get("tensorflow.python.eager.context")
    started = context is not None and context._context is not None and context._context._initialized
    return "TensorFlow has run an operation" if started else ""


def _become_worker(control: socket.socket, scratch: str, descriptor: int) -> None:
    from autograder.sandbox.worker import serve

    status = 1
    try:
        control.close()
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(scratch)
        for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"):
            os.environ[name] = scratch
        with contextlib.suppress(Exception):
            serve(socket.socket(fileno=descriptor))
            status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
