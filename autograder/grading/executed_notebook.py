"""The executed notebook: what its cells left, and a report with its score in each check cell."""

from nbformat import NotebookNode, from_dict

from autograder.grading.our_cells import checked_by, is_by_hand
from autograder.grading.sanitize import as_text
from autograder.grading.verdict_store import Marked
from autograder.judging.verdicts import ExerciseVerdict

PROBLEM = "problem"  # id of the note that an executed notebook begins with where something was wrong with it


def write_into(notebook: NotebookNode, marked: Marked) -> None:
    """Put outputs and reports into a notebook: each check cell shows its report and is worth its score.

    The score goes by nbgrader's partial-credit protocol: an `execute_result` whose plain text is a number. What a
    feedback page tells besides is in the metadata: the problem in the notebook's, and in a check cell's whether there
    was an attempt, and why it falls short. A report on the class finds the verdict by the digest in the notebook's.
    """
    from autograder.learner.display import Report
    from autograder.learner.telling import reasons

    notebook.metadata["verdict_digest"] = marked.digest
    if marked.verdict.problem:
        notebook.metadata["problem"] = marked.verdict.problem
        note = {
            "cell_type": "markdown",
            "id": PROBLEM,
            "metadata": {},
            "source": f"**Note:** {as_text(marked.verdict.problem)}",
        }
        notebook.cells.insert(0, from_dict(note))
    for cell in filter(is_by_hand, notebook.cells):
        cell.metadata["verdict"] = {"state": "graded by hand"}
    reports = {exercise.name: exercise for exercise in marked.verdict.exercises}
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = iter(marked.outputs)
    for number, cell in enumerate(code_cells, start=1):
        cell.outputs = [from_dict(output) for output in next(outputs, [])]
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
        if name := checked_by(cell):
            exercise = reports[name]
            data = {"text/plain": f"{exercise.score:g}", "text/html": Report(exercise, pictures=False)._repr_html_()}
            fields = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": number}
            cell.outputs = [from_dict(fields)]
            cell.metadata["verdict"] = {"state": _state(exercise), "reasons": reasons(exercise)}


def _state(exercise: ExerciseVerdict) -> str:
    """Whether there was an attempt, or why there was none."""
    if exercise.attempted:
        return "attempted"
    return "missing" if exercise.tests and exercise.tests[0].outcome == "missing" else "not attempted"
