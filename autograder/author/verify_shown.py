"""`verify` as it is seen: a bar while it runs, a table of scores, and a line for each verdict that is wrong."""

from collections import Counter
from collections.abc import Collection, Sequence

from rich.console import Console
from rich.table import Table

from autograder.author.known_cases import Case, cases
from autograder.author.verify import Tally, Verified, verify
from autograder.grading.terminal import bar
from autograder.units import Unit


def verify_with_progress(
    console: Console,
    units: Sequence[Unit],
    workers: int,
    device: str = "cpu",
    only: Collection[str] | None = None,
) -> Verified:
    """Verify with a progress bar - a line for each unit where there is no terminal - and print the scores."""
    left = Counter(case.unit.stem for unit in units for case in cases(unit, only))
    with bar(console) as progress:
        task = progress.add_task("Verifying", total=left.total())

        def tick(case: Case) -> None:
            progress.advance(task)
            left[case.unit.stem] -= 1
            if not left[case.unit.stem] and not console.is_terminal:
                console.print(f"{case.unit.stem}: submitted")

        verified = verify(units, workers, tick, device, only)
    _print_scores(console, verified)
    return verified


def _print_scores(console: Console, verified: Verified) -> None:
    table = Table(title="Known answers, submitted as a learner would", title_justify="left", box=None)
    for column in ("unit", "exercise", "mistakes\ncaught", "\nnamed", "correct\naccepted", "without\nwork"):
        table.add_column(column, justify="left" if column in ("unit", "exercise") else "right", no_wrap=True)
    for (unit, exercise), tally in verified.of_exercises.items():
        table.add_row(unit, exercise, *scores_of(tally))
    console.print(table)
    for sentence in verified.wrong:
        console.print(f"WRONG  {sentence}", style="red", markup=False, highlight=False, soft_wrap=True)
    tallies = verified.of_exercises.values()
    mistakes, correct = sum(tally.mistakes for tally in tallies), sum(tally.correct for tally in tallies)
    caught, accepted = sum(tally.caught for tally in tallies), sum(tally.accepted for tally in tallies)
    console.print(
        f"Mutation score {caught / max(mistakes, 1):.1%} ({caught} of {mistakes} mistakes caught); "
        f"{accepted} of {correct} other right answers accepted.",
        highlight=False,
    )


def scores_of(tally: Tally) -> tuple[str, ...]:
    """An exercise's scores in words: mistakes caught and named, right answers accepted, points without work."""
    caught, named = _share(tally.caught, tally.mistakes), _share(tally.named, tally.mistakes)
    without_work = f"{tally.idle.points:g} of {tally.idle.of:g}" if tally.idle else "not measured"
    return caught, named, _share(tally.accepted, tally.correct), without_work


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "none known"
