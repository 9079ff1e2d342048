"""The learners' edition of the course: lessons, exercises, and checks that name mistakes, without an answer to be read.

What stands in `_RULES` decides about every file of the project; a file of which they say nothing stays here.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.author.build import MEND, stale
from autograder.judging.references import code_alone, solution_of
from autograder.learner.atomic import copy_beside
from autograder.seam.sealed import sealed_module, sealed_text
from autograder.units import ROOT, all_units

MANIFEST = ".handout.json"  # the digest of each file, as it was made
_TEMPLATES = Path(__file__).parent / "learners_edition"
_RULES = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"autograder/(suites|mistakes)/__init__\.py", "copied"),
        (r"autograder/(suites|mistakes)/\w+\.py", "sealed"),
        (r"autograder/mistakes/fingerprints\.json", "copied"),  # which rules are broken together, by digests
        (r"autograder/(learner|judging|seam|sandbox|grading)/.+", "copied"),
        (r"autograder/(\w+|commands/(__init__|app|for_learners))\.py", "copied"),
        (r"autograder/commands/for_(instructors|authors)\.py", "withheld"),
        (r"course/(\d\d_\w+|welcome)\.py", "withheld"),  # what lessons are made from
        (r"course/(\d\d_\w+|welcome)\.ipynb", "copied"),
        (r"course/(\w+\.(py|png|svg)|toolkit/.+)", "copied"),
        (r"exercises/(\d\d_\w+)/\1\.ipynb", "copied"),
        (r"exercises/\d\d_\w+/[^/]+(?<!\.ipynb)", "copied"),
        (r"LICENSE|CHANGELOG\.md|nbgrader_config\.py|\.gitattributes", "copied"),
        (r"README\.md|Makefile|\.gitignore|requirements\.txt|pyproject\.toml", "its own"),
        (r"solutions/.+|autograder/mistakes/(README\.md|equivalent_mutants\.toml)", "withheld"),
        (r"autograder/(author|bench|proofs|tests)/.+|autograder/README\.md", "withheld"),
        (r"BENCHMARKS\.md|\.ci/.+", "withheld"),
    )
)


class NoHandout(Exception):
    """A handout cannot be made, or not there; the message says why, and what to do. Nothing has been changed."""


@dataclass
class Made:
    """What making a handout has changed: files written and removed, and where edited ones are kept."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def make(folder: Path, force: bool = False) -> Made:
    """Make the learners' edition in a folder that is new or empty, or bring one there up to date.

    Files that somebody has edited stop it, unless `force`: then they are kept beside the new ones. Whatever else lies
    in the folder, such as a learner's `work`, is left alone. Raises `NoHandout`.
    """
    folder = folder.resolve()
    before = _manifest(folder)
    if outdated := stale():
        names = ", ".join(str(path.relative_to(ROOT)) for path in outdated)
        raise NoHandout(f"These notebooks are not as their sources say: {names}. Mend them with: {MEND}")
    files, made = all_files(), Made()
    after = {place: _digest(content) for place, content in files.items()}
    edited = [place for place in {**before, **after} if _is_edited(folder / place, before.get(place), after.get(place))]
    if edited and not force:
        raise NoHandout(
            f"Somebody has edited {', '.join(sorted(edited))} in {folder}. Move these away, or repeat the command with "
            "--force: then each is kept beside the new file."
        )
    _write(folder / MANIFEST, _as_json(before))  # a first handout that is broken off can be taken up again
    made.kept = [_keep(folder, place) for place in sorted(edited)]
    for place, content in files.items():
        if not (folder / place).is_file() or (folder / place).read_bytes() != content:
            _write(folder / place, content)
            made.written.append(place)
    made.removed = [place for place in sorted(before) if place not in after and _remove(folder, place)]
    _write(folder / MANIFEST, _as_json(after))
    return made


def all_files() -> dict[str, bytes]:
    """Every file of a handout by its place in it, in order."""
    files = {path.name: path.read_bytes() for path in _TEMPLATES.iterdir() if path.is_file()}
    files[".gitignore"] = files.pop("gitignore")
    files["autograder/learner/labconfig/page_config.json"] = files.pop("page_config.json")
    files["requirements.txt"] = _requirements().encode()
    files["pyproject.toml"] = _package().encode()
    for path in _project():
        place = path.relative_to(ROOT).as_posix()
        rule = rule_of(place)
        if rule == "copied":
            files[place] = path.read_bytes()
        elif rule == "sealed":
            files[place] = sealed_module(path.read_text("utf-8")).encode()
    for unit in all_units():
        place = unit.sealed_reference.relative_to(ROOT).as_posix()
        files[place] = sealed_text(code_alone(solution_of(unit))).encode()
    return dict(sorted(files.items()))


def rule_of(place: str) -> str | None:
    """What becomes of a file of the project: `copied`, `sealed`, `its own` or `withheld`; None if nothing says so."""
    return next((rule for pattern, rule in _RULES if pattern.fullmatch(place)), None)


def _project() -> Iterator[Path]:
    """The files of the project that lie where a handout takes something from."""
    yield from (path for path in ROOT.iterdir() if path.is_file())
    for room in ("autograder", "course", "exercises"):
        for folder, inner, names in os.walk(ROOT / room):
            inner[:] = [name for name in inner if not name.startswith((".", "__pycache__"))]
            yield from (Path(folder, name) for name in names if not name.startswith("."))


def _requirements() -> str:
    """The packages that learners need, in the project's versions: all but those of its own tests."""
    sections = (ROOT / "requirements.txt").read_text("utf-8").split("\n\n")
    kept = [section for section in sections if not section.startswith("# The project's own tests")]
    lines = [line for section in kept for line in section.splitlines() if not line.startswith("#")]
    return "\n".join(["# What the course needs, in the versions that it is tested with", *lines]) + "\n"


def _package() -> str:
    """What makes the folder a package to install, without the settings of our tools."""
    return (ROOT / "pyproject.toml").read_text("utf-8").partition("\n[tool.ruff]")[0] + "\n"


def _manifest(folder: Path) -> dict[str, str]:
    """The digests of the handout in a folder, none where it is new or empty; raises `NoHandout` for any other."""
    if folder == ROOT or ROOT in folder.parents:
        raise NoHandout(
            f"{folder} lies inside this project. Name a folder elsewhere, such as {ROOT.parent / 'handout'}."
        )
    if folder.exists() and not folder.is_dir():
        raise NoHandout(f"{folder} is a file. Name a folder that is new or empty, or a handout made before.")
    if not folder.is_dir() or not any(folder.iterdir()):
        return {}
    try:
        return dict(json.loads((folder / MANIFEST).read_text("utf-8")))
    except FileNotFoundError:
        raise NoHandout(
            f"{folder} holds files and is no handout made before. Name a folder that is new or empty."
        ) from None
    except ValueError as error:
        raise NoHandout(f"{folder / MANIFEST} cannot be read ({error}). Name a folder that is new or empty.") from None


def _is_edited(path: Path, *digests: str | None) -> bool:
    return path.is_file() and _digest(path.read_bytes()) not in digests


def _keep(folder: Path, place: str) -> str:
    """Copy an edited file to a name that is free; returns that."""
    path = folder / place
    return copy_beside(path, path.with_stem(f"{path.stem}.edited")).relative_to(folder).as_posix()


def _remove(folder: Path, place: str) -> bool:
    """Remove a file that handouts no longer have, and folders that are empty then."""
    path = folder / place
    existed = path.exists()
    path.unlink(missing_ok=True)
    while (path := path.parent) != folder and path.is_dir() and not any(path.iterdir()):
        path.rmdir()
    return existed


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _as_json(digests: dict[str, str]) -> bytes:
    return (json.dumps(digests, indent=1, sort_keys=True) + "\n").encode()
