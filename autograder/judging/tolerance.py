"""How close two numbers must be: by dtype and device, in this one place."""

from typing import NamedTuple

import numpy as np

# float32 sums of a few hundred terms agree to about 1e-6 on a CPU. A GPU may multiply in TF32, with a
# 10-bit mantissa (NVIDIA, "TensorFloat-32 precision format", 2020), so its products agree to about 1e-3.
_TOLERANCES = {
    ("cpu", 4): (1e-5, 1e-6),
    ("cpu", 2): (1e-2, 1e-3),
    ("gpu", 4): (5e-3, 1e-3),
    ("gpu", 2): (2e-2, 5e-3),
}
_device = "cpu"


class Slack(NamedTuple):
    """How far two answers may lie apart in a test and still be the same to it: its own tolerance, and what is free.

    `any_order` says that the test asks for items of a list in whatever order.
    """

    rtol: float = 0.0
    atol: float = 0.0
    any_order: bool = False


_noted = Slack()


def use_device(device: str) -> None:
    """Judge by the tolerances of `cpu` or `gpu` from now on."""
    global _device
    if device not in ("cpu", "gpu"):
        raise ValueError(f"the device must be 'cpu' or 'gpu'; received {device!r}")
    _device = device


def tolerance(dtype: np.dtype) -> tuple[float, float]:
    """`(rtol, atol)` for results of this dtype; integers and booleans must be equal."""
    if np.dtype(dtype).kind != "f":
        return 0.0, 0.0
    return _TOLERANCES[_device, min(np.dtype(dtype).itemsize, 4)]


def widened(dtype: np.dtype, rtol: float, atol: float) -> tuple[float, float]:
    """The tolerance for this dtype, widened where a test asks for more; noted for who compares answers later."""
    standard = tolerance(dtype)
    rtol, atol = max(standard[0], rtol), max(standard[1], atol)
    note(rtol=rtol, atol=atol)
    return rtol, atol


def note(rtol: float = 0.0, atol: float = 0.0, any_order: bool = False) -> None:
    """Remember what the test that runs now leaves open."""
    global _noted
    _noted = Slack(max(_noted.rtol, rtol), max(_noted.atol, atol), _noted.any_order or any_order)


def start_noting() -> None:
    """Forget what was noted: another test begins."""
    global _noted
    _noted = Slack()


def noted() -> Slack:
    """What the test that ran last has left open, at least the tolerance of float32."""
    rtol, atol = tolerance(np.dtype("float32"))
    return Slack(max(_noted.rtol, rtol), max(_noted.atol, atol), _noted.any_order)
