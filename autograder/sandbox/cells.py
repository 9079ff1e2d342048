"""Cells to run, and what they leave, as plain data."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Cell:
    """A code cell to run. `binds` names the exercise whose check this is: its answer is fixed here."""

    source: str
    binds: str | None = None


@dataclass
class CellResult:
    """What a cell left: outputs in notebook form, and how it ended (`ok`, or an outcome of a verdict)."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    outcome: str = "ok"
    message: str = ""
    line: str = ""
