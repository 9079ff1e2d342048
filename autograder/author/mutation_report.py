"""What is kept of an exercise's mutants, the score that comes of it, and the report in Stryker's form.

Mutants are made again of the same cell by the same operators whenever they are asked for: a record names them by their
numbers alone. The form of the report is that of https://github.com/stryker-mutator/mutation-testing-elements.
"""

import importlib.metadata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from autograder.author import proofs
from autograder.author.equivalent_mutants import equivalent, reviewed
from autograder.author.mutant_judges import Judged, answer_cell
from autograder.author.mutants import Mutant, mutants_of
from autograder.author.proofs import MUTANTS, Proof
from autograder.units import ROOT, Unit

LEAST = 0.99  # of a unit's mutants that are not equivalent, the share that must be caught


class Score(NamedTuple):
    """How many mutants of an exercise were made and caught, and how many are equivalent."""

    made: int
    caught: int
    equivalent: int

    @property
    def counted(self) -> int:
        return self.made - self.equivalent


def found(exercise: str, mutants: Sequence[Mutant], judged: Judged) -> dict[str, Any]:
    """What is kept of the mutants of an exercise; raises `Stale` where a reviewed one is not what it must be."""
    survived = [outcome.status == "survived" for outcome in judged.outcomes]
    same = equivalent(exercise, [mutant.change for mutant in mutants], survived)
    left = [number for number, lives in enumerate(survived) if lives and number not in same]
    by_rule = {rule: [] for rule in judged.rules}
    for number, outcome in enumerate(judged.outcomes):
        if outcome.status != "survived":
            by_rule.setdefault(outcome.rule, []).append(number)
    return {
        "made": len(mutants),
        "equivalent": _as_text(same),
        "survived": {str(number): str(mutants[number].change) for number in left},
        "too long": _as_text(n for n, outcome in enumerate(judged.outcomes) if outcome.status == "timeout"),
        "caught by": {rule: _as_text(numbers) for rule, numbers in by_rule.items()},
    }


def score_of(unit: Unit, exercise: str) -> Score | None:
    """The score of an exercise as it was last recorded; None where it never was."""
    record = proofs.recorded(Proof(unit, MUTANTS, exercise))
    if not record:
        return None
    same = len(_numbers(record["equivalent"]))
    return Score(record["made"], record["made"] - same - len(record["survived"]), same)


def in_words(score: Score | None) -> tuple[str, str]:
    """The mutants caught and the equivalent ones, as they are published."""
    return (f"{score.caught} of {score.counted}", str(score.equivalent)) if score else ("not made", "")


def stryker(units: Sequence[Unit]) -> dict[str, Any]:
    """Stryker's report of all mutants of these units; raises `ValueError` where their records are out of date."""
    if stale := proofs.out_of_date([Proof(unit, MUTANTS, name) for unit in units for name in unit.points()]):
        raise ValueError(f"Prove these first: {', '.join(map(str, stale))}.")
    return {
        "schemaVersion": "2",
        "thresholds": {"high": round(100 * LEAST), "low": 90},
        "framework": {"name": "cosmic-ray", "version": importlib.metadata.version("cosmic-ray")},
        "files": {_place(unit.solution_source): _file(unit) for unit in units},
        "testFiles": {_place(unit.suite): {"tests": list(_tests(unit))} for unit in units},
    }


def _file(unit: Unit) -> dict[str, Any]:
    source = unit.solution_source.read_text("utf-8")
    mutants = [mutant for exercise in unit.points() for mutant in _mutants(unit, exercise, source)]
    return {"language": "python", "source": source, "mutants": mutants}


def _tests(unit: Unit) -> Iterator[dict[str, str]]:
    for exercise in unit.points():
        for rule in filter(None, proofs.recorded(Proof(unit, MUTANTS, exercise))["caught by"]):
            yield {"id": f"{exercise}: {rule}", "name": rule}


def _mutants(unit: Unit, exercise: str, source: str) -> Iterator[dict[str, Any]]:
    """The mutants of an exercise, at their places in the source of its unit's solution."""
    cell, record = answer_cell(unit, exercise), proofs.recorded(Proof(unit, MUTANTS, exercise))
    lines_before = source[: source.index(cell)].count("\n")
    rules = {number: rule for rule, numbers in record["caught by"].items() for number in _numbers(numbers)}
    covered = [f"{exercise}: {rule}" for rule in record["caught by"] if rule]
    for number, mutant in enumerate(mutants_of(cell)):
        start, end = ({"line": line + lines_before, "column": column + 1} for line, column in mutant.position)
        yield {
            "id": f"{exercise} {number}",
            "mutatorName": mutant.operator,
            "replacement": mutant.replacement,
            "location": {"start": start, "end": end},
            "coveredBy": covered,
            **_status(exercise, mutant, number, record, rules),
        }


def _status(exercise: str, mutant: Mutant, number: int, record: dict, rules: dict[int, str]) -> dict[str, Any]:
    if number in _numbers(record["equivalent"]):
        return {"status": "Ignored", "statusReason": reviewed(exercise)[mutant.change]}
    if number not in rules:
        return {"status": "Survived"}
    status = "Timeout" if number in _numbers(record["too long"]) else "Killed"
    return {"status": status, "killedBy": [f"{exercise}: {rules[number]}"] if rules[number] else []}


def _place(path: Any) -> str:
    return path.relative_to(ROOT).as_posix()


def _as_text(numbers: Any) -> str:
    return " ".join(map(str, numbers))


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split()]
