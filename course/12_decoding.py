# %% [markdown]
# # 12. Decoding
# > After this lesson you can … (one sentence: what the reader gains, and a picture of the result.)

# %%
from course.toolkit import figures

import numpy as np
from keras import ops

rows = np.array([[1, 2, 3], [4, 5, 9]], "float32")  # (B, S)
figures.matrix(rows, ["first", "second"], ["a", "b", "c"], "Two rows", "row", "column")

# %% [markdown]
# **You will be able to**
# - *compute* the mean of each row by hand;
# - *name* the axis that goes away.
#
# **Time:** 45 minutes, a few seconds of computing. **Needs:** the units before.

# %% [markdown]
# ## 1. What stands for a whole row?
# A question first, then the smallest example whose numbers can be checked by hand. The first row holds 1, 2 and 3, and
# since they sum to 6, their mean is 2.
#
# > **Predict before you run.** What is the mean of the second row?

# %%
means = ops.mean(rows, axis=-1)  # (B, S) -> (B,)
print(means)
figures.lines({"row by row": ([0, 1], [float(mean) for mean in means])}, "Means", "row", "mean")

# %% [markdown]
# **What to notice.** The last axis is gone, because each row has become one number.
#
# > **Check yourself.** What does `axis=0` give?
#
# <details><summary>Answer</summary>
#
# The mean of each *column*: 2.5, 3.5 and 6. Who expects one mean for all numbers has left `axis` out.
# </details>

# %% [markdown]
# ## In this lesson
# - the idea in one line;
# - what it costs;
# - what comes next.
#
# **Now write it yourself:** [the exercises](../exercises/12_decoding/12_decoding.ipynb).
#
# ## Further reading
# - at most four, each with a reason.
