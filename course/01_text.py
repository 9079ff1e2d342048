# %% [markdown]
# # 1. Text to ids
