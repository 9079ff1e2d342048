"""The three measurements: against stock nbgrader, stage by stage, and by the size of the class."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from autograder.bench.learners import HandedIn, class_of
from autograder.bench.results import ClassSize, Comparison, Pair, Spent, StockRun
from autograder.bench.stages import WARM_UP
from autograder.bench.stock import StockNbgrader
from autograder.bench.timed_class import ClassRun, PeakMemory
from autograder.units import ROOT, Unit

Tick = Callable[[], None]
PAIRS = 4  # times that a large class halts, evenly, to be compared with a small one


def compare(unit: Unit, folder: Path, learners: int, sample: int, workers: int, tick: Tick) -> Comparison:
    """Grade a class here, and every so often one of its submissions by stock nbgrader, while nothing else runs.

    `folder` is an empty one to work in. `tick` is called for every submission that is done.
    """
    handed_in = list(class_of(unit, learners))
    _write(handed_in, folder / "submitted", unit)
    turns = dict(zip(_turns(learners, sample), handed_in[:: max(1, learners // sample)], strict=False))
    stock: list[tuple[HandedIn, float, float]] = []
    done, total = 0, 0.0
    with (
        StockNbgrader(unit, folder / "stock", turns.values()) as nbgrader,
        ClassRun(unit, folder / "submitted", folder / "grading", workers) as run,
    ):
        for step, seconds in run:
            total = seconds
            if step != "enter":
                continue
            done += 1
            tick()
            if done in turns:
                settled = run.settle()
                stock.append((turns[done], *nbgrader.grade(turns[done].learner)))
                run.leave_out(time.perf_counter() - settled)
                tick()
    ours = run.result["scores"]
    runs = [StockRun(one.learner, one.kind, took, score, ours[one.learner]) for one, took, score in stock]
    return Comparison(learners, workers, total, runs, run.result["confinement"])


def _turns(learners: int, sample: int) -> list[int]:
    """After how many submissions of the class stock nbgrader has its turns: evenly, and never at the very ends."""
    return [round((turn + 0.5) * learners / sample) for turn in range(sample)]


def study(unit: Unit, folder: Path, learners: int, tick: Tick) -> Spent:
    """Grade a class in one process and one worker at a time, and see how long each stage takes."""
    _write(class_of(unit, learners + WARM_UP), folder / "submitted", unit)
    command = [sys.executable, "-m", "autograder.bench.stages", unit.stem]
    places = [str(folder / name) for name in ("submitted", "grading")]
    wall, cpu = [], []
    with subprocess.Popen([*command, *places], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            told = json.loads(line)
            wall.append(told["wall"])
            cpu.append(told["cpu"])
            tick()
    if process.returncode or not wall:
        raise RuntimeError(f"the stages could not be measured: exit code {process.returncode}")
    return Spent(wall, cpu)


def grow(unit: Unit, folder: Path, learners: int, small: int, workers: int, tick: Tick) -> ClassSize:
    """Grade a class of this size, and see how long it takes and how much memory all processes need together.

    A larger one than `small` halts now and then, and so many of its learners are graded again as a class of their own.
    """
    handed_in = list(class_of(unit, learners))
    _write(handed_in, folder / "submitted", unit)
    turns = {max(small, learners * turn // PAIRS) for turn in range(1, PAIRS + 1)} if learners > small else ()
    pairs, moments = [], []
    with ClassRun(unit, folder / "submitted", folder / "grading", workers) as run, PeakMemory(run.pid) as memory:
        first = total = 0.0
        for step, seconds in run:
            first, total = first or seconds, seconds
            if step != "enter":
                continue
            moments.append(seconds)
            tick()
            if len(moments) in turns:
                settled = run.settle()
                latest = handed_in[len(moments) - small : len(moments)]
                alone = _alone(unit, folder / str(len(moments)), latest, workers)
                pairs.append(Pair(_pace(moments[-small:], workers), alone))
                run.leave_out(time.perf_counter() - settled)
    return ClassSize(learners, workers, first, total, memory.peak, memory.processes, pairs)


def _alone(unit: Unit, folder: Path, handed_in: Sequence[HandedIn], workers: int) -> float:
    """Seconds for each of these learners, as a class of their own."""
    _write(handed_in, folder / "submitted", unit)
    with ClassRun(unit, folder / "submitted", folder / "grading", workers) as run:
        return _pace([seconds for step, seconds in run if step == "enter"], workers)


def _pace(moments: Sequence[float], workers: int) -> float:
    """Seconds from one submission to the next, without the beginning and the end, when some workers have no work."""
    steady = moments[workers:-workers] if len(moments) > 4 * workers else moments
    return (steady[-1] - steady[0]) / (len(steady) - 1)


def _write(handed_in: Iterable[HandedIn], submitted: Path, unit: Unit) -> None:
    for one in handed_in:
        one.write(submitted, unit)
