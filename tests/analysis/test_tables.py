import pandas as pd
import pytest

import fakes
from course_lib.analysis import tables
from course_lib.analysis.intervals import seed_interval
from course_lib.analysis.selection import select, setting


@pytest.fixture(scope="module")
def grid():
    return fakes.fake_grid("full", epochs=10)


@pytest.fixture(scope="module")
def lost():
    """SGD's rate 0.03 diverges at once, 0.01 after four epochs."""
    at = {0.03: 0, 0.01: 4}
    return [
        fakes.fake_run("full", "sgd", lr, s, epochs=10, diverge_at=at.get(lr))
        for lr in (0.03, 0.01, 0.003)
        for s in (0, 1)
    ]


def test_best_table_is_what_validation_chose(grid):
    table = tables.best_table(grid).set_index("optimizer")
    assert list(table.index) == ["sgd", "adam"]
    for optimizer in table.index:
        chosen = [
            max(select(grid, optimizer=optimizer, seed=s), key=lambda r: (r["val_accuracy"], -r["best_epoch"]))
            for s in (0, 1, 2)
        ]
        mean = sum(r["test_accuracy"] for r in chosen) / 3
        row = table.loc[optimizer]
        assert row["test %"] == pytest.approx(100 * mean, abs=0.006)
        assert row["images right"] == pytest.approx(236 * mean, abs=0.06)
        assert row["low %"] <= row["test %"] <= row["high %"]
        assert (row["interval"], row["seeds"], row["runs"], row["diverged"]) == ("t, 3 seeds", 3, 15, 0)


def test_one_seed_has_wilsons_interval(grid):
    table = tables.best_table(select(grid, seed=0))
    assert set(table["interval"]) == {"Wilson, 236 images"}


def test_diverged_runs_are_counted_and_shown(lost):
    assert tables.best_table(lost).loc[0, "diverged"] == 4
    rows = tables.runs_table(lost)
    assert len(rows) == 6
    assert list(rows["status"]).count("diverged") == 4
    assert rows["test %"].isna().sum() == 2
    grid = tables.grid_table(lost).set_index("lr")
    assert grid.loc[0.03, ["runs in mean", "runs", "diverged"]].tolist() == [0, 2, 2]
    assert grid.loc[0.01, ["runs in mean", "runs", "diverged"]].tolist() == [2, 2, 2]


def test_a_grid_that_diverged_altogether_keeps_its_row():
    records = [fakes.fake_run("full", "sgd", 0.03, s, diverge_at=0) for s in (0, 1)]
    row = tables.best_table(records).loc[0]
    assert (row["lr"], row["interval"], row["runs"], row["diverged"]) == ("–", "no scored run", 2, 2)
    beside = tables.printed_and_measured("full", records).loc[0]
    assert (beside["test, measured"], beside["diverged"]) == ("no scored run", "2 of 2 runs")


def test_printed_and_measured_counts_images(grid):
    table = tables.printed_and_measured("full", grid).set_index("optimizer")
    row = table.loc["sgd"]
    assert row["test, printed"] == "92.80 % [88.8, 95.5]"
    assert row["images, printed"] == "219 of 236"
    chosen = tables.best_runs(select(grid, optimizer="sgd"))
    mean = sum(r["test_correct"] for r in chosen) / 3
    assert row["difference in images of 236"] == pytest.approx(mean - 0.928 * 236, abs=0.06)


def test_printed_and_measured_finds_the_few_shot_tables():
    records = [fakes.fake_run("scratch", "adam", 0.001, s, few_shot=True, epochs=3) for s in (0, 1)]
    table = tables.printed_and_measured("scratch", records).set_index("optimizer")
    assert table.loc["adam", "images, printed"] == "947 of 2108"
    assert table.loc["sgd", "test, measured"] == "no scored run"


def test_tables_refuse_the_wrong_runs(grid):
    with pytest.raises(ValueError, match="strategy 'full', not 'scratch'"):
        tables.printed_and_measured("scratch", grid)
    mixed = [*grid, fakes.fake_run("full", few_shot=True, epochs=2)]
    with pytest.raises(ValueError, match="mix few_shot"):  # even if no seed alone is mixed
        tables.best_table([*select(grid, seed=0), fakes.fake_run("full", seed=1, few_shot=True, epochs=2)])
    for table in (tables.best_table, tables.grid_table, lambda r: tables.printed_and_measured("full", r)):
        with pytest.raises(ValueError, match="mix few_shot = False, True"):
            table(mixed)


def test_augmentations_beside_table_viii():
    records = [fakes.fake_run("full", "sgd", 0.03, s, few_shot=True, epochs=5) for s in (0, 1, 2)]
    table = tables.augmentations_printed_and_measured({"none": records, "Greyscale()": records})
    assert table["images, printed"].tolist() == ["1644 of 2108", "1446 of 2108"]
    with pytest.raises(ValueError, match="no 'Mixup'"):
        tables.augmentations_printed_and_measured({"Mixup": records})


def test_paired_table(grid):
    scratch = fakes.fake_grid("scratch", optimizers=("sgd",), epochs=10)
    full = select(grid, optimizer="sgd")
    row = tables.paired_table({"full": full, "scratch": scratch}).loc[0]
    chosen = [tables.best_runs(runs) for runs in (full, scratch)]
    expected = sum(a["test_correct"] - b["test_correct"] for a, b in zip(*chosen, strict=True)) / 3
    assert row["images"] == pytest.approx(expected, abs=0.06)
    assert row["low"] < row["A − B (points)"] < row["high"]
    assert row["p (largest)"] < 0.05
    with pytest.raises(ValueError, match="mixes the optimizers sgd, adam"):
        tables.paired_table({"both": grid, "scratch": scratch})
    with pytest.raises(ValueError, match="common seed"):
        tables.paired_table({"full": select(full, seed=0), "scratch": select(scratch, seed=1)})


def test_runs_on_other_images_are_not_paired(grid):
    full = select(grid, optimizer="sgd")
    for origin in ({"data_fingerprint": "other"}, {"split_hash": "other"}):
        elsewhere = [run | {"provenance": run["provenance"] | origin} for run in full]
        with pytest.raises(ValueError, match="'full' and 'elsewhere' were tested on different images"):
            tables.paired_table({"full": full, "elsewhere": elsewhere})


def test_grid_table_has_the_interval_over_seeds(grid):
    row = tables.grid_table(grid).set_index(["lr", "optimizer"]).loc[(0.01, "sgd")]
    found = seed_interval([r["val_accuracy"] for r in select(grid, lr=0.01, optimizer="sgd")])
    assert row[["low %", "val %", "high %"]].tolist() == pytest.approx(
        [100 * found.low, 100 * found.estimate, 100 * found.high], abs=0.006
    )


def test_optimizer_table(grid):
    few = fakes.fake_grid("full", few_shot=True, epochs=3, seeds=(0,))
    table = tables.optimizer_table({"full": grid, "few": few}).set_index("grid")
    adam, sgd = ([r["test_accuracy"] for r in tables.best_runs(select(grid, optimizer=o))] for o in ("adam", "sgd"))
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


def test_names_of_settings(grid):
    assert setting(grid[0], "few_shot") is False
    assert setting(grid[0], "nothing") is None


INTERVALS = {  # each function that returns a table, and where its rows show the interval
    "best_table": ("low %", "high %"),
    "runs_table": ("low %", "high %"),
    "grid_table": ("low %", "high %"),
    "printed_and_measured": ("test, printed", "test, measured"),
    "augmentations_printed_and_measured": ("test, printed", "test, measured"),
    "paired_table": ("low", "high"),
    "optimizer_table": ("low", "high"),
}


def test_contract_10_every_table_of_accuracies_shows_an_interval(grid):
    other = fakes.fake_grid("scratch", optimizers=("sgd",), epochs=10)
    few = [fakes.fake_run("full", "sgd", 0.03, s, few_shot=True, epochs=5) for s in (0, 1, 2)]
    arguments = {"printed_and_measured": ("full", grid), "augmentations_printed_and_measured": ({"none": few},)}
    arguments["paired_table"] = ({"full": select(grid, optimizer="sgd"), "scratch": other},)
    arguments["optimizer_table"] = ({"full": grid},)
    returning = [name for name, found in vars(tables).items() if returns_a_table(found)]
    assert sorted(returning) == sorted(INTERVALS), "name the columns of a new table's interval here"
    for name, columns in INTERVALS.items():
        table = getattr(tables, name)(*arguments.get(name, (grid,)))
        assert len(table), name
        for cell in (cell for column in columns for cell in table[column]):
            shown = "[" in cell and "]" in cell if isinstance(cell, str) else tables.pd.notna(cell)
            assert shown, f"{name} shows an accuracy without an interval"


def returns_a_table(found):
    """Whether it is a public function of the module that returns a DataFrame."""
    own = callable(found) and getattr(found, "__module__", "") == tables.__name__
    return own and not found.__name__.startswith("_") and found.__annotations__.get("return") is tables.pd.DataFrame


def test_a_grid_over_seeds_has_a_t_interval(grid):
    row = tables.grid_table(grid).iloc[0]
    runs = select(grid, lr=row["lr"], optimizer=row["optimizer"])
    found = seed_interval([r["val_accuracy"] for r in runs])
    ends = 100 * max(found.low, 0), 100 * min(found.high, 1)
    assert (row["low %"], row["high %"]) == pytest.approx(ends, abs=0.006)
    single = tables.grid_table(select(grid, seed=0)).iloc[0]
    assert single["low %"] < single["val %"] < single["high %"]  # of one run: over its validation images
