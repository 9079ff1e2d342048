"""A sample class: honest learners, unlucky ones, each known mistake of a unit, and one who finishes the course."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from rich.console import Console

from autograder.author.build import build
from autograder.author.finished_course import let_it_speak
from autograder.author.known_cases import Case, submission
from autograder.grading.class_table import print_class
from autograder.grading.jobs import Graded, jobs
from autograder.grading.our_cells import answers_in, untouched
from autograder.grading.terminal import grade_with_progress
from autograder.judging.known import Known, known_answers, mistakes_in
from autograder.learner.atomic import write_whole
from autograder.learner.desk import Desk
from autograder.units import Unit, all_units

FINISHER = "learner-01"
_MARK = ".sample-class"  # the digests of the files that the demo has made


class NotTheDemo(ValueError):
    """The folder already holds a class that the demo did not make."""


def run_demo(console: Console, units: Sequence[Unit], grading: Path, workers: int) -> None:
    """Build the learners' copies, hand in a sample class, grade it through nbgrader, and show what came out.

    One of the class has all units of the course on a desk in `grading`, hands them in, and lets their translator speak.
    """
    submitted, desk = grading / "submitted", Desk(grading / "desk")
    for folder in (submitted, desk.folder):
        if others := _not_the_demos(folder):
            raise NotTheDemo(
                f"{folder} holds what the demo did not make, such as {others[0]}. Nothing was changed. Choose another "
                "folder: --grading DIR."
            )
    build(all_units())
    finish(desk)
    hand_in(submitted, units, desk)
    todo = jobs(all_units()[::-1], submitted)  # what takes longest first, so that all workers are busy to the end
    console.print(f"A sample class of {len(todo)} submissions is in {submitted}.", highlight=False, soft_wrap=True)
    graded = grade_with_progress(console, todo, grading, workers, unconfined=True)  # the class is ours
    print_class(console, [one for unit in units for one in graded if one.unit == unit.stem], grading)
    console.print(f"\n{_finished_with(graded)} Their desk: {desk.folder}", highlight=False, soft_wrap=True)
    let_it_speak(console, desk)


def finish(desk: Desk) -> None:
    """Lay all units of the course on a desk as somebody has them who has written every answer."""
    _write(desk.folder, {desk.notebook(unit): _finished(unit) for unit in all_units()})


def hand_in(submitted: Path, units: Sequence[Unit], desk: Desk | None = None) -> None:
    """Write the sample class of these units into a folder of nbgrader's layout, in the place of an earlier one.

    The first of the class hands in what lies on `desk`, of other units too.
    """

    def place(learner: str, unit: Unit) -> Path:
        return submitted / learner / unit.stem / f"{unit.stem}.ipynb"

    files = {
        place(f"learner-{number:02}", unit): text
        for unit in units
        for number, text in enumerate(sample_class(unit), start=1)
    }
    if desk:
        files |= {place(FINISHER, unit): desk.notebook(unit).read_text("utf-8") for unit in all_units()}
    _write(submitted, files)


def _write(folder: Path, files: Mapping[Path, str]) -> None:
    """Write files in the place of those that an earlier demo has made, and mark them as the demo's."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        write_whole(path, text)
    made = {path.relative_to(folder).as_posix(): _digest(path) for path in files}
    write_whole(folder / _MARK, json.dumps(made, indent=1) + "\n")


def _finished_with(graded: Sequence[Graded]) -> str:
    """What the learner who has written everything got for all units."""
    theirs = [one.outcome for one in graded if one.learner == FINISHER]
    won, most = sum(one.score or 0 for one in theirs), sum(one.max_score for one in theirs)
    return f"{FINISHER} has finished the course: {won:g} of {most:g} points in {len(theirs)} units."


def _not_the_demos(folder: Path) -> list[str]:
    """The files in a folder that no demo has made, or that somebody has changed since."""
    try:
        made = json.loads((folder / _MARK).read_text("utf-8"))
    except (OSError, ValueError):
        made = {}
    there = [path for path in sorted(folder.rglob("*")) if not path.is_dir() and path.name != _MARK]
    names = [(path, path.relative_to(folder).as_posix()) for path in there]
    return [name for path, name in names if path.is_symlink() or made.get(name) != _digest(path)]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sample_class(unit: Unit) -> Iterator[str]:
    """The files of the sample class: one of each kind, then learners who make one known mistake per exercise."""
    for kind in KINDS:
        yield kind(unit)
    mistakes: dict[str, list[Known]] = {name: [] for name in unit.points()}
    for known in mistakes_in(known_answers(unit)):
        mistakes[known.exercise].append(known)
    for index in range(max(map(len, mistakes.values()), default=0)):
        yield _with_answers(unit, {name: of[index].source() for name, of in mistakes.items() if index < len(of)})


def _finished(unit: Unit) -> str:
    return _text(_solved(unit))


def _half_finished(unit: Unit) -> str:
    names = list(unit.points())
    return _text(_keep_answers(unit, names[: (len(names) + 1) // 2]))


def _untouched(unit: Unit) -> str:
    return _text(untouched(unit))


def _syntax_error(unit: Unit) -> str:
    return _edited(unit, lambda source: source.replace("return ", "return (", 1))


def _deleted_cell(unit: Unit) -> str:
    notebook = _solved(unit)
    notebook.cells.remove(_last_answer(notebook))
    return _text(notebook)


def _doubled_cell(unit: Unit) -> str:
    notebook = _solved(unit)
    cell = _last_answer(notebook)
    notebook.cells.insert(notebook.cells.index(cell) + 1, nbformat.from_dict({**cell, "id": "doubled"}))
    return _text(notebook)


def _truncated(unit: Unit) -> str:
    whole = _finished(unit)
    return whole[: len(whole) // 2]


def _another_editor(unit: Unit) -> str:
    """An editor that drops cell ids, writes each source as one string, ends lines with CRLF and adds its own notes."""
    notebook = _solved(unit)
    notebook.nbformat_minor = 2
    notebook.metadata = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    for cell in notebook.cells:
        cell.pop("id", None)
        cell.source = cell.source.replace("\n", "\r\n")
        cell.metadata["id"] = "kept-by-the-editor"
    return "\ufeff" + json.dumps(notebook)


def _endless_loop(unit: Unit) -> str:
    return _edited(unit, lambda source: source.replace("    return ", "    while True:\n        pass\n    return ", 1))


def _ends_its_process(unit: Unit) -> str:
    return _edited(unit, lambda source: source.replace("    return ", "    import os\n    os._exit(1)\n    return ", 1))


def _prints_to_stderr(unit: Unit) -> str:
    def noisy(source: str) -> str:
        return f"import sys, warnings\nprint('working on it', file=sys.stderr)\nwarnings.warn('careful')\n{source}"

    return _edited(unit, noisy)


KINDS = (
    _finished,
    _half_finished,
    _untouched,
    _syntax_error,
    _deleted_cell,
    _doubled_cell,
    _truncated,
    _another_editor,
    _endless_loop,
    _ends_its_process,
    _prints_to_stderr,
)


def _text(notebook: NotebookNode) -> str:
    return nbformat.writes(notebook)


def _solved(unit: Unit) -> NotebookNode:
    return submission(Case(unit, "solution"))


def _last_answer(notebook: NotebookNode) -> NotebookNode:
    return list(answers_in(notebook).values())[-1]


def _keep_answers(unit: Unit, names: list[str]) -> NotebookNode:
    notebook, stubs = _solved(unit), answers_in(untouched(unit))
    for name, cell in answers_in(notebook).items():
        cell.source = cell.source if name in names else stubs[name].source
    return notebook


def _with_answers(unit: Unit, sources: dict[str, str]) -> str:
    notebook = _solved(unit)
    for name, cell in answers_in(notebook).items():
        cell.source = sources.get(name, cell.source)
    return _text(notebook)


def _edited(unit: Unit, edit: Callable[[str], str]) -> str:
    """The solved notebook with its last answer changed by `edit`."""
    notebook = _solved(unit)
    cell = _last_answer(notebook)
    cell.source = edit(cell.source)
    return _text(notebook)
