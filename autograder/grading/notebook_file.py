"""A notebook's file as it is handed in: hostile bytes, of which a JSON object is read, in bounded memory.

Pictures make notebooks large, and nothing is taken from them: what a large file holds under `outputs` is cut out of its
bytes before they are parsed, as parsing can take twenty times the memory of the text.
"""

import json
import re
from typing import Any

from autograder.grading.folders import NotRegular, regular_file

MAX_BYTES = 100 << 20  # as nbgrader collects at most
MOST_TEXT = 16 << 20  # bytes besides the outputs; of less nothing is cut out
_MOST_BRACKETS = 2_000_000  # of one value that is cut out: a second or two
_MARKUP = re.compile(r"""[<>&"'`*\[\]$|]""")
_NOT_TAKEN = re.compile(rb'(?<!\\)"(?:outputs|attachments|widgets)"\s*+:\s*+(?=[\[{])')
_TO_THE_NEXT_BRACKET = re.compile(rb'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{}]*+)*+[\[\]{}]', re.DOTALL)


class Unreadable(ValueError):
    """A submission of which nothing can be read; the message is one sentence for the report."""


def document_in(folder: int, name: str) -> dict[str, Any]:
    """The JSON object in a regular file of an open folder, without outputs if it is large; raises `Unreadable`."""
    raw = _content(folder, name)
    size = len(raw)
    if not raw.strip():
        raise Unreadable(f"The file {shown(name)} is empty.")
    if size > MOST_TEXT:
        raw = without_outputs(raw, name)
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"The file {shown(name)} is not text: byte {error.start} is not UTF-8.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno} of {size:,} bytes"
        raise Unreadable(f"The file {shown(name)} is not a whole notebook: its JSON breaks off at {where}.") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The file {shown(name)} is no notebook: {type(error).__name__} in its JSON.") from error
    if not isinstance(document, dict):
        raise Unreadable(f"The file {shown(name)} is no notebook: its JSON is a {type(document).__name__}.")
    return document


def without_outputs(raw: bytes, name: str) -> bytes:
    """The bytes of a large notebook with `null` for every list of outputs; raises `Unreadable`.

    A quote inside a text has a backslash before it in JSON, so no learner's code is taken for a field.
    """
    pieces, place = [], 0
    while found := _NOT_TAKEN.search(raw, place):
        pieces += [raw[place : found.end()], b"null"]
        place = _end_of_value(raw, found.end(), name)
    pieces.append(raw[place:])
    size = sum(map(len, pieces))
    if size > MOST_TEXT:
        most = f"at most {MOST_TEXT >> 20} are read"
        raise Unreadable(f"The file {shown(name)} has {size >> 20} MiB besides its outputs; {most}.")
    return b"".join(pieces)


def shown(name: str) -> str:
    """A file's name as a report can hold it, which may be Markdown: without what could be markup there."""
    return _MARKUP.sub("?", ascii(name[:80])[1:-1] if not name.isprintable() else name[:80])


def _end_of_value(raw: bytes, place: int, name: str) -> int:
    """Where the list or the object that begins at a place ends."""
    depth = 0
    for _ in range(_MOST_BRACKETS):
        bracket = _TO_THE_NEXT_BRACKET.match(raw, place)
        if bracket is None:
            raise Unreadable(f"The file {shown(name)} is not a whole notebook: it breaks off within an output.")
        place = bracket.end()
        depth += 1 if raw[place - 1] in b"[{" else -1
        if not depth:
            return place
    raise Unreadable(f"The file {shown(name)} is no notebook: an output in it has more than {_MOST_BRACKETS:,} parts.")


def _content(folder: int, name: str) -> bytes:
    try:
        with regular_file(folder, name) as (descriptor, status):
            if status.st_size > MAX_BYTES:
                size = f"{status.st_size >> 20} MiB; at most {MAX_BYTES >> 20} are read"
                raise Unreadable(f"The file {shown(name)} has {size}.")
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(MAX_BYTES + 1)
    except NotRegular as error:
        raise Unreadable(f"The file {shown(name)} {error}.") from error
    except OSError as error:
        raise Unreadable(f"The file {shown(name)} could not be opened ({error.strerror}).") from error
