"""Freezing: the first tensor that moved is named, and how to stop it."""

import copy
from functools import cache

import pytest
import torch
from torch import nn

from course_lib.models import start_model
from course_lib.teaching.checks.homework import check_freeze, check_frozen


@pytest.fixture
def model():
    torch.manual_seed(0)
    body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.LazyLinear(5))
    net = nn.Sequential()
    net.add_module("body", body)
    net.add_module("head", nn.Linear(5, 2))
    net(torch.zeros(2, 3, 8, 8))
    net.eval()
    return net


def train_one_step(net, parameters):
    torch.manual_seed(1)
    loss = net(torch.rand(4, 3, 8, 8)).square().sum()
    parameters = list(parameters)
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        parameter.data -= 0.1 * gradient


def test_a_frozen_body_passes(model, capsys):
    before = copy.deepcopy(model.state_dict())
    train_one_step(model, model.head.parameters())
    assert check_frozen(before, model) is True
    assert capsys.readouterr().out.startswith("✔ ")


def test_the_first_parameter_that_moved_is_named(model, capsys):
    before = copy.deepcopy(model.state_dict())
    train_one_step(model, model.parameters())
    assert check_frozen(before, model) is False
    printed = capsys.readouterr().out
    assert "'body.0.weight' moved" in printed
    assert "requires_grad=True" in printed
    assert "more moved" in printed


def test_a_running_statistic_that_moved_is_named(model, capsys):
    before = copy.deepcopy(model.state_dict())
    model.requires_grad_(False).head.requires_grad_(True)
    model.train()
    train_one_step(model, model.head.parameters())
    assert check_frozen(before, model) is False
    printed = capsys.readouterr().out
    assert "'body.1.running_mean' moved" in printed
    assert "eval()" in printed


def test_a_parameter_moved_without_gradient_is_named(model, capsys):
    before = copy.deepcopy(model.state_dict())
    model.requires_grad_(False)
    model.body[0].bias.data += 1
    assert check_frozen(before, model) is False
    assert "'body.0.bias' moved, a parameter without gradient" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        (lambda before: before, "nothing moved, not even head"),
        (lambda before: {}, "is empty"),
        (lambda before: None, "is empty"),
        (lambda before: {k: v for k, v in before.items() if "head" not in k}, "only one of the two states"),
    ],
)
def test_an_unusable_comparison_is_told(model, change, culprit, capsys):
    assert check_frozen(change(copy.deepcopy(model.state_dict())), model) is False
    assert culprit in capsys.readouterr().out


def test_a_state_that_was_not_cloned_is_told(model, capsys):
    before = model.state_dict()
    train_one_step(model, model.parameters())
    assert check_frozen(before, model) is False
    assert "clone" in capsys.readouterr().out


def only_gradients(net):
    net.train()
    net.stages.requires_grad_(False)


def only_mode(net):
    net.stages.eval()


def without_tracking(net):
    net.train().stages.requires_grad_(False)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.track_running_stats = False


def without_memory(net):
    net.train().stages.requires_grad_(False)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.0


def reset(net):
    net.stages.eval().requires_grad_(False)
    nn.init.ones_(next(net.stages.parameters()))


def everything(net):
    net.eval().requires_grad_(False)


def only_the_stem(net):
    net.stages.eval()
    net.stages["stem"].requires_grad_(False)


def all_but_the_last_norm(net):
    net.stages.requires_grad_(False).eval()
    list(net.stages["stage4"].modules())[-1].train()


def another_head(net):
    del net.head


def raises(net):
    raise KeyError("stage9")


WRONG = {
    "check_freeze": [
        (only_gradients, "running_mean' moved, a running statistic"),
        (only_mode, "requires_grad=True: freeze its stage"),
        (only_the_stem, "'stages.stage1"),
        (all_but_the_last_norm, "'stages.stage4"),
        (without_tracking, "BatchNorm still uses mean and deviation of the batch"),
        (without_memory, "num_batches_tracked' moved, a running statistic"),
        (lambda net: None, "requires_grad=True: freeze its stage"),
        (lambda net: net.requires_grad_(False), "cannot learn any more"),
        (reset, "a parameter without gradient"),
        (everything, "'head.weight' cannot learn any more"),
        (another_head, "cannot use its result: AttributeError"),
        (raises, "stops with KeyError"),
    ]
}


@cache
def network_and_batch():
    """A small network with BatchNorm, and a batch to move it; the check works on copies."""
    images = torch.randn(12, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    return start_model("mini_resnet18", None, 7), images, torch.arange(12) % 7


NEEDS = {"check_freeze": lambda fixture: network_and_batch()}
HINTS = {"check_freeze": "freeze its stage"}


def test_the_given_network_is_left_alone(capsys):
    model, images, labels = network_and_batch()
    before = copy.deepcopy(model.state_dict())
    assert check_freeze(lambda net: net.stages.eval().requires_grad_(False), model, images, labels)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(parameter.requires_grad for parameter in model.parameters())
