"""Generated notebooks: the digest that each carries of itself, and whether somebody has written in one since."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

_FIELD = "course"  # of a notebook's metadata
Which = Callable[[dict[str, Any]], bool]  # tells of a cell whether it is meant


def none(_cell: dict[str, Any]) -> bool:
    """Means no cell."""
    return False


def digest_of(notebook: dict[str, Any], without: Which = none) -> str:
    """A digest of what stands in a notebook: its cells and what nbgrader knows of them; no outputs, no ids."""
    cells = [
        (cell.get("cell_type"), text_of(cell), cell.get("metadata", {}).get("nbgrader"))
        for cell in notebook.get("cells", [])
        if not without(cell)
    ]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def stamp(notebook: dict[str, Any], without: Which = none) -> None:
    """Let a notebook that was just generated carry the digest of what stands in it."""
    notebook["metadata"][_FIELD] = {"digest": digest_of(notebook, without)}


def carried(notebook: dict[str, Any]) -> str | None:
    """The digest that a notebook was generated with; a copy keeps it, whatever is written into it."""
    field = notebook.get("metadata", {}).get(_FIELD)
    return field.get("digest") if isinstance(field, dict) else None


def is_edited(path: Path, without: Which = none) -> bool:
    """Whether somebody has written in a generated notebook. One that was only run is not edited.

    What is no notebook any more, or carries no digest, somebody has written. `without` means cells that do not count.
    """
    found = _digest_in(path, without)
    return found is None or carried(json.loads(path.read_text("utf-8"))) != found


def would_lose(path: Path, text: str, kept: Which = none) -> bool:
    """Whether writing this generated text over a notebook would lose what somebody has written in it.

    `kept` means cells that the text was made with, as they are.
    """
    return is_edited(path, kept) and _digest_in(path) != digest_of(json.loads(text))


def _digest_in(path: Path, without: Which = none) -> str | None:
    try:
        return digest_of(json.loads(path.read_text("utf-8")), without)
    except (OSError, ValueError, AttributeError, TypeError):
        return None


def text_of(cell: dict[str, Any]) -> str:
    """The source of a cell, which a file may hold as one text or as lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def id_of(source: str) -> str:
    """The id that a generated cell without a grade id is given, before its count: it tells what stood there."""
    return hashlib.sha256(source.encode()).hexdigest()[:12]
