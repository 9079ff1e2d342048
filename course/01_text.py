# %% [markdown]
# # 1. Text to ids: how a model reads
#
# After this lesson you can turn sentences into the rectangle of numbers that a Transformer reads, and keep a test fair.
#
# Four sentences become four rows. 2 is `[START]`, 3 is `[END]`, 0 is padding, 1 is a word nobody knows.

# %%
from course.toolkit import corpus, figures

import random
import re
import unicodedata
from collections import Counter

import numpy as np

pairs = corpus.generate(20_000, seed=0)
sentences = ["la casa es roja .", "¿ ve la casa ?", "no la ve .", "¡ ve el xilófono !"]
known = ["[PAD]", "[UNK]", "[START]", "[END]", ".", "¿", "?", "¡", "!", "la", "casa", "ve", "el", "no", "es", "roja"]
rows = [[2, *(known.index(word) if word in known else 1 for word in one.split()), 3] for one in sentences]
table = np.array([row + [0] * (7 - len(row)) for row in rows])  # (B, L)
figures.matrix(table, rows=sentences, title="Words as ids", column_label="place")

# %% [markdown]
# **You will be able to**
# - *decide* when two words are the same, and *number* them;
# - *choose* the size of a vocabulary from a curve;
# - *pad*, *cut* and *shift* rows of ids, and *build* words from learned pieces;
# - *split* data so that nothing leaks.
#
# Time: 45 minutes, under a minute of computing. Needs: unit 0. Axes: B batch, L length, V vocabulary size.

# %% [markdown]
# ## 1. What does a model read?
#
# Numbers. So every word gets one, its **id**: the word's place in a list, the **vocabulary**. By hand, with
# `["[PAD]", "[UNK]", "[START]", "[END]", "la", "casa", "roja"]`:
#
# | word | la | casa | roja | verde |
# |---|---|---|---|---|
# | id | 4 | 5 | 6 | 1 |
#
# *verde* is not in the list. It becomes 1, `[UNK]`, for *unknown*. The size of an id means nothing: 6 is not above 4.
#
# Our sentences come from `course.toolkit.corpus`: a small grammar makes them, in English and Spanish. All are well
# formed; not all make sense. Have a look.

# %%
for english, spanish in pairs[:6]:
    print(f"{english}\n    {spanish}")

# %% [markdown]
# ## 2. When are two words the same?
#
# For Python, *House*, *house* and *house?* are three texts. To a model they would be three strangers. So text is
# *standardised* first: small letters, and punctuation set apart.
#
# | before | after |
# |---|---|
# | `¿Es roja?` | `¿ es roja ?` |
#
# **Predict:** all letters below look right. Which of the comparisons is true?

# %%
one, two = "está", "esta\u0301"  # the second ends in a plain a, followed by an accent
print(one, two, one == two, len(one), len(two))
composed = unicodedata.normalize("NFC", two)
print(one, composed, one == composed)

# %% [markdown]
# Both look like *está*, and they are not equal. Unicode can write á as one character, or as two: a letter and its
# accent. Files from different computers differ in this. The form **NFC** joins the two, wherever there is a joined one.
#
# Do not remove accents: *está* means *is*, and *esta* means *this*.

# %% [markdown]
# And what is punctuation? A list such as `.,!?` forgets something sooner or later. Unicode has sorted all characters
# into categories, with two letters each. Punctuation begins with P, letters with L, symbols with S.
#
# **Predict:** which of these are punctuation?

# %%
for character in "a?¿'«$+_…":
    print(character, unicodedata.category(character), unicodedata.name(character).lower())

# %% [markdown]
# `¿` is, and so are the apostrophe, the underscore and the single character `…`. `$` and `+` are symbols, and stay.
# Here are the rules at work on all our sentences. From now on, a *word* is what stands between two spaces.


# %%
def standard(text):
    text = unicodedata.normalize("NFC", text.lower())
    apart = (f" {one} " if unicodedata.category(one)[0] == "P" else one for one in text)
    return " ".join("".join(apart).split())


source = [standard(english) for english, _ in pairs]
target = [standard(spanish) for _, spanish in pairs]
raw = {word for english, _ in pairs for word in english.split()}
print(len(raw), "different words before,", len({word for one in source for word in one.split()}), "after")

# %% [markdown]
# ## 3. How often does each word occur?
#
# Let us count, and put the most frequent word first. A word's place in that order is its **rank**. George Zipf noticed
# a law in texts of all languages: count × rank stays roughly the same, within a factor of two or so.
#
# $$\text{count}(r) \approx \frac{C}{r}$$
#
# By hand, with C = 1200: ranks 1, 2, 3, 4 occur 1200, 600, 400 and 300 times.

# %%
english_counts = Counter(word for one in source for word in one.split())
spanish_counts = Counter(word for one in target for word in one.split())
print(spanish_counts.most_common(8))
curves = {}
for name, counts in {"English": english_counts, "Spanish": spanish_counts}.items():
    falling = sorted(counts.values(), reverse=True)
    ranks = [2**power for power in range(11) if 2**power <= len(falling)]
    curves[name] = (ranks, [falling[rank - 1] for rank in ranks])
curves["C / rank"] = (ranks, [curves["Spanish"][1][4] * 16 / rank for rank in ranks])
figures.lines(curves, title="Few words do most of the work", x_label="rank", y_label="count", log=True)

# %% [markdown]
# **What to notice.** Both axes double at each step, so the law is a straight line. Our words follow it a long way (the
# grammar draws them so, as real text does), then the tail breaks off: a small grammar runs out of words. In real text
# it goes on, and about half of all different words occur just once.
#
# Spanish has more words than English, and rarer ones: *come*, *comes*, *comemos* stand for one *eat*.

# %% [markdown]
# ## 4. How large should the vocabulary be?
#
# Each word costs numbers to learn, and a rare word teaches little: so we keep the V most frequent ones. **Coverage** is
# the share of all words in a text that have an id. It is measured on *other* sentences than those that were counted.
#
# **Predict:** to cover 90 % of the words, do we need 90 % of the vocabulary?


# %%
def coverage(train, other, size):
    counts = Counter(word for one in train for word in one.split())
    kept = {word for word, _ in counts.most_common(size)}
    words = [word for one in other for word in one.split()]
    return sum(word in kept for word in words) / len(words)


sizes = [25, 50, 100, 200, 400, 800, 1200]
curves = {
    "English": (sizes, [coverage(source[:16_000], source[16_000:], size) for size in sizes]),
    "Spanish": (sizes, [coverage(target[:16_000], target[16_000:], size) for size in sizes]),
}
figures.lines(curves, title="Coverage of new sentences", x_label="vocabulary size", y_label="share of known words")

# %% [markdown]
# Far less: a third to a half of the list. The curve shoots up, then creeps; the last percents are the dear ones. But
# one unknown word can spoil a sentence, and it is often the one that matters.
#
# **Predict:** when nine words of ten are known, how many sentences are known in whole?

# %%
words_in_one = np.mean([len(one.split()) for one in target])
for size in (100, 200, 400, 800):
    kept = {word for word, _ in Counter(" ".join(target[:16_000]).split()).most_common(size)}
    whole = np.mean([kept.issuperset(one.split()) for one in target[16_000:]])
    share = coverage(target[:16_000], target[16_000:], size)
    print(f"{size}: {share:.0%} of words, {whole:.0%} of sentences; dice say {share**words_in_one:.0%}")

# %% [markdown]
# About half of them. If words were known or not as dice fall, a sentence of n words would be known in whole with chance
# $\text{share}^n$: 0.92 and n = 7 give 0.56, as in the last column. From 400 on it comes close; below, it is too high.
#
# One more rule: words that occur equally often need an order, or the list differs from machine to machine. We take the
# alphabet. A model whose ids have moved gives nonsense, without any error.

# %% [markdown]
# ## 5. From rows to a rectangle
#
# A batch is an array (B, L). Each row gets `[START]` before and `[END]` behind it. Short rows are filled with 0 on the
# right; long ones are cut.
#
# | row | L = 4 |
# |---|---|
# | 2 7 3 | 2 7 3 **0** |
# | 2 7 8 9 3 | 2 7 8 **3** |
#
# The cut leaves 2 7 8 9, without `[END]`; so 3 takes the place of the 9. Without it a model never learns to stop. Where
# no length is given, L is that of the longest row: one long sentence makes many zeros.

# %% [markdown]
# ## 6. What does the decoder read, and what must it say?
#
# The **decoder** is the half of the model that writes the translation, word by word; what it should say are the
# **labels**. It learns to say the *next* word. So reading and saying are one row, shifted by one.
#
# | place | 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | reads | `[START]` | la | casa | roja |
# | says | la | casa | roja | `[END]` |

# %% [markdown]
# It reads the *right* words, even after it has said a wrong one. That is **teacher forcing**: all places learn at once.
# In columns: the input is all but the last, the labels are all but the first. (B, L) becomes twice (B, L−1).

# %% [markdown]
# ## 7. Pieces: is there life without unknown words?
#
# Letters are never unknown, but they make long rows that mean little. Between lie pieces. **Byte-pair encoding**
# learns them: join the most frequent pair of neighbours, count again, repeat.
#
# By hand: *gato* 4 times, *gata* 2, *pato* 3.

# %% [markdown]
# | pieces | pairs, counted | join |
# |---|---|---|
# | g a t o · g a t a · p a t o | a t: 4 + 2 + 3 = **9**, t o: 7, g a: 6, … | at |
# | g at o · g at a · p at o | at o: 4 + 3 = **7**, g at: 6, … | ato |
# | g ato · g at a · p ato | g ato: **4**, p ato: 3, … | gato |
#
# On a tie the smaller pair goes first. Now by machine; **predict** what the first joined pieces of Spanish will be.


# %%
def join(text, pair):  # "c a s a" and ("s", "a") give "c a sa": whole pieces only
    return re.sub(rf"(?<!\S){re.escape(pair[0])} {re.escape(pair[1])}(?!\S)", "".join(pair), text)


def grow(counts, steps):
    words = {" ".join(word): count for word, count in counts.items()}
    for _ in range(steps):
        found = Counter()
        for text, count in words.items():
            pieces = text.split()
            for pair in zip(pieces, pieces[1:], strict=False):
                found[pair] += count
        best = min(found, key=lambda pair: (-found[pair], pair))
        words = {join(text, best): count for text, count in words.items()}
        yield best, sum(len(text.split()) * count for text, count in words.items()) / counts.total()


# %%
learned, per_word = zip(*grow(spanish_counts, 300), strict=True)
print(" ".join("".join(pair) for pair in learned[:30]))
shown = [0, 5, 10, 20, 40, 80, 160, 299]
curve = {"Spanish": ([step + 1 for step in shown], [per_word[step] for step in shown])}
figures.lines(curve, title="Pieces grow, rows shrink", x_label="merges", y_label="pieces per word")

# %% [markdown]
# Look for *as*, *os*, *an*, *ar*: plurals, *they*, infinitives. Nobody told it what an ending is. Each further merge
# saves less than the one before it: the curve flattens, as coverage did.
#
# What becomes of words that never occurred?

# %%
for word in ("saltaremos", "gatitas", "xilófono"):
    for count in (0, 50, 300):
        text = " ".join(word)
        for pair in learned[:count]:
            text = join(text, pair)
        print(f"{count:4} merges: {text}")

# %% [markdown]
# Nothing is unknown any more, as long as its letters are known. *saltaremos*, we will jump, falls into pieces that
# other words have taught; *em os* is its ending, *we*. *xilófono* stays in crumbs: nothing like it was seen.
#
# ## 8. Is the test fair?
#
# People translate one sentence in several ways. So a collection holds *She sees me.* twice: *Me ve.* and *Ella me ve.*
# Suppose we put a random tenth of all pairs aside for the test.
#
# **Predict:** which share of the tested English sentences was trained on as well?


# %%
def leak(train, test):
    seen = {english for english, _ in train}
    return np.mean([english in seen for english, _ in test])


many = corpus.generate(20_000, seed=0, alternatives=True)
shuffled = random.Random(0).sample(many, len(many))
by_pair = shuffled[2_000:], shuffled[:2_000]
distinct = list(dict.fromkeys(english for english, _ in shuffled))
held_out = set(distinct[: len(distinct) // 10])
by_source = [pair for pair in many if pair[0] not in held_out], [pair for pair in many if pair[0] in held_out]
print(f"split by pair: {leak(*by_pair):.1%} leaked, split by source: {leak(*by_source):.1%}")

# %% [markdown]
# Is that bad? Here is the worst translator there is: it has learned its sentences by heart, and understands nothing. An
# answer counts as right when it is *one* of the sentence's translations.

# %%
right = {}
for english, spanish in many:
    right.setdefault(english, set()).add(spanish)
for name, (train, test) in {"by pair": by_pair, "by source": by_source}.items():
    memory = dict(train)
    score = np.mean([memory.get(english) in right[english] for english, _ in test])
    print(f"split {name}: {score:.1%} right")

# %% [markdown]
# Split by pair, understanding nothing earns that score. Split by source, it earns 0. In a well-known collection of real
# sentences, Tatoeba's Spanish one, about a fifth of the tested sources leaks from a split by pair.
#
# > **Our rule.** The unit of a split is the source sentence, with all its translations.
#
# And the split must be the same tomorrow. The order of a Python `set` of texts changes with every start, whatever seed
# you set: sort it, or keep the order of the file.

# %% [markdown]
# ## Check yourself
#
# A model trained yesterday answers nonsense today. Nobody touched its weights. The vocabulary is built anew at each
# start, by this line. What is wrong?
#
# `words = sorted(set(text.split()), key=lambda word: -counts[word])`
#
# - **A** the sign: rare words come first
# - **B** ties have no fixed order
# - **C** `[UNK]` is missing
# - **D** the list should be cut
#
# <details><summary>Answer</summary>
#
# **B.** `sorted` leaves ties in the order in which they come, and a set's order changes with each start. Equally
# frequent words swap ids.
#
# **A**: the minus puts frequent words first, as it should. **C**: a missing special word moves all ids, but always by
# the same: wrong yesterday, too. **D**: a longer list costs memory, and moves no id.
# </details>

# %% [markdown]
# ## In this lesson
# - Text becomes ids by written rules: what is equal (lower case, NFC, punctuation apart), what counts, who comes first.
# - Few words do most of the work. Pieces make the rest readable: endings first, then whole words.
# - Padding fills, `[END]` survives a cut, labels are the input shifted by one, and sources never leak.
#
# **Now you:** [the exercises of unit 1](../exercises/01_text/01_text.ipynb)

# %% [markdown]
# ## Further reading
# - Sennrich, Haddow and Birch, [*Neural Machine Translation of Rare Words with Subword
#   Units*](https://arxiv.org/abs/1508.07909): section 3 is the algorithm you will write.
# - [Unicode normalization forms](https://unicode.org/reports/tr15/): the figures in section 1.
# - Keras, [`TextVectorization`](https://keras.io/api/layers/preprocessing_layers/text/text_vectorization/): the same
#   steps as one layer. Which of our rules does it break for Spanish?
