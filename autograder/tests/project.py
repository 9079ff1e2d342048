"""A copy of the whole project in another place, as somebody has it who has just fetched it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.units import ROOT

_LEFT_BEHIND = (".git", ".venv", "work", ".grading", "__pycache__", ".*_cache", ".hypothesis", ".ipynb_checkpoints")


def copy_of_the_project(folder: Path) -> Path:
    """Copy what is in git, or would be, into `folder`, without anybody's desk or class."""
    return Path(shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_LEFT_BEHIND, "*.egg-info", "*.edited*")))


def surroundings(project: Path, **more: str) -> dict[str, str]:
    """The environment in which this Python, and each kernel, uses the project in this place."""
    scripts = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(project),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **more,
    }


def command(project: Path, *arguments: object, fails: bool = False) -> str:
    """Run `python -m autograder …` in a project, and give what it printed; `fails` says how it must end."""
    run = subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=project,
        env=surroundings(project),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (run.returncode != 0) == fails, run.stdout[-2000:] + run.stderr[-2000:]
    return " ".join((run.stdout + run.stderr).split())
