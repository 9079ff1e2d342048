"""Mutated notebooks and random frames: intake always gives our notebook, the wire a message or its own error."""

import copy
import json
import os
import socket
import struct

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.author.known_cases import Case, submission
from autograder.grading import intake, our_cells
from autograder.grading.executable_cells import cells_of
from autograder.sandbox.wire import Wire, WireError
from autograder.units import Unit

UNIT = Unit("00_start")
OURS = {cell.id: cell for cell in our_cells.untouched(UNIT).cells}
CHECKS = [cell.metadata.nbgrader for cell in OURS.values() if cell.metadata.get("nbgrader", {}).get("grade")]
DOCUMENTS = [json.loads(nbformat.writes(submission(Case(UNIT, kind)))) for kind in ("untouched", "solution")]
BOUNDED = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

GRADE_IDS = [*UNIT.points(), *(f"{name}-check" for name in UNIT.points()), "nobody"]
ODD_TEXTS = st.sampled_from(
    ["", "\ud800", "\x00", "\x1b[2J", "\u202e", "\ufeff", "a\r\nb\rc", "é" * 999, "x" * 100_000, "<script>", "NaN"]
)
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([0, -1, 1 << 70, float("nan"), float("inf"), 1e308])
    | ODD_TEXTS
    | st.text(max_size=20)
    | st.sampled_from(GRADE_IDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_TEXTS | st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PLACES = st.integers(0, 60)
MUTATIONS = st.one_of(
    st.tuples(st.sampled_from(["drop", "double", "empty"]), PLACES),
    st.tuples(st.just("move"), PLACES, PLACES),
    st.tuples(st.just("retitle"), PLACES, st.sampled_from(GRADE_IDS) | ODD),
    st.tuples(st.just("kind"), PLACES, st.sampled_from(["code", "markdown", "raw"]) | ODD),
    st.tuples(st.sampled_from(["source", "metadata", "id", "outputs", "cell_type", "input"]), PLACES, ODD),
    st.tuples(st.just("top"), st.sampled_from(["cells", "metadata", "nbformat", "nbformat_minor", "worksheets"]), ODD),
    st.tuples(st.just("nest"), st.integers(1, 5000)),
)
DAMAGE = st.one_of(
    st.none(),
    st.tuples(st.just("cut"), st.integers(0, 40_000)),
    st.tuples(st.just("flip"), st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 255)), max_size=5)),
    st.tuples(st.just("insert"), st.integers(0, 40_000), st.binary(max_size=20)),
)


def mutated(document, mutations):
    """A document with these mutations, one after the other; those that no longer fit are passed over."""
    document = copy.deepcopy(document)
    for kind, *details in mutations:
        cells = document.get("cells")
        if kind == "top":
            document[details[0]] = details[1]
        elif isinstance(cells, list) and cells:
            mutate_cell(cells, kind, details)
    return document


def mutate_cell(cells, kind, details):
    place = details[0] % len(cells)
    cell = cells[place]
    if kind == "drop":
        del cells[place]
    elif kind == "double":
        cells.insert(place, copy.deepcopy(cell))
    elif kind == "empty":
        cells[place] = {}
    elif kind == "move":
        cells.insert(details[1] % len(cells), cells.pop(place))
    elif kind == "nest":
        cells[place] = {"cell_type": "code", "source": nested(details[0])}
    elif kind == "retitle" and isinstance(cell, dict):
        cell["metadata"] = {"nbgrader": {"grade_id": details[1], "points": 1e9, "grade": True}}
    elif isinstance(cell, dict):
        cell["cell_type" if kind == "kind" else kind] = details[1]


def nested(depth):
    """A list in a list, and so on; at most as deep as JSON can be written."""
    value = []
    for _ in range(min(depth, 500)):
        value = [value]
    return value


def damaged(raw, damage):
    """A file of which bytes were lost, changed or added."""
    kind, *details = damage or ("none",)
    if kind == "cut":
        return raw[: details[0]]
    if kind == "insert":
        return raw[: details[0]] + details[1] + raw[details[0] :]
    raw = bytearray(raw)
    for place, byte in details[0] if kind == "flip" else ():
        raw[place % len(raw)] = byte
    return bytes(raw)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzzed")


@BOUNDED
@given(st.sampled_from(DOCUMENTS), st.lists(MUTATIONS, min_size=1, max_size=6), DAMAGE)
def test_every_mutated_notebook_becomes_ours(folder, document, mutations, damage):
    raw = json.dumps(mutated(document, mutations)).encode("utf-8", "surrogatepass")
    (folder / f"{UNIT.stem}.ipynb").write_bytes(damaged(raw, damage))
    for taken in (intake.take(folder / f"{UNIT.stem}.ipynb", UNIT), intake.take_from(folder, UNIT)):
        assert_ours(taken)


@BOUNDED
@given(st.binary(max_size=2000))
def test_every_file_becomes_ours(folder, raw):
    (folder / f"{UNIT.stem}.ipynb").write_bytes(raw)
    assert_ours(intake.take_from(folder, UNIT))


@BOUNDED
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=40), max_size=3))
def test_every_folder_of_odd_names_becomes_ours(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("names")
    for name in names:
        if len(os.fsencode(name)) < 200 and name not in (".", ".."):
            (folder / f"{name}.ipynb").write_text("{}")
    taken = intake.take_from(folder, UNIT)
    assert_ours(taken)
    assert not set("<>[]`*$|&") & set(taken.problem)


def assert_ours(taken):
    """A submission that can be run and graded: points, checks and texts are ours, and its problem is one sentence."""
    nbformat.validate(taken.notebook)
    json.loads(nbformat.writes(taken.notebook).encode())
    fields = [cell.metadata.nbgrader for cell in taken.notebook.cells if cell.metadata.get("nbgrader")]
    assert [one for one in fields if one.grade] == CHECKS
    assert [cell.binds for cell in cells_of(taken.notebook) if cell.binds] in (
        list(UNIT.points()),
        list(reversed(UNIT.points())),
    )
    kept = {cell.id: cell for cell in taken.notebook.cells if cell.id in OURS}
    assert kept.keys() == OURS.keys()
    for name, cell in kept.items():
        assert cell.metadata == OURS[name].metadata
        assert cell.source == OURS[name].source or cell.metadata.nbgrader.solution
    assert_clean(taken.problem)


def assert_clean(problem):
    assert problem is None or (problem and problem == problem.strip() and problem.isprintable())
    assert problem is None or (problem.endswith(".") and len(problem) < 2000)


HEADERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["l", "t", "d", "a", "h", "c", "z"]), inner, min_size=1, max_size=2),
        st.fixed_dictionaries({"d": st.dictionaries(st.text(max_size=5), inner, max_size=3)}),
        st.fixed_dictionaries(
            {"a": st.tuples(st.sampled_from(["<f4", "|O", "<U1", "|b1"]), st.lists(inner, max_size=3))}
        ),
        st.fixed_dictionaries({"h": st.lists(inner, max_size=3)}),
    ),
    max_leaves=8,
)


@BOUNDED
@given(HEADERS.map(lambda header: json.dumps(header).encode()) | st.binary(max_size=200), st.binary(max_size=64))
def test_every_frame_is_a_message_or_an_error_of_the_wire(header, body):
    received(struct.pack("!II", len(header), len(body)) + header + body)


@BOUNDED
@given(st.binary(max_size=100))
def test_every_run_of_bytes_is_a_message_or_an_error_of_the_wire(raw):
    received(raw)


def received(raw):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(raw)
        theirs.shutdown(socket.SHUT_WR)
        try:
            message = Wire(ours, 1 << 20).receive()
        except WireError:
            return
    assert isinstance(message, dict)
    assert all(isinstance(key, str) for key in message)
