"""What the suite of unit 01 catches and `verify` cannot show: an answer that is another one in each process."""

import random

from autograder.judging.judge import judge
from autograder.seam import Workbench
from autograder.units import Unit

UNIT = Unit("01_text")


def parted(pairs, sources, test_fraction, seed):
    random.Random(seed).shuffle(sources)
    tested = sources[: round(test_fraction * len(sources))]
    return [pair for pair in pairs if pair[0] not in tested], [pair for pair in pairs if pair[0] in tested]


def in_the_order_of_a_set(pairs, test_fraction, seed):
    return parted(pairs, list({source for source, _ in pairs}), test_fraction, seed)


def in_the_order_of_the_pairs(pairs, test_fraction, seed):
    return parted(pairs, list(dict.fromkeys(source for source, _ in pairs)), test_fraction, seed)


def in_the_order_of_a_hash(pairs, test_fraction, seed):
    sources = sorted({source for source, _ in pairs}, key=lambda source: hash((source, seed)))
    tested = set(sources[: round(test_fraction * len(sources))])
    return [pair for pair in pairs if pair[0] not in tested], [pair for pair in pairs if pair[0] in tested]


def shuffled_by_a_hash(pairs, test_fraction, seed):
    sources = sorted({source for source, _ in pairs})
    return parted(pairs, sources, test_fraction, hash((sources[0], seed)))


def seeded_by_one_text(pairs, test_fraction, seed):
    return parted(pairs, sorted({source for source, _ in pairs}), test_fraction, hash(f"{len(pairs)} {seed}"))


def without_a_seed(pairs, test_fraction, seed):
    return parted(pairs, sorted({source for source, _ in pairs}), test_fraction, 42)


def broken_rules(answer, seed):
    verdict = judge(UNIT.suite, Workbench({"split_by_source": answer}), seed, only=["split_by_source"])[0]
    return [test.name for test in verdict.tests if test.outcome != "passed"]


def test_a_split_in_the_order_of_a_set_is_refused_within_one_process():
    for seed in range(3):
        assert broken_rules(in_the_order_of_a_set, seed) == ["the split is the same in every process"]
        assert broken_rules(in_the_order_of_the_pairs, seed) == []


def test_a_split_by_a_hash_of_text_is_refused_within_one_process():
    for seed in range(3):
        for answer in (in_the_order_of_a_hash, shuffled_by_a_hash, seeded_by_one_text):
            assert "the split is the same in every process" in broken_rules(answer, seed)
        assert broken_rules(without_a_seed, seed) == ["another seed gives another split"]
