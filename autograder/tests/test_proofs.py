"""Proofs are kept: none is missing or out of date, and a sample drawn by the commit is proved anew."""

import ast
import json

import nbformat
import pytest
from rich.console import Console

from autograder.author import digests, late_names, proofs, prove
from autograder.author.equivalent_mutants import Change, reviewed_exercises
from autograder.author.known_cases import cases
from autograder.author.late_names import told_in_a_minute, unnamed
from autograder.author.mutant_judges import answer_cell, job_of, judge_mutants
from autograder.author.mutants import mutants_of
from autograder.author.mutation_report import LEAST, score_of
from autograder.author.proofs import IDLE, KNOWN, MUTANTS, Proof
from autograder.author.run_notebooks import KINDS, NotAsItMustBe, notebook_of, run_notebook
from autograder.author.verify import FEWEST_CORRECT, FEWEST_MISTAKES, verify_cases
from autograder.judging.references import references_before
from autograder.units import ROOT, Unit, all_units

UNITS = all_units()
UNIT = Unit("04_attention")
SAMPLE = 20  # known answers that are submitted anew
WHOLE = ("solution", "untouched")  # submitted for all exercises at once; those of some units in test_handout too
WHOLE_IN_SAMPLE = 3
MOST_SECONDS = 60  # of a notebook: what trains for minutes is run by `prove` alone
MUTANTS_IN_SAMPLE = 20


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_no_proof_is_missing_or_out_of_date(unit):
    left = proofs.out_of_date(list(proofs.proofs_of([unit], "tensorflow")))
    assert not left, f"Prove it: python -m autograder prove {unit.stem}\n" + "\n".join(map(str, left))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_what_was_proved_is_good_enough(unit):
    for exercise, points in unit.points().items():
        tally = proofs.tally_of(unit, exercise)
        assert tally.mistakes >= FEWEST_MISTAKES
        assert tally.correct >= FEWEST_CORRECT
        assert tally.caught == tally.named == tally.mistakes
        assert tally.accepted == tally.correct
        assert tally.idle.of == points
        assert tally.idle.points <= points / 20
    assert proofs.recorded(Proof(unit, "lesson"))["seconds"] <= 300


def test_a_sample_of_the_known_answers_has_the_verdicts_that_were_recorded(drawn):
    of_all = [case for unit in UNITS for case in cases(unit)]
    whole = [case for case in of_all if case.kind in WHOLE]
    sample = drawn.sample([case for case in of_all if case not in whole], SAMPLE)
    verified = verify_cases([*drawn.sample(whole, WHOLE_IN_SAMPLE), *sample], workers=2)
    assert sum(tally.mistakes + tally.correct for tally in verified.of_exercises.values()) == SAMPLE
    late = unnamed(sample, verified.wrong)
    assert len(verified.wrong) == len(late), verified.wrong
    assert len(late) <= SAMPLE // 8, verified.wrong
    assert [(case.name, told) for case in late if (told := told_in_a_minute(case)) != {case.sentence}] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_of_each_kind_runs_as_was_recorded(kind, drawn):
    recorded = {unit: proofs.recorded(Proof(unit, kind)) for unit in UNITS}
    unit = drawn.choice([unit for unit in UNITS if recorded[unit]["seconds"] <= MOST_SECONDS])
    pictures = recorded[unit]["pictures"]
    assert run_notebook(unit, kind)["pictures"] == pictures, f"{unit.stem} {kind}"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_nearly_all_mutants_that_are_not_equivalent_are_caught(unit):
    scores = [score_of(unit, exercise) for exercise in unit.points()]
    assert all(scores)
    assert sum(score.caught for score in scores) >= LEAST * sum(score.counted for score in scores)
    assert all(score.made for score in scores)


def test_mutants_are_reviewed_of_exercises_that_there_are():
    assert reviewed_exercises() <= {name for unit in UNITS for name in unit.points()}


def test_a_sample_of_mutants_comes_out_as_was_recorded(drawn):
    unit = drawn.choice(UNITS)
    exercise = drawn.choice(list(unit.points()))
    mutants = mutants_of(answer_cell(unit, exercise))
    recorded = proofs.recorded(Proof(unit, MUTANTS, exercise))
    alive = {int(number) for number in (*recorded["survived"], *recorded["equivalent"].split())}
    sample = drawn.sample(range(len(mutants)), min(MUTANTS_IN_SAMPLE, len(mutants)))
    (judged,) = judge_mutants([job_of(unit, exercise, [mutants[number].source for number in sample])], 1)
    survived = {number for number, one in zip(sample, judged.outcomes, strict=True) if one.status == "survived"}
    assert len(mutants) == recorded["made"]
    assert survived == alive & set(sample), f"{unit.stem} {exercise}"


def test_the_published_scores_are_the_recorded_ones():
    assert prove.PUBLISHED.read_text("utf-8") == prove.page(), "python -m autograder prove"
    assert all(f"| {unit.stem} | {name} |" in prove.page() for unit in UNITS for name in unit.points())


# What a proof depends on.


def digest(unit=UNIT, exercise="softmax"):
    return digests.of_known_answers(unit, exercise, "tensorflow")


@pytest.fixture
def files(monkeypatch, tmp_path):
    """Replaces the suite of unit 04 by an edited copy."""

    def edit(old, new):
        text = UNIT.suite.read_text("utf-8")
        assert old in text
        copy = tmp_path / UNIT.suite.name
        copy.write_text(text.replace(old, new, 1), "utf-8")
        monkeypatch.setattr(Unit, "suite", property(lambda unit: copy))

    return edit


SUITE_OF = {"softmax": "class TestSoftmax:\n", "attention_scores": "class TestAttentionScores:\n"}


def test_a_changed_rule_concerns_its_own_exercise_alone(files):
    before, other = digest(), digest(exercise="attention_scores")
    files(SUITE_OF["softmax"], SUITE_OF["softmax"] + "    added = 1\n\n")
    assert digest() != before
    assert digest(exercise="attention_scores") == other


def test_a_comment_in_a_suite_changes_nothing(files):
    before = digest()
    files(SUITE_OF["softmax"], "# Nobody asks for this.\n" + SUITE_OF["softmax"])
    assert digest() == before


def test_what_a_suite_shares_concerns_all_its_exercises(files):
    before = [digest(exercise=name) for name in UNIT.points()]
    files("@exercise(", "SHARED = 1\n\n\n@exercise(")
    after = [digest(exercise=name) for name in UNIT.points()]
    assert all(old != new for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize(
    "place",
    ["judging/judge.py", "judging/oracle.py", "sandbox/worker.py", "seam/workbench.py", "author/verify.py"],
)
def test_known_answers_depend_on_the_engine(place, monkeypatch):
    before, code_of = digest(), digests._code_of
    monkeypatch.setattr(digests, "_code_of", lambda path, at: "" if str(path).endswith(place) else code_of(path, at))
    assert digest() != before


@pytest.mark.parametrize("place", ["learner/display.py", "grading/class_run.py", "bench/measure.py"])
def test_known_answers_do_not_depend_on_what_only_shows_them(place, monkeypatch):
    before, code_of = digest(), digests._code_of
    assert (ROOT / "autograder" / place).exists()
    monkeypatch.setattr(digests, "_code_of", lambda path, at: "" if str(path).endswith(place) else code_of(path, at))
    assert digest() == before


def test_known_answers_depend_on_versions_sentences_and_answers(monkeypatch):
    before, recorded = digest(), digests.mistakes_in
    with monkeypatch.context() as patch:
        patch.setattr(digests.importlib.metadata, "version", lambda name: "9.9.9")
        assert digest() != before
    with monkeypatch.context() as patch:
        patch.setattr(digests, "mistakes_in", lambda known: recorded(known)[1:])
        assert digest() != before
    assert digest() == before


def test_a_unit_on_stepping_stones_depends_on_the_answers_before_it(monkeypatch):
    later = Unit("06_multi_head")
    name = next(iter(later.points()))
    before, alone = digest(later, name), digest()
    monkeypatch.setattr(digests, "references_before", lambda unit: [])
    assert digest(later, name) != before
    assert digest() == alone


@pytest.mark.parametrize(("edited", "matters"), [("masked_softmax", True), ("causal_mask", False)])
def test_of_the_answers_before_it_those_matter_that_it_builds_on(monkeypatch, edited, matters):
    later = Unit("06_multi_head")
    name = next(iter(later.points()))
    before, stones = digest(later, name), references_before(later)
    changed = [stone._replace(source=stone.source.replace(f"def {edited}(", f"def {edited}(*, ")) for stone in stones]
    assert changed != stones
    monkeypatch.setattr(digests, "references_before", lambda unit: changed)
    assert (digest(later, name) != before) == matters


def test_cells_below_the_last_check_matter_only_where_they_bind_what_an_answer_stands_on(monkeypatch):
    def after(*more):
        notebook = json.loads(digests.solution_of(UNIT))
        cells = [nbformat.v4.new_code_cell(source, id=f"more-{number}") for number, source in enumerate(more)]
        notebook["cells"] += map(dict, cells)
        with monkeypatch.context() as patch:
            patch.setattr(digests, "solution_of", lambda unit: json.dumps(notebook))
            return digest(), of_mutants()

    before = after()
    assert before == after("def trains():\n    softmax(1.0)\n", "trains()")
    for rebinds in ("from keras import activations as ops", "ops.exp = None", "def softmax(x):\n    return x"):
        assert all(old != new for old, new in zip(before, after(rebinds), strict=True)), rebinds


def test_every_cell_down_to_the_last_check_matters(monkeypatch):
    notebook = json.loads(digests.solution_of(UNIT))
    before = digest(), of_mutants()
    notebook["cells"].insert(0, dict(nbformat.v4.new_code_cell("print(1)", id="more")))
    monkeypatch.setattr(digests, "solution_of", lambda unit: json.dumps(notebook))
    assert digest() != before[0]
    assert of_mutants() != before[1]


def of_mutants(exercise="softmax"):
    return digests.of_mutants(UNIT, exercise)


def test_what_comes_of_mutants_depends_on_the_rules_of_their_exercise_alone(files):
    before, other = of_mutants(), of_mutants("attention_scores")
    files(SUITE_OF["softmax"], SUITE_OF["softmax"] + "    added = 1\n\n")
    assert of_mutants() != before
    assert of_mutants("attention_scores") == other


@pytest.mark.parametrize(
    ("place", "matters"),
    [
        ("author/mutation_operators.py", True),
        ("author/mutant_judging.py", True),
        ("judging/exercises.py", True),
        ("judging/expect.py", True),
        ("judging/oracle.py", True),
        ("seam/workbench.py", True),
        ("judging/edits.py", False),
        ("judging/free_constants.py", False),
        ("judging/diagnosis.py", False),
    ],
)
def test_what_comes_of_mutants_depends_on_operators_and_rules_and_not_on_naming(place, matters, monkeypatch):
    before, code_of = of_mutants(), digests._code_of
    assert (ROOT / "autograder" / place).exists()
    monkeypatch.setattr(digests, "_code_of", lambda path, at: "" if str(path).endswith(place) else code_of(path, at))
    assert (of_mutants() != before) == matters


def test_what_comes_of_mutants_depends_on_what_was_found_equivalent_and_not_on_the_known_answers(monkeypatch):
    before = of_mutants()
    monkeypatch.setattr(digests, "mistakes_in", lambda known: [])
    assert of_mutants() == before
    monkeypatch.setattr(digests, "reviewed", lambda exercise: {Change("x = 1", "x = 2"): "Nobody reads x."})
    assert of_mutants() != before


def test_a_notebook_depends_on_its_code_and_what_it_imports_and_not_on_its_text(tmp_path):
    notebook = nbformat.read(UNIT.lesson, as_version=4)
    path = tmp_path / UNIT.lesson.name

    def of(change):
        changed = nbformat.from_dict(json.loads(json.dumps(notebook)))
        change(changed.cells)
        nbformat.write(changed, path)
        return digests.of_notebook(UNIT, path)

    def cell(cells, kind):
        return next(cell for cell in cells if cell.cell_type == kind)

    def reword(cells):
        cell(cells, "markdown").source += " More."

    def compute(cells):
        cell(cells, "code").source += "\nmore = 1"

    before = digests.of_notebook(UNIT, UNIT.lesson)
    assert of(lambda cells: None) == of(reword) == before
    assert of(compute) != before


# `prove` itself must be able to fail.


def test_a_notebook_that_stops_or_shows_too_little_is_told(tmp_path, monkeypatch):
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    path = tmp_path / "broken.ipynb"
    nbformat.write(broken, path)
    monkeypatch.setattr(Unit, "lesson", property(lambda unit: path))
    with pytest.raises(NotAsItMustBe, match="ZeroDivisionError"):
        run_notebook(UNIT, "lesson")
    broken.cells[0].source = "import sys; print('careful', file=sys.stderr)"
    nbformat.write(broken, path)
    with pytest.raises(NotAsItMustBe, match=r"alarms: 'careful\\n'.* draws 0 pictures"):
        run_notebook(UNIT, "lesson")
    assert notebook_of(UNIT, "lesson") == path


def test_what_does_not_hold_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(proofs, "RECORDS", tmp_path)
    monkeypatch.setattr(prove, "PUBLISHED", tmp_path / "README.md")
    both = [Proof(UNIT, KNOWN, "softmax"), Proof(UNIT, IDLE, "softmax")]
    monkeypatch.setattr(proofs, "proofs_of", lambda units, backend: both)
    monkeypatch.setattr(prove, "_ask_idle_answers", lambda console, idle, workers, device: list(idle))

    def verified(console, units, workers, device, only):
        assert only == ["softmax"]
        found = prove_result()
        found.tally(UNIT, "softmax").wrong += wrong
        return found

    monkeypatch.setattr(prove, "verify_with_progress", verified)
    wrong = ["04_attention softmax mistake: not caught, it has full marks."]
    assert prove.prove(Console(quiet=True), [UNIT], 1, "tensorflow") == both
    assert str(both[0]) == "04_attention softmax (known answers, tensorflow)"
    assert not list(tmp_path.glob("*.json"))
    wrong = []
    assert prove.prove(Console(quiet=True), [UNIT], 1, "tensorflow") == []
    assert (
        "| 04_attention | softmax | 7 of 7 | 7 of 7 | 3 of 3 | 0 of 4 | not made |  |"
        in (tmp_path / "README.md").read_text()
    )
    assert proofs.out_of_date(both) == []


@pytest.mark.parametrize(("backend", "right", "left"), [("jax", True, 0), ("jax", False, 1), ("tensorflow", True, 1)])
def test_a_name_that_comes_late_counts_on_other_backends_alone(tmp_path, monkeypatch, backend, right, left):
    case = next(case for case in cases(UNIT, ["softmax"]) if case.kind == "mistake")
    asked = Proof(UNIT, KNOWN, "softmax", backend)

    def verified(console, units, workers, device, only):
        found = prove_result()
        found.tally(UNIT, "softmax").wrong.append(f"{UNIT.stem} softmax mistake {case.name}: named as nothing.")
        return found

    monkeypatch.setattr(proofs, "RECORDS", tmp_path)
    monkeypatch.setattr(prove, "PUBLISHED", tmp_path / "README.md")
    monkeypatch.setattr(proofs, "proofs_of", lambda units, backend: [asked])
    monkeypatch.setattr(Proof, "digest", lambda proof: "now")
    monkeypatch.setattr(prove, "verify_with_progress", verified)
    monkeypatch.setattr(late_names, "told_in_a_minute", lambda case: {case.sentence if right else "Another."})
    assert len(prove.prove(Console(quiet=True), [UNIT], 1, backend)) == left
    assert proofs.recorded(asked).get("named late") == (None if left else 1)


def test_a_minute_names_what_the_usual_time_does_not(monkeypatch):
    case = next(case for case in cases(UNIT, ["softmax"]) if case.kind == "mistake")
    monkeypatch.setattr(late_names.diagnosis, "SECONDS", 0)
    assert told_in_a_minute(case) == {case.sentence}
    assert late_names.diagnosis.SECONDS == 0


def test_answers_without_work_are_proved_by_themselves(tmp_path, monkeypatch):
    monkeypatch.setattr(proofs, "RECORDS", tmp_path)
    monkeypatch.setattr(prove, "PUBLISHED", tmp_path / "README.md")
    asked = Proof(UNIT, IDLE, "softmax")
    monkeypatch.setattr(proofs, "proofs_of", lambda units, backend: [asked])
    assert prove.prove(Console(quiet=True), [UNIT], 1, "tensorflow") == []
    assert proofs.out_of_date([asked]) == []
    assert proofs.recorded(asked)["points"] <= proofs.recorded(asked)["of"] / 20
    monkeypatch.setattr(prove.idle_answers, "MOST", -1.0)  # whatever is earned is too much now
    (tmp_path / f"{UNIT.stem}.json").unlink()
    assert prove.prove(Console(quiet=True), [UNIT], 1, "tensorflow") == [asked]
    assert proofs.out_of_date([asked]) == [asked]


def test_known_answers_do_not_depend_on_answers_without_work_nor_these_on_them(monkeypatch):
    def of_idle():
        return digests.of_idle_answers(UNIT, "softmax", "tensorflow")

    before, idle, code_of = digest(), of_idle(), digests._code_of
    with monkeypatch.context() as patch:
        patch.setattr(digests, "_code_of", lambda path, at: "" if path.stem == "idle_answers" else code_of(path, at))
        assert digest() == before
        assert of_idle() != idle
    monkeypatch.setattr(digests, "mistakes_in", lambda known: [])
    assert digest() != before
    assert of_idle() == idle


def test_who_stops_a_proof_keeps_the_units_that_are_done(tmp_path, monkeypatch):
    monkeypatch.setattr(proofs, "RECORDS", tmp_path)
    monkeypatch.setattr(prove, "PUBLISHED", tmp_path / "README.md")
    units = [UNIT, Unit("05_masking")]
    both = [Proof(units[0], KNOWN, "softmax"), Proof(units[1], KNOWN, "causal_mask")]
    monkeypatch.setattr(proofs, "proofs_of", lambda units, backend: both)

    def stopped_at_the_second(console, asked, workers, device, only):
        if asked == units[1:]:
            raise KeyboardInterrupt
        return prove_result()

    monkeypatch.setattr(prove, "verify_with_progress", stopped_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        prove.prove(Console(quiet=True), units, 1, "tensorflow")
    assert proofs.out_of_date(both) == both[1:]


def prove_result():
    from autograder.author.idle_answers import Earned
    from autograder.author.verify import Tally, Verified

    tally = Tally(mistakes=7, caught=7, named=7, correct=3, accepted=3, idle=Earned(0.0, 4.0, "zeros", []))
    return Verified({(UNIT.stem, "softmax"): tally})


def test_exercises_are_told_apart_in_a_suite():
    suite = ast.parse("X = 1\n@exercise('a', points=2)\nclass A: ...\n@exercise('b', points=2)\nclass B: ...\n")
    names = [ast.unparse(node) for node in digests._of_one_exercise(suite, "b").body]
    assert names[0] == "X = 1"
    assert len(names) == 2
    assert "class B" in names[1]
