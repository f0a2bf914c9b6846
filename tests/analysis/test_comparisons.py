import numpy as np
import pytest

import fakes
from course_lib.analysis.comparisons import Comparison, compare_runs, optimism, score_gap, validation_gap
from course_lib.analysis.intervals import accuracy_interval, paired_difference, seed_interval
from course_lib.analysis.scores import mean_score
from course_lib.analysis.tables import gap_table, rate_gains


def run(val, test, seed=0, *, lr=0.01, optimizer="sgd", num_val=47):
    """A run with so many validation images right, and so many of 2108 test images."""
    record = {"recipe": {"name": "full", "lr": lr, "optimizer": optimizer}, "data": {}, "seed": seed, "best_epoch": 1}
    record |= {"val_accuracy": val / num_val, "num_val": num_val, "status": "finished"}
    return record | {"test_accuracy": test / 2108, "num_test": 2108}


RUNS = [run(40, 1500), run(41, 1600, seed=1), run(30, 2000, lr=0.001)]


def test_the_mean_has_wilsons_interval_of_the_mean_count():
    found = mean_score(RUNS[:2])
    wilson = accuracy_interval(1550, 2108)
    assert (found.estimate, found.low, found.high) == pytest.approx((1550 / 2108, wilson.low, wilson.high))
    assert mean_score(RUNS[:2], "val").estimate == pytest.approx(40.5 / 47)  # half an image is not rounded away


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
        mean_score(runs, part)


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


def with_units(*texts, lr=0.01, **recipe):
    """One run for each text of right and wrong images, with seeds 0, 1, …"""
    record = {"recipe": {"name": "full", "lr": lr, "optimizer": "sgd", **recipe}, "data": {}, "best_epoch": 1}
    record |= {"val_accuracy": 0.5, "num_val": 10, "status": "finished"}
    return [
        record | {"seed": s, "test_outcomes": t, "num_test": len(t), "test_accuracy": t.count("1") / len(t)}
        for s, t in enumerate(texts)
    ]


A, B = ("1100" * 30, "1110" * 30), ("1000" * 30, "1000" * 30)


def test_a_comparison_is_paired_by_seed_and_image():
    found = compare_runs(with_units(*A), with_units(*B))
    assert found.by_seed == {0: 0.25, 1: 0.5}
    assert found.over_seeds() == seed_interval([0.25, 0.5], unit="points")
    assert found.over_units() == paired_difference(A, B)
    assert [test.only_a for test in found.tests()] == [30, 60]
    both = found.interval()
    for part in (found.over_seeds(), found.over_units()):
        assert both.low < part.low < part.high < both.high
    assert both == score_gap(with_units(*A), with_units(*B))
    assert compare_runs(with_units(A[0]), with_units(*B)).interval() == paired_difference(A[0], B[0])


def test_a_seed_with_several_pairs_is_their_mean():
    """As the mean gain of a group of rows over one baseline."""
    a, c, b = with_units(*A), with_units(*B, lr=0.03), with_units(*B)
    pairs = compare_runs(a, b).pairs + compare_runs(c, b).pairs
    assert Comparison(pairs).by_seed == {0: 0.125, 1: 0.25}
    assert Comparison(pairs).over_units().estimate == pytest.approx((0.125 + 0.25) / 2)


def test_other_test_images_are_compared_by_their_means():
    few = with_units("10" * 20, "11" * 20)
    found = compare_runs(with_units(*A), few)
    assert not found.shares_images
    assert list(found.by_seed.values()) == [0.0, -0.25]
    assert found.over_units().method.startswith("Newcombe")
    with pytest.raises(ValueError, match="lengths"):
        found.tests()


def test_another_probe_is_another_comparison():
    """Scores of all probes lie beside each other; the direct one may be in the old place."""

    def with_probe(records, *units):
        return [r | {"scores": {"knn": {"metric": "accuracy", "value": u.count("1") / len(u), "units": u}}}
                for r, u in zip(records, units, strict=True)]  # fmt: skip

    a, b = with_probe(with_units(*A), *B), with_probe(with_units(*B), *B)
    assert compare_runs(a, b, probe="knn").by_seed == {0: 0.0, 1: 0.0}
    assert compare_runs(a, b).by_seed == {0: 0.25, 1: 0.5}
    with pytest.raises(ValueError, match="no scored run"):
        compare_runs(a, b, probe="svm")


def test_a_comparison_needs_a_common_seed_and_one_optimizer():
    with pytest.raises(ValueError, match="'full' and 'scratch' have no scored run with a common seed"):
        compare_runs(with_units(*A)[:1], with_units(*B)[1:], labels=("full", "scratch"))
    with pytest.raises(ValueError, match="'A' mixes the optimizers sgd, adam"):
        compare_runs(with_units(*A) + with_units(*A, optimizer="adam"), with_units(*B))
    with pytest.raises(ValueError, match="at least two"):
        score_gap(with_units(A[0]), with_units(B[0]))


def test_a_mixed_grid_is_not_compared():
    mixed = fakes.fake_grid("full", optimizers=("sgd",)) + fakes.fake_grid("scratch", optimizers=("sgd",))
    for compared in (lambda: compare_runs(mixed, mixed), lambda: optimism(mixed), lambda: gap_table({"mixed": mixed})):
        with pytest.raises(ValueError, match="records mix start = mini_resnet18, None"):
            compared()


def test_optimism_has_the_errors_of_seeds_and_of_images():
    runs = [run | {"test_outcomes": "1"} for run in RUNS[:2]]
    found, images = optimism(runs), validation_gap(runs)
    assert found.estimate == pytest.approx(images.estimate)
    assert found.low < images.low < images.high < found.high


def test_optimism_of_average_precision_has_the_errors_of_seeds_only():
    """A record keeps no average precisions of the validation images: an interval of them would be made up."""
    runs = [run(40, 1500, seed=seed) | {"metric": "map", "val_accuracy": None, "val_score": 0.6} for seed in (0, 1)]
    for record, value in zip(runs, (0.5, 0.4), strict=True):
        record["scores"] = {"direct": {"metric": "map", "value": value, "units": [value, value]}}
    found, over_seeds = optimism(runs), seed_interval([0.1, 0.2])
    assert (found.estimate, found.low, found.high) == pytest.approx((0.15, over_seeds.low, over_seeds.high))
