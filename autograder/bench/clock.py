"""A clock that shares time out among named spans: each moment belongs to the innermost span alone."""

import contextlib
import functools
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch


class Clock:
    """Counts seconds by the clock on the wall and by the CPU, for each span. A moment outside all is `other`."""

    OTHER = "other"

    def __init__(self, now: Callable[[], tuple[float, float]] | None = None):
        self._now = now or (lambda: (time.perf_counter(), time.process_time()))
        self._inside = [self.OTHER]
        self._last = self._now()
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextlib.contextmanager
    def span(self, name: str) -> Iterator[None]:
        """Count what happens here under `name`, but for spans inside it."""
        self.settle()
        self._inside.append(name)
        try:
            yield
        finally:
            self.settle()
            self._inside.pop()

    def settle(self) -> None:
        """Count the time up to now."""
        now = self._now()
        self.add(self._inside[-1], now[0] - self._last[0], now[1] - self._last[1])
        self._last = now

    def add(self, name: str, wall: float, cpu: float) -> None:
        """Count so many seconds more under `name`."""
        self.wall[name] = self.wall.get(name, 0.0) + wall
        self.cpu[name] = self.cpu.get(name, 0.0) + cpu

    def watch(self, owner: Any, attribute: str, name: str) -> Any:
        """A patch under which calls of `owner.attribute` are a span."""
        function = getattr(owner, attribute)

        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            with self.span(name):
                return function(*args, **kwargs)

        return patch.object(owner, attribute, watched)
