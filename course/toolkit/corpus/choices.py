"""Which words of the embedded corpus go together, and how often each is drawn."""

from course.toolkit.corpus import lexicon
from course.toolkit.corpus.lexicon import CAUGHT_FISH, FOOD_VERBS, LIVE_FISH, Adjective, Noun, Verb
from course.toolkit.corpus.structures import NounPhrase, Pronoun

import itertools
from functools import lru_cache

PRONOUNS = [Pronoun("3s", "f"), Pronoun("3s", "m"), Pronoun("1s"), Pronoun("3p"), Pronoun("1p"), Pronoun("2s")]


@lru_cache
def falling(count: int) -> list[float]:
    """Cumulative weights that fall with the rank, as the frequencies of words do in real text."""
    return list(itertools.accumulate(1 / (rank + 3 + count // 6) for rank in range(count)))


@lru_cache
def nouns(*kinds: str) -> list[Noun]:
    """All nouns of these kinds; the first of every kind comes before the second of any."""
    groups = [[noun for noun in lexicon.NOUNS if kind in noun.kinds] for kind in kinds]
    return list(dict.fromkeys(noun for row in itertools.zip_longest(*groups) for noun in row if noun))


@lru_cache
def objects(*verbs: Verb) -> list[Noun]:
    """What all these verbs can be done to."""
    groups: dict[frozenset[str], list[Noun]] = {}
    for noun in [*lexicon.NOUNS, *lexicon.GAMES]:
        if all(verb.kinds & noun.kinds for verb in verbs):
            groups.setdefault(noun.kinds, []).append(noun)
    found = [noun for row in itertools.zip_longest(*groups.values()) for noun in row if noun]
    fish = CAUGHT_FISH if any(verb.spanish in FOOD_VERBS for verb in verbs) else LIVE_FISH
    return [*found, fish] if all(verb.kinds & fish.kinds for verb in verbs) else found


@lru_cache
def adjectives(*kinds: str) -> list[Adjective]:
    """Every adjective that goes with one of these kinds."""
    return [one for one in lexicon.ADJECTIVES if one.kinds.intersection(kinds)]


def states_and_qualities(phrase: NounPhrase) -> list[Adjective]:
    """What can be said of this: none of its kind twice, so that no red house is called blue."""
    said = {one.copula for one in phrase.adjectives}
    return [one for one in adjectives(*sorted(phrase.noun.kinds)) if one.copula not in said]


def genderless(found: list[Adjective]) -> list[Adjective]:
    """Those with one form for both genders: “I” and “you” do not tell theirs."""
    return [one for one in found if not one.spanish.endswith("o")]


@lru_cache
def named(*english: str) -> list[Adjective]:
    """The adjectives with these English names, in this order."""
    return [one for name in english for one in lexicon.ADJECTIVES if one.english == name]


@lru_cache
def intransitive(*kinds: str) -> list[Verb]:
    """The verbs without an object that subjects of one of these kinds can do."""
    return [verb for verb in lexicon.INTRANSITIVE if verb.kinds.intersection(kinds)]


@lru_cache
def transitive() -> list[Verb]:
    """All verbs with an object, one of each group in turn."""
    groups: dict[frozenset[str], list[Verb]] = {}
    for verb in lexicon.TRANSITIVE:
        groups.setdefault(verb.kinds, []).append(verb)
    return [verb for row in itertools.zip_longest(*groups.values()) for verb in row if verb]


@lru_cache
def chains() -> list[tuple[Verb, Verb]]:
    """Two different actions that can be done to one thing, one after the other."""
    pairs = itertools.permutations(transitive(), 2)
    return [(a, b) for a, b in pairs if a.english != b.english and a.english != "read" and objects(a, b)]


@lru_cache
def asked_for(part: str) -> list[Verb]:
    """Verbs for a question about their subject or object; in it, one Spanish verb only can be meant."""
    clear = [verb for verb in transitive() if verb.english not in ("play", "know")]
    return clear if part == "subject" else [verb for verb in clear if verb.kinds & {"thing", "food", "text"}]


def somebody_else(subject: NounPhrase | Pronoun) -> list[Pronoun]:
    """Pronouns for others than the subject."""
    mine = {"1s": ("1s", "1p"), "1p": ("1s", "1p"), "2s": ("2s",)}.get(subject.person, ())
    return [one for one in PRONOUNS if one.person not in mine]
