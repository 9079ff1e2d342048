"""What a worker cannot vouch for: graphs are run elsewhere, layers are made again in a second worker."""

import numpy as np
import psutil
import pytest

from autograder.sandbox import Cell, Limits, RemoteWorkbench
from autograder.sandbox.evidence import CleanRoom
from autograder.seam import LearnerError, Workbench

X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
SETUP = """
import os
import random
import keras
import numpy as np
import tensorflow as tf
from keras import ops
random.seed(3)
"""
GIVING = {
    "tensors in containers": "def answer(x):\n    return {'a': (x, [ops.sum(x, -1), None]), 'b': x}",
    "integers": "def answer(x):\n    return ops.shape(x)[0] * ops.ones((2,), 'int32')",
    "a held table": "table = ops.arange(4, dtype='float32')\ndef answer(x):\n    return x + table",
    "a loop": "def answer(x):\n    return ops.while_loop(lambda y: ops.all(y < 99), lambda y: (y + 1,), (x,))[0]",
    "another loop": "def answer(x):\n    return ops.while_loop(lambda y: ops.all(y < 99), lambda y: (y + 2,), (x,))[0]",
    "a branch and a scan": "def answer(x):\n    both = ops.scan(lambda c, y: (c + y, c * y), ops.ones((4,)), x[0])\n"
    "    return ops.cond(ops.all(x < 0), lambda: x, lambda: -x), both",
    "held variables": "layer = keras.layers.Dense(2)\nlayer(np.ones((1, 4)))\ndef answer(x):\n    return layer(x)",
}
FAILING = {
    "no tensor": "def answer(x):\n    return 'text'",
    "numpy": "def answer(x):\n    return np.asarray(x) + 1",
    "python": "def answer(x):\n    return tf.numpy_function(lambda v: v + 1, [x], tf.float32)",
    "sizes that do not fit": "def answer(x):\n    return x + ops.zeros((7, 4))",
    "a reshape that does not fit": "def answer(x):\n    return ops.reshape(x, (-1, 5))",
}


def bench_of(launcher, source, *, then="", **options):
    cells = [Cell(SETUP), Cell(source), Cell("", binds="answer"), Cell(then)]
    return RemoteWorkbench(cells, Limits(), launcher, **options)


def at_home(source):
    here = {}
    exec(SETUP + source, here)
    return Workbench(here)


def compiled(bench, **options):
    """What comes back, or how it fails, in a form that can be compared."""
    try:
        return repr(bench.perform("compiled", "answer", (X,), {}, **options))
    except LearnerError as error:
        return error.outcome, error.message, error.types


@pytest.fixture(scope="module")
def room(launcher):
    """One clean process for the graphs of many notebooks, as a class has it."""
    room = CleanRoom(lambda cells: RemoteWorkbench(cells, Limits(), launcher))
    yield room
    room.end()


@pytest.mark.parametrize("name", [*GIVING, *FAILING])
def test_a_graph_that_is_run_elsewhere_gives_and_tells_what_it_would_here(launcher, room, name):
    source = {**GIVING, **FAILING}[name]
    expected = compiled(at_home(source), unknown_axes=2)
    with bench_of(launcher, source, clean=room) as bench:
        assert compiled(bench, unknown_axes=2) == expected
    assert ("error" in expected) == (name in FAILING)


JOINED = """
class answer(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units, self.dense = units, keras.layers.Dense(units)

    def call(self, inputs):
        return self.dense(ops.concatenate([inputs["left"], inputs["right"]], axis=-1))

    def get_config(self):
        return {**super().get_config(), "units": self.units}
"""


def test_a_model_of_a_dictionary_is_compiled_saved_and_trained_in_a_worker(launcher, room):
    pair = {"left": X[:, 0], "right": 2 * X[:, 1]}
    with bench_of(launcher, JOINED, clean=room) as bench:
        model = bench.perform("call", "answer", (3,), {})
        before = bench.perform("call", model, (pair,), {})
        np.testing.assert_allclose(
            bench.perform("compiled", model, (pair,), {}, unknown_axes=2), before, rtol=1e-5, atol=1e-6
        )
        again = bench.perform("reloaded", model, (pair,), {})
        np.testing.assert_array_equal(bench.perform("call", again, (pair,), {}), before)
        bench.perform("method", model, "compile", ("sgd", "mse"), {"jit_compile": False})
        bench.perform("method", model, "fit", (pair, np.ones((2, 3), np.float32)), {"verbose": 0})
        found = bench.perform("method", model, "predict", (pair,), {"verbose": 0})
        assert np.abs(found - before).max() > 1e-4
        np.testing.assert_allclose(found, bench.perform("call", model, (pair,), {}), rtol=1e-4, atol=1e-5)


SPY = """
from autograder.seam import graphs
seen, traced = [], graphs.traced

def spy(function, tensors, *rest):
    seen.extend(float(ops.max(ops.abs(one))) for one in tensors)
    return traced(function, tensors, *rest)

def answer(x=None):
    return seen if x is None else x * 2
"""


def test_a_worker_makes_a_graph_without_the_inputs(launcher):
    with bench_of(launcher, SPY) as bench:
        np.testing.assert_array_equal(bench.perform("compiled", "answer", (X,), {}), 2 * X)
    with bench_of(launcher, SPY, then="graphs.traced = spy") as bench:
        assert "autograder.seam.graphs.traced" in compiled(bench)[1]
        assert bench.perform("call", "answer", (), {}) == [0.0]


ENDLESS = "def answer(x):\n    return ops.while_loop(lambda y: ops.all(y < 1e9), lambda y: (y * 1,), (x,))[0]"


def test_a_graph_without_end_costs_its_own_exercise_only(launcher):
    quick = Limits(call_seconds=2.0, patience=2.0)
    room = CleanRoom(lambda cells: RemoteWorkbench(cells, quick, launcher))
    try:
        with bench_of(launcher, ENDLESS, clean=room) as bench:
            assert [compiled(bench)[0] for _ in range(3)] == ["timeout", "timeout", "crashed"]
        with bench_of(launcher, "def answer(x):\n    return x + 1", clean=room) as bench:
            np.testing.assert_array_equal(bench.perform("compiled", "answer", (X,), {}), X + 1)
    finally:
        room.end()


LAYER = """
import os

calls, here = [], os.urandom(8).hex()

class answer(keras.layers.Layer):
    def __init__(self, units=3, **options):
        super().__init__(**options)
        self.units, self.dense = units, keras.layers.Dense(units)

    def call(self, x):
        calls.append("called")
        return self.dense(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}

    process = property(lambda self: here)
    asked = property(lambda self: len(calls))
    whole = property(lambda self: os.path.exists(os.environ["TMPDIR"] + "/whole"))
"""


def a_layer(bench):
    layer = bench.perform("call", "answer", (2,), {"name": "layer"})
    return layer, bench.perform("call", layer, (X,), {})


@pytest.mark.parametrize("operation", ["rebuilt", "reloaded"])
def test_a_layer_is_made_again_where_nothing_was_asked_before(launcher, operation):
    with bench_of(launcher, LAYER) as bench:
        layer, before = a_layer(bench)
        twin = bench.perform(operation, layer, *([(X,), {}] if operation == "reloaded" else []))
        here, there = (bench.perform("attribute", one, "process") for one in (layer, twin))
        assert here != there
        assert bench.perform("attribute", layer, "asked") > 0
        assert bench.perform("attribute", twin, "units") == 2
        if operation == "rebuilt":
            assert bench.perform("attribute", twin, "asked") == 0
            bench.perform("call", twin, (X,), {})
            bench.perform("set_weights", twin, bench.perform("weights", layer))
        np.testing.assert_array_equal(bench.perform("call", twin, (X,), {}), before)


@pytest.mark.parametrize(("sources", "whole"), [([SETUP, LAYER], False), ([SETUP], True)])
def test_a_second_worker_runs_what_the_answer_stands_on_and_else_the_whole_notebook(launcher, sources, whole):
    asked = []

    def needed(answer):
        asked.append(answer)
        return [*map(Cell, sources), Cell("", binds="answer")]

    everything = f"open(os.environ['TMPDIR'] + '/whole', 'w').close()\n{LAYER}"
    with bench_of(launcher, everything, needed=needed) as bench:
        twin = bench.perform("rebuilt", a_layer(bench)[0])
        assert bench.perform("attribute", twin, "whole") == whole
    assert asked == ["answer"]


@pytest.mark.parametrize(
    "edit", [('"units": self.units', '"unit": self.units'), ("return {**super()", "{**super()"), ("return {**", "{**")]
)
def test_a_layer_that_cannot_be_made_again_says_why_as_at_home(launcher, edit):
    source, tellings = LAYER.replace(*edit), []
    with bench_of(launcher, source) as bench:
        for one in (at_home(source), bench):
            with pytest.raises(LearnerError) as error:
                one.perform("rebuilt", a_layer(one)[0])
            tellings.append((error.value.message, error.value.types))
    assert tellings[0] == tellings[1]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("from autograder.seam import backends\nbackends.compiled = print", "autograder.seam.backends.compiled"),
        ("import sys\nsys.modules['autograder.seam.graphs'] = os", "autograder.seam.graphs"),
        ("from autograder.sandbox.shell import Shell\nShell.bind = print", "autograder.sandbox.shell.Shell.bind"),
        ("import course.built\ncourse.built.__getattr__ = lambda name: len", "course.built.__getattr__"),
        (
            "from autograder.seam.workbench import Workbench as W\nW._effect.__code__ = (lambda *args: None).__code__",
            "autograder.seam.workbench.Workbench._effect",
        ),
        ("import importlib, course.built\nimportlib.reload(course.built)", None),
        ("import autograder\nautograder.check = print", None),
        ("keras.ops.matmul = np.matmul", None),
    ],
)
def test_replaced_parts_of_the_grader_are_told_and_what_rests_on_them_is_not_judged(launcher, cell, told):
    with bench_of(launcher, "def answer(x):\n    return x + 1", then=cell) as bench:
        np.testing.assert_array_equal(bench.perform("call", "answer", (X,), {}), X + 1)
        assert bench.problem == (told and f"The notebook replaces parts of the grader: {told}.")
        if told:
            with pytest.raises(LearnerError, match=r"replaces parts of the grader.* this rule cannot be judged"):
                bench.perform("gradient", "answer", (X,), {}, wrt=(0,), cotangent=X)
        else:
            (found,) = bench.perform("gradient", "answer", (X,), {}, wrt=(0,), cotangent=X)
            np.testing.assert_array_equal(found, X)


def test_no_worker_outlives_its_notebook(launcher):
    with bench_of(launcher, LAYER) as bench:
        layer, _ = a_layer(bench)
        bench.perform("rebuilt", layer)
        bench.perform("compiled", layer, (X,), {})
        workers = [bench, *bench._evidence._seconds, bench._own_room._workbench]
        processes = [psutil.Process(one._worker.pid) for one in workers]
    assert len(set(processes)) == 3
    assert psutil.wait_procs(processes, timeout=10)[1] == []
