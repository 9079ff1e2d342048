"""Outputs of a learner's cells hold nothing that could run in an instructor's browser or terminal."""

import base64
import html
import io
import re
import struct
import zlib

import pytest
from nbconvert.filters import markdown2html
from PIL import Image, PngImagePlugin

from autograder.grading.sanitize import as_text, inert_markdown, inert_outputs


def picture(**notes):
    """A small PNG, with these texts in it."""
    info = PngImagePlugin.PngInfo()
    for name, text in notes.items():
        info.add_text(name, text)
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((4, 3)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def coded(raw):
    return base64.b64encode(raw).decode()


PNG = coded(picture())


def display(**data):
    kinds = {name.replace("_", "/"): value for name, value in data.items()}
    return {"output_type": "display_data", "data": kinds, "metadata": {"isolated": True}}


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg onload=alert(1)></svg>",
        "<iframe src='//example.org'></iframe>",
        "<style>@import '//example.org'</style>",
    ],
)
def test_html_is_sanitised(hostile):
    (output,) = inert_outputs([display(text_html=hostile + "<b>kept</b>")])
    kept = output["data"]["text/html"]
    assert "<b>kept</b>" in kept
    for word in ("alert", "onerror", "javascript", "iframe", "style", "svg", "script"):
        assert word not in kept


def test_images_must_be_images_and_scripts_are_dropped():
    (output,) = inert_outputs([display(image_png=PNG, image_jpeg="<script>", text_plain="x")])
    assert output["data"] == {"text/plain": "x", "image/png": PNG}
    assert inert_outputs([display(**{"application_javascript": "alert(1)"})]) == []
    assert inert_outputs([{"output_type": "update_display_data"}, "text", None, 3]) == []


def shown_picture(raw):
    (output,) = inert_outputs([display(image_png=coded(raw), text_plain="x")])
    return base64.b64decode(output["data"].get("image/png", ""))


def test_a_picture_loses_what_is_not_needed_to_draw_it():
    assert shown_picture(picture(comment="<script>") + b"<script>") == picture()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


SIGNATURE, END = b"\x89PNG\r\n\x1a\n", chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "raw",
    [
        SIGNATURE,
        SIGNATURE + b"<script>alert(1)</script>",
        SIGNATURE + END,
        picture()[:-4],
        picture()[:40] + b"?" + picture()[41:],
        SIGNATURE + chunk(b"IHDR", struct.pack(">II", 60_000, 60_000) + b"\x08\0\0\0\0") + END,
        b"<svg onload='alert(1)'/>",
    ],
)
def test_what_is_no_whole_picture_of_reasonable_size_is_dropped(raw):
    assert shown_picture(raw) == b""


@pytest.mark.parametrize("kind", ["image_svg+xml", "application_javascript", "text_latex", "text_markdown"])
def test_only_text_html_and_pictures_are_kept(kind):
    assert inert_outputs([display(**{kind: "<svg/>"})]) == []
    (output,) = inert_outputs([display(image_jpeg=coded(b"\xff\xd8\xff rest"), text_plain="x")])
    assert set(output["data"]) == {"text/plain"}


def test_a_note_about_a_submission_is_shown_letter_by_letter():
    note = as_text("found: <script>alert(1)</script> *bold* [a](//example.org) $x$ `code`")
    page = markdown2html(note)
    assert "<script" not in page
    assert "<a" not in page
    assert "<em" not in page
    assert html.unescape(page).strip() == f"<p>{html.unescape(note)}</p>"


def test_text_cannot_move_the_terminals_cursor():
    (output,) = inert_outputs([{"output_type": "stream", "name": "stderr", "text": "a\x1b[2J\x07b\r\nc\u202ed"}])
    assert output == {"output_type": "stream", "name": "stderr", "text": "a[2Jb\ncd"}


def test_malformed_outputs_become_text_or_nothing():
    outputs = inert_outputs(
        [
            {"output_type": "stream", "text": 3},
            {"output_type": "error", "ename": None, "traceback": "no list"},
            {"output_type": "execute_result", "data": "no dictionary"},
        ]
    )
    assert outputs[0]["text"] == "3"
    assert outputs[1]["traceback"] == []
    assert len(outputs) == 2


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"image/png": {"width": 40, "height": 30}}, {"image/png": {"width": 40, "height": 30}}),
        ({"image/png": {"width": 40, "height": 30, "onload": "x"}}, {"image/png": {"width": 40, "height": 30}}),
        ({"image/png": {"width": "40' onload='x", "height": 30}}, {}),
        ({"image/png": {"width": True, "height": 30}}, {}),
        ({"image/png": {"width": 10**9, "height": 30}}, {}),
        ({"image/png": [1]}, {}),
        ([], {}),
    ],
)
def test_of_how_large_a_picture_is_shown_only_whole_pixels_stay(told, kept):
    (output,) = inert_outputs([{**display(image_png=PNG), "metadata": told}])
    assert output["metadata"] == kept


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<!-- --><svg onload=alert(1)>",
        "[a](javascript:alert(1)) ![b](https://example.org/b.png)",
        "[a][b]\n\n[b]: javascript:alert(1)",
        "<https://example.org/a> <javascript:alert(1)>",
        "$\\href{javascript:alert(1)}{x}$ $$<script>$$",
        "`<b>` ~~~\n<b>\n~~~\n    <b>",
        "<details><summary>x</summary>\n\n<script>alert(1)</script></details>",
    ],
)
def test_a_learners_markdown_is_text_in_the_page_that_an_instructor_opens(source):
    html = markdown2html(inert_markdown(source))
    assert not re.search(r"<(script|img|svg|details|b)\b|<a (?!href=.https://)|\\href|<!--", html), html
    assert inert_markdown(source).replace("\N{WORD JOINER}", "") == source


def test_a_learners_markdown_without_markup_stays_as_it_is():
    text = "If `a < b` then *x* is `scores[0]`: $\\frac{a}{b} < 1$, see https://example.org. - [ ] to do"
    assert inert_markdown(text) == text
