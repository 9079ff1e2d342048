"""What contenders written in Keras have in common: updates, a warm-up that leaves no trace, and greedy decoding."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit.quiet import silent

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops

from autograder.bench.translation.clocked_training import Batch
from autograder.bench.translation.ids import END, PAD, START, UNKNOWN, padded
from autograder.bench.translation.shared_text import SharedText


class KerasContender:
    """A compiled model with its batches; `graphs` are batches of every shape that a graph is made for."""

    def __init__(self, model: keras.Model, batches: Sequence[Batch], graphs: Sequence[Batch]):
        self.model, self.batches, self._graphs = model, batches, graphs
        self.model({name: ids[:1] for name, ids in batches[0][0].items()})  # makes the parameters
        self.model.optimizer.build(self.model.trainable_variables)

    @property
    def parameters(self) -> int:
        return self.model.count_params()

    def warm_up(self) -> None:
        variables = [*self.model.variables, *self.model.optimizer.variables]
        kept = [ops.convert_to_numpy(variable).copy() for variable in variables]
        with silent():  # of what TensorFlow says when it makes a graph
            for batch in self._graphs:
                self.update(batch)
        for variable, value in zip(variables, kept, strict=True):
            variable.assign(value)

    def update(self, batch: Batch) -> None:
        self.model.train_on_batch(*batch)

    def after(self, share: float) -> None:
        """Nothing: only the course's training has use for it."""


def padded_batches(text: SharedText, length: int, batch_size: int, seed: int) -> list[Batch]:
    """Pairs in random order, cut or padded to one length: S = T = `length`."""
    order = np.random.default_rng(seed).permutation(len(text.rows))
    batches = []
    for first in range(0, len(order), batch_size):
        some = [text.rows[place] for place in order[first : first + batch_size]]
        source = padded([row for row, _ in some], length)
        target = padded([row for _, row in some], length + 1)
        batches.append(({"source": source, "target": target[:, :-1]}, target[:, 1:]))
    return batches


def one_of_each_shape(batches: Sequence[Batch]) -> list[Batch]:
    """The first batch of each shape."""
    shapes = {(inputs["source"].shape, labels.shape): (inputs, labels) for inputs, labels in reversed(batches)}
    return list(shapes.values())


def greedy(scores: Callable[[np.ndarray, int], np.ndarray], rows: int, length: int) -> np.ndarray:
    """Write token by token into rows of a fixed length.

    scores: a function of ids (B, length) and a place that gives the scores of the token after it, (B, V). `[UNK]` is
    never written: it is no word. Returns (B, length + 1), int32, from `[START]` on.
    """
    ids, ended = np.full((rows, length + 1), PAD, "int32"), np.zeros(rows, bool)
    ids[:, 0] = START
    for place in range(length):
        found = scores(ids[:, :length], place).copy()
        found[:, UNKNOWN] = -np.inf
        likeliest = found.argmax(axis=-1)
        ids[:, place + 1] = np.where(ended, PAD, likeliest)
        ended |= ids[:, place + 1] == END
        if ended.all():
            break
    return ids


def translate_padded(model: keras.Model, text: SharedText, sentences: Sequence[str], length: int) -> list[str]:
    """Translate with a model that reads both sides padded to one length, and computes all of it for each token."""
    translations = []
    for first in range(0, len(sentences), 125):
        source = padded([text.source_ids(one) for one in sentences[first : first + 125]], length)

        def scores(target: np.ndarray, place: int, source: np.ndarray = source) -> np.ndarray:
            return ops.convert_to_numpy(model({"source": source, "target": target})[:, place])

        translations += map(text.words, greedy(scores, len(source), length).tolist())
    return translations
