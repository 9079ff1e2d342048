"""Outputs of a learner's cells hold nothing that could run in an instructor's browser or terminal."""

import base64

import pytest

from autograder.grading.inert import inert_outputs

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n rest").decode()


def display(**data):
    kinds = {name.replace("_", "/"): value for name, value in data.items()}
    return {"output_type": "display_data", "data": kinds, "metadata": {"isolated": True}}


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg onload=alert(1)></svg>",
        "<iframe src='//example.org'></iframe>",
        "<style>@import '//example.org'</style>",
    ],
)
def test_html_is_sanitised(html):
    (output,) = inert_outputs([display(text_html=html + "<b>kept</b>")])
    kept = output["data"]["text/html"]
    assert "<b>kept</b>" in kept
    for word in ("alert", "onerror", "javascript", "iframe", "style", "svg", "script"):
        assert word not in kept


def test_images_must_be_images_and_scripts_are_dropped():
    (output,) = inert_outputs([display(image_png=PNG, image_jpeg="<script>", text_plain="x")])
    assert output["data"] == {"text/plain": "x", "image/png": PNG}
    assert inert_outputs([display(**{"application_javascript": "alert(1)"})]) == []
    assert inert_outputs([{"output_type": "update_display_data"}, "text", None, 3]) == []


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
