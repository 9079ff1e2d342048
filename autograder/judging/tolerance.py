"""How close two numbers must be: by dtype and device, in this one place."""

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
