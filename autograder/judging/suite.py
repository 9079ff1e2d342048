"""A suite as pytest has collected it: collected once in a process, then run on one answer after the other."""

import contextlib
import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest

from autograder.judging.answer import Answer
from autograder.seam.fault import OurFault

# What pytest brings and a judge has no use for. `unraisableexception` alone collects garbage for 0.4 s.
_UNUSED = [
    f"-pno:{name}"
    for name in (
        "terminal",
        "cacheprovider",
        "capture",
        "faulthandler",
        "logging",
        "unraisableexception",
        "threadexception",
        "warnings",
        "doctest",
    )
]

_STOPS = (KeyboardInterrupt, pytest.exit.Exception, OurFault)  # what ends a run instead of failing a test
_CHANGED = ("dont_write_bytecode", "last_type", "last_value", "last_traceback", "last_exc")


class Judging(Protocol):
    """What judges one notebook: it gives tests their fixtures, and is told how each of them ended."""

    def answer(self, exercise: str) -> Answer: ...

    def generator(self, test: str) -> np.random.Generator: ...

    def record(self, test: pytest.Function, error: BaseException | None) -> None: ...


def inputs_of(seed: int, test: str) -> np.random.Generator:
    """What a test draws its inputs from: the same for the same seed and the same name of the test."""
    return np.random.default_rng([seed, *test.encode()])


def run(suite: Path, judging: Judging, only: Sequence[str] | None = None) -> None:
    """Run the tests of the suite, or those of the exercises in `only`.

    Raises `RuntimeError` if the suite itself is broken, `OurFault` if the answers could not be asked, and
    `KeyboardInterrupt` if somebody stopped it.
    """
    with _undisturbed(suite):
        status = suite.stat()
        try:
            _collected(suite, status.st_mtime_ns, status.st_size).run(judging, only)
        except BaseException:  # a test may have been left half-way
            _collected.cache_clear()
            raise


@functools.lru_cache(maxsize=16)
def _collected(suite: Path, _changed: int, _size: int) -> "_Suite":
    """The suite as it is now: an author's next edit counts."""
    return _Suite(suite)


@contextlib.contextmanager
def _undisturbed(suite: Path) -> Iterator[None]:
    """Keep the settings of somebody else's pytest out of ours, and what ours changes out of this process."""
    settings = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
    before = {name: getattr(sys, name) for name in _CHANGED if hasattr(sys, name)}
    try:
        yield
    finally:
        os.environ.update(settings)
        for name in _CHANGED:  # `%debug` must open where the learner's own code failed, not here
            if name in before:
                setattr(sys, name, before[name])
            elif hasattr(sys, name):
                delattr(sys, name)


class _Suite:
    """The tests of a suite. Collecting them takes as long as running them: it is done once."""

    def __init__(self, suite: Path):
        self._name, self._plugin = suite.name, _Plugin()
        places = ["-c", os.devnull, f"--rootdir={suite.parent}", "--import-mode=importlib", "--noconftest"]
        status = pytest.main([*_UNUSED, *places, "--disable-plugin-autoload", str(suite)], plugins=[self._plugin])
        for name in [name for name, module in sys.modules.items() if getattr(module, "__file__", None) == str(suite)]:
            del sys.modules[name]
        if status == pytest.ExitCode.INTERRUPTED and not self._plugin.broken:
            raise KeyboardInterrupt
        self._refuse_broken()
        if status != pytest.ExitCode.OK:
            raise RuntimeError(f"the suite {self._name} could not be run: {status!r}")

    def run(self, judging: Judging, only: Sequence[str] | None) -> None:
        """Run its tests, each as pytest runs it."""
        self._plugin.judging = judging
        tests = [test for test in self._plugin.tests if not only or test.cls.exercise_name in only]
        try:
            for test, following in zip(tests, [*tests[1:], None], strict=True):
                self._plugin.run(test, following)
        finally:
            self._plugin.judging = None
        self._refuse_broken()

    def _refuse_broken(self) -> None:
        if self._plugin.broken:
            raise RuntimeError(f"the suite {self._name} could not be run: {self._plugin.broken}")


class _Plugin:
    """Gives tests the fixtures of the judging at hand, and tells it what happened in each."""

    def __init__(self):
        self.judging: Judging | None = None
        self.tests: list[pytest.Function] = []
        self.broken = ""

    @pytest.fixture
    def learner(self, request: pytest.FixtureRequest) -> Answer:
        return self.judging.answer(request.cls.exercise_name)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        return self.judging.generator(request.node.name)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        unmarked = [item.name for item in items if not hasattr(item.cls, "exercise_name")]
        if unmarked:
            self.broken = f"tests outside an @exercise class: {', '.join(unmarked)}"
        self.tests = list(items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = str(report.longrepr)

    def pytest_runtestloop(self) -> bool:
        """Nothing is run when the tests are collected."""
        return True

    def run(self, test: pytest.Function, following: pytest.Function | None) -> None:
        """Run a test with its fixtures, and tell how it ended.

        These are the three steps of pytest's own protocol, without its reports: those take as long as the tests.
        """
        steps = test.session._setupstate
        test._initrequest()
        try:
            if self._went_well(test, lambda: steps.setup(test)):
                call = pytest.CallInfo.from_call(test.runtest, "call", _STOPS)
                self.judging.record(test, call.excinfo.value if call.excinfo else None)
                _let_go(call.excinfo.value if call.excinfo else None)
        finally:
            self._went_well(test, lambda: steps.teardown_exact(following))
            test._request, test.funcargs = False, None

    def _went_well(self, test: pytest.Function, step: Callable[[], None]) -> bool:
        call = pytest.CallInfo.from_call(step, "setup", _STOPS)
        if call.excinfo:
            self.broken = f"{test.name}: {call.excinfo.exconly()}"
        return not call.excinfo


def _let_go(error: BaseException | None) -> None:
    """Free what a test held when it failed: its frames hold themselves, and with them results of any size.

    An error that is raised more than once, as by `raise error from error`, may have itself as its cause.
    """
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
