# %% [markdown]
# # Exercises 4: attention as a soft look-up

# %%
import numpy as np
from keras import ops

from autograder import check, progress
from course.toolkit import figures

# %% [markdown] grade_id="attention_scores-task"
# ## 1. Score

# %% grade_id="attention_scores"
def attention_scores(query, key):
    """Score each query against each key.

    query: (B, T, D), key: (B, S, D). Returns (B, T, S).
    """
    ### BEGIN SOLUTION
    depth = query.shape[-1]
    return ops.matmul(query, ops.transpose(key, (0, 2, 1))) / depth**0.5  # (B, T, S)
    ### END SOLUTION


# %% grade_id="attention_scores-check"
check("attention_scores")

# %%
progress()
