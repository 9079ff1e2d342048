"""The judge, its expectations and its diagnosis, on a small suite of the tests' own."""

import importlib.util
import json
import textwrap
import types

import keras
import numpy as np
import pytest
from keras import ops

from autograder.author.known_cases import in_own_words
from autograder.grading.verdict_store import _as_stored, _from_stored
from autograder.judging import correct, expect, keras_layer, mistake
from autograder.judging import error_causes as errors
from autograder.judging.answer import Answer, Transcript
from autograder.judging.expect import NotAsked, Unmet
from autograder.judging.judge import judge, study
from autograder.judging.known import correct_in, mistakes_in
from autograder.judging.verdicts import Verdict
from autograder.learner.display import Report
from autograder.sandbox import Cell, RemoteWorkbench
from autograder.seam import Handle, LearnerError, Workbench

SUITE = """
import numpy as np
from autograder.judging import exercise, expect, worth


@exercise("total", points=6)
class TestTotal:
    def test_it_adds_each_row(self, learner, rng):
        x = rng.normal(size=(3, 5))
        expect.close(learner(x), x.sum(-1), "Add the numbers of each row.")

    @worth(2)
    def test_it_works_in_a_graph(self, learner, rng):
        x = rng.normal(size=(3, 5))
        expect.close(learner.compiled(x), x.sum(-1), "Use keras.ops.")


@exercise("apply", points=4)
class TestApply:
    def test_it_calls_the_function_once(self, learner):
        calls = []
        learner(lambda x: calls.append(x) or x, np.ones(2))
        expect.equal(len(calls), 1, "Call the function once.")
"""


def load(name, path, text):
    path.write_text(textwrap.dedent(text))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def suite(tmp_path):
    path = tmp_path / "test_small.py"
    path.write_text(SUITE)
    return path


@pytest.fixture
def mistakes(tmp_path):
    return load(
        "small_mistakes",
        tmp_path / "small_mistakes.py",
        """
        from keras import ops
        from autograder.judging import correct, mistake

        @mistake("total", "You added columns, not rows.")
        def adds_columns(x):
            return ops.sum(x, axis=0)

        @mistake("total", "You averaged.")
        def averages(x):
            return ops.mean(x, axis=-1)

        @correct("total")
        def adds_by_product(x):
            return ops.matmul(x, ops.ones((x.shape[-1], 1)))[:, 0]
        """,
    )


def right(x):
    return ops.sum(x, axis=-1)


def twice(f, x):
    return f(f(x))


def once(f, x):
    return f(x)


def assigns(x):
    x[0] = 1.0
    return x


def outcomes(verdict):
    return [test.outcome for test in verdict.tests]


def test_right_answers_get_all_points(suite):
    total, apply = judge(suite, Workbench({"total": right, "apply": once}), seed=1)
    assert (total.score, total.max_score, apply.score) == (6, 6, 4)
    assert outcomes(total) == ["passed", "passed"]


def test_points_are_shared_out_by_worth(suite):
    def eager_only(x):
        return ops.convert_to_tensor(np.asarray(x).sum(-1))

    (total,) = judge(suite, Workbench({"total": eager_only}), seed=1, only=["total"])
    assert outcomes(total) == ["passed", "error"]
    assert total.score == 2


def test_a_failure_tells_the_rule_the_call_and_both_sides(suite, mistakes):
    total = judge(suite, Workbench({"total": lambda x: ops.mean(x, axis=-1)}), 1, mistakes, ["total"])[0]
    lines = total.tests[0].message.splitlines()
    assert lines[0] == "Add the numbers of each row."
    assert lines[1] == "Called: total((3, 5) float32)"
    assert lines[2].startswith("Got: ")
    assert lines[3].startswith("Expected: ")
    assert len(lines) == 4
    assert total.tests[0].mistake == "You averaged."


def test_an_unknown_mistake_is_not_named(suite, mistakes):
    total = judge(suite, Workbench({"total": lambda x: x * 0}), 1, mistakes, ["total"])[0]
    assert [test.mistake for test in total.tests] == [None, None]


HELD_BACK = """
import numpy as np
from autograder.judging import exercise, expect, held_back

@exercise("total", points=6)
class TestTotal:
    @held_back
    def test_it_adds_each_row(self, learner):
        expect.close(learner(np.array([[81923.0, 1.0]])), [81924.0], "Add the numbers of each row.")

    @held_back
    def test_it_is_a_plain_assertion(self, learner):
        result = learner(np.array([[81923.0, 1.0]]))
        assert float(result[0]) == 81924.0
"""


def repeats_its_input(x):
    raise ValueError(f"got {np.asarray(x)}", x)


def ends_with_a_telling_class(x):
    raise type(f"Got{int(np.asarray(x)[0, 0])}", (Exception,), {})(str(x))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x: ops.mean(x, axis=-1), "Add the numbers of each row."),
        (lambda x: {1, 2}, "What came back is not right."),
        (lambda x: [float(x[0, 0])], "What came back is not right."),
        (repeats_its_input, "Your code stopped with an error."),
        (ends_with_a_telling_class, "Your code stopped with an error."),
    ],
)
def test_a_test_held_back_tells_neither_inputs_nor_expected_values(tmp_path, mistakes, answer, says):
    path = tmp_path / "test_held_back.py"
    path.write_text(HELD_BACK)
    (total,) = judge(path, Workbench({"total": answer}), 1, mistakes)
    assert total.score == 0
    assert any(test.sentence.startswith(says) for test in total.tests)
    assert [test.name for test in total.tests] == ["it adds each row", "it is a plain assertion"]
    shown = [json.dumps(total.as_dict()), repr(Report(total)), Report(total)._repr_html_(), repr(total)]
    for text in shown:
        for telling in ("8192", "81924", "40962", "Called", "Got", "Expected", "<img"):
            assert telling not in text, text
    assert all(test.arrays is None for test in total.tests)


def test_a_test_held_back_names_the_mistake(tmp_path, mistakes):
    path = tmp_path / "test_held_back.py"
    path.write_text(HELD_BACK)
    (total,) = judge(path, Workbench({"total": lambda x: ops.mean(x, axis=-1)}), 1, mistakes)
    assert total.tests[0].mistake == "You averaged."


TWO_SIDED = """
import numpy as np
from autograder.judging import exercise, expect

@exercise("size", points=20)
class TestSize:
    def test_of_positive_numbers(self, learner):
        expect.close(learner(np.array([2.0, 3.0])), [2.0, 3.0], "A positive number is its own size.")

    def test_of_negative_numbers(self, learner):
        expect.close(learner(np.array([-2.0, -3.0])), [2.0, 3.0], "A negative number loses its sign.")
"""


def test_a_mistake_that_contradicts_a_passed_test_is_not_named(tmp_path):
    """It explains the failure, and yet it is not what the learner did: a false sentence is worse than none."""

    @mistake("size", "You returned zeros.")
    def zeros(x):
        return x * 0

    @mistake("size", "You kept the sign.")
    def keeps(x):
        return x

    known = types.SimpleNamespace(zeros=zeros, keeps=keeps)
    (tmp_path / "test_two.py").write_text(TWO_SIDED)

    def clips(x):
        return ops.maximum(x, 0.0)

    def named(answer):
        (size,) = judge(tmp_path / "test_two.py", Workbench({"size": answer}), 1, known)
        return [test.mistake for test in size.tests]

    assert named(clips) == [None, None]
    assert named(lambda x: x + 0) == [None, "You kept the sign."]
    assert named(lambda x: x * 0) == ["You returned zeros."] * 2


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [
        (lambda x: (x,), lambda x: (x, x)),
        (lambda x: [x], lambda x: [x, x]),
        (lambda x: {"sum": x}, lambda x: {"more": x, "sum": x}),
    ],
    ids=["tuple", "list", "dict"],
)
def test_results_with_arrays_and_of_another_length_are_not_the_same(suite, shorter, longer):
    known = types.SimpleNamespace(more=mistake("total", "You return more.")(longer))
    for answer, sentence in ((shorter, None), (longer, "You return more.")):
        (total,) = judge(suite, Workbench({"total": answer}), 1, known, ["total"])
        assert [test.mistake for test in total.tests] == [sentence] * 2


MAKES_THE_SAME_FIRST = """
import numpy as np
from autograder.judging import exercise, expect

@exercise("make", points=20)
class TestMake:
    def test_of_ones(self, learner):
        expect.equal(learner(3)(np.ones(2)), np.ones(2), "It gives back what it gets.")

    def test_of_twos(self, learner):
        expect.equal(learner(3)(np.ones(2) * 2), np.ones(2) * 2, "It gives back what it gets.")

    def test_of_threes(self, learner):
        expect.equal(learner(3)(np.ones(2) * 3), np.ones(2) * 3, "It gives back what it gets.")
"""


def test_a_mistake_refuted_by_how_all_tests_begin_is_asked_once(tmp_path):
    """Making a layer takes longer than asking it, and many tests begin by making the same."""
    asked = []

    @mistake("make", "You refuse.")
    def refuses(size):
        asked.append(size)
        raise ValueError(size)

    @mistake("make", "You gave back zeros.")
    def zeros(size):
        return lambda x: x * 0

    (tmp_path / "test_make.py").write_text(MAKES_THE_SAME_FIRST)
    known = types.SimpleNamespace(refuses=refuses, zeros=zeros)
    (make,) = judge(tmp_path / "test_make.py", Workbench({"make": lambda size: lambda x: x * 0}), 1, known)
    assert [test.mistake for test in make.tests] == ["You gave back zeros."] * 3
    assert asked == [3]


@pytest.mark.parametrize(
    "error",
    [NameError("name 'op' is not defined"), LearnerError("error", "The cell that defines `total` did not run.")],
)
def test_what_no_known_answer_does_is_not_looked_for_among_them(suite, error):
    asked = []

    @mistake("total", "You added columns, not rows.")
    def adds_columns(x):
        asked.append(x)
        return ops.sum(x, axis=0)

    def stops(x):
        raise error

    known = types.SimpleNamespace(adds_columns=adds_columns)
    (total,) = judge(suite, Workbench({"total": stops}), 1, known, ["total"])
    assert outcomes(total) == ["error", "error"]
    assert not asked


def test_an_error_that_is_its_own_cause_ends_a_check(suite):
    def goes_round(x):
        error = ValueError("round and round")
        raise error from error

    (total,) = judge(suite, Workbench({"total": goes_round}), 1, None, ["total"])
    assert outcomes(total) == ["error", "error"]


def test_what_is_advised_in_the_place_of_a_method_is_there():
    assert [name for name in errors._OPERATIONS.values() if not callable(getattr(ops, name))] == []


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (lambda x: x.astype("float32"), "A tensor has no `.astype()`. Use `ops.cast`."),
        (lambda x: x.T, "A tensor has no `.T`. Use `ops.transpose`."),
        (lambda x: x.sum(axis=-1), "A tensor has no `.sum()`. Use `ops.sum`."),
        (lambda x: x.sumup(), None),
        (lambda x: x[ops.zeros((2, 2), "int32")], "A tensor takes numbers and slices between [ ], no other tensor"),
        (lambda x: x[np.array([0, 1])], "A tensor takes numbers and slices between [ ], no other tensor"),
        (assigns, "You assign into a tensor, which cannot be changed."),
        (lambda x: ops.sum(x * (1 - (x > 0)), -1), "You calculate with booleans."),
        (lambda x: x + ops.ones((3, 5), "int32"), "Integers meet floats here"),
        (
            lambda x: x + ops.ones((3, 5), "float64"),
            "Two tensors that meet in `+`, `*` and the like must have one dtype",
        ),
        (lambda x: x @ ops.ones(5), "`@` wants two axes or more on both sides."),
        (lambda x: x + None, None),
    ],
)
def test_an_error_that_any_tensor_gives_is_explained(suite, answer, cause):
    """Without any known mistake; where an error may mean something else, nothing is said."""
    (verdict,) = judge(suite, Workbench({"total": answer}), 1, only=["total"])
    eager, graph = (test.mistake for test in verdict.tests)
    assert [test.outcome for test in verdict.tests] == ["error", "error"]
    assert (eager or "").startswith(cause or ""), eager
    assert bool(eager) == bool(cause)
    assert graph is None or graph.startswith(cause or ""), graph


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (lambda x: ops.sum(x, -1) * x.shape[0] / x.shape[0], "In a compiled graph a size may still be unknown"),
        (lambda x: ops.sum(x, -1) * len(x) / len(x), "In a compiled graph a size may still be unknown"),
        (lambda x: ops.stack([ops.sum(x[row]) for row in range(x.shape[0])]), "In a compiled graph a size may"),
        (lambda x: ops.sum(ops.zeros((x.shape[0], 5)) + x, -1), "In a compiled graph a size may still be unknown"),
        (lambda x: ops.sum(ops.reshape(x, (x.shape[0], 5)), -1), "In a compiled graph a size may still be unknown"),
        (lambda x: ops.sum(ops.reshape(x, (-1, x.shape[0], 5)), (0, 2)), "In a compiled graph a size may still"),
        (lambda x: ops.stack([ops.sum(row) for row in x]), "While a graph is compiled"),
        (lambda x: ops.sum(x, -1) if ops.max(x) < 1e9 else x, "While a graph is compiled"),
        (lambda x: ops.convert_to_tensor(np.sum(x, -1)), "While a graph is compiled"),
        (lambda x: ops.convert_to_tensor(x.numpy().sum(-1)), "While a graph is compiled"),
        (lambda x: ops.sum(x, -1) + 0 * float(ops.max(x)), "While a graph is compiled"),
    ],
)
def test_what_fails_in_a_compiled_graph_alone_says_what_that_asks_for(suite, answer, cause):
    (verdict,) = judge(suite, Workbench({"total": answer}), 1, only=["total"])
    eager, graph = verdict.tests
    assert (eager.outcome, graph.outcome) == ("passed", "error")
    assert graph.mistake.startswith(cause)
    assert graph.call.endswith("in a compiled graph")


def test_a_call_in_a_compiled_graph_shows_the_sizes_that_are_unknown_there(suite):
    (verdict,) = judge(suite, Workbench({"total": lambda x: ops.sum(x, 0)}), 1, only=["total"])
    assert verdict.tests[1].call == "total((None, 5) float32) in a compiled graph"


def test_a_known_mistake_goes_before_what_an_error_means_in_general(tmp_path, suite):
    text = """
        from autograder.judging import mistake

        @mistake("total", "Keras adds the numbers of each row by `ops.sum`.")
        def asks_the_tensor(x):
            return x.sum(axis=-1)
    """
    module = load("known_errors", tmp_path / "known_errors.py", text)
    (verdict,) = judge(suite, Workbench({"total": lambda x: x.sum(axis=-1)}), 1, module, ["total"])
    assert {test.mistake for test in verdict.tests} == {"Keras adds the numbers of each row by `ops.sum`."}


REFUSING = """
import numpy as np
from autograder.judging import exercise, expect

@exercise("half", points=2)
class TestHalf:
    def test_an_odd_number_is_refused(self, learner):
        with expect.raises("ValueError", "Refuse an odd number.", ["7"]):
            learner(7)

    def test_it_is_half(self, learner):
        for number in (4, 6):
            expect.equal(learner(number), number // 2, "Divide by 2.")
"""


def test_everybody_words_errors_in_their_own_way(tmp_path):
    (tmp_path / "test_half.py").write_text(REFUSING)
    text = """
        from autograder.judging import mistake

        @mistake("half", "You double.")
        def doubles(number):
            if number % 2:
                raise ValueError(f"{number} is odd")
            return number * 2

        @mistake("half", "You refuse the even numbers too.")
        def refuses_all(number):
            raise ValueError(f"{number} is odd")
    """
    module = load("known_refusals", tmp_path / "known_refusals.py", text)
    for known, sentence in zip(mistakes_in(module), ("You double.", "You refuse the even numbers too."), strict=True):
        source = in_own_words(known.source())
        assert "Sorry: " in source
        with RemoteWorkbench([Cell(source, "half")], unconfined=True) as workbench:
            workbench.run()
            (verdict,) = judge(tmp_path / "test_half.py", workbench, 1, module)
        assert sentence in {test.mistake for test in verdict.tests}


def test_layers_of_which_keras_counts_another_number_are_the_same(tmp_path):
    (tmp_path / "test_unhappy.py").write_text(
        """
import numpy as np
from autograder.judging import exercise, expect

@exercise("Unhappy", points=1)
class TestUnhappy:
    def test_it_takes_one_axis(self, learner):
        layer = learner()
        expect.shape(layer(np.ones(3)), (3,), "One axis stays one.")
"""
    )
    text = """
        import keras
        from autograder.judging import mistake

        @mistake("Unhappy", "You need two axes.")
        class Unhappy(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.dense = keras.layers.Dense(3)

            def call(self, x):
                return self.dense(x)
    """
    module = load("known_unhappy", tmp_path / "known_unhappy.py", text)
    keras.layers.Dense(1)  # so that the learner's has another number than the known one's
    (verdict,) = judge(tmp_path / "test_unhappy.py", Workbench({"Unhappy": module.Unhappy}), 1, module)
    assert verdict.tests[0].outcome == "error"
    assert verdict.tests[0].mistake == "You need two axes."


def test_two_dtypes_are_two_mistakes_where_a_dtype_is_asked_for(tmp_path):
    path = tmp_path / "test_dtype.py"
    path.write_text(
        """
import numpy as np
from autograder.judging import exercise, expect

@exercise("same", points=1)
class TestSame:
    def test_the_dtype_stays(self, learner):
        found = learner(np.ones(3))
        expect.true(found.dtype == np.float32, "float32 stays.", f"dtype {found.dtype}", "dtype float32")
"""
    )
    text = """
        from keras import ops
        from autograder.judging import mistake

        @mistake("same", "That is float64.")
        def doubles(x):
            return ops.cast(x, "float64")
    """
    module = load("known_dtypes", tmp_path / "known_dtypes.py", text)
    for dtype, named in (("float64", "That is float64."), ("float16", None)):
        (verdict,) = judge(path, Workbench({"same": lambda x, dtype=dtype: ops.cast(x, dtype)}), 1, module)
        assert verdict.tests[0].mistake == named


def test_known_answers_are_asked_with_the_same_tensors(suite):
    asked = []

    @mistake("total", "You added columns, not rows.")
    @mistake("total", "You added columns, not rows!")
    def adds_columns(x):
        if hasattr(x, "numpy"):  # no tensor of a graph, which is another each time
            asked.append(x)
        return ops.sum(x, axis=0)

    known = types.SimpleNamespace(adds_columns=adds_columns)
    judge(suite, Workbench({"total": lambda x: x * 0}), 1, known, ["total"])
    first, *others = asked
    assert others
    assert all(other is first for other in others)


def test_the_same_error_is_told_once(suite):
    def broken(x):
        return missing_name  # noqa: F821

    report = Report(judge(suite, Workbench({"total": broken}), 1, only=["total"])[0])
    assert repr(report).count("NameError") == report._repr_html_().count("NameError") == 1
    assert "  ✗ it works in a graph (for the same reason)" in repr(report)


def test_the_same_seed_draws_the_same_inputs_and_another_draws_others(suite):
    seen = []

    def spy(x):
        seen.append(ops.convert_to_numpy(x))
        return right(x)

    for seed in (1, 1, 2):
        judge(suite, Workbench({"total": spy}), seed, only=["total"])
    np.testing.assert_array_equal(seen[0], seen[1])
    assert not np.allclose(seen[0], seen[2])


def test_an_untouched_answer_is_not_attempted_and_an_absent_one_missing(suite):
    def stub(x):
        raise NotImplementedError("your code here")

    total, apply = judge(suite, Workbench({"total": stub}), seed=1)
    assert outcomes(total) == ["not_attempted", "not_attempted"]
    assert outcomes(apply) == ["missing"]
    assert not total.attempted
    assert total.score == 0


def test_a_callback_counts_calls_on_the_judges_side(suite):
    (apply,) = judge(suite, Workbench({"apply": twice}), seed=1, only=["apply"])
    assert outcomes(apply) == ["failed"]


def test_a_call_tells_of_functions_by_their_names(tmp_path):
    path = tmp_path / "test_functions.py"
    path.write_text("""
import numpy as np
from autograder.judging import exercise, expect

def double(x):
    return 2 * x

@exercise("apply", points=1)
class TestApply:
    def test_it_calls(self, learner):
        expect.shape(learner(double, np.ones(2)), (3,), "Wrong.")

    def test_it_calls_keras(self, learner):
        expect.shape(learner(learner.from_keras("ops.tanh"), np.ones(2)), (3,), "Wrong.")
""")
    (apply,) = judge(path, Workbench({"apply": once}), seed=1)
    assert [test.call for test in apply.tests] == ["apply(double, [1., 1.])", "apply(the function, [1., 1.])"]


@pytest.mark.parametrize(
    "broken", ["def test_loose(learner): pass", "import nowhere", "class TestX:\n    syntax error"]
)
def test_a_broken_suite_is_the_authors_error_not_the_learners(tmp_path, broken):
    path = tmp_path / "test_broken.py"
    path.write_text(broken)
    with pytest.raises(RuntimeError, match=r"test_broken\.py could not be run"):
        judge(path, Workbench({}), seed=1)


def test_a_suite_judges_every_answer_by_itself(suite):
    right, wrong = Workbench({"total": lambda x: ops.sum(x, axis=-1)}), Workbench({"total": lambda x: x})
    scores = [judge(suite, answers, seed=1, only=["total"])[0].score for answers in (right, wrong, right)]
    assert scores == [6, 0, 6]


def test_an_edit_of_the_suite_counts_at_once(suite):
    answers = Workbench({"total": lambda x: ops.sum(x, axis=-1)})
    assert judge(suite, answers, seed=1)[0].max_score == 6
    suite.write_text(SUITE.replace("points=6", "points=17"))
    assert judge(suite, answers, seed=1)[0].max_score == 17


def test_a_judging_that_was_stopped_does_not_disturb_the_next(suite):
    def stopped(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(suite, Workbench({"total": stopped}), seed=1)
    total, _ = judge(suite, Workbench({"total": lambda x: ops.sum(x, axis=-1)}), seed=1)
    assert outcomes(total) == ["passed", "passed"]


def test_a_suite_that_breaks_in_a_fixture_is_the_authors_error_each_time(tmp_path):
    path = tmp_path / "test_broken.py"
    path.write_text(SUITE.replace("self, learner, rng", "self, learner, nobody"))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="nobody"):
            judge(path, Workbench({}), seed=1)


def test_known_answers_are_found_and_written_as_a_learner_would(mistakes):
    wrong, other = mistakes_in(mistakes), correct_in(mistakes)
    assert [known.name for known in wrong] == ["adds_columns", "averages"]
    assert wrong[0].source().startswith("def total(x):\n")
    assert "@" not in other[0].source()


def test_a_mistake_may_be_one_on_some_backends_only(monkeypatch):
    @mistake("total", "NumPy computes no gradients.", backends=("tensorflow", "torch"))
    @mistake("total", "You added nothing.")
    def answer(x):
        return x

    module = types.SimpleNamespace(answer=answer)
    assert len(mistakes_in(module)) == 2
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    assert [known.sentence for known in mistakes_in(module)] == ["You added nothing."]


def test_one_answer_can_be_known_for_two_exercises():
    @mistake("first", "one")
    @mistake("second", "two")
    @correct("third")
    def shared(x):
        return x

    assert {known.exercise for known in shared.known_mistakes} == {"first", "second"}
    assert [known.exercise for known in shared.known_correct] == ["third"]


A = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("holds", "breaks"),
    [
        (lambda: expect.close(A, A + 1e-7, "s"), lambda: expect.close(A, A + 1e-3, "s")),
        (lambda: expect.close(3.0, 3.0, "s"), lambda: expect.close(np.nan, 3.0, "s")),
        (lambda: expect.close(A, A, "s"), lambda: expect.close(A[0], A, "s")),
        (lambda: expect.close(A, A, "s"), lambda: expect.close(None, A, "s")),
        (lambda: expect.close(A, A, "s"), lambda: expect.close("text", A, "s")),
        (lambda: expect.equal([1, 2], [1, 2], "s"), lambda: expect.equal((1, 2), [1, 2], "s")),
        (lambda: expect.equal(np.array(3), 3, "s"), lambda: expect.equal(np.array([3]), 3, "s")),
        (lambda: expect.equal(A > 1, A > 1, "s"), lambda: expect.equal((A > 1).astype(int), A > 1, "s")),
        (lambda: expect.equal(None, None, "s"), lambda: expect.equal(A, None, "s")),
        (lambda: expect.shape(A, (2, 3), "s"), lambda: expect.shape(A, (3, 2), "s")),
        (lambda: expect.boolean(A > 1, "s"), lambda: expect.boolean(A, "s")),
        (lambda: expect.finite(A, "s"), lambda: expect.finite(A / 0, "s")),
        (lambda: expect.true(True, "s"), lambda: expect.true(False, "s")),
        (lambda: expect.pair((1, 2), "a, b"), lambda: expect.pair(A, "a, b")),
        (lambda: expect.pair([1, 2], "a, b"), lambda: expect.pair((1, 2, 3), "a, b")),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_each_expectation_can_hold_and_can_break(holds, breaks):
    holds()
    with pytest.raises(Unmet) as unmet:
        breaks()
    assert unmet.value.sentence


def test_a_test_whose_condition_fails_does_not_accuse_of_what_it_asks():
    with pytest.raises(Unmet) as failure, expect.beforehand():
        expect.close(np.ones(2), np.zeros(2), "Each number is 0.")
    told = failure.value
    assert told.sentence == "This is asked of a right result only, and yours is not right yet."
    assert (told.got, told.expected) == ("1 at [0]; 2 of 2 numbers differ", "0 at [0]")


def test_an_error_where_a_right_result_is_needed_is_not_asked_further():
    with pytest.raises(NotAsked) as failure, expect.beforehand():
        raise told("error", "ValueError")
    assert failure.value.error.types == ["ValueError"]
    with pytest.raises(LearnerError), expect.beforehand():
        raise told("not_attempted", "NotImplementedError")


NEEDS_A_RIGHT_RESULT = """
import numpy as np
from autograder.judging import exercise, expect

@exercise("double", points=2)
class TestDouble:
    def test_it_doubles(self, learner):
        expect.close(learner(np.ones(2)), np.full(2, 2.0), "Each number becomes twice as large.")

    def test_the_numbers_stay_as_they_were(self, learner):
        with expect.beforehand():
            expect.close(learner(np.ones(2)), np.full(2, 2.0), "Each number becomes twice as large.")
        expect.close(learner.effect_on(np.ones(2))[0], np.ones(2), "The numbers belong to the caller.")
"""


def stops_at_once(x):
    raise ValueError("no")


@pytest.mark.parametrize(("answer", "outcome"), [(lambda x: x, "failed"), (stops_at_once, "error")])
def test_what_was_not_asked_earns_nothing_and_survives_being_stored(tmp_path, answer, outcome):
    path = tmp_path / "test_double.py"
    path.write_text(NEEDS_A_RIGHT_RESULT)
    (double,) = judge(path, Workbench({"double": answer}), 1)
    assert outcomes(double) == [outcome] * 2
    assert [test.asked for test in double.tests] == [True, False]
    assert double.score == 0
    assert double.first_failure is double.tests[0]
    stored = json.loads(json.dumps(_as_stored(Verdict("00_start", [double]))))
    assert [test.asked for test in _from_stored(stored).exercises[0].tests] == [True, False]


def test_what_a_test_held_back_has_asked_is_not_handed_over(tmp_path):
    path = tmp_path / "test_held_back.py"
    path.write_text(HELD_BACK)
    (judged,) = study(path, Workbench({"total": lambda x: ops.mean(x, axis=-1)}), 1, None)
    assert judged.verdict.score == 0
    assert judged.asked is None


def told(outcome, *types, message="d_model=10"):
    return LearnerError(outcome, message, list(types))


def test_an_expected_error_must_be_of_its_class_and_name_what_was_received():
    with expect.raises("ValueError", "s", mentions=["10"]):
        raise told("error", "ValueError", "Exception")
    for error in (told("error", "TypeError"), told("error", "ValueError", message="no")):
        with pytest.raises(Unmet), expect.raises("ValueError", "s", mentions=["10"]):
            raise error
    with pytest.raises(Unmet, match="s"), expect.raises("ValueError", "s"):
        pass


def test_a_stub_is_not_taken_for_an_expected_error():
    with pytest.raises(LearnerError), expect.raises("NotImplementedError", "s"):
        raise told("not_attempted", "NotImplementedError")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, "a", None], "[1, 'a', None]"),
        ({"a": np.zeros((2, 3)), "b": (1,)}, "{'a': (2, 3) float64, 'b': (1,)}"),
        (tuple(range(9)), "(0, 1, 2, 3, 4, 5, …)"),
        ([np.zeros((2, 3))] * 5000, "[" + "(2, 3) float64, " * 6 + "…"),
        ("x" * 10_000, "'" + "x" * 99 + " … (str)"),
    ],
)
def test_a_summary_shows_the_first_of_many_items(value, text):
    assert expect.summary(value).startswith(text[:100])
    assert len(expect.summary(value)) < 130


def test_the_name_of_a_learners_class_is_cleaned():
    answer = Answer(None, Handle(1, "Dense\x1b[2J\ud800" + "x" * 1000), Transcript())
    assert repr(answer).startswith("the Dense[2Jx")
    assert len(repr(answer)) < 120


def test_a_layer_of_keras_is_asked_like_a_learners():
    dense, x = keras_layer("Dense", 3), np.ones((2, 4))
    dense(x)
    dense.set_weights([np.ones((4, 3)), np.arange(3.0)])
    np.testing.assert_array_equal(dense(x), 4 + np.tile(np.arange(3.0), (2, 1)))
    kernel, bias = dense.weight_gradients(x, cotangent=np.ones((2, 3)))
    np.testing.assert_array_equal(kernel, np.full((4, 3), 2.0))
    np.testing.assert_array_equal(bias, np.full(3, 2.0))


SUPPORTED = """
import numpy as np
from autograder.judging import exercise, expect, supporting, worth


@exercise("total", points=6)
class TestTotal:
    @supporting
    @worth(2)
    def test_there_is_a_number_for_each_row(self, learner, rng):
        expect.shape(learner(rng.normal(size=(3, 5))), (3,), "One number for each row.")

    def test_small_numbers_are_added(self, learner, rng):
        x = rng.normal(size=(3, 5))
        expect.close(learner(x), x.sum(-1), "Add the numbers of each row.")

    def test_large_numbers_are_added(self, learner):
        expect.close(learner(np.full((1, 4), 5e4)), [2e5], "Large numbers are added, too.")
"""


def shows_the_large_ones(x):
    return ops.where(ops.max(x, axis=-1) > 1e4, ops.sum(x, axis=-1), 0.0)


@pytest.mark.parametrize(
    ("answer", "score", "held"),
    [(right, 6, 3), (shows_the_large_ones, 4.5, 2), (lambda x: ops.zeros(x.shape[:-1]), 0, 1)],
    ids=["right", "right for large numbers", "zeros"],
)
def test_a_supporting_rule_earns_only_beside_another_that_holds(tmp_path, answer, score, held):
    path = tmp_path / "test_supported.py"
    path.write_text(SUPPORTED)
    (verdict,) = judge(path, Workbench({"total": answer}), seed=1)
    assert (verdict.score, outcomes(verdict).count("passed")) == (score, held)
    assert verdict.score == sum(test.parts for test in verdict.tests if verdict.earns(test)) * 6 / 4
    shown = repr(Report(verdict))
    assert f"{score:g} of 6 points" in shown
    assert shown.count("counts only together with right results") == (score == 0)
    assert Report(verdict)._repr_html_().count("counts only together with right results") == 2 * (score == 0)
