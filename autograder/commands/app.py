"""What all commands share: where they are registered, what they are given, and how they speak."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.units import ROOT, Unit, UnknownName, all_units, find_unit

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The grader of the course."
)
console = Console()
CORES = os.cpu_count() or 1
CLASS = ROOT / ".grading"

Units = Annotated[list[str] | None, typer.Argument(help="Units by stem, number or topic; all if none is named.")]
NamedUnits = Annotated[list[str], typer.Argument(help="Units by stem, number or topic.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Workers = Annotated[int, typer.Option(min=1, help="Notebooks to mark at the same time.")]
Unconfined = Annotated[bool, typer.Option("--unconfined", help="Run notebooks even where nothing confines them.")]
Grading = Annotated[Path, typer.Option(help="The folder of the class: gradebook, verdicts, feedback.")]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def units_named(names: list[str] | None) -> list[Unit]:
    return [unit_named(name) for name in names] if names else all_units()


def unit_named(name: str) -> Unit:
    try:
        return find_unit(name)
    except UnknownName as error:
        fail(str(error))


def say(line: str) -> None:
    """Print a line as it is: no markup, no colours in it, not broken."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def fail(message: str) -> None:
    Console(stderr=True).print(message, style="bold red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(2)
