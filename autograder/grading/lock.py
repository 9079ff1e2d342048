"""One run at a time in a class's folder: a second one waits for its turn."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_BETWEEN_LOOKS = 0.2  # seconds


@contextlib.contextmanager
def turn_in(grading: Path, scratch: Path, wait: Callable[[int], None]) -> Iterator[None]:
    """Wait until no other run works in this folder, and keep others out meanwhile.

    `wait` is called with the process id of the other run before each look; raising there gives up. The lock ends
    with its process, however that ends. `scratch` is this run's; one that a killed run left is removed.
    """
    import fcntl

    descriptor = os.open(grading / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    with os.fdopen(descriptor, "r+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                wait(_told(file)[0])
                time.sleep(_BETWEEN_LOOKS)
        _, left = _told(file)
        if left and left != str(scratch) and Path(left).name.startswith("grading-"):
            shutil.rmtree(left, ignore_errors=True)
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n{scratch}\n")
        file.flush()
        yield
        file.truncate(0)


def _told(file) -> tuple[int, str]:
    """The process id and the scratch folder that the last run wrote down."""
    file.seek(0)
    lines = [*file.read(4096).splitlines(), "", ""]
    return int(lines[0]) if lines[0].isdigit() else 0, lines[1]
