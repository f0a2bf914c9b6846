"""The convolution of tiny maps is the usual one, without the products that are zero."""

import pytest
import torch
from torch import nn

from course_lib.models.architectures import build
from course_lib.models.convolution import TinyMapConv2d, convolve_tiny_maps

SHAPES = [(1, 1, 1), (2, 2, 1), (1, 2, 1), (2, 2, 2), (3, 3, 2), (4, 4, 2), (3, 4, 2), (3, 3, 1), (6, 5, 2)]


@pytest.fixture
def usual(monkeypatch):
    """The weights that torch's own convolution was called with."""
    weights, conv2d = [], nn.functional.conv2d
    monkeypatch.setattr(
        nn.functional, "conv2d", lambda x, w, *args, **kw: weights.append(w) or conv2d(x, w, *args, **kw)
    )
    return weights


@pytest.mark.parametrize("memory_format", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize(("height", "width", "stride"), SHAPES)
def test_outputs_and_gradients_are_those_of_the_usual_convolution(height, width, stride, memory_format):
    torch.manual_seed(0)
    conv = nn.Conv2d(5, 7, 3, stride=stride, padding=1, bias=False).double().to(memory_format=memory_format)
    tiny = TinyMapConv2d.of(conv)
    x = torch.randn(4, 5, height, width, dtype=torch.float64).to(memory_format=memory_format).requires_grad_()
    expected = conv(x)
    pull = torch.randn_like(expected)
    wanted = torch.autograd.grad(expected, (x, conv.weight), pull)
    y = tiny(x)
    torch.testing.assert_close(y, expected)
    torch.testing.assert_close(torch.autograd.grad(y, (x, tiny.weight), pull), wanted)


def test_it_can_be_differentiated_twice_and_mapped():
    torch.manual_seed(0)
    x, weight = torch.randn(3, 2, 2, 2, dtype=torch.float64), torch.randn(4, 2, 3, 3, dtype=torch.float64)
    pair = (x.requires_grad_(), weight.requires_grad_())
    assert torch.autograd.gradgradcheck(lambda x, weight: convolve_tiny_maps(x, weight, 1), pair)
    several = torch.stack([x, 2 * x]).detach(), torch.stack([weight, weight.flip(0)]).detach()
    mapped = torch.vmap(lambda x, weight: convolve_tiny_maps(x, weight, 1))(*several)
    torch.testing.assert_close(
        mapped, torch.stack([convolve_tiny_maps(*each, 1) for each in zip(*several, strict=True)])
    )


@pytest.mark.parametrize(("size", "shortened"), [(48, True), (64, True), (96, False)])
def test_the_mini_net_takes_the_short_form_where_its_last_maps_are_tiny(size, shortened, usual):
    model = build("mini_resnet18", 7).eval()
    model(torch.randn(2, 3, size, size))
    in_stage4 = [weight for weight in usual if weight.shape[0] == 128 and weight.shape[-1] == 3]
    assert len(usual) > 4
    assert len(in_stage4) == (0 if shortened else 4)


def test_small_outputs_of_large_maps_are_left_to_the_usual_convolution(usual):
    tiny = TinyMapConv2d.of(nn.Conv2d(3, 3, 3, stride=2, padding=1, bias=False))
    tiny(torch.randn(1, 3, 2, 9))
    assert len(usual) == 1


def test_weights_are_shared_and_no_random_number_is_drawn():
    conv = nn.Conv2d(3, 4, 3, padding=1, bias=False)
    before = torch.get_rng_state()
    tiny = TinyMapConv2d.of(conv)
    assert tiny.weight is conv.weight
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    "conv",
    [
        nn.Conv2d(4, 4, 1, bias=False),
        nn.Conv2d(4, 4, 3, bias=False),
        nn.Conv2d(4, 4, 3, padding=1),
        nn.Conv2d(4, 4, 3, padding=1, groups=2, bias=False),
        nn.Conv2d(4, 4, 3, padding=1, stride=(1, 2), bias=False),
        nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect", bias=False),
    ],
)
def test_other_convolutions_have_no_short_form(conv):
    with pytest.raises(ValueError, match="only a 3×3 convolution with padding 1"):
        TinyMapConv2d.of(conv)
