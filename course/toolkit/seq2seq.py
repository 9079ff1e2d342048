"""A recurrent translator, and short texts for it: what unit 3 trains twice, to see what attention is good for.

The two translators differ in one layer, which they are given: how the decoder gets its context from the encoder's
states.
"""

from course.toolkit import corpus
from course.toolkit.bar import Bar
from course.toolkit.corpus.splitting import combinations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

PAD, START, END = 0, 2, 3
_SPECIALS = ["[PAD]", "[UNK]", "[START]", "[END]"]
_FREQUENT = 150  # the Spanish words that sentences are chosen by
_LONGEST_SENTENCE = 9  # words, in English
_MOST_SENTENCES = 4  # in one text
LONGEST = 24  # words of a text, in English; two more in Spanish, for `[START]` and `[END]`

Text = tuple[list[str], list[str]]  # the same in English and Spanish, word by word


@dataclass(frozen=True)
class Data:
    """Sentences for training and for testing, none in both, and both vocabularies: a word's place is its id."""

    train: list[Text]
    test: list[Text]
    english: list[str]
    spanish: list[str]

    def ids(self, texts: Sequence[Text]) -> tuple[np.ndarray, np.ndarray]:
        """Ids of texts: English `(N, 24)`, and Spanish `(N, 26)` between `[START]` and `[END]`."""
        source = np.full((len(texts), LONGEST), PAD, "int32")
        target = np.full((len(texts), LONGEST + 2), PAD, "int32")
        places = [{word: place for place, word in enumerate(words)} for words in (self.english, self.spanish)]
        for row, (english, spanish) in enumerate(texts):
            source[row, : len(english)] = [places[0][word] for word in english]
            target[row, : len(spanish) + 2] = [START, *(places[1][word] for word in spanish), END]
        return source, target


def easy_sentences(seed: int = 0) -> Data:
    """Short sentences of frequent words out of the embedded corpus, parted by source; an eighth is for testing."""
    pairs = [(_words(english), _words(spanish)) for english, spanish in corpus.generate(40_000)]
    counts = Counter(word for _, spanish in pairs for word in spanish)
    frequent = {word for word, _ in counts.most_common(_FREQUENT)}
    chosen = [pair for pair in pairs if frequent.issuperset(pair[1]) and len(pair[0]) <= _LONGEST_SENTENCE]
    random.Random(seed).shuffle(chosen)
    test, train = chosen[: len(chosen) // 8], chosen[len(chosen) // 8 :]
    known = [{word for pair in train for word in pair[side]} for side in (0, 1)]
    test = [pair for pair in test if all(known[side].issuperset(pair[side]) for side in (0, 1))]
    return Data(train, test, *(_SPECIALS + sorted(words) for words in known))


def joined(sentences: Sequence[Text], count: int, rng: np.random.Generator) -> list[Text]:
    """So many texts of one to four random sentences, at most 24 English words long."""
    texts: list[Text] = []
    while len(texts) < count:
        some = [sentences[place] for place in rng.integers(len(sentences), size=rng.integers(1, _MOST_SENTENCES + 1))]
        english, spanish = (sum((sentence[side] for sentence in some), []) for side in (0, 1))
        if max(len(english), len(spanish)) <= LONGEST:
            texts.append((english, spanish))
    return texts


def by_length(sentences: Sequence[Text], each: int, step: int = 3, seed: int = 0) -> dict[int, list[Text]]:
    """Texts sorted by their English words: `each` of them for every `step` lengths, under the largest of these."""
    rng, found = np.random.default_rng(seed), {most: [] for most in range(2 * step, LONGEST + 1, step)}
    while any(len(texts) < each for texts in found.values()):
        for text in joined(sentences, each, rng):
            most = -(-len(text[0]) // step) * step
            if len(found.get(most, [])) < each and text not in found.get(most, []):
                found.setdefault(most, []).append(text)
    return found


class Translator(keras.Model):
    """Reads the source with one GRU cell, writes the target with another (Cho et al., 2014; Bahdanau et al., 2015).

    `look` is a layer: `look(state, keys, mask)` → `(context (B, U), weights (B, S) or None)`. It is asked before each
    word, with the decoder's state and all states of the encoder. `cell(units)` makes the two cells.
    """

    def __init__(
        self,
        look: layers.Layer,
        source_size: int,
        target_size: int,
        units: int = 64,
        width: int = 48,
        cell: Callable[[int], layers.Layer] = layers.GRUCell,
    ):
        super().__init__()
        self.look = look
        self.source_vectors = layers.Embedding(source_size, width)
        self.target_vectors = layers.Embedding(target_size, width)
        self.reader, self.writer = cell(units), cell(units)
        self.to_words = layers.Dense(target_size)

    def encode(self, source):
        """All states of the encoder, `(B, S, U)`, and the mask, `(B, S)`. Padding leaves a state as it is."""
        vectors, mask = self.source_vectors(source), ops.not_equal(source, PAD)

        def read(state, place):
            vector, real = place
            new, _ = self.reader(vector, [state])
            state = ops.where(real[:, None], new, state)
            return state, state

        start = ops.zeros((ops.shape(source)[0], self.reader.units))
        _, states = ops.scan(read, start, (ops.swapaxes(vectors, 0, 1), ops.transpose(mask)))
        return ops.swapaxes(states, 0, 1), mask

    def write(self, word, state, keys, mask):
        """One step of the decoder: from the last word, `(B,)`, to the new state, the context and the weights."""
        context, weights = self.look(state, keys, mask)
        new, _ = self.writer(ops.concatenate([self.target_vectors(word), context], axis=-1), [state])
        return new, context, weights

    def logits(self, state, context):
        """What the next word may be, `(…, V)`."""
        return self.to_words(ops.concatenate([state, context], axis=-1))

    def call(self, inputs):
        """Logits `(B, T, V)` for `{"source": (B, S), "target": (B, T)}`, by teacher forcing."""
        keys, mask = self.encode(inputs["source"])

        def step(before, word):
            after = self.write(word, before[0], keys, mask)[:2]
            return after, after

        start = keys[:, -1], ops.zeros_like(keys[:, -1])
        _, (states, contexts) = ops.scan(step, start, ops.transpose(inputs["target"]))
        return ops.swapaxes(self.logits(states, contexts), 0, 1)

    def translate(self, source: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """The likeliest next word, again and again: ids `(B, 25)`, and the weights `(B, 25, S)` if there are any."""
        keys, mask = self.encode(source)
        state, word = keys[:, -1], np.full(len(source), START, "int32")
        said, looks = [], []
        for _ in range(LONGEST + 1):
            state, context, weights = self.write(word, state, keys, mask)
            word = np.argmax(ops.convert_to_numpy(self.logits(state, context)), axis=-1).astype("int32")
            said.append(word)
            looks.append(None if weights is None else ops.convert_to_numpy(weights))
        return np.stack(said, axis=1), None if looks[0] is None else np.stack(looks, axis=1)


def train(
    look: Callable[[], layers.Layer],
    data: Data,
    name: str,
    seed: int = 0,
    units: int = 64,
    steps: int = 800,
    cell: Callable[[int], layers.Layer] = layers.GRUCell,
    texts: Callable[[Sequence[Text], int, np.random.Generator], list[Text]] = joined,
) -> Translator:
    """Train a translator, with a progress bar under this name.

    `look` makes its layer, `cell` each of its cells, and `texts` so many texts of some sentences. Two trainings with
    the same seed read the same texts in the same order.
    """
    batch = 64
    source, target = map(_trimmed, data.ids(texts(data.train, steps * batch, np.random.default_rng(seed))))
    keras.utils.set_random_seed(seed)
    translator = Translator(look(), len(data.english), len(data.spanish), units, cell=cell)
    rate = keras.optimizers.schedules.CosineDecay(0.007, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PAD)
    translator.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0), loss)
    inputs = {"source": source, "target": target[:, :-1]}
    translator({name: ids[:1] for name, ids in inputs.items()})  # makes all weights: a loop in a graph cannot
    translator.fit(inputs, target[:, 1:], batch_size=batch, shuffle=False, verbose=0, callbacks=[Bar(name)])
    return translator


def answers(translator: Translator, data: Data, texts: Sequence[Text]) -> list[list[str]]:
    """What a translator says to each text, in words, up to `[END]`."""
    said, _ = translator.translate(data.ids(texts)[0])
    rows = [row.tolist() for row in said]
    rows = [row[: row.index(END)] if END in row else row for row in rows]
    return [[data.spanish[word] for word in row] for row in rows]


def exact(translator: Translator, data: Data, texts: Sequence[Text]) -> float:
    """The share of texts that are translated without any fault."""
    said = answers(translator, data, texts)
    return float(np.mean([mine == spanish for mine, (_, spanish) in zip(said, texts, strict=True)]))


def words_right(translator: Translator, data: Data, texts: Sequence[Text]) -> float:
    """The share of words that stand where they should."""
    said, hits, count = answers(translator, data, texts), 0, 0
    for mine, (_, spanish) in zip(said, texts, strict=True):
        hits += sum(one == other for one, other in zip(mine, spanish, strict=False))
        count += len(spanish)
    return hits / count


def has_adjective_before_noun(text: Text) -> bool:
    """Whether an English adjective stands right before its noun, which in Spanish it follows."""
    english = text[0]
    neighbours = set(zip(english, english[1:], strict=False))
    return any(pair in neighbours for pair in combinations(" ".join(english)))


def _trimmed(ids: np.ndarray) -> np.ndarray:
    """The rows without the columns at their end in which none has a word."""
    return ids[:, : int((ids != PAD).sum(axis=1).max())]


def _words(sentence: str) -> list[str]:
    """Small letters, punctuation apart: the sentences of the corpus need no more."""
    return re.sub(r"([.,!?¿¡'])", r" \1 ", sentence.lower()).split()
