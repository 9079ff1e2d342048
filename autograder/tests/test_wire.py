"""The wire carries plain data unchanged, and nothing else."""

import json
import socket
import struct
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.sandbox.wire import MAX_HEADER, Wire, WireError
from autograder.seam import Handle, NotPlain

DTYPES = st.sampled_from(["bool", "int8", "uint8", "int32", "int64", "float16", "float32", "float64"])
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | ARRAYS
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    yield Wire(ours, 1 << 20), theirs
    ours.close()
    theirs.close()


class Silence(Exception):
    pass


def patience(seconds):
    """A `while_waiting` that ends the wait after so many seconds."""
    deadline = time.monotonic() + seconds

    def check():
        if time.monotonic() > deadline:
            raise Silence

    return check


def across(value):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=Wire(ours, 1 << 24).send, args=({"value": value},))
        sender.start()
        received = Wire(theirs, 1 << 24).receive(patience(10))
        sender.join()
    return received["value"]


def same(left, right):
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(left, right, equal_nan=left.dtype.kind == "f")
    if isinstance(left, float):
        return left == right or (left != left and right != right)
    if isinstance(left, (list, tuple)):
        return type(left) is type(right) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


@settings(deadline=None)  # a busy machine fails nobody
@given(VALUES)
def test_what_is_sent_is_what_arrives(value):
    assert same(value, across(value))


def test_a_handle_crosses_as_its_number_and_type():
    assert across([Handle(3, "Dense")]) == [Handle(3, "Dense")]


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j, lambda: None])
def test_what_is_not_plain_cannot_be_sent(ends, value):
    with pytest.raises(NotPlain, match="cannot be sent"):
        ends[0].send({"value": value})


def test_a_value_over_the_limit_cannot_be_sent(ends):
    with pytest.raises(NotPlain, match="MiB"):
        ends[0].send({"value": np.zeros(1 << 20)})


def frame(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack("!II", len(header), len(body)) + header + body


def array_header(dtype, shape) -> bytes:
    return json.dumps({"d": {"value": {"a": [dtype, shape]}}}).encode()


@pytest.mark.parametrize(
    "raw",
    [
        frame(b"not json"),
        frame(b"\xff\xfe"),
        frame(b"[]"),
        frame(b"3"),
        frame(b'{"z": 1}'),
        frame(b'{"d": 3}'),
        frame(b'{"d": {}, "l": []}'),
        frame(b"{" * 50_000),
        frame(b'{"l": [' * 40 + b"1" + b"]}" * 40),
        frame(b'{"d": {}}', b"left over"),
        frame(b'{"d": {"value": ' + b"9" * 5000 + b"}}"),
        frame(b'{"d": {"value": {"h": []}}}'),
        frame(b'{"d": {"value": {"h": [Infinity, "x"]}}}'),
        frame(array_header("|O", [1]), b"12345678"),
        frame(array_header("<f4", [2]), b"1234"),
        frame(array_header("<f4", [-1]), b""),
        frame(array_header("<f4", [1 << 40, 1 << 40]), b""),
        frame(array_header("<f4", [1.5]), b"1234"),
        frame(array_header("<f4", [1] * 40), b"1234"),
        struct.pack("!II", 1 << 31, 1 << 31),
        b"\x00",
    ],
)
def test_anything_else_is_refused(ends, raw):
    wire, other = ends
    other.sendall(raw)
    other.close()
    with pytest.raises(WireError):
        wire.receive(patience(10))


def test_silence_ends_the_wait(ends):
    with pytest.raises(Silence):
        ends[0].receive(patience(0.2))


def test_a_message_that_drips_ends_the_wait(ends):
    wire, other = ends
    stop = threading.Event()

    def drip():
        other.sendall(struct.pack("!II", 1000, 0))
        while not stop.wait(0.02):
            other.sendall(b" ")

    dripping = threading.Thread(target=drip)
    dripping.start()
    with pytest.raises(Silence):
        wire.receive(patience(0.5))
    stop.set()
    dripping.join()


def test_a_receiver_that_does_not_read_ends_the_wait(ends):
    with pytest.raises(Silence):
        ends[0].send({"value": np.zeros(100_000, np.float32)}, patience(0.5))


def test_a_header_larger_than_any_honest_one_is_refused_before_it_is_read():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("!II", MAX_HEADER + 1, 0))
        with pytest.raises(WireError, match="a message of 8,388,609 bytes"):
            Wire(ours, 1 << 28).receive(patience(5))


def test_text_larger_than_a_header_is_not_sent():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(NotPlain, match="8 MiB"):
        Wire(ours, 1 << 28).send({"value": "x" * (MAX_HEADER + 1)}, patience(5))


def test_messages_that_arrive_together_are_read_one_by_one():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for number in range(3):
            Wire(theirs, 1 << 20).send({"number": number, "array": np.full((2, 3), number)})
        wire = Wire(ours, 1 << 20)
        received = [wire.receive(patience(5)) for _ in range(3)]
    assert [message["number"] for message in received] == [0, 1, 2]
    assert [message["array"].sum() for message in received] == [0, 6, 12]
