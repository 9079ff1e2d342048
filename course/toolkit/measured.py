"""What a call costs on this machine: seconds, and the memory that its arrays take at the worst moment."""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What was measured: `seconds` of the quickest call, and `megabytes` at the moment when most was taken."""

    seconds: float
    megabytes: float


def cost_of(call: Callable[[], object], repeats: int = 3) -> Cost:
    """Measure a call; its result counts as well, and what was there before does not.

    Memory is what Python and NumPy take. Other libraries keep memory of their own, which Python cannot see, and hold it
    ready after they have used it, so that neither they nor the operating system could tell what one call needs.
    """
    traced = tracemalloc.is_tracing()
    if not traced:
        tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        call()
        _, highest = tracemalloc.get_traced_memory()
    finally:
        if not traced:
            tracemalloc.stop()
    return Cost(min(_seconds_of(call) for _ in range(repeats)), (highest - before) / 1e6)


def _seconds_of(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
