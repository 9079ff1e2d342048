"""Who translates whom: a recurrent translator whose decoder reads the encoder's states through an attention.

Each text is two sentences of the corpus, with twelve English words together. So no batch holds padding, which the
attention of unit 4 could not leave out: masks come in unit 5.
"""

from course.toolkit import figures, seq2seq
from course.toolkit.corpus import lexicon
from course.toolkit.corpus.spanish_forms import agreeing, plural

import functools
from collections.abc import Callable, Sequence

import numpy as np
from keras import layers, ops

WORDS = 12  # of a text, in English
_STEPS = 600
_WIDTH = 32  # of the space in which queries meet keys
_TESTED = 400  # texts


class Look(layers.Layer):
    """What `seq2seq.Translator` asks before each word: the decoder's state is the only query of `attend`.

    `attend(query (B, 1, A), key (B, S, A), value (B, S, U))` → `(output (B, 1, U), weights (B, 1, S))`.
    """

    def __init__(self, attend: Callable):
        super().__init__()
        self.attend = attend
        self.to_query, self.to_key = layers.Dense(_WIDTH, use_bias=False), layers.Dense(_WIDTH, use_bias=False)

    def call(self, state, keys, mask):
        output, weights = self.attend(self.to_query(state)[:, None], self.to_key(keys), keys)
        return output[:, 0], weights[:, 0]


class Cell(layers.GRUCell):
    """Keras' cell with the parameters of a GRU, which computes its step with a function: `gru_step` of unit 3."""

    def __init__(self, step: Callable, units: int):
        super().__init__(units)
        self.step = step

    def call(self, inputs, states, training=False):
        state = self.step(inputs, states[0], self.kernel, self.recurrent_kernel, self.bias)
        return state, [state]


def two_sentences(sentences: Sequence[seq2seq.Text], count: int, rng: np.random.Generator) -> list[seq2seq.Text]:
    """So many texts, each of two random sentences that have `WORDS` English words together."""
    by_length: dict[int, list[seq2seq.Text]] = {}
    for one in sentences:
        by_length.setdefault(len(one[0]), []).append(one)
    first = [one for one in sentences if WORDS - len(one[0]) in by_length]
    texts = []
    for place in rng.integers(len(first), size=count):
        others = by_length[WORDS - len(first[place][0])]
        other = others[rng.integers(len(others))]
        texts.append(tuple(first[place][side] + other[side] for side in (0, 1)))
    return texts


def train(attend: Callable, data: seq2seq.Data, seed: int = 4, steps: int = _STEPS) -> seq2seq.Translator:
    """Train a translator that looks with `attend` at the states of its encoder, under a progress bar.

    It reads and writes with the learner's `gru_step` of unit 3, if that passes its checks.
    """
    attend(*[ops.ones((1, 1, 1))] * 3)  # what is not written yet is told before anything is built
    from course.built import gru_step

    look, cell = functools.partial(Look, attend), functools.partial(Cell, gru_step)
    return seq2seq.train(look, data, "Training", seed, steps=steps, cell=cell, texts=two_sentences)


def show(translator: seq2seq.Translator, data: seq2seq.Data) -> dict[str, float]:
    """Print for how many words of new texts the largest weight lies on the word they translate; returns the share."""
    texts = _unseen(data)
    weights, hits = weights_of(translator, data, texts), []
    for row, text in enumerate(texts):
        hits += [weights[row, place].argmax() == source for place, source in translated(text)]
    print(f"{len(texts)} new texts hold {len(hits):,} nouns, names and adjectives with one translation.")
    chance = len(hits) / WORDS
    print(f"For {sum(hits):,} of them, the largest weight lies on the right English word; by chance, for {chance:.0f}.")
    return {"words found": float(np.mean(hits))}


def drawn(translator: seq2seq.Translator, data: seq2seq.Data) -> figures.Picture:
    """The weights for one new text, in which an adjective stands before its noun: rows write, columns are looked at."""
    text = next(filter(seq2seq.has_adjective_before_noun, _unseen(data)))
    english, spanish = text
    weights = weights_of(translator, data, [text])[0, : len(spanish)]
    return figures.matrix(weights, spanish, english, "Who translates whom", "to write", "looked at")


def weights_of(translator: seq2seq.Translator, data: seq2seq.Data, texts: Sequence[seq2seq.Text]) -> np.ndarray:
    """The weights with which each word of a text is written, after those before it are read: `(N, 25, 12)`."""
    source, target = data.ids(texts)
    keys, mask = translator.encode(source[:, :WORDS])
    state, found = keys[:, -1], []
    for word in target.T[:-1]:
        state, _, weights = translator.write(word, state, keys, mask)
        found.append(ops.convert_to_numpy(weights))
    return np.stack(found, axis=1)


@functools.cache
def dictionary() -> dict[str, str]:
    """Each Spanish form of the corpus' nouns, names and adjectives with the English one: *casas*, *houses*.

    Left out are those that may be forms of a verb as well, such as *limpia*.
    """
    found = {}
    for noun in lexicon.NOUNS:
        found |= {noun.spanish: noun.english, plural(noun.spanish): noun.english_plural}
    for adjective in lexicon.ADJECTIVES:
        forms = [agreeing(adjective.spanish, gender, many) for gender in "mf" for many in (False, True)]
        found |= dict.fromkeys(forms, adjective.english)
    verbs = {verb.english for verb in lexicon.TRANSITIVE}
    names = {name.spanish.lower(): name.english.lower() for name in lexicon.NAMES}
    return {spanish: english for spanish, english in found.items() if english not in verbs} | names


def translated(text: seq2seq.Text) -> list[tuple[int, int]]:
    """Which Spanish word, by its place, translates which English one, where that is beyond doubt.

    By the dictionary, for words that stand once in the text, in both languages.
    """
    english, spanish = text
    known = dictionary()
    pairs = [(place, known[word]) for place, word in enumerate(spanish) if word in known and spanish.count(word) == 1]
    return [(place, english.index(word)) for place, word in pairs if english.count(word) == 1]


def _unseen(data: seq2seq.Data) -> list[seq2seq.Text]:
    return two_sentences(data.test, _TESTED, np.random.default_rng(1))
