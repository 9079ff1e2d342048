"""Unit 02: known answers."""

import numpy as np
from keras import ops

from autograder.judging import correct, mistake


@mistake("one_hot", "You count from 1. Id 0 is [PAD], and its 1 stands at place 0.")
def counts_places_from_one(ids, size):
    return ops.cast(ops.equal(ops.expand_dims(ids, -1), ops.arange(1, size + 1)), "float32")


@mistake("one_hot", "You return booleans. A vector is made of numbers: cast it to float32.")
def returns_booleans(ids, size):
    return ops.equal(ops.expand_dims(ids, -1), ops.arange(size))


@mistake("one_hot", "You return whole numbers. Weights are float32, so vectors are too: cast it.")
def returns_int32(ids, size):
    return ops.cast(ops.equal(ops.expand_dims(ids, -1), ops.arange(size)), "int32")


@mistake(
    "one_hot",
    "You return float64, twice as large as needed. Use float32, as Keras does.",
    backends=("tensorflow", "torch"),
)
def returns_float64(ids, size):
    return ops.cast(ops.equal(ops.expand_dims(ids, -1), ops.arange(size)), "float64")


@mistake("one_hot", "You take the size from the largest id. Another batch has another one: use `size`.")
def takes_the_size_from_the_ids(ids, size):
    return ops.one_hot(ids, int(ops.max(ids)) + 1)


@mistake("one_hot", "The new axis stands first in your answer. Put it last, behind all axes of the ids.")
def puts_the_new_axis_first(ids, size):
    return ops.one_hot(ids, size, axis=0)


@mistake("one_hot", "Your new axis is always the second. Behind all others it is `axis=-1`, or `ids[..., None]`.")
def puts_the_new_axis_second(ids, size):
    return ops.one_hot(ids, size, axis=1)


@mistake("one_hot", "Your new axis is always the second. Behind all others it is `axis=-1`, or `ids[..., None]`.")
def compares_along_the_second_axis(ids, size):
    return ops.cast(ops.equal(ids[:, None], ops.arange(size)), "float32")


@mistake("one_hot", "All ids stand in one long row. Keep their axes, and add one behind.")
def flattens_the_ids(ids, size):
    return ops.one_hot(ops.reshape(ids, (-1,)), size)


@mistake("one_hot", "You compare ids and places as they are. Give the ids a last axis of size 1 first.")
def compares_without_a_new_axis(ids, size):
    return ops.cast(ops.equal(ids, ops.arange(size)), "float32")


@mistake("one_hot", "You put all words of a row into one vector. Each id gets a vector of its own.")
def makes_a_bag_of_words(ids, size):
    return ops.max(ops.one_hot(ids, size), axis=-2)


@mistake("one_hot", "Every place up to the id is 1 in your answer. One alone must be: compare with `equal`.")
def fills_up_to_the_id(ids, size):
    return ops.cast(ops.less_equal(ops.arange(size), ops.expand_dims(ids, -1)), "float32")


@mistake("one_hot", "Zeros and ones are swapped. The 1 stands where place and id are equal.")
def swaps_zeros_and_ones(ids, size):
    return ops.cast(ops.not_equal(ops.expand_dims(ids, -1), ops.arange(size)), "float32")


@mistake("one_hot", "You wrote the id itself at its place. Write a 1: the size of an id means nothing.")
def writes_the_id_itself(ids, size):
    return ops.one_hot(ids, size) * ops.cast(ops.expand_dims(ids, -1), "float32")


@mistake("one_hot", "Id 0 gets only zeros in your answer. [PAD] has a place as well: place 0.")
def leaves_out_padding(ids, size):
    return ops.one_hot(ids, size) * ops.cast(ops.expand_dims(ids, -1) > 0, "float32")


@mistake(
    "one_hot",
    "NumPy cannot read ids that are not known yet. Use `keras.ops`, so that Keras can compile it.",
    backends=("tensorflow", "jax"),
)
def indexes_an_identity_of_numpy(ids, size):
    return np.eye(size, dtype="float32")[np.array(ids)]


@mistake(
    "one_hot",
    "A Python loop needs to know how many ids there are. Work on all at once, by broadcasting.",
    backends=("tensorflow",),
)
def loops_over_ids(ids, size):
    return ops.stack([ops.one_hot(one, size) for one in ids])


@mistake("one_hot", "`squeeze` drops every axis of size 1, also one of the ids. Keep all of theirs.")
def squeezes_the_ids_too(ids, size):
    return ops.squeeze(ops.one_hot(ids, size))


@mistake("one_hot", "Your vectors have size + 1 places. With `size` of them, from 0 to size − 1, each id has one.")
def makes_one_place_too_many(ids, size):
    return ops.one_hot(ids, size + 1)


@mistake("one_hot", "Your vectors have size − 1 places, so the last id has none. Make `size` of them.")
def makes_one_place_too_few(ids, size):
    return ops.cast(ops.equal(ops.expand_dims(ids, -1), ops.arange(size - 1)), "float32")


# For shapes that do not meet, TensorFlow's `==` gives a single False.
@mistake("one_hot", "You compare ids and places as they are. Give the ids a last axis of size 1 first.")
def compares_by_the_sign_without_an_axis(ids, size):
    return ops.cast(ids == ops.arange(size), "float32")


@mistake("one_hot", "Your new axis is always the second. Behind all others it is `axis=-1`, or `ids[..., None]`.")
def compares_by_the_sign_along_the_second_axis(ids, size):
    return ops.cast(ids[:, None] == ops.arange(size), "float32")


@mistake(
    "one_hot",
    "A tensor cannot be indexed by a tensor of ids. `ops.take(…, ids, axis=0)` takes the rows.",
    backends=("tensorflow",),
)
def indexes_an_identity_of_tensors(ids, size):
    return ops.eye(size)[ids]


@correct("one_hot")
def asks_keras(ids, size):
    return ops.one_hot(ids, size)


@correct("one_hot")
def takes_rows_of_the_identity(ids, size):
    return ops.take(ops.eye(size, dtype="float32"), ids, axis=0)


@correct("one_hot")
def measures_distances(ids, size):
    distance = ops.abs(ids[..., None] - ops.arange(size, dtype="int32"))
    return 1.0 - ops.cast(ops.minimum(distance, 1), "float32")


@mistake(
    "embed",
    "A tensor cannot be indexed by a tensor of ids. `ops.take(table, ids, axis=0)` takes the rows.",
    backends=("tensorflow",),
)
def indexes_the_table(ids, table):
    return table[ids]


@mistake(
    "embed",
    "A tensor cannot be indexed by a tensor of ids. `ops.take(table, ids, axis=0)` takes the rows.",
    backends=("tensorflow",),
)
def indexes_the_table_in_a_loop(ids, table):
    return ops.stack([table[one] for one in ids])


@mistake("embed", "You multiply with one-hot vectors: V numbers for each word. Take the rows, with `ops.take`.")
def multiplies_with_one_hot(ids, table):
    return ops.matmul(ops.one_hot(ids, table.shape[0]), table)


@mistake("embed", "Without an axis, `ops.take` reads the table as one long list. Say `axis=0`: rows.")
def takes_without_an_axis(ids, table):
    return ops.take(table, ids)


@mistake("embed", "`axis=1` takes columns. The word's vector is a row: `axis=0`.")
def takes_columns(ids, table):
    return ops.take(table, ids, axis=1)


@mistake("embed", "The table is turned over: you take columns. Each word's vector is a row of it.")
def takes_rows_of_the_turned_table(ids, table):
    return ops.take(ops.transpose(table), ids, axis=0)


@mistake("embed", "The last two axes are swapped. D comes last: (…, D).")
def swaps_the_last_axes(ids, table):
    found = ops.take(table, ids, axis=0)
    return ops.moveaxis(found, -1, 0)


@mistake("embed", "You take the row before each id's. Ids count from 0, as rows do.")
def takes_the_row_before(ids, table):
    return ops.take(table, ids - 1, axis=0)


@mistake("embed", "You multiply by √D. A Transformer does so later; a look-up gives the row as it is.")
def scales_by_the_root_of_the_width(ids, table):
    return ops.take(table, ids, axis=0) * table.shape[-1] ** 0.5


@mistake("embed", "You make all vectors 1 long. A look-up gives the row as it is.")
def normalises_the_rows(ids, table):
    found = ops.take(table, ids, axis=0)
    return found / ops.norm(found, axis=-1, keepdims=True)


@mistake("embed", "You average the vectors of a sentence. Each word keeps its own: (…, D).")
def averages_the_words(ids, table):
    return ops.mean(ops.take(table, ids, axis=0), axis=-2)


@mistake("embed", "All words stand in one long row. Keep the axes of the ids, and add D behind.")
def flattens_the_words(ids, table):
    return ops.take(table, ops.reshape(ids, (-1,)), axis=0)


@mistake("embed", "You look up the first sentence only. Look up all ids at once.")
def looks_up_the_first_only(ids, table):
    return ops.take(table, ids[0], axis=0)


@mistake("embed", "You set the vector of id 0 to zeros. Row 0 is a row like any other here.")
def hides_padding(ids, table):
    return ops.where(ops.expand_dims(ids, -1) > 0, ops.take(table, ids, axis=0), 0.0)


@mistake(
    "embed",
    "The gradient is cut, by `stop_gradient` or by NumPy, so the table never learns. Take from the table itself.",
)
def stops_the_gradient(ids, table):
    return ops.take(ops.stop_gradient(table), ids, axis=0)


@mistake(
    "embed",
    "The gradient is cut, by `stop_gradient` or by NumPy, so the table never learns. Take from the table itself.",
)
def looks_up_with_numpy(ids, table):
    return ops.convert_to_tensor(np.array(table)[np.array(ids)])


@mistake(
    "embed",
    "A Python loop needs to know how many ids there are. `ops.take` looks all of them up at once.",
    backends=("tensorflow",),
)
def loops_over_rows(ids, table):
    return ops.stack([ops.take(table, one, axis=0) for one in ids])


@mistake("embed", "Your vectors went through float16, and lost digits. Leave the dtype as it is.")
def loses_digits(ids, table):
    return ops.cast(ops.cast(ops.take(table, ids, axis=0), "float16"), "float32")


@mistake("embed", "You return the ids' one-hot vectors. Take the rows of the table that they name.")
def returns_one_hot_vectors(ids, table):
    return ops.one_hot(ids, table.shape[0])


@correct("embed")
def takes_along_the_axis_before_the_last(ids, table):
    return ops.take(table, ids, axis=-2)


@correct("embed")
def takes_columns_of_the_turned_table(ids, table):
    return ops.moveaxis(ops.take(ops.transpose(table), ids, axis=1), 0, -1)


@correct("embed")
def flattens_and_folds_back(ids, table):
    found = ops.take(table, ops.reshape(ids, (-1,)), axis=0)
    return ops.reshape(found, (*ops.shape(ids), table.shape[-1]))


@mistake("skip_gram_pairs", "You leave out equal ids. Leave out the same *place*: a word may stand near itself.")
def leaves_out_equal_ids(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for other in ids[max(0, place - window) : place + window + 1]:
            if other != center:
                pairs.append((center, other))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "Each place is paired with itself. Skip the distance 0.")
def pairs_places_with_themselves(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for other in ids[max(0, place - window) : place + window + 1]:
            pairs.append((center, other))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "You look ahead only. Words before the centre are its company too.")
def looks_ahead_only(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for other in ids[place + 1 : place + window + 1]:
            pairs.append((center, other))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "You look back only. Words after the centre are its company too.")
def looks_back_only(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for other in ids[max(0, place - window) : place]:
            pairs.append((center, other))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "A place below 0 is the other end: `ids[-1]` is the last word. Begin at `max(0, …)`.")
def reaches_round_the_beginning(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(place - window, min(len(ids), place + window + 1)):
            if near != place and near >= -len(ids):
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "A place below 0 is the other end: `ids[-1]` is the last word. Begin at `max(0, …)`.")
def looks_below_the_first_place(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for distance in range(1, window + 1):
            pairs.append((center, ids[place - distance]))
            if place + distance < len(ids):
                pairs.append((center, ids[place + distance]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake(
    "skip_gram_pairs",
    "A slice that begins below 0 counts from the other end, and is mostly empty. Begin at `max(0, place - window)`.",
)
def slices_from_below_the_first_place(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for other in ids[place - window : place] + ids[place + 1 : place + window + 1]:
            pairs.append((center, other))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "`%` bends the sentence into a ring, and its ends meet. Stop at the first and last word.")
def bends_the_sentence_into_a_ring(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for distance in range(1, window + 1):
            pairs.append((center, ids[(place + distance) % len(ids)]))
            pairs.append((center, ids[(place - distance) % len(ids)]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "Your window runs past the last word, and Python stops. End at `min(len(ids), …)`.")
def runs_past_the_end(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(max(0, place - window), place + window + 1):
            if near != place:
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "Ahead, your window is one place short: `range` stops before its end. Add 1.")
def is_one_place_short_ahead(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(max(0, place - window), min(len(ids), place + window)):
            if near != place:
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "Before the centre, your window is one place short: it begins at `place - window`.")
def is_one_place_short_behind(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(max(0, place - window + 1), min(len(ids), place + window + 1)):
            if near != place:
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "Your window is one place short on both sides: a distance of `window` still counts.")
def is_one_place_short_on_both_sides(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(len(ids)):
            if 0 < abs(place - near) < window:
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "Your window is one place short on both sides: a distance of `window` still counts.")
def stops_one_distance_short(ids, window):
    pairs = []
    for distance in range(1, window):
        for left, right in zip(ids, ids[distance:], strict=False):
            pairs += [(left, right), (right, left)]
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake(
    "skip_gram_pairs", "The last word is never a context: `range` stops before its end. End at `min(len(ids), …)`."
)
def forgets_the_last_context(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(max(0, place - window), min(len(ids) - 1, place + window + 1)):
            if near != place:
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "Your window is one place too wide. A distance of `window` is the last that counts.")
def is_one_place_too_wide(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(max(0, place - window - 1), min(len(ids), place + window + 2)):
            if near != place:
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "You share the window out between both sides. It reaches `window` places on *each* side.")
def halves_the_window(ids, window):
    pairs, reach = [], window // 2
    for place, center in enumerate(ids):
        for near in range(max(0, place - reach), min(len(ids), place + reach + 1)):
            if near != place:
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "You pair words that are exactly `window` apart. Nearer ones count as well.")
def takes_one_distance_only(ids, window):
    pairs = []
    for left, right in zip(ids, ids[window:], strict=False):
        if window:
            pairs += [(left, right), (right, left)]
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "You never look at `window`: all words are paired with all. Stop at that distance.")
def ignores_the_window(ids, window):
    pairs = [(one, other) for i, one in enumerate(ids) for j, other in enumerate(ids) if i != j]
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "You keep only centres with a full window. Words near the ends have company too.")
def skips_centres_near_the_ends(ids, window):
    pairs = []
    for place in range(window, len(ids) - window):
        for near in range(place - window, place + window + 1):
            if near != place:
                pairs.append((ids[place], ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "`ids.index` finds the first place of a word, always. Count the places: `enumerate(ids)`.")
def looks_for_the_place_of_a_word(ids, window):
    pairs = []
    for center in ids:
        place = ids.index(center)
        for near in range(max(0, place - window), min(len(ids), place + window + 1)):
            if near != place:
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "Id 0 is left out. Here it is a word like any other.")
def leaves_out_id_zero(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(max(0, place - window), min(len(ids), place + window + 1)):
            if near != place and center and ids[near]:
                pairs.append((center, ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "The `return` stands inside the loop, which ends with the first word. Move it to the left.")
def returns_in_the_loop(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(max(0, place - window), min(len(ids), place + window + 1)):
            if near != place:
                pairs.append((center, ids[near]))
        return np.array(pairs, "int32").reshape(-1, 2)
    return None


@mistake("skip_gram_pairs", "A set keeps each pair once. How often words stand together is what is learned: keep all.")
def keeps_each_pair_once(ids, window):
    pairs = {
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    }
    return np.array(sorted(pairs), "int32").reshape(-1, 2)


@mistake(
    "skip_gram_pairs", "Each pair comes twice: both directions are noted down at both of its places. Do it at one."
)
def notes_each_pair_twice(ids, window):
    pairs = []
    for place, center in enumerate(ids):
        for near in range(max(0, place - window), min(len(ids), place + window + 1)):
            if near != place:
                pairs += [(center, ids[near]), (ids[near], center)]
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "An empty list becomes an array (0,). With `reshape(-1, 2)` it keeps two columns.")
def forgets_the_columns_of_nothing(ids, window):
    pairs = [
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]
    return np.array(pairs, "int32")


@mistake("skip_gram_pairs", "You return a list. A model is fed with arrays: make one of it, int32, with two columns.")
def returns_a_list_of_pairs(ids, window):
    return [
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]


@mistake(
    "skip_gram_pairs",
    'Without a dtype NumPy makes int64, and float64 where there is no pair. Say `dtype="int32"` in both cases.',
)
def leaves_the_dtype_to_numpy(ids, window):
    pairs = [
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]
    return np.array(pairs, "int64").reshape(-1, 2)


@mistake(
    "skip_gram_pairs",
    'Without a dtype NumPy makes int64, and float64 where there is no pair. Say `dtype="int32"` in both cases.',
)
def leaves_the_dtype_of_nothing_to_numpy_too(ids, window):
    pairs = [
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]
    return np.array(pairs).reshape(-1, 2)


@mistake(
    "skip_gram_pairs",
    'Without a dtype NumPy makes int64, and float64 where there is no pair. Say `dtype="int32"` in both cases.',
)
def leaves_the_dtype_to_numpy_where_there_are_pairs(ids, window):
    pairs = [
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]
    return np.array(pairs) if pairs else np.zeros((0, 2), "int32")


@mistake("skip_gram_pairs", "NumPy makes int64 of ids, and (0,) of an empty list. Give the dtype, and two columns.")
def leaves_dtype_and_columns_to_numpy(ids, window):
    pairs = [
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]
    return np.array(pairs)


@mistake(
    "skip_gram_pairs",
    'Without a dtype NumPy makes int64, and float64 where there is no pair. Say `dtype="int32"` in both cases.',
)
def returns_floats_where_there_is_no_pair(ids, window):
    pairs = [
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]
    return np.array(pairs, "int32") if pairs else np.zeros((0, 2))


@mistake("skip_gram_pairs", "Your ids are float32. They name rows of a table: make them int32.")
def returns_float_pairs(ids, window):
    pairs = [
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]
    return np.array(pairs, "float32").reshape(-1, 2)


@mistake("skip_gram_pairs", "Centres and contexts stand in two rows. Each pair is a row: (N, 2).")
def returns_two_rows(ids, window):
    pairs = [
        (center, ids[near])
        for place, center in enumerate(ids)
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]
    return np.array(pairs, "int32").reshape(-1, 2).T


@mistake("skip_gram_pairs", "You return the numbers of places. Return the ids that stand there.")
def pairs_places(ids, window):
    pairs = [
        (place, near)
        for place in range(len(ids))
        for near in range(max(0, place - window), min(len(ids), place + window + 1))
        if near != place
    ]
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake(
    "skip_gram_pairs", "The ends are filled up with 0, and words are paired with that. Beyond the ends is nothing."
)
def pairs_with_padding(ids, window):
    padded, pairs = [0] * window + list(ids) + [0] * window, []
    for place in range(window, window + len(ids)):
        for near in range(place - window, place + window + 1):
            if near != place:
                pairs.append((padded[place], padded[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "`pop` empties the list that you were given. Go through it, or through a copy of it.")
def eats_up_the_sentence(ids, window):
    pairs = []
    while ids:
        center = ids.pop(0)
        for other in ids[:window]:
            pairs += [(center, other), (other, center)]
    return np.array(pairs, "int32").reshape(-1, 2)


@mistake("skip_gram_pairs", "The last word is never a centre: `range(len(ids) - 1)` stops before it.")
def forgets_the_last_centre(ids, window):
    pairs = []
    for place in range(len(ids) - 1):
        for near in range(max(0, place - window), min(len(ids), place + window + 1)):
            if near != place:
                pairs.append((ids[place], ids[near]))
    return np.array(pairs, "int32").reshape(-1, 2)


@correct("skip_gram_pairs")
def goes_by_distance(ids, window):
    pairs = []
    for distance in range(1, window + 1):
        for left, right in zip(ids, ids[distance:], strict=False):
            pairs += [(left, right), (right, left)]
    return np.array(pairs, "int32").reshape((len(pairs), 2))


@correct("skip_gram_pairs")
def names_the_context_first(ids, window):
    pairs = np.zeros((0, 2), "int32")
    for place in range(len(ids)):
        for near in range(len(ids)):
            if 0 < abs(place - near) <= window:
                pairs = np.concatenate([pairs, np.array([[ids[near], ids[place]]], "int32")])
    return pairs


@correct("skip_gram_pairs")
def compares_all_places_at_once(ids, window):
    place = np.arange(len(ids))
    distance = np.abs(place[:, None] - place[None, :])
    center, context = np.nonzero((distance >= 1) & (distance <= window))
    ids = np.array(ids, "int32")
    return ops.convert_to_tensor(np.stack([ids[center], ids[context]], axis=1))


@mistake("negative_sampling_loss", "You average over the noise words. Sum over N; only B is averaged.")
def averages_the_noise(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.softplus(-true) + ops.mean(ops.softplus(false), -1))


@mistake("negative_sampling_loss", "You average over all 1 + N pairs. Sum over the N, and average over B alone.")
def averages_all_pairs(center, positive, negatives):
    true = ops.sum(center * positive, -1, keepdims=True)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.concatenate([ops.softplus(-true), ops.softplus(false)], -1))


@mistake("negative_sampling_loss", "You sum over the batch. Take its mean, or the loss grows with the batch.")
def sums_over_the_batch(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.sum(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake("negative_sampling_loss", "You return a loss for each pair. Take the mean over the batch: one number.")
def returns_one_loss_for_each(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.softplus(-true) + ops.sum(ops.softplus(false), -1)


@mistake(
    "negative_sampling_loss",
    "At ±10,000, e to the score is ∞, or σ is 0 and its ln −∞. `ops.softplus` takes both steps in one, safely.",
)
def takes_the_logarithm_of_sigmoid(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    loss = -ops.log(ops.sigmoid(true)) - ops.sum(ops.log(ops.sigmoid(-false)), -1)
    return ops.mean(loss)


@mistake("negative_sampling_loss", "1 − σ is 0 at large scores, and ln 0 is −∞. −ln(1 − σ(x)) is `ops.softplus(x)`.")
def takes_the_logarithm_of_the_rest(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.softplus(-true) - ops.sum(ops.log(1.0 - ops.sigmoid(false)), -1))


@mistake(
    "negative_sampling_loss",
    "Large scores cost too little and have no gradient: by a clip, or a small number. `ops.softplus` needs neither.",
)
def adds_a_small_number(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    loss = -ops.log(ops.sigmoid(true) + 1e-9) - ops.sum(ops.log(ops.sigmoid(-false) + 1e-9), -1)
    return ops.mean(loss)


@mistake(
    "negative_sampling_loss",
    "Large scores cost too little and have no gradient: by a clip, or a small number. `ops.softplus` needs neither.",
)
def clips_the_scores(center, positive, negatives):
    true = ops.clip(ops.sum(center * positive, -1), -30.0, 30.0)
    false = ops.clip(ops.einsum("bd,bnd->bn", center, negatives), -30.0, 30.0)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake(
    "negative_sampling_loss",
    "Large scores cost too little and have no gradient: by a clip, or a small number. `ops.softplus` needs neither.",
)
def clips_the_scores_early(center, positive, negatives):
    true = ops.clip(ops.sum(center * positive, -1), -20.0, 20.0)
    false = ops.clip(ops.einsum("bd,bnd->bn", center, negatives), -20.0, 20.0)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake(
    "negative_sampling_loss",
    "Large scores cost too little and have no gradient: by a clip, or a small number. `ops.softplus` needs neither.",
)
def clips_the_scores_for_the_logarithm(center, positive, negatives):
    true = ops.clip(ops.sum(center * positive, -1), -50.0, 50.0)
    false = ops.clip(ops.einsum("bd,bnd->bn", center, negatives), -50.0, 50.0)
    return ops.mean(-ops.log(ops.sigmoid(true)) - ops.sum(ops.log(ops.sigmoid(-false)), -1))


@mistake(
    "negative_sampling_loss",
    "Large scores cost too little and have no gradient: by a clip, or a small number. `ops.softplus` needs neither.",
)
def adds_a_number_that_is_not_so_small(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(-ops.log(ops.sigmoid(true) + 1e-7) - ops.sum(ops.log(ops.sigmoid(-false) + 1e-7), -1))


@mistake(
    "negative_sampling_loss",
    "`ops.where` differentiates both branches, and 0 times the ∞ of the other one is NaN. Use `ops.softplus`.",
)
def chooses_the_branch_that_is_finite(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    wrong = ops.concatenate([-true[:, None], ops.einsum("bd,bnd->bn", center, negatives)], -1)
    cost = ops.where(wrong < 80.0, ops.log(1.0 + ops.exp(wrong)), wrong)
    return ops.mean(ops.sum(cost, -1))


@mistake(
    "negative_sampling_loss",
    "At ±10,000, e to the score is ∞, or σ is 0 and its ln −∞. `ops.softplus` takes both steps in one, safely.",
)
def writes_softplus_out(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.log(1.0 + ops.exp(-true)) + ops.sum(ops.log(1.0 + ops.exp(false)), -1))


@mistake(
    "negative_sampling_loss", "Noise words are rewarded for high scores. They must score low: σ of *minus* the score."
)
def forgets_the_minus_of_the_noise(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(-false), -1))


@mistake("negative_sampling_loss", "True pairs are punished for high scores: −ln σ(x) is `softplus(-x)`.")
def punishes_true_pairs(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.softplus(true) + ops.sum(ops.softplus(false), -1))


@mistake("negative_sampling_loss", "Both signs are turned: true pairs are pushed apart, false ones together.")
def turns_both_signs(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.softplus(true) + ops.sum(ops.softplus(-false), -1))


@mistake(
    "negative_sampling_loss", "You return ln σ without its minus. A loss falls while a model learns: turn the sign."
)
def returns_what_should_grow(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.log_sigmoid(true) + ops.sum(ops.log_sigmoid(-false), -1))


@mistake("negative_sampling_loss", "The logarithm is missing. The loss is −ln σ of the score, not −σ.")
def leaves_out_the_logarithm(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(-ops.sigmoid(true) - ops.sum(ops.sigmoid(-false), -1))


@mistake(
    "negative_sampling_loss", "Each centre meets the positives of the whole batch. It has one of its own: row by row."
)
def meets_all_positives(center, positive, negatives):
    true = ops.matmul(center, ops.transpose(positive))
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.softplus(-true)) + ops.mean(ops.sum(ops.softplus(false), -1))


@mistake("negative_sampling_loss", "You score the noise against the positive. Its partner is the centre.")
def scores_noise_against_the_positive(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", positive, negatives)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake(
    "negative_sampling_loss", "You divide scores by √D. That belongs to attention; here the bare dot product counts."
)
def divides_by_the_root_of_the_width(center, positive, negatives):
    scale = center.shape[-1] ** 0.5
    true = ops.sum(center * positive, -1) / scale
    false = ops.einsum("bd,bnd->bn", center, negatives) / scale
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake("negative_sampling_loss", "Your scores are cosines. The loss takes dot products: leave the lengths in.")
def scores_by_cosine(center, positive, negatives):
    center, positive, negatives = (ops.normalize(one, axis=-1) for one in (center, positive, negatives))
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake("negative_sampling_loss", "The noise is left out. Without false pairs, all vectors become equal.")
def leaves_out_the_noise(center, positive, negatives):
    return ops.mean(ops.softplus(-ops.sum(center * positive, -1)))


@mistake("negative_sampling_loss", "The true pairs are left out. Nothing would ever pull vectors together.")
def leaves_out_the_true_pairs(center, positive, negatives):
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.sum(ops.softplus(false), -1))


@mistake("negative_sampling_loss", "Only the first noise word counts in your loss. Sum over all N.")
def looks_at_the_first_noise_word(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.sum(center * negatives[:, 0], -1)
    return ops.mean(ops.softplus(-true) + ops.softplus(false))


@mistake(
    "negative_sampling_loss", "You sum the noise *vectors* into one, and score that. Score each, then sum the losses."
)
def sums_the_noise_vectors(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.sum(center * ops.sum(negatives, 1), -1)
    return ops.mean(ops.softplus(-true) + ops.softplus(false))


@mistake(
    "negative_sampling_loss", "You sum scores over N and take one loss of it. Take the loss of each score, then sum."
)
def sums_the_wrong_axis(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.sum(center[:, None, :] * negatives, axis=1)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake(
    "negative_sampling_loss",
    "The true pair counts N times: (B, 1) is added to each of (B, N). Sum over N first, then add (B,).",
)
def counts_the_true_pair_for_each_noise_word(center, positive, negatives):
    true = ops.sum(center * positive, -1, keepdims=True)
    false = ops.sum(center[:, None] * negatives, -1)
    return ops.mean(ops.sum(ops.softplus(-true) + ops.softplus(false), -1))


@mistake("negative_sampling_loss", "Your dot product averages over D. It sums over it.")
def averages_over_the_width(center, positive, negatives):
    true = ops.mean(center * positive, -1)
    false = ops.mean(center[:, None] * negatives, -1)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake(
    "negative_sampling_loss",
    "`axis=0` is the batch. The dot product of a centre and its positive sums over D, axis −1.",
)
def sums_scores_over_the_batch(center, positive, negatives):
    true = ops.sum(center * positive, 0)
    false = ops.sum(center[:, None] * negatives, -1)
    return ops.mean(ops.softplus(-true)) + ops.mean(ops.sum(ops.softplus(false), -1))


@mistake(
    "negative_sampling_loss",
    "`axis=0` is the batch. The dot product of a centre and its positive sums over D, axis −1.",
)
def adds_scores_over_the_batch(center, positive, negatives):
    true = ops.sum(center * positive, 0)
    false = ops.sum(center[:, None] * negatives, -1)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


# PyTorch says of this what it says of a centre without a new axis.
@mistake(
    "negative_sampling_loss",
    "`center[None]` is (1, B, D). The new axis belongs in the middle: `center[:, None]`.",
    backends=("tensorflow", "jax"),
)
def puts_the_new_axis_before_the_batch(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.sum(center[None] * negatives, -1)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake(
    "negative_sampling_loss", "`matmul` gives (B, N, 1): you sum over the 1, not over N. Drop that axis: `[..., 0]`."
)
def keeps_the_last_axis_of_the_product(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.matmul(negatives, ops.expand_dims(center, -1))
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake(
    "negative_sampling_loss", "(B, D) and (B, N, D) do not meet. Give the centre an axis of size 1: `center[:, None]`."
)
def multiplies_without_an_axis(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.sum(center * negatives, -1)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake(
    "negative_sampling_loss", "That is a softmax over the 1 + N words. Here each pair is judged by its own sigmoid."
)
def takes_a_softmax(center, positive, negatives):
    true = ops.sum(center * positive, -1, keepdims=True)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    scores = ops.concatenate([true, false], -1)
    return ops.mean(ops.logsumexp(scores, -1) - true[:, 0])


@mistake(
    "negative_sampling_loss", "The gradient does not reach the noise words. They learn too: to be far from the centre."
)
def stops_the_gradient_of_the_noise(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, ops.stop_gradient(negatives))
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake("negative_sampling_loss", "The gradient does not reach the centres, whose vectors we want. Do not cut it.")
def stops_the_gradient_of_the_centres(center, positive, negatives):
    center = ops.stop_gradient(center)
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake("negative_sampling_loss", "NumPy cuts the gradients, and nothing can learn. Compute with `keras.ops`.")
def computes_with_numpy(center, positive, negatives):
    center, positive, negatives = (np.array(one) for one in (center, positive, negatives))
    true = (center * positive).sum(-1)
    false = (center[:, None] * negatives).sum(-1)
    return ops.convert_to_tensor((np.logaddexp(0, -true) + np.logaddexp(0, false).sum(-1)).mean())


@mistake(
    "negative_sampling_loss", "`float` takes the number out of the tensor, and leaves the gradient. Return the tensor."
)
def returns_a_python_number(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.sum(center[:, None] * negatives, -1)
    return float(ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1)))


@mistake(
    "negative_sampling_loss",
    "B is not known in a compiled graph. Let `ops.mean` divide by it.",
    backends=("tensorflow",),
)
def divides_by_a_size_that_is_unknown(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.sum(center[:, None] * negatives, -1)
    return (ops.sum(ops.softplus(-true)) + ops.sum(ops.softplus(false))) / center.shape[0]


@mistake(
    "negative_sampling_loss",
    "B is not known in a compiled graph. Let `ops.mean` divide by it.",
    backends=("tensorflow",),
)
def divides_by_a_length_that_is_unknown(center, positive, negatives):
    true = ops.sum(center * positive, -1)
    false = ops.sum(center[:, None] * negatives, -1)
    return (ops.sum(ops.softplus(-true)) + ops.sum(ops.softplus(false))) / len(center)


@mistake("negative_sampling_loss", "`*=` changes the vectors that you were given. Make new ones: `-negatives`.")
def turns_the_noise_in_place(center, positive, negatives):
    negatives *= -1.0
    true = ops.sum(center * positive, -1)
    false = ops.einsum("bd,bnd->bn", center, negatives)
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(-false), -1))


@mistake("negative_sampling_loss", "Your scores went through float16, and lost digits. Stay in float32.")
def loses_digits_of_scores(center, positive, negatives):
    true = ops.cast(ops.cast(ops.sum(center * positive, -1), "float16"), "float32")
    false = ops.cast(ops.cast(ops.einsum("bd,bnd->bn", center, negatives), "float16"), "float32")
    return ops.mean(ops.softplus(-true) + ops.sum(ops.softplus(false), -1))


@mistake(
    "negative_sampling_loss",
    "A loop over the batch needs its size, which a graph does not know. Use whole arrays.",
    backends=("tensorflow",),
)
def loops_over_the_batch(center, positive, negatives):
    losses = []
    for b in range(center.shape[0]):
        true = ops.sum(center[b] * positive[b])
        false = ops.matmul(negatives[b], center[b])
        losses.append(ops.softplus(-true) + ops.sum(ops.softplus(false)))
    return ops.mean(ops.stack(losses))


@correct("negative_sampling_loss")
def takes_log_sigmoid(center, positive, negatives):
    true = ops.einsum("bd,bd->b", center, positive)
    false = ops.matmul(negatives, center[:, :, None])[..., 0]
    return -ops.mean(ops.log_sigmoid(true)) - ops.mean(ops.sum(ops.log_sigmoid(-false), axis=1))


@correct("negative_sampling_loss")
def asks_for_binary_crossentropy(center, positive, negatives):
    words = ops.concatenate([positive[:, None], negatives], axis=1)
    scores = ops.einsum("bd,bnd->bn", center, words)
    labels = ops.concatenate([ops.ones_like(scores[:, :1]), ops.zeros_like(scores[:, 1:])], axis=1)
    return ops.mean(ops.sum(ops.binary_crossentropy(labels, scores, from_logits=True), axis=1))


@correct("negative_sampling_loss")
def adds_in_logarithms(center, positive, negatives):
    true = ops.sum(center * positive, axis=-1, keepdims=True)
    false = ops.sum(ops.expand_dims(center, 1) * negatives, axis=-1)
    wrong = ops.concatenate([-true, false], axis=-1)
    return ops.mean(ops.sum(ops.logaddexp(ops.zeros_like(wrong), wrong), axis=-1))


@correct("negative_sampling_loss")
def takes_the_larger_part_out(center, positive, negatives):
    signed = ops.concatenate([-positive[:, None, :], negatives], axis=1)
    wrong = ops.sum(center[:, None, :] * signed, axis=-1)
    cost = ops.relu(wrong) + ops.log1p(ops.exp(-ops.abs(wrong)))
    return ops.sum(cost) / ops.cast(ops.shape(center)[0], cost.dtype)


@mistake(
    "nearest_neighbours",
    "TensorFlow's `@` takes two matrices. `ops.matmul` takes a matrix and a vector too.",
    backends=("tensorflow",),
)
def multiplies_a_matrix_with_a_vector(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-(directions @ directions[index])))
    return [int(row) for row in order if row != index][:k]


@mistake("nearest_neighbours", "You rank by dot product, so long vectors win. Divide by the lengths of the rows.")
def ranks_by_dot_product(table, index, k):
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(table, table[index])))
    return [int(row) for row in order if row != index][:k]


@mistake(
    "nearest_neighbours",
    "You rank by distance. A long row that points the same way is far off, and yet near in cosine.",
)
def ranks_by_distance(table, index, k):
    order = ops.convert_to_numpy(ops.argsort(ops.norm(table - table[index], axis=-1)))
    return [int(row) for row in order if row != index][:k]


@mistake("nearest_neighbours", "You divide by the squares of the lengths: the root is missing. Short rows win.")
def divides_by_squared_lengths(table, index, k):
    squares = ops.sum(ops.square(table), axis=-1)
    cosines = ops.matmul(table, table[index]) / ops.where(squares > 0, squares, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-cosines))
    return [int(row) for row in order if row != index][:k]


@mistake("nearest_neighbours", "You made the *columns* 1 long. Each row is a word: take lengths along the last axis.")
def normalises_the_columns(table, index, k):
    lengths = ops.norm(table, axis=0, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return [int(row) for row in order if row != index][:k]


@mistake("nearest_neighbours", "The word itself is in your list: it always has the cosine 1. Leave row `index` out.")
def lists_the_word_itself(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return [int(row) for row in order][:k]


@mistake(
    "nearest_neighbours", "You cut off the first row, but that is not always the word itself. Compare with `index`."
)
def cuts_off_the_first(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return [int(row) for row in order][1 : k + 1]


@mistake("nearest_neighbours", "One row is missing: leave row `index` out first, then take k (not k − 1).")
def lists_one_too_few(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return [int(row) for row in order[:k] if row != index]


@mistake(
    "nearest_neighbours",
    "Yours are the farthest: turn the order. (`argsort` sorts upwards, and `keras.losses.cosine_similarity` is −cos.)",
)
def lists_the_farthest(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(ops.matmul(directions, directions[index])))
    return [int(row) for row in order if row != index][:k]


@mistake(
    "nearest_neighbours", "You take the nearest, but list them from the last to the first. The nearest comes first."
)
def lists_the_nearest_last(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return [int(row) for row in order if row != index][:k][::-1]


@mistake("nearest_neighbours", "The word itself is in your list: it always has the cosine 1. Leave row `index` out.")
def lists_the_word_itself_with_numpy(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return np.argsort(-cosines)[:k].tolist()


@mistake("nearest_neighbours", "The word itself is in your list: it always has the cosine 1. Leave row `index` out.")
def lists_the_word_itself_with_numpy_turned_round(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return np.argsort(cosines)[::-1][:k].tolist()


@mistake(
    "nearest_neighbours", "You cut off the first row, but that is not always the word itself. Compare with `index`."
)
def cuts_off_the_first_with_numpy(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return np.argsort(-cosines)[1 : k + 1].tolist()


@mistake(
    "nearest_neighbours", "You cut off the first row, but that is not always the word itself. Compare with `index`."
)
def cuts_off_the_first_with_numpy_turned_round(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return np.argsort(cosines)[::-1][1 : k + 1].tolist()


@mistake("nearest_neighbours", "One row is missing: leave row `index` out first, then take k (not k − 1).")
def lists_one_too_few_with_numpy(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return [int(row) for row in np.argsort(-cosines)[:k] if row != index]


@mistake("nearest_neighbours", "One row is missing: leave row `index` out first, then take k (not k − 1).")
def takes_one_less_than_k(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return [int(row) for row in np.argsort(-cosines) if row != index][: k - 1]


@mistake(
    "nearest_neighbours",
    "`[-k:]` takes the k highest, the word itself among them, in rising order. Turn it round, and leave `index` out.",
)
def takes_the_last_of_the_sorted(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return np.argsort(cosines)[-k:].tolist()


@mistake("nearest_neighbours", "You sort the rows by their numbers at the end. Keep them by falling cosine.")
def sorts_by_row_number(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return sorted([int(row) for row in order if row != index][:k])


# JAX and PyTorch sort NaN last, as `puts_zeros_last` does.
@mistake(
    "nearest_neighbours",
    "A row of zeros gives 0 / 0, and NaN sorts anywhere. Divide it by 1 instead.",
    backends=("tensorflow",),
)
def divides_zero_by_zero(table, index, k):
    directions = table / ops.norm(table, axis=-1, keepdims=True)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return [int(row) for row in order if row != index][:k]


@mistake(
    "nearest_neighbours",
    "Rows of zeros stand last. Their cosine counts as 0, before negative ones. (0 / 0 is NaN, and may sort last.)",
)
def puts_zeros_last(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    cosines = ops.where(lengths[:, 0] > 0, ops.matmul(directions, directions[index]), -2.0)
    order = ops.convert_to_numpy(ops.argsort(-cosines))
    return [int(row) for row in order if row != index][:k]


@mistake("nearest_neighbours", "You leave rows of zeros out. They are rows too: their cosine counts as 0.")
def leaves_out_zeros(table, index, k):
    lengths = ops.convert_to_numpy(ops.norm(table, axis=-1))
    directions = table / np.where(lengths > 0, lengths, 1.0)[:, None]
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return [int(row) for row in order if row != index and lengths[row] > 0][:k]


@mistake(
    "nearest_neighbours", "Your guard against 0 changes short rows too: they may be 0.001 long. Guard the zeros alone."
)
def adds_one_to_the_lengths(table, index, k):
    directions = table / (ops.norm(table, axis=-1, keepdims=True) + 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return [int(row) for row in order if row != index][:k]


@mistake(
    "nearest_neighbours", "Your guard against 0 changes short rows too: they may be 0.001 long. Guard the zeros alone."
)
def adds_a_thousandth_to_the_lengths(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1)
    cosines = table @ table[index] / (lengths + 1e-3) / (lengths[index] + 1e-3)
    return [int(row) for row in np.argsort(-cosines) if row != index][:k]


@mistake(
    "nearest_neighbours", "Your guard against 0 changes short rows too: they may be 0.001 long. Guard the zeros alone."
)
def raises_short_lengths_to_a_hundredth(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1)
    cosines = table @ table[index] / np.maximum(lengths, 1e-2) / np.maximum(lengths[index], 1e-2)
    return [int(row) for row in np.argsort(-cosines) if row != index][:k]


@mistake(
    "nearest_neighbours", "Your guard against 0 changes short rows too: they may be 0.001 long. Guard the zeros alone."
)
def adds_a_millionth_to_the_product(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1)
    cosines = table @ table[index] / (lengths * lengths[index] + 1e-6)
    return [int(row) for row in np.argsort(-cosines) if row != index][:k]


@mistake(
    "nearest_neighbours", "You take the cosine without its sign. A row that points the other way is far, not near."
)
def forgets_the_sign(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.abs(ops.matmul(directions, directions[index]))))
    return [int(row) for row in order if row != index][:k]


@mistake("nearest_neighbours", "You set the word's own cosine to 0, so it stands before negative ones. Leave it out.")
def sets_its_own_cosine_to_zero(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    cosines = np.array(ops.convert_to_numpy(ops.matmul(directions, directions[index])))
    cosines[index] = 0.0
    return [int(row) for row in np.argsort(-cosines, kind="stable")][:k]


@mistake("nearest_neighbours", "You set the word's own cosine to 0, so it stands before negative ones. Leave it out.")
def sets_its_own_cosine_to_zero_in_any_order(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    cosines[index] = 0.0
    return np.argsort(-cosines)[:k].tolist()


@mistake(
    "nearest_neighbours",
    "A row that points the other way has the cosine −1 as well as the word itself now. Leave the word out.",
)
def sets_its_own_cosine_to_minus_one(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    cosines[index] = -1.0
    return np.argsort(-cosines)[:k].tolist()


@mistake(
    "nearest_neighbours",
    "A row that points the other way has the cosine −1 as well as the word itself now. Leave the word out.",
)
def sets_its_own_cosine_to_minus_one_and_stops_in_time(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    cosines[index] = -1.0
    return np.argsort(cosines)[::-1][: min(k, len(cosines) - 1)].tolist()


@mistake("nearest_neighbours", "You put the word last, but with a large k it is listed after all. Leave it out.")
def puts_the_word_last_in_any_order(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    cosines[index] = -np.inf
    return np.argsort(-cosines)[:k].tolist()


@mistake("nearest_neighbours", "You put the word last, but with a large k it is listed after all. Leave it out.")
def puts_the_word_last(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    cosines = np.array(ops.convert_to_numpy(ops.matmul(directions, directions[index])))
    cosines[index] = -2.0
    return [int(row) for row in np.argsort(-cosines, kind="stable")][:k]


@mistake("nearest_neighbours", "You leave out all rows that equal row `index`. Another word may: compare row numbers.")
def leaves_out_copies(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return [int(row) for row in np.argsort(-cosines) if (table[row] != table[index]).any()][:k]


@mistake(
    "nearest_neighbours", "You leave out all rows with the cosine 1. Another word may have it: compare row numbers."
)
def leaves_out_all_twins(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return [int(row) for row in np.argsort(-cosines) if cosines[row] < 0.9999][:k]


@mistake("nearest_neighbours", "You removed the word from the table first, and the rows after it got other numbers.")
def shifts_the_numbers(table, index, k):
    table = ops.convert_to_numpy(table)
    others = np.delete(table, index, axis=0)
    lengths = np.linalg.norm(others, axis=-1)
    cosines = others @ table[index] / np.where(lengths > 0, lengths, 1.0)
    return [int(row) for row in np.argsort(-cosines, kind="stable")][:k]


@mistake("nearest_neighbours", "You count rows from 1. Row numbers begin with 0.")
def counts_rows_from_one(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return [int(row) + 1 for row in order if row != index][:k]


@mistake("nearest_neighbours", "You return the cosines. Return the numbers of the rows that have them.")
def returns_the_cosines(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    cosines = ops.convert_to_numpy(ops.matmul(directions, directions[index]))
    return sorted((float(cosines[row]) for row in range(len(cosines)) if row != index), reverse=True)[:k]


@mistake("nearest_neighbours", "You return each row with its cosine. Return the row numbers alone.")
def returns_rows_with_cosines(table, index, k):
    table = np.array(table)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / np.where(lengths > 0, lengths, 1.0)
    cosines = directions @ directions[index]
    return [(int(row), float(cosines[row])) for row in np.argsort(-cosines) if row != index][:k]


@mistake("nearest_neighbours", "You return the vectors of the neighbours. Return the numbers of their rows.")
def returns_the_vectors(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    rows = np.array([int(row) for row in order if row != index][:k])
    return ops.take(table, rows, axis=0)


@mistake("nearest_neighbours", "You never look at `k`. Return that many rows, no more.")
def ignores_k(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(directions, directions[index])))
    return [int(row) for row in order if row != index]


@mistake("nearest_neighbours", "`top_k` stops with an error when the table has fewer rows. Ask for min(k + 1, V).")
def asks_for_more_than_there_are(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    directions = table / ops.where(lengths > 0, lengths, 1.0)
    _, rows = ops.top_k(ops.matmul(directions, directions[index]), k + 1)
    return [int(row) for row in rows if int(row) != index][:k]


@mistake(
    "nearest_neighbours",
    "`/=` changes the table that you were given. Make a new one: `table = table / lengths`.",
    backends=("tensorflow", "jax"),
)
def normalises_in_place(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    table /= ops.convert_to_numpy(ops.where(lengths > 0, lengths, 1.0))
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(table, ops.convert_to_tensor(table)[index])))
    return [int(row) for row in order if row != index][:k]


@mistake(
    "nearest_neighbours",
    "`/=` changes the table that you were given. Make a new one: `table = table / lengths`.",
    backends=("torch",),
)
def normalises_a_tensor_in_place(table, index, k):
    lengths = ops.norm(table, axis=-1, keepdims=True)
    table /= ops.where(lengths > 0, lengths, 1.0)
    order = ops.convert_to_numpy(ops.argsort(-ops.matmul(table, ops.convert_to_tensor(table)[index])))
    return [int(row) for row in order if row != index][:k]


@correct("nearest_neighbours")
def computes_neighbours_with_numpy(table, index, k):
    table = np.array(table, "float64")
    lengths = np.sqrt((table**2).sum(axis=1))
    cosines = table @ table[index] / np.maximum(lengths * lengths[index], 1e-12)
    cosines[index] = -np.inf
    return np.argsort(-cosines)[: min(k, len(table) - 1)]


@correct("nearest_neighbours")
def asks_for_the_top(table, index, k):
    directions = ops.normalize(table, axis=-1)
    cosines = ops.matmul(directions, directions[index])
    size = table.shape[0]
    cosines = ops.where(ops.arange(size) == index, -2.0, cosines)
    return ops.top_k(cosines, min(k, size - 1))[1]


@correct("nearest_neighbours")
def forgets_the_length_of_the_word_rightly(table, index, k):
    lengths = ops.maximum(ops.sqrt(ops.sum(table * table, axis=1)), 1e-6)
    scores = ops.convert_to_numpy(ops.sum(table * table[index], axis=1) / lengths)
    others = [row for row in range(len(scores)) if row != index]
    return tuple(sorted(others, key=lambda row: -float(scores[row]))[:k])
