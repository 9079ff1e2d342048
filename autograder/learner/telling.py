"""In which order a report tells what was found, and what it need not tell twice."""

from autograder.judging.verdicts import ExerciseVerdict, TestVerdict

SIGNS = {"passed": "✓", "failed": "✗", "not_attempted": "–", "missing": "–"}
WORDS = {
    "passed": "holds",
    "failed": "does not hold",
    "error": "stopped with an error",
    "timeout": "took too long",
    "memory": "asked for too much memory",
    "crashed": "ended the Python process",
    "missing": "is not there",
    "not_attempted": "not attempted yet",
}


class Telling:
    """The rules of an exercise, sorted for whoever reads them.

    `failed` holds a list for each cause, the first of which begins with the failure to study first; `not_asked` make
    sense for a right result only, and `held` hold. Ask for details in the order of showing: what has been told is left
    out.
    """

    def __init__(self, verdict: ExerciseVerdict):
        first, causes = verdict.first_failure, {}
        self.held, self.not_asked = [], []
        for test in verdict.tests:
            if test.outcome == "passed":
                self.held.append(test)
            elif test.asked or test is first:
                causes.setdefault(_cause(test), []).append(test)
            else:
                self.not_asked.append(test)
        self.failed: list[list[TestVerdict]] = list(causes.values())
        self._told = {test.mistake for test in verdict.tests}

    @staticmethod
    def sign(test: TestVerdict) -> str:
        return SIGNS.get(test.outcome, "✗") if test.asked else "–"

    def details(self, test: TestVerdict) -> list[tuple[str, str]]:
        """What there is to read about a failure, each with its label, without what has been told."""
        news = [text for text in (test.sentence, test.line) if text and text not in self._told]
        self._told.update(news)
        details = [("", text) for text in news]
        if test.outcome not in ("missing", "not_attempted"):
            details += [("Called", test.call), ("Got", test.got), ("Expected", test.expected)]
        return [(label, text) for label, text in details if text]


def _cause(test: TestVerdict) -> object:
    """The same for failures that have one cause: a named mistake, or the same error in the same line."""
    if test.mistake:
        return test.mistake
    return id(test) if test.outcome == "failed" else (test.outcome, test.sentence, test.line)


def reasons(verdict: ExerciseVerdict) -> list[str]:
    """Why an attempt has not all its points, in few words: the named mistakes, else the first failure."""
    first = verdict.first_failure
    if first is None or not verdict.attempted:
        return []
    named = dict.fromkeys(test.mistake for test in verdict.tests if test.mistake)
    return [f"Likely mistake: {sentence}" for sentence in named] or [f"{first.name}: {first.sentence}"]
