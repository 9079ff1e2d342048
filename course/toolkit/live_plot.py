"""A progress bar for training with a picture above it: loss and accuracy so far, drawn anew every few seconds."""

from course.toolkit import figures
from course.toolkit.bar import Bar, in_notebook

import time

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

_PAUSE = 2.0  # seconds between two pictures
_MOST = 100  # points of a curve: each is the mean of some batches


class LivePlot(Bar):
    """Shows loss and accuracy of each batch, how far `fit` has come, and how many seconds it will take.

    For one epoch of a model that was compiled with one metric. `losses` and `accuracies` are those of the batches so
    far, before their updates. Outside a notebook it prints one line at the end.
    """

    def __init__(self, name: str):
        super().__init__(name)
        self.losses: list[float] = []
        self.accuracies: list[float] = []
        self._sums, self._drawn, self._picture = (0.0, 0.0), 0.0, None

    def on_train_begin(self, logs=None) -> None:
        if in_notebook():
            from IPython.display import display

            self._picture = display(self.drawn(), display_id=True)
        super().on_train_begin(logs)

    def on_train_batch_end(self, batch: int, logs=None) -> None:
        count = len(self.losses) + 1  # Keras tells the means over all batches of the epoch
        sums = tuple(float(one) * count for one in list(logs.values())[:2])
        for kept, now, before in zip((self.losses, self.accuracies), sums, self._sums, strict=True):
            kept.append(now - before)
        self._sums = sums
        super().on_train_batch_end(batch, {"loss": np.mean(self.losses[-20:])})
        if self._picture and time.perf_counter() - self._drawn > _PAUSE:
            self._draw_anew()

    def on_train_end(self, logs=None) -> None:
        if self._picture:
            self._draw_anew()
        super().on_train_end(logs)

    def interrupted(self) -> None:
        """Say that training was stopped: Keras does not call `on_train_end` then."""
        self.on_train_end()
        print(f"Stopped after {len(self.losses)} of {self._steps} batches. The model keeps what it has learned so far.")

    def drawn(self) -> Figure:
        """Loss and accuracy over the batches so far, side by side."""
        with plt.rc_context(figures.STYLE):
            figure, panels = plt.subplots(1, 2, figsize=(7.2, 2.6), layout="constrained")
            for axes, name, numbers, color in zip(
                panels, ("loss", "accuracy"), (self.losses, self.accuracies), figures.SERIES, strict=False
            ):
                axes.plot(*_thinned(numbers), color=color)
                axes.set(
                    title=name,
                    xlabel="batch",
                    xlim=(0, max(len(numbers), 1)),
                    ylim=(0, None if name == "loss" else 1.02),
                )
        return figures.shown_once(figure)

    def _draw_anew(self) -> None:
        self._drawn = time.perf_counter()
        self._picture.update(self.drawn())

    def _text(self) -> str:
        share = self._done / self._steps if self._steps else 0.0
        left = (time.perf_counter() - self._began) * (1 - share) / share if share else 0.0
        accuracy = f"  accuracy {np.mean(self.accuracies[-20:]):.1%}" if self.accuracies else ""
        return super()._text() + accuracy + (f"  about {left:.0f} s left" if 0 < share < 1 else "")


def _thinned(numbers: list[float]) -> tuple[list[float], list[float]]:
    """At most `_MOST` points of a curve, each the mean of a few neighbours: `(places, means)`."""
    pieces = [piece for piece in np.array_split(np.arange(len(numbers)), _MOST) if len(piece)]
    return [float(piece.mean()) for piece in pieces], [
        float(np.mean([numbers[one] for one in piece])) for piece in pieces
    ]
