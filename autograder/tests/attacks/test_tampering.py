"""Hostile files and hostile words through the whole pipeline: only sources are taken, and nothing comes out alive."""

import copy
import io
import json
import shutil
from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert import HTMLExporter
from rich.console import Console

from autograder.grading.terminal import print_verdict
from autograder.tests.attacks.folders import FOLDERS
from autograder.tests.attacks.markup import MARKUP
from autograder.tests.attacks.notebooks import TAMPERINGS
from autograder.tests.attacks.scene import SECRET, UNIT, outcomes, printed, scores

_URLS = ("href", "src", "action", "formaction", "data", "xlink:href", "background", "poster")
_DEAD_IN_PAGES = ("iframe", "object", "embed", "base", "form", "svg", "math")


def _named(cases):
    return [pytest.param(case, id=case.name) for case in cases]


@pytest.mark.parametrize("case", _named(TAMPERINGS))
def test_of_a_tampered_notebook_only_the_sources_count(scene, case):
    document = json.loads(nbformat.writes(scene.solved()))
    marked, executed = scene.mark(case.edit(document) or json.dumps(document))
    assert scores(marked) == [case.score, case.other]
    problem = marked.verdict.problem
    assert problem is None if case.problem is None else case.problem in problem
    assert "31337" not in executed.cells[0].source
    _same_frame(executed, scene.solved())
    scene.assert_untouched()


def _same_frame(executed, handed_out):
    """Everything but the sources of answers and added cells is as it was handed out, and each check has our verdict."""
    ours = {cell.id: cell for cell in handed_out.cells}
    for cell in executed.cells:
        if cell.id in ours:
            verdict = cell.metadata.pop("verdict", {})
            assert set(verdict) == ({"state", "reasons"} if cell.id.endswith("-check") else set())
            assert cell.metadata == ours[cell.id].metadata
            if cell.metadata.get("nbgrader", {}).get("grade_id") not in UNIT.points():
                assert cell.source == ours[cell.id].source
        else:
            assert not cell.metadata
    assert executed.metadata.get("kernelspec") == handed_out.metadata.get("kernelspec")


@pytest.mark.parametrize("case", _named(FOLDERS))
def test_an_odd_folder_is_told_and_never_followed(scene, case):
    folder = scene.folder / "submitted" / "attacker" / case.name / UNIT.stem
    folder.mkdir(parents=True)
    nbformat.write(scene.solved(), folder / f"{UNIT.stem}.ipynb")
    case.arrange(folder, scene.gradebook)
    marked, executed = scene.mark_folder(folder)
    assert marked.verdict.score == case.score
    assert marked.verdict.problem is None if case.problem is None else case.problem in marked.verdict.problem
    assert SECRET not in nbformat.writes(executed)
    assert "REACHED" not in printed(executed)
    _assert_dead(executed, marked.verdict)
    scene.assert_untouched()
    shutil.rmtree(folder.parent)


@pytest.mark.parametrize("attack", _named(MARKUP))
def test_nothing_that_could_run_reaches_a_page_or_a_terminal(scene, attack):
    marked, executed = scene.mark(scene.submitted(attack))
    assert scores(marked) == [attack.score, attack.other]
    assert outcomes(marked) <= attack.outcomes
    assert attack.unfinished or not attack.cell or "TRIED" in printed(executed)
    _assert_dead(executed, marked.verdict)
    scene.assert_untouched()


def test_the_watch_for_live_markup_sees_it():
    for alive in (
        "<script>alert(31337)</script>",
        "<b onclick='x(31337)'>",
        "<a href=' javascript:31337'>",
        "<iframe>",
    ):
        page = _Page()
        page.feed(alive)
        assert page.alive
    for dead in ("<pre>&lt;script&gt;31337</pre>", "<a href='#31337'>", "31337"):
        page = _Page()
        page.feed(dead)
        assert not page.alive


def _assert_dead(executed, verdict):
    """Neither the pages made of an executed notebook nor what is printed of its verdict can do anything."""
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(copy.deepcopy(executed))
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    bundles = [output.data for output in outputs if "data" in output]
    for text in [page, *(bundle["text/html"] for bundle in bundles if "text/html" in bundle)]:
        found = _Page()
        found.feed(text)
        assert not found.alive, found.alive
    kinds = {kind for bundle in bundles for kind in bundle}
    assert kinds <= {"text/plain", "text/html", "image/png", "image/jpeg"}
    shown = io.StringIO()
    print_verdict(Console(file=shown, force_terminal=False, width=200), verdict)
    told = json.dumps(verdict.as_dict(), ensure_ascii=False)
    for text in (shown.getvalue(), json.loads(json.dumps(told)), *(str(output.get("text", "")) for output in outputs)):
        text.encode()
        assert all(letter.isprintable() or letter in "\n\t" for letter in text)
    for exercise in verdict.exercises:
        assert not any(test.message.startswith(("=", "+", "-", "@")) for test in exercise.tests)


class _Page(HTMLParser):
    """Collects what a browser would run or fetch because of a learner's text, all of which carries 31337."""

    def __init__(self):
        super().__init__()
        self.alive, self._inside = [], ""

    def handle_starttag(self, tag, attrs):
        self._inside = tag if tag in ("script", "style") else ""
        for name, value in attrs:
            value = (value or "").strip().lower()
            runs = name.startswith("on") or name in ("srcdoc", "style")
            fetches = name in _URLS and not value.startswith(("#", "data:image/"))
            if (runs or fetches) and ("31337" in value or value.startswith("javascript:")):
                self.alive.append((tag, name, value))
        if tag in _DEAD_IN_PAGES:
            self.alive.append((tag, "", ""))

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside and "31337" in data:
            self.alive.append((self._inside, "", data))
