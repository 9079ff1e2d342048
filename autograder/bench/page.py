"""BENCHMARKS.md: how it was measured, what came out, how to repeat it. The form depends on nothing but the results."""

from collections.abc import Iterator, Mapping

from autograder.bench.learners import MIX, SEED
from autograder.bench.measure import PAIRS
from autograder.bench.results import Comparison, Results, spread
from autograder.bench.stages import NECESSARY, STAGES, WARM_UP

LEAST_RATIO, RATIO_AIMED_AT = 20, 25
MOST_OVERHEAD = 0.15  # seconds
MOST_SPREAD = 0.10
MOST_MEMORY = 3 << 30  # bytes
_NOT_YET = "Not measured in this run."


def page(results: Results, facts: Mapping[str, str]) -> str:
    """The whole text, for results that may still be in part."""
    parts = (_machine(facts), _class(results), _against_stock(results), _stages(results), _sizes(results), _again())
    lines = ["# Benchmarks", ""]
    lines += ["Written by `make bench`; every number comes from that one run, but for translators at the"]
    lines += ["end: each of their sections names its own command.", ""]
    return "\n".join([*lines, *(line for part in parts for line in part)]).rstrip() + "\n"


def _machine(facts: Mapping[str, str]) -> Iterator[str]:
    yield from ("## The machine", "", "| | |", "|---|---|")
    yield from (f"| {name} | {value} |" for name, value in facts.items())
    yield ""


def _class(results: Results) -> Iterator[str]:
    yield from ("## The class", "")
    yield f"Learners of unit `{results.unit}`, made from its solution, its known mistakes and its other known right"
    yield f"answers with the fixed seed {SEED}. Of every {sum(share for share, _ in MIX.values())}:"
    yield from ("", "| learners | what they hand in |", "|---:|---|")
    yield from (f"| {share} {kind} | {words} |" for kind, (share, words) in MIX.items())
    yield ""
    yield "Every notebook has its learner's name in a cell of its own, so no verdict serves twice. Nobody writes an"
    yield from ("endless loop: that would measure the time limit.", "")


def _against_stock(results: Results) -> Iterator[str]:
    yield from ("## Against stock nbgrader", "")
    found = results.comparison
    if found is None:
        yield from (_NOT_YET, "")
        return
    verdict = "reached" if found.ratio >= LEAST_RATIO else "**missed**"
    yield from ("| | submissions a minute | seconds each |", "|---|---:|---:|")
    ours, theirs = found.our_rate, found.stock_rate
    yield f"| `python -m autograder grade`, {found.learners} learners | {ours:.1f} | {60 / ours:.2f} |"
    yield f"| stock nbgrader, {len(found.stock)} of them | {theirs:.1f} | {60 / theirs:.2f} |"
    yield ""
    yield f"**{found.ratio:.1f} times as fast** with {found.workers} workers; at least {LEAST_RATIO} ({verdict}), aim"
    yield f"{RATIO_AIMED_AT}. Confinement: {', '.join(found.confinement)}. Both gave the same points for {found.agreed}"
    yield from (f"of the {len(found.stock)} submissions.", "")
    yield from (*_how_compared(found), "")


def _how_compared(found: Comparison) -> Iterator[str]:
    yield "*Ours* is the whole command, its start too: intake, verdicts, executed notebooks, gradebook, feedback pages."
    yield "*Stock* is nbgrader's `autograde` with its default preprocessors (a fresh kernel for each notebook), then"
    yield "its `generate_feedback`, in its own gradebook. Its notebooks are the same, but for the check cells: there"
    yield "`check(…).verdict.score` is the last expression, so the same suite judges in the learner's own kernel, and"
    yield "nbgrader takes the number as partial credit. In its favour, its own start and imports are not counted, nor"
    yield "its release of the assignment, and the overview at the end of the notebook, which judges all once more, is"
    yield f"left out. The {len(found.stock)} are spread evenly over the class and graded in between: ours finishes what"
    yield "it has begun and waits, stock grades one alone, ours goes on."
    yield from ("", "| learner | kind | stock, seconds | stock, points | ours, points |", "|---|---|---:|---:|---:|")
    for run in found.stock:
        yield f"| {run.learner} | {run.kind} | {run.seconds:.2f} | {run.score:g} | {run.our_score:g} |"


def _stages(results: Results) -> Iterator[str]:
    yield from ("## Where a submission's time goes", "")
    spent = results.spent
    if spent is None:
        yield from (_NOT_YET, "")
        return
    verdict = "reached" if spent.overhead < MOST_OVERHEAD else "**missed**"
    yield from ("| stage | milliseconds | of these on a CPU | share |", "|---|---:|---:|---:|")
    for stage, words in STAGES.items():
        mean, cpu = spent.seconds(stage), spent.cpu_seconds(stage)
        yield f"| {words} | {1000 * mean:.1f} | {1000 * cpu:.1f} | {mean / spent.total:.0%} |"
    yield f"| all | {1000 * spent.total:.1f} | {1000 * sum(map(spent.cpu_seconds, STAGES)):.1f} | |"
    yield ""
    yield f"Neither the learner's code nor the suite's own arithmetic: **{spent.overhead:.3f} s** for each submission,"
    yield f"{spent.overhead / spent.total:.0%} of its time; below {MOST_OVERHEAD:g} s ({verdict}). That is all but the"
    yield from (f"first {len(NECESSARY)} rows.", "")
    yield f"Means of {len(spent.wall)} submissions, one after the other in one process and one worker at a time, after"
    yield f"{WARM_UP} that do not count. Each step is timed from outside, where one function calls the next; a moment"
    yield "belongs to the innermost step alone. The learner's code is the time that the judge waits for the worker,"
    yield "less what a request takes that asks for nothing, which counts as a message. What the measuring costs is left"
    yield "out."
    yield ""


def _sizes(results: Results) -> Iterator[str]:
    yield from ("## Larger classes", "")
    if not results.sizes:
        yield from (_NOT_YET, "")
        return
    yield from (
        "| learners | seconds each | compared with small classes | until the first is marked | in all "
        "| memory of all processes | processes |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    )
    for size in results.sizes:
        growth = "" if size.growth is None else f"{size.growth:.2f} times"
        yield (
            f"| {size.learners:,} | {size.each:.3f} | {growth} | {size.first:.1f} s | {size.seconds:.0f} s | "
            f"{size.peak / 2**20:,.0f} MiB | {size.processes} |"
        )
    peak, apart = max(size.peak for size in results.sizes), spread(results.sizes)
    even, fits = ("reached" if holds else "**missed**" for holds in (apart <= MOST_SPREAD, peak <= MOST_MEMORY))
    small = min(size.learners for size in results.sizes)
    yield ""
    yield f"A submission takes up to {apart:.0%} more time in one class than in another; at most {MOST_SPREAD:.0%}"
    yield f"({even}). The most memory is {peak / 2**30:.2f} GiB; at most {MOST_MEMORY / 2**30:g} GiB ({fits})."
    yield ""
    yield f"*Compared*: each larger class halts up to {PAIRS} times, at last at its end. Its latest {small} learners"
    yield "are graded again at once, as a class of their own; the time that a submission took in the large class is"
    yield "divided by the time it takes in the small one. The column before it cannot be compared from row to row: the"
    yield "machine's own speed changes within minutes, and other learners hand in other answers."
    yield "*Seconds each* begin when the first submission is marked: imports are in the column beside it."
    yield "Memory is the sum of proportional set sizes of all processes at one moment (a page that several share counts"
    yield from ("once), sampled twice a second, at its highest.", "")


def _again() -> Iterator[str]:
    yield from ("## Measure it again", "", "```", "make bench")
    yield "python -m autograder bench --sizes 50,200     # smaller classes, a shorter run"
    yield from ("```", "", "The file is written anew after each part: what was measured before a stop is in it.")
