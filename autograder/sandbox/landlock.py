"""Landlock: which files this process and all it starts may touch, kept by the kernel."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from autograder.sandbox import kernel

_EXECUTE, _WRITE, _READ, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _DEVICE_CONTROL = 1 << 14, 1 << 15
_VERSION_1 = (1 << 13) - 1
_ADDED = {2: 1 << 13, 3: _TRUNCATE, 5: _DEVICE_CONTROL}  # rights on files by the version that brought them
_NETWORK, _SCOPES = 0b11, 0b11  # binding and connecting TCP; abstract sockets and signals to those outside

READING = _EXECUTE | _READ | _READ_FOLDER
_ON_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE_CONTROL


def restrict(readable: Iterable[str | Path], writable: Iterable[str | Path]) -> bool:
    """Allow reading and running what is in `readable`, everything in `writable`, and nothing else.

    Paths that are not there are passed over. No TCP, and no signals or abstract sockets to anybody outside, where
    the kernel knows how. Returns False, and restricts nothing, on a kernel without Landlock. For ever: there is no
    way back. Needs `no_new_privileges` before.
    """
    version = kernel.landlock_version()
    if not version:
        return False
    handled = _VERSION_1
    for since, right in _ADDED.items():
        handled |= right if version >= since else 0
    rules = kernel.landlock_create(handled, _NETWORK if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    try:
        for paths, rights in ((readable, READING), (writable, handled)):
            for path in paths:
                _allow(rules, path, rights)
        kernel.landlock_restrict(rules)
    finally:
        os.close(rules)
    return True


def _allow(rules: int, path: str | Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        kernel.landlock_allow(rules, descriptor, rights if folder else rights & _ON_FILES)
    finally:
        os.close(descriptor)
