"""What an answer costs: operations and memory exactly, time as a positive number."""

import copy

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from course_lib.models.freezing import changed_names, snapshot
from course_lib.models.starting import start_model
from course_lib.training.inference import inference_costs


@pytest.fixture(scope="module")
def model():
    return start_model("mini_resnet18", None, 5, (7,), aux_heads=("stage3",))


def count(model, until):
    twin = copy.deepcopy(model).to("meta").eval()  # where no processor has short forms of convolutions
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        twin.features(torch.zeros(1, 3, 32, 32, device="meta"), until=until)
    return counter.get_total_flops() // 2


def test_operations_and_memory_are_those_of_what_runs(model):
    before, modes = snapshot(model), [module.training for module in model.modules()]
    sets = (("stage2",), ("pool",), ("stage2", "pool", "hidden1"))
    direct, low, top, fused = inference_costs(model, 32, sets, 11, rounds=2)
    assert [cost.name for cost in (direct, low, top, fused)] == ["direct", "stage2", "pool", "stage2+pool+hidden1"]
    assert direct.macs == count(model, "head")
    assert low.macs == count(model, "stage2") + 32 * 11
    assert top.macs == count(model, "pool") + 128 * 11
    assert fused.macs == count(model, "head") + (32 + 128 + 7) * 11
    backbone = sum(p.numel() for p in model.stages.parameters())
    assert direct.memory_mb == pytest.approx(4e-6 * (backbone + sum(p.numel() for p in model.head.parameters())))
    assert top.memory_mb == pytest.approx(4e-6 * (backbone + 129 * 11 + 2 * 128))
    assert low.memory_mb < top.memory_mb < fused.memory_mb
    assert direct.ratio == 1
    assert all(cost.seconds > 0 and cost.ratio > 0 for cost in (direct, low, top, fused))
    assert changed_names(model, before) == ()
    assert [module.training for module in model.modules()] == modes
    assert not any(module._forward_hooks for module in model.modules())


@pytest.mark.parametrize(
    ("layers", "message"),
    [(("stage9",), "unknown layer 'stage9'"), ((), "a set of layers is empty"), (("head.aux1",), "auxiliary heads")],
)
def test_bad_layers_get_one_sentence(model, layers, message):
    with pytest.raises(ValueError, match=message):
        inference_costs(model, 32, [layers], 3)
