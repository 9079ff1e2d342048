"""How good translations are: exact matches, BLEU and chrF with what identifies them, and a gallery of errors."""

import difflib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sacrebleu.metrics import BLEU, CHRF

References = Sequence[str | Sequence[str]]  # for each translation a right one, or several
_STEM = 3  # letters that two forms of one word have in common


class Scores(NamedTuple):
    """Scores of a set of translations.

    `exact` is the share that equals a reference, 0 to 1. BLEU (Papineni et al. 2002) and chrF (Popović 2015), 0 to
    100, are sacreBLEU's (Post 2018), on words between spaces. Each has its signature, without which no two numbers can
    be compared.
    """

    exact: float
    bleu: float
    bleu_signature: str
    chrf: float
    chrf_signature: str

    def __str__(self) -> str:
        lines = [f"exactly right: {self.exact:.1%}"]
        lines.append(f"BLEU {self.bleu:.1f}  ({self.bleu_signature})")
        return "\n".join([*lines, f"chrF {self.chrf:.1f}  ({self.chrf_signature})"])


def scores(translations: Sequence[str], references: References) -> Scores:
    """The scores of translations, each with its references. Raises `ValueError` for another number of these."""
    known = [_as_list(one) for one in references]
    right = [text in others for text, others in zip(translations, known, strict=True)]
    most = max(map(len, known))
    columns = [[others[place] if place < len(others) else None for others in known] for place in range(most)]
    bleu, chrf = BLEU(tokenize="none", force=True), CHRF()
    found = [metric.corpus_score(list(translations), columns).score for metric in (bleu, chrf)]
    signatures = [str(metric.get_signature()) for metric in (bleu, chrf)]
    return Scores(sum(right) / len(right), found[0], signatures[0], found[1], signatures[1])


class Fault(NamedTuple):
    """A translation that equals no reference: its source, what was said, the nearest reference, and what is wrong."""

    source: str
    said: str
    wanted: str
    kind: str


def faults(sources: Sequence[str], translations: Sequence[str], references: References) -> list[Fault]:
    """Every translation that equals no reference, in the order given."""
    found = []
    for source, said, known in zip(sources, translations, references, strict=True):
        others = _as_list(known)
        if said not in others:
            wanted = max(others, key=lambda other: _matcher(said, other).ratio())
            found.append(Fault(source, said, wanted, kind_of(said, wanted)))
    return found


def kind_of(said: str, wanted: str) -> str:
    """What is wrong: the order, another form of a word, a word too few or too many, or another word."""
    if Counter(said.split()) == Counter(wanted.split()):
        return "order"
    changes = [one for one in _matcher(said, wanted).get_opcodes() if one[0] != "equal"]
    if any(end - begin != other_end - other for _, begin, end, other, other_end in changes):
        return "a word too few or too many"
    mine, theirs = said.split(), wanted.split()
    pairs = [pair for _, i, k, j, m in changes for pair in zip(mine[i:k], theirs[j:m], strict=True)]
    alike = all(one[:_STEM] == other[:_STEM] and len(one) > _STEM for one, other in pairs)
    return "another form of a word" if alike else "another word"


def error_gallery(sources: Sequence[str], translations: Sequence[str], references: References, each: int = 3) -> None:
    """Print how many faults there are of each kind, and the first `each` of them, with what differs in brackets."""
    found = faults(sources, translations, references)
    counts = Counter(fault.kind for fault in found)
    print(f"{len(found)} of {len(sources)} translations have a fault.")
    for kind, count in counts.most_common():
        print(f"\n{kind}: {count}")
        for fault in [fault for fault in found if fault.kind == kind][:each]:
            print(f"  {fault.source}\n    said    {marked(fault.said, fault.wanted)}")
            print(f"    wanted  {marked(fault.wanted, fault.said)}")


def marked(text: str, other: str) -> str:
    """The text, with brackets around the words that the other has not in their place."""
    words, pieces = text.split(), []
    for kind, begin, end, *_ in _matcher(text, other).get_opcodes():
        piece = " ".join(words[begin:end])
        pieces += [piece if kind == "equal" else f"[{piece}]"] if piece else []
    return " ".join(pieces)


def _matcher(text: str, other: str) -> difflib.SequenceMatcher:
    return difflib.SequenceMatcher(None, text.split(), other.split(), autojunk=False)


def _as_list(known: str | Sequence[str]) -> list[str]:
    return [known] if isinstance(known, str) else list(known)
