"""What JupyterLab sees of the course's notebooks: lessons that keep what a learner does in them, on the desk.

In the files, a lesson links to `exercises/`, as is right where they are only read, such as on GitHub. In JupyterLab
these links lead to the learner's own copies in `work/`. A lesson that was run or written in is saved in
`work/lessons/`: so the course's own files stay as they came, and can be replaced by newer ones. Whoever opens a
notebook in `exercises/` all the same has their own copy before them, so that nothing is written where it gets lost.
"""

import json
import re
from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from autograder.learner.atomic import copy_beside, write_whole
from autograder.learner.desk import Desk
from autograder.learner.generated import carried, is_edited
from autograder.learner.overview import Overview
from autograder.learner.update import moved_into
from autograder.units import ROOT, all_units

WELCOME = "course/welcome.ipynb"
_LESSON = re.compile(r"course/(\w+\.ipynb)")
_LINK = r"(\]\(\.\./){}(/(?P<unit>\d\d_\w+)/(?P=unit)\.ipynb[)#])"
_TO_EXERCISES, _TO_DESK = (re.compile(_LINK.format(folder)) for folder in ("exercises", "work"))


class DeskContents(AsyncLargeFileManager):
    """Jupyter's own files; the course's notebooks are turned towards the learner's desk while they are open."""

    async def get(self, path: str, content: bool = True, **options: Any) -> dict[str, Any]:
        path = path.strip("/")
        lesson, own = _LESSON.fullmatch(path), self._on_the_desk(path)
        model = await super().get(self._kept(lesson) if lesson else own or path, content=content, **options)
        if lesson or own:
            model["path"], model["name"] = path, path.rpartition("/")[2]
        if lesson and content and model["type"] == "notebook":
            _turn(model["content"], _TO_EXERCISES, "work")
            if path == WELCOME:
                _fill_in(model["content"])
        return model

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        path = path.strip("/")
        lesson, own = _LESSON.fullmatch(path), self._on_the_desk(path)
        if own and model.get("type") == "notebook":
            return {**await super().save(model, own), "path": path, "name": path.rpartition("/")[2]}
        if not lesson or model.get("type") != "notebook":
            return await super().save(model, path)
        _turn(model["content"], _TO_DESK, "exercises")
        copy = _copy_of(lesson)
        copy.parent.mkdir(parents=True, exist_ok=True)
        saved = await super().save(model, self._api_path(copy))
        return {**saved, "path": lesson.group(0), "name": lesson.group(1)}

    def _on_the_desk(self, path: str) -> str | None:
        """Where the learner's own copy of a notebook in `exercises/` is; it is laid out if it is missing."""
        unit = next((unit for unit in all_units() if f"exercises/{unit.stem}/{unit.stem}.ipynb" == path), None)
        if unit is None:
            return None
        Desk().lay_out([unit])
        return self._api_path(Desk().notebook(unit)) if Desk().notebook(unit).exists() else None

    def _kept(self, lesson: re.Match) -> str:
        """Where a lesson is read: the learner's copy, brought up to date, or the course's own where there is none."""
        copy, original = _copy_of(lesson), ROOT / lesson.group(0)
        if not copy.exists() or not original.exists():
            return lesson.group(0)
        try:
            mine, fresh = (json.loads(path.read_text("utf-8")) for path in (copy, original))
        except ValueError:  # half of a file, as after a power cut
            copy_beside(copy, copy.with_stem(f"{copy.stem}-broken"))
            copy.unlink()
            return lesson.group(0)
        if carried(mine) != carried(fresh):
            new = moved_into(fresh, mine).notebook if is_edited(copy) else fresh
            write_whole(copy, json.dumps(new, indent=1, ensure_ascii=False) + "\n")
        return self._api_path(copy)

    def _api_path(self, path: Path) -> str:
        return path.relative_to(Path(self.root_dir).resolve()).as_posix()


def _copy_of(lesson: re.Match) -> Path:
    return Desk().folder / "lessons" / lesson.group(1)


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
