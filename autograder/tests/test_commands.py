"""The commands, run as a person runs them."""

import json
import shutil
import subprocess
import sys

import pytest

from autograder.author import demo
from autograder.judging.known import known_answers
from autograder.tests.classroom import hand_in
from autograder.units import ROOT, Unit

UNIT = Unit("04_attention")


def command(*arguments, fails=False):
    run = subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert (run.returncode != 0) == fails, run.stdout[-2000:] + run.stderr[-2000:]
    return run


@pytest.mark.parametrize(
    "program", ["autograder.grading.class_run", "nbgrader.apps.nbgraderapp", "jupyterlab.labapp", "nbclient"]
)
def test_no_program_makes_the_grammar_of_addresses_that_newer_versions_of_jsonschema_would(program):
    told = f"import sys, {program}, jsonschema; print('lark' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_mark_prints_json_of_the_promised_form():
    verdict = json.loads(command("mark", UNIT.solution, "--json").stdout)
    assert (verdict["unit"], verdict["score"], verdict["max_score"]) == (UNIT.stem, 20, 20)
    assert verdict["confinement"].startswith("namespaces+landlock+seccomp+rlimits")
    assert verdict["problem"] is None
    assert isinstance(verdict["seed"], int)
    assert [exercise["name"] for exercise in verdict["exercises"]] == list(UNIT.points())
    for exercise in verdict["exercises"]:
        assert set(exercise) == {"name", "score", "max_score", "tests"}
        for test in exercise["tests"]:
            assert set(test) == {"name", "outcome", "message", "mistake"}
            assert test["outcome"] == "passed"


def test_mark_for_people_shows_every_exercise(tmp_path):
    path = tmp_path / "my answers.ipynb"
    shutil.copy(UNIT.learners_copy, path)
    shown = command("mark", path, "--unit", "attention").stdout
    assert "softmax: not attempted yet · 0 of 4 points" in shown
    assert "04_attention: 0 of 20 points" in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["mark", "nowhere/04_attention.ipynb"], "There is no file"),
        (["mark", "nowhere/04_atention.ipynb"], "Did you mean 04_attention"),
        (["build", "05_maskin"], "Did you mean 05_masking"),
        (["grade", "04_attention", "--submitted", "nowhere"], "LEARNER/04_attention/04_attention.ipynb"),
    ],
)
def test_a_wrong_name_is_told_what_to_do(arguments, says):
    assert says in " ".join(command(*arguments, fails=True).stderr.split())


def test_grade_prints_one_json_verdict_for_each_learner(tmp_path):
    for number in (0, 2, 6):
        hand_in(tmp_path / "submitted" / f"learner-{number:02}", UNIT, demo.KINDS[number](UNIT))
    submitted, grading = tmp_path / "submitted", tmp_path / "class"
    run = command("grade", "04", "--submitted", submitted, "--grading", grading, "--workers", 2, "--json")
    graded = {one["learner"]: one for one in json.loads(run.stdout)}
    assert {name: one["score"] for name, one in graded.items()} == {"learner-00": 20, "learner-02": 0, "learner-06": 0}
    assert "not a whole notebook" in graded["learner-06"]["problem"]
    assert (grading / "gradebook.db").exists()


def test_an_empty_class_is_told(tmp_path):
    run = command("grade", "04_attention", "--submitted", tmp_path, fails=True)
    assert "holds no submission for 04_attention" in " ".join(run.stderr.split())


def test_the_demo_does_not_touch_somebody_elses_class(tmp_path):
    theirs = tmp_path / "submitted" / "somebody" / "04_attention.ipynb"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine", "utf-8")
    run = command("demo", "--grading", tmp_path, fails=True)
    assert "holds what the demo did not make, such as somebody/04_attention.ipynb" in " ".join(run.stderr.split())
    assert theirs.read_text("utf-8") == "mine"


def test_the_demo_does_not_touch_what_somebody_put_among_its_learners(tmp_path):
    unit = Unit("00_start")
    demo.hand_in(tmp_path / "submitted", [unit])
    changed = tmp_path / "submitted" / "learner-02" / unit.stem / f"{unit.stem}.ipynb"
    assert demo._not_the_demos(tmp_path / "submitted") == []
    changed.write_text("changed by hand")
    run = command("demo", "--grading", tmp_path, fails=True)
    assert "such as learner-02/00_start/00_start.ipynb" in " ".join(run.stderr.split())
    assert changed.read_text("utf-8") == "changed by hand"


def test_the_sample_class_is_large_and_holds_every_known_mistake(tmp_path):
    units = [Unit("00_start"), UNIT]
    demo.hand_in(tmp_path / "submitted", units)
    handed_in = list((tmp_path / "submitted").glob("*/*/*.ipynb"))
    assert len(handed_in) >= 24
    everything = "".join(path.read_text("utf-8", errors="replace") for path in handed_in)
    for unit in units:
        for known in demo.mistakes_in(known_answers(unit)):
            line = json.dumps(known.source().splitlines()[-1])[1:-1]
            assert line in everything, known.name
