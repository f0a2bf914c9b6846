"""Auto-RGN: rates by relative gradient norm, measured on the first five batches, and nothing else is changed by it."""

import pytest
import torch

from course_lib.models.freezing import changed_names, snapshot
from course_lib.models.starting import start_model
from course_lib.training.fitting import fit, input_statistics
from course_lib.training.heads import shared_settings
from course_lib.training.inputs import BatchOrder, Pixels
from course_lib.training.penalties.settings import L2SP
from course_lib.training.recipe import Recipe
from course_lib.training.trainer import Trainer

CPU = torch.device("cpu")
STAGES = ("stem", "stage1", "stage2", "stage3", "stage4", "head")


def recipe_of(weights, **settings):
    return Recipe.full(
        **{"start": weights, "layer_rates": "auto_rgn", "lr": 0.01, "optimizer": "sgd", "epochs": 2, "batch_size": 6}
        | settings
    )


def make_trainer(recipe, splits, weights):
    model = start_model("mini_resnet18", weights, 3, (), 3)
    moments = input_statistics(recipe, splits)
    train, val = (Pixels(part, *moments, CPU) for part in (splits.train, splits.val))
    return Trainer(recipe, model, train, seed=3), val


def shares_by_hand(splits, weights, stages, batch_size):
    """‖g‖/‖w‖ over the largest, by a plain backward pass in training mode; γ and β of BatchNorm are 1-dimensional."""
    recipe = recipe_of(weights)
    mean, std = input_statistics(recipe, splits)
    train = Pixels(splits.train, mean, std, CPU)
    ratios = {stage: [] for stage in stages}
    for rows in BatchOrder(train, batch_size, True, seed=3).next_epoch()[:5]:
        model = start_model("mini_resnet18", weights, 3, (), 3).train()
        images, labels = train.batch(rows)
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        for stage in stages:
            own = [w for w in model.stage_parameters(stage) if w.ndim > 1 or stage == "head"]
            gradient, weight = (torch.cat([t.flatten() for t in ts]) for ts in ([w.grad for w in own], own))
            ratios[stage].append((gradient.norm() / weight.norm()).item())
    means = {stage: sum(values) / len(values) for stage, values in ratios.items()}
    return {stage: mean / max(means.values()) for stage, mean in means.items()}


def test_the_rates_are_those_of_a_plain_backward_pass(splits, weights):
    assert len(splits.train) > 5 * 6
    trainer, val = make_trainer(recipe_of(weights), splits, weights)
    rates = trainer.run_epoch(0, val).rates
    expected = shares_by_hand(splits, weights, STAGES, 6)
    assert rates == pytest.approx({stage: 0.01 * share for stage, share in expected.items()}, rel=1e-3)
    assert max(rates.values()) == pytest.approx(0.01)
    assert len(set(rates.values())) == 6


def test_multipliers_and_schedule_still_count_and_frozen_stages_stay_at_0(splits, weights):
    settings = {"multipliers": {"stem": 0, "stage1": 0, "stage4": 0.5}, "schedule": "steps", "milestones": (1,)}
    recipe, kept = recipe_of(weights, **settings), ("stage2", "stage3", "stage4", "head")
    before = snapshot(start_model("mini_resnet18", weights, 3, (), 3))
    run = fit(recipe, splits, seed=3)
    first, second = (epoch.rates for epoch in run.history)
    assert first["stem"] == first["stage1"] == second["stem"] == 0
    assert max(second.values()) <= 0.1 * 0.01 * 1.0001
    plain = fit(recipe_of(weights, multipliers={"stem": 0, "stage1": 0}), splits, seed=3).history[0].rates
    assert first == pytest.approx(plain | {"stage4": 0.5 * plain["stage4"]}, rel=1e-4)
    assert {run.model.stage_of(name) for name in changed_names(run.model, before)} == set(kept)


def test_a_step_moves_each_stage_by_the_recorded_rate(splits, weights):
    settings = {"epochs": 1, "batch_size": 1000, "normalisation": "running"}
    recipe = recipe_of(weights, **settings)
    model = start_model("mini_resnet18", weights, 3, (), 0)
    images, labels = Pixels(splits.train, *input_statistics(recipe, splits), CPU).batch(torch.arange(len(splits.train)))
    torch.nn.functional.cross_entropy(model.eval()(images), labels).backward()
    run = fit(recipe, splits, seed=0)
    after, rates = dict(run.model.named_parameters()), run.history[0].rates
    for name, w in model.named_parameters():
        torch.testing.assert_close(after[name], w - rates[model.stage_of(name)] * w.grad, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("settings", [{}, {"penalty": L2SP(alpha=1.0)}, {"aux_heads": ("stage2",)}], ids=str)
def test_measuring_changes_no_bit_of_the_network(splits, weights, settings):
    recipe = recipe_of(weights, **settings)
    model = start_model("mini_resnet18", weights, 3, (), 3, aux_heads=recipe.aux_heads)
    train = Pixels(splits.train, *input_statistics(recipe, splits), CPU)
    trainer, before = Trainer(recipe, model.train(), train, seed=3), snapshot(model)
    trainer._set_rates(0, trainer.order.next_epoch())
    assert changed_names(model, before) == ()
    assert all(w.grad is None for w in model.parameters())
    assert all(group["lr"] > 0 for group in trainer.optimizer.param_groups)


def test_contract_9_same_seed_same_result_and_another_than_without(splits, weights):
    one, again = (fit(recipe_of(weights), splits, seed=0) for _ in range(2))
    assert all(torch.equal(value, again.model.state_dict()[name]) for name, value in one.model.state_dict().items())
    without = fit(recipe_of(weights, layer_rates="multipliers"), splits, seed=0)
    assert [e.val_loss for e in without.history] != [e.val_loss for e in one.history]


def test_a_stage_of_batch_norm_alone_is_refused(splits, weights):
    with pytest.raises(ValueError, match="'auto_rgn': stage 'stem' trains nothing but BatchNorm's γ and β"):
        fit(recipe_of(weights, normalisation="affine_only"), splits)


def test_a_training_that_diverges_is_recorded(splits, weights):
    run = fit(recipe_of(weights, lr=1e30, epochs=5), splits, seed=0)
    assert run.status == "diverged"
    assert "nan" not in str(run.record()["history"]).lower()


def test_its_heads_train_alone():
    assert shared_settings(Recipe.last_layer(layer_rates="auto_rgn")) is None
