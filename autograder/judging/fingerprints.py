"""Which rules each known mistake breaks, as measured by the author: where to look first for a learner's mistake.

A record that is out of date costs time and never truth: a mistake is named by what it does now.
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from autograder.judging.known import Known
from autograder.units import ROOT

PLACE = ROOT / "autograder" / "mistakes" / "fingerprints.json"


class Fingerprints(NamedTuple):
    """Of one exercise: the rules that were there, and those that each known mistake broke, by its key."""

    rules: frozenset[str] = frozenset()
    broken: dict[str, frozenset[str]] = {}

    def of(self, known: Known) -> frozenset[str] | None:
        """The rules that a mistake breaks; None where that was not measured."""
        return self.broken.get(key(known.name, known.sentence))

    def says_that_it_passes(self, known: Known, rule: str) -> bool:
        """Whether it was measured that a mistake passes this rule."""
        broken = self.of(known)
        return broken is not None and rule in self.rules and rule not in broken

    def says_that_it_breaks(self, known: Known, rule: str) -> bool:
        """Whether it was measured that a mistake breaks this rule."""
        return rule in (self.of(known) or ())

    def in_order(self, mistakes: Iterable[Known], failed: Iterable[str]) -> list[Known]:
        """The mistakes, those first that break the same rules, then unmeasured ones, then by how much they share."""
        ours = frozenset(failed)

        def distance(known: Known) -> tuple[int, float]:
            theirs = self.of(known)
            if theirs is None or theirs == ours:
                return (1 if theirs is None else 0), 0.0
            return 2, 1.0 - len(theirs & ours) / max(len(theirs | ours), 1)

        return sorted(mistakes, key=distance)  # among equals the one listed first


NOTHING_MEASURED = Fingerprints()


def key(name: str, sentence: str) -> str:
    """What a mistake is found by in the record; it is handed to learners, and tells no answer."""
    return hashlib.sha256(f"{name}\0{sentence}".encode()).hexdigest()[:10]


def fingerprints_of(exercise: str) -> Fingerprints:
    """What was measured of an exercise; nothing where there is no record."""
    found = _record().get(exercise)
    if found is None:
        return NOTHING_MEASURED
    rules = found["rules"]
    broken = {name: frozenset(rules[index] for index in broken) for name, broken in found["broken"].items()}
    return Fingerprints(frozenset(rules), broken)


def publish(measured: dict[str, dict[str, Sequence[str]]], rules: dict[str, Sequence[str]]) -> None:
    """Write what was measured: for each exercise the broken rules of each mistake by its key, and all its rules."""
    record = _record() | {
        exercise: {
            "rules": list(rules[exercise]),
            "broken": {one: sorted(map(list(rules[exercise]).index, theirs)) for one, theirs in sorted(broken.items())},
        }
        for exercise, broken in measured.items()
    }
    lines = [
        f"{json.dumps(exercise)}: {json.dumps(record[exercise], ensure_ascii=False)}" for exercise in sorted(record)
    ]
    PLACE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    _record.cache_clear()


@functools.lru_cache(maxsize=1)
def _record() -> dict:
    try:
        return json.loads(PLACE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
