"""The machine and the versions that a measurement was made with."""

import importlib.metadata
import os
import platform
from pathlib import Path

import psutil

_PACKAGES = ("tensorflow", "keras", "nbgrader", "pytest", "numpy", "matplotlib")


def facts() -> dict[str, str]:
    """What a reader needs to compare a measurement with one of their own, by name."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
    return {
        "processor": f"{_processor()}, {cores} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "load before": f"{load} (1, 5 and 15 minutes)",
        "versions": ", ".join([f"Python {platform.python_version()}", *versions]),
    }


def _processor() -> str:
    """The processor's model as the kernel names it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model"))]
    return models[0] if models else platform.machine()
