"""Scores class by class and calibration, against scikit-learn and values worked out by hand."""

import json

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_recall_fscore_support

from course_lib.analysis import accuracy_interval, describe_predictions, reliability, score_classes

NAMES = ("cat", "cow", "dog")


@pytest.fixture
def answers():
    """Labels (N,) of unequal classes and probabilities (N, 3)."""
    draw = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [60, 25, 5])
    scores = draw.normal(size=(90, 3)) + 1.5 * np.eye(3)[labels]
    return labels, np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def test_scores_are_scikit_learns(answers):
    labels, probabilities = answers
    predictions = probabilities.argmax(axis=1)
    found = describe_predictions(labels, probabilities, NAMES)
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(labels, predictions))
    assert found["macro_f1"] == pytest.approx(f1_score(labels, predictions, average="macro"))
    precision, recall, f1, support = precision_recall_fscore_support(labels, predictions)
    rows = found["classes"]
    assert [row["class"] for row in rows] == list(NAMES)
    assert [row["precision"] for row in rows] == pytest.approx(precision)
    assert [row["recall"] for row in rows] == pytest.approx(recall)
    assert [row["f1"] for row in rows] == pytest.approx(f1)
    assert [row["num_images"] for row in rows] == support.tolist()
    interval = accuracy_interval(rows[2]["num_right"], 5)
    assert rows[2]["recall_interval"] == [interval.low, interval.high]
    assert np.trace(found["confusion"]) == pytest.approx(found["accuracy"] * 90)
    assert np.sum(found["confusion"], axis=1).tolist() == support.tolist()
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_class_without_images_has_no_recall_and_counts_in_no_mean():
    cat, cow, dog = score_classes([0, 0, 2, 2], [0, 0, 2, 0], NAMES)
    assert (cow.recall, cow.precision, cow.f1) == (None, None, 0.0)
    assert dog.recall.estimate == 0.5
    assert cat.precision == pytest.approx(2 / 3)
    found = describe_predictions([0, 0, 2, 2], np.eye(3)[[0, 0, 2, 0]], NAMES)
    assert found["balanced_accuracy"] == 0.75
    assert found["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)


def test_calibration_error_by_hand():
    probabilities = np.array([[0.95, 0.05], [0.95, 0.05], [0.65, 0.35], [0.65, 0.35]])
    found = reliability([0, 1, 0, 0], probabilities)  # sure and half right; 0.65 sure and all right
    assert found.counts.tolist() == [2, 2]
    assert found.confidence == pytest.approx([0.65, 0.95])
    assert found.accuracy == pytest.approx([1, 0.5])
    assert found.error == pytest.approx((2 * 0.35 + 2 * 0.45) / 4)


def test_the_error_of_a_calibrated_classifier_is_chance():
    draw = np.random.default_rng(0)
    sure = draw.uniform(0.5, 1, 4000)
    labels = (draw.random(4000) > sure).astype(int)
    honest = reliability(labels, np.column_stack([sure, 1 - sure]))
    assert honest.error < honest.error_by_chance < 0.05
    boastful = reliability(labels, np.column_stack([np.ones(4000), np.zeros(4000)]))
    assert boastful.error == pytest.approx(0.25, abs=0.03)
    assert boastful.error > boastful.error_by_chance
    edge = reliability([0, 1], [[0.6, 0.4], [0.3, 0.7]])  # confidences at the edges of bins
    assert edge.counts.sum() == 2


def test_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"labels \(2,\) and probabilities \(1, 2\)"):
        reliability([0, 1], [[0.5, 0.5]])
    with pytest.raises(ValueError, match="do not fit"):
        describe_predictions([], np.zeros((0, 2)), ("a", "b"))
