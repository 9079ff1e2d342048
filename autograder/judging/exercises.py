"""Marks that tie a suite's classes to exercises, and their points."""

from collections.abc import Callable


def exercise(
    name: str, points: float, minutes: int = 0, difficulty: int = 0, importance: int = 0
) -> Callable[[type], type]:
    """Mark a test class as the check of the exercise `name`, worth `points` in its unit.

    The points are shared out among the tests of the class, in equal parts unless `worth` says otherwise. `minutes` is
    how long a learner may need, `difficulty` and `importance` are 1 to 5; the task's text and `progress()` tell them.
    Whoever wants to know reads the mark without running the suite: `Unit.exercises`.
    """

    def mark(suite_class: type) -> type:
        suite_class.exercise_name = name
        suite_class.exercise_points = points
        return suite_class

    return mark


def worth(parts: float) -> Callable[[Callable], Callable]:
    """Let a test count `parts` times as much as an unmarked test of the same exercise."""

    def mark(test: Callable) -> Callable:
        test.parts = parts
        return test

    return mark


def supporting(test: Callable) -> Callable:
    """Let a test earn points only where another rule of the exercise holds that has not this mark.

    For rules that an answer may fulfil without any work: zeros have the right shape, too, and change no input.
    """
    test.supporting = True
    return test


def held_back(test: Callable) -> Callable:
    """Keep to the judge what a test asks and expects: a learner sees its name, its advice and the likely mistake.

    For tests that must not be fitted to. Errors of the learner's code are not quoted either: they may hold the inputs.
    """
    test.held_back = True
    return test
