"""Training a translator batch by batch: with a picture, a sample after each epoch, and ■ to interrupt and go on."""

from course.toolkit.bar import Bar, in_notebook
from course.toolkit.live_plot import LivePlot
from course.toolkit.quiet import silent

import time
from collections.abc import Callable, Sequence

import keras
import numpy as np

Batch = tuple[dict[str, np.ndarray], np.ndarray]  # inputs and labels, as `train_on_batch` takes them
_MEAN_OVER = 200  # updates: those before the end whose parameters are averaged
_EACH = 10  # updates from one taken into the mean to the next


class Training:
    """A training of so many epochs, each with all batches in another order, that can be interrupted and gone on with.

    `translator` is compiled with one metric. `sample`, a function of nothing, gives the text that is shown after each
    epoch, such as a translation. At its end the translator has the mean of its last parameters, as the paper averages
    its last checkpoints (Vaswani et al. 2017, section 6.1).
    """

    def __init__(
        self,
        translator: keras.Model,
        batches: Sequence[Batch],
        epochs: int,
        sample: Callable[[], str] = str,
        seed: int = 0,
    ):
        self._translator, self._batches, self._epochs = translator, batches, epochs
        self._sample, self._seed = sample, seed
        self._sum, self._summed = None, 0
        self.losses: list[float] = []
        self.accuracies: list[float] = []

    @property
    def done(self) -> int:
        """How many updates have been made."""
        return len(self.losses)

    @property
    def steps(self) -> int:
        """How many updates there are in all."""
        return self._epochs * len(self._batches)

    def run(self) -> None:
        """Train to the end. After ■, or Ctrl and C, the next call goes on where this one stopped."""
        if self.done == self.steps:  # or it was stopped right after its last batch
            self._average()
            return
        plot = _Plot("Training", self)
        try:
            plot.on_train_begin()
            while self.done < self.steps:
                self._update(plot)
                if self.done % len(self._batches) == 0:
                    self._tell()
        except KeyboardInterrupt:
            plot.on_train_end()
            print(f"Stopped after {self.done} of {self.steps} batches. Run it again, and it goes on from here.")
            return
        self._average()
        plot.on_train_end()

    def _update(self, plot: "_Plot") -> None:
        """Train on the batch whose turn it is."""
        epoch, place = divmod(self.done, len(self._batches))
        order = np.random.default_rng([self._seed, epoch]).permutation(len(self._batches))
        with silent():  # of what TensorFlow says when it makes a graph
            told = self._translator.train_on_batch(*self._batches[order[place]], return_dict=True)
        loss, accuracy = (float(one) for one in list(told.values())[:2])
        self.losses.append(loss)
        self.accuracies.append(accuracy)
        if self.steps - self.done < _MEAN_OVER and (self.steps - self.done) % _EACH == 0:
            self._add()
        plot.on_train_batch_end(self.done)

    def _tell(self) -> None:
        """Print how the epoch was that has ended, and a sample."""
        last = slice(self.done - len(self._batches), self.done)
        loss, accuracy = np.mean(self.losses[last]), np.mean(self.accuracies[last])
        epoch = self.done // len(self._batches)
        print(f"epoch {epoch:2} of {self._epochs}: loss {loss:.3f}, accuracy {accuracy:.1%}  {self._sample()}")

    def _add(self) -> None:
        """Take the parameters of now into the mean."""
        now = [np.array(one, np.float64) for one in self._translator.get_weights()]
        self._sum = now if self._sum is None else [a + b for a, b in zip(self._sum, now, strict=True)]
        self._summed += 1

    def _average(self) -> None:
        """Give the translator the mean, once."""
        if self._summed:
            self._translator.set_weights([one / self._summed for one in self._sum])
            self._sum, self._summed = None, 0


class _Plot(LivePlot):
    """The picture of a training: its losses and accuracies so far, those of earlier runs too, and the time left."""

    def __init__(self, name: str, training: Training):
        super().__init__(name)
        self.losses, self.accuracies = training.losses, training.accuracies
        self.set_params({"epochs": 1, "steps": training.steps - training.done})

    def on_train_batch_end(self, batch: int, logs=None) -> None:
        Bar.on_train_batch_end(self, batch, {"loss": np.mean(self.losses[-20:])})
        if in_notebook() and time.perf_counter() - self._drawn > 2:
            self._draw_anew()
