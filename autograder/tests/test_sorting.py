"""What unit 9's pay-off promises: a decoder writes its memory in order, and one that sees its labels only seems to."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit import sorting

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
    sizes = sorting.VOCABULARY_SIZE, 32, sorting.LENGTH + 1
    return sorting.train(*(answer("PositionalEmbedding")(*sizes) for _ in range(2)), decoder, causal)


def test_a_target_is_its_source_in_order_between_start_and_end():
    source, target = sorting.sequences(5, seed=3)
    assert source.shape == (5, sorting.LENGTH)
    assert source.dtype == target.dtype == np.int32
    assert 4 <= source.min() < source.max() < sorting.VOCABULARY_SIZE
    assert [2, *sorted(set(source[1].tolist())), 3] == target[1].tolist()


def test_who_writes_alone_is_given_nothing_but_its_own_tokens():
    class Counts:
        """Says one more than the last token that it is given."""

        def __call__(self, inputs):
            last = np.asarray(inputs["target"])
            return keras.ops.one_hot(last + 1, 99)

    said = sorting.written(Counts(), np.zeros((2, sorting.LENGTH), "int32"))
    assert said.tolist() == 2 * [list(range(3, 3 + sorting.LENGTH))]


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_only_a_decoder_that_does_not_see_its_labels_writes_alone(seed):
    writer, loss = trained(causal=True, seed=seed)
    cheat, loss_of_cheat = trained(causal=False, seed=seed)
    assert sorting.alone(writer) >= 0.95
    assert sorting.alone(cheat) < sorting.chance() + 0.15 < 0.5
    assert loss_of_cheat < 1.2 * loss < 0.01
