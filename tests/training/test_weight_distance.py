"""L2 and L2-SP against values worked out by hand."""

import pytest
import torch
from torch import nn

from course_lib.models.staged import StagedModel
from course_lib.training.penalties.making import make_penalty
from course_lib.training.penalties.settings import L2, L2SP
from course_lib.training.recipe import Recipe

MOVED = torch.tensor([[2.0, 4.0]])


@pytest.fixture
def model():
    """Two stages and a head of linear layers with two weights each: all (1, 2), biases 5."""

    def layer():
        linear = nn.Linear(2, 1)
        linear.weight.data, linear.bias.data = torch.tensor([[1.0, 2.0]]), torch.tensor([5.0])
        return linear

    return StagedModel("by hand", {"stage1": layer(), "stage2": layer()}, layer(), num_features=1)


def method_of(model, penalty=None, **settings):
    penalty = penalty or L2SP(alpha=0.1, beta=0.0)
    return make_penalty(model, Recipe(**{"start": "weights.safetensors", **settings}, penalty=penalty), None)


def move(model, bias=-7.0):
    with torch.no_grad():
        model.stages["stage1"].weight.copy_(MOVED)
        model.stages["stage1"].bias.fill_(bias)
    return model.stages["stage1"]


def test_nothing_has_moved(model):
    assert method_of(model).term() == 0
    assert method_of(model, L2SP(alpha=0, beta=0.1)).term().item() == pytest.approx(0.05 * 5)  # head: (1² + 2²)·β/2


@pytest.mark.parametrize(("half", "value", "gradient"), [(True, 0.25, [0.1, 0.2]), (False, 0.5, [0.2, 0.4])])
def test_the_distance_from_the_start(model, half, value, gradient):
    """w⁰ = (1, 2), w = (2, 4), α = 0.1: α/2·(1 + 4) is 0.25, and twice that without ½; biases are free."""
    method = method_of(model, L2SP(alpha=0.1, beta=0.0, half=half))
    moved = move(model)
    assert method.term().item() == pytest.approx(value)
    method.term().backward()
    torch.testing.assert_close(moved.weight.grad, torch.tensor([gradient]))
    assert moved.bias.grad is None


def test_all_tensors_are_biases_too(model):
    method = method_of(model, L2SP(alpha=0.1, beta=0.2, tensors="all"))
    move(model, bias=8.0)
    assert method.term().item() == pytest.approx(0.05 * (5 + 9) + 0.1 * (5 + 25))


def test_the_aliased_start_follows_the_weights(model):
    """The mistake of MultiTune's code: the pull is 0 before and after steps, and so is its gradient; β stays."""
    method = method_of(model, L2SP(alpha=0.1, beta=0.2, start="aliased"))
    assert method.term().item() == pytest.approx(0.1 * 5)
    moved = move(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(2):
        optimizer.zero_grad()
        method.term().backward()
        assert not moved.weight.grad.any()
        (method.term() + 3 * moved.weight.sum()).backward()
        optimizer.step()
    assert moved.weight[0, 0].item() == pytest.approx(2 - 2 * 1.5)
    assert method.term().item() == pytest.approx(0.1 * model.head.weight.square().sum().item())


def test_fresh_stages_and_heads_are_pulled_to_zero(model):
    method = method_of(model, L2SP(alpha=0.1, beta=0.2), fresh=("stage2",))
    with torch.no_grad():
        model.stages["stage2"].weight.copy_(torch.tensor([[3.0, 0.0]]))
    assert method.term().item() == pytest.approx(0.1 * (9 + 5))  # β/2·(‖stage2‖² + ‖head‖²), nothing of stage1


def test_l2_pulls_everything_to_zero(model):
    """The authors' baseline has 1e-4 for inherited weights, 1e-3 for new ones; without a start all are new."""
    move(model)
    assert method_of(model, L2()).term().item() == pytest.approx(0.5e-4 * (20 + 5) + 0.5e-3 * 5)
    assert method_of(model, L2(), start=None).term().item() == pytest.approx(0.5e-3 * (20 + 5 + 5))
    method_of(model, L2(alpha=0.1)).term().backward()
    torch.testing.assert_close(model.stages["stage1"].weight.grad, torch.tensor([[0.2, 0.4]]))


@pytest.mark.parametrize("penalty", [L2SP(alpha=0.1, beta=0.0), L2(alpha=0.1, beta=0.0)], ids=str)
def test_a_frozen_stage_has_no_penalty(model, penalty):
    for stage in ("stage1", "stage2"):
        model.stages[stage].weight.requires_grad_(False)
    method = method_of(model, penalty)
    move(model)
    assert method.term() == 0
