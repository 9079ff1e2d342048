"""Fragments of code in code: found by their tokens, whatever the white space, and replaced."""

import ast
import contextlib
import io
import textwrap
import tokenize
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


class Misfit(ValueError):
    """A fragment does not occur as often as it must, or in the way of another; the message quotes it."""


class _Token(NamedTuple):
    """A token, with where it begins and ends in its text, in characters."""

    kind: int
    text: str
    start: int
    end: int


def bare(source: str) -> str:
    """A function's or class's text without docstrings, comments and lines that hold nothing else."""
    source = source.rstrip() + "\n"
    for start, end, instead in sorted(_docstrings(source), reverse=True):
        source = source[:start] + instead + source[end:]
    for token in reversed(list(_tokens(source))):
        if token.kind == tokenize.COMMENT:
            source = source[: token.start].rstrip(" \t") + source[token.end :]
    return "\n".join(line for line in source.splitlines() if line.strip()) + "\n"


def edited(source: str, changes: Mapping[str, str], times: int) -> str:
    """The source with each fragment replaced wherever it occurs, `times` times; raises `Misfit`.

    Further lines of a replacement are indented as the line in which the fragment begins.
    """
    tokens = [token for token in _tokens(source) if token.kind not in _NO_CODE]
    places = []
    for fragment, replacement in changes.items():
        found = list(_places(fragment, tokens))
        if len(found) != times:
            raise Misfit(f"`{fragment}` must occur {_so_often(times)}, and occurs {_so_often(len(found))}")
        places += [(start, end, fragment, replacement) for start, end in found]
    places.sort()
    for (_, end, fragment, _), (start, _, other, _) in zip(places, places[1:], strict=False):
        if start < end:
            raise Misfit(f"`{fragment}` and `{other}` overlap")
    for start, end, _, replacement in reversed(places):
        source = _replaced(source, start, end, textwrap.dedent(replacement).strip())
    return source


def _replaced(source: str, start: int, end: int, replacement: str) -> str:
    """The source with another text at a place; a line that nothing is left of goes."""
    begin = source.rfind("\n", 0, start) + 1
    line = source[begin:start]
    if not replacement and not line.strip() and source[end:].startswith("\n"):
        return source[:begin] + source[end + 1 :]
    margin = line[: len(line) - len(line.lstrip())]
    return source[:start] + textwrap.indent(replacement, margin).removeprefix(margin) + source[end:]


def _places(fragment: str, tokens: list[_Token]) -> Iterator[tuple[int, int]]:
    """Where the tokens of a fragment stand one after the other, without overlap."""
    wanted = [token.text for token in _tokens(fragment) if token.kind not in _NO_CODE]
    texts, at = [token.text for token in tokens], 0
    while wanted and at + len(wanted) <= len(texts):
        if texts[at : at + len(wanted)] == wanted:
            yield tokens[at].start, tokens[at + len(wanted) - 1].end
            at += len(wanted)
        else:
            at += 1


def _tokens(text: str) -> Iterator[_Token]:
    """The tokens of a piece of code, which need not be whole."""
    starts = [0, 0]  # of each line, the first being the bracket in which no indentation counts
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    with contextlib.suppress(tokenize.TokenError, IndentationError):  # brackets left open
        for token in tokenize.generate_tokens(io.StringIO(f"(\n{text}\n)").readline):
            (row, column), (end_row, end_column) = token.start, token.end
            if 1 < row < len(starts):
                yield _Token(token.type, token.string, starts[row - 1] + column, starts[end_row - 1] + end_column)


def _docstrings(source: str) -> Iterator[tuple[int, int, str]]:
    """Where each docstring is, with what must stand there instead."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node, clean=False) is not None:
            text = node.body[0]
            start = sum(map(len, lines[: text.lineno - 1])) + text.col_offset
            end = sum(map(len, lines[: text.end_lineno])) - 1
            yield start, end, "" if node.body[1:] else "pass"


def _so_often(times: int) -> str:
    return "once" if times == 1 else f"{times} times"
