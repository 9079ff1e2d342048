"""Control groups: the memory and the processes of a worker and all it starts, counted and limited by the kernel.

Only where this process may make groups: as root with version 1, or below a group that was delegated with version 2.
The other limits hold without it; this one also counts what hides from them, such as files in memory.
"""

import atexit
import contextlib
import functools
import itertools
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_NAMES = itertools.count(1)
_ended: "list[Group]" = []


class Group:
    """A group for one worker. `folders` are its places, one for each hierarchy."""

    def __init__(self, folders: list[Path]):
        self._folders = folders

    def add(self, pid: int) -> bool:
        """Put a process into the group, unless it is there, with all it will start; False if the kernel refuses."""
        if pid in self.processes():
            return True
        try:
            for folder in self._folders:
                (folder / "cgroup.procs").write_text(str(pid))
        except OSError:
            return False
        return True

    def doors(self) -> list[int]:
        """Open files, one for each place: a process that writes `0` there joins the group with all it will start.

        That spares the kernel the wait for all others that moving one process of many takes. Close them.
        """
        opened: list[int] = []
        try:
            for folder in self._folders:
                single = folder / "tasks"  # version 1; in version 2 a process cannot be told from its threads
                opened.append(os.open(single if single.exists() else folder / "cgroup.procs", os.O_WRONLY))
        except OSError:
            for door in opened:
                os.close(door)
            return []
        return opened

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has ended a process of the group because the group took more memory than it may.

        Not so where the machine as a whole had too little: the kernel counts that among the killed, too, but the group
        has never been at its own limit then.
        """
        with contextlib.suppress(OSError, ValueError):
            events = self._fields("memory.events")
            return events["oom_kill"] > 0 and events["oom"] > 0
        with contextlib.suppress(OSError, ValueError, KeyError):
            at_limit = int((self._folders[0] / "memory.failcnt").read_text())
            return self._fields("memory.oom_control")["oom_kill"] > 0 and at_limit > 0
        return False

    def cpu_seconds(self) -> float | None:
        """CPU time of all processes that are or were in the group; None where it is not counted."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            return self._fields("cpu.stat")["usage_usec"] / 1e6
        for folder in self._folders[1:]:
            with contextlib.suppress(OSError, ValueError):
                return int((folder / "cpuacct.usage").read_text()) / 1e9
        return None

    def _fields(self, name: str) -> dict[str, int]:
        lines = (self._folders[0] / name).read_text().splitlines()
        return {key: int(value) for key, value in map(str.split, lines)}

    def processes(self) -> list[int]:
        """The processes in the group, as far as they are known here."""
        with contextlib.suppress(OSError, IndexError):
            listed = (self._folders[0] / "cgroup.procs").read_text().split()
            return [pid for pid in map(int, listed) if pid > 0]
        return []

    def kill(self) -> None:
        """Kill whatever is still in the group, wherever it has hidden itself."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def remove(self) -> bool:
        """Remove the group; False while a process of it has not ended yet."""
        for folder in self._folders:
            try:
                folder.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                return False
        return True


def make(memory_bytes: int, processes: int) -> Group | None:
    """A new group with these limits, or None where none can be made."""
    places = _places()
    name = f"autograder-{os.getpid()}-{next(_NAMES)}"
    made: list[Path] = []
    try:
        for parent, limits in places:
            _sweep(parent)
            folder = parent / name
            folder.mkdir()
            made.append(folder)
            for file, value in limits.items():
                (folder / file).write_text(value.format(memory=memory_bytes, processes=processes))
    except OSError:
        Group(made).remove()
        return None
    return Group(made + list(_made(_time_places(), name))) if made else None


def _made(parents: list[Path], name: str) -> Iterator[Path]:
    """Groups of this name in these places, as far as they can be made."""
    for parent in parents:
        _sweep(parent)
        with contextlib.suppress(OSError):
            (parent / name).mkdir()
            yield parent / name


@functools.cache
def _sweep(parent: Path) -> None:
    """Remove what processes have left that were killed."""
    for folder in parent.glob("autograder-*-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with contextlib.suppress(OSError):
                folder.rmdir()


def remove_when_empty(group: Group) -> None:
    """Remove a group whose processes are being killed: now, or with the next one, or at the end of this process."""
    _ended.append(group)
    _ended[:] = [one for one in _ended if not one.remove()]


@atexit.register
def _remove_the_last() -> None:
    deadline = time.monotonic() + 2.0
    while _ended and time.monotonic() < deadline:
        _ended[:] = [one for one in _ended if not one.remove()]
        time.sleep(0.01)


def parents() -> list[Path]:
    """The folders in which this process may make groups."""
    return [*(parent for parent, _ in _places()), *_time_places()]


def _places() -> list[tuple[Path, dict[str, str]]]:
    """Where this process may make groups, and the limits to write there; memory first."""
    own = _own()
    unified = _ROOT / own.get("", "")
    with contextlib.suppress(OSError):
        if {"memory", "pids"} <= set((unified / "cgroup.subtree_control").read_text().split()):
            return [(unified, {"memory.max": "{memory}", "memory.oom.group": "1", "pids.max": "{processes}"})]
    if "memory" in own and "pids" in own:
        memory, processes = _ROOT / "memory" / own["memory"], _ROOT / "pids" / own["pids"]
        return [(memory, {"memory.limit_in_bytes": "{memory}"}), (processes, {"pids.max": "{processes}"})]
    return []


def _time_places() -> list[Path]:
    """Where version 1 counts the time of the CPU for a group, and shares it out between groups; 2 does so anyway."""
    own = _own()
    if any(kind not in own for kind in ("memory", "cpu", "cpuacct")):
        return []
    return list(dict.fromkeys((_ROOT / kind / own[kind]).resolve() for kind in ("cpuacct", "cpu")))


def _own() -> dict[str, str]:
    """The group of this process in each hierarchy, by what the hierarchy controls; `""` for version 2."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return {}
    parts = (line.split(":", 2) for line in lines)
    return {kind: path.lstrip("/") for _, kinds, path in parts for kind in kinds.split(",")}
