"""`lab`: lay out the desk, and open JupyterLab on it."""

import itertools
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.learner.contents import WELCOME
from autograder.learner.desk import ON_THE_DESK, Desk
from autograder.units import ROOT, Unit, all_units

_PORT = re.compile(r"--(?:ServerApp\.)?port(?:=(\d+))?")
_OF_A_HUB = "JUPYTERHUB_SERVICE_URL"  # where a JupyterHub wants the server that it starts for a user
_OF_MAKE = ("ARGS", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")  # or `make` in a terminal there repeats them
_USUAL_PORT = 8888
_TRIES = 50


class PortInUse(ValueError):
    """The port that was asked for is taken; the message says what to do."""


def open_lab(unit: Unit | None, arguments: Sequence[str], say: Callable[[str], None]) -> int:
    """Copy what is missing to the desk, tell what has changed, and run JupyterLab until it ends.

    `arguments` go through to Jupyter. Started by a JupyterHub, it is the server of a user there, at the address that
    the hub has chosen. Returns Jupyter's exit status. Raises `PortInUse`.
    """
    on_a_hub = bool(os.environ.get(_OF_A_HUB))
    port = None if on_a_hub else _port(arguments, say)
    desk = Desk()
    _lay_out(desk, say)
    page = WELCOME if unit is None else str(desk.notebook(unit).relative_to(ROOT)).replace(os.sep, "/")
    server, opens = ("jupyterhub.singleuser", "ServerApp") if on_a_hub else ("jupyterlab", "LabApp")
    page_first = f"--{opens}.default_url=/lab/tree/{page}"
    command = [sys.executable, "-m", server, page_first, *_settings(port), *arguments]
    if os.name == "posix":
        sys.stdout.flush()
        os.chdir(ROOT)  # where nbgrader looks for its configuration
        os.execve(sys.executable, command, _environment())
    return subprocess.call(command, cwd=ROOT, env=_environment())


def _lay_out(desk: Desk, say: Callable[[str], None]) -> None:
    new = desk.lay_out(all_units())
    if new:
        say(f"Your desk is {_shown(desk.folder)}: {_counted(new)} copied there. Write in these.")
    for unit in desk.outdated(all_units()):
        say(
            f"The exercises of {unit.stem} have changed since you began. Yours still work. To move your answers into "
            f"the new ones: python -m autograder update {unit.stem}"
        )


def _counted(new: Sequence[Path]) -> str:
    return "the exercises of one unit were" if len(new) == 1 else f"the exercises of {len(new)} units were"


def _settings(port: int | None) -> list[str]:
    settings = [
        f"--ServerApp.root_dir={ROOT}",
        "--ServerApp.contents_manager_class=autograder.learner.contents.DeskContents",
    ]
    if port is not None:
        settings.append(f"--ServerApp.port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # as in a container
        settings.append("--allow-root")
    return settings


def _environment() -> dict[str, str]:
    """Jupyter's environment: commands are found where this Python has them, and `labconfig` beside this file.

    That one keeps JupyterLab from asking about news, and about newer versions than the course's, before the first page;
    it wraps lines of code for which a window is too narrow, and in a handout leaves out what instructors alone use.
    """
    first = {"PATH": Path(sys.executable).parent, "JUPYTER_CONFIG_PATH": Path(__file__).parent}
    places = {name: [str(place), *filter(None, [os.environ.get(name)])] for name, place in first.items()}
    kept = {name: value for name, value in os.environ.items() if name not in _OF_MAKE}
    return {**kept, **{name: os.pathsep.join(found) for name, found in places.items()}, ON_THE_DESK: "1"}


def _port(arguments: Sequence[str], say: Callable[[str], None]) -> int | None:
    """The port to open at where none is asked for: the usual one, or the next that is free."""
    asked = _asked_port(arguments)
    if asked is not None:
        if not _is_free(asked):
            raise PortInUse(
                f"Port {asked} is in use, perhaps by a JupyterLab that still runs (`jupyter server list` shows them). "
                "Nothing was started. Name another port, or leave --port out and a free one is taken."
            )
        return None
    for port in range(_USUAL_PORT, _USUAL_PORT + _TRIES):
        if _is_free(port):
            if port != _USUAL_PORT:
                say(f"Port {_USUAL_PORT} is in use, perhaps by a JupyterLab that still runs; this one opens at {port}.")
            return port
    return None


def _asked_port(arguments: Sequence[str]) -> int | None:
    for argument, following in itertools.pairwise([*arguments, ""]):
        if match := _PORT.fullmatch(argument):
            number = match.group(1) or following
            return int(number) if number.isdecimal() else None
    return None


def _is_free(port: int) -> bool:
    if port == 0:
        return True
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def _shown(folder: Path) -> str:
    return str(folder.relative_to(ROOT)) if folder.is_relative_to(ROOT) else str(folder)
