"""A guardian: a small process that outlives a run which is killed, and ends and removes what the run has left.

It knows when that happens because the pipe that it reads closes. It runs apart from the run's session, so that neither
a closed terminal nor a signal to the whole group reaches it. This file is its program, too: the standard library is
all that it imports.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_PATIENCE = 5.0  # seconds that processes may take to end


class Guardian:
    """The run's end of the pipe, which closes with this process, however that ends; the guardian then does its work."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def watch_folder(self, folder: str | Path) -> None:
        """Remove this folder if it is there at the end."""
        self._tell("folder", str(folder))

    def watch_process(self, pid: int) -> None:
        """Kill this process if it lives at the end."""
        self._tell("process", f"{pid} {_begun(pid)}")

    def watch_groups(self, parent: Path) -> None:
        """Empty and remove the control groups below `parent` that the watched processes have made."""
        self._tell("groups", str(parent))

    def _tell(self, kind: str, what: str) -> None:
        with contextlib.suppress(OSError):  # somebody has killed it: the next run sweeps
            self._process.stdin.write(os.fsencode(f"{kind} {what}\0"))
            self._process.stdin.flush()


def _begun(pid: int) -> str:
    """When a process was started, where the kernel tells: its number may be another's by and by."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19].decode()
    return ""


def _clean_up(told: list[tuple[str, str]]) -> None:
    processes = [what.partition(" ") for kind, what in told if kind == "process"]
    for pid, _, begun in processes:
        if _begun(int(pid)) == begun:
            _kill(int(pid))
    deadline = time.monotonic() + _PATIENCE
    folders = {Path(what) for kind, what in told if kind == "folder"}
    parents = {Path(what) for kind, what in told if kind == "groups"}
    while time.monotonic() < deadline:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        groups = list(_groups(parents, [pid for pid, _, _ in processes]))
        for group in groups:
            _empty(group)
        if not groups and not any(folder.exists() for folder in folders):
            return
        time.sleep(0.02)


def _groups(parents: set[Path], pids: list[str]) -> Iterator[Path]:
    for parent in parents:
        for pid in dict.fromkeys(pids):
            yield from parent.glob(f"autograder-{pid}-*")


def _empty(group: Path) -> None:
    with contextlib.suppress(OSError):
        for pid in (group / "cgroup.procs").read_text().split():
            _kill(int(pid))
        group.rmdir()


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Read what there will be to do, and do it when the run is over."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    entries = os.fsdecode(sys.stdin.buffer.read()).split("\0")
    _clean_up([(kind, what) for kind, _, what in (entry.partition(" ") for entry in entries) if what])


if __name__ == "__main__":
    main()
