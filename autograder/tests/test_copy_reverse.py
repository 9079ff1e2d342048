"""What unit 11's pay-off promises: a whole Transformer copies and reverses what it has not seen, as it is asked."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit import copy_reverse
from course.toolkit.copy_reverse import COPY, LONGEST, REVERSE, SHORTEST, VOCABULARY_SIZE

import re

import keras
import numpy as np
import pytest

from autograder.judging.references import reference_of, references_before
from autograder.seam.given import References
from autograder.units import find_unit


@pytest.fixture(scope="module")
def answer():
    unit = find_unit("11_training")
    return References([*references_before(unit), reference_of(unit)])


def taught(answer, seed, **options):
    """A Transformer after training on the task, as the notebook trains it, and what was plotted."""
    keras.utils.set_random_seed(seed)
    sizes = {"d_model": 32, "num_heads": 4, "d_ff": 64, "num_layers": 1, "max_length": 12, "dropout": 0.0}
    model = answer("Transformer")(VOCABULARY_SIZE, VOCABULARY_SIZE, **sizes)
    rate = answer("WarmupSchedule")(32, warmup_steps=300)
    return model, copy_reverse.learn(model, answer("masked_loss"), answer("masked_accuracy"), rate, **options)


class Knowing(keras.Model):
    """Gives logits of what its first token asks for, and after `[END]` of another one for ever.

    `faulty` holds rows and places at which it says something else.
    """

    def __init__(self, faulty=()):
        super().__init__()
        self.faulty = faulty

    def call(self, inputs):
        following = np.full((len(inputs["source"]), 20), 9)
        for row, (task, *tokens) in enumerate(np.asarray(inputs["source"]).tolist()):
            tokens = [token for token in tokens if token]
            following[row, : len(tokens) + 1] = [*(tokens if task == COPY else tokens[::-1]), 3]
        for place in self.faulty:
            following[place] = 1
        return keras.ops.one_hot(following[:, : inputs["target"].shape[1]], VOCABULARY_SIZE)


def test_a_target_is_what_the_first_token_of_its_source_asks_for():
    source, target = copy_reverse.sequences(200, seed=3)
    assert source.dtype == target.dtype == np.int32
    assert set(source[:, 0]) == {COPY, REVERSE}
    lengths = (source != 0).sum(-1) - 1
    assert set(lengths) == set(range(SHORTEST, LONGEST + 1))
    for row, length in enumerate(lengths):
        tokens = source[row, 1 : length + 1].tolist()
        said = tokens if source[row, 0] == COPY else tokens[::-1]
        assert target[row, : length + 2].tolist() == [2, *said, 3]
        assert REVERSE < min(tokens) <= max(tokens) < VOCABULARY_SIZE
    assert not target[np.arange(LONGEST + 2) >= lengths[:, None] + 2].any()


def test_what_is_unseen_was_not_seen():
    seen, _ = copy_reverse.sequences(300, seed=2)  # the very same draws
    source, target = copy_reverse.unseen(100, seed=2, seen=seen)
    assert source.shape == (100, LONGEST + 1)
    assert len(target) == 100
    assert not set(map(bytes, source)) & set(map(bytes, seen))


def test_a_sequence_is_right_up_to_its_end_or_it_is_wrong():
    source, target = copy_reverse.sequences(4, seed=5)
    end = int((target[1] == 3).argmax()) - 1
    assert copy_reverse.exact(Knowing(), source, target).all()
    found = copy_reverse.exact(Knowing(faulty=[(0, 0), (1, end)]), source, target)
    assert found.tolist() == [False, False, True, True]


def test_shown_are_both_tasks_with_their_share(capsys):
    assert copy_reverse.show(Knowing()) == {"copied": 1.0, "reversed": 1.0}
    told = capsys.readouterr().out
    counts = re.findall(r"exactly right: (\d+) of (\d+)", told)
    assert [right for right, _ in counts] == [asked for _, asked in counts]
    assert sum(int(asked) for _, asked in counts) == 500
    for name, order in (("copied", 1), ("reversed", -1)):
        source, said = re.search(rf"{name}: ([\d ]+)  →  ([\d ]+)  ✓", told).groups()
        assert said.split() == source.split()[::order]
        assert SHORTEST <= len(said.split()) <= LONGEST


def test_who_interrupts_keeps_what_was_learned(answer, monkeypatch, capsys):
    class Interrupting(copy_reverse.LivePlot):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            if batch == 30:
                raise KeyboardInterrupt

    monkeypatch.setattr(copy_reverse, "LivePlot", Interrupting)
    model, plot = taught(answer, seed=1, steps=50)
    assert "Stopped after 31 of 50 batches" in capsys.readouterr().out
    assert plot.losses[-1] < plot.losses[0]
    source, target = copy_reverse.sequences(128, seed=9)
    logits = model({"source": source, "target": target[:, :-1]})
    assert float(answer("masked_loss")(target[:, 1:], logits)) < plot.losses[0]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_whole_transformer_copies_and_reverses(answer, seed):
    model, plot = taught(answer, seed)
    assert abs(plot.losses[0] - np.log(VOCABULARY_SIZE)) < 0.5
    source, target = copy_reverse.unseen(500, seed=2, seen=copy_reverse.sequences(1200 * 128, seed=1)[0])
    right = copy_reverse.exact(model, source, target)
    for task in (COPY, REVERSE):
        assert right[source[:, 0] == task].mean() >= 0.99
