"""A known mistake judged in this process, as `check` judges an answer in a learner's own notebook.

A backend that compiles each operation for itself, as JAX does, makes it ready anew in each worker, which takes several
times as long as a suite; a process that judges one mistake after the other does so once.
"""

import contextlib
import io
import itertools
import linecache
import secrets
import warnings
from typing import Any

from autograder.author.known_cases import Case, submission
from autograder.grading.our_cells import checked_by
from autograder.judging.judge import judge
from autograder.judging.known import known_answers
from autograder.judging.references import references_before
from autograder.judging.tolerance import use_device
from autograder.judging.verdicts import Verdict
from autograder.seam import Workbench
from autograder.seam.backends import forget_compiled
from autograder.seam.given import References, giving, new_namespace
from autograder.seam.settings import usual_settings

_BETWEEN_CLEARINGS = 50  # mistakes: a program that is let go is compiled again when it is needed

_judged = itertools.count(1)


def judged_here(case: Case, device: str = "cpu") -> Verdict | None:
    """The verdict on the exercise that a mistake answers; None where one of its cells stops with an error.

    The code is ours: it is neither confined nor limited.
    """
    from course.toolkit.quiet import silent

    use_device(device)
    known, seed = known_answers(case.unit), secrets.randbits(32)
    with (
        silent(),
        warnings.catch_warnings(action="ignore"),
        contextlib.redirect_stdout(io.StringIO()),
        usual_settings(),
        giving(References(references_before(case.unit))),
    ):
        answers = _answers(case)
        if answers is None:
            return None
        exercises = judge(case.unit.suite, Workbench(answers), seed, known, [case.exercise])
    if next(_judged) % _BETWEEN_CLEARINGS == 0:
        forget_compiled()
    return Verdict(case.unit.stem, exercises, seed=seed, device=device)


def _answers(case: Case) -> dict[str, Any] | None:
    """What the cells of its submission bind, checks left out. Errors find their lines, as those of a notebook do."""
    names = new_namespace()
    cells = [cell for cell in submission(case).cells if cell.cell_type == "code" and not checked_by(cell)]
    try:
        for number, cell in enumerate(cells):
            file = f"<cell {number}>"
            linecache.cache[file] = (len(cell.source), None, cell.source.splitlines(keepends=True), file)
            exec(compile(cell.source, file, "exec"), names)
    except Exception:
        return None
    return names
