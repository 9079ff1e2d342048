"""The clinic of unit 14: its models are right, or wrong by one bug, they learn, and no test earns without work."""

from course.toolkit.clinic import autodiff, chart, symptoms
from course.toolkit.clinic.bugs import BUGS
from course.toolkit.clinic.kinds import PAD, Kind
from course.toolkit.clinic.patients import Patient, readable
from course.toolkit.clinic.small_transformer import SmallTransformer

import re

import numpy as np
import pytest

from autograder.judging.judge import judge
from autograder.seam import Workbench
from autograder.units import Unit

UNIT = Unit("14_debugging")
KINDS = [
    Kind(),
    Kind(norm_first=True, centred=False, activation="gelu", positions="learned", tied=False),
    Kind(positions="distances", layers=1, heads=2, scale=3.0),
]


def batch(seed=0, rows=4):
    rng = np.random.default_rng(seed)
    source, target = (np.where(np.arange(6) < [[2], [6], [3], [5]], rng.integers(4, 12, (rows, 6)), PAD) for _ in "ab")
    return source, target


def apart(one, other):
    return np.abs(one - other).max() / np.abs(one).max()


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_the_slopes_of_the_loss(kind):
    model, (source, target) = SmallTransformer(kind, 1), batch()
    nodes = list(model._nodes.values())
    found = autodiff.gradients(model._loss(source, target), nodes)
    rng = np.random.default_rng(2)
    for node, gradient in zip(nodes, found, strict=True):
        node.value = node.value.astype("float64")
        place = tuple(rng.integers(size) for size in node.shape)
        here, losses = node.value[place], []
        for step in (1e-5, -1e-5):
            node.value[place] = here + step
            losses.append(float(model._loss(source, target).value))
        node.value[place] = here
        assert (losses[0] - losses[1]) / 2e-5 == pytest.approx(gradient[place], abs=2e-6, rel=2e-3)


def moved(made, kind):
    """By what a model is moved: padding, the future, batch-mates."""
    model, (source, target) = made(kind, 3), batch()
    logits, real, other = model.model(source, target), target != PAD, target.copy()
    other[:, 2:] = np.where(real[:, 2:], 15 - target[:, 2:], PAD)
    padded = model.model(np.pad(source, ((0, 0), (0, 7))), target)
    alone = np.concatenate([model.model(source[row : row + 1], target[row : row + 1]) for row in range(len(source))])
    return {
        name
        for name, one, all_of_them in (
            ("padding", padded[real], logits[real]),
            ("future", model.model(source, other)[:, :2], logits[:, :2]),
            ("mates", alone[real], logits[real]),
        )
        if apart(all_of_them, one) > 1e-3
    }


@pytest.mark.parametrize("kind", KINDS)
def test_right_models_are_moved_by_nothing(kind):
    assert moved(SmallTransformer, kind) == set()


@pytest.mark.parametrize(
    ("letter", "by"),
    [("B", "future"), ("I", "future"), ("D", "padding"), ("G", "padding"), ("E", "mates"), ("J", "mates")],
)
def test_six_bugs_move_the_logits(letter, by):
    assert by in moved(BUGS[letter], Kind())


def test_the_other_four_say_the_same_as_a_healthy_model_or_have_fewer_layers():
    source, target = batch()
    healthy = SmallTransformer(Kind(), 3).model(source, target)
    for letter in "AFH":
        assert (BUGS[letter](Kind(), 3).model(source, target) == healthy).all()
    assert moved(BUGS["C"], Kind()) == set()


def test_ten_bugs_have_ten_threads():
    threads = [bug.thread for bug in BUGS.values()]
    assert len(set(threads)) == len(BUGS) == 10
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+#\d+", thread) for thread in threads)


def test_the_lesson_names_the_same_threads():
    lesson = UNIT.lesson_source.read_text("utf-8")
    for letter, bug in BUGS.items():
        repository, number = bug.thread.split("#")
        assert re.search(rf"\[{letter}\]: https://github.com/{re.escape(repository)}/(issues|pull)/{number}\b", lesson)


def test_every_patient_learns_and_writes():
    ward = symptoms.trained(steps=60)
    source, target = symptoms.sentences(20, seed=2)
    assert list(ward) == ["healthy", *BUGS]
    for patient in ward.values():
        assert patient.curve[-10:].mean() < 0.75 * patient.curve[:3].mean()
        said = patient.written(source)
        assert said.shape == target.shape
        assert said.min() >= 0
    assert ward["F"].curve[-1] < ward["healthy"].curve[-1]
    assert 0 <= ward["B"].right(source, target) <= ward["B"].forced(source, target) <= 1


def test_what_a_model_cannot_read_is_told():
    good = np.full((2, 3), 5)
    for source, target, word in (
        (good[0], good, "integers"),
        (good / 2, good, "integers"),
        (good + 9, good, "0 to 11"),
        (good, np.full((2, 17), 5), "16"),
        (good[:1], good, "as many rows"),
    ):
        with pytest.raises(ValueError, match=word):
            readable(source, target)


def test_a_patient_at_home_gives_tensors_and_counts_nothing():
    from keras import ops

    source, target = batch()
    patient = Patient("H")
    assert ops.is_tensor(patient.model(source.tolist(), ops.convert_to_tensor(target)))
    before = {name: ops.convert_to_numpy(one) for name, one in patient.parameters().items()}
    loss = patient.train(source, target)
    assert loss == pytest.approx(Patient("H").loss(source, target))
    after = patient.parameters()
    still = {name for name in before if (ops.convert_to_numpy(after[name]) == before[name]).all()}
    assert still == {name for name in before if re.match(r"encoder\.\d", name)}


def test_the_ward_round_asks_by_the_names_of_arguments():
    def accuses_who_has_not_moved(train, parameters):
        before = {name: np.asarray(one) for name, one in parameters().items()}
        train(*batch())
        assert all((np.asarray(one) != before[name]).any() for name, one in parameters().items())

    found = chart.exposed({"one": accuses_who_has_not_moved, "other": lambda model: True})
    assert found.shape == (2, 12)
    assert found[0].tolist() == [letter == "H" for letter in BUGS] + [False, False]
    assert not found[1].any()


def score(answer, seed=0):
    verdicts = judge(UNIT.suite, Workbench(dict.fromkeys(UNIT.points(), answer)), seed)
    return sum(verdict.score for verdict in verdicts), verdicts


@pytest.mark.parametrize("said", [True, False, None, 1, "wrong"])
def test_who_always_says_the_same_earns_nothing(said):
    assert score(lambda *given: said)[0] == 0


def test_who_always_raises_earns_nothing():
    def accuses(*given):
        raise AssertionError("wrong")

    assert score(accuses)[0] == 0


def test_who_guesses_earns_next_to_nothing():
    draw = np.random.default_rng(5)
    scores = [score(lambda *given: bool(draw.integers(2)), seed)[0] for seed in range(10)]
    assert np.mean(scores) < 0.1 * sum(UNIT.points().values())


def test_who_accuses_by_turns_earns_nothing():
    turns = iter(range(10**6))
    assert score(lambda *given: next(turns) % 2 == 0)[0] <= 0.1 * sum(UNIT.points().values())


def test_what_a_test_asks_without_end_is_stopped_and_told():
    def without_end(model, *_):
        while True:
            model([[4]], [[5]])

    (verdict,) = judge(UNIT.suite, Workbench({"test_padding": without_end}), 0, only=["test_padding"])
    assert verdict.score == 0
    assert "may call `model` 100 times" in verdict.tests[0].sentence


def test_what_a_test_gives_that_cannot_be_read_is_told():
    for asks, told in (
        (lambda model: model([4], [5]), "shape (1,)"),
        (lambda model: model([[4], [4, 5]], [[5], [6]]), "inhomogeneous"),
        (lambda model: model([[4]]), "'target'"),
    ):
        (verdict,) = judge(UNIT.suite, Workbench({"test_padding": asks}), 0, only=["test_padding"])
        assert "cannot read" in verdict.tests[0].sentence
        assert told in verdict.tests[0].got


def test_a_test_may_name_what_it_gives():
    def by_name(model):
        return bool(np.asarray(model(target=[[2, 5]], source=[[4]])).size)

    assert score(by_name)[0] == 0
    assert all(test.outcome == "passed" for test in score(by_name)[1][0].tests[2:])
