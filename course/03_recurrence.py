# %% [markdown]
# # 3. x
