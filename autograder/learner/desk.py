"""A learner's desk: the folder `work/`, where each unit's notebook is copied once and never overwritten."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.learner.atomic import copy_beside, write_new, write_whole
from autograder.learner.generated import carried
from autograder.learner.update import Moved, moved_into, put_back
from autograder.units import ROOT, Unit, UnknownName, all_units

ON_THE_DESK = "AUTOGRADER_LAB"  # set where notebooks in `exercises/` are the desk's


class NotOnTheDesk(ValueError):
    """What was asked for cannot be done with what lies on the desk; the message says what to do."""


class UpToDate(NotOnTheDesk):
    """There is nothing to do."""


@dataclass(frozen=True)
class Desk:
    """The folder that holds UNIT/UNIT.ipynb for each unit a learner works on."""

    folder: Path = ROOT / "work"

    def notebook(self, unit: Unit) -> Path:
        """Where the learner writes."""
        return self.folder / unit.stem / f"{unit.stem}.ipynb"

    def lay_out(self, units: Sequence[Unit]) -> list[Path]:
        """Copy the exercises that are missing here, with the files that lie beside them; what is here stays as it is.

        Returns the new notebooks.
        """
        for unit in units:
            for path in unit.learners_copy.parent.glob("[!.]*"):
                if path.is_file() and path.suffix != ".ipynb":
                    text = path.read_bytes().decode("utf-8", errors="surrogateescape")
                    write_new(self.notebook(unit).with_name(path.name), text)
        return [
            self.notebook(unit)
            for unit in units
            if unit.learners_copy.exists()
            and write_new(self.notebook(unit), unit.learners_copy.read_text("utf-8", errors="surrogateescape"))
        ]

    def outdated(self, units: Sequence[Unit]) -> list[Unit]:
        """The units whose exercises have changed since they were copied here."""
        return [unit for unit in units if self.notebook(unit).exists() and self._is_outdated(unit)]

    def _is_outdated(self, unit: Unit) -> bool:
        mine, new = _version(self.notebook(unit)), _version(unit.learners_copy)
        return None not in (mine, new) and mine != new

    def update(self, unit: Unit) -> tuple[Moved, Path]:
        """Move the learner's answers and cells into the exercises of today; returns what moved, and the old notebook.

        Raises `NotOnTheDesk` if there is nothing to move, and `UpToDate` if there is nothing new to move it to.
        """
        mine = self._mine(unit)
        if not self._is_outdated(unit):
            raise UpToDate(f"{_shown(self.notebook(unit))} is up to date; nothing was changed.")
        moved = moved_into(_read(unit.learners_copy), mine)
        return moved, self._replace(unit, moved.notebook)

    def reset(self, unit: Unit, exercise: str | None = None) -> Path:
        """Start a unit afresh, or one exercise of it; returns the copy that keeps what was there."""
        mine, fresh = self._mine(unit), _read(unit.learners_copy)
        if exercise is None:
            return self._replace(unit, fresh)
        if exercise not in unit.points():
            raise UnknownName(f"exercise of {unit.stem}", exercise, unit.points())
        if not put_back(mine, fresh, exercise):
            raise NotOnTheDesk(
                f"{_shown(self.notebook(unit))} has no cell for `{exercise}` any more. Start the whole unit afresh "
                f"(a copy is kept): python -m autograder reset {unit.stem}"
            )
        return self._replace(unit, mine)

    def _mine(self, unit: Unit) -> dict:
        path = self.notebook(unit)
        if not path.exists():
            raise NotOnTheDesk(f"There is no {_shown(path)} yet. Make one: python -m autograder lab {unit.stem}")
        try:
            return _read(path)
        except ValueError as error:
            raise NotOnTheDesk(
                f"{_shown(path)} is not a whole notebook ({error}). Nothing was changed. Give it another name, and "
                f"begin anew: python -m autograder lab {unit.stem}"
            ) from None

    def _replace(self, unit: Unit, notebook: dict) -> Path:
        """Write a notebook in the place of the learner's, and keep theirs beside it first."""
        path = self.notebook(unit)
        kept = copy_beside(path, path.with_stem(f"{path.stem}-kept"))
        write_whole(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
        return kept


def desk_around(folder: Path) -> Desk:
    """The desk on which the notebook in this folder lies: fetched ones lie wherever a learner fetched them.

    Lessons, the welcome page and all other places belong to the desk of this project.
    """
    here = folder.name in {unit.stem for unit in all_units()}
    if here and folder.parent not in (ROOT / "exercises", ROOT / "solutions"):
        return Desk(folder.parent)
    return Desk()


def is_ours(folder: Path) -> bool:
    """Whether a folder holds generated notebooks, which nobody works in.

    What JupyterLab, opened by `lab`, shows in `exercises/` is the learner's own copy.
    """
    return folder == ROOT / "solutions" or (folder == ROOT / "exercises" and ON_THE_DESK not in os.environ)


def _read(path: Path) -> dict:
    notebook = json.loads(path.read_text("utf-8-sig"))
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("it has no list of cells")
    return notebook


def _version(path: Path) -> str | None:
    try:
        return carried(_read(path))
    except (OSError, ValueError, AttributeError):
        return None


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
