# %% [markdown]
# # Transformers, written by you, in Keras
# > You write attention, masks and layers yourself, piece by piece. While you write, a check tells you what is wrong
# > with each piece.
#
# Units 0 to 14 are here: everything that a Transformer is made of, the whole model, how it is trained and how it
# writes, a translator built of your own layers, and a clinic in which you find what is wrong with ten others.
#
# ## Where you stand
# The table below is filled in each time you open this page, with what your checks have found. To bring it up to date,
# run its cell: click on it, then press Shift and Enter.
#
# A *milestone* gives no points. At the end of the unit that it names, your own answers of several units do together
# what none of them can do alone, and a number says how well.

# %%
from autograder import progress

progress()

# %% [markdown]
# ## How a unit goes
# 1. **Read** the lesson. Guess what each cell will print before you run it.
# 2. **Write** in the exercises. They lie in your own folder, `work/`, which no command ever overwrites.
# 3. **Check.** Run the cell below your answer. It says what holds and what does not, and often names the slip.
# 4. **Hand in.** `python -m autograder submit 00_start` marks a whole notebook and makes the file to hand in; with a
#    course server, use *Nbgrader > Assignment List* in the menu instead.
#
# Take the units in their order, because each one builds on what you wrote in the units before it.

# %% [markdown]
# ## The units
# <!-- units -->
# <!-- end of units -->
#
# The minutes are for the exercises. A lesson takes about 45 minutes to read, unit 0 about 20.

# %% [markdown]
# ## When something does not work
# `python -m autograder doctor`, typed in a terminal (*File > New > Terminal*), says what works on this machine and how
# to mend what does not. A notebook that you would like to start afresh: `python -m autograder reset 04_attention`.
# What you had written is kept beside it.
