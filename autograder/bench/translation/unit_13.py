"""What the whole training at the end of unit 13 costs and brings: `python -m autograder.bench.translation.unit_13`.

It trains the reference as that pay-off does, once for each seed, and prints seconds and, for each test of the text,
exact matches, BLEU and chrF, with all references. The text is the embedded grammar, or one of the directions of real
sentences; sizes, epochs and batches are the text's, or are chosen, to see what a choice is worth. With `--write`, what
was found is kept as a section of BENCHMARKS.md.

    python -m autograder.bench.translation.unit_13 --seeds 3 --write
    python -m autograder.bench.translation.unit_13 --text eng-spa --width 128 --epochs 6
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from autograder.bench.command import machine
from autograder.bench.marked_sections import with_section
from autograder.judging.references import reference_of
from autograder.seam.given import References, giving
from autograder.units import ROOT, all_units

_SIZES = {"width": "d_model", "heads": "num_heads", "hidden": "d_ff", "layers": "num_layers"}
_TRAINING = {"warmup": "warmup_steps", "dropout": "dropout"}
_CHOICES = (*_SIZES, "vocabulary", "batch", "epochs", *_TRAINING)
_IN_CHARACTERS = "The tokens that BLEU counts here are characters, so that it cannot be compared with a BLEU of words."


class Found(NamedTuple):
    """What one training came to: seconds by the clock and by the CPU, and for each test its sources and scores."""

    seconds: float
    cpu_seconds: float
    tests: dict[str, tuple[int, Any]]


def train(answer: Callable[[str], Any], asked: argparse.Namespace, seed: int) -> Found:
    """Train once and measure. `answer` gives answers of the course by their names."""
    from course.toolkit.corpus import texts
    from course.toolkit.translation_scores import scores
    from course.toolkit.translator_training import Training

    import keras

    keras.utils.set_random_seed(seed)
    text, standardize, translate = texts.load(asked.text), answer("standardize"), answer("translate")
    pairs = text.train[: asked.pairs]
    sides = [[standardize(pair[side]) for pair in pairs] for side in (0, 1)]
    size = asked.vocabulary or text.vocabulary_size
    vocabularies = [answer("build_vocabulary")(sentences, size) for sentences in sides]
    given = {name: getattr(asked, option) for option, name in (_SIZES | _TRAINING).items()}
    chosen = {name: number for name, number in given.items() if number is not None}
    translator = answer("build_translator")(*vocabularies, **text.sizes | chosen)
    began = time.perf_counter(), time.process_time()
    batches = answer("make_dataset")(pairs, *vocabularies, asked.batch or text.batch_size, seed=seed)
    epochs = asked.epochs or text.epochs
    Training(translator, batches, epochs, lambda: translate(translator, [text.sample])[0], seed).run()
    took = time.perf_counter() - began[0], time.process_time() - began[1]
    found = {}
    for name, examples in text.tests.items():
        sources, references = zip(*examples[: asked.most], strict=True)
        known = [[standardize(one) for one in several] for several in references]
        found[name] = len(sources), scores(translate(translator, list(sources)), known)
    return Found(*took, found)


def main() -> None:
    """Train for each seed, and print what came of it."""
    import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
    from course.toolkit.corpus.texts import NAMES

    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--text", choices=NAMES, default=NAMES[0])
    parser.add_argument("--pairs", type=int, help="train on the first so many only")
    for name in _CHOICES:
        number = float if name == "dropout" else int
        parser.add_argument(f"--{name}", type=number, help="the text's, or build_translator's, where it is not given")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--most", type=int, default=1000, help="sources of each test")
    parser.add_argument("--write", action="store_true", help="keep the result as a section of BENCHMARKS.md")
    parser.add_argument("--page", type=Path, default=ROOT / "BENCHMARKS.md", help="another file for it")
    asked = parser.parse_args()
    facts, trainings = machine(), []
    answer = References([reference_of(unit) for unit in all_units()])
    with giving(answer):
        for seed in range(asked.seeds):
            found = train(answer, asked, seed)
            trainings.append(found)
            print(f"{asked.text}, seed {seed}: {found.seconds:.0f} s, {found.cpu_seconds:.0f} s of CPU")
            for name, (count, scored) in found.tests.items():
                print(f"\n{name}, {count:,} sources\n{scored}", flush=True)
    if asked.write:
        text = asked.page.read_text("utf-8") if asked.page.exists() else ""
        asked.page.write_text(with_section(text, f"unit 13, {asked.text}", section(asked, trainings, facts)), "utf-8")


def section(asked: argparse.Namespace, trainings: Sequence[Found], facts: Mapping[str, str]) -> str:
    """The section of BENCHMARKS.md for the trainings on one text, a line for each test of each seed."""
    command = f"python -m autograder.bench.translation.unit_13 --text {asked.text} --seeds {len(trainings)} --write"
    lines = [f"## The translator of unit 13: {asked.text}", "", f"Written by `{command}`.", ""]
    lines += ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items()), ""]
    chosen = [f"{name} {getattr(asked, name)}" for name in _CHOICES if getattr(asked, name) is not None]
    lines += [f"Chosen other than the notebook does: {', '.join(chosen)}.", ""] if chosen else []
    lines += [
        "| seed | seconds | of CPU | test | sources | exactly right | BLEU | chrF |",
        f"|{'---:|' * 3}---|{'---:|' * 4}",
    ]
    for seed, found in enumerate(trainings):
        for name, (count, one) in found.tests.items():
            times = f"{found.seconds:.0f} | {found.cpu_seconds:.0f}"
            scored = f"{one.exact:.1%} | {one.bleu:.1f} | {one.chrf:.1f}"
            lines.append(f"| {seed} | {times} | {name} | {count:,} | {scored} |")
    _, last = next(iter(trainings[-1].tests.values()))
    lines += ["", f"BLEU is `{last.bleu_signature}`, chrF `{last.chrf_signature}`."]
    return "\n".join([*lines, _IN_CHARACTERS] if asked.text.endswith("-cmn") else lines)


if __name__ == "__main__":
    main()
