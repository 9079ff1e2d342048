"""`verify` itself must be able to fail."""

import importlib.util
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from autograder.author import idle_answers, verify
from autograder.author.idle_answers import Earned, most_earned
from autograder.author.judged_here import judged_here
from autograder.author.known_cases import Case, cases
from autograder.author.verify import Verified, _settle
from autograder.judging.verdicts import ExerciseVerdict, TestVerdict, Verdict
from autograder.units import ROOT, Unit

UNIT = Unit("04_attention")


def verdict(*tests):
    others = ExerciseVerdict("other", 4, [TestVerdict("holds", "passed")])
    return Verdict(UNIT.stem, [ExerciseVerdict("softmax", 4, list(tests)), others])


PASSED = TestVerdict("one", "passed")
FAILED = TestVerdict("one", "failed", mistake="Right sentence.")
MISNAMED = TestVerdict("one", "failed", mistake="Another sentence.")
UNNAMED = TestVerdict("one", "failed")


@pytest.mark.parametrize(
    ("kind", "tests", "says"),
    [
        ("mistake", [PASSED, FAILED], None),
        ("mistake", [PASSED, PASSED], "not caught"),
        ("mistake", [FAILED, MISNAMED], "named as Another sentence"),
        ("mistake", [UNNAMED], "named as nothing"),
        ("correct", [PASSED], None),
        ("correct", [PASSED, UNNAMED], "rejected"),
        ("solution", [PASSED], None),
        ("solution", [UNNAMED], "softmax has 0 of 4"),
        ("untouched", [TestVerdict("one", "not_attempted")], "must be 0"),  # the other exercise has points
    ],
)
def test_a_wrong_verdict_is_told(kind, tests, says):
    verified = Verified()
    exercise = "" if kind in ("solution", "untouched") else "softmax"
    _settle(Case(UNIT, kind, exercise, "name", "Right sentence."), verdict(*tests), verified)
    assert verified.holds == (says is None)
    assert says is None or says in verified.wrong[0]


@pytest.mark.parametrize(("points", "wrong"), [(0.2, False), (0.25, True)])
def test_an_answer_without_work_may_earn_a_twentieth_at_most(points, wrong):
    verified = Verified()
    verify._settle_idle(UNIT, "softmax", Earned(points, 4, "zeros", ["each row sums to one"]), verified)
    assert verified.holds != wrong
    assert not wrong or "gives zeros earns 0.25 of 4 points, by: each row sums to one" in verified.wrong[0]


IDLE_SUITE = """
from autograder.judging import exercise, expect, supporting, worth


@exercise("softmax", points=4)
class TestSoftmax:
    {mark}
    @worth(3)
    def test_each_row_sums_to_one(self, learner, rng):
        expect.close(learner(rng.normal(size=(2, 5))).sum(-1), [1, 1], "A row sums to 1.")

    def test_a_large_score_takes_all(self, learner, rng):
        scores = 500.0 * rng.permuted([[1.0, 0.0, 0.0, 0.0]] * 8, axis=-1)
        expect.close(learner(scores), scores / 500, "The largest takes all.")
"""


@pytest.mark.parametrize(("mark", "points"), [("", 3), ("@supporting", 0)])
def test_answers_without_work_find_the_rules_that_ask_for_none(tmp_path, mark, points):
    (tmp_path / "test_softmax.py").write_text(IDLE_SUITE.format(mark=mark))

    class Own(Unit):
        suite = tmp_path / "test_softmax.py"

    earned = most_earned(Own(UNIT.stem), "softmax")
    assert (earned.points, earned.of) == (points, 4)
    assert not points or (earned.idle, earned.rules) == ("equal shares of 1", ["each row sums to one"])


def test_what_is_called_and_is_no_layer_can_be_without_work_too():
    class Doubled:
        def __call__(self, x):
            return np.array(2.0 * x)

    zeros = next(idle_answers._idle_answers())
    assert idle_answers._answer(Doubled, zeros)()(3.0) == 0.0


def test_a_model_that_was_made_is_work():
    for idle in idle_answers._idle_answers():
        made = idle_answers._answer(lambda units: keras.layers.Dense(units), idle)(4)
        assert not isinstance(made, keras.layers.Layer), idle.name


def test_a_mistake_judged_in_this_process_gets_the_verdict_of_the_pipeline():
    some = [case for case in cases(UNIT, ["attention_scores"]) if case.kind == "mistake"][:4]
    raising = cases(Unit("07_positions"), ["sinusoidal_positions"])
    some.append(next(case for case in raising if "ValueError" in case.name))  # in its own words
    for case in some:
        (in_a_worker,) = verify._mark(case, "cpu").exercises
        (here,) = judged_here(case).exercises
        told = [[(test.name, test.outcome, test.mistake) for test in one.tests] for one in (here, in_a_worker)]
        assert told[0] == told[1]
        assert {test.mistake for test in here.tests if test.mistake} == {case.sentence}


def test_where_compiled_programs_are_kept_mistakes_alone_are_judged_in_this_process(monkeypatch):
    marked = []
    monkeypatch.setattr(verify, "keeps_compiled", lambda: True)
    monkeypatch.setattr(verify, "judged_here", lambda case, device: marked.append(case.kind) or verdict(PASSED))
    monkeypatch.setattr(verify, "_marker", lambda device: pytest.fail("in a worker"))
    kinds = {case.kind: case for case in cases(UNIT)}
    verify._mark(kinds.pop("mistake"), "cpu")
    for case in kinds.values():
        with pytest.raises(pytest.fail.Exception, match="in a worker"):
            verify._mark(case, "cpu")
    assert marked == ["mistake"]


def test_a_mistake_whose_cell_stops_is_a_matter_for_a_worker():
    assert judged_here(Case(UNIT, "mistake", "softmax", "stops", "", "softmax = 1 / 0")) is None


def test_an_exercise_with_too_few_known_answers_does_not_hold(monkeypatch):
    monkeypatch.setattr(verify, "cases", lambda unit, only: iter(()))
    verified = verify.verify([UNIT], workers=1)
    assert len(verified.wrong) == len(UNIT.points())
    assert "0 mistakes and 0 correct variants are known" in verified.wrong[0]


def needs(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed; `make backends` installs it")


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_suites_hold_on_every_backend(backend):
    needs(backend)
    command = [sys.executable, "-m", "autograder", "verify", "--backend", backend]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


LETS_GO = """
import jax
from autograder.seam.backends import forget_compiled

double = jax.jit(lambda x: 2 * x)
double(1.0)
before = double._cache_size()
forget_compiled()
print(before, double._cache_size())
"""


@pytest.mark.slow
def test_a_judge_lets_go_of_the_programs_that_jax_keeps():
    needs("jax")
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    done = subprocess.run([sys.executable, "-c", LETS_GO], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["1", "0"], done.stderr


READS = """
import os
import jax
place = jax.config.jax_compilation_cache_dir

def f(x):
    return x @ x + 1.5

def g(x):
    return len(os.listdir(place))

def h(x):
    open(os.path.join(place, "mine"), "w")
"""
KEEPS = """
import sys

import numpy as np

from autograder.grading.compile_before import compile_before
from autograder.sandbox import Cell, RemoteWorkbench
from autograder.sandbox.compiled import folder_for
from autograder.sandbox.launch import Launcher
from autograder.seam import LearnerError
from autograder.units import find_unit

compile_before(find_unit("00_start"), "jax")
kept = sorted(path.name for path in folder_for("jax").iterdir())
x = np.ones((3, 3), np.float32)
cells = [Cell(sys.argv[1], ""), *(Cell("", name) for name in "fgh")]
with RemoteWorkbench(cells, launch=Launcher(backend="jax")) as bench:
    bench.perform("call", "f", (x,), {})
    bench.perform("compiled", "f", (x,), {}, unknown_axes=1, constant=())
    print(len(kept) > 20, bench.perform("call", "g", (x,), {}) == len(kept))
    try:
        bench.perform("call", "h", (x,), {})
    except LearnerError as error:
        print(error.types)
print(sorted(path.name for path in folder_for("jax").iterdir()) == kept)
print(any(name in file for file in kept for name in ("weighted_average", "pairwise_dot", "function")))
"""


@pytest.mark.slow
def test_workers_read_what_jax_has_compiled_for_right_answers_write_nothing_and_find_no_answer_there(tmp_path):
    needs("jax")
    environment = {**os.environ, "KERAS_BACKEND": "jax", "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", KEEPS, READS]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, refused, unchanged, answers = done.stdout.splitlines()
    assert first == "True True"
    assert "OSError" in refused
    assert (unchanged, answers) == ("True", "False")
