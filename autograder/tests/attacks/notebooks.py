"""Tampered notebooks: of what a learner may change in the file, only the sources of code cells count."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FIRST = "weighted_average"
_NO_FUNCTION = f"def {FIRST}(values, weights):\n    return None"


@dataclass(frozen=True)
class Tampering:
    """An edit of a solved notebook, as JSON; the scores it must lead to, and the problem that is told, if any.

    `edit` changes the document or returns the text of the file.
    """

    name: str
    edit: Callable[[dict[str, Any]], str | None]
    score: float = 10
    other: float = 10
    problem: str | None = None


def cell_of(document: dict[str, Any], grade_id: str) -> dict[str, Any]:
    return next(cell for cell in document["cells"] if fields_of(cell).get("grade_id") == grade_id)


def fields_of(cell: dict[str, Any]) -> dict[str, Any]:
    return cell["metadata"].get("nbgrader", {})


def _graded(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in document["cells"] if "nbgrader" in cell["metadata"]]


def _with_fields(**changed: Any) -> Callable[[dict[str, Any]], None]:
    """Give every cell of nbgrader's these fields."""

    def edit(document: dict[str, Any]) -> None:
        for cell in _graded(document):
            cell["metadata"]["nbgrader"].update(changed)

    return edit


def _with_source(grade_id: str, source: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: cell_of(document, grade_id).update(source=source)


def _of_type(kind: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: cell_of(document, FIRST).update(cell_type=kind)


def _without(grade_id: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["cells"].remove(cell_of(document, grade_id))


def _second_answer(document: dict[str, Any]) -> None:
    cell = copy.deepcopy(cell_of(document, FIRST))
    document["cells"].append({**cell, "source": _NO_FUNCTION})


def _worthless_then_right(document: dict[str, Any]) -> None:
    cell = cell_of(document, FIRST)
    document["cells"].append(copy.deepcopy(cell))
    cell["source"] = _NO_FUNCTION


def _answer_in_check(document: dict[str, Any]) -> None:
    cell_of(document, f"{FIRST}-check")["source"] = cell_of(document, FIRST)["source"]
    cell_of(document, FIRST)["source"] = _NO_FUNCTION


def _swapped_ids(document: dict[str, Any]) -> None:
    first, second = (fields_of(cell_of(document, name)) for name in (FIRST, "pairwise_dot"))
    first["grade_id"], second["grade_id"] = second["grade_id"], first["grade_id"]


def _outputs(document: dict[str, Any]) -> None:
    output = {"output_type": "execute_result", "data": {"text/plain": "10.0"}, "metadata": {}, "execution_count": 1}
    for cell in document["cells"]:
        cell["outputs"] = [output]
    cell_of(document, FIRST)["source"] = _NO_FUNCTION


def _kernel(document: dict[str, Any]) -> None:
    document["metadata"]["kernelspec"] = {"name": "bash", "language": "bash", "argv": ["touch", "/tmp/witness"]}
    document["metadata"]["language_info"] = {"name": "R", "file_extension": ".R"}
    document["metadata"]["celltoolbar"] = document["metadata"]["widgets"] = {"state": {"a": "<script>"}}


def _deep(document: dict[str, Any]) -> str:
    return json.dumps(document)[:-1] + ', "deep": ' + "[" * 50_000 + "]" * 50_000 + "}"


def _twice_in_json(document: dict[str, Any]) -> str:
    return json.dumps(document)[:-1] + ', "cells": []}'


TAMPERINGS = (
    Tampering("points", _with_fields(points=1e9)),
    Tampering("points that are no number", _with_fields(points=float("nan"))),
    Tampering("flags of grade, solution and locked", _with_fields(grade=True, solution=True, locked=False, task=True)),
    Tampering("checksums", _with_fields(checksum="0" * 32)),
    Tampering("the version of nbgrader's schema", _with_fields(schema_version=-1, cell_type="markdown")),
    Tampering("outputs that were there before", _outputs, score=0),
    Tampering("the kernel and the language", _kernel),
    Tampering("a check cell's source", _with_source(f"{FIRST}-check", "10.0")),
    Tampering("a check cell's absence", _without(f"{FIRST}-check")),
    Tampering("a check cell that answers", _answer_in_check, score=0),
    Tampering("a task's text", _with_source(f"{FIRST}-task", "<script>alert(31337)</script>")),
    Tampering("an answer's absence", _without(FIRST), score=0, problem=f"missing: {FIRST}"),
    Tampering("an answer as raw text", _of_type("raw"), score=0, problem=f"missing: {FIRST}"),
    Tampering("an answer as Markdown", _of_type("markdown"), score=0, problem=f"missing: {FIRST}"),
    Tampering("an answer of a kind there is not", _of_type("verdict"), score=0, problem=f"missing: {FIRST}"),
    Tampering("a second, worthless answer", _second_answer, problem="more than once"),
    Tampering("a second answer, right, behind a worthless one", _worthless_then_right, score=0, problem="more than"),
    Tampering("grade ids that are swapped", _swapped_ids, score=0),
    Tampering("one grade id for all", _with_fields(grade_id=FIRST), problem="missing: pairwise_dot"),
    Tampering("a source that is a number", _with_source(FIRST, 3), score=0),
    Tampering("a source that is a nest of lists", _with_source(FIRST, [["def"], None, {}]), score=0),
    Tampering("a source with half characters", _with_source(FIRST, "x = '\ud800'"), score=0),
    Tampering("cells that are no cells", lambda document: document["cells"].extend([3, None, [], "x", {}])),
    Tampering("metadata that are no metadata", lambda document: document["cells"][0].update(metadata=[1])),
    Tampering("a format from the future", lambda document: document.update(nbformat=99, nbformat_minor="x")),
    Tampering("a nest fifty thousand deep", _deep, score=0, other=0, problem="RecursionError"),
    Tampering("two lists of cells", _twice_in_json, score=0, other=0),
)
