"""The learners' edition: everything works in it, and no right answer stands in it to be read."""

import ast
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from autograder.author import handout
from autograder.author.build import solution_notebook
from autograder.grading import our_cells
from autograder.grading.terminal import print_verdict
from autograder.judging.known import correct_in, known_answers, mistakes_in
from autograder.judging.references import code_alone, reference_of
from autograder.judging.verdicts import ExerciseVerdict, TestVerdict, Verdict
from autograder.learner.hand_in import told
from autograder.seam import sealed
from autograder.tests.test_build import SOLUTION, normal_lines
from autograder.units import ROOT, Unit, all_units

WAY = Path(__file__).parent / "learners_way.py"
UNITS = all_units()
EARLIER, LATER = Unit("05_masking"), Unit("06_multi_head")  # which builds on it
OTHERS = 3  # units of the way: it takes ten seconds for each
BOILERPLATE = {"super().__init__(**kwargs)", "rng = np.random.default_rng(0)"}  # of anybody's code
by_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    """A handout that has just been made."""
    folder = tmp_path_factory.mktemp("handed out") / "course"
    handout.make(folder)
    return folder


def in_handout(folder, *arguments, **options):
    """Run Python in a handout as its learner would, with nothing of this project in reach."""
    variables = {**os.environ, "PYTHONPATH": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-P", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=1800, **options)


def known(unit, which):
    """The first known answer of a kind to each exercise of a unit."""
    answers = list(which(known_answers(unit)))
    return {name: next(one for one in answers if one.exercise == name) for name in unit.points()}


@pytest.fixture(scope="module")
def walked(drawn):
    """The units that the way goes through, in order, others for each commit; one builds on another."""
    some = drawn.sample([unit for unit in UNITS if unit not in (EARLIER, LATER)], OTHERS)
    return [unit for unit in UNITS if unit in (EARLIER, LATER, *some)]


@pytest.fixture(scope="module")
def mistaken(drawn, walked):
    """A wrong answer to one exercise of each unit, another one for each commit, with the sentence for it."""
    of_units = {unit: known(unit, mistakes_in) for unit in walked}
    return {unit: wrong[drawn.choice(list(wrong))] for unit, wrong in of_units.items()}


def right_answers(unit):
    return {name: cell.source for name, cell in our_cells.answers_in(solution_notebook(unit)).items()}


@pytest.fixture(scope="module")
def way(edition, mistaken):
    """What a learner sees on their way, as `learners_way` goes it."""
    wrong = {one.exercise: one.source() for one in mistaken.values()}
    right = {name: source for unit in mistaken for name, source in right_answers(unit).items()}
    given = {"units": [unit.stem for unit in mistaken], "wrong": wrong, "right": right}
    run = in_handout(edition, WAY, input=json.dumps(given))
    assert run.returncode == 0, run.stderr[-3000:]
    seen = json.loads(run.stdout.splitlines()[-1])
    assert seen["root"] == str(edition)
    return seen


def test_an_untouched_exercise_is_not_attempted(way, walked):
    for unit in walked:
        assert [head.partition(" · ")[0] for head in way["first"][unit.stem]["untouched"].values()] == [
            f"{name}: not attempted yet" for name in unit.points()
        ]


def test_a_mistake_is_named_though_no_earlier_unit_is_solved(way, mistaken):
    named = {stem: seen["wrong"] for stem, seen in way["first"].items()}
    assert named == {unit.stem: {one.exercise: [one.sentence]} for unit, one in mistaken.items()}


def test_a_right_answer_holds(way, mistaken):
    for unit, one in mistaken.items():
        (head,) = way["then"][unit.stem]["right"].values()
        assert head.partition(" · ")[0] == f"{one.exercise}: everything holds"


def test_a_solved_notebook_is_marked_with_full_points(way, walked):
    points = {stem: (seen["score"], seen["max_score"]) for stem, seen in way["then"].items()}
    assert points == {unit.stem: (20, 20) for unit in walked}


def test_a_lesson_that_builds_on_an_earlier_unit_opens_without_it(way):
    said = way["first"][LATER.stem]["lesson"]
    assert said == "course.built: masked_softmax is the reference; yours is not written yet in work/05_masking.\n"


def test_what_the_learner_has_right_is_built_on(way):
    said = "masked_softmax is yours; all its checks hold in work/05_masking."
    assert way["then"][LATER.stem]["opened"] == f"course.built: {said}\n"
    assert way["then"][LATER.stem]["told"] == [said]


def hand_over(folder, unit, answers):
    """A notebook in a folder of a learner's own, with these answers."""
    notebook = json.loads(unit.learners_copy.read_text("utf-8"))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(name, cell["source"])
    path = folder / unit.stem / f"{unit.stem}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook), "utf-8")
    return path


def marked(edition, path, *options):
    run = in_handout(edition, "-m", "autograder", "mark", path, "--unconfined", *options)
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout


@pytest.fixture
def fresh(edition, tmp_path):
    """A handout in which nobody has worked."""
    return shutil.copytree(edition, tmp_path / "fresh", ignore=shutil.ignore_patterns("work"))


def test_a_perfect_unit_6_has_20_of_20_though_unit_5_is_wrong(fresh, tmp_path):
    wrong = {name: one.source() for name, one in known(EARLIER, mistakes_in).items()}
    hand_over(tmp_path, EARLIER, wrong)
    shown = marked(fresh, hand_over(tmp_path, LATER, right_answers(LATER)))
    assert re.search(r"course.built: masked_softmax is the reference; \d+ of \d+ checks hold for yours in ", shown)
    assert "06_multi_head: 20 of 20 points" in shown


def test_what_cannot_be_marked_is_not_marked_and_no_0(fresh, tmp_path):
    reference = fresh / "autograder" / "references" / "05_masking.py"
    reference.write_text(reference.read_text("utf-8").replace('SEALED = """\n', 'SEALED = """\n!'), "utf-8")
    verdict = json.loads(marked(fresh, hand_over(tmp_path, LATER, right_answers(LATER)), "--json"))
    assert [exercise["score"] for exercise in verdict["exercises"]] == [4, 3, None]
    assert (verdict["score"], verdict["max_score"]) == (7, 7)
    assert verdict["problem"].startswith("Not marked here: MultiHeadAttention, because it builds on masked_softmax")


def test_a_verdict_for_people_says_what_is_not_marked():
    exercises = [ExerciseVerdict("split_heads", 4, [TestVerdict("it splits", "passed")])]
    exercises.append(ExerciseVerdict("MultiHeadAttention", 13, [], "Not marked here."))
    verdict, console = Verdict(LATER.stem, exercises), Console(file=io.StringIO(), width=120)
    print_verdict(console, verdict)
    for shown in (console.file.getvalue(), "\n".join(told(verdict))):
        assert "MultiHeadAttention: not marked here · 13 points that do not count here" in shown
        assert "06_multi_head: 4 of 4 points" in shown


def test_a_handout_offers_only_what_works_in_it(edition):
    shown = in_handout(edition, "-m", "autograder", "--help").stdout
    commands = set(re.findall(r"^│ (\w+) ", shown, re.MULTILINE))
    assert not commands & {"build", "grade", "verify", "demo", "bench", "handout"}
    readme = (edition / "README.md").read_text("utf-8")
    named = re.findall(r"-m autograder (\w+)|^\| `(\w+)", readme, re.MULTILINE)
    assert {first or second for first, second in named} == commands


def test_jupyterlab_offers_only_what_learners_use_of_nbgrader(edition):
    asked = (
        "import os\nfrom autograder.learner.lab import _environment\nos.environ.update(_environment())\n"
        "from jupyter_core.paths import jupyter_path\nfrom jupyterlab_server.config import get_page_config\n"
        "print(*sorted(get_page_config(jupyter_path('labextensions'))['disabledExtensions']))"
    )
    disabled = in_handout(edition, "-c", asked).stdout.split()
    without = {f"@jupyter/nbgrader:{name}" for name in ("course-list", "create-assignment", "formgrader")}
    assert without <= set(disabled)
    assert not {f"@jupyter/nbgrader{name}" for name in ("", ":assignment-list", ":validate-assignment")} & set(disabled)


def test_its_own_pages_lead_to_what_is_there(edition):
    for page in ("README.md", "AGENTS.md"):
        text = (edition / page).read_text("utf-8")
        for place in re.findall(r"\]\(([^)]+)\)", text) + re.findall(r"`(autograder/\w+|course/\w+\.py)`", text):
            assert (edition / place).exists(), f"{page}: {place}"


def test_pages_say_which_units_are_here(edition):
    last = int(UNITS[-1].stem[:2])
    pages = [ROOT / "README.md", ROOT / "course" / "welcome.py", edition / "README.md"]
    assert [page for page in pages if f"Units 0 to {last} are " not in " ".join(page.read_text("utf-8").split())] == []


def modules_imported(source):
    """The modules and names of the course and its grader that some Python code asks for."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_there(edition, name):
    """Whether `course.toolkit.NAME` is a module of the handout; what is asked of a module is asked of its file."""
    place = edition / "course" / "toolkit" / name.split(".")[2]
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def test_all_that_its_notebooks_and_its_toolkit_import_is_in_it(edition):
    cells = [
        (path, cell.source)
        for path in edition.rglob("*.ipynb")
        for cell in nbformat.read(path, 4).cells
        if cell.cell_type == "code"
    ]
    modules = [(path, path.read_text("utf-8")) for path in (edition / "course" / "toolkit").rglob("*.py")]
    assert len(cells) > 300
    assert len(modules) > 25
    missing = [
        f"{path.relative_to(edition)}: {name}"
        for path, source in cells + modules
        for name in modules_imported(source)
        if name.startswith("course.toolkit.") and not is_there(edition, name)
    ]
    assert missing == []


def test_make_sets_up_what_it_needs_and_opens_the_course(edition):
    planned = subprocess.run(["make", "-n", "lab", "ARGS=--port 9000"], cwd=edition, capture_output=True, text=True)
    assert re.search(
        r"-m venv \.venv\n.*install .*requirements\.txt .*-m autograder lab --port 9000", planned.stdout, re.DOTALL
    )


def test_a_solved_unit_is_handed_in_from_it(fresh):
    unit = UNITS[0]
    hand_over(fresh / "work", unit, right_answers(unit))
    run = in_handout(fresh, "-m", "autograder", "submit", unit.stem, "--learner", "learner-01")
    assert run.returncode == 0, run.stderr
    assert "00_start: 20 of 20 points" in run.stdout
    assert len(list((fresh / "work").glob("*learner-01*"))) == 1


def plain_lines(place):
    """The lines of a file of a handout that say something; of a notebook, those of its code."""
    text = place.read_text("utf-8", errors="replace")
    if place.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return normal_lines(text)


def answers_to(unit):
    """Every right answer to the exercises of a unit, as sets of lines."""
    regions = re.findall(SOLUTION, unit.solution_source.read_text("utf-8"), re.DOTALL)
    assert regions
    return [
        lines
        for text in [*regions, *(one.source() for one in correct_in(known_answers(unit)))]
        if (lines := normal_lines(text))
    ]


@by_unit
def test_no_right_answer_stands_in_it_to_be_read(edition, unit):
    """Lessons explain, so they may share a line with an answer; nothing else may, and nothing holds a whole one.

    What an exercise gives, such as a method that is written already, is no answer.
    """
    answers = answers_to(unit)
    given = normal_lines(re.sub(SOLUTION, "", unit.solution_source.read_text("utf-8"), flags=re.DOTALL))
    telling = {line for line in set().union(*answers) if len(line) > 24} - BOILERPLATE - given
    for place in (edition / name for name in handout.all_files()):
        lines, name = plain_lines(place), place.relative_to(edition)
        assert not any(answer <= lines for answer in answers), name
        assert name.parts[0] == "course" or not telling & lines, (name, telling & lines)


def test_every_file_of_the_project_is_handed_out_or_withheld():
    """A new file, or a new room, must be named in one of the two ways: it cannot slip through."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip("the project is no git repository here, so its files cannot be told from others")
    unknown = [place for place in listed.stdout.split("\n")[:-1] if handout.rule_of(place) is None]
    assert not unknown, f"autograder/author/handout.py says nothing about {', '.join(unknown)}"


def test_nothing_that_is_withheld_is_in_it(edition):
    there = {place.relative_to(edition).as_posix() for place in edition.rglob("*")}
    assert not there & {"solutions", "autograder/author", "autograder/tests", "autograder/bench", "BENCHMARKS.md"}
    assert not [place for place in there if handout.rule_of(place) == "withheld"]
    for name in ("hypothesis", "playwright", "ruff"):
        assert name not in (edition / "requirements.txt").read_text("utf-8")
    pinned = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert set((edition / "requirements.txt").read_text("utf-8").splitlines()[1:]) < set(pinned)


def test_two_handouts_are_the_same_to_the_byte(edition):
    assert {place: (edition / place).read_bytes() for place in handout.all_files()} == handout.all_files()


@pytest.fixture
def older(tmp_path, monkeypatch):
    """A handout of an older version: one file is gone since, one has changed."""
    files = dict(list(handout.all_files().items())[:20])
    monkeypatch.setattr(handout, "all_files", lambda: {**files, "course/old.py": b"old = 1\n", "LICENSE": b"older\n"})
    handout.make(tmp_path / "older")
    monkeypatch.setattr(handout, "all_files", lambda: {**files, "LICENSE": b"newer\n"})
    return tmp_path / "older"


def test_a_handout_is_brought_up_to_date_and_the_learners_work_stays(older):
    (older / "work" / "04_attention").mkdir(parents=True)
    (older / "work" / "04_attention" / "mine.ipynb").write_text("mine")
    made = handout.make(older)
    assert (made.written, made.removed, made.kept) == (["LICENSE"], ["course/old.py"], [])
    assert (older / "LICENSE").read_text() == "newer\n"
    assert (older / "work" / "04_attention" / "mine.ipynb").read_text() == "mine"
    assert handout.make(older) == handout.Made()


def test_what_somebody_has_edited_stops_it_or_is_kept_beside(older):
    (older / "course" / "old.py").write_text("old = 2\n")
    (older / "LICENSE").write_text("edited\n")
    with pytest.raises(handout.NoHandout, match="Somebody has edited LICENSE, course/old.py in .*--force"):
        handout.make(older)
    assert (older / "LICENSE").read_text() == "edited\n"
    made = handout.make(older, force=True)
    assert made.kept == ["LICENSE.edited", "course/old.edited.py"]
    assert (older / "LICENSE.edited").read_text() == "edited\n"
    assert (older / "course" / "old.edited.py").read_text() == "old = 2\n"
    assert (older / "LICENSE").read_text() == "newer\n"


def test_a_handout_that_was_broken_off_is_taken_up_again(tmp_path, monkeypatch):
    write = handout._write

    def fail(path, content):
        if path.name == "README.md":
            raise OSError("the disk is full")
        write(path, content)

    monkeypatch.setattr(handout, "_write", fail)
    with pytest.raises(OSError, match="the disk is full"):
        handout.make(tmp_path / "new")
    monkeypatch.setattr(handout, "_write", write)
    handout.make(tmp_path / "new")
    assert (tmp_path / "new" / "README.md").exists()


def test_a_folder_that_is_no_handout_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for place, says in (
        (tmp_path, "holds files and is no handout"),
        (tmp_path / "file", "is a file"),
        (ROOT / "handout", "lies inside this project"),
    ):
        with pytest.raises(handout.NoHandout, match=says):
            handout.make(place)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "thesis.txt"]


def test_notebooks_that_are_not_as_their_sources_say_are_not_handed_out(tmp_path, monkeypatch):
    monkeypatch.setattr(handout, "stale", lambda: [LATER.learners_copy])
    with pytest.raises(handout.NoHandout, match="exercises/06_multi_head/06_multi_head.ipynb.*autograder build"):
        handout.make(tmp_path / "new")


def test_a_sealed_file_opens_to_what_was_sealed(tmp_path):
    text = 'answer = """a\\b"""  # ü\n' * 300
    for make in (sealed.sealed_text, sealed.sealed_module):
        (tmp_path / "file.py").write_text(make(text), "utf-8")
        assert sealed.read(tmp_path / "file.py") == text
        assert "answer" not in make(text).replace("an answer by accident", "")
    (tmp_path / "plain.py").write_text(text, "utf-8")
    assert sealed.read(tmp_path / "plain.py") == text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-40],
        lambda text: text.replace("SEALED", "OPEN"),
        lambda text: text.replace('SEALED = """\n', 'SEALED = """\n!'),
    ],
)
def test_a_damaged_sealed_file_is_told_by_name(tmp_path, spoil):
    path = tmp_path / "04_attention.py"
    path.write_text(spoil(sealed.sealed_text("answer = 42\n" * 30)), "utf-8")
    for opens in (sealed.read, sealed.unsealed):
        with pytest.raises(sealed.Damaged, match="04_attention.py does not open"):
            opens(path)


def test_a_reference_that_is_not_sealed_any_more_is_no_reference(tmp_path, monkeypatch):
    monkeypatch.setattr(Unit, "solution", tmp_path / "none")
    monkeypatch.setattr(Unit, "sealed_reference", tmp_path / "reference.py")
    assert reference_of(LATER).source == ""
    for text in ("", "softmax = None"):
        (tmp_path / "reference.py").write_text(text)
        assert reference_of(LATER).source == ""
    solution = (ROOT / "solutions" / LATER.stem / f"{LATER.stem}.ipynb").read_text("utf-8")
    (tmp_path / "reference.py").write_text(sealed.sealed_text(code_alone(solution)), "utf-8")
    monkeypatch.undo()
    sources = [reference_of(LATER).source]
    monkeypatch.setattr(Unit, "solution", tmp_path / "none")
    monkeypatch.setattr(Unit, "sealed_reference", tmp_path / "reference.py")
    assert [reference_of(LATER).source] == sources != [""]


def test_a_traceback_shows_no_line_of_a_sealed_module(tmp_path):
    (tmp_path / "hidden.py").write_text(sealed.sealed_module("def answer(x):\n    return x / (x - x)\n"), "utf-8")
    run = in_handout(ROOT, "-c", f"import sys; sys.path.append({str(tmp_path)!r}); import hidden; hidden.answer(1)")
    assert 'File "<sealed hidden.py>", line 2, in answer' in run.stderr
    assert "x - x" not in run.stderr
