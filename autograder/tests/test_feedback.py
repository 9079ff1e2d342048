"""Feedback pages in a real browser: what they tell, and that whatever a learner leaves, nothing runs or is fetched."""

import json
import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import sync_playwright

from autograder.author import demo
from autograder.grading.class_run import grade
from autograder.grading.jobs import jobs
from autograder.grading.our_cells import answers_in
from autograder.tests.browser.browsing import CHROMIUM, CONTRASTS, unfold
from autograder.tests.classroom import HOSTILE, LIVE, hand_in, with_cell
from autograder.units import Unit

UNIT = Unit("00_start")
FIRST, SECOND = UNIT.points()
MISTAKEN = """def weighted_average(values, weights):
    print("<h1>00_start: 20 of 20 points</h1>")
    return ops.sum(ops.expand_dims(weights, axis=-1) * values, axis=1)
"""
PASSED_OFF = """
from IPython.display import HTML
HTML("<h1>Feedback: 20 of 20 points</h1><h2>weighted_average ✓</h2></section></main>"
     "<div style='position:fixed;top:0;left:0;width:100vw;height:100vh'><table><tr><td>unclosed <p class='label'>")
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Hostile outputs, a hostile name, and a mistake with a false page in its output; a comment with a script in it."""
    folder = tmp_path_factory.mktemp("graded")
    hand_in(folder / "submitted" / "outputs", UNIT, with_cell(demo.KINDS[0](UNIT), HOSTILE))
    path = hand_in(folder / "submitted" / "name", UNIT, "{}", "<img src=x onerror=alert(7)>.ipynb")
    path.with_name("<b>two<b>.ipynb").touch()
    mistaken = nbformat.reads(demo.KINDS[2](UNIT), as_version=4)
    answers_in(mistaken)[FIRST].source = MISTAKEN
    path = hand_in(folder / "submitted" / "mistaken", UNIT, with_cell(nbformat.writes(mistaken), PASSED_OFF))
    path.with_name("timestamp.txt").write_text("2026-03-01 12:00:00.000000 UTC")
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


def opened(browser, path, **options):
    """A page with what it fetched or tried to, and the dialogs it showed, after all it could have loaded.

    What the page's own policy has stopped did not leave the browser, and is not counted.
    """
    page, asked, dialogs = browser.new_page(**options), [], []
    page.on("request", lambda request: asked.append(request))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri(), wait_until="networkidle")
    unfold(page.locator("body"))
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
    box = page.locator("header .problem")
    assert "found: ?b?two?b?.ipynb, ?img src=x onerror=alert(7)?.ipynb" in box.inner_text()
    assert box.locator("b, img").count() == 0
    page.close()


def test_a_notebook_that_could_not_be_read_says_so_and_blames_no_attempt(graded, browser):
    page, *_ = opened(browser, page_of(graded, "name"))
    assert "There is no 00_start.ipynb in the submission" in page.locator("header .problem").inner_text()
    assert page.locator("header tbody tr").all_inner_texts() == [
        f"–\t{name} missing\t0 of 10" for name in UNIT.points()
    ]
    page.close()


def test_on_top_stand_who_and_when_and_each_exercise_with_its_mistake(graded, browser):
    page, *_ = opened(browser, page_of(graded, "mistaken"))
    facts = page.locator("header .facts").inner_text()
    assert facts.startswith("Feedback for mistaken · 00_start · handed in 1 March 2026, 12:00 UTC · written ")
    assert page.locator("h1:visible").first.inner_text() == "Exercises 0: averages and dot products"
    assert page.locator("header .score").inner_text() == "4 of 20 points"
    first, second = page.locator("header tbody tr").all_inner_texts()
    assert first.splitlines()[0] == f"✗\t{FIRST}"
    assert "Likely mistake: The weights are used as they came." in first
    assert first.endswith("4 of 10")
    assert second == f"–\t{SECOND} not attempted\t0 of 10"
    page.locator("header table a", has_text=SECOND).click()
    assert page.evaluate("location.hash") == f"#exercise-{SECOND}"
    assert page.locator(f"#exercise-{SECOND} > h2").is_visible()
    page.close()


def test_answers_and_checks_are_open_and_all_else_is_folded(graded, browser):
    page = browser.new_page()
    page.goto(page_of(graded, "mistaken").as_uri())
    for name in UNIT.points():
        assert page.locator(f"[id='{name}'] .highlight").is_visible()
        assert page.locator(f"[id='{name}-check'] .report").is_visible()
        assert not page.locator(f"[id='{name}-task'] .text").is_visible()
    assert page.locator("main .highlight:visible").count() == len(UNIT.points())
    titles = page.locator("main details > summary").all_inner_texts()
    assert "The task: 1. Average what matters" in titles
    assert "Added by you · 1 cell" in titles
    page.close()


def test_a_learners_output_cannot_pass_for_the_pages_own_words(graded, browser):
    page, *_ = opened(browser, page_of(graded, "mistaken"), viewport={"width": 900, "height": 700})
    frame = page.locator(".output").filter(has_text="Feedback: 20 of 20 points")
    assert frame.count() == 1
    assert frame.locator(".label").all_inner_texts()[0] == "Your output"
    inside = frame.locator("h1, h2, td, div").evaluate_all(
        """all => all.map(one => {
            const mine = one.getBoundingClientRect(), frame = one.closest('.output').getBoundingClientRect()
            return [getComputedStyle(one).position, mine.top >= frame.top && mine.bottom <= frame.bottom]
        })"""
    )
    assert {tuple(place) for place in inside} == {("static", True)}
    sizes = [
        page.locator(place).first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
        for place in (".output h1", ".output h2", ".output .label", "main h2", "header h1")
    ]
    assert max(sizes[:2]) < 15 < min(sizes[3:])
    assert page.locator("footer").evaluate("one => one.parentElement.tagName") == "BODY"
    assert page.locator("main > section").count() > 2
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("learner", ["outputs", "mistaken", "name"])
def test_every_text_stands_out_from_its_ground(graded, browser, learner, scheme):
    page, *_ = opened(browser, page_of(graded, learner), color_scheme=scheme)
    found = page.locator("body").evaluate(CONTRASTS)
    assert len(found) > 30
    assert [(text[:60], round(contrast, 2)) for text, contrast in found if contrast < 4.5] == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) < 3 * 128) == (scheme == "dark")
    page.close()


def test_a_page_fits_a_phone(graded, browser):
    page, *_ = opened(browser, page_of(graded, "mistaken"), viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
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
