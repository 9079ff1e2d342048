"""nbgrader's own passes: the learners' copies, a unit's entry in the gradebook, and a graded class.

The last is for a course whose configuration wants more of them than ours does.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from traitlets.config import Config

from autograder.grading.intake import Submission
from autograder.grading.nbgrader_settings import converter
from autograder.units import ROOT, Unit


def stage(submission: Submission, learner: str, folder: Path, letters: dict[str, str]) -> None:
    """Write the clean copy of a submission, and what the exchange put beside it, where nbgrader's pass will read it.

    What a marking process left there that ended half-way is written over.
    """
    place = folder / learner / submission.unit.stem
    place.mkdir(parents=True, exist_ok=True)
    nbformat.write(submission.notebook, place / f"{submission.unit.stem}.ipynb")
    for name, text in letters.items():
        (place / name).write_text(text)


def enter(unit: Unit, staged: Path, grading: Path, tick: Callable[[], None]) -> set[str]:
    """Let nbgrader enter the staged class of a unit: executed notebooks, scores, penalties, then feedback.

    `tick` is called once for each learner and step that is done; raising `KeyboardInterrupt` there ends the pass.
    Returns the learners that nbgrader could not enter; it logs why.
    """
    from nbgrader.converters import Autograde, GenerateFeedback
    from nbgrader.converters.base import NbGraderException

    for learner in staged.iterdir():
        _forget(learner.name, unit, grading)
    autograde = converter(Autograde, unit.stem, grading, submitted=staged)
    autograde.exporter_class = "autograder.grading.plugin.CleanCopyExporter"  # they are not taken in a second time
    for step in (autograde, converter(GenerateFeedback, unit.stem, grading)):
        step.post_convert_hook = lambda **_: tick()
        with contextlib.suppress(NbGraderException):  # raised at the end, when one or more failed; the others are in
            step.start()
    return {
        learner.name
        for learner in staged.iterdir()
        if not (grading / "feedback" / learner.name / unit.stem / f"{unit.stem}.html").exists()
    }


def _forget(learner: str, unit: Unit, grading: Path) -> None:
    """Remove what an earlier run left, so that what is there afterwards is new."""
    for step in ("autograded", "feedback"):
        shutil.rmtree(grading / step / learner / unit.stem, ignore_errors=True)


def generate_assignment(
    unit: Unit, folder: Path, source: Path, grading: Path | None = None, config: Config | None = None
) -> None:
    """Run nbgrader's converter from `source` into `folder/release`; with `grading` it also enters the gradebook.

    The settings are those of the course, or `config`.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells

    generator = converter(
        GenerateAssignment, unit.stem, grading, config, root=folder, source=source, release=folder / "release"
    )
    if grading is None:
        generator.no_database = True
        generator.preprocessors = [step for step in generator.preprocessors if step is not SaveCells]
    generator.start()


def register(unit: Unit, grading: Path) -> None:
    """Enter the unit and its cells into the gradebook in `grading`, as `nbgrader generate_assignment` does."""
    grading.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        generate_assignment(unit, Path(folder), ROOT / "solutions", grading)
