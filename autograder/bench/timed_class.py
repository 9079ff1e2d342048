"""One class, graded in a process of its own, and what can be seen of it from outside: its steps, and its memory."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from autograder.units import ROOT, Unit

_IDLE = 0.3  # seconds without any work after which all that was begun is done
_NOTHING = 0.01  # seconds of CPU time that are no work


class ClassRun:
    """`class_run.grade` on a class, in another process. Iterate over its steps, then ask for `result`.

    Each step is a submission that is marked (`mark`) or in the gradebook (`enter`), with the seconds since the start
    of the run; time spent between two steps by whoever iterates does not count, if they call `settle` before.
    """

    def __init__(self, unit: Unit, submitted: Path, grading: Path, workers: int):
        command = [sys.executable, "-m", "autograder.bench.timed_class"]
        self._process = subprocess.Popen(
            [*command, unit.stem, str(submitted), str(grading), str(workers)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid
        self._started = time.perf_counter()
        self.result: dict[str, Any] = {}

    def __iter__(self) -> Iterator[tuple[str, float]]:
        for line in self._process.stdout:
            told = json.loads(line)
            if "result" in told:
                self.result = told["result"]
                continue
            yield told["step"], time.perf_counter() - self._started
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        if self._process.wait() or not self.result:
            raise RuntimeError(f"the class could not be graded: exit code {self._process.returncode}")

    def __enter__(self) -> "ClassRun":
        return self

    def __exit__(self, *_: Any) -> None:
        for process in family(self.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()

    def settle(self) -> float:
        """Wait until what its processes have begun is done; returns when that was, on `time.perf_counter`'s clock."""
        spent, since = self._cpu(), time.perf_counter()
        while time.perf_counter() - since < _IDLE:
            time.sleep(_IDLE / 10)
            now = self._cpu()
            if abs(now - spent) > _NOTHING:  # less, too: a worker has ended
                spent, since = now, time.perf_counter()
        return since

    def leave_out(self, seconds: float) -> None:
        """Let so many seconds not count."""
        self._started += seconds

    def _cpu(self) -> float:
        """Seconds of CPU time of all its processes that live."""
        spent = 0.0
        for process in family(self.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                spent += sum(process.cpu_times()[:2])
        return spent


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started, as far as they live."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


class PeakMemory:
    """Samples the memory of a family of processes until it is left; `peak` is the most there was, in bytes.

    It adds up proportional set sizes: a page that several processes share, as forked ones do, counts once in all.
    Where the kernel does not tell it, the resident set stands in, which counts such a page for each of them.
    """

    def __init__(self, pid: int, seconds: float = 0.5):
        self._pid, self._seconds = pid, seconds
        self.peak = self.processes = self.resident = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.is_set():
            sizes = [size for size in map(self._size, family(self._pid)) if size]
            if sum(sizes) > self.peak:
                self.peak, self.processes = sum(sizes), len(sizes)
            self._over.wait(self._seconds)

    def _size(self, process: psutil.Process) -> int:
        try:
            return process.memory_full_info().pss
        except psutil.AccessDenied:
            self.resident += 1
            return process.memory_info().rss if process.is_running() else 0
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            return 0


def _grade(stem: str, submitted: str, grading: str, workers: str) -> None:
    """Grade a class; tell each step on stdout, and go on when there is an answer."""
    from autograder.grading.pool_start import get_ready

    get_ready()
    from autograder.grading.class_run import grade
    from autograder.grading.jobs import jobs

    told, sys.stdout = sys.stdout, sys.stderr

    def tell(step: str) -> None:
        print(json.dumps({"step": step}), file=told, flush=True)
        sys.stdin.readline()

    graded = grade(jobs([Unit(stem)], Path(submitted)), Path(grading), int(workers), tell)
    verdicts = [(one.learner, one.verdict) for one in graded]
    result = {
        "scores": {learner: verdict.score for learner, verdict in verdicts},
        "confinement": sorted({verdict.confinement for _, verdict in verdicts}),
    }
    print(json.dumps({"result": result}), file=told, flush=True)


if __name__ == "__main__":
    _grade(*sys.argv[1:])
