"""The three measurements: against stock nbgrader, stage by stage, and by the size of the class."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from autograder.bench.classrun import ClassRun
from autograder.bench.learners import HandedIn, class_of
from autograder.bench.memory import PeakMemory
from autograder.bench.results import ClassSize, Comparison, Spent, StockRun
from autograder.bench.stages import WARM_UP
from autograder.bench.stock import StockNbgrader
from autograder.units import ROOT, Unit

Tick = Callable[[], None]


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


def grow(unit: Unit, folder: Path, learners: int, workers: int, tick: Tick) -> ClassSize:
    """Grade a class of this size, and see how long it takes and how much memory all processes need together."""
    _write(class_of(unit, learners), folder / "submitted", unit)
    first = total = 0.0
    with ClassRun(unit, folder / "submitted", folder / "grading", workers) as run, PeakMemory(run.pid) as memory:
        for step, seconds in run:
            first, total = first or seconds, seconds
            if step == "enter":
                tick()
    return ClassSize(learners, workers, first, total, memory.peak, memory.processes)


def _write(handed_in: Iterable[HandedIn], submitted: Path, unit: Unit) -> None:
    for one in handed_in:
        one.write(submitted, unit)
