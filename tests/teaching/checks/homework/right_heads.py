"""Right answers to the exercises of lesson 04 in many styles."""

from functools import partial

import numpy as np
import torch
from torch import nn


def plain(model, num_classes):
    model.head = nn.Linear(model.num_features, num_classes)


def zeros(model, num_classes):
    model.head = nn.Linear(model.num_features, num_classes)
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)


def lazy(model, num_classes):
    model.head = nn.LazyLinear(num_classes)


def without_bias(model, num_classes):
    model.head = nn.Linear(model.num_features, num_classes, bias=False)


def from_the_old_width(model, num_classes):
    model.head = nn.Linear(model.head.in_features, num_classes)
    return model


def in_a_sequence(model, num_classes):
    model.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(model.num_features, num_classes))


def hidden(model, num_classes, width=16):
    model.head = nn.Sequential(nn.Linear(model.num_features, width), nn.ReLU(), nn.Linear(width, num_classes))


def by_setattr(model, num_classes):
    print("a head for", num_classes)
    setattr(model, "head", nn.Linear(in_features=model.num_features, out_features=num_classes))  # noqa: B010


def initialised(model, num_classes):
    model.head = nn.Linear(model.num_features, num_classes)
    with torch.no_grad():
        model.head.weight.normal_(0, 0.01)
        model.head.bias.fill_(0)


class MyHead(nn.Module):
    """A linear layer by hand."""

    def __init__(self, num_features, num_classes):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(num_features, num_classes) / num_features**0.5)
        self.bias = nn.Parameter(torch.zeros(num_classes))

    def forward(self, x):
        return x @ self.weight + self.bias


def by_hand(model, num_classes):
    model.head = MyHead(model.num_features, num_classes)


def storable(recipe, inner_stages):
    for stage in inner_stages:
        if recipe.rate_of(stage) != 0:
            return False
    return recipe.augmentation == ()


def storable_by_numpy(recipe, inner_stages):
    rates = np.array([recipe.rate_of(stage) for stage in inner_stages])
    return np.all(rates == 0) and len(recipe.augmentation) == 0


def storable_by_rates(recipe, inner_stages):
    rates = recipe.rates((*inner_stages, "head"))
    return not any(rates[stage] for stage in inner_stages) and not recipe.augments("train")


class Storable:
    """A callable object."""

    def __call__(self, recipe, inner_stages):
        return {recipe.multiplier_of(stage) for stage in inner_stages} == {0} and not recipe.augmentation


def freeze_by_names(model):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.startswith("head")
    model.stages.eval()


def freeze_all_then_head(model):
    model.requires_grad_(False)
    model.head.requires_grad_(True)
    model.eval()


def freeze_by_modules(model):
    for stage in model.stages.values():
        stage.eval()
        for parameter in stage.parameters():
            parameter.requires_grad = False
    model.head.train()


def freeze_norms_alone(model):
    model.train()
    for module in model.stages.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    for parameter in model.stages.parameters():
        parameter.requires_grad_(False)


def freeze_by_map(model):
    list(map(lambda parameter: parameter.requires_grad_(False), model.stages.parameters()))
    model.train().stages.train(False)


def freeze_and_return(model):
    model.stages.requires_grad_(False)
    model.stages.eval()
    return model


def freeze_by_stage_names(model):
    for stage in model.stage_names:
        if stage != "head":
            model.stage_module(stage).eval().requires_grad_(False)


class Freeze:
    """A callable object."""

    def __call__(self, model):
        [setattr(parameter, "requires_grad", False) for parameter in model.stages.parameters()]
        model.stages.eval()


def freeze_by_apply(model):
    model.stages.apply(lambda module: module.train(False))
    model.stages.apply(lambda module: module.requires_grad_(False))


RIGHT = {
    "check_head": [
        plain,
        zeros,
        lazy,
        without_bias,
        from_the_old_width,
        in_a_sequence,
        partial(hidden, width=5),
        by_setattr,
        initialised,
        by_hand,
        lambda model, num_classes: model.register_module("head", nn.Linear(model.num_features, num_classes)),
        lambda model, num_classes: model.head.__init__(model.num_features, num_classes),
    ],
    "check_storable": [
        storable,
        storable_by_numpy,
        storable_by_rates,
        Storable(),
        lambda recipe, stages: np.all([recipe.rate_of(s) == 0 for s in stages]) & (not recipe.augmentation),
        lambda recipe, stages: sum(recipe.rate_of(s) for s in stages) == 0 and recipe.augmentation == (),
        lambda recipe, stages: (
            torch.tensor([recipe.rate_of(s) for s in stages]).eq(0).all() and not recipe.augmentation
        ),
        lambda recipe, stages: not (recipe.augmentation or any(recipe.rate_of(s) > 0 for s in stages)),
        lambda recipe, stages: bool(max(map(recipe.rate_of, stages)) <= 0 and len(recipe.augmentation) < 1),
        lambda recipe, stages: int(not recipe.augmentation and all(recipe.multiplier_of(s) == 0 for s in stages)),
    ],
    "check_freeze": [
        freeze_by_names,
        freeze_all_then_head,
        freeze_by_modules,
        freeze_norms_alone,
        freeze_by_map,
        freeze_and_return,
        freeze_by_stage_names,
        Freeze(),
        freeze_by_apply,
    ],
}
