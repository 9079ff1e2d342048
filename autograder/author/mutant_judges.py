"""The processes that judge mutants: none of them is lost to an endless loop or to a mutant that takes all memory.

No pipeline and no confinement: the code is ours, and there is much of it.
"""

import multiprocessing
import os
import queue
import resource
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from autograder.author.mutant_judging import Job, NotRight, Outcome, judged
from autograder.judging.references import code_cells, references_before, solution_of
from autograder.judging.slicing import needed, statements
from autograder.judging.tolerance import use_device
from autograder.units import Unit

_SILENCE = 900.0  # seconds on the clock without an outcome: something sleeps


class Judged(NamedTuple):
    """What came of the mutants of one exercise, in their order, and the rules that they were held against."""

    rules: list[str]
    outcomes: list[Outcome]


def answer_cell(unit: Unit, exercise: str) -> str:
    """The cell of the solution that answers an exercise."""
    return next(cell.source for cell in code_cells(solution_of(unit), unit.points()) if cell.answers == exercise)


def job_of(unit: Unit, exercise: str, mutants: Sequence[str]) -> Job:
    """The job of an exercise of which these cells are the mutants."""
    cells = list(code_cells(solution_of(unit), unit.points()))
    chosen = needed([statements(cell.source) for cell in cells], [exercise])
    code = ["\n".join(statement.source for statement in cell) for cell in chosen]
    place = next(number for number, cell in enumerate(cells) if cell.answers == exercise)
    answers = (cells[place].source, *mutants)
    before, after = "\n".join(code[:place]), "\n".join(code[place + 1 :])
    return Job(unit.suite, exercise, answers, before, after, tuple(references_before(unit)))


def judge_mutants(jobs: Sequence[Job], workers: int) -> Iterator[Judged | NotRight]:
    """Judge the mutants of each job, `workers` jobs at a time; `NotRight` where the right answer does not pass."""
    judges = [_Judge() for _ in range(min(workers, len(jobs)))]
    idle: queue.SimpleQueue[_Judge] = queue.SimpleQueue()
    for judge in judges:
        idle.put(judge)

    def outcomes(job: Job) -> Judged | NotRight:
        judge = idle.get()
        try:
            return judge.judge(job)
        except NotRight as wrong:
            return wrong
        finally:
            idle.put(judge)

    try:
        with ThreadPoolExecutor(max(len(judges), 1)) as pool:
            yield from pool.map(outcomes, jobs)
    finally:
        for judge in judges:
            judge.stop()


class _Judge:
    """A process that judges one answer after the other; where one of them ends it, another process goes on."""

    def __init__(self):
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def judge(self, job: Job) -> Judged:
        right, *mutants = job.answers
        outcomes: list[Outcome] = []
        while True:
            self._pipe.send(job._replace(answers=(right, *mutants[len(outcomes) :])))
            rules = self._said()
            if rules is None:
                raise NotRight(f"{job.exercise}: the right answer ends the process that judges it.")
            while len(outcomes) < len(mutants) and (outcome := self._said()):
                outcomes.append(outcome)
            if len(outcomes) == len(mutants) and self._said():
                return Judged(rules, outcomes)
            outcomes.append(self._replaced())

    def _said(self) -> Any:
        """What the process says next; None where it has ended, or says nothing."""
        try:
            said = self._pipe.recv() if self._pipe.poll(_SILENCE) else None
        except (EOFError, ConnectionError):
            return None
        if isinstance(said, NotRight):
            raise said
        return said

    def _replaced(self) -> Outcome:
        """Start another process; returns what is to be said of the answer that was judged in this one."""
        self._process.join(1)
        crashed = self._process.exitcode not in (None, -signal.SIGVTALRM)
        self.stop()
        self._start()
        return Outcome("caught" if crashed else "timeout")


def _serve(pipe: Connection) -> None:
    """Judge job after job, as a process of its own; keras is imported where an answer imports it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # TensorFlow's banner, and what it says of each failure
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    use_device("cpu")
    while True:
        try:
            for said in judged(pipe.recv()):
                pipe.send(said)
        except NotRight as wrong:
            pipe.send(wrong)
