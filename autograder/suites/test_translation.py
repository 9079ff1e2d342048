"""Unit 13: translation.

Batches are compared with ids that are made by dictionaries, translations with a greedy search that asks the model
itself, alignments with attention in float64 by the layers' own parameters. A small language for training is drawn out
of the corpus' grammar, another one each time. Sizes: B=6, D=12, H=3, F=20, one or two layers.
"""

from course.toolkit.corpus import choices, lexicon
from course.toolkit.corpus.english import english
from course.toolkit.corpus.spanish import spanish
from course.toolkit.corpus.structures import Clause, NounPhrase, Sentence

import contextlib
import itertools
import math

import numpy as np

from autograder.judging import exercise, expect, supporting, worth
from autograder.seam import LearnerError

SPECIALS = ["[PAD]", "[UNK]", "[START]", "[END]"]
PAD, UNK, START, END = range(4)
ENGLISH = [noun.english for noun in lexicon.NOUNS[:18]]
SPANISH = [noun.spanish for noun in lexicon.NOUNS[:18]]


def spaced(text):
    """A sentence as `standardize` gives it: these have no other signs."""
    return text.lower().replace(".", " . ").replace(",", " , ").split()


def written(words):
    """Words as people write them: a capital, signs right behind a word."""
    text = " ".join(words).replace(" .", ".").replace(" ,", ",")
    return text[:1].upper() + text[1:]


def ids_of(words, vocabulary):
    """The id of each word, 1 of those that are not there."""
    return [vocabulary.index(word) if word in vocabulary else UNK for word in words]


def vocabularies(rng, count=12):
    """Some words of each language after the specials, in no order."""
    return [SPECIALS + rng.permutation([*words, ".", ","])[:count].tolist() for words in (ENGLISH, SPANISH)]


def some_text(rng, words, length):
    """A text of so many words, also of those that stand in no vocabulary, with signs now and then."""
    return written(rng.choice([*words, ".", ","], size=length).tolist())


def some_pairs(rng, lengths):
    """Pairs `(source, target)` with so many words each: `lengths` are pairs of numbers."""
    return [(some_text(rng, ENGLISH, one), some_text(rng, SPANISH, other)) for one, other in lengths]


def wanted_rows(pairs, sides, most=40):
    """The ids of each pair that is not too long, without padding: source, what is read, what is said."""
    found = []
    for source, target in pairs:
        said = [START, *ids_of(spaced(target), sides[1]), END]
        row = tuple(ids_of(spaced(source), sides[0])), tuple(said[:-1]), tuple(said[1:])
        if max(len(one) for one in row) <= most:
            found.append(row)
    return found


def batches_of(found):
    """What the learner returned, if it has the form that was asked: a list of (source, target, labels)."""
    rule = 'Return a list of batches, each `({"source": (B, S), "target": (B, T)}, labels (B, T))`.'
    expect.true(isinstance(found, (list, tuple)) and len(found) > 0, rule, expect.returned(found))
    batches = []
    for batch in found:
        inputs, labels = expect.pair(batch, "inputs, labels")
        right = isinstance(inputs, dict) and set(inputs) == {"source", "target"}
        expect.true(right, rule, expect.returned(inputs), 'a dictionary with "source" and "target"')
        arrays = inputs["source"], inputs["target"], labels
        for array in arrays:
            right = isinstance(array, np.ndarray) and array.ndim == 2 and array.dtype.kind in "iu"
            expect.true(right, rule, expect.returned(array), "integers of two axes")
        source, target, labels = arrays
        rule = "`source`, `target` and `labels` of a batch have as many rows, and the last two are of one shape."
        same = target.shape == labels.shape and len(source) == len(target)
        expect.true(same, rule, f"shapes {source.shape}, {target.shape}, {labels.shape}")
        nothing_follows = (labels == PAD) & (target == END)  # in the shorter rows, where a shift has left it or not
        batches.append((source, np.where(nothing_follows, PAD, target), labels))
    return batches


def bare(row):
    """A row without the zeros at its end."""
    row = row.tolist()
    while row and row[-1] == PAD:
        row.pop()
    return tuple(row)


def rows_in(batches):
    """All rows without padding: source, what is read, what is said."""
    return [tuple(bare(array[row]) for array in batch) for batch in batches for row in range(len(batch[0]))]


def similar_lengths(rng, count):
    """Lengths of both sides of so many pairs: 3 to 15, nearly the same on both sides."""
    lengths = rng.integers(4, 15, size=count)
    return [(int(one), int(one + rng.integers(-1, 2))) for one in lengths]


@exercise("make_dataset", points=5, minutes=25, difficulty=3, importance=5)
class TestMakeDataset:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        sides = SPECIALS + [".", "the", "cat", "sleeps"], SPECIALS + [".", "el", "gato", "duerme"]
        pairs = [("Sleeps.", "Duerme."), ("The dog sleeps.", "El perro duerme.")]
        ((source, target, labels),) = batches_of(learner.by_chance(pairs, *sides))
        order = [0, 1] if source[0, 0] == 7 else [1, 0]
        for array, expected in (
            (source, [[7, 4, 0, 0], [5, 1, 7, 4]]),
            (target, [[2, 7, 4, 0, 0], [2, 5, 1, 7, 4]]),  # without an `[END]` that nothing is to follow
            (labels, [[7, 4, 3, 0, 0], [5, 1, 7, 4, 3]]),
        ):
            expect.equal(array[order] if len(array) == 2 else array, np.array(expected), "The example of the task.")

    @worth(3)
    def test_each_pair_is_there_once_with_its_ids(self, learner, rng):
        sides = vocabularies(rng)
        lengths = [(int(one), int(other)) for one, other in rng.integers(1, 9, size=(23, 2))]
        pairs = some_pairs(rng, lengths)
        found = rows_in(batches_of(learner.by_chance(pairs, *sides, batch_size=5)))
        wanted = wanted_rows(pairs, sides)
        expect.equal(len(found), len(wanted), "Each pair stands in one batch, once: 23 pairs make 23 rows.")
        for place, (name, what) in enumerate(
            (
                ("source", "the source's words by their ids, without [START] and [END]"),
                ("target", "[START] and the target's words: all but its last id"),
                ("labels", "the target's words and [END]: all but its first id"),
            )
        ):
            rows = sorted(row[place] for row in found), sorted(row[place] for row in wanted)
            other = next((pair for pair in zip(*rows, strict=True) if pair[0] != pair[1]), None)
            if other:
                told = [f"a row {list(row)}" for row in other]
                values = expect.Values([list(row) for row in rows[0]], [list(row) for row in rows[1]])
                raise expect.Unmet(f"`{name}` holds {what}.", *told, values=values)
        rule = "Source, target and labels of one row belong to one pair."
        expect.true(sorted(found) == sorted(wanted), rule, "rows of different pairs beside each other")

    def test_batches_are_full_and_padded_to_their_own_longest_rows(self, learner, rng):
        sides = vocabularies(rng)
        pairs = some_pairs(rng, [(int(one), int(one) + 1) for one in rng.permutation(np.repeat(range(1, 10), 3))])
        for size, rows in ((4, [4, 4, 4, 4, 4, 4, 3]), (9, [9, 9, 9])):
            batches = batches_of(learner.by_chance(pairs, *sides, batch_size=size))
            with expect.beforehand():
                expect.equal(sorted(rows_in(batches)), sorted(wanted_rows(pairs, sides)), "Each pair is there.")
            rule = f"27 pairs make batches of {size} rows, but for one with what remains, if anything does."
            expect.equal(sorted(len(batch[0]) for batch in batches), sorted(rows), rule)
            for batch in sorted(batches, key=lambda batch: max(map(len, rows_in([batch])[0]))):
                for name, array in zip(("source", "target", "labels"), batch, strict=True):
                    longest = max(len(bare(row)) for row in array)
                    rule = f"`{name}` of a batch is padded to the longest row of this batch, which has {longest} ids."
                    expect.equal(array.shape[1], longest, rule)
        rule = "A batch size above the number of pairs makes one batch."
        expect.equal(len(batches_of(learner.by_chance(pairs, *sides, batch_size=28))), 1, rule)
        batches = batches_of(learner.by_chance([pairs[place % 27] for place in range(66)], *sides))
        expect.equal(sorted(len(batch[0]) for batch in batches), [2, 64], "Without batch_size a batch has 64 rows.")

    @worth(2)
    def test_similar_lengths_stand_together(self, learner, rng):
        sides = vocabularies(rng)
        pairs = some_pairs(rng, similar_lengths(rng, 400))
        batches = batches_of(learner.by_chance(pairs, *sides, batch_size=20))
        with expect.beforehand():
            expect.equal(sorted(rows_in(batches)), sorted(wanted_rows(pairs, sides)), "Each pair is there.")
        ids = np.concatenate([array.ravel() for batch in batches for array in batch[:2]])
        share = float((ids == PAD).mean())
        rule = "Of 400 pairs with 3 to 15 words, in batches of 20, at most a fifth of all ids is padding."
        expect.true(share <= 0.2, rule, f"about {10 * round(10 * share)} % are padding", "20 % at most")

    @worth(2)
    def test_chance_decides_the_order_of_batches_and_their_company(self, learner, rng):
        sides = vocabularies(rng)
        pairs = some_pairs(rng, similar_lengths(rng, 400))
        with expect.beforehand():
            batches = batches_of(learner.by_chance(pairs, *sides, batch_size=20, seed=3))
            expect.equal(sorted(rows_in(batches)), sorted(wanted_rows(pairs, sides)), "Each pair is there.")
        widths = [batch[1].shape[1] for batch in batches]
        turns = sum(one < other for one, other in itertools.pairwise(widths))
        falls = sum(one > other for one, other in itertools.pairwise(widths))
        rule = "Batches of short and of long sentences come in no order, so lengths rise and fall from one to the next."
        expect.true(min(turns, falls) >= 3, rule, f"they rise {turns} times and fall {falls} times", "both, often")
        alike = [(some_text(rng, ENGLISH, 5), some_text(rng, SPANISH, 5)) for _ in range(60)]
        places = {row: place for place, row in enumerate(wanted_rows(alike, sides))}
        batches = batches_of(learner.by_chance(alike, *sides, batch_size=10, seed=3))
        mixed = [len({places.get(row, 0) // 10 for row in rows_in([batch])}) for batch in batches]
        rule = "Of 60 pairs of the same lengths, chance decides which ten share a batch, not the order of the list."
        expect.true(max(mixed) > 2, rule, "they come as they stand in the list", "drawn from all of it")

    def test_the_seed_decides(self, learner, rng):
        sides = vocabularies(rng)
        pairs = some_pairs(rng, similar_lengths(rng, 80))
        with expect.beforehand():
            first = rows_in(batches_of(learner.by_chance(pairs, *sides, batch_size=8, seed=1)))
            expect.equal(sorted(first), sorted(wanted_rows(pairs, sides)), "Each pair is there.")
        again = rows_in(batches_of(learner.by_chance(pairs, *sides, batch_size=8, seed=1)))
        expect.true(first == again, "The same `seed` gives the same batches, row for row.", "others", "the same")
        other = rows_in(batches_of(learner.by_chance(pairs, *sides, batch_size=8, seed=2)))
        expect.true(first != other, "Another `seed` gives other batches.", "the same", "others")

    def test_pairs_that_are_too_long_are_left_out(self, learner, rng):
        sides = vocabularies(rng)
        pairs = some_pairs(rng, [(7, 3), (8, 3), (3, 6), (3, 7), (7, 6), (8, 7), (2, 12), (40, 2), (41, 2)])
        for most, given in ((7, {"max_length": 7}), (40, {})):
            found = rows_in(batches_of(learner.by_chance(pairs, *sides, **given)))
            wanted = wanted_rows(pairs, sides, most)
            lengths = [sorted((len(source), len(read)) for source, read, _ in rows) for rows in (found, wanted)]
            rule = f"With max_length={most}, pairs with S or T above {most} are left out whole; T counts [START]."
            expect.equal(lengths[0], lengths[1], rule)
            expect.true(sorted(found) == sorted(wanted), "What is kept is not changed.", "other ids", "the same ids")


HEADS, WIDTH, HIDDEN = 3, 12, 20


def sized(sides, **options):
    """Arguments of a small Transformer for these vocabularies."""
    sizes = {"source_vocabulary_size": len(sides[0]), "target_vocabulary_size": len(sides[1])}
    sizes |= {"d_model": WIDTH, "num_heads": HEADS, "d_ff": HIDDEN, "num_layers": 1, "max_length": 9, "dropout": 0.0}
    return sizes | options


def drawn(model, rng, scale=1.0):
    """Give a model parameters: kernels and tables are drawn, gains and biases are as they are made.

    Which there are is read off a twin. Keras makes its first parameters the same each time, as the model's are not.
    """
    twin = model.method("from_config", model.method("get_config"))
    model.by_chance(NOTHING)
    twin(NOTHING)
    model.set_weights(
        [
            scale * rng.normal(size=array.shape) / math.sqrt(array.shape[-1]) if array.ndim > 1 else array
            for array in twin.weights()
        ]
    )


NOTHING = {"source": np.ones((1, 2), np.int32), "target": np.ones((1, 1), np.int32)}


def log_shares(logits):
    wide = np.asarray(logits, np.float64)
    wide = wide - wide.max(-1, keepdims=True)
    return wide - np.log(np.exp(wide).sum(-1, keepdims=True))


def loss_of(labels, logits):
    """The mean of −ln p over the labels that are not 0."""
    found = log_shares(logits)
    losses = [-found[place][labels[place]] for place in np.ndindex(labels.shape) if labels[place] != PAD]
    return sum(losses) / len(losses)


def accuracy_of(labels, logits):
    """The share of labels other than 0 that have the largest logit."""
    return float((logits.argmax(-1) == labels)[labels != PAD].mean())


def padded(rows):
    """Rows of ids as one array, with padding on the right."""
    return np.array(list(itertools.zip_longest(*rows, fillvalue=PAD)), np.int32).T


def for_teaching(pairs, sides):
    """The arrays of all pairs of word lists: inputs and labels."""
    source = padded([ids_of(one, sides[0]) for one, _ in pairs])
    target = padded([[START, *ids_of(other, sides[1]), END] for _, other in pairs])
    return {"source": source, "target": target[:, :-1]}, target[:, 1:]


def a_batch(rng, sides):
    """Inputs and labels of six sentences of different lengths."""
    lengths = rng.permutation([2, 3, 4, 5, 6, 7]).tolist()
    words = [
        [rng.choice(side[4:], size=length - place).tolist() for length in lengths] for place, side in enumerate(sides)
    ]
    return for_teaching(list(zip(*words, strict=True)), sides)


def is_configured(model, sides, **options):
    """The model is a Transformer of these sizes, pre-norm and tied."""
    wanted = sized(sides, **options) | {"norm_first": True, "tie_weights": True}
    config = model.method("get_config")
    rule = "The translator is your Transformer, told both vocabularies' sizes and all that was given; pre-norm, tied."
    expect.equal({name: config.get(name) for name in wanted}, wanted, rule)


def is_compiled(model, rng, sides):
    """The model tells the loss and the accuracy of a batch as unit 11 has them."""
    inputs, labels = a_batch(rng, sides)
    drawn(model, rng, 3.0)
    with no_graph(model):
        told = model.method("test_on_batch", inputs, labels, return_dict=True)
    logits = model(inputs)
    rule = "`test_on_batch` tells the loss and one metric: compile the model with both."
    right = isinstance(told, dict) and len(told) == 2 and "loss" in told
    expect.true(right, rule, expect.returned(told), "a loss and a metric")
    rule = "The loss is your `masked_loss`: the mean over the real tokens of the batch, without smoothing."
    expect.close(told["loss"], loss_of(labels, logits), rule, atol=1e-4)
    rule = "The metric is your `masked_accuracy`: the share of real tokens that are right."
    (accuracy,) = [one for name, one in told.items() if name != "loss"]
    expect.close(accuracy, accuracy_of(labels, logits), rule, atol=1e-4)


@contextlib.contextmanager
def no_graph(model):
    """Let a compiled model compute without a graph for a while: to make one takes longer than one batch."""
    model.method("__setattr__", "run_eagerly", True)
    yield
    model.method("__setattr__", "run_eagerly", False)


def rate(step, d_model, warmup_steps):
    return min(step**-0.5, step * warmup_steps**-1.5) / math.sqrt(d_model)


def has_the_rate(model, d_model, warmup_steps):
    """The model's optimizer is an Adam at the rate of the schedule, before its peak and after it."""
    optimizer = model.attribute("optimizer")
    name = str(optimizer.method("get_config").get("name", ""))
    expect.true("adam" in name.lower(), "The optimizer is an Adam.", name.rstrip("_0123456789"), "adam")
    for step in (warmup_steps // 2, 3 * warmup_steps):
        optimizer.attribute("iterations.assign")(step)
        rule = f"At step {step} the rate is that of WarmupSchedule({d_model}, {warmup_steps})."
        expect.close(optimizer.attribute("learning_rate"), rate(step, d_model, warmup_steps), rule)
    optimizer.attribute("iterations.assign")(0)


def small_language(rng):
    """240 pairs to learn and 80 others, as lists of words, and their vocabularies.

    Each is a determiner, an adjective, a person in either number and what they do, in present tense, of a few words
    that are drawn out of the corpus.
    """
    genders = [[noun for noun in choices.nouns("person") if noun.gender == gender] for gender in "fm"]
    people = [noun for group, count in zip(genders, (2, 3), strict=True) for noun in rng.permutation(group)[:count]]
    determiners, adjectives, verbs = (
        rng.permutation(words)[:count]
        for words, count in (
            (lexicon.DETERMINERS, 2),
            (choices.adjectives("person"), 4),
            (choices.intransitive("person"), 4),
        )
    )
    pairs = []
    for determiner, adjective, noun, is_plural, verb in itertools.product(
        determiners, adjectives, people, (False, True), verbs
    ):
        said = Sentence(Clause(verb, "present", NounPhrase(noun, determiner, is_plural, (adjective,))))
        pairs.append((spaced(english(said)), spaced(spanish(said))))
    sides = [SPECIALS + sorted({word for pair in pairs for word in pair[side]}) for side in (0, 1)]
    order = rng.permutation(len(pairs))
    return [pairs[place] for place in order[80:]], [pairs[place] for place in order[:80]], sides


AT_ONCE, UPDATES, EACH = 60, 180, 60  # rows of a batch, updates in all, updates of one call


def taught(model, rng, pairs, sides, updates=UPDATES):
    """Train a model on these pairs, in calls that each take a few seconds."""
    inputs, labels = for_teaching(pairs, sides)
    drawn(model, rng)
    rows = np.concatenate([rng.permutation(len(pairs)) for _ in range(-(-updates * AT_ONCE // len(pairs)))])
    for first in range(0, updates, EACH):
        some = rows[first * AT_ONCE : min(first + EACH, updates) * AT_ONCE]
        given = {name: array[some] for name, array in inputs.items()}
        model.method("fit", given, labels[some], batch_size=AT_ONCE, epochs=1, shuffle=False, verbose=0)
    return model


def greedily(model, source, most):
    """What a model writes for each source, the likeliest token each time: `(B, n)` from `[START]` on."""
    ids = np.full((len(source), 1), START, np.int32)
    while ids.shape[1] < most and not (ids == END).any(1).all():
        likeliest = np.asarray(model({"source": source, "target": ids}))[:, -1].argmax(-1)
        likeliest = np.where((ids == END).any(1), PAD, likeliest)
        ids = np.concatenate([ids, likeliest[:, None].astype(np.int32)], axis=1)
    return ids


def words_of(row, vocabulary):
    """The words of a row of ids after `[START]`, up to `[END]`."""
    row = row.tolist()[1:]
    return [vocabulary[one] for one in (row[: row.index(END)] if END in row else row)]


def right_share(model, pairs, sides):
    """The share of pairs that a model translates word for word."""
    source = padded([ids_of(one, sides[0]) for one, _ in pairs])
    ids = greedily(model, source, max(len(other) for _, other in pairs) + 2)
    return float(np.mean([words_of(row, sides[1]) == other for row, (_, other) in zip(ids, pairs, strict=True)]))


SMALL = {"d_model": 32, "num_heads": 4, "d_ff": 64, "num_layers": 1, "max_length": 12, "dropout": 0.0}
ENOUGH = 0.5  # of 80 unseen sentences


def brief_training(learner, rng):
    """The share of unseen sentences that a translator gets right after a brief training, if it is what was asked."""
    pairs, others, sides = small_language(rng)
    model = learner(*sides, **SMALL, warmup_steps=60)
    with expect.beforehand():
        is_configured(model, sides, **SMALL)
        is_compiled(model, rng, sides)
        has_the_rate(model, SMALL["d_model"], 60)
    return right_share(taught(model, rng, pairs, sides), others, sides)


@exercise("build_translator", points=4, minutes=20, difficulty=2, importance=4)
class TestBuildTranslator:
    def test_it_is_a_transformer_of_these_sizes(self, learner, rng):
        sides = SPECIALS + ENGLISH[:7], SPECIALS + SPANISH[:5]
        given = {"d_model": 8, "num_heads": 2, "d_ff": 11, "num_layers": 1, "max_length": 17, "dropout": 0.3}
        is_configured(learner(*sides, **given), sides, **given)
        given = {"d_model": 6, "num_heads": 3, "d_ff": 7, "num_layers": 3, "max_length": 5, "dropout": 0.2}
        is_configured(learner(*sides, *given.values()), sides, **given)
        usual = {"d_model": 128, "num_heads": 4, "d_ff": 256, "num_layers": 2, "max_length": 40, "dropout": 0.1}
        is_configured(learner(*sides), sides, **usual)

    def test_it_holds_both_vocabularies(self, learner, rng):
        sides = vocabularies(rng, 11)
        model = learner(*sides, d_model=4, num_heads=2, d_ff=6, num_layers=0)
        for name, words in zip(("source_vocabulary", "target_vocabulary"), sides, strict=True):
            found = model.attribute(name)
            right = isinstance(found, (list, tuple)) and list(found) == words
            rule = f"`{name}` of the model holds the list that was given."
            expect.true(right, rule, expect.returned(found), expect.summary(words))

    @worth(3)
    def test_it_is_compiled_with_your_loss_and_accuracy(self, learner, rng):
        sides = vocabularies(rng, 10)
        is_compiled(learner(*sides, d_model=8, num_heads=2, d_ff=10, num_layers=0), rng, sides)

    @worth(2)
    def test_it_trains_with_adam_at_the_rate_of_your_schedule(self, learner, rng):
        sides, warmup = vocabularies(rng, 10), int(rng.integers(20, 300))
        for options, wanted in (({"warmup_steps": warmup, "d_model": 12}, (12, warmup)), ({"d_model": 4}, (4, 400))):
            has_the_rate(learner(*sides, num_heads=2, d_ff=10, num_layers=0, **options), *wanted)

    @worth(4)
    def test_it_learns_to_translate_what_it_has_not_seen(self, learner, rng):
        share = brief_training(learner, rng)
        rule = f"After {UPDATES} updates on 240 short sentences it translates most of 80 others word for word."
        expect.true(share >= ENOUGH, rule, f"{share:.0%} of them", f"at least {ENOUGH:.0%}")


LONGEST = 7  # ids that a judge's translator can hold


def positions(length):
    """Sines and cosines of unit 7, interleaved."""
    angles = np.arange(length)[:, None] / 10000 ** (2 * np.arange(WIDTH // 2) / WIDTH)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, WIDTH)


def normed(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-6)


ATTENTIONS = {  # of a translator: where its layers are, and what each of them calls it
    "read": ("encoder.layers", "attention"),
    "wrote": ("decoder.layers", "self_attention"),
    "looked": ("decoder.layers", "cross_attention"),
}


CLOCK, STILL = 1, WIDTH - 1  # where positions have cos t, and nearly 1: a translator has nothing else there
CLOCK_RATE = 20.0


class Drawn:
    """The parameters of a translator, and what it does with them in float64, one sentence at a time.

    Its networks are all zeros, so that attention alone counts. It is untied, and its projection makes it unlikely that
    a token follows itself. Nothing but words, signs and, if it `ends`, `[END]` is ever its likeliest token, the latter
    soon. What is `plain` counts for nothing: its "heads" look at the same, its "wrote" adds nothing, its "norm" of the
    memory has gains of 1 and no bias.
    """

    def __init__(self, rng, sides, layers, ends, plain=()):
        self.tables = [1.2 * rng.normal(size=(len(side), WIDTH)) / math.sqrt(WIDTH) for side in sides]
        for table in self.tables:
            table[:, [CLOCK, STILL]] = 0.0
        self.attentions = {name: [self._attention(rng) for _ in range(layers)] for name in ATTENTIONS}
        self.memory_norm = [1 + 0.5 * rng.normal(size=WIDTH), 0.5 * rng.normal(size=WIDTH)]
        self._make_plain(plain)
        self.bias = np.zeros(len(sides[1]))
        self.bias[[PAD, UNK, START]], self.bias[END] = -99.0, -4.0 if ends else -99.0
        self.kernel = rng.normal(size=(WIDTH, len(self.bias))) - 3 * self.tables[1].T
        self.kernel[[CLOCK, STILL], END] = -CLOCK_RATE, CLOCK_RATE  # the later, the likelier

    def _make_plain(self, plain):
        for maps in self.attentions["looked"] if "heads" in plain else ():
            for array in itertools.chain(*maps[:2]):  # of queries and keys
                array[:] = np.tile(array[..., : WIDTH // HEADS], HEADS)
        for maps in self.attentions["wrote"] if "wrote" in plain else ():
            for array in maps[3]:
                array[:] = 0.0
        if "norm" in plain:
            self.memory_norm = [np.ones(WIDTH), np.zeros(WIDTH)]

    @staticmethod
    def _attention(rng):
        """Kernel and bias of the maps for queries, keys, values and outputs."""
        kernels = 1.4 * rng.normal(size=(4, WIDTH, WIDTH)) / math.sqrt(WIDTH)
        biases = 0.3 * rng.normal(size=(4, WIDTH))
        kernels[3][:, [CLOCK, STILL]] = biases[3, [CLOCK, STILL]] = 0.0
        return list(zip(kernels, biases, strict=True))

    def memory(self, source):
        """(S, D) for the ids of a source."""
        x = self.tables[0][source] * math.sqrt(WIDTH) + positions(len(source))
        for maps in self.attentions["read"]:
            x = x + attended(maps, normed(x), normed(x))[0]
        gain, bias = self.memory_norm
        return gain * normed(x) + bias

    def decoded(self, memory, target):
        """Logits (T, V) for what was written, and the weights (H, T, S) of the last layer's cross-attention."""
        x, weights = self.tables[1][target] * math.sqrt(WIDTH) + positions(len(target)), None
        for wrote, looked in zip(self.attentions["wrote"], self.attentions["looked"], strict=True):
            x = x + attended(wrote, normed(x), normed(x), np.tri(len(target), dtype=bool))[0]
            output, weights = attended(looked, normed(x), memory)
            x = x + output
        return normed(x) @ self.kernel + self.bias, weights

    def translation(self, source, most, start=START):
        """Ids from the start on, and how close the closest decision was."""
        memory, ids, closest = self.memory(source), [start], math.inf
        while len(ids) < most and (ids[-1] != END or len(ids) == 1):
            logits = self.decoded(memory, ids)[0][-1]
            best, second = np.sort(logits)[[-1, -2]]
            closest = min(closest, best - second)
            ids.append(int(logits.argmax()))
        return ids, closest


def attended(maps, query, memory, allowed=None):
    """What attention in `HEADS` heads makes of a query (T, D) and a memory (S, D), and its weights (H, T, S)."""
    query, key, value = (x @ kernel + bias for x, (kernel, bias) in zip((query, memory, memory), maps, strict=False))
    size, found, shares = WIDTH // HEADS, [], []
    for head in range(HEADS):
        columns = slice(head * size, (head + 1) * size)
        scores = query[:, columns] @ key[:, columns].T / math.sqrt(size)
        scores = scores if allowed is None else np.where(allowed, scores, -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        shares.append(weights / weights.sum(-1, keepdims=True))
        found.append(shares[-1] @ value[:, columns])
    kernel, bias = maps[3]
    return np.concatenate(found, axis=-1) @ kernel + bias, np.stack(shares)


def put_attention(part, maps):
    """Give an attention its maps: the course's own, or Keras', whose kernels have an axis for the heads."""
    names = ("query_dense", "key_dense", "value_dense", "output_dense")
    try:
        parts = [part.attribute(name) for name in names]
    except LearnerError:
        arrays = [array for pair in maps for array in pair]
        shapes = [array.shape for array in part.weights()]
        part.set_weights([array.reshape(shape) for array, shape in zip(arrays, shapes, strict=True)])
        return
    for one, arrays in zip(parts, maps, strict=True):
        one.set_weights(list(arrays))


def stop_network(network):
    """Let a feed-forward network add nothing, in whatever order it keeps its parameters."""
    try:
        network.set_weights([np.zeros(shape) for shape in ((WIDTH, HIDDEN), (HIDDEN,), (HIDDEN, WIDTH), (WIDTH,))])
    except LearnerError:
        network.set_weights([np.zeros_like(array) for array in network.weights()])


def a_translator(learner, drawn, sides, longest):
    """Your Transformer with these parameters, made where the learner's code lives, and with both vocabularies."""
    layers = len(drawn.attentions["read"])
    config = sized(sides, num_layers=layers, max_length=longest, norm_first=True, tie_weights=False)
    described = {"module": None, "class_name": "Transformer", "registered_name": "course>Transformer"}
    model = learner.from_keras("saving.deserialize_keras_object")({**described, "config": config})
    for name, words in zip(("source_vocabulary", "target_vocabulary"), sides, strict=True):
        model.method("__setattr__", name, words)
    model.by_chance(NOTHING)
    for name, table in zip(("source_embedding", "target_embedding"), drawn.tables, strict=True):
        model.attribute(f"{name}.token_embedding").set_weights([table])
    model.attribute("projection").set_weights([drawn.kernel, drawn.bias])
    model.attribute("encoder.last_norm").set_weights(drawn.memory_norm)
    for stack in ("encoder.layers", "decoder.layers"):
        for layer in model.attribute(stack):
            stop_network(layer.attribute("feed_forward"))
    for name, (stack, part) in ATTENTIONS.items():
        for layer, maps in zip(model.attribute(stack), drawn.attentions[name], strict=True):
            put_attention(layer.attribute(part), maps)
    return model


def decided(rng, lengths, layers=1, longest=LONGEST, ends=True, raw=False, plain=()):
    """Parameters, vocabularies, sentences of these lengths and the words of their translations.

    None hangs on a hair. Either each comes to its end before the model is full, or none does. Some words are not known.
    The text is standardised already, or `raw`. Slips show: most translations differ, as there are layers that see the
    sources; without layers another start makes another one, and so does raw text that is not standardised, or only put
    into small letters.
    """
    while True:
        sides = vocabularies(rng)
        drawn = Drawn(rng, sides, layers, ends, plain)
        words = [rng.choice([*sides[0][4:], "rainbow", "zebra"], size=length).tolist() for length in lengths]
        sentences = [written(one) if raw else " ".join(one) for one in words]
        found = [drawn.translation(ids_of(one, sides[0]), longest) for one in words]
        texts = [[sides[1][one] for one in ids[1:] if one != END] for ids, _ in found]
        fitting = all((ids[-1] == END and len(ids) < longest) == ends for ids, _ in found)
        if not fitting or min(closest for _, closest in found) < 1e-2:
            continue
        varied = not layers or len({*map(tuple, texts)}) > len(texts) / 2
        varied = varied and all(len(set(one)) > 1 for one in texts if longest > 2)
        if varied and all(slips_show(drawn, sides, *pair, longest, raw) for pair in zip(sentences, found, strict=True)):
            return drawn, sides, sentences, texts


def slips_show(drawn, sides, sentence, found, longest, raw):
    """Whether a translation is another one with another start, if there are no layers, and of text misread, if raw."""
    seen, source = [found[0][1:]], ids_of(sentence.split(), sides[0])
    if not drawn.attentions["read"]:
        seen += [drawn.translation(source, longest, start)[0][1:] for start in (PAD, END)]
    if raw:
        misread = [UNK] * len(source), ids_of(sentence.lower().split(), sides[0])
        seen += [drawn.translation(ids, longest)[0][1:] for ids in misread]
    return len({*map(tuple, seen)}) == len(seen)


def texts_in(found, count):
    """What the learner returned, if it is so many strings."""
    rule = f"Return a list of {count} strings, a translation for each sentence."
    right = isinstance(found, (list, tuple)) and all(isinstance(text, str) for text in found)
    expect.true(right, rule, expect.returned(found), "a list of strings")
    expect.true(len(found) == count, rule, f"{len(found)} strings", f"{count} strings")
    return list(found)


def same_texts(found, expected, rule):
    """Each translation is the one that is expected; the first that is not is told."""
    for mine, theirs in zip(found, expected, strict=True):
        expect.equal(mine, " ".join(theirs), rule)


@exercise("translate", points=5, minutes=20, difficulty=3, importance=5)
class TestTranslate:
    @worth(2)
    def test_tokens_follow_each_other_from_start_to_end(self, learner, rng):
        drawn, sides, sentences, expected = decided(rng, (2, 3), layers=0)
        found = texts_in(learner(a_translator(learner, drawn, sides, LONGEST), sentences), 2)
        rule = "Without layers a token hangs on the one before it alone, from `[START]` to `[END]`, told by `decode`."
        same_texts(found, expected, rule)

    @worth(2)
    def test_a_translation_without_end_is_cut_where_the_model_is_full(self, learner, rng):
        for longest in (4, 9):
            drawn, sides, sentences, expected = decided(rng, (1, 2), layers=0, longest=longest, ends=False)
            found = texts_in(learner(a_translator(learner, drawn, sides, longest), sentences), 2)
            rule = f"With max_length={longest}, {longest} ids are written at most, `[START]` counted."
            same_texts(found, expected, rule)

    @worth(2)
    def test_text_may_be_as_people_write_it(self, learner, rng):
        drawn, sides, (text,), expected = decided(rng, (4,), longest=4, ends=False, raw=True)
        text = f"  {text.upper().replace(' ', '  ')} "
        found = texts_in(learner(a_translator(learner, drawn, sides, 4), [text]), 1)
        same_texts(found, expected, "Sentences are raw text: capitals, signs and spaces are for `standardize` to mend.")

    @worth(2)
    def test_many_sentences_come_in_the_order_of_the_list(self, learner, rng):
        drawn, sides, sentences, expected = decided(rng, (2, 2, 2, 2, 2), longest=2, ends=False)
        order = rng.permutation(np.arange(130) % 5)
        found = learner(a_translator(learner, drawn, sides, 2), [sentences[place] for place in order])
        rule = "Of 130 sentences each gets its own translation, in the order of the list."
        same_texts(texts_in(found, 130), [expected[place] for place in order], rule)

    @worth(3)
    def test_each_token_is_the_likeliest_after_those_before(self, learner, rng):
        drawn, sides, sentences, expected = decided(rng, (3, 7, 4, 2, 6))
        found = texts_in(learner(a_translator(learner, drawn, sides, LONGEST), sentences), 5)
        rule = "A translation is `[START]`, then always the likeliest token, to the first `[END]`, written by `decode`."
        same_texts(found, expected, rule)

    def test_neighbours_change_nothing(self, learner, rng):
        drawn, sides, sentences, expected = decided(rng, (2, 4), longest=4, ends=False)
        model = a_translator(learner, drawn, sides, 4)
        expect.equal(list(texts_in(learner(model, []), 0)), [], "An empty list gives an empty list.")
        rule = "Alone in the list, and beside a longer one, a sentence gets the translation that is its own."
        same_texts(texts_in(learner(model, sentences[:1]), 1), expected[:1], rule)
        same_texts(texts_in(learner(model, sentences), 2), expected, rule)


def three(result):
    """What the learner returned, if it is three things, the first two lists of strings."""
    rule = "Return three things: `return source_tokens, target_tokens, weights`."
    right = isinstance(result, (list, tuple)) and len(result) == 3
    expect.true(right, rule, expect.returned(result), "a tuple of three")
    for name, tokens in zip(("source_tokens", "target_tokens"), result, strict=False):
        right = isinstance(tokens, (list, tuple)) and all(isinstance(token, str) for token in tokens)
        expect.true(right, f"`{name}` is a list of strings.", expect.returned(tokens), "a list of strings")
    return result


def aligned(result, translation, length):
    """The same, if the weights have the right sizes; these in float64."""
    source, target, weights = three(result)
    rule = "The weights have a row for each token of the translation and a column for each of the source, (T, S)."
    expect.shape(weights, (len(translation), length), rule)
    return list(source), list(target), np.asarray(weights, np.float64)


@exercise("alignment", points=6, minutes=35, difficulty=4, importance=4)
class TestAlignment:
    @supporting
    def test_one_token_that_becomes_one_gets_all_attention(self, learner, rng):
        drawn, sides, (text,), (words,) = decided(rng, (1,), longest=2, ends=False)
        *_, weights = aligned(learner(a_translator(learner, drawn, sides, 2), text), words, 1)
        expect.close(weights, [[1.0]], "A source of one token gets all attention: the weights are [[1]].")

    @supporting
    def test_rows_sum_to_one_over_the_tokens_of_the_source(self, learner, rng):
        drawn, sides, (text,), (words,) = decided(rng, (3,), longest=3, ends=False)
        *_, weights = aligned(learner(a_translator(learner, drawn, sides, 3), text), words, 3)
        expect.sums_to_one(weights, "Each row of the weights sums to 1.")

    def test_the_sources_tokens_are_the_words_of_the_standardised_sentence(self, learner, rng):
        drawn, sides, (text,), _ = decided(rng, (4,), longest=4, ends=False, raw=True)
        source, *_ = three(learner(a_translator(learner, drawn, sides, 4), text.upper()))
        rule = "`source_tokens` are the words of the standardised sentence, also those that are not known."
        expect.equal(list(source), spaced(text), rule)

    def test_the_targets_tokens_are_the_words_of_its_translation(self, learner, rng):
        drawn, sides, (text,), (words,) = decided(rng, (3,), longest=6)
        _, target, _ = three(learner(a_translator(learner, drawn, sides, 6), text))
        expect.equal(list(target), words, "`target_tokens` are the words of the translation, without specials.")

    def test_the_first_row_is_where_it_looked_when_only_start_was_read(self, learner, rng):
        rule = "Row 0 has the weights when `[START]` alone was read, where all heads look at the same."
        weights_are_right(learner, rng, rule, 2, longest=2, ends=False, plain=("heads", "norm"))

    def test_where_self_attention_adds_nothing_the_token_before_asks(self, learner, rng):
        rule = "Where self-attention adds nothing, row t is asked by the normed token before t: the mean over heads."
        weights_are_right(learner, rng, rule, 3, longest=3, ends=False, plain=("wrote",))

    @worth(2)
    def test_a_row_has_the_weights_when_all_tokens_before_it_were_read(self, learner, rng):
        rule = "Row t has the weights of cross-attention when the tokens before t were read: the mean over the heads."
        weights_are_right(learner, rng, rule, 5, longest=6)

    @worth(2)
    def test_the_last_layer_is_the_one_that_counts(self, learner, rng):
        rule = "Of two layers, it is the second whose cross-attention counts, after the first has done its work."
        weights_are_right(learner, rng, rule, 3, layers=2, longest=3, ends=False)


def weights_are_right(learner, rng, rule, length, longest=LONGEST, **options):
    """The weights for a sentence of this length are those of float64."""
    drawn, sides, (text,), (words,) = decided(rng, (length,), longest=longest, **options)
    read = [START, *ids_of(words, sides[1])][:-1]
    wanted = drawn.decoded(drawn.memory(ids_of(text.split(), sides[0])), read)[1].mean(0)
    *_, weights = aligned(learner(a_translator(learner, drawn, sides, longest), text), words, length)
    expect.close(weights, wanted, rule, atol=1e-4)
