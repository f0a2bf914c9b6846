"""Figures about one trained classifier: curves, reliability, heat maps."""

import numpy as np
import pytest
import torch

from course_lib.analysis import reliability
from course_lib.figures import heat_maps, learning_curves, reliability_curve
from course_lib.figures.heat import heated

HISTORY = [
    {"train_loss": 2.0, "val_loss": 1.5, "train_accuracy": 0.5, "val_accuracy": 0.6},
    {"train_loss": 1.0, "val_loss": None, "train_accuracy": 0.75, "val_accuracy": 0.9},
]


def test_curves_in_per_cent_and_nats():
    axes = learning_curves(HISTORY, 1, kind="score", title="t").axes[0]
    lines = {line.get_label(): line.get_ydata() for line in axes.get_lines()}
    assert list(lines["training"]) == [50, 75]
    assert list(lines["validation"]) == [60, 90]
    assert [text.get_text().strip() for text in axes.texts] == ["epoch 1 was kept"]
    loss = learning_curves(HISTORY, None, kind="loss", title="t").axes[0]
    assert np.isnan(loss.get_lines()[1].get_ydata()[1])
    assert not loss.texts
    with pytest.raises(ValueError, match="kind 'rate' of 2 epochs"):
        learning_curves(HISTORY, 1, kind="rate", title="t")


def test_curves_of_concepts_say_so():
    history = [{"train_loss": 1, "val_loss": 1, "train_accuracy": 0.5, "val_accuracy": None, "val_score": 0.3}]
    axes = learning_curves(history, 0, kind="score", title="t").axes[0]
    assert "mean average precision" in axes.get_ylabel()


def test_dots_of_reliability_lie_where_they_should():
    found = reliability([0, 1, 0, 0], np.array([[0.95, 0.05], [0.95, 0.05], [0.65, 0.35], [0.65, 0.35]]))
    axes = reliability_curve(found, title="t").axes[0]
    dots = axes.collections[-1].get_offsets()
    np.testing.assert_allclose(dots, [[65, 100], [95, 50]])


def test_heat_leaves_cold_places_grey_and_marks_hot_ones():
    images = torch.full((1, 3, 8, 8), 100, dtype=torch.uint8)
    images[:, 0] = 190
    maps = torch.zeros(1, 8, 8)
    maps[:, :, 4:] = 1
    (found,) = heated(images, maps)
    assert found[:, 0].tolist() == [[130] * 3] * 8
    assert (found[:, -1, 0] > found[:, -1, 2] + 40).all(), "yellow"
    figure = heat_maps(images, maps, ["dog"], title="t")
    assert [axes.get_title() for axes in figure.axes] == ["dog", ""]
    with pytest.raises(ValueError, match="do not fit 1 images"):
        heated(images, maps[0])
    with pytest.raises(ValueError, match="2 captions for 1 images"):
        heat_maps(images, maps, ["a", "b"], title="t")
