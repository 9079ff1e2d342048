"""What tests share: keras imported quietly once, and one template that workers are forked from."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner

import functools
import gc
import random
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from autograder.author import prove
from autograder.grading import dispatch
from autograder.sandbox.launch import Launcher
from autograder.units import ROOT

for _number, _usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) == signal.SIG_IGN:  # as in the background of a shell, and whatever we start inherits
        signal.signal(_number, _usual)

gc.freeze()  # whoever looks for garbage need not go through what was imported: a quarter of a second each time

_TAKE_MINUTES = (
    "test_handout.py",
    "test_proofs.py",
    "test_class_run.py",
    "test_class.py",
    "test_setting_up_a_class.py",
    "test_exchange_commands.py",
    "test_learner.py",
    "test_run_ends_whole.py",
    "test_exchange.py",
    "test_worker.py",
    "test_bench_translation.py",
    "test_translator_page.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes: begun last, it would keep one process busy while the others have nothing to do."""
    items.sort(key=lambda item: item.path.name not in _TAKE_MINUTES)


class _Shared:
    """A template that others are forked from, for the launchers and the runs of these tests; a new one if it has died.

    Every import of keras that is spared is three seconds of a core.
    """

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="templates-")
        self._launcher: Launcher | None = None
        self._number = 0

    @property
    def place(self) -> Path:
        template = self._launcher and self._launcher._template
        if template is None or template.poll() is not None:
            self.close()
            self._launcher, self._number = Launcher(), self._number + 1
            self._launcher.share(self._place)
        return self._place

    @property
    def _place(self) -> Path:
        return Path(self._folder.name, str(self._number))

    def close(self) -> None:
        if self._launcher:
            self._launcher.close()


class _OfARun(Launcher):
    """What a class's run shares with its processes, when tests call it: the template of the tests."""

    def share(self, place: Path) -> None:
        if self.forks:
            place.symlink_to(_shared().place)


@functools.cache
def _shared() -> _Shared:
    return _Shared()


@pytest.fixture(scope="session", autouse=True)
def _one_template():
    dispatch.Launcher = _OfARun
    yield
    dispatch.Launcher = Launcher
    _shared().close()


@pytest.fixture(scope="session")
def launcher():
    """Starts workers for every test of the session."""
    launcher = Launcher(shared=_shared().place)
    yield launcher
    launcher.close()


@pytest.fixture(scope="module")
def drawn() -> random.Random:
    """What is chosen by chance is another choice for each commit, and the same one whenever it is tested."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return random.Random(head.stdout or prove.page())
