"""`nbgrader export` writes nbgrader's columns with numbers as people write them."""

import csv

from nbgrader.api import Gradebook

from autograder.grading.nbgrader_settings import prepare_nbgrader
from autograder.grading.nbgrader_table import TableOfGrades


def test_points_have_no_noise_and_texts_stay_in_their_columns(tmp_path):
    prepare_nbgrader()
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        for unit in ("first", "second"):
            book.add_assignment(unit)
            book.add_notebook(unit, unit)
            for name in ("a", "b"):
                book.add_grade_cell(name, unit, unit, max_score=2.5, cell_type="code")
        book.add_student("=1+1", last_name="Núñez, Ana")
        (notebook,) = book.add_submission("first", "=1+1").notebooks
        for grade, points in zip(notebook.grades, (1.1, 2.2), strict=True):
            grade.auto_score = points
        notebook.late_submission_penalty = 0.1 + 0.2
        book.db.commit()
        TableOfGrades(to=str(tmp_path / "grades.csv")).export(book)
    with (tmp_path / "grades.csv").open(newline="", encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert (first["raw_score"], first["late_submission_penalty"], first["score"]) == ("3.3", "0.3", "3")
    assert (first["student_id"], first["last_name"], first["max_score"]) == ("'=1+1", "Núñez, Ana", "5")
    assert (second["assignment"], second["score"], second["timestamp"]) == ("second", "0", "")
