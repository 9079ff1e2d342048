"""Notebooks as other editors write them: each of a solved notebook, whose points must all be there."""

import json
from collections.abc import Callable
from typing import Any

from autograder.tests.attacks.notebooks import FIRST, Tampering, cell_of


def _metadata(**changed: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["metadata"].update(changed)


def _colab(document: dict[str, Any]) -> None:
    document["metadata"] = {
        "colab": {"provenance": [], "collapsed_sections": [], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "accelerator": "GPU",
    }
    document["nbformat_minor"] = 0
    for number, cell in enumerate(document["cells"]):
        cell.pop("id")
        cell["metadata"] |= {"id": f"aB{number}", "colab": {"base_uri": "https://localhost:8080/", "height": 35}}
        cell["source"] = "".join(cell["source"])


def _vscode(document: dict[str, Any]) -> None:
    document["metadata"] = {
        "language_info": {"name": "python"},
        "orig_nbformat": 4,
        "vscode": {"interpreter": {"hash": "x"}},
    }
    for cell in document["cells"]:
        cell["metadata"] |= {"vscode": {"languageId": "python"}, "notebookRunGroups": {"groupValue": "1"}}


def _crlf(document: dict[str, Any]) -> str:
    for cell in document["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    return "\ufeff" + json.dumps(document, indent=4).replace("\n", "\r\n")


def _oldest(document: dict[str, Any]) -> str:
    cells = [{**cell, "input": cell["source"], "language": "python"} for cell in document["cells"]]
    for cell in cells:
        del cell["id"]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]})


def _without_ids(document: dict[str, Any]) -> None:
    document["nbformat_minor"] = 0
    for cell in document["cells"]:
        del cell["id"]


def _added(place: int) -> Callable[[dict[str, Any]], None]:
    cell = {"cell_type": "code", "metadata": {}, "source": "notes = 'mine'", "outputs": [], "execution_count": 7}
    return lambda document: document["cells"].insert(place, cell)


def _moved_up(document: dict[str, Any]) -> None:
    cell = cell_of(document, "pairwise_dot")
    document["cells"].remove(cell)
    document["cells"].insert(document["cells"].index(cell_of(document, FIRST)), cell)


def _without_text(document: dict[str, Any]) -> None:
    document["cells"] = [cell for cell in document["cells"] if cell["cell_type"] == "code"]


def _executed(document: dict[str, Any]) -> None:
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stderr", "text": ["2026 TensorFlow says hello\n"]}]
            cell["execution_count"], cell["metadata"]["execution"] = 3, {"iopub.status.busy": "2026-01-01T00:00:00Z"}


EDITORS = (
    Tampering("from Colab", _colab),
    Tampering("from VS Code", _vscode),
    Tampering("with CRLF and a byte order mark", _crlf),
    Tampering("of format 3", _oldest),
    Tampering("of format 4.0, without ids", _without_ids),
    Tampering("executed, with its outputs", _executed),
    Tampering("with a cell of its own at the top", _added(0)),
    Tampering("with a cell of its own at the end", _added(10_000)),
    Tampering("with an answer further up", _moved_up),
    Tampering("without any text", _without_text),
    Tampering("of another kernel's name", _metadata(kernelspec={"name": "conda-env-ml-py", "display_name": "ml"})),
)
