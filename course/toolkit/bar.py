"""A progress bar for training in a notebook: one line of text that is overwritten, readable in every theme."""

import time

import keras

_CELLS = 30
_PAUSE = 0.5  # seconds between two pictures


class Bar(keras.callbacks.Callback):
    """Shows how far `fit` has come, the loss, and the seconds; outside a notebook it prints one line at the end."""

    def __init__(self, name: str):
        super().__init__()
        self._name, self._shown, self._handle = name, 0.0, None

    def on_train_begin(self, logs=None) -> None:
        self._began, self._done, self._loss = time.perf_counter(), 0, float("nan")
        self._steps = self.params["epochs"] * (self.params["steps"] or 0)
        if in_notebook():
            from IPython.display import display

            self._handle = display(_Line(self._text()), display_id=True)

    def on_train_batch_end(self, batch: int, logs=None) -> None:
        self._done, self._loss = self._done + 1, float((logs or {}).get("loss", self._loss))
        if self._handle and time.perf_counter() - self._shown > _PAUSE:
            self._shown = time.perf_counter()
            self._handle.update(_Line(self._text()))

    def on_train_end(self, logs=None) -> None:
        if self._handle:
            self._handle.update(_Line(self._text()))
        else:
            print(self._text())

    def _text(self) -> str:
        share = self._done / self._steps if self._steps else 0.0
        cells = "█" * round(share * _CELLS)
        seconds = time.perf_counter() - self._began
        loss = f"  loss {self._loss:.2f}" if self._done else ""
        return f"{self._name:12} {cells:░<{_CELLS}} {share:4.0%}{loss}  {seconds:.0f} s"


class _Line:
    """A line that a notebook shows as it is."""

    def __init__(self, text: str):
        self._text = text

    def __repr__(self) -> str:
        return self._text


def in_notebook() -> bool:
    """Whether this runs in a kernel, which can show a picture and change it later."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")
