"""What a worker cannot vouch for alone: that a graph was compiled, that a layer was saved, that it can be made again.

A learner's code shares a process with what performs the judge's operations there, and may replace it. So the proof
crosses to the judge as data, and somebody else goes on with it: a graph is run on inputs that the worker has not
seen, in a process without a learner's code; a saved file or a configuration becomes a layer in a second worker, which
has run the learner's cells and was never asked anything.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from autograder.sandbox.cells import Cell
from autograder.seam import Handle, LearnerError
from autograder.seam.plain import item_at, places_of_arrays, with_item

# Operations whose way matters, not only their result: who replaces them can make a wrong answer look right.
IN_GOOD_FAITH = ("elsewhere", "compiled", "effect", "gradient", "weight_gradients", "rebuilt", "reloaded")

_GENERATION = 1_000_000  # as handles are numbered
_OF_A_SECOND = 1000  # generations: those of a second worker are counted from here on, others never get so far
_CLEAN = (Cell("from autograder.seam.graphs import run"), Cell("", binds="run"))
_TRIES = 2  # a layer whose graph has ended its process, or the time that it may take, this often is not run again
_MOST_RUNS, _LONG = 200, 1.0  # of one clean process, and seconds after which it is another's turn


class Helper(Protocol):
    """A worker beside that of a notebook, as far as it is asked here."""

    @property
    def replaced(self) -> list[str]: ...

    def perform_here(self, operation: str, target: str | Handle, *args: Any, **options: Any) -> Any: ...

    def end(self) -> None: ...


class CleanRoom:
    """A process without a learner's code, in which graphs are run; `make` gives a workbench for these cells.

    It may serve one notebook after the other: a graph finds nothing there of those before it, and one that takes long,
    or ends the process, is the last there.
    """

    def __init__(self, make: Callable[[Sequence[Cell]], Helper]):
        self._make, self._workbench, self._runs = make, None, 0

    def run(self, graph: Any, inputs: list[np.ndarray]) -> Any:
        """The results of a graph; raises `LearnerError` where it gives none."""
        self._workbench = self._workbench or self._make(_CLEAN)
        self._runs += 1
        start, worn = time.monotonic(), True
        try:
            result = self._workbench.perform_here("call", "run", (graph, inputs), {})
            worn = False
            return result
        except LearnerError as error:
            worn = error.outcome != "error"
            raise
        finally:
            if worn or self._runs >= _MOST_RUNS or time.monotonic() - start > _LONG:
                self.end()

    def end(self) -> None:
        """End the process; the next graph gets a new one."""
        if self._workbench:
            self._workbench.end()
        self._workbench, self._runs = None, 0


class Evidence:
    """Performs a judge's operations in a notebook's worker, and has others bear out what it cannot vouch for.

    `here` performs an operation in that worker. `second` gives a workbench for the cells that an answer stands on, or
    for all cells, whose generations begin with a number. Without a `clean` room, as on a backend without TensorFlow's
    graphs, compiled results are the worker's own.
    """

    def __init__(
        self,
        here: Callable,
        second: Callable[[str | None, int], Helper],
        clean: CleanRoom | None,
    ):
        self._here, self._second, self._clean = here, second, clean
        self._makers: dict[Handle, str] = {}
        self._seconds: list[Helper] = []
        self._of_answers: dict[str | None, int] = {}
        self._losses: Counter[str] = Counter()

    def perform(self, operation: str, target: str | Handle, *args: Any, **options: Any) -> Any:
        """Perform one operation; raises `LearnerError` for whatever goes wrong there."""
        generation = target.number // _GENERATION if isinstance(target, Handle) else 0
        if generation >= _OF_A_SECOND:
            return self._seconds[generation // _OF_A_SECOND - 1].perform_here(operation, target, *args, **options)
        if operation == "compiled" and self._clean:
            return self._compiled(target, *args, **options)
        if operation in ("rebuilt", "reloaded"):
            return getattr(self, f"_{operation}")(target, *args)
        result = self._here(operation, target, *args, **options)
        if operation == "call" and isinstance(result, Handle) and isinstance(target, str):
            self._makers[result] = target
        return result

    def end(self) -> None:
        """End the second workers."""
        for second in self._seconds:
            second.end()

    @property
    def replaced(self) -> list[str]:
        """What the notebook has replaced in the second workers."""
        return [name for second in self._seconds for name in second.replaced]

    def _compiled(
        self, target: str | Handle, args: tuple, kwargs: dict, constant: tuple[int, ...] = (), **options: Any
    ) -> Any:
        """The result of a graph: made in the worker for inputs of these sizes, run elsewhere on these inputs."""
        places, blank = places_of_arrays(args, constant), args
        for place in places:
            blank = with_item(blank, place, np.zeros_like(item_at(args, place)))
        graph = self._here("traced", target, blank, kwargs, constant=constant, **options)
        name = target if isinstance(target, str) else target.type_name
        if self._losses[name] >= _TRIES:
            raise LearnerError("crashed", "Its compiled graph could not be run to its end.")
        try:
            return self._clean.run(graph, [item_at(args, place) for place in places])
        except LearnerError as error:
            self._losses[name] += error.outcome != "error"
            raise

    def _rebuilt(self, target: Handle) -> Handle:
        return self._in_a_second("configured", target, self._here("configuration", target))

    def _reloaded(self, target: Handle, args: tuple, kwargs: dict) -> Handle:
        file, name = self._here("saved", target, args, kwargs), self._here("attribute", target, "name")
        return self._in_a_second("loaded", target, file, name)

    def _in_a_second(self, operation: str, target: Handle, *args: Any) -> Handle:
        """Make a layer again where only what its class stands on has run; where that fails, with the whole notebook."""
        maker = self._makers.get(target, target.type_name)
        with contextlib.suppress(LearnerError):
            return self._second_of(maker).perform_here(operation, maker, *args)
        return self._second_of(None).perform_here(operation, maker, *args)

    def _second_of(self, answer: str | None) -> Helper:
        if answer not in self._of_answers:
            self._of_answers[answer] = len(self._seconds)
            self._seconds.append(self._second(answer, _OF_A_SECOND * (len(self._seconds) + 1)))
        return self._seconds[self._of_answers[answer]]
