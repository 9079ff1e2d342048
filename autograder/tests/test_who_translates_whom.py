"""Milestone 1: which word translates which is known by grammar, and a decoder's attention is asked for it."""

from course.toolkit import seq2seq, who_translates_whom

import numpy as np
import pytest
from keras import layers, ops

from autograder.judging.references import reference_of, references_before
from autograder.learner.goals import milestone
from autograder.learner.record import Record
from autograder.seam.given import References, giving
from autograder.tests.pay_off_cell import run_pay_off, solved
from autograder.units import find_unit

UNIT = find_unit("04_attention")


@pytest.fixture(scope="module")
def data():
    return seq2seq.easy_sentences()


@pytest.fixture(scope="module")
def answer():
    return References([*references_before(UNIT), reference_of(UNIT)])


def text(english, spanish):
    return english.split(), spanish.split()


def test_a_form_of_a_word_is_translated_by_the_same_form():
    known = who_translates_whom.dictionary()
    assert {known[word] for word in ("viejo", "vieja", "viejos", "viejas")} == {"old"}
    assert (known["casa"], known["casas"], known["mujeres"], known["sofía"]) == ("house", "houses", "women", "sofía")
    assert "limpia" not in known  # a verb as well
    assert "la" not in known


def test_who_translates_whom_is_told_only_beyond_doubt():
    assert who_translates_whom.translated(text("my old house is big .", "mi casa vieja es grande .")) == [
        (1, 2),
        (2, 1),
        (4, 4),
    ]
    twice = text("the house is big . my house is old .", "la casa es grande . mi casa es vieja .")
    assert who_translates_whom.translated(twice) == [(3, 3), (8, 8)]
    other_form = text("the old cats and an old cat .", "los gatos viejos y un gato viejo .")
    assert who_translates_whom.translated(other_form) == [(1, 2), (5, 6)]


def test_texts_have_twelve_words_and_new_ones_were_not_trained_on(data):
    trained, new = (
        who_translates_whom.two_sentences(part, 300, np.random.default_rng(5)) for part in (data.train, data.test)
    )
    assert {len(english) for english, _ in trained + new} == {who_translates_whom.WORDS}
    assert not {" ".join(english) for english, _ in trained} & {" ".join(english) for english, _ in new}
    assert sum(len(who_translates_whom.translated(one)) for one in new) > 600


class Pointing:
    """A translator whose every weight lies on one English word."""

    def __init__(self, at):
        self.at = at

    def encode(self, source):
        return np.zeros((len(source), who_translates_whom.WORDS, 1)), None

    def write(self, word, state, keys, mask):
        return state, None, ops.one_hot(np.full(len(word), self.at), who_translates_whom.WORDS)


def test_a_word_is_found_where_the_largest_weight_lies(data, capsys):
    shares = [who_translates_whom.show(Pointing(at), data)["words found"] for at in range(who_translates_whom.WORDS)]
    assert sum(shares) == pytest.approx(1)  # each word is translated by one place
    assert shares[-1] == 0  # a full stop
    assert (
        "For 0 of them, the largest weight lies on the right English word" in capsys.readouterr().out.splitlines()[-1]
    )


def test_the_learners_attention_and_cells_are_what_the_translator_is_made_of(data, answer, capsys):
    asked = []

    def attend(query, key, value):
        asked.append((tuple(query.shape[1:]), tuple(key.shape[1:]), tuple(value.shape[1:])))
        return answer("scaled_dot_product_attention")(query, key, value)

    with giving(answer):
        translator = who_translates_whom.train(attend, data, steps=3)
    assert set(asked[1:]) == {((1, 32), (12, 32), (12, 64))}
    assert translator.reader.step is translator.writer.step is answer("gru_step")
    assert "100%" in capsys.readouterr().out
    texts = who_translates_whom.two_sentences(data.test, 5, np.random.default_rng(1))
    weights = who_translates_whom.weights_of(translator, data, texts)
    assert weights.shape == (5, 25, 12)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
    picture = who_translates_whom.drawn(translator, data)
    assert picture.png.startswith(b"\x89PNG")
    assert picture.width > 62 * who_translates_whom.WORDS  # a cell for each word that is looked at


def test_a_cell_with_a_learners_step_is_keras_own(answer):
    rng = np.random.default_rng(0)
    x, state = (rng.normal(size=(3, size)).astype("float32") for size in (5, 4))
    mine, theirs = who_translates_whom.Cell(answer("gru_step"), 4), layers.GRUCell(4)
    mine(x, [state]), theirs(x, [state])
    mine.set_weights([rng.normal(size=one.shape) for one in mine.get_weights()])
    theirs.set_weights(mine.get_weights())
    for one, other in zip(mine(x, [state]), theirs(x, [state]), strict=True):
        np.testing.assert_allclose(*(np.reshape(side, (3, 4)) for side in (one, other)), rtol=1e-5, atol=1e-6)


def test_the_cell_of_the_notebook_measures_what_lies_on_the_desk(monkeypatch, capsys, tmp_path):
    desk = solved(tmp_path / "work", ["03_recurrence", UNIT.stem])
    monkeypatch.chdir(desk.notebook(UNIT).parent)
    monkeypatch.setattr(who_translates_whom.train, "__defaults__", (4, 40))  # seed and steps
    run_pay_off(desk.notebook(UNIT), UNIT, tmp_path)
    said = capsys.readouterr().out
    assert "course.built: gru_step is yours; all its checks hold in work/03_recurrence." in said
    assert "Milestone 1 is not reached yet: it lacks “words found”." in said
    assert 0 < Record(desk).of_milestone(milestone(1))["words found"] < 0.9


@pytest.mark.filterwarnings("error")
def test_an_untouched_notebook_says_what_is_needed(monkeypatch, capsys, tmp_path):
    desk = solved(tmp_path / "work", [UNIT.stem])
    monkeypatch.chdir(desk.notebook(UNIT).parent)
    run_pay_off(UNIT.learners_copy, UNIT, tmp_path)
    assert "once the answers above are written" in capsys.readouterr().out
    assert not (desk.folder / ".progress.json").exists()
