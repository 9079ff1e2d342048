"""Known answers as edits: each is what it says, and one that fits no more says where it stands."""

import ast
import json
import subprocess
import sys
import traceback
import types

import numpy as np
import pytest

from autograder.judging.edits import StaleEdit, TwinAnswers, no_twins
from autograder.judging.fragments import bare, edited
from autograder.judging.known import all_in, correct_in, known_answers, mistakes_in
from autograder.judging.references import code_alone
from autograder.seam import sealed
from autograder.seam.given import NotHere
from autograder.units import ROOT, Unit, UnknownName, all_units

HEAD = """
from keras import ops

from autograder.judging import correct, mistake, of, only_on, right


@correct("softmax")
def in_two_lines(scores):
    '''As most write it.'''
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))  # shifted
    return powers / ops.sum(powers, axis=-1, keepdims=True)


"""
SCORES = np.array([[1.0, 2.0, 4.0], [0.0, 0.0, 1.0]], "float32")


def load(folder, text, seal=False):
    """A module of known answers for unit 4 with this text."""
    path = folder / "attention.py"
    path.write_text(sealed.sealed_module(HEAD + text) if seal else HEAD + text, "utf-8")
    module = types.ModuleType("autograder.mistakes.attention")
    module.__file__ = str(path)
    exec(compile(path.read_text("utf-8"), str(path), "exec"), vars(module))
    return module


def test_an_edit_of_the_solution_is_a_known_mistake(tmp_path):
    module = load(tmp_path, 'right("softmax").edit("axis=-1", "axis=0", "Another axis.", times=2)')
    (known,) = mistakes_in(module)
    assert (known.exercise, known.sentence, known.backends) == ("softmax", "Another axis.", ())
    assert known.source().startswith("def softmax(scores):\n    largest = ops.max(scores, axis=0, keepdims=True)\n")
    assert '"""' not in known.source()
    assert "#" not in known.source()
    np.testing.assert_allclose(np.sum(known.answer(SCORES), axis=0), 1.0, rtol=1e-6)


def test_a_correct_variant_can_be_edited_and_one_that_is_an_edit_too(tmp_path):
    module = load(
        tmp_path,
        'right("softmax").also("scores - largest", "-(largest - scores)", name="turned twice")\n'
        'right("softmax", "in_two_lines").edit("ops.sum(powers,axis = -1,  # all\\nkeepdims=True)", "1.0", "No sum.")\n'
        'right("softmax", "turned twice").edit("-(largest - scores)", "largest - scores", "Turned.")\n',
    )
    assert [known.name for known in correct_in(module)] == ["in_two_lines", "turned twice"]
    no_sum, turned = mistakes_in(module)
    assert "return powers / 1.0" in no_sum.source()
    assert "As most write it" not in no_sum.source()
    assert "ops.exp(largest - scores)" in turned.source()


def test_several_fragments_make_one_mistake_and_several_dicts_several(tmp_path):
    module = load(
        tmp_path,
        'right("softmax").edit({"scores - largest": "scores", "ops.sum": "ops.max"}, {"ops.sum": "ops.mean"}, "One.")',
    )
    first, second = mistakes_in(module)
    assert {first.sentence, second.sentence} == {"One."}
    assert first.name == "scores - largest → scores; ops.sum → ops.max"
    assert "ops.exp(scores)" in first.source()
    assert "ops.mean(shares" in second.source()


def test_a_table_holds_a_sentence_and_what_it_explains(tmp_path):
    text = """right("softmax").edits({
    "One.": {"ops.sum": "ops.mean"},
    "Two.": [("axis=-1", "axis=0", 2), {"ops.max": "ops.min", "shares, axis=-1": "shares, axis=0"}],
    "Three.": of("in_two_lines", only_on(("tensorflow", "jax", "torch"), {"ops.sum": "ops.max"})),
    "Stale.": {"ops.log": "ops.exp"},
})"""
    *known, stale = mistakes_in(load(tmp_path, text))
    assert [one.sentence for one in known] == ["One.", "Two.", "Two.", "Three."]
    assert "ops.sum(shares, axis=0" in known[2].source()
    assert "powers / ops.max(powers" in known[3].source()
    assert [one.backends for one in known] == [(), (), (), ("tensorflow", "jax", "torch")]
    with pytest.raises(StaleEdit, match=rf"^attention\.py:{HEAD.count(chr(10)) + 5}: `ops.log` must occur once"):
        stale.source()


def test_answers_stay_in_the_order_of_the_file_and_each_has_its_own_name(tmp_path):
    module = load(
        tmp_path,
        'right("softmax").edit("ops.sum", "ops.mean", "first", backends=("tensorflow",))\n'
        '@mistake("softmax", "second")\ndef whole(scores):\n    return scores\n'
        'right("softmax").edit("ops.sum", "ops.mean", "third", backends=("jax", "torch"))\n'
        '@mistake("softmax", "fourth")\ndef last(scores):\n    return -scores\n',
    )
    everything = [known for known in all_in(module) if known.sentence]
    assert [known.sentence for known in everything] == ["first", "second", "third", "fourth"]
    assert len({known.name for known in everything}) == 4
    no_twins(everything)  # the same program, but never on the same backend


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ('edit("axis=-1", "axis=0", "s")', "`axis=-1` must occur once, and occurs 2 times"),
        ('edit("axis=-1", "axis=0", "s", times=3)', "must occur 3 times, and occurs 2 times"),
        ('edit("ops.log", "ops.exp", "s")', "`ops.log` must occur once, and occurs 0 times"),
        ('edit("largest)", "largest", "s")', "makes no Python"),
        ('edit("ops.sum", "ops . sum", "s")', "changes nothing"),
        ('edit({"scores - largest": "scores", "- largest": ""}, "s")', "overlap"),
    ],
)
def test_an_edit_that_fits_no_more_says_where_it_stands(tmp_path, call, says):
    module = load(tmp_path, f'right("softmax").{call}')
    (known,) = mistakes_in(module)
    with pytest.raises(StaleEdit, match=rf"^attention\.py:{HEAD.count(chr(10)) + 1}: ") as stale:
        known.source()
    assert says in str(stale.value)


def test_an_edit_without_a_replacement_is_refused_at_once(tmp_path):
    with pytest.raises(StaleEdit, match=r"attention\.py:\d+: a change is a fragment and its replacement"):
        load(tmp_path, 'right("softmax").edit("axis=-1", "A sentence.")')


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ('right("softmx")', "no exercise 'softmx'. Did you mean softmax"),
        ('right("softmax", "in_to_lines")', "no correct variant 'in_to_lines'. Did you mean in_two_lines"),
        ('right("attention_scores", "in_two_lines")', "no correct variant 'in_two_lines'"),
    ],
)
def test_what_is_no_right_answer_cannot_be_edited(tmp_path, call, says):
    with pytest.raises(UnknownName, match=says):
        load(tmp_path, call)


@pytest.mark.parametrize(
    "text",
    [
        'right("softmax").edit({"ops.sum": "ops.mean"}, {"ops.sum(": "ops.mean("}, "s")',
        'right("softmax", "in_two_lines").edit("powers / ops.sum", "powers  /ops . sum", "s")',
        '@mistake("softmax", "s")\ndef other(scores):\n    "It says more."\n    return scores\n'
        '@mistake("softmax", "t")\ndef another(scores):\n    return scores  # the same\n',
    ],
)
def test_twins_are_found(tmp_path, text):
    with pytest.raises((TwinAnswers, StaleEdit), match="are one program|changes nothing"):
        no_twins(all_in(load(tmp_path, text)))


def test_a_replacement_of_several_lines_stands_as_deep_as_what_it_replaces():
    source = "def f(x):\n    if x:\n        return 1\n    return 2\n"
    changes = {"return 1": "\n    for y in x:\n        print(y)\n    return 3\n    ", "return 2": ""}
    assert edited(source, changes, 1) == (
        "def f(x):\n    if x:\n        for y in x:\n            print(y)\n        return 3\n"
    )


def test_what_is_no_code_does_not_count():
    source = (
        'class A:\n    """What."""\n\n    def f(self):\n        """This."""\n\n    # why\n    x = "# code"  # why\n'
    )
    assert bare(source) == 'class A:\n    def f(self):\n        pass\n    x = "# code"\n'


def test_code_finds_what_the_solutions_notebook_binds(tmp_path):
    text = 'right("scaled_dot_product_attention").edit("ops.matmul(weights, value)", "keras.ops.relu(value)", "s")'
    (known,) = mistakes_in(load(tmp_path, text))  # `keras`, `softmax` and `attention_scores` are not in the module
    output, weights = known.answer(SCORES[None], SCORES[None], SCORES[None])
    np.testing.assert_allclose(np.sum(weights, axis=-1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(output, SCORES[None])


def test_a_traceback_shows_the_line_of_an_edit(tmp_path):
    (known,) = mistakes_in(load(tmp_path, 'right("softmax").edit("ops.sum(shares", "shares.total(shares", "s")'))
    with pytest.raises(AttributeError) as error:
        known.answer(SCORES)
    assert "return shares / shares.total(" in "".join(traceback.format_exception(error.value))


def test_a_sealed_module_is_edited_without_any_text_in_plain(tmp_path, monkeypatch):
    """As in a handout: sealed are the module with its variant, and the solution."""
    unit = Unit("04_attention")
    reference = tmp_path / "reference.py"
    reference.write_text(sealed.sealed_text(code_alone(unit.solution.read_text("utf-8"))), "utf-8")
    monkeypatch.setattr(Unit, "solution", tmp_path / "nowhere")
    monkeypatch.setattr(Unit, "sealed_reference", reference)
    text = (
        'right("softmax").edit("ops.sum", "ops.mean", "s")\n'
        'right("softmax", "in_two_lines").edit("ops.sum(powers", "powers.total(powers", "t")'
    )
    of_solution, of_variant = mistakes_in(load(tmp_path, text, seal=True))
    np.testing.assert_allclose(np.mean(of_solution.answer(SCORES), axis=-1), 1.0, rtol=1e-6)
    with pytest.raises(AttributeError) as error:
        of_variant.answer(SCORES)
    assert "powers.total(" not in "".join(traceback.format_exception(error.value))
    reference.unlink()
    with pytest.raises(NotHere, match="answers of 04_attention are missing"):
        load(tmp_path, text)


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.stem)
def test_every_known_answer_of_the_course_can_be_made_and_no_two_are_one_program(unit):
    answers = all_in(known_answers(unit))
    no_twins(answers)
    for known in answers:
        assert known.answer.__name__ == ast.parse(known.source()).body[0].name or not hasattr(known, "changes")


COST = """
import json, sys, time
from autograder.judging.known import known_answers, mistakes_in
from autograder.units import Unit, all_units
import course.toolkit
for unit in all_units():
    unit.points()
before = time.process_time()
found = len(mistakes_in(known_answers(Unit(sys.argv[1]))))
print(json.dumps([time.process_time() - before, found]))
"""


def test_loading_the_known_answers_of_a_unit_costs_a_learner_nothing_to_speak_of():
    run = subprocess.run(
        [sys.executable, "-c", COST, "03_recurrence"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    seconds, found = json.loads(run.stdout.splitlines()[-1])
    assert found > 200
    assert seconds < 0.3
