"""Right answers of lesson 14 on an extension layer, in many styles."""

import copy
import math
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional

from course_lib.models.heads import new_head


def sequential(head, width):
    return nn.Sequential(nn.Linear(head.in_features, width), nn.ReLU(), nn.Linear(width, head.out_features))


def by_shape(head, width):
    outputs, features = head.weight.shape
    return nn.Sequential(nn.Linear(features, width), nn.ReLU(inplace=True), nn.Linear(width, outputs))


def named(head, width):
    layers = OrderedDict(extension=nn.Linear(head.in_features, width), relu=nn.ReLU())
    layers["head"] = nn.Linear(width, head.out_features)
    return nn.Sequential(layers)


def lazy(head, width):
    return nn.Sequential(nn.LazyLinear(width), nn.ReLU(), nn.LazyLinear(head.out_features))


def appended(head, width):
    new = nn.Sequential()
    new.append(nn.Linear(head.in_features, width))
    new.append(nn.ReLU())
    return new.append(nn.Linear(width, len(head.bias)))


def nested(head, width):
    extension = nn.Sequential(nn.Linear(head.weight.size(1), width), nn.ReLU())
    return nn.Sequential(extension, nn.Linear(width, head.weight.size(0)))


class Extended(nn.Module):
    """Two layers whose ReLU is in `forward`, and which are defined the other way round."""

    def __init__(self, features, width, outputs):
        super().__init__()
        self.head = nn.Linear(width, outputs)
        self.extension = nn.Linear(features, width)

    def forward(self, x):
        return self.head(functional.relu(self.extension(x)))


class InOrder(nn.Module):
    """Two layers whose ReLU is a clamp in `forward`."""

    def __init__(self, features, width, outputs):
        super().__init__()
        self.extension = nn.Linear(features, width)
        self.head = nn.Linear(width, outputs)

    def forward(self, x):
        return self.head(self.extension(x).clamp(min=0))


class Bare(nn.Module):
    """Parameters without nn.Linear, the weights transposed."""

    def __init__(self, features, width, outputs):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(features, width) / math.sqrt(features))
        self.b1 = nn.Parameter(torch.zeros(width))
        self.w2 = nn.Parameter(torch.randn(width, outputs) / math.sqrt(width))
        self.b2 = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return torch.relu(x @ self.w1 + self.b1) @ self.w2 + self.b2


def initialised(head, width):
    new = sequential(head, width)
    nn.init.kaiming_normal_(new[0].weight, nonlinearity="relu")
    nn.init.xavier_uniform_(new[2].weight)
    nn.init.zeros_(new[0].bias)
    nn.init.zeros_(new[2].bias)
    return new


def reset_copy(head, width):
    last = copy.deepcopy(head)
    last.in_features, last.weight = width, nn.Parameter(torch.empty(head.out_features, width))
    last.reset_parameters()
    return nn.Sequential(nn.Linear(head.in_features, width), nn.ReLU(), last)


def in_eval_mode(head, width):
    return (
        nn.Sequential(*[nn.Linear(head.in_features, width), nn.Threshold(0, 0), nn.Identity()])
        .extend([nn.Linear(width, head.out_features)])
        .eval()
    )


RIGHT = {
    "check_insert_extension": [
        sequential,
        by_shape,
        named,
        lazy,
        appended,
        nested,
        lambda head, width: Extended(head.in_features, width, head.out_features),
        lambda head, width: InOrder(head.in_features, width, head.out_features),
        lambda head, width: Bare(head.in_features, width, head.out_features),
        lambda head, width: new_head(head.in_features, head.out_features, (width,)),
        initialised,
        reset_copy,
        in_eval_mode,
    ]
}
