"""Fixtures of the tests in a browser."""

import pytest
from playwright.sync_api import sync_playwright

from autograder.tests.browser.browsing import CHROMIUM, chromium_path


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.set_default_timeout(60_000)
        yield page
        browser.close()
