"""Lesson 04: a head that fits, and the recipes whose features may be stored."""

import torch
from torch import nn

from course_lib.teaching.checks import homework as checks


def head_of(make):
    """A put_head that assigns what `make(model, num_classes)` makes."""

    def put_head(model, num_classes):
        model.head = make(model, num_classes)

    return put_head


def linear(model, num_classes):
    return nn.Linear(model.num_features, num_classes)


def forgotten(model, num_classes):
    return linear(model, num_classes)


def new_backbone(model, num_classes):
    model.head = linear(model, num_classes)
    nn.init.ones_(model.stages["stem"].weight)


def frozen_head(model, num_classes):
    model.head = linear(model, num_classes).requires_grad_(False)


def old_rows(model, num_classes):
    old = model.head
    model.head = linear(model, num_classes)
    rows = min(num_classes, 20)
    model.head.weight.data[:rows] = old.weight.data[:rows]


def zeros_and_softmax(model, num_classes):
    model.head = nn.Sequential(linear(model, num_classes), nn.Softmax(1))
    nn.init.zeros_(model.head[0].weight)


def only_the_attribute(model, num_classes):
    model.head.out_features = num_classes


def deleted(model, num_classes):
    del model.head


def still(recipe, stages):
    return not recipe.augmentation and all(recipe.rate_of(stage) == 0 for stage in stages)


WRONG = {
    "check_head": [
        (head_of(lambda model, n: nn.Linear(512, n)), "expects 512 numbers"),
        (head_of(lambda model, n: nn.Linear(model.num_features, 1000)), "1000 outputs for"),
        (head_of(lambda model, n: nn.Linear(n, model.num_features)), "swapped"),
        (head_of(lambda model, n: nn.Sequential(linear(model, n), nn.Softmax(1))), "leave the softmax out"),
        (head_of(lambda model, n: nn.Sequential(linear(model, n), nn.LogSoftmax(1))), "log-probabilities"),
        (head_of(lambda model, n: nn.Sequential(linear(model, n), nn.ReLU())), "leave the ReLU"),
        (head_of(lambda model, n: nn.Linear(model.num_features, 5)), "5 outputs for"),
        (head_of(lambda model, n: None), "is NoneType, no layer"),
        (head_of(lambda model, n: torch.zeros(n)), "stops with TypeError"),
        (head_of(lambda model, n: nn.Sequential(linear(model, n), nn.Sigmoid())), "sigmoid or tanh"),
        (head_of(lambda model, n: nn.Identity()), "outputs for"),
        (head_of(lambda model, n: nn.LazyLinear(model.num_features + 100)), "outputs for"),
        (old_rows, "weights of the old head"),
        (zeros_and_softmax, "leave the softmax out"),
        (only_the_attribute, "still the old one"),
        (forgotten, "still the old one"),
        (new_backbone, "stages before the head have changed"),
        (frozen_head, "cannot learn"),
        (deleted, "AttributeError"),
    ],
    "check_storable": [
        (lambda recipe, stages: True, "every stage moves"),
        (lambda recipe, stages: all(recipe.rate_of(stage) == 0 for stage in stages), "augmentation makes other images"),
        (lambda recipe, stages: not recipe.augmentation, "every stage moves"),
        (lambda recipe, stages: recipe.rate_of(stages[0]) == 0, "moves, and"),
        (lambda recipe, stages: recipe.rate_of(stages[-1]) == 0, "moves, and"),
        (lambda recipe, stages: recipe.rate_of("head") == 0, "the last layer alone moves"),
        (lambda recipe, stages: all(recipe.rate_of(stage) < 0.01 for stage in stages), "only 0 is frozen"),
        (lambda recipe, stages: all(recipe.multiplier_of(stage) < 0.01 for stage in stages), "only 0 is frozen"),
        (
            lambda recipe, stages: (
                recipe.start is not None
                and not recipe.augmentation
                and all(recipe.rate_of(stage) == 0 for stage in stages)
            ),
            "random filters that stand still",
        ),
        (lambda recipe, stages: still(recipe, (stages[0], stages[-1])), "moves, and"),
        (lambda recipe, stages: still(recipe, ("stem", "stage4")), "moves, and"),
        (lambda recipe, stages: still(recipe, ("stem", "stage1", "stage2", "stage3", "stage4")), "other stages"),
        (lambda recipe, stages: still(recipe, ["inner"]), "moves, and"),
        (lambda recipe, stages: not any(recipe.rate_of(s) for s in stages[1:]), "✘"),
        (lambda recipe, stages: recipe.hidden == () and still(recipe, stages), "hidden layers"),
        (lambda recipe, stages: [], "True or False"),
        (lambda recipe, stages: "yes", "True or False"),
        (lambda recipe: True, "stops with TypeError"),
    ],
}
HINTS = {"check_head": "assign a new layer to model.head"}


def test_a_head_with_hidden_layers_fits_too():
    def put_head(model, num_classes):
        model.head = nn.Sequential(nn.Linear(model.num_features, 16), nn.ReLU(), nn.Linear(16, num_classes))

    assert checks.check_head(put_head) is True
