"""The multiply-adds of networks of two backbones are those that PyTorch counts for a step and for an answer."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from course_lib.models.composing import build_composed
from course_lib.models.convolution import use_usual_convolutions
from course_lib.models.forms import Joined, Routed
from course_lib.models.freezing import set_trainable
from course_lib.models.network import Network, value_at
from course_lib.models.network_work import network_work
from course_lib.models.starting import start_model
from course_lib.models.work import stage_work, step_work

EVERYTHING = {}
CASES = {
    "joined": (Joined(), EVERYTHING),
    "joined, shared": (Joined(own="last_block", norm="shared"), EVERYTHING),
    "joined, one branch frozen": (Joined(own="last_block"), {"a": 0}),
    "routed, strict": (Routed(), {"frozen": 0}),
    "routed, released": (Routed(), {"frozen.weights": 0}),
    "routed, some gates": (Routed(gates=("stage3",)), {"frozen": 0}),
    "routed, stem frozen": (Routed(), {"frozen": 0, "tuned.stem": 0}),
}


def moving_stages(model, multipliers):
    return [path for path in model.trained_stages if value_at(multipliers, path, 1.0) > 0]


@pytest.mark.parametrize("case", CASES)
def test_a_step_is_what_pytorch_counts_for_the_whole_network(case):
    form, multipliers = CASES[case]
    model = build_composed(form, "mini_resnet26", 3)
    moving = moving_stages(model, multipliers)
    found = network_work(model, 32, moving)
    model.to("meta").train()
    set_trainable(model, {path: float(path in moving) for path in model.trained_stages})
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(2, 3, 32, 32, device="meta")).sum().backward()
    assert found.step == counter.get_total_flops() // 2 // 2  # of two images; an operation is half a multiply-add


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("skips", [True, False])
def test_an_answer_computes_one_copy_of_each_block(case, skips):
    model = build_composed(CASES[case][0], "mini_resnet26", 3).eval()
    found = network_work(model, 32, ())
    use_usual_convolutions(model)
    model.skips = skips
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 3, 32, 32))
    expected = found.answer if skips else found.answer_of_all
    assert expected == counter.get_total_flops() // 2


def test_a_chain_has_the_work_of_its_stages():
    model = start_model("mini_resnet18", None, 3)
    work, moving = stage_work(model, 48), ("stage4", "head")
    found = network_work(model, 48, moving)
    assert 2 * found.step == sum(map(sum, step_work(work, moving).values()))
    assert 2 * found.answer == 2 * found.answer_of_all == sum(each.forward for each in work.values())


def test_two_networks_cost_twice_one():
    """Two whole branches are two networks, and routes cost one network and the policy."""
    one = network_work(start_model("mini_resnet26", None, 3), 36, ()).answer
    two = network_work(build_composed(Joined(), "mini_resnet26", 3), 36, ()).answer
    assert two == pytest.approx(2 * one, rel=1e-3)
    routed = build_composed(Routed(), "mini_resnet26", 3)
    found = network_work(routed, 36, ())
    stem = network_work(routed, 36, ()).answer_of_all - found.answer
    assert one < found.answer < 1.5 * one
    assert stem == pytest.approx(one, rel=0.05), "the frozen copies, all but the stem and the head"


def test_what_cannot_be_counted():
    with pytest.raises(ValueError, match="moving names the unknown stage 'tail'"):
        network_work(start_model("mini_resnet18", None, 3), 48, ("tail",))

    class Other(Network):
        paths = ("head",)

    with pytest.raises(ValueError, match="the operations of a Other are not known"):
        network_work(Other(), 48, ())
