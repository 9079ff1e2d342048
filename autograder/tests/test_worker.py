"""A worker may die, hang, flood or lie: it costs the call that it happened in, nothing else."""

import os
import re
import select
import signal
import socket
import struct
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from autograder.sandbox import Cell, Limits, RemoteWorkbench, worker
from autograder.sandbox.launch import Launcher, environment
from autograder.sandbox.limits import MIB
from autograder.sandbox.shell import Shell
from autograder.sandbox.worker_process import Worker
from autograder.seam import LearnerError, backends

X = np.ones((2, 3), np.float32)
QUICK = Limits(call_seconds=1.0, cell_seconds=1.5)
SETUP = Cell("import os, sys, time, signal, threading\nfrom keras import ops\nimport keras\nimport numpy as np")


def bench_of(launcher, *sources, limits=QUICK):
    """A workbench for cells, each of which defines the answer `f0`, `f1`, … by its place."""
    cells = [SETUP]
    for number, source in enumerate(sources):
        cells += [Cell(source), Cell("", binds=f"f{number}")]
    return RemoteWorkbench(cells, limits, launcher)


def outcome_of(bench, name, *args):
    with pytest.raises(LearnerError) as told:
        bench.perform("call", name, args, {})
    return told.value.outcome


GOOD = "def f1(x):\n    return x + 1"


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("def f0(x):\n    os._exit(0)", "crashed"),
        ("def f0(x):\n    os.kill(os.getpid(), signal.SIGKILL)", "crashed"),
        ("def f0(x):\n    os.kill(os.getpid(), signal.SIGSEGV)", "crashed"),
        ("def f0(x):\n    os.kill(os.getppid(), 0); sys.exit(1)", "error"),
        ("def f0(x):\n    while True: pass", "timeout"),
        ("def f0(x):\n    time.sleep(60)", "timeout"),
        (
            "def f0(x):\n    while True:\n        try:\n            time.sleep(60)\n"
            "        except BaseException:\n            pass",
            "timeout",
        ),
        ("def f0(x):\n    return f0(x)", "error"),
        ("def f0(x):\n    return np.zeros(30_000_000)", "error"),
        ("def f0(x):\n    return [[]] * 300_000", "error"),
        ("def f0(x):\n    a = []\n    a.append(a)\n    return a", "error"),
        ("def f0(x):\n    return {1: 2}", "error"),
        ("def f0(x):\n    return np.array([object()])", "error"),
        ("def f0(x):\n    for fd in range(3, 60):\n        try: os.close(fd)\n        except OSError: pass", "crashed"),
        (
            "def f0(x):\n    for fd in range(3, 60):\n        try: os.write(fd, b'garbage' * 100)\n"
            "        except OSError: pass\n    return x",
            "crashed",
        ),
    ],
)
def test_trouble_costs_its_own_call_only(launcher, source, outcome):
    with bench_of(launcher, source, GOOD) as bench:
        assert outcome_of(bench, "f0", X) == outcome
        np.testing.assert_array_equal(bench.perform("call", "f1", (X,), {}), X + 1)


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("os._exit(1)", "crashed"),
        ("while True: pass", "timeout"),
        ("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", "timeout"),
    ],
)
def test_a_cell_that_ends_its_worker_is_skipped_and_the_others_run(launcher, source, outcome):
    with bench_of(launcher, source, GOOD) as bench:
        results = bench.run()
        assert results[1].outcome == outcome
        np.testing.assert_array_equal(bench.perform("call", "f1", (X,), {}), X + 1)


def test_a_worker_that_sends_nonsense_lives_and_nobody_is_asked_who_killed_it(launcher, monkeypatch):
    monkeypatch.setattr(Worker, "was_killed", lambda _: pytest.fail("it was not"))
    sends = "def f0(x):\n    for fd in range(3, 60):\n        try: os.write(fd, b'garbage' * 100)\n"
    with bench_of(launcher, f"{sends}        except OSError: pass", GOOD) as bench:
        assert outcome_of(bench, "f0", X) == "crashed"
        assert (bench.perform("call", "f1", (X,), {}) == X + 1).all()


def test_what_was_defined_before_an_endless_loop_counts(launcher):
    with bench_of(launcher, "def f0(x):\n    return x\nwhile True: pass") as bench:
        np.testing.assert_array_equal(bench.perform("call", "f0", (X,), {}), X)


LEFT_BEHIND = """
import warnings
import tensorflow as tf
keras.config.set_dtype_policy("mixed_float16")
keras.config.set_floatx("float64")
keras.config.set_image_data_format("channels_first")
keras.config.disable_traceback_filtering()
tf.config.run_functions_eagerly(True)
np.seterr(all="raise")
warnings.simplefilter("error")
"""
ASKS = """
def f1(x):
    warnings.warn("this is a warning and no error")
    kinds = [str(np.float32(1e30) * np.float32(1e30)), keras.config.floatx(), keras.config.image_data_format()]
    kinds += [keras.layers.Dense(2).dtype_policy.name, str(keras.config.is_traceback_filtering_enabled())]
    return [*kinds, str(tf.config.functions_run_eagerly())]
"""


def test_settings_that_cells_leave_behind_are_the_usual_ones_for_the_judge(launcher):
    with bench_of(launcher, LEFT_BEHIND, ASKS, limits=Limits()) as bench:
        usual = ["inf", "float32", "channels_last", "float32", "True", "False"]
        assert bench.perform("call", "f1", (X,), {}) == usual


def test_settings_that_an_answer_changes_do_not_last(launcher):
    changes = "def f0(x):\n    keras.config.set_floatx('float16')\n    return keras.config.floatx()"
    asks = "def f1(x):\n    return keras.config.floatx()"
    with bench_of(launcher, changes, asks) as bench:
        assert bench.perform("call", "f0", (X,), {}) == "float16"
        assert bench.perform("call", "f1", (X,), {}) == "float32"


def test_memory_has_a_limit(launcher):
    greedy = "def f0(x):\n    kept = []\n    while True: kept.append(np.ones(10_000_000))"
    limits = Limits(call_seconds=20, memory_bytes=512 << 20)
    with bench_of(launcher, greedy, GOOD, limits=limits) as bench:
        assert outcome_of(bench, "f0", X) == "memory"
        np.testing.assert_array_equal(bench.perform("call", "f1", (X,), {}), X + 1)


def test_an_answer_that_never_ends_is_called_twice_at_most(launcher):
    with bench_of(launcher, "def f0(x):\n    while True: pass") as bench:
        assert [outcome_of(bench, "f0", X) for _ in range(6)] == ["timeout"] * 6
        assert len(bench._losses["f0"]) == 2


def test_what_a_call_without_end_has_left_running_does_not_reach_another_answer(launcher):
    leaves = (
        "def f0(x):\n    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n    while True: pass"
    )
    with bench_of(launcher, leaves, "def f1(x):\n    return threading.active_count()") as bench:
        before = bench.perform("call", "f1", (1,), {})
        assert outcome_of(bench, "f0", 1) == "timeout"
        assert bench.perform("call", "f1", (1,), {}) == before


def test_what_runs_too_long_is_told_with_the_line_and_the_function_that_it_called_most(launcher):
    def step(ids):
        return ids

    def told_of(bench, *args):
        with pytest.raises(LearnerError) as told:
            bench.perform("call", "f0", args, {})
        return told.value

    with bench_of(launcher, "def f0(x):\n    while True:\n        x = x + 1") as bench:
        told = told_of(bench, X)
        assert told.message == "Your code was still running after 1 seconds. Is there a loop that never ends?"
        assert told.line in ("in line 2 of `f0`: while True:", "in line 3 of `f0`: x = x + 1")
    with bench_of(launcher, "def f0(step, x):\n    while True:\n        step(x)") as bench:
        told = told_of(bench, step, X)
        assert re.search(
            r"It had called `step` [\d,]+ times by then: is one call for the whole batch enough\?", str(told)
        )
        assert told.line == "in line 3 of `f0`: step(x)"


def test_a_notebook_has_a_budget_by_the_clock(launcher):
    limits = Limits(submission_seconds=1.0, patience=2.0)
    sleepy = [Cell("time.sleep(0.7)")] * 6
    cells = [SETUP, Cell(GOOD), Cell("", binds="f1"), *sleepy]
    with RemoteWorkbench(cells, limits, launcher) as bench:
        results = bench.run()
        assert len(results) == len(cells)
        assert results[-1].outcome == "timeout"
        assert outcome_of(bench, "f1", X) == "timeout"


def test_many_short_calls_use_up_a_budget_as_one_long_one_does(launcher):
    limits = Limits(submission_seconds=3.0, patience=20.0)
    burns = """def f1(x):
    end = time.process_time() + 0.02
    while time.process_time() < end:
        pass
    return x"""
    with RemoteWorkbench([SETUP, Cell(burns), Cell("", binds="f1")], limits, launcher) as bench:
        answered = []
        with pytest.raises(LearnerError, match="The whole notebook took longer"):
            answered.extend(bench.perform("call", "f1", (X,), {}) for _ in range(1000))
    assert 20 < len(answered) < 3.2 / 0.02


def test_stopping_and_dripping_workers_run_out_of_time():
    stops = """def f0(x):
    if x.shape[0] < 9:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGSTOP)).start()"""
    drips = """def f1(x):
    import struct
    fds = [fd for fd in range(3, 60) if os.path.exists(f"/proc/self/fd/{fd}")]
    sockets = [fd for fd in fds if os.readlink(f"/proc/self/fd/{fd}").startswith("socket")]
    os.write(sockets[-1], struct.pack("!II", 1000, 0))
    while True:
        os.write(sockets[-1], b" ")
        time.sleep(0.02)"""
    launcher = Launcher(without=["namespaces"])  # the first process of a namespace cannot stop itself
    try:
        with bench_of(launcher, stops, drips) as bench:
            bench.perform("call", "f0", (X,), {})
            time.sleep(0.5)
            assert outcome_of(bench, "f0", np.ones((500, 500), np.float32)) == "timeout"
            assert outcome_of(bench, "f1", X) in ("timeout", "crashed")
    finally:
        launcher.close()


def test_what_a_worker_says_of_an_error_is_cleaned(launcher):
    source = "def f0(x):\n    raise ValueError('\\ud800 \\x1b[2J' + 'x' * 100_000)"
    with bench_of(launcher, source) as bench, pytest.raises(LearnerError) as told:
        bench.perform("call", "f0", (X,), {})
    told.value.message.encode()
    assert "\x1b" not in told.value.message
    assert len(told.value.message) < 2100


def test_a_flood_of_outputs_does_not_lose_the_answer(launcher):
    flood = "for i in range(3000):\n    print(i)\n    print(i, file=sys.stderr)\n" + GOOD.replace("f1", "f0")
    with bench_of(launcher, flood) as bench:
        assert len(bench.run()[1].outputs) <= 200
        np.testing.assert_array_equal(bench.perform("call", "f0", (X,), {}), X + 1)


def test_a_stub_that_another_answer_calls_is_not_that_answers_stub(launcher):
    stub = "def f0(x):\n    raise NotImplementedError('your code here')"
    with bench_of(launcher, stub, "def f1(x):\n    return f0(x)") as bench:
        assert outcome_of(bench, "f0", X) == "not_attempted"
        with pytest.raises(LearnerError, match="`f1` uses `f0`, which is not written yet") as told:
            bench.perform("call", "f1", (X,), {})
    assert told.value.outcome == "error"


def test_a_forged_outcome_is_a_crash(launcher):
    forged = (
        "def f0(x):\n"
        "    from autograder.seam import LearnerError\n"
        "    raise LearnerError('passed', 'all is well', [], '')"
    )
    with bench_of(launcher, forged) as bench:
        assert outcome_of(bench, "f0", X) == "crashed"


def test_an_answer_is_what_was_bound_at_its_check(launcher):
    cells = [SETUP, Cell("def f0(x):\n    return x"), Cell("", binds="f0"), Cell("def f0(x):\n    return x * 100")]
    with RemoteWorkbench(cells, QUICK, launcher) as bench:
        np.testing.assert_array_equal(bench.perform("call", "f0", (X,), {}), X)


def test_functions_are_called_back_and_their_errors_told(launcher):
    with bench_of(launcher, "def f0(step, x):\n    return step(x) + 1") as bench:
        np.testing.assert_array_equal(bench.perform("call", "f0", (lambda x: x * 2, X), {}), X * 2 + 1)
        with pytest.raises(LearnerError, match="KeyError"):
            bench.perform("call", "f0", (lambda x: {}["absent"], X), {})


def test_a_handle_does_not_outlive_its_worker(launcher):
    with bench_of(launcher, "f0 = keras.layers.Dense", "def f1(x):\n    os._exit(1)") as bench:
        layer = bench.perform("call", "f0", (4,), {})
        assert bench.perform("call", layer, (X,), {}).shape == (2, 4)
        assert outcome_of(bench, "f1", X) == "crashed"
        assert outcome_of(bench, layer, X) == "crashed"


def test_outputs_are_kept_in_notebook_form_and_limited(launcher):
    sources = [
        "print('hello'); print('oh', file=sys.stderr); 40 + 2",
        "print('x' * 3_000_000)",
        "1 / 0",
        "def broken(:",
        "from IPython.display import display, HTML\ndisplay(HTML('<b>bold</b>'))",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "from autograder import check, progress\ncheck('softmax')",
        "input('name?')",
        "%time 1 + 1",
        "!echo from the shell",
    ]
    with RemoteWorkbench([SETUP, *map(Cell, sources)], Limits(), launcher) as bench:
        results = bench.run()[1:]
    kinds = [[output["output_type"] for output in result.outputs] for result in results]
    assert kinds[0] == ["stream", "stream", "execute_result"]
    assert results[0].outputs[2]["data"]["text/plain"] == "42"
    assert len(results[1].outputs[0]["text"]) < 1_100_000
    assert "more was printed" in results[1].outputs[0]["text"]
    assert (results[2].outcome, results[3].outcome) == ("error", "error")
    assert "line 1 of the cell: 1 / 0" in results[2].line
    assert results[4].outputs[0]["data"]["text/html"] == "<b>bold</b>"
    assert "image/png" in results[5].outputs[0]["data"]
    assert results[6].outcome == "ok"
    assert "EOFError" in results[7].message
    assert results[8].outcome == "ok"
    assert "from the shell" in str(results[9].outputs)


def test_a_spawned_worker_gives_what_a_forked_one_gives(launcher):
    answers = []
    spawning = Launcher(fork=False)
    for start in (launcher, spawning):
        with bench_of(start, "def f0(x):\n    return ops.softmax(x * 3), 'text'", limits=Limits()) as bench:
            answers.append(bench.perform("call", "f0", (X,), {}))
    assert launcher.forks
    assert not spawning.forks
    np.testing.assert_array_equal(answers[0][0], answers[1][0])
    assert answers[0][1] == answers[1][1]


def test_nothing_is_left_running_and_no_scratch_is_left(launcher):
    with bench_of(launcher, "import subprocess\nsubprocess.Popen(['sleep', '300'], start_new_session=True)") as bench:
        bench.run()
        pid, scratch = bench._worker.pid, bench._worker._place.scratch
        assert scratch.exists()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)
    assert not scratch.exists()
    left = [
        process.pid for process in psutil.process_iter(["cmdline"]) if process.info.get("cmdline") == ["sleep", "300"]
    ]
    assert not left


def test_compiled_programs_go_when_much_memory_is_in_use_and_again_when_there_is_more(monkeypatch):
    gone, sizes = [], iter([0, 1500, 1600, 1700, 1750, 2000, 2100])
    monkeypatch.setattr(worker, "address_space", lambda: next(sizes) * MIB)
    monkeypatch.setattr(backends, "keeps_compiled", lambda: True)
    monkeypatch.setattr(backends, "forget_compiled", lambda: gone.append(True))
    one = worker._Worker(None, Shell(), Limits(memory_bytes=3072 * MIB))
    told = []
    for _ in range(3):
        one._make_room()
        told.append(len(gone))
    assert told == [0, 1, 1]  # at 1500, at 1600, from where on 128 more are waited for, at 1750
    one._make_room()
    assert len(gone) == 2


def test_memory_for_threads_is_not_reserved_on_jax_which_has_many():
    of = {name: environment(Path("scratch"), "cpu", name) for name in ("tensorflow", "jax", "torch")}
    assert [name for name, variables in of.items() if "MALLOC_ARENA_MAX" in variables] == ["jax"]


def test_the_worker_inherits_nothing_of_the_instructors_environment(launcher, monkeypatch):
    monkeypatch.setenv("GRADEBOOK_PASSWORD", "secret")
    fresh = Launcher()
    try:
        with bench_of(fresh, "def f0():\n    return dict(os.environ)", limits=Limits()) as bench:
            seen = bench.perform("call", "f0", (), {})
    finally:
        fresh.close()
    assert "GRADEBOOK_PASSWORD" not in seen
    assert seen["HOME"] != os.environ.get("HOME")


def test_a_template_that_has_died_is_started_again_and_at_last_replaced_by_spawned_workers():
    launcher = Launcher()
    try:
        for forks in (True, True, False):
            launcher(Limits()).end()
            waiting = _waiting(launcher)
            launcher._template.kill()
            launcher._template.wait()
            _wait_for_the_end_of(waiting)
            with bench_of(launcher, GOOD.replace("f1", "f0"), limits=Limits()) as bench:
                np.testing.assert_array_equal(bench.perform("call", "f0", (X,), {}), X + 1)
            assert launcher.forks == forks
    finally:
        launcher.close()


def test_workers_come_from_the_template_that_was_begun_and_it_ends_with_its_launcher():
    launcher = Launcher()
    launcher.begin()
    begun = psutil.Process(launcher._template.pid)
    with bench_of(launcher, "def f0(x):\n    return x") as bench:
        assert bench.perform("call", "f0", (3,), {}) == 3
    assert launcher._template.pid == begun.pid
    unused = Launcher()
    unused.begin()
    there = [begun, psutil.Process(unused._template.pid)]
    launcher.close()
    unused.close()
    assert not any(one.is_running() for one in there)


def test_a_worker_that_was_forked_ahead_and_has_died_costs_nobody_anything(launcher):
    limits = Limits(cell_seconds=7)
    launcher(limits).end()
    ahead = launcher._forked_ahead(limits)
    assert not ahead.has_ended()
    os.kill(ahead.pid, signal.SIGKILL)
    assert select.select([ahead.connection], [], [], 10)[0]
    assert ahead.has_ended()
    ahead.end()
    with bench_of(launcher, GOOD.replace("f1", "f0"), limits=limits) as bench:
        np.testing.assert_array_equal(bench.perform("call", "f0", (X,), {}), X + 1)


def test_a_worker_that_was_forked_ahead_ends_with_its_launcher_or_for_one_with_other_limits():
    launcher = Launcher()
    try:
        launcher(Limits()).end()
        first = _waiting(launcher)
        launcher(Limits(cell_seconds=7)).end()
        second = _waiting(launcher)
    finally:
        launcher.close()
    assert first != second
    _wait_for_the_end_of(first)
    _wait_for_the_end_of(second)


def _waiting(launcher):
    """The worker that was forked ahead, which goes on waiting."""
    place = launcher._ahead
    place.connection.settimeout(60)
    greeting, notes, flags, _ = place.connection.recvmsg(1, 1024, socket.MSG_PEEK)
    assert greeting == b"!"
    return psutil.Process(next(struct.unpack("3i", data)[0] for _, _, data in notes))


def _wait_for_the_end_of(process):
    gone, alive = psutil.wait_procs([process], timeout=30)
    assert not alive


TRAINS = "def f0(model, batch, steps):\n    return [float(model.train_on_batch(*batch)) for _ in range(steps)]"


def a_model(bench):
    """A model of one parameter, 1, made where the answer lives, and a batch for it."""
    dense = bench.perform("call", bench.perform("from_keras", "f0", "layers.Dense"), (1,), {"use_bias": False})
    model = bench.perform("call", bench.perform("from_keras", "f0", "Sequential"), ([dense],), {})
    batch = np.ones((3, 1), np.float32), np.zeros((3, 1), np.float32)
    bench.perform("call", model, (batch[0],), {})
    bench.perform("set_weights", model, [np.ones((1, 1), np.float32)])
    bench.perform("method", model, "compile", ("sgd", "mse"), {"run_eagerly": True})
    return model, batch


def test_a_model_that_the_judge_has_made_is_trained_by_an_answer(launcher):
    with bench_of(launcher, TRAINS, limits=Limits(call_seconds=30.0)) as bench:
        model, batch = a_model(bench)
        np.testing.assert_allclose(bench.perform("call", "f0", (model, batch, 2), {}), [1.0, 0.98**2], rtol=1e-5)
        np.testing.assert_allclose(bench.perform("weights", model)[0], [[0.98**2]], rtol=1e-5)


def test_a_training_that_does_not_end_is_stopped(launcher):
    endless = TRAINS.replace("range(steps)", "iter(int, 1)")
    with bench_of(launcher, endless, limits=Limits(call_seconds=5.0)) as bench:
        model, batch = a_model(bench)
        assert outcome_of(bench, "f0", model, batch, 2) == "timeout"
