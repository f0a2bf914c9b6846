"""SPD and the projection of MARS-PGM against values worked out by hand and a few lines of reference."""

import pytest
import torch
from torch import nn

from course_lib.models.staged import StagedModel
from course_lib.training.penalties.making import make_penalty
from course_lib.training.penalties.settings import MARS, SPD
from course_lib.training.recipe import Recipe


@pytest.fixture
def model():
    """A stage with a convolution, BatchNorm and a linear layer, one with a linear layer, and a head."""
    torch.manual_seed(2)
    stages = {
        "stage1": nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2)),
        "stage2": nn.Linear(2, 2),
    }
    return StagedModel("by hand", stages, nn.Linear(2, 3), num_features=2)


def method_of(model, penalty, **settings):
    return make_penalty(model, Recipe(start="weights.safetensors", penalty=penalty, **settings), None)


def one_row():
    linear = nn.Linear(2, 1)
    linear.weight.data = torch.tensor([[1.0, 2.0]])
    return linear


def test_a_row_outside_the_ball_is_scaled_down():
    """w⁰ = (1, 2), w = (2, 4), γ = 1: Σ|w − w⁰| = 3, so (1, 2)/3 stays and w = (4/3, 8/3)."""
    model = StagedModel("by hand", {"stage1": one_row(), "stage2": one_row()}, one_row(), num_features=1)
    method = method_of(model, MARS(gamma=1, head_gamma=1.5), fresh=("stage2",))
    with torch.no_grad():
        for layer in (*model.stages.values(), model.head):
            layer.weight.copy_(torch.tensor([[2.0, 4.0]]))
            layer.bias.fill_(100.0)
    method.after_step()
    torch.testing.assert_close(model.stages["stage1"].weight.data, torch.tensor([[4 / 3, 8 / 3]]))
    for new in (model.stages["stage2"], model.head):  # around zero: Σ|w| = 6 is 1.5 now
        torch.testing.assert_close(new.weight.data, torch.tensor([[0.5, 1.0]]))
    assert model.head.bias.item() == 100, "biases are free"


def test_rows_inside_the_ball_keep_their_bits(model):
    method = method_of(model, MARS(gamma=50, head_gamma=50))
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    method.after_step()
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_filters_and_batch_norm(model):
    """Each output of a convolution has its own sum over 3 × 3 × 3 inputs; γ_bn is measured by the running deviation."""
    conv, norm = model.stages["stage1"][:2]
    starts = conv.weight.detach().clone(), norm.weight.detach().clone()
    with torch.no_grad():
        norm.running_var.copy_(torch.tensor([1.0, 4.0, 0.25, 1.0]))
    method = method_of(model, MARS(gamma=0.5, head_gamma=9))
    moves = torch.tensor([0.1, 0.01, -0.3, 0.0])
    with torch.no_grad():
        conv.weight.add_(moves[:, None, None, None])
        norm.running_var.copy_(torch.tensor([1.0, 1.0, 0.25, 4.0]))
        norm.weight.copy_(torch.tensor([1.2, 1.2, 1.6, 3.0]))
    method.after_step()
    sums = (conv.weight.detach() - starts[0]).abs().sum(dim=(1, 2, 3))
    torch.testing.assert_close(sums, (27 * moves).abs().clamp(max=0.5))
    # The starting scales are 1, 1/2, 2, 1; the moved ones 1.2, 1.2, 3.2, 1.5: the second and third are too far.
    torch.testing.assert_close(norm.weight.detach(), torch.tensor([1.2, 1.0, 1.25, 3.0]), rtol=0, atol=1e-4)


@pytest.mark.parametrize("penalty", [MARS(gamma=1e-3, head_gamma=1e-3), SPD()], ids=str)
def test_frozen_tensors_are_left_alone(model, penalty):
    model.stages["stage1"].requires_grad_(False)
    method = method_of(model, penalty)
    with torch.no_grad():
        model.stages["stage1"][0].weight.add_(1.0)
    before = {name: value.clone() for name, value in model.stages["stage1"].state_dict().items()}
    method.before_step(), method.after_step()
    assert all(torch.equal(value, before[name]) for name, value in model.stages["stage1"].state_dict().items())


def spd_by_hand(start, w, gradient, stepped, strength):
    """The three lines of the definition."""
    c = -float(gradient @ (w - start))
    now, before = float((stepped - start).norm()), float((w - start).norm())
    ratio = min(1.0, max(0.0, (now - before) / now)) if now else 0.0
    return stepped - strength * ratio * (stepped - start) if c < 0 else stepped


@pytest.mark.parametrize(
    ("gradient", "stepped", "expected"),
    [
        ([1.0, 0.0], [6.0, 8.0], [3.0, 4.0]),  # c < 0, from distance 5 to 10: r = ½, and all of it is taken back
        ([-1.0, 0.0], [6.0, 8.0], [6.0, 8.0]),  # the loss itself leads away: no pull
        ([1.0, 0.0], [0.0, 4.0], [0.0, 4.0]),  # nearer than before
        ([1.0, 0.0], [0.0, 0.0], [0.0, 0.0]),  # back at the start
    ],
)
def test_spd_pulls_back_only_where_gradient_and_step_disagree(gradient, stepped, expected):
    """w⁰ = 0 and w = (3, 4)."""
    model = StagedModel("by hand", {"stage1": one_row()}, one_row(), num_features=1)
    w = model.stages["stage1"].weight
    with torch.no_grad():
        w.zero_()
    method = method_of(model, SPD())
    with torch.no_grad():
        w.copy_(torch.tensor([[3.0, 4.0]]))
    w.grad = torch.tensor([gradient])
    method.before_step()
    with torch.no_grad():
        w.copy_(torch.tensor([stepped]))
    method.after_step()
    torch.testing.assert_close(w.data[0], torch.tensor(expected))
    zero, at = torch.zeros(2), torch.tensor([3.0, 4.0])
    by_hand = spd_by_hand(zero, at, torch.tensor(gradient), torch.tensor(stepped), 1.0)
    torch.testing.assert_close(w.data[0], by_hand)


@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_spd_on_every_inherited_tensor_and_no_other(model, strength):
    """With random steps about half of the tensors are pulled back, each by its own ratio."""
    starts = {name: p.detach().clone() for name, p in model.named_parameters()}
    method, pulled = method_of(model, SPD(strength=strength), fresh=("stage2",)), 0
    for _ in range(5):
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        for p in model.parameters():
            p.grad = torch.randn_like(p)
        method.before_step()
        with torch.no_grad():
            stepped = {name: p.add_(torch.randn_like(p)).clone() for name, p in model.named_parameters()}
        method.after_step()
        for name, p in model.named_parameters():
            args = (starts[name], before[name], p.grad, stepped[name])
            expected = spd_by_hand(*(value.flatten() for value in args), strength)
            if not name.startswith("stages.stage1"):
                expected = stepped[name].flatten()
            torch.testing.assert_close(p.detach().flatten(), expected)
            pulled += not torch.equal(p.detach(), stepped[name])
    assert 5 < pulled < 25
