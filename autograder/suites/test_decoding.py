"""Unit 12: decoding.

A `step` is the judge's: logits by what is written so far, from a table or drawn for each beginning, so that everything
can be computed by hand, by a search over all sentences, or by a beam of plain lists in float64. It notes every call,
bears with wrong shapes, and stops who calls it without end. Sizes: B=4, V=8, D=12, H=4.
"""

import functools
import itertools
import math

import numpy as np

from autograder.judging import exercise, expect, supporting, worth
from autograder.judging.free_padding import cut, without_padding
from autograder.judging.layer_rules import attention_parts, filled, remade, trained

PAD, START, END = 0, 2, 3
SIZE = 8  # V
DRAWS = 6000  # rows of a sample: shares are then known to about 0.02
_FAR_TOO_MANY = 400  # calls of a step


def drawn_logits(rng, size=SIZE, unsaid=(PAD, START)):
    """Logits for each beginning, always the same; shifted, so that they are no log-probabilities."""
    secret = int(rng.integers(1 << 30))

    @functools.cache
    def logits_of(written):
        drawn = np.random.default_rng([secret, *map(abs, written)])
        logits = 1.5 * drawn.normal(size=size)
        logits[list(unsaid)] = -30.0
        return logits + 5 * drawn.normal()

    return logits_of


def table(chances, size=6):
    """Logits by a table from what is written to the chances of tokens; elsewhere 4 is likely."""

    def logits_of(written):
        found = np.full(size, 1e-9)
        for token, chance in chances.get(written, {4: 0.6, 5: 0.3, END: 0.1}).items():
            found[token] = chance
        return np.log(found) + 3 * len(written)  # shifted by another number at each step

    return logits_of


def noting(logits_of, seen=None):
    """A step for an answer; `seen` gets the ids of each call."""
    seen = [] if seen is None else seen

    def step(ids):
        ids = np.asarray(ids)
        seen.append(ids)
        rule = "The loop must come to its end: each call of `step` makes one token more, up to `max_length` ids."
        expect.true(len(seen) <= _FAR_TOO_MANY, rule, f"more than {_FAR_TOO_MANY} calls", "an end")
        rule = "`step` is called with ids (B, t): integers, as many in each row."
        expect.true(ids.dtype.kind in "iu" and ids.ndim > 0, rule, f"shape {ids.shape}, dtype {ids.dtype}")
        rows = ids.reshape(-1, ids.shape[-1])
        logits = np.stack([logits_of(tuple(row.tolist())) for row in rows]).astype(np.float32)
        return logits.reshape(*ids.shape[:-1], -1)

    return step


def written(learner, *args, **options):
    """The ids that an answer writes, without the columns of padding at the end, which are free."""
    found = without_padding(learner)(*args, **options)
    right = isinstance(found, np.ndarray) and found.ndim == 2 and found.dtype.kind in "iu"
    expect.true(right, "Return the ids as one tensor or array of integers, (B, n).", expect.returned(found))
    return found


def writes(found, rows, rule):
    """The ids are these rows; of those that are not, the first is told."""
    expect.true(len(found) == len(rows), rule, f"{len(found)} rows", f"{len(rows)} rows")
    for number, (mine, row) in enumerate(zip(found.tolist(), rows, strict=True)):
        wanted = [*map(int, row), *[PAD] * (len(mine) - len(row))]
        shown = f"row {number}: {cut(np.array([mine]))[0].tolist()}"
        expect.true(mine == wanted, rule, shown, f"row {number}: {list(map(int, row))}")


def is_finished(row, end):
    return len(row) > 1 and row[-1] == end


def greedy(logits_of, start, end, most):
    row = (start,)
    while len(row) < most and not is_finished(row, end):
        row += (int(np.argmax(logits_of(row))),)
    return row


def log_chances(logits):
    logits = np.asarray(logits, np.float64)
    return logits - logits.max() - math.log(np.exp(logits - logits.max()).sum())


def score(total, row, alpha):
    return total / ((5 + len(row) - 1) / 6) ** alpha


def beam(logits_of, start, end, most, width, alpha=0.6):
    """The best hypothesis of one row, how often it was continued, and how close the closest decision was."""
    kept, closest, calls = [(0.0, (start,))], math.inf, 0
    while calls < most - 1 and not all(is_finished(row, end) for _, row in kept):
        found = []
        for total, row in kept:
            if is_finished(row, end):
                found.append((total, row))
            else:
                found += [(total + p, (*row, token)) for token, p in enumerate(log_chances(logits_of(row)))]
        found.sort(reverse=True)
        if len(found) > width:
            closest = min(closest, found[width - 1][0] - found[width][0])
        kept, calls = found[:width], calls + 1
    ranked = sorted(((score(total, row, alpha), row) for total, row in kept), reverse=True)
    if len(ranked) > 1:
        closest = min(closest, ranked[0][0] - ranked[1][0])
    return ranked[0][1], calls, closest


def best_of_all(logits_of, start, end, most, tokens, alpha=0.6):
    """The best of all sentences of these tokens, each looked at."""
    ranked, begun = [], [(0.0, (start,))]
    while begun:
        total, row = begun.pop()
        if is_finished(row, end) or len(row) == most:
            ranked.append((score(total, row, alpha), row))
        else:
            chances = log_chances(logits_of(row))
            begun += [(total + chances[token], (*row, token)) for token in tokens]
    ranked.sort(reverse=True)
    return ranked[0][1], ranked[0][0] - ranked[1][0]


def decided(rng, starts, most, width, alpha=0.6, end=END):
    """Logits by which a beam decides nothing by a hair, nor always as a greedy search; with it what it finds."""
    while True:
        logits_of = drawn_logits(rng)
        found = [beam(logits_of, start, end, most, width, alpha) for start in starts]
        rows = [row for row, _, _ in found]
        others = [greedy(logits_of, start, end, most) for start in starts]
        plain = [beam(logits_of, start, end, most, width, 0.0)[0] for start in starts]
        is_telling = width == 1 or (rows != others and (not alpha or rows != plain))
        if is_telling and min(closest for _, _, closest in found) > 1e-3:
            return logits_of, rows, max(calls for _, calls, _ in found)


def after(row, length=6):
    """A step that writes 6 until a row has 3 tokens less than its start says, then the end, then 7."""
    return np.eye(SIZE)[7 if END in row else END if len(row) == row[0] - 3 else length]


@exercise("greedy_decode", points=3, minutes=15, difficulty=2, importance=5)
class TestGreedyDecode:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        def logits_of(row):
            return np.eye(6)[{2: 4, 4: 5, 5: END}.get(row[-1], 4)]

        found = written(learner, noting(logits_of), [START, 5], END, 10)
        writes(found, [(2, 4, 5, 3), (5, 3)], "2 is followed by 4, that by 5, and that by 3.")

    @worth(3)
    def test_the_likeliest_token_follows_what_each_row_has_written(self, learner, rng):
        for starts, end, most in (([4, 5, 6, 2], END, 7), ([7, 2, 4], 5, 5), ([6], 4, 6)):
            logits_of = drawn_logits(rng)
            found = written(learner, noting(logits_of), np.array(starts), end, most)
            expected = [greedy(logits_of, start, end, most) for start in starts]
            rule = "Each row goes on with the token of the largest logit, which `step` gives for all that is written."
            writes(found, expected, rule)

    def test_a_single_start_makes_one_row(self, learner, rng):
        for start in (START, 6):
            logits_of = drawn_logits(rng)
            found = written(learner, noting(logits_of), start, END, 5)
            rule = "A `start_id` that is an int makes one row, which begins with it."
            writes(found, [greedy(logits_of, start, END, 5)], rule)

    @worth(2)
    def test_after_its_end_a_row_is_padding(self, learner):
        found = written(learner, noting(after), [4, 7, 5, 6], END, 12)
        expected = [(4, END), (7, 6, 6, 6, END), (5, 6, END), (6, 6, 6, END)]
        writes(found, expected, "A row keeps its first `end_id`. After it there is only 0, while others go on.")

    @worth(2)
    def test_a_row_is_cut_off_at_the_largest_length(self, learner):
        for most in (1, 2, 4):
            found = written(learner, noting(after), [7, 5], END, most)
            expected = [(7, 6, 6, 6)[:most], (5, 6, END)[:most]]
            rule = "`max_length` counts the start. A row that is cut off there gets no `end_id`."
            writes(found, expected, rule)

    @supporting
    @worth(2)
    def test_the_step_is_called_once_for_each_new_token_with_all_rows(self, learner):
        for starts, most, calls in (([6, 4, 5], 12, 3), ([7, 4], 4, 3), ([4, 6], 1, 0)):
            seen = []
            learner(noting(after, seen), starts, END, most)
            rule = "`step` is called once for each new token, with all rows, and no more when all rows have ended."
            shapes, wanted = [ids.shape for ids in seen], [(len(starts), t) for t in range(1, calls + 1)]
            expect.true(shapes == wanted, rule, f"{len(seen)} calls: {shapes[:5]}", f"{calls} calls: {wanted}")


def worked_chances():
    """The example of the task."""
    return table({(2,): {4: 0.5, 5: 0.4, END: 0.1}, (2, 4): {4: 0.3, 5: 0.3, END: 0.4}, (2, 5): {4: 0.05, END: 0.9}})


def two_lengths():
    """A sentence of one token with a chance of 0.3, and one of three with 0.24."""
    rest = {4: 0.1, 5: 0.1, END: 0.8}
    return table({(2,): {4: 0.5, 5: 0.2, END: 0.3}, (2, 4): {4: 0.6, 5: 0.3, END: 0.1}, (2, 4, 4): rest})


@exercise("beam_search", points=6, minutes=35, difficulty=5, importance=4)
class TestBeamSearch:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        found = written(learner, noting(worked_chances()), START, END, 3, 2)
        writes(found, [(2, 5, 3)], "2 5 3 has a chance of 0.36, and 2 4 3 has 0.20.")

    @worth(2)
    def test_a_beam_of_one_is_the_greedy_search(self, learner, rng):
        starts = [4, 5, 6, 2]
        for alpha in (0.6, 2.0):
            logits_of, rows, _ = decided(rng, starts, 6, 1, alpha)
            found = written(learner, noting(logits_of), np.array(starts), END, 6, 1, length_penalty=alpha)
            writes(found, rows, "With a width of 1 the result is that of `greedy_decode`.")

    @worth(3)
    def test_a_beam_keeps_the_likeliest_and_returns_the_best(self, learner, rng):
        for starts, most, width, end in (([4, 5, 6, 2], 6, 3, END), ([7, 2], 5, 2, 4)):
            logits_of, rows, _ = decided(rng, starts, most, width, end=end)
            found = written(learner, noting(logits_of), np.array(starts), end, most, width)
            rule = "Keep the `width` hypotheses of each row with the largest Σ log p; return the best by its score."
            writes(found, rows, rule)
        close = {(2,): {4: 0.7, END: 0.3}, (2, 4): {4: 0.41, 5: 0.39, END: 0.2}, (2, 4, 5): {END: 1.0}}
        third = {4: 0.34, 5: 0.33, END: 0.33}
        found = written(learner, noting(table({**close, (2, 4, 4): third})), START, END, 4, 2, length_penalty=1.0)
        rule = "Σ log p alone decides which are kept: the score, with its penalty, only chooses among them at the end."
        writes(found, [(2, 3)], rule)

    @worth(2)
    def test_a_wide_beam_finds_the_best_of_all_sentences(self, learner, rng):
        starts, tokens, gaps = [4, 5], (END, 4, 5), [0.0]
        while min(gaps) < 1e-3:
            logits_of = drawn_logits(rng, 6, (PAD, 1, START))
            best = [best_of_all(logits_of, start, END, 5, tokens) for start in starts]
            gaps = [gap for _, gap in best]
        found = written(learner, noting(logits_of), starts, END, 5, 40)
        rule = "A beam of 40 has room for all 31 sentences of these tokens, so it must find the best of them."
        writes(found, [row for row, _ in best], rule)

    @worth(2)
    def test_the_penalty_is_the_one_asked_for(self, learner, rng):
        short, long = (2, 3), (2, 4, 4, 3)  # they are equal at α = 0.590
        for alpha, best in ((0.0, short), (0.3, short), (0.55, short), (0.63, long), (1.0, long)):
            found = written(learner, noting(two_lengths()), START, END, 4, 3, length_penalty=alpha)
            rule = f"Divide Σ log p by ((5 + n) / 6)^α, asked here with α = {alpha:g}, where n counts `end_id` too."
            writes(found, [best], rule)
        for alpha in (0.3, 1.2):
            starts = [4, 5, 6, 7, 2]
            logits_of, rows, _ = decided(rng, starts, 6, 3, alpha)
            found = written(learner, noting(logits_of), starts, END, 6, 3, alpha)
            rule = f"Divide Σ log p by ((5 + n) / 6)^α, asked here with α = {alpha:g}, where n counts `end_id` too."
            writes(found, rows, rule)

    @worth(2)
    def test_finished_hypotheses_stay_and_compete(self, learner):
        spread, padding = {4: 0.35, 5: 0.25, 1: 0.2, END: 0.2}, {PAD: 0.98, 4: 0.02}
        early = {(2,): {4: 0.5, END: 0.3, 5: 0.2}, (2, 4): spread, (2, 4, 4): {4: 0.1, END: 0.9}}
        early |= {(2, 3, *zeros): padding for zeros in ((), (0,), (0, 0))}
        found = written(learner, noting(table(early)), START, END, 5, 2)
        rule = "A finished hypothesis stays in the beam, unchanged: here 2 3, with 0.3, is never beaten."
        writes(found, [(2, 3)], rule)
        narrow = {(2,): {4: 0.45, END: 0.35, 5: 0.2}, (2, 4): {4: 0.52, 5: 0.48}, (2, 5): {END: 1.0}}
        late = {**narrow, (2, 4, 4): {END: 1.0}}
        found = written(learner, noting(table(late)), START, END, 4, 2, length_penalty=3.0)
        rule = "In a beam of 2, 2 3 is finished and keeps its place, so 2 5 is dropped. At α = 3, 2 4 4 3 wins."
        writes(found, [(2, 4, 4, 3)], rule)
        overtaken = {(2,): {4: 0.7, END: 0.2, 5: 0.1}, (2, 4): {4: 0.4, 5: 0.35, END: 0.25}, (2, 4, 5): {END: 1.0}}
        found = written(learner, noting(table({**overtaken, (2, 4, 4): overtaken[2, 4]})), START, END, 4, 2)
        rule = "2 3 is finished, and leaves the beam of 2 when two others are likelier. So 2 4 5 3, with 0.245, wins."
        writes(found, [(2, 4, 5, 3)], rule)
        moved = {(2,): {4: 0.45, END: 0.4, 5: 0.15}, (2, 4): {4: 0.93, 5: 0.04, END: 0.03}}
        moved[2, 4, 4] = {4: 0.7, 5: 0.2, END: 0.1}  # now 2 3 comes first, which stood second
        found = written(learner, noting(table(moved)), START, END, 4, 2, length_penalty=3.0)
        rule = "A hypothesis takes its n along when it moves up or down in the beam. At α = 3, 2 4 4 4 wins."
        writes(found, [(2, 4, 4, 4)], rule)

    def test_at_the_largest_length_unfinished_ones_compete_too(self, learner):
        chances = {(2,): {4: 0.9, END: 0.1}, (2, 4): {4: 0.8, 5: 0.05, END: 0.15}}
        for most, best in ((3, (2, 4, 4)), (2, (2, 4)), (1, (2,))):
            found = written(learner, noting(table(chances)), START, END, most, 2)
            rule = "At `max_length` ids, finished and unfinished hypotheses compete by their score."
            writes(found, [best], rule)

    @supporting
    @worth(2)
    def test_the_step_always_gets_all_rows_of_all_beams_in_order(self, learner, rng):
        starts, width, seen, drawn = [5, 4, 6], 3, [], drawn_logits(rng)

        def logits_of(row):
            return drawn(row) + (40.0 * (np.arange(SIZE) == END) if len(row) > 2 else 0.0)  # the end comes soon

        calls = max(beam(logits_of, start, END, 9, width)[1] for start in starts)
        learner(noting(logits_of, seen), starts, END, 9, width)
        rule = "`step` always gets B · width rows, here 3 · 3, with one id more in each call, and never one by one."
        expect.true(len(seen) > 0, rule, "no call", f"up to {calls} calls")
        for t, ids in enumerate(seen, start=1):
            expect.true(ids.shape == (9, t), rule, f"shape {ids.shape} in call {t}", f"shape {(9, t)}")
            if t > 1:  # before that a row has one hypothesis, and what fills up the others is free
                rule = (
                    "The rows of `step` begin with those of row 0, then come those of row 1 …: look at the first ids."
                )
                expect.equal(ids[:, 0], np.repeat(starts, width), rule)
        rule = "`step` is not called any more when all hypotheses that are kept are finished, or long enough."
        expect.true(len(seen) <= calls, rule, f"{len(seen)} calls", f"at most {calls} calls")

    def test_equal_hypotheses_do_no_harm(self, learner):
        chances = {(2,): {4: 0.4, 5: 0.4, END: 0.2}, (2, 4): {END: 1.0}, (2, 5): {END: 1.0}}
        for width in (2, 3):
            found = written(learner, noting(table(chances)), [START, START], END, 4, width)
            rule = "2 4 3 and 2 5 3 are equally likely: one of them is the result, in each row."
            right = found.shape == (2, 3) and set(map(tuple, found.tolist())) <= {(2, 4, 3), (2, 5, 3)}
            expect.true(right, rule, f"{found.tolist()}"[:80], "[[2, 4, 3], [2, 4, 3]], for instance")


def kept_chances(chances, temperature=1.0, top_k=None, top_p=None):
    """With which probability each token is drawn, for one row, by the definition."""
    weights = np.array(chances, np.float64) ** (1 / temperature)
    order = sorted(range(len(weights)), key=lambda token: -weights[token])[:top_k]
    total, kept, reached = weights[order].sum(), [], 0.0
    for token in order:
        if top_p is None or reached < top_p:
            kept.append(token)
            reached += weights[token] / total
    return np.array([weights[token] / weights[kept].sum() if token in kept else 0.0 for token in range(len(weights))])


def drawn_shares(found, size):
    """How often each token was drawn."""
    rule = "Return one integer for each row, (B,): the token's number in the vocabulary."
    right = isinstance(found, np.ndarray) and found.ndim == 1 and found.dtype.kind in "iu"
    expect.true(right, rule, expect.returned(found), "integers (B,)")
    expect.true(bool(((found >= 0) & (found < size)).all()), rule, f"{found.min()} to {found.max()}")
    return np.bincount(found, minlength=size) / len(found)


def shows(learner, rng, chances, rule, **options):
    """Each token is drawn as often as it should be; its place in the vocabulary is drawn anew."""
    places = rng.permutation(len(chances))
    chances = np.array(chances, np.float64)[places]
    logits = np.tile(np.log(chances) + 2.0, (DRAWS, 1))
    found, expected = (
        drawn_shares(learner.by_chance(logits, **options, seed=int(rng.integers(1, 1000))), len(chances)),
        kept_chances(chances, **options),
    )
    order = np.argsort(places)  # a draw of so many rows depends on the number of threads: naming compares the shares
    expect.close(found[order], expected[order], rule, atol=0.045)
    never = (expected == 0) & (found > 0)
    expect.true(not never.any(), rule, "a token that is not kept is drawn", "only tokens that are kept")


@exercise("sample_next", points=4, minutes=20, difficulty=3, importance=4)
class TestSampleNext:
    @supporting
    def test_there_is_one_token_for_each_row(self, learner, rng):
        for batch in (1, 5):
            found = learner(rng.normal(size=(batch, 7)), seed=5)
            drawn_shares(found, 7)
            expect.shape(found, (batch,), "Logits (B, V) give integers (B,).")

    @worth(2)
    def test_tokens_are_drawn_by_their_probabilities(self, learner, rng):
        rule = "Without any option, each token is drawn with the probability that softmax gives it."
        shows(learner, rng, [0.4, 0.3, 0.15, 0.1, 0.05], rule)
        sure = np.repeat(np.arange(5), 4)
        rule = "Each row is drawn by its own logits."
        expect.equal(learner(60.0 * np.eye(5)[sure], seed=5), sure, rule)
        mixed = np.zeros((DRAWS, 5))
        mixed[::2, 0] = 60.0  # every other row is sure of 0, and those between them are open
        found = learner.by_chance(mixed, seed=5)
        drawn_shares(found, 5)
        often = float((found[1::2] == 0).mean())
        expect.true(bool((found[::2] == 0).all()), rule, "a row that is sure of 0 gives another token", "0")
        expect.true(abs(often - 0.2) < 0.045, rule, f"a row of equal logits gives 0 with a share of {often:.2f}", "0.2")

    @worth(2)
    def test_the_temperature_divides_the_logits(self, learner, rng):
        for temperature in (0.5, 2.0):
            rule = f"Divide the logits by the temperature, asked here with {temperature:g}."
            shows(learner, rng, [0.6, 0.2, 0.1, 0.06, 0.04], rule, temperature=temperature)
        logits = rng.permuted(np.tile(8 + 0.2 * np.arange(7), (50, 1)), axis=1)
        rule = "Near a temperature of 0 the likeliest token is drawn."
        expect.equal(learner(logits, temperature=0.01, seed=5), logits.argmax(1), rule)

    @worth(2)
    def test_top_k_keeps_exactly_k(self, learner, rng):
        rule = "`top_k={}` keeps the {} likeliest tokens, and they share the probability."
        for k in (3, 1):
            shows(learner, rng, [0.35, 0.25, 0.2, 0.15, 0.05], rule.format(k, k), top_k=k)
        shows(learner, rng, [0.4, 0.3, 0.2, 0.1], "A `top_k` above V keeps all.", top_k=9)
        found = np.sort(drawn_shares(learner.by_chance(np.full((DRAWS, 7), 1.5), top_k=3, seed=5), 7))
        rule = "Exactly k tokens are kept on ties as well: here 3 of 7 equal ones."
        kept = int((found > 0).sum())
        expect.true(kept == 3, rule, f"{kept} tokens are drawn", "3 tokens are drawn")

    @worth(2)
    def test_top_p_keeps_the_smallest_set_that_reaches_p(self, learner, rng):
        rule = "`top_p={:g}` keeps the smallest set of the likeliest tokens that has a probability of p or more."
        for p in (0.45, 0.7, 0.96, 0.05):
            shows(learner, rng, [0.4, 0.25, 0.2, 0.1, 0.05], rule.format(p), top_p=p)
        found = drawn_shares(learner.by_chance(np.full((DRAWS, 5), 1.5), top_p=0.5, seed=5), 5)
        rule = "Of 5 equal tokens, 3 reach a probability of 0.5, and no more are kept."
        kept = int((found > 0).sum())
        expect.true(kept == 3, rule, f"{kept} tokens are drawn", "3 tokens are drawn")

    @worth(2)
    def test_temperature_comes_first_then_top_k_then_top_p(self, learner, rng):
        rule = "First the temperature, then `top_k`, then `top_p` by the probabilities that are left."
        shows(learner, rng, [0.5, 0.25, 0.15, 0.1], rule, top_k=3, top_p=0.74)
        shows(learner, rng, [0.5, 0.25, 0.15, 0.1], rule, top_k=3, top_p=0.8)
        shows(learner, rng, [0.6, 0.2, 0.1, 0.06, 0.04], rule, temperature=2.0, top_p=0.7)
        shows(learner, rng, [0.6, 0.2, 0.1, 0.06, 0.04], rule, temperature=2.0, top_k=4, top_p=0.8)

    @worth(2)
    def test_each_row_has_its_own_cuts(self, learner):
        likeliest = np.arange(DRAWS) % 5
        logits = 3.0 * np.eye(5)[likeliest]  # 0.83 for one token, another one in each row
        rule = "Which tokens `top_k` keeps is another question in each row."
        expect.equal(learner(logits[:50], top_k=1, seed=5), likeliest[:50], rule)
        logits[1::2] = 1.0
        for first in (0, 1):  # whether row 0 is one of those that are nearly sure, or one of equal logits
            found = learner.by_chance(logits[first:], top_p=0.5, seed=5)
            drawn_shares(found, 5)
            rule = "`top_p=0.5` keeps one token in rows that are nearly sure, and three in rows of five equal ones."
            sure = found[first::2] == likeliest[first:][first::2]
            expect.true(bool(sure.all()), rule, "other tokens as well, where one has 0.83", "that one alone")
            kept = len(set(found[1 - first :: 2].tolist()))
            expect.true(kept == 3, rule, f"{kept} different tokens, where all are equal", "3")

    @supporting
    def test_without_a_seed_each_draw_is_another(self, learner):
        draws = [learner.by_chance(np.zeros((200, 7))) for _ in range(6)]
        same = all(bool(np.all(draw == draws[0])) for draw in draws)
        expect.true(not same, "Without a seed each call draws anew.", "the same 200 tokens six times")
        draws = []
        for _ in range(2):
            learner.by_chance(np.zeros((200, 7)), seed=1)
            draws.append(learner.by_chance(np.zeros((200, 7))))
        rule = "A `seed` is for its own call: after it, calls without a seed draw anew."
        expect.true(not (draws[0] == draws[1]).all(), rule, "the same 200 tokens after each call with seed=1")

    def test_a_seed_repeats_its_draw(self, learner, rng):
        logits = rng.normal(size=(200, 7))
        for seed in (0, 12):
            first, again = learner.by_chance(logits, seed=seed), learner.by_chance(logits, seed=seed)
            drawn_shares(first, 7)
            expect.unchanged(again, first, "The same `seed` gives the same draw, 0 as well.")
        same = bool((learner.by_chance(logits, seed=13) == first).all())
        expect.true(not same, "Another `seed` gives another draw.", "the same 200 tokens with 12 and 13")


WIDTH, HEADS = 12, 4
PARTS = ("query_dense", "key_dense", "value_dense", "output_dense")


def dressed(layer, seed=8):
    """A layer with parameters for all of it, the same each time."""
    return filled(layer, np.zeros((1, 1, WIDTH)), seed=seed, parts=attention_parts)


def maps_of_parts(layer, compared=True):
    """The kernel and bias of each sublayer, in float64; naming compares them where they are not just drawn."""
    found = {}
    for name in PARTS:
        arrays = layer.attribute(name).weights(compared=compared)
        rule = f"`{name}` is a Dense of width D with bias."
        shapes = [array.shape for array in arrays]
        size = arrays[0].shape[0] if arrays else 0
        expect.true(shapes == [(size, size), (size,)], rule, f"shapes {shapes}", "(D, D) and (D,)")
        found[name] = [array.astype(np.float64) for array in arrays]
    return found


def projected(maps, name, x):
    kernel, bias = maps[name]
    return x @ kernel + bias


def attends(maps, query, keys, values, heads):
    """What the new token gets of keys and values `(B, t, D)`, head by head."""
    size = query.shape[-1] // heads
    found = np.zeros(query.shape)
    for row, head in np.ndindex(len(query), heads):
        columns = slice(head * size, (head + 1) * size)
        scores = keys[row, :, columns] @ query[row, 0, columns] / math.sqrt(size)
        weights = np.exp(scores - scores.max())
        found[row, 0, columns] = weights / weights.sum() @ values[row, :, columns]
    return projected(maps, "output_dense", found)


def token_by_token(maps, x, heads):
    """Causal self-attention on `(B, T, D)` by the definition."""
    keys, values = projected(maps, "key_dense", x), projected(maps, "value_dense", x)
    outputs = [
        attends(maps, projected(maps, "query_dense", x[:, t : t + 1]), keys[:, : t + 1], values[:, : t + 1], heads)
        for t in range(x.shape[1])
    ]
    return np.concatenate(outputs, axis=1)


def said(result):
    """The output and the cache of one call."""
    output, cache = expect.pair(result, "output, cache")
    expect.true(isinstance(output, np.ndarray), "The first is the output, (B, 1, D).", expect.returned(output))
    return output, cache


def fed(layer, x, cache=None):
    """Give a layer the tokens of x, one after the other; returns all outputs and the last cache."""
    outputs = []
    for t in range(x.shape[1]):
        options = {} if cache is None else {"cache": cache}
        output, cache = said(layer(x[:, t : t + 1], **options))
        expect.shape(output, (len(x), 1, x.shape[2]), "The output is (B, 1, D), for the new token alone.")
        outputs.append(output)
    return np.concatenate(outputs, axis=1), cache


def tensors_in(cache):
    """What a cache holds, however it is put together."""
    if isinstance(cache, (list, tuple, dict)):
        return [item for part in (cache.values() if isinstance(cache, dict) else cache) for item in tensors_in(part)]
    return [cache]


@exercise("CachedAttention", points=4, minutes=25, difficulty=3, importance=4)
class TestCachedAttention:
    @supporting
    def test_a_token_gives_an_output_and_a_cache_of_tensors(self, learner, rng):
        layer = learner(WIDTH, HEADS)
        _, cache = fed(layer, rng.normal(size=(2, 2, WIDTH)))
        rule = "The cache holds tensors only, in a tuple, list or dictionary: no number, no None and no object."
        held = tensors_in(cache)
        right = bool(held) and all(isinstance(item, np.ndarray) for item in held)
        expect.true(right, rule, expect.returned(cache), "tensors")

    @supporting
    def test_the_worked_example_comes_out(self, learner):
        layer, first = learner(1, 1), 1 + math.log(3)
        layer(np.zeros((1, 1, 1)))
        for name in PARTS:
            layer.attribute(name).set_weights([np.ones((1, 1)), np.zeros(1)])
        found, _ = fed(layer, np.array([[[first], [1.0]]]))
        rule = "The first token gets its own value, 2.099. The second gets 0.75 · 2.099 + 0.25 · 1."
        expect.close(found, [[[first], [0.75 * first + 0.25]]], rule)

    @worth(3)
    def test_token_by_token_it_gives_what_causal_attention_gives(self, learner, rng):
        for heads, batch, length in ((HEADS, 2, 5), (1, 3, 3)):
            layer = dressed(learner(WIDTH, heads))
            x, maps = rng.normal(size=(batch, length, WIDTH)), maps_of_parts(layer)
            expected = token_by_token(maps, x, heads)
            rule = f"Token {{}} of {length}, in {heads} heads: softmax(query · keys / √K) over all tokens up to it."
            cache = None
            for t in range(length):
                found, cache = fed(layer, x[:, t : t + 1], cache)
                expect.close(found, expected[:, t : t + 1], rule.format(t), atol=1e-5)

    @worth(6)
    def test_keys_and_values_are_computed_once(self, learner, rng):
        layer = dressed(learner(WIDTH, HEADS))
        x, before = rng.normal(size=(2, 4, WIDTH)), maps_of_parts(layer)
        _, cache = fed(layer, x[:, :3])
        dressed(layer, seed=9)
        after_it, last = maps_of_parts(layer), x[:, 3:]
        keys, values = (
            np.concatenate([projected(before, name, x[:, :3]), projected(after_it, name, last)], axis=1)
            for name in ("key_dense", "value_dense")
        )
        expected = attends(after_it, projected(after_it, "query_dense", last), keys, values, HEADS)
        rule = (
            "Earlier keys and values are read from the cache, and not computed again: the check changes the parameters "
            "before the last token, and they must still be the old ones."
        )
        expect.close(fed(layer, last, cache)[0], expected, rule, atol=1e-5)

    @worth(2)
    def test_what_is_kept_is_kept_in_the_cache_alone(self, learner, rng):
        layer = dressed(learner(WIDTH, HEADS))
        one, other = rng.normal(size=(2, 2, 3, WIDTH))
        maps = maps_of_parts(layer)
        _, first = fed(layer, one[:, :2])
        _, second = fed(layer, other[:, :2])
        for x, cache in ((one, first), (other, second), (one, first)):
            found, _ = fed(layer, x[:, 2:], cache)
            rule = "Two sentences in turn, each with its own cache: the layer itself keeps nothing between calls."
            expect.close(found, token_by_token(maps, x, HEADS)[:, 2:], rule, atol=1e-5)
        found, _ = fed(layer, other[:, :1])
        rule = "Without a cache, the token is the first of a new sentence."
        expect.close(found, token_by_token(maps, other[:, :1], HEADS), rule, atol=1e-5)

    @supporting
    def test_it_has_four_dense_layers_with_bias(self, learner):
        layer = learner(WIDTH, HEADS)
        layer(np.zeros((1, 1, WIDTH)))
        maps_of_parts(layer, compared=False)
        count = sum(array.size for array in layer.weights(compared=False))
        rule = "The layer has the parameters of four different Dense layers, 4 · (D · D + D), and no others."
        expect.equal(count, 4 * (WIDTH * WIDTH + WIDTH), rule)

    @supporting
    def test_a_width_that_the_heads_do_not_divide_is_refused(self, learner):
        for width, heads in ((37, 5), (24, 9)):
            rule = f"Raise a ValueError that names both numbers, here {width} and {heads}."
            with expect.raises("ValueError", rule, mentions=[str(width), str(heads)]):
                learner(width, heads)

    @supporting
    def test_it_can_be_made_again_from_its_config(self, learner):
        remade(learner, {"d_model": 10, "num_heads": 5}, np.zeros((1, 1, 10)))

    def test_every_parameter_is_trained(self, learner, rng):
        layer = dressed(learner(WIDTH, HEADS))
        x = rng.normal(size=(2, 3, WIDTH))
        _, cache = fed(layer, x[:, :2])
        trained(layer, x[:, 2:], pull=rng.normal(size=(2, 1, WIDTH)), count=8, silent=1, cache=cache)

    def test_saved_or_in_a_graph_it_is_the_same(self, learner, rng):
        layer = dressed(learner(WIDTH, HEADS))
        x = rng.normal(size=(2, 3, WIDTH))
        expected = token_by_token(maps_of_parts(layer), x, HEADS)
        before, _ = fed(layer, x)
        with expect.beforehand():
            expect.close(before, expected, "The output is right.", atol=1e-5)
        again = layer.reloaded(x[:, :1])
        expect.equal(fed(again, x)[0], before, "A saved layer must come back the same: make no sublayer in `call`.")
        found, _ = said(layer.compiled(x[:, :1], unknown_axes=1))
        expect.close(found, expected[:, :1], "A graph made for any B must give the same.", atol=1e-5)


def by_sacrebleu(hypotheses, references):
    """What sacreBLEU says; it wants the references the other way round, and None where a hypothesis has fewer."""
    import sacrebleu

    lists = [[one] if isinstance(one, str) else one for one in references]
    streams = [list(stream) for stream in itertools.zip_longest(*lists)]
    return sacrebleu.corpus_bleu(hypotheses, streams, tokenize="none").score


WORDS = ("el", "la", "gato", "perro", "rojo", "negro", "come", "duerme", "no", "y")


def sentence(rng, least=4, most=9):
    return [str(word) for word in rng.choice(WORDS, size=rng.integers(least, most + 1))]


def altered(rng, words, share=0.2):
    """A sentence with some words replaced, one left out or one more."""
    found = [str(rng.choice(WORDS)) if rng.random() < share else word for word in words]
    cut = int(rng.integers(3))
    return found[1:] if cut == 0 else [*found, str(rng.choice(WORDS))] if cut == 1 else found


def corpus(rng, count, references):
    """Hypotheses, and for each as many references as asked for; a string where that is None."""
    hypotheses, known = [], []
    for _ in range(count):
        words = sentence(rng)
        hypotheses.append(" ".join(altered(rng, words)))
        others = [" ".join(altered(rng, words)) for _ in range(references or 1)]
        known.append(others if references else others[0])
    return hypotheses, known


def agrees(learner, rule, hypotheses, references):
    """The learner's BLEU is sacreBLEU's."""
    found = learner(hypotheses, references)
    rule = f"{rule} sacreBLEU says {by_sacrebleu(hypotheses, references):.4f}, and nothing is rounded."
    expect.close(found, by_sacrebleu(hypotheses, references), rule, atol=1e-3)


@exercise("corpus_bleu", points=3, minutes=25, difficulty=3, importance=4)
class TestCorpusBleu:
    @supporting
    def test_the_worked_example_comes_out(self, learner):
        found = learner(["el gato rojo duerme"], ["el gato rojo come"])
        rule = "The fourth root of 3/4 · 2/3 · 1/2 · 1/2 is 0.5946."
        expect.close(found, 100 * math.pow(1 / 8, 1 / 4), rule, atol=1e-3)

    @worth(2)
    def test_a_corpus_with_one_reference_each(self, learner, rng):
        for count in (6, 1, 9):
            agrees(learner, "Counts are those of the whole corpus.", *corpus(rng, count, None))
        agrees(learner, "A list of one reference is the same as a string.", *corpus(rng, 5, 1))

    @worth(2)
    def test_a_corpus_with_several_references_each(self, learner, rng):
        for count, references in ((5, 2), (4, 3)):
            agrees(learner, "Each hypothesis is held against all its references.", *corpus(rng, count, references))
        hypotheses, known = corpus(rng, 4, 3)
        known[1], known[2] = known[1][:1], known[2][0]
        agrees(learner, "Some may have more references than others.", hypotheses, known)

    def test_an_n_gram_matches_at_most_as_often_as_in_one_reference(self, learner):
        rule = "A word that is said more often than in a reference matches only that often."
        agrees(learner, rule, ["la la la gato come y duerme"], ["la gato come y duerme la hoy"])
        rule = "Counts of several references are not added up: that one counts which has the n-gram most often."
        agrees(learner, rule, ["la la gato come y duerme"], [["la gato come y duerme", "la gato no come y duerme"]])

    @worth(2)
    def test_short_translations_pay_by_the_nearest_reference(self, learner):
        full = "el gato rojo come y el perro duerme"
        agrees(learner, "Fewer words than the reference cost.", ["el gato rojo come y", full], [full, full])
        agrees(learner, "More words than the reference cost nothing more.", [f"{full} y come"], [full])
        near = [full, "el gato rojo come y el", "el gato rojo", f"{full} y come"]  # it is not at an end of either order
        agrees(learner, "The reference counts whose length is nearest.", ["el gato rojo come y"], [near])
        even = [["el gato rojo come y el perro", "el gato rojo"], [full]]
        rule = "Of two lengths that are equally near, the shorter one counts."
        agrees(learner, rule, ["el gato rojo come y", "el gato rojo come y el"], even)

    @worth(2)
    def test_what_has_no_match_is_smoothed(self, learner):
        rule = "The first n without a match counts as half a match, the next as a quarter, then an eighth."
        agrees(learner, rule, ["el gato rojo duerme hoy"], ["el gato come rojo duerme"])
        agrees(learner, rule, ["el rojo gato come no"], ["el gato no rojo come"])
        rule = "Only what has no match in the whole corpus is smoothed."
        agrees(learner, rule, ["el gato no y", "el perro come y duerme"], ["el gato come", "el perro come y no duerme"])

    def test_empty_and_short_translations_count_too(self, learner):
        full = "el gato rojo come y duerme"
        rule = "An empty hypothesis has no words, and its reference's length counts."
        agrees(learner, rule, [full, ""], [full, "el perro duerme"])
        agrees(learner, "A hypothesis of one word has one 1-gram, and no others.", [full, "no"], [full, "no come"])

    @supporting
    def test_where_nothing_can_match_bleu_is_0(self, learner):
        rule = "With no match at all, or no n-gram of some length in the whole corpus, BLEU is 0."
        agrees(learner, rule, ["la perro negro no y"], ["el gato rojo come duerme"])
        agrees(learner, rule, ["no", "el gato come"], ["no", "el gato come"])
        agrees(learner, rule, ["", ""], ["el gato", ["la", "el perro"]])

    def test_a_perfect_corpus_has_100(self, learner, rng):
        hypotheses = [" ".join(sentence(rng)) for _ in range(3)]
        agrees(learner, "What equals its reference is perfect.", hypotheses, hypotheses)
        agrees(learner, "Capital letters make another word.", ["El gato rojo come no"], ["el gato rojo come no"])
        rule = "Words stand between spaces, and a comma or a full stop belongs to its word."
        agrees(learner, rule, ["el gato rojo come, y el perro no."], ["el gato rojo come y el perro no"])
