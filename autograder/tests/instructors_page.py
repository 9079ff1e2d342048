"""What README.md says to instructors: its fences and its commands."""

import re
from dataclasses import dataclass

from autograder.units import ROOT


@dataclass(frozen=True)
class Fence:
    """What stands between two lines of ``` on the page."""

    kind: str
    text: str


_HUB = re.compile(r"\n### JupyterHub\n.*?(?=\n### |\Z)", re.S)


def _page() -> str:
    return (ROOT / "README.md").read_text("utf-8").partition("\n## For instructors\n")[2].partition("\n## ")[0]


def section() -> str:
    """What README.md says to instructors, but for JupyterHub, which needs one."""
    return _HUB.sub("", _page())


def fences() -> list[Fence]:
    return [Fence(*found) for found in re.findall(r"^```(\w*)\n(.*?)^```$", section(), re.M | re.S)]


def commands_in_sentences() -> list[str]:
    """Commands that no fence shows: they too must work."""
    prose = " ".join(re.sub(r"^```.*?^```$", "", section(), flags=re.M | re.S).split())
    return re.findall(r"`((?:python -m autograder|nbgrader) [^`]+)`", prose)


def configuration_of_a_hub() -> str:
    """The `jupyterhub_config.py` that the page shows."""
    (text,) = re.findall(r"^```python\n(.*?)^```$", _HUB.search(_page())[0], re.M | re.S)
    return text
