# %% [markdown]
# # 12. Decoding: from logits to a sentence
#
# After this lesson you can make sentences of a model's logits in three ways, you know what each of them costs and what
# it gets wrong, and you can make the writing many times faster without changing a word.
#
# In all three, what has been chosen is appended to the ids, and the model is asked again. The box in bold is new.

# %%
from course.built import Decoder, Encoder, PositionalEmbedding, Transformer
from course.toolkit import figures, one_sentence, three_ways, toy_writer, two_orders
from course.toolkit.decoding_figures import distributions, tree
from course.toolkit.flow import Step, flow
from course.toolkit.toy_writer import END, toy

import time
from collections import Counter

import keras
import numpy as np
import sacrebleu

# %%
ways = {"greedy": ("the best one", "B"), "beam": ("W best of W · V", "B · W"), "sampling": ("draw one", "B")}
columns = {}
for name, (choice, rows) in ways.items():
    model = [Step("ids so far", f"({rows}, t)"), Step("Transformer", f"({rows}, V)")]
    columns[name] = [*model, Step(choice, f"({rows}, 1)", new=True), Step("next ids")]
flow(columns)

# %% [markdown]
# **You will be able to**
# - *explain* why the best token at each step need not make the best sentence;
# - *read* a beam search as a tree, and *compute* a length penalty by hand;
# - *predict* what temperature, top-k and top-p leave of a distribution;
# - *say* what a cache keeps, why it may, and what it saves;
# - *count* BLEU for one sentence, and *name* what it does not see.
#
# Time: 60 minutes, under a minute of computing. Needs: units 9 and 10. Axes: B batch, t tokens that are written, T all
# tokens of a target, S source tokens, V vocabulary size, D width of a token, L layers, W width of a beam.

# %% [markdown]
# ## 1. The best token each time
#
# A Transformer says how likely each *next* token is. It never says a sentence. To see what that means, we need a model
# so small that all it knows can be read. For *the red cat sleeps*, these are its probabilities after each *prefix*, the
# tokens written so far. After any other prefix it says `[END]`. Beside the two sentences of lesson 9, with the verb
# last or first, it knows *duerme* alone, “it sleeps”, because Spanish may leave the subject out.

# %%
figures.matrix(toy_writer.table(), toy_writer.PREFIXES, toy_writer.TOKENS, "", "prefix", "next token")

# %% [markdown]
# *Greedy* decoding takes the likeliest token, appends it, and asks again until `[END]` comes. The probability of a
# sentence is a product, as in lesson 9. Since products of many small numbers become too small for a computer, one adds
# logarithms instead: log p(sentence) = Σ log p(token). **Predict:** which sentence does greedy write, and is it more
# or less likely than *el gato rojo duerme*?


# %%
def write(model, choose, max_length=5):
    written = ()
    while len(written) < max_length and written[-1:] != (END,):
        written += (choose(model([written])[0]),)
    return written


def log_probability(model, tokens):
    return sum(np.log(model([tokens[:t]])[0][token]) for t, token in enumerate(tokens))


for tokens in (write(toy, lambda p: max(p, key=p.get)), (*one_sentence.TARGET, END)):
    total = log_probability(toy, tokens)
    print(f"{' '.join(tokens):32} Σ log p = {total:.2f}, p = {np.exp(total):.3f}")

# %% [markdown]
# By hand, greedy gets 0.5 · 0.5 · 0.9 · 0.6 = 0.135, and our sentence 0.4 · 0.9 · 0.8 · 0.7 = 0.202.
#
# **What to notice.** *duerme* is the best first token, but then the model is unsure what comes next. Greedy cannot know
# that, because it looks at one token only, and it takes nothing back. It is cheap, with T calls for T tokens.

# %% [markdown]
# ## 2. All sentences there are
#
# In a toy we can afford the truth: write down *every* sentence, and sort them. This is called *exhaustive search*. All
# probabilities sum to 1. **Predict:** which sentence is the likeliest?


# %%
def sentences(model, prefix=()):
    if prefix[-1:] == (END,):
        return [prefix]
    return [longer for token in model([prefix])[0] for longer in sentences(model, (*prefix, token))]


totals = {tokens: log_probability(toy, tokens) for tokens in sentences(toy)}
ranked = sorted(totals, key=totals.get, reverse=True)
for tokens in ranked:
    print(f"p = {np.exp(totals[tokens]):.3f}  {' '.join(tokens)}")

# %% [markdown]
# The winner is *duerme*, with 0.5 · 0.45 = 0.225, a poor translation. We come back to it in section 4.
#
# **Cost.** With V tokens there are about $V^T$ sentences of length T. For V = 8000 and T = 20 that is $10^{78}$, so we
# need something between one sentence and all of them.

# %% [markdown]
# ## 3. A few at once: beam search
#
# *Beam search* keeps the W best prefixes at each step, where greedy keeps one. They are called *hypotheses*, and W is
# the *width* of the beam. At each step every hypothesis is continued with every token. Those that have ended stay as
# they are, and compete with the others. Then the W best by Σ log p are kept, and the rest is forgotten.


# %%
def search(model, width, max_length=5):
    beam, levels = {(): 0.0}, []
    while len(levels) < max_length and (unfinished := [prefix for prefix in beam if prefix[-1:] != (END,)]):
        candidates = {prefix: total for prefix, total in beam.items() if prefix not in unfinished}
        for prefix, probabilities in zip(unfinished, model(unfinished), strict=True):
            candidates |= {(*prefix, token): beam[prefix] + np.log(p) for token, p in probabilities.items()}
        beam = dict(sorted(candidates.items(), key=lambda one: one[1], reverse=True)[:width])
        levels.append((candidates, beam))
    return beam, levels


# %% [markdown]
# Here is the whole search with W = 2. On a branch stands the probability of its token, and under a token the Σ log p of
# all that leads to it. What is kept stands in a box, and what is dropped ends in ×.
#
# **Predict:** after the first step the beam holds *duerme* and *el*. Which two of their five continuations are kept?

# %%
beam, levels = search(toy, width=2)
tree(levels)

# %% [markdown]
# **What to notice.** By hand, *el gato* has 0.4 · 0.9 = 0.36, and log 0.36 = −1.02. It overtakes everything that begins
# with *duerme*, although that was the better first token. The finished *duerme* has −1.49 and is dropped, because
# *duerme el* has −1.39.
#
# What a beam has dropped never comes back. **Predict:** which sentence has the best Σ log p for W = 1, for 2 and for 3?

# %%
for width in (1, 2, 3, 10):
    beam, _ = search(toy, width)
    best = max(beam, key=beam.get)
    print(f"W = {width:2}: Σ log p = {beam[best]:.2f}  {' '.join(best)}")

# %% [markdown]
# A beam of width 1 is greedy decoding. A wide enough one finds the best of all sentences, and here three are enough.
# **Cost:** T calls, as in greedy decoding, but each has B · W rows. Beams of different sentences never compete.
#
# Look at the results again, though. From W = 2 to W = 3 the *search* has become better and the *sentence* worse. The
# search is not to blame, since it found what we asked for, so we have asked for the wrong thing.

# %% [markdown]
# ## 4. Why short sentences win, and what to do
#
# Every token adds a logarithm, and none of them is positive. So a sum can only fall as a sentence grows, and short
# sentences have an advantage that has nothing to do with being right. The usual remedy divides by a *length penalty*.
# With n tokens, `[END]` included:
#
# $$\text{score} = \frac{\sum \log p}{\left((5 + n)/6\right)^{\alpha}}$$
#
# With α = 0 that is the plain sum.

# %% [markdown]
# By hand, with α = 1: *duerme* has n = 2, so it gets −1.49 / (7/6) = −1.28. Our sentence has n = 5, and gets −1.60 /
# (10/6) = −0.96, which is more. Without a penalty it was the other way round. **Predict:** does it take a small α or a
# large one to change the order?


# %%
def score(tokens, total, alpha=0.6):
    return total / ((5 + len(tokens)) / 6) ** alpha


print("best of all with α = 0.6:", " ".join(max(totals, key=lambda tokens: score(tokens, totals[tokens]))))
alphas = np.linspace(0, 1, 11)
series = {" ".join(tokens): (alphas, score(tokens, totals[tokens], alphas)) for tokens in ranked[:3]}
figures.lines(series, "The higher, the better", "α", "score")

# %% [markdown]
# The lines cross at about α = 0.2. A value of 0.6 is common, and with it our sentence is the best of all ten. In our
# beam, hypotheses still compete by Σ log p during the search, and the score chooses among what is left at the end.

# %% [markdown]
# <details><summary>Going deeper: is the likeliest sentence the best?</summary>
#
# Stahlberg and Byrne searched a real translation model exhaustively. For more than half of all sentences the likeliest
# translation was the *empty* one, which small beams hardly ever find. So beam search works well partly because it is no
# perfect search. A width of 4 or 5 is usual, and one of 100 mostly gives worse translations.
# </details>

# %% [markdown]
# ## 5. Drawing tokens by chance
#
# A translation should be the best sentence. For stories one wants many, so the next token is *drawn* with the model's
# probabilities, and now and then a bad one comes. Three settings change how often, in this order: *temperature* τ
# divides the logits, which raises each p to the power 1/τ; *top-k* keeps the k likeliest tokens; *top-p* keeps the
# smallest set of likeliest tokens that reaches p. What is left is divided by its sum.

# %% [markdown]
# **Predict** by hand, for 0.5, 0.25, 0.15, 0.07 and 0.03: what do τ = 0.5, k = 2 and top-p = 0.8 each make of them?


# %%
def tempered(p, temperature):
    return p ** (1 / temperature) / np.sum(p ** (1 / temperature))


def only(p, kept):
    return np.where(kept, p, 0) / p[kept].sum()


tokens, p = ["duerme", "el", "gato", "rojo", END], np.array([0.5, 0.25, 0.15, 0.07, 0.03])  # the likeliest first
colder, hotter = tempered(p, 0.5), tempered(p, 2)
panels = {"as it is": p, "τ = 0.5": colder, "τ = 2": hotter}
panels["top-k, k = 2"] = only(p, np.arange(len(p)) < 2)
panels["top-p = 0.8"] = only(p, np.cumsum(p) - p < 0.8)  # what stands before a token has not reached it yet
panels["τ = 0.5, then top-p = 0.8"] = only(colder, np.cumsum(colder) - colder < 0.8)
distributions(panels, tokens)

# %% [markdown]
# By hand for τ = 0.5: the squares 0.25, 0.0625, 0.0225, 0.0049 and 0.0009 sum to 0.341, and 0.25 / 0.341 = 0.73.
#
# **What to notice.** A low temperature sharpens, and near 0 it is greedy decoding. A high one flattens, so that bad
# tokens come more often. Top-k keeps two tokens however sure the model is. Top-p keeps few where the model is sure, and
# many where it is not: after τ = 0.5 two tokens are left instead of three. Therefore the order matters.

# %%
for seed in (1, 1, 2):
    print("seed", seed, " ".join(np.random.default_rng(seed).choice(tokens, size=8, p=p)))

# %% [markdown]
# The same seed gives the same draw, so that a result can be repeated. But one seed at *every step* would throw the same
# dice for every token, so each step needs its own.
#
# ## 6. Never compute a key twice
#
# Lesson 9 ended with a remark: while a decoder writes, the keys and values of what is there already stay the same. Here
# are keys of the *second* layer of our decoder, once with three tokens written, and once with all five. **Predict:**
# which rows are different?

# %%
D, H, F, L = one_sentence.D, one_sentence.H, one_sentence.F, one_sentence.LAYERS
read, written = (PositionalEmbedding(8, D, one_sentence.MAX_LENGTH) for _ in range(2))  # V = 8 on both sides
decoder, memory = Decoder(L, D, H, F, dropout=0.0), one_sentence.encoded(read, Encoder(L, D, H, F, dropout=0.0))
one_sentence.decoded(written, decoder, memory)  # fills both, as in lesson 9
panels = {}
for t in (3, 5):
    x = written(one_sentence.TARGET_IDS[:, :t])  # (B, t, D)
    x = decoder.layers[0](x, memory, self_mask=np.tri(t, dtype=bool)[None])  # what the second layer reads
    panels[f"{t} tokens"] = decoder.layers[1].self_attention.key_dense(x)[0]  # (t, D)
names = ["[START]", *one_sentence.TARGET]
figures.matrices(panels, {f"{t} tokens": names[:t] for t in (3, 5)})

# %% [markdown]
# None of the first three, because no token sees a later one. So the past cannot change in any layer. A *cache* keeps
# its keys and values, and only the *new* token goes through the layer. Its query meets all keys in the cache, and no
# mask is needed, since nothing later exists yet. By hand: without a cache, 64 tokens mean that the layer maps 1 + 2 + …
# + 64 = 2080 tokens, and with it 64, which is 32 times fewer.

# %% [markdown]
# We measure it for one head in NumPy, because eager Keras takes longer to begin such small products than to compute
# them. `einsum` uses one core, so the comparison is fair. `room` is the cache, with a place for each key and value.


# %%
def attend(query, key, value, mask):  # (B, ?, D), (B, t, D), (B, t, D), (?, t)
    scores = np.where(mask, np.einsum("bqd,bkd->bqk", query, key) / query.shape[-1] ** 0.5, -1e9)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return np.einsum("bqk,bkd->bqd", powers / powers.sum(-1, keepdims=True), value)


def without_cache(x, maps):  # (B, t, D), and the maps of query, key, value and output
    query, key, value = (np.einsum("btd,de->bte", x, one) for one in maps[:3])  # (B, t, D)
    context = attend(query, key, value, np.tri(x.shape[1], dtype=bool))
    return np.einsum("btd,de->bte", context, maps[3])[:, -1:]  # the last token is the only new one


def with_cache(new, room, t, maps):  # (B, 1, D), and (2, B, T, D), of which t tokens are filled
    query, room[0, :, t : t + 1], room[1, :, t : t + 1] = (np.einsum("btd,de->bte", new, one) for one in maps[:3])
    return np.einsum("btd,de->bte", attend(query, *room[:, :, : t + 1], True), maps[3])


# %% [markdown]
# **Predict:** with 4 rows, such as one sentence with a beam of 4, how much faster is it for 64 and for 128 tokens?

# %%
rng, B, width = np.random.default_rng(12), 4, 128
maps = rng.normal(scale=width**-0.5, size=(4, width, width)).astype("float32")
for T in (64, 128):
    x, room = rng.normal(size=(B, T, width)).astype("float32"), np.zeros((2, B, T, width), "float32")
    begin = time.perf_counter()
    slow = [without_cache(x[:, : t + 1], maps) for t in range(T)]
    middle = time.perf_counter()
    fast = [with_cache(x[:, t : t + 1], room, t, maps) for t in range(T)]
    before, after = middle - begin, time.perf_counter() - middle
    print(f"{T} tokens: {before:.3f} s without, {after:.3f} s with a cache, {before / after:.0f} times faster")
    print("  same outputs:", np.allclose(slow, fast, atol=1e-4))

# %% [markdown]
# The outputs are the same, and the gain grows with the length. **Cost**, in one self-attention, for token number t:
#
# | | without a cache | with a cache |
# |---|---|---|
# | maps | 4tD² products | 4D² products |
# | scores and context vectors | 2t²D products | 2tD products |
# | memory | – | 2tD numbers |

# %% [markdown]
# A whole decoder keeps 2 · L · T · D numbers for each row, and as many for the memory with S in place of T. The base
# model, with L = 6 and D = 512, needs 786,432 numbers for 128 tokens, or 3 MB, and a beam of 4 needs four times that.
# Whoever has long texts and many users runs out of memory there first. When a beam drops a hypothesis, its rows go too.

# %% [markdown]
# ## 7. Is it a good translation?
#
# *BLEU* compares what was written, the hypothesis, with a translation made by a person, the *reference*. It counts
# *n-grams*: n tokens in a row, for n from 1 to 4. An n-gram counts as right at most as often as the reference has it,
# which is called *clipping*. Otherwise all four tokens of *el el el el* would be right.
#
# By hand: the reference is *el gato rojo duerme*, the hypothesis *el gato rojo duerme duerme*. Of its five tokens four
# are right, as the second *duerme* is clipped.


# %%
def ngrams(text, n):
    words = text.split()
    return Counter(tuple(words[begin : begin + n]) for begin in range(len(words) - n + 1))


reference, hypothesis = "el gato rojo duerme", "el gato rojo duerme duerme"
for n in range(1, 5):
    found = ngrams(hypothesis, n)
    print(f"{n}-grams: {(found & ngrams(reference, n)).total()} of {found.total()}")  # & takes the smaller count

# %% [markdown]
# BLEU takes the geometric mean of these *precisions* $p_n$: their product is 1/5, and its fourth root 0.669, so BLEU is
# 66.9 of 100. Precision alone would favour short hypotheses once more. So there is a *brevity penalty*, with c for the
# length of all hypotheses, and r for that of the references:
#
# $$\text{BLEU} = 100 \cdot \min\left(1,\, e^{1 - r/c}\right) \cdot (p_1\, p_2\, p_3\, p_4)^{1/4}$$

# %% [markdown]
# Counts are summed over the whole *corpus* first. By hand, for *el gato rojo duerme* and *duerme* with our sentence as
# reference of both: every n-gram is right, c = 5 and r = 8, and BLEU is 100 · $e^{1 - 8/5}$ = 54.9.
#
# Where some n has no match, the product would be 0, so a small number is put in its place. Tools differ in this, which
# is why one names the tool, usually *sacreBLEU*. **Predict:** which of the five sentences below gets the best BLEU?


# %%
def bleu(hypotheses, *references):  # lists of sentences, of the same length
    return sacrebleu.corpus_bleu(hypotheses, [list(one) for one in references], tokenize="none").score


print(f"{bleu([reference, 'duerme'], [reference, reference]):5.1f}  the two sentences together")
trials = {hypothesis: "stutters", "duerme el gato rojo": "right", "el gato rojo no duerme": "opposite"}
trials |= {"el minino colorado está durmiendo": "right", "el perro rojo duerme": "wrong animal"}
for text, verdict in trials.items():
    print(f"{bleu([text], [reference]):5.1f}  {text} ({verdict})")

# %% [markdown]
# **What to notice.** The stutter beats the right sentence with its verb first, and the opposite beats a right sentence
# in other words. BLEU sees tokens, and neither meaning nor truth. A second reference helps: an n-gram may then be found
# in either, so that *duerme el gato rojo* gets 100. Over a large corpus such accidents average out.

# %% [markdown]
# ## 8. Let it write
#
# Now your own Transformer learns from three translators: of twelve times, *the red cat sleeps* is *el gato rojo duerme*
# five times, *duerme el gato rojo* four times and *duerme* three times. It learns from 204 such sentences, which takes
# some 20 seconds, and 12 are kept, ours among them. They are written five times each, in five ways. BLEU compares them
# with the first translator, and then with the first two.
#
# **Predict:** what does each way make of our sentence, and which of them leave the subject out?

# %%
learned, kept = two_orders.split(12, first=" ".join(one_sentence.SOURCE))
keras.utils.set_random_seed(12)
translator = Transformer(len(two_orders.ENGLISH), len(two_orders.SPANISH), 32, 4, 64, 1, 8, 0.0, tie_weights=False)
print(f"loss {three_ways.train(translator, learned):.3f}")
models = {english: three_ways.next_tokens(translator, english) for english in kept}  # each is asked like `toy`
rng = np.random.default_rng(12)


def draw(found, temperature=1.0, top_p=1.0):
    tokens = sorted(found, key=found.get, reverse=True)
    p = tempered(np.array([found[token] for token in tokens]), temperature)
    return tokens[rng.choice(len(p), p=only(p, np.cumsum(p) - p < top_p))]


# %%
ways = {"greedy": lambda model: write(model, lambda p: max(p, key=p.get))}
ways["beam of 2"] = lambda model: max(search(model, 2)[0].items(), key=lambda one: score(*one))[0]
ways["τ = 1"] = lambda model: write(model, draw)
ways["τ = 0.5"] = lambda model: write(model, lambda p: draw(p, temperature=0.5))
ways["top-p = 0.5"] = lambda model: write(model, lambda p: draw(p, top_p=0.5))
many, shares = kept * 5, {"translators": [*three_ways.SHARES.values(), 0]}
last, first = zip(*map(two_orders.TRANSLATIONS.get, many), strict=True)
for name, make in ways.items():
    texts = [" ".join(make(models[english])[:-1]) for english in many]  # without `[END]`
    counts = Counter(map(three_ways.way_of, many, texts))
    shares[name] = [counts[way] / len(many) for way in (*three_ways.SHARES, "wrong")]
    print(f"{name:11}: BLEU {bleu(texts, last):5.1f}, with two references {bleu(texts, last, first):5.1f} {texts[0]!r}")
figures.matrix(list(shares.values()), list(shares), [*three_ways.SHARES, "wrong"], "Shares of 60 sentences")

# %% [markdown]
# **What to notice.** It is our toy come true. Greedy begins with the verb, since two of three translators do, and the
# beam finds the likelier sentence. At τ = 1 the model speaks as its translators did, the third one included, and
# loses BLEU by short sentences. With top-p = 0.5 one token is left at most steps, as in greedy decoding, which says
# nothing wrong. But with one reference BLEU cannot forgive its order.

# %% [markdown]
# ## Check yourself
#
# With α = 0, a beam of 2 gives good translations, and a beam of 50 gives shorter and worse ones. What is the reason?
#
# - **A** the wide beam drops good hypotheses earlier
# - **B** the wide beam finds short sentences with a higher Σ log p
# - **C** the cache of one hypothesis is used for another
# - **D** the seed is not the same
#
# <details><summary>Answer</summary>
#
# **B.** The wide beam searches better, and without a penalty the best sum often belongs to a short sentence.
#
# **A** is the other way round, since a wide beam drops less. **C** would make nonsense with any width above 1. **D**
# plays no part, because beam search draws nothing.
# </details>

# %% [markdown]
# ## In this lesson
# - Greedy keeps one prefix, beam search W of them; Σ log p favours short sentences, so one divides by a length penalty.
# - Temperature, top-k and top-p decide how much chance a draw is given, and a seed makes it repeatable.
# - A causal decoder never needs to compute a key twice; BLEU counts n-grams, and does not see what they mean.
#
# **Now you:** [the exercises of unit 12](../exercises/12_decoding/12_decoding.ipynb)

# %% [markdown]
# ## Further reading
# - Wu et al., [*Google's Neural Machine Translation System*](https://arxiv.org/abs/1609.08144), section 7: choosing α.
# - Stahlberg and Byrne, [*On NMT Search Errors and Model Errors: Cat Got Your Tongue?*](https://arxiv.org/abs/1908.10090):
#   exhaustive search on real models, and the empty translation.
# - Holtzman et al., [*The Curious Case of Neural Text Degeneration*](https://arxiv.org/abs/1904.09751): why the
#   likeliest text is a dull one, and top-p.
# - Post, [*A Call for Clarity in Reporting BLEU Scores*](https://arxiv.org/abs/1804.08771): why one names the tool.
