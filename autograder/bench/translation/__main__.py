"""`make bench-translation`, or `python -m autograder.bench.translation`: train all contenders, and compare them."""

import argparse
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.bench.command import machine
from autograder.bench.marked_sections import with_section
from autograder.bench.translation.compared import section, table, verdicts
from autograder.bench.translation.contenders import CONTENDERS, COURSE, changed
from autograder.bench.translation.kept import KEPT, keep
from autograder.bench.translation.one_training import Asked, Found, found_by
from autograder.units import ROOT


def main() -> None:
    """Train, print, and with `--write` keep each part as soon as it is there."""
    asked, console = _arguments(), Console()
    facts, found, failed = machine(), [], False
    for one in _trainings(asked, console):
        try:
            found.append(_with_bar(console, one))
        except RuntimeError as error:
            failed = True
            console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
            continue
        if asked.write:
            _write(asked, found[-1], facts, console)
    if found:
        console.print(table(found))
    for sentence in verdicts(found):
        console.print(sentence, highlight=False)
    sys.exit(1 if failed or not found else 0)


def _trainings(asked: argparse.Namespace, console: Console) -> Iterator[Asked]:
    for name in asked.only:
        if name == "torch" and importlib.util.find_spec("torch") is None:
            told = "PyTorch is not installed, so its translator is left out. Install it: pip install --editable"
            console.print(f"{told} '.[torch]'", style="yellow", markup=False, highlight=False, soft_wrap=True)
            continue
        for seed in range(asked.seeds if name == "course" else 1):
            yield Asked(name, seed, 60 * asked.minutes, asked.sentences, asked.course if name == "course" else {})


def _with_bar(console: Console, asked: Asked) -> Found:
    columns = (TextColumn("{task.description:<22}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"{asked.name}, seed {asked.seed}", total=asked.seconds)
        return found_by(asked, lambda gone: progress.update(task, completed=gone))


def _write(asked: argparse.Namespace, found: Found, facts: dict[str, str], console: Console) -> None:
    """Keep a training, and write those of its kind that this machine has made into the page."""
    settings = {"minutes": asked.minutes, "sentences": asked.sentences, "course": COURSE | asked.course}
    kept = keep(asked.kept, found, settings, facts)
    if kept.apart:
        told = f"{asked.page.name} shows {len(kept.trainings)} trainings of this machine and these settings;"
        told += f" {kept.apart} of others stay in {asked.kept.name}, and are not shown beside them."
        console.print(told, style="yellow", markup=False, highlight=False, soft_wrap=True)
    text = asked.page.read_text("utf-8") if asked.page.exists() else ""
    body = section(kept.trainings, asked.minutes, asked.course, facts)
    asked.page.write_text(with_section(text, f"translation on a {kept.kind}", body), "utf-8")


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m autograder.bench.translation", description=__doc__)
    parser.add_argument("--minutes", type=_above_0(float), default=8, help="of training, for each; 8")
    parser.add_argument("--seeds", type=_above_0(int), default=3, help="trainings of the course's translator; 3")
    parser.add_argument("--only", type=_names, default=list(CONTENDERS), help=f"some of {','.join(CONTENDERS)}")
    parser.add_argument("--sentences", type=_above_0(int), default=1000, help="held-out sources; 1000")
    parser.add_argument(
        "--course", type=_settings, default={}, help="settings to try, such as warmup_steps=600,d_ff=256"
    )
    parser.add_argument("--write", action="store_true", help="keep the trainings, and write BENCHMARKS.md")
    parser.add_argument("--kept", type=Path, default=KEPT, help="another file for the trainings that are kept")
    parser.add_argument("--page", type=Path, default=ROOT / "BENCHMARKS.md", help="another file for it")
    return parser.parse_args(given)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in CONTENDERS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"takes some of {', '.join(CONTENDERS)}; received {text!r}.")
    return names


def _above_0(kind: type):
    def number(text: str):
        try:
            value = kind(text)
        except ValueError:
            value = 0
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"takes a number above 0; received {text!r}.")
        return value

    return number


def _settings(text: str) -> dict:
    try:
        return changed(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    main()
