"""Fixtures of the tests in a browser."""

import pytest
from playwright.sync_api import sync_playwright

from autograder.tests.browser.browsing import CHROMIUM, chromium_path


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page with cookies and storage of its own."""
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.set_default_timeout(60_000)
    yield page
    page.close()
