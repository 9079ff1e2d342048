"""A learner's folder is opened component by component, through no link, and what lies in it is read by descriptor.

What somebody puts in the place of a folder or a file meanwhile is not what is read, and a link leads nowhere.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_FILE = os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0)  # a pipe must not keep us waiting
_SMALL = 200  # bytes


class NotRegular(OSError):
    """What has a file's name is a link, a pipe, a folder or a device; the message goes on after the name."""


@contextlib.contextmanager
def opened(place: Path, theirs: int = 2) -> Iterator[int]:
    """The descriptor of a folder; the last components of its path, as many as are `theirs`, may be no links.

    Raises `OSError` where one of them is a link or no folder.
    """
    base, parts = Path(os.path.abspath(place)), []
    while len(parts) < theirs:
        base, parts = base.parent, [base.name, *parts]
    descriptor = os.open(base, _FOLDER)
    try:
        for part in parts:
            inner = os.open(part, _FOLDER | _NO_LINK, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def regular_file(folder: int, name: str) -> Iterator[tuple[int, os.stat_result]]:
    """The descriptor and the state of a file in an open folder; raises `NotRegular` or another `OSError`."""
    if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        raise NotRegular("is a link")
    descriptor = os.open(name, _FILE, dir_fd=folder)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegular("is not a regular file")
        yield descriptor, status
    finally:
        os.close(descriptor)


def small_text(folder: int, name: str) -> str | None:
    """The text of a small regular file in an open folder, or None."""
    with contextlib.suppress(OSError, ValueError), regular_file(folder, name) as (descriptor, status):
        if status.st_size <= _SMALL:
            return os.read(descriptor, _SMALL).decode("utf-8").strip()
    return None


def state_of(place: Path) -> str:
    """A digest of what the system says of a file, or of a folder and the files in it: other work has another one.

    Nothing is read, and it is empty where there is nothing to be said.
    """
    try:
        names = sorted(os.listdir(place)) if stat.S_ISDIR(os.lstat(place).st_mode) else []
        found = [os.lstat(path) for path in (place, *(place / name for name in names))]
    except (OSError, ValueError):
        return ""
    told = [(one.st_ino, one.st_mode, one.st_size, one.st_mtime_ns) for one in found]
    return hashlib.sha256(repr((os.path.abspath(place), names, told)).encode("utf-8", "surrogatepass")).hexdigest()
