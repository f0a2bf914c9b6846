"""SpotTune's network: decisions, mixing and skipping of blocks, what is frozen, the terms of global-k."""

import math
from copy import deepcopy

import pytest
import torch

from course_lib.models.forms import Routed
from course_lib.models.freezing import set_trainable, snapshot, train_mode
from course_lib.models.gates import Policy, global_k_loss
from course_lib.models.starting import start_model
from course_lib.training.recipe import Recipe

CLASSES = 5


def start(form=None, weights="mini_resnet18", architecture="mini_resnet18", **options):
    return start_model(architecture, weights, CLASSES, network=form or Routed(), **options)


@pytest.fixture
def images():
    return torch.randn(6, 3, 48, 48, generator=torch.Generator().manual_seed(0))


def shake(model):
    """Move the tuned copy away from the frozen one."""
    for parameter in model.tuned.parameters():
        parameter.data.add_(torch.randn_like(parameter), alpha=0.05)
    return model


def decide(model, monkeypatch, routes):
    monkeypatch.setattr(type(model), "routes", lambda self, x: routes)


def test_every_image_goes_through_its_own_blocks(images, monkeypatch):
    model = shake(start()).eval()
    routes = torch.rand(6, 4, generator=torch.Generator().manual_seed(1)) > 0.5
    decide(model, monkeypatch, routes)
    with torch.no_grad():
        for image, route, found in zip(images, routes, model(images), strict=True):
            x = model.tuned["stem"](image[None])
            for path, tuned in zip(("stage1", "stage2", "stage3", "stage4"), route, strict=True):
                x = (model.tuned if tuned else model.frozen)[path](x)
            assert torch.allclose(found, model.head(model.tuned["pool"](x))[0], atol=1e-4)


def test_other_routes_can_be_given(images):
    model = shake(start()).eval()
    routes = torch.rand(6, 4, generator=torch.Generator().manual_seed(1)) > 0.5
    with torch.no_grad():
        given = model.features(images, routes)
        assert model.take_shares() is None, "only the policy's own decisions are counted"
        own = model.features(images, model.routes(images))
        assert torch.equal(own, model.features(images))
    assert not torch.allclose(given, own)


def test_a_block_that_no_image_uses_is_skipped(images, monkeypatch):
    model = start().eval()
    calls = {"frozen": 0, "tuned": 0}
    for copy in calls:
        for path in model.frozen:
            getattr(model, copy)[path].register_forward_hook(
                lambda module, given, out, copy=copy: calls.__setitem__(copy, calls[copy] + len(out))
            )
    decide(model, monkeypatch, torch.zeros(6, 4, dtype=torch.bool))
    model(images)
    assert calls == {"frozen": 24, "tuned": 0}
    decide(model, monkeypatch, torch.tensor([[True] * 4] * 2 + [[False] * 4] * 4))
    model(images)
    assert calls == {"frozen": 24 + 16, "tuned": 8}  # half of what computing both copies takes


def test_a_start_is_the_network_of_its_weights(images):
    """Frozen and tuned copies begin alike, so that all routes give what the single network gives."""
    model, single = start().eval(), start_model("mini_resnet18", "mini_resnet18", CLASSES).eval()
    with torch.no_grad():
        assert torch.allclose(model(images), single(images), atol=1e-4)


def test_training_mixes_by_straight_through_decisions(images):
    """The forward pass is that of a drawn route, the gradient that of the softmax at the temperature."""
    logits = torch.randn(50_000, 2, 2, generator=torch.Generator().manual_seed(0))
    logits[:, 0] = torch.tensor([0.0, 1.0])
    logits.requires_grad_()
    policy = Policy(torch.nn.Identity(), 2)
    torch.manual_seed(0)
    decisions = policy.draw(logits, temperature=5.0)
    assert decisions.unique().tolist() == [0, 1], "to the bit: else a bit of the other copy is mixed in"
    share = decisions[:, 0].mean().item()
    expected = 1 / (1 + math.exp(-1))  # the temperature does not change how often the tuned copy is drawn
    assert abs(share - expected) < 4 * math.sqrt(expected * (1 - expected) / 50_000)
    decisions.sum().backward()
    assert 0 < logits.grad.abs().max() < 0.25 / 5 + 1e-6  # p(1 − p)/τ is at most 1/4τ
    assert policy.shares[0].item() == pytest.approx(0.5 + 0.1 * (share - 0.5), abs=1e-5)


@pytest.mark.parametrize("temperature", [0.3, 5.0, 200.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_decisions_are_0_or_1_to_the_bit(temperature, dtype):
    logits = (4 * torch.randn(20_000, 2, 2, generator=torch.Generator().manual_seed(0))).to(dtype)
    decisions = Policy(torch.nn.Identity(), 2).to(dtype).draw(logits, temperature)
    assert decisions.unique().tolist() == [0, 1]


def test_the_likelier_copy_or_a_drawn_one():
    policy, logits = Policy(torch.nn.Identity(), 3), torch.zeros(20_000, 3, 2)
    logits[:, :, 1] = torch.tensor([-1.0, 1.0, 2.0])
    assert policy.decide(logits, "argmax", None).float().mean(dim=0).tolist() == [0, 1, 1]
    torch.manual_seed(0)
    drawn = policy.decide(logits, "sample", None).float().mean(dim=0)
    assert drawn.tolist() == pytest.approx([0.269, 0.731, 0.881], abs=0.015)  # differs for 27, 27 and 12 % of images
    policy.shares.copy_(torch.tensor([0.9, 0.1, 0.5]))
    assert policy.decide(logits, "global", 2).unique(dim=0).tolist() == [[True, False, True]]


def test_terms_of_global_k():
    decisions = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])  # n = (1, ½, 0)
    assert global_k_loss(decisions, k=1, budget=1, determinism=0).item() == pytest.approx(0.25)
    assert global_k_loss(decisions, k=1.5, budget=2, determinism=1).item() == pytest.approx(0.5 * math.log(2), abs=1e-6)


@pytest.mark.parametrize(
    ("multipliers", "moves"),
    [
        ({"frozen": 0, "policy": 0.1}, {"tuned", "policy", "head"}),
        ({"frozen.weights": 0, "policy": 0.1}, {"tuned", "policy", "head", "frozen.norm"}),
        ({"frozen": 0, "policy": 0}, {"tuned", "head"}),
    ],
)
def test_strict_and_released_freezing(images, multipliers, moves):
    """Strict: the frozen copy stays to the bit. Released: its BatchNorm trains, and its running statistics move.

    A policy of rate 0 keeps its buffers, too: the running shares of tuned images among them.
    """
    model = start(weights=None, architecture="mini_resnet26")
    rates = Recipe(multipliers=multipliers).rates(model.trained_stages)
    set_trainable(model, rates)
    train_mode(model, rates)
    before = snapshot(model)
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        model(images).square().sum().backward()
        optimizer.step()
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    stages = {model.stage_of(name) for name in changed}
    assert {".".join(stage.split(".")[: 2 if stage.startswith("frozen") else 1]) for stage in stages} == moves
    if "frozen.norm" in moves:
        assert any(name.startswith("frozen") and name.endswith("running_mean") for name in changed)
        assert not any(name.startswith("frozen") and "conv" in name for name in changed)


def test_a_network_is_copied_after_a_forward_pass(images):
    """The decisions of a training batch have a graph: the copy does without, the network keeps its own."""
    model = start(Routed(k=2)).train()
    model(images)
    twin = deepcopy(model)
    assert twin.extra_loss() == 0
    model.extra_loss().backward()
    assert any(w.grad is not None and w.grad.any() for w in model.policy.parameters())
    with torch.no_grad():
        assert torch.equal(twin.eval()(images), model.eval()(images))


def test_gates_of_some_blocks(images):
    model = start(Routed(gates=("stage2", "stage3")), None, "mini_resnet26")
    assert len(model.gated) == 8
    assert model.gated[0] == "stage2.block1"
    assert not any(path.startswith("tuned.stage1") for path in model.paths)
    assert model.eval()(images).shape == (6, CLASSES)
    assert len(model.take_shares()) == 8
    assert model.take_shares() is None
    found = {model.stage_of(name) for name in model.state_dict()}
    assert found == {path for path in model.paths if not path.endswith("pool")}


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="gates name the unknown block 'block9'"):
        start(Routed(gates=("block9",)))
    with pytest.raises(ValueError, match="budget = 2 has no effect without k"):
        Routed(budget=2)
    with pytest.raises(ValueError, match="give k"):
        Routed(routes="global")
    with pytest.raises(ValueError, match="k = 2.5: .* give a whole number"):
        Routed(routes="global", k=2.5)
    with pytest.raises(ValueError, match="k = 9.0: there are 4 gates"):
        start(Routed(k=9))
    with pytest.raises(ValueError, match="without start: the frozen copy would keep random weights"):
        Recipe(network=Routed())
