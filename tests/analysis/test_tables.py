import pandas as pd
import pytest

import fakes
from course_lib.analysis import tables
from course_lib.analysis.homework import tables as homework_tables
from course_lib.analysis.intervals import seed_interval
from course_lib.analysis.records import select, setting
from course_lib.analysis.selection import best_runs


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


def test_tables_refuse_the_wrong_runs(grid):
    mixed = [*grid, fakes.fake_run("full", few_shot=True, epochs=2)]
    with pytest.raises(ValueError, match="mix few_shot"):  # even if no seed alone is mixed
        tables.best_table([*select(grid, seed=0), fakes.fake_run("full", seed=1, few_shot=True, epochs=2)])
    for table in (tables.best_table, tables.grid_table):
        with pytest.raises(ValueError, match="mix few_shot = False, True"):
            table(mixed)


def test_paired_table(grid):
    scratch = fakes.fake_grid("scratch", optimizers=("sgd",), epochs=10)
    full = select(grid, optimizer="sgd")
    row = tables.paired_table({"full": full, "scratch": scratch}).loc[0]
    chosen = [best_runs(runs) for runs in (full, scratch)]
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


def test_names_of_settings(grid):
    assert setting(grid[0], "few_shot") is False
    assert setting(grid[0], "nothing") is None


INTERVALS = {  # each function that returns a table, and where its rows show the interval
    "best_table": ("low %", "high %"),
    "probe_table": ("low %", "high %"),
    "runs_table": ("low %", "high %"),
    "grid_table": ("low %", "high %"),
    "paired_table": ("low", "high"),
    "gap_table": ("low", "high"),
    "rate_gains": ("low", "high"),
    "printed_and_measured": ("test, printed", "test, measured"),
    "augmentations_printed_and_measured": ("test, printed", "test, measured"),
    "optimizer_table": ("low", "high"),
}


def test_contract_10_every_table_of_accuracies_shows_an_interval(grid):
    sgd = select(grid, optimizer="sgd")
    pair = {"full": sgd, "scratch": fakes.fake_grid("scratch", optimizers=("sgd",), epochs=10)}
    few = [fakes.fake_run("full", "sgd", 0.03, s, few_shot=True, epochs=5) for s in (0, 1, 2)]
    arguments = {"printed_and_measured": ("full", grid), "augmentations_printed_and_measured": ({"none": few},)}
    arguments |= {"paired_table": (pair,), "rate_gains": (pair,)}
    arguments |= {"optimizer_table": ({"full": grid},), "gap_table": ({"full": grid},)}
    modules = (tables, homework_tables)
    known = {name: made for module in modules for name, made in vars(module).items() if returns_a_table(module, made)}
    assert sorted(known) == sorted(INTERVALS), "name the columns of a new table's interval here"
    for name, columns in INTERVALS.items():
        table = known[name](*arguments.get(name, (grid,)))
        assert len(table), name
        for cell in (cell for column in columns for cell in table[column]):
            shown = "[" in cell and "]" in cell if isinstance(cell, str) else pd.notna(cell)
            assert shown, f"{name} shows an accuracy without an interval"


def returns_a_table(module, found):
    """Whether it is a public function of the module that returns a DataFrame."""
    own = callable(found) and getattr(found, "__module__", "") == module.__name__
    return own and not found.__name__.startswith("_") and found.__annotations__.get("return") is pd.DataFrame


def test_a_grid_over_seeds_has_a_t_interval(grid):
    row = tables.grid_table(grid).iloc[0]
    runs = select(grid, lr=row["lr"], optimizer=row["optimizer"])
    found = seed_interval([r["val_accuracy"] for r in runs])
    ends = 100 * max(found.low, 0), 100 * min(found.high, 1)
    assert (row["low %"], row["high %"]) == pytest.approx(ends, abs=0.006)
    single = tables.grid_table(select(grid, seed=0)).iloc[0]
    assert single["low %"] < single["val %"] < single["high %"]  # of one run: over its validation images


def several_labels(seed, value, *, lr=0.01, concepts=(0.5, 0.7, 0.9)):
    """A run whose images have several labels: scored by MAP over three concepts."""
    units = [ap + value for ap in concepts]
    record = fakes.fake_run("full", "sgd", lr, seed, epochs=2) | {"metric": "map", "val_score": 0.6 + lr}
    record |= dict.fromkeys(("val_accuracy", "test_accuracy", "test_correct", "test_outcomes"))
    return record | {"scores": {"direct": {"metric": "map", "value": sum(units) / 3, "units": units}}}


def test_tables_of_several_labels_name_their_metric():
    """The same tables, over concepts; what counts images is empty."""
    runs = [several_labels(seed, 0.01 * seed, lr=lr) for lr in (0.01, 0.03) for seed in (0, 1, 2)]
    row = tables.best_table(runs).loc[0]
    assert (row["metric"], row["lr"], row["test %"], row["images right"]) == ("MAP", "0.03", 71.0, None)
    assert row["low %"] < row["test %"] < row["high %"]
    better = [several_labels(seed, 0.05) for seed in (0, 1, 2)]
    pair = tables.paired_table({"a": better, "b": runs}).loc[0]
    assert (pair["A − B (points)"], pair["images"], pair["p (largest)"]) == (4.0, None, None)
    one = tables.best_table(runs[:1]).loc[0]
    assert one["interval"] == "bootstrap, 3 concepts"
    assert one["low %"] < one["test %"] < one["high %"]


def test_a_study_may_vary_more_than_rate_and_optimizer(grid):
    """What else validation chose among has a column of its own."""
    sgd = select(grid, optimizer="sgd")
    heavy = [run | {"recipe": run["recipe"] | {"momentum": 0.9}} for run in sgd]
    with pytest.raises(ValueError, match="mix momentum = 0.0, 0.9"):
        tables.best_table(sgd + heavy)
    row = tables.best_table(sgd + heavy, vary=("optimizer", "lr", "momentum")).loc[0]
    assert (row["momentum"], row["runs"]) == ("0", 2 * len(sgd))  # of equal runs the first
    cells = tables.grid_table(sgd + heavy, vary=("optimizer", "lr", "momentum"))
    assert len(cells) == 2 * len(tables.grid_table(sgd))
    assert set(cells["momentum"]) == {0.0, 0.9}
