"""Translating with a cache gives what translating without one gives."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit.cached_decoding import greedy_with_cache

import numpy as np
import pytest
from keras import ops

from autograder.judging.references import reference_of
from autograder.seam.given import References, giving
from autograder.units import all_units

LONGEST = 12


@pytest.fixture(scope="module")
def answer():
    references = References([reference_of(unit) for unit in all_units()])
    with giving(references):
        yield references


def uncached(answer, translator, source, never=()):
    def step(ids):
        logits = ops.convert_to_numpy(translator({"source": source, "target": ids})[:, -1])
        return np.where(np.isin(np.arange(logits.shape[-1]), list(never)), -np.inf, logits)

    return ops.convert_to_numpy(answer("greedy_decode")(step, [2] * len(source), 3, LONGEST))


@pytest.mark.parametrize("norm_first", [True, False])
def test_the_cache_changes_nothing(answer, norm_first):
    rng = np.random.default_rng(7)
    model = answer("Transformer")(30, 9, 16, 4, 24, 2, LONGEST, norm_first=norm_first, tie_weights=False)
    source = rng.integers(1, 30, (40, 9)).astype("int32")
    for row, length in zip(source, rng.permutation(len(source)) % 10, strict=True):
        row[length:] = 0  # a few are empty
    model({"source": source, "target": np.full((len(source), 1), 2)})
    weights = [rng.normal(scale=0.6, size=one.shape) if one.ndim == 2 else one for one in model.get_weights()]
    model.set_weights(weights)
    expected = uncached(answer, model, source)
    assert {0, 2, 3} < set(expected.ravel().tolist()), "it should write specials and words, and end"
    np.testing.assert_array_equal(greedy_with_cache(model, source), expected)
    words = expected[expected > 3].tolist()
    never = {1, max(words, key=words.count)}
    expected = uncached(answer, model, source, never)
    assert not never & set(expected.ravel().tolist())
    np.testing.assert_array_equal(greedy_with_cache(model, source, never), expected)


def test_a_source_that_is_too_long_is_told(answer):
    model = answer("Transformer")(30, 20, 16, 4, 24, 1, LONGEST)
    with pytest.raises(ValueError, match="13"):
        greedy_with_cache(model, np.ones((1, 13), "int32"))
