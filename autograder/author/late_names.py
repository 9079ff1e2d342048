"""What a mistake is told when naming has a minute: on a slow backend, or a busy machine, 1.3 s may find nothing."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from autograder.author.judged_here import judged_here
from autograder.author.known_cases import Case
from autograder.judging import diagnosis

_UNNAMED = "{0.unit.stem} {0.exercise} mistake {0.name}: named as nothing."


def unnamed(some: Iterable[Case], told: Collection[str]) -> list[Case]:
    """Those of some mistakes of which `verify` has told that nothing named them."""
    return [case for case in some if case.kind == "mistake" and _UNNAMED.format(case) in told]


def taken_back(some: Iterable[Case], told: list[str]) -> int:
    """Take back what `verify` has told of mistakes that are named in a minute; returns how many."""
    late = [case for case in unnamed(some, told) if told_in_a_minute(case) == {case.sentence}]
    for case in late:
        told.remove(_UNNAMED.format(case))
    return len(late)


def told_in_a_minute(case: Case) -> set[str]:
    """The sentences that name a mistake, judged in this process with 60 s for its name."""
    with _a_minute():
        verdict = judged_here(case)
    tests = [test for exercise in verdict.exercises for test in exercise.tests] if verdict else []
    return {test.mistake for test in tests if test.mistake}


@contextmanager
def _a_minute() -> Iterator[None]:
    usual, diagnosis.SECONDS = diagnosis.SECONDS, 60
    try:
        yield
    finally:
        diagnosis.SECONDS = usual
