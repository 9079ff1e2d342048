"""Outputs without life: what a learner's cell left, with nothing in it that could run in a browser."""

import re
from collections import Counter
from typing import Any

import nh3

from autograder.grading.plain_pictures import plain_picture
from autograder.seam.plain import clean_text

_MOST_OUTPUTS = 200
_TAGS = nh3.ALLOWED_TAGS - {"img", "a", "area", "map"}  # nothing that asks another server, or leads to one
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)""")
_PARTS = re.compile(r"""[^\s/"'=]+(?:=(?:"[^"]*"|'[^']*'))?""")
_NEVER_NESTED = (
    "p li dt dd td th tr thead tbody tfoot option optgroup rt rp colgroup caption "
    "area base br col embed hr img input link meta param source track wbr"
)
_FORMATTING = ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
_DEEPEST, _MOST_ATTRIBUTES, _MOST_REOPENED = 200, 200, 100_000
_GROWTH, _ALWAYS = 4, 10_000  # how many times as long cleaned HTML may be, and how long at least
_LEFT_OUT = "<p>This output is left out: its HTML is nested too deeply.</p>"
_ALIVE = re.compile(  # where Markdown begins a tag, a link or a picture, and formulas what reaches out of them
    r"<(?=[A-Za-z/!?])|\](?=[(:])|\\(?=(?:href|class|style|cssId|data|require|includegraphics|unicode)\b)"
)
_JOINER = "\N{WORD JOINER}"  # is not seen


def inert_outputs(outputs: list[Any]) -> list[dict[str, Any]]:
    """The outputs of one cell in notebook form: text, sanitised HTML, and images that are images."""
    kept = [_inert(output) for output in outputs[:_MOST_OUTPUTS] if isinstance(output, dict)]
    return [output for output in kept if output]


def _inert(output: dict[str, Any]) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": clean_text(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        traceback = [clean_text(line) for line in lines[:50]] if isinstance(lines, list) else []
        names = {name: clean_text(output.get(name)) for name in ("ename", "evalue")}
        return {"output_type": "error", **names, "traceback": traceback}
    if kind in ("display_data", "execute_result"):
        data = _bundle(output.get("data"))
        count = {"execution_count": None} if kind == "execute_result" else {}
        sizes = _sizes(output.get("metadata")) if "image/png" in data else {}
        return {"output_type": kind, "data": data, "metadata": sizes, **count} if data else None
    return None


def inert_html(html: str) -> str:
    """HTML that can only be looked at: no script, no style, no link, nothing from elsewhere.

    What takes a parser too long, or would grow, is left out, and a line says so.
    """
    cleaned = nh3.clean(html, tags=_TAGS) if _is_simple(html) else _LEFT_OUT
    return cleaned if len(cleaned) <= _GROWTH * len(html) + _ALWAYS else _LEFT_OUT


def _is_simple(html: str) -> bool:
    """Whether a parser's work stays near the length of the text.

    It does not where tags are nested by the thousand, where one tag has thousands of attributes, and where letters in
    bold, italic and the like are never closed: each of these is opened again in every paragraph that follows.
    """
    never_nested = set(_NEVER_NESTED.split())
    opened: Counter[str] = Counter()
    depth = reopened = 0
    for found in _TAG.finditer(html):
        closes, name = found[1], found[2].lower()
        if closes:
            depth -= opened[name] > 0
            opened[name] = max(0, opened[name] - 1)
            continue
        if name not in never_nested:
            depth += 1
            opened[name] += 1
        reopened += sum(opened[formatting] for formatting in _FORMATTING)
        if depth > _DEEPEST or reopened > _MOST_REOPENED or len(_PARTS.findall(found[3])) > _MOST_ATTRIBUTES:
            return False
    return True


def inert_markdown(source: str) -> str:
    """A learner's Markdown that reads as before, code and formulas too, and in which no tag, link or picture begins.

    A bare address remains one that can be clicked: it says where it leads.
    """
    return _ALIVE.sub(lambda found: found.group() + _JOINER, source)


def as_text(text: str) -> str:
    """Text as Markdown shows it letter by letter, whatever it holds: no markup, no HTML, no formula."""
    plain = " ".join(clean_text(text).split())
    return "".join(letter if letter.isalnum() or letter in " .,:;-()" else f"&#{ord(letter)};" for letter in plain)


def _bundle(data: Any) -> dict[str, str]:
    if not isinstance(data, dict):
        return {}
    kept = {}
    if "text/plain" in data:
        kept["text/plain"] = clean_text(data["text/plain"])
    if "text/html" in data:
        kept["text/html"] = inert_html(clean_text(data["text/html"]))
    picture = plain_picture("image/png", data.get("image/png"))
    if picture:
        kept["image/png"] = picture
    return kept


def _sizes(metadata: Any) -> dict[str, dict[str, int]]:
    """How large a picture is to be shown, where that is told in whole pixels."""
    told = metadata.get("image/png") if isinstance(metadata, dict) else None
    sizes = [told.get(name) for name in ("width", "height")] if isinstance(told, dict) else []
    if not sizes or not all(type(size) is int and 0 < size < 10_000 for size in sizes):
        return {}
    return {"image/png": {"width": sizes[0], "height": sizes[1]}}
