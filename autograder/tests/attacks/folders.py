"""Odd submission folders: intake opens one regular file in them, or says why not."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NAME = "00_start.ipynb"
_PLANTED = ("keras.py", "numpy.py", "json.py", "conftest.py", "sitecustomize.py", "nbgrader_config.py", "pytest.ini")


@dataclass(frozen=True)
class Folder:
    """A way to arrange a submission's folder, which holds a solved notebook; its score, and the problem told.

    `arrange` is given the folder and a file outside it that is not for the learner.
    """

    name: str
    arrange: Callable[[Path, Path], None]
    problem: str | None
    score: float = 0


def _replaced(make: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
    """Put something else in the place of the notebook."""

    def arrange(folder: Path, secret: Path) -> None:
        (folder / NAME).unlink()
        make(folder / NAME, secret)

    return arrange


def _linked_folder(folder: Path, secret: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(secret.parent)


def _file_for_folder(folder: Path, secret: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("{}")


def _modules(folder: Path, secret: Path) -> None:
    for name in _PLANTED:
        (folder / name).write_text("print('REACHED')\nraise SystemExit(3)\n")
    for name in ("autograder", "course", ".ipython", "__pycache__"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("print('REACHED')")


def _neighbours(folder: Path, secret: Path) -> None:
    (folder / "data.txt").symlink_to(secret)
    os.mkfifo(folder / "pipe.txt")
    (folder / "deep" / "er").mkdir(parents=True)


def _renamed(name: str) -> Callable[[Path, Path], None]:
    return lambda folder, secret: (folder / NAME).rename(folder / name) and None


def _two_with_odd_names(folder: Path, secret: Path) -> None:
    for name in ("<img src=x onerror=alert(31337)>.ipynb", "\x1b[2J=cmd|' C'!A0.ipynb"):
        shutil.copy(folder / NAME, folder / name)
    (folder / NAME).unlink()


FOLDERS = (
    Folder(
        "a link to what is not for the learner", _replaced(lambda path, secret: path.symlink_to(secret)), "is a link"
    ),
    Folder("a link to nowhere", _replaced(lambda path, secret: path.symlink_to("/nowhere")), "is a link"),
    Folder("a link to itself", _replaced(lambda path, secret: path.symlink_to(path)), "is a link"),
    Folder("a link to a device", _replaced(lambda path, secret: path.symlink_to("/dev/zero")), "is a link"),
    Folder("a pipe that nobody writes to", _replaced(lambda path, secret: os.mkfifo(path)), "not a regular file"),
    Folder("a folder of the notebook's name", _replaced(lambda path, secret: path.mkdir()), "not a regular file"),
    Folder("a file without an end", _replaced(lambda path, secret: _sparse(path)), "at most 100 are read"),
    Folder("an empty file", _replaced(lambda path, secret: path.touch()), "is empty"),
    Folder(
        "a file of other JSON", _replaced(lambda path, secret: path.write_text(json.dumps("x")) and None), "is a str"
    ),
    Folder("nothing", _replaced(lambda path, secret: None), "found: no notebook"),
    Folder("a link in the place of the folder", _linked_folder, "no folder of its own"),
    Folder("a file in the place of the folder", _file_for_folder, "no folder of its own"),
    Folder("two notebooks with hostile names", _two_with_odd_names, "There is no 00_start.ipynb"),
    Folder("a name of other letters", _renamed("übung \N{SNOWMAN} 1.ipynb"), None, 20),
    Folder("a name with markup in it", _renamed("<b onclick=alert(31337)>.ipynb"), None, 20),
    Folder("modules beside the notebook", _modules, None, 20),
    Folder("links and pipes beside the notebook", _neighbours, None, 20),
)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)
