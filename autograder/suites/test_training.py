"""Unit 11: training.

Oracles are float64 loops over tokens, the paper's formula, and a model of two matrices whose training is worked out in
NumPy, update by update. Sizes: B=3, T=5, V=7 and others, B above 32 where a model is trained.
"""

import math
from typing import NamedTuple

import numpy as np

from autograder.judging import exercise, expect, supporting, worth

ONE = np.array(1.0)  # the pull on a loss


def log_shares(logits):
    """ln softmax of each row of logits, with the largest taken away first."""
    wide = np.asarray(logits, np.float64)
    wide = wide - wide.max(-1, keepdims=True)
    return wide - np.log(np.exp(wide).sum(-1, keepdims=True))


def wanted(label, size, smoothing):
    """What would have been right for one token: ε / V for all V, and 1 − ε more for the label."""
    return np.full(size, smoothing / size) + (1 - smoothing) * (np.arange(size) == label)


def loss_by_loops(labels, logits, smoothing=0.0):
    """The mean of −Σᵥ qᵥ ln pᵥ over all tokens whose label is not 0."""
    losses = [
        -sum(wanted(labels[place], logits.shape[-1], smoothing) * log_shares(logits[place]))
        for place in np.ndindex(*labels.shape)
        if labels[place] != 0
    ]
    return sum(losses) / len(losses) if losses else 0.0


def loss_gradients(labels, logits, smoothing=0.0):
    """(p − q) / count for real tokens, 0 for padding."""
    found, count = np.zeros(logits.shape), max(int((labels != 0).sum()), 1)
    for place in np.ndindex(*labels.shape):
        if labels[place] != 0:
            right = wanted(labels[place], logits.shape[-1], smoothing)
            found[place] = (np.exp(log_shares(logits[place])) - right) / count
    return found


def accuracy_by_loops(labels, logits):
    """The share of tokens with a label other than 0 whose largest logit stands at the label."""
    real = [place for place in np.ndindex(*labels.shape) if labels[place] != 0]
    return sum(max(range(logits.shape[-1]), key=lambda v: logits[p][v]) == labels[p] for p in real) / max(len(real), 1)


def some_labels(rng, lengths, length, size):
    """Labels `(B, length)`, ids from 1 on, each row padded with 0 after its length."""
    labels = rng.integers(1, size, size=(len(lengths), length)).astype(np.int32)
    return np.where(np.arange(length) < np.array(lengths)[:, None], labels, 0).astype(np.int32)


def batches(rng, times=1):
    """Labels and logits of three batches; rows differ in length, and in how well their tokens are known.

    They are so many times as long: of a few tokens, a share is the same for many ways to be wrong.
    """
    for lengths, length, size in (((5, 2, 1), 5, 7), ((1, 6), 6, 5), ((3, 4, 1, 2), 4, 9)):
        labels = some_labels(rng, [times * one for one in lengths], times * length, size)
        logits = 2 * rng.normal(size=(*labels.shape, size))
        logits[0] += 2 * np.eye(size)[labels[0]]  # the first sentence is known best
        logits[:, :, 0] += 2 * (labels == 0)  # and padding is told from words
        yield labels, logits


def only_padding(rng):
    """Labels and logits of a batch in which no token is real."""
    return np.zeros((2, 3), np.int32), rng.normal(size=(2, 3, 5))


def in_training(learner, rng, by_loops, what, times=1):
    """What Keras does when it trains: whole numbers come as floats, logits as float16, and B and T are unknown."""
    labels, logits = next(batches(rng, times))
    halves = logits.astype(np.float16)
    expected = by_loops(labels, halves)
    with expect.beforehand():
        expect.close(learner(labels, logits), by_loops(labels, logits), "The result is right.")
    rule = f"Keras hands labels on as floats, such as 3.0: the {what} must stay the same."
    expect.close(learner(labels.astype(np.float32), logits), by_loops(labels, logits), rule)
    found = learner(labels, halves)
    rule = f"The {what} of float16 logits is computed in float32: cast them before anything else."
    expect.close(found, expected, rule)
    kind = getattr(found, "dtype", type(found).__name__)
    expect.true(str(kind) == "float32", f"The {what} is a float32, whatever the logits are.", str(kind), "float32")
    rule = f"A graph made for any B and T must give the same {what}: no size of these may stand in the code."
    expect.close(learner.compiled(labels, logits, unknown_axes=2), by_loops(labels, logits), rule)


@exercise("masked_loss", points=6, minutes=20, difficulty=3, importance=5)
class TestMaskedLoss:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        labels = np.array([[2, 0], [1, 2]], np.int32)
        logits = np.log([[[1, 1, 1], [8000, 8000, 8000]], [[1, 2, 1], [1, 1, 6]]])
        rule = "Three tokens are real, with losses of 1.0986, 0.6931 and 0.2877: this is the example of the task."
        expect.close(learner(labels, logits), 0.6931, rule, atol=6e-5)
        rule = "The same with smoothing=0.3 gives 0.8588."
        expect.close(learner(labels, logits, smoothing=0.3), 0.8588, rule, atol=6e-5)

    @worth(4)
    def test_it_is_the_mean_over_the_real_tokens_of_the_whole_batch(self, learner, rng):
        rule = "−ln p of each right token, added up over all real tokens and divided by how many these are."
        for labels, logits in batches(rng):
            expect.close(learner(labels, logits), loss_by_loops(labels, logits), rule)
        for labels in (np.array([[3, 0]]), np.array([[1], [2], [0]])):  # one real token; rows of one token
            logits = rng.normal(size=(*labels.shape, 5))
            expect.close(learner(labels, logits), loss_by_loops(labels, logits), rule)

    @supporting
    def test_padding_counts_for_nothing_wherever_it_stands(self, learner, rng):
        labels, logits = next(batches(rng))
        labels[0, 2] = 0  # real tokens follow it
        before = learner(labels, logits)
        with expect.beforehand():
            expect.varied(np.array([before, learner(labels, logits + 3 * rng.normal(size=logits.shape))]), "It varies.")
        rule = "Other logits at padding, where the label is 0: the loss must not change."
        noise = 3 * rng.normal(size=logits.shape) * (labels == 0)[:, :, None]
        expect.unchanged(learner(labels, logits + noise), before, rule)
        rule = "Two more columns and one more row of padding: the loss must not change."
        longer = np.pad(labels, ((0, 1), (0, 2))), np.pad(logits, ((0, 1), (0, 2), (0, 0)), constant_values=1.0)
        expect.unchanged(learner(*longer), before, rule)

    @worth(3)
    def test_smoothing_is_spread_over_all_tokens(self, learner, rng):
        rule = "With smoothing ε, all V tokens get ε / V, and the right one 1 − ε more."
        for (labels, logits), smoothing in zip(batches(rng), (0.1, 0.3, 0.6), strict=True):
            found = learner(labels, logits, smoothing=smoothing)
            expect.close(found, loss_by_loops(labels, logits, smoothing), rule)

    def test_a_batch_of_padding_has_no_loss_and_no_gradients(self, learner, rng):
        labels, logits = next(batches(rng))
        with expect.beforehand():
            expect.close(learner(labels, logits), loss_by_loops(labels, logits), "The loss is right.")
        labels, logits = only_padding(rng)
        expect.close(learner(labels, logits), 0.0, "A batch of nothing but padding has a loss of 0, and not NaN.")
        (found,) = learner.gradient(labels, logits, 0.2, cotangent=ONE, wrt=(1,))
        expect.close(found, np.zeros(logits.shape), "A batch of nothing but padding has gradients of 0, and not NaN.")

    @worth(2)
    def test_large_logits_give_the_right_loss_and_gradients(self, learner, rng):
        labels, _ = next(batches(rng))
        logits = 1e4 * rng.choice([-1.0, -0.5, 0.5, 1.0], size=(*labels.shape, 7))
        logits[0, 0] = 1e4 * np.arange(1, 8) / 7
        for smoothing in (0.0, 0.1):
            found = learner(labels, logits, smoothing)
            expect.finite(found, "At logits of ±10,000 the loss must be finite: ln of a share that is 0 is not.")
            rule = "A token that is wrong by 10,000 costs 10,000."
            expect.close(found, loss_by_loops(labels, logits, smoothing), rule)
            (found,) = learner.gradient(labels, logits, smoothing, cotangent=ONE, wrt=(1,))
            expect.finite(found, "Gradients must be finite at logits of ±10,000.")
            rule = "A token that is wrong by 10,000 is pulled with full force."
            rounded = 1e-4  # next to 10,000, neighbours in float32 lie 0.001 apart, and logsumexp gives one of them
            expect.close(found, loss_gradients(labels, logits, smoothing), rule, atol=rounded)

    @worth(2)
    def test_gradients_pull_real_tokens_alone(self, learner, rng):
        for (labels, logits), smoothing in zip(batches(rng), (0.0, 0.2), strict=False):
            (found,) = learner.gradient(labels, logits, smoothing, cotangent=ONE, wrt=(1,))
            rule = "The gradient of a real token's logits is (p − q) / count, that of padding 0."
            expect.close(found, loss_gradients(labels, logits, smoothing), rule)

    def test_it_works_as_keras_calls_it_in_training(self, learner, rng):
        in_training(learner, rng, loss_by_loops, "loss")


TIMES = 7  # as long as for the loss


@exercise("masked_accuracy", points=3, minutes=10, difficulty=2, importance=3)
class TestMaskedAccuracy:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        labels = np.array([[2, 0], [1, 2]], np.int32)
        logits = np.array([[[5.0, 1, 0], [9, 0, 0]], [[0, 3, 0], [0, 0, 1]]])
        expect.close(learner(labels, logits), 0.6667, "Two of three real tokens are right.", atol=6e-5)

    @worth(3)
    def test_it_is_the_share_of_the_real_tokens_of_the_whole_batch(self, learner, rng):
        rule = "Count the real tokens whose largest logit is at their label, and divide by how many are real."
        for labels, logits in batches(rng, TIMES):
            logits[0, 0] = 5 * np.eye(logits.shape[-1])[labels[0, 0]]  # right
            said, label = np.eye(logits.shape[-1])[[0, labels[1, 0]]]
            logits[1, 0] = 5 * said + 3 * label  # real, but the model says padding
            expect.close(learner(labels, logits), accuracy_by_loops(labels, logits), rule)
        expect.close(learner(np.array([[3, 0]]), np.eye(5)[None, [3, 1]]), 1.0, rule)  # one real token

    def test_padding_counts_for_nothing_wherever_it_stands(self, learner, rng):
        labels, logits = next(batches(rng, TIMES))
        labels[0, 2] = 0
        logits[0, [0, 1]] = 5 * np.eye(7)[labels[0, [0, 1]]]
        with expect.beforehand():
            expect.close(learner(labels, logits), accuracy_by_loops(labels, logits), "The accuracy is right.")
        longer = np.pad(labels, ((0, 1), (0, 2))), np.pad(logits, ((0, 1), (0, 2), (0, 0)))
        rule = "Two more columns and one more row of padding: the accuracy must not change."
        expect.close(learner(*longer), accuracy_by_loops(labels, logits), rule)
        found = learner(*only_padding(rng))
        expect.close(found, 0.0, "A batch of nothing but padding has an accuracy of 0, and not NaN.")

    def test_it_works_as_keras_calls_it_in_training(self, learner, rng):
        in_training(learner, rng, accuracy_by_loops, "accuracy", TIMES)


SCHEDULE = {"d_model": 24, "warmup_steps": 7}


def rate(step, d_model, warmup_steps):
    """Equation 3 of Vaswani et al. (2017)."""
    return min(1 / math.sqrt(step), step / (warmup_steps * math.sqrt(warmup_steps))) / math.sqrt(d_model)


def some_schedules(rng):
    """Widths and warm-up steps, always different."""
    for low, high in ((3, 40), (100, 600)):
        yield int(rng.integers(low, high)), int(rng.integers(5 * low, 5 * high))


@exercise("WarmupSchedule", points=4, minutes=15, difficulty=2, importance=4)
class TestWarmupSchedule:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        schedule = learner(4, 100)
        for step, by_hand in ((50, 0.025), (100, 0.05), (400, 0.025)):
            expect.close(schedule(step), by_hand, f"With D = 4 and 100 warm-up steps, rate({step}) is {by_hand}.")
        rule = "The paper's base model, D = 512 with 4,000 steps of warm-up, peaks at 6.987712e-4."
        expect.close(learner(d_model=512)(4000), 6.987712e-4, rule)

    @worth(3)
    def test_it_rises_and_falls_as_the_paper_has_it(self, learner, rng):
        for d_model, warmup_steps in some_schedules(rng):
            schedule = learner(d_model, warmup_steps=warmup_steps)
            for step in (1, 2, warmup_steps // 2, warmup_steps, warmup_steps + 1, 7 * warmup_steps):
                name = "rises" if step < warmup_steps else "falls"
                rule = f"The rate {name} at step {step} of {warmup_steps}: D^-0.5 · min(s^-0.5, s · warmup^-1.5)."
                expect.close(schedule(step), rate(step, d_model, warmup_steps), rule)

    def test_the_first_step_is_taken_at_a_finite_rate(self, learner):
        schedule = learner(16, warmup_steps=9)
        with expect.beforehand():
            expect.close(schedule(5), rate(5, 16, 9), "The rate is right.")
        for step in (0, np.array(0)):
            found = schedule(step)
            expect.finite(found, "Keras begins to count at 0. The rate must be finite there.")
            first = rate(1, 16, 9) if np.all(np.asarray(found) > 1e-6) else 0.0
            expect.close(found, first, "At step 0 the rate is 0, or that of step 1.")

    @worth(2)
    def test_a_step_may_be_a_tensor(self, learner, rng):
        ((d_model, warmup_steps), _) = some_schedules(rng)
        schedule = learner(d_model, warmup_steps)
        for step in (3, warmup_steps, 2 * warmup_steps):
            rule = "A step comes as an integer tensor when an optimizer asks: cast it to float32 first."
            found, expected = schedule(np.array(step, np.int32)), rate(step, d_model, warmup_steps)
            expect.close(found, expected, rule)
            kind = getattr(found, "dtype", type(found).__name__)
            expect.true(str(kind) == "float32", "The rate of a tensor is a float32.", str(kind), "float32")
        expect.close(schedule.compiled(np.array(step, np.int32)), expected, "In a graph the rate must be the same.")

    def test_it_can_be_made_again_from_its_config(self, learner):
        schedule = learner(24, warmup_steps=7)
        with expect.beforehand():
            expect.close(schedule(9), rate(9, **SCHEDULE), "The rate is right.")
        rule = "`get_config`, which is saved with a model, returns both arguments as they came, under their own names."
        config = schedule.method("get_config")
        expect.true(isinstance(config, dict), rule, expect.returned(config), "a dictionary")
        found = {name: config.get(name) for name in SCHEDULE}
        odd = [name for name, one in found.items() if isinstance(one, np.ndarray)]
        expect.true(not odd, "A configuration holds plain numbers.", f"a tensor as {', '.join(odd)}", "numbers")
        expect.equal(found, dict(SCHEDULE), rule)
        usual = learner(24).method("get_config")
        expect.equal({"warmup_steps": usual.get("warmup_steps")}, {"warmup_steps": 4000}, "It warms up for 4000 steps.")
        rule = "A schedule made from `get_config()` gives the same rates."
        expect.close(schedule.rebuilt()(9), rate(9, **SCHEDULE), rule)

    @worth(2)
    def test_a_model_trains_by_it(self, learner, rng):
        schedule = learner(24, warmup_steps=7)
        model = learner.from_keras("Sequential")([learner.from_keras("layers.Dense")(1, use_bias=False)])
        optimizer = learner.from_keras("optimizers.SGD")(schedule)
        model.method("compile", optimizer, "mse", run_eagerly=True)
        inputs, labels = np.ones((2, 1)), np.zeros((2, 1))
        model(inputs)
        model.set_weights([np.ones((1, 1))])
        model.method("fit", inputs, labels, batch_size=1, epochs=2, verbose=0)
        rule = "After four updates, an optimizer with your schedule is at the rate of step 4."
        expect.close(optimizer.attribute("learning_rate"), rate(4, **SCHEDULE), rule)
        rule = "Each update moves the parameter by the rate of its step, from step 0 on."
        moved = (1 - 2 * schedule(0)) * math.prod(1 - 2 * rate(step, **SCHEDULE) for step in (1, 2, 3))
        expect.close(model.weights()[0], np.full((1, 1), moved), rule)


class Trained(NamedTuple):
    """What a model of two matrices goes through: the loss before each update, and both matrices after the last."""

    losses: list[float]
    matrices: list[np.ndarray]


def trained_by_hand(ids, labels, matrices, learning_rate, steps):
    """Gradient descent on logits = table[id] · kernel, update by update, in float64."""
    (table, kernel), losses = (np.array(one, np.float64) for one in matrices), []
    for _ in range(steps):
        logits = table[ids] @ kernel
        losses.append(loss_by_loops(labels, logits))
        pull = loss_gradients(labels, logits)
        of_kernel = np.einsum("btd,btv->dv", table[ids], pull)
        of_table = np.zeros(table.shape)
        np.add.at(of_table, ids, pull @ kernel.T)
        table, kernel = table - learning_rate * of_table, kernel - learning_rate * of_kernel
    return Trained(losses, [table, kernel])


def drawn(rng, tokens, width, size):
    """A table and a kernel, neither large nor small."""
    return [rng.normal(size=(tokens, width)), rng.normal(size=(width, size)) / math.sqrt(width)]


def two_matrices(learner, matrices):
    """A Keras model with these: each id's row of the table times the kernel."""
    (tokens, width), (_, size) = (one.shape for one in matrices)
    dense = learner.from_keras("layers.Dense")(size, use_bias=False)
    model = learner.from_keras("Sequential")([learner.from_keras("layers.Embedding")(tokens, width), dense])
    model(np.ones((1, 1), np.int32))
    model.set_weights(matrices)
    return model


def two_sentences(learner, tokens, width, size):
    """A Keras model of a source and a target: logits of the target's vectors, each plus the mean of the source's."""
    keras_input, layer = learner.from_keras("Input"), learner.from_keras("layers.Embedding")
    source, target = (keras_input(shape=[None], dtype="int32", name=name) for name in ("source", "target"))
    told = learner.from_keras("layers.GlobalAveragePooling1D")(keepdims=True)(layer(tokens, width)(source))
    both = learner.from_keras("layers.Add")()([layer(tokens, width)(target), told])
    logits = learner.from_keras("layers.Dense")(size)(both)
    return learner.from_keras("Model")({"source": source, "target": target}, logits)


def floats(found, steps):
    """The learner's losses, if they are `steps` floats."""
    rule = f"Return a list of {steps} floats, one for each step."
    expect.true(isinstance(found, (list, tuple)), rule, expect.returned(found), f"a list of {steps} floats")
    expect.true(len(found) == steps, rule, f"{len(found)} items", f"{steps} floats")
    kinds = sorted({type(one).__name__ for one in found})
    expect.true(kinds == ["float"], "Each loss is a Python float.", f"items of type {', '.join(kinds)}", "float")
    return np.array(found)


def a_batch(rng):
    """Ids and labels `(67, 4)`: more rows than Keras takes at a time by itself, of all lengths."""
    return rng.integers(1, 8, size=(67, 4)).astype(np.int32), some_labels(rng, rng.integers(1, 5, size=67), 4, 7)


def compiled_by_the_judge(learner, matrices, **options):
    """The model of two matrices with an optimizer, a loss and a metric of its own; `fit` shuffles the same each time."""  # noqa: E501
    model = two_matrices(learner, matrices)
    learner.from_keras("utils.set_random_seed")(11)
    loss = learner.from_keras("losses.SparseCategoricalCrossentropy")(from_logits=True, ignore_class=0)
    model.method("compile", learner.from_keras("optimizers.SGD")(RATE), loss, metrics=["accuracy"], **options)
    return model


def not_compiled(learner):
    """The model of two sentences, its parameters the same each time, and a batch that it can learn by heart."""
    model, usual = two_sentences(learner, 9, 32, 6), np.random.default_rng(11)
    shapes = [array.shape for array in model.weights()]
    model.set_weights([usual.normal(size=shape) / math.sqrt(shape[-1]) for shape in shapes])
    inputs = {"source": usual.integers(1, 9, size=(4, 3)), "target": usual.integers(1, 9, size=(4, 5))}
    labels = np.where(usual.random((4, 5)) < 0.3, 0, inputs["target"] % 5 + 1).astype(np.int32)
    return model, inputs, labels


RATE = 1.5  # of the judge's optimizer
FIRST = "The first float is the loss of the untouched model: the mean over the real tokens of all rows."


@exercise("overfit_one_batch", points=7, minutes=25, difficulty=3, importance=5)
class TestOverfitOneBatch:
    @supporting
    def test_it_returns_a_float_for_each_step(self, learner, rng):
        matrices, batch = drawn(rng, 8, 6, 7), a_batch(rng)
        model = compiled_by_the_judge(learner, matrices, run_eagerly=True)
        floats(learner(model, batch, 2), 2)

    def test_the_first_loss_is_that_of_the_untouched_model(self, learner, rng):
        matrices, (ids, labels) = drawn(rng, 8, 6, 7), a_batch(rng)
        model = compiled_by_the_judge(learner, matrices, run_eagerly=True)
        found = floats(learner(model, (ids, labels), 1), 1)
        expect.close(found[0], trained_by_hand(ids, labels, matrices, RATE, 1).losses[0], FIRST, atol=1e-4)

    @worth(3)
    def test_a_compiled_model_goes_down_step_by_step_with_its_own_optimizer(self, learner, rng):
        matrices, (ids, labels), steps = drawn(rng, 8, 6, 7), a_batch(rng), 4
        model = compiled_by_the_judge(learner, matrices, run_eagerly=True)
        found = floats(learner(model, (ids, labels), steps), steps)
        by_hand = trained_by_hand(ids, labels, matrices, RATE, steps)
        rule = "Each float is the loss of all 67 rows before one more update by the model's own optimizer."
        expect.close(found, np.array(by_hand.losses), rule, atol=1e-4)

    @supporting
    @worth(2)
    def test_the_model_that_was_given_has_made_all_its_updates(self, learner, rng):
        matrices, (ids, labels), steps = drawn(rng, 8, 6, 7), a_batch(rng), 3
        model = compiled_by_the_judge(learner, matrices, jit_compile=False)
        learner(model, (ids, labels), steps)
        by_hand = trained_by_hand(ids, labels, matrices, RATE, steps)
        rule = f"After {steps} updates the model that was given has the parameters that these make."
        for mine, theirs in zip(model.weights(), by_hand.matrices, strict=True):
            expect.close(mine, theirs, rule, atol=1e-4)

    def test_a_model_that_is_not_compiled_is_compiled_with_the_masked_loss(self, learner):
        model, inputs, labels = not_compiled(learner)
        learner.from_keras("utils.set_random_seed")(11)  # so that a copy draws the same parameters each time
        expected = loss_by_loops(labels, model(inputs))
        expect.close(floats(learner(model, (inputs, labels), 1), 1)[0], expected, FIRST, atol=1e-4)

    @worth(2)
    def test_a_model_that_is_not_compiled_learns_its_batch_by_heart(self, learner, rng):
        (model, inputs, labels), steps = not_compiled(learner), 21
        learner.from_keras("utils.set_random_seed")(11)
        before = loss_by_loops(labels, model(inputs))
        found = floats(learner(model, (inputs, labels), steps), steps)
        expect.close(found[0], before, FIRST, atol=1e-4)
        rule = "A model that was not compiled is compiled with an Adam of rate 0.01."
        expect.close(model.attribute("optimizer.learning_rate"), 0.01, rule)
        rule = f"A model that can learn the batch by heart is near a loss of 0 after {steps} steps of Adam(0.01)."
        expect.true(bool(found[-1] < before / 10), rule, f"{before:.3f} at first, {found[-1]:.3f} at last", "near 0")
        rule = "The model that was given is the one that learns: afterwards its own loss is below the last float."
        after = loss_by_loops(labels, model(inputs))
        expect.true(bool(found[-1] / 2 < after < found[-1]), rule, f"{after:.4f}", f"below {found[-1]:.4f}")
