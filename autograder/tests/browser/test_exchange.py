"""nbgrader's exchange from both ends: an instructor in a terminal, a learner who only clicks in JupyterLab."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect as seen

from autograder.tests.browser.browsing import (
    TOKEN,
    await_kernel,
    cell,
    free_port,
    run_cell,
    serving,
    validate,
    write_and_run,
)
from autograder.tests.classroom import configure
from autograder.units import ROOT, Unit

UNIT = Unit("00_start")
WRONG = "def weighted_average(values, weights):\n    return ops.sum(ops.expand_dims(weights, axis=-1) * values, axis=1)"
DOT = "def pairwise_dot(a, b):\n    return ops.matmul(a, ops.transpose(b, (0, 2, 1)))"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """An instructor's folder and the exchange, with one unit released."""
    folder = tmp_path_factory.mktemp("instructor")
    exchange = folder / "exchange"
    configure(
        folder,
        f"c.CourseDirectory.release_directory = {str(folder / 'release')!r}\nc.Exchange.root = {str(exchange)!r}\n",
    )
    instructor(folder, "nbgrader", "generate_assignment", UNIT.stem)
    instructor(folder, "nbgrader", "release_assignment", UNIT.stem)
    return folder


@pytest.fixture
def lab(course, tmp_path):
    """JupyterLab as a learner has it on a server: an empty folder, and the way to the exchange."""
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "nbgrader_config.py").write_text(f"get_config().Exchange.root = {str(course / 'exchange')!r}\n")
    folder, port = tmp_path / "learner", free_port()
    folder.mkdir()
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    more = {"PYTHONPATH": str(ROOT)}
    with serving(
        [*command, "--allow-root", "--ServerApp.port_retries=0"], folder, tmp_path / "home", port, **more
    ) as at:
        yield at, folder


def instructor(folder, program, *arguments):
    start = [Path(sys.executable).parent / program] if program == "nbgrader" else [sys.executable, "-m", program]
    run = subprocess.run(
        [*map(str, start), *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]


def test_a_learner_fetches_validates_submits_and_reads_the_feedback(course, lab, page):
    address, folder = lab
    page.goto(f"{address}/lab?token={TOKEN}")
    fetch(page)
    open_notebook(page)
    seen(run_cell(page, "from autograder import check")).to_contain_text("Ready: Keras")
    write_and_run(page, "values: (B, S, D), weights: (B, S), positive", WRONG)
    seen(page.locator(".jp-OutputArea").filter(has_text="weighted_average: 3 of 7 hold")).to_be_visible()
    write_and_run(page, "a: (B, T, D), b: (B, S, D)", DOT)
    seen(cell(page, 'check("pairwise_dot")').locator(".jp-OutputArea")).to_contain_text("everything holds")
    said = validate(page)
    assert "weighted_average: 3 of 7 hold" in said
    assert "pairwise_dot" not in said
    seen(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)  # validating saves
    submit(page)
    instructor(course, "nbgrader", "collect", UNIT.stem)
    instructor(course, "autograder", "grade", UNIT.stem, "--submitted", course / "submitted", "--grading", course)
    instructor(course, "nbgrader", "release_feedback", UNIT.stem)
    feedback = read_feedback(page)
    seen(feedback.locator("header")).to_contain_text("14 of 20 points")
    seen(feedback.locator("header")).to_contain_text("The weights are used as they came.")
    feedback.locator("header a", has_text="pairwise_dot").click()
    seen(feedback.locator("#exercise-pairwise_dot > h2")).to_be_in_viewport()
    assert (folder / UNIT.stem / f"{UNIT.stem}.ipynb").exists()


def fetch(page):
    """Open Assignment List from the menu, and fetch what is released."""
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Assignment List").click()
    page.locator("#released_assignments_list").get_by_text("Fetch", exact=True).click()


def open_notebook(page):
    """Unfold the unit in the list of what was fetched, and open its notebook."""
    fetched = page.locator("#fetched_assignments_list")
    fetched.locator("a", has_text=UNIT.stem).first.click()
    fetched.locator(".assignment-notebooks a", has_text=UNIT.stem).click()
    seen(page.get_by_role("heading", name="Exercises 0: averages and dot products")).to_be_visible()
    await_kernel(page)


def show_assignments(page):
    page.locator(".lm-TabBar-tab", has_text="Assignments").click()


def submit(page):
    show_assignments(page)
    page.locator("#fetched_assignments_list").get_by_text("Submit", exact=True).click()
    seen(page.locator("#submitted_assignments_list")).to_contain_text(UNIT.stem)


def read_feedback(page):
    """Fetch the feedback, follow its link to the folder, and open the page."""
    submitted = page.locator("#submitted_assignments_list")
    submitted.get_by_text("Fetch Feedback", exact=True).click()
    submitted.get_by_text("view feedback").click()
    page.locator(".jp-DirListing-item", has_text=f"{UNIT.stem}.html").dblclick()
    return page.frame_locator(".jp-HTMLViewer iframe")
