"""Switches from printed to released, their controls, and penalties."""

import pytest

from course_lib.analysis.multitune import penalties, switches
from course_lib.analysis.multitune.rows import by_row
from fake_multitune import MINI, fake_runs

FLIPS = "flips, in validation, too"


def value(trial):
    """Flips cost two points, branch B alone loses five, and first files lose one."""
    name = trial.recipe.name
    return 0.80 - 0.02 * (FLIPS in name) - 0.05 * (name == "B alone") - 0.01 * trial.data.first_files


RUNS = fake_runs("switches", value)
SETS = switches.whole_set(RUNS)
FINE = SETS["mini:beetles"]


def test_the_waterfall_goes_from_printed_to_the_maximum():
    steps = switches.waterfall(FINE)
    assert [step.name for step in steps] == [
        "paper", "+ one rate", "+ no pull", "+ one own block", "+ one new block", "+ shared norm", f"+ {FLIPS}",
        switches.LAST_STEP,
    ]  # fmt: skip
    assert steps[0].gap is None
    fall = steps[-2].gap
    assert fall.estimate == pytest.approx(-0.02, abs=0.003)
    assert fall.high < 0
    assert all(step.gap.low < 0 < step.gap.high for step in steps[1:-2])
    assert steps[-1].score.estimate > steps[-2].score.estimate
    assert [step.name for step in switches.waterfall(SETS["mini:general"])] == [step.name for step in steps]


def test_each_switch_alone_and_each_control_is_compared_with_the_printed_state():
    alone = switches.only_gaps(FINE)
    assert next(iter(alone)) == switches.ONE_RATE
    assert len(alone) == 6
    assert alone[f"only {FLIPS}"].interval().high < 0
    controls = {name: gap.interval() for name, gap in switches.control_gaps(FINE).items()}
    assert list(controls) == ["A alone", "B alone", switches.ONE_RATE, switches.BOTH_ALONE]
    assert controls["B alone"].estimate == pytest.approx(0.05, abs=0.003)
    assert controls["A alone"].low < 0 < controls["A alone"].high
    assert list(switches.control_gaps(SETS["mini:general"])) == [switches.ONE_RATE], "the controls ran on one set"
    assert switches.alone_gap(FINE).interval().estimate == pytest.approx(-0.05, abs=0.003)
    table = switches.switch_table(FINE)
    assert len(table) == 7 + 5 + 4
    assert set(table["edge"]) == {"–"}


def test_the_vote_of_both_branches_is_paired_with_the_joined_network():
    votes = switches.control_gaps(FINE)[switches.BOTH_ALONE]
    assert [b["members"] for _, b in votes.pairs] == [[seed, seed] for seed in range(MINI.seeds)]
    assert votes.shares_images


def test_first_files_are_paired_with_random_ones_on_the_same_test_images():
    gap = switches.first_files_gap(RUNS)
    assert gap.shares_images
    assert gap.interval().estimate == pytest.approx(-0.01, abs=0.002)
    random_alone = [run for run in RUNS if not run["data"].get("first_files")]
    with pytest.raises(ValueError, match="was not run on first and on random files"):
        switches.first_files_gap(random_alone)


def test_flips_of_spottune_as_released():
    assert switches.flip_gap(FINE).interval().low < 0 < switches.flip_gap(FINE).interval().high
    assert list(switches.released_gaps(FINE)) == ["SpotTune, as released", "SpotTune, as released, flips"]


def penalised(trial):
    name = trial.recipe.name
    return 0.80 + 0.04 * (name == "L2-SP α=0.01") + 0.02 * (name == "L2 α=0.01") - 0.05 * (name == "BSS")


PENALISED = fake_runs("penalties", penalised)
ALL = next(iter(by_row(PENALISED).values()))


def test_penalties_are_compared_with_none():
    found = {own.name: own for own in penalties.penalty_scores(ALL)}
    assert found["none"].gap is None
    assert found["BSS"].gap.high < 0
    assert found["L2-SP α=0.01"].gap.estimate == pytest.approx(0.04, abs=0.003)
    assert len(found) == 17


def test_l2sp_is_compared_with_l2_at_each_strength_and_at_its_best():
    gaps = {name: gap.interval() for name, gap in penalties.pull_gaps(ALL).items()}
    assert list(gaps) == ["α=0.001", "α=0.01", "α=0.1", penalties.BEST_ALPHA]
    assert gaps["α=0.01"].estimate == pytest.approx(0.02, abs=0.003)
    assert gaps[penalties.BEST_ALPHA].estimate == pytest.approx(0.02, abs=0.003)
    assert gaps[penalties.BEST_ALPHA].edge == "", "the best strength lies inside the grid"
    assert penalties.aliased_gap(ALL).interval().estimate == pytest.approx(0.04, abs=0.003)
    table = penalties.penalty_table(PENALISED)
    assert list(table.columns) == ["all images", "10 a class"]
    with pytest.raises(ValueError, match="no strength α"):
        penalties.pull_gaps([run for run in ALL if run["recipe"]["name"] == "none"])


def test_a_best_strength_at_the_end_of_its_grid_is_named():
    runs = fake_runs(
        "penalties",
        lambda t: 0.80 + 0.04 * (t.recipe.name == "L2-SP α=0.1"),
        keep=lambda t: "α=" in t.recipe.name and t.data.per_class is None,
    )
    assert "L2-SP α=0.1: the highest α tried" in penalties.pull_gaps(runs)[penalties.BEST_ALPHA].edge
