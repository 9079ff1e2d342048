"""Every step of our own work has a budget: whatever a learner hands in, it costs a plain page, never the class."""

import os
import shutil
import signal
import time
import weakref
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from autograder.author import demo
from autograder.grading import budgets, feedback, marker, tasks
from autograder.grading.budgets import JUDGE, OUTPUTS, PAGE, READ, WRITE, Budget, OverBudget
from autograder.grading.class_run import grade
from autograder.grading.feedback import _coloured
from autograder.grading.jobs import Job, jobs
from autograder.grading.pool import EndedItsProcess, Pool, Unfit
from autograder.grading.pool_process import announce
from autograder.grading.sanitize import inert_html, inert_outputs
from autograder.judging.judge import judge
from autograder.sandbox import Cell, Limits, RemoteWorkbench
from autograder.tests.classroom import hand_in, with_cell
from autograder.units import Unit

UNIT = Unit("00_start")
FINISHED = 0
MIB = 1 << 20


def quickly(function, *args, seconds=5.0):
    """The result; by the CPU's time, so that a loaded machine fails no test."""
    before = time.process_time()
    result = function(*args)
    assert time.process_time() - before < seconds
    return result


NEVER_CLOSED = "<p>" + "".join(f"<b lang={number}>" for number in range(2000)) + "x<p>" * 16_000


@pytest.mark.parametrize(
    "html",
    [
        NEVER_CLOSED,
        "<p>" + "".join(f"<b lang={number}>" for number in range(150)) + "x<p>" * 30_000,
        "<div>" * 20_000,
        "<table><td>" * 20_000,
        f"<b {' '.join(f'a{number}=1' for number in range(50_000))}>x</b>",
    ],
    ids=["formatting never closed", "less of it", "nested", "tables in tables", "attributes"],
)
def test_html_that_would_grow_or_take_long_is_left_out(html):
    data = {"text/html": html, "text/plain": "the same in words"}
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}}] * 20
    kept = quickly(inert_outputs, outputs)
    assert len(kept) == 20
    assert kept[0]["data"]["text/plain"] == "the same in words"
    assert all(len(output["data"]["text/html"]) < 1000 for output in kept)


def test_ordinary_html_is_kept_however_long():
    rows = "".join(f"<tr><td>{row}</td><td><b>x</b> &lt; <code>y</code></td></tr>" for row in range(5000))
    table = f"<div><table><tbody>{rows}</tbody></table></div>"
    assert quickly(inert_html, table) == table
    nested = "<div>" * 60 + "deep" + "</div>" * 60
    assert inert_html(nested) == nested
    assert inert_html("<ul>" + "<li>one<p>two" * 3000 + "</ul>").count("<li>") == 3000


def test_a_source_of_any_length_is_shown_at_once():
    assert "\n" * 100 in quickly(_coloured, "\n" * 100_000 + "<b>")
    assert "&lt;b&gt;" in _coloured("\n" * 100_000 + "<b>")
    assert 'class="k"' in _coloured("def f():\n    return 1\n")


class Hoarder:
    """An answer whose results are large, all of them."""

    def __init__(self):
        self.made, self.most = [], 0

    def perform(self, operation, target, *args, **options):
        self.most = max(self.most, sum(one() is not None for one in self.made))
        result = np.zeros((60, MIB // 4), np.float32)
        self.made.append(weakref.ref(result))
        return result


def test_large_results_are_not_held_until_all_tests_are_done():
    hoarder = Hoarder()
    verdicts = judge(UNIT.suite, hoarder, 1)
    assert len(hoarder.made) > 10
    assert hoarder.most <= 2
    assert not any(test.outcome == "passed" for exercise in verdicts for test in exercise.tests)
    told = [test.message for exercise in verdicts for test in exercise.tests]
    assert any(f"(60, {MIB // 4})" in message for message in told)


def test_a_large_result_is_not_put_down_to_a_mistake():
    from autograder.judging.known import known_answers

    verdicts = judge(UNIT.suite, Hoarder(), 1, known_answers(UNIT))
    assert {test.mistake for exercise in verdicts for test in exercise.tests} == {None}


FORGED = "from autograder.sandbox.shell import Outputs\nOutputs._fit = lambda self, text: text\n"


def test_outputs_are_counted_outside_the_worker(launcher):
    cells = [Cell(f"{FORGED}print('x' * 5_000_000)"), *[Cell("print('y' * 1_000_000)")] * 24]
    with RemoteWorkbench(cells, Limits(), launcher) as bench:
        results = bench.run()
    texts = ["".join(output.get("text", "") for output in result.outputs) for result in results]
    assert "more was shown than is kept" in texts[0]
    assert len(texts[0]) < 1.2 * MIB
    assert texts[1] == "y" * 1_000_000 + "\n"
    assert sum(map(len, texts)) < 17 * MIB
    assert "more was shown than is kept" in texts[-1]


def test_the_time_of_what_a_cell_has_started_is_counted(launcher):
    source = "import subprocess, time\nsubprocess.Popen(['sh', '-c', 'while :; do :; done'])\ntime.sleep(100)"
    started = time.monotonic()
    with RemoteWorkbench([Cell(source)], Limits(cell_seconds=1.0, patience=90.0), launcher) as bench:
        (result,) = bench.run()
    assert result.outcome == "timeout"
    assert time.monotonic() - started < 60


def nothing():
    pass


def compute(digest):
    announce("compute", digest)
    while True:
        pass


def wait(digest):
    announce("wait", digest)
    time.sleep(600)


def hoard(digest):
    announce("hoard", digest)
    kept = []
    while True:
        kept.append(np.ones(MIB))


def double(number):
    return 2 * number


def end_once(mark):
    if not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def complain():
    raise FileNotFoundError("nothing is where it should be")


AMPLE = 8 << 30
BUDGETS = {
    "compute": Budget(1.0, 60.0, AMPLE),
    "wait": Budget(60.0, 1.0, AMPLE),
    "hoard": Budget(60.0, 60.0, 512 * MIB),
}


def all_of(pool, count):
    found = []
    while len(found) < count:
        found += pool.finished(0.2)
    return dict(found)


@pytest.mark.parametrize(("task", "word"), [(compute, "computing"), (wait, "seconds"), (hoard, "memory")])
def test_a_step_over_its_budget_is_ended_and_the_others_go_on(task, word):
    exceeded = []
    with Pool(2, nothing, (), BUDGETS, lambda step, digest, what: exceeded.append((step, digest))) as pool:
        pool.hand_out("greedy", task, "abc")
        for number in range(6):
            pool.hand_out(number, double, number)
        found = all_of(pool, 7)
        assert pool.idle
    assert exceeded == [(task.__name__, "abc")] * 2
    assert isinstance(found["greedy"], EndedItsProcess)
    assert word in found["greedy"].over
    assert [found[number] for number in range(6)] == [0, 2, 4, 6, 8, 10]


def test_a_result_that_is_too_large_is_not_taken(monkeypatch):
    monkeypatch.setattr("autograder.grading.pool._LARGEST", MIB)
    with Pool(1, nothing, ()) as one:
        one.hand_out("large", bytes, 2 * MIB)
        one.hand_out("small", bytes, 2)
        found = all_of(one, 2)
    assert found["large"].over == "more than 1 MiB for its result"
    assert found["small"] == bytes(2)


def test_a_task_whose_process_was_killed_is_tried_once_more(tmp_path):
    with Pool(1, nothing, ()) as pool:
        pool.hand_out("task", end_once, str(tmp_path / "mark"))
        assert all_of(pool, 1) == {"task": "done"}


def test_processes_that_cannot_be_made_ready_end_the_run_with_the_reason():
    with Pool(1, complain, ()) as pool:
        pool.hand_out("task", double, 1)
        with pytest.raises(Unfit, match="nothing is where it should be"):
            all_of(pool, 1)


@dataclass(frozen=True)
class _Slow(Unit):
    """A unit of whose submissions a step of ours takes for ever, as often as it is taken: each time leaves a mark."""

    marks: str = ""

    def mark(self, step):
        with open(self.marks, "a") as marks:
            marks.write(f"{step}\n")
        while True:
            pass


class SlowPage(_Slow):
    @property
    def learners_copy(self):
        show = feedback.FeedbackExporter.from_notebook_node

        def shown(exporter, notebook, resources):
            if notebook.cells[0].id != "plain":
                self.mark("page")
            return show(exporter, notebook, resources)

        feedback.FeedbackExporter.from_notebook_node = shown
        return super().learners_copy


class SlowOutputs(_Slow):
    @property
    def learners_copy(self):
        marker.inert_outputs = lambda outputs: self.mark("outputs")
        return super().learners_copy


@pytest.mark.parametrize(("kind", "step"), [(SlowPage, PAGE), (SlowOutputs, OUTPUTS)])
def test_who_exceeds_a_budget_gets_something_plain_once_and_for_all_and_keeps_the_points(
    tmp_path, monkeypatch, kind, step
):
    monkeypatch.setitem(budgets.BUDGETS, step, Budget(0.5, 60.0, 1 << 30))
    path = hand_in(tmp_path / "submitted" / "learner-0", UNIT, with_cell(demo.KINDS[FINISHED](UNIT), "print('mine')"))
    marks = tmp_path / "marks"
    todo = [Job("learner-0", kind(UNIT.stem, str(marks)), path.parent)]
    (one,) = grade(todo, tmp_path, 1)
    assert (one.outcome.score, one.outcome.fault, one.failed) == (20, None, False)
    page = tmp_path / "feedback" / "learner-0" / UNIT.stem / f"{UNIT.stem}.html"
    text = page.read_text("utf-8")
    assert "20 of 20 points" in text
    assert "than it may" in text
    shutil.rmtree(tmp_path / "feedback")
    grade(todo, tmp_path, 1, again=step == OUTPUTS)
    assert "than it may" in page.read_text("utf-8")
    assert marks.read_text() == f"{step}\n"
    (fresh,) = grade(jobs([UNIT], tmp_path / "submitted"), tmp_path, 1)
    assert fresh.outcome.score == 20


class SlowJudge(_Slow):
    @property
    def suite(self):
        return Path(self.marks).with_name("suite.py")

    def points(self):
        return UNIT.points()

    @property
    def learners_copy(self):
        marker.judge = lambda *args: self.mark(JUDGE)
        return super().learners_copy


def test_a_judge_over_its_budget_is_told_from_then_on_and_tried_again_when_asked_and_ends_no_run(tmp_path, monkeypatch):
    """Five are as many as end a run when they fail: what is behind them would never be graded."""
    monkeypatch.setitem(budgets.BUDGETS, JUDGE, Budget(0.5, 60.0, 1 << 30))
    shutil.copyfile(UNIT.suite, tmp_path / "suite.py")
    for number in range(5):
        hand_in(tmp_path / "submitted" / f"learner-{number}", UNIT, demo.KINDS[FINISHED](UNIT))
    marks = tmp_path / "marks"
    unit = SlowJudge(UNIT.stem, str(marks))
    todo = [Job(job.learner, unit, job.place) for job in jobs([UNIT], tmp_path / "submitted")]
    for handed_in, tries, how in ((todo[:1], 1, {}), (todo, 1, {}), (todo[:1], 2, {"again": True})):
        for one in grade(handed_in, tmp_path, 1, **how):
            assert (one.outcome.score, one.outcome.fault, one.failed) == (None, "ours", True)
            assert "took more than 0.5 seconds of computing. It is not tried again as it is" in one.outcome.problem
        assert marks.read_text() == f"{JUDGE}\n" * tries


class SlowToRead(Job):
    """A submission that takes for ever to read, as often as it is read: each time leaves a mark in its folder's."""

    def take(self):
        with open(self.place.parents[1] / "marks", "a") as marks:
            marks.write("read\n")
        while True:
            pass


def test_a_submission_that_took_too_long_to_read_is_told_from_then_on_until_it_is_another(tmp_path, monkeypatch):
    monkeypatch.setitem(budgets.BUDGETS, READ, Budget(0.5, 60.0, 1 << 30))
    path = hand_in(tmp_path / "submitted" / "learner-0", UNIT, demo.KINDS[FINISHED](UNIT))
    todo, marks = [SlowToRead("learner-0", UNIT, path.parent)], tmp_path / "submitted" / "marks"
    for tries, how in ((1, {}), (1, {}), (2, {"again": True}), (2, {})):
        (one,) = grade(todo, tmp_path, 1, **how)
        assert (one.outcome.score, one.outcome.fault) == (None, "ours")
        assert "Reading it took more than 0.5 seconds of computing" in one.outcome.problem
        assert marks.read_text() == "read\n" * tries
    path.write_bytes(path.read_bytes() + b"\n")
    grade(todo, tmp_path, 1)
    assert marks.read_text() == "read\n" * 3


def test_what_has_exceeded_a_budget_is_known_by_its_digest_and_that_budget_until_it_is_tried_again(tmp_path):
    def step_taken(step, digest, **how):
        return tasks._Process(tasks.Places(tmp_path, tmp_path, **how)).announce(step, digest)

    places = tasks.Places(tmp_path, tmp_path)
    for step in (READ, JUDGE, WRITE):
        assert places.exceeded.note(step, "abc", "more than 5 seconds")
        with pytest.raises(OverBudget, match="more than 5 seconds"):
            step_taken(step, "abc")
        assert step_taken(step, "other")
        assert step_taken(step, "abc", budgets={step: Budget(600, 600, AMPLE)})
        assert step_taken(step, "abc", again=True)
        assert step_taken(step, "abc")
    assert not places.exceeded.note(PAGE, "abc", "more than 5 seconds")
    assert not step_taken(PAGE, "abc", again=True)
    assert not places.exceeded.note(JUDGE, "", "more than 5 seconds")
    assert step_taken(JUDGE, "")


def test_a_suite_that_has_changed_makes_it_other_work(tmp_path):
    shutil.copyfile(UNIT.suite, tmp_path / "suite.py")
    announced, unit = [], SlowJudge(UNIT.stem, str(tmp_path / "marks"))

    def announce(step, digest):
        announced.append((step, digest))
        raise OverBudget

    for limits in (None, None, Limits(cell_seconds=1.0)):
        with marker.Marker(limits=limits, announce=announce) as one, pytest.raises(OverBudget):
            one.mark_cells([], unit)
        if len(announced) == 1:
            (tmp_path / "suite.py").write_text("# another suite\n")
    assert [step for step, _ in announced] == [JUDGE] * 3
    assert len(set(announced)) == 3
