"""Where the files of a unit are. The stem of a unit, such as `04_attention`, is the same everywhere."""

import ast
import difflib
import functools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_STEM = re.compile(r"\d\d_[a-z0-9_]+")


def is_handout() -> bool:
    """Whether this is a learners' edition of the course: it holds no solutions."""
    return not (ROOT / "solutions").is_dir()


class UnknownName(ValueError):
    """A unit or an exercise that does not exist; the message offers the nearest names."""

    def __init__(self, kind: str, name: str, known: Iterable[str]):
        known = list(known)
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        offer = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known) or 'none'}."
        super().__init__(f"There is no {kind} {name!r}. {offer}")


@dataclass(frozen=True)
class Unit:
    """One unit of the course, by its stem."""

    stem: str

    @property
    def topic(self) -> str:
        return self.stem[3:]

    @property
    def title(self) -> str:
        """The heading of the lesson, without its number and what follows a colon."""
        return _heading(self.lesson, self.lesson.stat().st_mtime_ns) if self.lesson.exists() else self.topic

    @property
    def lesson_source(self) -> Path:
        return ROOT / "course" / f"{self.stem}.py"

    @property
    def lesson(self) -> Path:
        return ROOT / "course" / f"{self.stem}.ipynb"

    @property
    def solution_source(self) -> Path:
        return ROOT / "solutions" / f"{self.stem}.py"

    @property
    def solution(self) -> Path:
        return ROOT / "solutions" / self.stem / f"{self.stem}.ipynb"

    @property
    def learners_copy(self) -> Path:
        return ROOT / "exercises" / self.stem / f"{self.stem}.ipynb"

    @property
    def sealed_reference(self) -> Path:
        """The answers of the unit as they lie in a handout, which has no solutions."""
        return ROOT / "autograder" / "references" / f"{self.stem}.py"

    @property
    def suite(self) -> Path:
        return ROOT / "autograder" / "suites" / f"test_{self.topic}.py"

    def exercises(self) -> dict[str, "Exercise"]:
        """The exercises of the unit by name, in the order of its suite, where they are marked."""
        return _marked_exercises(self.suite, self.suite.stat().st_mtime_ns) if self.suite.exists() else {}

    def points(self) -> dict[str, float]:
        """The points of each exercise of the unit, in the order of its suite."""
        return {name: float(exercise.points) for name, exercise in self.exercises().items()}


@dataclass(frozen=True)
class Exercise:
    """What a suite's mark says of an exercise: points, minutes that it may take, difficulty and importance (1 to 5)."""

    name: str
    points: float
    minutes: int = 0
    difficulty: int = 0
    importance: int = 0

    @property
    def line(self) -> str:
        """What stands below the heading of its task."""
        difficulty, importance = ("●" * dots + "○" * (5 - dots) for dots in (self.difficulty, self.importance))
        points = f"{self.points:g} point{'s' * (self.points != 1)}"
        return f"Difficulty {difficulty} · Importance {importance} · up to {self.minutes} minutes · {points}"


@functools.lru_cache
def _heading(lesson: Path, _changed: int) -> str:
    """What a lesson's notebook says in its first line: `# 4. Attention as a soft look-up`."""
    first = json.loads(lesson.read_text("utf-8"))["cells"][0]["source"]
    line = "".join(first).splitlines()[0]
    return line.partition(". ")[2].partition(":")[0].strip() or lesson.stem


@functools.lru_cache
def _marked_exercises(suite: Path, _changed: int) -> dict[str, Exercise]:
    """The `@exercise(name, points=…, …)` marks of a suite, read without running it."""
    from autograder.seam import sealed

    found = {}
    for node in ast.parse(sealed.read(suite)).body:
        for mark in getattr(node, "decorator_list", []):
            if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "exercise":
                fields = {word.arg: ast.literal_eval(word.value) for word in mark.keywords}
                exercise = Exercise(*map(ast.literal_eval, mark.args), **fields)
                found[exercise.name] = exercise
    return found


def all_units() -> list[Unit]:
    """Every unit of the course, in order."""
    stems = {path.stem for folder in ("course", "exercises") for path in (ROOT / folder).glob("[0-9][0-9]_*")}
    return [Unit(stem) for stem in sorted(stems) if _STEM.fullmatch(stem)]


def find_unit(name: str) -> Unit:
    """The unit with this stem, number or topic, or of a file named after it; raises `UnknownName`."""
    name = str(name).removesuffix(".ipynb").removesuffix(".py")
    for unit in all_units():
        copy = name.startswith(tuple(f"{unit.stem}{sign}" for sign in "- +"))  # -Copy1, (1), or +LEARNER
        if name in (unit.stem, unit.stem[:2], unit.topic) or copy:
            return unit
    raise UnknownName("unit", name, [unit.stem for unit in all_units()])


def find_exercise(name: str) -> Unit:
    """The unit that has the exercise `name`; raises `UnknownName`."""
    known = {exercise: unit for unit in all_units() for exercise in unit.points()}
    if name not in known:
        raise UnknownName("exercise", name, known)
    return known[name]
