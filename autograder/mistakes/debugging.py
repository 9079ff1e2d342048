"""Unit 14: known answers. Wrong ones carry the sentence that helps; right ones must get full marks.

All that a test says is True or False, so that slips which say the same of every model cannot be told apart. They share
a sentence, which asks for what they have in common.
"""

from course.toolkit.clinic.patients import words  # noqa: F401 - what is made of the right answers calls it

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, mistake, right

EXCHANGED = "True and False are exchanged. True says that the model passes."
NOTHING = (
    "Your test lets every model pass: it returns nothing, and nothing that it asserts ever fails. Return what it has "
    "found, or look at what you assert."
)
NUMBER = "You return a number. Return whether it is small enough, which is True or False."
TOO_SMALL = (
    "Your limit is too small for rounding: numbers that should be equal may differ by 0.00002 of the largest logit. "
    "Compare with 0.0001 of it."
)
COARSE = (
    "Your test does not see small changes. Logits may be a few hundredths, and a bug may change them by 0.001 of the "
    "largest one, so that the likeliest tokens stay: compare the logits, with a limit of 0.0001 of the largest."
)
CLOSE = "np.abs(after - before).max() <= 1e-4 * np.abs(before).max()"
PADDED = "model(np.pad(source, ((0, 0), (0, 9))), target)"
right("test_padding").edits(
    {
        "Your test lets every model pass. Is there padding behind the source in one of the calls, and none in the "
        "other, and do you compare the two?": [
            {f"return bool({CLOSE})": "return True"},
            {"(0, 9)": "(0, 0)"},
            {PADDED: "model(source, np.pad(target, ((0, 0), (0, 9))))[:, :6]"},
            {"np.abs(after - before)": "np.abs(after - after)"},
        ],
        "Your test lets no model pass. Change nothing but the number of `[PAD]` behind the source, so that all "
        "words stay where they are, and allow for rounding.": [
            {f"return bool({CLOSE})": "return False"},
            {PADDED: "model(np.where(np.arange(5) < 3, source, 0), target)"},
            {PADDED: "model(np.pad(15 - source, ((0, 0), (0, 9))), target)"},
        ],
        "Your padding stands in front of the words, which moves them to other positions. Put it behind them.": {
            "(0, 9)": "(9, 0)"
        },
        TOO_SMALL: [
            {CLOSE: "np.allclose(after, before)"},
            {CLOSE: "np.abs(after - before).max() <= 1e-6"},
        ],
        COARSE: [
            {CLOSE: "np.abs(after - before).max() <= 0.1"},
            {"1e-4 *": "5e-2 *"},
            {CLOSE: "np.allclose(after, before, atol=0.01)"},
            {CLOSE: "(after.argmax(-1) == before.argmax(-1)).all()"},
        ],
        EXCHANGED: {f"bool({CLOSE})": f"not bool({CLOSE})"},
        NOTHING: {"return bool": "bool"},
        NUMBER: {f"bool({CLOSE})": "float(np.abs(after - before).max())"},
    }
)


@correct("test_padding")
def padding_by_assert(model):
    source, target = [[4, 6, 5], [7, 8, 11]], [[2, 5, 6, 4, 9], [2, 8, 7, 10, 5]]
    expected = ops.convert_to_numpy(model(source, target))
    for more in (3, 8, 13):
        found = model([row + more * [0] for row in source], target)
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-4 * np.abs(expected).max())


@correct("test_padding")
def padding_cut_off(model):
    lengths = np.array([3, 6, 4])
    source = np.array([[4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0], [7, 8, 9, 10, 11, 4, 0, 0, 0, 0, 0, 0], 12 * [5]])
    source[2, 4:] = 0
    target = np.array([[2, 9, 8, 7]] * 3)
    whole = ops.convert_to_numpy(model(source, target))
    cut = [ops.convert_to_numpy(model(source[r : r + 1, :n], target[r : r + 1]))[0] for r, n in enumerate(lengths)]
    return np.max(np.abs(np.stack(cut) - whole)) < 3e-4 * np.max(np.abs(whole))


@correct("test_padding")
def padding_in_tensors(model):
    source, target = ops.convert_to_tensor([[4, 9, 11, 6]]), ops.convert_to_tensor([[2, 5, 5, 8, 7, 6, 10, 4]])
    before = model(source, target)
    after = model(ops.concatenate([source, ops.zeros((1, 12), dtype="int32")], axis=1), target)
    return ops.max(ops.abs(after - before)) < 1e-4 * ops.max(ops.abs(before))


CHANGED = "other[:, 5:] = words(3, 4)"
BOTH = "(ops.convert_to_numpy(model(source, one))[:, :5] for one in (target, other))"
right("test_future").edits(
    {
        "Your test lets every model pass. Are the later tokens of the second target other words, in a copy of the "
        "first, and do you compare the two results?": [
            {f"return bool({CLOSE})": "return True"},
            {CHANGED: ""},
            {"target.copy()": "target"},
            {"np.abs(after - before)": "np.abs(before - before)"},
        ],
        "Your test lets no model pass. Compare only positions before the first token that you change: the one that "
        "reads it may change, and so may all if the source is another one.": [
            {f"return bool({CLOSE})": "return False"},
            {"[:, :5] for": "[:, :6] for"},
            {"[:, :5] for": "for"},
            {"[:, :5] for": "[:, -1] for"},
            {CHANGED: "other[:, :5] = words(3, 5)[::-1]"},
            {BOTH: "(ops.convert_to_numpy(model(one, target))[:, :5] for one in (source, 15 - source))"},
        ],
        TOO_SMALL: [{CLOSE: "(after == before).all()"}, {CLOSE: "np.allclose(after, before)"}],
        COARSE: [
            {CLOSE: "np.abs(after - before).max() <= 0.1"},
            {CLOSE: "np.allclose(after, before, atol=0.02)"},
            {CLOSE: "(after.argmax(-1) == before.argmax(-1)).all()"},
        ],
        EXCHANGED: {f"bool({CLOSE})": f"not bool({CLOSE})"},
        NOTHING: {"return bool": "bool"},
        NUMBER: {f"bool({CLOSE})": "float(np.abs(after - before).max())"},
    }
)


@correct("test_future")
def future_cut_off(model):
    source, target = np.array([[4, 5, 6], [7, 8, 9]]), np.array([[2, 10, 5, 4, 7, 11, 6], [2, 6, 6, 8, 9, 4, 10]])
    whole = ops.convert_to_numpy(model(source, target))
    for length in range(1, 7):
        found = ops.convert_to_numpy(model(source, target[:, :length]))
        if np.abs(found - whole[:, :length]).max() > 1e-4 * np.abs(whole).max():
            return False
    return True


@correct("test_future")
def future_token_by_token(model):
    source, target = [[5, 9, 4, 7]], [[2, 4, 5, 6, 7, 8, 9, 10]]
    expected = ops.convert_to_numpy(model(source, target))
    for place in range(1, 8):
        other = [target[0][:place] + [11] * (8 - place)]
        found = ops.convert_to_numpy(model(source, other))
        assert np.abs(found[:, :place] - expected[:, :place]).max() < 3e-4 * np.abs(expected).max()


@correct("test_future")
def future_in_tensors(model):
    draw = keras.random.randint
    source, past = draw((4, 6), 4, 12, dtype="int32", seed=1), draw((4, 4), 4, 12, dtype="int32", seed=2)
    ends = [draw((4, 8), 4, 12, dtype="int32", seed=seed) for seed in (3, 4, 5)]
    first, *others = (model(source, ops.concatenate([past, end], axis=1))[:, :4] for end in ends)
    limit = 1e-4 * ops.max(ops.abs(first))
    return bool(ops.all(ops.stack([ops.max(ops.abs(other - first)) < limit for other in others])))


SHORTENED = "words(6, 6) * np.tri(6, dtype=int)"
APART = "np.abs(alone[real] - together[row][real]).max() > limit"
LOOP = """for row in range(len(source)):
    alone = ops.convert_to_numpy(model(source[row : row + 1], target[row : row + 1]))[0]
    real = target[row] != 0
    if np.abs(alone[real] - together[row][real]).max() > limit:
        return False
return True"""
OTHER_ORDER = """again = ops.convert_to_numpy(model(source[::-1], target[::-1]))[::-1]
return bool(np.abs(again - together)[target != 0].max() <= limit)"""
right("test_batch_mates").edits(
    {
        "Your test lets every model pass. Are there other rows beside a row in one of the calls, and do you compare "
        "what it gets there with what it gets without them?": [
            {LOOP: "return True"},
            {"model(source[row : row + 1], target[row : row + 1]))[0]": "model(source, target))[row]"},
        ],
        "Your test lets no model pass. Each row must be compared with itself: results come in the order of the rows "
        "that you gave.": [
            {LOOP: "return False"},
            {LOOP: OTHER_ORDER.replace("[::-1]))[::-1]", "[::-1]))")},
            {"together[row][real]": "together[row - 1][real]"},
        ],
        "All your rows have one length, so that the mask of another row is the same. Put padding behind some.": {
            SHORTENED: "words(6, 6)"
        },
        "Attention among rows escapes your test: it changes nothing among equal rows, and does not mind their order. "
        "Ask for a row alone, or beside other sentences.": [
            {SHORTENED: "words(1, 6) * np.tri(6, dtype=int)"},
            {LOOP: OTHER_ORDER},
        ],
        "You compare logits at padded target positions too. They may be anything: look at real tokens only.": {
            "real = target[row] != 0": "real = target[row] != -1"
        },
        TOO_SMALL: [
            {"> limit": "> 0"},
            {APART: "not np.allclose(alone[real], together[row][real])"},
        ],
        COARSE: [
            {"> limit": "> 0.1"},
            {"limit = 1e-4": "limit = 5e-2"},
            {APART: "(alone[real].argmax(-1) != together[row][real].argmax(-1)).any()"},
        ],
        EXCHANGED: {"return False": "return True", "return True": "return False"},
        "Your test returns something only where a model is wrong, which is then True. Return False there, and True at "
        "the end.": {"return False": "return True", "return True": ""},
    }
)


@correct("test_batch_mates")
def mates_exchanged(model):
    source = np.array([[4, 5, 6, 7, 8, 9], [10, 11, 4, 0, 0, 0], [6, 0, 0, 0, 0, 0]])
    target = np.array([[2, 9, 8, 7, 6, 5], [2, 4, 11, 10, 0, 0], [2, 6, 3, 0, 0, 0]])
    expected = ops.convert_to_numpy(model(source, target))
    rng = np.random.default_rng(0)
    for row in range(3):
        mates, said = rng.integers(4, 12, size=(2, 6, 6))
        mates[:, 3:] = 0
        place = 2 * row
        mates[place], said[place] = source[row], target[row]
        found = ops.convert_to_numpy(model(mates, said))[place]
        real = target[row] != 0
        assert np.abs(found - expected[row])[real].max() < 2e-4 * np.abs(expected[row][real]).max(), row


@correct("test_batch_mates")
def mates_left_out(model):
    sources = [[4, 9, 5, 11], [7, 6], [10, 8, 4, 4, 6, 5, 9], [11, 5, 8]]
    targets = [[2, 5, 4], [2, 6, 7, 11, 9], [2, 8], [2, 10, 4, 7]]
    source, target = (np.array([row + [0] * (8 - len(row)) for row in rows]) for rows in (sources, targets))
    whole = ops.convert_to_numpy(model(source, target))
    passes = True
    for row, said in enumerate(targets):
        alone = ops.convert_to_numpy(model([sources[row]], [said]))[0]
        apart = np.abs(alone - whole[row, : len(said)]).max()
        passes = passes and bool(apart < 1e-4 * np.abs(alone).max())
    return passes


@correct("test_batch_mates")
def mates_in_turn(model):
    rng = np.random.default_rng(7)
    source, target = rng.integers(4, 12, size=(2, 5, 7))
    source[1, 4:], source[2, 2:], source[3, 1:] = 0, 0, 0
    scale, results = 0.0, []
    for kept in ([0, 1, 2, 3, 4], [0], [0, 1], [0, 3, 2], [0, 4, 4, 4]):
        found = ops.convert_to_numpy(model(source[kept], target[kept]))[0]
        scale = max(scale, np.abs(found).max())
        results.append(found)
    return all(np.abs(one - results[0]).max() <= 1e-4 * scale for one in results)


COSTS = "costs[following != 0].mean()"
LOG_P = "ops.convert_to_numpy(ops.log_softmax(model(source, target[:, :-1])))"
AGREE = "abs(float(loss(source, target)) - expected) <= 1e-4 * expected"
right("test_loss").edits(
    {
        "Your test lets every model pass. Does it compare `loss(source, target)` with a loss that you compute from "
        "what `model` says?": [
            {f"return bool({AGREE})": "return True"},
            {AGREE: "abs(float(loss(source, target)) - float(loss(source, target))) <= 1e-4 * expected"},
        ],
        "Your test lets no model pass. The loss is the mean of −ln p over all real next tokens of the whole batch, "
        "with natural logarithms: not a sum, nor a mean of the means of rows.": [
            {f"return bool({AGREE})": "return False"},
            {COSTS: "costs[following != 0].sum()"},
            {COSTS: "(costs * (following != 0)).sum(1).sum() / (following != 0).sum(1).sum() / np.log(2)"},
            {COSTS: "((costs * (following != 0)).sum(1) / (following != 0).sum(1)).mean()"},
            {COSTS: "-costs[following != 0].mean()"},
            {"ops.log_softmax": "ops.softmax"},
            {"costs = -np": "costs = np"},
        ],
        "Your labels are the tokens that the model reads. Position t is to say what comes after it: `target[:, 1:]`.": {
            "following = target[:, 1:]": "following = target[:, :-1]"
        },
        "Your own mean counts padding, so that right models do not agree with it. Take real next tokens only.": {
            COSTS: "costs.mean()"
        },
        "There is no padding in your targets, so that nobody can see whether the loss counts it.": {
            SHORTENED: "words(6, 6)"
        },
        "You compare with ln V. An untrained model has about that loss with any labels, and one with large logits has "
        "another.": {AGREE: "abs(float(loss(source, target)) - np.log(12)) <= 1.0"},
        "The logarithm of a softmax is −∞ where p is too small for a float, and then everything agrees. Use "
        "`ops.log_softmax`.": {LOG_P: "np.log(ops.convert_to_numpy(ops.softmax(model(source, target[:, :-1]))))"},
        "Your limit is too small for rounding: two losses that should be equal may differ by 0.00002 of the loss. "
        "Compare with 0.0001 of it.": [
            {AGREE: "float(loss(source, target)) == expected"},
            {AGREE: "abs(float(loss(source, target)) - expected) <= 1e-6"},
        ],
        "Your limit is too large. Compare with 0.0001 of the loss.": [
            {"1e-4": "0.1"},
            {AGREE: "abs(float(loss(source, target)) - expected) <= 2"},
        ],
        EXCHANGED: {f"bool({AGREE})": f"not bool({AGREE})"},
        NOTHING: {"return bool": "bool"},
        NUMBER: {f"bool({AGREE})": "float(abs(float(loss(source, target)) - expected))"},
    }
)


@mistake(
    "test_loss",
    "You only ask whether more padding changes the loss. That says nothing of which token each position is to say: "
    "compute the loss yourself.",
)
def loss_by_padding_alone(model, loss):
    rng = np.random.default_rng(4)
    source, target = rng.integers(4, 12, size=(4, 5)), np.pad(rng.integers(4, 12, size=(4, 7)), ((0, 0), (0, 1)))
    before, after = float(loss(source, target)), float(loss(source, np.pad(target, ((0, 0), (0, 6)))))
    return abs(after - before) <= 1e-4 * before


@correct("test_loss")
def loss_by_keras(model, loss):
    source, target = (
        np.array([[4, 5, 6], [7, 8, 0], [9, 0, 0]]),
        np.array([[2, 6, 5, 4, 3, 0, 0], [2, 8, 7, 3, 0, 0, 0], [2, 9, 3, 0, 0, 0, 0]]),
    )
    each = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none", ignore_class=0)
    costs = ops.convert_to_numpy(each(target[:, 1:], model(source, target[:, :-1])))
    np.testing.assert_allclose(float(loss(source, target)), costs.sum() / (target[:, 1:] != 0).sum(), rtol=2e-4)


@correct("test_loss")
def loss_by_loops(model, loss):
    source, target = [[5, 11, 7, 4]] * 2, [[2, 9, 9, 3, 0, 0], [2, 4, 10, 6, 8, 3]]
    logits = ops.convert_to_numpy(model(source, [row[:-1] for row in target])).astype("float64")
    costs = []
    for row, tokens in enumerate(target):
        for t, token in enumerate(tokens[1:]):
            if token:
                scores = logits[row, t] - logits[row, t].max()
                costs.append(np.log(np.exp(scores).sum()) - scores[token])
    mean = sum(costs) / len(costs)
    return abs(float(loss(source, target)) / mean - 1) < 2e-4


@correct("test_loss")
def loss_batch_by_batch(model, loss):
    rng = np.random.default_rng(8)
    for real in (3, 6, 8):
        source, target = rng.integers(4, 12, size=(5, 6)), rng.integers(4, 12, size=(5, 9))
        target[1:, real:] = 0
        labels = target[:, 1:]
        shifted = ops.convert_to_numpy(model(source, target[:, :-1]))
        shifted = shifted - shifted.max(-1, keepdims=True)
        chosen = (shifted * np.eye(12)[labels]).sum(-1) - np.log(np.exp(shifted).sum(-1))
        mean = -(chosen * (labels > 0)).sum() / (labels > 0).sum()
        if not np.isclose(float(loss(source, target)), mean, rtol=1e-4, atol=0):
            return False
    return True


TRAINED = "all_trained = all((after[name] != before[name]).any() for name in before)"
NO_TWINS = "len({array.tobytes() for array in after.values()}) == len(after)"
STEPS = """for _ in range(3):
    train(source, target)"""
right("test_parameters").edits(
    {
        "You ask only whether everything has changed. One layer that stands in for two changes as well: compare arrays "
        "with each other.": {f"all_trained and {NO_TWINS}": "all_trained"},
        "You ask only whether two arrays are equal. Ask also whether each of them has changed by training.": {
            f"all_trained and {NO_TWINS}": NO_TWINS
        },
        "Your test lets every model pass. Its loss falls though layers are missing or untrained: compare all arrays, "
        "before and after training, and with each other.": [
            {f"return all_trained and {NO_TWINS}": "return True"},
            {f"return all_trained and {NO_TWINS}": "return train(source, target) < np.inf"},
            {f"all_trained and {NO_TWINS}": "any((after[name] != before[name]).any() for name in before)"},
        ],
        "Your test lets no model pass. After some steps on sources of several words, each array has changed in *one* "
        "number at least, and no two are equal; before them, biases are.": [
            {f"return all_trained and {NO_TWINS}": "return False"},
            {".any() for": ".all() for"},
            {"after.values()": "before.values()"},
            {STEPS: ""},
            {"words(3, 5)": "words(3, 1)"},
        ],
        "Your comparison has a limit, and with plain gradient descent some parameters move by less. Compare exactly.": [
            {"(after[name] != before[name]).any()": "not np.allclose(after[name], before[name])"},
            {"(after[name] != before[name]).any()": "np.abs(after[name] - before[name]).max() > 1e-6"},
        ],
        EXCHANGED: {f"return all_trained and {NO_TWINS}": f"return not (all_trained and {NO_TWINS})"},
        NOTHING: {"return all_trained": "all_trained"},
        "You return the names of what is wrong. Return True if there are none, and False otherwise.": {
            f"all_trained and {NO_TWINS}": "[name for name in before if (after[name] == before[name]).all()]"
        },
    }
)


@correct("test_parameters")
def parameters_layer_by_layer(train, parameters):
    source, target = [[4, 5, 6, 7], [8, 9, 10, 0]], [[2, 7, 6, 5, 4, 3], [2, 10, 9, 8, 3, 0]]
    before = {name: np.array(array) for name, array in parameters().items()}
    for _ in range(8):
        train(source, target)
    after = parameters()
    for name, array in after.items():
        array = np.array(array)
        assert not np.array_equal(array, before[name]), f"{name} was not trained"
        below = name.replace(".1.", ".0.")
        assert below == name or not np.array_equal(array, np.array(after[below])), f"{name} is {below}"


@correct("test_parameters")
def parameters_in_pairs(train, parameters):
    rng = np.random.default_rng(2)
    first = parameters()
    train(rng.integers(4, 12, size=(6, 7)), rng.integers(4, 12, size=(6, 7)))
    train(rng.integers(4, 12, size=(6, 4)), rng.integers(4, 12, size=(6, 9)))
    last = {name: ops.convert_to_numpy(array) for name, array in parameters().items()}
    names = list(last)
    for place, name in enumerate(names):
        if (last[name] == ops.convert_to_numpy(first[name])).all():
            return False
        for other in names[:place]:
            if last[name].shape == last[other].shape and (last[name] == last[other]).all():
                return False
    return True


@correct("test_parameters")
def parameters_by_kernels(train, parameters):
    source, target = (
        np.array([[9, 4, 8, 7, 11, 5]] * 2),
        np.array([[2, 5, 11, 7, 8, 4, 9, 3], [2, 4, 4, 4, 6, 10, 3, 0]]),
    )
    before = {name: ops.convert_to_numpy(array) for name, array in parameters().items()}
    kernels = [array.sum().item() for name, array in before.items() if name.endswith("kernel")]
    if len(set(kernels)) < len(kernels):
        return False
    still = set(before)
    for _ in range(10):
        train(source, target)
        still -= {name for name, array in parameters().items() if (ops.convert_to_numpy(array) != before[name]).any()}
    return not still
