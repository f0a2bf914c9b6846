"""Switches from printed to released, their controls, and penalties."""

from itertools import permutations

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
        switches.ON_VALIDATION, switches.LAST_STEP,
    ]  # fmt: skip
    assert steps[0].gap is None
    fall = steps[-3].gap
    assert fall.estimate == pytest.approx(-0.02, abs=0.003)
    assert fall.high < 0
    assert all(step.gap.low < 0 < step.gap.high for step in steps[1:-3])
    assert not any(step.edge for step in steps)
    assert [step.name for step in switches.waterfall(SETS["mini:general"])] == [step.name for step in steps]


def test_what_is_reported_of_the_last_state_is_split_into_other_images_and_the_choice():
    """Validation images that are three points easier are no gain by the choice of the epoch."""
    state, control, choice = switches.waterfall(FINE)[-3:]
    assert control.gap.low < 0 < control.gap.high
    assert choice.gap.low > 0
    assert choice.gap.estimate == pytest.approx(choice.score.estimate - control.score.estimate)
    assert control.gap.estimate == pytest.approx(control.score.estimate - state.score.estimate)
    easier = [run | {"history": [eased(epoch) for epoch in run["history"]]} for run in FINE]
    easier = [run | {"val_accuracy": run["val_accuracy"] + 0.03} for run in easier]
    moved = switches.waterfall(easier)[-2:]
    assert moved[0].gap.estimate == pytest.approx(control.gap.estimate + 0.03)
    assert moved[1].gap.estimate == pytest.approx(choice.gap.estimate)


def eased(epoch):
    return epoch | {"val_accuracy": epoch["val_accuracy"] + 0.03}


def test_a_step_has_the_edges_of_both_its_states():
    """The rate of `+ no pull` is best at the end of its grid: neither the step to it nor that from it is decided."""

    def best(trial):
        return 0.1 if trial.recipe.name == "+ no pull" else 0.01

    steps = switches.waterfall(fake_runs("switches", value, best=best, keep=lambda t: t.data.source == "mini:beetles"
                                         and t.data.per_class is None))  # fmt: skip
    assert [bool(step.edge) for step in steps] == [False, False, True, True, False, False, False, False, False]
    assert all(step.edge == step.gap.edge for step in steps[1:])


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


def test_branches_of_different_seeds_vote_beside_the_joined_networks_of_these_seeds():
    votes = switches.control_gaps(FINE)[switches.BOTH_ALONE]
    wanted = {(joined, a, b) for a, b in permutations(range(MINI.seeds), 2) for joined in (a, b)}
    assert {(a["seed"], *b["members"]) for a, b in votes.pairs} == wanted
    assert len(votes.pairs) == len(wanted)
    assert sorted(votes.by_seed) == list(range(MINI.seeds))
    assert votes.interval().seeds == MINI.seeds
    assert votes.shares_images
    with pytest.raises(ValueError, match="no two seeds can vote"):
        switches.control_gaps([run for run in FINE if run["seed"] == 0])


def test_first_files_are_paired_with_random_ones_on_the_same_test_images():
    gap = switches.first_files_gap(RUNS)
    assert gap.shares_images
    assert sorted(gap.by_seed) == list(range(MINI.seeds)), "the random files are others for each seed"
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
