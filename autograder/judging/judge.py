"""The judge: runs a suite on a learner's answers and returns verdicts."""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from autograder.judging.answer import Answer, Performer, Transcript, named
from autograder.judging.diagnosis import Trial, name_mistakes
from autograder.judging.expect import Unmet, summary
from autograder.judging.known import Known, mistakes_in
from autograder.judging.suite import run
from autograder.judging.verdicts import ExerciseVerdict, TestVerdict
from autograder.seam import Handle, LearnerError, NotPlain
from autograder.seam.plain import clean_text

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

_OF_KERAS = {
    "weights": "get_weights()",
    "set_weights": "set_weights(…)",
    "rebuilt": "from_config(get_config())",
}
_NOTES = {
    "compiled": " in a compiled graph",
    "gradient": ", and its gradient",
    "weight_gradients": ", and the gradients of its weights",
    "reloaded": ", saved in a model and loaded again",
    "elsewhere": ", as in another process",
}


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
    judging = _Judging(performer, seed, mistakes_in(mistakes))
    run(suite, judging, only)
    return judging.verdicts()


class _Judging:
    """The judging of one notebook: what its tests ask and what came of them."""

    def __init__(self, performer: Performer, seed: int, mistakes: list[Known]):
        self._performer, self._seed, self._mistakes = performer, seed, mistakes
        self._trials: dict[str, list[Trial]] = {}
        self._points: dict[str, float] = {}

    def answer(self, exercise: str) -> Answer:
        return Answer(self._performer, exercise, Transcript())

    def generator(self, test: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *test.encode()])

    def record(self, test: pytest.Function, error: BaseException | None) -> None:
        transcript = test.funcargs["learner"]._transcript
        verdict = TestVerdict(_sentence(test.name), "passed", getattr(test.obj, "parts", 1.0))
        if error is not None:
            _describe_failure(verdict, error, transcript)
            if getattr(test.obj, "held_back", False):
                _hold_back(verdict, error)
        exercise = test.cls.exercise_name
        self._points[exercise] = test.cls.exercise_points
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
    for name in ("sentence", "line", "got"):  # parts of these are the learner's, down to the names of their classes
        setattr(verdict, name, clean_text(getattr(verdict, name), _LONGEST))


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
    target, operation, args, options, _ = transcript[-1]
    name = named(target)
    if operation == "attribute":
        return f"{name}.{args[0]}"
    if operation in _OF_KERAS:
        return f"{name}.{_OF_KERAS[operation]}"
    if operation == "method":
        name, args = f"{name}.{args[0]}", args[1:]
    unknown = options.get("unknown_axes", 0) if _leaves_sizes_open() else 0
    given, constant = args[0] if args and isinstance(args[0], tuple) else (), options.get("constant", ())
    shown = [_shown(value, 0 if place in constant else unknown) for place, value in enumerate(given)]
    if len(args) > 1 and isinstance(args[1], dict):
        shown += [f"{name}={_shown(value)}" for name, value in args[1].items()]
    return f"{name}({', '.join(shown)}){_NOTES.get(operation, '')}"


def _leaves_sizes_open() -> bool:
    """Whether a compiled graph is traced with sizes unknown: TensorFlow's is."""
    import keras

    return keras.backend.backend() == "tensorflow"


def _shown(value: Any, unknown: int = 0) -> str:
    """An argument in a few words: a function by its name, an array with the first axes unknown as the graph sees it."""
    if isinstance(value, Handle):
        return named(value)
    if unknown and isinstance(value, np.ndarray) and value.ndim > 1:
        sizes = ["None"] * unknown + [str(size) for size in value.shape[unknown:]]
        return f"({', '.join(sizes)}) {value.dtype}"
    return getattr(value, "__name__", "a function") if callable(value) else summary(value)


def _sentence(test_name: str) -> str:
    return test_name.removeprefix("test_").replace("_", " ")
