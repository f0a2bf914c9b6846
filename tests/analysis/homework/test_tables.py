import pandas as pd
import pytest

import fakes
from course_lib.analysis.homework import tables
from course_lib.analysis.records import select
from course_lib.analysis.selection import best_runs


@pytest.fixture(scope="module")
def grid():
    return fakes.fake_grid("full", epochs=10)


def test_printed_and_measured_counts_images(grid):
    table = tables.printed_and_measured("full", grid).set_index("optimizer")
    row = table.loc["sgd"]
    assert row["test, printed"] == "92.80 % [88.8, 95.5]"
    assert row["images, printed"] == "219 of 236"
    chosen = best_runs(select(grid, optimizer="sgd"))
    mean = sum(r["test_correct"] for r in chosen) / 3
    assert row["difference in images of 236"] == pytest.approx(mean - 0.928 * 236, abs=0.06)


def test_printed_and_measured_finds_the_few_shot_tables():
    records = [fakes.fake_run("scratch", "adam", 0.001, s, few_shot=True, epochs=3) for s in (0, 1)]
    table = tables.printed_and_measured("scratch", records).set_index("optimizer")
    assert table.loc["adam", "images, printed"] == "947 of 2108"
    assert table.loc["sgd", "test, measured"] == "no scored run"


def test_augmentations_beside_table_viii():
    records = [fakes.fake_run("full", "sgd", 0.03, s, few_shot=True, epochs=5) for s in (0, 1, 2)]
    table = tables.augmentations_printed_and_measured({"none": records, "Greyscale()": records})
    assert table["images, printed"].tolist() == ["1644 of 2108", "1446 of 2108"]
    with pytest.raises(ValueError, match="no 'Mixup'"):
        tables.augmentations_printed_and_measured({"Mixup": records})


def test_optimizer_table(grid):
    few = fakes.fake_grid("full", few_shot=True, epochs=3, seeds=(0,))
    table = tables.optimizer_table({"full": grid, "few": few}).set_index("grid")
    adam, sgd = ([r["test_accuracy"] for r in best_runs(select(grid, optimizer=o))] for o in ("adam", "sgd"))
    gaps = [100 * (a - s) for a, s in zip(adam, sgd, strict=True)]
    row = table.loc["full"]
    assert row["printed"] == pytest.approx(93.22 - 92.80, abs=0.01)  # 220 and 219 of 236
    assert row["low, printed"] < row["printed"] < row["high, printed"]
    assert row["Adam − SGD"] == pytest.approx(sum(gaps) / 3, abs=0.006)
    assert row["low"] <= row["Adam − SGD"] <= row["high"]
    assert row["low, seeds"] < row["Adam − SGD"] < row["high, seeds"]
    assert row["Adam better in"] == f"{sum(gap > 0 for gap in gaps)} of 3"
    assert pd.isna(table.loc["few", "low, seeds"])
    wider = tables.optimizer_table({"full": grid}, confidence=0.99).loc[0]
    assert wider["high"] - wider["low"] > row["high"] - row["low"]
    with pytest.raises(ValueError, match="mix few_shot"):
        tables.optimizer_table({"both": [*grid, *few]})


def test_the_wrong_runs_are_refused(grid):
    with pytest.raises(ValueError, match="strategy 'full', not 'scratch'"):
        tables.printed_and_measured("scratch", grid)
    with pytest.raises(ValueError, match="mix few_shot = False, True"):
        tables.printed_and_measured("full", [*grid, fakes.fake_run("full", few_shot=True, epochs=2)])


def test_a_grid_that_diverged_altogether_keeps_its_row():
    records = [fakes.fake_run("full", "sgd", 0.03, s, diverge_at=0) for s in (0, 1)]
    beside = tables.printed_and_measured("full", records).loc[0]
    assert (beside["test, measured"], beside["diverged"]) == ("no scored run", "2 of 2 runs")


def test_a_grid_is_clear_if_both_intervals_agree_and_no_rate_is_at_the_edge():
    row = {"low": 1.0, "high": 2.0, "low, seeds": 0.5, "high, seeds": 3.0, "edge": "–"}
    below = {"low": -2.0, "high": -1.0, "low, seeds": -3.0, "high, seeds": -0.5}
    cases = [
        row,
        row | below,
        row | {"low, seeds": -0.5},
        row | {"low": -2.0, "high": -1.0},  # on different sides of zero
        row | {"edge": "sgd"},
        row | {"low, seeds": float("nan"), "high, seeds": float("nan")},
    ]
    assert tables.clear_grids(pd.DataFrame(cases)).tolist() == [True, True, False, False, False, False]
