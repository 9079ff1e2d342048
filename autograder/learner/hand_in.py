"""Handing in without a server: one file that is named for the learner and the unit."""

import getpass
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading.names import handed_in_name, why_unfit
from autograder.judging.verdicts import Verdict
from autograder.learner.atomic import copy_beside, write_whole
from autograder.learner.desk import desk_around, is_ours
from autograder.learner.display import Report
from autograder.learner.generated import digest_of
from autograder.learner.telling import reasons
from autograder.units import Unit, find_unit

_MADE = "handed_in"  # field of the notebook's metadata, with the digest of what was handed in


class NotHandedIn(ValueError):
    """No file was made; the message says why, and what to do."""


def hand_in(unit: str, learner: str | None, folder: Path | None, say: Callable[[str], None]) -> None:
    """Mark a unit's notebook, say what is missing, and make the file to hand in.

    Raises `NotHandedIn`, `UnknownName` or `OSError` where there is none to make.
    """
    handing_in = prepared(unit, learner, folder and folder.absolute())
    handing_in.refuse_to_overwrite()
    text = handing_in.text()
    say(f"Marking {handing_in.notebook} …")
    for line in told(*_marked(text, handing_in)):
        say(line)
    if kept := handing_in.make(text):
        say(f"\nThe file that you made before is kept as {kept}")
    say(f"\nHand in this file: {handing_in.file}")
    if learner is None:
        say(f"It is named for {handing_in.learner}, your login. Is that not your name in the class? --learner NAME")


@dataclass(frozen=True)
class HandIn:
    """A learner's notebook on its way: where it is, whose it is, and the file that it becomes."""

    notebook: Path
    unit: Unit
    learner: str
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / handed_in_name(self.unit, self.learner)

    def text(self) -> str:
        """What is handed in: the notebook without its outputs, since grading runs every cell anew."""
        try:
            notebook = json.loads(self.notebook.read_text("utf-8-sig"))
            for cell in notebook["cells"]:
                if cell["cell_type"] == "code":
                    cell |= {"outputs": [], "execution_count": None}
            notebook["metadata"][_MADE] = {"learner": self.learner, "digest": digest_of(notebook)}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotHandedIn(
                f"{self.notebook} is not a whole notebook ({type(error).__name__}: {error}). Nothing was handed in. "
                "Open it in JupyterLab; if it does not open, take an earlier copy."
            ) from None
        return json.dumps(notebook, indent=1) + "\n"

    def refuse_to_overwrite(self) -> None:
        """Raise `NotHandedIn` where the file's name is taken by one that no handing in has made."""
        if self.file.exists() and not _was_handed_in(self.file):
            raise NotHandedIn(
                f"{self.file} is there already, and this command did not make it. Nothing was changed. Move it away, "
                "or choose another folder: --to DIR"
            )

    def make(self, text: str) -> Path | None:
        """Write the file; one of before with something else in it is kept in a folder beside it, and returned."""
        self.refuse_to_overwrite()
        kept = None
        if self.file.exists() and self.file.read_text("utf-8") != text:
            kept = copy_beside(self.file, self.folder / "handed_in_before" / self.file.name)
        write_whole(self.file, text)
        return kept


def prepared(unit: str, learner: str | None, folder: Path | None) -> HandIn:
    """What there is to hand in for a unit, or for a notebook's path; raises `NotHandedIn` or `UnknownName`.

    The file is made in `folder`, by default beside the notebook's own folder: what lies in that, nbgrader hands in.
    """
    notebook, found = _notebook(unit)
    learner = (learner or _login()).strip()
    if why := why_unfit(learner):
        raise NotHandedIn(f"{learner!r} cannot stand in a gradebook: {why}. Name yourself: --learner NAME")
    own = notebook.parent.name == found.stem
    return HandIn(notebook, found, learner, folder or (notebook.parent.parent if own else notebook.parent))


def told(verdict: Verdict, built_on: Sequence[str] = ()) -> list[str]:
    """What a learner reads before the file is made: each exercise in a line, and what is wrong with it in another."""
    lines = [f"course.built: {line}" for line in built_on] + ([verdict.problem] if verdict.problem else [])
    for exercise in verdict.exercises:
        sign = "–" if not exercise.attempted else "✓" if exercise.score == exercise.max_score else "✗"
        lines.append(f"{sign} {Report(exercise).headline}")
        lines += [f"    {reason}" for reason in reasons(exercise)]
    return [*lines, f"{verdict.unit}: {verdict.score:g} of {verdict.max_score:g} points"]


def _marked(text: str, handing_in: HandIn) -> tuple[Verdict, list[str]]:
    """The verdict on what is handed in, and what it was built on; unconfined, as it is the learner's own machine."""
    from autograder.grading import intake
    from autograder.grading.at_home import mark_at_home
    from autograder.grading.marker import Marker

    unit = handing_in.unit
    with tempfile.TemporaryDirectory() as folder, Marker(unconfined=True) as marker:
        path = Path(folder, f"{unit.stem}.ipynb")
        path.write_text(text, "utf-8")
        taken = intake.take(path, unit).notebook
        marked, built_on = mark_at_home(marker, taken, unit, handing_in.notebook.parent)
    return marked.verdict, built_on


def _notebook(name: str) -> tuple[Path, Unit]:
    """The learner's notebook for a unit: the one around the current folder, else the one on the desk."""
    path = Path(name).absolute()
    if path.suffix == ".ipynb":
        if not path.is_file():
            raise NotHandedIn(f"There is no file {path}.")
        return path, find_unit(path.name)
    unit, here = find_unit(name), Path.cwd()
    beside = here / unit.stem / f"{unit.stem}.ipynb"
    if beside.is_file() and not is_ours(here):
        return beside, unit
    path = desk_around(here).notebook(unit)
    if not path.is_file():
        raise NotHandedIn(
            f"There is no {path}, and no {beside}. Begin the unit: python -m autograder lab {unit.stem}\n"
            "Or name the notebook itself: python -m autograder submit NOTEBOOK.ipynb"
        )
    return path, unit


def _login() -> str:
    try:
        return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except (OSError, KeyError) as error:
        raise NotHandedIn(f"Your login name is not known here ({error}). Name yourself: --learner NAME") from None


def _was_handed_in(path: Path) -> bool:
    """Whether a file is as an earlier handing in made it."""
    try:
        notebook: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return notebook["metadata"][_MADE]["digest"] == digest_of(notebook)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
