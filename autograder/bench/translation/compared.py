"""What was found, as a table for the terminal and as a section of BENCHMARKS.md."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from autograder.bench.translation.contenders import CONTENDERS, COURSE
from autograder.bench.translation.one_training import Found

LEAST_BLEU, LEAST_TIMES = 40.0, 5.0
MOST_SECONDS, SENTENCES = 20.0, 1000  # of translating so many
_COLUMNS = ("", "parameters", "target tokens/s", "BLEU", "chrF", "translating, s")


def middle(found: Iterable[Found]) -> list[Found]:
    """Of each contender the training with the median BLEU, the lower of two; in the order of their first ones."""
    trainings: dict[str, list[Found]] = {}
    for one in found:
        trainings.setdefault(one.name, []).append(one)
    return [sorted(some, key=lambda one: one.bleu)[(len(some) - 1) // 2] for some in trainings.values()]


def table(found: Sequence[Found]) -> Table:
    """The medians, for the terminal."""
    drawn = Table(title="English to Spanish")
    for place, column in enumerate(_COLUMNS):
        drawn.add_column(column, justify="right" if place else "left")
    for row in _rows(found):
        drawn.add_row(*row)
    return drawn


def verdicts(found: Sequence[Found]) -> Iterator[str]:
    """One sentence for each aim that these trainings can decide."""
    medians = {one.name: one for one in middle(found)}
    course, example = medians.get("course"), medians.get("keras.io")
    if course:
        yield f"BLEU of the course's: {course.bleu:.1f}, at least {LEAST_BLEU:g} ({_is(course.bleu >= LEAST_BLEU)})."
        if course.sentences >= SENTENCES:  # fewer say nothing of many: graphs and threads have a start
            took = course.translating * SENTENCES / course.sentences
            is_reached = _is(took <= MOST_SECONDS)
            yield f"{SENTENCES:,} sentences take it {took:.1f} s, at most {MOST_SECONDS:g} ({is_reached})."
    if course and example:
        times = course.tokens_per_second / example.tokens_per_second
        is_reached = _is(times >= LEAST_TIMES)
        yield f"It trains {times:.1f} times as fast as keras.io's, at least {LEAST_TIMES:g} ({is_reached})."


def section(found: Sequence[Found], minutes: float, chosen: Mapping[str, Any], facts: Mapping[str, str]) -> str:
    """The section of BENCHMARKS.md for one backend and device."""
    lines = [f"## Translators, {minutes:g} minutes each: {found[0].device}", ""]
    lines += [
        "Written by `make bench-translation`: every contender trains on the same English–Spanish pairs of Tatoeba",
        f"with the same vocabularies, one after the other, {minutes:g} minutes by the clock, in which no graph is made",
        "(graphs are made before it starts, and parameters put back). Tokens are labels without padding. All write",
        "greedily, and none writes `[UNK]`. Scores are sacreBLEU's for "
        f"{found[0].sentences:,} sources that none has seen,",
        "with all their references.",
    ]
    lines += ["", "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items()), ""]
    lines += [f"| {' | '.join(_COLUMNS)} | seconds |", "|---|---:|---:|---:|---:|---:|---:|"]
    for one, row in zip(middle(found), _rows(found), strict=True):
        lines.append(f"| {' | '.join(row)} | {one.seconds:.0f} |")
    settings = ", ".join(f"{name} {value}" for name, value in (COURSE | chosen).items())
    lines += ["", *(f"- *{one.name}*: {CONTENDERS[one.name].description}" for one in middle(found))]
    lines += ["", f"The course's settings: {settings}.", "", *verdicts(found)]
    signatures = middle(found)[0].signatures
    return "\n".join([*lines, "", f"BLEU is `{signatures[0]}`, chrF `{signatures[1]}`."])


def _rows(found: Sequence[Found]) -> Iterator[list[str]]:
    for one in middle(found):
        others = [other.bleu for other in found if other.name == one.name]
        spread = f" ({min(others):.1f}–{max(others):.1f}, {len(others)} seeds)" if others[1:] else ""
        speed = statistics.median(other.tokens_per_second for other in found if other.name == one.name)
        numbers = (f"{one.parameters:,}", f"{speed:,.0f}", f"{one.bleu:.1f}{spread}")
        yield [one.name, *numbers, f"{one.chrf:.1f}", f"{one.translating:.1f}"]


def _is(reached: bool) -> str:
    return "reached" if reached else "missed"
