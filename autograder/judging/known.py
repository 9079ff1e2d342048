"""Known answers: the mistakes a suite must tell apart, and other ways to be right.

Most are edits of right answers (`judging.edits`); those that are another idea are written whole, as a learner would
write them, under any function or class name. What they are submitted as is the name of the exercise.
"""

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from autograder.judging.references import references_before
from autograder.seam.given import NotHere, References, giving
from autograder.seam.sealed import Damaged
from autograder.seam.settings import usual_settings
from autograder.units import ROOT, Unit


def known_answers(unit: Unit) -> ModuleType | None:
    """The module of known answers; None where a learner's installation has none, or not what they build on.

    They build on the references of earlier units, never on what a learner has written.
    """
    if not (ROOT / "autograder" / "mistakes" / f"{unit.topic}.py").exists():
        return None
    import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner

    with usual_settings(), giving(References(references_before(unit))):
        try:
            return importlib.import_module(f"autograder.mistakes.{unit.topic}")
        except (NotHere, Damaged):
            return None  # a check says what holds, and guesses at no cause


@dataclass(frozen=True, eq=False)
class Known:
    """One known answer: `sentence` is what a learner who wrote it should read, `""` for a correct variant.

    `backends` are the backends of Keras on which it is what it is recorded as; empty for all. Each kind has a `name`,
    an `answer`, which is the function or class itself, and a `source()`: the source of a cell in which a learner wrote
    this answer under the exercise's name.
    """

    exercise: str
    sentence: str
    backends: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class WrittenWhole(Known):
    """A known answer that is a function or class of its module."""

    answer: Any

    @property
    def name(self) -> str:
        return self.answer.__name__

    def source(self) -> str:
        source = textwrap.dedent(inspect.getsource(self.answer))
        node = ast.parse(source).body[0]
        lines = source.splitlines()[node.lineno - 1 :]
        lines[0] = lines[0].replace(self.name, self.exercise, 1)
        return "\n".join(lines) + "\n"


def mistake(exercise: str, sentence: str, backends: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """Record a wrong answer to `exercise`, with the sentence that helps whoever wrote it.

    Some are wrong on a few backends only, such as NumPy in a graph: name these.
    """
    return _recorder("known_mistakes", exercise, sentence, backends)


def correct(exercise: str, backends: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """Record another right answer to `exercise`; the suite must give it full marks.

    Where a function of Keras is broken on a backend, name the others.
    """
    return _recorder("known_correct", exercise, "", backends)


def _recorder(kind: str, exercise: str, sentence: str, backends: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    def record(answer: Any) -> Any:
        marks = [*getattr(answer, kind, []), WrittenWhole(exercise, sentence, backends, answer)]
        setattr(answer, kind, marks)
        return answer

    return record


def mistakes_in(module: ModuleType | None) -> list[Known]:
    """The mistakes that a module records and that are mistakes on this backend, in the order they are written."""
    return [known for known in all_in(module) if known.sentence and _counts_here(known)]


def correct_in(module: ModuleType | None) -> list[Known]:
    """The correct variants that a module records, in the order they are written."""
    return [known for known in all_in(module) if not known.sentence and _counts_here(known)]


def all_in(module: ModuleType | None) -> list[Known]:
    """Every known answer that a module records, for any backend, in the order they are written."""
    found = []
    for value in vars(module).values() if module else ():
        if inspect.isfunction(value) or inspect.isclass(value):
            found += vars(value).get("known_mistakes", []) + vars(value).get("known_correct", [])
        elif isinstance(value, Known):
            found.append(value)
    return found


def _counts_here(known: Known) -> bool:
    import keras

    return not known.backends or keras.backend.backend() in known.backends
