"""The benchmark's own arithmetic, and one tiny class through all of it."""

from collections import Counter

import pytest
from rich.console import Console

from autograder.author.build import solution_notebook
from autograder.bench.clock import Clock
from autograder.bench.command import Bench
from autograder.bench.learners import MIX, class_of
from autograder.bench.measure import _pace, _turns
from autograder.bench.page import page
from autograder.bench.results import ClassSize, Comparison, Pair, Results, Spent, StockRun, spread
from autograder.bench.stages import STAGES
from autograder.bench.stock import with_stock_checks
from autograder.grading.our_cells import answers_in, untouched
from autograder.units import Unit

UNIT = Unit("00_start")
STOCK = (StockRun("ana", "right", 8.0, 20.0, 20.0), StockRun("bo", "mistaken", 12.0, 14.65, 15.0))
COMPARED = Comparison(learners=200, workers=2, seconds=100.0, stock=STOCK, confinement=["all"])
SPENT = Spent([{"cells": 0.5, "tests": 0.1, "wire": 0.2}, {"cells": 0.7, "pytest": 0.1}], [{"cells": 0.4}, {}])
SMALL = ClassSize(50, 2, 5.0, 54.0, 2 << 30, 9)
LARGE = ClassSize(
    101, 2, 6.0, 126.0, 1 << 30, 9, [Pair(in_the_class=1.3, alone=1.0), Pair(in_the_class=2.3, alone=2.0)]
)


def test_a_class_has_its_mix_and_begins_like_a_larger_one():
    small, large = list(class_of(UNIT, 20)), list(class_of(UNIT, 40))
    assert Counter(one.kind for one in small) == {kind: share for kind, (share, _) in MIX.items()}
    assert [(one.learner, one.notebook) for one in small] == [(one.learner, one.notebook) for one in large[:20]]


def test_no_two_notebooks_of_a_class_are_the_same():
    sources = ["\0".join(cell.source for cell in one.notebook.cells) for one in class_of(UNIT, 60)]
    assert len(set(sources)) == 60


def test_each_kind_of_learner_hands_in_what_it_says():
    stubs = {name: cell.source for name, cell in answers_in(untouched(UNIT)).items()}
    for one in class_of(UNIT, 20):
        begun = sum(cell.source != stubs[name] for name, cell in answers_in(one.notebook).items())
        expected = {"untouched": 0, "half finished": 1}.get(one.kind, len(stubs))
        assert begun == expected, one.kind


def test_on_stock_nbgrader_each_check_gives_its_points_and_nothing_is_judged_twice():
    notebook = with_stock_checks(solution_notebook(UNIT))
    checks = [cell.source for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert checks == [f'check("{name}").verdict.score' for name in UNIT.points()]
    assert not any("progress()" in cell.source for cell in notebook.cells if cell.cell_type == "code")


def test_stock_has_its_turns_evenly_within_the_class():
    assert _turns(200, 4) == [25, 75, 125, 175]
    assert all(1 <= turn <= 10 for turn in _turns(10, 3))


def test_the_ratio_compares_submissions_a_minute():
    assert COMPARED.our_rate == pytest.approx(120.0)
    assert COMPARED.stock_rate == pytest.approx(6.0)
    assert COMPARED.ratio == pytest.approx(20.0)
    assert COMPARED.agreed == 1


def test_overhead_is_all_but_the_learners_code_and_the_suites_arithmetic():
    assert SPENT.total == pytest.approx(0.8)
    assert SPENT.overhead == pytest.approx(0.15)
    assert SPENT.cpu_seconds("cells") == pytest.approx(0.2)


def test_the_time_of_each_begins_when_the_first_is_marked():
    assert SMALL.each == pytest.approx(1.0)
    assert LARGE.each == pytest.approx(1.2)


def test_the_pace_of_a_class_is_that_of_its_middle():
    begins_and_ends_slowly = [0.0, 5.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 20.0, 25.0]
    assert _pace(begins_and_ends_slowly, 2) == pytest.approx(1.0)
    assert _pace([0.0, 2.0, 8.0], 2) == pytest.approx(4.0)


def test_classes_are_compared_by_the_same_learners_graded_at_the_same_time():
    assert SMALL.growth is None
    assert LARGE.growth == pytest.approx(1.2)
    assert spread([SMALL, LARGE]) == pytest.approx(0.2)
    quicker = ClassSize(500, 2, 6.0, 126.0, 1 << 30, 9, [Pair(in_the_class=0.8, alone=1.0)])
    assert spread([LARGE, quicker]) == pytest.approx(0.5)


def test_a_moment_belongs_to_the_innermost_span_alone():
    moments = iter([(0.0, 0.0), (1.0, 0.1), (3.0, 0.4), (6.0, 0.9), (10.0, 1.6)])
    clock = Clock(lambda: next(moments))
    with clock.span("outer"), clock.span("inner"):
        pass
    assert clock.wall == {"other": 1.0, "outer": 2.0 + 4.0, "inner": 3.0}
    assert clock.cpu == pytest.approx({"other": 0.1, "outer": 0.3 + 0.7, "inner": 0.5})


def test_a_call_that_is_watched_is_a_span_that_ends_when_it_raises():
    moments = iter([(0.0, 0.0), (1.0, 0.0), (3.0, 0.0), (7.0, 0.0)])
    clock = Clock(lambda: next(moments))
    with clock.watch(Unit, "points", "reading"), pytest.raises(TypeError):
        Unit.points("no unit", "and too much")
    clock.settle()
    assert clock.wall == {"other": 1.0 + 4.0, "reading": 2.0}


def test_the_page_says_what_was_reached_and_what_was_missed():
    text = page(Results("05_masking", COMPARED, SPENT, [SMALL, LARGE]), {"processor": "one"})
    assert "**20.0 times as fast** with 2 workers; at least 20 (reached)" in text
    assert "the same points for 1\nof the 2 submissions" in text
    assert "**0.150 s** for each submission" in text
    assert "up to 20% more time in one class than in another; at most 10%\n(**missed**)" in text
    assert "The most memory is 2.00 GiB; at most 3 GiB (reached)" in text


def test_the_page_of_a_run_that_was_stopped_says_what_is_not_measured():
    text = page(Results("05_masking", sizes=[SMALL]), {})
    assert text.count("Not measured in this run.") == 2
    assert "| 50 | 1.000 |  | 5.0 s | 54 s | 2,048 MiB | 9 |" in text


@pytest.mark.slow
def test_a_tiny_class_is_measured_from_end_to_end(tmp_path):
    bench = Bench(Console(quiet=True), UNIT, tmp_path / "page.md", 1)
    bench.run(learners=3, sample=1, studied=2, sizes=[2, 5])
    found = bench.results
    assert found.comparison.agreed == 1
    assert found.comparison.ratio > 0
    assert len(found.spent.wall) == 2
    assert all(found.spent.seconds(stage) >= 0 for stage in STAGES)
    assert found.spent.seconds("cells") > 0
    assert found.spent.seconds("gradebook") > 0
    assert found.sizes[0].peak > 100 << 20
    assert [len(size.pairs) for size in found.sizes] == [0, 3]
    assert found.sizes[1].growth > 0
    assert (tmp_path / "page.md").read_text("utf-8") == page(found, bench._facts)
