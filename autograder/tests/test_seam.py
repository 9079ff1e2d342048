"""The seam: what may cross, and the operations on a learner's objects."""

import random

import keras
import numpy as np
import pytest
from keras import ops

from autograder.seam import Handle, LearnerError, Workbench
from autograder.seam.plain import NotPlain, to_plain

ROWS = np.arange(6, dtype=np.float32).reshape(2, 3)


@keras.saving.register_keras_serializable("tests")
class Scale(keras.layers.Layer):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.dense = keras.layers.Dense(4)

    def build(self, shape):
        self.dense.build(shape)

    def call(self, x):
        return self.dense(x) * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


@keras.saving.register_keras_serializable("tests")
class Joined(keras.Model):
    """A model of a dictionary of arrays, as the whole Transformer is."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units, self.dense = units, keras.layers.Dense(units)

    def call(self, inputs):
        return self.dense(ops.concatenate([inputs["left"], inputs["right"]], axis=-1))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


PAIR = {"left": ROWS, "right": 2 * ROWS[:, :2]}


def refuse(_):
    raise AssertionError("nothing should be kept")


def test_tensors_become_arrays_and_containers_keep_their_type():
    plain = to_plain({"a": (ops.ones((2,)), [1, 2.5, None, "x", True])}, refuse)
    assert isinstance(plain["a"], tuple)
    assert plain["a"][1] == [1, 2.5, None, "x", True]
    np.testing.assert_array_equal(plain["a"][0], np.ones(2, np.float32))


def test_subclasses_of_plain_types_lose_their_disguise():
    class Liar(float):
        def __eq__(self, other):
            return True

        __hash__ = None

    plain = to_plain(Liar(3.0), refuse)
    assert type(plain) is float
    assert plain != 4.0


def test_text_of_numpy_is_text():
    assert [type(one) for one in to_plain([*np.unique(["b", "a"])], refuse)] == [str, str]


def test_a_subclass_of_array_becomes_a_plain_array():
    class Loud(np.ndarray):
        pass

    assert type(to_plain(np.ones(3).view(Loud), refuse)) is np.ndarray


def test_half_precision_of_any_kind_arrives_as_numbers():
    assert to_plain(ops.cast(ops.ones((2,)), "bfloat16"), refuse).dtype == np.float32


@pytest.mark.parametrize("value", [np.array([object()]), np.array(["a"]), np.array([1j]), {1: 2}])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(NotPlain):
        to_plain(value, refuse)


def test_a_value_that_holds_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(NotPlain, match="deep"):
        to_plain(endless, refuse)


def test_calls_reach_the_answer_with_tensors_and_return_arrays():
    bench = Workbench({"double": lambda x: (ops.is_tensor(x), x * 2)})
    is_tensor, doubled = bench.perform("call", "double", (ROWS,), {})
    assert is_tensor
    np.testing.assert_array_equal(doubled, ROWS * 2)


def test_a_function_argument_is_called_back_with_plain_data():
    seen = []

    def step(x):
        seen.append(type(x))
        return x + 1

    result = Workbench({"twice": lambda f, x: f(f(x))}).perform("call", "twice", (step, ROWS), {})
    np.testing.assert_array_equal(result, ROWS + 2)
    assert seen == [np.ndarray, np.ndarray]


def test_a_function_of_keras_is_called_where_the_answer_lives_and_can_be_traced():
    bench = Workbench({"fold": lambda f, x: f(x[:, 0], x[:, 1])})
    subtract = bench.perform("from_keras", "fold", "ops.subtract")
    assert isinstance(subtract, Handle)
    for operation in ("call", "compiled"):
        np.testing.assert_array_equal(bench.perform(operation, "fold", (subtract, ROWS), {}), ROWS[:, 0] - ROWS[:, 1])
    options = {"wrt": (1,), "cotangent": np.ones(len(ROWS))}
    (slope,) = bench.perform("gradient", "fold", (subtract, ROWS), {}, **options)
    np.testing.assert_array_equal(slope[:, :2], [[1, -1]] * len(ROWS))
    with pytest.raises(LearnerError, match="no_such_function"):
        bench.perform("from_keras", "fold", "ops.no_such_function")


@pytest.mark.parametrize("kind", [tuple, list])
def test_a_gradient_reaches_into_a_pair(kind):
    bench = Workbench({"mix": lambda x, pair: x * pair[0] + 3 * pair[1] if type(pair) is kind else None})
    options = {"wrt": ((1, 1), 0, (1, 0)), "cotangent": np.ones_like(ROWS)}
    found = bench.perform("gradient", "mix", (ROWS, kind([2 * ROWS, ROWS])), {}, **options)
    for slope, wanted in zip(found, (3 * np.ones_like(ROWS), 2 * ROWS, ROWS), strict=True):
        np.testing.assert_allclose(slope, wanted)


def test_changes_in_place_are_seen():
    def spoil(x):
        x += 1
        return x

    (after,) = Workbench({"spoil": spoil}).perform("effect", "spoil", (ROWS,), {})
    np.testing.assert_array_equal(after, ROWS + 1)
    assert ROWS[0, 0] == 0, "the judge's own array must stay as it was"


def test_elsewhere_text_has_other_hashes_and_all_else_is_the_same():
    def hashes(text):
        return [hash(text), hash((text, 1)), hash(7), hash((7, 8)), sorted([text, "a"])]

    workbench = Workbench({"answer": hashes})
    here, there = (workbench.perform(kind, "answer", ("b",), {}) for kind in ("call", "elsewhere"))
    assert here[0] != there[0]
    assert here[1] != there[1]
    assert here[2:] == there[2:]
    assert workbench.perform("call", "answer", ("b",), {}) == here


def test_the_gradient_of_a_result_in_float64_is_taken():
    (found,) = Workbench({"answer": lambda x: ops.cast(x, "float64") ** 2}).perform(
        "gradient", "answer", (np.ones(2, "float32"),), {}, wrt=(0,), cotangent=np.array([1.0, 3.0])
    )
    assert found.tolist() == [2.0, 6.0]


def test_what_may_be_changed_can_be_mixed_with_tensors():
    bench = Workbench({"centre": lambda x: x - ops.mean(x, axis=-1, keepdims=True)})
    (after,) = bench.perform("effect", "centre", (ROWS,), {})
    np.testing.assert_array_equal(after, ROWS)


def test_gradients_are_those_of_the_weighted_sum():
    bench = Workbench({"square": lambda x, y: (x * x + 0 * y, "not differentiated")})
    cotangent = np.full((2, 3), 3.0)
    over_x, over_y = bench.perform("gradient", "square", (ROWS, ROWS), {}, wrt=(0, 1), cotangent=cotangent)
    np.testing.assert_allclose(over_x, 6 * ROWS)
    np.testing.assert_allclose(over_y, 0 * ROWS)


def test_a_compiled_call_knows_no_batch_size():
    sizes = []

    def answer(x):
        sizes.append(x.shape[0])
        return x + 1

    np.testing.assert_array_equal(Workbench({"f": answer}).perform("compiled", "f", (ROWS,), {}), ROWS + 1)
    assert sizes == [None] or keras.backend.backend() != "tensorflow"


def test_a_compiled_call_knows_the_sizes_of_constants():
    shapes = []

    def product(x, matrix):
        shapes.append((x.shape[0], matrix.shape[0]))
        return x @ matrix

    arguments = (np.ones((2, 3), "float32"), np.ones((3, 4), "float32"))
    found = Workbench({"product": product}).perform("compiled", "product", arguments, {}, constant=(1,))
    assert found.shape == (2, 4)
    assert shapes == [(None, 3)]


def test_a_compiled_call_may_know_no_length_either():
    shapes = []

    def answer(x):
        shapes.append(tuple(x.shape))
        return x + 1

    bench = Workbench({"f": answer})
    np.testing.assert_array_equal(bench.perform("compiled", "f", (ROWS,), {}, unknown_axes=2), ROWS + 1)
    assert shapes == [(None, None)] or keras.backend.backend() != "tensorflow"


def test_a_compiled_call_knows_no_size_of_arrays_in_a_dictionary_either():
    shapes = []

    def answer(pair, constant):
        shapes.append([one.shape[0] for one in (pair["left"], pair["right"], constant["left"])])
        return pair["left"][:, 0] + pair["right"][:, 1] + constant["left"][:, 2]

    found = Workbench({"f": answer}).perform("compiled", "f", (PAIR, PAIR), {}, constant=(1,))
    np.testing.assert_array_equal(found, ROWS[:, 0] + 2 * ROWS[:, 1] + ROWS[:, 2])
    assert shapes == [[None, None, 2]] or keras.backend.backend() != "tensorflow"


def test_a_call_may_be_made_under_another_dtype_policy():
    bench = Workbench({"Scale": Scale})
    layer = bench.perform("call", "Scale", (2.0,), {}, policy="mixed_float16")
    assert bench.perform("call", layer, (ROWS,), {}).dtype == np.float16
    assert keras.config.dtype_policy().name == "float32"


def test_a_layer_made_twice_starts_from_the_same_weights():
    bench = Workbench({"Scale": Scale})
    first, second = (bench.perform("call", bench.perform("call", "Scale", (2.0,), {}), (ROWS,), {}) for _ in range(2))
    np.testing.assert_array_equal(first, second)


class Drops(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x, training=training)


def test_a_layer_made_twice_drops_the_same_and_something_else_at_each_call():
    bench, x, dropped = Workbench({"Drops": Drops}), np.ones((8, 8), "float32"), []
    for _ in range(2):
        layer = bench.perform("call", "Drops", (), {})
        dropped.append([bench.perform("call", layer, (x,), {"training": True}) for _ in range(2)])
    np.testing.assert_array_equal(*dropped)
    assert (dropped[0][0] != dropped[0][1]).any()


def test_making_a_layer_leaves_the_learners_own_random_numbers_alone():
    random.seed(7)
    expected = [random.random(), random.random()]
    random.seed(7)
    found = [random.random()]
    Workbench({"Scale": Scale}).perform("call", "Scale", (2.0,), {})
    assert [*found, random.random()] == expected


def test_a_function_draws_other_random_numbers_at_each_call():
    bench = Workbench({"draw": lambda: random.random()})
    assert bench.perform("call", "draw", (), {}) != bench.perform("call", "draw", (), {})


def test_a_layer_stays_behind_a_handle_and_can_be_taken_apart():
    bench = Workbench({"Scale": Scale})
    layer = bench.perform("call", "Scale", (2.0,), {})
    assert isinstance(layer, Handle)
    assert layer.type_name == "Scale"
    first = bench.perform("call", layer, (ROWS,), {})
    kernel, bias = bench.perform("weights", layer)
    np.testing.assert_allclose(first, (ROWS @ kernel + bias) * 2, rtol=1e-5)
    bench.perform("set_weights", layer, [np.ones_like(kernel), bias])
    np.testing.assert_allclose(
        bench.perform("call", layer, (ROWS,), {}), ROWS.sum(-1, keepdims=True).repeat(4, -1) * 2, rtol=1e-5
    )
    assert bench.perform("attribute", layer, "dense.units") == 4
    assert bench.perform("method", layer, "get_config", (), {})["factor"] == 2.0
    assert bench.perform("attribute", bench.perform("rebuilt", layer), "factor") == 2.0
    gradients = bench.perform("weight_gradients", layer, (ROWS,), {}, cotangent=np.ones((2, 4)))
    np.testing.assert_allclose(gradients[1], np.full(4, 4.0))


def test_a_layer_comes_back_from_a_file_bit_for_bit():
    bench = Workbench({"Scale": Scale})
    layer = bench.perform("call", "Scale", (3.0,), {})
    before = bench.perform("call", layer, (ROWS,), {})
    loaded = bench.perform("reloaded", layer, (ROWS,), {})
    np.testing.assert_array_equal(bench.perform("call", loaded, (ROWS,), {}), before)


def test_a_model_comes_back_from_a_file_as_a_whole():
    bench = Workbench({"Joined": Joined})
    model = bench.perform("call", "Joined", (3,), {})
    before = bench.perform("call", model, (PAIR,), {})
    assert before.shape == (2, 3)
    again = bench.perform("reloaded", model, (PAIR,), {})
    assert again.type_name == "Joined"
    np.testing.assert_array_equal(bench.perform("call", again, (PAIR,), {}), before)


def test_a_layer_of_a_dictionary_comes_back_from_a_file():
    class Sum(keras.layers.Layer):
        def call(self, inputs):
            return inputs["left"] + inputs["right"]

    bench = Workbench({"Sum": Sum})
    pair, layer = {"left": ROWS, "right": 2 * ROWS}, bench.perform("call", "Sum", (), {})
    again = bench.perform("reloaded", layer, (pair,), {})
    np.testing.assert_array_equal(bench.perform("call", again, (pair,), {}), 3 * ROWS)


def test_a_model_is_trained_and_asked_by_keras_own_methods():
    bench = Workbench({"Joined": Joined})
    model = bench.perform("call", "Joined", (3,), {})
    before = bench.perform("call", model, (PAIR,), {})
    optimizer = bench.perform("call", bench.perform("from_keras", "Joined", "optimizers.SGD"), (0.01,), {})
    bench.perform("method", model, "compile", (optimizer, "mse"), {"jit_compile": False})
    assert isinstance(
        bench.perform("method", model, "fit", (PAIR, np.ones((2, 3), np.float32)), {"verbose": 0}), Handle
    )
    found = bench.perform("method", model, "predict", (PAIR,), {"verbose": 0})
    assert np.abs(found - before).max() > 1e-4
    np.testing.assert_allclose(found, bench.perform("call", model, (PAIR,), {}), rtol=1e-5, atol=1e-6)


def test_a_model_that_the_judge_has_made_is_trained_by_an_answer():
    def train(model, batch, steps):
        return [float(model.train_on_batch(*batch)) for _ in range(steps)]

    bench = Workbench({"train": train})
    dense = bench.perform("call", bench.perform("from_keras", "train", "layers.Dense"), (1,), {"use_bias": False})
    model = bench.perform("call", bench.perform("from_keras", "train", "Sequential"), ([dense],), {})
    bench.perform("call", model, (np.ones((1, 1), np.float32),), {})
    bench.perform("set_weights", model, [np.ones((1, 1), np.float32)])
    bench.perform("method", model, "compile", ("sgd", "mse"), {"run_eagerly": True})
    losses = bench.perform("call", "train", (model, (np.ones((3, 1), np.float32), np.zeros((3, 1), np.float32)), 2), {})
    np.testing.assert_allclose(losses, [1.0, 0.98**2], rtol=1e-5)
    np.testing.assert_allclose(bench.perform("weights", model)[0], [[0.98**2]], rtol=1e-5)


@pytest.mark.filterwarnings("error:.build.. was called")
def test_a_layer_that_leaves_building_to_keras_comes_back_without_a_warning():
    class Wrapped(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = keras.layers.Dense(4)

        def call(self, x):
            return self.dense(x)

    bench = Workbench({"Wrapped": Wrapped})
    layer = bench.perform("call", "Wrapped", (), {})
    before = bench.perform("call", layer, (ROWS,), {})
    loaded = bench.perform("reloaded", layer, (ROWS,), {})
    np.testing.assert_array_equal(bench.perform("call", loaded, (ROWS,), {}), before)


def raises(error):
    def answer(*_):
        raise error

    return answer


@pytest.mark.parametrize(
    ("error", "outcome", "text"),
    [
        (NotImplementedError("your code here"), "not_attempted", "Not attempted"),
        (NotImplementedError("masks"), "error", "NotImplementedError: masks"),
        (MemoryError(), "memory", "memory"),
        (SystemExit(0), "error", "SystemExit"),
        (ValueError("d_model=10"), "error", "ValueError: d_model=10"),
        (RecursionError("deep"), "error", "without end"),
    ],
)
def test_what_goes_wrong_has_an_outcome_and_a_message(error, outcome, text):
    with pytest.raises(LearnerError) as told:
        Workbench({"f": raises(error)}).perform("call", "f", (), {})
    assert told.value.outcome == outcome
    assert text in told.value.message


def test_an_error_inside_a_layer_is_told_without_the_frame_that_keras_puts_around_it():
    class Fussy(keras.layers.Layer):
        def call(self, x):
            raise ValueError("received length=3")

    bench = Workbench({"Fussy": Fussy})
    with pytest.raises(LearnerError) as told:
        bench.perform("call", bench.perform("call", "Fussy", (), {}), (ROWS,), {})
    assert told.value.message == "ValueError: received length=3"


class NoText(TypeError):
    """An error as JAX has them, which is not made of a text."""

    def __init__(self, traced):
        super().__init__(f"No numbers yet in {traced._error_repr()}.")


class Traced:
    def _error_repr(self):
        return "x"


class Raises(keras.layers.Layer):
    def call(self, x):
        raise NoText(Traced())


class Around(keras.layers.Layer):
    """A layer that hands on what the one inside it gives."""

    def __init__(self, inside):
        super().__init__()
        self.inside = inside

    def call(self, x):
        return self.inside(x)


def test_an_error_that_keras_cannot_make_anew_is_told_as_it_was():
    with pytest.raises(LearnerError, match="NoText: No numbers yet in x.") as told:
        Workbench({"outer": Around(Raises())}).perform("call", "outer", (ROWS,), {})
    assert told.value.types[:2] == ["NoText", "TypeError"]


def test_a_missing_answer_is_missing():
    with pytest.raises(LearnerError) as told:
        Workbench({}).perform("call", "f", (), {})
    assert told.value.outcome == "missing"


def test_an_answer_that_cannot_be_called_says_what_it_is():
    with pytest.raises(LearnerError, match="it is int"):
        Workbench({"f": 3}).perform("call", "f", (), {})


def test_an_error_whose_message_cannot_be_read_is_still_told():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    with pytest.raises(LearnerError, match="Mute"):
        Workbench({"f": raises(Mute())}).perform("call", "f", (), {})


def test_an_unknown_operation_is_the_judges_own_error():
    with pytest.raises(ValueError, match="unknown operation 'eval'"):
        Workbench({}).perform("eval", "f")


def test_a_layer_without_build_is_called_as_keras_calls_it():
    """What it holds gets weights, and whatever else its first call does happens once."""

    class Counts(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense, self.calls = keras.layers.Dense(2), self.add_weight(initializer="zeros")

        def call(self, x):
            self.calls.assign_add(1.0)
            return self.dense(x)

    workbench = Workbench({"Counts": Counts})
    layer, x = workbench.perform("call", "Counts", (), {}), np.ones((1, 3), "float32")
    first = workbench.perform("call", layer, (x,), {})
    dense = workbench.perform("attribute", layer, "dense")
    kernel, _ = workbench.perform("weights", dense)
    np.testing.assert_allclose(first, x @ kernel, rtol=1e-5)
    assert [array for array in workbench.perform("weights", layer) if array.shape == ()] == [1.0]


def test_a_layer_that_forgets_super_is_told_so_by_keras():
    class Forgets(keras.layers.Layer):
        def __init__(self):
            pass

    workbench = Workbench({"Forgets": Forgets})
    with pytest.raises(LearnerError, match="super"):
        workbench.perform("call", workbench.perform("call", "Forgets", (), {}), (ROWS,), {})


def test_layers_within_a_layer_are_built_by_one_call_and_no_graph_is_traced():
    """Keras traces a graph for each of them, and what they hold is called again in every graph."""
    calls = []

    class Inner(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, x):
            calls.append(self.name)
            return self.dense(x)

    class Outer(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.parts = [Inner(), Inner()]

        def call(self, x):
            return self.parts[1](self.parts[0](x))

    outer = Outer()
    bench = Workbench({"outer": outer})
    bench.perform("call", "outer", (ROWS,), {})
    assert len(calls) == 4  # two in the call that builds, two in the call itself
    assert all(part.built for part in outer.parts)
    assert len(outer.weights) == 4


def test_a_layer_that_is_made_in_the_call_of_a_part_is_told_as_keras_tells_it():
    class Inner(keras.layers.Layer):
        def call(self, x):
            self.dense = keras.layers.Dense(2)
            return self.dense(x)

    with pytest.raises(LearnerError, match="cannot add new elements of state"):
        Workbench({"outer": Around(Inner())}).perform("call", "outer", (ROWS,), {})
