"""Putting a sentence of the embedded corpus into Spanish.

Word order and agreement are those of a careful writer: subject pronouns are dropped, adjectives follow their
noun, object pronouns stand before the verb, persons as objects take *a*, questions begin with the verb.
"""

from course.toolkit.corpus.english import person_of
from course.toolkit.corpus.lexicon import THERE_IS
from course.toolkit.corpus.spanish_forms import agreeing, article_form, conjugated, plural
from course.toolkit.corpus.structures import Clause, NounPhrase, Place, Pronoun, Sentence

_SUBJECTS = {("1s", "m"): "yo", ("2s", "m"): "tú", ("3s", "m"): "él", ("3s", "f"): "ella"}
_SUBJECTS |= {("1p", "m"): "nosotros", ("3p", "m"): "ellos"}
_OBJECTS = {("3s", "m"): "lo", ("3s", "f"): "la", ("3p", "m"): "los", ("3p", "f"): "las"}
_OBJECTS |= {("1s", "m"): "me", ("2s", "m"): "te", ("1p", "m"): "nos"}
_RECIPIENTS = {"1s": "me", "2s": "te", "3s": "le", "1p": "nos", "3p": "les"}
_ASKING = {"subject": "quién", "object": "qué", "place": "dónde", "adverb": "cuándo"}
_LINKS = {"and": "y", "but": "pero", "because": "porque", "": ""}
_MARKS = {"statement": ("", "."), "question": ("¿", "?"), "exclamation": ("¡", "!")}


def spanish(sentence: Sentence, subject_first: bool = False) -> str:
    """The sentence in Spanish, with a capital and its marks.

    With `subject_first` the subject stands before the verb, a pronoun too: also right, and less usual.
    """
    first = sentence.first
    if sentence.mood == "exclamation":
        words = _exclamation(first.subject)
    elif sentence.asks_for:
        words = [_ASKING[sentence.asks_for], *_clause(first, person_of(first), verb_first=True)]
    else:
        asked = sentence.mood == "question" and not subject_first
        words = _clause(first, person_of(first), verb_first=asked, overt=subject_first)
    if sentence.second:
        words += [_LINKS[sentence.link], *_clause(sentence.second, person_of(first), owner=first.subject)]
    text = _joined(words)
    opening, end = _MARKS[sentence.mood]
    return opening + text[0].upper() + text[1:] + end


def _clause(clause: Clause, person: str, verb_first=False, overt=False, owner=None) -> list[str]:
    """The words of a clause; `owner` is the subject where the clause itself has none."""
    owner = clause.subject or owner
    finite, infinitive = _verb(clause, person)
    group = ["no"] * clause.negative + _clitics(clause) + [finite]
    subject = _subject(clause.subject, overt)
    adjective = [agreeing(clause.adjective.spanish, owner.gender, person[1] == "p")] if clause.adjective else []
    words = [*group, *adjective, *subject, *infinitive] if verb_first else [*subject, *group, *infinitive, *adjective]
    words += _object(clause) + _place(clause.place)
    return words + [clause.adverb.spanish] if clause.adverb else words


def _verb(clause: Clause, person: str) -> tuple[str, list[str]]:
    """The conjugated verb, and the infinitive that follows it."""
    if clause.verb is THERE_IS:
        return conjugated("haber", clause.tense, "3s"), []
    if clause.modal:
        link = ["que"] if clause.modal.spanish == "tener" else []
        return conjugated(clause.modal.spanish, clause.tense, person), [*link, clause.verb.spanish]
    verb = clause.verb.spanish
    if verb == "ser" and (clause.adjective is None or clause.adjective.copula == "estar"):
        verb = "estar"
    return conjugated(verb, clause.tense, person), []


def _clitics(clause: Clause) -> list[str]:
    found = [_RECIPIENTS[clause.recipient.person]] if clause.recipient else []
    if isinstance(clause.object, Pronoun):
        found.append(_OBJECTS[clause.object.person, clause.object.gender])
    return found


def _object(clause: Clause) -> list[str]:
    if not isinstance(clause.object, NounPhrase):
        return []
    is_person = "person" in clause.object.noun.kinds and clause.verb is not THERE_IS
    link = "a" if is_person else clause.verb.link
    return [*([link] if link else []), *_noun_phrase(clause.object)]


def _subject(subject: NounPhrase | Pronoun | None, overt: bool) -> list[str]:
    if isinstance(subject, Pronoun):
        return [_SUBJECTS[subject.person, subject.gender]] if overt else []
    return _noun_phrase(subject)


def _noun_phrase(phrase: NounPhrase | None) -> list[str]:
    if phrase is None:
        return []
    noun = phrase.noun
    words = [plural(noun.spanish) if phrase.is_plural else noun.spanish]
    if phrase.determiner:
        words.insert(0, article_form(phrase.determiner.spanish, noun.spanish, noun.gender, phrase.is_plural))
    words += [agreeing(one.spanish, noun.gender, phrase.is_plural) for one in reversed(phrase.adjectives)]
    if phrase.near:
        words += ["cerca de", *_noun_phrase(phrase.near)]
    if phrase.relative:
        inner = phrase.relative
        person = inner.subject.person if inner.subject else phrase.person
        words += ["que", *_clause(inner, person, verb_first=True, owner=phrase)]
    return words


def _exclamation(phrase: NounPhrase) -> list[str]:
    adjective = agreeing(phrase.adjectives[0].spanish, phrase.gender, phrase.is_plural)
    noun = plural(phrase.noun.spanish) if phrase.is_plural else phrase.noun.spanish
    return ["qué", noun, "tan", adjective]


def _place(place: Place | None) -> list[str]:
    return ["en" if place.inside else "cerca de", *_noun_phrase(place.where)] if place else []


def _joined(words: list[str]) -> str:
    """One text, with the two contractions of Spanish: a el, de el."""
    return f" {' '.join(words)} ".replace(" a el ", " al ").replace(" de el ", " del ").strip()
