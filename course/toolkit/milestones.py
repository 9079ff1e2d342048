"""Milestones: what a pay-off has measured, beside the number to reach, written down on the learner's desk.

    milestones.measured(3, {"copied": 0.996, "reversed": 0.992})

Which milestones there are, and what each is measured by, stands in `autograder/learner/goals.py`.
"""

from collections.abc import Mapping
from pathlib import Path

from autograder.seam import given


def measured(number: int, numbers: Mapping[str, float]) -> None:
    """Print each number of a milestone with the one to reach, and whether it is reached; keep the best on the desk.

    Shares are numbers from 0 to 1. `progress()` and the welcome page show what is kept. Nothing is kept outside of a
    desk, and nothing happens at all where notebooks are graded. Raises `ValueError` for a milestone that there is not,
    or for other numbers than those it is measured by.
    """
    if given.giver():
        print("Milestones are not measured where notebooks are graded.")
        return
    from autograder.learner import goals  # in a worker it is out of reach, and not needed
    from autograder.learner.check import on_a_desk
    from autograder.learner.desk import desk_around
    from autograder.learner.record import Record

    milestone = goals.milestone(number)
    result = milestone.taken(numbers)
    if result is None or set(numbers) != set(result):
        wanted = ", ".join(goal.name for goal in milestone.goals)
        raise ValueError(f"Milestone {number} is measured by these numbers: {wanted}; received {dict(numbers)}.")
    print("\n".join(milestone.told(result)))
    if on_a_desk(milestone.unit):
        best = Record(desk_around(Path.cwd())).keep_milestone(milestone, result)
        if best != result:
            print(f"Your best so far stays: {milestone.numbers(best)}.")
