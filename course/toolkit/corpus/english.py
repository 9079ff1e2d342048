"""Putting a sentence of the embedded corpus into English."""

from course.toolkit.corpus.lexicon import BE, THERE_IS, Verb
from course.toolkit.corpus.structures import Clause, NounPhrase, Place, Pronoun, Sentence

_SUBJECTS = {"1s": "I", "2s": "you", "1p": "we", "3p": "they"}
_OBJECTS = {"1s": "me", "2s": "you", "1p": "us", "3p": "them"}
_BE = {"present": {"1s": "am", "3s": "is"}, "past": {"1s": "was", "3s": "was"}}
_BE_ELSE = {"present": "are", "past": "were"}
_DO = {"present": {"3s": "does"}, "past": {}}
_DO_ELSE = {"present": "do", "past": "did"}
_ASKING = {"subject": "who", "object": "what", "place": "where", "adverb": "when"}
_END = {"statement": ".", "question": "?", "exclamation": "!"}


def english(sentence: Sentence) -> str:
    """The sentence in English, with a capital and its end mark."""
    first, asked = sentence.first, sentence.mood == "question"
    if sentence.mood == "exclamation":
        words = ["what", *_noun_phrase(first.subject)]
    elif asked and sentence.asks_for == "subject":
        words = ["who", *_clause(first, "3s")]
    else:
        words = _clause(first, person_of(first), asked)
        words = [_ASKING[sentence.asks_for], *words] if sentence.asks_for else words
    if sentence.second:
        words += [sentence.link, *_clause(sentence.second, person_of(first))]
    text = " ".join(words)
    return text[0].upper() + text[1:] + _END[sentence.mood]


def person_of(clause: Clause) -> str:
    """The person that the verb agrees with, in both languages but for “there are”; questions for “who” have none."""
    owner = clause.object if clause.verb is THERE_IS else clause.subject
    return owner.person if owner else "3s"


def third_person(verb: str) -> str:
    """The present after “she”; a particle stays: looks for."""
    head, *particle = verb.split()
    if head.endswith("y") and head[-2] not in "aeiou":
        head = f"{head[:-1]}ies"
    elif head.endswith(("ch", "sh", "s", "x", "o")):
        head = f"{head}es"
    else:
        head = "has" if head == "have" else f"{head}s"
    return " ".join([head, *particle])


def _clause(clause: Clause, person: str, asked: bool = False) -> list[str]:
    auxiliary, verb = _verb(clause, person, asked)
    subject = ["there"] if clause.verb is THERE_IS else _subject(clause.subject)
    words = [*auxiliary, *subject] if asked else [*subject, *auxiliary]
    if clause.negative:
        words.append("not")
    words += verb
    if clause.adjective:
        words.append(clause.adjective.english)
    words += _object(clause.recipient)
    words += _object(clause.object)
    words += _place(clause.place)
    return words + clause.adverb.english.split() if clause.adverb else words


def _verb(clause: Clause, person: str, asked: bool) -> tuple[list[str], list[str]]:
    """The auxiliary, if one is needed, and the rest of the verb."""
    is_be = clause.verb in (BE, THERE_IS)
    head = clause.modal or clause.verb
    then = [clause.verb.english] if clause.modal else []
    if clause.tense == "future":
        return ["will"], ["be" if is_be else head.english, *then]
    if is_be:
        return [_BE[clause.tense].get(person, _BE_ELSE[clause.tense])], []
    if asked or clause.negative:
        return [_DO[clause.tense].get(person, _DO_ELSE[clause.tense])], [head.english, *then]
    return [], [_finite(head, clause.tense, person), *then]


def _finite(verb: Verb, tense: str, person: str) -> str:
    if tense == "past":
        return verb.english_past
    return third_person(verb.english) if person == "3s" else verb.english


def _subject(subject: NounPhrase | Pronoun | None) -> list[str]:
    if isinstance(subject, Pronoun):
        return [_pronoun(subject, _SUBJECTS, {"m": "he", "f": "she"})]
    return _noun_phrase(subject) if subject else []


def _object(found: NounPhrase | Pronoun | None) -> list[str]:
    if isinstance(found, Pronoun):
        return [_pronoun(found, _OBJECTS, {"m": "him", "f": "her"})]
    return _noun_phrase(found) if found else []


def _pronoun(pronoun: Pronoun, forms: dict[str, str], singular: dict[str, str]) -> str:
    if pronoun.person == "3s":
        return "it" if pronoun.is_thing else singular[pronoun.gender]
    return forms[pronoun.person]


def _noun_phrase(phrase: NounPhrase) -> list[str]:
    words = [adjective.english for adjective in phrase.adjectives]
    words.append(phrase.noun.english_plural if phrase.is_plural else phrase.noun.english)
    if phrase.determiner:
        article = phrase.determiner.english_plural if phrase.is_plural else phrase.determiner.english
        words.insert(0, "an" if article == "a" and words[0][0] in "aeiou" else article)
    if phrase.near:
        words += ["near", *_noun_phrase(phrase.near)]
    if phrase.relative:
        words += [
            "who" if "person" in phrase.noun.kinds else "that",
            *_clause(phrase.relative, _relative_person(phrase)),
        ]
    return words


def _relative_person(phrase: NounPhrase) -> str:
    return phrase.relative.subject.person if phrase.relative.subject else phrase.person


def _place(place: Place | None) -> list[str]:
    return ["in" if place.inside else "near", *_noun_phrase(place.where)] if place else []
