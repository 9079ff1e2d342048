"""Honest people get full marks, whatever their style, their editor and the noise that their code makes."""

import json

import nbformat
import pytest

from autograder.tests.attacks.editors import EDITORS
from autograder.tests.attacks.honest import HONEST
from autograder.tests.attacks.scene import UNIT, outcomes, printed, scores

WHOLE_UNIT = UNIT


@pytest.mark.parametrize("work", [pytest.param(work, id=work.name) for work in HONEST])
def test_right_work_has_full_marks_however_it_is_written(scene, work):
    marked, executed = scene.mark(scene.submitted(work))
    assert (scores(marked), outcomes(marked)) == ([10, 10], {"passed"})
    assert work.unfinished or not work.cell or "TRIED" in printed(executed)


@pytest.mark.parametrize("editor", [pytest.param(editor, id=editor.name) for editor in EDITORS])
def test_right_work_has_full_marks_whatever_it_was_written_with(scene, editor):
    document = json.loads(nbformat.writes(scene.solved()))
    marked, _ = scene.mark(editor.edit(document) or json.dumps(document))
    assert scores(marked) == [10, 10]
    assert marked.verdict.problem is None


def test_input_fails_kindly(scene):
    asking = next(work for work in HONEST if work.name == "asks for input")
    _, executed = scene.mark(scene.submitted(asking))
    told = [output.evalue for cell in executed.cells for output in cell.get("outputs", []) if "evalue" in output]
    assert len(told) == 1
    assert told[0].startswith("EOFError")
