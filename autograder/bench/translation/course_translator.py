"""The course's own translator: the reference answers of its units, put together as in unit 13."""

from course.toolkit.cached_decoding import greedy_with_cache

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from autograder.bench.translation.clocked_training import Batch
from autograder.bench.translation.contenders import COURSE
from autograder.bench.translation.ids import padded
from autograder.bench.translation.keras_contender import KerasContender, one_of_each_shape
from autograder.bench.translation.shared_text import SharedText


class CourseTranslator(KerasContender):
    """`build_translator` trained on the batches of `make_dataset`.

    Its rate is `rate` times that of `WarmupSchedule`, and in the last `falling` of the time it falls to 0 as well.
    answer: gives the course's answers by name. chosen: sizes and options other than the usual ones.
    """

    def __init__(self, text: SharedText, seed: int, answer: Callable[[str], Any], **chosen: Any):
        options = COURSE | chosen
        batch_size, longest = options.pop("batch_size"), options["max_length"]
        self._share, self._falling, self._left = options.pop("rate"), options.pop("falling"), 1.0
        keras.config.set_dtype_policy(options.pop("dtype_policy"))
        keras.utils.set_random_seed(seed)
        translator = answer("build_translator")(*text.vocabularies, **options)
        batches = answer("make_dataset")(text.train, *text.vocabularies, batch_size, longest, seed)
        if keras.backend.backend() == "tensorflow":
            translator.jit_compile = (
                False  # a graph for all shapes on all cores; XLA makes one for each, and on one core
            )
            graphs = _different(batches)
        else:
            batches = [_fewer_shapes(batch, longest) for batch in batches]
            graphs = one_of_each_shape(batches)
        self._text, self._longest = text, longest
        self._rate = answer("WarmupSchedule")(options["d_model"], options["warmup_steps"])
        adam = translator.optimizer  # the same again, with a rate that can be set
        translator.optimizer = type(adam).from_config(adam.get_config() | {"learning_rate": 0.0})
        super().__init__(translator, batches, graphs)

    def update(self, batch: Batch) -> None:
        adam = self.model.optimizer
        rate = self._share * float(self._rate(adam.iterations))
        adam.learning_rate = rate * min(1.0, self._left / self._falling)
        super().update(batch)

    def after(self, share: float) -> None:
        self._left = max(0.0, 1.0 - share)

    def translate(self, sentences: Sequence[str]) -> list[str]:
        rows = [self._text.source_ids(one)[: self._longest] for one in sentences]
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))  # those of similar lengths together
        translations = [""] * len(rows)
        for first in range(0, len(rows), 250):
            places = order[first : first + 250]
            source = padded([rows[place] for place in places], max(1, len(rows[places[-1]])))
            for place, ids in zip(places, greedy_with_cache(self.model, source).tolist(), strict=True):
                translations[place] = self._text.words(ids)
        return translations


def _different(batches: Sequence[Batch]) -> list[Batch]:
    """Batches that differ in every axis: after them, TensorFlow has a graph for any shape."""
    ranked = sorted(batches, key=lambda batch: batch[1].size)
    rest = min(batches, key=lambda batch: len(batch[1]))  # fewer rows, and the longest
    return [ranked[0], rest, ranked[-1]]


def _fewer_shapes(batch: Batch, longest: int) -> Batch:
    """Padding to multiples of 8, for backends that compile each shape."""

    def wider(ids: np.ndarray) -> np.ndarray:
        length = min(-(-ids.shape[1] // 8) * 8, longest)
        return np.pad(ids, ((0, 0), (0, length - ids.shape[1])))

    inputs, labels = batch
    return {name: wider(ids) for name, ids in inputs.items()}, wider(labels)
