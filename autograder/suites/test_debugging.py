"""Unit 14: debugging.

What is judged are tests, on models that live with the judge: right ones, and each of them with a bug. A learner's test
gets functions alone, so that nothing but what a model does can tell it which is which. Every bug is asked together with
its twins, the same models with the same parameters and without the bug, in an order that is drawn. Thus a test that
always says the same has exposed nothing.
"""

from course.toolkit.clinic import bugs
from course.toolkit.clinic.kinds import Kind
from course.toolkit.clinic.patients import readable
from course.toolkit.clinic.small_transformer import SmallTransformer

from functools import partial

import numpy as np

from autograder.judging import exercise, expect, supporting, worth
from autograder.seam import LearnerError

MOST_CALLS, MOST_STEPS = 100, 20  # of one run of a test
ROUNDING = 5e-6
SAYS = {True: "it does not pass", False: "it passes"}  # of what a test accuses, and of what it does not
ACCUSED = "Your test accuses it."

PAPERS = Kind(layers=2, heads=4)
PRE_NORM = Kind(norm_first=True, tied=False, activation="gelu")
ROOT_MEAN_SQUARE = Kind(heads=2, centred=False, norm_first=True, positions="learned")
BY_DISTANCE = Kind(positions="distances", tied=False, hidden=16)
LARGE_LOGITS = Kind(scale=300.0, tied=False, rounding=ROUNDING / 2)
FAINT = Kind(reach=0.1, scale=0.05, heads=2)
FAINTER = Kind(reach=0.01, scale=0.05)  # where what a bug changes is at once added to what the logits are made of
LIKE_A_GPU = Kind(rounding=ROUNDING, activation="gelu")
LEFTOVERS = Kind(leftovers=True, norm_first=True)
DROPPING = Kind(dropout=0.3, norm_first=True)
DESCENT = Kind(adam=False, rate=0.1, tied=False)
SCATTERED = Kind(heads=2, centred=False, norm_first=True, positions="learned", spread=0.1)
TOLD = {
    PAPERS: "it is built as in the paper",
    PRE_NORM: "it normalises before each branch, and its projection is not tied",
    ROOT_MEAN_SQUARE: "it normalises by the root mean square, and its positions are learned",
    BY_DISTANCE: "it knows positions by distances alone",
    LARGE_LOGITS: "its logits are large, up to some hundreds, and rounded",
    FAINT: "its logits are small, and so is what attention adds",
    FAINTER: "its logits are small, and what attention adds is smaller still",
    LIKE_A_GPU: "two calls differ by rounding, as on a GPU",
    LEFTOVERS: "its logits at padded target positions are whatever was left there",
    DROPPING: "it has dropout in training",
    DESCENT: "it is trained by plain gradient descent",
    SCATTERED: "its biases and gains begin at random, so that no two arrays are ever equal",
}


def asked(patient, name):
    """One of a model's functions as a test gets it: it says what it cannot read, and ends a test that has no end."""
    function, calls = getattr(patient, name), []
    most = MOST_STEPS if name == "train" else MOST_CALLS

    def counted(*given, **named):
        calls.append(name)
        expect.true(len(calls) <= most, f"A test may call `{name}` {most} times.", f"more than {most} calls")
        if name == "parameters":
            return function()
        try:
            return function(*readable(*given, **named))
        except (ValueError, TypeError) as error:
            raise expect.Unmet(f"`{name}(source, target)` cannot read what your test gives it.", str(error)) from None

    counted.__name__ = name
    return counted


def accuses(learner, patient, given):
    """Whether a test says that this model is wrong: by False, or by an AssertionError."""
    try:
        said = learner(*(asked(patient, name) for name in given))
    except LearnerError as error:
        if error.outcome == "error" and "AssertionError" in error.types:
            return True
        raise
    is_bool = isinstance(said, bool) or (isinstance(said, np.ndarray) and said.dtype == bool and said.ndim == 0)
    rule = "Return True if the model passes, and False if it does not; or raise an AssertionError, and return nothing."
    expect.true(said is None or is_bool, rule, expect.returned(said), "True or False")
    return said is not None and not said


def exposes(learner, rng, given, bug, kinds, told):
    """A test accuses models with a bug, and leaves their twins alone."""
    wrong = f"This model is wrong: {told} Your test lets it pass."
    pairs = []
    for kind, seed in _seeded(rng, kinds):
        pairs += [(partial(bug, kind, seed), True, wrong), (partial(SmallTransformer, kind, seed), False, _right(kind))]
    _say_what_they_are(learner, given, [pairs[place] for place in rng.permutation(len(pairs))])


def acquits(learner, rng, given, kinds):
    """A test leaves right models alone, however they are built."""
    seeded = _seeded(rng, kinds)
    _say_what_they_are(learner, given, [(partial(SmallTransformer, *one), False, _right(one[0])) for one in seeded])


def bears_with(learner, rng, given, ills):
    """A test leaves models alone whose bug is none of its business."""
    asked_for = []
    for (bug, told), (kind, seed) in zip(ills.items(), _seeded(rng, [PAPERS] * len(ills)), strict=True):
        sentence = f"This model is right in what this test is for. {told}, which is another test's task. {ACCUSED}"
        asked_for.append((partial(bug, kind, seed), False, sentence))
    _say_what_they_are(learner, given, asked_for)


def _right(kind):
    return f"This model is right: {TOLD[kind]}. {ACCUSED}"


def _seeded(rng, kinds):
    return [(kind, int(rng.integers(1 << 30))) for kind in kinds]


def _say_what_they_are(learner, given, asked_for):
    """A test says of each of these models whether it is wrong: `(make, is_wrong, sentence if the test says otherwise)`.

    All are asked before any is judged: the more a test has said, the better its slips can be told apart. The one that
    the learner is told of is asked once more, as they are invited to study what was asked last.
    """
    accused = [accuses(learner, make(), given) for make, *_ in asked_for]
    for (make, is_wrong, sentence), found in zip(asked_for, accused, strict=True):
        if found != is_wrong:
            accuses(learner, make(), given)
        expect.true(found == is_wrong, sentence, SAYS[found], SAYS[is_wrong])


TURNED_OVER = "its look-ahead mask is turned over, so that each target token attends to later ones alone."
LOOKS_AHEAD = {bugs.LookAheadTurnedOver: "It looks into the future"}
REPEATS = {bugs.OneLayerForAll: "It runs one layer again and again"}
FORGETS = {bugs.UnknownToTheOptimizer: "Its optimizer does not know all of it"}
SEE_PADDING = {bugs.EncoderSeesPadding: "It attends to padding", bugs.DecoderSeesSourcePadding: "It attends to padding"}
MIX_ROWS = {
    bugs.BatchTakenForSequence: "Its sentences attend to each other",
    bugs.MaskOfAnotherSentence: "It uses masks of other sentences",
}
LOSE = {bugs.UnshiftedLabels: "Its labels are not shifted", bugs.LossOverPadding: "Its loss counts padding"}


@exercise("test_padding", points=4, minutes=20, difficulty=2, importance=5)
class TestPadding:
    GIVEN = ("model",)

    @worth(3)
    def test_it_exposes_an_encoder_that_attends_to_padding(self, learner, rng):
        told = "its encoder attends to padding."
        exposes(learner, rng, self.GIVEN, bugs.EncoderSeesPadding, (PAPERS, FAINT, FAINT, LARGE_LOGITS), told)

    @worth(3)
    def test_it_exposes_a_decoder_that_attends_to_padding(self, learner, rng):
        told = "its decoder attends to padding of the source."
        exposes(learner, rng, self.GIVEN, bugs.DecoderSeesSourcePadding, (FAINTER, FAINTER, BY_DISTANCE), told)

    @supporting
    @worth(2)
    def test_right_models_of_any_build_are_left_alone(self, learner, rng):
        acquits(learner, rng, self.GIVEN, [PRE_NORM, ROOT_MEAN_SQUARE, LARGE_LOGITS, FAINT, LIKE_A_GPU, LEFTOVERS])

    @supporting
    def test_bugs_of_another_kind_are_left_alone(self, learner, rng):
        bears_with(learner, rng, self.GIVEN, LOOKS_AHEAD | REPEATS)


@exercise("test_future", points=4, minutes=20, difficulty=2, importance=5)
class TestFuture:
    GIVEN = ("model",)

    @worth(3)
    def test_it_exposes_a_look_ahead_mask_that_is_turned_over(self, learner, rng):
        exposes(learner, rng, self.GIVEN, bugs.LookAheadTurnedOver, (PAPERS, FAINTER, FAINTER, PRE_NORM), TURNED_OVER)

    @worth(3)
    def test_it_exposes_a_norm_over_the_whole_sequence(self, learner, rng):
        told = "its decoder normalises over all positions, so that each of them knows something of the later ones."
        exposes(learner, rng, self.GIVEN, bugs.NormOverTime, (PAPERS, ROOT_MEAN_SQUARE, BY_DISTANCE), told)

    @supporting
    @worth(2)
    def test_right_models_of_any_build_are_left_alone(self, learner, rng):
        acquits(learner, rng, self.GIVEN, [PRE_NORM, BY_DISTANCE, LARGE_LOGITS, FAINT, LIKE_A_GPU, LEFTOVERS])

    @supporting
    def test_bugs_of_another_kind_are_left_alone(self, learner, rng):
        bears_with(learner, rng, self.GIVEN, SEE_PADDING | MIX_ROWS | REPEATS)


@exercise("test_batch_mates", points=4, minutes=25, difficulty=3, importance=4)
class TestBatchMates:
    GIVEN = ("model",)

    @worth(3)
    def test_it_exposes_attention_along_the_batch(self, learner, rng):
        told = "its encoder takes the batch for the sequence, so that sentences attend to each other."
        exposes(learner, rng, self.GIVEN, bugs.BatchTakenForSequence, (FAINT, FAINT, PRE_NORM), told)

    @worth(3)
    def test_it_exposes_masks_of_other_sentences(self, learner, rng):
        told = "some of its heads use the padding mask of another sentence."
        exposes(learner, rng, self.GIVEN, bugs.MaskOfAnotherSentence, (PAPERS, FAINTER, LARGE_LOGITS), told)

    @supporting
    @worth(2)
    def test_right_models_of_any_build_are_left_alone(self, learner, rng):
        acquits(learner, rng, self.GIVEN, [PRE_NORM, BY_DISTANCE, LARGE_LOGITS, FAINT, LIKE_A_GPU, LEFTOVERS])

    @supporting
    def test_bugs_of_another_kind_are_left_alone(self, learner, rng):
        bears_with(learner, rng, self.GIVEN, LOOKS_AHEAD | REPEATS | FORGETS)


@exercise("test_loss", points=4, minutes=25, difficulty=3, importance=5)
class TestLoss:
    GIVEN = ("model", "loss")

    @worth(3)
    def test_it_exposes_labels_that_are_not_shifted(self, learner, rng):
        told = "its labels are the tokens that it reads, not those that come next."
        exposes(learner, rng, self.GIVEN, bugs.UnshiftedLabels, (PAPERS, FAINT, LEFTOVERS), told)

    @worth(3)
    def test_it_exposes_a_loss_that_counts_padding(self, learner, rng):
        told = "its loss is a mean over padding as well."
        exposes(learner, rng, self.GIVEN, bugs.LossOverPadding, (PAPERS, BY_DISTANCE, LARGE_LOGITS), told)

    @supporting
    @worth(2)
    def test_right_models_of_any_build_are_left_alone(self, learner, rng):
        acquits(learner, rng, self.GIVEN, [PRE_NORM, BY_DISTANCE, LARGE_LOGITS, FAINT, LIKE_A_GPU, LEFTOVERS, DROPPING])

    @supporting
    def test_bugs_of_another_kind_are_left_alone(self, learner, rng):
        bears_with(learner, rng, self.GIVEN, LOOKS_AHEAD | REPEATS | FORGETS)


@exercise("test_parameters", points=4, minutes=25, difficulty=3, importance=4)
class TestParameters:
    GIVEN = ("train", "parameters")

    @worth(3)
    def test_it_exposes_one_layer_in_the_place_of_all(self, learner, rng):
        told = "its encoder runs one layer again and again, instead of several."
        exposes(learner, rng, self.GIVEN, bugs.OneLayerForAll, (PAPERS, DESCENT), told)

    @worth(3)
    def test_it_exposes_layers_that_the_optimizer_does_not_know(self, learner, rng):
        told = "the optimizer does not know its encoder's layers, so that they are never trained."
        exposes(learner, rng, self.GIVEN, bugs.UnknownToTheOptimizer, (SCATTERED, DESCENT), told)

    @supporting
    @worth(2)
    def test_right_models_of_any_build_are_left_alone(self, learner, rng):
        acquits(learner, rng, self.GIVEN, [PRE_NORM, BY_DISTANCE, DROPPING, DESCENT])

    @supporting
    def test_bugs_of_another_kind_are_left_alone(self, learner, rng):
        bears_with(learner, rng, self.GIVEN, LOSE)
