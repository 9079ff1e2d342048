"""The wire between judge and worker: framed messages of plain data, never pickle.

A frame is two lengths (header and body, big-endian 32 bit), a JSON header, and the raw bytes of the
arrays, one after the other. Whatever arrives is checked against limits on size, depth, dtype and shape
before it is used; anything else raises `WireError`, and the sender is not trusted again.
"""

import json
import math
import select
import socket
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.seam import Handle
from autograder.seam.plain import MAX_DEPTH, MAX_ITEMS, NotPlain

INTRODUCTION = b"!"  # what a worker sends before all frames: the kernel adds its process id
_LENGTHS = struct.Struct("!II")
_DTYPES = {np.dtype(name).str for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")}
_MAX_AXES = 16
MAX_HEADER = 8 << 20  # bytes; reading JSON takes up to twenty times as much memory
_AT_ONCE = 1 << 16  # bytes read ahead: a small message comes in one piece


class WireError(Exception):
    """What arrived is not a message."""


class Ended(WireError):
    """Nothing more can arrive."""


class Callback:
    """Stands in a message for a function of the judge, by its number."""

    def __init__(self, number: int):
        self.number = number


class Wire:
    """One end of the wire, over a connected stream socket."""

    def __init__(self, connection: socket.socket, max_bytes: int):
        self._socket, self._max_bytes = connection, max_bytes
        self._ahead = b""
        connection.setblocking(False)

    def send(self, message: dict[str, Any], while_waiting: Callable[[], None] = lambda: None) -> None:
        """Send one message; raises `NotPlain` if it holds something else than plain data, or too much.

        Calls `while_waiting` at least ten times a second until it is sent; whatever that raises ends the wait.
        """
        arrays: list[np.ndarray] = []
        header = json.dumps(_encode(message, arrays), separators=(",", ":")).encode()
        if len(header) > MAX_HEADER:
            raise NotPlain(f"its texts and numbers take {len(header) >> 20} MiB; arrays may hold more")
        size = len(header) + sum(array.nbytes for array in arrays)
        if size > self._max_bytes:
            raise NotPlain(f"the value takes {size >> 20} MiB; at most {self._max_bytes >> 20} MiB may be returned")
        body = b"".join(array.tobytes() for array in arrays)
        left = memoryview(_LENGTHS.pack(len(header), len(body)) + header + body)
        while left:
            while_waiting()
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                select.select([], [self._socket], [], 0.1)

    def receive(self, while_waiting: Callable[[], None] = lambda: None) -> dict[str, Any]:
        """The next message; `while_waiting` is as in `send`. Raises `WireError` for anything else."""
        lengths = _LENGTHS.unpack(self._exactly(_LENGTHS.size, while_waiting))
        if lengths[0] > MAX_HEADER or sum(lengths) > self._max_bytes:
            raise WireError(f"a message of {sum(lengths):,} bytes")
        header, body = (self._exactly(length, while_waiting) for length in lengths)
        try:
            message = _Decoder(body).decode(json.loads(header))
        except Exception as error:
            raise WireError(f"a malformed message: {type(error).__name__}: {error}") from error
        if not isinstance(message, dict):
            raise WireError("a message that is no dictionary")
        return message

    def _exactly(self, length: int, while_waiting: Callable[[], None]) -> bytes:
        pieces, missing = [self._ahead], length - len(self._ahead)
        while missing > 0:
            while_waiting()
            if not select.select([self._socket], [], [], 0.1)[0]:
                continue
            piece = self._socket.recv(max(_AT_ONCE, min(missing, 1 << 20)))
            if not piece:
                raise Ended("the connection ended")
            pieces.append(piece)
            missing -= len(piece)
        received = b"".join(pieces)
        self._ahead = received[length:]
        return received[:length]

    def close(self) -> None:
        self._socket.close()


def _encode(value: Any, arrays: list[np.ndarray]) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        arrays.append(array)
        return {"a": [array.dtype.str, list(value.shape)]}
    if isinstance(value, list):
        return {"l": [_encode(item, arrays) for item in value]}
    if isinstance(value, tuple):
        return {"t": [_encode(item, arrays) for item in value]}
    if isinstance(value, dict):
        return {"d": {key: _encode(item, arrays) for key, item in value.items()}}
    if isinstance(value, Handle):
        return {"h": [value.number, value.type_name]}
    if isinstance(value, Callback):
        return {"c": value.number}
    raise NotPlain(f"a value of type {type(value).__name__} cannot be sent")


class _Decoder:
    """Turns a header back into values, taking the arrays' bytes from the body in order."""

    def __init__(self, body: bytes):
        self._body, self._taken, self._items = body, 0, 0

    def decode(self, node: Any) -> Any:
        value = self._value(node, 0)
        if self._taken != len(self._body):
            raise ValueError("bytes left over")
        return value

    def _value(self, node: Any, depth: int) -> Any:
        self._items += 1
        if depth > MAX_DEPTH + 4 or self._items > MAX_ITEMS + 100:
            raise ValueError("too deep or too many items")
        if not isinstance(node, dict):
            if isinstance(node, list):
                raise ValueError("a bare list")
            return node
        ((kind, content),) = node.items()
        if kind in ("l", "t"):
            items = [self._value(item, depth + 1) for item in content]
            return items if kind == "l" else tuple(items)
        if kind == "d":
            return {str(key): self._value(item, depth + 1) for key, item in content.items()}
        if kind == "a":
            return self._array(*content)
        if kind == "h":
            return Handle(int(content[0]), str(content[1])[:100])
        if kind == "c":
            return Callback(int(content))
        raise ValueError(f"unknown kind {kind!r}")

    def _array(self, dtype: str, shape: list[int]) -> np.ndarray:
        if dtype not in _DTYPES or len(shape) > _MAX_AXES:
            raise ValueError("an array of another kind")
        if not all(type(size) is int and 0 <= size < 1 << 31 for size in shape):
            raise ValueError("an array of impossible shape")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        raw = self._body[self._taken : self._taken + size]
        if len(raw) != size:
            raise ValueError("an array longer than the message")
        self._taken += size
        return np.frombuffer(raw, dtype).reshape(shape).copy()
