"""What JAX has compiled before, operation by operation: workers read it, and only the judge writes it.

JAX compiles every operation anew in each process, which is most of what a notebook costs there. Its own persistent
cache keeps them (JAX's documentation, "Persistent compilation cache"). Whole programs are left out of it: a compiled
answer would be an answer that somebody could call.
"""

import contextlib
import os
from importlib.metadata import version
from pathlib import Path

_FOLDER = "JAX_COMPILATION_CACHE_DIR"
_KEPT_FROM = "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"
_NEVER = "1e9"  # seconds of compiling


def folder_for(backend: str) -> Path | None:
    """Where compiled operations are kept for this backend; None where it needs none, or there is no place for them."""
    if backend != "jax":
        return None
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = base / "transformers-in-keras" / f"jax-{version('jax')}"
    with contextlib.suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o755)  # a worker is another user
        return place
    return None


def for_reading(folder: Path | None) -> dict[str, str]:
    """The part of a worker's environment that lets it read what is kept."""
    return {_FOLDER: str(folder), _KEPT_FROM: _NEVER} if folder else {}


def read_by_this_process() -> list[str]:
    """The folder that this process was told to read, if one."""
    return [os.environ[_FOLDER]] if os.environ.get(_FOLDER) else []


def keep(folder: Path) -> None:
    """Let this process read what is kept, and keep what it compiles."""
    import jax

    jax.config.update(_FOLDER.lower(), str(folder))
    jax.config.update(_KEPT_FROM.lower(), 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
