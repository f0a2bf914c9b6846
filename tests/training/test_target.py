"""Losses, units and probabilities of classes and concepts, against values worked out by hand and scikit-learn."""

import math

import pytest
import torch

from course_lib.training.target import CLASSES, CONCEPTS, target_of

NAN = float("nan")


def test_the_labels_decide():
    assert target_of(torch.tensor([0, 1])) is CLASSES
    assert target_of(torch.tensor([[0.0, 1.0]])) is CONCEPTS
    with pytest.raises(ValueError, match=r"shape \(1, 1, 1\)"):
        target_of(torch.zeros(1, 1, 1))


def test_classes():
    logits, labels = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 0.0]]), torch.tensor([0, 1, 1])
    by_hand = (math.log(1 + math.exp(-2)) + math.log(1 + math.exp(-1)) + 3 + math.log(1 + math.exp(-3))) / 3
    assert CLASSES.loss(logits, labels).item() == pytest.approx(by_hand)
    assert CLASSES.units(logits, labels).tolist() == [1, 1, 0]
    assert CLASSES.score(CLASSES.units(logits, labels)) == 2 / 3
    assert CLASSES.batch_right(logits, labels) == 2
    torch.testing.assert_close(CLASSES.probabilities(logits).sum(dim=1), torch.ones(3))


def test_concepts_look_only_at_what_is_judged():
    logits = torch.tensor([[0.0, 1.0], [2.0, 50.0]], requires_grad=True)
    labels = torch.tensor([[1.0, 0.0], [0.0, NAN]])
    by_hand = (math.log(2) + math.log(1 + math.e) + math.log(1 + math.exp(2))) / 3
    loss = CONCEPTS.loss(logits, labels)
    assert loss.item() == pytest.approx(by_hand)
    loss.backward()
    assert logits.grad[1, 1] == 0
    assert (logits.grad != 0).sum() == 3
    assert CONCEPTS.batch_right(logits.detach(), labels) == 0  # 0 is not above one half
    torch.testing.assert_close(CONCEPTS.probabilities(torch.zeros(1, 2)), torch.full((1, 2), 0.5))


def test_a_batch_that_nobody_judged_teaches_nothing():
    logits = torch.zeros(2, 3, requires_grad=True)
    loss = CONCEPTS.loss(logits, torch.full((2, 3), NAN))
    loss.backward()
    assert loss.item() == 0
    assert (logits.grad == 0).all()
    assert CONCEPTS.batch_right(logits.detach(), torch.full((2, 3), NAN)) == 0


def test_scores_that_are_not_finite_have_no_precision():
    labels = torch.tensor([[1.0], [0.0]])
    assert math.isnan(CONCEPTS.score(CONCEPTS.units(torch.tensor([[NAN], [0.5]]), labels)))


def test_units_of_concepts_are_average_precisions():
    scores = torch.tensor([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    labels = torch.tensor([[1.0, 0.0], [0.0, 0.0], [1.0, NAN], [0.0, 0.0]])
    units = CONCEPTS.units(scores, labels)
    assert units[0] == pytest.approx((1 + 2 / 3) / 2)
    assert math.isnan(units[1])  # no judged image has it
    assert CONCEPTS.score(units) == units[0]
