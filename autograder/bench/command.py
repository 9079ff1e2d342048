"""`python -m autograder bench`: measure, print, and keep every part as soon as it is there, beside the machine."""

import contextlib
import importlib.metadata
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
from rich.console import Console
from rich.markdown import Markdown

from autograder.bench import measure
from autograder.bench.marked_sections import with_sections_of
from autograder.bench.page import page
from autograder.bench.results import Results
from autograder.grading.terminal import bar
from autograder.units import Unit

_PACKAGES = ("tensorflow", "keras", "nbgrader", "pytest", "numpy", "matplotlib")


class Bench:
    """One run of the benchmark; its parts may be run in any order, and each writes the page anew."""

    def __init__(self, console: Console, unit: Unit, target: Path, workers: int):
        self._console, self._unit, self._target, self._workers = console, unit, target, workers
        self._facts = machine()
        self.results = Results(unit.stem)

    def run(self, learners: int, sample: int, studied: int, sizes: Sequence[int]) -> None:
        """Measure all: a number of 0, or no sizes, leaves a part out."""
        if learners and sample:
            with self._part("Against stock nbgrader", learners + sample) as (folder, tick):
                found = measure.compare(self._unit, folder, learners, sample, self._workers, tick)
                self.results.comparison = found
        if studied:
            with self._part("Stage by stage", studied) as (folder, tick):
                self.results.spent = measure.study(self._unit, folder, studied, tick)
        for size in sizes:
            with self._part(f"A class of {size:,}", size) as (folder, tick):
                found = measure.grow(self._unit, folder, size, min(sizes), self._workers, tick)
                self.results.sizes.append(found)
        self._console.print(Markdown(page(self.results, self._facts)))
        self._console.print(f"Kept in {self._target}.", highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def _part(self, name: str, total: int) -> Iterator[tuple[Path, Callable[[], None]]]:
        """A folder to work in and a progress bar for one part; afterwards the page is written anew."""
        with bar(self._console) as progress, tempfile.TemporaryDirectory(prefix="bench-") as folder:
            task = progress.add_task(name, total=total)
            yield Path(folder), lambda: progress.advance(task)
        old = self._target.read_text("utf-8") if self._target.exists() else ""
        self._target.write_text(with_sections_of(page(self.results, self._facts), old), "utf-8")


def machine() -> dict[str, str]:
    """What a reader needs to compare a measurement with one of their own, by name."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
    return {
        "processor": f"{_processor()}, {cores} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "load before": f"{load} (1, 5 and 15 minutes)",
        "versions": ", ".join([f"Python {platform.python_version()}", *versions]),
    }


def _processor() -> str:
    """The processor's model as the kernel names it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model"))]
    return models[0] if models else platform.machine()
