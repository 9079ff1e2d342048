"""How nbgrader is plugged into, in one place: for `nbgrader_config.py` and for our own commands."""

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from autograder.units import ROOT

STUB = 'raise NotImplementedError("your code here")'


def settings(grading: Path = ROOT / ".grading") -> dict[str, dict[str, Any]]:
    """nbgrader's settings for this course, with its class (submissions, gradebook, feedback) in `grading`."""
    ours = "autograder.grading.plugin"
    theirs = "nbgrader.preprocessors"
    steps = {f"{step}_directory": str(grading / step) for step in ("submitted", "autograded", "feedback")}
    return {
        "CourseDirectory": {
            "root": str(ROOT),
            "source_directory": str(ROOT / "solutions"),
            "release_directory": str(ROOT / "exercises"),
            "db_url": f"sqlite:///{grading / 'gradebook.db'}",
            **steps,
        },
        "ClearSolutions": {"code_stub": {"python": STUB}},
        "Autograde": {
            "exporter_class": f"{ours}.SubmissionExporter",
            "pre_convert_hook": f"{ours}.adopt_lone_notebook",
            "autograde_preprocessors": [
                f"{ours}.Judge",
                f"{theirs}.LimitOutput",
                f"{theirs}.SaveAutoGrades",
                f"{theirs}.AssignLatePenalties",
                f"{theirs}.CheckCellMetadata",
            ],
        },
    }


def converter(kind: type, unit: str, grading: Path | None = None, **folders: Path) -> Any:
    """One of nbgrader's converters with our settings; `folders` (root, source, submitted, …) override them."""
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    prepare_nbgrader()
    config = Config(settings(grading.resolve()) if grading else settings())
    config.CourseDirectory.assignment_id = unit
    for step, folder in folders.items():
        config.CourseDirectory["root" if step == "root" else f"{step}_directory"] = str(folder)
    made = kind(coursedir=CourseDirectory(config=config), config=config)
    made.force = True
    made.log = logging.getLogger("autograder.nbgrader")
    return made


def prepare_nbgrader() -> None:
    """Let nbgrader find `alembic`, which it runs by its bare name, and keep SQLAlchemy's remarks to itself."""
    from sqlalchemy.exc import SAWarning

    warnings.filterwarnings("ignore", category=SAWarning)
    scripts = str(Path(sys.executable).parent)
    if os.environ.get("PATH", "").split(os.pathsep)[0] != scripts:
        os.environ["PATH"] = scripts + os.pathsep + os.environ.get("PATH", "")
