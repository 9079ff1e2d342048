"""Machine-made mutants: what is made, that none of them is taken for caught or for equivalent, and Stryker's report."""

import ast
import json

import jsonschema
import pytest
from cosmic_ray.mutating import mutate_code
from rich.console import Console

from autograder.author import equivalent_mutants, mutation_operators, mutation_report, proofs, prove
from autograder.author.equivalent_mutants import Stale
from autograder.author.mutant_judges import Judged, answer_cell, judge_mutants
from autograder.author.mutant_judging import SEEDS, Job, NotRight, Outcome
from autograder.author.mutants import mutants_of
from autograder.author.mutation_report import found
from autograder.author.proofs import MUTANTS, Proof
from autograder.judging.suite import inputs_of
from autograder.units import Unit

ANSWER = '''
def doubled(x):
    """Count to 2 * x; of 3 this makes 6."""
    if x < 0:
        raise ValueError(f"x must be 0 or more; received {x + 0}.", x + 1)
    total = 0
    while total < 2 * x:
        total += 1
    return total
'''

SUITE = """
from autograder.judging import exercise, expect


@exercise("doubled", points=2)
class TestDoubled:
    def test_of_three_it_is_six(self, learner):
        expect.equal(learner(3), 6, "Twice 3 is 6.")

    def test_of_more_it_is_even(self, learner, rng):
        expect.equal(learner(int(rng.integers(4, 1000))) % 2, 0, "Twice a number is even.")
"""

NEVER_ENDS = """
def doubled(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
ENDS_PYTHON = "import os\ndoubled = lambda x: os._exit(3)"
WANTS_MEMORY = "doubled = lambda x: len(bytearray(1 << 45))"
STOPS = "doubled = 1 / 0"
WRONG_AT_ONE = "doubled = lambda x: 2 * x + (x == {x})"


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    suite = tmp_path_factory.mktemp("suite") / "test_doubled.py"
    suite.write_text(SUITE)
    return Job(suite, "doubled", (ANSWER,), seconds=0.5)


@pytest.fixture(scope="module")
def judged(job):
    """The mutants of `doubled`, and what came of them."""
    mutants = mutants_of(ANSWER)
    (judged,) = judge_mutants([job._replace(answers=(ANSWER, *(one.source for one in mutants)))], 1)
    return mutants, judged


def changes(mutants):
    return {(mutant.change.before, mutant.change.after) for mutant in mutants}


def test_operators_change_what_is_computed_and_no_text():
    made = mutants_of(ANSWER)
    assert {
        ("while total < 2 * x:", "while total < 2 / x:"),
        ("while total < 2 * x:", "while total < 3 * x:"),
        ("while total < 2 * x:", "while not total < 2 * x:"),
        ("total += 1", "pass"),
        ("total = 0", "total = -1"),
    } <= changes(made)
    assert len({mutant.source for mutant in made}) == len(made)
    assert all('"""Count to 2 * x; of 3 this makes 6."""' in mutant.source for mutant in made)
    raised = [mutant for mutant in made if mutant.position[0][0] == ANSWER[: ANSWER.index("raise")].count("\n") + 1]
    assert [mutant.operator for mutant in raised] == ["DeleteStatement"]


def test_a_program_counts_once_and_the_right_one_never():
    assert [mutant.change.after for mutant in mutants_of("x = -(1)\n") if mutant.operator == "NumberReplacer"] == [
        "x = -2",
        "x = -0",
    ]
    assert mutants_of('"""Text."""\n') == []


@pytest.mark.parametrize("name", ["DeleteStatement", "DeleteKeywordArgument"])
def test_our_operators_do_what_their_examples_say(name):
    operator = mutation_operators.operators()[name]
    for example in operator.examples():
        made = mutate_code(example.pre_mutation_code, operator, example.occurrence)
        assert made == example.post_mutation_code


def test_what_a_mutant_puts_where_makes_its_program():
    cell = answer_cell(Unit("06_multi_head"), "MultiHeadAttention")
    made = mutants_of(cell)
    lines = cell.splitlines(keepends=True)
    assert len(made) > 50
    for mutant in made:
        (first, left), (last, right) = mutant.position
        before, after = "".join(lines[: first - 1]) + lines[first - 1][:left], lines[last - 1][right:]
        changed = before + mutant.replacement + after + "".join(lines[last:])
        assert ast.dump(ast.parse(changed)) == ast.dump(ast.parse(mutant.source))


def test_a_mutant_that_no_rule_breaks_survives(judged):
    mutants, (rules, outcomes) = judged
    assert rules == ["of three it is six", "of more it is even"]
    outcome = {mutant.change.after: outcome for mutant, outcome in zip(mutants, outcomes, strict=True)}
    assert outcome["while total < 3 * x:"] == Outcome("caught", "of three it is six")
    assert outcome["while total != 2 * x:"] == Outcome("survived")
    assert outcome["if x > 0:"].status == "caught"
    assert outcome["if x < -1:"] == Outcome("survived")


def test_an_endless_loop_is_caught_by_its_time(judged):
    mutants, (_, outcomes) = judged
    endless = [mutant.change for mutant, one in zip(mutants, outcomes, strict=True) if one.status == "timeout"]
    assert ("total += 1", "pass") in endless
    assert ("total += 1", "total += 0") in endless


def test_what_ends_its_process_is_caught_and_the_others_are_judged(job):
    answers = (ANSWER, STOPS, NEVER_ENDS, WANTS_MEMORY, ENDS_PYTHON, ANSWER + "\n")
    (judged,) = judge_mutants([job._replace(answers=answers)], 1)
    first = "of three it is six"
    assert judged.outcomes == [
        Outcome("caught", first),
        Outcome("timeout"),
        Outcome("caught", first),
        Outcome("caught"),
        Outcome("survived"),
    ]


def test_what_survives_has_passed_with_three_seeds_beside_an_answer_that_is_right(job):
    drawn = [int(inputs_of(seed, "test_of_more_it_is_even").integers(4, 1000)) for seed in SEEDS]
    assert len(set(drawn)) == 3
    answers = (ANSWER, *(WRONG_AT_ONE.format(x=x) for x in (*drawn, 1000)))
    wrong, right = judge_mutants([job._replace(answers=(STOPS, ANSWER)), job._replace(answers=answers)], 1)
    assert isinstance(wrong, NotRight)
    assert "doubled: the right answer breaks a rule: of three it is six" in str(wrong)
    assert right.outcomes == [Outcome("caught", "of more it is even")] * 3 + [Outcome("survived")]


# Equivalent mutants.

OF_LESS_THAN = """
[[doubled]]
before = "while total < 2 * x:"
after = ["{after}"]
reason = "It goes up by 1 from below."
"""


@pytest.fixture
def review(monkeypatch, tmp_path):
    def write(text):
        monkeypatch.setattr(equivalent_mutants, "REVIEWED", tmp_path / "reviewed.toml")
        (tmp_path / "reviewed.toml").write_text(text)
        equivalent_mutants._entries.cache_clear()

    yield write
    equivalent_mutants._entries.cache_clear()


def test_a_reviewed_mutant_counts_for_nothing(judged, review):
    review("")
    before = found("doubled", *judged)
    review(OF_LESS_THAN.format(after="while total != 2 * x:"))
    after = found("doubled", *judged)
    number = after["equivalent"]
    assert before["survived"].pop(number) == "while total < 2 * x: → while total != 2 * x:"
    assert after["survived"] == before["survived"] != {}
    assert before["equivalent"] == ""


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ("while total < 2 + 2 * x:", "no mutant is: while total < 2 . x: → while total < 2 . 2 . x:"),
        ("while total < 3 * x:", "not equivalent, the suite catches it: while total < 2 . x: → while total < 3 . x:"),
    ],
)
def test_an_entry_that_is_stale_is_told(judged, review, after, says):
    review(OF_LESS_THAN.format(after=after))
    with pytest.raises(Stale, match=says):
        found("doubled", *judged)


# What is kept, told and published.

UNIT = Unit("00_start")
PLACES = [Proof(UNIT, MUTANTS, name) for name in UNIT.points()]


@pytest.fixture
def records(monkeypatch, tmp_path):
    monkeypatch.setattr(proofs, "RECORDS", tmp_path)


def outcomes_of(jobs, workers):
    """All caught but the first, which survives; and of the second exercise the right answer does not pass."""
    first, second = jobs
    caught = [Outcome("timeout", "one")] + [Outcome("caught", "two")] * (len(first.answers) - 3)
    yield Judged(["one", "two"], [Outcome("survived"), *caught])
    yield NotRight("the right answer breaks a rule")


def test_survivors_are_told_and_kept_and_what_is_not_right_is_not(records, review, monkeypatch, capsys):
    review("")
    monkeypatch.setattr(prove, "judge_mutants", outcomes_of)
    stale = {proof: proof.digest() for proof in PLACES}
    assert prove._judge_mutants(Console(), stale, 2) == PLACES[1:]
    told = capsys.readouterr().out
    assert "00_start weighted_average: 42 of 43 mutants caught" in told
    assert "SURVIVED  return ops.sum(ops.expand_dims(shares, axis=-1) * values, axis=1) → " in told
    assert "WRONG  the right answer breaks a rule" in told
    assert mutation_report.in_words(mutation_report.score_of(UNIT, "weighted_average")) == ("42 of 43", "0")
    assert mutation_report.score_of(UNIT, "pairwise_dot") is None
    assert proofs.out_of_date(PLACES) == PLACES[1:]


def _object(**fields):
    """The schema of an object that has these fields; whatever else it has is free."""
    return {"type": "object", "required": list(fields), "properties": fields}


TEXT, TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
PLACE = _object(line={"type": "integer", "minimum": 1}, column={"type": "integer", "minimum": 1})
STATUSES = ["Killed", "Survived", "NoCoverage", "CompileError", "RuntimeError", "Timeout", "Ignored", "Pending"]
MUTANT = _object(
    id=TEXT, mutatorName=TEXT, status={"enum": STATUSES}, location=_object(start=PLACE, end=PLACE), coveredBy=TEXTS
)
# What a reader of the format asks for: github.com/stryker-mutator/mutation-testing-elements, packages/report-schema.
REPORT = _object(
    schemaVersion={"enum": ["1", "1.0", "2", "2.0"]},
    thresholds=_object(high={"type": "integer", "maximum": 100}, low={"type": "integer", "minimum": 0}),
    files={
        "type": "object",
        "additionalProperties": _object(language=TEXT, source=TEXT, mutants={"type": "array", "items": MUTANT}),
    },
    testFiles={
        "type": "object",
        "additionalProperties": _object(tests={"type": "array", "items": _object(id=TEXT, name=TEXT)}),
    },
)


def test_strykers_report_has_its_form_and_its_places(records):
    with pytest.raises(ValueError, match=r"Prove these first: 00_start weighted_average \(mutants"):
        mutation_report.stryker([UNIT])
    for proof in PLACES:
        made = mutants_of(answer_cell(UNIT, proof.exercise))
        same = equivalent_mutants.reviewed(proof.exercise)
        statuses = [Outcome("survived") if one.change in same else Outcome("caught", "one") for one in made]
        statuses[0], statuses[1] = Outcome("survived"), Outcome("timeout", "two")
        kept = found(proof.exercise, made, Judged(["one", "two"], statuses))
        proofs.keep(proof, proof.digest(), **kept)
    report = json.loads(json.dumps(mutation_report.stryker([UNIT])))
    jsonschema.validate(report, REPORT)
    (file,) = report["files"].values()
    assert [mutant["status"] for mutant in file["mutants"][:3]] == ["Survived", "Timeout", "Killed"]
    assert file["mutants"][2]["killedBy"] == ["weighted_average: one"]
    ignored = [mutant for mutant in file["mutants"] if mutant["status"] == "Ignored"]
    assert [mutant["statusReason"] for mutant in ignored] == [
        "The weights have two axes, (B, S): the last is axis 1."
    ] * 2
    lines = file["source"].splitlines()
    for mutant in ignored:
        start = mutant["location"]["start"]
        assert lines[start["line"] - 1][start["column"] - 1] == "-"
