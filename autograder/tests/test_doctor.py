"""`doctor` tells what does not work and how to mend it, and never ends in a traceback itself."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple

import pytest

from autograder.author import handout
from autograder.learner import installed, machine
from autograder.learner.doctor import examine
from autograder.learner.finding import Finding
from autograder.units import ROOT

Usage = namedtuple("Usage", "total used free")


def told(*examinations):
    """The exit status of `doctor`, and what it says, with these examinations alone."""
    lines = []
    return examine(lines.append, examinations), "\n".join(lines)


def doctor(folder, *before, **variables):
    """`doctor` as a person runs it, in a folder with the course, with other folders before it on Python's path."""
    path = os.pathsep.join(map(str, [*before, folder]))
    return subprocess.run(
        [sys.executable, "-m", "autograder", "doctor"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_where_all_is_well_it_says_how_notebooks_are_run_and_exits_with_0():
    run = doctor(ROOT)
    assert run.returncode == 0, run.stdout
    for said in (
        "✓ Python 3.",
        "✓ TensorFlow 2.",
        "in workers, forked from a template",
        "confinement: namespaces+landlock+seccomp+rlimits",
        "All that the course needs works here.",
    ):
        assert said in run.stdout
    assert "✗" not in run.stdout.replace("marked ✗", "")
    assert run.stderr == ""


def test_in_a_handout_broken_packages_and_a_damaged_file_are_told_without_a_traceback(tmp_path):
    handout.make(tmp_path / "course")
    (tmp_path / "course" / "autograder" / "references" / "05_masking.py").write_text("")
    for package, breaks in (
        ("tensorflow", "raise ImportError('libcudart.so.12 is missing')"),
        ("matplotlib", "raise SystemExit('wrong processor')"),
        ("jupyter_core", "1 / 0"),
    ):
        (tmp_path / "stubs" / package).mkdir(parents=True)
        (tmp_path / "stubs" / package / "__init__.py").write_text(breaks)
    run = doctor(tmp_path / "course", tmp_path / "stubs")
    assert run.returncode == 1
    assert "Traceback" not in run.stdout + run.stderr
    for said in (
        "✗ TensorFlow cannot be imported: ImportError: libcudart.so.12 is missing",
        "✗ The letters of pictures: cannot be examined. SystemExit: wrong processor",
        "✗ nbgrader's buttons in JupyterLab: cannot be examined. ZeroDivisionError: division by zero",
        "✗ Answers that later units build on are missing or damaged: 05_masking",
        "✓ `mark` runs notebooks in workers",
        "To mend: 4 things, marked ✗ above.",
    ):
        assert said in run.stdout


def test_where_no_command_can_run_it_runs_all_the_same(tmp_path):
    (tmp_path / "typer.py").write_text("raise ModuleNotFoundError(\"No module named 'typer'\", name='typer')")
    run = doctor(ROOT, tmp_path)
    assert run.returncode == 1
    assert run.stdout.startswith(
        "✗ No command can run here: No module named 'typer'\n    Install what the course needs: "
    )
    assert run.stderr == ""


@pytest.mark.parametrize("error", [OSError("gone"), ImportError("x\ny"), SystemExit(3), AssertionError()])
def test_an_examination_that_fails_is_a_finding(error):
    def broken():
        """The weather."""
        yield Finding("✓", "It is dry")
        raise error

    status, says = told(broken, lambda: [Finding("✓", "The next one is examined")])
    assert status == 1
    assert says.startswith(f"✓ It is dry\n✗ The weather: cannot be examined. {type(error).__name__}: ")
    assert "✓ The next one is examined" in says


def test_what_the_course_can_do_without_breaks_nothing():
    assert told(lambda: [Finding("–", "No GPU")]) == (0, "– No GPU\n\nAll that the course needs works here.")


def test_packages_that_are_missing_or_other_are_named(monkeypatch):
    versions = {"keras": "3.0.0", "nbgrader": None}
    real = installed._version
    monkeypatch.setattr(installed, "_version", lambda package: versions.get(package, real(package)))
    status, says = told(installed.packages)
    assert status == 1
    assert "✗ Not installed: nbgrader\n    Install what the course needs: python -m pip install -r" in says
    assert "– keras is 3.0.0; the course is tested with 3." in says
    assert "hypothesis" not in dict(installed._pinned())


def test_an_old_python_is_told(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert "needs Python 3.11 or newer" in told(installed.python)[1]


def test_a_processor_that_tensorflow_cannot_use_is_told(monkeypatch):
    ended = subprocess.CompletedProcess([], -4, "", "")
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: ended)
    status, says = told(installed.tensorflow)
    assert status == 1
    assert "ends Python when it is imported (signal 4)" in says
    assert "AVX" in says


@pytest.mark.parametrize(
    ("gpus", "driver", "says"),
    [
        (2, None, "✓ TensorFlow computes on 2 GPUs"),
        (0, "/usr/bin/nvidia-smi", 'To use it: python -m pip install "tensorflow[and-cuda]==2.21.0"'),
        (0, None, "– No GPU"),
    ],
)
def test_a_gpu_is_told(monkeypatch, gpus, driver, says):
    ended = subprocess.CompletedProcess([], 0, f'["2.21.0", {gpus}]\n', "")
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: ended)
    monkeypatch.setattr(shutil, "which", lambda name: driver)
    status, told_of = told(installed.tensorflow)
    assert status == 0
    assert says in told_of


def test_a_backend_that_is_asked_for_and_missing_is_told(monkeypatch):
    monkeypatch.setattr(installed, "_version", lambda package: None)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    status, says = told(installed.backends)
    assert status == 1
    assert "✗ KERAS_BACKEND says torch, and PyTorch is not installed\n    Unset KERAS_BACKEND" in says
    assert "– JAX is not installed, and not needed" in says


def test_nbgraders_buttons_that_are_not_enabled_are_told(monkeypatch):
    monkeypatch.setattr("jupyter_server.services.config.ConfigManager.get", lambda self, section: {})
    monkeypatch.setattr(
        "jupyterlab_server.config.get_page_config", lambda folders: {"disabledExtensions": ["@jupyter/nbgrader"]}
    )
    status, says = told(installed.nbgrader)
    assert status == 0
    assert "– nbgrader's extensions of the Jupyter server are not enabled: assignment_list, validate_assignment" in says
    assert "jupyter labextension enable --level=sys_prefix @jupyter/nbgrader" in says


def test_a_sandbox_that_cannot_start_is_told(monkeypatch):
    def fail(self):
        raise ConnectionError("the template ended")

    monkeypatch.setattr("autograder.sandbox.RemoteWorkbench.__enter__", fail)
    status, says = told(machine.workers)
    assert status == 1
    assert "✗ `mark` and `submit` cannot start a worker here: the template ended\n    A worker reads" in says


def test_a_machine_that_cannot_confine_is_told_and_learners_can_work(monkeypatch):
    monkeypatch.setattr("autograder.sandbox.confinement.is_enough", lambda level: False)
    status, says = told(machine.workers)
    assert status == 0
    assert "– Their code is not kept from everything else; confinement: " in says
    assert "mark --unconfined" in says


@pytest.mark.parametrize(("free", "sign"), [(5 << 30, "✓"), (600 << 20, "–"), (10 << 20, "✗")])
def test_a_disk_that_is_full_is_told(monkeypatch, free, sign):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(1 << 40, 0, free))
    status, says = told(machine.disk)
    assert status == (sign == "✗")
    assert says.count(f"{sign} {free / (1 << 30):.1f} GiB free in ") == 3
    assert tempfile.gettempdir() in says


def test_folders_that_cannot_be_read_are_told_by_name(monkeypatch, tmp_path):
    (tmp_path / "work" / "04_attention").mkdir(parents=True)
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "lesson.ipynb").write_text("")
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    real, access = os.scandir, os.access

    def closed(path):
        if str(path).endswith("04_attention"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "lesson.ipynb" and access(path, mode))
    status, says = told(machine.folders)
    assert status == 1
    for path in (tmp_path / "work" / "04_attention", tmp_path / "course" / "lesson.ipynb"):
        assert f"✗ {path} cannot be read\n    Open it: chmod -R u+rwX {path}" in says
    assert ".grading" not in says


def test_folders_that_cannot_be_written_are_told_by_name(monkeypatch, tmp_path):
    (tmp_path / ".grading").mkdir()
    monkeypatch.setattr(machine, "ROOT", tmp_path)

    def closed(dir):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", closed)
    status, says = told(machine.folders)
    assert status == 1
    for path in (tmp_path, tmp_path / ".grading", tempfile.gettempdir()):
        assert f"✗ {path} cannot be written: Permission denied" in says


def test_another_python_hands_over_to_the_courses_own(tmp_path, monkeypatch):
    """A terminal's start-up files often put another Python first, in which nothing is installed."""
    ran = []
    monkeypatch.setattr(installed, "ROOT", tmp_path)

    def execv(program, command):
        ran.append((str(program), command))
        raise SystemExit  # this process ends there

    monkeypatch.setattr(installed.os, "execv", execv)
    monkeypatch.setattr(sys, "argv", ["autograder", "submit", "00_start"])
    installed.run_in_the_courses_python()
    assert ran == []  # there is no other
    own = tmp_path / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.touch()
    with pytest.raises(SystemExit):
        installed.run_in_the_courses_python()
    assert ran == [(str(own), [str(own), "-m", "autograder", "submit", "00_start"])]
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    installed.run_in_the_courses_python()
    assert len(ran) == 1  # this is the course's own already
