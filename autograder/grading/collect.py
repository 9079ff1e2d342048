"""Collecting from the exchange: regular files of the learner's own, and when the disk says that they were changed."""

import os
import shutil
import stat
from fnmatch import fnmatch
from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect

from autograder.grading.folders import opened, regular_file
from autograder.grading.letters import note_arrival

_DEEPEST, _MOST_FILES = 8, 1000


class CollectOwnFiles(ExchangeCollect):
    """nbgrader's collecting, but nothing is fetched through a link, nor any file that is not the learner's own.

    nbgrader copies what a link leads to, with the instructor's rights. The time of arrival is the one in the folder's
    name, by which nbgrader chooses among several; `letters` says what is noted beside it.
    """

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        source, target = Path(src), Path(dest)
        shutil.rmtree(target, ignore_errors=True)
        with opened(source, 1) as folder:
            copy = _Copy(os.fstat(folder), self.coursedir.ignore, 1000 * self.coursedir.max_file_size)
            copy.folder(folder, target)
        for why in copy.left_out:
            self.log.warning("%s: %s was not collected", src, why)
        (target / "timestamp.txt").write_text(source.name.rsplit("+", 3)[2])
        note_arrival(target, copy.changed)
        if self.coursedir.groupshared:
            for path in [target, *target.rglob("*")]:
                path.chmod(0o2770 if path.is_dir() else 0o660)


class _Copy:
    """A copy of the regular files in an open folder that belong to its owner."""

    def __init__(self, status: os.stat_result, ignore: list[str], largest: int):
        self._owner, self._ignore, self._left = status.st_uid, ignore, largest
        self._files = 0
        self.changed = status.st_ctime
        self.left_out: list[str] = []

    def folder(self, descriptor: int, target: Path, depth: int = 0) -> None:
        target.mkdir(parents=True)
        for name in sorted(os.listdir(descriptor)):
            if any(fnmatch(name, pattern) for pattern in self._ignore):
                continue
            status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode) and depth < _DEEPEST:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
                try:
                    self.folder(inner, target / name, depth + 1)
                finally:
                    os.close(inner)
            else:
                self._file(descriptor, name, target)

    def _file(self, descriptor: int, name: str, target: Path) -> None:
        try:
            with regular_file(descriptor, name) as (file, status):
                self._files += 1
                self._left -= status.st_size
                if status.st_uid != self._owner:
                    raise PermissionError("belongs to somebody else")
                if self._left < 0 or self._files > _MOST_FILES:
                    raise OSError("is too much: there are too many files, or too large ones")
                self.changed = max(self.changed, status.st_ctime)
                with os.fdopen(file, "rb", closefd=False) as content, (target / name).open("wb") as copied:
                    shutil.copyfileobj(content, copied)
        except OSError as error:
            self.left_out.append(f"{ascii(name)}, which {error}")
