"""What tests in a browser share: Chromium, a Jupyter server that is started and stopped, and a learner's hands."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page
from playwright.sync_api import expect as seen

seen.set_options(timeout=60_000)  # a loaded machine is not a failure

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKEN = "secret"
# Every text node that is drawn, with its contrast (WCAG 2) to what lies under it. Colours are read from a canvas, since
# computed styles come in several notations; half-transparent grounds are laid over each other, the page's last.
CONTRASTS = """area => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true})
  const numbers = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const over = (top, ground) => [0, 1, 2].map(i => top[3] * top[i] + (1 - top[3]) * ground[i])
  const under = element => {
    const layers = []
    for (let at = element; at; at = at.parentElement) layers.push(numbers(getComputedStyle(at).backgroundColor))
    return layers.reverse().reduce((ground, layer) => over(layer, ground), [255, 255, 255])
  }
  const light = colour => {
    const [r, g, b] = colour.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const found = [], texts = document.createTreeWalker(area, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement, text = texts.currentNode.textContent.trim()
    if (!text || !element.checkVisibility()) continue
    const ground = under(element), ink = over(numbers(getComputedStyle(element).color), ground)
    const [low, high] = [light(ground), light(ink)].sort((a, b) => a - b)
    found.push([text, (high + 0.05) / (low + 0.05)])
  }
  return found
}"""
IN_FRONT = ".jp-NotebookPanel:not(.lm-mod-hidden)"


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(command: Sequence[str], folder: Path, home: Path, port: int, **more: str) -> Iterator[str]:
    """Run a command that starts a Jupyter server at `port`, in `folder`, until the end of the block; gives its address.

    Jupyter's own files (settings, workspaces, what it remembers) are in `home`; `more` is added to the environment.
    """
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTER_TOKEN": TOKEN,
        **more,
    }
    log = home / "server.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            list(map(str, command)), cwd=folder, env=environment, stdout=file, stderr=file, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, server, log)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _await(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5)
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start: {log.read_text()[-2000:]}")


def cell(page: Page, text: str) -> Locator:
    """The first code cell of the notebook in front that holds `text`."""
    return page.locator(f"{IN_FRONT} .jp-CodeCell").filter(has_text=text).first


def run_cell(page: Page, text: str) -> Locator:
    """Run the code cell that holds `text`; returns what stands below it.

    JupyterLab forgets a cell that is run while its kernel is starting: then a person presses again.
    """
    found = cell(page, text)
    for _ in range(10):
        found.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        with contextlib.suppress(AssertionError):
            seen(found.locator(".jp-InputPrompt")).not_to_have_text("[ ]:", timeout=6_000)
            break
    return found.locator(".jp-OutputArea")


def write_and_run(page: Page, text: str, source: str) -> None:
    """Replace the source of the cell that holds `text`, and run it and the one after it."""
    cell(page, text).locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")


def await_kernel(page: Page) -> None:
    """Wait until the kernel of the notebook in front takes cells: one that is run before is forgotten."""
    seen(page.locator(f"{IN_FRONT} .jp-Notebook-ExecutionIndicator[data-status='idle']")).to_be_visible()


def validate(page: Page) -> str:
    """Press Validate, and give what the dialog says."""
    page.locator(f"{IN_FRONT} >> text=Validate").click()
    dialog = page.locator(".jp-Dialog")
    seen(dialog).to_be_visible(timeout=120_000)
    said = dialog.inner_text()
    dialog.locator("button").last.click()
    return said


def unfold(area: Locator) -> None:
    """Open all that is folded in a part of a page."""
    area.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")


def chromium_path() -> str | None:
    """Debian's Chromium."""
    return shutil.which("chromium")
