"""L2-SP against values worked out by hand."""

import pytest
import torch
from torch import nn

from course_lib.models.staged import StagedModel
from course_lib.training.penalties import StartingPointPenalty
from course_lib.training.recipe import L2SP, Recipe


@pytest.fixture
def model():
    """Two stages and a head of linear layers with two weights each: all (1, 2), biases 5."""

    def layer():
        linear = nn.Linear(2, 1)
        linear.weight.data, linear.bias.data = torch.tensor([[1.0, 2.0]]), torch.tensor([5.0])
        return linear

    return StagedModel("by hand", {"stage1": layer(), "stage2": layer()}, layer(), num_features=1)


def penalty_of(model, alpha=0.1, beta=0.0, **settings):
    recipe = Recipe(start="weights.safetensors", penalty=L2SP(alpha=alpha, beta=beta), **settings)
    return StartingPointPenalty(model, recipe)


def test_nothing_has_moved(model):
    assert penalty_of(model)() == 0
    assert penalty_of(model, alpha=0, beta=0.1)().item() == pytest.approx(0.05 * 5)  # the head: (1² + 2²)·β/2


def test_the_distance_from_the_start(model):
    """w⁰ = (1, 2), w = (2, 4): α/2·(1 + 4) is 0.25 for α = 0.1, its gradient (0.1, 0.2); biases are free."""
    penalty = penalty_of(model)
    moved = model.stages["stage1"]
    with torch.no_grad():
        moved.weight.copy_(torch.tensor([[2.0, 4.0]]))
        moved.bias.fill_(-7.0)
    assert penalty().item() == pytest.approx(0.25)
    penalty().backward()
    torch.testing.assert_close(moved.weight.grad, torch.tensor([[0.1, 0.2]]))
    assert moved.bias.grad is None


def test_fresh_stages_and_heads_are_pulled_to_zero(model):
    with torch.no_grad():
        penalty = penalty_of(model, alpha=0.1, beta=0.2, fresh=("stage2",))
        model.stages["stage2"].weight.copy_(torch.tensor([[3.0, 0.0]]))
    assert penalty().item() == pytest.approx(0.1 * (9 + 5))  # β/2·(‖stage2‖² + ‖head‖²), nothing of stage1


def test_a_frozen_stage_has_no_penalty(model):
    model.stages["stage1"].weight.requires_grad_(False)
    penalty = penalty_of(model)
    with torch.no_grad():
        model.stages["stage1"].weight.add_(1.0)
    assert penalty() == 0
