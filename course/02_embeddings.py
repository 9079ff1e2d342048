# %% [markdown]
# # 2. Embeddings: words as vectors
#
# After this lesson you can give each word a short list of numbers in which like words are near each other.
#
# Below, your machine reads 20,000 sentences, three times. Nobody tells it what any word means. The bar takes about half
# a minute: read on meanwhile.

# %%
from course.toolkit import corpus, figures, maps, word2vec

import inspect
from collections import Counter

import numpy as np
from keras import ops

text = word2vec.read(english for english, _ in corpus.generate(20_000, seed=0))
vectors, losses = word2vec.train(text, seed=0)
print(f"{len(text.words)} words have a vector now, with {vectors.shape[1]} numbers each.")

# %%
groups = {
    "people": "girl woman king queen father",
    "animals": "dog cat bird horse snake",
    "food": "apple egg cake tomato cookie",
    "instruments": "guitar piano violin flute",
    "places": "garden kitchen park city",
    "doing": "sing dance study travel sleep",
    "doing it to food": "eat cook buy sell",
    "qualities": "big small red green old",
}
groups = {name: words.split() for name, words in groups.items()}
shown = [text.id_of(word) for words in groups.values() for word in words]


# %%
def flat(rows):  # section 9 explains it
    middle = rows - rows.mean(axis=0)
    _, _, directions = np.linalg.svd(middle, full_matrices=False)
    return middle @ directions[:2].T  # (N, 2)


maps.word_map(flat(vectors[shown]), groups, "A map of words: near is alike")

# %% [markdown]
# Markers and groups are ours; the *places* were learned.
#
# **You will be able to**
# - *say* what a one-hot vector can and cannot express;
# - *look up* dense vectors, and *compare* them by cosine;
# - *explain* how meaning is learned from true and false neighbours;
# - *read* a map of words, and *doubt* it where one should.
#
# Time: 45 minutes, with up to two minutes of computing (two bars). Needs: unit 1. Axes: B batch, T words, V vocabulary
# size, D width, N noise words.

# %% [markdown]
# ## 1. What is wrong with ids?
#
# Unit 1 made ids of words. A model calculates with what it gets: it multiplies, adds, and compares.
#
# **Predict:** *garden* and *girl* have neighbouring ids here. What does a model take from that?

# %%
for word in ("garden", "girl", "woman", "dog", "cat"):
    print(f"{word:7} has the id {text.id_of(word)}")

# %% [markdown]
# That garden and girl are nearly the same. But ids are names, not amounts. A **one-hot** vector takes the amount away:
# V numbers, a 1 at the word's own place, zeros elsewhere. With V = 4:
#
# | word | id | one-hot |
# |---|---|---|
# | cat | 0 | 1 0 0 0 |
# | dog | 1 | 0 1 0 0 |
# | car | 2 | 0 0 1 0 |
# | bus | 3 | 0 0 0 1 |

# %% [markdown]
# How far is it from cat to dog? Their vectors differ in two places, by 1 each: $\sqrt{1^2 + 1^2} = \sqrt 2 = 1.414$.
#
# **Predict:** and from cat to car?

# %%
four = ["cat", "dog", "car", "bus"]
one_hot = np.eye(4, dtype="float32")  # all four rows: (V, V)
apart = np.linalg.norm(one_hot[:, None] - one_hot[None, :], axis=-1)  # (V, V)
figures.matrices({"Vectors": one_hot, "Distance": apart, "Dot product": one_hot @ one_hot.T}, four)

# %% [markdown]
# **What to notice.** All words are equally far from each other. No wrong amount is left, and no right one either: a cat
# is as near to a dog as to a car.
#
# And each word costs V numbers, one of which says something. A real vocabulary has 50,000 words.

# %% [markdown]
# ## 2. What if a word had a few numbers of its own?
#
# Give each word a row of a table (V, D), with D much smaller than V: a **dense** vector, or **embedding**. Multiply a
# one-hot vector by the table, by hand:
#
# $$(0, 1, 0)\begin{pmatrix} 1 & 2 \\ 3 & 4 \\ 5 & 6 \end{pmatrix} =
# 0 \cdot (1, 2) + 1 \cdot (3, 4) + 0 \cdot (5, 6) = (3, 4)$$
#
# It picks row 1. Every other row was read, multiplied by 0, and added.

# %%
ids = np.array([1, 2, 1])  # dog car dog
table = np.array([[1.8, 0.1], [2.0, 0.3], [-1.0, 2.5], [-1.2, 2.1]], "float32")  # (V, D), made up
figures.matrices({"One-hot": one_hot[ids], "times the table": one_hot[ids] @ table}, [four[one] for one in ids])

# %% [markdown]
# So the product is a look-up, and a look-up needs no product.
#
# **Predict:** a sentence of 100 words, V = 50,000, D = 512. How many multiplications does the product need? How many
# numbers does the look-up copy?

# %%
print(f"product: {100 * 50_000 * 512:,} multiplications, look-up: {100 * 512:,} numbers copied")
print("the same numbers:", np.array_equal(one_hot[ids] @ table, ops.convert_to_numpy(ops.take(table, ids, axis=0))))

# %% [markdown]
# That factor is V. `ops.take` looks up, and so does `keras.layers.Embedding`, the first layer of every Transformer. Its
# table is made of weights, which are learned: the gradient of a vector returns to the row it came from.

# %% [markdown]
# ## 3. What does “near” mean?
#
# The **cosine** of two vectors is their dot product, divided by both lengths: $a \cdot b \,/\, (|a| \, |b|)$.
#
# By hand: (3, 4) and (4, 3) have the lengths 5 and 5, and the dot product 24. 24/25 = 0.96: nearly the same way. A
# right angle has 0, the opposite way −1.
#
# **Predict:** b is ten times a; c is a, turned a little. Who is nearer to a, by distance, and who by cosine?

# %%
a, b, c = np.array([3.0, 4.0]), np.array([30.0, 40.0]), np.array([4.0, 3.0])
for name, other in {"b": b, "c": c}.items():
    cosine = a @ other / (np.linalg.norm(a) * np.linalg.norm(other))
    print(f"a and {name}: distance {np.linalg.norm(a - other):5.2f}, dot {a @ other:5.1f}, cosine {cosine:.2f}")

# %% [markdown]
# The distance says c, the others say b. For meaning the cosine serves best: it asks for the direction alone.
#
# ## 4. Where could meaning come from?
#
# “You shall know a word by the company it keeps”, wrote the linguist J. R. Firth in 1957. Here is the company of five
# words, at most two places away. **Predict:** which rows will look alike?

# %%
pairs = word2vec.pairs_within(text.sentences, window=2)  # (N, 2): a word, and one near it
company = Counter((text.words[word], text.words[other]) for word, other in pairs.tolist())
some, near = ["dog", "cat", "rabbit", "apple", "cake"], ["the", "runs", "tired", "eat", "cook", "cold"]
counts = np.array([[company[word, other] for other in near] for word in some])
figures.matrix(counts, some, near, "How often do they meet?", row_label="word", column_label="company")

# %% [markdown]
# Animals run and are tired; food is cooked, and is cold. No apple runs. A row of such counts is a vector
# already, one number for each word. It is long, and mostly zeros. We want a short one that foretells the company.

# %% [markdown]
# ## 5. What is there to learn from?
#
# **Skip-gram** pairs each word, the *centre*, with each one in its window, the *context*. For *she eats an apple* and a
# window of 1, by hand:
#
# | centre | she | eats | eats | an | an | apple |
# |---|---|---|---|---|---|---|
# | context | eats | she | an | eats | apple | an |
#
# A window of 2 adds *she–an* and *eats–apple*, both ways. Punctuation marks count as words.

# %%
print(f"{sum(map(len, text.sentences)):,} words in {len(text.sentences):,} sentences give {len(pairs):,} pairs")
print(" ".join(text.words[one] for one in text.sentences[0]))
print(*(f"{text.words[one]}–{text.words[other]}" for one, other in word2vec.pairs_within(text.sentences[:1], 1)))

# %% [markdown]
# ## 6. How do vectors learn from pairs?
#
# The **score** of a pair is the dot product of two vectors, and $\sigma(x) = 1/(1 + e^{-x})$ makes a chance of it. True
# pairs are to score high: their loss is $-\ln \sigma(\text{score})$.
#
# **Predict:** if that were all, what would be the best vectors?

# %% [markdown]
# All the same, and very long: every score is high. So each true pair gets N false ones: the centre with words drawn at
# random, **noise**. These must score low.
#
# $$\text{loss} = -\ln \sigma(\text{true}) - \sum_{n=1}^{N} \ln \sigma(-\text{false}_n)$$
#
# By hand: a true score of 3, false ones of −2 and 1. $-\ln \sigma(3) = 0.049$, $-\ln \sigma(2) = 0.127$,
# $-\ln \sigma(-1) = 1.313$. Together 1.489. The false pair that scores 1 costs most.

# %%
scores = np.linspace(-5, 5, 11)
cost = {"true pair": (scores, np.logaddexp(0, -scores)), "false pair": (scores, np.logaddexp(0, scores))}
figures.lines(cost, title="What a score costs", x_label="score", y_label="loss")

# %% [markdown]
# Each curve is flat where the pair is already right: what is learned rests, what is wrong moves.
#
# Noise is drawn by count to the power ¾. A word that is 16 times as frequent comes up $16^{0.75} = 8$ times as often:
# rare words get a chance too.
#
# **Predict:** −ln σ(−200) is 200. What does the formula give, step by step, in float32?

# %%
score = ops.convert_to_tensor(-200.0)
print("ln of σ:", float(-ops.log(ops.sigmoid(score))), "  softplus:", float(ops.softplus(-score)))

# %% [markdown]
# σ(−200) is too small for float32: it becomes 0, and ln 0 is −∞. But $-\ln \sigma(x) = \ln(1 + e^{-x})$, and that is
# softplus of −x: `ops.softplus` computes it safely.
#
# ## 7. What did the bar do?
#
# It ran **word2vec**: sections 5 and 6, in Keras. Here is the whole model. It holds *two* tables: a word has one vector
# as a centre, one as a neighbour. With a single table, *dog* would score high with itself; but *dog dog* is rare.

# %%
print(inspect.getsource(word2vec.SkipGram.__init__), inspect.getsource(word2vec.SkipGram.call), sep="\n")

# %% [markdown]
# `measure` is the loss of section 6, averaged over the batch: 1024 true pairs at a time, with N = 5 noise words for
# each. Afterwards the centres' table is kept.
#
# **Predict:** at the start all vectors are nearly 0, and so are all scores. How large is the loss of the first 1024
# pairs? And will the last be 0?

# %%
print(f"at the start: six scores of 0 cost 6 · ln 2 = {6 * np.log(2):.3f}")
for epoch, loss in enumerate(losses, start=1):
    print(f"mean loss in epoch {epoch}: {loss:.3f}")

# %% [markdown]
# It falls so fast that the mean of the first epoch is lower already. Then it stays far above 0: after *the* many words
# can follow, and each of them may also be drawn as noise. No vector can know which it will be, only what is likely.
#
# ## 8. Who is near whom?
#
# **Predict** the nearest words of *dog*, *eat* and *big*.


# %%
def nearest(vectors, word, k=5):
    directions = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)  # (V, D)
    cosines = directions @ directions[text.id_of(word)]  # (V,)
    order = [row for row in np.argsort(-cosines) if text.words[row] != word][:k]
    return [f"{text.words[row]} {cosines[row]:.2f}" for row in order]


for word in ("dog", "eat", "yesterday", "she", "big", "happy"):
    print(f"{word:10}", ", ".join(nearest(vectors, word)))

# %% [markdown]
# Animals find animals, and verbs find verbs. But look at *big* and *happy*: the nearest word of each means the
# opposite. Big dogs and small dogs keep the same company.
#
# > **Near means: fits in the same places.** Often that is likeness. It need not be.
#
# Would other random numbers have given the same? We train again, from another start.
#
# **Predict:** which of these stay: the numbers of *dog*, its neighbours, the map?

# %%
again, _ = word2vec.train(text, seed=1)
for name, table in {"first": vectors, "second": again}.items():
    print(f"{name:7} dog =", table[text.id_of("dog")][:5].round(2), "…")
    print(f"{'':7} near:", ", ".join(nearest(table, "dog")))

# %% [markdown]
# The numbers have nothing in common, the neighbours nearly everything. So a single number of a vector means nothing:
# there is no “animal axis”. Only directions *relative to other words* mean something. Never compare vectors of two
# trainings.

# %% [markdown]
# ## 9. How does a map get 32 numbers onto paper?
#
# It keeps two directions and drops 30. **PCA**, principal component analysis, keeps those in which the words
# differ most: subtract the mean, then ask the singular value decomposition, SVD, for directions. `flat`, above, is
# all of it. Squares of the singular values say how much each direction keeps.

# %%
middle = again[shown] - again[shown].mean(axis=0)
strength = np.linalg.svd(middle, compute_uv=False) ** 2
print(f"the first two directions keep {strength[:2].sum() / strength.sum():.0%} of the differences")
maps.word_map(flat(again[shown]), groups, "The second training")

# %% [markdown]
# The same groups again, perhaps mirrored: an axis has no sign of its own.
#
# **What to notice.** Half of the differences did *not* fit onto paper. Words that are apart on a map are apart. Words
# that touch may still be far from each other, in another direction: ask the cosine.

# %% [markdown]
# ## 10. What can one vector not do?
#
# *Her* has two jobs in English: *her dog*, and *I see her*. *My* has the first, *him* the second.
#
# **Predict:** where does the vector of *her* lie?

# %%
trio = ["my", "her", "him"]
rows = vectors[[text.id_of(word) for word in trio]]  # (3, D)
rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
figures.matrix(rows @ rows.T, trio, trio, "Cosines")

# %% [markdown]
# Between both, near to either, though they are far from each other. A word has *one* row in the table, whatever the
# sentence: something like an average of all its uses.
#
# To know which *her* is meant one must look at the other words. That is what attention will do: in unit 4, each word
# rebuilds its vector from those around it.

# %% [markdown]
# ## Check yourself
#
# In vectors trained on product reviews, *cheap* and *expensive* have the cosine 0.9. Why?
#
# - **A** the training was too short: opposites belong at −1
# - **B** the two stand in the same places: *a cheap phone*, *an expensive phone*
# - **C** one-hot vectors would have kept them apart, and known that they are opposites
# - **D** both are frequent, and frequent words have large cosines
#
# <details><summary>Answer</summary>
#
# **B.** The loss sees company, nothing else, and opposites keep the same.
#
# **A**: longer training makes it clearer. −1 needs opposite company: likely beside one, unlikely beside the other.
# **C**: one-hot vectors keep all words apart, equally: they know nothing of opposites.
# **D**: dot products grow with length. A cosine divides by both lengths.
# </details>

# %% [markdown]
# ## In this lesson
# - One-hot: V numbers, all words equally far apart. Dense: a row of D numbers, looked up, with near and far.
# - True pairs pull, N noise words push; what stands in the same places gets the same direction.
# - Cosines count, single numbers do not; a map is a shadow; one vector stands for all uses of a word.
#
# **Now you:** [the exercises of unit 2](../exercises/02_embeddings/02_embeddings.ipynb)

# %% [markdown]
# ## Further reading
# - Mikolov and others, [*Distributed Representations of Words and Phrases*](https://arxiv.org/abs/1310.4546): noise
#   words, the power ¾, and what we left out, dropping frequent words.
# - Goldberg and Levy, [*word2vec Explained*](https://arxiv.org/abs/1402.3722): the loss derived in five pages.
# - Bolukbasi and others, [*Man is to Computer Programmer as Woman is to Homemaker?*](https://arxiv.org/abs/1607.06520):
#   vectors learn the prejudices of a text as faithfully as its grammar.
