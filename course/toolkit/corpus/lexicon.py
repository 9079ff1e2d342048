"""The words of the embedded corpus: English beside Spanish, with what grammar needs to know of each.

Within a group the words stand by how often they are drawn, the frequent ones first.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """A noun of both languages; `kinds` says which verbs and adjectives go with it."""

    english: str
    english_plural: str
    spanish: str
    gender: str  # "m" or "f", of the Spanish word
    kinds: frozenset[str]
    is_name: bool = False


@dataclass(frozen=True)
class Adjective:
    """An adjective of both languages; `copula` is the Spanish “to be” that it goes with."""

    english: str
    spanish: str
    copula: str  # "ser" for what something is, "estar" for the state it is in
    kinds: frozenset[str]


@dataclass(frozen=True)
class Verb:
    """A verb of both languages; `kinds` are those of its object, or of its subject where it takes no object."""

    english: str
    english_past: str
    spanish: str
    kinds: frozenset[str] = frozenset()
    link: str = ""  # what Spanish puts before any object: jugar *a*


@dataclass(frozen=True)
class Determiner:
    """An article or its like; the Spanish forms are masculine, feminine, and both again in the plural."""

    english: str
    english_plural: str
    spanish: tuple[str, str, str, str]


@dataclass(frozen=True)
class Adverb:
    """An adverb of time, at the end of a sentence in both languages."""

    english: str
    spanish: str


_NOUNS = {
    "person": "girl niña f, woman mujer f, man hombre m, boy niño m, mother madre f, father padre m, sister hermana f, "
    "brother hermano m, queen reina f, king rey m, grandmother abuela f, grandfather abuelo m",
    "animal": "dog perro m, cat gato m, bird pájaro m, horse caballo m, cow vaca f, eagle águila f, snake serpiente f, "
    "rabbit conejo m, butterfly mariposa f",
    "thing": "house casa f, car coche m, table mesa f, flower flor f, shirt camisa f, picture cuadro m, bicycle "
    "bicicleta f, hat sombrero m, chair silla f, boat barco m, map mapa m, pencil lápiz m, photo foto f, clock reloj m",
    "thing text": "book libro m, newspaper periódico m, poem poema m",
    "thing openable": "door puerta f, window ventana f, box caja f",
    "food": "apple manzana f, egg huevo m, cake pastel m, orange naranja f, tomato tomate m, potato patata f, "
    "sandwich bocadillo m, cookie galleta f",
    "place inside": "garden jardín m, kitchen cocina f, park parque m, city ciudad f, school escuela f, church "
    "iglesia f, market mercado m, station estación f",
    "place": "river río m, bridge puente m, beach playa f",
    "instrument": "guitar guitarra f, piano piano m, violin violín m, flute flauta f, drum tambor m",
    "fact": "answer respuesta f, truth verdad f, secret secreto m",
    "trouble": "problem problema m",
}
_PLURALS = {"woman": "women", "man": "men", "tomato": "tomatoes", "potato": "potatoes", "fish": "fish"}
_NAMES = "Ana f, Carlos m, Elena f, Luis m, Sofía f, Pablo m"

_ADJECTIVES = {
    "ser": {
        "thing animal place food instrument": "big grande, small pequeño",
        "thing animal food": "white blanco, yellow amarillo",
        "thing food": "red rojo, green verde, expensive caro, cheap barato",
        "thing animal instrument": "black negro",
        "thing": "blue azul, round redondo, heavy pesado",
        "thing instrument place": "new nuevo",
        "thing animal person instrument place": "old viejo",
        "thing animal instrument place food": "beautiful hermoso, ugly feo",
        "person animal": "young joven, strong fuerte, intelligent inteligente",
        "person": "tall alto, kind amable, rich rico, brave valiente",
        "person place": "famous famoso",
        "fact trouble": "important importante, strange extraño, difficult difícil",
    },
    "estar": {
        "person animal": "tired cansado, sad triste, sick enfermo",
        "person": "happy feliz",
        "openable": "open abierto, closed cerrado, empty vacío",
        "thing": "broken roto, wet mojado",
        "thing place": "dirty sucio, clean limpio",
        "food": "cold frío, hot caliente",
    },
}

# A verb, its past where that is not regular, its Spanish, then for a link `+a`.
_TRANSITIVE = {
    "thing text animal person place food instrument": "see saw ver, find found encontrar, lose lost perder, remember "
    "recordar, draw drew dibujar",
    "thing food instrument": "buy bought comprar, sell sold vender, want querer, need necesitar, carry llevar, "
    "bring brought traer",
    "thing": "paint pintar, hide hid esconder",
    "food": "eat ate comer, cook cocinar",
    "thing place": "clean limpiar",
    "openable": "open abrir, close cerrar",
    "text": "read read leer, write wrote escribir",
    "animal thing": "wash lavar",
    "person animal instrument": "hear heard oír, look_for looked_for buscar",
    "person": "help ayudar, call llamar, love amar, know knew conocer, wait_for waited_for esperar",
    "place": "visit visitar",
    "place trouble": "know knew conocer",
    "fact": "know knew saber",
    "fact trouble": "understand understood entender, hide hid esconder",
    "instrument": "play tocar",
    "game": "play jugar+a",
}
_INTRANSITIVE = {
    "person": "work trabajar, sing sang cantar, dance bailar, study estudiar, travel travelled viajar",
    "person animal": "sleep slept dormir, run ran correr, walk caminar, swim swam nadar, rest descansar, wait esperar",
}
_GIVING = "give gave dar, send sent enviar, show mostrar, sell sold vender, bring brought traer"
_MODALS = "want_to wanted_to querer, need_to needed_to necesitar, have_to had_to tener"


def _entries(text: str) -> list[list[str]]:
    return [entry.split() for entry in text.split(",")]


def _english_plural(noun: str) -> str:
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith(("ch", "sh", "x", "s")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"


def _noun(english: str, spanish: str, gender: str, kinds: str) -> Noun:
    return Noun(english, _english_plural(english), spanish, gender, frozenset(kinds.split()))


def _verbs(text: str, kinds: str = "") -> list[Verb]:
    found = []
    for english, *past, spanish in _entries(text):
        infinitive, _, link = spanish.partition("+")
        past = past[0] if past else _regular_past(english)
        words = (english.replace("_", " "), past.replace("_", " "))
        found.append(Verb(*words, infinitive, frozenset(kinds.split()), link))
    return found


def _regular_past(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    return f"{verb[:-1]}ied" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}ed"


def _adjectives(text: str, copula: str, kinds: str) -> list[Adjective]:
    return [Adjective(english, spanish, copula, frozenset(kinds.split())) for english, spanish in _entries(text)]


NOUNS = [_noun(*entry, kinds) for kinds, text in _NOUNS.items() for entry in _entries(text)]
NAMES = [Noun(name, name, name, gender, frozenset({"person"}), is_name=True) for name, gender in _entries(_NAMES)]
ADJECTIVES = [
    adjective
    for copula, groups in _ADJECTIVES.items()
    for kinds, text in groups.items()
    for adjective in _adjectives(text, copula, kinds)
]
TRANSITIVE = [verb for kinds, text in _TRANSITIVE.items() for verb in _verbs(text, kinds)]
INTRANSITIVE = [verb for kinds, text in _INTRANSITIVE.items() for verb in _verbs(text, kinds)]
GIVING = _verbs(_GIVING)
MODALS = _verbs(_MODALS)
BE = Verb("be", "was", "ser")
THERE_IS = Verb("there be", "there was", "haber")

THE = Determiner("the", "the", ("el", "la", "los", "las"))
DETERMINERS = [
    THE,
    Determiner("a", "some", ("un", "una", "unos", "unas")),
    Determiner("my", "my", ("mi", "mi", "mis", "mis")),
    Determiner("this", "these", ("este", "esta", "estos", "estas")),
    Determiner("our", "our", ("nuestro", "nuestra", "nuestros", "nuestras")),
    Determiner("your", "your", ("tu", "tu", "tus", "tus")),
    Determiner("that", "those", ("ese", "esa", "esos", "esas")),
    Determiner("her", "her", ("su", "su", "sus", "sus")),
]
COUNTING = [  # with a plural only
    Determiner("", "two", ("", "", "dos", "dos")),
    Determiner("", "many", ("", "", "muchos", "muchas")),
    Determiner("", "three", ("", "", "tres", "tres")),
]

ADVERBS = {
    "present": [Adverb("every day", "todos los días"), Adverb("often", "a menudo")],
    "past": [Adverb("yesterday", "ayer"), Adverb("last week", "la semana pasada")],
    "future": [Adverb("tomorrow", "mañana"), Adverb("soon", "pronto")],
}
GAMES = [
    Noun(english, english, spanish, "m", frozenset({"game"}), is_name=True)
    for english, spanish in (("tennis", "el tenis"), ("chess", "el ajedrez"), ("football", "el fútbol"))
]

# The fish that is bought and eaten is another word than the one that swims.
LIVE_FISH = _noun("fish", "pez", "m", "animal")
CAUGHT_FISH = _noun("fish", "pescado", "m", "food")
FOOD_VERBS = frozenset({"comprar", "vender", "comer", "cocinar"})
LASTING_VERBS = frozenset({"querer", "necesitar", "amar", "saber", "conocer"})  # not done on one day or another

# One English noun, two Spanish ones: an adjective that may stand far away decides.
TWOFOLD = [
    (_noun("bank", "banco", "m", "place"), _adjectives("open abierto, closed cerrado", "estar", "")),
    (_noun("bank", "orilla", "f", "place"), _adjectives("wet mojado, dirty sucio", "estar", "")),
    (_noun("match", "partido", "m", "thing"), _adjectives("important importante, difficult difícil", "ser", "")),
    (_noun("match", "cerilla", "f", "thing"), _adjectives("wet mojado, broken roto", "estar", "")),
    (_noun("bat", "murciélago", "m", "animal"), _adjectives("asleep dormido, tired cansado", "estar", "")),
    (_noun("bat", "bate", "m", "thing"), _adjectives("broken roto", "estar", "")),
]
