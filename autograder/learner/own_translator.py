"""A learner's own translator as they trained it: their notebook's answers, on their earlier ones, token by token."""

from course import built
from course.toolkit.corpus.texts import characters
from course.toolkit.kept_translator import NoTranslator, kept, texts_of

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from autograder.judging.references import code_cells, reference_of
from autograder.judging.slicing import needed, statements_if_any
from autograder.learner.desk import Desk, desk_around, is_ours
from autograder.seam import given
from autograder.seam.errors import STUB_MESSAGE, describe
from autograder.units import Unit, all_units, find_exercise

LONGEST = 1000  # characters: no sentence of so many has few enough tokens
_READING = ("standardize", "encode")  # answers of unit 1, which the notebook of unit 13 brings along
_PAD, _UNK, _START, _END = range(4)


class NotTranslated(ValueError):
    """A sentence that cannot be translated; the message says what to do."""


class Word(NamedTuple):
    """A token of the source as it was typed, and whether the vocabulary has it: if not, [UNK] is read."""

    text: str
    known: bool


class OwnTranslator:
    """A trained model with what surrounds it: `sample` is a sentence to begin with, `languages` have their tags.

    `alignment` is the learner's answer, `standardize` and `encode` are those of unit 1 on which it stands.
    """

    def __init__(self, model: keras.Model, sample: str, answers: dict[str, Callable], languages=("en", "es")):
        self.model, self.sample, self._answers, self.languages = model, sample, answers, languages
        self.longest = model.get_config()["max_length"]

    def spaced(self, sentence: str) -> str:
        """A sentence as this translator has learned to read it: Chinese with a space between its characters."""
        return characters(sentence) if self.languages[0] == "zh" else sentence

    def read(self, sentence: str) -> list[Word]:
        """The S tokens of a sentence. Raises `NotTranslated` where there are none, or too many."""
        if len(sentence) > LONGEST:
            raise NotTranslated(f"This has {len(sentence)} characters, and {LONGEST} are the most. Make it shorter.")
        words = self._answers["standardize"](sentence).split()
        if not words:
            raise NotTranslated("There is nothing to translate yet. Type a sentence.")
        if len(words) > self.longest:
            raise NotTranslated(
                f"This has {len(words)} tokens (words and punctuation marks), and the translator reads at most "
                f"{self.longest}. Translate it in parts."
            )
        return [Word(word, one != _UNK) for word, one in zip(words, self._ids(words), strict=True)]

    def written(self, words: list[Word]) -> Iterator[str]:
        """Yield the tokens of the translation one by one, each when the model has chosen it: the likeliest."""
        source, ids = np.array([self._ids([word.text for word in words])], "int32"), [_START]  # (1, S)
        while len(ids) < self.longest:
            logits = self.model({"source": source, "target": np.array([ids], "int32")})  # (1, T, V)
            ids.append(int(ops.argmax(logits[0, -1])))
            if ids[-1] == _END:
                return
            if ids[-1] not in (_PAD, _START):
                yield self.model.target_vocabulary[ids[-1]]

    def weights(self, sentence: str, tokens: list[str]) -> list[list[float]]:
        """Where the decoder looked as it wrote each of these T tokens: (T, S), rows that sum to 1.

        Raises `NotTranslated` where `alignment` gives anything else, and what it raises itself.
        """
        source, target, weights = self._answers["alignment"](self.model, sentence)
        weights = np.asarray(ops.convert_to_numpy(weights), "float64")
        if list(target) != tokens:
            raise NotTranslated(f"`alignment` is about {' '.join(target)!r}, and this says {' '.join(tokens)!r}.")
        if weights.shape != (len(tokens), len(source)) or not np.all(np.isfinite(weights)):
            raise NotTranslated(f"`alignment` gave no weights ({len(tokens)}, {len(source)}) but {weights.shape}.")
        return weights.tolist()

    def _ids(self, words: list[str]) -> list[int]:
        return [int(one) for one in self._answers["encode"](" ".join(words), self.model.source_vocabulary)]


def own_translator(say: Callable[[str], None], text: str | None = None) -> OwnTranslator:
    """The translator on the desk around this folder, else on this project's. Raises `NoTranslator`.

    text: the name of what it was trained on; the one that was trained last, if not given.
    An answer of the notebook that is not written, or does not run, is the reference; then that is said.
    """
    unit, desk = find_exercise("build_translator"), _desk()
    found = kept(desk.folder, text)
    notebook = desk.notebook(unit)
    with contextlib.chdir(notebook.parent if notebook.is_file() else desk.folder):  # as its kernel runs there
        answers, troubles = _answers(unit, notebook)
        answers |= {name: getattr(built, name) for name in _READING if name not in answers}
        model = _first_that_runs("build_translator", answers, troubles, say, found.rebuilt)
        translator = OwnTranslator(model, found.sample, answers, found.languages)

        def align(alignment: Callable) -> None:
            answers["alignment"] = alignment
            words = translator.read(found.sample)
            if tokens := list(translator.written(words)):
                translator.weights(found.sample, tokens)

        _first_that_runs("alignment", answers, troubles, say, align)
    return translator


def _desk() -> Desk:
    """The desk with a translator: the one whose folder this is, or in whose unit we are, or this project's."""
    here = Path.cwd()
    desks = [desk_around(here), Desk()] if is_ours(here) else [Desk(here), desk_around(here), Desk()]
    return next((desk for desk in desks if texts_of(desk.folder)), Desk())


def _first_that_runs(
    name: str, answers: dict[str, Any], troubles: dict[str, str], say: Callable[[str], None], use: Callable
) -> Any:
    """What comes of using the learner's answer, or the reference where theirs cannot be used."""
    if name in answers:
        try:
            return use(answers[name])
        except NoTranslator:
            raise
        except Exception as error:
            troubles[name] = f"yours stops with {describe(error).message}"
    say(f"{name} is the reference; {troubles.get(name, 'yours is not written yet')}.")
    return use(given.References([reference_of(unit) for unit in all_units()])(name))


def _answers(unit: Unit, notebook: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """What a notebook that is run as it was saved answers to its exercises, and reads with; why some cannot be had.

    An answer is what its name is bound to at its check. What no answer stands on, such as a training, is not run.
    """
    names = unit.points()
    try:
        cells = list(code_cells(notebook.read_text("utf-8-sig"), names))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return {}, dict.fromkeys(names, f"your notebook could not be read: {type(error).__name__}")
    answers, troubles, namespace = {}, {}, given.new_namespace()
    for cell, chosen in zip(cells, needed([statements_if_any(cell.source) for cell in cells], names), strict=True):
        try:
            for statement in chosen if STUB_MESSAGE not in cell.source else ():
                given.run(compile(statement.source, f"<{unit.stem}>", "exec"), namespace)
        except Exception as error:
            troubles[cell.answers] = f"the cell of yours stops with {describe(error).message}"
        if cell.checks in namespace:
            answers[cell.checks] = namespace[cell.checks]
    return {name: namespace[name] for name in (*names, *_READING) if name in namespace} | answers, troubles
