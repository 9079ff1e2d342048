"""Sealed files: how suites, known answers and references lie in a handout.

A handout must check answers, and so it carries right ones. They are sealed so that nobody reads one by accident, in a
search or in an open tab: compressed, and written in other letters. That is no secret, and is not meant as one.

A sealed file is Python. A sealed module opens itself when it is imported; its functions have no source to be shown.
"""

import base64
import re
import zlib
from pathlib import Path
from typing import Any

_HEAD = '"""Sealed so that nobody reads an answer by accident; `autograder.seam.sealed` opens it. It is no secret."""'
_BODY = re.compile(re.escape(_HEAD) + r'\n.*\nSEALED = """\n(.*?)"""\n', re.DOTALL)
_WIDTH = 100


class Damaged(ValueError):
    """A sealed file that does not open; the message names it."""


def sealed_text(text: str) -> str:
    """A sealed file with this text."""
    return f'{_HEAD}\n\nSEALED = """\n{_sealed(text)}\n"""\n'


def sealed_module(text: str) -> str:
    """A sealed file that is still the module with this text, for whoever imports it."""
    opens = "from autograder.seam.sealed import run_sealed"
    return f'{_HEAD}\n\n{opens}\n\nSEALED = """\n{_sealed(text)}\n"""\nrun_sealed(SEALED, globals())\n'


def read(path: Path) -> str:
    """The text of a file, sealed or not; raises `Damaged` where it is sealed and does not open."""
    text = path.read_text("utf-8")
    return _text_in(text, path.name) if text.startswith(_HEAD) else text


def unsealed(path: Path) -> str:
    """The text of a file that must be sealed; raises `Damaged` where it is not, or does not open."""
    return _text_in(path.read_text("utf-8", errors="replace"), path.name)


def run_sealed(sealed: str, module: dict[str, Any]) -> None:
    """Run a sealed module in the names of the file that holds it."""
    name = Path(module["__file__"]).name
    exec(compile(_opened(sealed, name), f"<sealed {name}>", "exec", dont_inherit=True), module)


def _sealed(text: str) -> str:
    letters = base64.b85encode(zlib.compress(text.encode(), 9)).decode()
    return "\n".join(letters[start : start + _WIDTH] for start in range(0, len(letters), _WIDTH))


def _text_in(file: str, name: str) -> str:
    body = _BODY.match(file)
    return _opened(body[1] if body else "", name)


def _opened(sealed: str, name: str) -> str:
    try:
        return zlib.decompress(base64.b85decode("".join(sealed.split()))).decode()
    except (ValueError, zlib.error):
        raise Damaged(f"The sealed file {name} does not open: it is damaged. Take a fresh copy of it.") from None
