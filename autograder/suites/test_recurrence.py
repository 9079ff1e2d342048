"""Unit 03: reading word by word, and looking back.

Oracles: Keras' own cells with the same weights, and float64 NumPy that reads like the formulas. Sizes: B=2, D=8, U=5,
S=7, A=6, so that no two axes are alike, and none is 3 or 4, the number of blocks.
"""

import functools

import keras
import numpy as np

from autograder.judging import exercise, expect, supporting, worth

BATCH, WIDTH, UNITS, WORDS, COMPARED = 2, 8, 5, 7, 6
OPEN, CLOSED = 60.0, -60.0  # a bias that holds a gate at 1, or at 0, whatever comes in: sums reach 20 now and then


def sigmoid(a):
    """The gate function; its inputs are moderate here."""
    return 1 / (1 + np.exp(-a))


def rnn_by_formula(x, state, w_input, w_state, bias):
    """tanh of the word, the state and the bias."""
    return np.tanh(x @ w_input + state @ w_state + bias)


def gru_by_formula(x, state, w_input, w_state, bias):
    """Update and reset gates; the reset gate acts on the finished product of the state."""
    units = state.shape[-1]
    z, r, h = (slice(block * units, (block + 1) * units) for block in range(3))
    update = sigmoid(x @ w_input[:, z] + bias[0, z] + state @ w_state[:, z] + bias[1, z])
    reset = sigmoid(x @ w_input[:, r] + bias[0, r] + state @ w_state[:, r] + bias[1, r])
    candidate = np.tanh(x @ w_input[:, h] + bias[0, h] + reset * (state @ w_state[:, h] + bias[1, h]))
    return update * state + (1 - update) * candidate


def lstm_by_formula(x, state, w_input, w_state, bias):
    """Input, forget and output gates around a memory."""
    shown, memory = state
    units = shown.shape[-1]
    i, f, c, o = (slice(block * units, (block + 1) * units) for block in range(4))
    a = x @ w_input + shown @ w_state + bias
    memory = sigmoid(a[:, f]) * memory + sigmoid(a[:, i]) * np.tanh(a[:, c])
    return sigmoid(a[:, o]) * np.tanh(memory), memory


def attention_by_loops(query, keys, w_query, w_key, v, mask=None):
    """A score for each word that may be seen, shares of 1 by softmax, and the average of the keys by these shares."""
    context, weights = np.zeros(query.shape), np.zeros(keys.shape[:2])
    for b in range(len(keys)):
        seen = [s for s in range(keys.shape[1]) if mask is None or mask[b, s]]
        scores = {s: v @ np.tanh(query[b] @ w_query + keys[b, s] @ w_key) for s in seen}
        peak = max(scores.values(), default=0.0)
        total = sum(np.exp(score - peak) for score in scores.values())
        for s in seen:
            weights[b, s] = np.exp(scores[s] - peak) / total
            context[b] += weights[b, s] * keys[b, s]
    return context, weights


def states_by_loops(step, inputs, initial_state, mask):
    """Each sentence takes its new state where the word is real, and keeps the old one where it is padding."""
    state, states = np.array(initial_state), []
    for s in range(inputs.shape[1]):
        new = step(inputs[:, s], state)
        state = np.array([new[b] if mask[b, s] else state[b] for b in range(len(mask))])
        states.append(state)
    return np.stack(states, axis=1)


def by_keras(cell_class, x, states, w_input, w_state, bias):
    """What a cell of Keras with these weights returns: its new states."""
    cell = cell_class(states[0].shape[-1])
    cell.build((None, x.shape[-1]))
    cell.set_weights([w_input, w_state, bias])
    tensors = [keras.ops.convert_to_tensor(state.astype("float32")) for state in states]
    _, new_states = cell(keras.ops.convert_to_tensor(x.astype("float32")), tensors)
    return [keras.ops.convert_to_numpy(state) for state in new_states]


def slopes(function, arrays, index, cotangent):
    """How `sum(function(*arrays) * cotangent)` grows with each number of `arrays[index]`, by central differences."""
    arrays = [np.array(one) if place == index else one for place, one in enumerate(arrays)]
    moved, step = arrays[index], 1e-5
    found = np.zeros(moved.shape)
    for place in np.ndindex(moved.shape):
        centre, sums = moved[place], []
        for moved[place] in (centre + step, centre - step):
            sums.append(np.sum(function(*arrays) * cotangent))
        moved[place] = centre
        found[place] = (sums[0] - sums[1]) / (2 * step)
    return found


def right_gradients(found, function, arrays, names, cotangent):
    """Each gradient is the slope of the oracle."""
    for (index, name), gradient in zip(names.items(), found, strict=True):
        wanted = slopes(function, arrays, index, cotangent)
        rule = f"The gradient for `{name}` is the slope of the result: nothing may cut it off."
        # a sum of a dozen products forward and as many back, in float32
        expect.close(gradient, wanted, rule, rtol=1e-4, atol=1e-5)


def right_state(found, expected, rule):
    """A new state is the oracle's."""
    # a dozen products and more of normal numbers are summed, in float32, before a tanh or a gate
    expect.close(found, expected, rule, atol=4e-6)


def unchanged(after, before, names):
    """Arrays handed over are as they were."""
    for array, given, name in zip(after, before, names, strict=True):
        expect.close(array, given, f"`{name}` belongs to the caller: compute a new tensor.")


def cell_arrays(rng, blocks, bias_shape, batch=BATCH, width=WIDTH, units=UNITS):
    """A word, a state, and weights of so many blocks."""
    x, state = rng.normal(size=(batch, width)), rng.normal(size=(batch, units))
    w_input, w_state = rng.normal(size=(width, blocks * units)), rng.normal(size=(units, blocks * units))
    return x, state, w_input, w_state, rng.normal(size=bias_shape)


def rnn_arrays(rng, batch=BATCH, width=WIDTH, units=UNITS):
    return cell_arrays(rng, 1, (units,), batch, width, units)


def gru_arrays(rng, batch=BATCH, width=WIDTH, units=UNITS):
    return cell_arrays(rng, 3, (2, 3 * units), batch, width, units)


def lstm_arrays(rng, batch=BATCH, width=WIDTH, units=UNITS):
    x, shown, w_input, w_state, bias = cell_arrays(rng, 4, (4 * units,), batch, width, units)
    return x, (shown, rng.normal(size=(batch, units))), w_input, w_state, bias


SIZES = ((2, 8, 5), (1, 2, 7), (3, 6, 6))  # batch, width, units; the last has square weights, as slips may need
RNN_RULE = "The new state is tanh(x W + state U + bias)."
GRU_RULE = "The new state is that of Keras' GRU cell."
CELL = {0: "x", 1: "state", 2: "w_input", 3: "w_state", 4: "bias"}


@exercise("rnn_step", points=3, minutes=8, difficulty=1, importance=3)
class TestRnnStep:
    @supporting
    def test_the_new_state_has_the_shape_of_the_old(self, learner, rng):
        for sizes in SIZES:
            rule = "Return one tensor, the new state: a row per sentence and a column per unit, (B, U)."
            expect.shape(learner(*rnn_arrays(rng, *sizes)), (sizes[0], sizes[2]), rule)

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        found = learner(*(np.array(one) for one in ([[1.0]], [[0.5]], [[2.0]], [[-1.0]], [1.0])))
        expect.close(found, [[np.tanh(2.5)]], "The new state is tanh(2 − 0.5 + 1) = tanh(2.5) = 0.987.")

    @worth(2)
    def test_it_equals_the_cell_of_keras_with_the_same_weights(self, learner, rng):
        for sizes in SIZES:
            x, state, *weights = rnn_arrays(rng, *sizes)
            (expected,) = by_keras(keras.layers.SimpleRNNCell, x, [state], *weights)
            right_state(learner(x, state, *weights), expected, RNN_RULE)

    def test_word_state_and_bias_each_have_their_share(self, learner, rng):
        arrays = rnn_arrays(rng)
        for kept, name in ((0, "word"), (1, "state"), (4, "bias")):
            alone = [one if index in (2, 3, kept) else np.zeros_like(one) for index, one in enumerate(arrays)]
            rule = f"Where all else is 0, the {name} alone makes the new state."
            right_state(learner(*alone), rnn_by_formula(*alone), rule)
            others = [np.zeros_like(one) if index == kept else one for index, one in enumerate(arrays)]
            rule = f"Where the {name} is 0, the new state is tanh of the sum of the other two."
            right_state(learner(*others), rnn_by_formula(*others), rule)

    def test_large_sums_give_1_and_minus_1(self, learner):
        x, weights = np.array([[45.0], [-45.0], [200.0], [-200.0]]), ([[2.0]], [[1.0]], [0.5])
        found = learner(x, np.zeros((4, 1)), *(np.array(one) for one in weights))
        rule = "tanh of 90 is 1 and of −90 is −1: e to that power is no float32 any more, and `ops.tanh` needs none."
        expect.close(found, np.sign(x), rule)

    @worth(2)
    def test_the_gradients_are_right(self, learner, rng):
        arrays, pull = rnn_arrays(rng), rng.normal(size=(BATCH, UNITS))
        with expect.beforehand():
            right_state(learner(*arrays), rnn_by_formula(*arrays), RNN_RULE)
        found = learner.gradient(*arrays, cotangent=pull, wrt=tuple(CELL))
        right_gradients(found, rnn_by_formula, arrays, CELL, pull)

    @supporting
    def test_the_given_arrays_stay_as_they_were(self, learner, rng):
        arrays = rnn_arrays(rng)
        with expect.beforehand():
            right_state(learner(*arrays), rnn_by_formula(*arrays), RNN_RULE)
        unchanged(learner.effect_on(*arrays), arrays, CELL.values())

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        x, state, w_input, w_state, bias = arrays = rnn_arrays(rng)
        with expect.beforehand():
            right_state(learner(*arrays), rnn_by_formula(*arrays), RNN_RULE)
        found = learner.compiled(x, state, w_input, w_state, bias, constant=(2, 3, 4))
        rule = "A compiled graph gives the same state: use `keras.ops`."
        right_state(found, rnn_by_formula(*arrays), rule)


def gates_at(arrays, update=None, reset=None):
    """The same weights, with gates held open or closed by their biases."""
    x, state, w_input, w_state, bias = arrays
    bias, units = bias.copy(), state.shape[-1]
    for block, level in enumerate((update, reset)):
        if level is not None:
            bias[:, block * units : (block + 1) * units] = level
    return x, state, w_input, w_state, bias


@exercise("gru_step", points=4, minutes=15, difficulty=3, importance=4)
class TestGruStep:
    @supporting
    def test_the_new_state_has_the_shape_of_the_old(self, learner, rng):
        for sizes in SIZES:
            rule = "Return one tensor, the new state: a row per sentence and a column per unit, (B, U)."
            expect.shape(learner(*gru_arrays(rng, *sizes)), (sizes[0], sizes[2]), rule)

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        weights = [[0.0, 0.0, 1.0]], [[0.0, 0.0, 1.0]], [[0.0, 0.0, 0.5], [0.0, 0.0, -1.0]]
        found = learner(*(np.array(one) for one in ([[1.0]], [[2.0]], *weights)))
        expected = [[0.5 * 2 + 0.5 * np.tanh(2.0)]]
        expect.close(found, expected, "Half the old state and half the candidate: 0.5 · 2 + 0.5 · 0.964.")

    @worth(2)
    def test_it_equals_the_cell_of_keras_with_the_same_weights(self, learner, rng):
        for sizes in SIZES:
            x, state, *weights = gru_arrays(rng, *sizes)
            (expected,) = by_keras(keras.layers.GRUCell, x, [state], *weights)
            right_state(learner(x, state, *weights), expected, GRU_RULE)

    @supporting
    def test_an_update_gate_of_1_keeps_the_state(self, learner, rng):
        arrays = gates_at(gru_arrays(rng), update=OPEN)
        rule = "Where z is 1, the old state stays: z · state + (1 − z) · candidate."
        expect.close(learner(*arrays), arrays[1], rule)

    def test_an_update_gate_of_0_takes_the_candidate(self, learner, rng):
        arrays = x, state, w_input, w_state, bias = gates_at(gru_arrays(rng), update=CLOSED, reset=OPEN)
        h = slice(2 * UNITS, None)
        expected = np.tanh(x @ w_input[:, h] + bias[0, h] + state @ w_state[:, h] + bias[1, h])
        rule = "Where z is 0 and r is 1, the new state is tanh of the word's and the state's last block, with biases."
        expect.close(learner(*arrays), expected, rule)

    def test_a_reset_gate_of_0_hides_the_whole_block_of_the_state(self, learner, rng):
        arrays = x, _, w_input, _, bias = gates_at(gru_arrays(rng), update=CLOSED, reset=CLOSED)
        h = slice(2 * UNITS, None)
        expected = np.tanh(x @ w_input[:, h] + bias[0, h])
        rule = "Where r is 0, the candidate sees the word alone: r multiplies (state U + bias row 1)."
        expect.close(learner(*arrays), expected, rule)

    @worth(2)
    def test_the_gradients_are_right(self, learner, rng):
        arrays, pull = gru_arrays(rng), rng.normal(size=(BATCH, UNITS))
        with expect.beforehand():
            right_state(learner(*arrays), gru_by_formula(*arrays), GRU_RULE)
        found = learner.gradient(*arrays, cotangent=pull, wrt=tuple(CELL))
        right_gradients(found, gru_by_formula, arrays, CELL, pull)

    @supporting
    def test_the_given_arrays_stay_as_they_were(self, learner, rng):
        arrays = gru_arrays(rng)
        with expect.beforehand():
            right_state(learner(*arrays), gru_by_formula(*arrays), GRU_RULE)
        unchanged(learner.effect_on(*arrays), arrays, CELL.values())

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        x, state, w_input, w_state, bias = arrays = gru_arrays(rng)
        with expect.beforehand():
            right_state(learner(*arrays), gru_by_formula(*arrays), GRU_RULE)
        found = learner.compiled(x, state, w_input, w_state, bias, constant=(2, 3, 4))
        rule = "A compiled graph gives the same state: use `keras.ops`."
        right_state(found, gru_by_formula(*arrays), rule)


def lstm_gates_at(arrays, levels):
    """The same weights, with the gates of some blocks held open or closed by their biases."""
    x, state, w_input, w_state, bias = arrays
    bias = bias.copy()
    for block, level in levels.items():
        bias[block * UNITS : (block + 1) * UNITS] = level
    return x, state, w_input, w_state, bias


H_RULE = "The new h is o · tanh of the new c."
C_RULE = "The new c is f · c + i · candidate."


def right_pair(found, expected, rule_of_h, rule_of_c):
    """h and c are both those of the oracle."""
    shown, memory = expect.pair(found, "h, c")
    right_state(shown, expected[0], rule_of_h)
    right_state(memory, expected[1], rule_of_c)


@exercise("lstm_step", points=4, minutes=12, difficulty=3, importance=3)
class TestLstmStep:
    @supporting
    def test_it_returns_h_and_c(self, learner, rng):
        for sizes in SIZES:
            shown, memory = expect.pair(learner(*lstm_arrays(rng, *sizes)), "h, c")
            for part, name in ((shown, "h"), (memory, "c")):
                expect.shape(part, (sizes[0], sizes[2]), f"The new {name} has a row per sentence, (B, U).")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        state = np.array([[2.0]]), np.array([[4.0]])
        weights = np.array([[0.0, 0.0, 1.0, 0.0]]), np.array([[0.0, 0.0, 0.5, 0.0]]), np.zeros(4)
        shown, memory = expect.pair(learner(np.array([[1.0]]), state, *weights), "h, c")
        wanted = 0.5 * 4 + 0.5 * np.tanh(2.0)
        expect.close(memory, [[wanted]], "The new c is 0.5 · 4 + 0.5 · 0.964 = 2.482.")
        expect.close(shown, [[0.5 * np.tanh(wanted)]], "The new h is 0.5 · tanh(2.482) = 0.493.")

    @worth(2)
    def test_the_new_memory_equals_that_of_the_cell_of_keras(self, learner, rng):
        for sizes in SIZES:
            x, state, *weights = lstm_arrays(rng, *sizes)
            _, memory = expect.pair(learner(x, state, *weights), "h, c")
            expected = by_keras(keras.layers.LSTMCell, x, state, *weights)[1]
            expect.close(memory, expected, "The new c is that of Keras' LSTM cell: f · c + i · candidate.")

    @worth(2)
    def test_what_is_shown_equals_that_of_the_cell_of_keras(self, learner, rng):
        for sizes in SIZES:
            x, state, *weights = lstm_arrays(rng, *sizes)
            shown, _ = expect.pair(learner(x, state, *weights), "h, c")
            expected = by_keras(keras.layers.LSTMCell, x, state, *weights)[0]
            expect.close(shown, expected, "The new h is that of Keras' LSTM cell: o · tanh of the new c.")

    @supporting
    def test_a_forget_gate_of_1_and_an_input_gate_of_0_keep_the_memory(self, learner, rng):
        arrays = lstm_gates_at(lstm_arrays(rng), {0: CLOSED, 1: OPEN})
        _, memory = expect.pair(learner(*arrays), "h, c")
        rule = "Where i is 0 and f is 1, the memory c stays: block 0 is the input gate, block 1 the forget gate."
        expect.close(memory, arrays[1][1], rule)

    def test_an_output_gate_of_0_shows_nothing(self, learner, rng):
        arrays = lstm_gates_at(lstm_arrays(rng), {3: CLOSED})
        shown, memory = expect.pair(learner(*arrays), "h, c")
        rule = "Where o is 0, h is 0, and c goes on as it would: block 3 is the output gate."
        expect.close(shown, np.zeros((BATCH, UNITS)), rule)
        right_state(memory, lstm_by_formula(*arrays)[1], rule)

    @worth(2)
    def test_the_gradients_are_right(self, learner, rng):
        arrays, pull = lstm_arrays(rng), rng.normal(size=(BATCH, UNITS))
        with expect.beforehand():
            shown, _ = expect.pair(learner(*arrays), "h, c")
            right_state(shown, lstm_by_formula(*arrays)[0], H_RULE)
        found = learner.gradient(*arrays, cotangent=pull, wrt=(0, (1, 0), (1, 1), 2, 3, 4))
        x, state, *weights = arrays
        names = dict(enumerate(("x", "h", "c", "w_input", "w_state", "bias")))

        def by_formula(x, shown, memory, *weights):
            return lstm_by_formula(x, (shown, memory), *weights)[0]

        right_gradients(found, by_formula, [x, *state, *weights], names, pull)

    @supporting
    def test_the_given_arrays_stay_as_they_were(self, learner, rng):
        arrays = lstm_arrays(rng)
        with expect.beforehand():
            right_pair(learner(*arrays), lstm_by_formula(*arrays), H_RULE, C_RULE)
        x, state, *weights = learner.effect_on(*arrays)
        names = ("x", "h", "c", "w_input", "w_state", "bias")
        unchanged([x, *state, *weights], [arrays[0], *arrays[1], *arrays[2:]], names)

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        x, state, w_input, w_state, bias = arrays = lstm_arrays(rng)
        expected = lstm_by_formula(*arrays)
        with expect.beforehand():
            right_pair(learner(*arrays), expected, H_RULE, C_RULE)
        # the state of a graph has a known size here: only the words of a batch may be of any number
        found = learner.compiled(x, state, w_input, w_state, bias, constant=(2, 3, 4))
        rules = (f"A compiled graph gives the same {name}: use `keras.ops`." for name in "hc")
        right_pair(found, expected, *rules)


def some_mask(rng, batch=BATCH, words=WORDS):
    """Real words and padding in any place; at least one of each kind in every sentence."""
    mask = rng.random((batch, words)) < 0.6
    for row in mask:
        one, other = rng.choice(words, size=2, replace=False)
        row[one], row[other] = True, False
    return mask


def sentences(rng, batch=BATCH, words=WORDS, width=WIDTH, units=UNITS):
    """A batch of words, and an initial state."""
    return rng.normal(size=(batch, words, width)), rng.normal(size=(batch, units))


def recording_step(rng, seen=None, width=WIDTH, units=UNITS):
    """A step that notes the shapes it is given. It bears with wrong ones: what is wrong is said by the test."""
    w_input, w_state = rng.normal(size=(width, units)), rng.normal(size=(units, units))

    def step(*given):
        shapes = [getattr(one, "shape", None) for one in given]
        if seen is not None:
            seen.append(shapes)
        if len(given) != 2 or None in shapes or [shape[1:] for shape in shapes] != [(width,), (units,)]:
            return given[-1] if given else None
        if len(given[0]) != len(given[1]):
            return given[1]
        return np.tanh(given[0] @ w_input + given[1] @ w_state).astype(given[1].dtype)

    return step


def pair_step(rng):
    """A step on a pair (h, c); it bears with anything else."""
    w_input, w_state = rng.normal(size=(WIDTH, UNITS)), rng.normal(size=(UNITS, UNITS))

    def step(*given):
        x, state = given if len(given) == 2 else (None, None)
        if np.shape(x)[-1:] != (WIDTH,) or not isinstance(state, (tuple, list)) or len(state) != 2:
            return given[-1] if given else None
        if any(np.shape(part) != (len(x), UNITS) for part in state):
            return state
        memory = 0.5 * state[1] + x @ w_input
        return np.tanh(memory + state[0] @ w_state).astype("float32"), memory.astype("float32")

    return step


def pairs_by_loops(step, inputs, initial_state, mask):
    """The h's of a pair: padding keeps h and c."""
    state, shown = [part.astype("float32") for part in initial_state], []
    for s in range(inputs.shape[1]):
        new = step(inputs[:, s].astype("float32"), tuple(state))
        state = [np.where(mask[:, s, None], one, old) for one, old in zip(new, state, strict=True)]
        shown.append(state[0])
    return np.stack(shown, axis=1)


NEXT_RULE = "Begin with the initial state; each real word makes the next state."


@exercise("run_recurrent", points=4, minutes=15, difficulty=3, importance=4)
class TestRunRecurrent:
    @supporting
    def test_there_is_a_state_after_each_word(self, learner, rng):
        for batch, words, width, units in ((2, 7, 8, 5), (3, 1, 2, 6), (1, 4, 3, 7)):
            inputs, state = sentences(rng, batch, words, width, units)
            step = recording_step(rng, None, width, units)
            rule = "Return the states after each word as one tensor, (B, S, U)."
            expect.shape(learner(step, inputs, state, np.ones((batch, words), bool)), (batch, words, units), rule)

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        def add(x, state):
            return state + x

        inputs, mask = np.array([[[1.0], [2.0], [4.0]]]), np.array([[True, True, False]])
        found = learner(add, inputs, np.array([[10.0]]), mask)
        expect.close(found, [[[11.0], [13.0], [13.0]]], "A step that adds, from 10 on: 11, 13, and 13 at the padding.")

    @supporting
    def test_the_step_gets_one_word_of_each_sentence_and_the_state(self, learner, rng):
        seen, (inputs, state) = [], sentences(rng)
        learner(recording_step(rng, seen), inputs, state, np.ones((BATCH, WORDS), bool))
        rule = "Call step(x, state) with a word of every sentence, (B, D), and the state, (B, U)."
        wanted = [(BATCH, WIDTH), (BATCH, UNITS)]
        expect.true(len(seen) > 0, rule, "no call of step", "a call for each place")
        for shapes in seen:
            expect.true(shapes == wanted, rule, f"shapes {shapes}", f"shapes {wanted}")

    @worth(2)
    def test_each_state_comes_from_the_one_before_and_the_next_word(self, learner, rng):
        inputs, state = sentences(rng)
        step, mask = recording_step(rng), np.ones((BATCH, WORDS), bool)
        expected = states_by_loops(step, inputs, state, mask)
        rule = "Begin with the initial state; each word makes the next state, from left to right."
        expect.close(learner(step, inputs, state, mask), expected, rule)

    @worth(2)
    def test_padding_leaves_the_state_of_its_own_sentence_as_it_is(self, learner, rng):
        inputs, state = sentences(rng, batch=3)
        step, mask = recording_step(rng), np.arange(WORDS) < np.array([[7], [2], [5]])
        expected = states_by_loops(step, inputs, state, mask)
        rule = "Where the mask is False, that sentence keeps its old state, and its neighbours go on."
        expect.close(learner(step, inputs, state, mask), expected, rule)

    def test_padding_may_stand_anywhere(self, learner, rng):
        inputs, state = sentences(rng)
        step, mask = recording_step(rng), some_mask(rng)
        mask[0, 0], mask[0, -1] = False, True  # on the left, and a word after it
        expected = states_by_loops(step, inputs, state, mask)
        rule = (
            "Padding may stand on the left or in the middle too: the old state stays there, and words go on after it."
        )
        expect.close(learner(step, inputs, state, mask), expected, rule)

    def test_the_last_place_holds_the_memory_of_the_sentence_alone(self, learner, rng):
        inputs, state = sentences(rng)
        step, mask = recording_step(rng), np.arange(WORDS) < np.full((BATCH, 1), 3)
        alone = states_by_loops(step, inputs[:, :3], state, mask[:, :3])
        found = learner(step, inputs, state, mask)
        with expect.beforehand():
            expect.shape(found, (BATCH, WORDS, UNITS), "Return the states after each word as one tensor, (B, S, U).")
        rule = "After padding the state is still that after the last real word."
        expect.close(found[:, -1], alone[:, -1], rule)

    @worth(2)
    def test_a_pair_is_carried_along_and_its_h_is_returned(self, learner, rng):
        inputs, shown = sentences(rng)
        step, state, mask = pair_step(rng), (shown, rng.normal(size=shown.shape)), np.ones((BATCH, WORDS), bool)
        expected = pairs_by_loops(step, inputs, state, mask)
        rule = "If the state is a pair (h, c), hand both on to the next step, and return the h's, (B, S, U)."
        expect.close(learner(step, inputs, state, mask), expected, rule)

    @worth(2)
    def test_padding_keeps_both_parts_of_a_pair(self, learner, rng):
        inputs, shown = sentences(rng)
        step, state, mask = pair_step(rng), (shown, rng.normal(size=shown.shape)), some_mask(rng)
        mask[:, 2], mask[:, -1] = False, True  # what was kept, or not, shows in the word after it
        expected = pairs_by_loops(step, inputs, state, mask)
        rule = "At padding both parts of a pair stay, h and c: the next real word shows it."
        expect.close(learner(step, inputs, state, mask), expected, rule)

    @worth(2)
    def test_gradients_reach_the_first_word_and_the_initial_state(self, learner, rng):
        inputs, state = sentences(rng, width=UNITS)
        mask, pull = some_mask(rng), rng.normal(size=(BATCH, WORDS, UNITS))
        step = learner.from_keras("ops.subtract")  # x − state: each state holds all words before it
        arguments, names = (inputs, state, mask), {0: "inputs", 1: "initial_state"}
        expected = states_by_loops(np.subtract, *arguments)
        with expect.beforehand():
            expect.close(learner(step, *arguments), expected, NEXT_RULE)
        found = learner.gradient(step, *arguments, cotangent=pull, wrt=(1, 2))
        by_loops = functools.partial(states_by_loops, np.subtract, mask=mask)
        right_gradients(found, by_loops, [inputs, state], names, pull)

    @supporting
    def test_the_given_arrays_stay_as_they_were(self, learner, rng):
        inputs, state = sentences(rng)
        step, mask = recording_step(rng), some_mask(rng)
        expected = states_by_loops(step, inputs, state, mask)
        with expect.beforehand():
            expect.close(learner(step, inputs, state, mask), expected, NEXT_RULE)
        after = learner.effect_on(step, inputs, state, mask)
        unchanged(after[1:3], (inputs, state), ("inputs", "initial_state"))
        expect.equal(after[3], mask, "`mask` belongs to the caller: compute a new one.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        inputs, state = sentences(rng, width=UNITS)
        mask, step = some_mask(rng), learner.from_keras("ops.subtract")
        expected = states_by_loops(np.subtract, inputs, state, mask)
        with expect.beforehand():
            expect.close(learner(step, inputs, state, mask), expected, NEXT_RULE)
        found = learner.compiled(step, inputs, state, mask)
        rule = "A compiled graph gives the same states, for any number of sentences: use `keras.ops`."
        expect.close(found, expected, rule)


PAIR = "context, weights"
SEEN_RULE = "The context averages the keys that may be seen."
ATTENTION = {0: "query", 1: "keys", 2: "w_query", 3: "w_key", 4: "v"}


def attention_arrays(rng, batch=BATCH, words=WORDS, units=UNITS, compared=COMPARED):
    """A query, keys, and the three weights."""
    query, keys = rng.normal(size=(batch, units)), rng.normal(size=(batch, words, units))
    w_query, w_key = rng.normal(size=(units, compared)), rng.normal(size=(units, compared))
    return query, keys, w_query, w_key, rng.normal(size=compared)


def answer_of(learner, arrays, mask=None):
    """The context and the weights, as a pair."""
    return expect.pair(learner(*arrays) if mask is None else learner(*arrays, mask), PAIR)


def shared_among(mask, weights):
    """What the weights of an answer itself are where it may see these words alone: in the same proportion, 1 in all."""
    with expect.beforehand():
        expect.true(isinstance(weights, np.ndarray) and weights.ndim == 2, "There is a weight for each word: (B, S).")
        expect.true((weights > 0).all(), "Without a mask the weights of a sentence are above 0.")
    shares = np.where(mask, np.asarray(weights, "float64"), 0.0)
    return shares / shares.sum(-1, keepdims=True)


@exercise("additive_attention", points=5, minutes=20, difficulty=3, importance=5)
class TestAdditiveAttention:
    @supporting
    def test_it_returns_the_context_and_the_weights(self, learner, rng):
        for batch, words, units, compared in ((2, 7, 5, 6), (1, 4, 2, 3), (3, 3, 3, 3)):
            context, weights = answer_of(learner, attention_arrays(rng, batch, words, units, compared))
            expect.shape(context, (batch, units), "The context is as wide as a key, one for each sentence: (B, U).")
            expect.shape(weights, (batch, words), "There is a weight for each word: (B, S).")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        one = np.ones((1, 1))
        keys, mask = np.array([[[-1.0], [1.0], [5.0]]]), np.array([[True, True, False]])
        context, weights = expect.pair(learner(one, keys, one, one, np.ones(1), mask), PAIR)
        share = np.exp(np.tanh(2.0)) / (1 + np.exp(np.tanh(2.0)))
        expect.close(weights, [[1 - share, share, 0.0]], "Scores 0 and 0.964 give the weights 0.276 and 0.724.")
        expect.close(context, [[2 * share - 1]], "The context is −1 · 0.276 + 1 · 0.724 = 0.448.")

    @supporting
    def test_without_a_mask_every_word_has_a_share(self, learner, rng):
        arrays = attention_arrays(rng)
        _, weights = answer_of(learner, arrays)
        with expect.beforehand():
            expect.shape(weights, (BATCH, WORDS), "There is a weight for each word: (B, S).")
        rule = "Without a mask the weights of a sentence are above 0 and sum to 1."
        expect.close(weights.sum(-1), np.ones(BATCH), rule)
        expect.true((weights > 0).all(), rule, f"{weights.min():.3g}", "above 0")

    @worth(2)
    def test_the_scores_are_v_times_tanh_of_query_and_key(self, learner, rng):
        for sizes in ((2, 7, 5, 6), (3, 3, 3, 3)):
            arrays = attention_arrays(rng, *sizes)
            _, weights = answer_of(learner, arrays)
            rule = "The weights are softmax over the words of v · tanh(query W_q + key W_k)."
            expect.close(weights, attention_by_loops(*arrays)[1], rule)

    @worth(2)
    def test_the_context_averages_the_keys(self, learner, rng):
        for sizes in ((2, 7, 5, 6), (3, 3, 3, 3)):
            arrays = attention_arrays(rng, *sizes)
            context, weights = answer_of(learner, arrays)
            with expect.beforehand():
                expect.shape(weights, sizes[:2], "There is a weight for each word: (B, S).")
                expect.varied(weights, "Weights differ from each other.")
            expected = np.einsum("bs,bsu->bu", np.asarray(weights, "float64"), arrays[1])
            expect.close(context, expected, "The context is the sum of the keys as they came, times your weights.")

    @worth(2)
    def test_padding_gets_weight_0_and_the_others_share_1(self, learner, rng):
        for _ in range(2):
            arrays, mask = attention_arrays(rng), some_mask(rng)
            expected = shared_among(mask, answer_of(learner, arrays)[1])
            context, weights = answer_of(learner, arrays, mask)
            rule = "Where the mask is False the weight is 0; the others share 1 by softmax: hide before it."
            expect.close(weights, expected, rule)
            hidden = np.where(mask, 0.0, weights)
            rule = "Where the mask is False the weight is exactly 0, not a small number."
            expect.true(not hidden.any(), rule, f"{np.abs(hidden).max():.3g}", "0")
            expect.close(context, np.einsum("bs,bsu->bu", np.asarray(weights, "float64"), arrays[1]), SEEN_RULE)

    @supporting
    def test_what_stands_at_padding_changes_nothing(self, learner, rng):
        arrays, mask = list(attention_arrays(rng)), some_mask(rng)
        before = answer_of(learner, arrays, mask)
        arrays[1] = np.where(mask[:, :, None], arrays[1], 100 * rng.normal(size=arrays[1].shape))
        after = answer_of(learner, arrays, mask)
        expect.unchanged(after[1], before[1], "What stands at a padded place makes no difference to the weights.")
        expect.unchanged(after[0], before[0], "What stands at a padded place makes no difference to the context.")
        low, high = np.array([[[-3.0], [-2.0], [-3.0]]]), np.array([[[-3.0], [-2.0], [3.0]]])
        mask = np.array([[True, True, False]])
        for sharp in (400.0, 30.0):  # scores of −398, −386, and 398 at the padding
            fixed = np.ones((1, 1)), np.ones((1, 1)), np.array([sharp])
            (_, before), (_, after) = (
                answer_of(learner, (np.zeros((1, 1)), keys, *fixed), mask) for keys in (low, high)
            )
            rule = "The real words share 1, even where the padded one would score far above them."
            # a score of 400 has an error of 3e-5 in float32
            expect.unchanged(after, before, rule, rtol=1e-3, atol=1e-4)

    @worth(2)
    def test_a_sentence_without_real_words_gets_zeros(self, learner, rng):
        arrays, mask = attention_arrays(rng), some_mask(rng)
        before = answer_of(learner, arrays, mask)
        with expect.beforehand():
            expect.shape(before[1], (BATCH, WORDS), "There is a weight for each word: (B, S).")
            expect.close(before[1].sum(-1), np.ones(BATCH), "The weights of a sentence sum to 1.")
        mask[1] = False
        context, weights = answer_of(learner, arrays, mask)
        expect.finite(weights, "A sentence without any real word must stay free of NaN.")
        expect.close(weights[1], np.zeros(WORDS), "A sentence without any real word gets zero weights.")
        expect.close(context[1], np.zeros(UNITS), "A sentence without any real word gets the context 0.")
        expect.unchanged([context[0], weights[0]], [one[0] for one in before], "The other sentence keeps its own.")

    def test_large_scores_stay_finite(self, learner, rng):
        two = np.zeros((1, 1)), np.array([[[0.5], [1.0]]]), np.ones((1, 1)), np.ones((1, 1)), np.ones(1)
        arrays, mask = list(attention_arrays(rng)), some_mask(rng)
        arrays[4] = np.sign(arrays[4])
        for given, hidden in ((two, None), (arrays, None), (arrays, mask)):
            free = shared_among(np.True_, answer_of(learner, given)[1])
            # scores of hundreds: e to that power is no float32 any more
            _, weights = answer_of(learner, (*given[:4], 300 * given[4]), hidden)
            expect.finite(weights, "Scores of several hundred must not overflow: `ops.softmax` sees to that.")
            rule = "With v 300 times as large the scores are so, too, and the weights still their softmax."
            scores = 300 * np.log(free) + np.where(True if hidden is None else hidden, 0.0, -np.inf)
            powers = np.exp(scores - scores.max(-1, keepdims=True))
            # a score of 1000 has an error of 1e-4 in float32, and so has its share
            expect.close(weights, powers / powers.sum(-1, keepdims=True), rule, rtol=5e-3, atol=1e-3)

    def test_padding_stays_hidden_where_all_scores_are_very_low(self, learner, rng):
        query, keys, w_query, w_key, v = attention_arrays(rng)
        arrays = np.ones_like(query), keys, np.full_like(w_query, 0.4), 0.1 * w_key, np.full_like(v, -50.0)
        mask = some_mask(rng)
        expected = shared_among(mask, answer_of(learner, arrays)[1])
        _, weights = answer_of(learner, arrays, mask)
        rule = "Scores near −300 are as good as any: what hides padding must lie far below them."
        expect.close(weights, expected, rule, rtol=5e-3, atol=1e-4)  # as above

    @supporting
    def test_the_order_of_the_words_does_not_matter(self, learner, rng):
        query, keys, *weights_of_it = attention_arrays(rng)
        order = rng.permutation(WORDS)
        context, weights = answer_of(learner, (query, keys, *weights_of_it))
        turned_context, turned_weights = answer_of(learner, (query, keys[:, order], *weights_of_it))
        with expect.beforehand():
            expect.shape(weights, (BATCH, WORDS), "There is a weight for each word: (B, S).")
        expect.close(turned_weights, weights[:, order], "When the words change places, their weights go with them.")
        expect.close(turned_context, context, "When the words change places, the context stays.")

    @worth(2)
    def test_the_gradients_are_right(self, learner, rng):
        arrays, mask, pull = attention_arrays(rng), some_mask(rng), rng.normal(size=(BATCH, UNITS))
        with expect.beforehand():
            context, _ = answer_of(learner, arrays, mask)
            expect.close(context, attention_by_loops(*arrays, mask)[0], SEEN_RULE)
        found = learner.gradient(*arrays, mask, cotangent=pull, wrt=tuple(ATTENTION))

        def by_loops(*given):
            return attention_by_loops(*given, mask)[0]

        right_gradients(found, by_loops, arrays, ATTENTION, pull)

    @supporting
    @worth(2)
    def test_gradients_stay_finite_where_there_is_no_real_word(self, learner, rng):
        arrays, mask, pull = attention_arrays(rng), some_mask(rng), rng.normal(size=(BATCH, UNITS))
        mask[0] = False
        with expect.beforehand():
            context, _ = answer_of(learner, arrays, mask)
            expect.shape(context, (BATCH, UNITS), "The context is as wide as a key, one for each sentence: (B, U).")
        for gradient in learner.gradient(*arrays, mask, cotangent=pull, wrt=tuple(ATTENTION)):
            rule = "Gradients must be finite too: a NaN that is replaced in the weights can still reach them."
            expect.finite(gradient, rule)

    @supporting
    def test_the_given_arrays_stay_as_they_were(self, learner, rng):
        arrays, mask = attention_arrays(rng), some_mask(rng)
        with expect.beforehand():
            context, _ = answer_of(learner, arrays, mask)
            expect.close(context, attention_by_loops(*arrays, mask)[0], SEEN_RULE)
        *after, mask_after = learner.effect_on(*arrays, mask)
        unchanged(after, arrays, ATTENTION.values())
        expect.equal(mask_after, mask, "`mask` belongs to the caller: compute a new one.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        query, keys, w_query, w_key, v = arrays = attention_arrays(rng)
        mask = some_mask(rng)
        expected = attention_by_loops(*arrays, mask)
        with expect.beforehand():
            context, weights = answer_of(learner, arrays, mask)
            expect.close(weights, expected[1], "The weights are the softmax of the scores that may be seen.")
            expect.close(context, expected[0], SEEN_RULE)
        # the batch is of any size; the mask and the weights keep theirs
        found = learner.compiled(query, keys, w_query, w_key, v, mask, constant=(2, 3, 4, 5))
        context, weights = expect.pair(found, PAIR)
        rule = "A compiled graph gives the same, for any number of sentences: use `keras.ops`."
        expect.close(weights, expected[1], rule)
        expect.close(context, expected[0], rule)
