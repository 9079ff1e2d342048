# %% [markdown]
# # Exercises 1: from text to ids
#
# Here you write everything that stands between a file of sentences and the first layer of a Transformer. Nine short
# functions, plan about an hour and a half. Read [lesson 1](../../course/01_text.ipynb) first.
#
# Most of it is plain Python: text, lists, dictionaries. Only `pad_batch` and `teacher_forcing` make arrays. A function
# never changes what it is given. Axes: B batch, L length.

# %%
from course.toolkit import corpus, figures

import random
import unicodedata
from collections import Counter

import keras
import numpy as np

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown] grade_id="standardize-task"
# ## 1. Make equal what means the same
#
# *House*, *house* and *house?* are three different texts. To a model they would be three words that have nothing in
# common, each seen a third as often.
#
# **Write** `standardize(text)`: text → text.
#
# - Lower case, then Unicode form NFC, in which an accented letter is one character. Accents stay. The order matters:
#   *ǰ* has such a character, *J̌* has none.
# - Each punctuation character stands apart: a space before and after it. A character is punctuation when
#   `unicodedata.category(character)` begins with `P`: ¿ ¡ and ' are.
# - One space between two words, none at the ends.
#
# | text | result |
# |---|---|
# | `"¿Dónde está Ana?"` | `"¿ dónde está ana ?"` |
# | `"  I don't know..."` | `"i don ' t know . . ."` |


# %% grade_id="standardize"
def standardize(text):
    """Write text so that equal words are equal: lower case, NFC, punctuation apart, single spaces.

    text: a str, any. Returns a str.
    """
    ### BEGIN SOLUTION
    text = unicodedata.normalize("NFC", text.lower())
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return " ".join("".join(spaced).split())
    ### END SOLUTION


# %% grade_id="standardize-check"
check("standardize")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Begin with the capitals: which method of a `str` makes them small? Then ask Python for
# `unicodedata.category("¿")` and `unicodedata.category("a")`.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Make the text lower case, then normalise it to NFC. Go through the characters: a punctuation character gets a space on
# both sides, every other stays. Put them together. Split the result at white space, and join the parts with single
# spaces.
# </details>
#
# <details><summary>Help: two texts look the same, and the check says they differ</summary>
#
# `é` can be one character, or an `e` followed by an accent. Print the `len` of both. `unicodedata.normalize` has the
# form as its first argument: `"NFC"` composes.
# </details>
#
# <details><summary>Why it works</summary>
#
# Unicode sorts all characters into categories, so no list of ours can forget one. And `split()` without an argument
# takes any run of spaces, tabs and line ends as one gap, so that nothing is left over at the ends.
# </details>

# %%
pairs = corpus.generate(3_000, seed=1)


def look_at_sentences():
    for english, spanish in pairs[:4]:
        print(f"{standardize(english):45} {standardize(spanish)}")


figures.once_written(look_at_sentences)

# %% [markdown]
# ### Stretch (0 points)
#
# Now *don't* is three words: `don ' t`. Under another name, in the cell below, write a function that lets an apostrophe
# between two letters stay; `standardize` remains as it is, and so does your mark. Which of both would a translation
# model like better?

# %%

# %% [markdown] grade_id="build_vocabulary-task"
# ## 2. Number the words
#
# A model knows only numbers. The vocabulary says which number is which word: a word's place in the list is its id.
#
# **Write** `build_vocabulary(sentences, max_size)`: a list of standardised sentences → a list of words.
#
# - First the specials, always: `"[PAD]"`, `"[UNK]"`, `"[START]"`, `"[END]"`.
# - Then the words: whatever stands between spaces, `.` and `¿` too. The most frequent first, equally frequent ones in
#   alphabetical order, as Python sorts text.
# - The whole list has at most `max_size` items, the specials included.
#
# `["ana ve la casa", "la casa", "la ve"]` with `max_size` 7 has *la* 3 times, *casa* and *ve* twice, *ana* once:
#
# `["[PAD]", "[UNK]", "[START]", "[END]", "la", "casa", "ve"]`


# %% grade_id="build_vocabulary"
def build_vocabulary(sentences, max_size):
    """List the specials and the most frequent words; the place in the list is the id.

    sentences: a list of str, standardised. max_size: the most items that the list may have.
    Returns a list of str.
    """
    ### BEGIN SOLUTION
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]
    ### END SOLUTION


# %% grade_id="build_vocabulary-check"
check("build_vocabulary")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Counting is done for you: `Counter(["a", "b", "a"])`. How do you give it the words of *all* sentences?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Count the words of all sentences. Sort the words by two things: first the count, falling, then the word, rising. Put
# the four specials before them. Cut the list to the size.
# </details>
#
# <details><summary>Help: falling and rising in one sort</summary>
#
# Tuples are compared item by item. `sorted(words, key=lambda word: (-counts[word], word))`: the minus turns the order
# of the counts round, and only theirs.
# </details>
#
# <details><summary>Why it works</summary>
#
# A rule for ties makes the list the same on every machine. Without it, a model trained here and loaded there reads
# other words than were meant, and no error tells.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# Which share of the words in `pairs` does a vocabulary of 100 know? Of 200? Standardise the English sentences, and
# count the words that are in the list.

# %%

# %% [markdown] grade_id="encode-task"
# ## 3. Words become ids
#
# This is the door into the model. What is not in the vocabulary does not get through; in its place
# stands *unknown*.
#
# **Write** `encode(sentence, vocabulary)`: a standardised sentence → its ids, as a list or a flat array of integers.
#
# - A word is whatever stands between spaces, `.` and `¿` too. Its id is its place in the vocabulary. A word that is not
#   in it has the id 1, `[UNK]`.
# - As many ids as words: `[START]` and `[END]` are added later.
#
# With `vocabulary = ["[PAD]", "[UNK]", "[START]", "[END]", "la", "casa", "roja"]`
#
# | sentence | ids |
# |---|---|
# | `"la casa roja"` | `[4, 5, 6]` |
# | `"la casa verde"` | `[4, 5, 1]` |


# %% grade_id="encode"
def encode(sentence, vocabulary):
    """Give each word its id, and 1 to a word that is not known.

    sentence: a str, standardised. vocabulary: a list of str. Returns the ids: a list of int, or an array of integers.
    """
    ### BEGIN SOLUTION
    ids = {word: place for place, word in enumerate(vocabulary)}
    return [ids.get(word, 1) for word in sentence.split()]
    ### END SOLUTION


# %% grade_id="encode-check"
check("encode")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Take *casa* alone. How do you find its place in the list? `enumerate` gives places and words together.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Make a dictionary from word to place. Split the sentence. Look each word up, with 1 as the answer when it is missing.
# </details>
#
# <details><summary>Help: KeyError or ValueError</summary>
#
# `ids[word]` and `vocabulary.index(word)` both fail for an unknown word. `ids.get(word, 1)` takes a second argument:
# what to give instead.
# </details>
#
# <details><summary>Why it works</summary>
#
# A dictionary finds a word at once, however long the vocabulary is. `vocabulary.index` reads the list from its
# beginning for every single word.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# `encode` builds its dictionary anew for each sentence. Write a class `Encoder(vocabulary)` that builds it once, and
# measure both with `%timeit` on 1,000 sentences.

# %%

# %% [markdown] grade_id="decode-task"
# ## 4. Ids become words
#
# A model answers in ids, and does not know when to keep quiet: behind `[END]` it may go on writing. People want to read
# the sentence alone.
#
# **Write** `decode(ids, vocabulary)`: a list of ids → text, words parted by single spaces, `.` and `¿` as well.
#
# - It stops at the first `[END]`, id 3; what follows is not read.
# - `[PAD]`, 0, and `[START]`, 2, are left out wherever they stand. `[UNK]` is shown.
#
# With the vocabulary of exercise 3
#
# | ids | text |
# |---|---|
# | `[2, 4, 5, 3, 0, 0]` | `"la casa"` |
# | `[4, 1, 6, 3, 6, 6]` | `"la [UNK] roja"` |


# %% grade_id="decode"
def decode(ids, vocabulary):
    """Turn ids into readable text, up to the first `[END]` and without `[PAD]` and `[START]`.

    ids: a list of int. vocabulary: a list of str. Returns a str.
    """
    ### BEGIN SOLUTION
    words = []
    for one in ids:
        if one == 3:
            break
        if one not in (0, 2):
            words.append(vocabulary[one])
    return " ".join(words)
    ### END SOLUTION


# %% grade_id="decode-check"
check("decode")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Write a loop that collects `vocabulary[one]` for each id. Then put two questions before it: when do you stop, and when
# do you skip?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Begin with no words. For each id: is it 3, end the loop; is it 0 or 2, go on with the next; else take its word. Join
# the words with spaces.
# </details>
#
# <details><summary>Help: skipping and stopping</summary>
#
# `continue` goes on with the next id, `break` leaves the loop. To test for one of several, write
# `one in (0, 2)`.
# </details>
#
# <details><summary>Why it works</summary>
#
# For a sentence without unknown words, decoding undoes encoding. You can rely on it only because
# both use the same list.
# </details>


# %%
def there_and_back():
    sentences = [standardize(english) for english, _ in pairs]
    vocabulary = build_vocabulary(sentences, 150)
    for sentence in sentences[:5]:
        print(f"{sentence:45} {decode(encode(sentence, vocabulary), vocabulary)}")


figures.once_written(there_and_back)

# %% [markdown]
# ### Stretch (0 points)
#
# The text still has its spaces before full stops. Write `restore(text)`, which gives `"¿Dónde está Ana?"` back. What
# can it not know any more?

# %%

# %% [markdown] grade_id="pad_batch-task"
# ## 5. Make a rectangle
#
# An array is a rectangle, sentences are not. Short ones are filled up. Long ones are cut, and a careless cut takes
# `[END]` away: the model never learns to stop.
#
# **Write** `pad_batch(sequences, length=None)`: a list of lists of ids → an int32 array (B, L).
#
# - Without a length, L is that of the longest row. Short rows, empty ones as well, are filled with 0 on the right.
# - With a length, L is that length for every row. Longer rows lose what is too much, at the right. A row that is cut
#   and ended in `[END]`, 3, ends in `[END]` still.
#
# | sequences | length | result |
# |---|---|---|
# | `[[2, 7, 8, 3], [2, 5, 3]]` | `None` | `[[2, 7, 8, 3], [2, 5, 3, 0]]` |
# | `[[2, 7, 8, 3], [2, 5, 3]]` | `3` | `[[2, 7, 3], [2, 5, 3]]` |
# | `[[2, 7, 8, 9]]` | `3` | `[[2, 7, 8]]` |


# %% grade_id="pad_batch"
def pad_batch(sequences, length=None):
    """Put rows of ids into one array, filled with 0 on the right or cut to the length.

    sequences: B lists of int. length: L, or None for the longest row. Returns (B, L), int32.
    """
    ### BEGIN SOLUTION
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")  # (B, L)
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, : len(kept)] = kept
        if len(row) > length and row[-1] == 3:
            batch[place, -1] = 3
    return batch
    ### END SOLUTION


# %% grade_id="pad_batch-check"
check("pad_batch")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Which shape will the result have? Make it of zeros: then the padding is there already, and each row only has to be
# written over its beginning.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# If there is no length, take that of the longest row. Make an array of zeros, (B, length), int32. For each row: write
# its first `length` ids. If it was longer and its last id was 3, put 3 into the last column.
# </details>
#
# <details><summary>Help: “could not broadcast input array”</summary>
#
# Both sides of `batch[place, :n] = ids` must have n numbers. Let n be the number of ids that are left after the cut.
# </details>
#
# <details><summary>Why it works</summary>
#
# A slice never complains: `row[:9]` of a row of four is that row. So one line serves rows that are too long, too short
# and just right.
# </details>


# %%
def one_batch():
    sentences = [standardize(english) for english, _ in pairs]
    vocabulary = build_vocabulary(sentences, 300)
    rows = [[2, *encode(sentence, vocabulary), 3] for sentence in sentences[:4]]
    return figures.matrix(pad_batch(rows, 8), title="Four sentences, L = 8", row_label="sentence", column_label="place")


figures.once_written(one_batch)

# %% [markdown]
# ### Stretch (0 points)
#
# Take 64 random sentences at a time from `pairs`, and count the share of padding in their batches. Then sort the
# sentences by length first. How much work does that save?

# %%

# %% [markdown] grade_id="teacher_forcing-task"
# ## 6. What the decoder reads, and what it must say
#
# The *decoder* is the half of the model that writes the translation, word by word; what it should say are the *labels*.
# It learns to say the next word after having read the right ones: *teacher forcing*. Shift by none or by two, and it
# learns to copy, or to skip.
#
# **Write** `teacher_forcing(target_ids)`: ids (B, L) → `(decoder_input, labels)`, both (B, L−1).
#
# - The input is everything but the last column; the labels are everything but the first.
# - So at each place the label is the id that follows the one which is read there.
# - It must also work inside a graph that Keras compiles: use slices or `keras.ops`, not NumPy.
#
# | | |
# |---|---|
# | `target_ids` | `[[2, 7, 8, 3], [2, 5, 3, 0]]` |
# | `decoder_input` | `[[2, 7, 8], [2, 5, 3]]` |
# | `labels` | `[[7, 8, 3], [5, 3, 0]]` |


# %% grade_id="teacher_forcing"
def teacher_forcing(target_ids):
    """Shift the target by one: what the decoder reads, and what it is to say at the same place.

    target_ids: (B, L), integers. Returns decoder_input and labels, both (B, L−1).
    """
    ### BEGIN SOLUTION
    return target_ids[:, :-1], target_ids[:, 1:]
    ### END SOLUTION


# %% grade_id="teacher_forcing-check"
check("teacher_forcing")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Write the ids 2 7 8 3 on paper, and below them, one place to the left, the same ids again. Which columns have both?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Take all rows, and all columns but the last. Take all rows, and all columns but the first. Return both, in this order.
# </details>
#
# <details><summary>Help: a sentence is missing, not a word</summary>
#
# `x[:-1]` cuts the first axis, the batch. An axis that you want whole gets a colon: `x[:, :-1]`.
# </details>
#
# <details><summary>Help: it fails in a compiled graph only</summary>
#
# To make a function fast, Keras calls it once with stand-ins for tensors, and writes down what is done to them. They
# have no numbers yet, and B may be unknown. Slices and `keras.ops` can wait for the numbers; NumPy and a loop over
# sentences cannot.
# </details>
#
# <details><summary>Why it works</summary>
#
# Both parts are cut from one array, so nothing can get out of step. `[START]` is read and never said; `[END]` is said,
# and read only in rows that were filled up. There the label is `[PAD]`, which will not be counted in training.
# </details>

# %%
words = ["[START]", "la", "casa", "es", "roja", "[END]"]


def read_and_say():
    read, say = teacher_forcing(np.arange(6)[None, :])
    for one, other in zip(np.array(read)[0], np.array(say)[0], strict=True):
        print(f"reads {words[one]:8} says {words[other]}")


figures.once_written(read_and_say)

# %% [markdown]
# ### Stretch (0 points)
#
# Some models predict two words at once. Which two arrays of labels do they need, and how many columns are left?

# %%

# %% [markdown] grade_id="split_by_source-task"
# ## 7. Test on what was never seen
#
# A sentence with three translations is three pairs. Split pairs at random, and the model is tested on sentences it has
# trained on. Then it seems better than it is.
#
# **Write** `split_by_source(pairs, test_fraction, seed)` → `(train, test)`, two lists of pairs.
#
# - A source sentence with all its pairs goes to one side. `test_fraction` is the share of the *distinct* sources that
#   go to the test, up to rounding; `seed` decides which.
# - Sources are compared as they stand: *Go.*, *Go!* and *go.* are three. Every pair is kept, as often as it comes. The
#   order within train and within test is free.
# - With the same arguments the split is the same on every run and in every process. `pairs` stays as it was.
#
# `[("Go.", "Ve."), ("Hi.", "Hola."), ("Go.", "Vete.")]` with a fraction of 0.5 has two sources, one of them for the
# test. If that is *Go.*:
#
# | train | test |
# |---|---|
# | `[("Hi.", "Hola.")]` | `[("Go.", "Ve."), ("Go.", "Vete.")]` |


# %% grade_id="split_by_source"
def split_by_source(pairs, test_fraction, seed):
    """Part the pairs so that no source sentence is on both sides.

    pairs: a list of (source, target), both str. test_fraction: the share of distinct sources that are tested, 0 to 1.
    seed: an int. Returns train and test, lists of pairs.
    """
    ### BEGIN SOLUTION
    sources = list(dict.fromkeys(source for source, _ in pairs))  # each once, in the order given
    random.Random(seed).shuffle(sources)
    tested = set(sources[: round(test_fraction * len(sources))])
    train = [pair for pair in pairs if pair[0] not in tested]
    test = [pair for pair in pairs if pair[0] in tested]
    return train, test
    ### END SOLUTION


# %% grade_id="split_by_source-check"
check("split_by_source")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# What is drawn at random: pairs or sources? Make the list of that first, each one once.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# List the distinct sources. Shuffle the list with a generator of your own, made from the seed. The first
# `test_fraction` of it are for the test. Go through the pairs: is the source one of them, the pair goes to the test;
# else to the training.
# </details>
#
# <details><summary>Help: the split differs from process to process</summary>
#
# The order in which a `set` of texts is gone through changes with every start of Python. Shuffling it changes nothing
# about that. `sorted(…)` gives a fixed order; so does `dict.fromkeys(…)`, which keeps that of the pairs. Asking a set
# whether something is *in* it is always safe.
# </details>
#
# <details><summary>Why it works</summary>
#
# `random.Random(seed)` is a generator of its own: nobody else's draws can disturb it, and yours disturb nobody's.
# </details>


# %%
def leaks():
    some = corpus.generate(3_000, seed=2, alternatives=True)
    train, test = split_by_source(some, 0.2, seed=0)
    seen = {source for source, _ in train}
    print(f"{len(train)} pairs to train on, {len(test)} for the test, {sum(s in seen for s, _ in test)} leaked")


figures.once_written(leaks)

# %% [markdown]
# ### Stretch (0 points)
#
# *She sees me.* and *He sees me.* are two sources with one translation: *Me ve.* Does a translation in the test leak
# then? Extend your function so that no target is on both sides either. Groups can grow long.

# %%

# %% [markdown] grade_id="learn_merges-task"
# ## 8. Learn pieces of words
#
# *Unknown* is a poor answer. Pieces that occur often, such as endings, can be learned from the text, and from pieces
# every word can be built: byte-pair encoding.
#
# **Write** `learn_merges(word_counts, num_merges)`: a dictionary from word to count → a list of pairs.
#
# - Every word begins as a list of its characters. A pair is two pieces side by side in a word, and counts as often
#   as the word occurs, at each place where it stands.
# - `num_merges` times: take the most frequent pair, the smaller tuple on a tie. Join it in all words, from left to
#   right. Then count again. When no pair is left, stop.
#
# `{"casa": 3, "cama": 2, "masa": 1}` and 3 merges:
#
# | pieces | the most frequent pair |
# |---|---|
# | `c a s a`, `c a m a`, `m a s a` | `("c", "a")`: 3 + 2 = 5 |
# | `ca s a`, `ca m a`, `m a s a` | `("s", "a")`: 3 + 1 = 4 |
# | `ca sa`, `ca m a`, `m a sa` | `("ca", "sa")`: 3; so has `("m", "a")`, which is the larger |


# %% grade_id="learn_merges"
def learn_merges(word_counts, num_merges):
    """Learn byte-pair encoding: which two pieces are joined first, second, and so on.

    word_counts: a dict from word to how often it occurs. num_merges: the most merges to learn.
    Returns a list of tuples of two str. (Sennrich et al. 2016, algorithm 1, without an end-of-word mark)
    """

    ### BEGIN SOLUTION
    def joined(pieces, pair):
        result = []
        for piece in pieces:
            if result and (result[-1], piece) == pair:
                result[-1] += piece
            else:
                result.append(piece)
        return result

    words, merges = {word: list(word) for word in word_counts}, []
    for _ in range(num_merges):
        counts = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges
    ### END SOLUTION


# %% grade_id="learn_merges-check"
check("learn_merges")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# Keep a dictionary from each word to its pieces now, at first its characters. `zip(pieces, pieces[1:])` gives all pairs
# of neighbours. Count those of the example, on paper and in code.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Repeat `num_merges` times: count the pairs in all words, each with the count of its word. If there is none, stop. Take
# the best: sort by falling count, then by the tuple itself. Note it down. In every word, replace the two pieces by one.
#
# Joining, in a function of its own: go through the pieces and build a new list. If its last piece and the next one are
# the pair, lengthen the last; else append.
# </details>
#
# <details><summary>Help: everything holds but repeated letters</summary>
#
# “aaa” has the pair (a, a) at two places, and it counts twice. Joining begins on the left: “aa a”. If you search in
# text with spaces between the pieces, “ba a” seems to hold “a a”. Compare whole pieces instead.
# </details>
#
# <details><summary>Why it works</summary>
#
# Each merge takes away more pieces than any other could. Pairs of pairs grow into syllables, endings, and at last whole
# words: the frequent ones first.
# </details>


# %%
def spanish_merges():
    counts = Counter(word for _, spanish in pairs for word in standardize(spanish).split())
    learned = learn_merges(counts, 60)
    print(" ".join(first + second for first, second in learned))
    return learned


learned = figures.once_written(spanish_merges)

# %% [markdown]
# ### Stretch (0 points)
#
# `n` at the end of a verb means *they*; inside a word it means nothing. The paper adds a mark to the last letter:
# `n</w>`. Learn merges with it. Which ones appear among the first twenty?

# %%

# %% [markdown] grade_id="apply_merges-task"
# ## 9. Cut a new word into known pieces
#
# Now a word that was never seen is no longer unknown: it falls into pieces that were.
#
# **Write** `apply_merges(word, merges)`: a word → a list of pieces.
#
# - It begins as a list of characters. Go through the merges in their order. Each joins its pair wherever it stands by
#   then, from left to right.
# - A merge whose pair is not there changes nothing. Put together, the pieces are the word.
#
# With `merges = [("c", "a"), ("s", "a"), ("ca", "sa")]`
#
# | word | pieces |
# |---|---|
# | `"casas"` | `["casa", "s"]` |
# | `"saca"` | `["sa", "ca"]` |


# %% grade_id="apply_merges"
def apply_merges(word, merges):
    """Cut a word into pieces by the merges that were learned.

    word: a str. merges: a list of pairs of str, in the order they were learned. Returns a list of str.
    """
    ### BEGIN SOLUTION
    pieces = list(word)
    for first, second in merges:
        joined = []
        for piece in pieces:
            if joined and joined[-1] == first and piece == second:
                joined[-1] += piece
            else:
                joined.append(piece)
        pieces = joined
    return pieces
    ### END SOLUTION


# %% grade_id="apply_merges-check"
check("apply_merges")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# You have joined one pair in one word already, in exercise 8. Here the same happens, once for each merge.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Let pieces be the characters. For each merge in order: build a new list from the pieces, in which the pair is one
# piece; go on with that list. Return what is left at the end.
# </details>
#
# <details><summary>Help: the last letter is missing, or a letter comes twice</summary>
#
# A loop over places has to jump by two after joining and by one else, and it must not forget the last piece. Appending
# to a new list, or lengthening its last piece, needs no places at all.
# </details>
#
# <details><summary>Why it works</summary>
#
# The same merges in the same order cut a word as it was cut in training. So its pieces have been seen there, and have
# ids and vectors.
# </details>


# %%
def new_words():
    for word in ("saltaremos", "gatitas", "rojísimas", "xilófono"):
        print(f"{word:12}", " ".join(apply_merges(word, learned)))


figures.once_written(new_words)

# %% [markdown]
# ### Stretch (0 points)
#
# Count how many pieces a sentence has on average, with 0, 50, 200 and 800 merges. Draw it with `figures.lines`. What is
# gained, and what is paid, as the number grows?

# %%

# %%
progress()

# %% [markdown]
# **What you have learned**
# - Text becomes ids by rules, and every rule is written down: what is equal, what counts, which comes first.
# - A fair test begins with the split. Its unit is the source sentence.
# - Words out of pieces: nothing is unknown any more.
#
# **Next:** unit 2 gives each id a vector.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 01_text`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
