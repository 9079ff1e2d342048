"""Unit 04: attention as a soft look-up.

Oracles are float64 NumPy loops that read like the definitions. Sizes: B=2, T=5, S=7, D=12, value depth 3.
"""

import math

import numpy as np

from autograder.judging import exercise, expect


def scores_by_loops(query, key):
    """`query_t · key_s / √D` for each pair, one at a time."""
    batch, length, depth = query.shape
    scores = np.zeros((batch, length, key.shape[1]))
    for b, t, s in np.ndindex(*scores.shape):
        scores[b, t, s] = sum(query[b, t, d] * key[b, s, d] for d in range(depth)) / math.sqrt(depth)
    return scores


@exercise("attention_scores", points=4)
class TestAttentionScores:
    def test_there_is_one_score_for_each_query_and_key(self, learner, rng):
        query, key = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12))
        expect.shape(learner(query, key), (2, 5, 7), "Scores have the shape (B, T, S): a row per query.")

    def test_a_score_is_the_dot_product_divided_by_the_root_of_the_depth(self, learner, rng):
        query, key = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12))
        expect.close(learner(query, key), scores_by_loops(query, key), "Each score is query · key / √D.")

    def test_it_works_in_a_compiled_graph(self, learner, rng):
        query, key = rng.normal(size=(2, 5, 12)), rng.normal(size=(2, 7, 12))
        expect.close(learner.compiled(query, key), scores_by_loops(query, key), "Use `keras.ops` only.")
