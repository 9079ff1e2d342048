"""`new`: the four files of a unit, filled with a first exercise that can be built, checked and proved at once."""

import keyword
import re
from pathlib import Path
from string import Template

from autograder.learner.atomic import write_whole
from autograder.units import ROOT, Unit, all_units, find_exercise

_DRAFTS = Path(__file__).parent / "first_draft"
_STEM = re.compile(r"\d\d_[a-z][a-z0-9_]*")


class NotBegun(ValueError):
    """A unit cannot be begun under this name; the message says why. Nothing was written."""


def begin(stem: str, exercise: str) -> list[Path]:
    """Write the lesson, the exercise with its answer, the suite and the known answers of a new unit.

    Returns the files, in the order in which an author works through them. Raises `NotBegun`.
    """
    _refuse(stem, exercise)
    unit = Unit(stem)
    files = {
        unit.lesson_source: "lesson",
        unit.solution_source: "exercises",
        unit.suite: "suite",
        ROOT / "autograder" / "mistakes" / f"{unit.topic}.py": "mistakes",
    }
    if there := [path for path in files if path.exists()]:
        raise NotBegun(
            f"{', '.join(str(path.relative_to(ROOT)) for path in there)}: there already. Nothing was written."
        )
    title = unit.topic.replace("_", " ").capitalize()
    words = {"stem": stem, "number": str(int(stem[:2])), "title": title, "exercise": exercise}
    words["suite_class"] = "Test" + "".join(word.capitalize() for word in exercise.split("_"))
    for path, draft in files.items():
        write_whole(path, Template((_DRAFTS / f"{draft}.txt").read_text("utf-8")).substitute(words))
    return list(files)


def _refuse(stem: str, exercise: str) -> None:
    """Raise `NotBegun` for names that the course cannot take."""
    if not _STEM.fullmatch(stem):
        raise NotBegun(f"A unit is named like 08_encoder: two digits, _, a word in small letters; received {stem!r}.")
    if other := next((unit for unit in all_units() if unit.stem[:2] == stem[:2] or unit.topic == stem[3:]), None):
        raise NotBegun(f"{other.stem} is there already: choose another number and another word; received {stem!r}.")
    if not exercise.isidentifier() or keyword.iskeyword(exercise):
        raise NotBegun(f"An exercise has the name of the function or class to write; received {exercise!r}.")
    try:
        taken = find_exercise(exercise)
    except ValueError:
        return
    raise NotBegun(f"{taken.stem} has an exercise {exercise!r} already. Name yours otherwise: --exercise NAME.")
