"""Files that an assignment hands out beside its notebook, such as `data.csv`: they are there when it is graded.

They are the instructor's, from where nbgrader generates the assignment. What a learner handed in beside the notebook
is never used: not under another name, and not in the place of one of these.
"""

import functools
from collections.abc import Iterator
from pathlib import Path

from autograder.units import Unit

MOST_BYTES = 32 << 20  # of all files together: they lie in the folder in which a learner's code may write


class TooMuchReleased(RuntimeError):
    """The files of an assignment are more than a worker is given; the message says how many bytes they are."""


def files_beside(unit: Unit) -> list[tuple[str, bytes]]:
    """The files beside the unit's notebook by their places there, `/` between folders; raises `TooMuchReleased`."""
    folder = unit.solution.parent if unit.solution.parent.is_dir() else unit.learners_copy.parent
    paths = sorted(_paths(folder)) if folder.is_dir() else []
    size = sum(path.stat().st_size for path in paths)
    if size > MOST_BYTES:
        raise TooMuchReleased(
            f"The files beside the notebook in {folder} have {size >> 20} MiB; at most {MOST_BYTES >> 20} MiB can be "
            "there when it is graded. Make them smaller, or take what is not needed out of the folder."
        )
    return [(path.relative_to(folder).as_posix(), _content(path, path.stat().st_mtime_ns)) for path in paths]


def _paths(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        passed_over = path.suffix in (".ipynb", ".pyc") or "__pycache__" in parts or "feedback" in parts
        if path.is_file() and not passed_over and not any(part.startswith(".") for part in parts):
            yield path


@functools.lru_cache(maxsize=32)
def _content(path: Path, _changed: int) -> bytes:
    return path.read_bytes()
