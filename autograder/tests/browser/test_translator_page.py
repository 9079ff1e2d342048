"""A learner shows their translator to a friend: from a handout, by the command that the notebook names, in Chromium."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect as seen

from autograder.author import handout
from autograder.tests.browser.browsing import CONTRASTS, free_port
from autograder.tests.project import surroundings
from autograder.units import Unit

TRAINING = Path(__file__).parents[1] / "brief_translator.py"
SOLVED = (Unit("01_text"), Unit("13_translation"))
SIZES = {"desk": (1100, 800), "phone": (390, 844)}
COUNTING = """list => {
  window.counts = []
  new MutationObserver(() => counts.push(list.children.length)).observe(list, {childList: true})
}"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    """A handout in which two units are solved, and a translator was trained for some seconds; what its notebook shows.

    The folder has a space in its name.
    """
    folder = tmp_path_factory.mktemp("handed out") / "my course"
    handout.make(folder)
    for unit in SOLVED:
        (folder / "work" / unit.stem).mkdir(parents=True)
        shutil.copy(unit.solution, folder / "work" / unit.stem)
    run = subprocess.run(
        [sys.executable, "-P", TRAINING],
        cwd=folder / "work" / "13_translation",
        env=surroundings(folder),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return folder, json.loads(run.stdout.splitlines()[-1])


def started(folder, log, *options):
    """The running command, and the address that it has printed."""
    command = [sys.executable, "-P", "-m", "autograder", "translate", "--no-browser", *map(str, options)]
    with log.open("w") as file:
        running = subprocess.Popen(command, cwd=folder, env=surroundings(folder), stdout=file, stderr=file)
    deadline = time.monotonic() + 300
    while not (found := re.search(r"It is ready: (http://127\.0\.0\.1:\d+/\?token=\S+)", log.read_text())):
        if running.poll() is not None or time.monotonic() > deadline:
            running.kill()
            pytest.fail(log.read_text()[-3000:])
        time.sleep(0.2)
    return running, found.group(1)


@pytest.fixture(scope="module")
def address(edition, tmp_path_factory):
    """Where the page is, until the end; then it is ended as a service is."""
    log = tmp_path_factory.mktemp("command") / "log"
    running, address = started(edition[0], log)
    yield address
    running.terminate()
    assert running.wait(30) == 0, log.read_text()
    assert log.read_text().endswith("It has ended.\n")


@pytest.fixture(params=["light", "dark"])
def page(request, browser, address):
    """The page in one theme; whatever the browser complains of, or asks of anybody else, is an error."""
    page = browser.new_page(color_scheme=request.param, viewport={"width": 1100, "height": 800})
    page.set_default_timeout(60_000)
    noticed = []
    page.on("console", lambda message: noticed.append(message.text))
    page.on("pageerror", lambda error: noticed.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith(address.split("?")[0]) or noticed.append(asked.url))
    page.goto(address)
    yield page
    page.close()
    assert [one for one in noticed if not one.startswith("data:")] == []


def translate(page, sentence=None):
    """Type a sentence, press Enter, and wait for the end; gives the buttons of the translation."""
    if sentence is not None:
        page.get_by_label("An English sentence").fill(sentence)
    page.get_by_label("An English sentence").press("Enter")
    buttons = page.get_by_role("list", name="In Spanish").get_by_role("button")
    seen(buttons.last).to_have_attribute("aria-label", re.compile("looked at"))
    return buttons


def shares(page):
    return [int(text.split()[0]) for text in page.locator(".read .share").all_inner_texts()]


def shading(page):
    return page.locator(".read li").evaluate_all("all => all.map(one => getComputedStyle(one).backgroundColor)")


def rounded(row):
    return [round(100 * share) for share in row]


def nearly(one, other):
    return len(one) == len(other) and all(abs(a - b) <= 1 for a, b in zip(one, other, strict=True))


def test_the_sample_is_translated_as_in_the_notebook_one_token_after_the_other(page, edition):
    source, target, _ = edition[1][0]
    seen(page.get_by_label("An English sentence")).to_have_value("The cat sleeps.")
    page.locator(".written").evaluate(COUNTING)
    page.get_by_role("button", name="Translate").click()
    seen(page.locator(".written button[aria-label]")).to_have_count(len(target))
    assert page.locator(".written button").all_inner_texts() == target
    assert page.locator(".read .word").all_inner_texts() == source
    counts = page.evaluate("counts")  # a busy machine may draw two at once, but never all
    assert len(counts) > 1
    assert counts == sorted(set(counts))
    assert counts[-1] == len(target)
    seen(page.get_by_role("status")).to_have_text(f"In Spanish: {' '.join(target)}")


def test_hovering_over_a_word_shades_what_it_attends_to(page, edition):
    _, target, weights = edition[1][0]
    buttons = translate(page)
    page.mouse.move(0, 0)
    seen(page.get_by_text("Point at a word")).to_be_visible()
    shades = []
    for place, row in enumerate(weights):
        buttons.nth(place).hover()
        seen(page.get_by_text(f"Where it looked as it wrote {target[place]}")).to_be_visible()
        page.wait_for_timeout(300)  # the shading takes a moment
        assert nearly(shares(page), rounded(row)), (shares(page), row)
        shades.append(shading(page))
        seen(page.locator(".read .most")).to_have_count(1)
        assert page.locator(".read .most").evaluate("one => [...one.parentNode.children].indexOf(one)") == row.index(
            max(row)
        )
    assert len(set(map(tuple, shades))) == len(shades)
    assert all(
        shade[row.index(max(row))] != shade[row.index(min(row))] for shade, row in zip(shades, weights, strict=True)
    )


def test_the_keyboard_does_what_the_mouse_does(page, edition):
    _, target, weights = edition[1][0]
    page.get_by_label("An English sentence").focus()
    buttons = translate(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    seen(buttons.first).to_be_focused()
    seen(buttons.first).to_have_attribute("aria-pressed", "true")
    assert nearly(shares(page), rounded(weights[0]))
    page.keyboard.press("Tab")
    assert nearly(shares(page), rounded(weights[1]))
    seen(buttons.first).to_have_attribute("aria-pressed", "false")
    seen(buttons.nth(1)).to_have_attribute("aria-label", re.compile(rf"^{target[1]}, looked at \w+ \d+ %"))


def test_a_word_that_it_has_never_seen_is_named(page, edition):
    source, target, _ = edition[1][1]
    buttons = translate(page, "She sees the zebra.")
    assert buttons.all_inner_texts() == target
    seen(page.get_by_text("It has never seen “zebra”, and reads [UNK] instead.")).to_be_visible()
    assert page.locator(".read .unknown .word").all_inner_texts() == ["zebra"]
    page.get_by_text(re.compile(r"The \d+ English words that it knows")).click()
    seen(page.locator("details").get_by_text("cat", exact=True)).to_be_visible()


def test_what_is_typed_is_text(page):
    translate(page, "The <img src=x onerror=alert(1)> cat.")
    assert "onerror" in page.locator(".read").inner_text()
    assert page.locator("img").count() == 0


@pytest.mark.parametrize(
    ("sentence", "says"),
    [("", "There is nothing to translate yet."), ("cat " * 20, "This has 20 tokens"), ("a" * 2000, "This has 2000")],
)
def test_what_cannot_be_translated_is_told_and_the_next_sentence_works(page, sentence, says):
    page.get_by_label("An English sentence").fill(sentence)
    page.get_by_role("button", name="Translate").click()
    seen(page.get_by_role("alert")).to_contain_text(says)
    assert translate(page, "The cat sleeps.").count() > 0
    seen(page.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
def test_it_is_readable_and_never_wider_than_the_window(page, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    buttons = translate(page, "She sees the zebra " + "x" * 60)
    page.locator("details").evaluate("one => one.open = true")
    for place in range(buttons.count()):
        buttons.nth(place).hover()
        page.wait_for_timeout(300)
        found = page.locator("body").evaluate(CONTRASTS)
        assert len(found) > 100
        assert [(text, round(contrast, 2)) for text, contrast in found if contrast < 4.5] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    ground = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor.match(/\\d+/g).map(Number)")
    assert max(ground) < 60 if dark else min(ground) > 200


def test_a_finger_does_what_the_mouse_does(browser, address, edition):
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(address)
    buttons = translate(page)
    buttons.nth(1).tap()
    assert nearly(shares(page), rounded(edition[1][0][2][1]))
    context.close()


def test_ctrl_and_c_ends_it_and_its_port_is_free_again(edition, tmp_path):
    port = free_port()
    running, address = started(edition[0], tmp_path / "log", "--port", port)
    assert f":{port}/" in address
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == 0
    said = (tmp_path / "log").read_text()
    assert "course.built: standardize is yours; all its checks hold in work/01_text." in said
    assert said.endswith("To end it, press Ctrl and C here.\nIt has ended.\n")
    assert "Traceback" not in said
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_without_a_translator_the_command_says_what_to_do(tmp_path):
    command = [sys.executable, "-m", "autograder", "translate", "--no-browser"]
    elsewhere = tmp_path / "course"
    handout.make(elsewhere)
    run = subprocess.run(
        command, cwd=elsewhere, env=surroundings(elsewhere), capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 2
    assert "There is no trained translator yet: " in run.stderr
    assert "python -m autograder lab 13_translation" in run.stderr
