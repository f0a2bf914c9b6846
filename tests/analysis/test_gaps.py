import numpy as np
import pytest

from course_lib.analysis.gaps import gap_table, mean_accuracy, rate_gains, validation_gap
from course_lib.analysis.intervals import accuracy_interval, seed_interval


def run(val, test, seed=0, *, lr=0.01, optimizer="sgd", num_val=47):
    """A run with so many validation images right, and so many of 2108 test images."""
    record = {"recipe": {"name": "full", "lr": lr, "optimizer": optimizer}, "data": {}, "seed": seed, "best_epoch": 1}
    record |= {"val_accuracy": val / num_val, "num_val": num_val, "status": "finished"}
    return record | {"test_accuracy": test / 2108, "num_test": 2108}


RUNS = [run(40, 1500), run(41, 1600, seed=1), run(30, 2000, lr=0.001)]


def test_the_mean_has_wilsons_interval_of_the_mean_count():
    found = mean_accuracy(RUNS[:2])
    wilson = accuracy_interval(1550, 2108)
    assert (found.estimate, found.low, found.high) == pytest.approx((1550 / 2108, wilson.low, wilson.high))
    assert mean_accuracy(RUNS[:2], "val").estimate == pytest.approx(40.5 / 47)  # half an image is not rounded away


def test_the_gap_is_as_uncertain_as_its_fewer_images():
    few, many = validation_gap([run(40, 1500)]), validation_gap([run(400, 1500, num_val=470)])
    assert few.estimate == pytest.approx(many.estimate)
    assert few.estimate == pytest.approx(40 / 47 - 1500 / 2108)
    assert few.high - few.low > 2.5 * (many.high - many.low)


def test_the_table_is_of_the_runs_that_validation_chose():
    row = gap_table({"here": RUNS}).loc[0]
    gaps = [40 / 47 - 1500 / 2108, 41 / 47 - 1600 / 2108]
    assert row["gap (points)"] == pytest.approx(100 * np.mean(gaps), abs=0.006)
    assert row["val %"] - row["test %"] == pytest.approx(row["gap (points)"], abs=0.02)
    assert row["over seeds"] == str(seed_interval(gaps, unit="points"))
    assert gap_table({"here": RUNS[:1]}).loc[0, "over seeds"] == "one seed"


@pytest.mark.parametrize(
    ("runs", "part", "message"),
    [
        ([], "test", "no mean"),
        ([run(40, 1500), run(40, 1500, num_val=421)], "val", r"on \[47, 421\] images"),
        ([run(40, 1500) | {"test_accuracy": None}], "test", "None"),
        (RUNS, "train", "unknown part 'train'"),
    ],
)
def test_what_has_no_mean_is_refused(runs, part, message):
    with pytest.raises(ValueError, match=message):
        mean_accuracy(runs, part)


def test_the_gain_at_a_rate_is_paired_over_seeds():
    base = [run(10 + 5 * s, 0, seed=s) for s in range(3)] + [run(9, 0, lr=0.03)]
    better = [run(20 + 5 * s + s, 0, seed=s) for s in range(4)] + [run(30, 0, lr=0.001), run(12, 0, lr=0.03)]
    table = rate_gains({"scratch": base, "full": better}).set_index("lr")
    assert table.index.tolist() == [0.03, 0.01]  # those that both have
    gains = seed_interval([(10 + s) / 47 for s in range(3)])  # the seeds differ by far more than their gains
    row = table.loc[0.01]
    assert [row["gain"], row["low"], row["high"]] == pytest.approx(
        [100 * value for value in (gains.estimate, gains.low, gains.high)], abs=0.006
    )
    assert (row["scratch"], row["full"], row["seeds"]) == pytest.approx((1500 / 47, 2600 / 47, 3), abs=0.006)
    assert np.isnan(table.loc[0.03, "low"])  # one seed
    assert table.loc[0.03, "gain"] == pytest.approx(300 / 47, abs=0.006)


def test_a_run_that_was_lost_at_once_has_no_gain():
    lost = run(0, 0) | {"val_accuracy": None}
    row = rate_gains({"a": [lost, run(10, 0, seed=1)], "b": [run(20, 0), run(20, 0, seed=1)]}).loc[0]
    assert (row["a"], row["b"], row["seeds"]) == pytest.approx((1000 / 47, 2000 / 47, 1), abs=0.006)
    assert rate_gains({"a": [lost], "b": [run(20, 0)]}).loc[0, "seeds"] == 0


def test_a_gain_is_between_two_grids_of_one_optimizer():
    with pytest.raises(ValueError, match="1 grids"):
        rate_gains({"a": RUNS})
    with pytest.raises(ValueError, match="'b' mixes the optimizers sgd, adam"):
        rate_gains({"a": RUNS, "b": [*RUNS, run(1, 1, optimizer="adam")]})
