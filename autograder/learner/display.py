"""What `check` and `progress` return: HTML in JupyterLab, plain text everywhere else."""

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

from autograder.judging.verdicts import ExerciseVerdict, TestVerdict
from autograder.learner import looks
from autograder.learner.inputs import Studied
from autograder.learner.telling import SIGNS, WORDS, Telling

_WIDEST = len("Expected")
_UNEARNED = "counts only together with right results"


class Note:
    """A message in place of a report: a headline, and what to do."""

    def __init__(self, headline: str, advice: str = ""):
        self.headline, self.advice = headline, advice

    def __repr__(self) -> str:
        return f"{self.headline}\n{self.advice}".strip()

    def _repr_html_(self) -> str:
        advice = f'<div style="margin-top:4px">{looks.inline(self.advice)}</div>' if self.advice else ""
        return looks.box(looks.headline(self.headline, ""), advice)


class Report:
    """One exercise, checked: the likely mistake, what does not hold, and what does.

    Of a failure, `inputs` are the positional arguments and `keywords` the others that the first failing rule called
    the answer with. Of a layer, `layer` is the very one that was asked, and `made_with` what its class was called with.
    """

    def __init__(self, verdict: ExerciseVerdict, pictures: bool = True, studied: Studied | None = None):
        self.verdict, self._pictures, self._studied = verdict, pictures, studied

    @property
    def inputs(self) -> tuple:
        return self._studied.inputs if self._studied else ()

    @property
    def keywords(self) -> dict[str, Any]:
        return self._studied.keywords if self._studied else {}

    @property
    def layer(self) -> Any:
        return self._studied.layer if self._studied else None

    @property
    def made_with(self) -> tuple[tuple, dict[str, Any]] | None:
        return self._studied.made_with if self._studied else None

    @property
    def headline(self) -> str:
        verdict = self.verdict
        if verdict.unmarked:
            return f"{verdict.name}: not marked here · {verdict.max_score:g} points that do not count here"
        return f"{verdict.name}: {self._state} · {verdict.score:g} of {verdict.max_score:g} points"

    @property
    def _state(self) -> str:
        tests = self.verdict.tests
        if not self.verdict.attempted:
            return "not attempted yet" if tests[0].outcome == "not_attempted" else "missing"
        held = sum(test.outcome == "passed" for test in tests)
        return "everything holds" if held == len(tests) else f"{held} of {len(tests)} hold"

    def likely_mistakes(self) -> list[str]:
        """The sentences of the mistakes that explain failures, each once, in order."""
        return list(dict.fromkeys(test.mistake for test in self.verdict.tests if test.mistake))

    def __repr__(self) -> str:
        lines = [self.headline, *(f"  Likely mistake: {sentence}" for sentence in self.likely_mistakes())]
        if self.verdict.attempted:
            telling = Telling(self.verdict)
            for first, *others in telling.failed:
                lines += [f"  {telling.sign(first)} {first.name}", *_as_text(telling.details(first))]
                lines += [f"  {telling.sign(test)} {test.name} (for the same reason)" for test in others]
            lines += [f"  – {test.name}: not asked yet" for test in telling.not_asked]
            lines += [f"  ✓ {': '.join(filter(None, [test.name, self._reservation(test)]))}" for test in telling.held]
        return "\n".join([*lines, *(f"  {line}" for line in self._how_to_study())])

    def _repr_html_(self) -> str:
        parts = [looks.headline(self.verdict.name, self.headline.removeprefix(self.verdict.name))]
        parts += [looks.callout("Likely mistake", sentence) for sentence in self.likely_mistakes()]
        if self.verdict.attempted:
            parts += self._rules()
        elif any(test.outcome == "not_attempted" for test in self.verdict.tests):
            parts.append("Replace <code>raise NotImplementedError(…)</code> with your answer, and check again.")
        return looks.box(*parts, *map(looks.quiet, self._how_to_study()))

    def _rules(self) -> list[str]:
        """The first failure in the open; the other rules as a line each, or as one for all that tell no more."""
        telling = Telling(self.verdict)
        parts = []
        for first, *others in telling.failed:
            opened = _as_html(telling.details(first)) + self._picture_of(first)
            repeated = "".join(looks.row(_line(test), _as_html(telling.details(test))) for test in others)
            more = f"{_rules(others)} for the same reason" if others else ""
            if parts:
                parts.append(looks.folded(_line(first, more), opened + repeated))
                continue
            parts.append(looks.row(_line(first), opened))
            if others:
                parts.append(looks.folded(looks.marked("✗", more), repeated))
        parts += [looks.row(looks.marked("–", test.name, "quiet", "not asked yet")) for test in telling.not_asked]
        if telling.held:
            remarks = [self._reservation(test) for test in telling.held]
            lines = [looks.marked("✓", test.name, "", why) for test, why in zip(telling.held, remarks, strict=True)]
            several = f"{len(telling.held)} rules hold" if len(telling.held) > 1 else "1 rule holds"
            held = looks.marked("✓", several, "", _UNEARNED if all(remarks) else "")
            parts.append(looks.folded(held, "".join(map(looks.row, lines))))
        return parts

    def _reservation(self, test: TestVerdict) -> str:
        """Why a rule that holds has not won its points, or nothing."""
        return "" if self.verdict.earns(test) else _UNEARNED

    def _picture_of(self, test: TestVerdict) -> str:
        if not (self._pictures and test.arrays and test is self.verdict.first_failure):
            return ""
        from autograder.learner.pictures import side_by_side

        return side_by_side(*test.arrays)

    def _how_to_study(self) -> list[str]:
        hint = self._studied.hint() if self._studied else ""
        return [f'To study it: after `report = check("{self.verdict.name}")`, {hint}.'] if hint else []


def _line(test: TestVerdict, more: str = "") -> str:
    """The rule with its sign, and how it ended where that is not said by the sign."""
    sign = Telling.sign(test)
    remarks = [more] if test.outcome in SIGNS else [WORDS[test.outcome], more]
    return looks.marked(sign, test.name, "bad" if sign == "✗" else "quiet", "; ".join(filter(None, remarks)))


def _rules(tests: Sequence[TestVerdict]) -> str:
    return "1 more rule fails" if len(tests) == 1 else f"{len(tests)} more rules fail"


def _as_html(details: list[tuple[str, str]]) -> str:
    sentences = "".join(f"<div>{looks.inline(text)}</div>" for label, text in details if not label)
    return sentences + looks.labelled(pair for pair in details if pair[0])


def _as_text(details: list[tuple[str, str]]) -> list[str]:
    """Lines in which all that has a label begins at one place, the second line of a value too."""
    lines = []
    for label, text in details:
        first, *others = text.splitlines() or [""]
        start = f"      {label:<{_WIDEST}}  " if label else "      "
        lines += [start + first, *(" " * len(start) + other for other in others)]
    return lines


class Bar(NamedTuple):
    """A row of a progress: points won of those there are, and a word in their place where that says more."""

    name: str
    won: float
    most: float
    state: str = ""

    @property
    def words(self) -> str:
        return self.state or f"{round(self.won, 2):g} of {self.most:g}"

    @property
    def share(self) -> float:
        return self.won / self.most if self.most else 0.0


def bars_as_html(bars: Sequence[Bar]) -> str:
    """The rows below each other, with real bars; each bar says its points to whoever does not see it."""
    signs = [looks.sign("✓" if bar.share >= 1 else "–") for bar in bars]
    return looks.bars([(sign + escape(bar.name), bar.share, bar.words) for sign, bar in zip(signs, bars, strict=True)])


def bars_as_text(bars: Sequence[Bar]) -> list[str]:
    """The same rows as lines of text."""
    width = max((len(bar.name) for bar in bars), default=0)
    drawn = [round(10 * bar.share) for bar in bars]
    return [
        f"  {bar.name:<{width}}  {'█' * full}{'░' * (10 - full)}  {bar.words}"
        for bar, full in zip(bars, drawn, strict=True)
    ]


class Progress:
    """The points of every exercise of a unit, and what is next.

    `before` has the points of exercises when they were last checked: they stand where a cell has not been run since.
    """

    def __init__(self, unit: str, verdicts: list[ExerciseVerdict], before: dict[str, float] | None = None):
        self.unit, self.verdicts, self._before = unit, verdicts, before or {}

    @property
    def bars(self) -> list[Bar]:
        return [self._bar(verdict) for verdict in self.verdicts]

    def _bar(self, verdict: ExerciseVerdict) -> Bar:
        if verdict.missing and verdict.name in self._before:
            won = self._before[verdict.name]
            state = f"{won:g} of {verdict.max_score:g} when last checked; its cell has not been run since"
            return Bar(verdict.name, won, verdict.max_score, state)
        return Bar(verdict.name, verdict.score, verdict.max_score, "" if verdict.attempted else "not attempted yet")

    @property
    def total(self) -> str:
        won, most = (sum(getattr(bar, side) for bar in self.bars) for side in ("won", "most"))
        return f"{round(won, 2):g} of {most:g} points"

    @property
    def next(self) -> str:
        """The first exercise that is not all right yet, in a sentence."""
        open_ones = [bar.name for bar in self.bars if bar.won < bar.most]
        return f"Next: `{open_ones[0]}`." if open_ones else "All done."

    def __repr__(self) -> str:
        return "\n".join([f"{self.unit}: {self.total}", *bars_as_text(self.bars), f"  {self.next}"])

    def _repr_html_(self) -> str:
        return looks.box(looks.headline(self.unit, f": {self.total}"), bars_as_html(self.bars), looks.quiet(self.next))
