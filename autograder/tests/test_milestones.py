"""Milestones: numbers beside those to reach, the best of them on the desk, and what `progress()` says of it."""

from course.toolkit import milestones

import json
import re

import numpy as np
import pytest

from autograder.learner import goals
from autograder.learner.desk import Desk
from autograder.learner.overview import Overview
from autograder.learner.record import Record
from autograder.seam.given import References, giving
from autograder.units import ROOT, Unit, all_units

THIRD = goals.milestone(3)
GOOD, BETTER, BAD = ({"copied": one, "reversed": other} for one, other in ((0.991, 0.99), (0.999, 0.99), (1.0, 0.98)))


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A desk, in the folder of the unit of milestone 3, as a notebook there has it."""
    desk = Desk(tmp_path / "work")
    desk.lay_out([THIRD.unit])
    monkeypatch.chdir(desk.notebook(THIRD.unit).parent)
    return desk


def told(capsys, numbers, number=3):
    milestones.measured(number, numbers)
    return capsys.readouterr().out.splitlines()


def test_each_milestone_stands_at_the_end_of_a_unit_that_measures_it_by_its_numbers():
    assert [one.number for one in goals.here()] == [1, 2, 3, 4]
    for one in goals.here():
        source = one.unit.solution_source.read_text("utf-8")
        assert f"milestones.measured({one.number}, " in source
        assert f"**Milestone {one.number}.**" in source
        text = source.partition(f"**Milestone {one.number}.**")[2]
        for goal in one.goals:
            assert not goal.wanted or goal.wanted.rpartition(": ")[2] in text


def test_a_milestone_whose_unit_is_not_here_is_not_shown(monkeypatch):
    monkeypatch.setattr(goals, "all_units", lambda: all_units()[:8])
    assert [one.number for one in goals.here()] == [1, 2]


def test_each_number_stands_beside_the_one_to_reach(capsys):
    assert told(capsys, GOOD) == [
        "Milestone 3: your whole Transformer copies and reverses",
        "  ✓ copied     99.1 %   to reach: 99 %",
        "  ✓ reversed   99.0 %   to reach: 99 %",
        "Milestone 3 is reached.",
    ]


def test_what_is_missing_is_named(capsys):
    lines = told(capsys, BAD)
    assert lines[2] == "  ✗ reversed   98.0 %   to reach: 99 %"
    assert lines[-1] == "Milestone 3 is not reached yet: it lacks “reversed”."


def test_a_number_to_stay_below_fails_above_it(capsys):
    assert "  ✓ without positions    0.2 %   to stay below: 5 %" in told(
        capsys, {"with positions": 1.0, "without positions": 0.002}, 2
    )
    lines = told(capsys, {"with positions": 1.0, "without positions": 0.3}, 2)
    assert "  ✗ without positions   30.0 %   to stay below: 5 %" in lines
    assert lines[-1] == "Milestone 2 is not reached yet: it lacks “without positions”."


def test_a_number_without_a_goal_is_told_and_decides_nothing(capsys):
    lines = told(capsys, {"unseen": 0.97, "new combinations": 0.9, "BLEU": 98.25}, 4)
    assert "  · BLEU                 98.2" in lines
    assert lines[-1] == "Milestone 4 is reached."


def test_nothing_is_rounded_over_what_is_wanted(capsys):
    assert "  ✗ copied     98.9 %   to reach: 99 %" in told(capsys, {"copied": 0.98999, "reversed": 1.0})
    above = told(capsys, {"with positions": 1.0, "without positions": 0.05001}, 2)
    assert "  ✗ without positions    5.1 %   to stay below: 5 %" in above
    for share in range(1001):
        assert goals.Goal("", at_least=0.5).words(share / 1000) == f"{share / 10:.1f} %"


@pytest.mark.parametrize(
    "numbers",
    [{"copied": 1.0}, {**GOOD, "more": 1.0}, {**GOOD, "copied": float("nan")}, {**GOOD, "copied": "all"}, {}],
    ids=["too few", "too many", "not finite", "a text", "none"],
)
def test_other_numbers_than_it_is_measured_by_are_an_error_that_says_which(numbers):
    with pytest.raises(ValueError, match=r"Milestone 3 is measured by these numbers: copied, reversed; received \{"):
        milestones.measured(3, numbers)


def test_a_milestone_that_there_is_not_is_an_error():
    with pytest.raises(ValueError, match=r"There is no milestone 9. There are: 1, 2, 3, 4"):
        milestones.measured(9, {})


def test_the_best_is_kept_on_the_desk_beside_the_points(desk, capsys):
    (desk.folder / ".progress.json").write_text('{"00_start": {"pairwise_dot": {"score": 10, "attempted": true}}}')
    told(capsys, {name: np.float32(share) for name, share in BAD.items()})
    assert Record(desk).of_milestone(THIRD) == pytest.approx(BAD)
    for numbers in (GOOD, BETTER):
        assert not any("Your best" in line for line in told(capsys, numbers))
        assert Record(desk).of_milestone(THIRD) == numbers
    for worse in (GOOD, BAD):
        assert told(capsys, worse)[-1] == "Your best so far stays: copied 99.9 %, reversed 99.0 %."
        assert Record(desk).of_milestone(THIRD) == BETTER
    assert not any("Your best" in line for line in told(capsys, BETTER))
    assert Record(desk).of(Unit("00_start"))["pairwise_dot"].done


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "[]",
        "\udc80",
        '{"milestones": 3}',
        '{"milestones": {"3": 7}}',
        '{"milestones": {"3": {"copied": 1.0}}}',
        '{"milestones": {"3": {"copied": NaN, "reversed": 1.0}}}',
        '{"milestones": {"3": {"copied": true, "reversed": null}}}',
    ],
)
def test_a_broken_record_is_as_good_as_none(desk, capsys, broken):
    (desk.folder / ".progress.json").write_bytes(broken.encode("utf-8", "surrogateescape"))
    assert "  – 3  your whole Transformer copies and reverses: open, unit 11" in repr(Overview(desk, desk.folder))
    told(capsys, GOOD)
    assert Record(desk).of_milestone(THIRD) == GOOD


def test_a_desk_that_cannot_be_written_to_costs_nothing_but_the_record(desk, capsys):
    (desk.folder / ".progress.json").mkdir()
    assert told(capsys, GOOD)[-1] == "Milestone 3 is reached."


def test_nothing_is_kept_outside_of_the_unit_on_a_desk(desk, capsys, monkeypatch):
    record = desk.folder / ".progress.json"
    places = [desk.folder, ROOT / "solutions" / THIRD.stem, desk.folder / "04_attention"]
    places[-1].mkdir()
    before = Record(Desk()).of_milestone(THIRD)
    for place in places:
        monkeypatch.chdir(place)
        assert told(capsys, GOOD)[-1] == "Milestone 3 is reached."
    assert not record.exists()
    assert Record(Desk()).of_milestone(THIRD) == before


def test_where_notebooks_are_graded_nothing_is_measured(desk, capsys):
    with giving(References([])):
        assert told(capsys, GOOD) == ["Milestones are not measured where notebooks are graded."]
    assert not (desk.folder / ".progress.json").exists()


def test_progress_shows_what_is_reached_and_where_the_others_are(desk):
    Record(desk).keep_milestone(THIRD, BETTER)
    Record(desk).keep_milestone(goals.milestone(1), {"words found": 0.5})
    lines = repr(Overview(desk, desk.folder)).splitlines()
    place = lines.index("  Milestones:")
    assert lines[place + 1 : place + 5] == [
        "  – 1  your attention finds who translates whom: words found 50.0 % (to reach: 90 %)",
        "  – 2  one layer of yours reverses eight tokens: open, unit 7",
        "  ✓ 3  your whole Transformer copies and reverses: copied 99.9 %, reversed 99.0 %",
        "  – 4  your Transformer translates: open, unit 13",
    ]
    assert lines[place + 5].startswith("  Next: ")


def test_the_page_links_to_the_units_that_measure_them(desk):
    Record(desk).keep_milestone(THIRD, BETTER)
    html = Overview(desk, desk.notebook(THIRD.unit).parent)._repr_html_()
    _, _, milestones_alone = html.partition("<b>Milestones</b>")
    assert "copied 99.9&nbsp;%, reversed 99.0&nbsp;%" in milestones_alone
    assert re.search(r'reverses · <a href="11_training\.ipynb"[^>]*>unit.11</a>', milestones_alone)
    assert re.search(
        r"reverses eight tokens · unit.7</div><div>open</div>", milestones_alone
    )  # not on this desk: no link


def test_a_course_without_them_shows_none(desk, monkeypatch):
    monkeypatch.setattr(goals, "all_units", lambda: all_units()[:2])
    overview = Overview(desk, desk.folder)
    assert "Milestones" not in repr(overview) + overview._repr_html_()


def test_what_is_kept_is_json_that_a_person_can_read(desk, capsys):
    told(capsys, GOOD)
    assert json.loads((desk.folder / ".progress.json").read_text("utf-8")) == {"milestones": {"3": GOOD}}
