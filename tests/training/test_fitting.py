"""The loop keeps the contracts 1, 2, 3 and 9, learns, and records divergence."""

import math
from dataclasses import replace

import pytest
import torch

import chancy_net
from course_lib.data.splits import stratified_split
from course_lib.models.catalogue import ARCHITECTURES
from course_lib.models.starting import start_model
from course_lib.training.fitting import fit, input_statistics
from course_lib.training.inputs import Pixels
from course_lib.training.penalties.settings import L2SP
from course_lib.training.prediction import evaluate
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe

INNER = ("stem", "stage1", "stage2", "stage3", "stage4")


def state_of(model, stages):
    return {f"{s}.{k}": v.clone() for s in stages for k, v in model.stages[s].state_dict().items()}


@pytest.mark.parametrize("mode", ["batch", "running", "frozen", "affine_only"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_contract_1_frozen_is_frozen(splits, weights, mode, optimizer):
    before = state_of(start_model("mini_resnet18", weights, 3, (), 0), INNER)
    recipe = Recipe.last_layer(
        start=weights, epochs=2, normalisation=mode, optimizer=optimizer, lr=0.1, weight_decay=0.1
    )
    run = fit(recipe, splits, seed=0)
    after = state_of(run.model, INNER)
    moved = [name for name, value in before.items() if not torch.equal(value, after[name])]
    assert any("running_mean" in name for name in before)
    assert moved == []


def test_a_partly_frozen_net_moves_only_what_the_recipe_moves(splits, weights):
    start = start_model("mini_resnet18", weights, 3, (), 0)
    recipe = Recipe.full(start=weights, epochs=1, lr=0.01, multipliers={"inner": 0, "stage4": 0.1})
    model = fit(recipe, splits, seed=0).model
    for stage in INNER:
        before, after = state_of(start, [stage]), state_of(model, [stage])
        same = all(torch.equal(before[name], after[name]) for name in before)
        assert same == (stage != "stage4"), stage


def test_contract_2_fit_never_opens_the_test_set_and_score_opens_it_once(make_images):
    splits = stratified_split(make_images(), val=0.2, test=0.2, seed=0)
    run = fit(Recipe.scratch(epochs=2), splits, seed=0)
    assert splits.test.times_opened == 0
    assert run.test_accuracy is None
    accuracy = score_test(run, splits)
    assert splits.test.times_opened == 1
    assert run.test_outcomes.count("1") == round(accuracy * len(splits.test))
    with pytest.raises(ValueError, match="scored already"):
        score_test(run, splits)
    assert splits.test.times_opened == 1


INVERTED = {"augmentation": [{"name": "RandomInvert", "p": 1.0}]}  # every image, so that one look tells


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe.scratch(epochs=3, lr=3e-3, batch_size=8, **INVERTED),
        Recipe.last_layer(epochs=3, lr=0.03, **INVERTED, cached_views=1),
    ],
    ids=["fresh", "cached views"],
)
def test_contract_2_validation_and_test_never_see_augmentation(make_images, recipe):
    """What `fit` and `score_test` report is what the model makes of the images as they are."""
    splits = stratified_split(make_images(), val=0.2, test=0.2, seed=0)
    run = fit(recipe, splits, seed=0)
    plain = Pixels(splits.val, run.mean, run.std, torch.device("cpu"))
    loss, right = evaluate(run.model, plain)
    assert run.history[run.best_epoch].val_loss == pytest.approx(loss, rel=1e-4)
    assert run.val_accuracy == int(right.sum()) / len(splits.val)
    score_test(run, splits)
    unaugmented = replace(run, recipe=Recipe.scratch(), scores={})
    score_test(unaugmented, splits)
    assert run.test_outcomes == unaugmented.test_outcomes
    inverted = Pixels(splits.test.open(), run.mean, run.std, torch.device("cpu"), transforms=recipe.augmentation)
    _, right = evaluate(run.model, inverted)
    assert "".join(str(int(r)) for r in right) != run.test_outcomes, "the model can tell the difference"


def test_contract_2_statistics_come_from_training_images_only(splits, weights):
    mean, _ = input_statistics(Recipe.scratch(), splits)
    expected = splits.train.images.double().div(255).mean(dim=(0, 2, 3))
    torch.testing.assert_close(mean.double(), expected, atol=1e-6, rtol=0)
    both, _ = input_statistics(Recipe.scratch(statistics="train_and_val"), splits)
    assert not torch.allclose(mean, both, atol=1e-6)
    inherited, _ = input_statistics(Recipe.full(start=weights, statistics="weights"), splits)
    torch.testing.assert_close(inherited, torch.tensor([0.4, 0.5, 0.6]))
    with pytest.raises(ValueError, match="starts at random"):
        input_statistics(Recipe.scratch(statistics="weights"), splits)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_contract_3_effective_rates_are_the_recipes(splits, weights, optimizer):
    recipe = Recipe.full(
        start=weights, epochs=3, lr=0.02, optimizer=optimizer, schedule="cosine",
        multipliers={"stem": 0, "stage1": 0.25, "inner": 0.5},
    )  # fmt: skip
    run = fit(recipe, splits, seed=0)
    assert len(run.history) == 3
    for epoch in run.history:
        assert epoch.rates == recipe.rates((*INNER, "head"), epoch.epoch)


def test_one_sgd_step_moves_each_stage_by_rate_times_gradient(splits, weights):
    """The recorded rate is not only a number in a table: the weights really move by it."""
    multipliers = {"stem": 0.5, "inner": 0.25, "head": 1.0}
    settings = {"start": weights, "optimizer": "sgd", "lr": 0.04, "normalisation": "running"}
    settings |= {"epochs": 1, "batch_size": 1000, "shuffle": False}
    model = start_model("mini_resnet18", weights, 3, (), 0)
    mean, std = input_statistics(Recipe.full(**settings), splits)
    images, labels = splits.train.batch(torch.arange(len(splits.train)))
    x = (images / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    torch.nn.functional.cross_entropy(model.eval()(x), labels).backward()
    after = dict(fit(Recipe.full(**settings, multipliers=multipliers), splits, seed=0).model.named_parameters())
    for name, w in model.named_parameters():
        rate = 0.04 * multipliers.get(model.stage_of(name), 0.25)
        torch.testing.assert_close(after[name], w - rate * w.grad, atol=1e-5, rtol=1e-4)


FRESH = {"augmentation": [{"name": "RandomHorizontalFlip"}, {"name": "ColorJitter", "brightness": 0.5}]}


@pytest.fixture(params=["no chance", "fresh augmentation", "dropout"])
def chancy(request, monkeypatch):
    """A recipe of one epoch, by what is drawn at random while it trains (beside the order of the images)."""
    monkeypatch.setitem(ARCHITECTURES, chancy_net.NAME, chancy_net.ENTRY)
    dropout = {"architecture": chancy_net.NAME}
    return Recipe.scratch(epochs=1, **{"no chance": {}, "fresh augmentation": FRESH, "dropout": dropout}[request.param])


def test_contract_9_same_seed_same_result(splits, chancy):
    runs = []
    for seed in (0, 0, 1):
        torch.rand(5)  # wherever the caller's random numbers stand
        runs.append(fit(chancy, splits, seed=seed))
    first, again, other = (run.model.state_dict() for run in runs)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)
    assert [e.train_loss for e in runs[0].history] == [e.train_loss for e in runs[1].history]


def test_fit_leaves_the_callers_random_numbers_alone(splits, chancy):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    fit(chancy, splits, seed=0)
    assert torch.equal(torch.rand(3), expected)


def test_learning_happens_and_the_best_epoch_is_kept(splits):
    run = fit(Recipe.scratch(epochs=8, lr=3e-3, batch_size=8), splits, seed=0)
    accuracies = [epoch.val_accuracy for epoch in run.history]
    assert run.val_accuracy == max(accuracies)
    assert run.best_epoch == accuracies.index(max(accuracies))  # index finds the first: ties go to the earlier
    assert run.history[-1].train_loss < run.history[0].train_loss
    assert score_test(run, splits) > 0.7  # three classes: chance is 0.33


def test_ties_go_to_the_earlier_epoch_or_to_the_lower_loss(splits):
    recipe = Recipe.last_layer(lr=0.02, epochs=12)
    runs = {ties: fit(recipe.replace(ties=ties), splits, seed=0) for ties in ("earlier", "loss")}
    history = runs["loss"].history
    assert [e.val_loss for e in history] == [e.val_loss for e in runs["earlier"].history]
    highest = max(e.val_accuracy for e in history)
    tied = [e for e in history if e.val_accuracy == highest]
    assert len(tied) > 1
    assert runs["earlier"].best_epoch == tied[0].epoch
    assert runs["loss"].best_epoch == min(tied, key=lambda e: e.val_loss).epoch != tied[0].epoch


def test_divergence_is_recorded_not_raised(splits):
    run = fit(Recipe.scratch(optimizer="sgd", lr=1e6, epochs=5), splits, seed=0)
    assert run.status == "diverged"
    assert not math.isfinite(run.history[-1].train_loss + run.history[-1].val_loss)
    assert len(run.history) < 5
    record = run.record()
    assert None in (record["history"][-1]["train_loss"], record["history"][-1]["val_loss"])


def test_a_last_batch_of_one_image_joins_the_one_before(splits):
    """At 32 pixels the last stage is one pixel wide: BatchNorm could not normalise a single image."""
    assert len(splits.train) % 7 == 1
    assert fit(Recipe.scratch(epochs=1, batch_size=7), splits).status == "finished"


def test_a_channel_without_contrast_is_no_divergence(make_images):
    images = make_images()
    images.pixels[:, 2] = 0
    splits = stratified_split(images, val=0.2, test=0.2, seed=0)
    assert fit(Recipe.scratch(epochs=1), splits).status == "finished"


def test_a_head_of_a_thousand_outputs_trains(splits):
    run = fit(Recipe.scratch(num_outputs=1000, epochs=1), splits, seed=0)
    assert run.status == "finished"
    with pytest.raises(ValueError, match="num_outputs = 2 is too few"):
        fit(Recipe.scratch(num_outputs=2), splits)


def test_l2sp_pulls_towards_the_start(splits, weights):
    """A reference instead of a copy of the start would make the penalty zero, and both runs alike."""
    start = start_model("mini_resnet18", weights, 3, (), 0)
    settings = {"start": weights, "optimizer": "sgd", "lr": 0.01, "epochs": 6, "batch_size": 6}

    def distance(penalty):
        model = fit(Recipe.full(**settings, penalty=penalty), splits, seed=0).model
        now, then = dict(model.named_parameters()), dict(start.named_parameters())
        return sum((now[n] - then[n]).square().sum().item() for n in now if now[n].ndim == 4)

    assert distance(L2SP(alpha=5.0, beta=0)) < 0.7 * distance(None)


def test_unknown_device_and_nothing_to_train(splits, weights):
    with pytest.raises(ValueError, match="unknown device 'tpu'"):
        fit(Recipe.scratch(), splits, device="tpu")
    with pytest.raises(ValueError, match="nothing to train"):
        fit(Recipe.full(start=weights, multipliers={"inner": 0, "head": 0}), splits)
