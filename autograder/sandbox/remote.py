"""The judge's end: runs a notebook in a worker and performs operations there, whatever the worker does.

A worker that dies, hangs, floods or sends nonsense costs the cell or call that it happened in. The next
request gets a fresh worker in which the other cells have been run again.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from autograder.sandbox.cells import Cell, CellResult
from autograder.sandbox.confinement import NotConfined, is_enough
from autograder.sandbox.evidence import IN_GOOD_FAITH, CleanRoom, Evidence
from autograder.sandbox.launch import Launcher
from autograder.sandbox.limits import Limits
from autograder.sandbox.replies import cell_result, in_time, told_error
from autograder.sandbox.watch import Gauge, Watch, WorkerLost, too_much_memory
from autograder.sandbox.wire import Callback, Ended, Wire, WireError
from autograder.sandbox.worker_process import Worker
from autograder.seam import Handle, LearnerError
from autograder.seam.fault import OurFault
from autograder.seam.given import Reference
from autograder.seam.plain import clean_text
from autograder.seam.weight import weight

_TRIES = 2  # an answer that has run out of time, or ended its process, this often is not called again
_SLACK = 1 << 16  # bytes, for what stands around the outputs of a cell
_TOO_MUCH = "… more was shown than is kept.\n"
_MOST_REPLACED = 10  # parts of the grader that a sentence names


class RemoteWorkbench:
    """Performs a judge's operations on the answers of one notebook, in a worker of its own.

    `cells` is the notebook, in order. Use as a context manager: leaving it ends the worker.
    `launch` starts a worker, by default a spawned one; give a `Launcher` of your own to share its template.
    Where a worker cannot be confined, its cells do not run and `NotConfined` is raised, unless `unconfined`. What is
    not the code's fault raises `OurFault`: a worker that cannot start, or that was killed from outside. With `blaming`
    a killed worker is put down to the code that ran in it, where code can do that to itself.
    `references` are what the cells may import from `course.built`; `files` lie in the folder that they run in, by their
    places there. `needed` gives what remains of the cells if all is left out that an answer does not stand on, for a
    second worker; `clean` is where graphs are run, by default a room of its own.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        limits: Limits | None = None,
        launch: Callable[[Limits], Worker] | None = None,
        unconfined: bool = False,
        references: Sequence[Reference] = (),
        blaming: bool = False,
        files: Sequence[tuple[str, bytes]] = (),
        needed: Callable[[str], Sequence[Cell]] | None = None,
        clean: CleanRoom | None = None,
    ):
        self._blaming = blaming
        self._unconfined, self._references = unconfined, [list(reference) for reference in references]
        self._files = [[name, np.frombuffer(content, np.uint8)] for name, content in files]
        self._cells, self._limits, self._launch = list(cells), limits or Limits(), launch or Launcher(fork=False)
        self._settings = (self._limits, self._launch, unconfined, references, blaming, files)
        self._needed = needed
        self._worker: Worker | None = None
        self._generation = 0
        self._numbers = itertools.count(1)
        self._functions: dict[int, Callable] = {}
        self._skipped: dict[int, CellResult] = {}
        self._hopeless, self._given_up = LearnerError("crashed", "Your notebook could not be run."), False
        self._losses: dict[str, list[LearnerError]] = defaultdict(list)
        self._interrupted: str | None = None  # the answer whose call was, in the worker that there is
        self._cpu_spent = self._wall_spent = 0.0
        self._own_room = None if clean else CleanRoom(lambda cells: RemoteWorkbench(cells, *self._settings))
        traces = getattr(self._launch, "backend", "tensorflow") == "tensorflow"
        self._evidence = Evidence(self.perform_here, self._second, (clean or self._own_room) if traces else None)
        self._replaced: dict[str, None] = {}
        self.results: list[CellResult] = []
        self.confinement, self.why_not_namespaces = "none", ""

    def __enter__(self) -> "RemoteWorkbench":
        return self

    def __exit__(self, *_: Any) -> None:
        self.end()

    def end(self) -> None:
        """End the worker, and those that have borne out what it said."""
        self._evidence.end()
        if self._own_room:
            self._own_room.end()
        self._end()

    @property
    def replaced(self) -> list[str]:
        """The parts of the grader that the notebook has replaced in its workers, by their names."""
        return list(dict.fromkeys([*self._replaced, *self._evidence.replaced]))

    @property
    def problem(self) -> str | None:
        """What is to be said of the notebook as a whole, or None."""
        if not self.replaced:
            return None
        return f"The notebook replaces parts of the grader: {', '.join(self.replaced)}."

    def run(self) -> list[CellResult]:
        """Run all cells; returns what each left. A cell that ends its worker is skipped the next time.

        A notebook that has ended a worker as often as it may is not run again.
        """
        for _ in range(0 if self._given_up else self._limits.restarts):
            try:
                self._start()
                return self.results
            except WorkerLost as lost:
                self._hopeless = lost.error
        told, self._given_up = self._hopeless, True
        self.results += [CellResult([], told.outcome, told.message) for _ in self._cells[len(self.results) :]]
        return self.results

    def perform(self, operation: str, target: str | Handle, *args: Any, **options: Any) -> Any:
        """Perform one operation; raises `LearnerError` for whatever goes wrong there.

        Other workers bear out what the notebook's own cannot vouch for.
        """
        result = self._evidence.perform(operation, target, *args, **options)
        if operation in IN_GOOD_FAITH and self.problem:
            raise LearnerError("error", f"{self.problem} So this rule cannot be judged.")
        return result

    def perform_here(self, operation: str, target: str | Handle, *args: Any, **options: Any) -> Any:
        """Perform one operation in the notebook's own worker."""
        name = target if isinstance(target, str) else target.type_name
        if len(self._losses[name]) >= _TRIES:
            raise self._losses[name][-1]
        if self._interrupted not in (None, name):
            self._end()  # what a call that was interrupted has left running is not to cost another answer anything
        if self._worker is None:
            self.run()
        if self._worker is None:
            raise self._hopeless
        request = {
            "kind": "perform",
            "operation": operation,
            "target": self._inside(target),
            "args": self._inside(args),
            "options": self._inside(options),
        }
        try:
            reply = self._ask(request, self._limits.call_seconds)
        except WorkerLost as lost:
            self._losses[name].append(lost.error)
            raise lost.error from lost
        if reply["kind"] == "failed":
            error = told_error(reply)
            error = self._why_missing(target, error) if error.outcome == "missing" else error
            if error.outcome == "timeout":
                self._losses[name].append(error)
                self._interrupted = name
            raise error
        return self._outside(reply.get("value"))

    def _second(self, answer: str | None, generation: int) -> "RemoteWorkbench":
        """A workbench with a worker of its own for what an answer stands on, or for all cells."""
        cells = self._needed(answer) if answer and self._needed else self._cells
        second = RemoteWorkbench(cells, *self._settings)
        second._generation, second._skipped = generation, dict(self._skipped)
        return second

    def _start(self) -> None:
        """A fresh worker with every cell run in it, but for those that ended a worker before."""
        self._end()
        if self._overspent():
            raise WorkerLost("timeout", "The whole notebook took longer than it may.")
        self._generation += 1
        self._functions.clear()
        try:
            self._worker = self._launch(self._limits)
        except OSError as error:
            raise OurFault(f"No worker could be started: {error}.") from error
        self._gauge = Gauge(self._worker)
        self._wire = Wire(self._worker.connection, self._limits.message_bytes)
        first = {"limits": asdict(self._limits), "references": self._references, "files": self._files}
        try:
            ready = self._exchange(first, ("ready",), 120.0)
        except WorkerLost as lost:
            raise OurFault("A worker ended before it ran anything.") from lost
        self.confinement, self.why_not_namespaces = str(ready.get("confinement")), str(ready.get("why_not"))
        if self._worker.is_counted:
            self.confinement += "+cgroup"
        if not (self._unconfined or is_enough(self.confinement)):
            self._end()
            raise NotConfined(self.confinement, self.why_not_namespaces)
        self._gauge.take_baseline()
        self.results, self._output_room = [], self._limits.all_output_bytes
        to_bind: list[str] = []  # what checks have passed since the last cell that was run
        for index, cell in enumerate(self._cells):
            skipped = self._skipped.get(index)
            if skipped or not cell.source:
                self.results.append(skipped or CellResult())
            else:
                self.results.append(self._run_cell(index, cell.source, to_bind))
                to_bind = []
            if cell.binds:
                to_bind.append(cell.binds)
        if to_bind:
            self._run_cell(len(self._cells), "", to_bind)

    def _run_cell(self, index: int, source: str, binds_first: list[str]) -> CellResult:
        request = {"kind": "cell", "binds": binds_first, "source": source}
        try:
            return self._ask(request, self._limits.cell_seconds)["result"]
        except WorkerLost as lost:
            self._skipped[index] = CellResult([], lost.error.outcome, lost.error.message)
            raise

    def _cut(self, result: CellResult) -> CellResult:
        """The result with as much of its outputs as a cell, and the whole notebook, may leave: counted here."""
        room = min(self._limits.output_bytes + _SLACK, self._output_room)
        kept: list[Any] = []
        for output in result.outputs:
            size = weight(output)
            if size > room:
                kept.append({"output_type": "stream", "name": "stdout", "text": _TOO_MUCH})
                break
            kept.append(output)
            room -= size
            self._output_room -= size
        return replace(result, outputs=kept)

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._overspent():
            self._end()
            raise WorkerLost("timeout", "The whole notebook took longer than it may.")
        kinds = ("ran", "performed", "failed")
        reply = self._exchange({**request, "number": next(self._numbers)}, kinds, seconds)
        told = reply.get("replaced")
        if isinstance(told, list):
            self._replaced.update((clean_text(name, 100), None) for name in told[:_MOST_REPLACED])
        return reply

    def _exchange(self, request: dict[str, Any], kinds: tuple[str, ...], seconds: float) -> dict[str, Any]:
        """Send a request and wait for its reply, serving the functions that it calls back meanwhile."""
        watch = Watch(self._gauge, self._limits, seconds)
        try:
            self._wire.send(request, watch)
            while True:
                reply = self._wire.receive(watch)
                kind, number = reply.get("kind"), reply.get("number")
                if not isinstance(kind, str) or not (number is None or type(number) is int):
                    raise WireError("a malformed reply")
                if kind == "callback":
                    self._call_back(reply, watch)
                    continue
                if kind not in kinds or number != request.get("number"):
                    raise WireError("a reply to something else")
                if request.get("kind") == "cell":
                    reply = {**reply, "result": self._cut(cell_result(reply))}
                return in_time(reply, watch.lost.error) if watch.lost else reply
        except (WireError, OSError) as error:
            is_alive = isinstance(error, WireError) and not isinstance(error, Ended)
            lost = watch.lost or self._why_it_ended(is_alive)
            self._end()
            raise lost from error
        except WorkerLost:
            self._end()
            raise
        finally:
            watch.measure()
            self._cpu_spent += watch.cpu_spent
            self._wall_spent += watch.wall_spent

    def _why_it_ended(self, is_alive: bool) -> WorkerLost | OurFault:
        """Why a worker answers no more. One that is alive has said what no worker says: nobody has killed it."""
        if self._worker.ran_out_of_memory():
            return too_much_memory(self._limits)
        if self._gauge.cpu_seconds > self._limits.submission_seconds:
            return WorkerLost("timeout", "The whole notebook took longer than it may.")
        suicidal = "namespaces" not in self.confinement  # nothing in a namespace can kill its first process
        if not is_alive and self._worker.was_killed() and not (suicidal and self._blaming):
            return OurFault("Its worker was killed from outside.", next(self._numbers) if suicidal else 0)
        return WorkerLost("crashed", "Your code ended the Python process it ran in.")

    def _overspent(self) -> bool:
        """Whether the whole submission has had its time, by the CPU or by the clock."""
        most = self._limits.submission_seconds
        return self._cpu_spent > most or self._wall_spent > most * self._limits.patience

    def _call_back(self, request: dict[str, Any], watch: Watch) -> None:
        """Call one of the judge's functions on behalf of the worker, and send what it returns."""
        args, kwargs = self._outside(request.get("args")), self._outside(request.get("kwargs"))
        number = request.get("function")
        if type(number) is not int or not isinstance(args, tuple) or not isinstance(kwargs, dict):
            raise WireError("a malformed call")
        try:
            function = self._functions[number]
            watch.called[getattr(function, "__name__", "the function that it was given")] += 1
            value = self._inside(function(*args, **kwargs))
            self._wire.send({"kind": "returned", "value": value}, watch)
        except (WorkerLost, OSError):
            raise
        except Exception as error:
            self._wire.send({"kind": "refused", "message": f"{type(error).__name__}: {error}"[:1000]}, watch)

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._gauge.close()
            self._worker = self._interrupted = None

    def _why_missing(self, name: str | Handle, missing: LearnerError) -> LearnerError:
        """An answer is missing because its cell is, or because the cell that defines it did not run."""
        for cell, result in zip(self._cells, self.results, strict=False):
            if result.outcome not in ("ok", "not_attempted") and _defines(cell.source, str(name)):
                return LearnerError(
                    result.outcome, f"The cell that defines `{name}` did not run. {result.message}", [], result.line
                )
        return missing

    def _inside(self, value: Any) -> Any:
        """What crosses to the worker: its own handle numbers, and numbers for the judge's functions."""
        if isinstance(value, Handle):
            generation, number = divmod(value.number, 1_000_000)
            if generation != self._generation:
                raise LearnerError("crashed", f"The {value.type_name} was lost when an earlier call ended its process.")
            return replace(value, number=number)
        if isinstance(value, (list, tuple)):
            return type(value)(self._inside(item) for item in value)
        if isinstance(value, dict):
            return {key: self._inside(item) for key, item in value.items()}
        if callable(value):
            number = len(self._functions) + 1
            self._functions[number] = value
            return Callback(number)
        return value

    def _outside(self, value: Any) -> Any:
        """What came from the worker: handles numbered so that they cannot outlive it."""
        if isinstance(value, Handle):
            return replace(value, number=value.number + self._generation * 1_000_000)
        if isinstance(value, (list, tuple)):
            return type(value)(self._outside(item) for item in value)
        if isinstance(value, dict):
            return {key: self._outside(item) for key, item in value.items()}
        return value


def _defines(source: str, name: str) -> bool:
    return any(f"{keyword} {name}" in source for keyword in ("def", "class")) or f"{name} =" in source
