"""Feedback pages in a real browser: whatever a learner leaves, nothing runs and nothing is fetched."""

import json
import shutil

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import sync_playwright

from autograder.author import demo
from autograder.grading.class_run import grade
from autograder.grading.jobs import jobs
from autograder.tests.browser.browsing import CHROMIUM
from autograder.tests.classroom import HOSTILE, LIVE, hand_in, with_cell
from autograder.units import Unit

UNIT = Unit("00_start")
FIRST = next(iter(UNIT.points()))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of two: hostile outputs, and a hostile name; an instructor's comment with a script in it."""
    folder = tmp_path_factory.mktemp("graded")
    hand_in(folder / "submitted" / "outputs", UNIT, with_cell(demo.KINDS[0](UNIT), HOSTILE))
    path = hand_in(folder / "submitted" / "name", UNIT, "{}", "<img src=x onerror=alert(7)>.ipynb")
    path.with_name("<b>two<b>.ipynb").touch()
    todo = jobs([UNIT], folder / "submitted")
    grade(todo, folder, 1)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        book.find_comment(FIRST, UNIT.stem, UNIT.stem, "outputs").manual_comment = f"Good. {LIVE} *Go on.*"
        book.db.commit()
    grade(todo, folder, 1)
    return folder


def page_of(folder, learner):
    return folder / "feedback" / learner / UNIT.stem / f"{UNIT.stem}.html"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield browser
        browser.close()


def opened(browser, path):
    """A page with what it fetched or tried to, and the dialogs it showed, after all it could have loaded.

    What the page's own policy has stopped did not leave the browser, and is not counted.
    """
    page, asked, dialogs = browser.new_page(), [], []
    page.on("request", lambda request: asked.append(request))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri(), wait_until="networkidle")
    left = [one.url for one in asked if one.failure != "csp" and not one.url.startswith("data:")]
    return page, [url for url in left if url != path.as_uri()], dialogs


@pytest.mark.parametrize("learner", ["outputs", "name"])
def test_nothing_runs_and_nothing_is_fetched(graded, browser, learner):
    page, asked, dialogs = opened(browser, page_of(graded, learner))
    assert asked == []
    assert dialogs == []
    assert page.evaluate("window.hit") is None
    assert page.locator("script, iframe, svg, object, embed, link, base, form").count() == 0
    assert page.locator("[onerror], [onload], [href^='javascript'], [href^='http']").count() == 0
    page.close()


def test_what_is_harmless_is_shown(graded, browser):
    page, *_ = opened(browser, page_of(graded, "outputs"))
    assert page.locator(".shown b").filter(has_text="kept").count() == 1
    assert "<script>window.hit = 1" in page.locator("pre").all_inner_texts()[-1]
    comment = page.locator(f"#comment-{FIRST}").inner_text()
    assert "Good." in comment
    assert page.locator(f"#comment-{FIRST} em").inner_text() == "Go on."
    pictures = page.locator("img[src^='data:image/png;base64,']")
    assert pictures.count() > 0
    assert all(pictures.evaluate_all("all => all.map(one => one.complete && one.naturalWidth > 0)"))
    page.close()


def test_a_hostile_file_name_is_shown_as_text(graded, browser):
    page, *_ = opened(browser, page_of(graded, "name"))
    assert "img src=x onerror=alert(7)" in page.locator("main").inner_text()
    assert page.locator("main section:first-child b").count() == 0
    page.close()


def test_the_page_forbids_what_it_does_not_need(graded, browser):
    """Even a script that found its way into a page would not run, nor a picture from elsewhere be fetched."""
    path = page_of(graded, "outputs")
    worse = path.with_name("worse.html")
    worse.write_text(path.read_text("utf-8").replace("</main>", f"{LIVE}</main>"), "utf-8")
    page, asked, dialogs = opened(browser, worse)
    assert page.evaluate("window.hit") is None
    assert dialogs == []
    assert asked == []
    page.close()


def test_the_executed_notebook_holds_only_text_inert_html_and_pictures(graded):
    path = graded / "autograded" / "outputs" / UNIT.stem / f"{UNIT.stem}.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert {kind for output in outputs for kind in output.get("data", {})} == {"text/plain", "text/html", "image/png"}
    shown = "".join("".join(output.get("data", {}).get("text/html", "")) for output in outputs).lower()
    assert "<b>kept</b>" in shown
    for live in ("<script", "onerror", "onload", "<iframe", "<svg", "<img", "@import", "<meta", "javascript:"):
        assert live not in shown
