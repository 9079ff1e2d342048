"""Tables for spreadsheets and learning platforms: numbers as people write them, and text that no program computes."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.learner.atomic import write_whole

_BEGIN_A_FORMULA = tuple("=+-@＝＋－＠")
_BEGIN_A_CELL = tuple("\t\r\n")


def number(value: float | None) -> str:
    """Points as people write them: 14.7, not 14.700000000000001; nothing where there are none."""
    if value is None:
        return ""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would compute this text, or a program take its beginning for the end of a cell."""
    return text.startswith(_BEGIN_A_CELL) or text.lstrip().startswith(_BEGIN_A_FORMULA)


def cell(value: str | float | None) -> str:
    """A value as it stands in a cell. Text that begins like a formula begins with an apostrophe there."""
    if isinstance(value, str):
        return f"'{value}" if is_formula(value) else value
    return number(value)


def write_table(path: Path, rows: Iterable[Sequence[str | float | None]], for_excel: bool = False) -> None:
    """Write a table as CSV in UTF-8; with the mark that Excel needs to read it as such, where it is for people."""
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    write_whole(path, ("\ufeff" if for_excel else "") + text.getvalue())
