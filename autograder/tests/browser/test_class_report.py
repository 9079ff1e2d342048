"""The report on a class as a browser draws it: from the disk, in light and dark, on a phone, with hostile learners."""

import pytest

from autograder.grading.class_report import write_report
from autograder.grading.class_scores import Held, Person
from autograder.grading.standings import ClassStandings, Standing
from autograder.judging.verdicts import ExerciseVerdict, TestVerdict, Verdict
from autograder.tests.browser.browsing import CONTRASTS
from autograder.tests.classroom import LIVE
from autograder.units import Unit

UNIT = Unit("04_attention")
LONG = "somebody.with.a.very.long.name.that.has.no.end.in.sight@students.university-of-somewhere.example.edu"
HOSTILE = f'"><svg onload=alert(1)>{LIVE}'
SIZES = {"desk": (1280, 900), "phone": (390, 844)}


def standing(learner, share, mistake=None, problem=None):
    exercises = []
    for name, points in UNIT.points().items():
        held = round(10 * share)
        tests = [TestVerdict(f"rule {at} holds", "passed" if at < held else "failed") for at in range(10)]
        tests[-1].asked = share > 0.2
        tests[0].mistake = mistake
        exercises.append(ExerciseVerdict(name, points, tests))
    verdict = Verdict(UNIT.stem, exercises)
    return Standing(learner, verdict, Held(verdict.score + 0.1 + 0.2, 0.2 * (share > 0.5), share == 0.3), problem)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The report on a class with long and hostile names, mistakes, problems, and some who never came."""
    handed_in = [standing(f"learner-{at:02}", at / 30, f"You divided by `D{at % 12}` itself.") for at in range(30)]
    handed_in += [
        standing(LONG, 0.1),
        standing(HOSTILE, 0.3, HOSTILE, HOSTILE),
        Standing("learner-40", problem=HOSTILE),
    ]
    people = {name: Person(name) for name in ("learner-50", f"absent {HOSTILE}")}
    page = tmp_path_factory.mktemp("report") / "report.html"
    write_report(ClassStandings(UNIT, handed_in, people, 20.0), page)
    return page


@pytest.fixture(scope="module", params=["light", "dark"])
def browser_page(request, path, browser):
    """The page with everything unfolded, and what the browser complained of, asked for or showed on the way."""
    page = browser.new_page(color_scheme=request.param)
    page.set_default_timeout(60_000)
    noticed = []
    page.on("console", lambda message: noticed.append(message.text))
    page.on("pageerror", lambda error: noticed.append(str(error)))
    page.on("request", lambda asked: noticed.append(asked.url) if asked.url != path.as_uri() else None)
    page.on("dialog", lambda dialog: (noticed.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri(), wait_until="networkidle")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    yield page, noticed
    page.close()


def test_the_page_opens_from_the_disk_without_complaint_and_asks_for_nothing(browser_page):
    page, noticed = browser_page
    assert page.title() == f"{UNIT.title}: the class"
    assert noticed == []


def test_what_learners_wrote_is_text(browser_page):
    page, _ = browser_page
    shown = page.locator("body").inner_text()
    assert shown.count(HOSTILE) >= 5  # as a name, a mistake, two problems and an absent learner
    assert page.evaluate("window.hit") is None
    assert page.locator("img, svg, script, iframe, [onload], [onerror]").count() == 0


def test_every_text_stands_out_from_its_ground(browser_page):
    page, _ = browser_page
    page.set_viewport_size({"width": 1280, "height": 900})
    found = page.locator("body").evaluate(CONTRASTS)
    assert len(found) > 300
    assert [(text, round(contrast, 2)) for text, contrast in found if contrast < 4.5] == []


def test_the_two_themes_differ(browser_page):
    page, _ = browser_page
    ground = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor.match(/\\d+/g).map(Number)")
    light = page.evaluate("matchMedia('(prefers-color-scheme: light)').matches")
    assert min(ground) > 200 if light else max(ground) < 60


@pytest.mark.parametrize("size", SIZES)
def test_the_page_is_never_wider_than_the_window(browser_page, size):
    page, _ = browser_page
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    over = page.evaluate(
        """() => [...document.querySelectorAll('main *, header *')].filter(
             one => one.checkVisibility() && !one.closest('.wide') && one.getBoundingClientRect().right > innerWidth
           ).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert over == []


def test_the_distribution_can_be_read_without_seeing_it(browser_page):
    page, _ = browser_page
    bars = page.locator(".histogram li")
    labels = bars.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    assert len(labels) == 10
    assert sum(int(label.split(": ")[1].split()[0]) for label in labels) == 32
    heights = bars.locator(".column span").evaluate_all("all => all.map(one => one.offsetHeight)")
    counts = [int(label.split(": ")[1].split()[0]) for label in labels]
    assert max(heights) > 100
    assert [height > 0 for height in heights] == [count > 0 for count in counts]


def test_numbers_have_no_noise(browser_page):
    page, _ = browser_page
    points = page.locator(".everybody tbody td.figure").all_inner_texts()
    assert len(points) == 33 * 6
    assert max(map(len, points)) <= len("20.15")
