"""One contender in a process of its own: `python -m autograder.bench.translation.one_training '{"name": "course", …}'`.

It trains, translates what is held out, and prints one JSON object a line: how many seconds have gone, and at its end
what was found. `found_by` is the other side.
"""

import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from autograder.bench.translation.contenders import CONTENDERS
from autograder.units import ROOT

_TOLD_EACH = 1.0  # seconds


class Asked(NamedTuple):
    """What is to be trained: a contender by its name, its seed, seconds of training, and how many held-out sources."""

    name: str
    seed: int
    seconds: float
    sentences: int
    chosen: Mapping[str, Any]


class Found(NamedTuple):
    """What one training came to. `tokens` are real ones of the target, and `sentences` were translated."""

    name: str
    seed: int
    parameters: int
    seconds: float
    updates: int
    tokens: int
    sentences: int
    translating: float
    bleu: float
    chrf: float
    signatures: tuple[str, str]
    device: str

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds


def found_by(asked: Asked, tick: Callable[[float], None]) -> Found:
    """Train and measure in another process. Raises `RuntimeError` with what it said where that fails."""
    command = [sys.executable, "-m", "autograder.bench.translation.one_training", json.dumps(asked._asdict())]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        said = {}
        try:
            for line in process.stdout:
                said = json.loads(line)
                tick(said.get("gone", asked.seconds))
        except BaseException:
            process.kill()
            raise
        process.wait()
        errors.seek(0)
        lines = errors.read().strip().splitlines()[-5:]
    if process.returncode or "found" not in said:
        raise RuntimeError("\n".join([f"{asked.name} could not be trained: exit code {process.returncode}.", *lines]))
    return Found(**said["found"] | {"signatures": tuple(said["found"]["signatures"])})


def run(asked: Asked, tick: Callable[[float], None]) -> Found:
    """Train and measure in this process."""
    from course.toolkit.translation_scores import scores

    from autograder.bench.translation.clocked_training import train
    from autograder.bench.translation.shared_text import shared_text
    from autograder.judging.references import reference_of
    from autograder.seam.given import References, giving
    from autograder.units import all_units

    entry = CONTENDERS[asked.name]
    make = getattr(importlib.import_module(f"autograder.bench.translation.{entry.module}"), entry.kind)
    answer = References([reference_of(unit) for unit in all_units()])
    with giving(answer):
        text = shared_text(answer, asked.sentences)
        given = {"answer": answer, **asked.chosen} if asked.name == "course" else {}
        contender = make(text, asked.seed, **given)
        trained = train(contender, asked.seconds, asked.seed, tick)
        began = time.perf_counter()
        translations = contender.translate(text.sources)
        translating = time.perf_counter() - began
    found = scores(translations, text.references)
    return Found(
        asked.name,
        asked.seed,
        contender.parameters,
        *trained,
        len(translations),
        translating,
        found.bleu,
        found.chrf,
        (found.bleu_signature, found.chrf_signature),
        _device(asked.name),
    )


def _device(name: str) -> str:
    """What it was computed with, and on."""
    if name == "torch":
        import torch

        return f"PyTorch {torch.__version__}, {torch.cuda.get_device_name() if torch.cuda.is_available() else 'CPU'}"
    import keras

    backend = keras.backend.backend()
    version = importlib.import_module(backend).__version__
    if backend == "jax":
        import jax

        return f"jax {version}, {jax.devices()[0].device_kind}"
    return f"{backend} {version}, {keras.distribution.list_devices()[0].split(':')[0].upper()}"


def main() -> None:
    """Run what is asked, and tell how far it is, and what was found."""
    told, sys.stdout = sys.stdout, sys.stderr
    last = -_TOLD_EACH

    def tick(gone: float) -> None:
        nonlocal last
        if gone - last >= _TOLD_EACH:
            last = gone
            print(json.dumps({"gone": gone}), file=told, flush=True)

    found = run(Asked(**json.loads(sys.argv[1])), tick)
    print(json.dumps({"found": found._asdict()}), file=told, flush=True)


if __name__ == "__main__":
    main()
