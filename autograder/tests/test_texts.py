"""Texts by name: pairs to train on, and sources with all their references that are nowhere among these."""

from course.toolkit import corpus
from course.toolkit.alignment_figure import alignment_figure
from course.toolkit.corpus import tatoeba, texts
from course.toolkit.figures import matrix

import os
import re
import unicodedata

import numpy as np
import pytest

REAL = ["eng-spa", "spa-eng", "eng-cmn", "cmn-eng"]
SPANISH = corpus.generate(300, seed=5, alternatives=True)
WHO = {"I": "我", "He": "他", "She": "她", "Tom": "汤姆", "We": "我们"}
DID = {"saw": ("看见了", "看到了"), "found": ("找到了",), "lost": ("弄丢了", "丢了")}
WHAT = {"the dog": "狗", "a book": "书", "the key": "钥匙", "10 CDs": "10张CD"}
CHINESE = [
    (f"{who} {did} {what}.", f"{subject}{verb}{object_}。")
    for who, subject in WHO.items()
    for did, verbs in DID.items()
    for what, object_ in WHAT.items()
    for verb in verbs
]


def write(folder, language, pairs):
    lines = [f"{english}\t{other}\tCC-BY 2.0 (France)" for english, other in pairs]
    (folder / f"{language}.txt").write_text("\n".join(lines), "utf-8")


@pytest.fixture
def archives(tmp_path, monkeypatch):
    """A folder of one's own with small archives of both languages."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    write(tmp_path, "spa", SPANISH)
    write(tmp_path, "cmn", CHINESE)
    return tmp_path


def all_pairs(text):
    tested = [(source, one) for examples in text.tests.values() for source, several in examples for one in several]
    return text.train + tested


def standardized(sentence):
    """As unit 1 asks for it."""
    signs = unicodedata.normalize("NFC", sentence.lower())
    return "".join(f" {sign} " if unicodedata.category(sign).startswith("P") else sign for sign in signs).split()


def test_the_grammar_is_what_the_pay_off_of_unit_13_has_always_trained_on():
    text, parts = texts.load("grammar"), corpus.split(corpus.generate(40_000))
    assert text.train == parts.train
    assert list(text.tests) == ["unseen", "new combinations"]
    for examples, pairs in zip(text.tests.values(), (parts.test, parts.novel), strict=True):
        assert examples == [(source, [target]) for source, target in pairs]
    assert text.sample == "This city that two tall brothers saw is clean."
    assert (text.vocabulary_size, text.batch_size, text.epochs, text.sizes) == (2000, 128, 5, {})
    assert text.languages == ("en", "es")


@pytest.mark.parametrize("name", REAL)
def test_every_pair_of_an_archive_is_trained_on_or_tested_in_its_direction(archives, name):
    pairs = SPANISH if "spa" in name else [(english, texts.characters(chinese)) for english, chinese in CHINESE]
    wanted = [(other, english) for english, other in pairs] if name.endswith("eng") else pairs
    assert sorted(all_pairs(texts.load(name))) == sorted(wanted)


def test_a_text_names_its_languages_in_their_direction(archives):
    assert [texts.load(name).languages for name in ("eng-spa", "cmn-eng")] == [("en", "es"), ("zh", "en")]


@pytest.mark.parametrize("name", REAL)
def test_each_tested_source_stands_once_with_all_its_references_and_never_in_training(archives, name):
    text = texts.load(name)
    sources = [source for source, _ in text.tests["unseen"]]
    trained = {tuple(standardized(source)) for source, _ in text.train}
    assert len(set(sources)) == len(sources) > 0
    assert not trained & {tuple(standardized(source)) for source in sources}
    pairs = all_pairs(text)
    for source, references in text.tests["unseen"]:
        assert references == [target for other, target in pairs if other == source]
        assert len(set(references)) == len(references)
    assert text.sample in sources


def test_several_references_stay_together(archives):
    several = [(f"Sentence number {number}.", f"Frase {number}, {way}.") for number in range(60) for way in "abc"]
    write(archives, "spa", several)
    assert {len(references) for _, references in texts.load("eng-spa").tests["unseen"]} == {3}


def test_sources_that_differ_in_capitals_signs_or_spaces_alone_are_on_one_side(archives):
    ways = "Tom {0} left.", "tom {0} left!", "TOM {0}  LEFT?", "Tom, {0}, left", "Tom {0} le\u200bft."
    write(archives, "spa", [(way.format(n), f"Tom {n} se fue {k}.") for n in range(60) for k, way in enumerate(ways)])
    text = texts.load("eng-spa")
    trained, tested = (
        {re.search("[0-9]+", source)[0] for source, _ in part} for part in (text.train, text.tests["unseen"])
    )
    assert not trained & tested
    assert len(trained | tested) == 60
    assert sorted(len(references) for _, references in text.tests["unseen"])[-1] == 2  # the first way and the last one


def test_the_split_is_the_same_every_time(archives):
    assert texts.load("cmn-eng") == texts.load("cmn-eng")


def test_chinese_is_written_in_characters_that_standardising_keeps(archives):
    assert texts.characters("我有3张CD, Tom。") == "我 有 3 张 CD , Tom 。"
    assert texts.characters("嗨。") == "嗨 。"
    text = texts.load("eng-cmn")
    tokens = {token for _, target in all_pairs(text) for token in standardized(target)}
    assert {"10", "cd", "汤", "。"} <= tokens
    assert all(len(token) == 1 for token in tokens - {"10", "cd"})


def test_sentences_that_no_translator_could_take_are_left_out(archives):
    for words, kept in ((38, True), (39, False)):  # the full stop is one more, and so is [START]
        long = [("Go.", "Ve."), ("Stop.", "Para."), ("bla " * words + ".", "Bla."), ("Bla.", "bla " * words + ".")]
        write(archives, "spa", long)
        sides = [side for pair in all_pairs(texts.load("eng-spa")) for side in pair]
        assert len(sides) == (8 if kept else 4)
        assert max(len(standardized(side)) for side in sides) <= 39


@pytest.mark.parametrize("name", ["spanish", "eng-deu", "", None, ["eng-spa"]])
def test_an_unknown_name_is_told_with_the_known_ones(name):
    with pytest.raises(ValueError, match=re.escape(f"grammar, {', '.join(REAL)}; received {name!r}")):
        texts.load(name)


def test_an_archive_that_leaves_nothing_to_train_on_is_refused(archives):
    write(archives, "spa", [("Go.", "Ve."), ("Go!", "Vete."), ("", "Nada.")])
    with pytest.raises(ValueError, match="eng-spa needs 2 source sentences at least.*received 1"):
        texts.load("eng-spa")


def test_a_damaged_archive_of_ones_own_is_told_with_its_place(archives):
    (archives / "spa.txt").unlink()
    (archives / "spa-eng.zip").write_bytes(b"PK no zip")
    with pytest.raises(ValueError, match=r"spa-eng\.zip cannot be read .*COURSE_DATA"):
        texts.load("spa-eng")


def test_without_a_connection_the_error_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setitem(tatoeba.ARCHIVES, "cmn", tatoeba.Archive("http://127.0.0.1:9/cmn-eng.zip", "cmn.txt", ""))
    with pytest.raises(ConnectionError, match="cmn-eng.zip could not be downloaded.*COURSE_DATA"):
        texts.load("cmn-eng")


@pytest.mark.skipif(not os.environ.get("COURSE_DATA"), reason="COURSE_DATA names no folder with the published archives")
@pytest.mark.parametrize("name", REAL)
def test_the_published_archives_give_what_lesson_and_exercises_say(name):
    text = texts.load(name)
    assert round(len(text.train), -3) == (114_000 if "spa" in name else 28_000)
    assert len(text.tests["unseen"]) >= 1000
    assert max(len(references) for _, references in text.tests["unseen"]) > 2
    assert not {tuple(standardized(source)) for source, _ in text.train} & {
        tuple(standardized(source)) for source, _ in text.tests["unseen"]
    }
    assert max(len(standardized(side)) for pair in all_pairs(text) for side in pair) <= 39
    if name == "eng-cmn":
        assert len({token for _, target in all_pairs(text) for token in standardized(target)}) < 3000


def test_an_alignment_of_tokens_without_letters_in_pictures_has_numbers_and_prints_the_tokens(capsys):
    weights = np.full((2, 3), 1 / 3)
    drawn = alignment_figure(["i", "see", "."], ["我", "见"], weights)
    assert capsys.readouterr().out == "it wrote:   1 我   2 见\n"
    told = ["Where it looked", "it wrote", "it looked at"]
    assert drawn.png == matrix(weights, ["1", "2"], ["i", "see", "."], *told).png
    drawn = alignment_figure(["i", "see", "."], ["veo", "¡"], weights)
    assert capsys.readouterr().out == ""
    assert drawn.png == matrix(weights, ["veo", "¡"], ["i", "see", "."], *told).png


def test_names_are_those_that_the_notebook_offers():
    assert list(texts.NAMES) == ["grammar", *REAL]
