"""The sentences of lesson 9: two right translations each, agreement, and ids that say the same."""

from course.toolkit import one_sentence
from course.toolkit.two_orders import (
    BEST_LOSS,
    ENGLISH,
    SPANISH,
    TARGET_LENGTH,
    TRANSLATIONS,
    free_running,
    ids_of,
    self_mask,
    sentence_of,
    split,
)

import numpy as np
import pytest

OURS = " ".join(one_sentence.SOURCE)


def test_each_sentence_has_its_verb_at_the_end_or_at_the_beginning():
    assert len(TRANSLATIONS) == 216
    assert TRANSLATIONS[OURS] == (" ".join(one_sentence.TARGET), "duerme el gato rojo")
    assert all(last.split() == [*first.split()[1:], first.split()[0]] for last, first in TRANSLATIONS.values())
    assert len({spanish for both in TRANSLATIONS.values() for spanish in both}) == 432


def test_articles_and_adjectives_agree_with_their_nouns():
    assert TRANSLATIONS["the small goat runs"][0] == "la cabra pequeña corre"
    for spanish, _ in TRANSLATIONS.values():
        article, noun, adjective, _ = spanish.split()
        assert (noun[-1], adjective[-1]) == (("o", "o") if article == "el" else ("a", "a"))


def test_ids_are_found_again_as_sentences_shifted_by_one():
    source, read, wanted = ids_of(["the old hen sings"])
    assert [ENGLISH[number] for number in source[1]] == ["the", "old", "hen", "sings"]
    assert [sentence_of(row) for row in wanted] == ["la gallina vieja canta", "canta la gallina vieja"]
    assert [SPANISH[number] for number in read[:, 0]] == ["[START]"] * 2
    assert (read[:, 1:] == wanted[:, :-1]).all()
    assert sentence_of([2, 3, 5]) == ""


def test_no_loss_is_lower_than_what_the_free_choice_costs():
    source, _, wanted = ids_of(list(TRANSLATIONS))
    entropy = 0.0
    for position in range(wanted.shape[1]):  # of a token, given the source and all tokens before it
        seen = {}
        for row, sentence in zip(wanted, source, strict=True):
            seen.setdefault((*sentence, *row[:position]), []).append(row[position])
        counts = [np.unique(tokens, return_counts=True)[1] for tokens in seen.values()]
        entropy += np.mean([-(c / c.sum() * np.log(c / c.sum())).sum() for c in counts])
    assert pytest.approx(entropy / wanted.shape[1]) == BEST_LOSS


def test_what_is_kept_is_not_learned_from():
    learned, kept = split(36, OURS)
    assert (len(kept), len(learned), kept[0]) == (36, 180, OURS)
    assert not set(learned) & set(kept)
    assert split(36, OURS) == (learned, kept)
    assert {word for sentence in learned for word in sentence.split()} == set(ENGLISH[4:])


def test_a_mask_hides_padding_and_what_comes_later():
    ids = np.array([[2, 5, 0]])
    assert self_mask(ids, causal=True)[0].tolist() == [[True, False, False], [True, True, False], [True, True, False]]
    assert self_mask(ids, causal=False)[0].tolist() == [[True, True, False]] * 3


class OneAhead:
    """Says the sentence that it knows, if all before has been said right and the rest is hidden; else `[UNK]`."""

    def __init__(self, sentence, causal):
        self.ids, self.causal, self.seen = ids_of([sentence])[2][0], causal, []

    def __call__(self, inputs):
        source, read, mask = inputs
        assert (mask == self_mask(read, self.causal)).all()
        self.seen.append(read[0].tolist())
        scores = np.zeros((*read.shape, len(SPANISH)))
        for place in range(TARGET_LENGTH):
            right = read[0, 1 : place + 1].tolist() == self.ids[:place].tolist()
            scores[:, place, self.ids[place] if right else 1] = 1
        return scores


@pytest.mark.parametrize("causal", [True, False])
def test_a_free_running_model_reads_its_own_tokens_and_nothing_else(causal):
    model = OneAhead(OURS, causal)
    assert free_running(model, ids_of([OURS])[0][:1], causal) == ["el gato rojo duerme"]
    assert [len([token for token in row if token]) for row in model.seen] == [1, 2, 3, 4, 5]
    assert model.seen[0][0] == SPANISH.index("[START]")
