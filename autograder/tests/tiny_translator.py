"""A translator of the reference's layers that is trained on three sentences, in a few seconds."""

from course.toolkit.translator_training import Training

import keras

from autograder.judging.references import reference_of
from autograder.seam.given import References, giving
from autograder.units import all_units

SIZES = {"d_model": 16, "num_heads": 2, "d_ff": 24, "num_layers": 1, "max_length": 8, "dropout": 0.0}
PAIRS = [
    ("The cat sleeps.", "El gato duerme."),
    ("The cow sings.", "La vaca canta."),
    ("We eat an apple.", "Comemos una manzana."),
]
SAMPLE = PAIRS[0][0]


def references(edit=lambda unit, source: source):
    """The right answers of all units by name; `edit` changes their code, as a learner changes a notebook."""
    found = [reference_of(unit) for unit in all_units()]
    return References([one._replace(source=edit(one.unit, one.source)) for one in found])


def trained(pairs=PAIRS):
    """A translator that says what it has been taught."""
    answer = references()
    with giving(answer):
        keras.utils.set_random_seed(3)
        sides = [[answer("standardize")(pair[side]) for pair in pairs] for side in (0, 1)]
        vocabularies = [answer("build_vocabulary")(sentences, 100) for sentences in sides]
        translator = answer("build_translator")(*vocabularies, **SIZES, warmup_steps=20)
        Training(translator, answer("make_dataset")(pairs * 8, *vocabularies, batch_size=24), epochs=30).run()
    return translator
