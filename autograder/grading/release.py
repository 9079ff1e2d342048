"""What goes out to learners through the exchange: copies of assignments, in which nobody's writing is lost or handed
out, and feedback."""

import glob
import json
import shutil
import tempfile
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.exchange.default import ExchangeReleaseAssignment, ExchangeReleaseFeedback
from nbgrader.utils import find_all_files

from autograder.grading.gradebook import generate_assignment
from autograder.learner.generated import digest_of, is_edited
from autograder.units import Unit, UnknownName, find_unit


class LearnersCopyExporter(NotebookExporter):
    """Writes a learner's copy as `build` does, and keeps aside what a person has written where it will be written.

    nbgrader makes the exporter before it removes anything, and has no earlier place to be plugged into.
    """

    def __init__(self, **options: Any):
        super().__init__(**options)
        if isinstance(self.parent, GenerateAssignment):
            for source in map(Path, self.parent.assignments):
                self._keep_aside(source, self.parent)

    def _keep_aside(self, source: Path, converter: GenerateAssignment) -> None:
        """Copy a folder that is going to be removed, if somebody has written in it, to beside it."""
        folder = Path(converter._format_dest(source.name, "."))
        replaced = converter.force or converter.coursedir.get_existing_timestamp(str(folder))
        if replaced and any(_written_by_a_person(folder, source)):
            names = chain([f"{source.name}.edited"], (f"{source.name}.edited-{number}" for number in count(2)))
            copy = next(path for path in map(folder.with_name, names) if not path.exists())
            shutil.copytree(folder, copy, symlinks=True)
            self.log.warning("Somebody has written in %s: a copy of it is kept in %s", folder, copy)

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **options: Any):
        from autograder.author.build import notebook_text

        text, resources = super().from_notebook_node(nb, resources, **options)
        return notebook_text(json.loads(text)), resources


class ReleaseGenerated(ExchangeReleaseAssignment):
    """Releases what nbgrader generates from a unit's source, whatever lies in the folder for release."""

    def copy_files(self) -> None:
        unit = _unit(self.coursedir.assignment_id)
        if unit is None:
            super().copy_files()
        elif unit.solution_source.exists():
            with tempfile.TemporaryDirectory() as folder:
                self._release_from(unit, Path(folder))
        elif any(_written_by_a_person(Path(self.src_path), Path(self.src_path, "nothing"))):
            self.fail(
                f"Somebody has written in {self.src_path}, and there is no {unit.solution_source} to make it anew "
                "from. Nothing was released."
            )
        else:
            super().copy_files()

    def _release_from(self, unit: Unit, folder: Path) -> None:
        """Generate the assignment in a folder of its own, and release it from there."""
        from autograder.author.build import notebook_text, solution_notebook

        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", unit.stem))
        copy = folder / "source" / unit.stem
        for path in _others(source, self.coursedir.ignore):
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / path, copy / path)
        copy.mkdir(parents=True, exist_ok=True)
        (copy / f"{unit.stem}.ipynb").write_text(notebook_text(solution_notebook(unit)), "utf-8")
        generate_assignment(unit, folder, copy.parent, config=self.config)
        there, self.src_path = Path(self.src_path), str(folder / "release" / unit.stem)
        if _digest(there / f"{unit.stem}.ipynb") != _digest(Path(self.src_path, f"{unit.stem}.ipynb")):
            self.log.warning(
                "%s is not what %s makes: it is left as it is, and what that makes is released",
                there,
                unit.solution_source,
            )
        super().copy_files()


class ReleaseFeedbackInExchange(ExchangeReleaseFeedback):
    """Releases the feedback of all who handed in through the exchange; nbgrader stops at the first who did not.

    Whoever handed in otherwise has no secret, which the exchange needs so that nobody else reads their page.
    """

    def copy_files(self) -> None:
        folders, away = [Path(folder) for folder in sorted(glob.glob(self.src_path))], []
        for folder in folders:
            if all((folder / name).is_file() for name in ("timestamp.txt", "submission_secret.txt")):
                self.src_path = glob.escape(str(folder))
                super().copy_files()
            else:
                away.append(str(folder))
        if away:
            self.log.warning(
                "Not handed in through the exchange, so no feedback goes out through it: give learners the pages in %s",
                ", ".join(away),
            )


def _written_by_a_person(folder: Path, source: Path) -> Iterator[Path]:
    """The files in an assignment's folder that no command has made: edited notebooks, and what is not in the source."""
    for path in folder.rglob("*"):
        if path.is_dir() or ".ipynb_checkpoints" in path.parts:
            continue
        original = source / path.relative_to(folder)
        generated = path.name == f"{folder.name}.ipynb" and not is_edited(path)
        same = path.suffix != ".ipynb" and original.is_file() and original.read_bytes() == path.read_bytes()
        if not (generated or same):
            yield path


def _others(source: Path, ignore: list[str]) -> list[Path]:
    """What nbgrader hands out beside the notebook."""
    found = find_all_files(str(source), [*ignore, "*.ipynb"]) if source.is_dir() else []
    return [Path(path).relative_to(source) for path in found]


def _digest(path: Path) -> str | None:
    try:
        return digest_of(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, AttributeError, TypeError):
        return None


def _unit(name: str) -> Unit | None:
    try:
        unit = find_unit(name)
    except UnknownName:
        return None
    return unit if unit.stem == name else None
