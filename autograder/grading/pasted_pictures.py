"""Pictures that a learner has pasted into a text: kept where they are pictures, and shown where the text shows them."""

import re
from html import escape
from typing import Any
from urllib.parse import unquote

from autograder.grading.plain_pictures import KINDS, plain_picture
from autograder.grading.sanitize import inert_markdown

Pictures = dict[str, dict[str, str]]  # by name, as a notebook attaches them to a cell

_LARGEST = 4 << 20  # bytes in a notebook, for each; all together they are no more than is read of a notebook
_SHOWN = re.compile(r"!\[([^\[\]\n]*)\]\(attachment:([^()\s]+)\)")
_LEFT_OUT = f"a picture that is left out: PNG, JPEG and GIF of up to {_LARGEST >> 20} MiB are kept"
_BEGIN, _END = "\ue000", "\ue001"  # have no meaning of their own
_MARK = re.compile(f"{_BEGIN}([0-9]+){_END}")


def with_pictures(source: str, attached: Any) -> tuple[str, Pictures]:
    """A learner's Markdown without life, as `inert_markdown` makes it, and the pictures that it shows, renamed."""
    pieces, kept, place = [], {}, 0
    for found in _SHOWN.finditer(source):
        before = inert_markdown(source[place : found.start()])
        pieces += [before, " " if before.endswith("<") else "", _shown(found, attached, kept)]
        place = found.end()
    return "".join([*pieces, inert_markdown(source[place:])]), kept


def marked(source: str, attached: Any) -> tuple[str, list[str]]:
    """Markdown with a mark in the place of each attached picture, and the HTML that is to stand there, in order."""
    pictures: list[str] = []

    def mark(found: re.Match) -> str:
        bundle = attached.get(found[2]) if isinstance(attached, dict) else None
        kind = next((kind for kind in KINDS if kind in bundle), None) if bundle else None
        if kind is None:
            return found[1]
        pictures.append(f'<img src="data:{kind};base64,{escape(bundle[kind])}" alt="{escape(found[1])}">')
        return f"{_BEGIN}{len(pictures) - 1}{_END}"

    return _SHOWN.sub(mark, source.replace(_BEGIN, "").replace(_END, "")), pictures


def in_their_places(html: str, pictures: list[str]) -> str:
    """The HTML of such a text with its pictures."""
    return _MARK.sub(lambda found: pictures[int(found[1])], html)


def _shown(found: re.Match, attached: Any, kept: Pictures) -> str:
    """The text that shows a picture, which is kept then; or what says that it is left out."""
    told = inert_markdown(found[1])
    bundle = (attached.get(unquote(found[2])) or attached.get(found[2])) if isinstance(attached, dict) else None
    for kind in KINDS if isinstance(bundle, dict) else ():
        value = bundle.get(kind)
        picture = plain_picture(kind, value) if isinstance(value, str) and len(value) <= _LARGEST * 4 // 3 + 4 else None
        if picture:
            name = f"picture-{len(kept) + 1}.{kind.rpartition('/')[2]}"
            kept[name] = {kind: picture}
            return f"![{told}](attachment:{name})"
    return f"({told}: {_LEFT_OUT})" if told else f"({_LEFT_OUT})"
