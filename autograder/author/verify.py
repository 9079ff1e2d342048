"""Proving the suites: known answers are submitted as if a learner had, and the verdicts must be the right ones.

So are answers without work, which must earn next to nothing.
"""

import ast
import atexit
import concurrent.futures
import functools
import itertools
import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode
from rich.console import Console
from rich.table import Table

from autograder.author import idle_answers
from autograder.author.build import solution_notebook
from autograder.author.idle_answers import Earned
from autograder.grading import intake
from autograder.grading.intake import nbgrader_fields
from autograder.grading.marker import Marker
from autograder.judging.known import correct_in, known_answers, mistakes_in
from autograder.judging.slicing import needed, statements
from autograder.judging.verdicts import Verdict
from autograder.units import ROOT, Unit

PUBLISHED = ROOT / "autograder" / "mistakes" / "README.md"
FEWEST_MISTAKES, FEWEST_CORRECT = 6, 3


@dataclass(frozen=True)
class Case:
    """One submission whose verdict is known: the solution, an untouched copy, a mistake or a correct variant."""

    unit: Unit
    kind: str
    exercise: str = ""
    name: str = ""
    sentence: str = ""
    source: str = ""


@dataclass
class Tally:
    """What came of one exercise's known answers, and the most that one without work has earned."""

    mistakes: int = 0
    caught: int = 0
    named: int = 0
    correct: int = 0
    accepted: int = 0
    idle: Earned | None = None


@dataclass
class Verified:
    """What came of all cases: a tally for each exercise, and a sentence for each verdict that is wrong."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.wrong


def cases(unit: Unit) -> Iterator[Case]:
    """Every known submission of a unit."""
    known = known_answers(unit)
    yield Case(unit, "solution")
    yield Case(unit, "untouched")
    for one in mistakes_in(known):
        yield Case(unit, "mistake", one.exercise, one.name, one.sentence, in_own_words(one.source()))
    for one in correct_in(known):
        yield Case(unit, "correct", one.exercise, one.name, "", one.source())


def in_own_words(source: str) -> str:
    """The same code with other messages in its errors: no learner words them as the known answer does."""
    tree = ast.parse(source)
    texts = [
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    for text in texts:
        text.value = f"Sorry: {text.value}"
    return ast.unparse(tree) if texts else source


def submission(case: Case) -> NotebookNode:
    """The notebook that a learner would hand in: their answer in one cell, the solution's in the others."""
    notebook = intake.untouched(case.unit)
    if case.kind != "untouched":
        solved = intake.answers_in(solution_notebook(case.unit))
        for name, cell in intake.answers_in(notebook).items():
            cell.source = case.source if name == case.exercise else solved[name].source
    if case.kind == "mistake":
        notebook.cells = what_decides(notebook, case.unit)
    return notebook


def what_decides(notebook: NotebookNode, unit: Unit) -> list[NotebookNode]:
    """The tasks, answers and checks of a notebook, and what the answers stand on: no pictures, which take most time."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    stand_on = needed([statements(cell.source) for cell in code], unit.points())
    chosen = [id(cell) for cell, found in zip(code, stand_on, strict=True) if found]
    return [cell for cell in notebook.cells if id(cell) in chosen or nbgrader_fields(cell)]


def verify(units: Sequence[Unit], workers: int, tick=lambda case: None, device: str = "cpu") -> Verified:
    """Submit every case of these units through the pipeline, `workers` at a time, on Keras' backend of this process."""
    verified = Verified()
    todo = [case for unit in units for case in cases(unit)]
    idle = [(unit, exercise, device) for unit in units for exercise in unit.points()]
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, context) as pool:
        marked = pool.map(_mark, todo, itertools.repeat(device))
        most = pool.map(idle_answers.most_earned, *zip(*idle, strict=True))
        for case, verdict in zip(todo, marked, strict=True):
            _settle(case, verdict, verified)
            tick(case)
        for (unit, exercise, _), earned in zip(idle, most, strict=True):
            _settle_idle(unit, exercise, earned, verified)
    for unit in units:
        for exercise in unit.points():
            tally = verified.tallies.setdefault((unit.stem, exercise), Tally())
            if tally.mistakes < FEWEST_MISTAKES or tally.correct < FEWEST_CORRECT:
                verified.wrong.append(
                    f"{unit.stem} {exercise}: {tally.mistakes} mistakes and {tally.correct} correct variants are "
                    f"known; there must be {FEWEST_MISTAKES} and {FEWEST_CORRECT}."
                )
        if sum(unit.points().values()) != 20:
            verified.wrong.append(f"{unit.stem}: the points sum to {sum(unit.points().values()):g}, not to 20.")
    return verified


@functools.cache
def _marker_on(device: str) -> Marker:
    """The marker of this process, which ends with it."""
    marker = Marker(device=device, unconfined=True)  # known answers are ours: they may run on any machine
    atexit.register(marker.close)
    return marker


def _mark(case: Case, device: str) -> Verdict:
    marker = _marker_on(device)
    alone = [case.exercise] if case.kind == "mistake" else None  # whatever it spoils elsewhere
    return marker.mark(submission(case), case.unit, alone).verdict


def _settle(case: Case, verdict: Verdict, verified: Verified) -> None:
    """Compare a verdict with what it must be."""
    label = " ".join(word for word in (case.unit.stem, case.exercise, case.kind, case.name) if word)
    if case.kind == "untouched":
        tests = [test for exercise in verdict.exercises for test in exercise.tests]
        if verdict.score or any(test.outcome != "not_attempted" for test in tests):
            verified.wrong.append(f"{label}: {verdict.score:g} points; must be 0, all not attempted.")
        return
    for exercise in verdict.exercises:
        theirs = case.kind == "mistake" or exercise.name == case.exercise  # a mistake may spoil what is built on it
        if not theirs and exercise.score != exercise.max_score:
            verified.wrong.append(f"{label}: {exercise.name} has {exercise.score:g} of {exercise.max_score:g} points.")
    if case.kind == "solution":
        return
    judged = next(exercise for exercise in verdict.exercises if exercise.name == case.exercise)
    tally = verified.tallies.setdefault((case.unit.stem, case.exercise), Tally())
    full = judged.score == judged.max_score
    if case.kind == "correct":
        tally.correct += 1
        tally.accepted += full
        if not full:
            verified.wrong.append(f"{label}: rejected, {judged.score:g} of {judged.max_score:g} points.")
        return
    named = {test.mistake for test in judged.tests if test.mistake}
    tally.mistakes += 1
    tally.caught += not full
    tally.named += named == {case.sentence}
    if full:
        verified.wrong.append(f"{label}: not caught, it has full marks.")
    elif named != {case.sentence}:
        verified.wrong.append(f"{label}: named as {' / '.join(sorted(named)) or 'nothing'}.")


def _settle_idle(unit: Unit, exercise: str, earned: Earned, verified: Verified) -> None:
    """Hold the most that an answer without work has earned against what it may."""
    verified.tallies.setdefault((unit.stem, exercise), Tally()).idle = earned
    if earned.points > idle_answers.MOST * earned.of:
        verified.wrong.append(
            f"{unit.stem} {exercise}: an answer that gives {earned.idle} earns {earned.points:g} of {earned.of:g} "
            f"points, by: {'; '.join(earned.rules)}. Mark rules that it may fulfil without work with `@supporting`."
        )


def verify_with_progress(console: Console, units: Sequence[Unit], workers: int, device: str = "cpu") -> Verified:
    """Verify with a progress bar - a line for each unit where there is no terminal - and print the scores."""
    from autograder.grading.terminal import bar

    left = Counter(case.unit.stem for unit in units for case in cases(unit))
    with bar(console) as progress:
        task = progress.add_task("Verifying", total=left.total())

        def tick(case: Case) -> None:
            progress.advance(task)
            left[case.unit.stem] -= 1
            if not left[case.unit.stem] and not console.is_terminal:
                console.print(f"{case.unit.stem}: submitted")

        verified = verify(units, workers, tick, device)
    table = Table(title="Known answers, submitted as a learner would", title_justify="left", box=None)
    for column in ("unit", "exercise", "mistakes\ncaught", "\nnamed", "correct\naccepted", "without\nwork"):
        table.add_column(column, justify="left" if column in ("unit", "exercise") else "right", no_wrap=True)
    for row in _rows(verified):
        table.add_row(*row)
    console.print(table)
    for sentence in verified.wrong:
        console.print(f"WRONG  {sentence}", style="red", markup=False, highlight=False, soft_wrap=True)
    tallies = verified.tallies.values()
    mistakes, correct = sum(tally.mistakes for tally in tallies), sum(tally.correct for tally in tallies)
    caught, accepted = sum(tally.caught for tally in tallies), sum(tally.accepted for tally in tallies)
    console.print(
        f"Mutation score {caught / max(mistakes, 1):.1%} ({caught} of {mistakes} mistakes caught); "
        f"{accepted} of {correct} other right answers accepted.",
        highlight=False,
    )
    return verified


def publish_scores(verified: Verified) -> None:
    """Write the measured scores beside the known answers."""
    lines = [
        "# How far the suites can be trusted",
        "",
        "Every mistake and every other right answer in this folder, submitted through the whole pipeline as a",
        "learner would, mistakes without the pictures, and with errors in other words than here. *Caught*: it lost",
        "points. *Named*: the report told its own sentence and no other. *Accepted*: full marks. *Without work*: the",
        "most points that any answer earns which ignores what it is given, such as zeros, ones, random numbers, equal",
        "shares, its own arguments or one right result for everything. Made by",
        "`python -m autograder verify --publish`.",
        "",
        "| unit | exercise | mistakes caught | named | correct accepted | without work |",
        "|---|---|---:|---:|---:|---:|",
        *(f"| {' | '.join(row)} |" for row in _rows(verified)),
    ]
    PUBLISHED.write_text("\n".join(lines) + "\n", "utf-8")


def _rows(verified: Verified) -> Iterator[tuple[str, ...]]:
    for (unit, exercise), tally in verified.tallies.items():
        caught, named = _share(tally.caught, tally.mistakes), _share(tally.named, tally.mistakes)
        without_work = f"{tally.idle.points:g} of {tally.idle.of:g}" if tally.idle else "not measured"
        yield unit, exercise, caught, named, _share(tally.accepted, tally.correct), without_work


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "none known"
