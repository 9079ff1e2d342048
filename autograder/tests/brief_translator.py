"""A learner's notebook of unit 13 up to its end, with a small training; run in its folder as a process of its own.

It runs what the answers stand on, as JupyterLab's kernel does, trains for some seconds on short sentences of the
corpus, and keeps the translator as the notebook's last cells do. Then it prints what the notebook shows of some
sentences, as JSON: source tokens, target tokens, weights.
"""

from course.toolkit import corpus
from course.toolkit.kept_translator import keep
from course.toolkit.translator_training import Training

import json
from pathlib import Path

import keras

import __main__
from autograder.judging.slicing import needed, statements_if_any
from autograder.units import find_exercise

SIZES = {"d_model": 32, "num_heads": 4, "d_ff": 64, "num_layers": 1, "max_length": 12, "dropout": 0.0}
SENTENCES = ["The cat sleeps.", "She sees the zebra."]


def main():
    unit = find_exercise("build_translator")
    notebook = json.loads(Path(f"{unit.stem}.ipynb").read_text("utf-8"))
    cells = [statements_if_any("".join(cell["source"])) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for statement in (one for cell in needed(cells, unit.points()) for one in cell):
        exec(statement.source, vars(__main__))
    from course.built import build_vocabulary, standardize

    keras.utils.set_random_seed(13)
    pairs = [pair for pair in corpus.generate(6_000) if len(standardize(pair[0]).split()) <= 5]
    vocabularies = [build_vocabulary([standardize(pair[side]) for pair in pairs], 2000) for side in (0, 1)]
    translator = __main__.build_translator(*vocabularies, **SIZES, warmup_steps=60)
    batches = __main__.make_dataset(pairs, *vocabularies, batch_size=64, max_length=12)
    Training(translator, batches, 12).run()
    keep(translator, SENTENCES[0])
    found = [__main__.alignment(translator, sentence) for sentence in SENTENCES]
    print(json.dumps([[source, target, weights.tolist()] for source, target, weights in found]))


if __name__ == "__main__":
    main()
