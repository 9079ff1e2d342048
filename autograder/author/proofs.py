"""What has been proved, and of what: one record a unit, each proof with the digest of all that it depends on.

What is slow to prove is proved by whoever changes it, with `python -m autograder prove`, and kept in
`autograder/proofs`. The tests fail on a record that is missing or out of date, and prove a sample anew.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.author import digests
from autograder.author.idle_answers import Earned
from autograder.author.run_notebooks import KINDS, notebook_of
from autograder.author.verify import Tally
from autograder.learner.atomic import write_whole
from autograder.units import ROOT, Unit

RECORDS = ROOT / "autograder" / "proofs"
KNOWN = "known answers"
IDLE = "without work"
MUTANTS = "mutants"


@dataclass(frozen=True)
class Proof:
    """What is proved at once: that a notebook runs, or of an exercise its mutants, or on a backend its known answers or
    what is earned without work.
    """

    unit: Unit
    kind: str
    exercise: str = ""
    backend: str = "tensorflow"

    def __str__(self) -> str:
        return " ".join(filter(None, (self.unit.stem, self.exercise, f"({self.kind}, {self.backend})")))

    def digest(self) -> str:
        """The digest of all that it depends on, as that is now."""
        if self.kind == KNOWN:
            return digests.of_known_answers(self.unit, self.exercise, self.backend)
        if self.kind == IDLE:
            return digests.of_idle_answers(self.unit, self.exercise, self.backend)
        if self.kind == MUTANTS:
            return digests.of_mutants(self.unit, self.exercise)
        return digests.of_notebook(self.unit, notebook_of(self.unit, self.kind))

    @property
    def _place(self) -> tuple[str, ...]:
        return (self.kind, self.exercise, self.backend) if self.exercise else (self.kind,)


def proofs_of(units: Sequence[Unit], backend: str) -> Iterator[Proof]:
    """All that is to be proved of these units on a backend; mutants and notebooks on TensorFlow alone."""
    for unit in units:
        for exercise in unit.points():
            yield Proof(unit, KNOWN, exercise, backend)
            yield Proof(unit, IDLE, exercise, backend)
        if backend == "tensorflow":
            yield from (Proof(unit, MUTANTS, exercise) for exercise in unit.points())
            yield from (Proof(unit, kind) for kind in KINDS)


def out_of_date(proofs: Iterable[Proof]) -> list[Proof]:
    """Those that were never proved, or not of what is there now."""
    return list(to_prove(proofs))


def to_prove(proofs: Iterable[Proof]) -> dict[Proof, str]:
    """The same, each with the digest that it has now."""
    now = {proof: proof.digest() for proof in proofs}
    return {proof: digest for proof, digest in now.items() if recorded(proof).get("digest") != digest}


def recorded(proof: Proof) -> dict[str, Any]:
    """What is kept of a proof: its digest and what was found; nothing where it was never proved."""
    found: Any = _record(proof.unit)
    for key in proof._place:
        found = found.get(key, {})
    return found


def keep(proof: Proof, digest: str, **found: Any) -> None:
    """Write down that something was proved of what had this digest, and what was found."""
    record = _record(proof.unit)
    inner = record
    for key in proof._place[:-1]:
        inner = inner.setdefault(key, {})
    inner[proof._place[-1]] = {"digest": digest, **found}
    write_whole(_file(proof.unit), json.dumps(record, indent=1, sort_keys=True) + "\n")


def tally_of(unit: Unit, exercise: str) -> Tally:
    """The scores of an exercise as they were last proved on TensorFlow; raises `KeyError` where they never were."""
    found = recorded(Proof(unit, KNOWN, exercise))
    counts = {name: found[name] for name in ("mistakes", "caught", "named", "correct", "accepted")}
    earned = recorded(Proof(unit, IDLE, exercise))
    return Tally(**counts, idle=Earned(earned["points"], earned["of"], "", []) if earned else None)


def counts_of(tally: Tally) -> dict[str, Any]:
    """How many known answers there are and what came of them, as it is kept."""
    return {name: count for name, count in asdict(tally).items() if isinstance(count, int)}


def earned_as_kept(earned: Earned) -> dict[str, Any]:
    """What was earned without work, as it is kept."""
    return {"points": earned.points, "of": earned.of}


def _record(unit: Unit) -> dict[str, Any]:
    return json.loads(_file(unit).read_text("utf-8")) if _file(unit).exists() else {}


def _file(unit: Unit) -> Path:
    return RECORDS / f"{unit.stem}.json"
