"""The translators of unit 3: a fair split, texts of known lengths, and a model whose padding changes nothing."""

from course.toolkit import seq2seq

import re

import numpy as np
import pytest
from keras import layers, ops


@pytest.fixture(scope="module")
def data():
    return seq2seq.easy_sentences()


class LastState(layers.Layer):
    def call(self, query, keys, mask):
        return keys[:, -1], None


def test_no_tested_sentence_was_trained_on_and_every_word_of_it_was(data):
    trained, tested = ({" ".join(english) for english, _ in part} for part in (data.train, data.test))
    assert not trained & tested
    assert len(tested) > 200
    source, target = data.ids(data.test)
    assert source.shape[1] + 2 == target.shape[1]
    assert (target[:, 0] == seq2seq.START).all()


def test_texts_are_sorted_by_their_words_and_are_all_different(data):
    texts = seq2seq.by_length(data.test, each=20)
    assert list(texts) == [6, 9, 12, 15, 18, 21, 24]
    for most, some in texts.items():
        assert len({tuple(english) for english, _ in some}) == 20
        assert all(most - 3 < len(english) <= most for english, _ in some)


def test_an_adjective_before_its_noun_is_found():
    assert seq2seq.has_adjective_before_noun((["the", "red", "house", "is", "big", "."], []))
    assert not seq2seq.has_adjective_before_noun((["the", "house", "is", "red", "."], []))


def test_a_translator_learns_writes_and_is_blind_to_padding(data, capsys):
    translator = seq2seq.train(LastState, data, "one vector", units=8, steps=2)
    assert re.search(r"one vector +█+ 100%  loss \d+\.\d\d", capsys.readouterr().out)
    texts = data.test[:5]
    source, target = data.ids(texts)
    logits = translator({"source": source, "target": target[:, :-1]})
    assert logits.shape == (5, target.shape[1] - 1, len(data.spanish))
    keys, mask = translator.encode(source)
    lengths = [len(english) for english, _ in texts]
    last = ops.convert_to_numpy(keys)[range(5), np.array(lengths) - 1]
    np.testing.assert_array_equal(ops.convert_to_numpy(keys)[:, -1], last)
    assert ops.convert_to_numpy(mask).sum(-1).tolist() == lengths
    assert len(seq2seq.answers(translator, data, texts)) == 5
    assert 0 <= seq2seq.exact(translator, data, texts) <= seq2seq.words_right(translator, data, texts) <= 1
