"""The sentences of lesson 12: three translations each, with shares that rows and weights keep to."""

from course.toolkit import three_ways
from course.toolkit.two_orders import ENGLISH, SPANISH, sentence_of

import numpy as np
import pytest


def test_each_sentence_is_said_in_three_ways_and_known_by_them():
    ways = three_ways.ways_of("the red hen sings")
    assert list(ways.values()) == ["la gallina roja canta", "canta la gallina roja", "canta"]
    assert sum(three_ways.SHARES.values()) == pytest.approx(1)
    assert [three_ways.way_of("the red hen sings", text) for text in ways.values()] == list(ways)
    assert three_ways.way_of("the red hen sings", "canta el perro rojo") == "wrong"


def test_rows_weigh_as_much_as_their_translators_and_padding_nothing():
    source, read, wanted, weights = three_ways.rows_of(["the red hen sings", "the old cat eats"])
    assert (source[0] == source[2]).all()
    assert (source[2] != source[3]).any()
    assert [sentence_of(row) for row in wanted[3:]] == ["el gato viejo come", "come el gato viejo", "come"]
    assert [SPANISH[number] for number in read[5]] == ["[START]", "come", "[END]", "[PAD]", "[PAD]"]
    assert (weights[:, 0] == np.tile(np.array(list(three_ways.SHARES.values()), "float32"), 2)).all()
    assert ((weights > 0) == (wanted != 0)).all()
    assert (weights.dtype, read.dtype) == (np.float32, np.int32)


def test_a_model_is_asked_once_about_each_prefix_and_hears_the_source():
    asked = []

    def model(inputs):
        source, target = inputs["source"], inputs["target"]
        asked.append([[ENGLISH[number] for number in source[0]], *([SPANISH[n] for n in row] for row in target)])
        logits = np.full((*target.shape, len(SPANISH)), -50.0, "float32")
        logits[np.arange(len(target)), -1, target[:, -1]] = 0  # the last token once more, and nearly never another
        return logits

    after = three_ways.next_tokens(model, "the red hen sings")
    (found,) = after([("la",)])
    assert found == {"la": pytest.approx(1)}
    assert asked == [[["the", "red", "hen", "sings"], ["[START]", "la"]]]
    assert after([("la",), ("el",)])[0] == found
    assert asked[1][1:] == [["[START]", "el"]]
