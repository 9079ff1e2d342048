"""The course's own translator: the reference answers of its units, put together as in unit 13."""

from course.toolkit.cached_decoding import greedy_with_cache

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from autograder.bench.translation.clocked_training import Batch
from autograder.bench.translation.contenders import COURSE
from autograder.bench.translation.ids import PAD, UNKNOWN, padded
from autograder.bench.translation.keras_contender import KerasContender, one_of_each_shape
from autograder.bench.translation.shared_text import SharedText
from autograder.seam.settings import usual_settings


class CourseTranslator(KerasContender):
    """`build_translator` trained on the batches of `make_dataset`, each of as many tokens.

    What teaches it is replaced by what gives the same numbers sooner: `masked_loss` by one that Keras computes in one
    pass, and on TensorFlow Keras' Adam by `FusedAdam`. No accuracy is counted. The rate is `rate` times that of
    `WarmupSchedule`, and in the last `falling` of the time it falls to 0 as well.
    answer: gives the course's answers by name. chosen: sizes and options other than the usual ones.
    """

    def __init__(self, text: SharedText, seed: int, answer: Callable[[str], Any], **chosen: Any):
        options = COURSE | chosen
        tokens, longest = options.pop("tokens"), options["max_length"]
        self._share, self._falling, self._left = options.pop("rate"), options.pop("falling"), 1.0
        with usual_settings():  # or what is made after it would compute in bfloat16 as well
            keras.config.set_dtype_policy(options.pop("dtype_policy"))
            keras.utils.set_random_seed(seed)
            translator = answer("build_translator")(*text.vocabularies, **options)
            batches = _batches(text, answer("make_dataset"), tokens, longest, seed)
            kind, has_one_graph = type(translator.optimizer), keras.backend.backend() == "tensorflow"
            if has_one_graph:
                from autograder.bench.translation.fused_adam import FusedAdam as kind

                graphs = _different(batches)
            else:
                batches = [_fewer_shapes(batch, longest) for batch in batches]
                graphs = one_of_each_shape(batches)
            self._text, self._longest = text, longest
            self._rate = answer("WarmupSchedule")(options["d_model"], options["warmup_steps"])
            translator.compile(
                kind.from_config(translator.optimizer.get_config() | {"learning_rate": 0.0}),  # a rate that can be set
                _loss,
                jit_compile=not has_one_graph,  # TensorFlow's serves all shapes, on all cores; XLA makes one for each
            )
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
            written = greedy_with_cache(self.model, source, never=[UNKNOWN])
            for place, ids in zip(places, written.tolist(), strict=True):
                translations[place] = self._text.words(ids)
        return translations


def _loss(labels, logits):
    """The mean over real tokens of what `masked_loss` computes without smoothing."""
    losses = keras.losses.sparse_categorical_crossentropy(labels, ops.cast(logits, "float32"), from_logits=True)
    real = ops.cast(ops.not_equal(labels, PAD), "float32")
    return ops.sum(losses * real) / ops.maximum(ops.sum(real), 1.0)


def _batches(text: SharedText, make_dataset: Callable, tokens: int, longest: int, seed: int) -> list[Batch]:
    """Batches of one target length each, of about so many tokens.

    Batches of as many sentences have more tokens where sentences are long, so that each of these counts for less.
    """
    by_length: dict[int, list[tuple[str, str]]] = {}
    for source, target in text.train:
        by_length.setdefault(len(text.standardize(target).split()) + 1, []).append((source, target))  # with [END]
    batches = []
    for length, pairs in sorted(by_length.items()):
        if length <= longest:
            batches += make_dataset(pairs, *text.vocabularies, max(1, tokens // length), longest, seed)
    return batches


def _different(batches: Sequence[Batch]) -> list[Batch]:
    """Those with the fewest and the most rows and tokens: after them, TensorFlow has a graph for any shape."""
    sizes = (lambda batch: len(batch[1]), lambda batch: batch[0]["source"].shape[1], lambda batch: batch[1].shape[1])
    return [choose(batches, key=size) for size in sizes for choose in (min, max)]


def _fewer_shapes(batch: Batch, longest: int) -> Batch:
    """Padding to multiples of 8, for backends that compile each shape."""

    def wider(ids: np.ndarray) -> np.ndarray:
        length = min(-(-ids.shape[1] // 8) * 8, longest)
        return np.pad(ids, ((0, 0), (0, length - ids.shape[1])))

    inputs, labels = batch
    return {name: wider(ids) for name, ids in inputs.items()}, wider(labels)
