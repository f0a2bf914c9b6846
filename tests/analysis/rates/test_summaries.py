"""Tables of sections 4.1 and 4.2: printed and measured rows, daggers at the edge, counts by sign."""

import pytest

from course_lib.analysis.rates import summaries
from course_lib.data import TRANSFERS
from fake_rates import grid_of

LOW = {0.0: 0.4, 0.001: 0.5, 0.01: 0.6}
HIGH = {0.0: 0.5, 0.001: 0.7, 0.01: 0.6, 0.1: 0.3}


@pytest.fixture(scope="module")
def records():
    """Two pairs, noisy enough for intervals of some width."""
    return [
        run
        for pair in TRANSFERS[:2]
        for head, accuracies in ((0.01, LOW), (0.1, HIGH))
        for run in grid_of(pair, accuracies, head=head, noise=0.01)
    ]


def test_printed_and_measured_stand_below_each_other(records):
    table = summaries.gains_table(records)
    assert table.loc["printed"].index[4] == "fungus ← plant"
    assert table.loc[("printed", "fungus ← plant"), "gain"] == "127.79 %"
    row = table.loc[("measured", TRANSFERS[0].name)]
    assert row["better LL"] == "0.1"
    assert row["gain"].startswith("25.0 %")


def test_a_dagger_marks_the_highest_rate_tried(records):
    row = summaries.bests_table(records).loc[("measured", TRANSFERS[0].name)]
    assert row["α at LL 0.01"] == "0.01, 0.01, 0.01 †"
    assert row["α at LL 0.1"] == "0.001, 0.001, 0.001"
    printed = summaries.bests_table(records).loc[("printed", "tool ← weapon")]
    assert printed["α at LL 0.1"] == "0.1"


def test_the_control_of_the_inner_gain_is_the_lowest_rate_above_zero(records):
    row = summaries.inner_table(records).loc[TRANSFERS[0].name]
    assert row["over frozen"].startswith("20.0 points")
    assert row["over IL 0.001"].startswith("-10.0 points")  # the best of what is left, IL 0.01, has 60 %
    frozen_and_one = [run for run in records if run["recipe"]["multipliers"]["inner"] in (0.0, 1.0)]
    assert "over frozen" in summaries.inner_table(frozen_and_one)


def test_the_summary_counts_pairs_by_sign(records):
    table = summaries.summary_table(records)
    assert table.loc["last layer alone: which LL is better", "printed"] == "0.01 in 6, 0.1 in 2"
    assert table.loc["last layer alone: which LL is better", "measured"] == "0.01 in 0, 0.1 in 2, undecided in 0"
    assert table.loc["best accuracy: which LL is better", "printed"] == "0.01 in 5, 0.1 in 2, equal in 1"
    assert table.loc["largest gain of the better LL", "printed"] == "127.79 % (fungus)"
    assert table.loc["median β, LL 0.01", "printed"] == "28.96 %"
    assert table.loc["median β, LL 0.01", "measured"].startswith("50 %")
    assert table.loc["β of LL 0.1 − β of LL 0.01", "measured"].startswith("above 0 in 2")
    assert table.loc["the same, with the same inner rates", "measured"].startswith("above 0 in 0; below in 2")
    assert table.loc["pairs whose α is the highest rate tried, LL 0.01"].tolist() == ["5 of 8", "2 of 2"]
    assert table.loc["pairs whose α is the highest rate tried, LL 0.1"].tolist() == ["1 of 8", "0 of 2"]


def test_a_choice_by_the_test_is_never_below_one_by_validation(records):
    wrong = [run | {"val_accuracy": 1 - run["val_accuracy"]} for run in records]
    for run in wrong:
        run["history"] = [epoch | {"val_accuracy": run["val_accuracy"]} for epoch in run["history"]]
    assert summaries.choice_table(records).loc[TRANSFERS[0].name, "LL 0.1"].startswith("0.0 points")
    assert summaries.choice_table(wrong).loc[TRANSFERS[0].name, "LL 0.1"].startswith("40.0 points")
