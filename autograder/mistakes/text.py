"""Unit 01: known answers."""

import random
import unicodedata
from collections import Counter

import numpy as np

from autograder.judging import correct, mistake


@mistake("standardize", "Capitals are still there. Make the text lower case: House and house are one word.")
def keeps_capitals(text):
    text = unicodedata.normalize("NFC", text)
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake("standardize", "`casefold` does more than lower case: it turns ß into ss. Use `lower`.")
def folds_case(text):
    text = unicodedata.normalize("NFC", text).casefold()
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake(
    "standardize",
    "Accents are still characters of their own. Normalise the whole text to NFC, and keep what `normalize` returns.",
)
def forgets_nfc(text):
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text.lower()]
    return " ".join("".join(spaced).split())


@mistake("standardize", "You normalised to NFD, which takes letters and accents apart. NFC puts them together.")
def takes_letters_apart(text):
    text = unicodedata.normalize("NFD", text).lower()
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake("standardize", "NFKC also replaces characters that only look alike: ² becomes 2. Use NFC.")
def normalises_too_much(text):
    text = unicodedata.normalize("NFKC", text).lower()
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake("standardize", "You removed the accents. They tell words apart: está is not esta. Keep them.")
def removes_accents(text):
    text = unicodedata.normalize("NFD", text.lower())
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Mn")
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake(
    "standardize", "Some marks stay where they are, ¿ among them. No list is complete: ask `unicodedata.category`."
)
def knows_english_marks_only(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if letter in ".,!?;:" else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake(
    "standardize",
    "The apostrophe is punctuation, too. No list is complete: ask `unicodedata.category`, and make no exception.",
)
def knows_sentence_marks_only(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if letter in ".,!?;:¿¡" else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake(
    "standardize", "`string.punctuation` has no ¿, ¡ or «, and it has $ and +, which are symbols. Use the category."
)
def uses_the_ascii_list(text):
    import string

    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if letter in string.punctuation else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake(
    "standardize", "`[^\\w\\s]` takes symbols such as $ for punctuation, and not the underscore. Use the category."
)
def uses_everything_but_words(text):
    import re

    text = unicodedata.normalize("NFC", text).lower()
    return " ".join(re.sub(r"([^\w\s])", r" \1 ", text).split())


@mistake("standardize", "You set symbols, category S, apart as well. Only category P is punctuation.")
def sets_symbols_apart(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if unicodedata.category(letter)[0] in "PS" else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake("standardize", "You removed the punctuation. It carries meaning: set it apart, and keep it.")
def removes_punctuation(text):
    text = unicodedata.normalize("NFC", text).lower()
    kept = [" " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return " ".join("".join(kept).split())


@mistake("standardize", "You set marks apart on one side only. ¿ needs a space after it, ? one before: put both.")
def puts_a_space_before_only(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter}" if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake("standardize", "Marks side by side stay together in your answer: ... is three words. Look at each character.")
def keeps_neighbouring_marks_together(text):
    text, result, last = unicodedata.normalize("NFC", text).lower(), "", False
    for letter in text:
        mark = unicodedata.category(letter).startswith("P")
        result += " " + letter if mark != last else letter
        last = mark
    return " ".join(result.split())


@mistake("standardize", "Double spaces are left over. Split at white space and join with single spaces.")
def leaves_double_spaces(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return "".join(spaced).strip()


@mistake("standardize", "Replacing two spaces by one leaves two of three, and no tab is found. Use `split` and `join`.")
def replaces_double_spaces_once(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return "".join(spaced).replace("  ", " ").strip()


@mistake("standardize", "A space is left at the ends. Strip the text, or split and join it.")
def leaves_spaces_at_the_ends(text):
    import re

    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return re.sub(r"\s+", " ", "".join(spaced))


@mistake("standardize", "You return the words as a list. Join them into one text, with spaces.")
def returns_a_list_of_words(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return "".join(spaced).split()


@mistake(
    "standardize", "Your list of marks is long, but no list is complete: · is missing. Ask `unicodedata.category`."
)
def knows_a_long_list(text):
    text = unicodedata.normalize("NFC", text).lower()
    for mark in ".,;:!?¿¡'\"()[]-…«»":
        text = text.replace(mark, f" {mark} ")
    return " ".join(text.split())


@mistake(
    "standardize",
    "`string.punctuation` has $ and +, which are symbols, and even with ¿ and ¡ it lacks marks such as ·.",
)
def adds_to_the_ascii_list(text):
    import string

    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if letter in string.punctuation + "¿¡" else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake(
    "standardize", "You ask for some kinds of punctuation. Every category that begins with P counts: Po, Pi, Ps, Pc, …"
)
def asks_for_one_kind(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if unicodedata.category(letter) == "Po" else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake(
    "standardize", "You ask for some kinds of punctuation. Every category that begins with P counts: Po, Pi, Ps, Pc, …"
)
def forgets_quotation_marks(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {x} " if unicodedata.category(x) in ("Po", "Ps", "Pe", "Pd") else x for x in text]
    return " ".join("".join(spaced).split())


@mistake(
    "standardize", "You ask for some kinds of punctuation. Every category that begins with P counts: Po, Pi, Ps, Pc, …"
)
def forgets_the_underscore(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {x} " if unicodedata.category(x) in ("Po", "Ps", "Pe", "Pd", "Pi", "Pf") else x for x in text]
    return " ".join("".join(spaced).split())


@mistake(
    "standardize", "You ask for the name of the character. What begins with P is `unicodedata.category(character)`."
)
def asks_for_the_name(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if unicodedata.name(letter, "").startswith("P") else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake("standardize", "Punctuation still sticks to its words. Put a space before and after each mark.")
def forgets_punctuation(text):
    return " ".join(unicodedata.normalize("NFC", text).lower().split())


@mistake("standardize", "You set marks apart on one side only. ¿ needs a space after it, ? one before: put both.")
def puts_a_space_after_only(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f"{letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return " ".join("".join(spaced).split())


@mistake("standardize", "Tabs and line ends are left over. `split()` without an argument finds them too.")
def leaves_tabs(text):
    text = unicodedata.normalize("NFC", text).lower()
    spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
    return " ".join(word for word in "".join(spaced).split(" ") if word)


@mistake("standardize", "You look at the ends of words only: a mark may stand inside a word. Look at each character.")
def looks_at_the_ends_of_words(text):
    result = []
    for word in unicodedata.normalize("NFC", text).lower().split():
        behind = []
        while word and unicodedata.category(word[0]).startswith("P"):
            result.append(word[0])
            word = word[1:]
        while word and unicodedata.category(word[-1]).startswith("P"):
            behind.insert(0, word[-1])
            word = word[:-1]
        result += [word] * bool(word) + behind
    return " ".join(result)


@correct("standardize")
def collects_words(text):
    words, word = [], ""
    for letter in unicodedata.normalize("NFC", text.lower()) + " ":
        mark = unicodedata.category(letter)[0] == "P"
        if mark or letter.isspace():
            words += [word] * bool(word) + [letter] * mark
            word = ""
        else:
            word += letter
    return " ".join(words)


@correct("standardize")
def replaces_each_mark(text):
    text = unicodedata.normalize("NFC", text.lower())
    for mark in {
        letter for letter in text if unicodedata.category(letter) in ("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po")
    }:
        text = text.replace(mark, f" {mark} ")
    return " ".join(text.split())


@correct("standardize")
def uses_a_regular_expression(text):
    import re

    marks = "".join(re.escape(chr(code)) for code in range(0x3000) if unicodedata.category(chr(code))[0] == "P")
    text = re.sub(f"([{marks}])", r" \1 ", unicodedata.normalize("NFC", text))
    return re.sub(r"\s+", " ", text).strip().lower()


@mistake("build_vocabulary", "The four specials are missing. They have the ids 0 to 3: put them first.")
def forgets_the_specials(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    return sorted(counts, key=lambda word: (-counts[word], word))[:max_size]


@mistake("build_vocabulary", "You put the specials last. Their ids are 0 to 3: put them first.")
def puts_the_specials_last(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return words[: max_size - 4] + ["[PAD]", "[UNK]", "[START]", "[END]"]


@mistake("build_vocabulary", "The specials are in another order. It is [PAD], [UNK], [START], [END].")
def orders_the_specials_otherwise(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["[PAD]", "[START]", "[END]", "[UNK]"] + words)[:max_size]


@mistake("build_vocabulary", "`max_size` counts the specials too. Your list is four items longer than allowed.")
def does_not_count_the_specials(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return ["[PAD]", "[UNK]", "[START]", "[END]"] + words[:max_size]


@mistake("build_vocabulary", "You never look at `max_size`. Cut the list to it.")
def ignores_the_size(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    return ["[PAD]", "[UNK]", "[START]", "[END]"] + sorted(counts, key=lambda word: (-counts[word], word))


@mistake("build_vocabulary", "Your list stops one item too early. `items[:n]` has n items already.")
def stops_one_too_early(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[: max_size - 1]


@mistake(
    "build_vocabulary",
    "Ties are left in the order of the text (`most_common` and a sort by count alone do that). Sort them by letters.",
)
def leaves_ties_as_they_come(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    return ["[PAD]", "[UNK]", "[START]", "[END]"] + [word for word, _ in counts.most_common(max_size - 4)]


@mistake(
    "build_vocabulary", "Turning the whole order round turns the alphabet round as well. Negate the count instead."
)
def turns_the_alphabet_round(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (counts[word], word), reverse=True)
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "The rare words come first. The most frequent ones must: negate the count.")
def puts_rare_words_first(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (counts[word], word))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "You sorted by the alphabet alone. Sort by falling count first; letters decide ties.")
def sorts_by_the_alphabet_alone(sentences, max_size):
    words = sorted({word for sentence in sentences for word in sentence.split()})
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "You keep the order of first appearance. Sort by falling count; letters decide ties.")
def keeps_the_order_of_the_text(sentences, max_size):
    words = list(dict.fromkeys(word for sentence in sentences for word in sentence.split()))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "You count in how many sentences a word occurs. Count every time it occurs.")
def counts_sentences(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in set(sentence.split()))
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "You left out words that occur once. Only `max_size` limits the list.")
def leaves_out_what_occurs_once(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = [word for word in sorted(counts, key=lambda word: (-counts[word], word)) if counts[word] > 1]
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", 'An empty sentence has no words, but `"".split(" ")` gives one, empty. Use `split()`.')
def counts_an_empty_word(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split(" "))
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "You counted characters: going through a text gives them one by one. Split it into words.")
def counts_characters(sentences, max_size):
    counts = Counter(letter for sentence in sentences for letter in sentence if letter != " ")
    letters = sorted(counts, key=lambda letter: (-counts[letter], letter))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + letters)[:max_size]


@mistake("build_vocabulary", "You return a dictionary. Return the list of words: the place in it is the id.")
def returns_a_dictionary(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = ["[PAD]", "[UNK]", "[START]", "[END]"] + sorted(counts, key=lambda word: (-counts[word], word))
    return {word: place for place, word in enumerate(words[:max_size])}


@mistake("build_vocabulary", "You cut before you sort: on a tie the text decides who stays. Sort all words, then cut.")
def cuts_before_it_sorts(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    top = counts.most_common(max_size - 4)
    top.sort(key=lambda item: (-item[1], item[0]))
    return ["[PAD]", "[UNK]", "[START]", "[END]"] + [word for word, _ in top]


@mistake("build_vocabulary", "You sort what is left by letters alone. The most frequent words must come first.")
def forgets_the_counts_after_the_cut(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    return ["[PAD]", "[UNK]", "[START]", "[END]"] + sorted(word for word, _ in counts.most_common(max_size - 4))


@mistake(
    "build_vocabulary", "Ties stand in the text's order, turned round. Sort by two things: `(-counts[word], word)`."
)
def turns_ties_round(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + sorted(counts, key=counts.get)[::-1])[:max_size]


@mistake(
    "build_vocabulary", "You take á for a and ñ for n on a tie. Sort words as they are: then á and ñ come after z."
)
def sorts_letters_and_accents(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], unicodedata.normalize("NFD", word)))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake(
    "build_vocabulary", "You take á for a and ñ for n on a tie. Sort words as they are: then á and ñ come after z."
)
def sorts_without_accents(sentences, max_size):
    def plain(word):
        return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))

    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], plain(word)))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "You leave out signs: `.` and `¿` are words too, and `5$` is one, as it stands.")
def leaves_out_signs(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split() if word.isalpha())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "You leave out signs: `.` and `¿` are words too, and `5$` is one, as it stands.")
def finds_letters_and_digits(sentences, max_size):
    import re

    counts = Counter(word for sentence in sentences for word in re.findall(r"\w+", sentence))
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "You strip signs off: `.` is a word, and `5$` is one, as it stands. Keep what is parted.")
def strips_signs(sentences, max_size):
    import string

    stripped = [word.strip(string.punctuation) for sentence in sentences for word in sentence.split()]
    counts = Counter(word for word in stripped if word)
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "You count the words of the last sentence alone. Make one counter, before the loop.")
def counts_the_last_sentence(sentences, max_size):
    for sentence in sentences:
        counts = Counter(sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake(
    "build_vocabulary", "The last word of a sentence sticks to the first of the next. Join sentences with a space."
)
def glues_sentences(sentences, max_size):
    counts = Counter("".join(sentences).split())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", 'The specials are spelled otherwise here: "[PAD]", "[UNK]", "[START]", "[END]".')
def spells_the_specials_otherwise(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["<pad>", "<unk>", "<start>", "<end>"] + words)[:max_size]


@mistake("build_vocabulary", 'The specials are spelled otherwise here: "[PAD]", "[UNK]", "[START]", "[END]".')
def spells_the_ends_as_pages_do(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    return (["<pad>", "<unk>", "<s>", "</s>"] + words)[:max_size]


@mistake("build_vocabulary", "You counted characters: going through a text gives them one by one. Split it into words.")
def counts_characters_and_spaces(sentences, max_size):
    counts = Counter("".join(sentences))
    letters = sorted(counts, key=lambda letter: (-counts[letter], letter))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + letters)[:max_size]


@mistake("build_vocabulary", "You fill the list up to the size. It may be shorter: `max_size` is the most it may have.")
def fills_the_list_up(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], word))
    words = (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]
    return words + ["[PAD]"] * (max_size - len(words))


@correct("build_vocabulary")
def sorts_twice(sentences, max_size):
    counts = Counter()
    for sentence in sentences:
        counts.update(sentence.split())
    words = sorted(sorted(counts), key=counts.get, reverse=True)
    return ["[PAD]", "[UNK]", "[START]", "[END]", *words[: max_size - 4]]


@correct("build_vocabulary")
def counts_by_hand(sentences, max_size):
    counts = {}
    for word in " ".join(sentences).split():
        counts[word] = counts.get(word, 0) + 1
    items = sorted((-count, word) for word, count in counts.items())
    return tuple((["[PAD]", "[UNK]", "[START]", "[END]"] + [word for _, word in items])[:max_size])


@correct("build_vocabulary")
def takes_the_best_again_and_again(sentences, max_size):
    counts = Counter(word for sentence in sentences for word in sentence.split())
    vocabulary = ["[PAD]", "[UNK]", "[START]", "[END]"]
    while counts and len(vocabulary) < max_size:
        best = min(counts, key=lambda word: (-counts[word], word))
        vocabulary.append(best)
        del counts[best]
    return vocabulary


@mistake("encode", "An unknown word becomes 0 in your answer, and that is [PAD]. Give it 1, [UNK].")
def gives_padding_to_the_unknown(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary)}
    return [ids.get(word, 0) for word in sentence.split()]


@mistake("encode", "You leave unknown words out, and the sentence loses a place. Give them 1, [UNK].")
def leaves_out_the_unknown(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary)}
    return [ids[word] for word in sentence.split() if word in ids]


@mistake("encode", "An unknown word stops your function with an error. Look words up with `get(word, 1)`.")
def fails_at_the_unknown(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary)}
    return [ids[word] for word in sentence.split()]


@mistake("encode", "`index` stops with an error at an unknown word. Ask first whether it is in the vocabulary.")
def asks_the_list_for_an_index(sentence, vocabulary):
    return [vocabulary.index(word) for word in sentence.split()]


@mistake("encode", "An unknown word gets a new number behind the vocabulary. No vector will have it: give it 1, [UNK].")
def numbers_the_unknown(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary)}
    return [ids.get(word, len(vocabulary)) for word in sentence.split()]


@mistake("encode", "You added 4 for the specials, but they stand in the vocabulary already: the place is the id.")
def counts_the_specials_twice(sentence, vocabulary):
    ids = {word: place + 4 for place, word in enumerate(vocabulary)}
    return [ids.get(word, 1) for word in sentence.split()]


@mistake("encode", "Your places begin at 1. Count from 0, as lists do.")
def counts_from_one(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary, start=1)}
    return [ids.get(word, 1) for word in sentence.split()]


@mistake("encode", "You added [START] and [END]. They come later: here a word is an id, and nothing more.")
def frames_the_sentence(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary)}
    return [2, *(ids.get(word, 1) for word in sentence.split()), 3]


@mistake("encode", "You added [END]. It comes later: here a word is an id, and nothing more.")
def closes_the_sentence(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary)}
    return [*(ids.get(word, 1) for word in sentence.split()), 3]


@mistake("encode", "You go through the sentence letter by letter. Split it into words first.")
def encodes_letters(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary)}
    return [ids.get(letter, 1) for letter in sentence]


@mistake("encode", "You find words inside of others: casa in casas. Compare whole words.")
def finds_parts_of_words(sentence, vocabulary):
    found = []
    for word in sentence.split():
        places = [place for place, known in enumerate(vocabulary) if word == known]
        places += [place for place, known in enumerate(vocabulary) if word in known or known in word]
        found.append(places[0] if places else 1)
    return found


@mistake("encode", 'An empty sentence has no words, but `"".split(" ")` gives one, empty. Use `split()`.')
def encodes_an_empty_word(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary)}
    return [ids.get(word, 1) for word in sentence.split(" ")]


@mistake(
    "encode", "You number the vocabulary without its specials, and all ids are 4 too small. Number the whole list."
)
def leaves_out_the_specials(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary[4:])}
    return [ids.get(word, 1) for word in sentence.split()]


@mistake("encode", "One unknown word takes all the others with it. Ask for each word by itself.")
def gives_up_at_the_unknown(sentence, vocabulary):
    try:
        return [vocabulary.index(word) for word in sentence.split()]
    except ValueError:
        return [1]


@mistake("encode", "Every word is unknown. Your dictionary must lead from words to places: {word: place …}.")
def looks_words_up_among_places(sentence, vocabulary):
    words = dict(enumerate(vocabulary))
    return [words.get(word, 1) for word in sentence.split()]


@mistake("encode", "`np.array` of an empty list holds floats. Return the list itself.")
def makes_floats_of_nothing(sentence, vocabulary):
    ids = {word: place for place, word in enumerate(vocabulary)}
    return np.array([ids.get(word, 1) for word in sentence.split()])


@correct("encode")
def asks_before_it_looks(sentence, vocabulary):
    return [vocabulary.index(word) if word in vocabulary else 1 for word in sentence.split()]


@correct("encode")
def makes_an_array(sentence, vocabulary):
    ids = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
    return np.array([ids.get(word, ids["[UNK]"]) for word in sentence.split()], dtype="int32")


@correct("encode")
def tries_and_catches(sentence, vocabulary):
    ids = []
    for word in sentence.split():
        try:
            ids.append(np.int32(vocabulary.index(word)))
        except ValueError:
            ids.append(np.int32(1))
    return tuple(ids)


@mistake("decode", "You read on after [END], and only leave it out. Stop at the first one.")
def reads_on_after_the_end(ids, vocabulary):
    return " ".join(vocabulary[one] for one in ids if one not in (0, 2, 3))


@mistake("decode", "You leave out every id below 4, [UNK] too. It stands for a word: show it, and stop at [END].")
def leaves_out_all_specials(ids, vocabulary):
    return " ".join(vocabulary[one] for one in ids if one > 3)


@mistake("decode", "You leave out [UNK]. There was a word: show it.")
def leaves_out_unknown_words(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one > 3:
            words.append(vocabulary[one])
    return " ".join(words)


@mistake("decode", "The word [END] stands in your text. Stop before you add it.")
def shows_the_end(ids, vocabulary):
    words = []
    for one in ids:
        if one not in (0, 2):
            words.append(vocabulary[one])
        if one == 3:
            break
    return " ".join(words)


@mistake("decode", "The word [START] stands in your text. Leave id 2 out.")
def shows_the_start(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one != 0:
            words.append(vocabulary[one])
    return " ".join(words)


@mistake("decode", "The word [PAD] stands in your text. Leave id 0 out, wherever it stands.")
def shows_the_padding(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one != 2:
            words.append(vocabulary[one])
    return " ".join(words)


@mistake("decode", "You stop at [PAD] as well. Leave it out and read on: padding may stand on the left.")
def stops_at_padding(ids, vocabulary):
    words = []
    for one in ids:
        if one in (0, 3):
            break
        if one != 2:
            words.append(vocabulary[one])
    return " ".join(words)


@mistake("decode", "You take the first and the last id away, whatever they are. Look at each id.")
def cuts_both_ends(ids, vocabulary):
    return " ".join(vocabulary[one] for one in ids[1:-1] if one != 0)


@mistake("decode", "You stop at the last [END]. Stop at the first one.")
def stops_at_the_last_end(ids, vocabulary):
    stop = len(ids) - ids[::-1].index(3) - 1 if 3 in ids else len(ids)
    return " ".join(vocabulary[one] for one in ids[:stop] if one not in (0, 2, 3))


@mistake("decode", "`index(3)` stops with an error when there is no [END]. Then everything is read.")
def needs_an_end(ids, vocabulary):
    return " ".join(vocabulary[one] for one in ids[: ids.index(3)] if one not in (0, 2))


@mistake("decode", "You joined the words without spaces.")
def joins_without_spaces(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one not in (0, 2):
            words.append(vocabulary[one])
    return "".join(words)


@mistake("decode", "A space is left at the end of your text. Join the words: that puts spaces between them only.")
def leaves_a_space_at_the_end(ids, vocabulary):
    text = ""
    for one in ids:
        if one == 3:
            break
        if one not in (0, 2):
            text += vocabulary[one] + " "
    return text


@mistake("decode", "You return a list of words. Join them into one text.")
def returns_words(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one not in (0, 2):
            words.append(vocabulary[one])
    return words


@mistake("decode", "You take 4 off each id, but the specials stand in the vocabulary too: the id is the place.")
def takes_the_specials_off(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one not in (0, 2):
            words.append(vocabulary[one - 4])
    return " ".join(words)


@mistake("decode", "You read from [START] on, and lose what stands before it. Leave the id out, and nothing else.")
def begins_at_the_start(ids, vocabulary):
    ids = ids[ids.index(2) + 1 :] if 2 in ids else ids
    ids = ids[: ids.index(3)] if 3 in ids else ids
    return " ".join(vocabulary[one] for one in ids if one != 0)


@mistake("decode", "You read from [START] on, and lose what stands before it. Leave the id out, and nothing else.")
def forgets_all_at_a_start(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one == 2:
            words = []
        elif one != 0:
            words.append(vocabulary[one])
    return " ".join(words)


@mistake("decode", "The words [PAD] and [START] stand in your text. Ask `one not in (0, 2)`; with `or`, all ids pass.")
def shows_padding_and_start(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one != 0 or one != 2:
            words.append(vocabulary[one])
    return " ".join(words)


@mistake(
    "decode", "Your text is always empty. If you wrote `one == 0 or 2`, that is always true: write `one in (0, 2)`."
)
def leaves_out_everything(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one == 0 or 2:  # noqa: SIM222
            continue
        words.append(vocabulary[one])
    return " ".join(words)


@mistake("decode", "Your text ends after one word: `return` stands inside the loop. Move it to the left.")
def returns_inside_the_loop(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one in (0, 2):
            continue
        words.append(vocabulary[one])
        return " ".join(words)
    return " ".join(words)


@mistake("decode", "Your text ends after one id: `return` stands inside the loop. Move it to the left.")
def returns_after_the_first_id(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            break
        if one not in (0, 2):
            words.append(vocabulary[one])
        return " ".join(words)
    return ""


@mistake(
    "decode", "`find` gives −1 when there is no [END], and the cut takes the last letter. Then everything is read."
)
def cuts_where_nothing_was_found(ids, vocabulary):
    text = " ".join(vocabulary[one] for one in ids if one not in (0, 2))
    return text[: text.find("[END]")].strip()


@mistake("decode", "`np.where(…)[0][0]` stops with an error when there is no [END]. Then everything is read.")
def takes_the_first_of_nothing(ids, vocabulary):
    ids = np.array(ids)
    return " ".join(vocabulary[one] for one in ids[: np.where(ids == 3)[0][0]] if one not in (0, 2))


@mistake("decode", "A space is left at the beginning of your text. Join the words: that puts spaces between them only.")
def leaves_a_space_at_the_beginning(ids, vocabulary):
    text = ""
    for one in ids:
        if one == 3:
            break
        if one not in (0, 2):
            text += " " + vocabulary[one]
    return text


@mistake("decode", "You take ids out of the list that you were given. It belongs to the caller: make one of your own.")
def takes_ids_out_of_the_list(ids, vocabulary):
    while 0 in ids:
        ids.remove(0)
    while 2 in ids:
        ids.remove(2)
    kept = ids[: ids.index(3)] if 3 in ids else ids
    return " ".join(vocabulary[one] for one in kept)


@mistake("decode", "You take ids out of the list that you go through, and the loop skips the next. Make a new list.")
def takes_ids_out_on_the_way(ids, vocabulary):
    for one in ids:
        if one in (0, 2):
            ids.remove(one)
    kept = ids[: ids.index(3)] if 3 in ids else ids
    return " ".join(vocabulary[one] for one in kept)


@mistake("decode", "You drop the first id, whatever it is. [START] may be missing: look at each id.")
def drops_the_first_id(ids, vocabulary):
    words = []
    for one in ids[1:]:
        if one == 3:
            break
        if one != 0:
            words.append(vocabulary[one])
    return " ".join(words)


@mistake("decode", "Without an [END] nothing comes back: you return only where one stands. Return after the loop too.")
def returns_at_the_end_only(ids, vocabulary):
    words = []
    for one in ids:
        if one == 3:
            return " ".join(words)
        if one not in (0, 2):
            words.append(vocabulary[one])
    return None


@correct("decode")
def cuts_first(ids, vocabulary):
    ids = list(ids)
    kept = ids[: ids.index(3)] if 3 in ids else ids
    return " ".join(vocabulary[one] for one in kept if one not in (0, 2))


@correct("decode")
def compares_words(ids, vocabulary):
    words = [vocabulary[one] for one in ids] + ["[END]"]
    words = words[: words.index("[END]")]
    return " ".join(word for word in words if word not in ("[PAD]", "[START]"))


@correct("decode")
def takes_while_there_is_no_end(ids, vocabulary):
    from itertools import takewhile

    text = ""
    for one in takewhile(lambda one: one != 3, ids):
        text += "" if one in (0, 2) else " " + vocabulary[one]
    return text.strip()


@mistake("pad_batch", "You filled up on the left. In this course padding stands on the right.")
def pads_on_the_left(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, length - len(kept) :] = kept
        if len(row) > length and row[-1] == 3:
            batch[place, -1] = 3
    return batch


@mistake("pad_batch", "A row that you cut has lost its [END]. Put 3 into the last column if it ended so before.")
def loses_the_end(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, : len(kept)] = kept
    return batch


@mistake("pad_batch", "Every row that you cut gets an [END]. Give it back to those alone that ended in 3 before.")
def gives_an_end_to_every_cut_row(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, : len(kept)] = kept
        if len(row) > length:
            batch[place, -1] = 3
    return batch


@mistake("pad_batch", "You look for [END] anywhere in the row. Only a row whose last id is 3 gets it back.")
def looks_for_an_end_anywhere(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, : len(kept)] = kept
        if len(row) > length and 3 in row:
            batch[place, -1] = 3
    return batch


@mistake("pad_batch", "You put [END] behind the row: it is one too long then. Put it in the place of the last id kept.")
def makes_room_for_the_end(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    rows = [row[:length] + [3] if len(row) > length and row[-1] == 3 else row[:length] for row in sequences]
    longest = max(length, max(len(row) for row in rows))
    return np.array([row + [0] * (longest - len(row)) for row in rows], dtype="int32")


@mistake("pad_batch", "You never look at `length`. When it is given, every row has that length.")
def ignores_the_length(sequences, length=None):
    length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        batch[place, : len(row)] = row
    return batch


@mistake("pad_batch", "Your array is only as long as the longest row. A given length may be more: fill up to it.")
def never_pads_beyond_the_longest(sequences, length=None):
    longest = max(len(row) for row in sequences)
    length = longest if length is None else min(length, longest)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, : len(kept)] = kept
        if len(row) > length and row[-1] == 3:
            batch[place, -1] = 3
    return batch


@mistake("pad_batch", "You cut rows at their beginning, and [START] is gone. Cut them at the right.")
def cuts_at_the_beginning(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[-length:]
        batch[place, : len(kept)] = kept
    return batch


@mistake("pad_batch", "The length of the first row decides in your answer. Without a length, take the longest row.")
def measures_the_first_row(sequences, length=None):
    if length is None:
        length = len(sequences[0])
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, : len(kept)] = kept
        if len(row) > length and row[-1] == 3:
            batch[place, -1] = 3
    return batch


@mistake("pad_batch", "You fill up with 1, which is [UNK]. Padding is 0.")
def pads_with_ones(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.ones((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, : len(kept)] = kept
        if len(row) > length and row[-1] == 3:
            batch[place, -1] = 3
    return batch


@mistake("pad_batch", 'Your numbers are floats: `np.zeros` makes them so. Ask for `dtype="int32"`.')
def makes_floats(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length))
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, : len(kept)] = kept
        if len(row) > length and row[-1] == 3:
            batch[place, -1] = 3
    return batch


@mistake("pad_batch", 'Your numbers are int64, NumPy\'s own choice. This course uses `dtype="int32"`.')
def makes_long_integers(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype=int)
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, : len(kept)] = kept
        if len(row) > length and row[-1] == 3:
            batch[place, -1] = 3
    return batch


@mistake("pad_batch", "You return lists. Make an int32 array of them.")
def returns_lists(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    rows = [row[: length - 1] + [3] if len(row) > length and row[-1] == 3 else row[:length] for row in sequences]
    return [row + [0] * (length - len(row)) for row in rows]


@mistake("pad_batch", "You lengthen and cut the rows that you were given. They belong to the caller: make new ones.")
def changes_the_given_rows(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    for row in sequences:
        if len(row) > length:
            last = row[-1]
            del row[length:]
            if last == 3:
                row[-1] = 3
        row += [0] * (length - len(row))
    return np.array(sequences, dtype="int32")


@mistake("pad_batch", "A row that you cut keeps its last id, whatever it is. Only [END], 3, is put back.")
def keeps_the_last_id(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[: length - 1] + [row[-1]] if len(row) > length else row
        batch[place, : len(kept)] = kept
    return batch


@mistake("pad_batch", "An empty row stops your function with an error: it has no last id. Ask for its length first.")
def needs_a_last_id(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        last = row[-1]
        kept = row[:length]
        batch[place, : len(kept)] = kept
        if len(row) > length and last == 3:
            batch[place, -1] = 3
    return batch


@mistake(
    "pad_batch", "Rows of different lengths make no array. Fill them up with 0 first, or begin with an array of zeros."
)
def fills_nothing_up(sequences, length=None):
    return np.array([row[:length] for row in sequences], dtype="int32")


@mistake(
    "pad_batch", "Every row that fills the length gets an [END]. Only a row that is cut and ended in 3 gets it back."
)
def ends_every_full_row(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[: length - 1] + [3] if len(row) >= length else row
        batch[place, : len(kept)] = kept
    return batch


@mistake("pad_batch", "Short rows get an [END] in the last column. Only a row that is cut gets it back.")
def ends_short_rows_again(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[place, : len(kept)] = kept
        if row[-1] == 3:
            batch[place, -1] = 3
    return batch


@mistake("pad_batch", "No row is cut. When a length is given, every row has that length, also where a row is longer.")
def never_cuts(sequences, length=None):
    length = max(length or 0, max(len(row) for row in sequences))
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        batch[place, : len(row)] = row
    return batch


@mistake(
    "pad_batch", "You fill up and cut on the left, as `pad_sequences` does unless told otherwise. Do both on the right."
)
def pads_and_cuts_on_the_left(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[-length:]
        batch[place, length - len(kept) :] = kept
    return batch


@mistake("pad_batch", "Rows and columns have changed places: (L, B). Each sentence is a row: (B, L).")
def turns_rows_into_columns(sequences, length=None):
    if length is None:
        length = max(len(row) for row in sequences)
    batch = np.zeros((length, len(sequences)), dtype="int32")
    for place, row in enumerate(sequences):
        kept = row[:length]
        batch[: len(kept), place] = kept
        if len(row) > length and row[-1] == 3:
            batch[-1, place] = 3
    return batch


@correct("pad_batch")
def builds_lists_first(sequences, length=None):
    length = length or max(map(len, sequences))
    rows = []
    for row in sequences:
        end = [3] if len(row) > length and row[-1] == 3 else []
        row = list(row)[: length - len(end)] + end
        rows.append(row + [0] * (length - len(row)))
    return np.array(rows, dtype=np.int32)


@correct("pad_batch")
def makes_a_tensor(sequences, length=None):
    import keras

    length = max(len(row) for row in sequences) if length is None else length
    rows = [[*row[: length - 1], 3] if len(row) > length and row[-1] == 3 else row[:length] for row in sequences]
    return keras.ops.convert_to_tensor([[*row, *[0] * (length - len(row))] for row in rows], dtype="int32")


@correct("pad_batch")
def writes_number_by_number(sequences, length=None):
    width = max(len(row) for row in sequences) if length is None else length
    batch = np.full((len(sequences), width), 0, np.int32)
    for b, row in enumerate(sequences):
        for s in range(min(width, len(row))):
            last = s == width - 1 and row[-1] == 3
            batch[b, s] = 3 if last else row[s]
    return batch


@mistake("teacher_forcing", "Both parts are the same: the decoder would learn to copy. Labels begin one place later.")
def forgets_the_shift(target_ids):
    return target_ids[:, :-1], target_ids[:, :-1]


@mistake("teacher_forcing", "You return the labels first. The order is decoder_input, labels.")
def returns_the_labels_first(target_ids):
    return target_ids[:, 1:], target_ids[:, :-1]


@mistake("teacher_forcing", "You cut the batch: a sentence is gone. Put a colon for all rows, then cut the columns.")
def cuts_the_batch(target_ids):
    return target_ids[:-1], target_ids[1:]


@mistake("teacher_forcing", "The input still has its last column, and is longer than the labels. Cut it too.")
def leaves_the_input_whole(target_ids):
    return target_ids, target_ids[:, 1:]


@mistake("teacher_forcing", "The labels still have their first column, and are longer than the input. Cut it off.")
def leaves_the_labels_whole(target_ids):
    return target_ids[:, :-1], target_ids


@mistake("teacher_forcing", "`roll` brings the first id to the end. Cut one column off instead: L becomes L−1.")
def rolls_the_labels(target_ids):
    from keras import ops

    return target_ids, ops.roll(target_ids, -1, axis=1)


@mistake("teacher_forcing", "You filled the labels up with padding, to the old length. Both parts have L−1 columns.")
def pads_the_labels(target_ids):
    from keras import ops

    return target_ids, ops.pad(target_ids[:, 1:], [[0, 0], [0, 1]])


@mistake("teacher_forcing", "Your labels are two places ahead. The label is the very next id.")
def shifts_by_two(target_ids):
    return target_ids[:, :-2], target_ids[:, 2:]


@mistake(
    "teacher_forcing", "You cut the first and the last column off both. The input loses the last, the labels the first."
)
def cuts_both_off_both(target_ids):
    return target_ids[:, 1:-1], target_ids[:, 1:-1]


@mistake("teacher_forcing", "You return the input alone. The labels are wanted too.")
def returns_the_input_alone(target_ids):
    return target_ids[:, :-1]


@mistake(
    "teacher_forcing",
    "You took [END] out of the input. Cut by place, not by value: it loses its last column, and no more.",
)
def blanks_the_end_of_the_input(target_ids):
    from keras import ops

    return ops.where(target_ids == 3, 0, target_ids)[:, :-1], target_ids[:, 1:]


@mistake(
    "teacher_forcing", "You removed [END] wherever it stands. Cut by place, not by value: labels need their [END]."
)
def blanks_the_end(target_ids):
    from keras import ops

    target_ids = ops.where(target_ids == 3, 0, target_ids)
    return target_ids[:, :-1], target_ids[:, 1:]


@mistake("teacher_forcing", "Your ids have become floats. An id is a place in a list: leave the numbers as they are.")
def makes_floats_of_ids(target_ids):
    from keras import ops

    target_ids = ops.cast(target_ids, "float32")
    return target_ids[:, :-1], target_ids[:, 1:]


@mistake(
    "teacher_forcing",
    "You put a [START] before the target, which has one already. Cut a column off instead: L−1 are left.",
)
def puts_another_start_before(target_ids):
    from keras import ops

    start = ops.full_like(target_ids[:, :1], 2)
    return ops.concatenate([start, target_ids[:, :-1]], axis=1), target_ids


@mistake(
    "teacher_forcing", "You shifted the input to the right, and filled it up. Cut a column off instead: L−1 are left."
)
def shifts_the_input_right(target_ids):
    from keras import ops

    return ops.pad(target_ids[:, :-1], [[0, 0], [1, 0]]), target_ids


@mistake("teacher_forcing", "You write [START] into the input yourself. Its first column is the target's own.")
def writes_the_start_itself(target_ids):
    from keras import ops

    labels = target_ids[:, 1:]
    return ops.concatenate([ops.full_like(labels[:, :1], 2), labels[:, :-1]], axis=1), labels


@mistake(
    "teacher_forcing",
    "NumPy does not work where Keras compiles a function. Slice what you are given as it is.",
    backends=("tensorflow", "jax"),
)
def slices_in_numpy(target_ids):
    target_ids = np.array(target_ids)
    return target_ids[:, :-1], target_ids[:, 1:]


@mistake(
    "teacher_forcing",
    "Your loop counts the sentences, but Keras compiles before it knows B. Slice all at once.",
    backends=("tensorflow",),
)
def loops_over_sentences(target_ids):
    from keras import ops

    rows = [target_ids[b] for b in range(target_ids.shape[0])]
    return ops.stack([row[:-1] for row in rows]), ops.stack([row[1:] for row in rows])


@correct("teacher_forcing")
def names_the_last_column(target_ids):
    length = target_ids.shape[1]
    return [target_ids[:, 0 : length - 1], target_ids[:, 1:length]]


@correct("teacher_forcing")
def splits_with_ops(target_ids):
    from keras import ops

    places = ops.arange(target_ids.shape[-1] - 1)
    return ops.take(target_ids, places, axis=-1), ops.take(target_ids, places + 1, axis=-1)


@correct("teacher_forcing")
def uses_an_ellipsis(target_ids):
    decoder_input = target_ids[..., :-1]
    labels = target_ids[..., 1:]
    return decoder_input, labels


@mistake("split_by_source", "You drew pairs: other translations of a tested sentence are trained on. Draw sources.")
def draws_pairs(pairs, test_fraction, seed):
    shuffled = list(pairs)
    random.Random(seed).shuffle(shuffled)
    cut = round(test_fraction * len(shuffled))
    return shuffled[cut:], shuffled[:cut]


@mistake("split_by_source", "You cut the list of pairs by its order, and a source may lie on the cut. Draw sources.")
def cuts_the_list_of_pairs(pairs, test_fraction, seed):
    cut = round(test_fraction * len(pairs))
    return pairs[cut:], pairs[:cut]


@mistake(
    "split_by_source",
    "Train and test have changed places. Return the training first, and give the fraction to the test.",
)
def returns_the_test_first(pairs, test_fraction, seed):
    sources = list(dict.fromkeys(source for source, _ in pairs))
    random.Random(seed).shuffle(sources)
    tested = set(sources[: round(test_fraction * len(sources))])
    train = [pair for pair in pairs if pair[0] not in tested]
    return [pair for pair in pairs if pair[0] in tested], train


@mistake("split_by_source", "You split by the translations. A source may have several: split by pair[0], the source.")
def splits_by_target(pairs, test_fraction, seed):
    targets = list(dict.fromkeys(target for _, target in pairs))
    random.Random(seed).shuffle(targets)
    tested = set(targets[: round(test_fraction * len(targets))])
    train = [pair for pair in pairs if pair[1] not in tested]
    return train, [pair for pair in pairs if pair[1] in tested]


@mistake("split_by_source", "You never look at the seed. Make your generator from it: `random.Random(seed)`.")
def ignores_the_seed(pairs, test_fraction, seed):
    sources = list(dict.fromkeys(source for source, _ in pairs))
    random.Random(42).shuffle(sources)
    tested = set(sources[: round(test_fraction * len(sources))])
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake(
    "split_by_source", "You draw nothing: the first sources are tested, and text often begins with the short ones."
)
def tests_the_first_sources(pairs, test_fraction, seed):
    sources = list(dict.fromkeys(source for source, _ in pairs))
    tested = set(sources[: round(test_fraction * len(sources))])
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("split_by_source", "You draw nothing: the last sources of the alphabet are tested. Shuffle them by the seed.")
def tests_the_last_of_the_alphabet(pairs, test_fraction, seed):
    sources = sorted({source for source, _ in pairs})
    tested = set(sources[len(sources) - round(test_fraction * len(sources)) :])
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("split_by_source", "You take a share of the number of pairs. Take it of the number of distinct sources.")
def shares_out_by_pairs(pairs, test_fraction, seed):
    sources = list(dict.fromkeys(source for source, _ in pairs))
    random.Random(seed).shuffle(sources)
    tested = set(sources[: round(test_fraction * len(pairs))])
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("split_by_source", "A dictionary from source to target keeps one translation only. Keep every pair.")
def keeps_one_translation(pairs, test_fraction, seed):
    by_source = dict(pairs)
    sources = list(by_source)
    random.Random(seed).shuffle(sources)
    cut = round(test_fraction * len(sources))
    return [(s, by_source[s]) for s in sources[cut:]], [(s, by_source[s]) for s in sources[:cut]]


@mistake("split_by_source", "You drop pairs that occur twice. Each one that comes in is kept, as often as it came.")
def drops_doubles(pairs, test_fraction, seed):
    sources = list(dict.fromkeys(source for source, _ in pairs))
    random.Random(seed).shuffle(sources)
    tested = set(sources[: round(test_fraction * len(sources))])
    train = [pair for pair in dict.fromkeys(pairs) if pair[0] not in tested]
    return train, [pair for pair in dict.fromkeys(pairs) if pair[0] in tested]


@mistake("split_by_source", "You mend a leak by throwing pairs away. Draw sources to begin with, and keep all pairs.")
def throws_leaks_away(pairs, test_fraction, seed):
    shuffled = list(pairs)
    random.Random(seed).shuffle(shuffled)
    cut = round(test_fraction * len(shuffled))
    tested = {source for source, _ in shuffled[:cut]}
    return [pair for pair in shuffled[cut:] if pair[0] not in tested], shuffled[:cut]


@mistake(
    "split_by_source", "You shuffle the list that you were given. It belongs to the caller: shuffle one of your own."
)
def shuffles_the_given_list(pairs, test_fraction, seed):
    random.Random(seed).shuffle(pairs)
    sources = list(dict.fromkeys(source for source, _ in pairs))
    tested = set(sources[: round(test_fraction * len(sources))])
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake(
    "split_by_source",
    "Train and test have changed places. Return the training first, and give the fraction to the test.",
)
def returns_the_test_first_of_sorted_sources(pairs, test_fraction, seed):
    sources = sorted({source for source, _ in pairs})
    random.Random(seed).shuffle(sources)
    tested = set(sources[: round(test_fraction * len(sources))])
    train = [pair for pair in pairs if pair[0] not in tested]
    return [pair for pair in pairs if pair[0] in tested], train


@mistake("split_by_source", "You never look at the seed. Make your generator from it: `random.Random(seed)`.")
def ignores_the_seed_after_sorting(pairs, test_fraction, seed):
    sources = sorted({source for source, _ in pairs})
    random.Random(42).shuffle(sources)
    tested = set(sources[: round(test_fraction * len(sources))])
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("split_by_source", "Your list holds a source once for each of its pairs. List each source once, then draw.")
def lists_sources_several_times(pairs, test_fraction, seed):
    sources = [source for source, _ in pairs]
    random.Random(seed).shuffle(sources)
    tested = set(sources[: round(test_fraction * len(sources))])
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("split_by_source", "Your list holds a source once for each of its pairs. List each source once, then draw.")
def lists_sources_on_both_sides(pairs, test_fraction, seed):
    sources = [source for source, _ in pairs]
    random.Random(seed).shuffle(sources)
    cut = round(test_fraction * len(sources))
    tested, trained = set(sources[:cut]), set(sources[cut:])
    return [pair for pair in pairs if pair[0] in trained], [pair for pair in pairs if pair[0] in tested]


@mistake(
    "split_by_source", "You add sources until a share of the *pairs* is there. Count sources: theirs is the share."
)
def fills_up_with_pairs(pairs, test_fraction, seed):
    sources, tested, count = list(dict.fromkeys(source for source, _ in pairs)), set(), 0
    random.Random(seed).shuffle(sources)
    for source in sources:
        if count >= test_fraction * len(pairs):
            break
        tested.add(source)
        count += sum(pair[0] == source for pair in pairs)
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake(
    "split_by_source", "You add sources until a share of the *pairs* is there. Count sources: theirs is the share."
)
def fills_sorted_sources_up(pairs, test_fraction, seed):
    sources, tested, count = sorted({source for source, _ in pairs}), set(), 0
    random.Random(seed).shuffle(sources)
    for source in sources:
        if count >= test_fraction * len(pairs):
            break
        tested.add(source)
        count += sum(pair[0] == source for pair in pairs)
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake(
    "split_by_source", "You throw a coin for each source: their number only comes near the share. Count so many off."
)
def throws_a_coin(pairs, test_fraction, seed):
    generator = random.Random(seed)
    tested = {source for source in dict.fromkeys(pair[0] for pair in pairs) if generator.random() < test_fraction}
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("split_by_source", "With a fraction of 0 everything is tested: `[-0:]` is the whole list. Cut with `[:n]`.")
def cuts_from_the_end(pairs, test_fraction, seed):
    sources = list(dict.fromkeys(source for source, _ in pairs))
    random.Random(seed).shuffle(sources)
    tested = set(sources[-round(test_fraction * len(sources)) :])
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("split_by_source", "With a fraction of 0 everything is tested: `[-0:]` is the whole list. Cut with `[:n]`.")
def cuts_sorted_sources_from_the_end(pairs, test_fraction, seed):
    sources = sorted({source for source, _ in pairs})
    random.Random(seed).shuffle(sources)
    tested = set(sources[-round(test_fraction * len(sources)) :])
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("split_by_source", "You return the sources alone. Return the pairs: go through them, and ask for each source.")
def returns_sources(pairs, test_fraction, seed):
    sources = list(dict.fromkeys(source for source, _ in pairs))
    random.Random(seed).shuffle(sources)
    cut = round(test_fraction * len(sources))
    return sources[cut:], sources[:cut]


@mistake("split_by_source", "You return the sources alone. Return the pairs: go through them, and ask for each source.")
def returns_sorted_sources(pairs, test_fraction, seed):
    sources = sorted({source for source, _ in pairs})
    random.Random(seed).shuffle(sources)
    cut = round(test_fraction * len(sources))
    return sources[cut:], sources[:cut]


@mistake("split_by_source", "`shuffle` changes its list and returns None. Name the list first, then shuffle it.")
def uses_what_shuffle_returns(pairs, test_fraction, seed):
    sources = random.Random(seed).shuffle(sorted({source for source, _ in pairs}))
    tested = set(sources[: round(test_fraction * len(sources))])
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("split_by_source", "`shuffle` changes its list and returns None. Name the list first, then shuffle it.")
def cuts_what_shuffle_returns(pairs, test_fraction, seed):
    count = round(test_fraction * len({source for source, _ in pairs}))
    tested = random.Random(seed).shuffle(sorted({source for source, _ in pairs}))[:count]
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake(
    "split_by_source", "`groupby` groups neighbours only, and a source may come again later. Sort, or use a dictionary."
)
def groups_neighbours_only(pairs, test_fraction, seed):
    from itertools import groupby

    groups = [list(group) for _, group in groupby(pairs, key=lambda pair: pair[0])]
    random.Random(seed).shuffle(groups)
    cut = round(test_fraction * len(groups))
    return [pair for group in groups[cut:] for pair in group], [pair for group in groups[:cut] for pair in group]


@correct("split_by_source")
def sorts_and_samples(pairs, test_fraction, seed):
    sources = sorted({source for source, _ in pairs})
    tested = set(random.Random(seed).sample(sources, int(test_fraction * len(sources))))
    sides = [], []
    for pair in pairs:
        sides[pair[0] in tested].append(pair)
    return sides


@correct("split_by_source")
def permutes_with_numpy(pairs, test_fraction, seed):
    groups = {}
    for source, target in pairs:
        groups.setdefault(source, []).append([source, target])
    order = np.random.default_rng(seed).permutation(len(groups))
    cut = round(len(groups) * test_fraction)
    lists = list(groups.values())
    test = [pair for place in order[:cut] for pair in lists[place]]
    return [[pair for place in order[cut:] for pair in lists[place]], test]


@correct("split_by_source")
def sorts_by_a_digest(pairs, test_fraction, seed):
    import hashlib

    def digest(source):
        return hashlib.sha256(f"{seed} {source}".encode()).hexdigest()

    sources = sorted({source for source, _ in pairs}, key=digest)
    tested = frozenset(sources[: round(len(sources) * test_fraction)])
    return [pair for pair in pairs if pair[0] not in tested], [pair for pair in pairs if pair[0] in tested]


@correct("split_by_source")
def sets_the_global_seed(pairs, test_fraction, seed):
    sources = []
    for source, _ in pairs:
        if source not in sources:
            sources.append(source)
    random.seed(seed)
    tested = random.sample(sources, k=round(test_fraction * len(sources)))
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("learn_merges", "You count every word once. A pair counts as often as the words it stands in.")
def counts_every_word_once(word_counts, num_merges):
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
        for pieces in words.values():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += 1
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake("learn_merges", "You added an end-of-word mark, as the paper does. Here words are their letters alone.")
def adds_an_end_mark(word_counts, num_merges):
    def joined(pieces, pair):
        result = []
        for piece in pieces:
            if result and (result[-1], piece) == pair:
                result[-1] += piece
            else:
                result.append(piece)
        return result

    words, merges = {word: [*word, "</w>"] for word in word_counts}, []
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


@mistake("learn_merges", "On a tie you take the pair met first. Take the smaller tuple: sort by (-count, pair).")
def takes_the_first_of_a_tie(word_counts, num_merges):
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
        merges.append(max(counts, key=counts.get))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake("learn_merges", "On a tie you take the larger tuple. Negate the count and use `min`: the smaller wins.")
def takes_the_larger_of_a_tie(word_counts, num_merges):
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
        merges.append(max(counts, key=lambda pair: (counts[pair], pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake("learn_merges", "You take the rarest pair first. Take the most frequent one: negate the count.")
def takes_the_rarest_pair(word_counts, num_merges):
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
        merges.append(min(counts, key=lambda pair: (counts[pair], pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake("learn_merges", "You learn one merge more than asked for.")
def learns_one_too_many(word_counts, num_merges):
    def joined(pieces, pair):
        result = []
        for piece in pieces:
            if result and (result[-1], piece) == pair:
                result[-1] += piece
            else:
                result.append(piece)
        return result

    words, merges = {word: list(word) for word in word_counts}, []
    for _ in range(num_merges + 1):
        counts = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake("learn_merges", "You learn one merge fewer than asked for.")
def learns_one_too_few(word_counts, num_merges):
    def joined(pieces, pair):
        result = []
        for piece in pieces:
            if result and (result[-1], piece) == pair:
                result[-1] += piece
            else:
                result.append(piece)
        return result

    words, merges = {word: list(word) for word in word_counts}, []
    for _ in range(num_merges - 1):
        counts = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake("learn_merges", "You return the joined texts. Return pairs: what is joined must be known.")
def returns_joined_texts(word_counts, num_merges):
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
    return ["".join(pair) for pair in merges]


@mistake("learn_merges", "Your merges stand last to first. The first one learned comes first.")
def returns_them_the_other_way_round(word_counts, num_merges):
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
    return merges[::-1]


@mistake("learn_merges", "On a tie you prefer the longer pair. The smaller tuple wins, whatever its length.")
def prefers_longer_pairs(word_counts, num_merges):
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
        merges.append(min(counts, key=lambda pair: (-counts[pair], -len(pair[0] + pair[1]), pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake("learn_merges", "You count once and take the best pairs. Join the best in all words, then count again.")
def counts_only_once(word_counts, num_merges):
    counts = Counter()
    for word, count in word_counts.items():
        for pair in zip(word, word[1:], strict=False):
            counts[pair] += count
    return sorted(counts, key=lambda pair: (-counts[pair], pair))[:num_merges]


@mistake(
    "learn_merges",
    "Your words stay letters. Join each chosen pair in all words, and keep what comes out, before you count again.",
)
def forgets_to_join(word_counts, num_merges):
    merges = []
    for _ in range(num_merges):
        counts = Counter()
        for word, count in word_counts.items():
            for pair in zip(word, word[1:], strict=False):
                counts[pair] += count
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
    return merges


@mistake("learn_merges", "When no pair is left, `min` or `max` of nothing stops with an error. End the loop before.")
def fails_when_nothing_is_left(word_counts, num_merges):
    words, merges = {word: list(word) for word in word_counts}, []
    for _ in range(num_merges):
        counts = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for pieces in words.values():
            s = 0
            while s < len(pieces) - 1:
                if (pieces[s], pieces[s + 1]) == best:
                    pieces[s : s + 2] = ["".join(best)]
                s += 1
    return merges


@mistake("learn_merges", "Replacing in text joins parts of pieces: “ba a” seems to hold “a a”. Compare whole pieces.")
def replaces_in_text(word_counts, num_merges):
    words, merges = {word: " ".join(word) for word in word_counts}, []
    for _ in range(num_merges):
        counts = Counter()
        for word, text in words.items():
            pieces = text.split(" ")
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        words = {word: text.replace(" ".join(merges[-1]), "".join(merges[-1])) for word, text in words.items()}
    return merges


@mistake("learn_merges", "You count pairs across the ends of words. Neighbours are pieces of one word.")
def counts_across_words(word_counts, num_merges):
    pieces = [letter for word, count in word_counts.items() for letter in list(word) * count]
    merges = []
    for _ in range(num_merges):
        counts = Counter(zip(pieces, pieces[1:], strict=False))
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        result = []
        for piece in pieces:
            if result and (result[-1], piece) == merges[-1]:
                result[-1] += piece
            else:
                result.append(piece)
        pieces = result
    return merges


@mistake("learn_merges", "A pair that stands twice in a word counts twice. You count it once for each word.")
def counts_a_pair_once_in_a_word(word_counts, num_merges):
    words, merges = {word: list(word) for word in word_counts}, []
    for _ in range(num_merges):
        counts = Counter()
        for word, pieces in words.items():
            for pair in dict.fromkeys(zip(pieces, pieces[1:], strict=False)):
                counts[pair] += word_counts[word]
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for pieces in words.values():
            s = 0
            while s < len(pieces) - 1:
                if (pieces[s], pieces[s + 1]) == best:
                    pieces[s : s + 2] = ["".join(best)]
                s += 1
    return merges


@mistake("learn_merges", "You join a pair once in each word. Join it at every place.")
def joins_once_in_a_word(word_counts, num_merges):
    words, merges = {word: list(word) for word in word_counts}, []
    for _ in range(num_merges):
        counts = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for pieces in words.values():
            for s in range(len(pieces) - 1):
                if (pieces[s], pieces[s + 1]) == best:
                    pieces[s : s + 2] = ["".join(best)]
                    break
    return merges


@mistake("learn_merges", "You join from the right: “aaa” becomes “a aa”. Join from the left, “aa a”.")
def joins_from_the_right(word_counts, num_merges):
    words, merges = {word: list(word) for word in word_counts}, []
    for _ in range(num_merges):
        counts = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for pieces in words.values():
            s = len(pieces) - 2
            while s >= 0:
                if tuple(pieces[s : s + 2]) == best:
                    pieces[s : s + 2] = ["".join(best)]
                s -= 1
    return merges


@mistake("learn_merges", "You stop at pairs that occur once. Stop only when there is no pair at all.")
def stops_at_rare_pairs(word_counts, num_merges):
    words, merges = {word: list(word) for word in word_counts}, []
    for _ in range(num_merges):
        counts = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        counts = Counter({pair: count for pair, count in counts.items() if count > 1})
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for pieces in words.values():
            s = 0
            while s < len(pieces) - 1:
                if (pieces[s], pieces[s + 1]) == best:
                    pieces[s : s + 2] = ["".join(best)]
                s += 1
    return merges


@mistake("learn_merges", "On a tie you compare the joined texts. Compare tuples: ('a', 'z') comes before ('ab', 'a').")
def compares_joined_texts_on_a_tie(word_counts, num_merges):
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
        merges.append(min(counts, key=lambda pair: (-counts[pair], "".join(pair))))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake("learn_merges", "On a tie you prefer the shorter pair. The smaller tuple wins, whatever its length.")
def prefers_shorter_pairs(word_counts, num_merges):
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
        merges.append(min(counts, key=lambda pair: (-counts[pair], len(pair[0] + pair[1]), pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake("learn_merges", "In “aaa” you count the pair (a, a) once. It stands at two places: count both.")
def counts_without_overlap(word_counts, num_merges):
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
            last = None
            for pair in zip(pieces, pieces[1:], strict=False):
                last = None if pair == last and pair[0] == pair[1] else pair
                counts[pair] += word_counts[word] if last else 0
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake("learn_merges", "Your counter keeps the counts of earlier rounds. Make a new one in each round.")
def keeps_old_counts(word_counts, num_merges):
    def joined(pieces, pair):
        result = []
        for piece in pieces:
            if result and (result[-1], piece) == pair:
                result[-1] += piece
            else:
                result.append(piece)
        return result

    words, merges, counts = {word: list(word) for word in word_counts}, [], Counter()
    for _ in range(num_merges):
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}
    return merges


@mistake(
    "learn_merges",
    "You ask for a piece behind the last. Pairs end one place earlier, and joining shortens the list: use `while`.",
)
def shortens_what_it_walks_along(word_counts, num_merges):
    words, merges = {word: list(word) for word in word_counts}, []
    for _ in range(num_merges):
        counts = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        for pieces in words.values():
            for s in range(len(pieces) - 1):
                if (pieces[s], pieces[s + 1]) == merges[-1]:
                    pieces[s] += pieces.pop(s + 1)
    return merges


@mistake(
    "learn_merges",
    "You ask for a piece behind the last. Pairs end one place earlier, and joining shortens the list: use `while`.",
)
def asks_for_a_piece_behind_the_last(word_counts, num_merges):
    words = {word: list(word) for word in word_counts}
    for _ in range(num_merges):
        counts = Counter()
        for word, pieces in words.items():
            for s in range(len(pieces)):
                counts[pieces[s], pieces[s + 1]] += word_counts[word]
    return []


@mistake(
    "learn_merges", "You change the dictionary that you were given. It belongs to the caller: make one of your own."
)
def puts_pieces_into_the_counts(word_counts, num_merges):
    def joined(pieces, pair):
        result = []
        for piece in pieces:
            if result and (result[-1], piece) == pair:
                result[-1] += piece
            else:
                result.append(piece)
        return result

    for word in list(word_counts):
        word_counts[tuple(word)] = word_counts.pop(word)
    merges = []
    for _ in range(num_merges):
        counts = Counter()
        for pieces, count in word_counts.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += count
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        for pieces in list(word_counts):
            word_counts[tuple(joined(pieces, merges[-1]))] = word_counts.pop(pieces)
    return merges


@mistake(
    "learn_merges", "You change the dictionary that you were given. It belongs to the caller: make one of your own."
)
def empties_the_counts(word_counts, num_merges):
    def joined(pieces, pair):
        result = []
        for piece in pieces:
            if result and (result[-1], piece) == pair:
                result[-1] += piece
            else:
                result.append(piece)
        return result

    words, merges = [], []
    while word_counts:
        word, count = word_counts.popitem()
        words.append((list(word), count))
    for _ in range(num_merges):
        counts = Counter()
        for pieces, count in words:
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += count
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        words = [(joined(pieces, merges[-1]), count) for pieces, count in words]
    return merges


@correct("learn_merges")
def walks_along_the_pieces(word_counts, num_merges):
    words, merges = [[list(word), count] for word, count in word_counts.items()], []
    while len(merges) < num_merges:
        counts = {}
        for pieces, count in words:
            for s in range(len(pieces) - 1):
                pair = (pieces[s], pieces[s + 1])
                counts[pair] = counts.get(pair, 0) + count
        if not counts:
            return merges
        best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[0][0]
        merges.append(best)
        for pieces, _ in words:
            s = 0
            while s < len(pieces) - 1:
                if (pieces[s], pieces[s + 1]) == best:
                    pieces[s : s + 2] = [best[0] + best[1]]
                s += 1
    return merges


@correct("learn_merges")
def replaces_with_a_pattern(word_counts, num_merges):
    import re

    vocabulary, merges = {" ".join(word): count for word, count in word_counts.items()}, []
    for _ in range(num_merges):
        counts = Counter()
        for text, count in vocabulary.items():
            pieces = text.split()
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += count
        if not counts:
            break
        most = max(counts.values())
        first, second = min(pair for pair in counts if counts[pair] == most)
        merges.append([first, second])
        pattern = re.compile(rf"(?<!\S){re.escape(first)} {re.escape(second)}(?!\S)")
        vocabulary = {pattern.sub(first + second, text): count for text, count in vocabulary.items()}
    return merges


@correct("learn_merges")
def applies_all_merges_anew(word_counts, num_merges):
    def cut(word, merges):
        pieces = list(word)
        for first, second in merges:
            result = []
            while pieces:
                piece = pieces.pop(0)
                if piece == first and pieces[:1] == [second]:
                    piece += pieces.pop(0)
                result.append(piece)
            pieces = result
        return pieces

    merges = []
    for _ in range(num_merges):
        counts = Counter()
        for word, count in word_counts.items():
            pieces = cut(word, merges)
            for left, right in zip(pieces, pieces[1:], strict=False):
                counts[left, right] += count
        if counts:
            merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
    return tuple(merges)


@correct("learn_merges")
def joins_what_reads_the_same(word_counts, num_merges):
    words, merges = {word: list(word) for word in word_counts}, []
    for _ in range(num_merges):
        counts = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                counts[pair] += word_counts[word]
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        for word, pieces in words.items():
            kept = []
            for piece in pieces:
                # right here, though not in apply_merges: equal text between two ends of pieces is always cut equally
                if kept and kept[-1] + piece == "".join(merges[-1]):
                    kept[-1] += piece
                else:
                    kept.append(piece)
            words[word] = kept
    return merges


@mistake("apply_merges", "You go through the merges backwards. The one learned first is applied first.")
def goes_backwards(word, merges):
    pieces = list(word)
    for first, second in merges[::-1]:
        joined = []
        for piece in pieces:
            if joined and joined[-1] == first and piece == second:
                joined[-1] += piece
            else:
                joined.append(piece)
        pieces = joined
    return pieces


@mistake("apply_merges", "You join each pair once. Join it wherever it stands in the word.")
def joins_each_pair_once(word, merges):
    pieces = list(word)
    for first, second in merges:
        for s in range(len(pieces) - 1):
            if (pieces[s], pieces[s + 1]) == (first, second):
                pieces[s : s + 2] = [first + second]
                break
    return pieces


@mistake("apply_merges", "You stop at the first merge that is not in the word. Pass over it, and go on.")
def stops_at_a_missing_pair(word, merges):
    pieces = list(word)
    for first, second in merges:
        joined = []
        for piece in pieces:
            if joined and joined[-1] == first and piece == second:
                joined[-1] += piece
            else:
                joined.append(piece)
        if len(joined) == len(pieces):
            break
        pieces = joined
    return pieces


@mistake("apply_merges", "Replacing in text joins parts of pieces: “ba a” seems to hold “a a”. Compare whole pieces.")
def applies_in_text(word, merges):
    text = " ".join(word)
    for first, second in merges:
        text = text.replace(f"{first} {second}", first + second)
    return text.split(" ")


@mistake("apply_merges", "You join from the right: “aaa” becomes “a aa”. Join from the left, “aa a”.")
def applies_from_the_right(word, merges):
    pieces = list(word)
    for first, second in merges:
        for s in range(len(pieces) - 2, -1, -1):
            if pieces[s : s + 2] == [first, second]:
                pieces[s : s + 2] = [first + second]
    return pieces


@mistake("apply_merges", "Your loop ends before the last piece, and it is lost. Add what is left after the loop.")
def loses_the_last_piece(word, merges):
    pieces = list(word)
    for first, second in merges:
        joined, s = [], 0
        while s < len(pieces) - 1:
            meets = (pieces[s], pieces[s + 1]) == (first, second)
            joined.append(first + second if meets else pieces[s])
            s += 2 if meets else 1
        pieces = joined
    return pieces


@mistake("apply_merges", "After joining, your loop must jump by two places: the second piece comes twice.")
def keeps_the_second_piece(word, merges):
    pieces = list(word)
    for first, second in merges:
        joined = []
        for s in range(len(pieces)):
            meets = pieces[s : s + 2] == [first, second]
            joined.append(first + second if meets else pieces[s])
        pieces = joined
    return pieces


@mistake("apply_merges", "You join whichever known pair stands leftmost. Finish one merge before the next begins.")
def joins_whatever_it_meets(word, merges):
    known, pieces = {tuple(pair) for pair in merges}, []
    for piece in word:
        pieces.append(piece)
        while len(pieces) > 1 and (pieces[-2], pieces[-1]) in known:
            pieces[-2:] = [pieces[-2] + pieces[-1]]
    return pieces


@mistake("apply_merges", "You look for the longest known piece. Join pairs, in the order they were learned.")
def takes_the_longest_piece(word, merges):
    known, pieces, s = {first + second for first, second in merges}, [], 0
    while s < len(word):
        end = max(stop for stop in range(s + 1, len(word) + 1) if stop == s + 1 or word[s:stop] in known)
        pieces.append(word[s:end])
        s = end
    return pieces


@mistake("apply_merges", "You take letters, never joined pieces: each merge must see what the last one made.")
def looks_at_letters_only(word, merges):
    pieces, s = [], 0
    while s < len(word):
        meets = tuple(word[s : s + 2]) in [tuple(pair) for pair in merges]
        pieces.append(word[s : s + 2] if meets else word[s])
        s += 2 if meets else 1
    return pieces


@mistake("apply_merges", "You return text. Return the list of pieces.")
def returns_text(word, merges):
    pieces = list(word)
    for first, second in merges:
        joined = []
        for piece in pieces:
            if joined and joined[-1] == first and piece == second:
                joined[-1] += piece
            else:
                joined.append(piece)
        pieces = joined
    return " ".join(pieces)


@mistake("apply_merges", "You take merges out of the list that you were given. Go through it, and leave it whole.")
def uses_the_merges_up(word, merges):
    pieces = list(word)
    while merges:
        first, second = merges.pop(0)
        joined = []
        for piece in pieces:
            if joined and joined[-1] == first and piece == second:
                joined[-1] += piece
            else:
                joined.append(piece)
        pieces = joined
    return pieces


@mistake(
    "apply_merges", "You compare the joined text. Compare both pieces: “ab c” reads like (a, bc), and is not that pair."
)
def joins_what_reads_like_the_pair(word, merges):
    pieces = list(word)
    for first, second in merges:
        joined = []
        for piece in pieces:
            if joined and joined[-1] + piece == first + second:
                joined[-1] += piece
            else:
                joined.append(piece)
        pieces = joined
    return pieces


@mistake(
    "apply_merges",
    "Nothing is joined. Do you compare a slice with the pair? A list never equals a tuple: make it one.",
)
def compares_a_list_with_a_tuple(word, merges):
    pieces = list(word)
    for pair in merges:
        s = 0
        while s < len(pieces) - 1:
            if pieces[s : s + 2] == pair:
                pieces[s : s + 2] = ["".join(pair)]
            s += 1
    return pieces


@mistake(
    "apply_merges", "Your list grows shorter, but `range` counts its old places. Use `while`, or build a new list."
)
def shortens_what_it_counts(word, merges):
    pieces = list(word)
    for pair in merges:
        for s in range(len(pieces) - 1):
            if (pieces[s], pieces[s + 1]) == pair:
                pieces[s] += pieces.pop(s + 1)
    return pieces


@mistake(
    "apply_merges", "Your list grows shorter, but `range` counts its old places. Use `while`, or build a new list."
)
def takes_pieces_out_on_the_way(word, merges):
    pieces = list(word)
    for first, second in merges:
        for s in range(len(pieces) - 1):
            if pieces[s] == first and pieces[s + 1] == second:
                pieces[s] = first + second
                pieces.pop(s + 1)
    return pieces


@mistake(
    "apply_merges",
    "You ask for a piece behind the last. The last pair begins at `len(pieces) - 2`: end the loop there.",
)
def asks_behind_the_last_piece(word, merges):
    pieces = list(word)
    for pair in merges:
        for s in range(len(pieces)):
            if (pieces[s], pieces[s + 1]) == pair:
                pieces[s : s + 2] = ["".join(pair)]
    return pieces


@mistake(
    "apply_merges",
    "Your walk ends too early: the last two pieces are never joined. Pairs begin up to the last but one.",
)
def stops_before_the_last_pair(word, merges):
    pieces = list(word)
    for first, second in merges:
        s = 0
        while s < len(pieces) - 2:
            if pieces[s] == first and pieces[s + 1] == second:
                pieces[s : s + 2] = [first + second]
            s += 1
    return pieces


@correct("apply_merges")
def jumps_by_two(word, merges):
    pieces = list(word)
    for pair in merges:
        joined, s = [], 0
        while s < len(pieces):
            if pieces[s : s + 2] == list(pair):
                joined.append("".join(pair))
                s += 2
            else:
                joined.append(pieces[s])
                s += 1
        pieces = joined
    return tuple(pieces)


@correct("apply_merges")
def takes_the_best_rank(word, merges):
    ranks, pieces = {tuple(pair): rank for rank, pair in enumerate(merges)}, list(word)
    while True:
        pairs = [(ranks[pair], s) for s, pair in enumerate(zip(pieces, pieces[1:], strict=False)) if pair in ranks]
        if not pairs:
            return pieces
        s = min(pairs)[1]
        pieces[s : s + 2] = [pieces[s] + pieces[s + 1]]


@correct("apply_merges")
def deletes_what_was_joined(word, merges):
    pieces = [*word]
    for first, second in merges:
        s = 0
        while s + 1 < len(pieces):
            if pieces[s] == first and pieces[s + 1] == second:
                pieces[s] = first + second
                del pieces[s + 1]
            s += 1
    return pieces
