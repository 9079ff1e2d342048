"""Unit 03: known answers."""

import numpy as np
from keras import ops

from autograder.judging import correct, mistake


@mistake("rnn_step", "You left the state out. Without `state @ w_state` the cell has no memory.")
def forgets_the_state(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + bias)


@mistake("rnn_step", "You left the word out. The new state needs `x @ w_input` as well.")
def forgets_the_word(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(state, w_state) + bias)


@mistake("rnn_step", "You left the bias out. Add it to the sum before tanh.")
def forgets_the_bias(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state))


@mistake("rnn_step", "You left tanh out. Put the whole sum through `ops.tanh`.")
def leaves_out_tanh(x, state, w_input, w_state, bias):
    return ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias


@mistake("rnn_step", "You used a sigmoid, which gives 0 to 1. This cell uses tanh, which gives −1 to 1.")
def squeezes_with_a_sigmoid(x, state, w_input, w_state, bias):
    return ops.sigmoid(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias)


@mistake("rnn_step", "You used ReLU, which lets the state grow without end. This cell uses tanh.")
def cuts_with_relu(x, state, w_input, w_state, bias):
    return ops.relu(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias)


@mistake("rnn_step", "You added the state as it is. It goes through its own matrix first: `state @ w_state`.")
def adds_the_state_as_it_is(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + state + bias)


@mistake("rnn_step", "You added the old state to the new one. The new state is the tanh alone.")
def adds_the_old_state_again(x, state, w_input, w_state, bias):
    return state + ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias)


@mistake("rnn_step", "The word stays outside your tanh. Sum everything first, then take tanh once.")
def leaves_the_word_outside_tanh(x, state, w_input, w_state, bias):
    return ops.matmul(x, w_input) + ops.tanh(ops.matmul(state, w_state) + bias)


@mistake("rnn_step", "You took tanh of parts and added them. Sum everything first, then take tanh once.")
def takes_tanh_of_each_part(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input)) + ops.tanh(ops.matmul(state, w_state)) + ops.tanh(bias)


@mistake("rnn_step", "You took tanh of parts and added them. Sum everything first, then take tanh once.")
def takes_tanh_of_word_and_memory_apart(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input)) + ops.tanh(ops.matmul(state, w_state) + bias)


@mistake("rnn_step", "You took tanh of parts and added them. Sum everything first, then take tanh once.")
def takes_tanh_of_word_with_bias_and_memory_apart(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + bias) + ops.tanh(ops.matmul(state, w_state))


@mistake("rnn_step", "The bias stays outside your tanh. Add it before, so that the state stays between −1 and 1.")
def adds_the_bias_after_tanh(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state)) + bias


@mistake("rnn_step", "You added the bias twice, once to each product. It belongs to the sum, once.")
def adds_the_bias_twice(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + bias + ops.matmul(state, w_state) + bias)


@mistake("rnn_step", "You multiplied the word's part with the state's part. Add them.")
def multiplies_word_and_state(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) * ops.matmul(state, w_state) + bias)


@mistake(
    "rnn_step", "You turned `w_state` over. Use it as it is: `state @ w_state`. It is square, so no error warns you."
)
def turns_the_matrix_of_the_state(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, ops.transpose(w_state)) + bias)


@mistake("rnn_step", "You swapped the matrices: the word meets `w_input`, the state meets `w_state`.")
def swaps_the_matrices(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_state) + ops.matmul(state, w_input) + bias)


@mistake("rnn_step", "`*` multiplies number by number. A matrix product is `ops.matmul`, or `@`.")
def multiplies_number_by_number(x, state, w_input, w_state, bias):
    return ops.tanh(x * w_input + state * w_state + bias)


@mistake("rnn_step", "You return the state twice, as a cell of Keras does. Here a step returns the new state alone.")
def returns_output_and_states(x, state, w_input, w_state, bias):
    new = ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias)
    return new, [new]


@mistake("rnn_step", "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.")
def steps_with_numpy(x, state, w_input, w_state, bias):
    return np.tanh(np.matmul(x, w_input) + np.matmul(state, w_state) + bias)


@mistake("rnn_step", "You return a tuple of one. A comma after the value makes one: return the tensor itself.")
def returns_a_tuple_of_one(x, state, w_input, w_state, bias):
    return (ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias),)


@mistake("rnn_step", "You mix old and new state. A plain cell has no gate: the new state is the tanh alone.")
def mixes_old_and_new(x, state, w_input, w_state, bias):
    return 0.5 * state + 0.5 * ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias)


@mistake("rnn_step", "The state stays outside your tanh. Sum everything first, then take tanh once.")
def leaves_the_state_outside_tanh(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + bias) + ops.matmul(state, w_state)


@mistake(
    "rnn_step", "e to the power of 90 is no float32 any more: ∞ / ∞ is NaN. Use `ops.tanh`, which never overflows."
)
def writes_tanh_by_its_formula(x, state, w_input, w_state, bias):
    total = ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias
    return (ops.exp(total) - ops.exp(-total)) / (ops.exp(total) + ops.exp(-total))


@mistake("rnn_step", "The state met `w_input`. It has a matrix of its own: `state @ w_state`.")
def uses_the_matrix_of_the_word_twice(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_input) + bias)


@mistake("rnn_step", "`*` multiplies number by number. A matrix product is `ops.matmul`, or `@`.")
def multiplies_the_state_number_by_number(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + state * w_state + bias)


@mistake("rnn_step", "The matrix stands on the left. Here a word is a row, so the matrix comes last: `x @ w_input`.")
def puts_the_matrix_first(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(w_input, x) + ops.matmul(w_state, state) + bias)


@mistake("rnn_step", "You took tanh of the old state as well. Sum word, state and bias, then take tanh once.")
def takes_tanh_of_the_old_state(x, state, w_input, w_state, bias):
    return ops.tanh(ops.matmul(x, w_input) + ops.matmul(ops.tanh(state), w_state) + bias)


@correct("rnn_step")
def uses_the_at_sign(x, state, w_input, w_state, bias):
    return ops.tanh(x @ w_input + state @ w_state + bias)


@correct("rnn_step")
def stacks_word_and_state(x, state, w_input, w_state, bias):
    both = ops.concatenate([x, state], axis=-1)
    matrix = ops.concatenate([w_input, w_state], axis=0)
    return ops.tanh(ops.matmul(both, matrix) + bias)


@correct("rnn_step")
def sums_with_einsum(x, state, w_input, w_state, bias):
    total = ops.einsum("bd,du->bu", x, w_input) + ops.einsum("bu,uv->bv", state, w_state)
    return ops.tanh(ops.add(total, bias))


@correct("rnn_step")
def writes_tanh_by_sigmoid(x, state, w_input, w_state, bias):
    total = ops.dot(x, w_input) + ops.dot(state, w_state) + bias
    return 2.0 * ops.sigmoid(2.0 * total) - 1.0


@mistake(
    "gru_step",
    "z and r have changed places. Keras' blocks are z, r, h (PyTorch's r, z, h); r multiplies the state's block, "
    "z mixes.",
)
def takes_reset_before_update(x, state, w_input, w_state, bias):
    xr, xz, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sr, sz, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "Your candidate is made of the first block. The order of the blocks is z, r, h: candidate last.")
def takes_the_candidate_first(x, state, w_input, w_state, bias):
    xh, xz, xr = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sh, sz, sr = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "You swapped z and 1 − z. Here z = 1 keeps the old state: z · state + (1 − z) · candidate.")
def swaps_keep_and_replace(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return (1.0 - z) * state + z * ops.tanh(xh + r * sh)


@mistake("gru_step", "You reset the state before its matrix. With `reset_after=True` r multiplies the finished block.")
def resets_before_the_matrix(x, state, w_input, w_state, bias):
    units = state.shape[-1]
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, _ = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    sh = ops.matmul(r * state, w_state[:, 2 * units :]) + bias[1, 2 * units :]
    return z * state + (1.0 - z) * ops.tanh(xh + sh)


@mistake("gru_step", "Bias row 1 escapes your reset gate. It belongs to the state: r · (state U + bias row 1).")
def adds_the_second_bias_after_the_reset(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state), 3, axis=-1)
    bz, br, bh = ops.split(bias[1], 3)
    z, r = ops.sigmoid(xz + sz + bz), ops.sigmoid(xr + sr + br)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh + bh)


@mistake("gru_step", "Bias row 1 escapes your reset gate. It belongs to the state: r · (state U + bias row 1).")
def sums_both_biases_first(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + ops.sum(bias, axis=0), 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state), 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "You used row 0 of the bias only. Row 1 is added to the state's product.")
def uses_one_row_of_the_bias(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state), 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "You swapped the rows of the bias. Row 0 goes with the word, row 1 with the state.")
def swaps_the_rows_of_the_bias(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[1], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[0], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "You left the bias out: row 0 is added to the word's product, row 1 to the state's.")
def leaves_out_both_biases(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input), 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state), 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "You added the whole (2, 3U) bias. Its rows are not sentences: `bias[0]` is the word's row.")
def adds_the_bias_as_a_whole(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias, 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias, 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "Your reset gate does nothing. Multiply the state's block of the candidate by r.")
def never_resets(x, state, w_input, w_state, bias):
    xz, _, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, _, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z = ops.sigmoid(xz + sz)
    return z * state + (1.0 - z) * ops.tanh(xh + sh)


@mistake("gru_step", "Your reset gate multiplies the word's block too. It resets the state's block only.")
def resets_the_word_too(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(r * (xh + sh))


@mistake("gru_step", "You return the candidate. Mix it with the old state by the update gate.")
def returns_the_candidate(x, state, w_input, w_state, bias):
    _, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    _, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    return ops.tanh(xh + ops.sigmoid(xr + sr) * sh)


@mistake("gru_step", "Your candidate goes through a sigmoid. Gates use the sigmoid, the candidate uses tanh.")
def makes_the_candidate_with_a_sigmoid(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.sigmoid(xh + r * sh)


@mistake("gru_step", "Your gates go through tanh, and may be negative. A gate is a sigmoid: from 0 to 1.")
def makes_gates_with_tanh(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.tanh(xz + sz), ops.tanh(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "You used the hard sigmoid of early Keras. The gates of today's cell use `ops.sigmoid`.")
def makes_gates_with_a_hard_sigmoid(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.hard_sigmoid(xz + sz), ops.hard_sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "Your gates see the word alone. They need the state too: add both products before the sigmoid.")
def lets_gates_see_the_word_alone(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    _, _, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz), ops.sigmoid(xr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "You took every third column for a gate. A gate's U columns stand side by side: three blocks.")
def interleaves_the_columns(x, state, w_input, w_state, bias):
    word, memory = ops.matmul(x, w_input) + bias[0], ops.matmul(state, w_state) + bias[1]
    z = ops.sigmoid(word[:, 0::3] + memory[:, 0::3])
    r = ops.sigmoid(word[:, 1::3] + memory[:, 1::3])
    return z * state + (1.0 - z) * ops.tanh(word[:, 2::3] + r * memory[:, 2::3])


@mistake("gru_step", "You cut into U parts. The second argument of `ops.split` is the number of parts: here 3.")
def splits_into_units(x, state, w_input, w_state, bias):
    units = state.shape[-1]
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], units, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], units, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "You return the state twice, as a cell of Keras does. Here a step returns the new state alone.")
def returns_output_and_states_of_gru(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    new = z * state + (1.0 - z) * ops.tanh(xh + r * sh)
    return new, [new]


@mistake("gru_step", "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.")
def gates_with_numpy(x, state, w_input, w_state, bias):
    xz, xr, xh = np.split(np.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = np.split(np.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = 1 / (1 + np.exp(-xz - sz)), 1 / (1 + np.exp(-xr - sr))
    return z * state + (1 - z) * np.tanh(xh + r * sh)


@mistake("gru_step", "You left tanh out. The candidate is tanh of the word's block plus reset times the state's.")
def leaves_out_tanh_of_gru(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * (xh + r * sh)


@mistake("gru_step", "Your gates are bare sums. A gate is `ops.sigmoid` of its sum: a number from 0 to 1.")
def leaves_out_the_sigmoids(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = xz + sz, xr + sr
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake(
    "gru_step", "You put z where r belongs. The reset gate multiplies the candidate's block, the update gate mixes."
)
def resets_with_the_update_gate(x, state, w_input, w_state, bias):
    xz, _, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, _, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z = ops.sigmoid(xz + sz)
    return z * state + (1.0 - z) * ops.tanh(xh + z * sh)


@mistake(
    "gru_step", "Your reset gate stands outside tanh. It multiplies the state's block inside: tanh(word + r · state)."
)
def resets_outside_tanh(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * r * ops.tanh(xh + sh)


@mistake("gru_step", "You keep the whole old state. Multiply it by z, so that old and new share 1: z and 1 − z.")
def keeps_the_whole_state(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "Your blocks are in the order z, h, r. The candidate comes last: z, r, h.")
def takes_the_candidate_second(x, state, w_input, w_state, bias):
    xz, xh, xr = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sh, sr = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "Your reset gate works upside down: r = 0 hides the state. Multiply by r, not by 1 − r.")
def resets_upside_down(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + (1.0 - r) * sh)


@mistake("gru_step", "You reset the state before its matrix. With `reset_after=True` r multiplies the finished block.")
def resets_before_the_matrix_without_a_bias(x, state, w_input, w_state, bias):
    units = state.shape[-1]
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, _ = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + ops.matmul(r * state, w_state[:, 2 * units :]))


@mistake("gru_step", "Your candidate leaves out a matrix: r multiplies state U + bias row 1, not the bare state.")
def resets_the_bare_state(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, _ = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * state)


@mistake("gru_step", "You add the whole candidate. Multiply it by 1 − z, so that old and new share 1: z and 1 − z.")
def adds_the_whole_candidate(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + ops.tanh(xh + r * sh)


@mistake("gru_step", "You took tanh of the parts and added them. The candidate is tanh of the sum: word + r · state.")
def takes_tanh_of_both_parts(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * (ops.tanh(xh) + r * ops.tanh(sh))


@mistake("gru_step", "You took the sigmoid of the parts and added them. Add word and state first: σ(word + state).")
def takes_the_sigmoid_of_both_parts(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz) + ops.sigmoid(sz), ops.sigmoid(xr) + ops.sigmoid(sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake(
    "gru_step", "You added both rows of the bias to both products. Row 0 goes with the word, row 1 with the state."
)
def adds_both_rows_to_both_products(x, state, w_input, w_state, bias):
    both = bias[0] + bias[1]
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + both, 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + both, 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "Left alone, `ops.split` cuts axis 0, the sentences. Cut the columns into blocks: `axis=-1`.")
def splits_the_sentences(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


@mistake("gru_step", "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.")
def writes_the_gates_with_numpy(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = 1 / (1 + np.exp(-(xz + sz))), 1 / (1 + np.exp(-(xr + sr)))
    return z * state + (1 - z) * ops.tanh(xh + r * sh)


@correct("gru_step")
def slices_the_blocks(x, state, w_input, w_state, bias):
    u = state.shape[-1]
    word, memory = x @ w_input + bias[0], state @ w_state + bias[1]
    z = ops.sigmoid(word[:, :u] + memory[:, :u])
    r = ops.sigmoid(word[:, u : 2 * u] + memory[:, u : 2 * u])
    candidate = ops.tanh(word[:, 2 * u :] + r * memory[:, 2 * u :])
    return candidate + z * (state - candidate)


@correct("gru_step")
def cuts_the_weights_first(x, state, w_input, w_state, bias):
    wz, wr, wh = ops.split(w_input, 3, axis=1)
    uz, ur, uh = ops.split(w_state, 3, axis=1)
    (bz, br, bh), (cz, cr, ch) = ops.split(bias[0], 3), ops.split(bias[1], 3)
    z = ops.sigmoid(ops.matmul(x, wz) + bz + ops.matmul(state, uz) + cz)
    r = ops.sigmoid(ops.matmul(x, wr) + br + ops.matmul(state, ur) + cr)
    candidate = ops.tanh(ops.matmul(x, wh) + bh + r * (ops.matmul(state, uh) + ch))
    return (1.0 - z) * candidate + z * state


@correct("gru_step")
def reshapes_into_blocks(x, state, w_input, w_state, bias):
    blocks = (-1, 3, state.shape[-1])
    word = ops.reshape(ops.matmul(x, w_input) + bias[0], blocks)  # (B, 3, U)
    memory = ops.reshape(ops.matmul(state, w_state) + bias[1], blocks)
    gates = ops.sigmoid(word[:, :2] + memory[:, :2])
    candidate = ops.tanh(word[:, 2] + gates[:, 1] * memory[:, 2])
    return gates[:, 0] * state + (1.0 - gates[:, 0]) * candidate


@mistake(
    "lstm_step",
    "Candidate and output have changed places. The blocks are i, f, c, o: tanh is for the third, the last one shows.",
)
def takes_output_before_candidate(x, state, w_input, w_state, bias):
    h, c = state
    i, f, o, g = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake(
    "lstm_step", "i and f have changed places. The blocks are i, f, c, o; f multiplies the old c, i the candidate."
)
def takes_forget_before_input(x, state, w_input, w_state, bias):
    h, c = state
    f, i, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "You show the memory as it is. h is the output gate times *tanh* of the new c.")
def shows_the_memory_without_tanh(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * c, c


@mistake("lstm_step", "You show the old memory. Make the new c first, then h from it.")
def shows_the_old_memory(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    return ops.sigmoid(o) * ops.tanh(c), ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)


@mistake("lstm_step", "You return c before h. The order of the pair is (h, c), on the way in and on the way out.")
def returns_memory_first(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return c, ops.sigmoid(o) * ops.tanh(c)


@mistake("lstm_step", "You unpack the state as (c, h). It is (h, c): h meets the matrix, c is the memory.")
def unpacks_the_pair_the_wrong_way(x, state, w_input, w_state, bias):
    c, h = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "The memory c met `w_state`. Only h does; c is kept apart from every matrix.")
def lets_the_memory_meet_the_matrix(x, state, w_input, w_state, bias):
    _, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(c, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "You return h, and the states once more, as a cell of Keras does. Here return the pair (h, c).")
def returns_output_and_states_of_lstm(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    h = ops.sigmoid(o) * ops.tanh(c)
    return h, [h, c]


@mistake("lstm_step", "You return h alone. The next step needs the memory too: return the pair (h, c).")
def returns_h_alone(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c)


@mistake(
    "lstm_step",
    "Your candidate goes through a sigmoid. Only the three gates do: the candidate goes through tanh alone.",
)
def makes_the_memory_with_a_sigmoid(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.sigmoid(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias), 4, axis=-1)
    c = f * c + i * g
    return o * ops.tanh(c), c


@mistake("lstm_step", "Your gates go through tanh, and may be negative. A gate is a sigmoid: from 0 to 1.")
def makes_lstm_gates_with_tanh(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.tanh(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias), 4, axis=-1)
    c = f * c + i * g
    return o * ops.tanh(c), c


@mistake(
    "lstm_step", "You added 1 at the forget gate. Keras puts that 1 into a fresh bias; it is in what you are given."
)
def adds_one_to_the_forget_gate(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f + 1.0) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "Your input gate does nothing. Multiply the candidate by it before you add it to the memory.")
def lets_everything_in(x, state, w_input, w_state, bias):
    h, c = state
    _, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "Your memory never forgets. Multiply the old c by the forget gate.")
def never_forgets(x, state, w_input, w_state, bias):
    h, c = state
    i, _, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "You forget 1 − i, as a GRU would. An LSTM has a gate of its own for that: the block f.")
def forgets_what_comes_in(x, state, w_input, w_state, bias):
    h, c = state
    i, _, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = (1.0 - ops.sigmoid(i)) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "Your output gate does nothing. h is the output gate times tanh of the new c.")
def shows_everything(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, _ = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.tanh(c), c


@mistake("lstm_step", "You left the bias out. Add it to the sum of both products, before the cut.")
def leaves_out_the_bias_of_lstm(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state), 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "You took every fourth column for a gate. A gate's U columns stand side by side: four blocks.")
def interleaves_four_columns(x, state, w_input, w_state, bias):
    h, c = state
    a = ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias
    c = ops.sigmoid(a[:, 1::4]) * c + ops.sigmoid(a[:, 0::4]) * ops.tanh(a[:, 2::4])
    return ops.sigmoid(a[:, 3::4]) * ops.tanh(c), c


@mistake("lstm_step", "You cut into U parts. The second argument of `ops.split` is the number of parts: here 4.")
def splits_lstm_into_units(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, h.shape[-1], axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "You multiplied the whole pair with a matrix. Unpack it first: `h, c = state`.")
def multiplies_the_pair(x, state, w_input, w_state, bias):
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * state[1] + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.")
def remembers_with_numpy(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = np.split(np.matmul(x, w_input) + np.matmul(h, w_state) + bias, 4, axis=-1)
    c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
    return np.tanh(c) / (1 + np.exp(-o)), c


@mistake("lstm_step", "You left tanh out of the candidate. The memory gets σ(i) · tanh(candidate).")
def adds_the_bare_candidate(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    new = ops.sigmoid(f) * c + ops.sigmoid(i) * g
    return ops.sigmoid(o) * ops.tanh(new), new


@mistake(
    "lstm_step", "You put the memory itself through tanh. c is kept as it is; only what is shown, h, goes through tanh."
)
def squeezes_the_memory(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    new = ops.tanh(ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g))
    return ops.sigmoid(o) * new, new


@mistake("lstm_step", "You return the old c. The next step needs the new one: return h and the new c.")
def returns_the_old_memory(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    new = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(new), c


@mistake("lstm_step", "Your forget gate multiplies h. It acts on the memory: σ(f) · c.")
def forgets_what_was_shown(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    new = ops.sigmoid(f) * h + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(new), new


@mistake("lstm_step", "You left h out of the sum. The gates need `h @ w_state` as well.")
def leaves_h_out(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + bias, 4, axis=-1)
    new = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(new), new


@mistake("lstm_step", "Your blocks are in the order i, c, f, o. The forget gate comes second: i, f, c, o.")
def takes_the_candidate_before_forget(x, state, w_input, w_state, bias):
    h, c = state
    i, g, f, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    new = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(new), new


@mistake("lstm_step", "You stacked h and c into one tensor. Return them as a pair: `return h, c`.")
def stacks_the_pair(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    new = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.stack([ops.sigmoid(o) * ops.tanh(new), new])


@mistake("lstm_step", "You return h + c. They stay apart: return the pair (h, c).")
def adds_the_pair(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    new = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(new) + new


@mistake(
    "lstm_step",
    "Your candidate goes through a sigmoid. Only the three gates do: the candidate goes through tanh alone.",
)
def puts_all_blocks_through_the_sigmoid(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.sigmoid(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias), 4, axis=-1)
    c = f * c + i * ops.tanh(g)
    return o * ops.tanh(c), c


@mistake("lstm_step", "A bare sum stands where a gate belongs. A gate is `ops.sigmoid` of its block: i, f and o.")
def leaves_out_the_sigmoids_of_lstm(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = f * c + i * ops.tanh(g)
    return o * ops.tanh(c), c


@mistake("lstm_step", "A bare sum stands where a gate belongs. A gate is `ops.sigmoid` of its block: i, f and o.")
def leaves_out_the_sigmoids_of_the_memory(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = f * c + i * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "A bare sum stands where a gate belongs. A gate is `ops.sigmoid` of its block: i, f and o.")
def leaves_out_the_sigmoid_of_the_output(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return o * ops.tanh(c), c


@mistake("lstm_step", "You let 1 − f in, as a GRU would. An LSTM has a gate of its own for that: the block i.")
def lets_in_what_is_forgotten(x, state, w_input, w_state, bias):
    h, c = state
    _, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + (1.0 - ops.sigmoid(f)) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "Your forget gate works upside down: f = 1 keeps the memory. Multiply c by f, not by 1 − f.")
def forgets_upside_down(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = (1.0 - ops.sigmoid(f)) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake(
    "lstm_step", "You put the memory itself through tanh. c is kept as it is; only what is shown, h, goes through tanh."
)
def squeezes_the_memory_twice(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    new = ops.tanh(ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g))
    return ops.sigmoid(o) * ops.tanh(new), new


@mistake("lstm_step", "You show the candidate. h is the output gate times tanh of the new c, the memory.")
def shows_the_candidate(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(g), c


@mistake("lstm_step", "You took the blocks as f, i, o, c, the order of many tutorials. Keras' order is i, f, c, o.")
def takes_the_order_of_tutorials(x, state, w_input, w_state, bias):
    h, c = state
    f, i, o, g = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "Left alone, `ops.split` cuts axis 0, the sentences. Cut the columns into blocks: `axis=-1`.")
def splits_the_sentences_of_lstm(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "You multiplied the whole pair with a matrix. Unpack it first: `h, c = state`.")
def never_unpacks_the_pair(x, state, w_input, w_state, bias):
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * state + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


@mistake("lstm_step", "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.")
def writes_the_gates_of_lstm_with_numpy(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    i, f, o = (1 / (1 + np.exp(-block)) for block in (i, f, o))
    c = f * c + i * ops.tanh(g)
    return o * ops.tanh(c), c


@correct("lstm_step")
def returns_a_list(x, state, w_input, w_state, bias):
    a = x @ w_input + state[0] @ w_state + bias
    u = state[0].shape[-1]
    i, f, o = ops.sigmoid(a[:, :u]), ops.sigmoid(a[:, u : 2 * u]), ops.sigmoid(a[:, 3 * u :])
    c = f * state[1] + i * ops.tanh(a[:, 2 * u : 3 * u])
    return [o * ops.tanh(c), c]


@correct("lstm_step")
def joins_word_and_h(x, state, w_input, w_state, bias):
    h, c = state
    both = ops.concatenate([x, h], axis=-1)
    blocks = ops.matmul(both, ops.concatenate([w_input, w_state], axis=0)) + bias
    gates = ops.reshape(blocks, (-1, 4, h.shape[-1]))  # (B, 4, U)
    c = ops.sigmoid(gates[:, 1]) * c + ops.sigmoid(gates[:, 0]) * ops.tanh(gates[:, 2])
    return ops.sigmoid(gates[:, 3]) * ops.tanh(c), c


@correct("lstm_step")
def cuts_each_matrix(x, state, w_input, w_state, bias):
    h, c = state
    parts = zip(ops.split(w_input, 4, axis=1), ops.split(w_state, 4, axis=1), ops.split(bias, 4), strict=True)
    i, f, g, o = (ops.matmul(x, w) + ops.matmul(h, u) + b for w, u, b in parts)
    c = ops.add(ops.multiply(ops.sigmoid(f), c), ops.multiply(ops.sigmoid(i), ops.tanh(g)))
    return ops.multiply(ops.sigmoid(o), ops.tanh(c)), c


@mistake(
    "run_recurrent",
    "Your mask changes nothing: at padding the state goes on. Choose with `ops.where`; a tensor never `is False`.",
)
def ignores_the_mask(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        state = step(inputs[:, s], state)
        states.append(state[0] if isinstance(state, (tuple, list)) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent",
    "Your mask changes nothing: at padding the state goes on. Choose with `ops.where`; a tensor never `is False`.",
)
def asks_whether_the_mask_is_false(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        new = step(inputs[:, s], state)
        if mask[:, s] is False:
            new = state
        state = new
        states.append(state[0] if isinstance(state, (tuple, list)) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "Your mask works upside down. True is a real word: it takes the new state.")
def reads_the_padding(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, old, one) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, state, new)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "At padding your state becomes 0, and the memory is lost. Keep the old state there.")
def clears_the_state_at_padding(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, 0.0) for one in new)
        else:
            state = ops.where(real, new, 0.0)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent", "You return 0 at padding. Return the kept state there, so that the last place has the memory."
)
def returns_zeros_at_padding(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(ops.where(real, state[0] if isinstance(state, tuple) else state, 0.0))
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent", "You feed zeros at padding, but the step still changes the state. Choose the old state there."
)
def feeds_zeros_at_padding(step, inputs, initial_state, mask):
    inputs = ops.where(mask[:, :, None], inputs, 0.0)
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        state = step(inputs[:, s], state)
        states.append(state[0] if isinstance(state, (tuple, list)) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "You mask the states only after the loop. By then padding has changed the words after it.")
def masks_after_the_loop(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        state = step(inputs[:, s], state)
        states.append(state[0] if isinstance(state, (tuple, list)) else state)
    return ops.where(mask[:, :, None], ops.stack(states, axis=1), 0.0)


@mistake("run_recurrent", "You begin with zeros. Begin with the `initial_state` that you are given.")
def begins_with_zeros(step, inputs, initial_state, mask):
    if isinstance(initial_state, (tuple, list)):
        state = tuple(ops.zeros_like(part) for part in initial_state)
    else:
        state = ops.zeros_like(initial_state)
    states = []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, tuple):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "Every step begins from the initial state again. Hand each new state on to the next step.")
def never_hands_the_state_on(step, inputs, initial_state, mask):
    states = []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], initial_state)
        if isinstance(initial_state, (tuple, list)):
            states.append(ops.where(real, new[0], initial_state[0]))
        else:
            states.append(ops.where(real, new, initial_state))
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "Every step begins from the initial state again. Hand each new state on to the next step.")
def steps_from_the_initial_state(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], initial_state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent", "You stacked along axis 0, and got (S, B, U). The words are axis 1: `ops.stack(states, axis=1)`."
)
def stacks_the_words_first(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states)


@mistake("run_recurrent", "You stacked along the last axis, and got (B, U, S). The words are axis 1: use `axis=1`.")
def stacks_the_words_last(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=-1)


@mistake("run_recurrent", "You joined the states side by side. `ops.concatenate` makes no new axis; `ops.stack` does.")
def joins_the_states_side_by_side(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.concatenate(states, axis=1)


@mistake("run_recurrent", "You return the last state only. Keep the state after each word in a list, and stack it.")
def returns_the_last_state(step, inputs, initial_state, mask):
    state = initial_state
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
    return state[0] if isinstance(state, tuple) else state


@mistake("run_recurrent", "You return inside the loop, after one word. Move `return` to the left, behind the loop.")
def returns_inside_the_loop_of_words(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
        return ops.stack(states, axis=1)
    return None


@mistake(
    "run_recurrent", "You keep the state *before* each word. Append after the step: place s holds what s has changed."
)
def keeps_the_state_before_the_word(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        states.append(state[0] if isinstance(state, (tuple, list)) else state)
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "You return the initial state as well: S + 1 states. Begin with an empty list.")
def returns_the_initial_state_too(step, inputs, initial_state, mask):
    state = initial_state
    states = [state[0] if isinstance(state, (tuple, list)) else state]
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "You read from right to left. Word 0 comes first.")
def reads_and_returns_from_the_right(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in reversed(range(inputs.shape[1])):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "You read from right to left. Word 0 comes first.")
def reads_from_the_right(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in reversed(range(inputs.shape[1])):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states[::-1], axis=1)


@mistake("run_recurrent", "Your arguments of `step` are swapped. It is step(x, state): the word comes first.")
def calls_the_step_with_the_state_first(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(state, inputs[:, s])
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "`inputs[s]` is a whole sentence. Word s of every sentence is `inputs[:, s]`.")
def takes_sentences_for_words(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        new = step(inputs[s], state)
        state = ops.where(mask[s, :, None], new, state)
        states.append(state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "Your column of the mask is (B,). Give it an axis of size 1 at its end: `mask[:, s, None]`.")
def leaves_the_mask_without_an_axis(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent", "You skip a place for all sentences when one has padding there. Choose for each sentence alone."
)
def skips_a_place_for_the_whole_batch(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = ops.all(mask[:, s]), step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent",
    "You ask whether any sentence has a word there, one yes or no for all. Choose for each: `mask[:, s, None]`.",
)
def asks_whether_any_sentence_goes_on(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        if ops.any(mask[:, s]):
            state = step(inputs[:, s], state)
        states.append(state[0] if isinstance(state, (tuple, list)) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent", "You ask the mask of the first sentence for all. Every sentence has its own: `mask[:, s, None]`."
)
def uses_the_mask_of_the_first_sentence(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[0, s], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent", "`if` asks a whole column of the mask for one yes or no. Choose with `ops.where`, row by row."
)
def asks_the_mask_with_if(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        if mask[:, s]:
            state = step(inputs[:, s], state)
        states.append(state[0] if isinstance(state, (tuple, list)) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "You treat a pair (h, c) as one tensor. Choose for h and for c, and return the h's.")
def knows_no_pairs(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        state = ops.where(mask[:, s, None], step(inputs[:, s], state), state)
        states.append(state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "Of a pair you return the c's. h comes first, and h is what is shown: `state[0]`.")
def returns_the_memories(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[1] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "Of a pair you return h and c. Return the h's alone, as one tensor.")
def returns_both_parts_of_the_pair(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state)
    if isinstance(state, tuple):
        return tuple(ops.stack(parts, axis=1) for parts in zip(*states, strict=True))
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "At padding you keep h, but c goes on changing. Choose for both parts of the pair.")
def keeps_only_h_at_padding(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = (ops.where(real, new[0], state[0]), new[1])
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent",
    "A tensor cannot be filled in place. Collect the states in a list, and stack it at the end.",
    backends=("tensorflow", "jax"),
)
def fills_a_tensor_in_place(step, inputs, initial_state, mask):
    first = initial_state[0] if isinstance(initial_state, (tuple, list)) else initial_state
    states = ops.zeros((inputs.shape[0], inputs.shape[1], first.shape[-1]))
    state = initial_state
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states[:, s] = state[0] if isinstance(state, tuple) else state
    return states


@mistake("run_recurrent", "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.")
def runs_with_numpy(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = np.asarray(mask)[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(np.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = np.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return np.stack(states, axis=1)


@mistake(
    "run_recurrent", "You loop over the sentences: `len(inputs)` is B. The words are axis 1: `range(inputs.shape[1])`."
)
def loops_over_the_sentences(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(len(inputs)):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent",
    "At padding you go back to the initial state. Keep the state that was reached: the old one, not the first.",
)
def goes_back_to_the_start(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, initial_state, strict=True))
        else:
            state = ops.where(real, new, initial_state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "You return what the step gave, padding or not. Return the state that you chose.")
def returns_what_the_step_gave(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(new[0] if isinstance(new, (tuple, list)) else new)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "You return a list. Make one tensor of it: `ops.stack(states, axis=1)`.")
def returns_a_list_of_states(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return states


@mistake("run_recurrent", "`ops.reshape` does not swap axes: it mixes sentences and words. Stack along axis 1.")
def reshapes_the_stack(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.reshape(ops.stack(states), (-1, len(states), states[0].shape[-1]))


@mistake("run_recurrent", "`inputs[:, s:s + 1]` keeps the axis of words. The step wants (B, D): `inputs[:, s]`.")
def keeps_the_axis_of_words(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s : s + 1], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent",
    "You stop at the first padding of a sentence. Words may follow it: ask the mask anew at each place.",
)
def stops_at_the_first_padding(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = ops.all(mask[:, : s + 1], axis=1)[:, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "At padding you ask the mask of the word before. Word s goes with `mask[:, s]`.")
def asks_the_mask_of_the_word_before(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, max(s - 1, 0), None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "At padding you keep c, but h goes on changing. Choose for both parts of the pair.")
def keeps_only_c_at_padding(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = new[0], ops.where(real, new[1], state[1])
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent",
    "The mask holds True and False, and 1 − True is no number here. Use `ops.where`, or cast the mask to float32.",
    backends=("tensorflow", "torch"),
)
def subtracts_the_mask_from_one(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(real * one + (1 - real) * old for one, old in zip(new, state, strict=True))
        else:
            state = real * new + (1 - real) * state
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent",
    "You only count the real words, and take them to be the first. Padding may stand anywhere: ask `mask[:, s]`.",
)
def counts_the_words(step, inputs, initial_state, mask):
    lengths = ops.sum(ops.cast(mask, "int32"), axis=1)
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = (lengths > s)[:, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent",
    "At padding you return the old state, but the next step goes on from the new one. Hand on the one you chose.",
)
def hands_on_what_the_step_gave(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            states.append(ops.where(real, new[0], state[0]))
        else:
            states.append(ops.where(real, new, state))
        state = new
    return ops.stack(states, axis=1)


@mistake("run_recurrent", "Of a pair you return h and c. Return the h's alone, as one tensor.")
def stacks_both_parts_of_the_pair(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(ops.stack(state) if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent",
    "`len(…) == 2` holds for a batch of two sentences as well. A pair is a tuple: `isinstance(initial_state, tuple)`.",
)
def takes_two_sentences_for_a_pair(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if len(initial_state) == 2:
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=False))
            states.append(state[0])
        else:
            state = ops.where(real, new, state)
            states.append(state)
    return ops.stack(states, axis=1)


@mistake(
    "run_recurrent",
    "You stop where no sentence has a word, and return too few states. Keep the old state there, and go on to S.",
)
def stops_where_no_sentence_goes_on(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
        if not ops.any(mask[:, s]):
            break
        real, new = mask[:, s, None], step(inputs[:, s], state)
        if isinstance(state, (tuple, list)):
            state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
        else:
            state = ops.where(real, new, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return ops.stack(states, axis=1)


@correct("run_recurrent")
def blends_by_multiplication(step, inputs, initial_state, mask):
    def blend(real, new, old):
        if isinstance(old, (tuple, list)):
            return [blend(real, one, other) for one, other in zip(new, old, strict=True)]
        return real * new + (1.0 - real) * old

    state, shown = initial_state, []
    for s in range(inputs.shape[1]):
        real = ops.cast(mask[:, s : s + 1], "float32")
        state = blend(real, step(inputs[:, s, :], state), state)
        shown.append(ops.expand_dims(state[0] if isinstance(state, list) else state, 1))
    return ops.concatenate(shown, axis=1)


@correct("run_recurrent")
def walks_along_unstacked_columns(step, inputs, initial_state, mask):
    is_pair = isinstance(initial_state, (tuple, list))
    parts, states = tuple(initial_state) if is_pair else (initial_state,), []
    for x, real in zip(ops.unstack(inputs, axis=1), ops.unstack(mask, axis=1), strict=True):
        new = step(x, parts) if is_pair else (step(x, parts[0]),)
        parts = tuple(ops.where(ops.expand_dims(real, -1), a, b) for a, b in zip(new, parts, strict=True))
        states.append(parts[0])
    return ops.transpose(ops.stack(states), (1, 0, 2))


@correct("run_recurrent")
def maps_over_the_structure(step, inputs, initial_state, mask):
    import keras

    state, states = initial_state, []
    for s in range(ops.shape(inputs)[1]):
        real = ops.expand_dims(mask[:, s], axis=1)
        new = step(inputs[:, s], state)
        state = keras.tree.map_structure(lambda a, b, real=real: ops.where(real, a, b), new, state)
        states.append(keras.tree.flatten(state)[0])
    return ops.stack(states, 1)


@mistake("additive_attention", "You left tanh out. Then the query adds the same to every score and chooses nothing.")
def scores_without_tanh(query, keys, w_query, w_key, v, mask=None):
    compared = ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)
    scores = ops.sum(compared * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "Your query changes nothing: softmax drops what all scores share. Add it to every key *inside* tanh.",
)
def takes_tanh_of_query_and_key_apart(query, keys, w_query, w_key, v, mask=None):
    compared = ops.tanh(ops.matmul(query, w_query))[:, None] + ops.tanh(ops.matmul(keys, w_key))
    scores = ops.sum(compared * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention", "You left v out. Each comparison counts as much as v says: multiply by v, then sum over A."
)
def scores_without_v(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)), axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention", "Your v stands inside tanh. The score is v · tanh(query W_q + key W_k): multiply after tanh."
)
def puts_v_inside_tanh(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh((ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v), axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You took the mean over A. A score is the sum: v · tanh(query W_q + key W_k).")
def takes_the_mean_over_the_width(query, keys, w_query, w_key, v, mask=None):
    scores = ops.mean(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You multiplied query and key, as unit 4 will. This attention *adds* them, inside tanh.")
def multiplies_query_and_key(query, keys, w_query, w_key, v, mask=None):
    compared = ops.tanh(ops.matmul(query, w_query)[:, None] * ops.matmul(keys, w_key))
    scores = ops.sum(compared * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You multiplied query and key, as unit 4 will. This attention *adds* them, inside tanh.")
def multiplies_as_unit_4_does(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.matmul(query, w_query)[:, None] * ops.matmul(keys, w_key), axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You swapped the matrices: the query goes with `w_query`, the keys with `w_key`.")
def swaps_query_and_key_matrices(query, keys, w_query, w_key, v, mask=None):
    compared = ops.tanh(ops.matmul(query, w_key)[:, None] + ops.matmul(keys, w_query))
    scores = ops.sum(compared * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You used `w_query` twice. The query goes with `w_query`, the keys with `w_key`.")
def uses_the_matrix_of_the_query_twice(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_query)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "Your query changes nothing: softmax drops what all scores share. Add it to every key *inside* tanh.",
)
def ignores_the_query(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "You divided the scores by √A. Only unit 4's dot products need that: softmax v · tanh as it is.",
)
def divides_by_a_root(query, keys, w_query, w_key, v, mask=None):
    compared = ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key))
    scores = ops.sum(compared * v, axis=-1) / v.shape[0] ** 0.5
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "Your softmax runs over the sentences of the batch. The words of a sentence share 1: `axis=-1`.",
)
def shares_out_over_the_batch(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=0)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You returned the scores. Put them through softmax, so that they share 1.")
def returns_scores_for_weights(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, 0.0)
    return ops.sum(scores[:, :, None] * keys, axis=1), scores


@mistake("additive_attention", "Your mask changes nothing: padding keeps its share. Hide its scores before softmax.")
def looks_at_padding(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    weights = ops.softmax(scores, axis=-1)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "Your mask works upside down. True is a real word; False is hidden.")
def looks_at_padding_alone(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, -1e9, scores)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, 0.0, weights)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You hide padding only after softmax, so the others no longer share 1. Hide it before.")
def hides_after_softmax(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "Your hidden scores are 0 or near it, and e⁰ = 1 is a large share. Set them to −10⁹ (`-1e9`, not `-1e-9`).",
)
def sets_hidden_scores_to_zero(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, 0.0)
    weights = ops.softmax(scores, axis=-1)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "Your hidden scores are 0 or near it, and e⁰ = 1 is a large share. Set them to −10⁹ (`-1e9`, not `-1e-9`).",
)
def sets_hidden_scores_to_zero_and_zeroes_the_weights(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e-9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "Your hidden scores are high, so padding takes the whole share. Mind the sign: −10⁹.")
def sets_hidden_scores_high(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, 1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You zero the padded *keys*. Their scores still take a share: hide the scores instead.")
def zeroes_the_padded_keys(query, keys, w_query, w_key, v, mask=None):
    if mask is not None:
        keys = ops.where(mask[:, :, None], keys, 0.0)
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    weights = ops.softmax(scores, axis=-1)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You zero the padded *keys*. Their scores still take a share: hide the scores instead.")
def zeroes_the_padded_keys_in_the_context(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        keys = ops.where(mask[:, :, None], keys, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "With no real word −10⁹ makes all scores equal: padding shares 1. Zero it after softmax too.",
)
def spreads_over_padding_when_nothing_is_real(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "e to the power of several hundred overflows. Use `ops.softmax`, which subtracts the largest score.",
)
def takes_exp_of_large_scores(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    shares = ops.exp(scores)
    if mask is not None:
        shares = ops.where(mask, shares, 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    weights = shares / ops.where(total > 0, total, 1.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "e to the power of several hundred overflows. Use `ops.softmax`, which subtracts the largest score.",
)
def takes_exp_and_multiplies_by_the_mask(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    shares = ops.exp(scores)
    if mask is not None:
        shares = shares * ops.cast(mask, "float32")
    weights = shares / (ops.sum(shares, axis=-1, keepdims=True) + 1e-9)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You clip the scores: large ones become equal. `ops.softmax` takes scores of any size.")
def clips_the_scores(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    shares = ops.exp(ops.clip(scores, -50.0, 50.0))
    if mask is not None:
        shares = shares * ops.cast(mask, "float32")
    weights = shares / (ops.sum(shares, axis=-1, keepdims=True) + 1e-9)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You clip the scores: large ones become equal. `ops.softmax` takes scores of any size.")
def clips_the_scores_before_softmax(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    scores = ops.clip(scores, -50.0, 50.0)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "What hides padding is not low enough: real scores can lie below it. Use −10⁹.")
def hides_with_minus_twenty(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -20.0)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "What hides padding is not low enough: real scores can lie below it. Use −10⁹.")
def hides_with_minus_ten(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -10.0)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "What hides padding is not low enough: real scores can lie below it. Use −10⁹.")
def hides_with_minus_hundred(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -100.0)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "A padded score far above the others leaves them nothing: hidden too late, or too little. Set it to −10⁹ first.",
)
def shares_out_again_after_softmax(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = weights * ops.cast(mask, "float32")
        weights = weights / (ops.sum(weights, axis=-1, keepdims=True) + 1e-9)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "A padded score far above the others leaves them nothing: hidden too late, or too little. Set it to −10⁹ first.",
)
def shares_out_again_with_a_larger_epsilon(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
        weights = weights / (ops.sum(weights, axis=-1, keepdims=True) + 1e-6)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "A padded score far above the others leaves them nothing: hidden too late, or too little. Set it to −10⁹ first.",
)
def divides_what_is_left_without_nan(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
        weights = ops.divide_no_nan(weights, ops.sum(weights, axis=-1, keepdims=True))
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "A padded score far above the others leaves them nothing: hidden too late, or too little. Set it to −10⁹ first.",
)
def subtracts_a_padded_peak(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    shares = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    if mask is not None:
        shares = shares * ops.cast(mask, "float32")
    weights = shares / (ops.sum(shares, axis=-1, keepdims=True) + 1e-7)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "A padded score far above the others leaves them nothing: hidden too late, or too little. Set it to −10⁹ first.",
)
def adds_minus_thirty(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = scores + (1.0 - ops.cast(mask, "float32")) * -30.0
    weights = ops.softmax(scores, axis=-1)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "A padded score far above the others leaves them nothing: hidden too late, or too little. Set it to −10⁹ first.",
)
def adds_minus_thirty_and_zeroes_empty_rows(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = scores + (1.0 - ops.cast(mask, "float32")) * -30.0
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(ops.any(mask, axis=-1, keepdims=True), weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "A padded score far above the others leaves them nothing: hidden too late, or too little. Set it to −10⁹ first.",
)
def adds_minus_thirty_and_zeroes_the_hidden(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = scores + (1.0 - ops.cast(mask, "float32")) * -30.0
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "Without a real word you divide 0 by 0, which is NaN. Hide with −10⁹, and zero hidden weights after softmax.",
)
def hides_with_infinity(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -np.inf)
    weights = ops.softmax(scores, axis=-1)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention", "Adding −∞ makes NaN in an empty row. Replaced later, it still ruins the gradients: use −10⁹."
)
def adds_infinity_and_patches(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = scores + ops.where(mask, 0.0, -np.inf)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "Without a real word you divide 0 by 0, which is NaN. Hide with −10⁹, and zero hidden weights after softmax.",
)
def divides_by_an_empty_sum(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    shares = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    if mask is not None:
        shares = ops.where(mask, shares, 0.0)
    weights = shares / ops.sum(shares, axis=-1, keepdims=True)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "You averaged the projected keys. These make the scores; the context adds the keys themselves.",
)
def averages_the_projected_keys(query, keys, w_query, w_key, v, mask=None):
    projected = ops.matmul(keys, w_key)
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + projected) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * projected, axis=1), weights


@mistake("additive_attention", "You took the mean of the weighted keys. The weights sum to 1 already: take the sum.")
def takes_the_mean_of_weighted_keys(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.mean(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "You summed each weighted key over its own width. Sum over the words, axis 1: the context is (B, U).",
)
def sums_the_width_of_the_keys(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=2), weights


@mistake("additive_attention", "Your context is all weighted keys, (B, S, U). Sum them over the words, axis 1.")
def forgets_to_sum_the_keys(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return weights[:, :, None] * keys, weights


@mistake(
    "additive_attention",
    "An axis of size 1 is left over. Take it away, or index it: context is (B, U), weights (B, S).",
)
def leaves_axes_of_size_one(query, keys, w_query, w_key, v, mask=None):
    compared = ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key))
    scores = ops.matmul(compared, v[:, None])
    if mask is not None:
        scores = ops.where(mask[:, :, None], scores, -1e9)
    weights = ops.softmax(scores, axis=1)
    if mask is not None:
        weights = ops.where(mask[:, :, None], weights, 0.0)
    return ops.sum(weights * keys, axis=1), weights


@mistake("additive_attention", "`ops.softmax` over an axis of size 1 is always 1. The words are axis 1 of your scores.")
def softmaxes_an_axis_of_size_one(query, keys, w_query, w_key, v, mask=None):
    compared = ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key))
    weights = ops.softmax(ops.matmul(compared, v[:, None]), axis=-1)[:, :, 0]
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "The query's projection is (B, A), the keys' (B, S, A). Give it an axis of size 1 in the middle: `[:, None]`.",
)
def adds_the_query_without_an_axis(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query) + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "The query's projection is (B, A), the keys' (B, S, A). Give it an axis of size 1 in the middle: `[:, None]`.",
)
def gives_the_query_an_axis_in_front(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "The query's projection is (B, A), the keys' (B, S, A). Give it an axis of size 1 in the middle: `[:, None]`.",
)
def gives_the_query_an_axis_at_the_end(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[..., None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You return the weights first. The order is context, weights.")
def returns_weights_first(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return weights, ops.sum(weights[:, :, None] * keys, axis=1)


@mistake("additive_attention", "You return the context alone. Return the weights too: they are what the pictures show.")
def returns_the_context_alone(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1)


@mistake(
    "additive_attention", "You take the best word alone, and no gradient reaches the scores. Average by all weights."
)
def takes_the_best_word_alone(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    best = ops.one_hot(ops.argmax(scores, axis=-1), keys.shape[1])
    return ops.sum(best[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "`if mask` and `mask != None` may ask every number in it. Ask whether there is a mask: `mask is not None`.",
)
def asks_whether_the_mask_is_true(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "`if mask` and `mask != None` may ask every number in it. Ask whether there is a mask: `mask is not None`.",
    backends=("tensorflow", "jax"),
)
def compares_the_mask_with_none(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask != None:  # noqa: E711
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask != None:  # noqa: E711
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention", "Without a mask, `mask` is None, and you compute with it. Ask first: `if mask is not None`."
)
def forgets_that_there_may_be_no_mask(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    weights = ops.softmax(ops.where(mask, scores, -1e9), axis=-1)
    weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "The mask holds True and False, and 1 − True is no number here. Use `ops.where`, or cast the mask to float32.",
    backends=("tensorflow", "torch"),
)
def subtracts_the_mask_from_one_in_the_scores(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = scores + (1 - mask) * -1e9
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "A tensor cannot be changed in place. Make new scores: `ops.where` chooses, place by place.",
    backends=("tensorflow", "jax"),
)
def assigns_into_the_scores(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores[~mask] = -1e9
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "Your mask has no default, so it cannot be left out. Write `mask=None`, as in the stub.")
def demands_a_mask(query, keys, w_query, w_key, v, mask):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    weights = ops.softmax(ops.where(mask, scores, -1e9), axis=-1)
    weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention", "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`."
)
def attends_with_numpy(query, keys, w_query, w_key, v, mask=None):
    scores = np.sum(np.tanh(np.matmul(query, w_query)[:, None] + np.matmul(keys, w_key)) * v, axis=-1)
    allowed = np.ones(scores.shape, bool) if mask is None else np.asarray(mask)
    scores = np.where(allowed, scores, -1e9)
    shares = np.where(allowed, np.exp(scores - scores.max(axis=-1, keepdims=True)), 0.0)
    total = shares.sum(axis=-1, keepdims=True)
    weights = (shares / np.where(total > 0, total, 1.0)).astype("float32")
    return np.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention", "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`."
)
def takes_softmax_with_numpy(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = np.exp(scores) / np.sum(np.exp(scores), axis=-1, keepdims=True)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention", "Your weights come from a sigmoid, each by itself. Softmax over the words makes them share 1."
)
def weighs_with_a_sigmoid(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.sigmoid(scores)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "You hide padding inside the comparison: times v it may become +10⁹. Hide the finished scores.",
)
def hides_before_v(query, keys, w_query, w_key, v, mask=None):
    compared = ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key))
    if mask is not None:
        compared = ops.where(mask[:, :, None], compared, -1e9)
    weights = ops.softmax(ops.sum(compared * v, axis=-1), axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention", "Your context uses the weights from before the mask. Average with those that you return."
)
def averages_with_unmasked_weights(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    context = ops.sum(ops.softmax(scores, axis=-1)[:, :, None] * keys, axis=1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return context, weights


@mistake(
    "additive_attention",
    "Your context is made before you set hidden weights to 0. Make it last, with those that you return.",
)
def averages_before_it_zeroes(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    context = ops.sum(weights[:, :, None] * keys, axis=1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return context, weights


@mistake(
    "additive_attention",
    "Without a real word your context is 0, but padding shares the weights. Zero them: the context follows.",
)
def zeroes_the_context_alone(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    context = ops.sum(weights[:, :, None] * keys, axis=1)
    if mask is not None:
        context = ops.where(ops.any(mask, axis=-1, keepdims=True), context, 0.0)
    return context, weights


@mistake("additive_attention", "You used ReLU. Query and key are added inside *tanh*.")
def compares_with_relu(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.relu(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You subtract the keys. This attention *adds* query and key, inside tanh.")
def subtracts_the_keys(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] - ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake(
    "additive_attention",
    "You added the query to the context. The context is the sum of the keys, by their weights, alone.",
)
def adds_the_query_to_the_context(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return query + ops.sum(weights[:, :, None] * keys, axis=1), weights


@mistake("additive_attention", "You took softmax twice. Hide padding in the scores, and take softmax once.")
def takes_softmax_twice(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, ops.softmax(ops.where(mask, weights, -1e9), axis=-1), 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights


@correct("additive_attention")
def scores_with_a_product(query, keys, w_query, w_key, v, mask=None):
    asked = ops.expand_dims(query @ w_query, axis=1)
    scores = ops.matmul(ops.tanh(asked + keys @ w_key), ops.expand_dims(v, -1))[:, :, 0]
    if mask is None:
        weights = ops.softmax(scores)
    else:
        weights = ops.where(mask, ops.softmax(ops.where(mask, scores, -1e9)), 0.0)
    context = ops.matmul(ops.expand_dims(weights, 1), keys)
    return ops.squeeze(context, axis=1), weights


@correct("additive_attention")
def sums_everything_with_einsum(query, keys, w_query, w_key, v, mask=None):
    asked, offered = ops.einsum("bu,ua->ba", query, w_query), ops.einsum("bsu,ua->bsa", keys, w_key)
    scores = ops.einsum("bsa,a->bs", ops.tanh(offered + asked[:, None, :]), v)
    if mask is not None:
        scores = scores + (1.0 - ops.cast(mask, "float32")) * -1e9
    weights = ops.softmax(scores, axis=1)
    if mask is not None:
        weights = weights * ops.cast(mask, "float32")
    return ops.einsum("bs,bsu->bu", weights, keys), weights


@correct("additive_attention")
def joins_query_and_keys(query, keys, w_query, w_key, v, mask=None):
    repeated = ops.repeat(query[:, None], keys.shape[1], axis=1)
    both = ops.concatenate([repeated, keys], axis=-1)
    scores = ops.dot(ops.tanh(ops.matmul(both, ops.concatenate([w_query, w_key], axis=0))), v)
    allowed = ops.ones_like(scores, dtype="bool") if mask is None else mask
    peak = ops.max(ops.where(allowed, scores, -1e9), axis=-1, keepdims=True)
    shares = ops.where(allowed, ops.exp(ops.where(allowed, scores - peak, 0.0)), 0.0)
    total = ops.sum(shares, axis=-1, keepdims=True)
    weights = shares / ops.where(total > 0, total, 1.0)
    return ops.sum(ops.expand_dims(weights, -1) * keys, axis=1), weights


@correct("additive_attention")
def hides_with_infinity_and_zeroes(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -np.inf)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
    return ops.sum(weights[:, :, None] * keys, axis=1), weights
