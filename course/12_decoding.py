# %% [markdown]
# # 12. Decoding: from logits to a sentence
#
# After this lesson you can make sentences of a model's logits in three ways, you know what each of them costs and what
# it gets wrong, and you can make the writing many times faster without changing a word.
#
# The model is the same in all three, and so is the loop: what has been chosen is appended to the ids, and the model is
# asked again. Only the box in bold is different.

# %%
from course.built import Decoder, Encoder, PositionalEmbedding, Transformer
from course.toolkit import figures, one_sentence, three_ways, two_orders
from course.toolkit.decoding_figures import distributions, tree
from course.toolkit.flow import Step, flow

import time
from collections import Counter

import keras
import numpy as np
import sacrebleu
from keras import ops


# %%
def way(rows, choice, result):
    ids, logits = f"({rows}, t)", f"({rows}, V)"
    return [Step("ids so far", ids), Step("Transformer", logits), Step(choice, result, new=True), Step("next ids")]


best, drawn = "the best token", "temperature, top-k, top-p"
flow(
    {
        "greedy": way("B", best, "(B, 1)"),
        "beam": way("B·W", "W best of W·V", "(B·W, 1)"),
        "sampling": way("B", drawn, "(B, 1)"),
    }
)

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
# so small that all it knows can be read: for *the red cat sleeps*, these are the probabilities after each *prefix*,
# which is what has been written so far. Lesson 9 knew two right sentences, with the verb last or first. Here is a third
# one, *duerme* alone, “it sleeps”, because Spanish may leave the subject out.

# %%
END = "[END]"
TABLE = {
    "": {"duerme": 0.5, "el": 0.4, "gato": 0.1},
    "duerme": {"el": 0.5, END: 0.45, "gato": 0.05},
    "el": {"gato": 0.9, "rojo": 0.1},
    "duerme el": {"gato": 0.9, "rojo": 0.1},
    "el gato": {"rojo": 0.8, "duerme": 0.2},
    "duerme el gato": {"rojo": 0.6, END: 0.4},
    "el gato rojo": {"duerme": 0.7, END: 0.3},
}


def toy(prefixes):
    return [TABLE.get(" ".join(prefix), {END: 1.0}) for prefix in prefixes]  # after all others the sentence ends


# %% [markdown]
# *Greedy* decoding takes the likeliest token, appends it, and asks again until `[END]` comes. The probability of a
# sentence is the product of lesson 9. Products of many small numbers soon become too small for a computer, so one adds
# logarithms instead: log p(sentence) = Σ log p(token).
#
# **Predict:** which sentence does greedy write, and how likely is it? Compare it with *el gato rojo duerme*, by hand.


# %%
def greedy(model, max_length=5):
    written = ()
    while len(written) < max_length and written[-1:] != (END,):
        (probabilities,) = model([written])
        written += (max(probabilities, key=probabilities.get),)
    return written


def log_probability(model, tokens):
    return sum(np.log(model([tokens[:t]])[0][token]) for t, token in enumerate(tokens))


for tokens in (greedy(toy), (*one_sentence.TARGET, END)):
    total = log_probability(toy, tokens)
    print(f"{' '.join(tokens):32} Σ log p = {total:.2f}, p = {np.exp(total):.3f}")

# %% [markdown]
# By hand, greedy gets 0.5 · 0.5 · 0.9 · 0.6 = 0.135, and our sentence 0.4 · 0.9 · 0.8 · 0.7 = 0.202.
#
# **What to notice.** *duerme* was the best first token, but it leads to where the model is unsure what comes next.
# Greedy cannot know that, because it never looks beyond one token, and it never takes anything back.
#
# **Cost.** T tokens need T calls, with one row for each sentence.

# %% [markdown]
# ## 2. All sentences there are
#
# In a toy we can afford the truth: write down *every* sentence, and sort them. This is called *exhaustive search*.
#
# **Predict:** the probabilities of all sentences sum to 1. Which sentence is the likeliest?


# %%
def sentences(model, prefix=()):
    if prefix[-1:] == (END,):
        return [prefix]
    return [longer for token in model([prefix])[0] for longer in sentences(model, (*prefix, token))]


totals = {tokens: log_probability(toy, tokens) for tokens in sentences(toy)}
ranked = sorted(totals, key=totals.get, reverse=True)
print(len(ranked), "sentences, sum", round(sum(np.exp(total) for total in totals.values()), 6))
for tokens in ranked[:4]:
    print(f"p = {np.exp(totals[tokens]):.3f}  {' '.join(tokens)}")

# %% [markdown]
# The winner is *duerme*, with 0.5 · 0.45 = 0.225. It is a poor translation, since nobody learns who sleeps. We come
# back to it in section 4.
#
# **Cost.** With V tokens there are about $V^T$ sentences of length T. For V = 8000 and T = 20 that is $10^{78}$, so no
# computer will ever list them. We need something between one sentence and all of them.

# %% [markdown]
# ## 3. A few at once: beam search
#
# *Beam search* keeps the W best prefixes at each step, where greedy keeps one. They are called *hypotheses*, and W is
# the *width* of the beam. At each step:
#
# 1. each hypothesis is continued with every token;
# 2. those that have ended stay as they are, and compete with the others;
# 3. the W best by Σ log p are kept, the rest is forgotten.


# %%
def grow(model, beam, width):
    unfinished = [prefix for prefix in beam if prefix[-1:] != (END,)]
    candidates = {prefix: total for prefix, total in beam.items() if prefix not in unfinished}
    for prefix, probabilities in zip(unfinished, model(unfinished), strict=True):
        candidates |= {(*prefix, token): beam[prefix] + np.log(p) for token, p in probabilities.items()}
    kept = sorted(candidates, key=candidates.get, reverse=True)[:width]
    return candidates, {prefix: candidates[prefix] for prefix in kept}


def search(model, width, max_length=5):
    beam, levels = {(): 0.0}, []
    while len(levels) < max_length and any(prefix[-1:] != (END,) for prefix in beam):
        candidates, beam = grow(model, beam, width)
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
# with *duerme*, so the beam has taken back the first choice of greedy. The finished *duerme* has −1.49 and is dropped,
# because *duerme el* has −1.39.
#
# What a beam has dropped never comes back. **Predict:** which sentence has the best Σ log p for W = 1, 2 and 3?

# %%
for width in (1, 2, 3, 10):
    beam, _ = search(toy, width)
    best = max(beam, key=beam.get)
    print(f"W = {width:2}: Σ log p = {beam[best]:.2f}  {' '.join(best)}")

# %% [markdown]
# A beam of width 1 is greedy decoding. One that is wide enough is exhaustive search, and in this toy three are enough.
#
# **Cost.** T calls, as in greedy decoding, but each has B · W rows. The beams of different sentences never compete.
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
# With α = 0 that is the plain sum, and the larger α is, the more a long sentence is forgiven.

# %% [markdown]
# By hand, with α = 1. The sentence *duerme* has n = 2, so it gets −1.49 / (7/6) = −1.28. Our sentence has n = 5, and
# gets −1.60 / (10/6) = −0.96, which is more. Without a penalty it was the other way round.
#
# **Predict:** the two sums are close to each other. Does it take a small α or a large one to change the order?


# %%
def score(tokens, total, alpha):
    return total / ((5 + len(tokens)) / 6) ** alpha


alphas = np.linspace(0, 1, 11)
series = {" ".join(tokens): (alphas, score(tokens, totals[tokens], alphas)) for tokens in ranked[:3]}
figures.lines(series, "The higher, the better", "α", "score")

# %% [markdown]
# The lines cross at about α = 0.2. A value of 0.6 is common, and with it our sentence wins clearly. Exhaustive search
# by this score agrees, as you can see from the figure.
#
# During the search hypotheses compete by Σ log p, where at one step all unfinished ones have the same length. The score
# is needed at the end, when long and short sentences are compared.

# %% [markdown]
# <details><summary>Going deeper: is the likeliest sentence the best?</summary>
#
# Stahlberg and Byrne searched real translation models exhaustively. For about half of all sentences the likeliest
# translation was the *empty* one, `[END]` at once. Nobody had noticed, because small beams do not find it. In other
# words, beam search works well partly because it is not a perfect search, and α repairs only a part of this. So a
# width of 4 or 5 is usual, and a width of 100 gives worse translations.
# </details>

# %% [markdown]
# ## 5. Drawing tokens by chance
#
# For a translation one wants the best sentence. For a story one wants many different ones, so the next token is *drawn*
# with the model's probabilities. Then even a bad token comes at times, and everything that follows builds on it.
#
# Three settings cut the risk, in this order. *Temperature* τ divides the logits, which raises each p to the power 1/τ.
# *Top-k* keeps the k likeliest tokens. *Top-p* keeps the smallest set of likeliest tokens that reaches p together. What
# is left is divided by its sum.

# %% [markdown]
# **Predict:** the probabilities are 0.5, 0.25, 0.15, 0.07 and 0.03. Compute them for τ = 0.5, which squares them, then
# for k = 2, then for top-p = 0.8. And how many tokens are left if τ = 0.5 comes *before* top-p = 0.8?


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
#
# **Predict:** is chance the same at each run?

# %%
for seed in (1, 1, 2):
    print("seed", seed, " ".join(np.random.default_rng(seed).choice(tokens, size=8, p=p)))

# %% [markdown]
# The same seed gives the same draw, so a result can be repeated. But a seed that is used again at *every step* throws
# the same dice for every token, so each step needs a seed of its own.
#
# ## 6. Never compute a key twice
#
# Lesson 9 ended with a remark: while a decoder writes, keys and values of what is there already stay the same. Let us
# look. These are keys in the *second* layer of our decoder, once with three tokens written, and once with all five.
#
# **Predict:** which rows are different?

# %%
D, H, F, L = one_sentence.D, one_sentence.H, one_sentence.F, one_sentence.LAYERS
english, spanish = one_sentence.SOURCE_VOCABULARY, one_sentence.TARGET_VOCABULARY
read, written = (PositionalEmbedding(len(words), D, one_sentence.MAX_LENGTH) for words in (english, spanish))
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
# None of the first three, because no token sees a later one. So the hidden states of the past cannot change in any
# layer, and neither can their keys and values. A *cache* keeps both. At each step only the *new* token goes through the
# layer. Its query meets all keys in the cache, and no mask is needed, since nothing later exists yet.
#
# By hand: to write 64 tokens without a cache, the layer maps 1 + 2 + … + 64 = 2080 tokens. With it, it maps 64. That is
# 32 times fewer.

# %% [markdown]
# Is it that much faster, too? We measure one attention with one head in NumPy, because eager Keras takes longer to
# begin a product of this size than to compute it. `room` is the cache: a place for all keys and values there will be.


# %%
def softmax(scores):
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def without_cache(x, maps):  # (B, t, D), and the maps of query, key, value and output
    query, key, value = (np.tensordot(x, one, 1) for one in maps[:3])  # (B, t, D)
    scores = query @ key.swapaxes(1, 2) / np.float32(x.shape[-1] ** 0.5)  # (B, t, t)
    weights = softmax(np.where(np.tri(x.shape[1], dtype=bool), scores, np.float32(-1e9)))
    return np.tensordot(weights @ value, maps[3], 1)[:, -1:]  # the last token is the only new one


def with_cache(new, room, t, maps):  # (B, 1, D), and (2, B, T, D), of which t tokens are filled
    query, room[0, :, t : t + 1], room[1, :, t : t + 1] = (np.tensordot(new, one, 1) for one in maps[:3])
    keys, values = room[:, :, : t + 1]  # (B, t + 1, D)
    weights = softmax(query @ keys.swapaxes(1, 2) / np.float32(new.shape[-1] ** 0.5))  # (B, 1, t + 1)
    return np.tensordot(weights @ values, maps[3], 1)


# %% [markdown]
# We write 32 rows at once, such as 8 sentences with a beam of 4, at D = 128. **Predict:** how many times faster is it
# for 64 tokens, and for 128?


# %%
def seconds(write, repeats=2):
    found = []
    for _ in range(repeats):
        begin = time.perf_counter()
        outputs = write()
        found.append(time.perf_counter() - begin)
    return np.concatenate(outputs, axis=1), min(found)  # whatever else the machine does takes time, so the shorter


rng, B, width = np.random.default_rng(12), 32, 128
maps = rng.normal(scale=width**-0.5, size=(4, width, width)).astype("float32")
for T in (64, 128):
    x, room = rng.normal(size=(B, T, width)).astype("float32"), np.zeros((2, B, T, width), "float32")
    slow, before = seconds(lambda x=x, T=T: [without_cache(x[:, : t + 1], maps) for t in range(T)])
    fast, after = seconds(lambda x=x, T=T, room=room: [with_cache(x[:, t : t + 1], room, t, maps) for t in range(T)])
    print(
        f"{T} tokens: {before:.3f} s without, {after:.3f} s with a cache: {before / after:.0f} times faster.", end=" "
    )
    print("Same outputs:", np.allclose(slow, fast, atol=1e-4))

# %% [markdown]
# **What to notice.** The outputs are the same, and the gain grows with the length. It is less than by counting, because
# a computer works better on one large product than on many small ones.
#
# **Cost**, in one self-attention and for the token at position t:
#
# | | without a cache | with a cache |
# |---|---|---|
# | maps | 4tD² products | 4D² products |
# | scores and context vectors | 2t²D products | 2tD products |
# | memory | – | 2tD numbers |

# %% [markdown]
# A whole decoder keeps 2 · L · T · D numbers for each row, and as many for the memory with S in place of T. The base
# model, with L = 6 and D = 512, needs 786,432 numbers for 128 tokens, or 3 MB, and a beam of 4 needs four times that.
# Whoever has long texts and many users runs out of memory there first.
#
# When a beam drops a hypothesis, its rows of the cache go with it, and those of the survivors must be put in order.

# %% [markdown]
# ## 7. Is it a good translation?
#
# *BLEU* compares what was written, the hypothesis, with a translation made by a person, the *reference*. It counts
# *n-grams*: n tokens in a row, for n from 1 to 4. An n-gram counts as right at most as often as the reference has it,
# which is called *clipping*. Otherwise *el el el el* would be perfect.
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
# The precisions $p_n$ are 4/5, 3/4, 2/3 and 1/2. BLEU takes their geometric mean: the product is 1/5, and its fourth
# root 0.669, so BLEU is 66.9 of 100.
#
# Precision alone would favour short hypotheses once more. So there is a *brevity penalty*, with c for the length of all
# hypotheses together, and r for that of the references:
#
# $$\text{BLEU} = 100 \cdot \min\left(1,\, e^{1 - r/c}\right) \cdot (p_1\, p_2\, p_3\, p_4)^{1/4}$$

# %% [markdown]
# All counts are summed over the whole *corpus* before anything is divided. By hand for two sentences, whose reference is
# ours both times: *el gato rojo duerme* and *duerme*. Every n-gram is right, but c = 5 and r = 8, so the penalty is
# $e^{1 - 8/5}$ = 0.549 and BLEU is 54.9.
#
# Where no n-gram is right, the product would be 0, so that a tool puts a small number in its place. Tools differ in
# this, which is why one names the tool, usually *sacreBLEU*. **Predict:** sort the five sentences below by BLEU.


# %%
def bleu(hypotheses, *references):  # lists of sentences, of the same length
    return sacrebleu.corpus_bleu(hypotheses, [list(one) for one in references], tokenize="none").score


print(f"by hand: 66.9 and 54.9, sacreBLEU: {bleu([hypothesis], [reference]):.1f}", end=" ")
print(f"and {bleu([reference, 'duerme'], [reference, reference]):.1f}")
trials = {
    "el gato rojo duerme duerme": "stutters",
    "duerme el gato rojo": "right",
    "el gato rojo no duerme": "opposite",
}
trials |= {"el minino colorado está durmiendo": "right", "el perro rojo duerme": "wrong animal"}
for text, verdict in trials.items():
    print(f"{bleu([text], [reference]):5.1f}  {text} ({verdict})")

# %% [markdown]
# **What to notice.** The stutter beats the right sentence with its verb first, and the opposite beats a right
# sentence in other words. BLEU sees tokens, and neither meaning nor truth. A second reference helps:
# with *duerme el gato rojo* as another one, that hypothesis gets 100, because an n-gram may then be found in either.
# BLEU is made for corpora, where such accidents average out, and for comparing systems on the *same* test.

# %% [markdown]
# ## 8. Let it write
#
# Now your own Transformer learns from three translators. Of nine times, *the red cat sleeps* is *el gato rojo duerme*
# four times, *duerme el gato rojo* three times and *duerme* twice. So are 204 sentences like it, and 12 are kept.
# Shares and padding go into the loss as the weights of its tokens. It takes some 20 seconds.
#
# **Predict:** if the model learns these shares, what do greedy decoding and a beam of 2 write?

# %%
learned, kept = two_orders.split(12, first=" ".join(one_sentence.SOURCE))
source, read, wanted, weights = three_ways.rows_of(learned)  # (N, S), then (N, T) each
keras.utils.set_random_seed(12)
translator = Transformer(len(two_orders.ENGLISH), len(two_orders.SPANISH), 32, 4, 64, 1, 8, 0.0, tie_weights=False)
falling = keras.optimizers.schedules.CosineDecay(0.005, 40 * 12)  # 12 batches in each epoch
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
translator.compile(keras.optimizers.Adam(falling), loss, jit_compile=False)
inputs = {"source": source, "target": read}
told = translator.fit(inputs, wanted, sample_weight=weights, batch_size=51, epochs=40, verbose=0)


# %%
def says(english):
    source, spanish, known = three_ways.source_ids([english]), two_orders.SPANISH, {}

    def model(prefixes):  # the same question as to the toy
        if new := [prefix for prefix in prefixes if prefix not in known]:
            ids = [[two_orders.START, *map(spanish.index, prefix)] for prefix in new]
            pair = {"source": np.repeat(source, len(new), axis=0), "target": np.array(ids, "int32")}
            for prefix, row in zip(new, ops.convert_to_numpy(ops.softmax(translator(pair)[:, -1])), strict=True):
                known[prefix] = {token: float(p) for token, p in zip(spanish, row, strict=True) if p > 1e-6}
        return [known[prefix] for prefix in prefixes]

    return model


ours = says(kept[0])
for name, found in {"greedy": greedy(ours), "beam of 2": max((beam := search(ours, 2)[0]), key=beam.get)}.items():
    print(f"{name:9}: p = {np.exp(log_probability(ours, found)):.2f}  {' '.join(found)}")

# %% [markdown]
# This is our toy come true. The first token is *duerme* in 5 of 9 cases, so greedy takes it and gets a sentence of about
# 3/9, while the beam finds the one of about 4/9. Now we draw 300 sentences.
#
# **Predict:** how often does each of the three ways come, for τ = 1, τ = 0.5 and top-p = 0.5?


# %%
def draw(model, rng, temperature=1.0, top_p=1.0, max_length=5):
    written = ()
    while len(written) < max_length and written[-1:] != (END,):
        tokens, p = zip(*sorted(model([written])[0].items(), key=lambda one: -one[1]), strict=True)
        p = tempered(np.array(p), temperature)
        written += (tokens[rng.choice(len(p), p=only(p, np.cumsum(p) - p < top_p))],)
    return " ".join(token for token in written if token != END)


settings, table = {"τ = 1": {}, "τ = 0.5": {"temperature": 0.5}, "top-p = 0.5": {"top_p": 0.5}}, {}
for name, setting in settings.items():
    rng = np.random.default_rng(12)
    ways = Counter(three_ways.way_of(kept[0], draw(ours, rng, **setting)) for _ in range(300))
    table[name] = [ways[way] / 300 for way in (*three_ways.SHARES, "wrong")]
rows = [[*three_ways.SHARES.values(), 0], *table.values()]
figures.matrix(rows, ["translators", *table], [*three_ways.SHARES, "wrong"], "Shares of 300 sentences")

# %% [markdown]
# **What to notice.** At τ = 1 the model speaks as its translators did, the hurried one included. A lower temperature
# makes likely choices likelier at each step. With top-p = 0.5 one token is left at most steps, which makes it greedy.
#
# At last all 12 new sentences are written in three ways, and BLEU compares them with the first translator, then with
# the first two. **Predict:** which way gets the best BLEU, and what does the second reference change?

# %%
rng, models = np.random.default_rng(12), {english: says(english) for english in kept}
said = {"greedy": [" ".join(greedy(model)[:-1]) for model in models.values()], "beam of 2": []}
for model in models.values():
    beam, _ = search(model, 2)
    said["beam of 2"].append(" ".join(max(beam, key=lambda one: score(one, beam[one], 0.6))[:-1]))
said["sampling"] = [draw(model, rng) for model in models.values()]
last, first = zip(*(two_orders.TRANSLATIONS[english] for english in kept), strict=True)
for name, texts in said.items():
    ways = Counter(three_ways.way_of(english, text) for english, text in zip(kept, texts, strict=True))
    print(f"{name:9}: BLEU {bleu(texts, last):5.1f}, with two references {bleu(texts, last, first):5.1f}", dict(ways))

# %% [markdown]
# **What to notice.** Greedy decoding says nothing wrong, but its order is not that of the first translator, and with
# one reference BLEU cannot forgive it. With two it can. Sampling loses most by its short sentences.
#
# ## Check yourself
#
# With α = 0, a beam of 2 gives good translations, and a beam of 50 gives shorter and worse ones. What is the reason?
#
# - **A** the wide beam drops good hypotheses earlier
# - **B** the wide beam finds short sentences with a higher Σ log p
# - **C** the cache of one hypothesis is used for another
# - **D** the seed is not the same

# %% [markdown]
# <details><summary>Answer</summary>
#
# **B.** The wide beam searches better, and without a penalty the best sum often belongs to a short sentence, as in
# section 3.
#
# **A** is the other way round, since a wide beam drops less. **C** would make nonsense with any width above 1. **D**
# plays no part, because beam search draws nothing by chance.
# </details>
#
# ## In this lesson
# - Greedy keeps one prefix and beam search W of them; Σ log p favours short sentences, and a length penalty corrects it.
# - Temperature, top-k and top-p decide how much chance a draw is given, and a seed makes it repeatable.
# - A causal decoder never needs to compute a key twice; BLEU counts n-grams, and does not see what they mean.
#
# **Now you:** [the exercises of unit 12](../exercises/12_decoding/12_decoding.ipynb)

# %% [markdown]
# ## Further reading
# - Wu et al., [*Google's Neural Machine Translation System*](https://arxiv.org/abs/1609.08144), section 7: the length
#   penalty of section 4, and how α was chosen.
# - Stahlberg and Byrne, [*On NMT Search Errors and Model Errors: Cat Got Your Tongue?*](https://arxiv.org/abs/1908.10090):
#   exhaustive search on real models, and the empty translation.
# - Holtzman et al., [*The Curious Case of Neural Text Degeneration*](https://arxiv.org/abs/1904.09751): top-p, and why
#   the likeliest text is a dull one.
# - Post, [*A Call for Clarity in Reporting BLEU Scores*](https://arxiv.org/abs/1804.08771): why one names the tool.
