"""The jail: namespaces whose file system holds Python, keras and the course toolkit, for reading, and nothing else.

A process that has entered has no network and sees no file and no process outside. What it forks in turn for a
learner's code gets namespaces of its own, an empty scratch folder of limited size, and not one capability.
"""

import contextlib
import os
import select
import signal
import site
import sys
from pathlib import Path

from autograder.sandbox import kernel
from autograder.sandbox.compiled import read_by_this_process
from autograder.units import ROOT

SCRATCH = "/scratch"  # not /tmp itself: the project may lie there
_VIEW = "/tmp"  # where the new root is put together, hidden from everybody else
_LEARNER = 1000  # the user and group that a worker sees itself as
_NOBODY = 65534  # the user that root becomes
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "fonts", "mime.types", "alternatives")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_GPU_DEVICES = ("nvidia0", "nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-caps", "kfd", "dri")
_OURS = ("autograder/sandbox", "autograder/seam", "course/toolkit", "course/__init__.py", "course/built.py") + tuple(
    f"autograder/{name}.py" for name in ("__init__", "learner/__init__", "learner/check", "learner/progress", "units")
)
_NEW_HERE = kernel.NEW_MOUNTS | kernel.NEW_IPC | kernel.NEW_NETWORK | kernel.NEW_HOST_NAME


def readable() -> list[Path]:
    """What a worker may read: the system's programs, this Python with its packages, and what it imports of ours."""
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix, *site.getsitepackages(), os.path.realpath(sys.executable)}
    paths = [*_SYSTEM, *(f"/etc/{name}" for name in _SETTINGS), *python, *map(os.path.realpath, python)]
    paths += read_by_this_process()
    return [Path(path) for path in dict.fromkeys([*paths, *(str(ROOT / name) for name in _OURS)])]


def devices(device: str) -> list[Path]:
    """The device files that a worker may use."""
    return [Path("/dev", name) for name in _DEVICES + (_GPU_DEVICES if device == "gpu" else ())]


def enter(device: str, lifeline: int) -> None:
    """Go into a new jail. Returns in a child of this process; this process waits for its end, and ends alike.

    It ends the jail as soon as nobody holds the other end of the socket `lifeline`.

    Raises `OSError`, with nothing changed, where namespaces cannot be had.
    """
    told, telling = os.pipe()
    outer = os.fork()
    if outer:
        os.close(telling)
        why_not = b"".join(iter(lambda: os.read(told, 500), b""))
        if why_not:
            os.waitpid(outer, 0)
            raise OSError(why_not.decode())
        _end_like(outer, lifeline)
    os.close(told)
    try:
        _enter(device)
    except OSError as error:
        os.write(telling, str(error).encode()[:500])
        os._exit(1)
    os.close(telling)


def _enter(device: str) -> None:
    if os.geteuid() == 0:
        kernel.unshare(kernel.NEW_MOUNTS)
        _build_view(device)
        _become(_NOBODY)
        kernel.unshare(kernel.NEW_USERS | kernel.NEW_PIDS | _NEW_HERE)
        kernel.map_user(_NOBODY, _NOBODY, _LEARNER)
    else:
        user, group = os.geteuid(), os.getegid()
        kernel.unshare(kernel.NEW_USERS | kernel.NEW_MOUNTS)
        kernel.map_user(user, group, _LEARNER)
        _build_view(device)
        kernel.unshare(kernel.NEW_PIDS | _NEW_HERE)
    kernel.die_with_parent()
    first = os.fork()
    if first:
        _end_like(first)
    kernel.die_with_parent()
    _mount_process_files()
    hidden = [str(path) for path in readable() if path.exists() and not os.access(path, os.R_OK)]
    if hidden:
        raise PermissionError(f"an ordinary user may not read {', '.join(hidden)}")


def enter_worker(scratch_bytes: int) -> None:
    """Go on, in a process forked inside the jail for one learner, into namespaces of its own, without any right."""
    kernel.unshare(_NEW_HERE)
    _mount_process_files(scratch_bytes)
    kernel.unshare(kernel.NEW_USERS)
    kernel.map_user(_LEARNER, _LEARNER, _LEARNER)
    kernel.drop_capabilities()


def _end_like(child: int, lifeline: int | None = None) -> None:
    """Wait for a child, and end as it does: who watches this process sees the end of the jail.

    A child whose lifeline nobody holds is killed, and what is in the jail with it.
    """
    if lifeline is not None:
        with contextlib.suppress(OSError):  # a kernel that has no such descriptors
            end = os.pidfd_open(child)
            poll = select.poll()
            poll.register(end, select.POLLIN)
            poll.register(lifeline, select.POLLRDHUP)
            if end not in dict(poll.poll()):
                os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        os.kill(os.getpid(), signal.SIGKILL)  # no code in the jail can give this status
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _become(user: int) -> None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    kernel.stay_inspectable()


def _build_view(device: str) -> None:
    """Make a root of what a worker may read, and leave everything else behind."""
    kernel.forget_host_mounts()
    paths = sorted(
        (path for path in readable() + devices(device) if os.path.lexists(path)), key=lambda path: len(path.parts)
    )
    opened = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in paths if not path.is_symlink()}
    folders = {path for path in opened if path.is_dir()}
    links = {path: os.readlink(path) for path in paths if path.is_symlink()}
    processes = os.open("/proc", os.O_PATH | os.O_CLOEXEC)
    kernel.mount("tmpfs", _VIEW, "tmpfs", kernel.NO_SETUID, "size=1m,mode=755")
    for path, target in links.items():
        _inside(path.parent).mkdir(parents=True, exist_ok=True)
        _inside(path).symlink_to(target)
    ours = [path for path in opened if path.is_relative_to(ROOT)]
    for path in [path for path in opened if path not in ours]:
        _show(path, path in folders, opened[path])
    if _inside(ROOT).exists():  # the project lies in a folder of the system's: hide all of it, but for what follows
        kernel.mount("tmpfs", str(_inside(ROOT)), "tmpfs", kernel.NO_SETUID, "size=1m,mode=755")
    for path in ours:
        _show(path, path in folders, opened[path])
    _furnish()
    kernel.change_mount(_VIEW, kernel.READ_ONLY | kernel.NO_SETUID)
    kernel.bind(processes, str(_inside(Path("/proc"))))
    for descriptor in (*opened.values(), processes):
        os.close(descriptor)
    kernel.make_root(_VIEW)


def _inside(path: Path) -> Path:
    return Path(_VIEW, *path.parts[1:])


def _show(path: Path, is_folder: bool, descriptor: int) -> None:
    """Bind one file or folder into the view at its own place, unless a folder above has brought it along."""
    target = _inside(path)
    if target.exists():
        return
    if is_folder:
        target.mkdir(parents=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    kernel.bind(descriptor, str(target))


def _furnish() -> None:
    """What programs expect to find anywhere."""
    for folder in ("/proc", SCRATCH, "/etc", "/dev"):
        _inside(Path(folder)).mkdir(exist_ok=True)
    _inside(Path("/etc/passwd")).write_text(f"learner:x:{_LEARNER}:{_LEARNER}::{SCRATCH}:/bin/sh\n")
    _inside(Path("/etc/group")).write_text(f"learner:x:{_LEARNER}:\n")
    if not _inside(Path("/tmp")).exists():
        _inside(Path("/tmp")).symlink_to(SCRATCH)
    _inside(Path("/dev/shm")).symlink_to(SCRATCH)
    _inside(Path("/dev/fd")).symlink_to("/proc/self/fd")


def _mount_process_files(scratch_bytes: int = 64 << 20) -> None:
    """The view of its own processes, and an empty scratch folder, for whoever is the first process here."""
    safe = kernel.NO_SETUID | kernel.NO_DEVICES
    kernel.mount("proc", "/proc", "proc", safe | kernel.NO_EXEC)
    kernel.mount("tmpfs", SCRATCH, "tmpfs", safe, f"size={scratch_bytes},nr_inodes=4096,mode=1777")
    os.chdir(SCRATCH)
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"):
        os.environ[name] = SCRATCH
