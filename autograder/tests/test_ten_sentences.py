"""Ten sentence pairs that a Transformer learns by heart: ids and words belong together, nothing helps to translate."""

from course.toolkit import ten_sentences
from course.toolkit.ten_sentences import END, PAD, START

import keras
import numpy as np


class Knowing(keras.Model):
    """Gives logits of the right next token for each source, as long as what was written is right so far."""

    def __init__(self, faulty_row=None):
        super().__init__()
        self.faulty_row, self.lengths = faulty_row, []

    def call(self, inputs):
        source, target = ten_sentences.ids()
        assert (np.asarray(inputs["source"]) == source).all()
        written = np.asarray(inputs["target"])
        self.lengths.append(written.shape[1])
        following = np.pad(target[:, 1:], ((0, 0), (0, 30)))[:, : written.shape[1]]
        if self.faulty_row is not None:
            following[self.faulty_row, :] = 5
        return np.eye(len(ten_sentences.vocabularies()[1]), dtype="float32")[following]


def test_ids_and_words_belong_together():
    source, target = ten_sentences.ids()
    assert source.dtype == target.dtype == np.int32
    assert len(ten_sentences.pairs()) == len({english for english, _ in ten_sentences.pairs()}) == len(source) == 10
    for side, ids in enumerate((source, target)):
        for pair, row in zip(ten_sentences.pairs(), ids, strict=True):
            tokens = [ten_sentences.vocabularies()[side][one] for one in row if one not in (PAD, START, END)]
            assert " ".join(tokens) == pair[side]
    assert (target[:, 0] == START).all()
    assert ((target == END).sum(-1) == 1).all()


def test_translating_reads_only_what_was_written_before():
    model = Knowing()
    assert ten_sentences.translate(model) == [spanish for _, spanish in ten_sentences.pairs()]
    longest = ten_sentences.ids()[1].shape[1]
    assert model.lengths == list(range(1, longest))


def test_a_row_that_never_ends_is_cut_and_wrong_alone():
    said = ten_sentences.translate(Knowing(faulty_row=4))
    right = [mine == spanish for mine, (_, spanish) in zip(said, ten_sentences.pairs(), strict=True)]
    assert right == [row != 4 for row in range(10)]


def test_learning_shifts_the_target_and_ignores_padding():
    seen = {}

    class Watched(keras.Model):
        def compile(self, optimizer, loss, **options):
            seen["loss"] = loss

        def fit(self, inputs, labels, **options):
            seen.update(inputs=inputs, labels=labels)

    ten_sentences.learn(Watched())
    source, target = ten_sentences.ids()
    for found, wanted in (
        (seen["inputs"]["source"], source),
        (seen["inputs"]["target"], target[:, :-1]),
        (seen["labels"], target[:, 1:]),
    ):
        for batch in np.split(found, len(found) // 10):
            assert (batch == wanted).all()
    assert seen["loss"].ignore_class == PAD
