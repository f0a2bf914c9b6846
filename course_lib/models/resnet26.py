"""ResNet-26 for small images, and the policy network of SpotTune, which has the same blocks.

Source: Rebuffi, Bilen, Vedaldi (CVPR 2018), as used by SpotTune (Guo et al., CVPR 2019) and MultiTune (ICONIP 2020).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.models.heads import global_pool
from course_lib.models.staged import StagedModel, sequence

WIDTH, MINI_WIDTH, WIDER = 32, 8, 12  # channels of the first convolution
BLOCKS = (4, 4, 4)  # residual blocks of the three stages


class ShortcutBlock(nn.Module):
    """Residual block of two 3×3 convolutions whose shortcut has no parameters: (N, C, h, w) -> (N, D, h', w').

    A block that halves the maps (stride 2) and doubles the channels has an average pool over 2×2 as its shortcut, and
    zeros for the new channels (option A of He et al. 2016). Of maps of odd size, the pool's last windows are smaller.
    """

    def __init__(self, channels: int, wider: int):
        super().__init__()
        self.stride = 1 if channels == wider else 2
        self.conv1 = nn.Conv2d(channels, wider, kernel_size=3, stride=self.stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(wider)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(wider, wider, kernel_size=3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(wider)

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + self._shortcut(x))

    def _shortcut(self, x: Tensor) -> Tensor:
        if self.stride == 1:
            return x
        x = F.avg_pool2d(x, 2, stride=2, ceil_mode=True)
        return torch.cat((x, torch.zeros_like(x)), dim=1)


def resnet26(architecture: str) -> StagedModel:
    """Build ResNet-26: 64, 128, 256 channels in three stages of four blocks, for 64 or 72 pixels; 5 814 688 parameters.

    The stem has neither ReLU nor max-pool; 72 pixels become maps of 36, 18 and 9.
    """
    return _build(architecture, WIDTH)


def mini_resnet26(architecture: str) -> StagedModel:
    """Build ResNet-26 with a quarter of the channels: 16, 32, 64; shapes for images of 36 px."""
    return _build(architecture, MINI_WIDTH)


def mini_resnet26_wide(architecture: str) -> StagedModel:
    """Build ResNet-26 with 24, 48, 96 channels: 2.2 times the parameters of `mini_resnet26`, a little more than two."""
    return _build(architecture, WIDER)


def policy_network(num_outputs: int, width: int = WIDTH) -> nn.Sequential:
    """Build SpotTune's policy network, a ResNet-8 with one block a stage: images (N, 3, H, W) -> (N, num_outputs).

    Its weights are drawn from torch's global generator.

    Args:
        width: channels of the first convolution; with 32 and 24 outputs it has 1 170 616 parameters.
    """
    stages, num_features = _stages(width, (1, 1, 1))
    network = sequence(**{path.replace(".", "_"): module for path, module in stages.items()})
    network.append(nn.Linear(num_features, num_outputs))
    _draw(network)
    return network


def _build(architecture: str, width: int) -> StagedModel:
    stages, num_features = _stages(width, BLOCKS)
    model = StagedModel(architecture, stages, nn.Identity(), num_features)
    _draw(model)
    return model


def _stages(width: int, blocks: tuple[int, ...]) -> tuple[dict[str, nn.Module], int]:
    """Make the stages up to the pool, a stage path for each block, and count the features."""
    conv = nn.Conv2d(3, width, kernel_size=3, padding=1, bias=False)
    stages: dict[str, nn.Module] = {"stem": sequence(conv=conv, bn=nn.BatchNorm2d(width))}
    channels = width
    for stage, count in enumerate(blocks, start=1):
        for block in range(1, count + 1):
            wider = 2 * channels if block == 1 else channels
            stages[f"stage{stage}.block{block}"] = ShortcutBlock(channels, wider)
            channels = wider
    stages["norm"] = sequence(bn=nn.BatchNorm2d(channels), relu=nn.ReLU())
    stages["pool"] = global_pool()
    return stages, channels


def _draw(module: nn.Module) -> None:
    """Draw the weights of convolutions from N(0, √(2/(k²·C_out))), as the published code does."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            fan_out = layer.kernel_size[0] * layer.kernel_size[1] * layer.out_channels
            nn.init.normal_(layer.weight, std=math.sqrt(2 / fan_out))
