"""Feedback pages: one file each that runs nothing and fetches nothing, whatever a learner or a comment holds."""

import functools
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from traitlets import default

from autograder.grading.feedback_parts import parts_of, title_of
from autograder.grading.letters import arrived
from autograder.grading.pasted_pictures import in_their_places, marked
from autograder.grading.sanitize import inert_html
from autograder.learner.looks import inline

_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_CODE = ("xcode", "lightbulb")  # colours that can be read on the page's ground, light and dark
_LONGEST, _MOST_LINES = 20_000, 500  # characters and lines of a source that is more than shown
_REMEMBERED = 1024  # texts of cells: most are the same in every notebook of a class


class FeedbackExporter(TemplateExporter):
    """Makes the page of an executed notebook whose cells have their scores and comments.

    nbconvert's own HTML page loads scripts from elsewhere and reads the whole page again to find pictures without a
    description; this one needs neither.
    """

    output_mimetype = "text/html"

    @default("file_extension")
    def _html(self) -> str:
        return ".html"

    @default("template_name")
    def _no_folder_of_templates(self) -> str:
        return "base"

    @default("template_file")
    def _ours(self) -> str:
        return "feedback.html.j2"

    @default("default_preprocessors")
    def _none(self) -> list:
        return []  # each would validate the whole notebook, to change nothing

    @default("extra_loaders")
    def _from_here(self) -> list:
        return [FileSystemLoader(_HERE)]

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        yield from super().default_filters()
        yield "inert_markdown", _inert_markdown
        yield "coloured", _coloured
        yield "inline", inline
        yield "parts", parts_of
        yield "title", title_of
        yield "arrived", _arrived

    def _create_environment(self):
        environment = super()._create_environment()
        environment.globals |= {"policy": _POLICY, "style": _style(), "today": _today}
        return environment


def _inert_markdown(source: str, attached: Any = None) -> str:
    if len(source) > _LONGEST:
        return _plain(source)
    text, pictures = marked(source, attached)
    return in_their_places(_rendered(text), pictures)


def _coloured(source: str) -> str:
    """A cell's source with its words coloured; a very long one as it is: colouring takes the square of its length."""
    return _plain(source) if len(source) > _LONGEST or source.count("\n") > _MOST_LINES else _highlighted(source)


def _plain(source: str) -> str:
    return f'<div class="highlight"><pre>{escape(source)}</pre></div>'


@functools.lru_cache(_REMEMBERED)
def _rendered(source: str) -> str:
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    return inert_html(MarkdownWithMath(renderer=renderer).render(source))


@functools.lru_cache(_REMEMBERED)
def _highlighted(source: str) -> str:
    return highlight(source, *_lexer_and_formatter())


@functools.cache
def _lexer_and_formatter() -> tuple[Any, HtmlFormatter]:
    return get_lexer_by_name("ipython3"), HtmlFormatter()


@functools.cache
def _style() -> str:
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in _CODE)
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{(_HERE / 'feedback.css').read_text('utf-8')}"


def _arrived(resources: dict[str, Any]) -> str:
    """When the notebook was handed in, or nothing where that is not known."""
    folder = resources.get("metadata", {}).get("path")
    time = arrived(Path(folder)) if folder else None
    return f"{time.day} {time:%B %Y, %H:%M} UTC" if time else ""


def _today() -> str:
    now = datetime.now(UTC)
    return f"{now.day} {now:%B %Y}"
