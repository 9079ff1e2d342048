"""Files that are written whole or not at all."""

import itertools
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file in one step, its folder too: a reader, or a run after one that was killed, finds all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
        os.chmod(part, mode)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def write_new(path: Path, text: str) -> bool:
    """Write a file in one step where there is none; what is there already stays as it is. Says whether it wrote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
        os.chmod(part, 0o644)
        os.link(part, path)  # fails where there is a file, unlike a renaming
    except FileExistsError:
        return False
    finally:
        os.unlink(part)
    return True


def copy_beside(path: Path, copy: Path) -> Path:
    """Copy a text file under another name, with a number in it where that is taken; returns the copy."""
    text = path.read_text("utf-8", errors="surrogateescape")
    names = itertools.chain([copy], (copy.with_stem(f"{copy.stem}-{count}") for count in itertools.count(2)))
    return next(name for name in names if write_new(name, text))
