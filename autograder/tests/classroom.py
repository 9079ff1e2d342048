"""What tests of whole classes share: handing in, and a course folder of an instructor's own."""

from pathlib import Path

from autograder.units import Unit

_CONFIG = """
from pathlib import Path
from autograder.grading.nbgrader_settings import prepare_nbgrader, settings
prepare_nbgrader()
c = get_config()
for section, values in settings(Path({folder!r})).items():
    c[section].update(values)
c.CourseDirectory.root = {folder!r}
"""


def hand_in(learner: Path, unit: Unit, text: str, name: str | None = None) -> Path:
    """Write a notebook into a learner's folder, as nbgrader collects it; returns its path."""
    (learner / unit.stem).mkdir(parents=True)
    path = learner / unit.stem / (name or f"{unit.stem}.ipynb")
    path.write_text(text, "utf-8")
    return path


def configure(folder: Path, more: str = "") -> None:
    """Write an `nbgrader_config.py` that has its class in `folder`; `more` is added to it."""
    (folder / "nbgrader_config.py").write_text(_CONFIG.format(folder=str(folder)) + more)
