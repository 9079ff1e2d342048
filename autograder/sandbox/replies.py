"""Reading what a worker says: it may say anything, and is believed as far as its reply has the right form."""

from dataclasses import replace
from typing import Any

from autograder.sandbox.cells import CellResult
from autograder.sandbox.wire import WireError
from autograder.seam import LearnerError
from autograder.seam.plain import clean_text

_TELLABLE = ("error", "timeout", "memory", "missing", "not_attempted")  # what a worker may say of itself
_LONGEST = 2000  # characters of what a worker says of an error


def told_error(reply: dict[str, Any]) -> LearnerError:
    """The error that a reply tells of."""
    fields = {name: reply.get(name) for name in ("outcome", "message", "types", "line")}
    texts = all(isinstance(fields[name], str) for name in ("outcome", "message", "line"))
    if not texts or fields["outcome"] not in _TELLABLE:
        return LearnerError("crashed", "Your code sent something that is no answer.")
    types = [clean_text(name, 100) for name in fields["types"][:20]] if isinstance(fields["types"], list) else []
    message, line = clean_text(fields["message"], _LONGEST), clean_text(fields["line"], _LONGEST)
    return LearnerError(fields["outcome"], message, types, line)


def cell_result(reply: dict[str, Any]) -> CellResult:
    """Read a cell's result out of a reply, which may say anything."""
    result = reply.get("result")
    if reply["kind"] == "failed":
        return CellResult([], "error", clean_text(reply.get("message"), _LONGEST))
    if not isinstance(result, dict) or not isinstance(result.get("outputs"), list):
        raise WireError("a cell without a result")
    texts = {name: clean_text(result.get(name, ""), _LONGEST) for name in ("outcome", "message", "line")}
    if texts["outcome"] not in ("ok", *_TELLABLE):
        raise WireError("a cell with an impossible outcome")
    return CellResult(result["outputs"], **texts)


def in_time(reply: dict[str, Any], error: LearnerError) -> dict[str, Any]:
    """The reply of code that had to be interrupted: whatever it says but the line, it ran out of time."""
    told = {"outcome": error.outcome, "message": error.message}
    if isinstance(reply.get("result"), CellResult):
        return {**reply, "result": replace(reply["result"], **told)}
    line = reply.get("line")
    return {**reply, **told, "line": line if isinstance(line, str) else "", "kind": "failed", "types": []}
