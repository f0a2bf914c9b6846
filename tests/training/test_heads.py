"""Heads trained together are the heads trained one by one; one that diverges hurts no other."""

import math

import pytest
import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from course_lib.models.forms import Joined
from course_lib.models.starting import start_model
from course_lib.training.fitting import fit
from course_lib.training.heads import FREE, SHARED, fit_heads, shared_settings
from course_lib.training.penalties.settings import L2SP
from course_lib.training.prefix import frozen_prefix
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe
from extras import LITE0, needs_imagenet

COMMON = {"epochs": 6, "batch_size": 8}


@pytest.fixture(params=["mini_resnet18", pytest.param(LITE0, marks=needs_imagenet)])
def recipes(weights, request):
    make = Recipe.last_layer
    common = {**COMMON, **({"architecture": LITE0} if request.param == LITE0 else {"start": weights})}
    return [
        make(optimizer="sgd", lr=0.03, **common),
        make(optimizer="sgd", lr=0.01, momentum=0.9, weight_decay=0.01, schedule="cosine", **common),
        make(optimizer="sgd", lr=0.01, penalty=L2SP(alpha=0.1, beta=0.2), normalisation="running", **common),
        make(optimizer="adam", lr=0.003, **common),
        make(optimizer="adam", lr=0.01, weight_decay=0.1, multipliers={"inner": 0, "head": 0.5}, **common),
    ]


def assert_same(together, alone):
    assert together.best_epoch == alone.best_epoch
    assert together.status == alone.status
    assert [e.val_accuracy for e in together.history] == [e.val_accuracy for e in alone.history]
    assert [e.train_accuracy for e in together.history] == [e.train_accuracy for e in alone.history]
    assert [e.rates for e in together.history] == [e.rates for e in alone.history]
    assert [e.val_loss for e in together.history] == pytest.approx([e.val_loss for e in alone.history], rel=1e-4)
    assert [e.train_loss for e in together.history] == pytest.approx([e.train_loss for e in alone.history], rel=1e-4)
    close = 1e-5 if alone.recipe.architecture == "mini_resnet18" else 1e-3  # of 1280 features some are all but 0
    for name, value in alone.model.state_dict().items():
        torch.testing.assert_close(together.model.state_dict()[name], value, rtol=0, atol=close)


def test_contract_5_together_as_one_by_one(splits, recipes):
    """Several seeds, not all with the same recipes: against the plain loop, which sees every image in every epoch."""
    seeds = [0, 0, 1, 1, 0]
    together = fit_heads(recipes, splits, seeds)
    for run, recipe, seed in zip(together, recipes, seeds, strict=True):
        alone = fit(recipe, splits, seed=seed, shortcuts=False)
        assert (run.recipe, run.seed) == (recipe, seed)
        assert_same(run, alone)
        score_test(run, splits), score_test(alone, splits, shortcuts=False)
        assert run.test_outcomes == alone.test_outcomes
        assert run.provenance["trained_together"] == 5
    assert len({tuple(e.val_accuracy for e in run.history) for run in together}) > 1, "the settings make a difference"


@pytest.mark.parametrize(
    ("pick", "seeds"),
    [
        ((0, 1), [0, 1]),  # SGD: with and without momentum, decay and cosine
        ((4, 3), [5, 5]),  # Adam: with decay and half the rate, and without
        ((3, 2), [1, 0]),  # both optimisers, one with a penalty
    ],
)
def test_any_mixture(splits, recipes, pick, seeds):
    chosen = [recipes[i] for i in pick]
    for run, recipe, seed in zip(fit_heads(chosen, splits, seeds), chosen, seeds, strict=True):
        assert_same(run, fit(recipe, splits, seed=seed))


def test_a_last_batch_of_one_and_images_in_order(splits, recipes):
    settings = {"batch_size": len(splits.train) - 1, "shuffle": False, "epochs": 3}
    chosen = [recipe.replace(**settings) for recipe in recipes[:2]]
    for run, recipe in zip(fit_heads(chosen, splits, [0, 0]), chosen, strict=True):
        assert_same(run, fit(recipe, splits, seed=0))


def test_more_outputs_than_classes(splits, recipes):
    chosen = [recipe.replace(num_outputs=50) for recipe in recipes[2:4]]
    for run, recipe in zip(fit_heads(chosen, splits, [0, 0]), chosen, strict=True):
        assert_same(run, fit(recipe, splits, seed=0))


def test_a_pool_of_views_is_the_same_pool(splits, recipes):
    augmented = {"augmentation": Recipe(augmentation=[{"name": "RandomHorizontalFlip"}]).augmentation}
    chosen = [recipe.replace(**augmented, cached_views=3) for recipe in recipes]
    for run, recipe in zip(fit_heads(chosen, splits, [0, 1, 0, 0, 1]), chosen, strict=True):
        assert_same(run, fit(recipe, splits, seed=run.seed))


def test_a_head_that_diverges_hurts_no_other(splits, recipes):
    wild = recipes[0].replace(lr=3e38)
    runs = fit_heads([wild, *recipes], splits, [0] * 6)
    assert runs[0].status == "diverged"
    assert not math.isfinite(runs[0].history[-1].train_loss)
    assert all(math.isfinite(epoch.train_loss) for epoch in runs[0].history[:-1])
    alone = fit(wild, splits, seed=0)
    assert len(runs[0].history) == len(alone.history)
    assert runs[0].best_epoch == alone.best_epoch
    for run, calm in zip(runs[1:], fit_heads(recipes, splits, [0] * 5), strict=True):
        assert [e.train_loss for e in run.history] == pytest.approx([e.train_loss for e in calm.history], rel=1e-4)


def test_what_trains_together(weights):
    base = Recipe.last_layer(start=weights)
    assert shared_settings(base) == shared_settings(base.replace(lr=1.0, optimizer="sgd"))
    for other in ({"epochs": 3}, {"batch_size": 4}, {"num_outputs": 9}, {"shuffle": False}, {"statistics": "weights"}):
        assert shared_settings(base.replace(**other)) not in (None, shared_settings(base))
    flip = Recipe(augmentation=[{"name": "RandomHorizontalFlip"}]).augmentation
    for alone in ({"multipliers": {}}, {"multipliers": {"inner": 0, "stage4": 1}}, {"hidden": (8,)}, {"start": None},
                  {"augmentation": flip}, {"multipliers": {"inner": 0, "head": 0}}):  # fmt: skip
        assert shared_settings(base.replace(**alone)) is None
    assert shared_settings(base.replace(augmentation=flip, cached_views=2)) is not None


# A value other than the default for every setting; a setting that is missing here fails the next test.
OTHER = {
    "name": "x", "architecture": "mini_squeezenet", "start": "mini_squeezenet", "hidden": (4,), "num_outputs": 9,
    "lr": 0.5, "optimizer": "sgd", "momentum": 0.9, "weight_decay": 0.1, "multipliers": {"inner": 0.0, "stem": 0.0},
    "schedule": "cosine", "normalisation": "running", "penalty": L2SP(), "statistics": "weights", "epochs": 3,
    "batch_size": 4, "shuffle": False,
    "augmentation": [{"name": "RandomInvert"}], "augmentation_order": "after_normalisation", "cached_views": 2,
    "fresh": ("stage4",), "decays": {"head": 0.1}, "milestones": (1,), "step_factor": 0.5, "aux_heads": ("stage3",),
    "aux_weight": 0.1, "class_weights": "balanced", "ties": "loss", "warmup_epochs": 1, "layer_rates": "auto_rgn",
    "network": Joined(),
}  # fmt: skip
NEEDS = {  # what goes with it
    "architecture": {"start": "mini_squeezenet"}, "start": {"architecture": "mini_squeezenet"},
    "augmentation": {"cached_views": 2}, "cached_views": {"augmentation": OTHER["augmentation"]},
    "augmentation_order": {"augmentation": OTHER["augmentation"]}, "milestones": {"schedule": "steps"},
    "step_factor": {"schedule": "steps", "milestones": (1,)},
    "warmup_epochs": {"schedule": "steps", "milestones": (1,)}, "aux_weight": {"aux_heads": ("stage3",)},
}  # fmt: skip


@pytest.mark.parametrize("name", Recipe.model_fields)
def test_every_setting_is_free_shared_or_trains_alone(name):
    """A setting that the bank ignores would be lost without a word; so one that it does not know trains alone."""
    base = Recipe.last_layer()
    varied = base.replace(**{name: OTHER[name], **NEEDS.get(name, {})})
    shared = shared_settings(varied)
    if name in FREE or name == "name":
        assert shared == shared_settings(base)
    else:
        assert shared != shared_settings(base)
    assert (shared is None) == (name not in FREE + SHARED or name == "augmentation_order")


def test_a_setting_of_the_future_trains_alone_and_keeps_no_prefix():
    class Later(Recipe):
        surprise: int = 0

    settings = {"start": "mini_resnet18", "multipliers": {"inner": 0.0}}
    model = start_model("mini_resnet18", None, 3)
    assert shared_settings(Later(**settings)) is not None
    assert frozen_prefix(Later(**settings), model) == "pool"
    assert shared_settings(Later(**settings, surprise=1)) is None
    assert frozen_prefix(Later(**settings, surprise=1), model) is None


def test_steps_in_a_bank_are_those_of_the_loop(splits, recipes):
    chosen = [
        recipe.replace(schedule="steps", milestones=(2, 4), step_factor=0.3) for recipe in (recipes[0], recipes[3])
    ]
    for run, recipe in zip(fit_heads(chosen, splits, [0, 0]), chosen, strict=True):
        assert_same(run, fit(recipe, splits, seed=0))
        assert run.history[4].rates["head"] == pytest.approx(recipe.lr * 0.09)


def test_refuses_what_does_not_go_together(splits, recipes):
    with pytest.raises(ValueError, match="only recipes that train nothing but a linear head"):
        fit_heads([recipes[0], recipes[1].replace(epochs=1)], splits, [0, 0])
    stray = recipes[0].replace(multipliers={"inner": 0, "stage9": 0})
    with pytest.raises(ValueError, match="unknown stage 'stage9'"):
        fit_heads([recipes[0], stray], splits, [0, 0])


def test_the_backbone_runs_once(splits, recipes, monkeypatch, tmp_path):
    """Images that reach a convolution of three channels, the first one."""
    images = []

    def count(module, inputs):
        if getattr(module, "in_channels", None) == 3 and not inputs[0].is_meta:
            images.append(len(inputs[0]))

    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    hook = register_module_forward_pre_hook(count)
    fit_heads(recipes, splits, [0] * 5)
    hook.remove()
    assert sum(images) == 3 + len(splits.train) + 3 + len(splits.val)  # one image tells where to fold, and the shape
