"""Unit 01: from text to ids.

Oracles read like the definitions. Words and sentences are drawn from the corpus of the course, so that a failure can
be read; sizes differ in every axis.
"""

from course.toolkit.corpus import generate

import functools
import itertools
import unicodedata
from collections import Counter

import numpy as np

from autograder.judging import exercise, expect, supporting, worth

SPECIALS = ["[PAD]", "[UNK]", "[START]", "[END]"]
PAD, UNK, START, END = range(4)


@functools.cache
def corpus():
    """Pairs of sentences, English and Spanish."""
    return generate(1000)


@functools.cache
def corpus_words():
    """The different Spanish words of the corpus, of 2 letters and more."""
    words = {word for _, sentence in corpus() for word in standardized(sentence).split()}
    return sorted(word for word in words if len(word) > 1)


def some_words(rng, count, lengths=range(2, 20)):
    """So many different words of these lengths, in no order."""
    return rng.permutation([word for word in corpus_words() if len(word) in lengths])[:count].tolist()


def what_came(result):
    """Something of the wrong kind in a few words: nothing at all, or an array, which prints like a list."""
    return f"an array, {result.dtype}" if isinstance(result, np.ndarray) else expect.returned(result)


def items(result, sentence):
    """The items of a list; a tuple will do, and so will a flat array of whole numbers."""
    if isinstance(result, np.ndarray) and result.ndim == 1 and result.dtype.kind in "iu":
        result = result.tolist()
    expect.true(isinstance(result, (list, tuple)), sentence, what_came(result), "a list")
    return [item.item() if isinstance(item, np.ndarray) and item.ndim == 0 else item for item in result]


def same_items(result, expected, sentence):
    """A list holds exactly these items; says where it first does not."""
    found = items(result, sentence)
    if len(found) != len(expected):
        expect.true(False, sentence, *(f"{len(one)} items: {expect.summary(one)}" for one in (found, expected)))
    for place, (mine, theirs) in enumerate(zip(found, expected, strict=True)):
        alike = type(mine) is type(theirs) and mine == theirs
        expect.true(alike, sentence, *(f"{expect.summary(one)} at place {place}" for one in (mine, theirs)))


def same_text(result, expected, sentence):
    """Text is exactly this; speaks of characters where two texts look alike."""
    expect.true(isinstance(result, str), sentence, what_came(result), "text")
    if result != expected and unicodedata.normalize("NFC", result) == expected:
        expect.true(
            False, sentence, f"{result!r}, {len(result)} characters", f"{expected!r}, {len(expected)} characters"
        )
    expect.equal(result, expected, sentence)


def same_words(result, expected, sentence):
    """Text has these words, however many spaces stand between them: those are another check's business."""
    expect.true(isinstance(result, str), sentence, what_came(result), "text")
    if result.split() != expected.split():
        same_text(result, expected, sentence)


def some_answer(result, sentence):
    """Anything but None: what changes nothing because it does nothing is no answer."""
    expect.true(result is not None, sentence, what_came(result), "an answer")


def same_array(result, expected, sentence):
    """An array, or a tensor, has this shape and these numbers."""
    expect.true(isinstance(result, np.ndarray), sentence, what_came(result), "an array")
    expect.equal(result, expected, sentence)


def standardized(text):
    """Lower case, then one character for each letter, and each character of category P apart."""
    pieces = []
    for character in unicodedata.normalize("NFC", text.lower()):
        pieces.append(f" {character} " if unicodedata.category(character)[0] == "P" else character)
    return " ".join("".join(pieces).split())


def vocabulary_by_counting(sentences, max_size):
    """The specials, then words by falling count and rising order."""
    counts = Counter(word for sentence in sentences for word in sentence.split())
    return (SPECIALS + sorted(counts, key=lambda word: (-counts[word], word)))[:max_size]


def padded_row_by_row(sequences, length):
    """Each row copied id by id; a row that lost its `[END]` gets it back."""
    batch = np.full((len(sequences), length), PAD, np.int64)
    for b, ids in enumerate(sequences):
        for s, one in enumerate(ids[:length]):
            batch[b, s] = one
        if len(ids) > length and ids[-1] == END:
            batch[b, length - 1] = END
    return batch


def joined(pieces, pair):
    """The pieces with each `pair` made one, from the left, without overlap."""
    result, s = [], 0
    while s < len(pieces):
        meets = tuple(pieces[s : s + 2]) == tuple(pair)
        result.append("".join(pair) if meets else pieces[s])
        s += 2 if meets else 1
    return result


def merges_by_counting(word_counts, num_merges):
    """Byte-pair encoding as defined: count, join the most frequent pair, count again."""
    words, merges = {word: list(word) for word in word_counts}, []
    while len(merges) < num_merges:
        counts = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


def pieces_in_order(word, merges):
    """The merges one after the other, each once."""
    pieces = list(word)
    for pair in merges:
        pieces = joined(pieces, pair)
    return pieces


def pieces_by_rank(word, merges):
    """The other usual way: as long as a known pair is there, join the one that was learned first."""
    pieces, ranks = list(word), {tuple(pair): rank for rank, pair in enumerate(merges)}
    while known := [pair for pair in zip(pieces, pieces[1:], strict=False) if pair in ranks]:
        pieces = joined(pieces, min(known, key=ranks.__getitem__))
    return pieces


def some_sentences(rng, count):
    """Spanish sentences of the corpus, standardised."""
    return [standardized(corpus()[place][1]) for place in rng.permutation(len(corpus()))[:count]]


def sentences_without_ties(rng, words):
    """Sentences in which the words occur once, twice, three times and so on."""
    text = rng.permutation(np.repeat(words, rng.permutation(len(words)) + 1))
    return [" ".join(part) for part in np.array_split(text, 7)]


@exercise("standardize", points=2, minutes=10, difficulty=2, importance=4)
class TestStandardize:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        rule = "Lower case, and each punctuation character apart: this is the example of the task."
        same_text(learner("¿Dónde está Ana?"), "¿ dónde está ana ?", rule)

    def test_capitals_become_small(self, learner, rng):
        words = [word.capitalize() if rng.random() < 0.5 else word.upper() for word in some_words(rng, 5)]
        text = " ".join([*words, "ÑANDÚ", "Straße"])
        same_text(learner(text), text.lower(), "Capitals become small letters, and nothing else changes.")

    def test_an_accented_letter_is_one_character(self, learner):
        text = unicodedata.normalize("NFD", "mañana canción águila pingüino")
        rule = "An accent may come as a character of its own: normalise to NFC, so that each letter is one character."
        same_text(learner(text), "mañana canción águila pingüino", rule)
        rule = "Lower case first, then NFC: J̌ has no character of its own, ǰ has one."
        same_text(learner("J\u030can T\u0308e"), "\u01f0an \u1e97e", rule)

    @supporting
    def test_only_the_way_of_writing_a_letter_is_normalised(self, learner):
        rule = "NFC joins letters with their accents; it leaves x², ½ and … as they are."
        same_words(learner("x² es ½ … sí"), "x² es ½ … sí", rule)

    def test_every_punctuation_character_stands_apart(self, learner, rng):
        marks = list(".,;:!?¿¡'·(-«’_")  # first what every list has, then what a list lacks, then one of each category
        mark, other = rng.choice(list('")–—…»“”%&/@#*[]'), size=2, replace=False)
        for sign in (*marks, str(mark), str(other)):
            text = f"{sign}uno{sign}dos{sign} tres"
            rule = "Each punctuation character, Unicode category P, has a space on both sides: ¿ ¡ ' and « too."
            same_words(learner(text), standardized(text), rule)

    def test_neighbouring_marks_are_parted_too(self, learner):
        rule = "Each punctuation character is a word of its own, also where several stand together."
        same_words(learner("no... ¡¿qué?!"), "no . . . ¡ ¿ qué ? !", rule)

    @supporting
    def test_signs_that_are_no_punctuation_stay(self, learner):
        rule = "Symbols such as $ + = ^ are of category S, not P: they stay where they are."
        same_words(learner("cuesta 5$ o 3€ a+b=c^2"), "cuesta 5$ o 3€ a+b=c^2", rule)

    def test_spaces_are_single_and_none_is_at_the_ends(self, learner):
        rule = "Between two words stands one space, and none at the ends; tabs and line ends count as spaces."
        same_text(learner("  uno   dos ,tres\t.\n"), "uno dos , tres .", rule)


@exercise("build_vocabulary", points=2, minutes=10, difficulty=2, importance=5)
class TestBuildVocabulary:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        expected = [*SPECIALS, "la", "casa", "ve"]
        same_items(learner(["ana ve la casa", "la casa", "la ve"], 7), expected, "This is the example of the task.")

    @supporting
    def test_the_four_specials_come_first(self, learner, rng):
        found = items(learner(some_sentences(rng, 5), 12), "A vocabulary is a list of words.")
        same_items(found[:4], SPECIALS, "Ids 0 to 3 belong to [PAD], [UNK], [START], [END], in this order.")

    @worth(2)
    def test_frequent_words_come_before_rare_ones(self, learner, rng):
        sentences = sentences_without_ties(rng, some_words(rng, 8))
        expected = vocabulary_by_counting(sentences, 30)
        same_items(
            learner(sentences, 30), expected, "Words come by how often they occur in all, the most frequent first."
        )

    def test_a_word_counts_every_time_it_occurs(self, learner):
        rule = "A word that stands four times in one sentence has occurred four times."
        sentences = ["sol sol sol sol", "luna mar", "luna mar", "luna"]
        same_items(learner(sentences, 9), [*SPECIALS, "sol", "luna", "mar"], rule)

    def test_all_that_stands_between_two_spaces_is_a_word(self, learner):
        rule = "Sentences are standardised already: each part between two spaces is a word, a full stop as well."
        words = [".", "5$", "y", "¿", "'", "a", "sol", "luna"]
        sentences = [" ".join(words[:count]) for count in range(len(words), 0, -1)]
        same_items(learner(sentences, 30), [*SPECIALS, *words], rule)

    def test_equally_frequent_words_come_in_alphabetical_order(self, learner, rng):
        words = some_words(rng, 9)
        sentences = [" ".join(rng.permutation(words)) for _ in range(3)]
        rule = "Words that occur equally often come in alphabetical order, as Python sorts text."
        same_items(learner(sentences, 30), [*SPECIALS, *sorted(words)], rule)
        rule = "As Python sorts text, á and ñ come after z."
        same_items(learner(["ñu árbol zar"], 7), [*SPECIALS, "zar", "árbol", "ñu"], rule)
        rule = "The alphabet decides which of equally frequent words there is room for: sort first, then cut."
        same_items(learner(["ve sol", "mar ve", "ve luna"], 6), [*SPECIALS, "ve", "luna"], rule)

    def test_the_size_counts_the_specials(self, learner, rng):
        sentences = sentences_without_ties(rng, some_words(rng, 20))
        for size in (4, 5, int(rng.integers(8, 12))):
            expected = vocabulary_by_counting(sentences, size)
            same_items(
                learner(sentences, size), expected, "The list has at most `max_size` items, the specials included."
            )

    def test_a_small_text_gives_a_small_vocabulary(self, learner, rng):
        sentences = sentences_without_ties(rng, some_words(rng, 6))
        expected = vocabulary_by_counting(sentences, 1000)
        same_items(learner(sentences, 1000), expected, "When there are fewer words than allowed, all are in.")

    def test_an_empty_sentence_holds_no_word(self, learner):
        same_items(learner(["mar mar", "", "sol"], 9), [*SPECIALS, "mar", "sol"], "An empty sentence adds no word.")


@exercise("encode", points=2, minutes=5, difficulty=1, importance=5)
class TestEncode:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        vocabulary = [*SPECIALS, "la", "casa", "roja"]
        same_items(learner("la casa verde", vocabulary), [4, 5, 1], "This is the example of the task.")

    @worth(2)
    def test_a_word_becomes_its_place_in_the_vocabulary(self, learner, rng):
        vocabulary = [*SPECIALS, *some_words(rng, 12)]
        ids = rng.integers(4, 16, size=9).tolist()
        sentence = " ".join(vocabulary[one] for one in ids)
        same_items(learner(sentence, vocabulary), ids, "A word's id is its place in the vocabulary, counted from 0.")

    @worth(2)
    def test_an_unknown_word_becomes_unk(self, learner, rng):
        known, unknown = np.split(np.array(some_words(rng, 14)), [9])
        words = rng.permutation([*known[:4], *unknown])
        expected = [4 + known.tolist().index(word) if word in known else UNK for word in words]
        found = learner(" ".join(words), [*SPECIALS, *known.tolist()])
        same_items(found, expected, "A word that is not in the vocabulary has the id 1, [UNK].")

    def test_signs_and_single_letters_are_words(self, learner, rng):
        vocabulary = [*SPECIALS, *rng.permutation([*some_words(rng, 4), ".", "¿", "5$", "y", "'"]).tolist()]
        words = rng.permutation([*vocabulary[4:], ".", ",", "8$", "e"]).tolist()  # the last three are unknown
        expected = [vocabulary.index(word) if word in vocabulary else UNK for word in words]
        rule = "The sentence is standardised already: each part between two spaces is a word, `.` and `y` as well."
        same_items(learner(" ".join(words), vocabulary), expected, rule)

    def test_a_part_of_a_word_is_another_word(self, learner):
        vocabulary = [*SPECIALS, "casas", "sol"]
        same_items(learner("casa sol soles", vocabulary), [1, 5, 1], "Only the whole word counts: casa is not casas.")

    @supporting
    def test_neither_start_nor_end_is_added(self, learner, rng):
        words = some_words(rng, 5)
        found = items(learner(" ".join(words), [*SPECIALS, *words]), "Ids are a list of whole numbers.")
        rule = "As many ids as words: [START] and [END] are added later."
        expect.true(len(found) == 5, rule, f"{len(found)} ids", "5 ids")

    @supporting
    def test_an_empty_sentence_has_no_ids(self, learner):
        same_items(learner("", [*SPECIALS, "sol"]), [], "An empty sentence gives an empty list.")


@exercise("decode", points=2, minutes=10, difficulty=2, importance=4)
class TestDecode:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        vocabulary = [*SPECIALS, "la", "casa", "roja"]
        same_text(learner([2, 4, 5, 3, 0, 0], vocabulary), "la casa", "This is the example of the task.")

    def test_an_id_becomes_the_word_at_its_place(self, learner, rng):
        vocabulary = [*SPECIALS, *some_words(rng, 12)]
        ids = rng.integers(4, 16, size=9).tolist()
        expected = " ".join(vocabulary[one] for one in ids)
        same_text(learner(ids, vocabulary), expected, "Each id stands for a word; single spaces part them.")

    @worth(2)
    def test_nothing_after_the_first_end_is_read(self, learner, rng):
        vocabulary = [*SPECIALS, *some_words(rng, 12)]
        first, second, third = rng.integers(4, 16, size=(3, 4)).tolist()
        ids = [START, *first, END, *second, END, *third]
        expected = " ".join(vocabulary[one] for one in first)
        same_text(learner(ids, vocabulary), expected, "The text stops before the first [END], whatever comes after it.")

    def test_text_without_an_end_is_read_to_its_last_word(self, learner, rng):
        vocabulary = [*SPECIALS, *some_words(rng, 12)]
        ids = rng.integers(4, 16, size=6).tolist()
        expected = " ".join(vocabulary[one] for one in ids)
        same_text(learner([START, *ids], vocabulary), expected, "Without [END], everything is read.")

    def test_padding_and_start_are_dropped_wherever_they_stand(self, learner, rng):
        vocabulary = [*SPECIALS, *some_words(rng, 12)]
        first, second = rng.integers(4, 16, size=(2, 3)).tolist()
        expected = " ".join(vocabulary[one] for one in first + second)
        rule = "[PAD] and [START] are no words: they are left out, and reading goes on."
        same_text(learner([PAD, PAD, START, *first, PAD, *second, PAD], vocabulary), expected, rule)
        same_text(learner([*first, START, *second, END], vocabulary), expected, rule)

    def test_an_unknown_word_is_shown(self, learner, rng):
        vocabulary = [*SPECIALS, *some_words(rng, 12)]
        first, second = rng.integers(4, 16, size=2).tolist()
        expected = f"{vocabulary[first]} [UNK] {vocabulary[second]}"
        same_text(learner([first, UNK, second, END], vocabulary), expected, "[UNK] stays: there was a word.")

    def test_signs_and_single_letters_are_words(self, learner, rng):
        vocabulary = [*SPECIALS, *rng.permutation([*some_words(rng, 4), ".", "¿", "?", ",", "5$", "y", "'"]).tolist()]
        ids = [4 + place for place in rng.permutation(len(vocabulary) - 4).tolist()]
        expected = " ".join(vocabulary[one] for one in ids)
        rule = "Single spaces part all words, signs as well: here `.` is a word like any other."
        same_text(learner([START, *ids, END], vocabulary), expected, rule)

    @supporting
    def test_nothing_to_read_gives_empty_text(self, learner):
        same_text(learner([START, END, PAD], [*SPECIALS, "sol"]), "", "Without a word the text is empty.")

    @supporting
    def test_the_given_ids_stay_as_they_were(self, learner, rng):
        vocabulary = [*SPECIALS, *some_words(rng, 6)]
        ids = [PAD, START, *rng.integers(4, 10, size=4).tolist(), PAD, END, PAD]
        rule = "The ids you are given belong to the caller: take none out of their list."
        with expect.beforehand():
            some_answer(learner(ids, vocabulary), rule)
        expect.equal(learner.effect_on(ids, vocabulary)[0], ids, rule)


def some_rows(rng, lengths, ends=True):
    """Rows of ids of these lengths, framed by [START] and [END]; without ends the last id is a word."""
    rows = [rng.integers(4, 40, size=length).tolist() for length in lengths]
    return [[START, *row[1:-1], END] if ends else [START, *row[1:]] for row in rows]


@exercise("pad_batch", points=2, minutes=15, difficulty=3, importance=4)
class TestPadBatch:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        expected = np.array([[2, 7, 8, 3], [2, 5, 3, 0]])
        same_array(learner([[2, 7, 8, 3], [2, 5, 3]]), expected, "This is the first example of the task.")

    @supporting
    def test_the_worked_example_of_a_cut_comes_out(self, learner):
        expected = np.array([[2, 7, 3], [2, 5, 3]])
        same_array(learner([[2, 7, 8, 3], [2, 5, 3]], 3), expected, "This is the second example of the task.")

    @supporting
    def test_the_numbers_are_int32(self, learner, rng):
        batch = learner(some_rows(rng, (5, 5)))
        expect.true(isinstance(batch, np.ndarray), "Make an array of all rows.", what_came(batch), "an array")
        expect.true(batch.dtype == np.int32, "Ids are int32 in this course.", f"dtype {batch.dtype}", "dtype int32")

    def test_short_rows_are_filled_on_the_right(self, learner, rng):
        rows = some_rows(rng, (4, 9, 3, 6))
        rule = "Without a length, the longest row decides; the others get zeros on the right."
        same_array(learner(rows), padded_row_by_row(rows, 9), rule)

    def test_a_given_length_may_be_longer_than_every_row(self, learner, rng):
        rows, length = some_rows(rng, (4, 6, 3)), int(rng.integers(8, 15))
        rule = "All rows have the length that is asked for."
        same_array(learner(rows, length), padded_row_by_row(rows, length), rule)

    @worth(2)
    def test_a_row_that_is_cut_keeps_its_end(self, learner, rng):
        rows = some_rows(rng, (9, 4, 7, 5))
        rule = "A row that is cut ends in [END], id 3, when it did so before."
        same_array(learner(rows, 5), padded_row_by_row(rows, 5), rule)

    def test_a_row_without_an_end_gets_none(self, learner, rng):
        rows = some_rows(rng, (9, 4, 7, 5, 8, 6), ends=False)
        rows[2][1], rows[0][5], rows[0][7] = END, END, END  # in its midst, or in what is cut off; not at its end
        rows[0][-1], rows[2][-1], rows[4][-1] = 1, 0, 2  # other special ids are no [END]
        rule = "A row whose last id was not [END] is cut and nothing more."
        same_array(learner(rows, 5), padded_row_by_row(rows, 5), rule)

    def test_an_empty_row_is_all_padding(self, learner, rng):
        rows = [[], *some_rows(rng, (4, 6))]
        same_array(learner(rows), padded_row_by_row(rows, 6), "A row without ids holds nothing but padding.")
        rule = "Where all rows are empty the longest has no ids: (B, 0)."
        same_array(learner([[], []]), np.zeros((2, 0), np.int32), rule)

    @supporting
    def test_the_given_rows_stay_as_they_were(self, learner, rng):
        rows = some_rows(rng, (6, 3, 8))
        rule = "The rows you are given belong to the caller: make new ones."
        with expect.beforehand():
            some_answer(learner(rows, 5), rule)
        expect.equal(learner.effect_on(rows, 5)[0], rows, rule)


@exercise("teacher_forcing", points=2, minutes=5, difficulty=1, importance=5)
class TestTeacherForcing:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        inputs, labels = expect.pair(learner(np.array([[2, 7, 8, 3], [2, 5, 3, 0]])), "decoder_input, labels")
        same_array(inputs, np.array([[2, 7, 8], [2, 5, 3]]), "The input: this is the example of the task.")
        same_array(labels, np.array([[7, 8, 3], [5, 3, 0]]), "The labels: this is the example of the task.")

    @supporting
    def test_both_are_one_shorter_than_the_target(self, learner, rng):
        for batch, length in ((2, 7), (3, 5)):
            inputs, labels = expect.pair(learner(rng.integers(1, 40, size=(batch, length))), "decoder_input, labels")
            for one, name in ((inputs, "input has"), (labels, "labels have")):
                rule = f"The {name} the shape (B, L−1)."
                expect.true(isinstance(one, np.ndarray), rule, what_came(one), "an array")
                expect.shape(one, (batch, length - 1), rule)

    @supporting
    def test_ids_stay_whole_numbers(self, learner, rng):
        for one in expect.pair(learner(rng.integers(0, 40, size=(2, 6))), "decoder_input, labels"):
            rule = "An id is a place in a list: keep the numbers integers, as they came."
            expect.true(isinstance(one, np.ndarray), rule, what_came(one), "an array")
            expect.true(one.dtype.kind in "iu", rule, f"dtype {one.dtype}", "dtype int32")

    @worth(2)
    def test_the_input_is_all_but_the_last(self, learner, rng):
        target = rng.integers(0, 40, size=(3, 8))
        inputs, _ = expect.pair(learner(target), "decoder_input, labels")
        same_array(inputs, target[:, :-1], "The decoder reads everything but the last column.")

    @worth(2)
    def test_the_label_of_a_place_is_the_next_id(self, learner, rng):
        target = rng.integers(0, 40, size=(3, 8))
        _, labels = expect.pair(learner(target), "decoder_input, labels")
        same_array(labels, target[:, 1:], "At each place the label is the id that comes next.")

    def test_each_sentence_keeps_to_its_row(self, learner, rng):
        target = rng.integers(0, 40, size=(6, 6))
        inputs, labels = expect.pair(learner(target), "decoder_input, labels")
        same_array(inputs, target[:, :-1], "Rows are sentences: shift along the columns, also where B = L.")
        same_array(labels, target[:, 1:], "Rows are sentences: shift along the columns, also where B = L.")

    @supporting
    def test_the_target_stays_as_it_was(self, learner, rng):
        target = rng.integers(1, 40, size=(2, 7))
        rule = "The ids you are given belong to the caller: change nothing in them."
        with expect.beforehand():
            some_answer(learner(target), rule)
        same_array(learner.effect_on(target)[0], target, rule)

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        target = rng.integers(0, 40, size=(3, 7))
        inputs, labels = expect.pair(learner.compiled(target), "decoder_input, labels")
        rule = "The same comes out when Keras compiles the function before it knows B."
        same_array(inputs, target[:, :-1], rule)
        same_array(labels, target[:, 1:], rule)


OPENINGS = ("", "Bueno, ", "Pues ", "Mira, ", "Creo que ", "Sabes que ", "Dicen que ", "Es verdad: ", "Oye, ", "Sí: ")
CLOSINGS = ("", " Sí.", " De verdad.", " Es así.", " ¿No?", " Eso dicen.", " Creo.", " Seguro.", " ¡Mira!", " ¿Sabes?")
CLOSINGS += (" Por fin.", " Otra vez.", " Ya lo ves.", " Te lo digo.", " Como siempre.", " ¡Qué cosa!")


def translations(sentence):
    """More than a hundred ways to say one Spanish sentence, the plain one first."""
    for closing, opening in itertools.product(CLOSINGS, OPENINGS):
        yield opening + (sentence[0].lower() + sentence[1:] if opening else sentence) + closing


def translated(rng, count, most=3):
    """Pairs of `count` distinct sources with one to `most` translations each, in no order; a few pairs occur twice."""
    sources = [corpus()[place] for place in rng.permutation(len(corpus()))[:count]]
    ways = rng.integers(1, most + 1, size=count)
    pairs = [
        (source, way)
        for (source, target), number in zip(sources, ways.tolist(), strict=True)
        for way in itertools.islice(translations(target), number)
    ]
    pairs += pairs[: count // 4]
    return [pairs[place] for place in rng.permutation(len(pairs))]


def twins(source):
    """Texts that differ from a source, and from each other, in their last signs or in their capital letters."""
    plain, small = source.rstrip(".!?"), source.lower()
    signs = [plain + sign for sign in ("", ".", "!", "?", "!!", "?!", "...", "!?")]
    capitals = [small[:count].upper() + small[count:] for count in range(16)]
    return [*signs, *list(dict.fromkeys(capitals))[:8]]


def sides(result):
    """Train and test as lists of tuples of text."""
    train, test = expect.pair(result, "train, test")
    rule = "Each side is a list of the pairs (source, target) that you were given."
    found = []
    for side in (train, test):
        whole = [tuple(pair) if isinstance(pair, (list, tuple)) else pair for pair in items(side, rule)]
        odd = [pair for pair in whole if not (isinstance(pair, tuple) and len(pair) == 2)]
        texts = "texts, such as " if any(isinstance(pair, str) for pair in odd) else ""
        expect.true(not odd, rule, texts + expect.summary(odd[0] if odd else None), "pairs of two texts")
        found.append(whole)
    return found


def chosen(pairs, test):
    """Where in `pairs` the sources of `test` stand."""
    sources = {source for source, _ in test}
    return [place for place, (source, _) in enumerate(pairs) if source in sources]


@exercise("split_by_source", points=3, minutes=15, difficulty=3, importance=5)
class TestSplitBySource:
    @supporting
    @worth(6)
    def test_no_source_is_on_both_sides(self, learner, rng):
        pairs = translated(rng, 40)
        train, test = sides(learner(pairs, 0.3, int(rng.integers(1000))))
        leaked = sorted({source for source, _ in train} & {source for source, _ in test})
        rule = "A source sentence with all its translations belongs to one side."
        expect.true(not leaked, rule, f"{len(leaked)} sources on both sides, such as {leaked[:1]}", "none")

    @supporting
    @worth(2)
    def test_every_pair_is_kept(self, learner, rng):
        pairs = translated(rng, 40)
        train, test = sides(learner(pairs, 0.25, int(rng.integers(1000))))
        rule = "Each pair that comes in goes to one side, as often as it came in; a `set` or `dict` keeps it once."
        expect.true(
            len(train) + len(test) == len(pairs), rule, f"{len(train) + len(test)} pairs", f"{len(pairs)} pairs"
        )
        expect.true(Counter(train + test) == Counter(pairs), rule, "other pairs than came in", "the same pairs")

    @worth(2)
    def test_the_fraction_is_the_share_of_the_sources(self, learner, rng):
        pairs = translated(rng, 45, most=6)
        source = pairs[0][0]  # gets most of all pairs
        pairs += [(source, way) for way in itertools.islice(translations(dict(corpus())[source]), 6, None)]
        pairs += [(twin, pairs[1][1]) for twin in twins(pairs[1][0])]
        count = len({source for source, _ in pairs})
        for fraction in (0.1, 0.25, 0.45, 0.6, 0.8, 0.0, 1.0):  # so many that no coin comes near them all
            train, test = sides(learner(pairs, fraction, int(rng.integers(1000))))
            left, found = (len({source for source, _ in side}) for side in (train, test))
            rule = "`test_fraction` is the share of distinct sources in the test, up to rounding: count so many off."
            if abs(left - count * fraction) <= 1:
                rule = "Training comes first, and the test is the second of the two: yours have changed places."
            got, wanted = (f"{number:g} of {count} sources in the test" for number in (found, count * fraction))
            expect.true(abs(found - count * fraction) <= 1, rule, got, wanted)

    @supporting
    def test_the_same_seed_gives_the_same_split(self, learner, rng):
        pairs, seed = translated(rng, 40), int(rng.integers(1000))
        once, again = sides(learner(pairs, 0.3, seed)), sides(learner(pairs, 0.3, seed))
        rule = "The same seed gives the same split: make a generator from it, within the function."
        expect.true(once == again, rule, "two different splits", "the same split twice")

    def test_another_seed_gives_another_split(self, learner, rng):
        pairs, seed = translated(rng, 60), int(rng.integers(1000))
        found = [chosen(pairs, sides(learner(pairs, 0.4, seed + step))[1]) for step in range(3)]
        expect.true(
            found[0] != found[1] or found[0] != found[2],
            "The seed decides which sources are tested.",
            "one split for three seeds",
            "different splits",
        )

    @supporting
    def test_any_part_of_the_text_may_be_tested(self, learner, rng):
        pairs = sorted(corpus()[place] for place in rng.permutation(len(corpus()))[:60])
        _, test = sides(learner(pairs, 0.5, int(rng.integers(1000))))
        rule = "The tested sources are drawn from all of the text, not cut off at one end."
        found = chosen(pairs, test)
        expect.true(
            found not in (list(range(30)), list(range(30, 60))), rule, "one end of the text", "sources from everywhere"
        )

    @supporting
    @worth(2)
    def test_the_split_is_the_same_in_every_process(self, learner, rng):
        pairs, seed = translated(rng, 300), int(rng.integers(1000))
        _, test = sides(learner(pairs, 0.4, seed))
        renamed = [(f"Oh: {source}", target) for source, target in pairs]
        by_place = chosen(renamed, sides(learner(renamed, 0.4, seed))[1]) == chosen(pairs, test)
        _, other = sides(learner(pairs[::-1], 0.4, seed))
        by_text = {source for source, _ in other} == {source for source, _ in test}
        rule = "The order of a `set` or a `hash` of text is different in every process: sort, or keep the given order."
        got = "other sources when the pairs are turned round, and other places when the sources are renamed"
        expect.true(by_place or by_text, rule, got, "the same sources, or else the same places")
        again = chosen(pairs, sides(learner.elsewhere(pairs, 0.4, seed))[1])
        got = "another split in another process"
        expect.true(again == chosen(pairs, test), rule, got, "the same split for the same seed")

    @supporting
    def test_the_given_pairs_stay_as_they_were(self, learner, rng):
        pairs = translated(rng, 40)
        rule = "The list you are given belongs to the caller: shuffle one of your own."
        with expect.beforehand():
            some_answer(learner(pairs, 0.3, 5), rule)
        after = learner.effect_on(pairs, 0.3, 5)[0]
        expect.true(after == pairs, rule, "another order, or other pairs", "the list as it was")


def word_counts(rng, count):
    """Different words with counts that are all different; short ones, which share more pairs of letters."""
    words = some_words(rng, count, lengths=range(2, 8))
    return dict(zip(words, (rng.permutation(count) * 3 + 1).tolist(), strict=True))


def as_pairs(result):
    """A list of merges with each as a tuple."""
    rule = "Merges are a list of pairs, such as [('a', 'b'), ('ab', 'c')]."
    return [tuple(pair) if isinstance(pair, list) else pair for pair in items(result, rule)]


@exercise("learn_merges", points=3, minutes=20, difficulty=4, importance=4)
class TestLearnMerges:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        found = as_pairs(learner({"casa": 3, "cama": 2, "masa": 1}, 3))
        same_items(found, [("c", "a"), ("s", "a"), ("ca", "sa")], "This is the example of the task.")

    def test_the_first_merge_is_the_most_frequent_pair(self, learner, rng):
        counts = word_counts(rng, 20)
        expected = merges_by_counting(counts, 1)
        same_items(as_pairs(learner(counts, 1)), expected, "A pair counts as often as the words it stands in.")

    @worth(2)
    def test_pairs_are_counted_again_after_each_merge(self, learner, rng):
        counts = word_counts(rng, 30)
        rule = "Join the pair in all words, then count the new pairs: the next merge may build on the last."
        same_items(as_pairs(learner(counts, 15)), merges_by_counting(counts, 15), rule)

    def test_on_a_tie_the_smaller_pair_is_first(self, learner, rng):
        words = [str(word) for word in rng.permutation(["be", "ad", "cf"])]
        rule = "Equally frequent pairs come in the order of their tuples."
        same_items(as_pairs(learner(dict.fromkeys(words, 4), 3)), [("a", "d"), ("b", "e"), ("c", "f")], rule)
        found = as_pairs(learner({"yzw": 3, "yz": 1, "ab": 3}, 3))
        same_items(found, [("y", "z"), ("a", "b"), ("yz", "w")], rule)
        rule = "Compare tuples, not joined texts or lengths: ('a', 'z') comes before ('ab', 'a'), as 'a' before 'ab'."
        found = as_pairs(learner({"ab": 4, "aba": 3, "bz": 3, "az": 3}, 4))
        same_items(found, [("a", "b"), ("a", "z"), ("ab", "a"), ("b", "z")], rule)

    def test_a_pair_counts_at_each_place_where_it_stands(self, learner):
        rule = "In “abab” the pair (a, b) stands twice, so it counts twice as often as the word."
        same_items(as_pairs(learner({"abab": 3, "cd": 5}, 1)), [("a", "b")], rule)
        rule = "In “aaa” the pair (a, a) stands twice, though both share a letter, so it counts twice."
        same_items(as_pairs(learner({"aaa": 3, "cd": 5}, 1)), [("a", "a")], rule)

    def test_a_repeated_letter_is_joined_from_the_left(self, learner):
        found = as_pairs(learner({"aaaab": 2, "caaa": 1}, 4))
        expected = merges_by_counting({"aaaab": 2, "caaa": 1}, 4)
        same_items(found, expected, "In “aaa” the pair (a, a) stands twice; joining it from the left gives “aa a”.")

    def test_pieces_are_joined_only_where_both_are_whole(self, learner):
        counts = {"ba": 9, "baa": 5, "aa": 6, "xaa": 2}
        rule = "A pair is two whole pieces: “ba a” holds the pair (ba, a), and not (a, a)."
        same_items(as_pairs(learner(counts, 4)), merges_by_counting(counts, 4), rule)

    def test_no_pair_reaches_across_two_words(self, learner, rng):
        counts = {"ab": 5, "ba": 5, "c": 50}
        same_items(as_pairs(learner(counts, 2)), [("a", "b"), ("b", "a")], "Neighbours in one word only.")

    def test_it_ends_when_every_word_is_one_piece(self, learner):
        found = as_pairs(learner({"sol": 2, "y": 7}, 10))
        rule = "When no pair is left there is nothing more to learn: fewer merges come back."
        same_items(found, [("o", "l"), ("s", "ol")], rule)

    @supporting
    def test_no_merges_are_learned_when_none_are_asked_for(self, learner):
        same_items(as_pairs(learner({"sol": 2}, 0)), [], "num_merges = 0 gives an empty list.")

    @supporting
    def test_the_given_counts_stay_as_they_were(self, learner, rng):
        counts = word_counts(rng, 5)
        rule = "The counts you are given belong to the caller: keep the pieces in a dictionary of your own."
        with expect.beforehand():
            some_answer(learner(counts, 3), rule)
        after = learner.effect_on(counts, 3)[0]
        expect.true(after == counts, rule, expect.summary(after), "the dictionary as it was")


@exercise("apply_merges", points=2, minutes=10, difficulty=2, importance=4)
class TestApplyMerges:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        merges = [("c", "a"), ("s", "a"), ("ca", "sa")]
        same_items(learner("casas", merges), ["casa", "s"], "This is the example of the task.")

    @supporting
    def test_without_merges_a_word_is_its_letters(self, learner):
        same_items(learner("niña", []), ["n", "i", "ñ", "a"], "Nothing learned, nothing joined: letters remain.")

    @supporting
    def test_the_pieces_give_the_word_again(self, learner, rng):
        counts = word_counts(rng, 20)
        for word in some_words(rng, 4):
            found = items(learner(word, merges_by_counting(counts, 9)), "Pieces are a list of texts.")
            expect.equal("".join(map(str, found)), word, "Put together, the pieces are the word: no letter is lost.")

    @worth(2)
    def test_merges_are_applied_in_the_order_they_were_learned(self, learner, rng):
        merges = merges_by_counting(word_counts(rng, 40), 20)
        words = some_words(rng, 60, lengths=range(6, 20))
        clear = [word for word in words if pieces_in_order(word, merges) == pieces_by_rank(word, merges)]
        clear.sort(key=lambda word: len(pieces_in_order(word, merges)) - len(word))  # where most is joined first
        rule = "Go through the merges in their order, and join each pair that is there by then."
        for word in clear[:8]:
            same_items(learner(word, merges), pieces_in_order(word, merges), rule)
        same_items(learner("saca", [("a", "c"), ("s", "a"), ("c", "a")]), ["s", "ac", "a"], rule)

    def test_an_earlier_merge_takes_a_letter_from_a_later_one(self, learner):
        rule = "The merge that was learned first goes first."
        same_items(learner("abc", [("a", "b"), ("b", "c"), ("a", "bc")]), ["ab", "c"], rule)
        same_items(learner("abc", [("b", "c"), ("a", "b")]), ["a", "bc"], rule)

    def test_a_pair_is_joined_wherever_it_stands(self, learner, rng):
        (short,) = some_words(rng, 1, lengths=(2,))
        word, expected = "-".join([short] * 3), [short, "-", short, "-", short]
        same_items(learner(word, [tuple(short)]), expected, "A merge joins its pair everywhere in the word.")

    def test_a_repeated_letter_is_joined_from_the_left(self, learner):
        same_items(learner("aaaaa", [("a", "a")]), ["aa", "aa", "a"], "From the left, without using a letter twice.")

    def test_pieces_are_joined_only_where_both_are_whole(self, learner):
        found = learner("baab", [("b", "a"), ("a", "a"), ("a", "b")])
        same_items(found, ["ba", "ab"], "A pair is two whole pieces: “ba a” does not hold (a, a).")

    def test_a_merge_that_does_not_occur_is_passed_over(self, learner):
        rule = "A merge without its pair in the word changes nothing; go on."
        same_items(learner("sol", [("x", "y")]), ["s", "o", "l"], rule)
        same_items(learner("sol", [("x", "y"), ("s", "o"), ("q", "u"), ("so", "l")]), ["sol"], rule)

    @supporting
    def test_the_given_merges_stay_as_they_were(self, learner):
        merges = [("s", "o"), ("so", "l")]
        rule = "The merges you are given belong to the caller: go through them, take none out."
        with expect.beforehand():
            some_answer(learner("sol", merges), rule)
        expect.equal(learner.effect_on("sol", merges)[1], merges, rule)
