"""The class of the benchmark: made from a unit's known answers, each notebook another, the same at every run."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.author.build import solution_notebook
from autograder.grading.our_cells import answers_in, untouched
from autograder.judging.known import correct_in, known_answers, mistakes_in
from autograder.units import Unit

SEED = 20170612
MIX = {  # of every twenty learners
    "right": (5, "each answer the solution or another known right one"),
    "mistaken": (9, "one, two or three answers are known mistakes, the others right"),
    "half finished": (3, "the first answers right, the others untouched"),
    "untouched": (1, "handed in as it was handed out"),
    "raising": (2, "one answer has a misspelled name or a syntax error, the others right"),
}
_SLIPS = (("ops.", "op."), ("return ", "return ("))  # a NameError when it is called, a SyntaxError when it is defined


@dataclass(frozen=True)
class HandedIn:
    """One learner's notebook, and which kind of learner they are."""

    learner: str
    kind: str
    notebook: NotebookNode

    def write(self, submitted: Path, unit: Unit) -> None:
        """Put it where nbgrader collects it."""
        folder = submitted / self.learner / unit.stem
        folder.mkdir(parents=True)
        nbformat.write(self.notebook, folder / f"{unit.stem}.ipynb")


def class_of(unit: Unit, size: int, seed: int = SEED) -> Iterator[HandedIn]:
    """So many learners in the proportions of `MIX`; a larger class begins with the same learners as a smaller one.

    Each notebook has a cell with its learner's name in it, so that no verdict can serve twice. Nobody writes an
    endless loop: that would measure the time limit.
    """
    answers = _Answers(unit)
    draw = random.Random(seed)
    kinds: list[str] = []
    for number in range(1, size + 1):
        if not kinds:
            kinds = [kind for kind, (share, _) in MIX.items() for _ in range(share)]
            draw.shuffle(kinds)
        learner, kind = f"learner-{number:05}", kinds.pop()
        notebook = untouched(unit)
        sources = answers.of(kind, draw)
        for name, cell in answers_in(notebook).items():
            cell.source = sources.get(name, cell.source)
        notebook.cells.append(new_code_cell(f"# {learner} worked on this alone.", id="signature"))
        yield HandedIn(learner, kind, notebook)


class _Answers:
    """Draws the sources of a learner's answer cells."""

    def __init__(self, unit: Unit):
        known = known_answers(unit)
        self._solved = {name: cell.source for name, cell in answers_in(solution_notebook(unit)).items()}
        self._right = {name: [source] for name, source in self._solved.items()}
        self._wrong: dict[str, list[str]] = {name: [] for name in self._solved}
        for one in correct_in(known):
            self._right[one.exercise].append(one.source())
        for one in mistakes_in(known):
            self._wrong[one.exercise].append(one.source())

    def of(self, kind: str, draw: random.Random) -> dict[str, str]:
        """The answers of one learner by exercise; one that is missing was left untouched."""
        if kind == "untouched":
            return {}
        names = list(self._solved)
        sources = {name: draw.choice(self._right[name]) for name in names}
        if kind == "mistaken":
            for name in draw.sample(names, draw.randint(1, min(3, len(names)))):
                sources[name] = draw.choice(self._wrong[name])
        elif kind == "half finished":
            return {name: sources[name] for name in names[: draw.randrange(1, len(names))]}
        elif kind == "raising":
            name = draw.choice(names)
            sources[name] = self._solved[name].replace(*draw.choice(_SLIPS), 1)
        return sources
