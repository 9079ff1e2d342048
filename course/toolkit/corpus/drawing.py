"""Drawing sentences at random: the parts, and the patterns that put them together."""

from course.toolkit.corpus import choices, lexicon
from course.toolkit.corpus.lexicon import THE, Adverb, Noun
from course.toolkit.corpus.spanish_forms import TENSES
from course.toolkit.corpus.structures import Clause, NounPhrase, Place, Pronoun

import itertools
import random
from collections.abc import Sequence
from typing import TypeVar

Word = TypeVar("Word")

_TENSE_WEIGHTS = list(itertools.accumulate((5, 3, 2)))


class Drawer:
    """Draws the parts of sentences with a random generator of its own."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def evenly(self, options: Sequence[Word]) -> Word:
        return self._random.choice(options)

    def word(self, words: Sequence[Word]) -> Word:
        """One of the words, the first ones more often."""
        return self._random.choices(words, cum_weights=choices.falling(len(words)))[0]

    def weighted(self, options: Sequence[Word], cumulative: Sequence[float]) -> Word:
        return self._random.choices(options, cum_weights=cumulative)[0]

    def tense(self) -> str:
        return self.weighted(TENSES, _TENSE_WEIGHTS)

    def mood(self) -> str:
        return "question" if self.chance(0.2) else "statement"

    def adverb(self, tense: str, probability: float) -> Adverb | None:
        return self.word(lexicon.ADVERBS[tense]) if self.chance(probability) else None

    def modal(self) -> lexicon.Verb | None:
        return self.word(lexicon.MODALS) if self.chance(0.15) else None

    def subject(self, pronouns: float = 0.35) -> NounPhrase | Pronoun:
        """A person: a pronoun, a name or a noun."""
        if self.chance(pronouns):
            return self.word(choices.PRONOUNS)
        if self.chance(0.15):
            return NounPhrase(self.word(lexicon.NAMES))
        return self.phrase(choices.nouns("person"), adjective=0.2)

    def phrase(self, nouns: Sequence[Noun], adjective: float = 0.4) -> NounPhrase:
        """A noun in either number, with its determiner and up to two adjectives."""
        noun = self.word(nouns)
        if noun.is_name:
            return NounPhrase(noun)
        is_plural = not noun.kinds & {"fact", "trouble"} and self.chance(0.35)
        counted = is_plural and self.chance(0.3)
        determiner = self.word(lexicon.COUNTING if counted else lexicon.DETERMINERS)
        return NounPhrase(noun, determiner, is_plural, self.adjectives(noun, adjective))

    def adjectives(self, noun: Noun, probability: float) -> tuple[lexicon.Adjective, ...]:
        fitting = choices.adjectives(*sorted(noun.kinds))
        if not fitting or not self.chance(probability):
            return ()
        if "thing" in noun.kinds and self.chance(0.15):
            size = self.word(choices.named("big", "small", "new", "old"))
            return size, self.word(choices.named("white", "red", "black", "blue", "green", "yellow"))
        return (self.word(fitting),)

    def the(self, nouns: Sequence[Noun], adjective: float = 0.15) -> NounPhrase:
        """One known thing: “the old bridge”."""
        noun = self.word(nouns)
        return NounPhrase(noun, THE, adjectives=self.adjectives(noun, adjective))

    def place(self, probability: float = 1.0) -> Place | None:
        if not self.chance(probability):
            return None
        inside = self.chance(0.7)
        return Place(self.the(choices.nouns("inside" if inside else "place")), inside)

    def described(self, phrase: NounPhrase, probability: float) -> NounPhrase:
        """The phrase, perhaps with something said after it, which parts it from its verb."""
        if phrase.noun.is_name or not self.chance(probability):
            return phrase
        parts, tense = (phrase.noun, phrase.determiner, phrase.is_plural, phrase.adjectives), self.evenly(TENSES[:2])
        moves = choices.intransitive(*sorted(phrase.noun.kinds))
        if moves:
            return NounPhrase(*parts, relative=Clause(self.word(moves), tense, place=self.place(0.5)))
        if self.chance(0.5):
            return NounPhrase(
                *parts, near=self.the([noun for noun in choices.nouns("place") if noun is not phrase.noun])
            )
        verb = self.evenly([verb for verb in choices.transitive() if verb.english in ("see", "remember", "find")])
        return NounPhrase(*parts, relative=Clause(verb, tense, self.subject()))
