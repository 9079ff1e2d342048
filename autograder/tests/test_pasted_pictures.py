"""Pictures pasted into an essay: kept as pictures, shown in their places, and nothing but pictures."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from autograder.grading.feedback import _inert_markdown
from autograder.grading.pasted_pictures import _LARGEST, with_pictures
from autograder.grading.plain_pictures import plain_picture

SECRET = b"<script>alert(1)</script>"
COLOURS = np.random.default_rng(7).integers(0, 256, (24, 32, 3), np.uint8)
OTHER = Image.fromarray(255 - COLOURS)
KINDS = {
    "image/png": ("PNG", {}),
    "image/jpeg": ("JPEG", {"comment": SECRET, "quality": 90}),
    "image/gif": ("GIF", {"comment": SECRET}),
    "progressive": ("JPEG", {"progressive": True, "icc_profile": SECRET * 3}),
    "animated": (
        "GIF",
        {"save_all": True, "append_images": [OTHER], "duration": 100, "loop": 0},
    ),
}


def saved(kind):
    """A picture of a kind with more in it than a picture, and what must be seen of it."""
    file, (name, options) = io.BytesIO(), KINDS[kind]
    Image.fromarray(COLOURS).save(file, name, **options)
    raw = file.getvalue()
    return raw + SECRET, np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"))


def in_base64(raw):
    return base64.b64encode(raw).decode()


def mime(kind):
    return f"image/{KINDS[kind][0].lower()}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_looks_as_before_and_holds_nothing_else(kind):
    raw, seen = saved(kind)
    kept = base64.b64decode(plain_picture(mime(kind), in_base64(raw)))
    picture = Image.open(io.BytesIO(kept))
    assert np.array_equal(np.asarray(picture.convert("RGB")), seen)
    assert getattr(picture, "n_frames", 1) == (2 if kind == "animated" else 1)
    assert SECRET not in kept
    assert plain_picture(mime(kind), in_base64(kept)) == in_base64(kept)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_cut_off_or_is_no_picture_is_refused(kind):
    raw = base64.b64decode(plain_picture(mime(kind), in_base64(saved(kind)[0])))
    for length in (0, 1, 5, 12, 20, len(raw) // 2, len(raw) - 2):
        assert plain_picture(mime(kind), in_base64(raw[:length])) is None
    others = {mime(other) for other in KINDS} - {mime(kind)}
    assert [plain_picture(other, in_base64(raw)) for other in others] == [None] * len(others)
    assert plain_picture("image/svg+xml", in_base64(SECRET)) is None


@pytest.mark.parametrize(
    ("kind", "place", "size"), [("image/gif", 6, b"\xff\xff\xff\xff"), ("image/jpeg", None, b"\xff\xff\xff\xff")]
)
def test_a_picture_of_too_many_pixels_is_refused(kind, place, size):
    raw = bytearray(saved(kind)[0])
    place = place or raw.index(b"\xff\xc0") + 5
    raw[place : place + 4] = size
    assert plain_picture(kind, in_base64(bytes(raw))) is None


def test_a_text_shows_its_pictures_in_their_places_and_no_others():
    bundles = {f"my {kind}": {mime(kind): in_base64(saved(kind)[0])} for kind in KINDS}
    bundles["x.svg"] = {"image/svg+xml": in_base64(SECRET)}
    bundles["large.png"] = {"image/png": in_base64(bytes(_LARGEST + 10))}
    names = [name.replace(" ", "%20") for name in bundles]
    source = "Before. " + " between ".join(
        f"![of <b> {number}](attachment:{name})" for number, name in enumerate(names)
    )
    text, kept = with_pictures(source, bundles)
    assert list(kept) == ["picture-1.png", "picture-2.jpeg", "picture-3.gif", "picture-4.jpeg", "picture-5.gif"]
    assert text.count("a picture that is left out") == 2
    assert "attachment:x.svg" not in text
    page = _inert_markdown(text, kept)
    assert page.count("<img src=") == 5
    assert page.index("Before.") < page.index("data:image/png") < page.index("between") < page.index("data:image/jpeg")
    assert "<b>" not in page
    assert with_pictures(source, None)[1] == {}


@pytest.mark.parametrize(
    "source",
    [
        "[![x](attachment:a)](javascript:alert(1))",
        '![x" onerror="alert(1)](attachment:a)',
        "<![x](attachment:a)script>alert(1)</script>",
        "![x](attachment:a)<script>alert(1)</script>",
        "![x](attachment:b) ![x](https://example.org/a.png)",
        "\ue0000\ue001 ![x](attachment:a) \ue0001\ue001",
    ],
)
def test_what_stands_around_a_picture_does_not_come_alive(source):
    text, kept = with_pictures(source, {"a": {"image/png": in_base64(saved("image/png")[0])}, "b": SECRET.decode()})
    page = _inert_markdown(text, kept)
    assert "<script" not in page
    assert "<a " not in page
    assert "example.org/a.png" not in page or "<img" not in page
    assert " onerror=" not in page.replace("&quot; onerror=&quot;", "")
    assert page.count("<img") == len(kept)
