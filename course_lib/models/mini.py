"""The three small networks of the mini world, for images of 48 pixels."""

from torch import nn
from torchvision.models.googlenet import BasicConv2d, Inception
from torchvision.models.resnet import BasicBlock
from torchvision.models.squeezenet import Fire

from course_lib.models.convolution import use_tiny_maps
from course_lib.models.heads import global_pool
from course_lib.models.staged import StagedModel, sequence


def mini_resnet18(architecture: str) -> StagedModel:
    """Build torchvision's ResNet-18 with a quarter of the channels; shapes for images of 48 px."""
    stem = sequence(
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
    model = StagedModel(architecture, stages, nn.Identity(), num_features=128)
    _draw_for_relu(model)
    use_tiny_maps(stages["stage4"])  # otherwise 30 % of the network's time
    return model


def _residual_pair(channels: int, wider: int) -> nn.Sequential:
    shortcut = nn.Sequential(nn.Conv2d(channels, wider, kernel_size=1, stride=2, bias=False), nn.BatchNorm2d(wider))
    return nn.Sequential(BasicBlock(channels, wider, stride=2, downsample=shortcut), BasicBlock(wider, wider))


def mini_squeezenet(architecture: str) -> StagedModel:
    """Build SqueezeNet 1.1 with half its channels and the first layer of version 1.0; shapes for images of 48 px."""
    stem = sequence(
        conv=nn.Conv2d(3, 32, kernel_size=7, stride=2, padding=3),  # (N, 32, 24, 24)
        relu=nn.ReLU(inplace=True),
        maxpool=_halve(),  # (N, 32, 12, 12)
    )
    stages = {
        "stem": stem,
        # (N, 64, 12, 12)
        "stage1": sequence(fire2=Fire(32, 8, 32, 32), fire3=Fire(64, 8, 32, 32)),
        # (N, 128, 6, 6)
        "stage2": sequence(maxpool=_halve(), fire4=Fire(64, 16, 64, 64), fire5=Fire(128, 16, 64, 64)),
        # (N, 192, 3, 3)
        "stage3": sequence(maxpool=_halve(), fire6=Fire(128, 24, 96, 96), fire7=Fire(192, 24, 96, 96)),
        # (N, 256, 3, 3)
        "stage4": sequence(fire8=Fire(192, 32, 128, 128), fire9=Fire(256, 32, 128, 128)),
        "pool": global_pool(),  # (N, 256)
    }
    model = StagedModel(architecture, stages, nn.Identity(), num_features=256)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):  # no BatchNorm rescues a bad scale: He et al. 2015
            nn.init.kaiming_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    return model


def mini_googlenet(architecture: str) -> StagedModel:
    """Build torchvision's GoogLeNet with a quarter of the channels, without modules 4d and 4e; shapes for 48 px.

    As in torchvision, and other than in Szegedy et al. (2015), BatchNorm follows every convolution, and the second
    branch of a module has kernels of 3×3. Auxiliary heads can follow ``"stage2"`` (as in the paper, module 4a) and
    ``"stage3"``.
    """
    stem = sequence(
        conv=nn.Conv2d(3, 16, kernel_size=7, stride=2, padding=3, bias=False),  # (N, 16, 24, 24)
        bn=nn.BatchNorm2d(16),
        relu=nn.ReLU(inplace=True),
        maxpool=_halve(),  # (N, 16, 12, 12)
    )
    stage1 = sequence(
        conv2=BasicConv2d(16, 16, kernel_size=1),  # (N, 16, 12, 12)
        conv3=BasicConv2d(16, 48, kernel_size=3, padding=1),  # (N, 48, 12, 12)
        maxpool2=_halve(),  # (N, 48, 6, 6)
    )
    stage2 = sequence(
        inception3a=Inception(48, 16, 24, 32, 4, 8, 8),  # (N, 64, 6, 6)
        inception3b=Inception(64, 32, 32, 48, 8, 24, 16),  # (N, 120, 6, 6)
        maxpool3=_halve(),  # (N, 120, 3, 3)
        inception4a=Inception(120, 48, 24, 52, 4, 12, 16),  # (N, 128, 3, 3)
    )
    stage3 = sequence(
        inception4b=Inception(128, 40, 28, 56, 6, 16, 16),  # (N, 128, 3, 3)
        inception4c=Inception(128, 32, 32, 64, 6, 16, 16),  # (N, 128, 3, 3)
    )
    stage4 = sequence(
        maxpool4=nn.MaxPool2d(kernel_size=2, stride=2, ceil_mode=True),  # (N, 128, 2, 2)
        inception5a=Inception(128, 64, 40, 80, 8, 32, 32),  # (N, 208, 2, 2)
        inception5b=Inception(208, 96, 48, 96, 12, 32, 32),  # (N, 256, 2, 2)
    )
    stages = {"stem": stem, "stage1": stage1, "stage2": stage2, "stage3": stage3, "stage4": stage4}
    model = StagedModel(architecture, {**stages, "pool": global_pool()}, nn.Identity(), num_features=256)  # (N, 256)
    _draw_for_relu(model)
    use_tiny_maps(stage4)
    return model


def _draw_for_relu(model: nn.Module) -> None:
    """Draw the weights of all convolutions for ReLUs behind them: He et al. 2015."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def _halve() -> nn.Module:
    return nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)
