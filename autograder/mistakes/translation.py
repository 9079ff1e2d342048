"""Unit 13: known answers. Wrong ones carry the sentence that helps; right ones must get full marks."""

from course.built import (
    Transformer,
    WarmupSchedule,
    causal_mask,
    combine_masks,
    decode,
    encode,
    greedy_decode,
    masked_accuracy,
    masked_loss,
    pad_batch,
    padding_mask,
    standardize,
)

import keras
import numpy as np
from keras import ops

from autograder.judging import correct, right

data = right("make_dataset")
SAID = "[2, *(target_ids.get(word, 1) for word in standardize(target).split()), 3]"
READ = "[source_ids.get(word, 1) for word in standardize(source).split()]"
SHIFTED = "teacher_forcing(pad_batch([said for _, said in some]))"
SORTED = "rows.sort(key=lambda row: (len(row[1]), len(row[0])))"
KEPT = "len(read) <= max_length and len(said) - 1 <= max_length"
LAST_SHUFFLE, FIRST_SHUFFLE = "chance.shuffle(batches)", "chance.shuffle(rows)"
data.edits(
    {
        "Labels are what the decoder reads, so it learns to copy. Shift them by one: `teacher_forcing` gives both.": {
            f"target, labels = {SHIFTED}": "target = labels = pad_batch([said for _, said in some])"
        },
        "What the decoder reads and what it is to say have changed places: `teacher_forcing` gives the input first.": {
            "target, labels = teacher_forcing": "labels, target = teacher_forcing"
        },
        "`[START]` is missing: the decoder has nothing to read before the first word. Put 2 before each target.": {
            "[2, *(": "[*("
        },
        "`[END]` is missing, so the model never learns where to stop. Put 3 after each target.": {
            ".split()), 3]": ".split())]"
        },
        "Your sources have `[START]` or `[END]`. Only targets have them.": [
            {READ: READ.replace("[source_ids", "[2, *(source_ids").replace("split()]", "split()), 3]")},
            {READ: READ.replace("[source_ids", "[*(source_ids").replace("split()]", "split()), 3]")},
        ],
        "Sources are given ids of the target's vocabulary. Each side has its own.": {
            READ: READ.replace("source_ids", "target_ids")
        },
        "Targets are given ids of the source's vocabulary. Each side has its own.": {
            SAID: SAID.replace("target_ids", "source_ids")
        },
        "Text is not standardised: capitals and signs make words that no vocabulary knows.": {
            "standardize(source).split()": "source.split()",
            "standardize(target).split()": "target.split()",
        },
        "Targets are not standardised: capitals and signs make words that no vocabulary knows.": {
            "standardize(target).split()": "target.split()"
        },
        "Words that are not known disappear. They get 1, `[UNK]`.": {
            READ: "[source_ids[word] for word in standardize(source).split() if word in source_ids]",
            SAID: "[2, *(target_ids[word] for word in standardize(target).split() if word in target_ids), 3]",
        },
        "A word that is not known gets 0, which is padding, so nobody attends to it. It gets 1, `[UNK]`.": {
            "source_ids.get(word, 1)": "source_ids.get(word, 0)",
            "target_ids.get(word, 1)": "target_ids.get(word, 0)",
        },
        "Sentences of all lengths share a batch, and nearly half of it is padding. Shuffle the rows, then sort them by "
        "their lengths.": [
            {SORTED: ""},
            {SORTED: "rows.sort()"},
            {f"{FIRST_SHUFFLE}\n{SORTED}": f"{SORTED}\n{FIRST_SHUFFLE}"},
        ],
        "Your batches go from short to long. Shuffle them at the end, or training forgets the short ones.": {
            LAST_SHUFFLE: ""
        },
        "Pairs of the same lengths share a batch in the order of the list. Shuffle the rows before you sort them.": {
            FIRST_SHUFFLE: ""
        },
        "Your seed is not used, so that no dataset can be made again. Give it to `random.Random`.": {
            "random.Random(seed)": "random.Random()"
        },
        "Every seed gives the same dataset. Give yours to `random.Random`.": {
            "random.Random(seed)": "random.Random(0)"
        },
        "All batches are padded to the longest row of the whole dataset. Each is padded to its own longest.": {
            "batches = []": "batches, longest = [], max(len(row[1]) for row in rows)",
            "pad_batch([read for read, _ in some])": "pad_batch([read for read, _ in some], "
            "max(len(row[0]) for row in rows))",
            "pad_batch([said for _, said in some])": "pad_batch([said for _, said in some], longest)",
        },
        "Source and target of a batch are padded to one length. Each side is padded to its own longest row.": {
            "source = pad_batch([read for read, _ in some])": "longest = max(len(one) for row in some for one in row)\n"
            "source = pad_batch([read for read, _ in some], longest)",
            "pad_batch([said for _, said in some])": "pad_batch([said for _, said in some], longest + 1)",
        },
        "All batches are padded to `max_length`. Each is padded to its own longest row.": {
            "pad_batch([read for read, _ in some])": "pad_batch([read for read, _ in some], max_length)",
            "pad_batch([said for _, said in some])": "pad_batch([said for _, said in some], max_length + 1)",
        },
        "The last batch is dropped where it is not full. Its pairs want to be learned as well.": {
            "range(0, len(rows), batch_size)": "range(0, len(rows) - batch_size + 1, batch_size)"
        },
        "Pairs that are too long are kept, and the model will refuse them. Leave them out.": {f"if {KEPT}": "if True"},
        "Pairs that are too long are cut. Half a sentence is no translation of a whole one: leave the pair out.": {
            f"if {KEPT}:\n    rows.append((read, said))": "rows.append((read[:max_length], said[: max_length + 1]))"
        },
        "You count the target with `[START]` and `[END]`. What the decoder reads has lost one of them.": {
            "len(said) - 1 <= max_length": "len(said) <= max_length"
        },
        "You count the words of the target alone. The decoder reads `[START]` as well.": {
            "len(said) - 1 <= max_length": "len(said) - 2 <= max_length"
        },
        "A pair of exactly `max_length` tokens is left out. Only longer ones are.": {
            KEPT: "len(read) < max_length and len(said) - 1 < max_length"
        },
        "You look at the source's length only. The target must fit, too.": {KEPT: "len(read) <= max_length"},
        "Inputs and labels have changed places: each batch is `(inputs, labels)`.": {
            '({"source": source, "target": target}, labels)': '(labels, {"source": source, "target": target})'
        },
        "Source and target have changed places in the dictionary.": {
            '{"source": source, "target": target}': '{"source": target, "target": source}'
        },
    }
)
data.also(
    {
        SORTED: "rows.sort(key=lambda row: max(len(row[0]), len(row[1])))",
        LAST_SHUFFLE: "np.random.default_rng(seed).shuffle(batches)",
    },
    name="by_the_longer_side",
)
data.also(
    {
        READ: "list(encode(standardize(source), source_vocabulary))",
        SAID: "[2] + list(encode(standardize(target), target_vocabulary)) + [3]",
        "source_ids = {word: place for place, word in enumerate(source_vocabulary)}": "",
        "target_ids = {word: place for place, word in enumerate(target_vocabulary)}": "",
    },
    name="encodes_one_by_one",
)


@correct("make_dataset")
def by_noise(pairs, source_vocabulary, target_vocabulary, batch_size=64, max_length=40, seed=0):
    """Sorts by length and a little noise, which is shuffling and sorting at once, and pads by hand."""
    draw, rows = np.random.default_rng(seed), []
    for pair in pairs:
        source, target = (
            encode(standardize(text), v) for text, v in zip(pair, (source_vocabulary, target_vocabulary), strict=True)
        )
        if max(len(source), len(target) + 1) <= max_length:
            rows.append((list(source), list(target)))
    keys = [len(target) + 0.9 * draw.random() for _, target in rows]
    order = [rows[place] for place in np.argsort(keys)]
    pieces = [order[first : first + batch_size] for first in range(0, len(order), batch_size)]
    found = []
    for place in draw.permutation(len(pieces)):
        piece = pieces[place]
        shape = len(piece), max(len(target) for _, target in piece) + 1
        source = np.zeros((len(piece), max(len(read) for read, _ in piece)), "int32")
        decoder_input, labels = np.zeros(shape, "int32"), np.zeros(shape, "int32")
        for row, (read, said) in enumerate(piece):
            source[row, : len(read)] = read
            decoder_input[row, : len(said) + 1] = [2, *said]
            labels[row, : len(said) + 1] = [*said, 3]
        found.append(({"source": source, "target": decoder_input}, labels))
    return found


built = right("build_translator")
SIZES = """len(source_vocabulary),
        len(target_vocabulary),"""
COMPILED = "translator.compile(adam, masked_loss, metrics=[masked_accuracy])"
ADAM = "keras.optimizers.Adam(WarmupSchedule(d_model, warmup_steps), beta_2=0.98, epsilon=1e-9)"
built.edits(
    {
        "The two vocabularies have changed places: the source's size comes first.": {
            SIZES: "len(target_vocabulary),\nlen(source_vocabulary),"
        },
        "Both sizes are those of one vocabulary. Source and target have their own.": [
            {SIZES: "len(source_vocabulary),\nlen(source_vocabulary),"},
            {SIZES: "len(target_vocabulary),\nlen(target_vocabulary),"},
        ],
        "Your model is post-norm. A translator is made with `norm_first=True`.": [
            {"norm_first=True": "norm_first=False"},
            {"norm_first=True,": ""},
        ],
        "Your projection is not tied. Leave `tie_weights` as it is.": {
            "norm_first=True": "norm_first=True, tie_weights=False"
        },
        "The dropout that was asked for does not reach the model. Hand it on.": {"dropout=dropout,": ""},
        "`max_length` stands fixed in your code. Hand on what was given.": {
            "max_length,\n        dropout": "40,\ndropout"
        },
        "The number of layers stands fixed in your code. Hand on num_layers.": {"num_layers,": "2,"},
        "d_ff and num_layers have changed places. The Transformer takes d_ff first.": {
            "d_ff,\n        num_layers,": "num_layers,\nd_ff,"
        },
        "The vocabularies are not kept. Put both on the model, for those who will translate with it.": {
            "translator.source_vocabulary = source_vocabulary": "",
            "translator.target_vocabulary = target_vocabulary": "",
        },
        "The vocabularies on the model have changed places.": {
            "translator.source_vocabulary = source_vocabulary": "translator.source_vocabulary = target_vocabulary",
            "translator.target_vocabulary = target_vocabulary": "translator.target_vocabulary = source_vocabulary",
        },
        "Your model keeps the sizes of the vocabularies. It is to keep the lists of words.": {
            "translator.source_vocabulary = source_vocabulary": "translator.source_vocabulary = len(source_vocabulary)",
            "translator.target_vocabulary = target_vocabulary": "translator.target_vocabulary = len(target_vocabulary)",
        },
        "You average over padding, too, which is easy to guess. Take your `masked_loss`.": {
            COMPILED: "translator.compile(adam, "
            "keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=[masked_accuracy])"
        },
        "This loss takes logits for probabilities. Take your `masked_loss`.": [
            {COMPILED: 'translator.compile(adam, "sparse_categorical_crossentropy", metrics=[masked_accuracy])'},
        ],
        "This accuracy counts padding. Take your `masked_accuracy`.": {
            COMPILED: 'translator.compile(adam, masked_loss, metrics=["accuracy"])'
        },
        "There is no accuracy to be seen in training. Give `metrics=[masked_accuracy]`.": {
            ", metrics=[masked_accuracy]": ""
        },
        "Loss and accuracy have changed places: the accuracy has no gradients, and nothing would be learned.": {
            COMPILED: "translator.compile(adam, masked_accuracy, metrics=[masked_loss])"
        },
        "The model is not compiled, so nobody can train it. Call `compile`.": {COMPILED: ""},
        "Your loss is smoothed. Here the label gets all.": {
            "adam, masked_loss,": "adam, lambda labels, logits: masked_loss(labels, logits, 0.1),"
        },
        "The rate does not follow your schedule. Give Adam `WarmupSchedule(d_model, warmup_steps)`, and `compile` this "
        "Adam.": [
            {"WarmupSchedule(d_model, warmup_steps), beta_2": "0.001, beta_2"},
            {"WarmupSchedule(d_model, warmup_steps), beta_2": "0.01, beta_2"},
            {"compile(adam,": 'compile("adam",'},
        ],
        "Your schedule is not told `warmup_steps`.": [
            {"WarmupSchedule(d_model, warmup_steps)": "WarmupSchedule(d_model)"},
            {"WarmupSchedule(d_model, warmup_steps)": "WarmupSchedule(d_model, 400)"},
        ],
        "The arguments of your schedule have changed places: d_model comes first.": {
            "WarmupSchedule(d_model, warmup_steps)": "WarmupSchedule(warmup_steps, d_model)"
        },
        "The optimizer is no Adam. With plain gradient descent a Transformer hardly learns.": {
            ADAM: "keras.optimizers.SGD(WarmupSchedule(d_model, warmup_steps))"
        },
        "You return nothing. `compile` changes the model, and the model is what is wanted.": {
            "return translator": "pass"
        },
    }
)
built.also({ADAM: "keras.optimizers.AdamW(WarmupSchedule(d_model, warmup_steps), clipnorm=1.0)"}, name="with_adam_w")
built.also(
    {
        "translator.source_vocabulary = source_vocabulary": "translator.source_vocabulary = tuple(source_vocabulary)",
        "translator.target_vocabulary = target_vocabulary": "translator.target_vocabulary = tuple(target_vocabulary)",
        COMPILED: "translator.compile(optimizer=adam, loss=masked_loss, metrics=[masked_accuracy])",
    },
    name="keeps_tuples",
)


@correct("build_translator")
def in_two_lines(source_vocabulary, target_vocabulary, d_model=128, num_heads=4, d_ff=256, num_layers=2, max_length=40,
                 dropout=0.1, warmup_steps=400):  # fmt: skip
    """Hands everything on by name, and Adam as it is."""
    sizes = {"d_model": d_model, "num_heads": num_heads, "d_ff": d_ff, "num_layers": num_layers}
    model = Transformer(
        source_vocabulary_size=len(source_vocabulary), target_vocabulary_size=len(target_vocabulary),
        max_length=max_length, dropout=dropout, norm_first=True, tie_weights=True, **sizes,
    )  # fmt: skip
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=WarmupSchedule(d_model, warmup_steps=warmup_steps)),
        loss=lambda labels, logits: masked_loss(labels, logits),
        metrics=[masked_accuracy],
    )
    model.source_vocabulary, model.target_vocabulary = source_vocabulary, target_vocabulary
    return model


said = right("translate")
LONGEST = 'translator.get_config()["max_length"]'
said.edits(
    {
        "Text is not standardised: capitals and signs make words that the model has never seen.": {
            "texts = [standardize(sentence) for sentence in sentences[first : first + 64]]": "texts = "
            "sentences[first : first + 64]"
        },
        "Text is only put into small letters. Signs must stand apart as well: `standardize` does both.": {
            "standardize(sentence) for": "sentence.lower() for"
        },
        "The words of the sentence are looked up in the target's vocabulary. They are words of the source.": {
            "encode(text, translator.source_vocabulary)": "encode(text, translator.target_vocabulary)"
        },
        "The ids are turned into words of the source's vocabulary. They are words of the target.": {
            "decode(row, translator.target_vocabulary)": "decode(row, translator.source_vocabulary)"
        },
        "You read the logits after the *first* id, so that each step gives the same. Take those after the last.": {
            "[:, -1]": "[:, 0]"
        },
        "Decoding begins with `[END]`. Begin with `[START]`, 2.": {"[2] * len(texts), 3": "[3] * len(texts), 3"},
        "Decoding begins with padding. Begin with `[START]`, 2.": {"[2] * len(texts)": "[0] * len(texts)"},
        "An int as start makes one row, so that one sentence is translated. Give one start for each.": {
            "[2] * len(texts), 3": "2, 3"
        },
        "Only the first 64 sentences are translated. Go through all of them.": {
            "range(0, len(sentences), 64)": "range(0, min(len(sentences), 64), 64)"
        },
        "Your length is fixed. A translation may have as many ids as the model can hold, `max_length` of its config.": [
            {f"longest, translations = {LONGEST}, []": "longest, translations = 8, []"},
            {f"longest, translations = {LONGEST}, []": "longest, translations = 40, []"},
        ],
        "A translation may be as long as its source in your code. It ends with `[END]`, or where the model is full.": {
            "3, longest)": "3, min(longest, source.shape[1] + 1))"
        },
        "You write one id more than the model can hold. `max_length` counts the start.": {
            f"longest, translations = {LONGEST}, []": f"longest, translations = {LONGEST} + 1, []"
        },
        "You stop one id too early. `max_length` counts the start, and `greedy_decode` does so, too.": {
            f"longest, translations = {LONGEST}, []": f"longest, translations = {LONGEST} - 1, []"
        },
        "You return ids. Turn them into text with `decode`.": {
            "[decode(row, translator.target_vocabulary) for row in ids.tolist()]": "ids.tolist()"
        },
        "You return lists of words. A translation is one string: `decode` joins them.": {
            "decode(row, translator.target_vocabulary) for": "decode(row, translator.target_vocabulary).split() for"
        },
        "Specials stand in your text. `decode` leaves them out.": {
            "decode(row, translator.target_vocabulary)": '" ".join(translator.target_vocabulary[one] for one in row)'
        },
        "You put `[START]` and `[END]` around the source. Sources were learned without them.": {
            "encode(text, translator.source_vocabulary) for": "[2, *encode(text, translator.source_vocabulary), 3] for"
        },
        "Sentences are sorted by length, and come back in another order. Put the translations back in their places.": {
            "longest, translations =": "sentences = sorted(sentences, key=len)\nlongest, translations ="
        },
        "Sentences are padded on the left, so that each word stands in another position than in training.": {
            "source = pad_batch([encode(text, translator.source_vocabulary) for text in texts])": "rows = "
            "[encode(text, translator.source_vocabulary) for text in texts]\n"
            "source = np.array([[0] * (max(map(len, rows)) - len(row)) + list(row) for row in rows])"
        },
        "All sentences get the source of the first one. Each row has its own.": {
            '"source": source,': '"source": np.repeat(source[:1], len(texts), axis=0),'
        },
        "You return the last piece only. Put all pieces together.": {"translations +=": "translations ="},
        "An empty list stops with an error: no row of none is the longest. Give an empty list back.": {
            "range(0, len(sentences), 64)": "range(0, max(len(sentences), 1), 64)"
        },
    }
)


@correct("translate")
def one_by_one(translator, sentences):
    """Slow, and right."""
    found = []
    for sentence in sentences:
        source = np.array([encode(standardize(sentence), translator.source_vocabulary)], "int32")
        row = [2]
        while row[-1] != 3 and len(row) < translator.get_config()["max_length"]:
            logits = translator({"source": source, "target": np.array([row], "int32")})
            row.append(int(ops.argmax(logits[0, -1])))
        found.append(decode(row, translator.target_vocabulary))
    return found


@correct("translate")
def encodes_once(translator, sentences):
    """All sentences at once, and the memory is made once for all steps."""
    if not sentences:
        return []
    source = pad_batch([encode(standardize(sentence), translator.source_vocabulary) for sentence in sentences])
    mask = padding_mask(source)
    memory = translator.encoder(translator.source_embedding(source), mask=mask)

    def step(ids):
        allowed = combine_masks(padding_mask(ids), causal_mask(ids.shape[1]))
        x = translator.decoder(translator.target_embedding(ids), memory, self_mask=allowed, memory_mask=mask)
        return translator.projection(x[:, -1:])[:, 0]

    ids = greedy_decode(step, [2] * len(sentences), 3, translator.get_config()["max_length"])
    return [decode(row, translator.target_vocabulary) for row in ops.convert_to_numpy(ids).tolist()]


said.also(
    {
        "longest, translations =": "order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))\n"
        "sentences = [sentences[place] for place in order]\nlongest, translations =",
        "return translations": "return [translations[order.index(place)] for place in range(len(order))]",
    },
    name="sorts_and_puts_back",
)


shown = right("alignment")
TARGET = "np.array([[2, *written[:-1]]])"
CROSS = "_, weights = last.cross_attention(query, memory, memory, mask=source_mask, return_weights=True)"
MEAN = "ops.mean(weights[0], axis=0)"
ADDED = "x = x + last.self_attention(normed, normed, normed, mask=target_mask)"
EARLIER = """for layer in earlier:
        x = layer(x, memory, self_mask=target_mask, memory_mask=source_mask)"""
shown.edits(
    {
        "Your decoder has read the token of each row already. Row t belongs to what was read *before* token t: put "
        "`[START]` first and leave the last token out.": {TARGET: "np.array([written])"},
        "These are the weights of the first layer. Those of the last one are wanted.": {
            "*earlier, last = translator.decoder.layers": "earlier, last = [], translator.decoder.layers[0]"
        },
        "The layers before the last are left out, so that the last one reads plain embeddings.": {EARLIER: ""},
        "These are the weights of one head. Take the mean over all of them.": [
            {MEAN: "weights[0, 0]"},
            {MEAN: "weights[0, -1]"},
        ],
        "You add up the heads, so that each row sums to H. Take their mean.": {MEAN: "ops.sum(weights[0], axis=0)"},
        "You take the largest weight of all heads, so that rows do not sum to 1. Take the mean.": {
            MEAN: "ops.max(weights[0], axis=0)"
        },
        "Your weights are the other way round: rows are tokens of the translation, columns those of the source.": {
            MEAN: "ops.transpose(ops.mean(weights[0], axis=0))"
        },
        "You return the weights of each head. Take their mean.": {MEAN: "weights[0]"},
        "You take a mean over the tokens of the translation. The heads stand on axis 0 of `weights[0]`.": {
            MEAN: "ops.mean(weights[0], axis=1)"
        },
        "These are the weights of self-attention: where the translation looked at itself. The source is what counts.": {
            CROSS: "_, weights = last.self_attention(normed, normed, normed, mask=target_mask, return_weights=True)"
        },
        "Cross-attention asks before self-attention in your code. Add what self-attention found first.": {ADDED: ""},
        "You forget the residual connection: what self-attention found is added to x.": {
            "x = x + last.self_attention": "x = last.self_attention"
        },
        "The queries are not normed. In pre-norm order they are `cross_attention_norm` of x.": {
            "query = last.cross_attention_norm(x)": "query = x"
        },
        "Self-attention of the last layer reads x without its norm, which comes first in pre-norm order.": {
            "normed = last.self_attention_norm(x)": "normed = x"
        },
        "The memory is normed once more. Only queries go through `cross_attention_norm`.": {
            "cross_attention(query, memory": "cross_attention(query, last.cross_attention_norm(memory)"
        },
        "Your decoder reads the embedded source. The memory is what the encoder makes of it.": {
            "translator.encoder(translator.source_embedding(source), mask=source_mask)": "translator.source_embedding("
            "source)"
        },
        "Tokens see those after them: the causal mask is missing.": {
            "combine_masks(padding_mask(target), causal_mask(target.shape[1]))": "padding_mask(target)"
        },
        "The source's tokens are not those of the standardised sentence.": {
            "source_tokens = standardize(sentence).split()": "source_tokens = sentence.split()"
        },
        "You return the sentences as text. Return lists of their tokens.": {
            "return source_tokens, target_tokens,": 'return " ".join(source_tokens), " ".join(target_tokens),'
        },
        "Source and target have changed places in what you return.": {
            "return source_tokens, target_tokens,": "return target_tokens, source_tokens,"
        },
        "The weights come first in what you return. Return `(source_tokens, target_tokens, weights)`.": {
            f"return source_tokens, target_tokens, ops.convert_to_numpy({MEAN})": f"return {MEAN}, source_tokens, "
            "target_tokens"
        },
        "You return the weights alone. Return the tokens as well.": {"return source_tokens, target_tokens,": "return"},
        "`[START]` or `[END]` stands among your tokens. Leave specials out, and their rows.": {
            "return source_tokens, target_tokens,": 'return source_tokens, [*target_tokens, "[END]"],'
        },
    }
)
shown.also(
    {
        CROSS: "attention = last.cross_attention\n"
        "shape = (1, -1, attention.num_heads, memory.shape[-1] // attention.num_heads)\n"
        "queries = ops.reshape(attention.query_dense(query), shape)\n"
        "keys = ops.reshape(attention.key_dense(memory), shape)\n"
        'weights = ops.softmax(ops.einsum("bthk,bshk->bhts", queries, keys) / shape[-1] ** 0.5)'
    },
    name="computes_the_weights",
)


@correct("alignment")
def listens(translator, sentence):
    """Lets the whole model run, and listens to what its last cross-attention is given."""
    words = standardize(sentence).split()
    source = np.array([encode(" ".join(words), translator.source_vocabulary)])
    longest = translator.get_config()["max_length"]
    ids = greedy_decode(lambda ids: translator({"source": source, "target": ids})[:, -1], 2, 3, longest)
    said = decode(ops.convert_to_numpy(ids)[0].tolist(), translator.target_vocabulary).split()
    attention, heard = translator.decoder.layers[-1].cross_attention, []
    usual = attention.call

    def call(query, key, value, mask=None, return_weights=False):
        output, weights = usual(query, key, value, mask=mask, return_weights=True)
        heard.append(weights)
        return output

    attention.call = call
    try:
        translator({"source": source, "target": ids[:, : len(said)]})
    finally:
        del attention.call
    return words, said, ops.convert_to_numpy(heard[-1])[0].mean(0)


@correct("alignment")
def token_by_token(translator, sentence):
    """Writes the translation itself, and keeps the last row of weights at each token."""
    words = standardize(sentence).split()
    source = pad_batch([encode(" ".join(words), translator.source_vocabulary)])
    memory, row, looked = translator.encoder(translator.source_embedding(source)), [2], []
    while len(row) < translator.get_config()["max_length"]:
        x = translator.target_embedding(np.array([row]))
        for layer in translator.decoder.layers:
            before = layer.self_attention_norm(x)
            middle = x + layer.self_attention(before, before, before, mask=causal_mask(len(row)))
            query = layer.cross_attention_norm(middle)
            weights = layer.cross_attention(query, memory, memory, return_weights=True)[1]
            x = layer(x, memory, self_mask=causal_mask(len(row)))
        logits = translator.projection(translator.decoder.last_norm(x))
        token = int(ops.argmax(logits[0, -1]))
        if token == 3:
            break
        looked.append(ops.mean(weights[0, :, -1], axis=0))
        row.append(token)
    return words, [translator.target_vocabulary[one] for one in row[1:]], ops.stack(looked)
