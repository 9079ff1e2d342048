"""A trained translator is kept whole, and comes back as it was, in the learner's own layers, or says why not."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit.kept_translator import NoTranslator, keep, kept, texts_of

import json
import os

import keras
import numpy as np
import pytest

from autograder.learner.desk import Desk
from autograder.learner.own_translator import NotTranslated, own_translator
from autograder.seam.given import giving
from autograder.tests.tiny_translator import PAIRS, SAMPLE, SIZES, references, trained
from autograder.units import ROOT, Unit

UNIT = Unit("13_translation")
FILE = "translator-grammar.npz"
SPANISH = ["el gato duerme .", "la vaca canta .", "comemos una manzana ."]


@pytest.fixture(scope="module")
def translator():
    return trained()


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A learner's kernel in the folder of unit 13, on a desk of their own."""
    monkeypatch.setattr(Desk.__init__, "__defaults__", (tmp_path / "work",))
    (tmp_path / "work" / UNIT.stem).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work" / UNIT.stem)
    return Desk()


def translations(model, answer=None):
    return (answer or references())("translate")(model, [english for english, _ in PAIRS])


def test_what_was_trained_comes_back(desk, translator, capsys):
    assert translations(translator) == SPANISH
    keep(translator, SAMPLE, ("es", "en"))
    assert f"It is kept as {desk.folder / FILE}." in capsys.readouterr().out
    found, answer = kept(desk.folder), references()
    assert (found.sample, found.sizes, found.languages) == (SAMPLE, SIZES, ("es", "en"))
    again = found.rebuilt(answer("build_translator"))
    assert translations(again, answer) == SPANISH
    assert sorted(path.name for path in desk.folder.iterdir()) == [UNIT.stem, FILE]
    assert list((desk.folder / UNIT.stem).iterdir()) == []  # or nbgrader would hand it in


def test_nothing_kept_yet_says_what_to_do(desk):
    with pytest.raises(NoTranslator, match=r"no trained translator yet: .*work has none\. Train one: .* 13"):
        kept(desk.folder)


@pytest.mark.parametrize("left", [0, 1, 100, 5000, -1, -100])
def test_half_a_file_is_told_and_left_alone(desk, translator, left):
    keep(translator, SAMPLE)
    half = (desk.folder / FILE).read_bytes()[:left]
    (desk.folder / FILE).write_bytes(half)
    with pytest.raises(NoTranslator, match="is damaged, or no translator .*Nothing was changed. Move it away"):
        kept(desk.folder)
    assert (desk.folder / FILE).read_bytes() == half


def test_a_flipped_bit_is_told_or_harmless(desk, translator):
    keep(translator, SAMPLE)
    rng = np.random.default_rng(5)
    whole, told = (desk.folder / FILE).read_bytes(), 0
    expected = [one.tobytes() for one in kept(desk.folder).parameters]
    for place in rng.integers(0, len(whole), 200):
        (desk.folder / FILE).write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            assert [one.tobytes() for one in kept(desk.folder).parameters] == expected
        except NoTranslator:
            told += 1
    assert told > 100


def test_a_file_that_would_run_code_is_refused(desk, tmp_path):
    class Runs:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    np.savez(desk.folder / FILE, about=np.array(Runs(), dtype=object))
    with pytest.raises(NoTranslator, match="is damaged, or no translator"):
        kept(desk.folder)
    assert not (tmp_path / "ran").exists()


def test_other_sizes_do_not_fit(desk, translator):
    keep(translator, SAMPLE)
    build = references()("build_translator")
    with pytest.raises(NoTranslator, match="trained with other layers .* do not fit .*train it anew"):
        kept(desk.folder).rebuilt(lambda *given, **sizes: build(*given, **{**sizes, "d_ff": 32}))


def test_layers_that_compute_something_else_are_noticed_though_all_shapes_fit(desk, translator):
    keep(translator, SAMPLE)

    def forgets_the_root(unit, source):
        return source.replace("query.shape[-1] ** 0.5", "query.shape[-1]") if unit == "06_multi_head" else source

    answer = references(forgets_the_root)
    with pytest.raises(NoTranslator, match=r"trained with other layers .* logits are up to [\d.]+ apart"):
        kept(desk.folder).rebuilt(answer("build_translator"))


def test_a_disk_that_fills_up_costs_neither_the_training_nor_the_one_of_before(desk, translator, monkeypatch, capsys):
    keep(translator, SAMPLE)
    before = (desk.folder / FILE).read_bytes()

    def fills_up(file, **arrays):
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fills_up)
    keep(translator, "Another sample.")
    assert "could not be kept as" in capsys.readouterr().out
    assert (desk.folder / FILE).read_bytes() == before
    assert sorted(path.name for path in desk.folder.iterdir()) == [UNIT.stem, FILE]


def test_a_newer_one_takes_the_place_of_the_older(desk, translator):
    keep(translator, SAMPLE)
    keep(translator, PAIRS[1][0])
    assert kept(desk.folder).sample == PAIRS[1][0]


def test_those_of_other_texts_stay_and_the_last_one_is_shown(desk, translator):
    keep(translator, SAMPLE, ("en", "es"), "eng-spa")
    keep(translator, PAIRS[1][0])
    for place, name in enumerate(("eng-spa", "grammar")):  # clocks of file systems are coarse
        os.utime(desk.folder / f"translator-{name}.npz", (place, place))
    assert texts_of(desk.folder) == ["grammar", "eng-spa"]
    assert kept(desk.folder).sample == PAIRS[1][0]
    assert own_translator(lambda line: None, "eng-spa").sample == SAMPLE
    with pytest.raises(NoTranslator, match="No translator was trained on 'cmn-eng'; .* has those of: eng-spa, grammar"):
        kept(desk.folder, "cmn-eng")


def test_where_notebooks_are_graded_nothing_is_kept(desk, translator, capsys):
    with giving(references()):
        keep(translator, SAMPLE)
    assert not (desk.folder / FILE).exists()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("folder", ["solutions", "exercises"])
def test_beside_no_learners_notebook_nothing_is_kept(desk, translator, monkeypatch, capsys, folder):
    monkeypatch.chdir(ROOT / folder / UNIT.stem)
    keep(translator, SAMPLE)
    assert "is not kept, because no learner's notebook lies in" in capsys.readouterr().out
    assert [place for place in (desk.folder, ROOT / folder, ROOT / folder / UNIT.stem) if (place / FILE).exists()] == []


def written(desk, **answers):
    """The learner's notebook of unit 13: the solution with these answers in place of its own."""
    notebook = json.loads(UNIT.solution.read_text("utf-8"))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(name, cell["source"])
    desk.notebook(UNIT).write_text(json.dumps(notebook), "utf-8")


def own():
    said = []
    return own_translator(said.append), [line.partition(";")[0] for line in said]


BUILDS = """
def build_translator(source_vocabulary, target_vocabulary, d_model, num_heads, d_ff, num_layers, max_length, dropout):
    sizes = (d_model, num_heads, d_ff, num_layers, max_length)
    mine = Transformer(len(source_vocabulary), len(target_vocabulary), *sizes, dropout, norm_first=True, name="mine")
    mine.source_vocabulary, mine.target_vocabulary = source_vocabulary, target_vocabulary
    return mine
"""
STUB = 'def build_translator(*vocabularies, **sizes):\n    raise NotImplementedError("your code here")'
WRONG_SHAPE = """
def alignment(translator, sentence):
    return ["a"], translate(translator, [sentence])[0].split(), np.ones((9, 9))
"""


def test_it_is_built_and_asked_with_the_learners_own_answers(desk, translator):
    keep(translator, SAMPLE)
    written(desk, build_translator=BUILDS)
    mine, said = own()
    assert (mine.model.name, mine.sample, said) == ("mine", SAMPLE, [])
    words = mine.read("The zebra sleeps.")
    assert [word.known for word in words] == [True, False, True, True]
    assert [" ".join(mine.written(mine.read(english))) for english, _ in PAIRS] == SPANISH
    source, target, weights = references()("alignment")(translator, SAMPLE)
    np.testing.assert_allclose(mine.weights(SAMPLE, target), weights, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"build_translator": STUB}, "build_translator is the reference"),
        ({"build_translator": "def build_translator(*given, **sizes):\n    return 1 / 0"}, "build_translator is the"),
        ({"build_translator": "build_translator = = 3"}, "build_translator is the reference"),
        ({"build_translator": BUILDS + "\nint('many')"}, None),
        ({"alignment": "def alignment(translator, sentence):\n    return translator.nothing"}, "alignment is the"),
        ({"alignment": WRONG_SHAPE}, "alignment is the reference"),
    ],
)
def test_an_answer_that_does_not_run_is_the_reference_and_that_is_said(desk, translator, answers, says):
    keep(translator, SAMPLE)
    written(desk, **answers)
    mine, said = own()
    assert [line[: len(says or "")] for line in said] == ([says] if says else [])
    tokens = list(mine.written(mine.read(SAMPLE)))
    assert " ".join(tokens) == SPANISH[0]
    assert np.shape(mine.weights(SAMPLE, tokens)) == (4, 4)


def test_without_a_notebook_the_references_translate(desk, translator):
    keep(translator, SAMPLE)
    mine, said = own()
    assert said == ["build_translator is the reference", "alignment is the reference"]
    assert " ".join(mine.written(mine.read(SAMPLE))) == SPANISH[0]


def test_layers_that_were_changed_since_are_an_error_and_not_the_reference(desk, translator):
    keep(translator, SAMPLE)
    written(
        desk, build_translator=BUILDS.replace("d_ff, num_layers, max_length)\n", "2 * d_ff, num_layers, max_length)\n")
    )
    with pytest.raises(NoTranslator, match="trained with other layers"):
        own()


def test_a_translator_of_a_fetched_unit_is_found_from_its_folder_and_from_the_one_around(
    desk, translator, tmp_path, monkeypatch
):
    (tmp_path / "fetched" / UNIT.stem).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "fetched" / UNIT.stem)
    keep(translator, "Mine.")
    for folder in (tmp_path / "fetched" / UNIT.stem, tmp_path / "fetched"):
        monkeypatch.chdir(folder)
        assert own()[0].sample == "Mine."


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("", "nothing to translate"),
        (" \n\t", "nothing to translate"),
        ("a " * 9, "has 9 tokens .* reads at most 8"),
        ("a" * 1001, "has 1001 characters, and 1000 are the most"),
    ],
)
def test_what_cannot_be_read_says_so(desk, translator, sentence, says):
    keep(translator, SAMPLE)
    mine, _ = own()
    with pytest.raises(NotTranslated, match=says):
        mine.read(sentence)


def test_the_parameters_alone_are_kept(desk, translator):
    """Not what Adam remembers of them: that is twice as much, and trains on only."""
    keep(translator, SAMPLE)
    numbers = sum(int(np.prod(one.shape)) for one in translator.weights)
    assert sum(one.size for one in kept(desk.folder).parameters) == numbers
    assert isinstance(translator.optimizer, keras.optimizers.Adam)
