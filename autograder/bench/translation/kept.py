"""Trainings that are kept, so that contenders may be trained on different days: they are compared on one machine."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from autograder.bench.translation.contenders import CONTENDERS
from autograder.bench.translation.one_training import Found

KEPT = Path(__file__).parent / "kept.json"
_OF_A_MOMENT = "load before"  # of the facts about a machine: all others must be the same


class Kept(NamedTuple):
    """What a training is compared with: `trainings` like it, itself among them, in the order of the contenders.

    `kind` is "CPU" or "GPU". `apart` is how many others of its kind are kept that cannot be compared with it.
    """

    kind: str
    trainings: list[Found]
    apart: int


def keep(place: Path, found: Found, settings: Mapping[str, Any], facts: Mapping[str, str]) -> Kept:
    """Keep a training in the file at `place`, in the place of one of the same contender and seed.

    Trainings on another machine, with other versions or settings stay there too, but apart.
    """
    kind = "GPU" if "CPU" not in found.device.upper() else "CPU"
    record = json.loads(place.read_text("utf-8")) if place.exists() else {}
    made_with = {**settings, "machine": {name: fact for name, fact in facts.items() if name != _OF_A_MOMENT}}
    made_with = json.loads(json.dumps(made_with))  # as it will be read
    same = [one for one in record.get(kind, []) if one["made_with"] == made_with]
    others = [one for one in record.get(kind, []) if one["made_with"] != made_with]
    trainings = [_read(one) for group in same for one in group["trainings"]]
    trainings = [one for one in trainings if (one.name, one.seed) != (found.name, found.seed)] + [found]
    trainings.sort(key=lambda one: (list(CONTENDERS).index(one.name), one.seed))
    record[kind] = [{"made_with": made_with, "trainings": [one._asdict() for one in trainings]}, *others]
    place.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return Kept(kind, trainings, sum(len(group["trainings"]) for group in others))


def _read(one: Mapping[str, Any]) -> Found:
    return Found(**{**one, "signatures": tuple(one["signatures"])})
