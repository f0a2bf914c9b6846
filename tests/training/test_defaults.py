"""Default settings for one's own images: by number of images, each with evidence that the shipped runs confirm."""

import pytest

from course_lib import analysis
from course_lib.sweeps import run_study
from course_lib.training import defaults
from course_lib.training.defaults import default_recipe, describe_settings, describe_start, find_default
from course_lib.training.strategies import STRATEGIES

# Strategy, number of images -> study of lesson 09 whose runs the evidence is about, and what chooses among its runs.
SHIPPED = {
    ("last_layer", 236): ("last_layer_224", {"few_shot": True}),
    ("last_layer", 2108): ("last_layer_224", {"few_shot": False}),
    ("full", 236): ("few_shot_full", {}),
    ("full", 2108): ("full", {}),
    ("scratch", 2108): ("scratch", {}),
}


def adam_runs(strategy, num_images):
    study, chosen = SHIPPED[strategy, num_images]
    return analysis.select(run_study(study, "real"), optimizer="adam", **chosen)


def in_words(runs):
    return f"{100 * analysis.score_over_runs(runs).estimate:.1f} %"


@pytest.fixture
def mini(monkeypatch):
    """A machine where no weights of photographs are installed."""
    monkeypatch.setattr(defaults, "best_start", lambda: "mini_resnet18")


@pytest.mark.usefixtures("mini")
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("num_images", [1, 200, 999, 1000, 100_000])
def test_every_strategy_has_a_default_for_any_number_of_images(strategy, num_images):
    row, recipe = find_default(strategy, num_images), default_recipe(strategy, num_images)
    assert num_images < row.below
    assert recipe.name == strategy
    assert (recipe.start is None) == (strategy == "scratch")
    assert (recipe.lr, recipe.epochs) == (row.settings["lr"], row.settings["epochs"])
    said = describe_settings(strategy, recipe, 48, num_images)
    assert f"rate {recipe.lr:g}; " in said
    assert f"; {recipe.epochs} epochs" in said
    assert row.evidence in said
    assert (f"with {defaults.EVIDENCE_START}: " in said) == (strategy != "scratch")


@pytest.mark.usefixtures("mini")
def test_given_settings_replace_those_of_the_table():
    recipe = default_recipe("last_layer", 200, lr=0.5)
    assert (recipe.lr, recipe.epochs) == (0.5, find_default("last_layer", 200).settings["epochs"])
    assert "fewer than 1000 images, except lr;" in describe_settings("last_layer", recipe, 48, 200)
    assert "1000 images or more; " in describe_settings("full", default_recipe("full", 2000), 48, 2000)
    assert default_recipe("last_layer", 200, architecture="resnet18").start == "torchvision:resnet18"
    assert default_recipe("full", 9, start="mini_squeezenet").architecture == "mini_squeezenet"


@pytest.mark.usefixtures("mini")
def test_new_layers_and_slow_stages_are_described():
    def words(strategy, **settings):
        return describe_settings(strategy, default_recipe(strategy, 200, **settings), 48, 200)

    slow = "rate 0.001; rates of the stages: inner 0.0001, head 0.001; 20 epochs"
    assert words("ft1").startswith(f"ft1: Adam, {slow}")
    assert words("ft3", hidden=[64, 32]).startswith(f"ft3: extension layers of 64, 32; Adam, {slow}")
    assert words("ft2").startswith("ft2: stage4 with new weights; Adam, rate 0.001; rates of the stages: inner")
    by_stage = {"stem": 0.0, "stage1": 1, "stage2": 2, "stage3": 4, "stage4": 8, "head": 16}
    assert "inner" not in words("full", multipliers=by_stage), "every stage is named"


@pytest.mark.usefixtures("mini")
def test_a_penalty_is_described():
    def words(strategy="full", **settings):
        return describe_settings(strategy, default_recipe(strategy, 200, **settings), 48, 200)

    assert "; L2-SP (alpha 0.01, beta 0.01); 48 px" in words("l2sp")
    assert "; L2-SP (alpha 0.5, beta 0.01, half False); " in words(penalty={"alpha": 0.5, "half": False})
    assert "; BSS (weight 0.001, k 2); " in words(penalty={"kind": "bss", "k": 2})
    delta = {"kind": "delta", "stages": ["stage3", "stage4"], "attention": False}
    assert "; DELTA (alpha 0.01, beta 0.01, stages stage3+stage4, attention False); " in words(penalty=delta)
    assert "L2" not in words()


@pytest.mark.usefixtures("mini")
def test_an_optimiser_without_a_rate_is_described_without_one():
    recipe = default_recipe("last_layer", 200, optimizer="ldog", lr=1)
    assert describe_settings("last_layer", recipe, 48, 200).startswith("last_layer: L-DoG; 100 epochs")


def test_the_start_is_the_best_that_is_installed_and_named(mini, monkeypatch):
    said = describe_start(default_recipe("last_layer", 200))
    assert "mini_resnet18, which was trained on drawings" in said
    assert "pip install 'course-lib[imagenet]'" in said
    assert describe_start(default_recipe("scratch", 200)) == "start: mini_resnet18 with random weights"
    monkeypatch.setattr(defaults, "best_start", lambda: "mini_squeezenet")
    assert default_recipe("full", 200).start == "mini_squeezenet"


@pytest.mark.parametrize(("strategy", "num_images"), SHIPPED)
def test_the_evidence_is_what_the_shipped_runs_say(strategy, num_images):
    row, runs = find_default(strategy, num_images), adam_runs(strategy, num_images)
    assert in_words(analysis.select(runs, lr=row.settings["lr"])) in row.evidence
    assert in_words(analysis.best_runs(runs)) in row.evidence
    rates = len({run["recipe"]["lr"] for run in runs})
    assert (f"among {rates}" if rates > 1 else "no other rate") in row.evidence
    assert f"{len(analysis.best_runs(runs)[0]['history'])} epochs" in row.evidence or strategy == "last_layer"


@pytest.mark.parametrize("num_images", [236, 2108])
def test_validation_chooses_the_default_rate_of_full_fine_tuning_in_every_run(num_images):
    best = analysis.best_runs(adam_runs("full", num_images))
    assert {run["recipe"]["lr"] for run in best} == {find_default("full", num_images).settings["lr"]}
