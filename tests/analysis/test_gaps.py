import numpy as np
import pytest

from course_lib.analysis.gaps import gap_table, mean_accuracy, validation_gap
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
