"""What unit 9's pay-off promises: a decoder writes its memory backwards, and one that sees the future only seems to."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit import reversal

import keras
import numpy as np
import pytest

from autograder.judging.references import reference_of, references_before
from autograder.seam.given import References
from autograder.units import find_unit


def trained(causal, seed):
    unit = find_unit("09_decoder")
    answer = References([*references_before(unit), reference_of(unit)])
    keras.utils.set_random_seed(seed)
    decoder = answer("Decoder")(num_layers=1, d_model=32, num_heads=2, d_ff=64, dropout=0.0)
    sizes = reversal.VOCABULARY_SIZE, 32, reversal.LENGTH + 1
    return reversal.train(*(answer("PositionalEmbedding")(*sizes) for _ in range(2)), decoder, causal)


def test_a_target_is_its_source_backwards_between_start_and_end():
    source, target = reversal.sequences(5, seed=3)
    assert source.shape == (5, reversal.LENGTH)
    assert source.dtype == target.dtype == np.int32
    assert 4 <= source.min() < source.max() < reversal.VOCABULARY_SIZE
    assert [2, *source[1][::-1], 3] == target[1].tolist()


def test_who_writes_alone_is_given_nothing_but_its_own_tokens():
    class Counts:
        """Says one more than the last token that it is given."""

        def __call__(self, inputs):
            last = np.asarray(inputs["target"])
            return keras.ops.one_hot(last + 1, 99)

    said = reversal.written(Counts(), np.zeros((2, reversal.LENGTH), "int32"))
    assert said.tolist() == 2 * [list(range(3, 3 + reversal.LENGTH))]


@pytest.mark.parametrize("seed", [1, 2])
def test_only_a_decoder_that_does_not_see_its_labels_writes_alone(seed):
    writer, loss = trained(causal=True, seed=seed)
    cheat, loss_of_cheat = trained(causal=False, seed=seed)
    assert reversal.alone(writer) >= 0.95
    assert reversal.alone(cheat) < 0.4
    assert loss_of_cheat < loss
