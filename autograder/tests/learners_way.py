"""A learner's way through some units of a handout; run in it as a process of its own, by `test_handout`.

Reads which units, and the wrong and the right answers that this learner writes, as JSON from standard input, and
prints what they saw.
"""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner

import ast
import contextlib
import io
import json
import os
import sys
from pathlib import Path

import __main__
from autograder import check
from autograder.grading import intake
from autograder.grading.at_home import mark_at_home
from autograder.grading.marker import Marker
from autograder.judging import diagnosis
from autograder.judging.slicing import needed, statements_if_any
from autograder.learner.desk import Desk
from autograder.units import ROOT, all_units


def run(sources, names=None):
    """Run code in this kernel, all of it or what some names stand on; returns what it printed."""
    code = [statements_if_any(source) for source in sources]
    chosen = code if names is None else needed(code, names)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        for statement in (statement for cell in chosen for statement in cell):
            exec(statement.source, vars(__main__))
    return printed.getvalue()


def code_of(notebook):
    return [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def begin(unit):
    """Run what the exercises of an open notebook stand on, in its folder, as JupyterLab's kernel does."""
    os.chdir(Desk().notebook(unit).parent)
    sources = ["".join(cell["source"]) for cell in code_of(Desk().notebook(unit))]
    return run(sources, {*unit.points(), *libraries_in(sources)})


def libraries_in(sources):
    """The names of what is imported beside earlier answers, which take long to check: an answer may use any of it."""
    nodes = [statement.node for source in sources for statement in statements_if_any(source)]
    imports = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
    libraries = [node for node in imports if getattr(node, "module", "") != "course.built"]
    return {alias.asname or alias.name for node in libraries for alias in node.names}


def write(unit, answers):
    """Write answers into the learner's notebook, and save it."""
    path = Desk().notebook(unit)
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name]
    path.write_text(json.dumps(notebook), "utf-8")


def before_anything_is_solved(units, wrong, right):
    """Open each lesson and each notebook, check it as it is, then with a wrong answer among right ones.

    Nothing is saved: to the unit after it, no unit is solved. Naming may take its time: what is asked is whether the
    handout holds all that it takes, and a busy machine would answer something else.
    """
    diagnosis.SECONDS = 60
    for unit in units:
        os.chdir(ROOT / "course")
        seen = {"lesson": run(["".join(code_of(unit.lesson)[0]["source"])]), "opened": begin(unit)}
        seen["untouched"] = {name: check(name).headline for name in unit.points()}
        seen["wrong"] = {}
        run([right[name] for name in unit.points()])
        for name in wrong.keys() & unit.points().keys():
            run([wrong[name]])
            seen["wrong"][name] = check(name).likely_mistakes()
            run([right[name]])
        yield unit.stem, seen


def solving(units, right, checked):
    """Solve one unit after the other, check some of the answers, and have the whole notebook marked."""
    with Marker(unconfined=True) as marker:
        for unit in units:
            write(unit, right)
            seen = {"opened": begin(unit)}
            seen["right"] = {name: check(name).headline for name in checked & unit.points().keys()}
            path = Desk().notebook(unit)
            marked, told = mark_at_home(marker, intake.take(path, unit).notebook, unit, path.parent)
            yield unit.stem, seen | {"told": told, "score": marked.verdict.score, "max_score": marked.verdict.max_score}


def main():
    given = json.load(sys.stdin)
    units = [unit for unit in all_units() if unit.stem in given["units"]]
    Desk().lay_out(units)
    first = dict(before_anything_is_solved(units, given["wrong"], given["right"]))
    then = dict(solving(units, given["right"], given["wrong"].keys()))
    print(json.dumps({"root": str(Path(ROOT)), "first": first, "then": then}))


if __name__ == "__main__":
    main()
