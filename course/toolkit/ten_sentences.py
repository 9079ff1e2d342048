"""Ten sentence pairs of the corpus, which a whole Transformer learns by heart and then translates without help."""

from course.toolkit import corpus
from course.toolkit.quiet import silent

import functools
import re

import keras
import numpy as np
from keras import ops

COUNT = 10
PAD, START, END = 0, 2, 3
_SPECIALS = ["[PAD]", "[UNK]", "[START]", "[END]"]
_STEPS = 120  # of training, each on all ten pairs
_MOST = 20  # tokens of a translation, `[START]` and `[END]` among them


@functools.cache
def pairs() -> list[tuple[str, str]]:
    """The ten pairs: English and Spanish in small letters, with a space between any two tokens."""
    return [(_spaced(english), _spaced(spanish)) for english, spanish in corpus.generate(COUNT, seed=3)]


def vocabularies() -> tuple[list[str], list[str]]:
    """The English and the Spanish vocabulary: a token's place is its id, and 0 is `[PAD]`."""
    english, spanish = (sorted({token for pair in pairs() for token in pair[side].split()}) for side in (0, 1))
    return _SPECIALS + english, _SPECIALS + spanish


def ids() -> tuple[np.ndarray, np.ndarray]:
    """Source `(10, S)` and target `(10, T)`, the target between `[START]` and `[END]`, padded on the right."""
    sources, targets = vocabularies()
    english = [[sources.index(token) for token in source.split()] for source, _ in pairs()]
    spanish = [[START, *(targets.index(token) for token in target.split()), END] for _, target in pairs()]
    return _padded(english), _padded(spanish)


def learn(model: keras.Model) -> None:
    """Train a Transformer on the ten pairs by teacher forcing: at each position it is given all tokens before."""
    source, target = ids()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PAD)
    model.compile(keras.optimizers.Adam(0.005, global_clipnorm=1.0), loss, jit_compile=False)
    source, target = np.tile(source, (_STEPS, 1)), np.tile(target, (_STEPS, 1))  # one long epoch takes half the time
    with silent():
        inputs = {"source": source, "target": target[:, :-1]}
        model.fit(inputs, target[:, 1:], batch_size=COUNT, shuffle=False, verbose=0)


def translate(model: keras.Model) -> list[str]:
    """What the model says to each source, one token after the other: it reads what it has written, and no target."""
    source = ids()[0]
    written = np.full((COUNT, 1), START, "int32")
    while written.shape[1] < _MOST and not (written == END).any(-1).all():
        logits = ops.convert_to_numpy(model({"source": source, "target": written}))  # (10, t, V)
        written = np.concatenate([written, logits[:, -1:].argmax(-1).astype("int32")], axis=1)
    return [_text(row.tolist()) for row in written]


def _spaced(sentence: str) -> str:
    return " ".join(re.findall(r"\w+|[^\w\s]", sentence.lower()))


def _text(row: list[int]) -> str:
    """The tokens of a row between `[START]` and the first `[END]`."""
    row = row[1 : row.index(END)] if END in row else row[1:]
    return " ".join(vocabularies()[1][token] for token in row)


def _padded(rows: list[list[int]]) -> np.ndarray:
    found = np.full((len(rows), max(map(len, rows))), PAD, "int32")
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found
