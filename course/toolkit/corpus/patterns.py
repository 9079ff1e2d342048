"""The patterns of sentences in the embedded corpus, and how often each is drawn."""

from course.toolkit.corpus import choices, lexicon
from course.toolkit.corpus.drawing import Drawer
from course.toolkit.corpus.lexicon import BE, DETERMINERS, THERE_IS
from course.toolkit.corpus.structures import Clause, NounPhrase, Pronoun, Sentence

import itertools

_THINGS = ("thing", "food", "instrument")
A = next(one for one in DETERMINERS if one.english == "a")
_DEFINITE = [one for one in DETERMINERS if one is not A]


def action(draw: Drawer) -> Sentence:
    """Somebody does something to something, or to somebody."""
    verb, tense, subject, mood = draw.word(choices.transitive()), draw.tense(), draw.subject(), draw.mood()
    negative, modal, found = draw.chance(0.25), draw.modal(), draw.phrase(choices.objects(verb))
    if "person" in verb.kinds and draw.chance(0.4):
        found = draw.word(choices.somebody_else(subject))
    # “I read it” may be present or past: a word at the end has to tell
    unclear = verb.english == "read" and mood == "statement" and not negative and modal is None
    lasts = verb.spanish in lexicon.LASTING_VERBS
    adverb = draw.adverb(tense, 1.0 if unclear else 0.0 if lasts else 0.25)
    return Sentence(Clause(verb, tense, subject, negative, modal, object=found, adverb=adverb), mood)


def description(draw: Drawer) -> Sentence:
    """What something is, *ser*, or the state it is in, *estar*."""
    tense = draw.tense()
    if draw.chance(0.3):
        subject, fitting = draw.word(choices.PRONOUNS), choices.adjectives("person")
    else:
        subject = draw.phrase(choices.nouns("person", "animal", *_THINGS, "place"), adjective=0.15)
        fitting = choices.states_and_qualities(subject)
        if not fitting:
            subject = NounPhrase(subject.noun, subject.determiner, subject.is_plural)
            fitting = choices.states_and_qualities(subject)
        subject = draw.described(subject, 0.5)
    if subject.person in ("1s", "2s"):
        fitting = choices.genderless(fitting)
    adjective = draw.word(fitting)
    adverb = draw.adverb(tense, 0.25) if adjective.copula == "estar" else None
    clause = Clause(BE, tense, subject, draw.chance(0.2), adjective=adjective, adverb=adverb)
    return Sentence(clause, draw.mood())


def twofold_noun(draw: Drawer) -> Sentence:
    """A noun with two translations: the adjective at the other end decides."""
    noun, adjectives = draw.evenly(lexicon.TWOFOLD)
    subject = draw.described(NounPhrase(noun, draw.word(_DEFINITE), draw.chance(0.3)), 0.8)
    clause = Clause(BE, draw.tense(), subject, draw.chance(0.2), adjective=draw.evenly(adjectives))
    return Sentence(clause, draw.mood())


def movement(draw: Drawer) -> Sentence:
    """Somebody, or an animal, does something that needs no object."""
    subject, tense = draw.phrase(choices.nouns("animal")) if draw.chance(0.2) else draw.subject(), draw.tense()
    kinds = ("person",)
    if isinstance(subject, NounPhrase):
        kinds, subject = sorted(subject.noun.kinds), draw.described(subject, 0.2)
    verb, modal = draw.word(choices.intransitive(*kinds)), draw.modal()
    place, adverb = draw.place(0.5), draw.adverb(tense, 0.3)
    clause = Clause(verb, tense, subject, draw.chance(0.25), modal, place=place, adverb=adverb)
    return Sentence(clause, draw.mood())


def location(draw: Drawer) -> Sentence:
    """Where something is, told or asked."""
    subject, mood = draw.phrase(choices.nouns("person", "animal", *_THINGS)), draw.mood()
    if mood == "question" and draw.chance(0.5):
        return Sentence(Clause(BE, draw.tense(), subject), mood, asks_for="place")
    return Sentence(Clause(BE, draw.tense(), subject, draw.chance(0.2), place=draw.place()), mood)


def presence(draw: Drawer) -> Sentence:
    """There is something: Spanish has one form for one and for many."""
    noun = draw.word(choices.nouns("thing", "animal", "food"))
    found = NounPhrase(noun, A, draw.chance(0.4), draw.adjectives(noun, 0.6))
    negative = not found.is_plural and draw.chance(0.25)  # “there are not some” is not said
    clause = Clause(THERE_IS, draw.tense(), negative=negative, object=found, place=draw.place())
    return Sentence(clause, draw.mood())


def giving(draw: Drawer) -> Sentence:
    """Somebody gives something to somebody: the pronoun moves before the verb."""
    subject, tense, verb = draw.subject(0.3), draw.tense(), draw.word(lexicon.GIVING)
    recipient = draw.word(choices.somebody_else(subject))
    found, adverb = draw.phrase(choices.nouns("thing", "food")), draw.adverb(tense, 0.15)
    clause = Clause(verb, tense, subject, draw.chance(0.2), object=found, recipient=recipient, adverb=adverb)
    return Sentence(clause, draw.mood())


def chain(draw: Drawer) -> Sentence:
    """Two actions on one thing: the pronoun in the second agrees with a noun far before it."""
    subject, tense, (first, second) = draw.subject(), draw.tense(), draw.evenly(choices.chains())
    found, link = draw.phrase(choices.objects(first, second)), "but" if draw.chance(0.3) else "and"
    again = Pronoun(found.person, found.gender, is_thing="person" not in found.noun.kinds)
    then = Clause(second, tense, negative=link == "but", object=again)
    return Sentence(Clause(first, tense, subject, object=found), link=link, second=then)


def reason(draw: Drawer) -> Sentence:
    """What somebody does and why: the last adjective agrees with a noun in the other clause."""
    subject, tense = draw.subject(0.1), draw.tense()
    verb, place = draw.word(choices.intransitive("person")), draw.place(0.2)
    first = Clause(verb, tense, subject, draw.chance(0.5), place=place)
    fitting = [one for one in choices.adjectives("person") if one.copula == "estar"]
    if subject.person in ("1s", "2s"):
        fitting = choices.genderless(fitting)
    again = Pronoun(subject.person, subject.gender)
    then = Clause(BE, tense, again, draw.chance(0.2), adjective=draw.word(fitting))
    return Sentence(first, link="because", second=then)


def asking(draw: Drawer) -> Sentence:
    """Who, what, where or when?"""
    tense, part = draw.tense(), draw.evenly(("subject", "object", "place", "adverb"))
    if part in ("place", "adverb"):
        clause = Clause(draw.word(choices.intransitive("person")), tense, draw.subject())
    elif part == "object":
        clause = Clause(draw.word(choices.asked_for(part)), tense, draw.subject())
    else:
        verb = draw.word(choices.asked_for(part))
        clause = Clause(verb, tense, object=draw.phrase(choices.objects(verb)))
    return Sentence(clause, "question", asks_for=part)


def exclamation(draw: Drawer) -> Sentence:
    """What a beautiful house!"""
    noun, is_plural = draw.word(choices.nouns("thing", "food", "animal")), draw.chance(0.3)
    qualities = choices.named("beautiful", "ugly", "big", "small", "expensive")
    adjective = draw.word([one for one in qualities if one.kinds & noun.kinds])
    phrase = NounPhrase(noun, None if is_plural else A, is_plural, (adjective,))
    return Sentence(Clause(BE, "present", phrase), "exclamation")


_WEIGHTS = {
    action: 30,
    description: 16,
    movement: 12,
    chain: 10,
    giving: 7,
    reason: 6,
    twofold_noun: 5,
    location: 5,
    presence: 4,
    asking: 4,
    exclamation: 1,
}
_CUMULATIVE = list(itertools.accumulate(_WEIGHTS.values()))


def sentence(draw: Drawer) -> Sentence:
    """Draw the next sentence."""
    return draw.weighted(list(_WEIGHTS), _CUMULATIVE)(draw)
