"""What `grade` prints of a class, on terminals of any width."""

import io
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from rich.console import Console

from autograder.grading.class_table import print_class, shortened
from autograder.grading.entry import Executed, Outcome
from autograder.grading.gradebook import register
from autograder.grading.jobs import Graded
from autograder.grading.ledger import Ledger, make_gradebook
from autograder.grading.nbgrader_settings import course_config
from autograder.judging.verdicts import OURS
from autograder.units import Unit, all_units

LONG = "a-very-long-name.of.somebody-who-is-called-so@students.university-of-somewhere.example"


def graded(learner, unit, share=1.0, **more):
    points = unit.points()
    scores = tuple(round(share * most, 2) for most in points.values())
    fields = {"mistakes": (), "stopped": (), "problem": None, **more}
    outcome = Outcome(round(sum(scores), 2), sum(points.values()), scores, **fields)
    return Graded(learner, unit.stem, outcome, (Path("none"), ""))


def printed(of_all, grading, width=80, **options):
    console = Console(width=width, file=io.StringIO())
    print_class(console, of_all, grading, **options)
    return console.file.getvalue()


def tables_of(text):
    """All but the lines at the end that say where things are."""
    return text[: text.index("Gradebook:")]


def header_of(text):
    """The words in the header of the learners' table, which is the last one."""
    lines = tables_of(text).splitlines()
    last = max(at for at, line in enumerate(lines) if set(line.strip()) == {"─"})
    first = max(at for at in range(last) if not lines[at].strip())
    return " ".join(lines[first:last]).split()


@pytest.mark.parametrize("unit", all_units(), ids=lambda unit: unit.stem)
@pytest.mark.parametrize("width", [80, 120])
def test_no_table_is_wider_than_the_terminal_and_no_header_is_cut(unit, width, tmp_path):
    text = printed([graded("learner-01", unit, 1 / 3), graded(LONG, unit)], tmp_path, width)
    assert max(map(len, tables_of(text).splitlines())) <= width
    header = header_of(text)
    names = [name.split("_") for name in unit.points()]
    numbers = [str(at) for at in range(1, len(names) + 1)]
    assert {"learner", "score"} <= set(header)
    assert all(set(name) <= set(header) for name in names) or set(numbers) <= set(header)
    assert all(name in text for name in unit.points())
    row = next(line.split() for line in text.splitlines() if line.lstrip().startswith("a-"))
    assert row[0].startswith("a-very")
    assert row[0].endswith("le")
    assert row[-1] == "20"
    assert len(row) == len(names) + 2


def test_long_names_are_shortened_in_the_middle():
    short = shortened(LONG, 20)
    assert len(short) == 20
    assert short.startswith("a-very-lon")
    assert short.endswith("e.example")
    assert shortened("learner-01", 20) == "learner-01"
    assert shortened("名前" * 10, 9) == "名前…名前"


def test_a_summary_comes_first_and_the_rows_of_a_large_class_only_on_request(tmp_path):
    unit = Unit("00_start")
    of_all = [graded(f"learner-{at:02}", unit, (at % 5) / 4) for at in range(35)]
    text = printed(of_all, tmp_path)
    assert text.split("\n")[1] == "00_start: 35 submissions, 10 of 20 points on average"
    assert "Median 10 points; 7 with all points, 7 with none." in text
    assert "learner-17" not in text
    assert "`--rows` prints a row for each" in text
    assert text.count("█") > 40
    asked = printed(of_all, tmp_path, rows=True)
    assert all(f"learner-{at:02}" in asked for at in range(35))
    assert asked.index("on average") < asked.index("learner-00")


def test_the_mistakes_met_most_often_are_counted(tmp_path):
    unit = Unit("00_start")
    sentence = "You divided by D itself. " * 5 + "Divide by its square root."
    of_all = [graded(f"learner-{at}", unit, 0.5, mistakes=(sentence, "Rare.")[: 1 + (at == 0)]) for at in range(3)]
    text = printed(of_all, tmp_path)
    assert "3 × You divided by D itself." in text
    assert text.index("3 × You") < text.index("1 × Rare.")
    assert max(map(len, tables_of(text).splitlines())) <= 80


def test_problems_are_told_by_whose_they_are(tmp_path):
    unit = Unit("00_start")
    broken = Outcome(None, 20.0, (), (), (), "Its worker could not start.", fault=OURS)
    of_all = [
        graded("learner-01", unit),
        graded("learner-02", unit, 0, problem="It is not a whole notebook."),
        graded("learner-03", unit, 0.5, stopped=("pairwise_dot took too long.",)),
        Graded("learner-04", unit.stem, broken, (Path("none"), "")),
        graded("odd[red]\nname", unit, 0),
    ]
    text = printed(of_all, tmp_path)
    assert "5 submissions, 7.5 of 20 points on average" in text
    ours, read, stopped = (text.index(title) for title in ("our fault", "Problems with", "Stopped while"))
    assert ours < text.index("learner-04: Its worker could not start.") < read
    assert read < text.index("learner-02: It is not a whole notebook.") < stopped
    assert stopped < text.index("learner-03: pairwise_dot took too long.")
    row = next(line.split() for line in text.splitlines() if line.startswith("  learner-04 "))
    assert row == ["learner-04", "–", "–", "–"]
    assert "odd[red]\\nname" in text


def test_many_problems_are_counted_and_the_first_ones_told(tmp_path):
    unit = Unit("00_start")
    of_all = [graded(f"learner-{at:02}", unit, 0, problem="It is empty.") for at in range(40)]
    text = printed(of_all, tmp_path)
    assert text.count("It is empty.") == 10
    assert "… and 30 more" in text
    assert printed(of_all, tmp_path, rows=True).count("It is empty.") == 40


@pytest.fixture(scope="module")
def entered(tmp_path_factory):
    """A class of two in a gradebook, as it was marked."""
    folder, unit = tmp_path_factory.mktemp("entered"), Unit("01_text")
    config = course_config(folder)
    make_gradebook(config, tmp_path_factory.mktemp("scratch"))
    register(unit, folder)
    ledger = Ledger(config)
    scores = {f"{name}-check": points for name, points in unit.points().items()}
    for learner in ("learner-01", LONG):
        ledger.enter(Executed(learner, unit.stem, None, scores, {}))
    ledger.close()
    return folder, [graded("learner-01", unit), graded(LONG, unit)]


def test_the_gradebook_has_a_column_only_where_it_differs(entered):
    folder, of_all = entered
    assert "gradebook" not in header_of(printed(of_all, folder))
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        book.find_submission_notebook("01_text", "01_text", "learner-01").late_submission_penalty = 5.3
        book.db.commit()
    text = printed(of_all, folder)
    tables = tables_of(text)
    assert {"gradebook", "score", *"123456789"} <= set(header_of(text))
    assert "17.35 of 20 points on average" in tables  # the mean of 14.7 and 20
    row = next(line.split() for line in tables.splitlines() if line.lstrip().startswith("learner-01"))
    assert row[-2:] == ["20", "14.7"]
    assert max(map(len, tables.splitlines())) <= 80
