"""What tests of whole classes share: handing in, and a course folder of an instructor's own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from autograder.units import ROOT, Unit

_CONFIG = """
from pathlib import Path
from autograder.grading.nbgrader_settings import prepare_nbgrader, settings
prepare_nbgrader()
c = get_config()
for section, values in settings(Path({folder!r})).items():
    c[section].update(values)
c.CourseDirectory.root = {folder!r}
"""


def hand_in(learner: Path, unit: Unit, text: str, name: str | None = None) -> Path:
    """Write a notebook into a learner's folder, as nbgrader collects it; returns its path."""
    (learner / unit.stem).mkdir(parents=True)
    path = learner / unit.stem / (name or f"{unit.stem}.ipynb")
    path.write_text(text, "utf-8")
    return path


def configure(folder: Path, more: str = "") -> None:
    """Write an `nbgrader_config.py` that has its class in `folder`; `more` is added to it."""
    (folder / "nbgrader_config.py").write_text(_CONFIG.format(folder=str(folder)) + more)


LIVE = "<script>window.hit = 1; alert(1)</script><img src=https://example.org/a.png onerror='window.hit = 2; alert(2)'>"
HOSTILE = f"""
from IPython.display import HTML, SVG, Image, Javascript, Latex, Markdown, display

LIVE = {LIVE!r}
display(HTML(LIVE + "<b>kept</b><iframe src='https://example.org/frame'></iframe><a href='javascript:alert(3)'>go</a>"))
display(HTML("<style>@import 'https://example.org/style';body{{background:url(https://example.org/b)}}</style>"))
display(HTML("<meta http-equiv='refresh' content='0;url=https://example.org/away'><svg onload='window.hit = 4'></svg>"))
display(Javascript("window.hit = 5; alert(5)"), Markdown(LIVE), Latex("$x$" + LIVE))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='window.hit = 6'><script>alert(6)</script></svg>"))
display({{"image/png": "x'>" + LIVE, "image/jpeg": LIVE, "text/plain": LIVE}}, raw=True)
display({{"application/vnd.jupyter.widget-view+json": {{"model_id": LIVE}}, "text/plain": LIVE}}, raw=True)
print(LIVE)


class Live:
    def __repr__(self):
        return LIVE


display(Live())
raise type("Live" + LIVE, (Exception,), {{}})(LIVE)
"""


def with_cell(text: str, source: str) -> str:
    """The text of a notebook with one more code cell at its end."""
    notebook = json.loads(text)
    cell = {"cell_type": "code", "id": "one-more", "metadata": {}, "source": source, "outputs": []}
    notebook["cells"].append({**cell, "execution_count": None})
    return json.dumps(notebook)


def nbgrader(course: Path, *arguments: str) -> str:
    """Run one of nbgrader's own commands in a course's folder; returns what it logged."""
    run = subprocess.run(
        [Path(sys.executable).parent / "nbgrader", *arguments],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return run.stderr
