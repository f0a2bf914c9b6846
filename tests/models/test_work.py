"""The work of a stage is that of its convolutions and matrix products, as one counts them with a pencil."""

import pytest
import torch
from torch import nn

from course_lib.models.architectures import build
from course_lib.models.work import stage_work
from extras import needs_timm


def count_by_hand(model, size):
    """Operations of each stage for one image: two for each weight and each place where it is used."""
    counts = dict.fromkeys(stage_work(model, size), 0)
    stages = {module: stage for stage in counts for module in model.stage_module(stage).modules()}

    def add(module, inputs, output):
        places = output[0, 0].numel() if isinstance(module, nn.Conv2d) else 1
        counts[stages[module]] += 2 * module.weight.numel() * places

    for module in stages:
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(add)
    model.eval()(torch.zeros(1, 3, size, size))
    return counts


@pytest.mark.parametrize(
    ("architecture", "size"),
    [
        ("mini_resnet18", 48),
        ("mini_resnet18", 96),
        ("mini_squeezenet", 48),
        ("mini_googlenet", 48),
        pytest.param("efficientnet_lite0", 96, marks=needs_timm),
    ],
)
def test_forward_and_backward_are_counted(architecture, size):
    model = build(architecture, 7)
    work = stage_work(model, size)
    assert {stage: found.forward for stage, found in work.items()} == count_by_hand(model, size)
    assert all(found.backward == 2 * found.forward for found in work.values())  # of the weights, and of what came in


def test_the_model_stays_as_it_is():
    model = build("mini_resnet18", 7).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    stage_work(model, 48)
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
