"""ResNet-26 has the published number of parameters and sizes of maps; its blocks are stages with paths of their own."""

import pytest
import torch
from torch import nn

from course_lib.models.architectures import build
from course_lib.models.resnet26 import ShortcutBlock, policy_network
from course_lib.models.starting import start_model
from course_lib.training.prefix import frozen_prefix
from course_lib.training.recipe import Recipe


def num_parameters(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    ("name", "body", "features"),
    [("resnet26", 5_814_688, 256), ("mini_resnet26", 365_032, 64), ("mini_resnet26_wide", 819_708, 96)],
)
def test_published_numbers_of_parameters(name, body, features):
    model = build(name, 100)
    assert num_parameters(model.stages) == body
    assert num_parameters(model.head) == features * 100 + 100
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    assert len(layers) == 26


def test_the_policy_network_has_the_published_number_of_parameters():
    assert num_parameters(policy_network(24)) == 1_170_616
    assert policy_network(6, width=8)(torch.randn(2, 3, 36, 36)).shape == (2, 6)


@pytest.mark.parametrize(("size", "sides"), [(72, (72, 36, 18, 9)), (64, (64, 32, 16, 8)), (36, (36, 18, 9, 5))])
def test_sizes_of_maps(size, sides):
    """A network made for 72 pixels takes 64, and 36, where maps of odd size are halved."""
    model = build("mini_resnet26", 2).eval()
    x = torch.randn(1, 3, size, size)
    with torch.no_grad():
        assert tuple(model.features(x, stage).shape[-1] for stage in ("stem", "stage1", "stage2", "stage3")) == sides
        assert model(x).shape == (1, 2)


def test_the_shortcut_pools_and_adds_channels_of_zeros():
    block = ShortcutBlock(2, 4).eval()
    nn.init.zeros_(block.conv2.weight)
    x = torch.rand(1, 2, 6, 6)
    expected = torch.cat((nn.functional.avg_pool2d(x, 2), torch.zeros(1, 2, 3, 3)), dim=1)
    assert torch.allclose(block(x), expected)
    same = ShortcutBlock(4, 4).eval()
    nn.init.zeros_(same.conv2.weight)
    assert torch.equal(same(block(x)), block(x))


def test_blocks_are_stages():
    model = build("mini_resnet26", 3).eval()
    blocks = tuple(f"stage{stage}.block{block}" for stage in (1, 2, 3) for block in (1, 2, 3, 4))
    assert model.stage_names == ("stem", *blocks, "norm", "pool", "head")
    assert {model.stage_of(name) for name in model.state_dict()} == {"stem", *blocks, "norm", "head"}
    assert model.stage_of("stages.stage3.block4.conv1.weight") == "stage3.block4"
    assert model.stage_module("stage2") is model.stages["stage2.block4"]  # the last of them
    x = torch.randn(2, 3, 36, 36)
    with torch.no_grad():
        kept = model.features(x, "stage2")
        assert torch.equal(kept, model.features(x, "stage2.block4"))
        assert torch.equal(model.features(kept, "head", after="stage2"), model(x))
        assert torch.equal(model.logits(kept, after="stage2")["head"], model(x))
    with pytest.raises(ValueError, match="unknown stage 'stage4'"):
        model.features(x, "stage4")


def test_a_prefix_of_blocks_is_frozen():
    model = build("mini_resnet26", 3)
    recipe = Recipe(architecture="mini_resnet26", multipliers={"inner": 0, "stage3.block4": 1, "norm": 1})
    assert frozen_prefix(recipe, model) == "stage3.block3"
    assert frozen_prefix(Recipe(architecture="mini_resnet26", multipliers={"inner": 0, "stage3": 1}), model) == (
        "stage2.block4"
    )


def test_a_fresh_block_is_the_one_of_a_random_network(tmp_path):
    weights = "mini_resnet26"
    model = start_model("mini_resnet26", weights, 3, fresh=("stage3.block4",))
    random, loaded = start_model("mini_resnet26", None, 3), start_model("mini_resnet26", weights, 3)
    for name, value in model.state_dict().items():
        expected = random if model.stage_of(name) == "stage3.block4" else loaded
        assert torch.equal(value, expected.state_dict()[name]), name
