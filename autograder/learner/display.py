"""Verdicts as a learner sees them: HTML in JupyterLab, plain text everywhere else."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

import numpy as np

from autograder.judging.verdicts import ExerciseVerdict, TestVerdict

SIGNS = {"passed": "✓", "failed": "✗", "not_attempted": "–", "missing": "–"}
WORDS = {
    "passed": "holds",
    "failed": "does not hold",
    "error": "stopped with an error",
    "timeout": "took too long",
    "memory": "asked for too much memory",
    "crashed": "ended the Python process",
    "missing": "is not there",
    "not_attempted": "not attempted yet",
}
_COLOURS = {"passed": "#1c6b3c", "not_attempted": "#5a6069", "missing": "#5a6069"}
_WRONG = "#a3301a"
_BOX = (
    "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:14px;line-height:1.5;color:#23272e;"
    "background:#fbfaf6;border:1px solid #d9d5c8;border-radius:6px;padding:10px 14px;max-width:60em"
)
_CODE = "font-family:var(--jp-code-font-family,monospace);font-size:13px;white-space:pre-wrap"


def box(html: str) -> str:
    """HTML in the frame that everything here is shown in."""
    return f'<div style="{_BOX}">{html}</div>'


def bar(won: float, most: float) -> str:
    """How much of something is done, as a bar."""
    share = max(0.0, min(1.0, won / most)) if most else 0.0
    return (
        f'<div role="img" aria-label="{won:g} of {most:g}" style="width:10em;height:0.7em;border-radius:0.35em;'
        'border:1px solid #9aa0a6;overflow:hidden">'
        f'<div style="width:{100 * share:.0f}%;height:100%;background:#2e7d4f"></div></div>'
    )


class Note:
    """A message in place of a report: a headline, and what to do."""

    def __init__(self, headline: str, advice: str = ""):
        self.headline, self.advice = headline, advice

    def __repr__(self) -> str:
        return f"{self.headline}\n{self.advice}".strip()

    def _repr_html_(self) -> str:
        return f'<div style="{_BOX}"><b>{_inline(self.headline)}</b><br>{_inline(self.advice)}</div>'


class Report:
    """One exercise, checked: what holds, what does not, and the likely mistake."""

    def __init__(self, verdict: ExerciseVerdict, pictures: bool = True):
        self.verdict, self._pictures = verdict, pictures

    @property
    def headline(self) -> str:
        verdict = self.verdict
        held = sum(test.outcome == "passed" for test in verdict.tests)
        if not verdict.attempted:
            state = "not attempted yet" if verdict.tests[0].outcome == "not_attempted" else "missing"
        elif held == len(verdict.tests):
            state = "everything holds"
        else:
            state = f"{held} of {len(verdict.tests)} hold"
        return f"{verdict.name}: {state} · {verdict.score:g} of {verdict.max_score:g} points"

    def likely_mistakes(self) -> list[str]:
        """The sentences of the mistakes that explain failures, each once, in order."""
        return list(dict.fromkeys(test.mistake for test in self.verdict.tests if test.mistake))

    def __repr__(self) -> str:
        lines = [self.headline]
        if self.verdict.attempted:
            for test, told in _told_once(self.verdict.tests):
                lines.append(f"  {SIGNS.get(test.outcome, '✗')} {test.name}")
                lines += [f"      {line}" for line in told.message.splitlines()]
        lines += [f"  Likely mistake: {sentence}" for sentence in self.likely_mistakes()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [f'<div style="{_BOX}"><b>{_inline(self.headline)}</b>']
        parts += [
            '<div style="margin:6px 0;padding:6px 10px;border-left:4px solid #c8901e;background:#fff6df">'
            f"<b>Likely mistake:</b> {_inline(sentence)}</div>"
            for sentence in self.likely_mistakes()
        ]
        if self.verdict.attempted:
            drawn = next((test for test in self.verdict.tests if test.arrays), None) if self._pictures else None
            rows = "".join(_row(test, told, test is drawn) for test, told in _told_once(self.verdict.tests))
            parts.append(f'<table style="border-collapse:collapse;margin-top:6px;text-align:left">{rows}</table>')
        elif self.verdict.tests[0].outcome == "not_attempted":
            parts.append("<br>Replace <code>raise NotImplementedError(…)</code> with your answer, and check again.")
        parts.append("</div>")
        return "".join(parts)


class Progress:
    """The points of every exercise of a unit."""

    def __init__(self, unit: str, verdicts: list[ExerciseVerdict]):
        self.unit, self.verdicts = unit, verdicts

    def _rows(self) -> list[tuple[str, str, str]]:
        rows = []
        for verdict in self.verdicts:
            share = verdict.score / verdict.max_score if verdict.max_score else 0
            bar = "█" * round(10 * share) + "░" * (10 - round(10 * share))
            state = f"{verdict.score:g} of {verdict.max_score:g}" if verdict.attempted else "not attempted yet"
            rows.append((verdict.name, bar, state))
        return rows

    def _total(self) -> str:
        won, most = (sum(getattr(verdict, side) for verdict in self.verdicts) for side in ("score", "max_score"))
        return f"{self.unit}: {round(won, 2):g} of {most:g} points"

    def __repr__(self) -> str:
        width = max((len(verdict.name) for verdict in self.verdicts), default=0)
        return "\n".join([self._total(), *(f"  {name:<{width}}  {bar}  {state}" for name, bar, state in self._rows())])

    def _repr_html_(self) -> str:
        cell = 'style="padding:2px 12px 2px 0;text-align:left"'
        rows = "".join(
            f'<tr style="background:none"><td {cell}><code style="color:inherit;background:none">{escape(name)}</code>'
            f'</td><td {cell} aria-hidden="true">{bar}</td><td {cell}>{state}</td></tr>'
            for name, bar, state in self._rows()
        )
        return f'<div style="{_BOX}"><b>{escape(self._total())}</b><table style="margin-top:6px">{rows}</table></div>'


def _told_once(tests: Sequence[TestVerdict]) -> Iterator[tuple[TestVerdict, TestVerdict]]:
    """Each test, and what is told of it: an error that the last test told already is not told again."""
    last = None
    for test in tests:
        again = test.outcome == "error" and last == (test.sentence, test.line)
        yield test, replace(test, sentence="The same error as above.", line="", call="") if again else test
        last = (test.sentence, test.line) if test.outcome == "error" else last


def _row(test: TestVerdict, told: TestVerdict, drawn: bool) -> str:
    colour = _COLOURS.get(test.outcome, _WRONG)
    details = ""
    if test.outcome != "passed":
        shown = [("", told.sentence), ("", told.line), ("Called", told.call), ("Got", told.got)]
        shown.append(("Expected", told.expected))
        details = "".join(
            f'<div style="{_CODE if label or text is told.line else ""}">'
            f"{f'<b>{label}</b>&nbsp; ' if label else ''}{_inline(text) if not label else escape(text)}</div>"
            for label, text in shown
            if text
        )
        details += _picture(*test.arrays) if drawn and test.arrays else ""
    top = "vertical-align:top;text-align:left"
    sign = SIGNS.get(test.outcome, "✗")
    ended = "" if test.outcome in SIGNS else f" <i>({WORDS[test.outcome]})</i>"
    return (
        '<tr style="background:none">'
        f'<td style="color:{colour};font-weight:bold;padding:3px 8px 3px 0;{top}">{sign}</td>'
        f'<td style="padding:3px 0;{top}"><span style="color:{colour}">{escape(test.name)}</span>{ended}{details}</td>'
        "</tr>"
    )


def _picture(got: np.ndarray, expected: np.ndarray) -> str:
    """Yours beside the expected, as one PNG: the first matrix in which they differ."""
    got, expected = _first_difference(got, expected)
    if not 0 < got.shape[0] <= 12 or got.shape[1] > 12:
        return ""
    from course.toolkit import figures

    picture = figures.matrices({"Yours": got, "Expected": expected})
    encoded = base64.b64encode(picture.png).decode()
    width = round(0.72 * picture.width)  # an aside, smaller than the pictures of a lesson
    return f'<img alt="Yours beside the expected values" width="{width}" src="data:image/png;base64,{encoded}">'


def _first_difference(got: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    while got.ndim > 2:
        apart = [
            not np.allclose(mine, theirs, rtol=1e-5, atol=1e-6) for mine, theirs in zip(got, expected, strict=True)
        ]
        index = apart.index(True) if True in apart else 0
        got, expected = got[index], expected[index]
    return np.atleast_2d(got), np.atleast_2d(expected)


def _inline(text: str) -> str:
    """Escape, and show what stands between backticks as code."""
    pieces = escape(text).split("`")
    return "".join(
        f'<code style="color:inherit;background:#efece2">{piece}</code>' if index % 2 else piece
        for index, piece in enumerate(pieces)
    )
