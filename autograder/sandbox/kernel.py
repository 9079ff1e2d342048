"""The few calls of Linux that confinement needs and Python 3.11 does not offer. Every failure is an `OSError`."""

import ctypes
import os
import struct
from pathlib import Path

NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC = 0x0002_0000, 0x0400_0000, 0x0800_0000
NEW_USERS, NEW_PIDS, NEW_NETWORK = 0x1000_0000, 0x2000_0000, 0x4000_0000

READ_ONLY, NO_SETUID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8
_BIND, _RECURSIVE, _PRIVATE, _DETACH = 4096, 16384, 1 << 18, 2
_PR_SET_DEATH_SIGNAL, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVILEGES = 1, 4, 38
_CAPABILITY_VERSION = 0x2008_0522
# numbers that all architectures share, from Linux' table of system calls
_MOUNT_SET_ATTRIBUTES, _LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 442, 444, 445, 446
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41}
_AT_RECURSIVE, _AT_FDCWD = 0x8000, -100

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(what: int) -> None:
    """Give this process namespaces of its own; for process ids, give them to its next children."""
    _checked(_libc.unshare(ctypes.c_int(what)), "unshare")


def enter_namespace(descriptor: int, kind: int) -> None:
    """Enter the namespace behind an open file of `/proc/PID/ns`."""
    _checked(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a new file system."""
    texts = [text.encode() for text in (source, target, kind)]
    _checked(_libc.mount(*texts, ctypes.c_ulong(flags), options.encode()), f"mount {target}")


def bind(descriptor: int, target: str) -> None:
    """Show the file or folder behind `descriptor`, with all that is mounted below it, at `target` too."""
    mount(f"/proc/self/fd/{descriptor}", target, flags=_BIND | _RECURSIVE)


def change_mount(target: str, flags: int) -> None:
    """Add flags to a mount and to all that are mounted below it."""
    attributes = struct.pack("QQQQ", flags, 0, 0, 0)
    _checked(
        _libc.syscall(_MOUNT_SET_ATTRIBUTES, _AT_FDCWD, target.encode(), _AT_RECURSIVE, attributes, len(attributes)),
        f"mount_setattr {target}",
    )


def forget_host_mounts() -> None:
    """Make what is mounted from now on invisible outside, and the other way round."""
    mount("none", "/", flags=_RECURSIVE | _PRIVATE)


def make_root(folder: str) -> None:
    """Make `folder`, a mount, the root of all paths, and leave nothing of the former root."""
    os.chdir(folder)
    number = _PIVOT_ROOT[os.uname().machine]
    _checked(_libc.syscall(number, b".", b"."), "pivot_root")
    _checked(_libc.umount2(b".", _DETACH), "umount2")
    os.chdir("/")


def map_user(user: int, group: int, inside: int) -> None:
    """In a new user namespace: show the one user and group that exist in it as number `inside`."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{inside} {group} 1")


def drop_capabilities() -> None:
    """Give up every capability, also the ones held in a user namespace."""
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    _checked(_libc.capset(header, bytes(24)), "capset")


def no_new_privileges() -> None:
    """Let no program that is started from here gain rights, for ever."""
    _control(_PR_SET_NO_NEW_PRIVILEGES, 1)


def die_with_parent() -> None:
    """End when the parent ends, however it ends."""
    _control(_PR_SET_DEATH_SIGNAL, 9)


def stay_inspectable() -> None:
    """Keep `/proc/self` writable by this process after it has changed its user."""
    _control(_PR_SET_DUMPABLE, 1)


def _control(option: int, value: int) -> None:
    arguments = [ctypes.c_ulong(number) for number in (value, 0, 0, 0)]
    _checked(_libc.prctl(ctypes.c_int(option), *arguments), f"prctl {option}")


def landlock_version() -> int:
    """The version of Landlock that this kernel offers; 0 for none."""
    return max(0, _libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1)))


def landlock_create(files: int, network: int, scope: int) -> int:
    """A new rule set that handles these rights; returns its descriptor."""
    attributes = struct.pack("QQQ", files, network, scope)
    size = {True: 24, False: 16 if network else 8}[bool(scope)]
    found = _libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint(0))
    return _checked(found, "landlock_create_ruleset")


def landlock_allow(rules: int, descriptor: int, rights: int) -> None:
    """Allow these rights on the file or beneath the folder behind `descriptor`."""
    attributes = struct.pack("=Qi", rights, descriptor)
    _checked(_libc.syscall(_LANDLOCK_ADD, rules, 1, attributes, ctypes.c_uint(0)), "landlock_add_rule")


def landlock_restrict(rules: int) -> None:
    """Hold this process and all it starts to the rule set."""
    _checked(_libc.syscall(_LANDLOCK_RESTRICT, rules, ctypes.c_uint(0)), "landlock_restrict_self")


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
