"""Unit 01: known answers."""

import random
import unicodedata
from collections import Counter

import numpy as np

from autograder.judging import correct, mistake, of, only_on, right


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
    text = re.sub(f"([{marks}])", r" \1 ", unicodedata.normalize("NFC", text.lower()))
    return re.sub(r"\s+", " ", text).strip()


right("standardize").edits(
    {
        "Capitals are still there. Make the text lower case: House and house are one word.": {"text.lower()": "text"},
        "`casefold` does more than lower case: it turns ß into ss. Use `lower`.": {"lower": "casefold"},
        "You normalise before the letters are small: *ǰ* is one character in NFC, *J̌* is two. Lower case first.": {
            "text.lower())": "text).lower()"
        },
        (
            "Accents are still characters of their own. Normalise the whole text to NFC, and keep what `normalize` "
            "returns."
        ): {'text = unicodedata.normalize("NFC", text.lower())': "", "in text": "in text.lower()"},
        "You normalised to NFD, which takes letters and accents apart. NFC puts them together.": {'"NFC"': '"NFD"'},
        "NFKC also replaces characters that only look alike: ² becomes 2. Use NFC.": {'"NFC"': '"NFKC"'},
        "You removed the accents. They tell words apart: está is not esta. Keep them.": {
            '"NFC"': '"NFD"',
            "spaced =": """
            text = "".join(letter for letter in text if unicodedata.category(letter) != "Mn")
            spaced =
            """,
        },
        "Some marks stay where they are, ¿ among them. No list is complete: ask `unicodedata.category`.": {
            'unicodedata.category(letter).startswith("P")': 'letter in ".,!?;:"'
        },
        (
            "The apostrophe is punctuation, too. No list is complete: ask `unicodedata.category`, and make no "
            "exception."
        ): {'unicodedata.category(letter).startswith("P")': 'letter in ".,!?;:¿¡"'},
        "`string.punctuation` has no ¿, ¡ or «, and it has $ and +, which are symbols. Use the category.": {
            "text =": "import string; text =",
            'unicodedata.category(letter).startswith("P")': "letter in string.punctuation",
        },
        "You set symbols, category S, apart as well. Only category P is punctuation.": {
            ').startswith("P")': ')[0] in "PS"'
        },
        "You removed the punctuation. It carries meaning: set it apart, and keep it.": {'f" {letter} "': '" "'},
        "You set marks apart on one side only. ¿ needs a space after it, ? one before: put both.": [
            {'f" {letter} "': 'f" {letter}"'},
            {'f" {letter} "': 'f"{letter} "'},
        ],
        "Marks side by side stay together in your answer: ... is three words. Look at each character.": {
            'text = unicodedata.normalize("NFC", text.lower())': """
            text, result, last = unicodedata.normalize("NFC", text.lower()), "", False
            """,
            """
            spaced = [f" {letter} " if unicodedata.category(letter).startswith("P") else letter for letter in text]
            """: """
            for letter in text:
                mark = unicodedata.category(letter).startswith("P")
                result += " " + letter if mark != last else letter
                last = mark
            """,
            '"".join(spaced)': "result",
        },
        "Double spaces are left over. Split at white space and join with single spaces.": {
            '" ".join("".join(spaced).split())': '"".join(spaced).strip()'
        },
        "Replacing two spaces by one leaves two of three, and no tab is found. Use `split` and `join`.": {
            '" ".join("".join(spaced).split())': '"".join(spaced).replace("  ", " ").strip()'
        },
        "A space is left at the ends. Strip the text, or split and join it.": {
            "text =": "import re; text =",
            '" ".join("".join(spaced).split())': 're.sub(r"\\s+", " ", "".join(spaced))',
        },
        "You return the words as a list. Join them into one text, with spaces.": {
            '" ".join("".join(spaced).split())': '"".join(spaced).split()'
        },
        "`string.punctuation` has $ and +, which are symbols, and even with ¿ and ¡ it lacks marks such as ·.": {
            "text =": "import string; text =",
            'unicodedata.category(letter).startswith("P")': 'letter in string.punctuation + "¿¡"',
        },
        "You ask for some kinds of punctuation. Every category that begins with P counts: Po, Pi, Ps, Pc, …": [
            {').startswith("P")': ') == "Po"'},
            {').startswith("P")': ') in ("Po", "Ps", "Pe", "Pd")'},
            {').startswith("P")': ') in ("Po", "Ps", "Pe", "Pd", "Pi", "Pf")'},
        ],
        "You ask for the name of the character. What begins with P is `unicodedata.category(character)`.": {
            "unicodedata.category(letter)": 'unicodedata.name(letter, "")'
        },
        "Tabs and line ends are left over. `split()` without an argument finds them too.": {
            '"".join(spaced).split()': '(word for word in "".join(spaced).split(" ") if word)'
        },
    }
)


@mistake(
    "standardize", "`[^\\w\\s]` takes symbols such as $ for punctuation, and not the underscore. Use the category."
)
def uses_everything_but_words(text):
    import re

    text = unicodedata.normalize("NFC", text.lower())
    return " ".join(re.sub(r"([^\w\s])", r" \1 ", text).split())


@mistake(
    "standardize", "Your list of marks is long, but no list is complete: · is missing. Ask `unicodedata.category`."
)
def knows_a_long_list(text):
    text = unicodedata.normalize("NFC", text.lower())
    for mark in ".,;:!?¿¡'\"()[]-…«»":
        text = text.replace(mark, f" {mark} ")
    return " ".join(text.split())


@mistake("standardize", "Punctuation still sticks to its words. Put a space before and after each mark.")
def forgets_punctuation(text):
    return " ".join(unicodedata.normalize("NFC", text.lower()).split())


@mistake("standardize", "You look at the ends of words only: a mark may stand inside a word. Look at each character.")
def looks_at_the_ends_of_words(text):
    result = []
    for word in unicodedata.normalize("NFC", text.lower()).split():
        behind = []
        while word and unicodedata.category(word[0]).startswith("P"):
            result.append(word[0])
            word = word[1:]
        while word and unicodedata.category(word[-1]).startswith("P"):
            behind.insert(0, word[-1])
            word = word[:-1]
        result += [word] * bool(word) + behind
    return " ".join(result)


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


COUNTS = "counts = Counter(word for sentence in sentences for word in sentence.split())"
WORDS = "words = sorted(counts, key=lambda word: (-counts[word], word))"
LIST = '(["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]'


right("build_vocabulary").edits(
    {
        "The four specials are missing. They have the ids 0 to 3: put them first.": {
            """
            words = sorted(counts, key=lambda word: (-counts[word], word))
            return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]
            """: "return sorted(counts, key=lambda word: (-counts[word], word))[:max_size]"
        },
        "You put the specials last. Their ids are 0 to 3: put them first.": {
            LIST: 'words[: max_size - 4] + ["[PAD]", "[UNK]", "[START]", "[END]"]'
        },
        "The specials are in another order. It is [PAD], [UNK], [START], [END].": {
            '["[PAD]", "[UNK]", "[START]", "[END]"]': '["[PAD]", "[START]", "[END]", "[UNK]"]'
        },
        "`max_size` counts the specials too. Your list is four items longer than allowed.": {
            '(["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:': '["[PAD]", "[UNK]", "[START]", "[END]"] + words[:'
        },
        "You never look at `max_size`. Cut the list to it.": {
            WORDS: "",
            LIST: '["[PAD]", "[UNK]", "[START]", "[END]"] + sorted(counts, key=lambda word: (-counts[word], word))',
        },
        "Your list stops one item too early. `items[:n]` has n items already.": {":max_size": ": max_size - 1"},
        (
            "Ties are left in the order of the text (`most_common` and a sort by count alone do that). Sort them by "
            "letters."
        ): {
            WORDS: "",
            LIST: '["[PAD]", "[UNK]", "[START]", "[END]"] + [word for word, _ in counts.most_common(max_size - 4)]',
        },
        "Turning the whole order round turns the alphabet round as well. Negate the count instead.": {
            "(-counts[word], word)": "(counts[word], word), reverse=True"
        },
        "The rare words come first. The most frequent ones must: negate the count.": {"-counts": "counts"},
        "You sorted by the alphabet alone. Sort by falling count first; letters decide ties.": {
            COUNTS: "",
            "sorted(counts, key=lambda word: (-counts[word], word))": """
            sorted({counts for word in sentences for counts in word.split()})
            """,
        },
        "You keep the order of first appearance. Sort by falling count; letters decide ties.": {
            COUNTS: "",
            WORDS: "words = list(dict.fromkeys(word for sentence in sentences for word in sentence.split()))",
        },
        "You count in how many sentences a word occurs. Count every time it occurs.": {
            "sentence.split()": "set(sentence.split())"
        },
        "You left out words that occur once. Only `max_size` limits the list.": (
            "sorted(counts, key=lambda word: (-counts[word], word))",
            "[word for word in sorted(counts, key=lambda word: (-counts[word], word)) if counts[word] > 1]",
        ),
        'An empty sentence has no words, but `"".split(" ")` gives one, empty. Use `split()`.': {"split(": 'split(" "'},
        "You counted characters: going through a text gives them one by one. Split it into words.": {
            "sentence.split()": 'sentence if word != " "'
        },
        "You return a dictionary. Return the list of words: the place in it is the id.": {
            "sorted(": '["[PAD]", "[UNK]", "[START]", "[END]"] + sorted(',
            LIST: "{word: place for place, word in enumerate(words[:max_size])}",
        },
        "You cut before you sort: on a tie the text decides who stays. Sort all words, then cut.": {
            WORDS: "top = counts.most_common(max_size - 4); top.sort(key=lambda item: (-item[1], item[0]))",
            LIST: '["[PAD]", "[UNK]", "[START]", "[END]"] + [word for word, _ in top]',
        },
        "You sort what is left by letters alone. The most frequent words must come first.": {
            WORDS: "",
            LIST: """
            ["[PAD]", "[UNK]", "[START]", "[END]"] + sorted(word for word, _ in counts.most_common(max_size - 4))
            """,
        },
        "Ties stand in the text's order, turned round. Sort by two things: `(-counts[word], word)`.": {
            "sorted(counts, key=lambda word: (-counts[word], word))": "sorted(counts, key=counts.get)[::-1]"
        },
        "You take á for a and ñ for n on a tie. Sort words as they are: then á and ñ come after z.": {
            ", word": ', unicodedata.normalize("NFD", word)'
        },
        "You leave out signs: `.` and `¿` are words too, and `5$` is one, as it stands.": [
            {"sentence.split()": "sentence.split() if word.isalpha()"},
            {"counts =": "import re\ncounts =", "sentence.split()": 're.findall(r"\\w+", sentence)'},
        ],
        "You leave out words of one letter. `y` is a word too, and so is `.`: whatever stands between spaces.": [
            {"sentence.split()": "sentence.split() if len(word) > 1"},
            {"sentence.split()": "sentence.split() if len(word) > 1 or not word.isalpha()"},
        ],
        "You strip signs off: `.` is a word, and `5$` is one, as it stands. Keep what is parted.": {
            COUNTS: """
            import string
            stripped = [word.strip(string.punctuation) for sentence in sentences for word in sentence.split()]
            counts = Counter(word for word in stripped if word)
            """
        },
        "You count the words of the last sentence alone. Make one counter, before the loop.": {
            COUNTS: "for sentence in sentences: counts = Counter(sentence.split())"
        },
        'The specials are spelled otherwise here: "[PAD]", "[UNK]", "[START]", "[END]".': [
            {'["[PAD]", "[UNK]", "[START]", "[END]"]': '["<pad>", "<unk>", "<start>", "<end>"]'},
            {'["[PAD]", "[UNK]", "[START]", "[END]"]': '["<pad>", "<unk>", "<s>", "</s>"]'},
        ],
        "You fill the list up to the size. It may be shorter: `max_size` is the most it may have.": {
            "return": "words =",
            "[:max_size]": '[:max_size]\nreturn words + ["[PAD]"] * (max_size - len(words))',
        },
        "The last word of a sentence sticks to the first of the next. Join sentences with a space.": {
            "word for sentence in sentences for word in sentence": '"".join(sentences)'
        },
    }
)


@mistake(
    "build_vocabulary", "You take á for a and ñ for n on a tie. Sort words as they are: then á and ñ come after z."
)
def sorts_without_accents(sentences, max_size):
    def plain(word):
        return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))

    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts, key=lambda word: (-counts[word], plain(word)))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]


@mistake("build_vocabulary", "You counted characters: going through a text gives them one by one. Split it into words.")
def counts_characters_and_spaces(sentences, max_size):
    counts = Counter("".join(sentences))
    letters = sorted(counts, key=lambda letter: (-counts[letter], letter))
    return (["[PAD]", "[UNK]", "[START]", "[END]"] + letters)[:max_size]


right("build_vocabulary").also(
    {
        "word for sentence in sentences for word in": """
            )
            for sentence in sentences:
                counts.update(
            """,
        "sorted(counts, key=lambda word: (-counts[word], word)": "sorted(sorted(counts), key=counts.get, reverse=True",
        '(["[PAD]", "[UNK]", "[START]", "[END]"] + words)[:max_size]': """
            ["[PAD]", "[UNK]", "[START]", "[END]", *words[: max_size - 4]]
            """,
    }
)


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


right("encode").edits(
    {
        "An unknown word becomes 0 in your answer, and that is [PAD]. Give it 1, [UNK].": {"word, 1": "word, 0"},
        "You leave unknown words out, and the sentence loses a place. Give them 1, [UNK].": {
            ".get(word, 1) for word in sentence.split()": "[word] for word in sentence.split() if word in ids"
        },
        "An unknown word stops your function with an error. Look words up with `get(word, 1)`.": {
            "ids.get(word, 1)": "ids[word]"
        },
        "`index` stops with an error at an unknown word. Ask first whether it is in the vocabulary.": of(
            "asks_before_it_looks", {"if word in vocabulary else 1": ""}
        ),
        "An unknown word gets a new number behind the vocabulary. No vector will have it: give it 1, [UNK].": {
            "word, 1": "word, len(vocabulary)"
        },
        "You added 4 for the specials, but they stand in the vocabulary already: the place is the id.": {
            ": place": ": place + 4"
        },
        "Your places begin at 1. Count from 0, as lists do.": {"(vocabulary)": "(vocabulary, start=1)"},
        "You added [START] and [END]. They come later: here a word is an id, and nothing more.": {
            "[ids.get(word, 1) for word in sentence.split()": "[2, *(ids.get(word, 1) for word in sentence.split()), 3"
        },
        "You added [END]. It comes later: here a word is an id, and nothing more.": {
            "[ids.get(word, 1) for word in sentence.split()]": "[*(ids.get(word, 1) for word in sentence.split()), 3]"
        },
        "You go through the sentence letter by letter. Split it into words first.": {
            "[ids.get(word, 1) for word in sentence.split()]": "[ids.get(letter, 1) for letter in sentence]"
        },
        'An empty sentence has no words, but `"".split(" ")` gives one, empty. Use `split()`.': {"split(": 'split(" "'},
        "You number the vocabulary without its specials, and all ids are 4 too small. Number the whole list.": {
            "(vocabulary)": "(vocabulary[4:])"
        },
        "One unknown word takes all the others with it. Ask for each word by itself.": of(
            "asks_before_it_looks",
            {
                "return [vocabulary.index(word) if word in vocabulary else 1 for word in sentence.split()]": """
            try:
                return [vocabulary.index(word) for word in sentence.split()]
            except ValueError:
                return [1]
            """
            },
        ),
        "Every word is unknown. Your dictionary must lead from words to places: {word: place …}.": {
            "{word: place for place, word in enumerate(vocabulary)}": "dict(enumerate(vocabulary))"
        },
        "You leave out signs: `.` and `¿` are words too, and `5$` is one, as it stands.": [
            {"sentence.split()": "sentence.split() if word.isalpha()"},
            {"ids =": "import re; ids =", "sentence.split()": 're.findall(r"\\w+", sentence)'},
        ],
        "You strip signs off: `.` is a word, and `5$` is one, as it stands. Keep what is parted.": {
            "ids =": "import string; ids =",
            "get(word": "get(word.strip(string.punctuation)",
        },
        "You leave out words of one letter. `y` is a word too, and so is `.`: whatever stands between spaces.": [
            {"sentence.split()": "sentence.split() if len(word) > 1"},
            {"sentence.split()": "sentence.split() if len(word) > 1 or not word.isalpha()"},
        ],
        "`np.array` of an empty list holds floats. Return the list itself.": (
            "[ids.get(word, 1) for word in sentence.split()]",
            "np.array([ids.get(word, 1) for word in sentence.split()])",
        ),
    }
)


@mistake("encode", "You find words inside of others: casa in casas. Compare whole words.")
def finds_parts_of_words(sentence, vocabulary):
    found = []
    for word in sentence.split():
        places = [place for place, known in enumerate(vocabulary) if word == known]
        places += [place for place, known in enumerate(vocabulary) if word in known or known in word]
        found.append(places[0] if places else 1)
    return found


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


STOPS = "if one == 3: break"
APPENDS = "if one not in (0, 2): words.append(vocabulary[one])"


right("decode").edits(
    {
        "You leave out [UNK]. There was a word: show it.": {"not in (0, 2)": "> 3"},
        "The word [END] stands in your text. Stop before you add it.": {f"{STOPS} {APPENDS}": f"{APPENDS}\n{STOPS}"},
        "The word [START] stands in your text. Leave id 2 out.": {"not in (0, 2)": "!= 0"},
        "The word [PAD] stands in your text. Leave id 0 out, wherever it stands.": {"not in (0, 2)": "!= 2"},
        "You stop at [PAD] as well. Leave it out and read on: padding may stand on the left.": {
            "== 3": "in (0, 3)",
            "not in (0, 2)": "!= 2",
        },
        "You stop at the last [END]. Stop at the first one.": of(
            "cuts_first",
            {
                "ids = list(ids) kept = ids[: ids.index(3)] if 3 in ids else ids": """
            stop = len(ids) - ids[::-1].index(3) - 1 if 3 in ids else len(ids)
            """,
                "kept if one not in (0, 2)": "ids[:stop] if one not in (0, 2, 3)",
            },
        ),
        "You joined the words without spaces.": {'" ".join': '"".join'},
        "You join signs to their words. Here all words are parted by single spaces, `.` and `¿` as well.": [
            {
                'return " ".join(words)': """
            text = " ".join(words)
            for mark in ".,?!":
                text = text.replace(" " + mark, mark)
            return text
            """
            },
            {
                'return " ".join(words)': """
            text = " ".join(words).replace("¿ ", "¿").replace("¡ ", "¡")
            for mark in ".,;:?!":
                text = text.replace(" " + mark, mark)
            return text
            """
            },
        ],
        "You leave out signs: `.` and `¿` are words too, and `5$` is one, as it stands.": {
            "not in (0, 2)": "not in (0, 2) and (one == 1 or vocabulary[one].isalpha())"
        },
        "You leave out words of one letter. `y` is a word too, and so is `.`: whatever stands between spaces.": {
            "not in (0, 2)": "not in (0, 2) and len(vocabulary[one]) > 1"
        },
        "A space is left at the end of your text. Join the words: that puts spaces between them only.": {
            "[]": '""',
            "words.append(vocabulary[one])": 'words += vocabulary[one] + " "',
            '" ".join(words)': "words",
        },
        "You return a list of words. Join them into one text.": {'" ".join(words)': "words"},
        "You take 4 off each id, but the specials stand in the vocabulary too: the id is the place.": {
            "[one]": "[one - 4]"
        },
        "You read from [START] on, and lose what stands before it. Leave the id out, and nothing else.": [
            of("cuts_first", {"list(ids)": "ids[ids.index(2) + 1 :] if 2 in ids else ids", "not in (0, 2)": "!= 0"}),
            {APPENDS: "if one == 2: words = []\nelif one != 0: words.append(vocabulary[one])"},
        ],
        "The words [PAD] and [START] stand in your text. Ask `one not in (0, 2)`; with `or`, all ids pass.": {
            "one not in (0, 2)": "one != 0 or one != 2"
        },
        "Your text is always empty. If you wrote `one == 0 or 2`, that is always true: write `one in (0, 2)`.": {
            APPENDS: "if one == 0 or 2: continue\nwords.append(vocabulary[one])"
        },
        "Your text ends after one word: `return` stands inside the loop. Move it to the left.": {
            APPENDS: """
            if one in (0, 2):
                continue
            words.append(vocabulary[one])
            return " ".join(words)
            """
        },
        "Your text ends after one id: `return` stands inside the loop. Move it to the left.": {
            "if one not in (0, 2): words.append(vocabulary[one])": """
            if one not in (0, 2):
                words.append(vocabulary[one])
            return " ".join(words)
            """,
            '" ".join(words)': '""',
        },
        "`np.where(…)[0][0]` stops with an error when there is no [END]. Then everything is read.": of(
            "cuts_first",
            {
                "list(ids) kept = ids[: ids.index(3)] if 3 in ids else ids": "np.array(ids)",
                "kept if": "ids[:np.where(ids == 3)[0][0]] if",
            },
        ),
        "A space is left at the beginning of your text. Join the words: that puts spaces between them only.": {
            "[]": '""',
            "words.append(vocabulary[one])": 'words += " " + vocabulary[one]',
            '" ".join(words)': "words",
        },
        "You take ids out of the list that you were given. It belongs to the caller: make one of your own.": of(
            "cuts_first",
            {
                "ids = list(ids)": "while 0 in ids: ids.remove(0)\nwhile 2 in ids: ids.remove(2)",
                "(vocabulary[one] for one in kept if one not in (0, 2))": "(vocabulary[one] for one in kept )",
            },
        ),
        "You take ids out of the list that you go through, and the loop skips the next. Make a new list.": of(
            "cuts_first",
            {
                "ids = list(ids)": """
            for one in ids:
                if one in (0, 2):
                    ids.remove(one)
            """,
                "if one not in (0, 2)": "",
            },
        ),
        "Without an [END] nothing comes back: you return only where one stands. Return after the loop too.": {
            "break": 'return " ".join(words)',
            '" ".join(words)': "None",
        },
        "`find` gives −1 when there is no [END], and the cut takes the last letter. Then everything is read.": of(
            "cuts_first",
            {
                "ids = list(ids)": "",
                "kept = ids[: ids.index(3)] if 3 in ids else ids": "",
                "return": "text =",
                "kept if one not in (0, 2))": 'ids if one not in (0, 2)); return text[: text.find("[END]")].strip()',
            },
        ),
        "You drop the first id, whatever it is. [START] may be missing: look at each id.": {
            "ids:": "ids[1:]:",
            "not in (0, 2)": "!= 0",
        },
    }
)


@mistake("decode", "You read on after [END], and only leave it out. Stop at the first one.")
def reads_on_after_the_end(ids, vocabulary):
    return " ".join(vocabulary[one] for one in ids if one not in (0, 2, 3))


@mistake("decode", "You leave out every id below 4, [UNK] too. It stands for a word: show it, and stop at [END].")
def leaves_out_all_specials(ids, vocabulary):
    return " ".join(vocabulary[one] for one in ids if one > 3)


@mistake("decode", "You take the first and the last id away, whatever they are. Look at each id.")
def cuts_both_ends(ids, vocabulary):
    return " ".join(vocabulary[one] for one in ids[1:-1] if one != 0)


@mistake("decode", "`index(3)` stops with an error when there is no [END]. Then everything is read.")
def needs_an_end(ids, vocabulary):
    return " ".join(vocabulary[one] for one in ids[: ids.index(3)] if one not in (0, 2))


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


END_OF_A_CUT_ROW = "if len(row) > length and row[-1] == 3: batch[place, -1] = 3"


right("pad_batch").edits(
    {
        "You filled up on the left. In this course padding stands on the right.": {
            ": len(kept)": "length - len(kept) :"
        },
        "A row that you cut has lost its [END]. Put 3 into the last column if it ended so before.": {
            END_OF_A_CUT_ROW: ""
        },
        "Every row that you cut gets an [END]. Give it back to those alone that ended in 3 before.": {
            "and row[-1] == 3": ""
        },
        "You look for [END] anywhere in the row. Only a row whose last id is 3 gets it back.": {
            "row[-1] == 3": "3 in row"
        },
        "You look for [END] anywhere in what is cut off. Only a row whose *last* id is 3 gets it back.": [
            {"row[-1] == 3": "3 in row[length:]"},
            {"row[-1] == 3": "row[length] == 3"},
        ],
        "Your array is only as long as the longest row. A given length may be more: fill up to it.": {
            "if length is None: length =": "longest =",
            "batch =": "length = longest if length is None else min(length, longest); batch =",
        },
        "You cut rows at their beginning, and [START] is gone. Cut them at the right.": {
            "row[:length]": "row[-length:]",
            END_OF_A_CUT_ROW: "",
        },
        "The length of the first row decides in your answer. Without a length, take the longest row.": {
            "max(len(row) for row in sequences)": "len(sequences[0])"
        },
        "You fill up with 1, which is [UNK]. Padding is 0.": {"np.zeros": "np.ones"},
        'Your numbers are floats: `np.zeros` makes them so. Ask for `dtype="int32"`.': {', dtype="int32"': ""},
        'Your numbers are int64, NumPy\'s own choice. This course uses `dtype="int32"`.': {'="int32"': "=int"},
        "A row that you cut keeps its last id, whatever it is. Only [END], 3, is put back.": {
            "row[:length]": "row[:length - 1] + [row[-1]] if len(row) > length else row",
            END_OF_A_CUT_ROW: "",
        },
        "An empty row stops your function with an error: it has no last id. Ask for its length first.": {
            "kept =": "last = row[-1]; kept =",
            "row[-1]": "last",
        },
        "Every row that fills the length gets an [END]. Only a row that is cut and ended in 3 gets it back.": {
            "row[:length]": "row[:length - 1] + [3] if len(row) >= length else row",
            END_OF_A_CUT_ROW: "",
        },
        "Short rows get an [END] in the last column. Only a row that is cut gets it back.": {
            "len(row) > length and": ""
        },
        "You fill up and cut on the left, as `pad_sequences` does unless told otherwise. Do both on the right.": {
            "row[:length]": "row[-length:]",
            ": len(kept)": "length - len(kept) :",
            END_OF_A_CUT_ROW: "",
        },
        "Rows and columns have changed places: (L, B). Each sentence is a row: (B, L).": {
            "(len(sequences), length)": "(length, len(sequences))",
            "place, : len(kept)": ":len(kept), place",
            "place, -1": "-1, place",
        },
    }
)


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


@mistake(
    "pad_batch", "Rows of different lengths make no array. Fill them up with 0 first, or begin with an array of zeros."
)
def fills_nothing_up(sequences, length=None):
    return np.array([row[:length] for row in sequences], dtype="int32")


@mistake("pad_batch", "No row is cut. When a length is given, every row has that length, also where a row is longer.")
def never_cuts(sequences, length=None):
    length = max(length or 0, max(len(row) for row in sequences))
    batch = np.zeros((len(sequences), length), dtype="int32")
    for place, row in enumerate(sequences):
        batch[place, : len(row)] = row
    return batch


@correct("teacher_forcing")
def splits_with_ops(target_ids):
    from keras import ops

    places = ops.arange(target_ids.shape[-1] - 1)
    return ops.take(target_ids, places, axis=-1), ops.take(target_ids, places + 1, axis=-1)


right("teacher_forcing").edits(
    {
        "Both parts are the same: the decoder would learn to copy. Labels begin one place later.": {"1:": ":-1"},
        "You return the labels first. The order is decoder_input, labels.": {":-1": "1:", "1:": ":-1"},
        "You cut the batch: a sentence is gone. Put a colon for all rows, then cut the columns.": {
            "[:, :-1], target_ids[:, 1:]": "[:-1], target_ids[1:]"
        },
        "The input still has its last column, and is longer than the labels. Cut it too.": {"[:, :-1]": ""},
        "The labels still have their first column, and are longer than the input. Cut it off.": {"[:, 1:]": ""},
        "Your labels are two places ahead. The label is the very next id.": {"-1": "-2", "1:": "2:"},
        "You cut the first and the last column off both. The input loses the last, the labels the first.": {
            "[:, :-1], target_ids[:, 1:]": "[:, 1:-1], target_ids[:, 1:-1]"
        },
        "You return the input alone. The labels are wanted too.": {", target_ids[:, 1:]": ""},
        "You took [END] out of the input. Cut by place, not by value: it loses its last column, and no more.": {
            "return target_ids": "from keras import ops; return ops.where(target_ids == 3, 0, target_ids)"
        },
        "You removed [END] wherever it stands. Cut by place, not by value: labels need their [END].": {
            "return": "from keras import ops; target_ids = ops.where(target_ids == 3, 0, target_ids); return"
        },
        "Your ids have become floats. An id is a place in a list: leave the numbers as they are.": {
            "return": 'from keras import ops; target_ids = ops.cast(target_ids, "float32"); return'
        },
        "NumPy does not work where Keras compiles a function. Slice what you are given as it is.": only_on(
            ("tensorflow", "jax"), {"return target_ids": "target_ids = np.array(target_ids); return target_ids"}
        ),
        "`roll` brings the first id to the end. Cut one column off instead: L becomes L−1.": (
            "return target_ids[:, :-1], target_ids[:, 1:]",
            "from keras import ops; return target_ids, ops.roll(target_ids, -1, axis=1)",
        ),
        "You filled the labels up with padding, to the old length. Both parts have L−1 columns.": (
            "return target_ids[:, :-1], target_ids[:, 1:]",
            "from keras import ops; return target_ids, ops.pad(target_ids[:, 1:], [[0, 0], [0, 1]])",
        ),
        "You shifted the input to the right, and filled it up. Cut a column off instead: L−1 are left.": (
            "return target_ids[:, :-1], target_ids[:, 1:]",
            "from keras import ops; return ops.pad(target_ids[:, :-1], [[0, 0], [1, 0]]), target_ids",
        ),
    }
)


@mistake(
    "teacher_forcing",
    "You put a [START] before the target, which has one already. Cut a column off instead: L−1 are left.",
)
def puts_another_start_before(target_ids):
    from keras import ops

    start = ops.full_like(target_ids[:, :1], 2)
    return ops.concatenate([start, target_ids[:, :-1]], axis=1), target_ids


@mistake("teacher_forcing", "You write [START] into the input yourself. Its first column is the target's own.")
def writes_the_start_itself(target_ids):
    from keras import ops

    labels = target_ids[:, 1:]
    return ops.concatenate([ops.full_like(labels[:, :1], 2), labels[:, :-1]], axis=1), labels


@mistake(
    "teacher_forcing",
    "Your loop counts the sentences, but Keras compiles before it knows B. Slice all at once.",
    backends=("tensorflow",),
)
def loops_over_sentences(target_ids):
    from keras import ops

    rows = [target_ids[b] for b in range(target_ids.shape[0])]
    return ops.stack([row[:-1] for row in rows]), ops.stack([row[1:] for row in rows])


right("teacher_forcing").also(
    "return target_ids[:, :-1], target_ids[:, 1:]",
    "length = target_ids.shape[1]; return [target_ids[:, 0:length - 1], target_ids[:, 1:length]]",
)
right("teacher_forcing").also({":, :-1": "..., :-1", ":, 1:": "..., 1:"})


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


SOURCES = "list(dict.fromkeys(source for source, _ in pairs))"
SORTED = "sorted({source for source, _ in pairs})"
TESTED = "set(sources[: round(test_fraction * len(sources))])"
TRAIN = "[pair for pair in pairs if pair[0] not in tested]"
TEST = "[pair for pair in pairs if pair[0] in tested]"


right("split_by_source").edits(
    {
        "You drew pairs: other translations of a tested sentence are trained on. Draw sources.": {
            "dict.fromkeys(source for source, _ in pairs)": "pairs",
            TESTED: "round(test_fraction * len(sources))",
            TRAIN: "sources[tested:]",
            TEST: "sources[:tested]",
        },
        "Train and test have changed places. Return the training first, and give the fraction to the test.": [
            {SOURCES: sources, "not in": "in", "[0] in": "[0] not in"} for sources in (SOURCES, SORTED)
        ],
        "You split by the translations. A source may have several: split by pair[0], the source.": {
            "source, _": "_, source",
            "[0] not": "[1] not",
            "[0] in": "[1] in",
        },
        "You take *Go.* and *Go!* for one source. Compare the texts as they stand, with their signs.": [
            {
                SOURCES: sources.replace("source ", 'source.rstrip(".!?") ', 1),
                "[0] not": '[0].rstrip(".!?") not',
                "[0] in": '[0].rstrip(".!?") in',
            }
            for sources in (SOURCES, SORTED)
        ],
        "You take *Go.* and *go.* for one source. Compare the texts as they stand, with their capitals.": [
            {
                SOURCES: sources.replace("source ", "source.lower() ", 1),
                "[0] not": "[0].lower() not",
                "[0] in": "[0].lower() in",
            }
            for sources in (SOURCES, SORTED)
        ],
        "You never look at the seed. Make your generator from it: `random.Random(seed)`.": [
            {SOURCES: sources, "(seed)": "(42)"} for sources in (SOURCES, SORTED)
        ],
        "You draw nothing: the first sources are tested, and text often begins with the short ones.": {
            "random.Random(seed).shuffle(sources)": ""
        },
        "You draw nothing: the last sources of the alphabet are tested. Shuffle them by the seed.": {
            SOURCES: SORTED,
            "random.Random(seed).shuffle(sources)": "",
            ": round(test_fraction * len(sources))": "len(sources) - round(test_fraction * len(sources)):",
        },
        "You take a share of the number of pairs. Take it of the number of distinct sources.": {
            "len(sources)": "len(pairs)"
        },
        "A dictionary from source to target keeps one translation only. Keep every pair.": {
            "sources = list(dict.fromkeys(source for source, _ in pairs))": """
            by_source = dict(pairs); sources = list(by_source)
            """,
            "tested = set(sources[: round(test_fraction * len(sources))])": "cut = round(test_fraction * len(sources))",
            TRAIN: "[(s, by_source[s]) for s in sources[cut:]]",
            TEST: "[(s, by_source[s]) for s in sources[:cut]]",
        },
        "You drop pairs that occur twice. Each one that comes in is kept, as often as it came.": {
            "pairs if pair[0] not": "dict.fromkeys(pairs) if pair[0] not",
            "pairs if pair[0] in": "dict.fromkeys(pairs) if pair[0] in",
        },
        "You shuffle the list that you were given. It belongs to the caller: shuffle one of your own.": (
            "sources = list(dict.fromkeys(source for source, _ in pairs)) random.Random(seed).shuffle(sources)",
            "random.Random(seed).shuffle(pairs); sources = list(dict.fromkeys((source for source, _ in pairs)))",
        ),
        "Your list holds a source once for each of its pairs. List each source once, then draw.": {
            SOURCES: "[source for source, _ in pairs]"
        },
        "You add sources until a share of the *pairs* is there. Count sources: theirs is the share.": [
            {
                f"sources = {SOURCES}": f"sources, tested, count = {sources}, set(), 0",
                f"tested = {TESTED}": """
            for source in sources:
                if count >= test_fraction * len(pairs):
                    break
                tested.add(source)
                count += sum(pair[0] == source for pair in pairs)
            """,
            }
            for sources in (SOURCES, SORTED)
        ],
        "With a fraction of 0 everything is tested: `[-0:]` is the whole list. Cut with `[:n]`.": [
            {SOURCES: sources, ": round(test_fraction * len(sources))": "-round(test_fraction * len(sources)) :"}
            for sources in (SOURCES, SORTED)
        ],
        "You return the sources alone. Return the pairs: go through them, and ask for each source.": [
            {
                SOURCES: sources,
                TESTED: "round(test_fraction * len(sources))",
                TRAIN: "sources[tested:]",
                TEST: "sources[:tested]",
            }
            for sources in (SOURCES, SORTED)
        ],
        "`shuffle` changes its list and returns None. Name the list first, then shuffle it.": {
            SOURCES: "random.Random(seed).shuffle(sorted({source for source, _ in pairs}))",
            "random.Random(seed).shuffle(sources)": "",
        },
        "`groupby` groups neighbours only, and a source may come again later. Sort, or use a dictionary.": {
            "sources =": "from itertools import groupby; sources =",
            SOURCES: "[list(tested) for source, tested in groupby(pairs, key=lambda pair: pair[0])]",
            "tested =": "cut =",
            TESTED: "round(test_fraction * len(sources))",
            TRAIN: "[pair for tested in sources[cut:] for pair in tested]",
            TEST: "[pair for tested in sources[:cut] for pair in tested]",
        },
    }
)


@mistake("split_by_source", "You cut the list of pairs by its order, and a source may lie on the cut. Draw sources.")
def cuts_the_list_of_pairs(pairs, test_fraction, seed):
    cut = round(test_fraction * len(pairs))
    return pairs[cut:], pairs[:cut]


@mistake("split_by_source", "You mend a leak by throwing pairs away. Draw sources to begin with, and keep all pairs.")
def throws_leaks_away(pairs, test_fraction, seed):
    shuffled = list(pairs)
    random.Random(seed).shuffle(shuffled)
    cut = round(test_fraction * len(shuffled))
    tested = {source for source, _ in shuffled[:cut]}
    return [pair for pair in shuffled[cut:] if pair[0] not in tested], shuffled[:cut]


@mistake("split_by_source", "Your list holds a source once for each of its pairs. List each source once, then draw.")
def lists_sources_on_both_sides(pairs, test_fraction, seed):
    sources = [source for source, _ in pairs]
    random.Random(seed).shuffle(sources)
    cut = round(test_fraction * len(sources))
    tested, trained = set(sources[:cut]), set(sources[cut:])
    return [pair for pair in pairs if pair[0] in trained], [pair for pair in pairs if pair[0] in tested]


@mistake(
    "split_by_source", "You throw a coin for each source: their number only comes near the share. Count so many off."
)
def throws_a_coin(pairs, test_fraction, seed):
    generator = random.Random(seed)
    tested = {source for source in dict.fromkeys(pair[0] for pair in pairs) if generator.random() < test_fraction}
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


@mistake("split_by_source", "`shuffle` changes its list and returns None. Name the list first, then shuffle it.")
def cuts_what_shuffle_returns(pairs, test_fraction, seed):
    count = round(test_fraction * len({source for source, _ in pairs}))
    tested = random.Random(seed).shuffle(sorted({source for source, _ in pairs}))[:count]
    train = [pair for pair in pairs if pair[0] not in tested]
    return train, [pair for pair in pairs if pair[0] in tested]


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
            for left, later in zip(pieces, pieces[1:], strict=False):
                counts[left, later] += count
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


JOINED = "words = {word: joined(pieces, merges[-1]) for word, pieces in words.items()}"
BEST = "min(counts, key=lambda pair: (-counts[pair], pair))"


right("learn_merges").edits(
    {
        "You count every word once. A pair counts as often as the words it stands in.": {
            "word, pieces in words.items():": "pieces in words.values():",
            "word_counts[word]": "1",
        },
        "You added an end-of-word mark, as the paper does. Here words are their letters alone.": {
            "list(word)": '[*word, "</w>"]'
        },
        "On a tie you take the pair met first. Take the smaller tuple: sort by (-count, pair).": {
            BEST: "max(counts, key=counts.get)"
        },
        "On a tie you take the larger tuple. Negate the count and use `min`: the smaller wins.": {
            BEST: "max(counts, key=lambda pair: (counts[pair], pair))"
        },
        "You take the rarest pair first. Take the most frequent one: negate the count.": {"-counts": "counts"},
        "You learn one merge more than asked for.": {"range(num_merges)": "range(num_merges + 1)"},
        "You learn one merge fewer than asked for.": {"range(num_merges)": "range(num_merges - 1)"},
        "You return the joined texts. Return pairs: what is joined must be known.": {
            "return merges": 'return ["".join(pair) for pair in merges]'
        },
        "Your merges stand last to first. The first one learned comes first.": {"return merges": "return merges[::-1]"},
        "On a tie you prefer the longer pair. The smaller tuple wins, whatever its length.": {
            "[pair],": "[pair], -len(pair[0] + pair[1]),"
        },
        "On a tie you compare the joined texts. Compare tuples: ('a', 'z') comes before ('ab', 'a').": {
            "[pair], pair": '[pair], "".join(pair)'
        },
        "On a tie you prefer the shorter pair. The smaller tuple wins, whatever its length.": {
            "[pair],": "[pair], len(pair[0] + pair[1]),"
        },
        "In “aaa” you count the pair (a, a) once. It stands at two places: count both.": {
            "for pair": "last = None\nfor pair",
            "counts[pair] += word_counts[word]": """
            last = None if pair == last and pair[0] == pair[1] else pair
            counts[pair] += word_counts[word] if last else 0
            """,
        },
        "Your counter keeps the counts of earlier rounds. Make a new one in each round.": {
            "words, merges": "words, merges, counts",
            "word_counts}, []": "word_counts}, [], Counter()",
            "counts = Counter()": "",
        },
        (
            "You ask for a piece behind the last. Pairs end one place earlier, and joining shortens the list: use "
            "`while`."
        ): [
            {
                JOINED: """
            for pieces in words.values():
                for s in range(len(pieces) - 1):
                    if (pieces[s], pieces[s + 1]) == merges[-1]:
                        pieces[s] += pieces.pop(s + 1)
            """
            },
            of("walks_along_the_pieces", {"range(len(pieces) - 1)": "range(len(pieces))"}),
        ],
        "You change the dictionary that you were given. It belongs to the caller: make one of your own.": [
            {
                "words, merges = {word: list(word) for word in word_counts},": """
            for word in list(word_counts):
                word_counts[tuple(word)] = word_counts.pop(word)
            merges =
            """,
                "word, pieces in words.items():": "pieces, count in word_counts.items():",
                "word_counts[word]": "count",
                JOINED: """
            for pieces in list(word_counts):
                word_counts[tuple(joined(pieces, merges[-1]))] = word_counts.pop(pieces)
            """,
            },
            {
                "{word: list(word) for word in word_counts}, []": """
            [], []
            while word_counts:
                word, count = word_counts.popitem()
                words.append((list(word), count))
            """,
                "word, pieces in words.items():": "pieces, count in words:",
                "word_counts[word]": "count",
                "{word: joined(pieces, merges[-1]) for word, pieces in words.items()}": """
            [(joined(pieces, merges[-1]), count) for pieces, count in words]
            """,
            },
        ],
        (
            "Your words stay letters. Join each chosen pair in all words, and keep what comes out, before you count "
            "again."
        ): {JOINED: ""},
        "When no pair is left, `min` or `max` of nothing stops with an error. End the loop before.": {
            "if not counts: break": ""
        },
        "Replacing in text joins parts of pieces: “ba a” seems to hold “a a”. Compare whole pieces.": {
            "list(word)": '" ".join(word)',
            "zip(pieces, pieces[1:]": 'zip(pieces.split(" "), pieces.split(" ")[1:]',
            "joined(pieces, merges[-1])": 'pieces.replace(" ".join(merges[-1]), "".join(merges[-1]))',
        },
        "A pair that stands twice in a word counts twice. You count it once for each word.": {
            "zip(pieces, pieces[1:], strict=False)": "dict.fromkeys(zip(pieces, pieces[1:], strict=False))"
        },
        "You join a pair once in each word. Join it at every place.": of(
            "walks_along_the_pieces", {"= [best[0] + best[1]]": "= [best[0] + best[1]]\nbreak"}
        ),
        "You join from the right: “aaa” becomes “a aa”. Join from the left, “aa a”.": of(
            "walks_along_the_pieces",
            {
                "s = 0": "s = len(pieces) - 2",
                "while s < len(pieces) - 1": "while s >= 0",
                "(pieces[s], pieces[s + 1]) == best": "tuple(pieces[s:s + 2]) == best",
                "s += 1": "s -= 1",
            },
        ),
        "You stop at pairs that occur once. Stop only when there is no pair at all.": {
            "if not counts": "if not counts or max(counts.values()) < 2"
        },
    }
)


@mistake("learn_merges", "You count once and take the best pairs. Join the best in all words, then count again.")
def counts_only_once(word_counts, num_merges):
    counts = Counter()
    for word, count in word_counts.items():
        for pair in zip(word, word[1:], strict=False):
            counts[pair] += count
    return sorted(counts, key=lambda pair: (-counts[pair], pair))[:num_merges]


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


right("apply_merges").edits(
    {
        "You go through the merges backwards. The one learned first is applied first.": {"merges:": "merges[::-1]:"},
        "You stop at the first merge that is not in the word. Pass over it, and go on.": {
            "pieces = joined": "if len(joined) == len(pieces): break\npieces = joined"
        },
        "You return text. Return the list of pieces.": {"return pieces": 'return " ".join(pieces)'},
        "You take merges out of the list that you were given. Go through it, and leave it whole.": {
            "for first, second in merges:": """
            while merges:
                first, second = merges.pop(0)
            """
        },
        "You compare the joined text. Compare both pieces: “ab c” reads like (a, bc), and is not that pair.": {
            "== first and piece ==": "+ piece == first +"
        },
        "Nothing is joined. Do you compare a slice with the pair? A list never equals a tuple: make it one.": of(
            "deletes_what_was_joined",
            {
                "[*word]": "list(word)",
                "first, second": "pair",
                "s + 1 < len(pieces)": "s < len(pieces) - 1",
                "pieces[s] == first and pieces[s + 1] == second": "pieces[s:s + 2] == pair",
                "pieces[s] = first + second del pieces[s + 1]": 'pieces[s:s + 2] = ["".join(pair)]',
            },
        ),
        "Your walk ends too early: the last two pieces are never joined. Pairs begin up to the last but one.": of(
            "deletes_what_was_joined",
            {
                "[*word]": "list(word)",
                "+ 1 < len(pieces)": "< len(pieces) - 2",
                "pieces[s] = first + second del pieces[s + 1]": "pieces[s:s + 2] = [first + second]",
            },
        ),
        "You join each pair once. Join it wherever it stands in the word.": of(
            "deletes_what_was_joined", {"del pieces[s + 1]": "del pieces[s + 1]\nbreak"}
        ),
        "You join from the right: “aaa” becomes “a aa”. Join from the left, “aa a”.": of(
            "deletes_what_was_joined",
            {
                "s = 0": "s = len(pieces) - 2",
                "s + 1 < len(pieces)": "s >= 0",
                "pieces[s] == first and pieces[s + 1] == second": "pieces[s : s + 2] == [first, second]",
                "s += 1": "s -= 1",
            },
        ),
        "Your loop ends before the last piece, and it is lost. Add what is left after the loop.": of(
            "jumps_by_two", {"s < len(pieces)": "s < len(pieces) - 1"}
        ),
        "After joining, your loop must jump by two places: the second piece comes twice.": of(
            "jumps_by_two", {"s += 2": "s += 1"}
        ),
        "Your list grows shorter, but `range` counts its old places. Use `while`, or build a new list.": [
            of(
                "deletes_what_was_joined",
                {
                    "s = 0 while s + 1 < len(pieces)": "for s in range(len(pieces) - 1)",
                    "s += 1": "",
                    "pieces[s] == first and pieces[s + 1] == second": "(pieces[s], pieces[s + 1]) == (first, second)",
                },
            ),
            of(
                "deletes_what_was_joined",
                {"s = 0 while s + 1 < len(pieces)": "for s in range(len(pieces) - 1)", "s += 1": ""},
            ),
        ],
        "You ask for a piece behind the last. The last pair begins at `len(pieces) - 2`: end the loop there.": of(
            "deletes_what_was_joined",
            {
                "s + 1 < len(pieces)": "s < len(pieces)",
                "pieces[s] == first and pieces[s + 1] == second": "(pieces[s], pieces[s + 1]) == (first, second)",
            },
        ),
    }
)


@mistake("apply_merges", "Replacing in text joins parts of pieces: “ba a” seems to hold “a a”. Compare whole pieces.")
def applies_in_text(word, merges):
    text = " ".join(word)
    for first, second in merges:
        text = text.replace(f"{first} {second}", first + second)
    return text.split(" ")


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
