"""Naming: what a learner is told is what they did, in whatever dress, and nothing is said that is not so."""

import types

import keras
import numpy as np
import pytest
from keras import ops

from autograder.judging import diagnosis as naming
from autograder.judging import expect, free_constant, mistake
from autograder.judging.answer import Transcript
from autograder.judging.built_on import built_on_theirs
from autograder.judging.calls import last_call
from autograder.judging.expect import Unmet, Values
from autograder.judging.fingerprints import Fingerprints, fingerprints_of, key, publish
from autograder.judging.judge import CHECK_SEED, judge
from autograder.judging.known import WrittenWhole, known_answers, mistakes_in
from autograder.judging.references import reference_of
from autograder.judging.sameness import Comparison, Failure
from autograder.judging.tolerance import Slack
from autograder.seam import Handle, NotPlain, Workbench
from autograder.units import Unit

FLOAT32 = Slack(1e-5, 1e-6)


def named(unit, exercise, answer):
    """What an answer to an exercise of the course is told: the sentence of each rule that fails."""
    (verdict,) = judge(
        Unit(unit).suite, Workbench({exercise: answer}), CHECK_SEED, known_answers(Unit(unit)), [exercise]
    )
    assert verdict.score < verdict.max_score
    return [test.mistake for test in verdict.tests if test.outcome != "passed"]


def nearly_averages(vectors, weights):
    shares = weights / (ops.sum(weights, axis=-1, keepdims=True) + 1e-3)
    return ops.sum(vectors * shares[..., None], axis=1)


def nearly_attends_to_itself(x, w_query, w_key, w_value):
    query, key, value = x @ w_query, x @ w_key, x @ w_value
    scores = query @ ops.swapaxes(key, 1, 2) / query.shape[-1] ** 0.5
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    weights = powers / (ops.sum(powers, axis=-1, keepdims=True) + 1e-4)
    return weights @ value, weights


def nearly_masks(scores, mask=None):
    if mask is None:
        return ops.softmax(scores, axis=-1)
    low = ops.where(mask, scores, -1e9)
    shares = ops.where(mask, ops.exp(low - ops.max(low, axis=-1, keepdims=True)), 0.0)
    return shares / (ops.sum(shares, axis=-1, keepdims=True) + 2e-5)


def nearly_scores(query, key):
    return query / (query.shape[-1] ** 0.5 + 1e-4) @ ops.swapaxes(key, 1, 2)


FALSE = ("NumPy", "Python loop", "None`", "compare")  # in the sentences of what is right but for compiled graphs


@pytest.mark.parametrize(
    ("unit", "exercise", "answer"),
    [
        ("00_start", "weighted_average", nearly_averages),
        ("04_attention", "self_attention", nearly_attends_to_itself),
        ("04_attention", "attention_scores", nearly_scores),
        ("05_masking", "masked_softmax", nearly_masks),
    ],
)
def test_what_is_nearly_right_is_not_told_of_what_is_right_but_in_graphs(unit, exercise, answer):
    told = [sentence for sentence in named(unit, exercise, answer) if sentence]
    assert [sentence for sentence in told if any(word in sentence for word in FALSE)] == []


def stacks_the_columns(ids, table):
    return ops.stack([ops.take(table[:, column], ids, axis=0) for column in range(table.shape[1])], axis=1)


def test_a_stack_along_another_axis_is_not_told_of_swapped_axes():
    told = named("02_embeddings", "embed", stacks_the_columns)
    assert not any("swapped" in sentence or "swap" in sentence for sentence in told if sentence)


def merges_backwards(word, merges):
    pieces = list(word)
    for pair in reversed(merges):
        place = 0
        while place < len(pieces) - 1:
            if tuple(pieces[place : place + 2]) == tuple(pair):
                pieces[place : place + 2] = ["".join(pair)]
            place += 1
    return pieces


def test_merges_taken_backwards_are_not_told_of_longest_pieces():
    told = named("01_text", "apply_merges", merges_backwards)
    assert not any("longest" in sentence for sentence in told if sentence)


def test_a_slip_is_named_whatever_padding_an_answer_leaves_at_the_end():
    def stops_too_early(step, start_id, end_id, max_length):
        starts = np.atleast_1d(ops.convert_to_numpy(start_id))
        ids = np.zeros((len(starts), max_length), "int32")  # as long as it may get, the rest is padding
        ids[:, 0], ended = starts, np.zeros(len(starts), bool)
        for t in range(1, max_length):
            if ended.any():
                break
            ids[:, t] = np.where(ended, 0, ops.convert_to_numpy(step(ids[:, :t])).argmax(-1))
            ended |= ids[:, t] == end_id
        return ids

    told = named("12_decoding", "greedy_decode", stops_too_early)
    assert set(told) - {None} == {"You stop when one row has ended. The others go on: stop when all have ended."}


IN_ANOTHER_ORDER = """
class EncoderLayer(keras.layers.Layer):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1, norm_first=False, **kwargs):
        super().__init__(**kwargs)
        self.d_model, self.num_heads, self.d_ff, self.dropout = d_model, num_heads, d_ff, dropout
        self.norm_first = norm_first
        self.drop = keras.layers.Dropout(dropout)
        self.feed_forward_norm = keras.layers.LayerNormalization(epsilon=1e-6)
        self.attention_norm = keras.layers.LayerNormalization(epsilon=1e-6)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.attention = MultiHeadAttention(d_model, num_heads)

    def call(self, x, mask=None, training=None):
        if self.norm_first:
            y = self.attention_norm(x)
            x = x + self.drop(self.attention(y, x, x, mask=mask), training=training)
            return x + self.drop(self.feed_forward(self.feed_forward_norm(x)), training=training)
        x = self.attention_norm(x + self.drop(self.attention(x, x, x, mask=mask), training=training))
        return self.feed_forward_norm(x + self.drop(self.feed_forward(x), training=training))

    def get_config(self):
        names = ("d_model", "num_heads", "d_ff", "dropout", "norm_first")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
"""


def test_a_slip_in_a_layer_is_named_in_whatever_order_its_sublayers_are_made():
    answers = {}
    exec(reference_of(Unit("08_encoder")).source, answers)
    exec(IN_ANOTHER_ORDER, answers)
    told = named("08_encoder", "EncoderLayer", answers["EncoderLayer"])
    assert set(told) == {"In pre-norm only your queries are normalised. Keys and values are made of the normed x, too."}


def test_swapped_arguments_are_told_of():
    def table_first(table, ids):
        return ops.take(table, ids, axis=0)

    def mask_first(mask, scores):
        low = ops.where(mask, scores, -1e9)
        shares = ops.where(mask, ops.exp(low - ops.max(low, axis=-1, keepdims=True)), 0.0)
        total = ops.sum(shares, axis=-1, keepdims=True)
        return shares / ops.where(total > 0, total, 1.0)

    for unit, exercise, answer in (
        ("02_embeddings", "embed", table_first),
        ("05_masking", "masked_softmax", mask_first),
    ):
        told = set(named(unit, exercise, answer))
        assert told == {
            "The first and the second argument stand in each other's place: exchanged, they give the right result."
        }


def never_asks_the_keys(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(v * ops.tanh(ops.expand_dims(query @ w_query, 1) + 0 * (keys @ w_key)), axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[..., None] * keys, axis=1), weights


def test_attention_that_never_asks_the_keys_is_not_told_of_padding_and_large_scores():
    suite, answers = Unit("03_recurrence").suite, Workbench({"additive_attention": never_asks_the_keys})
    (verdict,) = judge(suite, answers, CHECK_SEED, None, ["additive_attention"])
    failed = [test.name for test in verdict.tests if test.outcome != "passed"]
    assert failed
    assert [name for name in failed if any(word in name for word in ("padding", "real words", "large", "low"))] == []


OF_THE_SOFTMAX = "This is what a right `masked_attention` gives with your `masked_softmax`. Mend that one first,"


def sees_all(scores, mask=None):
    return ops.softmax(scores, axis=-1)


def attends_to_all(query, key, value, mask=None):
    weights = sees_all(ops.matmul(query, ops.swapaxes(key, -1, -2)) / query.shape[-1] ** 0.5, mask)
    return ops.matmul(weights, value), weights


def attends_to_all_and_does_not_scale(query, key, value, mask=None):
    weights = sees_all(ops.matmul(query, ops.swapaxes(key, -1, -2)), mask)
    return ops.matmul(weights, value), weights


@pytest.mark.parametrize(
    ("attention", "is_softmax_right", "told"),
    [(attends_to_all, False, True), (attends_to_all_and_does_not_scale, False, False), (attends_to_all, True, False)],
)
def test_what_comes_from_another_exercise_of_the_unit_is_put_down_to_that_one(attention, is_softmax_right, told):
    unit, right = Unit("05_masking"), {}
    exec(reference_of(unit).source, right)
    answers = {"masked_softmax": right["masked_softmax"] if is_softmax_right else sees_all}
    (verdict,) = judge(
        unit.suite,
        Workbench({**answers, "masked_attention": attention}),
        CHECK_SEED,
        known_answers(unit),
        ["masked_attention"],
    )
    failed = [test for test in verdict.tests if test.outcome != "passed"]
    by_numbers = [test for test in failed if not ("gradient" in test.name or "graph" in test.name)]
    assert len(by_numbers) > 3
    assert [(test.mistake or "").startswith(OF_THE_SOFTMAX) for test in by_numbers] == [told] * len(by_numbers)


def test_an_error_of_handing_on_is_never_that_of_the_learner():
    """A tensor without numbers ends NumPy in the learner's code and in the judge's in the same words."""
    import tensorflow as tf

    unit = Unit("05_masking")
    mistakes = [known for known in mistakes_in(known_answers(unit)) if known.exercise == "masked_attention"]
    (built,) = built_on_theirs(mistakes, Workbench({"masked_softmax": sees_all}))
    x = tf.ones((1, 2, 3))
    assert built.answer(x, x, x)[0].shape == (1, 2, 3)
    with pytest.raises(NotPlain, match="only numbers can be handed on"):
        tf.function(lambda: built.answer(x, x, x), autograph=False)()


SUITE = """
import numpy as np
from autograder.judging import exercise, expect

X = np.array([[1.0, 2.0, 4.0], [3.0, 5.0, -1.0]])

@exercise("total", points=4)
class TestTotal:
    def test_of_rows(self, learner):
        expect.close(learner(X), X.sum(-1), "Add the numbers of each row.")

    def test_of_negative_rows(self, learner):
        expect.close(learner(-X), -X.sum(-1), "Add negative numbers, too.")

    def test_of_one_row(self, learner):
        expect.close(learner(X[:1]), X[:1].sum(-1), "One row has one sum.")

    def test_in_a_graph(self, learner):
        expect.close(learner.compiled(X), X.sum(-1), "Use keras.ops.")


@exercise("letters", points=4)
class TestLetters:
    def test_of_a_word(self, learner):
        expect.equal(learner("abc"), ["a", "b", "c"], "Return the list of letters.")

    def test_of_another(self, learner):
        expect.equal(learner("xyz"), ["x", "y", "z"], "Return the list of letters.")


@exercise("different", points=4)
class TestDifferent:
    def test_of_a_word(self, learner):
        expect.same_items(learner("banana"), ["a", "b", "n"], "Each letter once, in any order.")


@exercise("noisy", points=4)
class TestNoisy:
    def test_each_call_draws_anew(self, learner):
        expect.true(bool((learner.by_chance(X) != learner.by_chance(X)).any()), "Other noise each time.")

    def test_of_large_rows(self, learner):
        expect.close(np.round(learner.by_chance(1000 * X)), 1000 * X.sum(-1), "Add the numbers of each row.")
"""


def told(tmp_path, exercise, answer, **known):
    """What an answer to an exercise of a small suite is told, with these mistakes known of it."""
    path = tmp_path / "test_small.py"
    path.write_text(SUITE)
    for name, (sentence, wrong) in known.items():
        wrong.__name__ = name
        known[name] = mistake(exercise, sentence)(wrong)
    (verdict,) = judge(path, Workbench({exercise: answer}), 1, types.SimpleNamespace(**known), [exercise])
    return [test.mistake for test in verdict.tests]


def in_a_graph(x):
    return not hasattr(x, "numpy")


def sums(x):
    return ops.sum(x, axis=-1)


def averages(x):
    return ops.mean(x, axis=-1)


def by_numpy(x):
    return ops.convert_to_tensor(np.asarray(x).sum(-1))


def test_a_slow_rule_that_passed_refutes(tmp_path):
    def averages_eagerly(x):
        return sums(x) if in_a_graph(x) else averages(x)

    assert told(tmp_path, "total", averages_eagerly, averages=("You averaged.", averages)) == [None] * 4
    assert told(tmp_path, "total", averages, averages=("You averaged.", averages)) == ["You averaged."] * 4


def test_a_slip_is_named_where_another_rule_leaves_the_result_to_chance(tmp_path):
    def noise(x):
        return 0.1 * keras.random.uniform(x.shape[:1])

    def noisy_average(x):
        return averages(x) + noise(x)

    def noisy_mean(x):
        return sums(x) / x.shape[-1] + noise(x)

    assert told(tmp_path, "noisy", noisy_average, other=("You averaged.", noisy_mean)) == [None, "You averaged."]
    assert told(tmp_path, "noisy", noisy_average, other=("Quiet.", averages)) == [None, None]


def test_what_fails_in_graphs_alone_explains_nothing_else(tmp_path):
    def slightly_more(x):
        return sums(x) * 1.00003

    assert told(tmp_path, "total", slightly_more, by_numpy=("No NumPy in graphs.", by_numpy)) == [None] * 4


def test_half_of_the_failures_is_not_enough(tmp_path):
    def of_two(x):
        return ops.abs(sums(x)) if x.shape[0] != 1 else sums(x) + 1

    def largest(x):
        return ops.abs(sums(x)) if x.shape[0] != 1 else sums(x)

    assert set(told(tmp_path, "total", lambda x: sums(x) * 1.5, other=("Half.", lambda x: sums(x) * 0.5))) == {None}
    told_of = told(tmp_path, "total", of_two, largest=("You lost the sign.", largest))
    assert told_of == [None] * 4  # of the two that fail it explains one


def test_more_than_half_of_the_failures_is(tmp_path):
    def doubles(x):
        return sums(x) * 2

    def doubles_but_in_graphs(x):
        return sums(x) * (3 if in_a_graph(x) else 2)

    sentences = told(tmp_path, "total", doubles_but_in_graphs, doubles=("You doubled.", doubles))
    assert sentences == ["You doubled."] * 3 + [None]


def loses_the_sign(x):
    return ops.abs(sums(x))


def test_two_slips_are_both_named_where_each_explains_its_part(tmp_path):
    def both(x):
        return ops.convert_to_tensor(np.abs(np.asarray(x).sum(-1)))

    known = {"by_numpy": ("No NumPy in graphs.", by_numpy), "sign": ("You lost the sign.", loses_the_sign)}
    assert told(tmp_path, "total", both, **known) == [None, "You lost the sign.", None, "No NumPy in graphs."]


def test_two_slips_that_leave_a_failure_over_are_not_named(tmp_path):
    def three(x):
        result = np.abs(np.asarray(x).sum(-1))
        return ops.convert_to_tensor(result + (len(x) == 1))

    known = {"by_numpy": ("No NumPy in graphs.", by_numpy), "sign": ("You lost the sign.", loses_the_sign)}
    assert told(tmp_path, "total", three, **known) == [None] * 4


@pytest.mark.parametrize("epsilon", [3e-5, 1e-3, 0.04, 0.7])
def test_any_constant_is_found_where_it_is_free(tmp_path, epsilon):
    @free_constant(1e-2, 1e-9, 1.0)
    def adds_a_little(x):
        return sums(x) / (ops.ones(()) + 1e-2)

    sentences = told(tmp_path, "total", lambda x: sums(x) / (1 + epsilon), adds=("Add nothing below.", adds_a_little))
    assert sentences == ["Add nothing below."] * 4
    assert told(tmp_path, "total", averages, adds=("Add nothing below.", adds_a_little)) == [None] * 4


@pytest.mark.parametrize(("literal", "least", "largest"), [(0.5, 0.1, 1.0), (1e-2, -1.0, 1.0)])
def test_a_free_constant_stands_in_the_code_and_keeps_its_sign(literal, least, largest):
    with pytest.raises(ValueError, match="adds_a_little"):

        @free_constant(literal, least, largest)
        def adds_a_little(x):
            return x + 1e-2


def backwards(text):
    return list(reversed(text))


@pytest.mark.parametrize("dress", [list, tuple, np.array])
def test_the_same_slip_is_named_in_another_dress(tmp_path, dress):
    def numbers(text):
        return dress([ord(letter) for letter in text])

    known = {"numbers": ("These are numbers.", lambda text: [float(ord(letter)) for letter in text])}
    assert told(tmp_path, "letters", numbers, **known) == ["These are numbers."] * 2
    if dress is not np.array:
        turned = told(tmp_path, "letters", lambda text: dress(backwards(text)), turned=("Backwards.", backwards))
        assert turned == ["Backwards."] * 2


def test_where_the_dress_is_wrong_it_must_be_the_same(tmp_path):
    known = {"tuples": ("Return a list, no tuple.", lambda text: tuple(text))}
    assert told(tmp_path, "letters", lambda text: tuple(text), **known) == ["Return a list, no tuple."] * 2
    assert told(tmp_path, "letters", lambda text: text, **known) == [None] * 2
    assert told(tmp_path, "letters", lambda text: dict.fromkeys(text, 1), **known) == [None] * 2


def test_where_order_is_free_it_is_free_for_mistakes_too(tmp_path):
    known = {"without_n": ("You forgot the n.", lambda text: ["a", "b"])}
    assert told(tmp_path, "different", lambda text: ["b", "a"], **known) == ["You forgot the n."]
    assert told(tmp_path, "different", lambda text: ["b", "n"], **known) == [None]


def test_a_missing_return_is_told_of(tmp_path):
    def forgets(x):
        sums(x)

    assert {sentence[:28] for sentence in told(tmp_path, "total", forgets)} == {"Your code gives back nothing"}


def test_a_gradient_that_never_arrives_is_told_of():
    def copies(ids, table):
        return ops.take(ops.convert_to_tensor(np.array(table)), ids, axis=0) if not in_a_graph(table) else ids

    assert any(sentence and "radient" in sentence for sentence in named("02_embeddings", "embed", copies))


def test_a_slope_of_0_is_told_in_general_only_where_nothing_else_is_told():
    def divides_by_the_root(center, positive, negatives):
        if float(ops.max(ops.abs(center))) > 40:  # so that one slope is left that dividing does not explain
            center, positive, negatives = (ops.stop_gradient(one) for one in (center, positive, negatives))
        scale = center.shape[-1] ** 0.5
        true, false = ops.sum(center * positive, -1) / scale, ops.einsum("bd,bnd->bn", center, negatives) / scale
        return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))

    sentences = named("02_embeddings", "negative_sampling_loss", divides_by_the_root)
    assert {sentence.partition(".")[0] for sentence in sentences if sentence} == {"You divide scores by √D"}


def counts_in_integers(x, positions):
    return ops.exp(ops.arange(0, x.shape[-1], 2) * -0.1) * x


def divides_integers(x, positions):
    return positions[:, None] / 10000 ** (ops.arange(x.shape[-1]) / 4) * x


def test_integers_that_meet_floats_are_told_of():
    """What TensorFlow says of it is no sentence for a beginner."""
    for answer in (counts_in_integers, divides_integers):
        assert all(
            "ops.cast" in sentence or "float32" in sentence
            for sentence in named("07_positions", "rotate_positions", answer)
        )


def test_a_ready_made_layer_inside_a_function_is_told_of():
    import keras

    def with_a_layer(ids, table):
        layer = keras.layers.Embedding(*table.shape)
        layer.build(None)
        layer.set_weights([table])
        return layer(ids)

    gradient, graph = named("02_embeddings", "embed", with_a_layer)
    assert gradient.startswith("No gradient arrives")
    assert graph.startswith("You make a layer while a graph is compiled")


def test_nothing_is_asked_when_time_is_up(tmp_path, monkeypatch):
    asked = []

    def spies(x):
        asked.append(x)
        return averages(x)

    monkeypatch.setattr(naming, "SECONDS", 0.0)
    assert told(tmp_path, "total", averages, spies=("You averaged.", spies)) == [None] * 4
    assert not asked


RULES = frozenset({"one", "two", "three"})


def known_as(name):
    return WrittenWhole("total", f"You wrote {name}.", (), types.SimpleNamespace(__name__=name))


def test_mistakes_that_break_the_same_rules_are_asked_first_then_those_not_measured():
    names = ("far", "near", "unmeasured", "same")
    broken = {"far": {"three"}, "near": {"one"}, "same": {"one", "two"}}
    measured = {key(name, f"You wrote {name}."): frozenset(rules) for name, rules in broken.items()}
    found = Fingerprints(RULES, measured).in_order([known_as(name) for name in names], ["one", "two"])
    assert [known.name for known in found] == ["same", "unmeasured", "near", "far"]


def test_fingerprints_are_kept_and_those_of_other_exercises_stay(tmp_path, monkeypatch):
    from autograder.judging import fingerprints

    monkeypatch.setattr(fingerprints, "PLACE", tmp_path / "fingerprints.json")
    fingerprints._record.cache_clear()
    for exercise, rules in (("total", ["one"]), ("other", ["one", "two"])):
        publish({exercise: {key("same", "You wrote same."): rules}}, {exercise: sorted(RULES)})
    found = fingerprints_of("total")
    assert found.of(known_as("same")) == {"one"}
    assert found.says_that_it_breaks(known_as("same"), "one")
    assert found.says_that_it_passes(known_as("same"), "two")
    assert not found.says_that_it_passes(known_as("same"), "a rule made since")
    assert fingerprints_of("other").of(known_as("same")) == {"one", "two"}
    assert fingerprints_of("nobody's").of(known_as("same")) is None
    fingerprints._record.cache_clear()


WANTED = np.array([1.0, 2.0, 3.0])


def failed(actual, rule="The rule.", **options):
    return Failure.of(Unmet(rule, "got", values=Values(np.asarray(actual), WANTED, 1e-5, 1e-6), **options))


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        (WANTED + 0.5, WANTED + 0.5, True),
        (WANTED + 0.5, WANTED + 0.5 + 1e-6, True),
        (WANTED + 0.5, WANTED + 0.51, False),
        (WANTED + 4e-5, WANTED + 5e-5, False),  # both near to what is wanted
        (WANTED * [1, 1, np.nan], WANTED * [1, 1, np.nan], True),
        (WANTED * [1, 1, np.nan], WANTED * [1, np.nan, np.nan], False),
        (WANTED * np.inf, WANTED * -np.inf, False),
    ],
)
def test_two_wrong_results_are_one_where_they_are_nearer_to_each_other_than_to_the_right_one(mine, theirs, same):
    assert failed(mine).is_that_of(failed(theirs), FLOAT32) == same
    assert not failed(mine).is_that_of(failed(theirs, "Another rule."), FLOAT32)


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        ("0.00032", "0.00031", True),
        ("0.00032", "0.001", False),
        ("shape (2, 100)", "shape (2, 101)", False),
        ("dtype float64", "dtype float16", False),
    ],
)
def test_what_was_printed_is_compared_as_numbers(mine, theirs, same):
    one, other = (Failure.of(Unmet("The rule.", got)) for got in (mine, theirs))
    assert one.is_that_of(other, FLOAT32) == same


def test_results_are_compared_by_the_tolerance_of_the_test():
    assert Comparison(FLOAT32).holds(WANTED, WANTED * (1 + 5e-6))
    assert not Comparison(FLOAT32).holds(WANTED, WANTED * (1 + 1e-4))
    assert Comparison(Slack(1e-3, 1e-6)).holds(WANTED, WANTED * (1 + 1e-4))
    assert Comparison(FLOAT32).holds(np.array([1, 2]), (1.0, 2.0))
    assert not Comparison(FLOAT32).holds(None, [])
    assert Comparison(FLOAT32._replace(any_order=True)).holds(["a", "b"], ("b", "a"))
    assert not Comparison(FLOAT32).holds(["a", "b"], ("b", "a"))


@pytest.mark.parametrize(
    ("holds", "breaks"),
    [
        (lambda: expect.unchanged(WANTED, WANTED + 1e-7, "s"), lambda: expect.unchanged(WANTED, WANTED + 1e-3, "s")),
        (
            lambda: expect.unchanged((WANTED, WANTED), [WANTED, WANTED], "s"),
            lambda: expect.unchanged(WANTED, (WANTED,), "s"),
        ),
        (lambda: expect.unchanged(1.0, 1.0, "s"), lambda: expect.unchanged(WANTED, None, "s")),
        (
            lambda: expect.unchanged(WANTED, WANTED, "s"),
            lambda: expect.unchanged(WANTED * np.nan, WANTED * np.nan, "s"),
        ),
        (lambda: expect.same_items(("b", "a"), ["a", "b"], "s"), lambda: expect.same_items(["a"], ["a", "a"], "s")),
        (lambda: expect.same_items([], [], "s"), lambda: expect.same_items("ab", ["a", "b"], "s")),
    ],
)
def test_what_is_asked_of_an_answer_itself_can_hold_and_can_break(holds, breaks):
    holds()
    with pytest.raises(Unmet):
        breaks()


def test_a_name_that_keras_has_counted_is_no_difference():
    same = Comparison(Slack())
    assert same.holds({"name": "encoder_3", "units": 4}, {"name": "encoder", "units": 4})
    assert not same.holds({"name": "encoder", "units": 4}, {"name": "decoder", "units": 4})
    assert not same.holds({"name": "encoder_3", "units": 4}, {"name": "encoder", "units": 5})


def test_a_part_is_told_after_the_call_of_its_layer():
    x, layer, part = np.zeros((2, 3), "float32"), Handle(1, "EncoderLayer"), Handle(2, "FeedForward")
    transcript = Transcript()
    transcript.keep("EncoderLayer", "call", ((12, 4),), {}, layer)
    transcript.keep(layer, "call", ((x,),), {}, x)
    made = "EncoderLayer(12, 4)((2, 3) float32)"
    assert last_call(transcript) == made
    transcript.keep(layer, "attribute", ("feed_forward",), {}, part)
    transcript.keep(part, "call", ((x,),), {}, x)
    assert last_call(transcript) == f"{made}, then its FeedForward((2, 3) float32)"


def test_a_graph_is_told_with_the_sizes_it_leaves_open_also_in_a_dictionary():
    transcript, pair = Transcript(), {"source": np.zeros((2, 7), "int32"), "target": np.zeros((2, 5), "int32")}
    transcript.keep("f", "compiled", ((pair,), {}), {"unknown_axes": 2}, None)
    expected = "f({'source': (None, None) int32, 'target': (None, None) int32}) in a compiled graph"
    if keras.backend.backend() == "tensorflow":
        assert last_call(transcript) == expected
