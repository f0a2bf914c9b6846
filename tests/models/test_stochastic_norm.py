"""StochNorm against BatchNorm, to the bit, and against a mixture by hand."""

import pytest
import torch
from torch import nn

from course_lib.models.stochastic_norm import StochasticNorm, make_plain, make_stochastic
from extras import needs_timm

SHAPES = {nn.BatchNorm1d: (8, 5), nn.BatchNorm2d: (8, 5, 3, 4), nn.BatchNorm3d: (8, 5, 2, 3, 2)}


def pair(kind=nn.BatchNorm2d, share=None):
    """A BatchNorm layer with statistics of its own, and the same one stochastic."""
    layers = []
    for _ in range(2):
        torch.manual_seed(4)
        layer = kind(5)
        with torch.no_grad():
            layer.weight.uniform_(0.5, 2)
            layer.bias.normal_()
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
        layers.append(layer)
    make_stochastic(layers[1])
    if share is not None:
        layers[1].share = share
    return layers


def outcome(layer, x):
    """Output and all gradients of a loss that looks at each value differently."""
    x = x.clone().requires_grad_()
    found = layer(x)
    (found * torch.linspace(-1, 1, found.numel()).view_as(found)).sum().backward()
    return found.detach(), x.grad, layer.weight.grad, layer.bias.grad


def assert_same_bits(found, expected):
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("kind", SHAPES)
def test_always_the_batch_is_batch_norm(kind):
    plain, stochastic = pair(kind, share=1.0)
    for seed in range(3):
        x = torch.randn(SHAPES[kind], generator=torch.Generator().manual_seed(seed)) * 3 + 1
        assert_same_bits(outcome(stochastic, x), outcome(plain, x))
    assert_same_bits(stochastic.state_dict().values(), plain.state_dict().values())


@pytest.mark.parametrize("kind", SHAPES)
def test_never_the_batch_is_running_statistics(kind):
    """Of the statistics before the batch, in output and gradients; they are updated nevertheless."""
    plain, stochastic = pair(kind, share=0.0)
    reference = pair(kind)[0]
    x = torch.randn(SHAPES[kind]) * 3 + 1
    assert_same_bits(outcome(stochastic, x), outcome(plain.eval(), x))
    reference(x)
    assert_same_bits(stochastic.state_dict().values(), reference.state_dict().values())
    assert not torch.equal(reference.running_var, plain.running_var)


def test_each_channel_takes_one_of_the_two():
    plain, stochastic = pair()
    x = torch.randn(8, 5, 3, 4) * 3 + 1
    by_running, by_batch = plain.eval()(x), pair()[0](x)
    seen = set()
    for seed in range(40):
        torch.manual_seed(seed)
        found = pair()[1]
        torch.manual_seed(seed)
        outputs = found(x)
        taken = [torch.equal(outputs[:, c], by_batch[:, c]) for c in range(5)]
        for c in range(5):
            assert taken[c] != torch.equal(outputs[:, c], by_running[:, c])
        seen.add(tuple(taken))
    assert len(seen) > 15, "of 32 draws"
    assert stochastic.share == 0.5


def test_the_share_of_channels_by_the_batch():
    layer = nn.BatchNorm2d(20_000)
    with torch.no_grad():
        layer.running_mean.fill_(1000)
    make_stochastic(layer)
    by_batch = layer(torch.randn(2, 20_000, 1, 1))[0, :, 0, 0].abs() < 500
    assert by_batch.float().mean().item() == pytest.approx(0.5, abs=0.02)  # 5.6 standard deviations


def test_evaluation_is_batch_norm_and_draws_nothing():
    plain, stochastic = pair()
    x = torch.randn(8, 5, 3, 4)
    state = torch.get_rng_state()
    assert torch.equal(stochastic.eval()(x), plain.eval()(x))
    assert torch.equal(torch.get_rng_state(), state)


def test_making_and_unmaking_keeps_objects_and_names():
    net = nn.Sequential(nn.BatchNorm2d(5), nn.Sequential(nn.Conv2d(5, 5, 1), nn.BatchNorm2d(5)))
    odd = nn.BatchNorm2d(5, track_running_stats=False)
    net.append(odd)
    before = dict(net.named_parameters()), list(net.state_dict()), list(net.modules())
    make_stochastic(net), make_stochastic(net)
    assert [isinstance(layer, StochasticNorm) for layer in (net[0], net[1][1], odd)] == [True, True, False]
    make_plain(net), make_plain(net)
    assert [type(module) for module in net.modules() if "Norm" in type(module).__name__] == [nn.BatchNorm2d] * 3
    assert list(net.modules()) == before[2]
    assert list(net.state_dict()) == before[1]
    assert all(p is before[0][name] for name, p in net.named_parameters())


@needs_timm
def test_batch_norm_with_its_activation_inside():
    """timm's layer of EfficientNet, which is a BatchNorm2d with a forward pass of its own."""
    from timm.layers import BatchNormAct2d

    layers = [BatchNormAct2d(5, act_layer=nn.ReLU6) for _ in range(2)]
    make_stochastic(layers[1])
    layers[1].share = 1.0
    x = torch.randn(8, 5, 3, 4)
    assert torch.equal(layers[1](x), layers[0](x))
    make_plain(layers[1])
    assert type(layers[1]) is BatchNormAct2d
