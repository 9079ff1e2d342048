"""Intake takes sources and nothing else from a submission, whatever the submission is."""

import json
import os
import time
import tracemalloc

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.grading import intake, notebook_file, our_cells
from autograder.grading.executable_cells import cells_of
from autograder.grading.folders import opened
from autograder.units import Unit

UNIT = Unit("04_attention")
NAME = "04_attention.ipynb"
NAMES = list(UNIT.points())


@pytest.fixture
def notebook():
    return json.loads(UNIT.learners_copy.read_text("utf-8"))


@pytest.fixture
def submit(tmp_path):
    """Write a submission and take it in."""

    def write(content):
        path = tmp_path / NAME
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return intake.take(path, UNIT)

    return write


def cell_of(notebook, grade_id):
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def sources(submission):
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in submission.notebook.cells
        if cell.metadata.get("nbgrader")
    }


def test_an_answer_is_taken_and_everything_else_is_ours(submit, notebook):
    cell_of(notebook, NAMES[0])["source"] = "answer = 1"
    cell_of(notebook, f"{NAMES[0]}-check")["source"] = "print('no check')"
    cell_of(notebook, f"{NAMES[0]}-check")["metadata"]["nbgrader"]["points"] = 1000
    cell_of(notebook, f"{NAMES[0]}-task")["source"] = "<script>alert(1)</script>"
    notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "sh", "language": "bash"}
    submission = submit(notebook)
    assert sources(submission)[NAMES[0]] == "answer = 1"
    assert sources(submission)[f"{NAMES[0]}-check"] == f'check("{NAMES[0]}")'
    assert "<script>" not in nbformat.writes(submission.notebook)
    check = next(cell for cell in submission.notebook.cells if cell.id == f"{NAMES[0]}-check")
    assert check.metadata.nbgrader.points == UNIT.points()[NAMES[0]]
    assert submission.notebook.metadata.kernelspec.name == "python3"
    assert submission.problem is None
    nbformat.validate(submission.notebook)


def test_an_untouched_copy_comes_through_unchanged(submit, notebook):
    assert submit(notebook).notebook == our_cells.untouched(UNIT)


def test_added_cells_keep_their_place(submit, notebook):
    index = notebook["cells"].index(cell_of(notebook, NAMES[1]))
    added = {"cell_type": "code", "source": "helper = 1", "metadata": {}, "outputs": [], "execution_count": None}
    notebook["cells"].insert(index, added)
    order = [cell.source for cell in cells_of(submit(notebook).notebook)]
    assert order.index("helper = 1") < order.index(sources(submit(notebook))[NAMES[1]])
    assert [cell.binds for cell in cells_of(submit(notebook).notebook) if cell.binds] == NAMES


def test_a_changed_cell_of_ours_runs_as_well(submit, notebook):
    setup = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    setup["source"] = "import math"
    order = [cell.source for cell in cells_of(submit(notebook).notebook)]
    assert "import math" in order
    assert "from keras import ops" in order[0]


def test_a_doubled_answer_runs_twice_and_is_told(submit, notebook):
    cell = cell_of(notebook, NAMES[0])
    notebook["cells"].insert(notebook["cells"].index(cell) + 1, {**cell, "source": "second = 2"})
    submission = submit(notebook)
    order = [cell.source for cell in cells_of(submission.notebook)]
    assert order.index("second = 2") == order.index(sources(submission)[NAMES[0]]) + 1
    assert f"run in their place: {NAMES[0]}." in submission.problem
    ids = [cell.metadata.nbgrader.grade_id for cell in submission.notebook.cells if cell.metadata.get("nbgrader")]
    assert len(ids) == len(set(ids))


def test_an_old_copy_further_down_does_not_become_the_answer(submit, notebook):
    answer = cell_of(notebook, NAMES[0])
    notebook["cells"].append({**answer, "source": "old = 0"})
    answer["source"] = "new = 1"
    order = [cell.source for cell in cells_of(submit(notebook).notebook)]
    assert order.index("new = 1") < order.index("old = 0") == len(order) - len(NAMES)
    binds = [cell.binds for cell in cells_of(submit(notebook).notebook)]
    assert binds.index(NAMES[0]) < order.index("old = 0"), "the answer is what was bound at its own check"


def test_an_empty_cell_moves_nothing(submit, notebook):
    cells = notebook["cells"]
    for source in ("", "PAD = 0"):
        cells.insert(cells.index(cell_of(notebook, NAMES[0])), {"cell_type": "code", "source": source, "metadata": {}})
    order = [cell.source for cell in cells_of(submit(notebook).notebook)]
    assert order.index("PAD = 0") < order.index(sources(submit(notebook))[NAMES[0]])


def test_an_answer_written_below_an_untouched_cell_counts(submit, notebook):
    notebook["cells"].append({"cell_type": "code", "source": f"def {NAMES[0]}(): pass", "metadata": {}})
    order = cells_of(submit(notebook).notebook)
    place = next(index for index, cell in enumerate(order) if cell.source.startswith(f"def {NAMES[0]}(): pass"))
    assert [cell.binds for cell in order[place:]].count(NAMES[0]) == 1


def test_a_deleted_answer_is_missing_and_is_told(submit, notebook):
    notebook["cells"].remove(cell_of(notebook, NAMES[-1]))
    submission = submit(notebook)
    assert sources(submission)[NAMES[-1]] == our_cells.MISSING
    assert f"missing: {NAMES[-1]}" in submission.problem


def test_answers_are_found_where_an_editor_has_dropped_ids_and_metadata(submit, notebook):
    for cell in notebook["cells"]:
        cell.pop("id")
        cell["metadata"] = {"vscode": {}}
        source = "".join(cell["source"]).replace("\n", "\r\n")
        cell["source"] = source.replace("raise NotImplementedError", "return print")
    notebook["nbformat_minor"] = 2
    order = cells_of(submit("\ufeff" + json.dumps(notebook)).notebook)
    places = {name: next(i for i, cell in enumerate(order) if f"def {name}(" in cell.source) for name in NAMES}
    assert sorted(places.values()) == list(places.values())
    for name, place in places.items():
        assert place < next(index for index, cell in enumerate(order) if cell.binds == name)
        assert "\r" not in order[place].source
    assert len(order) < 2 * len(cells_of(our_cells.untouched(UNIT)))


def test_a_notebook_of_format_three_is_read(submit):
    cells = [{"cell_type": "code", "input": ["answer = 1\n", "more = 2"], "metadata": {}}]
    submission = submit({"nbformat": 3, "worksheets": [{"cells": cells}]})
    assert "answer = 1\nmore = 2" in [cell.source for cell in cells_of(submission.notebook)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"not json", "not a whole notebook"),
        (b'{"cells": [', "breaks off at line 1"),
        (b"[]", "its JSON is a list"),
        (b"{}", "no list of cells"),
        (b'{"cells": 3}', "no list of cells"),
        (b'{"worksheets": 3}', "no list of cells"),
        (b"[" * 100_000, "RecursionError"),
        (b'{"cells": [' + b",".join([b"{}"] * 3000) + b"]}", "3,000 cells"),
        (b'{"cells": ' + b"9" * 10_000 + b"}", "no notebook"),
    ],
)
def test_what_is_no_notebook_is_told_in_one_sentence(submit, content, says):
    submission = submit(content)
    assert says in submission.problem
    assert submission.problem.count("\n") == 0
    assert all(sources(submission)[name] == our_cells.MISSING for name in NAMES)
    nbformat.validate(submission.notebook)


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / NAME
    with path.open("wb") as file:
        file.truncate(notebook_file.MAX_BYTES + 1)
    assert "at most 100 are read" in intake.take(path, UNIT).problem


def large(notebook, outputs, **fields):
    """The text of a notebook with an answer, and a cell with 50 MB of outputs."""
    cell_of(notebook, NAMES[0])["source"] = 'answer = {"outputs": [1], "x": "]"}\n"outputs": \\'
    cell = {"cell_type": "code", "source": "plot()", "metadata": {}, "execution_count": 1, "outputs": "HERE"}
    notebook["cells"] += [{**cell, **fields}, {**cell, "source": "after = 1", "outputs": []}]
    return json.dumps(notebook).replace('"HERE"', outputs)


def test_a_notebook_of_fifty_megabytes_of_pictures_is_read_in_little_memory(submit, notebook):
    picture = json.dumps({"output_type": "display_data", "data": {"image/png": "A" * (1 << 20), "text/plain": '"]}'}})
    text = large(notebook, f"[{', '.join([picture] * 48)}]")
    assert len(text) > 48 << 20
    submission = submit(text)
    assert submission.problem is None
    assert sources(submission)[NAMES[0]] == 'answer = {"outputs": [1], "x": "]"}\n"outputs": \\'
    assert [cell.source for cell in submission.notebook.cells][-2:] == ["plot()", "after = 1"]
    raw = text.encode()
    tracemalloc.start()
    assert len(notebook_file.without_outputs(raw, NAME)) < 1 << 20
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("outputs", "more", "says"),
    [
        ("[" * (20 << 20), {}, "more than 2,000,000 parts"),
        (f"[{'[],' * (8 << 20)}[]]", {}, "more than 2,000,000 parts"),
        ('["' + "A" * (20 << 20), {}, "breaks off within an output"),
        ('["' + "\\" * (20 << 20), {}, "breaks off within an output"),
        ("[]", {"tags": [[]] * (5 << 20)}, "besides its outputs; at most 16 are read"),
    ],
)
def test_a_large_file_that_is_a_bomb_is_told_at_once(submit, notebook, outputs, more, says):
    started = time.process_time()
    assert says in submit(large(notebook, outputs, **more)).problem
    assert time.process_time() - started < 20


def test_links_pipes_and_folders_are_not_followed(tmp_path):
    (tmp_path / "secret.ipynb").write_text(UNIT.learners_copy.read_text("utf-8"))
    link, pipe, folder, absent = (tmp_path / f"{name}.ipynb" for name in ("link", "pipe", "folder", "absent"))
    link.symlink_to(tmp_path / "secret.ipynb")
    os.mkfifo(pipe)
    folder.mkdir()
    for path, says in ((link, "is a link"), (pipe, "not a regular"), (folder, "not a regular"), (absent, "opened")):
        assert says in intake.take(path, UNIT).problem


def test_the_notebook_of_a_folder_is_found(tmp_path):
    def find():
        with opened(tmp_path / "work") as folder:
            return intake.find(folder, UNIT)

    assert "no folder of its own" in intake.take_from(tmp_path / "work", UNIT).problem
    (tmp_path / "work").mkdir()
    with pytest.raises(intake.Unreadable, match="found: no notebook"):
        find()
    (tmp_path / "work" / "Untitled.ipynb").touch()
    assert find() == "Untitled.ipynb"
    (tmp_path / "work" / "Copy.ipynb").touch()
    with pytest.raises(intake.Unreadable, match=r"Copy\.ipynb, Untitled\.ipynb"):
        find()
    (tmp_path / "work" / NAME.upper()).touch()
    assert find() == NAME.upper()
    (tmp_path / "work" / NAME).touch()
    assert find() == NAME


def test_the_name_of_a_file_is_no_markup_in_a_problem(tmp_path):
    for name in ("<img src=x onerror=alert(1)>", "[a](javascript:alert`1`)", "$x$ *a* |"):
        (tmp_path / f"{name}.ipynb").touch()
    problem = intake.take_from(tmp_path, UNIT).problem
    assert "?img src=x onerror=alert(1)?.ipynb" in problem
    assert not set("<>[]`*$|") & set(problem)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(NAMES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
CELL = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": JSON | st.just("code"),
        "source": JSON | st.lists(st.text(max_size=9), max_size=3),
        "metadata": JSON
        | st.fixed_dictionaries({"nbgrader": JSON | st.fixed_dictionaries({"grade_id": st.sampled_from(NAMES)})}),
        "id": JSON,
    },
)


@settings(max_examples=150, deadline=None)
@given(
    document=st.fixed_dictionaries({"cells": JSON | st.lists(CELL | JSON, max_size=8)})
    | st.fixed_dictionaries({"worksheets": JSON | st.lists(st.fixed_dictionaries({"cells": JSON | st.lists(CELL)}))})
)
def test_no_document_raises_out_of_intake(tmp_path_factory, document):
    path = tmp_path_factory.mktemp("mutated") / NAME
    path.write_text(json.dumps(document), "utf-8", errors="surrogatepass")
    submission = intake.take(path, UNIT)
    nbformat.validate(submission.notebook)
    assert {cell.binds for cell in cells_of(submission.notebook) if cell.binds} == set(NAMES)
