"""What a sentence says before it is put into words: the same for English and for Spanish."""

from course.toolkit.corpus.lexicon import Adjective, Adverb, Determiner, Noun, Verb

from dataclasses import dataclass


@dataclass(frozen=True)
class Pronoun:
    """A personal pronoun: `person` is one of `PERSONS`; the gender is that of whoever is meant."""

    person: str
    gender: str = "m"
    is_thing: bool = False

    @property
    def is_plural(self) -> bool:
        return self.person.endswith("p")


@dataclass(frozen=True)
class NounPhrase:
    """A noun with its determiner, adjectives in English order, and what is said of it after it."""

    noun: Noun
    determiner: Determiner | None = None
    is_plural: bool = False
    adjectives: tuple[Adjective, ...] = ()
    near: "NounPhrase | None" = None
    relative: "Clause | None" = None  # without a subject: “that sleeps”; without an object: “that the girl sees”

    @property
    def gender(self) -> str:
        return self.noun.gender

    @property
    def person(self) -> str:
        return "3p" if self.is_plural else "3s"


@dataclass(frozen=True)
class Place:
    """In or near something."""

    where: NounPhrase
    inside: bool


@dataclass(frozen=True)
class Clause:
    """One statement: who does or is what, when and where."""

    verb: Verb
    tense: str
    subject: NounPhrase | Pronoun | None = None
    negative: bool = False
    modal: Verb | None = None
    adjective: Adjective | None = None
    object: NounPhrase | Pronoun | None = None
    recipient: Pronoun | None = None
    place: Place | None = None
    adverb: Adverb | None = None


@dataclass(frozen=True)
class Sentence:
    """One or two clauses and how they are said.

    `mood` is statement, question or exclamation; `asks_for` is the part of a question that a question word
    stands for: subject, object, place or adverb. `link` joins the second clause: and, but, because.
    """

    first: Clause
    mood: str = "statement"
    asks_for: str = ""
    link: str = ""
    second: Clause | None = None
