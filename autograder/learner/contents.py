"""What JupyterLab sees of the course's notebooks: links that lead to the desk, and the welcome page filled in.

In the files, a lesson links to `exercises/`, as is right where they are only read, such as on GitHub. In JupyterLab
these links lead to the learner's own copies in `work/`.
"""

import re
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from autograder.learner.desk import Desk
from autograder.learner.overview import Overview
from autograder.units import ROOT

WELCOME = "course/welcome.ipynb"
_LINK = r"(\]\(\.\./){}(/(?P<unit>\d\d_\w+)/(?P=unit)\.ipynb[)#])"
_TO_EXERCISES, _TO_DESK = (re.compile(_LINK.format(folder)) for folder in ("exercises", "work"))


class DeskContents(AsyncLargeFileManager):
    """Jupyter's own files; the course's notebooks are turned towards the learner's desk while they are open."""

    async def get(self, path: str, content: bool = True, **options: Any) -> dict[str, Any]:
        model = await super().get(path, content=content, **options)
        path = path.strip("/")
        if path.startswith("exercises/"):
            model["writable"] = False  # generated, and nobody's desk
        if content and model["type"] == "notebook" and path.startswith("course/"):
            _turn(model["content"], _TO_EXERCISES, "work")
            if path == WELCOME:
                _fill_in(model["content"])
        return model

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        if model.get("type") == "notebook" and path.strip("/").startswith("course/"):
            _turn(model["content"], _TO_DESK, "exercises")
        return await super().save(model, path)


def _turn(notebook: dict[str, Any], links: re.Pattern, folder: str) -> None:
    """Let the links of a notebook's text lead to notebooks in another folder."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = links.sub(rf"\g<1>{folder}\g<2>", cell["source"])


def _fill_in(notebook: dict[str, Any]) -> None:
    """Show on the welcome page where the learner stands, as if `progress()` had just been run there."""
    overview = Overview(Desk(), ROOT / "course")
    data = {"text/plain": repr(overview), "text/html": overview._repr_html_()}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "progress()" in cell["source"]:
            output = {"output_type": "execute_result", "execution_count": None, "data": data, "metadata": {}}
            cell["outputs"], cell["metadata"]["trusted"] = [output], True
