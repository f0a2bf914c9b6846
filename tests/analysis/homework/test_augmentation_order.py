import pytest

import fakes
from course_lib.analysis.homework import augmentation_order
from course_lib.analysis.intervals import Interval

ROW, INVERT = "ColorJitter(brightness=0.01)", "RandomInvert(p=0.5)"


def runs(test, val=0.8):
    found = [fakes.fake_run("full", "sgd", 0.03, s, few_shot=True, epochs=3) for s in (0, 1)]
    return [run | {"val_accuracy": val, "test_accuracy": test + d} for run, d in zip(found, (-0.01, 0.01), strict=True)]


ORDERS = {"before": {ROW: runs(0.7), INVERT: runs(0.8)}, "after": {ROW: runs(0.2), INVERT: runs(0.8)}}


def test_each_order_has_its_accuracies_over_seeds():
    found = augmentation_order.order_accuracies(ORDERS, [ROW])
    assert found["before"][ROW].estimate == pytest.approx(0.7)
    assert found["after"][ROW].estimate == pytest.approx(0.2)
    assert found["after"][ROW].method == "t, 2 seeds"


def test_falls_are_test_minus_validation():
    table = augmentation_order.falls_table(ORDERS, [ROW, INVERT])
    assert table.loc[ROW].tolist() == pytest.approx([-10.0, -60.0, round(17.46 - 78.72, 1)])
    assert table.loc[INVERT, "after"] == pytest.approx(0.0)


def test_ends_say_whether_printed_and_measured_differ():
    measured = {ROW: Interval(0.2, 0.1, 0.3, "t"), INVERT: Interval(0.5, 0.49, 0.51, "t")}
    table = augmentation_order.ends_table(measured, [ROW, INVERT])
    assert table.loc[ROW, "differ"] == "not shown"
    assert table.loc[INVERT, "differ"] == "yes"
    assert table.loc[ROW, "printed"].startswith("17.5 %")


def test_a_row_that_was_not_printed_is_refused():
    with pytest.raises(ValueError, match="no 'Mixup'"):
        augmentation_order.printed_accuracies(["Mixup"])
