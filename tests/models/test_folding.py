"""BatchNorm folded into convolutions: the same outputs, and nothing is folded where they would differ."""

import pytest
import torch
from torch import nn

from course_lib.models.architectures import build
from course_lib.models.folding import fold_batch_norm
from extras import needs_timm


def lively(module):
    """Running statistics and affine pairs that are not the default ones."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.running_mean, -0.1, 0.1)
            nn.init.uniform_(part.running_var, 0.5, 1.5)
            nn.init.uniform_(part.weight, 0.8, 1.2)
    return module


def count(module):
    return sum(isinstance(part, nn.BatchNorm2d) for part in module.modules())


@pytest.mark.parametrize(
    ("architecture", "left"),
    [
        ("mini_resnet18", 4),
        ("resnet18", 0),
        ("googlenet", 0),
        pytest.param("efficientnet_lite0", 0, marks=needs_timm),
        pytest.param("timm:mobilenetv3_small_100", 0, marks=needs_timm),
    ],
)
@torch.no_grad()
def test_same_outputs(architecture, left):
    """mini_resnet18's last stage has convolutions without bias, which take no BatchNorm in."""
    torch.manual_seed(0)
    model = lively(build(architecture, 7)).train()
    stages, x = nn.Sequential(*model.stages.values()), torch.randn(2, 3, 96, 96)
    folded = fold_batch_norm(stages, x)
    assert count(stages) > left == count(folded)
    assert stages.training
    torch.testing.assert_close(folded(x), stages.eval()(x), rtol=1e-4, atol=1e-4)


class Shared(nn.Module):
    """What the convolution gives is needed beside the BatchNorm, too."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)

    def forward(self, x):
        maps = self.conv(x)
        return self.norm(maps) + maps


class Twice(nn.Module):
    """One convolution before two BatchNorms, as in two passes of one network."""

    def __init__(self):
        super().__init__()
        self.conv, self.one, self.two = nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.BatchNorm2d(4)

    def forward(self, x):
        return self.one(self.conv(x)) + self.two(self.conv(2 * x))


class Looking(nn.Module):
    """A block that looks at its BatchNorm."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)

    def forward(self, x):
        return self.norm(self.conv(x)) * self.norm.eps


@pytest.mark.parametrize("kind", [Shared, Twice, Looking])
@torch.no_grad()
def test_what_would_differ_stays(kind):
    torch.manual_seed(0)
    module, x = lively(kind()).eval(), torch.randn(2, 3, 4, 4)
    folded = fold_batch_norm(module, x)
    assert folded is not module
    assert count(folded) == count(module)
    assert torch.equal(folded(x), module(x))
