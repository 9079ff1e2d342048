"""The judge: runs a suite with pytest on a learner's answers and returns verdicts."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from autograder.judging.answer import Answer, Performer, Transcript, named
from autograder.judging.diagnosis import Trial, name_mistakes
from autograder.judging.expect import Unmet, summary
from autograder.judging.known import Known, mistakes_in
from autograder.judging.verdicts import ExerciseVerdict, TestVerdict
from autograder.seam import LearnerError, NotPlain

# What pytest brings and a judge has no use for. `unraisableexception` alone collects garbage for 0.4 s.
_UNUSED = [
    f"-pno:{name}"
    for name in (
        "terminal",
        "cacheprovider",
        "faulthandler",
        "logging",
        "unraisableexception",
        "threadexception",
        "warnings",
        "doctest",
    )
]

_HELD_BACK = "What this test asks is not shown."
_WITHOUT_INPUTS = {
    "failed": "What came back is not right.",
    "error": "Your code stopped with an error.",
    "timeout": "Your code took too long.",
    "memory": "Your code asked for too much memory.",
    "crashed": "Your code ended the Python process it ran in.",
    "missing": "There is no answer.",
    "not_attempted": "",
}

_CHANGED = ("dont_write_bytecode", "last_type", "last_value", "last_traceback", "last_exc")


def judge(
    suite: Path,
    performer: Performer,
    seed: int,
    mistakes: ModuleType | None = None,
    only: Sequence[str] | None = None,
) -> list[ExerciseVerdict]:
    """Run the suite in `suite` on the answers behind `performer`.

    Every test draws its inputs from `rng`, seeded by `seed` and the test's name: the same seed, the
    same inputs. `mistakes` is the module whose sentences explain failures. `only` names the
    exercises to judge; by default all of the suite. Raises `RuntimeError` if the suite itself is broken, and
    `KeyboardInterrupt` if somebody stopped it.
    """
    plugin = _JudgePlugin(performer, seed, mistakes_in(mistakes), only)
    places = ["-c", os.devnull, f"--rootdir={suite.parent}", "--import-mode=importlib", "--noconftest"]
    with _undisturbed(suite):
        status = pytest.main(
            [*_UNUSED, *places, "--capture=no", "--disable-plugin-autoload", str(suite)], plugins=[plugin]
        )
    if status == pytest.ExitCode.INTERRUPTED and not plugin.broken:
        raise KeyboardInterrupt
    if plugin.broken or status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"the suite {suite.name} could not be run: {plugin.broken or status!r}")
    return plugin.verdicts()


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
        for name in [name for name, module in sys.modules.items() if getattr(module, "__file__", None) == str(suite)]:
            del sys.modules[name]  # an author's next edit of the suite counts


class _JudgePlugin:
    """Gives tests their fixtures, and turns what happened in each into a verdict."""

    def __init__(self, performer: Performer, seed: int, mistakes: list[Known], only: Sequence[str] | None):
        self._performer, self._seed, self._mistakes, self._only = performer, seed, mistakes, only
        self._trials: dict[str, list[Trial]] = {}
        self._points: dict[str, float] = {}
        self.broken = ""

    @pytest.fixture
    def learner(self, request: pytest.FixtureRequest) -> Answer:
        return Answer(self._performer, request.cls.exercise_name, Transcript())

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        return self._generator(request.node.name)

    def _generator(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *name.encode()])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        unmarked = [item.name for item in items if not hasattr(item.cls, "exercise_name")]
        if unmarked:
            self.broken = f"tests outside an @exercise class: {', '.join(unmarked)}"
        for item in items:
            item.repr_failure = lambda excinfo, style=None: ""  # pytest's own takes seconds, and nobody reads it
        items[:] = [item for item in items if not self._only or getattr(item.cls, "exercise_name", "") in self._only]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = str(report.longrepr)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Function, call: pytest.CallInfo):
        report = yield
        if call.when == "call":
            self._record(item, call.excinfo.value if call.excinfo else None)
        elif call.excinfo:
            self.broken = f"{item.name}: {call.excinfo.exconly()}"
        return report

    def _record(self, item: pytest.Function, error: BaseException | None) -> None:
        transcript = item.funcargs["learner"]._transcript
        verdict = TestVerdict(_sentence(item.name), "passed", getattr(item.obj, "parts", 1.0))
        if error is not None:
            _describe_failure(verdict, error, transcript)
            if getattr(item.obj, "held_back", False):
                _hold_back(verdict, error)
        exercise = item.cls.exercise_name
        self._points[exercise] = item.cls.exercise_points
        self._trials.setdefault(exercise, []).append(Trial(verdict, transcript))

    def verdicts(self) -> list[ExerciseVerdict]:
        """The verdicts of all exercises that were judged, mistakes named."""
        found = []
        for exercise, trials in self._trials.items():
            name_mistakes(trials, [known for known in self._mistakes if known.exercise == exercise])
            found.append(ExerciseVerdict(exercise, self._points[exercise], [trial.verdict for trial in trials]))
        return found


def _describe_failure(verdict: TestVerdict, error: BaseException, transcript: Transcript) -> None:
    verdict.call = _last_call(transcript)
    if isinstance(error, LearnerError):
        verdict.outcome, verdict.sentence, verdict.line = error.outcome, error.message, error.line
    elif isinstance(error, Unmet):
        verdict.outcome, verdict.sentence = "failed", error.sentence
        verdict.got, verdict.expected, verdict.arrays = error.got, error.expected, error.arrays
    elif isinstance(error, NotPlain):
        verdict.outcome, verdict.sentence = "failed", f"Your answer cannot be judged: {error}."
    else:
        returned = transcript[-1].result if transcript else None
        verdict.outcome, verdict.got = "failed", summary(returned)
        verdict.sentence = (str(error) if isinstance(error, AssertionError) else "") or (
            f"What came back could not be used: {type(error).__name__}: {error}."
        )


def _hold_back(verdict: TestVerdict, error: BaseException) -> None:
    """Leave of a failure only what the suite's author wrote: all else may hold inputs or expected values."""
    advice = error.sentence if isinstance(error, Unmet) else _WITHOUT_INPUTS[verdict.outcome]
    verdict.sentence = f"{advice} {_HELD_BACK}".lstrip()
    verdict.call = verdict.got = verdict.expected = verdict.line = ""
    verdict.arrays = None


def _last_call(transcript: Transcript) -> str:
    """The last thing a test asked of the learner's code, as the learner would write it."""
    if not transcript:
        return ""
    target, operation, args, *_ = transcript[-1]
    shown = [summary(value) for value in (args[0] if args and isinstance(args[0], tuple) else ())]
    if len(args) > 1 and isinstance(args[1], dict):
        shown += [f"{name}={summary(value)}" for name, value in args[1].items()]
    note = {"compiled": " in a compiled graph", "gradient": ", and its gradient"}.get(operation, "")
    return f"{named(target)}({', '.join(shown)}){note}"


def _sentence(test_name: str) -> str:
    return test_name.removeprefix("test_").replace("_", " ")
