"""What an attack is: code for unit 00's first exercise, and the verdict and printed text it must lead to."""

from dataclasses import dataclass

RIGHT = """
def weighted_average(values, weights):
    shares = weights / ops.sum(weights, axis=-1, keepdims=True)
    return ops.sum(shares[..., None] * values, axis=1)
"""
NOTHING = "def weighted_average(values, weights):\n    return None\n"
FAILED, ERROR, PASSED = frozenset({"failed"}), frozenset({"error"}), frozenset({"passed"})
WRONG = FAILED | ERROR  # wrong where it is called as it is, and nothing that Keras can compile
CRASHED, TIMEOUT, MEMORY = frozenset({"crashed"}), frozenset({"timeout"}), frozenset({"memory"})


@dataclass(frozen=True)
class Attack:
    """One hostile submission of unit 00 and what must come of it.

    `cell` runs in a cell above the answer to `weighted_average`, `answer` is that answer, and `then` runs in a cell
    below its check. They may use what `Scene.prelude` defines. Whatever runs prints `REACHED` where it got what is
    not for it, which fails the case whatever else it expects. `score` is that of `weighted_average`, `other` that of
    `pairwise_dot`, which is answered rightly: each is worth 10. `outcomes` are those that tests of `weighted_average`
    may end with if they are not passed: several where it depends on the machine's speed what comes first. A `cell`
    must come to its end and print so, unless it is `unfinished`. `problem` is named in what the verdict says of the
    notebook as a whole.
    """

    name: str
    cell: str = ""
    answer: str = RIGHT
    then: str = ""
    score: float = 10
    outcomes: frozenset[str] = PASSED
    other: float = 10
    unfinished: bool = False
    problem: str = ""


def useless(name: str, cell: str, **expected) -> Attack:
    """An attack that tries to make a good score of an answer that returns nothing."""
    return Attack(name, cell, **{"answer": NOTHING, "score": 0, "outcomes": FAILED, **expected})


def answering(name: str, body: str, **expected) -> Attack:
    """An attack inside the answer: `body` are the lines of `weighted_average(values, weights)`."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    source = f"def weighted_average(values, weights):\n{lines}\n"
    return Attack(name, answer=source, **{"score": 0, "outcomes": FAILED, **expected})


def probing(name: str, *deeds: str) -> Attack:
    """An attack by a cell that attempts deeds, each an expression that must fail or come to nothing."""
    return Attack(name, "\n".join(f"attempt(lambda: {deed})" for deed in deeds))
