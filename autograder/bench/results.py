"""What the benchmark found, and the arithmetic on it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.bench.stages import NECESSARY, STAGES


@dataclass(frozen=True)
class StockRun:
    """One submission graded by stock nbgrader: the seconds it took, and the points that both sides gave."""

    learner: str
    kind: str
    seconds: float
    score: float
    our_score: float

    @property
    def agrees(self) -> bool:
        """Whether both gave the same points, to the hundredth."""
        return abs(self.score - self.our_score) < 0.005


@dataclass(frozen=True)
class Comparison:
    """A class graded here, and a sample of it by stock nbgrader in between. `seconds` are those of the whole class."""

    learners: int
    workers: int
    seconds: float
    stock: Sequence[StockRun]
    confinement: Sequence[str]

    @property
    def our_rate(self) -> float:
        """Submissions in a minute, the start of the command in it."""
        return 60 * self.learners / self.seconds

    @property
    def stock_rate(self) -> float:
        return 60 / statistics.mean(run.seconds for run in self.stock)

    @property
    def ratio(self) -> float:
        return self.our_rate / self.stock_rate

    @property
    def agreed(self) -> int:
        return sum(run.agrees for run in self.stock)


@dataclass(frozen=True)
class Pair:
    """The same learners graded twice, right after each other: as part of a large class, and as a class of their own.

    Both are seconds for each submission.
    """

    in_the_class: float
    alone: float


@dataclass(frozen=True)
class ClassSize:
    """A class of one size: seconds until its first submission was marked, seconds in all, bytes at the most.

    `pairs` compare parts of it with small classes. Seconds of two classes cannot be compared: the machine's own speed
    changes from one minute to the next, and other learners hand in other answers.
    """

    learners: int
    workers: int
    first: float
    seconds: float
    peak: int
    processes: int
    pairs: Sequence[Pair] = ()

    @property
    def each(self) -> float:
        """Seconds for each submission after the first: the start of the command is not in it."""
        return (self.seconds - self.first) / (self.learners - 1)

    @property
    def growth(self) -> float | None:
        """How many times as long a submission takes as in a small class; None where that was not measured."""
        if not self.pairs:
            return None
        return sum(pair.in_the_class for pair in self.pairs) / sum(pair.alone for pair in self.pairs)


@dataclass(frozen=True)
class Spent:
    """The seconds of each stage, one mapping for each submission: by the clock on the wall, and by the CPU."""

    wall: Sequence[dict[str, float]]
    cpu: Sequence[dict[str, float]]

    def seconds(self, stage: str) -> float:
        """The mean of a stage."""
        return statistics.mean(one.get(stage, 0.0) for one in self.wall)

    def cpu_seconds(self, stage: str) -> float:
        return statistics.mean(one.get(stage, 0.0) for one in self.cpu)

    @property
    def total(self) -> float:
        return sum(map(self.seconds, STAGES))

    @property
    def overhead(self) -> float:
        """The mean of all that is neither the learner's code nor the suite's own arithmetic."""
        return sum(self.seconds(stage) for stage in STAGES if stage not in NECESSARY)


@dataclass
class Results:
    """All that one run of the benchmark has found so far."""

    unit: str
    comparison: Comparison | None = None
    spent: Spent | None = None
    sizes: list[ClassSize] = field(default_factory=list)


def spread(sizes: Sequence[ClassSize]) -> float:
    """How far apart the times for a submission are, smallest classes and larger ones, as a share of the shortest."""
    growths = [1.0, *(size.growth for size in sizes if size.growth is not None)]
    return max(growths) / min(growths) - 1
