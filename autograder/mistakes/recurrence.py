"""Unit 03: known answers."""

import numpy as np
from keras import ops

from autograder.judging import correct, free, mistake, of, only_on, right


@correct("rnn_step")
def uses_the_at_sign(x, state, w_input, w_state, bias):
    return ops.tanh(x @ w_input + state @ w_state + bias)


NEW_STATE = "ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias)"


right("rnn_step").edits(
    {
        "You left the state out. Without `state @ w_state` the cell has no memory.": {
            "+ ops.matmul(state, w_state)": ""
        },
        "You left the word out. The new state needs `x @ w_input` as well.": {"ops.matmul(x, w_input) +": ""},
        "You left the bias out. Add it to the sum before tanh.": {"+ bias": ""},
        "You left tanh out. Put the whole sum through `ops.tanh`.": {
            NEW_STATE: "ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias"
        },
        "You used a sigmoid, which gives 0 to 1. This cell uses tanh, which gives −1 to 1.": {".tanh": ".sigmoid"},
        "You used ReLU, which lets the state grow without end. This cell uses tanh.": {"ops.tanh": "ops.relu"},
        "You added the state as it is. It goes through its own matrix first: `state @ w_state`.": {
            "ops.matmul(state, w_state)": "state"
        },
        "You added the old state to the new one. The new state is the tanh alone.": {"ops.tanh": "state + ops.tanh"},
        "The word stays outside your tanh. Sum everything first, then take tanh once.": {
            "ops.tanh(ops.matmul(x, w_input) +": "ops.matmul(x, w_input) + ops.tanh("
        },
        "You took tanh of parts and added them. Sum everything first, then take tanh once.": [
            {NEW_STATE: "ops.tanh(ops.matmul(x, w_input)) + ops.tanh(ops.matmul(state, w_state)) + ops.tanh(bias)"},
            {NEW_STATE: "ops.tanh(ops.matmul(x, w_input)) + ops.tanh(ops.matmul(state, w_state) + bias)"},
            {NEW_STATE: "ops.tanh(ops.matmul(x, w_input) + bias) + ops.tanh(ops.matmul(state, w_state))"},
        ],
        "The bias stays outside your tanh. Add it before, so that the state stays between −1 and 1.": {
            "+ bias)": ") + bias"
        },
        "You added the bias twice, once to each product. It belongs to the sum, once.": {"w_input)": "w_input) + bias"},
        "You multiplied the word's part with the state's part. Add them.": {"+ ops.matmul": "* ops.matmul"},
        "You turned `w_state` over. Use it as it is: `state @ w_state`. It is square, so no error warns you.": {
            "state, w_state": "state, ops.transpose(w_state)"
        },
        "You swapped the matrices: the word meets `w_input`, the state meets `w_state`.": {
            "(x, w_input) + ops.matmul(state, w_state) + bias": "(x, w_state) + ops.matmul(state, w_input) + bias"
        },
        "`*` multiplies number by number. A matrix product is `ops.matmul`, or `@`.": [
            of("uses_the_at_sign", {"x @ w_input": "x * w_input", "state @": "state *"}),
            {"ops.matmul(state, w_state)": "state * w_state"},
        ],
        "You return the state twice, as a cell of Keras does. Here a step returns the new state alone.": (
            "return ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias)",
            "new = ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias); return new, [new]",
        ),
        "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.": {
            "ops.tanh(ops.matmul(x, w_input) + ops": "np.tanh(np.matmul(x, w_input) + np"
        },
        "You return a tuple of one. A comma after the value makes one: return the tensor itself.": (
            NEW_STATE,
            "(ops.tanh(ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias),)",
        ),
        "You mix old and new state. A plain cell has no gate: the new state is the tanh alone.": {
            "ops.tanh": "0.5 * state + 0.5 * ops.tanh"
        },
        "The state stays outside your tanh. Sum everything first, then take tanh once.": {
            NEW_STATE: "ops.tanh(ops.matmul(x, w_input) + bias) + ops.matmul(state, w_state)"
        },
        "The state met `w_input`. It has a matrix of its own: `state @ w_state`.": {"state, w_state": "state, w_input"},
        "The matrix stands on the left. Here a word is a row, so the matrix comes last: `x @ w_input`.": {
            "(x, w_input) + ops.matmul(state, w_state)": "(w_input, x) + ops.matmul(w_state, state)"
        },
        "You took tanh of the old state as well. Sum word, state and bias, then take tanh once.": {
            "(state": "(ops.tanh(state)"
        },
    }
)


@mistake(
    "rnn_step", "e to the power of 90 is no float32 any more: ∞ / ∞ is NaN. Use `ops.tanh`, which never overflows."
)
def writes_tanh_by_its_formula(x, state, w_input, w_state, bias):
    total = ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias
    return (ops.exp(total) - ops.exp(-total)) / (ops.exp(total) + ops.exp(-total))


right("rnn_step").also(
    "ops.matmul(x, w_input) + ops.matmul(state, w_state)",
    "ops.matmul(ops.concatenate([x, state], axis=-1), ops.concatenate([w_input, w_state], axis=0))",
)
right("rnn_step").also(
    "ops.matmul(x, w_input) + ops.matmul(state, w_state) + bias",
    'ops.add(ops.einsum("bd,du->bu", x, w_input) + ops.einsum("bu,uv->bv", state, w_state), bias)',
)
right("rnn_step").also(
    NEW_STATE,
    "2.0 * ops.sigmoid(2.0 * (ops.dot(x, w_input) + ops.dot(state, w_state) + bias)) - 1.0",
)


@correct("gru_step")
def writes_z_and_r(x, state, w_input, w_state, bias):
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, sh = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    return z * state + (1.0 - z) * ops.tanh(xh + r * sh)


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


right("gru_step", "writes_z_and_r").edits(
    {
        (
            "z and r have changed places. Keras' blocks are z, r, h (PyTorch's r, z, h); r multiplies the state's "
            "block, z mixes."
        ): {"xz + sz": "xr + sr", "xr + sr": "xz + sz"},
        "Your candidate is made of the first block. The order of the blocks is z, r, h: candidate last.": {
            "xz, xr, xh": "xh, xz, xr",
            "sz, sr, sh": "sh, sz, sr",
        },
        "You swapped z and 1 − z. Here z = 1 keeps the old state: z · state + (1 − z) · candidate.": {
            "z * state + (1.0 - z)": "(1.0 - z) * state + (z)"
        },
        "Bias row 1 escapes your reset gate. It belongs to the state: r · (state U + bias row 1).": [
            {
                "+ bias[1], 3, axis=-1)": ", 3, axis=-1); bz, br, bh = ops.split(bias[1], 3);",
                "), ops.sigmoid(xr + sr": "+ bz), ops.sigmoid(xr + sr + br",
                "* sh": "* sh + bh",
            },
            {"bias[0]": "ops.sum(bias, axis=0)", "+ bias[1]": ""},
        ],
        "You used row 0 of the bias only. Row 1 is added to the state's product.": {"+ bias[1]": ""},
        "You swapped the rows of the bias. Row 0 goes with the word, row 1 with the state.": {"0": "1", "[1]": "[0]"},
        "You left the bias out: row 0 is added to the word's product, row 1 to the state's.": {
            "+ bias[0]": "",
            "+ bias[1]": "",
        },
        "You added the whole (2, 3U) bias. Its rows are not sentences: `bias[0]` is the word's row.": {
            "bias[0]": "bias",
            "bias[1]": "bias",
        },
        "Your reset gate does nothing. Multiply the state's block of the candidate by r.": {
            "sr,": "xr,",
            ", r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)": "= ops.sigmoid(xz + sz)",
            "return z * state + (1.0 - z) * ops.tanh(xh + r * sh)": "return z * state + (1.0 - z) * ops.tanh(xh + sh)",
        },
        "Your reset gate multiplies the word's block too. It resets the state's block only.": {
            "xh + r * sh": "r * (xh + sh)"
        },
        "You return the candidate. Mix it with the old state by the update gate.": {
            "sz,": "xz,",
            "z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr) return z * state + (1.0 - z) * ops.tanh(xh + r": """
            return ops.tanh(xh + ops.sigmoid(xr + sr)
            """,
        },
        "Your candidate goes through a sigmoid. Gates use the sigmoid, the candidate uses tanh.": {".tanh": ".sigmoid"},
        "Your gates go through tanh, and may be negative. A gate is a sigmoid: from 0 to 1.": {
            "sigmoid(xz + sz), ops.sigmoid": "tanh(xz + sz), ops.tanh"
        },
        "You used the hard sigmoid of early Keras. The gates of today's cell use `ops.sigmoid`.": {
            "sigmoid(xz + sz), ops.sigmoid": "hard_sigmoid(xz + sz), ops.hard_sigmoid"
        },
        "Your gates see the word alone. They need the state too: add both products before the sigmoid.": {
            "sz, sr": "_, _",
            "z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)": "z, r = ops.sigmoid(xz), ops.sigmoid(xr)",
        },
        "You cut into U parts. The second argument of `ops.split` is the number of parts: here 3.": {
            "xz,": "units = state.shape[-1]; xz,",
            "[0], 3, axis=-": "[0], units, axis=-",
            "[1], 3, axis=-": "[1], units, axis=-",
        },
        "You return the state twice, as a cell of Keras does. Here a step returns the new state alone.": (
            "return z * state + (1.0 - z) * ops.tanh(xh + r * sh)",
            "new = z * state + (1.0 - z) * ops.tanh(xh + r * sh); return new, [new]",
        ),
        "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.": [
            {
                "xh = ops.split(ops": "xh = np.split(np",
                "sh = ops.split(ops": "sh = np.split(np",
                "ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)": "1 / (1 + np.exp(-xz - sz)), 1 / (1 + np.exp(-xr - sr))",
                "(1.0 - z) * ops.": "(1 - z) * np.",
            },
            {
                "ops.sigmoid(xz + sz)": "1 / (1 + np.exp(-(xz + sz)))",
                "ops.sigmoid(xr + sr)": "1 / (1 + np.exp(-(xr + sr)))",
                "(1.0 - z)": "(1 - z)",
            },
        ],
        "Your gates are bare sums. A gate is `ops.sigmoid` of its sum: a number from 0 to 1.": {
            "ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)": "xz + sz, xr + sr"
        },
        "You put z where r belongs. The reset gate multiplies the candidate's block, the update gate mixes.": {
            "sr,": "xr,",
            ", r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)": "= ops.sigmoid(xz + sz)",
            "r *": "z *",
        },
        "Your reset gate stands outside tanh. It multiplies the state's block inside: tanh(word + r · state).": {
            "(1.0 - z) * ops.tanh(xh + r * sh)": "((1.0 - z) * r) * ops.tanh(xh + sh)"
        },
        "You keep the whole old state. Multiply it by z, so that old and new share 1: z and 1 − z.": {"z *": ""},
        "Your blocks are in the order z, h, r. The candidate comes last: z, r, h.": {
            "xr + sr": "xh + sh",
            "xh + r * sh": "xr + r * sr",
        },
        "Your reset gate works upside down: r = 0 hides the state. Multiply by r, not by 1 − r.": {
            "r * sh": "(1.0 - r) * sh"
        },
        "You reset the state before its matrix. With `reset_after=True` r multiplies the finished block.": {
            "xz, xr": "units = state.shape[-1]; xz, xr",
            "r * sh": "ops.matmul(r * state, w_state[:, 2 * units:])",
        },
        "Your candidate leaves out a matrix: r multiplies state U + bias row 1, not the bare state.": {"sh)": "state)"},
        "You add the whole candidate. Multiply it by 1 − z, so that old and new share 1: z and 1 − z.": {
            "(1.0 - z) *": ""
        },
        "You took the sigmoid of the parts and added them. Add word and state first: σ(word + state).": {
            "(xz + sz), ops.sigmoid(xr + sr)": "(xz) + ops.sigmoid(sz), ops.sigmoid(xr) + ops.sigmoid(sr)"
        },
        "You added both rows of the bias to both products. Row 0 goes with the word, row 1 with the state.": {
            "xz,": "both = bias[0] + bias[1]; xz,",
            "bias[0]": "both",
            "bias[1]": "both",
        },
        "Left alone, `ops.split` cuts axis 0, the sentences. Cut the columns into blocks: `axis=-1`.": {
            "[0], 3, axis=-1": "[0], 3",
            "[1], 3, axis=-1": "[1], 3",
        },
        "You left tanh out. The candidate is tanh of the word's block plus reset times the state's.": {"ops.tanh": ""},
        "You took tanh of the parts and added them. The candidate is tanh of the sum: word + r · state.": {
            "ops.tanh(xh + r * sh)": "(ops.tanh(xh) + r * ops.tanh(sh))"
        },
    }
)


@mistake("gru_step", "You reset the state before its matrix. With `reset_after=True` r multiplies the finished block.")
def resets_before_the_matrix(x, state, w_input, w_state, bias):
    units = state.shape[-1]
    xz, xr, xh = ops.split(ops.matmul(x, w_input) + bias[0], 3, axis=-1)
    sz, sr, _ = ops.split(ops.matmul(state, w_state) + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(xz + sz), ops.sigmoid(xr + sr)
    sh = ops.matmul(r * state, w_state[:, 2 * units :]) + bias[1, 2 * units :]
    return z * state + (1.0 - z) * ops.tanh(xh + sh)


@mistake("gru_step", "You took every third column for a gate. A gate's U columns stand side by side: three blocks.")
def interleaves_the_columns(x, state, w_input, w_state, bias):
    word, memory = ops.matmul(x, w_input) + bias[0], ops.matmul(state, w_state) + bias[1]
    z = ops.sigmoid(word[:, 0::3] + memory[:, 0::3])
    r = ops.sigmoid(word[:, 1::3] + memory[:, 1::3])
    return z * state + (1.0 - z) * ops.tanh(word[:, 2::3] + r * memory[:, 2::3])


@correct("lstm_step")
def writes_i_f_g_o(x, state, w_input, w_state, bias):
    h, c = state
    i, f, g, o = ops.split(ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


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


SUMMED = "ops.matmul(x, w_input) + ops.matmul(h, w_state) + bias"
NEW_C = "c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)"
H_AND_C = "return ops.sigmoid(o) * ops.tanh(c), c"


right("lstm_step", "writes_i_f_g_o").edits(
    {
        (
            "Candidate and output have changed places. The blocks are i, f, c, o: tanh is for the third, the last "
            "one shows."
        ): {"f, g, o": "f, o, g"},
        "i and f have changed places. The blocks are i, f, c, o; f multiplies the old c, i the candidate.": {
            "i, f, g": "f, i, g"
        },
        "You show the memory as it is. h is the output gate times *tanh* of the new c.": {"ops.tanh(c)": "c"},
        "You show the old memory. Make the new c first, then h from it.": {
            NEW_C: "",
            "(c), c": "(c), ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)",
        },
        "You return c before h. The order of the pair is (h, c), on the way in and on the way out.": {
            "ops.sigmoid(o) * ops.tanh(c), c": "c, ops.sigmoid(o) * ops.tanh(c)"
        },
        "You unpack the state as (c, h). It is (h, c): h meets the matrix, c is the memory.": {"h, c": "c, h"},
        "The memory c met `w_state`. Only h does; c is kept apart from every matrix.": {"h, w_state": "c, w_state"},
        "You return h, and the states once more, as a cell of Keras does. Here return the pair (h, c).": {
            H_AND_C: "h = ops.sigmoid(o) * ops.tanh(c); return h, [h, c]"
        },
        "You return h alone. The next step needs the memory too: return the pair (h, c).": {"(c), c": "(c)"},
        "Your candidate goes through a sigmoid. Only the three gates do: the candidate goes through tanh alone.": [
            {SUMMED: f"ops.sigmoid({SUMMED})", NEW_C: "c = f * c + i * g", "ops.sigmoid(o)": "o"},
            {SUMMED: f"ops.sigmoid({SUMMED})", NEW_C: "c = f * c + i * ops.tanh(g)", "ops.sigmoid(o)": "o"},
        ],
        "Your gates go through tanh, and may be negative. A gate is a sigmoid: from 0 to 1.": {
            SUMMED: f"ops.tanh({SUMMED})",
            NEW_C: "c = f * c + i * g",
            "ops.sigmoid(o)": "o",
        },
        "You added 1 at the forget gate. Keras puts that 1 into a fresh bias; it is in what you are given.": {
            "ops.sigmoid(f)": "ops.sigmoid(f + 1.0)"
        },
        "Your input gate does nothing. Multiply the candidate by it before you add it to the memory.": {
            "ops.sigmoid(i) * ops.tanh(g)": "ops.tanh(g)"
        },
        "Your memory never forgets. Multiply the old c by the forget gate.": {"ops.sigmoid(f) * c": "c"},
        "Your output gate does nothing. h is the output gate times tanh of the new c.": {"ops.sigmoid(o) * ops": "ops"},
        "You left the bias out. Add it to the sum of both products, before the cut.": {"+ bias": ""},
        "You took every fourth column for a gate. A gate's U columns stand side by side: four blocks.": of(
            "",
            {
                "to_input, to_forget, to_memory, to_output = ops.split(blocks, 4, axis=-1) kept": "memory",
                "to_forget) * memory memory = kept": "blocks[:, 1::4]) * memory",
                "to_input)": "blocks[:, 0::4])",
                "to_memory)": "blocks[:, 2::4])",
                "to_output)": "blocks[:, 3::4])",
            },
        ),
        "You cut into U parts. The second argument of `ops.split` is the number of parts: here 4.": {
            "4": "h.shape[-1]"
        },
        "You multiplied the whole pair with a matrix. Unpack it first: `h, c = state`.": [
            {"h, c = state": "", "h, w_state": "state, w_state", "(f) * c": "(f) * state[1]"},
            {"h, c = state": "", "h, w_state": "state, w_state", "(f) * c": "(f) * state"},
        ],
        "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.": [
            {
                f"ops.split({SUMMED}": "np.split(np.matmul(x, w_input) + np.matmul(h, w_state) + bias",
                NEW_C: "c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))",
                H_AND_C: "return np.tanh(c) / (1 + np.exp(-o)), c",
            },
            {
                NEW_C: "i, f, o = (1 / (1 + np.exp(-block)) for block in (i, f, o)); c = f * c + i * ops.tanh(g)",
                "ops.sigmoid(o)": "o",
            },
        ],
        "You left tanh out of the candidate. The memory gets σ(i) · tanh(candidate).": {
            NEW_C: "new = ops.sigmoid(f) * c + ops.sigmoid(i) * g",
            "(c), c": "(new), new",
        },
        "You put the memory itself through tanh. c is kept as it is; only what is shown, h, goes through tanh.": [
            {NEW_C: f"{NEW_C}; c = ops.tanh(c)", "ops.tanh(c), c": "c, c"},
            {NEW_C: f"{NEW_C}; c = ops.tanh(c)"},
        ],
        "You return the old c. The next step needs the new one: return h and the new c.": {
            NEW_C: "",
            "ops.tanh(c)": "ops.tanh(ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g))",
        },
        "Your forget gate multiplies h. It acts on the memory: σ(f) · c.": of(
            "", {"shown, memory": "shown, c", "* memory": "* shown"}
        ),
        "You left h out of the sum. The gates need `h @ w_state` as well.": {"+ ops.matmul(h, w_state)": ""},
        "Your blocks are in the order i, c, f, o. The forget gate comes second: i, f, c, o.": {
            "i, f, g, o": "i, g, f, o"
        },
        "You stacked h and c into one tensor. Return them as a pair: `return h, c`.": {
            "c = ops.sigmoid": "new = ops.sigmoid",
            "ops.sigmoid(o) * ops.tanh(c), c": "ops.stack([ops.sigmoid(o) * ops.tanh(new), new])",
        },
        "You return h + c. They stay apart: return the pair (h, c).": {"c = ops": "new = ops", "(c), c": "(new) + new"},
        "A bare sum stands where a gate belongs. A gate is `ops.sigmoid` of its block: i, f and o.": [
            {"ops.sigmoid(f)": "f", "ops.sigmoid(i)": "i", "ops.sigmoid(o)": "o"},
            {"ops.sigmoid(f)": "f", "ops.sigmoid(i)": "i"},
            {"ops.sigmoid(o)": "o"},
        ],
        "You show the candidate. h is the output gate times tanh of the new c, the memory.": {".tanh(c)": ".tanh(g)"},
        "You took the blocks as f, i, o, c, the order of many tutorials. Keras' order is i, f, c, o.": {
            "i, f, g, o": "f, i, o, g"
        },
        "Left alone, `ops.split` cuts axis 0, the sentences. Cut the columns into blocks: `axis=-1`.": {
            ", axis=-1": ""
        },
        "You forget 1 − i, as a GRU would. An LSTM has a gate of its own for that: the block f.": {
            "ops.sigmoid(f)": "(1.0 - ops.sigmoid(i))"
        },
        "You let 1 − f in, as a GRU would. An LSTM has a gate of its own for that: the block i.": {
            "ops.sigmoid(i)": "(1.0 - ops.sigmoid(f))"
        },
        "Your forget gate works upside down: f = 1 keeps the memory. Multiply c by f, not by 1 − f.": {
            "ops.sigmoid(f)": "(1.0 - ops.sigmoid(f))"
        },
    }
)


@correct("run_recurrent")
def takes_tuples_and_lists(step, inputs, initial_state, mask):
    state, states = initial_state, []
    for s in range(inputs.shape[1]):
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


right("run_recurrent", "takes_tuples_and_lists").edits(
    {
        "Your mask works upside down. True is a real word: it takes the new state.": {
            ", one, old": ", old, one",
            ", new, state": ", state, new",
        },
        "At padding your state becomes 0, and the memory is lost. Keep the old state there.": {
            "old) for one, old in zip(new, state, strict=True)": "0.0) for one in new",
            ", new, state": ", new, 0.0",
        },
        "You return 0 at padding. Return the kept state there, so that the last place has the memory.": (
            "state[0] if isinstance(state, tuple) else state",
            "ops.where(real, state[0] if isinstance(state, tuple) else state, 0.0)",
        ),
        "You begin with zeros. Begin with the `initial_state` that you are given.": {
            "state, states = initial_state, []": """
            if isinstance(initial_state, (tuple, list)):
                state = tuple(ops.zeros_like(part) for part in initial_state)
            else:
                state = ops.zeros_like(initial_state)
            states = []
            """,
            "(tuple, list)": "tuple",
        },
        "Every step begins from the initial state again. Hand each new state on to the next step.": [
            {
                "state, states": "states",
                "initial_state, []": "[]",
                "[:, s], state": "[:, s], initial_state",
                "state, (": "initial_state, (",
                "state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))": """
            states.append(ops.where(real, new[0], initial_state[0]))
            """,
                "state = ops.where(real, new, state)": "states.append(ops.where(real, new, initial_state))",
                "states.append(state[0] if isinstance(state, tuple) else state)": "",
            },
            {"[:, s], state": "[:, s], initial_state"},
        ],
        "You stacked along axis 0, and got (S, B, U). The words are axis 1: `ops.stack(states, axis=1)`.": {
            ", axis=1": ""
        },
        "You stacked along the last axis, and got (B, U, S). The words are axis 1: use `axis=1`.": {"axis=": "axis=-"},
        "You joined the states side by side. `ops.concatenate` makes no new axis; `ops.stack` does.": {
            "ops.stack": "ops.concatenate"
        },
        "You return the last state only. Keep the state after each word in a list, and stack it.": {
            ", states": "",
            "initial_state, []": "initial_state",
            "states.append(state[0] if isinstance(state, tuple) else state)": "",
            "ops.stack(states, axis=1)": "state[0] if isinstance(state, tuple) else state",
        },
        "You return inside the loop, after one word. Move `return` to the left, behind the loop.": {
            "else state)": """
            else state)
            return ops.stack(states, axis=1)
            """,
            "ops.stack(states, axis=1)": "None",
        },
        "You keep the state *before* each word. Append after the step: place s holds what s has changed.": {
            "real, new =": "states.append(state[0] if isinstance(state, (tuple, list)) else state); real, new =",
            "states.append(state[0] if isinstance(state, tuple) else state)": "",
        },
        "You return the initial state as well: S + 1 states. Begin with an empty list.": (
            "state, states = initial_state, []",
            "state = initial_state; states = [state[0] if isinstance(state, (tuple, list)) else state]",
        ),
        "You read from right to left. Word 0 comes first.": [
            {"range(inputs.shape[1])": "reversed(range(inputs.shape[1]))"},
            {"range(inputs.shape[1])": "reversed(range(inputs.shape[1]))", ", axis": "[::-1], axis"},
        ],
        "Your arguments of `step` are swapped. It is step(x, state): the word comes first.": {
            "step(inputs[:, s], state)": "step(state, inputs[:, s])"
        },
        "`inputs[s]` is a whole sentence. Word s of every sentence is `inputs[:, s]`.": {
            """
            real, new = mask[:, s, None], step(inputs[:, s], state)
            if isinstance(state, (tuple, list)):
                state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))
            else:
                state = ops.where(real, new, state)
            """: "new = step(inputs[s], state); state = ops.where(mask[s, :, None], new, state)",
            "state[0] if isinstance(state, tuple) else": "",
        },
        "Your column of the mask is (B,). Give it an axis of size 1 at its end: `mask[:, s, None]`.": {", None": ""},
        "You skip a place for all sentences when one has padding there. Choose for each sentence alone.": {
            "mask[:, s, None]": "ops.all(mask[:, s])"
        },
        "You ask the mask of the first sentence for all. Every sentence has its own: `mask[:, s, None]`.": {
            ":, s, None": "0, s"
        },
        "Of a pair you return the c's. h comes first, and h is what is shown: `state[0]`.": {"state[0]": "state[1]"},
        "At padding you keep h, but c goes on changing. Choose for both parts of the pair.": (
            "tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))",
            "(ops.where(real, new[0], state[0]), new[1])",
        ),
        "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.": {
            "mask[:, s, None]": "np.asarray(mask)[:, s, None]",
            "ops.where(real, one, old)": "np.where(real, one, old)",
            "ops.where(real, new, state)": "np.where(real, new, state)",
            "ops.stack": "np.stack",
        },
        "You loop over the sentences: `len(inputs)` is B. The words are axis 1: `range(inputs.shape[1])`.": {
            "inputs.shape[1]": "len(inputs)"
        },
        "At padding you go back to the initial state. Keep the state that was reached: the old one, not the first.": {
            ", state,": ", initial_state,",
            ", new, state": ", new, initial_state",
        },
        "You return what the step gave, padding or not. Return the state that you chose.": {
            "state[0] if isinstance(state, tuple) else state": "new[0] if isinstance(new, (tuple, list)) else new"
        },
        "You return a list. Make one tensor of it: `ops.stack(states, axis=1)`.": {
            "ops.stack(states, axis=1)": "states"
        },
        "`ops.reshape` does not swap axes: it mixes sentences and words. Stack along axis 1.": {
            "ops.stack(states, axis=1)": "ops.reshape(ops.stack(states), (-1, len(states), states[0].shape[-1]))"
        },
        "`inputs[:, s:s + 1]` keeps the axis of words. The step wants (B, D): `inputs[:, s]`.": {"s]": "s : s + 1]"},
        "You stop at the first padding of a sentence. Words may follow it: ask the mask anew at each place.": {
            "mask[:, s, None]": "ops.all(mask[:, :s + 1], axis=1)[:, None]"
        },
        "At padding you ask the mask of the word before. Word s goes with `mask[:, s]`.": {", s,": ", max(s - 1, 0),"},
        "At padding you keep c, but h goes on changing. Choose for both parts of the pair.": (
            "tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))",
            "new[0], ops.where(real, new[1], state[1])",
        ),
        (
            "The mask holds True and False, and 1 − True is no number here. Use `ops.where`, or cast the mask to "
            "float32."
        ): only_on(
            ("tensorflow", "torch"),
            {
                "ops.where(real, one, old)": "real * one + (1 - real) * old",
                "ops.where(real, new, state)": "real * new + (1 - real) * state",
            },
        ),
        (
            "You only count the real words, and take them to be the first. Padding may stand anywhere: ask `mask[:, "
            "s]`."
        ): {
            "state, states": 'lengths = ops.sum(ops.cast(mask, "int32"), axis=1); state, states',
            "mask[:, s, None]": "(lengths > s)[:, None]",
        },
        (
            "At padding you return the old state, but the next step goes on from the new one. Hand on the one you "
            "chose."
        ): {
            "state = tuple(ops.where(real, one, old) for one, old in zip(new, state, strict=True))": """
            states.append(ops.where(real, new[0], state[0]))
            """,
            "state = ops.where(real, new, state)": "states.append(ops.where(real, new, state))",
            "states.append(state[0] if isinstance(state, tuple) else state)": "state = new",
        },
        "Of a pair you return h and c. Return the h's alone, as one tensor.": [
            {"state[0]": "ops.stack(state)"},
            {
                "state[0] if isinstance(state, tuple) else state": "state",
                "return ops": """
            if isinstance(state, tuple):
                return tuple(ops.stack(parts, axis=1) for parts in zip(*states, strict=True))
            return ops
            """,
            },
        ],
        (
            "`len(…) == 2` holds for a batch of two sentences as well. A pair is a tuple: `isinstance(initial_state, "
            "tuple)`."
        ): {
            "isinstance(state, (tuple, list))": "len(initial_state) == 2",
            "True)": """
            False))
            states.append(state[0]
            """,
            "new, state)": """
            new, state)
            states.append(state)
            """,
            "states.append(state[0] if isinstance(state, tuple) else state)": "",
        },
        (
            "You stop where no sentence has a word, and return too few states. Keep the old state there, and go on "
            "to S."
        ): {
            "real, new =": """
            if not ops.any(mask[:, s]):
                break
            real, new =
            """
        },
        (
            "Your mask changes nothing: at padding the state goes on. Choose with `ops.where`; a tensor never `is "
            "False`."
        ): [
            {"ops.where(real, one, old)": "one", "ops.where(real, new, state)": "new"},
            {"mask[:, s, None]": "mask[:, s] is not False"},
        ],
        "You feed zeros at padding, but the step still changes the state. Choose the old state there.": {
            "state, states": "inputs = ops.where(mask[:, :, None], inputs, 0.0); state, states",
            "ops.where(real, one, old)": "one",
            "ops.where(real, new, state)": "new",
        },
        "You mask the states only after the loop. By then padding has changed the words after it.": {
            "ops.where(real, one, old)": "one",
            "ops.where(real, new, state)": "new",
            "ops.stack(states, axis=1)": "ops.where(mask[:, :, None], ops.stack(states, axis=1), 0.0)",
        },
        "You ask whether any sentence has a word there, one yes or no for all. Choose for each: `mask[:, s, None]`.": {
            "step(inputs[:, s], state)": "step(inputs[:, s], state) if ops.any(mask[:, s]) else state",
            "ops.where(real, one, old)": "one",
            "ops.where(real, new, state)": "new",
        },
        "`if` asks a whole column of the mask for one yes or no. Choose with `ops.where`, row by row.": {
            "step(inputs[:, s], state)": "step(inputs[:, s], state) if mask[:, s] else state",
            "ops.where(real, one, old)": "one",
            "ops.where(real, new, state)": "new",
        },
        "You treat a pair (h, c) as one tensor. Choose for h and for c, and return the h's.": {
            "isinstance(state, (tuple, list))": "False",
            "isinstance(state, tuple)": "False",
        },
        "A tensor cannot be filled in place. Collect the states in a list, and stack it at the end.": only_on(
            ("tensorflow", "jax"),
            {
                "state, states = initial_state, []": """
            state = initial_state
            first = initial_state[0] if isinstance(initial_state, (tuple, list)) else initial_state
            states = ops.zeros((inputs.shape[0], inputs.shape[1], first.shape[-1]))
            """,
                "states.append(": "states[:, s] = (",
                "ops.stack(states, axis=1)": "states",
            },
        ),
    }
)


@correct("additive_attention")
def scores_in_one_line(query, keys, w_query, w_key, v, mask=None):
    scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = ops.where(mask, weights, 0.0)
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


HIDES = "if mask is not None: scores = ops.where(mask, scores, -1e9)"
ZEROS = "if mask is not None: weights = ops.where(mask, weights, 0.0)"
SHARES = "ops.where(allowed, ops.exp(ops.where(allowed, scores - peak, 0.0)), 0.0)"


right("additive_attention", "scores_in_one_line").edits(
    {
        "You left tanh out. Then the query adds the same to every score and chooses nothing.": (
            "scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key))",
            "compared = ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key); scores = ops.sum(compared",
        ),
        "Your query changes nothing: softmax drops what all scores share. Add it to every key *inside* tanh.": [
            of("", {"[:, None] +": ")[:, None] + ops.tanh("}),
            {"query, w_query)[:, None] + ops.matmul(": ""},
        ],
        "You left v out. Each comparison counts as much as v says: multiply by v, then sum over A.": {")) * v": "))"},
        "Your v stands inside tanh. The score is v · tanh(query W_q + key W_k): multiply after tanh.": (
            "ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v",
            "ops.tanh((ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v)",
        ),
        "You took the mean over A. A score is the sum: v · tanh(query W_q + key W_k).": {"ops.sum(ops": "ops.mean(ops"},
        "You multiplied query and key, as unit 4 will. This attention *adds* them, inside tanh.": [
            {"[:, None] +": "[:, None] *"},
            (
                "ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v",
                "ops.matmul(query, w_query)[:, None] * ops.matmul(keys, w_key)",
            ),
        ],
        "You swapped the matrices: the query goes with `w_query`, the keys with `w_key`.": {
            "w_query)[:, None] + ops.matmul(keys, w_key": "w_key)[:, None] + ops.matmul(keys, w_query"
        },
        "You used `w_query` twice. The query goes with `w_query`, the keys with `w_key`.": {"w_key)": "w_query)"},
        "You divided the scores by √A. Only unit 4's dot products need that: softmax v · tanh as it is.": {
            "v, axis=-1)": "v, axis=-1) / v.shape[0] ** 0.5"
        },
        "Your softmax runs over the sentences of the batch. The words of a sentence share 1: `axis=-1`.": {
            "scores, axis=-1": "scores, axis=0"
        },
        "Your mask works upside down. True is a real word; False is hidden.": {
            "scores, -1e9": "-1e9, scores",
            "weights, 0.0": "0.0, weights",
        },
        "You hide padding only after softmax, so the others no longer share 1. Hide it before.": {HIDES: ""},
        "Your hidden scores are 0 or near it, and e⁰ = 1 is a large share. Set them to −10⁹ (`-1e9`, not `-1e-9`).": [
            {"-1e9": "0.0", ZEROS: ""},
            {"-1e9": "-1e-9"},
        ],
        "Your hidden scores are high, so padding takes the whole share. Mind the sign: −10⁹.": {"-1e9": "1e9"},
        "You zero the padded *keys*. Their scores still take a share: hide the scores instead.": [
            {
                HIDES: "",
                "weights = ops.where(mask, weights, 0.0)": "keys = ops.where(mask[:, :, None], keys, 0.0)",
            },
            {
                "scores = ops.sum": """
            keys = keys if mask is None else ops.where(mask[:, :, None], keys, 0.0)
            scores = ops.sum
            """,
                HIDES: "",
                ZEROS: "",
            },
        ],
        "With no real word −10⁹ makes all scores equal: padding shares 1. Zero it after softmax too.": {ZEROS: ""},
        "You clip the scores: large ones become equal. `ops.softmax` takes scores of any size.": [
            {"v, axis=-1)": "v, axis=-1); scores = ops.clip(scores, -50.0, 50.0)"},
            of(
                "joins_query_and_keys",
                {
                    SHARES: """
            ops.exp(ops.clip(scores, -50.0, 50.0)) * ops.cast(allowed, "float32")
            """,
                    "ops.where(total > 0, total, 1.0)": "(total + 1e-9)",
                },
            ),
        ],
        "What hides padding is not low enough: real scores can lie below it. Use −10⁹.": [
            free(-20.0, -5.0, -500.0, {"-1e9": "-20.0"}),
            {"-1e9": "-100.0"},
        ],
        (
            "A padded score far above the others leaves them nothing: hidden too late, or too little. Set it to −10⁹ "
            "first."
        ): [
            {
                HIDES: "",
                "weights = ops.where(mask, weights, 0.0)": """
            weights = weights * ops.cast(mask, "float32")
            weights = weights / (ops.sum(weights, axis=-1, keepdims=True) + 1e-9)
            """,
            },
            {HIDES: "", "0.0)": "0.0); weights = weights / (ops.sum(weights, axis=-1, keepdims=True) + 1e-6)"},
            {
                HIDES: "",
                "0.0)": "0.0); weights = ops.divide_no_nan(weights, ops.sum(weights, axis=-1, keepdims=True))",
            },
            {"ops.where(mask, scores, -1e9)": 'scores + (1.0 - ops.cast(mask, "float32")) * -30.0', ZEROS: ""},
            {
                "ops.where(mask, scores, -1e9)": 'scores + (1.0 - ops.cast(mask, "float32")) * -30.0',
                "mask, weights": "ops.any(mask, axis=-1, keepdims=True), weights",
            },
            {"ops.where(mask, scores, -1e9)": 'scores + (1.0 - ops.cast(mask, "float32")) * -30.0'},
            of(
                "joins_query_and_keys",
                {
                    "ops.where(allowed, scores, -1e9)": "scores",
                    SHARES: 'ops.exp(scores - peak) * ops.cast(allowed, "float32")',
                    "ops.where(total > 0, total, 1.0)": "(total + 1e-7)",
                },
            ),
        ],
        (
            "Without a real word you divide 0 by 0, which is NaN. Hide with −10⁹, and zero hidden weights after "
            "softmax."
        ): [
            {"-1e9": "-np.inf", ZEROS: ""},
            of("joins_query_and_keys", {"ops.where(total > 0, total, 1.0)": "total"}),
        ],
        "Adding −∞ makes NaN in an empty row. Replaced later, it still ruins the gradients: use −10⁹.": {
            "ops.where(mask, scores, -1e9)": "scores + ops.where(mask, 0.0, -np.inf)"
        },
        "You averaged the projected keys. These make the scores; the context adds the keys themselves.": {
            "scores = ops.sum": "compared = ops.matmul(keys, w_key); scores = ops.sum",
            "ops.matmul(keys, w_key)": "compared",
            "* keys": "* compared",
        },
        "You took the mean of the weighted keys. The weights sum to 1 already: take the sum.": {
            "ops.sum(weights": "ops.mean(weights"
        },
        "You summed each weighted key over its own width. Sum over the words, axis 1: the context is (B, U).": {
            "axis=1": "axis=2"
        },
        "Your context is all weighted keys, (B, S, U). Sum them over the words, axis 1.": {
            "ops.sum(weights[:, :, None] * keys, axis=1)": "weights[:, :, None] * keys"
        },
        "An axis of size 1 is left over. Take it away, or index it: context is (B, U), weights (B, S).": of(
            "",
            {
                "ops.sum(compared * v, axis=-1)": "ops.matmul(compared, v[:, None])",
                ", scores": "[:, :, None], scores",
                "scores, axis=-": "scores, axis=",
                ", weights,": "[:, :, None], weights,",
                "[:, :, None]": "",
            },
        ),
        "`ops.softmax` over an axis of size 1 is always 1. The words are axis 1 of your scores.": of(
            "",
            {
                """
            scores = ops.sum(compared * v, axis=-1)
            if mask is not None:
                scores = ops.where(mask, scores, -1e9)
            """: "",
                "ops.softmax(scores, axis=-1)": "ops.softmax(ops.matmul(compared, v[:, None]), axis=-1)[:, :, 0]",
            },
        ),
        (
            "The query's projection is (B, A), the keys' (B, S, A). Give it an axis of size 1 in the middle: `[:, "
            "None]`."
        ): [{"[:, None]": ""}, {"[:, None]": "[None]"}, {"[:, None]": "[..., None]"}],
        "You return the weights first. The order is context, weights.": (
            "ops.sum(weights[:, :, None] * keys, axis=1), weights",
            "weights, ops.sum(weights[:, :, None] * keys, axis=1)",
        ),
        "You return the context alone. Return the weights too: they are what the pictures show.": {"), weights": ")"},
        "You take the best word alone, and no gradient reaches the scores. Average by all weights.": {
            "weights[:, :, None]": "ops.one_hot(ops.argmax(scores, axis=-1), keys.shape[1])[:, :, None]"
        },
        "`if mask` and `mask != None` may ask every number in it. Ask whether there is a mask: `mask is not None`.": [
            ("is not None", "", 2),
            only_on(("tensorflow", "jax"), ("is not", "!=", 2)),
        ],
        (
            "The mask holds True and False, and 1 − True is no number here. Use `ops.where`, or cast the mask to "
            "float32."
        ): only_on(("tensorflow", "torch"), {"ops.where(mask, scores, -1e9)": "scores + (1 - mask) * -1e9"}),
        "A tensor cannot be changed in place. Make new scores: `ops.where` chooses, place by place.": only_on(
            ("tensorflow", "jax"), {"scores = ops.where(mask, scores, -1e9)": "scores[~mask] = -1e9"}
        ),
        "NumPy needs real numbers: gradients and compiled graphs have none for it. Use `keras.ops`.": {
            "ops.softmax(scores, axis=-1)": "np.exp(scores) / np.sum(np.exp(scores), axis=-1, keepdims=True)"
        },
        "You subtract the smallest score, and e to what lies far above it overflows. Subtract the largest.": [
            of("joins_query_and_keys", {"ops.max(": "ops.min("}),
            of("joins_query_and_keys", {"ops.max(": "ops.min(", "scores, -1e9": "scores, 1e9"}),
        ],
        "You add a number to the sum of the shares, and they fall short of 1. Divide by 1 where the sum is 0.": of(
            "joins_query_and_keys", free(1e-3, 2e-5, 1.0, {"ops.where(total > 0, total, 1.0)": "(total + 1e-3)"})
        ),
        "Your weights come from a sigmoid, each by itself. Softmax over the words makes them share 1.": {
            "ops.softmax(scores, axis=-1)": "ops.sigmoid(scores)"
        },
        "You hide padding inside the comparison: times v it may become +10⁹. Hide the finished scores.": of(
            "",
            {
                "scores = ops.sum(compared * v, axis=-1)": "",
                "scores = ops.where(mask, scores, -1e9)": "compared = ops.where(mask[:, :, None], compared, -1e9)",
                "scores, axis": "ops.sum(compared * v, axis=-1), axis",
            },
        ),
        "Your context uses the weights from before the mask. Average with those that you return.": {
            "v, axis=-1)": "v, axis=-1); context = ops.sum(ops.softmax(scores, axis=-1)[:, :, None] * keys, axis=1)",
            "ops.sum(weights[:, :, None] * keys, axis=1)": "context",
        },
        "Your context is made before you set hidden weights to 0. Make it last, with those that you return.": {
            "(scores, axis=-1)": "(scores, axis=-1); context = ops.sum(weights[:, :, None] * keys, axis=1)",
            "ops.sum(weights[:, :, None] * keys, axis=1)": "context",
        },
        "Without a real word your context is 0, but padding shares the weights. Zero them: the context follows.": {
            ZEROS: """
            context = ops.sum(weights[:, :, None] * keys, axis=1)
            if mask is not None:
                context = ops.where(ops.any(mask, axis=-1, keepdims=True), context, 0.0)
            """,
            "ops.sum(weights[:, :, None] * keys, axis=1)": "context",
        },
        "You used ReLU. Query and key are added inside *tanh*.": {"ops.tanh": "ops.relu"},
        "You subtract the keys. This attention *adds* query and key, inside tanh.": {"[:, None] +": "[:, None] -"},
        "You added the query to the context. The context is the sum of the keys, by their weights, alone.": {
            "ops.sum(weights": "query + ops.sum(weights"
        },
        "You took softmax twice. Hide padding in the scores, and take softmax once.": {
            HIDES: "",
            "weights,": "ops.softmax(ops.where(mask, weights, -1e9), axis=-1),",
        },
        "You returned the scores. Put them through softmax, so that they share 1.": {
            "-1e9": "0.0",
            "ops.softmax(scores, axis=-1)": "scores",
        },
        "Your mask changes nothing: padding keeps its share. Hide its scores before softmax.": {
            HIDES: "",
            ZEROS: "",
        },
        "e to the power of several hundred overflows. Use `ops.softmax`, which subtracts the largest score.": [
            of("joins_query_and_keys", {"scores - peak": "scores"}),
            of(
                "joins_query_and_keys",
                {
                    "= ops.where": "= ops.exp(scores) * ops.cast",
                    "ops.exp(ops.where(allowed, scores - peak, 0.0)), 0.0": '"float32"',
                    "ops.where(total > 0, total, 1.0)": "(total + 1e-9)",
                },
            ),
        ],
        "Without a mask, `mask` is None, and you compute with it. Ask first: `if mask is not None`.": {
            "if mask is not None: scores": "scores",
            "if mask is not None: weights": "weights",
        },
        "Your mask has no default, so it cannot be left out. Write `mask=None`, as in the stub.": {"mask=None": "mask"},
    }
)


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


right("additive_attention", "scores_in_one_line").also(
    {
        "scores = ops.sum(ops.tanh(ops.matmul(query, w_query)[:, None] + ops.matmul(keys, w_key)) * v, axis=-1)": """
            asked, offered = ops.einsum("bu,ua->ba", query, w_query), ops.einsum("bsu,ua->bsa", keys, w_key)
            scores = ops.einsum("bsa,a->bs", ops.tanh(offered + asked[:, None, :]), v)
            """,
        "ops.where(mask, scores, -1e9)": 'scores + (1.0 - ops.cast(mask, "float32")) * -1e9',
        "scores, axis=-": "scores, axis=",
        "ops.where(mask, weights, 0.0)": 'weights * ops.cast(mask, "float32")',
        "ops.sum(weights[:, :, None] * keys, axis=1)": 'ops.einsum("bs,bsu->bu", weights, keys)',
    }
)
right("additive_attention", "scores_in_one_line").also("-1e9", "-np.inf")
