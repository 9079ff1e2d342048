"""One learner of the sample class who finishes the course: a desk with every unit solved, and a translator that speaks.

The translator is made of what lies on the desk. It is smaller than that of unit 13 and trains for a part of its time.
"""

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console

from autograder.judging.references import code_cells
from autograder.judging.slicing import needed, statements
from autograder.learner.desk import Desk
from autograder.seam.given import Reference, References, giving
from autograder.units import Unit, all_units

_PAIRS, _EPOCHS = 28_000, 3
_SIZES = {"d_model": 64, "d_ff": 128, "num_layers": 2, "dropout": 0.0, "warmup_steps": 200}
_TESTED, _SHOWN = 100, 3  # sentences


def answers_on(desk: Desk, units: Sequence[Unit]) -> References:
    """The answers that lie on a desk, by their names; none of them is judged here."""
    return References([_answers_of(unit, desk.notebook(unit).read_text("utf-8")) for unit in units])


def _answers_of(unit: Unit, notebook: str) -> Reference:
    names = tuple(unit.points())
    chosen = needed([statements(cell.source) for cell in code_cells(notebook, names)], names)
    return Reference(unit.stem, names, "\n".join(one.source for cell in chosen for one in cell))


def let_it_speak(
    console: Console, desk: Desk, pairs: int = _PAIRS, epochs: int = _EPOCHS, sizes: dict[str, Any] | None = None
) -> None:
    """Train the translator of a desk on the course's corpus; print what it makes of unseen sentences, and its BLEU."""
    import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
    from course.toolkit import corpus
    from course.toolkit.translation_scores import scores

    def say(line: str, style: str = "") -> None:
        console.print(line, style=style, highlight=False, markup=False, soft_wrap=True)

    parts = corpus.split(corpus.generate(pairs))
    sources = [english for english, _ in parts.test[:_TESTED]]
    answer = answers_on(desk, all_units())
    with giving(answer):
        wanted = [answer("standardize")(spanish) for _, spanish in parts.test[:_TESTED]]
        say(f"Their translator learns from {len(parts.train):,} pairs of the course's corpus:")
        with console.status("learning …"):
            translator = _trained(answer, parts.train, epochs, _SIZES if sizes is None else sizes, sources[0])
        said = answer("translate")(translator, sources)
        english, spanish, weights = answer("alignment")(translator, sources[0])
    say("Now it translates what it has not seen:")
    for source, mine, right in list(zip(sources, said, wanted, strict=True))[:_SHOWN]:
        say(f"  {source}  →  {mine}  {'✓' if mine == right else '✗'}", "bold")
    looked = [f"{word} ← {english[row.argmax()]}" for word, row in zip(spanish, weights, strict=True)]
    say(f"Where it looked in the first sentence: {', '.join(looked)}")
    found = scores(said, wanted)
    say(
        f"Of {len(said)} sentences {found.exact:.0%} are exactly right; BLEU {found.bleu:.1f} ({found.bleu_signature})."
    )


def _trained(
    answer: Callable[[str], Any], pairs: Sequence[tuple[str, str]], epochs: int, sizes: dict[str, Any], sample: str
) -> Any:
    """A translator made of the answers, after its training; a translation of `sample` is printed after each epoch."""
    from course.toolkit.translator_training import Training

    import keras

    keras.utils.set_random_seed(13)
    sides = [[answer("standardize")(pair[side]) for pair in pairs] for side in (0, 1)]
    vocabularies = [answer("build_vocabulary")(sentences, 2000) for sentences in sides]
    translator = answer("build_translator")(*vocabularies, **sizes)
    batches = answer("make_dataset")(pairs, *vocabularies, batch_size=128)
    Training(translator, batches, epochs, lambda: answer("translate")(translator, [sample])[0]).run()
    return translator
