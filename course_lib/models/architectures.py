"""Building networks by name: torchvision's, cut into stages, and two small ones for 48-pixel images."""

from collections import OrderedDict
from collections.abc import Callable

import torch
import torchvision
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock
from torchvision.models.squeezenet import Fire

from course_lib.models.catalogue import MINI_ARCHITECTURES, check_architecture
from course_lib.models.convolution import TinyMapConv2d
from course_lib.models.heads import global_pool, replace_head
from course_lib.models.staged import StagedModel, evaluation_mode


def build(architecture: str, num_classes: int | None = None, hidden: tuple[int, ...] = ()) -> StagedModel:
    """A network with random weights, drawn from torch's global generator.

    Args:
        architecture: one of `list_architectures`.
        num_classes: outputs of a new head; None keeps torchvision's original classifier with its 1000 outputs.
        hidden: widths of the new head's hidden layers; see `new_head`.

    Raises:
        ValueError: unknown architecture; no `num_classes` for a mini network; hidden layers without `num_classes`.
    """
    check_architecture(architecture)
    if num_classes is None and (architecture in MINI_ARCHITECTURES or hidden):
        raise ValueError(f"{architecture} needs num_classes: only torchvision's networks have an original classifier")
    model = _BUILDERS[architecture]() if architecture in _BUILDERS else cut(architecture, torchvision_net(architecture))
    return model if num_classes is None else replace_head(model, num_classes, hidden)


def first_convolution(model: StagedModel) -> nn.Conv2d:
    """The convolution that sees the image; its ``.weight`` (F, 3, k, k) are small pictures (homework, Fig. 4)."""
    return next(module for module in model.stages["stem"] if isinstance(module, nn.Conv2d))


@torch.no_grad()
def first_maps(model: StagedModel, x: Tensor) -> tuple[Tensor, Tensor]:
    """What the first convolution computes, and what is left of it after the ReLU (homework, Fig. 2 and 3).

    Between the two lies BatchNorm, if the network has it, with its running statistics.

    Args:
        x: normalised images (N, 3, H, W).

    Returns:
        (linear, rectified): both (N, F, h, w), without gradients.
    """
    with evaluation_mode(model):
        for module in model.stages["stem"]:
            x = module(x)
            if isinstance(module, nn.Conv2d):
                linear = x.clone()  # SqueezeNet's ReLU works in place
            if isinstance(module, nn.ReLU):
                break
    return linear, x


def torchvision_net(architecture: str) -> nn.Module:
    """torchvision's own network with random weights and 1000 outputs; GoogLeNet without auxiliary classifiers."""
    options = {"googlenet": {"aux_logits": False, "init_weights": True, "transform_input": True}}
    return torchvision.models.get_model(architecture, weights=None, **options.get(architecture, {}))


def cut(architecture: str, net: nn.Module) -> StagedModel:
    """One of torchvision's networks as a `StagedModel` made of the same modules; it gives the same logits."""
    family = architecture.rstrip("0123456789_")
    stages, head, num_features = {"resnet": _cut_resnet, "squeezenet": _cut_squeezenet, "googlenet": _cut_googlenet}[
        family
    ](net)
    return StagedModel(architecture, stages, head, num_features)


def _cut_resnet(net: nn.Module) -> tuple[dict[str, nn.Module], nn.Module, int]:
    stem = _sequence(conv=net.conv1, bn=net.bn1, relu=net.relu, maxpool=net.maxpool)
    stages = {"stem": stem, "stage1": net.layer1, "stage2": net.layer2, "stage3": net.layer3, "stage4": net.layer4}
    stages["pool"] = _sequence(avgpool=net.avgpool, flatten=nn.Flatten(1))
    return stages, net.fc, net.fc.in_features


def _cut_squeezenet(net: nn.Module) -> tuple[dict[str, nn.Module], nn.Module, int]:
    """A stage is two Fire modules of one squeeze width (16, 32, 48, 64) and the max-pool beside them, if any."""
    conv, relu, maxpool, *rest = net.features
    stages: dict[str, nn.Module] = {"stem": _sequence(conv=conv, relu=relu, maxpool=maxpool)}
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
    head = _sequence(**dict(zip(("dropout", "conv", "relu", "avgpool"), net.classifier, strict=True)))
    head.add_module("flatten", nn.Flatten(1))
    return stages, head, head.conv.in_channels


def _cut_googlenet(net: nn.Module) -> tuple[dict[str, nn.Module], nn.Module, int]:
    stem = _sequence(
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
        stages[stage] = _sequence(**{name: getattr(net, name) for name in names})
    stages["pool"] = _sequence(avgpool=net.avgpool, flatten=nn.Flatten(1))
    return stages, _sequence(dropout=net.dropout, fc=net.fc), net.fc.in_features


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


def _mini_resnet18() -> StagedModel:
    """torchvision's ResNet-18 with a quarter of the channels; shapes for images of 48 px."""
    stem = _sequence(
        conv=nn.Conv2d(3, 16, kernel_size=7, stride=2, padding=3, bias=False),  # (N, 16, 24, 24)
        bn=nn.BatchNorm2d(16),
        relu=nn.ReLU(inplace=True),
        maxpool=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),  # (N, 16, 12, 12)
    )
    stages = {
        "stem": stem,
        "stage1": nn.Sequential(BasicBlock(16, 16), BasicBlock(16, 16)),  # (N, 16, 12, 12)
        "stage2": _residual_pair(16, 32),  # (N, 32, 6, 6)
        "stage3": _residual_pair(32, 64),  # (N, 64, 3, 3)
        "stage4": _residual_pair(64, 128),  # (N, 128, 2, 2)
        "pool": global_pool(),  # (N, 128)
    }
    model = StagedModel("mini_resnet18", stages, nn.Identity(), num_features=128)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    for block in stages["stage4"]:  # otherwise 30 % of the network's time
        block.conv1, block.conv2 = TinyMapConv2d.of(block.conv1), TinyMapConv2d.of(block.conv2)
    return model


def _residual_pair(channels: int, wider: int) -> nn.Sequential:
    shortcut = nn.Sequential(nn.Conv2d(channels, wider, kernel_size=1, stride=2, bias=False), nn.BatchNorm2d(wider))
    return nn.Sequential(BasicBlock(channels, wider, stride=2, downsample=shortcut), BasicBlock(wider, wider))


def _mini_squeezenet() -> StagedModel:
    """SqueezeNet 1.1's plan with half its channels behind a first layer like 1.0's; shapes for images of 48 px."""
    stem = _sequence(
        conv=nn.Conv2d(3, 32, kernel_size=7, stride=2, padding=3),  # (N, 32, 24, 24)
        relu=nn.ReLU(inplace=True),
        maxpool=_halve(),  # (N, 32, 12, 12)
    )
    stages = {
        "stem": stem,
        # (N, 64, 12, 12)
        "stage1": _sequence(fire2=Fire(32, 8, 32, 32), fire3=Fire(64, 8, 32, 32)),
        # (N, 128, 6, 6)
        "stage2": _sequence(maxpool=_halve(), fire4=Fire(64, 16, 64, 64), fire5=Fire(128, 16, 64, 64)),
        # (N, 192, 3, 3)
        "stage3": _sequence(maxpool=_halve(), fire6=Fire(128, 24, 96, 96), fire7=Fire(192, 24, 96, 96)),
        # (N, 256, 3, 3)
        "stage4": _sequence(fire8=Fire(192, 32, 128, 128), fire9=Fire(256, 32, 128, 128)),
        "pool": global_pool(),  # (N, 256)
    }
    model = StagedModel("mini_squeezenet", stages, nn.Identity(), num_features=256)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):  # no BatchNorm rescues a bad scale: He et al. 2015
            nn.init.kaiming_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    return model


def _halve() -> nn.Module:
    return nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)


def _sequence(**modules: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(modules))


_BUILDERS: dict[str, Callable[[], StagedModel]] = {
    "mini_resnet18": _mini_resnet18,
    "mini_squeezenet": _mini_squeezenet,
}
