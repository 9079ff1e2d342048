"""How far unit 13's brief training lies above its threshold: `python -m autograder.bench.brief_training --seeds 60`.

Each seed draws another small language, other initial parameters and another order of batches, and trains the reference
as the suite does, in the same calls. What is printed is the spread of the share of unseen sentences that are translated
word for word, and how probable a share under the threshold is: by a beta distribution with the mean and the variance
of the shares (method of moments), whose tail is longer than that of a normal one.
"""

import argparse
import importlib.util
import math
import time
from collections.abc import Callable, Sequence
from types import ModuleType

import numpy as np

from autograder.judging.answer import Answer, Transcript
from autograder.judging.references import reference_of, references_before
from autograder.seam import Workbench
from autograder.seam.given import References, giving
from autograder.seam.settings import usual_settings
from autograder.units import find_unit

_UNIT = "13_translation"
_POINTS = 20_000  # of the sum that stands for the integral of a beta density


def shares(seeds: Sequence[int], tell: Callable[[str], None] = print) -> list[float]:
    """The share of unseen sentences that the reference translates word for word, for each seed."""
    unit = find_unit(_UNIT)
    suite, found = _suite(), []
    references = References([*references_before(unit), reference_of(unit)])
    with usual_settings(), giving(references):
        build = references("build_translator")
        for seed in seeds:
            began = time.process_time()
            learner = Answer(Workbench({"build_translator": build}), "build_translator", Transcript())
            found.append(suite.brief_training(learner, np.random.default_rng([13, seed])))
            tell(f"seed {seed}: {found[-1]:.4f}, {time.process_time() - began:.1f} s of CPU")
    return found


def chance_below(threshold: float, found: Sequence[float]) -> float:
    """How probable a share under the threshold is, by the beta distribution with the shares' mean and variance.

    Where all shares are 1, one more sentence is taken to be wrong in the last of them, so that there is a spread.
    """
    numbers = np.array(found, np.float64)
    if numbers.min() == 1:
        numbers[-1] -= 1 / 80
    mean, variance = numbers.mean(), numbers.var(ddof=1)
    total = mean * (1 - mean) / variance - 1
    a, b = mean * total, (1 - mean) * total
    x = (np.arange(_POINTS) + 0.5) / _POINTS
    log_density = (a - 1) * np.log(x) + (b - 1) * np.log1p(-x)
    log_density += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return float(np.exp(log_density[x < threshold]).sum() / _POINTS)


def _suite() -> ModuleType:
    spec = importlib.util.spec_from_file_location("brief_training_suite", find_unit(_UNIT).suite)
    suite = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(suite)
    return suite


def main() -> None:
    """Measure and print."""
    import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner

    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    found, threshold = shares(range(asked.first, asked.first + asked.seeds)), _suite().ENOUGH
    numbers = np.array(found)
    print(f"{len(found)} seeds: least {numbers.min():.4f}, mean {numbers.mean():.4f}, deviation {numbers.std():.4f}")
    print(f"below {threshold:.0%} with a probability of {chance_below(threshold, found):.1e}")


if __name__ == "__main__":
    main()
