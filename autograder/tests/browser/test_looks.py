"""Reports in JupyterLab's two themes, measured as a browser draws them."""

import json
import sys

import nbformat
import pytest
from playwright.sync_api import expect as seen

from autograder.judging.verdicts import ExerciseVerdict, TestVerdict
from autograder.learner import goals
from autograder.learner.desk import Desk
from autograder.learner.display import Note, Progress, Report
from autograder.learner.overview import Overview
from autograder.learner.record import Record
from autograder.tests.browser.browsing import (
    CONTRASTS,
    TOKEN,
    cell,
    free_port,
    serving,
    unfold,
)

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
CELLS = {
    "answers": """
from autograder import check, progress
from autograder.learner import slow
from keras import ops
slow.PATIENCE = 60.0

def attention_scores(query, key):
    return query @ ops.transpose(key, (0, 2, 1)) / query.shape[-1]

def softmax(scores):
    return ops.softmax(scores, axis=-1)

def masked_softmax(scores, mask):
    return ops.softmax(ops.where(mask, scores, -30.0), axis=-1) * 0.5""",
    "failing": 'check("attention_scores")',
    "passing": 'check("softmax")',
    "not asked": 'check("masked_softmax")',
    "note": 'check("self_attention")',
    "progress": "progress('04_attention')",
    "endless": """
import time
slow.PATIENCE = 1.0
def causal_mask(length):
    while True:
        time.sleep(0.1)
check("causal_mask")""",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """JupyterLab on a notebook with one cell of each kind; its address, and where its settings lie."""
    folder = tmp_path_factory.mktemp("looks")
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS.values()]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "looks.ipynb")
    port = free_port()
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    with serving([*command, "--allow-root", "--ServerApp.port_retries=0"], folder, folder / "home", port) as address:
        yield address, folder / "home" / "settings"


@pytest.fixture(scope="module", params=THEMES)
def reports(request, served, browser):
    """What stands below each cell when all are run, in one theme; the last is still running."""
    address, settings = served
    chosen = settings / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    chosen.parent.mkdir(parents=True, exist_ok=True)
    chosen.write_text(json.dumps({"theme": THEMES[request.param]}))
    page = browser.new_page(viewport={"width": 1280, "height": 3200})
    page.set_default_timeout(60_000)
    page.goto(f"{address}/lab/tree/looks.ipynb?token={TOKEN}&reset")
    seen(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    seen(page.locator("body")).to_have_attribute("data-jp-theme-name", THEMES[request.param])
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    found = {name: cell(page, source.strip().splitlines()[-1]) for name, source in CELLS.items()}
    seen(found["progress"].locator(".jp-OutputArea")).to_contain_text("of 20 points")
    yield {name: one.locator(".jp-OutputArea-output") for name, one in found.items() if name != "answers"}
    page.close()


def test_a_check_without_end_tells_how_to_stop_it_and_is_stopped_so(reports):
    below = reports["endless"].page.locator(".jp-CodeCell").last.locator(".jp-OutputArea")
    seen(below).to_contain_text("Still checking causal_mask …")
    assert [text for text, contrast in below.evaluate(CONTRASTS) if contrast < 4.5] == []
    below.page.locator("[data-command='notebook:interrupt-kernel'], jp-button[title^='Interrupt']").first.click()
    seen(below).to_contain_text("The check of causal_mask was stopped.")
    seen(below).not_to_contain_text("Still checking")


def test_a_failing_report_shows_one_failure_and_folds_the_rest(reports):
    area = reports["failing"]
    texts = area.locator("dt").evaluate_all("all => all.filter(one => one.checkVisibility()).map(one => one.innerText)")
    assert texts == ["Called", "Got", "Expected"]
    lefts = area.locator("dd").evaluate_all("all => all.slice(0, 3).map(one => one.getBoundingClientRect().left)")
    assert len(set(lefts)) == 1
    area.locator("summary", has_text="4 more rules fail").click()
    seen(area.get_by_text("it works in a compiled graph")).to_be_visible()


def test_every_text_of_a_report_stands_out_from_its_ground(reports):
    for name, area in reports.items():
        if name == "endless":
            continue
        unfold(area)
        found = area.evaluate(CONTRASTS)
        assert len(found) > 1, name
        assert [(text, round(contrast, 2)) for text, contrast in found if contrast < 4.5] == [], name


def test_a_milestone_is_a_line_below_the_units(reports):
    unit = reports["progress"].get_by_text("Translation").first.bounding_box()
    lines = [reports["progress"].get_by_text(one.what).bounding_box() for one in goals.here()]
    tops = [unit["y"], *(line["y"] for line in lines)]
    assert tops == sorted(tops)
    assert len({line["x"] for line in lines}) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 420])
def test_milestones_fit_a_wide_page_and_a_narrow_one(browser, scheme, width, tmp_path):
    desk = Desk(tmp_path / "work")
    first, second, third, _ = goals.here()
    Record(desk).keep_milestone(first, {"words found": 0.979})
    Record(desk).keep_milestone(second, {"with positions": 1.0, "without positions": 0.0})
    Record(desk).keep_milestone(third, {"copied": 0.993, "reversed": 0.972})
    desk.lay_out([third.unit])
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    shown = Overview(desk, desk.notebook(third.unit).parent)._repr_html_()
    page.set_content(f'<html style="color-scheme: light dark"><body>{shown}</body></html>')
    found = page.locator("body").evaluate(CONTRASTS)
    assert [(text, round(contrast, 2)) for text, contrast in found if contrast < 4.5] == []
    numbers = page.get_by_text("copied 99.3 %, reversed 97.2 % (to reach: 99 %)").bounding_box()
    box = page.locator("body > div").first.bounding_box()
    assert numbers["x"] + numbers["width"] <= box["x"] + box["width"]
    link = page.get_by_role("link", name="unit 11")
    assert link.get_attribute("href") == "11_training.ipynb"
    assert link.bounding_box()["height"] < 30  # on one line
    page.close()


def a_report_of_each_kind():
    failed = TestVerdict("it adds", "failed", 1.0, "Add `x`.", "f(1)", "3", "4", mistake="You subtract.")
    unasked = TestVerdict("the inputs stay as they were", "failed", asked=False)
    error = TestVerdict("it works in a graph", "error", 1.0, "ValueError: no", line="in line 2 of `f`: raise")
    verdict = ExerciseVerdict("f", 4, [failed, unasked, error, TestVerdict("it runs", "passed")])
    shown = (Report(verdict), Note("`f` is missing.", "Run it."), Progress("u", [verdict]))
    return "".join(one._repr_html_() for one in shown)


@pytest.mark.parametrize("page_follows", [True, False], ids=["a page that follows the theme", "a page that does not"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_elsewhere_than_in_jupyterlab_texts_stand_out_too(browser, scheme, page_follows):
    page = browser.new_page()
    page.emulate_media(color_scheme=scheme)
    root = "color-scheme: light dark" if page_follows else "background: #1e1e1e; color: #ddd"
    page.set_content(f'<html style="{root}"><body>{a_report_of_each_kind()}</body></html>')
    unfold(page.locator("body"))
    found = page.locator("body").evaluate(CONTRASTS)
    assert len(found) > 20
    assert [(text, round(contrast, 2)) for text, contrast in found if contrast < 4.5] == []
    ground = page.locator("body > div").first.evaluate("one => getComputedStyle(one).backgroundColor")
    assert ground == ("rgb(33, 33, 33)" if page_follows and scheme == "dark" else "rgb(255, 255, 255)")
    page.close()
