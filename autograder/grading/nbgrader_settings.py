"""How nbgrader is plugged into, in one place: for `nbgrader_config.py` and for our own commands."""

import contextlib
import copy
import functools
import logging
import os
import sqlite3
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from autograder.grading.names import HANDED_IN
from autograder.units import ROOT

if TYPE_CHECKING:
    from traitlets.config import Config

_FILE = "nbgrader_config.py"
_OF_THE_CLASS = ("submitted_directory", "autograded_directory", "feedback_directory")
_STEPS = (
    *("Autograde", "GenerateFeedback", "BaseConverter", "Preprocessor", "NbGraderPreprocessor", "FilesWriter"),
    *("Exporter", "NotebookExporter", "CleanCopyExporter", "SubmissionExporter"),
    *("TemplateExporter", "FeedbackExporter", "PageExporter"),
    *("ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "GetGrades"),
)
_FREE = ("Judge", "LimitOutput", "AssignLatePenalties")  # whose own settings our road obeys as nbgrader does
_SHARED = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "lustre", "gpfs", "ceph", "glusterfs")  # begin so

COURSE = "transformers"  # its name in the exchange
_LONGEST_CELL = 300  # seconds

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
            "course_id": COURSE,
            **steps,
        },
        "ExportApp": {"plugin_class": "autograder.grading.nbgrader_table.TableOfGrades"},
        # of Validate, which runs the whole notebook; a busy machine may be late with a cell's outputs
        "Execute": {"timeout": _LONGEST_CELL, "iopub_timeout": _LONGEST_CELL},
        "ZipCollectApp": {
            "collect_directory_structure": str(grading / "downloaded" / "{assignment_id}" / "{collect_step}")
        },
        "FileNameCollectorPlugin": {"named_regexp": HANDED_IN},
        "ClearSolutions": {"code_stub": {"python": STUB}},
        "GenerateAssignment": {"exporter_class": "autograder.grading.release.LearnersCopyExporter"},
        "ExchangeFactory": {
            "release_assignment": "autograder.grading.release.ReleaseGenerated",
            "collect": "autograder.grading.collect.CollectOwnFiles",
            "release_feedback": "autograder.grading.release.ReleaseFeedbackInExchange",
        },
        "Autograde": {
            "exporter_class": f"{ours}.SubmissionExporter",
            "autograde_preprocessors": [
                f"{ours}.Judge",
                f"{theirs}.LimitOutput",
                f"{theirs}.SaveAutoGrades",
                f"{theirs}.AssignLatePenalties",
                f"{theirs}.CheckCellMetadata",
            ],
        },
        "GenerateFeedback": {
            "exporter_class": f"{ours}.PageExporter",
            "preprocessors": [f"{theirs}.GetGrades"],
        },
    }


def course_config(grading: Path) -> "Config":
    """Our settings, then whatever `nbgrader_config.py` says, for a class in `grading`.

    The file is looked for where nbgrader looks, and in the class's folder; a later one overrides. A gradebook that
    it names stays, the folders of the class are those in `grading`.
    """
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    prepare_nbgrader()
    config = Config(settings())
    folders = [*reversed(jupyter_config_path()), str(ROOT), str(Path.cwd()), str(grading)]
    for folder in dict.fromkeys(folders):
        if Path(folder, _FILE).is_file():
            config.merge(PyFileConfigLoader(_FILE, path=folder).load_config())
    default, ours = settings()["CourseDirectory"], settings(grading.resolve())["CourseDirectory"]
    for name, value in ours.items():
        if name in _OF_THE_CLASS or config.CourseDirectory[name] == default[name]:
            config.CourseDirectory[name] = value
    return config


def is_ours(config: "Config", unit: str) -> bool:
    """Whether nothing in a configuration changes what nbgrader's passes do, beyond our own settings.

    Limits of outputs, the plugin for late submissions and what our own judge knows may be set freely.
    """
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.utils import find_all_files

    expected = settings()
    steps = (*_STEPS, *(step.rpartition(".")[2] for step in expected["Autograde"]["autograde_preprocessors"]))
    changed = any(dict(config.get(step, {})) != expected.get(step, {}) for step in steps if step not in _FREE)
    others = set(config.CourseDirectory) - set(expected["CourseDirectory"]) - {"course_id"}
    switched = any("enabled" in config.get(step, {}) for step in _FREE)
    course = CourseDirectory(config=config)
    source = course.format_path(course.source_directory, ".", unit)
    return not (changed or others or switched or find_all_files(source, [*course.ignore, "*.ipynb"]))


def converter(
    kind: type, unit: str, grading: Path | None = None, config: "Config | None" = None, **folders: Path
) -> Any:
    """One of nbgrader's converters with our settings, those of a class, or `config`.

    `folders` (root, source, submitted, …) override what these say.
    """
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    prepare_nbgrader()
    config = copy.deepcopy(config) or (course_config(grading) if grading else Config(settings()))
    config.CourseDirectory.assignment_id = unit
    for step, folder in folders.items():
        config.CourseDirectory["root" if step == "root" else f"{step}_directory"] = str(folder)
    made = kind(coursedir=CourseDirectory(config=config), config=config)
    made.force = True
    made.log = logging.getLogger("autograder.nbgrader")
    return made


def prepare_nbgrader() -> None:
    """Prepare this process for nbgrader, once or again.

    nbgrader must find `alembic`, which it runs by its bare name; SQLAlchemy's remarks stay with SQLAlchemy; and a
    gradebook in a file makes its folder, and waits for its turn instead of failing.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from sqlalchemy.exc import SAWarning

    warnings.filterwarnings("ignore", category=SAWarning)
    scripts = str(Path(sys.executable).parent)
    if os.environ.get("PATH", "").split(os.pathsep)[0] != scripts:
        os.environ["PATH"] = scripts + os.pathsep + os.environ.get("PATH", "")
    if not event.contains(Engine, "connect", _be_patient):
        event.listen(Engine, "connect", _be_patient)
        event.listen(Engine, "do_connect", _make_folder)


def _make_folder(dialect: Any, _record: Any, arguments: list, _options: dict) -> None:
    """Make the folder of an SQLite file that is to be opened: in a fresh course there is no class yet."""
    if dialect.name == "sqlite" and arguments and arguments[0] not in ("", ":memory:"):
        Path(arguments[0]).parent.mkdir(exist_ok=True)


def _be_patient(connection: Any, _record: Any) -> None:
    """Let an SQLite connection wait for a writer, and read beside one where the file lies on this machine."""
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.execute("PRAGMA busy_timeout = 100")
    file = next((row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "main"), "")
    if file and not _is_shared(Path(file)):
        with contextlib.suppress(sqlite3.OperationalError):  # somebody is using it in the other way
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA busy_timeout = 60000")


@functools.lru_cache(16)
def _is_shared(file: Path) -> bool:
    """Whether a file lies on a disk of the network, where SQLite's log beside the database cannot be used."""
    around = {file, *file.parents}
    disks = [disk for disk in psutil.disk_partitions(all=True) if Path(disk.mountpoint) in around]
    kind = max(disks, key=lambda disk: len(disk.mountpoint)).fstype if disks else ""
    return kind.startswith(_SHARED)
