"""From percent text to notebooks: lessons, nbgrader's sources, and the learners' copies.

One way and byte for byte the same each time. Notebooks carry no outputs and ids made from their content.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from autograder.author.manual import added_to, fields_of, keep_added
from autograder.author.tables import with_table
from autograder.grading.gradebook import generate_assignment
from autograder.learner.atomic import copy_beside, write_whole
from autograder.learner.generated import id_of, none, stamp, would_lose
from autograder.units import ROOT, Unit, all_units

MEND = "python -m autograder build"
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class Edited(Exception):
    """Generated notebooks in which somebody has written: nothing was built."""

    def __init__(self, paths: Sequence[Path]):
        names = ", ".join(str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path) for path in paths)
        super().__init__(
            f"Somebody has written in {names}, which this command makes anew. Nothing was changed. Write in work/ "
            "instead (a learner) or in the .py source (an author). What an instructor adds to a notebook in solutions/ "
            "is kept where Create Assignment marks it as manually graded or read-only. To replace what is there: "
            "build --force, which keeps a copy of it."
        )
        self.paths = list(paths)


def build(units: list[Unit] | None = None, force: bool = False) -> list[Path]:
    """Write the generated notebooks of these units, by default of all; returns the files that changed.

    Raises `Edited`, and writes nothing, if somebody has written in one that would change. With `force` a copy of such
    a notebook is kept first.
    """
    outdated = _outdated(units)
    edited = [path for path, text in outdated.items() if path.exists() and _would_lose(path, text)]
    if edited and not force:
        raise Edited(edited)
    for path in edited:
        keep_aside(path)
    for path, text in outdated.items():
        write_whole(path, text)
    return list(outdated)


def keep_aside(path: Path) -> Path:
    """Copy an edited notebook to where no command writes and nbgrader releases nothing; returns the copy.

    That is beside a lesson, and beside the folder of an assignment: nbgrader hands out all that lies in it.
    """
    folder = path.parent.parent if path.parent.name == path.stem else path.parent
    return copy_beside(path, folder / f"{path.stem}.edited.ipynb")


def stale(units: list[Unit] | None = None) -> list[Path]:
    """Generated files that are missing, edited by hand, or older than their source."""
    return list(_outdated(units))


def stale_copies(units: Sequence[Unit]) -> list[Path]:
    """The notebooks that grading stands on, of those units whose sources are here, that `build` would change."""
    made = {
        path: text
        for unit in units
        for path, text in generated(unit).items()
        if path in (unit.solution, unit.learners_copy)
    }
    return [path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text]


def why_stale(units: Sequence[Unit]) -> str:
    """Why nothing may be graded on such notebooks, in words, or nothing; raises `ValueError` for a broken source."""
    outdated = [str(path.relative_to(ROOT)) for path in stale_copies(units)]
    if not outdated:
        return ""
    return (
        f"{', '.join(outdated)}: not as the suites and sources would make them now, so points would be counted "
        f"wrongly. Nothing was graded. Make them anew: {MEND} {' '.join(unit.stem for unit in units)}"
    )


def _outdated(units: list[Unit] | None) -> dict[Path, str]:
    """The generated files that are not as they should be, with the text they should have."""
    made = [generated(unit) for unit in units or all_units()] + [pages()]
    return {
        path: text
        for files in made
        for path, text in files.items()
        if not path.exists() or path.read_text("utf-8") != text
    }


def generated(unit: Unit) -> dict[Path, str]:
    """Every generated file of a unit with its text."""
    files = {}
    if unit.lesson_source.exists():
        files[unit.lesson] = notebook_text(_read(unit.lesson_source))
    if unit.solution_source.exists():
        solution = solution_notebook(unit)
        files[unit.solution] = notebook_text(solution, added_to(unit))
        files[unit.learners_copy] = _released(unit, notebook_text(solution))
    return files


def pages() -> dict[Path, str]:
    """What shows all units: the welcome page, and the README, of which the table alone is made here."""
    source, readme = ROOT / "course" / "welcome.py", ROOT / "README.md"
    welcome = _read(source)
    for cell in welcome.cells:
        cell.source = with_table(cell.source, "../")
    return {source.with_suffix(".ipynb"): notebook_text(welcome), readme: with_table(readme.read_text("utf-8"))}


def _would_lose(path: Path, text: str) -> bool:
    unit = Unit(path.stem)
    kept = added_to(unit) if path == unit.solution else none
    return path.suffix == ".ipynb" and would_lose(path, text, kept)


def notebook_text(notebook: NotebookNode, kept: Callable[[dict], bool] = none) -> str:
    """The bytes of a generated notebook, as text: sorted keys, one space of indent, a newline at the end.

    The digest that it carries leaves out the cells that are `kept` whatever is written in them.
    """
    stamp(notebook, kept)
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def solution_notebook(unit: Unit) -> NotebookNode:
    """nbgrader's source notebook: the percent text with grade ids turned into nbgrader's metadata.

    A cell names its grade id in its first line: `# %% grade_id="softmax"` for the answer, `softmax-check`
    for its check, `softmax-task` for its text. Points, minutes and difficulty stand in the suite. A cell with another
    grade id and points of its own is graded by hand. What an instructor has added to the notebook there is today is
    kept in its place. Raises `ValueError` where text and suite disagree.
    """
    notebook = _read(unit.solution_source)
    points, seen, by_hand = unit.points(), [], []
    for cell in notebook.cells:
        grade_id, worth, task = (cell.metadata.pop(name, None) for name in ("grade_id", "points", "task"))
        if grade_id is not None and worth is not None:
            cell.metadata["nbgrader"] = fields_of(cell, grade_id, worth, task, unit)
            by_hand.append(grade_id)
        elif grade_id is not None:
            cell.metadata["nbgrader"] = _nbgrader_metadata(unit, grade_id, points)
            if grade_id.endswith("-task"):
                cell.source = _with_marks(cell.source, unit.exercises()[grade_id.removesuffix("-task")].line)
            seen.append(grade_id)
    _refuse_disagreement(unit, seen, by_hand)
    return keep_added(notebook, unit)


def _refuse_disagreement(unit: Unit, seen: list[str], by_hand: list[str]) -> None:
    """Raise `ValueError` where the cells of the source are not those that the suite asks for, or one comes twice."""
    wanted = [f"{name}{suffix}" for name in unit.points() for suffix in ("-task", "", "-check")]
    if sorted(seen) != sorted(wanted):
        apart = sorted(set(seen) ^ set(wanted)) or sorted({grade_id for grade_id in seen if seen.count(grade_id) > 1})
        raise ValueError(
            f"{unit.solution_source.name} and {unit.suite.name} disagree about {', '.join(apart)}: every exercise of "
            "the suite needs one cell each for its task, its answer and its check."
        )
    if len(set(by_hand)) != len(by_hand):
        twice = sorted({grade_id for grade_id in by_hand if by_hand.count(grade_id) > 1})
        raise ValueError(f"{unit.solution_source.name}: more than one cell has the grade_id {', '.join(twice)}.")


def _with_marks(task: str, line: str) -> str:
    """The text of a task with what the suite says of it below the heading."""
    heading, _, rest = task.partition("\n")
    return f"{heading}\n{line}\n{rest}"


def _nbgrader_metadata(unit: Unit, grade_id: str, points: dict[str, float]) -> dict:
    name, _, role = grade_id.partition("-")
    if name not in points or role not in ("", "check", "task"):
        raise ValueError(
            f"{unit.solution_source.name}: grade_id {grade_id!r} fits no exercise of {unit.suite.name}; "
            f"it has {', '.join(points)}. A cell that is graded by hand needs points, such as points=5."
        )
    metadata = {
        "cell_type": "markdown" if role == "task" else "code",
        "grade": role == "check",
        "grade_id": grade_id,
        "locked": role != "",
        "schema_version": 3,
        "solution": role == "",
        "task": False,
    }
    return metadata | ({"points": points[name]} if role == "check" else {})


def _read(source: Path) -> NotebookNode:
    """Read a percent source into a notebook whose ids and metadata depend on nothing but its text."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = NotebookNode(kernelspec=_KERNEL, language_info={"name": "python"})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    used: set[str] = set()
    for cell in notebook.cells:
        base = cell.metadata.get("grade_id") or id_of(cell.source)
        cell.id, count = base, 1
        while cell.id in used:
            count += 1
            cell.id = f"{base}-{count}"
        used.add(cell.id)
        cell.metadata.pop("lines_to_next_cell", None)
    return notebook


def _released(unit: Unit, solution: str) -> str:
    """The learner's copy, made by nbgrader's own `generate_assignment` in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source", unit.stem)
        source.mkdir(parents=True)
        (source / f"{unit.stem}.ipynb").write_text(solution, "utf-8")
        generate_assignment(unit, Path(folder), Path(folder, "source"))
        released = Path(folder, "release", unit.stem, f"{unit.stem}.ipynb").read_text("utf-8")
    return notebook_text(json.loads(released))
