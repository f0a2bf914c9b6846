import pytest
import torch
from torch import nn

from course_lib.models.architectures import build, first_convolution, first_maps
from course_lib.models.catalogue import ARCHITECTURES
from course_lib.models.official import rename_official
from course_lib.models.staged import evaluation_mode
from course_lib.models.torchvision_nets import torchvision_net
from extras import all_architectures, with_marks

OFFICIAL = [name for name, entry in ARCHITECTURES.items() if entry.start == f"torchvision:{name}"]
STAGES = ("stem", "stage1", "stage2", "stage3", "stage4", "pool", "head")
OF_BLOCKS = ("mini_resnet26", "mini_resnet26_wide", "resnet26")  # their stages are blocks: see test_resnet26.py


def lively(net: nn.Module) -> nn.Module:
    """Random running statistics and affine pairs, so that a swapped BatchNorm cannot go unnoticed."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.1, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.8, 1.2)
            nn.init.uniform_(module.bias, -0.1, 0.1)
    return net


@pytest.mark.parametrize("architecture", OFFICIAL)
def test_same_output_as_torchvision(architecture):
    torch.manual_seed(0)
    net = lively(torchvision_net(architecture)).eval()
    model = build(architecture).eval()
    model.load_state_dict(rename_official(architecture, net.state_dict()))
    x = torch.randn(2, 3, 96, 80)
    with torch.no_grad():
        expected, logits = net(x), model(x)
    assert expected.std() > 0
    assert logits.shape == (2, 1000)
    assert torch.equal(logits, expected)


@pytest.mark.parametrize("architecture", all_architectures())
def test_stages(architecture):
    torch.manual_seed(0)
    model = build(architecture, 7).eval()
    if architecture not in OF_BLOCKS:
        assert model.stage_names == STAGES
        assert model.inner_stages == STAGES[:5]
    assert not list(model.stage_parameters("pool"))
    counted = sum(p.numel() for stage in model.stage_names for p in model.stage_parameters(stage))
    assert counted == sum(p.numel() for p in model.parameters())
    for name in model.state_dict():
        stage = model.stage_of(name)
        assert name.removeprefix("stages.").startswith(f"{stage}.")
    x = torch.randn(2, 3, 48, 48)
    with torch.no_grad():
        logits = model(x)
        assert logits.shape == (2, 7)
        assert model.features(x).shape == (2, model.num_features)
        assert torch.equal(model.features(model.features(x, "stage2"), "head", after="stage2"), logits)


def test_unknown_stages_are_named():
    model = build("mini_resnet18", 7)
    with pytest.raises(ValueError, match="stage9.*stage1"):
        model.features(torch.zeros(1, 3, 48, 48), until="stage9")
    with pytest.raises(ValueError, match="does not come after"):
        model.features(torch.zeros(1, 16, 12, 12), until="stem", after="stage1")
    for name in ("stages.stage9.conv.weight", "fc.weight", "stem"):
        with pytest.raises(ValueError, match="no parameter"):
            model.stage_of(name)


def test_unknown_architecture_lists_the_known_ones():
    with pytest.raises(ValueError, match="resnet99.*mini_resnet18.*googlenet"):
        build("resnet99", 7)
    with pytest.raises(ValueError, match="num_classes"):
        build("mini_resnet18")


@pytest.mark.parametrize(
    ("architecture", "low", "high"),
    [("mini_resnet18", 6e5, 8e5), ("mini_squeezenet", 1e5, 3e5), ("mini_googlenet", 2e5, 3e5)],
)
def test_mini_networks(architecture, low, high):
    model = build(architecture, 7)
    assert low < sum(p.numel() for p in model.parameters()) < high
    conv = first_convolution(model)
    assert conv.kernel_size == (7, 7)
    assert conv.stride == (2, 2)
    assert model(torch.randn(4, 3, 48, 48)).shape == (4, 7)


def test_mini_squeezenet_learns_from_scratch():
    """Without BatchNorm the initialisation must carry the signal through: eight images are learnt by heart."""
    torch.manual_seed(0)
    model, y = build("mini_squeezenet", 4), torch.arange(8) % 4
    x = nn.functional.interpolate(torch.randn(8, 3, 6, 6), size=(48, 48), mode="bilinear")  # coarse patterns
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(100):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    assert loss < 0.1


@pytest.mark.parametrize(
    "architecture",
    with_marks(
        ["mini_resnet18", "mini_squeezenet", "mini_googlenet", "squeezenet1_0", "googlenet", "efficientnet_lite0"]
    ),
)
def test_first_maps(architecture):
    torch.manual_seed(0)
    model = build(architecture, 7).train()
    model.stages["stage1"].eval()
    modes = [module.training for module in model.modules()]
    state = {name: value.clone() for name, value in model.state_dict().items()}
    x = torch.randn(2, 3, 48, 48)
    linear, rectified = first_maps(model, x)
    assert linear.shape == rectified.shape
    assert linear.shape[1] == first_convolution(model).out_channels
    assert linear.min() < 0 <= rectified.min()
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    if "squeezenet" in architecture:  # nothing lies between
        assert torch.equal(linear.relu(), rectified)
        assert torch.equal(linear, first_convolution(model)(x))


def test_evaluation_mode_is_undone_after_an_error():
    model = build("mini_resnet18", 7).train()
    seen = []

    def fail():
        with evaluation_mode(model):
            seen.append(any(module.training for module in model.modules()))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert seen == [False]
    assert all(module.training for module in model.modules())
