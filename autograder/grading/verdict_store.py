"""Verdicts in a folder, each under the digest of all that it depends on."""

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.judging.verdicts import ExerciseVerdict, TestVerdict, Verdict
from autograder.learner.atomic import write_whole


@dataclass
class Marked:
    """A verdict, the outputs that each code cell left, and the digest that both are kept under."""

    verdict: Verdict
    outputs: list[list[dict[str, Any]]]
    digest: str = ""


def kept_under(store: Path, digest: str) -> Marked | None:
    """What a store keeps under a digest, or None."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads((store / f"{digest}.json").read_text("utf-8"))
        return Marked(_from_stored(kept["verdict"]), kept["outputs"], digest)
    return None


def keep(store: Path, digest: str, marked: Marked) -> None:
    """Store a verdict in one step: a reader finds the whole of it or nothing."""
    text = json.dumps({"verdict": _as_stored(marked.verdict), "outputs": marked.outputs})
    write_whole(store / f"{digest}.json", text)


def _as_stored(verdict: Verdict) -> dict[str, Any]:
    fields = asdict(verdict)
    for exercise in fields["exercises"]:
        for test in exercise["tests"]:
            test["arrays"] = None
    return fields


def _from_stored(fields: dict[str, Any]) -> Verdict:
    exercises = [
        ExerciseVerdict(**{**exercise, "tests": [TestVerdict(**test) for test in exercise["tests"]]})
        for exercise in fields["exercises"]
    ]
    return Verdict(**{**fields, "exercises": exercises})
