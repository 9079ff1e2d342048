"""Outputs without life: what a learner's cell left, with nothing in it that could run in a browser."""

import base64
import binascii
from typing import Any

import nh3

from autograder.seam.plain import clean_text

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_MOST_OUTPUTS = 200
_TAGS = nh3.ALLOWED_TAGS - {"img"}  # one from elsewhere would tell its server who reads the feedback


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
        return {"output_type": kind, "data": data, "metadata": {}, **count} if data else None
    return None


def _bundle(data: Any) -> dict[str, str]:
    if not isinstance(data, dict):
        return {}
    kept = {}
    if "text/plain" in data:
        kept["text/plain"] = clean_text(data["text/plain"])
    if "text/html" in data:
        kept["text/html"] = nh3.clean(clean_text(data["text/html"]), tags=_TAGS)
    for kind, start in (("image/png", _PNG), ("image/jpeg", _JPEG)):
        if _is_image(data.get(kind), start):
            kept[kind] = data[kind]
    return kept


def _is_image(value: Any, start: bytes) -> bool:
    try:
        return isinstance(value, str) and base64.b64decode(value, validate=False).startswith(start)
    except (binascii.Error, ValueError):
        return False
