"""Proving the suites: known answers are submitted as if a learner had, and the verdicts must be the right ones.

So are answers without work, which must earn next to nothing. On JAX mistakes are judged as `check` does it at home;
right answers go through the whole pipeline everywhere, since it is they that could lose by it.
"""

import atexit
import concurrent.futures
import functools
import itertools
import multiprocessing
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from autograder.author import idle_answers
from autograder.author.idle_answers import Earned
from autograder.author.judged_here import judged_here
from autograder.author.known_cases import Case, cases, submission
from autograder.grading.compile_before import compile_before
from autograder.grading.marker import Marker
from autograder.judging import fingerprints
from autograder.judging.verdicts import ExerciseVerdict, Verdict
from autograder.seam.backends import keeps_compiled
from autograder.units import Unit

FEWEST_MISTAKES, FEWEST_CORRECT = 6, 3


@dataclass
class Tally:
    """What came of one exercise's known answers, and the most that one without work has earned."""

    mistakes: int = 0
    caught: int = 0
    named: int = 0
    correct: int = 0
    accepted: int = 0
    idle: Earned | None = None
    wrong: list[str] = field(default_factory=list)  # a sentence for each verdict that is not what it must be


@dataclass
class Verified:
    """What came of all cases: a tally for each exercise by unit and name, and one for each unit, under no name."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    rules: dict[str, list[str]] = field(default_factory=dict)  # of each exercise
    broken: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # of those, by each mistake's key

    def tally(self, unit: Unit, exercise: str = "") -> Tally:
        return self.tallies.setdefault((unit.stem, exercise), Tally())

    @property
    def of_exercises(self) -> dict[tuple[str, str], Tally]:
        return {place: tally for place, tally in self.tallies.items() if place[1]}

    @property
    def wrong(self) -> list[str]:
        return [sentence for tally in self.tallies.values() for sentence in tally.wrong]

    @property
    def holds(self) -> bool:
        return not self.wrong

    def holds_for(self, unit: Unit, exercise: str) -> bool:
        return not self.tally(unit).wrong and not self.tally(unit, exercise).wrong


def verify(
    units: Sequence[Unit],
    workers: int,
    tick=lambda case: None,
    device: str = "cpu",
    only: Collection[str] | None = None,
) -> Verified:
    """Submit every case of these units through the pipeline, `workers` at a time, on Keras' backend of this process.

    `only` names the exercises whose known answers are submitted; by default all.
    """
    todo = [case for unit in units for case in cases(unit, only)]
    asked = [(unit, name) for unit in units for name in unit.points() if only is None or name in only]
    with _pool(workers) as pool:
        marked = pool.map(_mark, todo, itertools.repeat(device))
        most = [pool.submit(idle_answers.most_earned, unit, exercise, device) for unit, exercise in asked]
        verified = _settled(todo, marked, tick)
        for (unit, exercise), earned in zip(asked, most, strict=True):
            _settle_idle(unit, exercise, earned.result(), verified)
    for unit, exercise in asked:
        tally = verified.tally(unit, exercise)
        if tally.mistakes < FEWEST_MISTAKES or tally.correct < FEWEST_CORRECT:
            tally.wrong.append(
                f"{unit.stem} {exercise}: {tally.mistakes} mistakes and {tally.correct} correct variants are "
                f"known; there must be {FEWEST_MISTAKES} and {FEWEST_CORRECT}."
            )
    for unit in units:
        if sum(unit.points().values()) != 20:
            points = sum(unit.points().values())
            verified.tally(unit).wrong.append(f"{unit.stem}: the points sum to {points:g}, not to 20.")
    return verified


def verify_cases(todo: Sequence[Case], workers: int) -> Verified:
    """The same for a choice of cases alone."""
    with _pool(workers) as pool:
        return _settled(todo, pool.map(_mark, todo, itertools.repeat("cpu")))


def _settled(todo: Sequence[Case], marked: Iterator[Verdict], tick=lambda case: None) -> Verified:
    verified = Verified()
    for case, verdict in zip(todo, marked, strict=True):
        _settle(case, verdict, verified)
        tick(case)
    return verified


def _pool(workers: int) -> concurrent.futures.ProcessPoolExecutor:
    return concurrent.futures.ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))


def _mark(case: Case, device: str) -> Verdict:
    if case.kind == "mistake" and keeps_compiled():  # its workers would make each operation ready anew
        here = judged_here(case, device)
        if here:
            return here
    alone = [case.exercise] if case.kind == "mistake" else None  # whatever it spoils elsewhere
    marker = _marker(device)
    compile_before(case.unit, marker.backend)
    return marker.mark(submission(case), case.unit, alone).verdict


@functools.cache
def _marker(device: str) -> Marker:
    """The marker of this process; known answers are ours, and may run on any machine."""
    marker = Marker(device=device, unconfined=True)
    atexit.register(marker.close)
    return marker


def _settle(case: Case, verdict: Verdict, verified: Verified) -> None:
    """Compare a verdict with what it must be."""
    label = " ".join(word for word in (case.unit.stem, case.exercise, case.kind, case.name) if word)
    tally = verified.tally(case.unit, case.exercise)
    said = tally.wrong
    if case.kind == "untouched":
        tests = [test for exercise in verdict.exercises for test in exercise.tests]
        if verdict.score or any(test.outcome != "not_attempted" for test in tests):
            said.append(f"{label}: {verdict.score:g} points; must be 0, all not attempted.")
        return
    for exercise in verdict.exercises:
        theirs = case.kind == "mistake" or exercise.name == case.exercise  # a mistake may spoil what is built on it
        if not theirs and exercise.score != exercise.max_score:
            said.append(f"{label}: {_lost(exercise)}")
    if case.kind == "solution":
        return
    judged = next(exercise for exercise in verdict.exercises if exercise.name == case.exercise)
    full = judged.score == judged.max_score
    if case.kind == "correct":
        tally.correct += 1
        tally.accepted += full
        if not full:
            said.append(f"{label}: rejected, {_lost(judged)}")
        return
    named = {test.mistake for test in judged.tests if test.mistake}
    verified.rules[case.exercise] = [test.name for test in judged.tests]
    broken = [test.name for test in judged.tests if test.outcome != "passed"]
    verified.broken.setdefault(case.exercise, {})[fingerprints.key(case.name, case.sentence)] = broken
    tally.mistakes += 1
    tally.caught += not full
    tally.named += named == {case.sentence}
    if full:
        said.append(f"{label}: not caught, it has full marks.")
    elif named != {case.sentence}:
        said.append(f"{label}: named as {' / '.join(sorted(named)) or 'nothing'}.")


def _lost(exercise: ExerciseVerdict) -> str:
    """The points that an exercise has, and what became of the rules that cost it the others."""
    rules = [f"{test.name} ({test.outcome}: {test.sentence})" for test in exercise.tests if test.outcome != "passed"]
    return f"{exercise.name} has {exercise.score:g} of {exercise.max_score:g} points: {'; '.join(rules)}"


def _settle_idle(unit: Unit, exercise: str, earned: Earned, verified: Verified) -> None:
    """Hold the most that an answer without work has earned against what it may."""
    tally = verified.tally(unit, exercise)
    tally.idle = earned
    if earned.points > idle_answers.MOST * earned.of:
        tally.wrong.append(
            f"{unit.stem} {exercise}: an answer that gives {earned.idle} earns {earned.points:g} of {earned.of:g} "
            f"points, by: {'; '.join(earned.rules)}. Mark rules that it may fulfil without work with `@supporting`."
        )
