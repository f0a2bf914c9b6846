"""The two small networks of the mini world, for images of 48 pixels."""

from torch import nn
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
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
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


def _halve() -> nn.Module:
    return nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)
