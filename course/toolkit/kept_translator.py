"""A trained translator, kept on the learner's desk, and built again later from the layers that they wrote.

It is one file for each text, such as `translator-grammar.npz`: the parameters, both vocabularies, and the sizes. The
files lie beside the folders of the units, because all that lies in a unit's own folder is handed in with it.
"""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from autograder.seam import given

_FILE = "translator-{}.npz"
_SIZES = ("d_model", "num_heads", "d_ff", "num_layers", "max_length", "dropout")
_VOCABULARIES = ("source_vocabulary", "target_vocabulary")
_TRAIN = "Train one: open unit 13 (python -m autograder lab 13_translation) and run its last cells."
_SAME = 0.01  # of the largest logit: what other hardware, or another backend, may change


class NoTranslator(Exception):
    """There is no translator that could be built again; the message says why, and what to do."""


def keep(
    translator: keras.Model, sample: str, languages: tuple[str, str] = ("en", "es"), text: str = "grammar"
) -> None:
    """Keep a trained translator on the desk that its notebook lies on, with a sentence to begin with; say where.

    translator: what `build_translator` made. languages: the tags of source and target, such as "en". text: the name of
    what it was trained on. One of before that was trained on the same is replaced in one step; those of other texts
    stay. Where a notebook is graded, and where it lies on nobody's desk, nothing is written. A disk that is full, or
    cannot be written to, is told.
    """
    if given.giver():
        return
    from autograder.learner.check import on_a_desk  # out of reach in a worker, and not needed there
    from autograder.learner.desk import desk_around
    from autograder.units import find_exercise

    here = Path.cwd()
    if not on_a_desk(find_exercise("build_translator")):
        print(f"The translator is not kept, because no learner's notebook lies in {here}. Yours is in work/.")
        return
    path = desk_around(here).folder / _FILE.format(text)
    try:
        _write_whole(path, _packed(translator, sample, languages))
    except OSError as error:
        print(f"The translator works here, but it could not be kept as {path}: {error}. Mend that, and run this again.")
    else:
        print(f"It is kept as {path}. To show it to a friend, in a terminal: python -m autograder translate")


@dataclass(frozen=True)
class Kept:
    """A translator that was kept, with a sentence to begin with and the tags of its languages."""

    path: Path
    source_vocabulary: list[str]
    target_vocabulary: list[str]
    sizes: dict[str, float]
    sample: str
    languages: tuple[str, str]
    parameters: list[np.ndarray]
    logits: np.ndarray

    def rebuilt(self, build_translator: Callable[..., keras.Model]) -> keras.Model:
        """Build the translator again by the learner's function, with the parameters that it was trained to.

        It must compute what it computed when it was kept: its logits for a few tokens are compared. Raises
        `NoTranslator` where the layers are others now; what the layers raise themselves comes through.
        """
        translator = build_translator(self.source_vocabulary, self.target_vocabulary, **self.sizes)
        _logits(translator, self.sizes["max_length"])  # the first call makes the parameters
        try:
            translator.set_weights(self.parameters)
        except ValueError as error:
            raise self._of_others(f"the parameters do not fit them ({_first_line(error)})") from None
        now = _logits(translator, self.sizes["max_length"])
        if now.shape != self.logits.shape:
            raise self._of_others(f"their logits are {now.shape} and not {self.logits.shape}")
        apart = float(np.abs(now - self.logits).max())
        if not apart <= _SAME * float(np.abs(self.logits).max()):  # so, it is raised for nan as well
            raise self._of_others(f"with the same parameters and tokens, their logits are up to {apart:.3g} apart")
        return translator

    def _of_others(self, what: str) -> NoTranslator:
        return NoTranslator(
            f"The translator in {self.path} was trained with other layers than those of your notebooks now: {what}. "
            "Take back what you have changed since, or train it anew: run the last cells of unit 13."
        )


def texts_of(folder: Path) -> list[str]:
    """The names of the texts whose translators are kept on the desk in this folder, what was kept last first."""
    before, after = _FILE.split("{}")
    files = sorted(folder.glob(_FILE.format("*")), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [path.name.removeprefix(before).removesuffix(after) for path in files]


def kept(folder: Path, text: str | None = None) -> Kept:
    """What `keep` has written on the desk in this folder: of the text with this name, or what it has written last.

    Raises `NoTranslator` where there is nothing, and where the file is damaged.
    """
    there = texts_of(folder)
    if not there:
        raise NoTranslator(f"There is no trained translator yet: {folder} has none. {_TRAIN}")
    if text not in (None, *there):
        raise NoTranslator(f"No translator was trained on {text!r}; {folder} has those of: {', '.join(sorted(there))}.")
    path = folder / _FILE.format(text or there[0])
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            vocabularies = [list(map(str, about[name])) for name in _VOCABULARIES]
            sizes = {name: about["sizes"][name] for name in _SIZES}
            languages = tuple(map(str, about["languages"]))
            parameters = [file[f"parameter_{number}"] for number in range(about["parameters"])]
            return Kept(path, *vocabularies, sizes, str(about["sample"]), languages, parameters, file["logits"])
    except Exception as error:  # a damaged archive stops in many ways
        raise NoTranslator(
            f"{path} is damaged, or no translator ({type(error).__name__}: {_first_line(error)}). Nothing was changed. "
            f"Move it away. {_TRAIN}"
        ) from None


def _packed(translator: keras.Model, sample: str, languages: tuple[str, str]) -> dict[str, Any]:
    """All that is needed to build a translator again, as arrays by their names."""
    config, parameters = translator.get_config(), translator.get_weights()
    about = {
        "sample": sample,
        "languages": languages,
        "sizes": {name: config[name] for name in _SIZES},
        "parameters": len(parameters),
        **{name: list(getattr(translator, name)) for name in _VOCABULARIES},
    }
    arrays = {f"parameter_{number}": one for number, one in enumerate(parameters)}
    return {"about": json.dumps(about), "logits": _logits(translator, config["max_length"]), **arrays}


def _logits(translator: keras.Model, max_length: int) -> np.ndarray:
    """What a translator says of the first words of its vocabularies, (1, T, V): it shows whether it is the same."""
    places = np.arange(min(6, max_length), dtype="int32")
    source, target = (4 + places % max(len(getattr(translator, name)) - 4, 1) for name in _VOCABULARIES)
    target[0] = 2  # [START]
    return ops.convert_to_numpy(translator({"source": source[None], "target": target[None]}))


def _write_whole(path: Path, arrays: dict[str, Any]) -> None:
    """Write arrays into a file in one step: who reads it finds the old one or the new one."""
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, **arrays)
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
