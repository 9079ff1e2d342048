"""What a failing rule called the learner's answer with, as values that it can be called with again."""

from typing import Any

from autograder.judging.answer import Entry, Transcript
from autograder.judging.calls import given, maker_of
from autograder.seam import Workbench

_CALLS = ("call", "elsewhere", "compiled", "effect", "gradient", "weight_gradients", "reloaded", "method")


class Studied:
    """The last call of a failing rule.

    `inputs` and `keywords` are what was called with; `made_with` is the same of the class, where the answer is a layer,
    and `layer` that very layer, with the weights that the rule gave it.
    """

    def __init__(self, transcript: Transcript, workbench: Workbench):
        self._workbench = workbench
        calls = [entry for entry in transcript if entry.operation in _CALLS]
        self._call: Entry | None = calls[-1] if calls else None
        self._maker = maker_of(self._call.target, transcript) if self._call else None

    @property
    def inputs(self) -> tuple:
        return self._received(self._call)[0] if self._call else ()

    @property
    def keywords(self) -> dict[str, Any]:
        return self._received(self._call)[1] if self._call else {}

    @property
    def made_with(self) -> tuple[tuple, dict[str, Any]] | None:
        return self._received(self._maker) if self._maker else None

    @property
    def layer(self) -> Any:
        return self._workbench.held(self._call.target) if self._maker else None

    def hint(self) -> str:
        """How the learner calls it again, or where to find what was called with; empty where nothing was called."""
        if not self._call:
            return ""
        handed = f"(*report.inputs{', **report.keywords' if given(self._call)[1] else ''})"
        if self._maker:
            return f"`report.layer{self._method()}{handed}` asks the same layer again"
        if isinstance(self._call.target, str) and self._call.operation == "call" and not self._call.options:
            return f"`{self._call.target}{handed}` calls it again"
        return "`report.inputs` holds what it was called with"

    def _method(self) -> str:
        return f".{self._call.args[0]}" if self._call.operation == "method" else ""

    def _received(self, entry: Entry) -> tuple[tuple, dict[str, Any]]:
        return self._workbench.received(given(entry), changeable=entry.operation == "effect")
