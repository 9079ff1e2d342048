"""A learner's desk: what is on it is never lost, whatever is run."""

import json
import shutil
import subprocess
import sys

import pytest

from autograder.judging.verdicts import ExerciseVerdict, TestVerdict
from autograder.learner.atomic import write_new
from autograder.learner.desk import Desk, NotOnTheDesk, UpToDate, desk_around
from autograder.learner.generated import id_of, is_edited, stamp, text_of
from autograder.learner.lab import PortInUse, _port, open_lab
from autograder.learner.overview import Overview
from autograder.learner.record import Record
from autograder.learner.update import moved_into
from autograder.tests.project import command, copy_of_the_project, surroundings
from autograder.units import ROOT, Unit, UnknownName, all_units

UNIT = Unit("04_attention")
MINE = "def softmax(scores):\n    return 'mine'"


def read(path):
    return json.loads(path.read_text("utf-8"))


def write(path, notebook):
    path.write_text(json.dumps(notebook), "utf-8")


def cell_of(notebook, grade_id):
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def texts(notebook):
    return [text_of(cell) for cell in notebook["cells"]]


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path / "work")
    desk.lay_out([UNIT])
    return desk


@pytest.fixture
def answered(desk):
    """A desk with an answer, a cell of the learner's own after it, and a note."""
    notebook = read(desk.notebook(UNIT))
    answer = cell_of(notebook, "softmax")
    answer["source"] = MINE
    place = notebook["cells"].index(answer) + 1
    own = {"cell_type": "code", "id": "abc", "metadata": {}, "source": "helper = 1", "outputs": []}
    note = {"cell_type": "markdown", "id": "def", "metadata": {}, "source": "my note"}
    notebook["cells"][place:place] = [{**own, "execution_count": None}, note]
    write(desk.notebook(UNIT), notebook)
    return desk


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """The exercises of tomorrow: a new first cell, a changed text, one exercise under another name."""
    notebook = read(UNIT.learners_copy)
    text = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    text["source"], text["id"] = "# New text", id_of("# New text")
    gone = cell_of(notebook, "self_attention")
    gone["metadata"]["nbgrader"]["grade_id"] = "renamed"
    notebook["cells"].insert(0, {"cell_type": "markdown", "id": id_of("new"), "metadata": {}, "source": "new"})
    stamp(notebook)
    path = tmp_path / "tomorrow.ipynb"
    write(path, notebook)
    monkeypatch.setattr(Unit, "learners_copy", path)
    return path


def test_what_is_missing_is_copied_and_what_is_there_stays(desk):
    assert desk.notebook(UNIT).read_text("utf-8") == UNIT.learners_copy.read_text("utf-8")
    desk.notebook(UNIT).write_text("mine")
    assert desk.lay_out(all_units()) == [desk.notebook(unit) for unit in all_units() if unit != UNIT]
    assert desk.notebook(UNIT).read_text("utf-8") == "mine"


def test_two_that_write_the_same_new_file_do_not_overwrite_each_other(tmp_path):
    assert write_new(tmp_path / "a" / "b", "first")
    assert not write_new(tmp_path / "a" / "b", "second")
    assert (tmp_path / "a" / "b").read_text() == "first"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_an_update_keeps_answers_own_cells_and_notes_and_the_old_notebook(answered, newer):
    before = answered.notebook(UNIT).read_text("utf-8")
    assert answered.outdated(all_units()) == [UNIT]
    moved, kept = answered.update(UNIT)
    after = read(answered.notebook(UNIT))
    assert (moved.answers, moved.added, moved.homeless) == (["softmax"], 2, [])
    assert kept.read_text("utf-8") == before
    assert text_of(cell_of(after, "softmax")) == MINE
    place = texts(after).index(MINE)
    assert texts(after)[place + 1 : place + 3] == ["helper = 1", "my note"]
    assert texts(after)[:2] == ["new", "# New text"]
    assert len(after["cells"]) == len(read(newer)["cells"]) + 2
    assert answered.outdated(all_units()) == []


def test_an_answer_whose_exercise_is_gone_stands_at_the_end(answered, newer):
    notebook = read(answered.notebook(UNIT))
    cell_of(notebook, "self_attention")["source"] = ["def self_attention():\n", "    return 'old'"]
    write(answered.notebook(UNIT), notebook)
    moved, _ = answered.update(UNIT)
    after = read(answered.notebook(UNIT))
    assert moved.homeless == ["self_attention"]
    assert texts(after)[-1] == "def self_attention():\n    return 'old'"
    assert "nbgrader" not in after["cells"][-1]["metadata"]


def test_a_stub_in_which_somebody_began_is_moved_and_an_untouched_one_is_not(answered, newer):
    notebook = read(answered.notebook(UNIT))
    begun = cell_of(notebook, "attention_scores")
    begun["source"] = "scale = 2\n" + text_of(begun)
    write(answered.notebook(UNIT), notebook)
    moved, _ = answered.update(UNIT)
    assert moved.answers == ["softmax", "attention_scores"]


def test_handed_out_cells_that_the_learner_wrote_in_are_moved(answered, newer):
    notebook = read(answered.notebook(UNIT))
    stretch = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code" and not text_of(cell).strip())
    stretch["source"] = "my_try = 3"
    write(answered.notebook(UNIT), notebook)
    answered.update(UNIT)
    assert texts(read(answered.notebook(UNIT))).count("my_try = 3") == 1


def test_a_notebook_whose_ids_an_editor_has_dropped_is_moved_as_well(answered, newer):
    notebook = read(answered.notebook(UNIT))
    for cell in notebook["cells"]:
        del cell["id"]
    moved = moved_into(read(newer), notebook)
    assert moved.answers == ["softmax"]
    assert {"helper = 1", "my note"} <= set(texts(moved.notebook))


def test_an_update_without_news_changes_nothing(answered):
    before = answered.notebook(UNIT).read_text("utf-8")
    with pytest.raises(UpToDate, match="up to date"):
        answered.update(UNIT)
    assert answered.notebook(UNIT).read_text("utf-8") == before


def test_half_a_notebook_is_told_and_left_alone(answered, newer):
    path = answered.notebook(UNIT)
    path.write_text(path.read_text("utf-8")[:1000])
    for act in (answered.update, answered.reset):
        with pytest.raises(NotOnTheDesk, match="not a whole notebook"):
            act(UNIT)
    assert len(path.read_text("utf-8")) == 1000


def test_one_exercise_is_reset_and_the_others_stay(answered):
    notebook = read(answered.notebook(UNIT))
    cell_of(notebook, "attention_scores")["source"] = "other = 1"
    write(answered.notebook(UNIT), notebook)
    before = answered.notebook(UNIT).read_text("utf-8")
    kept = answered.reset(UNIT, "softmax")
    after = read(answered.notebook(UNIT))
    assert kept.read_text("utf-8") == before
    assert text_of(cell_of(after, "softmax")) == text_of(cell_of(read(UNIT.learners_copy), "softmax"))
    assert text_of(cell_of(after, "attention_scores")) == "other = 1"
    assert "helper = 1" in texts(after)


def test_a_unit_is_reset_and_every_old_notebook_is_kept(answered):
    before = answered.notebook(UNIT).read_text("utf-8")
    first = answered.reset(UNIT)
    second = answered.reset(UNIT)
    assert first != second
    assert first.read_text("utf-8") == before
    assert read(answered.notebook(UNIT)) == read(UNIT.learners_copy)


def test_a_name_that_is_no_exercise_of_the_unit_is_told(answered):
    with pytest.raises(UnknownName, match="Did you mean softmax"):
        answered.reset(UNIT, "sofmax")


def test_a_notebook_that_was_only_run_is_not_edited(tmp_path):
    path = tmp_path / "lesson.ipynb"
    notebook = read(UNIT.lesson)
    code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    code["outputs"], code["execution_count"] = [{"output_type": "stream", "name": "stdout", "text": "4"}], 3
    notebook["metadata"]["language_info"]["version"] = "3.11"
    code["source"] = text_of(code)
    write(path, notebook)
    assert not is_edited(path)
    code["source"] += "\n# my note"
    write(path, notebook)
    assert is_edited(path)


def verdict(name, points, passed=True):
    return ExerciseVerdict(name, points, [TestVerdict("it holds", "passed" if passed else "failed")])


def test_progress_remembers_what_was_checked_and_forgets_what_is_deleted(desk):
    record = Record(desk)
    record.keep(UNIT, [verdict("softmax", 4.0)])
    record.keep(UNIT, [verdict("attention_scores", 4.0, passed=False)])
    found = Record(desk).of(UNIT)
    assert (found["softmax"].done, found["softmax"].score) == (True, 4)
    assert (found["attention_scores"].done, found["attention_scores"].attempted) == (False, True)
    assert not found["self_attention"].attempted
    for broken in ("", "[]", '{"04_attention": 3}', '{"04_attention": {"softmax": {"score": "many"}}}'):
        (desk.folder / ".progress.json").write_text(broken)
        assert not Record(desk).of(UNIT)["softmax"].attempted
    (desk.folder / ".progress.json").unlink()
    assert not Record(desk).of(UNIT)["softmax"].attempted


def test_a_desk_that_cannot_be_written_to_costs_nothing_but_the_record(tmp_path):
    (tmp_path / "work").write_text("a file, no folder")
    Record(Desk(tmp_path / "work")).keep(UNIT, [verdict("softmax", 4.0)])


def test_the_overview_says_what_is_next_and_how_long(desk):
    start = Unit("00_start")
    overview = Overview(desk, ROOT / "course")
    minutes = overview.minutes_left()
    assert overview.what_next().startswith("Next: `weighted_average` in unit 0, up to 5 minutes.")
    Record(desk).keep(start, [verdict(name, points) for name, points in start.points().items()])
    overview = Overview(desk, ROOT / "course")
    assert "`standardize` in unit 1" in overview.what_next()
    assert minutes - overview.minutes_left() == sum(one.minutes for one in start.exercises().values()) > 0
    for unit in all_units():
        Record(desk).keep(unit, [verdict(name, points) for name, points in unit.points().items()])
    overview = Overview(desk, ROOT / "course")
    assert "Every exercise holds" in overview.what_next()
    assert overview.minutes_left() == 0


def test_a_fetched_notebook_has_its_desk_around_it(tmp_path):
    (tmp_path / UNIT.stem).mkdir()
    assert desk_around(tmp_path / UNIT.stem).folder == tmp_path
    for folder in (tmp_path, ROOT / "course", ROOT / "exercises" / UNIT.stem, ROOT / "solutions" / UNIT.stem):
        assert desk_around(folder) == Desk(ROOT / "work")


def test_a_port_in_use_is_told(monkeypatch):
    said = []
    monkeypatch.setattr("autograder.learner.lab._is_free", lambda port: port not in (8888, 9000))
    for asked in (["--port", "9000"], ["--no-browser", "--port=9000"], ["--ServerApp.port=9000"]):
        with pytest.raises(PortInUse, match="Port 9000 is in use"):
            _port(asked, said.append)
    assert _port(["--port=9001"], said.append) is None
    assert said == []
    assert _port([], said.append) == 8889
    assert "this one opens at 8889" in said[0]


def test_on_a_hub_lab_is_the_server_of_its_user_at_the_hubs_address(monkeypatch):
    started = []

    def replace_this_process(program, command, environment):
        started.append(command)
        raise SystemExit

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("autograder.learner.lab._lay_out", lambda desk, say: None)
    monkeypatch.setattr("os.execve", replace_this_process)
    for address in ("http://127.0.0.1:40000/user/learner-01/", ""):
        monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", address)
        with pytest.raises(SystemExit):
            open_lab(None, ["--debug"], print)
    on_a_hub, alone = (" ".join(command[1:]) for command in started)
    assert on_a_hub.startswith("-m jupyterhub.singleuser --ServerApp.default_url=/lab/tree/course/welcome.ipynb ")
    assert ".port=" not in on_a_hub
    assert on_a_hub.endswith("--debug")
    assert alone.startswith("-m jupyterlab --LabApp.default_url=/lab/tree/course/welcome.ipynb ")
    assert ".port=" in alone


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_of_the_project(tmp_path_factory.mktemp("project") / "course of mine")


def test_no_command_loses_what_was_written_in_exercises(project):
    """Somebody wrote in the folder that is generated: it is named, stays as it is, and comes along to the desk."""
    place = project / "exercises" / UNIT.stem / f"{UNIT.stem}.ipynb"
    notebook = read(place)
    cell_of(notebook, "softmax")["source"] = MINE
    write(place, notebook)
    before = place.read_text("utf-8")
    said = command(project, "build", fails=True)
    assert f"exercises/{UNIT.stem}/{UNIT.stem}.ipynb" in said
    assert "--force" in said
    assert place.read_text("utf-8") == before
    code = (
        "from autograder.learner.desk import Desk; from autograder.units import all_units; Desk().lay_out(all_units())"
    )
    subprocess.run([sys.executable, "-c", code], cwd=project, env=surroundings(project), check=True)
    desk_copy = project / "work" / UNIT.stem / f"{UNIT.stem}.ipynb"
    assert text_of(cell_of(read(desk_copy), "softmax")) == MINE
    command(project, "build", "--force")
    kept = project / "exercises" / f"{UNIT.stem}.edited.ipynb"
    assert kept.read_text("utf-8") == before
    assert place.read_text("utf-8") == UNIT.learners_copy.read_text("utf-8")
    assert text_of(cell_of(read(desk_copy), "softmax")) == MINE
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_update_and_reset_say_what_they_did(project):
    desk = Desk(project / "work")
    desk.lay_out([UNIT])
    assert "up to date" in command(project, "update", UNIT.stem)  # which is no failure
    said = command(project, "reset", UNIT.stem, "softmax")
    assert f"kept in work/{UNIT.stem}/{UNIT.stem}-kept.ipynb" in said
    shutil.rmtree(project / "work")
    assert "python -m autograder lab 04_attention" in command(project, "reset", UNIT.stem, fails=True)


def answers_of(notebook):
    return [text_of(cell) for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")]


def test_what_is_opened_in_exercises_is_the_desks_own_copy(project):
    """Whoever finds the generated folder in JupyterLab reads and writes on the desk."""
    place = f"exercises/{UNIT.stem}/{UNIT.stem}.ipynb"
    before = (project / place).read_text("utf-8")
    code = f"""
import asyncio, json
from autograder.learner.contents import DeskContents
files = DeskContents(root_dir={str(project)!r})
model = asyncio.run(files.get({place!r}, type="notebook"))
assert model["path"] == {place!r} and model["writable"], model["path"]
cells = model["content"]["cells"]
next(cell for cell in cells if cell["metadata"].get("nbgrader", {{}}).get("grade_id") == "softmax")["source"] = {MINE!r}
saved = asyncio.run(files.save(model, {place!r}))
assert saved["path"] == {place!r}
"""
    subprocess.run([sys.executable, "-c", code], cwd=project, env=surroundings(project), check=True)
    assert (project / place).read_text("utf-8") == before
    assert MINE in answers_of(read(project / "work" / UNIT.stem / f"{UNIT.stem}.ipynb"))


def test_a_lesson_that_was_run_is_kept_on_the_desk_and_its_links_stay(project):
    place = f"course/{UNIT.stem}.ipynb"
    before = (project / place).read_text("utf-8")
    code = f"""
import asyncio
from autograder.learner.contents import DeskContents
files = DeskContents(root_dir={str(project)!r})
model = asyncio.run(files.get({place!r}, type="notebook"))
text = str(model["content"])
assert "../work/{UNIT.stem}/" in text and "../exercises/{UNIT.stem}/" not in text
model["content"]["cells"].append({{"cell_type": "markdown", "id": "mine", "metadata": {{}}, "source": "my note"}})
asyncio.run(files.save(model, {place!r}))
again = asyncio.run(files.get({place!r}, type="notebook"))
assert again["path"] == {place!r} and again["content"]["cells"][-1]["source"] == "my note"
"""
    subprocess.run([sys.executable, "-c", code], cwd=project, env=surroundings(project), check=True)
    assert (project / place).read_text("utf-8") == before
    kept = (project / "work" / "lessons" / f"{UNIT.stem}.ipynb").read_text("utf-8")
    assert f"../exercises/{UNIT.stem}/" in kept
    assert "my note" in kept
