"""The sentences of lesson 12: three translations each, with shares that rows and weights keep to."""

from course.toolkit import three_ways
from course.toolkit.two_orders import SPANISH, sentence_of

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
