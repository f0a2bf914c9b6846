"""MultiTune and SpotTune train by the same loop: rates by path, what is frozen, saving, resuming, route shares."""

from functools import cache

import pytest
import torch

from course_lib.models.forms import Joined, Routed
from course_lib.models.freezing import changed_names, set_trainable, snapshot
from course_lib.models.starting import start_model
from course_lib.models.weights import load_model, load_weights, save_weights
from course_lib.training.checkpoint import Checkpoint, training_key
from course_lib.training.fitting import fit
from course_lib.training.heads import shared_settings
from course_lib.training.penalties.making import make_penalty
from course_lib.training.penalties.settings import L2, L2SP, MARS, SPD
from course_lib.training.prefix import frozen_prefix
from course_lib.training.probes import score_test
from course_lib.training.recipe import Recipe, make_recipe
from course_lib.training.run import describe_weights

COMMON = {"optimizer": "sgd", "momentum": 0.9, "lr": 0.01, "epochs": 2, "batch_size": 16}
RECIPES = {
    "multitune": make_recipe("multitune", **COMMON, penalty=None),
    "spottune": make_recipe("spottune", **COMMON),
    "released freezing": make_recipe(
        "spottune", **COMMON, multipliers={"frozen.weights": 0, "policy": 0.1}, network=Routed(routes="sample")
    ),
    "global-k": make_recipe("spottune", **COMMON, network=Routed(k=2, routes="global")),
}


@pytest.fixture(params=RECIPES)
def recipe(request):
    return RECIPES[request.param]


@pytest.fixture(scope="module")
def finished(splits):
    """The finished run of a recipe; each is trained once."""
    return cache(lambda recipe: fit(recipe, splits, seed=3))


def test_rates_are_what_the_recipe_says(recipe, finished):
    run = finished(recipe)
    assert run.status == "finished"
    for epoch in run.history:
        assert epoch.rates == pytest.approx(recipe.rates(run.model.trained_stages, epoch.epoch))
    assert epoch.rates.get("b.stage4", 0.001) == pytest.approx(0.001)
    assert epoch.rates.get("policy", 0.001) == pytest.approx(0.001)


def test_the_frozen_copy_is_bit_identical(finished):
    strict = finished(RECIPES["spottune"])
    start = start_model("mini_resnet18", "mini_resnet18", 7, seed=3, network=Routed())
    changed = changed_names(strict.model, snapshot(start))
    assert not [name for name in changed if name.startswith("frozen.")]
    assert {name.partition(".")[0] for name in changed} == {"tuned", "policy", "head"}
    released = finished(RECIPES["released freezing"]).model
    moved = [name for name in changed_names(released, snapshot(start)) if name.startswith("frozen.")]
    assert moved
    assert all(released.stage_of(name).startswith("frozen.norm") for name in moved)


def test_shares_of_routes_are_recorded(recipe, finished):
    run = finished(recipe)
    if recipe.network.kind == "joined":
        assert all("routes" not in epoch for epoch in run.record()["history"])
        return
    for epoch in run.record()["history"]:
        assert len(epoch["routes"]) == 4
        assert all(0 <= share <= 1 for share in epoch["routes"])
    if recipe.network.routes == "global":
        assert sorted(epoch["routes"]) == [0, 0, 1, 1]


def test_a_saved_model_answers_alike(recipe, finished, splits, tmp_path):
    run = finished(recipe)
    file = tmp_path / "model.safetensors"
    save_weights(run.model, file, describe_weights(run, "test", "hash"))
    again, x = load_model(file), torch.randn(5, 3, 48, 48)
    assert again.form == recipe.network
    with torch.no_grad():
        answers = []
        for model in (run.model, again):
            torch.manual_seed(0)  # drawn routes
            answers.append(model(x))
    assert torch.equal(*answers)
    with pytest.raises(ValueError, match="no training can start from them"):
        start_model("mini_resnet18", load_weights(file), 7)


def test_an_interrupted_training_goes_on_to_the_bit(recipe, finished, splits, tmp_path):
    key = training_key(recipe, splits, 3, torch.device("cpu"))

    class Interrupted(Exception):
        pass

    def stop(epoch):
        if epoch.epoch == 1:
            raise Interrupted

    with pytest.raises(Interrupted):
        fit(recipe, splits, seed=3, on_epoch=stop, checkpoint=Checkpoint(tmp_path / "state.pt", key, every_s=0))
    resumed = fit(recipe, splits, seed=3, checkpoint=Checkpoint(tmp_path / "state.pt", key, every_s=0))
    assert changed_names(resumed.model, snapshot(finished(recipe).model)) == ()
    assert [epoch.val_loss for epoch in resumed.history] == [epoch.val_loss for epoch in finished(recipe).history]


def test_the_test_set_is_scored(splits):
    run = fit(RECIPES["multitune"].replace(epochs=1), splits)
    assert score_test(run, splits) == run.test_accuracy


def test_nothing_is_shared_or_kept(recipe, finished):
    assert shared_settings(recipe) is None
    assert frozen_prefix(recipe, finished(recipe).model) is None


def test_keys_tell_networks_apart():
    plain = Recipe.full(**COMMON)
    assert '"network"' not in plain.identity()
    forms = (None, Joined(), Joined(eta=0.4), Joined(own="last_block"), Routed(), Routed(temperature=1), Routed(k=3))
    assert len({plain.replace(network=form).identity() for form in forms}) == len(forms)
    assert Recipe(**plain.replace(network=Joined()).model_dump(mode="json")).network == Joined()


@pytest.fixture(scope="module")
def pulled():
    """A routed network as it is before training, of a recipe with a penalty."""

    @cache
    def make(penalty):
        recipe = make_recipe("spottune", **COMMON, penalty=penalty)
        model = start_model("mini_resnet18", "mini_resnet18", 7, network=Routed())
        set_trainable(model, recipe.rates(model.trained_stages))
        return model, make_penalty(model, recipe, None)

    return make


def stages_of(model, weights):
    """The first part of the stage paths of some parameters."""
    names = {id(w): name for name, w in model.named_parameters()}
    return {model.stage_of(names[id(w)]).partition(".")[0] for w in weights}


@pytest.mark.parametrize("penalty", [L2(alpha=0.1, beta=0.1), L2SP(alpha=0.1, beta=0.1, tensors="all")])
def test_a_penalty_counts_the_policy_as_new(pulled, penalty):
    """The policy begins with random weights, which are worth no pull; the frozen copy has no penalty at all."""
    model, method = pulled(penalty)
    assert stages_of(model, method.new) == {"policy", "head"}
    assert stages_of(model, [w for w, _ in method.inherited]) == {"tuned"}


def test_a_projection_counts_the_policy_as_new(pulled):
    model, method = pulled(MARS(gamma=1.0, head_gamma=1.0))
    layers = [(w, centre) for w, centre, _ in method._layers]
    assert stages_of(model, [w for w, centre in layers if not centre.any()]) == {"policy", "head"}
    assert stages_of(model, [w for w, centre in layers if centre.any()]) == {"tuned"}
    model, method = pulled(SPD(strength=1.0))
    assert stages_of(model, [w for w, _ in method._inherited]) == {"tuned"}
