"""`prove`: proves what is out of date, keeps what was found, and publishes the scores."""

import concurrent.futures
import dataclasses
import multiprocessing
from collections.abc import Collection, Iterable, Sequence

from rich.console import Console

from autograder.author import idle_answers, late_names, proofs
from autograder.author.equivalent_mutants import Stale
from autograder.author.known_cases import cases
from autograder.author.mutant_judges import NotRight, answer_cell, job_of, judge_mutants
from autograder.author.mutants import mutants_of
from autograder.author.mutation_report import found, in_words, score_of
from autograder.author.proofs import IDLE, KNOWN, MUTANTS, Proof
from autograder.author.run_notebooks import KINDS, NotAsItMustBe, run_notebook
from autograder.author.verify import Verified
from autograder.author.verify_shown import scores_of, verify_with_progress
from autograder.judging import fingerprints
from autograder.units import ROOT, Unit, all_units

PUBLISHED = ROOT / "autograder" / "mistakes" / "README.md"
_PAGE = """# How far the suites can be trusted

Every mistake and every other right answer in this folder, submitted through the whole pipeline as a
learner would, mistakes without the pictures, and with errors in other words than here. *Caught*: it lost
points. *Named*: the report told its own sentence and no other. *Accepted*: full marks. *Without work*: the
most points that any answer earns which ignores what it is given, such as zeros, ones, random numbers, equal
shares, its own arguments or one right result for everything.

*Machine-made mutants*: every small change that the operators of [cosmic-ray](https://cosmic-ray.readthedocs.io) make
of the right answer, and the same without one statement or one keyword argument; nobody has chosen them. *Equivalent*:
mutants that compute the same, or do what the task leaves open; `equivalent_mutants.toml` has the reason for each.
They do not count.

Made by `python -m autograder prove` of the records in `autograder/proofs`.

| unit | exercise | mistakes caught | named | correct accepted | without work | mutants caught | equivalent |
|---|---|---:|---:|---:|---:|---:|---:|
"""
_MUTANT_WORKERS = 2  # each holds Keras, and may ask for some GiB


def prove(console: Console, units: Sequence[Unit], workers: int, backend: str, device: str = "cpu") -> list[Proof]:
    """Prove what is out of date of these units; returns what could not be proved.

    One unit after the other: whoever stops it keeps the units that are done.
    """
    stale = proofs.to_prove(proofs.proofs_of(units, backend))
    console.print(f"{len(stale)} proofs are out of date." if stale else "All proofs are up to date.", highlight=False)
    failed = []
    for unit in dict.fromkeys(proof.unit for proof in stale):
        of_it = {proof: digest for proof, digest in stale.items() if proof.unit == unit}
        failed += _run_notebooks(console, _of_kind(of_it, *KINDS), workers)
        idle = _of_kind(of_it, IDLE)
        failed += _verify(console, _of_kind(of_it, KNOWN), idle, workers, device)
        failed += _ask_idle_answers(console, idle, workers, device)
        failed += _judge_mutants(console, _of_kind(of_it, MUTANTS), workers)
        publish()
    return failed


def _of_kind(stale: dict[Proof, str], *kinds: str) -> dict[Proof, str]:
    return {proof: digest for proof, digest in stale.items() if proof.kind in kinds}


def publish() -> None:
    """Write the scores of all units as they were last proved beside the known answers."""
    PUBLISHED.write_text(page(), "utf-8")


def page() -> str:
    """The published scores: a line for each exercise that was ever proved."""
    proved = [(unit, name) for unit in all_units() for name in unit.points()]
    proved = [(unit, name) for unit, name in proved if proofs.recorded(Proof(unit, KNOWN, name))]
    rows = [
        (unit.stem, name, *scores_of(proofs.tally_of(unit, name)), *in_words(score_of(unit, name)))
        for unit, name in proved
    ]
    return _PAGE + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _run_notebooks(console: Console, stale: dict[Proof, str], workers: int) -> list[Proof]:
    failed = []
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(run_notebook, proof.unit, proof.kind): proof for proof in stale}
        for done in concurrent.futures.as_completed(running):
            proof = running[done]
            try:
                found = done.result()
            except NotAsItMustBe as wrong:
                _tell_wrong(console, wrong)
                failed.append(proof)
            else:
                proofs.keep(proof, stale[proof], **found)
                console.print(f"{proof}: {found['seconds']:g} s", highlight=False)
    return failed


def _verify(
    console: Console, stale: dict[Proof, str], idle: dict[Proof, str], workers: int, device: str
) -> list[Proof]:
    """Keep what holds, and take off `idle` the exercises whose answers without work were asked beside."""
    if not stale:
        return []
    verified = _verified(console, list(stale), workers, device)
    if _measured(stale, verified) and (unnamed := [one for one in stale if not _holds(verified, one)]):
        console.print("Which rules each mistake breaks is known now; what has failed is asked once more.")
        once_more = _verified(console, unnamed, workers, device)
        for one in unnamed:
            verified.tallies[one.unit.stem, one.exercise] = once_more.tally(one.unit, one.exercise)
    late = {proof: _taken_back(verified, proof) for proof in stale if proof.backend != "tensorflow"}
    proved = [proof for proof in stale if _holds(verified, proof)]
    for proof in proved:
        tally = verified.tally(proof.unit, proof.exercise)
        named_late = {"named late": late[proof]} if late.get(proof) else {}
        proofs.keep(proof, stale[proof], **proofs.counts_of(tally), **named_late)
        without_work = dataclasses.replace(proof, kind=IDLE)
        if without_work in idle and tally.idle:
            proofs.keep(without_work, idle.pop(without_work), **proofs.earned_as_kept(tally.idle))
    return [proof for proof in stale if proof not in proved]


def _ask_idle_answers(console: Console, stale: dict[Proof, str], workers: int, device: str) -> list[Proof]:
    """Keep the most that answers without work earn; returns where that is too much."""
    failed = []
    with concurrent.futures.ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        asked = {proof: pool.submit(idle_answers.most_earned, proof.unit, proof.exercise, device) for proof in stale}
        for proof, answered in asked.items():
            earned = answered.result()
            if earned.points > idle_answers.MOST * earned.of:
                told = f"{earned.idle} earns {earned.points:g} of {earned.of:g} points, by: {'; '.join(earned.rules)}"
                _tell_wrong(console, f"{proof}: {told}")
                failed.append(proof)
            else:
                proofs.keep(proof, stale[proof], **proofs.earned_as_kept(earned))
    return failed


def _judge_mutants(console: Console, stale: dict[Proof, str], workers: int) -> list[Proof]:
    """Keep what came of the mutants of each exercise, and tell those that no rule catches; returns what is wrong."""
    failed = []
    mutants = [mutants_of(answer_cell(proof.unit, proof.exercise)) for proof in stale]
    jobs = [
        job_of(proof.unit, proof.exercise, [one.source for one in of_it])
        for proof, of_it in zip(stale, mutants, strict=True)
    ]
    for proof, of_it, judged in zip(stale, mutants, judge_mutants(jobs, min(workers, _MUTANT_WORKERS)), strict=True):
        try:
            if isinstance(judged, NotRight):
                raise judged
            kept = found(proof.exercise, of_it, judged)
        except (NotRight, Stale) as wrong:
            _tell_wrong(console, wrong)
            failed.append(proof)
        else:
            proofs.keep(proof, stale[proof], **kept)
            _tell_survivors(console, proof, kept["survived"].values())
    return failed


def _tell_wrong(console: Console, what: object) -> None:
    console.print(f"WRONG  {what}", style="red", markup=False, highlight=False, soft_wrap=True)


def _tell_survivors(console: Console, proof: Proof, changes: Collection[str]) -> None:
    caught, _ = in_words(score_of(proof.unit, proof.exercise))
    console.print(f"{proof.unit.stem} {proof.exercise}: {caught} mutants caught", highlight=False)
    for change in changes:
        console.print(f"  SURVIVED  {change}", style="yellow", markup=False, highlight=False, soft_wrap=True)


def _verified(console: Console, stale: Sequence[Proof], workers: int, device: str) -> Verified:
    units = list(dict.fromkeys(proof.unit for proof in stale))
    return verify_with_progress(console, units, workers, device, only=[proof.exercise for proof in stale])


def _taken_back(verified: Verified, proof: Proof) -> int:
    """How many mistakes are named with more time alone: the time that naming has is measured for TensorFlow."""
    tally = verified.tally(proof.unit, proof.exercise)
    return late_names.taken_back(cases(proof.unit, [proof.exercise]), tally.wrong)


def _holds(verified: Verified, proof: Proof) -> bool:
    return verified.holds_for(proof.unit, proof.exercise)


def _measured(stale: Iterable[Proof], verified: Verified) -> bool:
    """Keep which rules each mistake breaks, which naming looks up; whether that is news."""
    before = fingerprints.PLACE.read_text("utf-8") if fingerprints.PLACE.exists() else ""
    names = [proof.exercise for proof in stale if proof.backend == "tensorflow" and proof.exercise in verified.broken]
    fingerprints.publish({name: verified.broken[name] for name in names}, verified.rules)
    return fingerprints.PLACE.read_text("utf-8") != before
