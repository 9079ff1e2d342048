"""The judge: runs a suite on a learner's answers and returns verdicts."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pytest

from autograder.judging.answer import Answer, Performer, Transcript
from autograder.judging.calls import last_call
from autograder.judging.diagnosis import name_mistakes
from autograder.judging.expect import NotAsked, Unmet, summary
from autograder.judging.fingerprints import fingerprints_of
from autograder.judging.known import Known, mistakes_in
from autograder.judging.outline import MOST_KEPT
from autograder.judging.replay import Trial
from autograder.judging.sameness import Failure
from autograder.judging.suite import inputs_of, run
from autograder.judging.tolerance import noted, start_noting
from autograder.judging.verdicts import ExerciseVerdict, TestVerdict
from autograder.seam import LearnerError, NotPlain
from autograder.seam.plain import clean_text
from autograder.seam.settings import usual_settings
from autograder.seam.weight import weight

CHECK_SEED = 20170612  # at home: the same inputs at every check, so that a failure can be studied
_LONGEST = 3000  # characters of one line of a message
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


class Judged(NamedTuple):
    """The verdict of an exercise, and what its first failure asked; None without one, or where that is held back."""

    verdict: ExerciseVerdict
    asked: Transcript | None


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
    return [judged.verdict for judged in study(suite, performer, seed, mistakes, only)]


def study(
    suite: Path, performer: Performer, seed: int, mistakes: ModuleType | None, only: Sequence[str] | None = None
) -> list[Judged]:
    """The same, with what the first rule that failed in each exercise had asked."""
    judging = _Judging(performer, seed, mistakes_in(mistakes))
    with usual_settings():  # of the oracles: at home they share a process with the learner's code
        run(suite, judging, only)
        return judging.verdicts()


class _Judging:
    """The judging of one notebook: what its tests ask and what came of them."""

    def __init__(self, performer: Performer, seed: int, mistakes: list[Known]):
        self._performer, self._seed, self._mistakes = performer, seed, mistakes
        self._trials: dict[str, list[Trial]] = {}
        self._points: dict[str, float] = {}

    def answer(self, exercise: str) -> Answer:
        start_noting()
        return Answer(self._performer, exercise, Transcript())

    def generator(self, test: str) -> np.random.Generator:
        return inputs_of(self._seed, test)

    def record(self, test: pytest.Function, error: BaseException | None) -> None:
        transcript = test.funcargs["learner"]._transcript
        verdict = TestVerdict(_sentence(test.name), "passed", getattr(test.obj, "parts", 1.0))
        verdict.supporting = getattr(test.obj, "supporting", False)
        if error is not None:
            _describe_failure(verdict, error, transcript)
            if getattr(test.obj, "held_back", False):
                _hold_back(verdict, error)
            if weight(verdict.arrays) > MOST_KEPT:
                verdict.arrays = None  # too large for a picture
        exercise = test.cls.exercise_name
        self._points[exercise] = test.cls.exercise_points
        trial = Trial(verdict, transcript, self._asking(test), error and Failure.of(error), noted())
        self._trials.setdefault(exercise, []).append(trial)

    def _asking(self, test: pytest.Function) -> Callable[[Answer], None]:
        """The test's own code, to be run on another answer with the same inputs."""
        function, given = test.obj, {name: test.funcargs[name] for name in test._fixtureinfo.argnames}

        def ask(answer: Answer) -> None:
            drawn = {"rng": self.generator(test.name)} if "rng" in given else {}
            function(**{**given, "learner": answer, **drawn})

        return ask

    def verdicts(self) -> list[Judged]:
        """The verdicts of all exercises that were judged, mistakes named."""
        found = []
        for exercise, trials in self._trials.items():
            known = [known for known in self._mistakes if known.exercise == exercise]
            name_mistakes(trials, known, fingerprints_of(exercise), self._performer)
            verdict = ExerciseVerdict(exercise, self._points[exercise], [trial.verdict for trial in trials])
            first = verdict.first_failure
            asked = next((trial.transcript for trial in trials if trial.verdict is first and first.call), None)
            found.append(Judged(verdict, asked))
        return found


def _describe_failure(verdict: TestVerdict, error: BaseException, transcript: Transcript) -> None:
    verdict.call = last_call(transcript)
    if isinstance(error, NotAsked):
        verdict.asked, error = False, error.error or error
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
    for name in ("sentence", "line", "got"):  # parts of these are the learner's, down to the names of their classes
        setattr(verdict, name, clean_text(getattr(verdict, name), _LONGEST))


def _hold_back(verdict: TestVerdict, error: BaseException) -> None:
    """Leave of a failure only what the suite's author wrote: all else may hold inputs or expected values."""
    advice = error.sentence if isinstance(error, Unmet) else _WITHOUT_INPUTS[verdict.outcome]
    verdict.sentence = f"{advice} {_HELD_BACK}".lstrip()
    verdict.call = verdict.got = verdict.expected = verdict.line = ""
    verdict.arrays = None


def _sentence(test_name: str) -> str:
    return test_name.removeprefix("test_").replace("_", " ")
