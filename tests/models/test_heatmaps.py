"""Grad-CAM against the definition, where it can be worked out by hand, and where there are no maps."""

import pytest
import torch
from torch import nn

from course_lib.models.heatmaps import class_heat_maps, occlusion_maps
from course_lib.models.network import Network
from course_lib.models.staged import StagedModel, sequence
from course_lib.models.starting import start_model


class Tokens(nn.Module):
    """Maps (N, C, h, w) as tokens (N, h·w, C), as a ViT has them."""

    def forward(self, x):
        return x.flatten(2).mT


class Last(nn.Module):
    """Maps (N, C, h, w) as (N, h, w, C), as a Swin transformer has them."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1)


def linear_net(weights):
    """Maps are the image's channels; a logit is the weighted mean of the maps."""
    stem = nn.Conv2d(3, 3, 1, bias=False)
    head = nn.Linear(3, len(weights), bias=False)
    with torch.no_grad():
        stem.weight.copy_(torch.eye(3)[..., None, None])
        head.weight.copy_(torch.tensor(weights))
    pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(1))
    return StagedModel("linear", {"stem": sequence(conv=stem), "pool": pool}, head, 3)


def test_a_map_counts_by_its_weight_and_what_speaks_against_is_cut_off():
    model = linear_net([[2.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    x = torch.rand(4, 3, 5, 5)
    expected = (2 * x[:, 0] - x[:, 1]).relu()
    found = class_heat_maps(model, x, torch.zeros(4, dtype=torch.int64))
    torch.testing.assert_close(found, expected / expected.amax(dim=(1, 2), keepdim=True))
    other = class_heat_maps(model, x, torch.ones(4, dtype=torch.int64))
    torch.testing.assert_close(other, x[:, 2] / x[:, 2].amax(dim=(1, 2), keepdim=True))


def test_the_most_probable_class_is_the_default_and_nothing_may_speak_for_it():
    model = linear_net([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    x = torch.rand(2, 3, 4, 4)
    assert torch.equal(class_heat_maps(model, x), class_heat_maps(model, x, torch.zeros(2, dtype=torch.int64)))
    against = class_heat_maps(model, x, torch.ones(2, dtype=torch.int64))
    assert torch.equal(against, torch.zeros(2, 4, 4))


@pytest.mark.parametrize("architecture", ["mini_resnet18", "mini_squeezenet"])
def test_the_model_stays_as_it_is(architecture):
    model = start_model(architecture, architecture, 3).train()
    for parameter in model.stages["stage4"].parameters():
        parameter.requires_grad = False
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with torch.no_grad():  # as an evaluation may be
        maps = class_heat_maps(model, torch.rand(2, 3, 48, 48))
    assert maps.ndim == 3
    assert maps.min() >= 0
    assert maps.amax(dim=(1, 2)).tolist() == pytest.approx([1, 1])
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    finer = class_heat_maps(model, torch.rand(1, 3, 48, 48), stage="stage2")
    assert finer.shape[-1] > maps.shape[-1]


def test_stages_behind_a_pool_are_no_maps():
    neck = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(3, 5, 1), nn.Hardswish(inplace=True))
    stages = {"stage4": sequence(conv=nn.Conv2d(3, 3, 1)), "neck": neck, "pool": nn.Flatten(1)}
    model = StagedModel("necked", stages, nn.Linear(5, 2), 5)
    assert class_heat_maps(model, torch.rand(2, 3, 6, 6)).shape == (2, 6, 6)


def test_networks_without_maps_are_refused():
    tokens = sequence(conv=nn.Conv2d(3, 3, 1), tokens=Tokens())
    pool = nn.Sequential(nn.Flatten(1), nn.LazyLinear(4))
    vit = StagedModel("vit", {"stage1": tokens, "pool": pool}, nn.Linear(4, 2), 4)
    vit(torch.rand(1, 3, 6, 6))
    with pytest.raises(ValueError, match=r"'stage1' of vit gives no maps .N, C, h, w. but \(1, 36, 3\)"):
        class_heat_maps(vit, torch.rand(1, 3, 6, 6), stage="stage1")
    mean = nn.Sequential(nn.AdaptiveAvgPool2d((1, 4)), nn.Flatten(1), nn.LazyLinear(4))
    stages = {"stage1": sequence(conv=nn.Conv2d(3, 4, 1), last=Last()), "pool": mean}
    swin = StagedModel("swin", stages, nn.Linear(4, 2), 4)
    with pytest.raises(ValueError, match=r"'stage1' of swin gives no maps .N, C, h, w. but \(1, 6, 6, 4\)"):
        class_heat_maps(swin, torch.rand(1, 3, 6, 6))
    branched = Network()
    branched.architecture = "two_branches"
    with pytest.raises(ValueError, match="two_branches is no chain of stages"):
        class_heat_maps(branched, torch.rand(1, 3, 6, 6))


def test_covering_the_only_place_that_speaks_for_a_class_costs_it():
    model = linear_net([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    x = torch.zeros(1, 3, 4, 4)
    x[:, 0, 2:, :2] = 5
    falls = occlusion_maps(model, x, torch.zeros(1, dtype=torch.int64), (2, 2))
    assert falls.shape == (1, 2, 2)
    assert falls[0, 1, 0] > 0.1
    assert falls.flatten().tolist().count(0) == 3
    with pytest.raises(ValueError, match=r"5 × 2 cells do not fit images of 4 × 4 pixels"):
        occlusion_maps(model, x, torch.zeros(1, dtype=torch.int64), (5, 2))
