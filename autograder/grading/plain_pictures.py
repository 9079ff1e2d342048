"""Pictures that are nothing but pictures: what draws them is kept; texts, profiles and whatever follows are dropped."""

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

_PNG, _JPEG, _GIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", (b"GIF87a", b"GIF89a")
_PNG_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"pHYs", b"IDAT", b"IEND")
_JPEG_FRAMES = (0xC0, 0xC1, 0xC2)  # baseline, extended, progressive: what browsers draw
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
_JPEG_SEGMENTS = (*_JPEG_FRAMES, 0xC4, _JPEG_SCAN, 0xDB, 0xDD, 0xEE)  # tables, and how colours are meant
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_GIF_END, _GIF_EXTENSION, _GIF_IMAGE, _GIF_CONTROL = 0x3B, 0x21, 0x2C, 0xF9
_MOST_PIXELS = 40_000_000  # a few bytes of a picture can ask a browser for any amount of memory


def plain_picture(kind: str, value: Any) -> str | None:
    """The picture in base64, from base64, if it is one of its kind: `image/png`, `image/jpeg` or `image/gif`."""
    try:
        raw = base64.b64decode(value, validate=False) if isinstance(value, str) else b""
        picture = b"".join(_PARTS[kind](raw)) if kind in _PARTS else b""
        return base64.b64encode(picture).decode() or None
    except (binascii.Error, struct.error, ValueError, IndexError):
        return None


def _png(raw: bytes) -> Iterator[bytes]:
    """The chunks of a PNG that are needed to draw it; raises `ValueError` where it is none, or far too large."""
    if not raw.startswith(_PNG):
        raise ValueError("no PNG")
    yield _PNG
    place, kind = len(_PNG), b""
    while kind != b"IEND":
        size, kind = struct.unpack_from(">I4s", raw, place)
        chunk = raw[place : place + 12 + size]
        if len(chunk) != 12 + size or zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0]:
            raise ValueError("a damaged chunk")
        first = place == len(_PNG)
        if first != (kind == b"IHDR"):
            raise ValueError("no picture that could be drawn")
        if first:
            _check_size(*struct.unpack_from(">II", chunk, 8))
        if kind in _PNG_CHUNKS:
            yield chunk
        place += 12 + size


def _jpeg(raw: bytes) -> Iterator[bytes]:
    """The segments of a JPEG that are needed to draw it, with its scans; raises `ValueError` likewise."""
    if not raw.startswith(_JPEG):
        raise ValueError("no JPEG")
    yield _JPEG
    place, framed = len(_JPEG), False
    while raw[place] == 0xFF and raw[place + 1] != _JPEG_END:
        kind, (size,) = raw[place + 1], struct.unpack_from(">H", raw, place + 2)
        segment = raw[place : place + 2 + size]
        if kind in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
            _check_size(width, height)
            framed = True
        place += 2 + size
        if kind in _JPEG_SEGMENTS:
            yield segment
        if kind == _JPEG_SCAN:
            end = _AFTER_SCAN.search(raw, place)
            if not framed or end is None:
                raise ValueError("no picture that could be drawn")
            yield raw[place : end.start()]
            place = end.start()
    if not framed or raw[place] != 0xFF:
        raise ValueError("a damaged segment")
    yield bytes([0xFF, _JPEG_END])


def _gif(raw: bytes) -> Iterator[bytes]:
    """The images of a GIF, with what controls them; raises `ValueError` likewise."""
    if not raw.startswith(_GIF):
        raise ValueError("no GIF")
    place = 13 + _colours(raw[10])
    yield raw[:place]
    pixels = 0
    while raw[place] != _GIF_END:
        start, kind = place, raw[place]
        if kind == _GIF_EXTENSION:
            place = _after_blocks(raw, place + 2)
        elif kind == _GIF_IMAGE:
            width, height = struct.unpack_from("<HH", raw, place + 5)
            pixels += width * height
            _check_size(1, pixels)
            place = _after_blocks(raw, place + 10 + _colours(raw[place + 9]) + 1)
        else:
            raise ValueError("a damaged block")
        if kind == _GIF_IMAGE or raw[start + 1] == _GIF_CONTROL:
            yield raw[start:place]
    _check_size(*struct.unpack_from("<HH", raw, 6))
    yield bytes([_GIF_END])


_PARTS = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif}
KINDS = tuple(_PARTS)


def _colours(flags: int) -> int:
    """The bytes of a GIF's table of colours, if it has one."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(raw: bytes, place: int) -> int:
    while raw[place]:
        place += 1 + raw[place]
    return place + 1


def _check_size(width: int, height: int) -> None:
    if not 0 < width * height <= _MOST_PIXELS:
        raise ValueError("no picture that could be drawn")
