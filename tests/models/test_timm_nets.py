"""timm's networks cut into stages: the same logits to the bit, and whatever a stage path is used for works."""

import copy
import sys

import pytest
import torch
from torch import nn

from course_lib.errors import MissingExtraError
from course_lib.models import timm_nets
from course_lib.models.architectures import build, first_convolution, first_maps
from course_lib.models.catalogue import find_architecture, plain_architecture
from course_lib.models.freezing import changed_names, set_trainable, snapshot, train_mode
from course_lib.models.heads import add_auxiliary_heads
from course_lib.models.work import stage_work
from course_lib.training.recipe import Recipe
from extras import needs_timm

FOUR = ("stem", "stage1", "stage2", "stage3", "stage4")
# Each with the stages that have parameters, and a size that is not its own (None: its own is the only one).
NETS = {
    "efficientnet_lite0": (FOUR, 100),
    "timm:resnet18": (FOUR, 100),
    "timm:resnet26": (FOUR, 100),
    "timm:efficientnet_b0": (FOUR, 100),
    "timm:mobilenetv3_small_100": ((*FOUR, "neck"), 100),  # a convolution behind the pooling
    "timm:convnext_atto": ((*FOUR, "neck"), 100),  # LayerNorm behind the pooling
    "timm:vit_tiny_patch16_224": (FOUR, 100),  # patches of 16 pixels: padded
    "timm:swin_tiny_patch4_window7_224": (FOUR, 100),  # channels last inside
    "timm:mixer_s32_224": (FOUR, None),
}
SMALL = "timm:mobilenetv3_small_050"

pytestmark = needs_timm


def plain_net(architecture):
    import timm

    return timm.create_model(timm_nets.timm_name(architecture))


@pytest.mark.parametrize("architecture", NETS)
@torch.no_grad()
def test_same_logits_as_timm(architecture):
    torch.manual_seed(0)
    stages, other_size = NETS[architecture]
    net, size = plain_net(architecture), find_architecture(architecture).size
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.1, 0.1)
            nn.init.uniform_(module.weight, 0.8, 1.2)
    nn.init.normal_(net.get_classifier().weight)  # some start with zeros
    own = timm_nets.timm_net(architecture)
    own.load_state_dict(net.state_dict())
    model = timm_nets.cut(architecture, own)
    assert model.training
    assert model.inner_stages == stages
    assert model.stage_names == (*stages, "pool", "head")
    x = torch.randn(2, 3, size, size)
    expected, logits = net.eval()(x), model.eval()(x)
    assert expected.std() > 0
    assert torch.equal(logits, expected)
    assert torch.equal(model.features(model.features(x, "stage2"), "head", after="stage2"), logits)
    assert model.features(x).shape == (2, model.num_features)
    shapes = [model.features(x, stage).shape for stage in FOUR]
    assert all(len(shape) == 3 or shape[2] == shape[3] for shape in shapes), "tokens, or maps with channels first"
    x = torch.randn(1, 3, other_size or size + 32, other_size or size + 32)
    if other_size:
        assert model(x).shape == (1, 1000)
    else:
        with pytest.raises(ValueError, match=f"{architecture} takes images of {size} × {size} pixels, not "):
            model(x)


@pytest.mark.parametrize("architecture", NETS)
def test_a_training_step_moves_what_has_a_rate(architecture):
    torch.manual_seed(0)
    stages, other_size = NETS[architecture]
    size = 64 if other_size else find_architecture(architecture).size
    model = build(architecture, 7)
    rates = dict.fromkeys(stages, 0.0) | {"stage4": 0.01, "head": 0.01}
    before = snapshot(model)
    set_trainable(model, rates)
    train_mode(model, rates)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.01, weight_decay=0.1)
    nn.functional.cross_entropy(model(torch.randn(4, 3, size, size)), torch.arange(4)).backward()
    optimizer.step()
    assert {model.stage_of(name) for name in changed_names(model, before)} == {"stage4", "head"}
    assert changed_names(copy.deepcopy(model), snapshot(model)) == ()


@pytest.mark.parametrize("architecture", ["timm:vit_tiny_patch16_224", "timm:swin_tiny_patch4_window7_224"])
def test_the_work_of_stages_is_counted(architecture):
    work = stage_work(build(architecture, 7), 224)
    assert set(work) == {*FOUR, "head"}
    assert all(found.backward >= found.forward > 0 for found in work.values())


@pytest.mark.parametrize(("architecture", "classifiers"), [("timm:levit_128s", 2), ("timm:test_vit", 1)])
def test_a_network_that_is_no_chain_has_one_stage(monkeypatch, architecture, classifiers):
    def refuse(*args):
        raise timm_nets.CannotCutError("its forward pass is a riddle")

    monkeypatch.setattr(timm_nets, "cut_network", refuse)
    torch.manual_seed(0)
    net = plain_net(architecture)
    own = timm_nets.timm_net(architecture)
    own.load_state_dict(net.state_dict())
    why = "it has 2 classifiers" if classifiers == 2 else "its forward pass is a riddle"
    with pytest.warns(UserWarning, match=f"{architecture} has a single stage, 'body': {why}"):
        model = timm_nets.cut(architecture, own).eval()
    assert model.stage_names == ("body", "pool", "head")
    x = torch.randn(2, 3, *net.pretrained_cfg["input_size"][1:])
    with torch.no_grad():
        assert model.features(x).shape == (2, model.num_features)
        if classifiers == 1:
            assert torch.equal(model(x), net.eval()(x))
        else:
            with pytest.raises(ValueError, match=f"classifier of {architecture} cannot be kept apart.*num_classes"):
                model(x)


def test_one_classifier_that_is_not_the_last_step():
    """What comes after it would be lost."""

    class Softened(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.fc, self.num_classes = nn.Conv2d(3, 4, 3), nn.Linear(4, 5), 5
            self.pretrained_cfg = {"input_size": (3, 16, 16), "fixed_input_size": False}

        def get_classifier(self):
            return self.fc

        def forward(self, x):
            return self.fc(self.conv(x).mean(dim=(2, 3))) / 2

    with pytest.warns(UserWarning, match="its classifier 'fc' is not the last thing that it computes"):
        model = timm_nets.cut("timm:softened", Softened())
    with pytest.raises(ValueError, match="cannot be kept apart"):
        model(torch.zeros(1, 3, 16, 16))


def test_names():
    entry = find_architecture("timm:resnet18")
    assert (entry.name, entry.size, entry.start) == ("timm:resnet18", 224, "timm:resnet18.a1_in1k")
    tagged = find_architecture("timm:resnet18.tv_in1k")
    assert (tagged.name, tagged.start) == ("timm:resnet18", "timm:resnet18.tv_in1k")
    assert find_architecture("timm:vit_small_patch14_dinov2").has_classifier is False
    assert find_architecture("timm:botnet50ts_256").start is None
    with pytest.raises(ValueError, match="unknown network 'timm:resnet188'.*did you mean .*resnet18"):
        find_architecture("timm:resnet188")
    with pytest.raises(ValueError, match="'timm:resnet18' has no weights 'best': choose one of a1_in1k"):
        find_architecture("timm:resnet18.best")


def test_recipes_of_one_network_are_the_same_recipe():
    recipes = [Recipe.full(architecture=name) for name in ("timm:resnet18", "timm:resnet18.a1_in1k")]
    assert recipes[0].identity() == recipes[1].identity()
    assert recipes[0].start == "timm:resnet18.a1_in1k"
    assert Recipe.full(architecture="timm:resnet18.tv_in1k").start == "timm:resnet18.tv_in1k"
    assert plain_architecture("resnet18.a1_in1k") == "resnet18.a1_in1k"


def test_tokens_take_no_auxiliary_head():
    model = build("timm:vit_tiny_patch16_224", 7)
    with pytest.raises(ValueError, match=r"'stage2' of timm:vit_tiny_patch16_224 gives no maps"):
        add_auxiliary_heads(model, ("stage2",), 7)
    model = build(SMALL, 7)
    add_auxiliary_heads(model, ("stage2",), 7)
    assert set(model.logits(torch.randn(2, 3, 64, 64))) == {"head", "head.aux1"}


def test_no_relu_no_rectified_maps():
    model = build("timm:convnext_atto", 7)
    assert first_convolution(model).kernel_size == (4, 4)
    with pytest.raises(ValueError, match="no ReLU follows the first convolution of timm:convnext_atto"):
        first_maps(model, torch.randn(1, 3, 64, 64))


def test_without_timm_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    for name in ("timm:resnet18", "efficientnet_lite0"):
        with pytest.raises(MissingExtraError, match=r"^timm is not installed: pip install 'course-lib\[imagenet\]'$"):
            build(name, 7)
