"""The worker: one process that runs one learner's cells and performs what the judge asks of the answers.

It holds no expected value, no suite and no mistake. It speaks over one socket, whose number is its
argument, and ends when the socket does.
"""

import contextlib
import importlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.sandbox.confinement import Confinement
from autograder.sandbox.integrity import sealed
from autograder.sandbox.limits import MIB, Limits, address_space
from autograder.sandbox.shell import Shell
from autograder.sandbox.wire import INTRODUCTION, Callback, Wire
from autograder.seam import LearnerError, NotPlain, Workbench
from autograder.seam.errors import own_line
from autograder.seam.given import Reference, References, giving

_ONCE_MORE = 128 * MIB
NEEDED = ("keras", "course.toolkit.figures", "course.built")  # by the cells of every notebook


def serve(connection: socket.socket, confinement: Confinement, shell: Shell) -> None:
    """Answer the judge's messages until the connection ends, running cells in a shell that is still untouched."""
    connection.send(INTRODUCTION)  # the kernel adds this process' number as the judge sees it
    wire = Wire(connection, Limits.message_bytes)
    first = wire.receive()
    limits = Limits(**first["limits"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    level = confinement.confine(limits, os.getcwd())
    _lay_out(first["files"])
    _silence_checks()
    shell.output_bytes = limits.output_bytes
    worker = _Worker(wire, shell, limits)
    wire.send({"kind": "ready", "confinement": level, "why_not": confinement.why_not})
    with giving(References([Reference(*fields) for fields in first["references"]])):
        _answer_all(worker, wire, sealed())


def _answer_all(worker: "_Worker", wire: Wire, replaced: Callable[[], list[str]]) -> None:
    while True:
        message = wire.receive()
        try:
            reply = worker.answer(message)
        except LearnerError as error:
            reply = {"kind": "failed", **_error_fields(error)}
        except KeyboardInterrupt as stopped:
            told = LearnerError("timeout", "It took too long.", line=own_line(stopped))
            reply = {"kind": "failed", **_error_fields(told)}
        _send(wire, {**reply, "number": message["number"], "replaced": replaced()})


class _Worker:
    def __init__(self, wire: Wire, shell: Shell, limits: Limits):
        self._wire, self._shell = wire, shell
        self._workbench = Workbench(shell.answers)
        self._much = address_space() + limits.memory_bytes // 2

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["kind"] == "cell":
            for name in message["binds"]:
                self._shell.bind(name)
            return {"kind": "ran", "result": asdict(self._shell.run(message["source"]))}
        args, options = self._functions((message["args"], message["options"]))
        value = self._workbench.perform(message["operation"], message["target"], *args, **options)
        self._make_room()
        return {"kind": "performed", "value": value}

    def _make_room(self) -> None:
        """Let go of compiled programs when much memory is in use: on JAX they would fill all that there may be.

        What they leave is used again, but stays with the process, so that they go once more when it has grown further.
        """
        from autograder.seam.backends import forget_compiled, keeps_compiled

        if keeps_compiled() and address_space() > self._much:
            forget_compiled()
            self._much = address_space() + _ONCE_MORE

    def _functions(self, value: Any) -> Any:
        """Put a function that calls the judge back into the place of each `Callback`."""
        if isinstance(value, Callback):
            return self._function(value.number)
        if isinstance(value, (list, tuple)):
            return type(value)(self._functions(item) for item in value)
        if isinstance(value, dict):
            return {key: self._functions(item) for key, item in value.items()}
        return value

    def _function(self, number: int) -> Callable:
        def called_back(*args: Any, **kwargs: Any) -> Any:
            self._wire.send({"kind": "callback", "function": number, "args": args, "kwargs": kwargs})
            reply = self._wire.receive()
            if reply["kind"] != "returned":
                raise RuntimeError(reply["message"])
            return reply["value"]

        return called_back


def _send(wire: Wire, reply: dict[str, Any]) -> None:
    try:
        wire.send(reply)
    except NotPlain as error:
        told = LearnerError("error", f"What came back cannot be judged: {error}.", ["NotPlain"])
        wire.send({"kind": "failed", "number": reply["number"], **_error_fields(told)})


def _error_fields(error: LearnerError) -> dict[str, Any]:
    return {"outcome": error.outcome, "message": error.message, "types": error.types, "line": error.line}


def _lay_out(files: list[list[Any]]) -> None:
    """Put an assignment's files into the folder that the cells run in, for reading; modules there hide no others."""
    for name, content in files:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.tobytes())
        path.chmod(0o444)
    if files:
        sys.path.append(os.getcwd())


def _silence_checks() -> None:
    """In a worker `check` and `progress` judge nothing: the judge does, from outside."""
    import autograder

    def later(*args: Any, **kwargs: Any) -> None:
        print("Checked when the notebook is graded.")

    autograder.check = autograder.progress = later


def main(connection: socket.socket, device: str, *without: str) -> None:
    """A worker of its own, where none can be forked. Raises what keeps it from starting."""
    confinement = Confinement(device, without)
    confinement.enter(connection.fileno())
    confinement.prepare()
    for module in NEEDED:  # what is not there must end it now, not the learner's first cell
        importlib.import_module(module)
    shell = Shell()
    hush()
    with contextlib.suppress(Exception):  # whoever listens sees the connection end
        serve(connection, confinement, shell)


def hush() -> None:
    """Let what this process, and what it starts, writes to its standard error from now on go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), *sys.argv[2:])
