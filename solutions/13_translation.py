# %% [markdown]
# # Exercises 13: it translates
#
# Everything is there: words and ids, attention, masks, layers, a Transformer, its loss and its decoding, all of it
# yours. Here you put it together, train it on English and Spanish, and let it translate sentences that it has never
# seen. Plan two hours. Read [lesson 13](../../course/13_translation.ipynb) first.
#
# Axes: B batch, S and T tokens of source and target, V vocabulary size, D width of a token, H heads, L layers.

# %%
from course.toolkit import corpus, figures
from course.toolkit.pay_off import pay_off
from course.toolkit.translation_scores import error_gallery, scores
from course.toolkit.translator_training import Training

import random

import keras
import numpy as np
from keras import ops

from autograder import check, progress

print("Ready: Keras", keras.__version__, "on", keras.backend.backend())

# %% [markdown]
# These lines bring along your own answers from earlier units, if they pass all their checks, and otherwise the
# reference. They say which, and may take a minute. Whoever grades this notebook always takes the reference, so that an
# old mistake costs you nothing here.

# %%
from course.built import (
    Transformer,
    WarmupSchedule,
    build_vocabulary,
    causal_mask,
    combine_masks,
    corpus_bleu,
    decode,
    encode,
    greedy_decode,
    masked_accuracy,
    masked_loss,
    pad_batch,
    padding_mask,
    standardize,
    teacher_forcing,
)

# %% [markdown] grade_id="make_dataset-task"
# ## 1. Batches with little padding
#
# Padding takes as long to compute as words and teaches nothing. If sentences are drawn at random, nearly half of a
# batch is padding. If sentences of similar lengths share a batch, hardly any is, and training takes half the time.
#
# **Write** `make_dataset(pairs, source_vocabulary, target_vocabulary, batch_size=64, max_length=40, seed=0)` → a list
# of batches, each `(inputs, labels)` with `inputs = {"source": (B, S), "target": (B, T)}` and `labels` `(B, T)`, int32.
#
# - `pairs` are `(source, target)`, raw text: standardise both, and give each word its id in the vocabulary of its side,
#   1 where it has none. Sources have no `[START]` and no `[END]`.
# - A target is `[START]` (2), its words, `[END]` (3). `inputs["target"]` is what the decoder reads, all but the last
#   id, and `labels` is what it has to say there, all but the first. In rows that are padded, `[END]` may stay in
#   `target` or be padding: its label is padding, and nothing is learned there.

# %% [markdown]
# - Each pair of the list stands in one batch, once; a pair that is twice in the list is two pairs. Pairs with S or T
#   above `max_length` are left out, T counted as the decoder reads it, with `[START]`.
# - Every batch has `batch_size` rows, but for one that has what remains. Its two sides are padded with 0 on the right,
#   each to the longest row of *this* batch.
# - Pairs of similar lengths stand together: of 400 pairs with 3 to 15 words on each side, in batches of 20, at most a
#   fifth of all ids in `source` and `target` is padding.
# - Chance decides in which order the batches come, and which of many pairs of the same lengths share a batch. The same
#   `seed` gives the same dataset, another one another.

# %% [markdown]
# By hand, with the vocabularies `[PAD] [UNK] [START] [END] . the cat sleeps` and `[PAD] [UNK] [START] [END] . el gato
# duerme`, the pairs `("Sleeps.", "Duerme.")` and `("The dog sleeps.", "El perro duerme.")` make one batch, in this
# order or the other:
#
# | | ids | because |
# |---|---|---|
# | `source` | `[[7, 4, 0, 0], [5, 1, 7, 4]]` | *dog* is not known: 1 |
# | `target` | `[[2, 7, 4, 3, 0], [2, 5, 1, 7, 4]]` | from `[START]` on |
# | `labels` | `[[7, 4, 3, 0, 0], [5, 1, 7, 4, 3]]` | one place further on, to `[END]` |


# %% grade_id="make_dataset"
def make_dataset(pairs, source_vocabulary, target_vocabulary, batch_size=64, max_length=40, seed=0):
    """Make batches for teacher forcing of sentence pairs, those of similar lengths together.

    pairs: a list of (source, target), raw text. source_vocabulary, target_vocabulary: lists of str, a word's place is
    its id. max_length: the longest S and T. Returns a list of ({"source": (B, S), "target": (B, T)}, labels (B, T)),
    int32, padded with 0; the same seed gives the same list.
    """
    ### BEGIN SOLUTION
    source_ids = {word: place for place, word in enumerate(source_vocabulary)}
    target_ids = {word: place for place, word in enumerate(target_vocabulary)}
    rows = []
    for source, target in pairs:
        read = [source_ids.get(word, 1) for word in standardize(source).split()]
        said = [2, *(target_ids.get(word, 1) for word in standardize(target).split()), 3]
        if len(read) <= max_length and len(said) - 1 <= max_length:
            rows.append((read, said))
    chance = random.Random(seed)
    chance.shuffle(rows)
    rows.sort(key=lambda row: (len(row[1]), len(row[0])))  # equal ones stay in the order that chance gave them
    batches = []
    for first in range(0, len(rows), batch_size):
        some = rows[first : first + batch_size]
        source = pad_batch([read for read, _ in some])  # (B, S)
        target, labels = teacher_forcing(pad_batch([said for _, said in some]))  # (B, T)
        batches.append(({"source": source, "target": target}, labels))
    chance.shuffle(batches)
    return batches
    ### END SOLUTION


# %% grade_id="make_dataset-check"
check("make_dataset")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With one batch of all pairs, in the order in which they come. `pad_batch` and `teacher_forcing` of unit 1 do most of
# it. Several batches come next, then lengths, then chance.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# For each pair: standardise both sides, make ids, put 2 before the target and 3 after it, and leave the pair out where
# it is too long. Shuffle all rows by the seed. Sort them by their lengths: Python's `sort` leaves equal ones in the
# order they have. Cut them into pieces of `batch_size`, pad each, and shift its targets. Shuffle the batches.
# </details>
#
# <details><summary>Help: it is slow</summary>
#
# `encode` makes a dictionary of the whole vocabulary for each sentence. Make one for each side before the loop, and
# look the words up there.
# </details>
#
# <details><summary>Help: the worked example has a column too many</summary>
#
# The target with both specials has T + 1 ids. What the decoder reads has lost the last one, and the labels the first.
# Shift *after* padding, and both have T columns.
# </details>
#
# <details><summary>Why it works</summary>
#
# Where each sentence is as long as its neighbours, nothing is filled up. Chance before sorting mixes sentences of one
# length anew, and chance after it keeps training from going from short to long, which a model would forget by the end.
# </details>


# %%
def how_much_is_padding():
    pairs = corpus.generate(2000)
    vocabularies = [build_vocabulary([standardize(pair[side]) for pair in pairs], 2000) for side in (0, 1)]
    shares = {}
    for size in (1, 16, 64, 256, 2000):
        arrays = [ids for inputs, _ in make_dataset(pairs, *vocabularies, batch_size=size) for ids in inputs.values()]
        shares[size] = sum((ids == 0).sum() for ids in arrays) / sum(ids.size for ids in arrays)
    series = {"your batches": (list(shares), list(shares.values()))}
    return figures.lines(series, "What is padding, of 2,000 pairs", "batch_size", "share", log=True)


figures.once_written(how_much_is_padding)

# %% [markdown]
# At the right end, all pairs are one batch, which is as bad as batches that are drawn at random.

# %% [markdown]
# ### Stretch (0 points)
#
# A batch of 64 short sentences has a fourth of the tokens of 64 long ones, and both make one update. How would you make
# batches of about 1,000 *tokens* instead? What changes in the time that an update takes?

# %%

# %% [markdown] grade_id="build_translator-task"
# ## 2. Build what is to be trained
#
# A translator is a Transformer that knows its vocabularies, and how it is to be trained. What you choose here decides
# how long training takes and how good it gets.
#
# **Write** `build_translator(source_vocabulary, target_vocabulary, d_model=128, num_heads=4, d_ff=256, num_layers=2,
# max_length=40, dropout=0.1, warmup_steps=400)` → your `Transformer` of unit 10, compiled.
#
# - Its sizes are those that are given, and those of the two vocabularies, which are lists of str. It is pre-norm
#   (`norm_first=True`), and its projection is tied.
# - The attributes `source_vocabulary` and `target_vocabulary` of the model hold the two lists.
# - It is compiled with Adam, at the rate of your `WarmupSchedule` for this d_model and these `warmup_steps`, with your
#   `masked_loss` without smoothing, and with your `masked_accuracy` as its only metric. Whatever else an Adam takes is
#   free; what else `compile` takes is Keras' choice.

# %% [markdown]
# - It learns. On 240 short sentences of a small language, with D = 32, one layer, no dropout and `warmup_steps=60`, it
#   gets 180 updates from 60 sentences each, and then translates at least half of 80 others word for word. The check
#   does this in some ten seconds.
#
# By hand, for vocabularies of 5 and 6, `d_model=2`, one head, `d_ff=3` and one layer, the model has 148 parameters of
# unit 10's table and 8 more: with `norm_first` each of the two stacks ends in a norm. With `warmup_steps=100` and
# `d_model=4` its rate is 0.025 at step 50, and 0.05 at step 100.


# %% grade_id="build_translator"
def build_translator(
    source_vocabulary,
    target_vocabulary,
    d_model=128,
    num_heads=4,
    d_ff=256,
    num_layers=2,
    max_length=40,
    dropout=0.1,
    warmup_steps=400,
):
    """Build a Transformer for two vocabularies, ready to be trained (Vaswani et al. 2017, section 5).

    source_vocabulary, target_vocabulary: lists of str, a word's place is its id. warmup_steps: how many steps the rate
    rises. The other arguments are those of `Transformer`. Returns a compiled pre-norm `Transformer` that holds both
    lists as `source_vocabulary` and `target_vocabulary`.
    """
    ### BEGIN SOLUTION
    translator = Transformer(
        len(source_vocabulary),
        len(target_vocabulary),
        d_model,
        num_heads,
        d_ff,
        num_layers,
        max_length,
        dropout=dropout,
        norm_first=True,
    )
    translator.source_vocabulary = source_vocabulary
    translator.target_vocabulary = target_vocabulary
    adam = keras.optimizers.Adam(WarmupSchedule(d_model, warmup_steps), beta_2=0.98, epsilon=1e-9)
    translator.compile(adam, masked_loss, metrics=[masked_accuracy])
    return translator
    ### END SOLUTION


# %% grade_id="build_translator-check"
check("build_translator")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With the call of `Transformer`: its first two arguments are the lengths of the vocabularies. Then the two attributes,
# then `compile`.
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Make a Transformer of these sizes, with norm_first. Put both vocabularies on it. Make a WarmupSchedule of d_model and
# warmup_steps, an Adam of that, and compile the model with the optimizer, the loss, and a list of one metric. Return
# the model.
# </details>
#
# <details><summary>Help: Adam says that it needs a float</summary>
#
# Give it the schedule itself, not what the schedule gives: `Adam(WarmupSchedule(…))`. It asks at each step.
# </details>
#
# <details><summary>Help: the loss is too large</summary>
#
# `compile` takes the function as it is, `masked_loss` without brackets. A loss of Keras would average over padding,
# and take logits for probabilities unless it is told.
# </details>
#
# <details><summary>Why it works</summary>
#
# Pre-norm models train without trouble from the first step on, as unit 8 has shown. The paper's Adam forgets old
# squares sooner than Keras' own (β₂ = 0.98 instead of 0.999), which suits a rate that changes.
# </details>


# %%
def where_the_parameters_are():
    vocabulary = [str(number) for number in range(1000)]
    translator = build_translator(vocabulary, vocabulary)
    translator({"source": np.ones((1, 3), "int32"), "target": np.ones((1, 2), "int32")})  # makes the parameters
    parts = ("source_embedding", "encoder", "target_embedding", "decoder")
    return figures.bars({part: getattr(translator, part).count_params() for part in parts}, x_label="parameters")


figures.once_written(where_the_parameters_are)

# %% [markdown]
# ### Stretch (0 points)
#
# Words that are spelt alike in both languages, such as names, could share their vectors: with one vocabulary for both
# sides, the three tables of the model become one. What must be changed for that, and what would it save here?

# %%

# %% [markdown] grade_id="translate-task"
# ## 3. Translate
#
# Training ends with a loss, but what you want of a translator is a translation. It gets text as people write it, and
# gives text back.
#
# **Write** `translate(translator, sentences)`: a model as `build_translator` makes it, and a list of N strings → a list
# of N strings, in the same order.
#
# - `sentences` are raw text. Standardise them, and give words their ids in `translator.source_vocabulary`, 1 to those
#   that it lacks.
# - Decode greedily: `[START]` first, then always the likeliest token, until `[END]`, or until a row has as many ids as
#   the model can take, `max_length` in its `get_config()`, the start counted.
# - What comes back is what `decode` of unit 1 makes of the ids: words with single spaces, `[UNK]` as it is, and nothing
#   of padding, start and end.
# - Other sentences in the list change nothing, whatever their lengths. An empty list gives an empty list.

# %% [markdown]
# Translate many sentences at once. Each call of the model costs nearly the same for 1 row as for 60, so one by one
# takes ten times as long. If there are thousands, cut the list into pieces, because their logits may not fit into
# memory.
#
# By hand, for a model that has learned the example of exercise 1, `translate(translator, ["Sleeps.", "The CAT
# sleeps."])` gives `["duerme .", "el gato duerme ."]`:
#
# | step | `source` | `target` | likeliest |
# |---|---|---|---|
# | 1 | `[[7, 4, 0, 0], [5, 6, 7, 4]]` | `[[2], [2]]` | *duerme*, *el* |
# | 2 | the same | `[[2, 7], [2, 5]]` | *.*, *gato* |
# | 3 | the same | `[[2, 7, 4], [2, 5, 6]]` | `[END]`, *duerme* |
# | 4 | the same | `[[2, 7, 4, 3], [2, 5, 6, 7]]` | –, *.* |
# | 5 | the same | `[[2, 7, 4, 3, 0], [2, 5, 6, 7, 4]]` | –, `[END]` |


# %% grade_id="translate"
def translate(translator, sentences):
    """Translate sentences, token by token, the likeliest each time.

    translator: a Transformer with `source_vocabulary` and `target_vocabulary`. sentences: a list of N str, raw text.
    Returns a list of N str: words with single spaces, without specials.
    """
    ### BEGIN SOLUTION
    longest, translations = translator.get_config()["max_length"], []
    for first in range(0, len(sentences), 64):
        texts = [standardize(sentence) for sentence in sentences[first : first + 64]]
        source = pad_batch([encode(text, translator.source_vocabulary) for text in texts])  # (B, S)

        def step(ids, source=source):
            return translator({"source": source, "target": ids})[:, -1]  # (B, V): after the last id

        ids = ops.convert_to_numpy(greedy_decode(step, [2] * len(texts), 3, longest))  # (B, n)
        translations += [decode(row, translator.target_vocabulary) for row in ids.tolist()]
    return translations
    ### END SOLUTION


# %% grade_id="translate-check"
check("translate")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With one sentence: standardise, encode, make a (1, S) array. What does `greedy_decode` of unit 12 want as `step`?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Standardise and encode all sentences, and pad them to (B, S). step(ids): the model's logits for this source and these
# ids, at the last place. Decode greedily, from B starts on. Turn each row into text with the target's vocabulary.
# </details>
#
# <details><summary>Help: there is one translation only</summary>
#
# An int as `start_id` makes one row. B rows want B starts: `[2] * len(sentences)`.
# </details>
#
# <details><summary>Help: an empty list stops with an error</summary>
#
# The longest of no rows is nothing that `pad_batch` could find. A loop over pieces of the list never begins then.
# </details>
#
# <details><summary>Why it works</summary>
#
# A row of the batch reads its own source and what it has written itself, and masks hide padding from it. So it writes
# what it would write alone, while the model is called as often as the longest translation has tokens.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# The source is encoded anew for each token. Encode it once, and call the decoder and the projection yourself: how much
# faster is it? Then let `beam_search` of unit 12 write instead. The source must then be repeated for each hypothesis.

# %%

# %% [markdown] grade_id="alignment-task"
# ## 4. Who translates whom
#
# Nobody has told the model which word translates which. Its cross-attention shows what it has found out by itself:
# where it looked in the source as it wrote each word. Your decoder does not return these weights, so you call its parts
# one by one.
#
# **Write** `alignment(translator, sentence)` → `(source_tokens, target_tokens, weights)`: two lists of S and T strings,
# and attention weights `(T, S)`.
#
# - `source_tokens` are the words of the standardised sentence, and `target_tokens` those of its translation by exercise
#   3, without padding, start and end.
# - The weights are those of the cross-attention of the *last* decoder layer, the mean over its heads. Each row sums to
#   1.
# - Row t belongs to the token that was written as number t. It was chosen after the decoder had read the token *before*
#   it, so row 0 is where the decoder looked when it had read `[START]` alone.

# %% [markdown]
# Use the sublayers under their names. The model has `source_embedding`, `encoder`, `target_embedding` and `decoder`,
# whose `layers` are pre-norm decoder layers with `self_attention`, `cross_attention` and their norms. Called with
# `return_weights=True`, `cross_attention` gives `(output, weights)`, the weights `(B, H, T, S)`. In pre-norm order its
# queries are `cross_attention_norm` of x, *after* self-attention has been added. The memory is the encoder's output.
#
# By hand, let the translation be *el gato duerme .*, so T = 4. The decoder reads `[START] el gato duerme`:
#
# | it has read | it writes | row |
# |---|---|---|
# | `[START]` | *el* | 0 |
# | *el* | *gato* | 1 |
# | *gato* | *duerme* | 2 |
# | *duerme* | *.* | 3 |
#
# For *The cat sleeps.* two heads with 0.8 and 0.4 on *cat* in row 1 make a weight of 0.6 there.


# %% grade_id="alignment"
def alignment(translator, sentence):
    """Say where the decoder looked in the source as it wrote each token of the translation (Bahdanau et al. 2015).

    translator: a pre-norm Transformer with `source_vocabulary` and `target_vocabulary`. sentence: a str, raw text.
    Returns source_tokens, a list of S str, target_tokens, a list of T str, and the weights of the last layer's
    cross-attention, (T, S), the mean over its heads.
    """
    ### BEGIN SOLUTION
    source_tokens = standardize(sentence).split()
    target_tokens = translate(translator, [sentence])[0].split()
    source = np.array([encode(" ".join(source_tokens), translator.source_vocabulary)])  # (1, S)
    written = encode(" ".join(target_tokens), translator.target_vocabulary)
    target = np.array([[2, *written[:-1]]])  # (1, T): what was read before each token
    source_mask = padding_mask(source)
    target_mask = combine_masks(padding_mask(target), causal_mask(target.shape[1]))
    memory = translator.encoder(translator.source_embedding(source), mask=source_mask)  # (1, S, D)
    x = translator.target_embedding(target)  # (1, T, D)
    *earlier, last = translator.decoder.layers
    for layer in earlier:
        x = layer(x, memory, self_mask=target_mask, memory_mask=source_mask)
    normed = last.self_attention_norm(x)
    x = x + last.self_attention(normed, normed, normed, mask=target_mask)
    query = last.cross_attention_norm(x)
    _, weights = last.cross_attention(query, memory, memory, mask=source_mask, return_weights=True)  # (1, H, T, S)
    return source_tokens, target_tokens, ops.convert_to_numpy(ops.mean(weights[0], axis=0))
    ### END SOLUTION


# %% grade_id="alignment-check"
check("alignment")

# %% [markdown]
# <details><summary>Where to begin</summary>
#
# With the tokens: standardise, translate, split. Then make `source` (1, S) and `target` (1, T) of ids. What has the
# decoder read before each of the T tokens?
# </details>
#
# <details><summary>Pseudocode</summary>
#
# Ids of the source; ids of the target with 2 before the first and without the last. Masks as in your Transformer. The
# memory is the encoder of the embedded source. Send the embedded target through all layers but the last. In the last:
# norm, self-attention, add; norm, and cross-attention with its weights. Take the mean over the heads of row 0 of the
# batch.
# </details>
#
# <details><summary>Help: my rows are one too low</summary>
#
# Then the decoder has read the token of each row already. Row t must have read the tokens *before* it: put `[START]`
# first, and leave the last one out.
# </details>
#
# <details><summary>Help: `return_weights` is not known</summary>
#
# Then your decoder layer of unit 9 holds Keras' own attention, which calls it `return_attention_scores`, and its mask
# `attention_mask`. Put your `MultiHeadAttention` of unit 6 there: who grades this has it, too.
# </details>
#
# <details><summary>Why it works</summary>
#
# The last layer is the nearest to the logits, and what it takes from the memory decides the next token. But these are
# weights, not reasons. A token's vector in the memory holds much of its neighbours as well, as the encoder has mixed
# them, so now and then a row points beside the word that you expect.
# </details>

# %% [markdown]
# ### Stretch (0 points)
#
# Draw each head for itself, and each layer. Is there a head that looks at the word before? One for the end of the
# sentence? Which layer's picture is the clearest?

# %%

# %% [markdown]
# ## What your translator can do
#
# **Milestone 4.** Your Transformer learns from about 32,000 sentence pairs of the course's corpus, in your batches.
# After each epoch it translates one sentence in which *this* and *clean* both depend on *city*. Then it gets sentences
# that it has not seen: 500 *unseen* ones, and 500 *new combinations*, in each of which an adjective and a noun meet
# that have never met in training.
#
# **The numbers to reach:** 95 % of the unseen sentences exactly right, from the first word to the last, and 80 % of the
# new combinations. This takes about two and a half minutes on two cores. You may stop it with ■, and run the cell again
# to go on.

# %% [markdown]
# **Real sentences** are one line away. Put another name behind `TEXT`, and run this cell and the two after it again:
# your translator then learns what volunteers of [Tatoeba](https://tatoeba.org) wrote, 114,000 pairs with Spanish or
# 28,000 with Chinese. They are downloaded the first time, 3 MB at most, and kept. Such a translator is larger, and
# trains for ten to fifteen minutes. What it says is compared with every translation that Tatoeba has for a sentence.

# %%
from course.toolkit import milestones
from course.toolkit.alignment_figure import alignment_figure
from course.toolkit.corpus import texts
from course.toolkit.kept_translator import keep

TEXT = "grammar"  # real sentences: "eng-spa", "spa-eng", "eng-cmn", "cmn-eng"


def trains(chosen):
    global text, translator, training
    if "training" not in globals() or text.name != chosen.name:  # else it was interrupted, or has ended
        keras.utils.set_random_seed(13)  # the same initial parameters at every run
        sides = [[standardize(pair[side]) for pair in chosen.train] for side in (0, 1)]
        vocabularies = [build_vocabulary(sentences, chosen.vocabulary_size) for sentences in sides]
        model = build_translator(*vocabularies, **chosen.sizes)
        batches = make_dataset(chosen.train, *vocabularies, batch_size=chosen.batch_size)
        begun = Training(model, batches, chosen.epochs, sample=lambda: translate(model, [chosen.sample])[0])
        text, translator, training = chosen, model, begun
    training.run()
    if training.done == training.steps:
        keep(translator, text.sample, text.languages, text.name)


pay_off(trains, lambda: texts.load(TEXT))


# %%
def is_asked():
    found = {}
    for name, examples in text.tests.items():
        sources, references = zip(*examples[:500], strict=True)
        said = translate(translator, list(sources))
        known = [[standardize(reference) for reference in several] for several in references]
        found[name] = scores(said, known)
        print(f"{name}\n{found[name]}\nBLEU by your corpus_bleu: {corpus_bleu(said, known):.1f}\n")
    error_gallery(sources, said, known, each=2)
    if text.name == "grammar":
        shares = {name: one.exact for name, one in found.items()}
        print()
        milestones.measured(4, shares | {"BLEU": found["unseen"].bleu})


pay_off(is_asked)


# %%
def is_shown():
    return alignment_figure(*alignment(translator, text.sample))


pay_off(is_shown)

# %% [markdown]
# Ask it something of your own: put your sentence, in quotes, in place of `text.sample`, and run the last cell again.
# The grammar has about 380 English words. What does the translator make of a word that it has never seen? Chinese is
# read with a space between its characters, as `texts.characters("你好。")` writes it.

# %%
progress()

# %% [markdown]
# **What you have learned**
# - Batches of sentences of one length save the time that padding costs.
# - A translator is a Transformer, two vocabularies, and a choice of how it is trained.
# - Cross-attention shows where the model looked; row t belongs to what it had read before token t.
#
# **Next:** unit 14 is a clinic: ten Transformers that look healthy, each with one real bug.
#
# **Hand in.** Save (Ctrl and S). In a terminal (*File > New > Terminal*), type
# `python -m autograder submit 13_translation`. It marks this notebook as the real grading will, says what is missing,
# and makes the file to send. Where your course has a server, use *Nbgrader > Assignment List* instead.
