"""Forms of single Spanish words: verbs by person and tense, nouns and adjectives by number and gender."""

PERSONS = ("1s", "2s", "3s", "1p", "3p")
TENSES = ("present", "past", "future")

# Endings in the order of PERSONS; -er and -ir verbs differ in one form only.
_ENDINGS = {
    "present": {"a": "o as a amos an", "e": "o es e emos en", "i": "o es e imos en"},
    "preterite": {"a": "é aste ó amos aron", "e": "í iste ió imos ieron", "i": "í iste ió imos ieron"},
    "imperfect": {"a": "aba abas aba ábamos aban", "e": "ía ías ía íamos ían", "i": "ía ías ía íamos ían"},
    "future": {"a": "é ás á emos án", "e": "é ás á emos án", "i": "é ás á emos án"},
}
_WHOLE = {  # forms that no rule gives
    ("ser", "present"): "soy eres es somos son",
    ("ser", "imperfect"): "era eras era éramos eran",
    ("estar", "present"): "estoy estás está estamos están",
    ("dar", "present"): "doy das da damos dan",
    ("dar", "preterite"): "di diste dio dimos dieron",
    ("ver", "present"): "veo ves ve vemos ven",
    ("ver", "preterite"): "vi viste vio vimos vieron",
    ("oír", "present"): "oigo oyes oye oímos oyen",
    ("oír", "preterite"): "oí oíste oyó oímos oyeron",
    ("leer", "preterite"): "leí leíste leyó leímos leyeron",
    ("traer", "preterite"): "traje trajiste trajo trajimos trajeron",
    ("dormir", "preterite"): "dormí dormiste durmió dormimos durmieron",
    ("haber", "present"): "he has hay hemos hay",  # in the third person only “there is”
}
_FIRST = {"tener": "tengo", "traer": "traigo", "conocer": "conozco", "saber": "sé"}
_STRESSED_STEM = {  # of the present, wherever the stem is stressed: everywhere but in “we”
    "encontrar": "encuentr",
    "recordar": "recuerd",
    "perder": "pierd",
    "querer": "quier",
    "entender": "entiend",
    "cerrar": "cierr",
    "mostrar": "muestr",
    "dormir": "duerm",
    "jugar": "jueg",
    "tener": "tien",
    "enviar": "enví",
}
_FUTURE_STEM = {"tener": "tendr", "querer": "querr", "saber": "sabr", "haber": "habr", "oír": "oir"}
_BEFORE_E = {"c": "qu", "g": "gu", "z": "c"}  # the sound stays, the spelling changes: toco, toqué
_STATES = ("ser", "estar", "haber", "tener", "querer", "necesitar", "saber", "conocer", "amar")  # imperfect in the past
_PLURAL = {"joven": "jóvenes"}
_UNACCENTED = str.maketrans("áéíóú", "aeiou")
_STRESSED_A = frozenset({"águila"})  # feminine, yet with *el* and *un*


def conjugated(infinitive: str, tense: str, person: str) -> str:
    """The form of a verb: tense is present, past or future, person one of `PERSONS`.

    The past of an action is the preterite, that of a state the imperfect.
    """
    if tense == "past":
        tense = "imperfect" if infinitive in _STATES else "preterite"
    index = PERSONS.index(person)
    if (infinitive, tense) in _WHOLE:
        return _WHOLE[infinitive, tense].split()[index]
    if (tense, person) == ("present", "1s") and infinitive in _FIRST:
        return _FIRST[infinitive]
    vowel = infinitive[-2].translate(_UNACCENTED)
    ending = _ENDINGS[tense][vowel].split()[index]
    return _stem(infinitive, tense, person) + ending


def _stem(infinitive: str, tense: str, person: str) -> str:
    if tense == "future":
        return _FUTURE_STEM.get(infinitive, infinitive)
    stem = infinitive[:-2]
    if tense == "present" and person != "1p":
        return _STRESSED_STEM.get(infinitive, stem)
    if tense == "preterite" and person == "1s" and infinitive.endswith("ar"):
        return stem[:-1] + _BEFORE_E.get(stem[-1], stem[-1])
    return stem


def plural(word: str) -> str:
    """The plural of a noun or adjective."""
    if word in _PLURAL:
        return _PLURAL[word]
    if word[-1] in "aeiouáéó":
        return f"{word}s"
    if word.endswith("z"):
        return f"{word[:-1]}ces"
    if word[-2] in "áéíóú" and word[-1] in "ns":  # the stress no longer needs a sign: jardín, jardines
        word = word[:-2] + word[-2:].translate(_UNACCENTED)
    return f"{word}es"


def agreeing(adjective: str, gender: str, is_plural: bool) -> str:
    """The form of an adjective for a gender, "m" or "f", and a number."""
    form = f"{adjective[:-1]}a" if gender == "f" and adjective.endswith("o") else adjective
    return plural(form) if is_plural else form


def article_form(forms: tuple[str, str, str, str], noun: str, gender: str, is_plural: bool) -> str:
    """The form of an article or its like before a noun."""
    if not is_plural and noun in _STRESSED_A and forms[0] in ("el", "un"):
        gender = "m"
    return forms[2 * is_plural + (gender == "f")]
