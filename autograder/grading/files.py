"""Digests of files, and what is left of files that were half-written."""

import contextlib
import functools
import hashlib
import time
from pathlib import Path


def digest_of_files(paths: tuple[Path, ...]) -> str:
    """A digest of what these files hold, one that is missing included. Files that have not changed are read once."""
    return _digest(tuple((path, *_state(path)) for path in paths))


def _state(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size


@functools.lru_cache(64)
def _digest(states: tuple[tuple, ...]) -> str:
    digest = hashlib.sha256()
    for path, *state in states:
        digest.update(path.name.encode() + (b"\0" + path.read_bytes() if state else b""))
    return digest.hexdigest()


def sweep(folder: Path, seconds: float = 0.0) -> None:
    """Remove what writers that were killed more than so many seconds ago have left half-written in a folder."""
    for part in folder.glob(".*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime >= seconds:
                part.unlink()
