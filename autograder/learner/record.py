"""What a learner has reached so far: a small file on the desk, which may be deleted."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.judging.verdicts import ExerciseVerdict
from autograder.learner.atomic import write_whole
from autograder.learner.desk import Desk
from autograder.learner.goals import Milestone
from autograder.units import Unit

_FILE = ".progress.json"
_MILESTONES = "milestones"  # beside the stems of units


@dataclass(frozen=True)
class Reached:
    """What was reached in one exercise when it was last checked."""

    score: float = 0.0
    max_score: float = 0.0
    attempted: bool = False

    @property
    def done(self) -> bool:
        return self.attempted and self.score >= self.max_score


class Record:
    """The points of every exercise as last checked on a desk, and the best that was measured of each milestone."""

    def __init__(self, desk: Desk):
        self._path = desk.folder / _FILE

    def of(self, unit: Unit) -> dict[str, Reached]:
        """What was reached in each exercise of a unit, in its order; nothing where it was never checked."""
        kept = self._read().get(unit.stem, {})
        return {name: _reached(kept.get(name), points) for name, points in unit.points().items()}

    def keep(self, unit: Unit, verdicts: Sequence[ExerciseVerdict]) -> None:
        """Write down what a check has found. A desk that cannot be written to costs the record, not the check."""
        everything = self._read()
        kept = everything.setdefault(unit.stem, {})
        for verdict in verdicts:
            kept[verdict.name] = {"score": verdict.score, "attempted": verdict.attempted}
        self._write(everything)

    def of_milestone(self, milestone: Milestone) -> dict[str, float] | None:
        """The best that was measured of a milestone; None where it never was."""
        return milestone.taken(self._read().get(_MILESTONES, {}).get(str(milestone.number)))

    def keep_milestone(self, milestone: Milestone, measured: Mapping[str, float]) -> dict[str, float]:
        """Write down what was measured of a milestone, unless something better was; returns what is kept now."""
        before = self.of_milestone(milestone)
        if before is not None and not milestone.better(measured, before):
            return before
        everything = self._read()
        everything.setdefault(_MILESTONES, {})[str(milestone.number)] = dict(measured)
        self._write(everything)
        return dict(measured)

    def _write(self, everything: dict[str, dict]) -> None:
        with contextlib.suppress(OSError):
            write_whole(self._path, json.dumps(everything, indent=1, sort_keys=True) + "\n")

    def _read(self) -> dict[str, dict]:
        try:
            found = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {unit: kept for unit, kept in found.items() if isinstance(kept, dict)} if isinstance(found, dict) else {}


def _reached(kept: object, points: float) -> Reached:
    if not isinstance(kept, dict) or not isinstance(kept.get("score"), (int, float)):
        return Reached(max_score=points)
    return Reached(min(float(kept["score"]), points), points, kept.get("attempted") is True)
