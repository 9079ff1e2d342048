"""Hostile code through the whole pipeline: it gets the points it has earned, and nothing else."""

import pytest

from autograder.tests.attacks.attack import Attack
from autograder.tests.attacks.bombs import BOMBS
from autograder.tests.attacks.detecting import DETECTING
from autograder.tests.attacks.ending import ENDING
from autograder.tests.attacks.forged import FORGED
from autograder.tests.attacks.keras_files import KERAS_FILES
from autograder.tests.attacks.lying import LYING
from autograder.tests.attacks.on_the_wire import ON_THE_WIRE
from autograder.tests.attacks.patched import PATCHED
from autograder.tests.attacks.poisoning import HONEST_AFTERWARDS, POISONING
from autograder.tests.attacks.reading import READING
from autograder.tests.attacks.scene import lost, outcomes, printed, scores
from autograder.tests.attacks.shadowing import SHADOWING

ATTACKS = {
    "forged": FORGED,
    "lying": LYING,
    "patched": PATCHED,
    "wire": ON_THE_WIRE,
    "detecting": DETECTING,
    "reading": READING,
    "ending": ENDING,
    "bombs": BOMBS,
    "shadowing": SHADOWING,
    "keras files": KERAS_FILES,
}
# Attacks that do more today than they may, each with what is missing. They turn red when it is there.
AWAITING: dict[str, str] = {}


def _cases():
    for kind, attacks in ATTACKS.items():
        for attack in attacks:
            reason = AWAITING.get(attack.name)
            marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
            yield pytest.param(attack, id=f"{kind}: {attack.name}", marks=marks)


def _submit(scene, attack: Attack):
    """Submit an attack; returns what was printed, once its verdict is the expected one."""
    marked, executed = scene.mark(scene.submitted(attack))
    text = printed(executed)
    assert scores(marked) == [attack.score, attack.other], lost(marked)
    assert outcomes(marked) <= attack.outcomes
    assert attack.problem in (marked.verdict.problem or "")
    assert "REACHED" not in text, text
    assert attack.unfinished or not attack.cell or "TRIED" in text
    scene.assert_untouched()
    return text


@pytest.mark.parametrize("attack", list(_cases()))
def test_an_attack_earns_what_it_has_answered_and_reaches_nothing(scene, attack):
    _submit(scene, attack)


@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name) for attack in POISONING])
def test_poison_earns_nothing_and_the_next_submission_finds_none(scene, attack):
    _submit(scene, attack)
    _submit(scene, HONEST_AFTERWARDS)


def test_every_attack_has_a_name_of_its_own():
    names = [attack.name for attacks in (*ATTACKS.values(), POISONING) for attack in attacks]
    assert len(names) == len(set(names)) > 80
    assert set(AWAITING) <= set(names)
