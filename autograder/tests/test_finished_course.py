"""The learner of the sample class who finishes the course: what lies on their desk is what speaks."""

import io
import json
import re

import pytest
from rich.console import Console

from autograder.author import demo
from autograder.author.finished_course import answers_on, let_it_speak
from autograder.learner.desk import Desk
from autograder.seam.given import giving
from autograder.units import Unit, all_units

SMALL = {"d_model": 16, "d_ff": 16, "num_layers": 1, "num_heads": 2, "dropout": 0.0, "warmup_steps": 20}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("class") / "desk")
    demo.finish(desk)
    return desk


def test_every_unit_lies_on_the_desk_without_a_stub(desk):
    for unit in all_units():
        assert "your code here" not in desk.notebook(unit).read_text("utf-8")
    assert demo._not_the_demos(desk.folder) == []


def test_they_hand_in_all_units_and_the_others_those_of_the_class(desk, tmp_path):
    demo.hand_in(tmp_path / "submitted", [Unit("00_start")], desk)
    handed_in = {
        path.name: sorted(one.name for one in path.iterdir())
        for path in (tmp_path / "submitted").iterdir()
        if path.is_dir()
    }
    assert handed_in[demo.FINISHER] == [unit.stem for unit in all_units()]
    assert {tuple(units) for learner, units in handed_in.items() if learner != demo.FINISHER} == {("00_start",)}
    copy = tmp_path / "submitted" / demo.FINISHER / "13_translation" / "13_translation.ipynb"
    assert copy.read_bytes() == desk.notebook(Unit("13_translation")).read_bytes()


def test_an_answer_is_the_one_that_lies_on_the_desk(tmp_path):
    desk = Desk(tmp_path)
    demo.finish(desk)
    path = desk.notebook(Unit("01_text"))
    notebook = json.loads(path.read_text("utf-8"))
    (cell,) = (one for one in notebook["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == "standardize")
    cell["source"] = "def standardize(text):\n    return 'mine'"
    path.write_text(json.dumps(notebook), "utf-8")
    answer = answers_on(desk, all_units())
    with giving(answer):
        assert answer("standardize")("Hello!") == "mine"
        assert answer("Transformer").__name__ == "Transformer"
    assert demo._not_the_demos(desk.folder) == ["01_text/01_text.ipynb"]


def test_their_translator_learns_and_speaks(desk, capsys):
    written = io.StringIO()
    let_it_speak(Console(file=written, width=200), desk, pairs=3000, epochs=2, sizes=SMALL)
    learned = re.findall(r"epoch +\d of 2: loss (\d\.\d+)", capsys.readouterr().out)
    assert float(learned[1]) < float(learned[0])
    said = written.getvalue()
    shown = re.findall(r"^  (\S.*[.?])  →  (.+)  [✓✗]$", said, re.MULTILINE)
    assert len(shown) == 3
    first = shown[0][0].lower()
    looked = re.findall(r"(\S+) ← (\S+?)(?:,|\n)", said)
    assert len(looked) > 1
    assert all(english in first or english == "[UNK]" for _, english in looked)
    assert re.search(r"Of 100 sentences \d+% are exactly right; BLEU \d+\.\d \(.*tok:none", said)


def test_a_desk_that_somebody_writes_on_stops_the_demo(tmp_path):
    mine = tmp_path / "desk" / "04_attention" / "04_attention.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", "utf-8")
    with pytest.raises(demo.NotTheDemo, match="such as 04_attention/04_attention.ipynb"):
        demo.run_demo(Console(file=io.StringIO()), [Unit("00_start")], tmp_path, 1)
    assert mine.read_text("utf-8") == "mine"
