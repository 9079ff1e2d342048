"""Trainings that are kept, so that contenders may be trained on different days: they are compared on one machine."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.bench.translation.contenders import CONTENDERS
from autograder.bench.translation.one_training import Found

KEPT = Path(__file__).parent / "kept.json"
_OF_A_MOMENT = "load before"  # of the facts about a machine: all others must be the same


def keep(place: Path, found: Found, settings: Mapping[str, Any], facts: Mapping[str, str]) -> tuple[str, list[Found]]:
    """Keep a training in the file at `place`, in the place of one of the same contender and seed.

    Trainings on another machine, with other versions or settings are dropped: they cannot be compared with it. Returns
    "CPU" or "GPU", for which trainings are kept apart, and those that are comparable, in the order of the contenders.
    """
    kind = "GPU" if "CPU" not in found.device.upper() else "CPU"
    record = json.loads(place.read_text("utf-8")) if place.exists() else {}
    made_with = {**settings, "machine": {name: fact for name, fact in facts.items() if name != _OF_A_MOMENT}}
    made_with = json.loads(json.dumps(made_with))  # as it will be read
    old = record.get(kind, {})
    kept = [_read(one) for one in old.get("trainings", [])] if old.get("made_with") == made_with else []
    kept = [one for one in kept if (one.name, one.seed) != (found.name, found.seed)] + [found]
    kept.sort(key=lambda one: (list(CONTENDERS).index(one.name), one.seed))
    record[kind] = {"made_with": made_with, "trainings": [one._asdict() for one in kept]}
    place.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return kind, kept


def _read(one: Mapping[str, Any]) -> Found:
    return Found(**{**one, "signatures": tuple(one["signatures"])})
