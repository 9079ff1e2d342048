"""Stepping stones: a later unit uses the learner's own earlier answers at home, and the references when graded."""

from course import built

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

import keras
import nbformat
import numpy as np
import pytest

from autograder.author.known_cases import Case, submission
from autograder.grading import our_cells
from autograder.grading.executed_notebook import write_into
from autograder.grading.marker import Marker, NoReferences
from autograder.judging.known import known_answers
from autograder.judging.references import references_before
from autograder.judging.slicing import needed, statements
from autograder.learner.check import check
from autograder.learner.desk import Desk
from autograder.sandbox import Cell, RemoteWorkbench
from autograder.seam.given import Reference, References, giving
from autograder.tests.attacks.scene import added, printed
from autograder.units import Unit, all_units

EARLIER, LATER = Unit("04_attention"), Unit("05_masking")
MINE = '''
def softmax(scores):
    """Mine."""
    shares = helper(scores)
    return shares / ops.sum(shares, axis=-1, keepdims=True)
'''
HELPER = "def helper(scores):\n    return ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))"
WRONG = 'def softmax(scores):\n    """Mine."""\n    return scores'


def chosen(cells, *names):
    found = needed([statements(cell) for cell in cells], names)
    return [[ast.unparse(statement.node) for statement in cell] for cell in found]


def test_only_what_an_answer_stands_on_is_needed():
    cells = [
        "import numpy as np\nimport os\nprint('ready')",
        "size = 3\nother = 4",
        "table = {}\ntable['a'] = size",
        "def helper(x):\n    return np.sum(x) + table['a']",
        "def answer(x, other):\n    inner = [helper(other) for other in x]\n    return inner",
        "history = train(answer)\nanswer(2)",
    ]
    assert chosen(cells, "answer") == [
        ["import numpy as np"],
        ["size = 3"],
        ["table = {}", "table['a'] = size"],
        ["def helper(x):\n    return np.sum(x) + table['a']"],
        [ast.unparse(ast.parse(cells[4]))],
        [],
    ]


def test_what_is_bound_in_other_ways_is_needed_too():
    cells = ["from math import *", "if True:\n    a = 1\nelse:\n    a = 2", "a += b", "for b in range(3):\n    pass"]
    assert chosen([*cells, "c = 1"], "a") == [*([cell] for cell in cells), []]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A learner's kernel in the folder of unit 05; call it with an answer to `softmax` to save the notebook of 04."""
    monkeypatch.setattr(Desk.__init__, "__defaults__", (tmp_path / "work",))
    (tmp_path / LATER.stem).mkdir()
    (tmp_path / EARLIER.stem).mkdir()
    monkeypatch.chdir(tmp_path / LATER.stem)

    def save(answer, *cells, on=tmp_path):
        notebook = submission(Case(EARLIER, "solution", source=answer))
        answers = our_cells.answers_in(notebook)
        answers["softmax"].source = answer or our_cells.answers_in(our_cells.untouched(EARLIER))["softmax"].source
        place = notebook.cells.index(answers["softmax"])
        notebook.cells[place:place] = [added(cell) for cell in cells]
        (on / EARLIER.stem).mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, on / EARLIER.stem / f"{EARLIER.stem}.ipynb")

    return save


def test_the_learners_own_answer_is_used_once_it_passes(desk, capsys):
    desk(None)
    assert built.softmax.__doc__ != "Mine."
    assert "softmax is the reference; yours is not written yet" in capsys.readouterr().out
    desk(MINE, HELPER)
    assert built.softmax.__doc__ == "Mine."
    assert "softmax is yours; all its checks hold" in capsys.readouterr().out
    desk(WRONG)
    assert built.softmax.__doc__ != "Mine."
    assert "checks hold for yours" in capsys.readouterr().out


def test_what_is_not_beside_a_fetched_notebook_is_looked_for_on_the_desk(desk, tmp_path, capsys):
    desk(WRONG)
    desk(MINE, HELPER, on=tmp_path / "work")
    assert built.softmax.__doc__ == "Mine."
    assert "softmax is yours; all its checks hold in work/04_attention" in capsys.readouterr().out


def test_a_kernel_in_no_folder_of_a_unit_finds_what_is_on_the_desk(desk, tmp_path, monkeypatch):
    desk(MINE, HELPER, on=tmp_path / "work")
    monkeypatch.chdir(tmp_path)
    assert built.softmax.__doc__ == "Mine."


def test_an_answer_is_judged_once_for_each_state_of_its_notebook(desk):
    desk(MINE, HELPER)
    first = built.softmax
    desk(MINE, HELPER)
    assert built.softmax is first


def test_a_learner_without_a_notebook_gets_the_reference(desk, capsys):
    assert callable(built.softmax)
    assert "there is no notebook of yours" in capsys.readouterr().out


def test_a_notebook_that_is_none_gives_the_reference(desk, tmp_path, capsys):
    (tmp_path / EARLIER.stem / f"{EARLIER.stem}.ipynb").write_text("{}")
    assert callable(built.softmax)
    assert "could not be read" in capsys.readouterr().out


def test_cells_that_fail_or_are_not_needed_do_not_stand_in_the_way(desk, tmp_path):
    spoils = f"open({str(tmp_path / 'trained')!r}, 'w')\nprint('trained')"
    desk(MINE, "raise ValueError\n", "%matplotlib inline\n" + HELPER, spoils, "softmax = = 3", "1 / 0")
    assert built.softmax.__doc__ == "Mine."
    assert not (tmp_path / "trained").exists()


def test_a_cell_that_stops_is_told(desk, capsys):
    desk("scale = int('many')\ndef softmax(scores):\n    return scores * scale")
    assert built.softmax.__doc__ != "Mine."
    assert "its cell stops with ValueError: invalid literal" in capsys.readouterr().out
    desk("def softmax(scores)\n    return scores")
    assert callable(built.softmax)
    assert "its cell is no Python: expected ':'" in capsys.readouterr().out


def test_an_answer_is_what_its_check_has_seen(desk, tmp_path):
    desk(MINE, HELPER)
    path = tmp_path / EARLIER.stem / f"{EARLIER.stem}.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.cells.append(added(WRONG))
    nbformat.write(notebook, path)
    assert built.softmax.__doc__ == "Mine."


def test_an_answer_may_stand_on_earlier_ones_at_its_first_call(desk):
    lazy = 'def softmax(scores):\n    """Mine."""\n    from course.built import pairwise_dot\n    assert pairwise_dot\n'
    desk(lazy + "    return ops.softmax(scores, axis=-1)")
    assert built.softmax.__doc__ == "Mine."


def test_only_earlier_units_can_be_had(desk):
    for name in ("masked_softmax", "padding_mask"):
        with pytest.raises(ImportError, match=f"`{name}` is an exercise of 05_masking; in 05_masking only earlier"):
            getattr(built, name)
    with pytest.raises(ImportError, match="Did you mean softmax"):
        from course.built import sofmax  # noqa: F401
    assert "softmax" in dir(built)
    assert "masked_softmax" not in dir(built)


def test_a_notebook_that_asks_for_its_own_answer_does_not_go_round_in_circles(desk):
    desk("from course.built import softmax")
    assert callable(built.softmax)


def test_without_solutions_it_is_said_what_to_do(desk, monkeypatch):
    desk(None)
    monkeypatch.setattr(Unit, "solution", property(lambda unit: unit.learners_copy.with_name("none")))
    with pytest.raises(ImportError, match=r"no reference of 04_attention.*until `check` says that"):
        from course.built import softmax  # noqa: F401
    with pytest.raises(ImportError, match="no reference of `softmax`: the answers of 04_attention are missing"):
        References(references_before(LATER))("softmax")


def test_a_check_works_without_the_earlier_answer_that_known_mistakes_build_on(tmp_path, monkeypatch):
    later = Unit("06_multi_head")
    (tmp_path / later.stem).mkdir()
    monkeypatch.chdir(tmp_path / later.stem)
    monkeypatch.setattr(Unit, "solution", property(lambda unit: unit.learners_copy.with_name("none")))
    monkeypatch.delitem(sys.modules, "autograder.mistakes.multi_head", raising=False)
    monkeypatch.setattr("autograder.learner.check.answers_here", lambda: {"split_heads": lambda x, num_heads: x})
    assert known_answers(later) is None
    assert "(B, H, T, K)" in str(check("split_heads"))


def test_a_notebook_that_cannot_have_its_references_is_not_graded(marker, monkeypatch):
    later = Unit("06_multi_head")
    notebook = submission(Case(later, "solution"))
    monkeypatch.setattr(Unit, "solution", property(lambda unit: unit.learners_copy.with_name("none")))
    with pytest.raises(NoReferences, match="MultiHeadAttention, because it builds on masked_softmax of 05_masking"):
        marker.mark(notebook, later)


def test_what_builds_on_a_missing_answer_is_left_unmarked_where_that_will_do(marker):
    later = Unit("06_multi_head")
    missing = [reference._replace(source="") for reference in references_before(later)]
    verdict = marker.mark(submission(Case(later, "solution")), later, references=missing).verdict
    split, merge, layer = verdict.as_dict()["exercises"]
    assert (split["score"], merge["score"], layer["score"]) == (4, 3, None)
    assert (verdict.score, verdict.max_score, layer["max_score"]) == (7, 7, 13)
    assert "Not marked here: MultiHeadAttention, because it builds on masked_softmax of 05" in verdict.problem


def test_a_stub_that_builds_on_nothing_yet_is_marked(marker):
    later = Unit("06_multi_head")
    missing = [reference._replace(source="") for reference in references_before(later)]
    verdict = marker.mark(our_cells.untouched(later), later, references=missing).verdict
    assert (verdict.score, verdict.max_score, verdict.problem) == (0, 20, None)


def test_no_exercise_is_hidden_by_a_name_of_the_module():
    assert not [name for unit in all_units() for name in unit.points() if name in vars(built)]


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.stem)
def test_every_answer_can_be_had_in_a_worker(launcher, unit):
    references = references_before(Unit("99_after_all"))
    for name in unit.points():
        cells = [Cell(f"from course.built import {name}\nprint({name}.__name__)")]
        with RemoteWorkbench(cells, launch=launcher, references=references) as workbench:
            (result,) = workbench.run()
            assert (result.outcome, result.message) == ("ok", "")
            assert result.outputs[0]["text"] == f"{name}\n"


LEANING = """
from course.built import softmax

def masked_softmax(scores, mask=None):
    print(softmax.__doc__)
    if mask is None:
        return softmax(scores)
    return ops.where(mask, softmax(ops.where(mask, scores, -1e9)), 0.0)
"""
THIEF = """
import gc, sys
from course import built
def attempt(deed):
    try:
        print("REACHED" if deed() else "nothing")
    except BaseException as error:
        print("refused:", error)
def names_in(one):
    return one.__code__.co_varnames if type(one) is type(names_in) else ()
held = [text for one in gc.get_objects() for text in gc.get_referents(one) if isinstance(text, str)]
attempt(lambda: built.masked_softmax)
attempt(lambda: built.given._giver("masked_softmax"))
attempt(lambda: [text for text in held if "LINE"[::-1] in text])
attempt(lambda: [one for one in gc.get_objects() if "VARIABLE"[::-1] in names_in(one)])
places = {name: module for name, module in sys.modules.items() if name != "__main__"}
attempt(lambda: [name for name, module in places.items() if "masked_softmax" in vars(module)])
print("EARLIER"[::-1] in "".join(held))
"""


@pytest.fixture(scope="module")
def marker():
    with Marker() as marker:
        yield marker


def test_a_graded_notebook_gets_the_reference_though_the_learners_own_differs(desk, marker):
    desk(WRONG)
    notebook = submission(Case(LATER, "correct", "masked_softmax", source=LEANING))
    marked = marker.mark(notebook, LATER)
    (exercise,) = [one for one in marked.verdict.exercises if one.name == "masked_softmax"]
    assert exercise.score == exercise.max_score
    assert "Mine." not in str(marked.outputs)


def test_the_reference_of_the_graded_unit_is_nowhere_in_its_worker(marker):
    """The thief spells what it looks for backwards: else it would find its own cell."""
    notebook, thief = our_cells.untouched(LATER), THIEF
    for clue, unit, text in (
        ("LINE", LATER, "shares / ops.where(total"),
        ("VARIABLE", LATER, "lowest"),
        ("EARLIER", EARLIER, "largest = ops.max(scores"),
    ):
        assert text in unit.solution_source.read_text("utf-8")
        thief = thief.replace(clue, text[::-1])
    notebook.cells.append(added(thief))
    marked = marker.mark(notebook, LATER)
    write_into(notebook, marked)
    text = printed(notebook)
    assert "REACHED" not in text
    assert text.count("refused") + text.count("nothing") == 5
    assert text.endswith("True\n")  # the reference of the unit before is there, and is found in this way


@dataclass(frozen=True)
class Edited(Unit):
    """A unit whose solution has been edited."""

    edited: Path = Path()

    @property
    def solution(self) -> Path:
        return self.edited


def test_a_verdict_depends_on_the_references_before_its_unit_and_on_no_other(marker, monkeypatch, tmp_path):
    notebook = our_cells.untouched(LATER)
    digests = {None: marker.mark(notebook, LATER).digest}
    for unit in (EARLIER, LATER):
        edited = Edited(unit.stem, tmp_path / unit.stem)
        edited.edited.write_text(unit.solution.read_text("utf-8").replace("keepdims=True", "keepdims=1"), "utf-8")
        units = [edited if one == unit else one for one in all_units()]
        monkeypatch.setattr("autograder.judging.references.all_units", lambda units=units: units)
        digests[unit] = marker.mark(notebook, LATER).digest
    assert digests[None] == digests[LATER] != digests[EARLIER]


WIDEN = """
import keras
class Widen(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units, self.dense = units, keras.layers.Dense(units)
    def build(self, shape):
        self.dense.build(shape)
    def call(self, x):
        return self.dense(x)
    def get_config(self):
        return {**super().get_config(), "units": self.units}
"""


def test_a_saved_model_with_such_a_layer_comes_back(tmp_path):
    with giving(References([Reference("90_wide", ["Widen"], WIDEN)])):
        inputs = keras.Input((3,))
        model = keras.Model(inputs, built.Widen(4)(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    x = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert type(again.layers[-1]).__module__ == "course.built"
