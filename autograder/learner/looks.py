"""The pieces that reports are made of, as HTML without scripts or style sheets, readable on any ground.

Colours are JupyterLab's own, so that they follow its theme. Elsewhere each falls back to a pair, of which the browser
takes the one for the page's `color-scheme`. What is written in a colour is moved towards the colour of the text, since
JupyterLab's red and green alone are too faint to read.
"""

from collections.abc import Iterable, Sequence
from html import escape

GROUND = "var(--jp-layout-color1,light-dark(#fff,#212121))"
_INK = "var(--jp-ui-font-color0,light-dark(#000,#fff))"
_LINE = "var(--jp-border-color2,light-dark(#e0e0e0,#424242))"
_FAMILY = "var(--jp-ui-font-family,system-ui,-apple-system,'Segoe UI',sans-serif)"


def _mixed(colour: str, share: int, ground: str) -> str:
    return f"color-mix(in srgb,{colour} {share}%,{ground})"


_HUES = {
    "good": "var(--jp-success-color1,light-dark(#388e3c,#4caf50))",
    "bad": "var(--jp-error-color1,light-dark(#d32f2f,#f44336))",
    "warn": "var(--jp-warn-color1,light-dark(#f57c00,#ff9800))",
}
TEXT = _mixed(_INK, 88, GROUND)
COLOURS = {
    "good": _mixed(_HUES["good"], 65, _INK),
    "bad": _mixed(_HUES["bad"], 65, _INK),
    "quiet": _mixed(_INK, 65, GROUND),
}
_BOX = (
    f"font-family:{_FAMILY};font-size:14px;line-height:1.5;color:{TEXT};background:{GROUND};border:1px solid {_LINE};"
    "border-radius:8px;padding:14px 18px;margin:4px 0;max-width:56em;box-sizing:border-box;text-align:left"
)
_FONT = "font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:13px"
CODE = f"{_FONT};white-space:pre-wrap"

_MARKER = "14px"  # as wide as the triangle of what is folded, so that the signs of all lines stand below each other


def box(*parts: str) -> str:
    """What stands in one frame."""
    return f'<div style="{_BOX}">{"".join(parts)}</div>'


def headline(name: str, rest: str) -> str:
    """The first line of a box: what it is about, and how that stands."""
    return f'<div style="font-size:15px;line-height:1.4"><b>{inline(name)}</b>{inline(rest)}</div>'


def callout(label: str, sentence: str) -> str:
    """A sentence that stands out from all others."""
    style = f"margin:12px 0 0;padding:8px 14px;border-left:4px solid {_HUES['warn']};border-radius:0 6px 6px 0"
    ground = _mixed(_HUES["warn"], 12, GROUND)
    return f'<div style="{style};background:{ground}"><b>{label}:</b> {inline(sentence)}</div>'


def quiet(text: str) -> str:
    """A remark in grey, at the end of a box."""
    return f'<div style="margin-top:12px;color:{COLOURS["quiet"]}">{inline(text)}</div>'


def marked(letter: str, title: str, colour: str = "", remark: str = "") -> str:
    """A line with a sign before it, in the colour of what it says, and a remark in grey after it."""
    after = f' <span style="color:{COLOURS["quiet"]}">· {escape(remark)}</span>' if remark else ""
    name = f'<span style="color:{COLOURS[colour]}">{escape(title)}</span>' if colour else escape(title)
    return f"{sign(letter)}{name}{after}"


def sign(letter: str) -> str:
    """✓, ✗ or – in its colour, as wide as the others."""
    colour = COLOURS[{"✓": "good", "✗": "bad"}.get(letter, "quiet")]
    return f'<b style="display:inline-block;width:1.45em;color:{colour}">{letter}</b>'


def row(line: str, below: str = "") -> str:
    """A line, and what always stands below it."""
    return f'<div style="margin:10px 0 0 {_MARKER}">{line}{_indented(below)}</div>'


def folded(line: str, below: str) -> str:
    """A line, and what a click shows below it."""
    summary = f'<summary style="cursor:pointer;display:list-item">{line}</summary>'
    inside = f'<div style="margin-left:{_MARKER}">{_indented(below)}</div>'
    return f'<details style="margin:8px 0 0">{summary}{inside}</details>'


def _indented(below: str) -> str:
    return f'<div style="margin:4px 0 10px 1.45em">{below}</div>' if below else ""


def labelled(pairs: Iterable[tuple[str, str]]) -> str:
    """Values in code, each beside its label, all beginning at the same place."""
    cells = "".join(
        f'<dt style="margin:0;padding:0;font-weight:normal;width:auto;color:{COLOURS["quiet"]}">{label}</dt>'
        f'<dd style="margin:0;padding:0;width:auto;min-width:0;overflow-wrap:anywhere;{CODE}">{escape(text)}</dd>'
        for label, text in pairs
    )
    grid = "display:grid;grid-template-columns:max-content 1fr;gap:3px 14px;align-items:baseline;margin:6px 0 0"
    return f'<dl style="{grid}">{cells}</dl>' if cells else ""


def bars(rows: Sequence[tuple[str, float, str]]) -> str:
    """A name, a bar and a few words in each row; the bar is the share of 1 that is filled."""
    cells = "".join(
        f'<div style="overflow-wrap:anywhere">{name}</div>{_bar(share, words)}'
        f'<div style="font-variant-numeric:tabular-nums;white-space:nowrap">{escape(words)}</div>'
        for name, share, words in rows
    )
    grid = "display:grid;grid-template-columns:fit-content(22em) minmax(5em,16em) max-content;gap:7px 18px"
    return f'<div style="{grid};align-items:center;margin-top:12px">{cells}</div>'


def listed(title: str, rows: Sequence[tuple[str, str]]) -> str:
    """Below a title, a name and how it stands in each row, both HTML."""
    cells = "".join(f"<div>{name}</div><div>{state}</div>" for name, state in rows)
    grid = "display:grid;grid-template-columns:fit-content(30em) minmax(11em,1fr);gap:4px 18px;margin-top:4px"
    return f'<div style="margin-top:14px"><b>{escape(title)}</b><div style="{grid}">{cells}</div></div>'


def _bar(share: float, words: str) -> str:
    width = 100 * min(max(share, 0.0), 1.0)
    colour = _HUES["good"] if share >= 1 else "var(--jp-brand-color1,light-dark(#1976d2,#2196f3))"
    ground = _mixed(_INK, 14, GROUND)
    filled = f'<div style="width:{width:.4g}%;height:100%;border-radius:5px;background:{colour}"></div>'
    style = f"height:10px;border-radius:5px;overflow:hidden;background:{ground}"
    return f'<div role="img" aria-label="{escape(words)}" style="{style}">{filled}</div>'


def inline(text: str) -> str:
    """Escape, and show what stands between backticks as code."""
    style = f"{_FONT};color:inherit;padding:1px 4px;border-radius:3px;background:{_mixed(_INK, 8, GROUND)}"
    pieces = escape(text).split("`")
    return "".join(f'<code style="{style}">{piece}</code>' if at % 2 else piece for at, piece in enumerate(pieces))
