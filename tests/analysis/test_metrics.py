import numpy as np
import pytest
from sklearn.metrics import top_k_accuracy_score

from course_lib.analysis.drift import stage_change, stage_turn, turn_table
from course_lib.analysis.metrics import (
    accuracy,
    confusion_table,
    neighbour_agreement,
    outcomes,
    top_k_accuracy,
    worst_mistakes,
)

LABELS, PREDICTED = [0, 1, 2, 2], [0, 2, 2, 2]


def test_accuracy_outcomes_confusion():
    assert accuracy(LABELS, PREDICTED) == 0.75
    assert outcomes(LABELS, PREDICTED) == "1011"
    table = confusion_table(LABELS, PREDICTED, ["dog", "horse", "house", "person"])
    assert table.loc["horse", "house"] == 1
    assert table.loc["person"].sum() == 0
    assert table.to_numpy().sum() == 4


def test_top_k_agrees_with_sklearn():
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 10, 50), rng.normal(size=(50, 10))
    for k in (1, 3, 5):
        assert top_k_accuracy(labels, scores, k) == top_k_accuracy_score(labels, scores, k=k, labels=range(10))


def test_neighbours_agree_where_classes_are_apart():
    labels = np.array([0, 0, 0, 1, 1, 1])
    apart = np.array([[0.0], [1], [2], [10], [11], [12]])
    assert neighbour_agreement(apart, labels) == 1
    assert neighbour_agreement(apart, [0, 1, 0, 1, 0, 1]) == 0
    # without the same scale for every feature the second one alone would decide, and no neighbour would agree
    loud = np.column_stack([apart[:, 0], [0, 4000, 9000, 100, 4100, 9100]])
    assert neighbour_agreement(loud, labels) > 0
    with pytest.raises(ValueError, match="do not fit"):
        neighbour_agreement(apart, labels[:3])


def test_worst_mistakes_are_one_for_each_true_class():
    probabilities = [[p, 1 - p, 0] for p in (0.99, 0.6, 0.9, 0.9, 0.7)]
    labels = [0, 1, 1, 1, 2]  # the first is right; two mistakes of class 1 are equally confident
    assert worst_mistakes(labels, probabilities).tolist() == [2, 4]
    assert worst_mistakes([0], [[0.5, 0.5]]).tolist() == []
    with pytest.raises(ValueError, match=r"labels \(2,\) and probabilities \(1, 2\)"):
        worst_mistakes([0, 1], [[0.5, 0.5]])


def test_metrics_refuse():
    with pytest.raises(ValueError, match="one per image"):
        accuracy([0, 1], [0])
    with pytest.raises(ValueError, match="one per image"):
        outcomes([], [])
    with pytest.raises(ValueError, match="k = 4"):
        top_k_accuracy([0], [[0.1, 0.2, 0.7]], k=4)


def state(scale=1.0):
    return {
        "stages.0.weight": np.full((2, 2), 3.0),
        "stages.0.bn.running_mean": np.full(4, 2.0),
        "stages.0.bn.num_batches_tracked": np.array(5),
        "stages.1.weight": np.full(4, 2.0) * scale,
        "head.weight": np.zeros(3),
    }


def test_stage_change():
    names = ("stem", "stage1", "pool", "head")
    assert stage_change(state(), state(), names) == {"stem": 0.0, "stage1": 0.0, "head": 0.0}
    assert stage_change(state(), state(1.5), names)["stage1"] == pytest.approx(0.5)
    after = state() | {"stages.0.bn.running_mean": np.full(4, 2.2), "stages.0.bn.num_batches_tracked": np.array(9)}
    assert stage_change(state(), after, names)["stem"] == 0.0
    assert stage_change(state(), after, names, part="statistics") == pytest.approx({"stem": 0.1})
    with pytest.raises(ValueError, match=r"only one of the two models has 'extra'"):
        stage_change(state(), state() | {"extra": np.zeros(1)}, names)
    with pytest.raises(ValueError, match="unknown part"):
        stage_change(state(), state(), names, part="biases")


def test_the_turn_of_a_stage_is_told_apart_from_its_growth():
    """Kernels only: a scale that BatchNorm learned, and another stage, do not count."""

    def state(kernel, scale):
        return {"stages.0.weight": np.array([kernel]), "stages.1.weight": np.eye(2), "stages.0.scale": np.array(scale)}

    before = state([3.0, 4.0], [1.0, 1.0])
    found = stage_turn(before, state([6.0, 8.0], [9.0, -9.0]), ["stem", "stage1"])
    assert found["stem"] == pytest.approx((1.0, 2.0))
    assert found["stage1"] == pytest.approx((1.0, 1.0))
    assert stage_turn(before, state([-4.0, 3.0], [1.0, 1.0]), ["stem", "stage1"])["stem"] == pytest.approx((0.0, 1.0))
    with pytest.raises(ValueError, match=r"shape \(1, 2\) before and \(1, 3\) after"):
        stage_turn(before, before | {"stages.0.weight": np.zeros((1, 3))}, ["stem", "stage1"])
    table = turn_table(before, {"gentle": before, "harsh": state([6.0, 8.0], [1.0, 1.0])}, ["stem", "stage1"])
    assert table["gentle"].loc["stem"].tolist() == [0.0, 1.0, 1.0]
    assert table["harsh"].loc["stem"].tolist() == pytest.approx([96.2, 1.0, 2.0])
