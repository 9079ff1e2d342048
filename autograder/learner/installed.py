"""What `doctor` examines of what is installed: Python, its packages, TensorFlow and nbgrader's buttons."""

import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.learner.finding import INSTALL, Finding
from autograder.units import ROOT

_OLDEST = (3, 11)
_FOR_TESTS = "# The project's own tests"
_SEES = """
import json, tensorflow as tf
print(json.dumps([tf.__version__, len(tf.config.list_physical_devices("GPU"))]))
"""
_BACKENDS = {"jax": "JAX", "torch": "PyTorch"}
_SERVER_EXTENSIONS = ("assignment_list", "validate_assignment")


def run_in_the_courses_python() -> None:
    """Run this command again with the Python of the course's own `.venv`, if there is one and this is another.

    A terminal's start-up files often put another Python first. Returns where there is no other to try.
    """
    own = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not own.exists() or Path(sys.prefix).resolve() == (ROOT / ".venv").resolve():
        return
    command = [str(own), "-m", "autograder", *sys.argv[1:]]
    if os.name == "posix":
        os.execv(own, command)
    raise SystemExit(subprocess.call(command))


def python() -> Iterator[Finding]:
    """Python."""
    found = f"Python {platform.python_version()} on {platform.platform()}"
    if sys.version_info >= _OLDEST:
        yield Finding("✓", found)
    else:
        yield Finding("✗", found, "The course needs Python 3.11 or newer: make the environment with that.")


def packages() -> Iterator[Finding]:
    """The packages of requirements.txt."""
    wanted = dict(_pinned())
    missing = [name for name in wanted if _version(name) is None]
    other = [name for name in wanted if _version(name) not in (None, wanted[name])]
    if missing:
        yield Finding("✗", f"Not installed: {', '.join(missing)}", f"Install what the course needs: {INSTALL}")
    for name in other:
        text = f"{name} is {_version(name)}; the course is tested with {wanted[name]}"
        yield Finding("–", text, f"If something misbehaves: {INSTALL}")
    fitting = len(wanted) - len(missing) - len(other)
    yield Finding("✓", f"{fitting} of {len(wanted)} packages are here as requirements.txt has them")


def _pinned() -> Iterator[tuple[str, str]]:
    """The packages that this machine needs, with their versions: all but those of the project's own tests."""
    text = (ROOT / "requirements.txt").read_text("utf-8").partition(_FOR_TESTS)[0]
    for line in text.splitlines():
        match = re.fullmatch(r"([\w.-]+)==([^\s;]+)(?:;\s*sys_platform == \"(\w+)\")?", line.strip())
        if match and match[3] in (None, sys.platform):
            yield match[1], match[2]


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def tensorflow() -> Iterator[Finding]:
    """TensorFlow."""
    run = subprocess.run([sys.executable, "-c", _SEES], capture_output=True, text=True, timeout=300)
    try:
        version, gpus = json.loads(run.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        yield _broken_tensorflow(run)
        return
    yield Finding("✓", f"TensorFlow {version} can be imported")
    if gpus:
        yield Finding("✓", f"TensorFlow computes on {gpus} GPU{'s' * (gpus > 1)}")
    elif shutil.which("nvidia-smi"):
        mend = f'To use it: python -m pip install "tensorflow[and-cuda]=={version}"'
        yield Finding("–", "This machine has an NVIDIA GPU, and TensorFlow does not use it. The CPU will do.", mend)
    else:
        yield Finding("–", "No GPU: TensorFlow computes on the CPU, which will do for this course")


def _broken_tensorflow(run: subprocess.CompletedProcess) -> Finding:
    if run.returncode < 0:
        text = f"TensorFlow ends Python when it is imported (signal {-run.returncode})"
        return Finding("✗", text, "Its builds need a processor with AVX. Use another machine, or a build without AVX.")
    why = (run.stderr.strip().splitlines() or ["it says nothing"])[-1][:300]
    return Finding("✗", f"TensorFlow cannot be imported: {why}", f"Install it anew: {INSTALL}")


def backends() -> Iterator[Finding]:
    """Other backends of Keras."""
    chosen = os.environ.get("KERAS_BACKEND", "tensorflow")
    for package, name in _BACKENDS.items():
        version = _version(package)
        if version:
            yield Finding("✓", f"{name} {version} can be used in place of TensorFlow: KERAS_BACKEND={package}")
        elif chosen == package:
            mend = "Unset KERAS_BACKEND, or install it: python -m pip install -e '.[" + package + "]'"
            yield Finding("✗", f"KERAS_BACKEND says {package}, and {name} is not installed", mend)
        else:
            yield Finding("–", f"{name} is not installed, and not needed")


def nbgrader() -> Iterator[Finding]:
    """nbgrader's buttons in JupyterLab."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path
    from jupyter_server.services.config import ConfigManager

    server = ConfigManager(read_config_path=jupyter_config_path()).get("jupyter_server_config")
    enabled = server.get("ServerApp", {}).get("jpserver_extensions", {})
    absent = [name for name in _SERVER_EXTENSIONS if not enabled.get(f"nbgrader.server_extensions.{name}")]
    if absent:
        mend = "jupyter server extension enable --sys-prefix --py nbgrader"
        yield Finding("–", f"nbgrader's extensions of the Jupyter server are not enabled: {', '.join(absent)}", mend)
    else:
        yield Finding("✓", "nbgrader's extensions of the Jupyter server are enabled")
    yield _in_jupyterlab(jupyter_path("labextensions"))


def _in_jupyterlab(folders: list[str]) -> Finding:
    from jupyterlab_server.config import get_page_config

    name = "@jupyter/nbgrader"
    if not any(Path(folder, name).is_dir() for folder in folders):
        return Finding("–", "nbgrader's extension of JupyterLab is not installed", f"Install it anew: {INSTALL}")
    if name in get_page_config(folders).get("disabledExtensions", ()):
        mend = f"jupyter labextension enable --level=sys_prefix {name}"
        return Finding("–", "nbgrader's extension of JupyterLab is disabled", mend)
    return Finding("✓", "nbgrader's extension of JupyterLab is enabled: Validate, Assignment List")


EXAMINATIONS = (python, packages, tensorflow, backends, nbgrader)
