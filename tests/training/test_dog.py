"""DoG and L-DoG: the formula, the running average that is evaluated, and the contracts where there is no rate."""

import copy

import numpy as np
import pytest
import torch

from course_lib.models.freezing import changed_names, snapshot
from course_lib.models.starting import start_model
from course_lib.training.average import WeightAverage
from course_lib.training.dog import FIRST_DISTANCE, FIRST_DISTANCE_BATCH_NORM, DistanceOverGradients
from course_lib.training.fitting import fit, input_statistics
from course_lib.training.heads import shared_settings
from course_lib.training.inputs import Pixels
from course_lib.training.optimizers import make_optimizer
from course_lib.training.precision import memory_format
from course_lib.training.prediction import evaluate
from course_lib.training.recipe import Recipe
from course_lib.training.trainer import Trainer

CPU = torch.device("cpu")
STAGES = ("stem", "stage1", "stage2", "stage3", "stage4", "head")
NAMES = ("dog", "ldog")


def recipe_of(name, **settings):
    return Recipe.full(**{"optimizer": name, "lr": 1, "epochs": 3, "batch_size": 8, **settings})


def steps_by_hand(name, starts, gradient_of, decays, rho, count):
    """Weights after each step and step lengths, of the formula in arXiv 2302.12022, one number after the other."""
    x = [start.copy() for start in starts]
    norm = {"dog": lambda v: [np.sqrt(sum((t**2).sum() for t in v))] * len(v),
            "ldog": lambda v: [np.sqrt((t**2).sum()) for t in v]}[name]  # fmt: skip
    farthest, squares, path = [rho * (1 + n) for n in norm(starts)], [1e-8] * len(x), []
    for t in range(count):
        gradients = [g + decay * w for g, w, decay in zip(gradient_of(x), x, decays, strict=True)]
        if t:
            moved = norm([w - start for w, start in zip(x, starts, strict=True)])
            farthest = [max(a, b) for a, b in zip(farthest, moved, strict=True)]
        squares = [s + n**2 for s, n in zip(squares, norm(gradients), strict=True)]
        lengths = [r / np.sqrt(s) for r, s in zip(farthest, squares, strict=True)]
        x = [w - length * g for w, length, g in zip(x, lengths, gradients, strict=True)]
        path.append((x, lengths))
    return path


@pytest.mark.parametrize("name", NAMES)
def test_the_steps_are_those_of_the_formula(name):
    """A quadratic valley whose three tensors lie in two groups; one group has weight decay."""
    draw = np.random.RandomState(0)
    starts = [draw.normal(size=shape) for shape in ((3, 2), (4,), (1,))]
    steep, decays = [1.0, 10.0, 0.1], [0.0, 0.0, 0.3]
    path = steps_by_hand(name, starts, lambda x: [a * w for a, w in zip(steep, x, strict=True)], decays, 1e-3, 60)

    tensors = [torch.nn.Parameter(torch.tensor(start)) for start in starts]
    groups = [{"params": tensors[:2], "lr": 1.0}, {"params": tensors[2:], "lr": 1.0, "weight_decay": 0.3}]
    optimizer = DistanceOverGradients(groups, by_tensor=name == "ldog", first_distance=1e-3)
    for x, lengths in path:
        optimizer.zero_grad()
        sum(a / 2 * w.square().sum() for a, w in zip(steep, tensors, strict=True)).backward()
        optimizer.step()
        for found, expected in zip(tensors, x, strict=True):
            np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-6)
        first, second = optimizer.param_groups
        assert optimizer.mean_step(first) == pytest.approx((lengths[0] + lengths[1]) / 2, rel=1e-6)
        assert optimizer.mean_step(second) == pytest.approx(lengths[2], rel=1e-6)
    assert np.abs(path[-1][0][1]).max() < 0.1 * np.abs(starts[1]).max(), "the steep direction was descended"


def test_a_tensor_without_a_gradient_stays():
    moved, left = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
    optimizer = DistanceOverGradients([{"params": [moved, left]}], by_tensor=True, first_distance=0.1)
    moved.square().sum().backward()
    optimizer.step()
    assert torch.equal(left, torch.ones(2))
    assert not torch.equal(moved, torch.ones(2))


def test_the_first_distance_is_larger_with_batch_norm(weights):
    model = start_model("mini_resnet18", weights, 3, (), 0)
    assert make_optimizer(recipe_of("ldog"), model).first_distance == FIRST_DISTANCE_BATCH_NORM == 1e-4
    squeezenet = start_model("mini_squeezenet", None, 3, (), 0)
    recipe = recipe_of("dog", architecture="mini_squeezenet", start=None)
    assert make_optimizer(recipe, squeezenet).first_distance == FIRST_DISTANCE == 1e-6


def make_trainer(recipe, splits, weights):
    model = start_model("mini_resnet18", weights, 3, (), 3).to(memory_format=memory_format(CPU))
    moments = input_statistics(recipe, splits)
    train, val = (Pixels(part, *moments, CPU) for part in (splits.train, splits.val))
    return Trainer(recipe, model, train, seed=3), val


@pytest.mark.parametrize("name", NAMES)
def test_the_running_average_is_what_is_evaluated_and_kept(splits, weights, name):
    recipe = recipe_of(name, start=weights, multipliers={"stem": 0})
    trainer, val = make_trainer(recipe, splits, weights)
    start, seen, step = snapshot(trainer.model), [], trainer.optimizer.step

    def remembered():
        step()
        seen.append(snapshot(trainer.model))

    trainer.optimizer.step = remembered
    for epoch in range(recipe.epochs):
        record = trainer.run_epoch(epoch, val)
    average = {name: value.double().numpy() for name, value in start.items()}
    for t, now in enumerate(seen, start=1):
        share = 9 / (8 + t)
        average = {name: (1 - share) * value + share * now[name].double().numpy() for name, value in average.items()}
    kept = trainer.evaluated.state_dict()
    floats = [name for name, value in kept.items() if value.is_floating_point()]
    assert any(name.endswith("running_var") for name in floats)
    for entry in floats:
        np.testing.assert_allclose(kept[entry].numpy(), average[entry], rtol=1e-4, atol=1e-6)
    counted = next(entry for entry in kept if entry.startswith("stages.stage1") and entry.endswith("tracked"))
    assert kept[counted] == seen[-1][counted] == start[counted] + len(seen)
    assert not torch.equal(kept["head.weight"], seen[-1]["head.weight"])

    rebuilt = start_model("mini_resnet18", weights, 3, (), 3)
    rebuilt.load_state_dict(kept)
    assert record.val_loss == pytest.approx(evaluate(rebuilt, val)[0], rel=1e-5)
    assert record.val_loss != pytest.approx(evaluate(trainer.model, val)[0], rel=1e-5)
    run = fit(recipe, splits, seed=3, shortcuts=False, keep=(recipe.epochs,))
    assert all(torch.equal(run.kept[recipe.epochs][entry], kept[entry]) for entry in kept)
    if run.best_epoch == recipe.epochs - 1:
        assert all(torch.equal(run.model.state_dict()[entry], kept[entry]) for entry in kept)


def test_the_best_epochs_average_is_the_runs_model(splits, weights):
    """Whatever epoch validation chose: the model gives the recorded validation loss again."""
    run = fit(recipe_of("ldog", start=weights, epochs=6), splits, seed=0)
    val = Pixels(splits.val, run.mean, run.std, CPU)
    assert evaluate(run.model, val)[0] == pytest.approx(run.history[run.best_epoch].val_loss, rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_contract_1_frozen_is_frozen(splits, weights, name):
    """In the average, too: (1 − s)·x + s·x need not be x."""
    recipe = recipe_of(name, start=weights, multipliers={"inner": 0, "stage3": 1}, weight_decay=0.1)
    before = snapshot(start_model("mini_resnet18", weights, 3, (), 0))
    model = fit(recipe, splits, seed=0).model
    changed = changed_names(model, before)
    assert {model.stage_of(entry) for entry in changed} == {"stage3", "head"}


@pytest.mark.parametrize("name", NAMES)
def test_contract_3_recorded_rates_are_the_mean_steps(splits, weights, name):
    recipe = recipe_of(name, start=weights, multipliers={"stem": 0})
    trainer, val = make_trainer(recipe, splits, weights)
    record = trainer.run_epoch(0, val)
    assert list(record.rates) == list(STAGES)
    assert record.rates["stem"] == 0
    states = trainer.optimizer.state
    for stage in STAGES[1:]:
        steps = [(states[w]["distance"] / states[w]["squares"].sqrt()).item()
                 for w in trainer.model.stage_parameters(stage)]  # fmt: skip
        assert record.rates[stage] == pytest.approx(np.mean(steps), rel=1e-5)
    assert len(set(record.rates.values())) == {"dog": 2, "ldog": 6}[name]
    assert fit(recipe, splits, seed=3, shortcuts=False).history[0].rates == record.rates


@pytest.mark.parametrize("name", NAMES)
def test_contract_9_same_seed_same_result(splits, name):
    runs = [fit(recipe_of(name), splits, seed=seed) for seed in (0, 0, 1)]
    first, again, other = (run.model.state_dict() for run in runs)
    assert all(torch.equal(first[entry], again[entry]) for entry in first)
    assert any(not torch.equal(first[entry], other[entry]) for entry in first)


def test_it_learns_without_a_rate(splits):
    run = fit(recipe_of("ldog", epochs=20), splits, seed=0)
    assert run.history[-1].train_loss < 0.5 * run.history[0].train_loss
    assert run.val_accuracy > 0.7


@pytest.mark.parametrize(
    ("settings", "culprit"),
    [
        ({"lr": 0.1}, "lr = 0.1"),
        ({"multipliers": {"head": 10}}, "lr = 10 and the multiplier of inner = 0.1"),
        ({"multipliers": {"stage4": 0.5}}, "the multiplier of stage4 = 0.5"),
        ({"schedule": "cosine"}, "schedule = cosine"),
        ({"momentum": 0.9}, "momentum = 0.9"),
        ({"layer_rates": "auto_rgn"}, "layer_rates = auto_rgn"),
    ],
)
def test_rates_are_refused_in_one_sentence(settings, culprit):
    with pytest.raises(ValueError, match=f"without a learning rate, so {culprit}.* must go: use lr = 1") as refused:
        recipe_of("ldog", **settings)
    assert "\n" not in str(refused.value)
    assert recipe_of("dog", multipliers={"inner": 0, "stage4": 1}).finds_steps
    assert not Recipe().finds_steps


def test_its_heads_train_alone():
    """A bank of heads knows only SGD and Adam."""
    assert shared_settings(Recipe.last_layer(optimizer="sgd")) is not None
    assert shared_settings(Recipe.last_layer(optimizer="ldog", lr=1)) is None


def test_an_average_of_what_stands_still_is_the_same_bits(weights):
    model = start_model("mini_resnet18", weights, 3, (), 0)
    average, before = WeightAverage(model, STAGES), snapshot(model)
    for _ in range(20):
        average.update()
    assert changed_names(average.model, before) == ()
    other = copy.deepcopy(average)
    other.restore(average.state())
    assert other.steps == 20
