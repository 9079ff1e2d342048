"""The embedded corpus: right Spanish, the same everywhere, and nothing of a test seen in training."""

from course.toolkit import corpus
from course.toolkit.corpus import lexicon
from course.toolkit.corpus.drawing import Drawer
from course.toolkit.corpus.english import english
from course.toolkit.corpus.lexicon import BE, THE, THERE_IS
from course.toolkit.corpus.patterns import sentence
from course.toolkit.corpus.spanish import spanish
from course.toolkit.corpus.spanish_forms import PERSONS, agreeing, article_form, conjugated, plural
from course.toolkit.corpus.splitting import combinations
from course.toolkit.corpus.structures import Clause, NounPhrase, Place, Pronoun, Sentence

import hashlib
import os
import re
import subprocess
import sys

import pytest

SHE, HE, ME, THEY = Pronoun("3s", "f"), Pronoun("3s", "m"), Pronoun("1s"), Pronoun("3p")


def named(words, english_name):
    return next(word for word in words if word.english == english_name)


def the(noun, *adjectives, is_plural=False, **after):
    found = named([*lexicon.NOUNS, *lexicon.NAMES], noun)
    said = tuple(named(lexicon.ADJECTIVES, adjective) for adjective in adjectives)
    return NounPhrase(found, None if found.is_name else THE, is_plural, said, **after)


def verb(english_name):
    return named([*lexicon.TRANSITIVE, *lexicon.INTRANSITIVE, *lexicon.GIVING, *lexicon.MODALS], english_name)


def adjective(english_name):
    return named(lexicon.ADJECTIVES, english_name)


@pytest.fixture(scope="module")
def pairs():
    return corpus.generate(8_000, seed=3)


@pytest.mark.parametrize(
    ("infinitive", "tense", "forms"),
    [
        ("comprar", "present", "compro compras compra compramos compran"),
        ("comprar", "past", "compré compraste compró compramos compraron"),
        ("vender", "past", "vendí vendiste vendió vendimos vendieron"),
        ("escribir", "present", "escribo escribes escribe escribimos escriben"),
        ("escribir", "future", "escribiré escribirás escribirá escribiremos escribirán"),
        ("buscar", "past", "busqué buscaste buscó buscamos buscaron"),
        ("llegar", "past", "llegué llegaste llegó llegamos llegaron"),
        ("jugar", "present", "juego juegas juega jugamos juegan"),
        ("dormir", "present", "duermo duermes duerme dormimos duermen"),
        ("dormir", "past", "dormí dormiste durmió dormimos durmieron"),
        ("enviar", "present", "envío envías envía enviamos envían"),
        ("tener", "present", "tengo tienes tiene tenemos tienen"),
        ("tener", "past", "tenía tenías tenía teníamos tenían"),
        ("tener", "future", "tendré tendrás tendrá tendremos tendrán"),
        ("conocer", "present", "conozco conoces conoce conocemos conocen"),
        ("saber", "past", "sabía sabías sabía sabíamos sabían"),
        ("oír", "present", "oigo oyes oye oímos oyen"),
        ("oír", "future", "oiré oirás oirá oiremos oirán"),
        ("leer", "past", "leí leíste leyó leímos leyeron"),
        ("traer", "past", "traje trajiste trajo trajimos trajeron"),
        ("ver", "past", "vi viste vio vimos vieron"),
        ("dar", "present", "doy das da damos dan"),
        ("ser", "past", "era eras era éramos eran"),
        ("estar", "past", "estaba estabas estaba estábamos estaban"),
    ],
)
def test_a_verb_takes_its_ending_from_person_and_tense(infinitive, tense, forms):
    assert [conjugated(infinitive, tense, person) for person in PERSONS] == forms.split()


@pytest.mark.parametrize(
    ("singular", "expected"),
    [
        ("casa", "casas"),
        ("ciudad", "ciudades"),
        ("lápiz", "lápices"),
        ("jardín", "jardines"),
        ("estación", "estaciones"),
        ("reloj", "relojes"),
        ("joven", "jóvenes"),
        ("azul", "azules"),
        ("difícil", "difíciles"),
        ("feliz", "felices"),
    ],
)
def test_a_plural_keeps_sound_and_stress(singular, expected):
    assert plural(singular) == expected


def test_a_feminine_noun_with_a_stressed_a_has_el_and_feminine_adjectives():
    assert article_form(THE.spanish, "águila", "f", False) == "el"
    assert article_form(THE.spanish, "águila", "f", True) == "las"
    assert article_form(named(lexicon.DETERMINERS, "this").spanish, "águila", "f", False) == "esta"
    eagle = the("eagle", "black")
    assert (
        spanish(Sentence(Clause(BE, "present", eagle, adjective=adjective("tired")))) == "El águila negra está cansada."
    )


SEES, BOOK, BOOKS = verb("see"), the("book"), the("book", is_plural=True)


@pytest.mark.parametrize(
    ("drawn", "in_english", "in_spanish"),
    [
        (
            Sentence(Clause(SEES, "present", SHE, object=the("house", "big", "white"))),
            "She sees the big white house.",
            "Ve la casa blanca grande.",
        ),
        (Sentence(Clause(SEES, "past", ME, negative=True, object=SHE)), "I did not see her.", "No la vi."),
        (Sentence(Clause(SEES, "present", THEY, object=the("boy"))), "They see the boy.", "Ven al niño."),
        (
            Sentence(Clause(SEES, "present", the("girl"), object=BOOK), "question"),
            "Does the girl see the book?",
            "¿Ve la niña el libro?",
        ),
        (
            Sentence(Clause(verb("give"), "future", HE, object=BOOKS, recipient=ME)),
            "He will give me the books.",
            "Me dará los libros.",
        ),
        (
            Sentence(Clause(verb("see"), "present", ME, modal=verb("have to"), object=THEY)),
            "I have to see them.",
            "Los tengo que ver.",
        ),
        (
            Sentence(Clause(BE, "past", the("girl", is_plural=True), adjective=adjective("tired"))),
            "The girls were tired.",
            "Las niñas estaban cansadas.",
        ),
        (
            Sentence(Clause(BE, "present", the("door"), adjective=adjective("closed")), "question"),
            "Is the door closed?",
            "¿Está cerrada la puerta?",
        ),
        (Sentence(Clause(BE, "present", SHE, adjective=adjective("tall"))), "She is tall.", "Es alta."),
        (
            Sentence(Clause(BE, "present", BOOKS, place=Place(the("park"), False))),
            "The books are near the park.",
            "Los libros están cerca del parque.",
        ),
        (
            Sentence(Clause(BE, "past", BOOKS), "question", "place"),
            "Where were the books?",
            "¿Dónde estaban los libros?",
        ),
        (
            Sentence(Clause(THERE_IS, "present", object=BOOKS, place=Place(the("city"), True))),
            "There are the books in the city.",
            "Hay los libros en la ciudad.",
        ),
        (
            Sentence(Clause(verb("look for"), "present", object=BOOK), "question", "subject"),
            "Who looks for the book?",
            "¿Quién busca el libro?",
        ),
        (
            Sentence(Clause(BE, "present", NounPhrase(BOOK.noun, None, True, (adjective("old"),))), "exclamation"),
            "What old books!",
            "¡Qué libros tan viejos!",
        ),
    ],
)
def test_order_and_agreement_are_those_of_each_language(drawn, in_english, in_spanish):
    assert (english(drawn), spanish(drawn)) == (in_english, in_spanish)


def test_agreement_reaches_across_what_stands_between():
    far = the("flower", is_plural=True, near=the("river"))
    drawn = Sentence(Clause(BE, "present", far, adjective=adjective("white")))
    assert english(drawn) == "The flowers near the river are white."
    assert spanish(drawn) == "Las flores cerca del río son blancas."


def test_a_pronoun_agrees_with_the_noun_it_stands_for():
    apples = the("apple", is_plural=True)
    then = Clause(verb("eat"), "present", object=Pronoun("3p", "f", is_thing=True))
    drawn = Sentence(Clause(verb("buy"), "present", the("boy"), object=apples), link="and", second=then)
    assert english(drawn) == "The boy buys the apples and eats them."
    assert spanish(drawn) == "El niño compra las manzanas y las come."


def test_one_english_word_has_two_translations_decided_by_a_far_one():
    found = set()
    for noun, adjectives in lexicon.TWOFOLD[:2]:
        seen = Clause(SEES, "present", the("Ana"))
        drawn = Sentence(Clause(BE, "present", NounPhrase(noun, THE, relative=seen), adjective=adjectives[0]))
        found.add((english(drawn), spanish(drawn)))
    assert found == {
        ("The bank that Ana sees is open.", "El banco que ve Ana está abierto."),
        ("The bank that Ana sees is wet.", "La orilla que ve Ana está mojada."),
    }


def test_every_noun_agrees_with_its_neighbours(pairs):
    nouns, articles, adjectives = {}, {}, {}
    for noun in lexicon.NOUNS:
        nouns[noun.spanish], nouns[plural(noun.spanish)] = (noun.gender, False), (noun.gender, True)
    for gender in "mf":
        for is_plural in (False, True):
            for one in lexicon.ADJECTIVES:
                adjectives.setdefault(agreeing(one.spanish, gender, is_plural), set()).add((gender, is_plural))
            for one in [*lexicon.DETERMINERS, *lexicon.COUNTING]:
                articles.setdefault(one.spanish[2 * is_plural + (gender == "f")], set()).add((gender, is_plural))
    nouns.pop("cocina"), adjectives.pop("limpia")  # verbs as well: cooks, cleans
    met = 0
    for _, target in pairs:
        words = re.findall(r"\w+", target.lower())
        for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
            if word not in nouns or word == "águila":
                continue
            assert before not in articles or nouns[word] in articles[before], target
            assert after not in adjectives or nouns[word] in adjectives[after], target
            met += after in adjectives
    assert met > len(pairs) / 10


def test_a_sentence_has_one_translation_and_all_patterns_of_the_grammar_occur(pairs):
    draw, translations = Drawer(11), {}
    for _ in range(20_000):
        drawn = sentence(draw)
        assert translations.setdefault(english(drawn), spanish(drawn)) == spanish(drawn)
    text = " ".join(target for _, target in pairs)
    for sign in (
        "¿",
        "¡",
        " no ",
        "No la ",
        " porque ",
        " pero no las ",
        "Hay ",
        "El águila",
        "pescado",
        "pez",
        " al ",
        " del ",
    ):
        assert sign in text, sign


def test_pairs_are_as_many_as_asked_for_and_all_different(pairs):
    assert len(pairs) == len(set(pairs)) == len({source for source, _ in pairs}) == 8_000
    for source, target in pairs:
        assert source[0].isupper()
        assert source[-1] in ".?!"
        assert target.startswith("¿") == target.endswith("?") == source.endswith("?")


def test_tens_of_thousands_can_be_had():
    assert len(set(corpus.generate(30_000, seed=5))) == 30_000


def test_a_larger_size_continues_a_smaller_one_and_another_seed_gives_other_pairs(pairs):
    assert corpus.generate(100, seed=3) == pairs[:100]
    assert corpus.generate(100, seed=4) != pairs[:100]


def test_alternatives_are_second_translations_of_the_same_sources():
    plain, rich = corpus.generate(300, seed=1), corpus.generate(300, seed=1, alternatives=True)
    assert len(rich) == len(set(rich)) == 300
    first = {}
    for source, target in rich:
        first.setdefault(source, target)
    assert list(first.items()) == plain[: len(first)]
    second = [target for source, target in rich if target != first[source] and source.startswith("She ")]
    assert second
    assert all(target.startswith("Ella ") for target in second)


@pytest.mark.parametrize("size", [-1, 100_001])
def test_a_size_that_cannot_be_is_refused(size):
    with pytest.raises(ValueError, match=f"{size:,}"):
        corpus.generate(size)


def test_the_same_seed_gives_the_same_pairs_and_split_in_every_process():
    program = (
        "from course.toolkit import corpus; import hashlib; pairs = corpus.generate(2_000, seed=7, alternatives=True); "
        "print(hashlib.sha256(repr((pairs, corpus.split(pairs, seed=7))).encode()).hexdigest())"
    )
    pairs = corpus.generate(2_000, seed=7, alternatives=True)
    here = hashlib.sha256(repr((pairs, corpus.split(pairs, seed=7))).encode()).hexdigest()
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        there = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
        assert there.stdout.strip() == here, there.stderr


def test_no_source_is_on_two_sides_and_shares_are_as_asked():
    pairs = corpus.generate(6_000, seed=2, alternatives=True)
    found = corpus.split(pairs, validation=0.1, test=0.2, novel=0.05)
    sources = [{source for source, _ in side} for side in found]
    assert sum(map(len, sources)) == len(set.union(*sources))
    total = len({source for source, _ in pairs})
    assert [len(side) for side in sources[1:3]] == [round(0.1 * total), round(0.3 * total) - round(0.1 * total)]
    assert 0.02 * total < len(sources[3]) <= 0.05 * total
    kept = set.union(*map(set, found))
    assert kept <= set(pairs)
    assert [pair for pair in pairs if pair[0] in set.union(*sources) and pair not in kept] == []


def test_novel_sentences_combine_known_words_as_no_other_sentence_does(pairs):
    found = corpus.split(pairs)
    seen = {one for side in found[:3] for source, _ in side for one in combinations(source)}
    known = [set(re.findall(r"\w+", " ".join(pair[side] for pair in found.train).lower())) for side in (0, 1)]
    assert found.novel
    for source, target in found.novel:
        assert not seen.issuperset(combinations(source))
        assert known[0].issuperset(re.findall(r"\w+", source.lower()))
        assert known[1].issuperset(re.findall(r"\w+", target.lower()))


def test_without_novel_sentences_every_pair_is_kept(pairs):
    found = corpus.split(pairs, novel=0.0)
    assert sorted([*found.train, *found.validation, *found.test]) == sorted(pairs)
    assert found.novel == []


@pytest.mark.parametrize("shares", [{"test": 1.0}, {"novel": -0.1}, {"validation": 0.5, "test": 0.5}])
def test_shares_that_leave_nothing_to_train_on_are_refused(pairs, shares):
    with pytest.raises(ValueError, match="sum to less than 1"):
        corpus.split(pairs, **shares)
