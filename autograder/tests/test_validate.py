"""nbgrader's *Validate* tells a learner the truth, and stock nbgrader reads points where a check stands."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from autograder.author import demo
from autograder.grading.our_cells import answers_in, untouched
from autograder.tests.classroom import hand_in
from autograder.units import ROOT, Unit

UNIT = Unit("04_attention")
NAMES = list(UNIT.points())
WRONG = "def attention_scores(query, key):\n    return query @ ops.transpose(key, (0, 2, 1)) / query.shape[-1]"


def validated(folder, text):
    """What `nbgrader validate` says of a notebook in a folder where no configuration of ours is."""
    path = hand_in(folder, UNIT, text)
    patient = "--Execute.iopub_timeout=60"  # as our own configuration is where a machine is busy
    run = subprocess.run(
        [Path(sys.executable).parent / "nbgrader", "validate", patient, path],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert "cannot be converted" not in run.stderr
    return run.stdout


def with_answers(sources):
    notebook = demo._solved(UNIT)
    for name, source in sources.items():
        answers_in(notebook)[name].source = source
    return nbformat.writes(notebook)


def test_an_untouched_notebook_fails_in_every_exercise(tmp_path):
    said = validated(tmp_path, nbformat.writes(untouched(UNIT)))
    assert f"VALIDATION FAILED ON {len(NAMES)} CELL(S)" in said
    for name, points in UNIT.points().items():
        assert f"{name}: not attempted yet · 0 of {points:g} points" in said
    assert "Traceback" not in said


def test_a_half_finished_notebook_fails_where_it_is_not_finished(tmp_path):
    said = validated(tmp_path, demo.KINDS[1](UNIT))
    assert "VALIDATION FAILED ON 2 CELL(S)" in said
    assert [name for name in NAMES if f"{name}: not attempted yet" in said] == NAMES[2:]
    assert [name for name in NAMES if f"{name}: " in said] == NAMES[2:]


def test_wrong_answers_are_named_with_what_is_wrong(tmp_path):
    broken = "def softmax(scores:\n    return scores"
    said = validated(tmp_path, with_answers({"softmax": broken, "attention_scores": WRONG}))
    flat = " ".join(said.split())
    assert "VALIDATION FAILED ON 4 CELL(S)" in flat  # the last two use the first two
    assert "attention_scores: 2 of 7 hold" in flat
    assert "Likely mistake: You divided by D" in flat
    assert "softmax: There is no `softmax` yet. A cell above this check stopped with SyntaxError" in flat
    assert "in line 1 of the cell: def softmax(scores:" in flat
    assert "..." not in said  # nbgrader cut nothing off
    assert flat.count("attention_scores: 2 of 7 hold") == 1


def test_a_right_notebook_passes_whatever_it_writes_to_stderr(tmp_path):
    noisy = "import sys, warnings, logging\n"
    for name, cell in answers_in(demo._solved(UNIT)).items():
        if name == "attention_scores":
            head, _, rest = cell.source.partition(":\n")
            noise = "    print('working', file=sys.stderr)\n    warnings.warn('careful')\n    logging.warning('hot')\n"
            noisy += f"{head}:\n{noise}{rest}"
    assert validated(tmp_path, with_answers({"attention_scores": noisy})) == (
        "Success! Your notebook passes all the tests.\n"
    )


def test_nbgrader_reads_points_where_it_runs_a_notebook_to_grade_it(tmp_path, monkeypatch):
    from nbgrader.preprocessors import Execute
    from nbgrader.utils import determine_grade

    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.reads(with_answers({"attention_scores": WRONG, "softmax": "softmax ="}), as_version=4)
    Execute(timeout=300).preprocess(notebook, {})
    grades = {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0]
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert 0 < grades["attention_scores-check"] < UNIT.points()["attention_scores"]
    assert grades["softmax-check"] == 0
    checked = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert all("text/html" in cell.outputs[-1].data for cell in checked)
