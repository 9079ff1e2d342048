"""A learner in JupyterLab and an instructor in formgrader, in a real browser."""

import json
import shutil
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import expect as seen

from autograder.author import demo
from autograder.grading.class_run import grade
from autograder.grading.gradebook import register
from autograder.grading.jobs import jobs
from autograder.tests.browser.browsing import cell, free_port, run_cell, serving, write_and_run
from autograder.tests.classroom import HOSTILE, configure, hand_in, with_cell
from autograder.units import ROOT, Unit

UNIT = Unit("04_attention")
WRONG = "def attention_scores(query, key):\n    return query @ ops.transpose(key, (0, 2, 1)) / query.shape[-1]"
RIGHT = f"{WRONG} ** 0.5"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """JupyterLab on a copy of the exercises, with a class of three in nbgrader; its folder and address."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    configure(folder)
    for number, name in ((1, "learner-01"), (6, "learner-02")):
        hand_in(folder / "submitted" / name, UNIT, demo.KINDS[number](UNIT))
    hand_in(folder / "submitted" / "hostile", UNIT, with_cell(demo.KINDS[2](UNIT), HOSTILE))
    register(UNIT, folder)
    port = free_port()
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    with serving([*command, "--allow-root", "--ServerApp.port_retries=0"], folder, folder / "home", port) as address:
        yield folder, address


def test_a_learner_writes_checks_and_mends_an_answer(served, page):
    _, address = served
    page.goto(f"{address}/lab/tree/exercises/{UNIT.stem}/{UNIT.stem}.ipynb?token=secret&reset")
    seen(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    seen(run_cell(page, "from autograder import check")).to_contain_text("Ready: Keras")
    write_and_run(page, "def attention_scores", WRONG)
    report = cell(page, 'check("attention_scores")').locator(".jp-OutputArea")
    seen(report).to_contain_text("Likely mistake")
    seen(report).to_contain_text("attention_scores: 2 of 7 hold")
    seen(report.locator("img[alt='Yours beside the expected values']")).to_be_visible()
    assert page.locator(".jp-OutputArea [data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    write_and_run(page, "def attention_scores", RIGHT)
    seen(report).to_contain_text("everything holds")


def test_formgraders_button_gives_the_scores_that_grading_gives(served, page):
    folder, address = served
    page.goto(f"{address}/tree?token=secret")  # signs in
    page.goto(f"{address}/formgrader/manage_submissions/{UNIT.stem}?token=secret")
    for learner in ("hostile", "learner-01", "learner-02"):
        row = page.locator("tr").filter(has_text=learner)
        row.locator(".autograde a").click()
        seen(page.locator(".modal.in")).to_contain_text("Success", timeout=180_000)
        page.locator(".modal.in .close, .modal.in button").first.click()
        seen(page.locator(".modal.in")).to_have_count(0)
    command = [sys.executable, "-m", "autograder", "grade", UNIT.stem, "--json"]
    places = ["--submitted", str(folder / "submitted"), "--grading", str(folder / "again")]
    graded = subprocess.run([*command, *places], cwd=ROOT, capture_output=True, text=True, check=True)
    expected = {one["learner"]: one["score"] for one in json.loads(graded.stdout)}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        entered = {one.student.id: one.score for one in book.assignment_submissions(UNIT.stem)}
    assert entered == expected == {"hostile": 0.0, "learner-01": 8.0, "learner-02": 0.0}


def test_hostile_outputs_stay_dead_in_formgrader(served, page):
    folder, address = served
    grade(jobs([UNIT], folder / "submitted"), folder, 1)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        number = book.find_submission_notebook(UNIT.stem, UNIT.stem, "hostile").id
    dialogs, asked = [], []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/tree?token=secret")
    page.goto(f"{address}/formgrader/submissions/{number}/?index=0&token=secret", wait_until="domcontentloaded")
    seen(page.locator("body")).to_contain_text("kept")
    seen(page.locator("body")).to_contain_text("window.hit = 1")  # as text
    assert page.evaluate("window.hit") is None
    assert dialogs == []
    assert not [url for url in asked if "example.org" in url]
