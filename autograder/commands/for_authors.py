"""What authors do: build the notebooks, prove the suites, and measure."""

import importlib.util
import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.app import CORES, Units, Workers, app, console, fail, say, shown, unit_named, units_named
from autograder.units import ROOT, Unit

_PANEL = "For authors"


class Backend(StrEnum):
    """The backends of Keras that the suites are proved on."""

    tensorflow = "tensorflow"
    jax = "jax"
    torch = "torch"


class Device(StrEnum):
    """The devices that tolerances are known for."""

    cpu = "cpu"
    gpu = "gpu"


@app.command(rich_help_panel=_PANEL)
def build(
    units: Units = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace notebooks that were written in; copies are kept.")
    ] = False,
) -> None:
    """Make the lessons' notebooks, nbgrader's sources and the learners' copies from the percent sources."""
    from autograder.author.build import Edited, build

    try:
        changed = build(units_named(units), force)
    except (Edited, ValueError) as error:
        fail(str(error))
    for path in changed:
        console.print(f"wrote {path.relative_to(ROOT)}")
    console.print(f"{len(changed)} files written." if changed else "Everything is up to date.")


@app.command(rich_help_panel=_PANEL)
def new(
    unit: Annotated[str, typer.Argument(help="Number and topic of the unit, such as 08_encoder.")],
    exercise: Annotated[str, typer.Option(help="The function that its first exercise asks for.")] = "row_means",
) -> None:
    """Begin a unit: its lesson, exercise, suite and known answers, with a first exercise that works."""
    from autograder.author.new_unit import NotBegun, begin

    try:
        files = begin(unit, exercise)
    except NotBegun as error:
        fail(str(error))
    for path in files:
        say(f"wrote {shown(path)}")
    say(f"Edit them, then: python -m autograder build {unit}, verify {unit}, prove {unit}. See autograder/README.md.")


On = Annotated[Backend, typer.Option(help="What Keras computes with.")]
Where = Annotated[Device, typer.Option(help="Where it computes.")]


@app.command(rich_help_panel=_PANEL)
def verify(
    units: Units = None, workers: Workers = CORES, backend: On = Backend.tensorflow, device: Where = Device.cpu
) -> None:
    """Submit every solution, untouched copy, mistake and other right answer through the whole pipeline."""
    _use(backend)
    from autograder.author.verify_shown import verify_with_progress

    verified = verify_with_progress(console, units_named(units), workers, device.value)
    raise typer.Exit(0 if verified.holds else 1)


@app.command(rich_help_panel=_PANEL)
def prove(
    units: Units = None,
    workers: Workers = CORES,
    backend: On = Backend.tensorflow,
    status: Annotated[bool, typer.Option("--status", help="Say what is out of date, and prove nothing.")] = False,
    stryker: Annotated[
        Path | None, typer.Option(help="Write what came of the mutants to this file, as Stryker's JSON report.")
    ] = None,
) -> None:
    """Prove what has changed since it was proved: known answers, mutants, that notebooks run. Publish the scores."""
    _use(backend)
    from autograder.author.proofs import out_of_date, proofs_of

    if status:
        left = out_of_date(list(proofs_of(units_named(units), backend.value)))
        for proof in left:
            say(f"out of date: {proof}")
    else:
        from autograder.author.prove import prove

        left = prove(console, units_named(units), workers, backend.value)
        for proof in left:
            say(f"not proved: {proof}")
    if stryker:
        _report_mutants(units_named(units), stryker)
    raise typer.Exit(1 if left else 0)


def _report_mutants(units: list[Unit], file: Path) -> None:
    from autograder.author import mutation_report

    try:
        report = mutation_report.stryker(units)
    except ValueError as error:
        fail(str(error))
    file.write_text(json.dumps(report, indent=1, ensure_ascii=False), "utf-8")
    say(f"wrote {file}")


def _use(backend: Backend) -> None:
    """Choose Keras' backend before keras is imported, here and in the processes that mark."""
    if importlib.util.find_spec(backend.value) is None:
        fail(f"{backend.value} is not installed. Install it: pip install --editable '.[{backend.value}]'")
    os.environ["KERAS_BACKEND"] = backend.value


@app.command(rich_help_panel=_PANEL)
def bench(
    unit: Annotated[str, typer.Option(help="The unit that is graded.")] = "05_masking",
    learners: Annotated[int, typer.Option(min=0, help="Size of the class that is compared; 0 leaves this out.")] = 200,
    stock: Annotated[int, typer.Option(min=1, help="How many of them stock nbgrader grades as well.")] = 8,
    stages: Annotated[int, typer.Option(min=0, help="Submissions studied stage by stage; 0 leaves this out.")] = 40,
    sizes: Annotated[str, typer.Option(help="Sizes of further classes.")] = "50,200,500,2000",
    workers: Workers = CORES,
    page: Annotated[Path, typer.Option(help="The file that keeps the results.")] = ROOT / "BENCHMARKS.md",
) -> None:
    """Measure: against stock nbgrader, where the time goes, and what larger classes cost."""
    from autograder.bench.command import Bench

    numbers = [text.strip() for text in sizes.split(",") if text.strip()]
    if not all(text.isdecimal() and int(text) > 1 for text in numbers):
        fail(f"--sizes takes numbers above 1 with commas between them; received {sizes!r}.")
    Bench(console, unit_named(unit), page, workers).run(learners, min(stock, learners), stages, list(map(int, numbers)))
