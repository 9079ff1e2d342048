# %% [markdown]
# # 7. Positions: order matters
