"""`make bench-translation`: one text for all, real tokens on a clock, and contenders that are what they say."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit import corpus

import importlib.util
import itertools
import os
import subprocess
import sys
from collections import Counter

import keras
import numpy as np
import pytest
from rich.console import Console

from autograder.bench.command import Bench
from autograder.bench.marked_sections import with_section, with_sections_of
from autograder.bench.translation import __main__ as translation_bench
from autograder.bench.translation import clocked_training
from autograder.bench.translation.clocked_training import train
from autograder.bench.translation.compared import middle, section, table, verdicts
from autograder.bench.translation.contenders import CONTENDERS, COURSE, changed
from autograder.bench.translation.kept import keep
from autograder.bench.translation.one_training import Found
from autograder.bench.translation.shared_text import shared_text
from autograder.judging.references import reference_of
from autograder.seam.given import References, giving
from autograder.units import ROOT, Unit, all_units

OVERFITTED = 5  # pairs
UPDATES = {"course": 30, "keras.io": 40, "kerashub": 40, "torch": 150}  # until these are known by heart


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder for COURSE_DATA: 600 pairs, some with a second translation or the same source in capitals."""
    pairs = list(dict.fromkeys(corpus.generate(600, seed=3)))
    pairs += [(source, f"Pues, {target.lower()}") for source, target in pairs[::3]]
    pairs += [(source.upper(), target) for source, target in pairs[::5]]
    folder = tmp_path_factory.mktemp("data")
    lines = "".join(f"{source}\t{target}\n" for source, target in pairs)
    (folder / "spa.txt").write_text(lines, "utf-8")
    return folder


@pytest.fixture(scope="module")
def answer():
    references = References([reference_of(unit) for unit in all_units()])
    with giving(references):
        yield references


@pytest.fixture(scope="module")
def text(data, answer):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_DATA", str(data))
        return shared_text(answer, 8)


def contender(name, text, answer, **chosen):
    entry = CONTENDERS[name]
    make = getattr(importlib.import_module(f"autograder.bench.translation.{entry.module}"), entry.kind)
    return make(text, 0, answer=answer, **chosen) if name == "course" else make(text, 0)


def parameters(name, source, target):
    """What the descriptions say, from sizes of the vocabularies."""
    network = (256 * 512 + 512) + (512 * 256 + 256)
    attention, norm, projection = 4 * (256 * 256 + 256), 2 * 256, 256 * target + target
    layers = 2 * (attention + network + 2 * norm) + 2 * (2 * attention + network + 3 * norm)
    if name == "course":  # tied, positions that are not learned, a norm after each stack
        return 256 * (source + target) + layers + 2 * norm
    if name == "torch":
        return 256 * (source + target) + layers + 2 * norm + projection
    tables = 256 * (source + 20 + target + 20)
    if name == "kerashub":
        return tables + layers + projection
    wide = 3 * (256 * 2048 + 2048) + (2048 * 256 + 256)  # 8 heads of 256
    network = (256 * 2048 + 2048) + (2048 * 256 + 256)
    return tables + (wide + network + 2 * norm) + (2 * wide + network + 3 * norm) + projection


def test_the_example_has_the_parameters_that_keras_io_prints():
    assert parameters("keras.io", 15000, 15000) == 19_960_216


def test_nothing_that_is_held_out_is_trained_on_and_every_reference_is_there(text, data):
    lines = (data / "spa.txt").read_text("utf-8").splitlines()
    known = [tuple(map(text.standardize, line.split("\t"))) for line in lines]
    trained = {text.standardize(source) for source, _ in text.train}
    assert len(text.sources) == 8
    for source, references in zip(text.sources, text.references, strict=True):
        assert text.standardize(source) not in trained
        assert set(references) == {target for one, target in known if one == text.standardize(source)}
    assert max(map(len, text.references)) == 2
    words = Counter(word for _, target in text.train for word in text.standardize(target).split())
    assert set(text.vocabularies[1][4:]) == set(words)


def test_a_contender_is_what_it_says_counts_the_texts_tokens_and_learns_by_heart(text, answer, drawn):
    """Another contender for each commit: of all of them it takes most of a minute."""
    name = drawn.choice([name for name in CONTENDERS if name != "torch" or importlib.util.find_spec("torch")])
    short = [place for place, (_, target) in enumerate(text.rows) if len(target) < 10][:OVERFITTED]
    few = text._replace(train=[text.train[place] for place in short], rows=[text.rows[place] for place in short])
    one = contender(name, few, answer, **({"warmup_steps": 20} if name == "course" else {}))
    assert one.parameters == parameters(name, *map(len, text.vocabularies))
    assert keras.config.dtype_policy().name == "float32", "whatever is made after it computes as ever"
    wanted = [few.standardize(target) for _, target in few.train]
    assert sum(np.count_nonzero(labels) for _, labels in one.batches) == sum(
        len(target.split()) + 1 for target in wanted
    )
    if name != "torch":
        one.model.jit_compile = False  # the same numbers, sooner: XLA takes seconds to compile
    for _, batch in itertools.product(range(UPDATES[name]), one.batches):
        one.update(batch)
    assert one.translate([source for source, _ in few.train]) == wanted


def test_a_warm_up_leaves_everything_as_it_was_and_no_graph_is_made_after_it(text, answer):
    sizes = {"d_model": 16, "num_heads": 2, "d_ff": 16, "num_layers": 1, "tokens": 60}
    one = contender("course", text._replace(train=text.train[:60]), answer, **sizes)
    made, step = [], one.model.train_step
    one.model.train_step = lambda *args: made.append(1) or step(*args)
    variables = [*one.model.variables, *one.model.optimizer.variables]
    before = [keras.ops.convert_to_numpy(variable).copy() for variable in variables]
    one.warm_up()
    for variable, value in zip(variables, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), value)
    graphs = len(made)
    assert graphs > 0
    for batch in one.batches:
        one.update(batch)
    assert len(made) == graphs


def test_the_rate_rises_by_updates_and_falls_to_0_with_the_clock(text, answer):
    sizes = {"d_model": 16, "num_heads": 2, "d_ff": 16, "num_layers": 1, "warmup_steps": 4}
    one = contender("course", text._replace(train=text.train[:20]), answer, **sizes, rate=0.6, falling=0.5)
    as_given, rates = answer("WarmupSchedule")(16, 4), []
    for share in (0.1, 0.5, 0.75, 1.0):
        one.update(one.batches[0])
        rates.append(float(one.model.optimizer.learning_rate))
        one.after(share)
    expected = [0.6 * float(as_given(step)) for step in range(4)]
    np.testing.assert_allclose(rates, [*expected[:3], expected[3] / 2], rtol=1e-6)
    before = one.model.get_weights()
    one.update(one.batches[0])
    for now, then in zip(one.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_what_teaches_it_gives_the_numbers_of_unit_13_sooner(text, answer):
    sizes = {"d_model": 16, "num_heads": 2, "d_ff": 16, "num_layers": 1, "warmup_steps": 4}
    some = text._replace(train=text.train[:40])
    one = contender("course", some, answer, **sizes, rate=1.0, dtype_policy="float32")
    plain = answer("build_translator")(*text.vocabularies, max_length=COURSE["max_length"], dropout=0.0, **sizes)
    inputs, labels = one.batches[0]
    plain({name: ids[:1] for name, ids in inputs.items()})
    plain.set_weights(one.model.get_weights())
    untrained = np.array(plain(inputs))
    for _ in range(3):
        one.update((inputs, labels))
        plain.train_on_batch(inputs, labels)
    before, after = plain(inputs), one.model(inputs)  # biases of keys change nothing, and are moved by rounding
    np.testing.assert_allclose(after, before, atol=1e-4)
    assert np.abs(before - untrained).max() > 0.1


def test_each_batch_of_the_course_has_one_length_and_as_many_tokens_and_none_is_lost(text, answer):
    sizes = {"d_model": 16, "num_heads": 2, "d_ff": 16, "num_layers": 1, "tokens": 40}
    batches = contender("course", text, answer, **sizes).batches
    for _, labels in batches:
        assert np.all(labels > 0)
        assert labels.size <= 40
    assert sum(labels.size > 40 - labels.shape[1] for _, labels in batches) > len(batches) / 2, "most are full"
    written = Counter(tuple(row) for _, labels in batches for row in labels.tolist())
    assert written == Counter(tuple(target[1:]) for _, target in text.rows)


class Counting:
    """Stands for a contender whose updates take a second each; its batches hold 1, 2 and 3 tokens."""

    parameters = 1

    def __init__(self, clock):
        self.batches = [({}, np.array([[5] * place + [0]])) for place in (1, 2, 3)]
        self.clock, self.seen, self.shares = clock, [], []

    def warm_up(self):
        self.clock[0] += 100

    def update(self, batch):
        self.clock[0] += 1
        self.seen.append(int(np.count_nonzero(batch[1])))

    def after(self, share):
        self.shares.append(share)


def test_the_clock_counts_updates_alone_and_tokens_without_padding(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(clocked_training.time, "perf_counter", lambda: clock[0])
    one = Counting(clock)
    trained = train(one, 20, seed=1)
    assert trained == (20.0, 20, sum(one.seen))
    epochs = [one.seen[first : first + 3] for first in range(0, 18, 3)]
    assert all(sorted(epoch) == [1, 2, 3] for epoch in epochs)
    assert len(set(map(tuple, epochs))) > 1
    assert one.shares == [place / 20 for place in range(1, 21)]


def found(name, bleu, tokens=480_000, seed=0, translating=5.0):
    return Found(name, seed, 10, 480.0, 900, tokens, 1000, translating, bleu, 50.0, ("b", "c"), "tensorflow 2, CPU")


def test_the_middle_training_of_each_is_shown_and_aims_are_decided():
    all_found = [found("course", bleu, 2_400_000, seed) for seed, bleu in enumerate((39.0, 42.0, 41.0))]
    all_found.append(found("keras.io", 7.5))
    assert [one.bleu for one in middle(all_found)] == [41.0, 7.5]
    assert table(all_found).row_count == 2
    told = " ".join(verdicts(all_found))
    assert "41.0, at least 40 (reached)" in told
    assert "5.0 times as fast as keras.io's, at least 5 (reached)" in told
    assert list(verdicts([found("course", 39.9, translating=21.0)])) == [
        "BLEU of the course's: 39.9, at least 40 (missed).",
        "1,000 sentences take it 21.0 s, at most 20 (missed).",
    ]
    lines = section(all_found, 8, {"d_ff": 1024}, {"processor": "one"})
    assert "| course | 10 | 5,000 | 41.0 (39.0–42.0, 3 seeds) | 50.0 | 5.0 | 480 |" in lines
    assert "d_ff 1024" in lines


def test_trainings_of_other_days_are_compared_where_machine_and_settings_are_the_same(tmp_path):
    place, facts = tmp_path / "kept.json", {"processor": "one", "load before": "0.1"}
    settings = {"minutes": 8, "course": {"d_ff": 512}}
    for one in (found("kerashub", 20.0), found("course", 39.0), found("course", 41.0, seed=1)):
        keep(place, one, settings, facts)
    again = found("course", 40.0)
    ours = [again, found("course", 41.0, seed=1), found("kerashub", 20.0)]
    assert keep(place, again, settings, facts | {"load before": "3.0"}) == ("CPU", ours, 0)
    on_a_gpu = found("course", 50.0)._replace(device="jax 1, NVIDIA")
    assert keep(place, on_a_gpu, settings, facts) == ("GPU", [on_a_gpu], 0)
    assert keep(place, again, settings | {"course": {"d_ff": 1024}}, facts) == ("CPU", [again], 3)
    assert keep(place, again, settings | {"minutes": 4}, facts) == ("CPU", [again], 4)
    assert keep(place, again, settings, facts | {"processor": "two"}) == ("CPU", [again], 5)
    assert keep(place, again, settings, facts) == ("CPU", ours, 3)


def test_settings_are_read_and_what_is_none_is_told():
    assert changed("warmup_steps=600, dropout=0.1") == {"warmup_steps": 600, "dropout": 0.1}
    with pytest.raises(ValueError, match=f"{', '.join(COURSE)}; received 'width=3'"):
        changed("width=3")
    with pytest.raises(ValueError, match="received 'd_ff=wide'"):
        changed("d_ff=wide")


def test_a_section_is_replaced_and_survives_when_the_page_is_written_anew():
    page = with_section("# Benchmarks\n", "a", "one")
    page = with_section(with_section(page, "b", "two"), "a", "three")
    assert page.index("three") < page.index("two")
    assert "one" not in page
    anew = with_sections_of("# New\n", page)
    assert anew.startswith("# New\n")
    assert with_sections_of("# New\n", anew) == anew
    assert [word for word in ("three", "two") if word in anew] == ["three", "two"]


def test_the_other_benchmark_leaves_the_section_alone(tmp_path):
    target = tmp_path / "page.md"
    target.write_text(with_section("# Benchmarks\n\nold numbers\n", "translation on a CPU", "BLEU 41"), "utf-8")
    with Bench(Console(), Unit("00_start"), target, 1)._part("nothing", 1):
        pass
    assert "old numbers" not in target.read_text("utf-8")
    kept = "<!-- begin translation on a CPU -->\nBLEU 41\n<!-- end translation on a CPU -->\n"
    assert target.read_text("utf-8").endswith(kept)


def test_the_command_trains_prints_and_keeps_its_section(data, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Benchmarks\n", "utf-8")
    options = (
        "--minutes",
        "0.02",
        "--seeds",
        "1",
        "--sentences",
        "5",
        "--only",
        "course",
        "--course",
        "d_model=16, num_heads=2, d_ff=16, num_layers=1",
        "--write",
        "--page",
        str(page),
        "--kept",
        str(tmp_path / "kept.json"),
    )
    command = [sys.executable, "-m", "autograder.bench.translation", *options]
    environment = os.environ | {"COURSE_DATA": str(data), "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "BLEU of the course's:" in done.stdout
    kept = page.read_text("utf-8")
    assert kept.startswith("# Benchmarks\n")
    assert "for 5 sources that none has seen" in kept
    assert "| course | " in kept


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [("--only", "keras.io,theano", "keras.io,theano"), ("--minutes", "-1", "-1"), ("--course", "depth=3", "depth=3")],
)
def test_what_cannot_be_is_told_and_nothing_is_trained(option, value, told, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench", option, value])
    with pytest.raises(SystemExit, match="2"):
        translation_bench.main()
    assert f"received '{told}'" in capsys.readouterr().err


def test_without_pytorch_that_is_told_and_the_others_go_on(monkeypatch, capsys):
    asked = translation_bench._arguments(["--only", "torch,kerashub", "--minutes", "1"])
    monkeypatch.setattr(translation_bench.importlib.util, "find_spec", lambda name: None)
    trainings = list(translation_bench._trainings(asked, Console()))
    assert [(one.name, one.seconds) for one in trainings] == [("kerashub", 60)]
    assert "Install it: pip install --editable '.[torch]'" in capsys.readouterr().out
