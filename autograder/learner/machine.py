"""What `doctor` examines of the machine: workers and their confinement, letters, disk, folders and what is in them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.learner.finding import INSTALL, Finding
from autograder.units import ROOT, all_units

_GIB = 1 << 30
_ROOMS = ("course", "exercises", "autograder", "work", ".grading")


def workers() -> Iterator[Finding]:
    """How a notebook is run to be marked."""
    from autograder.sandbox import Cell, RemoteWorkbench
    from autograder.sandbox.confinement import is_enough
    from autograder.sandbox.launch import Launcher

    launcher = Launcher()
    try:
        with RemoteWorkbench([Cell("import keras")], launch=launcher, unconfined=True) as workbench:
            (ran,) = workbench.run()
            level, why_not = workbench.confinement, workbench.why_not_namespaces
    except OSError as error:
        mend = f"A worker reads the packages of this Python's own environment alone. Make it anew: {INSTALL}"
        yield Finding("✗", f"`mark` and `submit` cannot start a worker here: {error}", mend)
        return
    else:
        forked = "forked from a template" if launcher.forks else "spawned afresh"
    finally:
        launcher.close()
    if ran.outcome != "ok":
        yield Finding(
            "✗", f"`mark` cannot run notebooks here: {ran.outcome}. {ran.message}", "Mend what is above first."
        )
        return
    yield Finding("✓", f"`mark` runs notebooks in workers, {forked}")
    if is_enough(level):
        yield Finding("✓", f"Their code is kept from everything else; confinement: {level}")
        return
    text = f"Their code is not kept from everything else; confinement: {level}"
    mend = (
        "For your own notebooks: mark --unconfined. Others' need Linux with user namespaces, or Landlock and seccomp."
    )
    yield Finding("–", f"{text} ({why_not})" if why_not else text, mend)


def fonts() -> Iterator[Finding]:
    """The letters of pictures."""
    from matplotlib import font_manager

    found = font_manager.findfont("DejaVu Sans", fallback_to_default=False)
    yield Finding("✓", f"Pictures have their letters: {Path(found).name}")


def disk() -> Iterator[Finding]:
    """Room on the disk."""
    temporary = Path(tempfile.gettempdir())
    places = {"your home folder": Path.home(), "the folder of temporary files": temporary, "the course's folder": ROOT}
    for name, place in places.items():
        free = shutil.disk_usage(place).free / _GIB
        text = f"{free:.1f} GiB free in {name}, {place}"
        if free >= 1:
            yield Finding("✓", text)
        else:
            yield Finding("–" if free >= 0.1 else "✗", text, "Make room: notebooks cannot be saved on a full disk.")


def folders() -> Iterator[Finding]:
    """Folders that must be read and written."""
    closed = [path for room in _ROOMS for path in _unreadable(ROOT / room)]
    for path in closed[:10]:
        yield Finding("✗", f"{path} cannot be read", f"Open it: chmod -R u+rwX {path}")
    if not closed:
        yield Finding("✓", "Everything in the folders of the course can be read")
    work = ROOT / "work"
    for folder in (work if work.is_dir() else ROOT, Path(tempfile.gettempdir()), ROOT / ".grading"):
        if folder.is_dir():
            yield _writable(folder)


def _unreadable(folder: Path) -> list[Path]:
    """What cannot be read in a folder, itself included."""
    closed: list[Path] = []

    def note(error: OSError) -> None:
        closed.append(Path(error.filename))

    for place, _, names in os.walk(folder, onerror=note):
        closed += [path for name in names if not os.access(path := Path(place, name), os.R_OK)]
    return [path for path in closed if os.path.lexists(path)]


def _writable(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding("✓", f"{folder} can be written")
    except OSError as error:
        return Finding("✗", f"{folder} cannot be written: {error.strerror}", f"Open it: chmod -R u+rwX {folder}")


def course() -> Iterator[Finding]:
    """The course itself."""
    from autograder.judging.references import reference_of

    units = all_units()
    closed = [unit.stem for unit in units if not reference_of(unit).source]
    exercises = sum(len(unit.points()) for unit in units)
    yield Finding("✓" if units else "✗", f"The course has {len(units)} units with {exercises} exercises")
    if closed:
        mend = "Take a fresh copy of the course. Your own folder work/ can stay."
        yield Finding("✗", f"Answers that later units build on are missing or damaged: {', '.join(closed)}", mend)


EXAMINATIONS = (workers, fonts, disk, folders, course)
