"""The patients of the clinic, trained to write a sequence backwards, and what can be seen of them from outside."""

from course.toolkit import mirror
from course.toolkit.bar import Bar
from course.toolkit.clinic.bugs import BUGS
from course.toolkit.clinic.kinds import END, PAD, START, Kind
from course.toolkit.clinic.small_transformer import SmallTransformer

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

LONGEST = 5  # words of a source
BUILD = Kind(width=32, hidden=64, rate=0.005, scale=0.5)
HEALTHY = "healthy"
_BATCH, _SEED = 32, 3


@dataclass(frozen=True)
class Trained:
    """A trained patient: its model, whose functions are those that a test gets, and the loss of each step."""

    inside: SmallTransformer
    curve: np.ndarray

    def written(self, source: np.ndarray) -> np.ndarray:
        """What it writes token by token, from `[START]`, `(B, LONGEST + 2)`; after the first `[END]` comes padding."""
        said = np.full((len(source), LONGEST + 2), PAD)
        said[:, 0] = START
        for place in range(1, LONGEST + 2):
            has_ended = (said == END).any(-1)
            if has_ended.all():
                break
            following = self.inside.model(source, said[:, :place])[:, -1].argmax(-1)
            said[:, place] = np.where(has_ended, PAD, following)
        return said

    def right(self, source: np.ndarray, target: np.ndarray) -> float:
        """The share of sentences that it writes without one mistake, all in one batch, padding and all."""
        return float((self.written(source) == target).all(-1).mean())

    def right_alone(self, source: np.ndarray, target: np.ndarray) -> float:
        """The same with each sentence by itself, without padding."""
        alone = [self.written(row[row != PAD][None])[0] for row in source]
        return float((np.stack(alone) == target).all(-1).mean())

    def forced(self, source: np.ndarray, target: np.ndarray) -> float:
        """The share of sentences of which each token is right by teacher forcing."""
        likeliest = self.inside.model(source, target[:, :-1]).argmax(-1)
        return float(((likeliest == target[:, 1:]) | (target[:, 1:] == PAD)).all(-1).mean())


def sentences(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sources of 2 to LONGEST words `(count, LONGEST)`, and their targets, `(count, LONGEST + 2)`, backwards."""
    source, target = mirror.sequences(3 * count, seed)
    short = np.flatnonzero(source[:, LONGEST] == PAD)[:count]
    return source[short, :LONGEST], target[short, : LONGEST + 2]


def trained(letters: Iterable[str] = (HEALTHY, *BUGS), steps: int = 300) -> Mapping[str, Trained]:
    """Train patients under a progress bar, all with the same first parameters and the same batches."""
    letters = list(letters)
    source, target = sentences(steps * _BATCH, seed=1)
    bar, found = Bar("training"), {}
    bar.set_params({"epochs": 1, "steps": steps * len(letters)})
    bar.on_train_begin()
    for letter in letters:
        inside, curve = BUGS.get(letter, SmallTransformer)(BUILD, _SEED), []
        for begin in range(0, len(source), _BATCH):
            curve.append(inside.train(source[begin : begin + _BATCH], target[begin : begin + _BATCH]))
            bar.on_train_batch_end(len(curve), {"loss": curve[-1]})
        found[letter] = Trained(inside, np.array(curve))
    bar.on_train_end()
    return found


def by_heart(letter: str, steps: int = 80) -> np.ndarray:
    """The losses of a new patient that is trained on one batch, again and again."""
    inside = BUGS.get(letter, SmallTransformer)(BUILD, _SEED)
    source, target = sentences(16, seed=1)
    return np.array([inside.train(source, target) for _ in range(steps)])
