"""Scores of translations: sacreBLEU's own numbers with their signatures, and errors by their kind."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit.translation_scores import error_gallery, faults, kind_of, marked, scores

import pytest
import sacrebleu

SAID = ["el gato rojo duerme", "la casa rojo .", "duerme"]
KNOWN = ["el gato rojo duerme", "la casa roja .", "ella duerme bien"]


def test_scores_are_those_of_sacrebleu_with_their_signatures():
    found = scores(SAID, KNOWN)
    assert found.exact == pytest.approx(1 / 3)
    assert found.bleu == pytest.approx(sacrebleu.corpus_bleu(SAID, [KNOWN], tokenize="none").score)
    assert found.chrf == pytest.approx(sacrebleu.corpus_chrf(SAID, [KNOWN]).score)
    assert "tok:none" in found.bleu_signature
    assert "nc:6" in found.chrf_signature
    assert found.bleu_signature in str(found)
    assert found.chrf_signature in str(found)


def test_any_of_several_references_will_do_also_where_their_number_differs():
    known = [["otro", "el gato rojo duerme"], "la casa rojo .", ["duerme", "ella duerme", "ella duerme bien"]]
    found = scores(SAID, known)
    assert found.exact == 1
    assert found.bleu == pytest.approx(100)
    assert faults(SAID, SAID, known) == []


@pytest.mark.parametrize(
    ("said", "wanted", "kind"),
    [
        ("la roja casa", "la casa roja", "order"),
        ("la casa rojo", "la casa roja", "another form of a word"),
        ("la casa verde", "la casa roja", "another word"),
        ("la casa", "la casa roja", "a word too few or too many"),
        ("la casa roja roja", "la casa roja", "a word too few or too many"),
        ("", "duerme", "a word too few or too many"),
        ("el gato come", "la gata come", "another word"),
    ],
)
def test_each_kind_of_fault_is_told_apart(said, wanted, kind):
    assert kind_of(said, wanted) == kind


def test_a_fault_is_held_against_the_nearest_reference():
    (fault,) = faults(["x"], ["la casa rojo"], [["duerme bien", "la casa roja"]])
    assert fault.wanted == "la casa roja"


def test_what_differs_stands_in_brackets():
    assert marked("la casa rojo .", "la casa roja .") == "la casa [rojo] ."
    assert marked("un gran perro duerme", "la casa duerme") == "[un gran perro] duerme"
    assert marked("la casa", "la casa roja") == "la casa"


def test_the_gallery_counts_all_and_shows_a_few(capsys):
    error_gallery(["a", "b", "c"], ["la rojo", "la verde", "la azul"], ["la roja", "la roja", "la roja"], each=1)
    told = capsys.readouterr().out
    assert "3 of 3 translations have a fault." in told
    assert "another word: 2" in told
    assert "another form of a word: 1" in told
    assert told.count("wanted") == 2
