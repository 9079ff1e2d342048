"""What a call costs is measured: time that passes, and memory that is taken, even if it is given back at once."""

from course.toolkit.measured import cost_of

import time
import tracemalloc

import numpy as np
import pytest


def takes_and_gives_back(megabytes):
    return float(np.ones(megabytes * 1_000_000 // 8)[0])


@pytest.mark.parametrize("megabytes", [2, 40])
def test_memory_that_is_given_back_at_once_was_needed_all_the_same(megabytes):
    assert cost_of(lambda: takes_and_gives_back(megabytes)).megabytes == pytest.approx(megabytes, rel=0.02)


def test_what_was_there_before_does_not_count():
    there = np.ones(5_000_000)
    assert cost_of(lambda: there[::2]).megabytes < 0.1


def test_memory_is_measured_also_where_somebody_watches_already():
    tracemalloc.start()
    try:
        before = np.ones(5_000_000)
        assert cost_of(lambda: takes_and_gives_back(8)).megabytes == pytest.approx(8, rel=0.02)
        assert tracemalloc.is_tracing()
        del before
    finally:
        tracemalloc.stop()
    cost_of(lambda: 1)
    assert not tracemalloc.is_tracing()


def test_the_quickest_call_counts_and_the_first_does_not():
    pauses = iter([0.0, 0.2, 0.05, 0.2])  # the first would be the quickest
    assert 0.05 <= cost_of(lambda: time.sleep(next(pauses))).seconds < 0.15


def test_a_call_that_fails_says_so_and_stops_watching():
    with pytest.raises(ZeroDivisionError):
        cost_of(lambda: 1 / 0)
    assert not tracemalloc.is_tracing()
