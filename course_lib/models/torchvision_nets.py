"""torchvision's networks cut into named stages, made of the same modules: they give the same logits."""

from collections import OrderedDict

import torch
import torchvision
from torch import Tensor, nn
from torchvision.models import GoogLeNet, ResNet, SqueezeNet
from torchvision.models.squeezenet import Fire

from course_lib.models.staged import StagedModel, sequence


def torchvision_net(architecture: str) -> nn.Module:
    """Build torchvision's own network with random weights and 1000 outputs; GoogLeNet without auxiliary classifiers."""
    options = {"googlenet": {"aux_logits": False, "init_weights": True, "transform_input": True}}
    return torchvision.models.get_model(architecture, weights=None, **options.get(architecture, {}))


def staged(architecture: str) -> StagedModel:
    """Build a network of torchvision with random weights, cut into stages."""
    return cut(architecture, torchvision_net(architecture))


def cut(architecture: str, net: nn.Module) -> StagedModel:
    """Cut a network of torchvision into a `StagedModel` made of the same modules; it computes the same logits."""
    return StagedModel(architecture, *_CUTTERS[type(net)](net))


def _cut_resnet(net: nn.Module) -> tuple[dict[str, nn.Module], nn.Module, int]:
    stem = sequence(conv=net.conv1, bn=net.bn1, relu=net.relu, maxpool=net.maxpool)
    stages = {"stem": stem, "stage1": net.layer1, "stage2": net.layer2, "stage3": net.layer3, "stage4": net.layer4}
    stages["pool"] = sequence(avgpool=net.avgpool, flatten=nn.Flatten(1))
    return stages, net.fc, net.fc.in_features


def _cut_squeezenet(net: nn.Module) -> tuple[dict[str, nn.Module], nn.Module, int]:
    """Cut a SqueezeNet: a stage is two Fire modules of one squeeze width (16, 32, 48, 64), and a max-pool if any."""
    conv, relu, maxpool, *rest = net.features
    stages: dict[str, nn.Module] = {"stem": sequence(conv=conv, relu=relu, maxpool=maxpool)}
    fires, members, number = 0, OrderedDict(), 2  # the paper counts from fire2
    for module in rest:
        is_fire = isinstance(module, Fire)
        members[f"fire{number}" if is_fire else "maxpool"] = module
        fires, number = fires + is_fire, number + is_fire
        if is_fire and fires % 2 == 0:
            stages[f"stage{fires // 2}"] = nn.Sequential(members)
            members = OrderedDict()
    # The original classifier takes maps: 1×1 convolution, ReLU, and only then the mean over all positions.
    stages["pool"] = nn.Identity()
    head = sequence(**dict(zip(("dropout", "conv", "relu", "avgpool"), net.classifier, strict=True)))
    head.add_module("flatten", nn.Flatten(1))
    return stages, head, head.conv.in_channels


def _cut_googlenet(net: nn.Module) -> tuple[dict[str, nn.Module], nn.Module, int]:
    """Cut a GoogLeNet: a stage is the modules of one size of map, with the max-pool behind them.

    torchvision's auxiliary classifiers, behind modules 4a and 4d, are left out: none of its weights are trained for
    them. A recipe's ``aux_heads=("stage2", "stage3")`` puts new heads before module 4a and behind module 4e, with
    random weights.
    """
    stem = sequence(
        rescale=_Rescale(), conv=net.conv1.conv, bn=net.conv1.bn, relu=nn.ReLU(inplace=True), maxpool=net.maxpool1
    )
    members = {
        "stage1": ("conv2", "conv3", "maxpool2"),
        "stage2": ("inception3a", "inception3b", "maxpool3"),
        "stage3": ("inception4a", "inception4b", "inception4c", "inception4d", "inception4e", "maxpool4"),
        "stage4": ("inception5a", "inception5b"),
    }
    stages: dict[str, nn.Module] = {"stem": stem}
    for stage, names in members.items():
        stages[stage] = sequence(**{name: getattr(net, name) for name in names})
    stages["pool"] = sequence(avgpool=net.avgpool, flatten=nn.Flatten(1))
    return stages, sequence(dropout=net.dropout, fc=net.fc), net.fc.in_features


class _Rescale(nn.Module):
    """From ImageNet's mean and std to 0.5 and 0.5, which GoogLeNet's official weights were trained with."""

    def __init__(self):
        super().__init__()
        mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
        scale, shift = [s / 0.5 for s in std], [(m - 0.5) / 0.5 for m in mean]
        self.register_buffer("scale", torch.tensor(scale).view(3, 1, 1), persistent=False)
        self.register_buffer("shift", torch.tensor(shift).view(3, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale + self.shift  # (N, 3, H, W)


_CUTTERS = {ResNet: _cut_resnet, SqueezeNet: _cut_squeezenet, GoogLeNet: _cut_googlenet}
