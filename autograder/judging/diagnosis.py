"""Which known mistake explains a failure: the one that fails the same rule, and gives there what the learner gave."""

import contextlib
import itertools
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence

from autograder.judging.answer import Performer
from autograder.judging.built_on import built_on_theirs
from autograder.judging.error_causes import (
    SWAPPED,
    cause_of_a_zero_gradient,
    cause_of_nothing,
    cause_of_nothing_in,
    likely_cause,
)
from autograder.judging.fingerprints import NOTHING_MEASURED, Fingerprints
from autograder.judging.free_constants import fitted
from autograder.judging.known import Known
from autograder.judging.replay import OTHER, PASSES, SAME, Trial
from autograder.seam import LearnerError

SECONDS = 1.3  # of CPU, after the learner's own calls: who needs help most must not wait longest for it
_SIEVE = 0.7  # the part of it in which mistakes are looked for; the rest is for proving what was found


class TimeUp(Exception):
    """What has not been found by now is left."""


def name_mistakes(
    trials: Sequence[Trial],
    mistakes: Sequence[Known],
    fingerprints: Fingerprints = NOTHING_MEASURED,
    performer: Performer | None = None,
) -> None:
    """Write into each failed verdict the sentence of the mistake that explains it, if one does.

    A false sentence is worse than none. So a mistake is named only in tests where it fails the rule that the learner's
    answer fails and gives there what that gave, and only if it does as the learner's in every test that passed. First
    it is seen whether all comes from another exercise that this one calls; then one that explains all failures goes
    first, among several the one listed first; then two that explain all of them together, each its part; then one that
    explains more than half. `fingerprints` say where to look first, and `performer` performs on the learner's answers,
    also with swapped arguments. An error that none explains may be one that any tensor gives.
    """
    failed = [trial for trial in trials if trial.verdict.outcome in ("failed", "error") and trial.transcript]
    failed = [trial for trial in failed if not trial.speaks_for_itself and trial.transcript.is_whole]
    passed = [trial for trial in trials if trial.verdict.outcome == "passed" and trial.transcript.is_whole]
    if not failed:
        return
    search = _Search(failed, passed, fingerprints, performer)
    with warnings.catch_warnings(action="ignore"):  # of the known answers
        search.name(mistakes)
        if not any(trial.verdict.mistake for trial in failed):
            with contextlib.suppress(TimeUp):
                search.name_swapped()
    _name_in_general(failed)


def _name_in_general(failed: list[Trial]) -> None:
    """Say what helps with any tensor, in the tests that nothing known explains."""
    only_in_graphs = all(trial.is_traced for trial in failed)
    gives_nothing = any(cause_of_nothing(trial.verdict.got) for trial in failed)
    is_told_of = any(trial.verdict.mistake for trial in failed)  # then that may be why a slope is 0
    for trial in failed:
        verdict, result = trial.verdict, trial.transcript[-1].result
        if verdict.mistake is None and isinstance(result, LearnerError):
            of_nothing = cause_of_nothing_in(result) if gives_nothing else None
            verdict.mistake = of_nothing or likely_cause(result, only_in_graphs)
        elif verdict.mistake is None and trial.failure is not None:
            zero = cause_of_a_zero_gradient(trial.failure) if trial.is_traced and not is_told_of else None
            verdict.mistake = cause_of_nothing(verdict.got) or zero


class _Search:
    """The search for what explains the failed tests of one answer. Tests that are answered soonest stand first."""

    def __init__(
        self, failed: list[Trial], passed: list[Trial], fingerprints: Fingerprints, performer: Performer | None
    ):
        self._performer = performer
        self._failed = sorted(failed, key=lambda trial: trial.cost)
        self._passed = sorted(passed, key=lambda trial: trial.cost)
        self._fingerprints, self._start = fingerprints, time.process_time()
        self._outcomes: dict[tuple[int, int], str] = {}
        self._refuted: dict[int, set[tuple[int, tuple]]] = {}

    def name(self, mistakes: Sequence[Known]) -> None:
        """Write the sentences of those that explain the failures into the verdicts."""
        ordered = self._fingerprints.in_order(mistakes, [trial.verdict.name for trial in self._failed])
        tried: list[Known] = []
        with contextlib.suppress(TimeUp):
            if self._performer and self._tell_of_another(mistakes, self._performer):
                return
            for known in self._with_free_constants(ordered):
                tried.append(known)
                if self._outcome(known, self._failed[0]) == SAME and self._tell_alone(known):
                    return
            self._ask_what_may_explain(tried)
        with contextlib.suppress(TimeUp):
            parts = [(known, self._explained_so_far(known)) for known in tried]
            parts = sorted((part for part in parts if part[1]), key=lambda part: -len(part[1]))
            if not self._tell_two(parts):
                self._tell_most(parts)

    def _with_free_constants(self, ordered: Sequence[Known]) -> Iterator[Known]:
        """The mistakes as they are written, then with the number that the learner may have taken, which takes long.

        Those that break the rules that the learner broke come first, in both forms.
        """

        def allow() -> None:
            self._must_have_time(_SIEVE)

        ours = frozenset(trial.verdict.name for trial in self._failed)
        for _, alike in itertools.groupby(ordered, lambda known: self._fingerprints.of(known) == ours):
            group = list(alike)
            for known in group:
                allow()
                yield known
            for known in group:
                with_theirs = fitted(known, self._failed[0], allow)
                if with_theirs is not None:
                    yield with_theirs

    def _tell_of_another(self, mistakes: Sequence[Known], performer: Performer) -> bool:
        """Tell that all comes from another exercise of the learner's, where the right answer with that one does so too.

        It is called with numbers, which a graph or a slope does not have: tests of these are left without a word.
        """
        asked = [trial for trial in self._failed if not trial.is_traced]
        held = [trial for trial in self._passed if not trial.takes_long]
        for built in built_on_theirs(mistakes, performer) if asked else ():
            self._must_have_time(_SIEVE)
            alike = all(self._outcome(built, trial) == SAME for trial in asked)
            if alike and all(self._outcome(built, trial) == PASSES for trial in held):
                for trial in asked:
                    trial.verdict.mistake = built.sentence
                return True
        return False

    def _ask_what_may_explain(self, mistakes: Sequence[Known]) -> None:
        """Ask the mistakes in the failed tests, each as long as it may still be told of.

        In a test that none of them explains, two cannot explain all; then one that explains no more than half is out.
        """
        alive, missed, two_may = list(mistakes), Counter(), True
        for trial in self._failed:
            for known in alive:
                if not self._fingerprints.says_that_it_passes(known, trial.verdict.name):
                    self._must_have_time(_SIEVE)
                    self._outcome(known, trial)
            explained = {known for known in alive if self._outcomes.get((id(known), id(trial))) == SAME}
            missed.update(known for known in alive if known not in explained)
            two_may = two_may and bool(explained)
            if not two_may:
                alive = [known for known in alive if 2 * missed[known] < len(self._failed)]

    def _tell_alone(self, known: Known) -> bool:
        """Tell of the mistake if it explains every failure; those there is no time to ask are left without a word."""
        explained = []
        for trial in self._failed:
            if not self._has_time():
                if not self._fingerprints.says_that_it_breaks(known, trial.verdict.name):
                    raise TimeUp
            elif self._outcome(known, trial) != SAME:
                return False
            else:
                explained.append(trial)
        return self._tell(known, explained)

    def _tell_two(self, parts: Sequence[tuple[Known, list[Trial]]]) -> bool:
        """Tell of two mistakes that together explain all, each its part, where it is plain which two they are."""
        for known, explained in parts:
            rest = [trial for trial in self._failed if trial not in explained]
            others = [
                other
                for other, theirs in parts
                if other.sentence != known.sentence
                and all(trial in theirs for trial in rest)
                and self._keep_apart(known, explained, other, rest)
                and not self._is_contradicted(other)
            ]
            if len({other.sentence for other in others}) == 1 and self._tell(known, explained):
                return self._tell(others[0], rest)
        return False

    def _keep_apart(self, known: Known, explained: list[Trial], other: Known, rest: list[Trial]) -> bool:
        """Whether two mistakes leave each other's tests alone; an error comes before whatever else is wrong."""
        theirs = [(other, trial) for trial in explained] + [(known, trial) for trial in rest]
        for one, trial in theirs:
            self._must_have_time()
            if not trial.ends_in_an_error and trial.failure_of(one) is not None:
                return False
        return True

    def _tell_most(self, parts: Sequence[tuple[Known, list[Trial]]]) -> None:
        """Tell of a mistake that explains more than half of the failures."""
        for known, explained in parts:
            if 2 * len(explained) > len(self._failed) and self._tell(known, explained):
                return

    def _tell(self, known: Known, explained: list[Trial]) -> bool:
        """Write the sentence into the verdicts of these tests, unless a test that passed contradicts it."""
        if self._is_contradicted(known):
            return False
        for trial in explained:
            trial.verdict.mistake = known.sentence
        return True

    def _is_contradicted(self, known: Known) -> bool:
        """Whether the mistake does something else in a test that passed.

        That it passes what takes long, and what there is no time to ask, is looked up where it was measured. What it
        breaks is always asked: with other inputs it may have been another rule.
        """
        for trial in self._passed:
            if trial.takes_long and self._fingerprints.says_that_it_passes(known, trial.verdict.name):
                continue
            if self._has_time():
                if self._outcome(known, trial) != PASSES:
                    return True
            elif not self._fingerprints.says_that_it_passes(known, trial.verdict.name):
                raise TimeUp
        return False

    def _outcome(self, known: Known, trial: Trial) -> str:
        """What a mistake does in a test, asked once.

        Many tests make the same layer first, which takes long: how a mistake differs there is known in all of them.
        """
        place = (id(known), id(trial))
        if place not in self._outcomes:
            refuted = self._refuted.setdefault(id(known), set())
            if any(trial.beginning(length) == asked for length, asked in refuted):
                self._outcomes[place] = OTHER
            else:
                self._outcomes[place], entries = trial.outcome_of(known)
                if self._outcomes[place] == OTHER and entries <= len(trial.transcript):
                    refuted.add((entries, trial.beginning(entries)))
        return self._outcomes[place]

    def _explained_so_far(self, known: Known) -> list[Trial]:
        return [trial for trial in self._failed if self._outcomes.get((id(known), id(trial))) == SAME]

    def _has_time(self, part: float = 1.0) -> bool:
        """Whether there is time to ask one more test."""
        return time.process_time() - self._start <= part * SECONDS

    def _must_have_time(self, part: float = 1.0) -> None:
        if not self._has_time(part):
            raise TimeUp

    def name_swapped(self) -> None:
        """Say that two arguments stand in each other's place, where all is right as soon as they are exchanged."""
        asked = [trial for trial in self._failed if self._performer and trial.transcript[-1].operation == "call"]
        given = max((len(trial.transcript[-1].args[0]) for trial in asked), default=0)
        for first, second in itertools.combinations(range(min(given, len(_ORDINALS))), 2):
            if self._hold_when_swapped(asked, self._performer, first, second):
                for trial in self._failed:
                    trial.verdict.mistake = SWAPPED.format(_ORDINALS[first], _ORDINALS[second])
                return

    def _hold_when_swapped(self, asked: list[Trial], performer: Performer, first: int, second: int) -> bool:
        """Whether nothing is wrong any more in these tests, and one of them at least was asked to its end."""
        at_the_end = False
        for trial in asked:
            self._must_have_time()
            found = trial.outcome_when_swapped(performer, first, second)
            if found == OTHER:
                return False
            at_the_end = at_the_end or found == PASSES
        return at_the_end


_ORDINALS = ("first", "second", "third", "fourth")  # arguments of which any two may be exchanged
