# %% [markdown]
# # 13. Translation: your layers learn Spanish
#
# After this lesson you can make a translator of everything you have built, watch it learn, see where it looks, and say
# how good it is in numbers that others can compare with theirs.
#
# Read each column from the bottom to the top: how text becomes batches, how these train the model, and how it is asked
# afterwards. Only the parts in bold are new, since you have built all the others.

# %%
from course.built import alignment, build_translator, build_vocabulary, make_dataset, standardize, translate
from course.toolkit import corpus, figures
from course.toolkit.flow import Step, flow
from course.toolkit.translation_scores import error_gallery, faults, scores
from course.toolkit.translator_training import Training

from collections import Counter

import keras
import numpy as np

# %%
text = [Step("pairs of sentences"), Step("ids of each side"), Step("similar lengths\ntogether", new=True)]
taught = [Step("a batch"), Step("Transformer", "(B, T, V)"), Step("masked loss", "one number")]
asked = [Step("a sentence", "(1, S)"), Step("trained Transformer", "(1, T, V)"), Step("greedy decoding", "ids")]
columns = {
    "make_dataset": [*text, Step("batches", "(B, S), (B, T)")],
    "training": [*taught, Step("Adam", beside="rate of\nthis step")],
}
flow(columns | {"translate": [*asked, Step("a translation", new=True)]})

# %% [markdown]
# **You will be able to**
# - *say* what a corpus must hold so that translating it needs attention, and how it is split fairly;
# - *compute* how much of a batch is padding, and *lower* it;
# - *choose* the size of a model by its parameters and by the time you have;
# - *read* an alignment, row by row;
# - *report* BLEU and chrF so that others can compare, and *sort* errors by their kind.
#
# Time: 60 minutes, of which your machine trains for about two and a half, with a progress bar. Needs: units 10 to 12.
# Axes: B batch, S and T tokens of source and target, V vocabulary size, D dimension of a token's vector, L layers.

# %% [markdown]
# The four functions of this unit are your own if you have done its exercises, and otherwise the reference; the first
# cell has said which. Everything in them comes from earlier units, so no line of this translator is hidden from you.
#
# ## 1. What is to be learned?
#
# The course has a corpus of its own. A small grammar makes each sentence in English and in Spanish at once, so that
# nothing must be downloaded and every translation is right. These are some of its sentences.

# %%
parts = corpus.split(corpus.generate(40_000))
telling = ["this", "bank", "sees", "not", "yellow"]
for word in telling:
    pair = min((pair for pair in parts.train if word in pair[0].split()), key=lambda pair: len(pair[0]))
    print(f"{pair[0]:32}{pair[1]}")

# %% [markdown]
# None of these can be translated word by word, because what is right for one word depends on others. Some of what a
# translator has to know:
#
# | in English | in Spanish | it depends on |
# |---|---|---|
# | *this* | *este*, *esta* | the gender of the noun, which comes later |
# | *red houses* | *casas rojas* | the noun, which moves to the front |
# | *she sees me* | *me ve* | the pronoun, which moves, and the subject, which is left out |
# | *the bank* | *el banco*, *la orilla* | an adjective at the other end of the sentence |
# | *is* | *es*, *está* | whether it is a quality or a state |

# %% [markdown]
# A fair test asks for sentences that the model has not been trained on. Therefore the corpus is split by source, as in
# unit 1, and one part is harder still: in each *novel* sentence an adjective and a noun meet that never meet in
# training, although the model knows each of them from other sentences.

# %%
for name, pairs in parts._asdict().items():
    print(f"{name:11}{len(pairs):6,} pairs, such as {pairs[0][0]}")

# %% [markdown]
# The part called *validation* is for choices, such as how large the model is and how long it trains. If you choose by
# the test itself, its score is too good to be true, because you have kept what happened to suit those sentences.
#
# ## 2. Two vocabularies
#
# **Predict:** the grammar knows about as many nouns, verbs and adjectives in one language as in the other. Which
# vocabulary is larger all the same, and how many times as large?

# %%
sides = [[standardize(pair[side]) for pair in parts.train] for side in (0, 1)]
source_vocabulary, target_vocabulary = (build_vocabulary(sentences, 2000) for sentences in sides)
print(f"{len(source_vocabulary)} English and {len(target_vocabulary)} Spanish tokens, four specials in each")
print("forms of one verb:", *[word for word in target_vocabulary if word.startswith(("duerm", "dorm", "durm"))])

# %% [markdown]
# English has few forms of a verb, *sleep*, *sleeps* and *slept*. Spanish has one for each person and tense, and up to
# four of each adjective. So the model chooses among nearly three times as many tokens as it reads, and most of that
# choice is grammar. Before it has learned anything, all of them are about equally likely, so its first loss will be
# near ln V, which is 7.0.

# %% [markdown]
# ## 3. Nobody learns from padding
#
# A batch is as long as its longest sentence, and shorter ones are filled up with padding. By hand, take four sentences
# of 3, 10, 4 and 9 tokens, two in each batch. As they come, the two batches hold 2 · 10 + 2 · 9 = 38 tokens, of which
# only 26 are real. Sorted by length first, they hold 2 · 4 + 2 · 10 = 28.

# %% [markdown]
# **Predict:** how much of the batches is padding with 64 pairs each, as they come and sorted? And with larger batches?


# %%
lengths = np.array([[len(text.split()) for text in pair] for pair in zip(*sides, strict=True)]) + [0, 1]  # S and T


def padding(order, size):
    pieces = [lengths[order[first : first + size]] for first in range(0, len(order), size)]
    return 1 - lengths.sum() / sum(len(piece) * piece.max(0).sum() for piece in pieces)


orders = {"as they come": np.arange(len(lengths)), "sorted by length": np.lexsort(lengths.T)}
counts = [1, 4, 16, 64, 256, 1024]
series = {name: (counts, [padding(order, count) for count in counts]) for name, order in orders.items()}
for name, (_, shares) in series.items():
    print(f"{name:17}{shares[3]:.0%} of what the model computes with 64 pairs is padding")
figures.lines(series, "How much is padding", "pairs in a batch", "share", log=True)

# %% [markdown]
# **What to notice.** As they come, a larger batch has more padding, since there is nearly always one long sentence in
# it. Sorted, hardly any is left. But then training would go from short sentences to long ones, and the model would
# forget the short ones. Therefore `make_dataset` shuffles first and sorts then, so that chance decides the order of
# sentences of one length. It cuts batches, and shuffles these once more.
#
# **Cost.** Padding takes as much time as words do: a share of 40 % means that training takes 1.7 times as long.

# %%
batches = make_dataset(parts.train, source_vocabulary, target_vocabulary, batch_size=128)
inputs, labels = batches[0]
print(len(batches), "batches; the first:", inputs["source"].shape, inputs["target"].shape, labels.shape)
for ids in (inputs["target"][0], labels[0]):
    print(*[target_vocabulary[number] for number in ids])

# %% [markdown]
# What the decoder reads begins with `[START]`, and the labels are the same tokens one place further on, as in unit 1.
#
# ## 4. How large shall it be?
#
# With your formula of unit 10 you can compare sizes without building anything. For 4 heads and F = 2 D:

# %%
from course.built import count_parameters

sizes = len(source_vocabulary), len(target_vocabulary)
for width in (64, 128, 256):
    whole = count_parameters(*sizes, width, 4, 2 * width, 2, 40, norm_first=True)
    print(f"D = {width:3}: {whole:9,} parameters, {sum(sizes) * width / whole:.0%} of them in the two tables")

# %% [markdown]
# If D is twice as large, the layers have about four times as many parameters, and each token takes about four times as
# long. In a given time the model therefore sees each sentence less often. This grammar needs no knowledge of the world,
# so D = 128 with two layers is enough.
#
# The model is pre-norm, since that trains calmly (unit 8), and tied, which saves a third table (unit 10). Its rate
# rises for 400 steps and falls after that (unit 11).

# %% [markdown]
# ## 5. Watch it learn
#
# Training is nothing new: one batch after the other, as in unit 11. It helps to *see* it, though: the loss, the share
# of right tokens, and after each epoch what the model makes of one sentence. Ours is *This city that two tall brothers
# saw is clean.*, in Spanish *Esta ciudad que vieron dos hermanos altos está limpia.* The last word must agree with the
# second one, although *hermanos* is nearer, and *vieron* must wait for its subject.
#
# **Predict:** what will it say after the first epoch: right words in a wrong order, or something else? Which word will
# be right last?

# %%
sample = "This city that two tall brothers saw is clean."
keras.utils.set_random_seed(13)
translator = build_translator(source_vocabulary, target_vocabulary)
training = Training(translator, batches, epochs=5, sample=lambda: translate(translator, [sample])[0])

# %%
training.run()  # ■ interrupts it, and running this cell again goes on

# %% [markdown]
# **What to notice.** Early on it repeats itself and leaves words out, because the most frequent words lower the loss
# first. Then the words are right, and the forms that depend on a distant word come last. The accuracy of tokens is high
# long before whole sentences are right: with ten tokens, 99 % of them right make 0.99^10 = 90 % of the sentences.
#
# A later epoch may even spoil what an earlier one had right, since each update moves the parameters back and forth a
# little. Therefore your translator ends with their *mean* over the last updates, which is steadier than any of them.

# %% [markdown]
# ## 6. Ask it
#
# **Your turn:** put your own sentences here. The words must be those of the corpus, some 380. What happens to the one
# that it does not know?

# %%
mine = ["The tall queen does not see us.", "Where did you buy these oranges?", "The penguin sleeps."]
for said, sentence in zip(translate(translator, mine), mine, strict=True):
    print(f"{sentence:36}{said}")
print([word for word in standardize(" ".join(mine)).split() if word not in source_vocabulary], "is [UNK]")

# %% [markdown]
# ## 7. Where does it look?
#
# Nobody has told the model which word translates which. Cross-attention has found it out by itself, because a decoder
# that looks at the right source token guesses the next one better. A picture of its weights is called an *alignment*.

# %% [markdown]
# Read it row by row. A row belongs to a token that was written, and shows where the decoder looked *before* it wrote
# it. So the row of the first token is made when nothing but `[START]` was read.
#
# **Predict:** for *vieron*, does it look at *saw*, at *brothers*, or at both?

# %%
source_tokens, target_tokens, weights = alignment(translator, sample)
figures.matrix(weights, target_tokens, source_tokens, "", "it wrote", "it looked at")

# %%
for token in ("esta", "vieron", "limpia"):
    if token in target_tokens:
        row = weights[target_tokens.index(token)]
        order = np.argsort(-row)[:3]
        print(f"{token}: " + ", ".join(f"{source_tokens[place]} {row[place]:.2f}" for place in order))

# %% [markdown]
# **What to notice.** Where Spanish puts the adjective after its noun, the two rows cross: one looks further to the
# right, and the next one back to the left. Agreement takes two source tokens, the word itself and the noun that decides
# its gender. Can you see both in a row?
#
# **Trap.** Attention weights are not reasons. The encoder has mixed its tokens before, so the vector that stands for
# one word may already know which noun it belongs to. Then the decoder need not look at that noun at all.

# %% [markdown]
# ## 8. How good is it?
#
# A translation is *exactly right* if every token is. BLEU counts n-grams, as in unit 12. *chrF* counts runs of up to
# six *letters*, and weighs what is missing more than what is too much. So *rojo* for *roja* is wrong for BLEU but
# mostly right for chrF, which suits languages with many endings.
#
# **Predict:** how far do the novel sentences fall behind? 500 of each are enough to see it, and take about a minute.


# %%
def measured(pairs):
    sources, known = [english for english, _ in pairs], [standardize(spanish) for _, spanish in pairs]
    return sources, translate(translator, sources), known


results = {"unseen": measured(parts.test[:500]), "novel": measured(parts.novel[:500])}
for name, (_, said, known) in results.items():
    print(f"{name}\n{scores(said, known)}\n")

# %% [markdown]
# **What to notice.** The text behind each number is its *signature*. It says how sentences were cut into tokens, what
# was done about capitals and about counts of zero, and which version of sacreBLEU counted. Two papers whose signatures
# differ have measured two different things, often several points apart. So a number without its signature says little.
#
# If *novel* comes near *unseen*, the model has learned what nouns do to adjectives, and not which pairs exist.

# %% [markdown]
# ## 9. What does it get wrong?
#
# A score says how much is wrong, but not *what*. Here are the errors sorted by kind, with brackets around the tokens
# that differ.

# %%
error_gallery(*results["novel"], each=2)

# %%
kinds = Counter(fault.kind for result in results.values() for fault in faults(*result))
figures.bars(dict(kinds), "Errors in both parts", "translations")

# %% [markdown]
# **What to notice.** Read some of them aloud. Is the other word wrong, or is it right as well? Another form points to
# agreement, and another word to a token that was rare in training. If you want fewer errors, look here first, before
# you make the model larger, because here you see what it lacks.
#
# ## 10. A sentence of yours
#
# **Your turn:** type a sentence of your own between the quotes and run the cell again. You see what your translator
# makes of it, and where it looked.

# %%
yours = "My famous sister does not drink cold water."
unknown = [word for word in standardize(yours).split() if word not in source_vocabulary]
source_tokens, target_tokens, weights = alignment(translator, yours)
print(" ".join(target_tokens), f"   (not known: {', '.join(unknown)})" if unknown else "")
figures.matrix(weights, target_tokens, source_tokens, "", "it wrote", "it looked at")

# %% [markdown]
# <details><summary>Going deeper: real sentences</summary>
#
# In the exercise notebook, the line `TEXT = "grammar"` decides what the translator learns. With `"eng-spa"`,
# `"spa-eng"`, `"eng-cmn"` or `"cmn-eng"` it is sentences that volunteers of Tatoeba wrote, in English and Spanish or
# Chinese. The path stays the same. This changes:
#
# - **Several references.** One sentence has several right translations. All of them stay on one side of the split, and
#   each counts in the scores.
# - **Exact matches mean less.** Nobody has written down every right translation, so a good one may equal none. BLEU and
#   chrF give credit for its parts.
# </details>

# %% [markdown]
# <details><summary>Going deeper: rare words, and Chinese</summary>
#
# People use far more words than the grammar: 26,000 in the Spanish sentences, more than half of them at most twice. The
# vocabulary keeps 8,000, so one Spanish token in thirty is `[UNK]`.
#
# Chinese has no spaces, and a sentence would be a single token. Cutting it into words takes a dictionary, and most
# words would be rare. Instead, each *character* is a token. Fewer than 3,000 write all 29,000 sentences, so hardly any
# is unknown. Sentences get longer for it, and BLEU then counts runs of characters, which cannot be compared with a BLEU
# of words.
# </details>

# %% [markdown]
# ## Check yourself
#
# Your translator gets 99 % of the tokens of a test right, under teacher forcing, and 70 % of its sentences when it
# writes alone. What is the most likely reason?

# %% [markdown]
# - **A** the labels were not shifted
# - **B** errors add up: sentences are long, and one wrong token spoils what follows
# - **C** padding counts in the accuracy
# - **D** the test has the same sources as training
#
# <details><summary>Answer</summary>
#
# **B.** With 15 tokens, 0.99^15 is 86 %, and after a wrong token the model reads its own error, which it never did in
# training.
#
# With **A** it would copy, and write nothing sensible alone. **C** is possible, but then free writing would be far
# worse than that. **D** makes both numbers better, not one of them.
# </details>

# %% [markdown]
# ## In this lesson
# - Sentences of one length share a batch, which saves the time that padding costs; batches come in an order of chance.
# - A translator is a Transformer with two vocabularies; unseen and novel sentences say what it has learned.
# - An alignment is read row by row; a score needs its signature, and errors are worth reading.
#
# **Now you:** [the exercises of unit 13](../exercises/13_translation/13_translation.ipynb)

# %% [markdown]
# ## Further reading
# - Bahdanau, Cho and Bengio, [*Neural Machine Translation by Jointly Learning to Align and
#   Translate*](https://arxiv.org/abs/1409.0473): the first alignments, figure 3.
# - Jain and Wallace, [*Attention is not Explanation*](https://arxiv.org/abs/1902.10186): why a picture of weights
#   proves little.
# - Popović, [*chrF: character n-gram F-score for automatic MT evaluation*](https://aclanthology.org/W15-3049/).
# - Post, [*A Call for Clarity in Reporting BLEU Scores*](https://arxiv.org/abs/1804.08771): what a signature is for.
